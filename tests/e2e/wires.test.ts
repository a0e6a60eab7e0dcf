/** Every hosted wire, from the catalog's entry to the words on the screen, against an emulator that others wrote. */
import { readFileSync } from 'node:fs';
import { LLMock } from '@copilotkit/aimock';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addProvider, answerToEnd, answers, ask, newChat, storedConnections, until } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { makeDefault } from './harness/gateways';
import { Recorder } from './harness/recorder';
import { loopback } from './harness/session';

interface Wire {
  provider: string;
  /** What a user types after the address of the server. */
  base: string;
  model: string;
  /** Where the question has to arrive. */
  path: string;
  /** The header that carries the key, with the key in it. */
  carries: readonly [name: string, value: string];
  fields?: Record<string, string>;
}

const key = 'good-key-1234567890';
const wrongKey = 'wrong-key-1234567890';
const bearer = ['authorization', `Bearer ${key}`] as const;
const wires: readonly Wire[] = [
  { provider: 'openai', base: '/v1', model: 'gpt-4o', path: '/v1/chat/completions', carries: bearer },
  { provider: 'openai-responses', base: '/v1', model: 'gpt-6.1-terra', path: '/v1/responses', carries: bearer },
  {
    provider: 'anthropic',
    base: '/v1',
    model: 'claude-sonnet-5-5',
    path: '/v1/messages',
    carries: ['x-api-key', key],
  },
  {
    provider: 'gemini',
    base: '/v1beta',
    model: 'gemini-3.8-flash',
    path: '/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
    carries: ['x-goog-api-key', key],
  },
  {
    provider: 'azure',
    base: '/openai/v1',
    model: 'my-deployment',
    path: '/openai/v1/chat/completions',
    carries: ['api-key', key],
    fields: { Resource: 'my-resource' },
  },
  { provider: 'ollama', base: '', model: 'llama3.2-vision', path: '/api/chat', carries: bearer },
  { provider: 'cohere', base: '', model: 'command-a-vision-07-2025', path: '/v2/chat', carries: bearer },
  {
    provider: 'openrouter',
    base: '/api/v1',
    model: 'openai/gpt-4o',
    path: '/api/v1/chat/completions',
    carries: bearer,
  },
];

const hello = 'Grüße 👋 vom Rand 👩‍💻, und so weiter: 3 < 4 & „genau so“.';
const long = Array.from({ length: 12 }, (_, place) => `Sentence ${place + 1} of it.`).join(' ');
/** The product's own icon: small enough to go as it is. */
const picture = 'public/icons/48.png';

let mock: LLMock;
let recorder: Recorder;
let gloss: Gloss;
let options: Page;
let panel: Page;

beforeAll(async () => {
  mock = new LLMock({ port: 0, chunkSize: 6, auth: { apiKeys: [key] } });
  await mock.start();
  recorder = await Recorder.start(mock.url);
  gloss = await Gloss.launch();
  await gloss.allow(loopback);
  options = await gloss.openOptions();
  panel = await gloss.openPanelTab();
});
afterAll(async () => {
  await gloss?.close();
  await recorder?.close();
  await mock?.stop();
});
beforeEach(() => {
  mock.reset();
  mock.onMessage('hello', { content: hello });
  mock.onMessage('think', { content: 'Done.', reasoning: 'First this, then that.', reasoningSignature: 'c2ln' });
  mock.onMessage('malformed', { content: 'x' }, { chaos: { malformedRate: 1 } });
  // With a pause between the chunks, or the socket is closed before the first of them is out.
  mock.onMessage('cut', { content: long }, { truncateAfterChunks: 9, latency: 20 });
});
afterEach(() => {
  const { errors, requests } = gloss.trouble;
  expect([...errors.splice(0), ...requests.splice(0)]).toEqual([]);
});

const words = () => answers(panel).last().locator('.markdown').last().innerText();
const screen = () => panel.locator('body').innerText();
const alert = () => panel.getByRole('alert').first();
const offers = (name: string) => panel.getByRole('button', { name, exact: true });

