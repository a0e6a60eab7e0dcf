/** Where chats are kept: the rows and their indexes, version by version. */
import type { DBSchema } from 'idb';
import type { Chat, Message } from '../core/chat';
import type { Stretch } from '../core/protocol';
import type { ImportRecord } from './chats';
import { createDatabase, type Database, type DatabaseOptions } from './database';
import type { Step } from './migrate';

/** Who is making an answer. The row is there as long as the answer is not in its last form. */
export interface LiveRow {
  run: string;
  chatId: string;
  /** Boot id of the worker that makes it. A worker that finds a row of another one knows that nobody makes it any more. */
  owner: string;
}

/** The words of one message, apart from its pictures and pages, so that a search reads nothing else. */
export interface TextRow {
  /** The message's. */
  id: string;
  chatId: string;
  order: number;
  text: string;
}

/** Changes whenever a search could find something else than before. */
export interface Stamp {
  id: 'stamp';
  value: string;
}

export interface ChatSchema extends DBSchema {
  chats: { key: string; value: Chat; indexes: { byUpdated: [number, string]; byDeleted: number } };
  messages: { key: string; value: Message; indexes: { byChat: [string, number] } };
  texts: { key: string; value: TextRow };
  stamp: { key: string; value: Stamp };
  journal: { key: [string, number]; value: Stretch };
  live: { key: string; value: LiveRow };
  imports: { key: string; value: ImportRecord };
}

/** Version n is the state after the first n steps. A released step is never edited; a change is one more step. */
export const chatSteps: readonly Step[] = [
  {
    shape(database) {
      const chats = database.createObjectStore('chats', { keyPath: 'id' });
      chats.createIndex('byUpdated', ['updatedAt', 'id']);
      // Only deleted chats have the field, so only they stand in this index.
      chats.createIndex('byDeleted', 'deletedAt');
      database.createObjectStore('messages', { keyPath: 'id' }).createIndex('byChat', ['chatId', 'order']);
      database.createObjectStore('texts', { keyPath: 'id' });
      database.createObjectStore('stamp', { keyPath: 'id' });
      database.createObjectStore('journal', { keyPath: ['run', 'from'] });
      database.createObjectStore('live', { keyPath: 'run' });
      database.createObjectStore('imports', { keyPath: 'id' });
    },
  },
];

export const chatDatabaseName = 'gloss-chats';

export function openChats(options: Omit<Partial<DatabaseOptions>, 'stores'> = {}): Database<ChatSchema> {
  return createDatabase<ChatSchema>({
    name: chatDatabaseName,
    steps: chatSteps,
    stores: ['chats', 'messages', 'texts', 'stamp', 'journal', 'live', 'imports'],
    ...options,
  });
}

/** All messages of a chat, in `order`. */
export const messagesOf = (chatId: string) => IDBKeyRange.bound([chatId, -Infinity], [chatId, Infinity]);

/** All rows of a run's journal, in order. */
export const journalOf = (run: string) => IDBKeyRange.bound([run, -Infinity], [run, Infinity]);
