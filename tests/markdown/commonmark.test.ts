import { describe, expect, test } from 'vitest';
import { examples, randomDocument } from './documents';
import { libraryOutline, ourOutline } from './outline';

// Addresses as plain text are links for us (GFM); the examples show that they are none in plain CommonMark.
const bareAddresses = new Set([602, 608, 611, 612]);

/** Where a fence ends with its item, the library counts the blank lines in it as space between the items too. */
function withoutSpaceOfOpenFences(outline: string): string {
  return outline.includes(String.raw`\n\n")`) ? outline.replaceAll(/\(list (?:tight|loose)/g, '(list') : outline;
}

describe('one reading of a whole text gives the structure that markdown-it gives, HTML off', () => {
  test.each(examples.filter(({ number }) => !bareAddresses.has(number)))(
    'example $number of the CommonMark specification',
    ({ source }) => {
      expect(ourOutline(source)).toBe(libraryOutline(source));
    },
  );

  test('there are as many examples as the specification has', () => {
    expect(examples).toHaveLength(652);
  });

  test('4,000 documents made by chance, some of them damaged', { timeout: 120_000 }, () => {
    for (let seed = 0; seed < 4000; seed += 1) {
      const source = randomDocument(seed, { ours: false });
      const [ours, library] = [ourOutline(source), libraryOutline(source)].map(withoutSpaceOfOpenFences);
      expect(ours, `seed ${seed}:\n${source}`).toBe(library);
    }
  });
});
