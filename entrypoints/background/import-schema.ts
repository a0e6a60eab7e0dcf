/** The shape of an exported file. It takes whatever Gloss itself can store; fields it does not know are dropped. */
import {
  array,
  boolean,
  exactOptional,
  finite,
  integer,
  literal,
  minValue,
  null_,
  number,
  object,
  picklist,
  pipe,
  safeParse,
  string,
  union,
  unknown,
  variant,
  type GenericSchema,
} from 'valibot';
import { errorKinds, type Chat, type Message } from '../../core/chat';
import type { Connection } from '../../providers/contract';
import { exportFormat, exportVersion, type ExportedChat } from '../../storage/export';
import type { Preferences } from '../../storage/settings';
import { connection, id } from './schemas';

const text = string();
const amount = pipe(number(), finite());
const whole = pipe(number(), integer(), minValue(0));
const parent = union([id, null_()]);
const source = object({ title: text, url: text });
const kind = picklist(errorKinds);

const textPart = object({ type: literal('text'), text });
const imagePart = object({
  type: literal('image'),
  id,
  mediaType: text,
  data: text,
  name: exactOptional(text),
  width: exactOptional(whole),
  height: exactOptional(whole),
});

const userPart = variant('type', [
  textPart,
  object({ type: literal('quote'), id, text, source, cut: exactOptional(whole), removed: exactOptional(whole) }),
  object({ type: literal('page'), id, text, source, hidden: whole, removed: whole, cut: exactOptional(whole) }),
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
    connection: text,
    model: text,
    connectionId: text,
    providerId: text,
    reason: kind,
  }),
  object({ kind: literal('turns-left-out'), turns: whole }),
  object({ kind: literal('passages-chosen'), sent: whole, of: whole }),
  object({ kind: literal('answer-cut'), characters: whole }),
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
  object({ kind: literal('retracted'), reason: text }),
]);

const answerPart = variant('type', [
  textPart,
  object({ type: literal('reasoning'), text, startedAt: exactOptional(amount), ms: exactOptional(amount) }),
  object({ type: literal('refusal'), text }),
  imagePart,
  object({ type: literal('tool-call'), id: text, name: text, input: text }),
  object({ type: literal('citation'), url: text, title: exactOptional(text), text: exactOptional(text) }),
  object({ type: literal('opaque'), wire: text, value: unknown() }),
  object({ type: literal('notice'), notice }),
]);

const base = { id, chatId: id, parentId: parent, order: whole, createdAt: amount };

const message = variant('role', [
  object({ role: literal('user'), ...base, parts: array(userPart) }),
  object({
    role: literal('assistant'),
    ...base,
    parts: array(answerPart),
    state: picklist(['pending', 'streaming', 'complete', 'interrupted', 'error', 'stopped']),
    connectionId: text,
    providerId: text,
    provider: text,
    model: text,
    error: exactOptional(
      object({
        kind,
        message: text,
        status: exactOptional(whole),
        retryAfterMs: exactOptional(amount),
        origin: exactOptional(text),
        code: exactOptional(text),
        mayHaveReached: exactOptional(boolean()),
      }),
    ),
    finish: exactOptional(
      object({
        reason: picklist(['stop', 'length', 'tool-calls', 'content-filter', 'refusal', 'paused', 'other']),
        raw: exactOptional(text),
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
    sourceHosts: exactOptional(array(text)),
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
}) satisfies GenericSchema<Chat, Chat>;

const exportedChat = object({ chat, messages: array(message) }) satisfies GenericSchema<ExportedChat, ExportedChat>;

const preferences = object({
  instructions: text,
  theme: picklist(['system', 'light', 'dark']),
  textSize: picklist(['small', 'medium', 'large']),
  sendWith: picklist(['enter', 'mod-enter']),
  language: text,
  actions: array(object({ id, name: text, prompt: text, send: boolean(), menu: boolean() })),
}) satisfies GenericSchema<Preferences, Preferences>;

const file = object({
  format: literal(exportFormat),
  version: literal(exportVersion),
  exportedAt: amount,
  preferences: exactOptional(unknown()),
  connections: exactOptional(array(unknown()), []),
  chats: exactOptional(array(unknown()), []),
});

/** The outer shape; what is inside is checked piece by piece, so that one bad piece does not hide the rest. */
export function fileOf(value: unknown): { preferences?: unknown; connections: unknown[]; chats: unknown[] } | null {
  const result = safeParse(file, value);
  return result.success ? result.output : null;
}

const checked =
  <Value>(schema: GenericSchema<Value, Value>) =>
  (value: unknown): Value | null => {
    const result = safeParse(schema, value);
    return result.success ? result.output : null;
  };

export const chatOf: (value: unknown) => ExportedChat | null = checked<ExportedChat>(exportedChat);
export const preferencesOf: (value: unknown) => Preferences | null = checked<Preferences>(preferences);
export const importedConnectionOf: (value: unknown) => Connection | null = checked<Connection>(connection);
