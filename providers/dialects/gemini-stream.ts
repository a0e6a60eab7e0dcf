/** One answer of the Gemini wire while it grows. It has no end marker: a reason to finish and the end of the bytes make one. */
import type { ChatEvent, Finish, Usage } from '../../core/chat';
import { createCalls, type Calls } from '../calls';
import { isFields } from '../errors';
import { count, usageOf } from '../usage';
import { fingerprint } from './kept';
import { fieldsOf, given, listOf, numberOf, textOf, wordOf, type Fields } from './reading';

/**
 * A signature and the part it came with: the text from `from` to `to` of the whole answer (an empty part where both are the
 * same; `print` is the fingerprint of that text), or the answer's image of that number.
 */
export interface Signature {
  signature: string;
  from: number;
  to: number;
  print: string;
  image?: number;
}

/** A kept value as a signature, if it is one. */
export function signatureOf(value: unknown): Signature | undefined {
  if (!isFields(value)) return undefined;
  const [signature, print] = [wordOf(value.signature), textOf(value.print)];
  const [from, to, image] = [numberOf(value.from), numberOf(value.to), numberOf(value.image)];
  if (signature === undefined || from === undefined || to === undefined) return undefined;
  return { signature, from, to, print, ...given({ image }) };
}

export interface GeminiAnswer {
  /** The wire said why it ended; usage may still follow. */
  readonly finished: boolean;
  take(chunk: Fields): Generator<ChatEvent>;
  /** The answer was cut: what was held back. */
  flush(): ChatEvent[];
  end(): ChatEvent[];
}

/** @param keepSignature makes a signature into the event that keeps it for the next turn */
export function newGeminiAnswer(keepSignature: (signature: Signature) => ChatEvent): GeminiAnswer {
  const calls: Calls = createCalls();
  const cited = new Set<string>();
  let usage: Usage | undefined;
  let finish: Finish | undefined;
  let length = 0;
  let images = 0;

  function* part(fields: Fields): Generator<ChatEvent> {
    const text = textOf(fields.text);
    const from = length;
    const signed: Partial<Signature> = {};
    if (fields.thought === true) yield { type: 'reasoning-delta', text };
    else if (text !== '') {
      length += text.length;
      yield { type: 'text-delta', text };
    }
    const { mimeType, data } = fieldsOf(fields.inlineData);
    if (wordOf(data) && textOf(mimeType).startsWith('image/')) {
      signed.image = images;
      images += 1;
      yield { type: 'image', mediaType: textOf(mimeType), data: textOf(data) };
    }
    if (isFields(fields.functionCall)) yield* call(fields.functionCall);
    if (isFields(fields.executableCode)) {
      yield* call({ name: 'code_execution', args: fields.executableCode });
    }
    const signature = wordOf(fields.thoughtSignature);
    // Calls are not sent back, so their signatures need not be.
    if (signature !== undefined && !isFields(fields.functionCall)) {
      const said = fields.thought === true ? '' : text;
      yield keepSignature({ signature, from, to: from + said.length, print: fingerprint(said), ...signed });
    }
  }

  function* call(named: Fields): Generator<ChatEvent> {
    const input = isFields(named.args) ? JSON.stringify(named.args) : '';
    yield* calls.take({ index: calls.count, id: textOf(named.id), name: textOf(named.name), input });
  }

  function* sources(candidate: Fields): Generator<ChatEvent> {
    const grounded = listOf(fieldsOf(candidate.groundingMetadata).groundingChunks).map((chunk) =>
      fieldsOf(chunk.web ?? chunk.retrievedContext ?? chunk.maps),
    );
    const quoted = listOf(
      fieldsOf(candidate.citationMetadata).citations ?? fieldsOf(candidate.citationMetadata).citationSources,
    );
    for (const source of [...grounded, ...quoted]) {
      const url = wordOf(source.uri);
      // The metadata is repeated on later chunks.
      if (url === undefined || cited.has(url)) continue;
      cited.add(url);
      yield { type: 'citation', url, ...given({ title: wordOf(source.title) }) };
    }
  }

  const flush = (): ChatEvent[] => (usage ? [{ type: 'usage', usage }] : []);

  return {
    get finished() {
      return finish !== undefined;
    },
    *take(chunk) {
      // Cumulative, on every chunk: the last one counts.
      const counted = usageFields(fieldsOf(chunk.usageMetadata));
      if (counted) usage = { ...usage, ...counted };
      const candidates = listOf(chunk.candidates);
      const candidate = candidates.find((one) => (one.index ?? 0) === 0) ?? candidates[0];
      const block = fieldsOf(chunk.promptFeedback);
      const blocked = wordOf(block.blockReason);
      if (!candidate) {
        if (blocked === undefined) return;
        yield* flush();
        const message = wordOf(block.blockReasonMessage) ?? '';
        yield { type: 'error', error: { kind: 'blocked-content', message, code: blocked, mayHaveReached: true } };
        return;
      }
      for (const fields of listOf(fieldsOf(candidate.content).parts)) yield* part(fields);
      yield* sources(candidate);
      const reason = wordOf(candidate.finishReason);
      if (reason === undefined || reason === 'FINISH_REASON_UNSPECIFIED') return;
      const words = wordOf(candidate.finishMessage);
      finish = { reason: finishes.get(reason) ?? 'other', raw: words === undefined ? reason : `${reason}: ${words}` };
    },
    flush,
    end() {
      const last: Finish = finish ?? { reason: 'stop' };
      // The wire says `STOP` when it asks for a tool.
      const reason = last.reason === 'stop' && calls.count > 0 ? 'tool-calls' : last.reason;
      return [...flush(), ...calls.flush(), { type: 'end', finish: { ...last, reason } }];
    },
  };
}

const finishes: ReadonlyMap<string, Finish['reason']> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['CONTINUATION', 'length'],
  ['SAFETY', 'content-filter'],
  ['RECITATION', 'content-filter'],
  ['BLOCKLIST', 'content-filter'],
  ['PROHIBITED_CONTENT', 'content-filter'],
  ['SPII', 'content-filter'],
  ['IMAGE_SAFETY', 'content-filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content-filter'],
  ['IMAGE_RECITATION', 'content-filter'],
]);

/** Thoughts are counted apart here, but are output (and priced as such) everywhere: `outputTokens` holds them too. */
function usageFields(usage: Fields): Usage | undefined {
  const thoughts = count(usage.thoughtsTokenCount);
  const said = count(usage.candidatesTokenCount);
  return usageOf({
    inputTokens: count(usage.promptTokenCount),
    outputTokens: said === undefined && thoughts === undefined ? undefined : (said ?? 0) + (thoughts ?? 0),
    reasoningTokens: thoughts,
    cachedTokens: count(usage.cachedContentTokenCount),
  });
}
