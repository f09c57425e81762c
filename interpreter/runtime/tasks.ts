// The life of a task: made from a function, started, finished.
//
// A task's first frame runs a piece of Julia code (`source` below) that calls the task's function, hands what comes of
// it to the runtime, and then calls Base.task_done_hook, which switches to another task and never returns. The code is
// lowered on first use. It runs in the world in which the task was made.

import { CodeInfo } from '../ir/code.ts';
import { codeInfoToHeap } from '../ir/heap.ts';
import { lower } from '../lowering/index.ts';
import { allocate } from '../memory/heap.ts';
import {
  type ArrayRef,
  type CodeInfoRef,
  type Ref,
  readRef,
  readU8,
  type TaskRef,
  writeRef,
  writeU8,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerRoots } from '../memory/roots.ts';
import { BaseModule, CoreModule, datatype, nothing } from '../memory/wellknown.ts';
import { Expr } from '../syntax/expr.ts';
import { parseAll } from '../syntax/index.ts';
import { pushThunk } from '../vm/calls.ts';
import { currentExceptions, topException } from '../vm/exceptions.ts';
import { runningWorld } from '../vm/frames.ts';
import {
  adoptTask,
  currentScope,
  exceptionsHandledBy,
  initializeTask,
  releaseTask,
  setTaskEntry,
} from '../vm/tasks.ts';
import { exceptionVector, hideFrames } from './backtraces.ts';
import { globalValue } from './bindings.ts';
import { InternalError, throwValue } from './errors.ts';
import { moduleSyntax, runtimeHost } from './frontend.ts';
import { symbol } from './symbols.ts';
import { arrayGetRef, arrayLength } from './values.ts';

const source = `
let task = ccall(:jl_get_current_task, Any, ()), hook
    try
        hook = ccall(:jl_task_returned, Any, (Any, Any), task, ccall(:jl_task_function, Any, (Any,), task)())
    catch
        hook = ccall(:jl_task_threw, Any, (Any,), task)
    end
    Core.invokelatest(hook, task)
end`;

let entryCode = 0 as CodeInfoRef;
registerRoots((visit) => {
  if (entryCode !== 0) visit(entryCode);
});

function entry(): CodeInfoRef {
  if (entryCode === 0) {
    const [, parsed] = parseAll(source, { file: 'task' }).value.args;
    const lowered = lower(parsed, moduleSyntax(CoreModule), runtimeHost, { file: 'task', line: 1 });
    const code = lowered instanceof Expr && lowered.head === 'thunk' ? lowered.args[0] : undefined;
    if (!(code instanceof CodeInfo)) throw new InternalError('the entry of tasks does not lower');
    entryCode = codeInfoToHeap(code);
  }
  return entryCode;
}

hideFrames((place) => place.code.source === entryCode);
setTaskEntry((_task, world) => pushThunk(entry(), CoreModule, world));

const State = { runnable: 0, done: 1, failed: 2 } as const;

/** `Task(start)`, not yet scheduled. It inherits the scope and the world of the task that makes it. */
export function newTask(start: Ref, donenotify: Ref): TaskRef {
  const task = allocate(datatype('Task'), objects.Task.$size) as TaskRef;
  initializeTask(task, start, donenotify, currentScope());
  adoptTask(task, runningWorld());
  return task;
}

/** What a task starts with: its function, or the exception that it was scheduled with. */
export function taskFunction(task: TaskRef): Ref {
  if (readU8(task, objects.Task._isexception) !== 0) {
    writeU8(task, objects.Task._isexception, 0);
    throwValue(readRef(task, objects.Task.result));
  }
  writeRef(task, objects.Task.result, nothing);
  return readRef(task, objects.Task.start);
}

function finish(task: TaskRef, result: Ref, state: number): Ref {
  writeRef(task, objects.Task.result, result);
  writeU8(task, objects.Task._isexception, state === State.failed ? 1 : 0);
  writeU8(task, objects.Task._state, state);
  writeRef(task, objects.Task.start, nothing);
  releaseTask(task);
  const hook = globalValue(BaseModule, symbol('task_done_hook'));
  if (hook === 0) throw new InternalError('Base has no task_done_hook');
  return hook;
}

/** Notes what a task's function returned. @returns the function to call next, which never returns */
export const taskReturned = (task: TaskRef, value: Ref): Ref => finish(task, value, State.done);

/** Notes that a task's function threw what is being handled now. @returns the function to call next */
export function taskThrew(task: TaskRef): Ref {
  const top = topException();
  if (top === undefined) throw new InternalError('a task failed without an exception');
  writeRef(task, objects.Task.excstack, exceptionVector(currentExceptions()));
  return finish(task, top.exception, State.failed);
}

/** The exceptions that a task is handling, or failed with: newest first, each followed by its backtrace and `nothing`. */
export function exceptionsOfTask(task: TaskRef): readonly Ref[] {
  const failed = readRef<ArrayRef>(task, objects.Task.excstack);
  const vector = failed !== 0 ? failed : exceptionVector(exceptionsHandledBy(task));
  return Array.from({ length: arrayLength(vector) }, (_, i) => arrayGetRef(vector, i));
}
