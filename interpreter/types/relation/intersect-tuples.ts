// The intersection of tuple types: element by element, with Varargs of unknown length at the ends.
//
// Two Varargs whose lengths are variables may face each other with an offset, when one tuple has more leading elements.
// The result is the shorter tail; the offset is recorded in the variable's binding, and in the second pass of the
// intersection the longer one is unrolled by as many elements.

import { NULL, type Ref } from '../../memory/layout.ts';
import { boxInt64, unboxInt64 } from '../../runtime/values.ts';
import { newTypeVar } from '../construct.ts';
import { applyTupleType, wrapVararg } from '../instantiate.ts';
import {
  AnyType,
  Bottom,
  isInt64,
  isTypeVar,
  isVararg,
  param,
  paramCount,
  tupleVarargKind,
  VarargKind,
  varargElement,
  varargN,
  varLower,
  varName,
  varUpper,
} from '../kinds.ts';
import { bindConstant, intersect, intersectInvariant } from './intersect.ts';
import { obviouslyEgal } from './obvious.ts';
import type { Binding, Search } from './search.ts';
import type { Role } from './subtype.ts';

/** The length of the intersection of a Vararg whose length is variable `v` with one of any length. */
function lengthBelow(v: Ref, b: Binding | null, s: Search, onRight: boolean): Ref {
  if (b === null) return v;
  if (b.depth !== s.depth) return Bottom;
  s.depth++;
  s.record(b, 2);
  s.depth--;
  const offset = onRight ? -s.offset : s.offset;
  if (isInt64(b.lower)) {
    const length = unboxInt64(b.lower);
    if (length < offset || length < 0) return Bottom;
    return offset <= 0 ? b.lower : boxInt64(length - offset);
  }
  if (offset > 0) {
    const shorter = newTypeVar(varName(v));
    b.inner ??= [];
    b.inner.push(shorter);
    return shorter;
  }
  return v;
}

/** Is `n` a possible length of Vararg `v`? */
function lengthMeets(v: Ref, n: number, s: Search, onRight: boolean): boolean {
  const length = varargN(v);
  if (length === NULL || !isTypeVar(length)) return true;
  const count = boxInt64(n);
  const result = onRight ? intersectInvariant(count, length, s) : intersectInvariant(length, count, s);
  return result !== NULL && result !== Bottom;
}

const lengthBinding = (length: Ref, s: Search): Binding | null =>
  length !== NULL && isTypeVar(length) ? s.lookup(length) : null;

/** Intersects the Varargs at the ends of two tuples; `offset`: by how much the left one must be longer. */
function intersectVarargs(x: Ref, y: Ref, offset: number, s: Search, role: Role): Ref {
  const ex = varargElement(x);
  const ey = varargElement(y);
  const nx = varargN(x);
  const ny = varargN(y);
  // Twice, as if there were several elements: the diagonal rule needs to see that.
  if (intersect(ex, ey, s, role === 0 ? 1 : role) === Bottom) return Bottom;
  const element = intersect(ex, ey, s, 1);
  if (element === Bottom) return Bottom;
  if (nx === NULL && ny === NULL)
    return obviouslyEgal(ex, element) ? x : obviouslyEgal(ey, element) ? y : wrapVararg(element, NULL);
  s.offset = offset;
  const bx = lengthBinding(nx, s);
  const by = lengthBinding(ny, s);
  let length: Ref = NULL;
  if (bx !== null) bx.intValued = true;
  if (nx !== NULL && ny === NULL) length = lengthBelow(nx, bx, s, false);
  const maxX = bx !== null ? bx.maxOffset : 0;
  if (by !== null) by.intValued = true;
  if (ny !== NULL && nx === NULL) length = lengthBelow(ny, by, s, true);
  const maxY = by !== null ? by.maxOffset : 0;
  if (nx !== NULL && ny !== NULL) {
    length = intersectInvariant(nx, ny, s);
    const valid =
      length !== NULL &&
      (isInt64(length)
        ? unboxInt64(length) >= 0
        : isTypeVar(length) && varLower(length) === Bottom && varUpper(length) === AnyType);
    if (!valid) length = Bottom;
  }
  s.offset = 0;
  if (length === Bottom) return Bottom;
  if (bx !== null && !bx.intersected) bx.maxOffset = maxX >= 0 && offset > maxX ? Math.min(offset, 32) : maxX;
  if (by !== null && !by.intersected) by.maxOffset = maxY >= 0 && -offset > maxY ? Math.min(-offset, 32) : maxY;
  if (nx !== NULL && obviouslyEgal(ex, element) && obviouslyEgal(nx, length)) return x;
  if (ny !== NULL && obviouslyEgal(ey, element) && obviouslyEgal(ny, length)) return y;
  return wrapVararg(element, length);
}

