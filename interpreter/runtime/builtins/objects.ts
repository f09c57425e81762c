// Builtins on objects: types, identity, fields, tuples, simple vectors.
import { U32 } from '../../../ffi/region.ts';
import { makeExpr } from '../../ir/heap.ts';
import {
  type DataTypeRef,
  type ModuleRef,
  type Ref,
  readRef,
  readWide,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype, emptySvec, nothing, wrapper } from '../../memory/wellknown.ts';
import { egal } from '../../types/egal.ts';
import { elementLayout, inlineShape, tryLayout } from '../../types/fieldlayout.ts';
import { fieldCount, fieldIndex, fieldIsAtomic, fieldIsConst, fieldNames, fieldType } from '../../types/fields.ts';
import { applyType, containsVariable, instanceIsA, isSubtype, unionAll as makeUnionAll } from '../../types/index.ts';
import {
  instanceOf,
  isAbstractType,
  isMemoryType,
  isMutableType,
  isNamedTupleType,
  isPrimitiveType,
  param,
} from '../../types/kinds.ts';
import { isOpaqueLayout, layoutSize } from '../../types/layoutaccess.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import {
  Bool,
  copySlot,
  Int64,
  isSlotBits,
  primitiveSize,
  setSlot,
  setSlotBool,
  setSlotInt64,
  setSlotReference,
  slotInt64,
  slotRef,
  slotType,
} from '../../vm/slots.ts';
import { makeTupleOfSlots, storeField } from '../../vm/tuples.ts';
import { globalValue } from '../bindings.ts';
import {
  JuliaException,
  throwBoundsErrorAt,
  throwError,
  throwException,
  throwFieldError,
  throwPlain,
  throwTypeError,
  throwUndefVar,
  throwValue,
} from '../errors.ts';
import { isFieldDefined, loadField } from '../fieldaccess.ts';
import { isKindType, unwrapUnionAll } from '../methods.ts';
import { symbolLength, symbolName } from '../symbols.ts';
import { boxInt64, stringLength, string as stringRef, svecGet, svecLength, svecOf } from '../values.ts';
import { expectArguments, expectInt, expectType, expectTypeObject } from './arguments.ts';

const SymbolType = datatype('Symbol');

/** True if the values in two slots are the same by `===`. */
export function egalSlots(a: number, b: number): boolean {
  const tagA = U32[a + 2];
  const tagB = U32[b + 2];
  if (tagA !== 0 && tagB !== 0) return tagA === tagB && U32[a] === U32[b] && U32[a + 1] === U32[b + 1];
  if (tagA === 0 && tagB === 0 && U32[a] === U32[b]) return true;
  if (slotType(a) !== slotType(b))
    return isKindType(slotType(a)) && isKindType(slotType(b)) && egal(slotRef(a), slotRef(b));
  return egal(slotRef(a), slotRef(b));
}

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
  if (U32[word + 2] !== Int64) throwTypeError(name, fieldNameType(), slotRef(word));
  const index = slotInt64(word) - 1;
  if (index < 0 || index >= fieldCount(type)) throwBoundsErrorAt(object, boxInt64(index + 1));
  return index;
}

const orders = new Set([
  'not_atomic',
  'unordered',
  'monotonic',
  'acquire',
  'release',
  'acquire_release',
  'sequentially_consistent',
]);

/** Checks a memory order argument; `atomic` tells whether the field is. */
export function checkOrder(name: string, word: number, access: 'load' | 'store' | 'both' | 'never'): string {
  if (slotType(word) !== SymbolType) throwTypeError(name, SymbolType, slotRef(word));
  const order = symbolName(slotRef(word) as SymbolRef);
  if (!orders.has(order)) throwException('ConcurrencyViolationError', invalidOrder());
  if (access === 'load' && (order === 'release' || order === 'acquire_release')) {
    throwException('ConcurrencyViolationError', invalidOrder());
  }
  if (access === 'store' && (order === 'acquire' || order === 'acquire_release')) {
    throwException('ConcurrencyViolationError', invalidOrder());
  }
  if (access === 'never' || (access === 'both' && order === 'unordered'))
    throwException('ConcurrencyViolationError', invalidOrder());
  return order;
}

