// Names of macros. In the tree a macro's name carries an `@`, wherever in the path it was written: `@A.m` and `A.@m` are
// the same path with `@m` at its end. String macros add a suffix to the name as well.

import { Expr, QuoteNode, Sym, type Syntax, sym } from './expr.ts';

/** A component that may turn out to be the name of a macro. */
export interface DottedName {
  /** Whether it can be one. */
  readonly ok: boolean;
  /** The name without `@`. */
  readonly symbol: Sym;
  /** `@doc`, whose argument may stand on the next line. */
  readonly doc: boolean;
  /** Where the component stands. */
  readonly start: number;
  readonly end: number;
}

/**
 * The path with its last component made the name of a macro. `last` replaces the component's text where the tree does
 * not hold it (an operator, a number); null keeps it.
 */
export function macroName(path: Syntax, last: string | null, suffix: string): Syntax {
  if (path instanceof Sym) return sym(`@${last ?? path.name}${suffix}`);
  if (path instanceof Expr && path.head === '.' && path.args.length === 2) {
    const component = path.args[1];
    const name = component instanceof QuoteNode && component.value instanceof Sym ? component.value.name : '';
    return new Expr('.', [path.args[0] as Syntax, new QuoteNode(sym(`@${last ?? name}${suffix}`))]);
  }
  // An adjoint between the name and the arguments.
  if (path instanceof Expr && path.head === "'")
    return new Expr("'", [macroName(path.args[0] as Syntax, last, suffix)]);
  return path;
}
