// Merging: the element that stands for values from two places.
//
// It need not be the least one. What a variable of a loop holds is merged again and again, so a chain of merges must end
// soon: unions stay short and shallow, types of one name become that name with the parameters they share, tuples are merged
// element by element while they have the same length, and what is still too large is Any.

import { NULL, type Ref } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype, falseValue, trueValue } from '../../interpreter/memory/wellknown.ts';
import {
  applyTupleType,
  fieldType,
  hasFreeVars,
  instantiateUnionAll,
  isConcrete,
  isDataType,
  isDispatchTuple,
  isSubtype,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  isVarargTuple,
  param,
  paramCount,
  rewrapUnionAll,
  typeEgal,
  typeIntersect,
  typeNameOf,
  typeUnion,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unionMembers,
  unwrapUnionAll,
  varargElement,
  varUpper,
  wrapperOf,
  wrapVararg,
} from '../../interpreter/types/index.ts';
import {
  type Conditional,
  constantBool,
  fieldCountOr0,
  fieldOf,
  type InterConditional,
  impossible,
  isBelow,
  isImpossible,
  isPartialable,
  type Lattice,
  ofConst,
  ofType,
  partial,
  sameElement,
  sameObject,
  someBool,
  widen,
  withoutConditional,
} from './lattice.ts';

const Any = datatype('Any');
const anything = ofType(Any);

/** The longest union that a merge gives; of its members, one less may be abstract. */
const MAX_UNION_LENGTH = 3;
const MAX_UNION_COMPLEXITY = 3;

/** An element that has everything of both. */
export function join(a: Lattice, b: Lattice): Lattice {
  if (a === b) return a;
  if (isImpossible(a)) return b;
  if (isImpossible(b)) return a;
  const conditional = joinConditionals(a, b);
  if (conditional !== null) return conditional;
  const left = withoutConditional(a);
  const right = withoutConditional(b);
  if (isBelow(left, right)) return right;
  if (isBelow(right, left)) return left;
  const merged = joinFields(left, right);
  if (merged !== null) return merged;
  return ofType(joinTypes(widen(left), widen(right)));
}

type SomeConditional = Conditional | InterConditional;
const isConditional = (element: Lattice): element is SomeConditional =>
  element.kind === 'conditional' || element.kind === 'interconditional';

/** A constant Bool as something that is said of the variable that the other one speaks of. */
function asConditional(element: Lattice, like: SomeConditional): Lattice {
  if (element.kind !== 'const') return element;
  if (element.value === trueValue) return { ...like, whenTrue: anything, whenFalse: impossible };
  return element.value === falseValue ? { ...like, whenTrue: impossible, whenFalse: anything } : element;
}

function joinConditionals(a: Lattice, b: Lattice): Lattice | null {
  const left = isConditional(b) ? asConditional(a, b) : a;
  const right = isConditional(a) ? asConditional(b, a) : b;
  if (!isConditional(left) || !isConditional(right)) return null;
  if (left.kind === right.kind && left.slot === right.slot) {
    const whenTrue = join(left.whenTrue, right.whenTrue);
    const whenFalse = join(left.whenFalse, right.whenFalse);
    if (!sameElement(whenTrue, whenFalse)) return { ...left, whenTrue, whenFalse };
  }
  const known = constantBool(left);
  if (known !== undefined && known === constantBool(right)) return ofConst(known ? trueValue : falseValue);
  return someBool;
}

/** Two instances of one type, field by field. */
function joinFields(a: Lattice, b: Lattice): Lattice | null {
  const type = widen(a);
  if (
    type !== widen(b) ||
    (a.kind !== 'partial' && b.kind !== 'partial' && !(a.kind === 'const' && b.kind === 'const'))
  )
    return null;
  if (!isDataType(type) || !(isPartialable(type) || a.kind === 'partial')) return null;
  if (isVarargTuple(type)) return null;
  const count = isTupleType(type) ? paramCount(type) : fieldCountOr0(type);
  if (count === 0) return null;
  const fields: Lattice[] = [];
  for (let i = 0; i < count; i++) {
    const declared = isTupleType(type) ? param(type, i) : fieldType(type, i);
    const left = fieldOf(a, i);
    const right = fieldOf(b, i);
    if (left === null || right === null) {
      if (isTupleType(type)) return null;
      break;
    }
    fields.push(joinField(left, right, ofType(declared)));
  }
  const merged = partial(type, fields);
  return merged.kind === 'type' ? null : merged;
}

