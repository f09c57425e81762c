// Builtins on Memory: allocation, references to elements, loads and stores.
//
// A MemoryRef is an address and the Memory it belongs to. For elements that take no space, and for small unions (whose
// selector bytes lie behind the elements), the address part holds the element's number instead.

import { calloc, readU8 as readByteAt, toAddress, writeU8 as writeByteAt } from '../../../ffi/address.ts';
import { U8, U32 } from '../../../ffi/region.ts';
import { allocate } from '../../memory/heap.ts';
import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readWide,
  type SymbolRef,
  writeRef,
  writeWide,
} from '../../memory/layout.ts';
import { GenericMemory, GenericMemoryRef } from '../../memory/objects.ts';
import { registerRoots, registerWeakMap } from '../../memory/roots.ts';
import { CPUAddressSpace, datatype, typename, wrapper } from '../../memory/wellknown.ts';
import { egal } from '../../types/egal.ts';
import { type ElementLayout, elementLayout } from '../../types/fieldlayout.ts';
import { applyType, instanceIsA } from '../../types/index.ts';
import { instanceOf, param, typeNameOf, wrapperOf } from '../../types/kinds.ts';
import { hasFreeVars } from '../../types/variables.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import { copySlot, setSlotBool, setSlotInt64, setSlotReference, slotRef, slotType } from '../../vm/slots.ts';
import { throwArgumentError, throwBoundsErrorAt, throwError, throwPlain, throwTypeError } from '../errors.ts';
import {
  addressOfObject,
  loadInline,
  loadReference,
  loadUnion,
  regionOffset,
  storeInline,
  storeReference,
  storeUnion,
} from '../storage.ts';
import { symbol } from '../symbols.ts';
import { boxInt64 } from '../values.ts';
import { expectArguments, expectBool, expectInt, expectType } from './arguments.ts';
import { type Access, checkAgreement, checkedOrders, orderNamed } from './orders.ts';

const layouts = new Map<Ref, ElementLayout>();
registerWeakMap(layouts);

/** How a Memory type stores its elements; remembered. */
export function layoutOfMemory(type: Ref): ElementLayout {
  let found = layouts.get(type);
  if (found === undefined) {
    found = elementLayout(type);
    layouts.set(type, found);
  }
  return found;
}

/** True if a MemoryRef of this element layout counts elements instead of holding an address. */
const countsElements = (layout: ElementLayout): boolean => layout.union || layout.size === 0;

/** Buffers of bits beyond this many bytes come from malloc, outside the region. */
let mallocThreshold = 1 << 20;

/** Keeps all buffers inside the region, as a heap that is to be saved needs it, or no longer. */
export function keepBuffersInside(inside: boolean): void {
  mallocThreshold = inside ? Number.POSITIVE_INFINITY : 1 << 20;
}

/** More than any process can have. */
const ADDRESS_SPACE = 2 ** 47;

const throwInvalidSize = (): never =>
  throwArgumentError(
    'invalid GenericMemory size: the number of elements is either negative or too large for system address width',
  );

/**
 * `Memory{T}(undef, length)`
 *
 * @throws ArgumentError for a negative length, OutOfMemoryError when it does not fit
 */
export function newMemory(type: DataTypeRef, length: number): Ref {
  const layout = layoutOfMemory(type);
  const bytes = length * layout.size + (layout.union ? length : 0);
  if (!(length >= 0 && bytes < 2 ** 63)) {
    throwInvalidSize();
  }
  if (bytes >= ADDRESS_SPACE) throwPlain('OutOfMemoryError');
  const isBits = !layout.boxed && layout.pointers.length === 0;
  if (isBits && bytes >= mallocThreshold) {
    const memory = allocate(type, GenericMemory.$size + 8);
    const data = callocOrNull(bytes);
    if (data === 0) throwPlain('OutOfMemoryError');
    writeWide(memory, GenericMemory.length, length);
    writeWide(memory, GenericMemory.ptr, data);
    noteMalloc(memory, bytes);
    return memory;
  }
  const memory = allocate(type, GenericMemory.$size + bytes);
  writeWide(memory, GenericMemory.length, length);
  writeWide(memory, GenericMemory.ptr, addressOfObject(memory) + GenericMemory.$size);
  return memory;
}

