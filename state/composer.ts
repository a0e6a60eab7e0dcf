/** The question being written: text, and what goes along with it. It empties only when the question is stored. */
import { batch, computed, createModel, effect, signal, type Signal } from '@preact/signals';
import type { ImagePart, PagePart, QuotePart, UserMessage, UserPart } from '../core/chat';

/** What a question is made of while it is written. */
export interface Writing {
  text: string;
  quotes: QuotePart[];
  pages: PagePart[];
  images: ImagePart[];
}

/** An older question is being asked again in other words; what was being written waits. */
export interface Editing {
  messageId: string;
  parentId: string | null;
  aside: Writing;
}

export interface Draft extends Writing {
  editing?: Editing;
}

/** Where the draft of this window is kept. */
export interface DraftStore {
  load(): Promise<Draft | undefined>;
  save(draft: Draft): Promise<void>;
}

export interface ComposerDeps {
  drafts: DraftStore;
  newId(): string;
  /** Calls back after so many milliseconds; the result cancels. */
  after(ms: number, call: () => void): () => void;
}

/** The question as it goes out. */
export interface Question {
  messageId: string;
  parts: UserPart[];
  parentId?: string | null;
}

/** Milliseconds between the first unsaved key and the writing of the draft. */
const saveAfter = 250;

const nothing: Writing = { text: '', quotes: [], pages: [], images: [] };

const isBlank = (writing: Writing) =>
  writing.text === '' && writing.quotes.length + writing.pages.length + writing.images.length === 0;

/** A question's parts, taken apart again to be edited. */
export function writingOf(parts: readonly UserPart[]): Writing {
  const writing: Writing = { text: '', quotes: [], pages: [], images: [] };
  for (const part of parts) {
    if (part.type === 'text') writing.text += part.text;
    else if (part.type === 'quote') writing.quotes.push(part);
    else if (part.type === 'page') writing.pages.push(part);
    else if (part.type === 'image') writing.images.push(part);
    else part satisfies never;
  }
  return writing;
}

function partsOf({ text, quotes, pages, images }: Writing): UserPart[] {
  const words = text.trim();
  return [...quotes, ...pages, ...images, ...(words === '' ? [] : [{ type: 'text' as const, text: words }])];
}

