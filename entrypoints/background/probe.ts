/** One real question of one token, sent the way every question is sent, and how it ended. */
import type { ChatError, ChatRequest } from '../../core/chat';
import type { DialectId } from '../../providers/contract';
import type { Fetch } from '../../providers/exchange';
import { streamChat } from '../../providers/stream';
import type { ModelsWorld, Target } from './models';

export interface Probe {
  /** Until the first sign of an answer, in milliseconds. */
  ms: number;
  /** Absent: it was answered. */
  error?: ChatError;
  /** What came back was a web page. */
  page?: boolean;
}

/** Milliseconds until the first byte. A worker may be ended after 30 s of silence. */
const usualPatience = 25_000;

/** Wires that refuse a limit of one token; OpenAI's Responses takes 16 and more. */
const fewestTokens: Partial<Record<DialectId, number>> = { 'openai-responses': 16 };

/** Asks once: no retry, no other server. */
export async function probe(
  world: Pick<ModelsWorld, 'fetch' | 'now'>,
  { connection, provider }: Target,
  key: string | undefined,
  patienceMs = usualPatience,
): Promise<Probe> {
  const seen = { page: false, bytes: 0 };
  const stop = new AbortController();
  const startedAt = world.now();
  const chat: ChatRequest = {
    model: connection.model,
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
    stream: connection.stream !== false,
    maxTokens: fewestTokens[provider.dialect ?? 'openai-chat'] ?? 1,
  };
  const { servers: _pool, ...rest } = provider;
  const events = streamChat(
    // One server and one try: what fails now is what the user wants to know about.
    { connection, provider: { ...(connection.servers ? provider : rest), retry: { delaysMs: [] } } },
    chat,
    {
      key,
      signal: stop.signal,
      fetch: watched(world.fetch, seen),
      sleep: () => Promise.resolve(),
      random: () => 0,
      limits: { firstByteMs: patienceMs, idleMs: patienceMs, contentMs: patienceMs },
    },
  );
  try {
    for await (const event of events) {
      const ms = world.now() - startedAt;
      switch (event.type) {
        case 'notice':
        case 'usage':
        case 'opaque':
        case 'citation':
          continue;
        case 'error':
          return isAnswered(event.error, seen.bytes) ? { ms } : { ms, error: event.error, page: seen.page };
        case 'end':
        case 'text-delta':
        case 'reasoning-delta':
        case 'refusal-delta':
        case 'image':
        case 'tool-call-delta':
        case 'retract':
          return { ms };
        default:
          event satisfies never;
      }
    }
    return { ms: world.now() - startedAt, error: { kind: 'empty', message: '' } };
  } finally {
    stop.abort();
  }
}

/** One token may be spent on thinking or on nothing: an end without words is an answer here, if the wire said so in words. */
function isAnswered(error: ChatError, bytes: number): boolean {
  if (error.kind === 'empty') return bytes > 0;
  if (error.kind === 'blocked-content') return true;
  // OpenAI's reasoning models refuse a limit they cannot think within, after having thought.
  return error.kind === 'bad-request' && /max_tokens or model output limit was reached/i.test(error.message);
}

/** The same fetch, with a note of what kind of thing came back. */
function watched(fetch: Fetch, seen: { page: boolean; bytes: number }): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    // The last answer counts: a session's first page is one on purpose.
    seen.page = /\btext\/html\b/i.test(response.headers.get('content-type') ?? '');
    if (!response.ok || !response.body) return response;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          seen.bytes += chunk.byteLength;
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(counted, response);
  };
}

/** Where an API usually is, seen from a base URL that is wrong; nearest guess first, on the same server alone. */
export function likelyBases(baseUrl: string): { baseUrl: string; twice: boolean }[] {
  const url = new URL(baseUrl);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const path = segments.join('/');
  const guesses: { path: string; twice: boolean }[] = [];
  const half = segments.length / 2;
  if (segments.length >= 2 && Number.isInteger(half)) {
    const front = segments.slice(0, half).join('/');
    if (front === segments.slice(half).join('/')) guesses.push({ path: front, twice: true });
  }
  if (segments.length >= 2 && segments.at(-1) === segments.at(-2)) {
    guesses.push({ path: segments.slice(0, -1).join('/'), twice: true });
  }
  if (!/^v\d/.test(segments.at(-1) ?? '')) guesses.push({ path: `${path}/v1`, twice: false });
  for (const usual of ['v1', 'api/v1', 'openai/v1', 'api', 'v1beta', '']) guesses.push({ path: usual, twice: false });
  const bases = guesses.map((guess) => ({
    baseUrl: `${url.origin}/${guess.path.replace(/^\//, '')}`.replace(/\/$/, ''),
    twice: guess.twice,
  }));
  const known = new Set([`${url.origin}/${path}`.replace(/\/$/, '')]);
  return bases.filter((base) => !known.has(base.baseUrl) && known.add(base.baseUrl) !== undefined);
}
