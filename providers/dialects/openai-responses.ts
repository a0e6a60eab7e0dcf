/**
 * OpenAI Responses. Facts: the official schema (openai-node), and frames seen in the wild: two shapes of `error`, a
 * `keepalive`, and events after the terminal one.
 */
import type { ChatRequest, Turn } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import type { Connection, Decoding, Dialect, ModelInfo, Provider, WireRequest } from '../contract';
import { isFields, readError } from '../errors';
import { openaiModels } from '../models';
import { settled } from '../request';
import { keep, kept, type Bond } from './kept';
import { fieldsOf, given, saidBy, type Fields } from './reading';
import { newResponsesAnswer } from './responses-stream';

export const openaiResponses: Dialect = {
  framing: 'sse',
  request,
  decode,
  error: (_status, body) => readError(body),
  models: (body) => ({ models: openaiModels(body) }),
};

const wire = 'openai-responses';

function request(asked: ChatRequest, provider: Provider, connection?: Connection): WireRequest {
  const chat = settled(asked, provider, connection);
  const info = provider.models?.find((model) => model.id === chat.model);
  const bond: Bond = { wire, provider, chat };
  // Penalties do not exist on this wire.
  const { temperature, topP } = (info?.sampling === false ? undefined : chat.sampling) ?? {};
  return {
    path: '/responses',
    body: given({
      ...provider.quirks?.body,
      model: chat.model,
      instructions: chat.system || undefined,
      input: chat.turns.flatMap((turn) => itemsOf(turn, chat.fence, bond)),
      stream: chat.stream,
      // The chat is kept here, so the service need not keep it too.
      store: false,
      max_output_tokens: chat.maxTokens,
      temperature,
      top_p: topP,
      ...reasoningFields(chat, info, provider, connection),
    }),
  };
}

/**
 * A summary is all that is ever shown of the thoughts, but organisations that are not verified may not ask for one; the
 * connection's field `summary` turns it off. Encrypted thoughts take the place of what `store: false` does not keep.
 */
function reasoningFields(
  chat: ChatRequest,
  info: ModelInfo | undefined,
  provider: Provider,
  connection?: Connection,
): Fields {
  const asked = chat.reasoningEffort;
  if (asked === undefined || info?.reasoning === false) return {};
  const effort = asked === 'none' && info?.thinking === 'always' ? 'low' : asked;
  if (effort === 'none') return { reasoning: { effort } };
  const field = provider.fields?.find((candidate) => candidate.name === 'summary');
  const summary = connection?.fields?.summary || field?.default || 'off';
  return {
    reasoning: { effort, ...(summary === 'off' ? {} : { summary }) },
    include: ['reasoning.encrypted_content'],
  };
}

function itemsOf(turn: Turn, fence: string | undefined, bond: Bond): Fields[] {
  if (turn.role === 'user') {
    const content = questionContent(turn, fence);
    return content.length > 0 ? [{ role: 'user', content }] : [];
  }
  const text = answerText(turn.parts);
  if (text === '') return [];
  const thoughts = turn.parts.flatMap((part): Fields[] => {
    const thought = thoughtOf(kept(part, bond));
    return thought ? [thought] : [];
  });
  return [...thoughts, { role: 'assistant', content: text }];
}

/** A thought as `responses-stream.ts` keeps it. A chat may come from a file, which could have put anything in its place. */
function thoughtOf(item: unknown): Fields | undefined {
  if (!isFields(item) || item.type !== 'reasoning' || typeof item.encrypted_content !== 'string') return undefined;
  const { type, id, summary, encrypted_content } = item;
  return { type, id, summary, encrypted_content };
}

function questionContent(turn: Extract<Turn, { role: 'user' }>, fence: string | undefined): string | Fields[] {
  const text = questionText(turn.parts, fence);
  const images = turn.parts.flatMap((part): Fields[] =>
    part.type === 'image'
      ? [{ type: 'input_image', detail: 'auto', image_url: `data:${part.mediaType};base64,${part.data}` }]
      : [],
  );
  if (images.length === 0) return text;
  return text === '' ? images : [{ type: 'input_text', text }, ...images];
}

function decode(provider: Provider, chat?: ChatRequest): Decoding {
  const answer = newResponsesAnswer((item) => keep(item, { wire, provider, chat }));
  // What follows the terminal event (`response.rate_limits.updated`) is not about the answer, and not taken.
  return { take: (frame) => saidBy(frame, (value) => answer.take(fieldsOf(value), frame.event)) };
}
