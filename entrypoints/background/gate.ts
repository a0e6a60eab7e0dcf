/** The first look at a message: who says it, whether it is a command, and whether this page may say it now. */
import type { CommandName, Reply } from '../../core/protocol';
import type { Page } from './commands';
import { createRate, type Rate } from './sender';

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

/** The name of a command, if it is one. */
export function commandName(message: unknown): CommandName | null {
  if (typeof message !== 'object' || message === null || !('type' in message)) return null;
  const { type } = message;
  return typeof type === 'string' && Object.hasOwn(capabilities, type) ? (type as CommandName) : null;
}

export const refusal = (message: string): Reply<never> => ({ ok: false, error: { kind: 'not-done', message } });

/** The name of a command that this page may say now, or why not. */
export type Gate = (message: unknown, sender: Page) => CommandName | Reply<never>;

/** @param rates so much each page may say; by default 200 at once and 50 a second more */
export function createGate(
  now: () => number,
  rates: Readonly<Record<Page, Rate>> = { panel: createRate(now, 200, 50), options: createRate(now, 200, 50) },
): Gate {
  return (message, sender) => {
    const name = commandName(message);
    if (name === null) return refusal('This is not a command.');
    if (!capabilities[name].includes(sender)) return refusal('This page cannot do that.');
    if (!rates[sender].take()) return refusal('Too much at once. Wait a moment and try again.');
    return name;
  };
}
