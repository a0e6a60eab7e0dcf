/** Text → lines and JSON values, however the text was cut. */
import type { Frame } from './contract';

/** One event or line may be this long, in characters. */
export const longestFrame = 16 * 1024 * 1024;
/** How much of an unreadable body is kept for its words. */
export const longestScrap = 64 * 1024;

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
export interface Splitter {
  feed(text: string): Frame[];
  /** The bytes are over. */
  flush(): Frame[];
}

/**
 * Lines that end in LF, CRLF or CR, given as soon as their end is there: a CR is an end, whatever comes after it.
 * @param onLines takes several lines at once, each with its LF, where there is no CR among them
 */
export function lineReader(
  onLine: (line: string) => void,
  onLines?: (lines: string) => void,
): { feed(text: string): void; rest(): string } {
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
      const last = text.lastIndexOf('\n');
      if (onLines && last >= start && !text.includes('\r')) {
        const lines = held.join('') + text.slice(start, last + 1);
        held = [];
        heldLength = 0;
        start = last + 1;
        onLines(lines);
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

/** One JSON value after another, however they are laid out: a whole body, or one followed by `data: [DONE]`. */
export function valueSplitter(): Splitter {
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
export function lineSplitter(): Splitter {
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
export const isCut = (text: string): boolean => /^\s*[{[]/.test(text) && !isJson(text);

export function isJson(text: string): boolean {
  if (text === '') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
