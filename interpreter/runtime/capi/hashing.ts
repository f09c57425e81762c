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

/** The result of the 64-bit operations below: low and high half. In an array, because V8 boxes what module variables hold. */
const half = new Int32Array(2);

/** half := (ah, al) * (bh, bl), modulo 2^64. Parts of 16 bits keep every intermediate result within 32. */
function multiply(ah: number, al: number, bh: number, bl: number): void {
  const a1 = al >>> 16;
  const a0 = al & 0xffff;
  const b1 = bl >>> 16;
  const b0 = bl & 0xffff;
  const first = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const second = (Math.imul(a0, b1) + (first & 0xffff)) | 0;
  const carry = (Math.imul(a1, b1) + (((first >>> 16) + (second >>> 16)) | 0)) | 0;
  half[1] = (((carry + Math.imul(ah, bl)) | 0) + Math.imul(al, bh)) | 0;
  half[0] = Math.imul(al, bl);
}

/** half := (ah, al) + (bh, bl) */
function add(ah: number, al: number, bh: number, bl: number): void {
  const sum = (al + bl) | 0;
  half[1] = (((ah + bh) | 0) + (((al & bl) | ((al | bl) & ~sum)) >>> 31)) | 0;
  half[0] = sum;
}

/** half := (h, l) rotated left by `bits`, which is neither 0 nor 32. */
function rotate(h: number, l: number, bits: number): void {
  const n = bits & 31;
  const hi = bits < 32 ? h : l;
  const lo = bits < 32 ? l : h;
  half[1] = (hi << n) | (lo >>> (32 - n));
  half[0] = (lo << n) | (hi >>> (32 - n));
}

/** The final mixing of one half of the state. */
function finish(h: number, l: number): void {
  multiply(h, l ^ (h >>> 1), 0xff51afd7 | 0, 0xed558ccd | 0);
  multiply(half[1], half[0] ^ (half[1] >>> 1), 0xc4ceb9fe | 0, 0x1a85ec53);
  half[0] ^= half[1] >>> 1;
}

const C1H = 0x87c37b91 | 0;
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
 * MurmurHash3_x64_128 of `length` bytes from `start` on; leaves its second half in `half`. Source: Austin Appleby's
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
    rotate(half[1], half[0], 31);
    multiply(half[1], half[0], C2H, C2L);
    h1h ^= half[1];
    h1l ^= half[0];
    if (rest === 16) {
      rotate(h1h, h1l, 27);
      add(half[1], half[0], h2h, h2l);
      multiply(half[1], half[0], 0, 5);
      add(half[1], half[0], 0, 0x52dce729);
      h1h = half[1];
      h1l = half[0];
    }
    multiply(k2h, k2l, C2H, C2L);
    rotate(half[1], half[0], 33);
    multiply(half[1], half[0], C1H, C1L);
    h2h ^= half[1];
    h2l ^= half[0];
    if (rest === 16) {
      rotate(h2h, h2l, 31);
      add(half[1], half[0], h1h, h1l);
      multiply(half[1], half[0], 0, 5);
      add(half[1], half[0], 0, 0x38495ab5);
      h2h = half[1];
      h2l = half[0];
    }
  }
  h1l ^= length;
  h2l ^= length;
  add(h1h, h1l, h2h, h2l);
  h1h = half[1];
  h1l = half[0];
  add(h2h, h2l, h1h, h1l);
  h2h = half[1];
  h2l = half[0];
  finish(h1h, h1l);
  h1h = half[1];
  h1l = half[0];
  finish(h2h, h2l);
  // h1 += h2; h2 += h1
  h2h = half[1];
  h2l = half[0];
  add(h1h, h1l, h2h, h2l);
  add(half[1], half[0], h2h, h2l);
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
      setSlotBits(result, declared, half[0], half[1]);
    },
  ],
});
