// The lattice: what inference can know of a value.
//
// Below the types of the language there are three finer things to know: that the value is one particular object
// (`Const`), that an immutable object has fields of finer types than it declares (`PartialStruct`), and that a Bool tells
// something about a variable (`Conditional`), which a branch on it makes use of. Joining two elements forgets what they
// do not share, and limits unions, so that a variable of a loop can only be widened a few times.
//
// Enters: objects and types of the heap. Leaves: elements, never changed once made.

import { U8 } from '../../ffi/region.ts';
import { type DataTypeRef, type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype, falseValue, trueValue } from '../../interpreter/memory/wellknown.ts';
import {
  applyTupleType,
  boxedFieldAt,
  egal,
  fieldCount,
  fieldType,
  hasFreeVars,
  instanceIsA,
  instanceOf,
  isBits,
  isConcrete,
  isDataType,
  isMutableType,
  isSubtype,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isVarargTuple,
  layoutSize,
  param,
  paramCount,
  typeIntersect,
  typeNameOf,
  typeTypeOf,
  typeUnion,
  unionMembers,
  unwrapUnionAll,
  wrapperOf,
} from '../../interpreter/types/index.ts';

export type Lattice = TypeElement | Const | PartialStruct | Conditional;

/** Some instance of a type. */
export interface TypeElement {
  readonly kind: 'type';
  readonly type: Ref;
}

/** One particular object. */
export interface Const {
  readonly kind: 'const';
  readonly value: Ref;
}

/** An instance of a concrete immutable struct or tuple type, of whose fields more is known than the type says. */
export interface PartialStruct {
  readonly kind: 'partial';
  readonly type: DataTypeRef;
  readonly fields: readonly Lattice[];
}

/** A Bool: when it is true, the variable in `slot` is in `then`, otherwise in `otherwise`. */
export interface Conditional {
  readonly kind: 'conditional';
  readonly slot: number;
  readonly whenTrue: Lattice;
  readonly whenFalse: Lattice;
}

const Bool = datatype('Bool');
const Any = datatype('Any');
const elements = new Map<Ref, TypeElement>();

/** The element that says no more than a type does; a type with one instance says which. */
export function ofType(type: Ref): Lattice {
  if (isTypeType(type)) {
    const of = param(type, 0);
    if (!isTypeVar(of) && !hasFreeVars(of)) return ofConst(of);
  } else if (isDataType(type) && isConcrete(type)) {
    const instance = instanceOf(type);
    if (instance !== 0) return ofConst(instance);
  }
  return plainType(type);
}

function plainType(type: Ref): TypeElement {
  let found = elements.get(type);
  if (found === undefined) {
    found = { kind: 'type', type };
    elements.set(type, found);
  }
  return found;
}

export const ofConst = (value: Ref): Const => ({ kind: 'const', value });

export const anything: Lattice = plainType(Any);
export const impossible: Lattice = plainType(Bottom);
export const someBool: Lattice = plainType(Bool);
export const someInt: Lattice = plainType(datatype('Int64'));

export const isImpossible = (element: Lattice): boolean => element.kind === 'type' && element.type === Bottom;

/** The smallest type that has everything in an element; `Type{T}` for the type T itself. */
export function widen(element: Lattice): Ref {
  switch (element.kind) {
    case 'type':
    case 'partial':
      return element.type;
    case 'const':
      return isType(element.value) ? typeTypeOf(element.value) : typeOf(element.value);
    case 'conditional':
      return Bool;
  }
}

/** Forgets what a Bool says of a variable. */
export function withoutConditional(element: Lattice): Lattice {
  if (element.kind !== 'conditional') return element;
  if (isImpossible(element.whenTrue)) return ofConst(falseOrTrue(false));
  if (isImpossible(element.whenFalse)) return ofConst(falseOrTrue(true));
  return someBool;
}

const falseOrTrue = (value: boolean): Ref => (value ? trueValue : falseValue);

export const sameObject = (a: Ref, b: Ref): boolean => a === b || (typeOf(a) === typeOf(b) && egal(a, b));

