// The C API of types: relations between them, their variables, what objects of them hold.

import { REGION_BASE, U32 } from '../../../ffi/region.ts';
import { type DataTypeRef, type Ref, type SvecRef, typeOf } from '../../memory/layout.ts';
import { DataTypeFlag } from '../../memory/objects.ts';
import { Bottom, datatype, wrapper } from '../../memory/wellknown.ts';
import {
  applyTupleType,
  applyType,
  egal,
  fieldCount,
  fieldIndex,
  fieldTypes,
  hasFlag,
  instantiateUnionAll,
  intersectWithValues,
  isConcrete,
  isDataType,
  isNamedTupleType,
  isSubtype,
  isTupleType,
  isUnionAll,
  isVararg,
  nameText,
  param,
  substituteVar,
  typeEgal,
  typeEqual,
  typeIntersect,
  unionAll,
  unionAllBody,
  unionAllVar,
  unwrapUnionAll,
  varargElement,
} from '../../types/index.ts';
import { layoutPointerCount, pointerOffset } from '../../types/layoutaccess.ts';
import { isa } from '../../types/relation/isa.ts';
import { freeVars, hasFreeVars, hasVar } from '../../types/variables.ts';
import { newObject } from '../../vm/evaluate.ts';
import { machine } from '../../vm/frames.ts';
import { setSlot, setSlotReference, slotRef } from '../../vm/slots.ts';
import { vectorOfReferences } from '../arrays.ts';
import { expectArguments } from '../builtins/arguments.ts';
import { throwBoundsErrorAt, throwFieldError, throwPlain, throwTypeError } from '../errors.ts';
import { isFieldDefined, loadField } from '../fieldaccess.ts';
import { symbol, symbolAddress } from '../symbols.ts';
import { boxInt64, svecOf, svecToArray } from '../values.ts';
import { cStringOf, setFlagResult, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

/** Can a type have concrete subtypes? A name tuple has them if its field types do. */
function hasConcreteSubtype(type: Ref): boolean {
  if (type === Bottom) return false;
  const unwrapped = unwrapUnionAll(type);
  const body = isVararg(unwrapped) ? varargElement(unwrapped) : unwrapped;
  if (!isDataType(body)) return true;
  return isNamedTupleType(body) ? hasConcreteSubtype(param(body, 1)) : hasFlag(body, DataTypeFlag.has_concrete_subtype);
}

/** `type` with the variables of the UnionAlls around `env` replaced, outermost first, by the values that lie at an address. */
function instantiateIn(type: Ref, env: Ref, values: number): Ref {
  let result = type;
  let at = (values - REGION_BASE) / 4;
  for (let each = env; isUnionAll(each); each = unionAllBody(each), at += 2) {
    result = substituteVar(result, unionAllVar(each), (U32[at] >>> 3) as Ref);
  }
  return result;
}

/** The word where the i-th reference (from 0) in an object lies. */
function pointerWord(object: Ref, index: number): number {
  const type = typeOf(object);
  if (index >= layoutPointerCount(type)) throwBoundsErrorAt(object, boxInt64(index + 1));
  return (object << 1) + 2 * pointerOffset(type, index);
}

defineRuntimeFunctions({
  jl_types_equal: [
    'int (jl_value_t *, jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, typeEqual(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_has_free_typevars: [
    'int (jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, hasFreeVars(slotRef(args[0]))),
  ],
  jl_type_unionall: [
    'jl_value_t *(jl_tvar_t *, jl_value_t *)',
    (args, _n, result) => setSlotReference(result, unionAll(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_type_intersection: [
    'jl_value_t *(jl_value_t *, jl_value_t *)',
    (args, _n, result) => setSlotReference(result, typeIntersect(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_subtype: [
    'int (jl_value_t *, jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, isSubtype(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_isa: [
    'int (jl_value_t *, jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, isa(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_egal: [
    'int (jl_value_t *, jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, egal(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_types_egal: [
    'int (jl_value_t *, jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, typeEgal(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_has_typevar: [
    'int (jl_value_t *, jl_tvar_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, hasVar(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_find_free_typevars: [
    'jl_array_t *(jl_value_t *)',
    (args, _n, result) => setSlotReference(result, vectorOfReferences(datatype('Any'), freeVars(slotRef(args[0])))),
  ],
  jl_has_concrete_subtype: [
    'int (jl_value_t *)',
    (args, _n, result, declared) => setFlagResult(result, declared, hasConcreteSubtype(slotRef(args[0]))),
  ],
  jl_type_intersection_with_env: [
    'jl_svec_t *(jl_value_t *, jl_value_t *)',
    (args, _n, result) => {
      const { type, values } = intersectWithValues(slotRef(args[0]), slotRef(args[1]));
      setSlotReference(result, svecOf([type, svecOf(values)]));
    },
  ],
  jl_instantiate_type_in_env: [
    'jl_value_t *(jl_value_t *, jl_unionall_t *, jl_value_t **)',
    (args, _n, result) => setSlotReference(result, instantiateIn(slotRef(args[0]), slotRef(args[1]), wordOf(args[2]))),
  ],
  jl_instantiate_unionall: [
    'jl_value_t *(jl_unionall_t *, jl_value_t *)',
    (args, _n, result) => setSlotReference(result, instantiateUnionAll(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_apply_type1: [
    'jl_value_t *(jl_value_t *, jl_value_t *)',
    (args, _n, result) => setSlotReference(result, applyType(slotRef(args[0]), [slotRef(args[1])])),
  ],
  jl_apply_type2: [
    'jl_value_t *(jl_value_t *, jl_value_t *, jl_value_t *)',
    (args, _n, result) => setSlotReference(result, applyType(slotRef(args[0]), [slotRef(args[1]), slotRef(args[2])])),
  ],
  jl_apply_tuple_type: [
    'jl_tupletype_t *(jl_svec_t *)',
    (args, _n, result) => setSlotReference(result, applyTupleType(svecToArray(slotRef(args[0]) as SvecRef))),
  ],
  jl_apply_array_type: [
    'jl_value_t *(jl_value_t *, size_t)',
    (args, _n, result) =>
      setSlotReference(result, applyType(wrapper('Array'), [slotRef(args[0]), boxInt64(wordOf(args[1]))])),
  ],
  jl_field_isdefined: [
    'int (jl_value_t *, size_t)',
    (args, _n, result, declared) => {
      const object = slotRef(args[0]);
      setFlagResult(result, declared, isFieldDefined(object, typeOf(object), wordOf(args[1])));
    },
  ],
  jl_get_field: [
    'jl_value_t *(jl_value_t *, const char *)',
    (args, _n, result) => {
      const object = slotRef(args[0]);
      const field = symbol(cStringOf(args[1]));
      const index = fieldIndex(typeOf(object), field);
      if (index < 0) throwFieldError(typeOf(object), field);
      if (!loadField(object, typeOf(object), index, result)) throwPlain('UndefRefError');
    },
  ],
  jl_get_fieldtypes: [
    'jl_svec_t *(jl_datatype_t *)',
    (args, _n, result) => setSlotReference(result, fieldTypes(slotRef(args[0]) as DataTypeRef)),
  ],
  jl_typeof_str: [
    'const char *(jl_value_t *)',
    (args, _n, result, declared) =>
      setInteger(result, declared, symbolAddress(symbol(nameText(typeOf(slotRef(args[0])))))),
  ],
  jl_get_nth_pointer: [
    'jl_value_t *(jl_value_t *, size_t)',
    (args, _n, result) => {
      const value = (U32[pointerWord(slotRef(args[0]), wordOf(args[1]))] >>> 3) as Ref;
      if (value === 0) throwPlain('UndefRefError');
      setSlot(result, value);
    },
  ],
  jl_nth_pointer_isdefined: [
    'int (jl_value_t *, size_t)',
    (args, _n, result, declared) =>
      setFlagResult(result, declared, U32[pointerWord(slotRef(args[0]), wordOf(args[1]))] !== 0),
  ],
  jl_new_structt: [
    'jl_value_t *(jl_datatype_t *, jl_value_t *)',
    (args, _n, result) => {
      const tuple = slotRef(args[1]);
      const type = typeOf(tuple);
      if (!isTupleType(type)) throwTypeError('new', wrapper('Tuple'), tuple);
      if (!isConcrete(slotRef(args[0]))) throwTypeError('new', datatype('DataType'), slotRef(args[0]));
      expectArguments('new', fieldCount(type), fieldCount(slotRef(args[0])));
      const words = Int32Array.from({ length: fieldCount(type) }, (_, i) => machine.sp + 4 * i);
      words.forEach((word, i) => loadField(tuple, type, i, word));
      newObject(slotRef(args[0]) as DataTypeRef, words, words.length, result);
    },
  ],
});
