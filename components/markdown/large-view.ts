import { CodeLines } from './code-lines';
import { element, type BlockView, type Drawing } from './drawing';
import type { Block } from './tree';

/** What one block may cost to draw without holding the page up; measured in docs/performance.md. */
const mostText = 32_000;
const mostMarks = 4000;
const mostColumns = 100;
const mostCells = 6000;
/** Lines of the source to lay out at once. */
const linesTogether = 200;

/** What makes elements, turns the direction of text, or needs another font. */
const marks = /[*_~`[\]<$!\\&:\u200B-\u200F\u202A-\u202E\u2066-\u2069\uD800-\uDFFF\uFFFD]/g;

/** Whether drawing the block would take so long that it is shown as plain text first. */
export function tooLarge(block: Block): boolean {
  switch (block.kind) {
    case 'paragraph':
    case 'heading': {
      const { text } = block;
      return text.length > mostText || (text.length > mostMarks && (text.match(marks)?.length ?? 0) > mostMarks);
    }
    case 'table':
      return block.header.length > mostColumns || block.header.length * block.lines.length > mostCells;
    case 'document':
    case 'quote':
    case 'list':
    case 'item':
    case 'rule':
    case 'code':
    case 'formula':
      return false;
    default:
      return block satisfies never;
  }
}

function sourceOf(block: Block): string {
  if (block.kind === 'table') return block.lines.join('\n');
  return 'text' in block ? block.text : '';
}

/** The source of a block too large to draw, and a button that draws it all the same. */
export class LargeView implements BlockView {
  readonly element = element('div', 'large');
  private readonly make: () => BlockView;
  private readonly lines: CodeLines;
  private block: Block;
  private settled = false;
  private drawn: BlockView | undefined;

  constructor(drawing: Drawing, block: Block, make: () => BlockView) {
    this.block = block;
    this.make = make;
    const note = element('p', 'note', drawing.labels.tooLarge);
    const render = element('button', '', drawing.labels.renderAnyway);
    render.type = 'button';
    render.addEventListener('click', () => this.draw());
    note.append(' ', render);
    const text = element('div', 'source');
    text.dir = 'auto';
    this.lines = new CodeLines(text, linesTogether);
    this.element.append(note, text);
  }

  fits(block: Block): boolean {
    return block.kind === this.block.kind && (this.drawn !== undefined || tooLarge(block));
  }

  update(block: Block, settled: boolean): void {
    this.block = block;
    this.settled = settled;
    if (this.drawn) this.drawn.update(block, settled);
    else this.lines.show('', sourceOf(block));
  }

  private draw(): void {
    this.drawn = this.make();
    this.drawn.update(this.block, this.settled);
    this.element.replaceChildren(this.drawn.element);
  }
}
