import { describe, expect, it } from 'vitest';
import { pageText } from '../../core/page-text';
import type { Mark } from '../../core/page-text';

const item = (marker: string, ...inside: Mark[]): Mark[] => [{ begin: 'item', as: marker }, ...inside, { end: 'item' }];
const cell = (...inside: Mark[]): Mark[] => [{ begin: 'cell' }, ...inside, { end: 'cell' }];
const row = (...cells: Mark[][]): Mark[] => [{ begin: 'row' }, ...cells.flat(), { end: 'row' }];
const table = (...rows: Mark[][]): Mark[] => [{ begin: 'table' }, ...rows.flat(), { end: 'table' }];
const code = (language: string, ...inside: Mark[]): Mark[] => [
  { begin: 'code', as: language },
  ...inside,
  { end: 'code' },
];

const cases: [name: string, marks: Mark[], text: string][] = [
  ['nothing', [], ''],
  ['white space collapses, also across marks', ['  a ', ' b\n\t', 'c  '], 'a b c'],
  ['none stands at the start of a line', [1, ' a', 1, ' b'], 'a\nb'],
  ['the greater gap wins', ['a', 1, 2, 1, 'b'], 'a\n\nb'],
  ['gaps at both ends say nothing', [2, 'a', 2], 'a'],
  ['a break of its own', ['a', { keep: '\n' }, 'b'], 'a\nb'],
  ['a break before the end of a block is no empty line', ['a', { keep: '\n' }, 1, 'b'], 'a\nb'],
  ['two breaks are', ['a', { keep: '\n' }, { keep: '\n' }, 'b'], 'a\n\nb'],
  ['kept white space', [{ keep: 'a  b\n  c' }], 'a  b\n  c'],
  [
    'a heading',
    ['x', { begin: 'heading', as: '3' }, ' Of ', 1, 'things ', { end: 'heading' }, 'y'],
    'x\n\n### Of things\n\ny',
  ],
  ['an empty heading', ['x', { begin: 'heading', as: '1' }, ' ', { end: 'heading' }, 'y'], 'x\n\ny'],
  ['a list', [2, ...item('-', 'a'), ...item('-', 'b'), 2, 'c'], '- a\n- b\n\nc'],
  [
    'an ordered list in it',
    [...item('-', 'a', 1, ...item('9.', 'b'), ...item('10.', 'c', 1, 'd'), 1)],
    '- a\n  9. b\n  10. c\n      d',
  ],
  ['an item of paragraphs', [...item('-', 2, 'a', 2, 'b', 2), ...item('-', 2, 'c', 2)], '- a\n\n  b\n\n- c'],
  ['an empty item', [...item('-', ' '), ...item('-', 'a')], '- a'],
  ['a quote', ['a', { begin: 'quote' }, 'b', 2, 'c', { end: 'quote' }, 'd'], 'a\n\n> b\n>\n> c\n\nd'],
  ['a list in a quote', [{ begin: 'quote' }, ...item('-', 'a', { keep: '\n' }, 'b'), { end: 'quote' }], '> - a\n>   b'],
  ['code', ['a', ...code('js', { keep: 'f(\n  1,\n\n  2)\n' }), 'b'], 'a\n\n```js\nf(\n  1,\n\n  2)\n```\n\nb'],
  ['code in an item', [...item('-', 'a', ...code('', { keep: 'x\n\ny' }))], '- a\n\n  ```\n  x\n\n  y\n  ```'],
  ['code that holds a fence', [...code('', { keep: '```\nx\n````' })], '`````\n```\nx\n````\n`````'],
  ['code of blocks', [...code('', 1, { keep: 'a' }, 1, { keep: 'b' }, 1)], '```\na\nb\n```'],
  ['empty code', ['a', ...code('', { keep: '\n ' }), 'b'], 'a\n\nb'],
  [
    'a table',
    ['a', ...table(row(cell('n'), cell('v')), row(cell(' x '), cell('1|2'))), 'b'],
    'a\n\n| n | v |\n| --- | --- |\n| x | 1\\|2 |\n\nb',
  ],
  ['a row that is short', [...table(row(cell('a'), cell('b')), row(cell('c')))], '| a | b |\n| --- | --- |\n| c |  |'],
  ['a table of one row', [...table(row(cell('a'), cell(''), cell('b')))], 'a | b'],
  ['a table of one column', [...table(row(cell('a')), row(cell('b')))], 'a\nb'],
  [
    'a table that only arranges',
    [...table(row(cell('menu'), cell(1, 'one', 2, 'two', 1)), row(cell('x'), cell('y')))],
    'menu\n\none\n\ntwo\n\nx | y',
  ],
  [
    'a caption',
    [...table(['T', 1], row(cell('a'), cell('b')), row(cell('c'), cell('d')))],
    'T\n\n| a | b |\n| --- | --- |\n| c | d |',
  ],
  [
    'a table in a table',
    [...table(row(cell(...table(row(cell('a'), cell('b')), row(cell('c'), cell('d')))), cell('x')))],
    '| a | b |\n| --- | --- |\n| c | d |\n\nx',
  ],
  ['a cell without a table', [...cell('a'), ...cell('b')], 'a b'],
  ['what was never ended', ['a', { begin: 'quote' }, { begin: 'item', as: '-' }, 'b'], 'a\n\n> - b'],
  ['an end without a beginning', ['a', { end: 'item' }, 'b'], 'ab'],
];

