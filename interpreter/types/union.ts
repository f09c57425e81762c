// Making unions, joins and meets of types.
//
// `typeUnion` is what `Union{...}` means: flatten, drop members that are subtypes of others, order the rest (types
// without contents first, then bits types, then other DataTypes, then UnionAlls; by module, name and parameters among
// equals), and nest to the right. `simpleUnion` and `simpleIntersect` combine two types without looking for more than
// member against member: the subtype and intersection algorithms join bounds with them.
//
// A UnionAll around a union is flattened, too: `Union{T, Vector{T}} where T` gives two members.

import { NULL, type Ref, readRef, type TypeRef, typeOf } from '../memory/layout.ts';
import { Module, TypeName } from '../memory/objects.ts';
import { wrapper } from '../memory/wellknown.ts';
import { symbolName } from '../runtime/symbols.ts';
import { newUnion, newUnionAll } from './construct.ts';
import { egal, typesEgal } from './egal.ts';
import { throwTypeError } from './errors.ts';
import { applyTupleType } from './instantiate.ts';
import {
  AnyType,
  Bottom,
  DataTypeType,
  isBits,
  isDataType,
  isKind,
  isSingletonType,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  nameText,
  param,
  paramCount,
  TypeofBottomType,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  VarargKind,
  varargElement,
  varargKind,
  varLower,
  varUpper,
} from './kinds.ts';
import { hasEmptyIntersection } from './relation/intersection.ts';
import { isLeafBound, obviouslyDisjoint, obviouslyEgal } from './relation/obvious.ts';
import { isSubtype } from './relation/questions.ts';
import { hasFreeVars, hasVar } from './variables.ts';

/** Wraps `t` in those variables of the UnionAlls around `u` that occur in it. `T where T<:S` becomes `S`. */
export function rewrapUnionAll(t: Ref, u: Ref): Ref {
  if (!isUnionAll(u)) return t;
  t = rewrapUnionAll(t, unionAllBody(u));
  const variable = unionAllVar(u);
  if (t === variable) return varUpper(variable);
  return hasVar(t, variable) ? newUnionAll(variable, t) : t;
}

function flatten(t: Ref, widen: boolean, out: Ref[]): void {
  while (isUnion(t)) {
    flatten(unionA(t), widen, out);
    t = unionB(t);
  }
  if (widen && isUnionAll(t)) {
    const inner = unwrapUnionAll(t);
    if (isUnion(inner)) {
      const members: Ref[] = [];
      flatten(inner, widen, members);
      for (const member of members) out.push(rewrapUnionAll(member, t));
      return;
    }
  }
  out.push(t);
}

