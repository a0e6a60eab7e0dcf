/** The Firefox build in a real Firefox: set up, ask, be answered. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../scripts/drive.mjs';
import { GlossInFirefox, addConnection, named } from './harness/firefox';
import { Upstream, standardAnswer } from './harness/upstream';

let gloss: GlossInFirefox;
let upstream: Upstream;
beforeAll(async () => {
  upstream = await Upstream.start();
  gloss = await GlossInFirefox.launch();
});
afterAll(async () => {
  await gloss?.close();
  await upstream?.close();
});

const text = (page: Page): Promise<string> => page.evaluate(() => document.body.innerText);

test('a provider is set up on the options page', async () => {
  const options = await gloss.open('options.html');
  await addConnection(options, { baseUrl: upstream.baseUrl, key: 'test-key-1234567890' });
  await options.close();
});

test('the panel asks and shows the answer', async () => {
  const panel = await gloss.open('sidepanel.html');
  await named(panel, 'textbox', 'Message').fill('Hello from Firefox');
  await named(panel, 'button', 'Send').click();
  const plain = standardAnswer.replaceAll('*', '');
  await until('the answer', async () => (await text(panel)).includes(plain));
  expect(await panel.$$eval('article strong', (all) => all.map((one) => one.textContent))).toEqual(['bold']);
  const request = upstream.chats.at(-1);
  expect(request?.headers.authorization).toBe('Bearer test-key-1234567890');
  expect(request?.headers.cookie).toBeUndefined();
  expect(request?.body.messages).toEqual([{ role: 'user', content: 'Hello from Firefox' }]);
  await panel.close();
});

test('the chat is kept', async () => {
  const panel = await gloss.open('sidepanel.html');
  await named(panel, 'button', 'History').click();
  await until('the chat in the history', async () => (await text(panel)).includes('Hello from Firefox'));
  await panel.close();
});
