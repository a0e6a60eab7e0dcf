import 'fake-indexeddb/auto';
import type { DBSchema } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StorageTrouble } from '../../core/protocol';
import { createDatabase, deleteSetAside, type DatabaseOptions } from '../../storage/database';
import type { Step } from '../../storage/migrate';

interface Notes extends DBSchema {
  notes: { key: number; value: { id: number; text?: string; words?: string[] } };
}

const first: Step = { shape: (database) => void database.createObjectStore('notes', { keyPath: 'id' }) };
/** Texts become lists of words; empty notes go. */
const second: Step = {
  rows: {
    notes(row) {
      const { id, text } = row as { id: number; text: string };
      return text ? { id, words: text.split(' ') } : undefined;
    },
  },
};

let names = 0;
let name = '';
let trouble: StorageTrouble[] = [];

beforeEach(() => {
  name = `notes-${(names += 1)}`;
  trouble = [];
});

afterEach(() => vi.restoreAllMocks());

const open = (more: Partial<DatabaseOptions> = {}) =>
  createDatabase<Notes>({
    name,
    steps: [first],
    stores: ['notes'],
    owner: true,
    wait: async () => undefined,
    onTrouble: (each) => trouble.push(each),
    ...more,
  });

const put = (database: ReturnType<typeof open>, id: number, text: string) =>
  database.write('put', 'strict', ['notes'], async (transaction) => {
    await transaction.objectStore('notes').put({ id, text });
  });
const all = (database: ReturnType<typeof open>) =>
  database.read('all', ['notes'], (transaction) => transaction.objectStore('notes').getAll());

async function old(): Promise<void> {
  const database = open();
  await put(database, 1, 'one two');
  await put(database, 2, '');
  await put(database, 3, 'three');
  database.close();
}

/** Makes opening fail with this error for names that fit. */
function breakOpening(fits: (name: string) => boolean, error: DOMException): void {
  const real = indexedDB.open.bind(indexedDB);
  vi.spyOn(indexedDB, 'open').mockImplementation((opened, version) => {
    if (fits(opened)) throw error;
    return real(opened, version);
  });
}

describe('migrations', () => {
  it('go step by step, change rows, and drop what has no successor', async () => {
    await old();
    const database = open({ steps: [first, second] });
    expect(await all(database)).toEqual([
      { id: 1, words: ['one', 'two'] },
      { id: 3, words: ['three'] },
    ]);
  });

  it('are not repeated', async () => {
    await old();
    open({ steps: [first, second] }).close();
    const again = open({ steps: [first, second] });
    expect(await all(again)).toHaveLength(2);
    again.close();
    expect(await all(open({ steps: [first, second] }))).toHaveLength(2);
  });

  it('that are cut off at any row have not happened', async () => {
    await old();
    for (const failing of [1, 2, 3]) {
      let seen = 0;
      const cut: Step = {
        rows: {
          notes(row) {
            seen += 1;
            if (seen === failing) throw new Error('cut off');
            return second.rows?.['notes']?.(row);
          },
        },
      };
      await expect(all(open({ steps: [first, cut] }))).rejects.toMatchObject({ kind: 'failed' });
      const database = open();
      expect(await all(database)).toEqual([
        { id: 1, text: 'one two' },
        { id: 2, text: '' },
        { id: 3, text: 'three' },
      ]);
      database.close();
    }
    expect(await all(open({ steps: [first, second] }))).toHaveLength(2);
  });
});

