import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BlockParser } from '../../components/markdown/blocks';
import { CodeLines } from '../../components/markdown/code-lines';
import { Highlighter } from '../../components/markdown/highlighter';
import { grammarOf } from '../../components/markdown/languages';
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
    view.update('A paragraph.\n\n'.repeat(500), true);
    const first = container.childNodes.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(500);
    let rounds = 0;
    for (; frames.length > 0 && rounds < 1000; rounds += 1) frames.shift()?.(now);
    expect(container.childNodes).toHaveLength(500);
    expect(rounds).toBeGreaterThan(5);
    clock.mockRestore();
    vi.unstubAllGlobals();
  });

  test('tokens that come faster than frames are drawn together', () => {
    const frames: FrameRequestCallback[] = [];
    vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    const container = new TinyElement('div');
    const view = createMarkdownView(container as never, { labels, onLink() {} });
    view.update('one', false);
    expect(container.textContent).toBe('one');
    view.update('one two', false);
    view.update('one two three', false);
    expect(container.textContent).toBe('one');
    expect(frames).toHaveLength(1);
    frames[0]?.(1016);
    expect(container.textContent).toBe('one two three');
    clock.mockRestore();
    vi.unstubAllGlobals();
  });
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
