// When the VM collects.
//
// Allocation counts down a budget; once it is spent, the next safepoint (a backward jump, a call) comes here. The stack in
// use reaches from the root task's first slot to the register `sp`. Finalizers run after the collection, as ordinary
// calls, outside of the collector.
//
// JL0_GC_STRESS=n collects whenever n bytes have been allocated: what is not rooted shows.

import { toAddress, writeWords } from '../../ffi/address.ts';
import { nativeStackRanges } from '../../ffi/native-stack.ts';
import {
  collect,
  collectionCount,
  noteMallocBuffer,
  setNativeStacks,
  setStackRanges,
  takeDueFinalizers,
} from '../memory/collect.ts';
import { allocatedBytes, collectionDue, setAllocationBudget } from '../memory/heap.ts';
import { rooted } from '../memory/roots.ts';
import { State, stateU32 } from '../memory/state.ts';
import { onMallocBuffer } from '../runtime/builtins/memory.ts';
import { intOf, setInteger, wordOf } from '../runtime/capi/core.ts';
import { defineRuntimeFunctions } from '../runtime/capi/table.ts';
import { JuliaException } from '../runtime/errors.ts';
import { call } from './calls.ts';
import { machine } from './frames.ts';
import { onSafepoint } from './incidents.ts';
import { setSlotNothing } from './slots.ts';

const stress = Number(process.env['JL0_GC_STRESS'] ?? 0);

let enabled = true;
let running = false;

/** Ranges of the stacks of tasks that are not running; the task switcher adds them. */
const otherStacks: (() => readonly (readonly [from: number, to: number])[])[] = [];
export function addStackRanges(ranges: () => readonly (readonly [from: number, to: number])[]): void {
  otherStacks.push(ranges);
}

setStackRanges(() => [[machine.base, machine.sp], ...otherStacks.flatMap((ranges) => ranges())]);
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

/** Collects now and runs the finalizers of what was found unreachable. */
export function collectNow(): void {
  if (running) return;
  running = true;
  try {
    collect();
    if (stress > 0) setAllocationBudget(stress);
    for (const { object, f } of takeDueFinalizers()) {
      rooted([object, f], () => {
        try {
          call(f, [object]);
        } catch (error) {
          // An exception in a finalizer is reported and does not reach the program, as in Julia.
          if (!(error instanceof JuliaException)) throw error;
          process.stderr.write('error in running finalizer\n');
        }
      });
    }
  } finally {
    running = false;
  }
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

onSafepoint(() => {
  if (enabled && collectionDue()) collectNow();
});

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
  jl_gc_get_total_bytes: [
    'void (int64_t *)',
    (args, _n, result) => {
      const bytes = allocatedBytes();
      writeWords(toAddress(wordOf(args[0])), bytes >>> 0, Math.floor(bytes / 2 ** 32) >>> 0);
      setSlotNothing(result);
    },
  ],
  jl_gc_num_collections: [
    'int64_t (void)',
    (_args, _n, result, declared) => setInteger(result, declared, collectionCount()),
  ],
  jl_gc_live_bytes: [
    'int64_t (void)',
    (_args, _n, result, declared) => setInteger(result, declared, stateU32(State.live_bytes)),
  ],
});
