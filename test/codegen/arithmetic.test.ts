// Every arithmetic operation, compiled and run, against a model in JavaScript: all widths, all edges, both as written and
// optimised.

import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../../codegen/emit/builder.ts';
import {
  bitsOf,
  type Checked,
  type Conversion,
  type FloatBinary,
  type FloatCompare,
  type FloatUnary,
  type IntegerBinary,
  type IntegerCompare,
  type IntegerType,
  type IntegerUnary,
  type MachineType,
  type Shift,
  type Value,
} from '../../codegen/emit/operations.ts';
import { bitsOfDouble, doubleOfBits, evaluate, hasLLVM } from './native.ts';

type Narrow = Exclude<IntegerType, 'i1' | 'i128'>;
const narrow: readonly Narrow[] = ['i8', 'i16', 'i32', 'i64'];

const signed = (type: MachineType, value: bigint) => BigInt.asIntN(bitsOf(type), value);
const unsigned = (type: MachineType, value: bigint) => BigInt.asUintN(bitsOf(type), value);

/** Numbers at the edges of a type, and some in between. */
function samplesOf(type: MachineType): bigint[] {
  const width = BigInt(bitsOf(type));
  const values = [
    0n,
    1n,
    2n,
    3n,
    7n,
    (1n << (width - 1n)) - 1n,
    1n << (width - 1n),
    (1n << width) - 1n,
    (1n << width) - 5n,
  ];
  return [...new Set([...values, 0x1234_5678_9abc_def1n].map((value) => unsigned(type, value)))];
}

function pairsOf(type: MachineType): [bigint, bigint][] {
  return samplesOf(type).flatMap((a) => samplesOf(type).map((b): [bigint, bigint] => [a, b]));
}

const integerModels: Record<IntegerBinary, (type: MachineType, a: bigint, b: bigint) => bigint> = {
  add: (_, a, b) => a + b,
  sub: (_, a, b) => a - b,
  mul: (_, a, b) => a * b,
  sdiv: (type, a, b) => signed(type, a) / signed(type, b),
  udiv: (_, a, b) => a / b,
  srem: (type, a, b) => signed(type, a) % signed(type, b),
  urem: (_, a, b) => a % b,
  and: (_, a, b) => a & b,
  or: (_, a, b) => a | b,
  xor: (_, a, b) => a ^ b,
};

/** Undefined for operations, so not tested: division by zero, and typemin by -1. */
function isDefined(op: IntegerBinary, type: MachineType, a: bigint, b: bigint): boolean {
  if (op !== 'sdiv' && op !== 'srem' && op !== 'udiv' && op !== 'urem') return true;
  if (b === 0n) return false;
  const least = 1n << BigInt(bitsOf(type) - 1);
  return op === 'udiv' || op === 'urem' || a !== least || signed(type, b) !== -1n;
}

