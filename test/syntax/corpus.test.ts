// The whole syntax corpus of the reference Julia: expressions, line numbers, error messages and their places.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';
import { runCorpus } from './corpus.ts';

describe.skipIf(oracle === undefined)('syntax corpus', () => {
  it('passes at least where it has passed before', () => {
    const results = runCorpus(join(oracle ?? '', 'syntax'));
    const counts = new Map<string, Count>(results.map(({ file, passed, total }) => [file, { passed, total }]));
    for (const { file, failures } of results) {
      for (const { src, keys } of failures.slice(0, 3))
        console.log(`${file}: ${JSON.stringify(src)} differs in ${keys.join(', ')}`);
    }
    expect(compareWithRecord('syntax', counts)).toEqual([]);
  });
});
