/**
 * A server that speaks the wires of the five gateways, as their public clients spoke them. It writes down what it is sent,
 * names everything that is not as the wire wants it, and fails when told to. For tests in Node and in a browser alike.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const gatewayNames = ['dfehub', 'easychat', 'equing', 'aichat', 'freenetfly'] as const;
export type GatewayName = (typeof gatewayNames)[number];

export interface Recorded {
  method: string;
  path: string;
  host: string;
  headers: IncomingHttpHeaders;
  /** Parsed, for the requests that ask a question. */
  body?: Record<string, unknown>;
  /** What is not as the wire wants it; empty where all is well. */
  problems: string[];
}

/** How one answer is sent. What is not named is as the original server did it. */
export interface Manner {
  /** The answer; the gateway's own otherwise. */
  text?: string;
  /** Length of the pieces the text comes in, in characters. */
  piece?: number;
  /** Line ends of the stream. */
  lineEnd?: '\n' | '\r\n' | '\r';
  /** A byte order mark first. */
  bom?: boolean;
  /** One byte per write. */
  byteByByte?: boolean;
  /** Comments between the events. */
  comments?: boolean;
  /** `data:` without the space. */
  tight?: boolean;
  /** Milliseconds before the first byte. */
  delayMs?: number;
  /** A last chunk of usage, with no choices and with the `…_details` of today's servers. */
  usage?: boolean;
  /** The wire's own word for why it ended. */
  finish?: string;
  /** Events put in before the end, as they are. */
  extra?: readonly unknown[];
  /** Ends after so many pieces: cleanly, or by breaking the connection. */
  cut?: { after: number; how: 'end' | 'break' };
  /** `[DONE]` is left out. */
  noDone?: boolean;
}

export type Behaviour =
  | ({ kind: 'answer' } & Manner)
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** A page that asks whether one is human, with this status. */
  | { kind: 'challenge'; status: number }
  /** The connection is broken before any byte. */
  | { kind: 'reset' }
  /** 200, and this body as it is. */
  | { kind: 'raw'; body: string; type?: string };

export interface GatewayOptions {
  /** Address to listen on; all of 127/8 is this machine. */
  address?: string;
  port?: number;
  /** Names under which it may be called besides its address, such as `s1.localhost`. */
  answer?: string;
  /** Aichat: refuse whoever has no cookie of this host. */
  wantsCookie?: boolean;
  /** EasyChat: answer `GET /` with this. */
  front?: 'page' | 'redirect' | 'fail';
}

export interface Gateway {
  name: GatewayName;
  /** Scheme, address and port, as a user would type it. */
  origin: string;
  port: number;
  requests: Recorded[];
  /** The questions alone, without EasyChat's visits. */
  readonly questions: Recorded[];
  /** Everything that was not as the wire wants it, in all requests. */
  readonly problems: string[];
  /** How the next requests are answered, one each; well, once they are used up. */
  plan: Behaviour[];
  close(): Promise<void>;
}

const languages = 'en,fr-FR;q=0.9,fr;q=0.8,es-ES;q=0.7,es;q=0.6,en-US;q=0.5,am;q=0.4,de;q=0.3';

interface Wire {
  path: string;
  /** `{origin}` is the server's own, under the name it was called by. */
  headers: Readonly<Record<string, string>>;
  body: readonly string[];
  stream: 'always' | 'asked' | 'never';
  model?: string;
}

const chatPath = '/api/openai/v1/chat/completions';
const chatBody = ['messages', 'model', 'stream', 'temperature', 'presence_penalty', 'frequency_penalty', 'top_p'];
const own = { 'content-type': 'application/json', origin: '{origin}', referer: '{origin}/' };
const switches = { plugins: '0', usesearch: 'false' };
const xhr = { 'x-requested-with': 'XMLHttpRequest' };

