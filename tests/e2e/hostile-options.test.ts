/**
 * What servers, files and names say on the options page: lists of models, words of errors, the doctor's findings, the look into
 * a file, names of connections and addresses in the ledger. It is text there, of bearable length, and does nothing.
 */
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerToEnd, answers, ask, until } from '../../scripts/drive.mjs';
import { CANARY, payloads as templates } from '../security/payloads';
import { Canary } from './harness/canary';
import { report } from './harness/report';
import { Session } from './harness/session';
import { strangeElements, watchClosely, type Watched } from './harness/watch';

const canaryName = 'canary.test';
/** A name that reads from right to left, in tags, and between letters of no width. */
const tricky = 'model\u202Etxt.exe\u2066\u200B\u{E0041}\u{E0042}';
/** Longer than anybody reads. */
const endless = `${'A very long tale. '.repeat(20_000)}`;

let canary: Canary;
let session: Session;
let options: Page;
let watched: Watched;
let texts: string[];
const tabs: string[] = [];
const places = new Set<string>();

beforeAll(async () => {
  canary = await Canary.start();
  texts = templates.map(({ text }) => text.replaceAll(CANARY, canary.origin(canaryName)));
  session = await Session.start({ hosts: [canaryName, `*.${canaryName}`] });
  options = await session.gloss.openOptions();
  watched = await watchClosely(options);
  session.gloss.context.on('page', (opened) => tabs.push(opened.url()));
});
afterAll(async () => {
  await session?.close();
  await canary?.close();
});

/** Looks at the whole page in this place: nothing happened, no trick is left, nothing is without end. */
async function lookAt(place: string): Promise<void> {
  places.add(place);
  const seen = await options.evaluate(() => {
    const longest = Math.max(
      ...[...document.body.querySelectorAll('*')].map((element) =>
        element.children.length === 0 ? (element.textContent ?? '').length : 0,
      ),
    );
    const attributes = [...document.querySelectorAll('*')].flatMap((element) =>
      [...element.attributes].filter(({ name }) => /^(?:aria-|title|alt)/.test(name)).map(({ value }) => value),
    );
    return { text: `${document.body.textContent}\n${attributes.join('\n')}`, longest };
  });
  expect({
    place,
    violations: await watched.violations(),
    requests: watched.requests,
    navigations: watched.navigations,
    tabs,
    arrivals: canary.arrivals.length + canary.connections,
    strange: await strangeElements(options),
    tricks: seen.text.match(/[\u202A-\u202E\u2066-\u2069\u200B\u{E0000}-\u{E007F}]/gu) ?? [],
  }).toEqual({
    place,
    violations: [],
    requests: [],
    navigations: [],
    tabs: [],
    arrivals: 0,
    strange: [],
    tricks: [],
  });
  expect(seen.longest, place).toBeLessThan(3_000);
}

/** A command, as the page itself would give it. */
const say = (message: object): Promise<{ ok: boolean; value?: unknown; error?: { message: string } }> =>
  options.evaluate(
    (words) =>
      (
        globalThis as unknown as { chrome: { runtime: { sendMessage(message: object): Promise<never> } } }
      ).chrome.runtime.sendMessage(words),
    message,
  );

const button = (name: string) => options.getByRole('button', { name, exact: true });
/** The models to choose from; the providers are another list. */
const choices = () => options.getByRole('listbox').getByRole('option');
const alerts = () => options.getByRole('alert').allInnerTexts();

test('lists of models', async () => {
  await options
    .getByRole('listitem')
    .filter({ hasText: 'Test server' })
    .getByRole('button', { name: /^Edit/ })
    .first()
    .click();
  session.upstream.listed = [
    ...[tricky, ...texts.map((text) => text.slice(0, 280))].map((id, place) => ({
      id,
      name: `${place} ${texts[place] ?? ''}`.slice(0, 280),
    })),
    { id: endless },
    { id: 'endless-name', name: endless },
  ];
  await button('Get the list').click();
  const field = options.getByRole('combobox', { name: 'Model' });
  for (const words of ['', 'txt.exe', '<img', '<svg', '<link', '<script', '![', 'javascript:', '&']) {
    await field.fill(words);
    await expect.poll(() => choices().count()).toBeGreaterThan(0);
    await lookAt('lists of models');
  }
  await field.fill('txt.exe');
  expect(await choices().first().innerText()).toContain('model⟨U+202E⟩txt.exe');
  await field.fill('A very long tale');
  await expect.poll(() => choices().count()).toBe(0);
  await field.fill('test-model');
});

