import type { ImportSummary } from '../../core/protocol';
import type { Queue } from '../../core/queue';
import { judgeBaseUrl } from '../../core/address';
import { providerById } from '../../providers/catalog';
import type { Connection } from '../../providers/contract';
import { serversOf } from '../../providers/request';
import type { ExportedChat } from '../../storage/export';
import { countChanges, faultOf, isHarmless, mergePreferences, renewed, type Import } from '../../storage/import';
import { defaultPreferences } from '../../storage/settings';
import { Refused, type CommandTable } from './commands';
import { chatOf, fileOf, importedConnectionOf, preferencesOf } from './import-schema';
import { createImporting, type ImportingWorld } from './importing';

export type DataCommands = Pick<CommandTable, 'data.import' | 'data.undoImport' | 'data.clear'>;

export interface DataWorld extends ImportingWorld {
  /** Writers of connections wait for each other. */
  inTurn: Queue;
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

/** Import with a look before, its undoing, and *Clear all data*. `settle` ends what an earlier worker left half done. */
export function createDataCommands(world: DataWorld): { commands: DataCommands; settle(): Promise<void> } {
  const { connections, preferences, inTurn } = world;
  const importing = createImporting(world);

  const settle = async () => {
    if (await importing.settle()) world.changed();
  };

  const commands: DataCommands = {
    'data.import': ({ json, dryRun }) =>
      inTurn(async () => {
        const { found, problems, skipped } = readFile(json);
        await settle();
        const fresh = renewed(found, await connections.getValue(), world.newId);
        const mine = await preferences.getValue();
        const summary: ImportSummary = {
          importId: '',
          chats: fresh.chats.length,
          messages: fresh.chats.reduce((sum, { messages }) => sum + messages.length, 0),
          connections: fresh.connections.length,
          settings: fresh.preferences
            ? countChanges(mine, mergePreferences(mine, fresh.preferences, defaultPreferences))
            : 0,
          skipped,
          problems: problems.slice(0, mostProblems),
          origins: originsOf(fresh.connections),
        };
        if (dryRun) return summary;
        const importId = await importing.write(fresh);
        world.changed();
        return { ...summary, importId };
      }),
    'data.undoImport': ({ importId }) =>
      inTurn(async () => {
        if (!(await importing.takeBack(importId))) return refuse('This import has been undone already.');
        world.changed();
        return null;
      }),
    async 'data.clear'() {
      await inTurn(world.clear);
      world.changed();
      return null;
    },
  };
  return { commands, settle: () => inTurn(settle) };
}

/** What a file holds, piece by piece. Throws `Refused` if it is no export of Gloss at all. */
export function readFile(json: string): { found: Import; problems: string[]; skipped: number } {
  if (json.length > longestImport) return refuse('This file is too large. Export fewer chats at a time.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    return refuse(`This file is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isHarmless(parsed)) return refuse('This file holds names that no export has.');
  const outer = fileOf(parsed);
  if (!outer.ok) return refuse(outer.problem);
  const file = outer.value;
  const problems: string[] = [];
  let skipped = 0;
  const skip = (problem: string) => {
    skipped += 1;
    problems.push(problem);
    return [];
  };
  const chats = file.chats.flatMap((each, place): ExportedChat[] => {
    const name = `Chat ${place + 1}${titleOf(each)}`;
    const chat = chatOf(each);
    if (!chat.ok) return skip(`${name}: ${chat.problem}`);
    const fault = faultOf(chat.value);
    return fault ? skip(`${name}: ${fault}.`) : [chat.value];
  });
  const found = file.connections.flatMap((each, place): Connection[] => {
    const connection = importedConnectionOf(each);
    return connection.ok ? [connection.value] : skip(`Connection ${place + 1}: ${connection.problem}`);
  });
  const preferences = file.preferences === undefined ? null : preferencesOf(file.preferences);
  if (preferences && !preferences.ok) skip(`The preferences: ${preferences.problem}`);
  return {
    found: { chats, connections: found, preferences: preferences?.ok ? preferences.value : null },
    problems,
    skipped,
  };
}

/** A chat's title, as far as it has one, so that the user knows which chat is meant. */
function titleOf(value: unknown): string {
  const chat = typeof value === 'object' && value !== null && 'chat' in value ? value.chat : undefined;
  const title = typeof chat === 'object' && chat !== null && 'title' in chat ? chat.title : undefined;
  return typeof title === 'string' && title.trim() !== '' ? ` (${title.trim().slice(0, 60)})` : '';
}

/** Where imported connections would send questions, for the user to see before anything is enabled. */
function originsOf(found: readonly Connection[]): string[] {
  // As they will be asked: fields filled in, and the catalog's own where the file names none.
  const addresses = found.flatMap((connection) => {
    const provider = providerById(connection.provider);
    return provider ? serversOf(provider, connection) : [connection.baseUrl, ...(connection.servers ?? [])];
  });
  const origins = addresses.flatMap((address) => {
    const judged = judgeBaseUrl(address, { allowPrivateHttp: true });
    return judged.ok ? [judged.origin] : address.trim() === '' ? [] : [address];
  });
  return [...new Set(origins)];
}
