import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded } from './documents';
import { Stage } from './stage';
import { installTinyDom, TinyElement, TinyText } from './tiny-dom';

let uninstall: () => void;
beforeAll(() => (uninstall = installTinyDom()));
afterAll(() => uninstall());

/** Every visible character that is no space, with the elements it stands in. A link counts as one from its first letter on. */
function looks(node: TinyElement, path = ''): string[] {
  if (node.hidden) return [];
  return node.childNodes.flatMap((child) => {
    if (child instanceof TinyElement) {
      if (child.className === 'code-bar') return [`${path}>${child.textContent}`];
      const name = child.className.startsWith('pending') ? 'a' : child.localName;
      return looks(child, `${path}>${name}${child.className.includes('formula') ? '.formula' : ''}`);
    }
    return child instanceof TinyText
      ? [...child.data].filter((letter) => letter.trim() !== '').map((letter) => `${letter} in ${path}`)
      : [];
  });
}

/** Shows every beginning of `source`, and expects that what is seen stays: same letters, same order, same elements. */
function expectNoFlash(source: string): void {
  const final = looks(new Stage().add(source).end().container);
  const stage = new Stage();
  for (let length = 1; length <= source.length; length += 1) {
    stage.add(source[length - 1] ?? '');
    const shown = looks(stage.container);
    expect(shown, `after ${JSON.stringify(source.slice(0, length))}`).toEqual(final.slice(0, shown.length));
  }
}

const inline = [
  'plain words, some of them',
  '**strong words**',
  '*emphasised words*',
  '_under words_',
  '***both of them***',
  '~~gone words~~',
  '`code * here`',
  '``code ` here``',
  '[a link](https://example.org/a?b=c "with a title")',
  '[**strong** link](https://example.org/a_(b))',
  '![an image](https://example.org/i.png)',
  '<https://example.org/auto>',
  'https://example.org/bare',
  '&amp; &copy;',
  'costs $5 and $10 or US$3',
  '$x^2 + y$',
  '$$y = x$$',
  '\\(a + b\\)',
  'a \\* b',
  'snake_case_name',
  '2 * 3 * 4',
  'wow! yes!',
  'a note [1] and [2]',
  'www.example.org/a',
  '<b>html</b>',
  'AT&T',
  '日本**語**文',
];

const blocks: ((text: () => string) => string)[] = [
  (text) => text(),
  (text) => `# ${text()}`,
  (text) => `#### ${text()}`,
  (text) => `- ${text()}\n- ${text()}\n  - ${text()}\n- ${text()}`,
  (text) => `* ${text()}\n* ${text()}`,
  (text) => `1. ${text()}\n2. ${text()}\n10. ${text()}`,
  (text) => `- [ ] ${text()}\n- [x] ${text()}`,
  (text) => `> ${text()}\n> ${text()}`,
  (text) => `\`\`\`python\nif a < b:\n    return "*${'`'}*"\n\`\`\`\n\n${text()}`,
  (text) => `~~~\n**code**\n~~~\n\n${text()}`,
  (text) => `- ${text()}\n\n  \`\`\`ts\n  let a = 1;\n  \`\`\`\n- ${text()}`,
  (text) => `| Name | ${text()} |\n|:-----|-----:|\n| a | ${text()} |\n| ${text()} | b |\n\n${text()}`,
  (text) => `${text()}\n\n---\n\n${text()}`,
  (text) => `${text()}\n\n$$\n\\frac{a}{b}\n= c\n$$\n\n${text()}`,
  (text) => `${text()}\n\\[\nx < y\n\\]\n${text()}`,
];

describe('what has been shown stays as it is', () => {
  test.each(inline)('%s', (text) => {
    expectNoFlash(`Before ${text} after.\n\n- ${text}\n`);
    expectNoFlash(text);
  });

  test('300 documents of well-formed blocks', { timeout: 120_000 }, () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const random = seeded(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
      const text = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(inline)).join(' ');
      expectNoFlash(Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(blocks)(text)).join('\n\n'));
    }
  });

  test.each([
    ['a list after text is no underlined heading', 'Text\n- item\n'],
    ['a rule is no list', 'a\n\n---\n'],
    ['a number is no list', '12 apples\n'],
    ['a definition is never text', 'See it.\n\n[label]: https://example.org/a "t"\n'],
    ['the language of a fence comes whole', '```typescript\nlet a;\n```\n'],
  ])('%s', (_name, source) => expectNoFlash(source));
});

test('an image shows nothing of itself before it is whole', () => {
  const stage = new Stage();
  for (const letter of 'See ![the alt text](https://example.org/i.pn') stage.add(letter);
  expect(stage.words).toBe('See ');
  expect(stage.add('g) there').words).toContain('the alt text – Image from example.org');
});

test('half a link is its words, and leads nowhere', () => {
  const stage = new Stage().add('See [the notes](https://evil.exa');
  expect(stage.words).toBe('See the notes');
  expect(stage.tree).not.toContain('href');
  expect(stage.add('mple/a)').tree).toContain('href="https://evil.example/a"');
});

test('words in brackets are shown without them until it is clear that they are no link', () => {
  const stage = new Stage().add('Text [see below');
  expect(stage.words).toBe('Text see below');
  expect(stage.add('] and').words).toBe('Text [see below] and');
});

test('text that is not what it seemed shows as it is after all', () => {
  expect(new Stage().add('2 **3 and [x').end().words).toBe('2 **3 and [x');
  expect(new Stage().add('`open and ![no').end().words).toBe('`open and ![no');
  expect(new Stage().add('$open \\alpha').end().words).toBe('$open \\alpha');
  expect(new Stage().add('$$\nopen').end().words).toBe('$$\nopen');
});
