// The region: 4 GiB of reserved address space at a fixed place, in which everything that Julia code can see lives.
//
// C, compiled code and JavaScript must see the same bytes, and a saved heap must be usable in another process without
// touching it. Both follow from one decision: the region starts at the same address in every process. JavaScript sees
// it through typed arrays, so that an access is one machine instruction and an index check; C and compiled code see
// ordinary addresses. Nothing is committed until it is touched (MAP_NORESERVE). The space right behind it is taken at the
// same time, for compiled code: later somebody else's memory could lie there.
//
// Enters: nothing. Leaves: the typed arrays and the arithmetic between addresses and indices. What the bytes mean is
// decided above, in interpreter/memory.

import { addressSpace } from './address.ts';
import { koffi } from './koffi.ts';

/**
 * Address of the region's first byte. V8 asks for memory at random addresses below 2^46; the kernel puts programs, libraries
 * and stacks above 0x5500_0000_0000. What lies between is nobody's.
 */
export const REGION_BASE = 0x4800_0000_0000;
/** Length of the region in bytes; never more, since a 32-bit offset names every byte of it. */
export const REGION_BYTES = 2 ** 32;
/** High word of every address in the region. */
export const REGION_HIGH = 0x4800;

/** Where compiled code is loaded, out of anybody's reach until then: address of the first byte. */
export const CODE_BASE = REGION_BASE + REGION_BYTES;
/** So that all loaded code reaches all other by a 32-bit displacement. */
export const CODE_BYTES = 2 ** 30;

const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE = 0x2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_FIXED_NOREPLACE = 0x100000;

const libc = koffi.load('libc.so.6');
const mmap = libc.func('mmap', 'int64_t', ['int64_t', 'size_t', 'int', 'int', 'int', 'int64_t']);

function reserve(what: string, base: number, bytes: number, protection: number): void {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  const got = Number(mmap(base, bytes, protection, flags, -1, 0));
  if (got !== base) {
    throw new Error(
      `cannot reserve ${what}: mmap of ${bytes / 2 ** 30} GiB at 0x${base.toString(16)} failed (errno ${koffi.errno()}); ` +
        'is the address space limited (ulimit -v), or the address taken?',
    );
  }
}

reserve('the heap', REGION_BASE, REGION_BYTES, PROT_READ_WRITE);
reserve('room for code', CODE_BASE, CODE_BYTES, PROT_NONE);

const { buffer } = addressSpace;
const start = addressSpace.offsetOf(REGION_BASE);

export const U8: Uint8Array<ArrayBuffer> = new Uint8Array(buffer, start, REGION_BYTES);
export const U16: Uint16Array<ArrayBuffer> = new Uint16Array(buffer, start, REGION_BYTES / 2);
export const I32: Int32Array<ArrayBuffer> = new Int32Array(buffer, start, REGION_BYTES / 4);
export const U32: Uint32Array<ArrayBuffer> = new Uint32Array(buffer, start, REGION_BYTES / 4);
export const F32: Float32Array<ArrayBuffer> = new Float32Array(buffer, start, REGION_BYTES / 4);
export const F64: Float64Array<ArrayBuffer> = new Float64Array(buffer, start, REGION_BYTES / 8);
export const I64: BigInt64Array<ArrayBuffer> = new BigInt64Array(buffer, start, REGION_BYTES / 8);
export const U64: BigUint64Array<ArrayBuffer> = new BigUint64Array(buffer, start, REGION_BYTES / 8);

/**
 * Maps `bytes` bytes of an open file, from byte `from` of it on (a multiple of the page size), over the start of the
 * region, copy-on-write.
 *
 * @throws Error if the kernel refuses; the region's contents are then undefined and the process must not go on
 */
export function mapFileOverRegion(fd: number, bytes: number, from = 0): void {
  const got = Number(mmap(REGION_BASE, bytes, PROT_READ_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd, from));
  if (got !== REGION_BASE) throw new Error(`cannot map the heap's snapshot (errno ${koffi.errno()})`);
}
