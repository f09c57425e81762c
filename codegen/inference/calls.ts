// Calls: what is called, and what comes back.
//
// A call of a builtin is looked up in the table of builtins, or folded. Anything else is a call of methods: arguments that
// are unions are split into cases of one type each, the method table is asked for each case, and each method found is
// inferred with the case's types. When some argument is known better than its type, the method is inferred once more with
// that knowledge, or called at once, if that may help (constprop.ts).

import { type DataTypeRef, type Ref, readRef } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype } from '../../interpreter/memory/wellknown.ts';
import { currentWorld } from '../../interpreter/runtime/bindings.ts';
import { lookupInvoke } from '../../interpreter/runtime/methods.ts';
import {
  applyTupleType,
  intersectWithValues,
  isDataType,
  isSubtype,
  isTupleType,
  isType,
  isUnion,
  isVararg,
  isVarargTuple,
  param,
  paramCount,
  rewrapUnionAll,
  unionMembers,
  unwrapUnionAll,
  varargElement,
} from '../../interpreter/types/index.ts';
import { intrinsics } from '../../interpreter/vm/builtin.ts';
import { builtinOf } from '../../interpreter/vm/calls.ts';
import { inferApply } from './apply.ts';
import { builtinEffects, exceptionOf, intrinsicEffects } from './builtin-effects.ts';
import { builtinResult, exactType, type Surroundings } from './builtins.ts';
import { refineCall } from './constprop.ts';
import { Effect, type Effects, isFoldable, mergeEffects, PURE, THROWS, UNKNOWN_CALL } from './effects.ts';
import { fold, isFoldableBuiltin, isPureIntrinsic } from './fold.ts';
import {
  anything,
  constantBool,
  impossible,
  isBelow,
  isImpossible,
  isRefined,
  isRest,
  type Lattice,
  meet,
  ofConst,
  ofType,
  restrict,
  sameElement,
  widen,
  withoutConditional,
} from './lattice.ts';
import { findMatches, internAll, type Specialisation } from './matches.ts';
import { join } from './merge.ts';
import { inferReturnType, isReturnType } from './returntype.ts';
import { topFunctionName } from './topfunctions.ts';

/** Where an argument of a flattened call comes from. */
export type Source =
  | { readonly kind: 'argument'; readonly index: number }
  /** Field `field` of argument `index`. */
  | { readonly kind: 'element'; readonly index: number; readonly field: number };

/** One way a call may go. */
export interface Case {
  /** Types of callee and arguments in this case. */
  readonly types: readonly Ref[];
  /** The methods that it may run; exactly one when `covers` and there is no doubt. */
  readonly targets: readonly Specialisation[];
  readonly covers: boolean;
  readonly result: Lattice;
}

export type CallInfo =
  | {
      readonly kind: 'builtin';
      readonly name: string;
      readonly callee: Ref;
      readonly isIntrinsic: boolean;
      readonly result: Lattice;
      /** May it throw? Then it has to be called even where its value is known. */
      readonly throws: boolean;
    }
  | { readonly kind: 'methods'; readonly cases: readonly Case[]; readonly result: Lattice }
  /** `_apply_iterate` of tuples of known length: the same as a call with these arguments, callee first. */
  | {
      readonly kind: 'flattened';
      readonly sources: readonly Source[];
      readonly elements: readonly Lattice[];
      readonly inner: CallInfo;
      readonly result: Lattice;
    }
  /** `invoke` of a known method: the arguments without the types. */
  | { readonly kind: 'invoke'; readonly target: Specialisation; readonly result: Lattice }
  | { readonly kind: 'dynamic'; readonly result: Lattice };

/** What a specialisation gives, does and throws. */
export interface Outcome {
  readonly result: Lattice;
  readonly effects: Effects;
  readonly exception: Lattice;
}

/** What a call is and gives. */
export interface Called extends Outcome {
  readonly info: CallInfo;
  /** What is known of variables after the call has returned. */
  readonly refinements?: readonly (readonly [slot: number, value: Lattice])[];
}

