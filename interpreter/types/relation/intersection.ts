// The questions that are answered by an intersection: is it empty, what is it, which values do variables take.

import { NULL, type Ref, type SvecRef } from '../../memory/layout.ts';
import { wrapper } from '../../memory/wellknown.ts';
import { svecOf } from '../../runtime/values.ts';
import { typeUnionAll } from '../apply.ts';
import { rewrapAll } from '../construct.ts';
import { applyTupleType, instantiateUnionAll } from '../instantiate.ts';
import {
  Bottom,
  isConcrete,
  isDataType,
  isDispatchTuple,
  isTupleType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  isVarargTuple,
  param,
  paramCount,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  varargElement,
  varLower,
  varUpper,
} from '../kinds.ts';
import { typeUnion } from '../union.ts';
import { intersectAll } from './intersect.ts';
import { obviouslyDisjoint } from './obvious.ts';
import { isSubtype, outerVarCount, subtypeValues, typesEqual } from './questions.ts';
import { bounded, Search } from './search.ts';

function intersectTypes(x: Ref, y: Ref, emptinessOnly: boolean): Ref {
  if (obviouslyDisjoint(x, y, false)) return Bottom;
  if (isDispatchTuple(x) || isDispatchTuple(y)) return isSubtype(x, y) ? x : isSubtype(y, x) ? y : Bottom;
  const s = new Search();
  s.intersecting = true;
  s.ignoreFree = true;
  s.emptinessOnly = emptinessOnly;
  return bounded(
    () => intersectAll(x, y, s),
    y,
    () => y,
  );
}

/** Have the two types certainly no instance in common? */
export const hasEmptyIntersection = (x: Ref, y: Ref): boolean => intersectTypes(x, y, true) === Bottom;

/** May `t`, though related to a concrete type neither way, intersect it, as `Tuple{Type{<:Vector}}` does `Tuple{DataType}`? */
function mightMeetConcrete(t: Ref): boolean {
  t = unwrapUnionAll(t);
  if (isTypeVar(t)) return true;
  if (isUnion(t)) return mightMeetConcrete(unionA(t)) || mightMeetConcrete(unionB(t));
  if (isVararg(t)) return mightMeetConcrete(varargElement(t));
  if (isTypeType(t)) return true;
  if (isDataType(t)) {
    const tuple = isTupleType(t);
    for (let i = 0, n = paramCount(t); i < n; i++) {
      const p = param(t, i);
      if (isTypeVar(p) || (tuple && (p === Bottom || mightMeetConcrete(p)))) return true;
    }
  }
  return false;
}

/** The tuple of pointwise unions of two tuple types of equal length, below any UnionAlls; 0 when they are not. */
function pointwiseUnion(a: Ref, b: Ref): Ref {
  if (isUnionAll(a)) {
    const va = unionAllVar(a);
    let inner: Ref;
    if (isUnionAll(b) && varLower(unionAllVar(b)) === varLower(va) && varUpper(unionAllVar(b)) === varUpper(va))
      inner = pointwiseUnion(unionAllBody(a), instantiateUnionAll(b, va));
    else inner = pointwiseUnion(unionAllBody(a), b);
    return inner === NULL ? NULL : typeUnionAll(va, inner);
  }
  if (isUnionAll(b)) {
    const inner = pointwiseUnion(a, unionAllBody(b));
    return inner === NULL ? NULL : typeUnionAll(unionAllVar(b), inner);
  }
  if (isUnion(a)) {
    const joined = pointwiseUnion(unionA(a), unionB(a));
    return joined === NULL ? NULL : pointwiseUnion(joined, b);
  }
  if (isUnion(b)) {
    const joined = pointwiseUnion(unionA(b), unionB(b));
    return joined === NULL ? NULL : pointwiseUnion(a, joined);
  }
  if (!isTupleType(a) || !isTupleType(b) || paramCount(a) !== paramCount(b) || isVarargTuple(a) || isVarargTuple(b))
    return NULL;
  const parameters: Ref[] = [];
  for (let i = 0, n = paramCount(a); i < n; i++) parameters.push(typeUnion([param(a, i), param(b, i)]));
  return applyTupleType(parameters);
}

export interface Intersection {
  /** The intersection, `Union{}` when empty. */
  readonly type: Ref;
  /** Values of the variables of the UnionAlls around `b`, outermost first: a method's static parameters. */
  readonly values: readonly Ref[];
  /** `a <: b` */
  readonly subtype: boolean;
}

/** The intersection of `a` with `b` and the values that the outer variables of `b` take in it. */
export function intersectWithValues(a: Ref, b: Ref): Intersection {
  if (obviouslyDisjoint(a, b, false)) return { type: Bottom, values: [], subtype: a === Bottom };
  const wanted = outerVarCount(b);
  const values = new Array<Ref>(wanted).fill(NULL);
  const outerVars = (): Ref[] => {
    const vars: Ref[] = [];
    for (let u = b; isUnionAll(u); u = unionAllBody(u)) vars.push(unionAllVar(u));
    return vars;
  };
  if (subtypeValues(a, b, values))
    return { type: a, values: values.map((v, i) => (v === NULL ? outerVars()[i] : v)), subtype: true };
  if (isSubtype(b, a)) return { type: b, values: outerVars(), subtype: false };
  const empty: Intersection = { type: Bottom, values: [], subtype: false };
  if (isConcrete(a) && !mightMeetConcrete(b)) return empty;
  if (isConcrete(b) && !mightMeetConcrete(a)) return empty;
  const s = new Search();
  s.intersecting = true;
  s.ignoreFree = true;
  values.fill(NULL);
  s.values = values;
  s.valueCount = wanted;
  let type = bounded(
    () => intersectAll(a, b, s),
    b,
    () => b,
  );
  if (type === Bottom) return empty;
  let usable = true;
  // Method signatures cannot be unions: a union of tuples becomes the tuple of unions, or all of b.
  if (isTupleType(unwrapUnionAll(a)) && isTupleType(unwrapUnionAll(b)) && !isDataType(unwrapUnionAll(type))) {
    const inner = unwrapUnionAll(type);
    if (isUnion(inner)) {
      const joined = pointwiseUnion(unionA(inner), unionB(inner));
      if (joined !== NULL) type = rewrapAll(joined, type);
    }
    if (!isDataType(unwrapUnionAll(type))) {
      type = b;
      usable = false;
    }
  }
  if (usable && wanted > 0 && !typesEqual(b, wrapper('Type'))) usable = subtypeValues(type, b, values);
  if (!usable) return { type, values: outerVars(), subtype: false };
  const vars = outerVars();
  return { type, values: values.map((v, i) => (v === NULL ? vars[i] : v)), subtype: false };
}

/** `typeintersect(a, b)` */
export const typeIntersect = (a: Ref, b: Ref): Ref => intersectWithValues(a, b).type;

/** `a <: b` with the values of b's outer variables as a SimpleVector; 0 when it is not. */
export function subtypeMatching(a: Ref, b: Ref): SvecRef {
  const values = new Array<Ref>(outerVarCount(b)).fill(NULL);
  return subtypeValues(a, b, values) ? svecOf(values) : (NULL as SvecRef);
}
