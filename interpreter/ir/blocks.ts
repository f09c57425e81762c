// The basic blocks of lowered code, numbered as Julia numbers them when it prints code: in the margin, and as the
// targets of jumps.
//
// A block begins at the first statement, at every target of a jump, and behind every statement that ends one. An `enter`
// is a block of its own, so that the edge to its handler leaves from exactly there; `leave` ends a block.
//
// Statement numbers count from 1. Code that is not valid has blocks too: targets outside the code are no leaders.

import { Expr } from '../syntax/expr.ts';
import { EnterNode, GotoIfNot, GotoNode, ReturnNode, type Statement } from './code.ts';

export interface Block {
  /** Its first and its last statement. */
  readonly first: number;
  readonly last: number;
  /** Blocks (from 1) that control may come from; 0 stands for outside, from where a handler is entered. */
  readonly predecessors: number[];
}

export interface Blocks {
  readonly list: readonly Block[];
  /** The block of each statement, both from 1; index 0 is unused. */
  readonly of: Int32Array;
}

const isLeave = (statement: Statement): boolean => statement instanceof Expr && statement.head === 'leave';

/** The statements that control may go to when statement `at` does not throw, and the handler that an `enter` names. */
export function jumpTargets(statement: Statement, at: number): number[] {
  if (statement instanceof GotoNode) return [statement.label];
  if (statement instanceof GotoIfNot) return [at + 1, statement.dest];
  if (statement instanceof ReturnNode) return [];
  if (statement instanceof EnterNode) return statement.catchDest === 0 ? [at + 1] : [at + 1, statement.catchDest];
  return [at + 1];
}

/** The basic blocks of `code`. */
export function basicBlocks(code: readonly Statement[]): Blocks {
  const n = code.length;
  const leaders = new Uint8Array(n + 3);
  const lead = (at: number): void => {
    if (at >= 1 && at <= n) leaders[at] = 1;
  };
  lead(1);
  code.forEach((statement, index) => {
    const at = index + 1;
    if (statement instanceof EnterNode) lead(at);
    const ends =
      statement instanceof EnterNode ||
      statement instanceof GotoNode ||
      statement instanceof GotoIfNot ||
      statement instanceof ReturnNode ||
      isLeave(statement);
    if (!ends) return;
    lead(at + 1);
    for (const target of jumpTargets(statement, at)) lead(target);
  });
  const of = new Int32Array(n + 1);
  const list: { first: number; last: number; predecessors: number[] }[] = [];
  for (let at = 1; at <= n; at++) {
    if (leaders[at] === 1) list.push({ first: at, last: at, predecessors: [] });
    of[at] = list.length;
    list[list.length - 1].last = at;
  }
  list.forEach((block, index) => addEdges(list, of, index + 1, code[block.last - 1], block.last));
  return { list, of };
}

function addEdges(list: readonly Block[], of: Int32Array, number: number, statement: Statement, at: number): void {
  const from = (target: number, source: number): void => {
    if (target >= 1 && target < of.length) list[of[target] - 1].predecessors.push(source);
  };
  if (statement instanceof EnterNode && statement.catchDest !== 0) {
    from(statement.catchDest, number);
    from(statement.catchDest, 0);
  } else if (statement instanceof GotoIfNot) {
    // A branch to where control goes anyway is no edge of its own.
    if (statement.dest !== at + 1) from(statement.dest, number);
  }
  if (statement instanceof GotoNode) from(statement.label, number);
  else if (!(statement instanceof ReturnNode)) from(at + 1, number);
}
