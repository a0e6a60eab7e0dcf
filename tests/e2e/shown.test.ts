/** What an answer is besides text, and how it ended: all of it is seen in the panel, called by its name, and nothing acts. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerToEnd, answers, ask, newChat, until } from '../../scripts/drive.mjs';
import { makeDefault } from './harness/gateways';
import { Session, setUpConnection } from './harness/session';

let session: Session;
let panel: Page;

beforeAll(async () => {
  session = await Session.start();
  panel = await session.freshPanel();
});
afterAll(() => session?.close());
beforeEach(() => newChat(panel));
afterEach(() => session.expectNoTrouble());

/** One event of the chat wire. `more` stands beside the choices. */
const say = (delta: object, finish: string | null = null, more: object = {}, choice: object = {}) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish, ...choice }],
  ...more,
});
const usage = (counts: object) => ({ id: 'c', object: 'chat.completion.chunk', choices: [], usage: counts });

const answer = () => answers(panel).last();
const said = () => answer().innerText();
const button = (name: string | RegExp) => answer().getByRole('button', { name });

test('citations are numbered sources; nothing is fetched until one is clicked', async () => {
  const address = (name: string) => `${session.upstream.origin}/${name}`;
  const sources = {
    citations: [address('first'), address('second')],
    search_results: [{ title: 'The first source', url: address('first') }, { url: address('second') }],
  };
  session.upstream.next({
    events: [say({ content: 'One thing [1] ' }, null, sources), say({ content: 'and another [2].' }, 'stop', sources)],
  });
  const before = session.upstream.others.length;
  await ask(panel, 'With sources?');
  await answer().getByRole('heading', { name: 'Sources' }).waitFor();
  await answerToEnd(panel);
  const list = answer().getByRole('list').last().getByRole('listitem');
  expect(await list.count()).toBe(2);
  expect((await list.first().innerText()).replace(/\s+/g, ' ')).toMatch(/^1 The first source 127\.0\.0\.1/);
  const { host } = new URL(address('second'));
  expect((await list.last().innerText()).replace(/\s+/g, ' ')).toBe(`2 ${address('second')} ${host}`);
  expect(await said()).toContain('One thing [1] and another [2].');
  expect(session.upstream.others.length).toBe(before);

  await list.first().getByRole('button').click();
  const tab = await until('the source to open', () =>
    session.gloss.context.pages().find((page) => page.url() === address('first')),
  );
  expect(panel.url()).toContain('sidepanel.html');
  await tab.close();
});

test('a refusal is called one, with the words of the model', async () => {
  session.upstream.next({
    events: [say({ refusal: 'I would ' }), say({ refusal: 'rather not.' }), say({}, 'stop')],
  });
  await ask(panel, 'Would you?');
  await expect.poll(said).toContain('I would rather not.');
  await answerToEnd(panel);
  expect(await said()).toContain('The model declined.');
});

test('a filter is called one', async () => {
  session.upstream.next({ events: [say({ content: 'It begins' }), say({}, 'content_filter')] });
  await ask(panel, 'Filtered?');
  await expect.poll(said).toContain('The provider ended this answer with its content filter.');
  expect(await said()).toContain('It begins');
});

test('words that a late filter takes back are gone, and that is said', async () => {
  const verdict = { violence: { filtered: true, severity: 'high' } };
  const held = session.upstream.next({
    events: [
      say({ content: 'Words that will not stay.' }),
      say({}, 'content_filter', {}, { content_filter_results: verdict, content_filter_offsets: { start_offset: 0 } }),
    ],
    holdAfter: 1,
  });
  await ask(panel, 'And then?');
  await expect.poll(said).toContain('Words that will not stay.');
  held.release();
  await expect.poll(said).toContain('The provider took its words back.');
  expect(await said()).not.toContain('Words that will not stay.');
});

test('an answer at the limit of its length says so and goes on with Continue', async () => {
  session.upstream.next({ events: [say({ content: 'The first half, ' }), say({}, 'length')] });
  await ask(panel, 'A long one?');
  await expect.poll(said).toContain('The answer reached the model’s limit of length.');
  const before = session.upstream.chats.length;
  session.upstream.next({ events: [say({ content: 'the second half.' }), say({}, 'stop')] });
  await button('Continue').click();
  await expect.poll(said).toContain('The first half, the second half.');
  await answerToEnd(panel);
  expect(await button('Continue').count()).toBe(0);
  expect(await said()).not.toContain('limit of length');
  const { messages = [] } = (await session.upstream.chat(before + 1)).body;
  expect(messages.at(-2)).toMatchObject({ role: 'assistant', content: 'The first half, ' });
  expect(messages.at(-1)).toMatchObject({ role: 'user' });
});

