import { tests as specification } from 'commonmark-spec';

/** Random numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The examples of the CommonMark specification. */
export const examples: readonly { number: number; source: string }[] = specification.map(
  ({ number, markdown }: { number: number; markdown: string }) => ({ number, source: markdown.replaceAll('→', '\t') }),
);

/** Inline constructs, whole and broken. */
const inline = [
  'plain words',
  'a',
  'and more of them, with a comma.',
  '**strong**',
  '*emphasis*',
  '_under_',
  '__double__',
  '***both***',
  '~~gone~~',
  '`code`',
  '`` a ` b ``',
  '[link](https://example.org "title")',
  '[link]( <a b> )',
  '[label]',
  '[text][label]',
  '[text][]',
  '[Other Label]',
  '![image](https://example.org/i.png)',
  '![alt][label]',
  '<https://example.org/a>',
  '<b>html</b>',
  '&amp; &copy; &#35; &bogus;',
  '\\* \\[ \\] \\`',
  'line  \nbreak',
  'line\\\nbreak',
  'two\nlines',
  '**open',
  '*open',
  '`open',
  '[open',
  '[open](https://exa',
  '![open',
  'close**',
  'snake_case_word',
  '2 * 3 * 4',
  '5*x*y',
  '**a*b**c*',
  '🙂 e\u0301',
];

const formulas = [
  '$x^2$',
  'costs $5 and $10',
  '$$y$$',
  '\\(a+b\\)',
  '\\[c\\]',
  '$5, or 5$',
  '$open',
  'US$3',
  '$n$-th',
  '\\$ 1 $',
];

/** Emphasis beside characters that are written without spaces; the specification leaves its marks standing. */
const unspaced = ['日本**語**文', '**“引用”**と', '*（注）*参照'];

/** Addresses as plain text, which the library of comparison reads by other rules. */
const addresses = [
  'https://example.org/x.',
  'see www.example.org/a_b)',
  'mail a@example.org now',
  'http://localhost:1',
  'https://',
];

const blocks: ((text: (count?: number) => string) => string)[] = [
  (text) => text(),
  (text) => text(3),
  (text) => text(5),
  (text) => `# ${text()}`,
  (text) => `### ${text()} ###`,
  (text) => `${text()}\n===`,
  (text) => `${text()}\n---`,
  () => '---',
  () => '* * *',
  (text) => `- ${text()}\n- ${text()}\n- ${text()}`,
  (text) => `* ${text()}\n\n* ${text()}`,
  (text) => `1. ${text()}\n2. ${text()}\n   - ${text()}\n   - ${text()}\n3. ${text()}`,
  (text) => `3) ${text()}\n4) ${text()}`,
  (text) => `- ${text()}\n\n  ${text()}\n\n      code\n- ${text()}`,
  (text) => `- ${text()}\n${text()}\n  - ${text()}\n\n    ${text()}`,
  (text) => `-\n  ${text()}\n-\n- ${text()}`,
  (text) => `- \`\`\`\n  ${text()}\n\n  b\n  \`\`\`\n- ${text()}`,
  (text) => `> ${text()}\n> ${text()}\n${text()}`,
  (text) => `> - ${text()}\n> - ${text()}\n>\n> ${text()}`,
  (text) => `> ${text()}\n>> ${text()}\n> ${text()}`,
  (text) => `\`\`\`ts\n${text()}\n\n  more\n\`\`\``,
  (text) => `~~~~ info string\n${text()}\n~~~\n~~~~`,
  (text) => `\`\`\`\n${text()}`,
  (text) => `    ${text()}\n\n    more`,
  (text) => `| ${text()} | b |\n|---|:-:|\n| 1 | ${text()} |\n| 2 |\n| 3 | 4 | 5 |`,
  (text) => `words\n| a |\n|:-:|\n| ${text()} |\nmore`,
  (text) => `<div>\n${text()}\n</div>`,
  () => '<!-- comment -->',
];

