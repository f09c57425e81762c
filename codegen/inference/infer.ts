// Inference of specialisations: the table of what is known, and recursion.
//
// A specialisation is inferred when somebody asks for its result, and remembered. One that is asked for while it is being
// inferred itself is recursive: it answers with the best it has so far (nothing at first), and is inferred again until its
// result stays. What was found on the way relied on a guess and is forgotten with the guess.
//
// Two knots are cut: a method that calls itself with ever larger types, and a stack of specialisations that is too deep,
// both give Any.

import { type CodeInfoRef, type MethodRef, type Ref, readRef, readU8 } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { Bottom } from '../../interpreter/memory/wellknown.ts';
import { currentWorld, onBindingChange } from '../../interpreter/runtime/bindings.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { methodInstance, onMethodChange } from '../../interpreter/runtime/methods.ts';
import { svecOf } from '../../interpreter/runtime/values.ts';
import { applyTupleType, isDispatchTuple, isVararg, param, paramCount } from '../../interpreter/types/index.ts';
import { generatedSource } from '../../interpreter/vm/incidents.ts';
import { type Body, bodyOf } from './heapdata.ts';
import { DoesNotConverge, Interpreter, type Reliance, type Typed } from './interpret.ts';
import {
  anything,
  impossible,
  join,
  keyOf,
  type Lattice,
  ofType,
  sameElement,
  sizeOfType,
  tupleOf,
  widen,
  withoutConditional,
} from './lattice.ts';
import { hasAllParameters, type Specialisation } from './matches.ts';

interface Entry {
  readonly key: string;
  readonly of: Specialisation;
  result: Lattice;
  typed: Typed | null;
  /** Names and lookups of its own code. */
  readonly relies: Reliance;
}

interface InProgress {
  readonly entry: Entry;
  /** Asked for while it is being inferred. */
  isRecursive: boolean;
  /** Depth of the lowest frame whose guess it used; its own depth and above: none. */
  reliesOn: number;
  readonly depth: number;
  readonly isRefined: boolean;
}

const finished = new Map<string, Entry>();
let provisional = new Map<string, { entry: Entry; reliesOn: number; order: number }>();
const stack: InProgress[] = [];
let order = 0;

const MAX_DEPTH = 120;
/** Bodies that one question may lead to; beyond, calls are left dynamic. */
const MAX_WORK = 4000;
let work = 0;
/** Frames on the stack that are there for better known arguments. */
const MAX_CONSTPROP_DEPTH = 4;
/** Frames of one method on the stack, with ever different types. */
const MAX_SAME_METHOD = 10;
/** Rounds of a recursive specialisation after which its result is widened. */
const MAX_ROUNDS = 6;
/** Statements of a body that is inferred again for better known arguments; more if it asks for it. */
const MAX_CONSTPROP_STATEMENTS = 40;
const MAX_AGGRESSIVE_STATEMENTS = 160;
/** How many sets of better known arguments one specialisation is inferred for. */
const MAX_VARIANTS = 24;
const variants = new Map<string, number>();
const AGGRESSIVE = 1;
/** Bodies in the table, refined ones and all, beyond which no more are taken in: calls are then left dynamic. */
const MAX_REFINED = 1500;
const MAX_BODIES = 5000;
let refined = 0;
let bodies = 0;

const forget = (): void => {
  if (stack.length !== 0) return;
  finished.clear();
  variants.clear();
  refined = 0;
  bodies = 0;
};
onMethodChange(forget);
onBindingChange(forget);

let world = 0;

export const newReliance = (): Reliance => ({ bindings: new Set(), lookups: new Map(), methods: new Set() });

/** The code of a specialisation, or null if it has none that can be inferred. */
export function bodyOfSpecialisation(of: Specialisation): Body | null {
  const { method } = of;
  let source = readRef<CodeInfoRef>(method, objects.Method.source);
  if (readRef(method, objects.Method.generator) !== 0) {
    if (!isDispatchTuple(of.types) || !hasAllParameters(of)) return null;
    try {
      source = generatedSource(methodInstance(method as MethodRef, of.types, svecOf([...of.sparams])));
    } catch (error) {
      if (error instanceof JuliaException) return null;
      throw error;
    }
  }
  return source === 0 ? null : bodyOf(source);
}

/** What is known of callee and arguments from their types; a vararg method's last one is a tuple. */
export function elementsOfArguments(
  of: Specialisation,
  body: Body,
  given: readonly Lattice[] | null,
): Lattice[] | null {
  const count = paramCount(of.types);
  const all: Lattice[] = [];
  for (let i = 0; i < count; i++) {
    const parameter = param(of.types, i);
    if (isVararg(parameter)) {
      if (!body.isva || i < body.nargs - 1) return null;
      const fixed = all.slice(0, body.nargs - 1);
      if (i > body.nargs - 1) return [...fixed, ofType(varargTuple(of, body.nargs - 1))];
      return [...fixed, ofType(varargTuple(of, i))];
    }
    const known = given?.[i];
    all.push(known === undefined ? ofType(parameter) : withoutConditional(known));
  }
  if (!body.isva) return all.length === body.nargs ? all : null;
  const fixed = all.slice(0, body.nargs - 1);
  return [...fixed, tupleOf(all.slice(body.nargs - 1))];
}

function varargTuple(of: Specialisation, from: number): Ref {
  const rest: Ref[] = [];
  for (let i = from, n = paramCount(of.types); i < n; i++) rest.push(param(of.types, i));
  return applyTupleType(rest);
}

const keyFor = (of: Specialisation, given: readonly Lattice[] | null): string =>
  `${of.method}|${of.types}|${given === null ? '' : given.map(keyOf).join(';')}`;

