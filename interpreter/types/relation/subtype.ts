// Is one type a subtype of another?
//
// The algorithm is Jeff Bezanson's (thesis, section 4.2.2), as Julia has grown it. `A <: B` means: for all values of the
// variables of A there are values of the variables of B, for all members of A's unions there is a member of B's. So a
// variable from the left is an unknown constant known only by its bounds; a variable from the right is a hole whose
// bounds are narrowed by each comparison it takes part in. Unions are tried member by member (search.ts).
//
// Three rules go beyond that. *Invariance*: parameters other than a tuple's must be equal, so `<:` is asked both ways.
// *The diagonal rule*: a variable that occurs more than once in covariant position, and never in invariant position,
// stands for concrete types only: `Tuple{Int,String} <: Tuple{T,T} where T` is false. Occurrences are counted on the
// path that the search takes. *Vararg lengths* are variables over integers, compared with an offset when the tuples
// have different numbers of leading elements.
//
// What bounds the work: depth of recursion by the depth of the types; the number of union combinations is exponential
// in the number of unions on a path in the worst case. Local searches (`localSearch`) fix the decisions on the right
// once four left members succeeded, as Julia does, so that equality of unions stays polynomial.

import { NULL, type Ref, typeOf } from '../../memory/layout.ts';
import { wrapper } from '../../memory/wellknown.ts';
import { boxInt64, unboxInt64 } from '../../runtime/values.ts';
import { newTypeVar, newVararg } from '../construct.ts';
import { egal } from '../egal.ts';
import { throwError } from '../errors.ts';
import { renameUnionAll } from '../instantiate.ts';
import {
  AnyType,
  Bottom,
  inUnion,
  isDataType,
  isInt64,
  isKind,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  nameText,
  param,
  paramCount,
  superOf,
  TupleName,
  TypeofBottomType,
  tupleVarargKind,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  VarargKind,
  varLower,
  varName,
  varUpper,
} from '../kinds.ts';
import { simpleJoin, simpleMeet } from '../union.ts';
import { hasFreeVars, hasVar, hasVars, occursInside, occursInvariant } from '../variables.ts';
import { reachable, trySubtypeByBounds } from './bounds.ts';
import { intersectAside } from './intersect.ts';
import { isLeafBound, obviouslyEgal, obviouslyInUnion } from './obvious.ts';
import { isSubtype } from './questions.ts';
import { type Binding, countStep, nested, type SavedChoices, Search } from './search.ts';
import { subtypeTuples } from './subtype-tuples.ts';

/** Where a comparison stands: outside of parameters, in covariant position, in invariant position. */
export type Role = 0 | 1 | 2;

/** Answers that need no search, for the bounds of variables. Undefined: not known. */
function boundsAnswer(x: Ref, y: Ref, s: Search): boolean | undefined {
  if (isInt64(x) && isInt64(y)) return unboxInt64(x) === unboxInt64(y) + s.offset;
  if (x === Bottom && isType(y)) return true;
  if (y === AnyType && isType(x)) return true;
  if (isUnion(x) && egal(x, y)) return true;
  if (x === AnyType && isDataType(y)) return false;
  return undefined;
}

/** Are the bounds `x <: y` of a variable consistent? Has its own combinations of unions. */
function consistent(x: Ref, y: Ref, s: Search): boolean {
  if (x === y && !isInt64(x)) return true;
  const answer = boundsAnswer(x, y, s);
  if (answer !== undefined) return answer;
  const saved = s.left.save();
  const result = localSearch(x, y, s, 0, true);
  s.left.restore(saved);
  return result;
}

/** `x <: y` where one is the bound of a variable that is not searched for. */
function throughBound(x: Ref, y: Ref, s: Search, role: Role): boolean {
  if (x === y && !isUnionAll(y) && !isInt64(x)) return true;
  return boundsAnswer(x, y, s) ?? subtype(x, y, s, role);
}

