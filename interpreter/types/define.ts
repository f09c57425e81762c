// Defining types: what `struct`, `abstract type` and `primitive type` call, one step after the other.
//
// Lowering makes a definition in steps, since a type may mention itself: first the type with its parameters and field
// names, then its supertype, then, when an equal definition may exist already, the comparison with it, then the types of
// the fields. Instances made in between wait in TypeName.partial.
//
// A type that Core defines under a reserved name lands on its reserved place, so that the runtime's constants name it.

import { REGION_BASE, U32 } from '../../ffi/region.ts';
import { allocate, allocatePermanent } from '../memory/heap.ts';
import {
  type DataTypeRef,
  type ModuleRef,
  NULL,
  type Ref,
  readI32,
  readRef,
  readU8,
  type SvecRef,
  type SymbolRef,
  setTypeOf,
  type TypeNameRef,
  type TypeRef,
  typeOf,
  writeI32,
  writeRef,
  writeU8,
  writeWide,
} from '../memory/layout.ts';
import { DataType, DataTypeFlag, Module, TypeName, TypeNameFlag } from '../memory/objects.ts';
import { CoreModule, datatype, emptySvec, falseValue, reservedPlace, wrapper } from '../memory/wellknown.ts';
import { symbol, symbolHash, symbolName } from '../runtime/symbols.ts';
import { svecGet, svecLength, svecSet, unboxInt64 } from '../runtime/values.ts';
import { applyType } from './apply.ts';
import { paramsOf } from './cache.ts';
import { newBareDataType, newTypeVar, newUnion, newUnionAll, newVararg } from './construct.ts';
import { CORE_HASH, egal, mixHash, typesEgal } from './egal.ts';
import { orElse, throwError, throwTypeError } from './errors.ts';
import { computeLayout, setPrimitiveLayout } from './fieldlayout.ts';
import { completePartialInstances, deriveFlags } from './instance.ts';
import { applyTupleType, instantiateUnionAll, substituteVar } from './instantiate.ts';
import {
  DataTypeType,
  fieldNamesOf,
  hasFlag,
  hasNameFlag,
  Int64Type,
  isAbstractType,
  isDataType,
  isInt64,
  isMemoryType,
  isNamedTupleType,
  isPrimitiveType,
  isStructType,
  isSymbol,
  isTupleType,
  isType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  nameText,
  param,
  paramCount,
  rawFieldTypes,
  SimpleVectorType,
  SymbolType,
  setFlag,
  superOf,
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
  wrapperOf,
} from './kinds.ts';
import { layoutOffset, layoutSize } from './layoutaccess.ts';
import { isSubtype, typesEqual } from './relation/questions.ts';
import { rewrapUnionAll } from './union.ts';
import { hasFreeVars } from './variables.ts';

/** Where a type is to be put, for those that have a reserved place. */
export interface Place {
  readonly type: Ref;
  readonly typename: Ref;
  readonly wrapper: Ref;
}

/**
 * The name that the only object of a type goes by. Types of functions are called `#f`, of functions inside of others
 * `#f#outer##1`, of functions without a name `#1#2` or `#outer##1#outer##2`, whose name keeps its `#`.
 * Source: jl_demangle_typename in Julia's datatype.c.
 */
