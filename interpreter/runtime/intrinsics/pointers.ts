// Raw memory: pointer arithmetic, pointerref, pointerset.
//
// A pointer is 64 bits; only an address of user space can be followed, and an unmapped one ends the process, as it does
// in C. An element of type Any is a reference; of any other concrete type with a known layout, its bytes inline. The
// address need not be aligned.

import { REGION_BASE, REGION_BYTES, REGION_HIGH, U8, U32 } from '../../../ffi/region.ts';
import type { Ref } from '../../memory/layout.ts';
import { registerRoots } from '../../memory/roots.ts';
import { typename, wrapper } from '../../memory/wellknown.ts';
import { AnyType, ArrayName, isConcrete, isMemoryType, isPrimitiveType, param, typeNameOf } from '../../types/kinds.ts';
import { isOpaqueLayout, layoutAlignment, layoutOffset, layoutSize } from '../../types/layoutaccess.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import {
  copySlot,
  isSlotBits,
  primitiveSize,
  setSlotBits,
  slotRef,
  slotType,
  storeBits,
  unboxInto,
} from '../../vm/slots.ts';
import { throwError, throwPlain, throwTypeError } from '../errors.ts';
import { loadInline, loadReference, storeInline, storeReference } from '../storage.ts';
import { Bool, highBits, Int64, lowBits, UInt64, wrongCount } from './operands.ts';

const PtrName = typename('Ptr');
const Ptr = wrapper('Ptr');

/** The type of a slot that must hold a pointer. */
export function pointerType(word: number, name: string): Ref {
  const type = slotType(word);
  if (typeNameOf(type) !== PtrName) throwTypeError(name, Ptr, slotRef(word));
  return type;
}

/** The address that a pointer's bits are, as a double. */
export const addressIn = (word: number): number => (highBits(word, 8) >>> 0) * 2 ** 32 + (lowBits(word, 8) >>> 0);

/** The element type of a pointer type. @throws ErrorException when its values do not lie in memory inline */
export function elementType(pointer: Ref, name: string): Ref {
  const type = param(pointer, 0);
  if (type === AnyType || isSlotBits(type)) return type;
  const valid =
    isConcrete(type) &&
    layoutOffset(type) !== 0 &&
    !isOpaqueLayout(type) &&
    !isMemoryType(type) &&
    typeNameOf(type) !== ArrayName;
  if (!valid) throwError(`${name}: invalid pointer`);
  return type;
}

/** Distance of two elements in bytes. */
function stride(type: Ref): number {
  if (type === AnyType) return 8;
  if (isSlotBits(type)) return primitiveSize(type);
  const size = layoutSize(type);
  const alignment = layoutAlignment(type);
  return alignment > 1 ? Math.ceil(size / alignment) * alignment : size;
}

/** Reads an element at an address into a slot. */
export function loadElement(address: number, type: Ref, result: number): void {
  if (type === AnyType) {
    if (!loadReference(address, result)) throwPlain('UndefRefError');
    return;
  }
  if (type === Bool) {
    // Of a Bool in memory one bit counts.
    loadInline(address, type, result);
    U32[result] &= 1;
    return;
  }
  const offset = address - REGION_BASE;
  const unaligned = (offset & 7) !== 0 && offset >= 0 && offset < REGION_BYTES;
  if (unaligned && (isSlotBits(type) || isPrimitiveType(type)) && primitiveSize(type) <= 8) {
    const size = primitiveSize(type);
    if ((offset & (size - 1)) === 0 || size === 1) {
      loadInline(address, type, result);
      return;
    }
    let low = 0;
    let high = 0;
    for (let i = 0; i < size; i++) {
      if (i < 4) low |= U8[offset + i] << (8 * i);
      else high |= U8[offset + i] << (8 * (i - 4));
    }
    setSlotBits(result, type, low, high);
    return;
  }
  loadInline(address, type, result);
}

/** Writes the value in a slot, of the element type, to an address. */
export function storeElement(word: number, type: Ref, address: number): void {
  if (type === AnyType) {
    storeReference(slotRef(word), address);
    return;
  }
  if (layoutSizeOf(type) === 0) return;
  const offset = address - REGION_BASE;
  const tag = U32[word + 2];
  if (tag !== 0 && offset >= 0 && offset < REGION_BYTES) {
    const size = primitiveSize(type);
    if (size === 1 || (offset & (size - 1)) === 0) {
      storeBits(word, offset, size);
      return;
    }
    for (let i = 0; i < size; i++) U8[offset + i] = i < 4 ? U32[word] >>> (8 * i) : U32[word + 1] >>> (8 * (i - 4));
    return;
  }
  storeInline(word, type, address);
}

