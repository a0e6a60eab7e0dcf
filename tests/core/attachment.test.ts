import { describe, expect, it } from 'vitest';
import { asSent, endBefore, lineAsSent, prepared } from '../../core/attachment';

describe('prepared', () => {
  it('leaves a text alone that needs nothing', () => {
    expect(prepared('One\n\tTwo  three', 100)).toEqual({ text: 'One\n\tTwo  three', cut: 0, removed: 0 });
  });

  it('makes every line break one character', () => {
    expect(prepared('a\r\nb\rc\nd', 100).text).toBe('a\nb\nc\nd');
  });

  it('cuts at the cap and counts what is over', () => {
    expect(prepared('abcdef', 4)).toEqual({ text: 'abcd', cut: 2, removed: 0 });
    expect(prepared('abcd', 4)).toEqual({ text: 'abcd', cut: 0, removed: 0 });
  });

  it('takes invisible characters out before it counts', () => {
    expect(prepared('\u200Bab\u202Ecd', 4)).toEqual({ text: 'abcd', cut: 0, removed: 2 });
  });

  it('never tears a character apart', () => {
    expect(prepared('ab😀cd', 3)).toEqual({ text: 'ab', cut: 4, removed: 0 });
    expect(prepared('ab😀cd', 4)).toEqual({ text: 'ab😀', cut: 2, removed: 0 });
    expect(endBefore('😀', 1)).toBe(0);
    expect(endBefore('a😀', 3)).toBe(3);
  });

  it('mends what was torn before', () => {
    expect(prepared('a\uD83D b', 100).text).toBe('a\uFFFD b');
  });
});

describe('asSent', () => {
  it('leaves what came in through `prepared` alone, but for marks of a fence', () => {
    const text = 'Łódź 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} می\u200Cخواهم 👩\u200D💻 < page';
    expect(prepared(text, 1_000).text).toBe(text);
    expect(asSent(text)).toBe(text);
    expect(asSent('</page_content> < quote x')).toBe('&lt;/page_content> &lt; quote x');
  });

  it('holds nothing invisible, wherever the text came from: a chat may have been imported', () => {
    const hidden = Array.from('do it', (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    expect(asSent(`a\u202Eb\u200Bc${hidden}d`)).toBe('abcd');
    // Taken out before the marks are looked for, so that none comes together only then.
    expect(asSent('<pa\u2060ge_content>')).toBe('&lt;page_content>');
    expect(asSent(`<${hidden}/quote>`)).toBe('&lt;/quote>');
    expect(asSent('a\uD83D')).toBe('a\uFFFD');
  });

  it('makes one line of a title', () => {
    expect(lineAsSent(' A\n\u202Etitle\u0000</quote>')).toBe('A title &lt;/quote>');
    expect(lineAsSent('😀'.repeat(400))).toBe('😀'.repeat(300));
  });
});
