import type { ChatEvent } from '../../core/chat';
import { isDelta } from './tape';

/** So many characters in a row must be one passage over and over. No table, rule, poem or program repeats itself for so long. */
export const repeatedFor = 16_384;
/** Characters of the longest passage that is looked for: it has then come sixteen times. */
export const longestPassage = 1_024;
/** Looked for at every so many characters of the answer, wherever its events end. */
const every = 4_096;
/** What is looked for first: the last characters once more, not far before. */
const needle = 64;

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
function isRepeated(text: string): boolean {
  const end = text.slice(-needle);
  const from = text.length - needle;
  for (let at = text.lastIndexOf(end, from - 1); at >= from - longestPassage; at = text.lastIndexOf(end, at - 1)) {
    const passage = from - at;
    if (text.startsWith(text.slice(passage))) return true;
  }
  return false;
}
