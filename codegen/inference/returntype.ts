// Calls of `Core.Compiler.return_type`: what a call would give is known while it is inferred.

import { type ModuleRef, type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { Bottom, CoreModule, datatype } from '../../interpreter/memory/wellknown.ts';
import { globalValue } from '../../interpreter/runtime/bindings.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import {
  isConcrete,
  isDataType,
  isKind,
  isTupleType,
  isType,
  newTypeVar,
  param,
  paramCount,
  typeTypeOf,
  unionAll,
  unwrapUnionAll,
} from '../../interpreter/types/index.ts';
import { exactType } from './builtins.ts';
import { type Called, type Caller, called, dynamic, inferCall } from './calls.ts';
import { PURE } from './effects.ts';
import { impossible, type Lattice, ofConst, ofType, widen, withoutConditional } from './lattice.ts';

let known: Ref = 0 as Ref;

/** Is this the function that answers with inferred types? */
export function isReturnType(callee: Ref): boolean {
  if (known === 0) {
    const compiler = globalValue(CoreModule, symbol('Compiler'));
    if (compiler === 0 || typeOf(compiler) !== datatype('Module')) return false;
    known = globalValue(compiler as ModuleRef, symbol('return_type'));
  }
  return callee === known && known !== 0;
}

/** `return_type(f, Tuple{...})`, of a function and types that may be known. */
export function inferReturnType(args: readonly Lattice[], caller: Caller): Called {
  const answer = returnType(args.map(withoutConditional), caller);
  if (answer === null) return dynamic(ofType(datatype('Type')));
  return called({ kind: 'dynamic', result: answer }, PURE, impossible);
}

function returnType(args: readonly Lattice[], caller: Caller): Lattice | null {
  if (args.length !== 2) return null;
  const [f, types] = args;
  const tuple = exactType(types);
  if (tuple === null) return null;
  const body = unwrapUnionAll(tuple);
  if (body !== tuple || !isDataType(body) || !isTupleType(body)) return null;
  const elements: Lattice[] = [f];
  for (let i = 0, n = paramCount(body); i < n; i++) elements.push(ofParameter(param(body, i)));
  const silent = callerWithoutSlots(caller);
  const result = withoutConditional(inferCall(elements, silent).result);
  const type = result.kind === 'const' ? typeOf(result.value) : widen(result);
  if (type === Bottom || (isConcrete(type) && !isKind(type)) || types.kind === 'const') return ofConst(type);
  const variable = newTypeVar(symbol('#s1'), Bottom, type);
  return ofType(unionAll(variable, typeTypeOf(variable)));
}

const ofParameter = (type: Ref): Lattice => (isType(type) ? ofType(type) : { kind: 'type', type });

/** The same code, as a place without variables. */
export const callerWithoutSlots = (caller: Caller): Caller => ({
  of: caller.of,
  noteLookup: (tuple, methods) => caller.noteLookup(tuple, methods),
  noteMethod: (method) => caller.noteMethod(method),
  noteBinding: (binding) => caller.noteBinding(binding),
  edge: (target, isOneOfMany) => caller.edge(target, isOneOfMany),
  refined: (target, given) => caller.refined(target, given),
  isResultUnused: false,
  inlining: 'undecided',
  slotOf: () => 0,
  global: (module, name) => caller.global(module, name),
});
