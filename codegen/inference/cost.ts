// How much code a body is: whether a call of it will be replaced by the body itself.
//
// What a constant takes the place of costs nothing, a call of a small method what that method costs, a call that is looked
// up when it is made a lot. The numbers are those of Julia's inliner.

import { typeOf } from '../../interpreter/memory/layout.ts';
import type { CallInfo } from './calls.ts';
import { argsOf, gotoLabel, headOf, isExpr, Node } from './heapdata.ts';
import type { Typed } from './interpret.ts';
import { isImpossible } from './lattice.ts';
import type { Specialisation } from './matches.ts';

/** Bodies that cost no more are written in place of their calls. */
export const INLINE_COST = 100;
const CALL = 20;
const DYNAMIC = 1000;
const LOOP = 40;

const cheap: ReadonlySet<string> = new Set(['tuple', 'getfield', 'getglobal', 'typeof', 'ifelse', 'typeassert']);
const dear: ReadonlyMap<string, number> = new Map([
  ['div_float', 20],
  ['sdiv_int', 40],
  ['udiv_int', 40],
  ['srem_int', 40],
  ['urem_int', 40],
  ['checked_sdiv_int', 40],
  ['checked_udiv_int', 40],
  ['checked_srem_int', 40],
  ['checked_urem_int', 40],
  ['sqrt_llvm', 20],
  ['mul_int', 3],
  ['fieldtype', 20],
  ['apply_type', 10],
  ['isdefined', 1],
  ['setfield!', 5],
  ['memorynew', 20],
  ['_expr', 100],
  ['svec', 100],
  ['throw', 0],
]);

/** @param costOf the cost of a method that a call is certain to run; null when it is not written in place of its call */
export function inlineCost(typed: Typed, costOf: (of: Specialisation) => number | null): number {
  let cost = 0;
  const { body } = typed;
  for (let i = 1; i < body.statements.length && cost <= INLINE_COST; i++) {
    if (typed.before[i] === undefined) continue;
    const statement = body.statements[i];
    if (typeOf(statement) === Node.GotoNode && gotoLabel(statement) <= i) cost += LOOP;
    const value = isExpr(statement, '=') ? argsOf(statement)[1] : statement;
    if (typeOf(value) !== Node.Expr) continue;
    switch (headOf(value)) {
      case 'foreigncall':
        cost += CALL;
        break;
      case 'call': {
        const info = typed.calls.get(value);
        if (info !== undefined) cost += costOfCall(info, costOf);
        break;
      }
      default:
    }
  }
  return cost;
}

function costOfCall(info: CallInfo, costOf: (of: Specialisation) => number | null): number {
  if (info.result.kind === 'const') return 0;
  switch (info.kind) {
    case 'builtin':
      return dear.get(info.name) ?? (cheap.has(info.name) ? 0 : 1);
    case 'methods': {
      if (isImpossible(info.result)) return 0;
      if (info.cases.some((one) => one.targets.length !== 1 || !one.covers)) return DYNAMIC;
      let cost = info.cases.length - 1;
      for (const one of info.cases) cost += costOf(one.targets[0]) ?? CALL;
      return cost;
    }
    case 'flattened':
      return costOfCall(info.inner, costOf);
    case 'invoke':
      return costOf(info.target) ?? CALL;
    case 'dynamic':
      return isImpossible(info.result) ? 0 : DYNAMIC;
  }
}
