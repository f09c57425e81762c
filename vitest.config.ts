// Test settings. Every test file runs in a process of its own: the heap region sits at a fixed address, so two systems
// cannot share a process, and native code that crashes takes only its own file with it.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    isolate: true,
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Corpus tests print their counts; they belong into the report as they are.
    printConsoleTrace: false,
    disableConsoleIntercept: true,
  },
});