const plainValue = (t: Ref): boolean => !isType(t) && !isTypeVar(t);

/** Lengths that differ by an offset can only be compared with other variables or with no bound at all. */
const offsetForbids = (t: Ref, s: Search): boolean => s.offset !== 0 && !isTypeVar(t) && t !== Bottom && t !== AnyType;

/** Is variable `v` below `t`? Lowers its upper bound if it is searched for. */
function variableBelow(v: Ref, t: Ref, s: Search, role: Role): boolean {
  const b = s.lookup(v);
  if (b === null) return s.ignoreFree || throughBound(varUpper(v), t, s, role);
  s.record(b, role);
  if (offsetForbids(t, s)) return false;
  if (!b.right) return throughBound(b.upper, t, s, role);
  if (b.upper === t) return true;
  if (!((b.lower === Bottom && plainValue(t)) || consistent(b.lower, t, s))) return false;
  // The left-to-right direction of an equality comes first; the other then checks against what is set here.
  if (s.intersecting) {
    const upper = intersectAside(t, b.upper, s, b.depth);
    if (upper !== v && (!isTypeVar(upper) || !reachable(upper, v, s))) b.upper = upper;
  } else b.upper = simpleMeet(b.upper, t, true);
  if (isTypeVar(t)) {
    const a = s.lookup(t);
    // A searched variable cannot equal a constant one bound inside of it, unless the latter can have only one value.
    if (a !== null && !a.right && inUnion(b.lower, t) && b.depth !== a.depth && s.isOutside(v, t))
      return throughBound(a.upper, a.lower, s, role);
  }
  return true;
}

/** Is variable `v` above `t`? Raises its lower bound if it is searched for. */
function variableAbove(v: Ref, t: Ref, s: Search, role: Role): boolean {
  const b = s.lookup(v);
  if (b === null) return s.ignoreFree || throughBound(t, varLower(v), s, role);
  s.record(b, role);
  if (offsetForbids(t, s)) return false;
  if (!b.right) return throughBound(t, b.lower, s, role);
  if (b.lower === t) return true;
  if (!((b.upper === AnyType && plainValue(t)) || consistent(t, b.upper, s))) return false;
  const lower = simpleJoin(b.lower, t);
  if (!s.intersecting || !isTypeVar(lower) || !reachable(lower, v, s)) b.lower = lower;
  if (isTypeVar(t)) {
    const a = s.lookup(t);
    if (a !== null && !a.right && b.depth !== a.depth && role === 2 && s.isOutside(v, t))
      return throughBound(a.upper, a.lower, s, role);
  }
  return true;
}

/** Compares variable `v` with `t`; `onRight`: as `t <: v`. */
function subtypeVariable(v: Ref, t: Ref, s: Search, onRight: boolean, role: Role): boolean {
  if (s.intersecting) {
    const b = s.lookup(v);
    const upper = b !== null ? b.upper : varUpper(v);
    const lower = b !== null ? b.lower : varLower(v);
    if (upper === lower && isTypeVar(upper)) return subtypeVariable(upper, t, s, onRight, role);
  }
  if (s.offset !== 0 && isInt64(t)) {
    const offset = onRight ? -s.offset : s.offset;
    const shifted = boxInt64(unboxInt64(t) + offset);
    s.offset = 0;
    const result = onRight ? variableAbove(v, shifted, s, role) : variableBelow(v, shifted, s, role);
    s.offset = onRight ? -offset : offset;
    return result;
  }
  return onRight ? variableAbove(v, t, s, role) : variableBelow(v, t, s, role);
}

/** `typeof(x)` for `Type{x}`; the common kind for a union of such. */
function widenTypeType(t: Ref): Ref {
  if (isTypeType(t) && !isTypeVar(param(t, 0))) return typeOf(param(t, 0));
  if (isUnion(t)) {
    const a = widenTypeType(unionA(t));
    if (a === widenTypeType(unionB(t))) return a;
  }
  return t;
}

