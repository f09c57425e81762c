// Short ways for the commonest calls: two operands of the same built-in number type, unboxed.
//
// Such operands are zero-extended in their slots, so that a function often needs no look at their width: bitwise ones
// keep the extension, equality and unsigned order do not depend on it. Sums are cut by masks found by the type's tag. What
// a short way is not for goes the general way, which checks everything.
//
// Each is written out, not made by a common builder: only then does the compiler give each its own inline caches.

import { I32, U32 } from '../../../ffi/region.ts';
import { datatype } from '../../memory/wellknown.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import * as halves from './halves.ts';
import { Bool, HIGH_MASK, Int64, LOW_MASK, UInt64 } from './operands.ts';

const FIRST: number = datatype('Bool');
const LAST: number = datatype('BFloat16');

/** By tag minus FIRST: masks of the two words, and how far to shift the low word to sign-extend it; 32 for 8 bytes. */
const lowMask = new Int32Array(LAST - FIRST + 1);
const highMask = new Int32Array(LAST - FIRST + 1);
const signShift = new Uint8Array(LAST - FIRST + 1);
for (const [name, size] of [
  ['Bool', 1],
  ['Char', 4],
  ['Int8', 1],
  ['UInt8', 1],
  ['Int16', 2],
  ['UInt16', 2],
  ['Int32', 4],
  ['UInt32', 4],
  ['Int64', 8],
  ['UInt64', 8],
  ['Float16', 2],
  ['Float32', 4],
  ['Float64', 8],
  ['BFloat16', 2],
] as const) {
  const index = datatype(name) - FIRST;
  lowMask[index] = name === 'Bool' ? 1 : LOW_MASK[size];
  highMask[index] = HIGH_MASK[size];
  signShift[index] = size === 8 ? 32 : 32 - 8 * size;
}

/** Whether the two slots hold unboxed values of one built-in number type. */
function same(a: number, b: number): boolean {
  const tag = U32[a + 2];
  return tag === U32[b + 2] && tag >= FIRST && tag <= LAST;
}

function setBoolean(result: number, value: boolean): void {
  U32[result] = value ? 1 : 0;
  U32[result + 1] = 0;
  U32[result + 2] = Bool;
}

/** Signed order of two values of one type. */
function less(a: number, b: number): boolean {
  const shift = signShift[U32[a + 2] - FIRST];
  if (shift === 32) {
    const ah = U32[a + 1] | 0;
    const bh = U32[b + 1] | 0;
    return ah < bh || (ah === bh && U32[a] < U32[b]);
  }
  return U32[a] << shift < U32[b] << shift;
}

type Wrap = (general: SlotFunction) => SlotFunction;

const add: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !same(a, b)) {
    general(args, n, result);
    return;
  }
  const tag = U32[a + 2];
  const sum = U32[a] + U32[b];
  const high = U32[a + 1] + U32[b + 1] + (sum > 0xffffffff ? 1 : 0);
  U32[result] = sum & lowMask[tag - FIRST];
  U32[result + 1] = high & highMask[tag - FIRST];
  U32[result + 2] = tag;
};

const subtract: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !same(a, b)) {
    general(args, n, result);
    return;
  }
  const tag = U32[a + 2];
  const difference = U32[a] - U32[b];
  const high = U32[a + 1] - U32[b + 1] - (difference < 0 ? 1 : 0);
  U32[result] = difference & lowMask[tag - FIRST];
  U32[result + 1] = high & highMask[tag - FIRST];
  U32[result + 2] = tag;
};

const multiply: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !same(a, b)) {
    general(args, n, result);
    return;
  }
  const tag = U32[a + 2];
  if (highMask[tag - FIRST] === 0) {
    U32[result] = Math.imul(U32[a], U32[b]) & lowMask[tag - FIRST];
    U32[result + 1] = 0;
  } else {
    halves.multiply(U32[a], U32[a + 1], U32[b], U32[b + 1]);
    U32[result] = halves.low;
    U32[result + 1] = halves.high;
  }
  U32[result + 2] = tag;
};

const and: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !same(a, b)) {
    general(args, n, result);
    return;
  }
  U32[result] = U32[a] & U32[b];
  U32[result + 1] = U32[a + 1] & U32[b + 1];
  U32[result + 2] = U32[a + 2];
};

const or: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !same(a, b)) {
    general(args, n, result);
    return;
  }
  U32[result] = U32[a] | U32[b];
  U32[result + 1] = U32[a + 1] | U32[b + 1];
  U32[result + 2] = U32[a + 2];
};