/**
 * `Memory{T}(undef, length)` for a length of more than 53 bits, which is in a slot. It can only be made of elements that
 * take no space; of others it does not fit, or is not even a number of bytes.
 */
function newHugeMemory(type: DataTypeRef, word: number): Ref {
  const layout = layoutOfMemory(type);
  const length = BigInt.asIntN(64, (BigInt(U32[word + 1]) << 32n) | BigInt(U32[word]));
  const bytes = length * BigInt(layout.size + (layout.union ? 1 : 0));
  const most = 2n ** 63n - 2n;
  if (length < 0n || length >= most || bytes >= most) throwInvalidSize();
  if (bytes > 0n) throwPlain('OutOfMemoryError');
  const memory = newMemory(type, 1);
  U32.copyWithin((memory << 1) + (GenericMemory.length & 0xfff), word, word + 2);
  return memory;
}

/** Types of Memory that nothing can be stored in: there are only two kinds, one address space, and no open element types. */
function checkAllocatable(type: DataTypeRef): void {
  const kind = param(type, 0);
  if (kind !== symbol('not_atomic') && kind !== symbol('atomic')) {
    throwError('GenericMemory kind must be :not_atomic or :atomic');
  }
  if (!egal(param(type, 2), CPUAddressSpace)) throwError('GenericMemory addrspace must be Core.CPU');
  const element = param(type, 1);
  if (hasFreeVars(element)) throwTypeError('GenericMemory', wrapper('Type'), element, 'element type');
}

