/**
 * How Gloss opens and uses IndexedDB: versioned with stepwise migrations, every operation through `read` and `write`, every
 * failure a `StorageFailure` with a kind. Each store of the product (chats, keys, drafts) is a database of its own, so that
 * trouble in one leaves the others alone.
 */
import { deleteDB, openDB, unwrap, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import type { StorageTrouble } from '../core/protocol';
import { failureOf, StorageFailure } from './failure';
import { migrate, type Step } from './migrate';

/**
 * Called at every point where a worker can die: before an operation, when all its requests are done but nothing is committed,
 * and after the commit. A test makes the n-th call throw (the operation fails) or wait for ever (the worker died there).
 */
export type Seam = (operation: string, phase: 'begin' | 'commit' | 'done') => void | Promise<void>;

export interface DatabaseOptions {
  name: string;
  steps: readonly Step[];
  /** Stores that must be there after opening. */
  stores: readonly string[];
  /** The one side that may set a broken database aside. Others only report it. */
  owner?: boolean;
  onTrouble?(trouble: StorageTrouble): void;
  seam?: Seam;
  /** Waits before another try to open; milliseconds. */
  wait?(ms: number): Promise<void>;
}

type Names<Schema extends DBSchema> = StoreNames<Schema>[];
export type Reading<Schema extends DBSchema, Stores extends Names<Schema>> = IDBPTransaction<
  Schema,
  Stores,
  'readonly'
>;
export type Writing<Schema extends DBSchema, Stores extends Names<Schema>> = IDBPTransaction<
  Schema,
  Stores,
  'readwrite'
>;

export interface Database<Schema extends DBSchema> {
  read<Stores extends Names<Schema>, Value>(
    operation: string,
    stores: [...Stores],
    body: (transaction: Reading<Schema, Stores>) => Promise<Value>,
  ): Promise<Value>;
  /** `strict` waits until the disk has it; `relaxed` survives the end of the process, not of the machine. */
  write<Stores extends Names<Schema>, Value>(
    operation: string,
    durability: 'strict' | 'relaxed',
    stores: [...Stores],
    body: (transaction: Writing<Schema, Stores>) => Promise<Value>,
  ): Promise<Value>;
  close(): void;
}

/** Waits between tries to open, in milliseconds. A disk that is busy for a moment must not look like a broken database. */
const openingDelays = [100, 400, 1_500];

const writtenByNewer = 'A newer version of Gloss wrote this data.';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Opens on first use and again whenever the connection was lost. Never throws by itself; its operations do. */
export function createDatabase<Schema extends DBSchema>(options: DatabaseOptions): Database<Schema> {
  let connection: Promise<Connection<Schema>> | undefined;

  const drop = () => {
    const dropped = connection;
    connection = undefined;
    dropped?.then(({ database }) => database.close()).catch(() => undefined);
  };
  const open = () => {
    if (connection) return connection;
    const opening = openSafely<Schema>(options, drop);
    opening.catch(() => {
      if (connection === opening) connection = undefined;
    });
    return (connection = opening);
  };

  async function perform<Stores extends Names<Schema>, Mode extends 'readonly' | 'readwrite', Value>(
    operation: string,
    mode: Mode,
    durability: IDBTransactionDurability,
    stores: [...Stores],
    body: (transaction: IDBPTransaction<Schema, Stores, Mode>) => Promise<Value>,
  ): Promise<Value> {
    await options.seam?.(operation, 'begin');
    const transaction = await begin(open, drop, mode, stores, durability);
    // A failed request aborts the transaction; without this line that would be an unhandled rejection besides the error below.
    transaction.done.catch(() => undefined);
    let value: Value;
    try {
      value = await body(transaction);
      const held = options.seam?.(operation, 'commit');
      if (held) {
        transaction.abort();
        await held;
      }
      await transaction.done;
    } catch (error) {
      throw await undone(transaction, error);
    }
    await options.seam?.(operation, 'done');
    return value;
  }

  return {
    read: (operation, stores, body) => perform(operation, 'readonly', 'default', stores, body),
    write: (operation, durability, stores, body) => perform(operation, 'readwrite', durability, stores, body),
    close: drop,
  };
}

interface Connection<Schema extends DBSchema> {
  database: IDBPDatabase<Schema>;
  /** A newer Gloss wrote it; this one may look but not write. */
  newer: boolean;
}

async function begin<Schema extends DBSchema, Stores extends Names<Schema>, Mode extends 'readonly' | 'readwrite'>(
  open: () => Promise<Connection<Schema>>,
  drop: () => void,
  mode: Mode,
  stores: [...Stores],
  durability: IDBTransactionDurability,
): Promise<IDBPTransaction<Schema, Stores, Mode>> {
  for (let tries = 0; ; tries += 1) {
    const { database, newer } = await open();
    if (newer && mode === 'readwrite') throw new StorageFailure('newer', writtenByNewer);
    try {
      return database.transaction(stores, mode, { durability });
    } catch (error) {
      // The browser closed the connection behind our back (a version change, memory pressure): open it again, once.
      drop();
      if (tries > 0) throw failureOf(error);
    }
  }
}

/** Makes sure nothing of a failed transaction stays, and finds the true reason. */
async function undone(
  transaction: { abort(): void; done: Promise<void>; error: DOMException | null },
  error: unknown,
): Promise<StorageFailure> {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
  await transaction.done.catch(() => undefined);
  // Requests of an aborted transaction all say AbortError; the transaction itself knows why.
  const aborted = error instanceof DOMException && error.name === 'AbortError';
  return failureOf(aborted && transaction.error ? transaction.error : error);
}

/** Opens the newest generation of the database; a broken one is set aside by opening the next, and never deleted. */
async function openSafely<Schema extends DBSchema>(
  options: DatabaseOptions,
  lost: () => void,
): Promise<Connection<Schema>> {
  const { name, owner, onTrouble, wait = sleep } = options;
  let generation = await newestGeneration(name);
  for (let setAside = 0; ; setAside += 1) {
    let trouble: unknown;
    for (const delay of [0, ...openingDelays]) {
      if (delay > 0) {
        await wait(delay);
        // The owner may have begun a new one meanwhile.
        if (!owner) generation = await newestGeneration(name);
      }
      try {
        return await openOnce<Schema>(options, nameOf(name, generation), lost);
      } catch (error) {
        trouble = error;
        if (!looksBroken(error)) throw failureOf(error);
      }
    }
    const message = failureOf(trouble).message;
    if (!owner || setAside >= 3) throw new StorageFailure('corrupt', message, { cause: trouble });
    generation += 1;
    onTrouble?.({ kind: 'corrupt', message });
  }
}

async function openOnce<Schema extends DBSchema>(
  options: DatabaseOptions,
  name: string,
  lost: () => void,
): Promise<Connection<Schema>> {
  const database = await openVersion<Schema>(options, name, lost);
  const there = new Set<string>(database.objectStoreNames);
  if (options.stores.every((store) => there.has(store))) {
    return { database, newer: database.version > options.steps.length };
  }
  database.close();
  throw new BrokenDatabase(`The database ${name} lacks a store.`);
}

async function openVersion<Schema extends DBSchema>(
  { steps, onTrouble }: DatabaseOptions,
  name: string,
  lost: () => void,
): Promise<IDBPDatabase<Schema>> {
  const callbacks = { blocking: lost, terminated: lost };
  try {
    return await openDB<Schema>(name, steps.length, {
      ...callbacks,
      upgrade(_database, from, _to, transaction) {
        // A step that fails makes opening fail; nobody waits for this promise as well.
        transaction.done.catch(() => undefined);
        migrate(steps, from, unwrap(transaction));
      },
    });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'VersionError') throw error;
    onTrouble?.({ kind: 'newer', message: writtenByNewer });
    return openDB<Schema>(name, undefined, callbacks);
  }
}

