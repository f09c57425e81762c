// The whole syntax corpus of the reference Julia: expression, line numbers, error messages and their places.
//
// The passes of each file are compared with the recorded floor, which only goes up.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { corpusFolder, runCorpus } from './corpus.ts';

const floorFile = fileURLToPath(new URL('../conformance/syntax.json', import.meta.url));
const floor = JSON.parse(readFileSync(floorFile, 'utf8')) as Record<string, number>;
const folder = corpusFolder();

describe('syntax corpus', () => {
  if (folder === null) {
    it.skip('skipped: no corpus on this machine', () => {});
    return;
  }
  const results = runCorpus(folder);
  for (const { file, passed, total, failures } of results) {
    it(`${file}: ${passed} of ${total}`, () => {
      const recorded = floor[file] ?? 0;
      expect(passed, JSON.stringify(failures.slice(0, 3), null, 1)).toBeGreaterThanOrEqual(recorded);
    });
  }
  it('prints its totals', () => {
    const passed = results.reduce((sum, result) => sum + result.passed, 0);
    const total = results.reduce((sum, result) => sum + result.total, 0);
    console.log(`syntax corpus: ${passed} of ${total} pass`);
    if (process.env['JL0_RECORD'] === '1') {
      const record = Object.fromEntries(results.map(({ file, passed }) => [file, Math.max(passed, floor[file] ?? 0)]));
      writeFileSync(floorFile, `${JSON.stringify(record, null, 2)}\n`);
    }
    expect(total).toBeGreaterThan(0);
  });
});
