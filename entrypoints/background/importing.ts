/**
 * An import across two stores: chats in IndexedDB, connections and preferences in `storage.local`. The record that is written
 * with the chats says *open* until everything is in its place. Whoever finds an open one takes the import back, so after a
 * failure or a dead worker there is all of it or nothing.
 */
import type { Connection } from '../../providers/contract';
import type { ChatWriter, ImportRecord } from '../../storage/chats';
import { isSame, mergePreferences, withoutImport, type Import } from '../../storage/import';
import type { KeyStore } from '../../storage/keys';
import { defaultPreferences, type Preferences } from '../../storage/settings';
import type { Item } from './connections';

export interface ImportingWorld {
  store: ChatWriter;
  connections: Item<Connection[]>;
  defaultConnection: Pick<Item<string | null>, 'getValue'>;
  preferences: Item<Preferences>;
  keys: Pick<KeyStore, 'status'>;
  now(): number;
  newId(): string;
}

export interface Importing {
  /** All or nothing. The id by which it can be taken back. */
  write(found: Import): Promise<string>;
  /** False if there is nothing to take back. What the user has changed or added to since stays. */
  takeBack(id: string): Promise<boolean>;
  /** Takes back what an earlier worker left half done; true if there was such a thing. */
  settle(): Promise<boolean>;
}

/** Its calls must not overlap each other or other writers of connections. */
export function createImporting(world: ImportingWorld): Importing {
  const { store, connections, preferences } = world;

  async function takeBack(id: string): Promise<boolean> {
    const record = await store.imported(id);
    if (!record) return false;
    // From here on it is half, and whoever comes next goes on with it.
    if (!record.open) await store.noteImport({ ...record, open: true });
    await restoreSettings(record);
    await store.takeBack(id);
    return true;
  }

  async function restoreSettings(record: ImportRecord): Promise<void> {
    const brought = new Map(record.connections.map((connection) => [connection.id, connection]));
    const all = await connections.getValue();
    const kept: Connection[] = [];
    for (const connection of all) {
      if (!isSame(brought.get(connection.id), connection) || (await isUsed(connection.id))) kept.push(connection);
    }
    if (kept.length < all.length) await connections.setValue(kept);
    if (!record.preferences) return;
    const mine = await preferences.getValue();
    const restored = withoutImport(mine, record.preferences);
    if (!isSame(mine, restored)) await preferences.setValue(restored);
  }

  const isUsed = async (id: string): Promise<boolean> =>
    (await world.defaultConnection.getValue()) === id || (await world.keys.status(id)).present;

  return {
    takeBack,
    async write(found) {
      const id = world.newId();
      const before = await preferences.getValue();
      const after = found.preferences ? mergePreferences(before, found.preferences, defaultPreferences) : before;
      const changed = !isSame(before, after);
      const record: ImportRecord = {
        id,
        at: world.now(),
        chats: found.chats.map(({ chat }) => ({ id: chat.id, nextOrder: chat.nextOrder })),
        connections: found.connections,
        ...(changed ? { preferences: { before, after } } : {}),
      };
      try {
        await store.insert(found.chats, { ...record, open: true });
        if (found.connections.length > 0) {
          await connections.setValue([...(await connections.getValue()), ...found.connections]);
        }
        if (changed) await preferences.setValue(after);
        await store.noteImport(record);
      } catch (error) {
        // What cannot be taken back now is taken back by the next worker: the record says so.
        await takeBack(id).catch(() => false);
        throw error;
      }
      return id;
    },
    async settle() {
      const left = await store.openImports();
      for (const { id } of left) await takeBack(id);
      return left.length > 0;
    },
  };
}
