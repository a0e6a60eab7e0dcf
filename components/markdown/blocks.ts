import { readDefinition } from './addresses';
import * as starts from './block-starts';
import { checkpoint } from './checkpoint';
import { longestFormula } from './formulas';
import { Line } from './line';
import { alignmentsOf, cellsOf } from './rows';
import {
  isContainer,
  type Block,
  type CodeBlock,
  type ContainerBlock,
  type DocumentBlock,
  type FormulaBlock,
  type ItemBlock,
  type LeafBlock,
  type ListBlock,
  type ParagraphBlock,
  type QuoteBlock,
  type Reference,
  type TableBlock,
} from './tree';

/** Quotes, lists and items within each other, at most; deeper marks are text. */
const deepest = 100;

/**
 * Builds the tree of blocks line by line, by the method the CommonMark specification describes: a line first continues
 * blocks that are open, then starts new ones, then gives its rest to the innermost. So a line is read once, whatever comes
 * after it; only definitions of links reach back, and `defined` tells of them.
 */
export class BlockParser {
  readonly root: DocumentBlock = { kind: 'document', children: [], open: true, startLine: 1, endLine: 1 };
  readonly references = new Map<string, Reference>();
  /** Keys of labels defined since the caller last emptied this list. */
  readonly defined: string[] = [];
  /** The open blocks, from the document to the innermost. */
  private chain: Block[] = [this.root];
  private lineNumber = 0;
  private takeBack: (() => void) | undefined;
  private settledCounts: Map<Block, number> | undefined;
  /** How to get back to where the open formula began; lines that turn out to be no formula are read again as text. */
  private beforeFormula: { undo(): void; settledCounts: Map<Block, number> } | undefined;
  private beforeLine: BlockParser['beforeFormula'];
  private withFormulas = true;

  /** The innermost open block. */
  get tip(): Block {
    return this.chain.at(-1) ?? this.root;
  }

  /** Adds a whole line, given without its end. */
  add(text: string): void {
    this.forget();
    this.settledCounts = undefined;
    this.read(text);
  }

  /** Shows what the tree would be if the text ended with this unfinished line. The next call takes it back. */
  preview(text: string): void {
    this.forget();
    // Whether the line belongs to the formula, and what the formula is, shows only at its end.
    if (this.tip.kind === 'formula') return;
    this.settledCounts ??= this.countSettled();
    this.takeBack = this.mark();
    this.read(text);
  }

  /** Remembers everything one more line can change but definitions. */
  private mark(): () => void {
    const { lineNumber } = this;
    const chain = [...this.chain];
    const undo = checkpoint(chain);
    return () => {
      undo();
      this.chain = chain;
      this.lineNumber = lineNumber;
    };
  }

  /** Takes a previewed line back. */
  forget(): void {
    this.takeBack?.();
    this.takeBack = undefined;
  }

  /** No more lines will come. */
  finish(): void {
    this.forget();
    if (this.tip.kind === 'formula') this.readAsText(this.tip);
    this.closeTo(0);
    this.settledCounts = undefined;
  }

  /** How many children of an open block no later line can change; definitions may still change what is in them. */
  settled(block: ContainerBlock): number {
    this.settledCounts ??= this.beforeFormula?.settledCounts ?? this.countSettled();
    return this.settledCounts.get(block) ?? 0;
  }

  private countSettled(): Map<Block, number> {
    const counts = new Map<Block, number>();
    this.chain.forEach((block, depth) => {
      if (isContainer(block)) counts.set(block, block.children.length - (depth < this.chain.length - 1 ? 1 : 0));
    });
    return counts;
  }

