/**
 * Finds what a text says about a question, without any model: the text is cut into passages under their headings, and they
 * are ranked by BM25. Used by the engine that answers with quotes, and to choose what of a long page goes to a model.
 */
import MiniSearch from 'minisearch';
import type { PagePart } from '../core/chat';
import { isStopWord, withoutRequests } from './passage-words';

export interface Passage {
  /** Its number, from the beginning of the text. */
  place: number;
  /** The headings it stands under, outermost first. */
  headings: readonly string[];
  text: string;
}

/** In UTF-16 units: a passage ends before a line that names something new from here on, … */
const topicLength = 250;
/** … at a blank line from here on, … */
const goodLength = 500;
/** … and at any line, sentence or word from here on. */
const greatestLength = 1200;

/**
 * Cuts a text into passages. `marked`: it is written as `core/page-text.ts` writes pages, so `#` begins a heading (which is
 * not a passage) and a fence begins code.
 */
export function passagesOf(text: string, marked = true): Passage[] {
  const passages: Passage[] = [];
  const headings: { level: number; text: string }[] = [];
  let lines: string[] = [];
  let length = 0;
  let fence = '';
  const finish = (rest: string[] = []) => {
    // `trimEnd`: a pattern that ends in `+$` takes the square of a run of spaces that something follows.
    const whole = lines
      .join('\n')
      .replace(/^\s*\n/, '')
      .trimEnd();
    if (whole !== '') passages.push({ place: passages.length, headings: headings.map((one) => one.text), text: whole });
    lines = rest;
    length = rest.join('\n').length;
  };
  for (const line of text.split('\n').flatMap(shorterLines)) {
    const ticks = (marked && /^\s*(`{3,})/.exec(line)?.[1]) || '';
    const opens = fence === '' && ticks !== '';
    const closes = fence !== '' && ticks.length >= fence.length && line.trim() === ticks;
    const heading = marked && fence === '' ? /^(#{1,6}) (.+)$/.exec(line) : null;
    if (heading?.[1] && heading[2]) {
      finish();
      const level = heading[1].length;
      while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
      headings.push({ level, text: heading[2] });
      continue;
    }
    const isFull = length + line.length > greatestLength;
    const isTopic = lines.at(-1) === '' && isLabel(line) && length >= topicLength;
    if (fence === '' && (isFull || isTopic || (line === '' && length >= goodLength && !isLeadIn(lines.at(-1))))) {
      finish(labelsOff(lines));
    } else if (isFull && !closes) {
      // Code that is cut stays code on both sides.
      lines.push(fence);
      finish([fence]);
    }
    lines.push(line);
    length += line.length + 1;
    if (opens) fence = ticks;
    if (closes) fence = '';
  }
  finish();
  return passages;
}

/** A term, an option or a line that announces something belongs to what comes after it. */
const isLeadIn = (line: string | undefined): boolean => line !== undefined && /[:：]\s*$/.test(line);
const isLabel = (line: string): boolean =>
  line !== '' && line.length <= 80 && !/[.!?。]\s*$|^\s*(`{3}|\||- |\d+\. |>)/.test(line);

/** Takes the labels off the end of the lines, unless there is nothing else. They begin the next passage. */
function labelsOff(lines: string[]): string[] {
  const end = lines.findLastIndex((line) => line !== '' && !isLabel(line)) + 1;
  return end > lines.length / 2 ? lines.splice(end) : [];
}

/** A line that is too long for one passage is cut after sentences, or after words. */
function shorterLines(line: string): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > greatestLength) {
    const piece = rest.slice(0, greatestLength);
    const sentence = Math.max(
      ...['. ', '! ', '? ', '。', '！', '？'].map((end) => piece.lastIndexOf(end) + end.length),
    );
    const word = piece.lastIndexOf(' ') + 1;
    const end = sentence > goodLength ? sentence : word > goodLength ? word : greatestLength;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}

/** Passages that bear on the question, the best first. Empty if none does or if the question has no words to look for. */
export function rank(passages: readonly Passage[], question: string): Passage[] {
  const asked = termsOf(withoutRequests(question)).filter((term) => !isStopWord(term));
  if (asked.length === 0) return [];
  const index = new MiniSearch<Passage>({
    idField: 'place',
    fields: ['heading', 'above', 'text'],
    extractField: fieldOf,
    tokenize: termsOf,
    processTerm: stem,
    searchOptions: {
      // Chosen on sixty questions about manuals; the order hardly depends on them.
      boost: { heading: 1.5, above: 0.4 },
      prefix: (term) => term.length >= 4,
      fuzzy: (term) => (term.length >= 6 ? 0.15 : false),
      weights: { prefix: 0.3, fuzzy: 0.2 },
    },
  });
  index.addAll(passages);
  return index.search([...new Set(asked)].join(' ')).flatMap(({ id }) => passages[Number(id)] ?? []);
}

function fieldOf(passage: Passage, name: string): string {
  if (name === 'text') return passage.text;
  if (name === 'heading') return passage.headings.at(-1) ?? '';
  return name === 'above' ? passage.headings.slice(0, -1).join(' ') : String(passage.place);
}

/** Whether the question names something to look for, or only asks for the whole ("summarise this page"). */
export const asksForAll = (question: string): boolean =>
  termsOf(withoutRequests(question)).every((term) => isStopWord(term));

/** Scripts that write no spaces between words are taken two characters at a time. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]+/gu;

function termsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036F\u00AD]/g, '')
    .normalize('NFC')
    .toLowerCase();
  const words = plain.replace(unspaced, ' ').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const pairs = (plain.match(unspaced) ?? []).flatMap((run) => {
    const signs = Array.from(run);
    return signs.length === 1 ? signs : signs.slice(1).map((sign, place) => `${signs[place]}${sign}`);
  });
  return [...words, ...pairs];
}

/** The commonest English endings: the same word asked for in another form is found. */
function stem(term: string): string {
  if (term.length < 5 || !/^[a-z]+$/.test(term)) return term;
  const singular = term.replace(/ies$/, 'y').replace(/(?<=ss|x|ch|sh)es$|(?<![sui])s$/, '');
  const root = singular.length > 5 ? singular.replace(/(ing|ed)$/, '').replace(/([bdgmnprt])\1$/, '$1') : singular;
  return root.length > 3 ? root.replace(/e$/, '') : root;
}

const gapMark = '[…]';

/**
 * What of a page goes to a model: the passages that bear on the question and what stands around them, in the page's order,
 * under their headings, with marks where something is left out. Never longer than `characters` (UTF-16 units).
 */
export function choosePassages(
  page: Pick<PagePart, 'text'>,
  question: string,
  characters: number,
): { text: string; sent: number; of: number } {
  const passages = passagesOf(page.text);
  if (page.text.length <= characters) return { text: page.text, sent: passages.length, of: passages.length };
  const chosen = new Set<number>();
  let room = characters;
  const take = (place: number) => {
    const passage = passages[place];
    if (!passage || chosen.has(place)) return;
    const cost =
      passage.text.length + passage.headings.join('').length + passage.headings.length * 8 + gapMark.length * 2 + 4;
    if (cost > room) return;
    chosen.add(place);
    room -= cost;
  };
  const best = rank(passages, question).map(({ place }) => place);
  // What the page begins with says what it is about; then what was asked for; then what stands around that; then the rest.
  take(0);
  for (const place of best) take(place);
  for (const place of best) for (const near of [place + 1, place - 1]) take(near);
  for (const { place } of passages) take(place);
  const text = written(passages, chosen);
  return { text: text.length <= characters ? text : '', sent: chosen.size, of: passages.length };
}

function written(passages: readonly Passage[], chosen: ReadonlySet<number>): string {
  const parts: string[] = [];
  let above: readonly string[] = [];
  let last = -1;
  for (const { place, headings, text } of passages) {
    if (!chosen.has(place)) continue;
    if (place !== last + 1) parts.push(gapMark);
    const shared = headings.findIndex((heading, depth) => heading !== above[depth]);
    if (shared >= 0)
      parts.push(...headings.slice(shared).map((heading, depth) => `${'#'.repeat(shared + depth + 1)} ${heading}`));
    parts.push(text);
    above = headings;
    last = place;
  }
  if (last < passages.length - 1) parts.push(gapMark);
  return parts.join('\n\n');
}
