// What a type object is, and its parts.
//
// A type is one of four kinds of object (DataType, UnionAll, Union, and Union{}, the instance of TypeofBottom). Inside
// types there also stand TypeVars, Varargs, and plain values (Int64s, Symbols, tuples of them, other bits). Every
// predicate here reads the header of the object it is given and nothing else; every accessor reads one field.
//
// Nothing here allocates.

import { U32 } from '../../ffi/region.ts';
import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readU8,
  readU16,
  refAt,
  type SvecRef,
  type SymbolRef,
  type TypeNameRef,
  typeOf,
  writeU16,
} from '../memory/layout.ts';
import { DataType, DataTypeFlag, TypeName, TypeNameFlag, TypeVar, Union, UnionAll, Vararg } from '../memory/objects.ts';
import { datatype, TypeOfBottomType, typename } from '../memory/wellknown.ts';
import { symbolName } from '../runtime/symbols.ts';

export const AnyType = datatype('Any');
export const DataTypeType = datatype('DataType');
export const UnionAllType = datatype('UnionAll');
export const UnionType = datatype('Union');
export const TypeofBottomType = datatype('TypeofBottom');
export const TypeVarType = datatype('TypeVar');
export const TypeofVarargType = datatype('TypeofVararg');
export const Int64Type = datatype('Int64');
export const SymbolType = datatype('Symbol');
export const SimpleVectorType = datatype('SimpleVector');
export const StringType = datatype('String');
export const ModuleType = datatype('Module');
/** `Tuple`, which is `Tuple{Vararg{Any}}` */
export const TupleType = datatype('Tuple');
export const TupleName = typename('Tuple');
export const TypeTypeName = typename('Type');
export const NamedTupleName = typename('NamedTuple');
export const GenericMemoryName = typename('GenericMemory');
export const GenericMemoryRefName = typename('GenericMemoryRef');
export const ArrayName = typename('Array');

export const isDataType = (t: Ref): t is DataTypeRef => typeOf(t) === DataTypeType;
export const isUnionAll = (t: Ref): boolean => typeOf(t) === UnionAllType;
export const isUnion = (t: Ref): boolean => typeOf(t) === UnionType;
export const isTypeVar = (t: Ref): boolean => typeOf(t) === TypeVarType;
export const isVararg = (t: Ref): boolean => typeOf(t) === TypeofVarargType;
export const isInt64 = (t: Ref): boolean => typeOf(t) === Int64Type;
export const isSymbol = (t: Ref): t is SymbolRef => typeOf(t) === SymbolType;

/** True for the types of types: DataType, UnionAll, Union, TypeofBottom. */
export const isKind = (t: Ref): boolean =>
  t === DataTypeType || t === UnionAllType || t === UnionType || t === TypeofBottomType;

/** True when the object is a type. */
export const isType = (t: Ref): boolean => isKind(typeOf(t));

export const unionA = (t: Ref): Ref => readRef(t, Union.a);
export const unionB = (t: Ref): Ref => readRef(t, Union.b);
export const unionAllVar = (t: Ref): Ref => readRef(t, UnionAll.var);
export const unionAllBody = (t: Ref): Ref => readRef(t, UnionAll.body);
export const varName = (t: Ref): SymbolRef => readRef<SymbolRef>(t, TypeVar.name);
export const varLower = (t: Ref): Ref => readRef(t, TypeVar.lb);
export const varUpper = (t: Ref): Ref => readRef(t, TypeVar.ub);
/** The element type of a Vararg as written, 0 when left out. */
export const varargT = (t: Ref): Ref => readRef(t, Vararg.T);
/** The length of a Vararg as written, 0 when left out. */
export const varargN = (t: Ref): Ref => readRef(t, Vararg.N);
/** The element type of a Vararg; `Any` when left out. */
export function varargElement(t: Ref): Ref {
  const element = readRef(t, Vararg.T);
  return element === NULL ? AnyType : element;
}

export const typeNameOf = (t: Ref): TypeNameRef => readRef<TypeNameRef>(t, DataType.name);
export const superOf = (t: Ref): DataTypeRef => readRef<DataTypeRef>(t, DataType.super);
export const parametersOf = (t: Ref): SvecRef => readRef<SvecRef>(t, DataType.parameters);
export const paramCount = (t: Ref): number => U32[readRef(t, DataType.parameters) << 1];
/** Parameter `index` (from 0) of a DataType. */
export const param = (t: Ref, index: number): Ref => refAt(readRef(t, DataType.parameters), index + 1);
export const instanceOf = (t: Ref): Ref => readRef(t, DataType.instance);
/** `T.types` as it is now: 0 when the definition is not complete or the fields of an instantiation were not needed yet. */
export const rawFieldTypes = (t: Ref): SvecRef => readRef<SvecRef>(t, DataType.types);
export const wrapperOf = (name: Ref): Ref => readRef(name, TypeName.wrapper);
export const fieldNamesOf = (t: Ref): SvecRef => readRef<SvecRef>(typeNameOf(t), TypeName.names);
export const nameText = (t: Ref): string => symbolName(readRef<SymbolRef>(typeNameOf(t), TypeName.name));

