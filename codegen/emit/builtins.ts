// Builtins as operations.
//
// As with intrinsics, a function gives the result or leaves the call to the runtime, which is always right. Here are the
// builtins that code cannot do without: fields, tuples, arrays' memory, tests of identity and type.

import { cInt64, cPointer, cUInt8, cVoid } from '../../ffi/ctype.ts';
import { type DataTypeRef, type Ref, type SymbolRef, typeOf } from '../../interpreter/memory/layout.ts';
import { datatype, falseValue, nothing, trueValue, typename } from '../../interpreter/memory/wellknown.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { unboxInt64 } from '../../interpreter/runtime/values.ts';
import {
  applyTupleType,
  egal,
  elementLayout,
  fieldCount,
  fieldIndex,
  fieldIsAtomic,
  fieldIsConst,
  fieldIsPtr,
  fieldOffset,
  fieldSize,
  fieldType,
  hasFreeVars,
  instanceOf,
  isConcrete,
  isDataType,
  isKind,
  isMutableType,
  isPrimitiveType,
  isSubtype,
  isSymbol,
  isTupleType,
  isType,
  isUnion,
  layoutOffset,
  layoutSize,
  typeNameOf,
  typeUnion,
  uninitializedCount,
  unionMembers,
} from '../../interpreter/types/index.ts';
import { layoutFirstPointer, layoutPointerCount } from '../../interpreter/types/layoutaccess.ts';
import { isBarrierSetting } from '../inference/builtin-effects.ts';
import { target } from './builder.ts';
import { throwIf } from './intrinsics.ts';
import { isFloatType, type Value } from './operations.ts';
import { sameStrings } from './runtime-answers.ts';
import { leavesOf, shapeOf } from './shapes.ts';
import { constant, type Emitted, Kind, typeOfEmitted, type ValueWriter } from './values.ts';

/** What is known around a call of a builtin. */
export interface BuiltinCall {
  readonly args: readonly Emitted[];
  /** Type of the result, as inference has it. */
  readonly resultType: Ref;
  /** Is an `@inbounds` block open? */
  readonly inbounds: boolean;
}

type Write = (w: ValueWriter, call: BuiltinCall) => Emitted | undefined | 'never';

const Int64 = datatype('Int64');
const writers = new Map<string, Write>();

/** Does a constant argument switch bounds checking off? */
const isFalse = (arg: Emitted | undefined): boolean => arg?.kind === 'const' && arg.value === falseValue;

// Identity and type.

writers.set('===', (w, { args: [a, b] }) => w.bool(identical(w, a, b)));

function identical(w: ValueWriter, a: Emitted, b: Emitted): Value {
  const { build } = w;
  const no = (): Value => build.constant('i1', 0n);
  const [typeA, typeB] = [typeOfEmitted(a), typeOfEmitted(b)];
  if (a.kind === 'const' && b.kind === 'const') return build.constant('i1', egal(a.value, b.value) ? 1n : 0n);
  if (a.kind === 'union') return identicalMember(w, a, b);
  if (b.kind === 'union') return identicalMember(w, b, a);
  if (isConcreteType(typeA) && isConcreteType(typeB)) {
    if (typeA !== typeB) return no();
    const shape = shapeOf(typeA);
    if (shape.kind === 'none' && !isKind(typeA)) return build.constant('i1', 1n);
    if (shape.kind === 'bits') return sameBits(w, w.bits(a), w.bits(b));
    if (shape.kind === 'struct') {
      const left = w.coerce(a, shape);
      const right = w.coerce(b, shape);
      if (left.kind !== 'struct' || right.kind !== 'struct') throw new Error('a struct in another form');
      return left.fields
        .map((field, i) => identical(w, field, right.fields[i]))
        .reduce((all, one) => build.binary('and', all, one), build.constant('i1', 1n));
    }
  }
  if (isUniqueType(a) || isUniqueType(b) || isByAddress(typeA) || isByAddress(typeB))
    return build.compare('eq', w.box(a), w.box(b));
  if (typeA === datatype('String') && typeB === datatype('String')) return sameStrings(w, a, b);
  if (isTestable(typeA) && !isConcreteType(typeB)) return identicalIfOf(w, typeA, a, b);
  if (isTestable(typeB) && !isConcreteType(typeA)) return identicalIfOf(w, typeB, b, a);
  const [left, right] = [w.box(a), w.box(b)];
  const done = build.block('compared', ['i1']);
  const different = build.block('different');
  const yes = build.constant('i1', 1n);
  build.branch(build.compare('eq', left, right), target(done, [yes]), target(different));
  build.at(different);
  const same = build.callC(w.runtime('egal'), { result: cUInt8, args: [cPointer, cPointer] }, [left, right]);
  if (same === undefined) throw new Error('egal has a result');
  build.jump(done, build.convert('trunc', same, 'i1'));
  build.at(done);
  return done.parameters[0];
}

