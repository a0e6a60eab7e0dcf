import { judgeBaseUrl } from '../../core/address';
import type { CommandInput } from '../../core/protocol';
import type { Queue } from '../../core/queue';
import type { Connection, Provider } from '../../providers/contract';
import { serversOf } from '../../providers/request';
import type { Keeping, KeyStore } from '../../storage/keys';
import { Refused, type CommandTable } from './commands';
import type { Headers } from './headers';
import { connectionOf } from './schemas';

export type ConnectionCommands = Pick<
  CommandTable,
  'connection.save' | 'connection.remove' | 'connection.setDefault' | 'connection.enable'
>;

/** A stored value; the items of `storage/settings.ts` fit. */
export interface Item<Value> {
  getValue(): Promise<Value>;
  setValue(value: Value): Promise<void>;
}

export interface ConnectionsWorld {
  connections: Item<Connection[]>;
  defaultConnection: Item<string | null>;
  keys: KeyStore;
  headers: Headers;
  providerById(id: string): Provider | undefined;
  /** Writers of connections wait for each other. */
  inTurn: Queue;
  /** Gives site access back; `false` if the browser would not. */
  giveBack(patterns: string[]): Promise<boolean>;
}

const refuse = (code: string, message: string): never => {
  throw new Refused({ kind: 'not-done', code, message });
};

/** What the options page can do to connections and their keys. All writing happens here, one change after the other. */
export function createConnectionCommands(world: ConnectionsWorld): ConnectionCommands {
  const { keys, providerById, inTurn } = world;

  const entry = (connection: Connection): Provider =>
    providerById(connection.provider) ?? refuse('provider', `Gloss does not know the provider ${connection.provider}.`);

  /** Header rules and site access that no connection needs any more go. */
  async function tidy(before: readonly Connection[], after: readonly Connection[]): Promise<void> {
    const known = after.flatMap((connection) => {
      const provider = providerById(connection.provider);
      return provider ? [{ connection, provider }] : [];
    });
    await world.headers.keepOnly(known);
    const patterns = (all: readonly Connection[]) =>
      all.flatMap((connection) => {
        const provider = providerById(connection.provider);
        return provider ? addressesOf(provider, connection).map((address) => address.pattern) : [];
      });
    const kept = new Set(patterns(after));
    const unused = [...new Set(patterns(before))].filter((pattern) => !kept.has(pattern));
    // Access that an administrator gave cannot be given back; nothing is lost by that.
    if (unused.length > 0) await world.giveBack(unused).catch(() => false);
  }

  async function save(input: CommandInput<'connection.save'>): Promise<{ keyCleared: boolean }> {
    const connection = connectionOf(input.connection);
    const provider = entry(connection);
    const origin = provider.engine ? null : originFor(provider, connection);
    const key = input.key == null ? input.key : fit(input.key);
    // First of all: a key of another origin must not be there when the new address is.
    const cleared = await keys.rebind(connection.id, origin);

    const before = await world.connections.getValue();
    const known = before.some((each) => each.id === connection.id);
    const after = known
      ? before.map((each) => (each.id === connection.id ? connection : each))
      : [...before, connection];
    await world.connections.setValue(after);
    const standard = await world.defaultConnection.getValue();
    if (!after.some((each) => each.id === standard)) await world.defaultConnection.setValue(connection.id);

    if (key === null) await keys.remove(connection.id);
    else if (origin !== null) await keep(connection.id, origin, key, input.keeping);
    await tidy(before, after);
    return { keyCleared: cleared && !key };
  }

  /** Writes a new key, or the one there is in another way of keeping. */
  async function keep(
    id: string,
    origin: string,
    given: string | undefined,
    wanted: Keeping | undefined,
  ): Promise<void> {
    const { keeping: present } = await keys.status(id);
    const { set, locked } = await keys.passphrase();
    const keeping = wanted ?? present ?? (set ? 'passphrase' : 'device');
    if (!given && (keeping === present || present === undefined)) return;
    if (keeping === 'passphrase' && (!set || locked)) {
      refuse(
        'locked',
        set ? 'Give the passphrase first, then save again.' : 'Set a passphrase first, then save again.',
      );
    }
    const kept = given ? null : await keys.keyFor(id, origin);
    if (kept?.state === 'locked') refuse('locked', 'Give the passphrase first, then save again.');
    const key = given ?? (kept?.state === 'ready' ? kept.key : undefined);
    if (key) await keys.save(id, origin, key, keeping);
  }

  return {
    async 'connection.save'(input, { sender }) {
      // The panel mends addresses and stars models; keys are typed in the options alone.
      if (sender !== 'options' && (input.key !== undefined || input.keeping !== undefined)) {
        refuse('key', 'Keys are set in the options.');
      }
      return inTurn(() => save(input));
    },
    'connection.remove': ({ id }) =>
      inTurn(async () => {
        const before = await world.connections.getValue();
        const after = before.filter((each) => each.id !== id);
        await keys.remove(id);
        await world.connections.setValue(after);
        if ((await world.defaultConnection.getValue()) === id) {
          await world.defaultConnection.setValue(after.find((each) => each.enabled)?.id ?? null);
        }
        await tidy(before, after);
        return null;
      }),
    'connection.setDefault': ({ id }) =>
      inTurn(async () => {
        const all = await world.connections.getValue();
        if (!all.some((each) => each.id === id)) refuse('connection', 'This connection does not exist.');
        await world.defaultConnection.setValue(id);
        return null;
      }),
    'connection.enable': ({ id, enabled }) =>
      inTurn(async () => {
        const all = await world.connections.getValue();
        if (!all.some((each) => each.id === id)) refuse('connection', 'This connection does not exist.');
        await world.connections.setValue(all.map((each) => (each.id === id ? { ...each, enabled } : each)));
        return null;
      }),
  };
}

type Usable = Extract<ReturnType<typeof judgeBaseUrl>, { ok: true }>;

function addressesOf(provider: Provider, connection: Connection): Usable[] {
  const allowPrivateHttp = connection.options?.allowPrivateHttp === true;
  return serversOf(provider, connection)
    .map((server) => judgeBaseUrl(server, { allowPrivateHttp }))
    .filter((judged) => judged.ok);
}

/** The origin a key is bound to: the first server's. Every address must be in order, or nothing is saved. */
function originFor(provider: Provider, connection: Connection): string {
  const allowPrivateHttp = connection.options?.allowPrivateHttp === true;
  const judged = serversOf(provider, connection).map((server) => judgeBaseUrl(server, { allowPrivateHttp }));
  const bad = judged.find((each) => !each.ok);
  if (bad) refuse(`address-${bad.reason}`, 'This base URL cannot be used.');
  const first = judged.find((each) => each.ok);
  return first?.origin ?? refuse('address-empty', 'A base URL is needed.');
}

/** A key as a header can carry it; `undefined` for an empty one, which changes nothing. */
function fit(typed: string): string | undefined {
  const key = typed.trim();
  if (key === '') return undefined;
  if (!/^[\x21-\x7e]+$/.test(key)) refuse('key', 'A key has no spaces, line breaks or special characters in it.');
  return key;
}
