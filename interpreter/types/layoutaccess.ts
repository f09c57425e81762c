// Reading a type's layout: the table of offsets and sizes that DataType.layout points at (jl_datatype_layout_t).
//
//     word 0  size in bytes            word 3  index of the first pointer, -1 when none
//     word 1  number of fields         word 4  alignment (low half), flags (high half)
//     word 2  number of pointers       then per field: size << 1 | is pointer, offset; then the pointers' word offsets
//
// Field descriptors are always of the 32-bit form. Layout memory is permanent and shared between types of equal layout.
// A layout with no fields but pointers is opaque: the object's body is known to its own code only (String, Symbol,
// SimpleVector, Module, Memory).

import { U32 } from '../../ffi/region.ts';
import type { Ref } from '../memory/layout.ts';
import { DataType } from '../memory/objects.ts';

/** Size of the header before the field descriptors, in bytes. */
export const LAYOUT_HEADER_BYTES = 20;
const LAYOUT_WORD = DataType.layout & 0xfff;

/** Byte offset of the layout in the region, 0 when there is none (yet). */
export const layoutOffset = (t: Ref): number => U32[(t << 1) + LAYOUT_WORD];
const words = (t: Ref): number => U32[(t << 1) + LAYOUT_WORD] >>> 2;

/** Size of an instance's body in bytes; for Memory types, of one element. */
export const layoutSize = (t: Ref): number => U32[words(t)];
/** Number of fields of the layout. */
export const layoutFieldCount = (t: Ref): number => U32[words(t) + 1];
export const layoutPointerCount = (t: Ref): number => U32[words(t) + 2];
export const layoutFirstPointer = (t: Ref): number => U32[words(t) + 3] | 0;
/** Alignment in bytes. */
export const layoutAlignment = (t: Ref): number => U32[words(t) + 4] & 0xffff;
/** TypeLayoutFlag bits. */
export const layoutFlags = (t: Ref): number => U32[words(t) + 4] >>> 16;
/** True when only the type's own code knows what instances look like. */
export const isOpaqueLayout = (t: Ref): boolean => layoutFieldCount(t) === 0 && layoutPointerCount(t) > 0;

/** Offset of field `index` (from 0) in bytes. */
export const fieldOffset = (t: Ref, index: number): number => U32[words(t) + 6 + 2 * index];
/** Size of field `index` in bytes, including the selector byte of an inline union. */
export const fieldSize = (t: Ref, index: number): number => U32[words(t) + 5 + 2 * index] >>> 1;
/** True when field `index` holds a reference. */
export const fieldIsPtr = (t: Ref, index: number): boolean => (U32[words(t) + 5 + 2 * index] & 1) !== 0;
/** Offset, in 8-byte words, of pointer `index` of the layout. */
export function pointerOffset(t: Ref, index: number): number {
  const w = words(t);
  return U32[w + 5 + 2 * U32[w + 1] + index];
}
