/** One request and its answer: the only place where bytes are sent and read. */
import type { ChatError, ChatEvent, ChatRequest } from '../core/chat';
import type { Alarms } from './alarms';
import type { Connection, Decoding, Dialect, Frame, Provider } from './contract';
import { limitReset, retryAfter, waitInWords } from './duration';
import { kindOfStatus } from './errors';
import { frames } from './framing';
import { carefully, headersOf, urlOf } from './request';
import type { Failure } from './retry';
import { FramingError } from './splitting';
import { isGrowing, isLast } from './tidy';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Exchange {
  provider: Provider;
  connection: Connection;
  dialect: Dialect;
  chat: ChatRequest;
  /** Base address of the server asked. */
  server: string;
  /** The header that carries the key, if it may go to this server. */
  keyHeader?: readonly [string, string];
  fetch: Fetch;
  /** Ends everything. */
  signal: AbortSignal;
  alarms: Alarms;
  now(): number;
  /** Told how to stop reading, as soon as there is something to read. */
  onBody(stop: () => void): void;
}

/** The most of an error's body that is read, in bytes. */
const longestErrorBody = 64 * 1024;

/** The network gave way; nothing is known of the server. */
class NetworkError extends Error {
  readonly code: string | undefined;
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    const inner = cause instanceof Error ? cause.cause : undefined;
    this.code =
      typeof inner === 'object' && inner !== null && 'code' in inner && typeof inner.code === 'string'
        ? inner.code
        : undefined;
  }
}

/**
 * Yields what the wire says and returns `undefined` after its last event, or returns why there was none. Errors the wire
 * itself reports are events; everything else is a returned failure.
 */
export async function* exchange(task: Exchange): AsyncGenerator<ChatEvent, Failure | undefined> {
  try {
    return yield* answer(task);
  } catch (thrown) {
    return { error: errorOf(thrown) };
  }
}

async function* answer(task: Exchange): AsyncGenerator<ChatEvent, Failure | undefined> {
  const { provider, connection, dialect, chat, alarms } = task;
  const credentials = usesCookies(provider, connection) ? 'include' : carefully.credentials;
  if (provider.session) await openSession(task, provider.session.path);
  const wire = dialect.request(chat, provider, connection);
  const url = urlOf(task.server, provider.chatPath ?? wire.path, provider, connection);
  const framing = chat.stream ? dialect.framing : 'json';
  const headers = headersOf(provider, connection, url, { framing, ...(wire.headers ? { wire: wire.headers } : {}) });
  if (task.keyHeader) headers[task.keyHeader[0]] = task.keyHeader[1];
  const response = await send(task, url, {
    ...carefully,
    credentials,
    method: 'POST',
    headers,
    body: JSON.stringify(wire.body),
    signal: task.signal,
  });
  alarms.headers();
  if (isRedirect(response)) {
    return {
      error: {
        kind: 'redirect',
        message: redirectWords(response),
        ...(response.status ? { status: response.status } : {}),
      },
    };
  }
  if (!response.ok) return await refusal(task, response);

  let seen = 0;
  let said = false;
  const start: number[] = [];
  async function* body(): AsyncGenerator<Uint8Array> {
    for await (const chunk of read(task, response)) {
      if (start.length < enoughToTell) start.push(...chunk.subarray(0, enoughToTell));
      yield chunk;
    }
  }
  const decoding = dialect.decode(provider, chat);
  for await (const batch of frames(body(), framing)) {
    seen += batch.length;
    for (const event of joined(batch, decoding)) {
      said = true;
      yield event.type === 'error' ? { type: 'error', error: withCookieHint(task, event.error) } : event;
      if (isLast(event)) return undefined;
    }
    if (decoding.finished) alarms.settle();
  }
  for (const event of decoding.end?.() ?? []) {
    said = true;
    yield event;
    if (isLast(event)) return undefined;
  }
  if (seen === 0) return { error: { kind: kindOfNothing(start), message: '', mayHaveReached: true } };
  // A JSON in which this wire finds nothing at all was not cut: it is some other service's.
  const foreign = !said && (framing === 'json' || /\bjson\b/.test(response.headers.get('content-type') ?? ''));
  return { error: { kind: foreign ? 'not-an-api' : 'interrupted', message: '', mayHaveReached: true } };
}

/** What these frames say, up to a last event, with neighbouring pieces of one text put together. */
function joined(batch: readonly Frame[], decoding: Decoding): ChatEvent[] {
  const events: ChatEvent[] = [];
  for (const frame of batch) {
    for (const event of decoding.take(frame)) {
      const before = events.at(-1);
      if (isGrowing(event) && before?.type === event.type)
        events[events.length - 1] = { type: event.type, text: before.text + event.text };
      else events.push(event);
      if (isLast(event)) return events;
    }
  }
  return events;
}

/** Bytes of a body by which it is known for JSON. */
const enoughToTell = 200;

