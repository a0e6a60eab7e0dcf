/**
 * A server that speaks the OpenAI chat wire on loopback and does what each test tells it to, bytes and failures included.
 * Requests are answered by the scripts queued with `next`, in order; without one, by a short fixed answer.
 */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../scripts/drive.mjs';

/** How one chat request is answered. */
export interface Script {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** The whole body as it is, instead of a stream; an object is sent as JSON. */
  body?: string | object;
  /** Pieces of the answer's text, one event each. */
  pieces?: readonly string[];
  /** Whole events instead, each as the wire has it; `end` comes after them as with pieces, but only `[DONE]` of `done`. */
  events?: readonly object[];
  /** Milliseconds between pieces. */
  paceMs?: number;
  /** Milliseconds before the first byte of the response. */
  silenceMs?: number;
  /** After that many pieces, wait for `release()`. */
  holdAfter?: number;
  /**
   * `done` (default): finish_reason, then [DONE]. `close`: the bytes simply end. `reset`: the connection breaks.
   * `hang`: nothing more ever comes. `error`: an error event in the stream.
   */
  end?: 'done' | 'close' | 'reset' | 'hang' | 'error';
}

export interface Held {
  release(): void;
}

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed JSON where it is JSON. */
  body: { messages?: { role: string; content: unknown }[]; model?: string; stream?: boolean } & Record<string, unknown>;
  /** When it came, in milliseconds since the server started. */
  at: number;
  /** Resolves when the connection of this request is over, with whether the whole answer had been sent. */
  over: Promise<boolean>;
}

export const standardAnswer = 'A short answer with **bold** words.';

const piecesOf = (text: string): string[] => text.match(/\S+\s*/g) ?? [text];

export class Upstream {
  /** Chat requests only, in the order they came. */
  readonly chats: Received[] = [];
  readonly others: Received[] = [];
  models: string[] = ['test-model', 'other-model'];
  /** The list as it is, instead of `models`. */
  listed: readonly object[] | undefined;
  private readonly scripts: { script: Script; released: Promise<void> }[] = [];
  private readonly started = performance.now();

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    /** `http://127.0.0.1:<port>` */
    readonly origin: string,
  ) {}

  static async start(host = '127.0.0.1'): Promise<Upstream> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const upstream = new Upstream(server, `http://${host}:${port}`);
    server.on('request', (request, response) => void upstream.receive(request, response));
    return upstream;
  }

  /** As a user would type it. */
  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  /** How the next chat request that has no script yet is answered. */
  next(script: Script): Held {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.scripts.push({ script, released });
    return { release };
  }

  /** Drops what was queued and not used. */
  forget(): void {
    this.scripts.length = 0;
  }

  /** Waits for the n-th chat request, counted from 1. */
  chat(n: number, seconds = 15): Promise<Received> {
    return until(`chat request ${n}`, () => this.chats[n - 1], seconds);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const received: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: parse(text),
      at: performance.now() - this.started,
      over: new Promise((resolve) => response.once('close', () => resolve(response.writableFinished))),
    };
    if (received.path.endsWith('/chat/completions') && received.method === 'POST') {
      this.chats.push(received);
      const { script, released } = this.scripts.shift() ?? { script: {}, released: Promise.resolve() };
      await perform(script, released, received, response);
      return;
    }
    this.others.push(received);
    if (received.path.endsWith('/models')) {
      json(response, 200, { object: 'list', data: this.listed ?? this.models.map((id) => ({ id, object: 'model' })) });
    } else json(response, 404, { error: { message: `no such path: ${received.path}`, type: 'invalid_request_error' } });
  }
}

function parse(text: string): Received['body'] {
  try {
    return JSON.parse(text) as Received['body'];
  } catch {
    return {};
  }
}

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const event = (model: string, delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

async function perform(
  script: Script,
  released: Promise<void>,
  received: Received,
  response: ServerResponse,
): Promise<void> {
  const pieces = script.events ?? script.pieces ?? piecesOf(standardAnswer);
  const model = received.body.model ?? 'test-model';
  if (script.silenceMs) await sleep(script.silenceMs);
  if (response.destroyed) return;
  if (script.body !== undefined) {
    if (typeof script.body === 'object') return json(response, script.status ?? 200, script.body, script.headers);
    response.writeHead(script.status ?? 200, { 'content-type': 'text/html', ...script.headers }).end(script.body);
    return;
  }
  if (received.body.stream === false) {
    const message = { role: 'assistant', content: pieces.join('') };
    return json(response, script.status ?? 200, {
      id: 'c',
      object: 'chat.completion',
      model,
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    });
  }
  response.writeHead(script.status ?? 200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    ...script.headers,
  });
  response.flushHeaders();
  for (const [index, piece] of pieces.entries()) {
    if (index === script.holdAfter) await released;
    if (response.destroyed) return;
    response.write(typeof piece === 'string' ? event(model, { content: piece }) : `data: ${JSON.stringify(piece)}\n\n`);
    if (script.paceMs) await sleep(script.paceMs);
  }
  if (script.holdAfter !== undefined && script.holdAfter >= pieces.length) await released;
  if (response.destroyed) return;
  switch (script.end ?? 'done') {
    case 'done':
      response.end(`${script.events ? '' : event(model, {}, 'stop')}data: [DONE]\n\n`);
      return;
    case 'close':
      response.end();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'error':
      response.end(`data: ${JSON.stringify({ error: { message: 'The model broke off', type: 'server_error' } })}\n\n`);
      return;
    case 'hang':
      return;
  }
}