export const hasFlag = (t: Ref, flag: number): boolean => (readU16(t, DataType.flags) & flag) !== 0;
export function setFlag(t: Ref, flag: number, on: boolean): void {
  const flags = readU16(t, DataType.flags);
  writeU16(t, DataType.flags, on ? flags | flag : flags & ~flag);
}
export const hasNameFlag = (name: Ref, flag: number): boolean => (readU8(name, TypeName.flags) & flag) !== 0;

/** True for a type that can have direct instances, all of one layout: `isconcretetype`. */
export const isConcrete = (t: Ref): boolean => isDataType(t) && hasFlag(t, DataTypeFlag.isconcretetype);
export const isAbstractType = (t: Ref): boolean => isDataType(t) && hasNameFlag(typeNameOf(t), TypeNameFlag.abstract);
export const isMutableType = (t: Ref): boolean => isDataType(t) && hasNameFlag(typeNameOf(t), TypeNameFlag.mutable);
export const isPrimitiveType = (t: Ref): boolean => isDataType(t) && hasFlag(t, DataTypeFlag.isprimitivetype);
export const isBits = (t: Ref): boolean => isDataType(t) && hasFlag(t, DataTypeFlag.isbitstype);
export const isDispatchTuple = (t: Ref): boolean => isDataType(t) && hasFlag(t, DataTypeFlag.isdispatchtuple);
export const isTupleType = (t: Ref): boolean => isDataType(t) && typeNameOf(t) === TupleName;
export const isNamedTupleType = (t: Ref): boolean => isDataType(t) && typeNameOf(t) === NamedTupleName;
/** True for `Type{...}`. */
export const isTypeType = (t: Ref): boolean => isDataType(t) && typeNameOf(t) === TypeTypeName;
export const isMemoryType = (t: Ref): boolean => isDataType(t) && typeNameOf(t) === GenericMemoryName;
export const isSingletonType = (t: Ref): boolean => isDataType(t) && instanceOf(t) !== NULL;
/** A type that a struct declaration makes: not abstract, not primitive. */
export const isStructType = (t: Ref): boolean =>
  isDataType(t) && !hasNameFlag(typeNameOf(t), TypeNameFlag.abstract) && !hasFlag(t, DataTypeFlag.isprimitivetype);

/** `Type{Union{}}`, the supertype of TypeofBottom, stands for TypeofBottom wherever identities are compared. */
export const normalizeBottomType = (t: Ref): Ref => (t === TypeOfBottomType ? TypeofBottomType : t);

/** How a tuple type ends: no Vararg, one of known length, of a length that is a variable, of any length. */
export const VarargKind = { none: 0, int: 1, bound: 2, unbound: 3 } as const;
export type VarargKind = (typeof VarargKind)[keyof typeof VarargKind];

export function varargKind(t: Ref): VarargKind {
  if (!isVararg(t)) return VarargKind.none;
  const length = varargN(t);
  if (length === NULL) return VarargKind.unbound;
  return isInt64(length) ? VarargKind.int : VarargKind.bound;
}

/** How tuple type `t` ends. */
export function tupleVarargKind(t: Ref): VarargKind {
  const count = paramCount(t);
  return count === 0 ? VarargKind.none : varargKind(param(t, count - 1));
}

export const isVarargTuple = (t: Ref): boolean => tupleVarargKind(t) !== VarargKind.none;

/** The type inside all the `where`s. */
export function unwrapUnionAll(t: Ref): Ref {
  while (typeOf(t) === UnionAllType) t = readRef(t, UnionAll.body);
  return t;
}

/** True when `t` is `u` or a member of the union `u` (by identity). */
export function inUnion(u: Ref, t: Ref): boolean {
  if (u === t) return true;
  return isUnion(u) && (inUnion(unionA(u), t) || inUnion(unionB(u), t));
}

/** The members of a possibly nested union, left to right. */
export function unionMembers(t: Ref, into: Ref[] = []): Ref[] {
  while (isUnion(t)) {
    unionMembers(unionA(t), into);
    t = unionB(t);
  }
  into.push(t);
  return into;
}

export { Bottom } from '../memory/wellknown.ts';
