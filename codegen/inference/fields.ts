// Fields: what a read of a field gives, of an object, of a struct of which more is known, or of any instance of a type.

import { type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { datatype, wrapper } from '../../interpreter/memory/wellknown.ts';
import { orElse } from '../../interpreter/types/errors.ts';
import {
  boxedFieldAt,
  fieldCount,
  fieldIsConst,
  fieldType,
  hasEmptyIntersection,
  hasFreeVars,
  isAbstractType,
  isConcrete,
  isDataType,
  isNamedTupleType,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isVararg,
  param,
  paramCount,
  rewrapUnionAll,
  unwrapUnionAll,
  varargElement,
} from '../../interpreter/types/index.ts';
import { fieldNumber } from './builtins.ts';
import { anything, fieldOf, impossible, isRest, type Lattice, ofConst, ofType, widen } from './lattice.ts';
import { join } from './merge.ts';

/** A field of a particular object; null if it is not certain to stay what it is. */
export function fieldOfConstant(object: Ref, name: Ref): Lattice | null {
  const type = typeOf(object);
  const index = orElse(() => fieldNumber(type, name), -1);
  if (index < 0 || index >= orElse(() => fieldCount(type), 0)) return impossible;
  // Of a DataType, what is derived later is not there yet.
  const isSettled = type !== datatype('DataType') || index <= 2;
  if (!fieldIsConst(type, index) || !isSettled) return null;
  const value = boxedFieldAt(object, index);
  return value === 0 ? null : ofConst(value);
}

/** A type of a field, which may mention variables of the type around it, as an element. */
function declared(type: Ref, around: Ref): Lattice {
  const whole = rewrapUnionAll(type, around);
  return isTypeVar(whole) || hasFreeVars(whole) || !isType(whole) ? anything : ofType(whole);
}

/** The field of an element that is no union. */
export function fieldOfStruct(object: Lattice, name: Lattice): Lattice {
  const type = widen(object);
  if (isTypeType(type)) {
    return name.kind === 'const' ? fieldOfStruct(ofType(typeOfTypes(param(type, 0))), name) : anything;
  }
  const body = unwrapUnionAll(type);
  if (!isDataType(body)) return anything;
  if (isTypeType(body)) return anything;
  if (isAbstractType(body) && !isTupleType(body)) return anything;
  if (body === datatype('Module')) return anything;
  if (isNamedTupleType(body) && !isConcrete(body)) return fieldOfOpenNamedTuple(body, type);
  const nameType = widen(name);
  if (name.kind !== 'const') {
    if (hasEmptyIntersection(nameType, datatype('Int64')) && hasEmptyIntersection(nameType, datatype('Symbol')))
      return impossible;
    return anyField(object, body, type);
  }
  const index = orElse(() => fieldNumber(body, name.value), -1);
  if (index < 0) return impossible;
  if (object.kind === 'partial') {
    const known = fieldOf(object, index);
    if (known !== null) return known;
    if (isTupleType(body)) return impossible;
  }
  if (isTupleType(body)) return tupleField(body, type, index);
  const count = orElse(() => fieldCount(body), -1);
  if (count < 0) return anything;
  return index >= count ? impossible : declared(fieldType(body, index), type);
}

const typeOfTypes = (of: Ref): Ref => (isTypeVar(of) ? datatype('DataType') : typeOf(of));

function anyField(object: Lattice, body: Ref, type: Ref): Lattice {
  let result: Lattice = impossible;
  if (isTupleType(body)) {
    for (let i = 0, n = paramCount(body); i < n; i++) {
      const element = param(body, i);
      result = join(result, declared(isVararg(element) ? varargElement(element) : element, type));
    }
    return result;
  }
  const count = orElse(() => fieldCount(body), -1);
  if (count < 0) return anything;
  for (let i = 0; i < count; i++) {
    const known = object.kind === 'partial' ? fieldOf(object, i) : null;
    result = join(result, known === null || isRest(known) ? declared(fieldType(body, i), type) : ofType(widen(known)));
  }
  return result;
}

function tupleField(body: Ref, type: Ref, index: number): Lattice {
  const count = paramCount(body);
  const last = count === 0 ? 0 : param(body, count - 1);
  if (last !== 0 && isVararg(last) && index >= count - 1) return declared(varargElement(last), type);
  return index >= count ? impossible : declared(param(body, index), type);
}

/** A NamedTuple whose names are not known has fields of the types that its second parameter lists, if it lists them. */
function fieldOfOpenNamedTuple(body: Ref, around: Ref): Lattice {
  const types = param(body, 1);
  const bound = unwrapUnionAll(isTypeVar(types) ? around : types);
  if (isTypeVar(types) || !isDataType(bound) || !isTupleType(bound)) return anything;
  return anyField(ofType(wrapper('Tuple')), bound, around);
}
