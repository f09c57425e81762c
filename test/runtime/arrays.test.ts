// Arrays of bits as the runtime reads them: small ones lie in the heap, large ones outside.

import { beforeAll, expect, it } from 'vitest';
import { REGION_BASE, REGION_BYTES } from '../../ffi/region.ts';
import { type ArrayRef, readWide } from '../../interpreter/memory/layout.ts';
import { JuliaArray } from '../../interpreter/memory/objects.ts';
import { MainModule } from '../../interpreter/memory/wellknown.ts';
import { evaluateText } from '../../interpreter/runtime/frontend.ts';
import { arrayBits } from '../../interpreter/runtime/values.ts';
import { session } from './session.ts';

const array = (code: string): ArrayRef => evaluateText(MainModule, code, 'test') as ArrayRef;
const isInRegion = (of: ArrayRef): boolean => {
  const at = readWide(of, JuliaArray.ptr_or_offset);
  return at >= REGION_BASE && at < REGION_BASE + REGION_BYTES;
};

beforeAll(session);

it.each([
  [10, true],
  [300_000, false],
])('%d words, in the heap: %s', (length, inside) => {
  const words = array(`words${length} = collect(UInt32, 1:${length})`);
  expect(isInRegion(words)).toBe(inside);
  const view = arrayBits(words, 4);
  expect([view.length, view[0], view[length - 1]]).toEqual([length, 1, length]);
  view[length - 1] = 7;
  expect(arrayBits(array(`words${length}[end:end]`), 4)[0]).toBe(7);
});

it('bytes are as many as the array has', () => {
  expect([...arrayBits(array('UInt8[1, 2, 255]'), 1)]).toEqual([1, 2, 255]);
});
