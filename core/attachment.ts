/** What becomes of text taken from a page before anybody keeps it: well-formed, without invisible characters, capped. */
import { withoutInvisible } from './invisible';

/** The longest quote, in UTF-16 units. What is over is cut and counted. */
export const quoteCap = 200_000;

/**
 * The longest page that is kept, in UTF-16 units. It may be longer than what a model is sent: Passages searches all of it,
 * and what goes to a model is chosen from all of it.
 */
export const pageCap = 1_000_000;

/** The most of one page that any model is sent, whatever its context holds, in UTF-16 units. */
export const sentPageCap = 200_000;

export interface Prepared {
  text: string;
  /** UTF-16 units left out at the cap. */
  cut: number;
  /** Invisible characters taken out. */
  removed: number;
}

/** Makes text from a page fit to be kept. Line breaks become `\n`. */
export function prepared(raw: string, cap: number): Prepared {
  const { text, removed } = withoutInvisible(raw.toWellFormed().replace(/\r\n?/g, '\n'));
  if (text.length <= cap) return { text, cut: 0, removed };
  const end = endBefore(text, cap);
  return { text: text.slice(0, end), cut: text.length - end, removed };
}

/** The last place at or before `limit` that does not tear a surrogate pair apart. */
export function endBefore(text: string, limit: number): number {
  const code = text.charCodeAt(limit - 1);
  return limit < text.length && code >= 0xd800 && code <= 0xdbff ? limit - 1 : limit;
}

/**
 * The text as it stands between the marks of a request (`core/prompt.ts`): nothing invisible is left in it (an imported chat
 * may hold what no page would have brought in), and what could be taken for such a mark no longer can. What the reader is
 * shown goes through here, too, so that it is what is sent.
 */
export const asSent = (text: string): string => withoutMarks(withoutInvisible(text.toWellFormed()).text);

function withoutMarks(text: string): string {
  // Anything may stand between the bracket and the name that a model would read over.
  return text.replace(/[<＜﹤](?=[\s/\\\p{Cf}]{0,20}(?:page_content|quote)(?![a-z]))/giu, '&lt;');
}

/** A page's own title or address as it stands in a request: one line, 300 characters, no control characters of any kind. */
export function lineAsSent(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return asSent(Array.from(clean.slice(0, 600)).slice(0, 300).join(''));
}
