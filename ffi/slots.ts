// The slot area: the memory in which arguments and results of foreign calls and callbacks wait for each other.
//
// A slot is eight bytes holding the bits of one value, little-endian; what is wider than a slot is held by its address.
// A call takes a frame of consecutive slots: slot 0 of the frame is the result's, slot 1 the first argument's, and so
// on. Frames are nested like the calls themselves: a callback that makes a foreign call puts its frame on top. Machine
// code knows the area by its address, JavaScript through the typed arrays below; a slot's number is its index in the
// 64-bit arrays, twice that in the 32-bit ones.
//
// The first slots are registers of the border: the address to call, and errno as the program sees it.

import { type Address, addressSpace, offsetBy } from './address.ts';
import { ForeignError } from './error.ts';
import { koffi, thisProcess } from './koffi.ts';
import { MAP_ANONYMOUS, MAP_NORESERVE, MAP_PRIVATE, PROT_READ, PROT_WRITE } from './system.x86_64-linux.ts';

const areaBytes = 1 << 20;

const mmap = thisProcess.func('mmap', 'int64_t', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'int64_t']);

function reserve(): Address {
  const at = mmap(0, areaBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at === -1) throw new ForeignError(`cannot reserve ${areaBytes} bytes for foreign calls (errno ${koffi.errno()})`);
  return at;
}

/** Address of slot 0. */
export const slotArea: Address = reserve();

const { buffer } = addressSpace;
const start = addressSpace.offsetOf(slotArea);
export const slotU32: Uint32Array<ArrayBuffer> = new Uint32Array(buffer, start, areaBytes / 4);
export const slotI32: Int32Array<ArrayBuffer> = new Int32Array(buffer, start, areaBytes / 4);
export const slotF32: Float32Array<ArrayBuffer> = new Float32Array(buffer, start, areaBytes / 4);
export const slotF64: Float64Array<ArrayBuffer> = new Float64Array(buffer, start, areaBytes / 8);
export const slotI64: BigInt64Array<ArrayBuffer> = new BigInt64Array(buffer, start, areaBytes / 8);
export const slotU64: BigUint64Array<ArrayBuffer> = new BigUint64Array(buffer, start, areaBytes / 8);

/** Slot that holds the address of the function about to be called. */
export const targetSlot = 0;
/** Slot whose low word is errno. */
export const errnoSlot = 1;

const slotCount = areaBytes / 8;
let top = 2;

/**
 * Opens a frame of `count` slots (result and arguments: 1 + number of arguments). Contents are undefined.
 *
 * @returns the number of its first slot; to be given to closeFrame when the call is over, innermost first
 * @throws ForeignError if callbacks and calls are nested too deep
 */
export function openFrame(count: number): number {
  const base = top;
  if (base + count > slotCount) throw new ForeignError(`foreign calls are nested too deep (${slotCount} slots in use)`);
  top = base + count;
  return base;
}

/** Closes the frame that starts at slot `base`, and every frame opened after it. */
export function closeFrame(base: number): void {
  top = base;
}

/** Address of a slot. */
export function slotAddress(slot: number): Address {
  return offsetBy(slotArea, slot * 8);
}

/** Reads a slot as an address. */
export function addressInSlot(slot: number): Address {
  return (slotU32[2 * slot] + slotU32[2 * slot + 1] * 2 ** 32) as Address;
}

/** Writes an address into a slot. */
export function setSlotAddress(slot: number, address: Address): void {
  slotU32[2 * slot] = address >>> 0;
  slotU32[2 * slot + 1] = address / 2 ** 32;
}

/** errno as the last foreign call left it, or as setErrno did since. */
export function getErrno(): number {
  return slotI32[2 * errnoSlot];
}

/** Sets the errno that the next foreign call starts with. */
export function setErrno(value: number): void {
  slotI32[2 * errnoSlot] = value;
}
