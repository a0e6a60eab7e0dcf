import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BlockParser } from '../../components/markdown/blocks';
import { CodeLines } from '../../components/markdown/code-lines';
import { GrowingDocument } from '../../components/markdown/growing-document';
import { Highlighter } from '../../components/markdown/highlighter';
import { grammarOf } from '../../components/markdown/languages';
import { TextView } from '../../components/markdown/text-view';
import { createMarkdownView } from '../../components/markdown/view';
import { answer, tokens } from '../bench/body.mjs';
import { Stage } from './stage';
import { installTinyDom, TinyElement, TinyText } from './tiny-dom';
import { labels } from './words';

let uninstall: () => void;
beforeAll(() => (uninstall = installTinyDom()));
afterAll(() => uninstall());

describe('what is drawn is left alone', () => {
  test('elements of whole blocks stay the same while others grow', () => {
    const stage = new Stage().add('# Title\n\nFirst **bold** text.\n\n- one\n- two\n\n```\ncode\n```\n\nGrow');
    const [...before] = stage.container.childNodes;
    const words = before.map((node) => (node as TinyElement).textContent);
    stage.add('ing and more.\n\nAnother one.\n\n- a list\n').end();
    before.forEach((node, index) => {
      expect(stage.container.childNodes[index]).toBe(node);
      if (index < before.length - 1) expect((node as TinyElement).textContent).toBe(words[index]);
    });
  });

  test('growing text is appended to its text node', () => {
    const stage = new Stage().add('Some **bold** te');
    const paragraph = stage.container.childNodes[0] as TinyElement;
    const text = paragraph.childNodes[2] as TinyText;
    const append = vi.spyOn(text, 'appendData');
    stage.add('xt that ').add('grows');
    expect(append.mock.calls).toEqual([['xt that'], [' grows']]);
    expect(paragraph.childNodes[2]).toBe(text);
  });

  test('the whole lines of a table and of code are not drawn again', () => {
    const stage = new Stage().add('| a | b |\n|---|---|\n| 1 | **2** |\n| 3 | 4');
    const rows = () =>
      ((stage.container.childNodes[0] as TinyElement).childNodes[0] as TinyElement).childNodes[1] as TinyElement;
    const first = rows().childNodes[0] as TinyElement;
    const cell = first.childNodes[1] as TinyElement;
    const touched = vi.spyOn(cell, 'insertBefore');
    stage.add(' |\n| 5 | 6 |\n').end();
    expect(rows().childNodes).toHaveLength(3);
    expect(rows().childNodes[0]).toBe(first);
    expect(touched).not.toHaveBeenCalled();
  });

  test('only the text that uses a label is drawn again when it is defined', () => {
    const stage = new Stage().add('See [one] here.\n\nNothing here.\n\n');
    const [user, other] = stage.container.childNodes as TinyElement[];
    const calls = [user, other].map((node) => vi.spyOn(node as TinyElement, 'replaceChild'));
    stage.add('[one]: https://example.org/\n\nEnd.').end();
    expect(user?.serialise()).toContain('href="https://example.org/"');
    expect(stage.container.childNodes[0]).toBe(user);
    expect(calls[1]).not.toHaveBeenCalled();
  });
});

