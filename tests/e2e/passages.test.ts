/** Passages on real pages: it finds what is known to be there, and its links lead to it. */
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatRequest, PagePart } from '../../core/chat';
import { pageText } from '../../core/page-text';
import { findPlace } from '../../entrypoints/background/find-place';
import { readPage } from '../../entrypoints/background/reader';
import { createPassages } from '../../providers/engines/passages';
import { passagesOf, rank } from '../../providers/passages';
import type { Passage } from '../../providers/passages';
import { ensureChromium, isRoot } from '../../scripts/browsers.mjs';
import { realPages } from '../page/real-pages';

/** Where the answer stands: words that the passage must hold. */
const questions: readonly [page: string, question: string, place: string][] = [
  ['git user manual', 'How do I find out which commit introduced a regression?', 'the cause of such a regression'],
  ['git user manual', 'What is a shallow clone good for?', 'A shallow clone, with its truncated history, is useful'],
  ['git user manual', 'How do I create a lightweight tag?', 'This creates a "lightweight" tag'],
  [
    'git user manual',
    'What can I do when the reflog is gone because I deleted the branch?',
    'you delete a branch, then realize',
  ],
  [
    'git config',
    'After how many loose objects does automatic garbage collection run?',
    'loose objects in the repository',
  ],
  [
    'git config',
    'How do I change the editor used for commit messages?',
    'let you edit messages by launching an editor',
  ],
  ['git config', 'How do I configure a proxy for http?', 'Override the HTTP proxy'],
  ['git log', 'How can I see the history of a file across renames?', 'the history of a file beyond renames'],
  ['git log', 'Limit the output to commits by one author', 'ones with author/committer header lines'],
  [
    'bash reference',
    'What happens to word splitting if IFS is null?',
    'If the value of IFS is null, no word splitting occurs',
  ],
  ['bash reference', 'What is the exit status when a command is not found?', 'status of 127'],
  ['bash reference', 'How do I define an associative array?', 'Associative arrays are created using'],
  ['bash manual page', 'What is not allowed in a restricted shell?', 'changing directories with cd'],
  ['sqlite full text search', 'Which tokenizer supports substring matching?', 'substring matching'],
  ['sqlite full text search', 'What parameters does the snippet function take?', 'must be passed five parameters'],
  ['sqlite pragmas', 'How do I set how long to wait when a table is locked?', 'PRAGMA busy_timeout = milliseconds'],
  ['sqlite file format', 'What are the first 16 bytes of a database file?', 'The header string: "SQLite format 3'],
  ['sqlite functions of windows', 'What is the default frame specification of a window?', 'The default frame-spec is'],
  ["developers' reference", 'How do I delay an upload?', 'keeps the package in the deferred uploads queue'],
  ['bignumber', 'At what exponent does toString switch to exponential notation?', 'EXPONENTIAL_AT'],
];

/** Loading a page of a megabyte for every question would take minutes. */
const followed = questions.filter((_, place) => place % 3 === 0);

const holds = (place: string) => (passage: Passage) => passage.text.replace(/\s+/g, ' ').includes(place);
const addressOf = (path: string): string => `file://${path}`;

let browser: Browser;
let page: Page;
const find = (wanted: string, end = ''): Promise<boolean> =>
  page.evaluate(`(${findPlace.toString()})(${JSON.stringify(wanted)}, ${JSON.stringify(end)})`);
const texts = new Map<string, { path: string; text: string }>();

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [...(isRoot ? ['--no-sandbox'] : []), '--disable-gpu'],
  });
  page = await browser.newPage();
  const wanted = new Set(questions.map(([name]) => name));
  for (const { name, path } of realPages().filter((one) => wanted.has(one.name))) {
    await page.goto(addressOf(path));
    const { marks } = await page.evaluate(readPage, { sliceMs: 12, limitMs: 60_000, characters: 4_000_000 });
    texts.set(name, { path, text: pageText(marks) });
  }
}, 180_000);
afterAll(() => browser?.close());

