// Hashes of bytes that the library asks the runtime for.
//
// Strings hash by MurmurHash3 (128 bits, x64 variant), of which Julia keeps the second half; the order in which a Dict
// with string keys is printed depends on it. 64-bit arithmetic is done on halves of 32 bits: hashing is a hot path, and
// BigInt is not for those.

import { bytesAt, toAddress } from '../../../ffi/address.ts';
import { I32, REGION_HIGH, U32 } from '../../../ffi/region.ts';
import { setSlotBits } from '../../vm/slots.ts';
import { intOf, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

const { imul } = Math;

/** Its second half is the hash: low and high word. In an array, because V8 boxes what module variables hold. */
const hash = new Int32Array(2);

/** The high half of the product of two 32-bit words. Parts of 16 bits keep every intermediate result within 32. */
function multiplyHigh(a: number, b: number): number {
  const a1 = a >>> 16;
  const a0 = a & 0xffff;
  const b1 = b >>> 16;
  const b0 = b & 0xffff;
  const first = (imul(a1, b0) + (imul(a0, b0) >>> 16)) | 0;
  const second = (imul(a0, b1) + (first & 0xffff)) | 0;
  return (imul(a1, b1) + (((first >>> 16) + (second >>> 16)) | 0)) | 0;
}

/** The high half of the product of two 64-bit numbers, modulo 2^64; the low one is that of their low halves. */
const productHigh = (ah: number, al: number, bh: number, bl: number): number =>
  (((multiplyHigh(al, bl) + imul(ah, bl)) | 0) + imul(al, bh)) | 0;

/** What a sum of low halves carries into the high ones. */
const carryOf = (a: number, b: number): number => ((a & b) | ((a | b) & ~((a + b) | 0))) >>> 31;

const C1H = 0x87c37b91 | 0;
const C1L = 0x114253d5;
const C2H = 0x4cf5ad43;
const C2L = 0x2745937f;
const F1H = 0xff51afd7 | 0;
const F1L = 0xed558ccd | 0;
const F2H = 0xc4ceb9fe | 0;
const F2L = 0x1a85ec53;

/**
 * MurmurHash3_x64_128 of `length` bytes, the first of which is byte `start` of `words` and the first of a word; leaves its
 * second half in `hash`. Source: Austin Appleby's description of the algorithm, which is in the public domain.
 */
function murmur(words: Int32Array, start: number, length: number, seed: number): void {
  let h1h = 0;
  let h1l = seed | 0;
  let h2h = 0;
  let h2l = seed | 0;
  let at = start >>> 2;
  let left = length;
  for (; left > 0; at += 4, left -= 16) {
    // Bytes of the last words that lie behind the end count as zero. Zero words leave the state as it is.
    const k1l = left >= 4 ? words[at] : words[at] & ((1 << (left << 3)) - 1);
    const k1h = left >= 8 ? words[at + 1] : left > 4 ? words[at + 1] & ((1 << ((left - 4) << 3)) - 1) : 0;
    let h = productHigh(k1h, k1l, C1H, C1L);
    let l = imul(k1l, C1L);
    // A rotation by 31.
    let high = (h << 31) | (l >>> 1);
    let low = (l << 31) | (h >>> 1);
    h1h ^= productHigh(high, low, C2H, C2L);
    h1l ^= imul(low, C2L);
    if (left > 8) {
      const k2l = left >= 12 ? words[at + 2] : words[at + 2] & ((1 << ((left - 8) << 3)) - 1);
      const k2h = left >= 16 ? words[at + 3] : left > 12 ? words[at + 3] & ((1 << ((left - 12) << 3)) - 1) : 0;
      h = productHigh(k2h, k2l, C2H, C2L);
      l = imul(k2l, C2L);
      // By 33.
      high = (l << 1) | (h >>> 31);
      low = (h << 1) | (l >>> 31);
      h = productHigh(high, low, C1H, C1L);
      l = imul(low, C1L);
      if (left < 16) {
        h2h ^= h;
        h2l ^= l;
      } else {
        // By 27, plus the other half, times 5, plus a constant.
        high = (h1h << 27) | (h1l >>> 5);
        low = (h1l << 27) | (h1h >>> 5);
        h1h = (high + h2h + carryOf(low, h2l)) | 0;
        h1l = (low + h2l) | 0;
        high = (multiplyHigh(h1l, 5) + imul(h1h, 5)) | 0;
        low = imul(h1l, 5);
        h1h = (high + carryOf(low, 0x52dce729)) | 0;
        h1l = (low + 0x52dce729) | 0;
        h ^= h2h;
        l ^= h2l;
        // By 31.
        high = (h << 31) | (l >>> 1);
        low = (l << 31) | (h >>> 1);
        h2h = (high + h1h + carryOf(low, h1l)) | 0;
        h2l = (low + h1l) | 0;
        high = (multiplyHigh(h2l, 5) + imul(h2h, 5)) | 0;
        low = imul(h2l, 5);
        h2h = (high + carryOf(low, 0x38495ab5)) | 0;
        h2l = (low + 0x38495ab5) | 0;
      }
    }
  }
  h1l ^= length;
  h2l ^= length;
  h1h = (h1h + h2h + carryOf(h1l, h2l)) | 0;
  h1l = (h1l + h2l) | 0;
  h2h = (h2h + h1h + carryOf(h2l, h1l)) | 0;
  h2l = (h2l + h1l) | 0;
  // The final mixing of either half.
  h1l ^= h1h >>> 1;
  h1h = productHigh(h1h, h1l, F1H, F1L);
  h1l = imul(h1l, F1L) ^ (h1h >>> 1);
  h1h = productHigh(h1h, h1l, F2H, F2L);
  h1l = imul(h1l, F2L) ^ (h1h >>> 1);
  h2l ^= h2h >>> 1;
  h2h = productHigh(h2h, h2l, F1H, F1L);
  h2l = imul(h2l, F1L) ^ (h2h >>> 1);
  h2h = productHigh(h2h, h2l, F2H, F2L);
  h2l = imul(h2l, F2L) ^ (h2h >>> 1);
  h1h = (h1h + h2h + carryOf(h1l, h2l)) | 0;
  h1l = (h1l + h2l) | 0;
  hash[1] = (h2h + h1h + carryOf(h2l, h1l)) | 0;
  hash[0] = (h2l + h1l) | 0;
}

/** The same for bytes that lie anywhere: a copy of them begins with a word. */
function murmurOfCopy(bytes: Uint8Array, seed: number): void {
  const copy = new Int32Array((bytes.length + 3) >>> 2);
  new Uint8Array(copy.buffer).set(bytes);
  murmur(copy, 0, bytes.length, seed);
}

defineRuntimeFunctions({
  memhash_seed: [
    'uint64_t (const char *, size_t, uint32_t)',
    (args, _n, result, declared) => {
      const pointer = args[0];
      const size = args[1];
      // Strings lie in the region, on words of their own.
      if (U32[pointer + 2] !== 0 && U32[pointer + 1] === REGION_HIGH && (U32[pointer] & 3) === 0 && U32[size + 1] === 0)
        murmur(I32, U32[pointer], wordOf(size), intOf(args[2]));
      else murmurOfCopy(bytesAt(toAddress(wordOf(pointer)), wordOf(size)), intOf(args[2]));
      setSlotBits(result, declared, hash[0], hash[1]);
    },
  ],
});
