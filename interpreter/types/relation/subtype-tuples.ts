// Subtyping of tuple types: covariant elements, and the lengths of Varargs.
//
// A Vararg's length may be a variable; then lengths are compared like other invariant parameters, with an offset when the
// tuples have different numbers of elements before the Vararg.

import { NULL, type Ref } from '../../memory/layout.ts';
import { boxInt64, unboxInt64 } from '../../runtime/values.ts';
import {
  AnyType,
  Bottom,
  isConcrete,
  isInt64,
  isTypeVar,
  isVararg,
  param,
  paramCount,
  tupleVarargKind,
  VarargKind,
  varargElement,
  varargN,
} from '../kinds.ts';
import { hasFreeVars } from '../variables.ts';
import { obviouslyEgal } from './obvious.ts';
import { isSubtype } from './questions.ts';
import type { Binding, Search } from './search.ts';
import { equalTypes, type Role, subtype } from './subtype.ts';

/** Is `n` the length of Vararg `v`? */
function lengthMatches(v: Ref, n: number, s: Search): boolean {
  const length = varargN(v);
  if (length === NULL) return true;
  const count = boxInt64(n);
  s.depth++;
  const result = subtype(count, length, s, 2) && subtype(length, count, s, 0);
  s.depth--;
  return result;
}

const lengthBinding = (length: Ref, s: Search): Binding | null =>
  length !== NULL && isTypeVar(length) ? s.lookup(length) : null;

/** Compares the Varargs at the ends of two tuples; `vx` and `vy` count the elements of each compared so far, plus one. */
function subtypeVarargs(x: Ref, y: Ref, vx: number, vy: number, s: Search, role: Role): boolean {
  let nx = varargN(x);
  let ny = varargN(y);
  const bx = lengthBinding(nx, s);
  const by = lengthBinding(ny, s);
  const offsetX = bx !== null ? bx.maxOffset : 0;
  const offsetY = by !== null ? by.maxOffset : 0;
  const lengthX = bx !== null ? bx.lower : nx;
  const lengthY = by !== null ? by.lower : ny;
  let compareElements = true;
  if (nx === NULL) {
    if (lengthY !== NULL && isInt64(lengthY)) return false;
  } else if (isInt64(lengthX) && unboxInt64(lengthX) + 1 === vx) {
    // Nothing is left on the left.
    if (lengthY === NULL) compareElements = false;
    else if (isInt64(lengthY)) return unboxInt64(lengthY) + 1 === vy;
  }
  if (compareElements) {
    // Twice, as if there were several elements: the diagonal rule needs to see that.
    const ex = varargElement(x);
    const ey = varargElement(y);
    if (!subtype(ex, ey, s, role) || !subtype(ex, ey, s, 1)) return false;
  }
  if (ny === NULL) return true;
  if (nx === NULL) {
    const b = lengthBinding(ny, s);
    if (isInt64(b !== null ? b.lower : ny)) return false;
    if (b !== null) {
      if (b.depth !== s.depth || b.lower !== Bottom || b.upper !== AnyType) return false;
      b.intValued = true;
    }
    s.depth++;
    const result = subtype(AnyType, ny, s, 2);
    if (b !== null && !b.intersected) b.maxOffset = offsetY;
    s.depth--;
    return result;
  }
  s.depth++;
  if (bx !== null) {
    bx.intValued = true;
    if (isInt64(bx.lower)) nx = bx.lower;
  }
  if (by !== null) {
    by.intValued = true;
    if (isInt64(by.lower)) ny = by.lower;
  }
  let result: boolean;
  if (isInt64(nx) && isInt64(ny)) result = unboxInt64(nx) - vx === unboxInt64(ny) - vy;
  else {
    if (isInt64(nx) && vx !== vy) {
      nx = boxInt64(unboxInt64(nx) + vy - vx);
      vx = vy;
    }
    if (isInt64(ny) && vy !== vx) {
      ny = boxInt64(unboxInt64(ny) + vx - vy);
      vy = vx;
    }
    s.offset = vx - vy;
    result = equalTypes(nx, ny, s);
    s.offset = 0;
  }
  if (by !== null && !by.intersected) by.maxOffset = offsetY;
  if (bx !== null && !bx.intersected) bx.maxOffset = offsetX;
  s.depth--;
  return result;
}

