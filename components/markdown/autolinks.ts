/** Addresses written as plain text or between angle brackets (CommonMark autolinks and GFM's extended ones). */

const inBrackets = /<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)>/iy;
const mailInBrackets =
  /<([a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*)>/iy;
/** Longest address looked for, in characters. */
const longest = 4096;

export interface Autolink {
  url: string;
  text: string;
  start: number;
  end: number;
}

export function autolinkInBrackets(source: string, at: number): Autolink | undefined {
  inBrackets.lastIndex = at;
  const address = inBrackets.exec(source)?.[1];
  if (address !== undefined) return { url: address, text: address, start: at, end: at + address.length + 2 };
  mailInBrackets.lastIndex = at;
  const mail = mailInBrackets.exec(source)?.[1];
  if (mail === undefined) return undefined;
  return { url: `mailto:${mail}`, text: mail, start: at, end: at + mail.length + 2 };
}

/** An address whose scheme ends at the colon at `colon`. It may start no earlier than `from`. */
export function autolinkAtColon(
  source: string,
  from: number,
  colon: number,
  inLinkText: boolean,
): Autolink | undefined {
  if (source[colon + 1] !== '/' || source[colon + 2] !== '/') return undefined;
  const start = wordStart(source, from, colon);
  const scheme = source.slice(start, colon).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') return undefined;
  return finished(source, start, colon + 3, '', inLinkText);
}

/** An address that starts with `www.`, whose first dot is at `dot`. */
export function autolinkAtDot(source: string, from: number, dot: number, inLinkText: boolean): Autolink | undefined {
  if (source[dot - 1] !== 'w' && source[dot - 1] !== 'W') return undefined;
  const start = wordStart(source, from, dot);
  if (source.slice(start, dot).toLowerCase() !== 'www') return undefined;
  return finished(source, start, dot + 1, 'http://', inLinkText);
}

const localPart = /[a-z0-9._+-]/i;
const domain = /[a-z0-9_-]+(?:\.[a-z0-9_-]+)+/iy;

/** A mail address around the `@` at `at`. */
export function autolinkAtSign(source: string, from: number, at: number): Autolink | undefined {
  let start = at;
  while (start > from && localPart.test(source[start - 1] ?? '')) start -= 1;
  if (start === at) return undefined;
  domain.lastIndex = at + 1;
  const found = domain.exec(source.slice(0, Math.min(source.length, at + 256)))?.[0];
  if (found === undefined || !/[a-z0-9]$/i.test(found)) return undefined;
  const end = at + 1 + found.length;
  const text = source.slice(start, end);
  return { url: `mailto:${text}`, text, start, end };
}

function wordStart(source: string, from: number, end: number): number {
  let start = end;
  const limit = Math.max(from, end - 6);
  while (start > limit && /[a-z0-9]/i.test(source[start - 1] ?? '')) start -= 1;
  return start;
}

/** Ends an address where a reader would: before spaces, before closing marks of the sentence, before a bracket it did not open. */
function finished(
  source: string,
  start: number,
  host: number,
  prefix: string,
  inLinkText: boolean,
): Autolink | undefined {
  if (!/[\p{L}\p{N}]/u.test(String.fromCodePoint(source.codePointAt(host) ?? 0x20))) return undefined;
  const limit = Math.min(source.length, start + longest);
  let end = host;
  let parentheses = 0;
  for (; end < limit; end += 1) {
    const code = source.charCodeAt(end);
    if (code <= 0x20 || code === 0x3c || code === 0x60 || (code === 0x5d && inLinkText)) break;
    // Chinese and Japanese punctuation ends a sentence without a space.
    if ((code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff65)) break;
    if (code === 0x28) parentheses += 1;
    if (code === 0x29) parentheses -= 1;
  }
  for (; end > host; end -= 1) {
    const last = source[end - 1] ?? '';
    if (last === ')' && parentheses < 0) parentheses += 1;
    else if (last === ';') end = beforeEntity(source, host, end);
    else if (!'?!.,:*_~\'"'.includes(last)) break;
  }
  if (end <= host) return undefined;
  const text = source.slice(start, end);
  return { url: prefix + text, text, start, end };
}

/** `&amp;` at the end is not part of an address. Gives the place after which the loop goes on to take one character off. */
function beforeEntity(source: string, host: number, end: number): number {
  let start = end - 2;
  while (start > host && /[a-z0-9]/i.test(source[start] ?? '')) start -= 1;
  return source[start] === '&' && start < end - 2 ? start + 1 : end;
}
