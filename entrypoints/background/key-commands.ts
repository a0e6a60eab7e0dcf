import type { KeyStore } from '../../storage/keys';
import { Refused, type CommandTable } from './commands';

export type KeyCommands = Pick<
  CommandTable,
  'key.status' | 'passphrase.set' | 'passphrase.unlock' | 'passphrase.status'
>;

/** What pages can ask of keys: never a key. */
export function createKeyCommands(
  keys: Pick<KeyStore, 'status' | 'setPassphrase' | 'unlock' | 'passphrase'>,
): KeyCommands {
  const wrong = () => new Refused({ kind: 'not-done', code: 'passphrase', message: 'This is not the passphrase.' });
  return {
    'key.status': ({ id }) => keys.status(id),
    async 'passphrase.set'({ passphrase, old }) {
      if (!(await keys.setPassphrase(passphrase, old))) throw wrong();
      return null;
    },
    async 'passphrase.unlock'({ passphrase }) {
      if (!(await keys.unlock(passphrase))) throw wrong();
      return null;
    },
    'passphrase.status': () => keys.passphrase(),
  };
}