/** `value`, of a type that is known, compared with an object of any type: their types decide first. */
function identicalIfOf(w: ValueWriter, type: Ref, value: Emitted, other: Emitted): Value {
  const { build } = w;
  const reference = w.box(other);
  const done = build.block('compared', ['i1']);
  const alike = build.block('alike');
  build.branch(w.hasType(reference, type), target(alike), target(done, [build.constant('i1', 0n)]));
  build.at(alike);
  build.jump(done, identical(w, value, w.open({ kind: 'reference', type, value: reference })));
  build.at(done);
  return done.parameters[0];
}

const isConcreteType = (type: Ref): boolean => isDataType(type) && isConcrete(type);

/** Is a value a type of which there is one object only? */
const isUniqueType = (value: Emitted): boolean => value.kind === 'const' && isConcreteType(value.value);

/** Are two objects of this type the same exactly when they are one? */
function isByAddress(type: Ref): boolean {
  if (!isDataType(type) || !isConcrete(type)) return false;
  if (type === datatype('String') || type === datatype('SimpleVector') || isKind(type)) return false;
  if (instanceOf(type) !== 0) return true;
  return type === datatype('Symbol') || type === datatype('Module') || isMutableType(type);
}

function sameBits(w: ValueWriter, a: Value, b: Value): Value {
  const { build } = w;
  if (!isFloatType(a.type)) return build.compare('eq', a, b);
  const integer = a.type === 'f64' ? 'i64' : 'i32';
  return build.compare('eq', build.bitcast(a, integer), build.bitcast(b, integer));
}

function identicalMember(w: ValueWriter, union: Emitted & { kind: 'union' }, other: Emitted): Value {
  const { build } = w;
  const otherType = typeOfEmitted(other);
  const done = build.block('compared', ['i1']);
  w.eachMember(union, (member) => {
    const type = typeOfEmitted(member);
    const canMeet = !isConcreteType(otherType) || otherType === type;
    build.jump(done, canMeet ? identical(w, member, other) : build.constant('i1', 0n));
  });
  build.at(done);
  return done.parameters[0];
}

/** Whether a value is an instance of a type, as an `i1`. */
export function isInstance(w: ValueWriter, value: Emitted, type: Ref): Value {
  const { build } = w;
  const own = typeOfEmitted(value);
  const known = (yes: boolean): Value => build.constant('i1', yes ? 1n : 0n);
  if (value.kind === 'union') {
    const hits = unionMembers(value.type).map((member) => isSubtype(member, type));
    if (hits.every((hit) => hit)) return known(true);
    let result = known(false);
    hits.forEach((hit, i) => {
      if (hit) result = build.binary('or', result, build.compare('eq', value.tag, build.integer('i8', i)));
    });
    return result;
  }
  if (value.kind !== 'const' && isSubtype(own, type)) return known(true);
  if (isConcreteType(own) && !isKind(own)) return known(isSubtype(own, type));
  if (value.kind === 'reference' && isTestable(type)) return w.hasType(value.value, type);
  if (value.kind === 'reference' && isUnion(type) && unionMembers(type).every(isTestable)) {
    return unionMembers(type)
      .map((member) => w.hasType(value.value, member))
      .reduce((any, one) => build.binary('or', any, one));
  }
  const answer = build.callC(w.runtime('isa'), { result: cUInt8, args: [cPointer, cPointer] }, [
    w.box(value),
    w.symbolOf(type),
  ]);
  if (answer === undefined) throw new Error('isa has a result');
  return build.convert('trunc', answer, 'i1');
}

