import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyStore, type SessionArea } from '../../storage/key-store';
import type { KeyStore } from '../../storage/keys';

const origin = 'https://api.example';
const secret = 'sk-canary-7f3a';

let names = 0;
let name = '';
let session: Map<string, unknown>;
let keys: KeyStore;

const area = (map: Map<string, unknown>): SessionArea => ({
  get: async (key) => map.get(key),
  // As the browser does: JSON.
  set: async (key, value) => void map.set(key, JSON.parse(JSON.stringify(value))),
  remove: async (all) => all.forEach((key) => map.delete(key)),
  names: async () => [...map.keys()],
});

const open = () => createKeyStore({ session: area(session), now: () => 42, database: { name }, rounds: 10 });

/** The browser is closed and started again: the session's memory is gone. */
function restart(): void {
  session = new Map();
  keys = open();
}

/** Everything that lies on the disk, as text. */
async function disk(): Promise<string> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name);
    request.addEventListener('success', () => resolve(request.result));
  });
  const rows = await Promise.all(
    [...database.objectStoreNames].map(
      (store) =>
        new Promise((resolve) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.addEventListener('success', () => resolve(request.result));
        }),
    ),
  );
  database.close();
  return JSON.stringify(rows, (_name, value: unknown) =>
    value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value,
  );
}

beforeEach(() => {
  name = `keys-${(names += 1)}`;
  restart();
});

describe('a key', () => {
  it('is given for its own origin and no other', async () => {
    await keys.save('one', origin, secret, 'device');
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'ready', key: secret });
    for (const other of [
      'http://api.example',
      'https://api.example:8443',
      'https://api.example.evil',
      'https://evil',
      '',
      'null',
    ]) {
      expect(await keys.keyFor('one', other)).toEqual({ state: 'other-origin' });
    }
    expect(await keys.keyFor('two', origin)).toEqual({ state: 'none' });
    restart();
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'ready', key: secret });
  });

  it('goes when its connection moves to another origin, and stays when it does not', async () => {
    await keys.save('one', origin, secret, 'device');
    expect(await keys.rebind('one', origin)).toBe(false);
    expect(await keys.rebind('one', 'https://evil.example')).toBe(true);
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'none' });
    expect(await disk()).not.toContain(secret);
    expect(await keys.rebind('one', 'https://evil.example')).toBe(false);
  });

  it('has a status that says everything but the key', async () => {
    expect(await keys.status('one')).toEqual({ present: false });
    await keys.save('one', origin, secret, 'device');
    const status = await keys.status('one');
    expect(status).toEqual({ present: true, savedAt: 42, origin, keeping: 'device' });
    expect(JSON.stringify(status)).not.toContain(secret);
  });

  it('kept for the session never touches the disk and ends with it', async () => {
    await keys.save('one', origin, 'sk-old-on-disk', 'device');
    await keys.save('one', origin, secret, 'session');
    expect(await disk()).not.toContain('sk-');
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'ready', key: secret });
    expect(await keys.keyFor('one', 'https://evil.example')).toEqual({ state: 'other-origin' });
    expect(await keys.status('one')).toMatchObject({ keeping: 'session' });
    restart();
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'none' });
  });

  it('is removed everywhere', async () => {
    await keys.save('one', origin, secret, 'device');
    await keys.save('two', origin, secret, 'session');
    await keys.remove('one');
    await keys.remove('two');
    expect(await keys.known()).toEqual([]);
    expect(await disk()).not.toContain(secret);
    expect(JSON.stringify([...session])).not.toContain(secret);
  });
});

describe('a passphrase', () => {
  it('seals every key on the disk and is asked for once in the life of the browser', async () => {
    await keys.save('one', origin, secret, 'device');
    expect(await keys.setPassphrase('open sesame')).toBe(true);
    expect(await disk()).not.toContain(secret);
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'ready', key: secret });
    // A worker that wakes up is still unlocked.
    keys = open();
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'ready', key: secret });
    restart();
    expect(await keys.passphrase()).toEqual({ set: true, locked: true });
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'locked' });
    expect(await keys.keyFor('one', 'https://evil.example')).toEqual({ state: 'other-origin' });
    expect(await keys.status('one')).toMatchObject({ keeping: 'passphrase', locked: true });
    expect(await keys.known()).toEqual([]);
    expect(await keys.unlock('open says me')).toBe(false);
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'locked' });
    expect(await keys.unlock('open sesame')).toBe(true);
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'ready', key: secret });
    expect(await keys.known()).toEqual([secret]);
  });

  it('is changed or taken away only by who knows it', async () => {
    await keys.save('one', origin, secret, 'device');
    await keys.setPassphrase('first');
    expect(await keys.setPassphrase('second')).toBe(false);
    expect(await keys.setPassphrase(null, 'wrong')).toBe(false);
    expect(await keys.setPassphrase('second', 'first')).toBe(true);
    restart();
    expect(await keys.unlock('first')).toBe(false);
    expect(await keys.setPassphrase(null, 'second')).toBe(true);
    expect(await keys.passphrase()).toEqual({ set: false, locked: false });
    restart();
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'ready', key: secret });
  });

  it('is the same however its letters are composed', async () => {
    await keys.setPassphrase('Caf\u00e9');
    restart();
    expect(await keys.unlock('Cafe\u0301')).toBe(true);
  });

  it('must be there and given before a key is kept behind it', async () => {
    await expect(keys.save('one', origin, secret, 'passphrase')).rejects.toThrow('passphrase');
    await keys.setPassphrase('open sesame');
    await keys.save('one', origin, secret, 'passphrase');
    expect(await disk()).not.toContain(secret);
    restart();
    await expect(keys.save('two', origin, secret, 'passphrase')).rejects.toThrow('passphrase');
    // A key kept on the device needs none.
    await keys.save('two', origin, 'sk-other', 'device');
    expect(await keys.keyFor('two', origin)).toEqual({ state: 'ready', key: 'sk-other' });
  });

  it('and all keys are gone when everything is cleared', async () => {
    await keys.save('one', origin, secret, 'device');
    await keys.save('two', origin, secret, 'session');
    await keys.setPassphrase('open sesame');
    await keys.clear();
    expect(await keys.passphrase()).toEqual({ set: false, locked: false });
    expect(await keys.keyFor('one', origin)).toEqual({ state: 'none' });
    expect(session.size).toBe(0);
    expect(await disk()).toBe('[[],[]]');
  });
});
