// Builtins on global variables.
//
// All of them check the memory order first, then that the arguments are a module and a name, then that the variable may be
// assigned at all, then the new value. Bindings are atomic whatever their type.
import type { BindingRef, ModuleRef, Ref, SymbolRef } from '../../memory/layout.ts';
import { readRef, writeRef } from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype } from '../../memory/wellknown.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import { callSlots } from '../../vm/calls.ts';
import { checkGlobalType, setGlobal, throwUndefinedGlobal } from '../../vm/evaluate.ts';
import { runningWorld } from '../../vm/frames.ts';
import { copySlot, setSlot, setSlotBool, setSlotReference, slotRef } from '../../vm/slots.ts';
import { makeStruct } from '../../vm/tuples.ts';
import { getBinding, globalType, PartitionKind, resolutionValue, resolveBinding } from '../bindings.ts';
import { assignableBinding } from '../modules.ts';
import { expectArguments, expectBool } from './arguments.ts';
import { bindingArgument, globalArguments, loadBinding } from './globalload.ts';
import { egalSlots } from './objects.ts';
import { conditionalOrders, type MemoryOrder, optionalOrder, throwAtomicError } from './orders.ts';
import { modificationType, replacementType, withScratch } from './updates.ts';

/** Bindings are always atomic. */
function checkGlobalOrder(name: string, order: MemoryOrder, done: 'read' | 'written' | 'accessed'): void {
  if (order === 'not_atomic') throwAtomicError(`${name}: module binding cannot be ${done} non-atomically`);
}

/** A global variable that may be assigned. */
interface Variable {
  readonly binding: BindingRef;
  readonly type: Ref;
}

function assignable({ module, variable }: { module: ModuleRef; variable: SymbolRef }): Variable {
  const { binding, partition, kind } = assignableBinding(module, variable);
  return { binding, type: kind === PartitionKind.GLOBAL ? globalType(partition) : datatype('Any') };
}

/** The value of a variable, 0 if it has none. */
const valueOf = ({ binding }: Variable): Ref => readRef(binding, objects.Binding.value);

/** Loads the value of a variable into a slot. */
function loadVariable(place: Variable, word: number): void {
  const value = valueOf(place);
  if (value === 0) throwUndefinedGlobal(place.binding);
  setSlot(word, value);
}

function store({ binding }: Variable, value: Ref): void {
  writeRef(binding, objects.Binding.value, value);
}

defineBuiltins({
  getglobal: (args, n, result) => {
    expectArguments('getglobal', n, 2, 3);
    const order = optionalOrder('getglobal', args, n, 2, 'load', 'monotonic');
    const { module, variable } = globalArguments('getglobal', args);
    checkGlobalOrder('getglobal', order, 'read');
    loadBinding(getBinding(module, variable), result);
  },
  'setglobal!': (args, n, result) => {
    expectArguments('setglobal!', n, 3, 4);
    const order = optionalOrder('setglobal!', args, n, 3, 'store', 'release');
    const { module, variable } = globalArguments('setglobal!', args);
    checkGlobalOrder('setglobal!', order, 'written');
    setGlobal(getBinding(module, variable), slotRef(args[2]));
    copySlot(result, args[2]);
  },
  get_binding_type: (args, n, result) => {
    expectArguments('get_binding_type', n, 2);
    const resolution = resolveBinding(bindingArgument('get_binding_type', args), runningWorld());
    const type = resolution.kind === PartitionKind.GLOBAL ? globalType(resolution.partition) : datatype('Any');
    setSlotReference(result, type === 0 ? datatype('Any') : type);
  },
  isdefinedglobal: (args, n, result) => {
    expectArguments('isdefined', n, 2, 3);
    const { module, variable } = globalArguments('isdefined', args);
    const allowImport = n < 3 || expectBool('isdefined', args[2]);
    const binding = getBinding(module, variable);
    const resolution = resolveBinding(binding, runningWorld());
    setSlotBool(result, resolutionValue(resolution) !== 0 && (allowImport || resolution.binding === binding));
  },
  'swapglobal!': (args, n, result) => {
    expectArguments('swapglobal!', n, 3, 4);
    const order = optionalOrder('swapglobal!', args, n, 3, 'both', 'release');
    const names = globalArguments('swapglobal!', args);
    checkGlobalOrder('swapglobal!', order, 'written');
    const place = assignable(names);
    checkGlobalType(place.binding, place.type, slotRef(args[2]), 'swapglobal!');
    const old = valueOf(place);
    // The exchange has happened when it turns out that there is nothing to return.
    store(place, slotRef(args[2]));
    if (old === 0) throwUndefinedGlobal(place.binding);
    setSlot(result, old);
  },
  'modifyglobal!': (args, n, result) => {
    expectArguments('modifyglobal!', n, 4, 5);
    const order = optionalOrder('modifyglobal!', args, n, 4, 'both', 'release');
    const names = globalArguments('modifyglobal!', args);
    checkGlobalOrder('modifyglobal!', order, 'written');
    const place = assignable(names);
    withScratch(3, (old) => {
      const [changed, now] = [old + 4, old + 8];
      loadVariable(place, old);
      for (;;) {
        callSlots(Int32Array.of(args[2], old, args[3]), 3, changed);
        checkGlobalType(place.binding, place.type, slotRef(changed), 'modifyglobal!');
        loadVariable(place, now);
        if (egalSlots(now, old)) break;
        copySlot(old, now);
      }
      store(place, slotRef(changed));
      makeStruct(modificationType(place.type), Int32Array.of(old, changed), 2, result);
    });
  },
  'replaceglobal!': (args, n, result) => {
    expectArguments('replaceglobal!', n, 4, 6);
    const { success, failure } = conditionalOrders('replaceglobal!', args, n, 4, 'release');
    const names = globalArguments('replaceglobal!', args);
    checkGlobalOrder('replaceglobal!', success, 'written');
    checkGlobalOrder('replaceglobal!', failure, 'accessed');
    const place = assignable(names);
    checkGlobalType(place.binding, place.type, slotRef(args[3]), 'replaceglobal!');
    withScratch(2, (old) => {
      const replaced = old + 4;
      loadVariable(place, old);
      const same = egalSlots(old, args[2]);
      if (same) store(place, slotRef(args[3]));
      setSlotBool(replaced, same);
      makeStruct(replacementType(place.type), Int32Array.of(old, replaced), 2, result);
    });
  },
  'setglobalonce!': (args, n, result) => {
    expectArguments('setglobalonce!', n, 3, 5);
    const { success, failure } = conditionalOrders('setglobalonce!', args, n, 3, 'release');
    const names = globalArguments('setglobalonce!', args);
    checkGlobalOrder('setglobalonce!', success, 'written');
    checkGlobalOrder('setglobalonce!', failure, 'accessed');
    const place = assignable(names);
    checkGlobalType(place.binding, place.type, slotRef(args[2]), 'setglobalonce!');
    const isFirst = valueOf(place) === 0;
    if (isFirst) store(place, slotRef(args[2]));
    setSlotBool(result, isFirst);
  },
});
