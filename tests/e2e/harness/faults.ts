/** What a fault cost, scenario by scenario, and the page of the documentation that says so. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  /** Milliseconds until there was something the user could do, at most; absent where the clock is in the test's hand. */
  until?: number;
}

const begin = '<!-- measured: begin -->';
const end = '<!-- measured: end -->';

const heading = [
  '| # | fault | times run | characters lost | duplicate requests | until the user can act, at most | test |',
  '|--:|---|--:|--:|--:|--:|---|',
];

/**
 * Writes a test file's rows into docs/reliability.md in the place of those it wrote last time, where `GLOSS_REPORT` is set:
 * figures change with every run.
 */
export function report(test: string, costs: readonly Cost[]): void {
  if (!process.env.GLOSS_REPORT || costs.length === 0) return;
  const file = join(import.meta.dirname, '../../../docs/reliability.md');
  alone(() => writeRows(file, test, costs));
}

/** Test files run side by side, and each writes rows of its own. */
function alone(act: () => void): void {
  const lock = join(tmpdir(), 'gloss-reliability-report');
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // Whoever was killed while holding it never gives it back.
      if (tries > 100) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
  try {
    act();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function writeRows(file: string, test: string, costs: readonly Cost[]): void {
  const page = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = page.split(begin);
  const [table = '', after = ''] = rest.split(end);
  const others = table.split('\n').filter((line) => /^\| \d/.test(line) && !line.endsWith(`| \`${test}\` |`));
  const own = costs.map(
    ({ number, name, times, lost, duplicates, until }) =>
      `| ${number} | ${name} | ${times} | ${lost} | ${duplicates} | ${until === undefined ? '–' : `${(until / 1000).toFixed(1)} s`} | \`${test}\` |`,
  );
  const rows = [...others, ...own].toSorted((one, other) => numberOf(one) - numberOf(other));
  writeFileSync(file, `${before}${begin}\n${[...heading, ...rows].join('\n')}\n${end}${after}`);
}

const numberOf = (row: string): number => Number(/\d+/.exec(row)?.[0] ?? 0);

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