const xor: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !same(a, b)) {
    general(args, n, result);
    return;
  }
  U32[result] = U32[a] ^ U32[b];
  U32[result + 1] = U32[a + 1] ^ U32[b + 1];
  U32[result + 2] = U32[a + 2];
};

const equal: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n === 2 && same(a, b)) setBoolean(result, U32[a] === U32[b] && U32[a + 1] === U32[b + 1]);
  else general(args, n, result);
};

const notEqual: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n === 2 && same(a, b)) setBoolean(result, U32[a] !== U32[b] || U32[a + 1] !== U32[b + 1]);
  else general(args, n, result);
};

const unsignedLess: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n === 2 && same(a, b)) {
    setBoolean(result, U32[a + 1] < U32[b + 1] || (U32[a + 1] === U32[b + 1] && U32[a] < U32[b]));
  } else general(args, n, result);
};

const unsignedLessOrEqual: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n === 2 && same(a, b)) {
    setBoolean(result, U32[a + 1] < U32[b + 1] || (U32[a + 1] === U32[b + 1] && U32[a] <= U32[b]));
  } else general(args, n, result);
};

const signedLess: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n === 2 && same(a, b)) setBoolean(result, less(a, b));
  else general(args, n, result);
};

const signedLessOrEqual: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n === 2 && same(a, b)) setBoolean(result, !less(b, a));
  else general(args, n, result);
};

/** Whether a slot holds a shift count below 32, other than 0, as a 64-bit integer. */
function isShortCount(b: number): boolean {
  const tag = U32[b + 2];
  return (tag === UInt64 || tag === Int64) && U32[b + 1] === 0 && U32[b] < 32 && U32[b] !== 0;
}

const isWide = (a: number): boolean => U32[a + 2] === UInt64 || U32[a + 2] === Int64;

const shiftLeft: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !isWide(a) || !isShortCount(b)) {
    general(args, n, result);
    return;
  }
  const count = U32[b];
  const low = U32[a];
  const tag = U32[a + 2];
  U32[result + 1] = (U32[a + 1] << count) | (low >>> (32 - count));
  U32[result] = low << count;
  U32[result + 2] = tag;
};

const shiftRight: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !isWide(a) || !isShortCount(b)) {
    general(args, n, result);
    return;
  }
  const count = U32[b];
  const high = U32[a + 1];
  const tag = U32[a + 2];
  U32[result] = (U32[a] >>> count) | (high << (32 - count));
  U32[result + 1] = high >>> count;
  U32[result + 2] = tag;
};

/** Whether two operands are 64-bit integers of one type from 0 to 2^31, and the second is not 0. */
function dividesShort(a: number, b: number): boolean {
  return U32[a + 2] === U32[b + 2] && isWide(a) && (U32[a + 1] | U32[b + 1]) === 0 && I32[a] >= 0 && I32[b] > 0;
}

const quotient: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !dividesShort(a, b)) {
    general(args, n, result);
    return;
  }
  const tag = U32[a + 2];
  I32[result] = (I32[a] / I32[b]) | 0;
  I32[result + 1] = 0;
  U32[result + 2] = tag;
};

const remainder: Wrap = (general) => (args, n, result) => {
  const a = args[0];
  const b = args[1];
  if (n !== 2 || !dividesShort(a, b)) {
    general(args, n, result);
    return;
  }
  const tag = U32[a + 2];
  I32[result] = (I32[a] % I32[b]) | 0;
  I32[result + 1] = 0;
  U32[result + 2] = tag;
};

/** The intrinsics that have a short way, given their general one. */
export const quickIntrinsics: Readonly<Record<string, Wrap>> = {
  add_int: add,
  sub_int: subtract,
  mul_int: multiply,
  and_int: and,
  or_int: or,
  xor_int: xor,
  eq_int: equal,
  ne_int: notEqual,
  ult_int: unsignedLess,
  ule_int: unsignedLessOrEqual,
  slt_int: signedLess,
  sle_int: signedLessOrEqual,
  shl_int: shiftLeft,
  lshr_int: shiftRight,
  sdiv_int: quotient,
  udiv_int: quotient,
  checked_sdiv_int: quotient,
  checked_udiv_int: quotient,
  srem_int: remainder,
  urem_int: remainder,
  checked_srem_int: remainder,
  checked_urem_int: remainder,
};
