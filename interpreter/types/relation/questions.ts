// The questions that are answered by subtyping: `<:`, `==`, and which values the variables of a signature take.
//
// Each looks for an obvious answer first and starts a search only when there is none.

import { NULL, type Ref, typeOf } from '../../memory/layout.ts';
import { newTypeVar, newUnionAll } from '../construct.ts';
import { typesEgal } from '../egal.ts';
import {
  AnyType,
  Bottom,
  isConcrete,
  isDataType,
  isTypeVar,
  isUnion,
  isUnionAll,
  unionAllBody,
  unionAllVar,
  varName,
  varUpper,
} from '../kinds.ts';
import { freeVars, hasFreeVars, hasVar } from '../variables.ts';
import { Obvious, obviouslyInUnion, obviouslyUnequal, obviousSubtype } from './obvious.ts';
import { bounded, giveUp, Search } from './search.ts';
import { searchSubtype } from './subtype.ts';

/** Number of UnionAlls around a type: how many values a match against it gives. */
export function outerVarCount(t: Ref): number {
  let n = 0;
  for (; isUnionAll(t); t = unionAllBody(t)) n++;
  return n;
}

/** A found value with free variables becomes a variable bounded by it. */
function closeValue(variable: Ref, value: Ref): Ref {
  if (value === NULL) return variable;
  if (isTypeVar(value) || !hasFreeVars(value)) return value;
  let closed = value;
  for (const v of freeVars(value))
    closed = hasVar(closed, v) ? (closed === v ? varUpper(v) : newUnionAll(v, closed)) : closed;
  return newTypeVar(varName(variable), Bottom, closed);
}

/**
 * `x <: y`, and if so the values of the variables of the UnionAlls around `y`, outermost first, in `values`.
 *
 * @param values its length says how many are wanted
 */
export function subtypeValues(x: Ref, y: Ref, values: Ref[]): boolean {
  const wanted = values.length;
  for (let i = 0; i < wanted; i++) values[i] = NULL;
  if (y === AnyType || x === Bottom) return true;
  if (x === y || (typeOf(x) === typeOf(y) && (isUnionAll(y) || isUnion(y)) && typesEgal(x, y))) {
    let u = x;
    for (let i = 0; i < wanted; i++) {
      values[i] = unionAllVar(u);
      u = unionAllBody(u);
    }
    return true;
  }
  const obvious = obviousSubtype(x, y, y);
  if (obvious === Obvious.no) return false;
  if (obvious === Obvious.yes && wanted === 0) return true;
  const s = new Search();
  s.values = wanted > 0 ? values : null;
  s.valueCount = wanted;
  const result = bounded(() => searchSubtype(x, y, s), false, giveUp);
  let u = y;
  for (let i = 0; i < wanted; i++) {
    values[i] = closeValue(unionAllVar(u), values[i]);
    u = unionAllBody(u);
  }
  return result;
}

/** `x <: y` */
export function isSubtype(x: Ref, y: Ref): boolean {
  if (x === y || y === AnyType || x === Bottom) return true;
  const obvious = obviousSubtype(x, y, y);
  if (obvious !== Obvious.unknown) return obvious === Obvious.yes;
  if (isUnion(y) && obviouslyInUnion(y, x)) return true;
  if (typeOf(x) === typeOf(y) && (isUnionAll(y) || isUnion(y)) && typesEgal(x, y)) return true;
  return startSearch(x, y);
}

const startSearch = (x: Ref, y: Ref): boolean => bounded(() => searchSubtype(x, y, new Search()), false, giveUp);

/** `a == b` for types (and other parameters): each a subtype of the other. */
export function typesEqual(a: Ref, b: Ref): boolean {
  if (a === b) return true;
  if (typeOf(a) === typeOf(b) && typesEgal(a, b)) return true;
  if (obviouslyUnequal(a, b)) return false;
  if (isDataType(a) && !isConcrete(b)) [a, b] = [b, a];
  const down = b === AnyType || a === Bottom ? Obvious.yes : obviousSubtype(a, b, b);
  if (down === Obvious.no) return false;
  const up = a === AnyType || b === Bottom ? Obvious.yes : obviousSubtype(b, a, a);
  if (up === Obvious.no) return false;
  if (down !== Obvious.yes && !startSearch(a, b)) return false;
  return up === Obvious.yes || startSearch(b, a);
}
