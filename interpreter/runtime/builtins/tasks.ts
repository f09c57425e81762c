// Builtins of the running task and of the collector: dynamic scope, finalizers.

import { addFinalizer } from '../../memory/collect.ts';
import { nothing } from '../../memory/wellknown.ts';
import { isMutableType } from '../../types/kinds.ts';
import { defineBuiltins } from '../../vm/builtin.ts';
import { setSlotNothing, setSlotReference, slotRef, slotType } from '../../vm/slots.ts';
import { currentScope } from '../../vm/tasks.ts';
import { expectArguments } from './arguments.ts';

defineBuiltins({
  current_scope: (_args, n, result) => {
    expectArguments('current_scope', n, 0);
    const scope = currentScope();
    setSlotReference(result, scope === 0 ? nothing : scope);
  },
  finalizer: (args, n, result) => {
    expectArguments('finalizer', n, 2, 4);
    // Only what is mutable has an identity whose end could be noticed.
    if (isMutableType(slotType(args[1]))) addFinalizer(slotRef(args[1]), slotRef(args[0]));
    setSlotNothing(result);
  },
});
