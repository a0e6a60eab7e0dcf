/** Every form in which servers say how long to wait. All results are milliseconds; nonsense is `undefined`. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A number with its unit, as in `6m0s`, `12ms`, `5.289s`, `5 seconds`. */
const piece =
  /(\d{1,15}(?:\.\d{1,9})?)\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])/giu;

/**
 * `"5"`, `"5.289s"`, `"6m0s"`, `"12ms"`, `"1m2.5s"`, `"2 minutes"` → milliseconds. A bare number is taken as seconds.
 * Negative, empty or other text gives `undefined`.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{1,15}(?:\.\d{1,9})?$/.test(trimmed)) return sane(Number(trimmed) * 1000);
  const rest = trimmed
    .replace(piece, '')
    .replace(/,|\band\b/gi, '')
    .trim();
  return rest === '' ? durationWithin(trimmed) : undefined;
}

/**
 * The wait a text speaks of: "try again in 5.289s", "retry after 1m2.5s", "wait 5 seconds". The last one named counts.
 * With `bare`, a text without any unit gives its last number as seconds (DfeHub's `detail`).
 */
export function waitInWords(text: string, options: { bare?: boolean } = {}): number | undefined {
  const short = text.slice(0, 2000);
  const named = [
    ...short.matchAll(
      /\b(?:again|retry|wait|retrying|resets?|available)\b(?:\s{1,4}[a-z]{1,12}){0,2}\s{0,4}:?\s{0,4}(?=\d)/gi,
    ),
  ].at(-1);
  if (named) {
    const wait = leadingDuration(short.slice(named.index + named[0].length));
    if (wait !== undefined) return wait;
  }
  if (options.bare !== true) return undefined;
  const units = durationWithin(short);
  if (units !== undefined) return units;
  const bare = [...short.matchAll(/(?<![\w.-])\d{1,9}(?:\.\d{1,9})?(?![\w.])/g)].at(-1);
  return bare ? sane(Number(bare[0]) * 1000) : undefined;
}

/**
 * The wait that a response's headers ask for. A number is judged first and never falls through to the date parser, which
 * reads `-5` as the year 2001 and `120` as the year 120. Zero, negative and past waits are `undefined`: they say nothing.
 * @param now epoch milliseconds, for dates
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const exact = headers.get('retry-after-ms');
  if (exact !== null && /^\s*\d{1,15}(?:\.\d+)?\s*$/.test(exact)) {
    const ms = sane(Number(exact));
    if (ms !== undefined) return ms;
  }
  const common = headers.get('retry-after');
  if (common !== null) {
    const ms = afterHeader(common, now);
    if (ms !== undefined) return ms;
  }
  return undefined;
}

/** Limits a server reports without asking to wait: `x-ratelimit-reset-requests: 6m0s`, `anthropic-ratelimit-…-reset: <date>`. */
export function limitReset(headers: Headers, now: number): number | undefined {
  const waits: number[] = [];
  headers.forEach((value, name) => {
    if (!/^(?:x|anthropic)-ratelimit-/.test(name) || !name.includes('reset')) return;
    // Only a limit that is used up is a reason to wait.
    const remaining = headers.get(name.replace('reset', 'remaining'));
    if (remaining !== null && Number(remaining) > 0) return;
    const ms = /^\d{4}-/.test(value) ? sane(Date.parse(value) - now) : parseDuration(value);
    if (ms !== undefined && ms > 0) waits.push(ms);
  });
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

function afterHeader(value: string, now: number): number | undefined {
  const trimmed = value.trim();
  if (/^[+-]?[\d.]/.test(trimmed)) return parseDuration(trimmed);
  // An HTTP date begins with the name of a day; the date parser takes far too much else.
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,/i.test(trimmed)) return undefined;
  return sane(Date.parse(trimmed) - now);
}

function durationWithin(text: string): number | undefined {
  const pieces = [...text.matchAll(piece)];
  const last = pieces.at(-1);
  if (!last) return undefined;
  // `1m2.5s` is one duration in two pieces: walk back while they touch.
  let sum = valueOf(last);
  let start = last.index;
  for (const before of pieces.slice(0, -1).toReversed()) {
    const end = before.index + before[0].length;
    if (!/^\s?(?:,\s?|and\s)?$/.test(text.slice(end, start))) break;
    sum += valueOf(before);
    start = before.index;
  }
  return sane(sum);
}

/** The duration a text begins with. */
function leadingDuration(text: string): number | undefined {
  let rest = text;
  let sum = 0;
  let found = false;
  for (;;) {
    const next = new RegExp(`^${piece.source}`, 'iu').exec(rest);
    if (!next) break;
    sum += valueOf(next);
    found = true;
    rest = rest.slice(next[0].length).replace(/^\s?(?:,\s?|and\s)?(?=\d)/, '');
  }
  if (found) return sane(sum);
  const bare = /^\d{1,9}(?:\.\d{1,9})?(?![\w.:/-]*\w)/.exec(text);
  return bare ? sane(Number(bare[0]) * 1000) : undefined;
}

function valueOf(match: RegExpExecArray | RegExpMatchArray): number {
  const unit = (match[2] ?? '').toLowerCase();
  const short = unit.startsWith('ms') || unit.startsWith('milli') ? 'ms' : unit.charAt(0);
  return Number(match[1]) * (unitMs[short] ?? 0);
}

/** Waits of more than a year are a unit mistaken, not a wish. */
function sane(ms: number): number | undefined {
  return Number.isFinite(ms) && ms > 0 && ms <= 366 * 86_400_000 ? Math.round(ms) : undefined;
}