/** `u` with a fresh variable if its own is in use in the search already. */
export function unalias(u: Ref, s: Search): Ref {
  const variable = unionAllVar(u);
  for (let b = s.bindings; b !== null; b = b.outer) {
    if (
      b.variable === variable ||
      (b.lower !== varLower(b.variable) && hasVar(b.lower, variable)) ||
      (b.upper !== varUpper(b.variable) && hasVar(b.upper, variable)) ||
      b.inner?.includes(variable)
    )
      return renameUnionAll(u);
  }
  return u;
}

/** Compares UnionAll `u` with `t`; `onRight`: as `t <: u`. */
function subtypeUnionAll(t: Ref, u: Ref, s: Search, onRight: boolean, role: Role): boolean {
  u = unalias(u, s);
  const variable = unionAllVar(u);
  const body = unionAllBody(u);
  const b = s.bind(variable, varLower(variable), varUpper(variable), onRight);
  s.bindings = b;
  let result: boolean;
  if (onRight) {
    s.valueIndex++;
    result = subtype(t, body, s, role);
    s.valueIndex--;
    if (b.invariant === 0) b.lower = widenTypeType(b.lower);
  } else result = subtype(body, t, s, role);
  const diagonal = b.covariant > 1 && !occursInvariant(body, variable);
  if (result && (b.concrete || (diagonal && isLeafBound(varLower(variable))))) {
    if (b.concrete && !diagonal && !isLeafBound(b.upper)) result = false;
    else if (isTypeVar(b.lower)) {
      const other = s.lookup(b.lower);
      if (other !== null) other.concrete = true;
    } else if (!isLeafBound(b.lower)) result = false;
  }
  s.bindings = b.outer;
  if (!result) return false;
  if (b.lower !== b.upper) {
    // A bound of an outer variable must not mention this one.
    for (let o = s.bindings; o !== null; o = o.outer) {
      if (o.depth === b.depth) continue;
      if (o.upper !== variable && varUpper(o.variable) !== o.upper && occursInside(o.upper, variable, false, false))
        return false;
      if (o.lower !== variable && varLower(o.variable) !== o.lower && occursInside(o.lower, variable, false, false))
        return false;
    }
  }
  if (onRight && s.valueIndex < s.valueCount && s.values !== null) {
    const value = valueOf(b, variable);
    const old = s.values[s.valueIndex];
    // Different values for different union members: the value is not known.
    s.values[s.valueIndex] = old !== NULL && !egal(old, value) ? variable : value;
  }
  return true;
}

/** What the search says of a variable of the right side: its value, or a TypeVar with what bounds are left. */
function valueOf(b: Binding, variable: Ref): Ref {
  if (b.intValued && b.lower === AnyType) return newVararg(NULL, NULL); // stands for N::Int
  if (b.invariant === 0 && b.lower !== Bottom)
    return isLeafBound(b.lower) ? b.lower : newTypeVar(varName(variable), Bottom, b.lower);
  if (b.lower === b.upper || b.lower !== Bottom) return b.lower;
  if (b.lower === varLower(variable) && b.upper === varUpper(variable)) return variable;
  return newTypeVar(varName(variable), b.lower, b.upper);
}

/** Compares two variables. */
function subtypeVariables(x: Ref, y: Ref, s: Search, role: Role): boolean {
  if (x === y) return true;
  const bx = s.lookup(x);
  const by = s.lookup(y);
  const upperX = bx !== null ? bx.upper : varUpper(x);
  const lowerY = by !== null ? by.lower : varLower(y);
  if (s.intersecting) {
    const lowerX = bx !== null ? bx.lower : varLower(x);
    const upperY = by !== null ? by.upper : varUpper(y);
    // Variables that are equal to others stand for them.
    if (upperX === lowerX && isTypeVar(upperX)) return subtype(upperX, y, s, role);
    if (upperY === lowerY && isTypeVar(upperY)) return subtype(x, upperY, s, role);
  }
  if (bx?.right) {
    if (by !== null) s.record(by, role);
    if (by?.right) {
      s.record(bx, role);
      return (s.intersecting && trySubtypeByBounds(bx.lower, by.upper, s)) || subtype(bx.lower, by.upper, s, 0);
    }
    return variableBelow(x, y, s, role);
  }
  if (by?.right) {
    if (bx !== null) s.record(bx, role);
    return variableAbove(y, x, s, role);
  }
  return subtype(upperX, y, s, role) || subtype(x, lowerY, s, role);
}

