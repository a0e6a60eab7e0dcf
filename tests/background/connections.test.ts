import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandInput } from '../../core/protocol';
import { createQueue } from '../../core/queue';
import { createAsk, type AskWorld } from '../../entrypoints/background/ask';
import { createConnectionCommands, type ConnectionCommands } from '../../entrypoints/background/connections';
import type { Headers } from '../../entrypoints/background/headers';
import { createKeyCommands, type KeyCommands } from '../../entrypoints/background/key-commands';
import type { ChatError, ChatEvent, Message } from '../../core/chat';
import type { Connection, Provider } from '../../providers/contract';
import { createKeyStore } from '../../storage/key-store';
import type { KeyStore } from '../../storage/keys';
import { connection, passagesProvider, provider } from './world';

const keyless: Provider = { ...provider, id: 'keyless', auth: 'none' };
const pool: Provider = {
  ...keyless,
  id: 'pool',
  servers: ['https://one.example', 'https://two.example', 'https://three.example'],
};
const device: Provider = { ...passagesProvider, id: 'device', engine: 'prompt-api' };
const providers = [provider, keyless, pool, device, passagesProvider];
const providerById = (id: string) => providers.find((each) => each.id === id);

const item = <Value>(value: Value) => ({
  value,
  async getValue() {
    return this.value;
  },
  async setValue(next: Value) {
    this.value = next;
  },
});

let names = 0;
let connections: ReturnType<typeof item<Connection[]>>;
let standard: ReturnType<typeof item<string | null>>;
let keys: KeyStore;
let givenBack: string[];
let kept: string[][];
let commands: ConnectionCommands & KeyCommands;

beforeEach(() => {
  connections = item<Connection[]>([]);
  standard = item<string | null>(null);
  givenBack = [];
  kept = [];
  const session = new Map<string, unknown>();
  keys = createKeyStore({
    session: {
      get: async (name) => session.get(name),
      set: async (name, value) => void session.set(name, value),
      remove: async (all) => all.forEach((name) => session.delete(name)),
      names: async () => [...session.keys()],
    },
    now: () => 1,
    database: { name: `connection-keys-${(names += 1)}` },
    rounds: 1,
  });
  const headers: Headers = {
    ensureRules: async () => undefined,
    keepOnly: async (all) => void kept.push(all.map((each) => each.connection.id)),
    clear: async () => undefined,
  };
  commands = {
    ...createKeyCommands(keys),
    ...createConnectionCommands({
      connections,
      defaultConnection: standard,
      keys,
      headers,
      providerById,
      inTurn: createQueue(),
      giveBack: async (patterns) => givenBack.push(...patterns) > 0,
    }),
  };
});

const options = { sender: 'options' } as const;
const save = (
  draft: Partial<Connection> & { id: string },
  more: Omit<CommandInput<'connection.save'>, 'connection'> = {},
) => commands['connection.save']({ connection: { ...connection(draft.id), ...draft }, ...more }, options);

