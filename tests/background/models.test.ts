import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createFindLocal, localPlaces } from '../../entrypoints/background/find-local';
import { type ModelsWorld, createModelCommands } from '../../entrypoints/background/models';
import type { ModelList } from '../../core/protocol';
import type { Connection, Provider } from '../../providers/contract';
import { catalog, providerById } from '../../providers/catalog';

const running: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { url: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(server);
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

function world(changes: Partial<ModelsWorld> = {}) {
  const kept = new Map<string, ModelList>();
  const time = { now: 1_000_000 };
  const made: ModelsWorld = {
    fetch: (url, init) => fetch(url, init),
    providerById,
    hasAccess: () => Promise.resolve(true),
    keys: { keyFor: () => Promise.resolve({ state: 'none' }) },
    headers: { ensureRules: () => Promise.resolve() },
    cache: {
      get: (id) => Promise.resolve(kept.get(id)),
      set: (id, list) => Promise.resolve(void kept.set(id, list)),
    },
    now: () => time.now,
    ...changes,
  };
  return { world: made, kept, time };
}

const draft = (baseUrl: string, changes: Partial<Connection> = {}): { id: string; provider: string } => ({
  id: 'c1',
  provider: 'custom',
  name: 'Mine',
  baseUrl,
  model: '',
  enabled: true,
  ...changes,
});

const context = { sender: 'options' } as const;
const listOf = (made: ModelsWorld) => createModelCommands(made)['connection.models'];

describe('connection.models', () => {
  test('asks with the key that was typed, not with the saved one', async () => {
    const { origin, asked } = await serve((_request, response) => json(response, { data: [{ id: 'a' }, { id: 'b' }] }));
    const { world: made } = world({ keys: { keyFor: () => Promise.resolve({ state: 'ready', key: 'sk-saved' }) } });
    const list = await listOf(made)({ connection: draft(`${origin}/v1`), key: 'sk-typed' }, context);
    expect(list).toEqual({ models: [{ id: 'a' }, { id: 'b' }], fetchedAt: 1_000_000 });
    expect(asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/v1/models', 'Bearer sk-typed']]);
  });

  test('keeps a list for a day, and fetches again when asked to', async () => {
    let count = 0;
    const { origin } = await serve((_request, response) => json(response, { data: [{ id: `m${(count += 1)}` }] }));
    const { world: made, time } = world();
    const ask = (fresh?: boolean) =>
      listOf(made)({ connection: draft(`${origin}/v1`), ...(fresh === undefined ? {} : { fresh }) }, context);
    expect((await ask()).models).toEqual([{ id: 'm1' }]);
    expect((await ask()).models).toEqual([{ id: 'm1' }]);
    expect((await ask(true)).models).toEqual([{ id: 'm2' }]);
    time.now += 25 * 3_600_000;
    expect((await ask()).models).toEqual([{ id: 'm3' }]);
  });

  test('a name that is the key, said back, is left out', async () => {
    const key = 'a-key-of-no-known-shape';
    const { origin } = await serve((_request, response) =>
      json(response, { data: [{ id: 'm1' }, { id: key }, { id: `m-${key}` }] }),
    );
    const { world: made } = world();
    const list = await listOf(made)({ connection: draft(`${origin}/v1`), key }, context);
    expect(list.models.map(({ id }) => id)).toEqual(['m1']);
  });

  test('a list asked for with a typed key is not kept', async () => {
    const { origin } = await serve((_request, response) => json(response, { data: [{ id: 'secret' }] }));
    const { world: made, kept } = world();
    await listOf(made)({ connection: draft(`${origin}/v1`), key: 'sk-typed' }, context);
    expect([...kept]).toEqual([]);
  });

  test('without site access nothing is sent', async () => {
    const { origin, asked } = await serve((_request, response) => json(response, { data: [] }));
    const { world: made } = world({ hasAccess: () => Promise.resolve(false) });
    await expect(listOf(made)({ connection: draft(`${origin}/v1`), key: 'sk-1' }, context)).rejects.toMatchObject({
      error: { kind: 'site-access', origin },
    });
    expect(asked).toEqual([]);
  });

  test('reads every page, and gives the key to no other origin', async () => {
    const elsewhere = await serve((_request, response) => json(response, { data: [{ id: 'stolen' }] }));
    const { origin, asked } = await serve((request, response) => {
      const page = new URL(request.url ?? '', 'http://x').searchParams.get('after_id');
      json(
        response,
        page === null
          ? { data: [{ id: 'one' }], has_more: true, last_id: 'one' }
          : { data: [{ id: 'two' }], has_more: true, last_id: `x`, next: `${elsewhere.origin}/v1/models` },
      );
    });
    const paged: Provider = { ...catalogEntry('custom'), id: 'paged', dialect: 'anthropic-messages' };
    const { world: made } = world({ providerById: () => paged });
    const list = await listOf(made)({ connection: draft(`${origin}/v1`, { provider: 'paged' }), key: 'sk-1' }, context);
    expect(list.models.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(asked[1]?.url).toContain('after_id=one');
    // The second page names itself as the next one; a list that never ends is left.
    expect(asked.length).toBeLessThanOrEqual(20);
    expect(elsewhere.asked).toEqual([]);
  });

  test.each([
    ['a web page', 200, '<!doctype html><title>x</title>', 'not-an-api'],
    ['JSON of another kind', 200, '{"status":"ok"}', 'not-an-api'],
    ['no JSON', 200, 'hello', 'not-an-api'],
    ['a refused key', 401, '{"error":{"message":"Incorrect API key provided: sk-typed-123"}}', 'auth'],
    ['an error of the server', 500, '{"error":{"message":"CUDA"}}', 'server'],
    ['a redirect', 302, '', 'redirect'],
  ])('%s is said for what it is', async (_name, status, body, kind) => {
    const { origin } = await serve((_request, response) =>
      response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:9/' } : {}).end(body),
    );
    const { world: made } = world();
    const asked = listOf(made)({ connection: draft(`${origin}/v1`), key: 'sk-typed-123' }, context);
    await expect(asked).rejects.toMatchObject({ error: { kind, origin } });
    await expect(asked).rejects.not.toMatchObject({ error: { message: expect.stringContaining('sk-typed-123') } });
  });

  test('nothing listening, and nothing coming, are told apart', async () => {
    const { origin } = await serve(() => undefined);
    const slow = world({ patienceMs: 60 }).world;
    await expect(listOf(slow)({ connection: draft(`${origin}/v1`) }, context)).rejects.toMatchObject({
      error: { kind: 'timeout' },
    });
    for (const server of running.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await expect(listOf(world().world)({ connection: draft(`${origin}/v1`) }, context)).rejects.toMatchObject({
      error: { kind: 'network' },
    });
  });

  test('a provider without a list gives the models the catalog knows', async () => {
    const { world: made } = world();
    const list = await listOf(made)({ connection: draft('https://free.example', { provider: 'freenetfly' }) }, context);
    expect(list.models.map(({ id }) => id)).toEqual(['gpt-3.5-turbo', 'gpt-4']);
  });
});

function catalogEntry(id: string): Provider {
  const provider = providerById(id);
  if (!provider) throw new Error(`no ${id}`);
  return provider;
}

describe('connection.findLocal', () => {
  test('the catalog names the usual ports, each once', () => {
    const places = localPlaces(catalog);
    const ports = places.map(({ baseUrl }) => new URL(baseUrl).port);
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports).toEqual(expect.arrayContaining(['11434', '1234', '8080', '8000', '5001', '1337', '4000', '3000']));
  });

  test('finds what answers, with its models, and servers that want a key', async () => {
    const open = await serve((_request, response) => json(response, { data: [{ id: 'qwen3:8b' }] }));
    const locked = await serve((_request, response) => json(response, { error: { message: 'No key' } }, 401));
    const router = await serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Router</title>'),
    );
    const gone = await serve(() => undefined);
    running.pop()?.close();
    const at = (id: string, origin: string): Provider => ({
      ...catalogEntry('lm-studio'),
      id,
      baseUrl: `${origin}/v1`,
    });
    const places = [
      at('open', open.origin),
      at('locked', locked.origin),
      at('router', router.origin),
      at('gone', gone.origin),
    ];
    const { world: made } = world({ providerById: (id) => places.find((place) => place.id === id) });
    const { found } = await createFindLocal({ ...made, catalog: places })['connection.findLocal']({}, context);
    expect(found).toEqual([
      { provider: 'open', baseUrl: `${open.origin}/v1`, models: [{ id: 'qwen3:8b' }] },
      { provider: 'locked', baseUrl: `${locked.origin}/v1`, models: [] },
    ]);
    expect(open.asked[0]?.headers.authorization).toBeUndefined();
  });
});
