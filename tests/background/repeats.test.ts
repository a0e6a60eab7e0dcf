import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../core/chat';
import { createRepeatWatch, isRepeated, longestPassage, repeatedFor } from '../../entrypoints/background/repeats';
import { createLetterGuard } from '../../entrypoints/background/tape';

type Kind = 'text-delta' | 'reasoning-delta' | 'refusal-delta';

/** What is taken of a text that comes in these pieces, and whether the answer was ended. */
function taken(pieces: readonly string[], type: Kind = 'text-delta'): { text: string; ended: boolean } {
  const watch = createRepeatWatch();
  // As in a run: no piece ends within a letter.
  const whole = createLetterGuard();
  let text = '';
  for (const piece of pieces) {
    for (const event of whole({ type, text: piece }).flatMap(watch)) {
      if (event.type === type) text += event.text;
      if (event.type === 'end') return { text, ended: true };
    }
  }
  return { text, ended: false };
}

const inPieces = (text: string, size: number): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
const numbered = (line: (number: number) => string, count: number): string =>
  Array.from({ length: count }, (_, number) => line(number)).join('\n');

describe('an answer that only repeats itself', () => {
  it.each([
    ['a letter', 'A'],
    ['empty lines', '\n'],
    ['a word', 'the '],
    ['a sentence', 'I am sorry, let me think about that again. '],
    ['a letter of two units', '🙂'],
    ['a passage with a long rule in it', `${'-'.repeat(300)}\nAnd again:\n`],
    ['a long passage', Array.from({ length: 200 }, (_, number) => `${number} `).join('')],
    ['the longest', numbered((number) => `Line ${number}.`, 200).slice(0, longestPassage)],
  ])('%s', (_name, passage) => {
    const start = 'This is how it began, well enough.\n\n';
    const { text, ended } = taken([start, ...inPieces(passage.repeat(200_000 / passage.length), 7)]);
    expect(ended).toBe(true);
    expect(text.startsWith(start + passage)).toBe(true);
    expect(text.length).toBeGreaterThanOrEqual(repeatedFor);
    expect(text.length).toBeLessThan(2 * repeatedFor);
    expect(text.isWellFormed()).toBe(true);
  });

  it('is ended as a thought as well', () => {
    expect(taken(inPieces('Wait, no. '.repeat(5_000), 4), 'reasoning-delta').ended).toBe(true);
  });

  it('is told with how much came, and can be continued', () => {
    const watch = createRepeatWatch();
    const events = watch({ type: 'text-delta', text: 'again '.repeat(10_000) });
    expect(events.slice(1)).toEqual([
      { type: 'notice', notice: { kind: 'answer-cut', characters: repeatedFor, repeats: true } },
      { type: 'end', finish: { reason: 'length', raw: 'gloss' } },
    ]);
  });

  it('is found at the same letter however it came', () => {
    const passage = fc.string({ minLength: 1, maxLength: 200, unit: 'binary' });
    const sizes = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ maxLength: 3_000 }), passage, sizes, (start, again, lengths) => {
        const text = start + again.repeat(50_000 / again.length);
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const length = lengths[turn % lengths.length] ?? 1;
          pieces.push(text.slice(at, at + length));
          at += length;
        }
        const whole = taken([text]);
        expect(whole.ended).toBe(true);
        const cut = taken(pieces);
        expect([cut.ended, cut.text.length]).toEqual([true, whole.text.length]);
      }),
      { numRuns: 60 },
    );
  });

  it('is what a comparison with every passage says', () => {
    const letters = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b') });
    const rule = fc.integer({ min: 0, max: 600 });
    fc.assert(
      fc.property(letters, rule, letters, fc.option(fc.integer({ min: 0, max: 4_999 })), (start, dashes, end, flaw) => {
        const passage = start + 'a'.repeat(dashes) + end;
        const text = passage.repeat(5_000 / passage.length + 1).slice(-5_000);
        const flawed = flaw === null ? text : `${text.slice(0, flaw)}c${text.slice(flaw + 1)}`;
        const lengths = Array.from({ length: longestPassage }, (_, index) => index + 1);
        expect(isRepeated(flawed)).toBe(lengths.some((length) => flawed.slice(length) === flawed.slice(0, -length)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('what repeats much and is meant', () => {
  it.each([
    ['a table', numbered((number) => `| row ${number} | yes | yes | no | 0 | 0 | 0 |`, 3_000)],
    ['rules', `${'-'.repeat(10_000)}\n${'='.repeat(10_000)}\n`.repeat(3)],
    ['a program', numbered((number) => `assert.equal(f(${number}), 0);\nassert.equal(g(), 0);\n\n\n`, 2_000)],
    ['a song', numbered((number) => `${99 - (number % 99)} bottles of beer on the wall, bottles of beer\n`, 600)],
    ['zeros and one', `${'0'.repeat(16_000)}1${'0'.repeat(16_000)}1${'0'.repeat(16_000)}`],
    ['a passage that is too long', numbered((number) => `Line ${number}.`, 300).repeat(20)],
  ])('%s', (_name, text) => {
    expect(text.length).toBeGreaterThan(repeatedFor);
    expect(taken(inPieces(text, 5))).toEqual({ text, ended: false });
    expect(taken([text])).toEqual({ text, ended: false });
  });

  it('thoughts and text are not one passage', () => {
    const watch = createRepeatWatch();
    const events: ChatEvent[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      const type = turn % 2 === 0 ? 'text-delta' : 'reasoning-delta';
      events.push(...watch({ type, text: 'again '.repeat(1_000) }));
    }
    expect(events).toHaveLength(200);
  });
});
