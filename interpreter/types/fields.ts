// The fields of a type: names, types, and what may be done with each.

import { U32 } from '../../ffi/region.ts';
import { type DataTypeRef, NULL, type Ref, readI32, type SvecRef, type SymbolRef, typeOf } from '../memory/layout.ts';
import { TypeName, TypeNameFlag } from '../memory/objects.ts';
import { svecGet, svecLength } from '../runtime/values.ts';
import { computeFieldTypes } from './instance.ts';
import {
  fieldNamesOf,
  hasNameFlag,
  isNamedTupleType,
  isTupleType,
  isTypeVar,
  param,
  paramCount,
  rawFieldTypes,
  typeNameOf,
} from './kinds.ts';
import { fieldIsPtr, fieldOffset, layoutPointerCount } from './layoutaccess.ts';

/** The types of the fields of `t`; those of an instantiation are worked out on first use. Errors as in Julia when incomplete. */
export function fieldTypes(t: Ref): SvecRef {
  const types = rawFieldTypes(t);
  return types !== NULL ? types : computeFieldTypes(t as DataTypeRef);
}

/** Number of fields of a DataType that has a definite number. */
export const fieldCount = (t: Ref): number => svecLength(fieldTypes(t));

/** Type of field `index` (from 0). */
export const fieldType = (t: Ref, index: number): Ref => svecGet(fieldTypes(t), index);

/** Names of the fields: Symbols; a tuple type has none, a NamedTuple's are in its first parameter. */
export function fieldNames(t: Ref): SymbolRef[] {
  const names: SymbolRef[] = [];
  if (isTupleType(t)) return names;
  if (isNamedTupleType(t)) {
    const tuple = param(t, 0);
    if (isTypeVar(tuple)) return names;
    const type = typeOf(tuple);
    for (let i = 0, n = paramCount(type); i < n; i++) names.push(tupleElement(tuple, i) as SymbolRef);
    return names;
  }
  const vector = fieldNamesOf(t);
  for (let i = 0, n = svecLength(vector); i < n; i++) names.push(svecGet<SymbolRef>(vector, i));
  return names;
}

/** Index of the field named `name`, -1 when there is none. */
export function fieldIndex(t: Ref, name: SymbolRef): number {
  if (isTupleType(t)) return -1;
  if (isNamedTupleType(t)) return fieldNames(t).indexOf(name);
  const vector = fieldNamesOf(t);
  for (let i = 0, n = svecLength(vector); i < n; i++) if (svecGet(vector, i) === name) return i;
  return -1;
}

/** Element `index` of a tuple object all of whose elements are references (Symbols), else 0. */
export function tupleElement(tuple: Ref, index: number): Ref {
  const type = typeOf(tuple);
  if (layoutPointerCount(type) === 0 || !fieldIsPtr(type, index)) return NULL;
  return (U32[(tuple * 8 + fieldOffset(type, index)) >>> 2] >>> 3) as Ref;
}

function bitOf(address: number, index: number): boolean {
  return address !== 0 && ((U32[(address >>> 2) + (index >>> 5)] >>> (index & 31)) & 1) !== 0;
}

const lowWord = (object: Ref, field: number): number => U32[(object << 1) + (field & 0xfff)];

/** Was field `index` declared `@atomic`? */
export const fieldIsAtomic = (t: Ref, index: number): boolean =>
  !isTupleType(t) && !isNamedTupleType(t) && bitOf(lowWord(typeNameOf(t), TypeName.atomicfields), index);

/** Can field `index` never be assigned after construction? */
export function fieldIsConst(t: Ref, index: number): boolean {
  const name = typeNameOf(t);
  return !hasNameFlag(name, TypeNameFlag.mutable) || bitOf(lowWord(name, TypeName.constfields), index);
}

/** How many fields, from the last, `new` may leave out. */
export const uninitializedCount = (t: Ref): number => readI32(typeNameOf(t), TypeName.n_uninitialized);
