// Intrinsics as operations.
//
// Each function gets arguments whose types are known and gives the result, or nothing when it leaves the call to the
// runtime: half-precision floats, odd widths, atomic pointers. What Julia leaves undefined but the runtime defines (a
// division by zero) is guarded, so that compiled and interpreted code agree.

import { cInt64, cVoid } from '../../ffi/ctype.ts';
import type { DataTypeRef, Ref } from '../../interpreter/memory/layout.ts';
import { datatype, nothing, typename } from '../../interpreter/memory/wellknown.ts';
import {
  applyTupleType,
  fieldCount,
  isDataType,
  isPrimitiveType,
  isTypeVar,
  layoutSize,
  param,
  typeNameOf,
} from '../../interpreter/types/index.ts';
import {
  bitsOf,
  type Checked,
  type Conversion,
  type FloatBinary,
  type FloatCompare,
  type FloatUnary,
  type IntegerBinary,
  type IntegerCompare,
  type IntegerUnary,
  isFloatType,
  type MachineType,
  type Shift,
  type Value,
} from './operations.ts';
import { shapeOf } from './shapes.ts';
import { constant, type Emitted, typeOfEmitted, type ValueWriter } from './values.ts';

type Write = (w: ValueWriter, args: readonly Emitted[]) => Emitted | undefined;

const Bool = datatype('Bool');
const writers = new Map<string, Write>();

/** The operands as machine values of one integer type, or undefined when they are not. */
function integers(w: ValueWriter, args: readonly Emitted[]): Value[] | undefined {
  const values = operands(w, args);
  return values?.every((value) => !isFloatType(value.type) && value.type === values[0].type) ? values : undefined;
}

function floats(w: ValueWriter, args: readonly Emitted[]): Value[] | undefined {
  const values = operands(w, args);
  return values?.every((value) => isFloatType(value.type) && value.type === values[0].type) ? values : undefined;
}

function operands(w: ValueWriter, args: readonly Emitted[]): Value[] | undefined {
  const values: Value[] = [];
  for (const arg of args) {
    if (shapeOf(typeOfEmitted(arg)).kind !== 'bits') return undefined;
    values.push(w.bits(arg));
  }
  return values;
}

const result = (of: Emitted, value: Value): Emitted => ({
  kind: 'bits',
  type: typeOfEmitted(of) as DataTypeRef,
  value,
});

function defineAll<Op extends string>(table: Readonly<Record<string, Op>>, make: (op: Op) => Write): void {
  for (const [name, op] of Object.entries(table)) writers.set(name, make(op));
}

defineAll<IntegerBinary>(
  { add_int: 'add', sub_int: 'sub', mul_int: 'mul', and_int: 'and', or_int: 'or', xor_int: 'xor' },
  (op) => (w, args) => {
    if (typeOfEmitted(args[0]) === Bool && typeOfEmitted(args[1]) === Bool) {
      if (op === 'mul') return undefined;
      return w.bool(w.build.binary(op, w.truth(args[0]), w.truth(args[1])));
    }
    const values = integers(w, args);
    return values && result(args[0], w.build.binary(op, values[0], values[1]));
  },
);

defineAll<Shift>({ shl_int: 'shl', lshr_int: 'lshr', ashr_int: 'ashr' }, (op) => (w, args) => {
  const values = operands(w, args);
  if (values === undefined || values.some((value) => isFloatType(value.type))) return undefined;
  return result(args[0], w.build.shift(op, values[0], values[1]));
});

defineAll<IntegerUnary>(
  { neg_int: 'neg', ctpop_int: 'ctpop', ctlz_int: 'ctlz', cttz_int: 'cttz', bswap_int: 'bswap' },
  (op) => (w, args) => {
    const values = integers(w, args);
    if (values === undefined || (op === 'bswap' && values[0].type === 'i8')) return undefined;
    return result(args[0], w.build.unary(op, values[0]));
  },
);

writers.set('not_int', (w, args) => {
  if (typeOfEmitted(args[0]) === Bool) {
    return w.bool(w.build.binary('xor', w.truth(args[0]), w.build.constant('i1', 1n)));
  }
  const values = integers(w, args);
  return values && result(args[0], w.build.unary('not', values[0]));
});

