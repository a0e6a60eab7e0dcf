/**
 * What Markdown source becomes before it becomes elements. Blocks hold their inline source as text; it is read when the
 * block is drawn. `startLine` and `endLine` number the source lines from 1; `endLine` is the last line with content.
 */

interface Placed {
  open: boolean;
  startLine: number;
  endLine: number;
}

export interface DocumentBlock extends Placed {
  kind: 'document';
  children: Block[];
}

export interface QuoteBlock extends Placed {
  kind: 'quote';
  children: Block[];
}

export interface ListBlock extends Placed {
  kind: 'list';
  children: Block[];
  ordered: boolean;
  /** `-`, `+`, `*`, `.` or `)`: another one starts another list. */
  delimiter: string;
  start: number;
  /** No blank line between the items or between the blocks of one. */
  tight: boolean;
}

export interface ItemBlock extends Placed {
  kind: 'item';
  children: Block[];
  /** Columns a line must be indented by to belong to this item. */
  width: number;
}

export interface ParagraphBlock extends Placed {
  kind: 'paragraph';
  text: string;
  /** The last line came without the marks of the quote or list it is in. */
  lazy: boolean;
}

export interface HeadingBlock extends Placed {
  kind: 'heading';
  level: number;
  text: string;
}

export interface RuleBlock extends Placed {
  kind: 'rule';
}

export interface CodeBlock extends Placed {
  kind: 'code';
  /** Absent for code that is only indented. `indent` columns are taken off each line. */
  fence?: { mark: string; length: number; indent: number; info: string };
  /** Whole lines, each ended by a line feed; grows only at its end. */
  text: string;
  /** Blank lines that belong to indented code only if more of it follows. */
  blanks: string;
  /** The line that is still being written. */
  partial: string;
}

export type Alignment = 'left' | 'right' | 'center' | undefined;

export interface TableBlock extends Placed {
  kind: 'table';
  alignments: Alignment[];
  /** Inline source of the cells at its head; every row has as many. */
  header: string[];
  /** The lines as written, the header and the line below it included. */
  lines: string[];
}

export interface FormulaBlock extends Placed {
  kind: 'formula';
  close: '$$' | '\\]';
  text: string;
  /** Lines as they came, prefixes of quotes and lists included: without a closing mark they are read again as text. */
  lines: readonly string[];
}

export type ContainerBlock = DocumentBlock | QuoteBlock | ListBlock | ItemBlock;
export type LeafBlock = ParagraphBlock | HeadingBlock | RuleBlock | CodeBlock | TableBlock | FormulaBlock;
export type Block = ContainerBlock | LeafBlock;

/** What a label stands for. Both are as written, escapes and entities resolved; nothing here has been checked. */
export interface Reference {
  url: string;
  title: string;
}

export type Inline =
  /** A line feed in it is a soft break. */
  | { type: 'text'; text: string }
  | { type: 'break' }
  | { type: 'code'; text: string }
  /** `pending` holds the text of a link whose address is still being written. */
  | { type: 'emphasis' | 'strong' | 'strike' | 'pending'; children: Inline[] }
  | { type: 'link'; url: string; title: string; children: Inline[] }
  | { type: 'image'; url: string; title: string; alt: string }
  | { type: 'formula'; text: string; display: boolean };

export function isContainer(block: Block): block is ContainerBlock {
  return block.kind === 'document' || block.kind === 'quote' || block.kind === 'list' || block.kind === 'item';
}
