import type { Chat } from '../core/chat';
import type { ChatSchema, TextRow } from './chat-database';
import type { ChatReader, SearchHit } from './chats';
import type { Database } from './database';

/** Rows in one reading; few enough that turning them into objects is no long task. */
const chatsAtOnce = 400;
const textsAtOnce = 300;
/** Texts looked through before others get their turn. */
const textsInTurn = 2_000;
const hitsPerChat = 3;

/** Characters shown before a match, and in all. */
const before = 40;
const shown = 160;

/** How long what was read is kept for the next letter of the query, in milliseconds. */
const keptFor = 30_000;

/** Everything a search looks through, newest chat first, with the stamp it was read under. */
interface Library {
  stamp: string | undefined;
  chats: Chat[];
  /** By chat, in order. */
  texts: Map<string, TextRow[]>;
}

/**
 * Titles first, then texts, newest chat first. Letters match whatever their case; nothing else is interpreted. The first
 * search reads the words of all chats, in slices; those that follow soon look through what was read.
 */
export function createSearch(database: Database<ChatSchema>): ChatReader['search'] {
  let kept: Library | undefined;
  let forget: ReturnType<typeof setTimeout> | undefined;

  const keep = (library: Library) => {
    kept = library;
    clearTimeout(forget);
    forget = setTimeout(() => (kept = undefined), keptFor);
  };

  return async function* search(query, signal) {
    const wanted = lowered(query.trim());
    if (!wanted || signal.aborted) return;
    const stamp = await readStamp(database);
    const known = kept && kept.stamp === stamp ? kept : undefined;
    const chats = known?.chats ?? (await readChats(database, signal));
    if (!chats || signal.aborted) return;
    for (const chat of chats) {
      const hit = match(chat.title, wanted);
      if (hit) yield { chat, ...hit };
      if (signal.aborted) return;
    }
    const texts = known?.texts ?? (await readTexts(database, signal));
    if (!texts || signal.aborted) return;
    keep({ stamp, chats, texts });
    yield* searchTexts(chats, texts, wanted, signal);
  };
}

async function* searchTexts(
  chats: readonly Chat[],
  texts: ReadonlyMap<string, readonly TextRow[]>,
  wanted: string,
  signal: AbortSignal,
): AsyncGenerator<SearchHit> {
  let looked = 0;
  for (const chat of chats) {
    let hits = 0;
    for (const row of texts.get(chat.id) ?? []) {
      looked += 1;
      if (looked % textsInTurn === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      const hit = match(row.text, wanted);
      if (!hit) continue;
      yield { chat, messageId: row.id, ...hit };
      if (signal.aborted) return;
      hits += 1;
      if (hits === hitsPerChat) break;
    }
    if (signal.aborted) return;
  }
}

async function readStamp(database: Database<ChatSchema>): Promise<string | undefined> {
  const row = await database.read('search stamp', ['stamp'], (transaction) =>
    transaction.objectStore('stamp').get('stamp'),
  );
  return row?.value;
}

/** Newest first, without deleted ones; `undefined` if the search was given up. */
async function readChats(database: Database<ChatSchema>, signal: AbortSignal): Promise<Chat[] | undefined> {
  const chats: Chat[] = [];
  let range: IDBKeyRange | null = null;
  for (;;) {
    const batch: Chat[] = await database.read('search chats', ['chats'], (transaction) =>
      transaction.objectStore('chats').index('byUpdated').getAll(range, chatsAtOnce),
    );
    if (signal.aborted) return undefined;
    chats.push(...batch.filter((chat) => chat.deletedAt === undefined));
    const last = batch.at(-1);
    if (!last || batch.length < chatsAtOnce) return chats.reverse();
    range = IDBKeyRange.lowerBound([last.updatedAt, last.id], true);
  }
}

async function readTexts(
  database: Database<ChatSchema>,
  signal: AbortSignal,
): Promise<Map<string, TextRow[]> | undefined> {
  const texts = new Map<string, TextRow[]>();
  let range: IDBKeyRange | null = null;
  for (;;) {
    const batch: TextRow[] = await database.read('search texts', ['texts'], (transaction) =>
      transaction.objectStore('texts').getAll(range, textsAtOnce),
    );
    if (signal.aborted) return undefined;
    for (const row of batch) {
      const rows = texts.get(row.chatId);
      if (rows) rows.push(row);
      else texts.set(row.chatId, [row]);
    }
    const last = batch.at(-1);
    if (!last || batch.length < textsAtOnce) break;
    range = IDBKeyRange.lowerBound(last.id, true);
  }
  for (const rows of texts.values()) rows.sort((one, other) => one.order - other.order);
  return texts;
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
