import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../core/chat';
import { gemini as dialect } from '../../../providers/dialects/gemini';
import { answerOf, decode, decodeText, describeFixtures, fixture, provider, seen, sse, type Seen } from './decoding';

const wire = 'gemini';

const answers: Record<string, Partial<Seen>> = {
  'text.sse': {
    text: 'Grüße 👋 vom Rand.',
    kept: [{ provider: 'test', value: expect.objectContaining({ signature: 'EqsF+empty==', from: 18, to: 18 }) }],
    usage: { inputTokens: 9, outputTokens: 47, reasoningTokens: 40 },
    last: 'stop STOP',
  },
  'thought.sse': {
    text: 'One twö three.',
    reasoning: '**Plan** on.\n',
    kept: [{ provider: 'test', value: expect.objectContaining({ signature: 'EqsF+text==', from: 4, to: 7 }) }],
    usage: { inputTokens: 9, outputTokens: 51, reasoningTokens: 44 },
    last: 'stop STOP',
  },
  'image.sse': {
    text: 'Here: ',
    images: ['image/png aW1hZ2U='],
    kept: [{ provider: 'test', value: expect.objectContaining({ signature: 'EqsF+image==', image: 0 }) }],
    usage: { inputTokens: 9, outputTokens: 1290 },
    last: 'stop STOP',
  },
  'tool-call.sse': {
    calls: [
      { id: '', name: 'weather', input: '{"city":"Zürich"}' },
      { id: 'x2', name: 'now', input: '{}' },
    ],
    usage: { inputTokens: 9, outputTokens: 12 },
    last: 'tool-calls STOP',
  },
  'blocked-prompt.sse': { usage: { inputTokens: 9 }, last: 'error: blocked-content: ' },
  'safety.sse': {
    text: 'Well, ',
    usage: { inputTokens: 9, outputTokens: 2 },
    last: 'content-filter SAFETY: Stopped by a safety rule.',
  },
  'error-event.sse': {
    text: 'Half of',
    usage: { inputTokens: 9, outputTokens: 2 },
    last: 'error: overloaded: The model is overloaded.',
  },
  'error-tail.sse': {
    text: 'Half of',
    usage: { inputTokens: 9, outputTokens: 2 },
    last: 'error: overloaded: The model is overloaded.',
  },
  'error-list.json': { last: 'error: rate-limit: You exceeded your current quota. Please retry in 34.4s.' },
  'grounded.sse': {
    text: 'It rains.',
    citations: ['https://rain.example/ | Rain', 'https://sky.example/', 'https://book.example/ | A book'],
    usage: { inputTokens: 9, outputTokens: 3 },
    last: 'stop STOP',
  },
  'whole-list.json': {
    text: 'Grüße 👋',
    usage: { inputTokens: 9, outputTokens: 3 },
    last: 'length MAX_TOKENS',
  },
};

describeFixtures(wire, dialect, answers);

