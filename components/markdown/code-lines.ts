import { element } from './drawing';
import { showInvisible } from './invisible';

/** Lines and characters to a piece, at most. */
const linesToPiece = 24;
const charactersToPiece = 4096;

/** A run of lines with a text node of its own. */
export interface CodePiece {
  readonly element: HTMLElement;
  readonly node: Text;
  /** Where it starts in the code. */
  readonly start: number;
  /** Its part of the code, as written. */
  text: string;
  lines: number;
}

/**
 * Code as short pieces below each other. In one piece the browser would lay out every line again for each character that
 * comes. Where a piece ends depends on the code alone, so growing code ends in the same pieces as code that came whole.
 */
export class CodeLines {
  readonly pieces: CodePiece[] = [];
  private readonly parent: HTMLElement;
  /** Length of the whole lines shown, and the unfinished line after them. */
  private whole = 0;
  private partial = '';

  constructor(parent: HTMLElement) {
    this.parent = parent;
  }

  /** Shows `text`, whole lines that extend those shown before, and the unfinished line `partial`. */
  show(text: string, partial: string): void {
    const added = text.slice(this.whole) + partial;
    if (added.startsWith(this.partial)) this.append(added.slice(this.partial.length));
    else {
      this.takeOff(this.partial.length);
      this.append(added);
    }
    this.whole = text.length;
    this.partial = partial;
  }

  /** Line ends shown. */
  get count(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.lines, 0);
  }

  clear(): void {
    for (const piece of this.pieces) piece.element.remove();
    this.pieces.length = 0;
    this.whole = 0;
    this.partial = '';
  }

  private append(text: string): void {
    let from = 0;
    while (from < text.length) {
      const piece = this.openPiece();
      const to = pieceEnd(piece, text, from);
      const added = text.slice(from, to);
      piece.text += added;
      piece.lines += countLines(added);
      piece.node.appendData(showInvisible(added));
      from = to;
    }
  }

  private openPiece(): CodePiece {
    const last = this.pieces.at(-1);
    if (last && last.lines < linesToPiece && last.text.length < charactersToPiece) return last;
    const piece: CodePiece = {
      element: element('span', 'lines'),
      node: document.createTextNode(''),
      start: last ? last.start + last.text.length : 0,
      text: '',
      lines: 0,
    };
    piece.element.append(piece.node);
    this.parent.append(piece.element);
    this.pieces.push(piece);
    return piece;
  }

  private takeOff(length: number): void {
    let left = length;
    while (left > 0) {
      const piece = this.pieces.at(-1);
      if (!piece) return;
      const taken = Math.min(left, piece.text.length);
      left -= taken;
      if (taken === piece.text.length) {
        piece.element.remove();
        this.pieces.pop();
      } else {
        piece.text = piece.text.slice(0, -taken);
        piece.lines = countLines(piece.text);
        piece.node.data = showInvisible(piece.text);
      }
    }
  }
}

/** Where the part of `text` ends that still belongs to `piece`: after its last line, or where it is full. */
function pieceEnd(piece: CodePiece, text: string, from: number): number {
  let full = from + charactersToPiece - piece.text.length;
  // Both halves of a surrogate pair stay together.
  if (/[\uD800-\uDBFF]/.test(text[full - 1] ?? '')) full += 1;
  let end = from;
  for (let lines = piece.lines; lines < linesToPiece; lines += 1) {
    const feed = text.indexOf('\n', end);
    if (feed === -1 || feed >= full) return Math.min(full, text.length);
    end = feed + 1;
  }
  return end;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
