import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostile } from './hostile-inputs';
import { Stage } from './stage';
import { installTinyDom, TinyElement } from './tiny-dom';

let uninstall: () => void;
beforeAll(() => (uninstall = installTinyDom()));
afterAll(() => uninstall());

const size = 100_000;

function depthOf(node: TinyElement): number {
  return 1 + Math.max(0, ...node.childNodes.map((child) => (child instanceof TinyElement ? depthOf(child) : 0)));
}

function countOf(node: TinyElement): number {
  return node.childNodes.reduce((sum, child) => sum + (child instanceof TinyElement ? countOf(child) : 1), 1);
}

// What would cost the square of its length takes minutes at this size; the time limit of a test is what tells.
describe.each(Object.entries(hostile))('%s', (_name, make) => {
  test('is shown, whole and in pieces, as the same tree of bounded depth', { timeout: 60_000 }, () => {
    const source = make(size);
    const whole = new Stage().add(source).end();
    const stage = new Stage();
    for (let at = 0; at < source.length; at += 997) stage.add(source.slice(at, at + 997));
    expect(stage.end().tree).toBe(whole.tree);
    expect(depthOf(whole.container)).toBeLessThan(320);
  });
});

describe('what is too large to draw', () => {
  test.each([
    ['a line of a megabyte', 'word '.repeat(200_000)],
    ['ten thousand brackets', '['.repeat(10_000)],
    ['a table of 500 columns', `${'|a'.repeat(500)}|\n${'|-'.repeat(500)}|\n${'|b'.repeat(500)}|\n`],
    ['a table of many cells', `|a|b|\n|-|-|\n${'|c|d|\n'.repeat(5000)}`],
  ])('%s shows as plain text, with a button that draws it all the same', (_name, source) => {
    const { tree, container } = new Stage().add(source).end();
    expect(tree).toContain('[Too large]');
    expect(tree).toContain('<button>[Render anyway]</button>');
    expect(countOf(container)).toBeLessThan(2000);
  });

  test('the block beside it is drawn as ever', () => {
    expect(new Stage().add(`${'['.repeat(10_000)}\n\n**bold**\n`).end().tree).toContain('<strong>[bold]</strong>');
  });

  test('the text that shows is all of it', () => {
    const source = 'word '.repeat(200_000).trim();
    expect(new Stage().add(source).end().words).toContain(source);
  });

  test('a large answer of ordinary blocks is drawn in full', () => {
    const { tree } = new Stage().add('Some **bold** words in a line.\n\n'.repeat(5000)).end();
    expect(tree).not.toContain('Too large');
    expect(tree.match(/<strong>/g)).toHaveLength(5000);
  });
});
