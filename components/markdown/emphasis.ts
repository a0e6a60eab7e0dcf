import { characterAt, characterBefore, sideOf } from './characters';
import type { Inline } from './tree';

/** Elements within elements, at most; deeper marks keep their text and lose their look. */
const deepest = 100;

type Emphasis = 'emphasis' | 'strong' | 'strike';

/** A run of `*`, `_` or `~` that may open or close emphasis. */
export interface Delimiter {
  type: 'delimiter';
  mark: string;
  /** Marks not yet used. */
  length: number;
  original: number;
  opens: boolean;
  closes: boolean;
  /** Not the sign of multiplication in `5*x`: may be closed before its closer has come. */
  likely: boolean;
  /** What starts after the run and what ends before it, the innermost first. */
  starts: Emphasis[];
  ends: number;
  /** Place in the source just after the run. */
  at: number;
  previous: Delimiter | undefined;
  next: Delimiter | undefined;
}

/** What the scanner leaves behind: finished nodes, delimiters, and brackets that turned out to be text. */
export type Piece = Inline | Delimiter | { type: 'bracket'; text: string };

/** The run of equal marks at `at`. Says by its neighbours whether it may open or close (CommonMark, rules 1 to 17). */
export function delimiterAt(source: string, at: number, mark: string): Delimiter {
  let end = at + 1;
  while (source[end] === mark) end += 1;
  const before = sideOf(characterBefore(source, at));
  const after = sideOf(characterAt(source, end));
  const left = after !== 'space' && (after !== 'punctuation' || before !== 'letter');
  const right = before !== 'space' && (before !== 'punctuation' || after !== 'letter');
  const word = mark === '_';
  // A longer run of tildes is a fence or an ornament, never a strike.
  const valid = mark !== '~' || end - at <= 2;
  return {
    type: 'delimiter',
    mark,
    length: end - at,
    original: end - at,
    opens: valid && left && (!word || !right || before === 'punctuation'),
    closes: valid && right && (!word || !left || after === 'punctuation'),
    likely: end - at > 1 || before !== 'letter',
    starts: [],
    ends: 0,
    at: end,
    previous: undefined,
    next: undefined,
  };
}

/** The delimiters not yet matched, oldest to newest. */
export class Delimiters {
  last: Delimiter | undefined;

  push(delimiter: Delimiter): void {
    delimiter.previous = this.last;
    if (this.last) this.last.next = delimiter;
    this.last = delimiter;
  }

  private remove(delimiter: Delimiter): void {
    if (delimiter.previous) delimiter.previous.next = delimiter.next;
    if (delimiter.next) delimiter.next.previous = delimiter.previous;
    else this.last = delimiter.previous;
  }

  /** Forgets everything after `bottom`. */
  private cut(bottom: Delimiter | undefined): void {
    this.last = bottom;
    if (bottom) bottom.next = undefined;
  }

  /**
   * Matches openers and closers after `bottom` and forgets them. With `source` the text is still growing, and openers
   * without a closer count as closed at its end, so that no mark shows that will be gone.
   */
  match(bottom: Delimiter | undefined, growing?: string): void {
    // Where the search for an opener has failed, closers of the same kind need not search again: this keeps it linear.
    const searched = new Map<string, number>();
    const floorOfAll = bottom?.at ?? -1;
    let closer = this.firstAfter(bottom);
    while (closer) {
      const next: Delimiter | undefined = closer.next;
      if (!closer.closes) {
        closer = next;
        continue;
      }
      const kind = `${closer.mark}${closer.opens ? 'o' : ''}${closer.mark === '~' ? closer.original : closer.original % 3}`;
      const opener = openerFor(closer, searched.get(kind) ?? floorOfAll);
      if (opener) {
        this.join(opener, closer);
        if (closer.length > 0) continue;
      } else {
        searched.set(kind, closer.previous?.at ?? floorOfAll);
        if (!closer.opens) this.remove(closer);
      }
      closer = next;
    }
    if (growing !== undefined) closeAll(this.firstAfter(bottom), growing.length);
    this.cut(bottom);
  }

  private firstAfter(bottom: Delimiter | undefined): Delimiter | undefined {
    if (bottom) return bottom.next;
    let first = this.last;
    while (first?.previous) first = first.previous;
    return first;
  }

  private join(opener: Delimiter, closer: Delimiter): void {
    const used = opener.mark === '~' ? opener.length : opener.length >= 2 && closer.length >= 2 ? 2 : 1;
    opener.starts.push(opener.mark === '~' ? 'strike' : used === 2 ? 'strong' : 'emphasis');
    closer.ends += 1;
    opener.length -= used;
    closer.length -= used;
    // Whatever stood between them can no longer be matched.
    opener.next = closer;
    closer.previous = opener;
    if (opener.length === 0) this.remove(opener);
    if (closer.length === 0) this.remove(closer);
  }
}

/** The nearest opener for `closer` that stands after the place `floor`. */
function openerFor(closer: Delimiter, floor: number): Delimiter | undefined {
  for (let opener = closer.previous; opener && opener.at > floor; opener = opener.previous) {
    if (opener.mark === closer.mark && opener.opens && fits(opener, closer)) return opener;
  }
  return undefined;
}

function fits(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.mark === '~') return opener.length === closer.length;
  // "Rule of three": `*a**b*` must not become emphasis within strong.
  const bothWays = opener.closes || closer.opens;
  return !bothWays || closer.original % 3 === 0 || (opener.original + closer.original) % 3 !== 0;
}

/** How far the end of an unclosed opener may still be, in characters, before its marks are shown as text. */
function reach(opener: Delimiter): number {
  if (opener.mark === '~') return opener.length === 2 ? 2000 : 0;
  return opener.length === 1 ? 400 : 2000;
}

function closeAll(first: Delimiter | undefined, end: number): void {
  for (let opener = first; opener; opener = opener.next) {
    if (!opener.opens || !opener.likely || end - opener.at > reach(opener)) continue;
    if (opener.mark === '~') opener.starts.push('strike');
    else {
      for (let left = opener.length; left > 1; left -= 2) opener.starts.push('strong');
      if (opener.length % 2 === 1) opener.starts.push('emphasis');
    }
    opener.length = 0;
  }
}

/** Makes the tree of the pieces from `from` on. Neighbouring texts become one. */
export function treeOf(pieces: readonly Piece[], from: number): Inline[] {
  const levels: Inline[][] = [[]];
  for (let index = from; index < pieces.length; index += 1) {
    const piece = pieces[index];
    if (piece === undefined) continue;
    let level = levels[levels.length - 1] ?? [];
    if (piece.type === 'bracket') addText(level, piece.text);
    else if (piece.type !== 'delimiter') add(level, piece);
    else {
      for (let ended = 0; ended < piece.ends && levels.length > 1; ended += 1) levels.pop();
      level = levels[levels.length - 1] ?? [];
      if (piece.length > 0) addText(level, piece.mark.repeat(piece.length));
      for (const type of piece.starts.toReversed()) {
        const children: Inline[] = levels.length > deepest ? level : [];
        if (children !== level) level.push({ type, children });
        levels.push(children);
        level = children;
      }
    }
  }
  return levels[0] ?? [];
}

function add(level: Inline[], node: Inline): void {
  if (node.type === 'text') addText(level, node.text);
  else level.push(node);
}

function addText(level: Inline[], text: string): void {
  const last = level[level.length - 1];
  if (last?.type === 'text') level[level.length - 1] = { type: 'text', text: last.text + text };
  else if (text !== '') level.push({ type: 'text', text });
}
