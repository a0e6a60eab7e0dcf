import { describe, expect, it } from 'vitest';
import { recalls, sends, type KeyPress } from '../../state/keys';

const press = (over: Partial<KeyPress> = {}): KeyPress => ({
  key: 'Enter',
  keyCode: 13,
  isComposing: false,
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  ...over,
});

describe('sends', () => {
  it.each([
    ['Enter', {}, true],
    ['Shift+Enter', { shiftKey: true }, false],
    ['Alt+Enter', { altKey: true }, false],
    ['Enter that chooses a candidate', { isComposing: true }, false],
    ['Enter that only its code betrays', { keyCode: 229 }, false],
    ['another key', { key: 'a', keyCode: 65 }, false],
    ['Ctrl+Enter', { ctrlKey: true }, true],
  ])('%s', (_, over, expected) => {
    expect(sends(press(over), 'enter')).toBe(expected);
  });

  it('waits for Ctrl or Cmd where the reader chose that', () => {
    expect(sends(press(), 'mod-enter')).toBe(false);
    expect(sends(press({ ctrlKey: true }), 'mod-enter')).toBe(true);
    expect(sends(press({ metaKey: true }), 'mod-enter')).toBe(true);
    expect(sends(press({ metaKey: true, isComposing: true }), 'mod-enter')).toBe(false);
  });

  it('leaves the Enter that ended a composition alone', () => {
    expect(sends(press(), 'enter', 5)).toBe(false);
    expect(sends(press(), 'enter', 500)).toBe(true);
  });
});

describe('recalls', () => {
  it('only in an empty composer, and not for an input method', () => {
    const up = press({ key: 'ArrowUp', keyCode: 38 });
    expect(recalls(up, '')).toBe(true);
    expect(recalls(up, 'x')).toBe(false);
    expect(recalls({ ...up, shiftKey: true }, '')).toBe(false);
    expect(recalls({ ...up, isComposing: true }, '')).toBe(false);
  });
});
