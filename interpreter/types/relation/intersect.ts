// The intersection of two types.
//
// Julia's `typeintersect`: walk both types together, give each variable that is met a binding, and narrow bounds until
// both sides agree; where a UnionAll is left, its variable is replaced by the value found, or wrapped around the result
// with the bounds that are left (finish.ts). The result is an over-estimate where the exact one cannot be written as a
// type, or would take too long: intersection is not a lattice operation on Julia's types.
//
// A UnionAll is intersected twice when the first pass shows how its variable has to be treated: a variable that must be
// concrete, or occurs invariantly, is narrowed from above or from below (Binding.constraint) rather than replaced.
//
// What bounds the work: union combinations after which the result is `y` itself (more than 4 non-empty ones with more to
// come, or 400,000 in all), and an environment of at most 120 variables; both answer with an over-estimate, as in Julia.

import { NULL, type Ref, typeOf } from '../../memory/layout.ts';
import { boxInt64, unboxInt64 } from '../../runtime/values.ts';
import { applyWrapper } from '../apply.ts';
import { egal } from '../egal.ts';
import { orElse } from '../errors.ts';
import { wrapType } from '../instantiate.ts';
import {
  AnyType,
  Bottom,
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
  TupleName,
  TypeofBottomType,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  varargT,
  varLower,
  varUpper,
} from '../kinds.ts';
import { simpleJoin, simpleMeet, typeUnion } from '../union.ts';
import { hasFreeVars, hasVar, occursInvariant } from '../variables.ts';
import {
  belowByBounds,
  boundsMeet,
  hasVarByValue,
  isUnsatisfiable,
  mayBind,
  reachable,
  subtypeExistential,
  trySubtypeWithin,
} from './bounds.ts';
import { finishUnionAll, omitMembersWith } from './finish.ts';
import { intersectTuples } from './intersect-tuples.ts';
import { ancestorNamed, isLeafBound, obviouslyEgal, obviouslyInUnion } from './obvious.ts';
import { isSubtype } from './questions.ts';
import { type Binding, countStep, nested, type SavedBindings, type Search } from './search.ts';
import { type Role, subtypeWithin, unalias } from './subtype.ts';

/** More variables than this at once, and the intersection gives up on precision. */
const MAX_BINDINGS = 120;

// Variables

/** The intersection as a question of its own, for the bounds of a variable bound at `depth`. */
export function intersectAside(x: Ref, y: Ref, s: Search, depth: number): Ref {
  if (x === AnyType && !isTypeVar(y)) return y;
  if (y === AnyType && !isTypeVar(x)) return x;
  if (obviouslyInUnion(x, y)) return y;
  if (obviouslyInUnion(y, x)) return x;
  const bx = isTypeVar(x) ? s.lookup(x) : null;
  const by = isTypeVar(y) ? s.lookup(y) : null;
  const simpleX = !hasFreeVars(!isTypeVar(x) ? x : bx !== null ? bx.upper : varUpper(x));
  const simpleY = !hasFreeVars(!isTypeVar(y) ? y : by !== null ? by.upper : varUpper(y));
  const all = s.bindings;
  const alone = simpleX && simpleY && !(bx !== null && by !== null);
  let only: Binding | null = null;
  let rest: Binding | null = null;
  if (alone) {
    // At most one variable matters: the others need not be saved and restored.
    only = bx ?? by;
    rest = only !== null ? only.outer : null;
    if (only !== null) only.outer = null;
    s.bindings = only;
  }
  const savedRight = s.right.save();
  const savedDepth = s.depth;
  s.depth = depth;
  const result = nested(() => intersectAll(x, y, s));
  s.depth = savedDepth;
  s.right.restore(savedRight);
  if (alone) {
    if (only !== null) only.outer = rest;
    s.bindings = all;
  }
  return result;
}

