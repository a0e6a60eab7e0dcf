import { ContainerView } from './block-views';
import type { Drawing, Redrawable } from './drawing';
import { Reader } from './reader';
import { isContainer, type Block, type ContainerBlock } from './tree';
import { Typesetter } from './typesetter';
import type { MarkdownOptions } from './view';

/** Lines to read and draw at once when many wait, and the milliseconds that should take. */
const fewestLines = 16;
const mostLines = 1024;
const partTime = 3;
/** Blocks to draw again at once because a label they use was defined. */
const redrawnAtOnce = 64;

/** One text as it grows: read line by line, drawn block by block. */
export class GrowingDocument implements Drawing {
  readonly labels: MarkdownOptions['labels'];
  readonly references: Drawing['references'];
  growing: Block | undefined;
  private readonly reader = new Reader();
  private readonly root: ContainerView;
  private readonly typesetter = new Typesetter();
  private linesAtOnce = fewestLines;
  private readonly toRedraw: Redrawable[] = [];
  private readonly awaiting = new Map<string, Set<Redrawable>>();

  constructor(container: HTMLElement, options: MarkdownOptions) {
    this.labels = options.labels;
    this.references = this.reader.parser.references;
    this.root = new ContainerView(this, container, 'document');
  }

  /** Reads and draws the next part of `text`. Gives true once all of it is drawn. */
  advance(text: string, done: boolean): boolean {
    const { parser } = this.reader;
    const start = performance.now();
    const result = this.reader.read(text, done, this.linesAtOnce);
    this.growing = growingBlock(parser.root, this.reader.complete);
    this.root.update(parser.root, this.reader.complete);
    for (const label of parser.defined.splice(0)) this.define(label);
    for (const part of this.toRedraw.splice(0, redrawnAtOnce)) part.redraw();
    // Lines differ in what they cost to draw; the next part is larger or smaller by what this one took.
    const quick = performance.now() - start < partTime;
    this.linesAtOnce = Math.max(fewestLines, quick ? Math.min(mostLines, this.linesAtOnce * 2) : this.linesAtOnce / 4);
    return result === 'all' && this.toRedraw.length === 0;
  }

  /** Goes on in `container`, in place of what is there. */
  moveTo(container: HTMLElement): void {
    this.root.moveTo(container);
  }

  settled(block: ContainerBlock): number {
    return this.reader.parser.settled(block);
  }

  await(part: Redrawable, labels: readonly string[]): void {
    for (const label of labels) {
      const parts = this.awaiting.get(label);
      if (parts) parts.add(part);
      else this.awaiting.set(label, new Set([part]));
    }
  }

  formula(place: HTMLElement, source: string, display: boolean): void {
    this.typesetter.draw(place, source, display);
  }

  private define(label: string): void {
    const parts = this.awaiting.get(label);
    this.awaiting.delete(label);
    this.toRedraw.push(...(parts ?? []));
  }
}

/** The leaf at the very end, whose text may still grow. */
function growingBlock(root: ContainerBlock, complete: boolean): Block | undefined {
  if (complete) return undefined;
  let block: Block = root;
  while (isContainer(block)) {
    const last: Block | undefined = block.children.at(-1);
    if (!last) return undefined;
    block = last;
  }
  return block;
}
