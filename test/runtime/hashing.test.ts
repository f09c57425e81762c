// Hashes of strings: MurmurHash3 as Julia seeds it, of texts of every length, wherever they lie.

import { describe, expect, it } from 'vitest';
import { answer } from './session.ts';

const cut = (n: bigint): bigint => BigInt.asUintN(64, n);
const rotate = (n: bigint, by: bigint): bigint => cut((n << by) | (n >> (64n - by)));

function finish(start: bigint): bigint {
  let k = start;
  k ^= k >> 33n;
  k = cut(k * 0xff51afd7ed558ccdn);
  k ^= k >> 33n;
  k = cut(k * 0xc4ceb9fe1a85ec53n);
  return k ^ (k >> 33n);
}

/** The second half of the 128-bit hash, by the definition. */
function murmur(bytes: readonly number[], seed: bigint): bigint {
  const c1 = 0x87c37b91114253d5n;
  const c2 = 0x4cf5ad432745937fn;
  let h1 = seed;
  let h2 = seed;
  const word = (at: number): bigint => {
    let value = 0n;
    for (let i = Math.min(at + 8, bytes.length) - 1; i >= at; i--) value = (value << 8n) | BigInt(bytes[i]);
    return value;
  };
  for (let at = 0; at < bytes.length; at += 16) {
    const isWhole = at + 16 <= bytes.length;
    h1 ^= cut(rotate(cut(word(at) * c1), 31n) * c2);
    if (isWhole) h1 = cut(cut(rotate(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= cut(rotate(cut(word(at + 8) * c2), 33n) * c1);
    if (isWhole) h2 = cut(cut(rotate(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = cut(h1 + h2);
  h2 = cut(h2 + h1);
  return cut(finish(h1) + 2n * finish(h2));
}

const byte = (i: number, n: number): number => (i * 7 + n * 13 + (i % 3) * 91) % 256;
const bytesOf = (n: number): number[] => Array.from({ length: n }, (_, i) => byte(i, n));
const lengths = Array.from({ length: 70 }, (_, n) => n);

describe('hashes of strings', { timeout: 300_000 }, () => {
  it('are those of Julia for every length and seed', () => {
    const program = `text(n) = String(UInt8[(i * 7 + n * 13 + (i % 3) * 91) % 256 for i in 0:n-1])
      join(vcat([hash(text(n)) for n in 0:69], [hash(text(n), 0xfedcba9876543210) for n in 0:69]), ' ')`;
    const add = 0x71e729fd56419c81n;
    const seeded = (n: number, h: bigint): bigint => {
      const seed = cut(h + add);
      return cut(murmur(bytesOf(n), seed & 0xffffffffn) + seed);
    };
    const expected = [...lengths.map((n) => seeded(n, 0n)), ...lengths.map((n) => seeded(n, 0xfedcba9876543210n))];
    expect(answer(program)).toBe(`"${expected.join(' ')}"`);
  });
  it('do not depend on where the bytes lie', () => {
    const program = `memhash(p, n) = ccall(:memhash_seed, UInt64, (Ptr{UInt8}, Csize_t, UInt32), p, n, 0x9abcdef0)
      function everywhere(n)
        bytes = UInt8[(i * 7 + n * 13 + (i % 3) * 91) % 256 for i in 0:n-1]
        there = fill(0xff, n + 16)
        outside = Libc.malloc(n + 16)
        all = Set{UInt64}()
        GC.@preserve there begin
          for at in 0:7, p in (pointer(there), Ptr{UInt8}(outside))
            unsafe_copyto!(p + at, pointer(bytes), n)
            push!(all, memhash(p + at, n))
          end
        end
        Libc.free(outside)
        only(all)
      end
      join([everywhere(n) for n in 0:69], ' ')`;
    const expected = lengths.map((n) => murmur(bytesOf(n), 0x9abcdef0n));
    expect(answer(program)).toBe(`"${expected.join(' ')}"`);
  });
});