function intersectUnion(t: Ref, u: Ref, s: Search, onRight: boolean, role: Role): Ref {
  if (!isUnion(t) && obviouslyInUnion(u, t)) return t;
  const closed = !hasFreeVars(t) && !hasFreeVars(u);
  if (role === 2 || closed) {
    const bindings = s.bindings;
    if (closed) s.bindings = null;
    const savedRight = s.right.save();
    const a = onRight ? intersectAll(t, unionA(u), s) : intersectAll(unionA(u), t, s);
    const b = onRight ? intersectAll(t, unionB(u), s) : intersectAll(unionB(u), t, s);
    s.right.restore(savedRight);
    if (closed) s.bindings = bindings;
    return simpleJoin(a, b);
  }
  // In covariant position all combinations are tried, and joined at the top.
  const choice = s.right.pick(u);
  return onRight ? intersect(t, choice, s, role) : intersect(choice, t, s, role);
}

/** Gives variable `b` the value `value`, which is no type (a length, a symbol). */
export function bindConstant(b: Binding, value: Ref, s: Search, onRight: boolean): Ref {
  const offset = onRight ? -s.offset : s.offset;
  if (b.lower === Bottom && b.upper === AnyType) {
    if (offset === 0) b.lower = b.upper = value;
    else if (isInt64(value)) {
      b.lower = b.upper = boxInt64(unboxInt64(value) + offset);
      // The result is always the shorter Vararg's length.
      if (offset <= 0) return b.lower;
    } else return Bottom;
  } else if (isInt64(value) && isInt64(b.lower)) {
    if (unboxInt64(value) + offset !== unboxInt64(b.lower)) return Bottom;
    if (offset < 0) return b.lower;
  } else if (!egal(value, b.lower)) return Bottom;
  return value;
}

/** Intersects variable `v` with `t`; `onRight`: v stands on the right. */
function intersectVariable(v: Ref, t: Ref, s: Search, onRight: boolean, role: Role): Ref {
  const b = s.lookup(v);
  if (b === null) return onRight ? intersectAside(t, varUpper(v), s, 0) : intersectAside(varUpper(v), t, s, 0);
  if (reachable(b.lower, v, s) || reachable(b.upper, v, s)) return t;
  if (b.lower === b.upper && isTypeVar(b.lower))
    return onRight ? intersect(t, b.lower, s, role) : intersect(b.lower, t, s, role);
  if (!isType(t) && !isTypeVar(t)) return bindConstant(b, t, s, onRight);
  if (role === 2) {
    let upper: Ref;
    if (!hasFreeVars(t)) {
      if (onRight) s.flipOffset();
      const ok = boundsMeet(b.lower, b.upper, t, t, s, !onRight);
      if (onRight) s.flipOffset();
      if (!ok) return Bottom;
      upper = t;
    } else {
      s.triangular++;
      upper = onRight ? intersectAside(t, b.upper, s, b.depth) : intersectAside(b.upper, t, s, b.depth);
      s.triangular--;
      const saved = s.save();
      const ok = subtypeExistential(b.lower, upper, s);
      s.restore(saved);
      if (!ok) return Bottom;
    }
    if (upper === v) return upper;
    if (hasFreeVars(upper) && isUnsatisfiable(upper, v, s)) return Bottom;
    b.upper = upper;
    if ((isUnion(upper) && !isUnion(t)) || (isUnionAll(upper) && !isUnionAll(t))) return v;
    b.lower = upper;
    return upper;
  }
  const upper = onRight ? intersectAside(t, b.upper, s, b.depth) : intersectAside(b.upper, t, s, b.depth);
  if (upper === Bottom) return Bottom;
  if (b.constraint === 1 || s.triangular > 0) {
    // The bound would mention the variable itself; without it the result is an over-estimate.
    if (s.triangular > 0 && isUnsatisfiable(upper, v, s)) return upper;
    if (mayBind(upper, v, s)) b.upper = upper;
    return v;
  }
  if (b.constraint === 0) return !isTypeVar(t) && trySubtypeWithin(b.upper, t, s) ? v : upper;
  if (upper === t && b.lower !== Bottom) return upper;
  if (egal(b.upper, b.lower)) return upper;
  if (isLeafBound(upper) && mayBind(upper, v, s)) b.lower = upper;
  return upper;
}

