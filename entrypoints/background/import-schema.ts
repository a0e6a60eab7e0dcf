/**
 * The shape of an exported file, with the longest each field may be. It takes whatever Gloss itself can store, so lengths are
 * those of `schemas.ts` and `cap.ts`, or more; fields it does not know are dropped.
 */
import {
  array,
  boolean,
  exactOptional,
  finite,
  integer,
  literal,
  maxLength,
  minValue,
  null_,
  number,
  object,
  picklist,
  pipe,
  safeParse,
  union,
  unknown,
  variant,
  type BaseIssue,
  type GenericSchema,
} from 'valibot';
import { errorKinds, type Chat, type Message } from '../../core/chat';
import type { Connection } from '../../providers/contract';
import { exportFormat, exportVersion, type ExportedChat } from '../../storage/export';
import type { Preferences } from '../../storage/settings';
import { mostImages } from './cap';
import { connection, id, longestText, text as upTo } from './schemas';

/** Names, titles and addresses: the longest of them is an address. */
const text = upTo(10_000);
/** What a person wrote or a page said. */
const long = upTo(longestText);
/** What a server said. One answer is capped lower, but may have been continued more than once. */
const longer = upTo(20_000_000);
const list = <Item extends GenericSchema>(item: Item, most: number) => pipe(array(item), maxLength(most));
/** Messages of a chat and parts of an answer. */
const many = 100_000;
const amount = pipe(number(), finite());
const whole = pipe(number(), integer(), minValue(0));
const parent = union([id, null_()]);
const source = object({ title: text, url: text });
const kind = picklist(errorKinds);

const questionText = object({ type: literal('text'), text: long });
const answerText = object({ type: literal('text'), text: longer });
const imagePart = object({
  type: literal('image'),
  id,
  mediaType: text,
  data: upTo(mostImages),
  name: exactOptional(text),
  width: exactOptional(whole),
  height: exactOptional(whole),
});

const userPart = variant('type', [
  questionText,
  object({ type: literal('quote'), id, text: long, source, cut: exactOptional(whole), removed: exactOptional(whole) }),
  object({ type: literal('page'), id, text: long, source, hidden: whole, removed: whole, cut: exactOptional(whole) }),
  imagePart,
]);

const notice = variant('kind', [
  object({
    kind: literal('retry'),
    at: amount,
    attempt: whole,
    attempts: whole,
    reason: kind,
    status: exactOptional(whole),
  }),
  object({ kind: literal('server'), origin: text }),
  object({
    kind: literal('fallback'),
    failures: exactOptional(
      list(object({ connection: text, model: text, reason: kind, status: exactOptional(whole) }), many),
    ),
    connection: text,
    model: text,
    connectionId: text,
    providerId: text,
    reason: kind,
  }),
  object({ kind: literal('turns-left-out'), turns: whole }),
  object({
    kind: literal('passages-chosen'),
    sent: whole,
    of: whole,
    pages: exactOptional(list(object({ id, title: text, text: long }), many)),
  }),
  object({ kind: literal('answer-cut'), characters: whole, repeats: exactOptional(literal(true)) }),
  object({ kind: literal('over-limit'), connection: text, spent: amount, limit: amount }),
  object({
    kind: literal('part-left-out'),
    part: picklist([
      'text',
      'quote',
      'page',
      'image',
      'reasoning',
      'refusal',
      'tool-call',
      'citation',
      'opaque',
      'notice',
    ]),
    count: whole,
  }),
  object({ kind: literal('waiting'), since: amount }),
  object({ kind: literal('retracted'), reason: longer }),
]);

const answerPart = variant('type', [
  answerText,
  object({ type: literal('reasoning'), text: longer, startedAt: exactOptional(amount), ms: exactOptional(amount) }),
  object({ type: literal('refusal'), text: longer }),
  imagePart,
  object({ type: literal('tool-call'), id: longer, name: longer, input: longer }),
  object({ type: literal('citation'), url: longer, title: exactOptional(longer), text: exactOptional(longer) }),
  object({ type: literal('opaque'), wire: text, value: unknown() }),
  object({ type: literal('notice'), notice }),
]);

const base = { id, chatId: id, parentId: parent, order: whole, createdAt: amount };

