// What happens in the loop that is not the usual course: safepoints, overflows, errors of control flow, scopes, and the
// code of generated functions.

import { I32, REGION_HIGH, U32 } from '../../ffi/region.ts';
import { startAccounts } from '../memory/collect.ts';
import { allocate, setAllocationBudget, setOutOfMemoryHandler } from '../memory/heap.ts';
import {
  type ArrayRef,
  type CodeInfoRef,
  type MethodInstanceRef,
  type Ref,
  readRef,
  type SymbolRef,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerRoots } from '../memory/roots.ts';
import { STATE_OFFSET, State } from '../memory/state.ts';
import { datatype } from '../memory/wellknown.ts';
import { defineRuntimeFunctions } from '../runtime/capi/table.ts';
import { InternalError, JuliaException, throwPlain, throwTypeError, throwUndefVar } from '../runtime/errors.ts';
import { symbol } from '../runtime/symbols.ts';
import { arrayGetRef } from '../runtime/values.ts';
import { type Code, NO_OPERAND } from './code.ts';
import { exceptionDepth } from './exceptions.ts';
import { machine } from './frames.ts';
import { setSlotNothing, slotRef } from './slots.ts';

const BUDGET = (STATE_OFFSET + State.allocation_budget) >> 2;
/** Bytes to allocate between two collections unless the collector says otherwise. */
const DEFAULT_BUDGET = 256 << 20;

const safepointWork: (() => void)[] = [];

/** Registers work for safepoints: collection, interrupts, hooks. It runs between two instructions, all frames in memory. */
export function onSafepoint(work: () => void): void {
  safepointWork.push(work);
}

/** Asks for a safepoint soon. */
export function requestSafepoint(): void {
  if (I32[BUDGET] >= 0) setAllocationBudget(-1);
}

let waits = 0;
/** True while an interrupt has to wait. */
export const interruptsWait = (): boolean => waits > 0;
function deferInterrupts(by: 1 | -1): void {
  waits = Math.max(0, waits + by);
}
defineRuntimeFunctions({
  jl_sigatomic_begin: [
    'void (void)',
    (_args, _n, result) => {
      deferInterrupts(1);
      setSlotNothing(result);
    },
  ],
  jl_sigatomic_end: [
    'void (void)',
    (_args, _n, result) => {
      deferInterrupts(-1);
      setSlotNothing(result);
    },
  ],
});
/** Does some work of which the program knows nothing; an interrupt that comes meanwhile reaches the program after it. */
export function whileInterruptsWait(work: () => void): void {
  deferInterrupts(1);
  try {
    work();
  } finally {
    deferInterrupts(-1);
  }
}

let always = false;
/** Makes every call and backward jump a safepoint, from the next one on. */
export function keepSafepointsDue(): void {
  always = true;
}

/** Runs what waits for a safepoint. */
export function safepoint(): void {
  for (const work of safepointWork) work();
  if (always) setAllocationBudget(-1);
  else if (I32[BUDGET] < 0) setAllocationBudget(DEFAULT_BUDGET);
}

/** To be called when a heap exists: the budget that a snapshot brings along is not this process's. */
export function startSafepoints(): void {
  setAllocationBudget(always ? -1 : DEFAULT_BUDGET);
  startAccounts();
}

/** The exception of a full stack. The limit is lifted a little, so that handlers have room to run. */
export function stackOverflow(): JuliaException {
  const { limit } = machine;
  machine.limit = limit + 0x8000;
  try {
    return throwPlain('StackOverflowError');
  } catch (error) {
    if (error instanceof JuliaException) return error;
    throw error;
  } finally {
    machine.limit = limit;
  }
}

setOutOfMemoryHandler(() => {
  if (outOfMemoryObject === 0) throw new InternalError('the heap is full before OutOfMemoryError exists');
  throw new JuliaException(outOfMemoryObject);
});
let outOfMemoryObject = 0 as Ref;

/** Makes the OutOfMemoryError in advance: when the heap is full it is too late. */
export function prepareOutOfMemory(): void {
  outOfMemoryObject = allocate(datatype('OutOfMemoryError'), 8);
}

