/** Figures of a test run, written into docs/security.md; a run that finds what the last one found leaves it as it is. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const page = resolve(import.meta.dirname, '../../../docs/security.md');

/** Puts each figure into the row of the tables that begins with its name. Throws where there is no such row. */
export async function report(figures: Readonly<Record<string, number | string>>): Promise<void> {
  await inTurn(() => {
    const before = readFileSync(page, 'utf8');
    const lines = before.split('\n');
    for (const [name, figure] of Object.entries(figures)) {
      const place = lines.findIndex((line) => line.startsWith(`| ${name} |`));
      if (place < 0) throw new Error(`docs/security.md has no row "${name}"`);
      lines[place] = `| ${name} | ${figure} |`;
    }
    const after = lines.join('\n');
    if (after !== before) writeFileSync(page, after);
  });
}

/** Test files run side by side, and each writes rows of its own. */
async function inTurn(act: () => void): Promise<void> {
  const lock = join(tmpdir(), 'gloss-security-report');
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // Whoever was killed while holding it never gives it back.
      if (tries > 100) rmSync(lock, { recursive: true, force: true });
      await sleep(20);
    }
  }
  try {
    act();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