class BrokenDatabase extends Error {}

/** Errors that a healthy database does not give, however often it is asked. */
function looksBroken(error: unknown): boolean {
  if (error instanceof BrokenDatabase) return true;
  return error instanceof DOMException && (error.name === 'UnknownError' || error.name === 'NotReadableError');
}

/** The first generation bears the plain name; each one after it a number. */
function nameOf(name: string, generation: number): string {
  return generation === 1 ? name : `${name}.${generation}`;
}

async function newestGeneration(name: string): Promise<number> {
  try {
    return Math.max(1, ...(await generations(name)));
  } catch {
    // The list itself is damaged: begin with the first, and set aside what does not open.
    return 1;
  }
}

async function generations(name: string): Promise<number[]> {
  const prefix = `${name}.`;
  return (await indexedDB.databases()).flatMap((database) => {
    if (database.name === name) return [1];
    const number = database.name?.startsWith(prefix) ? Number(database.name.slice(prefix.length)) : Number.NaN;
    return Number.isInteger(number) ? [number] : [];
  });
}

/** Deletes every generation that was set aside. Only the user's own *Clear all data* may do this. */
export async function deleteSetAside(name: string): Promise<void> {
  const numbers = await generations(name);
  const newest = Math.max(1, ...numbers);
  for (const number of numbers) if (number !== newest) await deleteDB(nameOf(name, number));
}
