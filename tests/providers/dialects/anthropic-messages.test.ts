import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../core/chat';
import { anthropicMessages as dialect } from '../../../providers/dialects/anthropic-messages';
import { answerOf, decode, decodeText, describeFixtures, fixture, provider, seen, sse, type Seen } from './decoding';

const wire = 'anthropic-messages';
const kept = (value: unknown) => ({ provider: 'test', value });

const answers: Record<string, Partial<Seen>> = {
  'text.sse': {
    text: 'Grüße 👋 aus\u2028 dem  Rand.',
    usage: { inputTokens: 30, outputTokens: 15, cachedTokens: 4 },
    last: 'stop end_turn',
  },
  'thinking.sse': {
    text: 'Two.',
    reasoning: 'Let me see … 1 + 1',
    citations: ['https://sums.example/1 | Sums | 1 + 1 = 2'],
    kept: [
      kept({ type: 'thinking', thinking: 'Let me see … 1 + 1', signature: 'ErUB+sig/na=ture==' }),
      kept({ type: 'redacted_thinking', data: 'EmwKAh+redacted==' }),
    ],
    usage: { inputTokens: 21, outputTokens: 15, reasoningTokens: 9 },
    last: 'stop end_turn',
  },
  'tool-use.sse': {
    text: 'I look.',
    calls: [
      { id: 'toolu_1', name: 'weather', input: '{"city":"Zürich"}' },
      { id: 'toolu_2', name: 'now', input: '{}' },
      { id: 'srvtoolu_3', name: 'web_search', input: '{"query":"rain"}' },
    ],
    usage: { inputTokens: 21, outputTokens: 15 },
    last: 'tool-calls tool_use',
  },
  'refusal.sse': {
    refusal: 'This was declined by a safety rule.',
    usage: { inputTokens: 21, outputTokens: 15 },
    last: 'refusal refusal',
  },
  'error-first.sse': { last: 'error: overloaded: Overloaded' },
  'error-midway.sse': {
    text: 'Half of',
    usage: { inputTokens: 21, outputTokens: 1 },
    last: 'error: server: Internal server error',
  },
  'duplicate-start.sse': { text: 'Once only.', usage: { inputTokens: 21, outputTokens: 15 }, last: 'stop end_turn' },
  'spliced-start.sse': {
    text: 'First',
    usage: { inputTokens: 21, outputTokens: 1 },
    last: 'error: server: A second answer began inside the first one.',
  },
  'whole.json': {
    text: 'Öl.',
    reasoning: 'Hm.',
    calls: [{ id: 'toolu_1', name: 'look', input: '{"at":"it"}' }],
    kept: [kept({ type: 'thinking', thinking: 'Hm.', signature: 'c2ln' })],
    usage: { inputTokens: 3, outputTokens: 7 },
    last: 'tool-calls tool_use',
  },
};

describeFixtures(wire, dialect, answers);

const start = { type: 'message_start', message: { id: 'm1', usage: { input_tokens: 5, output_tokens: 1 } } };
const says = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
const stops = (reason: string | null) => [
  { type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
];
const last = async (...items: unknown[]) => seen(await decodeText(dialect, sse(...items))).last;

describe('behaviours', () => {
  it.each([
    ['end_turn', 'stop end_turn'],
    ['stop_sequence', 'stop stop_sequence'],
    ['max_tokens', 'length max_tokens'],
    ['model_context_window_exceeded', 'length model_context_window_exceeded'],
    ['tool_use', 'tool-calls tool_use'],
    ['pause_turn', 'paused pause_turn'],
    ['refusal', 'refusal refusal'],
    ['of_a_later_version', 'other of_a_later_version'],
    ['constructor', 'other constructor'],
    [null, 'stop'],
  ])('42: maps the reason %s', async (reason, expected) => {
    expect(await last(start, says('x'), ...stops(reason))).toBe(expected);
  });

  it('1: takes one byte order mark away', async () => {
    expect(await last(`\uFEFFdata: ${JSON.stringify(start)}`, says('x'), ...stops('end_turn'))).toBe('stop end_turn');
  });

  it('13: counts a last event without its blank line', async () => {
    const body = sse(start, says('x'), ...stops('end_turn'));
    expect(seen(await decodeText(dialect, body.trimEnd())).last).toBe('stop end_turn');
  });

  it('14: needs message_stop and no [DONE]', async () => {
    expect(await last(start, says('x'), stops('end_turn')[0])).toBe('none');
    expect(await last(start, says('x'), stops('end_turn')[0], 'data: [DONE]')).toBe('none');
  });

  it('16: ignores events after the last one', async () => {
    const events = await decodeText(dialect, sse(start, says('x'), ...stops('end_turn'), says(' too late')));
    expect(seen(events)).toMatchObject({ text: 'x', last: 'stop end_turn' });
  });

  it('26: takes an error of any shape', async () => {
    expect(await last({ error: 'no room' })).toBe('error: server: no room');
    expect(await last({ error_type: 'x', error_message: 'odd' })).toBe('error: server: odd');
    expect(await last({ type: 'error', error: { type: 'invalid_request_error', message: 'bad' } })).toBe(
      'error: bad-request: bad',
    );
    expect(await last({ type: 'error', error: { type: 'rate_limit_error', message: 'slow' } })).toBe(
      'error: rate-limit: slow',
    );
  });

  it('28: shows words that are no JSON', async () => {
    expect(await last(start, says('x'), 'data: upstream connect error')).toBe('error: server: upstream connect error');
  });

  it('35: keeps what was said before a refusal, and adds the explanation', async () => {
    const delta = { stop_reason: 'refusal', stop_details: { explanation: 'No.' } };
    const events = await decodeText(
      dialect,
      sse(start, says('Well'), { type: 'message_delta', delta }, { type: 'message_stop' }),
    );
    expect(seen(events)).toMatchObject({ text: 'Well', refusal: 'No.', last: 'refusal refusal' });
  });

  it('40: does not let a zero or a missing count erase what is known', async () => {
    const later = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 0, output_tokens: 9 },
    };
    const events = await decodeText(dialect, sse(start, says('x'), later, { type: 'message_stop' }));
    expect(seen(events).usage).toEqual({ inputTokens: 5, outputTokens: 9 });
  });

  it('49: takes pings and unknown events as signs of life only', async () => {
    const events = await decodeText(dialect, sse({ type: 'ping' }, { type: 'vertex_event' }, { hello: 1 }));
    expect(events).toEqual([]);
  });
});

