// IR text is read back as what was printed: for the lowering corpus, and for every method of the library.

import { describe, expect, it } from 'vitest';
import { corpusFolder } from '../lowering/corpus.ts';
import { corpusRoundTrips } from './corpus.ts';
import { libraryRoundTrips } from './library.ts';

const folder = corpusFolder();

describe.skipIf(folder === null)('the lowering corpus', () => {
  it('round-trips whole, and is valid', () => {
    const { codes, passed, failed, invalid } = corpusRoundTrips(folder ?? '');
    console.log(`IR text: ${passed} of ${codes} lowered statements of the corpus round-trip`);
    expect(failed).toEqual([]);
    expect(invalid).toEqual([]);
    expect(codes).toBeGreaterThan(2500);
  }, 300_000);
});

describe('the library', () => {
  it('round-trips with every method, and is valid', () => {
    const { methods, passed, unwritable, failed, invalid } = libraryRoundTrips();
    console.log(`IR text: ${passed} of ${methods} methods of the library round-trip`);
    expect(unwritable).toEqual([]);
    expect(failed).toEqual([]);
    expect(invalid).toEqual([]);
    expect(methods).toBeGreaterThan(7000);
  }, 600_000);
});