describe.skipIf(!hasLLVM)('integers', () => {
  for (const op of Object.keys(integerModels) as IntegerBinary[]) {
    it(`${op} is exact in every width`, () => {
      for (const type of narrow) {
        const run = evaluate([type, type], type, (b, x, y) => b.binary(op, x, y));
        for (const [a, b] of pairsOf(type)) {
          if (!isDefined(op, type, a, b)) continue;
          expect([type, a, b, run(a, b)]).toEqual([type, a, b, unsigned(type, integerModels[op](type, a, b))]);
        }
      }
    });
  }

  /** A value of 128 bits of two words, and back: the low or the high one. */
  const wide = (b: FunctionBuilder, low: Value, high: Value) => {
    const shifted = b.shift('shl', b.convert('zext', high, 'i128'), b.integer('i8', 64));
    return b.binary('or', b.convert('zext', low, 'i128'), shifted);
  };
  const half = (b: FunctionBuilder, value: Value, which: 'low' | 'high') => {
    const word = which === 'low' ? value : b.shift('lshr', value, b.integer('i32', 64));
    return b.convert('trunc', word, 'i64');
  };

  for (const op of ['add', 'sub', 'mul', 'sdiv', 'urem'] as const) {
    it(`${op} is exact in 128 bits`, () => {
      const words: readonly MachineType[] = ['i64', 'i64', 'i64', 'i64'];
      const parts = (['low', 'high'] as const).map((which) =>
        evaluate(words, 'i64', (b, ...w) => half(b, b.binary(op, wide(b, w[0], w[1]), wide(b, w[2], w[3])), which)),
      );
      for (const [a, b] of pairsOf('i128')) {
        if (!isDefined(op, 'i128', a, b)) continue;
        const args = [a, a >> 64n, b, b >> 64n].map((word) => BigInt.asUintN(64, word));
        const result = parts[0](...args) | (parts[1](...args) << 64n);
        expect([a, b, result]).toEqual([a, b, unsigned('i128', integerModels[op]('i128', a, b))]);
      }
    });
  }

  const checkedModels: Record<Checked, readonly ['signed' | 'unsigned', (a: bigint, b: bigint) => bigint]> = {
    sadd: ['signed', (a, b) => a + b],
    ssub: ['signed', (a, b) => a - b],
    smul: ['signed', (a, b) => a * b],
    uadd: ['unsigned', (a, b) => a + b],
    usub: ['unsigned', (a, b) => a - b],
    umul: ['unsigned', (a, b) => a * b],
  };
  for (const kind of Object.keys(checkedModels) as Checked[]) {
    it(`${kind} gives the wrapped value and says when it had to wrap`, () => {
      const [sign, model] = checkedModels[kind];
      const exact = (type: MachineType, value: bigint) => (sign === 'signed' ? signed : unsigned)(type, value);
      for (const type of narrow) {
        const value = evaluate([type, type], type, (b, x, y) => b.checked(kind, x, y).result);
        const flag = evaluate([type, type], 'i1', (b, x, y) => b.checked(kind, x, y).overflow);
        for (const [a, b] of pairsOf(type)) {
          const result = model(exact(type, a), exact(type, b));
          const wrapped = result === exact(type, result) ? 0n : 1n;
          expect([type, a, b, value(a, b), flag(a, b)]).toEqual([type, a, b, unsigned(type, result), wrapped]);
        }
      }
      const words: readonly MachineType[] = ['i64', 'i64', 'i64', 'i64'];
      const wideFlag = evaluate(
        words,
        'i1',
        (b, ...w) => b.checked(kind, wide(b, w[0], w[1]), wide(b, w[2], w[3])).overflow,
      );
      for (const [a, b] of pairsOf('i128')) {
        const result = model(exact('i128', a), exact('i128', b));
        const args = [a, a >> 64n, b, b >> 64n].map((word) => BigInt.asUintN(64, word));
        expect([a, b, wideFlag(...args)]).toEqual([a, b, result === exact('i128', result) ? 0n : 1n]);
      }
    });
  }

  const shiftModel = (op: Shift, type: MachineType, a: bigint, by: bigint) => {
    const most = by > 200n ? 200n : by;
    if (op === 'shl') return unsigned(type, a << most);
    return op === 'lshr' ? a >> most : unsigned(type, signed(type, a) >> most);
  };
  for (const op of ['shl', 'lshr', 'ashr'] as const) {
    it(`${op} takes any amount, of any type`, () => {
      for (const type of narrow) {
        for (const amount of ['i8', 'i64'] as const) {
          const run = evaluate([type, amount], type, (b, x, by) => b.shift(op, x, by));
          for (const a of samplesOf(type)) {
            for (const by of [0n, 1n, 7n, 8n, 31n, 63n, 64n, 255n, ...(amount === 'i64' ? [1n << 40n] : [])]) {
              expect([type, a, by, run(a, by)]).toEqual([type, a, by, shiftModel(op, type, a, by)]);
            }
          }
        }
        for (const by of [0n, 5n, 200n]) {
          const run = evaluate([type], type, (b, x) => b.shift(op, x, b.integer('i64', by)));
          for (const a of samplesOf(type)) expect(run(a)).toBe(shiftModel(op, type, a, by));
        }
      }
    });
  }

  const compareModels: Record<IntegerCompare, (type: MachineType, a: bigint, b: bigint) => boolean> = {
    eq: (_, a, b) => a === b,
    ne: (_, a, b) => a !== b,
    slt: (type, a, b) => signed(type, a) < signed(type, b),
    sle: (type, a, b) => signed(type, a) <= signed(type, b),
    sgt: (type, a, b) => signed(type, a) > signed(type, b),
    sge: (type, a, b) => signed(type, a) >= signed(type, b),
    ult: (_, a, b) => a < b,
    ule: (_, a, b) => a <= b,
    ugt: (_, a, b) => a > b,
    uge: (_, a, b) => a >= b,
  };
  it('compare with and without sign, addresses as unsigned', () => {
    for (const kind of Object.keys(compareModels) as IntegerCompare[]) {
      for (const type of ['i8', 'i64', 'ptr'] as const) {
        const run = evaluate([type, type], 'i1', (b, x, y) => b.compare(kind, x, y));
        for (const [x, y] of pairsOf(type)) expect(run(x, y) === 1n).toBe(compareModels[kind](type, x, y));
      }
    }
  });

  const reversed = (type: MachineType, value: bigint) => {
    const bits = value.toString(2).padStart(bitsOf(type), '0');
    return BigInt(`0b${[...bits].reverse().join('')}`);
  };
  const unaryModels: Record<IntegerUnary, (type: MachineType, a: bigint) => bigint> = {
    neg: (_, a) => -a,
    not: (_, a) => ~a,
    ctpop: (_, a) => BigInt(a.toString(2).replaceAll('0', '').length),
    ctlz: (type, a) => BigInt(bitsOf(type) - (a === 0n ? 0 : a.toString(2).length)),
    cttz: (type, a) => BigInt(a === 0n ? bitsOf(type) : a.toString(2).length - 1 - a.toString(2).lastIndexOf('1')),
    bswap: (type, a) => {
      const hex = a.toString(16).padStart(bitsOf(type) / 4, '0');
      return BigInt(`0x${hex.match(/../g)?.reverse().join('')}`);
    },
    bitreverse: reversed,
  };
  it('count, swap and reverse bits', () => {
    for (const op of Object.keys(unaryModels) as IntegerUnary[]) {
      for (const type of narrow) {
        if (op === 'bswap' && type === 'i8') continue;
        const run = evaluate([type], type, (b, x) => b.unary(op, x));
        for (const a of samplesOf(type))
          expect([op, type, a, run(a)]).toEqual([op, type, a, unsigned(type, unaryModels[op](type, a))]);
      }
    }
  });

  it('keep constants exact, which LLVM is told in 32-bit words', () => {
    for (const type of narrow) {
      for (const value of [...samplesOf(type), 2n ** 60n + 1024n, 0x8000_0000_0000_0001n].map((each) =>
        unsigned(type, each),
      )) {
        expect(evaluate([], type, (b) => b.constant(type, value))()).toBe(value);
      }
    }
    const high = (value: bigint) => evaluate([], 'i64', (b) => half(b, b.integer('i128', value), 'high'))();
    expect(high(-1n)).toBe(2n ** 64n - 1n);
    expect(high(0x0123_4567_89ab_cdef_0000_0000_0000_0000n)).toBe(0x0123_4567_89ab_cdefn);
  });
});

