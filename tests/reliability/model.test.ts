import fc from 'fast-check';
import { describe, it } from 'vitest';
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
  }, 300_000);
});
