/** `npm start`, as on a machine without a display: it asks through the panel, prints what comes, and leaves a picture. */
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../scripts/run.mjs';

const root = resolve(import.meta.dirname, '../..');
const picture = join(root, '.cache', 'panel.png');

test('shows a question, its answer and a picture, and ends well', { timeout: 180_000 }, async () => {
  rmSync(picture, { force: true });
  const { code, output } = await run(process.execPath, [join(root, 'scripts/start.mjs'), '--headless'], {
    quiet: true,
    minutes: 2,
  });
  expect(code, output).toBe(0);
  expect(output).toContain('Question: What is a gloss');
  // Passages answers from the page, and says what it is.
  expect(output).toMatch(/not an AI/);
  expect(output).toMatch(/margin/i);
  expect(output).toContain(`Picture: ${picture}`);
  // The eight bytes every PNG begins with, and its size: a panel is taller than wide.
  const bytes = readFileSync(picture);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.readUInt32BE(20)).toBeGreaterThan(bytes.readUInt32BE(16));
});
