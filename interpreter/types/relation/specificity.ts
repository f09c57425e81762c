// Which of two signatures is more specific.
//
// Not the same as subtyping: of two signatures that overlap without inclusion one may still win, so that fewer calls
// are ambiguous. The rules go parameter by parameter. Roughly: an element that is more specific decides unless another
// one decides the other way; a diagonal variable beats a free one; a fixed number of arguments beats a Vararg;
// `Type{Union{}}` beats everything.

import { NULL, type Ref, typeOf } from '../../memory/layout.ts';
import { TypeOfBottomType, wrapper } from '../../memory/wellknown.ts';
import { boxInt64, unboxInt64 } from '../../runtime/values.ts';
import { typeUnionAll } from '../apply.ts';
import { egal, typesEgal } from '../egal.ts';
import { substituteVar } from '../instantiate.ts';
import {
  AnyType,
  Bottom,
  DataTypeType,
  isConcrete,
  isDataType,
  isInt64,
  isKind,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  param,
  paramCount,
  superOf,
  TypeofBottomType,
  TypeTypeName,
  tupleVarargKind,
  typeNameOf,
  UnionAllType,
  UnionType,
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
} from '../kinds.ts';
import { hasFreeVars, hasVar } from '../variables.ts';
import { Obvious, obviouslyDisjoint, obviouslyUnequal, obviousSubtype } from './obvious.ts';
import { isSubtype, typesEqual } from './questions.ts';
import { Search } from './search.ts';
import { searchSubtype } from './subtype.ts';

/** Variables whose UnionAlls were opened, innermost first, and how often each occurs in its body. */
interface Opened {
  readonly variable: Ref;
  readonly occurrences: number;
  readonly outer: Opened | null;
}

function occurrences(variable: Ref, opened: Opened | null): number {
  for (let o = opened; o !== null; o = o.outer) if (o.variable === variable) return o.occurrences;
  return 0;
}

function countOccurrences(t: Ref, v: Ref): number {
  if (t === v) return 1;
  if (isUnion(t)) return Math.max(countOccurrences(unionA(t), v), countOccurrences(unionB(t), v));
  if (isUnionAll(t)) return unionAllVar(t) === v ? 0 : countOccurrences(unionAllBody(t), v);
  if (isVararg(t)) {
    if (varargT(t) === NULL) return 0;
    return countOccurrences(varargT(t), v) + (varargN(t) !== NULL ? countOccurrences(varargN(t), v) : 0);
  }
  if (isDataType(t)) {
    let count = 0;
    for (let i = 0, n = paramCount(t); i < n; i++) count += countOccurrences(param(t, i), v);
    return count;
  }
  return 0;
}

/** How many of the opened variables a type needs around it to be closed. */
function missingWraps(t: Ref, opened: Opened | null): number {
  if (!hasFreeVars(t)) return 0;
  const wrapped: Ref[] = [];
  for (let o = opened; o !== null; o = o.outer) {
    const v = o.variable;
    if (wrapped.includes(v)) continue;
    if (hasVar(t, v) || wrapped.some((w) => hasVar(varLower(w), v) || hasVar(varUpper(w), v))) wrapped.push(v);
  }
  return wrapped.length;
}

/** `obviousSubtype` of types that `wrapX` and `wrapY` opened variables would be put around. */
function obviousWrapped(x: Ref, y: Ref, whole: Ref, wrapX: number, wrapY: number): Obvious {
  let surplus = wrapX - wrapY;
  for (; surplus > 0 && isUnionAll(y); surplus--) y = unionAllBody(y);
  for (; surplus < 0 && isUnionAll(x); surplus++) x = unionAllBody(x);
  if (surplus > 0) return obviousSubtype(unwrapUnionAll(x), y, whole) === Obvious.no ? Obvious.no : Obvious.unknown;
  return obviousSubtype(x, y, whole);
}

const close = (t: Ref, opened: Opened | null): Ref => {
  if (!isType(t) && !isTypeVar(t)) return t;
  for (let o = opened; o !== null; o = o.outer) t = typeUnionAll(o.variable, t);
  return t;
};

