import { labelKey, readLabel, readTarget } from './addresses';
import { autolinkAtColon, autolinkAtDot, autolinkAtSign, autolinkInBrackets, type Autolink } from './autolinks';
import { entityAt, isEscapable } from './characters';
import { delimiterAt, Delimiters, treeOf, type Delimiter, type Piece } from './emphasis';
import { FormulaReader } from './formulas';
import type { Inline, Reference } from './tree';

export interface InlineOptions {
  references: ReadonlyMap<string, Reference>;
  /** The source may still grow at its end: what is half written shows as what it will be, or not yet. */
  growing: boolean;
  /** `<br>` breaks the line, as writers of tables rely on. Elsewhere HTML is text. */
  breaks?: boolean;
}

export interface InlineResult {
  nodes: Inline[];
  /** Keys of labels that were used but not defined, so that a later definition can come back to this text. */
  missing: readonly string[];
  /** How many pieces the source fell into: what it will cost to draw. */
  pieces: number;
}

/** Reads the inline source of one block: CommonMark with GFM's strikethrough and autolinks, and formulas. HTML stays text. */
export function parseInline(source: string, options: InlineOptions): InlineResult {
  return new InlineParser(source, options).parse();
}

interface Bracket {
  /** Its index among the pieces, and the place in the source just after it. */
  index: number;
  at: number;
  image: boolean;
  delimiters: Delimiter | undefined;
  /** Another bracket opened within it, so what it encloses is no label. */
  nested: boolean;
}

const special = new Uint8Array(128);
for (const character of '\n\\`*_~[]!<&$:.@') special[character.charCodeAt(0)] = 1;

