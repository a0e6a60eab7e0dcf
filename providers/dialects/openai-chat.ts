/**
 * OpenAI Chat Completions and everything that speaks it. Facts: the official schema, and the ways servers differ from it
 * (reasoning in five places, usage anywhere, errors in every shape).
 */
import type { ChatEvent, ChatRequest, Finish, Sampling, Turn } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import { createCalls, type Calls } from '../calls';
import type { Connection, Decoding, Dialect, Frame, Provider, WireRequest } from '../contract';
import { isErrorBody, isFields, readError } from '../errors';
import { openaiModels } from '../models';
import { settled } from '../request';
import { createThinkSplitter, type ThinkSplitter } from '../thinking';
import { openaiUsage } from '../usage';
import { pieces } from './openai-delta';
import { listOf, textOf } from './reading';

export const openaiChat: Dialect = {
  framing: 'sse',
  request,
  decode,
  error: (_status, body) => readError(body),
  models: (body) => ({ models: openaiModels(body) }),
};

function request(asked: ChatRequest, provider: Provider, connection?: Connection): WireRequest {
  const chat = settled(asked, provider, connection);
  const quirks = provider.quirks ?? {};
  const system = chat.system ? [{ role: quirks.systemRole ?? 'system', content: chat.system }] : [];
  const body: Record<string, unknown> = {
    ...quirks.body,
    messages: [...system, ...chat.turns.map((turn) => message(turn, chat.fence, provider))],
    model: chat.model,
    stream: chat.stream,
    ...samplingFields(chat.sampling),
  };
  if (chat.stream && quirks.noUsageOption !== true) body.stream_options = { include_usage: true };
  if (chat.maxTokens !== undefined) body[quirks.maxTokensField ?? 'max_tokens'] = chat.maxTokens;
  if (chat.reasoningEffort !== undefined)
    Object.assign(body, effortField(chat.reasoningEffort, quirks.reasoningEffort));
  return { path: '/chat/completions', body };
}

function samplingFields(sampling: Sampling = {}): Record<string, number> {
  const { temperature, presencePenalty, frequencyPenalty, topP } = sampling;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(presencePenalty === undefined ? {} : { presence_penalty: presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequency_penalty: frequencyPenalty }),
    ...(topP === undefined ? {} : { top_p: topP }),
  };
}

function effortField(effort: string, how: NonNullable<Provider['quirks']>['reasoningEffort']): Record<string, unknown> {
  switch (how) {
    case 'reasoning_effort':
      return { reasoning_effort: effort };
    case 'reasoning.effort':
      return { reasoning: { effort } };
    case 'think':
      return { think: effort === 'none' ? false : effort };
    case 'thinking':
    case undefined:
      return {};
    default:
      return how satisfies never;
  }
}

function message(turn: Turn, fence: string | undefined, provider: Provider): Record<string, unknown> {
  if (turn.role === 'assistant') {
    return { role: 'assistant', content: answerText(turn.parts), ...echoed(turn, provider) };
  }
  const text = questionText(turn.parts, fence);
  const images = turn.parts.filter((part) => part.type === 'image');
  if (images.length === 0) return { role: 'user', content: text };
  const content = [
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...images.map((image) => ({
      type: 'image_url',
      image_url: { url: `data:${image.mediaType};base64,${image.data}` },
    })),
  ];
  return { role: 'user', content };
}

/** Earlier reasoning, where the server wants it back. */
function echoed(turn: Extract<Turn, { role: 'assistant' }>, provider: Provider): Record<string, unknown> {
  const field = provider.quirks?.echoReasoning;
  if (field === undefined) return {};
  if (field === 'reasoning_details') {
    const kept = turn.parts.find((part) => part.type === 'opaque' && part.wire === 'openai-chat');
    const details = kept?.type === 'opaque' && isFields(kept.value) ? kept.value.reasoning_details : undefined;
    // A chat may come from a file, which could have put anything in their place.
    const thoughts = listOf(details).filter(({ type }) => textOf(type).startsWith('reasoning.'));
    return thoughts.length === 0 ? {} : { reasoning_details: thoughts };
  }
  const text = turn.parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('');
  return text === '' ? {} : { [field]: text };
}

function decode(provider: Provider): Decoding {
  const answer = newAnswer(provider);
  return {
    get finished() {
      return answer.finished;
    },
    take(frame) {
      if (frame.data.trim() === '[DONE]') return answer.end();
      const chunks = chunksOf(frame);
      // A list for each of thousands of events that are one chunk each would be too many.
      return chunks.length === 1 && chunks[0] ? answer.take(chunks[0]) : chunks.flatMap((chunk) => answer.take(chunk));
    },
    end: () => (answer.finished ? answer.end() : answer.flush()),
  };
}

type Chunk = { error: Extract<ChatEvent, { type: 'error' }> } | { fields: Readonly<Record<string, unknown>> };

/** What one frame holds: an error in any shape, or one or several chunks. */
function chunksOf(frame: Frame): Chunk[] {
  if (frame.data.trim() === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(frame.data);
  } catch {
    return [{ error: wireError(frame.data.trim().slice(0, 300), frame.event ?? frame.field) }];
  }
  if (frame.event === 'error' || frame.field === 'error' || isErrorBody(value)) return [{ error: wireError(value) }];
  if (typeof value === 'string') return [{ error: wireError(value) }];
  if (isFields(value)) return [{ fields: value }];
  return Array.isArray(value) ? value.filter(isFields).map((fields) => ({ fields })) : [];
}

