import type { ImportSummary } from '../../core/protocol';
import type { Queue } from '../../core/queue';
import { judgeBaseUrl } from '../../core/address';
import type { Connection } from '../../providers/contract';
import type { ChatWriter } from '../../storage/chats';
import type { ExportedChat } from '../../storage/export';
import { faultOf, isHarmless, mergePreferences, renewed, type Import } from '../../storage/import';
import { defaultPreferences, type Preferences } from '../../storage/settings';
import { Refused, type CommandTable } from './commands';
import type { Item } from './connections';
import { chatOf, fileOf, importedConnectionOf, preferencesOf } from './import-schema';

export type DataCommands = Pick<CommandTable, 'data.import' | 'data.undoImport' | 'data.clear'>;

export interface DataWorld {
  store: ChatWriter;
  connections: Item<Connection[]>;
  preferences: Item<Preferences>;
  /** Writers of connections wait for each other. */
  inTurn: Queue;
  now(): number;
  newId(): string;
  /** Tells panels that everything may have changed. */
  changed(): void;
  /** Stops all answers and empties every store, rule and permission. */
  clear(): Promise<void>;
}

/** Characters of a file to import. As a message it grows by what JSON adds to it, and must stay below the browser's 64 MiB. */
export const longestImport = 48_000_000;
/** More problems than a person reads are only counted. */
const mostProblems = 50;

const refuse = (message: string): never => {
  throw new Refused({ kind: 'not-done', code: 'import', message });
};

/** Import with a look before, its undoing, and *Clear all data*. */
export function createDataCommands(world: DataWorld): DataCommands {
  const { store, connections, preferences, inTurn } = world;

  async function write(found: Import): Promise<string> {
    const id = world.newId();
    const record = {
      id,
      at: world.now(),
      chatIds: found.chats.map(({ chat }) => chat.id),
      connectionIds: found.connections.map((connection) => connection.id),
    };
    await store.insert(found.chats, record);
    try {
      await connections.setValue([...(await connections.getValue()), ...found.connections]);
      if (found.preferences) {
        const mine = await preferences.getValue();
        await preferences.setValue(mergePreferences(mine, found.preferences, defaultPreferences));
      }
    } catch (error) {
      // All or nothing.
      await store.takeBack(id);
      throw error;
    }
    world.changed();
    return id;
  }

  return {
    'data.import': ({ json, dryRun }) =>
      inTurn(async () => {
        const { found, problems, skipped } = readFile(json);
        const fresh = renewed(found, await connections.getValue(), world.newId);
        const summary: ImportSummary = {
          importId: '',
          chats: fresh.chats.length,
          messages: fresh.chats.reduce((sum, { messages }) => sum + messages.length, 0),
          connections: fresh.connections.length,
          skipped,
          problems: problems.slice(0, mostProblems),
          origins: originsOf(fresh.connections),
        };
        return dryRun ? summary : { ...summary, importId: await write(fresh) };
      }),
    'data.undoImport': ({ importId }) =>
      inTurn(async () => {
        const record = await store.imported(importId);
        if (!record) return refuse('This import has been undone already.');
        const gone = new Set(record.connectionIds);
        await connections.setValue((await connections.getValue()).filter((each) => !gone.has(each.id)));
        await store.takeBack(importId);
        world.changed();
        return null;
      }),
    async 'data.clear'() {
      await inTurn(world.clear);
      world.changed();
      return null;
    },
  };
}

/** What a file holds, piece by piece. Throws `Refused` if it is no export of Gloss at all. */
export function readFile(json: string): { found: Import; problems: string[]; skipped: number } {
  if (json.length > longestImport) return refuse('This file is too large. Export fewer chats at a time.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return refuse('This file is not JSON.');
  }
  if (!isHarmless(parsed)) return refuse('This file holds names that no export has.');
  const file = fileOf(parsed);
  if (!file) return refuse('This file is not an export of Gloss, or of a newer version.');
  const problems: string[] = [];
  let skipped = 0;
  const skip = (problem: string) => {
    skipped += 1;
    problems.push(problem);
    return [];
  };
  const chats = file.chats.flatMap((each, place): ExportedChat[] => {
    const chat = chatOf(each);
    if (!chat) return skip(`Chat ${place + 1} is not well-formed.`);
    const fault = faultOf(chat);
    return fault ? skip(`Chat ${place + 1}: ${fault}.`) : [chat];
  });
  const found = file.connections.flatMap((each, place): Connection[] => {
    const connection = importedConnectionOf(each);
    return connection ? [connection] : skip(`Connection ${place + 1} is not well-formed.`);
  });
  const preferences = file.preferences === undefined ? null : preferencesOf(file.preferences);
  if (file.preferences !== undefined && !preferences) skip('The preferences are not well-formed.');
  return { found: { chats, connections: found, preferences }, problems, skipped };
}

/** Where imported connections would send questions, for the user to see before anything is enabled. */
function originsOf(found: readonly Connection[]): string[] {
  const addresses = found.flatMap((connection) => [connection.baseUrl, ...(connection.servers ?? [])]);
  const origins = addresses.flatMap((address) => {
    const judged = judgeBaseUrl(address, { allowPrivateHttp: true });
    return judged.ok ? [judged.origin] : address.trim() === '' ? [] : [address];
  });
  return [...new Set(origins)];
}