  private read(text: string): void {
    const { tip } = this;
    if (tip.kind === 'formula' && !this.continuesFormula(tip, text)) this.readAsText(tip);
    if (this.tip.kind !== 'formula') this.beforeLine = this.mayOpenFormula(text) ? this.bookmark() : undefined;
    this.lineNumber += 1;
    const line = new Line(text);
    let depth = 1;
    while (depth < this.chain.length && this.continues(this.chain[depth], line)) depth += 1;
    const container = this.chain[depth - 1] ?? this.root;
    if (container.kind === 'code') return this.addCode(container, line);
    if (container.kind === 'formula') return this.addFormula(container, line, text);
    const { tip: former } = this;
    const unmatched = depth < this.chain.length;
    const started = this.startBlocks(line, text, depth);
    if (started === 'whole line') return;
    if (started === 'none' && unmatched && !line.blank && former.kind === 'paragraph')
      return this.addText(former, line, true);
    if (started === 'none') this.closeTo(depth);
    const { tip: inner } = this;
    if (line.blank) return;
    if (inner.kind === 'paragraph') this.addText(inner, line, false);
    else if (inner.kind === 'table') this.addRow(inner, line);
    else this.open({ kind: 'paragraph', text: line.rest, lazy: false, ...this.here() });
  }

  /** Whether an open block goes on with this line; takes the block's prefix off the line. */
  private continues(block: Block | undefined, line: Line): boolean {
    switch (block?.kind) {
      case 'quote':
        if (line.indented || line.text[line.content] !== '>') return false;
        line.skipContent(1);
        line.skipOneSpace();
        block.endLine = this.lineNumber;
        return true;
      case 'item':
        if (line.blank ? block.children.length === 0 : line.indent < block.width) return false;
        line.skipColumns(block.width);
        return true;
      case 'code':
        return block.fence !== undefined || line.indented || line.blank;
      case 'paragraph':
      case 'table':
        return !line.blank;
      default:
        // Lists, and formulas, whose end has been looked for before.
        return true;
    }
  }

  /** Starts every block the line starts below the first `depth` open ones. */
  private startBlocks(line: Line, text: string, depth: number): 'none' | 'some' | 'whole line' {
    let started: 'none' | 'some' = 'none';
    for (let matched = depth; line.indented || starts.mayStartBlock(line); matched = this.chain.length) {
      const next = this.startBlock(line, text, matched);
      if (next === 'none') break;
      if (next === 'leaf') return 'whole line';
      started = 'some';
    }
    return started;
  }

  private startBlock(line: Line, text: string, matched: number): 'none' | 'container' | 'leaf' {
    const container = this.chain[matched - 1] ?? this.root;
    if (line.indented) return this.startIndentedCode(line, matched);
    const mark = line.text[line.content];
    if (mark === '>') return this.startQuote(line, matched);
    const heading = mark === '#' ? starts.readHeading(line) : undefined;
    if (heading) return this.place({ kind: 'heading', ...heading, ...this.here() }, matched);
    const fence = mark === '`' || mark === '~' ? starts.readFence(line) : undefined;
    if (fence) return this.begin({ kind: 'code', fence, text: '', blanks: '', partial: '', ...this.here() }, matched);
    if (mark === '$' || mark === '\\') return this.startFormula(line, text, matched);
    if (container.kind === 'paragraph') {
      if (this.underline(container, line) || this.startTable(container, line)) return 'leaf';
    }
    if (starts.isRule(line)) return this.place({ kind: 'rule', ...this.here() }, matched);
    return this.startItem(line, container, matched);
  }

  private startIndentedCode(line: Line, matched: number): 'none' | 'leaf' {
    // Indented text cannot interrupt a paragraph, not even one that goes on outside its container.
    if (this.tip.kind === 'paragraph' || line.blank) return 'none';
    const code: CodeBlock = { kind: 'code', text: '', blanks: '', partial: '', ...this.here() };
    this.begin(code, matched);
    this.addCode(code, line);
    return 'leaf';
  }

  private startQuote(line: Line, matched: number): 'none' | 'container' {
    if (this.chain.length > deepest) return 'none';
    line.skipContent(1);
    line.skipOneSpace();
    const quote: QuoteBlock = { kind: 'quote', children: [], ...this.here() };
    this.begin(quote, matched);
    return 'container';
  }

