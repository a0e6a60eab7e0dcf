/** An answer belongs to the background: it outlives the panel, is the same in two of them, and is kept when all else dies. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answerToEnd, answers, ask, questions } from '../../scripts/drive.mjs';
import { Session } from './harness/session';

let session: Session;
beforeAll(async () => {
  session = await Session.start();
});
afterAll(() => session?.close());
afterEach(() => session.expectNoTrouble());

const words = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `word${from + i} `);

async function openFromHistory(panel: Page, title: string): Promise<void> {
  await panel.getByRole('button', { name: 'History' }).click();
  await panel.getByRole('region', { name: 'History' }).getByRole('button', { name: title }).first().click();
}

test('the panel is closed in mid-answer and opened again: the answer went on and is all there', async () => {
  const page = await session.gloss.openTab('data:text/html,<title>One</title>one');
  const panel = await session.gloss.openPanel(page);
  const held = session.upstream.next({ pieces: words(0, 40), holdAfter: 10 });
  await ask(panel, 'Go on without me');
  await expect.poll(() => answers(panel).last().innerText()).toContain('word9');
  await panel.close();
  held.release();
  expect(await session.upstream.chats.at(-1)?.over, 'the whole answer was taken').toBe(true);
  const again = await session.gloss.openPanel(page);
  await expect.poll(() => answers(again).last().innerText()).toContain(words(0, 40).join('').trim());
  await again.close();
  await page.close();
});

test('a panel that opens in the middle sees what came and what comes', async () => {
  const panel = await session.freshPanel();
  const held = session.upstream.next({ pieces: words(0, 30), holdAfter: 15 });
  await ask(panel, 'Join me in the middle');
  await expect.poll(() => answers(panel).last().innerText()).toContain('word14');
  await panel.close();
  const again = await session.gloss.openPanelTab();
  await expect.poll(() => answers(again).last().innerText()).toContain('word14');
  expect(await again.getByRole('button', { name: 'Stop', exact: true }).isVisible()).toBe(true);
  held.release();
  await answerToEnd(again);
  await expect.poll(() => answers(again).last().innerText()).toContain(words(0, 30).join('').trim());
  await again.close();
});

test('two panels on one chat show the same, and either can stop it', async () => {
  const one = await session.freshPanel();
  const held = session.upstream.next({ pieces: words(0, 30), holdAfter: 10 });
  await ask(one, 'For both');
  await expect.poll(() => answers(one).last().innerText()).toContain('word9');
  const two = await session.gloss.openPanelWindow();
  await openFromHistory(two, 'For both');
  await expect.poll(() => answers(two).last().innerText()).toContain('word9');
  held.release();
  await answerToEnd(one);
  await answerToEnd(two);
  const whole = words(0, 30).join('').trim();
  for (const panel of [one, two]) await expect.poll(() => answers(panel).last().innerText()).toContain(whole);

  session.upstream.next({ pieces: words(50, 60), holdAfter: 5 });
  await ask(two, 'And once more');
  await expect.poll(() => answers(one).last().innerText()).toContain('word54');
  await one.getByRole('button', { name: 'Stop', exact: true }).click();
  await answerToEnd(two);
  expect(await answers(two).last().innerText()).toContain('word54');
  await Promise.all([one.close(), two.close()]);
});

test('the worker dies in mid-answer: text kept, interrupted, nothing sent by itself, Retry asks again', async () => {
  const panel = await session.freshPanel();
  session.upstream.next({ pieces: words(0, 40), holdAfter: 20 });
  await ask(panel, 'Survive this');
  await expect.poll(() => answers(panel).last().innerText()).toContain('word19');
  // What is shown is stored within a second; it is what is stored that must survive.
  await expect.poll(() => journalled(panel), { timeout: 5000 }).toBe(true);
  const before = session.upstream.chats.length;
  await session.gloss.stopWorker();
  await expect.poll(() => panel.locator('body').innerText()).toContain('interrupted');
  expect(await answers(panel).last().innerText()).toContain('word19');
  expect(await questions(panel).last().innerText()).toContain('Survive this');
  expect(session.upstream.chats.length).toBe(before);
  session.upstream.next({ pieces: ['Here it is again.'] });
  await panel.getByRole('button', { name: 'Retry', exact: true }).click();
  await expect.poll(() => answers(panel).last().innerText()).toContain('Here it is again.');
  await answerToEnd(panel);
  await panel.close();
});

/** Whether the last word shown is on disk, looked up as any page of the extension could. */
function journalled(panel: Page): Promise<boolean> {
  return panel.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
    for (const name of names) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.addEventListener('success', () => resolve(opening.result));
        opening.addEventListener('error', () => reject(opening.error ?? new Error(name)));
      });
      try {
        if (!database.objectStoreNames.contains('journal')) continue;
        const rows = await new Promise<unknown[]>((resolve, reject) => {
          const all = database.transaction('journal').objectStore('journal').getAll();
          all.addEventListener('success', () => resolve(all.result));
          all.addEventListener('error', () => reject(all.error ?? new Error(name)));
        });
        if (JSON.stringify(rows).includes('word19')) return true;
      } finally {
        database.close();
      }
    }
    return false;
  });
}

describe.each(['quit', 'kill'] as const)('the browser is started again (%s)', (how) => {
  test('the chats are there, and a cut answer says so', async () => {
    const own = await Session.start();
    try {
      const panel = await own.freshPanel();
      await own.askAndWait(panel, 'Remember this one');
      own.upstream.next({ pieces: words(0, 40), holdAfter: 20 });
      await ask(panel, 'And this half');
      await expect.poll(() => answers(panel).last().innerText()).toContain('word19');
      await expect.poll(() => journalled(panel), { timeout: 5000 }).toBe(true);
      const before = own.upstream.chats.length;
      await own.restart(how);
      const again = await own.gloss.openPanelTab();
      await again.getByRole('button', { name: 'History' }).click();
      await again
        .getByRole('button', { name: /Remember this one/ })
        .first()
        .click();
      await expect.poll(() => questions(again).count()).toBe(2);
      await expect.poll(() => answers(again).last().innerText()).toContain('word19');
      await expect.poll(() => again.locator('body').innerText()).toContain('interrupted');
      expect(own.upstream.chats.length, 'nothing was sent by itself').toBe(before);
      // The access to the site was kept, too.
      await own.askAndWait(again, 'Still there?');
      own.expectNoTrouble();
    } finally {
      await own.close();
    }
  });
});
