// Substitution: replacing variables by values in a type, and rebuilding what changes.
//
// What is rebuilt goes through instance.ts (DataTypes) and union.ts (unions), which normalize and check it. Failure has
// three modes, given as `mode`. 0 raises the Julia error. 1 gives 0 (the null reference) instead. 2 does, too, but also
// accepts that a failure in covariant position merely drops that part (the result is then too small): intersection
// wants that.
//
// What bounds the recursion: the depth of the type, and for definitions that grow when instantiated (`struct A{T} <:
// B{A{A{T}}}`) nothing, as in Julia: JavaScript's stack ends it with a RangeError, which the VM reports as a
// StackOverflowError.

import { type DataTypeRef, NULL, type Ref, type TypeRef } from '../memory/layout.ts';
import { DataTypeFlag } from '../memory/objects.ts';
import { wrapper } from '../memory/wellknown.ts';
import { unboxInt64 } from '../runtime/values.ts';
import { newTypeVar, newUnion, newUnionAll, newVararg } from './construct.ts';
import { throwError, throwTypeError } from './errors.ts';
import { type InProgress, instantiate } from './instance.ts';
import {
  Bottom,
  hasFlag,
  Int64Type,
  isDataType,
  isInt64,
  isType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  param,
  paramCount,
  TupleName,
  TupleType,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
} from './kinds.ts';
import { isValidParameter, normalizeUnionAlls, preferWrapper } from './normalize.ts';
import { typeUnion } from './union.ts';
import { hasVar, type TypeEnvironment } from './variables.ts';

/** What becomes of an instantiation that Julia rejects: see the head of this file. */
export type FailureMode = 0 | 1 | 2;

/** Modes for positions that must be exact: a failure there is a failure of the whole. */
export const strict = (mode: FailureMode): FailureMode => (mode === 0 ? 0 : 1);

// Substitution

/**
 * `t` with the variables of `env` replaced. Returns 0 when that is invalid and `mode` is not 0.
 *
 * @param check normalize and check bounds; without it only for renaming variables
 */
export function substitute(
  t: Ref,
  env: TypeEnvironment | null,
  check = true,
  mode: FailureMode = 0,
  stack: InProgress | null = null,
): Ref {
  if (isTypeVar(t)) {
    for (let e = env; e !== null; e = e.outer) if (e.variable === t) return e.value;
    return t;
  }
  if (isDataType(t)) {
    if (!hasFlag(t, DataTypeFlag.hasfreetypevars)) return t;
    if (typeNameOf(t) === TupleName) return substituteTuple(t, env, check, mode, stack);
    const n = paramCount(t);
    const parameters = new Array<Ref>(n);
    let changed = false;
    for (let i = 0; i < n; i++) {
      const old = param(t, i);
      const now = substitute(old, env, check, strict(mode), stack);
      if (now === NULL) return NULL;
      parameters[i] = now;
      changed ||= now !== old;
    }
    return changed ? instantiate(t, parameters, env, stack, check, mode) : t;
  }
  if (isUnionAll(t)) return substituteUnionAll(t, env, check, mode, stack);
  if (isUnion(t)) {
    const oldA = unionA(t);
    const oldB = unionB(t);
    let a = substitute(oldA, env, check, mode, stack);
    let b = substitute(oldB, env, check, mode, stack);
    if (mode !== 0) {
      if (a !== NULL && !isTypeVar(a) && !isType(a)) a = NULL;
      if (b !== NULL && !isTypeVar(b) && !isType(b)) b = NULL;
    }
    if (a === oldA && b === oldB) return t;
    if (a === NULL || b === NULL) return mode === 1 ? NULL : a === NULL ? b : a;
    return check ? typeUnion([a, b]) : newUnion(a, b);
  }
  if (isVararg(t)) {
    const oldT = varargT(t);
    const oldN = varargN(t);
    if (oldT === NULL) return t;
    let element = substitute(oldT, env, check, mode, stack);
    if (element === NULL) {
      if (mode !== 2) return NULL;
      element = Bottom;
    }
    let length: Ref = NULL;
    if (oldN !== NULL) {
      length = substitute(oldN, env, check, strict(mode), stack);
      if (length === NULL) return NULL;
    }
    return element === oldT && length === oldN ? t : wrapVararg(element, length, check, mode);
  }
  return t;
}

const isBound = (t: Ref): boolean => isType(t) || isTypeVar(t);

