import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../core/chat';
import type { Connection, Provider } from '../../../providers/contract';
import { ollama as dialect } from '../../../providers/dialects/ollama';
import { decode, decodeText, describeFixtures, fixture, provider, seen, type Seen } from './decoding';

const wire = 'ollama';
const usage = { inputTokens: 11, outputTokens: 6 };

const answers: Record<string, Partial<Seen>> = {
  'text.ndjson': { text: 'Grüße 👋 vom Rand.\n', usage, last: 'stop stop' },
  'thinking.ndjson': { text: 'Öl.', reasoning: 'Hm, ja.', usage, last: 'stop stop' },
  'think-tags.ndjson': { text: 'Öl.', reasoning: '\nHm, ja.\n', usage, last: 'stop stop' },
  'tool-call.ndjson': {
    calls: [
      { id: '', name: 'weather', input: '{"city":"Zürich"}' },
      { id: 'call_2', name: 'now', input: '{}' },
    ],
    usage,
    last: 'tool-calls stop',
  },
  'error-line.ndjson': {
    text: 'Half of',
    last: 'error: server: an error was encountered while running the model: CUDA error',
  },
  'error-words.ndjson': {
    text: 'Half of',
    last: 'error: server: upstream connect error or disconnect/reset before headers',
  },
  'length.ndjson': { text: 'It goes on and', usage, last: 'length length' },
  'loaded.ndjson': { last: 'other load' },
  'whole.json': { text: 'Öl.', reasoning: 'Hm.', usage, last: 'stop stop' },
};

// Words that are no JSON have no end that could be missing, and half a tag may be all there is to say.
describeFixtures(wire, dialect, answers, ['error-words.ndjson', 'think-tags.ndjson']);

const seenOf = async (text: string) => seen(await decodeText(dialect, text));
const line = (content: string, more: object = {}) =>
  `${JSON.stringify({ message: { content }, done: false, ...more })}\n`;
const done = JSON.stringify({ done: true, done_reason: 'stop' });

describe('behaviours', () => {
  it('13: counts a last line without its end', async () => {
    expect(await seenOf(line('x') + done)).toEqual({ text: 'x', last: 'stop stop' });
  });

  it('16: ignores what comes after the last line', async () => {
    expect(await seenOf(`${line('x')}${done}\n${line(' late')}{"error":"late"}\n`)).toEqual({
      text: 'x',
      last: 'stop stop',
    });
  });

  it('17: keeps the text of an answer without its last line', async () => {
    expect(await seenOf(line('x') + line('y'))).toEqual({ text: 'xy', last: 'none' });
  });

  it('21: takes a whole JSON for a stream, also laid out over lines', async () => {
    const bytes = fixture(wire, 'whole.json');
    for (const framing of ['json', 'ndjson'] as const) {
      expect(seen(await decode(dialect, [bytes], { framing }))).toEqual(answers['whole.json']);
    }
  });

  it('28: shows an error line, JSON or words, and keeps the text', async () => {
    expect((await seenOf('{"error":"model \\"x\\" not found, try pulling it first"}\n')).last).toBe(
      'error: model-not-found: model "x" not found, try pulling it first',
    );
    expect(await seenOf(`${line('x')}unexpected EOF\n`)).toEqual({ text: 'x', last: 'error: server: unexpected EOF' });
  });

  it('36: takes a thought under any of its names, once', async () => {
    const thought = JSON.stringify({
      message: { content: '', thinking: 'Hm', reasoning_content: 'Hm', reasoning: 'Hm' },
    });
    const other = JSON.stringify({ message: { content: '', reasoning_content: '?' } });
    expect(await seenOf(`${thought}\n${other}\n${line('x')}${done}`)).toEqual({
      text: 'x',
      reasoning: 'Hm?',
      last: 'stop stop',
    });
  });

  it('37: gives back what was held for a tag that did not come', async () => {
    expect(await seenOf(`${line('a <')}${done}`)).toEqual({ text: 'a <', last: 'stop stop' });
    expect(await seenOf(`${line('a </th')}{"error":"broke"}`)).toEqual({
      text: 'a </th',
      last: 'error: server: broke',
    });
    expect(await seenOf(line('a </th'))).toEqual({ text: 'a </th', last: 'none' });
  });

  it('43: says tool-calls although the wire says stop', async () => {
    const call = { message: { tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] } };
    expect(await seenOf(`${JSON.stringify(call)}\n${done}`)).toEqual({
      calls: [{ id: '', name: 'f', input: '{"a":1}' }],
      last: 'tool-calls stop',
    });
  });

  it('names where to sign in for models of the cloud', () => {
    const body = { error: 'unauthorized', signin_url: 'https://ollama.example/connect' };
    expect(dialect.error(401, body).message).toBe('unauthorized: https://ollama.example/connect');
    expect(dialect.error(500, { error: 'broke' })).toEqual({ message: 'broke' });
  });
});

