import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandName } from '../../core/protocol';
import { Refused, type CommandTable, type Page } from '../../entrypoints/background/commands';
import { capabilities, commandName, createGate, type Gate } from '../../entrypoints/background/gate';
import { answer, type RouterWorld } from '../../entrypoints/background/router';
import { connectionOf, inputOf, panelWord } from '../../entrypoints/background/schemas';
import { StorageFailure } from '../../storage/failure';

const connection = { id: 'c', provider: 'custom', name: 'C', baseUrl: 'https://a.example', model: 'm', enabled: true };

/** One well-formed message of each command. */
const good: { [Name in CommandName]: Record<string, unknown> } = {
  'chat.send': { chatId: 'c', messageId: 'm', parentId: null, parts: [{ type: 'text', text: 'hi' }] },
  'chat.preview': { chatId: 'c', parentId: null, parts: [{ type: 'text', text: 'hi' }] },
  'chat.regenerate': { chatId: 'c', answerId: 'a', newAnswerId: 'b', model: 'm' },
  'chat.continue': { chatId: 'c', answerId: 'a', newAnswerId: 'b' },
  'chat.stop': { run: 'a' },
  'chat.retryNow': { run: 'a' },
  'chat.select': { chatId: 'c', leafId: 'a' },
  'chat.rename': { chatId: 'c', title: 'T' },
  'chat.use': { chatId: 'c', connectionId: 'x', model: 'm' },
  'chat.delete': { chatId: 'c' },
  'chat.undelete': { chatId: 'c' },
  'data.import': { json: '{}', dryRun: true },
  'data.undoImport': { importId: 'i' },
  'data.clear': {},
  'connection.save': { connection, key: 'k', keeping: 'device' },
  'connection.remove': { id: 'c' },
  'connection.setDefault': { id: 'c' },
  'connection.enable': { id: 'c', enabled: true },
  'connection.test': { connection, key: 'k' },
  'connection.models': { connection, fresh: true },
  'connection.doctor': { id: 'c', model: 'm' },
  'connection.findLocal': {},
  'key.status': { id: 'c' },
  'passphrase.set': { passphrase: null, old: 'o' },
  'passphrase.unlock': { passphrase: 'p' },
  'passphrase.status': {},
  'page.read': { windowId: 1 },
  'page.show': { url: 'https://a.example', text: 't', tabId: 3 },
  'link.open': { url: 'https://a.example' },
  'actions.changed': {},
};
const names = Object.keys(good) as CommandName[];

let done: string[];
let world: RouterWorld;
let gate: Gate;
let allow: boolean;

beforeEach(() => {
  done = [];
  allow = true;
  const rate = { take: () => allow };
  gate = createGate(() => 0, { panel: rate, options: rate });
  const entries = names.map((name) => [
    name,
    async () => {
      done.push(name);
      return null;
    },
  ]);
  world = {
    table: Object.fromEntries(entries) as CommandTable,
    redact: async (text) => text.replaceAll('sk-secret', '[key]'),
  };
});

/** A message's whole way, as the worker takes it. */
async function ask(message: unknown, page: Page = 'panel') {
  const name = gate(message, page);
  return typeof name === 'string' ? answer(world, name, message, page) : name;
}

describe('a well-formed command', () => {
  it.each(names)('%s is done for the pages that may, and for no other', async (name) => {
    for (const page of ['panel', 'options'] as const) {
      done = [];
      const reply = await ask({ type: name, ...good[name] }, page);
      const may = capabilities[name].includes(page);
      expect(reply.ok).toBe(may);
      expect(done).toEqual(may ? [name] : []);
    }
  });

  it('keeps to its rate', async () => {
    allow = false;
    expect(await ask({ type: 'chat.stop', run: 'a' })).toMatchObject({ ok: false });
    expect(done).toEqual([]);
  });
});

describe('a badly formed command', () => {
  it.each(names)('%s with a field too many, or of another kind, does nothing', async (name) => {
    const page = capabilities[name][0] ?? 'panel';
    expect((await ask({ type: name, ...good[name], extra: 1 }, page)).ok).toBe(false);
    // How long a file may be is said with words by the command itself.
    for (const field of Object.keys(good[name]).filter((each) => each !== 'json')) {
      for (const value of [() => 'x', 1e308, { toString: 'x' }, [[]], 'x'.repeat(50_000_000)]) {
        const accepted = inputOf(name, { type: name, ...good[name], [field]: value });
        expect(accepted, `${name}.${field}`).toBeNull();
      }
    }
    expect(done).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'chat.stop'],
    ['a list', ['chat.stop']],
    ['no type', { run: 'a' }],
    ['an unknown type', { type: 'chat.everything' }],
    ['a type of JavaScript itself', { type: 'constructor' }],
    ['another one', { type: '__proto__' }],
    ['a type that is no text', { type: { toString: (): string => 'chat.stop' } }],
  ])('%s is no command', async (_name, message) => {
    expect(commandName(message)).toBeNull();
    expect(await ask(message)).toMatchObject({ ok: false, error: { kind: 'not-done' } });
    expect(done).toEqual([]);
  });

  it('with ids that could reach into objects is refused', () => {
    for (const id of ['__proto__', 'constructor', 'toString', '', 'a b', 'a/b', 'x'.repeat(101), '../x']) {
      expect(inputOf('chat.stop', { type: 'chat.stop', run: id })).toBeNull();
    }
  });
});

