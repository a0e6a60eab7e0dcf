import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AnswerMessage, Chat, Message, UserMessage } from '../../core/chat';
import { openChats } from '../../storage/chat-database';
import { createChatReader } from '../../storage/chat-reader';
import { createChatWriter } from '../../storage/chat-writer';
import type { ChatWriter, SearchHit } from '../../storage/chats';

let names = 0;
let name = '';
let store: ChatWriter;

beforeEach(() => {
  name = `store-${(names += 1)}`;
  store = createChatWriter('boot', openChats({ name, owner: true }));
});

const chat = (id: string, more: Partial<Chat> = {}): Chat => ({
  id,
  title: `Chat ${id}`,
  titled: false,
  createdAt: 1,
  updatedAt: 1,
  leafId: null,
  nextOrder: 2,
  ...more,
});
const question = (chatId: string, text = 'Why?', order = 0): UserMessage => ({
  id: `${chatId}-q${order}`,
  chatId,
  parentId: null,
  order,
  createdAt: 1,
  role: 'user',
  parts: [{ type: 'text', text }],
});
const answer = (chatId: string, text = '', order = 1): AnswerMessage => ({
  id: `${chatId}-a${order}`,
  chatId,
  parentId: `${chatId}-q0`,
  order,
  createdAt: 1,
  role: 'assistant',
  parts: text ? [{ type: 'text', text }] : [],
  state: 'pending',
  connectionId: 'one',
  providerId: 'custom',
  provider: 'One',
  model: 'm',
  startedAt: 1,
});

async function insert(...chats: { chat: Chat; messages: Message[] }[]): Promise<void> {
  await store.insert(chats);
}

async function hits(query: string, signal = new AbortController().signal): Promise<SearchHit[]> {
  const found: SearchHit[] = [];
  for await (const hit of store.search(query, signal)) found.push(hit);
  return found;
}

describe('ask', () => {
  it('stores all three or, for a known question, nothing', async () => {
    expect(await store.ask(chat('a'), question('a'), answer('a'))).toBe(true);
    expect(await store.ask(chat('a', { title: 'other' }), question('a'), answer('a', '', 5))).toBe(false);
    expect(await store.chat('a')).toMatchObject({ title: 'Chat a' });
    expect((await store.messages('a')).map(({ id }) => id)).toEqual(['a-q0', 'a-a1']);
    // Another answer to the same question.
    expect(await store.ask(chat('a', { nextOrder: 3 }), null, answer('a', '', 2))).toBe(true);
    expect(await store.ask(chat('a'), null, answer('a', '', 2))).toBe(false);
    expect(await store.messages('a')).toHaveLength(3);
  });
});

