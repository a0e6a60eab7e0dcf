/**
 * What a page may say, field by field, with the longest it may be. Everything that arrives goes through here; what does not
 * fit is dropped. The tables are typed by command, so a command without a schema does not compile.
 */
import {
  array,
  boolean,
  check,
  exactOptional,
  finite,
  integer,
  literal,
  looseObject,
  maxLength,
  maxValue,
  minLength,
  minValue,
  null_,
  number,
  picklist,
  pipe,
  record,
  regex,
  safeParse,
  strictObject,
  string,
  union,
  variant,
  type GenericSchema,
} from 'valibot';
import type { UserPart } from '../../core/chat';
import type { CommandInput, CommandName, ConnectionDraft, FromPanel } from '../../core/protocol';
import type { Connection } from '../../providers/contract';
import { Refused } from './commands';

/** Characters of one message's text, of a quote and of a page. A page's own cap is lower; this only bounds what is taken in. */
export const longestText = 1_000_000;
/** What is typed is taken in longer than it can be sent, so that the refusal can say why (`asking.ts`). */
const longestTyped = 20_000_000;
/** Base64 characters of one image. */
const longestImage = 20_000_000;
/** The browser itself takes no message over 64 MiB. A file that is too long for us is refused with words, further on. */
const longestMessage = 64 * 1024 * 1024;

export const id = pipe(
  string(),
  regex(/^[\w.:-]{1,100}$/),
  check((value) => !(value in {}), 'A name of JavaScript itself.'),
);
export const text = (longest: number) => pipe(string(), maxLength(longest));
const whole = pipe(number(), integer(), minValue(0), maxValue(Number.MAX_SAFE_INTEGER));
const between = (least: number, most: number) => pipe(number(), finite(), minValue(least), maxValue(most));
const nothing = strictObject({});
const address = text(2_000);
const model = text(300);

const source = strictObject({
  title: text(2_000),
  url: text(10_000),
  tabId: exactOptional(whole),
  windowId: exactOptional(whole),
});

export const userPart = variant('type', [
  strictObject({ type: literal('text'), text: text(longestTyped) }),
  strictObject({
    type: literal('quote'),
    id,
    text: text(longestText),
    source,
    cut: exactOptional(whole),
    removed: exactOptional(whole),
  }),
  strictObject({
    type: literal('page'),
    id,
    text: text(longestText),
    source,
    hidden: whole,
    removed: whole,
    cut: exactOptional(whole),
  }),
  strictObject({
    type: literal('image'),
    id,
    mediaType: pipe(string(), regex(/^image\/[\w.+-]{1,40}$/)),
    data: pipe(text(longestImage), regex(/^[A-Za-z0-9+/]*={0,2}$/)),
    name: exactOptional(text(500)),
    width: exactOptional(whole),
    height: exactOptional(whole),
  }),
]) satisfies GenericSchema<unknown, UserPart>;

const parts = pipe(array(userPart), minLength(1), maxLength(100));

const options = strictObject({
  promptLayout: exactOptional(picklist(['A', 'C'])),
  sendCookies: exactOptional(boolean()),
  server: exactOptional(address),
  rewriteOrigin: exactOptional(boolean()),
  allowPrivateHttp: exactOptional(boolean()),
  fallbacks: exactOptional(pipe(array(id), maxLength(20))),
  contextLength: exactOptional(whole),
  monthlyLimit: exactOptional(between(0, 1_000_000)),
});

/** A connection as the background writes it. */
export const connection = strictObject({
  id,
  provider: id,
  name: pipe(string(), minLength(1), maxLength(200)),
  baseUrl: address,
  servers: exactOptional(pipe(array(address), maxLength(50))),
  model,
  favourites: exactOptional(pipe(array(model), maxLength(500))),
  enabled: boolean(),
  stream: exactOptional(boolean()),
  sampling: exactOptional(
    strictObject({
      temperature: exactOptional(between(0, 2)),
      topP: exactOptional(between(0, 1)),
      presencePenalty: exactOptional(between(-2, 2)),
      frequencyPenalty: exactOptional(between(-2, 2)),
    }),
  ),
  maxTokens: exactOptional(whole),
  reasoningEffort: exactOptional(picklist(['none', 'low', 'medium', 'high'])),
  fields: exactOptional(record(id, text(2_000))),
  options: exactOptional(options),
}) satisfies GenericSchema<unknown, Connection>;

