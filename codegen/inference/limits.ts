// Limits on recursion: making the argument types of a recursive call simpler, so that inference comes to an end.
//
// A method that calls itself with ever larger types would be inferred for ever. The types of such a call are compared with
// those of the call that is already being inferred: what occurs in those somewhere inside may stay, what is new must not be
// more complex than what stands in the same place; otherwise it is widened to its name, or a tuple's tail to a Vararg.

import { NULL, type Ref } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype, wrapper } from '../../interpreter/memory/wellknown.ts';
import { unboxInt64 } from '../../interpreter/runtime/values.ts';
import {
  applyTupleType,
  isDataType,
  isInt64,
  isSubtype,
  isTupleType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  param,
  paramCount,
  superOf,
  typeNameOf,
  typeUnion,
  unionA,
  unionAll,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  varargElement,
  varLower,
  varUpper,
  wrapperOf,
  wrapVararg,
} from '../../interpreter/types/index.ts';
import { tailType } from './merge.ts';

const Any = datatype('Any');
const MAX_TUPLE_DEPTH = 3;

/** A type that has all instances of `type` and is no more complex than `compare`; `type` itself if it is not too complex. */
export function limitTypeSize(type: Ref, compare: Ref, source: Ref, tupleLength: number): Ref {
  const sources = [unwrapUnionAll(compare)];
  const other = unwrapUnionAll(source);
  if (other !== sources[0]) sources.push(other);
  if (!isMoreComplex(type, compare, sources, 1, MAX_TUPLE_DEPTH)) return type;
  const limited = limit(type, compare, sources, 1, tupleLength);
  return isSubtype(type, limited) ? limited : type;
}

function isDerived(type: Ref, from: Ref, depth: number): boolean {
  if (type === from) return depth <= 1;
  if (isVararg(type) && isVararg(from)) return isDerived(varargElement(type), varargElement(from), depth);
  if (isUnion(from)) return isDerived(type, unionA(from), depth) || isDerived(type, unionB(from), depth);
  if (isUnionAll(from)) {
    return isDerived(type, varUpper(unionAllVar(from)), depth) || isDerived(type, unionAllBody(from), depth);
  }
  if (!isDataType(from)) return false;
  const inner = depth > 0 ? depth - 1 : 0;
  if (isDataType(type)) {
    for (let above: Ref = superOf(from); above !== Any && above !== NULL; above = superOf(above)) {
      if (!isDataType(above)) break;
      if (type === above) return true;
      if (superOf(above) === above) break;
    }
  }
  for (let i = 0, n = paramCount(from); i < n; i++) if (isDerived(type, param(from, i), inner)) return true;
  return false;
}

const isDerivedFromAny = (type: Ref, sources: readonly Ref[], depth: number): boolean =>
  sources.some((source) => isDerived(type, source, depth));

function isMoreComplex(type: Ref, compare: Ref, sources: readonly Ref[], depth: number, tupleDepth: number): boolean {
  let t = type;
  let c = compare;
  if (t === c || t === Bottom) return false;
  if (isDataType(t) && paramCount(t) === 0) return false;
  if (tupleDepth > 0 && isDerivedFromAny(unwrapUnionAll(t), sources, depth)) return false;
  if (isVararg(t)) t = varargElement(t);
  if (isVararg(c)) c = varargElement(c);
  if (isUnionAll(c)) {
    if (!isUnionAll(t) && tupleDepth === 0) return true;
    t = unwrapUnionAll(t);
    c = unwrapUnionAll(c);
  }
  if (isTypeVar(c)) {
    if (isTypeVar(t)) {
      return (
        !(varLower(t) === Bottom || varLower(t) === varLower(c)) ||
        isMoreComplex(varUpper(t), varUpper(c), sources, depth + 1, 1)
      );
    }
    return varLower(c) !== Bottom || isMoreComplex(t, varUpper(c), sources, depth, 1);
  }
  if (isUnion(c)) {
    if (isUnion(t)) {
      return (
        isMoreComplex(unionA(t), unionA(c), sources, depth, tupleDepth) ||
        isMoreComplex(unionB(t), unionB(c), sources, depth, tupleDepth)
      );
    }
    return (
      isMoreComplex(t, unionA(c), sources, depth, tupleDepth) && isMoreComplex(t, unionB(c), sources, depth, tupleDepth)
    );
  }
  if (isInt64(t) && isInt64(c)) {
    const n = unboxInt64(t);
    return n !== 1 && !(n >= 0 && n < unboxInt64(c));
  }
  if (!isDataType(t)) return true;
  if (isDataType(c) && typeNameOf(t) === typeNameOf(c)) {
    const count = paramCount(t);
    if (paramCount(c) < count) return true;
    if (count === 0) return false;
    if (paramCount(c) > count && !isVararg(param(t, count - 1)) && depth === 1) return false;
    const dropped = paramCount(c) - count;
    const inner = isTupleType(t) && tupleDepth > 0 ? tupleDepth - 1 : 0;
    for (let i = 0; i < count; i++) {
      if (isMoreComplex(param(t, i), param(c, i + dropped), sources, depth + 1, inner)) return true;
    }
    return false;
  }
  if (isTypeType(t)) {
    const of = unwrapUnionAll(param(t, 0));
    return !isDataType(of) || paramCount(of) > 0;
  }
  return true;
}

