// Rounding of floats to integral values, which stay floats: ceil, floor, trunc, rint (to nearest, ties to even).

import type { SlotFunction } from '../../vm/builtin.ts';
import { unaryFloat } from './floats.ts';

const TWO_52 = 2 ** 52;

/** The nearest integral value, ties to even, with the sign of `x` even if it is zero. */
export function rint(x: number): number {
  if (!(Math.abs(x) < TWO_52)) return x;
  // Adding 2^52 with the sign of x leaves no fraction.
  const rounded = x < 0 || Object.is(x, -0) ? x - TWO_52 + TWO_52 : x + TWO_52 - TWO_52;
  return rounded === 0 && x <= 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

export const roundingIntrinsics: Record<string, SlotFunction> = {
  ceil_llvm: unaryFloat('ceil_llvm', Math.ceil),
  floor_llvm: unaryFloat('floor_llvm', Math.floor),
  trunc_llvm: unaryFloat('trunc_llvm', Math.trunc),
  rint_llvm: unaryFloat('rint_llvm', rint),
};
