// Cheap answers: what a look at names and flags can tell about two types.
//
// None of these searches. Each may say that it does not know, in the way its name suggests (`obviouslyX` false means
// "not obviously"; `obviousSubtype` has a third answer); callers then run the full algorithm. They run before every
// search, and most questions end here: dispatch compares concrete tuple types.

import { NULL, type Ref, typeOf } from '../../memory/layout.ts';
import { DataTypeFlag, TypeNameFlag } from '../../memory/objects.ts';
import { unboxInt64 } from '../../runtime/values.ts';
import { equalityIsIdentity } from '../cache.ts';
import { egal } from '../egal.ts';
import {
  AnyType,
  Bottom,
  hasFlag,
  hasNameFlag,
  isConcrete,
  isDataType,
  isInt64,
  isKind,
  isSymbol,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  isVarargTuple,
  normalizeBottomType,
  param,
  paramCount,
  superOf,
  TupleName,
  TypeofBottomType,
  TypeTypeName,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  VarargKind,
  varargElement,
  varargKind,
  varargN,
  varargT,
  varLower,
  varUpper,
  wrapperOf,
} from '../kinds.ts';
import { hasFreeVars, occursInvariant } from '../variables.ts';

/** Identity, followed through structure; free variables by identity, concrete types by reference. */
export function obviouslyEgal(a: Ref, b: Ref): boolean {
  a = normalizeBottomType(a);
  b = normalizeBottomType(b);
  if (a === b) return true;
  if (a === NULL || b === NULL || typeOf(a) !== typeOf(b)) return false;
  if (isDataType(a)) {
    if (typeNameOf(a) !== typeNameOf(b) || isConcrete(a) || isConcrete(b)) return false;
    const n = paramCount(a);
    if (n !== paramCount(b)) return false;
    for (let i = 0; i < n; i++) if (!obviouslyEgal(param(a, i), param(b, i))) return false;
    return true;
  }
  if (isUnion(a)) return obviouslyEgal(unionA(a), unionA(b)) && obviouslyEgal(unionB(a), unionB(b));
  if (isUnionAll(a)) return unionAllVar(a) === unionAllVar(b) && obviouslyEgal(unionAllBody(a), unionAllBody(b));
  if (isVararg(a)) {
    if (!obviouslyEgal(varargElement(a), varargElement(b))) return false;
    const n = varargN(a);
    const m = varargN(b);
    return n === NULL || m === NULL ? n === m : obviouslyEgal(n, m);
  }
  if (isTypeVar(a)) return false;
  return !isType(a) && egal(a, b);
}

/** Number of parameters of two tuple types that certainly face each other; -1 when the lengths can never agree. */
function commonTupleLength(a: Ref, b: Ref): number {
  let n = paramCount(a);
  let m = paramCount(b);
  const va = isVarargTuple(a);
  const vb = isVarargTuple(b);
  if (va) n--;
  if (vb) m--;
  if (!va && !vb && n !== m) return -1;
  return Math.min(n, m);
}

/** True when the types are certainly not equal. */
export function obviouslyUnequal(a: Ref, b: Ref): boolean {
  a = normalizeBottomType(a);
  b = normalizeBottomType(b);
  if (a === b) return false;
  a = unwrapUnionAll(a);
  b = unwrapUnionAll(b);
  if (isDataType(a)) {
    if (b === Bottom) return true;
    if (isDataType(b)) {
      const name = typeNameOf(a);
      if (a === TypeofBottomType && typeNameOf(b) === TypeTypeName) return obviouslyUnequal(Bottom, param(b, 0));
      if (name === TypeTypeName && b === TypeofBottomType) return obviouslyUnequal(param(a, 0), Bottom);
      if (name !== typeNameOf(b) || equalityIsIdentity(a, b)) return true;
      const n = name === TupleName ? commonTupleLength(a, b) : paramCount(a) === paramCount(b) ? paramCount(a) : -1;
      if (n < 0) return true;
      for (let i = 0; i < n; i++) if (obviouslyUnequal(param(a, i), param(b, i))) return true;
    }
  } else if (a === Bottom && isDataType(b)) return true;
  if (isTypeVar(a) && isTypeVar(b) && obviouslyUnequal(varUpper(a), varUpper(b))) return true;
  if (isInt64(a)) {
    if (isInt64(b) && unboxInt64(a) !== unboxInt64(b)) return true;
  } else if (isInt64(b)) return true;
  return (isSymbol(a) || isSymbol(b)) && a !== b;
}

/** Is every member of `t` obviously a member of the union `u`? */
export function obviouslyInUnion(u: Ref, t: Ref): boolean {
  if (isUnion(t)) return obviouslyInUnion(u, unionA(t)) && obviouslyInUnion(u, unionB(t));
  if (isUnion(u)) return obviouslyInUnion(unionA(u), t) || obviouslyInUnion(unionB(u), t);
  return obviouslyEgal(u, t);
}

