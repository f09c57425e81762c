// Reflection: what inference says of calls with given types, as Julia's `infer_return_type` and `infer_effects` ask it.

import type { DataTypeRef, Ref } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype } from '../../interpreter/memory/wellknown.ts';
import { currentWorld } from '../../interpreter/runtime/bindings.ts';
import { reachedMethods } from '../../interpreter/runtime/methodmatches.ts';
import {
  instanceOf,
  isDataType,
  isVararg,
  param,
  paramCount,
  rewrapUnionAll,
  unwrapUnionAll,
} from '../../interpreter/types/index.ts';
import { builtinOf } from '../../interpreter/vm/calls.ts';
import { builtinEffects, exceptionOf } from './builtin-effects.ts';
import { builtinResult } from './builtins.ts';
import { NEVER, type Outcome } from './calls.ts';
import { type Effects, mergeEffects, THROWS, UNKNOWN_CALL } from './effects.ts';
import { svecToArray } from './heapdata.ts';
import { outcomeOf, typedBody } from './infer.ts';
import { anything, type Lattice, ofType, widen, withoutConditional } from './lattice.ts';
import type { Specialisation } from './matches.ts';
import { joinTypes } from './merge.ts';

/** What each method does that a call with the tuple type `question` may run, the callee's type first. */
export function outcomesOf(question: Ref): { of: Specialisation; outcome: Outcome; covers: boolean }[] {
  return reachedMethods(question, currentWorld(), false).map(({ method, types, sparams, covers }) => {
    const of: Specialisation = { method, types: types as DataTypeRef, sparams: svecToArray(sparams) };
    return { of, outcome: outcomeOf(of), covers };
  });
}

/** What a builtin or intrinsic gives and does, if the callee is one; null otherwise. */
function builtinOutcome(question: Ref): Outcome | null {
  const body = unwrapUnionAll(question);
  if (!isDataType(body) || paramCount(body) === 0) return null;
  const callee = param(body, 0);
  const object = isDataType(callee) ? instanceOf(callee) : 0;
  const callable = object === 0 ? undefined : builtinOf(object);
  if (callable === undefined) return null;
  const args: Lattice[] = [];
  for (let i = 1, n = paramCount(body); i < n; i++) {
    const parameter = param(body, i);
    args.push(isVararg(parameter) ? { kind: 'type', type: parameter } : ofType(rewrapUnionAll(parameter, question)));
  }
  if (callable.leaf === null) return { result: anything, effects: UNKNOWN_CALL, exception: anything };
  const result = withoutConditional(builtinResult(callable.name, args, { slotOf: () => 0, global: () => anything }));
  const effects = builtinEffects(callable.name, args, result);
  return { result, effects, exception: exceptionOf(callable.name, args, effects) };
}

/** The type that a call returns. */
export function returnTypeOf(question: Ref): Ref {
  const builtin = builtinOutcome(question);
  if (builtin !== null) return widen(builtin.result);
  return returnTypesOf(question).reduce(joinTypes, Bottom);
}

/** The types that the methods return that a call may run. */
export const returnTypesOf = (question: Ref): Ref[] =>
  outcomesOf(question).map(({ outcome }) => widen(withoutConditional(outcome.result)));

/** What a call may do. */
export function effectsOf(question: Ref): Effects {
  const builtin = builtinOutcome(question);
  if (builtin !== null) return builtin.effects;
  const all = outcomesOf(question);
  const known = all.reduce((effects, { outcome }) => mergeEffects(effects, outcome.effects), NEVER.effects);
  return all.some(({ covers }) => covers) ? known : mergeEffects(known, THROWS);
}

/** The type of what a call may throw; `Union{}` if it throws nothing. */
export function exceptionTypeOf(question: Ref): Ref {
  const builtin = builtinOutcome(question);
  if (builtin !== null) return widen(builtin.exception);
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
