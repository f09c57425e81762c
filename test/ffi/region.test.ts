// The region: where it and the room for code lie, and what rights they have.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODE_BASE, CODE_BYTES, REGION_BASE, REGION_BYTES, U32 } from '../../ffi/region.ts';

/** The mappings of this process that lie in a range of addresses, and their rights. */
const mappings = (from: number, to: number) =>
  readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .map((line) => /^(\w+)-(\w+) (\S+)/.exec(line))
    .flatMap((found) => (found === null ? [] : [[parseInt(found[1], 16), parseInt(found[2], 16), found[3]] as const]))
    .filter(([start, end]) => start < to && end > from);

describe('the region', () => {
  it('is readable and writable from its first byte to its last', () => {
    U32[0x100] = 0x12345678;
    expect(U32[0x100]).toBe(0x12345678);
    U32[REGION_BYTES / 4 - 1] = 7;
    expect(U32[REGION_BYTES / 4 - 1]).toBe(7);
    expect(mappings(REGION_BASE, REGION_BASE + REGION_BYTES)).toEqual([
      [REGION_BASE, REGION_BASE + REGION_BYTES, 'rw-p'],
    ]);
  });

  it('has room for code right behind it, taken before anybody else can, with no rights until code is loaded', () => {
    expect(CODE_BASE).toBe(REGION_BASE + REGION_BYTES);
    expect(mappings(CODE_BASE, CODE_BASE + CODE_BYTES)).toEqual([[CODE_BASE, CODE_BASE + CODE_BYTES, '---p']]);
  });
});
