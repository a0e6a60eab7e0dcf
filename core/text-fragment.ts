/**
 * Addresses that lead to a place in a page: `#:~:text=start,end`.
 * Grammar: https://wicg.github.io/scroll-to-text-fragment/#syntax. The browser looks for whole words, and for each of the two
 * texts within one block, so a longer text is named by its first and its last words.
 */

/** In words; a text up to this long is named whole. */
const wholeWords = 10;
const startWords = 7;
const endWords = 5;
/** Where words have no spaces between them: in UTF-16 units. */
const longestWord = 40;

/** The directive's value for a text, such as `text=It%20was,a%20dark%20night`; undefined if there is nothing to look for. */
export function textDirective(text: string): string | undefined {
  const lines = text
    .toWellFormed()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const words = first.split(/\s+/);
  const isShort =
    words.length <= wholeWords &&
    first.length <= wholeWords * longestWord &&
    words.every((word) => word.length <= longestWord);
  if (lines.length === 1 && isShort) return `text=${encoded(first)}`;
  const start = words
    .slice(0, startWords)
    .join(' ')
    .slice(0, startWords * longestWord);
  const end = last
    .split(/\s+/)
    .slice(-endWords)
    .join(' ')
    .slice(-endWords * longestWord);
  if (lines.length === 1 && words.length < startWords + endWords) return `text=${encoded(wordStart(start))}`;
  return `text=${encoded(wordStart(start))},${encoded(end)}`;
}

/** Without spaces (Chinese, Japanese, Thai) a beginning of two dozen characters is enough, and less likely to be torn. */
const wordStart = (text: string): string =>
  /\s/.test(text) || text.length <= longestWord
    ? text
    : text
        .slice(0, 24)
        .toWellFormed()
        .replace(/\uFFFD$/, '');

/** Commas and dashes mean something in the directive; brackets and stars would in Markdown. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[-!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The address with the place of the text. What the page itself keeps behind `#` stays. Undefined for addresses that are
 * not of the web.
 */
export function addressOfText(url: string, text: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const address = new URL(url);
  if (!/^(https?|file):$/.test(address.protocol)) return undefined;
  const fragment = address.hash.slice(1).split(':~:', 1)[0] ?? '';
  const directive = textDirective(text);
  address.hash = directive === undefined ? fragment : `${fragment}:~:${directive}`;
  return address.href;
}

/** The place that an address names: how its text begins and, if it says so, how it ends. */
export function placeIn(url: string): { start: string; end: string } | undefined {
  const directive = url.split(':~:', 2)[1];
  const parts = /(?:^|&)text=([^&]*)/.exec(directive ?? '')?.[1]?.split(',') ?? [];
  try {
    // What stands before and after a place (`prefix-,` and `,-suffix`) only helps to tell it from others.
    const [start = '', end = ''] = parts.filter((part) => !/^-|-$/.test(part)).map(decodeURIComponent);
    return start === '' ? undefined : { start, end };
  } catch {
    return undefined;
  }
}

/** Addresses of the same document: all but what stands behind `#`. */
export const isSameDocument = (one: string, other: string): boolean => one.split('#', 1)[0] === other.split('#', 1)[0];
