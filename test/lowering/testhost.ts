// A lowering host without a running system: modules are names, nothing is defined except by the test, and there are
// no macros.

import type { LoweringHost, MacroResult } from '../../interpreter/lowering/index.ts';
import { type Expr, ModuleRef, type Sym } from '../../interpreter/syntax/expr.ts';

export class NoMacros extends Error {}

export class TestHost implements LoweringHost {
  private readonly base = new ModuleRef('Base');
  private readonly core = new ModuleRef('Core');
  private count = 0;
  /** Names that are globals of the test's module. */
  readonly globals = new Set<Sym>();

  expandMacro(_module: ModuleRef, call: Expr): MacroResult {
    const name = call.args[0];
    throw new NoMacros(`this host knows no macro ${name instanceof Object && 'name' in name ? name.name : ''}`);
  }
  isDefinedGlobal(_module: ModuleRef, name: Sym): boolean {
    return this.globals.has(name);
  }
  baseModule(): ModuleRef {
    return this.base;
  }
  coreModule(): ModuleRef {
    return this.core;
  }
  nextCounter(): number {
    return this.count++;
  }
}