  private startItem(line: Line, container: Block, matched: number): 'none' | 'container' {
    if (this.chain.length > deepest) return 'none';
    const marker = starts.takeListMarker(line, container);
    if (!marker) return 'none';
    const { width, ...kind } = marker;
    this.closeTo(matched);
    this.closeLeaf();
    const { tip } = this;
    if (tip.kind !== 'list' || tip.ordered !== kind.ordered || tip.delimiter !== kind.delimiter) {
      const list: ListBlock = { kind: 'list', ...kind, children: [], tight: true, ...this.here() };
      this.open(list);
    }
    const item: ItemBlock = { kind: 'item', width, children: [], ...this.here() };
    this.open(item);
    return 'container';
  }

  /** Turns a paragraph into a heading, if the line underlines it. */
  private underline(paragraph: ParagraphBlock, line: Line): boolean {
    const level = starts.readUnderline(line);
    if (level === undefined) return false;
    this.takeDefinitions(paragraph);
    if (paragraph.text === '') return false;
    const { startLine, text } = paragraph;
    this.chain.pop();
    paragraph.open = false;
    this.parent().children.pop();
    this.parent().children.push({ kind: 'heading', level, text, open: false, startLine, endLine: this.lineNumber });
    return true;
  }

  /** Turns the last line of a paragraph into the header of a table, if this line sets as many columns as that one has. */
  private startTable(paragraph: ParagraphBlock, line: Line): boolean {
    const alignments = alignmentsOf(line.rest);
    if (!alignments || paragraph.lazy) return false;
    const start = paragraph.text.lastIndexOf('\n') + 1;
    const source = paragraph.text.slice(start);
    if (!source.includes('|')) return false;
    const header = cellsOf(source);
    if (header.length !== alignments.length) return false;
    if (start === 0) {
      this.chain.pop();
      paragraph.open = false;
      this.parent().children.pop();
    } else {
      paragraph.text = paragraph.text.slice(0, start - 1);
      paragraph.endLine = this.lineNumber - 2;
    }
    const table: TableBlock = {
      kind: 'table',
      alignments,
      header,
      lines: [source, line.rest],
      ...this.here(),
      startLine: this.lineNumber - 1,
    };
    this.open(table);
    return true;
  }

  private startFormula(line: Line, text: string, matched: number): 'none' | 'leaf' {
    const start = this.withFormulas ? starts.readFormulaStart(line) : undefined;
    if (!start) return 'none';
    // Whether words follow, and make it part of a sentence, shows only at the end of the line.
    if (this.takeBack) return 'leaf';
    const { closed, ...content } = start;
    const formula: FormulaBlock = { kind: 'formula', ...content, lines: [text], ...this.here() };
    if (closed) return this.place(formula, matched);
    this.beforeFormula = this.beforeLine;
    return this.begin(formula, matched);
  }

  /** Whether `text` is one more line of the formula: within the same containers, not blank, and not running on after its end. */
  private continuesFormula(formula: FormulaBlock, text: string): boolean {
    const line = new Line(text);
    const within = this.chain.every((block) => block === formula || block === this.root || this.continues(block, line));
    if (!within || line.blank || formula.text.length + text.length > longestFormula) return false;
    return starts.readFormulaEnd(line.rest, formula.close) !== 'text';
  }

  private addFormula(formula: FormulaBlock, line: Line, text: string): void {
    const end = starts.readFormulaEnd(line.rest, formula.close);
    formula.text += `\n${end ?? line.rest}`;
    formula.lines = [...formula.lines, text];
    formula.endLine = this.lineNumber;
    if (end !== undefined) this.close();
  }

  private mayOpenFormula(text: string): boolean {
    return this.withFormulas && !this.takeBack && (text.includes('$$') || text.includes('\\['));
  }

