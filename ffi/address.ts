// Raw memory: reading and writing at any address of the process.
//
// An address of user space has 47 bits, so a JavaScript number holds it exactly, and one DataView over the whole of that
// space reaches all of it. The view cannot start at address 0, so it starts at 8, and every access subtracts that.
// Nothing is checked: an address that is not mapped ends the process, as it does in C.
//
// A DataView reads integers in 3 ns but floats in 20 ns when its offsets exceed 32 bits (Node 24), so floats go through
// a pair of words. 64-bit integers exist in two forms: two 32-bit words for the paths that must not allocate, BigInt for
// those that may.
//
// Enters: addresses and numbers. Leaves: numbers. Nothing here knows C types or Julia.

import { koffi, thisProcess } from './koffi.ts';

declare const addressBrand: unique symbol;

/** A virtual address: an integer from 0 up to 2^47, in bytes. */
export type Address = number & { readonly [addressBrand]: 'Address' };

/** The null pointer. */
export const nullAddress = 0 as Address;

/** First address that user space cannot have. */
export const addressLimit = 2 ** 47;

const origin = 8;
const wordRange = 2 ** 32;
const space = new DataView(koffi.view(BigInt(origin), addressLimit - origin));
const spaceBuffer = space.buffer as ArrayBuffer;

/** The whole address space as one buffer, and where an address lies in it: making another view would start a collection. */
export const addressSpace = { buffer: spaceBuffer, offsetOf: (address: number): number => address - origin };

const pair = new Float64Array(1);
const pairWords = new Uint32Array(pair.buffer);
const single = new Float32Array(1);
const singleWord = new Uint32Array(single.buffer);

/**
 * Takes a number or BigInt as an address.
 *
 * @throws RangeError if it is not an integer from 0 up to 2^47 (the addresses above belong to the kernel)
 */
export function toAddress(value: number | bigint): Address {
  const address = Number(value);
  if (!Number.isInteger(address) || address < 0 || address >= addressLimit) {
    throw new RangeError(`${value} is not an address of user space`);
  }
  return address as Address;
}

/** The address `bytes` further on (or back). No check. */
export function offsetBy(address: Address, bytes: number): Address {
  return (address + bytes) as Address;
}

/** The address whose low and high words these are. No check. */
export function addressFromWords(low: number, high: number): Address {
  return ((low >>> 0) + (high >>> 0) * wordRange) as Address;
}

export function lowWord(address: Address): number {
  return address >>> 0;
}

export function highWord(address: Address): number {
  return Math.floor(address / wordRange);
}

export function readU8(at: Address): number {
  return space.getUint8(at - origin);
}
export function readI8(at: Address): number {
  return space.getInt8(at - origin);
}
export function readU16(at: Address): number {
  return space.getUint16(at - origin, true);
}
export function readI16(at: Address): number {
  return space.getInt16(at - origin, true);
}
export function readU32(at: Address): number {
  return space.getUint32(at - origin, true);
}
export function readI32(at: Address): number {
  return space.getInt32(at - origin, true);
}
export function readU64(at: Address): bigint {
  return space.getBigUint64(at - origin, true);
}
export function readI64(at: Address): bigint {
  return space.getBigInt64(at - origin, true);
}
export function readF32(at: Address): number {
  singleWord[0] = space.getUint32(at - origin, true);
  return single[0];
}
export function readF64(at: Address): number {
  pairWords[0] = space.getUint32(at - origin, true);
  pairWords[1] = space.getUint32(at - origin + 4, true);
  return pair[0];
}
/** Reads a pointer. Exact for every address of user space. */
export function readAddress(at: Address): Address {
  return (space.getUint32(at - origin, true) + space.getUint32(at - origin + 4, true) * wordRange) as Address;
}

