/** Taking everything out, bringing a file in after a look at it, and clearing. */
import { createModel, signal } from '@preact/signals';
import type { ImportSummary, Send } from '../core/protocol';

export interface DataDeps {
  send: Send;
  /** The export's text: chats, connections and preferences, never keys. */
  makeExport(): Promise<string>;
  /** Gives the text to the user as a file. */
  saveFile(name: string, text: string): void;
  /** Epoch milliseconds. */
  now(): number;
  /** What is typed here and not written yet must be written before an import looks at it. */
  flush(): Promise<void>;
  /** Everything is gone; what the page shows of it goes too. */
  cleared(): Promise<void>;
}

export type ImportState =
  | { state: 'none' }
  | { state: 'reading' }
  /** Looked at, nothing written. */
  | { state: 'seen'; summary: ImportSummary; json: string }
  | { state: 'writing' }
  | { state: 'done'; summary: ImportSummary }
  | { state: 'undone' }
  | { state: 'failed'; message: string };

export type Work = 'idle' | 'working' | 'done' | { failed: string };

/** `gloss-2026-11-20.json`, by the reader's own calendar. */
export function exportName(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `gloss-${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}.json`;
}

export const DataModel = createModel((deps: DataDeps) => {
  const exporting = signal<Work>('idle');
  const importing = signal<ImportState>({ state: 'none' });
  const clearing = signal<Work>('idle');

  return {
    exporting,
    importing,
    clearing,

    async exportAll(): Promise<void> {
      exporting.value = 'working';
      try {
        deps.saveFile(exportName(deps.now()), await deps.makeExport());
        exporting.value = 'done';
      } catch (error) {
        exporting.value = { failed: error instanceof Error ? error.message : String(error) };
      }
    },
    /** Looks at a file without writing anything. `read` gives its text. */
    async look(read: () => Promise<string>): Promise<void> {
      importing.value = { state: 'reading' };
      let json: string;
      try {
        json = await read();
      } catch (error) {
        importing.value = { state: 'failed', message: error instanceof Error ? error.message : String(error) };
        return;
      }
      const reply = await deps.send('data.import', { json, dryRun: true });
      importing.value = reply.ok
        ? { state: 'seen', summary: reply.value, json }
        : { state: 'failed', message: reply.error.message };
    },
    /** Writes what was looked at. */
    async write(): Promise<void> {
      const seen = importing.value;
      if (seen.state !== 'seen') return;
      importing.value = { state: 'writing' };
      await deps.flush();
      const reply = await deps.send('data.import', { json: seen.json, dryRun: false });
      importing.value = reply.ok
        ? { state: 'done', summary: reply.value }
        : { state: 'failed', message: reply.error.message };
      // The menu shows actions.
      if (reply.ok && reply.value.settings > 0) await deps.send('actions.changed', {});
    },
    async undo(): Promise<void> {
      const done = importing.value;
      if (done.state !== 'done') return;
      await deps.flush();
      const reply = await deps.send('data.undoImport', { importId: done.summary.importId });
      importing.value = reply.ok ? { state: 'undone' } : { state: 'failed', message: reply.error.message };
      if (reply.ok && done.summary.settings > 0) await deps.send('actions.changed', {});
    },
    forget(): void {
      importing.value = { state: 'none' };
    },
    async clear(): Promise<void> {
      clearing.value = 'working';
      const reply = await deps.send('data.clear', {});
      if (reply.ok) await deps.cleared();
      clearing.value = reply.ok ? 'done' : { failed: reply.error.message };
    },
  };
});
export type DataModel = InstanceType<typeof DataModel>;