const wires: Readonly<Record<GatewayName, Wire>> = {
  dfehub: {
    path: chatPath,
    headers: { ...own, ...xhr, accept: '*/*', 'accept-language': languages },
    body: chatBody,
    stream: 'always',
    model: 'gpt-3.5-turbo',
  },
  easychat: {
    path: chatPath,
    headers: { ...own, ...xhr, ...switches, accept: 'text/event-stream', 'accept-language': `${languages},fa;q=0.2` },
    body: chatBody,
    stream: 'asked',
  },
  equing: {
    path: chatPath,
    headers: {
      ...own,
      ...xhr,
      ...switches,
      accept: 'text/event-stream',
      'accept-language': languages,
      'cache-control': 'no-cache',
      pragma: 'no-cache',
    },
    body: chatBody,
    stream: 'asked',
  },
  aichat: {
    path: '/api/text',
    headers: { ...own, referer: '{origin}/chat', accept: '*/*', 'accept-language': languages },
    body: ['message', 'temperature', 'presence_penalty', 'top_p', 'frequency_penalty'],
    stream: 'never',
  },
  freenetfly: {
    path: chatPath,
    headers: { ...own, accept: 'application/json, text/event-stream', 'accept-language': 'en-US,en;q=0.9', dnt: '1' },
    body: chatBody,
    stream: 'always',
  },
};

/** Headers that name a person or a key and have no business here. */
const unwanted = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'];

