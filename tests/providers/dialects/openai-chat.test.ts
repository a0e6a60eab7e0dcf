import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent, ChatRequest, Turn } from '../../../core/chat';
import type { Provider } from '../../../providers/contract';
import { openaiChat } from '../../../providers/dialects/openai-chat';
import { connectionTo, custom, known, question, told } from '../ask';

// Every body is told thousands of times, cut in every way.
vi.setConfig({ testTimeout: 60_000 });

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/openai-chat/${name}`, import.meta.url));

/** One line an event: short enough to read beside the fixture. */
const line = (event: ChatEvent): string => {
  switch (event.type) {
    case 'text-delta':
      return `text ${event.text}`;
    case 'reasoning-delta':
      return `thought ${event.text}`;
    case 'usage':
      return `usage ${Object.values(event.usage).join(' ')}`;
    case 'tool-call-delta':
      return `call ${event.index} ${event.id ?? '-'} ${event.name ?? '-'} ${event.input ?? '-'}`;
    case 'citation':
      return `source ${event.url} ${event.title ?? '-'} ${event.text ?? '-'}`;
    case 'retract':
      return `retract ${event.reason}`;
    case 'opaque':
      return `opaque ${JSON.stringify(event.value)}`;
    case 'end':
      return `end ${event.finish.reason} ${event.finish.raw ?? '-'}`;
    case 'error':
      return `error ${event.error.kind} ${event.error.code ?? '-'} ${event.error.message}`;
    default:
      return event.type;
  }
};

/** File, provider of the catalog, and what it says. */
const recorded: readonly (readonly [string, string, readonly string[]])[] = [
  ['openai.sse', 'custom', ['text Margins are for notes — “glosses”.', 'usage 14 9 2 4', 'end stop stop']],
  [
    'openai-error.sse',
    'custom',
    ['text Margins', 'error server server_error The server had an error while processing your request.'],
  ],
  [
    'openai-tools.sse',
    'custom',
    [
      'call 0 call_1 look_up -',
      'call 0 - - {"word":',
      'call 0 - - "gloss"}',
      'call 1 call_2 today -',
      'call 1 - - {}',
      'end tool-calls tool_calls',
    ],
  ],
  ['azure.sse', 'custom', ['text A margin', 'usage 5 2', 'end stop stop']],
  ['azure-late-filter.sse', 'custom', ['text Something bad', 'retract violence', 'end content-filter violence']],
  ['groq.sse', 'custom', ['thought They ask about margins.', 'text Notes go there.', 'usage 20 8', 'end stop stop']],
  ['groq-stopped.sse', 'custom', ['text Notes', 'error server - Tool call validation failed']],
  ['deepseek.sse', 'custom', ['thought Let me think.', 'text Done.', 'usage 9 7 5 6', 'end stop stop']],
  ['deepseek.json', 'custom', ['usage 9 7', 'thought Let me think.', 'text Done.', 'end stop stop']],
  [
    'xai.sse',
    'custom',
    ['thought First, the question.', 'text Margins hold notes.', 'usage 12 1 290', 'end stop stop'],
  ],
  [
    'xai-error.json',
    'custom',
    [
      'error server Client specified an invalid argument Model grok-none is not available'.replace(
        'server',
        'model-not-found',
      ),
    ],
  ],
  [
    'mistral.sse',
    'custom',
    ['thought Voyons donc.', 'text Une marge sert', 'usage 8 12', 'text  aux notes.', 'end length model_length'],
  ],
  [
    'perplexity.sse',
    'custom',
    [
      'usage 7 2 0.005',
      'source https://a.example/gloss Gloss -',
      'source https://b.example/margin Margin -',
      'text A gloss',
      'usage 7 4 0.005',
      'text  explains [1]',
      'usage 7 4 0.005',
      'end stop stop',
    ],
  ],
  [
    'openrouter.sse',
    'openrouter',
    [
      'thought We see.',
      'text Notes',
      'source https://a.example/ A said so',
      'text .',
      'usage 30 12 0 0.00021',
      'opaque {"reasoning_details":[{"type":"reasoning.text","text":"We see.","format":"x-v1","index":0,"signature":"c2ln"}]}',
      'end stop stop',
    ],
  ],
  ['openrouter-error.sse', 'openrouter', ['text Not', 'error server 502 Provider disconnected']],
  ['llama-cpp.sse', 'custom', ['thought Hm.', 'text Yes', 'usage 15 3', 'end stop stop']],
  ['llama-cpp-timings.sse', 'custom', ['text Yes', 'usage 15 3', 'end stop stop']],
  ['llama-cpp-error.sse', 'custom', ['text Ye', 'error server server_error context shift is disabled']],
  ['vllm.sse', 'custom', ['usage 6 0', 'usage 6 1', 'thought So', 'usage 6 3', 'text it is', 'end stop stop']],
  ['vllm-error.sse', 'custom', ['text it', 'error server InternalServerError EngineCore died']],
  ['vllm-nothing.sse', 'custom', ['error empty - ']],
  [
    'lm-studio-error.sse',
    'custom',
    ['text Al', 'error server - The model has crashed without additional information.'],
  ],
  ['ollama-swallowed-error.sse', 'custom', ['text Al', 'error interrupted - ']],
  ['think-tags.sse', 'custom', ['thought \nFirst <b>, then', 'text Answer', 'end stop stop']],
  ['gemini-tools.sse', 'custom', ['call 0 f1 f {"a":1}', 'usage 4 9', 'call 1 g1 g {}', 'end tool-calls stop']],
];

describe('recorded answers, cut at every byte', () => {
  it.each(recorded)('%s', async (name, id, lines) => {
    const provider = known(id);
    const events = await told(fixture(name), {
      provider,
      key: 'k',
      connection: { baseUrl: 'https://server.example/v1' },
    });
    expect(events.map(line)).toEqual(lines);
  });
});

const user = (text: string): Turn => ({ role: 'user', parts: [{ type: 'text', text }] });
const body = (chat: Partial<ChatRequest>, provider: Provider = custom, connection = {}): Record<string, unknown> => {
  const wire = openaiChat.request({ ...question, ...chat }, provider, connectionTo(provider, connection));
  expect(wire.path).toBe('/chat/completions');
  // As it leaves: through JSON.
  return JSON.parse(JSON.stringify(wire.body)) as Record<string, unknown>;
};

describe('requests', () => {
  it('hold model, messages, stream and the wish for usage, and nothing else', () => {
    expect(body({})).toEqual({
      model: 'model-1',
      messages: [{ role: 'user', content: 'Hello?' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(body({ stream: false })).toEqual({
      model: 'model-1',
      messages: [{ role: 'user', content: 'Hello?' }],
      stream: false,
    });
  });

  it('leave out what a server does not understand', () => {
    expect(body({}, { ...custom, quirks: { noUsageOption: true } })).not.toHaveProperty('stream_options');
    const noSampling: Provider = { ...custom, quirks: { noSampling: ['temperature', 'topP'] } };
    expect(body({ sampling: { temperature: 1, topP: 1, presencePenalty: 1 } }, noSampling)).toMatchObject({
      presence_penalty: 1,
    });
    expect(body({ sampling: { temperature: 1, topP: 1 } }, noSampling)).not.toHaveProperty('temperature');
    expect(body({ reasoningEffort: 'low' }, { ...custom, quirks: {} })).toEqual(body({}, { ...custom, quirks: {} }));
  });

  it('take sampling from the question, the connection and the provider, in this order', () => {
    const provider: Provider = { ...custom, sampling: { temperature: 0.1, topP: 0.2, presencePenalty: 0.3 } };
    expect(body({ sampling: { temperature: 0 } }, provider, { sampling: { temperature: 1, topP: 0.5 } })).toMatchObject(
      {
        temperature: 0,
        top_p: 0.5,
        presence_penalty: 0.3,
      },
    );
  });

  it('limit the answer by the field the server knows', () => {
    expect(body({ maxTokens: 9 })).toMatchObject({ max_tokens: 9 });
    expect(body({ maxTokens: 9 }, known('openai'))).toMatchObject({ max_completion_tokens: 9 });
    expect(body({ maxTokens: 9 }, known('openai'))).not.toHaveProperty('max_tokens');
    expect(body({}, custom, { maxTokens: 7 })).toMatchObject({ max_tokens: 7 });
  });

  it.each([
    ['reasoning_effort', { reasoning_effort: 'high' }],
    ['reasoning.effort', { reasoning: { effort: 'high' } }],
    ['think', { think: 'high' }],
  ] as const)('ask for effort as %s', (reasoningEffort, wanted) => {
    expect(body({ reasoningEffort: 'high' }, { ...custom, quirks: { reasoningEffort } })).toMatchObject(wanted);
  });

  it('put the system prompt first, under the name the server wants', () => {
    expect(body({ system: 'S' }).messages).toEqual([
      { role: 'system', content: 'S' },
      { role: 'user', content: 'Hello?' },
    ]);
    expect(body({ system: 'S' }, { ...custom, quirks: { systemRole: 'developer' } }).messages).toMatchObject([
      { role: 'developer' },
      {},
    ]);
  });

  it('send quotes and pages fenced, images as data', () => {
    const source = { title: 'T', url: 'https://p.example/' };
    const turn: Turn = {
      role: 'user',
      parts: [
        { type: 'quote', id: 'q', text: 'said', source },
        { type: 'image', id: 'i', mediaType: 'image/png', data: 'AAAA' },
        { type: 'text', text: 'What?' },
      ],
    };
    expect(body({ turns: [turn], fence: 'f1' }).messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: '<quote id=f1>\ntitle: T\nurl: https://p.example/\n\nsaid\n</quote id=f1>\n\nWhat?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ]);
  });

  it('send earlier answers as text, their thoughts only where they are wanted', () => {
    const details = [{ type: 'reasoning.text', text: 'hm', signature: 'x', index: 0 }];
    const turns: Turn[] = [
      user('a'),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'b' },
          { type: 'citation', url: 'https://c.example' },
          { type: 'opaque', wire: 'openai-chat', value: { reasoning_details: details } },
          { type: 'opaque', wire: 'gemini', value: 'not ours' },
        ],
      },
      user('c'),
    ];
    const answer = (provider: Provider): unknown => (body({ turns }, provider).messages as unknown[])[1];
    expect(answer(custom)).toEqual({ role: 'assistant', content: 'b' });
    expect(answer(known('mistral'))).toEqual({ role: 'assistant', content: 'b' });
    expect(answer(known('deepseek'))).toEqual({ role: 'assistant', content: 'b', reasoning_content: 'hm' });
    expect(answer(known('openrouter'))).toEqual({ role: 'assistant', content: 'b', reasoning_details: details });
  });

  it('carry what a provider’s entry adds', () => {
    expect(body({}, { ...custom, quirks: { body: { provider: { sort: 'price' } } } })).toMatchObject({
      provider: { sort: 'price' },
    });
  });

  it('are what the well-kept client sends for the same chat', async () => {
    const sent: unknown[] = [];
    const client = new OpenAI({
      apiKey: 'k',
      baseURL: 'https://server.example/v1',
      fetch: (url, init) => {
        sent.push({ url, body: JSON.parse(init?.body as string) as unknown });
        return Promise.resolve(new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } }));
      },
    });
    await client.chat.completions.create({
      model: 'model-1',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'c' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
      ],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.5,
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      max_completion_tokens: 100,
      reasoning_effort: 'low',
    });
    const ours = body(
      {
        system: 'S',
        turns: [
          user('a'),
          { role: 'assistant', parts: [{ type: 'text', text: 'b' }] },
          {
            role: 'user',
            parts: [
              { type: 'text', text: 'c' },
              { type: 'image', id: 'i', mediaType: 'image/png', data: 'AAAA' },
            ],
          },
        ],
        sampling: { temperature: 0.5, topP: 1, presencePenalty: 0, frequencyPenalty: 0 },
        maxTokens: 100,
        reasoningEffort: 'low',
      },
      known('openai'),
    );
    expect(sent).toEqual([{ url: 'https://server.example/v1/chat/completions', body: ours }]);
  });
});

describe('model lists', () => {
  const models = (list: unknown) => openaiChat.models?.(list).models;

  it('are read from data, models, or a bare list; doubles once, nonsense not at all', () => {
    for (const list of [
      { data: [{ id: 'a' }, { id: 'b' }, { id: 'a' }, {}, null, 7] },
      { models: [{ id: 'a' }, 'b'] },
      ['a', { model: 'b' }],
    ])
      expect(models(list)).toEqual([{ id: 'a' }, { id: 'b' }]);
    for (const list of [null, {}, 'x', { data: 'x' }, { object: 'list', data: null }]) expect(models(list)).toEqual([]);
  });

  it.each([
    [
      'OpenRouter',
      {
        id: 'm/a',
        name: 'M: A',
        context_length: 200_000,
        architecture: { input_modalities: ['text', 'image'] },
        pricing: { prompt: '0.000003', completion: '0.000015' },
        top_provider: { max_completion_tokens: 64_000 },
        supported_parameters: ['tools', 'reasoning'],
      },
      {
        id: 'm/a',
        name: 'M: A',
        contextLength: 200_000,
        maxOutput: 64_000,
        images: true,
        reasoning: true,
        tools: true,
        price: { input: 3, output: 15 },
      },
    ],
    [
      'Groq',
      { id: 'a', object: 'model', context_window: 131_072, max_completion_tokens: 32_768 },
      { id: 'a', contextLength: 131_072, maxOutput: 32_768 },
    ],
    [
      'Mistral',
      { id: 'a', name: 'a', max_context_length: 32_768, capabilities: { vision: false, function_calling: true } },
      { id: 'a', contextLength: 32_768, images: false, tools: true },
    ],
    ['LM Studio', { id: 'a', type: 'vlm', max_context_length: 8192 }, { id: 'a', contextLength: 8192, images: true }],
    ['vLLM', { id: 'a', max_model_len: 4096 }, { id: 'a', contextLength: 4096 }],
    ['llama.cpp', { id: '/m.gguf', meta: { n_ctx_train: 4096 } }, { id: '/m.gguf', contextLength: 4096 }],
    ['llama.cpp while it loads', { id: '/m.gguf', meta: null }, { id: '/m.gguf' }],
    ['a router with negative prices', { id: 'auto', pricing: { prompt: '-1', completion: '-1' } }, { id: 'auto' }],
  ])('say what %s tells', (_name, item, wanted) => {
    expect(models({ data: [item] })).toEqual([wanted]);
  });
});
