// Functions of the runtime that code answers by itself.
//
// A `ccall` of a `jl_*` name is a call of the runtime. Some of these do no more than read a word or move bytes, and loops
// over strings and Dicts live on them, so they are written out here. Whatever is not of the plain form (arguments of other
// types than the function is made for) is left to the runtime, which is always right.

import { cInt64, cPointer } from '../../ffi/ctype.ts';
import type { DataTypeRef, Ref } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype, nothing, typename } from '../../interpreter/memory/wellknown.ts';
import {
  elementLayout,
  isConcrete,
  isDataType,
  isPrimitiveType,
  layoutOffset,
  layoutSize,
  typeNameOf,
} from '../../interpreter/types/index.ts';
import { FunctionBuilder } from './builder.ts';
import type { Program, Value } from './operations.ts';
import { shapeOf } from './shapes.ts';
import { constant, type Emitted, Kind, typeOfEmitted, type ValueWriter } from './values.ts';

/** Writes the call; undefined leaves it to the runtime. */
type Answer = (w: ValueWriter, args: readonly Emitted[], declared: Ref) => Emitted | undefined;

const answers = new Map<string, Answer>();

/** A value of a primitive type as the word that it is, if it has 8 bytes. */
function wordOf(w: ValueWriter, value: Emitted): Value | undefined {
  const shape = shapeOf(typeOfEmitted(value));
  return shape.kind === 'bits' && shape.machine === 'i64' ? w.bits(value) : undefined;
}

/** A word as a value of the type that the ccall declares. */
function asDeclared(value: Value, declared: Ref): Emitted | undefined {
  if (!isDataType(declared) || !isPrimitiveType(declared) || layoutSize(declared) !== 8) return undefined;
  return { kind: 'bits', type: declared as DataTypeRef, value };
}

const addressOf = (w: ValueWriter, object: Value, offset: number): Value =>
  w.build.binary('add', w.build.bitcast(object, 'i64'), w.build.integer('i64', offset));

answers.set('jl_string_ptr', (w, [string], declared) => {
  if (string === undefined || typeOfEmitted(string) !== datatype('String')) return undefined;
  return asDeclared(addressOf(w, w.box(string), objects.JuliaString.$size), declared);
});

answers.set('jl_value_ptr', (w, [value], declared) => {
  if (value === undefined) return undefined;
  if (declared !== datatype('Any')) return asDeclared(addressOf(w, w.box(value), 0), declared);
  const type = typeOfEmitted(value);
  if (!isDataType(type) || typeNameOf(type) !== typename('Ptr')) return undefined;
  return { kind: 'reference', type: declared, value: w.build.bitcast(w.bits(value), 'ref') };
});

function newString(w: ValueWriter, length: Value): Value | undefined {
  const made = w.build.callRuntime(w.runtime('new_string'), { result: cPointer, args: [cInt64] }, [length]);
  return made && w.build.bitcast(made, 'ref');
}

answers.set('jl_alloc_string', (w, [length]) => {
  const bytes = length && wordOf(w, length);
  const string = bytes && newString(w, bytes);
  return string && { kind: 'reference', type: datatype('String'), value: string };
});

answers.set('jl_pchar_to_string', (w, [from, length]) => {
  const source = from && wordOf(w, from);
  const bytes = length && wordOf(w, length);
  const string = bytes && newString(w, bytes);
  if (source === undefined || bytes === undefined || string === undefined) return undefined;
  w.build.copy(w.build.offset(string, objects.JuliaString.$size), w.build.bitcast(source, 'ptr'), bytes);
  return { kind: 'reference', type: datatype('String'), value: string };
});

answers.set('jl_genericmemory_copyto', (w, [to, target, from, source, count]) => {
  if (to === undefined || target === undefined || source === undefined || count === undefined) return undefined;
  const type = typeOfEmitted(to);
  if (!isDataType(type) || !isConcrete(type) || typeNameOf(type) !== typename('GenericMemory')) return undefined;
  if (layoutOffset(type) === 0 || type !== typeOfEmitted(from)) return undefined;
  const layout = elementLayout(type);
  const [a, b, n] = [wordOf(w, target), wordOf(w, source), wordOf(w, count)];
  if (layout.union || layout.size === 0 || a === undefined || b === undefined || n === undefined) return undefined;
  const { build } = w;
  const bytes = build.binary('mul', n, build.integer('i64', layout.size));
  build.copy(build.bitcast(a, 'ptr'), build.bitcast(b, 'ptr'), bytes, 1, true);
  return constant(nothing);
});

answers.set('memhash_seed', (w, [start, length, seed], declared) => {
  if (start === undefined || length === undefined || seed === undefined) return undefined;
  const isString = typeOfEmitted(start) === datatype('String');
  const at = isString ? addressOf(w, w.box(start), objects.JuliaString.$size) : wordOf(w, start);
  const bytes = wordOf(w, length);
  if (at === undefined || bytes === undefined || typeOfEmitted(seed) !== datatype('UInt32')) return undefined;
  const [hash] = w.build.callLocal(defineHash(w.program), [w.build.bitcast(at, 'ptr'), bytes, w.bits(seed)]);
  return asDeclared(hash, declared);
});