const moduleName = (t: Ref): string => {
  const module = readRef(typeNameOf(t), TypeName.module);
  if (module === NULL) return '';
  const name = readRef(module, Module.name);
  return name === NULL ? '' : symbolName(name as Parameters<typeof symbolName>[0]);
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function compareNames(a: Ref, b: Ref): number {
  if (!isDataType(a)) return isDataType(b) ? 1 : 0;
  if (!isDataType(b)) return -1;
  if (typeNameOf(a) !== typeNameOf(b)) {
    const order = compareText(moduleName(a), moduleName(b)) || compareText(nameText(a), nameText(b));
    if (order !== 0) return order;
  }
  const n = paramCount(a);
  if (n !== paramCount(b)) return n - paramCount(b);
  for (let i = 0; i < n && i < 3; i++) {
    const p = param(a, i);
    const q = param(b, i);
    if (p === q) continue;
    let order = 0;
    if (isDataType(p) && isDataType(q)) order = compareNames(p, q);
    else if (isUnionAll(p) && isUnionAll(q)) order = compareNames(unwrapUnionAll(p), unwrapUnionAll(q));
    if (order !== 0) return order;
  }
  return 0;
}

function rank(t: Ref): number {
  if (!isDataType(t)) return 3;
  return isSingletonType(t) ? 0 : isBits(t) ? 1 : 2;
}

/** The order of the members of a union; 0 leaves them as they came. */
export function compareMembers(a: Ref, b: Ref): number {
  const order = rank(a) - rank(b);
  return order !== 0 ? order : compareNames(unwrapUnionAll(a), unwrapUnionAll(b));
}

/** Insertion sort: the order is not total, so that the outcome depends on the method. Gaps (0) go last. */
function sortMembers(members: Ref[]): void {
  for (let i = 1; i < members.length; i++) {
    const x = members[i];
    let j = i;
    for (; j > 0; j--) {
      const y = members[j - 1];
      const before = x === NULL ? false : y === NULL ? true : compareMembers(x, y) < 0;
      if (!before) break;
      members[j] = y;
    }
    members[j] = x;
  }
}

/** Turns `Tuple{}, Tuple{T}, Tuple{T, T, Vararg{T}}` into `Tuple{Vararg{T}}`; `members` is sorted. */
function mergeVarargTuples(members: Ref[]): void {
  for (let i = members.length - 1; i > 0; i--) {
    const tuple = members[i];
    if (tuple === NULL || !isTupleType(tuple)) continue;
    const n = paramCount(tuple);
    if (n <= 1) continue;
    const last = param(tuple, n - 1);
    if (varargKind(last) !== VarargKind.unbound) continue;
    const element = varargElement(last);
    let uniform = true;
    for (let k = 0; k < n - 1 && uniform; k++) uniform = egal(param(tuple, k), element);
    if (!uniform) continue;
    let fewest = n - 1;
    for (let j = i - 1; j >= 0; j--) {
      const shorter = members[j];
      if (shorter === NULL || !isTupleType(shorter)) break;
      const m = paramCount(shorter);
      if (m >= fewest) continue;
      if (m !== fewest - 1) break;
      let same = true;
      for (let k = 0; k < m && same; k++) same = egal(param(shorter, k), element);
      if (!same) continue;
      members[j] = NULL;
      fewest--;
    }
    if (fewest === n - 1) continue;
    members[i] = applyTupleType([...new Array<Ref>(fewest).fill(element), last]);
  }
}

/** Sorts, merges and nests members (0 where one was dropped). */
function assemble(members: Ref[], merge: boolean): TypeRef {
  sortMembers(members);
  if (merge) mergeVarargTuples(members);
  let result: Ref = Bottom;
  for (let k = members.length - 1; k >= 0; k--) {
    const member = members[k];
    if (member !== NULL) result = result === Bottom ? member : newUnion(member, result);
  }
  return result as TypeRef;
}

/** Do both stand for types of different kinds (`Type{Array}` and `Type{Int}`)? Those must not be merged. */
const kindsDiffer = (a: Ref, b: Ref): boolean =>
  isTypeType(a) && isTypeType(b) && typeOf(param(a, 0)) !== typeOf(param(b, 0));

/** Subtyping between members, decided conservatively where free variables are involved. */
function memberSubtype(a: Ref, b: Ref, freeA: boolean, freeB: boolean, inUnion: boolean): boolean {
  for (;;) {
    if (a === Bottom || b === AnyType || egal(a, b)) return true;
    if (!freeA && !freeB) return (inUnion || !kindsDiffer(a, b)) && isSubtype(a, b);
    if (isTypeVar(a)) {
      a = varUpper(a);
      freeA = freeA && hasFreeVars(a);
    } else if (isTypeVar(b)) {
      const lower = varLower(b);
      // A diagonal variable must not swallow what it is compared with.
      if (isLeafBound(lower)) return false;
      b = lower;
      freeB = freeB && hasFreeVars(b);
    } else {
      if (b === DataTypeType || b === TypeofBottomType) return isTypeType(a) && typeOf(param(a, 0)) === b;
      return false;
    }
  }
}

/** Both directions at once: bit 0 for a <: b, bit 1 for b <: a. */
function memberSubtype2(a: Ref, b: Ref, freeA: boolean, freeB: boolean): number {
  if (egal(a, b)) return 3;
  if (a === Bottom || b === AnyType) return 1;
  if (b === Bottom || a === AnyType) return 2;
  if (freeA || freeB)
    return (memberSubtype(a, b, freeA, freeB, false) ? 1 : 0) | (memberSubtype(b, a, freeB, freeA, false) ? 2 : 0);
  if (kindsDiffer(a, b)) return 0;
  if (typeOf(a) === typeOf(b) && typesEgal(a, b)) return 3;
  return (isSubtype(a, b) ? 1 : 0) | (isSubtype(b, a) ? 2 : 0);
}

/** Drops (sets to 0) the members among `from` to `to` that are subtypes of another of them. */
function dropRedundant(members: Ref[], from: number, to: number, inUnion: boolean): void {
  for (let i = from; i < to; i++) {
    if (members[i] === NULL) continue;
    const free = hasFreeVars(members[i]);
    for (let j = from; j < to; j++) {
      if (j === i || members[j] === NULL) continue;
      if (memberSubtype(members[i], members[j], free, hasFreeVars(members[j]), inUnion)) {
        members[i] = NULL;
        break;
      }
    }
  }
}

/**
 * `Union{types...}`.
 *
 * @throws TypeError when one of them is neither a type nor a TypeVar
 */
export function typeUnion(types: readonly Ref[]): TypeRef {
  for (const t of types) if (!isType(t) && !isTypeVar(t)) throwTypeError('Union', '', wrapper('Type'), t);
  if (types.length === 0) return Bottom;
  if (types.length === 1) return types[0] as TypeRef;
  const members: Ref[] = [];
  for (const t of types) flatten(t, true, members);
  dropRedundant(members, 0, members.length, true);
  return assemble(members, true);
}

/** The union of two types, comparing members of one with members of the other. Gives `a` or `b` itself if it can. */
export function simpleUnion(a: Ref, b: Ref): TypeRef {
  const members: Ref[] = [];
  flatten(a, true, members);
  const split = members.length;
  flatten(b, true, members);
  let left = members.length;
  let wantA = split;
  let wantB = members.length - split;
  for (let i = 0; i < split; i++) {
    const free = hasFreeVars(members[i]);
    for (let j = split; j < members.length; j++) {
      if (members[j] === NULL) continue;
      const relation = memberSubtype2(members[i], members[j], free, hasFreeVars(members[j]));
      if ((relation & 1) !== 0) {
        members[i] = NULL;
        if ((relation & 2) === 0) wantA = 0;
        left--;
        break;
      }
      if ((relation & 2) !== 0) {
        members[j] = NULL;
        wantB = 0;
        left--;
      }
    }
  }
  if (left === wantA) return a as TypeRef;
  if (left === wantB) return b as TypeRef;
  dropRedundant(members, 0, split, false);
  dropRedundant(members, split, members.length, false);
  return assemble(members, true);
}

/**
 * The intersection of two types, member against member. `over` decides what becomes of members that overlap without
 * inclusion: kept on the side of `b` (an over-estimate), or the whole result `Union{}` (an under-estimate).
 */
export function simpleIntersect(a: Ref, b: Ref, over: boolean): TypeRef {
  const members: Ref[] = [];
  flatten(a, false, members);
  const split = members.length;
  flatten(b, false, members);
  const total = members.length;
  const meets = new Array<boolean>(total).fill(false);
  for (let i = 0; i < split; i++) {
    const free = hasFreeVars(members[i]);
    for (let j = split; j < total; j++) {
      if (meets[i] && meets[j]) continue;
      const disjoint =
        !free && !hasFreeVars(members[j])
          ? hasEmptyIntersection(members[i], members[j])
          : obviouslyDisjoint(members[i], members[j], false);
      if (!disjoint) meets[i] = meets[j] = true;
    }
  }
  for (let i = 0; i < total; i++) if (!meets[i]) members[i] = NULL;
  // -1: strictly above a member of the other side; 1: equal to one; 2: strictly below one; 0: none of it.
  const standing = new Array<number>(total).fill(0);
  let allDisjoint = true;
  const covered = [true, true];
  const whole = [true, true];
  for (let i = 0; i < split; i++) {
    if (members[i] === NULL) continue;
    allDisjoint = false;
    const free = hasFreeVars(members[i]);
    for (let j = split; j < total; j++) {
      if (members[j] === NULL) continue;
      const relation = memberSubtype2(members[i], members[j], free, hasFreeVars(members[j]));
      if (relation === 2) {
        standing[i] = -1;
        if (standing[j] >= 0) standing[j] = 2;
      } else if (relation === 1) {
        standing[j] = -1;
        if (standing[i] >= 0) standing[i] = 2;
      } else if (relation === 3) {
        if (standing[i] === 0) standing[i] = 1;
        if (standing[j] === 0) standing[j] = 1;
      }
    }
  }
  if (allDisjoint) return Bottom;
  for (let i = 0; i < total; i++) {
    const side = i >= split ? 1 : 0;
    covered[side] &&= members[i] === NULL || standing[i] > 0;
    whole[side] &&= members[i] !== NULL && standing[i] > 0;
  }
  if (whole[0]) return a as TypeRef;
  if (whole[1]) return b as TypeRef;
  if (!over && !covered[0] && !covered[1]) return Bottom;
  if (covered[0]) return assemble(members.slice(0, split), false);
  if (covered[1]) return assemble(members.slice(split), false);
  for (let j = 0; j < total; j++) if (standing[j] < (j < split ? 2 : 0)) members[j] = NULL;
  return assemble(members, false);
}

/** A least upper bound of two bounds, as far as it is cheap: used to raise the lower bound of a variable. */
export function simpleJoin(a: Ref, b: Ref): Ref {
  if (a === Bottom || b === AnyType || obviouslyEgal(a, b)) return b;
  if (b === Bottom || a === AnyType) return a;
  if (!(isType(a) || isTypeVar(a)) || !(isType(b) || isTypeVar(b))) return AnyType;
  if (isKind(a) && isTypeType(b) && typeOf(param(b, 0)) === a) return a;
  if (isKind(b) && isTypeType(a) && typeOf(param(a, 0)) === b) return b;
  if (isTypeVar(a) && obviouslyEgal(b, varLower(a))) return a;
  if (isTypeVar(b) && obviouslyEgal(a, varLower(b))) return b;
  return simpleUnion(a, b);
}

/** A greatest lower bound of two bounds, over- or under-estimated where it is not obvious. */
export function simpleMeet(a: Ref, b: Ref, over: boolean): Ref {
  if (a === AnyType || b === Bottom || obviouslyEgal(a, b)) return b;
  if (b === AnyType || a === Bottom) return a;
  if (!(isType(a) || isTypeVar(a)) || !(isType(b) || isTypeVar(b))) return Bottom;
  if (isKind(a) && isTypeType(b) && typeOf(param(b, 0)) === a) return b;
  if (isKind(b) && isTypeType(a) && typeOf(param(a, 0)) === b) return a;
  if (isTypeVar(a) && obviouslyEgal(b, varUpper(a))) return a;
  if (isTypeVar(b) && obviouslyEgal(a, varUpper(b))) return b;
  return simpleIntersect(a, b, over);
}
