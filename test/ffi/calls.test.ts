// What a program gets from calling the real libc, libm and libgmp.

import { describe, expect, it } from 'vitest';
import { bytesAt, free, malloc, mallocCString, offsetBy, readCString, readF64, writeF64 } from '../../ffi/address.ts';
import {
  type CType,
  cBool,
  cDouble,
  cFloat,
  cInt8,
  cInt16,
  cInt32,
  cInt64,
  cPointer,
  cUInt8,
  cUInt16,
  cUInt32,
  cUInt64,
  cVoid,
  structOf,
} from '../../ffi/ctype.ts';
import { ForeignTypeError } from '../../ffi/error.ts';
import { findSymbol } from '../../ffi/libraries.ts';
import { callAt, callShape, type Plan, planFor } from '../../ffi/plan.ts';
import {
  closeFrame,
  getErrno,
  openFrame,
  setErrno,
  setSlotAddress,
  slotF64,
  slotI64,
  slotU32,
} from '../../ffi/slots.ts';
import { setForeignCallListener } from '../../ffi/trace.ts';
import { callWith } from '../../ffi/values.ts';

function plan(symbol: string, result: CType, args: CType[], library = '', fixed?: number): Plan {
  const signature = fixed === undefined ? { result, args } : { result, args, fixed };
  return planFor(findSymbol(symbol, library), signature, symbol, library);
}

describe('integers', () => {
  it('extends narrow results by their sign and takes narrow arguments from the low bytes of dirty slots', () => {
    // toupper and abs take and give an int; the slot's upper half is garbage.
    const abs = plan('abs', cInt32, [cInt32]);
    const base = openFrame(2);
    slotI64[base + 1] = (0x1234_5678n << 32n) | BigInt.asUintN(32, -7n);
    abs.call(base);
    expect(slotI64[base]).toBe(7n);
    const atoi = plan('atoi', cInt32, [cPointer]);
    const text = mallocCString('-2147483648');
    setSlotAddress(base + 1, text);
    atoi.call(base);
    expect(slotI64[base]).toBe(-2147483648n);
    closeFrame(base);
    free(text);
  });

  it.each([
    [cInt8, 'i8', -128n],
    [cUInt8, 'u8', 255n],
    [cInt16, 'i16', -32768n],
    [cUInt16, 'u16', 65535n],
    [cInt32, 'i32', -2147483648n],
    [cUInt32, 'u32', 4294967295n],
    [cInt64, 'i64', -(2n ** 63n)],
    [cUInt64, 'u64', 2n ** 64n - 1n],
  ])('takes exactly the bytes of %o out of a wider result (%s)', (type, _name, value) => {
    const text = mallocCString(value.toString());
    const parse = plan(value < 0n ? 'strtoll' : 'strtoull', type, [cPointer, cPointer, cInt32]);
    expect(BigInt(callWith(parse, text, 0, 10) as number | bigint)).toBe(value);
    free(text);
  });

  it('keeps all 64 bits', () => {
    const llabs = plan('llabs', cInt64, [cInt64]);
    expect(callWith(llabs, -(2n ** 62n) - 12345n)).toBe(2n ** 62n + 12345n);
  });

  it('refuses values that do not fit when asked to encode them', () => {
    const abs = plan('abs', cInt32, [cInt32]);
    expect(() => callWith(abs, 2 ** 31)).toThrow(ForeignTypeError);
    expect(() => callWith(abs, 3.7)).toThrow(/3.7 does not fit i32/);
  });
});

describe('floats', () => {
  it('calls libm by its bare name', () => {
    expect(callWith(plan('pow', cDouble, [cDouble, cDouble], 'libm'), 2, 10)).toBe(1024);
    expect(callWith(plan('sqrtf', cFloat, [cFloat], 'libm'), 2)).toBe(Math.fround(Math.SQRT2));
    expect(callWith(plan('ldexp', cDouble, [cDouble, cInt32], 'libm'), 0.75, 3)).toBe(6);
  });

  it('keeps the payload of a NaN', () => {
    const fabs = plan('fabs', cDouble, [cDouble], 'libm');
    const base = openFrame(2);
    slotU32[2 * (base + 1)] = 0x1234;
    slotU32[2 * (base + 1) + 1] = 0xfff8_0000;
    fabs.call(base);
    expect([slotU32[2 * base], slotU32[2 * base + 1]]).toEqual([0x1234, 0x7ff8_0000]);
    closeFrame(base);
  });

  it('writes through pointers', () => {
    const at = malloc(8);
    expect(callWith(plan('modf', cDouble, [cDouble, cPointer], 'libm'), 3.25, at)).toBe(0.25);
    expect(readF64(at)).toBe(3);
    free(at);
  });
});

describe('variadic functions', () => {
  it('formats with snprintf, with arguments in registers and on the stack', () => {
    const types = [cInt32, cDouble, cPointer, cInt64, cUInt8, cDouble, cInt32, cInt32, cInt32, cDouble];
    const snprintf = plan('snprintf', cInt32, [cPointer, cUInt64, cPointer, ...types], '', 3);
    const buffer = malloc(200);
    const format = mallocCString('%d %.2f %s %lld %d %g %d %d %d %.1f');
    const word = mallocCString('word');
    const written = callWith(snprintf, buffer, 200n, format, -1, Math.PI, word, -(2n ** 60n), 200, 1e10, 7, 8, 9, 2.5);
    expect(readCString(buffer)).toBe('-1 3.14 word -1152921504606846976 200 1e+10 7 8 9 2.5');
    expect(written).toBe(readCString(buffer).length);
    for (const at of [buffer, format, word]) free(at);
  });
});

