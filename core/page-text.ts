/**
 * What a page shows, as marks in reading order, and the text made of them: headings with `#`, lists, tables, fenced code,
 * and line breaks where a browser's `innerText` has them. The marks are collected inside the page
 * (`entrypoints/background/reader.ts`); the text is put together outside of it, where nobody's scrolling waits.
 */

/** Headings carry their level, items their marker (`-` or `3.`), code its language, if it says one. */
export type Kind = 'heading' | 'item' | 'quote' | 'code' | 'table' | 'row' | 'cell';

export type Mark =
  /** Text whose white space collapses. */
  | string
  /** At least this many line breaks stand here, unless nothing comes before or after. */
  | 1
  | 2
  /** Text whose white space is kept. */
  | { keep: string }
  | { begin: Kind; as?: string }
  | { end: Kind };

export interface ReaderOptions {
  /** The page's own thread is held about this long at most, in milliseconds. */
  sliceMs: number;
  /** What is not reached in this time is left out and counted, in milliseconds. */
  limitMs: number;
  /** The most text that is collected, in UTF-16 units. */
  characters: number;
}

/** What the injected reader brings back. */
export interface PageMarks {
  marks: Mark[];
  title: string;
  url: string;
  contentType: string;
  /** Characters the page hides from its reader. */
  hidden: number;
  /** Characters over `characters`, or not reached in `limitMs`. */
  left: number;
  /** The page went on to another address while it was read: what is here belongs to neither. */
  moved: boolean;
  /** How often the page got its thread back, and the longest it had to wait, in milliseconds. */
  pauses: number;
  longestMs: number;
}

/** The text of a page as it is kept and sent. Every `begin` needs its `end`. */
export function pageText(marks: readonly Mark[]): string {
  const open: Open[] = [{ kind: 'page', writer: new Writer(), rows: [] }];
  for (const mark of marks) {
    const here = open.at(-1) ?? never();
    if (typeof mark === 'string') here.writer.write(mark);
    else if (typeof mark === 'number') here.writer.gap(mark);
    else if ('keep' in mark) here.writer.keep(mark.keep);
    else if ('begin' in mark) {
      if (mark.begin === 'row') tableOf(open)?.rows.push([]);
      open.push(begun(mark.begin, mark.as ?? '', here.writer));
    } else if (open.length > 1 && here.kind === mark.end) {
      open.pop();
      finish(here, open);
    }
  }
  while (open.length > 1) finish(open.pop() ?? never(), open);
  return (open[0] ?? never()).writer.done();
}

interface Open {
  kind: Kind | 'page';
  writer: Writer;
  as?: string;
  /** Of a table: its rows of cells. */
  rows: string[][];
}

const tableOf = (open: readonly Open[]): Open | undefined => open.findLast((one) => one.kind === 'table');

function never(): never {
  throw new Error('unbalanced marks');
}

function begun(kind: Kind, as: string, outer: Writer): Open {
  switch (kind) {
    case 'item':
      outer.gap(1);
      outer.indent(`${as} `, ' '.repeat(as.length + 1));
      return { kind, writer: outer, rows: [] };
    case 'quote':
      outer.gap(2);
      outer.indent('> ', '> ');
      return { kind, writer: outer, rows: [] };
    case 'row':
      return { kind, writer: outer, rows: [] };
    case 'heading':
    case 'code':
    case 'table':
    case 'cell':
      return { kind, as, writer: new Writer(), rows: [] };
    default:
      return kind satisfies never;
  }
}

function finish(closed: Open, open: readonly Open[]): void {
  const outer = open.at(-1) ?? never();
  const into = outer.writer;
  switch (closed.kind) {
    case 'item':
      into.outdent();
      into.gap(1);
      break;
    case 'quote':
      into.outdent();
      into.gap(2);
      break;
    case 'heading':
      writeHeading(closed, into);
      break;
    case 'code':
      writeCode(closed, into);
      break;
    case 'cell': {
      const row = tableOf(open)?.rows.at(-1);
      if (row) row.push(closed.writer.done());
      else into.write(`${closed.writer.done()} `);
      break;
    }
    case 'row':
      break;
    case 'table':
      writeTable(closed, into);
      break;
    case 'page':
      break;
    default:
      closed.kind satisfies never;
  }
}

// A pattern that ends in `+$` takes the square of a run of spaces that something follows, and pages can hold a megabyte of them.

/** Without empty lines at the start, and without white space at the end. */
function trimLines(text: string): string {
  let from = 0;
  while (text[from] === '\n') from += 1;
  return text.slice(from).trimEnd();
}

