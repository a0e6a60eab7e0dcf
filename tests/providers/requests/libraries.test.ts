/**
 * What Gloss sends, beside what each service's own library sends for the same chat: method, path, the key's header and every
 * field of the body. The libraries' parameters are typed, so a field that a service does not know fails to compile.
 */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI, ThinkingLevel } from '@google/genai';
import { CohereClientV2 } from 'cohere-ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChatRequest } from '../../../core/chat';
import { providerById } from '../../../providers/catalog';
import type { Connection } from '../../../providers/contract';
import { streamChat } from '../../../providers/stream';
import { startRecorder, type Recorded, type Recorder } from './recorder';

// Five libraries are loaded and asked over a socket.
vi.setConfig({ testTimeout: 60_000 });

let recorder: Recorder;
beforeAll(async () => {
  recorder = await startRecorder();
});
afterAll(() => recorder.stop());

const key = 'test-key-1234567890';
const image = { mediaType: 'image/png', data: 'iVBORw0KGgo=' };
const dataUrl = `data:${image.mediaType};base64,${image.data}`;

/** Instructions, history, an image, limits, sampling. */
const chat: Omit<ChatRequest, 'model'> = {
  system: 'Be brief.',
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', id: 'i', ...image },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: 'A cat.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Größe? 👀' }] },
  ],
  stream: true,
  maxTokens: 2048,
};

async function sent(id: string, base: string, more: Partial<ChatRequest> & { model: string }): Promise<Recorded> {
  const provider = providerById(id);
  if (!provider) throw new Error(`No ${id} in the catalog.`);
  const { model } = more;
  const connection: Connection = { id: 'k', provider: id, name: id, baseUrl: base, model, enabled: true };
  return recorder.during(async () => {
    const events = streamChat(
      { provider, connection },
      { ...chat, ...more },
      {
        key,
        signal: new AbortController().signal,
        fetch: (url, init) => fetch(url, init),
        sleep: () => Promise.resolve(),
        random: () => 0,
      },
    );
    for await (const event of events) if (event.type === 'error') throw new Error(event.error.message);
  });
}

/** Everything that a service reads. The library's own telemetry, user agent and connection headers are not part of it. */
function essence({ method, path, body, headers }: Recorded) {
  const read = [
    'authorization',
    'x-api-key',
    'x-goog-api-key',
    'content-type',
    'anthropic-dangerous-direct-browser-access',
    'anthropic-version',
  ];
  return {
    method,
    path,
    body,
    headers: Object.fromEntries(read.map((name) => [name, headers[name]?.toString().split(';')[0]])),
  };
}

async function expectSame(ours: Promise<Recorded>, theirs: () => Promise<unknown>): Promise<void> {
  const own = await ours;
  const library = await recorder.during(theirs);
  expect(essence(own)).toEqual(essence(library));
}

describe('openai', () => {
  const client = () => new OpenAI({ apiKey: key, baseURL: `${recorder.url}/v1`, maxRetries: 0 });

  it('sends a Chat Completion as the library does', async () => {
    const model = 'gpt-4.1';
    const sampling = { temperature: 0.3, topP: 0.9, presencePenalty: 0.1, frequencyPenalty: 0.2 };
    await expectSame(sent('openai', `${recorder.url}/v1`, { model, sampling }), async () =>
      client().chat.completions.create({
        model,
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: dataUrl } },
            ],
          },
          { role: 'assistant', content: 'A cat.' },
          { role: 'user', content: 'Größe? 👀' },
        ],
        stream: true,
        stream_options: { include_usage: true },
        max_completion_tokens: 2048,
        temperature: 0.3,
        top_p: 0.9,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
      }),
    );
  });

  const input: OpenAI.Responses.ResponseInput = [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'What is this?' },
        { type: 'input_image', detail: 'auto', image_url: dataUrl },
      ],
    },
    { role: 'assistant', content: 'A cat.' },
    { role: 'user', content: 'Größe? 👀' },
  ];

  it('sends a Response as the library does', async () => {
    const model = 'gpt-4.1';
    const sampling = { temperature: 0.3, topP: 0.9, presencePenalty: 0.1 };
    await expectSame(sent('openai-responses', `${recorder.url}/v1`, { model, sampling }), async () =>
      client().responses.create({
        model,
        instructions: 'Be brief.',
        input,
        stream: true,
        store: false,
        max_output_tokens: 2048,
        temperature: 0.3,
        top_p: 0.9,
      }),
    );
  });

  it('sends a Response of a reasoning model as the library does, without sampling', async () => {
    const model = 'gpt-6.1-terra';
    const ours = sent('openai-responses', `${recorder.url}/v1`, {
      model,
      reasoningEffort: 'high',
      sampling: { temperature: 0.3 },
    });
    await expectSame(ours, async () =>
      client().responses.create({
        model,
        instructions: 'Be brief.',
        input,
        stream: true,
        store: false,
        max_output_tokens: 2048,
        reasoning: { effort: 'high', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
      }),
    );
  });
});