describe('structs by value', () => {
  it('returns div_t in one register, ldiv_t in two', () => {
    expect(callWith(plan('div', structOf(cInt32, cInt32), [cInt32, cInt32]), -17, 5)).toEqual([-3, -2]);
    expect(callWith(plan('ldiv', structOf(cInt64, cInt64), [cInt64, cInt64]), 10n ** 18n, 7n)).toEqual([
      142857142857142857n,
      1n,
    ]);
  });

  it('passes complex numbers of both widths', () => {
    const complex = structOf(cDouble, cDouble);
    const complexFloat = structOf(cFloat, cFloat);
    expect(callWith(plan('cabs', cDouble, [complex], 'libm'), [3, 4])).toBe(5);
    expect(callWith(plan('cabsf', cFloat, [complexFloat], 'libm'), [3, 4])).toBe(5);
    expect(callWith(plan('conj', complex, [complex], 'libm'), [1.5, -2])).toEqual([1.5, 2]);
    expect(callWith(plan('conjf', complexFloat, [complexFloat], 'libm'), [1.5, -2])).toEqual([1.5, 2]);
  });
});

describe('libgmp', () => {
  it('multiplies big numbers through mpz_t', () => {
    const mpz = (symbol: string, result: CType, args: CType[]) => plan(`__gmpz_${symbol}`, result, args, 'libgmp');
    const a = malloc(16);
    const digits = mallocCString('123456789012345678901234567890');
    expect(callWith(mpz('init_set_str', cInt32, [cPointer, cPointer, cInt32]), a, digits, 10)).toBe(0);
    callWith(mpz('mul', cVoid, [cPointer, cPointer, cPointer]), a, a, a);
    const text = callWith(mpz('get_str', cPointer, [cPointer, cInt32, cPointer]), 0, 10, a);
    expect(readCString(text as never)).toBe((123456789012345678901234567890n ** 2n).toString());
    callWith(mpz('clear', cVoid, [cPointer]), a);
    free(a);
    free(digits);
  });
});

describe('errno', () => {
  it('is what the call left, however much happens before it is read', () => {
    const close = plan('close', cInt32, [cInt32]);
    expect(callWith(close, -1)).toBe(-1);
    const noise = malloc(64);
    bytesAt(noise, 64).fill(1);
    free(noise);
    expect(getErrno()).toBe(9);
    callWith(plan('abs', cInt32, [cInt32]), 1);
    expect(getErrno()).toBe(9);
  });

  it('can be set before a call that reports only failures', () => {
    setErrno(0);
    const strtol = plan('strtol', cInt64, [cPointer, cPointer, cInt32]);
    const text = mallocCString('99999999999999999999');
    expect(callWith(strtol, text, 0, 10)).toBe(2n ** 63n - 1n);
    expect(getErrno()).toBe(34);
    free(text);
  });
});

describe('function pointers', () => {
  it('calls an address with the shape of a signature', () => {
    const shape = callShape({ result: cDouble, args: [cDouble] });
    const base = openFrame(shape.frameSlots);
    slotF64[base + 1] = 2;
    callAt(shape, findSymbol('exp2', 'libm'), base);
    expect(slotF64[base]).toBe(4);
    closeFrame(base);
  });
});

describe('the process itself', () => {
  it('exports libuv and libc', () => {
    const version = callWith(plan('uv_version_string', cPointer, []));
    expect(readCString(version as never)).toMatch(/^1\.\d+\.\d+/);
    expect(callWith(plan('getpid', cInt32, []))).toBe(process.pid);
    expect(callWith(plan('isatty', cBool, [cInt32]), -1)).toBe(false);
  });
});

describe('listeners', () => {
  it('hear of a call before and after it, with decoded arguments', () => {
    const heard: unknown[] = [];
    setForeignCallListener({
      before: ({ symbol, args }) => heard.push(['before', symbol, args]),
      after: ({ symbol }, { result, errno, nanoseconds }) =>
        heard.push(['after', symbol, result, errno, nanoseconds > 0]),
    });
    setErrno(0);
    try {
      callWith(plan('close', cInt32, [cInt32]), -1);
    } finally {
      setForeignCallListener(undefined);
    }
    callWith(plan('abs', cInt32, [cInt32]), 1);
    expect(heard).toEqual([
      ['before', 'close', [-1]],
      ['after', 'close', -1, 9, true],
    ]);
  });
});

describe('raw memory', () => {
  it('copies overlapping ranges and finds the end of long strings', () => {
    const at = malloc(20_000);
    bytesAt(at, 20_000).fill(120);
    bytesAt(at, 20_000)[10_007] = 0;
    expect(readCString(at)).toBe('x'.repeat(10_007));
    writeF64(offsetBy(at, 8), Math.PI);
    expect(readF64(offsetBy(at, 8))).toBe(Math.PI);
    free(at);
  });
});
