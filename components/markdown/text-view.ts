import { element, type BlockView, type Drawing } from './drawing';
import { parseInline } from './inline';
import { patchInline } from './inline-view';
import { tooLarge } from './large-view';
import type { Block, HeadingBlock, Inline, ParagraphBlock } from './tree';

type TextBlock = ParagraphBlock | HeadingBlock;

/** Growing text longer than this is read again only when it has grown by a part of itself, so that it costs no more than its length. */
const longText = 8000;
const partToGrow = 1 / 64;

/** A paragraph or a heading. */
export class TextView implements BlockView {
  readonly element: HTMLElement;
  private readonly drawing: Drawing;
  private block: TextBlock;
  private readonly mayBeTask: boolean;
  private settled = false;
  private source: string | undefined;
  private growing = false;
  private nodes: readonly Inline[] = [];
  private box: HTMLElement | undefined;

  /** `mayBeTask`: the text comes first in a list item, where `[x]` is a box. */
  constructor(drawing: Drawing, block: TextBlock, mayBeTask: boolean) {
    this.drawing = drawing;
    this.block = block;
    this.mayBeTask = mayBeTask;
    this.element = element(nameOf(block));
    this.element.dir = 'auto';
  }

  fits(block: Block): boolean {
    if (block.kind !== 'paragraph' && block.kind !== 'heading') return false;
    return nameOf(block) === nameOf(this.block) && !tooLarge(block);
  }

  update(block: Block, settled: boolean): void {
    if (block.kind !== 'paragraph' && block.kind !== 'heading') return;
    this.block = block;
    this.settled = settled;
    const growing = !settled && this.drawing.growing === block;
    const source = growing && block.kind === 'paragraph' ? shownPart(block.text) : block.text;
    if (growing === this.growing && source === this.source) return;
    if (growing && this.growing && this.mayWait(source)) return;
    this.growing = growing;
    this.source = source;
    this.draw(source);
  }

  redraw(): void {
    this.source = undefined;
    this.update(this.block, this.settled);
  }

  private mayWait(source: string): boolean {
    const former = this.source?.length ?? 0;
    return source.length > longText && source.length > former && source.length - former < source.length * partToGrow;
  }

  private draw(source: string): void {
    const { drawing, growing } = this;
    const task = this.mayBeTask ? taskOf(source) : undefined;
    this.showBox(task);
    const text = task === undefined ? source : source.slice(4);
    const { nodes, missing } = parseInline(text, { references: drawing.references, growing });
    patchInline(drawing, this.element, this.nodes, nodes, this.box ? 1 : 0);
    this.nodes = nodes;
    this.element.hidden = nodes.length === 0 && !this.box;
    drawing.await(this, missing);
  }

  /** The box of a task is a picture of one: nothing happens on a click. */
  private showBox(task: string | undefined): void {
    if (task === undefined) {
      this.box?.remove();
      this.box = undefined;
      return;
    }
    const done = task !== ' ';
    if (!this.box) {
      this.box = element('span', 'box');
      this.box.role = 'img';
      this.element.prepend(this.box);
    }
    this.box.className = done ? 'box done' : 'box';
    this.box.ariaLabel = done ? this.drawing.labels.done : this.drawing.labels.notDone;
  }
}

/** What is in the box that text starts with: a space or an x. Nothing, where there is no box. */
export function taskOf(text: string): string | undefined {
  return /^\[([ xX])\][ \t\n]/.exec(text)?.[1];
}

/** A model must not be able to write headings that look like the panel's own, so the first level is the third. */
function nameOf(block: TextBlock): 'p' | 'h3' | 'h4' | 'h5' | 'h6' {
  if (block.kind === 'paragraph') return 'p';
  return (['h3', 'h4', 'h5', 'h6'] as const)[block.level - 1] ?? 'h6';
}

const definitionStart = /^\[(?:[^\][\\]|\\.)*(?:\]:|\]?$)/s;

/**
 * What of a growing paragraph may be seen: not what may be the definition of a link, and not a last line that may be the
 * header of a table.
 */
function shownPart(text: string): string {
  if (text.startsWith('[') && definitionStart.test(text.slice(0, 120))) return '';
  const lastLine = text.lastIndexOf('\n') + 1;
  return text[lastLine] === '|' ? text.slice(0, lastLine) : text;
}
