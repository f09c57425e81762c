// `f(xs...)`: what the containers hold is what `f` is called with.
//
// Tuples, of which each element is known, and arrays, of which only the type of the elements is, are looked into directly;
// anything else is iterated in the abstract. A container that may be one of a few types makes as many calls.

import { type Ref, typeOf } from '../../interpreter/memory/layout.ts';
import { Bottom, datatype, nothing, typename } from '../../interpreter/memory/wellknown.ts';
import {
  applyTupleType,
  hasFreeVars,
  isConcrete,
  isDataType,
  isNamedTupleType,
  isSubtype,
  isTupleType,
  isType,
  isTypeVar,
  isUnion,
  isVararg,
  isVarargTuple,
  param,
  paramCount,
  rewrapUnionAll,
  typeIntersect,
  typeNameOf,
  unionMembers,
  unwrapUnionAll,
  varargElement,
  wrapVararg,
} from '../../interpreter/types/index.ts';
import {
  type Called,
  type Caller,
  called,
  dynamic,
  dynamicWith,
  inferCall,
  mergeOutcomes,
  NEVER,
  type Outcome,
  type Source,
} from './calls.ts';
import { mergeEffects, THROWS, UNKNOWN_CALL } from './effects.ts';
import { svecToArray } from './heapdata.ts';
import {
  anything,
  fieldCountOr0,
  fieldOf,
  impossible,
  isImpossible,
  isRest,
  type Lattice,
  ofConst,
  ofType,
  oneOfRest,
  widen,
  withoutConditional,
} from './lattice.ts';
import { join, joinTypes } from './merge.ts';
import { callerWithoutSlots } from './returntype.ts';

/** Containers with more elements than that are not taken apart. */
const MAX_SPLAT = 32;
/** Calls that containers of several possible types may make. */
const MAX_CALLS = 8;

/** Any number of values of a type. */
const restOf = (type: Ref): Lattice => ({ kind: 'type', type: wrapVararg(type, 0 as Ref) });

/** What a container is expanded to, and what that may do. */
interface Expansion {
  readonly elements: readonly Lattice[];
  readonly outcome: Outcome;
}

const plainly = (elements: readonly Lattice[]): Expansion => ({ elements, outcome: NEVER });

/** `_apply_iterate(iterate, f, containers...)` */
export function inferApply(args: readonly Lattice[], caller: Caller): Called {
  const silent = callerWithoutSlots(caller);
  const plain = args.map(withoutConditional);
  const [iterate, callee, ...containers] = plain;
  if (callee === undefined || plain.some(isRest)) return dynamic(anything);
  if (plain.some(isImpossible)) return called({ kind: 'dynamic', result: impossible }, THROWS, anything);
  const flattened = inferFlattened(callee, containers, silent);
  if (flattened !== null) return flattened;
  let lists: (readonly Lattice[])[] = [[callee]];
  let before: Outcome = NEVER;
  for (const container of containers) {
    const type = widen(container);
    const members = container.kind === 'type' && isUnion(type) ? unionMembers(type) : [];
    const isSplit = members.length > 0 && members.length * lists.length <= MAX_CALLS;
    const choices = isSplit ? members.map(ofType) : [container];
    const next: (readonly Lattice[])[] = [];
    for (const choice of choices) {
      const expansion = expand(choice, iterate, silent);
      if (expansion === null) return dynamic(anything);
      before = mergeOutcomes(before, expansion.outcome);
      for (const list of lists) next.push(appended(list, expansion.elements));
    }
    lists = next;
  }
  let all: Outcome = NEVER;
  for (const list of lists) {
    if (list.some(isImpossible)) continue;
    all = mergeOutcomes(all, inferCall(list, silent));
    if (all.result === anything && all.effects === UNKNOWN_CALL) break;
  }
  return dynamicWith({
    result: all.result,
    effects: mergeEffects(all.effects, before.effects),
    exception: join(all.exception, before.exception),
  });
}

/** After the first element that stands for any number, all others are of one type. */
function appended(list: readonly Lattice[], elements: readonly Lattice[]): readonly Lattice[] {
  const last = list.at(-1);
  if (last === undefined || !isRest(last)) return [...list, ...elements];
  let tail = widen(oneOfRest(last));
  for (const element of elements) tail = joinTypes(tail, widen(oneOfRest(element)));
  return [...list.slice(0, -1), restOf(tail)];
}

/** A call whose containers are tuples of known length: the elements take the place of the containers. */
function inferFlattened(callee: Lattice, containers: readonly Lattice[], caller: Caller): Called | null {
  const sources: Source[] = [{ kind: 'argument', index: 1 }];
  const elements: Lattice[] = [callee];
  for (const [i, container] of containers.entries()) {
    const type = widen(container);
    const isKnown = isTupleType(type) ? !isVarargTuple(type) : isNamedTupleType(type) && isConcrete(type);
    if (!isKnown) return null;
    for (let field = 0, n = isTupleType(type) ? paramCount(type) : fieldCountOr0(type); field < n; field++) {
      sources.push({ kind: 'element', index: i + 2, field });
      elements.push(fieldOf(container, field) ?? anything);
    }
  }
  if (elements.length > MAX_SPLAT + 2) return null;
  const inner = inferCall(elements, caller);
  const result = withoutConditional(inner.result);
  return called({ kind: 'flattened', sources, elements, inner: inner.info, result }, inner.effects, inner.exception);
}

