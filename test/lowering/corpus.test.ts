// The lowering corpus of the reference Julia: statements, slots, flags, error messages, what macros throw. It runs in
// the running system, because rows call macros; what their results look like is also a matter of the embedded library.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareWithTable } from '../conformance/differences.ts';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';
import { type FileResult, runCorpus } from './corpus.ts';
import { vmSession } from './vmsession.ts';

const countsOf = (results: readonly FileResult[]): Map<string, Count> =>
  new Map(results.map(({ file, passed, total }) => [file, { passed, total }]));

describe.skipIf(oracle === undefined)('lowering corpus', () => {
  const folder = join(oracle ?? '', 'lowering');

  it('passes in every row that needs no macro, without a running system', () => {
    const failures = runCorpus(folder).flatMap((result) => result.failures);
    expect(failures.filter((f) => !f.needsMacros).map((f) => f.test.src)).toEqual([]);
  });

  it('differs from the reference where it is known to, and nowhere else', () => {
    const results = runCorpus(folder, '', vmSession);
    expect(compareWithRecord('lowering', countsOf(results))).toEqual([]);
    const differing = results.flatMap(({ failures }) => failures.map(({ test }) => test.src));
    expect(compareWithTable('lowering', differing)).toEqual([]);
  }, 600_000);
});
