/** Years of use: ten thousand chats, one of five thousand messages, an answer of a megabyte. What works, not how fast. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerToEnd, answers, ask, questions } from '../../scripts/drive.mjs';
import { longAnswer, longChat, longHistory, seedChats } from '../../scripts/seed.mjs';
import { Session } from './harness/session';

const pageSize = 50;
/** Where the chat of five thousand messages says it; twice in the last of them. */
const needles = [100, 2_501, 4_900] as const;

let session: Session;
let panel: Page;

const now = Date.now();
const history = longHistory(10_000, now - 120_000);
const named = (number: number) => {
  const chat = history[number];
  if (!chat) throw new Error(`there is no chat ${number}`);
  return chat;
};
named(4_444).title = 'Timetable of the zeppelin';
named(7_321).texts = [
  'What is for tea?',
  'Toast. The jar on the left is Heliotrope Marmalade, and it is nearly empty.',
];

beforeAll(async () => {
  session = await Session.start();
  const options = await session.gloss.openOptions();
  panel = await session.gloss.openPanelTab();
  await composer().waitFor();
  await seedChats(options, [
    ...history,
    {
      id: 'long',
      title: 'Five thousand messages',
      updatedAt: now - 1_000,
      texts: longChat(5_000, (order) =>
        order === 4_900
          ? 'A Needle, and one more needle.'
          : (needles as readonly number[]).includes(order)
            ? `Here is a ${order % 2 === 0 ? 'needle' : '**nee**dle'}.`
            : '',
      ),
    },
    { id: 'mega', title: 'A megabyte', updatedAt: now - 2_000, texts: ['All of it, please', longAnswer(1_000_000)] },
  ]);
  await options.close();
  await panel.reload();
  await composer().waitFor();
}, 120_000);
afterAll(() => session?.close());
afterEach(() => session.expectNoTrouble());

const composer = () => panel.getByRole('textbox', { name: 'Message' });
const list = () => panel.getByRole('region', { name: 'History' });
const rows = () => list().locator('[data-row]');
const conversation = () => panel.getByRole('log');

async function openHistory(): Promise<void> {
  const button = panel.getByRole('button', { name: 'History', exact: true });
  if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
  await list().getByRole('searchbox').fill('');
  await expect.poll(() => rows().count()).toBeGreaterThanOrEqual(pageSize);
}

async function openChat(title: string): Promise<void> {
  await openHistory();
  await rows().filter({ hasText: title }).first().click();
  await expect.poll(() => panel.getByRole('heading', { level: 1 }).innerText()).toBe(title);
}

/** Pixels below what is in view. */
const belowView = () =>
  conversation().evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));

/** The words of the marked match, and whether the reader sees them. */
const matchOnShow = () =>
  panel.evaluate(() => {
    const [range] = CSS.highlights.get('gloss-find-now') ?? [];
    if (!(range instanceof Range)) return null;
    const log = document.querySelector('[role="log"]')?.getBoundingClientRect();
    const place = range.getBoundingClientRect();
    const message = range.startContainer.parentElement?.closest('[data-message]')?.getAttribute('data-message');
    return {
      words: range.toString(),
      message,
      inView: log !== undefined && place.height > 0 && place.top >= log.top && place.bottom <= log.bottom,
    };
  });

