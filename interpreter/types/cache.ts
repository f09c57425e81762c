// The caches of type instances.
//
// Instances without free variables are unique: each TypeName keeps those made so far, a hash table in `cache` (open
// addressing, `nothing` in empty places) for those whose hash does not depend on how a type is written, and a list in
// `linearcache` for the others (parameters that are Unions, or wrap them). `Type{Array}` and its like sit in the
// TypeName of the parameter (`Typeofwrapper`). Keys are compared by type equality, so `Vector{Union{Int,String}}` and
// `Vector{Union{String,Int}}` are one object.
//
// All of it is in the heap; there is nothing else to keep in step.

import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readU32,
  type SvecRef,
  setRefAt,
  type TypeNameRef,
  typeOf,
  writeRef,
} from '../memory/layout.ts';
import { DataType, DataTypeFlag, TypeName, TypeNameFlag } from '../memory/objects.ts';
import { nothing } from '../memory/wellknown.ts';
import { svecGet, svecLength, svecSet, svecUninitialized, unboxInt64 } from '../runtime/values.ts';
import { mixHash, nameHash, valueHash } from './egal.ts';
import {
  Bottom,
  hasFlag,
  hasNameFlag,
  isConcrete,
  isDataType,
  isInt64,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  param,
  paramCount,
  parametersOf,
  TupleName,
  TypeofBottomType,
  TypeTypeName,
  typeNameOf,
  unionA,
  unionB,
  unwrapUnionAll,
  varargElement,
  varargN,
  varLower,
  varUpper,
  wrapperOf,
} from './kinds.ts';
import { typesEqual } from './relation/questions.ts';

/**
 * Hash of a type that equal types share; 0 when there is none, because the type can be written in several ways. With
 * `anyway` a union contributes a hash that does not depend on the order of its members.
 */
export function typeHash(t: Ref, anyway = false): number {
  const inner = isUnionAll(t) ? unwrapUnionAll(t) : t;
  if (isDataType(inner)) {
    const hash = readU32(inner, DataType.hash);
    return hash !== 0 || !anyway ? hash : keyHash(typeNameOf(inner), paramsOf(inner), true);
  }
  // The variable's name and lower bound may be normalized away between equal types.
  if (isTypeVar(inner)) return typeHash(varUpper(inner), anyway);
  if (isUnion(inner)) return anyway ? (typeHash(unionA(inner), true) + typeHash(unionB(inner), true)) >>> 0 || 1 : 0;
  return valueHash(inner) || 1;
}

export function paramsOf(t: Ref): Ref[] {
  const vector = parametersOf(t);
  const result: Ref[] = [];
  for (let i = 0, n = svecLength(vector); i < n; i++) result.push(svecGet(vector, i));
  return result;
}

/** Hash of the instance of `name` with the given parameters; 0 when it has none (see `typeHash`). */
export function keyHash(name: TypeNameRef, parameters: readonly Ref[], anyway = false): number {
  if (name === TypeTypeName && parameters[0] === Bottom) return readU32(TypeofBottomType, DataType.hash);
  let hash = 3;
  for (let i = 0; i < parameters.length; i++) {
    let p = parameters[i];
    let repeats = 1;
    if (isVararg(p)) {
      const length = varargN(p);
      if (length !== NULL && isInt64(length)) repeats = unboxInt64(length);
      else hash = mixHash(0x064e1aab, hash);
      p = varargElement(p);
    }
    const own = typeHash(p, anyway);
    if (own === 0) return 0;
    while (repeats-- > 0) hash = mixHash(own, hash);
  }
  return mixHash(~nameHash(name), hash) || 1;
}

/** Could a type equal to `t`, though not the same object, be a subtype of a cached type? Conservatively true. */
export function maybeSubtypeOfCache(t: Ref, covariant: boolean): boolean {
  const inner = isUnionAll(t) ? unwrapUnionAll(t) : t;
  if (isDataType(inner)) return hasFlag(inner, DataTypeFlag.maybe_subtype_of_cache);
  if (isUnion(inner))
    return maybeSubtypeOfCache(unionA(inner), covariant) && maybeSubtypeOfCache(unionB(inner), covariant);
  if (isTypeVar(inner) && !covariant) return varLower(inner) === varUpper(inner) || varLower(inner) !== Bottom;
  return true;
}

/** Could a supertype of `t` be a concrete type other than `t`? Conservatively true. */
function hasConcreteSupertype(t: Ref): boolean {
  const inner = isUnionAll(t) ? unwrapUnionAll(t) : t;
  if (isDataType(inner)) {
    if (hasNameFlag(typeNameOf(inner), TypeNameFlag.abstract) && typeNameOf(inner) !== TypeTypeName) return false;
    if (!hasFlag(inner, DataTypeFlag.maybe_subtype_of_cache)) return false;
    if (typeNameOf(inner) === TupleName) {
      for (let i = 0, n = paramCount(inner); i < n; i++) {
        const p = param(inner, i);
        if (!hasConcreteSupertype(isVararg(p) ? varargElement(p) : p)) return false;
      }
    }
    return true;
  }
  if (isUnion(inner)) return hasConcreteSupertype(unionA(inner)) && hasConcreteSupertype(unionB(inner));
  if (inner === Bottom) return true;
  if (isTypeVar(inner)) return hasConcreteSupertype(varUpper(inner));
  return false;
}

