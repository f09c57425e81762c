// Arithmetic on random and on awkward operands, against BigInt and the C library.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { koffi } from '../../ffi/koffi.ts';
import type { Outcome, Row } from './corpus.ts';
import { execute } from './corpus.ts';

const bits64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.nat({ max: 63 }).map((n) => 1n << BigInt(n)),
  fc
    .tuple(fc.nat({ max: 63 }), fc.integer({ min: -2, max: 2 }))
    .map(([n, d]) => BigInt.asUintN(64, (1n << BigInt(n)) + BigInt(d))),
  fc.constantFrom(0n, 1n, 2n ** 64n - 1n, 2n ** 63n, 2n ** 63n - 1n, 2n ** 32n, 2n ** 32n - 1n),
);

const run = (f: string, t: readonly string[], values: readonly string[]): Outcome =>
  execute({ f, t, in: values } as Row);

function int64(f: string, a: bigint, b: bigint): Outcome {
  return run(f, ['Int64', 'Int64'], [a.toString(16), b.toString(16)]);
}

const unsigned = (value: bigint): string => BigInt.asUintN(64, value).toString(16);

describe('64-bit integers', () => {
  const operations: readonly (readonly [string, (a: bigint, b: bigint) => bigint, boolean])[] = [
    ['add_int', (a, b) => a + b, false],
    ['sub_int', (a, b) => a - b, false],
    ['mul_int', (a, b) => a * b, false],
    ['udiv_int', (a, b) => (b === 0n ? 0n : a / b), false],
    ['urem_int', (a, b) => (b === 0n ? 0n : a % b), false],
    ['sdiv_int', (a, b) => (b === 0n ? 0n : a / b), true],
    ['srem_int', (a, b) => (b === 0n ? 0n : a % b), true],
  ];
  it.each(operations)('%s agrees with BigInt', (name, exact, signed) => {
    fc.assert(
      fc.property(bits64, bits64, (a, b) => {
        const x = signed ? BigInt.asIntN(64, a) : a;
        const y = signed ? BigInt.asIntN(64, b) : b;
        const divides = /div|rem/.test(name);
        if (divides && (b === 0n || (signed && x === -(2n ** 63n) && y === -1n))) {
          expect(int64(name, a, b).err).toBe('DivideError: integer division error');
        } else expect(int64(name, a, b).out).toBe(unsigned(exact(x, y)));
      }),
      { numRuns: 600 },
    );
  });

  const checked: readonly (readonly [string, (a: bigint, b: bigint) => bigint, boolean])[] = [
    ['checked_sadd_int', (a, b) => a + b, true],
    ['checked_ssub_int', (a, b) => a - b, true],
    ['checked_smul_int', (a, b) => a * b, true],
    ['checked_uadd_int', (a, b) => a + b, false],
    ['checked_usub_int', (a, b) => a - b, false],
    ['checked_umul_int', (a, b) => a * b, false],
  ];
  it.each(checked)('%s wraps and says so', (name, exact, signed) => {
    fc.assert(
      fc.property(bits64, bits64, (a, b) => {
        const value = signed ? exact(BigInt.asIntN(64, a), BigInt.asIntN(64, b)) : exact(a, b);
        const wrapped = signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
        expect(int64(name, a, b).out).toEqual([unsigned(value), wrapped === value ? '0' : '1']);
      }),
      { numRuns: 600 },
    );
  });
});

const words = new DataView(new ArrayBuffer(8));
const doubleOf = (bits: bigint): number => {
  words.setBigUint64(0, bits);
  return words.getFloat64(0);
};
const bitsOf = (value: number): string => {
  words.setFloat64(0, value);
  return words.getBigUint64(0).toString(16);
};
const floatOf = (bits: number): number => {
  words.setUint32(0, bits);
  return words.getFloat32(0);
};
const floatBits = (value: number): string => {
  words.setFloat32(0, value);
  return words.getUint32(0).toString(16);
};

/** Doubles whose products and sums come close to each other, to overflow and to underflow. */
const double = fc.oneof(
  bits64.map(doubleOf),
  fc
    .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -1074, max: 1023 }), fc.boolean())
    .map(([m, e, negative]) => (negative ? -m : m) * 2 ** e),
  fc.tuple(fc.nat({ max: 4096 }), fc.integer({ min: -80, max: 80 })).map(([m, e]) => m * 2 ** e),
);

describe('fused multiply-add', () => {
  let fma: (a: number, b: number, c: number) => number;
  let fmaf: (a: number, b: number, c: number) => number;
  beforeAll(() => {
    const libm = koffi.load('libm.so.6');
    fma = libm.func('fma', 'double', ['double', 'double', 'double']);
    fmaf = libm.func('fmaf', 'float', ['float', 'float', 'float']);
  });

  const check64 = (a: number, b: number, c: number): void => {
    const expected = fma(a, b, c);
    const { out } = run('fma_float', ['Float64', 'Float64', 'Float64'], [bitsOf(a), bitsOf(b), bitsOf(c)]);
    if (Number.isNaN(expected)) expect(Number.isNaN(doubleOf(BigInt(`0x${String(out)}`)))).toBe(true);
    else expect(out, `${a} * ${b} + ${c}`).toBe(bitsOf(expected));
  };

  it('rounds once in Float64, as the C library does', () => {
    fc.assert(fc.property(double, double, double, check64), { numRuns: 4000 });
  });

  it('rounds once where the product nearly cancels', () => {
    fc.assert(
      fc.property(double, double, fc.double({ min: -4, max: 4, noNaN: true }), (a, b, k) =>
        check64(a, b, -a * b * (1 + k * 2 ** -52)),
      ),
      { numRuns: 4000 },
    );
  });

  it('rounds once in Float32', () => {
    const single = fc.oneof(
      fc.nat({ max: 0xffffffff }).map(floatOf),
      fc.tuple(fc.nat({ max: 4096 }), fc.integer({ min: -60, max: 60 })).map(([m, e]) => Math.fround(m * 2 ** e)),
    );
    fc.assert(
      fc.property(single, single, single, (a, b, c) => {
        const expected = fmaf(a, b, c);
        if (Number.isNaN(expected)) return;
        const { out } = run('fma_float', ['Float32', 'Float32', 'Float32'], [floatBits(a), floatBits(b), floatBits(c)]);
        expect(out, `${a} * ${b} + ${c}`).toBe(floatBits(expected));
      }),
      { numRuns: 4000 },
    );
  });
});

describe('conversions', () => {
  it('rounds 64-bit integers to Float32 once', () => {
    fc.assert(
      fc.property(bits64, (a) => {
        // Exactly: the float is nearest if no neighbour is nearer.
        const out = run('uitofp', ['Type', 'UInt64'], ['Float32', a.toString(16)]).out;
        const bits = Number.parseInt(String(out), 16);
        const distance = (candidate: number): bigint => {
          const d = BigInt(candidate) - a;
          return d < 0n ? -d : d;
        };
        const chosen = distance(floatOf(bits));
        for (const neighbour of [bits - 1, bits + 1]) {
          const value = bits > 0 ? floatOf(neighbour) : 0;
          if (Number.isInteger(value)) expect(chosen <= distance(value)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('truncates doubles to Int64 and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1025n }), (a) => {
        const value = Number(a);
        const out = run('fptosi', ['Type', 'Float64'], ['Int64', bitsOf(value)]).out;
        expect(out).toBe(unsigned(BigInt(value)));
      }),
    );
  });
});
