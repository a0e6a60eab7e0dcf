import type { ChatEvent } from '../../core/chat';
import { isDelta } from './tape';

/** So many characters in a row must be one passage over and over. No table, rule, poem or program repeats itself for so long. */
export const repeatedFor = 16_384;
/** Characters of the longest passage that is looked for: it has then come sixteen times. */
export const longestPassage = 1_024;
/** Looked for at every so many characters of the answer, wherever its events end. */
const every = 4_096;

/**
 * Ends an answer that only repeats itself, as models do when they lose their way: what came is kept, a notice says so, and it
 * can be continued or asked for again. Give it every event of a stream in order; it returns what to take instead.
 */
export function createRepeatWatch(): (event: ChatEvent) => ChatEvent[] {
  let kind: ChatEvent['type'] | undefined;
  /** The end of what came, at most twice as long as has to be looked at. */
  let tail = '';
  /** Characters of this kind so far. */
  let come = 0;
  let total = 0;
  return (event) => {
    if (!isDelta(event)) return [event];
    if (event.type !== kind) [kind, tail, come] = [event.type, '', 0];
    for (let at = 0; at < event.text.length;) {
      const piece = event.text.slice(at, at + every - (come % every));
      at += piece.length;
      come += piece.length;
      total += piece.length;
      tail += piece;
      if (come % every !== 0 || come < repeatedFor) continue;
      tail = tail.slice(-repeatedFor);
      if (!isRepeated(tail)) continue;
      const kept = event.text.slice(0, at);
      // Never half a letter.
      const text = kept.isWellFormed() ? kept : kept.slice(0, -1);
      return [
        ...(text ? [{ ...event, text }] : []),
        { type: 'notice', notice: { kind: 'answer-cut', characters: total, repeats: true } },
        { type: 'end', finish: { reason: 'length', raw: 'gloss' } },
      ];
    }
    return [event];
  };
}

/** Whether a text is one passage again and again, wherever in it the text begins. */
export function isRepeated(text: string): boolean {
  // Twice the longest passage: whatever passage the text may be made of, it is the shortest one of its end, again and again
  // (Fine and Wilf). So one passage has to be compared, and a long rule with a flaw in it costs no more than prose.
  const passage = shortestPassage(text.slice(-2 * longestPassage));
  return passage <= longestPassage && text.startsWith(text.slice(passage));
}

/** The length of the shortest passage that a text is made of; steps grow with the text's length (Knuth, Morris and Pratt). */
function shortestPassage(text: string): number {
  /** For each length, how much of the text's start comes again at its end. */
  const borders = new Uint16Array(text.length + 1);
  let border = 0;
  for (let at = 1; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    while (border > 0 && text.charCodeAt(border) !== letter) border = borders[border] ?? 0;
    if (text.charCodeAt(border) === letter) border += 1;
    borders[at + 1] = border;
  }
  return text.length - border;
}
