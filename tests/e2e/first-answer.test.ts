/**
 * From the welcome of a fresh profile to the first answer, in clicks, for each way to begin. What counts is every click that
 * the pages of Gloss received from a pointer, and the browser's own question; what is typed, and Enter, does not.
 */
import type { Page } from 'playwright';
import { afterEach, describe, expect, test } from 'vitest';
import { answerToEnd, answers, ask, questions, storedConnections } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { type LocalServer, localAnswer, ollama, openaiServer } from './harness/local-servers';
import { answerPrompt } from './harness/native';
import { openSite } from './harness/site';
import { Upstream } from './harness/upstream';

let gloss: Gloss;
let panel: Page;
/** Answers to the browser's own question. */
let outside: number;
const closing: (() => unknown)[] = [];

/** A real side panel beside a page, and every click in it counted. */
async function begin(beside = 'about:blank#reading'): Promise<void> {
  gloss = await Gloss.launch({ native: true, hosts: ['page.test'] });
  outside = 0;
  const page = await gloss.openTab(beside);
  panel = await gloss.openPanel(page);
  await panel.getByRole('textbox', { name: 'Message' }).waitFor();
  await countIn(panel);
}
afterEach(async () => {
  await gloss?.close();
  for (const close of closing.splice(0)) await close();
});

const countIn = (page: Page) =>
  page.evaluate(() => {
    document.documentElement.dataset.clicks = '0';
    addEventListener(
      'pointerdown',
      () => {
        const { dataset } = document.documentElement;
        dataset.clicks = String(Number(dataset.clicks) + 1);
      },
      true,
    );
  });
const clicksIn = async (page: Page) =>
  Number(await page.evaluate(() => document.documentElement.dataset.clicks ?? '0'));

/** Types a question and sends it with Enter. */
async function typed(question: string): Promise<void> {
  await panel.getByRole('textbox', { name: 'Message' }).focus();
  await panel.keyboard.type(question);
  await panel.keyboard.press('Enter');
  await answerToEnd(panel);
}
const firstAnswer = () => answers(panel).last().innerText();

describe('the first answer', () => {
  test('by Look for local models: what runs here is found and used without leaving the panel', async ({ skip }) => {
    const server = await openaiServer('LM Studio');
    if (!server) return skip('another program has port 1234');
    closing.push(server.close);
    await begin();
    await panel.getByRole('button', { name: 'Look for local models' }).click();
    const use = panel.getByRole('button', { name: 'Use it' });
    await answerPrompt(gloss, 'allow', () => use.isVisible());
    outside += 1;
    await use.click();
    await panel.getByText('What are you reading?').waitFor();
    await typed('Who are you?');
    await expect.poll(firstAnswer).toContain(localAnswer);
    expect((await clicksIn(panel)) + outside).toBe(3);
    expect(server.heard.at(-1)).toMatchObject({ path: '/v1/chat/completions', body: { model: 'gemma-3-4b' } });
  });

  test('by Add a provider: the key is typed, and the model is the server’s first to talk to', async () => {
    const upstream = await Upstream.start();
    closing.push(() => upstream.close());
    upstream.models = ['text-embedding-3', 'whisper-1', 'chat-model', 'other-model'];
    await begin();
    const opening = gloss.context.waitForEvent('page');
    await panel.getByRole('button', { name: 'Add a provider' }).click();
    const options = await opening;
    await options.getByRole('combobox', { name: 'Provider' }).waitFor();
    await countIn(options);
    await options.getByRole('button', { name: /^LiteLLM proxy/ }).click();
    await options.getByRole('textbox', { name: 'Base URL' }).fill(upstream.baseUrl);
    await options.getByRole('textbox', { name: 'API key' }).focus();
    await options.keyboard.type('sk-test-0123456789');
    await options.keyboard.press('Enter');
    await answerPrompt(gloss, 'allow', async () => (await storedConnections(options)).length === 1);
    outside += 1;
    await typed('Who are you?');
    await expect.poll(firstAnswer).toContain('A short answer');
    expect((await clicksIn(panel)) + (await clicksIn(options)) + outside).toBe(3);
    expect(upstream.chats.at(-1)?.body.model).toBe('chat-model');
  });

  test('by Chrome’s built-in model, where there is one: one click', async () => {
    await begin();
    const inPlace = `globalThis.LanguageModel = {
      availability: async () => 'available',
      create: async () => ({
        inputUsage: 0, inputQuota: 6144, contextUsage: 0, contextWindow: 6144,
        measureInputUsage: async () => 1, measureContextUsage: async () => 1,
        promptStreaming: () => new ReadableStream({
          start(controller) { controller.enqueue('Said by the browser.'); controller.close(); },
        }),
        destroy() {}, addEventListener() {}, removeEventListener() {},
      }),
    }`;
    const worker = gloss.context.serviceWorkers().find((one) => one.url().startsWith(gloss.url('')));
    await worker?.evaluate(inPlace);
    await panel.addInitScript(inPlace);
    await panel.reload();
    await panel.getByRole('textbox', { name: 'Message' }).waitFor();
    await countIn(panel);
    await panel.getByRole('button', { name: 'Use Chrome’s built-in model' }).click();
    await panel.getByText('What are you reading?').waitFor();
    await typed('Who are you?');
    await expect.poll(firstAnswer).toContain('Said by the browser.');
    expect((await clicksIn(panel)) + outside).toBe(1);
  });

  test('by just asking: Add this page, and Passages quotes it', async () => {
    const site = await openSite({
      '/owls': {
        body: '<title>Owls</title><h1>Owls</h1><p>Barn owls hunt voles at night.</p><p>They nest in barns.</p>',
      },
    });
    closing.push(site.close);
    await begin(site.url('/owls'));
    await panel.getByRole('button', { name: 'Add this page' }).click();
    await panel.getByRole('group', { name: 'Page' }).waitFor();
    await typed('What do barn owls hunt?');
    await expect.poll(firstAnswer).toContain('voles');
    expect((await clicksIn(panel)) + outside).toBe(1);
    expect(await questions(panel).count()).toBe(1);
  });
});

describe('Ollama as it is', () => {
  test('is found by its list, refuses the question, and is mended in the panel in one more click', async ({ skip }) => {
    const server: LocalServer | null = await ollama({ port: 11434 });
    if (!server) return skip('another program has port 11434');
    closing.push(server.close);
    await begin();
    await panel.getByRole('button', { name: 'Look for local models' }).click();
    const use = panel.getByRole('button', { name: 'Use it' });
    await answerPrompt(gloss, 'allow', () => use.isVisible());
    await use.click();
    await expect
      .poll(() => panel.getByRole('alert').allInnerTexts())
      .toEqual([expect.stringMatching(/refuses questions that come from a browser extension/)]);
    await panel.getByRole('button', { name: 'Send its own address as Origin' }).click();
    await panel.getByText('What are you reading?').waitFor();
    await ask(panel, 'Who are you?');
    await answerToEnd(panel);
    await expect.poll(firstAnswer).toContain(localAnswer);
    expect(server.heard.at(-1)).toMatchObject({
      path: '/api/chat',
      origin: 'http://localhost:11434',
      body: { model: 'llama3.2:3b', options: { num_ctx: 8192 }, truncate: false },
    });
    expect(await storedConnections(panel)).toHaveLength(1);
  });
});
