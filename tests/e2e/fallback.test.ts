/** Who is asked when the chosen one fails, who never hears of it, what the answer says, and what it all came to. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerToEnd, answers, ask, newChat, storedConnections, until } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { loopback, setUpConnection } from './harness/session';
import { Upstream } from './harness/upstream';

let gloss: Gloss;
let panel: Page;
/** By their connections' names. */
const servers: Record<'First' | 'Second' | 'Third', Upstream> = {} as never;
const names = ['First', 'Second', 'Third'] as const;
const refused = { status: 401, body: { error: { message: 'No.', type: 'error' } } };

beforeAll(async () => {
  gloss = await Gloss.launch();
  await gloss.allow(loopback);
  for (const name of names) {
    servers[name] = await Upstream.start();
    const model = `${name.toLowerCase()}-model`;
    servers[name].models = [model];
    await setUpConnection(gloss, { baseUrl: servers[name].baseUrl, model, key: `key-of-${name}-0123456789`, name });
  }
  // First, then Second; Third is in nobody's chain.
  const options = await gloss.openOptions();
  const card = options
    .getByRole('listitem')
    .filter({ has: options.getByRole('heading', { name: 'First', exact: true }) });
  await card.getByRole('button', { name: 'Edit' }).click();
  await options.getByText('Advanced', { exact: true }).click();
  await options.getByRole('checkbox', { name: 'Second' }).check();
  await options.getByRole('button', { name: 'Save', exact: true }).click();
  await until('the chain to be stored', async () => {
    const [first] = (await storedConnections(options)).filter(({ name }) => name === 'First');
    return JSON.stringify(first).includes('"fallbacks":["');
  });
  await options.close();
  panel = await gloss.openPanelTab();
});
afterAll(async () => {
  await gloss?.close();
  for (const name of names) await servers[name]?.close();
});

let before: Record<string, number>;
beforeEach(async () => {
  await newChat(panel);
  before = Object.fromEntries(names.map((name) => [name, servers[name].chats.length]));
});
afterEach(() => {
  const { errors, requests } = gloss.trouble;
  expect([...errors.splice(0), ...requests.splice(0)]).toEqual([]);
});
const heard = () => names.map((name) => servers[name].chats.length - (before[name] ?? 0));
const answer = () => answers(panel).last().innerText();

test('the next one answers, says so and why, and nobody outside of the chain hears of it', async () => {
  servers.First.next(refused);
  servers.Second.next({ pieces: ['Said by the second.'] });
  await ask(panel, 'Who answers?');
  await expect.poll(answer).toContain('Said by the second.');
  await answerToEnd(panel);
  expect(await answer()).toMatch(/First refused the key.*Second · second-model/s);
  expect(
    await answers(panel)
      .last()
      .getByText(/^second-model/)
      .count(),
  ).toBe(1);
  expect(heard()).toEqual([1, 1, 0]);
  expect(servers.Second.chats.at(-1)?.headers.authorization).toBe('Bearer key-of-Second-0123456789');
  expect(servers.Second.chats.at(-1)?.body.messages?.at(-1)?.content).toContain('Who answers?');
});

test('after the first word nobody else is asked', async () => {
  servers.First.next({ pieces: ['Half of it, '], end: 'close' });
  await ask(panel, 'And then?');
  await expect.poll(() => panel.locator('body').innerText()).toContain('interrupted');
  expect(await answer()).toContain('Half of it,');
  expect(heard()).toEqual([1, 0, 0]);
});

test('if all of them fail the last one’s reason stands, and still nobody else was asked', async () => {
  servers.First.next(refused);
  servers.Second.next(refused);
  await ask(panel, 'Anybody?');
  await expect.poll(() => panel.getByRole('alert').first().innerText()).toMatch(/Second refused the key/);
  expect(heard()).toEqual([1, 1, 0]);
});

test('Stop is final', async () => {
  servers.First.next({ silenceMs: 60_000 });
  await ask(panel, 'Wait');
  await expect.poll(heard).toEqual([1, 0, 0]);
  await panel.getByRole('button', { name: 'Stop', exact: true }).click();
  await answerToEnd(panel);
  expect(heard()).toEqual([1, 0, 0]);
});

