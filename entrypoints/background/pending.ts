import { Refused, type CommandTable } from './commands';

const notYet = async (): Promise<never> => {
  throw new Refused({ kind: 'not-done', message: 'This is not built yet.' });
};

/** Commands whose parts have not landed. Each leaves this list when its own file has it. */
export const pendingCommands = {
  'page.read': notYet,
  'page.show': notYet,
  'link.open': notYet,
  'actions.changed': notYet,
} satisfies Partial<CommandTable>;
