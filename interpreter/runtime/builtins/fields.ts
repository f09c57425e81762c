// Builtins on the fields of objects: reading, setting, asking whether there is a value, and the types of fields.
//
// The order of the checks is what a program that catches the errors can see: first the memory order, then whether the
// object can be changed at all, then which field is meant, then whether the order goes with the field, then the value.

import { type DataTypeRef, type ModuleRef, type Ref, readRef, type SymbolRef, typeOf } from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { Bottom, datatype } from '../../memory/wellknown.ts';
import { fieldCount, fieldIndex, fieldIsAtomic, fieldIsConst, fieldNames, fieldType } from '../../types/fields.ts';
import { applyType, instanceIsA, unionAll } from '../../types/index.ts';
import { isMutableType, isNamedTupleType, isTupleType, param } from '../../types/kinds.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import {
  Bool,
  copySlot,
  Int64,
  setSlotBool,
  setSlotInt64,
  setSlotReference,
  slotInt64,
  slotRef,
  slotType,
} from '../../vm/slots.ts';
import { storeField } from '../../vm/tuples.ts';
import { globalValue } from '../bindings.ts';
import { throwBoundsErrorAt, throwError, throwFieldError, throwPlain, throwTypeError } from '../errors.ts';
import { isFieldDefined, loadField } from '../fieldaccess.ts';
import { symbolName } from '../symbols.ts';
import { boxInt64, unboxInt64 } from '../values.ts';
import { expectArguments, expectBool, expectType } from './arguments.ts';
import { loadGlobal } from './globalload.ts';
import {
  checkAgreement,
  type MemoryOrder,
  optionalOrder,
  orderArgument,
  orderNamed,
  throwAtomicError,
} from './orders.ts';

const SymbolType = datatype('Symbol');
const ModuleType = datatype('Module');

/** `Union{Int64, Symbol}`: what names a field. */
const fieldNameType = (): Ref => applyType(datatype('Union'), [Int64, SymbolType]);

/** Index (from 0) of the field that a symbol or integer names; throws as the builtin `name` does. */
export function fieldIndexOf(type: DataTypeRef, object: Ref, word: number, name = 'getfield'): number {
  if (slotType(word) === SymbolType) {
    const field = slotRef(word) as SymbolRef;
    const index = fieldIndex(type, field);
    if (index < 0) throwFieldError(type, field);
    return index;
  }
  if (slotType(word) !== Int64) throwTypeError(name, fieldNameType(), slotRef(word));
  const index = slotInt64(word) - 1;
  if (index < 0 || index >= fieldCount(type)) throwBoundsErrorAt(object, slotRef(word));
  return index;
}

/** Index of a field that may be changed; throws when the object, or that field, may not. */
export function changeableField(name: string, type: DataTypeRef, object: Ref, word: number): number {
  if (type === ModuleType) throwError('cannot assign variables in other modules');
  if (!isMutableType(type)) {
    throwError(`${name}: immutable struct of type ${typeNameText(type)} cannot be changed`);
  }
  const index = fieldIndexOf(type, object, word, name);
  if (fieldIsConst(type, index)) {
    const field = symbolName(fieldNames(type)[index]);
    throwError(`${name}: const field .${field} of type ${typeNameText(type)} cannot be changed`);
  }
  return index;
}

export const typeNameText = (type: Ref): string =>
  symbolName(readRef<SymbolRef>(readRef(type, objects.DataType.name), objects.TypeName.name));

/** Reading may leave the order out, which suits atomic fields as well as others. */
function checkReadOrder(name: string, type: DataTypeRef, index: number, order: MemoryOrder | null): void {
  if (order !== null) checkAgreement(name, 'field', fieldIsAtomic(type, index), order, 'accessed');
}

/** `getfield(object, name, [order], [boundscheck])`: a third argument is an order unless it is a Bool. */
function getfieldOrder(args: Int32Array, n: number): MemoryOrder | null {
  if (n < 3 || (n === 3 && slotType(args[2]) === Bool)) return null;
  const order = expectType<SymbolRef>('getfield', args[2], SymbolType);
  if (n === 4) expectBool('getfield', args[3]);
  return orderNamed(order, 'load');
}

function getfield(args: Int32Array, n: number, result: number): void {
  expectArguments('getfield', n, 2, 4);
  const order = n > 2 ? getfieldOrder(args, n) : null;
  const type = slotType(args[0]);
  if (type === ModuleType) {
    // Of a Module the globals are read, whatever the order.
    loadGlobal('getglobal', args, result);
    return;
  }
  const object = slotRef(args[0]);
  const index = fieldIndexOf(type, object, args[1]);
  checkReadOrder('getfield', type, index, order);
  if (!loadField(object, type, index, result)) throwPlain('UndefRefError');
}