describe('pageText', () => {
  it.each(cases)('%s', (_, marks, text) => {
    expect(pageText(marks)).toBe(text);
  });

  it('loses nothing but white space, whatever the marks', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % below;
    };
    for (let round = 0; round < 500; round += 1) {
      const marks: Mark[] = [];
      const open: ('item' | 'quote' | 'heading' | 'code' | 'table' | 'row' | 'cell')[] = [];
      let words = '';
      for (let step = 0; step < 40; step += 1) {
        const word = `ж${step}ж`;
        const choice = random(6);
        const kind = (['item', 'quote', 'heading', 'code', 'table', 'row', 'cell'] as const)[random(7)] ?? 'item';
        if (choice === 0) marks.push(random(2) === 0 ? 1 : 2);
        else if (choice === 1 && open.length < 6) {
          open.push(kind);
          marks.push({ begin: kind, as: kind === 'heading' ? '2' : '-' });
        } else if (choice === 2) {
          const last = open.pop();
          if (last) marks.push({ end: last });
        } else {
          marks.push(choice === 3 ? { keep: ` ${word}\n` } : ` ${word} `);
          words += word;
        }
      }
      // Text between the rows of a table comes before it, so the order is compared where there is no table.
      const found = pageText(marks).match(/ж\d+ж/g) ?? [];
      const wanted = words.match(/ж\d+ж/g) ?? [];
      expect([...found].toSorted()).toEqual([...wanted].toSorted());
      const isTable = (mark: Mark) => typeof mark === 'object' && 'begin' in mark && mark.begin === 'table';
      if (!marks.some(isTable)) expect(found).toEqual(wanted);
    }
  });
});

// What takes the square of their number takes minutes here; the time limit of a test is what tells.
describe('half a million spaces that something follows', () => {
  const spaces = (sign: string): string => `a${sign.repeat(500_000)}b`;
  it.each(['\t', ' ', '\u00A0', '\u3000'])('%j', (sign) => {
    const kept = spaces(sign);
    const inside = { keep: kept };
    expect(pageText([inside])).toBe(kept);
    expect(pageText(code('', inside))).toBe(`\`\`\`\n${kept}\n\`\`\``);
    expect(pageText([{ begin: 'heading', as: '2' }, inside, { end: 'heading' }])).toBe(`## ${kept}`);
    expect(pageText(table(row(cell(inside), cell('c')), row(cell('d'), cell('e'))))).toContain('b');
  });
});
