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
import { checkElementAtomicity, elementOf, expectBoundsCheck, loadElement, storeElement } from './memory.ts';
import { checkAtomicity, checkChangeable, checkOrder, egalSlots, fieldIndexOf } from './objects.ts';

/** Somewhere a value is kept. */
interface Place {
  readonly type: Ref;
  /** Loads into a slot; false if there is no value. */
  readonly load: (word: number) => boolean;
  readonly store: (word: number) => void;
}

/** Runs `body` with `count` scratch slots, whose first word it gets; calls that it makes leave them alone. */
function withScratch(count: number, body: (word: number) => void): void {
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
    loadDefined(place, old);
    place.store(value);
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
    const pair = applyType(wrapper('Pair'), [place.type, place.type]) as DataTypeRef;
    makeStruct(pair, Int32Array.of(old, changed), 2, result);
  });
}

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

/** Memory orders, the weaker first: failing must not ask for more than succeeding. */
const strengths: readonly string[] = [
  'not_atomic',
  'unordered',
  'monotonic',
  'acquire',
  'release',
  'acquire_release',
  'sequentially_consistent',
];

/** The orders of a conditional update: one of success, and one of failure that defaults to what success reads with. */
function conditionalOrders(name: string, args: Int32Array, n: number, at: number): { success: string; fail: string } {
  const success = n > at ? checkOrder(name, args[at], 'both') : 'not_atomic';
  if (n > at + 1) {
    const fail = checkOrder(name, args[at + 1], 'load');
    if (strengths.indexOf(fail) > strengths.indexOf(success)) checkOrder(name, args[at + 1], 'never');
    return { success, fail };
  }
  const fail = success === 'acquire_release' ? 'acquire' : success === 'release' ? 'monotonic' : success;
  return { success, fail };
}

/** The field that the first two arguments name, which must be one that can be changed. */
function fieldPlace(name: string, args: Int32Array, order: string, fail?: string): Place {
  const type = slotType(args[0]);
  const object = slotRef(args[0]);
  const index = fieldIndexOf(type, object, args[1], name);
  checkChangeable(name, type, index);
  const atomic = fieldIsAtomic(type, index);
  checkAtomicity(name, atomic, order);
  if (fail !== undefined && atomic && fail === 'not_atomic') checkAtomicity(name, atomic, fail, 'accessed');
  return {
    type: fieldType(type, index),
    load: (word) => loadField(object, type, index, word),
    store: (word) => storeField(object, type, index, word),
  };
}

function elementPlace(name: string, word: number, order: string, fail?: string): Place {
  const element = elementOf(name, word);
  checkElementAtomicity(name, element, order);
  if (fail !== undefined) checkElementAtomicity(name, element, fail, 'accessed');
  return {
    type: element.layout.type,
    load: (to) => loadElement(element, to),
    store: (from) => storeElement(element, from),
  };
}

const updates: Record<string, SlotFunction> = {
  'swapfield!': (args, n, result) => {
    expectArguments('swapfield!', n, 3, 4);
    const order = n === 4 ? checkOrder('swapfield!', args[3], 'both') : 'not_atomic';
    swap('swapfield!', fieldPlace('swapfield!', args, order), args[2], result);
  },
  'modifyfield!': (args, n, result) => {
    expectArguments('modifyfield!', n, 4, 5);
    const order = n === 5 ? checkOrder('modifyfield!', args[4], 'both') : 'not_atomic';
    modify('modifyfield!', fieldPlace('modifyfield!', args, order), args[2], args[3], result);
  },
  'replacefield!': (args, n, result) => {
    expectArguments('replacefield!', n, 4, 6);
    const { success, fail } = conditionalOrders('replacefield!', args, n, 4);
    replace('replacefield!', fieldPlace('replacefield!', args, success, fail), args[2], args[3], result);
  },
  'setfieldonce!': (args, n, result) => {
    expectArguments('setfieldonce!', n, 3, 5);
    const { success, fail } = conditionalOrders('setfieldonce!', args, n, 3);
    setOnce('setfieldonce!', fieldPlace('setfieldonce!', args, success, fail), args[2], result);
  },
  'memoryrefswap!': (args, n, result) => {
    expectArguments('memoryrefswap!', n, 4);
    const order = checkOrder('memoryrefswap!', args[2], 'both');
    expectBoundsCheck('memoryrefswap!', args[3]);
    swap('memoryrefswap!', elementPlace('memoryrefswap!', args[0], order), args[1], result);
  },
  'memoryrefmodify!': (args, n, result) => {
    expectArguments('memoryrefmodify!', n, 5);
    const order = checkOrder('memoryrefmodify!', args[3], 'both');
    expectBoundsCheck('memoryrefmodify!', args[4]);
    modify('memoryrefmodify!', elementPlace('memoryrefmodify!', args[0], order), args[1], args[2], result);
  },
  'memoryrefreplace!': (args, n, result) => {
    expectArguments('memoryrefreplace!', n, 6);
    const { success, fail } = conditionalOrders('memoryrefreplace!', args, 5, 3);
    expectBoundsCheck('memoryrefreplace!', args[5]);
    const place = elementPlace('memoryrefreplace!', args[0], success, fail);
    replace('memoryrefreplace!', place, args[1], args[2], result);
  },
  'memoryrefsetonce!': (args, n, result) => {
    expectArguments('memoryrefsetonce!', n, 5);
    const { success, fail } = conditionalOrders('memoryrefsetonce!', args, 4, 2);
    expectBoundsCheck('memoryrefsetonce!', args[4]);
    setOnce('memoryrefsetonce!', elementPlace('memoryrefsetonce!', args[0], success, fail), args[1], result);
  },
};
defineBuiltins(updates);
