// Quotation: `:(...)` and `quote` become code that builds the syntax, with `$` spliced in.

import { SSAValue } from '../ir/code.ts';
import { Expr, GlobalRef, LineNumberNode, QuoteNode, Sym, type Syntax, sym } from '../syntax/expr.ts';
import { importSyntax } from './importsyntax.ts';
import { exportSyntax } from './layout.ts';
import { malformed, type Node } from './node.ts';

const core = (name: string): Expr => new Expr('core', [sym(name)]);

/** What an unquote inside two quotes may stand for: several arguments of the enclosing expression. */
class Spliced {
  readonly list: readonly Syntax[];
  constructor(list: readonly Syntax[]) {
    this.list = list;
  }
}

const hasUnquote = (x: Syntax): boolean => {
  if (x instanceof Expr) return x.head === '$' || x.args.some(hasUnquote);
  return x instanceof QuoteNode && hasUnquote(x.value);
};

/** The expression that makes a copy of `x`. */
export function quote(x: Syntax): Syntax {
  const result = expand(x, 0);
  return result instanceof Spliced ? new Expr('error', ['"..." expression outside call']) : result;
}

/** The same over the trees of lowering. */
export const quoteSyntax = (x: Node): Node => importSyntax(quote(exportSyntax(x)));

function expand(x: Syntax, depth: number): Syntax | Spliced {
  if (x instanceof Sym || x instanceof SSAValue) return new QuoteNode(x);
  if (x instanceof LineNumberNode) return new QuoteNode(x);
  if (x instanceof QuoteNode) {
    if (!hasUnquote(x)) return copied(x);
    return new Expr('call', [core('QuoteNode'), ...expandAll([x.value], depth)]);
  }
  if (!(x instanceof Expr)) return isConstant(x) ? x : copied(x);
  if (depth === 0 && x.head === '$') {
    if (x.args.length !== 1) return new Spliced(x.args);
    const inner = x.args[0];
    return inner instanceof Expr && inner.head === '...' ? new Expr('...', [inner.args[0]]) : inner;
  }
  if (!hasUnquote(x)) return copied(x);
  const next = x.head === 'quote' ? depth + 1 : x.head === '$' ? depth - 1 : depth;
  return new Expr('call', [core('_expr'), new QuoteNode(sym(x.head)), ...expandAll(x.args, next)]);
}

// booleans, numbers and strings stand for themselves
const isConstant = (x: Syntax): boolean => x !== null && !(x instanceof GlobalRef);

const copied = (x: Syntax): Syntax => new Expr('copyast', [new QuoteNode(x)]);

function expandAll(list: readonly Syntax[], depth: number): Syntax[] {
  return list.flatMap((x) => {
    const result = expand(x, depth);
    return result instanceof Spliced ? result.list : [result];
  });
}

/** Replaces all quotations in `x`. */
export function expandQuotes(x: Syntax): Syntax {
  if (!(x instanceof Expr) || x.head === 'inert' || x.head === 'module') return x;
  if (x.head === 'quote') {
    if (x.args.length === 0) throw malformed();
    return expandQuotes(quote(x.args[0]));
  }
  let args: Syntax[] | undefined;
  x.args.forEach((arg, i) => {
    const next = expandQuotes(arg);
    if (next !== arg) {
      args ??= [...x.args];
      args[i] = next;
    }
  });
  return args === undefined ? x : new Expr(x.head, args);
}
