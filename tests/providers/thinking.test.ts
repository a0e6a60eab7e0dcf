import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../core/chat';
import { createThinkSplitter } from '../../providers/thinking';

/** What stands before the reader in the end: thoughts and answer. */
function split(pieces: readonly string[]): { thought: string; answer: string; retracted: boolean } {
  const splitter = createThinkSplitter();
  const events: ChatEvent[] = [...pieces.flatMap((piece) => splitter.take(piece)), ...splitter.flush()];
  const result = { thought: '', answer: '', retracted: false };
  for (const event of events) {
    if (event.type === 'text-delta') result.answer += event.text;
    if (event.type === 'reasoning-delta') result.thought += event.text;
    if (event.type === 'retract') {
      result.answer = '';
      result.retracted = true;
    }
  }
  return result;
}

const everyCut = (text: string): string[][] => [
  [text],
  [...text],
  ...Array.from({ length: text.length }, (_, cut) => [text.slice(0, cut), text.slice(cut)]),
];

describe('thoughts in the text', () => {
  it.each([
    ['<think>a</think>b', 'a', 'b'],
    ['<think>a</think>\n\n b', 'a', 'b'],
    ['\n  <think>a</think>b', 'a', 'b'],
    ['<THINK>a</Think>b', 'a', 'b'],
    ['<thinking>a</thinking>b', 'a', 'b'],
    ['<thought>a</thought>b', 'a', 'b'],
    ['<thoughts>a</thoughts>b', 'a', 'b'],
    ['<reasoning>a</reasoning>b', 'a', 'b'],
    ['[THINK]a[/THINK]b', 'a', 'b'],
    ['◁think▷a◁/think▷b', 'a', 'b'],
    ['<think></think>b', '', 'b'],
    ['<think>a</think><think>b</think>c', 'ab', 'c'],
    ['<think>a < b </thin k> </thinking></think>c', 'a < b </thin k> </thinking>', 'c'],
    ['<think>never ends', 'never ends', ''],
    ['<think>a</think>', 'a', ''],
    ['<think>a</think>see <think> and </think>', 'a', 'see <think> and </think>'],
    ['a\n</think>\nb', 'a\n', 'b'],
    ['</think>b', '', 'b'],
    ['a\n</reasoning>b', 'a\n', 'b'],
    ['plain', '', 'plain'],
    ['  plain', '', '  plain'],
    ['<thin', '', '<thin'],
    ['<b>bold</b>', '', '<b>bold</b>'],
    ['<thinker>x', '', '<thinker>x'],
    ['about <think>tags</think>', '', 'about <think>tags</think>'],
    ['```\n</think>\n```\nx', '', '```\n</think>\n```\nx'],
    ['```\ncode\n```\nthought\n</think>\nx', '```\ncode\n```\nthought\n', 'x'],
    ['  ~~~\n</think>', '', '  ~~~\n</think>'],
    ['', '', ''],
    ['\n', '', '\n'],
  ])('%j', (text, thought, answer) => {
    for (const pieces of everyCut(text)) expect(split(pieces)).toMatchObject({ thought, answer });
  });

  it('gives the same however the text is cut, and loses nothing but tags and the blank around them', () => {
    const bit = fc.constantFrom(
      '<think>',
      '</think>',
      '<',
      '/',
      'think',
      '>',
      '\n',
      '```',
      'a',
      ' ',
      '</thi',
      '[/THINK]',
      'ß',
    );
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 14 }), fc.array(fc.nat(60), { maxLength: 6 }), (bits, cuts) => {
        const text = bits.join('');
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((place, index) => text.slice(places[index], place));
        const whole = split([text]);
        const cut = split(pieces);
        expect([cut.thought, cut.answer]).toEqual([whole.thought, whole.answer]);
        const letters = (value: string): number => value.split('a').length + value.split('ß').length;
        expect(letters(whole.thought + whole.answer)).toBe(letters(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('holds back no more than a thousand blanks before a thought', () => {
    expect(split([`${' '.repeat(1000)}<think>a</think>b`])).toMatchObject({ thought: 'a', answer: 'b' });
    const blank = `${'\n'.repeat(1001)}<think>a</think>b`;
    for (const pieces of [[blank], blank.match(/[\s\S]{1,7}/g) ?? []])
      expect(split(pieces)).toMatchObject({ thought: '', answer: blank });
    const splitter = createThinkSplitter();
    // A model that writes nothing but empty lines is shown doing so, and costs no more with every line.
    for (let lines = 0; lines < 1000; lines += 1) expect(splitter.take('\n')).toEqual([]);
    expect(splitter.take('\n')).toEqual([{ type: 'text-delta', text: '\n'.repeat(1001) }]);
    expect(splitter.take('\n')).toEqual([{ type: 'text-delta', text: '\n' }]);
  });

  it('never looks back, however often something looks like a tag', () => {
    // Looking back each time would take minutes.
    const text = `\`\`\`\n${'\n</think>'.repeat(100_000)}`;
    expect(split([text]).answer).toBe(text);
    expect(split(text.match(/[\s\S]{1,9}/g) ?? []).answer).toBe(text);
  });
});