const isTestable = (type: Ref): boolean => isConcreteType(type) && !isKind(type);

writers.set('isa', (w, { args: [value, type] }) =>
  type.kind === 'const' && isType(type.value) ? w.bool(isInstance(w, value, type.value)) : undefined,
);

writers.set('typeassert', (w, { args: [value, type], resultType }) => {
  if (type.kind !== 'const' || !isType(type.value) || hasFreeVars(type.value)) return undefined;
  const own = typeOfEmitted(value);
  if (value.kind !== 'const' && isSubtype(own, type.value)) return value;
  const { build } = w;
  const good = build.block('asserted');
  const bad = build.block('wrongtype');
  build.branch(isInstance(w, value, type.value), good, bad, true);
  build.at(bad);
  throwTypeError(w, 'typeassert', type.value, value);
  build.at(good);
  return w.narrow(value, resultType);
});

/** Throws a TypeError; the block ends. */
export function throwTypeError(w: ValueWriter, where: string, expected: Ref, got: Emitted): void {
  w.build.callRuntime(w.runtime('throw_type'), { result: cVoid, args: [cPointer, cPointer, cPointer] }, [
    w.symbolOf(symbol(where)),
    w.symbolOf(expected),
    w.box(got),
  ]);
  w.build.unreachable();
}

writers.set('typeof', (w, { args: [value] }) => {
  if (value.kind === 'reference') {
    return { kind: 'reference', type: datatype('DataType'), value: w.build.bitcast(w.typeWord(value.value), 'ref') };
  }
  if (value.kind !== 'union') return undefined;
  const { build } = w;
  const done = build.block('typed', ['ref']);
  w.eachMember(value, (member) => {
    build.jump(done, w.symbolOf(typeOfEmitted(member)));
  });
  build.at(done);
  return { kind: 'reference', type: datatype('DataType'), value: done.parameters[0] };
});

writers.set('ifelse', (w, { args: [condition, a, b], resultType }) => {
  const shape = shapeOf(resultType);
  if (typeOfEmitted(condition) !== datatype('Bool')) return undefined;
  const { build } = w;
  const truth = w.truth(condition);
  const left = w.flatten(w.coerce(a, shape), shape);
  const right = w.flatten(w.coerce(b, shape), shape);
  return w.unflatten(
    left.map((value, i) => build.select(truth, value, right[i])),
    shape,
  );
});

writers.set('throw', (w, { args: [value] }) => {
  w.build.throw(w.box(value));
  return 'never';
});
writers.set('compilerbarrier', (_w, { args: [setting, value] }) =>
  setting.kind === 'const' && isBarrierSetting(setting.value) ? value : undefined,
);
writers.set('donotdelete', () => constant(nothing));
writers.set('sizeof', (w, { args: [value] }) => {
  const type = typeOfEmitted(value);
  if (type === datatype('String')) return w.int(w.build.load('i64', w.box(value), 0, { kind: Kind.arrayHeader }));
  return hasFixedFields(type) ? w.int(w.build.integer('i64', layoutSize(type))) : undefined;
});
writers.set('nfields', (w, { args: [value] }) => {
  const type = typeOfEmitted(value);
  return hasFixedFields(type) ? w.int(w.build.integer('i64', fieldCount(type))) : undefined;
});

/** Types whose objects all have the size and the fields that their layout says. */
const hasFixedFields = (type: Ref): boolean =>
  isDataType(type) &&
  isConcrete(type) &&
  layoutOffset(type) !== 0 &&
  !isKind(type) &&
  !isMemory(type) &&
  type !== datatype('Module') &&
  hasPlainFields(type);