/** Intersects two variables. */
function intersectVariables(x: Ref, y: Ref, s: Search, role: Role): Ref {
  let bx = s.lookup(x);
  let by = s.lookup(y);
  let swapped = false;
  if (bx !== null && by !== null && s.isOutside(x, y)) {
    // Bounds gather on the outer variable, which is the result; the inner one is set equal to it.
    [x, y] = [y, x];
    [bx, by] = [by, bx];
    swapped = true;
  }
  if (role !== 2) {
    s.record(bx, role);
    s.record(by, role);
    if (bx !== null && by !== null && bx.concrete && !by.concrete) return intersectVariable(x, y, s, swapped, role);
    return intersectVariable(y, x, s, !swapped, role);
  }
  const lowerX = bx !== null ? bx.lower : varLower(x);
  const upperX = bx !== null ? bx.upper : varUpper(x);
  const lowerY = by !== null ? by.lower : varLower(y);
  const upperY = by !== null ? by.upper : varUpper(y);
  if (bx !== null && by !== null && bx.depth !== by.depth) {
    s.record(bx, role);
    s.record(by, role);
    return subtypeWithin(by.upper, by.lower, s) ? y : Bottom;
  }
  const again = (a: Ref, b: Ref): Ref => {
    if (swapped) s.flipOffset();
    const result = intersect(a, b, s, role);
    if (swapped) s.flipOffset();
    return result;
  };
  if (upperX === lowerX && isTypeVar(upperX)) {
    s.record(bx, role);
    if (y === upperX) {
      s.record(by, role);
      return y;
    }
    return again(upperX, y);
  }
  if (upperY === lowerY && isTypeVar(upperY)) {
    s.record(by, role);
    return again(x, upperY);
  }
  s.record(bx, role);
  s.record(by, role);
  const offset = swapped ? -s.offset : s.offset;
  if (!isType(lowerY) && !isTypeVar(lowerY)) {
    if (bx !== null) return bindConstant(bx, lowerY, s, swapped);
    if ((lowerX === Bottom && upperX === AnyType) || egal(lowerX, lowerY)) {
      if (offset === 0) return lowerY;
      if (isInt64(lowerY)) return offset > 0 ? lowerY : boxInt64(unboxInt64(lowerY) + offset);
    }
    return Bottom;
  }
  if (!isType(lowerX) && !isTypeVar(lowerX)) {
    if (by !== null) return bindConstant(by, lowerX, s, !swapped);
    if (lowerY === Bottom && upperY === AnyType) {
      if (offset === 0) return lowerX;
      if (isInt64(lowerX)) return offset < 0 ? lowerX : boxInt64(unboxInt64(lowerX) - offset);
    }
    return Bottom;
  }
  if (swapped) s.flipOffset();
  let ok: boolean;
  if (lowerX === upperX && lowerY === upperY && hasVar(lowerX, y) && hasVar(lowerY, x)) ok = false;
  else if (upperY === upperX || (belowByBounds(lowerX, upperY, s) && belowByBounds(lowerY, upperX, s))) ok = true;
  else ok = boundsMeet(lowerX, upperX, lowerY, upperY, s, swapped);
  if (swapped) s.flipOffset();
  if (!ok) return Bottom;
  // A circular constraint; the result will be empty, but computing the bounds' intersection would not end.
  if (
    (hasVarByValue(upperX, y, s) || hasVarByValue(upperX, x, s)) &&
    (hasVarByValue(upperY, x, s) || hasVarByValue(upperY, y, s))
  )
    return y;
  const depth = bx !== null ? bx.depth : by !== null ? by.depth : 0;
  const upper = swapped ? intersectAside(upperY, upperX, s, depth) : intersectAside(upperX, upperY, s, depth);
  const lower = reachable(lowerX, y, s) ? lowerY : simpleJoin(lowerX, lowerY);
  if (by !== null && offset === 0) {
    by.lower = lower;
    if (!reachable(upper, y, s)) by.upper = upper;
  }
  if (bx !== null && offset === 0 && !reachable(y, x, s)) {
    bx.lower = y;
    bx.upper = y;
  }
  return offset < 0 ? x : y;
}

