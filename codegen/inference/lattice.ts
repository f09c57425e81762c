// The lattice: what inference can know of a value.
//
// Below the types of the language there are finer things to know: that the value is one particular object (`Const`), that
// an object has fields of finer types than it declares (`PartialStruct`), and that a Bool tells something about a variable
// (`Conditional`, which a branch on it makes use of) or about an argument of the function that returns it
// (`InterConditional`). A type with one instance is that instance, and `Type{T}` is T, where T can be written in one way only.
//
// In a list of arguments the last element may be a `Vararg`: any number of values of its type.
//
// Enters: objects and types of the heap. Leaves: elements, never changed once made. How elements are joined is in merge.ts.

import { U8 } from '../../ffi/region.ts';
import { type DataTypeRef, type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { registerRoots } from '../../interpreter/memory/roots.ts';
import { Bottom, datatype, falseValue, trueValue, wrapper } from '../../interpreter/memory/wellknown.ts';
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
  isKind,
  isMutableType,
  isNamedTupleType,
  isSubtype,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isVararg,
  layoutSize,
  param,
  paramCount,
  rewrapUnionAll,
  typeEgal,
  typeHash,
  typeIntersect,
  typeTypeOf,
  typeUnion,
  unionMembers,
  unwrapUnionAll,
  varargElement,
} from '../../interpreter/types/index.ts';

export type Lattice = TypeElement | Const | PartialStruct | Conditional | InterConditional;

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

/** An instance of a struct or tuple type, of whose fields more is known than the type says; the rest is as declared. */
export interface PartialStruct {
  readonly kind: 'partial';
  readonly type: DataTypeRef;
  /** By field; those of a tuple may end in a Vararg. */
  readonly fields: readonly Lattice[];
}

/** A Bool: when it is true, the variable in `slot` is in `whenTrue`, otherwise in `whenFalse`. */
export interface Conditional {
  readonly kind: 'conditional';
  readonly slot: number;
  readonly whenTrue: Lattice;
  readonly whenFalse: Lattice;
}

/** A Bool that a function returns: it says of argument `slot` (1: the callee) what a Conditional says of a variable. */
export interface InterConditional {
  readonly kind: 'interconditional';
  readonly slot: number;
  readonly whenTrue: Lattice;
  readonly whenFalse: Lattice;
}

const Bool = datatype('Bool');
const Any = datatype('Any');
const elements = new Map<Ref, Lattice>();

/** Can a type be written in one way only, so that equal ones are the same object? */
export function hasUniqueRepresentation(type: Ref): boolean {
  if (isVararg(type) || isTypeVar(type)) return false;
  if (!isKind(typeOf(type))) return true;
  if (isConcrete(type)) return true;
  if (!isDataType(type) || isTupleType(type)) return false;
  for (let i = 0, n = paramCount(type); i < n; i++) if (!hasUniqueRepresentation(param(type, i))) return false;
  return true;
}

/** The element that says no more than a type does; a type with one instance says which. */
export function ofType(type: Ref): Lattice {
  let found = elements.get(type);
  if (found === undefined) {
    const one = intern(type);
    found = elements.get(one) ?? normal(one);
    elements.set(one, found);
    elements.set(type, found);
  }
  return found;
}

/** By object, the one that stands for all types that are the same but other objects. */
const interned = new Map<Ref, Ref>();
const byHash = new Map<number, Ref[]>();

/** One object for all types that are written the same, so that tables can go by it. */
export function intern<T extends Ref>(type: T): T {
  const known = interned.get(type);
  if (known !== undefined) return known as T;
  if (isVararg(type)) return type;
  const hash = typeHash(type);
  const bucket = byHash.get(hash);
  const same = bucket?.find((other) => typeEgal(other, type));
  if (bucket === undefined) byHash.set(hash, [type]);
  else if (same === undefined) bucket.push(type);
  const one = same ?? type;
  interned.set(type, one);
  return one as T;
}

function normal(type: Ref): Lattice {
  if (isTypeType(type)) {
    const of = param(type, 0);
    if (of === Bottom || hasUniqueRepresentation(of)) return { kind: 'const', value: of };
  } else if (isDataType(type) && isConcrete(type)) {
    const instance = instanceOf(type);
    if (instance !== 0) return { kind: 'const', value: instance };
  }
  return { kind: 'type', type };
}

const held = new Set<Ref>();

/** Keeps an object alive while elements may speak of it. */
export function hold<T extends Ref>(object: T): T {
  held.add(object);
  return object;
}

registerRoots((visit) => {
  for (const type of elements.keys()) visit(type);
  for (const type of interned.keys()) visit(type);
  for (const object of held) visit(object);
});

/** Lets go of all objects; no element may be used any more. */
export function forgetElements(): void {
  elements.clear();
  interned.clear();
  byHash.clear();
  held.clear();
}

