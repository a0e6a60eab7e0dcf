/** How the tests of this folder ask a provider: bytes in, events out, every clock wound by hand. */
import type { ChatEvent, ChatRequest } from '../../core/chat';
import type { Clock } from '../../providers/alarms';
import { providerById } from '../../providers/catalog';
import type { Connection, Provider } from '../../providers/contract';
import type { Fetch } from '../../providers/exchange';
import { streamChat, type StreamOptions } from '../../providers/stream';

export const encoder = new TextEncoder();
export const bytesOf = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? encoder.encode(text) : text;

export const joinedBytes = (...pieces: (string | Uint8Array)[]): Uint8Array => {
  const all = pieces.map(bytesOf);
  const result = new Uint8Array(all.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of all) {
    result.set(piece, place);
    place += piece.length;
  }
  return result;
};

/** The bytes whole, one at a time, and cut in two at every place. */
export function* everySplit(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (_, place) => bytes.subarray(place, place + 1));
  for (let cut = 1; cut < bytes.length; cut += 1) yield [bytes.subarray(0, cut), bytes.subarray(cut)];
}

/** A body that gives these chunks, then ends, fails, or stays open. */
export function bodyOf(
  chunks: readonly Uint8Array[],
  after: 'end' | 'fail' | 'open' = 'end',
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let place = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[place];
      place += 1;
      if (chunk) controller.enqueue(new Uint8Array(chunk));
      else if (after === 'end') controller.close();
      else if (after === 'fail') controller.error(new TypeError('network error'));
      else return new Promise<void>(() => undefined);
      return undefined;
    },
  });
}

export const known = (id: string): Provider => {
  const provider = providerById(id);
  if (!provider) throw new Error(`The catalog has no ${id}.`);
  return provider;
};

export const custom = known('custom');

export const connectionTo = (provider: Provider, more: Partial<Connection> = {}): Connection => ({
  id: 'connection',
  provider: provider.id,
  name: provider.name,
  baseUrl: 'https://server.example/v1',
  model: 'model-1',
  enabled: true,
  ...more,
});

export const question: ChatRequest = {
  model: 'model-1',
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello?' }] }],
  stream: true,
};

export type Asking = Partial<StreamOptions> & {
  provider?: Provider;
  connection?: Partial<Connection>;
  chat?: Partial<ChatRequest>;
};

export const optionsFor = (fetch: Fetch, more: Partial<StreamOptions> = {}): StreamOptions => ({
  signal: new AbortController().signal,
  fetch,
  sleep: () => Promise.resolve(),
  random: () => 0,
  now: () => 1_000_000,
  ...more,
});

/** All events of one question, as they came. */
export async function ask(
  fetch: Fetch,
  { provider = custom, connection, chat, ...options }: Asking = {},
): Promise<ChatEvent[]> {
  const target = { provider, connection: connectionTo(provider, connection) };
  const events: ChatEvent[] = [];
  for await (const event of streamChat(target, { ...question, ...chat }, optionsFor(fetch, options)))
    events.push(event);
  return events;
}

/** Answers every request with this body. */
export const answering =
  (chunks: readonly Uint8Array[], init: ResponseInit = {}, after: 'end' | 'fail' | 'open' = 'end'): Fetch =>
  () =>
    Promise.resolve(new Response(bodyOf(chunks, after), init));

/** Neighbouring deltas of the same kind joined: how the bytes were cut must not be seen any more. */
export function joined(events: readonly ChatEvent[]): ChatEvent[] {
  const result: ChatEvent[] = [];
  for (const event of events) {
    const last = result.at(-1);
    if (
      last &&
      'text' in last &&
      'text' in event &&
      last.type === event.type &&
      last.type !== 'citation' &&
      event.type !== 'citation'
    )
      result[result.length - 1] = { ...last, text: `${last.text ?? ''}${event.text ?? ''}` };
    else result.push(event);
  }
  return result;
}

/** No time passes while bytes are cut. */
const stopped: Clock = { now: () => 0, ticks: () => 0, after: () => () => undefined };

/** As `answering`, without the cost of real streams: a body is read thousands of times, cut in every way. */
const answeringQuickly =
  (chunks: readonly Uint8Array[], { status = 200, headers }: ResponseInit): Fetch =>
  () => {
    let place = 0;
    const reader = {
      read: () => {
        const value = chunks[place];
        place += 1;
        return Promise.resolve(value ? { done: false, value } : { done: true, value: undefined });
      },
      cancel: () => {
        place = chunks.length;
        return Promise.resolve();
      },
    };
    const response: Response = Object.create(Response.prototype, {
      ok: { value: status < 300 },
      status: { value: status },
      statusText: { value: '' },
      type: { value: 'basic' },
      headers: { value: new Headers(headers) },
      body: { value: { getReader: () => reader } },
    });
    return Promise.resolve(response);
  };

/** The events of a body, equal for every way of cutting it. @throws where one way gives others */
export async function told(
  body: string | Uint8Array,
  asking: Asking = {},
  init: ResponseInit = {},
): Promise<ChatEvent[]> {
  let first: string | undefined;
  let events: ChatEvent[] = [];
  // Once through a real stream, so that the quick one cannot stray from it.
  const real = joined(await ask(answering([bytesOf(body)], init), asking));
  for (const chunks of everySplit(bytesOf(body))) {
    const now = joined(await ask(answeringQuickly(chunks, init), { clock: stopped, ...asking }));
    const text = JSON.stringify(now);
    if (first === undefined) {
      first = JSON.stringify(real);
      events = now;
    }
    if (text !== first) {
      throw new Error(`Cut into ${chunks.map((chunk) => chunk.length).join('+')}:\n${text}\nwhole:\n${first}`);
    }
  }
  return events;
}

export const textOf = (events: readonly ChatEvent[]): string =>
  events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('');

export const lastOf = (events: readonly ChatEvent[]): ChatEvent | undefined => events.at(-1);

/** SSE events of these JSON values, `[DONE]` as it is. */
export const sse = (...values: unknown[]): string =>
  values.map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`).join('');

/** One chunk of Chat Completions. */
export const delta = (fields: Record<string, unknown>, finish?: string | null): unknown => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: fields, ...(finish === undefined ? {} : { finish_reason: finish }) }],
});

export const says = (text: string): unknown => delta({ content: text });
export const stops = (reason = 'stop'): unknown => delta({}, reason);

/** Time that passes only when told to. */
export function handClock(): Clock & { pass(ms: number): Promise<void> } {
  let time = 1_000_000;
  const timers = new Set<{ at: number; run: () => void }>();
  const settle = async (): Promise<void> => {
    // Streams and generators need several turns of the loop to take what is there.
    for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => time,
    ticks: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(ms) {
      const until = time + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        time = Math.max(time, next.at);
        next.run();
        await settle();
      }
      time = until;
      await settle();
    },
  };
}
