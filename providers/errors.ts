/** What went wrong, in common words: one table for statuses, one reader for the many shapes of error bodies. */
import type { ChatError, ErrorKind } from '../core/chat';
import { parseDuration, waitInWords } from './duration';

/** The kind a status stands for, before the body says something sharper. */
export function kindOfStatus(status: number): ErrorKind {
  const kind = kinds[status];
  if (kind) return kind;
  if (status === 0 || (status >= 300 && status < 400)) return 'redirect';
  return status >= 500 ? 'server' : 'bad-request';
}

const kinds: Readonly<Record<number, ErrorKind>> = {
  400: 'bad-request',
  401: 'auth',
  402: 'quota',
  403: 'permission',
  404: 'model-not-found',
  405: 'not-an-api',
  407: 'network',
  408: 'timeout',
  409: 'server',
  410: 'model-not-found',
  413: 'too-long',
  422: 'bad-request',
  424: 'server',
  429: 'rate-limit',
  451: 'blocked-content',
  // Groq: capacity exceeded.
  498: 'overloaded',
  503: 'overloaded',
  // Anthropic: overloaded.
  529: 'overloaded',
};

/** Statuses that may be better the next time, with the same request. */
export function mayRetry(status: number): boolean {
  return [408, 409, 429, 500, 502, 503, 504, 529].includes(status);
}

/** Statuses after which a pool asks its next server. */
export const mayFailOver = (status: number): boolean => status === 408 || status === 429 || status >= 500;

type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether this JSON is an error, whatever the status around it said. `error: null` is not. */
export function isErrorBody(body: unknown): boolean {
  const fields = Array.isArray(body) ? body[0] : body;
  if (!isFields(fields)) return false;
  if (fields.error !== undefined && fields.error !== null && fields.error !== false) return true;
  if (fields.object === 'error' || fields.type === 'error') return true;
  if (typeof fields.error_type === 'string' || typeof fields.error_message === 'string') return true;
  // FastAPI and the old gateways: nothing but a `detail`.
  return fields.detail !== undefined && fields.detail !== null && fields.choices === undefined;
}

/**
 * Words, code and wait out of an error body of any known shape: `{error:{message,code,type}}`, `{error:"…"}`, `[{error}]`,
 * `{object:"error"}`, `{error_type,error_message}`, `{detail}`, `{code,error:"…"}`, `{message}`, or plain text.
 * @param options.waits texts without "try again" words may name a wait too (`quirks.waitInWords`)
 */
export function readError(body: unknown, options: { waits?: boolean } = {}): Partial<ChatError> {
  const first = Array.isArray(body) ? body[0] : body;
  if (typeof first === 'string') return finished(wordsOf(first), undefined, undefined, options);
  if (!isFields(first)) return {};
  const inner = isFields(first.error) ? first.error : first;
  const message =
    wordsOf(inner.message) ??
    wordsOf(inner.error_message) ??
    wordsOf(inner.error) ??
    wordsOf(inner.detail) ??
    wordsOf(inner.msg) ??
    wordsOf(first.message) ??
    wordsOf(first.detail) ??
    wordsOf(inner.metadata) ??
    wordsOf(first.errors);
  const codes = [inner.code, inner.type, inner.status, inner.error_type, first.code, first.type]
    .filter((code) => typeof code === 'string' || typeof code === 'number')
    .map(String)
    .filter((code) => code !== '' && code !== 'error');
  // A name tells more than a number.
  const code = codes.find((candidate) => /[a-z]/i.test(candidate)) ?? codes[0];
  const wait = retryInfo(inner.details) ?? (isFields(inner.metadata) ? retryInfo([inner.metadata]) : undefined);
  return finished(message, code, wait, options, codes);
}

