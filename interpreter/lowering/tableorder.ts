// The order in which Julia's lowering walks over a table of symbols.
//
// A function that assigns to its arguments begins by copying them to slots of their own, and these copies come in the
// order of a hash table of Julia's implementation. That order depends on nothing but the names, so it can be had here:
// an open-addressing table of 16 places, doubled when it is full, hashed with MurmurHash3 (x64, 128 bits, by Austin
// Appleby, in the public domain), of which the lowest bits of the first word matter.

import type { Sym } from '../syntax/expr.ts';

const SEED = 0xcafe8881n;
const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;
const times = (a: bigint, b: bigint): bigint => (a * b) & MASK;
const plus = (a: bigint, b: bigint): bigint => (a + b) & MASK;

function finalise(x: bigint): bigint {
  let k = x ^ (x >> 33n);
  k = times(k, 0xff51afd7ed558ccdn);
  k ^= k >> 33n;
  k = times(k, 0xc4ceb9fe1a85ec53n);
  return k ^ (k >> 33n);
}

const mixFirst = (k: bigint): bigint => times(rotate(times(k, C1), 31n), C2);
const mixSecond = (k: bigint): bigint => times(rotate(times(k, C2), 33n), C1);

/** The first word of the 128-bit hash of a name. */
function hash(name: string): bigint {
  const bytes = new TextEncoder().encode(name);
  const word = (from: number, to: number): bigint => {
    let value = 0n;
    for (let i = Math.min(to, bytes.length) - 1; i >= from; i--) value = (value << 8n) | BigInt(bytes[i]);
    return value;
  };
  let h1 = SEED;
  let h2 = SEED;
  let at = 0;
  for (; at + 16 <= bytes.length; at += 16) {
    h1 ^= mixFirst(word(at, at + 8));
    h1 = plus(times(plus(rotate(h1, 27n), h2), 5n), 0x52dce729n);
    h2 ^= mixSecond(word(at + 8, at + 16));
    h2 = plus(times(plus(rotate(h2, 31n), h1), 5n), 0x38495ab5n);
  }
  h2 ^= mixSecond(word(at + 8, at + 16));
  h1 ^= mixFirst(word(at, at + 8));
  const length = BigInt(bytes.length);
  h1 = plus(h1 ^ length, h2 ^ length);
  h2 = plus(h2 ^ length, h1);
  return plus(finalise(h1), finalise(h2));
}

const SYMBOL_SALT = 0xaaaaaaaan;
const FIRST_SIZE = 16;

/** The names, last place of the table first. */
export function tableOrder(names: readonly Sym[]): Sym[] {
  if (names.length < 2) return [...names];
  let places = new Array<Sym | undefined>(FIRST_SIZE).fill(undefined);
  const insert = (name: Sym): boolean => {
    const mask = places.length - 1;
    let at = Number((hash(name.name) ^ SYMBOL_SALT) & BigInt(mask));
    for (let n = 0; n < places.length; n++) {
      if (places[at] === undefined) {
        places[at] = name;
        return true;
      }
      at = (at + 1) & mask;
    }
    return false;
  };
  for (const name of names) {
    while (!insert(name)) {
      const old = places;
      places = new Array<Sym | undefined>(old.length * 2).fill(undefined);
      for (const moved of old) if (moved !== undefined) insert(moved);
    }
  }
  return places.filter((name) => name !== undefined).reverse();
}
