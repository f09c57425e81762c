// Integer arithmetic: neg, add, sub, mul, div, rem, flipsign; and the bitwise functions.
//
// Every function works on any primitive type whose operands agree, pointers and floats included: only bits count. Values
// of up to 8 bytes go through a kernel on 32-bit halves that writes 64 bits, of which the type's width is kept; wider ones
// through BigInt.

import { U32 } from '../../../ffi/region.ts';
import type { Ref } from '../../memory/layout.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { primitiveSize, slotType } from '../../vm/slots.ts';
import { throwError } from '../errors.ts';
import * as halves from './halves.ts';
import {
  Bool,
  divideError,
  HIGH_MASK,
  highBits,
  isPrimitive,
  LOW_MASK,
  lowBits,
  setBits,
  setWideBits,
  signedHigh,
  signedLow,
  sizeOrThrow,
  wideBits,
  wrongCount,
} from './operands.ts';

/** Computes on operands extended to 64 bits and writes the words of the result. */
export type Kernel = (result: number, al: number, ah: number, bl: number, bh: number) => void;
/** The same for wide values, extended to integers; only the low bits of the result count. */
export type WideKernel = (a: bigint, b: bigint, bits: number) => bigint;

/** The common type of two operands. @throws ErrorException when they differ or are not primitive */
export function commonType(a: number, b: number, name: string): number {
  const type = slotType(a);
  if (slotType(b) !== type) throwError(`${name}: types of a and b must match`);
  if (!isPrimitive(type)) throwError(`${name}: a is not a primitive type`);
  return type;
}

/** A function of two operands of one type, with a result of that type. */
export function binary(name: string, signed: boolean, kernel: Kernel, wide: WideKernel): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const a = args[0];
    const b = args[1];
    const tag = U32[a + 2];
    let type = tag;
    if (tag === 0 || tag !== U32[b + 2]) type = commonType(a, b, name);
    const size = primitiveSize(type as Ref);
    if (size === 8 && tag !== 0 && tag === U32[b + 2]) {
      kernel(result, U32[a] | 0, U32[a + 1] | 0, U32[b] | 0, U32[b + 1] | 0);
      U32[result + 2] = type;
      return;
    }
    if (size <= 8) {
      let al = lowBits(a, size) | 0;
      let ah = highBits(a, size) | 0;
      let bl = lowBits(b, size) | 0;
      let bh = highBits(b, size) | 0;
      if (signed) {
        ah = signedHigh(al, ah, size);
        bh = signedHigh(bl, bh, size);
        al = signedLow(al, size);
        bl = signedLow(bl, size);
      }
      kernel(result, al, ah, bl, bh);
      U32[result] &= type === Bool ? 1 : LOW_MASK[size];
      U32[result + 1] &= HIGH_MASK[size];
      U32[result + 2] = type;
      return;
    }
    const bits = 8 * size;
    const x = wideBits(a, size);
    const y = wideBits(b, size);
    const value = signed ? wide(BigInt.asIntN(bits, x), BigInt.asIntN(bits, y), bits) : wide(x, y, bits);
    setWideBits(result, type as Ref, size, value);
  };
}

type UnaryKernel = (result: number, low: number, high: number, size: number) => void;

function unary(name: string, kernel: UnaryKernel, wide: (a: bigint, bits: number) => bigint): SlotFunction {
  return (args, n, result) => {
    if (n !== 1) wrongCount(n, 1);
    const a = args[0];
    const type = slotType(a);
    const size = sizeOrThrow(type, name, 'value is not a primitive type');
    if (size <= 8) {
      kernel(result, lowBits(a, size) | 0, highBits(a, size) | 0, size);
      setBits(result, type, size, U32[result], U32[result + 1]);
    } else {
      setWideBits(result, type, size, wide(wideBits(a, size), 8 * size));
    }
  };
}

function add(result: number, al: number, ah: number, bl: number, bh: number): void {
  const sum = (al >>> 0) + (bl >>> 0);
  U32[result] = sum;
  U32[result + 1] = ah + bh + (sum > 0xffffffff ? 1 : 0);
}

function subtract(result: number, al: number, ah: number, bl: number, bh: number): void {
  const difference = (al >>> 0) - (bl >>> 0);
  U32[result] = difference;
  U32[result + 1] = ah - bh - (difference < 0 ? 1 : 0);
}

function multiply(result: number, al: number, ah: number, bl: number, bh: number): void {
  halves.multiply(al, ah, bl, bh);
  U32[result] = halves.low;
  U32[result + 1] = halves.high;
}

/** Stores the last quotient. */
function quotient(result: number): void {
  U32[result] = halves.low;
  U32[result + 1] = halves.high;
}

function remainder(result: number): void {
  U32[result] = halves.restLow;
  U32[result + 1] = halves.restHigh;
}

export const sdiv: Kernel = (result, al, ah, bl, bh) => {
  if ((bl | bh) === 0) divideError();
  halves.divideSigned(al, ah, bl, bh);
  quotient(result);
};
export const srem: Kernel = (result, al, ah, bl, bh) => {
  if ((bl | bh) === 0) divideError();
  halves.divideSigned(al, ah, bl, bh);
  remainder(result);
};
export const udiv: Kernel = (result, al, ah, bl, bh) => {
  if ((bl | bh) === 0) divideError();
  halves.divideUnsigned(al, ah, bl, bh);
  quotient(result);
};
export const urem: Kernel = (result, al, ah, bl, bh) => {
  if ((bl | bh) === 0) divideError();
  halves.divideUnsigned(al, ah, bl, bh);
  remainder(result);
};

