// Opaque closures: functions that capture values and belong to no method table.
//
// `Expr(:new_opaque_closure, argument types, lower and upper bound of the result, partial, method, captures...)` makes
// an object of type OpaqueClosure{A, R} that holds the captured values as a tuple, the world it was made in and its
// method; the method's first argument is that tuple. How one is called is the VM's (calls.ts).

import { U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import {
  type ArrayRef,
  type CodeInfoRef,
  type DataTypeRef,
  type Ref,
  readRef,
  readWide,
  type SymbolRef,
  typeOf,
  writeRef,
  writeU8,
  writeWide,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { AnyTupleType, datatype, trueValue, wrapper } from '../memory/wellknown.ts';
import { applyType } from '../types/index.ts';
import { isTupleType, param, paramCount } from '../types/kinds.ts';
import { defineEvaluator, operandRef } from '../vm/evaluate.ts';
import { Header } from '../vm/frames.ts';
import { setSlotReference } from '../vm/slots.ts';
import { makeTuple } from '../vm/tuples.ts';
import { throwError, throwTypeError } from './errors.ts';
import { isKindType, newMethod, unwrapUnionAll } from './methods.ts';
import { symbol } from './symbols.ts';
import { arrayGetRef, isInt64, unboxInt64 } from './values.ts';

/** The argument types have to go with the method. @param nargs its parameters, with the closure itself */
function checkParameters(tuple: Ref, nargs: number, isva: boolean): void {
  const given = paramCount(tuple);
  const isOpen = given > 0 && isOpenVararg(param(tuple, given - 1));
  if (!isva) {
    if (isOpen) throwError('Argument type tuple is vararg but method is not');
    if (given + 1 > nargs) throwError('Argument type tuple has too many required arguments for method');
  }
  if (given + 1 - (isOpen ? 1 : 0) < nargs - (isva ? 1 : 0)) {
    throwError('Argument type tuple has too few required arguments for method');
  }
}

/** A trailing Vararg of unknown length. */
const isOpenVararg = (parameter: Ref): boolean =>
  typeOf(parameter) === datatype('TypeofVararg') &&
  (readRef(parameter, objects.Vararg.N) === 0 || !isInt64(readRef(parameter, objects.Vararg.N)));

defineEvaluator('new_opaque_closure', (code, fp, args, n, result) => {
  const types = operandRef(code, fp, arrayGetRef(args, 0));
  const lower = operandRef(code, fp, arrayGetRef(args, 1));
  const upper = operandRef(code, fp, arrayGetRef(args, 2));
  const body = unwrapUnionAll(types);
  if (typeOf(body) !== datatype('DataType') || !isTupleType(body)) {
    throwError('OpaqueClosure argument tuple must be a tuple type');
  }
  for (const bound of [lower, upper]) {
    if (!isKindType(typeOf(bound))) throwTypeError('new_opaque_closure', wrapper('Type'), bound);
  }
  // (opaque_closure_method name nargs isva place code)
  const parts = readRef<ArrayRef>(arrayGetRef(args, 4), objects.Expr.args);
  checkParameters(body, unboxInt64(arrayGetRef(parts, 1)) + 1, arrayGetRef(parts, 2) === trueValue);
  const place = arrayGetRef(parts, 3);
  const hasPlace = typeOf(place) === datatype('LineNumberNode');
  const method = newMethod(
    symbol('opaque closure'),
    code.module,
    AnyTupleType,
    arrayGetRef<CodeInfoRef>(parts, 4),
    hasPlace ? readRef<SymbolRef>(place, objects.LineNumberNode.file) : symbol('none'),
    hasPlace ? readWide(place, objects.LineNumberNode.line) : 0,
    arrayGetRef(parts, 2) === trueValue,
  );
  writeU8(method, objects.Method.is_for_opaque_closure, 1);
  writeWide(method, objects.Method.primary_world, U32[fp - Header.WORLD]);
  const captured: Ref[] = [];
  for (let i = 5; i < n; i++) captured.push(operandRef(code, fp, arrayGetRef(args, i)));
  const type = applyType(wrapper('OpaqueClosure'), [types, upper]) as DataTypeRef;
  const closure = allocate(type, objects.OpaqueClosure.$size);
  writeRef(closure, objects.OpaqueClosure.captures, makeTuple(captured, fp + code.frameWords + 64));
  writeWide(closure, objects.OpaqueClosure.world, U32[fp - Header.WORLD]);
  writeRef(closure, objects.OpaqueClosure.source, method);
  setSlotReference(result, closure);
});