it('2: the recorded framing is CRLF', () => {
  const text = new TextDecoder().decode(fixture(wire, 'text.sse'));
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

const chunk = (parts: object[], more: object = {}) => ({ candidates: [{ index: 0, content: { parts }, ...more }] });
const seenOf = async (...items: unknown[]) => seen(await decodeText(dialect, sse(...items)));

describe('behaviours', () => {
  it.each([
    ['STOP', 'stop STOP'],
    ['MAX_TOKENS', 'length MAX_TOKENS'],
    ['CONTINUATION', 'length CONTINUATION'],
    ['SAFETY', 'content-filter SAFETY'],
    ['RECITATION', 'content-filter RECITATION'],
    ['BLOCKLIST', 'content-filter BLOCKLIST'],
    ['PROHIBITED_CONTENT', 'content-filter PROHIBITED_CONTENT'],
    ['SPII', 'content-filter SPII'],
    ['IMAGE_SAFETY', 'content-filter IMAGE_SAFETY'],
    ['LANGUAGE', 'other LANGUAGE'],
    ['MALFORMED_FUNCTION_CALL', 'other MALFORMED_FUNCTION_CALL'],
    ['OTHER', 'other OTHER'],
    ['constructor', 'other constructor'],
  ])('42: maps the reason %s', async (finishReason, last) => {
    expect((await seenOf(chunk([{ text: 'x' }], { finishReason }))).last).toBe(last);
  });

  it('13: counts a last event without its blank line', async () => {
    const body = sse(chunk([{ text: 'x' }]), chunk([{ text: 'y' }], { finishReason: 'STOP' }));
    expect(seen(await decodeText(dialect, body.trimEnd()))).toMatchObject({ text: 'xy', last: 'stop STOP' });
  });

  it('14: is complete without [DONE], and settles for the usage that may follow', async () => {
    const decoding = dialect.decode(provider);
    const events = [...decoding.take({ data: JSON.stringify(chunk([{ text: 'x' }], { finishReason: 'STOP' })) })];
    expect(decoding.finished).toBe(true);
    events.push(...decoding.take({ data: JSON.stringify({ usageMetadata: { promptTokenCount: 4 } }) }));
    events.push(...(decoding.end?.() ?? []));
    expect(seen(events)).toEqual({ text: 'x', usage: { inputTokens: 4 }, last: 'stop STOP' });
  });

  it('16: an error after a finished answer does not undo it', async () => {
    expect(await seenOf(chunk([{ text: 'x' }], { finishReason: 'STOP' }), { error: { message: 'late' } })).toEqual({
      text: 'x',
      last: 'stop STOP',
    });
  });

  it('17: an answer without a reason to finish is not complete', async () => {
    expect(
      await seenOf(chunk([{ text: 'x' }]), chunk([{ text: '' }], { finishReason: 'FINISH_REASON_UNSPECIFIED' })),
    ).toEqual({ text: 'x', last: 'none' });
  });

  it('27: takes raw JSON after the last event as the error it is', async () => {
    const tail = JSON.stringify({ error: { code: 500, message: 'Broken', status: 'INTERNAL' } }, null, 2);
    for (const wrapped of [tail, `[${tail}]`]) {
      expect(seen(await decodeText(dialect, sse(chunk([{ text: 'x' }])) + wrapped))).toEqual({
        text: 'x',
        last: 'error: server: Broken',
      });
    }
  });

  it('31: skips chunks without candidates or parts and still reads their usage', async () => {
    const items = [
      { candidates: [] },
      { usageMetadata: { promptTokenCount: 3 } },
      { candidates: [{ content: {} }] },
      { candidates: null },
    ];
    expect(await seenOf(...items, chunk([{ text: 'x' }], { finishReason: 'STOP' }))).toEqual({
      text: 'x',
      usage: { inputTokens: 3 },
      last: 'stop STOP',
    });
  });

  it('40: counts grow with every chunk, the last one counts, and thoughts are output', async () => {
    const usage = (candidatesTokenCount: number, thoughtsTokenCount: number) => ({
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount, thoughtsTokenCount, cachedContentTokenCount: 2 },
    });
    const events = await decodeText(
      dialect,
      sse({ ...chunk([{ text: 'x' }]), ...usage(1, 5) }, { ...chunk([], { finishReason: 'STOP' }), ...usage(4, 8) }),
    );
    expect(events.filter((event) => event.type === 'usage')).toEqual([
      { type: 'usage', usage: { inputTokens: 9, outputTokens: 12, reasoningTokens: 8, cachedTokens: 2 } },
    ]);
  });

  it('43: says tool-calls although the wire says STOP', async () => {
    expect((await seenOf(chunk([{ functionCall: { name: 'f' } }], { finishReason: 'STOP' }))).last).toBe(
      'tool-calls STOP',
    );
  });

  it('54: reads the wait from RetryInfo, wrapped in a list or not', async () => {
    const body = JSON.parse(new TextDecoder().decode(fixture(wire, 'error-list.json')));
    expect(dialect.error(429, body)).toMatchObject({
      kind: 'rate-limit',
      retryAfterMs: 34_400,
      code: 'RESOURCE_EXHAUSTED',
    });
    expect(dialect.error(429, body[0])).toMatchObject({ retryAfterMs: 34_400 });
  });

  it('names a key that is not one', () => {
    const body = {
      error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' },
    };
    expect(dialect.error(400, body)).toMatchObject({
      kind: 'auth',
      message: 'API key not valid. Please pass a valid API key.',
    });
  });

  it('gives the words of a blocked prompt, and what blocked it', async () => {
    const block = { promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'Not this.' } };
    expect((await decodeText(dialect, sse(block)))[0]).toEqual({
      type: 'error',
      error: { kind: 'blocked-content', message: 'Not this.', code: 'SAFETY', mayHaveReached: true },
    });
  });
});

describe('models', () => {
  it('reads names and limits of what can answer, and asks for the page after this one', () => {
    const page = {
      models: [
        {
          name: 'models/gemini-a',
          displayName: 'Gemini A',
          inputTokenLimit: 10,
          outputTokenLimit: 5,
          supportedGenerationMethods: ['generateContent'],
          thinking: true,
        },
        { name: 'models/embedder', supportedGenerationMethods: ['embedContent'] },
        { name: 'tunedModels/mine' },
      ],
      nextPageToken: 'a/b',
    };
    expect(dialect.models?.(page)).toEqual({
      models: [
        { id: 'gemini-a', name: 'Gemini A', contextLength: 10, maxOutput: 5, reasoning: true },
        { id: 'tunedModels/mine' },
      ],
      next: 'pageToken=a%2Fb',
    });
    expect(dialect.models?.(null)).toEqual({ models: [] });
  });
});