  private bookmark(): BlockParser['beforeFormula'] {
    return { undo: this.mark(), settledCounts: this.countSettled() };
  }

  /** A formula without an end is no formula: its lines are read again as if formulas did not exist. */
  private readAsText(formula: FormulaBlock): void {
    this.beforeFormula?.undo();
    this.beforeFormula = undefined;
    this.withFormulas = false;
    for (const line of formula.lines) this.read(line);
    this.withFormulas = true;
  }

  private addText(paragraph: ParagraphBlock, line: Line, lazy: boolean): void {
    paragraph.lazy = lazy;
    paragraph.text += `\n${line.rest}`;
    paragraph.endLine = this.lineNumber;
  }

  private addRow(table: TableBlock, line: Line): void {
    table.lines.push(line.rest);
    table.endLine = this.lineNumber;
  }

  private addCode(code: CodeBlock, line: Line): void {
    if (code.fence && starts.closesFence(line, code.fence)) {
      code.endLine = this.lineNumber;
      return this.close();
    }
    line.skipColumns(code.fence ? Math.min(code.fence.indent, line.indent) : 4);
    const content = line.remainder();
    const waits = !code.fence && line.blank;
    if (!waits) code.endLine = this.lineNumber;
    if (this.takeBack) code.partial = waits ? '' : code.blanks + content;
    else if (waits) code.blanks += `${content}\n`;
    else {
      code.text += `${code.blanks}${content}\n`;
      code.blanks = '';
    }
  }

  private here(): { open: true; startLine: number; endLine: number } {
    return { open: true, startLine: this.lineNumber, endLine: this.lineNumber };
  }

  private parent(): ContainerBlock {
    const { tip } = this;
    return isContainer(tip) ? tip : this.root;
  }

  /** Opens a block below the first `matched` open ones, closing the others. */
  private begin(block: Block, matched: number): 'leaf' {
    this.closeTo(matched);
    this.open(block);
    return 'leaf';
  }

  /** Adds a block that is whole. */
  private place(block: LeafBlock, matched: number): 'leaf' {
    this.begin(block, matched);
    this.close();
    return 'leaf';
  }

  private open(block: Block): void {
    this.closeLeaf();
    if (this.tip.kind === 'list' && block.kind !== 'item') this.close();
    const parent = this.parent();
    const last = parent.children.at(-1);
    if (last && last.endLine < block.startLine - 1) this.loosen(parent);
    parent.children.push(block);
    this.chain.push(block);
  }

  /** A blank line between items, or between the blocks of an item, makes the list loose. */
  private loosen(parent: ContainerBlock): void {
    const list = parent.kind === 'item' ? this.chain.at(-2) : parent;
    if (list?.kind === 'list') list.tight = false;
  }

  private closeLeaf(): void {
    if (!isContainer(this.tip)) this.close();
  }

  private closeTo(depth: number): void {
    while (this.chain.length > depth) this.close();
  }

  private close(): void {
    const block = this.chain.pop();
    if (!block) return;
    block.open = false;
    if (block.kind === 'formula') this.beforeFormula = undefined;
    if (isContainer(block)) block.endLine = Math.max(block.endLine, block.children.at(-1)?.endLine ?? 0);
    else if (block.kind === 'paragraph') {
      this.takeDefinitions(block);
      if (block.text === '') this.parent().children.pop();
    }
  }

  /** Takes the link definitions a paragraph starts with out of it. */
  private takeDefinitions(paragraph: ParagraphBlock): void {
    let at = 0;
    for (;;) {
      const definition = paragraph.text[at] === '[' ? readDefinition(paragraph.text, at) : undefined;
      if (!definition) break;
      const { key, url, title, end } = definition;
      // What is only previewed may yet turn out otherwise.
      if (!this.takeBack && !this.references.has(key)) {
        this.references.set(key, { url, title });
        this.defined.push(key);
      }
      at = end;
    }
    if (at > 0) paragraph.text = paragraph.text.slice(at);
  }
}