describe('the journal', () => {
  const row = (from: number, to: number, text: string) => ({
    run: 'a-a1',
    from,
    to,
    at: from,
    events: [{ type: 'text-delta' as const, text }],
  });

  it('gives rows in order, and only those that hold something new', async () => {
    await store.ask(chat('a'), question('a'), answer('a'));
    for (const each of [row(1, 1, 'one '), row(2, 9, 'two '), row(10, 12, 'three ')]) await store.appendJournal(each);
    expect((await store.journal('a-a1')).map(({ from }) => from)).toEqual([1, 2, 10]);
    expect((await store.journal('a-a1', 9)).map(({ from }) => from)).toEqual([10]);
    expect((await store.journal('a-a1', 5)).map(({ from }) => from)).toEqual([2, 10]);
    expect(await store.journal('other')).toEqual([]);
  });

  it('takes nothing for an answer that is finished or belongs to another worker', async () => {
    await store.ask(chat('a'), question('a'), answer('a'));
    await createChatWriter('other', openChats({ name })).appendJournal(row(1, 1, 'not mine'));
    await store.finish({ ...answer('a', 'done'), state: 'complete' });
    await store.appendJournal(row(1, 1, 'too late'));
    expect(await store.journal('a-a1')).toEqual([]);
  });

  it('makes an interrupted answer whole as far as it goes, and complete if it holds the end', async () => {
    await store.ask(chat('a'), question('a'), answer('a'));
    await store.ask(chat('b'), question('b'), answer('b'));
    await store.appendJournal(row(1, 1, 'one '));
    await store.appendJournal(row(2, 2, 'two'));
    await store.appendJournal({
      ...row(1, 2, 'all of it'),
      run: 'b-a1',
      events: [
        { type: 'text-delta', text: 'all of it' },
        { type: 'end', finish: { reason: 'stop' } },
      ],
    });
    const next = createChatWriter('next', openChats({ name, owner: true }));
    expect((await next.sweep(new Set())).toSorted()).toEqual(['a', 'b']);
    expect((await store.messages('a'))[1]).toMatchObject({
      state: 'interrupted',
      parts: [{ type: 'text', text: 'one two' }],
      endedAt: 2,
    });
    expect((await store.messages('b'))[1]).toMatchObject({
      state: 'complete',
      parts: [{ type: 'text', text: 'all of it' }],
    });
    expect(await store.journal('a-a1')).toEqual([]);
    expect(await next.sweep(new Set())).toEqual([]);
  });

  it('leaves the living alone', async () => {
    await store.ask(chat('a'), question('a'), answer('a'));
    expect(await store.sweep(new Set(['a-a1']))).toEqual([]);
    expect((await store.messages('a'))[1]).toMatchObject({ state: 'pending' });
  });
});

describe('finishing', () => {
  it('does not bring back a chat that was removed', async () => {
    await store.ask(chat('a'), question('a'), answer('a'));
    await store.remove(['a']);
    await store.finish({ ...answer('a', 'done'), state: 'complete' }, { updatedAt: 9 });
    expect(await store.chat('a')).toBeUndefined();
    expect(await store.messages('a')).toEqual([]);
  });
});

describe('history', () => {
  it('comes newest first in pages, each chat once, deleted ones left out', async () => {
    const chats = Array.from({ length: 25 }, (_, place) =>
      chat(`c${String(place).padStart(2, '0')}`, {
        // Several share a time, as imported ones do.
        updatedAt: Math.floor(place / 3),
        ...(place % 7 === 3 ? { deletedAt: 5 } : {}),
      }),
    );
    await insert(...chats.map((each) => ({ chat: each, messages: [] })));
    const seen: string[] = [];
    let page = await store.history({ limit: 4 });
    let pages = 1;
    for (; page.next; pages += 1) {
      expect(page.chats).toHaveLength(4);
      seen.push(...page.chats.map(({ id }) => id));
      page = await store.history({ limit: 4, before: page.next });
    }
    seen.push(...page.chats.map(({ id }) => id));
    const wanted = chats
      .filter((each) => each.deletedAt === undefined)
      .toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
    expect(seen).toEqual(wanted.map(({ id }) => id));
    expect(pages).toBe(6);
    expect(await store.count()).toBe(21);
  });
});

describe('deleting', () => {
  it('waits for undo, then takes every row', async () => {
    await store.ask(chat('a'), question('a'), answer('a'));
    await store.appendJournal({ run: 'a-a1', from: 1, to: 1, at: 1, events: [] });
    await insert({ chat: chat('b'), messages: [question('b')] });
    await store.patchChat('a', { deletedAt: 1_000 });
    await store.purge(1_000);
    expect(await store.messages('a')).toHaveLength(2);
    expect(await store.undelete('a')).not.toHaveProperty('deletedAt');
    await store.patchChat('a', { deletedAt: 1_000 });
    await store.purge(1_001);
    expect(await store.chat('a')).toBeUndefined();
    expect(await store.messages('a')).toEqual([]);
    expect(await store.journal('a-a1')).toEqual([]);
    expect(await store.sweep(new Set())).toEqual([]);
    expect(await store.messages('b')).toHaveLength(1);
    expect(await store.undelete('a')).toBeUndefined();
  });
});