/** Are two elements the same? */
export function sameElement(a: Lattice, b: Lattice): boolean {
  if (a === b) return true;
  if (a.kind === 'type' && b.kind === 'type')
    return a.type === b.type || (isSubtype(a.type, b.type) && isSubtype(b.type, a.type));
  if (a.kind === 'const' && b.kind === 'const') return sameObject(a.value, b.value);
  if (a.kind === 'partial' && b.kind === 'partial') {
    return a.type === b.type && a.fields.every((field, i) => sameElement(field, b.fields[i]));
  }
  if (a.kind === 'conditional' && b.kind === 'conditional') {
    return a.slot === b.slot && sameElement(a.whenTrue, b.whenTrue) && sameElement(a.whenFalse, b.whenFalse);
  }
  return false;
}

/** Is everything in `a` also in `b`? False when it is not known. */
export function isBelow(a: Lattice, b: Lattice): boolean {
  if (a === b || b === anything || isImpossible(a)) return true;
  switch (b.kind) {
    case 'const':
      return a.kind === 'const' && sameObject(a.value, b.value);
    case 'partial':
      if (a.kind === 'partial') return a.type === b.type && a.fields.every((field, i) => isBelow(field, b.fields[i]));
      return a.kind === 'const' && sameElement(a, b);
    case 'conditional':
      return a.kind === 'conditional' && sameElement(a, b);
    case 'type':
      if (a.kind === 'const') return b.type !== Bottom && instanceIsA(a.value, b.type);
      return isSubtype(widen(a), b.type);
  }
}

/** The longest union that a variable keeps. */
const MAX_UNION = 3;

/** The least element, or one not far above it, that has everything of both. */
export function join(a: Lattice, b: Lattice): Lattice {
  if (a === b) return a;
  if (isImpossible(a)) return b;
  if (isImpossible(b)) return a;
  if (a.kind === 'conditional' && b.kind === 'conditional' && a.slot === b.slot) {
    return {
      kind: 'conditional',
      slot: a.slot,
      whenTrue: join(a.whenTrue, b.whenTrue),
      whenFalse: join(a.whenFalse, b.whenFalse),
    };
  }
  const left = withoutConditional(a);
  const right = withoutConditional(b);
  if (isBelow(left, right)) return right;
  if (isBelow(right, left)) return left;
  const merged = joinPartial(left, right);
  if (merged !== null) return merged;
  return plainOf(joinTypes(widen(left), widen(right)));
}

/** A type as an element after a join: that a type has one instance is still known. */
const plainOf = (type: Ref): Lattice => ofType(type);

function joinPartial(a: Lattice, b: Lattice): Lattice | null {
  const type = widen(a);
  if (type !== widen(b) || a.kind === 'type' || b.kind === 'type' || !isPartialable(type)) return null;
  const fields: Lattice[] = [];
  for (let i = 0, n = fieldCount(type); i < n; i++) {
    const left = fieldOf(a, i);
    const right = fieldOf(b, i);
    if (left === null || right === null) return null;
    fields.push(join(left, right));
  }
  return partial(type as DataTypeRef, fields);
}

/** What is known of field `index` of an element of concrete immutable type; null if it may be undefined. */
export function fieldOf(element: Lattice, index: number): Lattice | null {
  switch (element.kind) {
    case 'partial':
      return element.fields[index] ?? null;
    case 'const': {
      const value = boxedFieldAt(element.value, index);
      return value === 0 ? null : ofConst(value);
    }
    case 'type':
      return ofType(fieldType(element.type, index));
    case 'conditional':
      return null;
  }
}

/** True for the concrete immutable types whose fields are worth knowing one by one. */
export const isPartialable = (type: Ref): boolean =>
  isDataType(type) && isConcrete(type) && !isMutableType(type) && !isVarargTuple(type) && fieldCountOr0(type) > 0;

function fieldCountOr0(type: Ref): number {
  try {
    return fieldCount(type);
  } catch {
    return 0;
  }
}

/** An instance with these fields; no more than the type when they say no more than it does. */
export function partial(type: DataTypeRef, fields: readonly Lattice[]): Lattice {
  if (instanceOf(type) !== 0) return ofConst(instanceOf(type));
  const kept = fields.map((field) => withoutConditional(depthOf(field) > 3 ? ofType(widen(field)) : field));
  const finer = kept.some((field, i) => {
    const declared = ofType(fieldType(type, i));
    return !isBelow(declared, field);
  });
  return finer ? { kind: 'partial', type, fields: kept } : plainType(type);
}

const depthOf = (element: Lattice): number =>
  element.kind === 'partial' ? 1 + Math.max(0, ...element.fields.map(depthOf)) : 0;