describe('a database', () => {
  it('of a newer version can be read and not written, and says so', async () => {
    await old();
    const newer = open({ steps: [first, {}] });
    await put(newer, 4, 'four');
    newer.close();
    const database = open();
    expect(await all(database)).toHaveLength(4);
    await expect(put(database, 5, 'five')).rejects.toMatchObject({ kind: 'newer' });
    expect(trouble).toEqual([{ kind: 'newer', message: expect.any(String) }]);
    database.close();
    expect(await all(open({ steps: [first, {}] }))).toHaveLength(4);
  });

  it('that does not open is set aside, never deleted, and a fresh one begun', async () => {
    await old();
    breakOpening((opened) => opened === name, new DOMException('Internal error.', 'UnknownError'));
    const database = open();
    await put(database, 9, 'fresh');
    expect(await all(database)).toEqual([{ id: 9, text: 'fresh' }]);
    expect(trouble).toEqual([{ kind: 'corrupt', message: 'Internal error.' }]);
    database.close();
    vi.restoreAllMocks();
    // The next start goes on with the fresh one; the old one still holds what it held.
    expect(await all(open())).toEqual([{ id: 9, text: 'fresh' }]);
    expect((await indexedDB.databases()).map((each) => each.name)).toEqual(expect.arrayContaining([name, `${name}.2`]));
    await deleteSetAside(name);
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(name);
    expect(await all(open())).toEqual([{ id: 9, text: 'fresh' }]);
  });

  it('that does not open is only reported by those who do not own it', async () => {
    await old();
    breakOpening((opened) => opened === name, new DOMException('Internal error.', 'UnknownError'));
    await expect(all(open({ owner: false }))).rejects.toMatchObject({ kind: 'corrupt' });
    vi.restoreAllMocks();
    expect(await all(open())).toHaveLength(3);
  });

  it('that was set aside meanwhile by its owner is found by those who wait for it', async () => {
    await old();
    breakOpening((opened) => opened === name, new DOMException('Internal error.', 'UnknownError'));
    const fresh = open();
    let waits = 0;
    const reader = open({
      owner: false,
      async wait() {
        if ((waits += 1) === 2) await put(fresh, 9, 'fresh');
      },
    });
    expect(await all(reader)).toEqual([{ id: 9, text: 'fresh' }]);
  });

  it('that does not open for a moment is waited for', async () => {
    await old();
    let failures = 2;
    breakOpening((opened) => opened === name && (failures -= 1) >= 0, new DOMException('Busy.', 'UnknownError'));
    expect(await all(open())).toHaveLength(3);
    expect(trouble).toEqual([]);
  });

  it('that lacks a store is set aside', async () => {
    open({ steps: [{}], stores: [] }).close();
    await all(open({ steps: [{}], stores: [] })).catch(() => undefined);
    const database = open();
    await put(database, 1, 'one');
    expect(trouble).toMatchObject([{ kind: 'corrupt' }]);
    expect(await all(database)).toHaveLength(1);
  });

  it('lets a newer one upgrade while it is open, and goes on afterwards', async () => {
    await old();
    const database = open();
    expect(await all(database)).toHaveLength(3);
    const upgraded = open({ steps: [first, second] });
    expect(await all(upgraded)).toHaveLength(2);
    expect(await all(database)).toHaveLength(2);
  });

  it('opens again when the browser has closed it', async () => {
    const database = open();
    await put(database, 1, 'one');
    database.close();
    await put(database, 2, 'two');
    expect(await all(database)).toHaveLength(2);
    // Or closes it without a word.
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('The connection is closing.', 'InvalidStateError');
    });
    const opened = vi.spyOn(indexedDB, 'open');
    expect(await all(database)).toHaveLength(2);
    expect(opened).toHaveBeenCalledTimes(1);
  });
});

describe('an operation', () => {
  it('that fails leaves nothing of itself', async () => {
    const database = open();
    const failing = database.write('half', 'strict', ['notes'], async (transaction) => {
      await transaction.objectStore('notes').put({ id: 1 });
      throw new Error('half way');
    });
    await expect(failing).rejects.toMatchObject({ kind: 'failed', message: 'half way' });
    expect(await all(database)).toEqual([]);
  });

  it('says when the disk is full', async () => {
    const database = open();
    const failing = database.write('full', 'strict', ['notes'], async () => {
      throw new DOMException('No room.', 'QuotaExceededError');
    });
    await expect(failing).rejects.toMatchObject({ kind: 'quota', message: 'No room.' });
  });

  it('asks for the durability it needs', async () => {
    const database = open();
    await put(database, 1, 'opened');
    const asked = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await put(database, 1, 'strict');
    await database.write('relaxed', 'relaxed', ['notes'], (transaction) => transaction.objectStore('notes').clear());
    expect(asked.mock.calls.map(([, mode, options]) => [mode, options])).toEqual([
      ['readwrite', { durability: 'strict' }],
      ['readwrite', { durability: 'relaxed' }],
    ]);
  });
});
