/** Streams that give either what is new or all there is so far: early builds of Chrome's model did the latter. */

export interface Growth {
  /** What is new in this piece; empty while it cannot be told yet. */
  take(piece: string): string;
  /** The stream is over: what was held back. */
  flush(): string;
}

/** A text this long does not begin the next piece by chance. */
const telling = 8;

/**
 * Pieces are taken as "all so far" only once two in a row have begun with the one before and were long enough to tell; until
 * then they are held back, so that "*" followed by "**" is not misread.
 */
export function createGrowth(): Growth {
  let mode: 'unsure' | 'new' | 'all' = 'unsure';
  let first: string | undefined;
  let held: string[] = [];
  let text = '';

  return {
    take(piece) {
      if (piece === '') return '';
      if (mode === 'new') return piece;
      if (mode === 'all') {
        const news = piece.startsWith(text) ? piece.slice(text.length) : piece;
        text += news;
        return news;
      }
      if (first === undefined) {
        first = piece;
        return piece;
      }
      const before = held.at(-1) ?? first;
      if (piece.length <= before.length || !piece.startsWith(before)) {
        mode = 'new';
        return [...held, piece].join('');
      }
      held.push(piece);
      if (held.length < 2 || before.length < telling) return '';
      mode = 'all';
      text = piece;
      return piece.slice(first.length);
    },
    flush() {
      const rest = held.join('');
      held = [];
      return mode === 'unsure' ? rest : '';
    },
  };
}