describe('Passages on real pages', () => {
  it('finds the place among the first three passages for at least eighteen of twenty questions', () => {
    const missed = questions.flatMap(([name, question, place]) => {
      const passages = passagesOf(texts.get(name)?.text ?? '');
      if (!passages.some(holds(place)))
        throw new Error(`“${place}” does not stand in “${name}”: another edition of it?`);
      return rank(passages, question).slice(0, 3).some(holds(place)) ? [] : [question];
    });
    expect(questions).toHaveLength(20);
    expect(questions.length - missed.length, missed.join('\n')).toBeGreaterThanOrEqual(18);
  });

  it('its links lead to the passages, in the browser itself', { timeout: 180_000 }, async () => {
    const engine = createPassages({
      nothingAttached: () => '',
      found: () => '',
      notFound: () => '',
      beginning: () => '',
      cannotWrite: () => '',
      headings: () => '',
      show: () => 'show',
      untitled: () => '',
    });
    const strayed: string[] = [];
    let links = 0;
    for (const [name, question] of followed) {
      const { path, text } = texts.get(name) ?? { path: '', text: '' };
      // Links are made for addresses of the web; the same file is read here.
      const part: PagePart = {
        type: 'page',
        id: 'p',
        text,
        source: { title: '', url: 'https://page.test/x' },
        hidden: 0,
        removed: 0,
      };
      const chat: ChatRequest = {
        model: '',
        stream: true,
        turns: [{ role: 'user', parts: [part, { type: 'text', text: question }] }],
      };
      let answer = '';
      for await (const event of engine.run(chat, new AbortController().signal))
        if (event.type === 'text-delta') answer += event.text;
      const [best] = rank(passagesOf(text), question);
      const directive = /\[show\]\(<[^>]*#(:~:[^>]*)>\)/.exec(answer)?.[1];
      if (directive === undefined) continue;
      links += 1;
      await page.goto('about:blank');
      await page.goto(`${addressOf(path)}#${directive}`);
      await page
        .waitForFunction(inView, firstWords(best), { timeout: 5000, polling: 200 })
        .catch(() => strayed.push(`${name}: ${question} ${directive}`));
    }
    expect(links).toBe(followed.length);
    expect(strayed).toEqual([]);
  });

  it('goes to a quote in a page that is open, whatever stands around it', async () => {
    await page.setContent(
      `<p>Before</p><div style="height:5000px"></div><p>An <b>odd</b>ly<br>split   <i>quote</i></p><p>over two paragraphs</p><div style="height:5000px"></div>`,
    );
    expect(await find('oddly\nsplit quote\n\nover TWO')).toBe(true);
    expect(await page.evaluate(() => String(getSelection()).replace(/\s+/g, ' '))).toBe('oddly split quote over two');
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(4000);
    expect(await find('oddly', 'two PARAGRAPHS')).toBe(true);
    expect(await page.evaluate(() => String(getSelection()).replace(/\s+/g, ' '))).toBe(
      'oddly split quote over two paragraphs',
    );
    expect(await find('not there')).toBe(false);
    expect(await find(' ')).toBe(false);
  });

  it('goes to a quote in a box that scrolls, in folded details and in a shadow root', async () => {
    const inBox = '<div style="height:200px;overflow:auto"><div style="height:3000px"></div><p>in the box</p></div>';
    await page.setContent(`<div style="height:3000px"></div>${inBox}`);
    expect(await find('in the box')).toBe(true);
    expect(await page.evaluate(inView, 'in the box')).toBe(true);
    await page.setContent(
      `<x-a><template shadowrootmode=open><div style="height:3000px"></div><p>in the shadow</p></template></x-a>`,
    );
    expect(await find('in the shadow')).toBe(true);
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(1000);
  });
});

/** What any line of the passage begins with; a link may name whichever stands only once. */
function firstWords(passage: Passage | undefined): string {
  return (passage?.text ?? '')
    .split('\n')
    .flatMap((line) => line.split('|'))
    .map((line) =>
      line
        .replace(/^\s*(>\s*)*((-|\d+\.) )*/, '')
        .replace(/\s+/g, '')
        .slice(0, 20),
    )
    .filter((line) => line.length > 3)
    .join('\n');
}

/** Whether one of the texts (a line each, without white space) stands on the screen. Runs in the page. */
function inView(wanted: string): boolean {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let seen = '';
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    range.selectNodeContents(node);
    const onScreen = [...range.getClientRects()].some(
      ({ top, bottom, width }) => width > 0 && bottom > 0 && top < innerHeight,
    );
    if (onScreen) seen += (node as Text).data.replace(/\s+/g, '');
  }
  return wanted.split('\n').some((line) => seen.includes(line.replace(/\s+/g, '')));
}
