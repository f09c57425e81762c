// Slots: where the VM keeps values.
//
// A slot is 16 bytes of native memory: eight bytes of value, then a tag. Tag 0: the value is a reference (0 for an
// undefined variable). Any other tag is the type of an unboxed bits value of at most 8 bytes, zero-extended. Arithmetic
// on Int64, Float64, Bool and Char then allocates nothing.
//
// One rule makes inline caches cheap: a value of one of the built-in number types of at most 8 bytes (Bool .. BFloat16
// in the table of well-known types) is *always* unboxed in a slot, so that comparing tags decides. Other primitive types
// (pointers, the user's own) may be either; structs are always references.
//
// A slot is named by the index of its first 32-bit word in the region (`word`): low word, high word, tag, unused.

import { F64, I32, REGION_HIGH, U8, U16, U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import { type DataTypeRef, type Ref, readRef, readWide } from '../memory/layout.ts';
import { DataType } from '../memory/objects.ts';
import { datatype, falseValue, nothing, trueValue } from '../memory/wellknown.ts';

export const SLOT_WORDS = 4;

const FIRST_BITS = datatype('Bool');
const LAST_BITS = datatype('BFloat16');
export const Bool = datatype('Bool');
export const Char = datatype('Char');
export const Int64 = datatype('Int64');
export const Float64 = datatype('Float64');

/** Sizes in bytes of the built-in number types, by distance of their types from Bool's. */
const bitsSize: Uint8Array = new Uint8Array(LAST_BITS - FIRST_BITS + 1);
for (const [name, bytes] of [
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
  bitsSize[datatype(name) - FIRST_BITS] = bytes;
}

/** True for the types whose values are always unboxed in slots. */
export const isSlotBits = (type: number): boolean => type >= FIRST_BITS && type <= LAST_BITS;

/** Size in bytes of a primitive type, from its layout (all built-in ones are known without a look at the heap). */
export function primitiveSize(type: Ref): number {
  if (isSlotBits(type)) return bitsSize[type - FIRST_BITS];
  return U32[(readWide(type, DataType.layout) - REGION_HIGH * 2 ** 32) / 4];
}

/** The type of the value in a slot, which must not be undefined. */
export function slotType(word: number): DataTypeRef {
  const tag = U32[word + 2];
  return (tag !== 0 ? tag : (U32[(U32[word] >>> 2) - 2] & ~15) >>> 3) as DataTypeRef;
}

/** The value of a slot as an object: boxes an unboxed one. 0 for an undefined slot. */
export function slotRef(word: number): Ref {
  const tag = U32[word + 2];
  if (tag === 0) return (U32[word] >>> 3) as Ref;
  if (tag === Bool) return U32[word] !== 0 ? trueValue : falseValue;
  return boxSlot(word, tag as DataTypeRef);
}

/** Boxed Int64 from -512 to 1023 and the like are shared in Julia; here each box is fresh, since egal compares bits. */
function boxSlot(word: number, type: DataTypeRef): Ref {
  const bytes = primitiveSize(type);
  const object = allocate(type, bytes < 8 ? 8 : bytes);
  U32[object << 1] = U32[word];
  if (bytes > 4) U32[(object << 1) + 1] = U32[word + 1];
  return object;
}

/** Puts an object into a slot, unboxing the built-in number types. */
export function setSlot(word: number, object: Ref): void {
  const type = object === 0 ? 0 : (U32[(object << 1) - 2] & ~15) >>> 3;
  if (type >= FIRST_BITS && type <= LAST_BITS) {
    unboxInto(word, object * 8, type);
    return;
  }
  U32[word] = object << 3;
  U32[word + 1] = object === 0 ? 0 : REGION_HIGH;
  U32[word + 2] = 0;
}

/** Puts a reference to an object that is not of a built-in number type into a slot. */
export function setSlotReference(word: number, object: Ref): void {
  U32[word] = object << 3;
  U32[word + 1] = object === 0 ? 0 : REGION_HIGH;
  U32[word + 2] = 0;
}

/** Reads bits of a built-in number type (or any primitive type of at most 8 bytes) at a byte offset into a slot. */
export function unboxInto(word: number, offset: number, type: number): void {
  const size = primitiveSize(type as Ref);
  switch (size) {
    case 8:
      U32[word] = U32[offset >>> 2];
      U32[word + 1] = U32[(offset >>> 2) + 1];
      break;
    case 4:
      U32[word] = U32[offset >>> 2];
      U32[word + 1] = 0;
      break;
    case 2:
      U32[word] = U16[offset >>> 1];
      U32[word + 1] = 0;
      break;
    case 1:
      U32[word] = U8[offset];
      U32[word + 1] = 0;
      break;
    default: {
      let low = 0;
      let high = 0;
      for (let i = 0; i < size; i++) {
        if (i < 4) low |= U8[offset + i] << (8 * i);
        else high |= U8[offset + i] << (8 * (i - 4));
      }
      U32[word] = low;
      U32[word + 1] = high;
    }
  }
  U32[word + 2] = type;
}

/** Writes the bits of a slot (unboxed, of a type of `size` bytes) to a byte offset of the region. */
export function storeBits(word: number, offset: number, size: number): void {
  switch (size) {
    case 8:
      U32[offset >>> 2] = U32[word];
      U32[(offset >>> 2) + 1] = U32[word + 1];
      return;
    case 4:
      U32[offset >>> 2] = U32[word];
      return;
    case 2:
      U16[offset >>> 1] = U32[word];
      return;
    case 1:
      U8[offset] = U32[word];
      return;
    default:
      for (let i = 0; i < size; i++) U8[offset + i] = i < 4 ? U32[word] >>> (8 * i) : U32[word + 1] >>> (8 * (i - 4));
  }
}

export function copySlot(to: number, from: number): void {
  U32[to] = U32[from];
  U32[to + 1] = U32[from + 1];
  U32[to + 2] = U32[from + 2];
}

export function setSlotBits(word: number, type: number, low: number, high: number): void {
  U32[word] = low;
  U32[word + 1] = high;
  U32[word + 2] = type;
}

export function setSlotBool(word: number, value: boolean): void {
  U32[word] = value ? 1 : 0;
  U32[word + 1] = 0;
  U32[word + 2] = Bool;
}

/** Puts an integer below 2^53 in magnitude into a slot as Int64. */
export function setSlotInt64(word: number, value: number): void {
  U32[word] = value;
  I32[word + 1] = Math.floor(value / 2 ** 32);
  U32[word + 2] = Int64;
}

export function setSlotFloat64(word: number, value: number): void {
  F64[word >>> 1] = value;
  U32[word + 2] = Float64;
}

export function setSlotNothing(word: number): void {
  setSlotReference(word, nothing);
}

export const isUndefinedSlot = (word: number): boolean => U32[word] === 0 && U32[word + 2] === 0;

/**
 * The integer in a slot of type Int64 or UInt64 (unboxed by the rule above) as a double; exact below 2^53.
 */
export const slotInt64 = (word: number): number => I32[word + 1] * 2 ** 32 + U32[word];

/** Byte offset in the region, or NaN outside, of the bits of a slot's value: the slot itself when unboxed. */
export const bitsOffset = (word: number): number => (U32[word + 2] !== 0 ? word * 4 : U32[word]);

/** The instance of a singleton type, or 0. */
export const instanceOf = (type: Ref): Ref => readRef(type, DataType.instance);