/** A body without a single whole frame: nothing at all, JSON that was cut, or something that only began like JSON. */
function kindOfNothing(start: readonly number[]): 'empty' | 'interrupted' | 'not-an-api' {
  const text = new TextDecoder().decode(Uint8Array.from(start)).trimStart();
  if (!/^[{[]/.test(text)) return 'empty';
  return /^(?:\{\s*(?:["}]|$)|\[\s*(?:[\]{["\d.tfn-]|$))/.test(text) ? 'interrupted' : 'not-an-api';
}

function usesCookies(provider: Provider, connection: Connection): boolean {
  return provider.session !== undefined || (provider.cookieSwitch === true && connection.options?.sendCookies === true);
}

/** Fetches the page that sets the cookie. Its status does not matter, as it did not to the original. */
async function openSession(task: Exchange, path: string): Promise<void> {
  const url = urlOf(task.server, path, task.provider, task.connection);
  const response = await send(task, url, { ...carefully, credentials: 'include', method: 'GET', signal: task.signal });
  await response.body?.cancel().catch(() => undefined);
}

async function send(task: Exchange, url: string, init: RequestInit): Promise<Response> {
  // A browser's fetch refuses to be called as another object's method.
  const { fetch } = task;
  try {
    return await fetch(url, init);
  } catch (thrown) {
    throw new NetworkError(thrown);
  }
}

/** `opaqueredirect` in a browser, the redirect itself where `manual` shows it. */
const isRedirect = (response: Response): boolean =>
  response.type === 'opaqueredirect' || response.status === 0 || (response.status >= 300 && response.status < 400);

const redirectWords = (response: Response): string => response.headers.get('location') ?? '';

/** The body's bytes, with every chunk counted as a sign of life. */
async function* read(task: Exchange, response: Response): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  task.onBody(stop);
  task.signal.addEventListener('abort', stop, { once: true });
  if (task.signal.aborted) stop();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((thrown: unknown) => {
        throw new NetworkError(thrown);
      });
      if (done) return;
      task.alarms.bytes();
      yield value;
    }
  } finally {
    task.signal.removeEventListener('abort', stop);
    stop();
  }
}

/** A status that says no: the kind from the table, the words from the dialect, the wait from headers or words. */
async function refusal(task: Exchange, response: Response): Promise<Failure> {
  const { provider, dialect } = task;
  const { status, headers } = response;
  task.alarms.errorBody();
  const text = await readText(task, response);
  const page = /^\uFEFF?\s*</.test(text);
  const said = page ? { message: titleOf(text) } : dialect.error(status, parsed(text));
  const spoken = provider.quirks?.waitInWords ? waitInWords(said.message ?? '', { bare: true }) : undefined;
  const wait =
    retryAfter(headers, task.now()) ??
    said.retryAfterMs ??
    spoken ??
    (status === 429 ? limitReset(headers, task.now()) : undefined);
  const { retryAfterMs: _words, ...rest } = said;
  const error: ChatError = {
    kind: kindOfRefusal(status, text, page),
    ...rest,
    message: said.message || response.statusText || `HTTP ${status}`,
    status,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
  const should = headers.get('x-should-retry');
  return {
    error: withCookieHint(task, error),
    ...(should === 'true' || should === 'false' ? { again: should === 'true' } : {}),
  };
}

/** What a host that wants its own cookies may answer without them. */
const cookieKinds: ReadonlySet<string> = new Set(['auth', 'permission', 'not-an-api', 'origin-refused', 'server']);

/** A refusal that the switch for cookies may mend says so, unless the server gave a reason of its own. */
function withCookieHint({ provider, connection }: Exchange, error: ChatError): ChatError {
  if (provider.cookieSwitch !== true || usesCookies(provider, connection)) return error;
  const mayBe =
    cookieKinds.has(error.kind) && error.code === undefined && !(error.status !== undefined && error.status >= 500);
  return mayBe ? { ...error, code: 'cookies-off' } : error;
}

function kindOfRefusal(status: number, text: string, page: boolean): ChatError['kind'] {
  // Ollama answers so when the extension's origin is not on its list.
  if (status === 403 && text.trim() === '') return 'origin-refused';
  // A challenge page says nothing of the service behind it.
  if (page && (status === 403 || status === 404 || status === 405 || isChallenge(text))) return 'not-an-api';
  return kindOfStatus(status);
}

const isChallenge = (text: string): boolean =>
  /just a moment\.\.\.|attention required! \| cloudflare|cf-chl|checking your browser/i.test(text);

async function readText(task: Exchange, response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of read(task, response)) {
      const room = longestErrorBody - bytes;
      text += decoder.decode(chunk.subarray(0, room), { stream: true });
      bytes += chunk.byteLength;
      if (bytes >= longestErrorBody) break;
    }
  } catch (thrown) {
    // The status is known; half of the words are better than none.
    if (!(thrown instanceof NetworkError)) throw thrown;
  }
  return text + decoder.decode();
}

/** JSON if it is JSON, also as the one event of a stream; otherwise the text. */
function parsed(text: string): unknown {
  const bare = text.trim().replace(/^(?:event:[^\n]*\n)?data:\s*/, '');
  try {
    return JSON.parse(bare);
  } catch {
    return bare;
  }
}

/** A web page is never shown; its title says enough. */
function titleOf(page: string): string {
  const title = /<title[^>]{0,200}>([^<]{0,300})/i.exec(page)?.[1] ?? '';
  return title.replace(/\s+/g, ' ').trim();
}

function errorOf(thrown: unknown): ChatError {
  if (thrown instanceof NetworkError) {
    const code = thrown.code === undefined ? {} : { code: thrown.code };
    return { kind: 'network', message: thrown.message, mayHaveReached: true, ...code };
  }
  if (thrown instanceof FramingError) {
    if (thrown.kind === 'too-large')
      return { kind: 'server', message: 'The answer is too large.', code: 'too-large', mayHaveReached: true };
    const words = /^\s*</.test(thrown.scrap) ? titleOf(thrown.scrap) : thrown.scrap.slice(0, 300);
    return { kind: 'not-an-api', message: words, status: 200 };
  }
  return { kind: 'server', message: thrown instanceof Error ? thrown.message : String(thrown), mayHaveReached: true };
}
