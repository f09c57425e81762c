// The collector: mark and sweep, without moving anything.
//
// It runs only at the VM's safepoints, where every reference that Julia code can still use is in a frame, in an object
// reachable from the state block or the well-known objects, or registered by JavaScript (roots.ts). Objects are traced
// precisely, by their types' layouts. The stacks are scanned slot by slot without asking the frames what each slot is:
// a slot that looks like a reference is believed only if it points at the start of an allocated cell, and at worst keeps
// something alive.
//
// The mark is bit 0 of the header. Marking uses an explicit stack, so that a list of a million nodes costs no recursion.
// Sweeping walks the pages: dead cells go to the free list of their class with a zero header, whole pages without a
// survivor go back to the page pool.
import { type Address, bytesAt, free, toAddress } from '../../ffi/address.ts';
import { mallocBytesInUse } from '../../ffi/malloc-use.ts';
import { I32, REGION_BASE, REGION_HIGH, U32 } from '../../ffi/region.ts';
import { layoutFieldCount, layoutFlags, layoutPointerCount, layoutSize, pointerOffset } from '../types/layoutaccess.ts';
import {
  allocatedBytes,
  closeReserve,
  HEAP_END,
  HEAP_START,
  noteFreedPages,
  PAGE_BYTES,
  PAGE_SHIFT,
  PageKind,
  pageDescriptor,
  STACKS_START,
  setAllocationBudget,
  setPageDescriptor,
} from './heap.ts';
import {
  type DataTypeRef,
  declaredLayouts,
  type Ref,
  readRef,
  readWide,
  type TaskRef,
  type TypeNameRef,
  typeOf,
} from './layout.ts';
import { DataType, GenericMemory, JuliaWeakRef, TypeLayoutFlag } from './objects.ts';
import { purgeCaches, visitHeldRoots } from './roots.ts';
import { STATE_OFFSET, State, setStateWide, stateRef, stateRoots, stateU32, stateWide } from './state.ts';
import { datatype, nothing, typename, WELL_KNOWN_END, WELL_KNOWN_START } from './wellknown.ts';

const FREE = (STATE_OFFSET + State.free_lists) >> 2;
const BUMP = (STATE_OFFSET + State.bump) >> 2;
const BUDGET = (STATE_OFFSET + State.allocation_budget) >> 2;

const SimpleVectorType = datatype('SimpleVector');
const StringType = datatype('String');
const SymbolType = datatype('Symbol');
const WeakRefType = datatype('WeakRef');
const TaskType = datatype('Task');
const GenericMemoryName = typename('GenericMemory');

/** Word offsets of the references in the objects that the runtime lays out itself, hidden fields included. */
const ownLayouts = new Map<DataTypeRef, readonly number[]>();

function prepareOwnLayouts(): void {
  for (const info of declaredLayouts()) {
    const offsets = info.fields.filter((field) => field.kind === 'ref').map((field) => field.offset >> 2);
    try {
      ownLayouts.set(datatype(info.name as Parameters<typeof datatype>[0]), offsets);
    } catch {
      // A layout that is no type of its own: the type layouts and the like.
    }
  }
  for (const name of ['SimpleVector', 'String', 'GenericMemory', 'GenericMemoryRef', 'Array', 'WeakRef'] as const) {
    ownLayouts.delete(datatype(name));
  }
}

// Marking

let pending = new Int32Array(1 << 16);
let depth = 0;
let weak: Ref[] = [];

const isInHeap = (object: number): boolean => object * 8 >= HEAP_START && object * 8 < STACKS_START;

/** Marks an object and remembers it for tracing. */
function mark(object: number): void {
  if (object === 0) return;
  if (!isInHeap(object)) return;
  const word = (object << 1) - 2;
  const header = U32[word];
  if ((header & 1) !== 0 || header === 0) return;
  U32[word] = header | 1;
  if (depth === pending.length) {
    const larger = new Int32Array(2 * depth);
    larger.set(pending);
    pending = larger;
  }
  pending[depth++] = object;
}

function drain(): void {
  while (depth > 0) trace(pending[--depth] as Ref);
}

/** Pointer offsets in words per type; types do not change their layout. */
const traced = new Map<number, readonly number[]>();