// Fields.

/** A tuple, as its elements; the object is only made when somebody wants it. */
export function makeTuple(args: readonly Emitted[]): Emitted {
  return { kind: 'struct', type: applyTupleType(args.map((arg) => tupleElement(arg))), fields: args };
}

function tupleElement(arg: Emitted): Ref {
  return typeOfEmitted(arg);
}

writers.set('tuple', (_w, { args }) => makeTuple(args));

const numberOfField = (type: Ref, name: Ref): number => {
  if (isSymbol(name)) return fieldIndex(type, name as SymbolRef);
  return typeOf(name) === Int64 ? unboxInt64(name) - 1 : -1;
};

writers.set('getfield', (w, { args, inbounds }) => {
  const [object, name, third] = args;
  if (third !== undefined && typeOfEmitted(third) !== datatype('Bool')) return undefined;
  return getField(w, object, name, inbounds || isFalse(third));
});

function getField(w: ValueWriter, object: Emitted, name: Emitted, inbounds: boolean): Emitted | undefined {
  const type = typeOfEmitted(object);
  if (object.kind === 'union') return fieldOfUnion(w, object, name, inbounds);
  if (name.kind !== 'const') return dynamicField(w, object, name, inbounds);
  if (!isDataType(type)) return undefined;
  if (object.kind === 'struct') {
    const index = isConcrete(type) ? numberOfField(type, name.value) : numberOfElement(name.value);
    return object.fields[index];
  }
  if (!isConcrete(type) || type === datatype('Module') || layoutOffset(type) === 0) return undefined;
  const index = numberOfField(type, name.value);
  if (index < 0 || index >= fieldCount(type)) return undefined;
  if (object.kind === 'const') {
    if (!fieldIsConst(type, index)) return fieldInMemory(w, w.box(object), type, index);
    const shape = shapeOf(type);
    if (shape.kind !== 'struct') return fieldInMemory(w, w.box(object), type, index);
    const whole = w.coerce(object, shape);
    return whole.kind === 'struct' ? whole.fields[index] : undefined;
  }
  if (object.kind === 'bits') return undefined;
  return fieldInMemory(w, object.value, type, index);
}

const numberOfElement = (name: Ref): number => (typeOf(name) === Int64 ? unboxInt64(name) - 1 : -1);

/** True for types whose objects' fields lie where the layout says. */
const hasPlainFields = (type: DataTypeRef): boolean =>
  type !== datatype('String') && type !== datatype('Symbol') && type !== datatype('SimpleVector');

function fieldInMemory(w: ValueWriter, object: Value, type: DataTypeRef, index: number): Emitted | undefined {
  if (fieldIsAtomic(type, index) || !hasPlainFields(type)) return undefined;
  const declared = fieldType(type, index);
  if (isMemory(type)) {
    // The layout of a Memory type is that of its elements; its own two fields are where every Memory has them.
    const bits = w.build.load('i64', object, index === 0 ? LENGTH : POINTER, { kind: Kind.arrayHeader });
    return { kind: 'bits', type: declared as DataTypeRef, value: bits };
  }
  const kind = kindOfObject(type);
  const offset = fieldOffset(type, index);
  const mayBeUndefined = index >= fieldCount(type) - uninitializedCount(type);
  if (!fieldIsPtr(type, index)) {
    if (mayBeUndefined && isDataType(declared) && layoutPointerCount(declared) > 0) {
      // A struct with references is undefined while the first of them is.
      const first = w.build.load('ref', object, offset + 8 * layoutFirstPointer(declared), { kind });
      throwIf(w, w.build.compare('eq', first, w.build.null('ref')), 'UndefRefError');
    }
    return w.loadInline(declared, object, offset, fieldSize(type, index), kind);
  }
  const value = w.build.load('ref', object, offset, { kind });
  if (mayBeUndefined) throwIf(w, w.build.compare('eq', value, w.build.null('ref')), 'UndefRefError');
  const shape = shapeOf(declared);
  if (shape.kind === 'none') return constant(shape.value);
  return { kind: 'reference', type: declared, value };
}