/** Are two parts equal, each closed with the opened variables? */
function equalParts(a: Ref, b: Ref, wholeA: Ref, wholeB: Ref, opened: Opened | null): boolean {
  if (!(isType(a) || isTypeVar(a)) || !(isType(b) || isTypeVar(b))) return egal(a, b);
  if (a === b) return true;
  if (typeOf(a) === typeOf(b) && typesEgal(a, b)) return true;
  if (obviouslyUnequal(a, b)) return false;
  if (isDataType(a) && !isConcrete(b)) {
    // The looser one goes left. The wholes keep their sides, as in the reference.
    [a, b] = [b, a];
  }
  const wrapA = missingWraps(a, opened);
  const wrapB = missingWraps(b, opened);
  const down = b === AnyType || a === Bottom ? Obvious.yes : obviousWrapped(a, b, wholeB, wrapA, wrapB);
  if (down === Obvious.no) return false;
  const up = a === AnyType || b === Bottom ? Obvious.yes : obviousWrapped(b, a, wholeA, wrapB, wrapA);
  if (up === Obvious.no) return false;
  const closedA = close(a, opened);
  const closedB = close(b, opened);
  if (down !== Obvious.yes && !searchSubtype(closedA, closedB, new Search())) return false;
  return up === Obvious.yes || searchSubtype(closedB, closedA, new Search());
}

/** Is one part a subtype of another, each closed with the opened variables? */
function subtypeParts(x: Ref, y: Ref, wholeY: Ref, opened: Opened | null): boolean {
  if (y === AnyType || x === Bottom) return true;
  if (x === y || (typeOf(x) === typeOf(y) && (isUnionAll(y) || isUnion(y)) && typesEgal(x, y))) return true;
  const obvious = obviousWrapped(x, y, wholeY, missingWraps(x, opened), missingWraps(y, opened));
  if (obvious !== Obvious.unknown) return obvious === Obvious.yes;
  return searchSubtype(close(x, opened), close(y, opened), new Search());
}

/** Element `i` of a tuple type, within its Vararg, too; 0 when it has none. */
function elementAt(t: Ref, i: number): Ref {
  const n = paramCount(t);
  if (n === 0) return NULL;
  if (i < n - 1) return param(t, i);
  const last = param(t, n - 1);
  if (isVararg(last)) {
    const length = varargN(last);
    return length !== NULL && isInt64(length) && i >= n - 1 + unboxInt64(length) ? NULL : varargElement(last);
  }
  return i === n - 1 ? last : NULL;
}

function tupleMoreSpecific(
  c: Ref,
  p: Ref,
  wholeC: Ref,
  wholeP: Ref,
  invariant: boolean,
  opened: Opened | null,
): boolean {
  const np = paramCount(p);
  if (np === 0) return false;
  const nc = paramCount(c);
  if (nc === 0) return true;
  const lastC = param(c, nc - 1);
  const kindC = varargKind(lastC);
  const openC = kindC > VarargKind.int;
  const openP = varargKind(param(p, np - 1)) > VarargKind.int;
  let diagonalC = false;
  let diagonalP = false;
  let someMore = false;
  for (let i = 0; !(openC && openP && i >= nc && i >= np); i++) {
    const ec = elementAt(c, i);
    const ep = elementAt(p, i);
    if (ec === NULL) {
      if (ep === NULL) break;
      return true;
    }
    if (ep === NULL) {
      if (!openC && !someMore) return false;
      break;
    }
    if (more(ep, ec, wholeP, wholeC, invariant, opened)) return false;
    diagonalC ||= isTypeVar(ec) && occurrences(ec, opened) > 1;
    diagonalP ||= isTypeVar(ep) && occurrences(ep, opened) > 1;
    // Tails may even be disjoint once something before them decided.
    if (openC && openP && i >= nc - 1 && i >= np - 1 && (someMore || (diagonalC && !diagonalP))) return true;
    const here = more(ec, ep, wholeC, wholeP, invariant, opened);
    if (!here && !subtypeParts(ec, ep, wholeP, opened))
      // Keeps the order transitive where a Vararg's length also occurs elsewhere in the signature.
      return someMore && openC && kindC === VarargKind.bound && occurrences(varargN(lastC), opened) > 1;
    // Tuple{..., T} does not beat Tuple{..., Vararg{S}} if only S is diagonal.
    if (
      !here &&
      i === nc - 1 &&
      nc === np &&
      !openC &&
      openP &&
      equalParts(ec, ep, wholeC, wholeP, opened) &&
      isTypeVar(ec) &&
      isTypeVar(ep) &&
      !diagonalC &&
      diagonalP
    )
      return false;
    someMore ||= here;
  }
  if (openC && openP && nc > np && (!diagonalP || diagonalC)) return true;
  if (openC && !openP && !someMore) return false;
  return someMore || (diagonalC && !diagonalP);
}

function fullLength(t: Ref): number {
  const n = paramCount(t);
  if (n === 0) return 0;
  const last = param(t, n - 1);
  const length = isVararg(last) ? varargN(last) : NULL;
  return length !== NULL && isInt64(length) ? n + unboxInt64(length) - 1 : n;
}