/** A local variable is read before it has a value. */
export function undefinedSlot(code: Code, slot: number): never {
  const names = readRef<ArrayRef>(code.source, objects.CodeInfo.slotnames);
  return throwUndefVar(arrayGetRef<SymbolRef>(names, slot - 1), symbol('local'));
}

/** A condition is not a Bool. */
export function nonBooleanCondition(word: number): never {
  return throwTypeError('if', datatype('Bool'), slotRef(word));
}

// Dynamic scopes (ScopedValues): `enter` with a scope makes it the task's; leaving restores the one before.

export interface EnteredScope {
  readonly word: number;
  readonly outer: Ref;
}
let scopes: EnteredScope[] = [];

/** Replaces the list of entered scopes: each task has its own. */
export function swapScopes(other: EnteredScope[]): EnteredScope[] {
  const old = scopes;
  scopes = other;
  noteScopeDepth();
  return old;
}

export function enterScope(token: number, scopeWord: number): void {
  const task = currentTask();
  scopes.push({ word: token, outer: readRef(task, objects.Task.scope) });
  setTaskScope(task, slotRef(scopeWord));
  noteScopeDepth();
}

/** Notes in a slot of the frame what the try block that begins restores when it catches; it may have a scope. */
export function enterTry(fp: number, slot: number, scope: number): void {
  const token = fp + slot;
  U32[token] = exceptionDepth();
  U32[token + 1] = scopeDepth();
  U32[token + 2] = datatype('Int64');
  if (scope !== NO_OPERAND) enterScope(token, scope >= 0 ? fp + scope : -scope);
}

/** Compiled code reads the number of scopes from the thread state (docs/native-abi.md). */
const SCOPES = (STATE_OFFSET + State.thread_state + 40) >> 2;
function noteScopeDepth(): void {
  U32[SCOPES] = scopes.length;
}

/** How many scopes are entered: what a try block restores when it catches. */
export const scopeDepth = (): number => scopes.length;

/** Leaves scopes until `depth` are left, the innermost first. */
export function leaveScopesTo(depth: number): void {
  while (scopes.length > depth) {
    const top = scopes.pop();
    if (top !== undefined) setTaskScope(currentTask(), top.outer);
    noteScopeDepth();
  }
}

const currentTask = (): Ref => (U32[(STATE_OFFSET + State.current_task) >> 2] >>> 3) as Ref;

function setTaskScope(task: Ref, scope: Ref): void {
  if (task === 0) throw new InternalError('there is no current task');
  U32[(task << 1) + (objects.Task.scope & 0xfff)] = scope << 3;
  U32[(task << 1) + (objects.Task.scope & 0xfff) + 1] = scope === 0 ? 0 : REGION_HIGH;
}

// Generated functions.

let expandGenerated: (instance: MethodInstanceRef) => CodeInfoRef = () => {
  throw new InternalError('generated functions need the front end');
};

/** Installs how the body of a generated function is made; the front end knows. */
export function setGeneratedExpander(expander: (instance: MethodInstanceRef) => CodeInfoRef): void {
  expandGenerated = expander;
}

const generated = new Map<MethodInstanceRef, CodeInfoRef>();

/** The body that a generated function has for the argument types of an instance. */
export function generatedSource(instance: MethodInstanceRef): CodeInfoRef {
  let source = generated.get(instance);
  if (source === undefined) {
    source = expandGenerated(instance);
    generated.set(instance, source);
  }
  return source;
}

registerRoots((visit) => {
  for (const [instance, source] of generated) {
    visit(instance);
    visit(source);
  }
  for (const { outer } of scopes) visit(outer);
  visit(outOfMemoryObject);
});

/** A task would end a run that began before others which have not ended: JavaScript's stack cannot do that. */
export function endOfForeignRun(): never {
  throw new InternalError(
    'tasks were switched within a callback, a macro or an iterator that is spread, and end in another order than they began',
  );
}
