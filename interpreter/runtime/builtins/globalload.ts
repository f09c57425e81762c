// Reading a global variable, for `getglobal` and for `getfield` of a Module.

import type { BindingRef, ModuleRef, SymbolRef } from '../../memory/layout.ts';
import { datatype } from '../../memory/wellknown.ts';
import { throwUndefinedGlobal } from '../../vm/evaluate.ts';
import { runningWorld } from '../../vm/frames.ts';
import { setSlot } from '../../vm/slots.ts';
import { getBinding, resolutionValue, resolveBinding } from '../bindings.ts';
import { expectType } from './arguments.ts';

/** The module and the name that the first two arguments of the builtin `name` are. */
export function globalArguments(name: string, args: Int32Array): { module: ModuleRef; variable: SymbolRef } {
  return {
    module: expectType<ModuleRef>(name, args[0], datatype('Module')),
    variable: expectType<SymbolRef>(name, args[1], datatype('Symbol')),
  };
}

/** The binding that the first two arguments name. */
export function bindingArgument(name: string, args: Int32Array): BindingRef {
  const { module, variable } = globalArguments(name, args);
  return getBinding(module, variable);
}

/** Loads the value of a binding into a slot. */
export function loadBinding(binding: BindingRef, result: number): void {
  const resolution = resolveBinding(binding, runningWorld());
  const value = resolutionValue(resolution);
  if (value === 0) throwUndefinedGlobal(binding);
  setSlot(result, value);
}

/** Loads the global variable that the first two arguments of the builtin `name` name. */
export function loadGlobal(name: string, args: Int32Array, result: number): void {
  loadBinding(bindingArgument(name, args), result);
}
