/** A chat in the real side panel, with a server that answers as told. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerToEnd, answers, ask, newChat, questions } from '../../scripts/drive.mjs';
import { Session, setUpConnection } from './harness/session';
import { standardAnswer } from './harness/upstream';

let session: Session;
let panel: Page;

const composer = () => panel.getByRole('textbox', { name: 'Message' });
const button = (name: string) => panel.getByRole('button', { name, exact: true });
const plain = standardAnswer.replaceAll('*', '');

beforeAll(async () => {
  session = await Session.start();
  const page = await session.gloss.openTab('data:text/html,<title>A page</title><h1>A page to read</h1>');
  panel = await session.gloss.openPanel(page);
});
afterAll(() => session?.close());

beforeEach(() => newChat(panel));
afterEach(() => session.expectNoTrouble());

/** What the last request held, role and text. */
const sent = (n: number) =>
  session.upstream.chats[n - 1]?.body.messages?.map(({ role, content }) => ({ role, content }));
const sentSoFar = () => session.upstream.chats.length;

/** Presses a key that sends, and waits for the whole answer. */
async function pressAndWait(key: string): Promise<void> {
  const before = await answers(panel).count();
  await panel.keyboard.press(key);
  await expect.poll(() => answers(panel).count()).toBe(before + 1);
  await answerToEnd(panel);
}

describe('asking', () => {
  test('Enter sends, and the answer comes as rendered Markdown', async () => {
    const before = sentSoFar();
    await composer().click();
    await panel.keyboard.type('What is a gloss?');
    await pressAndWait('Enter');
    expect(await questions(panel).last().innerText()).toContain('What is a gloss?');
    await expect.poll(() => answers(panel).last().innerText()).toContain(plain);
    expect(await answers(panel).last().locator('strong').allInnerTexts()).toEqual(['bold']);
    expect(await composer().inputValue()).toBe('');
    expect(sent(before + 1)).toEqual([{ role: 'user', content: 'What is a gloss?' }]);
    const request = session.upstream.chats.at(-1);
    expect(request?.headers.authorization).toBe('Bearer test-key-1234567890');
    expect(request?.headers.cookie).toBeUndefined();
    expect(request?.body).toMatchObject({ model: 'test-model', stream: true });
  });

  test('Shift+Enter breaks the line', async () => {
    await composer().click();
    await panel.keyboard.type('one');
    await panel.keyboard.press('Shift+Enter');
    await panel.keyboard.type('two');
    expect(await composer().inputValue()).toBe('one\ntwo');
    const before = sentSoFar();
    await pressAndWait('Enter');
    expect(sent(before + 1)).toEqual([{ role: 'user', content: 'one\ntwo' }]);
  });

  test('the Enter that ends an input method sends nothing', async () => {
    const before = sentSoFar();
    await composer().click();
    const keys = await panel.context().newCDPSession(panel);
    await keys.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
    // While composing, browsers report every key as 229.
    await keys.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Enter',
      code: 'Enter',
      windowsVirtualKeyCode: 229,
    });
    await keys.send('Input.insertText', { text: '日本' });
    await keys.detach();
    await expect.poll(() => composer().inputValue()).toBe('日本');
    expect(sentSoFar()).toBe(before);
    // For a moment after a composition, Enter still belongs to it: Safari ends the one first and then sends the other.
    await sleep(100);
    await pressAndWait('Enter');
    expect(sent(before + 1)).toEqual([{ role: 'user', content: '日本' }]);
  });

  test('nothing is sent when there is nothing to send', async () => {
    const before = sentSoFar();
    await composer().fill('  \n ');
    await panel.keyboard.press('Enter');
    expect(await answers(panel).count()).toBe(0);
    expect(sentSoFar()).toBe(before);
  });

  test('the answer grows while it is written', async () => {
    const held = session.upstream.next({ pieces: ['First part. ', 'Second part.'], holdAfter: 1 });
    await ask(panel, 'Slowly, please');
    await expect.poll(() => answers(panel).last().innerText()).toContain('First part.');
    expect(await answers(panel).last().innerText()).not.toContain('Second part.');
    expect(await button('Stop').isVisible()).toBe(true);
    held.release();
    await answerToEnd(panel);
    await expect.poll(() => answers(panel).last().innerText()).toContain('First part. Second part.');
  });

  test('the earlier turns go along', async () => {
    await session.askAndWait(panel, 'First question');
    const before = sentSoFar();
    await session.askAndWait(panel, 'Second question');
    expect(sent(before + 1)).toEqual([
      { role: 'user', content: 'First question' },
      { role: 'assistant', content: standardAnswer },
      { role: 'user', content: 'Second question' },
    ]);
  });
});

