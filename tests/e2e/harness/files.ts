/** A file that a click gives. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';

export async function fileFrom(page: Page, click: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}
