/**
 * Fills the chat store as years of use would, from a page of the extension and straight into its rows (storage/chat-database.ts).
 * Shared by the end-to-end tests of long histories and by the bench.
 */

/** @typedef {import('playwright').Page} Page */

/**
 * @typedef {object} SeededChat
 * @property {string} id
 * @property {string} title
 * @property {number} updatedAt epoch milliseconds
 * @property {readonly string[]} texts a question, its answer, a question, and so on
 */

/** Chats in one transaction; the page is not to run out of memory. */
const atOnce = 2_500;

/** @param {SeededChat} chat */
function rowsOf({ id, title, updatedAt, texts }) {
  const messageId = (order) => `${id}-${String(order).padStart(5, '0')}`;
  const messages = texts.map((text, order) => {
    const common = {
      id: messageId(order),
      chatId: id,
      parentId: order === 0 ? null : messageId(order - 1),
      order,
      createdAt: updatedAt,
      parts: [{ type: 'text', text }],
    };
    if (order % 2 === 0) return { ...common, role: 'user' };
    return {
      ...common,
      role: 'assistant',
      state: 'complete',
      connectionId: 'seeded',
      providerId: 'custom',
      provider: 'Seeded',
      model: 'seeded-model',
      finish: { reason: 'stop' },
      startedAt: updatedAt,
      firstAt: updatedAt,
      endedAt: updatedAt,
    };
  });
  const chat = {
    id,
    title,
    titled: true,
    createdAt: updatedAt,
    updatedAt,
    leafId: messages.at(-1)?.id ?? null,
    nextOrder: texts.length,
  };
  return { chat, messages };
}

/**
 * Stores chats. The store must be there already: any page that has read from it has made it.
 * @param {Page} page of the extension
 * @param {readonly SeededChat[]} chats
 */
export async function seedChats(page, chats) {
  for (let from = 0; from < chats.length; from += atOnce) {
    // As one text: many small objects take the driver longer than the store.
    await page.evaluate(putRows, JSON.stringify(chats.slice(from, from + atOnce).map(rowsOf)));
  }
}

/** Runs in the page. */
async function putRows(json) {
  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await settled(indexedDB.open('gloss-chats'));
  const transaction = database.transaction(['chats', 'messages', 'texts', 'stamp'], 'readwrite', {
    durability: 'relaxed',
  });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  for (const { chat, messages } of JSON.parse(json)) {
    transaction.objectStore('chats').put(chat);
    for (const message of messages) {
      const { id, chatId, order, parts } = message;
      transaction.objectStore('messages').put(message);
      transaction.objectStore('texts').put({ id, chatId, order, text: parts[0].text });
    }
  }
  transaction.objectStore('stamp').put({ id: 'stamp', value: crypto.randomUUID() });
  await done;
  database.close();
}

const subjects = [
  'light in deep shade',
  'a narrow staircase',
  'the price of rye',
  'tides at the old pier',
  'two kinds of glue',
];

/**
 * A history of so many chats, newest first, half an hour apart.
 * @param {number} count
 * @param {number} newest epoch milliseconds
 * @param {number} [words] characters of each chat's only question
 * @returns {SeededChat[]}
 */
export const longHistory = (count, newest, words = 200) =>
  Array.from({ length: count }, (_, number) => ({
    id: `chat-${String(number).padStart(5, '0')}`,
    title: `Number ${number}, about ${subjects[number % subjects.length]}`,
    updatedAt: newest - number * 1_800_000,
    texts: [
      `What is there to say about ${subjects[number % subjects.length]}? ${'Another sentence of the usual kind. '.repeat(Math.max(1, words / 37))}`,
    ],
  }));

/**
 * One chat of so many messages.
 * @param {number} messages even
 * @param {(order: number) => string} [extra] words to put into that message
 */
export const longChat = (messages, extra = () => '') =>
  Array.from({ length: messages }, (_, order) =>
    order % 2 === 0
      ? `Question at place ${order}. ${extra(order)}`
      : `Answer at place ${order}, with some **bold** words. ${extra(order)}\n\n- one point\n- another, with \`code\`\n\nAnd a closing sentence.`,
  );

/** Markdown of about so many characters. @param {number} size */
export function longAnswer(size) {
  const section = (number) =>
    `## Section ${number}\n\nA paragraph with **bold** words, a [link](https://example.org/${number}) and \`code\`, as answers have them. ${'More of it follows here. '.repeat(48)}\n\n- first point of ${number}\n- second point\n\n\`\`\`js\nconst section = ${number};\n\`\`\`\n\n`;
  let text = '';
  for (let number = 1; text.length < size; number += 1) text += section(number);
  return `${text}The very last sentence.`;
}
