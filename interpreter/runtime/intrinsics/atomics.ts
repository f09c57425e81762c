// Atomic access to raw memory. There is one thread, so an access is atomic whatever its order; the orders are checked
// for making sense.

import type { DataTypeRef, Ref, SymbolRef } from '../../memory/layout.ts';
import { rooted } from '../../memory/roots.ts';
import { wrapper } from '../../memory/wellknown.ts';
import { egal } from '../../types/egal.ts';
import { applyTupleType, applyType } from '../../types/index.ts';
import { AnyType, SymbolType } from '../../types/kinds.ts';
import { layoutSize } from '../../types/layoutaccess.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { call } from '../../vm/calls.ts';
import { machine } from '../../vm/frames.ts';
import { copySlot, isSlotBits, primitiveSize, setSlot, slotRef, slotType } from '../../vm/slots.ts';
import { makeStruct, makeTuple } from '../../vm/tuples.ts';
import { throwError, throwException, throwTypeError } from '../errors.ts';
import { symbol, symbolName } from '../symbols.ts';
import { string } from '../values.ts';
import { Bool, boolObject, wrongCount } from './operands.ts';
import { addressIn, elementType, loadElement, pointerType, storeElement } from './pointers.ts';

/** Orders by strength. */
const orders: ReadonlyMap<string, number> = new Map([
  ['not_atomic', 0],
  ['unordered', 1],
  ['monotonic', 2],
  ['acquire', 4],
  ['release', 5],
  ['acquire_release', 6],
  ['sequentially_consistent', 7],
]);

const invalidOrder = (): never => throwException('ConcurrencyViolationError', string('invalid atomic ordering'));

function expectSymbol(word: number, name: string): void {
  if (slotType(word) !== SymbolType) throwTypeError(name, SymbolType, slotRef(word));
}

/**
 * The strength of the memory order in a slot.
 *
 * @throws TypeError if it is no Symbol, ConcurrencyViolationError if it names no order, or one that an access that
 * loads, stores or does both cannot have
 */
export function memoryOrder(word: number, name: string, loads: boolean, stores: boolean): number {
  expectSymbol(word, name);
  const order = orders.get(symbolName(slotRef(word) as SymbolRef));
  if (order === undefined) return invalidOrder();
  const unordered = order === 1 && loads && stores;
  const acquires = (order === 4 || order === 6) && !loads;
  const releases = (order === 5 || order === 6) && !stores;
  if (unordered || acquires || releases) invalidOrder();
  return order;
}

/**
 * The element type of a pointer, which has to be one that can be accessed atomically.
 *
 * @param value the slot of a value that is to be stored there, if any: its type is checked before the element's size
 */
function atomicElement(pointer: Ref, name: string, value?: number): Ref {
  const type = elementType(pointer, name);
  if (type === AnyType) return type;
  if (value !== undefined) checkValue(value, type, name);
  const size = isSlotBits(type) ? primitiveSize(type) : layoutSize(type);
  if ((size & (size - 1)) !== 0 || size > 16) throwError(`${name}: invalid pointer for atomic operation`);
  return type;
}

function checkValue(word: number, type: Ref, name: string): void {
  if (type !== AnyType && slotType(word) !== type) throwTypeError(name, type, slotRef(word));
}

const pointerref: SlotFunction = (args, n, result) => {
  if (n !== 2) wrongCount(n, 2);
  const pointer = pointerType(args[0], 'atomic_pointerref');
  memoryOrder(args[1], 'atomic_pointerref', true, false);
  loadElement(addressIn(args[0]), atomicElement(pointer, 'atomic_pointerref'), result);
};

const pointerset: SlotFunction = (args, n, result) => {
  if (n !== 3) wrongCount(n, 3);
  const pointer = pointerType(args[0], 'atomic_pointerset');
  memoryOrder(args[2], 'atomic_pointerset', false, true);
  const type = atomicElement(pointer, 'atomic_pointerset', args[1]);
  storeElement(args[1], type, addressIn(args[0]));
  copySlot(result, args[0]);
};

const pointerswap: SlotFunction = (args, n, result) => {
  if (n !== 3) wrongCount(n, 3);
  const pointer = pointerType(args[0], 'atomic_pointerswap');
  memoryOrder(args[2], 'atomic_pointerswap', true, true);
  const type = atomicElement(pointer, 'atomic_pointerswap', args[1]);
  const address = addressIn(args[0]);
  const value = slotRef(args[1]);
  loadElement(address, type, result);
  const old = slotRef(result);
  setSlot(result, value);
  storeElement(result, type, address);
  setSlot(result, old);
};

/** A struct of two fields, into a slot. */
function makeResult(type: Ref, first: Ref, second: Ref, result: number): void {
  const words = Int32Array.of(machine.sp, machine.sp + 4);
  setSlot(words[0], first);
  setSlot(words[1], second);
  makeStruct(type as DataTypeRef, words, 2, result);
}

/** `Pair{T, T}` */
const pairType = (element: Ref): Ref => applyType(wrapper('Pair'), [element, element]);

/** `NamedTuple{(:old, :success), Tuple{T, Bool}}` */
function replacementType(element: Ref): Ref {
  const names = makeTuple([symbol('old'), symbol('success')], machine.sp);
  return applyType(wrapper('NamedTuple'), [names, applyTupleType([element, Bool])]);
}

/** Replaces the element by `f(old, x)`, which is called anew if the element has changed meanwhile; gives `old => new`. */
const pointermodify: SlotFunction = (args, n, result) => {
  if (n !== 4) wrongCount(n, 4);
  const pointer = pointerType(args[0], 'atomic_pointermodify');
  memoryOrder(args[3], 'atomic_pointermodify', true, true);
  const type = atomicElement(pointer, 'atomic_pointermodify');
  const address = addressIn(args[0]);
  const f = slotRef(args[1]);
  const x = slotRef(args[2]);
  rooted([f, x, type], () => {
    loadElement(address, type, result);
    for (;;) {
      const old = slotRef(result);
      const isDone = rooted([old], () => {
        const value = call(f, [old, x]);
        setSlot(result, value);
        checkValue(result, type, 'atomic_pointermodify');
        loadElement(address, type, result);
        if (!egal(slotRef(result), old)) return false;
        setSlot(result, value);
        storeElement(result, type, address);
        makeResult(pairType(type), old, value, result);
        return true;
      });
      if (isDone) return;
    }
  });
};

/** Replaces the element if it is egal to what is expected; the result is `(; old, success)`. */
const pointerreplace: SlotFunction = (args, n, result) => {
  if (n !== 5) wrongCount(n, 5);
  const name = 'atomic_pointerreplace';
  const pointer = pointerType(args[0], name);
  for (const word of [args[3], args[4]]) expectSymbol(word, name);
  const success = memoryOrder(args[3], name, true, true);
  const failure = memoryOrder(args[4], name, true, false);
  if (failure > success) invalidOrder();
  const type = atomicElement(pointer, name, args[2]);
  const address = addressIn(args[0]);
  const expected = slotRef(args[1]);
  const value = slotRef(args[2]);
  loadElement(address, type, result);
  const old = slotRef(result);
  const replaces = egal(old, expected);
  if (replaces) {
    setSlot(result, value);
    storeElement(result, type, address);
  }
  makeResult(replacementType(type), old, boolObject(replaces), result);
};

export const atomicIntrinsics: Record<string, SlotFunction> = {
  atomic_pointerref: pointerref,
  atomic_pointerset: pointerset,
  atomic_pointerswap: pointerswap,
  atomic_pointermodify: pointermodify,
  atomic_pointerreplace: pointerreplace,
};