describe('a question', () => {
  const send = (part: object) => inputOf('chat.send', { type: 'chat.send', ...good['chat.send'], parts: [part] });

  it('may hold text, quotes, pages and images, within their limits', () => {
    const source = { title: 't', url: 'https://a.example', tabId: 1 };
    expect(send({ type: 'quote', id: 'q', text: 't', source, cut: 3 })).not.toBeNull();
    expect(send({ type: 'page', id: 'p', text: 't', source, hidden: 0, removed: 2 })).not.toBeNull();
    expect(send({ type: 'image', id: 'i', mediaType: 'image/png', data: 'AAAA' })).not.toBeNull();
    expect(send({ type: 'text', text: 'x'.repeat(1_000_000) })).not.toBeNull();
    // What is too long to be sent is still taken in, so that the refusal can say so.
    expect(send({ type: 'text', text: 'x'.repeat(20_000_001) })).toBeNull();
    expect(send({ type: 'quote', id: 'q', text: 'x'.repeat(1_000_000), source })).not.toBeNull();
    expect(send({ type: 'quote', id: 'q', text: 'x'.repeat(1_000_001), source })).toBeNull();
    expect(send({ type: 'image', id: 'i', mediaType: 'text/html', data: 'AAAA' })).toBeNull();
    expect(send({ type: 'image', id: 'i', mediaType: 'image/png', data: 'data:image/png,' })).toBeNull();
    expect(send({ type: 'opaque', wire: 'w', value: 1 })).toBeNull();
    expect(inputOf('chat.send', { type: 'chat.send', ...good['chat.send'], parts: [] })).toBeNull();
  });

  it('may have fields that are undefined, as Firefox sends them', () => {
    const input = inputOf('chat.send', { type: 'chat.send', ...good['chat.send'], model: undefined });
    expect(input).not.toBeNull();
    expect(input).not.toHaveProperty('model');
  });
});

describe('a failure', () => {
  it('becomes the reply, without keys', async () => {
    const failing = async (error: unknown) => {
      world.table['chat.stop'] = async () => {
        throw error;
      };
      return ask({ type: 'chat.stop', run: 'a' });
    };
    expect(await failing(new Refused({ kind: 'busy', message: 'not now, sk-secret' }))).toEqual({
      ok: false,
      error: { kind: 'busy', message: 'not now, [key]' },
    });
    expect(await failing(new StorageFailure('quota', 'full'))).toEqual({
      ok: false,
      error: { kind: 'not-stored', code: 'quota', message: 'full' },
    });
    expect(await failing(new TypeError('sk-secret is not a function'))).toEqual({
      ok: false,
      error: { kind: 'not-done', message: '[key] is not a function' },
    });
    expect(await failing('just a text')).toMatchObject({ ok: false, error: { message: 'just a text' } });
  });
});

describe('a connection', () => {
  it('is taken whole or refused by the name of the field', () => {
    expect(connectionOf(connection)).toEqual(connection);
    expect(() => connectionOf({ ...connection, model: 5 })).toThrow('model');
    expect(() => connectionOf({ ...connection, sampling: { temperature: 3 } })).toThrow('sampling.temperature');
    expect(() => connectionOf({ ...connection, key: 'sk-secret' })).toThrow('key');
    expect(() => connectionOf({ ...connection, fields: JSON.parse('{"__proto__": "x"}') })).not.toThrow();
    expect(Object.keys(connectionOf({ ...connection, fields: JSON.parse('{"__proto__": "x"}') }).fields ?? {})).toEqual(
      [],
    );
  });
});

describe("a panel's word", () => {
  it('is checked like everything else', () => {
    expect(panelWord({ type: 'watch', chatId: 'c', have: { a: 3 } })).toEqual({
      type: 'watch',
      chatId: 'c',
      have: { a: 3 },
    });
    expect(panelWord({ type: 'unwatch' })).toEqual({ type: 'unwatch' });
    expect(panelWord({ type: 'window', windowId: 7 })).toEqual({ type: 'window', windowId: 7 });
    for (const word of [
      null,
      { type: 'watch', chatId: 'c' },
      { type: 'watch', chatId: 'c', have: { a: -1 } },
      { type: 'watch', chatId: 'c', have: { a: 0.5 } },
      { type: 'watch', chatId: 'c', have: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`r${n}`, 1])) },
      { type: 'unwatch', more: 1 },
      { type: 'window', windowId: '7' },
    ]) {
      expect(panelWord(word)).toBeNull();
    }
  });
});
