// The allocator.
//
// Objects of up to 2032 bytes come from pages of 16 KiB that hold cells of one size each; a cell is the header word and
// the object, a multiple of 16 bytes. Allocation pops the class's free list, or bumps through its current page, or
// takes a new page. Larger objects get whole pages of their own. Each page has a 4-byte descriptor in the page table,
// so that the collector can find every object of the heap, and tell from an address which object it is in.
//
//   page descriptor   0                      free
//                     1 | units << 12        a page of cells (units: cell size in 16 bytes)
//                     2 | pages << 8         first page of a large object (pages: how many)
//                     3                      a further page of a large object
//
// A free cell has a zero header and, behind it, the offset of the next free cell of its class.
//
// All state is in the heap (state.ts): compiled code allocates by the same rules, a snapshot needs nothing else.
// Memory handed out is zeroed: fresh pages are, and freed cells are cleared when they are reused.
//
// The allocator never collects. It counts the bytes; the VM's safepoints ask `collectionDue()`.

import { I32, REGION_BYTES, REGION_HIGH, U32 } from '../../ffi/region.ts';
import type { Ref } from './layout.ts';
import { STATE_OFFSET, State, setStateU32, stateU32 } from './state.ts';

export const PAGE_BYTES = 1 << 14;
export const PAGE_SHIFT = 14;
/** Cells larger than this live in pages of their own. */
export const MAX_CELL_BYTES = 2048;

/** Byte offset of the page table: 4 bytes for each 16 KiB page of the region. */
export const PAGE_TABLE = 0x100000;
/** Byte offset of the first page that the allocator hands out; below are state, well-known objects, the table. */
export const HEAP_START = 0x200000;
/** Byte offset where the heap ends and the zone of the stacks begins. */
export const HEAP_END = 0xf000_0000;
/** The zone of the VM's stacks, at the top of the region. */
export const STACKS_START = HEAP_END;
export const STACKS_END = REGION_BYTES;

export const PageKind = { free: 0, cells: 1, large: 2, further: 3 } as const;

const FREE = (STATE_OFFSET + State.free_lists) >> 2;
const BUMP = (STATE_OFFSET + State.bump) >> 2;
const BUDGET = (STATE_OFFSET + State.allocation_budget) >> 2;

/** Thrown when the region is full; the VM turns it into Julia's OutOfMemoryError. */
export class OutOfRegion extends Error {
  constructor(bytes: number) {
    super(`the heap is full: ${bytes} bytes more do not fit`);
  }
}

let allocationListener: ((type: Ref, bytes: number) => void) | null = null;
/** Installs who hears of every allocation made from here, or nobody; the hook interface of the VM does. */
export function setAllocationListener(listener: typeof allocationListener): void {
  allocationListener = listener;
}

let outOfMemory: (bytes: number) => never = (bytes) => {
  throw new OutOfRegion(bytes);
};

/** What is held back until an allocation has failed: whoever catches that can say so. */
const RESERVE_BYTES = 16 << 20;
let limit = HEAP_END - RESERVE_BYTES;
export function closeReserve(): void {
  limit = HEAP_END - RESERVE_BYTES;
}

/** Installs what happens when the region is full. */
export function setOutOfMemoryHandler(handler: (bytes: number) => never): void {
  outOfMemory = handler;
}

/** Prepares an empty heap; not for a process that maps a snapshot. */
export function initializeHeap(): void {
  setStateU32(State.pages_top, HEAP_START >>> PAGE_SHIFT);
  setAllocationBudget(0x7fff_ffff);
}

export function pageDescriptor(page: number): number {
  return U32[(PAGE_TABLE >> 2) + page];
}

export function setPageDescriptor(page: number, descriptor: number): void {
  U32[(PAGE_TABLE >> 2) + page] = descriptor;
}

/** Takes `count` pages in a row; returns the first one's number. First fit among the freed, else fresh ones. */
function takePages(count: number, bytes: number): number {
  const top = stateU32(State.pages_top);
  if (freedPages >= count) {
    const first = findFreed(count, nextFreed, top) || findFreed(count, HEAP_START >>> PAGE_SHIFT, top);
    if (first !== 0) {
      freedPages -= count;
      nextFreed = first + count;
      U32.fill(0, (first * PAGE_BYTES) / 4, ((first + count) * PAGE_BYTES) / 4);
      return first;
    }
  }
  if ((top + count) * PAGE_BYTES > limit) {
    limit = HEAP_END;
    // Whoever catches the exception finds room if there is any.
    setAllocationBudget(-1);
    return outOfMemory(bytes);
  }
  setStateU32(State.pages_top, top + count);
  return top;
}