test('words of errors, and what the doctor makes of them', async () => {
  session.upstream.listed = undefined;
  for (const [place, text] of [texts.join('\n'), `${tricky} refused`, endless].entries()) {
    for (const status of [400, 401, 404, 429, 500]) {
      const before = session.upstream.chats.length;
      const error = { message: text, type: texts[status % texts.length], code: tricky };
      // How often the doctor asks depends on what it hears; what is left of one fault is none of the next.
      session.upstream.forget();
      for (let tries = 0; tries < 3; tries += 1) session.upstream.next({ status, body: { error } });
      await button('Test connection').click();
      await until('the test', () => session.upstream.chats.length > before);
      await expect.poll(() => button('Test connection').isEnabled(), { timeout: 20_000 }).toBe(true);
      await expect.poll(async () => (await alerts()).length, { timeout: 20_000 }).toBeGreaterThan(0);
      await lookAt('words of errors');
    }
    if (place === 1) expect((await alerts()).join()).toContain('⟨U+202E⟩');
  }
});

test('names of connections, and the ledger', async () => {
  const [connection] = await options.evaluate<object[]>(
    'chrome.storage.local.get("connections").then((all) => all.connections)',
  );
  for (const [place, text] of [tricky, ...texts.slice(0, 60)].entries()) {
    const name = text.slice(0, 200).trim() || 'x';
    await until('the connection to be taken', async () => {
      const reply = await say({
        type: 'connection.save',
        connection: { ...connection, id: `hostile-${place}`, name, model: text.slice(0, 300) },
      });
      return reply.ok;
    });
  }
  for (const section of ['connections', 'privacy', 'data']) {
    await options.evaluate((hash) => (location.hash = hash), section);
    if (section !== 'data') await expect.poll(() => options.locator('body').innerText()).toContain('⟨U+202E⟩');
    watched.navigations.length = 0;
    await lookAt('names of connections');
  }
});

test('the look into a file', async () => {
  const file = {
    format: 'gloss-export',
    version: 1,
    exportedAt: 1,
    connections: [tricky, ...texts].slice(0, 100).map((text, place) => ({
      id: `f-${place}`,
      provider: place % 2 === 0 ? 'custom' : text.slice(0, 50),
      name: text.slice(0, 200) || 'x',
      baseUrl: text.slice(0, 2000),
      model: text.slice(0, 300),
      enabled: true,
      [text.slice(0, 100)]: text,
    })),
    chats: [tricky, ...texts, endless].map((title) => ({ chat: { id: title, title }, messages: [{ role: title }] })),
  };
  await options.locator('input[type=file]').setInputFiles({
    name: `${'<img src=x onerror=alert(1)>'}${tricky}.json`,
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(file)),
  });
  await expect.poll(() => options.getByRole('status').allInnerTexts()).not.toEqual([]);
  await options
    .getByText(/^Left out: /)
    .first()
    .waitFor();
  await lookAt('the look into a file');
  await options.locator('input[type=file]').setInputFiles({
    name: 'broken.json',
    mimeType: 'application/json',
    buffer: Buffer.from(`{"a": ${tricky}${texts.join('')}`),
  });
  await expect.poll(async () => (await alerts()).join()).toMatch(/not JSON/);
  await lookAt('a file that is none');
});

test('nobody came', async () => {
  const panel = await session.freshPanel();
  tabs.length = 0;
  await ask(panel, 'Still there?');
  await expect.poll(() => answers(panel).count()).toBe(1);
  await answerToEnd(panel);
  expect(canary.arrivals).toEqual([]);
  // Whoever watches is awake.
  await options.evaluate((src) => document.body.append(Object.assign(new Image(), { src })), canary.origin(canaryName));
  await expect.poll(() => watched.violations()).toContainEqual(expect.stringMatching(/^img-src/));
  await report({ 'Places on the options page': places.size });
});