// UnionAll

/** One pass over the body of `u`. */
function intersectBody(t: Ref, u: Ref, s: Search, onRight: boolean, role: Role, b: Binding): Ref {
  let size = 0;
  for (let o = s.bindings; o !== null; o = o.outer) {
    if (++size > MAX_BINDINGS) {
      b.limited = true;
      return t;
    }
  }
  u = unalias(u, s);
  const variable = unionAllVar(u);
  b.variable = variable;
  s.bindings = b;
  let result: Ref;
  if (onRight) {
    s.valueIndex++;
    result = intersect(t, unionAllBody(u), s, role);
    s.valueIndex--;
  } else result = intersect(unionAllBody(u), t, s, role);
  b.concrete ||= b.covariant > 1 && isLeafBound(varLower(variable)) && !occursInvariant(unionAllBody(u), variable);
  if (result !== Bottom && b.concrete && !isTypeVar(b.lower) && !isLeafBound(b.lower)) result = Bottom;
  s.bindings = b.outer;
  if (result === Bottom) return Bottom;
  if (b.upper === Bottom && b.covariant > 0) return Bottom;
  if (hasVar(b.lower, variable)) return Bottom;
  b.upper = omitMembersWith(b.upper, variable);
  if (b.upper === Bottom && b.upper !== b.lower) return Bottom;
  return finishUnionAll(result, b, u, s);
}

/** Does `variable` occur covariantly whichever union members are chosen? */
function alwaysCovariant(t: Ref, variable: Ref, role: number): boolean {
  if (role > 1) return false;
  if (t === variable) return role === 1;
  if (isUnion(t)) return alwaysCovariant(unionA(t), variable, role) && alwaysCovariant(unionB(t), variable, role);
  if (isUnionAll(t)) {
    const bound = unionAllVar(t);
    return (
      bound !== variable &&
      (alwaysCovariant(varUpper(bound), variable, 0) || alwaysCovariant(unionAllBody(t), variable, role))
    );
  }
  if (isVararg(t)) return varargT(t) !== NULL && alwaysCovariant(varargT(t), variable, role);
  if (isDataType(t)) {
    const inner = isTupleType(t) ? 1 : role;
    for (let i = 0, n = paramCount(t); i < n; i++) if (alwaysCovariant(param(t, i), variable, inner)) return true;
  }
  return false;
}

function intersectUnionAll(t: Ref, u: Ref, s: Search, onRight: boolean, role: Role): Ref {
  const variable = unionAllVar(u);
  const body = unionAllBody(u);
  const saved = s.save();
  const b = s.bind(variable, varLower(variable), varUpper(variable), onRight);
  const notInvariant = !occursInvariant(body, variable);
  if (isLeafBound(varLower(variable)) && notInvariant && alwaysCovariant(body, variable, role)) b.constraint = 1;
  let result = intersectBody(t, u, s, onRight, role, b);
  b.intersected = true;
  if (b.limited) {
    if (s.bindings !== null) s.bindings.limited = true;
    return result;
  }
  if (result === Bottom) return result;
  const first = b.constraint;
  if (b.concrete || b.invariant > 1 || (b.invariant > 0 && b.covariant > 0)) b.constraint = b.concrete ? 1 : 2;
  else if (varLower(variable) !== Bottom) b.constraint = 2;
  else if (b.covariant > 0 && notInvariant) b.constraint = 1;
  if (first !== b.constraint || b.concrete) {
    if (first === 1) {
      b.lower = varLower(b.variable);
      b.upper = varUpper(b.variable);
    }
    s.restore(saved, b.constraint === 1);
    b.covariant = 0;
    b.invariant = 0;
    result = intersectBody(t, u, s, onRight, role, b);
  }
  return result;
}

// DataTypes

