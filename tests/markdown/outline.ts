import MarkdownIt, { type Token } from 'markdown-it';
import { BlockParser } from '../../components/markdown/blocks';
import { parseInline } from '../../components/markdown/inline';
import { rowOf } from '../../components/markdown/rows';
import type { Block, Inline, ListBlock, Reference } from '../../components/markdown/tree';

/** The structure of Markdown source as our parser sees it, in a notation of our own that both parsers can be put into. */
export function ourOutline(source: string): string {
  const parser = new BlockParser();
  const lines = source.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) parser.add(line);
  parser.finish();
  return parser.root.children.map((block) => outlineOf(block, parser.references)).join('');
}

function outlineOf(block: Block, references: ReadonlyMap<string, Reference>): string {
  const inline = (text: string) => inlineOutline(parseInline(text, { references, growing: false }).nodes);
  const inner = (children: Block[]) => children.map((child) => outlineOf(child, references)).join('');
  switch (block.kind) {
    case 'document':
      return inner(block.children);
    case 'quote':
      return `(quote ${inner(block.children)})`;
    case 'list':
      return `(list ${isTight(block) ? 'tight' : 'loose'} ${block.ordered ? block.start : '-'} ${inner(block.children)})`;
    case 'item':
      return `(item ${inner(block.children)})`;
    case 'paragraph':
      return `(p ${inline(block.text)})`;
    case 'heading':
      return `(h${block.level} ${inline(block.text)})`;
    case 'rule':
      return '(rule)';
    case 'code':
      return `(code ${JSON.stringify(block.fence?.info ?? '')} ${JSON.stringify(block.text)})`;
    case 'table':
      return `(table ${[block.header, ...block.lines.slice(2).map((line) => rowOf(line, block.header.length))]
        .map(
          (row) =>
            `(row ${row.map((cell, column) => `(cell ${block.alignments[column] ?? '-'} ${inline(cell)})`).join('')})`,
        )
        .join('')})`;
    case 'formula':
      return `(formula ${JSON.stringify(block.text)})`;
    default:
      return block satisfies never;
  }
}

/** The library keeps the indentation of lines within code that go on without their marks. */
const joined = (code: string) => code.replace(/ +/g, ' ').trim();

/** Looseness shows only where an item holds a paragraph of its own. */
function isTight(list: ListBlock): boolean {
  const items = list.children.flatMap((item) => (item.kind === 'item' ? item.children : []));
  return list.tight || !items.some((block) => block.kind === 'paragraph');
}

function inlineOutline(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.type) {
        case 'text':
          return JSON.stringify(node.text);
        case 'break':
          return '(br)';
        case 'code':
          return `(code ${JSON.stringify(joined(node.text))})`;
        case 'emphasis':
        case 'strong':
        case 'strike':
        case 'pending':
          return `(${node.type} ${inlineOutline(node.children)})`;
        case 'link':
          return `(link ${JSON.stringify([node.url, node.title])} ${inlineOutline(node.children)})`;
        case 'image':
          return `(image ${JSON.stringify([node.url, node.title, node.alt])})`;
        case 'formula':
          return `(formula ${JSON.stringify(node.text)})`;
        default:
          return node satisfies never;
      }
    })
    .join('');
}

const library = new MarkdownIt({ html: false, linkify: false });
library.normalizeLink = (url) => url;
library.validateLink = () => true;

/** The same notation from markdown-it's tokens, HTML off. */
export function libraryOutline(source: string): string {
  const tokens = library.parse(source, {});
  const lists: { tight: boolean; at: number; level: number }[] = [];
  const out: string[] = [];
  for (const token of tokens) {
    switch (token.type) {
      case 'blockquote_open':
        out.push('(quote ');
        break;
      case 'bullet_list_open':
      case 'ordered_list_open':
        lists.push({ tight: true, at: out.length, level: token.level });
        out.push(token.type === 'bullet_list_open' ? '-' : String(token.attrGet('start') ?? 1));
        break;
      case 'bullet_list_close':
      case 'ordered_list_close': {
        const list = lists.pop();
        if (list) out[list.at] = `(list ${list.tight ? 'tight' : 'loose'} ${out[list.at]} `;
        out.push(')');
        break;
      }
      case 'list_item_open':
        out.push('(item ');
        break;
      case 'paragraph_open': {
        const list = lists.at(-1);
        // The library hides the paragraphs of tight lists; only those directly in an item tell.
        if (list && !token.hidden && token.level === list.level + 2) list.tight = false;
        out.push('(p ');
        break;
      }
      case 'heading_open':
        out.push(`(h${token.tag.slice(1)} `);
        break;
      case 'hr':
        out.push('(rule)');
        break;
      case 'fence':
        out.push(
          `(code ${JSON.stringify(library.utils.unescapeAll(token.info.trim()))} ${JSON.stringify(token.content)})`,
        );
        break;
      case 'code_block':
        out.push(`(code "" ${JSON.stringify(token.content)})`);
        break;
      case 'table_open':
        out.push('(table ');
        break;
      case 'tr_open':
        out.push('(row ');
        break;
      case 'th_open':
      case 'td_open':
        out.push(`(cell ${/text-align:(\w+)/.exec(String(token.attrGet('style') ?? ''))?.[1] ?? '-'} `);
        break;
      case 'inline':
        out.push(libraryInline(token.children ?? []));
        break;
      case 'thead_open':
      case 'thead_close':
      case 'tbody_open':
      case 'tbody_close':
        break;
      default:
        if (!token.type.endsWith('_close')) throw new Error(`unknown token ${token.type}`);
        out.push(')');
    }
  }
  return out.join('');
}

function libraryInline(tokens: Token[]): string {
  const out: string[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') out.push(JSON.stringify(text));
    text = '';
  };
  for (const token of tokens) {
    if (token.type === 'text' || token.type === 'text_special') text += token.content;
    else if (token.type === 'softbreak') text += '\n';
    else {
      flush();
      out.push(libraryMark(token));
    }
  }
  flush();
  return out.join('');
}

function libraryMark(token: Token): string {
  switch (token.type) {
    case 'hardbreak':
      return '(br)';
    case 'code_inline':
      return `(code ${JSON.stringify(joined(token.content))})`;
    case 'em_open':
      return '(emphasis ';
    case 'strong_open':
      return '(strong ';
    case 's_open':
      return '(strike ';
    case 'link_open':
      return `(link ${JSON.stringify([token.attrGet('href') ?? '', token.attrGet('title') ?? ''])} `;
    case 'image':
      return `(image ${JSON.stringify([token.attrGet('src') ?? '', token.attrGet('title') ?? '', altOf(token.children ?? [])])})`;
    default:
      if (!token.type.endsWith('_close')) throw new Error(`unknown token ${token.type}`);
      return ')';
  }
}

function altOf(tokens: Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'image') return altOf(token.children ?? []);
      if (token.type === 'softbreak' || token.type === 'hardbreak') return '\n';
      return token.content;
    })
    .join('');
}
