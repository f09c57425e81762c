// Fused multiply-add: a * b + c, rounded once.
//
// For the narrow formats the product is exact in a double, and adding c with rounding to odd keeps what a second
// rounding needs. For Float64 the product is split into two doubles and the sum is rounded to odd before the last
// addition (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008). Where that could overflow or
// lose bits to underflow, the sum is computed exactly with BigInt.

import type { SlotFunction } from '../../vm/builtin.ts';
import { slotType } from '../../vm/slots.ts';
import { throwError } from '../errors.ts';
import {
  doubleFromWords,
  exponentOf,
  Float64,
  isFloat,
  NOT_A_FLOAT,
  readFloat,
  splitDouble,
  words,
  writeFloat,
  writeNaN,
} from './formats.ts';
import { isPrimitive, wrongCount } from './operands.ts';

/** The error of the double addition a + b = s. Exact unless s overflowed. */
function sumError(a: number, b: number, s: number): number {
  const bb = s - a;
  return a - (s - bb) + (b - bb);
}

const SPLITTER = 2 ** 27 + 1;

/** The error of the double product a * b = p; exact when nothing overflows or underflows. */
function productError(a: number, b: number, p: number): number {
  const ta = SPLITTER * a;
  const ah = ta - (ta - a);
  const al = a - ah;
  const tb = SPLITTER * b;
  const bh = tb - (tb - b);
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

/** The sum of two doubles, rounded to odd: if inexact, of the two neighbours the one whose last bit is set. */
function addToOdd(a: number, b: number): number {
  const s = a + b;
  if (s === Number.POSITIVE_INFINITY || s === Number.NEGATIVE_INFINITY) return s;
  const error = sumError(a, b, s);
  if (error === 0) return s;
  splitDouble(s);
  let low = words[0];
  let high = words[1];
  if ((low & 1) === 1) return s;
  // Away from zero when the error has the sign of the sum, else towards it.
  if (error > 0 === s > 0) {
    low = (low + 1) >>> 0;
  } else {
    if (low === 0) high = (high - 1) >>> 0;
    low = (low - 1) >>> 0;
  }
  return doubleFromWords(low, high);
}

/** a * b + c for finite doubles, rounded once. */
export function fma64(a: number, b: number, c: number): number {
  const p = a * b;
  if (a === 0 || b === 0) return p + c;
  // Not p + c: an underflowed p keeps its sign.
  if (c === 0) return p;
  const ea = exponentOf(a);
  const eb = exponentOf(b);
  const ec = exponentOf(c);
  if (ea < -480 || ea > 480 || eb < -480 || eb > 480 || ec < -900 || ec > 960) return exactFma(a, b, c);
  const q = productError(a, b, p);
  const t = c + q;
  const tError = sumError(c, q, t);
  const v = p + t;
  const vError = sumError(p, t, v);
  return v + addToOdd(tError, vError);
}

/** Numerator and exponent of a finite double: value = mantissa * 2^exponent. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  splitDouble(value);
  const high = words[1];
  const low = words[0];
  const biased = (high >>> 20) & 0x7ff;
  let mantissa = (BigInt(high & 0xfffff) << 32n) | BigInt(low);
  if (biased !== 0) mantissa |= 1n << 52n;
  return { mantissa: high >>> 31 === 1 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

function exactFma(a: number, b: number, c: number): number {
  const x = decompose(a);
  const y = decompose(b);
  const z = decompose(c);
  let mantissa = x.mantissa * y.mantissa;
  let exponent = x.exponent + y.exponent;
  if (z.mantissa !== 0n) {
    const common = Math.min(exponent, z.exponent);
    mantissa = (mantissa << BigInt(exponent - common)) + (z.mantissa << BigInt(z.exponent - common));
    exponent = common;
  }
  return mantissa === 0n ? a * b + c : scaled(mantissa, exponent);
}

/** The double nearest to mantissa * 2^exponent. */
function scaled(mantissa: bigint, exponent: number): number {
  const negative = mantissa < 0n;
  let magnitude = negative ? -mantissa : mantissa;
  // The last bit of the result stands for 2^unit.
  const length = magnitude.toString(2).length;
  const unit = Math.max(exponent + length - 53, -1074);
  const drop = unit - exponent;
  if (drop > 0) {
    const d = BigInt(drop);
    const rest = BigInt.asUintN(drop, magnitude);
    const half = 1n << (d - 1n);
    magnitude >>= d;
    if (rest > half || (rest === half && (magnitude & 1n) === 1n)) magnitude += 1n;
  } else {
    magnitude <<= BigInt(-drop);
  }
  // Two factors, since 2^unit alone may not be a normal double.
  const top = Math.trunc(unit / 2);
  const value = Number(magnitude) * 2 ** top * 2 ** (unit - top);
  return negative ? -value : value;
}

function ternary(name: string): SlotFunction {
  return (args, n, result) => {
    if (n !== 3) wrongCount(n, 3);
    const type = slotType(args[0]);
    if (slotType(args[1]) !== type || slotType(args[2]) !== type) {
      throwError(`${name}: types of a, b, and c must match`);
    }
    if (!isPrimitive(type)) throwError(`${name}: values are not primitive types`);
    if (!isFloat(type)) throwError(`${name}: ${NOT_A_FLOAT}`);
    const a = readFloat(args[0], type);
    const b = readFloat(args[1], type);
    const c = readFloat(args[2], type);
    let value: number;
    if (!Number.isFinite(a) || !Number.isFinite(b)) value = a * b + c;
    else if (!Number.isFinite(c)) value = c;
    else if (type === Float64) value = fma64(a, b, c);
    else value = addToOdd(a * b, c);
    if (!Number.isNaN(value)) writeFloat(result, type, value);
    else writeNaN(result, type, args, 3);
  };
}

/** `muladd_float` may round once or twice; with hardware that has the instruction, Julia's code rounds once. */
export const fmaIntrinsics: Record<string, SlotFunction> = {
  fma_float: ternary('fma_float'),
  muladd_float: ternary('muladd_float'),
};