describe('an answer', () => {
  test('can be stopped, and keeps what came', async () => {
    session.upstream.next({ pieces: ['Kept words. ', 'never'], holdAfter: 1 });
    await ask(panel, 'Stop me');
    await expect.poll(() => answers(panel).last().innerText()).toContain('Kept words.');
    const request = session.upstream.chats.at(-1);
    await button('Stop').click();
    await answerToEnd(panel);
    expect(await request?.over, 'the connection was closed in the middle').toBe(false);
    expect(await answers(panel).last().innerText()).toContain('Kept words.');
    expect(await composer().isEditable()).toBe(true);
  });

  test('can be made again, and the old one stays as a version', async () => {
    session.upstream.next({ pieces: ['The first answer.'] });
    await session.askAndWait(panel, 'Twice');
    session.upstream.next({ pieces: ['The second answer.'] });
    const before = sentSoFar();
    await answers(panel).last().getByRole('button', { name: 'Regenerate' }).click();
    await expect.poll(() => answers(panel).last().innerText()).toContain('The second answer.');
    await answerToEnd(panel);
    expect(sent(before + 1)).toEqual([{ role: 'user', content: 'Twice' }]);
    expect(await answers(panel).count()).toBe(1);
    expect(await answers(panel).last().innerText()).toMatch(/2\s*\/\s*2/);
    await answers(panel).last().getByRole('button', { name: 'Previous version' }).click();
    await expect.poll(() => answers(panel).last().innerText()).toContain('The first answer.');
    expect(await answers(panel).last().innerText()).toMatch(/1\s*\/\s*2/);
    await answers(panel).last().getByRole('button', { name: 'Next version' }).click();
    await expect.poll(() => answers(panel).last().innerText()).toContain('The second answer.');
  });

  test('can be copied, and so can its code', async () => {
    const answer = 'Some *words*.\n\n```js\nconst one = 1;\n```\n';
    session.upstream.next({ pieces: [answer] });
    await session.askAndWait(panel, 'Code');
    const clipboard = await spyOnClipboard();
    await answers(panel).last().getByRole('button', { name: 'Copy', exact: true }).last().click();
    await expect.poll(clipboard).toEqual([answer.trim()]);
    await answers(panel).last().getByRole('button', { name: /copy/i }).first().click();
    await expect.poll(clipboard).toEqual([answer.trim(), 'const one = 1;']);
  });
});

/** What was given to the clipboard: headless, the panel cannot read it back. */
async function spyOnClipboard(): Promise<() => Promise<string[]>> {
  await panel.evaluate(() => {
    const copied: string[] = [];
    Object.assign(globalThis, { copied });
    navigator.clipboard.writeText = (text) => {
      copied.push(text.trim());
      return Promise.resolve();
    };
  });
  return () => panel.evaluate(() => (globalThis as { copied?: string[] }).copied ?? []);
}

describe('a question', () => {
  test('can be asked in other words, and nothing is lost', async () => {
    session.upstream.next({ pieces: ['About cats.'] });
    await session.askAndWait(panel, 'Tell me about cats');
    session.upstream.next({ pieces: ['Cats, further.'] });
    await session.askAndWait(panel, 'Go on');
    session.upstream.next({ pieces: ['About dogs.'] });
    const before = sentSoFar();
    await questions(panel).first().hover();
    await questions(panel).first().getByRole('button', { name: 'Edit' }).click();
    await expect.poll(() => composer().inputValue()).toBe('Tell me about cats');
    await composer().fill('Tell me about dogs');
    await button('Send').click();
    await expect.poll(() => answers(panel).last().innerText()).toContain('About dogs.');
    await answerToEnd(panel);
    expect(sent(before + 1)).toEqual([{ role: 'user', content: 'Tell me about dogs' }]);
    expect(await questions(panel).count()).toBe(1);
    await questions(panel).first().getByRole('button', { name: 'Previous version' }).click();
    await expect
      .poll(() =>
        answers(panel)
          .allInnerTexts()
          .then((all) => all.join()),
      )
      .toMatch(/About cats\.[^]*Cats, further\./);
  });
});

