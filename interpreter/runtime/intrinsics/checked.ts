// Checked arithmetic. Sums, differences and products come as a tuple of the wrapped result and a flag that says whether
// it overflowed; quotients and remainders throw DivideError.

import { U8, U32 } from '../../../ffi/region.ts';
import { allocate } from '../../memory/heap.ts';
import type { DataTypeRef, Ref } from '../../memory/layout.ts';
import { registerRoots } from '../../memory/roots.ts';
import { applyTupleType } from '../../types/instantiate.ts';
import { fieldOffset, layoutSize } from '../../types/layoutaccess.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { primitiveSize, storeBits } from '../../vm/slots.ts';
import * as halves from './halves.ts';
import {
  binary,
  commonType,
  sdiv,
  signedDivision,
  srem,
  udiv,
  urem,
  type WideKernel,
  wideDiv,
  wideRem,
} from './integers.ts';
import {
  Bool,
  HIGH_MASK,
  highBits,
  LOW_MASK,
  lowBits,
  setReference,
  signedHigh,
  signedLow,
  wideBits,
  writeWideBits,
  wrongCount,
} from './operands.ts';

/** `Tuple{T, Bool}`, its size, and where its flag lies. */
interface PairShape {
  readonly type: DataTypeRef;
  readonly size: number;
  readonly flag: number;
}

/** The shapes by T: what this module has asked the type cache for. */
const shapes = new Map<number, PairShape>();

registerRoots((visit) => {
  for (const [type, pair] of shapes) {
    visit(type as Ref);
    visit(pair.type);
  }
});

function shapeFor(element: number): PairShape {
  let shape = shapes.get(element);
  if (shape === undefined) {
    const type = applyTupleType([element as Ref, Bool]);
    shape = { type, size: layoutSize(type), flag: fieldOffset(type, 1) };
    shapes.set(element, shape);
  }
  return shape;
}

/** Computes on operands extended to 64 bits; the result is left in `low` and `high`. Says whether 64 bits overflowed. */
type CheckedKernel = (al: number, ah: number, bl: number, bh: number) => boolean;

let low = 0;
let high = 0;

function checked(name: string, signed: boolean, kernel: CheckedKernel, wide: WideKernel): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const a = args[0];
    const b = args[1];
    const tag = U32[a + 2];
    const type = tag !== 0 && tag === U32[b + 2] ? tag : commonType(a, b, name);
    const size = primitiveSize(type as Ref);
    if (size > 8) {
      const bits = 8 * size;
      const x = wideBits(a, size);
      const y = wideBits(b, size);
      const exact = signed ? wide(BigInt.asIntN(bits, x), BigInt.asIntN(bits, y), bits) : wide(x, y, bits);
      const overflows = exact !== (signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact));
      const shape = shapeFor(type);
      const tuple = allocate(shape.type, shape.size);
      writeWideBits(tuple * 8, size, exact);
      finishPair(tuple, shape.flag, overflows, result);
      return;
    }
    let al = lowBits(a, size) | 0;
    let ah = highBits(a, size) | 0;
    let bl = lowBits(b, size) | 0;
    let bh = highBits(b, size) | 0;
    if (signed && size < 8) {
      ah = signedHigh(al, ah, size);
      bh = signedHigh(bl, bh, size);
      al = signedLow(al, size);
      bl = signedLow(bl, size);
    }
    let overflows = kernel(al, ah, bl, bh);
    if (size < 8) {
      // What does not survive being cut to the width and extended again has overflowed.
      const cutLow = low & LOW_MASK[size];
      const cutHigh = high & HIGH_MASK[size];
      overflows ||= signed
        ? signedLow(cutLow, size) !== low || signedHigh(cutLow, cutHigh, size) !== high
        : cutLow !== low || cutHigh !== high;
      low = cutLow;
      high = cutHigh;
      if (type === Bool) low &= 1;
    }
    const shape = shapeFor(type);
    const tuple = allocate(shape.type, shape.size);
    U32[result] = low;
    U32[result + 1] = high;
    storeBits(result, tuple * 8, size);
    finishPair(tuple, shape.flag, overflows, result);
  };
}

