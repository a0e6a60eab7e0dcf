/** A Gloss with its two stores, to take things out of and bring things into; storage may fail or die where the test says. */
import 'fake-indexeddb/auto';
import type { AnswerMessage, AnswerPart, UserMessage } from '../../core/chat';
import { createQueue } from '../../core/queue';
import { createDataCommands, type DataCommands } from '../../entrypoints/background/data-commands';
import type { Connection } from '../../providers/contract';
import { openChats } from '../../storage/chat-database';
import { createChatWriter } from '../../storage/chat-writer';
import type { ChatWriter } from '../../storage/chats';
import type { Seam } from '../../storage/database';
import { collectChats, exportData, type ExportedChat } from '../../storage/export';
import { defaultPreferences, type Preferences } from '../../storage/settings';
import { connection } from './world';

let names = 0;
let ids = 0;

interface Item<Value> {
  value: Value;
  getValue(): Promise<Value>;
  setValue(next: Value): Promise<void>;
}

export interface Place {
  database: string;
  store: ChatWriter;
  connections: Item<Connection[]>;
  standard: Item<string | null>;
  preferences: Item<Preferences>;
  /** Connections that have a key. */
  keys: Set<string>;
  commands: DataCommands;
  changed: number;
  cleared: number;
  /** Called at every point where a worker can die, in either store; see `Seam`. */
  seam: Seam | undefined;
  export(): Promise<string>;
  /** The worker is over; another one begins on the same stores, as the browser would start it. */
  restart(): Promise<void>;
}

export function createPlace(): Place {
  const item = <Value>(name: string, value: Value): Item<Value> => ({
    value,
    async getValue() {
      await place.seam?.(`get ${name}`, 'begin');
      return this.value;
    },
    async setValue(next: Value) {
      await place.seam?.(`set ${name}`, 'begin');
      // As the browser would: what is stored is a copy.
      this.value = structuredClone(next);
      await place.seam?.(`set ${name}`, 'done');
    },
  });
  const place: Place = {
    database: `data-${(names += 1)}`,
    store: undefined as never,
    connections: item<Connection[]>('connections', []),
    standard: item<string | null>('default', null),
    preferences: item<Preferences>('preferences', defaultPreferences),
    keys: new Set(),
    changed: 0,
    cleared: 0,
    seam: undefined,
    commands: undefined as never,
    export: async () =>
      exportData({
        exportedAt: 1,
        preferences: place.preferences.value,
        connections: place.connections.value,
        chats: await collectChats(place.store),
      }),
    async restart() {
      await start()();
    },
  };
  function start() {
    const seam: Seam = (operation, phase) => place.seam?.(operation, phase);
    place.store = createChatWriter('boot', openChats({ name: place.database, owner: true, seam }));
    const { commands, settle } = createDataCommands({
      store: place.store,
      connections: place.connections,
      defaultConnection: place.standard,
      preferences: place.preferences,
      keys: { status: async (id) => ({ present: place.keys.has(id) }) },
      inTurn: createQueue(),
      now: () => 7,
      newId: () => `new-${(ids += 1)}`,
      changed: () => (place.changed += 1),
      clear: async () => void (place.cleared += 1),
    });
    place.commands = commands;
    return settle;
  }
  start();
  return place;
}

const options = { sender: 'options' } as const;
export const load = (place: Place, json: string, dryRun = false) =>
  place.commands['data.import']({ json, dryRun }, options);
export const undo = (place: Place, importId: string) => place.commands['data.undoImport']({ importId }, options);
export const clear = (place: Place) => place.commands['data.clear']({}, options);

/** A chat with every kind of part, message and ending there is. */
export function rich(id: string, connectionId = 'one'): ExportedChat {
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
    {
      type: 'notice',
      notice: { kind: 'passages-chosen', sent: 1, of: 2, pages: [{ id: 'p', title: 'T', text: 'x'.repeat(20_000) }] },
    },
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

/** Two connections, settings of every kind, and two chats. */
export async function fill(place: Place): Promise<void> {
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
