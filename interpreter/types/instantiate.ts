// Making instances of parametric types: substitution, normalization, and the definition of one instance.
//
// `substitute` replaces variables by values in a type and rebuilds what changes. `instantiate` makes the DataType of a
// name with given parameters, or finds it: it normalizes the parameters, so that equal types become one object, checks
// them against the declared bounds, and works out supertype and field types. A type may mention itself in its own
// supertype or fields; a list of the instances in the making resolves that to a fixed point.
//
// Failure has three modes, given as `mode`. 0 raises the Julia error. 1 gives 0 (the null reference) instead. 2 does,
// too, but also accepts that a failure in covariant position merely drops that part (the result is then too small):
// intersection wants that.
//
// What bounds the recursion: the depth of the type, and for definitions that grow when instantiated (`struct A{T} <:
// B{A{A{T}}}`) nothing, as in Julia: JavaScript's stack ends it with a RangeError, which the VM reports as a
// StackOverflowError.

import type { SymbolRef } from '../memory/layout.ts';
import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readU8,
  readU16,
  type SvecRef,
  type TypeNameRef,
  type TypeRef,
  typeOf,
  writeRef,
  writeU16,
  writeU32,
} from '../memory/layout.ts';
import { DataType, DataTypeFlag, TypeName, TypeNameFlag } from '../memory/objects.ts';
import { datatype, EmptyTupleType, emptySvec, wrapper } from '../memory/wellknown.ts';
import { symbolName } from '../runtime/symbols.ts';
import { svecGet, svecLength, svecOf, svecSet, svecUninitialized, unboxInt64 } from '../runtime/values.ts';
import { boxedFieldAt } from './boxedfield.ts';
import { cacheInstance, keyHash, keyMatches, lookupInstance, maybeSubtypeOfCache } from './cache.ts';
import { newBareDataType, newTypeVar, newUnion, newUnionAll, newVararg } from './construct.ts';
import { orElse, throwError, throwTypeError } from './errors.ts';
import { computeLayout } from './fieldlayout.ts';
import {
  AnyType,
  Bottom,
  GenericMemoryName,
  GenericMemoryRefName,
  hasFlag,
  hasNameFlag,
  Int64Type,
  isBits,
  isConcrete,
  isDataType,
  isInt64,
  isKind,
  isNamedTupleType,
  isSymbol,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  isVarargTuple,
  ModuleType,
  NamedTupleName,
  nameText,
  param,
  paramCount,
  parametersOf,
  rawFieldTypes,
  SymbolType,
  setFlag,
  superOf,
  TupleName,
  TupleType,
  TypeofBottomType,
  TypeTypeName,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  varargElement,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
  wrapperOf,
} from './kinds.ts';
import { layoutOffset } from './layoutaccess.ts';
import { isSubtype, typesEqual } from './relation/subtype.ts';
import { typeUnion } from './union.ts';
import { hasFreeVars, hasVar, type TypeEnvironment } from './variables.ts';

/** What becomes of an instantiation that Julia rejects: see the head of this file. */
export type FailureMode = 0 | 1 | 2;

interface InProgress {
  readonly type: DataTypeRef;
  readonly outer: InProgress | null;
}

/** Modes for positions that must be exact: a failure there is a failure of the whole. */
const strict = (mode: FailureMode): FailureMode => (mode === 0 ? 0 : 1);

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
function wrapperIn(t: Ref): Ref {
  t = unwrapUnionAll(t);
  if (isDataType(t)) return wrapperOf(typeNameOf(t));
  if (isUnion(t)) {
    const first = wrapperIn(unionA(t));
    return first !== NULL ? first : wrapperIn(unionB(t));
  }
  return isTypeVar(t) ? wrapperIn(varUpper(t)) : NULL;
}

