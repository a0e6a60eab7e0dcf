/**
 * Answers that are quotes: the passages of what is attached that bear on the question, with links that lead to their places.
 * No model, no network. It says what it is.
 */
import type { ChatEvent, ChatRequest, PagePart, QuotePart, Turn } from '../../core/chat';
import { addressOfText } from '../../core/text-fragment';
import type { Engine } from '../contract';
import { asksForWriting } from '../passage-words';
import { asksForAll, passagesOf, rank } from '../passages';
import type { Passage } from '../passages';

/** What it says besides quotes, in the user's language. Titles come in as Markdown already. */
export interface PassagesWords {
  /** Nothing is attached: what it is, and how to add a model. */
  nothingAttached(): string;
  /** Passages that bear on the question. */
  found(title: string): string;
  /** Nothing bears on it; here is how the text begins. */
  notFound(title: string): string;
  /** The question asks for the whole: how the text begins, and what it has headings for. */
  beginning(title: string): string;
  /** The question asks to write or translate, which quotes cannot. */
  cannotWrite(): string;
  headings(): string;
  show(): string;
  untitled(): string;
}

type Attached = QuotePart | PagePart;

const mostPassages = 3;
const mostHeadings = 15;

export function createPassages(words: PassagesWords): Engine {
  return {
    availability: async () => 'available',
    async *run(chat, signal) {
      for (const piece of answer(chat, words)) {
        if (signal.aborted) {
          yield { type: 'error', error: { kind: 'aborted', message: '' } };
          return;
        }
        yield { type: 'text-delta', text: piece } satisfies ChatEvent;
      }
      yield { type: 'end', finish: { reason: 'stop' } };
    },
  };
}

function* answer(chat: ChatRequest, words: PassagesWords): Generator<string> {
  const attached = attachedTo(chat.turns);
  if (attached.length === 0) return yield words.nothingAttached();
  const question = questionOf(chat.turns.at(-1));
  if (asksForWriting(question)) yield `${words.cannotWrite()}\n\n`;

  for (const part of attached) {
    const passages = passagesOf(part.text, part.type === 'page');
    const title = escaped(part.source.title.trim()) || words.untitled();
    const best = rank(passages, question).slice(0, mostPassages);
    if (best.length > 0) {
      yield `${words.found(title)}\n\n`;
      for (const passage of best) yield quoted(passage, part, words);
      continue;
    }
    yield `${asksForAll(question) ? words.beginning(title) : words.notFound(title)}\n\n`;
    for (const passage of beginningOf(passages)) yield quoted(passage, part, words);
    const headings = [...new Set(passages.map((passage) => passage.headings.at(-1) ?? ''))].filter((one) => one !== '');
    if (headings.length < 3) continue;
    yield `${words.headings()}\n\n`;
    yield `${headings
      .slice(0, mostHeadings)
      .map((heading) => `- ${linked(escaped(heading), part, heading)}`)
      .join('\n')}\n\n`;
  }
}

/** What goes with the last question, or with the latest one before it that had anything. */
function attachedTo(turns: readonly Turn[]): Attached[] {
  for (const turn of turns.toReversed()) {
    if (turn.role !== 'user') continue;
    const parts = turn.parts.filter((part) => part.type === 'quote' || part.type === 'page');
    if (parts.length > 0) return parts;
  }
  return [];
}

function questionOf(turn: Turn | undefined): string {
  if (turn?.role !== 'user') return '';
  return turn.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** The first passages that are sentences; menus and lists of links come first on many pages. */
function beginningOf(passages: readonly Passage[]): readonly Passage[] {
  const isProse = ({ text }: Passage) =>
    text.length > 80 && /\p{L}[.!?。](\s|$)/u.test(text) && !/^(\s*- |\|)/.test(text);
  const prose = passages.filter(isProse).slice(0, mostPassages);
  return prose.length > 0 ? prose : passages.slice(0, mostPassages);
}

function quoted(passage: Passage, part: Attached, words: PassagesWords): string {
  const above = passage.headings.map(escaped).join(' › ');
  const isMarked = part.type === 'page';
  const quote = (isMarked ? inMarkdown(passage.text) : plain(passage.text)).map((line) => `> ${line}`.trimEnd());
  const link = linked(words.show(), part, isMarked ? placeOf(passage, part.text) : passage.text);
  return `${[...(above === '' ? [] : [`**${above}**`]), quote.join('\n'), ...(link === words.show() ? [] : [link])].join('\n\n')}\n\n`;
}

function linked(text: string, { source }: Attached, place: string): string {
  const address = /^https?:/.test(source.url) ? addressOfText(source.url, place) : undefined;
  return address === undefined ? text : `[${text}](<${address}>)`;
}

/**
 * The words of a passage by which a browser finds it: its first line with enough of them, as the page shows it. A browser
 * goes to the first of several, so a line whose beginning stands only once in the page is better.
 */
function placeOf(passage: Passage, page: string): string {
  const lines = passage.text
    .split('\n')
    .filter((line) => /\p{L}/u.test(line) && !/^\s*`{3,}/.test(line))
    .map((line) => (/^\s*\|/.test(line) ? longest(line.split(/(?<!\\)\|/)) : line))
    .map((line) =>
      line
        .replace(/^\s*(>\s*)*((-|\d+\.) )*/, '')
        .replaceAll('\\|', '|')
        .trim(),
    );
  const sentences = lines.filter((line) => line.split(/\s+/).length >= 4);
  const isAlone = (line: string) => page.indexOf(line.slice(0, 50)) === page.lastIndexOf(line.slice(0, 50));
  return sentences.find(isAlone) ?? sentences[0] ?? (longest(lines) || (passage.headings.at(-1) ?? ''));
}

const longest = (texts: readonly string[]): string =>
  texts.reduce((best, text) => (text.trim().length > best.length ? text.trim() : best), '');

/** A passage of a page in Markdown: its lists, tables and code stay what they are, all else shows as it is written. */
function inMarkdown(text: string): string[] {
  let fence = '';
  const lines = text.split('\n').map((line) => {
    const ticks = /^\s*(`{3,})/.exec(line)?.[1] ?? '';
    const isInside = fence !== '';
    if (!isInside) fence = ticks;
    else if (ticks.length >= fence.length && line.trim() === ticks) fence = '';
    if (isInside || ticks !== '') return line;
    const [, marker = '', rest = ''] = /^(\s*(?:(?:>|-|\d+\.) )*)(.*)$/s.exec(line) ?? [];
    if (/^\|.*\|$/.test(rest))
      return (
        marker +
        rest
          .split(/(?<!\\)\|/)
          .map(escapedCell)
          .join('|')
      );
    return marker + escaped(rest);
  });
  const isText = (line: string | undefined) => line !== undefined && /^[^\s|`>-]/.test(line) && !/^\d+\. /.test(line);
  return lines.map((line, place) => (isText(line) && isText(lines[place + 1]) ? `${line}\\` : line));
}

/** A text in Markdown that shows it character by character, line by line. */
const plain = (text: string): string[] =>
  text.split('\n').map((line, place, lines) => {
    const shown = escaped(line.trim()).replace(/^(\d+)([.)])/, '$1\\$2');
    return shown !== '' && lines[place + 1]?.trim() ? `${shown}\\` : shown;
  });

const escapedCell = (cell: string): string =>
  /^ --- $/.test(cell) ? cell : escaped(cell.replaceAll('\\|', '|')).replaceAll('|', '\\|');

/** Characters that mean something in Markdown, within a line and at its start. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>~$&]/g, '\\$&').replace(/^(\s*)([#+\-=])/, '$1\\$2');
}
