// Inference of specialisations: the table of what is known, and recursion.
//
// A specialisation is inferred when somebody asks for its result, and remembered. One that is asked for while it is being
// inferred is recursive: it answers with the best it has so far (nothing at first) and notes who asked. All that lie between
// the two then wait for one another: they are a group. When the lowest of the group has nothing left to do, those of it
// whose callees have changed since are run again, until nobody has anything left to do; then all are final at once.
//
// A method that calls itself with ever larger types gets simpler ones (limits.ts). What was found with them on the way is
// worse than it need be, and is remembered only while the call is under way that made it so.

import type { DataTypeRef } from '../../interpreter/memory/layout.ts';
import { type MethodRef, type Ref, readRef, readU16 } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { currentWorld, onBindingChange } from '../../interpreter/runtime/bindings.ts';
import { onMethodChange } from '../../interpreter/runtime/methods.ts';
import { intersectWithValues, isTupleType, paramCount, unwrapUnionAll } from '../../interpreter/types/index.ts';
import { withoutCollection } from '../../interpreter/vm/collection.ts';
import { bodyOfSpecialisation, elementsOfArguments } from './arguments.ts';
import type { Edge, Outcome } from './calls.ts';
import { isWorthInferring } from './constprop.ts';
import { INLINE_COST, inlineCost } from './cost.ts';
import { Effect, PURE, UNKNOWN_CALL, withPromises } from './effects.ts';
import { type Inferrer, Interpreter, type Typed } from './interpret.ts';
import { anything, forgetElements, impossible, isImpossible, keyOf, type Lattice } from './lattice.ts';
import { limitTypeSize } from './limits.ts';
import { forgetMatches, internAll, type Specialisation } from './matches.ts';

/** What is known for good of a specialisation. */
interface Entry extends Outcome {
  readonly typed: Typed;
  /** What it costs in place of a call; null: it is not put there. */
  readonly cost: number | null;
}

/** A specialisation that is being inferred, or waits for one that is. */
interface Frame {
  readonly key: string;
  readonly of: Specialisation;
  readonly interpreter: Interpreter;
  readonly isRefined: boolean;
  readonly parent: Frame | null;
  /** Where it is on the stack. */
  depth: number;
  isOnStack: boolean;
  /** The lowest frame of its group. */
  low: number;
  /** The lowest frame for whose sake the types of some call were made simpler. */
  limitedBy: number;
  /** How many frames were waiting when it began. */
  readonly waitingBefore: number;
  /** Keys of what is remembered only until it is done. */
  readonly passing: string[];
  isDropped: boolean;
}

const finished = new Map<string, Entry>();
/** What was found with simpler types, while the frame that it is for is under way. */
const passing = new Map<string, { entry: Entry; owner: Frame }>();
const active = new Map<string, Frame>();
const stack: Frame[] = [];
/** Frames that are done for themselves, but not with their group. */
const waiting: Frame[] = [];

const MAX_DEPTH = 160;
/** How many sets of better known arguments one specialisation is inferred for. */
const MAX_VARIANTS = 64;
const variants = new Map<string, number>();

const forget = (): void => {
  if (stack.length !== 0) return;
  finished.clear();
  variants.clear();
  forgetMatches();
  forgetElements();
};
onMethodChange(forget);
onBindingChange(forget);

let world = 0;

const keyFor = (of: Specialisation, given: readonly Lattice[] | null): string =>
  `${of.method}|${of.types}|${given === null ? of.sparams.join(',') : given.map(keyOf).join(';')}`;

const unknown: Edge = {
  result: anything,
  effects: UNKNOWN_CALL,
  exception: anything,
  isRecursive: false,
  isLimited: false,
  isInlineable: false,
};

/** What a call of a specialisation gives, does and throws. */
export function outcomeOf(of: Specialisation): Outcome {
  return fromOutside(() => finalOutcome(of)) ?? unknown;
}

const finalOutcome = (of: Specialisation): Outcome | null => request(of, null, null)?.entry ?? null;

/**
 * The typed body of a specialisation; null when it has no code.
 *
 * @param given what is known of callee and arguments beyond the types; null: nothing
 */
export function typedBody(of: Specialisation, given: readonly Lattice[] | null): Typed | null {
  return fromOutside(() => {
    const general = request(of, null, null)?.entry ?? null;
    if (general === null || given === null) return general?.typed ?? null;
    const edge: Edge = { ...general, isRecursive: false, isLimited: false, isInlineable: general.cost !== null };
    if (!isWorthInferring(of, given, edge, 'undecided') || !mayVary(of, given)) return general.typed;
    return request(of, given, null)?.entry?.typed ?? general.typed;
  });
}

function fromOutside<T>(ask: () => T): T {
  if (stack.length > 0) return ask();
  if (world !== currentWorld()) {
    forget();
    world = currentWorld();
  }
  return withoutCollection(ask);
}

