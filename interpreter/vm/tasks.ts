// Tasks: frames on a stack of their own.
//
// Since frames are data, switching tasks is changing the machine's registers: the innermost frame, the end of the stack,
// its limit, the stack of caught exceptions, the dynamic scopes. The loop notices that the innermost frame is another
// one after a foreign call (only `jl_switch` and its kin switch) and goes on there.
//
// The zone of stacks above the root task's is divided into a few large segments. Each task gets one of them; two tasks
// of the same segment take turns: what the one has on it is copied aside before the other is let in. So the number of
// tasks is bounded by memory alone, and each may still recurse deeply. Frames hold absolute places, so a task always
// comes back to the segment it began on.
//
// JavaScript's own stack is not switched. A task may be left in the middle of a run (vm/run.ts) that a builtin or a C
// callback began, and others may go on in that same run; but runs must end in the order opposite to that in which they
// began. The loop checks it and stops with an error where a program would need otherwise.

import { U32 } from '../../ffi/region.ts';
import { setFrameTracer } from '../memory/collect.ts';
import { STACKS_END } from '../memory/heap.ts';
import { type Ref, readRef, readU8, type TaskRef, writeRef } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerPurge, registerRoots } from '../memory/roots.ts';
import { State, setStateRef, stateRef } from '../memory/state.ts';
import { nothing } from '../memory/wellknown.ts';
import { currentWorld } from '../runtime/bindings.ts';
import { InternalError } from '../runtime/errors.ts';
import { ageFrames } from './calls.ts';
import { codeAt, instructionLength, STACK_LIMIT, STACK_START } from './code.ts';
import { slotRanges } from './collection.ts';
import { type CaughtException, currentExceptions, swapExceptionStack, visitExceptions } from './exceptions.ts';
import { frameCode, Header, machine, noteOuterFrame } from './frames.ts';
import { type EnteredScope, swapScopes } from './incidents.ts';

/** Words of a segment, and those at its end that only the handling of an overflow may use. */
const SEGMENT_WORDS = (8 << 20) / 4;
const RESERVE_WORDS = 0x10000;
const FIRST_SEGMENT = STACK_LIMIT + RESERVE_WORDS;
const SEGMENTS = Math.floor((STACKS_END / 4 - FIRST_SEGMENT) / SEGMENT_WORDS);
if (SEGMENTS < 1) throw new InternalError('the zone of stacks has no room for tasks');

/** What the machine needs to know of a task; the heap's Task object has the rest. */
interface Context {
  readonly task: TaskRef;
  /** First word of its stack, and the word it may grow to. */
  readonly base: number;
  readonly limit: number;
  /** Innermost frame and end of the stack while the task does not run; fp is 0 until it starts. */
  fp: number;
  sp: number;
  /** Instruction to go on with. */
  pc: number;
  /** World in which it was left: frames must be aged if another has begun since. */
  world: number;
  exceptions: CaughtException[];
  scopes: EnteredScope[];
  /** Its part of the stack, while another task is on the segment. */
  saved: Uint32Array | null;
  started: boolean;
}

const contexts = new Map<TaskRef, Context>();
/** The task whose frames are on each segment now. */
const occupants: (Context | null)[] = new Array<Context | null>(SEGMENTS).fill(null);
let nextSegment = 0;

export const currentTask = (): TaskRef => stateRef<TaskRef>(State.current_task);

function contextOf(task: TaskRef): Context {
  let context = contexts.get(task);
  if (context === undefined) {
    const root = task === stateRef<TaskRef>(State.root_task);
    const base = root ? STACK_START : FIRST_SEGMENT + SEGMENT_WORDS * (nextSegment++ % SEGMENTS);
    context = {
      task,
      base,
      limit: root ? STACK_LIMIT : base + SEGMENT_WORDS - RESERVE_WORDS,
      fp: 0,
      sp: base,
      pc: 0,
      world: currentWorld(),
      exceptions: [],
      scopes: [],
      saved: null,
      started: root,
    };
    contexts.set(task, context);
  }
  return context;
}

/** Registers a new task; `world` is the one its function is called in. */
export function adoptTask(task: TaskRef, world: number): void {
  contextOf(task).world = world;
}

/** The exceptions that a task which has not ended is handling. */
export const exceptionsHandledBy = (task: TaskRef): readonly CaughtException[] =>
  task === currentTask() ? currentExceptions() : (contexts.get(task)?.exceptions ?? []);

/** Whether a task has begun; one that has ended has. */
export const isTaskStarted = (task: TaskRef): boolean =>
  contexts.get(task)?.started ?? readU8(task, objects.Task._state) !== 0;

/** A finished task needs its stack no more. */
export function releaseTask(task: TaskRef): void {
  const context = contexts.get(task);
  if (context !== undefined) finished = context;
}
/** The task that has just finished: it still runs until it switches away. */
let finished: Context | null = null;

let enterTask: (task: TaskRef, world: number) => number = () => {
  throw new InternalError('tasks need the front end');
};
/** Installs who pushes the first frame of a task at machine.sp; it returns the frame. */
export function setTaskEntry(entry: (task: TaskRef, world: number) => number): void {
  enterTask = entry;
}

