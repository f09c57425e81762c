// C calling back: sorting with libc, exceptions, nesting, lifetime.

import { describe, expect, it } from 'vitest';
import { type Address, malloc, nullAddress, offsetBy, readI32, writeU32 } from '../../ffi/address.ts';
import {
  callbackAt,
  isExceptionPending,
  registerCallback,
  releaseCallback,
  takePendingException,
} from '../../ffi/callback.ts';
import { cDouble, cInt32, cPointer, cUInt64, cVoid } from '../../ffi/ctype.ts';
import { ForeignError, ForeignTypeError } from '../../ffi/error.ts';
import { findSymbol } from '../../ffi/libraries.ts';
import { planFor } from '../../ffi/plan.ts';
import { addressInSlot, getErrno, setErrno, slotF64, slotI32 } from '../../ffi/slots.ts';
import { callWith } from '../../ffi/values.ts';

const comparison = { result: cInt32, args: [cPointer, cPointer] };
const qsort = planFor(
  findSymbol('qsort', ''),
  { result: cVoid, args: [cPointer, cUInt64, cUInt64, cPointer] },
  'qsort',
  '',
);

function intArray(values: readonly number[]): Address {
  const at = malloc(4 * values.length);
  values.forEach((value, i) => {
    writeU32(offsetBy(at, 4 * i), value);
  });
  return at;
}

function contents(at: Address, length: number): number[] {
  return Array.from({ length }, (_, i) => readI32(offsetBy(at, 4 * i)));
}

function ascending(base: number): void {
  slotI32[2 * base] = readI32(addressInSlot(base + 1)) - readI32(addressInSlot(base + 2));
}

function sort(values: readonly number[], compare: (base: number) => void): number[] {
  const at = intArray(values);
  const callback = registerCallback(comparison, compare, 'compare');
  callWith(qsort, at, BigInt(values.length), 4n, callback.address);
  releaseCallback(callback);
  return contents(at, values.length);
}

describe('callbacks', () => {
  it('sort with qsort', () => {
    expect(sort([5, -3, 9, 0, -3, 2_000_000], ascending)).toEqual([-3, -3, 0, 5, 9, 2_000_000]);
  });

  it('may call C, which may call back again', () => {
    const sorted: number[][] = [];
    const outer = sort([2, 1, 3], (base) => {
      if (sorted.length < 3) {
        sorted.push(
          sort([3, 1, 2], (inner) => {
            sort([2, 1], ascending);
            ascending(inner);
          }),
        );
      }
      ascending(base);
    });
    expect(outer).toEqual([1, 2, 3]);
    expect(sorted.length).toBeGreaterThan(1);
    for (const inner of sorted) expect(inner).toEqual([1, 2, 3]);
  });

  it('that throw let C finish with zeros, run no more, and hand the exception over once', () => {
    let runs = 0;
    sort([3, 2, 1, 0], () => {
      runs++;
      throw new RangeError('no order');
    });
    expect(isExceptionPending()).toBe(true);
    expect(runs).toBe(1);
    expect(takePendingException()?.error).toEqual(new RangeError('no order'));
    expect(takePendingException()).toBeUndefined();
    expect(sort([2, 1], ascending)).toEqual([1, 2]);
  });

  it('keep exceptions of nested calls apart', () => {
    const caught: unknown[] = [];
    const result = sort([2, 1], (base) => {
      sort([2, 1], () => {
        throw 'inner';
      });
      caught.push(takePendingException()?.error);
      ascending(base);
    });
    expect(caught).toEqual(['inner']);
    expect(result).toEqual([1, 2]);
    expect(isExceptionPending()).toBe(false);
  });

  it('answer zero once released, with an error that says so', () => {
    const callback = registerCallback(comparison, ascending, 'compare');
    expect(callbackAt(callback.address)).toBe(callback);
    releaseCallback(callback);
    releaseCallback(callback);
    expect(callbackAt(callback.address)).toBeUndefined();
    callWith(planFor(callback.address, comparison, 'compare', ''), nullAddress, nullAddress);
    expect(takePendingException()?.error).toBeInstanceOf(ForeignError);
  });

  it('see errno as C left it, and C sees what they leave', () => {
    const seen: number[] = [];
    setErrno(7);
    sort([2, 1], (base) => {
      seen.push(getErrno());
      setErrno(11);
      ascending(base);
    });
    expect(seen[0]).toBe(7);
    expect(getErrno()).toBe(11);
  });

  it('are more than koffi would register', () => {
    const signature = { result: cDouble, args: [cDouble] };
    const many = Array.from({ length: 10_000 }, (_, i) =>
      registerCallback(signature, (base) => (slotF64[base] = slotF64[base + 1] + i), `add ${i}`),
    );
    const last = many[9_999];
    expect(callWith(planFor(last.address, signature, 'add', ''), 0.5)).toBe(9999.5);
    for (const callback of many) releaseCallback(callback);
  });

  it('cannot be variadic', () => {
    expect(() => registerCallback({ result: cInt32, args: [cPointer], fixed: 1 }, ascending, 'v')).toThrow(
      ForeignTypeError,
    );
  });

  it('nested without end are stopped by an error, not by a crash', () => {
    const signature = { result: cInt32, args: [cPointer] };
    let depth = 0;
    const callback = registerCallback(
      signature,
      (base) => {
        depth++;
        callWith(planFor(callback.address, signature, 'deeper', ''), addressInSlot(base + 1));
        const thrown = takePendingException();
        if (thrown !== undefined) throw thrown.error;
      },
      'deeper',
    );
    callWith(planFor(callback.address, signature, 'deeper', ''), nullAddress);
    expect(takePendingException()?.error).toBeInstanceOf(Error);
    expect(depth).toBeGreaterThan(100);
    expect(sort([2, 1], ascending)).toEqual([1, 2]);
  });
});
