/** Setting up a provider, with the browser's own question about the site, on a screen. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addProvider, answerToEnd, answers, ask, modelField, storedConnections } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { answerPrompt } from './harness/native';
import { Upstream } from './harness/upstream';

let gloss: Gloss;
let upstream: Upstream;
let options: Page;

const key = 'sk-test-0123456789abcdef';
const button = (name: string) => options.getByRole('button', { name, exact: true });
const field = (name: string) => options.getByRole('textbox', { name });
const body = () => options.locator('body').innerText();
const stored = () => storedConnections(options);
const mayReach = (origin: string) =>
  options.evaluate(`chrome.permissions.contains({ origins: [${JSON.stringify(origin)}] })`);

beforeAll(async () => {
  upstream = await Upstream.start();
  gloss = await Gloss.launch({ native: true });
});
afterAll(async () => {
  await gloss?.close();
  await upstream?.close();
});
beforeEach(async () => {
  options = await gloss.openOptions();
});
afterEach(async () => {
  await options.close();
  const { errors, requests } = gloss.trouble;
  expect([...errors.splice(0), ...requests.splice(0)]).toEqual([]);
});

async function beginCustom(values: { baseUrl: string; model?: string; key?: string }): Promise<void> {
  await button('Add provider').click();
  await options.getByRole('combobox', { name: 'Provider' }).selectOption('custom');
  await field('Base URL').fill(values.baseUrl);
  if (values.key !== undefined) await field('API key').fill(values.key);
  if (values.model !== undefined) await modelField(options).fill(values.model);
}

describe('from nothing to an answer', () => {
  test('there is no access to any site after install', async () => {
    const all = await options.evaluate('chrome.permissions.getAll()');
    expect(all).toMatchObject({ origins: [] });
  });

  test('the first screen of the panel takes one decision', async () => {
    const panel = await gloss.openPanelTab();
    await panel.getByRole('button', { name: 'Add a provider' }).waitFor();
    await panel.close();
  });

  test("the browser's question refused: said, and nothing lost", async () => {
    await beginCustom({ baseUrl: upstream.baseUrl, model: 'test-model', key });
    await button('Save').click();
    await answerPrompt(gloss, 'refuse', async () => (await options.getByRole('alert').count()) > 0);
    expect(await options.getByRole('alert').first().innerText()).toContain('127.0.0.1');
    expect(await stored()).toEqual([]);
    expect(await field('Base URL').inputValue()).toBe(upstream.baseUrl);
    expect(await modelField(options).inputValue()).toBe('test-model');
  });

  test('the question accepted: saved, with access to that one site', async () => {
    await addProvider(options, { baseUrl: upstream.baseUrl, model: 'test-model', key, name: 'Mine' });
    await answerPrompt(gloss, 'allow', async () => (await stored()).length === 1);
    expect(await mayReach('http://127.0.0.1/*')).toBe(true);
    expect(await mayReach('https://example.org/*')).toBe(false);
    expect(await stored()).toMatchObject([{ name: 'Mine', baseUrl: upstream.baseUrl, model: 'test-model' }]);
  });

  test('the key is never shown again', async () => {
    await options.getByText('Mine').first().waitFor();
    await openConnection('Mine');
    expect(await field('API key').inputValue()).toBe('');
    expect(await options.content()).not.toContain(key);
    const everything = await options.evaluate(
      'Promise.all([chrome.storage.local.get("connections"), chrome.storage.session.get()]).then(JSON.stringify)',
    );
    expect(everything).not.toContain(key);
  });

  test('and the panel gets an answer', async () => {
    const panel = await gloss.openPanel(options);
    await ask(panel, 'Hello?');
    await answerToEnd(panel);
    await expect.poll(() => answers(panel).last().innerText()).toContain('A short answer');
    expect(upstream.chats.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
    await panel.close();
  });

  test('the model list comes from the server, with the stored key', async () => {
    upstream.models = ['alpha-model', 'beta-model'];
    await openConnection('Mine');
    await button('Get the list').click();
    await options.getByRole('option', { name: /beta-model/ }).click();
    await button('Save').click();
    await expect.poll(stored).toMatchObject([{ model: 'beta-model' }]);
    expect(upstream.others.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
  });

  test('a second one stands beside it, and one is the default', async () => {
    await addProvider(options, { baseUrl: `${upstream.origin}/other/v1`, model: 'alpha-model', name: 'Other' });
    await expect.poll(stored).toHaveLength(2);
    const byDefault = () =>
      options.evaluate('chrome.storage.local.get("defaultConnection").then((all) => all.defaultConnection)');
    const first = (await stored()).find((one) => one.name === 'Mine')?.id;
    const second = (await stored()).find((one) => one.name === 'Other')?.id;
    expect(await byDefault()).toBe(first);
    await options
      .getByRole('button', { name: /default/i })
      .last()
      .click();
    await expect.poll(byDefault).toBe(second);
  });

  test('removed: access is given back when nobody else needs it', async () => {
    await card('Other').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(stored).toHaveLength(1);
    expect(await mayReach('http://127.0.0.1/*')).toBe(true);
    await card('Mine').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(stored).toHaveLength(0);
    await expect.poll(() => mayReach('http://127.0.0.1/*')).toBe(false);
  });
});

const card = (name: string) =>
  options.getByRole('listitem').filter({ has: options.getByRole('heading', { name, exact: true }) });

async function openConnection(name: string): Promise<void> {
  await card(name).getByRole('button', { name: 'Edit' }).click();
  await field('Base URL').waitFor();
}

describe('the test of a connection says what is wrong', () => {
  beforeAll(() => gloss.allow('http://127.0.0.1/*'));

  test('nothing answers there', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    await beginCustom({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'any' });
    await button('Test connection').click();
    await expect.poll(body).toMatch(/nothing (answers|is listening)/i);
  });

  test('that is not an API', async () => {
    const site = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Welcome</h1>'),
    );
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const { port } = site.address() as AddressInfo;
    await beginCustom({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'any' });
    await button('Test connection').click();
    await expect.poll(body).toMatch(/web ?page|web ?site|not an (API|AI)/i);
    site.close();
  });

  test('the key is refused', async () => {
    const strict = createServer((_, response) =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } })),
    );
    await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve));
    const { port } = strict.address() as AddressInfo;
    await beginCustom({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'any', key });
    await button('Test connection').click();
    await expect.poll(body).toMatch(/refuses the key/);
    expect(await body()).not.toContain(key);
    strict.close();
  });

  test('all is well', async () => {
    await beginCustom({ baseUrl: upstream.baseUrl, model: 'alpha-model', key });
    await button('Test connection').click();
    await expect.poll(body).toMatch(/works|answered/i);
  });
});

describe('what is typed is judged in place, and is still there', () => {
  test.each([
    ['no scheme', { baseUrl: 'example.org/v1', model: 'm' }],
    ['a user in the address', { baseUrl: 'https://user:pass@example.org/v1', model: 'm' }],
    ['plain http to the world', { baseUrl: 'http://example.org/v1', model: 'm' }],
    ['a space in the key', { baseUrl: 'https://example.org/v1', model: 'm', key: 'sk-abc def' }],
    ['no address', { baseUrl: '', model: 'm' }],
  ])('%s', async (_, values) => {
    await beginCustom(values);
    await button('Save').click();
    await expect.poll(() => options.locator('[aria-invalid="true"]').count()).toBeGreaterThan(0);
    const described = await options.locator('[aria-invalid="true"]').first().getAttribute('aria-describedby');
    expect(described, 'the field says why').toBeTruthy();
    expect(await stored()).toEqual([]);
    expect(await field('Base URL').inputValue()).toBe(values.baseUrl);
  });
});
