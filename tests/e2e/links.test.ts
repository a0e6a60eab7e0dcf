/**
 * The one way out that there is: a click. It opens a tab at the address that was shown, never in the panel; an address that is
 * not what it seems, or that carries something away, is asked about first; an image is a button.
 */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { answers, newChat, until } from '../../scripts/drive.mjs';
import { Canary } from './harness/canary';
import { Session } from './harness/session';

const name = 'away.test';
let session: Session;
let away: Canary;
let panel: Page;

beforeAll(async () => {
  away = await Canary.start();
  session = await Session.start({ hosts: [name] });
  panel = await session.freshPanel();
});
afterAll(async () => {
  await session?.close();
  await away?.close();
});
beforeEach(() => newChat(panel));
afterEach(() => session.expectNoTrouble());

const to = (path: string) => `${away.origin(name)}${path}`;
const answer = () => answers(panel).last();
const question = () => panel.getByRole('alertdialog');
const tabs = () => session.gloss.context.pages().map((page) => page.url());

async function say(text: string): Promise<void> {
  session.upstream.next({ pieces: [text] });
  await session.askAndWait(panel, 'A link?');
  expect(away.connections).toBe(0);
}

/** The tab that a click opened; closed again. */
async function arrived(path: string): Promise<void> {
  const tab = await until('the tab', () => session.gloss.context.pages().find((page) => page.url() === to(path)));
  const arrival = await until('the visit', () => away.arrivals.find((one) => one.path === path));
  expect(arrival.headers.referer).toBeUndefined();
  await tab.close();
  expect(panel.url()).toContain('sidepanel.html');
  away.arrivals.length = 0;
  await until('its connections to end', () => {
    away.connections = 0;
    return true;
  });
}

test('a link that says where it goes opens a tab there, with the first click', async () => {
  await say(`Look [here](${to('/plain')}).`);
  await answer().getByRole('link', { name: 'here' }).click();
  await arrived('/plain');
});

test.each([
  ['names another host', () => `[https://good.example/login](${to('/other')})`, '/other'],
  ['names another host among its words', () => `[Log in at good.com to go on](${to('/among')})`, '/among'],
  ['names another host with letters nobody sees', () => `[go\u200Bo\u2060d.c\u00ADom](${to('/unseen')})`, '/unseen'],
  ['names another host in wide letters', () => `[ｇｏｏｄ．ｃｏｍ](${to('/wide')})`, '/wide'],
  ['names another host before an at sign', () => `[good.com@${name}](${to('/at')})`, '/at'],
  [
    'carries something away',
    () => `[more](${to(`/carry?d=${'QWxsIHRoYXQgd2FzIHNhaWQgaGVyZSBpbiB0aGlzIGNoYXQ'.repeat(3)}`)})`,
    '',
  ],
])('one that %s is asked about, with its true host', async (_what, make, path) => {
  await say(make());
  const before = tabs();
  await answer().getByRole('link').first().click();
  await question().waitFor();
  expect(await question().innerText()).toContain(new URL(to('/')).host);
  expect(tabs()).toEqual(before);
  expect(away.connections).toBe(0);
  expect(await panel.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
  await question().press('Escape');
  await expect.poll(() => question().count()).toBe(0);
  expect(away.connections).toBe(0);
  if (path === '') return;
  await answer().getByRole('link').first().click();
  await question().getByRole('button').first().click();
  await arrived(path);
});

test('a mailbox that is not the one named is asked about, and nothing is opened before', async () => {
  await say('Write to [help@good.com](mailto:help@bad.com?body=all).');
  const before = tabs();
  await answer().getByRole('link').first().click();
  await question().waitFor();
  expect(await question().innerText()).toContain('help@bad.com');
  await question().press('Escape');
  await expect.poll(() => question().count()).toBe(0);
  expect(tabs()).toEqual(before);
});

test('an image is a button that names its host, and opens it in a tab', async () => {
  await say(`![A picture](${to('/picture.png')})`);
  const image = answer().locator('.markdown').getByRole('button').first();
  expect(await image.innerText()).toContain(new URL(to('/')).host);
  await image.click();
  await arrived('/picture.png');
});

test('a middle click and Enter do the same, and no key or drag leads the panel away', async () => {
  await say(`Look [here](${to('/middle')}).`);
  await answer().getByRole('link', { name: 'here' }).click({ button: 'middle' });
  await arrived('/middle');
  await answer().getByRole('link', { name: 'here' }).press('Enter');
  await arrived('/middle');
});
