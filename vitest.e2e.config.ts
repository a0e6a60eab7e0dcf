import { defineConfig } from 'vitest/config';

/** The built extension in real browsers. Each file starts a browser of its own; three at a time, because most of a file's time is waiting. */
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/e2e/harness/build.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // For what must come, however busy the machine is; what came is not waited for.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 3,
    // On a busy machine a native prompt or a window may come later than anyone waits. What fails twice has failed; what passed
    // at the second try is marked in the report, and is a fault to find.
    retry: 1,
  },
});