describe('saving a connection', () => {
  it('writes it with its key, and the first becomes the default', async () => {
    await save({ id: 'one' }, { key: ' sk-1 ' });
    await save({ id: 'two', baseUrl: 'https://other.example' });
    expect(connections.value.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(JSON.stringify(connections.value)).not.toContain('sk-1');
    expect(standard.value).toBe('one');
    expect(await keys.keyFor('one', 'https://api.example')).toEqual({ state: 'ready', key: 'sk-1' });
    expect(await commands['key.status']({ id: 'two' }, options)).toEqual({ present: false });
  });

  it('again keeps its place and its key', async () => {
    await save({ id: 'one' }, { key: 'sk-1' });
    await save({ id: 'two' });
    expect(await save({ id: 'one', name: 'Renamed', baseUrl: 'https://api.example/other' })).toEqual({
      keyCleared: false,
    });
    expect(connections.value.map(({ name }) => name)).toEqual(['Renamed', 'Connection two']);
    expect(await keys.keyFor('one', 'https://api.example')).toMatchObject({ state: 'ready' });
    expect(await save({ id: 'one' }, { key: '' })).toEqual({ keyCleared: false });
    expect(await keys.keyFor('one', 'https://api.example')).toMatchObject({ state: 'ready' });
    await save({ id: 'one' }, { key: null });
    expect(await keys.keyFor('one', 'https://api.example')).toEqual({ state: 'none' });
  });

  it('at another origin clears the key, unless a new one comes along', async () => {
    await save({ id: 'one' }, { key: 'sk-1' });
    expect(await save({ id: 'one', baseUrl: 'https://evil.example' })).toEqual({ keyCleared: true });
    expect(await keys.known()).toEqual([]);
    await save({ id: 'one', baseUrl: 'https://evil.example' }, { key: 'sk-2' });
    expect(await save({ id: 'one', baseUrl: 'https://third.example' }, { key: 'sk-3' })).toEqual({ keyCleared: false });
    expect(await keys.known()).toEqual(['sk-3']);
    expect(await keys.keyFor('one', 'https://evil.example')).toEqual({ state: 'other-origin' });
    // A port and a scheme are part of an origin.
    expect(await save({ id: 'one', baseUrl: 'https://third.example:444' })).toEqual({ keyCleared: true });
  });

  it('gives back the access that nothing needs any more', async () => {
    await save({ id: 'one' });
    await save({ id: 'two' });
    await save({ id: 'one', baseUrl: 'https://new.example' });
    expect(givenBack).toEqual([]);
    await save({ id: 'two', baseUrl: 'https://new.example/v2' });
    expect(givenBack).toEqual(['https://api.example/*']);
    expect(kept.at(-1)).toEqual(['one', 'two']);
  });

  it.each([
    ['http to the public', { baseUrl: 'http://api.example' }],
    ['an address without a scheme', { baseUrl: 'api.example/v1' }],
    ['a name and password in it', { baseUrl: 'https://a:b@api.example' }],
    ['no address', { baseUrl: '' }],
    ['a private address without its switch', { baseUrl: 'http://192.168.1.5:11434' }],
    ['one bad server of several', { servers: ['https://a.example', 'ftp://b.example'] }],
    ['a provider nobody knows', { provider: 'nobody' }],
    ['no name', { name: '' }],
  ])('refuses %s and writes nothing', async (_name, more) => {
    await expect(save({ id: 'one', ...more }, { key: 'sk-1' })).rejects.toMatchObject({ error: { kind: 'not-done' } });
    expect(connections.value).toEqual([]);
    expect(await keys.known()).toEqual([]);
  });

  it.each(['sk 1', 'sk-1\nx', 'sk-1\r\nX-Evil: 1', 'schlüssel', '„sk-1“'])('refuses the key %j', async (key) => {
    await expect(save({ id: 'one' }, { key })).rejects.toMatchObject({ error: { code: 'key' } });
    expect(connections.value).toEqual([]);
  });

  it('takes a private address with its switch, a pool, and what answers on the device', async () => {
    await save({ id: 'lan', baseUrl: 'http://192.168.1.5:11434', options: { allowPrivateHttp: true } });
    await save({ id: 'pool', provider: 'pool', baseUrl: '' });
    await save({ id: 'device', provider: 'device', baseUrl: '' });
    expect(connections.value).toHaveLength(3);
  });

  it('from the panel never touches keys', async () => {
    const draft = { ...connection('one') };
    const panel = { sender: 'panel' } as const;
    await expect(commands['connection.save']({ connection: draft, key: 'sk-1' }, panel)).rejects.toMatchObject({
      error: { code: 'key' },
    });
    await expect(commands['connection.save']({ connection: draft, key: null }, panel)).rejects.toMatchObject({
      error: { code: 'key' },
    });
    await commands['connection.save']({ connection: draft }, panel);
    expect(connections.value).toHaveLength(1);
  });

  it('many at once loses none', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, place) => save({ id: `c${place}` })));
    expect(connections.value).toHaveLength(10);
  });
});

describe('keeping a key', () => {
  it('behind the passphrase is the rule once there is one, and can be chosen otherwise', async () => {
    await expect(save({ id: 'one' }, { key: 'sk-1', keeping: 'passphrase' })).rejects.toMatchObject({
      error: { code: 'locked' },
    });
    await commands['passphrase.set']({ passphrase: 'sesame' }, options);
    await save({ id: 'one' }, { key: 'sk-1' });
    expect(await keys.status('one')).toMatchObject({ keeping: 'passphrase' });
    await save({ id: 'one' }, { keeping: 'session' });
    expect(await keys.status('one')).toMatchObject({ keeping: 'session' });
    expect(await keys.keyFor('one', 'https://api.example')).toEqual({ state: 'ready', key: 'sk-1' });
    await save({ id: 'one' }, { keeping: 'device' });
    expect(await keys.status('one')).toMatchObject({ keeping: 'device' });
    await expect(commands['passphrase.set']({ passphrase: 'other', old: 'wrong' }, options)).rejects.toMatchObject({
      error: { code: 'passphrase' },
    });
    await expect(commands['passphrase.unlock']({ passphrase: 'wrong' }, options)).rejects.toMatchObject({
      error: { code: 'passphrase' },
    });
    expect(await commands['passphrase.status']({}, options)).toEqual({ set: true, locked: false });
  });
});

