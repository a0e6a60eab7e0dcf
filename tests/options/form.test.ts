import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import type { CommandInput, CommandName, CommandOutput, Diagnosis, Reply, Send } from '../../core/protocol';
import type { Connection } from '../../providers/contract';
import { catalog } from '../../providers/catalog';
import { draftOf, emptyDraft } from '../../state/options-draft';
import { ConnectionForm } from '../../state/options-form';

type Answers = {
  [Name in CommandName]?: (input: CommandInput<Name>) => CommandOutput<Name> | Promise<CommandOutput<Name>>;
};

/** The browser and the background, as far as a form meets them, with a record of everything in order. */
function world(answers: Answers = {}, allow = true) {
  const log: string[] = [];
  const sent: { type: CommandName; input: unknown }[] = [];
  const granted = signal<readonly string[]>([]);
  const connections = signal<readonly Connection[]>([]);
  const access = {
    request: (patterns: string[]) => {
      log.push(`request ${patterns.join(' ')}`);
      if (allow) granted.value = [...new Set([...granted.value, ...patterns])];
      return Promise.resolve(allow);
    },
    has: (patterns: string[]) => Promise.resolve(patterns.every((one) => granted.value.includes(one))),
    remove: (patterns: string[]) => {
      log.push(`remove ${patterns.join(' ')}`);
      granted.value = granted.value.filter((one) => !patterns.includes(one));
      return Promise.resolve(true);
    },
    all: () => Promise.resolve([...granted.value]),
    watch: () => () => undefined,
  };
  const send: Send = async <Name extends CommandName>(type: Name, input: CommandInput<Name>) => {
    log.push(type);
    sent.push({ type, input });
    const answer = answers[type];
    if (!answer) return { ok: false, error: { kind: 'not-done', message: `no ${type}` } } as Reply<CommandOutput<Name>>;
    return { ok: true, value: await answer(input) };
  };
  return { log, sent, granted, connections, access, deps: { send, access, catalog, granted, connections } };
}

function customForm(made: ReturnType<typeof world>, changes: Record<string, string> = {}) {
  const form = new ConnectionForm(made.deps, emptyDraft('c1'), true);
  form.chooseProvider('custom');
  form.update({ baseUrl: 'https://api.example.com/v1', model: 'm1', ...changes });
  return form;
}

const saves: Answers = {
  'connection.save': () => ({ keyCleared: false }),
  'key.status': () => ({ present: true, savedAt: 5, origin: 'https://api.example.com', keeping: 'device' }),
};

