/** What one chunk of Chat Completions says, wherever its server put it. Everything in a chunk may be missing or null. */
import type { CallFragment } from '../calls';
import { isFields } from '../errors';

type Fields = Readonly<Record<string, unknown>>;

export interface Pieces {
  text: string;
  reasoning: string;
  refusal: string;
  images: readonly { mediaType: string; data: string }[];
  calls: readonly CallFragment[];
  citations: readonly { url: string; title?: string; text?: string }[];
  /** OpenRouter's `reasoning_details`, which it wants back. */
  details: readonly Record<string, unknown>[];
  /** The wire's own word for why it ended; never empty. */
  finish: string | undefined;
  /** A filter's verdict on text already shown. */
  retract: string | undefined;
  /** The body of an error inside an otherwise ordinary chunk. */
  error: unknown;
}

/** One for all: most chunks hold nothing but a word, and come by the thousand. */
const none: readonly never[] = [];

/** @param seen whether text has come already, and whether the answer has finished already */
export function pieces(chunk: Fields, seen: { spoken: boolean; finished: boolean }): Pieces {
  const choice = choiceOf(chunk.choices);
  const delta = isFields(choice.delta) ? choice.delta : undefined;
  // A whole message is an answer that was not streamed, or repeats one that was.
  const whole = !delta && isFields(choice.message) && !seen.spoken ? choice.message : undefined;
  const source: Fields = delta ?? whole ?? {};
  const content = contentOf(source.content);
  const named = word(choice.finish_reason);
  const late = seen.finished ? '' : undefined;
  return {
    text: late ?? content.text,
    reasoning: late ?? (reasoningOf(source) || content.reasoning),
    refusal: late ?? word(source.refusal) ?? '',
    images: imagesOf(source.images),
    calls: seen.finished ? none : callsOf(source),
    citations: source.annotations ? [...citationsOf(chunk), ...annotationsOf(source.annotations)] : citationsOf(chunk),
    details: Array.isArray(source.reasoning_details) ? source.reasoning_details.filter(isFields) : none,
    finish: named ?? (whole ? 'stop' : undefined),
    retract: lateFilter(choice, seen.finished),
    error: errorOf(chunk, choice, named),
  };
}

function choiceOf(list: unknown): Fields {
  const choices: unknown[] = Array.isArray(list) ? list : [];
  const first = choices[0];
  if (isFields(first) && (first.index ?? 0) === 0) return first;
  const others = choices.filter(isFields);
  return others.find((candidate) => (candidate.index ?? 0) === 0) ?? others[0] ?? {};
}

const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** A string, or Mistral's list of text, thinking and references. */
function contentOf(content: unknown): { text: string; reasoning: string } {
  if (typeof content === 'string') return { text: content, reasoning: '' };
  if (!Array.isArray(content)) return { text: '', reasoning: '' };
  let text = '';
  let reasoning = '';
  for (const item of content) {
    if (typeof item === 'string') text += item;
    if (!isFields(item)) continue;
    if (item.type === 'thinking') reasoning += contentOf(item.thinking).text;
    else text += word(item.text) ?? '';
  }
  return { text, reasoning };
}

/** One place only: several servers say the same thought in two. */
function reasoningOf(source: Fields): string {
  const plain =
    word(source.reasoning_content) ?? word(source.reasoning) ?? word(source.thinking) ?? word(source.thought);
  if (plain !== undefined) return plain;
  if (!Array.isArray(source.reasoning_details)) return '';
  return source.reasoning_details
    .filter(isFields)
    .map((detail) => word(detail.text) ?? word(detail.summary) ?? '')
    .join('');
}

function callsOf(source: Fields): Pieces['calls'] {
  if (!source.tool_calls && !source.function_call) return none;
  const listed: Fields[] = Array.isArray(source.tool_calls) ? source.tool_calls.filter(isFields) : [];
  const older: Fields[] = isFields(source.function_call) ? [{ function: source.function_call }] : [];
  return [...listed, ...older].map((call) => {
    const body = isFields(call.function) ? call.function : isFields(call.custom) ? call.custom : {};
    const given = body.arguments ?? body.input;
    const input = typeof given === 'string' ? given : isFields(given) ? JSON.stringify(given) : '';
    return {
      ...(typeof call.index === 'number' ? { index: call.index } : {}),
      id: word(call.id) ?? '',
      name: word(body.name) ?? '',
      input,
    };
  });
}

function imagesOf(images: unknown): Pieces['images'] {
  if (!Array.isArray(images)) return none;
  return images.filter(isFields).flatMap((image) => {
    const url = isFields(image.image_url) ? word(image.image_url.url) : undefined;
    const data = /^data:(image\/[\w.+-]+);base64,(.+)$/s.exec(url ?? '');
    return data?.[1] && data[2] ? [{ mediaType: data[1], data: data[2] }] : [];
  });
}

/** Perplexity: on every chunk, as addresses and as results with titles. */
function citationsOf(chunk: Fields): Pieces['citations'] {
  if (!chunk.search_results && !chunk.citations) return none;
  const results = Array.isArray(chunk.search_results) ? chunk.search_results.filter(isFields) : [];
  const titles = new Map(results.map((result) => [word(result.url), word(result.title)]));
  const urls = Array.isArray(chunk.citations) ? chunk.citations.map(word) : [];
  return [...new Set([...urls, ...titles.keys()])].flatMap((url) => {
    const title = titles.get(url);
    return url === undefined ? [] : [{ url, ...(title === undefined ? {} : { title }) }];
  });
}

/** OpenAI's and OpenRouter's web search. */
function annotationsOf(annotations: unknown): Pieces['citations'] {
  if (!Array.isArray(annotations)) return [];
  return annotations.filter(isFields).flatMap((annotation) => {
    const cited = isFields(annotation.url_citation) ? annotation.url_citation : annotation;
    const url = word(cited.url);
    const title = word(cited.title);
    const text = word(cited.content);
    if (url === undefined) return [];
    return [{ url, ...(title === undefined ? {} : { title }), ...(text === undefined ? {} : { text }) }];
  });
}

/**
 * Azure's asynchronous filter judges text after it was sent, in frames of its own that say which stretch they judge
 * (`content_filter_offsets`). A verdict without a stretch stopped the text in time.
 */
function lateFilter(choice: Fields, finished: boolean): string | undefined {
  const results = choice.content_filter_results;
  if (!isFields(results)) return undefined;
  const hits = Object.entries(results).flatMap(([name, result]) =>
    isFields(result) && result.filtered === true ? [name] : [],
  );
  const judgesShownText = finished || isFields(choice.content_filter_offsets);
  return hits.length > 0 && judgesShownText ? hits.join(', ') : undefined;
}

function errorOf(chunk: Fields, choice: Fields, finish: string | undefined): unknown {
  // Groq: a string when the answer had to stop early.
  const groq = isFields(chunk.x_groq) ? word(chunk.x_groq.error) : undefined;
  if (groq !== undefined) return groq;
  if (isFields(choice.error)) return { error: choice.error };
  if (finish === 'error') return 'error';
  // DeepSeek: the machines gave out in mid-answer.
  return finish === 'insufficient_system_resource' ? { error: { code: 'overloaded', message: finish } } : undefined;
}
