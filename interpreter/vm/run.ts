// Running a frame to its end: the loop (loop.ts) executes, this file catches what is thrown and unwinds.

import { I32, U32 } from '../../ffi/region.ts';
import { STATE_OFFSET, State, stateRef } from '../memory/state.ts';
import { JuliaException } from '../runtime/errors.ts';
import { codeAt } from './code.ts';
import { exceptionDepth, popExceptionsTo, pushException, topException } from './exceptions.ts';
import { backtrace, type FramePlace, Header, machine, noteOuterFrame } from './frames.ts';
import { notifyThrow, observed } from './hooks.ts';
import { endOfForeignRun, leaveScopesTo, safepoint, stackOverflow, whileInterruptsWait } from './incidents.ts';
import { execute } from './loop.ts';
import { setSliceLength } from './slices.ts';

const BUDGET = (STATE_OFFSET + State.allocation_budget) >> 2;
const INTERRUPTS = (STATE_OFFSET + State.interrupts) >> 2;

/**
 * Executes from frame `bottom` until it returns. The frame's header and arguments are in place, `result` is the word of
 * the slot that receives what it returns.
 *
 * @throws JuliaException when nothing within catches it; the frames above `bottom`'s caller are gone then
 */
export function run(bottom: number): void {
  if (nesting >= UNCHECKED_RUNS) checkRoom();
  nesting++;
  const ofTask = runsInTask();
  if (ofTask) taskRuns++;
  try {
    runFrames(bottom);
  } finally {
    nesting--;
    if (ofTask) taskRuns--;
  }
}

/** Runs that are under way, each within a builtin, callback or evaluation of the one before. */
let nesting = 0;
/** Of these, how many were begun by tasks other than the root's: these have to end before what was begun before them. */
let taskRuns = 0;
export const runsOfTasks = (): number => taskRuns;
/** So many always fit into JavaScript's stack. */
const UNCHECKED_RUNS = 16;
/** Calls that must fit into what is left of it: more than the runtime, the lowering above all, needs for itself. */
const ROOM = 1500;

const useRoom = (calls: number): number => (calls === 0 ? 0 : 1 + useRoom(calls - 1));

/** A run within many others: StackOverflowError while there is room to handle it, not when it is used up. */
function checkRoom(): void {
  try {
    useRoom(ROOM);
  } catch {
    throw stackOverflow();
  }
}

const runsInTask = (): boolean => stateRef(State.current_task) !== stateRef(State.root_task);

function runFrames(bottom: number): void {
  const outer = machine.fp;
  const outerSp = machine.sp;
  noteOuterFrame(bottom, outer);
  let fp = bottom;
  let pc = 0;
  machine.fp = fp;
  for (;;) {
    try {
      while (!execute(fp, pc, bottom)) {
        fp = machine.fp;
        pc = machine.resume;
        U32[fp - Header.AT] = pc;
        machine.sp = fp + codeAt(U32[fp - Header.CODE]).frameWords;
        if (I32[BUDGET] < 0 || I32[INTERRUPTS] !== 0) safepoint();
        else {
          if (exercise !== null) exerciseOnce();
          if (sample !== null) sample();
        }
      }
      machine.fp = outer;
      machine.sp = outerSp;
      return;
    } catch (error) {
      const thrown = asJuliaException(error);
      if (thrown === null) {
        if (error instanceof Error && !failurePlaces.has(error)) failurePlaces.set(error, backtrace());
        machine.fp = outer;
        machine.sp = outerSp;
        throw error;
      }
      const places: readonly FramePlace[] = thrown.rethrown ? (topException()?.backtrace ?? backtrace()) : backtrace();
      if (observed.throws && !uncaughtBacktraces.has(thrown)) notifyThrow(thrown.exception, machine.fp);
      const handler = findHandler(bottom);
      if (handler < 0) {
        machine.fp = outer;
        machine.sp = outerSp;
        uncaughtBacktraces.set(thrown, uncaughtBacktraces.get(thrown) ?? places);
        throw thrown;
      }
      const known = uncaughtBacktraces.get(thrown);
      // What is thrown again is on the stack already: it takes its own place, or that of what it stands for.
      if (thrown.rethrown) popExceptionsTo(exceptionDepth() - 1);
      pushException(thrown.exception, known ?? places);
      fp = machine.fp;
      pc = handler;
    }
  }
}

/**
 * V8 compiles the loop for the instructions and operands that it has seen, and throws the code away when it meets others.
 * So once a program has run for a while, everything is done once that programs do (the library knows how), and what V8
 * makes after that lasts.
 */
let exercise: (() => void) | null = null;
/** Installs what exercises the loop; it is called once, in the midst of a program, and must have no effect. */
export function setExercise(work: () => void): void {
  exercise = work;
}

function exerciseOnce(): void {
  const work = exercise;
  exercise = null;
  if (work !== null && !observed.code) whileInterruptsWait(work);
}

let sample: (() => void) | null = null;
/** Installs what looks at the stack each time that a program has done so many calls and backward jumps, about. */
export function setSampler(sampler: () => void, every: number): void {
  sample = sampler;
  setSliceLength(every);
}

/** Where exceptions that leave a run were thrown: the next run that catches them, or the report, wants to know. */
const uncaughtBacktraces = new WeakMap<JuliaException, readonly FramePlace[]>();
/** Where the errors of jl0 itself were thrown that left a run. */
const failurePlaces = new WeakMap<Error, readonly FramePlace[]>();
export const failurePlacesOf = (error: Error): readonly FramePlace[] => failurePlaces.get(error) ?? [];
export const backtraceOf = (thrown: JuliaException): readonly FramePlace[] => uncaughtBacktraces.get(thrown) ?? [];

/** JavaScript's own stack overflow, inside a builtin, is Julia's; anything else is ours. */
function asJuliaException(error: unknown): JuliaException | null {
  if (error instanceof JuliaException) return error;
  if (error instanceof RangeError && error.message === 'Maximum call stack size exceeded') return stackOverflow();
  return null;
}

/** Unwinds to the innermost frame, not below `bottom`, that catches; returns the instruction to go on with, or -1. */
function findHandler(bottom: number): number {
  for (let fp = machine.fp; ; fp = U32[fp - Header.CALLER]) {
    const code = codeAt(U32[fp - Header.CODE]);
    const statement = code.statements[U32[fp - Header.AT]];
    const handler = code.handlers[statement] ?? -1;
    if (handler >= 0) {
      machine.fp = fp;
      leaveScopesTo(U32[fp + code.handlerTokens[statement] + 1]);
      return handler;
    }
    if (fp === bottom) return -1;
    if (U32[fp - Header.CALLER] === 0) endOfForeignRun();
  }
}