describe('a history of ten thousand chats', () => {
  beforeEach(openHistory);

  test('is listed page by page, grouped by day', async () => {
    expect(await rows().count()).toBe(pageSize);
    expect((await rows().nth(0).innerText()).trim()).toBe('Five thousand messages');
    expect((await rows().nth(1).innerText()).trim()).toBe('A megabyte');
    expect((await rows().nth(2).innerText()).trim()).toBe(named(0).title);
    const shown = [now - 1_000, now - 2_000, ...history.slice(0, pageSize - 2).map(({ updatedAt }) => updatedAt)];
    const days = new Set(shown.map((at) => new Date(at).toDateString()));
    const headings = await list().getByRole('heading', { level: 2 }).allInnerTexts();
    expect(headings).toHaveLength(days.size);
    expect(headings[0]).toMatch(/today/i);
    expect(headings[1]).toMatch(/yesterday/i);
  });

  test('brings older ones when the end comes near', async () => {
    for (const pages of [2, 3, 4]) {
      await rows().last().scrollIntoViewIfNeeded();
      await expect.poll(() => rows().count()).toBeGreaterThanOrEqual(pages * pageSize);
    }
    const titles = (await rows().allTextContents()).map((title) => title.trim());
    expect(titles.slice(2, 152)).toEqual(history.slice(0, 150).map(({ title }) => title));
  });

  test('is searched as one types, through titles and texts, and a hit is shown in its place', async () => {
    const field = list().getByRole('searchbox', { name: 'Search chats' });
    await field.pressSequentially('zeppelin');
    await expect.poll(() => list().locator('mark').allInnerTexts()).toEqual(['zeppelin']);
    expect(await rows().allInnerTexts()).toEqual(['Timetable of the zeppelin']);

    await field.fill('');
    await expect.poll(() => rows().count()).toBeGreaterThanOrEqual(pageSize);
    await field.pressSequentially('heliotrope mar');
    await expect.poll(() => list().locator('mark').allInnerTexts()).toEqual(['Heliotrope Mar']);
    expect(await rows().innerText()).toContain(named(7_321).title);

    await rows().click();
    await expect.poll(matchOnShow).toEqual({ words: 'Heliotrope Mar', message: 'chat-07321-00001', inView: true });
    await panel.keyboard.press('Escape');
  });

  test('says when nothing was found, and that more was found than is shown', async () => {
    const field = list().getByRole('searchbox', { name: 'Search chats' });
    await field.fill('no such words anywhere');
    await list().getByText('Nothing found for “no such words anywhere”.').waitFor();
    await field.fill('usual kind');
    await list().getByText('The first 200 are shown.').waitFor();
    expect(await rows().count()).toBe(200);
    await field.fill('');
    await expect.poll(() => rows().count()).toBeGreaterThanOrEqual(pageSize);
  });
});

describe('a chat of five thousand messages', () => {
  test('opens at its end, and draws only what is near', async () => {
    await openChat('Five thousand messages');
    await conversation().getByText('Answer at place 4999').waitFor();
    await expect.poll(belowView).toBeLessThan(2);
    expect(await panel.locator('[data-message]').count()).toBeLessThan(200);
  });

  test('scrolls back, message by message and all the way', async () => {
    const box = await conversation().boundingBox();
    if (!box) throw new Error('the conversation is not to be seen');
    await panel.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const far = conversation().getByText('Question at place 4900.');
    for (let turns = 0; turns < 60 && (await far.count()) === 0; turns += 1) await panel.mouse.wheel(0, -1_500);
    await far.waitFor();
    await panel.getByRole('button', { name: 'Jump to latest' }).waitFor();
    await conversation().evaluate((log) => (log.scrollTop = 0));
    await conversation().getByText('Question at place 0.').waitFor();
    expect(await questions(panel).first().innerText()).toContain('Question at place 0.');
    await panel.getByRole('button', { name: 'Jump to latest' }).click();
    await expect.poll(belowView).toBeLessThan(2);
  });

  test('takes one more question, and its answer grows at the end', async () => {
    const held = session.upstream.next({ pieces: ['It begins. ', 'It ends.'], holdAfter: 1 });
    await ask(panel, 'One more?');
    await expect.poll(() => answers(panel).last().innerText()).toContain('It begins.');
    await expect.poll(belowView).toBeLessThan(2);
    held.release();
    await answerToEnd(panel);
    await expect.poll(() => answers(panel).last().innerText()).toContain('It begins. It ends.');
    await expect.poll(belowView).toBeLessThan(2);
    expect(session.upstream.chats.at(-1)?.body.messages?.at(-1)?.content).toBe('One more?');
  });

  test('Find in chat counts in all of it, and goes forth and back', async () => {
    await composer().focus();
    await panel.keyboard.press('Control+f');
    const find = panel.getByRole('search');
    const field = find.getByRole('searchbox', { name: 'Find in chat' });
    await field.fill('needle');
    const count = find.getByRole('status');
    await expect.poll(() => count.innerText()).toBe('1 of 4');
    const place = (order: number) => `long-${String(order).padStart(5, '0')}`;
    await expect.poll(matchOnShow).toEqual({ words: 'needle', message: place(100), inView: true });
    await find.getByRole('button', { name: 'Next match' }).click();
    await expect.poll(() => count.innerText()).toBe('2 of 4');
    // Across the end of a bold stretch.
    await expect.poll(matchOnShow).toEqual({ words: 'needle', message: place(2_501), inView: true });
    await field.press('Enter');
    await expect.poll(matchOnShow).toEqual({ words: 'Needle', message: place(4_900), inView: true });
    await field.press('Enter');
    await expect.poll(() => count.innerText()).toBe('4 of 4');
    await expect.poll(matchOnShow).toEqual({ words: 'needle', message: place(4_900), inView: true });
    await field.press('Enter');
    await expect.poll(() => count.innerText()).toBe('1 of 4');
    await field.press('Shift+Enter');
    await expect.poll(() => count.innerText()).toBe('4 of 4');
    await find.getByRole('button', { name: 'Previous match' }).click();
    await expect.poll(() => count.innerText()).toBe('3 of 4');
    await field.fill('no such thing');
    await expect.poll(() => count.innerText()).toBe('Not found');
    expect(await matchOnShow()).toBeNull();
    await field.press('Escape');
    expect(await find.count()).toBe(0);
  });
});

