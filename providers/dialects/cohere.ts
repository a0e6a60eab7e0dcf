/**
 * Cohere Chat, version 2. Facts: docs.cohere.com and cohere-ai: every event says its type, a call comes as one object, the
 * last event holds reason, usage and, if something broke, the error.
 */
import type { ChatEvent, ChatRequest, Finish, Turn, Usage } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import { createCalls } from '../calls';
import type { Connection, Decoding, Dialect, ModelInfo, Provider, WireRequest } from '../contract';
import { isFields, readError } from '../errors';
import { settled } from '../request';
import { count, usageOf } from '../usage';
import { failure, fieldsOf, given, listOf, numberOf, saidBy, textOf, wordOf, type Fields } from './reading';

export const cohere: Dialect = {
  framing: 'sse',
  request,
  decode,
  error: (_status, body) => readError(body),
  models,
};

/** Thinking tokens; without a number the model takes what it wants. */
const budgets = { low: 1024, medium: 8192 } as const;

function request(asked: ChatRequest, provider: Provider, connection?: Connection): WireRequest {
  const chat = settled(asked, provider, connection);
  const { sampling = {} } = chat;
  const system = chat.system ? [{ role: 'system', content: chat.system }] : [];
  return {
    path: '/v2/chat',
    body: given({
      ...provider.quirks?.body,
      model: chat.model,
      messages: [...system, ...chat.turns.flatMap((turn) => messageOf(turn, chat.fence))],
      stream: chat.stream,
      max_tokens: chat.maxTokens,
      temperature: sampling.temperature,
      p: within(sampling.topP, 0.01, 0.99),
      frequency_penalty: within(sampling.frequencyPenalty, 0, 1),
      presence_penalty: within(sampling.presencePenalty, 0, 1),
      thinking: thinkingOf(chat),
    }),
  };
}

/** The wire's own bounds are narrower than those of most. */
const within = (value: number | undefined, least: number, most: number): number | undefined =>
  value === undefined ? undefined : Math.min(Math.max(value, least), most);

function thinkingOf({ reasoningEffort: effort }: ChatRequest): Fields | undefined {
  switch (effort) {
    case undefined:
      return undefined;
    case 'none':
      return { type: 'disabled' };
    case 'low':
    case 'medium':
      return { type: 'enabled', token_budget: budgets[effort] };
    case 'high':
      return { type: 'enabled' };
    default:
      return effort satisfies never;
  }
}

function messageOf(turn: Turn, fence: string | undefined): Fields[] {
  if (turn.role === 'assistant') {
    const content = answerText(turn.parts);
    return content === '' ? [] : [{ role: 'assistant', content }];
  }
  const text = questionText(turn.parts, fence);
  const images = turn.parts.flatMap((part): Fields[] =>
    part.type === 'image'
      ? [{ type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } }]
      : [],
  );
  if (images.length === 0) return text === '' ? [] : [{ role: 'user', content: text }];
  return [{ role: 'user', content: [...(text === '' ? [] : [{ type: 'text', text }]), ...images] }];
}

function decode(): Decoding {
  const calls = createCalls();
  const grow = (index: number | undefined, call: Fields): ChatEvent[] => {
    const asked = fieldsOf(call.function);
    return calls.take({
      ...given({ index }),
      id: textOf(call.id),
      name: textOf(asked.name),
      input: textOf(asked.arguments),
    });
  };

  function* take(body: Fields, named: string | undefined): Generator<ChatEvent> {
    const delta = fieldsOf(body.delta);
    const message = fieldsOf(delta.message);
    switch (wordOf(body.type) ?? named) {
      case 'content-start':
      case 'content-delta':
        yield* said(fieldsOf(message.content));
        break;
      case 'tool-plan-delta':
        yield { type: 'reasoning-delta', text: textOf(message.tool_plan) };
        break;
      case 'tool-call-start':
      case 'tool-call-delta':
        yield* grow(numberOf(body.index), oneOf(message.tool_calls));
        break;
      case 'citation-start':
        yield* sources(oneOf(message.citations));
        break;
      case 'message-end':
        return yield* last(delta, calls.flush(), calls.count);
      case undefined:
        // The whole answer as one JSON, or an error that says no more than its words.
        if (isFields(body.message)) {
          const whole = body.message;
          yield { type: 'reasoning-delta', text: textOf(whole.tool_plan) };
          for (const part of listOf(whole.content)) yield* said(part);
          for (const [index, call] of listOf(whole.tool_calls).entries()) yield* grow(index, call);
          for (const citation of listOf(whole.citations)) yield* sources(citation);
          return yield* last(body, calls.flush(), calls.count);
        }
        if (wordOf(body.message)) return yield failure(body);
        break;
      default:
      // `message-start`, the ends of parts, `debug`, and events of a later version: signs of life.
    }
  }
  return { take: (frame) => saidBy(frame, (value) => take(fieldsOf(value), frame.event)) };
}

