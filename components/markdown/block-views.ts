import { CodeView } from './code-view';
import { element, type BlockView, type Drawing } from './drawing';
import { LargeView, tooLarge } from './large-view';
import { Parts } from './parts';
import { TableView } from './table-view';
import { directionOf } from './direction';
import { taskOf, TextView } from './text-view';
import { isContainer, type Block, type ContainerBlock, type FormulaBlock, type ListBlock } from './tree';

/** Makes the view of a block, still empty. */
function viewOf(drawing: Drawing, block: Block, parent: ContainerBlock, index: number): BlockView {
  if (tooLarge(block)) return new LargeView(drawing, block, () => viewOfKind(drawing, block, false));
  return viewOfKind(drawing, block, parent.kind === 'item' && index === 0);
}

function viewOfKind(drawing: Drawing, block: Block, mayBeTask: boolean): BlockView {
  switch (block.kind) {
    case 'document':
      return new ContainerView(drawing, element('div'), block.kind);
    case 'quote':
      return new QuoteView(drawing, element('blockquote'), block.kind);
    case 'item':
      return new ItemView(drawing, element('li'), block.kind);
    case 'list':
      return new ListView(drawing, block);
    case 'paragraph':
    case 'heading':
      return new TextView(drawing, block, mayBeTask);
    case 'rule':
      return new RuleView();
    case 'code':
      return new CodeView(drawing, block);
    case 'table':
      return new TableView(drawing, block);
    case 'formula':
      return new FormulaView(drawing, block);
    default:
      return block satisfies never;
  }
}

/** A block made of blocks. Children that are settled are never looked at again. */
export class ContainerView implements BlockView {
  readonly element: HTMLElement;
  protected readonly kind: ContainerBlock['kind'];
  private readonly drawing: Drawing;
  private readonly parts: Parts;
  /** Of the children that are not settled yet. */
  private readonly views: BlockView[] = [];
  private settled = 0;

  constructor(drawing: Drawing, own: HTMLElement, kind: ContainerBlock['kind']) {
    this.drawing = drawing;
    this.element = own;
    this.parts = new Parts(own);
    this.kind = kind;
  }

  fits(block: Block): boolean {
    return block.kind === this.kind;
  }

  /** Shows everything in `own` from now on, in place of what is there. */
  moveTo(own: HTMLElement): void {
    this.parts.moveTo(own);
  }

  update(block: Block, settled: boolean): void {
    if (!isContainer(block)) return;
    const { children } = block;
    const settledCount = settled ? children.length : this.drawing.settled(block);
    for (let index = this.settled; index < children.length; index += 1) {
      const child = children[index];
      if (child) this.updateChild(block, child, index, index < settledCount);
    }
    for (const view of this.views.splice(children.length - this.settled).toReversed()) this.parts.remove(view.element);
    this.views.splice(0, settledCount - this.settled);
    this.settled = settledCount;
  }

  private updateChild(parent: ContainerBlock, child: Block, index: number, settled: boolean): void {
    const former = this.views[index - this.settled];
    if (former?.fits(child)) return former.update(child, settled);
    const view = viewOf(this.drawing, child, parent, index);
    view.update(child, settled);
    this.views[index - this.settled] = view;
    if (former) former.element.replaceWith(view.element);
    else this.parts.append(view.element);
  }
}

class QuoteView extends ContainerView {
  override update(block: Block, settled: boolean): void {
    super.update(block, settled);
    turn(this.element, block);
  }
}

class ListView extends ContainerView {
  private readonly ordered: boolean;
  private readonly start: number;
  private tight = true;

  constructor(drawing: Drawing, block: ListBlock) {
    const own = element(block.ordered ? 'ol' : 'ul');
    if (own instanceof HTMLOListElement && block.start !== 1) own.start = block.start;
    super(drawing, own, 'list');
    this.ordered = block.ordered;
    this.start = block.start;
  }

  override fits(block: Block): boolean {
    return block.kind === 'list' && block.ordered === this.ordered && block.start === this.start;
  }

  override update(block: Block, settled: boolean): void {
    if (block.kind === 'list' && block.tight !== this.tight) {
      this.tight = block.tight;
      this.element.className = block.tight ? '' : 'loose';
    }
    super.update(block, settled);
    turn(this.element, block);
  }
}

class ItemView extends ContainerView {
  override update(block: Block, settled: boolean): void {
    super.update(block, settled);
    const first = block.kind === 'item' ? block.children[0] : undefined;
    const isTask = first?.kind === 'paragraph' && taskOf(first.text) !== undefined;
    if (isTask !== (this.element.className !== '')) this.element.className = isTask ? 'task' : '';
  }
}

/** Lets a list's marks, and the line beside a quote, stand on the side its text begins. */
function turn(own: HTMLElement, block: Block): void {
  const direction = directionOf(block);
  if (own.dir !== direction) own.dir = direction;
}

class RuleView implements BlockView {
  readonly element = element('hr');

  fits(block: Block): boolean {
    return block.kind === 'rule';
  }

  update(): void {}
}

/** A displayed formula. While it is being written only its place shows. */
class FormulaView implements BlockView {
  readonly element = element('div', 'formula display');
  private readonly drawing: Drawing;
  private block: FormulaBlock;
  private drawn = false;

  constructor(drawing: Drawing, block: FormulaBlock) {
    this.drawing = drawing;
    this.block = block;
  }

  fits(block: Block): boolean {
    return block.kind === 'formula' && (!this.drawn || block.text === this.block.text);
  }

  update(block: Block): void {
    if (block.kind !== 'formula') return;
    this.block = block;
    if (block.open || this.drawn) return;
    this.drawn = true;
    this.drawing.formula(this.element, block.text.trim(), true);
  }
}
