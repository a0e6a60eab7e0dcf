import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import type { CommandName, Reply, Send } from '../../core/protocol';
import type { Connection } from '../../providers/contract';
import { catalog } from '../../providers/catalog';
import { distance, modelChoices, modelToBeginWith, nearestNames } from '../../state/model-choice';
import { Connections } from '../../state/options-connections';
import { exportName } from '../../state/options-data';
import { Ledger, ledgerRows, patternsOf } from '../../state/options-ledger';
import { PreferencesModel, unknownPlaces } from '../../state/options-preferences';
import { routeOf } from '../../state/options-route';
import { defaultPreferences, type Preferences } from '../../storage/settings';

const connection = (id: string, baseUrl: string, more: Partial<Connection> = {}): Connection => ({
  id,
  provider: 'custom',
  name: id.toUpperCase(),
  baseUrl,
  model: 'm',
  enabled: true,
  ...more,
});

describe('the ledger', () => {
  test('names every origin, why, and when it was last used', () => {
    const rows = ledgerRows(
      ['https://api.example.com/*', 'https://left.example.com/*'],
      [
        connection('a', 'https://api.example.com/v1'),
        connection('b', 'https://api.example.com/other'),
        connection('c', 'http://localhost:11434'),
      ],
      { 'https://api.example.com': 10, 'http://localhost:11434': 20, 'http://localhost:1234': 30 },
    );
    expect(rows).toEqual([
      {
        pattern: 'https://api.example.com/*',
        scheme: 'https',
        host: 'api.example.com',
        connections: ['A', 'B'],
        granted: true,
        lastUsed: 10,
      },
      {
        pattern: 'https://left.example.com/*',
        scheme: 'https',
        host: 'left.example.com',
        connections: [],
        granted: true,
      },
      // Patterns know no port, so the latest use of the host counts.
      {
        pattern: 'http://localhost/*',
        scheme: 'http',
        host: 'localhost',
        connections: ['C'],
        granted: false,
        lastUsed: 30,
      },
    ]);
  });

  test('shows a grant of all sites as what it is', () => {
    expect(ledgerRows(['https://*/*'], [], {})).toMatchObject([{ host: null, connections: [] }]);
  });

  test('a pool has every server’s host, an unusable address none', () => {
    const pool = connection('p', 'https://a.example', {
      servers: ['https://a.example', 'https://b.example', 'nonsense'],
    });
    expect(patternsOf(pool)).toEqual(['https://a.example/*', 'https://b.example/*']);
    expect(patternsOf(connection('x', 'http://192.168.0.2/v1'))).toEqual([]);
    expect(patternsOf(connection('x', 'http://192.168.0.2/v1', { options: { allowPrivateHttp: true } }))).toEqual([
      'http://192.168.0.2/*',
    ]);
  });

  test('says when the browser does not take access back', async () => {
    const access = {
      request: () => Promise.resolve(false),
      has: () => Promise.resolve(true),
      remove: () => Promise.reject(new Error('You cannot remove required permissions.')),
      all: () => Promise.resolve(['https://api.example.com/*']),
      watch: () => () => undefined,
    };
    const ledger = new Ledger({ access, connections: signal([]), used: signal({}) });
    await ledger.refresh();
    await ledger.revoke('https://api.example.com/*');
    expect(ledger.refused.value).toBe('https://api.example.com/*');
  });
});

