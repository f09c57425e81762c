// Builtins that change a place in one step: swap, modify, replace, set once; for fields of objects and elements of Memory.
//
// What can be done is the same for every place; how a place is read and written, which type it holds and whether it is
// atomic is what a `Place` says. There is one thread, so each step is atomic by itself; only `modify` calls Julia in
// between, and begins anew if the place has changed meanwhile.

import type { DataTypeRef, Ref } from '../../memory/layout.ts';
import { datatype, typename, wrapper } from '../../memory/wellknown.ts';
import { fieldIsAtomic, fieldType } from '../../types/fields.ts';
import { applyTupleType, applyType, instanceIsA } from '../../types/index.ts';
import { wrapperOf } from '../../types/kinds.ts';
import { defineBuiltins, type SlotFunction } from '../../vm/builtin.ts';
import { callSlots } from '../../vm/calls.ts';
import { machine } from '../../vm/frames.ts';
import { copySlot, setSlotBool, setSlotReference, slotRef, slotType } from '../../vm/slots.ts';
import { makeStruct, makeTuple, storeField } from '../../vm/tuples.ts';
import { throwPlain, throwTypeError } from '../errors.ts';
import { loadField } from '../fieldaccess.ts';
import { symbol } from '../symbols.ts';
import { expectArguments } from './arguments.ts';
import { changeableField } from './fields.ts';
import { checkConditionalElementAccess, checkElementAccess, elementOf, loadElement, storeElement } from './memory.ts';
import { egalSlots } from './objects.ts';
import { checkAgreement, conditionalOrders, type MemoryOrder, optionalOrder } from './orders.ts';

/** Somewhere a value is kept. */
interface Place {
  readonly type: Ref;
  /** Loads into a slot; false if there is no value. */
  readonly load: (word: number) => boolean;
  readonly store: (word: number) => void;
}

/** Runs `body` with `count` scratch slots, whose first word it gets; calls that it makes leave them alone. */
export function withScratch(count: number, body: (word: number) => void): void {
  const start = machine.sp;
  machine.sp = start + 4 * count;
  for (let i = 0; i < count; i++) setSlotReference(start + 4 * i, 0 as Ref);
  try {
    body(start);
  } finally {
    machine.sp = start;
  }
}

function checkType(name: string, place: Place, word: number): void {
  if (place.type !== datatype('Any') && slotType(word) !== place.type && !instanceIsA(slotRef(word), place.type)) {
    throwTypeError(name, place.type, slotRef(word));
  }
}

function loadDefined(place: Place, word: number): void {
  if (!place.load(word)) throwPlain('UndefRefError');
}

function swap(name: string, place: Place, value: number, result: number): void {
  checkType(name, place, value);
  withScratch(1, (old) => {
    const defined = place.load(old);
    // The exchange has happened when it turns out that there is nothing to return.
    place.store(value);
    if (!defined) throwPlain('UndefRefError');
    copySlot(result, old);
  });
}

function modify(name: string, place: Place, op: number, argument: number, result: number): void {
  withScratch(3, (old) => {
    const [changed, now] = [old + 4, old + 8];
    loadDefined(place, old);
    for (;;) {
      callSlots(Int32Array.of(op, old, argument), 3, changed);
      checkType(name, place, changed);
      loadDefined(place, now);
      if (egalSlots(now, old)) break;
      copySlot(old, now);
    }
    place.store(changed);
    makeStruct(modificationType(place.type), Int32Array.of(old, changed), 2, result);
  });
}

/** The type of what the modifying builtins return: `Pair{T, T}`, the old value and the new one. */
export const modificationType = (type: Ref): DataTypeRef => applyType(wrapper('Pair'), [type, type]) as DataTypeRef;

/** The type of what the replacing builtins return: `@NamedTuple{old::T, success::Bool}`. */
export function replacementType(type: Ref): DataTypeRef {
  const names = makeTuple([symbol('old'), symbol('success')], machine.sp);
  return applyType(wrapperOf(typename('NamedTuple')), [names, applyTupleType([type, datatype('Bool')])]) as DataTypeRef;
}

