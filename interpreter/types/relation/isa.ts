// Is a value an instance of a type?

import type { Ref } from '../../memory/layout.ts';
import { typeOf } from '../../memory/layout.ts';
import { wrapper } from '../../memory/wellknown.ts';
import { wrapType } from '../instantiate.ts';
import {
  AnyType,
  Bottom,
  isConcrete,
  isDataType,
  isKind,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  param,
  unionA,
  unionB,
  unwrapUnionAll,
  varLower,
  varUpper,
} from '../kinds.ts';
import { hasFreeVars } from '../variables.ts';
import { isSubtype, typesEqual } from './questions.ts';

/** May `t` have instances that are types, other than by holding whole kinds? */
export function meetsTypeNotKind(t: Ref): boolean {
  t = unwrapUnionAll(t);
  if (t === AnyType || isTypeType(t)) return true;
  if (isUnion(t)) return meetsTypeNotKind(unionA(t)) || meetsTypeNotKind(unionB(t));
  return isTypeVar(t) && meetsTypeNotKind(varUpper(t));
}

/** May `t` hold all of DataType, or of Union, or of UnionAll? */
export function meetsKindNotType(t: Ref): boolean {
  t = unwrapUnionAll(t);
  if (t === AnyType || isKind(t)) return true;
  if (isUnion(t)) return meetsKindNotType(unionA(t)) || meetsKindNotType(unionB(t));
  return isTypeVar(t) && meetsKindNotType(varUpper(t));
}

/** `x isa t` */
export function isa(x: Ref, t: Ref): boolean {
  const type = typeOf(x);
  if (t === AnyType || type === t) return true;
  if (isType(x)) {
    if (t === wrapper('Type')) return true;
    if (!hasFreeVars(x)) {
      if (isConcrete(t)) return false;
      if (isTypeType(t)) return typesEqual(x, param(t, 0));
      const inner = unwrapUnionAll(t);
      if (isDataType(inner)) {
        if (!isTypeType(inner)) return false;
        let p = param(inner, 0);
        if (isTypeVar(p)) {
          // Type{T} where T<:S or T>:S holds x when S does.
          const below = varLower(p) === Bottom;
          if (below || varUpper(p) === AnyType) {
            while (isTypeVar(p)) p = below ? varUpper(p) : varLower(p);
            if (below && !hasFreeVars(p)) return isSubtype(x, p);
            if (!below && !hasFreeVars(p)) return isSubtype(p, x);
          }
        }
      }
      if (isSubtype(type, t)) return true;
      return meetsTypeNotKind(inner) && isSubtype(wrapType(x), t);
    }
  }
  if (isConcrete(t)) return false;
  return isSubtype(type, t);
}
