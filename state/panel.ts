/** The panel as a whole: which chat is on show, who answers in it, and what comes in from the page. */
import { computed, createModel, signal } from '@preact/signals';
import type { ChainLink, PagePart, QuotePart, UserMessage } from '../core/chat';
import type { CommandInput, Mail, PageReading, Send } from '../core/protocol';
import type { Answerer, ChatOnShow } from './chat';
import type { Composer } from './composer';
import { passagesId, type Settings } from './settings';

/** Which chat this window showed last. */
export interface PanelMemory {
  load(): Promise<string | undefined>;
  save(chatId: string): Promise<void>;
}

export interface PanelDeps {
  send: Send;
  chat: ChatOnShow;
  composer: Composer;
  settings: Settings;
  memory: PanelMemory;
  windowId(): Promise<number>;
  newId(): string;
  /** Names for what a prompt of the menu speaks of. */
  fill(prompt: string): string;
}

/** Who answers the next question. */
export interface Answering {
  connectionId: string;
  providerId: string;
  /** The connection's name; empty for Passages. */
  connection: string;
  model: string;
}

/** Why the page could not be added. */
export type PageRefusal = Extract<PageReading, { granted: false }> | { granted: true; empty: true; host: string };

export const PanelModel = createModel((deps: PanelDeps) => {
  const { send, chat, composer, settings, memory } = deps;
  const view = signal<'chat' | 'history'>('chat');
  /** Chosen for a chat that has no row yet. */
  const chosen = signal<Required<Answerer> | null>(null);
  /** A chain of its own for a chat that has no row yet. */
  const chosenChain = signal<ChainLink[] | null>(null);
  const readingPage = signal(false);
  const refusedPage = signal<PageRefusal | null>(null);
  /** The user chose a chat, or asked in the new one, before it was known what this window showed last. */
  let decided = false;

  const answering = computed<Answering>(() => {
    const row = chat.chat.value;
    const wanted =
      row?.connectionId === undefined ? chosen.value : { connectionId: row.connectionId, model: row.model };
    if (wanted?.connectionId === passagesId) return passages;
    const named = settings.connections.value.find(({ id }) => id === wanted?.connectionId);
    const connection = named ?? settings.standard.value;
    if (!connection) return passages;
    const model = (named && wanted?.model) || connection.model;
    return { connectionId: connection.id, providerId: connection.provider, connection: connection.name, model };
  });

  /** The question as it stands, and who would get it. */
  const asItStands = computed<CommandInput<'chat.preview'>>(() => {
    const { connectionId, model } = answering.value;
    const { parentId } = composer.editing.value ?? { parentId: chat.leafId.value };
    return { chatId: chat.chatId.value, parentId, parts: composer.parts.value, connectionId, model };
  });

  /** Who is asked in turn when that one fails: the chat's own chain, else that of the connection. */
  const chain = computed<readonly ChainLink[]>(() => {
    const own = chat.chat.value?.chain ?? chosenChain.value;
    const all = settings.connections.value;
    if (own) return own.filter((link) => all.some(({ id }) => id === link.connectionId));
    const { connectionId } = answering.value;
    const ids = all.find(({ id }) => id === connectionId)?.options?.fallbacks ?? [];
    return ids.flatMap((id) => all.filter((one) => one.id === id).map(({ model }) => ({ connectionId: id, model })));
  });

  /** Nothing is set up, so what answers is Passages. */
  const unequipped = computed(() => settings.known.value && settings.usable.value.length === 0);

  async function submit(): Promise<boolean> {
    if (chat.running.peek() !== null) return false;
    decided = true;
    const choice = chosen.peek();
    const ownChain = chosenChain.peek();
    return composer.submit(async (question) => {
      const reply = await chat.ask({ ...question, ...choice, ...(ownChain ? { chain: ownChain } : {}) });
      if (reply.ok) refusedPage.value = null;
      return reply.ok;
    });
  }

  function show(chatId: string): void {
    decided = true;
    view.value = 'chat';
    chosen.value = null;
    chosenChain.value = null;
    refusedPage.value = null;
    void memory.save(chatId).catch(() => undefined);
  }

  function takePage(id: string, reading: PageReading): void {
    if (!reading.granted) {
      refusedPage.value = reading;
      return;
    }
    const { text, title, url, tabId, hidden, removed, cut } = reading;
    if (text.trim() === '') {
      refusedPage.value = { granted: true, empty: true, host: hostOf(url) };
      return;
    }
    refusedPage.value = null;
    const part: PagePart = { type: 'page', id, text, source: { title, url, tabId }, hidden, removed };
    composer.page(cut > 0 ? { ...part, cut } : part);
  }

  return {
    view,
    chosen,
    answering,
    chain,
    asItStands,
    unequipped,
    readingPage,
    refusedPage,
    submit,

    /** Shows what this window showed last. A chat that is gone gives way to a new one. */
    async start(): Promise<void> {
      const last = await memory.load().catch(() => undefined);
      if (decided) return;
      if (last === undefined) return chat.begin();
      await chat.open(last);
      const row = chat.chat.peek();
      if (chat.unreadable.peek() === null && (!row || row.deletedAt !== undefined)) chat.begin();
    },

    newChat(): void {
      chat.begin();
      show(chat.chatId.peek());
    },

    async openChat(chatId: string): Promise<void> {
      show(chatId);
      if (chatId !== chat.chatId.peek() || chat.unreadable.peek() !== null) await chat.open(chatId);
    },

    /** Who answers from now on, here. */
    async choose(connectionId: string, model: string): Promise<void> {
      chosen.value = { connectionId, model };
      await chat.use(connectionId, model);
    },

    /** Puts a model at the end of this chat's chain, or takes it out. */
    async toggleInChain({ connectionId, model }: ChainLink): Promise<void> {
      const same = (link: ChainLink) => link.connectionId === connectionId && link.model === model;
      const now = chain.peek();
      const next = now.some(same) ? now.filter((link) => !same(link)) : [...now, { connectionId, model }];
      chosenChain.value = next;
      const asked = answering.peek();
      await chat.use(asked.connectionId, asked.model, next);
    },

    edit: (message: UserMessage): void => composer.edit(message),

    /** The last question of the branch comes back into the composer. */
    editLast(): boolean {
      const last = chat.turns.peek().findLast(({ role }) => role === 'user');
      const message = last && chat.message(last.id)?.peek();
      if (message?.role !== 'user') return false;
      composer.edit(message);
      return true;
    },

    async addPage(): Promise<void> {
      if (readingPage.peek()) return;
      readingPage.value = true;
      refusedPage.value = null;
      const reply = await send('page.read', { windowId: await deps.windowId() });
      readingPage.value = false;
      if (reply.ok) takePage(deps.newId(), reply.value);
      else chat.failure.value = reply.error;
    },

    dismissPage(): void {
      refusedPage.value = null;
    },

    /** What a menu or a shortcut left. An action that asks at once does so only in an empty composer. */
    takeMail({ id, quote, page, action }: Mail): void {
      view.value = 'chat';
      const alone = composer.text.peek().trim() === '' && composer.editing.peek() === null;
      if (quote) {
        const { cut, removed, ...rest } = quote;
        const part: QuotePart = {
          type: 'quote',
          id,
          ...rest,
          ...(cut > 0 ? { cut } : {}),
          ...(removed > 0 ? { removed } : {}),
        };
        composer.quote(part);
      }
      if (page) takePage(`${id}-page`, page);
      if (!action) return;
      const prompt = deps.fill(action.prompt);
      composer.type(alone ? prompt : `${composer.text.peek()}\n${prompt}`);
      if (action.send && alone) void submit();
    },
  };
});

const passages: Answering = { connectionId: passagesId, providerId: 'passages', connection: '', model: 'passages' };

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '');

export type Panel = InstanceType<typeof PanelModel>;
