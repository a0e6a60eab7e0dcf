/** A hundred random lives in a real browser. What it is about stands in tests/reliability/browser-model.ts. */
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { report } from '../e2e/harness/faults';
import { begin, finish, freshModel, steps, type Tally } from '../reliability/browser-model';
import { BrowserWorld } from '../reliability/browser-world';

const lives = Number(process.env.GLOSS_LIVES ?? 100);

let world: BrowserWorld;
beforeAll(async () => {
  world = await BrowserWorld.start();
});
afterAll(() => world?.close());

test('whatever happens, nothing is lost, asked twice or left open', { timeout: 30 * 60_000 }, async () => {
  let life = 0;
  const tally: Tally = { steps: 0, lost: 0, duplicates: 0 };
  await fc.assert(
    fc.asyncProperty(steps(14), async (commands) => {
      await begin(world);
      const model = freshModel((life += 1), world.raw.chats.length, tally);
      await fc.asyncModelRun(() => ({ model, real: world }), commands);
      await finish(model, world);
    }),
    // A shrunken life says more than a long one, but every try costs seconds.
    { numRuns: lives, interruptAfterTimeLimit: 25 * 60_000, markInterruptAsFailure: true, endOnFailure: true },
  );
  report('tests/long/model.test.ts', [
    { number: 41, name: `all of them at random, in a real browser (${tally.steps} steps)`, times: lives, ...tally },
  ]);
});
