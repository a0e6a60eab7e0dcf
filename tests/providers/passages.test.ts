import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asksForWriting } from '../../providers/passage-words';
import { asksForAll, choosePassages, passagesOf, rank } from '../../providers/passages';

const words = (text: string): string[] => text.match(/\p{L}+/gu) ?? [];
const filler = (length: number, word = 'filler'): string =>
  `${`${word} `.repeat(Math.ceil(length / (word.length + 1))).trim()}.`;

describe('passagesOf', () => {
  it('puts passages under their headings', () => {
    const text = '# A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree\n\n# D\n\nfour';
    expect(passagesOf(text).map(({ headings, text: own }) => [headings.join('/'), own])).toEqual([
      ['A', 'one'],
      ['A/B', 'two'],
      ['A/C', 'three'],
      ['D', 'four'],
    ]);
  });

  // What takes the square of their number takes minutes here; the time limit of a test is what tells.
  it.each(['\t', ' ', '\u00A0'])('loses no word between half a million of %j', (sign) => {
    const text = `one${sign.repeat(500_000)}two`;
    expect(passagesOf(text).flatMap((passage) => words(passage.text))).toEqual(['one', 'two']);
  });

  it('ends a passage at a blank line when it is long enough, and not before', () => {
    const [long, short] = [filler(600), filler(100)];
    expect(passagesOf(`${long}\n\n${short}\n\n${short}`).map(({ text }) => text)).toEqual([
      long,
      `${short}\n\n${short}`,
    ]);
  });

  it('keeps a term with what is said about it', () => {
    const passages = passagesOf(`${filler(600)}\n\ngc.auto\n\n${filler(600)}`);
    expect(passages[1]?.text.startsWith('gc.auto\n\nfiller')).toBe(true);
  });

  it('keeps a line that announces something with what it announces', () => {
    const passages = passagesOf(`${filler(600)} For example:\n\n\`\`\`\ncode\n\`\`\``);
    expect(passages).toHaveLength(1);
  });

  it('does not take a comment in code for a heading, nor a blank line in it for an end', () => {
    const code = `\`\`\`sh\n${'x\n'.repeat(300)}\n# not a heading\n\`\`\``;
    const [only, ...more] = passagesOf(code);
    expect(more).toEqual([]);
    expect(only?.headings).toEqual([]);
  });

  it('closes code that is cut, and opens it again', () => {
    const code = `\`\`\`js\n${`${'y'.repeat(99)}\n`.repeat(30)}\`\`\``;
    const passages = passagesOf(code);
    expect(passages.length).toBeGreaterThan(2);
    for (const { text } of passages) expect(text.match(/^```/gm)).toHaveLength(2);
  });

  it('cuts long lines after sentences or words, and loses nothing', () => {
    const line = Array.from({ length: 300 }, (_, place) => `Sentence number ${place} is here.`).join(' ');
    const passages = passagesOf(line);
    for (const { text } of passages) {
      expect(text.length).toBeLessThanOrEqual(1200);
      expect(text).toMatch(/\.$/);
    }
    expect(passages.map(({ text }) => text).join(' ')).toBe(line);
  });

  it('loses no word of any text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        '',
        '# ah',
        '## bee',
        '```',
        '- item',
        '| a | b |',
        'label',
        'It ends:',
        filler(300, 'wide'),
        filler(1500, 'wider'),
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const text = lines.join('\n');
        const passages = passagesOf(text);
        const own = passages.flatMap((passage) => words(passage.text));
        const inFences = /^\s*```/m.test(text);
        // Words of headings stand in `headings`, as often as they have passages.
        const wanted = text.split('\n').flatMap((one) => (!inFences && /^#{1,6} ./.test(one) ? [] : words(one)));
        if (inFences) expect(own.length).toBeLessThanOrEqual(wanted.length * 2);
        else expect(own).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });
});

describe('rank', () => {
  const passages = passagesOf(
    [
      '# Kitchen',
      'Bread needs flour, water and salt. Knead the dough for ten minutes.',
      '# Garden',
      'Tomatoes want sun. Water them in the morning.',
      '# Küche',
      'Für den Teig braucht man Mehl und Hefe.',
      '# 厨房',
      '面包需要面粉和水。',
      '# Options',
      'pack.packSizeLimit: the greatest size of a pack.',
    ].join('\n\n'),
  );
  const best = (question: string) => rank(passages, question)[0]?.headings[0];

  it.each([
    ['How long do I knead bread?', 'Kitchen'],
    ['When should tomatoes be watered?', 'Garden'],
    ['kneading', 'Kitchen'],
    ['Wie viel Mehl braucht der Teig?', 'Küche'],
    ['fur den teig', 'Küche'],
    ['面粉', '厨房'],
    ['what does packSizeLimit do', 'Options'],
    ['tomatos', 'Garden'],
    ['explain the garden', 'Garden'],
  ])('%s', (question, heading) => {
    expect(best(question)).toBe(heading);
  });

  it('finds nothing where nothing fits, and nothing for a question without content', () => {
    expect(rank(passages, 'quantum chromodynamics')).toEqual([]);
    expect(rank(passages, 'Summarise this page in a few sentences.')).toEqual([]);
    expect(rank(passages, '')).toEqual([]);
    expect(rank([], 'bread')).toEqual([]);
  });
});

describe('what a question wants', () => {
  it.each([
    'Summarise this in a few sentences.',
    'List the key points.',
    'Explain this in plain words.',
    'What is this about?',
    'tl;dr',
    '',
  ])('all of it: %j', (question) => {
    expect(asksForAll(question)).toBe(true);
  });

  it.each(['What does the key point to?', 'Explain rebasing', 'summarise the chapter on rebasing'])(
    'something: %j',
    (question) => {
      expect(asksForAll(question)).toBe(false);
    },
  );

  it.each([
    'Translate this to German. Give only the translation.',
    'please rewrite it',
    'Correct spelling, grammar and style of this text.',
  ])('a text of its own: %j', (question) => {
    expect(asksForWriting(question)).toBe(true);
  });

  it('does not take a question about translation for a translation', () => {
    expect(asksForWriting('Who may translate the manual?')).toBe(false);
  });
});

describe('choosePassages', () => {
  const section = (name: string, about: string) => `# ${name}\n\n${filler(700, about)}`;
  const names = Array.from({ length: 40 }, (_, place) => `Part ${place}`);
  const page = {
    text: names.map((name, place) => section(name, place === 23 ? 'zebra' : `word${place}`)).join('\n\n'),
  };

  it('leaves a page alone that fits', () => {
    expect(choosePassages(page, 'zebra', page.text.length).text).toBe(page.text);
  });

  it('sends what bears on the question, the beginning and the neighbours, in order, and says how much', () => {
    const { text, sent, of } = choosePassages(page, 'Where is the zebra?', 4000);
    expect(text.length).toBeLessThanOrEqual(4000);
    expect(text).toContain('zebra');
    expect(text.startsWith('# Part 0')).toBe(true);
    expect(text).toContain('# Part 22');
    expect(text.indexOf('# Part 22')).toBeLessThan(text.indexOf('# Part 23'));
    expect(text).toContain('[…]');
    expect([sent, of]).toEqual([5, 40]);
  });

  it('sends the beginning where the question names nothing', () => {
    const { text } = choosePassages(page, 'Summarise this page.', 3000);
    expect(text.startsWith('# Part 0')).toBe(true);
    expect(text).toContain('# Part 1\n');
    expect(text.endsWith('[…]')).toBe(true);
  });

  it('never sends more than there is room for, whatever the page', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('# Heading', '## Sub', '', filler(400), '```'), fc.string()), {
          maxLength: 60,
        }),
        fc.string(),
        fc.nat(5000),
        (lines, question, characters) => {
          const { text, sent, of } = choosePassages({ text: lines.join('\n') }, question, characters);
          expect(text.length).toBeLessThanOrEqual(characters);
          expect(sent).toBeLessThanOrEqual(of);
        },
      ),
      { numRuns: 500 },
    );
  });
});