function finishPair(tuple: Ref, flag: number, overflows: boolean, result: number): void {
  U8[tuple * 8 + flag] = overflows ? 1 : 0;
  setReference(result, tuple);
}

function addWords(al: number, ah: number, bl: number, bh: number): number {
  const sum = (al >>> 0) + (bl >>> 0);
  low = sum | 0;
  const upper = (ah >>> 0) + (bh >>> 0) + (sum > 0xffffffff ? 1 : 0);
  high = upper | 0;
  return upper;
}

function subtractWords(al: number, ah: number, bl: number, bh: number): number {
  const difference = (al >>> 0) - (bl >>> 0);
  low = difference | 0;
  const upper = (ah >>> 0) - (bh >>> 0) - (difference < 0 ? 1 : 0);
  high = upper | 0;
  return upper;
}

const sadd: CheckedKernel = (al, ah, bl, bh) => {
  addWords(al, ah, bl, bh);
  return ((ah ^ high) & (bh ^ high)) < 0;
};
const uadd: CheckedKernel = (al, ah, bl, bh) => addWords(al, ah, bl, bh) > 0xffffffff;
const ssub: CheckedKernel = (al, ah, bl, bh) => {
  subtractWords(al, ah, bl, bh);
  return ((ah ^ bh) & (ah ^ high)) < 0;
};
const usub: CheckedKernel = (al, ah, bl, bh) => subtractWords(al, ah, bl, bh) < 0;

const umul: CheckedKernel = (al, ah, bl, bh) => {
  halves.multiply(al, ah, bl, bh);
  low = halves.low;
  high = halves.high;
  if (ah === 0 && bh === 0) return false;
  if (ah !== 0 && bh !== 0) return true;
  // One operand is below 2^32: the product is al * bl + (cross << 32), and the upper half must take it all.
  const cross = ah !== 0 ? (ah >>> 0) * (bl >>> 0) : (bh >>> 0) * (al >>> 0);
  return cross + halves.highProduct(al, bl) > 0xffffffff;
};

const smul: CheckedKernel = (al, ah, bl, bh) => {
  const negative = ah < 0 !== bh < 0;
  const al1 = ah < 0 ? -al | 0 : al;
  const ah1 = ah < 0 ? (~ah + (al === 0 ? 1 : 0)) | 0 : ah;
  const bl1 = bh < 0 ? -bl | 0 : bl;
  const bh1 = bh < 0 ? (~bh + (bl === 0 ? 1 : 0)) | 0 : bh;
  let overflows = umul(al1, ah1, bl1, bh1);
  // The magnitude may reach 2^63 only when the product is negative.
  if (high < 0 && !(negative && low === 0 && high === (0x80000000 | 0))) overflows = true;
  halves.multiply(al, ah, bl, bh);
  low = halves.low;
  high = halves.high;
  return overflows;
};

export const checkedIntrinsics: Record<string, SlotFunction> = {
  checked_sadd_int: checked('checked_sadd_int', true, sadd, (a, b) => a + b),
  checked_uadd_int: checked('checked_uadd_int', false, uadd, (a, b) => a + b),
  checked_ssub_int: checked('checked_ssub_int', true, ssub, (a, b) => a - b),
  checked_usub_int: checked('checked_usub_int', false, usub, (a, b) => a - b),
  checked_smul_int: checked('checked_smul_int', true, smul, (a, b) => a * b),
  checked_umul_int: checked('checked_umul_int', false, umul, (a, b) => a * b),
  checked_sdiv_int: signedDivision('checked_sdiv_int', sdiv, wideDiv, () => true),
  checked_udiv_int: binary('checked_udiv_int', false, udiv, wideDiv),
  checked_srem_int: binary('checked_srem_int', true, srem, wideRem),
  checked_urem_int: binary('checked_urem_int', false, urem, wideRem),
};