describe('removing a connection', () => {
  function page(all: Connection[]) {
    const connections = signal<readonly Connection[]>(all);
    const granted = signal<readonly string[]>(all.flatMap(patternsOf));
    const log: string[] = [];
    const send: Send = (type: CommandName, input: unknown) => {
      const id = (input as { id?: string }).id ?? (input as { connection?: { id: string } }).connection?.id;
      log.push(`${type} ${id}`);
      if (type === 'connection.remove') connections.value = connections.value.filter((one) => one.id !== id);
      return Promise.resolve({
        ok: true,
        value: type === 'key.status' ? { present: true } : { keyCleared: false },
      }) as Promise<Reply<never>>;
    };
    const access = {
      request: (patterns: string[]) => {
        log.push(`request ${patterns.join(' ')}`);
        return Promise.resolve(true);
      },
      has: () => Promise.resolve(true),
      remove: (patterns: string[]) => {
        log.push(`give back ${patterns.join(' ')}`);
        return Promise.resolve(true);
      },
      all: () => Promise.resolve([...granted.value]),
      watch: () => () => undefined,
    };
    const model = new Connections({
      send,
      access,
      catalog,
      connections,
      defaultId: signal('a'),
      granted,
      newId: () => 'new',
    });
    return { model, log };
  }

  test('gives access back unless another one uses the same host', async () => {
    const { model, log } = page([
      connection('a', 'https://api.example.com/v1'),
      connection('b', 'https://api.example.com/v2'),
    ]);
    await model.remove('a');
    expect(log).toEqual(['connection.remove a']);
    await model.remove('b');
    expect(log).toEqual(['connection.remove a', 'connection.remove b', 'give back https://api.example.com/*']);
  });

  test('can be undone: the browser is asked first, then it is stored again, and the default too', async () => {
    const { model, log } = page([connection('a', 'https://api.example.com/v1')]);
    await model.remove('a');
    log.length = 0;
    const undone = model.undoRemove();
    expect(log).toEqual(['request https://api.example.com/*']);
    await undone;
    expect(log.slice(0, 3)).toEqual([
      'request https://api.example.com/*',
      'connection.save a',
      'connection.setDefault a',
    ]);
    expect(model.removed.value).toBeNull();
  });

  test('closes its form', async () => {
    const { model } = page([connection('a', 'https://api.example.com/v1')]);
    await model.edit('a');
    expect(model.open.value?.draft.value.name).toBe('A');
    await model.remove('a');
    expect(model.open.value).toBeNull();
  });
});

describe('finding a model', () => {
  const entries = [{ id: 'vendor/alpha' }, { id: 'alpha-2', name: 'Alpha Two' }, { id: 'beta' }];

  test('favourites first, then names that begin so, then the server’s order', () => {
    const ids = (typed: string, favourites: string[] = [], whole = false) =>
      modelChoices(entries, favourites, typed, whole).choices.map(({ entry }) => entry.id);
    expect(ids('', ['beta'])).toEqual(['beta', 'vendor/alpha', 'alpha-2']);
    expect(ids('alpha')).toEqual(['alpha-2', 'vendor/alpha']);
    expect(ids('two alp')).toEqual(['alpha-2']);
    expect(ids('beta', [], true)).toEqual(['vendor/alpha', 'alpha-2', 'beta']);
    expect(ids('', ['typed-by-hand'])).toContain('typed-by-hand');
  });

  test('a list of hundreds is cut, and says so', () => {
    const many = Array.from({ length: 350 }, (_, place) => ({ id: `m${place}` }));
    const { choices, more } = modelChoices(many, [], '');
    expect([choices.length, more]).toEqual([100, 250]);
  });

  test('where nobody chose one, the first to talk to', () => {
    const first = (...ids: string[]) => modelToBeginWith(ids.map((id) => ({ id })));
    expect(first('text-embedding-3-large', 'whisper-1', 'dall-e-3', 'gpt-4o-realtime', 'gpt-5', 'gpt-4')).toBe('gpt-5');
    expect(first('BAAI/bge-m3', 'Qwen/Qwen3-Reranker-8B', 'deepseek-chat')).toBe('deepseek-chat');
    expect(first('llama-guard-4', 'openai/gpt-oss-120b')).toBe('openai/gpt-oss-120b');
    expect(first('only-an-embedder')).toBe('only-an-embedder');
    expect(first()).toBeUndefined();
  });

  test('nearest names', () => {
    const names = ['qwen3:8b', 'llama3.2:3b', 'gpt-4o-mini', 'openai/gpt-4o', 'vendor/claude-sonnet-5'];
    expect(nearestNames('qwen3-8b', names)).toEqual(['qwen3:8b']);
    expect(nearestNames('gpt4o', names)[0]).toBe('openai/gpt-4o');
    expect(nearestNames('claude-sonnet', names)).toEqual(['vendor/claude-sonnet-5']);
    expect(nearestNames('something-else-entirely', names)).toEqual([]);
    expect(distance('kitten', 'sitting')).toBe(3);
  });
});

