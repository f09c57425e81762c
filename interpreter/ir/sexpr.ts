// Canonical s-expressions of lowered code: those of syntax, plus the values that only lowered code has.

import { AnyVector, LineLocations, LineTable } from '../lowering/anyvector.ts';
import { Expr, LineNumberNode, QuoteNode, type Syntax } from '../syntax/expr.ts';
import { printSymbol, printSyntax } from '../syntax/sexpr.ts';
import { CodeInfo, EnterNode, GotoIfNot, GotoNode, NewvarNode, ReturnNode, SlotNumber, SSAValue } from './code.ts';

function exprText(e: Expr): string {
  const parts = [printSymbol(e.head)];
  e.args.forEach((arg, i) => {
    if (!(arg instanceof LineNumberNode)) parts.push(sexpr(arg));
    else if (e.head === 'macrocall' && i === 1) parts.push('nothing');
  });
  return `(${parts.join(' ')})`;
}

/** The canonical text of `x`. */
export function sexpr(x: Syntax): string {
  if (x instanceof AnyVector) return `(array-value "Any"${x.args.map((arg) => ` ${sexpr(arg)}`).join('')})`;
  if (x instanceof LineLocations) return '(line-locs)';
  if (x instanceof LineTable) return '(line-table)';
  if (x instanceof Expr) return exprText(x);
  if (x instanceof QuoteNode) return `(quotenode ${sexpr(x.value)})`;
  if (x instanceof SSAValue) return `%${x.id}`;
  if (x instanceof SlotNumber) return `_${x.id}`;
  if (x instanceof CodeInfo) return '(codeinfo)';
  if (x instanceof GotoNode) return `(goto %${x.label})`;
  if (x instanceof GotoIfNot) return `(gotoifnot ${sexpr(x.condition)} %${x.dest})`;
  if (x instanceof ReturnNode) return x.value === undefined ? '(return)' : `(return ${sexpr(x.value)})`;
  if (x instanceof NewvarNode) return `(newvar _${x.slot.id})`;
  if (x instanceof EnterNode) {
    const target = x.catchDest === 0 ? 'none' : `%${x.catchDest}`;
    return x.scope === undefined ? `(enter ${target})` : `(enter ${target} ${sexpr(x.scope)})`;
  }
  return printSyntax(x);
}