const kindOfObject = (type: DataTypeRef): string => {
  const name = typeNameOf(type);
  return name === typename('Array') || name === typename('GenericMemory') ? Kind.arrayHeader : Kind.field;
};

function fieldOfUnion(
  w: ValueWriter,
  object: Emitted & { kind: 'union' },
  name: Emitted,
  inbounds: boolean,
): Emitted | undefined {
  if (name.kind !== 'const') return undefined;
  const types: Ref[] = [];
  for (const member of unionMembers(object.type)) {
    if (!isDataType(member) || !isConcrete(member)) return undefined;
    const index = numberOfField(member, name.value);
    if (index < 0 || index >= fieldCount(member)) return undefined;
    types.push(fieldType(member, index));
  }
  const shape = shapeOf(joinOf(types));
  const { build } = w;
  const done = build.block('field', leavesOf(shape));
  let failed = false;
  w.eachMember(object, (member) => {
    const field = getField(w, w.open(member), name, inbounds);
    if (field === undefined) {
      failed = true;
      build.unreachable();
    } else {
      build.jump(done, ...w.flatten(w.coerce(field, shape), shape));
    }
  });
  build.at(done);
  if (failed) throw new Error('a field of a union member cannot be read');
  return w.unflatten(done.parameters, shape);
}

const joinOf = (types: readonly Ref[]): Ref => (types.every((type) => type === types[0]) ? types[0] : typeUnion(types));

/** An element of a tuple of equal elements, by a number that is not known. */
function dynamicField(w: ValueWriter, object: Emitted, name: Emitted, inbounds: boolean): Emitted | undefined {
  if (typeOfEmitted(name) !== Int64) return undefined;
  const type = typeOfEmitted(object);
  if (!isTupleType(type) || !isConcrete(type) || fieldCount(type) === 0) return undefined;
  const element = fieldType(type, 0);
  for (let i = 1, n = fieldCount(type); i < n; i++) {
    if (fieldType(type, i) !== element) return chosenElement(w, object, name);
  }
  const shape = shapeOf(element);
  if (shape.kind !== 'bits') return chosenElement(w, object, name);
  const { build } = w;
  const index = build.binary('sub', w.bits(name), build.integer('i64', 1));
  if (!inbounds) checkBounds(w, index, build.integer('i64', fieldCount(type)), object, name);
  const size = layoutSize(element);
  let base: Value;
  if (object.kind === 'reference') {
    base = object.value;
  } else {
    const whole = w.coerce(object, shapeOf(type));
    if (whole.kind !== 'struct') return undefined;
    base = build.slot(size * whole.fields.length, 8);
    whole.fields.forEach((field, i) => {
      build.store(w.bits(field), base, size * i, { align: size });
    });
  }
  const at = build.element(base, index, size);
  return { kind: 'bits', type: shape.type, value: build.load(shape.machine, at, 0, { align: Math.min(8, size) }) };
}

const MAX_CHOICES = 16;

/** An element of a tuple of any elements, by a number that is not known: each has a block of its own. */
function chosenElement(w: ValueWriter, object: Emitted, name: Emitted): Emitted | undefined {
  const type = typeOfEmitted(object);
  const count = fieldCount(type);
  const types = Array.from({ length: count }, (_, i) => fieldType(type, i));
  if (count > MAX_CHOICES || !types.every((each) => isConcreteType(each) && !isKind(each))) return undefined;
  const shape = shapeOf(joinOf(types));
  const { build } = w;
  const index = build.binary('sub', w.bits(name), build.integer('i64', 1));
  // A number that is no element's would otherwise go where nothing is.
  checkBounds(w, index, build.integer('i64', count), object, name);
  const done = build.block('element', leavesOf(shape));
  const blocks = types.map((_, i) => build.block(`element${i}`));
  const cases = blocks.slice(1).map((block, i) => ({ bits: BigInt(i + 1), target: block }));
  build.switch(index, cases, blocks[0]);
  types.forEach((_, i) => {
    build.at(blocks[i]);
    const field = object.kind === 'struct' ? object.fields[i] : elementInMemory(w, object, type, i);
    build.jump(done, ...w.flatten(w.coerce(field, shape), shape));
  });
  build.at(done);
  return w.unflatten(done.parameters, shape);
}

