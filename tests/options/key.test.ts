import { describe, expect, test } from 'vitest';
import { readKey } from '../../state/options-key';

describe('a pasted key', () => {
  test.each([
    ['', { key: '', notes: [] }],
    ['sk-plain', { key: 'sk-plain', notes: [] }],
    ['  sk-spaces \n', { key: 'sk-spaces', notes: ['trimmed'] }],
    ['"sk-quoted"', { key: 'sk-quoted', notes: ['quotes'] }],
    ['“sk-typographic”', { key: 'sk-typographic', notes: ['quotes'] }],
    ['Bearer sk-header', { key: 'sk-header', notes: ['bearer'] }],
    ['Authorization: Bearer sk-header', { key: 'sk-header', notes: ['bearer'] }],
    ['   ', { key: '', notes: [] }],
  ])('%j', (typed, expected) => {
    expect(readKey(typed)).toEqual(expected);
  });

  test('with spaces or a line break inside is told, and mended on request', () => {
    expect(readKey('sk-abc def').problem).toEqual({ kind: 'inner-space', mended: 'sk-abcdef' });
    expect(readKey('sk-abc\ndef').problem).toEqual({ kind: 'inner-space', mended: 'sk-abcdef' });
    expect(readKey('sk-abc\tdef\r\nghi').problem).toEqual({ kind: 'inner-space', mended: 'sk-abcdefghi' });
  });

  test('with characters no header carries is told, each once', () => {
    expect(readKey('sk-abc…def…').problem).toEqual({ kind: 'not-a-header', characters: '…' });
    expect(readKey('ключ').problem).toMatchObject({ kind: 'not-a-header' });
    expect(readKey('sk-\u0007').problem).toMatchObject({ kind: 'not-a-header' });
  });

  test('that is an address is told', () => {
    expect(readKey('https://api.openai.com/v1').problem).toEqual({ kind: 'address' });
  });

  test('of a known service says whose it looks like', () => {
    expect(readKey('sk-ant-api03-abc').service).toBe('anthropic');
    expect(readKey('gsk_abc').service).toBe('groq');
    expect(readKey('sk-abc').service).toBeUndefined();
  });
});
