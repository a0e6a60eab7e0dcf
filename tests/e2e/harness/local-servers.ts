/**
 * Programs that serve models on this machine, as far as Gloss speaks with them, on ports of their own or on any other. Facts:
 * for Ollama its `server/routes.go` and docs.ollama.com/api, for the others the page named in the catalog's entry.
 */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  method: string;
  path: string;
  origin: string | undefined;
  key: string | undefined;
  body: Record<string, unknown>;
}

export interface LocalServer {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  port: number;
  heard: Heard[];
  close(): Promise<void>;
}

type Answer = (heard: Heard, response: ServerResponse) => void;

const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** @param port 0: any; resolves with `null` where somebody else has it */
async function serve(port: number, answer: Answer): Promise<LocalServer | null> {
  const heard: Heard[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const one: Heard = {
        method: request.method ?? '',
        path: request.url ?? '',
        origin: request.headers.origin,
        key: request.headers.authorization,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
      heard.push(one);
      answer(one, response);
    });
  });
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!listens) return null;
  const taken = (server.address() as AddressInfo).port;
  return {
    origin: `http://127.0.0.1:${taken}`,
    port: taken,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What every one of them says. */
export const localAnswer = 'Said on this machine.';

/** The origins that Ollama answers without being told to; for others 403 and not a word. A `GET` of an extension has none. */
const isLocal = (origin: string | undefined): boolean =>
  origin === undefined ||
  /^(?:https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?$|app:|file:|tauri:)/.test(origin);

/** @param allowed more origins, as `OLLAMA_ORIGINS` would name them */
export function ollama(
  { port = 0, models = ['llama3.2:3b', 'qwen3:8b'] }: { port?: number; models?: string[] } = {},
  allowed: { now: boolean } = { now: false },
): Promise<LocalServer | null> {
  return serve(port, ({ method, path, origin, body }, response) => {
    if (!isLocal(origin) && !allowed.now) return void response.writeHead(403).end();
    if (path === '/') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('Ollama is running');
    if (path === '/api/version') return json(response, 200, { version: '0.32.1' });
    if (path === '/api/tags') {
      const details = { format: 'gguf', family: 'llama', parameter_size: '3.2B', quantization_level: 'Q4_K_M' };
      const listed = models.map((name) => ({
        name,
        model: name,
        size: 2_000_000_000,
        digest: 'a80c4f17acd5',
        details,
      }));
      return json(response, 200, { models: listed });
    }
    if (path === '/api/show' && method === 'POST') {
      return json(response, 200, {
        capabilities: ['completion'],
        model_info: { 'general.architecture': 'llama', 'llama.context_length': 131_072 },
      });
    }
    if (path !== '/api/chat' || method !== 'POST') return json(response, 404, { error: '404 page not found' });
    const model = String(body.model);
    if (!models.includes(model)) return json(response, 404, { error: `model '${model}' not found` });
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const content of localAnswer.match(/\S+\s*/g) ?? []) {
      response.write(`${JSON.stringify({ model, message: { role: 'assistant', content }, done: false })}\n`);
    }
    const counts = { prompt_eval_count: 12, eval_count: 5 };
    const message = { role: 'assistant', content: '' };
    response.end(`${JSON.stringify({ model, message, done: true, done_reason: 'stop', ...counts })}\n`);
  });
}

/** How the servers of OpenAI's wire differ where it matters here. */
const kinds = {
  /** 200 with words on every path it does not know. */
  'LM Studio': { port: 1234, unknown: [200, { error: 'Unexpected endpoint or method.' }], entry: {} },
  /** One model, its id is a path. */
  'llama.cpp': {
    port: 8080,
    unknown: [404, { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } }],
    entry: { meta: { n_ctx_train: 32_768 } },
  },
  vLLM: { port: 8000, unknown: [404, { detail: 'Not Found' }], entry: { max_model_len: 16_384 } },
  KoboldCpp: { port: 5001, unknown: [404, 'Error: KoboldCpp Error: Not Found'], entry: { owned_by: 'koboldcpp' } },
  /** Wants the key of its settings, for the list too. */
  Jan: { port: 1337, unknown: [404, { error: 'Not Found' }], entry: {}, key: 'jan-key-0123456789' },
} as const satisfies Record<string, { port: number; unknown: readonly [number, unknown]; entry: object; key?: string }>;

export type Kind = keyof typeof kinds;
export const openaiKinds = Object.keys(kinds) as Kind[];
export const usualPort = (kind: Kind): number => kinds[kind].port;

export function openaiServer(kind: Kind, port: number = usualPort(kind)): Promise<LocalServer | null> {
  const { unknown, entry, ...more } = kinds[kind];
  const id = kind === 'llama.cpp' ? '/models/gemma-3-4b.gguf' : 'gemma-3-4b';
  return serve(port, ({ method, path, key }, response) => {
    if ('key' in more && key !== `Bearer ${more.key}`) return json(response, 401, { message: 'Invalid API key' });
    if (path === '/v1/models' && method === 'GET') {
      return json(response, 200, { object: 'list', data: [{ id, object: 'model', ...entry }] });
    }
    if (path !== '/v1/chat/completions' || method !== 'POST') return json(response, unknown[0], unknown[1]);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of localAnswer.match(/\S+\s*/g) ?? []) {
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
    }
    response.end(
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`,
    );
  });
}