const boundOf = (type: Ref): Ref => (isTypeVar(type) || hasFreeVars(type) || !isType(type) ? datatype('Any') : type);

function expand(container: Lattice, iterate: Lattice, caller: Caller): Expansion | null {
  if (container.kind === 'const') {
    const type = typeOf(container.value);
    if (type === datatype('SimpleVector')) {
      return plainly(svecToArray(container.value as Parameters<typeof svecToArray>[0]).map(ofConst));
    }
  }
  const type = widen(container);
  const body = unwrapUnionAll(type);
  if (isTupleType(body) && isDataType(body)) {
    if (container.kind !== 'type' || type === body) {
      const count = container.kind === 'partial' ? container.fields.length : isTupleType(type) ? paramCount(type) : 0;
      if (container.kind === 'partial') return plainly(container.fields);
      if (container.kind === 'const') {
        const elements: Lattice[] = [];
        for (let i = 0; i < count; i++) elements.push(fieldOf(container, i) ?? anything);
        return plainly(elements);
      }
    }
    const elements: Lattice[] = [];
    for (let i = 0, n = paramCount(body); i < n; i++) {
      const element = param(body, i);
      if (isVararg(element)) elements.push(restOf(boundOf(rewrapUnionAll(varargElement(element), type))));
      else elements.push(ofType(boundOf(rewrapUnionAll(element, type))));
    }
    return plainly(elements);
  }
  if (isDataType(body) && isNamedTupleType(body)) {
    if (isConcrete(type)) {
      const elements: Lattice[] = [];
      for (let i = 0, n = fieldCountOr0(type); i < n; i++) elements.push(fieldOf(container, i) ?? anything);
      return plainly(elements);
    }
    const fields = param(body, 1);
    return isDataType(fields) && isTupleType(fields)
      ? expand(ofType(fields), iterate, caller)
      : plainly([restOf(datatype('Any'))]);
  }
  if (type === datatype('SimpleVector')) return plainly([restOf(datatype('Any'))]);
  if (isDataType(body) && (typeNameOf(body) === typename('Array') || typeNameOf(body) === typename('GenericMemory'))) {
    const element = boundOf(rewrapUnionAll(param(body, typeNameOf(body) === typename('Array') ? 0 : 1), type));
    const elements = element === Bottom ? [] : [restOf(element)];
    return plainly(elements);
  }
  return iterated(container, iterate, caller);
}

const Nothing = datatype('Nothing');

/** What iterating an object gives, one by one while that is known, and then any number of a type. */
function iterated(container: Lattice, iterate: Lattice, caller: Caller): Expansion | null {
  const elements: Lattice[] = [];
  let outcome: Outcome = NEVER;
  const next = (...args: readonly Lattice[]): Lattice => {
    const step = inferCall([iterate, container, ...args], caller);
    outcome = mergeOutcomes(outcome, step);
    return withoutConditional(step.result);
  };
  const done = (list: readonly Lattice[]): Expansion => ({ elements: list, outcome });
  let step = next();
  let state: Lattice = impossible;
  for (;;) {
    if (isImpossible(step)) return done([impossible]);
    if (step.kind === 'const' && step.value === nothing) return done(elements);
    const type = widen(step);
    if (isSubtype(Nothing, type) || elements.length >= MAX_SPLAT) break;
    if (!isTupleType(type) || isVarargTuple(type) || paramCount(type) !== 2) break;
    const nextState = fieldOf(step, 1) ?? anything;
    if (widen(nextState) === widen(state) && nextState.kind !== 'const') break;
    elements.push(fieldOf(step, 0) ?? anything);
    state = nextState;
    step = next(state);
  }
  let value: Ref = Bottom;
  let stateType: Ref = Bottom;
  let mayEnd = isSubtype(Nothing, widen(step));
  while (value !== datatype('Any')) {
    const pair = typeIntersect(widen(step), applyTupleType([datatype('Any'), datatype('Any')]));
    if (pair !== Bottom && !(isDataType(pair) && isTupleType(pair) && paramCount(pair) === 2)) {
      value = datatype('Any');
      break;
    }
    if (pair === Bottom || (isSubtype(param(pair, 0), value) && isSubtype(param(pair, 1), stateType))) {
      mayEnd ||= typeIntersect(widen(step), Nothing) !== Bottom;
      if (!mayEnd) return done([impossible]);
      break;
    }
    value = joinTypes(value, param(pair, 0));
    stateType = joinTypes(stateType, param(pair, 1));
    step = next(ofType(stateType));
    mayEnd ||= isSubtype(Nothing, widen(step));
  }
  if (value !== Bottom) elements.push(restOf(value));
  return done(elements);
}
