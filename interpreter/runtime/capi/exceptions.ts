// The C API of backtraces and of the stack of exceptions that are being handled.

import { nothing } from '../../memory/wellknown.ts';
import { currentExceptions } from '../../vm/exceptions.ts';
import { backtrace } from '../../vm/frames.ts';
import { setSlotReference, slotRef } from '../../vm/slots.ts';
import { backtraceVector } from '../backtraces.ts';
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
      void slotRef(args[0]);
      const withBacktraces = intOf(args[1]) !== 0;
      const limit = intOf(args[2]);
      const entries = [...currentExceptions()].reverse().slice(0, limit);
      setSlotReference(
        result,
        vectorAny(
          entries.flatMap(({ exception, backtrace: places }) =>
            withBacktraces ? [exception, backtraceVector(places), nothing] : [exception],
          ),
        ),
      );
    },
  ],
});
