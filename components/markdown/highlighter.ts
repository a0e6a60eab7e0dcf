import { StringStream } from '@codemirror/streamparser';
import type { Grammar } from './languages';

/** A longer line keeps one colour: the time one line may take is bounded by this. */
const longestLine = 2000;

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

  constructor(grammar: Grammar) {
    this.grammar = grammar;
    this.state = grammar.startState?.(2) ?? {};
  }

  /** The next line, given without its end. */
  line(text: string): Token[] {
    if (text.length > longestLine) return [{ text, colour: '' }];
    if (text === '') {
      this.grammar.blankLine?.(this.state, 2);
      return [];
    }
    const stream = new StringStream(text, 4, 2);
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
