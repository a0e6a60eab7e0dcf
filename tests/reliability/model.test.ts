import fc from 'fast-check';
import { describe, it } from 'vitest';
import { report } from '../e2e/harness/faults';
import { finish, freshModel, freshReal, steps } from './model';

describe('whatever happens, in whatever order', () => {
  it('nothing is lost, asked twice or left open (1,000 random lives)', async () => {
    await fc.assert(
      fc.asyncProperty(steps(24), async (commands) => {
        const model = freshModel();
        const real = await freshReal();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await finish(model, real);
      }),
      { numRuns: 1_000, endOnFailure: false },
    );
    // Nothing lost and nothing twice is what every step has checked; otherwise this line is not reached.
    report('tests/reliability/model.test.ts', [
      {
        number: 41,
        name: 'all of them at random, over the real runs and stores',
        times: 1_000,
        lost: 0,
        duplicates: 0,
      },
    ]);
  }, 300_000);
});