describe.each(wires)('$provider', ({ provider, base, model, path, carries, fields }) => {
  let before: number;

  beforeAll(async () => {
    await addProvider(options, {
      provider,
      baseUrl: recorder.origin + base,
      model,
      key: wrongKey,
      name: `By ${provider}`,
      ...(fields ? { fields } : {}),
    });
    const { id } = await until(`${provider} to be stored`, async () =>
      (await storedConnections(options)).find(({ name }) => name === `By ${provider}`),
    );
    await makeDefault(options, id);
  });

  beforeEach(async () => {
    await newChat(panel);
    before = recorder.posts.length;
  });

  const asked = () => recorder.posts.slice(before);

  async function saveKey(value: string): Promise<void> {
    const card = options
      .getByRole('listitem')
      .filter({ has: options.getByRole('heading', { name: `By ${provider}`, exact: true }) });
    await card.getByRole('button', { name: 'Edit' }).click();
    await options.getByRole('textbox', { name: 'API key' }).fill(value);
    await options.getByRole('button', { name: 'Save', exact: true }).click();
    await card.getByRole('button', { name: 'Edit' }).waitFor();
  }

  test('a wrong key: said, and not tried again; the right one mends it', async ({ task }) => {
    // A second try begins where the first one did.
    if ((task.result?.retryCount ?? 0) > 0) await saveKey(wrongKey);
    await ask(panel, 'hello');
    await expect.poll(() => alert().innerText()).toMatch(/refused the key/);
    expect(await offers('Open settings').count()).toBe(1);
    expect(asked()).toHaveLength(1);
    expect(await screen()).not.toContain(wrongKey);

    await saveKey(key);
    await offers('Retry').first().click();
    await expect.poll(words).toBe(hello);
  });

  test('the text, to the letter', async () => {
    await ask(panel, 'hello');
    await expect.poll(words).toBe(hello);
    await answerToEnd(panel);
    expect(await panel.getByRole('alert').count()).toBe(0);
    expect(asked().map((each) => each.path)).toEqual([path]);
    expect(asked()[0]?.headers[carries[0]]).toBe(carries[1]);
  });

  // The emulator sends Cohere's thoughts as text.
  test.skipIf(provider === 'cohere')('thoughts folded away, and opened', async () => {
    await ask(panel, 'think');
    await expect.poll(words).toBe('Done.');
    const fold = answers(panel)
      .last()
      .getByRole('button', { name: /^Thought for \d+ s$/ });
    await fold.waitFor();
    expect(await screen()).not.toContain('First this');
    await fold.click();
    expect(await fold.getAttribute('aria-expanded')).toBe('true');
    await expect.poll(screen).toContain('First this, then that.');
  });

  test('a picture goes along', async () => {
    const choosing = panel.waitForEvent('filechooser');
    await panel.getByRole('button', { name: 'Add a picture' }).click();
    await (await choosing).setFiles(picture);
    await panel.getByRole('button', { name: 'Remove picture' }).waitFor();
    await ask(panel, 'hello to this');
    await expect.poll(words).toBe(hello);
    expect(asked()).toHaveLength(1);
    expect(asked()[0]?.body).toContain(readFileSync(picture).toString('base64'));
    expect(asked()[0]?.body).toContain('hello to this');
    expect(await screen()).not.toContain('Left out');
  });

  test('429 with Retry-After: the wait is shown, and ended by hand', async () => {
    mock.prependFixture({
      match: { userMessage: 'hello', sequenceIndex: 0 },
      response: { error: { message: 'Slow down.', type: 'rate_limit_error' }, status: 429, retryAfter: 25 },
    });
    await ask(panel, 'hello');
    await offers('Retry now').waitFor();
    expect(await screen()).toMatch(/Too many requests\. Trying again in 2\d s/);
    expect(asked()).toHaveLength(1);
    await offers('Retry now').click();
    await expect.poll(words, { timeout: 10_000 }).toBe(hello);
    expect(asked()).toHaveLength(2);
  });

  test('500, then an answer', async () => {
    mock.nextRequestError(500, { message: 'It broke.', type: 'server_error' });
    await ask(panel, 'hello');
    await expect.poll(words).toBe(hello);
    expect(asked()).toHaveLength(2);
    expect(await panel.getByRole('alert').count()).toBe(0);
  });

  test('a malformed body is a failure in words, not an answer', async () => {
    await ask(panel, 'malformed');
    await expect.poll(() => alert().innerText()).toMatch(/is not an AI service/);
    expect(await offers('What is wrong?').count()).toBe(1);
    expect(await offers('Retry').count()).toBeGreaterThan(0);
    expect(await screen()).not.toContain('<<<chaos>>>');
  });

  test('cut in mid-stream: interrupted, with what came', async () => {
    await ask(panel, 'cut');
    await expect.poll(() => alert().innerText()).toContain('interrupted');
    const kept = await words();
    expect(kept).toMatch(/^Sentence 1 of it\./);
    expect(long.startsWith(kept.trimEnd())).toBe(true);
    expect(await offers('Continue').count()).toBe(1);
    expect(asked()).toHaveLength(1);
  });
});
