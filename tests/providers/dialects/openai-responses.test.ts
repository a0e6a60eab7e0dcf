import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../core/chat';
import { openaiResponses as dialect } from '../../../providers/dialects/openai-responses';
import { answerOf, decode, decodeText, describeFixtures, fixture, provider, seen, sse, type Seen } from './decoding';

const wire = 'openai-responses';
const kept = (value: unknown) => ({ provider: 'test', value });
const usage = { inputTokens: 30, outputTokens: 20, reasoningTokens: 12, cachedTokens: 8 };
const summary = [
  { type: 'summary_text', text: '**Plan**\n\nFirst.' },
  { type: 'summary_text', text: '**Check**\n\nThen.' },
];

const answers: Record<string, Partial<Seen>> = {
  'text.sse': { text: 'Grüße 👋 vom Rand.', usage, last: 'stop completed' },
  'reasoning.sse': {
    text: 'Done.',
    reasoning: '**Plan**\n\nFirst.\n\n**Check**\n\nThen.',
    kept: [kept({ type: 'reasoning', id: 'rs_0', summary, encrypted_content: 'gAAAA+/opaque==' })],
    usage,
    last: 'stop completed',
  },
  'refusal.sse': { refusal: "I can't help with that.", usage, last: 'refusal completed' },
  'incomplete.sse': { text: 'It goes on and', usage, last: 'length max_output_tokens' },
  'tools.sse': {
    text: 'It rains.',
    calls: [
      { id: 'ws_0', name: 'web_search', input: '{"type":"search","query":"rain"}' },
      { id: 'call_2', name: 'umbrella', input: '{"size":"größte"}' },
      { id: 'ig_3', name: 'image_generation', input: '{}' },
    ],
    citations: ['https://rain.example/ | Rain'],
    images: ['image/webp aW1hZ2U='],
    usage,
    last: 'tool-calls completed',
  },
  'failed.sse': { text: 'Half', last: 'error: server: The model broke.' },
  'error-flat.sse': { last: 'error: rate-limit: Please try again in 5.289s.' },
  'error-nested.sse': { last: 'error: quota: You exceeded your current quota.' },
  'whole.json': {
    text: 'Öl.',
    reasoning: '**Plan**\n\nFirst.\n\n**Check**\n\nThen.',
    citations: ['https://oil.example/ | Oil'],
    kept: [kept({ type: 'reasoning', id: 'rs_0', summary, encrypted_content: 'gAAAA==' })],
    usage,
    last: 'stop completed',
  },
};

describeFixtures(wire, dialect, answers);

const delta = (text: string) => ({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta: text });
const ends = (kind: string, response: object = {}) => ({ type: `response.${kind}`, response });
const seenOf = async (...items: unknown[]) => seen(await decodeText(dialect, sse(...items)));

describe('behaviours', () => {
  it.each([
    ['max_output_tokens', 'length max_output_tokens'],
    ['content_filter', 'content-filter content_filter'],
    ['of_a_later_version', 'other of_a_later_version'],
    ['constructor', 'other constructor'],
  ])('42: maps an answer cut short by %s', async (reason, last) => {
    expect(await seenOf(delta('x'), ends('incomplete', { incomplete_details: { reason } }))).toEqual({
      text: 'x',
      last,
    });
  });

  it('14: needs completed, incomplete or failed; a [DONE] does not make an answer complete', async () => {
    expect((await seenOf(delta('x'), 'data: [DONE]')).last).toBe('none');
  });

  it('16: ignores events after the terminal one', async () => {
    const items = [
      delta('x'),
      ends('completed'),
      { type: 'response.rate_limits.updated' },
      ends('failed', { error: { message: 'late' } }),
    ];
    expect(await seenOf(...items)).toEqual({ text: 'x', last: 'stop completed' });
  });

  it('17: keeps the text of an answer without an end', async () => {
    expect(await seenOf(delta('x'), delta('y'))).toEqual({ text: 'xy', last: 'none' });
  });

  it('24: takes an event named error as one, with or without a type in it', async () => {
    expect((await seenOf(`event: error\ndata: {"message":"no"}`)).last).toBe('error: server: no');
  });

  it('26: takes both shapes of the error frame, and the code with them', async () => {
    const [flat] = await decodeText(
      dialect,
      sse({ type: 'error', code: 'rate_limit_exceeded', message: 'try again in 5.289s', param: null }),
    );
    expect(flat).toMatchObject({
      error: { kind: 'rate-limit', code: 'rate_limit_exceeded', retryAfterMs: 5289, mayHaveReached: true },
    });
    const [nested] = await decodeText(
      dialect,
      sse({ type: 'error', error: { type: 'server_error', code: null, message: 'x' } }),
    );
    expect(nested).toMatchObject({ error: { kind: 'server', code: 'server_error', message: 'x' } });
  });

  it('36: takes either the summary of a thought or the thought, not both', async () => {
    const summarised = {
      type: 'response.reasoning_summary_text.delta',
      item_id: 'r',
      summary_index: 0,
      delta: 'short',
    };
    const thought = { type: 'response.reasoning_text.delta', item_id: 'r', content_index: 0, delta: 'long' };
    expect((await seenOf(thought, summarised, ends('completed'))).reasoning).toBe('long');
    expect((await seenOf(thought, { ...summarised, item_id: 'r2' }, ends('completed'))).reasoning).toBe(
      'long\n\nshort',
    );
  });

  it('39: does not append texts that come again whole', async () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'xy' }] }];
    const done = { type: 'response.output_text.done', text: 'xy', output_index: 0 };
    expect((await seenOf(delta('x'), delta('y'), done, ends('completed', { output }))).text).toBe('xy');
    expect((await seenOf(done, ends('completed', { output }))).text).toBe('xy');
  });

  it('44: takes the arguments of a call once, whether they come in pieces or whole', async () => {
    const item = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' };
    const whole = { type: 'response.output_item.done', output_index: 3, item };
    const calls = [{ id: 'c', name: 'f', input: '{"a":1}' }];
    expect(await seenOf(whole, ends('completed'))).toEqual({ calls, last: 'tool-calls completed' });
    const added = { type: 'response.output_item.added', output_index: 3, item: { ...item, arguments: '' } };
    const piece = { type: 'response.function_call_arguments.delta', output_index: 3, delta: '{"a":1}' };
    expect(await seenOf(added, piece, whole, ends('completed'))).toEqual({ calls, last: 'tool-calls completed' });
  });

  it('49: takes keepalive and unknown events as signs of life only', async () => {
    const events = await decodeText(
      dialect,
      sse({ type: 'keepalive', sequence_number: 1 }, { type: 'response.x.y' }, 'event: x\ndata: {}'),
    );
    expect(events).toEqual([]);
  });
});

