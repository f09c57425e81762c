// The intrinsics corpus of the reference Julia, and what it does not reach.

import { describe, expect, it } from 'vitest';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';
import { runCorpus } from './corpus.ts';

describe.skipIf(oracle === undefined)('intrinsics corpus', () => {
  it('passes at least where it has passed before', () => {
    const results = runCorpus();
    const counts = new Map<string, Count>(results.map(({ file, passed, total }) => [file, { passed, total }]));
    for (const { file, failures } of results) {
      for (const { row, outcome } of failures.slice(0, 3)) {
        console.log(`${file}: ${JSON.stringify(row)} gives ${JSON.stringify(outcome)}`);
      }
    }
    expect(compareWithRecord('intrinsics', counts)).toEqual([]);
  });
});
