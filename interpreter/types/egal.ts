// `===` on any two objects, and its hash.
//
// Mutable objects are egal when they are the same object. Immutable ones are when their types are and no operation could
// tell them apart: bits are compared as bits, references recursively, an inline union by its selector and then by the
// member's own bits. Strings and simple vectors are compared by contents. Types are compared by structure, with bound
// variables matched up (their names must agree, too, for `===`, but not for `typesEgal`).
//
// Recursion follows the nesting of immutable objects and of types; immutable objects cannot form cycles except through
// mutable ones, where it stops.

import { U8, U32 } from '../../ffi/region.ts';
import {
  NULL,
  type Ref,
  readRef,
  readU32,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../memory/layout.ts';
import { DataType, Module, TypeLayoutFlag, TypeName, TypeNameFlag, UnionAll } from '../memory/objects.ts';
import { CoreModule } from '../memory/wellknown.ts';
import { symbolHash } from '../runtime/symbols.ts';
import { stringBytes, svecGet, svecLength } from '../runtime/values.ts';
import { fieldTypes } from './fields.ts';
import {
  DataTypeType,
  hasNameFlag,
  Int64Type,
  isConcrete,
  isKind,
  isType,
  isUnion,
  ModuleType,
  param,
  paramCount,
  SimpleVectorType,
  StringType,
  SymbolType,
  TypeofVarargType,
  TypeVarType,
  typeNameOf,
  UnionAllType,
  UnionType,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unionMembers,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
} from './kinds.ts';
import {
  fieldIsPtr,
  fieldOffset,
  fieldSize,
  layoutFieldCount,
  layoutFlags,
  layoutOffset,
  layoutSize,
} from './layoutaccess.ts';

interface Pairing {
  readonly left: Ref;
  readonly right: Ref;
  readonly outer: Pairing | null;
}

/** Are `a` and `b` the same type up to the identity (and names, when `names` is false) of bound variables? */
function egalStructure(a: Ref, b: Ref, pairs: Pairing | null, names: boolean): boolean {
  if (a === b) return true;
  const kind = typeOf(a);
  if (kind !== typeOf(b)) return false;
  switch (kind) {
    case DataTypeType: {
      if (typeNameOf(a) !== typeNameOf(b)) return false;
      // Concrete types are unique.
      if (isConcrete(a) && isConcrete(b)) return false;
      const n = paramCount(a);
      if (paramCount(b) !== n) return false;
      for (let i = 0; i < n; i++) if (!egalStructure(param(a, i), param(b, i), pairs, names)) return false;
      return true;
    }
    case TypeVarType:
      for (let p = pairs; p !== null; p = p.outer) if (p.left === a) return p.right === b;
      return false;
    case UnionType:
      return egalStructure(unionA(a), unionA(b), pairs, names) && egalStructure(unionB(a), unionB(b), pairs, names);
    case UnionAllType: {
      const va = unionAllVar(a);
      const vb = unionAllVar(b);
      if (names && varName(va) !== varName(vb)) return false;
      if (!egalStructure(varLower(va), varLower(vb), pairs, names)) return false;
      if (!egalStructure(varUpper(va), varUpper(vb), pairs, names)) return false;
      return egalStructure(unionAllBody(a), unionAllBody(b), { left: va, right: vb, outer: pairs }, names);
    }
    case TypeofVarargType:
      return egalOptional(varargT(a), varargT(b), pairs, names) && egalOptional(varargN(a), varargN(b), pairs, names);
    default:
      return egal(a, b);
  }
}

function egalOptional(a: Ref, b: Ref, pairs: Pairing | null, names: boolean): boolean {
  if (a === NULL || b === NULL) return a === b;
  return egalStructure(a, b, pairs, names);
}

/** Are two types the same up to renaming of bound variables? Cheaper, and stricter, than type equality (`==`). */
export const typesEgal = (a: Ref, b: Ref): boolean => egalStructure(a, b, null, false);

/** `a === b` */
export function egal(a: Ref, b: Ref): boolean {
  if (a === b) return true;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case Int64Type:
      return U32[a << 1] === U32[b << 1] && U32[(a << 1) + 1] === U32[(b << 1) + 1];
    case SymbolType:
    case TypeVarType:
      return false;
    case StringType:
      return equalStrings(a as StringRef, b as StringRef);
    case SimpleVectorType:
      return equalVectors(a as SvecRef, b as SvecRef);
    case DataTypeType:
    case UnionType:
    case UnionAllType:
    case TypeofVarargType:
      return egalStructure(a, b, null, true);
  }
  if (hasNameFlag(typeNameOf(type), TypeNameFlag.mutable)) return false;
  return egalBody(type, a * 8, b * 8);
}

/** Whether two strings have the same bytes. */
export function equalStrings(a: StringRef, b: StringRef): boolean {
  const left = a << 1;
  const right = b << 1;
  const length = U32[left];
  if (U32[right] !== length || U32[left + 1] !== U32[right + 1]) return false;
  // The bytes follow the length, which takes two words.
  const end = 2 + (length >>> 2);
  for (let i = 2; i < end; i++) if (U32[left + i] !== U32[right + i]) return false;
  const rest = length & 3;
  // Of the last word the first bytes count, which are the low ones.
  return rest === 0 || (U32[left + end] ^ U32[right + end]) << (32 - 8 * rest) === 0;
}

