// The statement budget: a bound on how much a program may execute, as a listener of the hook interface.
//
// For running code that may not end. What exceeds the budget ends as an error of the embedder, which Julia code can
// neither catch nor delay.

import { listen } from './hooks.ts';

/** The budget is spent. Not a Julia exception. */
export class StatementBudgetSpent extends Error {}

/**
 * Allows `statements` more statements.
 *
 * @returns what lifts the bound again, and says how many statements were left
 */
export function limitStatements(statements: number): () => number {
  let left = statements;
  const end = listen({
    step: () => {
      if (left === 0) throw new StatementBudgetSpent(`the budget of ${statements} statements is spent`);
      left--;
    },
  });
  return () => {
    end();
    return left;
  };
}
