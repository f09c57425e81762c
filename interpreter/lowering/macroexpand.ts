// Macro expansion: calls every macro, from the outside in.
//
// The result of a macro is wrapped as `Expr(:hygienic-scope, result, module of the macro, line)`, so that a later pass
// can tell which names are the macro's own; parts that the macro marked with `esc` belong to the caller.

import { Expr, LineNumberNode, ModuleRef, Sym, type Syntax } from '../syntax/expr.ts';
import type { LoweringHost } from './host.ts';
import { quote } from './quotation.ts';

/** Macro results around the expression being expanded, innermost first. */
interface Origin {
  readonly module: ModuleRef;
  readonly outer: Origin | undefined;
}

const OPAQUE = new Set(['inert', 'module', 'toplevel', 'meta']);

/** `x` with its macro calls expanded; those in results of macros too when `recursive`. */
export function expandMacros(x: Syntax, module: ModuleRef, host: LoweringHost, recursive: boolean): Syntax {
  return visit(x, undefined);

  function visit(e: Syntax, origin: Origin | undefined): Syntax {
    if (!(e instanceof Expr) || OPAQUE.has(e.head)) return e;
    if (e.head === 'quote' && e.args.length === 1) return visit(quote(e.args[0]), origin);
    if (e.head === 'hygienic-scope' && e.args.length >= 2 && e.args[1] instanceof ModuleRef) {
      const body = visit(e.args[0], { module: e.args[1], outer: origin });
      return body === e.args[0] ? e : new Expr(e.head, [body, ...e.args.slice(1)]);
    }
    if (e.head === 'macrocall') return callMacro(e, origin);
    if (e.head === 'do' && e.args.length === 2 && e.args[0] instanceof Expr && e.args[0].head === 'macrocall') {
      const [name, line, ...rest] = e.args[0].args;
      return visit(new Expr('macrocall', [name, line, e.args[1], ...rest]), origin);
    }
    const inner = e.head === 'escape' && origin !== undefined ? origin.outer : origin;
    let args: Syntax[] | undefined;
    for (let i = 0; i < e.args.length; i++) {
      const next = visit(e.args[i], inner);
      if (next !== e.args[i]) {
        args ??= [...e.args];
        args[i] = next;
      }
    }
    return args === undefined ? e : new Expr(e.head, args);
  }

  function callMacro(e: Expr, origin: Origin | undefined): Syntax {
    const { value, definingModule } = host.expandMacro(module, e, origin?.module ?? module);
    const escaped = value instanceof Expr && value.head === 'escape';
    const result = escaped ? value.args[0] : value;
    const inner = escaped ? origin : { module: definingModule, outer: origin };
    const expanded = recursive ? visit(result, inner) : result;
    if (escaped) return expanded;
    const line = e.args[1] instanceof LineNumberNode ? e.args[1] : new LineNumberNode(0, NONE);
    return new Expr('hygienic-scope', [expanded, definingModule, line]);
  }
}

const NONE = Sym.of('none');
