// ccall as a direct call of C.
//
// What the call needs to be known while compiling (name, library, types) must be constant; the types say how each argument
// travels, by the same table that the interpreter uses. Functions of the runtime (`jl_*`) are called through it.

import { type CSignature, type CType, cInt64, cPointer } from '../../ffi/ctype.ts';
import type { DataTypeRef, Ref, StringRef, SvecRef, SymbolRef } from '../../interpreter/memory/layout.ts';
import { typeOf } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype, nothing, typename } from '../../interpreter/memory/wellknown.ts';
import { isRuntimeName, runtimeFunction } from '../../interpreter/runtime/capi/table.ts';
import { cTypeOf } from '../../interpreter/runtime/ctypes.ts';
import { symbol, symbolName } from '../../interpreter/runtime/symbols.ts';
import { stringText, svecGet, svecLength, unboxInt64 } from '../../interpreter/runtime/values.ts';
import {
  boxedFieldAt,
  fieldCount,
  isConcrete,
  isDataType,
  isPrimitiveType,
  isTupleType,
  layoutSize,
  typeNameOf,
  unionMembers,
  unwrapUnionAll,
} from '../../interpreter/types/index.ts';
import { isInstance, throwTypeError } from './builtins.ts';
import { throwIf } from './intrinsics.ts';
import type { Value } from './operations.ts';
import { CannotCompile } from './recipes.ts';
import { answerRuntimeCall } from './runtime-answers.ts';
import { shapeOf } from './shapes.ts';
import { OFFSET_PENDING } from './thread-state.ts';
import { constant, type Emitted, Kind, typeOfEmitted, type ValueWriter } from './values.ts';

interface CFunction {
  readonly name: string;
  readonly library: string;
}

function nameOf(value: Ref): CFunction {
  const text = (of: Ref): string => {
    if (typeOf(of) === datatype('Symbol')) return symbolName(of as SymbolRef);
    if (typeOf(of) === datatype('String')) return stringText(of as StringRef);
    throw new CannotCompile('a ccall whose library has to be computed');
  };
  if (!isTupleType(typeOf(value))) return { name: text(value), library: '' };
  const parts: Ref[] = [];
  for (let i = 0, n = fieldCount(typeOf(value)); i < n; i++) parts.push(boxedFieldAt(value, i));
  return { name: text(parts[0]), library: parts.length > 1 ? text(parts[1]) : '' };
}

/**
 * Emits a foreigncall.
 *
 * @param parts the constant parts of the expression: function, result type, argument types, fixed arguments, convention
 * @param pointer the function, when it is given by a pointer
 * @throws CannotCompile when something is not known
 */
export function emitForeignCall(
  w: ValueWriter,
  parts: readonly (Ref | undefined)[],
  pointer: Emitted | undefined,
  operands: readonly Emitted[],
  resultType: Ref,
): Emitted | null {
  const [name, declaredResult, declaredTypes, required] = parts;
  if (declaredResult === undefined || declaredTypes === undefined) throw new CannotCompile('a ccall of unknown types');
  const types: Ref[] = [];
  const svec = declaredTypes as SvecRef;
  for (let i = 0, n = svecLength(svec); i < n; i++) types.push(svecGet(svec, i));
  const target = name === undefined ? undefined : nameOf(name);
  if (target !== undefined && (isRuntimeName(target.name) || runtimeFunction(target.name)?.isOfC === false)) {
    return callRuntimeFunction(w, target.name, declaredResult, operands.slice(0, types.length), resultType);
  }
  const fixed = required === undefined || typeOf(required) !== datatype('Int64') ? 0 : unboxInt64(required);
  const signature: CSignature = {
    result: cTypeOf(declaredResult, true),
    args: types.map((type) => cTypeOf(type, false)),
    ...(fixed > 0 ? { fixed } : {}),
  };
  if (signature.args.some(hasNoMachineType) || hasNoMachineType(signature.result)) {
    throw new CannotCompile('a ccall with vectors or half-precision floats');
  }
  const args = types.map((type, i) => argument(w, type, signature.args[i], operands[i]));
  const { build } = w;
  const isStruct = signature.result.kind === 'struct';
  const place = isStruct ? build.slot(Math.max(16, layoutSize(declaredResult)), 16) : undefined;
  const callee = target === undefined ? functionPointer(w, pointer) : declareC(w, target);
  const result = build.callC(callee, signature, args, place);
  checkPending(w);
  return receive(w, declaredResult, resultType, result, place);
}

const hasNoMachineType = (type: CType): boolean =>
  type.kind === 'vector' || (type.kind === 'float' && type.bytes === 2);

function declareC(w: ValueWriter, { name, library }: CFunction): string {
  return w.program.declare(`${library}:${name}`, 'function', { kind: 'c', library, name });
}