describe('Save', () => {
  test('asks the browser first, for exactly the hosts that are needed, then sends connection and key together', async () => {
    const made = world(saves);
    const form = customForm(made);
    form.setKey('  sk-secret ');
    await form.save();
    expect(made.log).toEqual(['request https://api.example.com/*', 'connection.save', 'key.status']);
    expect(made.sent[0]?.input).toEqual({
      connection: {
        id: 'c1',
        provider: 'custom',
        name: 'Custom (OpenAI-compatible)',
        baseUrl: 'https://api.example.com/v1',
        model: 'm1',
        enabled: true,
      },
      key: 'sk-secret',
      keeping: 'device',
    });
    expect(form.outcome.value).toEqual({ kind: 'saved', keyCleared: false });
  });

  test('asks in the same turn of the event loop as the click', () => {
    const made = world(saves);
    const form = customForm(made);
    void form.save();
    expect(made.log).toEqual(['request https://api.example.com/*']);
  });

  test('forgets the key as soon as it is stored', async () => {
    const form = customForm(world(saves));
    form.setKey('sk-secret');
    await form.save();
    expect(form.key.value).toBe('');
    expect(form.keyStatus.value).toMatchObject({ present: true });
  });

  test('refused by the user: nothing is sent, nothing is lost', async () => {
    const made = world(saves, false);
    const form = customForm(made);
    form.setKey('sk-secret');
    await form.save();
    expect(made.sent).toEqual([]);
    expect(form.outcome.value).toEqual({ kind: 'refused', hosts: ['api.example.com'] });
    expect(form.key.value).toBe('sk-secret');
    expect(form.draft.value.baseUrl).toBe('https://api.example.com/v1');
  });

  test('with something wrong: nothing is asked, and every problem is shown', async () => {
    const made = world(saves);
    const form = customForm(made, { baseUrl: 'api.example.com', model: ' ' });
    form.setKey('sk-a b');
    expect(form.problems.value).toEqual({});
    await form.save();
    expect(made.log).toEqual([]);
    expect(form.problems.value).toMatchObject({
      baseUrl: { kind: 'address', fault: 'no-scheme', mend: { kind: 'use', url: 'https://api.example.com' } },
      model: { kind: 'missing' },
      key: { kind: 'key', problem: { kind: 'inner-space' } },
    });
  });

  describe('without a model', () => {
    const lists: Answers = {
      ...saves,
      'connection.models': () => ({ models: [{ id: 'embed-1' }, { id: 'chat-1' }], fetchedAt: 7 }),
    };

    test('takes the server’s first to talk to, asked for with the key as typed, and stores that', async () => {
      const made = world(lists);
      const form = customForm(made, { model: '' });
      form.setKey('sk-secret');
      await form.save();
      expect(made.log).toEqual([
        'request https://api.example.com/*',
        'connection.models',
        'connection.save',
        'key.status',
      ]);
      expect(made.sent[0]?.input).toMatchObject({ key: 'sk-secret', fresh: true });
      expect(made.sent[1]?.input).toMatchObject({ connection: { model: 'chat-1' }, key: 'sk-secret' });
      expect(form.outcome.value).toMatchObject({ kind: 'saved' });
      expect(form.draft.value.model).toBe('chat-1');
    });

    test('and without a list, says that one is needed and why there is no list', async () => {
      const made = world(saves);
      const form = customForm(made, { model: '' });
      await form.save();
      expect(made.log).not.toContain('connection.save');
      expect(form.problems.value.model).toEqual({ kind: 'missing' });
      expect(form.models.value).toEqual({ state: 'failed', message: 'no connection.models' });
    });

    test('refused by the user: nothing is sent', async () => {
      const made = world(lists, false);
      const form = customForm(made, { model: '' });
      await form.save();
      expect(made.sent).toEqual([]);
      expect(form.outcome.value).toMatchObject({ kind: 'refused' });
    });
  });

  test('a field that was left shows its own problem and no other', () => {
    const form = customForm(world(), { baseUrl: 'ftp://x', model: '' });
    form.touch('baseUrl');
    expect(Object.keys(form.problems.value)).toEqual(['baseUrl']);
  });

  test('not done by the background: its words are kept, and the form too', async () => {
    const made = world();
    const form = customForm(made);
    form.setKey('sk-secret');
    await form.save();
    expect(form.outcome.value).toEqual({ kind: 'failed', message: 'no connection.save' });
    expect(form.key.value).toBe('sk-secret');
  });

  test('a hosted service without a key is stopped with the page that gives one', async () => {
    const made = world(saves);
    const form = new ConnectionForm(made.deps, emptyDraft('c1'), true);
    form.chooseProvider('groq');
    form.update({ model: 'm' });
    await form.save();
    expect(made.log).toEqual([]);
    expect(form.problems.value.key).toEqual({ kind: 'key-missing', keyUrl: 'https://console.groq.com/keys' });
  });

  test('a pool asks once for all its servers', async () => {
    const made = world(saves);
    const form = new ConnectionForm(made.deps, emptyDraft('c1'), true);
    form.chooseProvider('easychat');
    expect(form.draft.value.servers).toBe('');
    form.update({ servers: 'https://a.example\nhttps://b.example/\n\nhttps://a.example' });
    await form.save();
    expect(made.log[0]).toBe('request https://a.example/* https://b.example/*');
    expect(made.sent[0]?.input).toMatchObject({ connection: { baseUrl: 'https://a.example' } });
  });

  test('a shut-down provider’s old host is saved only after a second click', async () => {
    const made = world(saves);
    const form = new ConnectionForm(made.deps, emptyDraft('c1'), true);
    form.chooseProvider('dfehub');
    expect(form.draft.value.baseUrl).toBe('');
    form.update({ baseUrl: 'https://chat.dfehub.com' });
    await form.save();
    expect(made.log).toEqual([]);
    expect(form.confirming.value).toEqual(['chat.dfehub.com']);
    await form.save(true);
    expect(made.log[0]).toBe('request https://chat.dfehub.com/*');
  });

  test('its wire on a server of one’s own needs no second click', async () => {
    const made = world(saves);
    const form = new ConnectionForm(made.deps, emptyDraft('c1'), true);
    form.chooseProvider('dfehub');
    form.update({ baseUrl: 'https://next.my-own.example' });
    await form.save();
    expect(made.log[0]).toBe('request https://next.my-own.example/*');
  });
});

