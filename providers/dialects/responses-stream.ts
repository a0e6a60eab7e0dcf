/** One answer of the Responses wire while it grows: items addressed by number, texts that come again whole, one last event. */
import type { ChatEvent, Finish, Usage } from '../../core/chat';
import { createCalls, type Calls } from '../calls';
import { isFields } from '../errors';
import { count, usageOf } from '../usage';
import { failure, fieldsOf, given, listOf, numberOf, textOf, wordOf, type Fields } from './reading';

export interface ResponsesAnswer {
  /** The events of one wire event; `named` is the frame's own name, for bodies without a type. */
  take(body: Fields, named: string | undefined): Generator<ChatEvent>;
}

/** @param keepItem makes an encrypted thought into the event that keeps it for the next turn */
export function newResponsesAnswer(keepItem: (item: Fields) => ChatEvent): ResponsesAnswer {
  const calls: Calls = createCalls();
  /** Calls that grew piece by piece; what comes of them whole is not appended. */
  const grown = new Set<number>();
  const known = new Set<number>();
  let spoken = false;
  let thinkingIn = '';
  let thinkingFrom = '';
  let refused = false;
  let ownCalls = 0;

  function* text(delta: unknown): Generator<ChatEvent> {
    spoken ||= textOf(delta) !== '';
    yield { type: 'text-delta', text: textOf(delta) };
  }

  function* refusal(delta: unknown): Generator<ChatEvent> {
    refused = true;
    yield { type: 'refusal-delta', text: textOf(delta) };
  }

  /** Some servers send a thought and its summary: the first kind of an item counts. Every part is a paragraph. */
  function* thought(delta: string, kind: 'summary' | 'text', item: string, part: unknown): Generator<ChatEvent> {
    if (delta === '') return;
    const place = `${item} ${String(part)}`;
    if (thinkingIn.startsWith(`${item} `) && thinkingFrom !== kind) return;
    const gap = thinkingIn !== '' && thinkingIn !== place ? '\n\n' : '';
    thinkingIn = place;
    thinkingFrom = kind;
    yield { type: 'reasoning-delta', text: gap + delta };
  }

  function* call(index: number, piece: unknown): Generator<ChatEvent> {
    const input = textOf(piece);
    if (input === '') return;
    grown.add(index);
    yield* calls.take({ index, input });
  }

  function* began(index: number, item: Fields): Generator<ChatEvent> {
    const type = textOf(item.type);
    if (!type.endsWith('_call') || known.has(index)) return;
    known.add(index);
    const own = type === 'function_call' || type === 'custom_tool_call';
    if (own) ownCalls += 1;
    const id = wordOf(item.call_id) ?? textOf(item.id);
    // A tool that the service runs itself is shown by what it is: `web_search`, `code_interpreter`.
    const name = wordOf(item.name) ?? type.slice(0, -'_call'.length);
    yield* calls.take({ index, id, name });
  }

  function* done(index: number, item: Fields): Generator<ChatEvent> {
    const type = textOf(item.type);
    if (type === 'reasoning' && wordOf(item.encrypted_content)) {
      const { id, summary = [], encrypted_content } = item;
      yield keepItem({ type, id, summary, encrypted_content });
    }
    if (type === 'image_generation_call' && wordOf(item.result)) {
      yield { type: 'image', mediaType: `image/${wordOf(item.output_format) ?? 'png'}`, data: textOf(item.result) };
    }
    yield* began(index, item);
    if (!type.endsWith('_call') || grown.has(index)) return;
    const { arguments: named, input, action, queries, code } = item;
    const whole =
      named ??
      input ??
      action ??
      (queries === undefined ? undefined : { queries }) ??
      (code === undefined ? undefined : { code });
    if (whole === undefined || whole === null || whole === '') return;
    yield* call(index, typeof whole === 'string' ? whole : JSON.stringify(whole));
  }

  /** A whole answer, where nothing of it came in pieces. */
  function* whole(output: unknown): Generator<ChatEvent> {
    for (const [index, item] of listOf(output).entries()) {
      const id = wordOf(item.id) ?? String(index);
      const parts: [unknown, 'summary' | 'text'][] = [
        [item.summary, 'summary'],
        [item.content, 'text'],
      ];
      if (item.type === 'reasoning') {
        for (const [list, kind] of parts) {
          for (const [part, piece] of listOf(list).entries()) yield* thought(textOf(piece.text), kind, id, part);
        }
      } else {
        for (const part of listOf(item.content)) {
          if (part.type === 'refusal') yield* refusal(part.refusal);
          else yield* text(part.text);
          for (const annotation of listOf(part.annotations)) yield* cited(annotation);
        }
      }
      yield* done(index, item);
    }
  }

  function* ended(response: Fields, finish: () => Finish): Generator<ChatEvent> {
    if (!spoken && !refused && thinkingIn === '' && calls.count === 0) yield* whole(response.output);
    const usage = usageFields(fieldsOf(response.usage));
    if (usage) yield { type: 'usage', usage };
    yield* calls.flush();
    yield { type: 'end', finish: finish() };
  }

  const complete = (): Finish => {
    if (refused && !spoken) return { reason: 'refusal', raw: 'completed' };
    return { reason: ownCalls > 0 ? 'tool-calls' : 'stop', raw: 'completed' };
  };

  return {
    *take(body, named) {
      const index = numberOf(body.output_index) ?? 0;
      const item = wordOf(body.item_id) ?? String(index);
      // A whole answer has no type of event but a status of its own.
      const type = wordOf(body.type) ?? named ?? (body.object === 'response' ? `response.${textOf(body.status)}` : '');
      const response = isFields(body.response) ? body.response : body;
      switch (type) {
        case 'response.output_text.delta':
          return yield* text(body.delta);
        case 'response.refusal.delta':
          return yield* refusal(body.delta);
        case 'response.reasoning_summary_text.delta':
          return yield* thought(textOf(body.delta), 'summary', item, body.summary_index);
        case 'response.reasoning_text.delta':
          return yield* thought(textOf(body.delta), 'text', item, body.content_index);
        case 'response.output_text.annotation.added':
          return yield* cited(fieldsOf(body.annotation));
        case 'response.output_item.added':
          return yield* began(index, fieldsOf(body.item));
        case 'response.output_item.done':
          return yield* done(index, fieldsOf(body.item));
        case 'response.function_call_arguments.delta':
        case 'response.mcp_call_arguments.delta':
        case 'response.custom_tool_call_input.delta':
          return yield* call(index, body.delta);
        case 'response.completed':
          return yield* ended(response, complete);
        case 'response.incomplete':
          return yield* ended(response, () => cutShort(fieldsOf(response.incomplete_details)));
        case 'response.failed':
          return yield failure(isFields(response.error) ? { error: response.error } : response);
        case 'response.cancelled':
          return yield { type: 'error', error: { kind: 'interrupted', message: '', code: 'cancelled' } };
        default:
        // Texts that come again whole (`….done`), progress, `keepalive`, and events of a later version: signs of life.
      }
    },
  };
}

const cuts: ReadonlyMap<string, Finish['reason']> = new Map([
  ['max_output_tokens', 'length'],
  ['max_messages', 'length'],
  ['content_filter', 'content-filter'],
]);

function cutShort(details: Fields): Finish {
  const raw = wordOf(details.reason) ?? 'incomplete';
  return { reason: cuts.get(raw) ?? 'other', raw };
}

function* cited(annotation: Fields): Generator<ChatEvent> {
  const url = wordOf(annotation.url);
  if (url === undefined) return;
  yield { type: 'citation', url, ...given({ title: wordOf(annotation.title) }) };
}

function usageFields(usage: Fields): Usage | undefined {
  return usageOf({
    inputTokens: count(usage.input_tokens),
    outputTokens: count(usage.output_tokens),
    reasoningTokens: count(fieldsOf(usage.output_tokens_details).reasoning_tokens),
    cachedTokens: count(fieldsOf(usage.input_tokens_details).cached_tokens),
  });
}
