/**
 * Ollama's own chat (`/api/chat`, one JSON a line). Facts: docs.ollama.com and the server's source: the last line says
 * `done`, an error is a line of its own (not always JSON), calls carry their arguments as an object.
 */
import type { ChatEvent, ChatRequest, Finish, Turn } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import { createCalls } from '../calls';
import type { Connection, Decoding, Dialect, Frame, ModelInfo, Provider, WireRequest } from '../contract';
import { isFields, readError } from '../errors';
import { settled } from '../request';
import { createThinkSplitter } from '../thinking';
import { count, usageOf } from '../usage';
import { roomFor } from '../window';
import { fieldsOf, given, listOf, numberOf, readFrame, textOf, wordOf, type Fields } from './reading';

export const ollama: Dialect = { framing: 'ndjson', request, decode, error, models };

function request(asked: ChatRequest, provider: Provider, connection?: Connection): WireRequest {
  const chat = settled(asked, provider, connection);
  const { sampling = {}, reasoningEffort: effort } = chat;
  const options = given({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    num_predict: chat.maxTokens,
    num_ctx: roomFor(chat, provider, connection),
  });
  const system = chat.system ? [{ role: 'system', content: chat.system }] : [];
  return {
    path: '/api/chat',
    body: given({
      ...provider.quirks?.body,
      model: chat.model,
      messages: [...system, ...chat.turns.flatMap((turn) => messageOf(turn, chat.fence))],
      // The server's own default is to stream.
      stream: chat.stream,
      think: effort === 'none' ? false : effort,
      // What does not fit is to be refused, not left out without a word. Older servers pass over the field.
      truncate: false,
      options: Object.keys(options).length > 0 ? options : undefined,
    }),
  };
}

function messageOf(turn: Turn, fence: string | undefined): Fields[] {
  if (turn.role === 'assistant') {
    const content = answerText(turn.parts);
    return content === '' ? [] : [{ role: 'assistant', content }];
  }
  const images = turn.parts.flatMap((part) => (part.type === 'image' ? [part.data] : []));
  const content = questionText(turn.parts, fence);
  return [{ role: 'user', content, ...(images.length > 0 ? { images } : {}) }];
}

function decode(): Decoding {
  const calls = createCalls();
  // Servers and models that do not know each other leave the thought in the text.
  const thinking = createThinkSplitter();
  function* take(frame: Frame): Generator<ChatEvent> {
    const read = readFrame(frame);
    if (read.kind === 'error') {
      yield* thinking.flush();
      return yield read.event;
    }
    if (read.kind === 'nothing') return;
    const line = fieldsOf(read.value);
    const message = fieldsOf(line.message);
    // The first is Ollama's own name; servers that stand in for it use the others.
    const thought = wordOf(message.thinking) ?? wordOf(message.reasoning_content) ?? wordOf(message.reasoning);
    if (thought !== undefined) yield { type: 'reasoning-delta', text: thought };
    yield* thinking.take(textOf(message.content));
    for (const call of listOf(message.tool_calls)) {
      const asked = fieldsOf(call.function);
      const input = isFields(asked.arguments) ? JSON.stringify(asked.arguments) : textOf(asked.arguments);
      yield* thinking.flush();
      yield* calls.take({ index: calls.count, id: textOf(call.id), name: textOf(asked.name), input });
    }
    if (line.done !== true) return;
    yield* thinking.flush();
    yield* calls.flush();
    const usage = usageOf({ inputTokens: count(line.prompt_eval_count), outputTokens: count(line.eval_count) });
    if (usage) yield { type: 'usage', usage };
    yield { type: 'end', finish: finishOf(wordOf(line.done_reason), calls.count) };
  }
  return { take, end: () => thinking.flush() };
}

function finishOf(raw: string | undefined, calls: number): Finish {
  const spelled = raw === undefined ? {} : { raw };
  // The wire says `stop` when it asks for a tool.
  if (raw === undefined || raw === 'stop') return { reason: calls > 0 ? 'tool-calls' : 'stop', ...spelled };
  return { reason: raw === 'length' ? 'length' : 'other', ...spelled };
}

function error(_status: number, body: unknown): ReturnType<Dialect['error']> {
  const said = readError(body);
  // Models that run in Ollama's cloud want the user to sign in at this address.
  const address = wordOf(fieldsOf(body).signin_url);
  return address === undefined ? said : { ...said, message: [said.message, address].filter(Boolean).join(': ') };
}

/** `/api/tags`. Older servers do not say what a model can do. */
function models(body: unknown): { models: ModelInfo[] } {
  const found = listOf(fieldsOf(body).models).flatMap((item): ModelInfo[] => {
    const id = wordOf(item.name) ?? wordOf(item.model);
    const can = Array.isArray(item.capabilities) ? item.capabilities : undefined;
    // Models that only embed cannot answer.
    if (id === undefined || (can && !can.includes('completion'))) return [];
    const details = fieldsOf(item.details);
    return [
      {
        id,
        ...given({
          contextLength: numberOf(details.context_length) ?? numberOf(item.context_length),
          images: can?.includes('vision'),
          reasoning: can?.includes('thinking'),
          tools: can?.includes('tools'),
        }),
      },
    ];
  });
  return { models: found };
}
