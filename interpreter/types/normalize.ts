// Normal forms of parameters, so that equal types become one object.
//
// A variable that can only be its upper bound is replaced by it, and a type equal to a wrapper by the wrapper.

import { NULL, type Ref, typeOf } from '../memory/layout.ts';
import { newUnion, newUnionAll } from './construct.ts';
import { orElse } from './errors.ts';
import { instantiateUnionAll } from './instantiate.ts';
import {
  AnyType,
  Bottom,
  isBits,
  isConcrete,
  isDataType,
  isKind,
  isNamedTupleType,
  isTupleType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  ModuleType,
  param,
  paramCount,
  SymbolType,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  varargN,
  varargT,
  varLower,
  varUpper,
  wrapperOf,
} from './kinds.ts';
import { typesEqual } from './relation/questions.ts';
import { hasFreeVars } from './variables.ts';

/** May `t` be a type parameter: a type, TypeVar, Symbol, Module, bits value, or a tuple of such? */
export function isValidParameter(t: Ref): boolean {
  const type = typeOf(t);
  if (isKind(type) || isTypeVar(t) || type === SymbolType || type === ModuleType) return true;
  if (isVararg(t)) return false;
  if (isTupleType(type) || isNamedTupleType(type)) return isNestable(type);
  return isBits(type);
}

function isNestable(type: Ref): boolean {
  if (isNamedTupleType(type)) return isNestable(param(type, 1));
  if (isTupleType(type)) {
    for (let i = 0, n = paramCount(type); i < n; i++) {
      const p = param(type, i);
      if (p !== SymbolType && !isBits(p) && !isNestable(p)) return false;
    }
    return true;
  }
  return false;
}

/** The wrapper (`Array` for `Array{T,1}`) of the first DataType in a type, 0 when there is none. */
export function wrapperIn(t: Ref): Ref {
  t = unwrapUnionAll(t);
  if (isDataType(t)) return wrapperOf(typeNameOf(t));
  if (isUnion(t)) {
    const first = wrapperIn(unionA(t));
    return first !== NULL ? first : wrapperIn(unionB(t));
  }
  return isTypeVar(t) ? wrapperIn(varUpper(t)) : NULL;
}

/** Gives the wrapper itself for a type that is equal to one but written differently. */
export function preferWrapper(t: Ref): Ref {
  const w = wrapperIn(t);
  return w !== NULL && w !== t && !hasFreeVars(t) && typesEqual(t, w) ? w : t;
}

// Normalization

/** May `var` be replaced by its upper bound in the body `t`? Counts covariant occurrences in `count`. */
function mayUseUpperBound(t: Ref, variable: Ref, invariant: boolean, count: { covariant: number }): boolean {
  for (;;) {
    if (t === variable) {
      if (invariant) return false;
      count.covariant++;
      return count.covariant <= 1 || isConcrete(varUpper(variable));
    }
    while (isUnionAll(t)) {
      const inner = unionAllVar(t);
      if (inner === variable) return true;
      if (varLower(inner) !== Bottom && !mayUseUpperBound(varLower(inner), variable, invariant, count)) return false;
      if (varUpper(inner) !== AnyType && !mayUseUpperBound(varUpper(inner), variable, invariant, count)) return false;
      t = unionAllBody(t);
      if (t === variable) break;
    }
    if (t === variable) continue;
    if (isDataType(t)) {
      const within = invariant || !isTupleType(t);
      for (let i = 0, n = paramCount(t); i < n; i++)
        if (!mayUseUpperBound(param(t, i), variable, within, count)) return false;
      return true;
    }
    if (isUnion(t)) {
      if (!mayUseUpperBound(unionA(t), variable, invariant, count)) return false;
      t = unionB(t);
    } else if (isVararg(t)) {
      if (varargT(t) === NULL) return true;
      if (varargN(t) !== NULL && !mayUseUpperBound(varargN(t), variable, true, count)) return false;
      // A Vararg counts as many occurrences, so the diagonal rule would apply.
      if (!isConcrete(varUpper(variable))) invariant = true;
      t = varargT(t);
    } else return true;
  }
}

/** Replaces variables that can only be their upper bound: `Tuple{T} where T<:Real` becomes `Tuple{Real}`. */
export function normalizeUnionAlls(t: Ref): Ref {
  if (isUnion(t)) {
    const a = normalizeUnionAlls(unionA(t));
    const b = normalizeUnionAlls(unionB(t));
    return a !== unionA(t) || b !== unionB(t) ? newUnion(a, b) : t;
  }
  if (!isUnionAll(t)) return t;
  const variable = unionAllVar(t);
  const body = normalizeUnionAlls(unionAllBody(t));
  if (body !== unionAllBody(t)) t = newUnionAll(variable, body);
  if (varLower(variable) === varUpper(variable) || mayUseUpperBound(body, variable, false, { covariant: 0 })) {
    // The bound may contradict those of the name; then the type stays as it is.
    const normalized = t;
    return orElse(() => instantiateUnionAll(normalized, varUpper(variable)), normalized);
  }
  return t;
}