/** A definition is part of a paragraph for us, as for the specification's own parsers; for the library it is a block. */
const definitions = [
  '[label]: https://example.org/label "A title"',
  '[other label]:\n  <https://example.org/other>\n  (title)',
  '[Label]: /second\n[third]: /third',
  '[broken]: <a b\n[broken too]: /x "y',
];
/** The library sees a table before the list that this stands in. */
const bareTable = 'a | b\n--- | --:\n`x\\|y` | **z**';
/** Within quotes the library turns tabs that it need not touch into spaces. */
const tabs = '\tcode\n\n\t\tcode';
const tasks = ['- [ ] open\n- [x] done\n- [X] done too\n- [ ]\n- [y] no'];
const formulaBlocks = [
  '$$\nx = 1\n$$',
  '$$ x $$',
  '\\[\na\n= b\n\\]',
  '\\[ x \\].',
  '$$\nopen\n- a\n\nafter',
  'words\n$$\nz\n$$\nwords',
  '- $$\n  x\n  $$\n- \\[\n  y\n- b',
  '> $$\n> x\n> $$',
  '> $$\n> x\nlazy',
  '$$\nx $$ y\n$$',
];

export interface Ingredients {
  /** What the library of comparison reads by other rules, or does not know. */
  ours: boolean;
}

/** A document made by chance: blocks of every kind, within each other, joined with and without blank lines, some damaged. */
export function randomDocument(seed: number, { ours }: Ingredients): string {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const words = ours ? [...inline, ...inline, ...formulas, ...addresses, ...unspaced] : inline;
  const text = (count = 1 + Math.floor(random() * 3)) =>
    Array.from({ length: count }, () => pick(words)).join(pick([' ', ' ', ' ', '']));
  const whole = ours ? [...tasks, ...formulaBlocks, ...definitions, bareTable, tabs] : [];
  const block = (depth = 0): string => {
    const made = random() < 0.2 && whole.length ? pick(whole) : pick(blocks)(text);
    const wrap = depth < 3 ? random() : 1;
    if (wrap < 0.1) return prefixed(block(depth + 1) + pick(['\n', '\n\n']) + made, '- ', '  ');
    if (wrap < 0.17) return prefixed(block(depth + 1), '> ', '> ');
    if (wrap < 0.24) return prefixed(made, '1. ', '   ');
    return made;
  };
  const count = 1 + Math.floor(random() * 6);
  let made = Array.from({ length: count }, () => block()).reduce(
    (before, next) => before + pick(['\n\n', '\n\n', '\n', '\n\n\n', '\n \n']) + next,
  );
  // The library looks for a table before a list and beyond lines that go on without their marks; we go by GFM's own parser.
  if (random() < 0.3 && (ours || !made.includes('|-'))) made = damaged(made, random, ours);
  if (random() < 0.1) made = made.replaceAll('\n', '\r\n');
  if (ours) return made + pick(['', '\n', '\n\n']);
  // Damaged links show their addresses, which only we make links of; four tildes are two marks only for the library; and
  // it does not end a last line of code.
  return `${made.replaceAll(/https?:\/\//g, 'ftp:/').replaceAll('e~~~~g', 'e~~ ~~g')}\n\n[label]: /label "A title"\n\n[other label]:\n<other>\n`;
}

function prefixed(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((line, index) => (line === '' && rest.trim() === '' && index > 0 ? '' : (index === 0 ? first : rest) + line))
    .join('\n');
}

/** Takes out, doubles or puts in a character here and there. */
function damaged(text: string, random: () => number, ours: boolean): string {
  // By characters, so that no pair is halved.
  let result = [...text];
  for (let times = 1 + Math.floor(random() * 4); times > 0; times -= 1) {
    const at = Math.floor(random() * result.length);
    const marks = ours ? '*_`[]()<>#-+|\n \\!&~$' : '*_`[]()<>-+\n \\!&';
    // A lone tilde strikes only for us; a lone digit after `&#` is a control character only for us.
    const put = random() < 0.4 ? '' : (marks[Math.floor(random() * marks.length)] ?? '');
    result = [...result.slice(0, at), put, ...result.slice(at + Math.floor(random() * 3))];
  }
  return result.join('');
}