describe('the stored key', () => {
  test('is not good for another origin, and the form says that a new one is needed', async () => {
    const connection: Connection = {
      id: 'c1',
      provider: 'openai',
      name: 'OpenAI',
      baseUrl: 'https://api.openai.com/v1',
      model: 'gpt-x',
      enabled: true,
    };
    const made = world({
      'key.status': () => ({ present: true, savedAt: 5, origin: 'https://api.openai.com', keeping: 'session' }),
    });
    const form = new ConnectionForm(made.deps, draftOf(connection), false);
    await form.refreshKey();
    expect(form.keySaved.value).toBe(true);
    expect(form.keeping.value).toBe('session');
    expect(form.ready.value).toBe(true);
    form.update({ baseUrl: 'https://proxy.example.com/v1' });
    expect(form.keySaved.value).toBe(false);
    await form.save();
    expect(made.log).toEqual(['key.status']);
    expect(form.problems.value.key).toMatchObject({ kind: 'key-missing' });
  });

  test('is removed by itself; what is typed elsewhere stays unsaved', async () => {
    const connection: Connection = {
      id: 'c1',
      provider: 'custom',
      name: 'Mine',
      baseUrl: 'https://api.example.com/v1',
      model: 'old',
      enabled: true,
    };
    const made = world({ ...saves, 'key.status': () => ({ present: false }) });
    made.connections.value = [connection];
    const form = new ConnectionForm(made.deps, draftOf(connection), false);
    form.update({ model: 'typed' });
    await form.removeKey();
    expect(made.sent[0]).toEqual({ type: 'connection.save', input: { connection, key: null } });
    expect(form.draft.value.model).toBe('typed');
  });
});

describe('Test connection', () => {
  const refused: Diagnosis = {
    ok: false,
    cause: 'path-missing',
    fix: { kind: 'base-url', baseUrl: 'https://api.example.com/v1' },
  };

  test('sends the unsaved connection with the unsaved key', async () => {
    const made = world({ 'connection.test': () => ({ ok: true, ms: 12 }) });
    const form = customForm(made);
    form.setKey('sk-unsaved');
    await form.test();
    expect(made.log).toEqual(['request https://api.example.com/*', 'connection.test']);
    expect(made.sent[0]?.input).toMatchObject({ connection: { id: 'c1', model: 'm1' }, key: 'sk-unsaved' });
    expect(form.trial.value).toEqual({ state: 'done', diagnosis: { ok: true, ms: 12 } });
  });

  test('needs no model: the answer says which there are', async () => {
    const made = world({ 'connection.test': () => ({ ok: false, cause: 'model-missing', models: [{ id: 'a' }] }) });
    const form = customForm(made, { model: '' });
    await form.test();
    expect(made.log).toContain('connection.test');
    expect(form.models.value).toMatchObject({ state: 'ready', entries: [{ id: 'a' }] });
  });

  test('a fix is done and tried again in one click', async () => {
    const made = world({ 'connection.test': () => refused });
    const form = customForm(made, { baseUrl: 'https://api.example.com' });
    await form.test();
    made.log.length = 0;
    void form.mend({ kind: 'base-url', baseUrl: 'https://api.example.com/v1' });
    expect(form.draft.value.baseUrl).toBe('https://api.example.com/v1');
    expect(made.log).toEqual(['request https://api.example.com/*']);
  });

  test('the Origin rule is switched on in the draft, not behind the user’s back', async () => {
    const made = world({ 'connection.test': () => ({ ok: true }) });
    const form = customForm(made);
    await form.mend({ kind: 'rewrite-origin' });
    expect(form.draft.value.rewriteOrigin).toBe(true);
    expect(made.sent[0]?.input).toMatchObject({ connection: { options: { rewriteOrigin: true } } });
  });

  test('an answer that comes after something was typed is dropped', async () => {
    let answer: (diagnosis: Diagnosis) => void = () => undefined;
    const made = world({ 'connection.test': () => new Promise<Diagnosis>((resolve) => (answer = resolve)) });
    const form = customForm(made);
    const tested = form.test();
    await new Promise((resolve) => setTimeout(resolve));
    form.update({ model: 'other' });
    answer({ ok: true });
    await tested;
    expect(form.trial.value).toBeNull();
  });

  test('access that was lent to a test is given back on leaving', async () => {
    const made = world({ 'connection.test': () => ({ ok: true }) });
    const form = customForm(made);
    await form.test();
    await form.leave();
    expect(made.log.at(-1)).toBe('remove https://api.example.com/*');
  });

  test('access that was there before, or that a stored connection uses, stays', async () => {
    const made = world({ ...saves, 'connection.test': () => ({ ok: true }) });
    made.granted.value = ['https://api.example.com/*'];
    const before = customForm(made);
    await before.test();
    await before.leave();
    expect(made.log).not.toContain('remove https://api.example.com/*');

    made.granted.value = [];
    const after = customForm(made);
    await after.test();
    await after.save();
    await after.leave();
    expect(made.log).not.toContain('remove https://api.example.com/*');
  });
});

