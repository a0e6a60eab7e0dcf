/** *What is wrong?* on an answer that failed, and access that was taken away, with the browser's own question on a screen. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addProvider, answers, ask, newChat, storedConnections } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { closeServers, json, serve } from './harness/faulty';
import { answerPrompt } from './harness/native';

let gloss: Gloss;
let panel: Page;
let options: Page;

const site = 'http://127.0.0.1/*';
const alerts = () => panel.getByRole('alert').allInnerTexts();
const button = (name: string) => panel.getByRole('button', { name, exact: true });
const lastAnswer = () => answers(panel).last().innerText();

beforeAll(async () => {
  gloss = await Gloss.launch({ native: true });
  await gloss.allow(site);
  options = await gloss.openOptions();
});
afterAll(() => gloss?.close());
beforeEach(async () => {
  panel = await gloss.openPanelTab();
});
afterEach(async () => {
  closeServers();
  for (const { name } of await storedConnections(options)) {
    await card(name).getByRole('button', { name: 'Remove' }).click();
  }
  await expect.poll(() => storedConnections(options)).toEqual([]);
  await panel.close();
});

const card = (name: string) =>
  options.getByRole('listitem').filter({ has: options.getByRole('heading', { name, exact: true }) });

/** A connection of its own for each test. */
async function connect(baseUrl: string, model = 'qwen3:8b'): Promise<void> {
  await options.bringToFront();
  await addProvider(options, { baseUrl, model, name: 'Mine' });
  await expect.poll(() => storedConnections(options)).toHaveLength(1);
  await panel.bringToFront();
  await newChat(panel);
}

describe('What is wrong?', () => {
  test('the path: found by trying, mended by a click, answered by Retry', async () => {
    const { at } = await serve();
    await connect(`http://${at}`);
    await ask(panel, 'Hello?');
    await button('What is wrong?').click();
    await expect.poll(alerts).toContainEqual(expect.stringMatching(/lacks a part\. The API is at http:.*\/v1/));
    await panel.getByRole('button', { name: `Use http://${at}/v1` }).click();
    await expect.poll(() => storedConnections(options)).toMatchObject([{ baseUrl: `http://${at}/v1` }]);
    await button('Retry').first().click();
    await expect.poll(lastAnswer).toContain('Here I am.');
  });

  test('the model: the nearest name, used from then on', async () => {
    const { at, asked } = await serve((one, response) =>
      one.method === 'POST' && one.model !== 'qwen3:8b'
        ? json(response, 404, { error: { message: `model '${one.model}' not found` } })
        : false,
    );
    await connect(`http://${at}/v1`, 'qwen3-8b');
    await ask(panel, 'Hello?');
    await button('What is wrong?').click();
    await panel.getByRole('button', { name: 'Use qwen3:8b' }).click();
    await button('Retry').first().click();
    await expect.poll(lastAnswer).toContain('Here I am.');
    expect(asked.at(-1)?.model).toBe('qwen3:8b');
  });

  test('the origin: a rule for this server alone, switched on by a click', async () => {
    const { at, asked } = await serve((one, response) => {
      if (one.method !== 'POST' || one.origin === undefined || one.origin.startsWith('http://127.0.0.1')) return false;
      response.writeHead(403).end();
      return true;
    });
    await connect(`http://${at}/v1`);
    await ask(panel, 'Hello?');
    await expect.poll(alerts).toContainEqual(expect.stringMatching(/refuse/));
    await button('What is wrong?').click();
    await panel.getByRole('button', { name: 'Send its own address as Origin' }).click();
    await expect.poll(() => storedConnections(options)).toMatchObject([{ options: { rewriteOrigin: true } }]);
    await button('Retry').first().click();
    await expect.poll(lastAnswer).toContain('Here I am.');
    expect(asked.at(-1)?.origin).toBe(`http://${at}`);
  });
});

describe('access that was taken away in the browser', () => {
  const withhold = async () => {
    const settings = await gloss.openTab(`chrome://extensions/?id=${gloss.id}`);
    await settings.evaluate(`chrome.developerPrivate.removeHostPermission(${JSON.stringify(gloss.id)}, '${site}')`);
    await settings.close();
  };
  const granted = () => options.evaluate(`chrome.permissions.contains({ origins: ['${site}'] })`);

  test('is said on the answer, nothing is sent, and a click brings it back', async () => {
    const { at, asked } = await serve();
    await connect(`http://${at}/v1`);
    await withhold();
    await expect.poll(granted).toBe(false);
    await panel.bringToFront();
    await ask(panel, 'Hello?');
    await expect.poll(alerts).toContainEqual(expect.stringMatching(/127\.0\.0\.1/));
    expect(asked).toEqual([]);

    // The connection's card says so too, and the test says what a refused question means.
    await options.bringToFront();
    await card('Mine').getByRole('button', { name: 'Allow', exact: true }).waitFor();
    await card('Mine').getByRole('button', { name: 'Edit' }).click();
    await options.getByRole('button', { name: 'Test connection' }).click();
    const said = options.getByRole('alert').filter({ hasText: 'was not allowed' });
    await answerPrompt(gloss, 'refuse', async () => (await said.count()) > 0);
    expect(asked).toEqual([]);

    await panel.bringToFront();
    await button('Grant access').click();
    await answerPrompt(gloss, 'allow', async () => (await granted()) === true);
    await expect.poll(lastAnswer).toContain('Here I am.');
    expect(asked).toHaveLength(1);
  });
});
