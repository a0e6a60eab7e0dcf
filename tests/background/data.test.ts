import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AnswerMessage, AnswerPart, UserMessage } from '../../core/chat';
import { createQueue } from '../../core/queue';
import { createDataCommands, readFile, type DataCommands } from '../../entrypoints/background/data-commands';
import type { Connection } from '../../providers/contract';
import { openChats } from '../../storage/chat-database';
import { createChatWriter } from '../../storage/chat-writer';
import type { ChatWriter } from '../../storage/chats';
import { collectChats, exportData, type ExportedChat, type ExportFile } from '../../storage/export';
import { defaultPreferences, type Preferences } from '../../storage/settings';
import { connection } from './world';

let names = 0;
let ids = 0;

interface Place {
  store: ChatWriter;
  connections: { value: Connection[]; getValue(): Promise<Connection[]>; setValue(next: Connection[]): Promise<void> };
  preferences: { value: Preferences; getValue(): Promise<Preferences>; setValue(next: Preferences): Promise<void> };
  commands: DataCommands;
  changed: number;
  cleared: number;
  export(): Promise<string>;
}

function createPlace(): Place {
  const item = <Value>(value: Value) => ({
    value,
    async getValue() {
      return this.value;
    },
    async setValue(next: Value) {
      this.value = next;
    },
  });
  const place: Place = {
    store: createChatWriter('boot', openChats({ name: `data-${(names += 1)}`, owner: true })),
    connections: item<Connection[]>([]),
    preferences: item<Preferences>(defaultPreferences),
    changed: 0,
    cleared: 0,
    commands: undefined as never,
    export: async () =>
      exportData({
        exportedAt: 1,
        preferences: place.preferences.value,
        connections: place.connections.value,
        chats: await collectChats(place.store),
      }),
  };
  place.commands = createDataCommands({
    store: place.store,
    connections: place.connections,
    preferences: place.preferences,
    inTurn: createQueue(),
    now: () => 7,
    newId: () => `new-${(ids += 1)}`,
    changed: () => (place.changed += 1),
    clear: async () => void (place.cleared += 1),
  });
  return place;
}

let here: Place;
let there: Place;

beforeEach(() => {
  here = createPlace();
  there = createPlace();
});

const options = { sender: 'options' } as const;
const load = (place: Place, json: string, dryRun = false) => place.commands['data.import']({ json, dryRun }, options);

/** A chat with every kind of part, message and ending there is. */
function rich(id: string, connectionId = 'one'): ExportedChat {
  const source = { title: 'T', url: 'https://site.example/x' };
  const base = { chatId: id, createdAt: 5 };
  const question: UserMessage = {
    ...base,
    id: `${id}-q`,
    parentId: null,
    order: 0,
    role: 'user',
    parts: [
      { type: 'text', text: 'What is "__proto__": 1?' },
      {
        type: 'quote',
        id: 'q1',
        text: 'quote \u{1f600}',
        source: { ...source, tabId: 4, windowId: 2 },
        cut: 3,
        removed: 1,
      },
      { type: 'page', id: 'p1', text: 'page', source, hidden: 5, removed: 0, cut: 2 },
      { type: 'image', id: 'i1', mediaType: 'image/png', data: 'AAAA', name: 'a.png', width: 1, height: 2 },
    ],
  };
  const parts: AnswerPart[] = [
    { type: 'reasoning', text: 'hm', startedAt: 1, ms: 4 },
    { type: 'text', text: 'Because.' },
    { type: 'refusal', text: 'no' },
    { type: 'image', id: 'i2', mediaType: 'image/png', data: 'AAAA' },
    { type: 'tool-call', id: 't', name: 'n', input: '{' },
    { type: 'citation', url: 'https://a.example', title: 'A', text: 'x' },
    { type: 'opaque', wire: 'w', value: { deep: [{ list: [null, 1, 'x'] }] } },
    { type: 'notice', notice: { kind: 'retry', at: 1, attempt: 2, attempts: 3, reason: 'server', status: 500 } },
    { type: 'notice', notice: { kind: 'server', origin: 'https://a.example' } },
    {
      type: 'notice',
      notice: {
        kind: 'fallback',
        connection: 'Two',
        model: 'm',
        connectionId: 'two',
        providerId: 'p',
        reason: 'quota',
      },
    },
    { type: 'notice', notice: { kind: 'turns-left-out', turns: 1 } },
    { type: 'notice', notice: { kind: 'passages-chosen', sent: 1, of: 2 } },
    { type: 'notice', notice: { kind: 'answer-cut', characters: 9 } },
    { type: 'notice', notice: { kind: 'part-left-out', part: 'image', count: 1 } },
    { type: 'notice', notice: { kind: 'waiting', since: 1 } },
    { type: 'notice', notice: { kind: 'retracted', reason: 'r' } },
  ];
  const answer: AnswerMessage = {
    ...base,
    id: `${id}-a`,
    parentId: question.id,
    order: 1,
    role: 'assistant',
    parts,
    state: 'complete',
    connectionId,
    providerId: 'custom',
    provider: 'One',
    model: 'm',
    finish: { reason: 'other', raw: 'x' },
    usage: { inputTokens: 1, outputTokens: 2, reasoningTokens: 3, cachedTokens: 4, cost: 0.01 },
    startedAt: 5,
    firstAt: 6,
    endedAt: 7,
    sourceHosts: ['site.example'],
  };
  const failed: AnswerMessage = {
    ...answer,
    id: `${id}-f`,
    order: 2,
    state: 'error',
    parts: [],
    error: {
      kind: 'rate-limit',
      message: 'slow',
      status: 429,
      retryAfterMs: 5,
      origin: 'https://a.example',
      code: 'c',
      mayHaveReached: true,
    },
  };
  return {
    chat: {
      id,
      title: `Chat ${id}`,
      titled: true,
      createdAt: 5,
      updatedAt: 9,
      leafId: answer.id,
      nextOrder: 3,
      connectionId,
      model: 'm',
    },
    messages: [question, answer, failed],
  };
}