export function writeU8(at: Address, value: number): void {
  space.setUint8(at - origin, value);
}
export function writeU16(at: Address, value: number): void {
  space.setUint16(at - origin, value, true);
}
export function writeU32(at: Address, value: number): void {
  space.setUint32(at - origin, value, true);
}
/** Writes 64 bits given as two words, each taken modulo 2^32. */
export function writeWords(at: Address, low: number, high: number): void {
  space.setUint32(at - origin, low, true);
  space.setUint32(at - origin + 4, high, true);
}
/** Writes 64 bits, taken modulo 2^64. */
export function writeU64(at: Address, value: bigint): void {
  space.setBigUint64(at - origin, BigInt.asUintN(64, value), true);
}
export function writeF32(at: Address, value: number): void {
  single[0] = value;
  space.setUint32(at - origin, singleWord[0], true);
}
export function writeF64(at: Address, value: number): void {
  pair[0] = value;
  space.setUint32(at - origin, pairWords[0], true);
  space.setUint32(at - origin + 4, pairWords[1], true);
}
export function writeAddress(at: Address, value: Address): void {
  space.setUint32(at - origin, value >>> 0, true);
  space.setUint32(at - origin + 4, Math.floor(value / wordRange), true);
}

/**
 * The bytes from `at` on, as a view: reads and writes go to that memory. Creating one takes about 50 ns.
 * It must not be used once the memory is unmapped.
 */
export function bytesAt(at: Address, length: number): Uint8Array {
  return length === 0 ? new Uint8Array(0) : new Uint8Array(spaceBuffer, at - origin, length);
}

/** Copies `length` bytes; the two ranges may overlap. */
export function copyBytes(to: Address, from: Address, length: number): void {
  if (length <= 0) return;
  new Uint8Array(spaceBuffer, to - origin, length).set(new Uint8Array(spaceBuffer, from - origin, length));
}

/** Sets `length` bytes to `value` (0 to 255). */
export function fillBytes(at: Address, value: number, length: number): void {
  if (length > 0) new Uint8Array(spaceBuffer, at - origin, length).fill(value);
}

/** Number of bytes before the first zero byte. */
export function cStringLength(at: Address): number {
  let length = 0;
  // Short strings are the common case; a search through a view reads no byte past the terminator's page either.
  while (length < 64) {
    if (space.getUint8(at - origin + length) === 0) return length;
    length++;
  }
  for (;;) {
    const here = at + length;
    const untilPageEnd = 4096 - (here % 4096);
    const found = new Uint8Array(spaceBuffer, here - origin, untilPageEnd).indexOf(0);
    if (found >= 0) return length + found;
    length += untilPageEnd;
  }
}

/** A copy of the bytes before the first zero byte. */
export function readCStringBytes(at: Address): Uint8Array {
  return bytesAt(at, cStringLength(at)).slice();
}

/** The text before the first zero byte, decoded as UTF-8 (malformed sequences become U+FFFD). */
export function readCString(at: Address): string {
  const length = cStringLength(at);
  return length === 0 ? '' : Buffer.from(spaceBuffer as ArrayBuffer, at - origin, length).toString('utf8');
}

/**
 * Address of the first byte of a buffer. Valid while the buffer is alive and not detached; small buffers that V8 holds
 * inside its own heap are moved out by the question, so the answer stays good.
 */
export function addressOfBuffer(buffer: ArrayBufferView | ArrayBuffer): Address {
  return toAddress(koffi.address(buffer));
}

const cMalloc = thisProcess.func('malloc', 'uintptr_t', ['size_t']);
const cCalloc = thisProcess.func('calloc', 'uintptr_t', ['size_t', 'size_t']);
const cFree = thisProcess.func('free', 'void', ['uintptr_t']);

/** libc's malloc. @throws RangeError if there is no such memory */
export function malloc(bytes: number): Address {
  return allocated(cMalloc(bytes), bytes);
}

/** libc's calloc of one object: zeroed memory. @throws RangeError if there is no such memory */
export function calloc(bytes: number): Address {
  return allocated(cCalloc(1, bytes), bytes);
}

/** libc's free. */
export function free(address: Address): void {
  cFree(address);
}

/** A malloc'ed copy of `text` in UTF-8, with a zero byte at its end; to be freed by the caller. */
export function mallocCString(text: string): Address {
  const encoded = Buffer.from(text, 'utf8');
  const at = malloc(encoded.length + 1);
  bytesAt(at, encoded.length).set(encoded);
  writeU8(offsetBy(at, encoded.length), 0);
  return at;
}

function allocated(address: number, bytes: number): Address {
  if (address === 0 && bytes !== 0) throw new RangeError(`out of memory: malloc of ${bytes} bytes`);
  return address as Address;
}
