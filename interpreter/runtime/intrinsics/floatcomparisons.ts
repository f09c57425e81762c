// Comparisons of floats. All are false when an operand is a NaN, but `ne_float`, which is true, and `fpiseq`, which holds
// when both are NaNs or the bits are the same.

import { F64, U32 } from '../../../ffi/region.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { commonFloat } from './floats.ts';
import { Float64, isNaNSlot, readFloat } from './formats.ts';
import { setBool, wrongCount } from './operands.ts';

function comparison(name: string, test: (x: number, y: number) => boolean): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const a = args[0];
    const b = args[1];
    if (U32[a + 2] === Float64 && U32[b + 2] === Float64) {
      setBool(result, test(F64[a >>> 1], F64[b >>> 1]));
      return;
    }
    const type = commonFloat(a, b, name);
    setBool(result, test(readFloat(a, type), readFloat(b, type)));
  };
}

const equal = comparison('eq_float', (x, y) => x === y);
const notEqual = comparison('ne_float', (x, y) => x !== y);
const less = comparison('lt_float', (x, y) => x < y);
const lessOrEqual = comparison('le_float', (x, y) => x <= y);

const fpiseq: SlotFunction = (args, n, result) => {
  if (n !== 2) wrongCount(n, 2);
  const a = args[0];
  const b = args[1];
  const type = commonFloat(a, b, 'fpiseq');
  setBool(result, (U32[a] === U32[b] && U32[a + 1] === U32[b + 1]) || (isNaNSlot(a, type) && isNaNSlot(b, type)));
};

export const floatComparisonIntrinsics: Record<string, SlotFunction> = {
  eq_float: equal,
  eq_float_fast: equal,
  ne_float: notEqual,
  ne_float_fast: notEqual,
  lt_float: less,
  lt_float_fast: less,
  le_float: lessOrEqual,
  le_float_fast: lessOrEqual,
  fpiseq,
};
