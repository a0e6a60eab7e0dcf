/** A stream as the eye sees it: every frame of the built panel, from the first letter to the last. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answerToEnd, ask } from '../../scripts/drive.mjs';
import { Session } from './harness/session';

let session: Session;
beforeAll(async () => {
  session = await Session.start();
}, 120_000);
afterAll(() => session?.close());
afterEach(() => session.expectNoTrouble());

const answer = [
  '## What it **costs**',
  'It costs $5 here and $10 there, *about* **twice** as much, says [a careful note](https://example.org/a?b=(c)) on `prices`.',
  '- one **strong** item\n- two with [a link](https://example.org/two)\n  1. inner ~~gone~~ item',
  '| Plant | Light |\n| :-- | --: |\n| **Oak** | `12` |\n| [Fern](https://example.org/fern) | 3 |',
  '> A quote, *soft*, and\n> two lines long.',
  '```js\nconst price = `${5}`; // **not** strong\n```',
  'Now a formula: $x^2 + y$ and one displayed:\n\n$$\nz = 1\n$$',
  'The last words.',
].join('\n\n');

/** What of the source no reader may ever see as letters. Code may hold anything. */
const neverSeen = [
  /\*\*/,
  /\]\(/,
  /\]$/,
  /https:/,
  /\|/,
  /:--/,
  /```/,
  /~~/,
  /^#/m,
  /^>/m,
  /\$[xz\n]/,
  /\$\$/,
  /x\^2 \+ y\$/,
];

test('no frame shows half a construct, and what a frame shows the next one shows as well', async () => {
  const panel = await session.gloss.openPanelTab();
  session.upstream.next({ pieces: answer.match(/[^]{1,3}/g) ?? [], paceMs: 20 });
  await panel.evaluate(() => {
    const frames: { text: string; formulas: number }[] = [];
    Object.assign(globalThis, { seenFrames: frames });
    /** Letters outside of code and of formulas, line by line of the tree. */
    const lettersOf = (node: Node): string => {
      if (node instanceof Text) return node.data;
      if (!(node instanceof HTMLElement) || node.hidden || node.matches('code, .code-bar, .formula')) return '';
      const inner = [...node.childNodes].map(lettersOf).join('');
      return node.matches('p, li, h3, h4, td, th, blockquote') ? `${inner}\n` : inner;
    };
    const look = () => {
      const shown = document.querySelector('[role="log"] .markdown');
      const text = shown ? lettersOf(shown) : '';
      if (text !== frames.at(-1)?.text) frames.push({ text, formulas: document.querySelectorAll('.formula').length });
      requestAnimationFrame(look);
    };
    look();
  });
  await ask(panel, 'What does it cost?');
  await panel.getByText('The last words.').waitFor();
  await answerToEnd(panel);
  const frames = await panel.evaluate(
    () => (globalThis as { seenFrames?: { text: string; formulas: number }[] }).seenFrames ?? [],
  );
  expect(frames.length).toBeGreaterThan(15);
  for (const { text, formulas } of frames) {
    for (const never of neverSeen) expect(text).not.toMatch(never);
    // Money is never a formula.
    if (!text.includes('Now a formula')) expect(formulas).toBe(0);
  }
  const letters = frames.map(({ text }) => text.replace(/\s+/g, ''));
  for (const [index, next] of letters.entries()) expect(next.startsWith(letters[index - 1] ?? '')).toBe(true);
  expect(frames.at(-1)?.formulas).toBe(2);
}, 60_000);
