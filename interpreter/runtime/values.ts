// Making and reading the plain values of the heap: simple vectors, strings, boxed bits, arrays of references.
//
// These are the verbs that the rest of the runtime is written in. Small integers, characters and the singletons are
// shared objects; everything else allocates.

import { bytesAt, toAddress } from '../../ffi/address.ts';
import { F32, F64, I32, I64, REGION_HIGH, U8, U16, U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import {
  type ArrayRef,
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readWide,
  refAt,
  type StringRef,
  type SvecRef,
  setRefAt,
  typeOf,
  writeRef,
  writeWide,
} from '../memory/layout.ts';
import { GenericMemory, JuliaArray, JuliaString } from '../memory/objects.ts';
import { ArrayAnyType, datatype, emptySvec, falseValue, MemoryAnyType, trueValue } from '../memory/wellknown.ts';
import { decodeText, encodeText } from './text.ts';

const Int64 = datatype('Int64');
const UInt64 = datatype('UInt64');
const Float64 = datatype('Float64');
const Float32 = datatype('Float32');
const StringType = datatype('String');
const SimpleVectorType = datatype('SimpleVector');

/** `svec(values...)` */
export function svec(...values: Ref[]): SvecRef {
  return svecOf(values);
}

export function svecOf(values: readonly Ref[]): SvecRef {
  if (values.length === 0) return emptySvec;
  const vector = allocate(SimpleVectorType, 8 + 8 * values.length) as SvecRef;
  U32[vector << 1] = values.length;
  for (let i = 0; i < values.length; i++) setRefAt(vector, i + 1, values[i]);
  return vector;
}

/** A vector of `length` undefined entries. */
export function svecUninitialized(length: number): SvecRef {
  const vector = allocate(SimpleVectorType, 8 + 8 * length) as SvecRef;
  U32[vector << 1] = length;
  return vector;
}

export const svecLength = (vector: SvecRef): number => U32[vector << 1];
/** Entry `index`, from 0. */
export const svecGet = <T extends Ref = Ref>(vector: SvecRef, index: number): T => refAt<T>(vector, index + 1);
export const svecSet = (vector: SvecRef, index: number, value: Ref): void => setRefAt(vector, index + 1, value);

export function svecToArray<T extends Ref = Ref>(vector: SvecRef): T[] {
  const result: T[] = [];
  for (let i = 0, n = svecLength(vector); i < n; i++) result.push(svecGet<T>(vector, i));
  return result;
}

/** A String of the given bytes. */
export function stringOfBytes(bytes: Uint8Array): StringRef {
  const string = allocate(StringType, JuliaString.$size + bytes.length + 1) as StringRef;
  U32[string << 1] = bytes.length;
  U8.set(bytes, string * 8 + JuliaString.$size);
  return string;
}

export const string = (text: string): StringRef => stringOfBytes(encodeText(text));
export const stringLength = (s: StringRef): number => readWide(s, JuliaString.length);
export const stringBytes = (s: StringRef): Uint8Array =>
  U8.subarray(s * 8 + JuliaString.$size, s * 8 + JuliaString.$size + stringLength(s));
export const stringText = (s: StringRef): string => decodeText(U8.slice(s * 8 + 8, s * 8 + 8 + stringLength(s)));
/** Address of a string's bytes, for C. */
export const stringAddress = (s: StringRef): number => REGION_HIGH * 2 ** 32 + s * 8 + JuliaString.$size;

/** A boxed integer or bits value of at most 64 bits, given as low and high word; `bytes` is the type's size. */
export function boxBits(type: DataTypeRef, bytes: number, low: number, high: number): Ref {
  const object = allocate(type, bytes);
  switch (bytes) {
    case 1:
      U8[object * 8] = low;
      break;
    case 2:
      U16[object << 2] = low;
      break;
    case 4:
      U32[object << 1] = low;
      break;
    default:
      U32[object << 1] = low;
      U32[(object << 1) + 1] = high;
  }
  return object;
}

/** Boxes an integer below 2^53 in magnitude as Int64. */
export function boxInt64(value: number): Ref {
  const object = allocate(Int64, 8);
  U32[object << 1] = value;
  I32[(object << 1) + 1] = Math.floor(value / 2 ** 32);
  return object;
}

export function boxBigInt64(value: bigint): Ref {
  const object = allocate(Int64, 8);
  I64[object] = value;
  return object;
}

export function boxUInt64(value: number): Ref {
  const object = allocate(UInt64, 8);
  U32[object << 1] = value;
  U32[(object << 1) + 1] = Math.floor(value / 2 ** 32);
  return object;
}

export function boxFloat64(value: number): Ref {
  const object = allocate(Float64, 8);
  F64[object] = value;
  return object;
}

export function boxFloat32(value: number): Ref {
  const object = allocate(Float32, 4);
  F32[object << 1] = value;
  return object;
}

export const boxBool = (value: boolean): Ref => (value ? trueValue : falseValue);

/** The value of a boxed Int64 or UInt64 as a double (exact below 2^53). */
export const unboxInt64 = (object: Ref): number => I32[(object << 1) + 1] * 2 ** 32 + U32[object << 1];
export const isInt64 = (object: Ref): boolean => typeOf(object) === Int64;

/** A new Memory{Any} of undefined references. */
function memoryAny(length: number): Ref {
  const memory = allocate(MemoryAnyType, GenericMemory.$size + 8 * length);
  writeWide(memory, GenericMemory.length, length);
  writeWide(memory, GenericMemory.ptr, REGION_HIGH * 2 ** 32 + memory * 8 + GenericMemory.$size);
  return memory;
}

/** A `Vector{Any}` of the given values. */
export function vectorAny(values: readonly Ref[]): ArrayRef {
  const memory = memoryAny(values.length);
  for (let i = 0; i < values.length; i++) setRefAt(memory, i + 2, values[i]);
  const array = allocate(ArrayAnyType, JuliaArray.$size) as ArrayRef;
  writeWide(array, JuliaArray.ptr_or_offset, readWide(memory, GenericMemory.ptr));
  writeRef(array, JuliaArray.mem, memory);
  writeWide(array, JuliaArray.length, values.length);
  return array;
}

export const arrayLength = (array: ArrayRef): number => readWide(array, JuliaArray.length);

/** The elements of an array of bits, wherever they lie, as words of `size` bytes: a view. */
export function arrayBits(array: ArrayRef, size: 1): Uint8Array;
export function arrayBits(array: ArrayRef, size: 4): Uint32Array;
export function arrayBits(array: ArrayRef, size: 1 | 4): Uint8Array | Uint32Array {
  const bytes = bytesAt(toAddress(readWide(array, JuliaArray.ptr_or_offset)), size * arrayLength(array));
  return size === 1 ? bytes : new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}

/** Element `index` (from 0) of an array of references whose buffer lies in the heap. */
export function arrayGetRef<T extends Ref = Ref>(array: ArrayRef, index: number): T {
  const data = U32[(array << 1) + (JuliaArray.ptr_or_offset & 0xfff)] / 8;
  return refAt<T>(data as Ref, index);
}

export function arraySetRef(array: ArrayRef, index: number, value: Ref): void {
  const data = U32[(array << 1) + (JuliaArray.ptr_or_offset & 0xfff)] / 8;
  setRefAt(data as Ref, index, value);
}

/** The array's Memory. */
export const arrayMemory = (array: ArrayRef): Ref => readRef(array, JuliaArray.mem);

export { NULL };