/** The heart of the search: `x <: y` on the path that the choices describe. */
export function subtype(x: Ref, y: Ref, s: Search, role: Role): boolean {
  countStep();
  if (isUnion(x)) {
    if (obviouslyEgal(x, y)) return true;
    if (s.right.depth === 0 && isTypeVar(y) && !hasFreeVars(x)) {
      // A variable may take or refuse the union as a whole.
      let v = y;
      let b = s.lookup(v);
      while (s.intersecting && b !== null && b.lower === b.upper && isTypeVar(b.lower)) {
        v = b.lower;
        b = s.lookup(v);
      }
      if (b === null || !b.right || !hasVars(b.upper, s.existentialVars())) return subtypeVariable(v, x, s, true, role);
    }
    x = s.left.pick(x);
  }
  if (isUnion(y)) {
    if (x === unionA(y) || x === unionB(y)) return true;
    if (isUnionAll(x)) return subtypeUnionAll(y, x, s, false, role);
    let split = true;
    if (isTypeVar(x)) {
      // First match the whole union against the variable; as an alternative, its members.
      const b = s.lookup(x);
      split = (b?.right || hasFreeVars(y)) && s.right.next() === 1;
    }
    if (split) y = s.right.pick(y);
  }
  if (isTypeVar(x)) {
    if (isTypeVar(y)) return subtypeVariables(x, y, s, role);
    if (isUnionAll(y)) {
      const b = s.lookup(x);
      // A constant variable stays as it is while the right side is opened.
      if (b === null ? !s.ignoreFree : !b.right) return subtypeUnionAll(x, y, s, true, role);
    }
    return subtypeVariable(x, y, s, false, role);
  }
  if (isTypeVar(y)) return subtypeVariable(y, x, s, true, role);
  if (y === AnyType && !hasFreeVars(x)) return true;
  if (x === Bottom && !hasFreeVars(y)) return true;
  if (isUnionAll(x) || isUnionAll(y)) {
    if (y !== AnyType) {
      // Names that are not related settle it without opening anything.
      const ux = unwrapUnionAll(x);
      const uy = unwrapUnionAll(y);
      if (isDataType(ux) && isDataType(uy) && !isTypeType(ux)) {
        if (uy === AnyType) return true;
        let up: Ref = ux;
        while (up !== NULL && up !== AnyType && typeNameOf(up) !== typeNameOf(uy)) up = superOf(up);
        if (up === AnyType) return false;
      }
    }
    if (isUnionAll(x)) {
      if (x === y && !(s.valueIndex < s.valueCount)) return true;
      return subtypeUnionAll(y, x, s, false, role);
    }
    return subtypeUnionAll(x, y, s, true, role);
  }
  if (isDataType(x) && isDataType(y)) return subtypeDataTypes(x, y, s, role);
  if (isType(y)) return x === Bottom;
  if (isInt64(x) && isInt64(y)) return unboxInt64(x) === unboxInt64(y) + s.offset;
  return egal(x, y);
}