/**
 * Compares `a`, whose Vararg has a variable as its length, with `b` of fixed length, by fixing that length, if that
 * changes earlier elements of `a`. Undefined when it does not.
 */
function withLengthFixed(
  a: Ref,
  b: Ref,
  wholeA: Ref,
  wholeB: Ref,
  swapped: boolean,
  opened: Opened | null,
): boolean | undefined {
  const n = paramCount(a);
  const length = fullLength(b) - n + 1;
  if (length <= 0) return undefined;
  const fixed = substituteVar(a, varargN(param(a, n - 1)), boxInt64(length));
  let changed = false;
  for (let i = 0; i < n - 1 && !changed; i++) changed = param(a, i) !== param(fixed, i);
  if (!changed) return undefined;
  if (equalParts(b, fixed, wholeB, wholeA, opened)) return swapped;
  return swapped ? more(b, fixed, wholeB, wholeA, false, opened) : more(fixed, b, wholeA, wholeB, false, opened);
}

const isBottomType = (t: Ref): boolean => t === TypeofBottomType || t === TypeOfBottomType;

/** Which tuple has `Type{Union{}}` first: 1 for a, -1 for b, 0 for both or none. */
function compareBottomTypes(a: Ref, b: Ref): number {
  const na = paramCount(a);
  const nb = paramCount(b);
  for (let i = 0; i < na || i < nb; i++) {
    const inA = i < na && isBottomType(param(a, i));
    const inB = i < nb && isBottomType(param(b, i));
    if (inA !== inB) return inA ? 1 : -1;
  }
  return 0;
}

const open = (u: Ref, outer: Opened | null): Opened => ({
  variable: unionAllVar(u),
  occurrences: countOccurrences(unionAllBody(u), unionAllVar(u)),
  outer,
});

/** Is `a` more specific than `b`? */
function more(a: Ref, b: Ref, wholeA: Ref, wholeB: Ref, invariant: boolean, opened: Opened | null): boolean {
  if (a === b) return false;
  if (isTupleType(a) && isTupleType(b)) {
    const first = compareBottomTypes(a, b);
    if (first !== 0) return first > 0;
    const kindA = tupleVarargKind(a);
    const kindB = tupleVarargKind(b);
    if (
      kindA === VarargKind.bound &&
      kindB < VarargKind.bound &&
      withLengthFixed(a, b, wholeA, wholeB, false, opened) === true
    )
      return true;
    if (
      kindB === VarargKind.bound &&
      kindA < VarargKind.bound &&
      withLengthFixed(b, a, wholeB, wholeA, true, opened) === false
    )
      return false;
    return tupleMoreSpecific(a, b, wholeA, wholeB, invariant, opened);
  }
  if (!invariant) {
    if (a === AnyType) return false;
    if (b === AnyType && !isTypeVar(a)) return true;
  }
  if (isUnion(a)) {
    if (isUnionAll(b)) return more(a, unionAllBody(b), wholeA, wholeB, invariant, open(b, opened));
    // A union wins if one of its members does, and none of the other's members wins over it.
    if (subtypeParts(b, a, wholeA, opened)) return false;
    if (
      !more(unionA(a), b, wholeA, wholeB, invariant, opened) &&
      !more(unionB(a), b, wholeA, wholeB, invariant, opened)
    )
      return false;
    return !(
      isUnion(b) &&
      (more(unionA(b), a, wholeB, wholeA, invariant, opened) || more(unionB(b), a, wholeB, wholeA, invariant, opened))
    );
  }
  if (isTypeType(a) && !invariant) {
    if (b === TypeofBottomType) return false;
    const p = param(a, 0);
    if (isTypeVar(p)) {
      if (isKind(b) && !subtypeParts(AnyType, varUpper(p), wholeB, opened)) return true;
    } else if (p === Bottom) {
      if (subtypeParts(b, wrapper('Type'), wrapper('Type'), opened)) return true;
    } else if (b === DataTypeType || b === UnionAllType || b === UnionType) return true;
  }
  if (isUnion(b)) {
    if (isUnionAll(a)) return more(unionAllBody(a), b, wholeA, wholeB, invariant, open(a, opened));
    if (more(a, unionA(b), wholeA, wholeB, invariant, opened) || more(a, unionB(b), wholeA, wholeB, invariant, opened))
      return !more(b, a, wholeB, wholeA, invariant, opened);
    return false;
  }
  if (isDataType(a) && isDataType(b)) return moreDataType(a, b, wholeA, wholeB, opened);
  if (isTypeVar(a)) {
    if (isTypeVar(b)) {
      const narrower =
        more(varUpper(a), varUpper(b), wholeA, wholeB, false, opened) &&
        !more(varLower(a), varLower(b), wholeA, wholeB, false, opened);
      return (
        narrower ||
        (more(varLower(b), varLower(a), wholeB, wholeA, false, opened) &&
          !more(varUpper(b), varUpper(a), wholeB, wholeA, false, opened))
      );
    }
    if (!isType(b)) return false;
    if (invariant) {
      if (varUpper(a) === Bottom) return true;
      if (!hasFreeVars(b)) return false;
      if (equalParts(varUpper(a), b, wholeA, wholeB, opened)) return occurrences(a, opened) >= 2;
    } else if (b === AnyType && varUpper(a) === AnyType && occurrences(a, opened) >= 2) return true;
    return more(varUpper(a), b, wholeA, wholeB, false, opened);
  }
  if (isTypeVar(b)) {
    if (!isType(a)) return true;
    if (invariant) {
      if (varUpper(b) === Bottom) return false;
      if (hasFreeVars(a)) {
        if (more(a, varUpper(b), wholeA, wholeB, false, opened)) return true;
        return equalParts(a, varUpper(b), wholeA, wholeB, opened) && occurrences(b, opened) < 2;
      }
      return !obviouslyDisjoint(a, varUpper(b), true) && !more(varUpper(b), a, wholeB, wholeA, false, opened);
    }
    return more(a, varUpper(b), wholeA, wholeB, false, opened);
  }
  if (isUnionAll(a)) return more(unionAllBody(a), b, wholeA, wholeB, invariant, open(a, opened));
  if (isUnionAll(b)) return more(a, unionAllBody(b), wholeA, wholeB, invariant, open(b, opened));
  return false;
}