/** A call of a method, inferred from the types alone. */
export interface Edge extends Outcome {
  /** It calls what is being inferred. */
  readonly isRecursive: boolean;
  /** Its types were made simpler. */
  readonly isLimited: boolean;
  /** Is the body small enough to be written in place of the call? */
  readonly isInlineable: boolean;
}

/** Code with a call in it. */
export interface Caller extends Surroundings {
  readonly of: Specialisation;
  /** Notes a lookup that the code relies on. */
  noteLookup(tuple: Ref, methods: readonly Ref[]): void;
  noteMethod(method: Ref): void;
  noteBinding(binding: Ref): void;
  /** Infers a method from the types of its arguments. */
  edge(target: Specialisation, isOneOfMany: boolean): Edge;
  /** Infers a method from what is known of its arguments; null if that cannot be done. */
  refined(target: Specialisation, given: readonly Lattice[]): Outcome | null;
  readonly isResultUnused: boolean;
  /** How the call is marked: to be written in place, or not. */
  readonly inlining: 'always' | 'never' | 'undecided';
}

export const called = (info: CallInfo, effects: Effects, exception: Lattice): Called => ({
  info,
  result: info.result,
  effects,
  exception,
});
/** A call that is looked up when it is made. */
export const dynamic = (result: Lattice): Called => called({ kind: 'dynamic', result }, UNKNOWN_CALL, anything);
/** A call that is looked up when it is made, of which the outcome is known. */
export const dynamicWith = (outcome: Outcome): Called =>
  called({ kind: 'dynamic', result: withoutConditional(outcome.result) }, outcome.effects, outcome.exception);

/** As many cases as unions among the arguments may make. */
const MAX_CASES = 4;

/**
 * Infers a call.
 *
 * @param elements callee and arguments; the last may stand for any number
 */
export function inferCall(elements: readonly Lattice[], caller: Caller): Called {
  const [first, ...args] = elements;
  const callee = withoutConditional(first);
  if (isRest(callee)) return dynamic(anything);
  if (callee.kind === 'const') {
    const callable = builtinOf(callee.value);
    if (callable !== undefined) {
      if (callable.leaf !== null) return inferBuiltin(callable.name, callee.value, args, caller);
      return inferRedirect(callable.name, args, caller);
    }
    if (isReturnType(callee.value)) return inferReturnType(args, caller);
    const special = inferTopFunction(callee.value, elements, caller);
    if (special !== null) return special;
  } else if (isUnion(widen(callee)) && unionMembers(widen(callee)).length <= MAX_CASES) {
    return inferEachCallee(unionMembers(widen(callee)), args, caller);
  } else if (isSubtype(widen(callee), datatype('Builtin'))) {
    return dynamic(anything);
  }
  return inferMethods(elements, caller);
}

/** A callee that is one of a few functions. */
function inferEachCallee(callees: readonly Ref[], args: readonly Lattice[], caller: Caller): Called {
  const all = callees.map((callee) => inferCall([ofType(callee), ...args], caller));
  const outcome = all.reduce<Outcome>(mergeOutcomes, NEVER);
  // The methods are those of the cases, each of its own callee.
  const cases: Case[] = [];
  for (const { info } of all) {
    if (info.kind !== 'methods') return dynamicWith(outcome);
    cases.push(...info.cases);
  }
  return called(
    { kind: 'methods', cases, result: withoutConditional(outcome.result) },
    outcome.effects,
    outcome.exception,
  );
}

/** What is not called at all. */
export const NEVER: Outcome = { result: impossible, effects: PURE, exception: impossible };

export const mergeOutcomes = (a: Outcome, b: Outcome): Outcome => ({
  result: join(a.result, b.result),
  effects: mergeEffects(a.effects, b.effects),
  exception: join(a.exception, b.exception),
});

