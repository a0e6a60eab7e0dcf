/**
 * Google Gemini (`generateContent`). Facts: ai.google.dev (Generate content, Thinking, Thought signatures), and streams seen:
 * CRLF, no end marker, errors as an event or as raw JSON after the last one, wrapped in a list or not.
 */
import type { ChatRequest, Turn } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import type { Connection, Decoding, Dialect, ModelInfo, Provider, WireRequest } from '../contract';
import { readError } from '../errors';
import { settled } from '../request';
import { count } from '../usage';
import { newGeminiAnswer, signatureOf } from './gemini-stream';
import { fingerprint, keep, kept, type Bond } from './kept';
import { fieldsOf, given, listOf, readFrame, wordOf, type Fields } from './reading';

export const gemini: Dialect = {
  framing: 'sse',
  request,
  decode,
  error: (_status, body) => readError(body),
  models,
};

const wire = 'gemini';

/** Thinking tokens for models that are told a number. */
const budgets = { none: 0, low: 1024, medium: 8192, high: 24_576 } as const;
/** The least that a model takes which cannot be kept from thinking, where it is told a number (2.5 Pro). */
const leastBudget = 128;
const levels = { none: 'MINIMAL', low: 'LOW', medium: 'MEDIUM', high: 'HIGH' } as const;

function request(asked: ChatRequest, provider: Provider, connection?: Connection): WireRequest {
  const chat = settled(asked, provider, connection);
  const info = provider.models?.find((model) => model.id === chat.model);
  const sampling = (info?.sampling === false ? undefined : chat.sampling) ?? {};
  const config = given({
    temperature: sampling.temperature,
    topP: sampling.topP,
    maxOutputTokens: chat.maxTokens,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    thinkingConfig: thinkingOf(chat, info),
  });
  // Tuned models bring their own collection: `tunedModels/x`.
  const id = chat.model.split('/').map(encodeURIComponent).join('/');
  const model = id.includes('/') ? id : `models/${id}`;
  return {
    path: `/v1beta/${model}:${chat.stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: given({
      ...provider.quirks?.body,
      contents: chat.turns.flatMap((turn) => contentOf(turn, chat.fence, { wire, provider, chat })),
      systemInstruction: chat.system ? { parts: [{ text: chat.system }] } : undefined,
      generationConfig: Object.keys(config).length > 0 ? config : undefined,
    }),
  };
}

/** Models that do not think reject the field, so it is sent only where thinking was asked for or is known. */
function thinkingOf(chat: ChatRequest, info: ModelInfo | undefined): Fields | undefined {
  const effort = chat.reasoningEffort;
  if (info?.reasoning === false) return undefined;
  if (effort === undefined) return info?.reasoning ? { includeThoughts: true } : undefined;
  const thoughts = effort === 'none' ? {} : { includeThoughts: true };
  // What is not known of a model must not make the wire refuse it.
  const how = info?.thinking ?? 'always';
  switch (how) {
    case 'budget':
      return { ...thoughts, thinkingBudget: budgets[effort] };
    case 'always-budget':
      return { ...thoughts, thinkingBudget: Math.max(budgets[effort], leastBudget) };
    case 'level':
      return { ...thoughts, thinkingLevel: levels[effort] };
    case 'always':
      return { ...thoughts, thinkingLevel: effort === 'none' ? levels.low : levels[effort] };
    default:
      return how satisfies never;
  }
}

function contentOf(turn: Turn, fence: string | undefined, bond: Bond): Fields[] {
  const parts = turn.role === 'user' ? questionParts(turn, fence) : answerParts(turn, bond);
  return parts.length > 0 ? [{ role: turn.role === 'user' ? 'user' : 'model', parts }] : [];
}

function questionParts(turn: Extract<Turn, { role: 'user' }>, fence: string | undefined): Fields[] {
  const text = questionText(turn.parts, fence);
  // Images first: so the documentation advises.
  return [...turn.parts.flatMap(imagePart), ...(text === '' ? [] : [{ text }])];
}

const imagePart = (part: Turn['parts'][number]): Fields[] =>
  part.type === 'image' ? [{ inlineData: { mimeType: part.mediaType, data: part.data } }] : [];

/** Texts and images in their order, with every signature on the part it came with. */
function answerParts(turn: Extract<Turn, { role: 'assistant' }>, bond: Bond): Fields[] {
  const signatures = turn.parts.flatMap((part) => signatureOf(kept(part, bond)) ?? []);
  const parts: Fields[] = [];
  let at = 0;
  let image = 0;
  for (const part of turn.parts) {
    if (part.type === 'text') {
      parts.push(...signedTexts(part.text, at, signatures));
      at += part.text.length;
    }
    if (part.type === 'image') {
      const signature = signatures.find((candidate) => candidate.image === image);
      image += 1;
      parts.push(...imagePart(part).map((made) => given({ ...made, thoughtSignature: signature?.signature })));
    }
  }
  if (parts.length === 0) return answerText(turn.parts) === '' ? [] : [{ text: answerText(turn.parts) }];
  // Most answers end in an empty part that carries the signature.
  for (const { signature, from, to, image: place } of signatures) {
    if (place === undefined && from === to && to === at) parts.push({ text: '', thoughtSignature: signature });
  }
  return parts;
}

/** A text that begins at `start` of its answer, cut where a signed part begins or ends. */
function signedTexts(
  text: string,
  start: number,
  signatures: readonly NonNullable<ReturnType<typeof signatureOf>>[],
): Fields[] {
  const parts: Fields[] = [];
  let done = 0;
  for (const { signature, from, to, print } of signatures) {
    const [begin, end] = [from - start, to - start];
    if (begin < done || end <= begin || end > text.length || fingerprint(text.slice(begin, end)) !== print) continue;
    if (begin > done) parts.push({ text: text.slice(done, begin) });
    parts.push({ text: text.slice(begin, end), thoughtSignature: signature });
    done = end;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

function decode(provider: Provider, chat?: ChatRequest): Decoding {
  const answer = newGeminiAnswer((signature) => keep(signature, { wire, provider, chat }));
  return {
    get finished() {
      return answer.finished;
    },
    *take(frame) {
      const read = readFrame(frame);
      if (read.kind === 'error') {
        // What comes after a finished answer does not undo it.
        if (answer.finished) return yield* answer.end();
        yield* answer.flush();
        return yield read.event;
      }
      if (read.kind === 'nothing') return;
      // Without `alt=sse` the whole stream is one list.
      for (const chunk of Array.isArray(read.value) ? listOf(read.value) : [fieldsOf(read.value)])
        yield* answer.take(chunk);
    },
    end: () => (answer.finished ? answer.end() : answer.flush()),
  };
}

function models(body: unknown): { models: ModelInfo[]; next?: string } {
  const page = fieldsOf(body);
  const found = listOf(page.models).flatMap((item): ModelInfo[] => {
    const id = wordOf(item.name)?.replace(/^models\//, '');
    const does = item.supportedGenerationMethods;
    if (id === undefined || (Array.isArray(does) && !does.includes('generateContent'))) return [];
    const thinks = typeof item.thinking === 'boolean' ? item.thinking : undefined;
    return [
      {
        id,
        ...given({
          name: wordOf(item.displayName),
          contextLength: count(item.inputTokenLimit) || undefined,
          maxOutput: count(item.outputTokenLimit) || undefined,
          reasoning: thinks,
        }),
      },
    ];
  });
  const token = wordOf(page.nextPageToken);
  return token ? { models: found, next: `pageToken=${encodeURIComponent(token)}` } : { models: found };
}
