// Copies of code in which some values are replaced.

import { AnyVector } from '../lowering/anyvector.ts';
import { Expr, QuoteNode, type Syntax } from '../syntax/expr.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  type Operand,
  PhiCNode,
  PhiNode,
  PiNode,
  ReturnNode,
  type Statement,
  UpsilonNode,
} from './code.ts';

/** What stands for a value; undefined to keep it. `isType` for inferred types, which running the code does not need. */
export type Replacement = (x: Syntax, isType: boolean) => Syntax | undefined;

/** A copy of `code` with what `replace` gives in place of its values, nested code included. */
export function mapCode(code: CodeInfo, replace: Replacement): CodeInfo {
  const copy = Object.assign(new CodeInfo(), code);
  copy.code = code.code.map((statement) => mapStatement(statement, replace));
  const types = (list: Syntax[] | null): Syntax[] | null => list?.map((type) => replace(type, true) ?? type) ?? null;
  copy.ssavaluetypes = types(code.ssavaluetypes);
  copy.slottypes = types(code.slottypes);
  if (code.rettype !== undefined) copy.rettype = replace(code.rettype, true) ?? code.rettype;
  return copy;
}

function mapStatement(x: Statement, replace: Replacement): Statement {
  return mapPart(x, replace) as Statement;
}

function mapPart(x: Syntax, replace: Replacement): Syntax {
  const replaced = replace(x, false);
  if (replaced !== undefined) return replaced;
  const part = (y: Syntax): Syntax => mapPart(y, replace);
  const operand = (y: Operand): Operand => mapPart(y, replace) as Operand;
  const optional = (y: Operand | undefined): Operand | undefined => (y === undefined ? undefined : operand(y));
  if (x instanceof CodeInfo) return mapCode(x, replace);
  if (x instanceof AnyVector) return x;
  if (x instanceof Expr) return new Expr(x.head, x.args.map(part));
  if (x instanceof QuoteNode) return new QuoteNode(part(x.value));
  if (x instanceof GotoIfNot) return new GotoIfNot(operand(x.condition), x.dest);
  if (x instanceof ReturnNode) return new ReturnNode(optional(x.value));
  if (x instanceof EnterNode) return new EnterNode(x.catchDest, optional(x.scope));
  if (x instanceof PhiNode) return new PhiNode(x.edges, x.values.map(optional));
  if (x instanceof PhiCNode) return new PhiCNode(x.values.map(operand));
  if (x instanceof PiNode) return new PiNode(operand(x.value), replace(x.type, true) ?? x.type);
  if (x instanceof UpsilonNode) return new UpsilonNode(optional(x.value));
  return x;
}
