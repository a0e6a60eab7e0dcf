import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../core/chat';
import { cohere as dialect } from '../../../providers/dialects/cohere';
import { decodeText, describeFixtures, provider, seen, sse, type Seen } from './decoding';

const wire = 'cohere';
const usage = { inputTokens: 70, outputTokens: 8, cachedTokens: 64 };

const answers: Record<string, Partial<Seen>> = {
  'text.sse': { text: 'Grüße 👋 vom Rand.', usage, last: 'stop COMPLETE' },
  'thinking.sse': { text: 'Öl.', reasoning: 'Hm, ja.', usage, last: 'length MAX_TOKENS' },
  'tool-call.sse': {
    reasoning: 'I will look outside.',
    calls: [
      { id: 'weather_1', name: 'weather', input: '{"city":"Zürich"}' },
      { id: 'now_2', name: 'now', input: '{}' },
    ],
    usage,
    last: 'tool-calls TOOL_CALL',
  },
  'citations.sse': {
    text: 'It rains.',
    citations: ['https://rain.example/ | Rain | It rains'],
    usage,
    last: 'stop COMPLETE',
  },
  'error-end.sse': { text: 'Half of', usage, last: 'error: server: The generation broke.' },
  'whole.json': { text: 'Öl.', reasoning: 'Hm.', usage: { inputTokens: 4, outputTokens: 6 }, last: 'stop COMPLETE' },
};

describeFixtures(wire, dialect, answers);

const says = (text: string) => ({ type: 'content-delta', delta: { message: { content: { text } } } });
const ends = (delta: object) => ({ type: 'message-end', delta });
const seenOf = async (...items: unknown[]) => seen(await decodeText(dialect, sse(...items)));

describe('behaviours', () => {
  it.each([
    [{ finish_reason: 'COMPLETE' }, 'stop COMPLETE'],
    [{ finish_reason: 'STOP_SEQUENCE' }, 'stop STOP_SEQUENCE'],
    [{ finish_reason: 'MAX_TOKENS' }, 'length MAX_TOKENS'],
    [{ finish_reason: 'TOOL_CALL' }, 'tool-calls TOOL_CALL'],
    [{ finish_reason: 'ERROR_TOXIC' }, 'content-filter ERROR_TOXIC'],
    [{ finish_reason: 'OF_A_LATER_VERSION' }, 'other OF_A_LATER_VERSION'],
    [{ finish_reason: 'constructor' }, 'other constructor'],
    [{}, 'stop'],
    [{ finish_reason: 'ERROR' }, 'error: server: '],
    [{ finish_reason: 'TIMEOUT' }, 'error: timeout: '],
    [{ error: 'It broke.' }, 'error: server: It broke.'],
  ])('42: maps %o', async (delta, last) => {
    expect(await seenOf(says('x'), ends(delta))).toEqual({ text: 'x', last });
  });

  it('14: needs message-end and no [DONE]', async () => {
    expect((await seenOf(says('x'), 'data: [DONE]')).last).toBe('none');
  });

  it('16: ignores events after the last one', async () => {
    expect(await seenOf(says('x'), ends({ finish_reason: 'COMPLETE' }), says(' late'))).toEqual({
      text: 'x',
      last: 'stop COMPLETE',
    });
  });

  it('23: shows an error in mid-stream that is nothing but words', async () => {
    expect(await seenOf(says('x'), { message: 'internal server error', id: 'e1' })).toEqual({
      text: 'x',
      last: 'error: server: internal server error',
    });
  });

  it('44: takes calls and citations as objects or as lists', async () => {
    const call = { id: 'c', function: { name: 'f', arguments: '{}' } };
    const begun = (tool_calls: unknown) => ({ type: 'tool-call-start', index: 0, delta: { message: { tool_calls } } });
    for (const shape of [call, [call]]) {
      expect((await seenOf(begun(shape), ends({ finish_reason: 'TOOL_CALL' }))).calls).toEqual([
        { id: 'c', name: 'f', input: '{}' },
      ]);
    }
  });

  it('49: takes unknown events as signs of life only', async () => {
    expect(
      await decodeText(dialect, sse({ type: 'message-start' }, { type: 'of-a-later-version', delta: { text: 'x' } })),
    ).toEqual([]);
  });

  it('finds the words of an error', () => {
    expect(dialect.error(401, { message: 'invalid api token' })).toMatchObject({ message: 'invalid api token' });
  });
});

describe('models', () => {
  it('lists what can chat, and asks for the page after this one', () => {
    const page = {
      models: [
        { name: 'command-x', endpoints: ['chat'], context_length: 1000, features: ['vision', 'tools'] },
        { name: 'embed-x', endpoints: ['embed'] },
        { name: 'command-y', endpoints: ['chat'] },
      ],
      next_page_token: 'x=',
    };
    expect(dialect.models?.(page)).toEqual({
      models: [
        { id: 'command-x', contextLength: 1000, images: true, reasoning: false, tools: true },
        { id: 'command-y' },
      ],
      next: 'page_token=x%3D',
    });
  });
});

describe('requests', () => {
  const chat: ChatRequest = {
    model: 'm',
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    stream: true,
  };
  const own = { ...provider, quirks: { reasoningEffort: 'thinking' } as const };

  it('sends no more than was asked for', () => {
    expect(dialect.request(chat, own)).toEqual({
      path: '/v2/chat',
      body: { model: 'm', messages: [{ role: 'user', content: 'Hello' }], stream: true },
    });
  });

  it('maps system prompt, history, images, limits, and sampling into the wire’s own bounds', () => {
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
        { role: 'assistant', parts: [{ type: 'text', text: 'A cat.' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Sure?' }] },
      ],
      sampling: { temperature: 0.3, topP: 1, presencePenalty: 2, frequencyPenalty: -1 },
      maxTokens: 99,
    };
    expect(dialect.request(full, own).body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,aW1n' } },
          ],
        },
        { role: 'assistant', content: 'A cat.' },
        { role: 'user', content: 'Sure?' },
      ],
      stream: true,
      max_tokens: 99,
      temperature: 0.3,
      p: 0.99,
      frequency_penalty: 0,
      presence_penalty: 1,
    });
  });

  it.each([
    ['none', { type: 'disabled' }],
    ['low', { type: 'enabled', token_budget: 1024 }],
    ['high', { type: 'enabled' }],
  ] as const)('tells effort %s', (reasoningEffort, thinking) => {
    expect(Object(dialect.request({ ...chat, reasoningEffort }, own).body).thinking).toEqual(thinking);
  });
});
