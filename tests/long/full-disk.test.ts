/** No room left to store anything, in a real browser: Chromium looks at the room there is only twice a minute. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers, ask, questions } from '../../scripts/drive.mjs';
import { buildFor } from '../e2e/harness/build';
import { report, rowsOf } from '../e2e/harness/faults';
import { fileFrom } from '../e2e/harness/files';
import { Session } from '../e2e/harness/session';

let session: Session;
let panel: Page;
let folder: string;

/**
 * The built extension as it is, but for `unlimitedStorage`: with that permission only the disk itself is a limit, and this
 * machine's disk is not ours to fill.
 */
function withoutUnlimited(): string {
  cpSync(buildFor('chrome'), folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { permissions: string[] };
  manifest.permissions = manifest.permissions.filter((permission) => permission !== 'unlimitedStorage');
  writeFileSync(file, JSON.stringify(manifest));
  return folder;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gloss-full-'));
  session = await Session.start({ extension: withoutUnlimited() });
  panel = await session.freshPanel();
});
afterEach(async () => {
  await session?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** How much the extension may store from now on; absent: as much as the browser gives. It holds while the session does. */
async function setQuota(devtools: CDPSession, bytes?: number): Promise<void> {
  await devtools.send('Storage.overrideQuotaForOrigin', {
    origin: session.gloss.url('').slice(0, -1),
    ...(bytes === undefined ? {} : { quotaSize: bytes }),
  });
}

test('a full disk: the answer goes on showing, the panel says so, and the export has it', async () => {
  await session.askAndWait(panel, 'While there is room');
  const pieces = Array.from({ length: 100 }, (_, place) => `word${place} `);
  const held = session.upstream.next({ pieces: ['On disk. ', ...pieces, 'Nor this.'], paceMs: 500, holdAfter: 1 });
  await ask(panel, 'When there is none');
  await expect.poll(() => answers(panel).last().innerText()).toContain('On disk.');
  const devtools = await panel.context().newCDPSession(panel);
  await setQuota(devtools, 1);
  held.release();
  const banner = panel.getByRole('alert').filter({ hasText: 'disk is full' });
  await banner.waitFor({ timeout: 60_000 });
  await expect.poll(() => answers(panel).last().innerText(), { timeout: 90_000 }).toContain('Nor this.');
  const whole = `On disk. ${pieces.join('')}Nor this.`;
  expect(JSON.stringify(await rowsOf(panel, 'messages'))).not.toContain('Nor this.');
  const { name, text } = await fileFrom(panel, () => banner.getByRole('button', { name: 'Export now' }).click());
  expect(name).toMatch(/^gloss-\d{4}-\d\d-\d\d\.json$/);
  expect(text).toContain('While there is room');
  expect(text).toContain('When there is none');
  expect(text).toContain(whole);

  // A question that cannot be stored is not asked, and its words stay.
  const before = session.upstream.chats.length;
  await ask(panel, 'Nobody hears this');
  await expect.poll(() => panel.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Nobody hears this');
  expect(await questions(panel).count()).toBe(2);
  expect(session.upstream.chats.length).toBe(before);

  await setQuota(devtools);
  const freed = performance.now();
  await expect.poll(async () => JSON.stringify(await rowsOf(panel, 'messages')), { timeout: 120_000 }).toContain(whole);
  await expect.poll(() => banner.count()).toBe(0);
  const stored = JSON.stringify(await rowsOf(panel, 'messages')).includes(whole);
  const cost = { number: 35, name: 'no room left in mid-answer, then room again', times: 1, duplicates: 0 };
  report('tests/long/full-disk.test.ts', [
    { ...cost, lost: stored ? 0 : whole.length, until: performance.now() - freed },
  ]);
  session.expectNoTrouble();
}, 300_000);
