// Builtins on global variables.
import { type BindingRef, type ModuleRef, type Ref, readRef, type SymbolRef } from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype, falseValue, trueValue } from '../../memory/wellknown.ts';
import { egal } from '../../types/egal.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import { setGlobal, throwUndefinedGlobal } from '../../vm/evaluate.ts';
import { frameWorld, machine } from '../../vm/frames.ts';
import { Bool, copySlot, setSlot, setSlotBool, setSlotReference, slotRef, slotType } from '../../vm/slots.ts';
import {
  currentWorld,
  getBinding,
  globalType,
  isConstKind,
  PartitionKind,
  resolutionValue,
  resolveBinding,
} from '../bindings.ts';
import { throwTypeError } from '../errors.ts';
import { assignableBinding } from '../modules.ts';
import { namedTuple } from '../namedtuples.ts';
import { expectArguments } from './arguments.ts';
import { checkOrder } from './objects.ts';

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
    if (n === 3) checkOrder('getglobal', args[2], 'load');
    const binding = bindingArgument('getglobal', args);
    const resolution = resolveBinding(binding, world());
    const value = resolutionValue(resolution);
    if (value === 0) throwUndefinedGlobal(binding, resolution.kind);
    setSlot(result, value);
  },
  'setglobal!': (args, n, result) => {
    expectArguments('setglobal!', n, 3, 4);
    if (n === 4) checkOrder('setglobal!', args[3], 'store');
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
    expectArguments('isdefinedglobal', n, 2, 4);
    const binding = bindingArgument('isdefinedglobal', args);
    if (n >= 3 && slotType(args[2]) !== Bool) throwTypeError('isdefinedglobal', Bool, slotRef(args[2]));
    const allowImport = n < 3 || slotRef(args[2]) === trueValue;
    const resolution = resolveBinding(binding, world());
    const defined = resolutionValue(resolution) !== 0 && (allowImport || resolution.binding === binding);
    setSlotBool(result, defined && (isConstKind(resolution.kind) || resolution.kind === PartitionKind.GLOBAL));
  },
  'swapglobal!': (args, n, result) => {
    expectArguments('swapglobal!', n, 3, 4);
    if (n === 4) checkOrder('swapglobal!', args[3], 'both');
    const { value, binding } = variable(moduleArgument('swapglobal!', args[0]), nameArgument('swapglobal!', args[1]));
    if (value === 0) throwUndefinedGlobal(binding, PartitionKind.GLOBAL);
    setGlobal(binding, slotRef(args[2]));
    setSlot(result, value);
  },
  'replaceglobal!': (args, n, result) => {
    expectArguments('replaceglobal!', n, 4, 6);
    const { value, binding } = variable(
      moduleArgument('replaceglobal!', args[0]),
      nameArgument('replaceglobal!', args[1]),
    );
    if (value === 0) throwUndefinedGlobal(binding, PartitionKind.GLOBAL);
    const success = egal(value, slotRef(args[2]));
    if (success) setGlobal(binding, slotRef(args[3]));
    setSlot(result, replaceResult(value, success));
  },
  'setglobalonce!': (args, n, result) => {
    expectArguments('setglobalonce!', n, 3, 5);
    const { value, binding } = variable(
      moduleArgument('setglobalonce!', args[0]),
      nameArgument('setglobalonce!', args[1]),
    );
    if (value === 0) setGlobal(binding, slotRef(args[2]));
    setSlotBool(result, value === 0);
  },
});

const replaceResult = (old: Ref, success: boolean): Ref =>
  namedTuple(['old', 'success'], [old, success ? trueValue : falseValue]);