describe('errors', () => {
  it.each([
    [
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 9 > 8' } },
      { kind: 'too-long' },
    ],
    [401, { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } }, { kind: 'auth' }],
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, { kind: 'overloaded' }],
    [
      429,
      {
        type: 'error',
        error: { type: 'rate_limit_error', message: 'no', details: { error_code: 'contract_spend_limit_reached' } },
      },
      { kind: 'quota', code: 'contract_spend_limit_reached' },
    ],
  ])('%s', (status, body, expected) => {
    expect(dialect.error(status, body)).toMatchObject(expected);
  });
});

describe('models', () => {
  it('reads limits and capabilities, and asks for the page after this one', () => {
    const yes = { supported: true };
    const no = { supported: false };
    const page = {
      data: [
        {
          id: 'claude-a',
          display_name: 'Claude A',
          max_input_tokens: 1000,
          max_tokens: 100,
          capabilities: {
            image_input: yes,
            thinking: { supported: true, types: { adaptive: yes, disabled: no, enabled: no } },
          },
        },
        {
          id: 'claude-b',
          capabilities: { image_input: no, thinking: { supported: true, types: { adaptive: no, enabled: yes } } },
        },
        { id: 'claude-c', capabilities: null },
        { display_name: 'no id' },
      ],
      has_more: true,
      last_id: 'claude c',
    };
    expect(dialect.models?.(page)).toEqual({
      models: [
        {
          id: 'claude-a',
          name: 'Claude A',
          contextLength: 1000,
          maxOutput: 100,
          images: true,
          reasoning: true,
          thinking: 'always',
        },
        { id: 'claude-b', images: false, reasoning: true, thinking: 'budget' },
        { id: 'claude-c' },
      ],
      next: 'after_id=claude%20c',
    });
    expect(dialect.models?.({ ...page, has_more: false }).next).toBeUndefined();
    expect(dialect.models?.('<html>')).toEqual({ models: [] });
  });
});