defineAll<FloatBinary>(
  {
    add_float: 'fadd',
    sub_float: 'fsub',
    mul_float: 'fmul',
    div_float: 'fdiv',
    copysign_float: 'copysign',
    add_float_fast: 'fadd',
    sub_float_fast: 'fsub',
    mul_float_fast: 'fmul',
    div_float_fast: 'fdiv',
  },
  (op) => (w, args) => {
    const values = floats(w, args);
    return values && result(args[0], w.build.binary(op, values[0], values[1]));
  },
);

defineAll<FloatUnary>(
  {
    neg_float: 'fneg',
    neg_float_fast: 'fneg',
    abs_float: 'fabs',
    sqrt_llvm: 'fsqrt',
    sqrt_llvm_fast: 'fsqrt',
    ceil_llvm: 'ceil',
    floor_llvm: 'floor',
    trunc_llvm: 'ftrunc',
    rint_llvm: 'rint',
  },
  (op) => (w, args) => {
    const values = floats(w, args);
    return values && result(args[0], w.build.unary(op, values[0]));
  },
);

writers.set('fma_float', (w, args) => {
  const values = floats(w, args);
  return values && result(args[0], w.build.fma(true, values[0], values[1], values[2]));
});
writers.set('muladd_float', (w, args) => {
  // Rounded once, as the interpreter does it: both must print the same.
  const values = floats(w, args);
  return values && result(args[0], w.build.fma(true, values[0], values[1], values[2]));
});

/** IEEE minimum and maximum: a NaN wins, and -0 is below +0. */
defineAll<'min' | 'max'>(
  { min_float: 'min', max_float: 'max', min_float_fast: 'min', max_float_fast: 'max' },
  (op) => (w, args) => {
    const values = floats(w, args);
    if (values === undefined) return undefined;
    const { build } = w;
    const [a, b] = values;
    const integer: MachineType = bitsOf(a.type) === 64 ? 'i64' : 'i32';
    const [left, right] = [build.bitcast(a, integer), build.bitcast(b, integer)];
    const equal = build.bitcast(build.binary(op === 'min' ? 'or' : 'and', left, right), a.type);
    const smaller = build.select(build.compare(op === 'min' ? 'flt' : 'fgt', a, b), a, b);
    const ordered = build.select(build.compare('feq', a, b), equal, smaller);
    const isNaN = build.binary('or', build.compare('fne', a, a), build.compare('fne', b, b));
    return result(args[0], build.select(isNaN, build.binary('fadd', a, b), ordered));
  },
);

defineAll<IntegerCompare>(
  { eq_int: 'eq', ne_int: 'ne', slt_int: 'slt', sle_int: 'sle', ult_int: 'ult', ule_int: 'ule' },
  (op) => (w, args) => {
    const values = integers(w, args);
    return values && w.bool(w.build.compare(op, values[0], values[1]));
  },
);
defineAll<FloatCompare>(
  {
    eq_float: 'feq',
    ne_float: 'fne',
    lt_float: 'flt',
    le_float: 'fle',
    eq_float_fast: 'feq',
    ne_float_fast: 'fne',
    lt_float_fast: 'flt',
    le_float_fast: 'fle',
  },
  (op) => (w, args) => {
    const values = floats(w, args);
    return values && w.bool(w.build.compare(op, values[0], values[1]));
  },
);
writers.set('fpiseq', (w, args) => {
  const values = floats(w, args);
  if (values === undefined) return undefined;
  const { build } = w;
  const [a, b] = values;
  const integer: MachineType = bitsOf(a.type) === 64 ? 'i64' : 'i32';
  const same = build.compare('eq', build.bitcast(a, integer), build.bitcast(b, integer));
  const bothNaN = build.binary('and', build.compare('fne', a, a), build.compare('fne', b, b));
  return w.bool(build.binary('or', same, bothNaN));
});

// Conversions: the target type first, a constant.

function target(args: readonly Emitted[]): { type: DataTypeRef; machine: MachineType } | undefined {
  const [to] = args;
  if (to.kind !== 'const' || !isDataType(to.value) || !isPrimitiveType(to.value)) return undefined;
  const shape = shapeOf(to.value);
  return shape.kind === 'bits' ? { type: shape.type, machine: shape.machine } : undefined;
}

