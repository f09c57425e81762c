// What lowering asks of the system it runs in.
//
// Lowering itself knows no module, no macro and no global of a running program. The little it must know comes through
// this interface, so that the same code runs over a heap and, in the tests, over nothing.

import type { Expr, ModuleRef, Sym, Syntax } from '../syntax/expr.ts';

/** What a macro call turned into, and the module whose names the result means. */
export interface MacroResult {
  readonly value: Syntax;
  readonly definingModule: ModuleRef;
}

export interface LoweringHost {
  /**
   * Calls the macro of `call` (head `macrocall`; the second argument is a LineNumberNode or `nothing`).
   * `scope` is the module in which the macro's name is looked up (that of the macro whose result holds the call, else
   * the same as `module`), `module` is what the macro gets as `__module__`. Whatever it throws passes through lowering.
   */
  expandMacro(module: ModuleRef, call: Expr, scope: ModuleRef): MacroResult;
  /** Is `name` bound to a global of `module` (its own, not an import), so that a soft scope assigns to it? */
  isDefinedGlobal(module: ModuleRef, name: Sym): boolean;
  /** The base module that goes with `module`: where `iterate`, `convert`, ... are looked up. */
  baseModule(module: ModuleRef): ModuleRef;
  coreModule(): ModuleRef;
  /** The next number of the counter from which names of closures and keyword bodies of `module` are made. */
  nextCounter(module: ModuleRef): number;
  /** The text of an embedded value in an error message, as `repr` would give it. */
  describe?(value: Syntax): string;
  /** Told of an assignment in a soft scope of a file that a reader could take for one to the global of that name. */
  warnAmbiguousSoftScope?(name: Sym, file: Sym | null, line: number): void;
}

/** Where the lowered text comes from, and how it was entered. */
export interface LoweringOptions {
  /** Scopes at top level assign to existing globals, as at the prompt. */
  readonly softscope?: boolean;
  readonly file?: string;
  readonly line?: number;
}