export async function startGateway(name: GatewayName, options: GatewayOptions = {}): Promise<Gateway> {
  const address = options.address ?? '127.0.0.1';
  const requests: Recorded[] = [];
  const plan: Behaviour[] = [];
  /** The cookie each name of this server has given out. */
  const cookies = new Map<string, string>();

  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyText(request);
    const { method = '', url: path = '', headers } = request;
    const recorded: Recorded = { method, path, host: headers.host ?? '', headers, problems: [] };
    requests.push(recorded);
    if (method === 'GET' && path === '/') return front(recorded, response);
    check(recorded, text);
    const behaviour = plan.shift() ?? { kind: 'answer' };
    switch (behaviour.kind) {
      case 'reset':
        response.socket?.destroy();
        return;
      case 'status':
        response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers });
        response.end(behaviour.body ?? '');
        return;
      case 'challenge':
        response.writeHead(behaviour.status, { 'content-type': 'text/html; charset=UTF-8' });
        response.end(
          '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><div id="cf-chl"></div></body></html>',
        );
        return;
      case 'raw':
        response.writeHead(200, { 'content-type': behaviour.type ?? 'text/event-stream' });
        response.end(behaviour.body);
        return;
      case 'answer':
        return answer(recorded, response, behaviour);
      default:
        behaviour satisfies never;
    }
  }

  function front(recorded: Recorded, response: ServerResponse): void {
    if (name !== 'easychat') recorded.problems.push(`${name} is not visited before it is asked`);
    if (options.front === 'fail') {
      response.writeHead(500);
      response.end();
      return;
    }
    const cookie = `session=${Math.random().toString(36).slice(2)}`;
    cookies.set(recorded.host, cookie);
    const found = options.front === 'redirect';
    response.writeHead(found ? 302 : 200, {
      'set-cookie': `${cookie}; Path=/; HttpOnly; SameSite=Lax`,
      'content-type': 'text/html',
      ...(found ? { location: '/welcome' } : {}),
    });
    response.end('<html><title>Chat</title></html>');
  }

  function check(recorded: Recorded, text: string): void {
    const wire = wires[name];
    const { problems, headers } = recorded;
    const origin = `http://${recorded.host}`;
    const wants = (what: string, got: unknown, wanted: unknown): void => {
      if (got !== wanted) problems.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
    };
    wants('method', recorded.method, 'POST');
    wants('path', recorded.path, wire.path);
    for (const [header, value] of Object.entries(wire.headers))
      wants(header, headers[header], value.replace('{origin}', origin));
    for (const header of unwanted) if (headers[header] !== undefined) problems.push(`${header} is sent`);
    if (/Chrome\/1(?:1[3-8]|26)\./.test(headers['user-agent'] ?? '')) problems.push('an old browser is pretended');

    if (name === 'easychat' && cookies.get(recorded.host) !== headers.cookie)
      wants('cookie', headers.cookie, cookies.get(recorded.host));
    else if (name === 'aichat' && options.wantsCookie === true) {
      if (!headers.cookie) problems.push('no cookie');
    } else if (name !== 'easychat' && headers.cookie !== undefined) problems.push('a cookie is sent');

    try {
      recorded.body = JSON.parse(text) as Record<string, unknown>;
    } catch {
      problems.push(`not JSON: ${text.slice(0, 100)}`);
      return;
    }
    const { body } = recorded;
    wants('fields', Object.keys(body).toSorted().join(), wire.body.toSorted().join());
    for (const field of ['temperature', 'presence_penalty', 'frequency_penalty', 'top_p'])
      if (typeof body[field] !== 'number') problems.push(`${field} is no number`);
    if (wire.stream === 'always') wants('stream', body.stream, true);
    if (wire.model !== undefined) wants('model', body.model, wire.model);
    if (name === 'aichat') {
      if (typeof body.message !== 'string' || body.message === '') problems.push('message is no text');
      return;
    }
    if (typeof body.model !== 'string' || body.model === '') problems.push('no model');
    const messages = Array.isArray(body.messages) ? (body.messages as Record<string, unknown>[]) : [];
    if (messages.length === 0) problems.push('no messages');
    for (const message of messages) {
      wants('message', Object.keys(message).toSorted().join(), 'content,role');
      if (typeof message.content !== 'string') problems.push('content is no text');
    }
  }

  async function answer(recorded: Recorded, response: ServerResponse, manner: Manner): Promise<void> {
    if (manner.delayMs) await new Promise((resolve) => setTimeout(resolve, manner.delayMs));
    const text = manner.text ?? options.answer ?? `Hello from ${name}.`;
    if (name === 'aichat') {
      if (options.wantsCookie === true && !recorded.headers.cookie) {
        send(response, { response: false, message: '' });
        return;
      }
      send(response, { response: true, message: text });
      return;
    }
    if (name === 'easychat' && cookies.get(recorded.host) !== recorded.headers.cookie) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"no session"}}');
      return;
    }
    if (recorded.body?.stream === false) {
      send(response, {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: manner.finish ?? 'stop' }],
        usage: counted,
      });
      return;
    }
    await stream(response, text, manner);
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    name,
    origin: `http://${address}:${port}`,
    port,
    requests,
    get questions() {
      return requests.filter(({ method }) => method !== 'GET');
    },
    get problems() {
      return requests.flatMap(({ problems }) => problems);
    },
    plan,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const counted = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function stream(response: ServerResponse, text: string, manner: Manner): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const end = manner.lineEnd ?? '\n';
  const write = async (written: string): Promise<void> => {
    const bytes = Buffer.from(written.replaceAll('\n', end), 'utf8');
    if (manner.byteByByte !== true) {
      response.write(bytes);
      return;
    }
    for (let place = 0; place < bytes.length; place += 1) {
      response.write(bytes.subarray(place, place + 1));
      // Lets every byte go out alone.
      if (place % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const event = (value: unknown): Promise<void> =>
    write(`data:${manner.tight === true ? '' : ' '}${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`);
  const chunk = (fields: Record<string, unknown>, finish: string | null = null): unknown => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-3.5-turbo',
    choices: [{ index: 0, delta: fields, finish_reason: finish }],
  });

  if (manner.bom === true) await write('\uFEFF');
  await event(chunk({ role: 'assistant', content: null }));
  const letters = [...text];
  const size = manner.piece ?? 4;
  let sent = 0;
  for (let place = 0; place < letters.length; place += size) {
    if (manner.cut && sent >= manner.cut.after) {
      if (manner.cut.how === 'end') response.end();
      // A break takes with it what the other side has not read yet, and it may be slow to read.
      else setTimeout(() => response.socket?.destroy(), 250);
      return;
    }
    if (manner.comments === true) await write(': still here\n\n');
    await event(chunk({ content: letters.slice(place, place + size).join('') }));
    sent += 1;
  }
  for (const extra of manner.extra ?? []) await event(extra);
  await event(chunk({}, manner.finish ?? 'stop'));
  if (manner.usage === true)
    await event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage: counted });
  if (manner.noDone !== true) await event('[DONE]');
  response.end();
}
