// Conversions between floats and integers, and between float formats.
//
// Integers become floats correctly rounded: what does not fit into a double exactly keeps a sticky bit, so that the second
// rounding, to the target format, is right. Floats become integers by truncation; what does not fit is outside the
// domain of fptosi and fptoui, and the result is the low bits of what x86 gives for 64 bits, or the nearest value for wider
// integers.

import { F64, U32 } from '../../../ffi/region.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { primitiveSize, slotType } from '../../vm/slots.ts';
import { throwError } from '../errors.ts';
import {
  BFloat16,
  Float16,
  Float32,
  Float64,
  floatSize,
  isFloat,
  NOT_A_FLOAT,
  readFloat,
  writeFloat,
} from './formats.ts';
import {
  highBits,
  Int64,
  isPrimitive,
  lowBits,
  setBits,
  setWideBits,
  signedHigh,
  signedLow,
  sizeOrThrow,
  targetType,
  wideBits,
  wrongCount,
} from './operands.ts';

const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

/** A double that rounds to any narrower format like the integer does: exact, or odd in its last bit. */
function stickyDouble(low: number, high: number, signed: boolean): number {
  const top = signed ? high | 0 : high >>> 0;
  const bits = top < 0 ? ~top : top;
  if (bits < 0x200000) return top * TWO_32 + (low >>> 0);
  // At most 64 bits: the lowest 11 become one.
  const kept = (low & ~0xfff) | ((low & 0xfff) !== 0 ? 0x800 : 0);
  return top * TWO_32 + (kept >>> 0);
}

/** The same for an integer of any size. */
function stickyWide(value: bigint): number {
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  const length = magnitude.toString(2).length;
  if (length <= 53) return Number(value);
  const drop = BigInt(length - 53);
  let kept = magnitude >> drop;
  if (kept << drop !== magnitude) kept |= 1n;
  const result = Number(kept) * 2 ** (length - 53);
  return negative ? -result : result;
}

function toFloat(name: string, signed: boolean): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const value = args[1];
    if (signed && U32[value + 2] === Int64 && U32[args[0] + 2] === 0 && U32[args[0]] >>> 3 === Float64) {
      F64[result >>> 1] = (U32[value + 1] | 0) * TWO_32 + U32[value];
      U32[result + 2] = Float64;
      return;
    }
    const type = targetType(args[0], name);
    const size = sizeOrThrow(slotType(value), name, 'value is not a primitive type');
    if (!isFloat(type)) {
      const sizes = signed ? '16, 32 and 64' : '32 and 64';
      throwError(
        `${signed ? 'SItoFP' : 'UItoFP'}: runtime floating point intrinsics are not implemented for bit sizes other than ${sizes}`,
      );
    }
    if (size > 8) {
      const bits = wideBits(value, size);
      const integer = signed ? BigInt.asIntN(8 * size, bits) : bits;
      writeFloat(result, type, type === Float64 ? Number(integer) : stickyWide(integer));
      return;
    }
    let low = lowBits(value, size);
    let high = highBits(value, size);
    if (signed) {
      high = signedHigh(low, high, size);
      low = signedLow(low, size);
    }
    const exact = (signed ? high | 0 : high >>> 0) * TWO_32 + (low >>> 0);
    writeFloat(result, type, type === Float64 ? exact : stickyDouble(low, high, signed));
  };
}

/** The low 64 bits of an integral double of magnitude below 2^64, into `low` and `high`. */
let low = 0;
let high = 0;

function splitInteger(value: number): void {
  const magnitude = Math.abs(value);
  const upper = Math.floor(magnitude / TWO_32);
  low = magnitude - upper * TWO_32;
  high = upper;
  if (value < 0) {
    high = ~high + (low === 0 ? 1 : 0);
    low = -low;
  }
}

/** Converts like cvttsd2si: 2^63 for what does not fit. */
function toSigned64(value: number): void {
  if (value >= -TWO_63 && value < TWO_63) splitInteger(Math.trunc(value));
  else {
    low = 0;
    high = 0x80000000;
  }
}