function limit(t: Ref, c: Ref, sources: readonly Ref[], depth: number, tupleLength: number): Ref {
  if (t === c || t === Bottom) return t;
  if (isDataType(t) && paramCount(t) === 0) return t;
  if (isDerivedFromAny(unwrapUnionAll(t), sources, depth)) return t;
  if (isVararg(t)) {
    const element = limit(varargElement(t), isVararg(c) ? varargElement(c) : c, sources, depth + 1, 0);
    return wrapVararg(element, NULL);
  }
  if (isVararg(c)) return limit(t, varargElement(c), sources, depth, tupleLength);
  if (isTypeVar(c)) return limit(t, varUpper(c), sources, depth, tupleLength);
  if (isUnionAll(c)) return limit(t, unionAllBody(c), sources, depth, tupleLength);
  if (isUnionAll(t)) {
    const body = limit(unionAllBody(t), c, sources, depth, tupleLength);
    return body === unionAllBody(t) ? t : unionAll(unionAllVar(t), body);
  }
  if (isTypeVar(t)) return limit(varUpper(t), c, sources, depth, tupleLength);
  if (isUnion(t)) {
    if (!isUnion(c)) return Any;
    return typeUnion([
      limit(unionA(t), unionA(c), sources, depth, tupleLength),
      limit(unionB(t), unionB(c), sources, depth, tupleLength),
    ]);
  }
  if (!isDataType(t)) return isInt64(t) ? t : Any;
  if (isTypeType(t)) {
    const of = unwrapUnionAll(param(t, 0));
    if (isDataType(of) && !isTypeType(of)) {
      if (isDerivedFromAny(of, sources, depth)) return t;
      const other = isTypeType(c) ? unwrapUnionAll(param(c, 0)) : c;
      if (!isMoreComplex(of, other, sources, depth, 0)) return t;
    }
    return wrapper('Type');
  }
  if (isDataType(c) && typeNameOf(t) === typeNameOf(c) && paramCount(c) > 0 && isTupleType(t)) {
    return limitTuple(t, c, sources, depth, tupleLength);
  }
  if (tupleLength < 1 && isTupleType(t)) return Any;
  const whole = wrapperOf(typeNameOf(t));
  return isSubtype(t, whole) ? whole : Any;
}

function limitTuple(t: Ref, c: Ref, sources: readonly Ref[], depth: number, tupleLength: number): Ref {
  const count = paramCount(t);
  const others = paramCount(c);
  const kept = Math.min(count, Math.max(others, tupleLength));
  const elements: Ref[] = [];
  for (let i = 0; i < kept; i++) elements.push(param(t, i));
  if (count > kept && kept > 0) {
    const tail: Ref[] = [];
    for (let i = kept - 1; i < count; i++) tail.push(param(t, i));
    elements[kept - 1] = wrapVararg(tailType(tail), NULL);
  }
  return applyTupleType(
    elements.map((element, i) => {
      const last = param(c, others - 1);
      const other = i < others ? param(c, i) : isVararg(last) ? last : Any;
      return limit(element, other, sources, depth + 1, 0);
    }),
  );
}