function functionPointer(w: ValueWriter, pointer: Emitted | undefined): Value {
  if (pointer === undefined) throw new CannotCompile('a ccall without function');
  const type = typeOfEmitted(pointer);
  if (!isDataType(type) || typeNameOf(type) !== typename('Ptr')) {
    throw new CannotCompile('a ccall of something that is no pointer for certain');
  }
  return w.build.bitcast(w.bits(pointer), 'ptr');
}

/** A callback may have left an exception. */
function checkPending(w: ValueWriter): void {
  const { build } = w;
  const pending = build.load('i64', build.threadState(), OFFSET_PENDING);
  const thrown = build.block('thrown');
  const goOn = build.block('returned');
  build.branch(build.compare('ne', pending, build.integer('i64', 0)), thrown, goOn, false);
  build.at(thrown);
  build.store(build.integer('i64', 0), build.threadState(), OFFSET_PENDING);
  build.throw(undefined);
  build.at(goOn);
}

const isRefType = (type: Ref): boolean => {
  const body = unwrapUnionAll(type);
  return isDataType(body) && typeNameOf(body) === typename('Ref');
};

function argument(w: ValueWriter, declared: Ref, type: CType, value: Emitted): Value {
  const { build } = w;
  const own = typeOfEmitted(value);
  if (declared === datatype('Any')) return w.box(value);
  const isPointer = isDataType(own) && typeNameOf(own) === typename('Ptr');
  if (isRefType(declared) || !isDataType(declared)) {
    if (isPointer) return build.bitcast(w.bits(value), 'ptr');
    if (isRefType(declared)) throw new CannotCompile('a Ref argument that is no pointer for certain');
    return w.box(value);
  }
  if (!isConcrete(declared)) return w.box(value);
  if (own !== declared) return argument(w, declared, type, asDeclared(w, value, declared));
  if (type.kind === 'struct') {
    const place = build.slot(Math.max(16, layoutSize(declared)), 16);
    w.storeInline(value, declared, place, 0, layoutSize(declared), Kind.field);
    return place;
  }
  if (!isPrimitiveType(declared)) return w.box(value);
  const bits = w.bits(value);
  return type.kind === 'pointer' ? build.bitcast(bits, 'ptr') : bits;
}

/** The value, which must be of the declared type: a TypeError otherwise. */
function asDeclared(w: ValueWriter, value: Emitted, declared: DataTypeRef): Emitted {
  const { build } = w;
  const good = build.block('declared');
  const bad = build.block('undeclared');
  build.branch(isInstance(w, value, declared), good, bad, true);
  build.at(bad);
  throwTypeError(w, 'ccall', declared, value);
  build.at(good);
  if (value.kind === 'union' && unionMembers(value.type).includes(declared)) return w.pick(value, declared);
  return { kind: 'reference', type: declared, value: w.box(value) };
}

function receive(
  w: ValueWriter,
  declared: Ref,
  resultType: Ref,
  result: Value | undefined,
  place: Value | undefined,
): Emitted | null {
  const { build } = w;
  if (declared === Bottom) {
    w.notReached();
    return null;
  }
  if (place !== undefined) {
    const shape = shapeOf(declared);
    const value = w.loadInline(declared, place, 0, layoutSize(declared), Kind.field);
    return shape.kind === 'reference' ? value : w.unflatten(w.flatten(value, shape), shape);
  }
  if (result === undefined) return constant(nothing);
  if (isDataType(declared) && isPrimitiveType(declared)) {
    const bits = result.type === 'ptr' ? build.bitcast(result, 'i64') : result;
    return { kind: 'bits', type: declared as DataTypeRef, value: bits };
  }
  const reference = build.bitcast(build.bitcast(result, 'i64'), 'ref');
  throwIf(w, build.compare('eq', reference, build.null('ref')), 'UndefRefError');
  return { kind: 'reference', type: resultType, value: reference };
}

/** After these another task's frames are the innermost; the interpreter's loop goes on with them. */
const switchesTasks: ReadonlySet<string> = new Set(['jl_switch', 'jl_switchto']);

function callRuntimeFunction(
  w: ValueWriter,
  name: string,
  declared: Ref,
  operands: readonly Emitted[],
  resultType: Ref,
): Emitted | null {
  const { build } = w;
  if (runtimeFunction(name) === undefined) throw new CannotCompile(`the runtime has no function ${name}`);
  if (switchesTasks.has(name)) throw new CannotCompile('only the interpreter switches tasks');
  const answer = answerRuntimeCall(w, name, operands, declared);
  if (answer !== undefined) return answer;
  const list = w.listOf(operands);
  const result = build.callRuntime(
    w.runtime('foreign'),
    { result: cPointer, args: [cPointer, cPointer, cPointer, cInt64] },
    [w.symbolOf(symbol(name)), w.symbolOf(declared), list, build.integer('i64', operands.length)],
  );
  if (declared === Bottom) {
    w.notReached();
    return null;
  }
  if (result === undefined || declared === datatype('Nothing')) return constant(nothing);
  return { kind: 'reference', type: resultType, value: build.bitcast(result, 'ref') };
}
