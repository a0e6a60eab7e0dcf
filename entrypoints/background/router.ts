import type { ChatError } from '../../core/chat';
import type { CommandName, CommandOutput, Reply } from '../../core/protocol';
import { errorOf, type CommandTable, type Page } from './commands';
import { commandName, inputOf } from './schemas';
import type { Rate } from './sender';

/** Which page may ask for what. A page that has been taken over can do no more than its row. */
export const capabilities: Readonly<Record<CommandName, readonly Page[]>> = {
  'chat.send': ['panel'],
  'chat.preview': ['panel'],
  'chat.regenerate': ['panel'],
  'chat.continue': ['panel'],
  'chat.stop': ['panel'],
  'chat.retryNow': ['panel'],
  'chat.select': ['panel'],
  'chat.rename': ['panel'],
  'chat.use': ['panel'],
  'chat.delete': ['panel'],
  'chat.undelete': ['panel'],
  'data.import': ['options'],
  'data.undoImport': ['options'],
  'data.clear': ['options'],
  'connection.save': ['panel', 'options'],
  'connection.remove': ['options'],
  'connection.setDefault': ['panel', 'options'],
  'connection.enable': ['options'],
  'connection.test': ['panel', 'options'],
  'connection.models': ['panel', 'options'],
  'connection.doctor': ['panel', 'options'],
  'connection.findLocal': ['panel', 'options'],
  'key.status': ['panel', 'options'],
  'passphrase.set': ['options'],
  'passphrase.unlock': ['panel', 'options'],
  'passphrase.status': ['panel', 'options'],
  'page.read': ['panel'],
  'page.show': ['panel'],
  'link.open': ['panel', 'options'],
  'actions.changed': ['panel', 'options'],
};

export interface RouterWorld {
  table: CommandTable;
  rates: Readonly<Record<Page, Rate>>;
  /** Takes keys out of a text. */
  redact(text: string): Promise<string>;
}

const refusal = (message: string): Reply<never> => ({ ok: false, error: { kind: 'not-done', message } });

/**
 * Answers one message of a page. Never throws: a handler's failure becomes the reply's error, without keys.
 */
export async function answer(
  world: RouterWorld,
  message: unknown,
  sender: Page,
): Promise<Reply<CommandOutput<CommandName>>> {
  const name = commandName(message);
  if (name === null) return refusal('This is not a command.');
  if (!capabilities[name].includes(sender)) return refusal('This page cannot do that.');
  if (!world.rates[sender].take()) return refusal('Too much at once. Wait a moment and try again.');
  try {
    return await run(world.table, name, message, sender);
  } catch (error) {
    return { ok: false, error: await clean(world, error) };
  }
}

async function run<Name extends CommandName>(
  table: CommandTable,
  name: Name,
  message: unknown,
  sender: Page,
): Promise<Reply<CommandOutput<Name>>> {
  const input = inputOf(name, message);
  if (input === null) return refusal('This request is not well-formed.');
  return { ok: true, value: await table[name](input, { sender }) };
}

async function clean(world: RouterWorld, error: unknown): Promise<ChatError> {
  const known = errorOf(error);
  return { ...known, message: await world.redact(known.message) };
}
