/**
 * Anthropic Messages. Facts: platform.claude.com (Messages, Streaming, Thinking, Preserved thinking), and what streams of it
 * were seen to do: an error as the first event of a 200, a repeated or a spliced `message_start`, a refusal without blocks.
 */
import type { ChatRequest, Turn } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import type { Connection, Decoding, Dialect, ModelInfo, Provider, WireRequest } from '../contract';
import { isFields, readError } from '../errors';
import { settled } from '../request';
import { count } from '../usage';
import { newAnthropicAnswer } from './anthropic-stream';
import { fingerprint, keep, kept, type Bond } from './kept';
import { fieldsOf, given, listOf, saidBy, wordOf, type Fields } from './reading';

export const anthropicMessages: Dialect = { framing: 'sse', request, decode, error, models };

const wire = 'anthropic-messages';

/** The wire wants a limit; every model it ever had takes this one. */
const fallbackLimit = 4096;

/** Thinking tokens for models that are told a number. The least the wire takes is 1024. */
const budgets = { low: 1024, medium: 8192, high: 24_576 } as const;

function request(asked: ChatRequest, provider: Provider, connection?: Connection): WireRequest {
  const chat = settled(asked, provider, connection);
  const info = provider.models?.find((model) => model.id === chat.model);
  const limit = chat.maxTokens ?? info?.maxOutput ?? fallbackLimit;
  const thinking = thinkingFields(chat, info, limit);
  return {
    path: '/v1/messages',
    body: given({
      ...provider.quirks?.body,
      model: chat.model,
      max_tokens: limit,
      system: chat.system || undefined,
      messages: messagesOf(chat, provider),
      stream: chat.stream,
      ...(thinking || info?.sampling === false ? {} : samplingFields(chat)),
      ...thinking,
    }),
  };
}

/** Only one of the two may be given; penalties do not exist here; 1 is the highest temperature. */
function samplingFields({ sampling = {} }: ChatRequest): Record<string, number> {
  const { temperature, topP } = sampling;
  if (temperature !== undefined) return { temperature: Math.min(temperature, 1) };
  return topP === undefined ? {} : { top_p: topP };
}

function thinkingFields(chat: ChatRequest, info: ModelInfo | undefined, limit: number): Fields | undefined {
  const effort = chat.reasoningEffort;
  if (effort === undefined || info?.reasoning === false) return undefined;
  // What is not known of a model must not make the wire refuse it.
  const how = info?.thinking ?? 'always';
  switch (how) {
    case 'budget':
    case 'always-budget': {
      // Without the field these models do not think. Thoughts count toward the limit, and the answer needs some of it.
      if (effort === 'none') return undefined;
      const tokens = Math.min(budgets[effort], limit - 1024);
      return tokens < 1024 ? undefined : { thinking: { type: 'enabled', budget_tokens: tokens } };
    }
    case 'level':
    case 'always':
      if (effort === 'none' && how === 'level') return { thinking: { type: 'disabled' } };
      return {
        // Newer models send only the signature unless they are asked for words.
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: effort === 'none' ? 'low' : effort },
      };
    default:
      return how satisfies never;
  }
}

type Message = { role: 'user' | 'assistant'; content: string | Fields[] };

function messagesOf(chat: ChatRequest, provider: Provider): Message[] {
  const bond: Bond = { wire, provider, chat };
  const messages: Message[] = [];
  for (const turn of chat.turns) {
    const content =
      turn.role === 'user'
        ? questionContent(turn, chat.fence)
        : answerContent(turn, bond, () => prefixOf(chat, messages));
    if (content.length > 0) messages.push({ role: turn.role, content });
  }
  const last = messages.at(-1);
  // An answer to be continued must not end in white space.
  if (last?.role === 'assistant') last.content = trimmedAtEnd(last.content);
  return messages;
}

/** Everything before an answer, as it is sent: the thoughts in it are refused when this has changed. */
const prefixOf = (chat: ChatRequest, messages: readonly Message[]): string =>
  fingerprint(JSON.stringify([chat.system ?? '', messages]));