const invalidOrder = () => stringRef('invalid atomic ordering');

/** Throws when the order does not go with the field: atomic fields want an order, others none. */
export function checkAtomicity(
  name: string,
  atomic: boolean,
  order: string | null,
  done: 'accessed' | 'written' = accessed(name),
): void {
  const isAtomicOrder = order !== null && order !== 'not_atomic';
  if (atomic && order !== null && !isAtomicOrder) {
    throwException('ConcurrencyViolationError', stringRef(`${name}: atomic field cannot be ${done} non-atomically`));
  }
  // Reading without an order is allowed: it is Julia's unordered access of a field that is known to be atomic.
  if (atomic && order === null && name !== 'getfield' && name !== 'isdefined') {
    throwException('ConcurrencyViolationError', stringRef(`${name}: atomic field cannot be ${done} non-atomically`));
  }
  if (!atomic && isAtomicOrder) {
    throwException('ConcurrencyViolationError', stringRef(`${name}: non-atomic field cannot be ${done} atomically`));
  }
}

const accessed = (name: string): 'accessed' | 'written' =>
  name === 'getfield' || name === 'isdefined' ? 'accessed' : 'written';

/** The fields of a Module answer as globals. */
function moduleField(module: ModuleRef, word: number, result: number): void {
  if (slotType(word) !== SymbolType) throwTypeError('getglobal', SymbolType, slotRef(word));
  const name = slotRef(word) as SymbolRef;
  const value = globalValue(module, name);
  if (value === 0) throwUndefVar(name, module);
  setSlot(result, value);
}

function getfield(args: Int32Array, n: number, result: number): void {
  expectArguments('getfield', n, 2, 4);
  const type = slotType(args[0]);
  let order: string | null = null;
  if (n === 4) {
    order = checkOrder('getfield', args[2], 'load');
    if (slotType(args[3]) !== Bool) throwTypeError('getfield', Bool, slotRef(args[3]));
  } else if (n === 3 && slotType(args[2]) !== Bool) {
    order = checkOrder('getfield', args[2], 'load');
  }
  const object = slotRef(args[0]);
  if (type === datatype('Module')) {
    moduleField(object as ModuleRef, args[1], result);
    return;
  }
  const index = fieldIndexOf(type, object, args[1]);
  checkAtomicity('getfield', fieldIsAtomic(type, index), order);
  if (!loadField(object, type, index, result)) throwPlain('UndefRefError');
}

/** Checks that field `index` may be set and that the value is of its type. */
export function checkSettable(name: string, type: DataTypeRef, index: number, word: number): void {
  checkChangeable(name, type, index);
  const declared = fieldType(type, index);
  if (declared !== datatype('Any') && slotType(word) !== declared && !instanceIsA(slotRef(word), declared)) {
    throwTypeError(name, declared, slotRef(word));
  }
}

/** Checks that field `index` may be set at all. */
export function checkChangeable(name: string, type: DataTypeRef, index: number): void {
  if (!isMutableType(type)) {
    throwError(`${name}: immutable struct of type ${typeNameText(type)} cannot be changed`);
  }
  if (fieldIsConst(type, index)) {
    throwError(`${name}: const field .${fieldNameText(type, index)} of type ${typeNameText(type)} cannot be changed`);
  }
}

const typeNameText = (type: Ref): string =>
  symbolName(readRef<SymbolRef>(readRef(type, objects.DataType.name), objects.TypeName.name));
function fieldNameText(type: Ref, index: number): string {
  const names = readRef<SvecRef>(readRef(type, objects.DataType.name), objects.TypeName.names);
  return index < svecLength(names) ? symbolName(svecGet<SymbolRef>(names, index)) : String(index + 1);
}

