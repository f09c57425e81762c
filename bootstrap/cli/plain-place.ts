// A place to lower in without a running system: a module that is a name, and a host that notes which globals come into
// being. Macros need the running system; a call of one is refused.

import type { LoweringHost } from '../../interpreter/lowering/index.ts';
import { Expr, ModuleRef, Sym, type Syntax } from '../../interpreter/syntax/expr.ts';
import { notInThisBuild } from './exit.ts';
import type { Place } from './lower-answer.ts';

/** Heads that name what an assignment or definition defines in their first argument. */
const wrappers = new Set(['call', 'where', '::', 'curly', '<:']);

/** A fresh module named `name`. */
export function plainPlace(name: string): Place {
  const globals = new Set<Sym>();
  const base = new ModuleRef('Base');
  const core = new ModuleRef('Core');
  let count = 0;
  const host: LoweringHost = {
    expandMacro(_module, call) {
      const macro = call.args[0] instanceof Sym ? call.args[0].name : 'a macro';
      throw notInThisBuild(`expanding ${macro} (lowering with macros)`);
    },
    isDefinedGlobal: (_module, global) => globals.has(global),
    baseModule: () => base,
    coreModule: () => core,
    nextCounter: () => count++,
  };
  return { module: new ModuleRef(name), host, evaluate: (_lowered, statement) => define(statement, globals) };
}

/** Notes the globals that a statement defines. */
function define(statement: Syntax, globals: Set<Sym>): void {
  if (!(statement instanceof Expr)) return;
  switch (statement.head) {
    case 'toplevel':
    case 'block':
      for (const part of statement.args) define(part, globals);
      return;
    case 'const':
    case 'global':
      for (const part of statement.args)
        defineName(part instanceof Expr && part.head === '=' ? part.args[0] : part, globals);
      return;
    case '=':
    case 'function':
    case 'abstract':
    case 'primitive':
      defineName(statement.args[0], globals);
      return;
    case 'struct':
      defineName(statement.args[1], globals);
      return;
    default:
      return;
  }
}

function defineName(target: Syntax, globals: Set<Sym>): void {
  let name = target;
  while (name instanceof Expr && wrappers.has(name.head)) name = name.args[0];
  if (name instanceof Sym) globals.add(name);
  else if (name instanceof Expr && name.head === 'tuple') for (const part of name.args) defineName(part, globals);
}