describe('models', () => {
  it('lists what can answer, with what each can do where the server says so', () => {
    const body = {
      models: [
        {
          name: 'seer:8b',
          model: 'seer:8b',
          details: { context_length: 8192 },
          capabilities: ['completion', 'vision', 'thinking'],
        },
        { name: 'old:latest', details: {} },
        { name: 'embedder', capabilities: ['embedding'] },
      ],
    };
    expect(dialect.models?.(body)).toEqual({
      models: [
        { id: 'seer:8b', contextLength: 8192, images: true, reasoning: true, tools: false },
        { id: 'old:latest' },
      ],
    });
  });
});

describe('requests', () => {
  const chat: ChatRequest = {
    model: 'm',
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    stream: true,
  };
  const own = { ...provider, quirks: { reasoningEffort: 'think' } as const };
  const connection = { id: 'k', provider: 'test', name: 'T', baseUrl: '', model: 'm', enabled: true };

  it('says whether to stream, since the server would by itself', () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    expect(dialect.request(chat, own)).toEqual({
      path: '/api/chat',
      body: { model: 'm', messages, stream: true, truncate: false },
    });
    expect(dialect.request({ ...chat, stream: false }, own).body).toEqual({
      model: 'm',
      messages,
      stream: false,
      truncate: false,
    });
  });

  it('maps system prompt, history, images, limits, context and sampling', () => {
    const full: ChatRequest = {
      ...chat,
      system: 'Be brief.',
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'image', id: 'i', mediaType: 'image/png', data: 'aW1n' },
            { type: 'text', text: 'Look' },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'Hm' },
            { type: 'text', text: 'A cat.' },
          ],
        },
        { role: 'user', parts: [{ type: 'text', text: 'Sure?' }] },
      ],
      sampling: { temperature: 0.3, topP: 0.5, presencePenalty: 1, frequencyPenalty: -1 },
      maxTokens: 99,
    };
    expect(dialect.request(full, own, { ...connection, options: { contextLength: 16_384 } }).body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Look', images: ['aW1n'] },
        { role: 'assistant', content: 'A cat.' },
        { role: 'user', content: 'Sure?' },
      ],
      stream: true,
      truncate: false,
      options: {
        temperature: 0.3,
        top_p: 0.5,
        presence_penalty: 1,
        frequency_penalty: -1,
        num_predict: 99,
        num_ctx: 16_384,
      },
    });
  });

  describe('room', () => {
    const windowed = { ...own, quirks: { window: { usual: 8192, most: 32_768 } } };
    const saying = (text: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
      ...chat,
      ...more,
      turns: [{ role: 'user', parts: [{ type: 'text', text }] }],
    });
    const room = (asked: ChatRequest, to: Provider = windowed, by: Connection = connection) =>
      (dialect.request(asked, to, by).body as { options?: { num_ctx?: number } }).options?.num_ctx;

    it('is asked for where the server gives little of itself, and grows by doubling', () => {
      expect(room(saying('Hello'))).toBe(8192);
      expect(room(saying('word '.repeat(5_000)))).toBe(16_384);
      expect(room(saying('word '.repeat(15_000)))).toBe(32_768);
      expect(room(saying('word '.repeat(50_000)))).toBe(32_768);
      // The same number of characters, and twice as many tokens.
      expect(room(saying('слово '.repeat(5_000)))).toBe(32_768);
      expect(room(saying('Hello', { maxTokens: 10_000 }))).toBe(16_384);
      expect(room(saying('Hello', { system: 'word '.repeat(5_000) }))).toBe(16_384);
    });

    it('is never more than the model can take, as far as its list tells', () => {
      expect(room(saying('word '.repeat(15_000)), { ...windowed, models: [{ id: 'm', contextLength: 2048 }] })).toBe(
        2048,
      );
    });

    it('is what the user says where the user says it, and nothing is asked of a server without the quirk', () => {
      expect(room(saying('Hello'), windowed, { ...connection, options: { contextLength: 65_536 } })).toBe(65_536);
      expect(room(saying('word '.repeat(15_000)), own)).toBeUndefined();
    });
  });

  it.each([
    ['none', false],
    ['low', 'low'],
    ['high', 'high'],
  ] as const)('tells effort %s as think: %s', (reasoningEffort, think) => {
    expect(dialect.request({ ...chat, reasoningEffort }, own).body).toMatchObject({ think });
  });
});
