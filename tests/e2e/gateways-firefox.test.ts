/** In Firefox: what a gateway's wire wants in its headers, and EasyChat's cookie of each server. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../scripts/drive.mjs';
import { startGateway, type Gateway, type GatewayName } from '../gateways/server';
import { GlossInFirefox, named } from './harness/firefox';
import { startPool, type Pool } from './harness/gateways';

let gloss: GlossInFirefox;
beforeAll(async () => {
  gloss = await GlossInFirefox.launch();
});
afterAll(() => gloss?.close());

const stored = (page: Page) =>
  page.evaluate(`browser.storage.local.get('connections').then((all) => all.connections ?? [])`) as Promise<
    { id: string }[]
  >;

async function setUp(name: GatewayName, where: { baseUrl: string } | { servers: readonly string[] }): Promise<void> {
  const options = await gloss.open('options.html');
  const before = (await stored(options)).map(({ id }) => id);
  await named(options, 'button', 'Add provider').click();
  await options.locator('select').fill(name);
  if ('baseUrl' in where) await named(options, 'textbox', 'Base URL').fill(where.baseUrl);
  else await named(options, 'textbox', 'Servers').fill(where.servers.join('\n'));
  await named(options, 'button', 'Save').click();
  const added = await until('the gateway to be stored', async () =>
    (await stored(options)).find(({ id }) => !before.includes(id)),
  );
  await options.evaluate(
    `browser.runtime.sendMessage({ type: 'connection.setDefault', id: ${JSON.stringify(added.id)} })`,
  );
  await options.close();
}

async function askAndWait(expected: string | RegExp): Promise<void> {
  const panel = await gloss.open('sidepanel.html');
  await named(panel, 'button', 'New chat').click();
  await named(panel, 'textbox', 'Message').fill('Hello from Firefox?');
  await named(panel, 'button', 'Send').click();
  const words = () => panel.evaluate(() => document.body.innerText);
  await until(`the answer ${expected}`, async () =>
    typeof expected === 'string' ? (await words()).includes(expected) : expected.test(await words()),
  );
  await panel.close();
}

test.each(['dfehub', 'equing', 'aichat', 'freenetfly'] as const)('%s is asked as its wire wants it', async (name) => {
  const gateway: Gateway = await startGateway(name);
  await setUp(name, { baseUrl: gateway.origin });
  await askAndWait(`Hello from ${name}.`);
  expect(gateway.problems).toEqual([]);
  expect(gateway.questions).toHaveLength(1);
  await gateway.close();
});

test('EasyChat keeps a session with the server that answers', async () => {
  const pool: Pool = await startPool();
  await setUp('easychat', { servers: pool.servers });
  await askAndWait(/Answered by server [1-7] of the pool/);
  expect(pool.gateways.flatMap((gateway) => gateway.problems)).toEqual([]);
  const asked = pool.gateways.filter((gateway) => gateway.questions.length > 0);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.questions[0]?.headers.cookie).toMatch(/^session=/);
  await Promise.all(pool.gateways.map((gateway) => gateway.close()));
});