/**
 * The second half of MurmurHash3_x64_128 of some bytes. Source: Austin Appleby's description of the algorithm, which is in
 * the public domain.
 */
function defineHash(program: Program): string {
  const name = 'jl0:memhash';
  if (program.functions.has(name)) return name;
  const build = new FunctionBuilder(program, name, ['ptr', 'i64', 'i32'], ['i64'], { inline: 'never' });
  const [start, length, seed] = build.parameters;
  const number = (value: bigint | number): Value => build.integer('i64', value);
  const times = (value: Value, by: bigint | number): Value => build.binary('mul', value, number(by));
  const plus = (a: Value, b: Value): Value => build.binary('add', a, b);
  const xor = (a: Value, b: Value): Value => build.binary('xor', a, b);
  const rotate = (value: Value, by: number): Value =>
    build.binary('or', build.shift('shl', value, number(by)), build.shift('lshr', value, number(64 - by)));
  const [c1, c2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];
  const mixed1 = (k: Value): Value => times(rotate(times(k, c1), 31), c2);
  const mixed2 = (k: Value): Value => times(rotate(times(k, c2), 33), c1);
  const last = build.slot(16, 16);
  const wide = build.convert('zext', seed, 'i64');
  const zero = number(0);

  const loop = build.block('blocks', ['i64', 'i64', 'i64']);
  const [offset, h1, h2] = loop.parameters;
  const whole = build.binary('and', length, number(-16));
  build.jump(loop, zero, wide, wide);
  build.at(loop);
  const inside = build.block('block');
  const tail = build.block('tail');
  build.branch(build.compare('ult', offset, whole), inside, tail);

  build.at(inside);
  const at = build.element(start, offset, 1);
  const a1 = rotate(xor(h1, mixed1(build.load('i64', at, 0, { align: 1 }))), 27);
  const b1 = plus(times(plus(a1, h2), 5), number(0x52dce729));
  const a2 = rotate(xor(h2, mixed2(build.load('i64', at, 8, { align: 1 }))), 31);
  const b2 = plus(times(plus(a2, b1), 5), number(0x38495ab5));
  build.jump(loop, plus(offset, number(16)), b1, b2);

  // The bytes that are left, padded with zeros, which change nothing.
  build.at(tail);
  build.store(zero, last, 0);
  build.store(zero, last, 8);
  build.copy(last, build.element(start, whole, 1), build.binary('and', length, number(15)));
  const e1 = xor(xor(h1, mixed1(build.load('i64', last, 0))), length);
  const e2 = xor(xor(h2, mixed2(build.load('i64', last, 8))), length);
  const shifted = (value: Value): Value => xor(value, build.shift('lshr', value, number(33)));
  const finish = (value: Value): Value =>
    shifted(times(shifted(times(shifted(value), 0xff51afd7ed558ccdn)), 0xc4ceb9fe1a85ec53n));
  const s1 = plus(e1, e2);
  const f1 = finish(s1);
  const f2 = finish(plus(e2, s1));
  build.return(plus(f2, plus(f1, f2)));
  return name;
}

/** Answers a call of a runtime function with operations; undefined leaves it to the runtime. */
export function answerRuntimeCall(
  w: ValueWriter,
  name: string,
  args: readonly Emitted[],
  declared: Ref,
): Emitted | undefined {
  return answers.get(name)?.(w, args, declared);
}

/** Whether two strings have the same bytes, as an `i1`. */
export function sameStrings(w: ValueWriter, a: Emitted, b: Emitted): Value {
  const { build, program } = w;
  const [left, right] = [w.box(a), w.box(b)];
  const done = build.block('compared', ['i1']);
  const lengths = build.block('lengths');
  const bytes = build.block('bytes');
  const no = build.constant('i1', 0n);
  build.branch(
    build.compare('eq', left, right),
    { block: done, args: [build.constant('i1', 1n)] },
    {
      block: lengths,
      args: [],
    },
  );
  build.at(lengths);
  const length = build.load('i64', left, 0, { kind: Kind.arrayHeader });
  const isEqual = build.compare('eq', length, build.load('i64', right, 0, { kind: Kind.arrayHeader }));
  build.branch(isEqual, { block: bytes, args: [] }, { block: done, args: [no] });
  build.at(bytes);
  const memcmp = program.declare(':memcmp', 'function', { kind: 'c', library: '', name: 'memcmp' });
  const offset = objects.JuliaString.$size;
  const order = build.callC(
    memcmp,
    { result: { kind: 'int', bytes: 4, signed: true }, args: [cPointer, cPointer, cInt64] },
    [build.offset(left, offset), build.offset(right, offset), length],
  );
  if (order === undefined) throw new Error('memcmp has a result');
  build.jump(done, build.compare('eq', order, build.integer('i32', 0)));
  build.at(done);
  return done.parameters[0];
}
