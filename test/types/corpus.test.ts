// The corpora of types and layouts, as a whole: no file may lose a row that passed.

import { describe, expect, it } from 'vitest';
import { compareWithTable } from '../conformance/differences.ts';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';
import { runCorpus } from './corpus.ts';

interface Answers {
  readonly counts: Map<string, Count>;
  /** The rows that fail, by what they ask. */
  readonly failing: string[];
}

function asked(row: string): string {
  const { op, a, b } = JSON.parse(row) as { readonly op: string; readonly a: string; readonly b?: string };
  return [op, a, b ?? ''].join(' | ');
}

function merged(files: readonly string[]): Answers {
  const counts = new Map<string, Count>();
  const failing: string[] = [];
  for (const file of files) {
    const outcome = runCorpus(file, Number.MAX_SAFE_INTEGER);
    for (const [name, count] of outcome.counts) counts.set(name, count);
    for (const { row } of outcome.failures) failing.push(asked(row));
  }
  return { counts, failing };
}

describe.skipIf(oracle === undefined)('the corpora of the type system', () => {
  it('answers every relation of types that it answered before', { timeout: 600_000 }, () => {
    const { counts, failing } = merged(['subtype', 'typeintersect', 'morespecific', 'misc']);
    expect(compareWithRecord('types', counts)).toEqual([]);
    expect(compareWithTable('types', failing)).toEqual([]);
  });

  it('lays out every type that it laid out before', { timeout: 120_000 }, () => {
    const { counts, failing } = merged(['layout']);
    expect(compareWithRecord('layout', counts)).toEqual([]);
    expect(compareWithTable('layout', failing)).toEqual([]);
  });
});