function pointerWords(type: DataTypeRef): readonly number[] {
  let offsets = traced.get(type);
  if (offsets === undefined) {
    const own = ownLayouts.get(type);
    if (own !== undefined) {
      offsets = own;
    } else {
      const list: number[] = [];
      const hasLayout = U32[(type << 1) + (DataType.layout & 0xfff)] !== 0;
      if (hasLayout && layoutFieldCount(type) > 0) {
        for (let i = 0, n = layoutPointerCount(type); i < n; i++) list.push(2 * pointerOffset(type, i));
      }
      offsets = list;
    }
    traced.set(type, offsets);
  }
  return offsets;
}

/** Marks what an object refers to. */
function trace(object: Ref): void {
  const type = typeOf(object);
  mark(type);
  const base = object << 1;
  if (type === SimpleVectorType) {
    for (let i = 1, n = U32[base]; i <= n; i++) mark(U32[base + 2 * i] >>> 3);
    return;
  }
  if (type === StringType || type === SymbolType) {
    if (type === SymbolType) {
      mark(U32[base] >>> 3);
      mark(U32[base + 2] >>> 3);
    }
    return;
  }
  if (type === WeakRefType) {
    weak.push(object);
    return;
  }
  if (readRef<TypeNameRef>(type, DataType.name) === GenericMemoryName) {
    traceMemory(object, type);
    return;
  }
  if (type === TaskType) traceFrames(object as TaskRef, mark, scanSlots);
  const offsets = pointerWords(type);
  for (let i = 0; i < offsets.length; i++) mark(U32[base + offsets[i]] >>> 3);
}

function traceMemory(memory: Ref, type: DataTypeRef): void {
  const data = readWide(memory, GenericMemory.ptr) - REGION_BASE;
  if (data < 0 || data >= STACKS_START) return;
  const length = readWide(memory, GenericMemory.length);
  if (data !== memory * 8 + GenericMemory.$size) {
    // The elements lie in another object, a String or a Memory: it must live as long as this view of it.
    const owner = objectContaining(data);
    if (owner !== 0) mark(owner);
    return;
  }
  const flags = layoutFlags(type);
  if ((flags & TypeLayoutFlag.arrayelem_isboxed) !== 0) {
    const first = data >>> 2;
    for (let i = 0; i < length; i++) mark(U32[first + 2 * i] >>> 3);
    return;
  }
  if ((flags & TypeLayoutFlag.arrayelem_isunion) !== 0) return;
  const element = (U32[(readRef(type, DataType.parameters) << 1) + 4] >>> 3) as DataTypeRef;
  const offsets = typeOf(element) === datatype('DataType') ? inlinePointers(element) : [];
  if (offsets.length === 0) return;
  const stride = layoutSize(type) >>> 2;
  for (let i = 0, at = data >>> 2; i < length; i++, at += stride) {
    for (const offset of offsets) mark(U32[at + offset] >>> 3);
  }
}

function inlinePointers(type: DataTypeRef): readonly number[] {
  const hasLayout = U32[(type << 1) + (DataType.layout & 0xfff)] !== 0;
  return hasLayout ? pointerWords(type) : [];
}

/** The object whose cell holds a byte offset of the region, 0 if none does. */
export function objectContaining(offset: number): Ref {
  let page = Math.floor(offset / PAGE_BYTES);
  let descriptor = pageDescriptor(page);
  while ((descriptor & 0xff) === PageKind.further && page * PAGE_BYTES > HEAP_START)
    descriptor = pageDescriptor(--page);
  if ((descriptor & 0xff) === PageKind.large) return ((page * PAGE_BYTES + 16) / 8) as Ref;
  if ((descriptor & 0xff) !== PageKind.cells) return 0 as Ref;
  const cell = (descriptor >>> 12) * 16;
  const start = page * PAGE_BYTES + 8;
  const index = Math.floor((offset - start) / cell);
  if (index < 0 || start + (index + 1) * cell > (page + 1) * PAGE_BYTES) return 0 as Ref;
  const object = (start + index * cell + 8) / 8;
  return (U32[(object << 1) - 2] !== 0 ? object : 0) as Ref;
}

