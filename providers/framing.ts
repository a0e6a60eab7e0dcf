/** Bytes → frames. What the body is decides, not what its header says: servers label streams in every possible way. */
import { createParser } from 'eventsource-parser';
import type { Frame, Framing } from './contract';

/** One event or line may be this long, in characters. */
export const longestFrame = 16 * 1024 * 1024;
/** A whole JSON answer may be this long, in bytes. */
export const longestJson = 10 * 1024 * 1024;
/** How much of an unreadable body is kept for its words. */
const longestScrap = 64 * 1024;

/** The body is not what any wire sends. `scrap` is the beginning of it, for the words. */
export class FramingError extends Error {
  readonly kind: 'not-an-api' | 'too-large';
  readonly scrap: string;
  constructor(kind: 'not-an-api' | 'too-large', scrap: string) {
    super(kind);
    this.kind = kind;
    this.scrap = scrap;
  }
}

/** Takes the next piece of text; gives the frames that are complete with it. */
interface Splitter {
  feed(text: string): Frame[];
  /** The bytes are over. */
  flush(): Frame[];
}

/**
 * Splits a body into frames. However the bytes are cut into chunks, the frames are the same. A last frame without its end
 * is given if it is whole in itself, and dropped if it was cut.
 * @throws FramingError where the body is a web page, plain text, or too long
 */
export async function* frames(body: AsyncIterable<Uint8Array>, expected: Framing): AsyncGenerator<Frame> {
  // One decoder for the whole body, so that a character may be cut anywhere. Exactly one byte order mark goes, and it goes
  // here: decoders disagree about a second one.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let begun = false;
  let splitter: Splitter | undefined;
  let head = '';
  let bytes = 0;
  const take = (decoded: string, last: boolean): Frame[] => {
    const text = begun ? decoded : decoded.replace(/^\uFEFF/, '');
    begun ||= decoded !== '';
    if (splitter) return splitter.feed(text);
    head += text;
    splitter = sniff(head, expected, last);
    if (splitter) return splitter.feed(head);
    if (head.length > longestScrap) throw new FramingError('not-an-api', head.slice(0, longestScrap));
    return [];
  };
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield* take(text, false);
    if (expected === 'json' && bytes > longestJson) throw new FramingError('too-large', '');
  }
  const rest = decoder.decode();
  yield* take(rest, true);
  if (splitter) yield* splitter.flush();
}

/** Decides by the first characters; `undefined` while they do not decide yet. */
function sniff(head: string, expected: Framing, last: boolean): Splitter | undefined {
  const start = head.trimStart();
  if (start === '') return undefined;
  if (start.startsWith('<')) return pageSplitter();
  if (start.startsWith('{') || start.startsWith('[')) return expected === 'ndjson' ? lineSplitter() : valueSplitter();
  if (expected !== 'ndjson') return eventSplitter();
  // An SSE answer where lines were asked for: `data:`, `event:`, `id:`, `retry:` or a comment.
  if (/^(?::|(?:data|event|id|retry):)/.test(start)) return eventSplitter();
  return start.length > 6 || last || start.includes('\n') ? lineSplitter() : undefined;
}

/** A web page: read on a little for its title, then say so. */
function pageSplitter(): Splitter {
  let scrap = '';
  const fail = (): never => {
    throw new FramingError('not-an-api', scrap);
  };
  return {
    feed(text) {
      scrap += text;
      return scrap.length > longestScrap || /<\/(?:title|head|html)>/i.test(scrap) ? fail() : [];
    },
    flush: fail,
  };
}

/** Lines that end in LF, CRLF or CR, given as soon as their end is there: a CR is an end, whatever comes after it. */
function lineReader(onLine: (line: string) => void): { feed(text: string): void; rest(): string } {
  let held: string[] = [];
  let heldLength = 0;
  let afterCr = false;
  return {
    feed(text) {
      let start = 0;
      if (afterCr && text !== '') {
        if (text.startsWith('\n')) start = 1;
        afterCr = false;
      }
      for (;;) {
        const end = nextEnd(text, start);
        if (end < 0) break;
        const line = held.join('') + text.slice(start, end);
        held = [];
        heldLength = 0;
        start = end + 1;
        if (text.charCodeAt(end) === 13) {
          if (start === text.length) afterCr = true;
          else if (text.charCodeAt(start) === 10) start += 1;
        }
        onLine(line);
      }
      if (start < text.length) {
        held.push(text.slice(start));
        heldLength += text.length - start;
        if (heldLength > longestFrame) throw new FramingError('too-large', '');
      }
    },
    rest: () => held.join(''),
  };
}

function nextEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from);
  // Look for a CR only before the LF, or a body without any CR would be searched to its end for every line.
  const cr = lf < 0 ? text.indexOf('\r', from) : text.slice(from, lf).indexOf('\r');
  if (cr < 0) return lf;
  return lf < 0 ? cr : from + cr;
}

/**
 * Server-sent events. The parser is fed whole lines, so that lines it does not know arrive whole too, however the bytes were
 * cut: an `error:` field, or the raw JSON with which some servers end a stream.
 */
