// Questions of the library to inference: `jl_inferred_*`, the runtime's functions that only a compiler can answer.
//
// The library asks while a program runs, in the middle of a call, so there is no waiting for a file to be loaded: what can
// answer is loaded synchronously, and not before the first question.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineRuntimeFunctions } from '../../interpreter/runtime/capi/table.ts';
import type * as Answers from './answers.ts';

export type Question = 'type' | 'exception' | 'effects' | 'bodies';

let answers: typeof Answers | null = null;

/** Hands over what answers, where it is loaded already by other means than Node's own. */
export function useAnswers(loaded: typeof Answers): void {
  answers = loaded;
}

function load(): typeof Answers {
  if (answers === null) {
    const own = import.meta.filename;
    // In the bundle every file lies in one folder, and this one has a name of its own there.
    const file = own.endsWith('.ts') ? join(dirname(own), 'answers.ts') : join(dirname(own), 'answers.cjs');
    const loaded: typeof Answers = createRequire(import.meta.url)(file);
    answers = loaded;
  }
  return answers;
}

const ask =
  (question: Question) =>
  (args: Int32Array, _n: number, result: number): void =>
    load().answerSlots(question, args, result);

const signature = 'jl_value_t *(jl_value_t *)';
defineRuntimeFunctions({
  jl_inferred_type: [signature, ask('type')],
  jl_inferred_exception: [signature, ask('exception')],
  jl_inferred_effects: [signature, ask('effects')],
  jl_inferred_bodies: [signature, ask('bodies')],
});
