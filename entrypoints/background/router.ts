import type { ChatError } from '../../core/chat';
import type { CommandName, CommandOutput, Reply } from '../../core/protocol';
import { errorOf, type CommandTable, type Page } from './commands';
import { refusal } from './gate';
import { inputOf } from './schemas';

export interface RouterWorld {
  table: CommandTable;
  /** Takes keys out of a text. */
  redact(text: string): Promise<string>;
}

/**
 * Answers one message that has passed the gate. Never throws: a handler's failure becomes the reply's error, without keys.
 */
export async function answer(
  world: RouterWorld,
  name: CommandName,
  message: unknown,
  sender: Page,
): Promise<Reply<CommandOutput<CommandName>>> {
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