/** A tuple with these elements. */
export function tupleOf(fields: readonly Lattice[]): Lattice {
  const types = fields.map((field) => tupleElementType(widen(withoutConditional(field))));
  if (types.some((type) => type === Bottom)) return impossible;
  const type = applyTupleType(types);
  return isPartialable(type) ? partial(type, fields) : ofType(type);
}

/** A type as an element of a tuple has the type DataType, not Type{T}. */
export function tupleElementType(type: Ref): Ref {
  if (!isTypeType(type)) return type;
  const of = param(type, 0);
  return isTypeVar(of) || hasFreeVars(of) ? type : typeOf(of);
}

function joinTypes(a: Ref, b: Ref): Ref {
  const union = typeUnion([a, b]);
  if (!isUnion(union)) return union;
  let members = unionMembers(union);
  if (members.length <= MAX_UNION && members.every((member) => sizeOfType(member) < 12)) return union;
  const byName = new Map<Ref, Ref>();
  for (const member of members) {
    const body = unwrapUnionAll(member);
    const key = isDataType(body) ? typeNameOf(body) : member;
    const known = byName.get(key);
    byName.set(key, known === undefined ? member : isDataType(body) ? joinSameName(known, member) : Any);
  }
  members = [...byName.values()];
  if (members.length > MAX_UNION) return Any;
  const result = typeUnion(members);
  return unionMembers(result).length > MAX_UNION || sizeOfType(result) > 40 ? Any : result;
}

function joinSameName(a: Ref, b: Ref): Ref {
  if (isTupleType(a) && isTupleType(b) && !isVarargTuple(a) && !isVarargTuple(b) && paramCount(a) === paramCount(b)) {
    const elements: Ref[] = [];
    for (let i = 0, n = paramCount(a); i < n; i++) elements.push(joinTypes(param(a, i), param(b, i)));
    const joined = applyTupleType(elements);
    if (sizeOfType(joined) < 16) return joined;
  }
  return wrapperOf(typeNameOf(unwrapUnionAll(a)));
}

/** Number of names in a type: a measure of its complexity. */
export function sizeOfType(type: Ref, limit = 64): number {
  if (limit <= 0) return 1;
  const body = unwrapUnionAll(type);
  if (isUnion(body)) return unionMembers(body).reduce((sum, member) => sum + sizeOfType(member, limit - 1), 0);
  if (!isDataType(body)) return 1;
  let sum = 1;
  for (let i = 0, n = paramCount(body); i < n && sum < limit; i++) {
    const parameter = param(body, i);
    if (isType(parameter)) sum += sizeOfType(parameter, limit - sum);
  }
  return sum;
}

/** What is left of an element that is an instance of `type` for certain. */
export function restrict(element: Lattice, type: Ref): Lattice {
  const plain = withoutConditional(element);
  if (plain.kind === 'const') return instanceIsA(plain.value, type) ? plain : impossible;
  const own = widen(plain);
  if (isSubtype(own, type)) return plain;
  if (isUnion(own)) {
    const kept = unionMembers(own).map((member) => widen(restrict(ofType(member), type)));
    const left = kept.filter((member) => member !== Bottom);
    return left.length === 0 ? impossible : ofType(typeUnion(left));
  }
  const common = typeIntersect(own, type);
  return ofType(common);
}

/** What is left of an element that is no instance of `type` for certain. */
export function exclude(element: Lattice, type: Ref): Lattice {
  const plain = withoutConditional(element);
  if (plain.kind === 'const') return instanceIsA(plain.value, type) ? impossible : plain;
  const own = widen(plain);
  if (isSubtype(own, type)) return impossible;
  if (!isUnion(own)) return plain;
  const left = unionMembers(own).filter((member) => !isSubtype(member, type));
  return left.length === 0 ? impossible : ofType(typeUnion(left));
}

/** A text that two elements share exactly when they are the same, for tables. */
export function keyOf(element: Lattice): string {
  switch (element.kind) {
    case 'type':
      return `t${element.type}`;
    case 'const':
      return constKey(element.value);
    case 'partial':
      return `p${element.type}(${element.fields.map(keyOf).join(',')})`;
    case 'conditional':
      return 'b';
  }
}

function constKey(value: Ref): string {
  const type = typeOf(value);
  if (!isBits(type) || instanceOf(type) !== 0) return `c${value}`;
  const size = layoutSize(type);
  if (size > 64) return `c${value}`;
  return `b${type}:${Buffer.from(U8.slice(value * 8, value * 8 + size)).toString('hex')}`;
}
