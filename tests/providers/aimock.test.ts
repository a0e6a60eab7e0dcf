/** Every hosted wire, over a real socket, against an emulator that others wrote. */
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChatEvent, UserPart } from '../../core/chat';
import { streamChat } from '../../providers/stream';
import { connectionTo, known } from './ask';

const key = 'good-key-1234567890';
const hello = 'Grüße 👋 vom Rand, und so weiter.';
const mock = new LLMock({ port: 0, chunkSize: 6, auth: { apiKeys: [key] } });

beforeAll(() => mock.start());
afterAll(() => mock.stop());
beforeEach(() => {
  mock.reset();
  mock.onMessage('hello', { content: hello });
  mock.onMessage('think', { content: 'Done.', reasoning: 'First this, then that.', reasoningSignature: 'c2ln' });
  mock.onMessage('malformed', { content: 'x' }, { chaos: { malformedRate: 1 } });
  // With a pause between the chunks, or the socket is closed before the first of them is out.
  mock.onMessage('cut', { content: hello.repeat(4) }, { truncateAfterChunks: 7, latency: 5 });
});

/** Base URLs as a user would type them. */
const wires = [
  ['openai', '/v1'],
  ['openai-responses', '/v1'],
  ['anthropic', '/v1'],
  ['anthropic', ''],
  ['gemini', '/v1beta'],
  ['ollama', ''],
  ['cohere', ''],
  ['openrouter', '/api/v1'],
] as const;

async function ask(
  id: string,
  base: string,
  text: string,
  more: { key?: string; image?: boolean; stream?: boolean } = {},
) {
  const provider = known(id);
  const connection = connectionTo(provider, { baseUrl: mock.url + base, model: 'gpt-4o' });
  const image: UserPart = { type: 'image', id: 'i', mediaType: 'image/png', data: 'iVBORw0KGgo=' };
  const parts: UserPart[] = [{ type: 'text', text }, ...(more.image ? [image] : [])];
  const waits: number[] = [];
  const bodies: unknown[] = [];
  const events: ChatEvent[] = [];
  const options = {
    key: more.key ?? key,
    signal: new AbortController().signal,
    fetch: (url: string, init: RequestInit) => {
      bodies.push(init.body);
      return fetch(url, init);
    },
    sleep: (ms: number) => Promise.resolve(void waits.push(ms)),
    random: () => 0,
  };
  const chat = { model: 'gpt-4o', turns: [{ role: 'user' as const, parts }], stream: more.stream ?? true };
  for await (const event of streamChat({ provider, connection }, chat, options)) events.push(event);
  const textsOf = (type: 'text-delta' | 'reasoning-delta'): string =>
    events.flatMap((event) => (event.type === type ? [event.text] : [])).join('');
  const last = events.at(-1);
  return {
    text: textsOf('text-delta'),
    reasoning: textsOf('reasoning-delta'),
    waits,
    bodies,
    last: last?.type === 'end' ? last.finish.reason : last?.type === 'error' ? last.error.kind : 'none',
  };
}

describe.each(wires)('%s at %s', { timeout: 60_000 }, (id, base) => {
  it.each([true, false])('answers, streamed: %s', async (stream) => {
    expect(await ask(id, base, 'hello', { stream })).toMatchObject({
      text: hello,
      reasoning: '',
      waits: [],
      last: 'stop',
    });
  });

  // The emulator sends Cohere's thoughts as text.
  it.skipIf(id === 'cohere')('tells thoughts from the answer', async () => {
    expect(await ask(id, base, 'think')).toMatchObject({
      text: 'Done.',
      reasoning: 'First this, then that.',
      last: 'stop',
    });
  });

  it('sends an image', async () => {
    // The emulator takes it and does not write it down.
    const { text, bodies } = await ask(id, base, 'hello', { image: true });
    expect(text).toBe(hello);
    expect(bodies).toEqual([expect.stringContaining('iVBORw0KGgo=')]);
  });

  it('names a wrong key and does not try it again', async () => {
    expect(await ask(id, base, 'hello', { key: 'bad-key-1234567890' })).toMatchObject({ last: 'auth', waits: [] });
  });

  it('waits as long as it is told at 429, then answers', async () => {
    mock.prependFixture({
      match: { userMessage: 'hello', sequenceIndex: 0 },
      response: { error: { message: 'Slow down.', type: 'rate_limit_error' }, status: 429, retryAfter: 7 },
    });
    expect(await ask(id, base, 'hello')).toMatchObject({ text: hello, waits: [7000], last: 'stop' });
  });

  it('tries again after a 500', async () => {
    mock.nextRequestError(500, { message: 'It broke.', type: 'server_error' });
    expect(await ask(id, base, 'hello')).toMatchObject({ text: hello, waits: [500], last: 'stop' });
  });

  it('makes no answer of a malformed body', async () => {
    expect(await ask(id, base, 'malformed')).toMatchObject({ text: '', last: 'not-an-api' });
  });

  it('keeps what it has of an answer cut in mid-stream, and does not ask again', async () => {
    const { text, waits, last } = await ask(id, base, 'cut');
    expect({ waits, last }).toEqual({ waits: [], last: 'interrupted' });
    expect(text).not.toBe('');
    expect(hello.repeat(4).startsWith(text)).toBe(true);
  });
});
