/** One string in, one JSON out: the wire of Aichat. The whole conversation is written into the string. */
import type { ChatEvent, ChatRequest, Turn } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import type { Connection, Decoding, Dialect, Provider, WireRequest } from '../contract';
import { isErrorBody, isFields, readError } from '../errors';
import { settled } from '../request';

export const singlePrompt: Dialect = { framing: 'json', request, decode, error: (_status, body) => readError(body) };

type Layout = 'A' | 'C';

function request(asked: ChatRequest, provider: Provider, connection?: Connection): WireRequest {
  const chat = settled(asked, provider, connection);
  const { temperature = 0.5, presencePenalty = 0, topP = 1, frequencyPenalty = 0 } = chat.sampling ?? {};
  const layout = connection?.options?.promptLayout ?? provider.quirks?.promptLayout ?? 'C';
  return {
    path: '/api/text',
    body: {
      ...provider.quirks?.body,
      message: promptString(chat, layout),
      temperature,
      presence_penalty: presencePenalty,
      top_p: topP,
      frequency_penalty: frequencyPenalty,
    },
  };
}

/**
 * The conversation as one string. `C`: one message alone goes without a label; several as `Role: text`, a line each, then
 * `Assistant:`. `A`, the older one: `role: text` and a line break for each, then `assistant:`.
 */
export function promptString(chat: ChatRequest, layout: Layout): string {
  const said = [
    ...(chat.system ? [{ role: 'system', text: chat.system }] : []),
    ...chat.turns.map((turn) => ({ role: turn.role, text: textOf(turn, chat.fence) })),
  ].filter(({ text }) => text.trim() !== '');
  const only = said[0];
  if (layout === 'C' && said.length === 1 && only?.role === 'user') return only.text;
  const lines = said.map(({ role, text }) => `${layout === 'A' ? role : capitalised(role)}: ${withoutLabels(text)}`);
  return layout === 'A' ? `${lines.map((line) => `${line}\n`).join('')}assistant:` : `${lines.join('\n')}\nAssistant:`;
}

const textOf = (turn: Turn, fence: string | undefined): string =>
  turn.role === 'user' ? questionText(turn.parts, fence) : answerText(turn.parts);

const capitalised = (role: string): string => role.charAt(0).toUpperCase() + role.slice(1);

/** A line of somebody's text that looks like a label would put words into another's mouth; a bar before it makes it a quotation. */
function withoutLabels(text: string): string {
  return text.replace(
    /(^|[\n\r\u0085\u2028\u2029\v\f])([^\S\n\r]{0,100}\p{Cf}{0,20})(?=(?:system|user|assistant|developer|tool|human|ai)[^\S\n\r]{0,20}[:：])/giu,
    '$1| $2',
  );
}

function decode(): Decoding {
  return { take: ({ data }) => said(data) };
}

/** `{response, message}`: the answer, if the flag is set. */
function* said(data: string): Generator<ChatEvent> {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    body = data;
  }
  if (isFields(body) && body.response && typeof body.message === 'string' && !isErrorBody(body)) {
    yield { type: 'text-delta', text: body.message };
    yield { type: 'end', finish: { reason: 'stop' } };
    return;
  }
  const { kind = 'server', message = '', ...rest } = readError(body);
  yield { type: 'error', error: { kind, message, ...rest, mayHaveReached: true } };
}
