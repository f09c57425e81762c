// Shifts. The count may be of another primitive type than the value; it is unsigned, and a count of the width or more
// shifts everything out.

import { U32 } from '../../../ffi/region.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { slotType } from '../../vm/slots.ts';
import {
  highBits,
  lowBits,
  setBits,
  setWideBits,
  signedHigh,
  signedLow,
  sizeOrThrow,
  wideBits,
  wrongCount,
} from './operands.ts';

/** Shifts 64 bits by a count below 64 and writes the words of the result. */
type ShiftKernel = (result: number, low: number, high: number, count: number) => void;

function shift(
  name: string,
  signed: boolean,
  kernel: ShiftKernel,
  wide: (a: bigint, count: bigint, bits: bigint) => bigint,
): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const a = args[0];
    const b = args[1];
    const type = slotType(a);
    const countType = slotType(b);
    const countSize = countType === type ? 0 : sizeOrThrow(countType, name, 'b is not a primitive type');
    const size = sizeOrThrow(type, name, 'a is not a primitive type');
    const bits = 8 * size;
    const count = countOf(b, countSize === 0 ? size : countSize, bits);
    if (size > 8) {
      const value = wideBits(a, size);
      setWideBits(result, type, size, wide(signed ? BigInt.asIntN(bits, value) : value, BigInt(count), BigInt(bits)));
      return;
    }
    let low = lowBits(a, size) | 0;
    let high = highBits(a, size) | 0;
    if (signed) {
      high = signedHigh(low, high, size);
      low = signedLow(low, size);
      kernel(result, low, high, Math.min(count, 63));
    } else if (count >= bits) {
      setBits(result, type, size, 0, 0);
      return;
    } else {
      kernel(result, low, high, count);
    }
    setBits(result, type, size, U32[result], U32[result + 1]);
  };
}

/** The count in a slot; any number from `bits` up stands for all of them. */
function countOf(word: number, size: number, bits: number): number {
  if (size > 8) {
    const count = wideBits(word, size);
    return count < BigInt(bits) ? Number(count) : bits;
  }
  return highBits(word, size) === 0 ? Math.min(lowBits(word, size) >>> 0, bits) : bits;
}

export const shiftIntrinsics: Record<string, SlotFunction> = {
  shl_int: shift(
    'shl_int',
    false,
    (result, low, high, count) => {
      if (count === 0) {
        U32[result] = low;
        U32[result + 1] = high;
      } else if (count < 32) {
        U32[result] = low << count;
        U32[result + 1] = (high << count) | (low >>> (32 - count));
      } else {
        U32[result] = 0;
        U32[result + 1] = low << (count - 32);
      }
    },
    (a, count, bits) => (count >= bits ? 0n : a << count),
  ),
  lshr_int: shift(
    'lshr_int',
    false,
    (result, low, high, count) => {
      if (count === 0) {
        U32[result] = low;
        U32[result + 1] = high;
      } else if (count < 32) {
        U32[result] = (low >>> count) | (high << (32 - count));
        U32[result + 1] = high >>> count;
      } else {
        U32[result] = high >>> (count - 32);
        U32[result + 1] = 0;
      }
    },
    (a, count) => a >> count,
  ),
  ashr_int: shift(
    'ashr_int',
    true,
    (result, low, high, count) => {
      if (count === 0) {
        U32[result] = low;
        U32[result + 1] = high;
      } else if (count < 32) {
        U32[result] = (low >>> count) | (high << (32 - count));
        U32[result + 1] = high >> count;
      } else {
        U32[result] = high >> (count - 32);
        U32[result + 1] = high >> 31;
      }
    },
    (a, count) => a >> count,
  ),
};