function questionContent(turn: Extract<Turn, { role: 'user' }>, fence: string | undefined): string | Fields[] {
  const text = questionText(turn.parts, fence);
  const images = turn.parts.flatMap((part): Fields[] =>
    part.type === 'image'
      ? [{ type: 'image', source: { type: 'base64', media_type: part.mediaType, data: part.data } }]
      : [],
  );
  if (images.length === 0) return text;
  // Images first: so the documentation advises.
  return text === '' ? images : [...images, { type: 'text', text }];
}

/** Thoughts and texts in the order in which they came. */
function answerContent(
  turn: Extract<Turn, { role: 'assistant' }>,
  bond: Bond,
  prefix: () => string,
): string | Fields[] {
  const words = answerText(turn.parts);
  if (words.trim() === '') return [];
  if (!turn.parts.some((part) => part.type === 'opaque')) return words;
  const before = prefix();
  const blocks = turn.parts.flatMap((part): Fields[] => {
    const thought = thoughtOf(kept(part, bond, before));
    if (thought) return [thought];
    return part.type === 'text' && part.text.trim() !== '' ? [{ type: 'text', text: part.text }] : [];
  });
  if (blocks.every((block) => block.type === 'text')) return words;
  return blocks.some((block) => block.type === 'text') ? blocks : [...blocks, { type: 'text', text: words }];
}

/** A thought as `anthropic-stream.ts` keeps it. A chat may come from a file, which could have put anything in its place. */
function thoughtOf(block: unknown): Fields | undefined {
  if (!isFields(block)) return undefined;
  const { type, thinking, signature, data } = block;
  if (type === 'thinking' && typeof thinking === 'string' && typeof signature === 'string')
    return { type, thinking, signature };
  return type === 'redacted_thinking' && typeof data === 'string' ? { type, data } : undefined;
}

function trimmedAtEnd(content: string | Fields[]): string | Fields[] {
  if (typeof content === 'string') return content.trimEnd();
  return content.map((block, place) =>
    place === content.length - 1 && typeof block.text === 'string' ? { ...block, text: block.text.trimEnd() } : block,
  );
}

function decode(provider: Provider, chat?: ChatRequest): Decoding {
  const prefix = chat && prefixOf(chat, messagesOf(chat, provider));
  const answer = newAnthropicAnswer((block) => keep(block, { wire, provider, chat }, prefix));
  return { take: (frame) => saidBy(frame, (value) => answer.take(fieldsOf(value), frame.event)) };
}

function error(_status: number, body: unknown): ReturnType<Dialect['error']> {
  const said = readError(body);
  // The type is broad ("rate_limit_error"); since 2026 the details name what exactly it was.
  const exact = wordOf(fieldsOf(fieldsOf(fieldsOf(body).error).details).error_code);
  if (exact === undefined) return said;
  const spent = exact.includes('spend_limit') || exact.includes('billing');
  return { ...said, code: exact, ...(spent ? { kind: 'quota' as const } : {}) };
}

function models(body: unknown): { models: ModelInfo[]; next?: string } {
  const page = fieldsOf(body);
  const found = listOf(page.data).flatMap((item): ModelInfo[] => {
    const id = wordOf(item.id);
    if (id === undefined) return [];
    const can = fieldsOf(item.capabilities);
    const supports = (value: unknown): boolean | undefined => {
      const { supported } = fieldsOf(value);
      return typeof supported === 'boolean' ? supported : undefined;
    };
    return [
      {
        id,
        ...given({
          name: wordOf(item.display_name),
          contextLength: count(item.max_input_tokens) || undefined,
          maxOutput: count(item.max_tokens) || undefined,
          images: supports(can.image_input),
          reasoning: supports(can.thinking),
          thinking: thinkingOf(fieldsOf(fieldsOf(can.thinking).types), supports),
        }),
      },
    ];
  });
  const last = wordOf(page.last_id);
  return page.has_more === true && last
    ? { models: found, next: `after_id=${encodeURIComponent(last)}` }
    : { models: found };
}

function thinkingOf(types: Fields, supports: (value: unknown) => boolean | undefined): ModelInfo['thinking'] {
  if (supports(types.adaptive)) return supports(types.disabled) === false ? 'always' : 'level';
  return supports(types.enabled) ? 'budget' : undefined;
}
