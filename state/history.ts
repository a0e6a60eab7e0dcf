/** The list of chats: read page by page from the store's index, searched as you type, with deletion that can be undone. */
import { computed, createModel, signal } from '@preact/signals';
import type { Chat, ChatError } from '../core/chat';
import type { Send } from '../core/protocol';
import type { ChatReader, HistoryCursor, SearchHit } from '../storage/chats';

export interface HistoryDeps {
  send: Send;
  reader: Pick<ChatReader, 'history' | 'search' | 'prepareSearch' | 'count'>;
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back after so many milliseconds; the result cancels. */
  after(ms: number, call: () => void): () => void;
}

/** Chats of one day. `day` is local midnight in epoch milliseconds. */
export interface Day {
  day: number;
  kind: 'today' | 'yesterday' | 'week' | 'older';
  chats: Chat[];
}

const pageSize = 50;
/** More hits than anyone reads; a longer query finds the rest. */
export const mostHits = 200;
/** Milliseconds of quiet before anything of a search is shown. */
const showAfter = 80;
/** Milliseconds between two drawings of the hits while there come more. */
const drawEvery = 100;

const midnight = (at: number, days = 0) => {
  const date = new Date(at);
  // The calendar's own arithmetic, so that days of 23 and 25 hours are days too.
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
};

/** Chats in the order given, cut into days of the local calendar. */
export function byDay(chats: readonly Chat[], now: number): Day[] {
  const days: Day[] = [];
  for (const chat of chats) {
    const day = midnight(chat.updatedAt);
    const last = days.at(-1);
    if (last?.day === day) last.chats.push(chat);
    else days.push({ day, kind: kindOf(day, now), chats: [chat] });
  }
  return days;
}

function kindOf(day: number, now: number): Day['kind'] {
  if (day >= midnight(now)) return 'today';
  if (day >= midnight(now, -1)) return 'yesterday';
  return day >= midnight(now, -6) ? 'week' : 'older';
}

export const HistoryModel = createModel(({ send, reader, now, after }: HistoryDeps) => {
  const chats = signal<readonly Chat[]>([]);
  const next = signal<HistoryCursor | null>(null);
  const loading = signal(false);
  const query = signal('');
  const hits = signal<readonly SearchHit[] | null>(null);
  const searching = signal(false);
  const failure = signal<ChatError | null>(null);
  const deleted = signal<Chat | null>(null);

  const days = computed(() => byDay(chats.value, now()));

  let cancelShow: (() => void) | undefined;
  let running: AbortController | undefined;
  let turn = 0;

  const failed = (error: unknown): ChatError => ({
    kind: 'not-done',
    message: error instanceof Error ? error.message : String(error),
  });

  async function page(before: HistoryCursor | null): Promise<void> {
    const mine = (turn += 1);
    loading.value = true;
    try {
      const read = await reader.history({ limit: pageSize, ...(before ? { before } : {}) });
      if (mine !== turn) return;
      const known = before ? chats.peek() : [];
      const ids = new Set(known.map(({ id }) => id));
      chats.value = [...known, ...read.chats.filter(({ id }) => !ids.has(id))];
      next.value = read.next ?? null;
      failure.value = null;
    } catch (error) {
      if (mine === turn) failure.value = failed(error);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  /** Looks at once, so that the hits are there when the reader pauses; the next letter ends a search in vain. */
  async function find(words: string): Promise<void> {
    const search = new AbortController();
    running = search;
    const found: SearchHit[] = [];
    let paused = false;
    let over = false;
    let cancelDraw: (() => void) | undefined;
    const draw = () => {
      cancelDraw = undefined;
      if (!search.signal.aborted) hits.value = [...found];
    };
    cancelShow = after(showAfter, () => {
      paused = true;
      searching.value = !over;
      // What the letters before found stays until there is something else to show.
      if (over || found.length > 0 || hits.peek() === null) draw();
    });
    try {
      for await (const hit of reader.search(words, search.signal)) {
        if (search.signal.aborted) return;
        found.push(hit);
        // Drawing the whole list again for every hit would cost more than finding them.
        if (paused && found.length === 1) draw();
        else if (paused) cancelDraw ??= after(drawEvery, draw);
        if (found.length >= mostHits) break;
      }
    } catch (error) {
      if (!search.signal.aborted) failure.value = failed(error);
    } finally {
      over = true;
      cancelDraw?.();
      if (paused) draw();
      if (running === search) searching.value = false;
    }
  }

  function dropSearch() {
    cancelShow?.();
    running?.abort();
    running = undefined;
    searching.value = false;
  }

  /** Changes rows in both lists at once, so that a renamed or deleted chat is so wherever it shows. */
  function change(chatId: string, to: (chat: Chat) => Chat | null) {
    const changed = (chat: Chat) => (chat.id === chatId ? to(chat) : chat);
    chats.value = chats.peek().flatMap((chat) => changed(chat) ?? []);
    const shown = hits.peek();
    if (shown) {
      hits.value = shown.flatMap((hit) => {
        const chat = changed(hit.chat);
        return chat ? [{ ...hit, chat }] : [];
      });
    }
  }

  return {
    chats,
    days,
    next,
    loading,
    query,
    /** `null` while nothing is searched. */
    hits,
    searching,
    failure,
    /** The chat that was just deleted and can be brought back. */
    deleted,

    /** Reads the newest page again, and then what a search will need: whoever opens the list may search it. */
    async load(): Promise<void> {
      await page(null);
      reader.prepareSearch().catch(() => undefined);
    },

    /** Reads the page after the last one. */
    async more(): Promise<void> {
      if (next.peek() && !loading.peek()) await page(next.peek());
    },

    /** Shows what it finds when the reader pauses; an empty query shows the list again. */
    search(words: string): void {
      dropSearch();
      query.value = words;
      const wanted = words.trim();
      if (wanted === '') hits.value = null;
      else void find(wanted);
    },

    async rename(chat: Chat, title: string): Promise<void> {
      const words = title.trim();
      if (words === '' || words === chat.title) return;
      change(chat.id, (row) => ({ ...row, title: words, titled: true }));
      const reply = await send('chat.rename', { chatId: chat.id, title: words });
      failure.value = reply.ok ? null : reply.error;
      if (!reply.ok) change(chat.id, (row) => ({ ...row, title: chat.title, titled: chat.titled }));
    },

    async remove(chat: Chat): Promise<boolean> {
      const reply = await send('chat.delete', { chatId: chat.id });
      failure.value = reply.ok ? null : reply.error;
      if (!reply.ok) return false;
      change(chat.id, () => null);
      deleted.value = chat;
      return true;
    },

    async undo(): Promise<boolean> {
      const chat = deleted.peek();
      if (!chat) return false;
      deleted.value = null;
      const reply = await send('chat.undelete', { chatId: chat.id });
      failure.value = reply.ok ? null : reply.error;
      if (!reply.ok) return false;
      await page(null);
      return true;
    },

    /** Waits for something done with a chat outside of the store, and says if it failed. */
    async attempt(act: Promise<void>): Promise<void> {
      try {
        await act;
        failure.value = null;
      } catch (error) {
        failure.value = failed(error);
      }
    },

    /** The offer to undo has passed. */
    forget(): void {
      deleted.value = null;
    },

    stop: dropSearch,
  };
});

export type History = InstanceType<typeof HistoryModel>;
