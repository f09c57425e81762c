// Where decoded code lies: words of the region between the constants and the stacks.
//
// The loop reads instructions and what call sites know from the same array that holds frames and objects, so it needs no
// JavaScript object to go on with. This file only hands out and takes back stretches of words; retired thunks make way
// for the next ones, by size. Three tables lie here as well, in which the loop finds what instructions that see many types
// cannot keep themselves; each is indexed by a hash and says nothing where another entry has taken the place.

import { I32 } from '../../ffi/region.ts';
import { STACKS_START } from '../memory/heap.ts';

/** Constants of decoded code come first in the zone above the heap, then code, then the root task's stack. */
export const CONSTANTS_START = STACKS_START >>> 2;
export const CONSTANTS_END = (STACKS_START + 0x0180_0000) >>> 2;
const TABLE_ENTRIES = 4096;
/** Arrays whose elements can be accessed directly: [array type, or negated Memory type, bytes per element, element type or 0 for references, storable type]. */
export const ARRAY_TABLE = CONSTANTS_END;
/** Fields at fixed places: [type, what asks for it, byte offset, type of the field or 0 for a reference]. */
export const FIELD_TABLE = ARRAY_TABLE + 4 * TABLE_ENTRIES;
/** What builtins answered about types: see typememo.ts. */
export const MEMO_TABLE = FIELD_TABLE + 4 * TABLE_ENTRIES;
/** Words of an entry of MEMO_TABLE. */
export const MEMO_WORDS = 8;
const MEMO_END = MEMO_TABLE + MEMO_WORDS * TABLE_ENTRIES;
const CODE_START = MEMO_END;
const CODE_END = (STACKS_START + 0x0400_0000) >>> 2;
/** First word of the root task's stack. */
export const CODE_ZONE_END = CODE_END;

let next = CODE_START;
/** Stretches that were taken back, by their length. */
const free = new Map<number, number[]>();

const roundUp = (words: number): number => (words <= 64 ? (words + 7) & ~7 : (words + 63) & ~63);

/** A stretch of at least `words` words; what is in it is left over from earlier. */
export function takeWords(words: number): number {
  const length = roundUp(words);
  const reused = free.get(length)?.pop();
  if (reused !== undefined) return reused;
  if (next + length > CODE_END) throw new Error('too much decoded code');
  const start = next;
  next += length;
  return start;
}

/** Takes back what `takeWords(words)` gave. */
export function giveBackWords(start: number, words: number): void {
  const length = roundUp(words);
  const list = free.get(length);
  if (list === undefined) free.set(length, [start]);
  else list.push(start);
}

/** The place of an entry in ARRAY_TABLE or FIELD_TABLE, by a hash: four words for each of 4096 values. */
export const tablePlace = (hash: number): number => (hash & (TABLE_ENTRIES - 1)) << 2;

/** Enters what direct accesses to the elements of arrays of a type need; `storable` is the type of references, or 0. */
export function enterArray(type: number, isMemory: boolean, size: number, element: number, storable: number): void {
  const at = ARRAY_TABLE + tablePlace(type);
  I32[at] = isMemory ? -type : type;
  I32[at + 1] = size;
  I32[at + 2] = element;
  I32[at + 3] = storable;
}

/** Enters where a field lies, -1 if nowhere fixed. `key` says what asks: the operand of its name or getter, its symbol. */
export function enterField(type: number, key: number, offset: number, field: number): void {
  const at = FIELD_TABLE + tablePlace(type ^ key);
  I32[at] = type;
  I32[at + 1] = key;
  I32[at + 2] = offset;
  I32[at + 3] = field;
}

/** Forgets all fields: a method that only read one may have been replaced. */
export function forgetFields(): void {
  I32.fill(0, FIELD_TABLE, FIELD_TABLE + 4 * TABLE_ENTRIES);
}

/** The place of an entry in MEMO_TABLE, by a hash. */
export const memoPlace = (hash: number): number => MEMO_TABLE + (hash & (TABLE_ENTRIES - 1)) * MEMO_WORDS;

/** Forgets all tables: types may be collected. */
export function forgetTables(): void {
  I32.fill(0, MEMO_TABLE, MEMO_END);
  I32.fill(0, ARRAY_TABLE, ARRAY_TABLE + 4 * TABLE_ENTRIES);
  forgetFields();
}