/** Functions of Base that Julia's inference knows by name. */
function inferTopFunction(callee: Ref, elements: readonly Lattice[], caller: Caller): Called | null {
  if (elements.length !== 2 || elements.some(isRest)) return null;
  const [, argument] = elements;
  if (argument.kind !== 'conditional' || topFunctionName(callee) !== '!') return null;
  const inner = inferMethods([elements[0], withoutConditional(argument)], caller);
  const result: Lattice = { ...argument, whenTrue: argument.whenFalse, whenFalse: argument.whenTrue };
  return { ...inner, result };
}

function inferBuiltin(name: string, callee: Ref, args: readonly Lattice[], caller: Caller): Called {
  const isIntrinsic = intrinsics.has(name);
  const plain = args.map(withoutConditional);
  if (plain.some(isImpossible))
    return called({ kind: 'builtin', name, callee, isIntrinsic, result: impossible, throws: true }, THROWS, anything);
  const result = folded(name, isIntrinsic, plain, callee) ?? builtinResult(name, args, caller);
  const effects = isIntrinsic ? intrinsicEffects(name, args, result) : builtinEffects(name, args, result);
  const exception = exceptionOf(name, args, effects);
  const throws = (effects & Effect.throws) !== 0;
  const info: CallInfo = { kind: 'builtin', name, callee, isIntrinsic, result, throws };
  if (name === 'typeassert' && !isImpossible(result)) {
    const slot = caller.slotOf(0);
    if (slot !== 0) return { info, result, effects, exception, refinements: [[slot, withoutConditional(result)]] };
  }
  return { info, result, effects, exception };
}

function folded(name: string, isIntrinsic: boolean, args: readonly Lattice[], callee: Ref): Lattice | null {
  if (!(isIntrinsic ? isPureIntrinsic(name) : isFoldableBuiltin(name))) return null;
  const leaf = builtinOf(callee)?.leaf;
  if (leaf === null || leaf === undefined) return null;
  const values: Ref[] = [];
  for (const arg of args) {
    if (arg.kind === 'const') values.push(arg.value);
    else return null;
  }
  const value = fold(leaf, values);
  return value === null ? impossible : ofConst(value);
}

function inferRedirect(name: string, args: readonly Lattice[], caller: Caller): Called {
  switch (name) {
    case '_apply_iterate':
      return inferApply(args, caller);
    case 'invoke':
      return inferInvoke(args, caller);
    default:
      return called(
        { kind: 'dynamic', result: anything },
        Effect.inconsistent | Effect.sideEffects | Effect.throws | Effect.accessesMemory,
        anything,
      );
  }
}

function inferInvoke(args: readonly Lattice[], caller: Caller): Called {
  const [callee, types, ...rest] = args.map(withoutConditional);
  const declared = types === undefined ? null : exactType(types);
  if (declared === null || rest.some(isRest) || callee === undefined) return dynamic(anything);
  const body = unwrapUnionAll(declared);
  if (!isDataType(body) || !isTupleType(body) || isVarargTuple(body)) return dynamic(anything);
  if (paramCount(body) !== rest.length) return dynamic(impossible);
  const parameters: Ref[] = [widen(callee)];
  const given: Lattice[] = [callee];
  for (let i = 0; i < rest.length; i++) {
    const parameter = rewrapUnionAll(param(body, i), declared);
    const arg = isSubtype(widen(rest[i]), parameter) ? rest[i] : restrict(rest[i], parameter);
    if (isImpossible(arg))
      return called({ kind: 'dynamic', result: impossible }, THROWS, ofType(datatype('TypeError')));
    given.push(arg);
    parameters.push(parameter);
  }
  const exact = given.every((arg, i) => i === 0 || arg === rest[i - 1]);
  const match = lookupInvoke(applyTupleType(parameters), currentWorld());
  if (match === null) return called({ kind: 'dynamic', result: impossible }, THROWS, ofType(datatype('MethodError')));
  const tuple = applyTupleType(given.map(widen));
  const { type, values } = intersectWithValues(tuple, readRef(match.method, objects.Method.sig));
  if (!isDataType(unwrapUnionAll(type)) || !isTupleType(unwrapUnionAll(type))) return dynamic(anything);
  const target = internAll({ method: match.method, types: type as DataTypeRef, sparams: values });
  caller.noteMethod(match.method);
  const outcome = inferTarget(target, given, false, caller);
  const effects = exact ? outcome.effects : mergeEffects(outcome.effects, THROWS);
  const exception = exact ? outcome.exception : join(outcome.exception, ofType(datatype('TypeError')));
  const result = withoutConditional(outcome.result);
  if (!exact || !isDataType(type)) return called({ kind: 'dynamic', result }, effects, exception);
  return called({ kind: 'invoke', target, result }, effects, exception);
}