function elementInMemory(w: ValueWriter, object: Emitted, type: Ref, index: number): Emitted {
  const field = fieldInMemory(w, w.box(object), type as DataTypeRef, index);
  if (field === undefined) throw new Error('a tuple has an element that cannot be read');
  return field;
}

/** Throws a BoundsError unless `index` (from 0) is below `length`. */
function checkBounds(w: ValueWriter, index: Value, length: Value, collection: Emitted, asked: Emitted): void {
  const { build } = w;
  const good = build.block('inside');
  const bad = build.block('outside');
  build.branch(build.compare('ult', index, length), good, bad, true);
  build.at(bad);
  build.callRuntime(w.runtime('throw_bounds'), { result: cVoid, args: [cPointer, cInt64] }, [
    w.box(collection),
    w.bits(asked),
  ]);
  build.unreachable();
  build.at(good);
}

writers.set('isdefined', (w, { args }) => {
  const [object, name, order] = args;
  const type = typeOfEmitted(object);
  if (order !== undefined || name.kind !== 'const' || !hasFixedFields(type) || !isDataType(type)) return undefined;
  if (object.kind === 'union' || (!isSymbol(name.value) && typeOf(name.value) !== Int64)) return undefined;
  const index = numberOfField(type, name.value);
  if (index < 0 || index >= fieldCount(type)) return constant(falseValue);
  if (index < fieldCount(type) - uninitializedCount(type)) return constant(trueValue);
  if (!fieldIsPtr(type, index)) return isPrimitiveType(fieldType(type, index)) ? constant(trueValue) : undefined;
  const { build } = w;
  const field = build.load('ref', w.box(object), fieldOffset(type, index), { kind: kindOfObject(type) });
  return w.bool(build.compare('ne', field, build.null('ref')));
});

writers.set('setfield!', (w, { args }) => {
  const [object, name, value, order] = args;
  const type = typeOfEmitted(object);
  if (order !== undefined || name.kind !== 'const' || !isDataType(type) || !isConcrete(type)) return undefined;
  if (object.kind !== 'reference' && object.kind !== 'const') return undefined;
  if (!isMutableType(type) || layoutOffset(type) === 0 || isMemory(type)) return undefined;
  const index = numberOfField(type, name.value);
  if (index < 0 || index >= fieldCount(type)) return undefined;
  if (fieldIsConst(type, index) || fieldIsAtomic(type, index) || !hasPlainFields(type)) return undefined;
  const declared = fieldType(type, index);
  if (!isSubtype(valueType(value), declared)) return undefined;
  const at = w.box(object);
  const offset = fieldOffset(type, index);
  const kind = kindOfObject(type);
  if (fieldIsPtr(type, index)) w.build.store(w.box(value), at, offset, { kind });
  else w.storeInline(value, declared, at, offset, fieldSize(type, index), kind);
  return value;
});

const valueType = (value: Emitted): Ref => (value.kind === 'const' ? typeOf(value.value) : value.type);

// Memory.

/** How elements lie, for memory whose references are addresses; undefined for those that count elements. */
function layoutOfElements(memoryType: Ref): ReturnType<typeof elementLayout> | undefined {
  if (!isDataType(memoryType) || !isConcrete(memoryType) || layoutOffset(memoryType) === 0) return undefined;
  const layout = elementLayout(memoryType);
  return layout.union || layout.size === 0 || layout.atomic || layout.locked ? undefined : layout;
}