function setfield(args: Int32Array, n: number, result: number): void {
  expectArguments('setfield!', n, 3, 4);
  const order = optionalOrder('setfield!', args, n, 3, 'store', 'not_atomic');
  const type = slotType(args[0]);
  const object = slotRef(args[0]);
  const index = changeableField('setfield!', type, object, args[1]);
  checkAgreement('setfield!', 'field', fieldIsAtomic(type, index), order, 'written');
  const declared = fieldType(type, index);
  if (declared !== datatype('Any') && slotType(args[2]) !== declared && !instanceIsA(slotRef(args[2]), declared)) {
    throwTypeError('setfield!', declared, slotRef(args[2]));
  }
  storeField(object, type, index, args[2]);
  copySlot(result, args[2]);
}

function isdefined(args: Int32Array, n: number, result: number): void {
  expectArguments('isdefined', n, 2, 3);
  const type = slotType(args[0]);
  const order = n === 3 ? orderArgument('isdefined', args[2], 'load') : null;
  if (type === ModuleType) {
    const name = expectType<SymbolRef>('isdefined', args[1], SymbolType);
    if (order === 'not_atomic') throwAtomicError('isdefined: module binding cannot be accessed non-atomically');
    setSlotBool(result, globalValue(slotRef(args[0]) as ModuleRef, name) !== 0);
    return;
  }
  let index: number;
  if (slotType(args[1]) === Int64) index = slotInt64(args[1]) - 1;
  else index = fieldIndex(type, expectType<SymbolRef>('isdefined', args[1], SymbolType));
  if (index < 0 || index >= fieldCount(type)) {
    if (order !== null) throwAtomicError('isdefined: atomic ordering cannot be specified for nonexistent field');
    setSlotBool(result, false);
    return;
  }
  checkReadOrder('isdefined', type, index, order);
  setSlotBool(result, isFieldDefined(slotRef(args[0]), type, index));
}

function fieldtype(args: Int32Array, n: number, result: number): void {
  expectArguments('fieldtype', n, 2, 3);
  if (n === 3) expectBool('fieldtype', args[2]);
  setSlotReference(result, fieldTypeOf(slotRef(args[0]), slotRef(args[1]), true));
}

/** The type of a field by name or number; without one, `Union{}` or what `throws` says. */
function fieldTypeOf(type: Ref, field: Ref, throws: boolean): Ref {
  const kind = typeOf(type);
  if (kind === datatype('UnionAll')) {
    return unionAll(
      readRef(type, objects.UnionAll.var),
      fieldTypeOf(readRef(type, objects.UnionAll.body), field, throws),
    );
  }
  if (kind === datatype('Union')) {
    const [a, b] = [readRef(type, objects.Union.a), readRef(type, objects.Union.b)];
    const [ofA, ofB] = [fieldTypeOf(a, field, false), fieldTypeOf(b, field, false)];
    if (ofA === Bottom && ofB === Bottom && throws) {
      // Either field may be there and have the type `Union{}`.
      fieldTypeOf(a, field, true);
      fieldTypeOf(b, field, true);
    }
    return applyType(datatype('Union'), [ofA, ofB]);
  }
  if (kind !== datatype('DataType')) throwTypeError('fieldtype', datatype('DataType'), type);
  let index: number;
  if (typeOf(field) === Int64) {
    index = unboxInt64(field) - 1;
  } else {
    if (typeOf(field) !== SymbolType) throwTypeError('fieldtype', SymbolType, field);
    index = fieldIndex(type, field as SymbolRef);
    if (index < 0) return throws ? throwFieldError(type, field as SymbolRef) : Bottom;
  }
  if (isNamedTupleType(type)) return namedTupleFieldType(type, field, index, throws);
  return numberedFieldType(type, field, index, throws);
}

/** Of a NamedTuple with unknown types a bound is known; how many fields there are follows from the names, if those are. */
function namedTupleFieldType(type: Ref, field: Ref, index: number, throws: boolean): Ref {
  const isKnown = typeOf(param(type, 0)) !== datatype('TypeVar');
  if (isKnown && (index < 0 || index >= fieldNames(type).length)) {
    return throws ? throwBoundsErrorAt(type, field) : Bottom;
  }
  let values = param(type, 1);
  while (typeOf(values) === datatype('TypeVar')) values = readRef(values, objects.TypeVar.ub);
  if (values === datatype('Any') || values === Bottom) return values;
  return fieldTypeOf(values, boxInt64(index + 1), throws);
}

/** A tuple's trailing Vararg stands for all further fields. */
function numberedFieldType(type: Ref, field: Ref, index: number, throws: boolean): Ref {
  const n = fieldCount(type);
  if (n > 0 && index >= n - 1 && isTupleType(type)) {
    const last = fieldType(type, n - 1);
    if (typeOf(last) === datatype('TypeofVararg')) return readRef(last, objects.Vararg.T) || datatype('Any');
  }
  if (index < 0 || index >= n) return throws ? throwBoundsErrorAt(type, field) : Bottom;
  return fieldType(type, index);
}

defineBuiltins({
  getfield,
  'setfield!': setfield,
  isdefined,
  fieldtype,
  nfields: (args, n, result) => {
    expectArguments('nfields', n, 1);
    setSlotInt64(result, fieldCount(slotType(args[0])));
  },
});