/** True if a byte offset is the start of a live or dead, but allocated, object. */
function isObjectStart(offset: number): boolean {
  if (offset < HEAP_START || offset >= STACKS_START || (offset & 15) !== 0) return false;
  const page = Math.floor(offset / PAGE_BYTES);
  if (page >= stateU32(State.pages_top)) return false;
  const descriptor = pageDescriptor(page);
  const within = offset - page * PAGE_BYTES;
  switch (descriptor & 0xff) {
    case PageKind.cells:
      return (within - 16) % ((descriptor >>> 12) * 16) === 0 && U32[(offset >>> 2) - 2] !== 0;
    case PageKind.large:
      return within === 16;
    default:
      return false;
  }
}

/** Marks what a range of slots may refer to. */
function scanSlots(from: number, to: number): void {
  for (let word = from; word < to; word += 4) {
    if (U32[word + 1] === REGION_HIGH && isObjectStart(U32[word])) mark(U32[word] >>> 3);
  }
}

/** Marks what the words of native stacks may point at or into: compiled code may keep a derived address only. */
function scanNativeStacks(): void {
  for (const { from, bytes } of nativeStacks()) {
    const view = bytesAt(from, bytes);
    const words = new Uint32Array(view.buffer, view.byteOffset, bytes >>> 2);
    for (let i = 0; i + 1 < words.length; i += 2) {
      if (words[i + 1] !== REGION_HIGH) continue;
      const offset = words[i];
      if (offset < HEAP_START || offset >= STACKS_START || offset >>> PAGE_SHIFT >= stateU32(State.pages_top)) continue;
      mark(objectContaining(offset));
    }
  }
}

let nativeStacks: () => readonly { readonly from: Address; readonly bytes: number }[] = () => [];
/** Installs where the stacks of native code are, while there is any on them. */
export function setNativeStacks(ranges: typeof nativeStacks): void {
  nativeStacks = ranges;
}

let traceFrames: (task: TaskRef, visit: (object: Ref) => void, scan: (from: number, to: number) => void) => void =
  () => {};
/**
 * Installs who visits what the frames of a task that does not run refer to: references one by one, or ranges of slots
 * (word indices).
 */
export function setFrameTracer(tracer: typeof traceFrames): void {
  traceFrames = tracer;
}

let stackRanges: () => readonly (readonly [from: number, to: number])[] = () => [];
/** Installs which ranges of slots (word indices) are in use on the stack that is running. */
export function setStackRanges(ranges: () => readonly (readonly [from: number, to: number])[]): void {
  stackRanges = ranges;
}

// Buffers from malloc, finalizers

const mallocBuffers = new Map<Ref, number>();

/** Notes a Memory whose elements are in memory from malloc: they are freed with it. */
export function noteMallocBuffer(memory: Ref, bytes: number): void {
  mallocBuffers.set(memory, readWide(memory, GenericMemory.ptr));
  outsideBytes += bytes;
  spend(bytes / OUTSIDE_DISCOUNT);
}

let outsideBytes = 0;
/** Bytes that this process has allocated for Julia objects, in the region and from malloc. */
export const totalAllocated = (): number => allocatedBytes() + outsideBytes;

/**
 * Memory from malloc counts less than that of the region, of which there is little: a collection costs the same however
 * much it gives back.
 */
const OUTSIDE_DISCOUNT = 4;

function spend(bytes: number): void {
  setAllocationBudget(Math.max(-0x7fff_ffff, I32[BUDGET] - Math.min(bytes, 0x4000_0000)));
}

// What C libraries allocate for objects with finalizers (the limbs of big numbers, say) nobody tells us. malloc knows how
// much is in use; it is asked after some registrations, the sooner the faster it grew.

/** malloc's bytes in use when it was asked last, or when the last collection ended. */
let outsideInUse = 0;
let registrationsLeft = 16;
let registrationsBetween = 16;
const MOST_REGISTRATIONS = 512;
/** Growth that may go unnoticed between two questions. */
const UNNOTICED_BYTES = 8 << 20;

function askMalloc(): void {
  const inUse = mallocBytesInUse();
  const growth = Math.max(0, inUse - outsideInUse);
  outsideInUse = inUse;
  spend(growth / OUTSIDE_DISCOUNT);
  const affordable = Math.floor((UNNOTICED_BYTES * registrationsBetween) / Math.max(1, growth));
  registrationsBetween = Math.max(1, Math.min(MOST_REGISTRATIONS, 2 * registrationsBetween, affordable));
  registrationsLeft = registrationsBetween;
}