describe('inserting', () => {
  it('is all or nothing, never overwrites, and can be taken back', async () => {
    await insert({ chat: chat('a'), messages: [question('a')] });
    const clash = store.insert([
      { chat: chat('b'), messages: [question('b')] },
      { chat: chat('a'), messages: [] },
    ]);
    await expect(clash).rejects.toMatchObject({ kind: 'failed' });
    expect(await store.chat('b')).toBeUndefined();
    expect(await store.messages('b')).toEqual([]);
    const record = { id: 'import', at: 1, chats: [{ id: 'c', nextOrder: chat('c').nextOrder }], connections: [] };
    await store.insert([{ chat: chat('c'), messages: [question('c')] }], record);
    expect(await store.imported('import')).toEqual(record);
    await store.takeBack('import');
    expect(await store.chat('c')).toBeUndefined();
    expect(await store.imported('import')).toBeUndefined();
    expect(await store.chat('a')).toBeDefined();
  });
});

describe('search', () => {
  it('finds titles first, then texts, newest chat first, whatever the case', async () => {
    await insert(
      { chat: chat('old', { title: 'Rivers', updatedAt: 1 }), messages: [question('old', 'The MOON is far away')] },
      { chat: chat('mid', { title: 'About the moon', updatedAt: 2 }), messages: [question('mid', 'Hello')] },
      { chat: chat('new', { title: 'Tides', updatedAt: 3 }), messages: [question('new', 'What does the Moon do?')] },
      { chat: chat('gone', { title: 'Moon', updatedAt: 4, deletedAt: 1 }), messages: [question('gone', 'moon')] },
    );
    const found = await hits(' mOOn ');
    expect(found.map(({ chat: { id }, messageId }) => [id, messageId])).toEqual([
      ['mid', undefined],
      ['new', 'new-q0'],
      ['old', 'old-q0'],
    ]);
    for (const { snippet, start, length } of found)
      expect(snippet.slice(start, start + length).toLowerCase()).toBe('moon');
    expect(await hits('')).toEqual([]);
    expect(await hits('nowhere')).toEqual([]);
  });

  it('marks the match in a cut-out that begins at a word and holds no half letters', async () => {
    const long = `${'wörter und 😀😀 '.repeat(30)}the needle here ${'😀'.repeat(200)}`;
    await insert({ chat: chat('a'), messages: [question('a', long)] });
    const [hit] = await hits('needle');
    expect(hit?.snippet.slice(hit.start, hit.start + hit.length)).toBe('needle');
    expect(hit?.snippet.isWellFormed()).toBe(true);
    expect(hit?.snippet.length).toBeLessThanOrEqual(160);
    expect(long).toContain(hit?.snippet);
  });

  it('keeps its place where lower case is longer', async () => {
    await insert({ chat: chat('a'), messages: [question('a', 'İİİİ İstanbul NOW')] });
    const [hit] = await hits('now');
    expect(hit?.snippet.slice(hit.start, hit.start + hit.length)).toBe('NOW');
  });

  it('looks at quotes, but not at pages', async () => {
    const source = { title: 't', url: 'https://x.example' };
    const message: UserMessage = {
      ...question('a', 'q'),
      parts: [
        { type: 'quote', id: 'q', text: 'quoted words', source },
        { type: 'page', id: 'p', text: 'page words', source, hidden: 0, removed: 0 },
      ],
    };
    await insert({ chat: chat('a'), messages: [message] });
    expect(await hits('quoted')).toHaveLength(1);
    expect(await hits('page words')).toHaveLength(0);
  });

  it('looks at the words anew after any change, and only then', async () => {
    let readings = 0;
    const count = (operation: string, phase: string) =>
      void (phase === 'begin' && operation === 'search texts' && (readings += 1));
    const reader = createChatReader(openChats({ name, seam: count }));
    const find = async (query: string) => {
      const found: string[] = [];
      for await (const hit of reader.search(query, new AbortController().signal))
        found.push(hit.messageId ?? hit.chat.title);
      return found;
    };
    const changes: [() => Promise<unknown>, query: string, before: string[], after: string[]][] = [
      [() => insert({ chat: chat('a'), messages: [question('a', 'first')] }), 'first', [], ['a-q0']],
      [() => store.patchChat('a', { title: 'Renamed' }), 'renamed', [], ['Renamed']],
      [() => store.ask(chat('b', { updatedAt: 2 }), question('b', 'second'), answer('b')), 'second', [], ['b-q0']],
      [() => store.finish({ ...answer('b', 'third'), state: 'complete' }), 'third', [], ['b-a1']],
      [() => store.patchChat('b', { deletedAt: 1 }), 'third', ['b-a1'], []],
      [() => store.undelete('b'), 'third', [], ['b-a1']],
      [() => store.remove(['b']), 'third', ['b-a1'], []],
      [
        () =>
          store.insert([{ chat: chat('c'), messages: [question('c', 'fourth')] }], {
            id: 'i',
            at: 1,
            chats: [{ id: 'c', nextOrder: chat('c').nextOrder }],
            connections: [],
          }),
        'fourth',
        [],
        ['c-q0'],
      ],
      [() => store.takeBack('i'), 'fourth', ['c-q0'], []],
      [() => store.clear(), 'first', ['a-q0'], []],
    ];
    for (const [change, query, before, after] of changes) {
      expect(await find(query)).toEqual(before);
      const seen = readings;
      expect(await find(query)).toEqual(before);
      expect(readings).toBe(seen);
      await change();
      expect(await find(query)).toEqual(after);
    }
    // What a sweep saves from the journal can be found too.
    await store.ask(chat('d'), question('d', 'q'), answer('d'));
    await store.appendJournal({
      run: 'd-a1',
      from: 1,
      to: 1,
      at: 1,
      events: [{ type: 'text-delta', text: 'rescued' }],
    });
    expect(await find('rescued')).toEqual([]);
    await createChatWriter('next', openChats({ name })).sweep(new Set());
    expect(await find('rescued')).toEqual(['d-a1']);
  });

  it('reads the words before anybody searches, and only once for all who wait for them', async () => {
    await insert({ chat: chat('a'), messages: [question('a', 'Capital LETTERS')] });
    let readings = 0;
    const reader = createChatReader(
      openChats({
        name,
        seam: (operation, phase) => void (phase === 'begin' && operation === 'search texts' && (readings += 1)),
      }),
    );
    const find = async (query: string) => {
      const found: string[] = [];
      for await (const hit of reader.search(query, new AbortController().signal)) found.push(hit.snippet);
      return found;
    };
    const [, , early] = await Promise.all([reader.prepareSearch(), reader.prepareSearch(), find('letters')]);
    expect(early).toEqual(['Capital LETTERS']);
    expect(await find('capital')).toEqual(['Capital LETTERS']);
    expect(readings).toBe(1);
  });

  it('reaches the end of a long chat and of a long history, in small readings, and stops when told', async () => {
    const many = Array.from({ length: 350 }, (_, order) =>
      question('long', order === 349 ? 'the very last' : 'filler', order),
    );
    const chats = Array.from({ length: 1_200 }, (_, place) => ({
      chat: chat(`c${place}`, { updatedAt: place }),
      messages: [],
    }));
    await insert({ chat: chat('long', { updatedAt: 0 }), messages: many }, ...chats);
    let readings = 0;
    const reader = createChatReader(
      openChats({ name, seam: (_, phase) => void (phase === 'begin' && (readings += 1)) }),
    );
    const found: SearchHit[] = [];
    for await (const hit of reader.search('the very last', new AbortController().signal)) found.push(hit);
    expect(found.map(({ messageId }) => messageId)).toEqual(['long-q349']);
    expect(readings).toBeGreaterThanOrEqual(Math.ceil(1_200 / 400) + Math.ceil(350 / 300));

    const stop = new AbortController();
    for await (const _hit of reader.search('Chat', stop.signal)) {
      stop.abort();
      readings = 0;
    }
    expect(readings).toBeLessThanOrEqual(1);
  });
});
