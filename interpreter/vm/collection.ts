// When the VM collects.
//
// Allocation counts down a budget; once it is spent, the next safepoint (a backward jump, a call) comes here. The stack in
// use reaches from the root task's first slot to the register `sp`. Finalizers run after the collection, as ordinary
// calls, outside of the collector.
//
// JL0_GC_STRESS=n collects at every n-th safepoint: what is not rooted shows. With 1 that is each call and each backward
// jump, so only very small programs end.

import { toAddress, writeWords } from '../../ffi/address.ts';
import { nativeStackRanges } from '../../ffi/native-stack.ts';
import {
  collect,
  collectionCount,
  heapIsNearlyFull,
  liveBytes,
  noteMallocBuffer,
  setNativeStacks,
  setStackRanges,
  takeDueFinalizers,
  takeFinalizers,
  totalAllocated,
} from '../memory/collect.ts';
import { collectionDue } from '../memory/heap.ts';
import type { Ref } from '../memory/layout.ts';
import { rooted } from '../memory/roots.ts';
import { onMallocBuffer } from '../runtime/builtins/memory.ts';
import { intOf, setInteger, wordOf } from '../runtime/capi/core.ts';
import { defineRuntimeFunctions } from '../runtime/capi/table.ts';
import { JuliaException } from '../runtime/errors.ts';
import { call } from './calls.ts';
import { forgetTables } from './codezone.ts';
import { frameBelow, HEADER_WORDS, machine } from './frames.ts';
import { keepSafepointsDue, onSafepoint, safepoint } from './incidents.ts';
import { setSlotNothing, slotRef } from './slots.ts';

const stress = Number(process.env['JL0_GC_STRESS'] ?? 0);
/** Safepoints until the next collection of a stress run. */
let safepointsLeft = stress;

let enabled = true;
let running = false;

/** A stack in use: its first word, innermost frame, and end. */
interface StackInUse {
  readonly base: number;
  readonly fp: number;
  readonly sp: number;
}

/** The slots of a stack. The headers of frames between them are left out: what lies unused in them is of earlier calls. */
export function slotRanges({ base, fp, sp }: StackInUse): (readonly [from: number, to: number])[] {
  const ranges: (readonly [from: number, to: number])[] = [];
  let end = sp;
  for (let frame = fp; frame >= base && frame <= end; frame = frameBelow(frame)) {
    ranges.push([frame, end]);
    end = frame - HEADER_WORDS;
  }
  ranges.push([base, end]);
  return ranges;
}

setStackRanges(() => slotRanges(machine));
onMallocBuffer(noteMallocBuffer);

/** How many entries into compiled code are under way. */
let nativeDepth = 0;

/** To be called around every entry into compiled code: its frames hold references that only the stack scan finds. */
export function enterNativeCode(): void {
  nativeDepth++;
}
export function leaveNativeCode(): void {
  nativeDepth--;
}

setNativeStacks(() => (nativeDepth > 0 ? nativeStackRanges() : []));

let finalizersEnabled = true;
let inFinalizer = false;
let collectingTime = 0;

/** Collects now and runs the finalizers of what was found unreachable. */
export function collectNow(): void {
  if (running) return;
  running = true;
  const start = performance.now();
  try {
    collect();
    forgetTables();
  } finally {
    running = false;
    lastEnd = performance.now();
    lastDuration = lastEnd - start;
    collectingTime += lastDuration;
  }
  if (finalizersEnabled && !inFinalizer) runFinalizers(takeDueFinalizers());
}

/** Calls finalizers. What one throws is reported and does not reach the program, as in Julia. */
function runFinalizers(list: readonly { readonly object: Ref; readonly f: Ref }[]): void {
  if (list.length === 0) return;
  const outer = inFinalizer;
  inFinalizer = true;
  try {
    rooted(
      list.flatMap(({ object, f }) => [object, f]),
      () => {
        for (const { object, f } of list) {
          try {
            call(f, [object]);
          } catch (error) {
            if (!(error instanceof JuliaException)) throw error;
            reportFinalizerError(error.exception);
          }
        }
      },
    );
  } finally {
    inFinalizer = outer;
  }
}