/** True when the two types are equal only if they are the same object; a test of a few flags. */
export function equalityIsIdentity(a: Ref, b: Ref): boolean {
  const concreteA = isConcrete(a);
  const concreteB = isConcrete(b);
  if (concreteA && concreteB) {
    if (typeNameOf(a) !== TupleName || typeNameOf(b) !== TupleName) return true;
    if (hasFlag(a, DataTypeFlag.has_concrete_subtype) && hasFlag(b, DataTypeFlag.has_concrete_subtype)) return true;
  }
  if (concreteA && !hasConcreteSupertype(b)) return true;
  return concreteB && !hasConcreteSupertype(a);
}

/** Is `type` the instance with these parameters? */
export function keyMatches(type: Ref, parameters: readonly Ref[]): boolean {
  const own = parametersOf(type);
  const n = svecLength(own);
  if (n !== parameters.length) return false;
  const name = typeNameOf(type);
  if (name === TypeTypeName) {
    const p = svecGet(own, 0);
    const q = parameters[0];
    // The kind must agree: what a method sees as typeof its argument may not depend on who was cached first.
    return p === q || (typeOf(p) === typeOf(q) && typesEqual(p, q));
  }
  for (let i = 0; i < n; i++) {
    const p = svecGet(own, i);
    const q = parameters[i];
    if (p === q) continue;
    if (name === TupleName && (isTypeType(p) || isTypeType(q))) return false;
    if (equalityIsIdentity(p, q) || !typesEqual(p, q)) return false;
  }
  return true;
}

const maxProbe = (size: number): number => (size <= 1024 ? 16 : size >>> 6);

/** The name whose `Typeofwrapper` holds `Type{p}`, when p is that name's wrapper; else 0. */
function wrappedName(p: Ref): Ref {
  const inner = unwrapUnionAll(p);
  if (!isDataType(inner)) return NULL;
  const name = typeNameOf(inner);
  return wrapperOf(name) === p ? name : NULL;
}

/** The instance of `name` with the given parameters, or 0 when it has not been made. */
export function lookupInstance(name: TypeNameRef, parameters: readonly Ref[]): DataTypeRef {
  if (name === TypeTypeName) {
    const wrapped = wrappedName(parameters[0]);
    if (wrapped !== NULL) return readRef<DataTypeRef>(wrapped, TypeName.Typeofwrapper);
  }
  const hash = keyHash(name, parameters);
  if (hash !== 0) {
    const table = readRef<SvecRef>(name, TypeName.cache);
    const size = svecLength(table);
    if (size === 0) return NULL as DataTypeRef;
    let index = hash & (size - 1);
    for (let probes = maxProbe(size); probes >= 0; probes--) {
      const type = svecGet<DataTypeRef>(table, index);
      if (type === nothing) break;
      if (readU32(type, DataType.hash) === hash && keyMatches(type, parameters)) return type;
      index = (index + 1) & (size - 1);
    }
    return NULL as DataTypeRef;
  }
  const list = readRef<SvecRef>(name, TypeName.linearcache);
  for (let i = 0, n = svecLength(list); i < n; i++) {
    const type = svecGet<DataTypeRef>(list, i);
    if (type === nothing) break;
    if (keyMatches(type, parameters)) return type;
  }
  return NULL as DataTypeRef;
}

function filled(length: number): SvecRef {
  const vector = svecUninitialized(length);
  for (let i = 0; i < length; i++) setRefAt(vector, i + 1, nothing);
  return vector;
}

function insertInto(table: SvecRef, type: Ref, hash: number): boolean {
  const size = svecLength(table);
  if (size <= 1) return false;
  let index = hash & (size - 1);
  for (let probes = Math.min(maxProbe(size), size - 1); probes >= 0; probes--) {
    if (svecGet(table, index) === nothing) {
      svecSet(table, index, type);
      return true;
    }
    index = (index + 1) & (size - 1);
  }
  return false;
}

function rehash(table: SvecRef, size: number): SvecRef {
  for (;;) {
    const larger = filled(size);
    let fits = true;
    for (let i = 0, n = svecLength(table); i < n && fits; i++) {
      const type = svecGet(table, i);
      if (type !== nothing) fits = insertInto(larger, type, readU32(type, DataType.hash));
    }
    if (fits) return larger;
    size *= 2;
  }
}

/** Enters a finished instance without free variables into the cache of its name. */
export function cacheInstance(type: DataTypeRef): void {
  const name = typeNameOf(type);
  if (name === TypeTypeName) {
    const wrapped = wrappedName(param(type, 0));
    if (wrapped !== NULL) {
      writeRef(wrapped, TypeName.Typeofwrapper, type);
      return;
    }
  }
  const hash = keyHash(name, paramsOf(type));
  if (hash !== 0) {
    let table = readRef<SvecRef>(name, TypeName.cache);
    while (!insertInto(table, type, hash)) {
      const size = svecLength(table);
      table = rehash(table, size < 16 ? 16 : size <= 256 || size >= 1 << 19 ? size * 2 : size * 4);
      writeRef(name, TypeName.cache, table);
    }
    return;
  }
  let list = readRef<SvecRef>(name, TypeName.linearcache);
  const length = svecLength(list);
  let used = length;
  while (used > 0 && svecGet(list, used - 1) === nothing) used--;
  if (used === length) {
    const larger = filled(length < 4 ? 4 : length * 2);
    for (let i = 0; i < length; i++) svecSet(larger, i, svecGet(list, i));
    writeRef(name, TypeName.linearcache, larger);
    list = larger;
  }
  svecSet(list, used, type);
}