function subtypeDataTypes(x: Ref, y: Ref, s: Search, role: Role): boolean {
  if (x === y || y === AnyType) return true;
  const typeX = isTypeType(x);
  const typeY = isTypeType(y);
  if (typeX && !typeY) {
    // Type{T} is below the kind of T: an argument Int must match a DataType slot.
    const p = param(x, 0);
    return !isTypeVar(p) && typeOf(p) === y;
  }
  if (typeY && !typeX && x !== TypeofBottomType) {
    // DataType <: Type{T} holds only if T is unbounded, to be checked where Type{T} stands.
    return isTypeVar(param(y, 0)) && isKind(x) && subtype(wrapper('Type'), y, s, role);
  }
  const name = typeNameOf(y);
  let up: Ref = x;
  while (up !== AnyType && typeNameOf(up) !== name) {
    const parent = superOf(up);
    if (parent === NULL) throwError(`circular type parameter constraint in definition of ${nameText(up)}`);
    up = parent;
  }
  if (up === AnyType) return false;
  if (name === TupleName) return subtypeTuples(up, y, s, role);
  s.depth++;
  let result = true;
  for (let i = 0, n = paramCount(up); result && i < n; i++) {
    const p = param(up, i);
    const q = param(y, i);
    result = p === q || equalTypes(p, q, s);
  }
  s.depth--;
  return result;
}

function hasIndefiniteLength(t: Ref): boolean {
  t = unwrapUnionAll(t);
  return isTupleType(t) && tupleVarargKind(t) === VarargKind.unbound;
}

function hasDefiniteLength(t: Ref): boolean {
  if (isTypeVar(t)) t = varUpper(t);
  t = unwrapUnionAll(t);
  if (!isTupleType(t)) return false;
  const end = tupleVarargKind(t);
  return end === VarargKind.none || end === VarargKind.int;
}

const isExistential = (t: Ref, s: Search): boolean => isTypeVar(t) && s.lookup(t)?.right === true;

/**
 * `x <: y` with left combinations of its own. `limit`: true or false to fix right decisions after four left members, or
 * undefined to do so exactly when one side is closed.
 */
function localSearch(x: Ref, y: Ref, s: Search, role: Role, limit: boolean | undefined): boolean {
  return nested(() => searchLocally(x, y, s, role, limit));
}

function searchLocally(x: Ref, y: Ref, s: Search, role: Role, limit: boolean | undefined): boolean {
  const oldMore = s.right.more;
  if (obviouslyInUnion(y, x)) return true;
  const closedX = !hasFreeVars(x);
  const closedY = !hasFreeVars(y);
  if (closedX && closedY) return isSubtype(x, y);
  const existential = s.existentialVars();
  const searched = (!closedX && hasVars(x, existential)) || (!closedY && hasVars(y, existential));
  const left = s.left;
  if (searched && isExistential(x, s) !== isExistential(y, s)) {
    left.used = 0;
    for (;;) {
      left.more = 0;
      left.depth = 0;
      if (!subtype(x, y, s, role)) return false;
      if (!left.advance()) return true;
    }
  }
  const limitSlow = limit ?? (closedX || closedY);
  const saved = s.save();
  let limited = false;
  let startCount = 0;
  let latest: SavedChoices | null = null;
  let result: boolean;
  for (;;) {
    let count = startCount;
    if (startCount === 0 || latest === null) left.used = 0;
    else left.restore(latest);
    for (;;) {
      left.more = 0;
      left.depth = 0;
      if (count < 4) count++;
      result = subtype(x, y, s, role);
      if (limitSlow && count === 4) limited = true;
      if (!result || !left.advance()) break;
      if (limited || !searched || s.right.more === oldMore) {
        // What was decided on the right for the left members so far stays decided.
        startCount = count;
        latest = left.save();
        s.saveAgain(saved, searched);
        s.right.more = oldMore;
      }
    }
    if (result || s.right.more === oldMore) break;
    s.right.advance();
    s.restore(saved, searched);
    s.right.more = oldMore;
  }
  if (result && (limited || !searched)) s.right.more = oldMore;
  return result;
}