/** The first of `count` free pages in a row at or behind `from`, 0 if there are none. */
function findFreed(count: number, from: number, top: number): number {
  let run = 0;
  for (let page = from; page < top; page++) {
    run = pageDescriptor(page) === 0 ? run + 1 : 0;
    if (run === count) return page - count + 1;
  }
  return 0;
}

/** Where the search for freed pages goes on: behind those that were taken last. */
let nextFreed = HEAP_START >>> PAGE_SHIFT;

/** Pages the collector has freed and nobody has taken yet: a cache of what the page table says. */
let freedPages = 0;

/** Tells the allocator that the collector has freed `count` pages (their descriptors are 0 already). */
export function noteFreedPages(count: number): void {
  freedPages += count;
  nextFreed = HEAP_START >>> PAGE_SHIFT;
}

/**
 * Allocates an object of `bytes` bytes (without header), zeroed, with its header set.
 *
 * @throws OutOfRegion (by default) when the region is full
 */
export function allocate(type: Ref, bytes: number): Ref {
  const units = (bytes + 23) >>> 4; // header and rounding, in 16-byte units
  let object: number;
  if (units <= MAX_CELL_BYTES >> 4) {
    I32[BUDGET] = (I32[BUDGET] - (units << 4)) | 0;
    const cell = U32[FREE + units];
    if (cell !== 0) {
      const first = cell >>> 2;
      U32[FREE + units] = U32[first + 2];
      // What follows the header; for little of it, calling `fill` would cost more than it does.
      if (units <= 4) for (let word = first + 2, end = first + (units << 2); word < end; word++) I32[word] = 0;
      else I32.fill(0, first, first + (units << 2));
      object = (cell + 8) >>> 3;
    } else {
      const at = U32[BUMP + 2 * units];
      const next = at + (units << 4);
      if (at !== 0 && next <= U32[BUMP + 2 * units + 1]) {
        U32[BUMP + 2 * units] = next;
        object = (at + 8) >>> 3;
      } else {
        object = allocateInNewPage(units, bytes);
      }
    }
  } else {
    object = allocateLarge(bytes);
  }
  const word = (object << 1) - 2;
  U32[word] = type << 3;
  U32[word + 1] = REGION_HIGH;
  if (allocationListener !== null) allocationListener(type, bytes);
  return object as Ref;
}

function allocateInNewPage(units: number, bytes: number): number {
  const page = takePages(1, bytes);
  setPageDescriptor(page, PageKind.cells | (units << 12));
  // The first cell starts 8 bytes in, so that objects, which follow their header, are 16-byte aligned.
  const first = page * PAGE_BYTES + 8;
  U32[BUMP + 2 * units] = first + (units << 4);
  U32[BUMP + 2 * units + 1] = (page + 1) * PAGE_BYTES;
  return (first + 8) / 8;
}

function allocateLarge(bytes: number): number {
  const count = Math.ceil((bytes + 16) / PAGE_BYTES);
  // A request of many gigabytes must fail here, not wrap around below.
  if (!(count * PAGE_BYTES <= HEAP_END)) return outOfMemory(bytes);
  U32[BUDGET] -= Math.min(count * PAGE_BYTES, 0x4000_0000);
  const page = takePages(count, bytes);
  setPageDescriptor(page, PageKind.large | (count << 8));
  for (let further = page + 1; further < page + count; further++) setPageDescriptor(further, PageKind.further);
  return (page * PAGE_BYTES + 16) / 8;
}

/** Number of the page that a byte offset lies in. */
export const pageOf = (offset: number): number => Math.floor(offset / PAGE_BYTES);

let given = 0;

/** Sets how many bytes may be allocated before the next safepoint has work to do. */
export function setAllocationBudget(bytes: number): void {
  given += bytes - I32[BUDGET];
  I32[BUDGET] = bytes;
}

/** A count that grows by the bytes allocated; only differences of it mean something. */
export const allocatedBytes = (): number => given - I32[BUDGET];

/** True once the allocation budget is spent: the next safepoint may collect. */
export const collectionDue = (): boolean => I32[BUDGET] < 0;

/**
 * Memory that is never freed and has no header: type layouts and tables of field numbers. 8-byte aligned, zeroed.
 *
 * @returns byte offset in the region
 */
export function allocatePermanent(bytes: number): number {
  const rounded = (bytes + 7) & -8;
  let top = stateU32(State.permanent_top);
  if (top === 0 || top + rounded > stateU32(State.permanent_end)) {
    const pages = Math.max(1, Math.ceil(rounded / PAGE_BYTES));
    const page = takePages(pages, rounded);
    // Marked as further pages of nothing: the collector neither scans nor frees them.
    for (let p = page; p < page + pages; p++) setPageDescriptor(p, PageKind.further);
    top = page * PAGE_BYTES;
    setStateU32(State.permanent_end, top + pages * PAGE_BYTES);
  }
  setStateU32(State.permanent_top, top + rounded);
  return top;
}
