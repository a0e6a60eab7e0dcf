import type { AnswerMessage, Chat, Message } from '../core/chat';
import { fold } from '../core/fold';
import type { Stretch } from '../core/protocol';
import { journalOf, messagesOf, openChats, type ChatSchema } from './chat-database';
import { createChatReader } from './chat-reader';
import type { ChatWriter } from './chats';
import type { Database, Writing } from './database';

type Store = 'chats' | 'messages' | 'texts' | 'stamp' | 'journal' | 'live' | 'imports';
const allStores: Store[] = ['chats', 'messages', 'texts', 'stamp', 'journal', 'live', 'imports'];
/** What an answer's beginning and end touch. */
const answerStores: Store[] = ['chats', 'messages', 'texts', 'stamp', 'journal', 'live'];
type Transaction = Writing<ChatSchema, Store[]>;

/** The background's own side of the chat store. `owner` is the worker's boot id. */
export function createChatWriter(owner: string, database: Database<ChatSchema> = openChats()): ChatWriter {
  return {
    ...createChatReader(database),
    ask: (chat, question, answer) =>
      database.write('ask', 'strict', answerStores, async (transaction) => {
        const known = await transaction.objectStore('messages').getKey((question ?? answer).id);
        if (known !== undefined) return false;
        await addMessages(transaction, question ? [question, answer] : [answer]);
        await stamp(transaction);
        await transaction.objectStore('live').put({ run: answer.id, chatId: chat.id, owner });
        await transaction.objectStore('chats').put(chat);
        return true;
      }),
    appendJournal: (stretch) =>
      database.write('journal', 'relaxed', ['live', 'journal'], async (transaction) => {
        // A worker that was given up for dead must not write into what another one has already closed.
        const live = await transaction.objectStore('live').get(stretch.run);
        if (live?.owner === owner) await transaction.objectStore('journal').add(stretch);
      }),
    finish: (answer, chat) =>
      database.write('finish', 'strict', answerStores, async (transaction) => {
        // Nobody's any more: another worker has closed it, or its chat was removed and stays removed.
        const live = await transaction.objectStore('live').get(answer.id);
        if (live?.owner !== owner) return;
        await settle(transaction, answer);
        if (chat) await patch(transaction, answer.chatId, chat);
      }),
    patchChat: (id, changes) =>
      database.write('patch', 'strict', ['chats', 'stamp'], (transaction) => patch(transaction, id, changes)),
    undelete: (id) =>
      database.write('undelete', 'strict', ['chats', 'stamp'], async (transaction) => {
        const chat = await transaction.objectStore('chats').get(id);
        if (!chat) return undefined;
        const { deletedAt: _gone, ...kept } = chat;
        await transaction.objectStore('chats').put(kept);
        await stamp(transaction);
        return kept;
      }),
    async purge(before) {
      const range = IDBKeyRange.upperBound(before, true);
      // Every start of the worker asks, and there is hardly ever anything: first a look, which waits for no disk.
      const found = await database.read('deleted', ['chats', 'imports'], (transaction) =>
        Promise.all([
          transaction.objectStore('chats').index('byDeleted').getKey(range),
          transaction.objectStore('imports').getKey(IDBKeyRange.lowerBound('')),
        ]),
      );
      if (found.every((key) => key === undefined)) return;
      await database.write('purge', 'strict', allStores, async (transaction) => {
        const gone = await transaction.objectStore('chats').index('byDeleted').getAllKeys(range);
        await removeChats(transaction, gone);
        const imports = transaction.objectStore('imports');
        for (const { id, at, open } of await imports.getAll()) if (!open && at < before - day) await imports.delete(id);
      });
    },
    async sweep(alive) {
      const left = await database.read('orphans', ['live'], (transaction) => transaction.objectStore('live').getAll());
      const chats: string[] = [];
      for (const { run, chatId } of left) {
        if (alive.has(run)) continue;
        await database.write('sweep', 'strict', answerStores, (transaction) => interrupt(transaction, run));
        chats.push(chatId);
      }
      return chats;
    },
    insert: (chats, record) =>
      database.write('insert', 'strict', allStores, async (transaction) => {
        for (let place = 0; place < chats.length; place += chatsAtOnce) {
          const group = chats.slice(place, place + chatsAtOnce);
          await Promise.all(group.map(({ chat }) => transaction.objectStore('chats').add(chat)));
          await addMessages(
            transaction,
            group.flatMap(({ messages }) => messages),
          );
        }
        await stamp(transaction);
        if (record) await transaction.objectStore('imports').put(record);
      }),
    imported: (id) =>
      database.read('imported', ['imports'], (transaction) => transaction.objectStore('imports').get(id)),
    openImports: () =>
      database.read('open imports', ['imports'], async (transaction) =>
        (await transaction.objectStore('imports').getAll()).filter(({ open }) => open),
      ),
    noteImport: (record) =>
      database.write('note import', 'strict', ['imports'], async (transaction) => {
        await transaction.objectStore('imports').put(record);
      }),
    takeBack: (id) =>
      database.write('take back', 'strict', allStores, async (transaction) => {
        const record = await transaction.objectStore('imports').get(id);
        const brought = record?.chats ?? [];
        const there = await Promise.all(brought.map((chat) => transaction.objectStore('chats').get(chat.id)));
        const gone = brought.filter(({ nextOrder }, place) => there[place]?.nextOrder === nextOrder);
        await removeChats(
          transaction,
          gone.map((chat) => chat.id),
        );
        await transaction.objectStore('imports').delete(id);
      }),
    remove: (chatIds) =>
      database.write('remove', 'strict', allStores, (transaction) => removeChats(transaction, chatIds)),
    clear: () =>
      database.write('clear', 'strict', allStores, async (transaction) => {
        await Promise.all(allStores.map((store) => transaction.objectStore(store).clear()));
        await stamp(transaction);
      }),
  };
}

