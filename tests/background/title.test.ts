import { describe, expect, it } from 'vitest';
import type { UserPart } from '../../core/chat';
import { titleOf } from '../../entrypoints/background/title';

const text = (value: string): UserPart => ({ type: 'text', text: value });
const source = { title: 'The page', url: 'https://a.example' };
const quote: UserPart = { type: 'quote', id: 'q', text: '\n  A quoted line\nand more', source };
const page: UserPart = { type: 'page', id: 'p', text: 'x', source, hidden: 0, removed: 0 };

describe('a title', () => {
  it.each<[string, UserPart[], string]>([
    ['is the first line', [text('Why?\nBecause I ask.')], 'Why?'],
    ['leaves out empty lines and doubled spaces', [text('\n\n  Why \t is   it?  ')], 'Why is it?'],
    ['prefers what the user wrote to what the user quoted', [quote, text('Explain')], 'Explain'],
    ['is the quote where there is nothing else', [quote], 'A quoted line'],
    ['is the quote where the text is empty', [text('  '), quote], 'A quoted line'],
    ['is the page where there is nothing else', [page], 'The page'],
    ['is empty where there is nothing at all', [text('')], ''],
  ])('%s', (_name, parts, wanted) => {
    expect(titleOf(parts)).toBe(wanted);
  });

  it('ends at a word and within 80 characters', () => {
    const title = titleOf([text('word '.repeat(40))]);
    expect(title).toMatch(/^(word )+word…$/);
    expect(title.length).toBeLessThanOrEqual(80);
  });

  it('cuts one endless word, but not a letter in two', () => {
    const title = titleOf([text('😀'.repeat(100))]);
    expect(title.length).toBeLessThanOrEqual(80);
    expect(title.length).toBeGreaterThan(70);
    expect(title.isWellFormed()).toBe(true);
    expect(titleOf([text(`a${'😀'.repeat(100)}`)]).isWellFormed()).toBe(true);
  });
});
