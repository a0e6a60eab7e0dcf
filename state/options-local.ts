/** *Look for local models*: one click asks for this machine, finds the servers that run on it, and one more sets one up. */
import { createModel, signal } from '@preact/signals';
import type { CommandOutput, Diagnosis, DiagnosisFix, Send } from '../core/protocol';
import type { Connection, Provider } from '../providers/contract';
import type { SiteAccess } from './site-access';

export type FoundServer = CommandOutput<'connection.findLocal'>['found'][number];

export type LocalSearch =
  | { state: 'idle' }
  | { state: 'searching' }
  | { state: 'refused' }
  | { state: 'failed'; message: string }
  | { state: 'done'; found: FoundServer[] };

/** Both spellings of this machine; servers on the usual ports answer to either. */
export const localPatterns = ['http://localhost/*', 'http://127.0.0.1/*'];

export interface LocalDeps {
  send: Send;
  access: Pick<SiteAccess, 'request' | 'remove'>;
  catalog(): readonly Provider[];
  newId(): string;
}

export const LocalServers = createModel((deps: LocalDeps) => {
  const search = signal<LocalSearch>({ state: 'idle' });
  /** Base URL of the server being set up. */
  const adding = signal<string | null>(null);
  /** A server that was set up and does not answer: why. Ollama lists its models to anybody and refuses the question. */
  const trouble = signal<{ connection: Connection; diagnosis: Diagnosis } | null>(null);
  /** The connection that was set up and has answered. */
  const answering = signal<string | null>(null);

  /** Stores it as the default and asks it one short question. */
  async function tryOut(connection: Connection): Promise<string | null> {
    adding.value = connection.baseUrl;
    trouble.value = null;
    try {
      const reply = await deps.send('connection.save', { connection: { ...connection } });
      if (!reply.ok) {
        search.value = { state: 'failed', message: reply.error.message };
        return null;
      }
      await deps.send('connection.setDefault', { id: connection.id });
      const tested = await deps.send('connection.doctor', { id: connection.id });
      if (tested.ok && !tested.value.ok) trouble.value = { connection, diagnosis: tested.value };
      else answering.value = connection.id;
      return connection.id;
    } finally {
      adding.value = null;
    }
  }

  async function look(access: Promise<boolean>): Promise<void> {
    search.value = { state: 'searching' };
    if (!(await access.catch(() => false))) {
      search.value = { state: 'refused' };
      return;
    }
    const reply = await deps.send('connection.findLocal', {});
    search.value = reply.ok
      ? { state: 'done', found: reply.value.found }
      : { state: 'failed', message: reply.error.message };
  }

  return {
    search,
    adding,
    /** From a click. `access`: what the browser says, where it was asked already. */
    look(access?: Promise<boolean>): Promise<void> {
      return look(access ?? deps.access.request(localPatterns));
    },
    trouble,
    answering,
    /** Sets a found server up with one of its models. Resolves with the connection's id; `trouble` says if it refuses. */
    use(server: FoundServer, model: string): Promise<string | null> {
      const provider = deps.catalog().find((one) => one.id === server.provider);
      return tryOut({
        id: deps.newId(),
        provider: server.provider,
        name: provider?.name ?? server.provider,
        baseUrl: server.baseUrl,
        model,
        enabled: true,
      });
    },
    /** From a click: does what the doctor proposes and tries again. */
    async mend(fix: DiagnosisFix): Promise<void> {
      const sick = trouble.value;
      if (!sick) return;
      const { connection } = sick;
      switch (fix.kind) {
        case 'rewrite-origin':
          await tryOut({ ...connection, options: { ...connection.options, rewriteOrigin: true } });
          return;
        case 'model':
          await tryOut({ ...connection, model: fix.model });
          return;
        case 'base-url':
          await tryOut({ ...connection, baseUrl: fix.baseUrl });
          return;
        case 'site-access': {
          const answer = deps.access.request(fix.origins);
          if (await answer.catch(() => false)) await tryOut(connection);
          return;
        }
        case 'open':
          return;
        default:
          fix satisfies never;
      }
    },
    /** Gives this machine back if nothing was set up on it. */
    async leave(inUse: readonly string[]): Promise<void> {
      const unused = localPatterns.filter((pattern) => !inUse.includes(pattern));
      if (search.value.state !== 'idle' && unused.length > 0) await deps.access.remove(unused).catch(() => false);
    },
  };
});
export type LocalServers = InstanceType<typeof LocalServers>;
