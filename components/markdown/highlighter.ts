import { StringStream } from '@codemirror/streamparser';
import type { Grammar } from './languages';

/**
 * A longer line, in characters, keeps one colour. The time a line may take is bounded by this: several grammars need the square of its length.
 */
export const longestLine = 1000;
/**
 * Some grammars take longer the deeper code is nested: a hundred thousand braces that nobody closes, 80 ms for each further
 * line. After so many lines that took so many milliseconds, the rest keeps one colour.
 */
const slowLines = 3;
const slowMs = 25;

const anchored = new Map<string, RegExp>();

/**
 * A line as grammars read it. A pattern counts only where the stream stands, but the library looks for it in all of the line and
 * then finds that it is elsewhere; here it is looked for in that place alone.
 */
class LineStream extends StringStream {
  override match(
    pattern: string | RegExp,
    consume?: boolean,
    caseInsensitive?: boolean,
  ): boolean | RegExpMatchArray | null {
    if (typeof pattern === 'string' || pattern.source.startsWith('^') || pattern.global)
      return super.match(pattern, consume, caseInsensitive);
    const name = `${pattern.flags}/${pattern.source}`;
    let here = anchored.get(name);
    if (!here) anchored.set(name, (here = new RegExp(pattern, `${pattern.flags}y`)));
    here.lastIndex = 0;
    return super.match(here, consume, caseInsensitive);
  }
}

/** Part of a line, and the class that colours it; none for plain text. */
export interface Token {
  text: string;
  colour: Colour | '';
}

export type Colour = 'keyword' | 'string' | 'number' | 'comment' | 'title';

const colours: Record<string, Colour> = {
  keyword: 'keyword',
  controlKeyword: 'keyword',
  modifier: 'keyword',
  meta: 'keyword',
  self: 'keyword',
  tag: 'keyword',
  tagName: 'keyword',
  deleted: 'keyword',
  string: 'string',
  character: 'string',
  regexp: 'string',
  inserted: 'string',
  attributeValue: 'string',
  number: 'number',
  atom: 'number',
  bool: 'number',
  null: 'number',
  unit: 'number',
  color: 'number',
  comment: 'comment',
  quote: 'comment',
  def: 'title',
  definition: 'title',
  builtin: 'title',
  type: 'title',
  typeName: 'title',
  className: 'title',
  header: 'title',
  heading: 'title',
  attribute: 'title',
  attributeName: 'title',
  property: 'title',
  propertyName: 'title',
  qualifier: 'title',
};

/** Colours code line by line. What a line means for the next is kept, so no line is ever read twice. */
export class Highlighter {
  private readonly grammar: Grammar;
  private readonly state: unknown;
  private slow = 0;

  constructor(grammar: Grammar) {
    this.grammar = grammar;
    this.state = grammar.startState?.(2) ?? {};
  }

  /** The next line, given without its end. */
  line(text: string): Token[] {
    if (text.length > longestLine || this.slow >= slowLines) return [{ text, colour: '' }];
    if (text === '') {
      this.grammar.blankLine?.(this.state, 2);
      return [];
    }
    const started = performance.now();
    const stream = new LineStream(text, 4, 2);
    const tokens: Token[] = [];
    for (let tries = 0; !stream.eol();) {
      const style = this.grammar.token(stream, this.state);
      // A grammar may change its mind without moving on; one that does so for ever is left.
      if (stream.pos === stream.start) {
        if ((tries += 1) > 10) stream.pos += 1;
        else continue;
      }
      tries = 0;
      add(tokens, stream.current(), colourOf(style));
      stream.start = stream.pos;
    }
    if (performance.now() - started > slowMs) this.slow += 1;
    return tokens;
  }
}

function add(tokens: Token[], text: string, colour: Colour | ''): void {
  const last = tokens.at(-1);
  if (last?.colour === colour) last.text += text;
  else tokens.push({ text, colour });
}

/** Styles are names with modifiers, such as `variableName.definition`; the first that has a colour counts. */
function colourOf(style: string | null): Colour | '' {
  // Some grammars give nothing where their type promises null.
  if (!style) return '';
  for (const name of style.split(/[ .]/)) {
    const colour = colours[name];
    if (colour) return colour;
  }
  return '';
}
