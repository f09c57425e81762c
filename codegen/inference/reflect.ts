// Reflection: what inference says of calls with given types, as Julia's `infer_return_type` and `infer_effects` ask it.

import type { DataTypeRef, Ref } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype } from '../../interpreter/memory/wellknown.ts';
import { currentWorld } from '../../interpreter/runtime/bindings.ts';
import { reachedMethods } from '../../interpreter/runtime/methodmatches.ts';
import { NEVER, type Outcome } from './calls.ts';
import { type Effects, mergeEffects, THROWS } from './effects.ts';
import { svecToArray } from './heapdata.ts';
import { outcomeOf, typedBody } from './infer.ts';
import { widen, withoutConditional } from './lattice.ts';
import type { Specialisation } from './matches.ts';
import { joinTypes } from './merge.ts';

/** What each method does that a call with the tuple type `question` may run, the callee's type first. */
export function outcomesOf(question: Ref): { of: Specialisation; outcome: Outcome; covers: boolean }[] {
  return reachedMethods(question, currentWorld(), false).map(({ method, types, sparams, covers }) => {
    const of: Specialisation = { method, types: types as DataTypeRef, sparams: svecToArray(sparams) };
    return { of, outcome: outcomeOf(of), covers };
  });
}

/** The type that a call returns. */
export function returnTypeOf(question: Ref): Ref {
  return returnTypesOf(question).reduce(joinTypes, Bottom);
}

/** The types that the methods return that a call may run. */
export const returnTypesOf = (question: Ref): Ref[] =>
  outcomesOf(question).map(({ outcome }) => widen(withoutConditional(outcome.result)));

/** What a call may do. */
export function effectsOf(question: Ref): Effects {
  const all = outcomesOf(question);
  const known = all.reduce((effects, { outcome }) => mergeEffects(effects, outcome.effects), NEVER.effects);
  return all.some(({ covers }) => covers) ? known : mergeEffects(known, THROWS);
}

/** The type of what a call may throw; `Union{}` if it throws nothing. */
export function exceptionTypeOf(question: Ref): Ref {
  const all = outcomesOf(question);
  const known = all.reduce<Ref>((type, { outcome }) => joinTypes(type, widen(outcome.exception)), Bottom);
  return all.some(({ covers }) => covers) ? known : joinTypes(known, datatype('MethodError'));
}

/** The types of the SSA values of a specialisation's code. */
export function typesOfStatements(of: Specialisation): Ref[] {
  const typed = typedBody(of, null);
  if (typed === null) return [];
  return typed.ssa.slice(1).map((element) => widen(withoutConditional(element)));
}
