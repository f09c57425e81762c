// Ctrl-C: an InterruptException in whatever runs, or the end of the program.
//
// The handler (ffi/interrupts.x86_64-linux.ts) spends the allocation budget, so that the next call or backward jump is a
// safepoint, where the exception is thrown; should the program overwrite the budget at that moment, it hears of the signal
// a few thousand jumps later. As in Julia, a script that is run from a file ends instead: its exit hooks run
// and the exit code is 130; `Base.exit_on_sigint` chooses. A second Ctrl-C that comes before the first was noticed ends
// the process at once.

import { offsetBy, toAddress } from '../../ffi/address.ts';
import { catchInterrupts, INTERRUPTED, takeInterrupt } from '../../ffi/interrupts.x86_64-linux.ts';
import { REGION_BASE } from '../../ffi/region.ts';
import { STATE_OFFSET, State } from '../memory/state.ts';
import { Exit, intOf } from '../runtime/capi/core.ts';
import { defineRuntimeFunctions } from '../runtime/capi/table.ts';
import { throwPlain } from '../runtime/errors.ts';
import { interruptsWait, onSafepoint } from './incidents.ts';
import { setSlotNothing } from './slots.ts';

let exits = false;

/** Makes Ctrl-C reach the program. @param exit whether it ends the program rather than throw */
export function enableInterrupts(exit: boolean): void {
  exits = exit;
  const state = offsetBy(toAddress(REGION_BASE), STATE_OFFSET);
  catchInterrupts(offsetBy(state, State.interrupts), offsetBy(state, State.allocation_budget));
}

onSafepoint(() => {
  if (interruptsWait() || !takeInterrupt()) return;
  if (!exits) throwPlain('InterruptException');
  process.stderr.write(`\n[${process.pid}] signal 2: Interrupt\n`);
  throw new Exit(INTERRUPTED);
});

defineRuntimeFunctions({
  jl_exit_on_sigint: [
    'void (int)',
    (args, _n, result) => {
      exits = intOf(args[0]) !== 0;
      setSlotNothing(result);
    },
  ],
});
