// Hashes of bytes that the library asks the runtime for.
//
// Strings hash by MurmurHash3 (128 bits, x64 variant), of which Julia keeps the second half; the order in which a Dict
// with string keys is printed depends on it. 64-bit arithmetic is done on halves of 32 bits: hashing is a hot path, and
// BigInt is not for those.

import { bytesAt, toAddress } from '../../../ffi/address.ts';
import { REGION_BASE, REGION_BYTES, U8 } from '../../../ffi/region.ts';
import { setSlotBits } from '../../vm/slots.ts';
import { intOf, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

// The result of the 64-bit operations below: high and low half.
let high = 0;
let low = 0;

/** (high, low) := (ah, al) * (bh, bl), modulo 2^64. */
function multiply(ah: number, al: number, bh: number, bl: number): void {
  const a1 = al >>> 16;
  const a0 = al & 0xffff;
  const b1 = bl >>> 16;
  const b0 = bl & 0xffff;
  const middle = a1 * b0 + Math.floor((a0 * b0) / 0x10000);
  const other = a0 * b1 + (middle % 0x10000);
  const carry = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000);
  high = (carry + Math.imul(ah, bl) + Math.imul(al, bh)) | 0;
  low = Math.imul(al, bl);
}

/** (high, low) := (ah, al) + (bh, bl) */
function add(ah: number, al: number, bh: number, bl: number): void {
  const sum = (al >>> 0) + (bl >>> 0);
  low = sum | 0;
  high = (ah + bh + (sum > 0xffffffff ? 1 : 0)) | 0;
}

/** (high, low) rotated left by `bits`, which is neither 0 nor 32. */
function rotate(h: number, l: number, bits: number): void {
  const n = bits & 31;
  const hi = bits < 32 ? h : l;
  const lo = bits < 32 ? l : h;
  high = (hi << n) | (lo >>> (32 - n));
  low = (lo << n) | (hi >>> (32 - n));
}

/** The final mixing of one half of the state. */
function finish(h: number, l: number): void {
  multiply(h, l ^ (h >>> 1), 0xff51afd7, 0xed558ccd);
  multiply(high, low ^ (high >>> 1), 0xc4ceb9fe, 0x1a85ec53);
  low ^= high >>> 1;
}

const C1H = 0x87c37b91;
const C1L = 0x114253d5;
const C2H = 0x4cf5ad43;
const C2L = 0x2745937f;

/** The bytes at `at` as a little-endian word, as many as `count` of them. */
function word(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value |= bytes[at + i] << (8 * i);
  return value;
}

/**
 * MurmurHash3_x64_128 of `length` bytes from `start` on; leaves its second half in (high, low). Source: Austin Appleby's
 * description of the algorithm, which is in the public domain.
 */
function murmur(bytes: Uint8Array, start: number, length: number, seed: number): void {
  let h1h = 0;
  let h1l = seed | 0;
  let h2h = 0;
  let h2l = seed | 0;
  const blocks = length >>> 4;
  for (let i = 0, at = start; i <= blocks; i++, at += 16) {
    const rest = i < blocks ? 16 : length & 15;
    const k1l = word(bytes, at, Math.min(4, rest));
    const k1h = word(bytes, at + 4, Math.min(4, Math.max(0, rest - 4)));
    const k2l = word(bytes, at + 8, Math.min(4, Math.max(0, rest - 8)));
    const k2h = word(bytes, at + 12, Math.min(4, Math.max(0, rest - 12)));
    // In the last, incomplete block only the two words are mixed in; zero words leave the state as it is.
    multiply(k1h, k1l, C1H, C1L);
    rotate(high, low, 31);
    multiply(high, low, C2H, C2L);
    h1h ^= high;
    h1l ^= low;
    if (rest === 16) {
      rotate(h1h, h1l, 27);
      add(high, low, h2h, h2l);
      multiply(high, low, 0, 5);
      add(high, low, 0, 0x52dce729);
      h1h = high;
      h1l = low;
    }
    multiply(k2h, k2l, C2H, C2L);
    rotate(high, low, 33);
    multiply(high, low, C1H, C1L);
    h2h ^= high;
    h2l ^= low;
    if (rest === 16) {
      rotate(h2h, h2l, 31);
      add(high, low, h1h, h1l);
      multiply(high, low, 0, 5);
      add(high, low, 0, 0x38495ab5);
      h2h = high;
      h2l = low;
    }
  }
  h1l ^= length;
  h2l ^= length;
  add(h1h, h1l, h2h, h2l);
  h1h = high;
  h1l = low;
  add(h2h, h2l, h1h, h1l);
  h2h = high;
  h2l = low;
  finish(h1h, h1l);
  h1h = high;
  h1l = low;
  finish(h2h, h2l);
  // h1 += h2; h2 += h1
  h2h = high;
  h2l = low;
  add(h1h, h1l, h2h, h2l);
  add(high, low, h2h, h2l);
}

defineRuntimeFunctions({
  memhash_seed: [
    'uint64_t (const char *, size_t, uint32_t)',
    (args, _n, result, declared) => {
      const pointer = wordOf(args[0]);
      const length = wordOf(args[1]);
      const offset = pointer - REGION_BASE;
      if (offset >= 0 && offset < REGION_BYTES) murmur(U8, offset, length, intOf(args[2]));
      else murmur(bytesAt(toAddress(pointer), length), 0, length, intOf(args[2]));
      setSlotBits(result, declared, low >>> 0, high >>> 0);
    },
  ],
});