test('tokens in and out, speed, and the cost that the provider tells', async () => {
  const counts = {
    prompt_tokens: 1200,
    completion_tokens: 340,
    cost: 0.0234,
    completion_tokens_details: { reasoning_tokens: 40 },
    prompt_tokens_details: { cached_tokens: 1000 },
  };
  session.upstream.next({
    // Slow enough for a speed that says something.
    events: [say({ content: 'Counted ' }), say({ content: 'words.' }), say({}, 'stop'), usage(counts)],
    paceMs: 250,
  });
  await ask(panel, 'How much?');
  await expect.poll(said).toMatch(/test-model · 1,200 in, 340 out · \d+ tok\/s · \$0\.02/);
  const detail = await answer().locator('[title*="tokens in"]').getAttribute('title');
  expect(detail).toContain('1200 tokens in, 340 tokens out');
  expect(detail).toContain('40 of them for thinking');
  expect(detail).toContain('1000 from the cache');
});

test('a cost that the provider does not tell is worked out from its price', async () => {
  const model = 'some-maker/a-large-model-17b-128e-instruct-priced-model';
  const connection = { provider: 'openrouter', baseUrl: `${session.upstream.origin}/api/v1` };
  await setUpConnection(session.gloss, {
    ...connection,
    model,
    key: 'or-key-1234567890',
    name: 'Priced',
  });
  const options = await session.gloss.openOptions();
  const id = await options.evaluate<string>(
    'chrome.storage.local.get("connections").then(({ connections }) => connections.find(({ name }) => name === "Priced").id)',
  );
  await makeDefault(options, id);
  await options.close();
  session.upstream.listed = [{ id: model, pricing: { prompt: '0.00001', completion: '0.00002' } }];
  await newChat(panel);
  await panel.getByRole('combobox', { name: 'Model' }).click();
  await panel
    .getByRole('option', { name: /priced-model/ })
    .first()
    .click();
  session.upstream.next({
    events: [say({ content: 'Priced.' }), say({}, 'stop'), usage({ prompt_tokens: 1000, completion_tokens: 2000 })],
  });
  await ask(panel, 'What did it cost?');
  await expect.poll(said).toContain('1,000 in, 2,000 out');
  await expect.poll(said).toContain('about $0.05');
  // A long name does not push the rest out of sight.
  const line = answer().locator('[title*="tokens in"]');
  expect(await line.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
});

test('a tool call is shown as what it is, and nothing is run', async () => {
  const call = (piece: object) => say({ tool_calls: [{ index: 0, ...piece }] });
  session.upstream.next({
    events: [
      say({ content: 'Let me look.' }),
      call({ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }),
      call({ function: { arguments: '{"city":' } }),
      call({ function: { arguments: '"Łódź"}' } }),
      say({}, 'tool_calls'),
    ],
  });
  const before = session.upstream.chats.length;
  await ask(panel, 'The weather?');
  const fold = button('The model asked for a tool: get_weather');
  await fold.waitFor();
  await answerToEnd(panel);
  expect(await said()).toContain('Gloss shows this and runs nothing.');
  expect(await said()).not.toContain('Łódź');
  await fold.click();
  await expect.poll(said).toContain('{\n  "city": "Łódź"\n}');
  expect(session.upstream.chats.length - before).toBe(1);
});

test('thoughts are named while they are thought, and folded away with their time', async () => {
  const held = session.upstream.next({
    events: [say({ reasoning_content: 'Weighing it up.' }), say({ content: 'Yes.' }), say({}, 'stop')],
    holdAfter: 1,
  });
  await ask(panel, 'Is it so?');
  await button('Thinking…').waitFor();
  expect(await said()).not.toContain('Weighing');
  held.release();
  await expect.poll(said).toContain('Yes.');
  await button(/^Thought for \d+ s$/).click();
  await expect.poll(said).toContain('Weighing it up.');
});

test('an answer that only repeats itself is ended, kept, and can go on', async () => {
  const again = 'Let me think about that once more. ';
  // The server would never come to an end.
  const endless = session.upstream.next({ pieces: Array.from({ length: 2_000 }, () => again), holdAfter: 1_000 });
  await ask(panel, 'Think');
  await answerToEnd(panel);
  await expect.poll(said).toMatch(/The answer only repeated itself, so Gloss ended it at 16,384 characters\./);
  expect(await said()).toContain(again.repeat(3).trim());
  expect(await said()).not.toContain('limit of length');
  endless.release();
  session.upstream.next({ pieces: ['And now something else.'] });
  await button('Continue').click();
  await answerToEnd(panel);
  await expect.poll(said).toContain('And now something else.');
});
