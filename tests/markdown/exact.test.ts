import { afterAll, beforeAll, expect, test } from 'vitest';
import { examples, randomDocument, seeded } from './documents';
import { Stage, treeOf } from './stage';
import { installTinyDom, type TinyElement } from './tiny-dom';

let uninstall: () => void;
beforeAll(() => (uninstall = installTinyDom()));
afterAll(() => uninstall());

const cuts: Record<string, (text: string, random: () => number) => string[]> = {
  'each character': (text) => [...inPieces(text, () => 1)],
  'tokens of one to seven characters': (text, random) => [...inPieces(text, () => 1 + Math.floor(random() * 7))],
  'pieces of up to eighty characters': (text, random) => [...inPieces(text, () => 1 + Math.floor(random() * 80))],
  'whole lines': (text) => text.split(/(?<=\n)/),
  'from line end to line end': (text) => text.split(/(?=\r?\n)/),
};

function* inPieces(text: string, length: () => number): Generator<string> {
  for (let at = 0; at < text.length;) {
    const next = at + length();
    yield text.slice(at, next);
    at = next;
  }
}

const random = seeded(5);
const documents = [
  ...examples.map(({ number, source }) => [`example ${number}`, source] as const),
  ...Array.from({ length: 2000 }, (_, seed) => [`seed ${seed}`, randomDocument(seed, { ours: true })] as const),
];

test(
  `each of ${documents.length} documents ends as the tree of one reading, however it is cut`,
  { timeout: 240_000 },
  () => {
    for (const [name, source] of documents) {
      const whole = treeOf([source]);
      for (const [how, cut] of Object.entries(cuts)) {
        expect(treeOf(cut(source, random)), `${name}, cut into ${how}:\n${source}`).toBe(whole);
      }
    }
  },
);

test('the trees compared are trees: they hold what the text says, and differ where texts differ', () => {
  const one = treeOf(['# Title\n\n- **bold** [a](https://a.example/)\n']);
  expect(one).toContain('<h3 dir="auto">[Title]</h3>');
  expect(one).toContain('<strong>[bold]</strong>');
  expect(one).not.toBe(treeOf(['# Title\n\n- *bold* [a](https://a.example/)\n']));
});

test.each([
  ['- one\n- שתיים', 'ltr'],
  ['1. **12:** אחת\n2. two', 'rtl'],
  ['- > سلام\n', 'rtl'],
  ['- ```\n  code\n  ```\n- word', 'ltr'],
  ['- 1\n- 2', ''],
])('the marks of %j stand where its first letter begins', (source, direction) => {
  const whole = new Stage().add(source).end();
  const list = whole.container.childNodes[0] as TinyElement;
  expect(list.dir).toBe(direction);
  expect(treeOf(source)).toBe(whole.tree);
});