/** The tail of growing text that may yet turn into marks, an escape, an entity or an address. */
const undecided =
  /(?:[*_~`\\!]+|&#?[a-z0-9]{0,31}|<[a-z][^\s<>]{0,200}|<|(?<![a-z0-9])(?:h|ht|htt|https?|https?:\/?\/?|w{1,3}\.?))$/i;
/** How long the text of an unfinished link or image, or unclosed code, may be before its mark counts as text. */
const longestPendingLink = 120;
const longestPendingImage = 300;
const longestPendingCode = 400;
/** Brackets around so little are footnote marks or boxes as often as links; they wait unseen. */
const shortestPendingLink = 4;
const lineBreak = /<br\s*\/?>/iy;

class InlineParser {
  private readonly pieces: Piece[] = [];
  private readonly delimiters = new Delimiters();
  private readonly brackets: Bracket[] = [];
  /** Brackets below this one cannot become links, for they hold one. */
  private inactive = 0;
  private readonly missing = new Set<string>();
  private readonly formulas: FormulaReader;
  /** Where runs of backticks start, by length; made when the first is met. */
  private ticks: Map<number, number[]> | undefined;
  private place = 0;
  /** Start of the plain text not yet pushed, and text before it that is no longer as written. */
  private from = 0;
  private text = '';
  private readonly source: string;
  private readonly options: InlineOptions;

  constructor(source: string, options: InlineOptions) {
    this.options = options;
    const trimmed = trimSpace(source);
    this.source = options.growing ? decided(trimmed) : trimmed;
    this.formulas = new FormulaReader(this.source, options.growing);
  }

  parse(): InlineResult {
    const { source } = this;
    const end = source.length;
    while (this.place < end) {
      const code = source.charCodeAt(this.place);
      if (code < 128 && special[code] === 1) this.readSpecial(source[this.place] ?? '');
      else this.place += 1;
    }
    this.pushText(end);
    if (this.options.growing) this.closePendingLink();
    this.delimiters.match(undefined, this.options.growing ? source : undefined);
    return { nodes: treeOf(this.pieces, 0), missing: [...this.missing], pieces: this.pieces.length };
  }

  private readSpecial(character: string): void {
    switch (character) {
      case '\n':
        return this.readLineEnd();
      case '\\':
        return this.readBackslash();
      case '`':
        return this.readCode();
      case '*':
      case '_':
      case '~':
        return this.readDelimiter(character);
      case '[':
        return this.openBracket(false);
      case '!':
        if (this.source[this.place + 1] === '[') return this.openBracket(true);
        break;
      case ']':
        return this.closeBracket();
      case '<':
        return this.readAngle();
      case '&':
        return this.readEntity();
      case '$':
        return this.readFormula();
      case ':':
        return this.readAutolink(autolinkAtColon(this.source, this.from, this.place, this.brackets.length > 0));
      case '.':
        return this.readAutolink(autolinkAtDot(this.source, this.from, this.place, this.brackets.length > 0));
      case '@':
        return this.readAutolink(autolinkAtSign(this.source, this.from, this.place));
    }
    this.place += 1;
  }

  /** Ends the plain text at `end`; `next` is where reading goes on. */
  private pushText(end: number, next = end): void {
    const text = this.text + this.source.slice(this.from, end);
    if (text !== '') this.pieces.push({ type: 'text', text });
    this.text = '';
    this.from = next;
    this.place = next;
  }

  private push(node: Inline, start: number, next: number): void {
    this.pushText(start, next);
    this.pieces.push(node);
  }

  /** Replaces what was written from `place` to `next` by `text`. */
  private replace(text: string, next: number): void {
    this.text += this.source.slice(this.from, this.place) + text;
    this.from = next;
    this.place = next;
  }

  private readLineEnd(): void {
    const { source, place } = this;
    let textEnd = place;
    while (textEnd > this.from && source[textEnd - 1] === ' ') textEnd -= 1;
    let next = place + 1;
    while (source[next] === ' ' || source[next] === '\t') next += 1;
    if (place - textEnd >= 2) return this.push({ type: 'break' }, textEnd, next);
    this.text += `${source.slice(this.from, textEnd)}\n`;
    this.from = next;
    this.place = next;
  }

  private readBackslash(): void {
    const next = this.source[this.place + 1] ?? '';
    if (next === '\n') {
      let start = this.place + 2;
      while (this.source[start] === ' ' || this.source[start] === '\t') start += 1;
      return this.push({ type: 'break' }, this.place, start);
    }
    if ((next === '(' || next === '[') && this.takeFormula()) return;
    if (isEscapable(next)) this.replace(next, this.place + 2);
    else this.place += 1;
  }

  private readFormula(): void {
    if (this.takeFormula()) return;
    this.place += 1;
    // The rest of `$$` must not be read as the start of another formula.
    while (this.source[this.place] === '$') this.place += 1;
  }

  private takeFormula(): boolean {
    const formula = this.formulas.read(this.place);
    if (formula === undefined) return false;
    if (formula === 'unfinished') this.pushText(this.place, this.source.length);
    else this.push({ type: 'formula', text: formula.text, display: formula.display }, this.place, formula.end);
    return true;
  }

  private readCode(): void {
    const { source, place } = this;
    let start = place + 1;
    while (source[start] === '`') start += 1;
    const close = this.ticksAfter(start - place, start);
    if (close !== undefined) {
      const text = source.slice(start, close).replaceAll('\n', ' ');
      const padded = text.startsWith(' ') && text.endsWith(' ') && /[^ ]/.test(text);
      return this.push({ type: 'code', text: padded ? text.slice(1, -1) : text }, place, close + start - place);
    }
    if (this.options.growing && source.length - start <= longestPendingCode) {
      const text = source.slice(start).replaceAll('\n', ' ').trimStart();
      if (text === '') return this.pushText(place, source.length);
      return this.push({ type: 'code', text }, place, source.length);
    }
    this.place = start;
  }

  /** The start of the next run of exactly `length` backticks. */
  private ticksAfter(length: number, from: number): number | undefined {
    this.ticks ??= tickRuns(this.source);
    const starts = this.ticks.get(length);
    while (starts?.length && (starts.at(-1) ?? 0) < from) starts.pop();
    return starts?.at(-1);
  }

  private readDelimiter(mark: string): void {
    const delimiter = delimiterAt(this.source, this.place, mark);
    if (!delimiter.opens && !delimiter.closes) {
      this.place = delimiter.at;
      return;
    }
    this.pushText(this.place, delimiter.at);
    this.pieces.push(delimiter);
    this.delimiters.push(delimiter);
  }

  private readAngle(): void {
    const link = autolinkInBrackets(this.source, this.place);
    if (link) return this.pushAutolink(link);
    lineBreak.lastIndex = this.place;
    const found = this.options.breaks ? lineBreak.exec(this.source)?.[0] : undefined;
    if (found === undefined) this.place += 1;
    else this.push({ type: 'break' }, this.place, this.place + found.length);
  }

  private readEntity(): void {
    const entity = entityAt(this.source, this.place);
    if (entity) this.replace(entity.text, entity.end);
    else this.place += 1;
  }

  private readAutolink(link: Autolink | undefined): void {
    if (link) this.pushAutolink(link);
    else this.place += 1;
  }

  private pushAutolink({ url, text, start, end }: Autolink): void {
    const children: Inline[] = [{ type: 'text', text }];
    // Marks after an address belong to it or to the sentence; which, only the next character tells.
    const mayGoOn = this.options.growing && !/[^?!.,:*_~'";&)]/.test(this.source.slice(end, end + 40));
    if (mayGoOn) this.push({ type: 'pending', children }, start, this.source.length);
    else this.push({ type: 'link', url, title: '', children }, start, end);
  }

  private openBracket(image: boolean): void {
    const text = image ? '![' : '[';
    const below = this.brackets.at(-1);
    if (below) below.nested = true;
    this.pushText(this.place, this.place + text.length);
    this.brackets.push({
      index: this.pieces.length,
      at: this.place,
      image,
      delimiters: this.delimiters.last,
      nested: false,
    });
    this.pieces.push({ type: 'bracket', text });
  }

  private closeBracket(): void {
    const bracket = this.brackets.pop();
    const active = bracket !== undefined && (bracket.image || this.brackets.length >= this.inactive);
    this.inactive = Math.min(this.inactive, this.brackets.length);
    if (!active) {
      this.place += 1;
      return;
    }
    const target = this.targetAt(this.place + 1, bracket);
    if (target === undefined) {
      this.place += 1;
      return;
    }
    this.pushText(this.place);
    if (target === 'unfinished') {
      this.pushText(this.place, this.source.length);
      return this.endPending(bracket);
    }
    const children = this.take(bracket);
    const { url, title } = target;
    if (bracket.image) this.pieces.push({ type: 'image', url, title, alt: plainText(children) });
    else {
      this.pieces.push({ type: 'link', url, title, children: withoutLinks(children) });
      this.inactive = this.brackets.length;
    }
    this.from = target.end;
    this.place = target.end;
  }

  /** Takes the pieces since `bracket` off and gives them as nodes, their emphasis matched among themselves. */
  private take(bracket: Bracket, growing?: string): Inline[] {
    this.delimiters.match(bracket.delimiters, growing);
    const children = treeOf(this.pieces, bracket.index + 1);
    this.pieces.length = bracket.index;
    return children;
  }

  /** What the brackets point to: `(address "title")`, `[label]`, `[]` or, by their own text, a label. */
  private targetAt(after: number, bracket: Bracket): (Reference & { end: number }) | 'unfinished' | undefined {
    const { source } = this;
    const { growing, references } = this.options;
    const pendingLength = bracket.image ? longestPendingImage : longestPendingLink;
    const mayWait = growing && after - bracket.at <= pendingLength;
    if (mayWait && after >= source.length) return 'unfinished';
    if (source[after] === '(') {
      const target = readTarget(source, after);
      if (target === 'unfinished') {
        if (mayWait) return target;
      } else if (target) return target;
    }
    const label = readLabel(source, after);
    if (label === 'unfinished' && mayWait) return label;
    const written = typeof label === 'object' && label.text !== '' ? label.text : undefined;
    if (written === undefined && bracket.nested) return undefined;
    const end = typeof label === 'object' ? label.end : after;
    const own = source.slice(bracket.at, after - 1);
    if (written === undefined && own.length > 999) return undefined;
    const key = labelKey(written ?? own);
    const reference = key === '' ? undefined : references.get(key);
    if (reference) return { ...reference, end };
    if (key !== '') this.missing.add(key);
    return undefined;
  }

  /** The text has ended within a link or an image. */
  private closePendingLink(): void {
    const end = this.source.length;
    const pending = this.brackets.find(
      (bracket, index) =>
        end - bracket.at <= (bracket.image ? longestPendingImage : longestPendingLink) &&
        (bracket.image || index >= this.inactive),
    );
    if (pending) this.endPending(pending);
  }

  private endPending(bracket: Bracket): void {
    const children = this.take(bracket, this.source);
    if (!bracket.image && plainText(children).length >= shortestPendingLink)
      this.pieces.push({ type: 'pending', children });
  }
}

