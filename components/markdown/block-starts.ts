import { unescapeText } from './characters';
import type { Line } from './line';
import type { Block, CodeBlock, FormulaBlock, ListBlock } from './tree';

/** What a line begins, read from the line alone. Each reader leaves the line where the new block's own text starts. */

export type ListMarker = Pick<ListBlock, 'ordered' | 'delimiter' | 'start'> & { width: number };

const fence = /^(?:`{3,}|~{3,})/;
const heading = /^#{1,6}(?=[ \t]|$)/;
const underline = /^(?:=+|-+)[ \t]*$/;
const rule = /^(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$/;
/** Nobody draws a longer one, and every list within lists asks again. */
const longestRule = 1000;
const bullet = /^[*+-](?=[ \t]|$)/;
const number = /^(\d{1,9})([.)])(?=[ \t]|$)/;

const startsBlock = /[-#$*+0-9:=>[\\_`|~]/;

/** A line whose content starts with any other character can only be text. */
export function mayStartBlock(line: Line): boolean {
  return startsBlock.test(line.text[line.content] ?? '');
}

export function readFence(line: Line): NonNullable<CodeBlock['fence']> | undefined {
  const found = fence.exec(line.rest)?.[0];
  if (found === undefined || (found.startsWith('`') && line.rest.includes('`', found.length))) return undefined;
  const info = unescapeText(line.rest.slice(found.length).trim());
  return { mark: found[0] ?? '', length: found.length, indent: line.indent, info };
}

/** Whether the line closes a block of code that `opening` opened. */
export function closesFence(line: Line, opening: NonNullable<CodeBlock['fence']>): boolean {
  if (line.indented || line.text[line.content] !== opening.mark) return false;
  const rest = line.rest.trimEnd();
  return rest.length >= opening.length && rest === opening.mark.repeat(rest.length);
}

/** The level and the text of a heading such as `## Title ##`. */
export function readHeading(line: Line): { level: number; text: string } | undefined {
  const found = heading.exec(line.rest)?.[0];
  if (found === undefined) return undefined;
  const text = line.rest.slice(found.length).trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  const closed = end === 0 || text[end - 1] === ' ' || text[end - 1] === '\t';
  return { level: found.length, text: closed ? text.slice(0, end).trimEnd() : text };
}

/** 1 or 2, where the line underlines the paragraph above it. */
export function readUnderline(line: Line): 1 | 2 | undefined {
  if (!underline.test(line.rest)) return undefined;
  return line.rest.startsWith('=') ? 1 : 2;
}

export function isRule(line: Line): boolean {
  return line.rest.length <= longestRule && rule.test(line.rest);
}

/** Reads a list marker and takes it off the line. Within a paragraph only a bullet with text, or a `1`, starts a list. */
export function takeListMarker(line: Line, container: Block): ListMarker | undefined {
  const rest = line.rest;
  const numbered = number.exec(rest);
  const mark = numbered?.[0] ?? bullet.exec(rest)?.[0];
  if (mark === undefined) return undefined;
  const start = numbered ? Number(numbered[1]) : 1;
  const empty = rest.slice(mark.length).trim() === '';
  if (container.kind === 'paragraph' && (empty || (numbered && start !== 1))) return undefined;
  const before = line.indent;
  line.skipContent(mark.length);
  // One to four columns of space belong to the marker; more are code within the item.
  const space = line.blank || line.indent > 4 ? 1 : line.indent;
  line.skipColumns(space);
  const delimiter = numbered?.[2] ?? mark;
  return { ordered: numbered !== null, delimiter, start, width: before + mark.length + space };
}

/** Reads the start of a displayed formula, `$$` or `\[`. `text` is what follows on the line; `closed` says that it ends there. */
export function readFormulaStart(line: Line): (Pick<FormulaBlock, 'close' | 'text'> & { closed: boolean }) | undefined {
  const rest = line.rest.trimEnd();
  const close = rest.startsWith('$$') && rest[2] !== '$' ? '$$' : rest.startsWith('\\[') ? '\\]' : undefined;
  if (close === undefined) return undefined;
  const text = rest.slice(2);
  const end = readFormulaEnd(text, close);
  if (end === 'text') return undefined;
  return { close, text: end ?? text, closed: end !== undefined };
}

/**
 * The part of a formula's line before its closing mark; nothing, if the line has none; `text`, if words follow the mark,
 * for then it is a formula within a sentence. A full stop or comma after the mark belongs to the formula.
 */
export function readFormulaEnd(text: string, close: FormulaBlock['close']): string | 'text' | undefined {
  const at = text.indexOf(close);
  if (at === -1) return undefined;
  const after = text.slice(at + 2).trim();
  return /^[.,;:]?$/.test(after) ? text.slice(0, at) + after : 'text';
}