const message = variant('role', [
  object({ role: literal('user'), ...base, parts: list(userPart, many) }),
  object({
    role: literal('assistant'),
    ...base,
    parts: list(answerPart, many),
    state: picklist(['pending', 'streaming', 'complete', 'interrupted', 'error', 'stopped']),
    connectionId: text,
    providerId: text,
    provider: text,
    model: text,
    error: exactOptional(
      object({
        kind,
        message: longer,
        status: exactOptional(whole),
        retryAfterMs: exactOptional(amount),
        origin: exactOptional(text),
        code: exactOptional(longer),
        mayHaveReached: exactOptional(boolean()),
      }),
    ),
    finish: exactOptional(
      object({
        reason: picklist(['stop', 'length', 'tool-calls', 'content-filter', 'refusal', 'paused', 'other']),
        raw: exactOptional(longer),
      }),
    ),
    usage: exactOptional(
      object({
        inputTokens: exactOptional(amount),
        outputTokens: exactOptional(amount),
        reasoningTokens: exactOptional(amount),
        cachedTokens: exactOptional(amount),
        cost: exactOptional(amount),
      }),
    ),
    startedAt: amount,
    firstAt: exactOptional(amount),
    endedAt: exactOptional(amount),
    sourceHosts: exactOptional(list(text, many)),
  }),
]) satisfies GenericSchema<Message, Message>;

const chat = object({
  id,
  title: text,
  titled: boolean(),
  createdAt: amount,
  updatedAt: amount,
  leafId: parent,
  nextOrder: whole,
  connectionId: exactOptional(text),
  model: exactOptional(text),
  chain: exactOptional(list(object({ connectionId: text, model: text }), 20)),
}) satisfies GenericSchema<Chat, Chat>;

const exportedChat = object({ chat, messages: list(message, many) }) satisfies GenericSchema<
  ExportedChat,
  ExportedChat
>;

const preferences = object({
  instructions: long,
  theme: picklist(['system', 'light', 'dark']),
  textSize: picklist(['small', 'medium', 'large']),
  sendWith: picklist(['enter', 'mod-enter']),
  language: text,
  actions: list(object({ id, name: long, prompt: long, send: boolean(), menu: boolean() }), 1_000),
}) satisfies GenericSchema<Preferences, Preferences>;

const file = object({
  format: literal(exportFormat),
  version: literal(exportVersion),
  exportedAt: amount,
  preferences: exactOptional(unknown()),
  connections: exactOptional(list(unknown(), 1_000), []),
  chats: exactOptional(list(unknown(), 1_000_000), []),
});

/** A piece that fits, or what is wrong with it and where. */
export type Checked<Value> = { ok: true; value: Value } | { ok: false; problem: string };

const checked =
  <Value>(schema: GenericSchema<unknown, Value>) =>
  (value: unknown): Checked<Value> => {
    const result = safeParse(schema, value);
    return result.success ? { ok: true, value: result.output } : { ok: false, problem: problemOf(result.issues[0]) };
  };

/** As `messages[2].parts[0].text is 5, expected string.`: the place, what stands there, and what should. */
function problemOf({ path, expected, received }: BaseIssue<unknown>): string {
  const steps = (path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  const place = steps.join('').replace(/^\./, '') || 'it';
  const found = received.length > 60 ? `${received.slice(0, 60)}…` : received;
  return expected === null ? `${place} does not fit.` : `${place} is ${found}, expected ${expected}.`;
}

const outer = checked(file);

/** The outer shape; what is inside is checked piece by piece, so that one bad piece does not hide the rest. */
export function fileOf(value: unknown): Checked<{ preferences?: unknown; connections: unknown[]; chats: unknown[] }> {
  const named = typeof value === 'object' && value !== null && 'format' in value && value.format === exportFormat;
  if (!named) return { ok: false, problem: `This file is not an export of Gloss: it does not say "${exportFormat}".` };
  if ('version' in value && typeof value.version === 'number' && value.version > exportVersion) {
    return { ok: false, problem: 'A newer version of Gloss wrote this file. Update Gloss, then import it again.' };
  }
  const result = outer(value);
  return result.ok ? result : { ok: false, problem: `This file is damaged: ${result.problem}` };
}

export const chatOf: (value: unknown) => Checked<ExportedChat> = checked<ExportedChat>(exportedChat);
export const preferencesOf: (value: unknown) => Checked<Preferences> = checked<Preferences>(preferences);
export const importedConnectionOf: (value: unknown) => Checked<Connection> = checked<Connection>(connection);
