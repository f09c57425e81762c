// Quick instructions that are too long for the loop, or too rare to have their place in it.
//
// Each does its work if its operands are of the kinds that it is for, and says whether they were: where they were not, the
// loop makes the call that the instruction was rewritten from.

import { REGION_HIGH } from '../../ffi/region.ts';
import { datatype } from '../memory/wellknown.ts';
import { Op } from './code.ts';

const Int64: number = datatype('Int64');
const UInt64: number = datatype('UInt64');
const { LSHR_64, POINTER_GET, REM_I64 } = Op;

/** REM_I64, DIV_I64, and of UInt64: of values from 0 to 2^31, which the processor divides at once. */
export function divide(I32: Int32Array, pc: number, fp: number): boolean {
  const a = I32[pc + 8];
  const b = I32[pc + 9];
  const x = a >= 0 ? (fp + a) | 0 : -a | 0;
  const y = b >= 0 ? (fp + b) | 0 : -b | 0;
  const tag = I32[x + 2];
  if (I32[y + 2] !== tag || (tag !== Int64 && tag !== UInt64) || (I32[x + 1] | I32[y + 1]) !== 0) return false;
  const one = I32[x];
  const other = I32[y];
  if (one < 0 || other <= 0) return false;
  const to = (fp + I32[pc + 1]) | 0;
  I32[to] = I32[pc] === REM_I64 ? (one % other) | 0 : (one / other) | 0;
  I32[to + 1] = 0;
  I32[to + 2] = tag;
  return true;
}

/** NEG_I64, and of UInt64. */
export function negate(I32: Int32Array, pc: number, fp: number): boolean {
  const a = I32[pc + 8];
  const x = a >= 0 ? (fp + a) | 0 : -a | 0;
  const tag = I32[x + 2];
  if (tag !== Int64 && tag !== UInt64) return false;
  const to = (fp + I32[pc + 1]) | 0;
  const low = I32[x];
  // Without a low half, the high one is negated as it is.
  I32[to + 1] = low === 0 ? -I32[x + 1] | 0 : ~I32[x + 1];
  I32[to] = -low | 0;
  I32[to + 2] = tag;
  return true;
}

/** LSHR_64 and SHL_64: of Int64 or UInt64, by 0 to 63. */
export function shift(I32: Int32Array, pc: number, fp: number): boolean {
  const a = I32[pc + 8];
  const b = I32[pc + 9];
  const x = a >= 0 ? (fp + a) | 0 : -a | 0;
  const y = b >= 0 ? (fp + b) | 0 : -b | 0;
  const tag = I32[x + 2];
  const counts = I32[y + 2];
  const count = I32[y];
  if ((tag !== Int64 && tag !== UInt64) || (counts !== Int64 && counts !== UInt64)) return false;
  if (I32[y + 1] !== 0 || count < 0 || count > 63) return false;
  const to = (fp + I32[pc + 1]) | 0;
  const low = I32[x];
  const high = I32[x + 1];
  // A shift by 32 - count would be none at all where the count is 0: it is done in two steps.
  if (I32[pc] === LSHR_64) {
    I32[to] = count < 32 ? (low >>> count) | ((high << (31 - count)) << 1) : high >>> (count - 32);
    I32[to + 1] = count < 32 ? high >>> count : 0;
  } else {
    I32[to + 1] = count < 32 ? (high << count) | ((low >>> (31 - count)) >>> 1) : low << (count - 32);
    I32[to] = count < 32 ? low << count : 0;
  }
  I32[to + 2] = tag;
  return true;
}

/**
 * POINTER_GET pointer index alignment, POINTER_SET pointer value index alignment: q0 the pointer's type, q1 that of the
 * elements, q2 their bytes.
 */
export function accessPointer(I32: Int32Array, U8: Uint8Array, U16: Uint16Array, pc: number, fp: number): boolean {
  const isGet = I32[pc] === POINTER_GET;
  const a = I32[pc + 8];
  const b = isGet ? I32[pc + 9] : I32[pc + 10];
  const x = a >= 0 ? (fp + a) | 0 : -a | 0;
  const y = b >= 0 ? (fp + b) | 0 : -b | 0;
  const size = I32[pc + 6];
  const index = (I32[y] - 1) | 0;
  if (I32[x + 2] !== I32[pc + 4] || I32[x + 1] !== REGION_HIGH) return false;
  if (I32[y + 2] !== Int64 || I32[y + 1] !== 0 || index < 0 || index >= 0x8000000) return false;
  const start = I32[x];
  const place = (start + Math.imul(index, size)) | 0;
  // An element that lies in the region, and where one of its size may.
  if (place >>> 0 < start >>> 0 || (place & (size - 1)) !== 0) return false;
  const to = (fp + I32[pc + 1]) | 0;
  if (isGet) {
    I32[to + 1] = 0;
    if (size === 1) I32[to] = U8[place >>> 0];
    else if (size === 2) I32[to] = U16[place >>> 1];
    else {
      I32[to] = I32[place >>> 2];
      if (size === 8) I32[to + 1] = I32[(place >>> 2) + 1];
    }
    I32[to + 2] = I32[pc + 5];
    return true;
  }
  const v = I32[pc + 9];
  const value = v >= 0 ? (fp + v) | 0 : -v | 0;
  if (I32[value + 2] !== I32[pc + 5]) return false;
  if (size === 1) U8[place >>> 0] = I32[value];
  else if (size === 2) U16[place >>> 1] = I32[value];
  else {
    I32[place >>> 2] = I32[value];
    if (size === 8) I32[(place >>> 2) + 1] = I32[value + 1];
  }
  I32[to] = start;
  I32[to + 1] = REGION_HIGH;
  I32[to + 2] = I32[pc + 4];
  return true;
}