const layoutSizeOf = (type: Ref): number => (isSlotBits(type) ? primitiveSize(type) : layoutSize(type));

function int64Argument(word: number, name: string): number {
  if (U32[word + 2] !== Int64) throwTypeError(name, Int64, slotRef(word));
  return (U32[word + 1] | 0) * 2 ** 32 + U32[word];
}

/** The pointer type last followed to a built-in number type, that type, and its size: loops stay with one. */
let recentPointer = 0;
let recentElement = 0;
let recentSize = 1;

registerRoots((visit) => {
  if (recentPointer !== 0) visit(recentPointer as Ref);
});

/**
 * Byte offset in the region of element `index` (from 1) of a pointer of the recent type, -1 if it lies outside or is not
 * aligned, or the pointer is of another type.
 */
function recentOffset(pointer: number, index: number): number {
  if (U32[pointer + 2] !== recentPointer || U32[index + 2] !== Int64 || U32[pointer + 1] !== REGION_HIGH) return -1;
  const offset = U32[pointer] + ((U32[index + 1] | 0) * 2 ** 32 + U32[index] - 1) * recentSize;
  return offset >= 0 && offset < REGION_BYTES && (offset & (recentSize - 1)) === 0 ? offset : -1;
}

function noteRecent(word: number, element: Ref): void {
  if (!isSlotBits(element) || U32[word + 2] === 0) return;
  recentPointer = U32[word + 2];
  recentElement = element;
  recentSize = primitiveSize(element);
}

const pointerref: SlotFunction = (args, n, result) => {
  if (n === 3 && U32[args[2] + 2] === Int64) {
    const offset = recentOffset(args[0], args[1]);
    if (offset >= 0) {
      if (recentSize === 1) {
        U32[result] = recentElement === Bool ? U8[offset] & 1 : U8[offset];
        U32[result + 1] = 0;
        U32[result + 2] = recentElement;
      } else unboxInto(result, offset, recentElement);
      return;
    }
  }
  if (n !== 3) wrongCount(n, 3);
  const pointer = pointerType(args[0], 'pointerref');
  const index = int64Argument(args[1], 'pointerref');
  int64Argument(args[2], 'pointerref');
  const type = elementType(pointer, 'pointerref');
  noteRecent(args[0], type);
  loadElement(addressIn(args[0]) + (index - 1) * stride(type), type, result);
};

const pointerset: SlotFunction = (args, n, result) => {
  if (n === 4 && U32[args[3] + 2] === Int64 && U32[args[1] + 2] === recentElement) {
    const offset = recentOffset(args[0], args[2]);
    if (offset >= 0) {
      storeBits(args[1], offset, recentSize);
      copySlot(result, args[0]);
      return;
    }
  }
  if (n !== 4) wrongCount(n, 4);
  const pointer = pointerType(args[0], 'pointerset');
  const index = int64Argument(args[2], 'pointerset');
  int64Argument(args[3], 'pointerset');
  const type = elementType(pointer, 'pointerset');
  noteRecent(args[0], type);
  if (type !== AnyType && slotType(args[1]) !== type) throwTypeError('pointerset', type, slotRef(args[1]));
  storeElement(args[1], type, addressIn(args[0]) + (index - 1) * stride(type));
  copySlot(result, args[0]);
};

function pointerArithmetic(name: string, sign: 1 | -1): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const pointer = args[0];
    const type = pointerType(pointer, name);
    if (U32[args[1] + 2] !== UInt64) throwTypeError(name, UInt64, slotRef(args[1]));
    const low = (lowBits(pointer, 8) >>> 0) + sign * U32[args[1]];
    const carry = low > 0xffffffff ? 1 : low < 0 ? -1 : 0;
    setSlotBits(result, type, low, highBits(pointer, 8) + sign * U32[args[1] + 1] + carry);
  };
}

export const pointerIntrinsics: Record<string, SlotFunction> = {
  add_ptr: pointerArithmetic('add_ptr', 1),
  sub_ptr: pointerArithmetic('sub_ptr', -1),
  pointerref,
  pointerset,
};
