// New objects: `%new(T, fields...)`.
//
// Of a type that is known, an immutable object is its fields, and a mutable one is memory that is filled here. Of a type that
// is only known when it runs, or with a number of fields that the type does not have, the runtime makes it, or throws.

import { cInt64, cPointer, cVoid } from '../../ffi/ctype.ts';
import { type DataTypeRef, type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { typename } from '../../interpreter/memory/wellknown.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import {
  fieldCount,
  fieldIsPtr,
  fieldOffset,
  fieldSize,
  fieldType,
  instanceIsA,
  instanceOf,
  isConcrete,
  isDataType,
  isSubtype,
  layoutSize,
  typeNameOf,
  uninitializedCount,
} from '../../interpreter/types/index.ts';
import { isInstance, throwTypeError } from './builtins.ts';
import { shapeOf } from './shapes.ts';
import { constant, type Emitted, Kind, type ValueWriter } from './values.ts';

/**
 * Writes a `new`.
 *
 * @param operands the type, then the fields
 * @param resultType as inference has it
 * @param how the fields one by one, or as one tuple
 */
export function construct(
  w: ValueWriter,
  operands: readonly Emitted[],
  resultType: Ref,
  how: 'new_struct' | 'new_splat' = 'new_struct',
): Emitted {
  const [of, ...fields] = operands;
  if (how === 'new_splat' || of.kind !== 'const' || !isDataType(of.value) || !isConcrete(of.value))
    return newByRuntime(w, operands, resultType, how);
  const type = of.value as DataTypeRef;
  const count = fieldCount(type);
  if (fields.length > count || fields.length < count - uninitializedCount(type)) {
    return newByRuntime(w, operands, resultType, how);
  }
  const checked = fields.map((field, i) => checkField(w, field, fieldType(type, i)));
  const instance = instanceOf(type);
  if (instance !== 0) return constant(instance);
  const shape = shapeOf(type);
  if (shape.kind === 'struct' && fields.length === count) return { kind: 'struct', type, fields: checked };
  return newObject(w, type, checked);
}

function newByRuntime(
  w: ValueWriter,
  operands: readonly Emitted[],
  resultType: Ref,
  how: 'new_struct' | 'new_splat',
): Emitted {
  const { build } = w;
  const object = build.callRuntime(w.runtime(how), { result: cPointer, args: [cPointer, cInt64] }, [
    w.listOf(operands),
    build.integer('i64', operands.length),
  ]);
  if (object === undefined) throw new Error('a new object is a result');
  return { kind: 'reference', type: resultType, value: build.bitcast(object, 'ref') };
}

function checkField(w: ValueWriter, value: Emitted, declared: Ref): Emitted {
  if (isSubtype(value.kind === 'const' ? typeOf(value.value) : value.type, declared)) return value;
  if (value.kind === 'const' && instanceIsA(value.value, declared)) return value;
  const { build } = w;
  const good = build.block('fits');
  const bad = build.block('unfit');
  build.branch(isInstance(w, value, declared), good, bad, true);
  build.at(bad);
  throwTypeError(w, 'new', declared, value);
  build.at(good);
  return w.narrow(value, declared);
}

function newObject(w: ValueWriter, type: DataTypeRef, fields: readonly Emitted[]): Emitted {
  const { build } = w;
  const boxed = fields.map((field, i) => (fieldIsPtr(type, i) ? w.box(field) : null));
  const object = w.allocate(type, layoutSize(type));
  const kind = typeNameOf(type) === typename('Array') ? Kind.arrayHeader : Kind.field;
  fields.forEach((field, i) => {
    const reference = boxed[i];
    if (reference !== null) build.store(reference, object, fieldOffset(type, i), { kind });
    else w.storeInline(field, fieldType(type, i), object, fieldOffset(type, i), fieldSize(type, i), kind);
  });
  return { kind: 'reference', type, value: object };
}

/** Throws an UndefVarError; the block ends. */
export function throwUndefVar(w: ValueWriter, name: Ref, scope: Ref = symbol('local')): void {
  w.build.callRuntime(w.runtime('throw_undef_var'), { result: cVoid, args: [cPointer, cPointer] }, [
    w.symbolOf(name),
    w.symbolOf(scope),
  ]);
  w.build.unreachable();
}
