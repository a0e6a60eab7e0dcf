import type { Chat } from '../core/chat';
import type { ChatSchema, TextRow } from './chat-database';
import type { ChatReader, SearchHit } from './chats';
import type { Database } from './database';

/** Rows in one reading; few enough that turning them into objects is no long task. */
const chatsAtOnce = 400;
const textsAtOnce = 300;
/** Milliseconds of looking before others get their turn, and the letters after which the clock is asked: it is slower than they. */
const turn = 8;
const lettersPerLook = 200_000;
const hitsPerChat = 3;

/** Characters shown before a match, and in all. */
const before = 40;
const shown = 160;

/** How long what was read is kept for the next letter of the query, in milliseconds. */
const keptFor = 30_000;

/** A text and what is looked through: the same in lower case. Made once, as making it takes longer than looking. */
interface Searchable<Row> {
  row: Row;
  lower: string;
}

/** Everything a search looks through, newest chat first, with the stamp it was read under. */
interface Library {
  stamp: string | undefined;
  chats: Promise<Searchable<Chat>[]>;
  /** By chat, in order. */
  texts: Promise<Map<string, Searchable<TextRow>[]>>;
}

export interface Search {
  search: ChatReader['search'];
  /** Reads what a search will look through, unless it has been read. */
  prepare(): Promise<void>;
}

/**
 * Titles first, then texts, newest chat first. Letters match whatever their case; nothing else is interpreted. The words of
 * all chats are read once, in slices, best before the first search; what was read serves all that follow soon.
 */
export function createSearch(database: Database<ChatSchema>): Search {
  let library: Library | undefined;
  let forget: ReturnType<typeof setTimeout> | undefined;

  async function open(): Promise<Library> {
    const stamp = await readStamp(database);
    clearTimeout(forget);
    const opened = library && library.stamp === stamp ? library : read(stamp);
    library = opened;
    // The time begins to run when all is read, and anew with every search.
    const later = () => {
      if (library !== opened) return;
      clearTimeout(forget);
      forget = setTimeout(() => (library = undefined), keptFor);
    };
    Promise.all([opened.chats, opened.texts]).then(later, () => {
      if (library === opened) library = undefined;
    });
    return opened;
  }

  function read(stamp: string | undefined): Library {
    // One after the other: side by side they take as long, and titles would be found later.
    const chats = readChats(database);
    return { stamp, chats, texts: chats.then(() => readTexts(database)) };
  }

  return {
    async *search(query, signal) {
      const wanted = lowered(query.trim());
      if (!wanted || signal.aborted) return;
      const opened = await open();
      const chats = await opened.chats;
      if (signal.aborted) return;
      for (const { row: chat, lower } of chats) {
        const hit = match(chat.title, lower, wanted);
        if (hit) yield { chat, ...hit };
        if (signal.aborted) return;
      }
      const texts = await opened.texts;
      if (!signal.aborted) yield* searchTexts(chats, texts, wanted, signal);
    },
    async prepare() {
      const { chats, texts } = await open();
      await Promise.all([chats, texts]);
    },
  };
}

async function* searchTexts(
  chats: readonly Searchable<Chat>[],
  texts: ReadonlyMap<string, readonly Searchable<TextRow>[]>,
  wanted: string,
  signal: AbortSignal,
): AsyncGenerator<SearchHit> {
  let since = performance.now();
  let looked = 0;
  for (const { row: chat } of chats) {
    let hits = 0;
    for (const { row, lower } of texts.get(chat.id) ?? []) {
      looked += lower.length;
      const hit = match(row.text, lower, wanted);
      if (!hit) continue;
      yield { chat, messageId: row.id, ...hit };
      if (signal.aborted) return;
      hits += 1;
      if (hits === hitsPerChat) break;
    }
    if (looked < lettersPerLook) continue;
    looked = 0;
    if (performance.now() - since < turn) continue;
    await othersTurn();
    if (signal.aborted) return;
    since = performance.now();
  }
}

/** Lets input and drawing come first. A timer would wait four milliseconds each time. */
const othersTurn = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

async function readStamp(database: Database<ChatSchema>): Promise<string | undefined> {
  const row = await database.read('search stamp', ['stamp'], (transaction) =>
    transaction.objectStore('stamp').get('stamp'),
  );
  return row?.value;
}

/** Newest first, without deleted ones. In the order of the store and sorted here: through the index it takes a third longer. */
async function readChats(database: Database<ChatSchema>): Promise<Searchable<Chat>[]> {
  const chats: Searchable<Chat>[] = [];
  await eachRow(database, 'chats', chatsAtOnce, (row) => {
    if (row.deletedAt === undefined) chats.push({ row, lower: lowered(row.title) });
  });
  return chats.sort(({ row: one }, { row: other }) => other.updatedAt - one.updatedAt || (one.id < other.id ? 1 : -1));
}

async function readTexts(database: Database<ChatSchema>): Promise<Map<string, Searchable<TextRow>[]>> {
  const texts = new Map<string, Searchable<TextRow>[]>();
  await eachRow(database, 'texts', textsAtOnce, (row) => {
    const text = { row, lower: lowered(row.text) };
    const rows = texts.get(row.chatId);
    if (rows) rows.push(text);
    else texts.set(row.chatId, [text]);
  });
  for (const rows of texts.values()) rows.sort((one, other) => one.row.order - other.row.order);
  return texts;
}

async function eachRow<Name extends 'chats' | 'texts'>(
  database: Database<ChatSchema>,
  name: Name,
  atOnce: number,
  take: (row: ChatSchema[Name]['value']) => void,
): Promise<void> {
  const read = (range: IDBKeyRange | null): Promise<ChatSchema[Name]['value'][]> =>
    database.read(`search ${name}`, [name], (transaction) => transaction.objectStore(name).getAll(range, atOnce));
  let reading: ReturnType<typeof read> | undefined = read(null);
  while (reading) {
    const batch: ChatSchema[Name]['value'][] = await reading;
    const last = batch.at(-1);
    // The database reads on while these are taken.
    reading = last && batch.length === atOnce ? read(IDBKeyRange.lowerBound(last.id, true)) : undefined;
    for (const row of batch) take(row);
  }
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

function match(text: string, lower: string, wanted: string): Pick<SearchHit, 'snippet' | 'start' | 'length'> | null {
  const at = lower.indexOf(wanted);
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