function finished(
  message: string | undefined,
  code: string | undefined,
  wait: number | undefined,
  options: { waits?: boolean },
  codes: readonly string[] = [],
): Partial<ChatError> {
  const sharp = sharper(message ?? '', codes);
  const inWords = message === undefined ? undefined : waitInWords(message, { bare: options.waits === true });
  const retryAfterMs = wait ?? inWords;
  // Google calls a limit a minute long a quota too; one that says when it ends is not spent.
  const kind = sharp === 'quota' && retryAfterMs !== undefined ? 'rate-limit' : sharp;
  return {
    ...(message === undefined ? {} : { message }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(kind === undefined ? {} : { kind }),
  };
}

/** What codes and words say beyond the status. Codes first: words may quote the user. */
function sharper(message: string, codes: readonly string[]): ErrorKind | undefined {
  for (const code of codes) {
    const kind = kindOfCode(code);
    if (kind) return kind;
  }
  for (const [pattern, kind] of tellingWords) if (pattern.test(message.slice(0, 1000))) return kind;
  return undefined;
}

function kindOfCode(code: string): ErrorKind | undefined {
  const plain = code.toLowerCase().replaceAll('-', '_');
  const known = kindsOfCodes.get(plain);
  if (known) return known;
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600 && status !== 400 ? kindOfStatus(status) : undefined;
}

/** A map, because a server may call its error `constructor`. */
const kindsOfCodes: ReadonlyMap<string, ErrorKind> = new Map([
  ['invalid_api_key', 'auth'],
  ['authentication_error', 'auth'],
  ['unauthenticated', 'auth'],
  ['unauthorized', 'auth'],
  ['permission_error', 'permission'],
  ['permission_denied', 'permission'],
  ['insufficient_quota', 'quota'],
  ['billing_error', 'quota'],
  ['billing_hard_limit_reached', 'quota'],
  ['enforced_spend_limit_reached', 'quota'],
  ['insufficient_balance', 'quota'],
  ['payment_required', 'quota'],
  ['rate_limit_exceeded', 'rate-limit'],
  ['rate_limit_error', 'rate-limit'],
  ['resource_exhausted', 'rate-limit'],
  ['model_not_found', 'model-not-found'],
  ['not_found_error', 'model-not-found'],
  ['model_not_available', 'model-not-found'],
  ['deploymentnotfound', 'model-not-found'],
  ['context_length_exceeded', 'too-long'],
  ['string_above_max_length', 'too-long'],
  ['request_too_large', 'too-long'],
  ['exceed_context_size_error', 'too-long'],
  ['overloaded_error', 'overloaded'],
  ['overloaded', 'overloaded'],
  ['unavailable', 'overloaded'],
  ['engine_overloaded', 'overloaded'],
  ['server_error', 'server'],
  ['api_error', 'server'],
  ['internal', 'server'],
  ['internal_server_error', 'server'],
  ['timeout_error', 'timeout'],
  ['deadline_exceeded', 'timeout'],
  ['content_filter', 'blocked-content'],
  ['content_policy_violation', 'blocked-content'],
  ['responsibleaipolicyviolation', 'blocked-content'],
]);

const tellingWords: readonly (readonly [RegExp, ErrorKind])[] = [
  [/incorrect api key|invalid api key|api key not valid|invalid x-api-key|no api key|missing api key/i, 'auth'],
  [
    /exceeded your current quota|insufficient (?:quota|balance|credit)|credit balance is too low|spend(?:ing)? limit/i,
    'quota',
  ],
  [
    /context (?:length|window|size)|maximum context|too many tokens|prompt is too long|input is too long|reduce the length/i,
    'too-long',
  ],
  [
    /\bmodel\b.{0,200}\b(?:not found|does not exist|not exist|not available|is unknown)|unknown model|invalid model/i,
    'model-not-found',
  ],
  [/no such model|try pulling it first/i, 'model-not-found'],
  [/content management policy|content policy|flagged as potentially/i, 'blocked-content'],
  [/\boverloaded\b|at capacity|high demand/i, 'overloaded'],
  [/rate limit|too many requests/i, 'rate-limit'],
];

/** Words wherever a wire may have hidden them: text, an object with `message` or `detail`, a list of such (FastAPI's 422). */
function wordsOf(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  if (depth > 3) return undefined;
  if (Array.isArray(value)) {
    const words = value.slice(0, 5).flatMap((item) => wordsOf(item, depth + 1) ?? []);
    return words.length > 0 ? words.join('; ') : undefined;
  }
  if (!isFields(value)) return undefined;
  const words =
    wordsOf(value.message, depth + 1) ??
    wordsOf(value.msg, depth + 1) ??
    wordsOf(value.detail, depth + 1) ??
    wordsOf(value.error, depth + 1) ??
    wordsOf(value.raw, depth + 1) ??
    wordsOf(value.reason, depth + 1);
  if (words === undefined || !Array.isArray(value.loc)) return words;
  return `${value.loc.filter((step) => typeof step === 'string' || typeof step === 'number').join('.')}: ${words}`;
}

/** Google's `RetryInfo` (`"34.4s"`) and plain `retry_after` fields. */
function retryInfo(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) {
    if (!isFields(detail)) continue;
    const delay = detail.retryDelay ?? detail.retry_after ?? detail.retry_after_seconds;
    const ms = typeof delay === 'string' ? parseDuration(delay) : typeof delay === 'number' ? delay * 1000 : undefined;
    if (ms !== undefined && ms > 0) return ms;
  }
  return undefined;
}