/** Without the spaces and tabs at the end. */
function trimSpaces(line: string): string {
  let to = line.length;
  while (line[to - 1] === ' ' || line[to - 1] === '\t') to -= 1;
  return line.slice(0, to);
}

function writeHeading(closed: Open, into: Writer): void {
  const text = closed.writer
    .done()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
  into.gap(2);
  if (text !== '') into.keep(`${'#'.repeat(Number(closed.as) || 1)} ${text}`);
  into.gap(2);
}

function writeCode(closed: Open, into: Writer): void {
  const text = trimLines(closed.writer.raw());
  into.gap(2);
  if (text !== '') {
    const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
    const fence = '`'.repeat(longest + 1);
    into.keep(`${fence}${closed.as ?? ''}\n${text}\n${fence}`);
  }
  into.gap(2);
}

/** Cells longer than this are text that stands in columns, not data. */
const longestCell = 400;

function writeTable(closed: Open, into: Writer): void {
  const rows = closed.rows.filter((row) => row.some((cell) => cell !== ''));
  const loose = closed.writer.done();
  into.gap(2);
  if (loose !== '') {
    into.keep(loose);
    into.gap(2);
  }
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const isData =
    columns > 1 &&
    rows.length > 1 &&
    rows.every((row) => row.every((cell) => cell.length <= longestCell && !cell.includes('\n')));
  for (const [place, row] of rows.entries()) {
    if (isData) {
      const cells = Array.from({ length: columns }, (_, column) => (row[column] ?? '').replaceAll('|', '\\|'));
      into.gap(1);
      into.keep(`| ${cells.join(' | ')} |`);
      if (place === 0) into.keep(`\n|${' --- |'.repeat(columns)}`);
    } else if (row.every((cell) => !cell.includes('\n'))) {
      into.gap(1);
      into.keep(row.filter((cell) => cell !== '').join(' | '));
    } else {
      for (const cell of row) {
        into.gap(2);
        into.keep(cell);
      }
      into.gap(2);
    }
  }
  into.gap(2);
}

/** Lines with collapsing white space and indents. */
class Writer {
  #lines: string[] = [];
  #line = '';
  /** Line breaks owed before the next visible character. */
  #owed = 0;
  #indents: { first: string; rest: string; used: boolean }[] = [];

  /** Text whose white space collapses: none at the start of a line, one space elsewhere. */
  write(text: string): void {
    const single = text.replace(/[ \t\n\r\f]+/g, ' ');
    const atStart = this.#owed > 0 || this.#line === '' || this.#line.endsWith(' ');
    const piece = atStart && single.startsWith(' ') ? single.slice(1) : single;
    if (piece === '') return;
    this.#begin();
    this.#line += piece;
  }

  /** Text whose white space is kept, line breaks too. */
  keep(text: string): void {
    for (const [place, line] of text.split('\n').entries()) {
      if (place > 0) this.#break();
      if (line === '') continue;
      this.#begin();
      this.#line += line;
    }
  }

  gap(breaks: 1 | 2): void {
    if (this.#line !== '' || this.#lines.length > 0) this.#owed = Math.max(this.#owed, breaks);
  }

  /** The next line begins with `first`, the ones after it with `rest`. */
  indent(first: string, rest: string): void {
    this.#indents.push({ first, rest, used: false });
  }

  outdent(): void {
    this.#indents.pop();
  }

  done(): string {
    return trimLines(this.#all().map(trimSpaces).join('\n'));
  }

  /** As it is, trailing spaces too. */
  raw(): string {
    return this.#all().join('\n');
  }

  #all(): string[] {
    return this.#line === '' ? this.#lines : [...this.#lines, this.#line];
  }

  /** Pays the breaks owed and starts a line with its indent. */
  #begin(): void {
    if (this.#owed > 0) {
      const blank = this.#owed - 1;
      this.#lines.push(this.#line);
      // A break just before may have left a blank line already.
      const has = this.#lines.length > 1 && this.#lines.at(-1)?.trim() === '' ? 1 : 0;
      for (let count = has; count < blank; count += 1) this.#lines.push(this.#blank());
      if (has > blank) this.#lines.pop();
      this.#line = '';
      this.#owed = 0;
    }
    if (this.#line !== '') return;
    for (const indent of this.#indents) {
      this.#line += indent.used ? indent.rest : indent.first;
      indent.used = true;
    }
  }

  #break(): void {
    if (this.#owed > 0) this.#owed = Math.max(this.#owed, 1);
    this.#lines.push(this.#line === '' ? this.#blank() : this.#line);
    this.#line = '';
  }

  #blank(): string {
    return this.#indents
      .map((indent) => (indent.used ? indent.rest : ''))
      .join('')
      .trimEnd();
  }
}
