import { describe, expect, it } from 'vitest';
import { withoutInvisible } from '../../core/invisible';

const at = (code: number): string => String.fromCodePoint(code);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, place) => from + place);

/** UNI-1 of the security requirements, code point by code point. */
const unseen = [
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
  0x200e,
  0x200f,
  0x061c,
  ...range(0xfff9, 0xfffb),
  ...range(0xe0000, 0xe007f),
  ...range(0xe0100, 0xe01ef),
  0x200b,
  0x2060,
  0xfeff,
  0x180e,
  0x115f,
  0x1160,
  0x3164,
  0xffa0,
];

describe('withoutInvisible', () => {
  it('takes out and counts every character of the set, one by one', () => {
    for (const code of unseen)
      expect(withoutInvisible(`a${at(code)}b`), code.toString(16)).toEqual({ text: 'ab', removed: 1 });
  });

  it('counts characters, not code units', () => {
    const tags = Array.from('ignore all', (letter) => at(0xe0000 + letter.charCodeAt(0))).join('');
    expect(withoutInvisible(`Hello${tags}`)).toEqual({ text: 'Hello', removed: 10 });
  });

  it('takes out controls, but not tabs and line breaks', () => {
    expect(withoutInvisible('a\u0000b\u001B[0m\tc\nd\u0085')).toEqual({ text: 'ab[0m\tc\nd', removed: 3 });
  });

  it.each([
    ['a family', '👨‍👩‍👧'],
    ['a profession with a skin tone', '👩🏽‍💻'],
    ['a heart on fire, with a variation selector', '❤️‍🔥'],
    ['Persian with a non-joiner', 'می‌خواهم'],
    ['Hindi with a joiner after a virama', 'क्‍ष'],
    ['the flag of Scotland', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['an emoji with a variation selector', '☀️'],
  ])('leaves %s alone', (_, text) => {
    expect(withoutInvisible(text)).toEqual({ text, removed: 0 });
  });

  it.each([
    ['a sign as an emoji', '☎️ ©️ ‼️'],
    ['a key', '1️⃣ #️⃣'],
    ['a sign of mathematics', '∩︀'],
    ['an ideograph', '芦︁'],
  ])('leaves the variation selector of %s alone', (_, text) => {
    expect(withoutInvisible(text)).toEqual({ text, removed: 0 });
  });

  it('takes out variation selectors that vary nothing: letters can be written in them', () => {
    const code = Array.from('secret', (letter) => at(0xfe00 + (letter.charCodeAt(0) % 16))).join('');
    expect(withoutInvisible(`Hello${code}`)).toEqual({ text: 'Hello', removed: 6 });
    expect(withoutInvisible(`☀️${code}!`)).toEqual({ text: '☀️!', removed: 6 });
    expect(withoutInvisible('a\uFE01b\uFE02')).toEqual({ text: 'ab', removed: 2 });
  });

  it('takes out joiners that join nothing', () => {
    expect(withoutInvisible('a \u200Db\u200C c\u200D\u200Dd')).toEqual({ text: 'a b cd', removed: 4 });
  });

  it('does not take a sentence in tags for a flag', () => {
    const order = Array.from('ignore', (letter) => at(0xe0000 + letter.charCodeAt(0))).join('');
    const long = `🏴${order}${order}${at(0xe007f)}`;
    expect(withoutInvisible(long)).toEqual({ text: '🏴', removed: 13 });
    expect(withoutInvisible(`🏴${at(0xe0067)}${at(0xe0062)}`)).toEqual({ text: '🏴', removed: 2 });
  });

  it('leaves nothing behind that a second time would find', () => {
    const odd = 'x\u200D\u202E\u200Dy\u200C\uFEFF\u200Cz 🏴\u{E0067}\u200B\u{E0062}\u{E007F}';
    const { text } = withoutInvisible(odd);
    expect(withoutInvisible(text).text).toBe(text);
    expect(text).toBe('xyz 🏴');
  });
});
