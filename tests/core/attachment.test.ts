import { describe, expect, it } from 'vitest';
import { endBefore, prepared } from '../../core/attachment';

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