describe('requests', () => {
  const chat: ChatRequest = {
    model: 'gemini-x',
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    stream: true,
  };
  const own = { ...provider, quirks: { reasoningEffort: 'thinking' } as const };

  it('streams or not by its path, and names tuned models in full', () => {
    const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
    expect(dialect.request(chat, own)).toEqual({
      path: '/v1beta/models/gemini-x:streamGenerateContent?alt=sse',
      body: { contents },
    });
    expect(dialect.request({ ...chat, stream: false }, own).path).toBe('/v1beta/models/gemini-x:generateContent');
    expect(dialect.request({ ...chat, model: 'tunedModels/a b' }, own).path).toBe(
      '/v1beta/tunedModels/a%20b:streamGenerateContent?alt=sse',
    );
  });

  it('maps instructions, limits and sampling', () => {
    const sampling = { temperature: 0.3, topP: 0.5, presencePenalty: 1, frequencyPenalty: -1 };
    expect(dialect.request({ ...chat, system: 'Be brief.', maxTokens: 99, sampling }, own).body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: { temperature: 0.3, topP: 0.5, maxOutputTokens: 99, presencePenalty: 1, frequencyPenalty: -1 },
    });
  });

  it.each([
    ['high', 'level', { includeThoughts: true, thinkingLevel: 'HIGH' }],
    ['none', 'level', { thinkingLevel: 'MINIMAL' }],
    ['none', 'always', { thinkingLevel: 'LOW' }],
    ['none', undefined, { thinkingLevel: 'LOW' }],
    ['low', 'budget', { includeThoughts: true, thinkingBudget: 1024 }],
    ['none', 'budget', { thinkingBudget: 0 }],
    ['none', 'always-budget', { thinkingBudget: 128 }],
  ] as const)('tells effort %s to a model told by %s', (reasoningEffort, thinking, thinkingConfig) => {
    const models = [{ id: 'gemini-x', ...(thinking ? { thinking } : {}) }];
    expect(dialect.request({ ...chat, reasoningEffort }, { ...own, models }).body).toMatchObject({
      generationConfig: { thinkingConfig },
    });
  });

  it('asks for thoughts where the model is known to think, and never where it is known not to', () => {
    const known = (reasoning: boolean) => ({ ...own, models: [{ id: 'gemini-x', reasoning }] });
    expect(dialect.request(chat, known(true)).body).toMatchObject({
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    });
    expect(Object.keys(Object(dialect.request({ ...chat, reasoningEffort: 'high' }, known(false)).body))).toEqual([
      'contents',
    ]);
  });

  describe('signatures of earlier turns', () => {
    const next = async (name: string, change: Partial<ChatRequest> = {}) => {
      const events = await decode(dialect, [fixture(wire, name)], { provider: own, chat });
      const turns: ChatRequest['turns'] = [
        ...chat.turns,
        { role: 'assistant', parts: answerOf(events).parts },
        {
          role: 'user',
          parts: [
            { type: 'image', id: 'i', mediaType: 'image/png', data: 'aW1n' },
            { type: 'text', text: 'And?' },
          ],
        },
      ];
      return Object(dialect.request({ ...chat, turns, ...change }, own).body).contents[1];
    };

    it.each([
      ['text.sse', [{ text: 'Grüße 👋 vom Rand.' }, { text: '', thoughtSignature: 'EqsF+empty==' }]],
      ['thought.sse', [{ text: 'One ' }, { text: 'twö', thoughtSignature: 'EqsF+text==' }, { text: ' three.' }]],
      [
        'image.sse',
        [
          { text: 'Here: ' },
          { inlineData: { mimeType: 'image/png', data: 'aW1hZ2U=' }, thoughtSignature: 'EqsF+image==' },
        ],
      ],
    ])('%s: go back on the part they came with', async (name, parts) => {
      expect(await next(name)).toEqual({ role: 'model', parts });
    });

    it('stay out for another model', async () => {
      expect(await next('thought.sse', { model: 'other' })).toEqual({
        role: 'model',
        parts: [{ text: 'One twö three.' }],
      });
    });

    it('stay out when the text they were on is no longer there', async () => {
      const events = await decode(dialect, [fixture(wire, 'thought.sse')], { provider: own, chat });
      const parts = answerOf(events).parts.map((part) =>
        part.type === 'text' ? { ...part, text: `Not ${part.text}` } : part,
      );
      const turns: ChatRequest['turns'] = [...chat.turns, { role: 'assistant', parts }];
      expect(Object(dialect.request({ ...chat, turns }, own).body).contents[1].parts).toEqual([
        { text: 'Not One twö three.' },
      ]);
    });

    it('images of the question come before its text', async () => {
      const turns: ChatRequest['turns'] = [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Look' },
            { type: 'image', id: 'i', mediaType: 'image/png', data: 'aW1n' },
          ],
        },
      ];
      expect(dialect.request({ ...chat, turns }, own).body).toEqual({
        contents: [
          { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'aW1n' } }, { text: 'Look' }] },
        ],
      });
    });
  });
});
