// Surface syntax into Forms, with a look at its shape.
//
// Macros can make any Expr, also such as no program text is. What later passes could not handle is refused here, with
// Julia's message for it; they may then rely on heads having the parts that they must have.

import { CodeInfo, SSAValue } from '../ir/code.ts';
import {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  Literal,
  ModuleRef,
  QuoteNode,
  Sym,
  type Syntax,
  sym,
} from '../syntax/expr.ts';
import { core, Form, Lambda, LoweringError, malformed, type Node, top, UNUSED } from './node.ts';

/** How many arguments the heads have that make no sense with fewer. */
const FEWEST_ARGUMENTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...Object.fromEntries(
      '= -> . .= for while let if elseif do kw typed_comprehension primitive'.split(' ').map((h) => [h, 2]),
    ),
    ...Object.fromEntries('globalref method hygienic-scope generator break-block cconv'.split(' ').map((h) => [h, 2])),
    ...Object.fromEntries(
      'inert top core flatten comprehension scope-block thunk escape quote return'.split(' ').map((h) => [h, 1]),
    ),
    ...Object.fromEntries('function macro abstract const curly ref :: filter call where'.split(' ').map((h) => [h, 1])),
    ...Object.fromEntries(
      'symboliclabel symbolicgoto isdefined gc_preserve ncat typed_hcat typed_vcat'.split(' ').map((h) => [h, 1]),
    ),
    '.': 1,
    method: 1,
    lambda: 2,
    struct: 3,
    try: 3,
    opaque_closure: 5,
    typed_ncat: 2,
    foreigncall: 5,
    cfunction: 5,
  }),
);

const isRange = (x: Syntax): boolean => x instanceof Expr && x.args.length === 2;

function checkShape(x: Expr): void {
  const { head, args } = x;
  if (args.length < (FEWEST_ARGUMENTS.get(head) ?? 0)) throw malformed();
  switch (head) {
    case 'top':
    case 'core':
      if (!(args[0] instanceof Sym)) throw malformed();
      return;
    case 'for': {
      const ranges = args[0] instanceof Expr && args[0].head === 'block' ? args[0].args : [args[0]];
      if (!ranges.every(isRange)) throw malformed();
      return;
    }
    case 'generator': {
      const [, first, ...rest] = args;
      if (first instanceof Expr && first.head === 'filter') {
        if (!first.args.slice(1).every(isRange)) throw malformed();
      } else if (![first, ...rest].every((r) => isRange(r) || r === sym(':'))) throw malformed();
      return;
    }
    case 'flatten':
      if (!(args[0] instanceof Expr)) throw malformed();
      return;
    case 'method':
      if (args.length > 1 && !(args[2] instanceof Expr && args[2].head === 'lambda')) throw malformed();
      return;
    case 'thunk':
      if (!(args[0] instanceof CodeInfo)) throw malformed();
      return;
    default:
  }
}

/** Copies surface syntax into Forms. Quoted syntax and embedded values stay as they are. */
export function importSyntax(x: Syntax): Node {
  if (x instanceof Expr) {
    checkShape(x);
    if (x.head === 'inert') return new QuoteNode(x.args[0]);
    if (x.head === 'line') {
      const [line, file] = x.args;
      return new LineNumberNode(Number(line), file instanceof Sym ? file : null);
    }
    if (x.head === 'globalref' && x.args[0] instanceof ModuleRef && x.args[1] instanceof Sym) {
      return new GlobalRef(x.args[0], x.args[1]);
    }
    if (x.head === 'lambda') return importLambda(x);
    const args: Node[] = new Array(x.args.length);
    for (let i = 0; i < x.args.length; i++) args[i] = importSyntax(x.args[i]);
    if (x.head === 'top' && args[0] instanceof Sym) return top(args[0].name);
    if (x.head === 'core' && args[0] instanceof Sym) return core(args[0].name);
    return new Form(x.head, args);
  }
  // names of Core are known to be there; a reference that hygiene made to one stays a reference
  if (x instanceof GlobalRef && x.module.path === 'Core') return core(x.name.name);
  if (
    x === null ||
    typeof x !== 'object' ||
    x instanceof Sym ||
    x instanceof QuoteNode ||
    x instanceof LineNumberNode ||
    x instanceof GlobalRef ||
    x instanceof ModuleRef ||
    x instanceof Literal ||
    x instanceof HeapValue
  ) {
    return x;
  }
  if (x instanceof CodeInfo) return x;
  if (x instanceof SSAValue) throw new LoweringError('SSAValue objects should not occur in an AST');
  throw malformed();
}

// `Expr(:lambda, names, body)` comes from generated functions; the names are a vector, which arrives as an Expr.
function importLambda(x: Expr): Node {
  const names = x.args[0];
  const args = names instanceof Expr ? names.args : [];
  const symbols: Sym[] = [];
  for (const arg of args) {
    const name = arg instanceof Expr && (arg.head === '...' || arg.head === '::') ? arg.args[0] : arg;
    if (!(name instanceof Sym)) throw malformed();
    symbols.push(/^_+$/.test(name.name) ? UNUSED : name);
  }
  return new Lambda(symbols, importSyntax(x.args[x.args.length - 1]));
}