describe('work grows with the text, not with its square', () => {
  /** Changes to nodes that a streamed answer of this size asks for. */
  function changes(size: number): number {
    const counted = [
      vi.spyOn(TinyElement.prototype, 'insertBefore'),
      vi.spyOn(TinyText.prototype, 'appendData'),
      vi.spyOn(TinyText.prototype, 'remove'),
    ];
    const stage = new Stage();
    for (const piece of tokens(answer(size)) as string[]) stage.add(piece);
    stage.end();
    const sum = counted.reduce((total, spy) => total + spy.mock.calls.length, 0);
    for (const spy of counted) spy.mockRestore();
    return sum;
  }

  test('ten times the answer asks for about ten times the changes', () => {
    expect(changes(60_000)).toBeLessThan(changes(6000) * 11);
  });

  test('each line is read once as a whole, and no line before it again', () => {
    const add = vi.spyOn(BlockParser.prototype, 'add');
    const source = answer(5000) as string;
    const stage = new Stage();
    for (const piece of tokens(source) as string[]) stage.add(piece);
    stage.end();
    expect(add.mock.calls.map(([line]) => line)).toEqual(source.replace(/\n$/, '').split('\n'));
    add.mockRestore();
  });

  test('text in one call is drawn in parts, one for each frame', () => {
    const frames: FrameRequestCallback[] = [];
    vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
    let now = 1000;
    // A slow machine: every look at the clock finds five milliseconds gone.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 5));
    const container = new TinyElement('div');
    const view = createMarkdownView(container as never, { labels, onLink() {} });
    view.update('A paragraph.\n\n'.repeat(250), true);
    const first = container.childNodes.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(250);
    let rounds = 0;
    for (; frames.length > 0 && rounds < 1000; rounds += 1) frames.shift()?.(now);
    expect(container.childNodes).toHaveLength(250);
    expect(rounds).toBeGreaterThan(5);
    clock.mockRestore();
    vi.unstubAllGlobals();
  });

  test('the first token shows at once, those that come faster than they are drawn show together, the end at once', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], now: 1000 });
    vi.advanceTimersByTime(1000);
    const container = new TinyElement('div');
    const view = createMarkdownView(container as never, { labels, onLink() {} });
    view.update('one', false);
    expect(container.textContent).toBe('one');
    vi.advanceTimersByTime(10);
    view.update('one two', false);
    view.update('one two three', false);
    expect(container.textContent).toBe('one');
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(40);
    expect(container.textContent).toBe('one two three');
    view.update('one two three four', false);
    expect(container.textContent).toBe('one two three');
    view.update('one two three four five', true);
    expect(container.textContent).toBe('one two three four five');
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test('what uses a label is drawn again in slices', () => {
    const redraw = vi.spyOn(TextView.prototype, 'redraw');
    const drawing = new GrowingDocument(new TinyElement('div') as never, { labels, onLink() {} });
    const users = '[a]\n\n'.repeat(200);
    const text = `${users}[a]: /b\n\n`;
    while (!drawing.advance(users, false));
    expect(drawing.advance(text, false)).toBe(false);
    expect(redraw.mock.calls.length).toBeGreaterThan(0);
    expect(redraw.mock.calls.length).toBeLessThan(100);
    while (!drawing.advance(text, false));
    expect(redraw).toHaveBeenCalledTimes(200);
    redraw.mockRestore();
  });
});

describe('blocks in great number', () => {
  const many = 2000;
  const widest = (node: TinyElement): number =>
    Math.max(
      node.childNodes.length,
      ...node.childNodes.map((child) => (child instanceof TinyElement ? widest(child) : 0)),
    );

  test.each([
    ['paragraphs', 'a\n\n'],
    ['items', '- a\n'],
    ['numbered items', '1. a\n'],
    ['paragraphs of a quote', '> a\n>\n'],
    ['blocks of an item', '    # a\n'],
    ['lines of code', '    a\n'.repeat(30)],
  ])('%s stand in parts, so that the browser never passes by all of them', (name, source) => {
    const { container, words } = new Stage()
      .add(`${name.startsWith('blocks') ? '1.  a\n' : ''}${source.repeat(many)}`)
      .end();
    expect(words.match(/a/g)?.length).toBeGreaterThanOrEqual(many);
    expect(widest(container)).toBeLessThanOrEqual(300);
  });

  test('a part that became empty goes away with its last block, and comes back', () => {
    const stage = new Stage().add('a\n\n'.repeat(256));
    const before = stage.tree;
    // A paragraph that turns out to be a definition leaves nothing.
    stage.add('Text').add('\n\n');
    expect(stage.container.childNodes).toHaveLength(257);
    expect((stage.container.childNodes[256] as TinyElement).className).toBe('part');
    expect(before).not.toContain('part');
    const defined = new Stage()
      .add(`${'a\n\n'.repeat(256)}[b]: /c`)
      .add('\n\n')
      .end();
    expect(defined.tree).toBe(new Stage().add(`${'a\n\n'.repeat(256)}[b]: /c\n\n`).end().tree);
    expect(defined.tree).not.toContain('part');
  });
});

test('text that goes on after its end stays on show until it is drawn anew', () => {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  const container = new TinyElement('div');
  const view = createMarkdownView(container as never, { labels, onLink() {} });
  const text = 'A **paragraph**.\n\n'.repeat(200);
  view.update(text, true);
  view.flush();
  const before = container.textContent;
  let now = performance.now() + 1000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 5));
  view.update(`${text}And more`, false);
  expect(frames).toHaveLength(1);
  expect(container.textContent).toBe(before);
  for (let rounds = 0; frames.length > 0 && rounds < 100; rounds += 1) {
    expect(container.textContent).toBe(before);
    frames.shift()?.(now);
  }
  expect(container.textContent).toBe(`${before}And more`);
  clock.mockRestore();
  vi.unstubAllGlobals();
  view.update(`${text}And more of it\n\nEnd`, true);
  view.flush();
  expect(container.serialise()).toBe(new Stage().add(`${text}And more of it\n\nEnd`).end().tree);
});

test('text that does not go on starts afresh', () => {
  const container = new TinyElement('div');
  const view = createMarkdownView(container as never, { labels, onLink() {} });
  const show = (text: string, done: boolean) => {
    view.update(text, done);
    view.flush();
    return container.textContent;
  };
  expect(show('One answer', false)).toBe('One answer');
  expect(show('Another', false)).toBe('Another');
  expect(show('Another one', true)).toBe('Another one');
  expect(show('Another one goes on', false)).toBe('Another one goes on');
  expect(show('', false)).toBe('');
  view.dispose();
});

