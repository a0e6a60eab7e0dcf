import { unescapeText } from './characters';

/**
 * Reads the parts of links: `<address>`, `address`, `"title"`, `[label]`. Each reader starts at a place in the source and
 * gives what it read and where it stopped. All are bounded, so that no input makes them read the same text over and over.
 */

/** Longest address or title, in characters. */
const longest = 4096;
/** Longest label, by the CommonMark specification. */
const longestLabel = 999;
/** Depth of parentheses within a bare address, as the specification allows implementations to set. */
const deepest = 32;

export interface Read {
  text: string;
  end: number;
}

/** `unfinished`: the source ended first, so more of it could still make this part valid. */
export type Reading = Read | 'unfinished' | undefined;

/** `whole`: no more source will come, so its end also ends a bare address. */
function readAddress(source: string, at: number, whole: boolean): Reading {
  return source[at] === '<' ? readBracketedAddress(source, at) : readBareAddress(source, at, whole);
}

function readBracketedAddress(source: string, at: number): Reading {
  const limit = Math.min(source.length, at + longest);
  for (let place = at + 1; place < limit; place += 1) {
    const character = source[place];
    if (character === '>') return { text: unescapeText(source.slice(at + 1, place)), end: place + 1 };
    if (character === '\n' || character === '<') return undefined;
    if (character === '\\') place += 1;
  }
  return limit === source.length ? 'unfinished' : undefined;
}

function readBareAddress(source: string, at: number, whole: boolean): Reading {
  const limit = Math.min(source.length, at + longest);
  let depth = 0;
  let place = at;
  for (; place < limit; place += 1) {
    const code = source.charCodeAt(place);
    if (code <= 0x20 || code === 0x7f) break;
    if (code === 0x5c && place + 1 < limit && source.charCodeAt(place + 1) > 0x20) place += 1;
    else if (code === 0x28) {
      depth += 1;
      if (depth > deepest) return undefined;
    } else if (code === 0x29) {
      if (depth === 0) break;
      depth -= 1;
    }
  }
  if (place >= source.length && !whole) return 'unfinished';
  if ((place === limit && limit < source.length) || depth > 0) return undefined;
  return { text: unescapeText(source.slice(at, place)), end: place };
}

function readTitle(source: string, at: number): Reading {
  const opener = source[at];
  const closer = opener === '(' ? ')' : opener;
  if (opener !== '"' && opener !== "'" && opener !== '(') return undefined;
  const limit = Math.min(source.length, at + longest);
  for (let place = at + 1; place < limit; place += 1) {
    const character = source[place];
    if (character === closer) return { text: unescapeText(source.slice(at + 1, place)), end: place + 1 };
    if (character === '(' && opener === '(') return undefined;
    if (character === '\\') place += 1;
  }
  return limit === source.length ? 'unfinished' : undefined;
}

/** Reads `[label]`. The text is as written; compare labels by `labelKey`. */
export function readLabel(source: string, at: number): Reading {
  if (source[at] !== '[') return undefined;
  const limit = Math.min(source.length, at + longestLabel + 2);
  for (let place = at + 1; place < limit; place += 1) {
    const character = source[place];
    if (character === ']') return { text: source.slice(at + 1, place), end: place + 1 };
    if (character === '[') return undefined;
    if (character === '\\') place += 1;
  }
  return limit === source.length ? 'unfinished' : undefined;
}

/** Labels that differ only in case or spacing are the same label; an empty key is no label. */
export function labelKey(label: string): string {
  return label.trim().replace(/\s+/gu, ' ').toLowerCase().toUpperCase();
}

/** The place after spaces, and at most one line feed. */
export function skipSpace(source: string, at: number): number {
  let place = at;
  let feeds = 0;
  for (; ; place += 1) {
    const code = source.charCodeAt(place);
    if (code === 0x0a) {
      feeds += 1;
      if (feeds > 1) return place;
    } else if (code !== 0x20 && code !== 0x09) return place;
  }
}

/** Reads what follows the text of an inline link: `(address "title")`, with `at` on the parenthesis. */
export function readTarget(
  source: string,
  at: number,
): { url: string; title: string; end: number } | 'unfinished' | undefined {
  let place = skipSpace(source, at + 1);
  if (place >= source.length) return 'unfinished';
  let url = '';
  if (source[place] !== ')') {
    const address = readAddress(source, place, false);
    if (typeof address !== 'object') return address;
    url = address.text;
    place = address.end;
  }
  const afterAddress = place;
  place = skipSpace(source, place);
  if (place >= source.length) return 'unfinished';
  let title = '';
  if (source[place] !== ')') {
    if (place === afterAddress) return undefined;
    const read = readTitle(source, place);
    if (typeof read !== 'object') return read;
    title = read.text;
    place = skipSpace(source, read.end);
    if (place >= source.length) return 'unfinished';
  }
  return source[place] === ')' ? { url, title, end: place + 1 } : undefined;
}

/** Reads one link reference definition, `[label]: address "title"`, to the end of its line. */
export function readDefinition(
  source: string,
  at: number,
): { key: string; url: string; title: string; end: number } | undefined {
  const label = readLabel(source, at);
  if (typeof label !== 'object' || source[label.end] !== ':') return undefined;
  const key = labelKey(label.text);
  if (key === '') return undefined;
  const start = skipSpace(source, label.end + 1);
  if (start >= source.length) return undefined;
  const address = readAddress(source, start, true);
  if (typeof address !== 'object' || (address.end === start && source[start] !== '<')) return undefined;
  const titleStart = skipSpace(source, address.end);
  if (titleStart > address.end) {
    const title = readTitle(source, titleStart);
    const end = typeof title === 'object' ? lineEnd(source, title.end) : undefined;
    if (typeof title === 'object' && end !== undefined) return { key, url: address.text, title: title.text, end };
  }
  const end = lineEnd(source, address.end);
  return end === undefined ? undefined : { key, url: address.text, title: '', end };
}

/** The start of the next line, if nothing but spaces is left of this one. */
function lineEnd(source: string, at: number): number | undefined {
  let place = at;
  while (source[place] === ' ' || source[place] === '\t') place += 1;
  if (place >= source.length) return source.length;
  return source[place] === '\n' ? place + 1 : undefined;
}