describe('an answer of a megabyte that comes at once', () => {
  const repeated = (count: number, line: (number: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join('');
  // In one text: as paragraphs, items, quoted paragraphs and lines of code it is drawn; as rows and lines it is too large.
  const text = [
    repeated(20_000, (at) => `p${at}\n\n`),
    repeated(20_000, (at) => `- i${at}\n`),
    'Then\n\n',
    repeated(15_000, (at) => `> q${at}\n>\n`),
    repeated(20_000, (at) => `    c${at}\n`),
    `\n| a | b |\n| - | - |\n${repeated(15_000, (at) => `| ${at} | r |\n`)}`,
    `\n${repeated(20_000, (at) => `l${at}\n`)}`,
    '\nThe very last words.',
  ].join('');

  test('shows all of it, never takes back what showed, and ends at its end', async () => {
    expect(text.length).toBeGreaterThan(900_000);
    await panel.getByRole('button', { name: 'New chat', exact: true }).first().click();
    session.upstream.next({ pieces: text.match(/[^]{1,400}/g) ?? [] });
    await ask(panel, 'All of it');
    const seen = await panel.evaluate(
      () =>
        new Promise<{ lengths: number[]; large: number }>((resolve) => {
          const lengths: number[] = [];
          const look = () => {
            const shown = document.querySelector('[role="log"] .markdown');
            lengths.push(shown?.textContent.length ?? 0);
            if (!shown?.textContent.endsWith('The very last words.')) return void setTimeout(look, 50);
            resolve({ lengths, large: shown.querySelectorAll('.large').length });
          };
          look();
        }),
    );
    expect(seen.lengths).toEqual(seen.lengths.toSorted((one, other) => one - other));
    expect(seen.large).toBe(2);
    await answerToEnd(panel);
    await expect.poll(belowView).toBeLessThan(2);
    const letters = await conversation().locator('.markdown').textContent();
    for (const sign of ['p', 'i', 'q', 'c', 'l'])
      expect(letters?.match(new RegExp(`${sign}\\d+`, 'g'))?.length).toBeGreaterThanOrEqual(15_000);
    const widest = await conversation().evaluate((log) =>
      Math.max(...[...log.querySelectorAll('.markdown, .markdown *')].map((each) => each.childElementCount)),
    );
    expect(widest).toBeLessThan(600);
  }, 120_000);
});

test('an answer of a megabyte opens at its end, is searched, and is answered on', async () => {
  await openChat('A megabyte');
  // First as plain text, then drawn part by part.
  await expect.poll(() => conversation().textContent()).toContain('The very last sentence.');
  await expect.poll(belowView).toBeLessThan(2);
  await expect
    .poll(
      () =>
        answers(panel)
          .locator('.markdown')
          .evaluate((shown) => shown.textContent.slice(-40)),
      { timeout: 80_000 },
    )
    .toMatch(/The very last sentence\.$/);
  await expect.poll(belowView).toBeLessThan(2);
  await composer().focus();
  await panel.keyboard.press('Control+f');
  const find = panel.getByRole('search');
  await find.getByRole('searchbox').fill('Section 7');
  await expect.poll(() => find.getByRole('status').innerText()).toMatch(/^1 of /);
  await expect.poll(matchOnShow).toEqual({ words: 'Section 7', message: 'mega-00001', inView: true });
  await panel.keyboard.press('Escape');
  await session.askAndWait(panel, 'And now?');
  await expect.poll(belowView).toBeLessThan(2);
}, 120_000);