test('what is typed right after the key for Find goes into its field, however soon', async () => {
  const page = await session.gloss.openPanelTab();
  await session.askAndWait(page, 'Where is the needle?');
  const composer = page.getByRole('textbox', { name: 'Message' });
  await composer.focus();
  // Loaded with the first use, which is this one.
  await page.keyboard.press('Control+f');
  await page.keyboard.type('needle');
  await expect.poll(() => page.getByRole('searchbox', { name: 'Find in chat' }).inputValue()).toBe('needle');
  expect(await composer.inputValue()).toBe('');
  await page.close();
});

describe('the history', () => {
  test('finds a chat by its title, renames, deletes and gives back', async () => {
    await session.askAndWait(panel, 'A question about zebras');
    await newChat(panel);
    await session.askAndWait(panel, 'A question about lions');
    await button('History').click();
    const rows = panel.getByRole('region', { name: 'History' }).getByRole('listitem');
    await expect.poll(() => rows.filter({ hasText: 'A question about lions' }).count()).toBe(1);
    await panel.getByRole('searchbox', { name: 'Search chats' }).fill('zebras');
    await expect.poll(() => rows.filter({ hasText: 'A question about lions' }).count()).toBe(0);
    const hit = rows.filter({ hasText: 'A question about zebras' }).getByRole('button').first();
    await hit.click();
    await expect.poll(() => questions(panel).last().innerText()).toContain('A question about zebras');

    const before = sentSoFar();
    await session.askAndWait(panel, 'And their stripes?');
    expect(sent(before + 1)?.map(({ content }) => content)).toEqual([
      'A question about zebras',
      standardAnswer,
      'And their stripes?',
    ]);

    await button('History').click();
    const row = rows.filter({ hasText: 'A question about zebras' }).first();
    await row.hover();
    await row.getByRole('button', { name: /Rename/ }).click();
    await panel.getByRole('textbox', { name: 'New title' }).fill('Striped horses');
    await panel.keyboard.press('Enter');
    const renamed = rows.filter({ hasText: 'Striped horses' }).first();
    await renamed.waitFor();
    await renamed.hover();
    await renamed.getByRole('button', { name: /Delete/ }).click();
    await expect.poll(() => rows.filter({ hasText: 'Striped horses' }).count()).toBe(0);
    await panel.getByRole('button', { name: 'Undo' }).click();
    await renamed.waitFor();
    await renamed
      .getByRole('button', { name: /Striped horses/ })
      .first()
      .click();
    await expect.poll(() => questions(panel).count()).toBe(2);
  });
});

describe('the model', () => {
  test('can be picked in the panel, for this chat', async () => {
    await panel.getByRole('combobox', { name: 'Model' }).click();
    await panel.getByRole('option', { name: /other-model/ }).click();
    await session.askAndWait(panel, 'Who are you?');
    expect(session.upstream.chats.at(-1)?.body.model).toBe('other-model');
  });

  test('several connections stand side by side', async () => {
    const { Upstream } = await import('./harness/upstream');
    const second = await Upstream.start();
    try {
      second.models = ['second-model'];
      await setUpConnection(session.gloss, { baseUrl: second.baseUrl, model: 'second-model', name: 'Second server' });
      await panel.getByRole('combobox', { name: 'Model' }).click();
      await panel
        .getByRole('option', { name: /second-model/ })
        .first()
        .click();
      await session.askAndWait(panel, 'To the second');
      expect(second.chats).toHaveLength(1);
      // It has no key of its own, and is not given the other's.
      expect(second.chats[0]?.headers.authorization).toBeUndefined();
    } finally {
      await second.close();
    }
  });
});

test('custom instructions go along as the system prompt', async () => {
  const options = await session.gloss.openTab(session.gloss.url('options.html#instructions'));
  await options.locator('textarea').fill('Answer in rhymes.');
  await options.locator('textarea').blur();
  const saved = 'chrome.storage.local.get("preferences").then((all) => all.preferences?.instructions)';
  await expect.poll(() => options.evaluate(saved)).toBe('Answer in rhymes.');
  await options.close();
  const before = sentSoFar();
  await session.askAndWait(panel, 'Hello');
  expect(sent(before + 1)).toEqual([
    { role: 'system', content: 'Answer in rhymes.' },
    { role: 'user', content: 'Hello' },
  ]);
});