/** Compares two tuple types element by element. */
function subtypeTupleElements(x: Ref, y: Ref, s: Search, role: Role): boolean {
  const n = paramCount(x);
  const m = paramCount(y);
  let i = 0;
  let j = 0;
  let vx = 0;
  let vy = 0;
  let repeats = 1;
  let lastX: Ref = NULL;
  let lastY: Ref = NULL;
  let px: Ref = NULL;
  let py: Ref = NULL;
  for (;;) {
    if (i < n) {
      px = param(x, i);
      if (i === n - 1 && (vx > 0 || isVararg(px))) vx++;
    }
    if (j < m) {
      py = param(y, j);
      if (j === m - 1 && (vy > 0 || isVararg(py))) vy++;
    }
    if (i >= n) break;
    let tails = vx > 0 && vy > 0;
    if (!tails && vy === 1 && varargElement(py) === AnyType) {
      // Everything fits Vararg{Any}: only lengths are left to compare.
      px = param(x, n - 1);
      if (!isVararg(px)) break;
      tails = true;
      vy += n - i - 1;
      vx = 1;
    }
    if (tails) return subtypeVarargs(px, py, vx, vy, s, role);
    if (j >= m) return vx > 0;
    const ex = vx > 0 ? varargElement(px) : px;
    const ey = vy > 0 ? varargElement(py) : py;
    const sameX = vx > 1 || (lastX !== NULL && obviouslyEgal(ex, lastX));
    const sameY = vy > 1 || (lastY !== NULL && obviouslyEgal(ey, lastY));
    repeats = sameX && sameY ? repeats + 1 : 1;
    // The same pair a third time cannot tell anything new.
    if (repeats <= 2) {
      const closed = s.right.depth === 0 && !hasFreeVars(ex) && !hasFreeVars(ey);
      const repeated =
        sameX && s.right.depth === 0 && ((sameY && closed) || (ey === lastX && vx === 0 && vy > 0 && isConcrete(ex)));
      if (!repeated && !(closed ? isSubtype(ex, ey) : subtype(ex, ey, s, role))) return false;
    }
    lastX = ex;
    lastY = ey;
    if (i < n - 1 || vx === 0) i++;
    if (j < m - 1 || vy === 0) j++;
  }
  // Tuple{..., tn} <: Tuple{..., Vararg{T,N}}: the number of elements left is N.
  if (vy > 0 && vx === 0 && n + 1 >= m) return lengthMatches(py, n + 1 - m, s);
  return true;
}

/** Compares two tuple types: first their lengths, then the elements. */
export function subtypeTuples(x: Ref, y: Ref, s: Search, role: Role): boolean {
  const n = paramCount(x);
  const m = paramCount(y);
  if (n === 0 && m === 0) return true;
  const endX = tupleVarargKind(x);
  const endY = tupleVarargKind(y);
  const lastX = n > 0 ? param(x, n - 1) : NULL;
  const boundX = endX === VarargKind.bound ? s.lookup(varargN(lastX)) : null;
  if (endX !== VarargKind.none && endX !== VarargKind.int && (boundX === null || !isInt64(boundX.lower))) {
    if (endX === VarargKind.unbound || (boundX !== null && !boundX.right)) {
      // The left may be of any length, also of none.
      if (endY === VarargKind.none || endY === VarargKind.int || n < m) return false;
    } else if (endY === VarargKind.none && !lengthMatches(lastX, m + 1 - n, s)) return false;
  } else {
    let countX = n;
    if (endX === VarargKind.int) countX += unboxInt64(varargN(lastX)) - 1;
    else if (boundX !== null) countX += unboxInt64(boundX.lower) - 1;
    let countY = m;
    if (endY === VarargKind.int) countY += unboxInt64(varargN(param(y, m - 1))) - 1;
    else if (endY !== VarargKind.none) countY--;
    if (endY === VarargKind.none || endY === VarargKind.int ? countX !== countY : countY > countX) return false;
  }
  return subtypeTupleElements(x, y, s, role === 0 ? 1 : role);
}
