import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prepared, pageCap } from '../../core/attachment';
import { questionText } from '../../core/prompt';
import { injections, strings } from '../security/strings';

const fence = '0123456789abcdef0123456789abcdef';
const unseen = ['\u200B', '\u2060', '\uFEFF', '\u202E', '\u{E0041}', '\u0000', '\u200D', '\u00AD', '\n', ' '];
const pieces = [
  '<',
  '</',
  '<​/',
  'page_content',
  'page_',
  'content',
  'quote',
  ' id=',
  fence,
  fence.slice(0, 20),
  fence.slice(20),
  '>',
  '\\',
  '＜',
  '&lt;',
  '/',
];

/** The marks of the fence in a text, as one who knows the word would look for them: nothing unseen counts. */
const marksIn = (text: string): number =>
  text.replace(/[\p{Cf}\p{Cc}\s]/gu, '').match(new RegExp(`</?(?:page_content|quote)id=${fence}>`, 'giu'))?.length ?? 0;

it('no text of a page can begin or end the fence, on its way from the page to the question', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(...pieces, ...unseen),
        fc.constantFrom(...strings, ...injections),
        fc.string({ maxLength: 8 }),
      ),
      {
        maxLength: 24,
      },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (raw, title, url) => {
      // The title and the address are the page's words as well.
      const page = {
        type: 'page' as const,
        id: 'p',
        text: prepared(raw, pageCap).text,
        source: { title, url },
        hidden: 0,
        removed: 0,
      };
      expect(marksIn(questionText([page], fence))).toBe(2);
    }),
    { numRuns: 10_000 },
  );
});