/** Does the variable at parameter `i` occur in a later parameter, too? */
function repeats(t: Ref, i: number): boolean {
  const v = param(t, i);
  if (!isTypeVar(v)) return false;
  for (let j = i + 1, n = paramCount(t); j < n; j++) if (hasVar(param(t, j), v)) return true;
  return false;
}

function moreDataType(a: Ref, b: Ref, wholeA: Ref, wholeB: Ref, opened: Opened | null): boolean {
  if (a === TypeofBottomType && (isKind(b) || isTypeType(b))) return true;
  const name = typeNameOf(b);
  let up: Ref = a;
  while (up !== AnyType && typeNameOf(up) !== name) up = superOf(up);
  if (up === AnyType) return false;
  if (up !== a) {
    if (name !== TypeTypeName) return true;
    const p = param(b, 0);
    if (isTypeVar(p) && subtypeParts(AnyType, varUpper(p), wholeB, opened)) return true;
  }
  let scoreA = 0;
  let scoreB = 0;
  let valueA = false;
  let valueB = false;
  let diagonalA = false;
  let diagonalB = false;
  for (let i = 0, n = paramCount(up); i < n; i++) {
    const p = param(up, i);
    const q = param(b, i);
    const freeP = hasFreeVars(p);
    const freeQ = hasFreeVars(q);
    if (!freeP && !freeQ && !typesEqual(p, q)) return false;
    if (more(p, q, wholeA, wholeB, true, opened) && (isTypeVar(p) || !freeP || freeQ)) scoreA++;
    else if (more(q, p, wholeB, wholeA, true, opened) && (isTypeVar(q) || !freeQ || freeP)) scoreB++;
    else if (equalParts(p, q, wholeA, wholeB, opened)) {
      if (!freeP && freeQ) scoreA++;
      else if (freeP && !freeQ) scoreB++;
    }
    if (isTypeVar(q) && !isTypeVar(p) && !isType(p)) valueA = true;
    else if (isTypeVar(p) && !isTypeVar(q) && !isType(q)) valueB = true;
    diagonalA ||= repeats(up, i);
    diagonalB ||= repeats(b, i);
  }
  if (valueA !== valueB) return valueA;
  if (scoreB > scoreA || (diagonalB && !diagonalA)) return false;
  return scoreA > scoreB || (diagonalA && !diagonalB);
}

/** Is signature `a` more specific than `b`? False for equal ones, and when neither wins. */
export function moreSpecific(a: Ref, b: Ref): boolean {
  if (obviouslyDisjoint(a, b, true)) return false;
  if (hasFreeVars(a) || hasFreeVars(b)) return false;
  if (isSubtype(b, a)) return false;
  if (isSubtype(a, b)) return true;
  return more(a, b, a, b, false, null);
}
