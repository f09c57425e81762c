// The state block: the runtime's own variables, kept in the heap.
//
// JavaScript holds caches only. Whatever must survive a snapshot, or be seen by compiled code (the allocator's free
// lists, the world counter, the handler chain, the root references), is a word at a fixed offset of the region's
// second page. Compiled code finds it at REGION_BASE + STATE_OFFSET; the offsets below are part of the native ABI.

import { REGION_HIGH, U32 } from '../../ffi/region.ts';
import type { Ref } from './layout.ts';

/** Byte offset of the state block in the region. */
export const STATE_OFFSET = 0x1000;
export const STATE_BYTES = 0x1000;

/** Byte offsets of the state's 8-byte fields, from STATE_OFFSET. */
export const State = {
  /** Number of pages in use from the start of the heap (the page after the last one ever handed out). */
  pages_top: 0x000,
  /** Bytes that may still be allocated before a safepoint collects (signed 32-bit, low word). */
  allocation_budget: 0x008,
  /** Latest world age. */
  world: 0x010,
  /** Innermost native exception handler, 0 when none (native ABI). */
  handler_chain: 0x018,
  /** Exception on its way through native frames. */
  pending_exception: 0x020,
  /** Top of compiled code's shadow stack of roots. */
  shadow_stack: 0x028,
  /** Root of the tree of interned symbols. */
  symbols: 0x030,
  /** Global method table (Core.methodtable). */
  methodtable: 0x038,
  /** The running task and the root task. */
  current_task: 0x040,
  root_task: 0x048,
  /** Main, Core and Base once they exist are well-known objects; these are further roots. */
  tuple_cache: 0x050,
  deferred: 0x058,
  finalizers: 0x060,
  weak_references: 0x068,
  /** Collector statistics: collections so far, live bytes after the last one. */
  collections: 0x070,
  live_bytes: 0x078,
  /** Next value of the counters of gensym and of generated type names. */
  gensym_counter: 0x080,
  module_counter: 0x088,
  object_counter: 0x090,
  /** The large-object list's head (page number). */
  large_first: 0x098,
  /** A general-purpose root vector: SimpleVector of values that JavaScript caches keep alive. */
  permanent_roots: 0x0a0,
  libraries: 0x0a8,
  /** GC disabled count. */
  gc_disabled: 0x0b0,
  /** Layout memory (untyped permanent allocation): bump position and end. */
  permanent_top: 0x0b8,
  permanent_end: 0x0c0,
  /** Magic number and version of the heap format. */
  format: 0x0c8,
  /** Answers to calls that a snapshot brings along (vm/savedcalls.ts). */
  calls: 0x0d0,
  /** SIGINTs that the program has not heard of yet (signed 32-bit, low word; the signal handler counts here). */
  interrupts: 0x0d8,
  /** The thread state of compiled code, 64 bytes (docs/native-abi.md). */
  thread_state: 0x180,
  /** Head of the free list of each size class (byte offset of the cell), 4 bytes each, from here to 0x800. */
  free_lists: 0x200,
  /** Bump position and end in the current page of each size class, 8 bytes each, to 0xe00. */
  bump: 0x800,
} as const;

/** The 8-byte fields that hold references: the collector's roots among the state. */
export const stateRoots: readonly number[] = [
  State.pending_exception,
  State.symbols,
  State.methodtable,
  State.current_task,
  State.root_task,
  State.tuple_cache,
  State.deferred,
  State.finalizers,
  State.permanent_roots,
  State.libraries,
  State.calls,
];

const word = (field: number) => (STATE_OFFSET + field) >> 2;

/** Reads the low word of a field as an unsigned number. */
export const stateU32 = (field: number): number => U32[word(field)];
export const setStateU32 = (field: number, value: number): void => {
  U32[word(field)] = value;
};

/** Reads a 64-bit counter as a double. */
export const stateWide = (field: number): number => U32[word(field) + 1] * 2 ** 32 + U32[word(field)];
export const setStateWide = (field: number, value: number): void => {
  U32[word(field)] = value;
  U32[word(field) + 1] = Math.floor(value / 2 ** 32);
};

export const stateRef = <T extends Ref>(field: number): T => (U32[word(field)] >>> 3) as T;
export const setStateRef = (field: number, value: Ref): void => {
  U32[word(field)] = value << 3;
  U32[word(field) + 1] = value === 0 ? 0 : REGION_HIGH;
};