/** Is the variable `v` equal to the type `x`? */
function variableEquals(v: Ref, x: Ref, s: Search): boolean {
  const b = s.lookup(v);
  if (s.intersecting && b !== null && b.lower === b.upper && isTypeVar(b.lower)) return variableEquals(b.lower, x, s);
  s.record(b, 2);
  if (b === null || !b.right) {
    if (b === null && s.ignoreFree) return true;
    const lower = b !== null ? b.lower : varLower(v);
    const upper = b !== null ? b.upper : varUpper(v);
    return localSearch(x, lower, s, 2, !hasFreeVars(x)) && localSearch(upper, x, s, 0, false);
  }
  if (b.lower === x) return variableBelow(v, x, s, 0);
  if (!consistent(x, b.upper, s)) return false;
  const lower = simpleJoin(b.lower, x);
  if (!s.intersecting || !isTypeVar(lower) || !reachable(lower, v, s)) b.lower = lower;
  if (b.upper === x) return true;
  if (!consistent(b.lower, x, s)) return false;
  if (!s.intersecting || !reachable(x, v, s)) b.upper = x;
  return true;
}

/** Are two parameters equal? */
export function equalTypes(x: Ref, y: Ref, s: Search): boolean {
  if (obviouslyEgal(x, y)) return true;
  if ((hasIndefiniteLength(x) && hasDefiniteLength(y)) || (hasDefiniteLength(x) && hasIndefiniteLength(y)))
    return false;
  if (isDataType(x) && isDataType(y)) {
    const name = typeNameOf(x);
    if (name !== typeNameOf(y)) return false;
    // Parameters of equal names are compared for equality anyway: one direction will do.
    if (name !== TupleName) return subtype(x, y, s, 2);
  }
  if (isUnion(x) && isUnion(y) && s.right.next() === 0)
    // Unions written alike are compared member by member; if that fails, the decision row remembers to try the rest.
    return equalTypes(unionA(x), unionA(y), s) && equalTypes(unionB(x), unionB(y), s);
  if (s.offset === 0 && isTypeVar(y) && isType(x) && (!s.intersecting || !isUnion(x))) return variableEquals(y, x, s);
  const saved = s.left.save();
  let result = localSearch(x, y, s, 2, undefined);
  if (result) {
    s.flipOffset();
    result = localSearch(y, x, s, 0, false);
    s.flipOffset();
  }
  s.left.restore(saved);
  return result;
}

/** For all members of the left's unions there is a combination on the right. */
export function searchSubtype(x: Ref, y: Ref, s: Search, role: Role = 0): boolean {
  const saved = s.save();
  s.left.used = 0;
  for (;;) {
    if (!searchRight(x, y, s, saved, role)) return false;
    if (!s.left.advance()) return true;
    s.saveAgain(saved);
  }
}

function searchRight(x: Ref, y: Ref, s: Search, saved: ReturnType<Search['save']>, role: Role): boolean {
  s.right.used = 0;
  for (;;) {
    s.right.depth = 0;
    s.right.more = 0;
    s.left.depth = 0;
    s.left.more = 0;
    if (subtype(x, y, s, role)) return true;
    const again = s.right.advance();
    if (!again) {
      s.restore(saved);
      return false;
    }
    // Values found for earlier left members are kept.
    const index = s.valueIndex;
    s.valueIndex = s.valueCount;
    s.restore(saved);
    s.valueIndex = index;
  }
}

/** `x <: y` as a question of its own within the bindings of `s`. */
export function subtypeWithin(x: Ref, y: Ref, s: Search): boolean {
  const inner = new Search();
  inner.bindings = s.bindings;
  inner.intersecting = s.intersecting;
  inner.ignoreFree = s.ignoreFree;
  inner.depth = s.depth;
  inner.values = s.values;
  inner.valueCount = s.valueCount;
  inner.valueIndex = s.valueIndex;
  inner.offset = s.offset;
  return searchSubtype(x, y, inner);
}
