// The floating-point formats: which types have one, how their bits become doubles, and rounding of doubles to them.
//
// A double holds every value of the narrower formats exactly, and the result of one operation on two of their values,
// computed in double and rounded once more, is the correctly rounded one (their precision is less than half of a
// double's). So arithmetic is done in doubles; NaNs are handled as bits, as x86 does it, since JavaScript may lose theirs.

import { F32, F64, U32 } from '../../../ffi/region.ts';
import type { DataTypeRef } from '../../memory/layout.ts';
import { datatype } from '../../memory/wellknown.ts';

export const Float16: DataTypeRef = datatype('Float16');
export const BFloat16: DataTypeRef = datatype('BFloat16');
export const Float32: DataTypeRef = datatype('Float32');
export const Float64: DataTypeRef = datatype('Float64');

/** What every error about a type without a format says. */
export const NOT_A_FLOAT =
  'runtime floating point intrinsics require both arguments to be Float16, BFloat16, Float32, or Float64';

export const isFloat = (type: number): boolean =>
  type === Float64 || type === Float32 || type === Float16 || type === BFloat16;

/** Size of a float type in bytes. */
export const floatSize = (type: number): number => (type === Float64 ? 8 : type === Float32 ? 4 : 2);

const pair = new Float64Array(1);
const pairWords = new Uint32Array(pair.buffer);
const single = new Float32Array(1);
const singleWord = new Uint32Array(single.buffer);

/** The double with the given words. */
export function doubleFromWords(low: number, high: number): number {
  pairWords[0] = low;
  pairWords[1] = high;
  return pair[0];
}

/** Puts the low and high word of a double into `words`. */
export function splitDouble(value: number): void {
  pair[0] = value;
}
/** See splitDouble. */
export const words: Uint32Array<ArrayBuffer> = pairWords;

/** Exponent of the leading bit of a finite double that is not zero; -1023 for all subnormal ones. */
export function exponentOf(value: number): number {
  pair[0] = value;
  return ((pairWords[1] >>> 20) & 0x7ff) - 1023;
}

/** The value of Float16 bits; NaN for all NaNs. */
export function halfToDouble(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  let magnitude: number;
  if (exponent === 0) magnitude = fraction * 2 ** -24;
  else if (exponent === 31) magnitude = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  else {
    pairWords[0] = 0;
    pairWords[1] = ((exponent + 1008) << 20) | (fraction << 10);
    magnitude = pair[0];
  }
  return (bits & 0x8000) !== 0 ? -magnitude : magnitude;
}

/** The value of BFloat16 bits. */
export function brainToDouble(bits: number): number {
  singleWord[0] = bits << 16;
  return single[0];
}

/**
 * Rounds a finite double to `precision` significant bits, to nearest, ties to even; below 2^minExponent the last bit
 * stays where it is there.
 */
function roundTo(value: number, precision: number, minExponent: number): number {
  const exponent = exponentOf(value);
  const unit = (exponent < minExponent ? minExponent : exponent) - precision + 1;
  // Adding 1.5 * 2^52 units leaves no bits below a unit.
  pairWords[0] = 0;
  pairWords[1] = ((unit + 52 + 1023) << 20) | 0x80000;
  const magic = pair[0];
  return value + magic - magic;
}

/** Float16 bits of a double that is not NaN, correctly rounded. */
export function doubleToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  const rounded = roundTo(magnitude, 11, -14);
  if (rounded < 2 ** -14) return sign | (rounded * 2 ** 24);
  pair[0] = rounded;
  return sign | ((pairWords[1] >>> 10) - (1008 << 10));
}

/** BFloat16 bits of a double that is not NaN, correctly rounded. */
export function doubleToBrain(value: number): number {
  const magnitude = Math.abs(value);
  single[0] = magnitude >= 2 ** 128 ? value : magnitude < 2 ** -900 ? 0 * value : roundTo(value, 8, -126);
  const bits = singleWord[0] >>> 16;
  return value < 0 ? bits | 0x8000 : bits;
}

/** The value in a slot of a float type; any NaN for a NaN. */
export function readFloat(word: number, type: number): number {
  switch (type) {
    case Float64:
      return F64[word >>> 1];
    case Float32:
      return F32[word];
    case Float16:
      return halfToDouble(U32[word]);
    default:
      return brainToDouble(U32[word]);
  }
}

/** Rounds a double that is not NaN to a float type and puts it into a slot. */
export function writeFloat(result: number, type: number, value: number): void {
  switch (type) {
    case Float64:
      F64[result >>> 1] = value;
      break;
    case Float32:
      F32[result] = value;
      U32[result + 1] = 0;
      break;
    case Float16:
      U32[result] = doubleToHalf(value);
      U32[result + 1] = 0;
      break;
    default:
      U32[result] = doubleToBrain(value);
      U32[result + 1] = 0;
  }
  U32[result + 2] = type;
}

/** True when the bits in a slot of a float type are a NaN's. */
export function isNaNSlot(word: number, type: number): boolean {
  const value = readFloat(word, type);
  return Number.isNaN(value);
}

/**
 * Puts the NaN that x86 gives into a slot: the first operand that is a NaN, made quiet, or the default one, whose sign
 * bit is set. (BFloat16 has only the default one, without sign: it is converted by software.)
 */
export function writeNaN(result: number, type: number, operands: ArrayLike<number>, n: number): void {
  let low = 0;
  let high = type === Float64 ? 0xfff80000 : 0;
  if (type === Float32) low = 0xffc00000;
  else if (type === Float16) low = 0xfe00;
  else if (type === BFloat16) low = 0x7fc0;
  for (let i = 0; i < n; i++) {
    if (!isNaNSlot(operands[i], type)) continue;
    if (type === Float64) {
      low = U32[operands[i]];
      high = U32[operands[i] + 1] | 0x80000;
    } else if (type === Float32) low = U32[operands[i]] | 0x400000;
    else if (type === Float16) low = U32[operands[i]] | 0x200;
    break;
  }
  U32[result] = low;
  U32[result + 1] = high;
  U32[result + 2] = type;
}
