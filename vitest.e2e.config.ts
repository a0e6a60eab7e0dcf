import { defineConfig } from 'vitest/config';

/** The built extension in real browsers. Each file starts a browser of its own; two files at a time is what two cores bear. */
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/e2e/harness/build.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // For what must come, however busy the machine is; what came is not waited for.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    // A test that only sometimes passes is a fault to find, so nothing is tried twice.
    retry: 0,
  },
});