function replace(name: string, place: Place, expected: number, value: number, result: number): void {
  checkType(name, place, value);
  withScratch(2, (old) => {
    const success = old + 4;
    loadDefined(place, old);
    const same = egalSlots(old, expected);
    if (same) place.store(value);
    setSlotBool(success, same);
    makeStruct(replacementType(place.type), Int32Array.of(old, success), 2, result);
  });
}

function setOnce(name: string, place: Place, value: number, result: number): void {
  checkType(name, place, value);
  withScratch(1, (old) => {
    const set = !place.load(old);
    if (set) place.store(value);
    setSlotBool(result, set);
  });
}

/** The field that the first two arguments name, which must be one that can be changed. */
function fieldPlace(name: string, args: Int32Array, order: MemoryOrder, failure?: MemoryOrder): Place {
  const type = slotType(args[0]);
  const object = slotRef(args[0]);
  const index = changeableField(name, type, object, args[1]);
  const atomic = fieldIsAtomic(type, index);
  checkAgreement(name, 'field', atomic, order, 'written');
  if (failure !== undefined) checkAgreement(name, 'field', atomic, failure, 'accessed');
  return {
    type: fieldType(type, index),
    load: (word) => loadField(object, type, index, word),
    store: (word) => storeField(object, type, index, word),
  };
}

/** The element that a MemoryRef points at, once the order has been checked. */
function elementPlace(args: Int32Array): Place {
  const element = elementOf(args[0]);
  return {
    type: element.layout.type,
    load: (to) => loadElement(element, to),
    store: (from) => storeElement(element, from),
  };
}

const updates: Record<string, SlotFunction> = {
  'swapfield!': (args, n, result) => {
    expectArguments('swapfield!', n, 3, 4);
    const order = optionalOrder('swapfield!', args, n, 3, 'both', 'not_atomic');
    swap('swapfield!', fieldPlace('swapfield!', args, order), args[2], result);
  },
  'modifyfield!': (args, n, result) => {
    expectArguments('modifyfield!', n, 4, 5);
    const order = optionalOrder('modifyfield!', args, n, 4, 'both', 'not_atomic');
    modify('modifyfield!', fieldPlace('modifyfield!', args, order), args[2], args[3], result);
  },
  'replacefield!': (args, n, result) => {
    expectArguments('replacefield!', n, 4, 6);
    const { success, failure } = conditionalOrders('replacefield!', args, n, 4, 'not_atomic');
    replace('replacefield!', fieldPlace('replacefield!', args, success, failure), args[2], args[3], result);
  },
  'setfieldonce!': (args, n, result) => {
    expectArguments('setfieldonce!', n, 3, 5);
    const { success, failure } = conditionalOrders('setfieldonce!', args, n, 3, 'not_atomic');
    setOnce('setfieldonce!', fieldPlace('setfieldonce!', args, success, failure), args[2], result);
  },
  'memoryrefswap!': (args, n, result) => {
    expectArguments('memoryrefswap!', n, 4);
    checkElementAccess('memoryrefswap!', args, 2, 'both', 'written');
    swap('memoryrefswap!', elementPlace(args), args[1], result);
  },
  'memoryrefmodify!': (args, n, result) => {
    expectArguments('memoryrefmodify!', n, 5);
    checkElementAccess('memoryrefmodify!', args, 3, 'both', 'written');
    modify('memoryrefmodify!', elementPlace(args), args[1], args[2], result);
  },
  'memoryrefreplace!': (args, n, result) => {
    expectArguments('memoryrefreplace!', n, 6);
    checkConditionalElementAccess('memoryrefreplace!', args, 3);
    replace('memoryrefreplace!', elementPlace(args), args[1], args[2], result);
  },
  'memoryrefsetonce!': (args, n, result) => {
    expectArguments('memoryrefsetonce!', n, 5);
    checkConditionalElementAccess('memoryrefsetonce!', args, 2);
    setOnce('memoryrefsetonce!', elementPlace(args), args[1], result);
  },
};
defineBuiltins(updates);
