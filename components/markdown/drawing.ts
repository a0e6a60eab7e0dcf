import type { MarkdownLabels } from './view';
import type { Block, ContainerBlock, Reference } from './tree';

/** Something drawn that a later definition may change. */
export interface Redrawable {
  redraw(): void;
}

/** What every part of one view shares while it is drawn. */
export interface Drawing {
  readonly labels: MarkdownLabels;
  readonly references: ReadonlyMap<string, Reference>;
  /** The block whose text may still grow at its end; none once everything is whole. */
  growing: Block | undefined;
  /** Children of an open block that no later line changes. */
  settled(block: ContainerBlock): number;
  /** Draws `part` again when one of these labels is defined. */
  await(part: Redrawable, labels: readonly string[]): void;
  /** Puts a formula into `place`, now or once the typesetter has loaded. */
  formula(place: HTMLElement, source: string, display: boolean): void;
}

/** What shows one block and stays with it while it grows. */
export interface BlockView {
  readonly element: HTMLElement;
  /** Whether this view can go on to show `block` in place of what it shows now. */
  fits(block: Block): boolean;
  /** Brings the view up to date. `settled`: nothing in the block will change any more. */
  update(block: Block, settled: boolean): void;
}

/** An element with a class. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}