/** Intersects parameters that must be equal; 0 when they cannot be. */
export function intersectInvariant(x: Ref, y: Ref, s: Search): Ref {
  if (s.offset === 0 && !hasFreeVars(x) && !hasFreeVars(y))
    return (isType(x) || isType(y) ? isSubtype(x, y) && isSubtype(y, x) : egal(x, y)) ? y : NULL;
  s.depth++;
  const result = intersect(x, y, s, 2);
  s.depth--;
  if (isTypeVar(x) && isTypeVar(y) && isTypeVar(result)) return result;
  if (result === Bottom) {
    if (!subtypeWithin(x, Bottom, s)) return NULL;
    s.flipSides();
    s.flipOffset();
    const both = subtypeWithin(y, Bottom, s);
    s.flipSides();
    s.flipOffset();
    return both ? Bottom : NULL;
  }
  const saved = s.save();
  let ok = subtypeExistential(x, y, s);
  if (ok) {
    s.restore(saved);
    s.flipOffset();
    ok = subtypeExistential(y, x, s);
    s.flipOffset();
  }
  s.restore(saved);
  return ok ? result : NULL;
}

/** `Type{...} ∩ t` where t is another DataType. */
function intersectTypeType(typeType: Ref, t: Ref): Ref {
  const p = param(typeType, 0);
  if (!isTypeVar(p)) return typeOf(p) === t ? typeType : Bottom;
  if (!isKind(t)) return Bottom;
  if (t === TypeofBottomType && varLower(p) === Bottom) return wrapType(Bottom);
  // `DataType ∩ Type{T} where T<:S` cannot be written; the answer is an over-estimate.
  return varUpper(p) === AnyType ? t : typeType;
}

function intersectDataTypes(x: Ref, y: Ref, s: Search, role: Role): Ref {
  if (role < 2) {
    if (isTypeType(x)) {
      if (!isTypeType(y)) return intersectTypeType(x, y);
    } else if (isTypeType(y)) return intersectTypeType(y, x);
  }
  const name = typeNameOf(x);
  if (name === typeNameOf(y)) {
    if (name === TupleName) return intersectTuples(x, y, s, role);
    const n = paramCount(x);
    const parameters: Ref[] = [];
    let sameX = true;
    let sameY = true;
    for (let i = 0; i < n; i++) {
      const p = param(x, i);
      const q = param(y, i);
      const both = intersectInvariant(p, q, s);
      if (both === NULL) return Bottom;
      sameX &&= both === p;
      sameY &&= both === q;
      parameters.push(both);
    }
    if (!sameX && !sameY) {
      sameX = parameters.every((p, k) => obviouslyEgal(p, param(x, k)));
      if (!sameX) sameY = parameters.every((p, k) => obviouslyEgal(p, param(y, k)));
    }
    if (sameX) return x;
    if (sameY) return y;
    return orElse<Ref>(() => applyWrapper(name, parameters), Bottom);
  }
  if (role === 2) return Bottom;
  if (ancestorNamed(x, typeNameOf(y)) !== NULL) return intersect(superOf(x), y, s, role) === Bottom ? Bottom : x;
  if (ancestorNamed(y, name) !== NULL) return intersect(x, superOf(y), s, role) === Bottom ? Bottom : y;
  return Bottom;
}