/** Gives the wrapper itself for a type that is equal to one but written differently. */
function preferWrapper(t: Ref): Ref {
  const w = wrapperIn(t);
  return w !== NULL && w !== t && !hasFreeVars(t) && typesEqual(t, w) ? w : t;
}

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
function fillTuple(count: number, element: Ref, check: boolean, mode: FailureMode): Ref {
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

// One instance

/** Is the value `t` within bounds? Variables and types with free ones are not checked. */
export function withinBounds(t: Ref, lower: Ref, upper: Ref): boolean {
  if (isTypeVar(t) || hasFreeVars(t)) return true;
  if (!isType(t)) return lower === Bottom && upper === AnyType;
  return (hasFreeVars(lower) || isSubtype(lower, t)) && (hasFreeVars(upper) || isSubtype(t, upper));
}

/** Checks parameters against the bounds that `name` was declared with. False (or an error) when one is outside. */
function checkBounds(name: TypeNameRef, parameters: readonly Ref[], mode: FailureMode): boolean {
  const variables: Ref[] = [];
  const lowers: Ref[] = [];
  const uppers: Ref[] = [];
  for (let w = wrapperOf(name); isUnionAll(w); w = unionAllBody(w)) {
    const variable = unionAllVar(w);
    variables.push(variable);
    lowers.push(varLower(variable));
    uppers.push(varUpper(variable));
  }
  for (let i = 0; i < parameters.length; i++) {
    let variable = variables[i];
    if (!withinBounds(parameters[i], lowers[i], uppers[i])) {
      if (mode !== 0) return false;
      if (varLower(variable) !== lowers[i] || varUpper(variable) !== uppers[i])
        variable = newTypeVar(varName(variable), lowers[i], uppers[i]);
      throwTypeError(
        symbolName(readRef<SymbolRef>(name, TypeName.name)),
        symbolName(varName(variable)),
        variable,
        parameters[i],
      );
    }
    for (let j = i + 1; j < variables.length; j++) {
      if (lowers[j] !== Bottom && lowers[j] !== AnyType) {
        lowers[j] = substituteVar(lowers[j], variable, parameters[i], strict(mode));
        if (lowers[j] === NULL) return false;
      }
      if (uppers[j] !== AnyType && uppers[j] !== Bottom) {
        uppers[j] = substituteVar(uppers[j], variable, parameters[i], mode === 0 ? 0 : 2);
        if (uppers[j] === NULL) return false;
      }
    }
  }
  return true;
}

/** `t` with one variable replaced. */
export function substituteVar(t: Ref, variable: Ref, value: Ref, mode: FailureMode = 0): Ref {
  if (value === variable) return t;
  return substitute(t, { variable, value, outer: null }, true, isTypeVar(value) ? 0 : mode);
}

/** Sets hash and flags that follow from name and parameters. */
export function deriveFlags(t: DataTypeRef, cacheable: boolean): void {
  const name = typeNameOf(t);
  const tuple = name === TupleName;
  const kept = readU16(t, DataType.flags);
  let free = false;
  let concrete = (readU8(name, TypeName.flags) & TypeNameFlag.abstract) === 0;
  let dispatch = tuple;
  let hasInstances = (kept & DataTypeFlag.has_concrete_subtype) !== 0;
  let maybeSub = true;
  const n = paramCount(t);
  const parameters = new Array<Ref>(n);
  for (let i = 0; i < n; i++) {
    let p = param(t, i);
    parameters[i] = p;
    const own = hasFreeVars(p);
    if (own) {
      free = true;
      concrete = false;
    }
    if (tuple) {
      concrete &&= isConcrete(p) || p === Bottom;
      dispatch &&=
        isDataType(p) &&
        ((!isKind(p) && isConcrete(p)) ||
          p === TypeofBottomType ||
          (typeNameOf(p) === TypeTypeName && !hasFlag(p, DataTypeFlag.hasfreetypevars)));
    }
    if (isVararg(p)) p = varargT(p);
    if (tuple && p !== NULL && ((!isType(p) && !isTypeVar(p)) || p === Bottom)) hasInstances = false;
    maybeSub &&= p === NULL || maybeSubtypeOfCache(p, tuple) || !hasFreeVars(p);
  }
  if (name === TypeTypeName) {
    const p = parameters[0];
    if (!isType(p) && !isTypeVar(p)) hasInstances = false;
    maybeSub = true;
    const inner = unwrapUnionAll(p);
    if (!isDataType(inner) || wrapperOf(typeNameOf(inner)) !== p) cacheable = false;
  }
  const mask =
    DataTypeFlag.hasfreetypevars |
    DataTypeFlag.isconcretetype |
    DataTypeFlag.isdispatchtuple |
    DataTypeFlag.has_concrete_subtype |
    DataTypeFlag.maybe_subtype_of_cache;
  const flags =
    (free ? DataTypeFlag.hasfreetypevars : 0) |
    (concrete ? DataTypeFlag.isconcretetype : 0) |
    (dispatch ? DataTypeFlag.isdispatchtuple : 0) |
    (hasInstances ? DataTypeFlag.has_concrete_subtype : 0) |
    (maybeSub ? DataTypeFlag.maybe_subtype_of_cache : 0);
  writeU16(t, DataType.flags, (kept & ~mask) | flags);
  writeU32(t, DataType.hash, keyHash(name, parameters, cacheable));
}

function lookupInProgress(stack: InProgress | null, name: TypeNameRef, parameters: readonly Ref[]): Ref {
  for (let s = stack; s !== null; s = s.outer)
    if (typeNameOf(s.type) === name && keyMatches(s.type, parameters)) return s.type;
  return NULL;
}

/**
 * May a tuple type with this element be kept in the cache? A concrete type and a closed `Type{T}` are objects that stand
 * for themselves; any other element may be written differently in an equal type.
 */
const isLeafElement = (t: Ref): boolean => isConcrete(t) || (isTypeType(t) && !hasFreeVars(t));

/**
 * The instance of the name of `t` with `parameters`.
 *
 * @param t a DataType of that name whose supertype and fields `env` can be substituted into
 * @param parameters may be changed: normalized in place
 */
export function instantiate(
  t: DataTypeRef,
  parameters: Ref[],
  env: TypeEnvironment | null,
  stack: InProgress | null,
  check: boolean,
  mode: FailureMode,
): Ref {
  const name = typeNameOf(t);
  const tuple = name === TupleName;
  let cacheable = true;
  if (tuple) {
    for (let i = 0; i < parameters.length; i++) {
      let p = parameters[i];
      if (isVararg(p) && varargElement(p) === Bottom) {
        const length = varargN(p);
        // No elements can follow, whatever the length; a definite length other than 0 is an error.
        if (length === NULL || (isInt64(length) && unboxInt64(length) === 0)) {
          parameters.length = i;
          break;
        }
        if (isInt64(length)) p = Bottom;
      }
      if (p === Bottom) {
        if (mode !== 0) return NULL;
        throwError('Tuple field type cannot be Union{}');
      }
      cacheable &&= isLeafElement(p);
    }
  } else for (let i = 0; cacheable && i < parameters.length; i++) cacheable = !hasFreeVars(parameters[i]);
  if (parameters.length === 0) return EmptyTupleType;
  if (cacheable) {
    const found = lookupInstance(name, parameters);
    if (found !== NULL) return found;
  }
  if (check) {
    for (let i = 0; i < parameters.length; i++) {
      const p = parameters[i];
      if (p === Bottom || isDataType(p) || isVararg(p) || (!cacheable && hasFreeVars(p)) || !isType(p)) continue;
      const w = wrapperIn(p);
      if (
        w !== NULL &&
        w !== p &&
        (name !== TypeTypeName || typeOf(p) === typeOf(w)) &&
        !hasFreeVars(p) &&
        typesEqual(p, w)
      )
        parameters[i] = w;
    }
    if (name === TypeTypeName) {
      const p = parameters[0];
      if (isDataType(p) && typeNameOf(p) === TypeTypeName && param(p, 0) === Bottom) parameters[0] = TypeofBottomType;
    }
    if (cacheable) {
      const found = lookupInstance(name, parameters);
      if (found !== NULL) return found;
    }
  }
  let pending = lookupInProgress(stack, name, parameters);
  if (pending !== NULL) return pending;
  if (check && !tuple && !checkBounds(name, parameters, mode)) return NULL;

  const last = parameters[parameters.length - 1];
  if (tuple && isVararg(last)) {
    const element = varargElement(last);
    const length = varargN(last);
    if (parameters.length === 1 && element === AnyType && length === NULL) return TupleType;
    if (length !== NULL && isInt64(length)) {
      const count = unboxInt64(length);
      if (count === 0 || !hasFreeVars(element)) {
        if (parameters.length === 1) return fillTuple(count, element, false, 0);
        return instantiate(
          TupleType,
          [...parameters.slice(0, -1), ...new Array<Ref>(count).fill(element)],
          null,
          null,
          check,
          mode,
        );
      }
    }
  }
  if (check && name !== TypeTypeName) {
    let changed = false;
    if (tuple) cacheable = true;
    for (let i = 0; i < parameters.length; i++) {
      const normalized = normalizeUnionAlls(parameters[i]);
      changed ||= normalized !== parameters[i];
      parameters[i] = normalized;
      if (tuple) cacheable &&= isLeafElement(normalized);
    }
    if (changed) {
      if (cacheable) {
        const found = lookupInstance(name, parameters);
        if (found !== NULL) return found;
      }
      pending = lookupInProgress(stack, name, parameters);
      if (pending !== NULL) return pending;
    }
  }
  return define(t, name, parameters, env, stack, check, mode, cacheable);
}

/** Makes the instance that the checks above did not find. */
function define(
  t: DataTypeRef,
  name: TypeNameRef,
  parameters: Ref[],
  env: TypeEnvironment | null,
  outer: InProgress | null,
  check: boolean,
  mode: FailureMode,
  cacheable: boolean,
): Ref {
  const vector = svecOf(parameters);
  const tuple = name === TupleName;
  const namedTuple = name === NamedTupleName;
  let types = NULL as SvecRef;
  if (tuple) types = vector;
  else if (namedTuple) {
    types = namedTupleTypes(parameters, mode);
    if (types === NULL) return NULL;
  } else if (name === GenericMemoryName || name === GenericMemoryRefName) {
    const [atomic, , space] = parameters;
    if (!isTypeVar(atomic) && !isSymbol(atomic)) {
      if (mode !== 0) return NULL;
      throwTypeError('GenericMemory', 'isatomic parameter', SymbolType, atomic);
    }
    if (!isTypeVar(space) && typeNameOf(typeOf(space)) !== typeNameOf(datatype('AddrSpace'))) {
      if (mode !== 0) return NULL;
      throwTypeError('GenericMemory', 'addrspace parameter', wrapper('AddrSpace'), space);
    }
  }
  const made = newBareDataType(name, vector);
  const stack: InProgress = { type: made, outer };
  setFlag(made, DataTypeFlag.isprimitivetype, hasFlag(t, DataTypeFlag.isprimitivetype));
  setFlag(made, DataTypeFlag.ismutationfree, hasFlag(t, DataTypeFlag.ismutationfree));
  if (types !== NULL) writeRef(made, DataType.types, types);
  const body = unwrapUnionAll(wrapperOf(name)) as DataTypeRef;
  deriveFlags(made, cacheable);
  if (layoutOffset(body) !== 0) computeLayout(made);
  if (tuple || namedTuple) writeRef(made, DataType.super, AnyType);
  else if (superOf(t) !== NULL) {
    const parent = substitute(superOf(t), env, check, mode, stack);
    if (parent === NULL) return NULL;
    writeRef(made, DataType.super, parent);
  }
  let declared = rawFieldTypes(t);
  if (declared === NULL) declared = rawFieldTypes(body);
  if (declared === NULL || superOf(t) === NULL) {
    // The definition is not complete: supertype and fields are filled in when it is.
    const partial = readRef<SvecRef>(name, TypeName.partial);
    const grown = partial === NULL ? [] : svecArray(partial);
    grown.push(made);
    writeRef(name, TypeName.partial, svecOf(grown));
  } else if (!namedTuple && !tuple) {
    if (svecLength(declared) === 0) writeRef(made, DataType.types, declared);
    else if (cacheable) {
      if (rawFieldTypes(t) === NULL) computeFieldTypes(made, stack);
      else writeRef(made, DataType.types, substituteFields(declared, env, stack));
    }
  }
  if (cacheable) {
    if (layoutOffset(made) === 0 && rawFieldTypes(made) !== NULL && hasFlag(made, DataTypeFlag.isconcretetype))
      computeLayout(made);
    cacheInstance(made);
  }
  return made;
}

function svecArray(vector: SvecRef): Ref[] {
  const result: Ref[] = [];
  for (let i = 0, n = svecLength(vector); i < n; i++) result.push(svecGet(vector, i));
  return result;
}

/** Field types of `NamedTuple{names, types}`, 0 when the parameters do not fit and `mode` is not 0. */
function namedTupleTypes(parameters: readonly Ref[], mode: FailureMode): SvecRef {
  const [names, values] = parameters;
  if (hasFreeVars(names) || hasFreeVars(values)) return emptySvec;
  const fail = (raise: () => never): SvecRef => (mode === 0 ? raise() : (NULL as SvecRef));
  const tupleType = typeOf(names);
  if (!isTupleType(tupleType)) return fail(() => throwTypeError('NamedTuple', 'names', TupleType, names));
  const count = paramCount(tupleType);
  const seen = new Set<Ref>();
  for (let i = 0; i < count; i++) {
    const fieldName = boxedFieldAt(names, i);
    if (!isSymbol(fieldName)) return fail(() => throwTypeError('NamedTuple', 'name', SymbolType, fieldName));
    if (seen.has(fieldName))
      return fail(() => throwError(`duplicate field name in NamedTuple: "${symbolName(fieldName)}" is not unique`));
    seen.add(fieldName);
  }
  if (values === Bottom && count > 0) return svecOf(new Array<Ref>(count).fill(Bottom));
  if (!isDataType(values)) throwError('NamedTuple field type must be a tuple datatype');
  if (isVarargTuple(values) || paramCount(values) !== count)
    return fail(() => throwError('NamedTuple names and field types must have matching lengths'));
  return parametersOf(values);
}

/** Field types with variables replaced; a field whose type becomes invalid can hold nothing. */
function substituteFields(types: SvecRef, env: TypeEnvironment | null, stack: InProgress | null): SvecRef {
  const n = svecLength(types);
  const result = svecUninitialized(n);
  for (let i = 0; i < n; i++) {
    const type = orElse(() => substitute(svecGet(types, i), env, true, 0, stack), Bottom);
    svecSet(result, i, isType(type) || isTypeVar(type) ? type : Bottom);
  }
  return result;
}

function environmentOf(body: Ref, instance: Ref): TypeEnvironment | null {
  let env: TypeEnvironment | null = null;
  for (let i = 0, n = paramCount(body); i < n; i++)
    env = { variable: param(body, i), value: param(instance, i), outer: env };
  return env;
}

/** Works out the field types of an instance and stores them. Raises when the definition is not complete. */
export function computeFieldTypes(t: DataTypeRef, stack: InProgress | null = null): SvecRef {
  const body = unwrapUnionAll(wrapperOf(typeNameOf(t)));
  const declared = rawFieldTypes(body);
  if (declared === NULL) throwError(`cannot determine field types of incomplete type ${nameText(t)}`);
  if (paramCount(body) === 0) return declared;
  const types = substituteFields(declared, environmentOf(body, t), { type: t, outer: stack });
  writeRef(t, DataType.types, types);
  return types;
}

/** Completes the instances of `t`'s name that were made before its supertype and fields were known. */
export function completePartialInstances(t: DataTypeRef): void {
  const name = typeNameOf(t);
  const partial = readRef<SvecRef>(name, TypeName.partial);
  if (partial === NULL || paramCount(t) === 0) return;
  const stack: InProgress = { type: t, outer: null };
  const pending = svecArray(partial);
  for (const instance of pending)
    writeRef(instance, DataType.super, substitute(superOf(t), environmentOf(t, instance), true, 0, stack));
  const types = rawFieldTypes(t);
  if (types === NULL) return;
  for (const instance of pending) {
    if (svecLength(types) === 0) {
      writeRef(instance, DataType.types, types);
    } else writeRef(instance, DataType.types, substituteFields(types, environmentOf(t, instance), stack));
    if (hasFlag(instance, DataTypeFlag.isconcretetype) && !hasNameFlag(name, TypeNameFlag.abstract))
      computeLayout(instance as DataTypeRef);
  }
  writeRef(name, TypeName.partial, NULL);
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