function eventSplitter(): Splitter {
  let ready: Frame[] = [];
  let strays: string[] = [];
  let straysLength = 0;
  let any = false;
  let size = 0;
  const flushStrays = (): void => {
    const text = strays.join('\n').trim();
    strays = [];
    straysLength = 0;
    if (isJson(text)) ready.push({ data: text });
  };
  const parser = createParser({
    onEvent: ({ data, event }) => {
      size = 0;
      any = true;
      if (data === '' && event === undefined) return;
      flushStrays();
      ready.push(event === undefined ? { data } : { data, event });
    },
    onComment: () => {
      any = true;
    },
    onError: (error) => {
      if (error.type !== 'unknown-field') return;
      if (error.field === 'error') {
        any = true;
        ready.push({ data: error.value ?? '', field: 'error' });
      } else if (straysLength < longestScrap) {
        strays.push(error.line ?? '');
        straysLength += error.line?.length ?? 0;
      }
    },
  });
  const reader = lineReader((line) => {
    size += line.length;
    if (size > longestFrame) throw new FramingError('too-large', '');
    if (line === '') size = 0;
    parser.feed(`${line}\n`);
  });
  // Ends the parser's own look for a byte order mark: exactly one was taken away already.
  parser.feed('\n');
  const taken = (): Frame[] => {
    const result = ready;
    ready = [];
    return result;
  };
  return {
    feed(text) {
      reader.feed(text);
      return taken();
    },
    flush() {
      // The last event counts without its blank line, unless it was cut.
      const line = reader.rest();
      if (line !== '') parser.feed(`${line}\n`);
      const before = ready.length;
      parser.feed('\n');
      const last = ready.length > before ? ready.at(-1) : undefined;
      if (last && last.field === undefined && last.data !== '[DONE]' && isCut(last.data)) ready.pop();
      const scrap = strays.join('\n').trim();
      flushStrays();
      if (!any && ready.length === 0 && scrap !== '') throw new FramingError('not-an-api', scrap);
      return taken();
    },
  };
}

/** One JSON value after another, however they are laid out: a whole body, or one followed by `data: [DONE]`. */
function valueSplitter(): Splitter {
  let held: string[] = [];
  let heldLength = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let line = '';
  const ready: Frame[] = [];
  const push = (text: string): void => {
    held.push(text);
    heldLength += text.length;
    if (heldLength > longestFrame) throw new FramingError('too-large', '');
  };
  /** Text between values: white space, or a line of the event stream that a proxy left behind. */
  const between = (text: string, from: number): number => {
    for (let place = from; place < text.length; place += 1) {
      const letter = text.charAt(place);
      if ((letter === '{' || letter === '[') && /^(?:data:)?\s*$/.test(line)) return place;
      line = letter === '\n' || letter === '\r' ? '' : line.length > 100 ? line : line + letter;
    }
    return text.length;
  };
  return {
    feed(text) {
      let place = 0;
      while (place < text.length) {
        if (depth === 0) {
          place = between(text, place);
          if (place === text.length) break;
        }
        const start = place;
        let closed = false;
        for (; place < text.length && !closed; place += 1) {
          const code = text.charCodeAt(place);
          if (escaped) escaped = false;
          else if (inString) {
            if (code === 92) escaped = true;
            else if (code === 34) inString = false;
          } else if (code === 34) inString = true;
          else if (code === 123 || code === 91) depth += 1;
          else if (code === 125 || code === 93) {
            depth -= 1;
            closed = depth === 0;
          }
        }
        push(text.slice(start, place));
        if (closed) {
          ready.push({ data: held.join('') });
          held = [];
          heldLength = 0;
          line = '';
        }
      }
      return ready.splice(0);
    },
    // A value without its end was cut.
    flush: () => [],
  };
}

/** One JSON a line. A line that is not JSON is given as it is, for its words; a value over several lines is put together. */
function lineSplitter(): Splitter {
  let ready: Frame[] = [];
  let open: string[] = [];
  const close = (): void => {
    const text = open.join('\n');
    open = [];
    if (text.trim() !== '') ready.push({ data: text });
  };
  const reader = lineReader((line) => {
    const text = line.trim();
    if (text === '') return;
    const whole = (text.startsWith('{') && text.endsWith('}')) || (text.startsWith('[') && text.endsWith(']'));
    if (whole || open.length === 0) {
      close();
      open.push(text);
      if (whole || !(text.startsWith('{') || text.startsWith('['))) close();
    } else {
      open.push(text);
      // No server lays a line of its stream out over this many lines; without an end every `}` would be tried in vain.
      if (open.length > 2000 || (/^[}\]]/.test(text) && isJson(open.join('\n')))) close();
    }
  });
  const taken = (): Frame[] => {
    const result = ready;
    ready = [];
    return result;
  };
  return {
    feed(text) {
      reader.feed(text);
      return taken();
    },
    flush() {
      const rest = reader.rest().trim();
      if (rest !== '') open.push(rest);
      const text = open.join('\n');
      // A value without its end was cut; words without an end are still words.
      if (isCut(text)) open = [];
      close();
      return taken();
    },
  };
}

/** JSON that lacks its end. */
const isCut = (text: string): boolean => /^\s*[{[]/.test(text) && !isJson(text);

function isJson(text: string): boolean {
  if (text === '') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
