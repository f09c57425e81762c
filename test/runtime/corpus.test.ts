// The corpora of builtins and raw memory of the reference Julia.

import { describe, expect, it } from 'vitest';
import { compareWithTable } from '../conformance/differences.ts';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';
import { runCorpus } from './builtins-corpus.ts';
import { session } from './session.ts';

describe.skipIf(oracle === undefined)('builtins corpus', () => {
  it('passes at least where it has passed before', { timeout: 300_000 }, () => {
    session();
    const results = runCorpus();
    const counts = new Map<string, Count>(results.map(({ file, passed, total }) => [file, { passed, total }]));
    for (const { file, failures } of results) {
      for (const { row, outcome } of failures.slice(0, 10)) {
        console.log(`${file}: ${JSON.stringify(row)} gives ${JSON.stringify(outcome)}`);
      }
    }
    expect(compareWithRecord('builtins', counts)).toEqual([]);
    const failing = results.flatMap(({ failures }) => failures.map(({ row }) => row.src));
    expect(compareWithTable('builtins', failing)).toEqual([]);
  });
});