function substituteUnionAll(
  t: Ref,
  env: TypeEnvironment | null,
  check: boolean,
  mode: FailureMode,
  stack: InProgress | null,
): Ref {
  const variable = unionAllVar(t);
  const oldLower = varLower(variable);
  const oldUpper = varUpper(variable);
  const lower = substitute(oldLower, env, check, strict(mode), stack);
  if (lower === NULL) return NULL;
  let now: Ref = variable;
  const upper = substitute(oldUpper, env, check, mode, stack);
  if (upper === NULL) {
    if (lower !== Bottom) return NULL;
    now = Bottom;
  } else if (mode !== 0 && !(isBound(lower) && isBound(upper))) return NULL;
  else if (lower !== oldLower || upper !== oldUpper) now = newTypeVar(varName(variable), lower, upper);
  const body = unionAllBody(t);
  const newBody = substitute(body, { variable, value: now, outer: env }, check, mode, stack);
  if (newBody === NULL) return NULL;
  // The variable may be gone: NTuple{0,T} is Tuple{}.
  if (!hasVar(newBody, now)) return newBody;
  return newBody !== body || now !== variable ? newUnionAll(now, newBody) : t;
}

function substituteTuple(
  t: DataTypeRef,
  env: TypeEnvironment | null,
  check: boolean,
  mode: FailureMode,
  stack: InProgress | null,
): Ref {
  const n = paramCount(t);
  // Tuple{Vararg{T,N}} with both known, as in Dims{3}, becomes a plain tuple at once.
  if (n === 1 && isVararg(param(t, 0))) {
    const only = param(t, 0);
    let element: Ref = NULL;
    let length: Ref = NULL;
    for (let e = env; e !== null; e = e.outer) {
      if (e.variable === varargT(only)) element = e.value;
      else if (e.variable === varargN(only)) length = e.value;
    }
    if (element !== NULL && length !== NULL && isInt64(length)) {
      const count = unboxInt64(length);
      if (count >= 0) return fillTuple(count, element, check, mode);
      if (mode !== 0) return NULL;
      throwError(`Vararg length is negative: ${count}`);
    }
  }
  const parameters = new Array<Ref>(n);
  let changed = false;
  for (let i = 0; i < n; i++) {
    const old = param(t, i);
    let now = substitute(old, env, check, mode, stack);
    if (now === NULL) {
      if (mode === 1 || (i === n - 1 && isVararg(old))) return NULL;
      now = Bottom;
    }
    parameters[i] = now;
    changed ||= now !== old;
  }
  return changed ? instantiate(t, parameters, env, stack, check, mode) : t;
}

/** `NTuple{count, element}` */
export function fillTuple(count: number, element: Ref, check: boolean, mode: FailureMode): Ref {
  if (check) {
    if (!isValidParameter(element)) {
      if (mode !== 0) return NULL;
      throwTypeError('Vararg', 'type', wrapper('Type'), element);
    }
    element = preferWrapper(normalizeUnionAlls(element));
  }
  return instantiate(TupleType, new Array<Ref>(count).fill(element), null, null, false, mode);
}

/** `Vararg{element, length}`, checked and normalized; 0 for what is left out. */
export function wrapVararg(element: Ref, length: Ref, check = true, mode: FailureMode = 0): Ref {
  if (check) {
    if (length !== NULL && !isTypeVar(length) && !isUnion(unwrapUnionAll(length))) {
      if (!isInt64(length)) {
        if (mode !== 0) return NULL;
        throwTypeError('Vararg', 'count', Int64Type, length);
      }
      if (unboxInt64(length) < 0) {
        if (mode !== 0) return NULL;
        throwError(`Vararg length is negative: ${unboxInt64(length)}`);
      }
    }
    if (element !== NULL) {
      if (!isValidParameter(element)) {
        if (mode !== 0) return NULL;
        throwTypeError('Vararg', 'type', wrapper('Type'), element);
      }
      element = preferWrapper(normalizeUnionAlls(element));
    }
  }
  return newVararg(element, length);
}

/** `t` with one variable replaced. */
export function substituteVar(t: Ref, variable: Ref, value: Ref, mode: FailureMode = 0): Ref {
  if (value === variable) return t;
  return substitute(t, { variable, value, outer: null }, true, isTypeVar(value) ? 0 : mode);
}

// Entry points

/** `u{p}` for a UnionAll: its variable replaced by `p`; bounds of the variable itself are not checked. */
export const instantiateUnionAll = (u: Ref, p: Ref): TypeRef =>
  substitute(unionAllBody(u), { variable: unionAllVar(u), value: p, outer: null }) as TypeRef;

/** The same UnionAll with a fresh variable. */
export function renameUnionAll(u: Ref): Ref {
  const variable = unionAllVar(u);
  const fresh = newTypeVar(varName(variable), varLower(variable), varUpper(variable));
  return newUnionAll(fresh, substitute(unionAllBody(u), { variable, value: fresh, outer: null }, false));
}

/** `Tuple{parameters...}`; `parameters` may be changed. */
export const applyTupleType = (parameters: Ref[], check = true): DataTypeRef =>
  instantiate(TupleType, parameters, null, null, check, 0) as DataTypeRef;

/** `Type{t}` */
export const wrapType = (t: Ref): DataTypeRef => instantiateUnionAll(wrapper('Type'), t) as Ref as DataTypeRef;