interface Finalizer {
  readonly object: Ref;
  readonly f: Ref;
}
let finalizers: Finalizer[] = [];
const due: Finalizer[] = [];

/** Registers `f(object)` to run once the object cannot be reached any more. */
export function addFinalizer(object: Ref, f: Ref): void {
  finalizers.push({ object, f });
  if (--registrationsLeft <= 0) askMalloc();
}

/** How many finalizers are registered, or due. */
export const finalizersLeft = (): number => finalizers.length + due.length;

/** Runs all finalizers of an object now (`finalize(x)`), or of all objects at exit (no argument). */
export function takeFinalizers(object?: Ref): readonly Finalizer[] {
  const taken = finalizers.filter((entry) => object === undefined || entry.object === object);
  finalizers = finalizers.filter((entry) => object !== undefined && entry.object !== object);
  return taken.reverse();
}

/** Finalizers whose objects have become unreachable; the VM calls them after the collection. */
export function takeDueFinalizers(): readonly Finalizer[] {
  return due.splice(0);
}

function isMarked(object: Ref): boolean {
  return !isInHeap(object) || (U32[(object << 1) - 2] & 1) !== 0;
}

// Sweeping

function sweep(): number {
  let live = 0;
  let freedPageCount = 0;
  U32.fill(0, FREE, FREE + (2048 >> 4) + 1);
  const top = stateU32(State.pages_top);
  for (let page = HEAP_START >>> PAGE_SHIFT; page < top; page++) {
    const descriptor = pageDescriptor(page);
    const kind = descriptor & 0xff;
    if (kind === PageKind.cells) {
      const units = descriptor >>> 12;
      const used = sweepPage(page, units);
      live += used;
      if (used === 0 && U32[BUMP + 2 * units + 1] !== (page + 1) * PAGE_BYTES) {
        setPageDescriptor(page, PageKind.free);
        freedPageCount++;
      }
    } else if (kind === PageKind.large) {
      const count = descriptor >>> 8;
      const header = ((page * PAGE_BYTES + 16) >>> 2) - 2;
      if ((U32[header] & 1) !== 0) {
        U32[header] &= ~1;
        live += count * PAGE_BYTES;
      } else {
        for (let further = page; further < page + count; further++) setPageDescriptor(further, PageKind.free);
        freedPageCount += count;
      }
      page += count - 1;
    }
  }
  linkFreeCells(top);
  noteFreedPages(freedPageCount);
  return live;
}

/** Clears the headers of a page's dead cells and the marks of its live ones; returns the bytes of the live ones. */
function sweepPage(page: number, units: number): number {
  const size = units * 16;
  const end = (page + 1) * PAGE_BYTES;
  let live = 0;
  for (let cell = page * PAGE_BYTES + 8; cell + size <= end; cell += size) {
    const header = cell >>> 2;
    const word = U32[header];
    if (word === 0) continue;
    if ((word & 1) !== 0) {
      U32[header] = word & ~1;
      live += size;
    } else {
      U32[header] = 0;
      U32[header + 1] = 0;
    }
  }
  return live;
}

/** Builds the free lists from all cells with zero headers, lowest addresses first out. */
function linkFreeCells(top: number): void {
  for (let page = top - 1; page >= HEAP_START >>> PAGE_SHIFT; page--) {
    const descriptor = pageDescriptor(page);
    if ((descriptor & 0xff) !== PageKind.cells) continue;
    const units = descriptor >>> 12;
    const size = units * 16;
    // Cells that the allocator has yet to bump through are not free cells.
    const bumpEnd = U32[BUMP + 2 * units + 1];
    const limit = bumpEnd === (page + 1) * PAGE_BYTES ? U32[BUMP + 2 * units] : (page + 1) * PAGE_BYTES;
    const count = Math.floor((limit - page * PAGE_BYTES - 8) / size);
    for (let i = count - 1; i >= 0; i--) {
      const cell = page * PAGE_BYTES + 8 + i * size;
      if (U32[cell >>> 2] !== 0) continue;
      U32[(cell >>> 2) + 2] = U32[FREE + units];
      U32[FREE + units] = cell;
    }
  }
}