/**
 * The result of a specialisation.
 *
 * @param given what is known of callee and arguments beyond the types; null: nothing
 */
export function inferSpecialisation(of: Specialisation, given: readonly Lattice[] | null, _relies: Reliance): Lattice {
  return infer(of, given)?.result ?? anything;
}

/** The typed body of a specialisation; null when it cannot be inferred. */
export function typedBody(of: Specialisation, given: readonly Lattice[] | null): Typed | null {
  return infer(of, given)?.typed ?? null;
}

function infer(of: Specialisation, given: readonly Lattice[] | null): Entry | null {
  if (world !== currentWorld() && stack.length === 0) {
    world = currentWorld();
    provisional = new Map();
  }
  const key = keyFor(of, given);
  const known = finished.get(key);
  if (known !== undefined) return known;
  const guessed = provisional.get(key);
  if (guessed !== undefined) {
    noteReliance(guessed.reliesOn);
    return guessed.entry;
  }
  const running = stack.find((frame) => frame.entry.key === key);
  if (running !== undefined) {
    running.isRecursive = true;
    noteReliance(running.depth);
    return running.entry;
  }
  if (stack.length === 0) work = 0;
  if (stack.length > MAX_DEPTH || work++ > MAX_WORK || growsWithoutEnd(of)) return null;
  const body = bodyOfSpecialisation(of);
  if (body === null) return null;
  if (given !== null) {
    const isAsked = body.inlining === 'always' || readU8(of.method, objects.Method.constprop) === AGGRESSIVE;
    const limit = isAsked ? MAX_AGGRESSIVE_STATEMENTS : MAX_CONSTPROP_STATEMENTS;
    if (body.statements.length > limit) return infer(of, null);
    const general = keyFor(of, null);
    const count = (variants.get(general) ?? 0) + 1;
    if (count > MAX_VARIANTS || ++refined > MAX_REFINED) return infer(of, null);
    variants.set(general, count);
    if (stack.filter((frame) => frame.entry.of.method === of.method).length > 1) return infer(of, null);
    if (stack.filter((frame) => frame.isRefined).length >= MAX_CONSTPROP_DEPTH) return infer(of, null);
  }
  const args = elementsOfArguments(of, body, given);
  if (args === null || ++bodies > MAX_BODIES) return null;
  return run(key, of, body, args, given !== null);
}

function noteReliance(depth: number): void {
  const top = stack.at(-1);
  if (top !== undefined) top.reliesOn = Math.min(top.reliesOn, depth);
}

function growsWithoutEnd(of: Specialisation): boolean {
  const same = stack.filter((frame) => frame.entry.of.method === of.method && frame.entry.of.types !== of.types);
  if (same.length >= MAX_SAME_METHOD) return true;
  if (same.length < 3) return false;
  const size = sizeOfType(of.types);
  return same.every((frame) => sizeOfType(frame.entry.of.types) < size);
}

/** Results of recursive specialisations as the last round had them: what a round starts from. */
const estimates = new Map<string, Lattice>();
let estimateChanges = 0;

function run(key: string, of: Specialisation, body: Body, args: Lattice[], isRefined: boolean): Entry | null {
  const entry: Entry = { key, of, result: estimates.get(key) ?? impossible, typed: null, relies: newReliance() };
  const frame: InProgress = {
    entry,
    isRecursive: false,
    isRefined,
    reliesOn: Number.POSITIVE_INFINITY,
    depth: stack.length,
  };
  const began = ++order;
  stack.push(frame);
  try {
    for (let round = 1; ; round++) {
      frame.reliesOn = Number.POSITIVE_INFINITY;
      const changesBefore = estimateChanges;
      const interpreter = new Interpreter(of, body, args, entry.relies);
      interpreter.run();
      let result = frame.isRecursive ? join(entry.result, interpreter.result) : interpreter.result;
      if (round > MAX_ROUNDS) result = round > 2 * MAX_ROUNDS ? anything : ofType(widen(withoutConditional(result)));
      if (frame.isRecursive && !sameElement(result, entry.result)) {
        estimateChanges++;
        estimates.set(key, result);
      }
      entry.typed = { ...picked(interpreter), result };
      entry.result = result;
      // Only the outermost of specialisations that call each other goes round; those within start from its estimates.
      if (frame.reliesOn < frame.depth || estimateChanges === changesBefore) break;
      for (const [other, guess] of provisional) if (guess.order > began) provisional.delete(other);
    }
  } catch (error) {
    if (!(error instanceof DoesNotConverge)) throw error;
    entry.result = anything;
    entry.typed = null;
  } finally {
    stack.pop();
  }
  settle(frame, began);
  if (stack.length === 0) estimates.clear();
  return entry;
}

const picked = (from: Interpreter): Typed => ({
  of: from.of,
  body: from.body,
  args: from.args,
  ssa: from.ssa,
  before: from.before,
  calls: from.calls,
  result: from.result,
  relies: from.relies,
});

/** Files a result: for good when it relies on no guess of a frame that is still being inferred. */
function settle(frame: InProgress, began: number): void {
  const { entry } = frame;
  if (frame.reliesOn < frame.depth) {
    noteReliance(frame.reliesOn);
    provisional.set(entry.key, { entry, reliesOn: frame.reliesOn, order: ++order });
    return;
  }
  finished.set(entry.key, entry);
  for (const [key, guess] of provisional) {
    if (guess.order > began) {
      finished.set(key, guess.entry);
      provisional.delete(key);
    }
  }
}

/** The element that stands for "never returns". */
export const neverReturns = (element: Lattice): boolean => element.kind === 'type' && element.type === Bottom;
