/** docs/security.md says which test holds which requirement; here it is held to that. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(root, 'docs/security.md'), 'utf8');
const rows = page
  .slice(page.indexOf('| requirement | what holds | tests |'))
  .split('\n')
  .slice(2)
  .filter((line) => line.startsWith('| '))
  .map((line) => {
    const [, requirements = '', what = '', tests = ''] = line
      .split(' | ')
      .join('|')
      .split('|')
      .map((cell) => cell.trim());
    return {
      requirements,
      what,
      tests: tests.split('<br>').map((one): [file: string, title: string] => {
        const found = /^`([^`]+)`(?:: (.+))?$/.exec(one);
        return [found?.[1] ?? '', found?.[2] ?? ''];
      }),
    };
  });

const required = {
  CSP: 3,
  TT: 1,
  MD: 9,
  IMG: 2,
  LINK: 4,
  UNI: 3,
  MSG: 6,
  KEY: 7,
  NET: 4,
  PI: 8,
  IMP: 6,
  CLIP: 1,
  DOS: 8,
  SUP: 6,
};

/** `MD-1 – MD-3` is all three. */
function named(text: string): string[] {
  return text.split(',').flatMap((part) => {
    const [from, to] = part.split('–').map((one) => /([A-Z]+)-?(\d+)/.exec(one));
    if (!from) return [];
    const [first, last] = [Number(from[2]), Number(to?.[2] ?? from[2])];
    return Array.from({ length: last - first + 1 }, (_, place) => `${from[1]}-${first + place}`);
  });
}

describe.each(rows)('$requirements: $what', ({ tests }) => {
  test.each(tests)('%s: %s', (file, title) => {
    expect(file).not.toBe('');
    expect(existsSync(resolve(root, file)), file).toBe(true);
    expect(readFileSync(resolve(root, file), 'utf8')).toContain(title);
  });
});

test('no requirement is left out', () => {
  // What is settled otherwise stands below the table, by its name.
  const below = page.slice(page.indexOf('Settled otherwise'));
  const covered = new Set([
    ...rows.flatMap(({ requirements }) => named(requirements)),
    ...(below.match(/[A-Z]+-\d+/g) ?? []),
  ]);
  const all = Object.entries(required).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, place) => `${name}-${place + 1}`),
  );
  expect(all.filter((one) => !covered.has(one))).toEqual([]);
});
