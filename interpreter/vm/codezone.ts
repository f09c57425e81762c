// Where decoded code lies: words of the region between the constants and the stacks.
//
// The loop reads instructions and what call sites know from the same array that holds frames and objects, so it needs no
// JavaScript object to go on with. This file only hands out and takes back stretches of words; retired thunks make way
// for the next ones, by size.

import { STACKS_START } from '../memory/heap.ts';

/** Constants of decoded code come first in the zone above the heap, then code, then the root task's stack. */
export const CONSTANTS_START = STACKS_START >>> 2;
export const CONSTANTS_END = (STACKS_START + 0x0180_0000) >>> 2;
const CODE_START = CONSTANTS_END;
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
