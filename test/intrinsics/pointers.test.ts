// Raw memory: what a program reads and writes through pointers, inside the heap and outside of it.

import { beforeAll, describe, expect, it } from 'vitest';
import { type Address, bytesAt, highWord, lowWord, malloc, toAddress } from '../../ffi/address.ts';
import { findSymbol } from '../../ffi/libraries.ts';
import { REGION_BASE, U8, U32 } from '../../ffi/region.ts';
import { allocate } from '../../interpreter/memory/heap.ts';
import type { Ref } from '../../interpreter/memory/layout.ts';
import { MemoryUInt8Type } from '../../interpreter/memory/wellknown.ts';
import '../../interpreter/runtime/intrinsics/index.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { boxInt64, string } from '../../interpreter/runtime/values.ts';
import { canonicalText, egal } from '../../interpreter/types/index.ts';
import { intrinsics } from '../../interpreter/vm/builtin.ts';
import { setSlot, setSlotBits, setSlotInt64, setSlotReference, slotRef, slotType } from '../../interpreter/vm/slots.ts';
import { parseType, prepareHeap, setArgument, slot } from './heap.ts';

type Argument = { type: string; bits: string } | { symbol: string } | { index: number } | { value: Ref };

beforeAll(prepareHeap);

function call(name: string, address: number, element: string, ...rest: readonly Argument[]): string {
  const at = toAddress(address);
  setSlotBits(slot(1), parseType(`Ptr{${element}}`), lowWord(at), highWord(at));
  rest.forEach((argument, i) => {
    const word = slot(i + 2);
    if ('type' in argument) setArgument(word, argument.type, argument.bits);
    else if ('symbol' in argument) setSlotReference(word, symbol(argument.symbol));
    else if ('index' in argument) setSlotInt64(word, argument.index);
    else setSlot(word, argument.value);
  });
  const words = Int32Array.from({ length: rest.length + 1 }, (_, i) => slot(i + 1));
  try {
    intrinsics.get(name)?.(words, words.length, slot(0));
  } catch (error) {
    if (error instanceof JuliaException) return 'throws';
    throw error;
  }
  return `${canonicalText(slotType(slot(0)))} ${bitsText()}`;
}

function bitsText(): string {
  if (U32[slot(0) + 2] === 0) return 'object';
  return U32[slot(0) + 1] === 0
    ? U32[slot(0)].toString(16)
    : U32[slot(0) + 1].toString(16) + U32[slot(0)].toString(16).padStart(8, '0');
}

/** 64 bytes 1, 2, 3, ... in the heap or from malloc. */
function memory(where: 'heap' | 'malloc'): number {
  if (where === 'heap') {
    const object = allocate(MemoryUInt8Type, 80);
    for (let i = 0; i < 64; i++) U8[object * 8 + i] = i + 1;
    return REGION_BASE + object * 8;
  }
  const at = malloc(64);
  bytesAt(at, 64).set(Uint8Array.from({ length: 64 }, (_, i) => i + 1));
  return at;
}

describe.each(['heap', 'malloc'] as const)('memory of the %s', (where) => {
  const ref = (address: number, element: string, i: number): string =>
    call('pointerref', address, element, { index: i }, { index: 1 });

  it('is read at the element’s width, aligned or not', () => {
    const p = memory(where);
    expect(ref(p, 'UInt8', 3)).toBe('UInt8 3');
    expect(ref(p, 'UInt8', 4)).toBe('UInt8 4');
    expect(ref(p, 'Int16', 2)).toBe('Int16 403');
    expect(ref(p + 1, 'Int16', 2)).toBe('Int16 504');
    expect(ref(p + 1, 'UInt32', 2)).toBe('UInt32 9080706');
    expect(ref(p + 3, 'Int64', 1)).toBe('Int64 b0a090807060504');
    expect(ref(p + 3, 'Float64', 2)).toBe('Float64 131211100f0e0d0c');
    expect(ref(p, 'Bool', 2)).toBe('Bool 0');
    expect(ref(p, 'P24', 2)).toBe('P24 70605');
    expect(ref(p, 'P40', 2)).toBe('P40 d0c0b0a09');
    expect(ref(p, 'Ptr{Nothing}', 1)).toBe('Ptr{Nothing} 807060504030201');
    expect(ref(p, 'Nothing', 1)).toBe('Nothing object');
  });

  it('takes back what is written, and nothing around it changes', () => {
    const p = memory(where);
    const set = (address: number, element: string, bits: string, i: number): string =>
      call('pointerset', address, element, { type: element, bits }, { index: i }, { index: 1 });
    set(p, 'UInt8', 'ff', 2);
    set(p + 3, 'Int32', 'aabbccdd', 1);
    set(p + 16, 'P24', '102030', 1);
    set(p + 33, 'Int64', '1122334455667788', 1);
    expect(Array.from(bytesAt(p as Address, 20))).toEqual([
      1, 255, 3, 0xdd, 0xcc, 0xbb, 0xaa, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0x30, 0x20, 0x10, 20,
    ]);
    expect(Array.from(bytesAt((p + 32) as Address, 10))).toEqual([
      33, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 42,
    ]);
    expect(set(p, 'Int64', '1', 1)).toBe(`Ptr{Int64} ${p.toString(16)}`);
  });

  it('holds references as elements of type Any', () => {
    const p = memory(where);
    const text = string('kept');
    call('pointerset', p, 'Any', { value: text }, { index: 2 }, { index: 8 });
    ref(p, 'Any', 2);
    expect(slotRef(slot(0))).toBe(text);
  });

  it('is swapped and replaced', () => {
    const p = memory(where);
    const int = (bits: string): Argument => ({ type: 'Int64', bits });
    expect(call('atomic_pointerswap', p, 'Int64', int('5'), { symbol: 'acquire' })).toBe('Int64 807060504030201');
    expect(call('atomic_pointerref', p, 'Int64', { symbol: 'monotonic' })).toBe('Int64 5');
    expect(call('atomic_pointerset', p, 'Int64', int('9'), { symbol: 'acquire' })).toBe('throws');
    expect(call('atomic_pointerswap', p, 'Int64', { type: 'UInt8', bits: '1' }, { symbol: 'acquire' })).toBe('throws');
    const orders = [{ symbol: 'monotonic' }, { symbol: 'monotonic' }];
    expect(call('atomic_pointerreplace', p, 'Int64', int('6'), int('7'), ...orders)).toMatch(
      /old, :success|NamedTuple/,
    );
    expect(ref(p, 'Int64', 1)).toBe('Int64 5');
    call('atomic_pointerreplace', p, 'Int64', int('5'), int('7'), ...orders);
    expect(ref(p, 'Int64', 1)).toBe('Int64 7');
    expect(egal(boxInt64(7), slotRef(slot(0)))).toBe(true);
  });
});

describe('cglobal', () => {
  it('finds the symbols of the C library', () => {
    setArgument(slot(1), 'Symbol', 'strlen');
    setArgument(slot(2), 'Type', 'UInt8');
    intrinsics.get('cglobal')?.(Int32Array.of(slot(1), slot(2)), 2, slot(0));
    expect(canonicalText(slotType(slot(0)))).toBe('Ptr{UInt8}');
    expect(U32[slot(0) + 1] * 2 ** 32 + U32[slot(0)]).toBe(findSymbol('strlen', ''));
  });
});
