/** One contract for every entry of the catalog, those to come included. */
import { describe, expect, it } from 'vitest';
import { judgeBaseUrl } from '../../core/address';
import type { ChatEvent } from '../../core/chat';
import { catalog, providerById } from '../../providers/catalog';
import { needsKey, type Connection, type Provider } from '../../providers/contract';
import { dialects } from '../../providers/dialects/index';
import type { Fetch } from '../../providers/exchange';
import { serversOf } from '../../providers/request';
import { answering, ask, bytesOf, question } from './ask';

const key = 'sk-canary-7f3a9b';

/** A connection as a user might set it up: the entry's own address, or one of the user's own. */
function setUp(provider: Provider): Connection {
  return {
    id: 'c',
    provider: provider.id,
    name: provider.name,
    baseUrl: provider.baseUrl || (provider.servers ? '' : 'https://server.example'),
    model: provider.defaultModel ?? provider.models?.[0]?.id ?? 'model-1',
    enabled: true,
    fields: Object.fromEntries((provider.fields ?? []).map(({ name, default: given }) => [name, given ?? 'value'])),
  };
}

describe('the catalog', () => {
  it('names every provider once', () => {
    expect(new Set(catalog.map(({ id }) => id)).size).toBe(catalog.length);
    expect(new Set(catalog.map(({ name }) => name)).size).toBe(catalog.length);
    for (const provider of catalog) expect(providerById(provider.id)).toBe(provider);
    expect(providerById('constructor')).toBeUndefined();
  });

  it('has the entries that everything else relies on', () => {
    for (const id of [
      'custom',
      'openai',
      'openrouter',
      'groq',
      'deepseek',
      'mistral',
      'xai',
      'lm-studio',
      'llama-cpp',
      'vllm',
      'nextchat',
      'passages',
    ])
      expect(providerById(id)?.id).toBe(id);
    expect(catalog.filter(({ status }) => status === 'retired').map(({ id }) => id)).toEqual([
      'dfehub',
      'easychat',
      'equing',
      'aichat',
      'freenetfly',
    ]);
  });
});

