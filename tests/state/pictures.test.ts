import { expect, it } from 'vitest';
import { fitted, goesAsItIs, longestSide, mostBytes } from '../../state/pictures';

it.each([
  [4000, 3000, 1568, 1176],
  [3000, 4000, 1176, 1568],
  [800, 600, 800, 600],
  [1568, 10, 1568, 10],
  [100_000, 1, 1568, 1],
  [0, 0, 1, 1],
])('%d × %d is drawn at %d × %d', (width, height, toWidth, toHeight) => {
  expect(fitted(width, height)).toEqual({ width: toWidth, height: toHeight });
});

it('goes as it is only in a known format, small enough, and no larger than it need be', () => {
  expect(goesAsItIs({ type: 'image/png', size: mostBytes }, longestSide, 10)).toBe(true);
  expect(goesAsItIs({ type: 'image/png', size: mostBytes + 1 }, 10, 10)).toBe(false);
  expect(goesAsItIs({ type: 'image/png', size: 10 }, longestSide + 1, 10)).toBe(false);
  expect(goesAsItIs({ type: 'image/svg+xml', size: 10 }, 10, 10)).toBe(false);
  expect(goesAsItIs({ type: 'image/tiff', size: 10 }, 10, 10)).toBe(false);
});
