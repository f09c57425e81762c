// Constants in calls: when it is worth inferring a method once more with what is known of its arguments.
//
// A method that is a function of its arguments, which are all known, is simply called. Otherwise it is inferred again if the
// result could become better, some argument is known in a way that helps, the function is none for which that is known to be
// in vain, and its body is small enough to be written in place of the call, or its author asked for it.

import { type Ref, readU8, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype, wrapper } from '../../interpreter/memory/wellknown.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import {
  instanceOf,
  isDataType,
  isMutableType,
  isSubtype,
  isSymbol,
  isTupleType,
  isType,
  unwrapUnionAll,
} from '../../interpreter/types/index.ts';
import { call } from '../../interpreter/vm/calls.ts';
import type { Caller, Edge, Outcome } from './calls.ts';
import { isFoldable, isRemovable, mayThrow, PURE, THROWS } from './effects.ts';
import { impossible, isBelow, isImpossible, isRefined, isRest, type Lattice, ofConst, widen } from './lattice.ts';
import type { Specialisation } from './matches.ts';
import { topFunctionName } from './topfunctions.ts';

const AGGRESSIVE = 1;
const NONE = 2;

/** A better outcome of a call than its types alone give; null if there is none, or it is not worth the effort. */
export function refineCall(
  target: Specialisation,
  given: readonly Lattice[],
  edge: Edge,
  caller: Caller,
): Outcome | null {
  const setting = readU8(target.method, objects.Method.constprop);
  if (setting === NONE) return null;
  if (isRemovable(edge.effects) && (edge.result.kind === 'const' || caller.isResultUnused)) return null;
  if (isFoldable(edge.effects)) {
    const evaluated = evaluate(given, edge);
    if (evaluated !== null) return evaluated;
  }
  if (!isWorthInferring(target, given, edge, caller.inlining)) return null;
  const better = caller.refined(target, given);
  if (better === null) return null;
  if (!isBelow(better.result, edge.result)) return { ...better, result: edge.result };
  return better;
}

/** Calls a function with known arguments, as if it ran. */
function evaluate(given: readonly Lattice[], edge: Edge): Outcome | null {
  const values: Ref[] = [];
  for (const element of given) {
    if (element.kind === 'const') values.push(element.value);
    else return null;
  }
  const [f, ...args] = values;
  try {
    return { result: ofConst(call(f, args)), effects: PURE, exception: impossible };
  } catch (error) {
    if (!(error instanceof JuliaException)) throw error;
    return { result: impossible, effects: THROWS, exception: edge.exception };
  }
}

/** May inferring a method with what is known of its arguments give more than inferring it from their types? */
export function isWorthInferring(
  target: Specialisation,
  given: readonly Lattice[],
  edge: Edge,
  inlining: Caller['inlining'],
): boolean {
  const setting = readU8(target.method, objects.Method.constprop);
  if (setting === NONE || given.some(isRest)) return false;
  const name = given[0].kind === 'const' ? topFunctionName(given[0].value) : null;
  let isForced = setting === AGGRESSIVE || name === 'getproperty' || name === 'setproperty!';
  if (!isImprovable(edge, isForced)) return false;
  if (!given.some(isProfitable)) return false;
  const isAllKnown = given.every((element) => element.kind === 'const' || element.kind === 'partial');
  if (!isForced && name !== null && !mayHelp(name, given, isAllKnown)) return false;
  isForced ||= isAllKnown;
  return isForced || edge.isInlineable || inlining === 'always';
}

function isImprovable(edge: Edge, isForced: boolean): boolean {
  const { result } = edge;
  if (isImpossible(result)) return false;
  if (isForced) return true;
  if (result.kind === 'const') return mayThrow(edge.effects);
  return true;
}

/** Is something known of an argument that a body is likely to make use of? */
function isProfitable(element: Lattice): boolean {
  if (!isRefined(element)) return false;
  if (element.kind !== 'const') return true;
  const { value } = element;
  if (isSymbol(value) || isType(value) || typeOf(value) === datatype('Method')) return true;
  return !isMutableType(typeOf(value)) || typeOf(value) === datatype('String');
}

const operators: ReadonlySet<string> = new Set(['+', '-', '*', '==', '!=', '<=', '>=', '<', '>', '<<', '>>']);

/** Functions for which constants are known to be of no use in some cases. */
function mayHelp(name: string, given: readonly Lattice[], isAllKnown: boolean): boolean {
  const object = given.length > 1 ? widen(given[1]) : wrapper('Type');
  if (name === 'getindex' || name === 'setindex!') {
    if (isSubtype(object, wrapper('AbstractArray'))) {
      const body = unwrapUnionAll(object);
      if (isDataType(body) && !isTupleType(body) && instanceOf(body) === 0) return false;
    }
  } else if (name === 'iterate' && isSubtype(object, wrapper('Array'))) {
    return false;
  }
  if (isAllKnown || !operators.has(name)) return true;
  if (given.length <= 2) return false;
  return given.slice(2).some((element) => widen(element) !== object);
}