describe('requests', () => {
  const chat: ChatRequest = {
    model: 'm',
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    stream: true,
  };
  const own = { ...provider, quirks: { reasoningEffort: 'thinking' } as const };
  const bodyOf = (more: Partial<ChatRequest>, info?: object) =>
    dialect.request({ ...chat, ...more }, info ? { ...own, models: [{ id: 'm', ...info }] } : own).body;

  it('asks for an answer as long as the model can give, or as the user wants', () => {
    expect(bodyOf({})).toEqual({
      model: 'm',
      max_tokens: 4096,
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
    });
    expect(bodyOf({}, { maxOutput: 64_000 })).toMatchObject({ max_tokens: 64_000 });
    expect(bodyOf({ maxTokens: 100 }, { maxOutput: 64_000 })).toMatchObject({ max_tokens: 100 });
  });

  it('sends one sampling value, in its own bounds, and none where thinking or the model refuses it', () => {
    const sampling = { temperature: 1.7, topP: 0.5, presencePenalty: 1, frequencyPenalty: 1 };
    expect(bodyOf({ sampling })).toMatchObject({ temperature: 1 });
    expect(Object.keys(Object(bodyOf({ sampling })))).not.toContain('top_p');
    expect(bodyOf({ sampling: { topP: 0.5 } })).toMatchObject({ top_p: 0.5 });
    expect(Object.keys(Object(bodyOf({ sampling }, { sampling: false })))).not.toContain('temperature');
    expect(Object.keys(Object(bodyOf({ sampling, reasoningEffort: 'low' })))).not.toContain('temperature');
  });

  it.each([
    ['high', 'budget', 64_000, { thinking: { type: 'enabled', budget_tokens: 24_576 } }],
    ['high', 'budget', 4096, { thinking: { type: 'enabled', budget_tokens: 3072 } }],
    ['high', 'budget', 1500, {}],
    ['none', 'budget', 64_000, {}],
    [
      'medium',
      'level',
      64_000,
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'medium' } },
    ],
    ['none', 'level', 64_000, { thinking: { type: 'disabled' } }],
    [
      'none',
      'always',
      64_000,
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'low' } },
    ],
    [
      'none',
      undefined,
      64_000,
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'low' } },
    ],
  ] as const)('tells effort %s to a model told by %s, limit %s', (reasoningEffort, thinking, maxOutput, expected) => {
    const { thinking: sent, output_config } = Object(
      bodyOf({ reasoningEffort }, { maxOutput, ...(thinking ? { thinking } : {}) }),
    );
    expect({ ...(sent ? { thinking: sent } : {}), ...(output_config ? { output_config } : {}) }).toEqual(expected);
  });

  it('sends images before the text, and nothing for an answer without words', () => {
    const turns: ChatRequest['turns'] = [
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'Look' },
          { type: 'image', id: 'i', mediaType: 'image/png', data: 'aW1n' },
        ],
      },
      { role: 'assistant', parts: [{ type: 'reasoning', text: 'Hm' }] },
      { role: 'user', parts: [{ type: 'text', text: 'And?' }] },
    ];
    expect(bodyOf({ turns })).toMatchObject({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aW1n' } },
            { type: 'text', text: 'Look' },
          ],
        },
        { role: 'user', content: 'And?' },
      ],
    });
  });

  describe('thoughts of earlier turns', () => {
    const again = async (
      first: ChatRequest,
      change: (chat: ChatRequest) => ChatRequest = (same) => same,
      other = own,
    ) => {
      const events = await decode(dialect, [fixture(wire, 'thinking.sse')], { provider: own, chat: first });
      const parts = answerOf(events).parts;
      const next: ChatRequest = {
        ...first,
        turns: [
          ...first.turns,
          { role: 'assistant', parts },
          { role: 'user', parts: [{ type: 'text', text: 'Why?' }] },
        ],
      };
      const { messages } = Object(dialect.request(change(next), other).body);
      return messages[1]?.content;
    };
    const blocks = [
      { type: 'thinking', thinking: 'Let me see … 1 + 1', signature: 'ErUB+sig/na=ture==' },
      { type: 'redacted_thinking', data: 'EmwKAh+redacted==' },
      { type: 'text', text: 'Two.' },
    ];

    it('go back to the byte and in order', async () => {
      expect(await again(chat)).toEqual(blocks);
      expect(await again({ ...chat, system: 'Be brief.' })).toEqual(blocks);
    });

    it('stay out when anything before them has changed, since the service would refuse the request', async () => {
      expect(await again(chat, (next) => ({ ...next, system: 'Other' }))).toBe('Two.');
      expect(
        await again(chat, (next) => ({
          ...next,
          turns: next.turns.with(0, { role: 'user', parts: [{ type: 'text', text: 'Edited' }] }),
        })),
      ).toBe('Two.');
    });

    it('stay out for another service or model', async () => {
      expect(await again(chat, (next) => ({ ...next, model: 'other' }))).toBe('Two.');
      expect(await again(chat, undefined, { ...own, id: 'other' })).toBe('Two.');
    });

    it('go back after a second answer that was given with the first one’s thoughts in sight', async () => {
      const read = async (asked: ChatRequest) =>
        answerOf(await decode(dialect, [fixture(wire, 'thinking.sse')], { provider: own, chat: asked })).parts;
      const first = await read(chat);
      const second: ChatRequest = {
        ...chat,
        turns: [
          ...chat.turns,
          { role: 'assistant', parts: first },
          { role: 'user', parts: [{ type: 'text', text: 'Why?' }] },
        ],
      };
      const third: ChatRequest = {
        ...chat,
        turns: [
          ...second.turns,
          { role: 'assistant', parts: await read(second) },
          { role: 'user', parts: [{ type: 'text', text: 'Oh?' }] },
        ],
      };
      const { messages } = Object(dialect.request(third, own).body);
      expect([messages[1].content, messages[3].content]).toEqual([blocks, blocks]);
    });
  });
});
