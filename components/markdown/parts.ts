import { element } from './drawing';

/** Children next to each other, at most. The browser passes by all of them whenever one grows. */
const together = 256;

/**
 * Elements below each other, however many. The first stand in the parent itself, as they would anywhere; the others in parts,
 * which are passed by as a whole. Where a part ends depends on the count alone, so growing text ends in the same elements as
 * text that came whole, and nothing that is drawn ever moves.
 */
export class Parts {
  private parent: HTMLElement;
  private readonly kind: 'div' | 'span';
  private readonly parts: HTMLElement[] = [];
  private count = 0;

  constructor(parent: HTMLElement, kind: 'div' | 'span' = 'div') {
    this.parent = parent;
    this.kind = kind;
  }

  append(child: HTMLElement): void {
    if (this.count > 0 && this.count % together === 0) {
      const part = element(this.kind, 'part');
      this.parts.push(part);
      this.parent.append(part);
    }
    (this.parts.at(-1) ?? this.parent).append(child);
    this.count += 1;
  }

  /** Takes off the last one. */
  remove(child: HTMLElement): void {
    child.remove();
    this.count -= 1;
    if (this.count > 0 && this.count % together === 0) this.parts.pop()?.remove();
  }

  /** Puts everything in place of what is in `parent`, and goes on there. */
  moveTo(parent: HTMLElement): void {
    parent.replaceChildren(...this.parent.childNodes);
    this.parent = parent;
  }
}