/** For so long an import can be taken back; milliseconds. */
const day = 86_400_000;

const stamp = (transaction: Pick<Writing<ChatSchema, ('chats' | 'stamp')[]>, 'objectStore'>) =>
  transaction.objectStore('stamp').put({ id: 'stamp', value: crypto.randomUUID() });

/** Requests are asked for in groups: one by one a long import would take a minute, all at once too much memory. */
const chatsAtOnce = 200;

async function addMessages(transaction: Transaction, messages: readonly Message[]): Promise<void> {
  await Promise.all(messages.map((message) => transaction.objectStore('messages').add(message)));
  await putTexts(transaction, messages);
}

async function putTexts(transaction: Transaction, messages: readonly Message[]): Promise<void> {
  const texts = transaction.objectStore('texts');
  await Promise.all(
    messages.map((message) => {
      const { id, chatId, order } = message;
      const text = wordsOf(message);
      return text ? texts.put({ id, chatId, order, text }) : texts.delete(id);
    }),
  );
}

/** What a reader would remember of a message: its words and its quotes, not the pages that went along. */
function wordsOf(message: Message): string {
  return message.parts
    .map((part) => (part.type === 'text' || part.type === 'quote' || part.type === 'refusal' ? part.text : ''))
    .filter(Boolean)
    .join('\n');
}

async function patch(
  transaction: Pick<Writing<ChatSchema, ('chats' | 'stamp')[]>, 'objectStore'>,
  id: string,
  changes: Partial<Chat>,
): Promise<Chat | undefined> {
  const chats = transaction.objectStore('chats');
  const chat = await chats.get(id);
  if (!chat) return undefined;
  const patched = { ...chat, ...changes, id };
  await chats.put(patched);
  await stamp(transaction);
  return patched;
}

/** The answer stands in its last form; nobody makes it any more. */
async function settle(transaction: Transaction, answer: AnswerMessage): Promise<void> {
  await transaction.objectStore('messages').put(answer);
  await putTexts(transaction, [answer]);
  await stamp(transaction);
  await transaction.objectStore('journal').delete(journalOf(answer.id));
  await transaction.objectStore('live').delete(answer.id);
}

/** Gives an answer that nobody makes any more the text its journal holds. */
async function interrupt(transaction: Transaction, run: string): Promise<void> {
  const answer = await transaction.objectStore('messages').get(run);
  const rows = await transaction.objectStore('journal').getAll(journalOf(run));
  if (answer?.role === 'assistant') await settle(transaction, interrupted(answer, rows));
  await transaction.objectStore('live').delete(run);
}

/** What the journal's rows make of the stored answer. A journal that holds the wire's last event holds everything. */
export function interrupted(answer: AnswerMessage, rows: readonly Stretch[]): AnswerMessage {
  let whole = answer;
  let at = answer.startedAt;
  for (const row of rows) {
    at = row.at;
    for (const event of row.events) whole = fold(whole, event, at);
  }
  if (whole.endedAt !== undefined) return whole;
  return fold(whole, { type: 'error', error: { kind: 'interrupted', message: '', mayHaveReached: true } }, at);
}

async function removeChats(transaction: Transaction, chatIds: string[]): Promise<void> {
  const messages = transaction.objectStore('messages');
  for (let place = 0; place < chatIds.length; place += chatsAtOnce) {
    const group = chatIds.slice(place, place + chatsAtOnce);
    const ids = await Promise.all(group.map((chatId) => messages.index('byChat').getAllKeys(messagesOf(chatId))));
    await Promise.all([
      ...group.map((chatId) => transaction.objectStore('chats').delete(chatId)),
      ...ids
        .flat()
        .flatMap((id) => [
          messages.delete(id),
          transaction.objectStore('texts').delete(id),
          transaction.objectStore('journal').delete(journalOf(id)),
          transaction.objectStore('live').delete(id),
        ]),
    ]);
  }
  await stamp(transaction);
}