export function intersectTuples(x: Ref, y: Ref, s: Search, role: Role): Ref {
  const n = paramCount(x);
  const m = paramCount(y);
  if (n === 0 && m === 0) return y;
  const endX = tupleVarargKind(x);
  const endY = tupleVarargKind(y);
  const lastX = n > 0 ? param(x, n - 1) : NULL;
  const lastY = m > 0 ? param(y, m - 1) : NULL;
  let lengthX = n;
  let lengthY = m;
  if (endX === VarargKind.int) lengthX += unboxInt64(varargN(lastX)) - 1;
  if (endY === VarargKind.int) lengthY += unboxInt64(varargN(lastY)) - 1;
  // In the second pass a Vararg that turned out to be longer is unrolled by as many elements.
  if (endX === VarargKind.bound && endY >= VarargKind.bound) {
    const b = s.lookup(varargN(lastX));
    if (b?.intersected && b.maxOffset > 0) lengthX += b.maxOffset;
  }
  if (endY === VarargKind.bound && endX >= VarargKind.bound) {
    const b = s.lookup(varargN(lastY));
    if (b?.intersected && b.maxOffset > 0) lengthY += b.maxOffset;
  }
  if (endX < VarargKind.bound && endY < VarargKind.bound && lengthX !== lengthY) return Bottom;
  const parameters: Ref[] = [];
  let i = 0;
  let j = 0;
  let sameX = true;
  let sameY = true;
  for (;;) {
    const px = i < lengthX ? param(x, Math.min(i, n - 1)) : NULL;
    const py = j < lengthY ? param(y, Math.min(j, m - 1)) : NULL;
    if (px === NULL && py === NULL) break;
    const vx =
      px !== NULL && isVararg(px) && (endX === VarargKind.unbound || (endX === VarargKind.bound && i === lengthX - 1));
    const vy =
      py !== NULL && isVararg(py) && (endY === VarargKind.unbound || (endY === VarargKind.bound && j === lengthY - 1));
    if (px === NULL || py === NULL) {
      if (vx && lengthMeets(px, lengthY + 1 - lengthX, s, false)) parameters.length = j;
      else if (vy && lengthMeets(py, lengthX + 1 - lengthY, s, true)) parameters.length = i;
      else return Bottom;
      break;
    }
    const element =
      vx && vy
        ? intersectVarargs(px, py, lengthY - lengthX, s, role)
        : intersect(
            isVararg(px) ? varargElement(px) : px,
            isVararg(py) ? varargElement(py) : py,
            s,
            role === 0 ? 1 : role,
          );
    const at = Math.max(i, j);
    if (element === Bottom) {
      if (!vx || !vy) return Bottom;
      // Nothing fits both tails: what is left are the tuples that end here.
      const bx = lengthBinding(varargN(px), s);
      const by = lengthBinding(varargN(py), s);
      if (bx !== null && isInt64(bx.lower) && lengthX - 1 + unboxInt64(bx.lower) !== at) return Bottom;
      if (by !== null && isInt64(by.lower) && lengthY - 1 + unboxInt64(by.lower) !== at) return Bottom;
      if (bx !== null) bindConstant(bx, boxInt64(at - lengthX + 1), s, false);
      if (by !== null) bindConstant(by, boxInt64(at - lengthY + 1), s, true);
      parameters.length = at;
      break;
    }
    sameX &&= element === px;
    sameY &&= element === py;
    parameters[at] = element;
    if (vx && vy) break;
    if (!vx) i++;
    if (!vy) j++;
  }
  const count = parameters.length;
  sameX &&= n === count;
  sameY &&= m === count;
  if (!sameX && !sameY) {
    if (n === count) sameX = parameters.every((p, k) => obviouslyEgal(p, param(x, k)));
    if (!sameX && m === count) sameY = parameters.every((p, k) => obviouslyEgal(p, param(y, k)));
  }
  return sameX ? x : sameY ? y : applyTupleType(parameters);
}