const doubles = [0, -0, 1, -1.5, 0.1, 2.5, 3.5, -2.5, 1e308, -1e-320, 2251799813685249.5, Infinity, -Infinity, NaN];
const same = (a: number, b: number) => Object.is(a, b);

function even(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return same(x, -0) || (x < 0 && x > -0.5) ? -0 : Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

describe.skipIf(!hasLLVM)('floats', () => {
  const binaryModels: Record<FloatBinary, (a: number, b: number) => number> = {
    fadd: (a, b) => a + b,
    fsub: (a, b) => a - b,
    fmul: (a, b) => a * b,
    fdiv: (a, b) => a / b,
    frem: (a, b) => a % b,
    copysign: (a, b) => (b < 0 || same(b, -0) ? -Math.abs(a) : Math.abs(a)),
  };
  it('add, subtract, multiply, divide as IEEE says', () => {
    for (const op of Object.keys(binaryModels) as FloatBinary[]) {
      const run = evaluate(['f64', 'f64'], 'f64', (b, x, y) => b.binary(op, x, y));
      for (const a of doubles) {
        for (const b of doubles) {
          // The sign of a NaN is not a number that JavaScript can see.
          const result = doubleOfBits(run(bitsOfDouble(a), bitsOfDouble(b)));
          expect([op, a, b, result]).toEqual([op, a, b, binaryModels[op](a, b)]);
        }
      }
    }
  });

  const unaryModels: Record<FloatUnary, (a: number) => number> = {
    fneg: (a) => -a,
    fabs: Math.abs,
    fsqrt: Math.sqrt,
    ceil: Math.ceil,
    floor: Math.floor,
    ftrunc: Math.trunc,
    rint: even,
  };
  it('round, negate, take roots', () => {
    for (const op of Object.keys(unaryModels) as FloatUnary[]) {
      const run = evaluate(['f64'], 'f64', (b, x) => b.unary(op, x));
      for (const a of doubles) expect([op, a, doubleOfBits(run(bitsOfDouble(a)))]).toEqual([op, a, unaryModels[op](a)]);
    }
  });

  const compareModels: Record<FloatCompare, (a: number, b: number) => boolean> = {
    feq: (a, b) => a === b,
    fne: (a, b) => a !== b,
    flt: (a, b) => a < b,
    fle: (a, b) => a <= b,
    fgt: (a, b) => a > b,
    fge: (a, b) => a >= b,
  };
  it('compare, with NaN equal to nothing', () => {
    for (const kind of Object.keys(compareModels) as FloatCompare[]) {
      const run = evaluate(['f64', 'f64'], 'i1', (b, x, y) => b.compare(kind, x, y));
      for (const a of doubles) {
        for (const b of doubles) expect(run(bitsOfDouble(a), bitsOfDouble(b)) === 1n).toBe(compareModels[kind](a, b));
      }
    }
  });

  it('are fused only when asked to be', () => {
    const exact = evaluate(['f64', 'f64', 'f64'], 'f64', (b, x, y, z) => b.fma(true, x, y, z));
    const plain = evaluate(['f64', 'f64', 'f64'], 'f64', (b, x, y, z) => b.binary('fadd', b.binary('fmul', x, y), z));
    const [a, c] = [1 + 2 ** -30, -(1 + 2 ** -29)];
    const args = [a, a, c].map(bitsOfDouble);
    expect(doubleOfBits(exact(...args))).toBe(2 ** -60);
    expect(doubleOfBits(plain(...args))).toBe(a * a + c);
  });

  it('keep the payload of a NaN and the sign of zero in constants', () => {
    for (const bits of [0x7ff8_0000_0000_1234n, 0xfff0_0000_0000_0001n, 0x8000_0000_0000_0000n]) {
      expect(evaluate([], 'f64', (b) => b.constant('f64', bits))()).toBe(bits);
    }
    expect(evaluate([], 'f32', (b) => b.constant('f32', 0xffc0_0001n))()).toBe(0xffc0_0001n);
  });

  it('convert to and from integers and each other', () => {
    const convert = (kind: Conversion, from: MachineType, to: MachineType) =>
      evaluate([from], to, (b, x) => b.convert(kind, x, to));
    for (const value of [0, 1, -1, 2 ** 31, -(2 ** 53), 1.9, -1.9]) {
      expect(signed('i64', convert('fptosi', 'f64', 'i64')(bitsOfDouble(value)))).toBe(BigInt(Math.trunc(value)));
    }
    expect(convert('fptoui', 'f64', 'i64')(bitsOfDouble(1.5 * 2 ** 63))).toBe(3n << 62n);
    expect(doubleOfBits(convert('sitofp', 'i64', 'f64')(-(2n ** 53n) - 1n))).toBe(-(2 ** 53));
    expect(doubleOfBits(convert('uitofp', 'i64', 'f64')(2n ** 64n - 1n))).toBe(2 ** 64);
    expect(doubleOfBits(convert('uitofp', 'i8', 'f64')(255n))).toBe(255);
    expect(doubleOfBits(convert('fpext', 'f32', 'f64')(0x3dcc_cccdn))).toBe(Math.fround(0.1));
    expect(convert('fptrunc', 'f64', 'f32')(bitsOfDouble(0.1))).toBe(0x3dcc_cccdn);
    expect(convert('bitcast', 'f64', 'i64')(bitsOfDouble(0.1))).toBe(bitsOfDouble(0.1));
    expect(convert('bitcast', 'ref', 'f64')(bitsOfDouble(0.1))).toBe(bitsOfDouble(0.1));
    expect(convert('bitcast', 'f64', 'ptr')(bitsOfDouble(0.1))).toBe(bitsOfDouble(0.1));
  });

  it("of 128-bit integers come from the compiler's support library", () => {
    const wide = evaluate(['i64'], 'f64', (b, x) => {
      const shifted = b.shift('shl', b.convert('sext', x, 'i128'), b.integer('i64', 60));
      return b.convert('sitofp', shifted, 'f64');
    });
    expect(doubleOfBits(wide(-3n))).toBe(-3 * 2 ** 60);
  });
});
