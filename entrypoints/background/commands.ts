/**
 * What the background does when a page asks. The table is put together in `index.ts` from partial tables, one for each
 * subject; the compiler insists that together they hold every command.
 */
import type { ChatError } from '../../core/chat';
import type { CommandInput, CommandName, CommandOutput } from '../../core/protocol';
import { StorageFailure } from '../../storage/failure';

/** The pages that may ask. There is no content script, so there is nobody else. */
export type Page = 'panel' | 'options';

export interface CommandContext {
  sender: Page;
}

/** Answers one command. Input has been checked against its schema. Throw `Refused` to say why it cannot be done. */
export type CommandHandler<Name extends CommandName> = (
  input: CommandInput<Name>,
  context: CommandContext,
) => Promise<CommandOutput<Name>>;

/** Every command and the function that does it. A subject exports a `Pick<CommandTable, …>`. */
export type CommandTable = { [Name in CommandName]: CommandHandler<Name> };

/** A command that is not done, with the error the page will show. Its message is redacted before it leaves. */
export class Refused extends Error {
  constructor(readonly error: ChatError) {
    super(error.message);
    this.name = 'Refused';
  }
}

/** Any failure of a handler as the page will get it. */
export function errorOf(error: unknown): ChatError {
  if (error instanceof Refused) return error.error;
  if (error instanceof StorageFailure) return { kind: 'not-stored', code: error.kind, message: error.message };
  return { kind: 'not-done', message: error instanceof Error ? error.message : String(error) };
}
