// The lowering corpus in a running system, macros and all: printed, read back, the same.

import { describe, expect, it } from 'vitest';
import { corpusFolder } from '../lowering/corpus.ts';
import { macroRoundTrips } from './macros.ts';

const folder = corpusFolder();

describe.skipIf(folder === null)('the lowering corpus with macros', () => {
  it('round-trips whole', () => {
    const { codes, passed, unwritable, failed } = macroRoundTrips(folder ?? '');
    console.log(`IR text: ${passed} of ${codes} lowered statements of the corpus round-trip in a running system`);
    expect(unwritable).toEqual([]);
    expect(failed).toEqual([]);
    expect(codes).toBeGreaterThan(3000);
  }, 600_000);
});
