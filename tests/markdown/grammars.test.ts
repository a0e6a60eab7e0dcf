/** Code is a server's words as well: no line of it may take the panel away, and what makes that so changes no colour. */
import { yaml as asPublished } from '@codemirror/legacy-modes/mode/yaml';
import { StringStream } from '@codemirror/streamparser';
import { describe, expect, test, vi } from 'vitest';
import { Highlighter, longestLine as length, type Token } from '../../components/markdown/highlighter';
import { grammarOf, type Grammar } from '../../components/markdown/languages';
import { seeded } from './documents';
import { everyLanguage } from './every-language';

async function loaded(language: string): Promise<Grammar> {
  const grammar = await grammarOf(language)?.();
  if (!grammar) throw new Error(`no grammar for ${language}`);
  return grammar;
}

const signs = [...`a1 "'\`\\/*#$@!%^&()[]{}<>=+-_.,:;|~?`];
const picker = (seed: number) => {
  const random = seeded(seed);
  return <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
};

/** Where patterns go astray: one sign over and over, two by turns, and long runs beside each other. */
function hostileLines(): string[] {
  const pick = picker(1);
  const runs = Array.from({ length: 60 }, () => [pick(signs), pick(signs), pick(signs)]);
  return [
    ...signs.map((sign) => sign.repeat(length)),
    ...runs.map(([one = '', two = '']) => (one + two).repeat(length / 2)),
    ...runs.map((three) => three.map((sign) => sign.repeat(length / 3)).join('')),
    ...runs.map(([one = '', two = '', three = '']) => one + two.repeat(length - 2) + three),
  ];
}

// A grammar that takes more than the square of a line's length does not come to an end here: 640 spaces in YAML took 16 s.
test.each(everyLanguage)('%s reads hostile lines to their ends', async (language) => {
  const grammar = await loaded(language);
  for (const line of hostileLines()) {
    const read = new Highlighter(grammar).line(line);
    expect(read.map(({ text }) => text).join('')).toBe(line);
  }
});

/** Something of every language, and of none. */
const pieces =
  'a key : , ; - "s" \' # // /* */ { } [ ] ( ) | > < &x *x 12 3.4 true if function $v @b http://x --- ... \\ ! ` %c% => <<E'.split(
    ' ',
  );
const documents = Array.from({ length: 400 }, (_, seed) => {
  const pick = picker(seed);
  const line = () => Array.from({ length: 7 }, () => pick([...pieces, ' ', '  ', ': ', '- ', ' # '])).join('');
  return [line(), line(), pick(['', line()]), line()];
});

/** The colours and styles of lines, read by our own stream and by the library's. */
function styles(grammar: Grammar, lines: readonly string[]): { ours: string[]; published: string[] } {
  const ours: string[] = [];
  const noting: Grammar = {
    ...grammar,
    token(stream, state) {
      const style = grammar.token(stream, state);
      ours.push(`${style} ${stream.current()}`);
      return style;
    },
  };
  const highlighter = new Highlighter(noting);
  for (const line of lines) highlighter.line(line);

  const published: string[] = [];
  const state = grammar.startState?.(2) ?? {};
  for (const line of lines) {
    if (line === '') grammar.blankLine?.(state, 2);
    const stream = new StringStream(line, 4, 2);
    for (let tries = 0; !stream.eol();) {
      published.push(`${grammar.token(stream, state)} ${stream.current()}`);
      if (stream.pos > stream.start) tries = 0;
      else if ((tries += 1) > 10) stream.pos += 1;
      stream.start = stream.pos;
    }
  }
  return { ours, published };
}

describe('colours are those of the grammar as it was published', () => {
  test.each(everyLanguage)('%s', async (language) => {
    const grammar = await loaded(language);
    // Some grammars remember the last style of whatever they read before, so both begin with the same.
    for (const lines of documents) {
      const { ours, published } = styles(grammar, ['.a', ...lines, '.a']);
      expect(ours).toEqual(published);
    }
  });

  test('YAML, which is not let look for a key where there is none', async () => {
    const colours = (grammar: Grammar, lines: readonly string[]): Token[][] => {
      const highlighter = new Highlighter(grammar);
      return lines.map((line) => highlighter.line(line));
    };
    const ours = await loaded('yaml');
    for (const lines of documents) expect(colours(ours, lines)).toEqual(colours(asPublished, lines));
  });
});

test('after three slow lines the rest keeps one colour, and loses no letter', async () => {
  const highlighter = new Highlighter(await loaded('js'));
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 30));
  const read = Array.from({ length: 5 }, () => highlighter.line('return "a";'));
  clock.mockRestore();
  expect(read.map((line) => line.length > 1)).toEqual([true, true, true, false, false]);
  expect(read.map((line) => line.map(({ text }) => text).join(''))).toEqual(read.map(() => 'return "a";'));
});