export const ofConst = (value: Ref): Const => {
  held.add(value);
  return { kind: 'const', value };
};

export const anything: Lattice = { kind: 'type', type: Any };
export const impossible: Lattice = { kind: 'type', type: Bottom };
export const someBool: Lattice = { kind: 'type', type: Bool };
export const someInt: Lattice = { kind: 'type', type: datatype('Int64') };
const always = ofConst(trueValue);
const never = ofConst(falseValue);

export const isImpossible = (element: Lattice): boolean => element.kind === 'type' && element.type === Bottom;

/** True for the last element of an argument list that stands for any number of values. */
export const isRest = (element: Lattice): boolean => element.kind === 'type' && isVararg(element.type);

/** One of the values that the rest of an argument list stands for. */
export const oneOfRest = (element: Lattice): Lattice =>
  element.kind === 'type' && isVararg(element.type) ? ofType(boundOfVariable(varargElement(element.type))) : element;

const boundOfVariable = (type: Ref): Ref => (isTypeVar(type) || hasFreeVars(type) ? Any : type);

/**
 * The smallest type that has everything in an element; `Type{T}` for the type T itself. A type with free variables
 * (`Type.body`) has only its kind: `Type{T}` with them is met by no signature.
 */
export function widen(element: Lattice): Ref {
  switch (element.kind) {
    case 'type':
    case 'partial':
      return element.type;
    case 'const':
      return isType(element.value) && !hasFreeVars(element.value) ? typeTypeOf(element.value) : typeOf(element.value);
    case 'conditional':
    case 'interconditional':
      return Bool;
  }
}

/** True or false if a Bool is known to be one; undefined otherwise. */
export function constantBool(element: Lattice): boolean | undefined {
  if (element.kind === 'const') {
    return element.value === trueValue ? true : element.value === falseValue ? false : undefined;
  }
  if (element.kind !== 'conditional' && element.kind !== 'interconditional') return undefined;
  if (isImpossible(element.whenTrue)) return isImpossible(element.whenFalse) ? undefined : false;
  return isImpossible(element.whenFalse) ? true : undefined;
}

/** Forgets what a Bool says of a variable. */
export function withoutConditional(element: Lattice): Lattice {
  if (element.kind !== 'conditional' && element.kind !== 'interconditional') return element;
  const known = constantBool(element);
  return known === undefined ? someBool : known ? always : never;
}

export const sameObject = (a: Ref, b: Ref): boolean => a === b || (typeOf(a) === typeOf(b) && egal(a, b));

/** Are two elements the same? */
export function sameElement(a: Lattice, b: Lattice): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type' && b.kind === 'type') {
    if (a.type === b.type) return true;
    if (isVararg(a.type) || isVararg(b.type)) {
      return isVararg(a.type) && isVararg(b.type) && varargElement(a.type) === varargElement(b.type);
    }
    if (isConcrete(a.type) && isConcrete(b.type)) return false;
    return isSubtype(a.type, b.type) && isSubtype(b.type, a.type);
  }
  if (a.kind === 'const' && b.kind === 'const') return sameObject(a.value, b.value);
  if (a.kind === 'partial' && b.kind === 'partial') {
    if (a.type !== b.type || a.fields.length !== b.fields.length) return false;
    return a.fields.every((field, i) => sameElement(field, b.fields[i]));
  }
  if (
    (a.kind === 'conditional' && b.kind === 'conditional') ||
    (a.kind === 'interconditional' && b.kind === 'interconditional')
  ) {
    return a.slot === b.slot && sameElement(a.whenTrue, b.whenTrue) && sameElement(a.whenFalse, b.whenFalse);
  }
  return false;
}

/** Is everything in `a` also in `b`? False when it is not known. */
export function isBelow(a: Lattice, b: Lattice): boolean {
  if (a === b || b === anything || isImpossible(a)) return true;
  switch (b.kind) {
    case 'const':
      if (a.kind === 'const') return sameObject(a.value, b.value);
      return (a.kind === 'conditional' || a.kind === 'interconditional') && isBelow(withoutConditional(a), b);
    case 'partial':
      if (a.kind !== 'partial' && a.kind !== 'const') return false;
      if (a.kind === 'partial') return isSubtype(a.type, b.type) && fieldsBelow(a, b);
      return instanceIsA(a.value, b.type) && fieldsBelow(a, b);
    case 'conditional':
    case 'interconditional':
      if (a.kind !== b.kind) return false;
      return a.slot === b.slot && isBelow(a.whenTrue, b.whenTrue) && isBelow(a.whenFalse, b.whenFalse);
    case 'type':
      if (isVararg(b.type)) return isVararg(widen(a)) && isSubtype(varargElement(widen(a)), varargElement(b.type));
      if (a.kind === 'const') return b.type !== Bottom && instanceIsA(a.value, b.type);
      return !isVararg(widen(a)) && isSubtype(widen(a), b.type);
  }
}