export const ComposerModel = createModel(({ drafts, newId, after }: ComposerDeps) => {
  const text = signal('');
  const quotes = signal<QuotePart[]>([]);
  const pages = signal<PagePart[]>([]);
  const images = signal<ImagePart[]>([]);
  const editing = signal<Editing | null>(null);
  const sending = signal(false);
  /** The draft could not be kept; its own words. */
  const unsaved = signal<string | null>(null);

  /** Chips that were sent or taken away: a later refinement of the same entry must not bring them back. */
  const gone = new Set<string>();
  /** The id a question keeps while it is tried again unchanged, so that it is never stored twice. */
  let attempt: { id: string; writing: string } | null = null;
  let restored = false;
  let cancelSave: (() => void) | undefined;

  const writing = computed<Writing>(() => ({
    text: text.value,
    quotes: quotes.value,
    pages: pages.value,
    images: images.value,
  }));
  const parts = computed(() => partsOf(writing.value));
  const draft = computed<Draft>(() => ({ ...writing.value, ...(editing.value ? { editing: editing.value } : {}) }));
  /** A quote or a page alone asks nothing; a picture may. */
  const canSend = computed(() => !sending.value && (text.value.trim() !== '' || images.value.length > 0));

  function write({ text: words, quotes: cited, pages: read, images: seen }: Writing) {
    batch(() => {
      text.value = words;
      quotes.value = cited;
      pages.value = read;
      images.value = seen;
    });
  }

  async function save(): Promise<void> {
    cancelSave?.();
    cancelSave = undefined;
    try {
      await drafts.save(draft.peek());
      unsaved.value = null;
    } catch (error) {
      unsaved.value = error instanceof Error ? error.message : String(error);
    }
  }

  effect(() => {
    const latest = draft.value;
    if (restored && latest) cancelSave ??= after(saveAfter, () => void save());
  });

  function put<Part extends { id: string }>(
    list: Signal<Part[]>,
    part: Part,
    isSame = (other: Part) => other.id === part.id,
  ) {
    if (gone.has(part.id)) return;
    const at = list.peek().findIndex(isSame);
    list.value = at < 0 ? [...list.peek(), part] : list.peek().with(at, part);
  }

  function take(list: Signal<{ id: string }[]>, id: string) {
    gone.add(id);
    list.value = list.peek().filter((part) => part.id !== id);
  }

  /** Takes away what was sent and nothing that came in the meantime. */
  function clearSent(sent: Writing) {
    const sentIds = new Set([...sent.quotes, ...sent.pages, ...sent.images].map(({ id }) => id));
    for (const id of sentIds) gone.add(id);
    const stays = <Part extends { id: string }>(list: Part[]) => list.filter(({ id }) => !sentIds.has(id));
    const now = writing.peek();
    write({
      text: now.text.startsWith(sent.text) ? now.text.slice(sent.text.length) : now.text,
      quotes: stays(now.quotes),
      pages: stays(now.pages),
      images: stays(now.images),
    });
  }

  function stopEditing() {
    const { aside } = editing.peek() ?? {};
    editing.value = null;
    if (aside) write(aside);
  }

  return {
    text,
    quotes,
    pages,
    images,
    editing,
    sending,
    unsaved,
    canSend,
    /** What is written, as it would go out. */
    parts,

    /** Brings back this window's draft. What was typed in the meantime comes after it. */
    async restore(): Promise<void> {
      let kept: Draft | undefined;
      try {
        kept = await drafts.load();
      } catch (error) {
        unsaved.value = error instanceof Error ? error.message : String(error);
      }
      restored = true;
      if (!kept) return isBlank(writing.peek()) ? undefined : void save();
      const typed = writing.peek();
      editing.value = kept.editing ?? null;
      write({
        text: kept.text + typed.text,
        quotes: [...kept.quotes, ...typed.quotes],
        pages: [...kept.pages, ...typed.pages],
        images: [...kept.images, ...typed.images],
      });
    },

    /** Keeps the draft now; for the moment the page goes away. */
    flush: (): Promise<void> => (restored ? save() : Promise.resolve()),

    type(words: string): void {
      text.value = words;
    },

    /** A later quote with the same id refines the chip, unless it is gone. */
    quote: (part: QuotePart): void => put(quotes, part),
    dropQuote: (id: string): void => take(quotes, id),
    /** The same address again replaces the older reading. */
    page: (part: PagePart): void =>
      put(pages, part, (other) => other.id === part.id || other.source.url === part.source.url),
    dropPage: (id: string): void => take(pages, id),
    image: (part: ImagePart): void => put(images, part),
    dropImage: (id: string): void => take(images, id),

    /** An older question comes into the composer; what stood there waits. */
    edit(message: UserMessage): void {
      const aside = editing.peek()?.aside ?? writing.peek();
      editing.value = { messageId: message.id, parentId: message.parentId, aside };
      for (const part of message.parts) if (part.type !== 'text') gone.delete(part.id);
      write(writingOf(message.parts));
    },

    cancelEdit: stopEditing,

    /** Sends what is written. A second call while the first is on its way does nothing. Resolves whether it was stored. */
    async submit(ask: (question: Question) => Promise<boolean>): Promise<boolean> {
      if (!canSend.peek()) return false;
      const sent = writing.peek();
      const edited = editing.peek();
      const ids = [...sent.quotes, ...sent.pages, ...sent.images].map(({ id }) => id);
      const whole = JSON.stringify([sent.text, ids, edited?.messageId]);
      if (attempt?.writing !== whole) attempt = { id: newId(), writing: whole };
      const { id } = attempt;
      sending.value = true;
      let stored = false;
      try {
        stored = await ask({ messageId: id, parts: partsOf(sent), ...(edited ? { parentId: edited.parentId } : {}) });
      } finally {
        sending.value = false;
      }
      if (!stored) return false;
      attempt = null;
      if (edited && editing.peek()?.messageId === edited.messageId) stopEditing();
      else clearSent(sent);
      await save();
      return true;
    },

    clear: (): void => write(nothing),
  };
});

export type Composer = InstanceType<typeof ComposerModel>;