/** Takes ASCII space off both ends; a no-break space is text. */
function trimSpace(source: string): string {
  let start = 0;
  let end = source.length;
  while (start < end && ' \t\n'.includes(source[start] ?? '')) start += 1;
  while (end > start && ' \t\n'.includes(source[end - 1] ?? '')) end -= 1;
  return source.slice(start, end);
}

/** Growing text without its undecided tail. */
function decided(source: string): string {
  const tail = source.slice(-256);
  return source.slice(0, source.length - tail.length) + tail.replace(undecided, '');
}

/** Starts of the runs of backticks by their length, the last first, so that those already passed come off the end. */
function tickRuns(source: string): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of [...source.matchAll(/`+/g)].toReversed()) {
    const starts = runs.get(run.length);
    if (starts) starts.push(index);
    else runs.set(run.length, [index]);
  }
  return runs;
}

/** A link cannot hold another: the inner one keeps its text. */
function withoutLinks(nodes: Inline[]): Inline[] {
  if (!nodes.some((node) => 'children' in node)) return nodes;
  return nodes.flatMap((node): Inline[] => {
    if (node.type === 'link') return withoutLinks(node.children);
    return 'children' in node ? [{ ...node, children: withoutLinks(node.children) }] : [node];
  });
}

/** The words of `nodes` without their looks. */
export function plainText(nodes: readonly Inline[]): string {
  return nodes.map(wordsOf).join('');
}

function wordsOf(node: Inline): string {
  switch (node.type) {
    case 'text':
    case 'code':
    case 'formula':
      return node.text;
    case 'break':
      return '\n';
    case 'image':
      return node.alt;
    case 'emphasis':
    case 'strong':
    case 'strike':
    case 'pending':
    case 'link':
      return plainText(node.children);
    default:
      return node satisfies never;
  }
}