/** The border throws where C returns NULL. */
function callocOrNull(bytes: number): number {
  try {
    return calloc(bytes);
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

let noteMalloc: (memory: Ref, bytes: number) => void = () => {};
/** Installs who is told of buffers from malloc: the collector frees them with their Memory. */
export function onMallocBuffer(listener: (memory: Ref, bytes: number) => void): void {
  noteMalloc = listener;
}

const isMemory = (type: Ref): boolean => typeNameOf(type) === typename('GenericMemory');
const isMemoryRef = (type: Ref): boolean => typeNameOf(type) === typename('GenericMemoryRef');

const refTypes = new Map<Ref, DataTypeRef>();
// The one is in the other's fields, but not the other way round.
registerRoots((visit) => {
  for (const type of refTypes.values()) visit(type);
});
registerWeakMap(refTypes);

/** `MemoryRef{T}` for `Memory{T}`. */
function memoryRefType(memoryType: Ref): DataTypeRef {
  let found = refTypes.get(memoryType);
  if (found === undefined) {
    const wrapper = wrapperOf(typename('GenericMemoryRef'));
    found = applyType(wrapper, [param(memoryType, 0), param(memoryType, 1), param(memoryType, 2)]) as DataTypeRef;
    refTypes.set(memoryType, found);
  }
  return found;
}

/** A new MemoryRef object. */
function newMemoryRef(type: DataTypeRef, memory: Ref, position: number): Ref {
  const object = allocate(type, GenericMemoryRef.$size);
  writeWide(object, GenericMemoryRef.ptr_or_offset, position);
  writeRef(object, GenericMemoryRef.mem, memory);
  return object;
}

function memoryrefnew(args: Int32Array, n: number, result: number): void {
  expectArguments('memoryrefnew', n, 1, 3);
  const type = slotType(args[0]);
  const base = slotRef(args[0]);
  if (n === 1) {
    if (!isMemory(type)) throwTypeError('memoryrefnew', wrapperOf(typename('GenericMemory')), base);
    const position = countsElements(layoutOfMemory(type)) ? 0 : readWide(base, GenericMemory.ptr);
    setSlotReference(result, newMemoryRef(memoryRefType(type), base, position));
    return;
  }
  expectMemoryRef('memoryrefnew', args[0]);
  const index = expectInt('memoryrefnew', args[1]);
  if (n === 3) expectBool('memoryrefnew', args[2]);
  const memory = readRef(base, GenericMemoryRef.mem);
  const layout = layoutOfMemory(typeOfMemory(memory));
  const start = readWide(base, GenericMemoryRef.ptr_or_offset);
  const length = readWide(memory, GenericMemory.length);
  const counts = countsElements(layout);
  const element = counts ? start : (start - readWide(memory, GenericMemory.ptr)) / layout.size;
  const target = element + index - 1;
  if (target < 0 || target >= length) {
    // Without a bounds check Julia lets the reference point anywhere; here only one past the end is of any use.
    if (!(n === 3 && U32[args[2]] === 0)) throwBoundsErrorAt(base, boxInt64(index));
  }
  setSlotReference(result, newMemoryRef(type, memory, counts ? target : start + (index - 1) * layout.size));
}

const typeOfMemory = (memory: Ref): DataTypeRef => ((U32[(memory << 1) - 2] & ~15) >>> 3) as DataTypeRef;

/** An element of a Memory. */
export interface Element {
  readonly memory: Ref;
  readonly layout: ElementLayout;
  readonly address: number;
  /** Address of the selector byte of a union element. */
  readonly selector: number;
}

/** The element that a MemoryRef in a slot points at; checks that it lies inside its Memory. */
export function elementOf(word: number): Element {
  const object = slotRef(word);
  const memory = readRef(object, GenericMemoryRef.mem);
  const layout = layoutOfMemory(typeOfMemory(memory));
  const position = readWide(object, GenericMemoryRef.ptr_or_offset);
  const data = readWide(memory, GenericMemory.ptr);
  const length = readWide(memory, GenericMemory.length);
  const counts = countsElements(layout);
  const index = counts ? position : (position - data) / layout.size;
  if (!(index >= 0 && index < length)) throwBoundsErrorAt(memory, boxInt64(index + 1));
  return {
    memory,
    layout,
    address: counts ? data + position * layout.size : position,
    selector: layout.union ? data + length * layout.size + position : 0,
  };
}

/** The element of a number (from 0) that a Memory has. */
export function elementAt(memory: Ref, index: number): Element {
  const layout = layoutOfMemory(typeOfMemory(memory));
  const data = readWide(memory, GenericMemory.ptr);
  const selector = layout.union ? data + readWide(memory, GenericMemory.length) * layout.size + index : 0;
  return { memory, layout, address: data + index * layout.size, selector };
}

/** Loads an element into a slot; false if it is undefined. */
export function loadElement(element: Element, result: number): boolean {
  const { layout } = element;
  if (layout.boxed) return loadReference(element.address, result);
  if (layout.union) loadUnion(element.address, layout.type, element.selector, result);
  else loadInline(element.address, layout.type, result);
  return layout.pointers.length === 0 || firstPointerSet(element);
}

/** An inline struct with references is undefined while its first reference is null. */
function firstPointerSet(element: Element): boolean {
  const offset = regionOffset(element.address + 8 * element.layout.pointers[0]);
  return offset < 0 || U32[offset >>> 2] !== 0;
}

export function storeElement(element: Element, word: number): void {
  const { layout } = element;
  if (layout.boxed) storeReference(slotRef(word), element.address);
  else if (layout.union) storeUnion(word, slotType(word), layout.type, element.address, element.selector);
  else if (instanceOf(layout.type) === NULL) storeInline(word, layout.type, element.address);
}

/** The argument as a MemoryRef. */
function expectMemoryRef(name: string, word: number): Ref {
  if (!isMemoryRef(slotType(word))) throwTypeError(name, wrapperOf(typename('GenericMemoryRef')), slotRef(word));
  return slotRef(word);
}

/** True if the elements of the Memory that a MemoryRef points into are atomic. */
const isAtomicElement = (reference: Ref): boolean =>
  param(typeOfMemory(readRef(reference, GenericMemoryRef.mem)), 0) === symbol('atomic');

/**
 * Checks the arguments of an access to an element that are not values: the reference, the order at position `at`, and
 * behind it whether to check bounds; then that the order is one that the Memory can have.
 */
export function checkElementAccess(
  name: string,
  args: Int32Array,
  at: number,
  access: Access,
  done: 'accessed' | 'written',
): void {
  const reference = expectMemoryRef(name, args[0]);
  const order = expectType<SymbolRef>(name, args[at], datatype('Symbol'));
  expectBool(name, args[at + 1]);
  checkAgreement(name, 'memory', isAtomicElement(reference), orderNamed(order, access), done);
}

/** The same for a conditional update, which has two orders. */
export function checkConditionalElementAccess(name: string, args: Int32Array, at: number): void {
  const reference = expectMemoryRef(name, args[0]);
  const success = expectType<SymbolRef>(name, args[at], datatype('Symbol'));
  const failure = expectType<SymbolRef>(name, args[at + 1], datatype('Symbol'));
  expectBool(name, args[at + 2]);
  const atomic = isAtomicElement(reference);
  const orders = checkedOrders(orderNamed(success, 'both'), orderNamed(failure, 'load'));
  checkAgreement(name, 'memory', atomic, orders.success, 'written');
  checkAgreement(name, 'memory', atomic, orders.failure, 'accessed');
}

function checkElementType(name: string, element: Element, word: number): void {
  const { type } = element.layout;
  if (type !== datatype('Any') && slotType(word) !== type && !instanceIsA(slotRef(word), type)) {
    throwTypeError(name, type, slotRef(word));
  }
}

/** The selector byte of a union element, for reflection. */
export function selectorByte(address: number): number {
  const offset = regionOffset(address);
  return offset >= 0 ? U8[offset] : readByteAt(toAddress(address));
}
export function setSelectorByte(address: number, value: number): void {
  const offset = regionOffset(address);
  if (offset >= 0) U8[offset] = value;
  else writeByteAt(toAddress(address), value);
}

defineBuiltins({
  memorynew: (args, n, result) => {
    expectArguments('memorynew', n, 2);
    const type = slotRef(args[0]) as DataTypeRef;
    if (slotType(args[0]) !== datatype('DataType') || !isMemory(type)) {
      throwTypeError('memorynew', datatype('DataType'), type);
    }
    const length = expectInt('memorynew', args[1]);
    checkAllocatable(type);
    setSlotReference(result, Math.abs(length) < 2 ** 53 ? newMemory(type, length) : newHugeMemory(type, args[1]));
  },
  memoryrefnew,
  memoryrefoffset: (args, n, result) => {
    expectArguments('memoryrefoffset', n, 1);
    // Julia's own text says "offest".
    const object = expectMemoryRef('memoryrefoffest', args[0]);
    const memory = readRef(object, GenericMemoryRef.mem);
    const layout = layoutOfMemory(typeOfMemory(memory));
    const position = readWide(object, GenericMemoryRef.ptr_or_offset);
    const index = countsElements(layout) ? position : (position - readWide(memory, GenericMemory.ptr)) / layout.size;
    setSlotInt64(result, index + 1);
  },
  memoryrefget: (args, n, result) => {
    expectArguments('memoryrefget', n, 3);
    checkElementAccess('memoryrefget', args, 1, 'load', 'accessed');
    const element = elementOf(args[0]);
    if (!loadElement(element, result)) throwPlain('UndefRefError');
  },
  'memoryrefset!': (args, n, result) => {
    expectArguments('memoryrefset!', n, 4);
    checkElementAccess('memoryrefset!', args, 2, 'store', 'written');
    const element = elementOf(args[0]);
    checkElementType('memoryrefset!', element, args[1]);
    storeElement(element, args[1]);
    copySlot(result, args[1]);
  },
  memoryref_isassigned: (args, n, result) => {
    expectArguments('memoryref_isassigned', n, 3);
    checkElementAccess('memoryref_isassigned', args, 1, 'load', 'accessed');
    const object = slotRef(args[0]);
    const memory = readRef(object, GenericMemoryRef.mem);
    const layout = layoutOfMemory(typeOfMemory(memory));
    const position = readWide(object, GenericMemoryRef.ptr_or_offset);
    const data = readWide(memory, GenericMemory.ptr);
    const index = countsElements(layout) ? position : (position - data) / layout.size;
    if (!(index >= 0 && index < readWide(memory, GenericMemory.length))) {
      setSlotBool(result, false);
      return;
    }
    if (layout.pointers.length === 0) {
      setSlotBool(result, true);
      return;
    }
    const offset = regionOffset(position + 8 * layout.pointers[0]);
    setSlotBool(result, offset < 0 || U32[offset >>> 2] !== 0);
  },
});
