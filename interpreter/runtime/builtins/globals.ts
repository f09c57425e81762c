// Builtins on global variables.
import {
  type BindingRef,
  type DataTypeRef,
  type ModuleRef,
  type Ref,
  readRef,
  type SymbolRef,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype, trueValue, wrapper } from '../../memory/wellknown.ts';
import { egal } from '../../types/egal.ts';
import { applyType } from '../../types/index.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import { callSlots } from '../../vm/calls.ts';
import { checkGlobalType, setGlobal, throwUndefinedGlobal } from '../../vm/evaluate.ts';
import { frameWorld, machine } from '../../vm/frames.ts';
import { Bool, copySlot, setSlot, setSlotBool, setSlotReference, slotRef, slotType } from '../../vm/slots.ts';
import { makeStruct } from '../../vm/tuples.ts';
import { currentWorld, getBinding, globalType, PartitionKind, resolutionValue, resolveBinding } from '../bindings.ts';
import { throwException, throwTypeError } from '../errors.ts';
import { assignableBinding } from '../modules.ts';
import { string } from '../values.ts';
import { expectArguments } from './arguments.ts';
import { checkOrder } from './objects.ts';
import { replacementType } from './updates.ts';

function moduleArgument(name: string, word: number): ModuleRef {
  if (slotType(word) !== datatype('Module')) throwTypeError(name, datatype('Module'), slotRef(word));
  return slotRef(word) as ModuleRef;
}

function nameArgument(name: string, word: number): SymbolRef {
  if (slotType(word) !== datatype('Symbol')) throwTypeError(name, datatype('Symbol'), slotRef(word));
  return slotRef(word) as SymbolRef;
}

/** The binding that (module, name) arguments or a GlobalRef name. */
function bindingArgument(name: string, args: Int32Array): BindingRef {
  return getBinding(moduleArgument(name, args[0]), nameArgument(name, args[1]));
}

/** Bindings are always atomic. */
function checkGlobalOrder(
  name: string,
  word: number,
  access: 'load' | 'store' | 'both',
  done: 'read' | 'written',
): void {
  if (checkOrder(name, word, access) === 'not_atomic') {
    throwException('ConcurrencyViolationError', string(`${name}: module binding cannot be ${done} non-atomically`));
  }
}

const world = (): number => (machine.fp === 0 ? currentWorld() : frameWorld(machine.fp));

/** The current value of a global variable that may be assigned. */
function variable(module: ModuleRef, name: SymbolRef): { binding: BindingRef; type: Ref; value: Ref } {
  const resolution = assignableBinding(module, name);
  return {
    binding: resolution.binding,
    type: globalType(resolution.partition),
    value: readRef(resolution.binding, objects.Binding.value),
  };
}

defineBuiltins({
  getglobal: (args, n, result) => {
    expectArguments('getglobal', n, 2, 3);
    if (n === 3) checkGlobalOrder('getglobal', args[2], 'load', 'read');
    const binding = bindingArgument('getglobal', args);
    const resolution = resolveBinding(binding, world());
    const value = resolutionValue(resolution);
    if (value === 0) throwUndefinedGlobal(binding, resolution.kind);
    setSlot(result, value);
  },
  'setglobal!': (args, n, result) => {
    expectArguments('setglobal!', n, 3, 4);
    if (n === 4) checkGlobalOrder('setglobal!', args[3], 'store', 'written');
    setGlobal(bindingArgument('setglobal!', args), slotRef(args[2]));
    copySlot(result, args[2]);
  },
  get_binding_type: (args, n, result) => {
    expectArguments('get_binding_type', n, 2);
    const resolution = resolveBinding(bindingArgument('get_binding_type', args), world());
    const type = resolution.kind === PartitionKind.GLOBAL ? globalType(resolution.partition) : datatype('Any');
    setSlotReference(result, type === 0 ? datatype('Any') : type);
  },
  isdefinedglobal: (args, n, result) => {
    expectArguments('isdefined', n, 2, 3);
    const binding = bindingArgument('isdefined', args);
    if (n >= 3 && slotType(args[2]) !== Bool) throwTypeError('isdefined', Bool, slotRef(args[2]));
    const allowImport = n < 3 || slotRef(args[2]) === trueValue;
    const resolution = resolveBinding(binding, world());
    const defined = resolutionValue(resolution) !== 0 && (allowImport || resolution.binding === binding);
    setSlotBool(result, defined);
  },
  'swapglobal!': (args, n, result) => {
    expectArguments('swapglobal!', n, 3, 4);
    if (n === 4) checkGlobalOrder('swapglobal!', args[3], 'both', 'written');
    const { value, binding } = variable(moduleArgument('swapglobal!', args[0]), nameArgument('swapglobal!', args[1]));
    if (value === 0) throwUndefinedGlobal(binding, PartitionKind.GLOBAL);
    setGlobal(binding, slotRef(args[2]), 'swapglobal!');
    setSlot(result, value);
  },
  'replaceglobal!': (args, n, result) => {
    expectArguments('replaceglobal!', n, 4, 6);
    if (n > 4) checkGlobalOrder('replaceglobal!', args[4], 'both', 'written');
    const { value, binding, type } = variable(
      moduleArgument('replaceglobal!', args[0]),
      nameArgument('replaceglobal!', args[1]),
    );
    if (value === 0) throwUndefinedGlobal(binding, PartitionKind.GLOBAL);
    const success = egal(value, slotRef(args[2]));
    checkGlobalType(binding, type, slotRef(args[3]), 'replaceglobal!');
    if (success) setGlobal(binding, slotRef(args[3]), 'replaceglobal!');
    const scratch = machine.sp + 32;
    setSlot(scratch, value);
    setSlotBool(scratch + 4, success);
    makeStruct(replacementType(type), Int32Array.of(scratch, scratch + 4), 2, result);
  },
  'setglobalonce!': (args, n, result) => {
    expectArguments('setglobalonce!', n, 3, 5);
    if (n > 3) checkGlobalOrder('setglobalonce!', args[3], 'both', 'written');
    const { value, binding } = variable(
      moduleArgument('setglobalonce!', args[0]),
      nameArgument('setglobalonce!', args[1]),
    );
    if (value === 0) setGlobal(binding, slotRef(args[2]), 'setglobalonce!');
    setSlotBool(result, value === 0);
  },
  'modifyglobal!': (args, n, result) => {
    expectArguments('modifyglobal!', n, 4, 5);
    if (n > 4) checkGlobalOrder('modifyglobal!', args[4], 'both', 'written');
    const place = variable(moduleArgument('modifyglobal!', args[0]), nameArgument('modifyglobal!', args[1]));
    if (place.value === 0) throwUndefinedGlobal(place.binding, PartitionKind.GLOBAL);
    const old = machine.sp;
    machine.sp = old + 8;
    try {
      setSlot(old, place.value);
      setSlot(old + 4, place.value);
      callSlots(Int32Array.of(args[2], old, args[3]), 3, old + 4);
      setGlobal(place.binding, slotRef(old + 4), 'modifyglobal!');
      const pair = applyType(wrapper('Pair'), [place.type, place.type]) as DataTypeRef;
      makeStruct(pair, Int32Array.of(old, old + 4), 2, result);
    } finally {
      machine.sp = old;
    }
  },
});