describe('the address of the page', () => {
  test.each([
    ['', { section: 'connections' }],
    ['#add', { section: 'connections', add: null }],
    ['#add=openai', { section: 'connections', add: 'openai' }],
    ['#connection=a-b', { section: 'connections', connection: 'a-b' }],
    ['#connection=a%20b', { section: 'connections', connection: 'a b' }],
    ['#local', { section: 'connections', local: true }],
    ['#privacy', { section: 'privacy' }],
    ['#nonsense', { section: 'connections' }],
    ['#%E0%A4%A', { section: 'connections' }],
  ])('%s', (hash, route) => {
    expect(routeOf(hash)).toEqual(route);
  });
});

describe('preferences', () => {
  function page() {
    const stored: Preferences[] = [];
    let waiting: (() => void) | null = null;
    const sent: CommandName[] = [];
    let refuse = false;
    const model = new PreferencesModel({
      item: {
        getValue: () => Promise.resolve(defaultPreferences),
        setValue: (value) => {
          if (refuse) return Promise.reject(new Error('quota'));
          stored.push(value);
          return Promise.resolve();
        },
        watch: () => () => undefined,
      },
      defaults: defaultPreferences,
      send: ((type: CommandName) => {
        sent.push(type);
        return Promise.resolve({ ok: true, value: null });
      }) as Send,
      newId: () => `id${stored.length}-${sent.length}-${Math.floor(model.actions.value.length)}`,
      later: (run) => {
        waiting = run;
        return () => (waiting = null);
      },
    });
    return {
      model,
      stored,
      sent,
      settle: async () => {
        waiting?.();
        await new Promise((resolve) => setTimeout(resolve));
      },
      refuseStorage: () => (refuse = true),
    };
  }

  test('many keystrokes are one write', async () => {
    const { model, stored, settle } = page();
    for (const text of ['B', 'Be', 'Be brief']) model.change({ instructions: text });
    expect(stored).toEqual([]);
    await settle();
    expect(stored.map(({ instructions }) => instructions)).toEqual(['Be brief']);
    expect(model.state.value).toBe('saved');
  });

  test('what waits is written when the page goes', async () => {
    const { model, stored } = page();
    model.change({ theme: 'dark' });
    await model.flush();
    expect(stored).toHaveLength(1);
  });

  test('another page’s change does not overwrite what is being typed', async () => {
    const { model, settle } = page();
    model.change({ instructions: 'mine' });
    model.follow({ ...defaultPreferences, instructions: 'theirs' });
    expect(model.value.value.instructions).toBe('mine');
    await settle();
    model.follow({ ...defaultPreferences, instructions: 'theirs' });
    expect(model.value.value.instructions).toBe('theirs');
  });

  test('a full disk is told, and the words stay', async () => {
    const { model, settle, refuseStorage } = page();
    refuseStorage();
    model.change({ instructions: 'mine' });
    await settle();
    expect(model.state.value).toBe('failed');
    expect(model.value.value.instructions).toBe('mine');
  });

  test('the menu is told about actions, and about nothing else', async () => {
    const { model, sent, settle } = page();
    model.change({ theme: 'dark' });
    await settle();
    expect(sent).toEqual([]);
    const id = model.addAction();
    model.changeAction(id, { name: 'Explain', prompt: '{selection}' });
    await settle();
    expect(sent).toEqual(['actions.changed']);
  });

  test('actions are moved within the list and not out of it', () => {
    const { model } = page();
    const ids = [model.addAction(), model.addAction(), model.addAction()];
    const order = () => model.actions.value.map(({ id }) => ids.indexOf(id));
    model.moveAction(ids[2] ?? '', -1);
    expect(order()).toEqual([0, 2, 1]);
    model.moveAction(ids[0] ?? '', -1);
    expect(order()).toEqual([0, 2, 1]);
    model.moveAction(ids[0] ?? '', 9);
    expect(order()).toEqual([2, 1, 0]);
  });

  test('places that are none are named', () => {
    expect(unknownPlaces('{selection} {Selection} {page} {text} { } {a b}')).toEqual(['Selection', 'text']);
  });
});

test('an export is named after the reader’s own day', () => {
  expect(exportName(new Date(2026, 10, 5, 23, 59).getTime())).toBe('gloss-2026-11-05.json');
});