/** True when the types certainly have no instance in common. `specificity`: for comparing methods, less is disjoint. */
export function obviouslyDisjoint(a: Ref, b: Ref, specificity: boolean): boolean {
  if (a === b || a === AnyType || b === AnyType) return false;
  if (specificity && a === TypeofBottomType) return false;
  if (isConcrete(a) && isConcrete(b) && equalityIsIdentity(a, b)) return true;
  a = unwrapUnionAll(a);
  b = unwrapUnionAll(b);
  if (isUnion(a)) return obviouslyDisjoint(unionA(a), b, specificity) && obviouslyDisjoint(unionB(a), b, specificity);
  if (isUnion(b)) return obviouslyDisjoint(a, unionA(b), specificity) && obviouslyDisjoint(a, unionB(b), specificity);
  if (isDataType(a) && isDataType(b)) {
    if (typeNameOf(a) !== typeNameOf(b)) {
      const up = ancestorNamed(a, typeNameOf(b));
      if (up !== NULL) a = up;
      else {
        const other = ancestorNamed(b, typeNameOf(a));
        if (other === NULL) return true;
        b = other;
      }
      // Declared subtypes take priority over what the parameters say.
      if (specificity) return false;
    }
    const tuple = typeNameOf(a) === TupleName;
    let n = tuple ? commonTupleLength(a, b) : paramCount(a);
    if (n < 0) {
      if (!specificity) return true;
      n = Math.min(paramCount(a), paramCount(b));
    }
    for (let i = 0; i < n; i++) {
      const p = param(a, i);
      const q = param(b, i);
      if (isTypeVar(p) || isTypeVar(q)) continue;
      if (isType(p)) {
        if (isType(q)) {
          if (!(tuple && (p === Bottom || q === Bottom)) && obviouslyDisjoint(p, q, specificity)) return true;
        } else if (p !== AnyType) return true;
      } else if (isType(q)) {
        if (q !== AnyType) return true;
      } else if (!egal(p, q)) return true;
    }
    return false;
  }
  return a === Bottom || b === Bottom;
}

/** The first supertype of the DataType `t`, itself included, that has the given name; 0 when only Any is left. */
export function ancestorNamed(t: Ref, name: Ref): Ref {
  while (t !== NULL && t !== AnyType) {
    if (typeNameOf(t) === name) return t;
    t = superOf(t);
  }
  return NULL;
}

/** May a diagonal variable have this as its value: a concrete type, `Type{...}`, a value, or `Union{}`? */
export function isLeafBound(t: Ref): boolean {
  if (t === Bottom) return true;
  if (isDataType(t)) {
    if (hasNameFlag(typeNameOf(t), TypeNameFlag.abstract)) return isTypeType(t);
    return hasFlag(t, DataTypeFlag.isconcretetype);
  }
  return !isType(t) && !isTypeVar(t);
}

/** At least how many concrete types are subtypes of `t`: 0 (unknown), 1, or 2 for more. */
function fewestConcrete(t: Ref): number {
  t = unwrapUnionAll(t);
  if (t === Bottom) return 1;
  if (isDataType(t)) return isTypeType(t) ? 0 : isConcrete(t) ? 1 : 2;
  if (isVararg(t) || isTypeVar(t)) return 0;
  if (isUnion(t)) {
    const count = fewestConcrete(unionA(t));
    return count > 1 ? count : count + fewestConcrete(unionB(t));
  }
  return 1;
}

/** The body of the UnionAll inside `t` that binds `variable`, 0 when there is none. */
function bodyBinding(t: Ref, variable: Ref): Ref {
  if (isUnionAll(t)) {
    const bound = unionAllVar(t);
    if (bound === variable) return unionAllBody(t);
    return (
      bodyBinding(varLower(bound), variable) ||
      bodyBinding(varUpper(bound), variable) ||
      bodyBinding(unionAllBody(t), variable)
    );
  }
  if (isUnion(t)) return bodyBinding(unionA(t), variable) || bodyBinding(unionB(t), variable);
  if (isVararg(t)) {
    if (varargT(t) === NULL) return NULL;
    const found = bodyBinding(varargT(t), variable);
    return found !== NULL || varargN(t) === NULL ? found : bodyBinding(varargN(t), variable);
  }
  if (isDataType(t)) {
    for (let i = 0, n = paramCount(t); i < n; i++) {
      const found = bodyBinding(param(t, i), variable);
      if (found !== NULL) return found;
    }
  }
  return NULL;
}

/** Answers of `obviousSubtype`. */
export const Obvious = { no: 0, yes: 1, unknown: 2 } as const;
export type Obvious = (typeof Obvious)[keyof typeof Obvious];

