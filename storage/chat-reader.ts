import type { Chat, Message } from '../core/chat';
import { journalOf, messagesOf, openChats, type ChatSchema } from './chat-database';
import { createSearch } from './chat-search';
import type { ChatReader } from './chats';
import type { Database } from './database';

/** Reads chats straight from the database; pages and background alike. */
export function createChatReader(database: Database<ChatSchema> = openChats()): ChatReader {
  const { search, prepare } = createSearch(database);
  return {
    chat: (id) => database.read('chat', ['chats'], (transaction) => transaction.objectStore('chats').get(id)),
    messages: (chatId) => readMessages(database, chatId),
    async journal(run, after = 0) {
      // A row that began before `after` may reach beyond it, so all rows are looked at; a run has few.
      const rows = await database.read('journal', ['journal'], (transaction) =>
        transaction.objectStore('journal').getAll(journalOf(run)),
      );
      return rows.filter((row) => row.to > after);
    },
    history: (options) => readHistory(database, options),
    search,
    prepareSearch: prepare,
    count: async () => {
      const [all, deleted] = await database.read('count', ['chats'], (transaction) => {
        const chats = transaction.objectStore('chats');
        return Promise.all([chats.count(), chats.index('byDeleted').count()]);
      });
      return all - deleted;
    },
  };
}

/** Rows in one reading; few enough that turning them into objects is no long task. */
const messagesAtOnce = 400;

/** In one transaction, so that what is read is of one moment, but not in one piece. */
function readMessages(database: Database<ChatSchema>, chatId: string): Promise<Message[]> {
  return database.read('messages', ['messages'], async (transaction) => {
    const index = transaction.objectStore('messages').index('byChat');
    const all: Message[] = [];
    for (let range = messagesOf(chatId); ;) {
      const batch = await index.getAll(range, messagesAtOnce);
      all.push(...batch);
      const last = batch.at(-1);
      if (!last || batch.length < messagesAtOnce) return all;
      range = IDBKeyRange.bound([chatId, last.order], [chatId, Infinity], true);
    }
  });
}

/** One page, newest first. Deleted chats are few and short-lived, so they are stepped over. */
async function readHistory(
  database: Database<ChatSchema>,
  { limit, before }: Parameters<ChatReader['history']>[0],
): ReturnType<ChatReader['history']> {
  return database.read('history', ['chats'], async (transaction) => {
    const range = before ? IDBKeyRange.upperBound([before.updatedAt, before.id], true) : null;
    const chats: Chat[] = [];
    let cursor = await transaction.objectStore('chats').index('byUpdated').openCursor(range, 'prev');
    while (cursor && chats.length < limit) {
      if (cursor.value.deletedAt === undefined) chats.push(cursor.value);
      cursor = await cursor.continue();
    }
    const last = chats.at(-1);
    return last && cursor ? { chats, next: { updatedAt: last.updatedAt, id: last.id } } : { chats };
  });
}