/** Converts like the code that LLVM makes for unsigned 64-bit integers on x86. */
function toUnsigned64(value: number): void {
  if (value < TWO_63) toSigned64(value);
  else if (value < TWO_64) splitInteger(Math.trunc(value));
  else {
    low = 0;
    high = Number.isNaN(value) ? 0x80000000 : 0;
  }
}

/** Truncates to a wide integer; what does not fit becomes the nearest value, a NaN zero. */
function saturate(value: number, bits: number, signed: boolean): bigint {
  if (Number.isNaN(value)) return 0n;
  const least = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const most = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  if (value === Number.POSITIVE_INFINITY) return most;
  if (value === Number.NEGATIVE_INFINITY) return least;
  const integer = BigInt(Math.trunc(value));
  return integer < least ? least : integer > most ? most : integer;
}

function toInteger(name: string, signed: boolean): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const type = targetType(args[0], name);
    const value = args[1];
    const from = slotType(value);
    if (!isPrimitive(from)) throwError(`${name}: value is not a primitive type`);
    if (!isFloat(from)) {
      throwError(
        'FPtoSI: runtime floating point intrinsics are not implemented for bit sizes other than 16, 32 and 64',
      );
    }
    const size = primitiveSize(type);
    const number = readFloat(value, from);
    if (size > 8) {
      setWideBits(result, type, size, saturate(number, 8 * size, signed));
      return;
    }
    if (signed || size < 8) toSigned64(number);
    else toUnsigned64(number);
    setBits(result, type, size, low, high);
  };
}

/** Changes the format of a NaN: it becomes quiet, and keeps sign and as much of its payload as there is room for. */
function convertNaN(result: number, to: number, word: number, from: number): void {
  // As Float64 words; the source has 52, 23, 10 or 7 fraction bits.
  let lowWord = U32[word];
  let highWord = U32[word + 1];
  if (from !== Float64) {
    const bits = from === Float32 ? lowWord : from === BFloat16 ? lowWord << 16 : 0;
    if (from === Float16) {
      highWord = ((lowWord & 0x8000) << 16) | 0x7ff80000 | ((lowWord & 0x3ff) << 10);
      lowWord = 0;
    } else {
      highWord = (bits & 0x80000000) | 0x7ff80000 | ((bits & 0x7fffff) >>> 3);
      lowWord = bits << 29;
    }
  }
  highWord |= 0x80000;
  const sign = highWord & 0x80000000;
  if (to === Float64) {
    U32[result] = lowWord;
    U32[result + 1] = highWord;
  } else {
    const fraction = ((highWord & 0xfffff) << 3) | (lowWord >>> 29);
    if (to === Float32) U32[result] = sign | 0x7f800000 | fraction;
    else if (to === Float16) U32[result] = (sign >>> 16) | 0x7c00 | (fraction >>> 13);
    else U32[result] = (sign >>> 16) | 0x7fc0;
    U32[result + 1] = 0;
  }
  U32[result + 2] = to;
}

function changeFormat(name: string, fits: (to: number, from: number) => boolean, relation: string): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const to = targetType(args[0], name);
    const value = args[1];
    const from = slotType(value);
    if (!isPrimitive(from)) throwError(`${name}: value is not a primitive type`);
    // The reference says fptrunc for both directions.
    if (!isFloat(from)) throwError(`fptrunc: ${NOT_A_FLOAT}`);
    if (!fits(primitiveSize(to), floatSize(from)))
      throwError(`${name}: output bitsize must be ${relation} input bitsize`);
    if (!isFloat(to)) throwError(`fptrunc: ${NOT_A_FLOAT}`);
    const number = readFloat(value, from);
    if (!Number.isNaN(number)) writeFloat(result, to, number);
    else convertNaN(result, to, value, from);
  };
}

export const floatConversionIntrinsics: Record<string, SlotFunction> = {
  fptoui: toInteger('fptoui', false),
  fptosi: toInteger('fptosi', true),
  uitofp: toFloat('uitofp', false),
  sitofp: toFloat('sitofp', true),
  fptrunc: changeFormat('fptrunc', (to, from) => to < from, '<'),
  fpext: changeFormat('fpext', (to, from) => to > from, '>'),
};
