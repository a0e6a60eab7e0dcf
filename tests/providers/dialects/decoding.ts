/** Bytes on disk → events, through the real framing, however the bytes are cut. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerPart, ChatEvent, ChatRequest, Usage } from '../../../core/chat';
import { fold } from '../../../core/fold';
import type { Dialect, Framing, Provider } from '../../../providers/contract';
import { frames } from '../../../providers/framing';

const root = new URL('../../fixtures/', import.meta.url);

export const fixture = (wire: string, name: string): Uint8Array => readFileSync(new URL(`${wire}/${name}`, root));

export const provider: Provider = {
  id: 'test',
  name: 'Test',
  baseUrl: 'https://example.test/v1',
  auth: 'bearer',
  status: 'live',
  capabilities: { stream: true, system: true, history: true, images: true, reasoning: true, tools: true, usage: true },
};

export interface DecodingOptions {
  provider?: Provider;
  chat?: ChatRequest;
  framing?: Framing;
}

/** Decodes a body that arrives in these chunks. Stops at the first last event, as the stream does. */
export async function decode(
  dialect: Dialect,
  chunks: readonly Uint8Array[],
  more: DecodingOptions = {},
): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const decoding = dialect.decode(more.provider ?? provider, more.chat);
  const isOver = (said: Iterable<ChatEvent>): boolean => {
    for (const event of said) {
      events.push(event);
      if (event.type === 'end' || event.type === 'error') return true;
    }
    return false;
  };
  for await (const batch of frames(body(), more.framing ?? dialect.framing))
    for (const frame of batch) if (isOver(decoding.take(frame))) return events;
  isOver(decoding.end?.() ?? []);
  return events;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decodeText = (dialect: Dialect, text: string, more: DecodingOptions = {}): Promise<ChatEvent[]> =>
  decode(dialect, [bytesOf(text)], more);

/** Server-sent events from JSON values and raw lines. */
export const sse = (...items: readonly unknown[]): string =>
  items.map((item) => (typeof item === 'string' ? `${item}\n\n` : `data: ${JSON.stringify(item)}\n\n`)).join('');

/** What a reader would see of an answer, in short. */
export interface Seen {
  text: string;
  reasoning: string;
  refusal: string;
  calls: { id: string; name: string; input: string }[];
  citations: string[];
  images: string[];
  kept: unknown[];
  usage: Usage;
  last: string;
}

export function seen(events: readonly ChatEvent[]): Partial<Seen> {
  const answer = answerOf(events);
  const textsOf = (type: 'text' | 'reasoning' | 'refusal'): string =>
    answer.parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
  const last = events.at(-1);
  const all: Seen = {
    text: textsOf('text'),
    reasoning: textsOf('reasoning'),
    refusal: textsOf('refusal'),
    calls: answer.parts.flatMap((part) =>
      part.type === 'tool-call' ? [{ id: part.id, name: part.name, input: part.input }] : [],
    ),
    citations: answer.parts.flatMap((part) =>
      part.type === 'citation' ? [[part.url, part.title, part.text].filter(Boolean).join(' | ')] : [],
    ),
    images: answer.parts.flatMap((part) => (part.type === 'image' ? [`${part.mediaType} ${part.data}`] : [])),
    kept: answer.parts.flatMap((part) => (part.type === 'opaque' ? [part.value] : [])),
    usage: answer.usage ?? {},
    last:
      last?.type === 'end'
        ? [last.finish.reason, last.finish.raw].filter(Boolean).join(' ')
        : last?.type === 'error'
          ? `error: ${last.error.kind}: ${last.error.message}`
          : 'none',
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([, value]) => value !== '' && !(typeof value === 'object' && Object.keys(value).length === 0),
    ),
  );
}

export function answerOf(events: readonly ChatEvent[]): { parts: AnswerPart[]; usage?: Usage } {
  const blank = {
    id: 'a',
    chatId: 'c',
    parentId: 'q',
    order: 1,
    createdAt: 0,
    role: 'assistant',
    parts: [],
    state: 'pending',
    connectionId: 'k',
    providerId: 'test',
    provider: 'Test',
    model: 'm',
    startedAt: 0,
  } as const;
  return events.reduce<Parameters<typeof fold>[0]>((answer, event) => fold(answer, event, 0), { ...blank, parts: [] });
}

/** Thousands of decodings take their time on a busy machine, in milliseconds. */
const patience = { timeout: 180_000 };

/** The same events, whatever the place where the bytes are cut in two, and when they come one by one. */
async function expectSameAtEveryByte(dialect: Dialect, bytes: Uint8Array, more: DecodingOptions = {}): Promise<void> {
  const whole = await decode(dialect, [bytes], more);
  const written = JSON.stringify(whole);
  for (let place = 1; place < bytes.length; place += 1) {
    const events = await decode(dialect, [bytes.subarray(0, place), bytes.subarray(place)], more);
    // Comparing texts is quick; only a difference needs to be told apart.
    if (JSON.stringify(events) !== written) expect(events, `cut at byte ${place}`).toEqual(whole);
  }
  const single = Array.from(bytes, (_, place) => bytes.subarray(place, place + 1));
  expect(await decode(dialect, single, more), 'byte by byte').toEqual(whole);
}

/**
 * Bytes that end early, at any place, never make a complete answer out of half of one: either the last event is the whole
 * answer's, or there is none and what was said is the beginning of what would have been said.
 */
async function expectNoFalseEnd(dialect: Dialect, bytes: Uint8Array, more: DecodingOptions = {}): Promise<void> {
  const whole = seen(await decode(dialect, [bytes], more));
  for (let place = 0; place < bytes.length; place += 1) {
    const events = await decode(dialect, [bytes.subarray(0, place)], more).catch((error: unknown) => {
      // The framing says so itself where a scrap is no body at all.
      expect(error, `cut at byte ${place}`).toMatchObject({ name: 'Error', kind: 'not-an-api' });
      return [];
    });
    const cut = seen(events);
    if (cut.last === 'none') {
      if (!(whole.text ?? '').startsWith(cut.text ?? '')) expect(cut.text, `cut at byte ${place}`).toBe(whole.text);
      if (!(whole.reasoning ?? '').startsWith(cut.reasoning ?? ''))
        expect(cut.reasoning, `cut at byte ${place}`).toBe(whole.reasoning);
    } else if (cut.last !== whole.last) expect(cut.last, `cut at byte ${place}`).toBe(whole.last);
  }
}

/**
 * Every fixture of a wire gives its answer, whole and cut at every byte, and no complete one when it ends early.
 * `endless` names those whose early end is an answer, too.
 */
export function describeFixtures(
  wire: string,
  dialect: Dialect,
  answers: Record<string, Partial<Seen>>,
  endless: readonly string[] = [],
): void {
  it('has an expected answer for every fixture', () => {
    expect(readdirSync(new URL(`${wire}/`, root)).toSorted()).toEqual(Object.keys(answers).toSorted());
  });

  describe.each(Object.keys(answers))('%s', (name) => {
    const bytes = fixture(wire, name);
    it('gives the answer', async () => expect(seen(await decode(dialect, [bytes]))).toEqual(answers[name]));
    it('gives the same cut at every byte', patience, () => expectSameAtEveryByte(dialect, bytes));
    it.skipIf(endless.includes(name))('is never complete when it ends early', patience, () =>
      expectNoFalseEnd(dialect, bytes),
    );
  });
}
