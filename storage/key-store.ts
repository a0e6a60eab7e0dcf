import type { DBSchema } from 'idb';
import type { KeyStatus } from '../core/protocol';
import { createQueue } from '../core/queue';
import { createDatabase, type Database, type DatabaseOptions } from './database';
import type { Keeping, KeyStore } from './keys';
import { createVault, iterations, openVault, seal, unseal, type Sealed, type Vault } from './passphrase';

/** One key on the device: as it is, or sealed with the passphrase. */
interface KeyRow {
  connectionId: string;
  origin: string;
  /** Epoch milliseconds. */
  savedAt: number;
  key: string | Sealed;
}

/** A key that lives until the browser closes. */
interface SessionKey {
  origin: string;
  savedAt: number;
  key: string;
}

interface KeySchema extends DBSchema {
  keys: { key: string; value: KeyRow };
  vault: { key: string; value: Vault };
}

/** `storage.session`, or in tests a map. Values are JSON. */
export interface SessionArea {
  get(name: string): Promise<unknown>;
  set(name: string, value: unknown): Promise<void>;
  remove(names: string[]): Promise<void>;
  names(): Promise<string[]>;
}

export interface KeyStoreOptions {
  session: SessionArea;
  now(): number;
  database?: Partial<DatabaseOptions>;
  /** Rounds of PBKDF2; lower only in tests. */
  rounds?: number;
}

const sessionName = (connectionId: string) => `key:${connectionId}`;
/** The derived key, base64, so that the passphrase is asked for once in the browser's life. */
const unlockedName = 'key-vault';

