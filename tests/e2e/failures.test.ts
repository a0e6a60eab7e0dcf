/** Whatever goes wrong: it is said in place, in words, with something to do about it, and no word of the user is lost. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerToEnd, answers, ask, newChat, questions } from '../../scripts/drive.mjs';
import { Session } from './harness/session';
import type { Script } from './harness/upstream';

let session: Session;
let panel: Page;

beforeAll(async () => {
  session = await Session.start();
  panel = await session.freshPanel();
});
afterAll(() => session?.close());
beforeEach(() => newChat(panel));
afterEach(() => session.expectNoTrouble());

const providerSays = (message: string) => ({ error: { message, type: 'error' } });

/** How the server fails, how often it is asked, what the alert says, and what it offers. */
const failures: readonly {
  name: string;
  script: Script;
  requests: number;
  says: RegExp;
  offers: RegExp;
  keeps?: string;
}[] = [
  {
    name: '401',
    script: { status: 401, body: providerSays('Incorrect API key provided: test-key-1234567890') },
    requests: 1,
    says: /refused the key/,
    offers: /Open settings/,
  },
  {
    name: '404 for the model',
    script: { status: 404, body: providerSays('The model `test-model` does not exist') },
    requests: 1,
    says: /does not know the model test-model/,
    offers: /Pick a model/,
  },
  {
    name: '429 without credit',
    script: {
      status: 429,
      body: {
        error: { message: 'You exceeded your current quota', code: 'insufficient_quota', type: 'insufficient_quota' },
      },
    },
    requests: 1,
    says: /no credit or quota/,
    offers: /.+/,
  },
  {
    name: '413',
    script: { status: 413, body: providerSays('Too large') },
    requests: 1,
    says: /too long/i,
    offers: /.+/,
  },
  {
    name: 'HTML with 200',
    script: { body: '<!doctype html><title>Welcome</title><h1>It works</h1>' },
    requests: 1,
    says: /not an AI service/,
    offers: /Open settings|What is wrong/,
  },
  { name: 'an empty answer', script: { pieces: [] }, requests: 1, says: /empty answer/, offers: /Retry/ },
  {
    name: 'an error in the stream',
    script: { pieces: ['Some words. '], end: 'error' },
    requests: 1,
    says: /The model broke off/,
    offers: /Retry/,
    keeps: 'Some words.',
  },
];

test.each(failures)('$name', async ({ script, requests, says, offers, keeps }) => {
  const before = session.upstream.chats.length;
  session.upstream.next(script);
  await ask(panel, 'A question worth keeping');
  const alert = panel.getByRole('alert').first();
  await expect.poll(() => alert.innerText()).toMatch(says);
  await expect.poll(() => panel.getByRole('button', { name: offers }).count()).toBeGreaterThan(0);
  expect(session.upstream.chats.length - before).toBe(requests);
  expect(await questions(panel).last().innerText()).toContain('A question worth keeping');
  if (keeps) await expect.poll(() => answers(panel).last().innerText()).toContain(keeps);
  // A key never stands in an error, even where the server repeats it.
  expect(await panel.locator('body').innerText()).not.toContain('test-key-1234567890');
});

test.each([
  ['the bytes end before the answer does', 'close'],
  ['the connection breaks', 'reset'],
] as const)('%s: interrupted, text kept, Continue and Retry', async (_, end) => {
  const held = session.upstream.next({ pieces: ['Half of ', 'an answer '], holdAfter: 2, end });
  await ask(panel, 'Will it end?');
  const answer = answers(panel).last();
  // A reset also throws away what has not been read yet.
  await expect.poll(() => answer.innerText()).toContain('Half of an answer');
  held.release();
  await expect.poll(() => panel.locator('body').innerText()).toContain('interrupted');
  expect(await answer.innerText()).toContain('Half of an answer');
  expect(await panel.getByRole('button', { name: 'Continue' }).isVisible()).toBe(true);
  session.upstream.next({ pieces: ['All of it this time.'] });
  await panel.getByRole('button', { name: 'Retry', exact: true }).click();
  await expect.poll(() => answers(panel).last().innerText()).toContain('All of it this time.');
  await answerToEnd(panel);
});

test('a server that fails twice is asked a third time, and the wait can be seen', async () => {
  const before = session.upstream.chats.length;
  session.upstream.next({ status: 503, body: providerSays('Busy') });
  session.upstream.next({ status: 503, body: providerSays('Busy') });
  session.upstream.next({ pieces: ['At last.'] });
  await ask(panel, 'Patience');
  await expect.poll(() => panel.locator('body').innerText()).toMatch(/Trying again/);
  await expect.poll(() => answers(panel).last().innerText()).toContain('At last.');
  expect(session.upstream.chats.length - before).toBe(3);
});

test('a page instead of an API is shown as words, never as a page', async () => {
  session.upstream.next({
    status: 500,
    body: '<h1 id="planted">Oops</h1><img src=x onerror=alert(1)>',
    headers: { 'content-type': 'text/html' },
  });
  session.upstream.next({ status: 500, body: '<h1 id="planted">Oops</h1>' });
  session.upstream.next({ status: 500, body: '<h1 id="planted">Oops</h1>' });
  await ask(panel, 'Break');
  await panel.getByRole('alert').first().waitFor();
  expect(await panel.locator('#planted').count()).toBe(0);
});

test('a server that is not there', async () => {
  const { setUpConnection } = await import('./harness/session');
  const { Upstream } = await import('./harness/upstream');
  const gone = await Upstream.start();
  gone.models = ['gone-model'];
  await setUpConnection(session.gloss, { baseUrl: gone.baseUrl, model: 'gone-model', name: 'Gone' });
  await gone.close();
  await panel.getByRole('combobox', { name: 'Model' }).click();
  await panel
    .getByRole('option', { name: /gone-model/ })
    .first()
    .click();
  await ask(panel, 'Is anybody there?');
  await expect.poll(() => panel.getByRole('alert').first().innerText()).toMatch(/Nothing could be reached/);
  expect(await questions(panel).last().innerText()).toContain('Is anybody there?');
});
