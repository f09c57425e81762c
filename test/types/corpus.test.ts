// The corpora of types and layouts, as a whole: no file may lose a row that passed.

import { describe, expect, it } from 'vitest';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';
import { runCorpus } from './corpus.ts';

function merged(files: readonly string[]): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (const file of files) for (const [name, count] of runCorpus(file, 120).counts) counts.set(name, count);
  return counts;
}

describe.skipIf(oracle === undefined)('the corpora of the type system', () => {
  it('answers every relation of types that it answered before', { timeout: 600_000 }, () => {
    expect(compareWithRecord('types', merged(['subtype', 'typeintersect', 'morespecific', 'misc']))).toEqual([]);
  });

  it('lays out every type that it laid out before', { timeout: 120_000 }, () => {
    expect(compareWithRecord('layout', merged(['layout']))).toEqual([]);
  });
});