function setfield(args: Int32Array, n: number, result: number): void {
  expectArguments('setfield!', n, 3, 4);
  const order = n === 4 ? checkOrder('setfield!', args[3], 'store') : null;
  const type = slotType(args[0]);
  const object = slotRef(args[0]);
  if (type === datatype('Module')) throwError('cannot assign variables in other modules');
  if (!isMutableType(type)) checkChangeable('setfield!', type, 0);
  const index = fieldIndexOf(type, object, args[1], 'setfield!');
  checkSettable('setfield!', type, index, args[2]);
  checkAtomicity('setfield!', fieldIsAtomic(type, index), order);
  storeField(object, type, index, args[2]);
  copySlot(result, args[2]);
}

/** The type of field `index` that `fieldtype` gives; unions distribute. */
function fieldtype(args: Int32Array, n: number, result: number): void {
  expectArguments('fieldtype', n, 2, 3);
  const type = expectTypeObject<Ref>('fieldtype', args[0]);
  setSlotReference(result, fieldTypeOf(type, args[1]));
}

function fieldTypeOf(type: Ref, word: number): Ref {
  if (typeOf(type) === datatype('UnionAll')) {
    return rewrap(fieldTypeOf(readRef(type, objects.UnionAll.body), word), type);
  }
  if (typeOf(type) === datatype('Union')) {
    const parts: Ref[] = [];
    for (const part of [readRef(type, objects.Union.a), readRef(type, objects.Union.b)]) {
      try {
        parts.push(fieldTypeOf(part, word));
      } catch (error) {
        if (!(error instanceof JuliaException)) throw error;
      }
    }
    // Neither has it: say so of the first.
    if (parts.length === 0) return fieldTypeOf(readRef(type, objects.Union.a), word);
    return applyType(datatype('Union'), parts);
  }
  if (typeOf(type) !== datatype('DataType')) throwTypeError('fieldtype', datatype('DataType'), type);
  if (type === datatype('Module')) throwError('cannot assign variables in other modules');
  if (isNamedTupleType(type) && typeOf(param(type, 1)) === datatype('TypeVar') && slotType(word) === Int64) {
    // Of the field types only a bound is known; how many there are follows from the names, if those are.
    const index = slotInt64(word);
    const isKnown = typeOf(param(type, 0)) !== datatype('TypeVar');
    if (isKnown && (index < 1 || index > fieldNames(type).length)) throwBoundsErrorAt(type, boxInt64(index));
    return fieldTypeOf(readRef(param(type, 1), objects.TypeVar.ub), word);
  }
  if (
    readRef(type, objects.DataType.types) === 0 &&
    readRef(readRef(type, objects.DataType.name), objects.TypeName.names) === emptySvec
  ) {
    throwFieldErrorFor(type, word);
  }
  const index = slotType(word) === SymbolType ? fieldIndex(type, slotRef(word) as SymbolRef) : slotInt64(word) - 1;
  if (slotType(word) === SymbolType) {
    if (index < 0) throwFieldError(type, slotRef(word) as SymbolRef);
  } else if (slotType(word) !== Int64) {
    throwTypeError('fieldtype', SymbolType, slotRef(word));
  }
  return elementType(type, index);
}

function throwFieldErrorFor(type: Ref, word: number): never {
  if (slotType(word) === SymbolType) return throwFieldError(type, slotRef(word) as SymbolRef);
  return throwBoundsErrorAt(type, slotRef(word));
}

/** Type of field `index`; a tuple's trailing Vararg stands for all further ones. */
function elementType(type: Ref, index: number): Ref {
  const types = readRef<SvecRef>(type, objects.DataType.types);
  if (types !== 0 && svecLength(types) > 0) {
    const last = svecGet(types, svecLength(types) - 1);
    if (typeOf(last) === datatype('TypeofVararg') && index >= svecLength(types) - 1) {
      return readRef(last, objects.Vararg.T) || datatype('Any');
    }
  }
  if (index < 0 || index >= fieldCount(type)) throwBoundsErrorAt(type, boxInt64(index + 1));
  return fieldType(type, index);
}

function rewrap(inner: Ref, unionAll: Ref): Ref {
  return hasVariable(inner, readRef(unionAll, objects.UnionAll.var)) ? rewrapWith(unionAll, inner) : inner;
}

function hasVariable(type: Ref, variable: Ref): boolean {
  return type === variable || containsVariable(type, variable);
}