const isMemory = (type: Ref): boolean => isDataType(type) && typeNameOf(type) === typename('GenericMemory');
const isMemoryRef = (type: Ref): boolean => isDataType(type) && typeNameOf(type) === typename('GenericMemoryRef');

/** The address and the memory of a MemoryRef. */
function partsOfRef(
  w: ValueWriter,
  ref: Emitted,
): { address: Value; memory: Emitted & { kind: 'reference' } } | undefined {
  const shape = shapeOf(typeOfEmitted(ref));
  if (shape.kind !== 'struct') return undefined;
  const whole = w.coerce(ref, shape);
  if (whole.kind !== 'struct') return undefined;
  const memory = whole.fields[1];
  return {
    address: w.bits(whole.fields[0]),
    memory: { kind: 'reference', type: fieldType(shape.type, 1), value: w.box(memory) },
  };
}

const LENGTH = 0;
const POINTER = 8;

function lengthOf(w: ValueWriter, memory: Value): Value {
  return w.build.load('i64', memory, LENGTH, { kind: Kind.arrayHeader });
}

function dataOf(w: ValueWriter, memory: Value): Value {
  return w.build.load('i64', memory, POINTER, { kind: Kind.arrayHeader });
}

function makeRef(type: Ref, address: Value, memory: Emitted): Emitted | undefined {
  const shape = shapeOf(type);
  if (shape.kind !== 'struct') return undefined;
  const first = fieldType(type, 0);
  return { kind: 'struct', type, fields: [{ kind: 'bits', type: first as DataTypeRef, value: address }, memory] };
}

writers.set('memorynew', (w, { args: [type, length] }) => {
  if (type.kind !== 'const' || !isMemory(type.value) || typeOfEmitted(length) !== Int64) return undefined;
  const memory = w.build.callRuntime(w.runtime('new_memory'), { result: cPointer, args: [cPointer, cInt64] }, [
    w.symbolOf(type.value),
    w.bits(length),
  ]);
  if (memory === undefined) throw new Error('a new memory is a result');
  return { kind: 'reference', type: type.value, value: w.build.bitcast(memory, 'ref') };
});

writers.set('memoryrefnew', (w, { args, resultType, inbounds }) => {
  const [base, index, check] = args;
  const { build } = w;
  const type = typeOfEmitted(base);
  const memoryType = isMemory(type) ? type : isMemoryRef(type) && isConcrete(type) ? fieldType(type, 1) : undefined;
  const layout = memoryType === undefined ? undefined : layoutOfElements(memoryType);
  if (layout === undefined || !isMemoryRef(resultType)) return undefined;
  if (isMemory(type)) {
    const memory = w.box(base);
    const data = dataOf(w, memory);
    const reference: Emitted = { kind: 'reference', type, value: memory };
    if (index === undefined) return makeRef(resultType, data, reference);
    if (typeOfEmitted(index) !== Int64) return undefined;
    const offset = build.binary('sub', w.bits(index), build.integer('i64', 1));
    if (!inbounds && !isFalse(check)) checkBounds(w, offset, lengthOf(w, memory), base, index);
    return makeRef(resultType, build.binary('add', data, scaled(w, offset, layout.size)), reference);
  }
  if (index === undefined || typeOfEmitted(index) !== Int64) return undefined;
  const parts = partsOfRef(w, base);
  if (parts === undefined) return undefined;
  const offset = build.binary('sub', w.bits(index), build.integer('i64', 1));
  const moved = build.binary('add', parts.address, scaled(w, offset, layout.size));
  if (!inbounds && !isFalse(check)) {
    const distance = build.binary('sub', moved, dataOf(w, parts.memory.value));
    const bytes = build.binary('mul', lengthOf(w, parts.memory.value), build.integer('i64', layout.size));
    const good = build.block('inside');
    const bad = build.block('outside');
    // The product with the size may wrap, so the offset must be within the length in either direction as well.
    const length = lengthOf(w, parts.memory.value);
    const twice = build.binary('add', length, length);
    const near = build.compare('ult', build.binary('add', offset, length), twice);
    const inside = build.binary('and', build.compare('ult', distance, bytes), near);
    build.branch(inside, good, bad, true);
    build.at(bad);
    build.callRuntime(w.runtime('throw_bounds'), { result: cVoid, args: [cPointer, cInt64] }, [
      w.box(base),
      w.bits(index),
    ]);
    build.unreachable();
    build.at(good);
  }
  return makeRef(resultType, moved, parts.memory);
});