/** The wire sends one call or citation as an object where a list is meant. */
const oneOf = (value: unknown): Fields => listOf(value)[0] ?? fieldsOf(value);

function* said(content: Fields): Generator<ChatEvent> {
  const thought = textOf(content.thinking);
  if (thought !== '') yield { type: 'reasoning-delta', text: thought };
  const text = textOf(content.text);
  if (text !== '') yield { type: 'text-delta', text };
}

/** Documents and tool results have no address of their own, unless they carry one. */
function* sources(citation: Fields): Generator<ChatEvent> {
  for (const source of listOf(citation.sources)) {
    const { url, title } = { ...fieldsOf(source.tool_output), ...fieldsOf(source.document) };
    if (wordOf(url))
      yield { type: 'citation', url: textOf(url), ...given({ title: wordOf(title), text: wordOf(citation.text) }) };
  }
}

function* last(end: Fields, flushed: readonly ChatEvent[], calls: number): Generator<ChatEvent> {
  yield* flushed;
  const usage = usageFields(fieldsOf(end.usage));
  if (usage) yield { type: 'usage', usage };
  const raw = wordOf(end.finish_reason);
  const broken = wordOf(end.error);
  if (raw === 'TIMEOUT') {
    yield { type: 'error', error: { kind: 'timeout', message: broken ?? '', code: raw, mayHaveReached: true } };
  } else if (broken !== undefined || raw === 'ERROR') {
    yield failure({ error: { message: broken ?? '', code: raw ?? '' } });
  } else {
    yield { type: 'end', finish: finishOf(raw, calls) };
  }
}

const finishes: ReadonlyMap<string, Finish['reason']> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool-calls'],
  ['ERROR_TOXIC', 'content-filter'],
]);

function finishOf(raw: string | undefined, calls: number): Finish {
  if (raw === undefined) return { reason: calls > 0 ? 'tool-calls' : 'stop' };
  return { reason: finishes.get(raw) ?? 'other', raw };
}

/** `tokens` counts everything the model read and wrote; `billed_units` is what remains after Cohere's own additions. */
function usageFields(usage: Fields): Usage | undefined {
  const tokens = fieldsOf(usage.tokens);
  const billed = fieldsOf(usage.billed_units);
  return usageOf({
    inputTokens: count(tokens.input_tokens) ?? count(billed.input_tokens),
    outputTokens: count(tokens.output_tokens) ?? count(billed.output_tokens),
    cachedTokens: count(usage.cached_tokens),
  });
}

/** `/v1/models?endpoint=chat`. */
function models(body: unknown): { models: ModelInfo[]; next?: string } {
  const page = fieldsOf(body);
  const found = listOf(page.models).flatMap((item): ModelInfo[] => {
    const id = wordOf(item.name);
    const ends = Array.isArray(item.endpoints) ? item.endpoints : undefined;
    if (id === undefined || (ends && !ends.includes('chat'))) return [];
    const features = Array.isArray(item.features) ? item.features : undefined;
    return [
      {
        id,
        ...given({
          contextLength: count(item.context_length) || undefined,
          images: features?.includes('vision'),
          reasoning: features?.includes('reasoning'),
          tools: features?.includes('tools'),
        }),
      },
    ];
  });
  const token = wordOf(page.next_page_token);
  return token ? { models: found, next: `page_token=${encodeURIComponent(token)}` } : { models: found };
}
