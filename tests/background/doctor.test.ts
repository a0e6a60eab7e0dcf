import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type DoctorWorld, diagnose } from '../../entrypoints/background/doctor';
import type { Connection } from '../../providers/contract';
import { catalog, providerById } from '../../providers/catalog';

const running: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A server with one fault: `answer` decides everything. Resolves with its origin and what it was asked. */
async function serve(answer: (asked: Asked, response: ServerResponse) => void) {
  const asked: Asked[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      asked.push(one);
      answer(one, response);
    });
  };
  const server: Server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(server);
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const html = (response: ServerResponse, status: number) => {
  response.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html><title>Router</title><p>Hello');
};
const stream = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"H"}}]}\n\n');
  response.write('data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\n');
  response.end('data: [DONE]\n\n');
};
const models = (response: ServerResponse) =>
  json(response, 200, { data: [{ id: 'qwen3:8b' }, { id: 'llama3.2:3b' }, { id: 'gpt-4o-mini' }] });

/** A healthy server under `/v1`; anything else is 404. */
const healthy = (asked: Asked, response: ServerResponse) => {
  if (asked.method === 'GET' && asked.path === '/v1/models') return models(response);
  if (asked.method === 'POST' && asked.path === '/v1/chat/completions') return stream(response);
  return json(response, 404, { error: 'not found' });
};

function world(changes: Partial<DoctorWorld> = {}): DoctorWorld & { rules: string[] } {
  const rules: string[] = [];
  return {
    rules,
    fetch: (url, init) => fetch(url, init),
    providerById,
    hasAccess: () => Promise.resolve(true),
    keys: { keyFor: () => Promise.resolve({ state: 'none' }) },
    headers: {
      ensureRules: (connection) => {
        rules.push(`for ${connection.id}`);
        return Promise.resolve();
      },
    },
    settleHeaders: () => {
      rules.push('settled');
      return Promise.resolve();
    },
    cache: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
    now: () => performance.now(),
    connections: () => Promise.resolve([]),
    online: () => true,
    localNetwork: () => Promise.resolve('unknown'),
    engineAvailability: () => Promise.resolve('unavailable'),
    ...changes,
  };
}

function target(baseUrl: string, changes: Partial<Connection> = {}) {
  const connection: Connection = {
    id: 'c1',
    provider: 'custom',
    name: 'Mine',
    baseUrl,
    model: 'qwen3:8b',
    enabled: true,
    ...changes,
  };
  const provider = providerById(connection.provider);
  if (!provider) throw new Error(`no provider ${connection.provider} in ${catalog.length} entries`);
  return { connection, provider };
}

describe('a test that succeeds', () => {
  test('asks one real question of one token and says how long it took', async () => {
    const { origin, asked } = await serve(healthy);
    const diagnosis = await diagnose(world(), target(`${origin}/v1`), 'sk-right');
    expect(diagnosis).toMatchObject({ ok: true });
    expect(diagnosis.ms).toBeGreaterThan(0);
    expect(diagnosis.models?.map(({ id }) => id)).toEqual(['qwen3:8b', 'llama3.2:3b', 'gpt-4o-mini']);
    const post = asked.find(({ method }) => method === 'POST');
    expect(post?.headers.authorization).toBe('Bearer sk-right');
    expect(JSON.parse(post?.body ?? '')).toMatchObject({ model: 'qwen3:8b', max_tokens: 1 });
  });

  test('takes the saved key where none was typed, and only for its own origin', async () => {
    const { origin, asked } = await serve(healthy);
    const given: string[] = [];
    const keys = {
      keyFor: (id: string, at: string) => {
        given.push(`${id} ${at}`);
        return Promise.resolve({ state: 'ready' as const, key: 'sk-saved' });
      },
    };
    await diagnose(world({ keys }), target(`${origin}/v1`));
    expect(given).toEqual([`c1 ${origin}`]);
    expect(asked.find(({ method }) => method === 'POST')?.headers.authorization).toBe('Bearer sk-saved');
  });

  test('accepts an answer that spent its one token without a word', async () => {
    const { origin } = await serve((asked, response) => {
      if (asked.method === 'GET') return models(response);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\ndata: [DONE]\n\n');
    });
    expect(await diagnose(world(), target(`${origin}/v1`))).toMatchObject({ ok: true });
  });

  test('takes its header rules back', async () => {
    const { origin } = await serve(healthy);
    const one = world();
    await diagnose(one, target(`${origin}/v1`));
    expect(one.rules[0]).toBe('for c1');
    expect(one.rules.at(-1)).toBe('settled');
  });
});