function joinField(a: Lattice, b: Lattice, declared: Lattice): Lattice {
  if (sameElement(a, b) || sameElement(a, declared)) return a;
  if (sameElement(b, declared)) return b;
  const left = widen(a);
  const right = widen(b);
  if (left === right) return joinFields(a, b) ?? ofType(left);
  const name = typeNameOrNull(left);
  if (name !== NULL && name === typeNameOrNull(right) && !isTypeType(left)) {
    return ofType(typeIntersect(widen(declared), wrapperOf(name)));
  }
  return declared;
}

function typeNameOrNull(type: Ref): Ref {
  const body = unwrapUnionAll(type);
  return isDataType(body) ? typeNameOf(body) : NULL;
}

/** A type that has all instances of both. */
export function joinTypes(a: Ref, b: Ref): Ref {
  if (a === b) return a;
  if ((isConcrete(a) || isTypeType(a)) && (isConcrete(b) || isTypeType(b))) return typeUnion([a, b]);
  if (isSubtype(a, b)) return b;
  if (isSubtype(b, a)) return a;
  return joinSlow(a, b);
}

function joinSlow(a: Ref, b: Ref): Ref {
  const types: Ref[] = [...unionMembers(a), ...unionMembers(b)];
  for (const type of types) {
    const body = unwrapUnionAll(type);
    if (!isDataType(body) || !isSubtype(type, wrapperOf(typeNameOf(body)))) return Any;
  }
  for (let i = 1; i < types.length; i++) {
    for (let j = 0; j < i; j++) {
      if (types[i] === Bottom || types[j] === Bottom) continue;
      if (typeNameOrNull(types[i]) !== typeNameOrNull(types[j])) continue;
      if (isSubtype(types[i], types[j])) {
        types[i] = Bottom;
        break;
      }
      if (isSubtype(types[j], types[i])) {
        types[j] = Bottom;
        continue;
      }
      types[j] = joinSameName(types[i], types[j]);
      types[i] = Bottom;
      break;
    }
  }
  const union = typeUnion(types);
  if (isSimpleEnough(union)) return union;
  const simpler = types.map((type) => {
    const body = unwrapUnionAll(type);
    if (!isTupleType(body)) return type;
    const elements: Ref[] = [];
    for (let i = 0, n = paramCount(body); i < n; i++) {
      const element = param(body, i);
      const plain = isVararg(element) ? varargElement(element) : element;
      if (isSimpleEnough(plain)) elements.push(element);
      else elements.push(isVararg(element) ? wrapVararg(Any, NULL) : Any);
    }
    return rewrapUnionAll(applyTupleType(elements), type);
  });
  const reduced = typeUnion(simpler);
  if (isSimpleEnough(reduced)) return reduced;
  const shallow = typeUnion(simpler.map(withoutUnions));
  return isSimpleEnough(shallow) ? shallow : Any;
}

/** A tuple type, with Any for the elements that are unions. */
function withoutUnions(type: Ref): Ref {
  if (!isTupleType(type)) return type;
  const elements: Ref[] = [];
  for (let i = 0, n = paramCount(type); i < n; i++) {
    const element = param(type, i);
    if (isVararg(element)) elements.push(isUnion(varargElement(element)) ? wrapVararg(Any, NULL) : element);
    else elements.push(isUnion(element) ? Any : element);
  }
  return applyTupleType(elements);
}

