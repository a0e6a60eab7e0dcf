import { visible } from '../ui/visible';
import { element } from './drawing';
import type { Highlighter } from './highlighter';
import { Parts } from './parts';

/** A piece ends with the line that makes it this long; a line longer than that is broken over several pieces. */
const charactersToPiece = 4096;
/** Pieces to colour; a longer block goes on without colour. */
const colouredPieces = 200;
/** Lines to colour between two looks at the clock. */
const linesAtOnce = 16;

/** A run of lines with elements of its own. */
interface Piece {
  readonly element: HTMLElement;
  /** What is not coloured: a line still being written, or everything. */
  readonly plain: Text;
  /** The piece's part of the code, as written, and how much of it is coloured. */
  text: string;
  coloured: number;
  lines: number;
  /** Characters of its last line. */
  lastLine: number;
}

/**
 * Code as short pieces below each other. In one piece the browser would lay out every line again for each character that
 * comes. Where a piece ends depends on the code alone, so growing code ends in the same pieces as code that came whole.
 */
export class CodeLines {
  private readonly parts: Parts;
  private readonly pieces: Piece[] = [];
  private readonly linesToPiece: number;
  /** Length of the whole lines shown, and the unfinished line after them. */
  private whole = 0;
  private partial = '';
  /** The first piece that may have lines without colour. */
  private colouring = 0;

  /** `linesToPiece`: lines after which a piece ends, if it has not come to its length before. */
  constructor(parent: HTMLElement, linesToPiece = 24) {
    this.parts = new Parts(parent, 'span');
    this.linesToPiece = linesToPiece;
  }

  /** Line ends shown. */
  get count(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.lines, 0);
  }

  /** Shows `text`, whole lines that extend those shown before, and the unfinished line `partial`. */
  show(text: string, partial: string): void {
    const added = text.slice(this.whole) + partial;
    if (added.slice(0, this.partial.length) === this.partial) this.append(added.slice(this.partial.length));
    else {
      this.takeOff(this.partial.length);
      this.append(added);
    }
    this.whole = text.length;
    this.partial = partial;
  }

  /** Colours whole lines that have none yet. Stops where `enough` says so, and gives false if lines are left. */
  colour(highlighter: Highlighter, enough: () => boolean): boolean {
    for (; this.colouring < Math.min(this.pieces.length, colouredPieces); this.colouring += 1) {
      const piece = this.pieces[this.colouring];
      while (piece && piece.coloured < piece.text.length) {
        if (!colourLines(piece, this.isFull(piece), highlighter)) break;
        if (enough()) return false;
      }
      if (piece && !this.isFull(piece)) break;
    }
    return true;
  }

  /** Lets go of everything but the elements, once no more is to come and nothing is left to colour. */
  forget(): void {
    this.pieces.length = 0;
  }

  clear(): void {
    for (const piece of this.pieces.splice(0).toReversed()) this.parts.remove(piece.element);
    this.whole = 0;
    this.partial = '';
    this.colouring = 0;
  }

  private append(text: string): void {
    let from = 0;
    while (from < text.length) {
      const piece = this.openPiece();
      const to = this.pieceEnd(piece, text, from);
      const added = text.slice(from, to);
      count(piece, added);
      piece.text += added;
      piece.plain.appendData(visible(added));
      from = to;
    }
  }

  private openPiece(): Piece {
    const last = this.pieces.at(-1);
    if (last && !this.isFull(last)) return last;
    const plain = document.createTextNode('');
    const piece: Piece = { element: element('span', 'lines'), plain, text: '', coloured: 0, lines: 0, lastLine: 0 };
    piece.element.append(plain);
    this.parts.append(piece.element);
    this.pieces.push(piece);
    return piece;
  }

  private isFull(piece: Piece): boolean {
    if (piece.lastLine >= charactersToPiece) return true;
    return piece.lastLine === 0 && (piece.lines >= this.linesToPiece || piece.text.length >= charactersToPiece);
  }

  /** Where the part of `text` ends that still belongs to `piece`. */
  private pieceEnd(piece: Piece, text: string, from: number): number {
    let end = from;
    let { lines, lastLine } = piece;
    for (;;) {
      const feed = text.indexOf('\n', end);
      const full = end + charactersToPiece - lastLine;
      if (feed === -1 || feed >= full) {
        // Both halves of a surrogate pair stay together.
        const broken = /[\uD800-\uDBFF]/.test(text[full - 1] ?? '') ? full + 1 : full;
        return Math.min(broken, text.length);
      }
      end = feed + 1;
      lines += 1;
      lastLine = 0;
      if (lines >= this.linesToPiece || piece.text.length + end - from >= charactersToPiece) return end;
    }
  }

  /** Takes characters off the end. They are of an unfinished line, so they have no colour. */
  private takeOff(length: number): void {
    let left = length;
    while (left > 0) {
      const piece = this.pieces.at(-1);
      if (!piece) return;
      const taken = Math.min(left, piece.text.length);
      left -= taken;
      if (taken === piece.text.length) {
        this.parts.remove(piece.element);
        this.pieces.pop();
      } else {
        piece.text = piece.text.slice(0, -taken);
        piece.lines = 0;
        piece.lastLine = 0;
        count(piece, piece.text);
        piece.plain.data = visible(piece.text.slice(piece.coloured));
      }
    }
  }
}

/** Counts `added`, which comes at the end of the piece. */
function count(piece: Piece, added: string): void {
  let start = 0;
  for (let feed = added.indexOf('\n'); feed !== -1; feed = added.indexOf('\n', start)) {
    piece.lines += 1;
    piece.lastLine = 0;
    start = feed + 1;
  }
  piece.lastLine += added.length - start;
}

/** Puts the next whole lines of a piece into coloured elements. Gives false if it has none. */
function colourLines(piece: Piece, full: boolean, highlighter: Highlighter): boolean {
  const made: (HTMLElement | string)[] = [];
  let shown = 0;
  const start = piece.coloured;
  for (let lines = 0; lines < linesAtOnce; lines += 1) {
    const feed = piece.text.indexOf('\n', piece.coloured);
    const end = feed === -1 ? (full ? piece.text.length : piece.coloured) : feed + 1;
    if (end === piece.coloured) break;
    const line = visible(piece.text.slice(piece.coloured, end));
    shown += line.length;
    const broken = !line.endsWith('\n');
    for (const token of highlighter.line(broken ? line : line.slice(0, -1))) {
      made.push(token.colour === '' ? token.text : element('span', token.colour, token.text));
    }
    if (!broken) made.push('\n');
    piece.coloured = end;
  }
  if (piece.coloured === start) return false;
  piece.plain.before(...joined(made));
  piece.plain.deleteData(0, shown);
  return true;
}

/** Texts that follow each other, as one. */
function joined(parts: readonly (HTMLElement | string)[]): (HTMLElement | string)[] {
  const out: (HTMLElement | string)[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else out.push(part);
  }
  return out;
}
