// What the bounds recorded in a search already say, and whether a new bound may be recorded.
//
// During an intersection the bounds of variables mention other variables. Before one is set, it must be known that it
// does not close a cycle; and many questions about variables are answered by the bounds alone, without a search that
// could run around in them.

import type { Ref } from '../../memory/layout.ts';
import { AnyType, Bottom, inUnion, isTypeVar, isUnion, unionA, unionB, varLower, varUpper } from '../kinds.ts';
import { hasFreeVars, hasVar, occursInside } from '../variables.ts';
import { obviouslyEgal, obviouslyInUnion } from './obvious.ts';
import { isSubtype } from './questions.ts';
import type { Search } from './search.ts';
import { subtypeWithin } from './subtype.ts';

// Bounds

/** Does `v` occur among the bounds that can be reached from `t`? Setting a bound must not close a cycle. */
export function reachable(t: Ref, v: Ref, s: Search, seen: Ref[] = []): boolean {
  if (inUnion(t, v)) return true;
  if (isUnion(t)) return reachable(unionA(t), v, s, seen) || reachable(unionB(t), v, s, seen);
  if (!isTypeVar(t) || seen.includes(t)) return false;
  const b = s.lookup(t);
  const deeper = [...seen, t];
  return (
    reachable(b !== null ? b.upper : varUpper(t), v, s, deeper) ||
    reachable(b !== null ? b.lower : varLower(t), v, s, deeper)
  );
}

/** Do the recorded bounds say that `x` and variable `y` are ordered (`side` -1: x below y; 1: above)? */
function boundedBy(x: Ref, y: Ref, s: Search, side: -1 | 1): boolean {
  if (x === y) return true;
  if (!isTypeVar(x)) return false;
  const b = s.lookup(x);
  if (b === null) return false;
  return boundedBy(side < 0 ? b.upper : b.lower, y, s, side);
}

/** Do the recorded bounds already say that variable `x` is below variable `y`? False: not known. */
export function belowByBounds(x: Ref, y: Ref, s: Search): boolean {
  return isTypeVar(x) && isTypeVar(y) && (boundedBy(x, y, s, -1) || boundedBy(y, x, s, 1));
}

/** Do the recorded bounds already say that `a <: b`? False: not known. */
export function trySubtypeByBounds(a: Ref, b: Ref, s: Search): boolean {
  if (isUnion(a)) return trySubtypeByBounds(unionA(a), b, s) && trySubtypeByBounds(unionB(a), b, s);
  if (isUnion(b)) return trySubtypeByBounds(a, unionA(b), s) || trySubtypeByBounds(a, unionB(b), s);
  if (a === Bottom || b === AnyType || obviouslyEgal(a, b)) return true;
  if (!isTypeVar(b)) return false;
  if (isTypeVar(a) && belowByBounds(a, b, s)) return true;
  const found = s.lookup(b);
  return obviouslyInUnion(a, found !== null ? found.lower : varLower(b));
}

export function trySubtypeWithin(a: Ref, b: Ref, s: Search): boolean {
  if (trySubtypeByBounds(a, b, s)) return true;
  const saved = s.save();
  const result = subtypeWithin(a, b, s);
  s.restore(saved);
  return result;
}

/** `x <: y` with values searched for all variables, on either side. */
export function subtypeExistential(x: Ref, y: Ref, s: Search): boolean {
  if (x === Bottom || y === AnyType) return true;
  const sides: boolean[] = [];
  for (let b = s.bindings; b !== null; b = b.outer) {
    sides.push(b.right);
    b.right = true;
  }
  const result = subtypeWithin(x, y, s);
  let i = 0;
  for (let b = s.bindings; b !== null; b = b.outer) b.right = sides[i++];
  return result;
}

/** Would `v == t` demand that v contains itself? */
export function isUnsatisfiable(t: Ref, v: Ref, s: Search): boolean {
  if (occursInside(t, v, false, false)) return true;
  for (let b = s.bindings; b !== null; b = b.outer)
    if (b.lower === v && b.upper === v && occursInside(t, b.variable, false, false)) return true;
  return false;
}

/** May a bound of `v` be set to `value`, without making it a bound of itself? */
export function mayBind(value: Ref, v: Ref, s: Search): boolean {
  if (inUnion(value, v)) return false;
  for (let b = s.bindings; b !== null; b = b.outer)
    if ((b.lower === v || b.upper === v) && inUnion(value, b.variable)) return false;
  return true;
}

/** Can a value be between both pairs of bounds? Tries the sides as they are, exchanged, and all existential. */
export function boundsMeet(lowerX: Ref, upperX: Ref, lowerY: Ref, upperY: Ref, s: Search, flip: boolean): boolean {
  let easy1 = lowerX === Bottom || upperY === AnyType || (s.offset === 0 && obviouslyInUnion(upperY, lowerX));
  let easy2 = lowerY === Bottom || upperX === AnyType || (s.offset === 0 && obviouslyInUnion(upperX, lowerY));
  let closed1 = false;
  let closed2 = false;
  if (!easy1) {
    closed1 = !hasFreeVars(lowerX) && !hasFreeVars(upperY);
    if (closed1 && s.offset === 0) {
      easy1 = isSubtype(lowerX, upperY);
      if (!easy1) return false;
    }
  }
  if (!easy2) {
    closed2 = !hasFreeVars(lowerY) && !hasFreeVars(upperX);
    if (closed2 && s.offset === 0) {
      easy2 = isSubtype(lowerY, upperX);
      if (!easy2) return false;
    }
  }
  if (easy1 && easy2) return true;
  const tryBoth = (relation: (x: Ref, y: Ref) => boolean): boolean => {
    if (!easy1 && !relation(lowerX, upperY)) return false;
    if (easy2) return true;
    s.flipOffset();
    const result = relation(lowerY, upperX);
    s.flipOffset();
    return result;
  };
  const within = (x: Ref, y: Ref): boolean => subtypeWithin(x, y, s);
  if ((easy1 || closed1) && (easy2 || closed2)) {
    const bindings = s.bindings;
    s.bindings = null;
    const result = tryBoth(within);
    s.bindings = bindings;
    return result;
  }
  const saved = s.save();
  for (const flipped of [flip, !flip]) {
    if (flipped !== flip) s.restore(saved);
    if (flipped) s.flipSides();
    const result = tryBoth(within);
    if (flipped) s.flipSides();
    if (result) return true;
  }
  s.restore(saved);
  return tryBoth((x, y) => {
    const result = subtypeExistential(x, y, s);
    s.restore(saved);
    return result;
  });
}

/** Like `hasVar`, counting variables that equal `v`. */
export function hasVarByValue(t: Ref, v: Ref, s: Search): boolean {
  if (s.offset === 0) {
    for (let b = s.bindings; b !== null && b.variable !== v; b = b.outer)
      if (b.lower === b.upper && b.lower === v && hasVar(t, b.variable)) return true;
  }
  return hasVar(t, v);
}