/** A draft is looked at twice: here only that it is small and named, by `connectionOf` what it says. */
const draft = pipe(
  looseObject({ id, provider: id }),
  check((value) => JSON.stringify(value).length <= 200_000),
) satisfies GenericSchema<unknown, ConnectionDraft>;

const key = text(10_000);
const keeping = picklist(['device', 'session', 'passphrase']);
const passphrase = pipe(string(), minLength(1), maxLength(1_000));
const chain = exactOptional(pipe(array(strictObject({ connectionId: id, model })), maxLength(20)));
const use = { connectionId: exactOptional(id), model: exactOptional(model) };
const again = { chatId: id, answerId: id, newAnswerId: id };

const inputs: { [Name in CommandName]: GenericSchema<unknown, CommandInput<Name>> } = {
  'chat.send': strictObject({ chatId: id, messageId: id, parentId: union([id, null_()]), parts, ...use, chain }),
  'chat.preview': strictObject({ chatId: id, parentId: union([id, null_()]), parts, ...use, chain }),
  'chat.regenerate': strictObject({ ...again, ...use }),
  'chat.continue': strictObject(again),
  'chat.stop': strictObject({ run: id }),
  'chat.retryNow': strictObject({ run: id }),
  'chat.select': strictObject({ chatId: id, leafId: id }),
  'chat.rename': strictObject({ chatId: id, title: text(500) }),
  'chat.use': strictObject({ chatId: id, connectionId: id, model, chain }),
  'chat.delete': strictObject({ chatId: id }),
  'chat.undelete': strictObject({ chatId: id }),
  'data.import': strictObject({ json: text(longestMessage), dryRun: boolean() }),
  'data.undoImport': strictObject({ importId: id }),
  'data.clear': nothing,
  'connection.save': strictObject({
    connection: draft,
    key: exactOptional(union([key, null_()])),
    keeping: exactOptional(keeping),
  }),
  'connection.remove': strictObject({ id }),
  'connection.setDefault': strictObject({ id }),
  'connection.enable': strictObject({ id, enabled: boolean() }),
  'connection.test': strictObject({ connection: draft, key: exactOptional(key) }),
  'connection.models': strictObject({ connection: draft, key: exactOptional(key), fresh: exactOptional(boolean()) }),
  'connection.doctor': strictObject({ id, model: exactOptional(model) }),
  'connection.findLocal': nothing,
  'key.status': strictObject({ id }),
  'passphrase.set': strictObject({ passphrase: union([passphrase, null_()]), old: exactOptional(passphrase) }),
  'passphrase.unlock': strictObject({ passphrase }),
  'passphrase.status': nothing,
  'page.read': strictObject({ windowId: whole }),
  'page.show': strictObject({ url: text(10_000), text: text(longestText), tabId: exactOptional(whole) }),
  'link.open': strictObject({ url: text(10_000) }),
  'actions.changed': nothing,
};

const fromPanel = variant('type', [
  strictObject({
    type: literal('watch'),
    chatId: id,
    have: pipe(
      record(id, whole),
      check((have) => Object.keys(have).length <= 1_000),
    ),
  }),
  strictObject({ type: literal('unwatch') }),
  strictObject({ type: literal('window'), windowId: whole }),
]) satisfies GenericSchema<unknown, FromPanel>;

/** A command's name and its checked input. */
export type Command = { [Name in CommandName]: { name: Name; input: CommandInput<Name> } }[CommandName];

/** The checked input of a command; `null` if it does not fit. */
export function inputOf<Name extends CommandName>(name: Name, message: unknown): CommandInput<Name> | null {
  if (typeof message !== 'object' || message === null) return null;
  const { type: _name, ...input } = present(message) as Record<string, unknown>;
  const result = safeParse(inputs[name], input);
  return result.success ? result.output : null;
}

/** A panel's word over its port; `null` if it is none. */
export function panelWord(message: unknown): FromPanel | null {
  const result = safeParse(fromPanel, message);
  return result.success ? result.output : null;
}

/** A draft that is a whole and well-formed connection. Throws `Refused` naming the field that is not. */
export function connectionOf(draft: ConnectionDraft): Connection {
  const result = safeParse(connection, draft);
  if (result.success) return result.output;
  const field = result.issues[0].path?.map((step) => String(step.key)).join('.') ?? '';
  throw new Refused({ kind: 'not-done', code: 'connection', message: `The connection is not valid: ${field}.` });
}

/** Firefox keeps fields that are `undefined`, Chrome drops them; we take them as absent. */
function present(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(present);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, present(inner)]])),
  );
}