const rewrapWith = (unionAll: Ref, inner: Ref): Ref => makeUnionAll(readRef(unionAll, objects.UnionAll.var), inner);

/** `sizeof` of a value or a type. */
function sizeOfValue(word: number): number {
  const value = slotRef(word);
  const type = slotType(word);
  if (type === datatype('DataType')) {
    return sizeOfDataType(value as DataTypeRef);
  }
  if (type === datatype('Union') || type === datatype('UnionAll')) return sizeOfGeneralType(value);
  if (isKindType(type)) throwError(EMPTY_TYPE);
  if (type === datatype('String')) return stringLength(value as StringRef);
  if (type === SymbolType) return symbolLength(value as SymbolRef);
  if (type === datatype('SimpleVector')) return 8 + 8 * svecLength(value as SvecRef);
  if (isSlotBits(type) || isPrimitiveType(type)) return primitiveSize(type);
  if (readRef(type, objects.DataType.name) === readRef(datatype('GenericMemory'), objects.DataType.name)) {
    return memoryBytes(value, type);
  }
  return instanceOf(type) !== 0 ? 0 : layoutSize(type);
}

function memoryBytes(memory: Ref, type: Ref): number {
  const element = elementLayout(type);
  const length = readWide(memory, objects.GenericMemory.length);
  return length * element.size + (element.union ? length : 0);
}

const EMPTY_TYPE = 'The empty type does not have a definite size since it does not have instances.';

/** A union of bits types has the size of its largest; other types that are no DataType have none. */
function sizeOfGeneralType(type: Ref): number {
  const body = unwrapUnionAll(type);
  const shape = typeOf(body) === datatype('Union') ? inlineShape(body, false) : null;
  if (shape !== null) return shape.size;
  if (typeOf(body) === datatype('DataType')) return sizeOfDataType(body as DataTypeRef);
  return throwError('Argument is an abstract type and does not have a definite size.');
}

function sizeOfDataType(type: DataTypeRef): number {
  if (!tryLayout(type)) {
    throwError(
      isAbstractType(type)
        ? `Abstract type ${typeNameText(type)} does not have a definite size.`
        : `Argument is an incomplete ${typeNameText(type)} type and does not have a definite size.`,
    );
  }
  if (isOpaqueLayout(type) || isMemoryType(type) || type === datatype('String')) {
    throwError(`Type ${typeNameText(type)} does not have a definite size.`);
  }
  return layoutSize(type);
}