/** A file without what may differ: ids, whether connections are on, and the order of chats of one time. */
function bare(json: string): unknown {
  const file = JSON.parse(json) as ExportFile;
  const all = [...new Set(json.match(/"(?:id|chatId|parentId|leafId|connectionId)": "[^"]*"/g) ?? [])];
  let text = JSON.stringify({ ...file, connections: file.connections.map((each) => ({ ...each, enabled: false })) });
  for (const pair of all) {
    const id = /: "(.*)"$/.exec(pair)?.[1] ?? '';
    // Parts keep their own ids.
    if (!/^(?:[qpi]\d|t|two)$/.test(id)) text = text.replaceAll(JSON.stringify(id), '"#"');
  }
  return JSON.parse(text);
}

async function fill(place: Place): Promise<void> {
  place.connections.value = [
    connection('one', { options: { fallbacks: ['three'] }, favourites: ['m'], sampling: { temperature: 1 } }),
    connection('three', { baseUrl: 'https://three.example' }),
  ];
  place.preferences.value = {
    ...defaultPreferences,
    instructions: 'Be brief.',
    actions: [{ id: 'act', name: 'A', prompt: 'p', send: true, menu: false }],
  };
  await place.store.insert([rich('a'), rich('b', 'passages')]);
}

describe('export', () => {
  it('holds no key and no deleted chat, and nothing of this browser alone', async () => {
    await fill(here);
    await here.store.patchChat('b', { deletedAt: 3 });
    const json = await here.export();
    const file = JSON.parse(json) as ExportFile;
    expect(file.chats).toHaveLength(1);
    expect(json).not.toContain('tabId');
    expect(json).not.toContain('windowId');
  });

  it('takes every page of a long history', async () => {
    await here.store.insert(Array.from({ length: 250 }, (_, place) => rich(`c${place}`)));
    expect(JSON.parse(await here.export())).toMatchObject({ chats: { length: 250 } });
  });
});

describe('import', () => {
  it('of an export, exported again, is equal apart from ids', async () => {
    await fill(here);
    const first = await here.export();
    const summary = await load(there, first);
    expect(summary).toMatchObject({
      chats: 2,
      messages: 6,
      connections: 2,
      skipped: 0,
      problems: [],
      origins: ['https://api.example', 'https://three.example'],
    });
    const second = await there.export();
    expect(bare(second)).toEqual(bare(first));
    expect(second).not.toContain('"a-q"');
    expect(there.changed).toBe(1);
  });

  it('arrives with connections switched off, linked as they were, and none twice', async () => {
    await fill(here);
    const json = await here.export();
    await load(there, json);
    expect(there.connections.value.map(({ enabled }) => enabled)).toEqual([false, false]);
    const [one, three] = there.connections.value;
    expect(one?.options?.fallbacks).toEqual([three?.id]);
    const chats = await collectChats(there.store);
    expect(chats.map(({ chat }) => chat.connectionId)).toEqual(expect.arrayContaining([one?.id, 'passages']));
    await load(there, json);
    expect(there.connections.value).toHaveLength(2);
    expect(await there.store.count()).toBe(4);
  });

  it('as a dry run writes nothing', async () => {
    await fill(here);
    const summary = await load(there, await here.export(), true);
    expect(summary).toMatchObject({ chats: 2, importId: '' });
    expect(await there.store.count()).toBe(0);
    expect(there.connections.value).toEqual([]);
    expect(there.preferences.value).toEqual(defaultPreferences);
    expect(there.changed).toBe(0);
  });

  it('overwrites nothing and can be undone', async () => {
    await fill(here);
    await there.store.insert([rich('a')]);
    there.connections.value = [connection('mine', { baseUrl: 'https://mine.example' })];
    there.preferences.value = { ...defaultPreferences, instructions: 'Mine.' };
    const { importId } = await load(there, await here.export());
    expect(there.preferences.value.instructions).toBe('Mine.');
    expect(there.preferences.value.actions).toHaveLength(1);
    expect(await there.store.count()).toBe(3);
    await there.commands['data.undoImport']({ importId }, options);
    expect(await there.store.count()).toBe(1);
    expect(await there.store.messages('a')).toHaveLength(3);
    expect(there.connections.value.map(({ id }) => id)).toEqual(['mine']);
    await expect(there.commands['data.undoImport']({ importId }, options)).rejects.toMatchObject({
      error: { code: 'import' },
    });
  });

  it('is all or nothing when storing fails half way', async () => {
    await fill(here);
    there.connections.setValue = async () => {
      throw new Error('no room');
    };
    await expect(load(there, await here.export())).rejects.toThrow('no room');
    expect(await there.store.count()).toBe(0);
  });

  it('closes answers that were being made', async () => {
    const chat = rich('a');
    const answer = chat.messages[1];
    if (answer?.role === 'assistant') answer.state = 'streaming';
    await load(there, exportData({ exportedAt: 1, preferences: defaultPreferences, connections: [], chats: [chat] }));
    const [imported] = await collectChats(there.store);
    expect(imported?.messages[1]).toMatchObject({ state: 'interrupted', error: { kind: 'interrupted' } });
  });

  it('skips what is not well-formed, says what, and takes the rest', async () => {
    const good = rich('good');
    const twice = rich('twice');
    twice.messages.push({ ...(twice.messages[0] as UserMessage), order: 9 });
    const orphan = rich('orphan');
    orphan.messages = orphan.messages.slice(1);
    const circle = rich('circle');
    circle.messages = circle.messages.map((message, place) => ({ ...message, parentId: `circle-${'afq'[place]}` }));
    const leafless = { ...rich('leafless'), chat: { ...rich('leafless').chat, leafId: 'nowhere' } };
    const typed = { ...rich('typed'), chat: { ...rich('typed').chat, title: 5 } };
    const file = {
      format: 'gloss-export',
      version: 1,
      exportedAt: 1,
      connections: [{ id: 'x' }],
      chats: [good, twice, orphan, circle, leafless, typed, 7],
    };
    const summary = await load(there, JSON.stringify(file));
    expect(summary).toMatchObject({ chats: 1, connections: 0, skipped: 7 });
    expect(summary.problems).toHaveLength(7);
    expect(await there.store.count()).toBe(1);
  });

  it.each([
    ['text', 'hello'],
    ['half a file', '{"format": "gloss-export", "ver'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another format', '{"format": "other", "version": 1, "exportedAt": 1}'],
    ['a newer version', '{"format": "gloss-export", "version": 2, "exportedAt": 1}'],
    ['a polluting name', '{"format": "gloss-export", "version": 1, "exportedAt": 1, "__proto__": {"x": 1}}'],
    [
      'one deep inside',
      '{"format": "gloss-export", "version": 1, "exportedAt": 1, "chats": [{"chat": {"a": [{"constructor": 1}]}}]}',
    ],
    [
      'one in other letters',
      '{"format": "gloss-export", "version": 1, "exportedAt": 1, "chats": [{"\\u005f_proto__": 1}]}',
    ],
    [
      'endless depth',
      `{"format": "gloss-export", "version": 1, "exportedAt": 1, "chats": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    ],
  ])('refuses %s and writes nothing', async (_name, json) => {
    await expect(load(there, json)).rejects.toMatchObject({ error: { kind: 'not-done', code: 'import' } });
    expect(await there.store.count()).toBe(0);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('drops fields it does not know', () => {
    const chat = rich('a');
    const file = {
      format: 'gloss-export',
      version: 1,
      exportedAt: 1,
      chats: [{ ...chat, chat: { ...chat.chat, deletedAt: 4, evil: 1 } }],
    };
    const { found } = readFile(JSON.stringify(file));
    expect(found.chats[0]?.chat).not.toHaveProperty('evil');
    expect(found.chats[0]?.chat).not.toHaveProperty('deletedAt');
  });
});

describe('clearing', () => {
  it('is done once and told to the panels', async () => {
    await here.commands['data.clear']({}, options);
    expect([here.cleared, here.changed]).toEqual([1, 1]);
  });
});