function scaled(w: ValueWriter, index: Value, size: number): Value {
  return size === 1 ? index : w.build.binary('mul', index, w.build.integer('i64', size));
}

writers.set('memoryrefoffset', (w, { args: [ref] }) => {
  const parts = partsOfRef(w, ref);
  const layout = parts && layoutOfElements(parts.memory.type);
  if (parts === undefined || layout === undefined) return undefined;
  const { build } = w;
  const distance = build.binary('sub', parts.address, dataOf(w, parts.memory.value));
  const index = layout.size === 1 ? distance : build.binary('sdiv', distance, build.integer('i64', layout.size));
  return w.int(build.binary('add', index, build.integer('i64', 1)));
});

const notAtomic = (order: Emitted | undefined): boolean =>
  order?.kind === 'const' && order.value === symbol('not_atomic');

writers.set('memoryrefget', (w, { args: [ref, order] }) => {
  if (!notAtomic(order)) return undefined;
  const parts = partsOfRef(w, ref);
  const layout = parts && layoutOfElements(parts.memory.type);
  if (parts === undefined || layout === undefined) return undefined;
  const { build } = w;
  const at = build.bitcast(parts.address, 'ptr');
  if (layout.boxed) {
    const value = build.load('ref', at, 0, { kind: Kind.reference });
    throwIf(w, build.compare('eq', value, build.null('ref')), 'UndefRefError');
    const shape = shapeOf(layout.type);
    return shape.kind === 'none' ? constant(shape.value) : { kind: 'reference', type: layout.type, value };
  }
  if (layout.pointers.length > 0) {
    const first = build.load('ref', at, 8 * layout.pointers[0], { kind: Kind.element });
    throwIf(w, build.compare('eq', first, build.null('ref')), 'UndefRefError');
  }
  return w.loadInline(layout.type, at, 0, layout.size, kindOfElement(layout.type));
});

/** Elements of different machine types never overlap in one memory, but pointers reinterpret them: one kind for all. */
const kindOfElement = (_type: Ref): string => Kind.element;

writers.set('memoryrefset!', (w, { args: [ref, value, order] }) => {
  if (!notAtomic(order)) return undefined;
  const parts = partsOfRef(w, ref);
  const layout = parts && layoutOfElements(parts.memory.type);
  if (parts === undefined || layout === undefined || !isSubtype(valueType(value), layout.type)) return undefined;
  const at = w.build.bitcast(parts.address, 'ptr');
  if (layout.boxed) w.build.store(w.box(value), at, 0, { kind: Kind.reference });
  else w.storeInline(value, layout.type, at, 0, layout.size, kindOfElement(layout.type));
  return value;
});

writers.set('memoryref_isassigned', (w, { args: [ref] }) => {
  const parts = partsOfRef(w, ref);
  const layout = parts && layoutOfElements(parts.memory.type);
  if (parts === undefined || layout === undefined || layout.pointers.length > 0) return undefined;
  const { build } = w;
  const distance = build.binary('sub', parts.address, dataOf(w, parts.memory.value));
  const bytes = build.binary('mul', lengthOf(w, parts.memory.value), build.integer('i64', layout.size));
  return w.bool(build.compare('ult', distance, bytes));
});

/** Emits a builtin. Undefined leaves it to the runtime; 'never': it does not return, and the block has ended. */
export function emitBuiltin(w: ValueWriter, name: string, call: BuiltinCall): Emitted | undefined | 'never' {
  return writers.get(name)?.(w, call);
}
