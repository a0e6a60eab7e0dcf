import { defineConfig } from 'vitest/config';
import { WxtVitest } from 'wxt/testing/vitest-plugin';

export default defineConfig({
  plugins: [WxtVitest()],
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/e2e/**', 'tests/long/**', 'tests/bench/**', 'node_modules/**'],
    mockReset: true,
    // No test asserts a time; a busy machine may take as long as it needs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
