/** The ledger on the options page: every origin, what for, when last, and taking it back. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answerToEnd, answers, ask } from '../../scripts/drive.mjs';
import { Session } from './harness/session';

let session: Session;
let options: Page;
let panel: Page;

beforeAll(async () => {
  session = await Session.start();
  panel = await session.freshPanel();
});
afterAll(() => session?.close());
afterEach(() => session.expectNoTrouble());

const row = () =>
  options
    .getByRole('listitem')
    .filter({ hasText: '127.0.0.1' })
    .filter({ has: options.getByRole('button', { name: /^(?:Revoke|Allow)/ }) });
const mayReach = () => options.evaluate('chrome.permissions.contains({ origins: ["http://127.0.0.1/*"] })');

test('before anything was asked, an origin is there with its reason', async () => {
  options = await session.gloss.openTab(session.gloss.url('options.html#privacy'));
  await expect.poll(() => row().count()).toBe(1);
  const words = await row().innerText();
  expect(words).toContain('Test server');
  expect(words).not.toMatch(/\d{4}|\d:\d\d/);
});

test('after a question, it says when', async () => {
  const before = Date.now();
  await session.askAndWait(panel, 'Note this');
  await expect.poll(() => row().innerText()).toMatch(/\d{1,2}:\d\d/);
  const used = await options.evaluate<Record<string, number>>(
    'chrome.storage.local.get("lastUsed").then((all) => all.lastUsed)',
  );
  expect(Object.keys(used)).toEqual([session.upstream.origin]);
  expect(used[session.upstream.origin]).toBeGreaterThanOrEqual(before);
});

test('revoked, nothing is sent there any more, and the panel says why', async () => {
  await row().getByRole('button', { name: 'Revoke' }).click();
  await expect.poll(mayReach).toBe(false);
  await expect.poll(() => row().getByRole('button', { name: 'Allow' }).count()).toBe(1);
  const sent = session.upstream.chats.length;
  await ask(panel, 'And now?');
  await expect.poll(() => answers(panel).count()).toBe(2);
  await answerToEnd(panel);
  expect(await answers(panel).last().innerText()).toMatch(/127\.0\.0\.1/);
  expect(await answers(panel).last().getByRole('alert').count()).toBe(1);
  expect(session.upstream.chats).toHaveLength(sent);
});

test('cleared, nothing is left', async () => {
  await options
    .getByRole('button', { name: /^Clear|^Delete/ })
    .first()
    .click();
  await options.getByRole('alert').getByRole('button').first().click();
  await expect.poll(() => options.evaluate('chrome.storage.local.get().then(Object.keys)')).toEqual([]);
  expect(
    await options.evaluate(
      'chrome.storage.session.get().then((all) => Object.keys(all).filter((name) => name.startsWith("key")))',
    ),
  ).toEqual([]);
  expect(await options.evaluate('chrome.permissions.getAll().then(({ origins }) => origins)')).toEqual([]);
  await expect.poll(() => row().count()).toBe(0);
});
