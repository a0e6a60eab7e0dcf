import { yaml as grammar } from '@codemirror/legacy-modes/mode/yaml';
import type { StreamParser, StringStream } from '@codemirror/streamparser';

/** What the grammar keeps, as far as it is needed here. */
interface State {
  /** This line's key has been read. */
  pair: boolean;
  /** A value begins here. */
  pairStart: boolean;
  keyCol: number;
  inlinePairs: number;
  inlineList: number;
  /** Lines further in than the key are text. */
  literal: boolean;
  /** A backslash stood before this. */
  escaped: boolean;
}

/** What a key may begin with only if something other than a space, quote or colon comes next. */
const special = /^\s*[,[\]{}&*!|>'"%@`][^\s'":]/;

/** Whether a key can follow: a colon before a space or the end of the line, and no comment before it. */
function hasKey(rest: string): boolean {
  const hash = rest.indexOf('#', special.exec(rest)?.[0].length);
  return hash < 0 ? /:(?:\s|$)/.test(rest) : /:\s/.test(rest.slice(0, hash));
}

/** The beginnings of a line that the grammar knows before it looks for a key. */
const known = /^(?:---|\.\.\.|\s*-\s|[#'"{}[\]])/;

/**
 * YAML without what makes it slow. The grammar looks for a key at every letter by a pattern that takes the fourth power of the
 * line's length where there is none: a line of 640 spaces took 16 s. So where there is none, it is not let look.
 */
export const yaml: StreamParser<State> = {
  ...(grammar as StreamParser<State>),
  token(stream: StringStream, state: State): string | null {
    const isRead = state.pair && !stream.sol();
    if (isRead || hasKey(stream.string.slice(stream.pos))) return grammar.token(stream, state);
    if (!stream.sol()) {
      // With a key behind it, the grammar would take this for what ends the key.
      if (stream.eat(':')) {
        Object.assign(state, { pairStart: false, escaped: false });
        return null;
      }
      state.pair = true;
      const style = grammar.token(stream, state);
      state.pair = false;
      return style;
    }
    if (state.literal && stream.indentation() > state.keyCol) return grammar.token(stream, state);
    const isBetween = stream.peek() === ',' && (state.inlineList > 0 || state.inlinePairs > 0);
    if (known.test(stream.string) || isBetween) return grammar.token(stream, state);
    const escaped = stream.peek() === '\\';
    Object.assign(state, { literal: false, pair: false, pairStart: false, keyCol: 0, escaped });
    if (!stream.eatSpace()) stream.next();
    return null;
  },
};
