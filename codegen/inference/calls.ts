// Calls: what is called, and what comes back.
//
// A call of a builtin is looked up in the table of builtins. Anything else is a call of methods: arguments that are small
// unions are split into cases of one type each, the method table is asked for each case, and each method found is inferred
// with the case's types. When some argument is known better than its type, the method is inferred once more with that
// knowledge (constant propagation), if there is a chance that it helps.

import { type DataTypeRef, type Ref, readRef, readU8, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { Bottom, datatype, typename } from '../../interpreter/memory/wellknown.ts';
import { currentWorld } from '../../interpreter/runtime/bindings.ts';
import { lookupInvoke } from '../../interpreter/runtime/methods.ts';
import {
  applyTupleType,
  fieldCount,
  instanceOf,
  intersectWithValues,
  isConcrete,
  isDataType,
  isNamedTupleType,
  isSubtype,
  isTupleType,
  isType,
  isTypeType,
  isUnion,
  isVararg,
  isVarargTuple,
  nameText,
  param,
  paramCount,
  typeNameOf,
  unionMembers,
  varargElement,
} from '../../interpreter/types/index.ts';
import { intrinsics } from '../../interpreter/vm/builtin.ts';
import { builtinOf } from '../../interpreter/vm/calls.ts';
import { builtinResult, isFoldableBuiltin, type Surroundings } from './builtins.ts';
import { fold, isPureIntrinsic } from './fold.ts';
import { inferSpecialisation } from './infer.ts';
import type { Reliance } from './interpret.ts';
import {
  anything,
  fieldOf,
  impossible,
  isImpossible,
  join,
  type Lattice,
  ofConst,
  ofType,
  restrict,
  widen,
  withoutConditional,
} from './lattice.ts';
import { findMatches, type Specialisation } from './matches.ts';

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

export interface InferredCall {
  readonly info: CallInfo;
  readonly result: Lattice;
}

const give = (info: CallInfo): InferredCall => ({ info, result: info.result });
const dynamic = (result: Lattice): InferredCall => give({ kind: 'dynamic', result });

/** As many cases as unions among the arguments may make. */
const MAX_CASES = 4;

const none: Surroundings = { slotOf: () => 0, global: () => anything };

/**
 * Infers a call.
 *
 * @param elements callee and arguments
 * @param caller whose code the call is in, for the limits on recursion
 */
export function inferCall(
  elements: readonly Lattice[],
  around: Surroundings,
  relies: Reliance,
  caller: Specialisation,
): InferredCall {
  const [callee, ...args] = elements;
  if (callee.kind === 'const') {
    const callable = builtinOf(callee.value);
    if (callable !== undefined) {
      if (callable.leaf === null) return inferRedirect(callable.name, args, relies, caller);
      return give(inferBuiltin(callable.name, callee.value, args, around));
    }
  }
  return inferMethods(elements, around, relies, caller);
}

function inferBuiltin(name: string, callee: Ref, args: readonly Lattice[], around: Surroundings): CallInfo {
  const isIntrinsic = intrinsics.has(name);
  const plain = args.map(withoutConditional);
  const mayFold = isIntrinsic ? isPureIntrinsic(name) : isFoldableBuiltin(name);
  const leaf = builtinOf(callee)?.leaf;
  if (mayFold && leaf !== null && leaf !== undefined) {
    const values: Ref[] = [];
    for (const arg of plain) if (arg.kind === 'const') values.push(arg.value);
    if (values.length === plain.length) {
      const value = fold(leaf, values);
      return { kind: 'builtin', name, callee, isIntrinsic, result: value === null ? impossible : ofConst(value) };
    }
  }
  return { kind: 'builtin', name, callee, isIntrinsic, result: builtinResult(name, args, around) };
}

function inferRedirect(name: string, args: readonly Lattice[], relies: Reliance, caller: Specialisation): InferredCall {
  switch (name) {
    case '_apply_iterate':
      return inferApply(args, relies, caller);
    case 'invoke':
      return inferInvoke(args, relies, caller);
    default:
      return dynamic(anything);
  }
}

function inferApply(args: readonly Lattice[], relies: Reliance, caller: Specialisation): InferredCall {
  const sources: Source[] = [{ kind: 'argument', index: 1 }];
  const elements: Lattice[] = [withoutConditional(args[1] ?? anything)];
  for (let i = 2; i < args.length; i++) {
    const arg = withoutConditional(args[i]);
    const type = widen(arg);
    if (arg.kind === 'const' && typeOf(arg.value) === datatype('SimpleVector')) {
      return inferOpenApply(args);
    }
    if (!(isTupleType(type) || isNamedTupleType(type)) || isVarargTuple(type) || !isConcreteTuple(type)) {
      return inferOpenApply(args);
    }
    for (let field = 0, n = fieldCount(type); field < n; field++) {
      sources.push({ kind: 'element', index: i, field });
      elements.push(fieldOf(arg, field) ?? anything);
    }
  }
  if (elements.length > 34) return dynamic(anything);
  const inner = inferCall(elements, none, relies, caller);
  const result = withoutConditional(inner.result);
  return give({ kind: 'flattened', sources, elements, inner: inner.info, result });
}

/** A tuple type whose length is known; its elements need not be concrete. */
function isConcreteTuple(type: Ref): boolean {
  if (isTupleType(type)) return !isVarargTuple(type);
  return isDataType(type) && isConcrete(type);
}

/** `f(xs...)` with arguments of unknown number: the types of the elements may still say what the result is. */
function inferOpenApply(args: readonly Lattice[]): InferredCall {
  const types: Ref[] = [widen(withoutConditional(args[1]))];
  let tail: Ref = Bottom;
  for (let i = 2; i < args.length; i++) {
    const type = widen(withoutConditional(args[i]));
    if (tail !== Bottom) return dynamic(anything);
    if (isTupleType(type)) {
      for (let k = 0, n = paramCount(type); k < n; k++) {
        const element = param(type, k);
        if (isVararg(element)) tail = varargElement(element);
        else types.push(element);
      }
    } else if (isDataType(type) && typeNameOf(type) === typename('Array') && isType(param(type, 0))) {
      tail = param(type, 0);
    } else {
      return dynamic(anything);
    }
  }
  return dynamic(isTupleBuilder(args[1]) && tail !== Bottom ? ofType(datatype('Tuple')) : anything);
}

const isTupleBuilder = (callee: Lattice): boolean =>
  callee.kind === 'const' && builtinOf(callee.value)?.name === 'tuple';

function inferInvoke(args: readonly Lattice[], relies: Reliance, caller: Specialisation): InferredCall {
  const [callee, types, ...rest] = args.map(withoutConditional);
  if (types === undefined || types.kind !== 'const' || !isType(types.value) || !isTupleType(types.value)) {
    return dynamic(anything);
  }
  const declared = types.value as DataTypeRef;
  if (isVarargTuple(declared) || paramCount(declared) !== rest.length) return dynamic(anything);
  const parameters: Ref[] = [widen(callee)];
  for (let i = 0; i < rest.length; i++) {
    if (!isSubtype(widen(rest[i]), param(declared, i))) return dynamic(anything);
    parameters.push(param(declared, i));
  }
  const sought = applyTupleType(parameters);
  const match = lookupInvoke(sought, currentWorld());
  if (match === null) return dynamic(impossible);
  const given = [callee, ...rest];
  const tuple = applyTupleType(given.map(widen));
  const { type, values, subtype } = intersectWithValues(tuple, readRef(match.method, objects.Method.sig));
  if (!subtype || !isDataType(type)) return dynamic(anything);
  const target: Specialisation = { method: match.method, types: type, sparams: values };
  relies.methods.add(match.method);
  const result = inferWith(target, given, relies, caller);
  return give({ kind: 'invoke', target, result: withoutConditional(result) });
}

// Methods.

function inferMethods(
  elements: readonly Lattice[],
  around: Surroundings,
  relies: Reliance,
  caller: Specialisation,
): InferredCall {
  const types = elements.map((element) => widen(withoutConditional(element)));
  const negated = negation(elements);
  const cases: Case[] = [];
  let result: Lattice = impossible;
  for (const split of splitCases(types)) {
    const matches = findMatches(split, currentWorld());
    if (matches === null) return dynamic(anything);
    const tuple = applyTupleType([...split]);
    relies.lookups.set(
      tuple,
      matches.found.map((each) => each.method),
    );
    let caseResult: Lattice = impossible;
    for (const target of matches.found) {
      relies.methods.add(target.method);
      const given = elements.map((element, i) => restrict(element, split[i]));
      const single = matches.found.length === 1;
      const one = single ? inferWith(target, given, relies, caller) : inferSpecialisation(target, null, relies);
      caseResult = join(caseResult, one);
    }
    cases.push({
      types: split,
      targets: matches.found,
      covers: matches.covers,
      result: withoutConditional(caseResult),
    });
    result = join(result, caseResult);
  }
  if (result.kind === 'conditional') {
    const slot = cases.length === 1 ? around.slotOf(result.slot - 2) : 0;
    const whole: Lattice = slot === 0 ? withoutConditional(result) : { ...result, slot };
    return { info: { kind: 'methods', cases, result: withoutConditional(result) }, result: whole };
  }
  return { info: { kind: 'methods', cases, result }, result: negated ?? result };
}

/** `!c` says of a variable the opposite of what `c` says. */
function negation(elements: readonly Lattice[]): Lattice | null {
  const [callee, argument] = elements;
  if (elements.length !== 2 || argument.kind !== 'conditional' || callee.kind !== 'const') return null;
  const type = typeOf(callee.value);
  if (instanceOf(type) === 0 || nameText(type) !== '#!') return null;
  return { kind: 'conditional', slot: argument.slot, whenTrue: argument.whenFalse, whenFalse: argument.whenTrue };
}

/** The cases that unions among the argument types make; the types themselves when they would be too many. */
function splitCases(types: readonly Ref[]): Ref[][] {
  let cases: Ref[][] = [[]];
  let count = 1;
  for (const type of types) count *= isUnion(type) ? unionMembers(type).length : 1;
  for (const type of types) {
    const members = isUnion(type) && count <= MAX_CASES ? unionMembers(type) : [type];
    cases = cases.flatMap((start) => members.map((member) => [...start, member]));
  }
  return cases;
}

const NO_CONSTPROP = 2;

/** Infers a method with what is known of the arguments beyond their types, if that may help. */
function inferWith(
  target: Specialisation,
  given: readonly Lattice[],
  relies: Reliance,
  caller: Specialisation,
): Lattice {
  const general = inferSpecialisation(target, null, relies);
  if (!given.some(knowsMore) || isImpossible(general)) return general;
  if (general.kind === 'const' || isSingle(general)) return general;
  if (readU8(target.method, objects.Method.constprop) === NO_CONSTPROP) return general;
  if (target.method === caller.method) return general;
  return inferSpecialisation(target, given, relies);
}

const isSingle = (element: Lattice): boolean =>
  element.kind === 'type' && isDataType(element.type) && instanceOf(element.type) !== 0;

/** Is more known than the type says? */
export function knowsMore(element: Lattice): boolean {
  if (element.kind === 'partial') return true;
  if (element.kind !== 'const') return false;
  const type = widen(element);
  return !isTypeType(type) && instanceOf(type) === 0;
}