function fieldsBelow(a: PartialStruct | Const, b: PartialStruct): boolean {
  const count = a.kind === 'partial' ? a.fields.length : fieldCountOr0(typeOf(a.value));
  const last = b.fields.at(-1);
  if (last !== undefined && isRest(last)) {
    if (count < b.fields.length - 1) return false;
    if (a.kind === 'partial' && a.fields.some(isRest) && count !== b.fields.length) return false;
  } else if (count < b.fields.length || (isTupleType(b.type) && count !== b.fields.length)) {
    return false;
  }
  for (let i = 0; i < b.fields.length; i++) {
    const right = b.fields[i];
    if (isRest(right)) {
      for (let k = i; k < count; k++) {
        const left = fieldOf(a, k);
        if (left === null || !isBelow(oneOfRest(left), oneOfRest(right))) return false;
      }
      return true;
    }
    const left = fieldOf(a, i);
    if (left === null || isRest(left) || !isBelow(left, right)) return false;
  }
  return true;
}

/** What is known of field `index` of an element; null if it may be undefined or is not there. */
export function fieldOf(element: Lattice, index: number): Lattice | null {
  switch (element.kind) {
    case 'partial': {
      const last = element.fields.length - 1;
      if (index >= last && last >= 0 && isRest(element.fields[last])) return oneOfRest(element.fields[last]);
      const known = element.fields[index];
      if (known !== undefined) return known;
      return isTupleType(element.type) ? null : ofType(fieldType(element.type, index));
    }
    case 'const': {
      if (index >= fieldCountOr0(typeOf(element.value))) return null;
      const value = boxedFieldAt(element.value, index);
      return value === 0 ? null : ofConst(value);
    }
    case 'type':
      if (!isDataType(element.type) || index >= fieldCountOr0(element.type)) return null;
      return ofType(boundOfVariable(fieldType(element.type, index)));
    case 'conditional':
    case 'interconditional':
      return null;
  }
}

/** True for the types whose fields are worth knowing one by one. */
export const isPartialable = (type: Ref): boolean =>
  isDataType(type) && (isTupleType(type) || (isConcrete(type) && !isMutableType(type) && fieldCountOr0(type) > 0));

/** Number of fields; 0 for types that have no certain number. */
export function fieldCountOr0(type: Ref): number {
  if (!isDataType(type)) return 0;
  if (!isConcrete(type) && !isTupleType(type) && (isNamedTupleType(type) || type === Any)) return 0;
  try {
    return fieldCount(type);
  } catch {
    return 0;
  }
}

/** Is more known than the type says? A Const of a type with one instance, or of a type, says no more. */
export function isRefined(element: Lattice): boolean {
  if (element.kind === 'partial') return true;
  if (element.kind !== 'const') return false;
  if (isType(element.value)) return !(element.value === Bottom || hasUniqueRepresentation(element.value));
  return instanceOf(typeOf(element.value)) === 0;
}

const MAX_DEPTH = 5;

/** An instance with these fields; no more than the type when they say no more than it does. */
export function partial(type: DataTypeRef, fields: readonly Lattice[]): Lattice {
  if (instanceOf(type) !== 0) return ofConst(instanceOf(type));
  const kept = fields.map((field) => (depthOf(field) >= MAX_DEPTH ? ofType(widen(field)) : withoutConditional(field)));
  const isTuple = isTupleType(type);
  const finer = kept.some((field, i) => {
    if (isRest(field)) return false;
    if (isRefined(field)) return true;
    if (isTuple) return isTypeType(widen(field));
    return !isSubtype(fieldType(type, i), widen(field));
  });
  return finer ? { kind: 'partial', type: intern(type), fields: kept } : ofType(type);
}

const depthOf = (element: Lattice): number =>
  element.kind === 'partial' ? 1 + Math.max(0, ...element.fields.map(depthOf)) : 0;

/** A tuple with these elements, of which the last may stand for any number. */
export function tupleOf(fields: readonly Lattice[]): Lattice {
  const known = fields.map(withoutConditional);
  const types: Ref[] = [];
  for (const field of known) {
    const type = widen(field);
    if (type === Bottom) return impossible;
    types.push(isVararg(type) ? type : tupleElementType(type));
  }
  return partial(applyTupleType(types), known);
}

const typeKinds: readonly Ref[] = [
  datatype('DataType'),
  datatype('UnionAll'),
  datatype('Union'),
  datatype('TypeofBottom'),
];

