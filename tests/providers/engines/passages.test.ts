import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import type { ChatEvent, ChatRequest, PagePart, QuotePart, Turn, UserPart } from '../../../core/chat';
import { createPassages } from '../../../providers/engines/passages';
import type { PassagesWords } from '../../../providers/engines/passages';

const words: PassagesWords = {
  nothingAttached: () => 'NOTHING ATTACHED',
  found: (title) => `FOUND in ${title}`,
  notFound: (title) => `NOT FOUND in ${title}`,
  beginning: (title) => `BEGINNING of ${title}`,
  cannotWrite: () => 'CANNOT WRITE',
  headings: () => 'HEADINGS',
  show: () => 'SHOW',
  untitled: () => 'UNTITLED',
};
const engine = createPassages(words);

const source = { title: 'Baking', url: 'https://bake.example/bread?x=(1)' };
const page = (text: string, from = source): PagePart => ({
  type: 'page',
  id: 'p',
  text,
  source: from,
  hidden: 0,
  removed: 0,
});
const quote = (text: string): QuotePart => ({ type: 'quote', id: 'q', text, source });
const asked = (...parts: UserPart[]): Turn => ({ role: 'user', parts });
const question = (text: string): UserPart => ({ type: 'text', text });

async function eventsOf(turns: Turn[], signal = new AbortController().signal): Promise<ChatEvent[]> {
  const chat: ChatRequest = { model: 'passages', turns, stream: true };
  const events: ChatEvent[] = [];
  for await (const event of engine.run(chat, signal)) events.push(event);
  return events;
}
const answerTo = async (...turns: Turn[]): Promise<string> =>
  (await eventsOf(turns)).map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

const bread = `# Bread

Knead the dough for ten minutes, then let it rest.

## Salt

Two percent of the flour's weight is a good amount of salt.

## Oven

Bake it at 230 degrees, with steam at the beginning.`;

describe('Passages', () => {
  it('is always there, and ends once', async () => {
    expect(await engine.availability()).toBe('available');
    const events = await eventsOf([asked(page(bread), question('How much salt?'))]);
    expect(events.filter(({ type }) => type === 'end' || type === 'error')).toEqual([
      { type: 'end', finish: { reason: 'stop' } },
    ]);
    expect(events.at(-1)?.type).toBe('end');
  });

  it('quotes the passage that bears on the question, under its headings, with a link to its place', async () => {
    const answer = await answerTo(asked(page(bread), question('How much salt?')));
    expect(answer).toContain('FOUND in Baking');
    expect(answer).toContain('**Bread › Salt**');
    expect(answer).toContain("> Two percent of the flour's weight is a good amount of salt.");
    expect(answer).toContain('[SHOW](<https://bake.example/bread?x=(1)#:~:text=Two%20percent%20of');
    expect(answer).not.toContain('Knead');
  });

  it('shows how the page begins and its headings where the question asks for all of it', async () => {
    const answer = await answerTo(asked(page(bread), question('Summarise this page')));
    expect(answer).toContain('BEGINNING of Baking');
    expect(answer).toContain('> Knead the dough');
    expect(answer).toContain('- [Oven](<https://bake.example/bread?x=(1)#:~:text=Oven>)');
  });

  it('says when it found nothing', async () => {
    expect(await answerTo(asked(page(bread), question('What about quarks?')))).toContain('NOT FOUND in Baking');
  });

  it('says that it cannot write', async () => {
    expect(await answerTo(asked(quote('Hola'), question('Translate this to German.')))).toMatch(/^CANNOT WRITE/);
  });

  it('explains itself when nothing is attached', async () => {
    expect(await answerTo(asked(question('Hello')))).toBe('NOTHING ATTACHED');
  });

  it('answers about a selection, and about what an earlier question had', async () => {
    const first = asked(quote('The cat sat on the mat.'), question('Where is the cat?'));
    expect(await answerTo(first)).toContain('> The cat sat on the mat.');
    const later: Turn[] = [
      first,
      { role: 'assistant', parts: [{ type: 'text', text: 'x' }] },
      asked(question('And the mat?')),
    ];
    expect(await answerTo(...later)).toContain('> The cat sat on the mat.');
  });

  it('has no link where there is no address of the web', async () => {
    for (const url of ['', 'file:///home/x.html', 'chrome://about'])
      expect(await answerTo(asked(page(bread, { title: 'T', url }), question('salt')))).not.toContain('SHOW');
  });

  it('names what has no title', async () => {
    expect(await answerTo(asked(page(bread, { title: ' ', url: '' }), question('salt')))).toContain(
      'FOUND in UNTITLED',
    );
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await eventsOf([asked(page(bread), question('salt'))], stop.signal)).toEqual([
      { type: 'error', error: { kind: 'aborted', message: '' } },
    ]);
  });
});

describe('quotes in Markdown', () => {
  const markdown = new MarkdownIt({ html: false, linkify: false });
  /** The text that a Markdown view shows, without white space. */
  const shown = (answer: string) =>
    markdown
      .parse(answer, {})
      .flatMap((token) => [
        token.type === 'fence' ? token.content : '',
        ...(token.children ?? []).map((child) => child.content),
      ])
      .join('')
      .replace(/\s+/g, '');

  it.each([
    ['emphasis', 'a *b* _c_ **d** `e` ~~f~~'],
    ['a link and a picture', '[x](https://evil.example) ![y](https://evil.example/y.png) <https://evil.example>'],
    ['HTML', '<img src=x onerror=alert(1)> &amp; <b>'],
    ['a heading and lines that look like one', '#hash\n# not here\ntext\n===\ntext\n---'],
    ['a reference', '[x]: https://evil.example\n[x]'],
    ['a backslash', 'C:\\new\\*'],
    ['math', 'it costs $5 and $6'],
    ['plus and minus', '+ 1\n- 2\n* 3'],
  ])('shows %s as it stands on the page', async (_, text) => {
    const answer = await answerTo(asked(quote(`needle ${text}`), question('needle')));
    const tokens = markdown.parse(answer, {}).flatMap((token) => [token, ...(token.children ?? [])]);
    const links = tokens.filter(({ type }) => type === 'link_open').map((token) => String(token.attrGet('href')));
    expect(links.every((link) => link.startsWith('https://bake.example/'))).toBe(true);
    expect(tokens.some(({ type }) => type === 'image' || type === 'html_inline' || type === 'html_block')).toBe(false);
    expect(shown(answer)).toContain(text.replace(/\s+/g, ''));
  });

  it('keeps lists, tables and code', async () => {
    const text = '- needle one\n- two\n\n| a | b |\n| --- | --- |\n| 1\\|2 | *3* |\n\n```js\nf(*x*)\n```';
    const tokens = markdown.parse(await answerTo(asked(page(text), question('needle'))), {});
    expect(tokens.filter(({ type }) => type === 'list_item_open')).toHaveLength(2);
    expect(tokens.filter(({ type }) => type === 'td_open')).toHaveLength(2);
    expect(tokens.find(({ type }) => type === 'fence')?.content).toBe('f(*x*)\n');
    const cells = tokens.filter((token, place) => tokens[place - 1]?.type === 'td_open' && token.type === 'inline');
    expect(cells.map((token) => token.children?.map(({ content }) => content).join(''))).toEqual(['1|2', '*3*']);
  });

  it('a title cannot become anything else', async () => {
    const title = '**bold** [x](javascript:alert(1)) <img src=x>';
    const answer = await answerTo(asked(page(bread, { title, url: source.url }), question('salt')));
    expect(shown(answer)).toContain(title.replace(/\s+/g, ''));
  });
});
