// Operands of intrinsics: reading bits out of slots, putting bits back, and the checks that all families share.
//
// Bits of up to 64 travel as two 32-bit words, `low` and `high`; a value narrower than 64 bits is zero-extended in its
// slot. An argument of a primitive type may also be boxed. Wider values are heap objects and travel as BigInt.
//
// Intrinsics never collect, and read all arguments before they write the result, which may share a slot with one.

import { REGION_HIGH, U8, U32, U64 } from '../../../ffi/region.ts';
import { allocate } from '../../memory/heap.ts';
import type { DataTypeRef, Ref } from '../../memory/layout.ts';
import { datatype, falseValue, trueValue } from '../../memory/wellknown.ts';
import { isConcrete, isDataType, isPrimitiveType } from '../../types/kinds.ts';
import { isSlotBits, primitiveSize, slotRef } from '../../vm/slots.ts';
import { throwError, throwPlain, throwTooFewArguments, throwTooManyArguments, throwTypeError } from '../errors.ts';

export const Bool: DataTypeRef = datatype('Bool');
export const Int64: DataTypeRef = datatype('Int64');
export const UInt64: DataTypeRef = datatype('UInt64');
export const Int128: DataTypeRef = datatype('Int128');
export const UInt128: DataTypeRef = datatype('UInt128');
const DataTypeType = datatype('DataType');

/** Masks of the low and high word of a value of `size` bytes, 0 to 8. */
export const LOW_MASK: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
export const HIGH_MASK: Int32Array = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

/** Complains about the number of arguments. */
export function wrongCount(n: number, expected: number): never {
  return n < expected
    ? throwTooFewArguments('intrinsic_call', expected)
    : throwTooManyArguments('intrinsic_call', expected);
}

export const isPrimitive = (type: Ref): boolean => isSlotBits(type) || isPrimitiveType(type);

/** Size in bytes of a primitive type; throws an ErrorException with `message` for any other type. */
export function sizeOrThrow(type: Ref, name: string, message: string): number {
  if (isSlotBits(type) || isPrimitiveType(type)) return primitiveSize(type);
  return throwError(`${name}: ${message}`);
}

/** Low word of a value of at most 8 bytes. */
export function lowBits(word: number, size: number): number {
  if (U32[word + 2] !== 0) return U32[word];
  return U32[U32[word] >>> 2] & LOW_MASK[size];
}

/** High word of a value of at most 8 bytes. */
export function highBits(word: number, size: number): number {
  if (U32[word + 2] !== 0) return U32[word + 1];
  return size > 4 ? U32[(U32[word] >>> 2) + 1] & HIGH_MASK[size] : 0;
}

/** The low word of a value of `size` bytes, sign-extended if it has fewer than four bytes. */
export function signedLow(low: number, size: number): number {
  return size >= 4 ? low | 0 : (low << (32 - 8 * size)) >> (32 - 8 * size);
}

/** The high word of the sign extension to 64 bits of a value of `size` bytes. */
export function signedHigh(low: number, high: number, size: number): number {
  if (size === 8) return high | 0;
  if (size > 4) return (high << (64 - 8 * size)) >> (64 - 8 * size);
  return signedLow(low, size) >> 31;
}

/**
 * Puts the low `size` bytes (at most 8) of a result into a slot. Of a Bool only one bit counts.
 */
export function setBits(result: number, type: number, size: number, low: number, high: number): void {
  U32[result] = type === Bool ? low & 1 : low & LOW_MASK[size];
  U32[result + 1] = high & HIGH_MASK[size];
  U32[result + 2] = type;
}

export function setBool(result: number, value: boolean): void {
  U32[result] = value ? 1 : 0;
  U32[result + 1] = 0;
  U32[result + 2] = Bool;
}

/** The value of a primitive of any size as an unsigned integer. */
export function wideBits(word: number, size: number): bigint {
  if (size <= 8) return (BigInt(highBits(word, size) >>> 0) << 32n) | BigInt(lowBits(word, size) >>> 0);
  const at = U32[word];
  if (size === 16) return (U64[at / 8 + 1] << 64n) | U64[at / 8];
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(U8[at + i]);
  return value;
}

/** The value of a primitive of any size as a signed integer. */
export const signedWideBits = (word: number, size: number): bigint => BigInt.asIntN(8 * size, wideBits(word, size));

/** Writes the low `size` bytes of an integer at a byte offset of the region. */
export function writeWideBits(at: number, size: number, value: bigint): void {
  let rest = BigInt.asUintN(8 * size, value);
  if (size === 16 && at % 8 === 0) {
    U64[at / 8] = BigInt.asUintN(64, rest);
    U64[at / 8 + 1] = rest >> 64n;
    return;
  }
  for (let i = 0; i < size; i++) {
    U8[at + i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** Puts the low bits of an integer into a slot as a value of a primitive type of any size. */
export function setWideBits(result: number, type: Ref, size: number, value: bigint): void {
  if (size <= 8) {
    const bits = BigInt.asUintN(64, value);
    setBits(result, type, size, Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0);
    return;
  }
  const object = allocate(type, size);
  writeWideBits(object * 8, size, value);
  setReference(result, object);
}

export function setReference(result: number, object: Ref): void {
  U32[result] = object << 3;
  U32[result + 1] = REGION_HIGH;
  U32[result + 2] = 0;
}

/** The types that Bool's box stands for: true and false are shared objects. */
export const boolObject = (value: boolean): Ref => (value ? trueValue : falseValue);

/** The type in a slot that must hold a DataType. @throws TypeError named after the intrinsic */
export function typeArgument(word: number, name: string): DataTypeRef {
  const type = slotRef(word);
  return isDataType(type) ? type : throwTypeError(name, DataTypeType, type);
}

/** As typeArgument, and the type must be primitive: the target of a conversion. */
export function targetType(word: number, name: string): DataTypeRef {
  if (U32[word + 2] === 0) {
    const type = (U32[word] >>> 3) as DataTypeRef;
    if (isSlotBits(type)) return type;
  }
  const type = typeArgument(word, name);
  if (!isPrimitiveType(type) || !isConcrete(type)) throwError(`${name}: target type not a leaf primitive type`);
  return type;
}

export const divideError = (): never => throwPlain('DivideError');