/** A type as an element of a tuple has the type DataType, not Type{T}. */
export function tupleElementType(type: Ref): Ref {
  if (isTypeType(type)) {
    const of = param(type, 0);
    return of === Bottom || hasUniqueRepresentation(of) ? typeOf(of) : wrapperType;
  }
  const body = unwrapUnionAll(type);
  if (isTypeType(body)) return wrapperType;
  if (isUnion(type) && unionMembers(type).some((member) => isTypeType(unwrapUnionAll(member)))) {
    return typeUnion(unionMembers(type).map(tupleElementType));
  }
  return type;
}

const wrapperType: Ref = wrapper('Type');
export const isKindOfType = (type: Ref): boolean => typeKinds.includes(type);

/** What is left of an element that is an instance of `type` for certain. */
export function restrict(element: Lattice, type: Ref): Lattice {
  const plain = withoutConditional(element);
  if (plain.kind === 'const') return instanceIsA(plain.value, type) ? plain : impossible;
  const own = widen(plain);
  if (own === type || type === Any || isSubtype(own, type)) return plain;
  if (plain.kind === 'partial') {
    const common = typeIntersect(own, type);
    if (common === Bottom) return impossible;
    if (!isDataType(common) || !isTupleType(common) || paramCount(common) !== plain.fields.length)
      return ofType(common);
    const fields: Lattice[] = [];
    for (let i = 0; i < plain.fields.length; i++) {
      const declared = param(common, i);
      if (isVararg(declared) || isRest(plain.fields[i])) return ofType(common);
      const field = restrict(plain.fields[i], declared);
      if (isImpossible(field)) return impossible;
      fields.push(field);
    }
    return partial(common, fields);
  }
  if (isUnion(own)) {
    const left: Ref[] = [];
    for (const member of unionMembers(own)) {
      const kept = isSubtype(member, type) ? member : typeIntersect(member, type);
      if (kept !== Bottom) left.push(kept);
    }
    return left.length === 0 ? impossible : ofType(typeUnion(left));
  }
  return ofType(typeIntersect(own, type));
}

/** What both elements say of one value; `b` is taken to be the newer knowledge. */
export function meet(a: Lattice, b: Lattice): Lattice {
  if (isBelow(b, a)) return b;
  if (isBelow(a, b)) return a;
  if (b.kind === 'type') return restrict(a, b.type);
  if (b.kind === 'const') return instanceIsA(b.value, widen(a)) ? b : impossible;
  if (b.kind === 'partial') {
    const common = restrict(ofType(widen(a)), b.type);
    return isImpossible(common) ? impossible : b;
  }
  return b;
}

const MAX_SPLIT = 8;

/** What is left of an element that is no instance of `type` for certain. */
export function exclude(element: Lattice, type: Ref): Lattice {
  const plain = withoutConditional(element);
  if (plain.kind === 'const') return instanceIsA(plain.value, type) ? impossible : plain;
  const own = widen(plain);
  if (isSubtype(own, type)) return impossible;
  if (isUnion(own)) {
    const left = unionMembers(own).filter((member) => !isSubtype(member, type));
    return left.length === 0 ? impossible : ofType(typeUnion(left));
  }
  return splitTuple(plain, own, type);
}

/** A tuple with one union among its elements is a union of tuples, of which some may be excluded. */
function splitTuple(element: Lattice, own: Ref, type: Ref): Lattice {
  if (!isDataType(own) || !isTupleType(own) || !isTupleType(unwrapUnionAll(type))) return element;
  let at = -1;
  for (let i = 0, n = paramCount(own); i < n; i++) {
    if (!isUnion(param(own, i))) continue;
    if (at >= 0) return element;
    at = i;
  }
  if (at < 0) return element;
  const members = unionMembers(param(own, at));
  if (members.length > MAX_SPLIT) return element;
  const kept = members.filter((member) => {
    const parameters: Ref[] = [];
    for (let i = 0, n = paramCount(own); i < n; i++) parameters.push(i === at ? member : param(own, i));
    return !isSubtype(applyTupleType(parameters), type);
  });
  if (kept.length === members.length) return element;
  if (kept.length === 0) return impossible;
  const parameters: Ref[] = [];
  for (let i = 0, n = paramCount(own); i < n; i++) parameters.push(i === at ? typeUnion(kept) : param(own, i));
  return ofType(applyTupleType(parameters));
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
    case 'interconditional':
      return `b${element.slot}(${keyOf(element.whenTrue)},${keyOf(element.whenFalse)})`;
  }
}

function constKey(value: Ref): string {
  const type = typeOf(value);
  if (!isBits(type) || instanceOf(type) !== 0) return `c${value}`;
  const size = layoutSize(type);
  if (size > 64) return `c${value}`;
  return `b${type}:${Buffer.from(U8.slice(value * 8, value * 8 + size)).toString('hex')}`;
}

/** A type that may mention variables of `around`, wrapped in them. */
export const closed = (type: Ref, around: Ref): Ref => rewrapUnionAll(type, around);