defineBuiltins({
  typeof: (args, n, result) => {
    expectArguments('typeof', n, 1);
    setSlotReference(result, slotType(args[0]));
  },
  '===': (args, n, result) => {
    expectArguments('===', n, 2);
    setSlotBool(result, egalSlots(args[0], args[1]));
  },
  isa: (args, n, result) => {
    expectArguments('isa', n, 2);
    const type = slotRef(args[1]);
    if (type === slotType(args[0]) || type === datatype('Any')) {
      setSlotBool(result, true);
      return;
    }
    if (!isKindType(typeOf(type))) throwTypeError('isa', wrapper('Type'), type);
    setSlotBool(result, instanceIsA(slotRef(args[0]), type));
  },
  '<:': (args, n, result) => {
    expectArguments('<:', n, 2);
    const given = slotRef(args[0]);
    // On the left a variable stands for its upper bound.
    const a = typeOf(given) === datatype('TypeVar') ? readRef(given, objects.TypeVar.ub) : given;
    const b = slotRef(args[1]);
    if (!isKindType(typeOf(a))) throwTypeError('<:', wrapper('Type'), a);
    if (!isKindType(typeOf(b))) throwTypeError('<:', wrapper('Type'), b);
    setSlotBool(result, isSubtype(a, b));
  },
  ifelse: (args, n, result) => {
    expectArguments('ifelse', n, 3);
    if (slotType(args[0]) !== Bool) throwTypeError('ifelse', Bool, slotRef(args[0]));
    copySlot(result, U32[args[0]] !== 0 ? args[1] : args[2]);
  },
  throw: (args, n) => {
    expectArguments('throw', n, 1);
    throwValue(slotRef(args[0]));
  },
  typeassert: (args, n, result) => {
    expectArguments('typeassert', n, 2);
    const type = slotRef(args[1]);
    if (type !== slotType(args[0]) && type !== datatype('Any')) {
      if (!isKindType(typeOf(type))) throwTypeError('typeassert', wrapper('Type'), type);
      const value = slotRef(args[0]);
      if (!instanceIsA(value, type)) throwTypeError('typeassert', type, value);
    }
    copySlot(result, args[0]);
  },
  tuple: (args, n, result) => makeTupleOfSlots(args, n, result),
  svec: (args, n, result) => {
    const values: Ref[] = [];
    for (let i = 0; i < n; i++) values.push(slotRef(args[i]));
    setSlotReference(result, svecOf(values));
  },
  getfield,
  'setfield!': setfield,
  isdefined: (args, n, result) => {
    expectArguments('isdefined', n, 2, 3);
    const type = slotType(args[0]);
    const object = slotRef(args[0]);
    const order = n === 3 ? checkOrder('isdefined', args[2], 'load') : null;
    if (type === datatype('Module')) {
      if (slotType(args[1]) !== SymbolType) throwTypeError('isdefined', SymbolType, slotRef(args[1]));
      setSlotBool(result, globalValue(object as ModuleRef, slotRef(args[1]) as SymbolRef) !== 0);
      return;
    }
    let index: number;
    if (slotType(args[1]) === SymbolType) index = fieldIndex(type, slotRef(args[1]) as SymbolRef);
    else if (U32[args[1] + 2] === Int64) index = slotInt64(args[1]) - 1;
    else return throwTypeError('isdefined', SymbolType, slotRef(args[1]));
    if (index < 0 || index >= fieldCount(type)) {
      setSlotBool(result, false);
      return;
    }
    if (order !== null) checkAtomicity('isdefined', fieldIsAtomic(type, index), order);
    setSlotBool(result, isFieldDefined(object, type, index));
  },
  nfields: (args, n, result) => {
    expectArguments('nfields', n, 1);
    setSlotInt64(result, fieldCount(slotType(args[0])));
  },
  fieldtype,
  sizeof: (args, n, result) => {
    expectArguments('sizeof', n, 1);
    setSlotInt64(result, sizeOfValue(args[0]));
  },
  apply_type: (args, n, result) => {
    if (n < 1) expectArguments('apply_type', n, 1, 1 << 20);
    const parameters: Ref[] = [];
    for (let i = 1; i < n; i++) parameters.push(slotRef(args[i]));
    setSlotReference(result, applyType(slotRef(args[0]), parameters));
  },
  _expr: (args, n, result) => {
    if (n < 1) expectArguments('Expr', n, 1, 1 << 20);
    if (slotType(args[0]) !== SymbolType) throwTypeError('Expr', SymbolType, slotRef(args[0]));
    const values: Ref[] = [];
    for (let i = 1; i < n; i++) values.push(slotRef(args[i]));
    setSlotReference(result, makeExpr(symbolName(slotRef(args[0]) as SymbolRef), values));
  },
  _svec_len: (args, n, result) => {
    expectArguments('_svec_len', n, 1);
    setSlotInt64(result, svecLength(expectType<SvecRef>('_svec_len', args[0], datatype('SimpleVector'))));
  },
  _svec_ref: (args, n, result) => {
    expectArguments('_svec_ref', n, 2);
    const vector = expectType<SvecRef>('_svec_ref', args[0], datatype('SimpleVector'));
    const index = expectInt('_svec_ref', args[1]);
    if (index < 1 || index > svecLength(vector)) throwBoundsErrorAt(vector, boxInt64(index));
    const value = svecGet(vector, index - 1);
    if (value === 0) throwPlain('UndefRefError');
    setSlot(result, value);
  },
  donotdelete: (_args, _n, result) => setSlotReference(result, nothing),
  compilerbarrier: (args, n, result) => {
    expectArguments('compilerbarrier', n, 2);
    expectType('compilerbarrier', args[0], SymbolType);
    copySlot(result, args[1]);
  },
});