describe('requests', () => {
  const chat: ChatRequest = {
    model: 'm',
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    stream: true,
  };
  const own = {
    ...provider,
    quirks: { reasoningEffort: 'reasoning.effort' } as const,
    fields: [{ name: 'summary', label: 'Summary', default: 'auto' }],
  };

  it('keeps nothing at the service and leaves out what was not asked for', () => {
    expect(dialect.request(chat, own)).toEqual({
      path: '/responses',
      body: { model: 'm', input: [{ role: 'user', content: 'Hello' }], stream: true, store: false },
    });
  });

  it('maps instructions, limits and sampling; penalties do not exist here', () => {
    const sampling = { temperature: 0.3, topP: 0.5, presencePenalty: 1, frequencyPenalty: 1 };
    expect(dialect.request({ ...chat, system: 'Be brief.', maxTokens: 99, sampling, stream: false }, own).body).toEqual(
      {
        model: 'm',
        instructions: 'Be brief.',
        input: [{ role: 'user', content: 'Hello' }],
        stream: false,
        store: false,
        max_output_tokens: 99,
        temperature: 0.3,
        top_p: 0.5,
      },
    );
    const firm = { ...own, models: [{ id: 'm', sampling: false }] };
    expect(Object.keys(Object(dialect.request({ ...chat, sampling }, firm).body))).not.toContain('temperature');
  });

  it('asks for a summary with the effort, unless the connection turns it off', () => {
    const connection = {
      id: 'k',
      provider: 'test',
      name: 'T',
      baseUrl: '',
      model: 'm',
      enabled: true,
      fields: { summary: 'off' },
    };
    const asked = { ...chat, reasoningEffort: 'high' } as const;
    const include = ['reasoning.encrypted_content'];
    expect(dialect.request(asked, own).body).toMatchObject({ reasoning: { effort: 'high', summary: 'auto' }, include });
    expect(Object(dialect.request(asked, own, connection).body).reasoning).toEqual({ effort: 'high' });
    expect(Object(dialect.request({ ...chat, reasoningEffort: 'none' }, own).body)).toMatchObject({
      reasoning: { effort: 'none' },
    });
    const always = { ...own, models: [{ id: 'm', thinking: 'always' as const }] };
    expect(Object(dialect.request({ ...chat, reasoningEffort: 'none' }, always).body).reasoning).toMatchObject({
      effort: 'low',
    });
  });

  it('sends images, and the encrypted thoughts of an earlier answer before its words, to the same model only', async () => {
    const parts = answerOf(await decode(dialect, [fixture(wire, 'reasoning.sse')], { provider: own, chat })).parts;
    const next: ChatRequest = {
      ...chat,
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Look' },
            { type: 'image', id: 'i', mediaType: 'image/png', data: 'aW1n' },
          ],
        },
        { role: 'assistant', parts },
        { role: 'user', parts: [{ type: 'image', id: 'j', mediaType: 'image/webp', data: 'aW1n' }] },
      ],
    };
    const input = [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,aW1n' },
        ],
      },
      { type: 'reasoning', id: 'rs_0', summary, encrypted_content: 'gAAAA+/opaque==' },
      { role: 'assistant', content: 'Done.' },
      { role: 'user', content: [{ type: 'input_image', detail: 'auto', image_url: 'data:image/webp;base64,aW1n' }] },
    ];
    expect(Object(dialect.request(next, own).body).input).toEqual(input);
    expect(Object(dialect.request({ ...next, model: 'other' }, own).body).input).toEqual(input.toSpliced(1, 1));
  });
});
