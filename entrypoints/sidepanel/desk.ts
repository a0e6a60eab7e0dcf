/** What this window remembers: the chat it showed last and the question being written. One row of the drafts store. */
import type { UserPart } from '../../core/chat';
import { writingOf, type Draft, type DraftStore, type Writing } from '../../state/composer';
import type { PanelMemory } from '../../state/panel';
import type { DraftRow, Drafts } from '../../storage/drafts';

export interface DeskWorld {
  drafts(): Promise<Drafts>;
  windowId(): Promise<number>;
  /** Windows that are open now. */
  openWindows(): Promise<number[]>;
  now(): number;
}

type Put = { text: string; parts: UserPart[] };
type Content = Omit<DraftRow, 'windowId' | 'updatedAt'>;

const rowOf = ({ text, quotes, pages, images }: Writing): Put => ({ text, parts: [...quotes, ...pages, ...images] });
const writingOfRow = ({ text, parts }: Put): Writing => ({ ...writingOf(parts), text });

/** One row for two owners, so that neither writes over the other. */
export function createDesk(world: DeskWorld): { drafts: DraftStore; memory: PanelMemory } {
  let reading: Promise<DraftRow | undefined> | undefined;
  let row: DraftRow | undefined;

  /** This window's row; a window that is new after a restart takes over the newest row whose window is gone. */
  async function read(): Promise<DraftRow | undefined> {
    const [drafts, windowId] = await Promise.all([world.drafts(), world.windowId()]);
    const own = await drafts.get(windowId);
    if (own) return own;
    const [rows, open] = await Promise.all([drafts.all(), world.openWindows()]);
    const left = rows.find((one) => !open.includes(one.windowId));
    if (!left) return undefined;
    const adopted = { ...left, windowId };
    await drafts.put(adopted);
    await drafts.remove(left.windowId);
    return adopted;
  }

  function known(): Promise<DraftRow | undefined> {
    reading ??= read().then((found) => (row ??= found));
    return reading;
  }

  async function put(change: (row: Content) => Content): Promise<void> {
    await known().catch(() => undefined);
    const windowId = await world.windowId();
    row = { ...change(row ?? { chatId: null, text: '', parts: [] }), windowId, updatedAt: world.now() };
    await (await world.drafts()).put(row);
  }

  return {
    drafts: {
      async load() {
        const found = await known();
        if (!found) return undefined;
        const draft: Draft = writingOfRow(found);
        if (found.editing) draft.editing = { ...found.editing, aside: writingOfRow(found.editing.aside) };
        return draft;
      },
      save: ({ editing, ...writing }) =>
        put(({ chatId }) => ({
          chatId,
          ...rowOf(writing),
          ...(editing ? { editing: { ...editing, aside: rowOf(editing.aside) } } : {}),
        })),
    },
    memory: {
      load: async () => (await known())?.chatId ?? undefined,
      save: (chatId) => put((before) => ({ ...before, chatId })),
    },
  };
}