function mayVary(of: Specialisation, given: readonly Lattice[]): boolean {
  if (finished.has(keyFor(of, given))) return true;
  const general = keyFor(of, null);
  const count = (variants.get(general) ?? 0) + 1;
  variants.set(general, count);
  return count <= MAX_VARIANTS;
}

interface Answer {
  readonly entry: Entry | null;
  readonly frame: Frame | null;
}

/** Finds or infers a specialisation: what is known for good, or a frame that is not done. Null when it has no code. */
function request(asked: Specialisation, given: readonly Lattice[] | null, parent: Frame | null): Answer | null {
  const of = parent === null ? internAll(asked) : asked;
  const key = keyFor(of, given);
  const known = finished.get(key);
  if (known !== undefined) return { entry: known, frame: null };
  const found = passing.get(key);
  if (found !== undefined) {
    limitAbove(found.owner);
    return { entry: found.entry, frame: null };
  }
  const running = active.get(key);
  if (running !== undefined) {
    const low = running.isOnStack ? running.depth : running.low;
    for (let i = stack.length - 1; i > low; i--) stack[i].low = Math.min(stack[i].low, low);
    return { entry: null, frame: running };
  }
  if (stack.length >= MAX_DEPTH) {
    limitAbove(stack[0]);
    return null;
  }
  const body = bodyOfSpecialisation(of);
  const args = body === null ? null : elementsOfArguments(of, body, given);
  if (body === null || args === null) return null;
  const frame: Frame = {
    key,
    of,
    interpreter: new Interpreter(of, body, args, inferrer),
    isRefined: given !== null,
    parent,
    depth: stack.length,
    isOnStack: true,
    low: stack.length,
    limitedBy: stack.length,
    waitingBefore: waiting.length,
    passing: [],
    isDropped: false,
  };
  frames.set(frame.interpreter, frame);
  active.set(key, frame);
  stack.push(frame);
  try {
    frame.interpreter.run();
    return settle(frame);
  } catch (error) {
    abandon(frame);
    throw error;
  }
}

const frames = new WeakMap<Interpreter, Frame>();

/** An error leaves nothing behind. */
function abandon(frame: Frame): void {
  for (const other of waiting.splice(frame.waitingBefore)) active.delete(other.key);
  active.delete(frame.key);
  stack.length = Math.min(stack.length, frame.depth);
}

/** A frame has nothing left to do: it is final with its group, or waits for the rest of it. */
function settle(frame: Frame): Answer {
  while (frame.low >= frame.depth) {
    const next = nextOfGroup(frame);
    if (next === null) {
      finish(frame);
      return { entry: finished.get(frame.key) ?? passing.get(frame.key)?.entry ?? null, frame: null };
    }
    if (next === frame) {
      frame.interpreter.run();
      continue;
    }
    next.depth = stack.length;
    next.isOnStack = true;
    stack.push(next);
    next.interpreter.run();
    stack.pop();
    next.isOnStack = false;
    frame.low = Math.min(frame.low, next.low);
    frame.limitedBy = Math.min(frame.limitedBy, next.limitedBy);
  }
  stack.pop();
  frame.isOnStack = false;
  for (let i = frame.waitingBefore; i < waiting.length; i++) waiting[i].low = Math.min(waiting[i].low, frame.low);
  waiting.push(frame);
  return { entry: null, frame };
}

function nextOfGroup(root: Frame): Frame | null {
  if (root.interpreter.hasWork) return root;
  for (let i = root.waitingBefore; i < waiting.length; i++) {
    if (!waiting[i].isDropped && waiting[i].interpreter.hasWork) return waiting[i];
  }
  return null;
}

/** Files what a group has come to. */
function finish(root: Frame): void {
  stack.pop();
  root.isOnStack = false;
  const group = [...waiting.splice(root.waitingBefore), root];
  const limited = Math.min(...group.map((frame) => frame.limitedBy));
  for (const frame of group) {
    active.delete(frame.key);
    if (frame.isDropped) continue;
    const entry = entryOf(frame);
    if (limited >= root.depth) finished.set(frame.key, entry);
    else {
      const owner = stack[limited];
      passing.set(frame.key, { entry, owner });
      owner.passing.push(frame.key);
    }
  }
  for (const frame of group) for (const key of frame.passing) passing.delete(key);
}

/** Everything above a frame is worse than it need be, for the frame's sake. */
function limitAbove(owner: Frame): void {
  const depth = owner.isOnStack ? owner.depth : owner.low;
  for (let i = depth + 1; i < stack.length; i++) stack[i].limitedBy = Math.min(stack[i].limitedBy, depth);
}

function entryOf(frame: Frame): Entry {
  const { of, body, args, ssa, before, calls, result, effects, exception, relies } = frame.interpreter;
  const typed: Typed = { of, body, args, ssa, before, calls, result, effects, exception, relies };
  return { typed, result, effects, exception, cost: costOf(typed) };
}

