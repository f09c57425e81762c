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
import { STACKS_END } from '../memory/heap.ts';
import { type Ref, readRef, type TaskRef, writeRef } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerRoots } from '../memory/roots.ts';
import { State, setStateRef, stateRef } from '../memory/state.ts';
import { nothing } from '../memory/wellknown.ts';
import { currentWorld } from '../runtime/bindings.ts';
import { InternalError } from '../runtime/errors.ts';
import { ageFrames } from './calls.ts';
import { codeAt, STACK_LIMIT, STACK_START } from './code.ts';
import type { StackInUse } from './collection.ts';
import { instructionLength } from './decode.ts';
import { type CaughtException, currentExceptions, swapExceptionStack, visitExceptions } from './exceptions.ts';
import { frameBelow, frameCode, Header, machine, noteOuterFrame } from './frames.ts';
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

export const isTaskStarted = (task: TaskRef): boolean => contexts.get(task)?.started ?? false;

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

/** Visits the references in the frames of a stack that was put aside. */
function visitFrames(context: Context, visit: (object: Ref) => void): void {
  const words = context.saved;
  if (words === null) return;
  const shift = context.base;
  for (let fp = context.fp; fp !== 0; ) {
    const code = codeAt(words[fp - Header.CODE - shift]);
    visit(words[fp - Header.INSTANCE - shift] as Ref);
    for (let word = fp; word < fp + code.frameWords; word += 4) {
      if (words[word + 2 - shift] === 0 && words[word - shift] !== 0) visit((words[word - shift] >>> 3) as Ref);
    }
    const caller = words[fp - Header.CALLER - shift];
    fp = caller !== 0 ? caller : frameBelow(fp);
  }
}

registerRoots((visit) => {
  const running = currentTask();
  for (const context of contexts.values()) {
    visit(context.task);
    visitExceptions(context.exceptions, visit);
    for (const { outer } of context.scopes) visit(outer);
    if (context.task !== running) visitFrames(context, visit);
  }
});

/** The stacks of tasks that do not run now and were not put aside. */
export function suspendedStacks(): StackInUse[] {
  const running = currentTask();
  return [...contexts.values()].filter(({ task, started, saved }) => task !== running && started && saved === null);
}

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
