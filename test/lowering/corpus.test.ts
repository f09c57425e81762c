// The lowering corpus of the reference Julia: statements, slots, flags, error messages. Rows that call macros need a
// running system; here they are counted as failed.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';
import { runCorpus } from './corpus.ts';

describe.skipIf(oracle === undefined)('lowering corpus', () => {
  it('passes at least where it has passed before', () => {
    const results = runCorpus(join(oracle ?? '', 'lowering'));
    const counts = new Map<string, Count>(results.map(({ file, passed, total }) => [file, { passed, total }]));
    for (const { file, failures } of results) {
      const needing = failures.filter((f) => f.needsMacros).length;
      if (needing > 0) console.log(`lowering ${file}: ${needing} rows need macros`);
      for (const { test } of failures.filter((f) => !f.needsMacros).slice(0, 3)) {
        console.log(`lowering ${file}: ${JSON.stringify(test.src)} differs`);
      }
    }
    expect(compareWithRecord('lowering', counts)).toEqual([]);
  });
});
