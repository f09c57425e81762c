// Return types and effects of the inference corpus, counted.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Count, compareWithRecord } from '../conformance/floor.ts';
import { oracle } from '../oracle.ts';

describe.skipIf(oracle === undefined)('inference corpus', () => {
  it('infers no fewer types and effects as the reference does than are recorded', { timeout: 600_000 }, () => {
    const run = spawnSync(process.execPath, [join(import.meta.dirname, 'infer-corpus.ts')], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const answer: { passed: Record<string, number>; total: number } = JSON.parse(
      run.stdout.trim().split('\n').at(-1) ?? '',
    );
    const counts = new Map<string, Count>();
    for (const [kind, passed] of Object.entries(answer.passed)) counts.set(kind, { passed, total: answer.total });
    expect(compareWithRecord('inference', counts)).toEqual([]);
  });
});
