/** What a fault cost, scenario by scenario, and the page of the documentation that says so. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';

export interface Cost {
  /** Number and name in the plan of forty faults. */
  number: number;
  name: string;
  times: number;
  /** Characters the reader had seen and that are gone. */
  lost: number;
  /** Requests beyond those the user asked for and the declared retries. */
  duplicates: number;
  /** Milliseconds until there was something the user could do, at most. */
  until: number;
}

const begin = '<!-- measured: begin -->';
const end = '<!-- measured: end -->';

/** Writes the table into docs/reliability.md, where `GLOSS_REPORT` is set: figures change with every run. */
export function report(costs: readonly Cost[]): void {
  if (!process.env.GLOSS_REPORT || costs.length === 0) return;
  const file = join(import.meta.dirname, '../../../docs/reliability.md');
  const page = readFileSync(file, 'utf8');
  const rows = costs
    .toSorted((a, b) => a.number - b.number)
    .map(
      ({ number, name, times, lost, duplicates, until }) =>
        `| ${number} | ${name} | ${times} | ${lost} | ${duplicates} | ${(until / 1000).toFixed(1)} s |`,
    );
  const table = [
    '| # | fault | times run | characters lost | duplicate requests | until the user can act, at most |',
    '|--:|---|--:|--:|--:|--:|',
    ...rows,
  ].join('\n');
  const [before = '', rest = ''] = page.split(begin);
  writeFileSync(file, `${before}${begin}\n${table}\n${end}${rest.split(end)[1] ?? ''}`);
}

/** All rows of a store, in whichever database of the extension it is, as any of its pages could read them. */
export function rowsOf<Row>(page: Page, store: string): Promise<Row[]> {
  return page.evaluate(async (wanted) => {
    const found: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.addEventListener('success', () => resolve(opening.result));
        opening.addEventListener('error', () => reject(opening.error ?? new Error(name)));
      });
      if (database.objectStoreNames.contains(wanted)) {
        found.push(
          ...(await new Promise<unknown[]>((resolve, reject) => {
            const all = database.transaction(wanted).objectStore(wanted).getAll();
            all.addEventListener('success', () => resolve(all.result));
            all.addEventListener('error', () => reject(all.error ?? new Error(name)));
          })),
        );
      }
      database.close();
    }
    return found as Row[];
  }, store);
}
