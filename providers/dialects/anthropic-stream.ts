/** One answer of the Anthropic wire while it grows: blocks addressed by number, cumulative usage, one last event. */
import type { ChatEvent, Finish, Usage } from '../../core/chat';
import { createCalls, type Calls } from '../calls';
import { isFields } from '../errors';
import { count, usageOf } from '../usage';
import { failure, fieldsOf, given, listOf, numberOf, textOf, wordOf, type Fields } from './reading';

/** A block whose end is waited for. */
interface Block {
  fields: Fields;
  thinking: string;
  signature: string;
  /** Its input came in pieces. */
  grown: boolean;
}

export interface AnthropicAnswer {
  /** The events of one wire event; `named` is the frame's own name, for bodies without a type. */
  take(body: Fields, named: string | undefined): Generator<ChatEvent>;
}

/** @param keepBlock makes a finished thought into the event that keeps it for the next turn */
export function newAnthropicAnswer(keepBlock: (block: Fields) => ChatEvent): AnthropicAnswer {
  const calls: Calls = createCalls();
  const blocks = new Map<number, Block>();
  let id: string | undefined;
  let stop: Fields = {};
  let details: Fields = {};
  let refused = false;
  let ownCalls = 0;

  function* begin(index: number, fields: Fields): Generator<ChatEvent> {
    const type = textOf(fields.type);
    blocks.set(index, { fields, thinking: textOf(fields.thinking), signature: textOf(fields.signature), grown: false });
    if (type === 'text') yield { type: 'text-delta', text: textOf(fields.text) };
    if (type === 'thinking') yield { type: 'reasoning-delta', text: textOf(fields.thinking) };
    if (type.endsWith('tool_use')) {
      if (type === 'tool_use') ownCalls += 1;
      yield* calls.take({ index, id: textOf(fields.id), name: textOf(fields.name) });
    }
    for (const citation of listOf(fields.citations)) yield* cited(citation);
  }

  function* grow(index: number, delta: Fields): Generator<ChatEvent> {
    const block = blocks.get(index);
    switch (delta.type) {
      case 'text_delta':
        yield { type: 'text-delta', text: textOf(delta.text) };
        break;
      case 'thinking_delta':
        if (block) block.thinking += textOf(delta.thinking);
        yield { type: 'reasoning-delta', text: textOf(delta.thinking) };
        break;
      case 'signature_delta':
        if (block) block.signature = textOf(delta.signature);
        break;
      case 'input_json_delta':
        if (block) block.grown ||= textOf(delta.partial_json) !== '';
        yield* calls.take({ index, input: textOf(delta.partial_json) });
        break;
      case 'citations_delta':
        yield* cited(fieldsOf(delta.citation));
        break;
      default:
      // Deltas of a later version.
    }
  }

  function* close(index: number): Generator<ChatEvent> {
    const block = blocks.get(index);
    blocks.delete(index);
    if (!block) return;
    const { fields, thinking, signature } = block;
    // A thought without a signature (other makers' servers of this wire) is not wanted back.
    if (fields.type === 'thinking' && signature !== '') yield keepBlock({ type: 'thinking', thinking, signature });
    if (fields.type === 'redacted_thinking') yield keepBlock({ type: 'redacted_thinking', data: fields.data });
    if (textOf(fields.type).endsWith('tool_use') && !block.grown && isFields(fields.input)) {
      const input = JSON.stringify(fields.input);
      if (input !== '{}') yield* calls.take({ index, input });
    }
  }

  function* end(): Generator<ChatEvent> {
    for (const index of blocks.keys()) yield* close(index);
    yield* calls.flush();
    const explanation = wordOf(details.explanation);
    if (stop.stop_reason === 'refusal' && explanation && !refused) {
      refused = true;
      yield { type: 'refusal-delta', text: explanation };
    }
    yield { type: 'end', finish: finishOf(stop.stop_reason, ownCalls) };
  }

  function* note(message: Fields): Generator<ChatEvent> {
    const usage = usageFields(fieldsOf(message.usage));
    if (usage) yield { type: 'usage', usage };
    if (wordOf(message.stop_reason)) stop = message;
    if (isFields(message.stop_details)) details = message.stop_details;
  }

  return {
    *take(body, named) {
      const index = numberOf(body.index) ?? 0;
      switch (wordOf(body.type) ?? named) {
        case 'message_start': {
          const message = fieldsOf(body.message);
          const started = textOf(message.id);
          if (id !== undefined) {
            if (started === id) return;
            yield failure({ error: { type: 'api_error', message: 'A second answer began inside the first one.' } });
            return;
          }
          id = started;
          yield* note(message);
          for (const [place, block] of listOf(message.content).entries()) yield* begin(place, block);
          return;
        }
        case 'content_block_start':
          yield* begin(index, fieldsOf(body.content_block));
          return;
        case 'content_block_delta':
          yield* grow(index, fieldsOf(body.delta));
          return;
        case 'content_block_stop':
          yield* close(index);
          return;
        case 'message_delta':
          yield* note({ ...fieldsOf(body.delta), usage: body.usage });
          return;
        case 'message_stop':
          yield* end();
          return;
        // The whole answer as one JSON.
        case 'message':
          yield* note(body);
          for (const [place, block] of listOf(body.content).entries()) {
            yield* begin(place, block);
            yield* close(place);
          }
          yield* end();
          return;
        default:
        // `ping`, and events of a later version: signs of life.
      }
    },
  };
}

function* cited(citation: Fields): Generator<ChatEvent> {
  const url = wordOf(citation.url) ?? wordOf(citation.source);
  if (url === undefined || !/^https?:/i.test(url)) return;
  const [title, text] = [wordOf(citation.title), wordOf(citation.cited_text)];
  yield { type: 'citation', url, ...given({ title, text }) };
}

/** Every count is cumulative. Some servers send zeros where they mean "see the other event". */
function usageFields(usage: Fields): Usage | undefined {
  const fresh = count(usage.input_tokens) || undefined;
  const cached = count(usage.cache_read_input_tokens);
  const written = count(usage.cache_creation_input_tokens);
  return usageOf({
    inputTokens: fresh === undefined ? undefined : fresh + (cached ?? 0) + (written ?? 0),
    outputTokens: count(usage.output_tokens),
    reasoningTokens: count(fieldsOf(usage.output_tokens_details).thinking_tokens),
    cachedTokens: cached || undefined,
  });
}

const finishes: ReadonlyMap<string, Finish['reason']> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['pause_turn', 'paused'],
  ['refusal', 'refusal'],
]);

function finishOf(reason: unknown, ownCalls: number): Finish {
  const raw = wordOf(reason);
  if (raw === undefined) return { reason: ownCalls > 0 ? 'tool-calls' : 'stop' };
  return { reason: finishes.get(raw) ?? 'other', raw };
}
