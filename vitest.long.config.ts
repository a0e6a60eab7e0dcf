import { defineConfig } from 'vitest/config';

/** Tests that wait in real time, minutes each. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['tests/long/**/*.test.ts'],
    globalSetup: ['tests/e2e/harness/build.ts'],
    testTimeout: 15 * 60_000,
    hookTimeout: 120_000,
    // For what must come, however busy the machine is; what came is not waited for.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
  },
});
