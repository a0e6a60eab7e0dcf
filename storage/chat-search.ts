import type { Chat, Message } from '../core/chat';
import { messagesOf, type ChatSchema } from './chat-database';
import type { SearchHit } from './chats';
import type { Database } from './database';

/** Rows in one reading; few enough that turning them into objects is no long task. */
const chatsAtOnce = 500;
const messagesAtOnce = 100;
/** Chats whose texts are read together, so that a long history of short chats does not pay for each one alone. */
const chatsTogether = 16;
const hitsPerChat = 3;

/** Characters shown before a match, and in all. */
const before = 40;
const shown = 160;

/** Titles first, then texts, newest chat first. Letters match whatever their case; nothing else is interpreted. */
export async function* searchChats(
  database: Database<ChatSchema>,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<SearchHit> {
  const wanted = lowered(query.trim());
  if (!wanted) return;
  const chats: Chat[] = [];
  for await (const batch of allChats(database)) {
    if (signal.aborted) return;
    chats.push(...batch);
  }
  chats.reverse();
  for (const chat of chats) {
    const hit = match(chat.title, wanted);
    if (hit) yield { chat, ...hit };
  }
  for (let place = 0; place < chats.length; place += chatsTogether) {
    if (signal.aborted) return;
    const group = chats.slice(place, place + chatsTogether);
    const starts = await firstMessages(database, group);
    for (const [index, chat] of group.entries()) {
      yield* searchTexts(database, chat, starts[index] ?? [], wanted, signal);
      if (signal.aborted) return;
    }
  }
}

/** Oldest first, in batches, without deleted ones. */
async function* allChats(database: Database<ChatSchema>): AsyncGenerator<Chat[]> {
  let range: IDBKeyRange | null = null;
  for (;;) {
    const batch: Chat[] = await database.read('search chats', ['chats'], (transaction) =>
      transaction.objectStore('chats').index('byUpdated').getAll(range, chatsAtOnce),
    );
    yield batch.filter((chat) => chat.deletedAt === undefined);
    const last = batch.at(-1);
    if (!last || batch.length < chatsAtOnce) return;
    range = IDBKeyRange.lowerBound([last.updatedAt, last.id], true);
  }
}

function firstMessages(database: Database<ChatSchema>, chats: Chat[]): Promise<Message[][]> {
  return database.read('search texts', ['messages'], (transaction) => {
    const index = transaction.objectStore('messages').index('byChat');
    return Promise.all(chats.map((chat) => index.getAll(messagesOf(chat.id), messagesAtOnce)));
  });
}

async function* searchTexts(
  database: Database<ChatSchema>,
  chat: Chat,
  start: Message[],
  wanted: string,
  signal: AbortSignal,
): AsyncGenerator<SearchHit> {
  let hits = 0;
  for (let batch = start; ;) {
    for (const message of batch) {
      const hit = match(searchable(message), wanted);
      if (!hit) continue;
      yield { chat, messageId: message.id, ...hit };
      hits += 1;
      if (hits === hitsPerChat) return;
    }
    const last = batch.at(-1);
    if (!last || batch.length < messagesAtOnce || signal.aborted) return;
    const rest = IDBKeyRange.bound([chat.id, last.order], [chat.id, Infinity], true);
    batch = await database.read('search texts', ['messages'], (transaction) =>
      transaction.objectStore('messages').index('byChat').getAll(rest, messagesAtOnce),
    );
  }
}

/** What a reader would remember of a message: its words and its quotes, not the pages that went along. */
function searchable(message: Message): string {
  return message.parts
    .map((part) => (part.type === 'text' || part.type === 'quote' || part.type === 'refusal' ? part.text : ''))
    .filter(Boolean)
    .join('\n');
}

/** Lower case without moving a single place, so that a match can be marked in the text as it is. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  }).join('');
}

function match(text: string, wanted: string): Pick<SearchHit, 'snippet' | 'start' | 'length'> | null {
  const at = lowered(text).indexOf(wanted);
  if (at < 0) return null;
  let from = Math.max(0, at - before);
  // Begin at a word where one is near, and never inside a surrogate pair.
  if (from > 0) {
    const space = text.slice(from, at).search(/\s/);
    if (space >= 0) from += space + 1;
    else if (isLow(text, from)) from += 1;
  }
  let to = Math.min(text.length, Math.max(from + shown, at + wanted.length));
  if (isLow(text, to)) to -= 1;
  const snippet = text.slice(from, to).replaceAll(/\s/g, ' ');
  return { snippet, start: at - from, length: Math.min(wanted.length, to - at) };
}

function isLow(text: string, place: number): boolean {
  const unit = text.charCodeAt(place);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
