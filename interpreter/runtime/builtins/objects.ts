// Builtins on objects: types, identity, fields, tuples, simple vectors.
import { U32 } from '../../../ffi/region.ts';
import { makeExpr } from '../../ir/heap.ts';
import {
  type DataTypeRef,
  type Ref,
  readRef,
  readWide,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype, nothing, wrapper } from '../../memory/wellknown.ts';
import { egal } from '../../types/egal.ts';
import { elementLayout, inlineShape, tryLayout } from '../../types/fieldlayout.ts';
import { applyType, instanceIsA, isSubtype } from '../../types/index.ts';
import { instanceOf, isAbstractType, isMemoryType, isPrimitiveType } from '../../types/kinds.ts';
import { isOpaqueLayout, layoutSize } from '../../types/layoutaccess.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import {
  Bool,
  copySlot,
  isSlotBits,
  primitiveSize,
  setSlot,
  setSlotBool,
  setSlotInt64,
  setSlotReference,
  slotRef,
  slotType,
} from '../../vm/slots.ts';
import { makeTupleOfSlots } from '../../vm/tuples.ts';
import { throwBoundsErrorAt, throwError, throwPlain, throwTypeError, throwValue } from '../errors.ts';
import { isKindType, unwrapUnionAll } from '../methods.ts';
import { symbolLength, symbolName } from '../symbols.ts';
import { boxInt64, stringLength, svecGet, svecLength, svecOf } from '../values.ts';
import { expectArguments, expectInt, expectType } from './arguments.ts';
import { typeNameText } from './fields.ts';

const SymbolType = datatype('Symbol');
const StringType = datatype('String');
const DataTypeType = datatype('DataType');

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

/** `sizeof` of a value or a type. */
function sizeOfValue(word: number): number {
  const type = slotType(word);
  if (isSlotBits(type)) return primitiveSize(type);
  const value = slotRef(word);
  if (type === StringType) return stringLength(value as StringRef);
  if (type === DataTypeType) return sizeOfDataType(value as DataTypeRef);
  if (type === datatype('Union') || type === datatype('UnionAll')) return sizeOfGeneralType(value);
  if (isKindType(type)) throwError(EMPTY_TYPE);
  if (type === SymbolType) return symbolLength(value as SymbolRef);
  if (type === datatype('SimpleVector')) return 8 + 8 * svecLength(value as SvecRef);
  if (isPrimitiveType(type)) return primitiveSize(type);
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
    const a = slotRef(args[0]);
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
    const setting = symbolName(expectType<SymbolRef>('compilerbarrier', args[0], SymbolType));
    if (setting !== 'type' && setting !== 'const' && setting !== 'conditional') {
      throwError('The first argument of `compilerbarrier` must be either of `:type`, `:const` or `:conditional`.');
    }
    copySlot(result, args[1]);
  },
});
