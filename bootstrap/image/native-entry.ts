// Native entries as the VM calls them: arguments from slots of the VM to slots of the border, the result back.
//
// The VM passes no callee; a closure's code needs it, and is called by other compiled code only.

import { decode } from '../../codegen/emit/recipes.ts';
import type { MethodRecord, SlotKind } from '../../codegen/object/metadata.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import { isExceptionPending, takePendingException } from '../../ffi/callback.ts';
import { REGION_HIGH, U32 } from '../../ffi/region.ts';
import { closeFrame, openFrame, slotAddress, slotU32 } from '../../ffi/slots.ts';
import type { Ref } from '../../interpreter/memory/layout.ts';
import { registerRoots } from '../../interpreter/memory/roots.ts';
import { Bottom, nothing } from '../../interpreter/memory/wellknown.ts';
import type { SlotFunction } from '../../interpreter/vm/builtin.ts';
import { enterNativeCode, leaveNativeCode } from '../../interpreter/vm/collection.ts';
import { setSlot, setSlotBits, setSlotReference, slotRef } from '../../interpreter/vm/slots.ts';
import { type Entry, entryAt } from '../loader/enter.ts';
import type { LoadedMethod } from '../loader/load.ts';
import { rethrowFromNative } from './runtime-functions.ts';

/** What compiled code refers to stays alive as long as the code. */
const kept: Ref[] = [];
registerRoots((visit) => {
  for (const object of kept) visit(object);
});

/** Keeps an object that compiled code refers to. */
export function keepAlive(object: Ref): void {
  kept.push(object);
}

/** The entry as the VM calls it: arguments from slots to the entry's slots, the result back. */
export function slotFunctionOf(method: LoadedMethod): SlotFunction | null {
  const { record } = method;
  const [callee, ...kinds] = record.parameters;
  // The VM does not pass the callee; a closure's code needs it. It is called by other compiled code only.
  if (callee !== 'none' || method.entry === undefined) return null;
  const enter = entryAt(method.entry);
  const result = resultOf(record);
  const count = kinds.length;
  return (args, _n, word) => {
    const base = openFrame(count + 2);
    try {
      passArguments(kinds, args, base + 2);
      runEntry(enter, base);
      result(base, word);
    } finally {
      closeFrame(base);
    }
  };
}

function runEntry(enter: Entry, base: number): void {
  let status: number;
  enterNativeCode();
  try {
    status = enter(slotAddress(base + 1), slotAddress(base));
  } finally {
    leaveNativeCode();
  }
  if (status !== 0) rethrowFromNative();
  if (isExceptionPending()) throw takePendingException()?.error;
}

function passArguments(kinds: readonly SlotKind[], args: Int32Array, first: number): void {
  for (let i = 0; i < kinds.length; i++) {
    const word = args[i];
    const at = 2 * (first + i);
    switch (kinds[i]) {
      case 'bits': {
        const from = U32[word + 2] !== 0 ? word : U32[word] >>> 2;
        slotU32[at] = U32[from];
        slotU32[at + 1] = U32[from + 1];
        break;
      }
      case 'reference':
      case 'address':
        slotU32[at] = slotRef(word) << 3;
        slotU32[at + 1] = REGION_HIGH;
        break;
      case 'none':
    }
  }
}

/** What a method returns, as far as its record has to say that. */
function returnsOf({ returns }: MethodRecord): { readonly [key: string]: Json } {
  return returns as { readonly [key: string]: Json };
}

function resultOf(record: MethodRecord): (base: number, word: number) => void {
  switch (record.result) {
    case 'none': {
      const { value: valueRecipe } = returnsOf(record);
      const value = valueRecipe === undefined ? nothing : decode(valueRecipe);
      keepAlive(value);
      return (_base, word) => setSlot(word, value);
    }
    case 'bits': {
      const { type: typeRecipe } = returnsOf(record);
      const type = typeRecipe === undefined ? Bottom : decode(typeRecipe);
      return (base, word) => setSlotBits(word, type, slotU32[2 * base], slotU32[2 * base + 1]);
    }
    case 'reference':
    case 'address':
      return (base, word) => {
        const low = slotU32[2 * base];
        if (low === 0) setSlotReference(word, 0 as Ref);
        else setSlot(word, (low >>> 3) as Ref);
      };
  }
}