/** One method, from types, and from what else is known if that may help. */
function inferTarget(target: Specialisation, given: readonly Lattice[], isOneOfMany: boolean, caller: Caller): Outcome {
  const edge = caller.edge(target, isOneOfMany);
  return refineCall(target, given, edge, caller) ?? edge;
}

// Methods.

interface Learned {
  readonly whenTrue: Lattice[];
  readonly whenFalse: Lattice[];
}

/** Infers a call of methods. */
export function inferMethods(elements: readonly Lattice[], caller: Caller): Called {
  const plain = elements.map(withoutConditional);
  if (plain.some(isImpossible)) return called({ kind: 'dynamic', result: impossible }, THROWS, anything);
  const types = plain.map(widen);
  const splits: { split: Ref[]; found: readonly Specialisation[]; covers: boolean }[] = [];
  let count = 0;
  for (const split of splitCases(types)) {
    const matches = findMatches(split, currentWorld());
    if (matches === null) return dynamic(anything);
    const tuple = applyTupleType([...split]);
    caller.noteLookup(
      tuple,
      matches.found.map((each) => each.method),
    );
    splits.push({ split, ...matches });
    count += matches.found.length;
  }
  const cases: Case[] = [];
  const learned: Learned = { whenTrue: plain.map(() => impossible), whenFalse: plain.map(() => impossible) };
  let all: Outcome = NEVER;
  let isCovered = true;
  let isBool = true;
  for (const { split, found, covers } of splits) {
    let one: Outcome = NEVER;
    for (const target of found) {
      caller.noteMethod(target.method);
      const given = givenFor(plain, elements, split, target);
      const outcome = inferTarget(target, given, count > 1, caller);
      isBool &&= isBelow(outcome.result, ofType(datatype('Bool')));
      if (isBool) learn(learned, outcome.result, given);
      one = mergeOutcomes(one, outcome);
    }
    isCovered &&= covers;
    cases.push({ types: split, targets: found, covers, result: withoutConditional(one.result) });
    all = mergeOutcomes(all, one);
    if (all.result === anything && !isFoldable(all.effects) && cases.length < splits.length) return dynamic(anything);
  }
  const exception = isCovered ? all.exception : join(all.exception, ofType(datatype('MethodError')));
  const effects = isCovered ? all.effects : mergeEffects(all.effects, THROWS);
  const whole = withoutConditional(all.result);
  const hasRest = plain.some(isRest);
  const info: CallInfo = hasRest ? { kind: 'dynamic', result: whole } : { kind: 'methods', cases, result: whole };
  const result = isBool && !isImpossible(all.result) ? conditionalOf(all.result, plain, learned, caller) : whole;
  const refinements = isImpossible(whole) || hasRest ? [] : refinementsOf(plain, splits, caller);
  return { info, result, effects, exception, refinements };
}

/** What is known of the arguments when they have the types of a case, and of a method that is found for it. */
function givenFor(
  plain: readonly Lattice[],
  elements: readonly Lattice[],
  split: readonly Ref[],
  target: Specialisation,
): Lattice[] {
  const body = unwrapUnionAll(target.types);
  const last = paramCount(body) - 1;
  return plain.map((element, i) => {
    if (isRest(element)) return element;
    let given = element;
    if (widen(element) !== split[i]) given = restrict(element, split[i]);
    else if (elements[i].kind === 'conditional') return elements[i];
    const parameter = i >= last && isVararg(param(body, last)) ? varargElement(param(body, last)) : param(body, i);
    const type = rewrapUnionAll(parameter, target.types);
    if (parameter === widen(given) || !isType(type)) return given;
    return restrict(given, type);
  });
}

