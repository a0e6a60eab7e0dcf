/** The list of connections: what is stored, which is the default, and what one click does to each. */
import { type ReadonlySignal, computed, createModel, signal } from '@preact/signals';
import type { KeyStatus, Send } from '../core/protocol';
import type { Spent } from '../core/spending';
import { type Connection, type Provider, needsKey } from '../providers/contract';
import { type Draft, draftOf, emptyDraft, withProvider } from './options-draft';
import { ConnectionForm, type FormDeps } from './options-form';
import { patternsOf } from './options-ledger';
import type { SiteAccess } from './site-access';

export interface ConnectionsDeps {
  send: Send;
  access: SiteAccess;
  catalog: readonly Provider[];
  connections: ReadonlySignal<readonly Connection[]>;
  defaultId: ReadonlySignal<string | null>;
  granted: ReadonlySignal<readonly string[]>;
  /** What this month came to, by connection. */
  spent?: ReadonlySignal<Readonly<Record<string, Spent>>>;
  newId(): string;
}

export interface ConnectionRow {
  connection: Connection;
  provider: Provider | undefined;
  isDefault: boolean;
  /** The browser does not let Gloss reach it. */
  blocked: boolean;
  /** It needs a key and has none. `null` while that is not known. */
  keyless: boolean | null;
  /** What it came to this month. */
  spent?: Spent;
}

export const Connections = createModel((deps: ConnectionsDeps) => {
  const open = signal<ConnectionForm | null>(null);
  /** Connections opened one after the other get a new form each; the number tells them apart. */
  const openNumber = signal(0);
  const keys = signal<Readonly<Record<string, KeyStatus>>>({});
  const removed = signal<{ connection: Connection; wasDefault: boolean } | null>(null);
  const failure = signal<string | null>(null);

  const provider = (id: string): Provider | undefined => deps.catalog.find((one) => one.id === id);
  const formDeps: FormDeps = deps;

  const rows = computed<ConnectionRow[]>(() =>
    deps.connections.value.map((connection) => {
      const entry = provider(connection.provider);
      const status = keys.value[connection.id];
      const spent = deps.spent?.value[connection.id];
      return {
        connection,
        provider: entry,
        isDefault: connection.id === deps.defaultId.value,
        blocked: !patternsOf(connection).every((pattern) => deps.granted.value.includes(pattern)),
        keyless: status === undefined || entry === undefined ? null : needsKey(entry) && !status.present,
        ...(spent ? { spent } : {}),
      };
    }),
  );

  async function refreshKeys(): Promise<void> {
    const pairs = await Promise.all(
      deps.connections.value.map(async ({ id }) => [id, await deps.send('key.status', { id })] as const),
    );
    keys.value = Object.fromEntries(pairs.flatMap(([id, reply]) => (reply.ok ? [[id, reply.value]] : [])));
  }

  async function show(draft: Draft, isNew: boolean): Promise<void> {
    const before = open.value;
    const form = new ConnectionForm(formDeps, draft, isNew);
    open.value = form;
    openNumber.value += 1;
    await before?.leave();
    await form.refreshKey();
  }

  async function tell(reply: Promise<{ ok: true } | { ok: false; error: { message: string } }>): Promise<boolean> {
    const done = await reply;
    failure.value = done.ok ? null : done.error.message;
    return done.ok;
  }

  return {
    rows,
    open,
    openNumber,
    removed,
    /** Why the last click on a row had no effect; the background's own words. */
    failure,
    refreshKeys,

    /** Opens an empty form, or one for a provider of the catalog. */
    add(providerId?: string): Promise<void> {
      const entry = providerId === undefined ? undefined : provider(providerId);
      const empty = emptyDraft(deps.newId());
      const taken = deps.connections.value.map((one) => one.name);
      return show(entry ? withProvider(empty, entry, undefined, taken) : empty, true);
    },
    edit(id: string): Promise<void> {
      const connection = deps.connections.value.find((one) => one.id === id);
      if (!connection || open.value?.draft.value.id === id) return Promise.resolve();
      return show(draftOf(connection), false);
    },
    async close(): Promise<void> {
      const form = open.value;
      open.value = null;
      await form?.leave();
      await refreshKeys();
    },
    setDefault(id: string): Promise<boolean> {
      return tell(deps.send('connection.setDefault', { id }));
    },
    enable(id: string, enabled: boolean): Promise<boolean> {
      return tell(deps.send('connection.enable', { id, enabled }));
    },
    /** Removes a connection and its key; access goes too, unless another connection uses the same host. */
    async remove(id: string): Promise<void> {
      const connection = deps.connections.value.find((one) => one.id === id);
      if (!connection) return;
      const kept = new Set(deps.connections.value.filter((one) => one.id !== id).flatMap(patternsOf));
      const wasDefault = deps.defaultId.value === id;
      if (!(await tell(deps.send('connection.remove', { id })))) return;
      removed.value = { connection, wasDefault };
      if (open.value?.draft.value.id === id) {
        const form = open.value;
        open.value = null;
        await form.leave();
      }
      const unused = patternsOf(connection).filter((pattern) => !kept.has(pattern));
      // The background does the same; asking twice does no harm, and the page may outlive the worker.
      if (unused.length > 0) await deps.access.remove(unused).catch(() => false);
    },
    /** From a click. The connection comes back with its site access; the key is gone for good. */
    async undoRemove(): Promise<void> {
      const gone = removed.value;
      if (!gone) return;
      const answer = deps.access.request(patternsOf(gone.connection));
      removed.value = null;
      // Without access it still comes back, and its row says what it needs.
      await answer.catch(() => false);
      if (!(await tell(deps.send('connection.save', { connection: { ...gone.connection } })))) {
        removed.value = gone;
        return;
      }
      if (gone.wasDefault) await tell(deps.send('connection.setDefault', { id: gone.connection.id }));
      await refreshKeys();
    },
    /** From a click. */
    async allow(id: string): Promise<void> {
      const connection = deps.connections.value.find((one) => one.id === id);
      if (connection) await deps.access.request(patternsOf(connection)).catch(() => false);
    },
  };
});
export type Connections = InstanceType<typeof Connections>;
