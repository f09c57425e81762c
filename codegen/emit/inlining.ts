// Which bodies are written in place of their calls.
//
// Small ones, always those that ask for it, never those that forbid it, have a `try`, or are being written already. What a
// body costs is counted in things that the machine has to do.

import { typeOf } from '../../interpreter/memory/layout.ts';
import type { CallInfo } from '../inference/calls.ts';
import { isFoldableBuiltin, isPureIntrinsic } from '../inference/fold.ts';
import { argsOf, headOf, isExpr, Node } from '../inference/heapdata.ts';
import type { Typed } from '../inference/interpret.ts';
import type { Specialisation } from '../inference/matches.ts';

/** The bodies that are being written into one another, innermost first. */
export interface InlineStack {
  readonly of: Specialisation;
  readonly outer: InlineStack | null;
  readonly depth: number;
}

const MAX_DEPTH = 24;
const MAX_COST = 30;
/** The same, deep within other bodies. */
const MAX_DEEP_COST = 10;
const DEEP = 8;
/** Bodies of at most this cost are written out wherever they are called. */
const SMALL_COST = 4;
/** Operations of a function beyond which only small bodies are added. */
const MAX_FUNCTION_OPERATIONS = 12000;
/** How often one method may stand within itself, with different types. */
const MAX_SAME_METHOD = 8;

/**
 * Shall a body be written in place of a call?
 *
 * @param operations roughly how many the function has already
 */
export function shallInline(stack: InlineStack, target: Specialisation, typed: Typed, operations: number): boolean {
  const { body } = typed;
  if (body.hasTry || body.inlining === 'never' || stack.depth > MAX_DEPTH) return false;
  let same = 0;
  for (let each: InlineStack | null = stack; each !== null; each = each.outer) {
    if (each.of.method !== target.method) continue;
    same++;
    if (each.of.types === target.types) return false;
  }
  if (same > MAX_SAME_METHOD) return false;
  if (body.inlining === 'always') return true;
  const cost = costOf(typed);
  if (cost <= SMALL_COST) return true;
  if (operations > MAX_FUNCTION_OPERATIONS) return false;
  return cost <= (stack.depth > DEEP ? MAX_DEEP_COST : MAX_COST);
}

const costs = new WeakMap<Typed, number>();

/** How much code a body is, roughly: one for each thing that the machine has to do. */
function costOf(typed: Typed): number {
  let cost = costs.get(typed);
  if (cost === undefined) {
    cost = countCost(typed);
    costs.set(typed, cost);
  }
  return cost;
}

function countCost(typed: Typed): number {
  let cost = 0;
  for (let i = 1; i < typed.body.statements.length; i++) {
    if (typed.before[i] === undefined) continue;
    const statement = typed.body.statements[i];
    const value = isExpr(statement, '=') ? argsOf(statement)[1] : statement;
    if (typeOf(value) !== Node.Expr) {
      if (typeOf(statement) === Node.GotoIfNot || typeOf(statement) === Node.GotoNode) cost += 1;
      continue;
    }
    const head = headOf(value);
    if (head === 'new') cost += 2;
    if (head === 'foreigncall') cost += 6;
    if (head !== 'call') continue;
    const info = typed.calls.get(value);
    if (info === undefined || info.result.kind === 'const') continue;
    cost += info.kind === 'builtin' ? 1 : info.kind === 'dynamic' ? 8 : 3;
  }
  return cost;
}

/** How many `return`s of a body can be reached. */
export function countReturns(typed: Typed): number {
  let count = 0;
  for (let i = 1; i < typed.body.statements.length; i++) {
    if (typed.before[i] !== undefined && typeOf(typed.body.statements[i]) === Node.ReturnNode) count++;
  }
  return count;
}

/** Builtins that change nothing either, though what they give depends on more than their arguments. */
const readers: ReadonlySet<string> = new Set(['getfield', 'isdefined', 'getglobal']);

/** Can a call be left out when its value is known? */
export const isPure = (info: CallInfo & { kind: 'builtin' }): boolean =>
  info.isIntrinsic ? isPureIntrinsic(info.name) : isFoldableBuiltin(info.name) || readers.has(info.name);