const segmentOf = (context: Context): number =>
  context.base === STACK_START ? -1 : (context.base - FIRST_SEGMENT) / SEGMENT_WORDS;

/** Makes the segment of a task its own, putting aside what another task has on it. */
function occupy(context: Context): void {
  const segment = segmentOf(context);
  if (segment < 0) return;
  const occupant = occupants[segment];
  if (occupant === context) return;
  if (occupant !== null) occupant.saved = U32.slice(occupant.base, occupant.sp);
  occupants[segment] = context;
  if (context.saved !== null) U32.set(context.saved, context.base);
  context.saved = null;
}

/**
 * Makes a task the running one. The caller's frame goes on, when it is switched to again, behind the instruction it
 * stands at. To be called by functions of a foreign call only: the loop looks for it there.
 */
export function switchTo(task: TaskRef): void {
  const from = contextOf(currentTask());
  if (from.task === task) return;
  const to = contextOf(task);
  if (machine.fp === 0) throw new InternalError('a task is switched to while no task runs');
  const code = frameCode(machine.fp);
  const at = U32[machine.fp - Header.AT];
  from.fp = machine.fp;
  from.sp = machine.sp;
  from.pc = at + instructionLength(code.ops, at);
  from.world = currentWorld();
  from.exceptions = swapExceptionStack(to.exceptions);
  from.scopes = swapScopes(to.scopes);
  if (finished === from) {
    const segment = segmentOf(from);
    if (segment >= 0) occupants[segment] = null;
    contexts.delete(from.task);
    finished = null;
  }
  occupy(to);
  setStateRef(State.current_task, task);
  machine.base = to.base;
  machine.limit = to.limit;
  if (to.started) {
    machine.fp = to.fp;
    machine.sp = to.sp;
    machine.resume = to.pc;
    // Frames that were put aside stayed as they were while worlds began.
    if (to.world !== currentWorld()) ageFrames();
  } else {
    to.started = true;
    machine.fp = 0;
    machine.sp = to.base;
    machine.fp = enterTask(task, to.world);
    noteOuterFrame(machine.fp, 0);
    machine.resume = 0;
  }
}

// Collection. A task lives as long as something refers to it, such as the queue it stands in; its frames are visited when it
// is. So a task that waits for what nobody can give it any more goes, with all that it holds, as in Julia.

/** Visits the references in the frames of a stack that was put aside. */
function visitSavedFrames(context: Context, words: Uint32Array, visit: (object: Ref) => void): void {
  for (const fp of framesOf(context)) {
    const at = fp - context.base;
    visit(words[at - Header.INSTANCE] as Ref);
    for (let word = at, end = at + codeAt(words[at - Header.CODE]).frameWords; word < end; word += 4) {
      if (words[word + 2] === 0 && words[word] !== 0) visit((words[word] >>> 3) as Ref);
    }
  }
}

/** The frames of a task that does not run, innermost first. */
function* framesOf(context: Context): Generator<number> {
  const header = headerReader(context);
  for (let fp = context.fp; fp !== 0; fp = header(fp, Header.CALLER) || header(fp, Header.OUTER)) yield fp;
}

/** Reads header words of frames, wherever the stack is now. */
function headerReader({ saved, base }: Context): (fp: number, word: number) => number {
  return saved === null ? (fp, word) => U32[fp - word] : (fp, word) => saved[fp - word - base];
}

/** Whether a task was left within a run that one of its builtins or a C function began: JavaScript is to come back to it. */
function isWithinRun(context: Context): boolean {
  const header = headerReader(context);
  for (const fp of framesOf(context)) {
    if (header(fp, Header.CALLER) === 0 && header(fp, Header.OUTER) !== 0) return true;
  }
  return false;
}

setFrameTracer((task, visit, scan) => {
  const context = contexts.get(task);
  if (context === undefined) return;
  visitExceptions(context.exceptions, visit);
  for (const { outer } of context.scopes) visit(outer);
  if (task === currentTask() || !context.started) return;
  if (context.saved !== null) visitSavedFrames(context, context.saved, visit);
  else for (const [from, to] of slotRanges(context)) scan(from, to);
});

registerRoots((visit) => {
  const running = currentTask();
  for (const context of contexts.values()) {
    if (context.task !== running && context.started && isWithinRun(context)) visit(context.task);
  }
});

registerPurge((isAlive) => {
  for (const context of contexts.values()) {
    if (isAlive(context.task)) continue;
    contexts.delete(context.task);
    const segment = segmentOf(context);
    if (segment >= 0 && occupants[segment] === context) occupants[segment] = null;
  }
});

/** Gives a Task object its fields. */
export function initializeTask(task: TaskRef, start: Ref, donenotify: Ref, scope: Ref): void {
  writeRef(task, objects.Task.next, nothing);
  writeRef(task, objects.Task.queue, nothing);
  writeRef(task, objects.Task.storage, nothing);
  writeRef(task, objects.Task.donenotify, donenotify);
  writeRef(task, objects.Task.result, nothing);
  writeRef(task, objects.Task.scope, scope);
  writeRef(task, objects.Task.start, start);
}

/** The dynamic scope of the running task. */
export const currentScope = (): Ref => readRef(currentTask(), objects.Task.scope);