const isHalf = (type: Ref): boolean => type === datatype('Float16') || type === datatype('BFloat16');

function convert(name: string, kind: Conversion, fits: (from: MachineType, to: MachineType) => boolean): void {
  writers.set(name, (w, args) => {
    const to = target(args);
    const from = typeOfEmitted(args[1]);
    const shape = shapeOf(from);
    if (to === undefined || shape.kind !== 'bits' || isHalf(from) || isHalf(to.type)) return undefined;
    if (!fits(shape.machine, to.machine)) return undefined;
    const value = w.bits(args[1]);
    if (to.type === Bool) return w.bool(w.build.convert('trunc', value, 'i1'));
    return { kind: 'bits', type: to.type, value: w.build.convert(kind, value, to.machine) };
  });
}

const isInt = (type: MachineType): boolean => !isFloatType(type);
convert('sext_int', 'sext', (from, to) => isInt(from) && isInt(to) && bitsOf(from) < bitsOf(to));
convert('zext_int', 'zext', (from, to) => isInt(from) && isInt(to) && bitsOf(from) < bitsOf(to));
convert('trunc_int', 'trunc', (from, to) => isInt(from) && isInt(to) && bitsOf(from) > bitsOf(to));
convert('fptosi', 'fptosi', (from, to) => isFloatType(from) && isInt(to) && bitsOf(to) <= 64);
convert('fptoui', 'fptoui', (from, to) => isFloatType(from) && isInt(to) && bitsOf(to) <= 64);
convert('sitofp', 'sitofp', (from, to) => isInt(from) && isFloatType(to) && bitsOf(from) <= 64);
convert('uitofp', 'uitofp', (from, to) => isInt(from) && isFloatType(to) && bitsOf(from) <= 64);
convert('fpext', 'fpext', (from, to) => from === 'f32' && to === 'f64');
convert('fptrunc', 'fptrunc', (from, to) => from === 'f64' && to === 'f32');

writers.set('bitcast', (w, args) => {
  const to = target(args);
  const shape = shapeOf(typeOfEmitted(args[1]));
  if (to === undefined || shape.kind !== 'bits' || bitsOf(shape.machine) !== bitsOf(to.machine)) return undefined;
  return { kind: 'bits', type: to.type, value: w.build.bitcast(w.bits(args[1]), to.machine) };
});

// Checked arithmetic.

defineAll<Checked>(
  {
    checked_sadd_int: 'sadd',
    checked_uadd_int: 'uadd',
    checked_ssub_int: 'ssub',
    checked_usub_int: 'usub',
    checked_smul_int: 'smul',
    checked_umul_int: 'umul',
  },
  (kind) => (w, args) => {
    const values = integers(w, args);
    if (values === undefined || typeOfEmitted(args[0]) === Bool) return undefined;
    const checked = w.build.checked(kind, values[0], values[1]);
    return {
      kind: 'struct',
      type: applyTupleType([typeOfEmitted(args[0]), Bool]),
      fields: [result(args[0], checked.result), w.bool(checked.overflow)],
    };
  },
);

defineAll<'sdiv' | 'udiv' | 'srem' | 'urem'>(
  {
    checked_sdiv_int: 'sdiv',
    checked_udiv_int: 'udiv',
    checked_srem_int: 'srem',
    checked_urem_int: 'urem',
    sdiv_int: 'sdiv',
    udiv_int: 'udiv',
    srem_int: 'srem',
    urem_int: 'urem',
  },
  (op) => (w, args) => {
    const values = integers(w, args);
    if (values === undefined || typeOfEmitted(args[0]) === Bool) return undefined;
    const { build } = w;
    const [a, b] = values;
    if (a.type === 'i1' || a.type === 'ref' || a.type === 'ptr' || isFloatType(a.type)) return undefined;
    const type = a.type as 'i8' | 'i16' | 'i32' | 'i64' | 'i128';
    throwIf(w, build.compare('eq', b, build.integer(type, 0)), 'DivideError');
    if (op === 'udiv' || op === 'urem') return result(args[0], build.binary(op, a, b));
    const isMinusOne = build.compare('eq', b, build.integer(type, -1));
    // Dividing by 1 in place of -1 keeps the machine's division defined; the answer for -1 is then put in by hand.
    const divisor = build.select(isMinusOne, build.integer(type, 1), b);
    const quotient = build.binary(op, a, divisor);
    if (op === 'srem') return result(args[0], build.select(isMinusOne, build.integer(type, 0), quotient));
    const least = build.integer(type, -(1n << BigInt(bitsOf(type) - 1)));
    throwIf(w, build.binary('and', isMinusOne, build.compare('eq', a, least)), 'DivideError');
    return result(args[0], build.select(isMinusOne, build.unary('neg', a), quotient));
  },
);

