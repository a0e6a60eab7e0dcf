/** Builds the extension for both browsers once, before the first test, unless `npm test` has already done so. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExtension } from '../../../scripts/build.mjs';

export default async function setUp(): Promise<(() => void) | undefined> {
  if (process.env.GLOSS_BUILD) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'gloss-build-'));
  for (const browser of ['chrome', 'firefox'] as const) {
    const { code, output } = await buildExtension(browser, folder);
    if (code !== 0) throw new Error(`the build for ${browser} failed:\n${output}`);
  }
  process.env.GLOSS_BUILD = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Where the build for one browser lies. */
export function buildFor(browser: 'chrome' | 'firefox'): string {
  const folder = process.env.GLOSS_BUILD;
  if (!folder) throw new Error('no build: run by vitest.e2e.config.ts, which builds first');
  return join(folder, `${browser}-mv3`);
}
