/** Bytes → frames. What the body is decides, not what its header says: servers label streams in every possible way. */
import { createParser } from 'eventsource-parser';
import type { Frame, Framing } from './contract';
import {
  FramingError,
  isCut,
  isJson,
  lineReader,
  lineSplitter,
  longestFrame,
  longestScrap,
  valueSplitter,
  type Splitter,
} from './splitting';

/** A whole JSON answer may be this long, in bytes. */
export const longestJson = 10 * 1024 * 1024;

/**
 * Splits a body into frames, given together as far as one chunk of it completes them: a burst brings thousands, and a turn of
 * promises for each would cost more than reading it. However the bytes are cut into chunks, the frames are the same. A last
 * frame without its end is given if it is whole in itself, and dropped if it was cut.
 * @throws FramingError where the body is a web page, plain text, or too long
 */
export async function* frames(body: AsyncIterable<Uint8Array>, expected: Framing): AsyncGenerator<Frame[]> {
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
    if (text !== '') yield take(text, false);
    if (expected === 'json' && bytes > longestJson) throw new FramingError('too-large', '');
  }
  const rest = decoder.decode();
  yield take(rest, true);
  if (splitter) yield splitter.flush();
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
  const takeLine = (line: string): void => {
    size += line.length;
    if (size > longestFrame) throw new FramingError('too-large', '');
    if (line === '') size = 0;
    parser.feed(`${line}\n`);
  };
  const reader = lineReader(takeLine, (lines) => {
    // Only where none of the events can be too long.
    if (size + lines.length > longestFrame) return lines.slice(0, -1).split('\n').forEach(takeLine);
    const blank = `\n${lines}`.lastIndexOf('\n\n');
    size = blank < 0 ? size + lines.length : lines.length - blank - 1;
    parser.feed(lines);
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
