// The hook interface: who wants to know what the VM does.
//
// Tracer, profiler, coverage, debugger and statement budget are listeners of this one interface. While nobody asks for
// steps, calls or returns, code is decoded without a trace of them, so they cost nothing. Once somebody does, code is
// decoded into an observed form: every statement is preceded by a HOOK instruction, every SSA value keeps a slot of its
// own, nothing is fused, and no frame is left out. Decoded code and what call sites have learned is forgotten at that
// moment, so whatever is called from then on is observed; frames that are on the stack already run on as they are.
//
// The other events are rare or slow by themselves, and cost one comparison: an allocation, a call to C, a throw. Code that
// was compiled runs interpreted while statements are observed; its allocations are not heard of otherwise.
//
// What a listener does is not heard of: while one runs, the others and it itself get no events. A listener may throw. A
// JuliaException then is thrown by the statement at hand, any other error ends the run as an error of jl0 does.
//
// Enters: listeners. Leaves: their methods, called. Nothing here knows what they are for.

import { U32 } from '../../ffi/region.ts';
import { type ForeignCallListener, setForeignCallListener } from '../../ffi/trace.ts';
import { setAllocationListener } from '../memory/heap.ts';
import type { Ref } from '../memory/layout.ts';
import { Header, machine } from './frames.ts';

/** What a HOOK instruction announces. */
export const HookKind = { STEP: 0, CALL: 1, RETURN: 2 } as const;

/** Who listens. A frame is given by its fp (frames.ts); the machine's registers are in memory when a method is called. */
export interface Listener {
  /** A statement is about to be executed. */
  step?(fp: number): void;
  /** A frame was entered; its arguments are in place. */
  call?(fp: number): void;
  /** A frame is about to return what is in the slot at `word`. Frames that an exception ends are not announced. */
  return?(fp: number, word: number): void;
  /** A call to C. */
  foreigncall?: ForeignCallListener;
  /** An object was allocated: its fields are not filled in yet. */
  allocate?(type: Ref, bytes: number): void;
  /** An exception was thrown in frame `fp`; no frame has been left yet. */
  throw?(exception: Ref, fp: number): void;
}

let listeners: readonly Listener[] = [];
let notifying = false;

/** What somebody listens to; read by the decoder and the loop. */
export const observed = { code: false, throws: false, foreignCalls: false };

let codeChanges: () => void = () => {};
/** Installs what forgets all decoded code; calls.ts knows. */
export function onObservationChange(forget: () => void): void {
  codeChanges = forget;
}

/**
 * Adds a listener.
 *
 * @returns what removes it again
 */
export function listen(listener: Listener): () => void {
  update([...listeners, listener]);
  return () => update(listeners.filter((other) => other !== listener));
}

function update(next: readonly Listener[]): void {
  listeners = next;
  const has = (event: keyof Listener): boolean => next.some((listener) => listener[event] !== undefined);
  setAllocationListener(has('allocate') ? notifyAllocate : null);
  // Others who listen at the border have put themselves before whoever was there: only a change is their business.
  if (has('foreigncall') !== observed.foreignCalls) {
    observed.foreignCalls = has('foreigncall');
    setForeignCallListener(observed.foreignCalls ? foreignCalls : undefined);
  }
  observed.throws = has('throw');
  const code = has('step') || has('call') || has('return');
  if (code === observed.code) return;
  observed.code = code;
  codeChanges();
}

/** Calls `body` for each listener, unless it is a listener that causes the event. */
function notify(body: (listener: Listener) => void): void {
  if (notifying) return;
  notifying = true;
  try {
    for (const listener of listeners) body(listener);
  } finally {
    notifying = false;
  }
}

/** HOOK at instruction `pc` of frame `fp`: puts the registers into memory and tells the listeners. */
export function notifyHook(ops: Int32Array, pc: number, fp: number): void {
  U32[fp - Header.AT] = pc;
  machine.fp = fp;
  if (notifying) return;
  const kind = ops[pc + 1];
  const operand = ops[pc + 2];
  notify((listener) => {
    if (kind === HookKind.STEP) listener.step?.(fp);
    else if (kind === HookKind.CALL) listener.call?.(fp);
    else listener.return?.(fp, operand >= 0 ? fp + operand : -operand);
  });
}

export function notifyThrow(exception: Ref, fp: number): void {
  notify((listener) => listener.throw?.(exception, fp));
}

function notifyAllocate(type: Ref, bytes: number): void {
  notify((listener) => listener.allocate?.(type, bytes));
}

const foreignCalls: ForeignCallListener = {
  before: (call) => notify((listener) => listener.foreigncall?.before(call)),
  after: (call, outcome) => notify((listener) => listener.foreigncall?.after(call, outcome)),
};