function singletonName(name: SymbolRef): SymbolRef {
  const text = symbolName(name);
  if (!text.startsWith('#')) return name;
  const parts = /^#([^#]*(?:##[^#]*)?)(?:#|$)/.exec(text);
  if (parts === null || parts[1] === '') return symbol(text.slice(1));
  return symbol(/^\d|^[^#]*##\d/.test(parts[1]) ? `#${parts[1]}` : parts[1]);
}

/** Makes a TypeName without wrapper. @param at its reserved place */
export function newTypeName(
  name: SymbolRef,
  module: Ref,
  abstract: boolean,
  mutable: boolean,
  at: Ref = NULL,
): TypeNameRef {
  const type = datatype('TypeName');
  let made = at as TypeNameRef;
  if (at === NULL) made = allocate(type, TypeName.$size) as TypeNameRef;
  else {
    setTypeOf(at, type);
    U32.fill(0, at << 1, (at << 1) + TypeName.$size / 4);
  }
  writeRef(made, TypeName.name, name);
  writeRef(made, TypeName.module, module);
  writeRef(made, TypeName.singletonname, singletonName(name));
  writeRef(made, TypeName.names, emptySvec);
  writeRef(made, TypeName.cache, emptySvec);
  writeRef(made, TypeName.linearcache, emptySvec);
  writeU8(made, TypeName.flags, (abstract ? TypeNameFlag.abstract : 0) | (mutable ? TypeNameFlag.mutable : 0));
  writeWide(made, TypeName.hash, mixHash(mixHash(moduleHash(module), symbolHash(name)), 0xa1ada1da));
  return made;
}

/** Hash of a module for the hashes of its types: from the names on the path, so that every process agrees. */
function moduleHash(module: Ref): number {
  // Core itself does not exist yet while its first types are made.
  if (module === NULL || module === CoreModule) return CORE_HASH;
  let hash = 17;
  for (let m = module, depth = 0; m !== NULL && depth < 64; depth++) {
    const name = readRef<SymbolRef>(m, Module.name);
    if (name === NULL) break;
    hash = mixHash(symbolHash(name), hash);
    const parent = readRef(m, Module.parent);
    if (parent === m) break;
    m = parent;
  }
  return hash;
}

/** What a definition says of a type. */
export interface Definition {
  readonly name: SymbolRef;
  readonly module: Ref;
  /** 0 while not known */
  readonly super: Ref;
  readonly parameters: SvecRef;
  readonly fieldNames: SvecRef;
  /** 0 while not known */
  readonly fieldTypes: SvecRef;
  readonly abstract: boolean;
  readonly mutable: boolean;
  /** How many fields `new` must be given at least. */
  readonly initialized: number;
  readonly place?: Place;
  /** The type's name is a variable's: the type of a function. */
  readonly attributes?: SvecRef;
}

/** Makes the type that a definition describes: DataType, TypeName, and the UnionAlls of a parametric type. */
export function newDataType(d: Definition): DataTypeRef {
  const fieldCount = svecLength(d.fieldNames);
  const place = d.place;
  const { atomic, constant } = readAttributes(d.attributes ?? emptySvec, fieldCount, d.mutable);
  const name = newTypeName(d.name, d.module, d.abstract, d.mutable, place === undefined ? NULL : place.typename);
  if (place !== undefined) {
    setTypeOf(place.type, DataTypeType);
    U32.fill(0, place.type << 1, (place.type << 1) + DataType.$size / 4);
  }
  const type = newBareDataType(name, d.parameters, place === undefined ? NULL : place.type);
  writeRef(type, DataType.super, d.super);
  writeRef(type, DataType.types, d.fieldTypes);
  writeRef(name, TypeName.names, d.fieldNames);
  writeI32(name, TypeName.n_uninitialized, fieldCount - d.initialized);
  setFieldBits(name, 'atomicfields', atomic);
  setFieldBits(name, 'constfields', constant);
  let w: Ref = type;
  for (let i = svecLength(d.parameters) - 1; i >= 0; i--) {
    const outermost = i === 0 && place !== undefined;
    if (outermost) setTypeOf(place.wrapper, datatype('UnionAll'));
    w = newUnionAll(svecGet(d.parameters, i), w, outermost ? place.wrapper : NULL);
  }
  writeRef(name, TypeName.wrapper, w);
  if (!d.mutable && !d.abstract && d.fieldTypes !== NULL)
    writeU8(name, TypeName.flags, readU8(name, TypeName.flags) | TypeNameFlag.mayinlinealloc);
  deriveFlags(type, false);
  if (!d.abstract && d.fieldTypes !== NULL) computeLayout(type);
  return type;
}

/** Reads `(index, attribute)` pairs. */
function readAttributes(
  attributes: SvecRef,
  fieldCount: number,
  mutable: boolean,
): { atomic: number[]; constant: number[] } {
  const atomic: number[] = [];
  const constant: number[] = [];
  for (let i = 0, n = svecLength(attributes); i + 1 < n; i += 2) {
    const index = svecGet(attributes, i);
    const attribute = svecGet(attributes, i + 1);
    if (!isInt64(index)) throwTypeError('typeassert', '', Int64Type, index);
    if (!isSymbol(attribute)) throwTypeError('typeassert', '', SymbolType, attribute);
    const at = unboxInt64(index);
    if (at < 1 || at > fieldCount) throwError(`invalid field attribute ${at}`);
    const text = symbolName(attribute);
    if (text !== 'atomic' && text !== 'const') throwError(`invalid field attribute ${text}`);
    if (!mutable) throwError(`invalid field attribute ${text} for immutable struct`);
    (text === 'atomic' ? atomic : constant).push(at - 1);
  }
  return { atomic, constant };
}

/** Stores which fields are atomic or constant (indices from 0) as a row of bits in permanent memory. */
export function setFieldBits(
  name: TypeNameRef,
  which: 'atomicfields' | 'constfields',
  indices: readonly number[],
): void {
  if (indices.length === 0) return;
  const words = (Math.max(...indices, svecLength(readRef<SvecRef>(name, TypeName.names)) - 1) >>> 5) + 1;
  const offset = allocatePermanent(words * 4);
  for (const index of indices) U32[(offset >>> 2) + (index >>> 5)] |= 1 << (index & 31);
  writeWide(name, TypeName[which], REGION_BASE + offset);
}

const placeFor = (module: ModuleRef, name: SymbolRef): { place: Place } | Record<string, never> => {
  const place = module === CoreModule ? reservedPlace(symbolName(name)) : undefined;
  // A place is used once: a second definition of the same name in Core is a type of its own.
  return place !== undefined && typeOf(place.typename) === NULL ? { place } : {};
};

/**
 * `Core._structtype(module, name, parameters, fieldnames, attributes, mutable, initialized)`: the type, without supertype
 * and field types yet. Returns its wrapper.
 */
export function structType(
  module: ModuleRef,
  name: SymbolRef,
  parameters: SvecRef,
  fieldNames: SvecRef,
  attributes: SvecRef,
  mutable: boolean,
  initialized: number,
): TypeRef {
  const type = newDataType({
    name,
    module,
    parameters,
    fieldNames,
    attributes,
    mutable,
    initialized,
    super: NULL,
    fieldTypes: NULL as SvecRef,
    abstract: false,
    ...placeFor(module, name),
  });
  return wrapperOf(typeNameOf(type)) as TypeRef;
}

/** `Core._abstracttype(module, name, parameters)` */
export function abstractType(module: ModuleRef, name: SymbolRef, parameters: SvecRef): TypeRef {
  const type = newDataType({
    name,
    module,
    parameters,
    fieldNames: emptySvec,
    mutable: false,
    initialized: 0,
    super: NULL,
    fieldTypes: emptySvec,
    abstract: true,
    ...placeFor(module, name),
  });
  return wrapperOf(typeNameOf(type)) as TypeRef;
}

/** A primitive type of `bits` bits with the given supertype (0: not known yet). */
export function newPrimitiveType(
  d: Omit<Definition, 'fieldNames' | 'fieldTypes' | 'abstract' | 'mutable' | 'initialized'>,
  bits: number,
): DataTypeRef {
  const type = newDataType({
    ...d,
    fieldNames: emptySvec,
    fieldTypes: emptySvec,
    abstract: false,
    mutable: false,
    initialized: 0,
  });
  setFlag(type, DataTypeFlag.isprimitivetype, true);
  // Made as a singleton without contents; a primitive type is neither.
  writeRef(type, DataType.instance, NULL);
  setPrimitiveLayout(type, bits / 8);
  setFlag(type, DataTypeFlag.isbitstype, hasFlag(type, DataTypeFlag.isconcretetype));
  setFlag(type, DataTypeFlag.ismutationfree, true);
  setFlag(type, DataTypeFlag.isidentityfree, true);
  return type;
}

/** `Core._primitivetype(module, name, parameters, bits)` */
export function primitiveType(module: ModuleRef, name: SymbolRef, parameters: SvecRef, bits: number): TypeRef {
  if (bits < 1 || bits >= 1 << 23 || (bits & 7) !== 0)
    throwError(`invalid number of bits in primitive type ${symbolName(name)}`);
  const type = newPrimitiveType({ name, module, parameters, super: NULL, ...placeFor(module, name) }, bits);
  return wrapperOf(typeNameOf(type)) as TypeRef;
}

/** `Core._setsuper!(type, super)` */
export function setSupertype(t: Ref, parent: Ref): void {
  const type = unwrapUnionAll(t);
  if (!isDataType(type)) throwTypeError('_setsuper!', '', DataTypeType, type);
  let error = '';
  if (!isDataType(parent)) error = 'can only subtype data types';
  else if (superOf(type) !== NULL) error = 'type already has a supertype';
  else if (typeNameOf(type) === typeNameOf(parent)) error = 'a type cannot subtype itself';
  else if (isTupleType(parent)) error = 'cannot subtype a tuple type';
  else if (isNamedTupleType(parent)) error = 'cannot subtype a named tuple type';
  else if (isSubtype(parent, wrapper('Type'))) error = 'cannot add subtypes to Type';
  else if (isSubtype(parent, datatype('Builtin'))) error = 'cannot add subtypes to Core.Builtin';
  else if (!isAbstractType(parent)) error = 'can only subtype abstract types';
  if (error !== '') throwError(`invalid subtyping in definition of ${nameText(type)}: ${error}.`);
  writeRef(type, DataType.super, parent);
}

/**
 * Could working out the layout of `t` need that of the type called `name`? Then that must not be stored inline.
 *
 * @param layout the layout of `t` itself is needed; `free`: variables of the definition may occur in it
 */
function mentions(t: Ref, name: TypeNameRef, layout: boolean, free: boolean): boolean {
  if (free && !hasFreeVars(t)) free = false;
  while (isUnionAll(t)) {
    const variable = unionAllVar(t);
    if (mentions(varLower(variable), name, false, free) || mentions(varUpper(variable), name, false, free)) return true;
    t = unionAllBody(t);
  }
  if (isUnion(t)) return mentions(unionA(t), name, layout, free) || mentions(unionB(t), name, layout, free);
  if (isVararg(t)) {
    const element = varargT(t);
    const length = varargN(t);
    return (
      (element !== NULL && mentions(element, name, layout, free)) ||
      (length !== NULL && mentions(length, name, layout, free))
    );
  }
  if (!isDataType(t)) return false;
  if (layout && typeNameOf(t) === name) return true;
  const body = unwrapUnionAll(wrapperOf(typeNameOf(t)));
  let inner = isMemoryType(t) || layoutOffset(body) === 0;
  if (!inner && free && svecLength(fieldNamesOf(t)) > 0) {
    const types = rawFieldTypes(body);
    for (let i = 0, n = svecLength(types); i < n && !inner; i++)
      inner = !isTypeVar(svecGet(types, i)) && hasFreeVars(svecGet(types, i));
  }
  for (let i = 0, n = paramCount(t); i < n; i++) if (mentions(param(t, i), name, inner, free)) return true;
  return false;
}

function sameFieldTypes(old: SvecRef, now: SvecRef): boolean {
  const n = svecLength(now);
  if (svecLength(old) !== n) return false;
  for (let i = 0; i < n; i++) {
    const a = svecGet(old, i);
    const b = svecGet(now, i);
    if (hasFreeVars(a)) {
      if (!hasFreeVars(b) || !typesEgal(a, b)) return false;
    } else if (hasFreeVars(b) || typeOf(a) !== typeOf(b) || !typesEqual(a, b)) return false;
  }
  return true;
}

/**
 * `Core._typebody!(previous, type, fieldtypes)`: completes a definition.
 *
 * @param previous an equal earlier definition whose variables the field types are written in, or `false`
 * @param types field types; 0 for an abstract or primitive type. May be changed.
 * @returns the type to bind: the previous one when nothing differs
 */
export function typeBody(previous: Ref, t: Ref, types: SvecRef): TypeRef {
  const type = unwrapUnionAll(t);
  if (!isDataType(type)) throwTypeError('_typebody!', '', DataTypeType, type);
  const name = typeNameOf(type);
  if (types !== NULL) {
    if (typeOf(types) !== SimpleVectorType) throwTypeError('_typebody!', '', SimpleVectorType, types);
    const n = svecLength(types);
    for (let i = 0; i < n; i++) {
      const field = svecGet(types, i);
      if (!isType(field) && !isTypeVar(field))
        throwTypeError(nameText(type), 'type definition', wrapper('Type'), field);
    }
    if (previous === falseValue) {
      if (rawFieldTypes(type) !== NULL) throwError('Internal Error: Expected type fields to be unset');
    } else {
      const old = unwrapUnionAll(previous);
      if (!isDataType(old)) throwTypeError('_typebody!', '', DataTypeType, old);
      if (sameFieldTypes(rawFieldTypes(old), types)) return previous as TypeRef;
      if (paramCount(old) !== paramCount(type))
        throwError('Internal Error: Types should not have been considered equivalent');
      for (let i = 0; i < n; i++) {
        let field = svecGet(types, i);
        for (let j = 0; j < paramCount(old); j++) field = substituteVar(field, param(old, j), param(type, j));
        svecSet(types, i, field);
      }
    }
    writeRef(type, DataType.types, types);
    // A type whose layout may be needed while it is still being made cannot be stored inline.
    if (!hasNameFlag(name, TypeNameFlag.mutable) && (n === 0 || !mentions(superOf(type), name, false, true))) {
      let inline = true;
      for (let i = 0; i < n && inline; i++) inline = !mentions(svecGet(types, i), name, true, true);
      if (inline) writeU8(name, TypeName.flags, readU8(name, TypeName.flags) | TypeNameFlag.mayinlinealloc);
    }
  }
  let done = false;
  try {
    completePartialInstances(type);
    done = true;
  } finally {
    if (!done) writeRef(name, TypeName.partial, NULL);
  }
  if (isStructType(type)) computeLayout(type);
  return t as TypeRef;
}

const fieldBitsEqual = (a: Ref, b: Ref, field: number): boolean => {
  const left = U32[(a << 1) + (field & 0xfff)];
  const right = U32[(b << 1) + (field & 0xfff)];
  if (left === 0 || right === 0) return left === right;
  const words = (svecLength(readRef<SvecRef>(a, TypeName.names)) + 31) >>> 5;
  for (let i = 0; i < words; i++) if (U32[(left >>> 2) + i] !== U32[(right >>> 2) + i]) return false;
  return true;
};

/** `t` with every instance of the name of `from` replaced by one of the name of `to`. */
function substituteName(t: Ref, from: DataTypeRef, to: DataTypeRef): Ref {
  if (isDataType(t)) {
    const old = paramsOf(t);
    const now = old.map((p) => substituteName(p, from, to));
    const renamed = typeNameOf(t) === typeNameOf(from);
    if (!renamed && now.every((p, i) => p === old[i])) return t;
    if (isTupleType(t)) return applyTupleType(now, false);
    const w = wrapperOf(typeNameOf(renamed ? to : t));
    return now.length === 0 ? w : applyType(w, now);
  }
  if (isUnionAll(t)) {
    const variable = unionAllVar(t);
    const lower = substituteName(varLower(variable), from, to);
    const upper = substituteName(varUpper(variable), from, to);
    const body = substituteName(unionAllBody(t), from, to);
    if (lower !== varLower(variable) || upper !== varUpper(variable)) {
      const fresh = newTypeVar(varName(variable), lower, upper);
      return newUnionAll(fresh, substituteVar(body, variable, fresh));
    }
    return body !== unionAllBody(t) ? newUnionAll(variable, body) : t;
  }
  if (isUnion(t)) {
    const a = substituteName(unionA(t), from, to);
    const b = substituteName(unionB(t), from, to);
    return a !== unionA(t) || b !== unionB(t) ? newUnion(a, b) : t;
  }
  if (isVararg(t) && varargT(t) !== NULL) {
    const element = substituteName(varargT(t), from, to);
    return element !== varargT(t) ? newVararg(element, varargN(t)) : t;
  }
  return t;
}

/** `Core._equiv_typedef(a, b)`: may definition `b` be taken for the earlier `a`? Field types are not compared here. */
export function equivalentDefinition(a: Ref, b: Ref): boolean {
  const ta = unwrapUnionAll(a);
  if (!isDataType(ta)) return false;
  const tb = unwrapUnionAll(b);
  if (!isDataType(tb)) return false;
  const na = typeNameOf(ta);
  const nb = typeNameOf(tb);
  const kindFlags = TypeNameFlag.abstract | TypeNameFlag.mutable;
  if (
    readRef(na, TypeName.name) !== readRef(nb, TypeName.name) ||
    (readU8(na, TypeName.flags) & kindFlags) !== (readU8(nb, TypeName.flags) & kindFlags) ||
    readI32(na, TypeName.n_uninitialized) !== readI32(nb, TypeName.n_uninitialized) ||
    isPrimitiveType(ta) !== isPrimitiveType(tb) ||
    (isPrimitiveType(ta) && layoutSize(ta) !== layoutSize(tb)) ||
    !fieldBitsEqual(na, nb, TypeName.atomicfields) ||
    !fieldBitsEqual(na, nb, TypeName.constfields) ||
    !egal(fieldNamesOf(ta), fieldNamesOf(tb)) ||
    paramCount(ta) !== paramCount(tb)
  )
    return false;
  const superA = rewrapUnionAll(superOf(ta), wrapperOf(na));
  const superB = substituteName(rewrapUnionAll(superOf(tb), wrapperOf(nb)), tb, ta);
  if (!typesEqual(superA, superB)) return false;
  if (paramCount(ta) > 0 && !orElse(() => applyType(wrapperOf(nb), paramsOf(ta)) !== NULL, false)) return false;
  let ua = wrapperOf(na);
  let ub = wrapperOf(nb);
  while (isUnionAll(ua)) {
    const va = unionAllVar(ua);
    const vb = unionAllVar(ub);
    if (!typesEgal(varLower(va), varLower(vb)) || !typesEgal(varUpper(va), varUpper(vb)) || varName(va) !== varName(vb))
      return false;
    ua = instantiateUnionAll(ua, vb);
    ub = unionAllBody(ub);
  }
  return true;
}
