import type { Block } from './tree';

/** Only marks so far: a list, a rule, a heading, an underline or plain text could come of it. */
const onlyMarks = /^[\s\-+*_=~`#>$|:.)\\[\]!<&\d]*$/;
/** The opening line of a fence, whose language is still being written. */
const fenceStart = /^[\s>]*(?:[-+*]\s+|\d+[.)]\s+)*(?:`{3,}[^`]*|~{3,}.*)$/;

/**
 * Whether an unfinished line may be shown. One that could still turn into something else would flash as what it is not, so
 * it waits for its next character.
 */
export function mayShow(line: string, tip: Block): boolean {
  if (tip.kind === 'formula' || line === '') return false;
  if (tip.kind === 'code' && tip.fence) {
    const trimmed = line.replace(/^[\s>]+/, '').trimEnd();
    return trimmed === '' || trimmed.length > 200 || trimmed !== tip.fence.mark.repeat(trimmed.length);
  }
  if (line.length > 200) return true;
  return !onlyMarks.test(line) && !fenceStart.test(line);
}
