// The C API of backtraces and of the stack of exceptions that are being handled.

import type { TaskRef } from '../../memory/layout.ts';
import { backtrace } from '../../vm/frames.ts';
import { setSlotReference, slotRef } from '../../vm/slots.ts';
import { backtraceVector } from '../backtraces.ts';
import { exceptionsOfTask } from '../tasks.ts';
import { vectorAny } from '../values.ts';
import { intOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

defineRuntimeFunctions({
  jl_backtrace_from_here: [
    'jl_value_t *(int, int)',
    // The innermost frame is `backtrace` itself, which is of no interest.
    (args, _n, result) => setSlotReference(result, backtraceVector(backtrace().slice(1 + intOf(args[1])))),
  ],
  jl_get_excstack: [
    'jl_value_t *(jl_task_t *, int, int)',
    (args, _n, result) => {
      const step = intOf(args[1]) !== 0 ? 1 : 3;
      const entries = exceptionsOfTask(slotRef(args[0]) as TaskRef).slice(0, 3 * intOf(args[2]));
      setSlotReference(result, vectorAny(entries.filter((_, i) => i % step === 0)));
    },
  ],
});