let reportFinalizerError: (exception: Ref) => void = () => {
  process.stderr.write('error in running finalizer\n');
};
/** Installs who says what a finalizer threw. */
export function setFinalizerReporter(reporter: typeof reportFinalizerError): void {
  reportFinalizerError = reporter;
}

/**
 * Runs all finalizers that are left, at the end of the process.
 *
 * @returns true if there were any
 */
export function runAllFinalizers(): boolean {
  // Finalizers may register others: those run too, unless that never ends.
  for (let round = 0; round < 100; round++) {
    const list = [...takeDueFinalizers(), ...takeFinalizers()];
    if (list.length === 0) return round > 0;
    runFinalizers(list);
  }
  return true;
}

/** Runs `body`, in which JavaScript holds references that the collector cannot find: nothing is collected meanwhile. */
export function withoutCollection<T>(body: () => T): T {
  const was = enabled;
  enabled = false;
  try {
    return body();
  } finally {
    enabled = was;
  }
}

/** What a safepoint does: the VM's, and the calls by which compiled code asks for memory. */
export function collectIfDue(): void {
  if (stress > 0) {
    if (--safepointsLeft > 0) return;
    safepointsLeft = stress;
    if (enabled) collectNow();
  } else if (enabled && collectionDue()) {
    if (heapIsNearlyFull() && !isWorthwhile()) return;
    collectNow();
  }
}

// A program that keeps what it allocates comes to a heap that is nearly full, where a collection at each safepoint would find
// nothing again and again. There collecting takes no more than half of the time, until what is left is used up and the
// program is told.

let lastEnd = 0;
let lastDuration = 0;
const isWorthwhile = (): boolean => performance.now() - lastEnd > lastDuration;

onSafepoint(collectIfDue);
if (stress > 0) keepSafepointsDue();

defineRuntimeFunctions({
  jl_gc_collect: [
    'void (int)',
    (_args, _n, result) => {
      if (enabled) collectNow();
      setSlotNothing(result);
    },
  ],
  jl_gc_enable: [
    'int (int)',
    (args, _n, result, declared) => {
      const was = enabled;
      enabled = intOf(args[0]) !== 0;
      setInteger(result, declared, was ? 1 : 0);
    },
  ],
  jl_gc_is_enabled: ['int (void)', (_args, _n, result, declared) => setInteger(result, declared, enabled ? 1 : 0)],
  jl_gc_live_bytes: ['int64_t (void)', (_args, _n, result, declared) => setInteger(result, declared, liveBytes())],
  jl_gc_get_total_bytes: [
    'void (int64_t *)',
    (args, _n, result) => {
      const bytes = totalAllocated();
      writeWords(toAddress(wordOf(args[0])), bytes >>> 0, Math.floor(bytes / 2 ** 32) >>> 0);
      setSlotNothing(result);
    },
  ],
  jl_gc_num_collections: [
    'int64_t (void)',
    (_args, _n, result, declared) => setInteger(result, declared, collectionCount()),
  ],
  jl_gc_total_hrtime: [
    'uint64_t (void)',
    (_args, _n, result, declared) => setInteger(result, declared, Math.round(1e6 * collectingTime)),
  ],
  jl_gc_safepoint: [
    'void (void)',
    (_args, _n, result) => {
      safepoint();
      setSlotNothing(result);
    },
  ],
  jl_gc_disable_finalizers_internal: [
    'void (void)',
    (_args, _n, result) => {
      finalizersEnabled = false;
      setSlotNothing(result);
    },
  ],
  jl_gc_enable_finalizers_internal: [
    'void (void)',
    (_args, _n, result) => {
      finalizersEnabled = true;
      if (!inFinalizer) runFinalizers(takeDueFinalizers());
      setSlotNothing(result);
    },
  ],
  jl_gc_is_in_finalizer: [
    'int8_t (void)',
    (_args, _n, result, declared) => setInteger(result, declared, inFinalizer ? 1 : 0),
  ],
  jl_finalize_th: [
    'void (jl_task_t *, jl_value_t *)',
    (args, _n, result) => {
      runFinalizers(takeFinalizers(slotRef(args[1])));
      setSlotNothing(result);
    },
  ],
});