describe('colour', () => {
  const colour = async (language: string, lines: string[]) => {
    const grammar = await grammarOf(language)?.();
    if (!grammar) throw new Error(`no grammar for ${language}`);
    const highlighter = new Highlighter(grammar);
    return lines.map((line) =>
      highlighter
        .line(line)
        .filter((token) => token.colour !== '')
        .map((token) => `${token.text}: ${token.colour}`),
    );
  };

  test('what one line opens goes on in the next', async () => {
    expect(await colour('ts', ['/* a', 'b */ let c = 1;'])).toEqual([
      ['/* a: comment'],
      ['b */: comment', 'let: keyword', 'c: title', '1: number'],
    ]);
    expect(await colour('python', ['x = """a', 'b"""', 'return None'])).toEqual([
      ['"""a: string'],
      ['b""": string'],
      ['return: keyword', 'None: keyword'],
    ]);
  });

  test.each([
    ['js', 'return "a"', 'return: keyword'],
    ['JSON', '{"a": 1}', '1: number'],
    ['bash', 'echo "a" # b', '# b: comment'],
    ['c++', 'int main() {', 'int: title'],
    ['php', '<?php return $a;', 'return: keyword'],
    ['rust', 'fn main() {}', 'fn: keyword'],
    ['go', 'func main() {}', 'func: keyword'],
    ['sql', "SELECT 'a'", "'a': string"],
    ['html', '<p class="a">', '"a": string'],
    ['css', 'a { color: red }', 'color: title'],
    ['yaml', '# a', '# a: comment'],
    ['dockerfile', 'FROM node', 'FROM: keyword'],
  ])('%s', async (language, line, token) => expect((await colour(language, [line]))[0]).toContain(token));

  test('nothing is guessed for a language without a name or a grammar', () => {
    for (const name of ['', 'text', 'nonsense', 'constructor', '__proto__']) expect(grammarOf(name)).toBeUndefined();
  });

  test('each line is read once, however the code comes, and no letter is lost', async () => {
    const grammar = await grammarOf('ts')?.();
    if (!grammar) throw new Error('no grammar');
    const code = Array.from({ length: 100 }, (_, line) => `const value${line} = "a ${line}"; // ${line}\n`).join('');
    const parent = new TinyElement('code');
    const lines = new CodeLines(parent as never);
    const highlighter = new Highlighter(grammar);
    const line = vi.spyOn(highlighter, 'line');
    for (let length = 0; length <= code.length; length += 7) {
      const whole = code.lastIndexOf('\n', length - 1) + 1;
      lines.show(code.slice(0, whole), code.slice(whole, length));
      lines.colour(highlighter, () => false);
    }
    lines.show(code, '');
    lines.colour(highlighter, () => false);
    expect(line).toHaveBeenCalledTimes(100);
    expect(parent.textContent).toBe(code);
    expect(parent.serialise()).toContain('<span className="keyword">[const]</span>');

    const atOnce = new TinyElement('code');
    const other = new CodeLines(atOnce as never);
    other.show(code, '');
    const second = new Highlighter(grammar);
    while (!other.colour(second, () => true));
    expect(atOnce.serialise().replaceAll('[]', '')).toBe(parent.serialise().replaceAll('[]', ''));
  });

  test('code that has ended keeps its elements, and its source for the buttons alone', async () => {
    const forget = vi.spyOn(CodeLines.prototype, 'forget');
    const stage = new Stage().add('```ts\nlet a = 1;\n').add('let b = 2;\n');
    await grammarOf('ts')?.();
    await Promise.resolve();
    expect(forget).not.toHaveBeenCalled();
    stage.add('```\n\nWords').end();
    await vi.waitFor(() => expect(forget).toHaveBeenCalledOnce());
    expect(stage.tree.match(/className="keyword"/g)).toHaveLength(2);
    expect(stage.words).toContain('let a = 1;\nlet b = 2;\n');
    forget.mockRestore();
  });

  test('code is coloured in slices', async () => {
    const grammar = await grammarOf('ts')?.();
    if (!grammar) throw new Error('no grammar');
    const parent = new TinyElement('code');
    const lines = new CodeLines(parent as never);
    lines.show('let a = 1;\n'.repeat(1000), '');
    const highlighter = new Highlighter(grammar);
    expect(lines.colour(highlighter, () => true)).toBe(false);
    const first = parent.serialise().match(/keyword/g)?.length ?? 0;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(50);
    while (!lines.colour(highlighter, () => true));
    expect(parent.serialise().match(/keyword/g)).toHaveLength(1000);
  });
});