function learn(learned: Learned, result: Lattice, given: readonly Lattice[]): void {
  const known = constantBool(result);
  for (let i = 0; i < given.length; i++) {
    const own = withoutConditional(given[i]);
    const isMeant = result.kind === 'interconditional' && result.slot === i + 1;
    const whenTrue = isMeant ? meet(own, result.whenTrue) : known === false ? impossible : own;
    const whenFalse = isMeant ? meet(own, result.whenFalse) : known === true ? impossible : own;
    learned.whenTrue[i] = join(learned.whenTrue[i], whenTrue);
    learned.whenFalse[i] = join(learned.whenFalse[i], whenFalse);
  }
}

/** A Bool that is called for says something of the first variable among the arguments that it narrows. */
function conditionalOf(result: Lattice, given: readonly Lattice[], learned: Learned, caller: Caller): Lattice {
  const plain = withoutConditional(result);
  for (let i = 1; i < given.length; i++) {
    if (isRest(given[i])) break;
    const slot = caller.slotOf(i - 1);
    if (slot === 0) continue;
    const whenTrue = learned.whenTrue[i];
    const whenFalse = learned.whenFalse[i];
    const narrows = (to: Lattice): boolean => !isImpossible(to) && isBelow(to, given[i]) && !sameElement(to, given[i]);
    if (!narrows(whenTrue) && !narrows(whenFalse)) continue;
    return { kind: 'conditional', slot, whenTrue, whenFalse };
  }
  return plain;
}

/** A call that has returned was a call of one of the methods: variables among its arguments have types of theirs. */
function refinementsOf(
  plain: readonly Lattice[],
  splits: readonly { found: readonly Specialisation[] }[],
  caller: Caller,
): (readonly [number, Lattice])[] {
  const refinements: (readonly [number, Lattice])[] = [];
  for (let i = 1; i < plain.length; i++) {
    if (plain[i].kind !== 'type') continue;
    const slot = caller.slotOf(i - 1);
    if (slot === 0) continue;
    let type: Lattice = impossible;
    for (const { found } of splits) {
      for (const { types } of found) {
        const body = unwrapUnionAll(types);
        const last = paramCount(body) - 1;
        const parameter = i >= last && isVararg(param(body, last)) ? varargElement(param(body, last)) : param(body, i);
        const own = rewrapUnionAll(parameter, types);
        type = join(type, isType(own) ? ofType(own) : anything);
      }
    }
    if (isBelow(type, plain[i]) && !sameElement(type, plain[i]) && !isImpossible(type)) refinements.push([slot, type]);
  }
  return refinements;
}

/** How many calls the unions among the types make, one long union counted as two. */
function splitCost(types: readonly Ref[]): number {
  let cost = 1;
  let largest = 2;
  for (const type of types) {
    if (!isUnion(type)) continue;
    let members = unionMembers(type).length;
    if (members > largest) [largest, members] = [members, largest];
    cost *= members;
  }
  return cost;
}

/** The cases that unions among the argument types make; the types themselves when they would be too many. */
function splitCases(types: readonly Ref[]): Ref[][] {
  const cost = splitCost(types);
  if (cost === 1 || cost > MAX_CASES) return [[...types]];
  let cases: Ref[][] = [[]];
  for (const type of types) {
    const members = isUnion(type) ? unionMembers(type) : [type];
    cases = cases.flatMap((start) => members.map((member) => [...start, member]));
  }
  return cases;
}

/** Is more known than the type says, so that a body inferred with it may be better? */
export function knowsMore(element: Lattice): boolean {
  return isRefined(element);
}