function wireError(body: unknown, code?: string): Extract<ChatEvent, { type: 'error' }> {
  const { kind = 'server', message: words = '', ...rest } = readError(body);
  return {
    type: 'error',
    error: { kind, message: words, ...(code === undefined ? {} : { code }), ...rest, mayHaveReached: true },
  };
}

/** One answer while it grows. */
interface Answer {
  /** The wire said why it ended. */
  readonly finished: boolean;
  take(chunk: Chunk): ChatEvent[];
  /** The bytes ended without a reason: only what was held back. */
  flush(): ChatEvent[];
  end(): ChatEvent[];
}

function newAnswer(provider: Provider): Answer {
  const thinking: ThinkSplitter = createThinkSplitter();
  const calls: Calls = createCalls();
  const details: Record<string, unknown>[] = [];
  const cited = new Set<string>();
  let finish: Finish | undefined;
  let text = '';

  /** Only what is new of a delta that may repeat everything so far. */
  const fresh = (delta: string): string => {
    if (provider.quirks?.cumulativeDeltas !== true) return delta;
    const news = delta.startsWith(text) ? delta.slice(text.length) : delta;
    text += news;
    return news;
  };

  let spoken = false;
  function take(chunk: Chunk): ChatEvent[] {
    if ('error' in chunk) return [...thinking.flush(), asWait(chunk.error, provider)];
    const { fields } = chunk;
    const events: ChatEvent[] = [];
    const usage = openaiUsage(fields);
    if (usage) events.push({ type: 'usage', usage });
    const parts = pieces(fields, { spoken, finished: finish !== undefined });
    for (const citation of parts.citations) {
      if (cited.has(citation.url)) continue;
      cited.add(citation.url);
      events.push({ type: 'citation', ...citation });
    }
    if (parts.reasoning !== '') events.push({ type: 'reasoning-delta', text: parts.reasoning });
    details.push(...parts.details);
    if (parts.text !== '') {
      spoken = true;
      events.push(...thinking.take(fresh(parts.text)));
    }
    if (parts.refusal !== '') events.push({ type: 'refusal-delta', text: parts.refusal });
    for (const image of parts.images) events.push({ type: 'image', ...image });
    for (const call of parts.calls) events.push(...thinking.flush(), ...calls.take(call));
    if (parts.retract !== undefined) {
      events.push({ type: 'retract', reason: parts.retract });
      finish = { reason: 'content-filter', raw: parts.retract };
    }
    if (parts.error !== undefined) {
      events.push(...thinking.flush(), asWait(wireError(parts.error), provider));
      return events;
    }
    // The first reason counts, but for a filter that came late.
    finish ??= parts.finish === undefined ? undefined : finishOf(parts.finish);
    return events;
  }

  return {
    get finished() {
      return finish !== undefined;
    },
    take,
    flush: () => thinking.flush(),
    end() {
      const events = [...thinking.flush(), ...calls.flush()];
      if (details.length > 0 && provider.quirks?.echoReasoning === 'reasoning_details') {
        events.push({ type: 'opaque', wire: 'openai-chat', value: { reasoning_details: joined(details) } });
      }
      const last = finish ?? { reason: 'stop' };
      // Some servers say `stop` although they asked for tools.
      const reason = last.reason === 'stop' && calls.count > 0 ? 'tool-calls' : last.reason;
      events.push({ type: 'end', finish: { ...last, reason } });
      return events;
    },
  };
}

/** Where a server tells its rate limit in words alone, an error that names a wait is one. */
function asWait(event: Extract<ChatEvent, { type: 'error' }>, provider: Provider): ChatEvent {
  if (provider.quirks?.waitInWords !== true) return event;
  const { retryAfterMs } = readError(event.error.message, { waits: true });
  if (retryAfterMs === undefined) return event;
  const kind = event.error.kind === 'server' ? 'rate-limit' : event.error.kind;
  return { type: 'error', error: { ...event.error, kind, retryAfterMs } };
}

/** Streamed pieces of one item become the item again: texts are joined, everything else is taken from the latest piece. */
function joined(details: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const items: Record<string, unknown>[] = [];
  for (const detail of details) {
    const last = items.at(-1);
    if (!last || last.type !== detail.type || last.index !== detail.index) {
      items.push({ ...detail });
      continue;
    }
    for (const [name, value] of Object.entries(detail)) {
      const grows = (name === 'text' || name === 'summary' || name === 'data') && typeof value === 'string';
      const before = last[name];
      last[name] = grows && typeof before === 'string' ? before + value : (value ?? before);
    }
  }
  return items;
}

const finishes: ReadonlyMap<string, Finish['reason']> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['end', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['complete', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['tool_use', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['safety', 'content-filter'],
  ['refusal', 'refusal'],
]);

function finishOf(raw: string): Finish {
  return { reason: finishes.get(raw.toLowerCase()) ?? 'other', raw };
}