describe('removing a connection', () => {
  it('takes its key, its rules, its access and its place as the default', async () => {
    await save({ id: 'one' }, { key: 'sk-1' });
    await save({ id: 'off', baseUrl: 'https://off.example', enabled: false });
    await save({ id: 'two', baseUrl: 'https://two.example' });
    await commands['connection.remove']({ id: 'one' }, options);
    expect(connections.value.map(({ id }) => id)).toEqual(['off', 'two']);
    expect(await keys.known()).toEqual([]);
    expect(givenBack).toEqual(['https://api.example/*']);
    expect(kept.at(-1)).toEqual(['off', 'two']);
    expect(standard.value).toBe('two');
    await commands['connection.enable']({ id: 'two', enabled: false }, options);
    await commands['connection.remove']({ id: 'two' }, options);
    expect(standard.value).toBeNull();
  });

  it('that does not exist cannot become the default or be switched', async () => {
    await expect(commands['connection.setDefault']({ id: 'x' }, options)).rejects.toMatchObject({
      error: { kind: 'not-done' },
    });
    await expect(commands['connection.enable']({ id: 'x', enabled: true }, options)).rejects.toMatchObject({
      error: { kind: 'not-done' },
    });
  });
});

describe('asking', () => {
  const question: Message = {
    id: 'q',
    chatId: 'c',
    parentId: null,
    order: 0,
    createdAt: 0,
    role: 'user',
    parts: [{ type: 'text', text: 'Why?' }],
  };
  let sent: { connection: Connection; key: string | null }[];
  let allowed: (pattern: string) => boolean;
  let rules: string[];

  beforeEach(() => {
    sent = [];
    rules = [];
    allowed = () => true;
  });

  async function ask(asked: Connection, more: Partial<AskWorld> = {}): Promise<ChatEvent[]> {
    const run = createAsk({
      async *stream(target, _chat, { key }) {
        // The rules are in place before anything leaves.
        expect(rules).toEqual([target.connection.id]);
        sent.push({ connection: target.connection, key });
        yield { type: 'end', finish: { reason: 'stop' } };
      },
      allowed: async (pattern) => allowed(pattern),
      keyFor: keys.keyFor,
      ensureRules: async ({ id }) => void rules.push(id),
      instructions: async () => 'Be brief.',
      ...more,
    });
    const control = { signal: new AbortController().signal, sleep: async () => undefined };
    const events: ChatEvent[] = [];
    const target = { connection: asked, provider: providerById(asked.provider), model: asked.model };
    for await (const event of run(target, [question], control)) events.push(event);
    return events;
  }

  const errorOf = (events: ChatEvent[]): ChatError | undefined =>
    events.flatMap((event) => (event.type === 'error' ? [event.error] : []))[0];

  it.each<[string, Partial<Connection>, string]>([
    ['an unknown provider', { provider: 'nobody' }, 'provider'],
    ['one that is switched off', { enabled: false }, 'disabled'],
    ['no model', { model: '' }, 'model'],
    ['no address', { baseUrl: '' }, 'address'],
    ['a bad address', { baseUrl: 'http://public.example' }, 'address'],
    ['no key', {}, 'key'],
  ])('%s sends nothing and says what is missing', async (_name, more, code) => {
    expect(errorOf(await ask(connection('one', more)))).toMatchObject({ kind: 'not-set-up', code });
    expect(sent).toEqual([]);
  });

  it('with a key sends it, and only to its origin', async () => {
    await keys.save('one', 'https://api.example', 'sk-1', 'device');
    expect(errorOf(await ask(connection('one')))).toBeUndefined();
    expect(sent).toMatchObject([{ key: 'sk-1' }]);
    rules = [];
    expect(errorOf(await ask(connection('one', { baseUrl: 'https://evil.example' })))).toMatchObject({ code: 'key' });
    const both = connection('one', { servers: ['https://api.example', 'https://evil.example'] });
    expect(errorOf(await ask(both))).toBeUndefined();
    expect(sent[1]?.connection.servers).toEqual(['https://api.example']);
    expect(sent).toHaveLength(2);
  });

  it('with a locked key says so', async () => {
    const locked = { keyFor: async () => ({ state: 'locked' as const }) };
    expect(errorOf(await ask(connection('one'), locked))).toMatchObject({ kind: 'not-set-up', code: 'locked' });
  });

  it('without site access sends nothing, and asks the servers of a pool that it may reach', async () => {
    await keys.save('one', 'https://api.example', 'sk-1', 'device');
    allowed = () => false;
    expect(errorOf(await ask(connection('one')))).toMatchObject({ kind: 'site-access', origin: 'https://api.example' });
    allowed = (pattern) => pattern === 'https://two.example/*';
    expect(errorOf(await ask(connection('pool', { provider: 'pool', baseUrl: '' })))).toBeUndefined();
    expect(sent).toMatchObject([{ key: null, connection: { servers: ['https://two.example'] } }]);
  });

  it('on the device needs neither', async () => {
    allowed = () => false;
    rules = ['device'];
    expect(errorOf(await ask(connection('device', { provider: 'device', baseUrl: '' })))).toBeUndefined();
    expect(sent).toHaveLength(1);
  });
});
