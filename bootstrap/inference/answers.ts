// Answers of inference to the library: what a call would return and do, as objects of the heap.
//
// Loaded only when the library asks for the first time (questions.ts).

import { widen, withoutConditional } from '../../codegen/inference/lattice.ts';
import {
  effectsOf,
  exceptionTypeOf,
  outcomesOf,
  returnTypeOf,
  typesOfStatements,
} from '../../codegen/inference/reflect.ts';
import type { Ref } from '../../interpreter/memory/layout.ts';
import { boxInt64, svec, vectorAny } from '../../interpreter/runtime/values.ts';
import { setSlotReference, slotRef } from '../../interpreter/vm/slots.ts';
import type { Question } from './questions.ts';

/** The answer to a question about calls with arguments of a tuple type, the callee's type first. */
export function answer(question: Question, types: Ref): Ref {
  switch (question) {
    case 'type':
      return returnTypeOf(types);
    case 'exception':
      return exceptionTypeOf(types);
    case 'effects':
      return boxInt64(effectsOf(types));
    case 'bodies':
      return vectorAny(
        outcomesOf(types).map(({ of, outcome }) =>
          svec(of.method, widen(withoutConditional(outcome.result)), vectorAny(typesOfStatements(of))),
        ),
      );
  }
}

/** The same for a question in slots. */
export function answerSlots(question: Question, args: Int32Array, result: number): void {
  setSlotReference(result, answer(question, slotRef(args[0])));
}