function costOf(typed: Typed): number | null {
  const { inlining, hasTry } = typed.body;
  if (inlining === 'never' || hasTry || isImpossible(typed.result)) return null;
  const cost = inlineCost(typed, (of) => finished.get(keyFor(of, null))?.cost ?? null);
  if (inlining === 'always') return Math.min(cost, INLINE_COST);
  return cost <= INLINE_COST ? cost : null;
}

// Calls.

interface Limited {
  readonly of: Specialisation;
  readonly isRecursive: boolean;
  readonly isLimited: boolean;
}

/** Looks for a call of the same method under way; its types may have to be made simpler. Null: nobody wants the result. */
function limitRecursion(from: Frame, target: Specialisation, isOneOfMany: boolean): Limited | null {
  let topmost: Frame | null = null;
  for (let frame: Frame | null = from; frame !== null; frame = frame.parent) {
    if (frame.of.method !== target.method) continue;
    if (frame.of.types === target.types) return { of: target, isRecursive: true, isLimited: false };
    if (topmost === null && isSimilarCall(frame, from, isOneOfMany)) topmost = frame;
  }
  if (topmost === null) return { of: target, isRecursive: false, isLimited: false };
  const signature = readRef(target.method, objects.Method.sig);
  const own = from.of.method === target.method;
  const compare: Ref = own ? from.of.types : signature;
  let length = paramCount(unwrapUnionAll(signature)) + 1;
  if (own) length = Math.max(length, paramCount(unwrapUnionAll(compare)));
  const types = limitTypeSize(target.types, compare, isOneOfMany ? compare : from.of.types, length);
  // Other types of the same method: a recursion that gets somewhere.
  if (types === target.types) return { of: target, isRecursive: false, isLimited: false };
  if (from.interpreter.isResultUnused) return null;
  limitAbove(topmost);
  const { type, values } = intersectWithValues(types, signature);
  if (!isTupleType(unwrapUnionAll(type))) return null;
  return {
    of: internAll({ method: target.method, types: type as DataTypeRef, sparams: values }),
    isRecursive: true,
    isLimited: true,
  };
}

/** Is a call under way like the one that is looked at, so that the two may be a recursion without end? */
function isSimilarCall(frame: Frame, from: Frame, isOneOfMany: boolean): boolean {
  if (isOneOfMany) return true;
  const { parent } = frame;
  if (parent === null) return false;
  return parent.of.method === from.of.method;
}

const TERMINATES_GLOBALLY = 1 << 3;

const inferrer: Inferrer = {
  edge(interpreter, target, isOneOfMany) {
    const from = frames.get(interpreter) ?? null;
    if (from === null) return unknown;
    const limited = limitRecursion(from, target, isOneOfMany);
    if (limited === null) return { ...unknown, isRecursive: true, isLimited: true };
    const answer = request(limited.of, null, from);
    const { isRecursive, isLimited } = limited;
    if (answer === null) return { ...unknown, ...promised(target.method), isRecursive, isLimited };
    let { effects } = answer.entry ?? outcomeSoFar(answer, interpreter);
    const { result, exception } = answer.entry ?? outcomeSoFar(answer, interpreter);
    const terminates = (readU16(target.method, objects.Method.purity) & TERMINATES_GLOBALLY) !== 0;
    if ((isRecursive || answer.frame !== null) && !terminates) effects |= Effect.endless;
    const isInlineable = answer.entry !== null && answer.entry.cost !== null;
    return { result, effects, exception, isRecursive: isRecursive || answer.frame !== null, isLimited, isInlineable };
  },

  refined(interpreter, target, given) {
    const from = frames.get(interpreter) ?? null;
    if (from === null) return null;
    for (let frame: Frame | null = from; frame !== null; frame = frame.parent) {
      if (frame.isRefined && frame.of.method === target.method && frame.of.types === target.types) return null;
    }
    if (!mayVary(target, given)) return null;
    const before = stack.map((frame) => frame.low);
    const answer = request(target, given, from);
    if (answer === null) return null;
    if (answer.entry !== null) return answer.entry;
    // It has met a call that is under way: what was found so far is no more than a guess.
    stack.forEach((frame, i) => {
      frame.low = before[i] ?? frame.low;
    });
    drop(answer.frame);
    return null;
  },
};

function drop(frame: Frame | null): void {
  if (frame === null) return;
  frame.isDropped = true;
  active.delete(frame.key);
}

const promised = (method: MethodRef): { effects: number } => ({
  effects: withPromises(UNKNOWN_CALL, readU16(method, objects.Method.purity)),
});

/** The best that is known of a call under way; whoever uses it is run again when it gets worse. */
function outcomeSoFar(answer: Answer, user: Interpreter): Outcome {
  const { frame } = answer;
  if (frame === null) return { result: impossible, effects: PURE, exception: impossible };
  const { interpreter } = frame;
  const { block } = user;
  if (!interpreter.users.some((known) => known.by === user && known.block === block)) {
    interpreter.users.push({ by: user, block });
  }
  const { result, effects, exception } = interpreter;
  return { result, effects, exception };
}

/** The element that stands for "never returns". */
export const neverReturns = isImpossible;
