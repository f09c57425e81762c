// Values in memory: reading and writing fields, array elements and pointed-to data.
//
// A place in memory has an address (of the whole address space, as a double) and a type. How a value is stored there
// follows from the type: as a reference, as bits inline, or (a small union of bits types) as bits and a selector byte
// that says which member they are of. The fast paths are for addresses inside the region; everything else goes through
// the view of the whole space.

import {
  copyBytes as copyMemory,
  readU8 as readByteAt,
  readU32 as readWordAt,
  toAddress,
  writeU8 as writeByteAt,
  writeU32 as writeWordAt,
} from '../../ffi/address.ts';
import { REGION_BASE, REGION_BYTES, REGION_HIGH, U8, U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import type { Ref } from '../memory/layout.ts';
import { DataTypeFlag } from '../memory/objects.ts';
import { hasFlag, instanceOf, isPrimitiveType, unionMembers } from '../types/kinds.ts';
import { layoutSize } from '../types/layoutaccess.ts';
import { isSlotBits, primitiveSize, setSlot, setSlotReference, storeBits, unboxInto } from '../vm/slots.ts';

/** Byte offset in the region of an address, or -1 if it lies outside. */
export function regionOffset(address: number): number {
  const offset = address - REGION_BASE;
  return offset >= 0 && offset < REGION_BYTES ? offset : -1;
}

/** Address of an object. */
export const addressOfObject = (object: Ref): number => REGION_HIGH * 2 ** 32 + object * 8;

/** Reads the 64-bit word at an address outside or inside the region as low and high words into a slot's value. */
function readBitsInto(word: number, address: number, size: number, type: number): void {
  let low = 0;
  let high = 0;
  const at = toAddress(address);
  if (size === 8) {
    low = readWordAt(at);
    high = readWordAt(toAddress(address + 4));
  } else if (size === 4) {
    low = readWordAt(at);
  } else {
    for (let i = 0; i < size; i++) {
      const byte = readByteAt(toAddress(address + i));
      if (i < 4) low |= byte << (8 * i);
      else high |= byte << (8 * (i - 4));
    }
  }
  U32[word] = low;
  U32[word + 1] = high;
  U32[word + 2] = type;
}

/** True for a bits type whose values a slot holds unboxed when they are loaded: primitive, at most 8 bytes. */
function loadsUnboxed(type: Ref): boolean {
  return isSlotBits(type) || (isPrimitiveType(type) && primitiveSize(type) <= 8);
}

/** Loads bits of the concrete inline type `type` from an address into a slot. */
export function loadInline(address: number, type: Ref, result: number): void {
  const offset = regionOffset(address);
  if (loadsUnboxed(type)) {
    if (offset >= 0) unboxInto(result, offset, type);
    else readBitsInto(result, address, primitiveSize(type), type);
    return;
  }
  const singleton = instanceOf(type);
  if (singleton !== 0) {
    setSlotReference(result, singleton);
    return;
  }
  setSlotReference(result, copyToHeap(address, type));
}

/** A new object of an inline type with the bytes at an address. */
function copyToHeap(address: number, type: Ref): Ref {
  const size = layoutSize(type);
  const object = allocate(type, Math.max(size, 8));
  copyBytes(addressOfObject(object), address, size);
  return object;
}

/** Copies bytes between any two addresses; they may overlap. */
export function copyBytes(to: number, from: number, size: number): void {
  const source = regionOffset(from);
  const target = regionOffset(to);
  if (source >= 0 && target >= 0) {
    if ((size & 7) === 0 && size <= 64 && ((source | target) & 3) === 0 && to < from) {
      for (let i = 0; i < size >>> 2; i++) U32[(target >>> 2) + i] = U32[(source >>> 2) + i];
    } else {
      U8.copyWithin(target, source, source + size);
    }
    return;
  }
  copyMemory(toAddress(to), toAddress(from), size);
}

/** Loads the reference at an address into a slot; false if it is undefined. */
export function loadReference(address: number, result: number): boolean {
  const offset = regionOffset(address);
  const object = (offset >= 0 ? U32[offset >>> 2] : readWordAt(toAddress(address))) >>> 3;
  if (object === 0) return false;
  setSlot(result, object as Ref);
  return true;
}

/** Loads from an inline union: `selector` is the address of the byte that says which member it is. */
export function loadUnion(address: number, union: Ref, selector: number, result: number): void {
  const offset = regionOffset(selector);
  const index = offset >= 0 ? U8[offset] : readByteAt(toAddress(selector));
  loadInline(address, unionMembers(union)[index], result);
}

/** Number of the member of a union that a value of type `type` is, -1 if it is none. */
export function unionIndex(union: Ref, type: Ref): number {
  return unionMembers(union).indexOf(type);
}

/** Stores the bits of a slot's value, of the inline type `type`, at an address. */
export function storeInline(word: number, type: Ref, address: number): void {
  const offset = regionOffset(address);
  if (U32[word + 2] !== 0) {
    const size = primitiveSize(type);
    if (offset >= 0) {
      storeBits(word, offset, size);
    } else if (size === 8) {
      writeWordAt(toAddress(address), U32[word]);
      writeWordAt(toAddress(address + 4), U32[word + 1]);
    } else if (size === 4) {
      writeWordAt(toAddress(address), U32[word]);
    } else {
      for (let i = 0; i < size; i++) {
        writeByteAt(toAddress(address + i), (i < 4 ? U32[word] >>> (8 * i) : U32[word + 1] >>> (8 * (i - 4))) & 0xff);
      }
    }
    return;
  }
  copyBytes(address, REGION_BASE + U32[word], layoutSize(type));
}

/** Stores a reference at an address. */
export function storeReference(object: Ref, address: number): void {
  const offset = regionOffset(address);
  if (offset >= 0) {
    U32[offset >>> 2] = object << 3;
    U32[(offset >>> 2) + 1] = object === 0 ? 0 : REGION_HIGH;
    return;
  }
  writeWordAt(toAddress(address), (object << 3) >>> 0);
  writeWordAt(toAddress(address + 4), object === 0 ? 0 : REGION_HIGH);
}

/** Stores a value into an inline union and sets its selector. */
export function storeUnion(word: number, valueType: Ref, union: Ref, address: number, selector: number): void {
  const index = unionIndex(union, valueType);
  const offset = regionOffset(selector);
  if (offset >= 0) U8[offset] = index;
  else writeByteAt(toAddress(selector), index);
  if (instanceOf(valueType) === 0) storeInline(word, valueType, address);
}

/** True if an instance of the type holds no references. */
export const isPointerFree = (type: Ref): boolean => hasFlag(type, DataTypeFlag.isbitstype);