describe.each(catalog.map((provider) => [provider.id, provider] as const))('%s', (id, provider: Provider) => {
  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(provider))).toEqual(provider);
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(provider.name.trim()).toBe(provider.name);
    expect(provider.name).not.toBe('');
  });

  it('has one way to answer, and it exists', () => {
    expect([provider.dialect, provider.engine].filter((way) => way !== undefined)).toHaveLength(1);
    if (provider.dialect) expect(dialects[provider.dialect]).toBeDefined();
    if (provider.engine) expect(provider.auth).toBe('none');
  });

  it('has addresses that Gloss may talk to', () => {
    const connection = setUp(provider);
    if (provider.engine) return;
    for (const server of serversOf(provider, connection)) expect(judgeBaseUrl(server)).toMatchObject({ ok: true });
    if (provider.baseUrl) expect(provider.baseUrl).not.toMatch(/\/$/);
    for (const path of [provider.chatPath, provider.modelsPath, provider.session?.path])
      if (path) expect(path).toMatch(/^\//);
    for (const link of [provider.keyUrl, provider.docsUrl, provider.historicalUrl])
      if (link) expect(new URL(link).protocol).toBe('https:');
    for (const [, name] of JSON.stringify([provider.baseUrl, provider.chatPath, provider.headers]).matchAll(
      /\{(\w+)\}/g,
    ))
      expect(['origin', ...(provider.fields ?? []).map((field) => field.name)]).toContain(name);
  });

  it('keeps to its group', () => {
    if (provider.status === 'retired') {
      expect(provider).toMatchObject({ group: 'retired', baseUrl: '' });
      expect(provider.historicalUrl).toBeDefined();
    } else expect(provider.group).not.toBe('retired');
    if (provider.status === 'local' && provider.baseUrl)
      expect(judgeBaseUrl(provider.baseUrl)).toMatchObject({ loopback: true });
    if (needsKey(provider)) expect(provider.keyUrl).toBeDefined();
  });

  it('offers the model it begins with', () => {
    if (provider.defaultModel && provider.models)
      expect(provider.models.map((model) => model.id)).toContain(provider.defaultModel);
    expect(new Set(provider.models?.map((model) => model.id)).size).toBe(provider.models?.length ?? 0);
  });

  it('sends headers that any server may see', () => {
    for (const [name, value] of Object.entries(provider.headers ?? {})) {
      expect(name).toMatch(/^[a-z-]+$/i);
      expect(value).toMatch(/^[\x20-\x7e]*$/);
      // These are the browser's, the key's, or nobody's.
      expect(name.toLowerCase()).not.toMatch(
        /^(?:authorization|cookie|host|user-agent|x-api-key|api-key|x-goog-api-key|sec-.*|content-length)$/,
      );
    }
  });

  if (provider.engine) return;

  const asked = async (fetch: Fetch, more = {}): Promise<ChatEvent[]> =>
    ask(fetch, { provider, connection: setUp(provider), key, ...more });

  it('sends one request that is whole, with the key in its header alone', async () => {
    const sent: { url: string; init: RequestInit }[] = [];
    await asked((url, init) => {
      sent.push({ url, init });
      return answering([])(url, init);
    });
    const posts = sent.filter(({ init }) => init.method === 'POST');
    expect(posts).toHaveLength(1);
    const { url = '', init = {} } = posts[0] ?? {};
    const connection = setUp(provider);
    expect(serversOf(provider, connection).map((server) => new URL(server).origin)).toContain(new URL(url).origin);
    expect(url).not.toMatch(/[{}]|%7B/);
    expect(url.replace('://', '')).not.toContain('//');
    const headers = new Headers(init.headers);
    const carrier = provider.auth === 'bearer' ? 'authorization' : provider.auth;
    if (provider.auth === 'none') expect(JSON.stringify(sent)).not.toContain(key);
    else {
      expect(headers.get(carrier)).toContain(key);
      expect(JSON.stringify([url, init.body, [...headers].filter(([name]) => name !== carrier)])).not.toContain(key);
    }
    expect(headers.get('content-type')).toBe('application/json');
    expect(JSON.stringify(JSON.parse(init.body as string))).toContain('Hello?');
    expect(init).toMatchObject({ redirect: 'manual', referrerPolicy: 'no-referrer', cache: 'no-store' });
    expect(init.credentials).toBe(provider.session ? 'include' : 'omit');
  });

  const endings: readonly (readonly [string, Fetch, string])[] = [
    ['401', answering([bytesOf(`{"error":{"message":"bad ${key}"}}`)], { status: 401 }), 'auth'],
    ['404', answering([bytesOf('<html><title>Not found</title>')], { status: 404 }), 'not-an-api'],
    ['429', answering([bytesOf('{}')], { status: 429 }), 'rate-limit'],
    ['500 with a web page', answering([bytesOf('<html>')], { status: 500 }), 'server'],
    ['a redirect', answering([], { status: 302, headers: { location: 'https://elsewhere.example' } }), 'redirect'],
    ['nothing', answering([]), 'empty'],
    ['a web page', answering([bytesOf('<!doctype html><title>Hi</title>')]), 'not-an-api'],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
  ];
  it.each(endings)('ends once with %s', async (_name, fetch, kind) => {
    const events = await asked(fetch);
    expect(events.filter((event) => event.type === 'end' || event.type === 'error')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind } });
    expect(JSON.stringify(events)).not.toContain(key);
  });

  it.each([
    ['plain words', 'Bad Gateway'],
    ['half a JSON', '{"half":'],
    ['an odd event', 'data: {"odd":1}\n\n'],
    ['random bytes', new Uint8Array([0, 159, 255, 10, 13, 123, 7])],
    ['an error of no known shape', '{"error":{"x":{"y":1}}}'],
    ['null', 'null'],
  ])('ends once, and badly, with %s', async (_name, body) => {
    for (const init of [{ status: 200 }, { status: 418 }]) {
      const events = await asked(answering([bytesOf(body)], init));
      expect(events.filter((event) => event.type === 'end' || event.type === 'error')).toHaveLength(1);
      expect(events.at(-1)?.type).toBe('error');
    }
  });

  it('is stopped at once', async () => {
    const stop = new AbortController();
    const events = asked(
      () => {
        stop.abort();
        return new Promise(() => undefined);
      },
      { signal: stop.signal },
    );
    expect(await events).toEqual([{ type: 'error', error: expect.objectContaining({ kind: 'aborted' }) as unknown }]);
  });

  it('builds the same request from the same question, and leaves the question alone', () => {
    const { dialect } = provider;
    if (!dialect) return;
    const chat = {
      ...structuredClone(question),
      system: 'S',
      sampling: { temperature: 0.3 },
      maxTokens: 50,
      reasoningEffort: 'low' as const,
    };
    const before = structuredClone(chat);
    const build = (): string => JSON.stringify(dialects[dialect].request(chat, provider, setUp(provider)));
    expect(build()).toBe(build());
    expect(chat).toEqual(before);
  });
});
