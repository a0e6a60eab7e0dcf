/** What of a chat the user can take away as a file, and what becomes of chats that this Gloss cannot write or open. */
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerToEnd, answers, ask, questions, storedConnections } from '../../scripts/drive.mjs';
import { rowsOf } from './harness/faults';
import { fileFrom } from './harness/files';
import { Session } from './harness/session';

let session: Session;
let panel: Page;

beforeEach(async () => {
  session = await Session.start();
  panel = await session.freshPanel();
});
afterEach(() => session?.close());

/** Makes the store of chats one of a later version, as a later Gloss might leave it; `without` drops one of its tables. */
async function advance(page: Page, without?: string): Promise<void> {
  await page.evaluate(
    (dropped) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('gloss-chats', 99);
        opening.addEventListener('upgradeneeded', () => dropped && opening.result.deleteObjectStore(dropped));
        opening.addEventListener('error', () => reject(opening.error ?? new Error('not opened')));
        opening.addEventListener('success', () => {
          opening.result.close();
          resolve();
        });
      }),
    without,
  );
}

const databases = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? '').toSorted());

/** The real panel at the side of a page, after the browser was started again. */
async function panelAfterRestart(): Promise<Page> {
  await session.restart('quit');
  const tab = await session.gloss.openTab('data:text/html,<title>Beside</title>beside');
  return session.gloss.openPanel(tab);
}

test('a chat is saved as Markdown from the history: the branch it was left on', async () => {
  session.upstream.next({ pieces: ['The **first** answer.'] });
  await ask(panel, 'What is a gloss: a note?\nIn one sentence.');
  await answerToEnd(panel);
  session.upstream.next({ pieces: ['The second ', 'answer.\n\n```js\n1\n```'] });
  await answers(panel).last().getByRole('button', { name: 'Regenerate' }).click();
  await expect.poll(() => answers(panel).last().innerText()).toContain('second answer');
  await answerToEnd(panel);
  session.upstream.next({ pieces: ['And it goes', ' on'], holdAfter: 1 });
  await ask(panel, 'Go on');
  await expect.poll(async () => JSON.stringify(await rowsOf(panel, 'journal'))).toContain('And it goes');

  await panel.getByRole('button', { name: 'History' }).click();
  const row = panel.getByRole('region', { name: 'History' }).getByRole('listitem').first();
  await row.hover();
  const { name, text } = await fileFrom(panel, () => row.getByRole('button', { name: 'Download as Markdown' }).click());
  expect(name).toBe('What is a gloss a note.md');
  expect(text).toBe(`# What is a gloss: a note?

## You

What is a gloss: a note?
In one sentence.

## Answer from Test server, test-model

The second answer.

\`\`\`js
1
\`\`\`

## You

Go on

## Answer from Test server, test-model

And it goes

*This answer is not finished.*
`);
  session.expectNoTrouble();
});

test('an export comes back in: looked at first, then imported beside what is there, and taken back', async () => {
  await session.askAndWait(panel, 'Take me along');
  const options = await session.gloss.openTab(session.gloss.url('options.html#data'));
  const { text } = await fileFrom(options, () => options.getByRole('button', { name: 'Export' }).first().click());
  expect(text).not.toContain('test-key');
  const give = (name: string, content: string) =>
    options
      .getByLabel('File to import')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
  const chats = async () => (await rowsOf<{ title: string }>(options, 'chats')).map(({ title }) => title);

  await give('broken.json', text.slice(0, -20));
  await expect.poll(() => options.getByRole('alert').innerText()).toContain('not JSON');

  const other = text.replaceAll('Take me along', 'From elsewhere').replaceAll('Test server', 'Their server');
  await give('gloss.json', other);
  await options.getByText('Nothing has been imported yet').waitFor();
  await expect.poll(() => options.locator('body').innerText()).toContain('Chats: 1, with 2 messages');
  expect(await chats()).toEqual(['Take me along']);
  await options.getByRole('button', { name: 'Import', exact: true }).click();
  await options.getByText('Imported.').waitFor();
  expect((await chats()).toSorted()).toEqual(['From elsewhere', 'Take me along']);
  expect((await storedConnections(options)).map(({ name }) => name)).toEqual(['Test server', 'Their server']);
  await options.getByRole('button', { name: 'Undo' }).click();
  await options.getByText('The import is undone').waitFor();
  expect(await chats()).toEqual(['Take me along']);
  expect((await storedConnections(options)).map(({ name }) => name)).toEqual(['Test server']);
  session.expectNoTrouble();
});

test('chats of a newer Gloss can be read and not changed, and the panel says so', async () => {
  await session.askAndWait(panel, 'Written by a newer one');
  await advance(panel);
  panel = await panelAfterRestart();
  const notice = panel.getByRole('alert').filter({ hasText: 'newer version of Gloss wrote your chats' });
  await notice.waitFor();
  await panel.getByRole('button', { name: 'History' }).click();
  await panel.getByRole('region', { name: 'History' }).getByRole('button', { name: 'Written by a newer' }).click();
  await expect.poll(() => answers(panel).last().innerText()).toContain('A short answer');

  const before = session.upstream.chats.length;
  await ask(panel, 'Is not asked');
  await expect.poll(() => panel.getByRole('alert').count()).toBeGreaterThan(1);
  expect(await panel.locator('body').innerText()).toContain('Update Gloss');
  expect(await panel.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Is not asked');
  expect(await questions(panel).count()).toBe(1);
  expect(session.upstream.chats.length).toBe(before);
  const { text } = await fileFrom(panel, () => notice.getByRole('button', { name: 'Export now' }).click());
  expect(text).toContain('Written by a newer one');
});

test('a store that is damaged is set aside and kept, and a new one begun', async () => {
  await session.askAndWait(panel, 'From before the damage');
  await advance(panel, 'journal');
  panel = await panelAfterRestart();
  await panel.getByRole('alert').filter({ hasText: 'damaged' }).waitFor();
  await session.askAndWait(panel, 'After it');
  expect(await databases(panel)).toEqual(expect.arrayContaining(['gloss-chats', 'gloss-chats.2']));
  // Nothing of the damaged one is gone.
  expect(JSON.stringify(await rowsOf(panel, 'messages'))).toContain('From before the damage');
  panel = await panelAfterRestart();
  await expect.poll(() => questions(panel).last().innerText()).toContain('After it');
  expect(await panel.getByRole('alert').count()).toBe(0);
});