export const wideDiv: WideKernel = (a, b) => (b === 0n ? divideError() : a / b);
export const wideRem: WideKernel = (a, b) => (b === 0n ? divideError() : a % b);

/**
 * Signed division that throws for min / -1.
 *
 * @param throwsAt whether it does for a type of `size` bytes; otherwise the result wraps
 */
export function signedDivision(
  name: string,
  kernel: Kernel,
  wide: WideKernel,
  throwsAt: (size: number) => boolean,
): SlotFunction {
  const divide = binary(name, true, kernel, wide);
  const overflows = (args: Int32Array): boolean => {
    const size = primitiveSize(commonType(args[0], args[1], name) as Ref);
    const bits = BigInt(8 * size);
    return (
      throwsAt(size) && wideBits(args[1], size) === (1n << bits) - 1n && wideBits(args[0], size) === 1n << (bits - 1n)
    );
  };
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const b = args[1];
    // Only a divisor whose low byte is all ones can be -1: everything else needs no closer look.
    if ((U32[b + 2] === 0 || (U32[b] & 0xff) === 0xff) && overflows(args)) divideError();
    divide(args, n, result);
  };
}

/** The hardware's division traps on min / -1; narrower values are divided as 32-bit ones. */
const traps = (size: number): boolean => size === 4 || size === 8;

function negate(result: number, low: number, high: number): void {
  U32[result + 1] = ~high + (low === 0 ? 1 : 0);
  U32[result] = -low;
}

/** Number of one bits of a word. */
function countOnes(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Number of trailing zeros of a word that is not zero. */
const countTrailing = (word: number): number => 31 - Math.clz32(word & -word);

function setCount(result: number, count: number): void {
  U32[result] = count;
  U32[result + 1] = 0;
}

const swapWord = (x: number): number => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);

function swapBytes(result: number, low: number, high: number, size: number): void {
  // Reversed within 64 bits, then moved down to the width.
  let lo = swapWord(high);
  let hi = swapWord(low);
  const shift = 64 - 8 * size;
  if (shift >= 32) {
    lo = shift === 32 ? hi : hi >>> (shift - 32);
    hi = 0;
  } else if (shift > 0) {
    lo = (lo >>> shift) | (hi << (32 - shift));
    hi = hi >>> shift;
  }
  U32[result] = lo;
  U32[result + 1] = hi;
}

function wideSwap(a: bigint, bits: number): bigint {
  let value = 0n;
  for (let i = 0; i < bits; i += 8) value = (value << 8n) | ((a >> BigInt(i)) & 0xffn);
  return value;
}

function bitLength(a: bigint): number {
  return a === 0n ? 0 : a.toString(2).length;
}

export const integerIntrinsics: Record<string, SlotFunction> = {
  neg_int: unary('neg_int', negate, (a) => -a),
  add_int: binary('add_int', false, add, (a, b) => a + b),
  sub_int: binary('sub_int', false, subtract, (a, b) => a - b),
  mul_int: binary('mul_int', false, multiply, (a, b) => a * b),
  sdiv_int: signedDivision('sdiv_int', sdiv, wideDiv, traps),
  udiv_int: binary('udiv_int', false, udiv, wideDiv),
  srem_int: signedDivision('srem_int', srem, wideRem, traps),
  urem_int: binary('urem_int', false, urem, wideRem),
  flipsign_int: binary(
    'flipsign_int',
    true,
    (result, al, ah, _bl, bh) => {
      if (bh < 0) negate(result, al, ah);
      else {
        U32[result] = al;
        U32[result + 1] = ah;
      }
    },
    (a, b) => (b < 0n ? -a : a),
  ),
  and_int: binary(
    'and_int',
    false,
    (result, al, ah, bl, bh) => {
      U32[result] = al & bl;
      U32[result + 1] = ah & bh;
    },
    (a, b) => a & b,
  ),
  or_int: binary(
    'or_int',
    false,
    (result, al, ah, bl, bh) => {
      U32[result] = al | bl;
      U32[result + 1] = ah | bh;
    },
    (a, b) => a | b,
  ),
  xor_int: binary(
    'xor_int',
    false,
    (result, al, ah, bl, bh) => {
      U32[result] = al ^ bl;
      U32[result + 1] = ah ^ bh;
    },
    (a, b) => a ^ b,
  ),
  not_int: unary(
    'not_int',
    (result, low, high) => {
      U32[result] = ~low;
      U32[result + 1] = ~high;
    },
    (a) => ~a,
  ),
  bswap_int: unary('bswap_int', swapBytes, wideSwap),
  ctpop_int: unary(
    'ctpop_int',
    (result, low, high) => setCount(result, countOnes(low) + countOnes(high)),
    (a) => BigInt(a.toString(2).replaceAll('0', '').length),
  ),
  ctlz_int: unary(
    'ctlz_int',
    (result, low, high, size) =>
      setCount(result, (high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low)) - 64 + 8 * size),
    (a, bits) => BigInt(bits - bitLength(a)),
  ),
  cttz_int: unary(
    'cttz_int',
    (result, low, high, size) =>
      setCount(result, low !== 0 ? countTrailing(low) : high !== 0 ? 32 + countTrailing(high) : 8 * size),
    (a, bits) => BigInt(a === 0n ? bits : bitLength(a & -a) - 1),
  ),
};