/** The least that is allocated between two collections. */
const MINIMUM_BUDGET = 192 << 20;

/** So little room, half of what is left, makes one collection come right after the other. */
const LAST_ROOM = 32 << 20;
let nearlyFull = false;
/** Whether the last collection found hardly any room. */
export const heapIsNearlyFull = (): boolean => nearlyFull;

let allocatedAtLast = 0;
/** To be called when a heap exists: what was allocated before is not this process's. */
export function startAccounts(): void {
  allocatedAtLast = allocatedBytes();
}

/** Bytes of the objects that survived the last collection and of those allocated since. */
export const liveBytes = (): number => stateWide(State.live_bytes) + allocatedBytes() - allocatedAtLast;
export const collectionCount = (): number => stateWide(State.collections);

/**
 * Collects. Only to be called at a safepoint, with all registers of the VM in memory.
 */
export function collect(): void {
  if (ownLayouts.size === 0) prepareOwnLayouts();
  weak = [];
  // A type may have been freed since, and another be where it was.
  traced.clear();
  for (const field of stateRoots) mark(stateRef(field));
  for (let object = (WELL_KNOWN_START + 16) / 8; object < WELL_KNOWN_END / 8; object += 32)
    traceWellKnown(object as Ref);
  for (const [from, to] of stackRanges()) scanSlots(from, to);
  scanNativeStacks();
  visitHeldRoots(mark);
  for (const { f } of finalizers) mark(f);
  for (const { object, f } of due) {
    mark(object);
    mark(f);
  }
  drain();
  // What only a finalizer will see is gone for weak references already.
  clearWeakReferences();
  takeUnreachableFinalizable();
  purgeCaches(isMarked);
  for (const [memory, address] of mallocBuffers) {
    if (isMarked(memory)) continue;
    mallocBuffers.delete(memory);
    free(toAddress(address));
  }
  const live = sweep();
  setStateWide(State.live_bytes, live);
  allocatedAtLast = allocatedBytes();
  setStateWide(State.collections, stateWide(State.collections) + 1);
  // Garbage may fill what is left of the region by half at most, so that the next collection comes in time.
  const room = (HEAP_END - HEAP_START - live) / 2;
  nearlyFull = room < LAST_ROOM;
  if (!nearlyFull) closeReserve();
  setAllocationBudget(nearlyFull ? -1 : Math.min(0x7000_0000, room, Math.max(MINIMUM_BUDGET, live)));
  outsideInUse = mallocBytesInUse();
}

/** A place of the well-known zone: the object at +16 and, for types, TypeName and wrapper behind it. */
function traceWellKnown(object: Ref): void {
  for (const part of [object, (object + 8) as Ref, (object + 26) as Ref]) {
    const header = U32[(part << 1) - 2];
    const isHeader = U32[(part << 1) - 1] === REGION_HIGH && (header & 15) === 0 && header !== 0;
    const type = header >>> 3;
    if (
      isHeader &&
      (type * 8 < WELL_KNOWN_END || isObjectStart(header)) &&
      typeOf(type as Ref) === datatype('DataType')
    )
      trace(part);
  }
}

/** Clears the weak references found so far whose targets are not marked. */
function clearWeakReferences(): void {
  for (const reference of weak) {
    const target = readRef(reference, JuliaWeakRef.value);
    if (target !== 0 && !isMarked(target)) clearWeak(reference);
  }
  weak = [];
}

function clearWeak(reference: Ref): void {
  const word = (reference << 1) + (JuliaWeakRef.value & 0xfff);
  U32[word] = nothingOffset;
  U32[word + 1] = REGION_HIGH;
}

/** Objects that only finalizers know: they live once more, for their finalizers to see. */
function takeUnreachableFinalizable(): void {
  const unreachable = finalizers.filter(({ object }) => !isMarked(object));
  if (unreachable.length === 0) return;
  finalizers = finalizers.filter(({ object }) => isMarked(object));
  for (const entry of unreachable.reverse()) {
    due.push(entry);
    mark(entry.object);
  }
  drain();
  clearWeakReferences();
}

const nothingOffset = nothing << 3;