describe('the model list', () => {
  test('is fetched on focus only where nothing has to be asked', async () => {
    const made = world({ 'connection.models': () => ({ models: [{ id: 'a' }], fetchedAt: 7 }) });
    const form = customForm(made);
    await form.offerModels();
    expect(made.log).toEqual([]);
    made.granted.value = ['https://api.example.com/*'];
    await form.offerModels();
    expect(made.log).toEqual(['connection.models']);
    expect(form.models.value).toEqual({ state: 'ready', entries: [{ id: 'a' }], fetchedAt: 7 });
  });

  test('belongs to its address', async () => {
    const made = world({ 'connection.models': () => ({ models: [{ id: 'a' }], fetchedAt: 7 }) });
    const form = customForm(made);
    await form.fetchModels();
    form.update({ model: 'x' });
    expect(form.models.value.state).toBe('ready');
    form.update({ baseUrl: 'https://other.example.com/v1' });
    expect(form.models.value.state).toBe('none');
  });

  test('says why it did not come', async () => {
    const form = customForm(world());
    await form.fetchModels();
    expect(form.models.value).toEqual({ state: 'failed', message: 'no connection.models' });
  });
});

describe('choosing a provider', () => {
  test('takes over its proposals and keeps what was typed', () => {
    const form = new ConnectionForm(world().deps, emptyDraft('c1'), true);
    form.chooseProvider('openai');
    expect(form.draft.value).toMatchObject({ name: 'OpenAI', baseUrl: 'https://api.openai.com/v1' });
    form.chooseProvider('groq');
    expect(form.draft.value).toMatchObject({ name: 'Groq', baseUrl: 'https://api.groq.com/openai/v1' });
    form.update({ name: 'At work', baseUrl: 'https://proxy.example.com/v1', model: 'typed' });
    form.chooseProvider('mistral');
    expect(form.draft.value).toMatchObject({
      provider: 'mistral',
      name: 'At work',
      baseUrl: 'https://proxy.example.com/v1',
      model: 'typed',
    });
  });

  test('a second one of the same kind gets a name of its own', () => {
    const made = world();
    made.connections.value = [
      { id: 'x', provider: 'groq', name: 'Groq', baseUrl: 'https://api.groq.com/openai/v1', model: 'm', enabled: true },
    ];
    const form = new ConnectionForm(made.deps, emptyDraft('c1'), true);
    form.chooseProvider('groq');
    expect(form.draft.value.name).toBe('Groq 2');
  });

  test('Azure’s address follows its resource', () => {
    const form = new ConnectionForm(world().deps, emptyDraft('c1'), true);
    form.chooseProvider('azure');
    expect(form.hosts.value).toEqual([]);
    form.setField('resource', 'my-lab');
    expect(form.draft.value.baseUrl).toBe('https://my-lab.openai.azure.com/openai/v1');
    form.setField('resource', 'my-lab-2');
    expect(form.hosts.value).toEqual(['my-lab-2.openai.azure.com']);
    form.update({ baseUrl: 'https://gateway.example.com/openai/v1' });
    form.setField('resource', 'other');
    expect(form.draft.value.baseUrl).toBe('https://gateway.example.com/openai/v1');
  });
});

describe('a stored connection', () => {
  test('goes through the form unchanged', () => {
    const connection: Connection = {
      id: 'c1',
      provider: 'easychat',
      name: 'Pool',
      baseUrl: 'https://a.example',
      servers: ['https://a.example', 'https://b.example'],
      model: 'gpt-3.5-turbo',
      favourites: ['x'],
      enabled: false,
      stream: false,
      sampling: { temperature: 0.5, topP: 1, presencePenalty: -2, frequencyPenalty: 0 },
      maxTokens: 100,
      reasoningEffort: 'low',
      options: {
        promptLayout: 'A',
        sendCookies: true,
        server: 'https://b.example',
        rewriteOrigin: true,
        allowPrivateHttp: true,
        fallbacks: ['c2'],
        contextLength: 4096,
      },
    };
    const made = world(saves);
    const form = new ConnectionForm(made.deps, draftOf(connection), false);
    void form.save();
    return Promise.resolve().then(async () => {
      await new Promise((resolve) => setTimeout(resolve));
      expect(made.sent[0]?.input).toEqual({ connection });
    });
  });
});