const isSameParameter = (a: Ref, b: Ref): boolean =>
  a === b || (isType(a) && isType(b) ? typeEgal(a, b) : !isTypeVar(a) && !isTypeVar(b) && sameObject(a, b));

function joinSameName(a: Ref, b: Ref): Ref {
  const left = unwrapUnionAll(a);
  const right = unwrapUnionAll(b);
  if (isTupleType(left) && isTupleType(right)) {
    return rewrapUnionAll(rewrapUnionAll(joinTuples(left, right), a), b);
  }
  const whole = wrapperOf(typeNameOf(left));
  let merged = whole;
  const variables: Ref[] = [];
  for (let i = 0, n = paramCount(left); i < n && isUnionAll(merged); i++) {
    const own = param(left, i);
    const shared = isSameParameter(own, param(right, i)) && !hasFreeVars(own);
    if (!shared) variables.push(unionAllVar(merged));
    merged = shared ? instantiateUnionAll(merged, own) : unionAllBody(merged);
  }
  const result = rewrapUnionAll(merged, whole);
  return isSubtype(a, result) && isSubtype(b, result) ? result : whole;
}

/** Tuples element by element; where their lengths differ, the rest is any number of one type. */
function joinTuples(a: Ref, b: Ref): Ref {
  const va = paramCount(a) > 0 && isVararg(param(a, paramCount(a) - 1));
  const vb = paramCount(b) > 0 && isVararg(param(b, paramCount(b) - 1));
  const fixedA = paramCount(a) - (va ? 1 : 0);
  const fixedB = paramCount(b) - (vb ? 1 : 0);
  const fixed = Math.min(fixedA, fixedB);
  const elements: Ref[] = [];
  for (let i = 0; i < fixed; i++) elements.push(typeUnion([boundOf(param(a, i)), boundOf(param(b, i))]));
  if (fixedA === fixedB && !va && !vb) return applyTupleType(elements);
  let tail: Ref = Bottom;
  for (const tuple of [a, b]) {
    for (let i = fixed, n = paramCount(tuple); i < n; i++) {
      const element = param(tuple, i);
      const plain = boundOf(isVararg(element) ? varargElement(element) : element);
      tail = joinTypes(tail, plain);
      if (tail === Any) break;
    }
  }
  return applyTupleType([...elements, wrapVararg(tail, NULL)]);
}

const boundOf = (type: Ref): Ref => (isTypeVar(type) ? varUpper(type) : type);

/** The element type of what is left of a tuple. */
export function tailType(elements: readonly Ref[]): Ref {
  let tail: Ref = Bottom;
  for (const element of elements) tail = joinTypes(tail, boundOf(isVararg(element) ? varargElement(element) : element));
  return tail;
}

function unionLength(type: Ref): number {
  const members = unionMembers(type);
  return Math.max(members.length, members.filter((member) => !isDispatchElement(member)).length + 1);
}

const isDispatchElement = (type: Ref): boolean =>
  type === Bottom || isTypeType(type) || (isConcrete(type) && !isKind(type)) || isDispatchTuple(type);

const kinds: readonly Ref[] = [datatype('DataType'), datatype('UnionAll'), datatype('Union'), datatype('TypeofBottom')];
const isKind = (type: Ref): boolean => kinds.includes(type);

function unionComplexity(type: Ref): number {
  if (isUnion(type)) return unionComplexity(unionA(type)) + unionComplexity(unionB(type)) + 1;
  if (isUnionAll(type))
    return Math.max(unionComplexity(unionAllBody(type)), unionComplexity(varUpper(unionAllVar(type))));
  if (isVararg(type)) return unionComplexity(varargElement(type)) + 1;
  if (!isTupleType(type)) return 0;
  let complexity = 0;
  for (let i = 0, n = paramCount(type); i < n; i++) complexity = Math.max(complexity, unionComplexity(param(type, i)));
  return complexity;
}

const isSimpleEnough = (type: Ref): boolean =>
  unionLength(type) <= MAX_UNION_LENGTH && unionComplexity(type) <= MAX_UNION_COMPLEXITY;
