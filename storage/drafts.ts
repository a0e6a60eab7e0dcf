import type { DBSchema } from 'idb';
import type { UserPart } from '../core/chat';
import { createDatabase, type DatabaseOptions } from './database';

/** What stands in a window's composer and has not been sent. */
export interface DraftRow {
  windowId: number;
  chatId: string | null;
  text: string;
  parts: UserPart[];
  /** An older question is being asked again in other words; what was being written waits. */
  editing?: { messageId: string; parentId: string | null; aside: { text: string; parts: UserPart[] } };
  /** Epoch milliseconds. */
  updatedAt: number;
}

export interface Drafts {
  get(windowId: number): Promise<DraftRow | undefined>;
  /** Every window's draft, newest first; after a restart of the browser windows are new, and what is left is taken over. */
  all(): Promise<DraftRow[]>;
  put(draft: DraftRow): Promise<void>;
  remove(windowId: number): Promise<void>;
  clear(): Promise<void>;
}

interface DraftSchema extends DBSchema {
  drafts: { key: number; value: DraftRow; indexes: { byTime: number } };
}

/** Written by panels, each for its own window. */
export function createDrafts(options: Partial<DatabaseOptions> = {}): Drafts {
  const database = createDatabase<DraftSchema>({
    name: 'gloss-drafts',
    steps: [
      {
        shape(opened) {
          opened.createObjectStore('drafts', { keyPath: 'windowId' }).createIndex('byTime', 'updatedAt');
        },
      },
    ],
    stores: ['drafts'],
    // Whichever panel finds it broken begins a new one; a draft is not worth a question to the user.
    owner: true,
    ...options,
  });
  return {
    get: (windowId) =>
      database.read('draft', ['drafts'], (transaction) => transaction.objectStore('drafts').get(windowId)),
    all: () =>
      database.read('all drafts', ['drafts'], async (transaction) =>
        (await transaction.objectStore('drafts').index('byTime').getAll()).toReversed(),
      ),
    put: (draft) =>
      database.write('put draft', 'relaxed', ['drafts'], async (transaction) => {
        await transaction.objectStore('drafts').put(draft);
      }),
    remove: (windowId) =>
      database.write('remove draft', 'relaxed', ['drafts'], (transaction) =>
        transaction.objectStore('drafts').delete(windowId),
      ),
    clear: () =>
      database.write('clear drafts', 'strict', ['drafts'], (transaction) => transaction.objectStore('drafts').clear()),
  };
}
