// Canonical s-expressions of lowered code: those of syntax, plus the values that only lowered code has.

import { AnyVector, LineLocations, LineTable } from '../lowering/anyvector.ts';
import { Expr, HeapValue, LineNumberNode, QuoteNode, type Syntax } from '../syntax/expr.ts';
import { printSymbol, printSyntax } from '../syntax/sexpr.ts';
import { CodeInfo, EnterNode, GotoIfNot, GotoNode, NewvarNode, ReturnNode, SlotNumber, SSAValue } from './code.ts';

/** The text of an object of the heap. */
export type HeapText = (value: HeapValue) => string;
const plainHeapText: HeapText = (value) => `(value ${value.ref})`;

function exprText(e: Expr, text: (part: Syntax) => string): string {
  const parts = [printSymbol(e.head)];
  e.args.forEach((arg, i) => {
    if (!(arg instanceof LineNumberNode)) parts.push(text(arg));
    else if (e.head === 'macrocall' && i === 1) parts.push('nothing');
  });
  return `(${parts.join(' ')})`;
}

/** The canonical text of `x`; `heapText` is asked for objects of the heap. */
export function sexpr(x: Syntax, heapText: HeapText = plainHeapText): string {
  const text = (part: Syntax): string => sexpr(part, heapText);
  if (x instanceof HeapValue) return heapText(x);
  if (x instanceof LineLocations) return '(line-locs)';
  if (x instanceof LineTable) return '(line-table)';
  if (x instanceof AnyVector) return `(array-value "Any"${x.args.map((arg) => ` ${text(arg)}`).join('')})`;
  if (x instanceof Expr) return exprText(x, text);
  if (x instanceof QuoteNode) return `(quotenode ${text(x.value)})`;
  if (x instanceof SSAValue) return `%${x.id}`;
  if (x instanceof SlotNumber) return `_${x.id}`;
  if (x instanceof CodeInfo) return '(codeinfo)';
  if (x instanceof GotoNode) return `(goto %${x.label})`;
  if (x instanceof GotoIfNot) return `(gotoifnot ${text(x.condition)} %${x.dest})`;
  if (x instanceof ReturnNode) return x.value === undefined ? '(return)' : `(return ${text(x.value)})`;
  if (x instanceof NewvarNode) return `(newvar _${x.slot.id})`;
  if (x instanceof EnterNode) {
    const target = x.catchDest === 0 ? 'none' : `%${x.catchDest}`;
    return x.scope === undefined ? `(enter ${target})` : `(enter ${target} ${text(x.scope)})`;
  }
  return printSyntax(x);
}