/** Gathers answers on parts of a question whose answer is yes only if all are. */
class Conjunction {
  certain = true;

  /** Notes an answer; true when it settles the whole question with no. `t` is the side that may be constrained further. */
  refuted(answer: Obvious, t: Ref): boolean {
    if (answer === Obvious.no) return true;
    if (answer === Obvious.unknown || hasFreeVars(t)) this.certain = false;
    return false;
  }
}

/**
 * Is `x <: y`, as far as it is easy to say? Bounds of variables are used as if the variables were bound by the caller's
 * own UnionAlls: the caller must be careful with what it makes of the answer.
 *
 * @param whole the right-hand side that the question started with
 */
export function obviousSubtype(x: Ref, y: Ref, whole: Ref): Obvious {
  steps = 0;
  return obviousForMembers(x, y, whole);
}

/**
 * As `obvious`, for types that are not elements of tuples: there a union is below `y` exactly if each of its members is.
 * (`Tuple{Union{A, B}}` is below `Union{Tuple{A}, Tuple{B}}`, though A and B are not both below either.)
 */
function obviousForMembers(x: Ref, y: Ref, whole: Ref): Obvious {
  if (!isUnion(x) || hasFreeVars(x) || hasFreeVars(y)) return obvious(x, y, whole);
  const first = obviousForMembers(unionA(x), y, whole);
  if (first === Obvious.no) return first;
  const second = obviousForMembers(unionB(x), y, whole);
  return second === Obvious.no || first === Obvious.yes ? second : Obvious.unknown;
}

/** Steps of the question at hand. Invariant parameters are compared both ways, so nested types may need very many. */
let steps = 0;
/** After so many it is not obvious any more. */
const MAX_STEPS = 10_000;

function obvious(x: Ref, y: Ref, whole: Ref): Obvious {
  if (x === y || y === AnyType) return Obvious.yes;
  if (++steps > MAX_STEPS) return Obvious.unknown;
  while (isUnionAll(x)) {
    if (!isUnionAll(y)) return obvious(unwrapUnionAll(x), y, whole) === Obvious.no ? Obvious.no : Obvious.unknown;
    x = unionAllBody(x);
    y = unionAllBody(y);
  }
  y = unwrapUnionAll(y);
  x = normalizeBottomType(x);
  y = normalizeBottomType(y);
  if (x === y || y === AnyType) return Obvious.yes;
  if (isTypeVar(x)) {
    if (varLower(x) !== Bottom) return Obvious.unknown;
    return obvious(varUpper(x), y, whole) === Obvious.yes ? Obvious.yes : Obvious.unknown;
  }
  if (isTypeVar(y)) {
    if (varLower(y) !== Bottom) return Obvious.unknown;
    return obvious(x, varUpper(y), whole) === Obvious.no ? Obvious.no : Obvious.unknown;
  }
  if (x === Bottom) return Obvious.yes;
  if (y === Bottom) return Obvious.no;
  if (isVararg(x)) return isVararg(y) ? Obvious.unknown : Obvious.no;
  if (!isType(x) || !isType(y)) return egal(x, y) ? Obvious.yes : Obvious.no;
  if (isUnion(x)) {
    const both = obvious(unionA(x), y, whole) === Obvious.yes && obvious(unionB(x), y, whole) === Obvious.yes;
    return both ? Obvious.yes : Obvious.unknown;
  }
  if (isUnion(y)) {
    const first = obvious(x, unionA(y), whole);
    if (first === Obvious.yes) return first;
    const second = obvious(x, unionB(y), whole);
    if (first === Obvious.no) return second;
    return second === Obvious.yes ? Obvious.yes : Obvious.unknown;
  }
  if (x === AnyType) return Obvious.no;
  if (isDataType(x) && isDataType(y)) return obviousDataTypes(x, y, whole);
  return Obvious.unknown;
}

/** Are the parameters written in one way only: without `where`, which has several ways to say Any? */
function isPlain(t: Ref): boolean {
  const plain = (p: Ref): boolean => (isUnion(p) ? plain(unionA(p)) && plain(unionB(p)) : isConcrete(p) || !isType(p));
  for (let i = 0, n = paramCount(t); i < n; i++) if (!plain(param(t, i))) return false;
  return true;
}

