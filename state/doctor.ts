/** *What is wrong?*: asks the background to look into a connection, and does what it advises. */
import { createModel, signal, type ReadonlySignal } from '@preact/signals';
import type { ChatError } from '../core/chat';
import type { ConnectionDraft, Diagnosis, DiagnosisFix, Send } from '../core/protocol';
import type { Connection } from '../providers/contract';

export interface DoctorDeps {
  send: Send;
  connections: ReadonlySignal<readonly Connection[]>;
  /** Has to be called straight from a click, before anything is awaited. */
  requestAccess(urls: string[]): Promise<boolean>;
  use(connectionId: string, model: string): Promise<void>;
  openLink(url: string): void;
}

export const DoctorModel = createModel((deps: DoctorDeps) => {
  const diagnosis = signal<Diagnosis | null>(null);
  const examining = signal(false);
  const failure = signal<ChatError | null>(null);
  /** Something was changed; asking again is worth it. */
  const mended = signal(false);

  async function save(connection: Connection, changes: Partial<Connection>): Promise<boolean> {
    const draft: ConnectionDraft = { ...connection, ...changes };
    const reply = await deps.send('connection.save', { connection: draft });
    failure.value = reply.ok ? null : reply.error;
    return reply.ok;
  }

  async function apply(connection: Connection, fix: DiagnosisFix): Promise<boolean> {
    switch (fix.kind) {
      case 'base-url': {
        const granted = await deps.requestAccess([fix.baseUrl]);
        return granted && save(connection, { baseUrl: fix.baseUrl });
      }
      case 'site-access':
        return deps.requestAccess(fix.origins);
      case 'rewrite-origin':
        return save(connection, { options: { ...connection.options, rewriteOrigin: true } });
      case 'model':
        await deps.use(connection.id, fix.model);
        return true;
      case 'open':
        deps.openLink(fix.url);
        return false;
      default:
        return fix satisfies never;
    }
  }

  return {
    diagnosis,
    examining,
    failure,
    mended,

    async examine(connectionId: string, model: string): Promise<void> {
      if (examining.peek()) return;
      examining.value = true;
      mended.value = false;
      const reply = await deps.send('connection.doctor', { id: connectionId, ...(model ? { model } : {}) });
      examining.value = false;
      diagnosis.value = reply.ok ? reply.value : null;
      failure.value = reply.ok ? null : reply.error;
    },

    /** Call straight from the click: some fixes ask the browser for access. */
    async fix(connectionId: string, fix: DiagnosisFix): Promise<void> {
      const connection = deps.connections.peek().find(({ id }) => id === connectionId);
      if (connection && (await apply(connection, fix))) mended.value = true;
    },
  };
});

export type Doctor = InstanceType<typeof DoctorModel>;
