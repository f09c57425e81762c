// A sample of what fuzz.ts does, small enough for every test run.

import { describe, expect, it } from 'vitest';
import { hasLLVM } from '../codegen/native.ts';
import { fuzz } from './fuzz.ts';

describe.skipIf(!hasLLVM)('damaged objects', () => {
  it('are refused or harmless, whatever the damage (a sample; fuzz.ts by hand does a million)', () => {
    const outcomes = fuzz(20_000, 7);
    expect([...outcomes.values()].reduce((sum, times) => sum + times, 0)).toBe(20_000);
    expect(outcomes.get('corrupt')).toBeGreaterThan(1000);
    expect(outcomes.get('malformed')).toBeGreaterThan(100);
  });
});