test('a chat has a chain of its own, put together where the model is chosen, and the next chat does not', async () => {
  await panel.getByRole('combobox', { name: 'Model' }).click();
  const list = panel.getByRole('dialog', { name: 'Models' });
  await list.getByRole('option', { name: /second-model/ }).hover();
  await list.getByRole('button', { name: 'Do not ask second-model if the first fails' }).click();
  await list.getByRole('option', { name: /third-model/ }).hover();
  await list.getByRole('button', { name: 'If the first fails in this chat, ask third-model' }).click();
  await list.getByText('If it fails before its first word, then third-model.').waitFor();
  await panel.keyboard.press('Escape');

  servers.First.next(refused);
  servers.Third.next({ pieces: ['Said by the third.'] });
  await ask(panel, 'Who answers here?');
  await expect.poll(answer).toContain('Said by the third.');
  expect(heard()).toEqual([1, 0, 1]);
  await answerToEnd(panel);

  await newChat(panel);
  servers.First.next(refused);
  servers.Second.next({ pieces: ['Said by the second.'] });
  await ask(panel, 'And in a new chat?');
  await expect.poll(answer).toContain('Said by the second.');
  expect(heard()).toEqual([2, 1, 1]);
});

test('a wait before the next try ends with Retry now, or for good with Stop', async () => {
  const busy = { status: 429, headers: { 'retry-after': '40' }, body: { error: { message: 'Slow down.' } } };
  servers.First.next(busy);
  servers.First.next({ pieces: ['Now.'] });
  await ask(panel, 'Patience');
  await panel.getByRole('button', { name: 'Retry now' }).click();
  await expect.poll(answer).toContain('Now.');
  expect(heard()).toEqual([2, 0, 0]);
  await answerToEnd(panel);

  servers.First.next(busy);
  await ask(panel, 'No more patience');
  await expect.poll(() => panel.locator('body').innerText()).toMatch(/Trying again in \d+ s/);
  await panel.getByRole('button', { name: 'Stop', exact: true }).click();
  await answerToEnd(panel);
  expect(await panel.getByRole('button', { name: 'Retry now' }).count()).toBe(0);
  expect(heard()).toEqual([3, 0, 0]);
});

test('what a connection came to this month stands on its card, and from the limit on its answers warn', async () => {
  const options = await gloss.openOptions();
  const card = options
    .getByRole('listitem')
    .filter({ has: options.getByRole('heading', { name: 'Third', exact: true }) });
  await card.getByRole('button', { name: 'Edit' }).click();
  await options.getByText('Advanced', { exact: true }).click();
  await options.getByRole('textbox', { name: 'Warn above, in US dollars a month' }).fill('1');
  await options.getByRole('button', { name: 'Save', exact: true }).click();
  await options.getByText(/^Saved/).waitFor();

  await panel.bringToFront();
  await panel.getByRole('combobox', { name: 'Model' }).click();
  await panel.getByRole('option', { name: /third-model/ }).click();
  const usage = { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050, cost: 1.25 };
  const choices = [{ index: 0, delta: { content: 'Dear.' } }];
  const end = [{ index: 0, delta: {}, finish_reason: 'stop' }];
  servers.Third.next({ events: [{ choices }, { choices: end, usage }] });
  await ask(panel, 'How much?');
  await expect.poll(answer).toContain('Dear.');
  await answerToEnd(panel);
  expect(await answer()).not.toContain('Your limit');
  await expect
    .poll(() => card.innerText())
    .toMatch(/1,000 tokens in, 50 out · about \$1\.25 · over your limit of \$1\.00/);

  // What the chat took, all its versions together, stands with its models.
  servers.Third.next({ events: [{ choices }, { choices: end, usage }] });
  await panel.getByRole('button', { name: 'Regenerate' }).last().click();
  await expect.poll(answer).toContain('2/2');
  await answerToEnd(panel);
  await panel.getByRole('combobox', { name: 'Model' }).click();
  await panel.getByText('This chat so far: 2,000 in, 100 out · $2.50').waitFor();
  await panel.keyboard.press('Escape');

  servers.Third.next({ pieces: ['Still answering.'] });
  await ask(panel, 'And now?');
  await expect.poll(answer).toContain('Still answering.');
  expect(await answer()).toContain('Third has come to about $2.50 this month. Your limit is $1.00.');
  await answerToEnd(panel);
  await options.close();
});