writers.set('flipsign_int', (w, args) => {
  const values = integers(w, args);
  if (values === undefined) return undefined;
  const zero = w.build.constant(values[1].type, 0n);
  const negative = w.build.compare('slt', values[1], zero);
  return result(args[0], w.build.select(negative, w.build.unary('neg', values[0]), values[0]));
});

// Pointers.

writers.set('add_ptr', (w, args) => {
  const values = integers(w, args);
  return values && result(args[0], w.build.binary('add', values[0], values[1]));
});
writers.set('sub_ptr', (w, args) => {
  const values = integers(w, args);
  return values && result(args[0], w.build.binary('sub', values[0], values[1]));
});

/** The element type of a pointer, when code can load and store elements of it. */
function pointee(pointer: Emitted): Ref | undefined {
  const type = typeOfEmitted(pointer);
  if (!isDataType(type) || typeNameOf(type) !== typename('Ptr')) return undefined;
  const element = param(type, 0);
  if (isTypeVar(element)) return undefined;
  const shape = shapeOf(element);
  if (shape.kind === 'bits') return element;
  if (shape.kind === 'struct' && fieldCount(element) > 0) return element;
  return undefined;
}

function elementAddress(w: ValueWriter, pointer: Emitted, index: Emitted, element: Ref): Value {
  const { build } = w;
  const base = build.bitcast(w.bits(pointer), 'ptr');
  const offset = build.binary('sub', w.bits(index), build.integer('i64', 1));
  return build.element(base, offset, layoutSize(element));
}

writers.set('pointerref', (w, args) => {
  const element = pointee(args[0]);
  if (element === undefined || typeOfEmitted(args[1]) !== datatype('Int64')) return undefined;
  const at = elementAddress(w, args[0], args[1], element);
  const shape = shapeOf(element);
  if (shape.kind !== 'bits') return undefined;
  return { kind: 'bits', type: shape.type, value: w.build.load(shape.machine, at, 0, { align: 1 }) };
});
writers.set('pointerset', (w, args) => {
  const element = pointee(args[0]);
  if (element === undefined || typeOfEmitted(args[1]) !== element || typeOfEmitted(args[2]) !== datatype('Int64')) {
    return undefined;
  }
  const shape = shapeOf(element);
  if (shape.kind !== 'bits') return undefined;
  w.build.store(w.bits(args[1]), elementAddress(w, args[0], args[2], element), 0, { align: 1 });
  return args[0];
});

writers.set('donotdelete', () => constant(nothing));

/** Plain exceptions by the number that the runtime knows them under. */
export const plainExceptions = ['DivideError', 'UndefRefError', 'StackOverflowError'] as const;
export type PlainException = (typeof plainExceptions)[number];

/** Throws an exception without fields when a condition holds; what follows goes into a block of its own. */
export function throwIf(w: ValueWriter, condition: Value, name: PlainException): void {
  const { build } = w;
  const bad = build.block('throws');
  const good = build.block('fine');
  build.branch(condition, bad, good, false);
  build.at(bad);
  const number = build.integer('i64', plainExceptions.indexOf(name));
  build.callRuntime(w.runtime('throw_plain'), { result: cVoid, args: [cInt64] }, [number]);
  build.unreachable();
  build.at(good);
}

/** Emits an intrinsic; undefined leaves it to the runtime. */
export function emitIntrinsic(w: ValueWriter, name: string, args: readonly Emitted[]): Emitted | undefined {
  return writers.get(name)?.(w, args);
}