export function createKeyStore({ session, now, database: opening, rounds = iterations }: KeyStoreOptions): KeyStore {
  const database: Database<KeySchema> = createDatabase({
    name: 'gloss-keys',
    steps: [
      {
        shape(opened) {
          opened.createObjectStore('keys', { keyPath: 'connectionId' });
          opened.createObjectStore('vault', { keyPath: 'id' });
        },
      },
    ],
    stores: ['keys', 'vault'],
    owner: true,
    ...opening,
  });
  // Changes wait for each other: sealing takes time, and no key may slip in between.
  const inTurn = createQueue();

  const rowOf = (connectionId: string) =>
    database.read('key', ['keys'], (transaction) => transaction.objectStore('keys').get(connectionId));
  const allRows = () => database.read('keys', ['keys'], (transaction) => transaction.objectStore('keys').getAll());
  const vaultOf = () =>
    database.read('vault', ['vault'], (transaction) => transaction.objectStore('vault').get('vault'));

  async function sessionKey(connectionId: string): Promise<SessionKey | undefined> {
    const value = await session.get(sessionName(connectionId));
    return isSessionKey(value) ? value : undefined;
  }

  async function unlocked(): Promise<Uint8Array<ArrayBuffer> | null> {
    const kept = await session.get(unlockedName);
    return typeof kept === 'string' ? Uint8Array.from(atob(kept), (letter) => letter.charCodeAt(0)) : null;
  }

  const keepUnlocked = (raw: Uint8Array) => session.set(unlockedName, btoa(String.fromCharCode(...raw)));

  async function plain(row: KeyRow, raw: Uint8Array<ArrayBuffer> | null): Promise<string | null> {
    if (typeof row.key === 'string') return row.key;
    return raw && unseal(raw, row.key);
  }

  async function remove(connectionId: string): Promise<void> {
    await database.write('remove key', 'strict', ['keys'], (transaction) =>
      transaction.objectStore('keys').delete(connectionId),
    );
    await session.remove([sessionName(connectionId)]);
  }

  async function bound(connectionId: string): Promise<SessionKey | KeyRow | undefined> {
    return (await sessionKey(connectionId)) ?? (await rowOf(connectionId));
  }

  return {
    async keyFor(connectionId, origin) {
      const found = await bound(connectionId);
      if (!found) return { state: 'none' };
      if (found.origin !== origin) return { state: 'other-origin' };
      if (typeof found.key === 'string') return { state: 'ready', key: found.key };
      const raw = await unlocked();
      const key = raw && (await unseal(raw, found.key));
      return key === null ? { state: 'locked' } : { state: 'ready', key };
    },
    async status(connectionId): Promise<KeyStatus> {
      const found = await bound(connectionId);
      if (!found) return { present: false };
      const { savedAt, origin } = found;
      if (!('connectionId' in found)) return { present: true, savedAt, origin, keeping: 'session' };
      if (typeof found.key === 'string') return { present: true, savedAt, origin, keeping: 'device' };
      return { present: true, savedAt, origin, keeping: 'passphrase', locked: (await unlocked()) === null };
    },
    save: (connectionId, origin, key, keeping) =>
      inTurn(async () => {
        const kept = await keep(key, keeping, unlocked);
        if (keeping === 'session') {
          await session.set(sessionName(connectionId), { origin, savedAt: now(), key } satisfies SessionKey);
          // The old one must not come back after the browser's next start.
          await database.write('remove key', 'strict', ['keys'], (transaction) =>
            transaction.objectStore('keys').delete(connectionId),
          );
          return;
        }
        const row: KeyRow = { connectionId, origin, savedAt: now(), key: kept };
        await database.write('save key', 'strict', ['keys'], (transaction) => transaction.objectStore('keys').put(row));
        await session.remove([sessionName(connectionId)]);
      }),
    remove: (connectionId) => inTurn(() => remove(connectionId)),
    rebind: (connectionId, origin) =>
      inTurn(async () => {
        const found = await bound(connectionId);
        if (!found || found.origin === origin) return false;
        await remove(connectionId);
        return true;
      }),
    async known() {
      const raw = await unlocked();
      const rows = await Promise.all((await allRows()).map((row) => plain(row, raw)));
      const names = (await session.names()).filter((name) => name.startsWith('key:'));
      const kept = await Promise.all(names.map((name) => session.get(name)));
      return [...rows, ...kept.map((value) => (isSessionKey(value) ? value.key : null))].filter((key) => key !== null);
    },
    async passphrase() {
      const set = (await vaultOf()) !== undefined;
      return { set, locked: set && (await unlocked()) === null };
    },
    setPassphrase: (passphrase, old) =>
      inTurn(async () => {
        const vault = await vaultOf();
        const raw = vault ? await openVault(vault, old ?? '') : null;
        if (vault && !raw) return false;
        const next = passphrase === null ? null : await createVault(passphrase, rounds);
        const rows: KeyRow[] = [];
        for (const row of await allRows()) {
          const key = await plain(row, raw);
          // A key that nobody can read any more stays as it is rather than being lost for good.
          rows.push(key === null ? row : { ...row, key: next ? await seal(next.raw, key) : key });
        }
        await database.write('passphrase', 'strict', ['keys', 'vault'], async (transaction) => {
          for (const row of rows) await transaction.objectStore('keys').put(row);
          if (next) await transaction.objectStore('vault').put(next.vault);
          else await transaction.objectStore('vault').clear();
        });
        if (next) await keepUnlocked(next.raw);
        else await session.remove([unlockedName]);
        return true;
      }),
    async unlock(passphrase) {
      const vault = await vaultOf();
      const raw = vault && (await openVault(vault, passphrase));
      if (!raw) return false;
      await keepUnlocked(raw);
      return true;
    },
    clear: () =>
      inTurn(async () => {
        await database.write('clear keys', 'strict', ['keys', 'vault'], async (transaction) => {
          await transaction.objectStore('keys').clear();
          await transaction.objectStore('vault').clear();
        });
        const names = (await session.names()).filter((name) => name.startsWith('key:'));
        await session.remove([...names, unlockedName]);
      }),
  };
}

/** The key as it will be stored. A passphrase that is not there or not given cannot seal anything. */
async function keep(
  key: string,
  keeping: Keeping,
  unlocked: () => Promise<Uint8Array<ArrayBuffer> | null>,
): Promise<string | Sealed> {
  if (keeping !== 'passphrase') return key;
  const raw = await unlocked();
  if (!raw) throw new Error('Give the passphrase first, then the key can be kept behind it.');
  return seal(raw, key);
}

function isSessionKey(value: unknown): value is SessionKey {
  if (typeof value !== 'object' || value === null || !('origin' in value) || !('key' in value)) return false;
  return typeof value.origin === 'string' && typeof value.key === 'string';
}
