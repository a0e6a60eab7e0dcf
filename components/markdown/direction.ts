import { isContainer, type Block } from './tree';

/** Blocks to look into, and letters of each: without an end, every letter that comes would have all of a list looked through. */
const mostBlocks = 8;
const mostLetters = 200;

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * The direction of the first letter in a list or a quote; none where there is none near its start. The browser's own `auto`
 * passes over paragraphs, which have directions of their own, and looks through all of a list for each letter that comes.
 */
export function directionOf(block: Block): 'ltr' | 'rtl' | '' {
  const waiting: Block[] = [block];
  for (let looks = 0; looks < mostBlocks; looks += 1) {
    const next = waiting.pop();
    if (!next) break;
    if (isContainer(next)) waiting.push(...next.children.slice(0, mostBlocks).toReversed());
    else if (next.kind === 'paragraph' || next.kind === 'heading') {
      const letter = /\p{L}/u.exec(next.text.slice(0, mostLetters))?.[0];
      if (letter !== undefined) return rightToLeft.test(letter) ? 'rtl' : 'ltr';
    }
  }
  return '';
}