function obviousDataTypes(x: Ref, y: Ref, whole: Ref): Obvious {
  const name = typeNameOf(y);
  // Below a concrete type there is nothing but itself.
  if (isConcrete(x) && isConcrete(y) && equalityIsIdentity(x, y) && isPlain(x)) return Obvious.no;
  if (typeNameOf(x) !== name) {
    if (isTypeType(x) && isKind(y)) {
      const p = param(x, 0);
      return isTypeVar(p) ? Obvious.unknown : typeOf(p) === y ? Obvious.yes : Obvious.no;
    }
    if (isTypeType(y)) return isKind(x) && isTypeVar(param(y, 0)) ? Obvious.unknown : Obvious.no;
    let up: Ref = x;
    do {
      up = superOf(up);
      if (up === NULL) return Obvious.unknown;
      if (up === AnyType) return Obvious.no;
    } while (typeNameOf(up) !== name);
    return obvious(up, y, whole) === Obvious.yes ? Obvious.yes : Obvious.unknown;
  }
  const tuple = name === TupleName;
  if (!tuple && !hasFlag(x, DataTypeFlag.hasfreetypevars)) {
    // If the wrapper is below y, then so is every instance.
    if (obvious(wrapperOf(name), y, whole) === Obvious.yes) return Obvious.yes;
  }
  const result = new Conjunction();
  const n = paramCount(x);
  const m = paramCount(y);
  if (tuple) return obviousTuples(x, y, n, m, whole, result);
  if (n !== m) return Obvious.no;
  for (let i = 0; i < m; i++) if (refutedParameter(param(x, i), param(y, i), false, whole, result)) return Obvious.no;
  return result.certain ? Obvious.yes : Obvious.unknown;
}

function refutedParameter(a: Ref, b: Ref, covariant: boolean, whole: Ref, result: Conjunction): boolean {
  if (covariant || isTypeVar(b)) return result.refuted(obvious(a, b, whole), b);
  if (obviouslyEgal(a, b)) return false;
  if (result.refuted(obviousForMembers(a, b, whole), b)) return true;
  if (hasFreeVars(b)) {
    result.certain = false;
    return false;
  }
  return result.refuted(obviousForMembers(b, a, whole), a);
}

function obviousTuples(x: Ref, y: Ref, n: number, m: number, whole: Ref, result: Conjunction): Obvious {
  let endX: VarargKind = VarargKind.none;
  let endY: VarargKind = VarargKind.none;
  let fixedX = n;
  let fixedY = m;
  let tail: Ref = NULL;
  if (n > 0) {
    const last = param(x, n - 1);
    endX = varargKind(last);
    if (endX !== VarargKind.none) {
      tail = varargElement(last);
      fixedX += endX === VarargKind.int ? unboxInt64(varargN(last)) - 1 : -1;
    }
  }
  if (m > 0) {
    const last = param(y, m - 1);
    endY = varargKind(last);
    if (endY !== VarargKind.none) fixedY += endY === VarargKind.int ? unboxInt64(varargN(last)) - 1 : -1;
  }
  const openX = endX === VarargKind.bound || endX === VarargKind.unbound;
  const openY = endY === VarargKind.bound || endY === VarargKind.unbound;
  if (fixedX !== fixedY || openX || openY) {
    if (!openY && (endX !== VarargKind.bound || fixedX > fixedY || n > fixedY)) return Obvious.no;
    if (fixedX < fixedY) return Obvious.no;
    result.certain = false;
  }
  const headX = endX === VarargKind.none ? n : n - 1;
  const headY = endY === VarargKind.none ? m : m - 1;
  let i = 0;
  for (; i < headY; i++) {
    const a = i >= headX ? tail : param(x, i);
    if (refutedParameter(a, param(y, i), true, whole, result)) return Obvious.no;
  }
  if (i >= fixedX) return result.certain ? Obvious.yes : Obvious.unknown;
  // The rest of x faces the Vararg of y.
  const elementOf = (index: number): Ref => (endX !== VarargKind.none && index >= n - 1 ? tail : param(x, index));
  const b = varargElement(param(y, i));
  let first = elementOf(i);
  let diagonal = false;
  if (isTypeVar(b)) {
    const body = bodyBinding(whole, b) || whole;
    if (occursInvariant(body, b)) return Obvious.unknown;
    diagonal = isLeafBound(varLower(b));
    if (fixedX > m && diagonal && fewestConcrete(first) > 1) return Obvious.no;
  }
  first = valueTypeOf(first);
  for (; i < fixedX; i++) {
    const a = elementOf(i);
    if (i > m && diagonal) {
      // A diagonal variable has one value: all later elements must equal the first.
      const other = valueTypeOf(a);
      if (!obviouslyEgal(first, other)) {
        if (result.refuted(obvious(other, first, whole), first)) return Obvious.no;
        if (result.refuted(obvious(first, other, whole), other)) return Obvious.no;
      }
    }
    if (result.refuted(obvious(a, b, whole), b)) return Obvious.no;
  }
  return result.certain ? Obvious.yes : Obvious.unknown;
}

/** For `Type{T}` with a definite T the kind of T, which is what a diagonal variable sees. */
function valueTypeOf(t: Ref): Ref {
  const inner = unwrapUnionAll(t);
  return isTypeType(inner) && isType(param(inner, 0)) ? typeOf(param(inner, 0)) : t;
}