describe('each cause, against a server that has that fault', () => {
  test('nothing listens', async () => {
    const { origin } = await serve(healthy);
    running.splice(0).forEach((server) => server.close());
    const diagnosis = await diagnose(world(), target(`${origin}/v1`));
    expect(diagnosis).toMatchObject({ ok: false, cause: 'nothing-listening', subject: new URL(origin).host });
  });

  test('the computer is offline', async () => {
    const diagnosis = await diagnose(
      world({ online: () => false, fetch: () => Promise.reject(new TypeError('Failed to fetch')) }),
      target('https://api.example.com/v1'),
    );
    expect(diagnosis.cause).toBe('offline');
  });

  test('the browser blocks the local network', async () => {
    const diagnosis = await diagnose(
      world({
        localNetwork: () => Promise.resolve('denied'),
        fetch: () => Promise.reject(new TypeError('Failed to fetch')),
      }),
      target('http://192.168.1.20:11434/v1', { options: { allowPrivateHttp: true } }),
    );
    expect(diagnosis.cause).toBe('local-network');
  });

  test('no trusted connection can be made', async () => {
    // A server without any certificate fails the handshake as one with a distrusted certificate does.
    const server = createSecureServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    running.push(server);
    const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const diagnosis = await diagnose(world(), target(base));
    expect(diagnosis).toMatchObject({ cause: 'certificate', fix: { kind: 'open', url: base } });
  });

  test('the Origin is refused: GET passes, POST is 403 with nothing in it', async () => {
    const { origin } = await serve((asked, response) => {
      if (asked.method === 'GET') return models(response);
      response.writeHead(403).end();
    });
    const diagnosis = await diagnose(world(), target(`${origin}/v1`));
    expect(diagnosis).toMatchObject({ cause: 'origin-refused', status: 403, fix: { kind: 'rewrite-origin' } });
    const again = await diagnose(world(), target(`${origin}/v1`, { options: { rewriteOrigin: true } }));
    expect(again.cause).toBe('origin-refused');
    expect(again.fix).toBeUndefined();
  });

  test('/v1 is missing', async () => {
    const { origin } = await serve(healthy);
    const diagnosis = await diagnose(world(), target(origin));
    expect(diagnosis).toMatchObject({
      cause: 'path-missing',
      fix: { kind: 'base-url', baseUrl: `${origin}/v1` },
    });
  });

  test('/v1 is missing, and the server says 200 to everything (LM Studio)', async () => {
    const { origin } = await serve((asked, response) =>
      asked.path.startsWith('/v1/')
        ? healthy(asked, response)
        : json(response, 200, { error: `Unexpected endpoint or method. (${asked.method} ${asked.path})` }),
    );
    const diagnosis = await diagnose(world(), target(origin));
    expect(diagnosis).toMatchObject({ cause: 'path-missing', fix: { kind: 'base-url', baseUrl: `${origin}/v1` } });
  });

  test('the path is there twice', async () => {
    const { origin } = await serve(healthy);
    const diagnosis = await diagnose(world(), target(`${origin}/v1/v1`));
    expect(diagnosis).toMatchObject({ cause: 'path-twice', fix: { kind: 'base-url', baseUrl: `${origin}/v1` } });
  });

  test.each([
    ['with 200', 200],
    ['with 404', 404],
  ])('a web page instead of an API, %s', async (_name, status) => {
    const { origin } = await serve((_asked, response) => html(response, status));
    expect(await diagnose(world(), target(`${origin}/v1`))).toMatchObject({ cause: 'web-page' });
  });

  test('a web page at the root, and the API below it: the path is what is wrong', async () => {
    const { origin } = await serve((asked, response) =>
      asked.path.startsWith('/v1/') ? healthy(asked, response) : html(response, 200),
    );
    expect(await diagnose(world(), target(origin))).toMatchObject({
      cause: 'path-missing',
      fix: { baseUrl: `${origin}/v1` },
    });
  });

  test('JSON of another service', async () => {
    const { origin } = await serve((_asked, response) => json(response, 200, { status: 'ok', version: '1.2' }));
    expect(await diagnose(world(), target(`${origin}/v1`))).toMatchObject({ cause: 'not-an-api' });
  });

  test('the key is missing', async () => {
    const { origin } = await serve((_asked, response) => json(response, 401, { error: { message: 'No API key' } }));
    const diagnosis = await diagnose(world(), target(`${origin}/v1`));
    expect(diagnosis).toMatchObject({ cause: 'key-missing', status: 401, detail: 'No API key' });
  });

  test('the key is wrong; the server’s words come without it', async () => {
    const { origin } = await serve((_asked, response) =>
      json(response, 401, {
        error: { message: 'Incorrect API key provided: my-own-key-123.', code: 'invalid_api_key' },
      }),
    );
    const diagnosis = await diagnose(world(), target(`${origin}/v1`), 'my-own-key-123');
    expect(diagnosis.cause).toBe('key-refused');
    expect(JSON.stringify(diagnosis)).not.toContain('my-own-key-123');
    expect(diagnosis.detail).toContain('Incorrect API key provided');
  });

  test('the key is for another service', async () => {
    const { origin } = await serve((_asked, response) => json(response, 401, { error: { message: 'Bad key' } }));
    const diagnosis = await diagnose(world(), target(`${origin}/v1`), 'gsk_0123456789abcdef');
    expect(diagnosis).toMatchObject({ cause: 'key-for-other-service', subject: 'Groq' });
    expect(JSON.stringify(diagnosis)).not.toContain('gsk_0123456789abcdef');
  });

  test('the model is unknown: the nearest names, and the best one as the fix', async () => {
    const { origin } = await serve((asked, response) =>
      asked.method === 'GET'
        ? models(response)
        : json(response, 404, { error: { message: "model 'qwen3-8b' not found", type: 'not_found_error' } }),
    );
    const diagnosis = await diagnose(world(), target(`${origin}/v1`, { model: 'qwen3-8b' }));
    expect(diagnosis).toMatchObject({
      cause: 'model-unknown',
      subject: 'qwen3-8b',
      fix: { kind: 'model', model: 'qwen3:8b' },
    });
    expect(diagnosis.suggestions).toEqual(['qwen3:8b']);
  });

  test('no model was chosen: what there is', async () => {
    const { origin, asked } = await serve(healthy);
    const diagnosis = await diagnose(world(), target(`${origin}/v1`, { model: '' }));
    expect(diagnosis).toMatchObject({ cause: 'model-missing', fix: { kind: 'model', model: 'qwen3:8b' } });
    expect(asked.some(({ method }) => method === 'POST')).toBe(false);
  });

  test('no quota', async () => {
    const { origin } = await serve((_asked, response) =>
      json(response, 429, { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } }),
    );
    expect(await diagnose(world(), target(`${origin}/v1`), 'sk-poor')).toMatchObject({ cause: 'no-quota' });
  });

  test('too many requests, asked once only', async () => {
    const { origin, asked } = await serve((_asked, response) =>
      json(response, 429, { error: { message: 'Rate limit reached, try again in 20s' } }),
    );
    expect(await diagnose(world(), target(`${origin}/v1`), 'sk-fast')).toMatchObject({ cause: 'rate-limited' });
    expect(asked).toHaveLength(1);
  });

  test('site access is missing: nothing is sent', async () => {
    const { origin, asked } = await serve(healthy);
    const diagnosis = await diagnose(
      world({ hasAccess: () => Promise.resolve(false) }),
      target(`${origin}/v1`),
      'sk-1',
    );
    expect(diagnosis).toMatchObject({
      cause: 'site-access',
      fix: { kind: 'site-access', origins: ['http://127.0.0.1/*'] },
    });
    expect(asked).toEqual([]);
  });

  test('a redirect is not followed', async () => {
    const elsewhere = await serve(healthy);
    const { origin } = await serve((_asked, response) =>
      response.writeHead(307, { location: `${elsewhere.origin}/v1/chat/completions` }).end(),
    );
    expect(await diagnose(world(), target(`${origin}/v1`), 'sk-1')).toMatchObject({ cause: 'redirect' });
    expect(elsewhere.asked).toEqual([]);
  });

  test('the model is still loading: 503 in words (llama.cpp)', async () => {
    const { origin } = await serve((_asked, response) =>
      json(response, 503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }),
    );
    expect(await diagnose(world(), target(`${origin}/v1`))).toMatchObject({ cause: 'cold-load', status: 503 });
  });

  test('the model is still loading: the list comes, the answer does not', async () => {
    const { origin } = await serve((asked, response) => {
      if (asked.method === 'GET') models(response);
    });
    expect(await diagnose(world({ testPatienceMs: 80 }), target(`${origin}/v1`))).toMatchObject({ cause: 'cold-load' });
  });

  test('the server has an error of its own', async () => {
    const { origin } = await serve((_asked, response) => json(response, 500, { error: { message: 'CUDA error' } }));
    expect(await diagnose(world(), target(`${origin}/v1`))).toMatchObject({
      cause: 'server-error',
      status: 500,
      detail: 'CUDA error',
    });
  });

  test('the address cannot be used', async () => {
    expect(await diagnose(world(), target('ftp://x'))).toMatchObject({ cause: 'bad-address', subject: 'ftp://x' });
  });

  test('the key is behind a passphrase that was not given', async () => {
    const { origin, asked } = await serve(healthy);
    const keys = { keyFor: () => Promise.resolve({ state: 'locked' as const }) };
    expect(await diagnose(world({ keys }), target(`${origin}/v1`))).toMatchObject({ cause: 'key-missing' });
    expect(asked).toEqual([]);
  });

  test('an answer on this device that this browser cannot make', async () => {
    expect(await diagnose(world(), target('', { provider: 'passages' }))).toMatchObject({ cause: 'unavailable' });
    const able = world({ engineAvailability: () => Promise.resolve('available') });
    expect(await diagnose(able, target('', { provider: 'passages' }))).toEqual({ ok: true });
  });

  test('words nobody foresaw are passed on', async () => {
    const { origin } = await serve((_asked, response) =>
      json(response, 400, { error: { message: 'temperature must be 1 for this model' } }),
    );
    expect(await diagnose(world(), target(`${origin}/v1`))).toMatchObject({
      cause: 'unknown',
      detail: 'temperature must be 1 for this model',
    });
  });
});