describe('anthropic', () => {
  const messages: Anthropic.MessageParam[] = [
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image.data } },
        { type: 'text', text: 'What is this?' },
      ],
    },
    { role: 'assistant', content: 'A cat.' },
    { role: 'user', content: 'Größe? 👀' },
  ];
  // Since version 2026-10-21 the library sends the key as a bearer; with 2023-06-01, which Gloss speaks, it goes here.
  const client = () =>
    new Anthropic({
      apiKey: null,
      baseURL: recorder.url,
      maxRetries: 0,
      dangerouslyAllowBrowser: true,
      defaultHeaders: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    });

  it.each(['', '/v1'])('sends a message as the library does, from a base URL that ends in "%s"', async (end) => {
    const model = 'claude-opus-5-5';
    await expectSame(sent('anthropic', recorder.url + end, { model, reasoningEffort: 'medium' }), async () =>
      client().messages.create({
        model,
        max_tokens: 2048,
        system: 'Be brief.',
        messages,
        stream: true,
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'medium' },
      }),
    );
  });

  it('tells an older model a number of tokens', async () => {
    const model = 'claude-haiku-4-5';
    await expectSame(sent('anthropic', recorder.url, { model, reasoningEffort: 'low', maxTokens: 9000 }), async () =>
      client().messages.create({
        model,
        max_tokens: 9000,
        system: 'Be brief.',
        messages,
        stream: true,
        thinking: { type: 'enabled', budget_tokens: 1024 },
      }),
    );
  });
});

describe('@google/genai', () => {
  it.each(['', '/v1beta'])('sends contents as the library does, from a base URL that ends in "%s"', async (end) => {
    const model = 'gemini-3.8-flash';
    const sampling = { temperature: 0.3, topP: 0.9, presencePenalty: 0.1, frequencyPenalty: 0.2 };
    const ai = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: recorder.url, apiVersion: 'v1beta' } });
    await expectSame(sent('gemini', recorder.url + end, { model, sampling, reasoningEffort: 'high' }), async () =>
      ai.models.generateContentStream({
        model,
        contents: [
          {
            role: 'user',
            parts: [{ inlineData: { mimeType: image.mediaType, data: image.data } }, { text: 'What is this?' }],
          },
          { role: 'model', parts: [{ text: 'A cat.' }] },
          { role: 'user', parts: [{ text: 'Größe? 👀' }] },
        ],
        config: {
          systemInstruction: { parts: [{ text: 'Be brief.' }] },
          temperature: 0.3,
          topP: 0.9,
          presencePenalty: 0.1,
          frequencyPenalty: 0.2,
          maxOutputTokens: 2048,
          thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.HIGH },
        },
      }),
    );
  });
});

describe('ollama', () => {
  it('sends a chat as the library does', async () => {
    const model = 'gemma3:4b';
    const sampling = { temperature: 0.3, topP: 0.9, presencePenalty: 0.1, frequencyPenalty: 0.2 };
    const client = new Ollama({ host: recorder.url, headers: { Authorization: `Bearer ${key}` } });
    // The server takes it, and the library's types do not know it yet.
    const strict = { truncate: false };
    await expectSame(sent('ollama', recorder.url, { model, sampling, reasoningEffort: 'low' }), async () =>
      client.chat({
        ...strict,
        model,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'What is this?', images: [image.data] },
          { role: 'assistant', content: 'A cat.' },
          { role: 'user', content: 'Größe? 👀' },
        ],
        stream: true,
        think: 'low',
        options: {
          temperature: 0.3,
          top_p: 0.9,
          presence_penalty: 0.1,
          frequency_penalty: 0.2,
          num_predict: 2048,
          num_ctx: 8192,
        },
      }),
    );
  });
});

describe('cohere-ai', () => {
  it('sends a chat as the library does', async () => {
    const model = 'command-a-vision-07-2025';
    const sampling = { temperature: 0.3, topP: 0.9, presencePenalty: 0.1, frequencyPenalty: 0.2 };
    const client = new CohereClientV2({ token: key, environment: recorder.url, maxRetries: 0 });
    await expectSame(sent('cohere', recorder.url, { model, sampling, reasoningEffort: 'low' }), async () => {
      const events = await client.chatStream({
        model,
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', imageUrl: { url: dataUrl } },
            ],
          },
          { role: 'assistant', content: 'A cat.' },
          { role: 'user', content: 'Größe? 👀' },
        ],
        maxTokens: 2048,
        temperature: 0.3,
        p: 0.9,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        thinking: { type: 'enabled', tokenBudget: 1024 },
      });
      for await (const _ of events);
    });
  });
});
