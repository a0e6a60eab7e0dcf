/**
 * Finds formulas in running text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`. An amount of money is no formula: an opening dollar
 * has no letter or digit before it and no space after it, a closing one no space before it and no digit after it.
 */

/** Longest formula, in characters; a longer one stays text. */
export const longestFormula = 2000;
/** How much of a formula still being written may stay unseen. */
const longestUnseen = 300;
/** The same where nothing but the dollar speaks for a formula. */
const longestDoubtful = 24;

export interface Formula {
  text: string;
  display: boolean;
  end: number;
}

/** Finds closing marks in one source. Every search goes on where the last one ended, so that all of them read it once. */
export class FormulaReader {
  private readonly found = new Map<string, number>();
  private readonly source: string;
  private readonly growing: boolean;

  constructor(source: string, growing: boolean) {
    this.source = source;
    this.growing = growing;
  }

  /** The formula that starts at `at`; `unfinished` if its end may be still to come and it should stay unseen. */
  read(at: number): Formula | 'unfinished' | undefined {
    const { source } = this;
    if (source[at] === '\\') return this.readTo(source[at + 1] === '(' ? '\\)' : '\\]', at);
    if (source[at + 1] === '$') return source[at + 2] === '$' ? undefined : this.readTo('$$', at);
    return this.readDollar(at);
  }

  private readTo(close: string, at: number): Formula | 'unfinished' | undefined {
    const { source } = this;
    const start = at + 2;
    const end = this.next(close, start);
    if (end === -1) return this.growing && source.length - start <= longestUnseen ? 'unfinished' : undefined;
    if (end - start > longestFormula) return undefined;
    const text = source.slice(start, end).trim();
    // `\[\\\]` is three escapes: a formula has something to say.
    return !/[\p{L}\p{N}]/u.test(text) ? undefined : { text, display: close !== '\\)', end: end + 2 };
  }

  private readDollar(at: number): Formula | 'unfinished' | undefined {
    const { source } = this;
    const start = at + 1;
    if (/[\p{L}\p{N}\\$]/u.test(source[at - 1] ?? ' ')) return undefined;
    if (start >= source.length) return this.growing ? 'unfinished' : undefined;
    if (/[\s$]/.test(source[start] ?? ' ')) return undefined;
    const end = this.nextDollar(start);
    if (end === -1) {
      return this.growing && mayBecomeFormula(source.slice(start, start + longestUnseen + 1))
        ? 'unfinished'
        : undefined;
    }
    if (end - start > longestFormula || !closes(source, end)) return undefined;
    // A digit may still follow and make this dollar the sign of the next amount.
    if (this.growing && end === source.length - 1) return 'unfinished';
    const text = source.slice(start, end);
    return isAmount(text) ? undefined : { text, display: false, end: end + 1 };
  }

  private next(mark: string, from: number): number {
    const known = this.found.get(mark) ?? -2;
    if (known === -1 || known >= from) return known;
    const place = this.source.indexOf(mark, from);
    this.found.set(mark, place);
    return place;
  }

  /** The next dollar that is not escaped. A formula holds no other. */
  private nextDollar(from: number): number {
    let place = this.next('$', from);
    while (place !== -1 && this.source[place - 1] === '\\') place = this.next('$', place + 1);
    return place;
  }
}

function closes(source: string, at: number): boolean {
  return /\S/.test(source[at - 1] ?? ' ') && !/[\d$]/.test(source[at + 1] ?? ' ');
}

const evidence = /[\\^_={}+<>×·]/;

/** `5, or 5` between two dollars is money; `5`, `5x^2` and `2 + 2` are formulas. */
function isAmount(text: string): boolean {
  if (!/^[\d.,]/.test(text) || evidence.test(text.slice(0, 200))) return false;
  return /\s/.test(text) || text.length > 200;
}

function mayBecomeFormula(text: string): boolean {
  if (/^[\d.,]/.test(text)) return false;
  if (text.length > longestUnseen) return false;
  return text.length <= longestDoubtful || evidence.test(text);
}