/** The heart of the search: `x ∩ y` on the path that the choices describe. */
export function intersect(x: Ref, y: Ref, s: Search, role: Role): Ref {
  countStep();
  if (x === y) return y;
  if (isTypeVar(x)) {
    if (isTypeVar(y)) return intersectVariables(x, y, s, role);
    s.record(s.lookup(x), role);
    return intersectVariable(x, y, s, false, role);
  }
  if (isTypeVar(y)) {
    s.record(s.lookup(y), role);
    return intersectVariable(y, x, s, true, role);
  }
  if (s.offset === 0 && !hasFreeVars(x) && !hasFreeVars(y)) {
    if (!isType(x) || !isType(y)) return egal(x, y) ? y : Bottom;
    if (isSubtype(x, y)) return x;
    if (isSubtype(y, x)) return y;
  }
  if (isUnion(x)) return y === unionA(x) || y === unionB(x) ? y : intersectUnion(y, x, s, false, role);
  if (isUnion(y)) {
    if (x === unionA(y) || x === unionB(y)) return x;
    if (isUnionAll(x) && (hasFreeVars(x) || hasFreeVars(y))) return intersectUnionAll(y, x, s, false, role);
    return intersectUnion(x, y, s, true, role);
  }
  if (y === AnyType) return x;
  if (x === AnyType) return y;
  if (isUnionAll(x)) {
    if (!isUnionAll(y)) return intersectUnionAll(y, x, s, false, role);
    const saved = s.save();
    const a = intersectUnionAll(y, x, s, false, role);
    let b: Ref = Bottom;
    if (isUnionAll(a) && isUnionAll(unionAllBody(a))) {
      const inner = unionAllVar(unionAllBody(a));
      if (hasVar(varUpper(inner), unionAllVar(a)) || hasVar(varLower(inner), unionAllVar(a))) {
        // Nested bounds may come out better when the other side is opened first.
        s.restore(saved, false);
        b = intersectUnionAll(x, y, s, true, role);
      }
    }
    if (!hasFreeVars(a) && !hasFreeVars(b)) {
      if (isSubtype(a, b)) return b;
      if (isSubtype(b, a)) return a;
    }
    return simpleJoin(a, b);
  }
  if (isUnionAll(y)) return intersectUnionAll(x, y, s, true, role);
  if (isDataType(x) && isDataType(y)) return intersectDataTypes(x, y, s, role);
  return egal(x, y) ? y : Bottom;
}

/** Joins the bindings of one combination of union members into those of the combinations before it. */
function mergeBindings(s: Search, merged: SavedBindings | null, before: SavedBindings): SavedBindings {
  if (merged === null) return s.save();
  let i = 0;
  for (let b = s.bindings; b !== null; b = b.outer, i++) {
    const lower = before.lower[i];
    const upper = before.upper[i];
    // A bound that one combination did not need to change is not changed.
    merged.lower[i] =
      merged.lower[i] === lower || b.lower === lower ? lower : simpleMeet(merged.lower[i], b.lower, false);
    merged.upper[i] = merged.upper[i] === upper || b.upper === upper ? upper : simpleJoin(merged.upper[i], b.upper);
    const inner = merged.inner[i];
    if (b.inner !== null && inner !== b.inner) {
      if (inner !== null) inner.push(...b.inner);
      else merged.inner[i] = b.inner;
    }
    merged.invariant[i] = Math.max(merged.invariant[i], b.invariant);
    merged.covariant[i] = Math.max(merged.covariant[i], b.covariant);
    if (!b.intersected) merged.maxOffset[i] = Math.min(merged.maxOffset[i], b.maxOffset);
  }
  return merged;
}

/** Intersects under all combinations of union members and joins the results. */
export function intersectAll(x: Ref, y: Ref, s: Search): Ref {
  s.right.reset();
  const before = s.save();
  let merged: SavedBindings | null = null;
  let nonEmpty = 0;
  let total = 0;
  let result = intersect(x, y, s, 0);
  if (result === Bottom) s.restore(before);
  else if (!s.emptinessOnly && s.right.more !== 0) {
    merged = mergeBindings(s, merged, before);
    nonEmpty = 1;
    s.restore(before);
  }
  while (s.right.advance()) {
    if (s.emptinessOnly && result !== Bottom) break;
    s.right.depth = 0;
    s.right.more = 0;
    const next = intersect(x, y, s, 0);
    if (next === Bottom) s.restore(before);
    else if (nonEmpty > 0 || (!s.emptinessOnly && s.right.more !== 0)) {
      merged = mergeBindings(s, merged, before);
      nonEmpty++;
      s.restore(before);
    }
    if (result === Bottom) result = next;
    else if (next !== Bottom) result = typeUnion([result, next]);
    total++;
    if (s.right.more !== 0 && (nonEmpty > 4 || total > 400_000)) {
      s.restore(before);
      return y;
    }
  }
  if (merged !== null) s.restore(merged);
  return result;
}