function equalVectors(a: SvecRef, b: SvecRef): boolean {
  const n = svecLength(a);
  if (svecLength(b) !== n) return false;
  for (let i = 0; i < n; i++) {
    const x = svecGet(a, i);
    const y = svecGet(b, i);
    if (x !== y && (x === NULL || y === NULL || !egal(x, y))) return false;
  }
  return true;
}

function bytesEqual(a: number, b: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (U8[a + i] !== U8[b + i]) return false;
  return true;
}

/** Compares the bodies of two instances of the immutable type `type` that lie at byte offsets `a` and `b` of the region. */
export function egalBody(type: Ref, a: number, b: number): boolean {
  const size = layoutSize(type);
  if (size === 0) return true;
  const count = layoutFieldCount(type);
  if (count === 0 || (layoutFlags(type) & TypeLayoutFlag.isbitsegal) !== 0) return bytesEqual(a, b, size);
  const types = fieldTypes(type);
  for (let i = 0; i < count; i++) {
    const offset = fieldOffset(type, i);
    if (fieldIsPtr(type, i)) {
      const x = (U32[(a + offset) >>> 2] >>> 3) as Ref;
      const y = (U32[(b + offset) >>> 2] >>> 3) as Ref;
      if (x !== y && (x === NULL || y === NULL || !egal(x, y))) return false;
      continue;
    }
    let fieldType = svecGet(types, i);
    if (isUnion(fieldType)) {
      const selector = fieldSize(type, i) - 1;
      const chosen = U8[a + offset + selector];
      if (chosen !== U8[b + offset + selector]) return false;
      fieldType = unionMembers(fieldType)[chosen];
    }
    if (!egalBody(fieldType, a + offset, b + offset)) return false;
  }
  return true;
}

/** The hash of a TypeName: the low word of its 64-bit field. */
export const nameHash = (name: Ref): number => U32[(name << 1) + (TypeName.hash & 0xfff)];

/** Hash of the module Core. */
export const CORE_HASH = 0x436f7265;

/** Mixes two 32-bit hashes; not symmetric. */
export function mixHash(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h + b, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A 32-bit hash of a value that is equal for egal values. Stable across processes for symbols, bits, strings, tuples of
 * them and modules; by address for other mutable objects. Types hash by `structureHash`.
 */
export function valueHash(x: Ref): number {
  const type = typeOf(x);
  switch (type) {
    case Int64Type:
      return mixHash(U32[x << 1], U32[(x << 1) + 1] ^ 0x1234567);
    case SymbolType:
      return symbolHash(x as SymbolRef);
    case StringType: {
      let h = 0x5bd1e995;
      for (const byte of stringBytes(x as StringRef)) h = mixHash(byte, h);
      return h;
    }
    case SimpleVectorType: {
      let h = 0x27d4eb2d;
      for (let i = 0, n = svecLength(x as SvecRef); i < n; i++) {
        const entry = svecGet(x as SvecRef, i);
        h = mixHash(entry === NULL ? 0 : valueHash(entry), h);
      }
      return h;
    }
    case ModuleType: {
      // Core is named in types before it has a name itself.
      if (x === CoreModule) return CORE_HASH;
      return symbolHash(readRef<SymbolRef>(x, Module.name));
    }
  }
  if (isType(x)) return structureHash(x);
  if (type === TypeVarType || hasNameFlag(typeNameOf(type), TypeNameFlag.mutable) || layoutOffset(type) === 0)
    return mixHash(x, 0x7feb352d);
  return bodyHash(type, x * 8, mixHash(readU32(type, DataType.hash), 0x51ed270b));
}

function bodyHash(type: Ref, at: number, h: number): number {
  const count = layoutFieldCount(type);
  if (count === 0) {
    for (let i = 0, n = layoutSize(type); i < n; i++) h = mixHash(U8[at + i], h);
    return h;
  }
  const types = fieldTypes(type);
  for (let i = 0; i < count; i++) {
    const offset = fieldOffset(type, i);
    if (fieldIsPtr(type, i)) {
      const x = (U32[(at + offset) >>> 2] >>> 3) as Ref;
      h = mixHash(x === NULL ? 0 : valueHash(x), h);
      continue;
    }
    let fieldType = svecGet(types, i);
    if (isUnion(fieldType)) {
      const chosen = U8[at + offset + fieldSize(type, i) - 1];
      h = mixHash(chosen, h);
      fieldType = unionMembers(fieldType)[chosen];
    }
    h = bodyHash(fieldType, at + offset, h);
  }
  return h;
}

/** A hash of a type's structure: equal for types that are `typesEgal`. */
export function structureHash(t: Ref): number {
  switch (typeOf(t)) {
    case DataTypeType: {
      let h = nameHash(typeNameOf(t));
      for (let i = 0, n = paramCount(t); i < n; i++) h = mixHash(structureHash(param(t, i)), h);
      return h;
    }
    case UnionType:
      return mixHash(structureHash(unionA(t)), structureHash(unionB(t)));
    case UnionAllType: {
      const variable = readRef(t, UnionAll.var);
      return mixHash(structureHash(varUpper(variable)), structureHash(readRef(t, UnionAll.body)));
    }
    case TypeVarType:
      return 0x2c1b3c6d; // bound or free, it must not tell renamed types apart
    case TypeofVarargType:
      return mixHash(
        varargT(t) === NULL ? 1 : structureHash(varargT(t)),
        varargN(t) === NULL ? 2 : structureHash(varargN(t)),
      );
    default:
      return isKind(typeOf(t)) ? 0x3c6ef372 : valueHash(t);
  }
}
