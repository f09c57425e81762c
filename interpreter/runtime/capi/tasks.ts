// The C API of tasks.

import type { TaskRef } from '../../memory/layout.ts';
import { registerRoots } from '../../memory/roots.ts';
import { runsOfTasks } from '../../vm/run.ts';
import { setSlot, setSlotNothing, setSlotReference, slotRef } from '../../vm/slots.ts';
import { currentTask, isTaskStarted, switchTo } from '../../vm/tasks.ts';
import { newTask, taskFunction, taskReturned, taskThrew } from '../tasks.ts';
import { setInteger } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

/** The task that `jl_switch` switches to. */
let next: TaskRef | null = null;
registerRoots((visit) => {
  if (next !== null) visit(next);
});

const task = (word: number): TaskRef => slotRef(word) as TaskRef;

defineRuntimeFunctions({
  jl_new_task: [
    'jl_task_t *(jl_value_t *, jl_value_t *, size_t)',
    (args, _n, result) => setSlotReference(result, newTask(slotRef(args[0]), slotRef(args[1]))),
  ],
  jl_get_current_task: ['jl_task_t *(void)', (_a, _n, result) => setSlotReference(result, currentTask())],
  jl_is_task_started: [
    'int (jl_task_t *)',
    (args, _n, result, declared) => setInteger(result, declared, isTaskStarted(task(args[0])) ? 1 : 0),
  ],
  jl_switchto: [
    'void (jl_task_t *)',
    (args, _n, result) => {
      const target = task(args[0]);
      setSlotNothing(result);
      switchTo(target);
    },
  ],
  jl_set_next_task: [
    'void (jl_task_t *)',
    (args, _n, result) => {
      next = task(args[0]);
      setSlotNothing(result);
    },
  ],
  jl_get_next_task: [
    'jl_task_t *(void)',
    (_a, _n, result) => setSlotReference(result, next === null ? currentTask() : next),
  ],
  jl_switch: [
    'void (void)',
    (_a, _n, result) => {
      setSlotNothing(result);
      const target = next;
      next = null;
      if (target !== null) switchTo(target);
    },
  ],
  jl_runs_of_tasks: ['int (void)', (_a, _n, result, declared) => setInteger(result, declared, runsOfTasks())],
  jl_task_function: ['jl_value_t *(jl_task_t *)', (args, _n, result) => setSlot(result, taskFunction(task(args[0])))],
  jl_task_returned: [
    'jl_value_t *(jl_task_t *, jl_value_t *)',
    (args, _n, result) => setSlot(result, taskReturned(task(args[0]), slotRef(args[1]))),
  ],
  jl_task_threw: ['jl_value_t *(jl_task_t *)', (args, _n, result) => setSlot(result, taskThrew(task(args[0])))],
});
