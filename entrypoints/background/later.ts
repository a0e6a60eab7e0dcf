/** Code that no start of the worker needs: read when it is first asked for (docs/decisions/worker-size.md). */
import type { CommandName } from '../../core/protocol';
import { Refused, type CommandHandler, type CommandTable } from './commands';

/** Loads once, however often it is asked; what failed is tried again. @throws Refused saying what to do */
export function later<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      const why = error instanceof Error ? error.message : String(error);
      const message = `A part of Gloss could not be read (${why}). Try again; if it stays so, restart the browser.`;
      throw new Refused({ kind: 'not-done', message });
    }));
}

/** Commands that are there by name from the start, and do their work with code that is read when one of them comes. */
export function commandsLater<Name extends CommandName>(
  load: () => Promise<Pick<CommandTable, Name>>,
  names: readonly Name[],
): Pick<CommandTable, Name> {
  const one = (name: Name): [Name, CommandHandler<Name>] => [
    name,
    async (input, context) => (await load())[name](input, context),
  ];
  return Object.fromEntries(names.map(one)) as Pick<CommandTable, Name>;
}
