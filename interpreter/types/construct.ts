// Allocating the objects that types are made of, without any check or normalization: those are the business of union.ts
// and instantiate.ts.

import { allocate } from '../memory/heap.ts';
import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  type SvecRef,
  type SymbolRef,
  type TypeNameRef,
  type TypeRef,
  writeRef,
  writeU16,
} from '../memory/layout.ts';
import { DataType, DataTypeFlag, TypeVar, Union, UnionAll, Vararg } from '../memory/objects.ts';
import { wrapper } from '../memory/wellknown.ts';
import { symbol } from '../runtime/symbols.ts';
import { throwTypeError } from './errors.ts';
import {
  AnyType,
  Bottom,
  DataTypeType,
  isType,
  isTypeVar,
  isUnionAll,
  TypeofVarargType,
  TypeVarType,
  UnionAllType,
  UnionType,
} from './kinds.ts';

/**
 * `TypeVar(name, lb, ub)`
 *
 * @throws TypeError when a bound is neither a type nor a TypeVar
 */
export function newTypeVar(name: SymbolRef, lower: Ref = Bottom, upper: Ref = AnyType): TypeRef {
  if (lower !== Bottom && !isType(lower) && !isTypeVar(lower))
    throwTypeError('TypeVar', 'lower bound', wrapper('Type'), lower);
  if (upper !== AnyType && !isType(upper) && !isTypeVar(upper))
    throwTypeError('TypeVar', 'upper bound', wrapper('Type'), upper);
  const variable = allocate(TypeVarType, TypeVar.$size) as TypeRef;
  writeRef(variable, TypeVar.name, name);
  writeRef(variable, TypeVar.lb, lower);
  writeRef(variable, TypeVar.ub, upper);
  return variable;
}

/** A TypeVar with the bounds `Union{}` and `Any`. */
export const freshVar = (name: string): TypeRef => newTypeVar(symbol(name));

/** `body where variable`, as it stands. */
export function newUnionAll(variable: Ref, body: Ref, at: Ref = NULL): TypeRef {
  const result = (at === NULL ? allocate(UnionAllType, UnionAll.$size) : at) as TypeRef;
  writeRef(result, UnionAll.var, variable);
  writeRef(result, UnionAll.body, body);
  return result;
}

/** A Union of exactly two members, as it stands. */
export function newUnion(a: Ref, b: Ref): TypeRef {
  const result = allocate(UnionType, Union.$size) as TypeRef;
  writeRef(result, Union.a, a);
  writeRef(result, Union.b, b);
  return result;
}

/** `Vararg{T, N}`; 0 stands for what is left out. */
export function newVararg(element: Ref, length: Ref): TypeRef {
  const result = allocate(TypeofVarargType, Vararg.$size) as TypeRef;
  writeRef(result, Vararg.T, element);
  writeRef(result, Vararg.N, length);
  return result;
}

/** A DataType of which only name and parameters are known yet. */
export function newBareDataType(name: TypeNameRef, parameters: SvecRef, at: Ref = NULL): DataTypeRef {
  const type = (at === NULL ? allocate(DataTypeType, DataType.$size) : at) as DataTypeRef;
  writeRef(type, DataType.name, name);
  writeRef(type, DataType.parameters, parameters);
  writeU16(type, DataType.flags, DataTypeFlag.has_concrete_subtype | DataTypeFlag.maybe_subtype_of_cache);
  return type;
}

/** Wraps `t` in the variables of the UnionAlls around `u`, keeping those that do not occur. */
export function rewrapAll(t: Ref, u: Ref): Ref {
  const vars: Ref[] = [];
  while (isUnionAll(u)) {
    vars.push(readRef(u, UnionAll.var));
    u = readRef(u, UnionAll.body);
  }
  for (let i = vars.length - 1; i >= 0; i--) t = newUnionAll(vars[i], t);
  return t;
}
