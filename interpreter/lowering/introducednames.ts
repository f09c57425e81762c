// Which names an expression introduces, as hygiene sees it: before desugaring, with escapes still in place.

import { Expr, QuoteNode, Sym, type Syntax, sym } from '../syntax/expr.ts';

/** Names to be renamed, and names that stay as they are (types and what is written in their definition). */
export interface Introduced {
  readonly names: Syntax[];
  readonly kept: Sym[];
}

const isHead = (x: Syntax | undefined, head: string): x is Expr => x instanceof Expr && x.head === head;
const QUOTED = new Set(['top', 'core', 'globalref', 'line', 'break', 'inert', 'meta', 'inbounds', 'loopinfo', 'quote']);

function isCallLike(x: Syntax): boolean {
  if (isHead(x, 'call')) return true;
  return (isHead(x, 'where') || isHead(x, '::')) && isCallLike(x.args[0]);
}

/** Is `x` a function definition of any form? */
export function isDefinition(x: Syntax): boolean {
  if (!(x instanceof Expr)) return false;
  return x.head === 'function' || x.head === '->' || (x.head === '=' && x.args.length === 2 && isCallLike(x.args[0]));
}

/** The `call` of a definition's left side with the static parameters around it. */
export function functionSignature(left: Syntax): { call: Expr; variables: Syntax[] } | undefined {
  const variables: Syntax[] = [];
  let at = left;
  for (;;) {
    if (isHead(at, 'where')) variables.push(...at.args.slice(1));
    else if (!isHead(at, '::')) break;
    at = at.args[0];
  }
  return isHead(at, 'call') ? { call: at, variables } : undefined;
}

function typeVariableNames(list: readonly Syntax[]): Syntax[] {
  return list.flatMap((x) => {
    const name =
      x instanceof Expr
        ? x.head === '<:' || x.head === '>:'
          ? x.args[0]
          : x.head === 'comparison' && x.args.length === 5
            ? x.args[2]
            : null
        : x;
    return name instanceof Sym ? [name] : [];
  });
}

const NONE: { name: Syntax; escaped: boolean }[] = [];

// The name of a formal argument, and whether it is escaped.
function argumentNames(x: Syntax): { name: Syntax; escaped: boolean }[] {
  if (x instanceof Sym) return [{ name: x, escaped: false }];
  if (!(x instanceof Expr)) return NONE;
  switch (x.head) {
    case '...':
    case 'kw':
      return argumentNames(x.args[0]);
    case '::':
      return x.args.length > 1 ? argumentNames(x.args[0]) : NONE;
    case 'escape':
      return [{ name: x.args[0], escaped: true }];
    case 'hygienic-scope':
      return argumentNames(x.args[0]);
    case 'tuple':
      return x.args.flatMap(argumentNames);
    case 'meta':
      return x.args.length === 2 && (x.args[0] === sym('nospecialize') || x.args[0] === sym('specialize'))
        ? argumentNames(x.args[1])
        : NONE;
    default:
      return NONE;
  }
}

const isParameters = (x: Syntax): x is Expr => isHead(x, 'parameters');

function positionalNames(list: readonly Syntax[], escaped: boolean): Syntax[] {
  const normal = list.filter((x) => !isParameters(x));
  // the name for all other keywords is a variable like any
  const rest = list.filter(isParameters).flatMap((p) => p.args.filter((x) => isHead(x, '...')));
  return [...normal, ...rest]
    .flatMap(argumentNames)
    .filter((n) => n.escaped === escaped)
    .map((n) => n.name);
}

function selfName(callee: Syntax): Syntax[] {
  return isHead(callee, '::') && callee.args.length === 2 ? [callee.args[0]] : [];
}

function definitionNames(x: Expr): { args: Syntax[]; variables: Syntax[] } | undefined {
  const left = x.args[0];
  if (x.head === '->' || (x.head === 'function' && isHead(left, 'tuple'))) {
    let at = left;
    const variables: Syntax[] = [];
    while (isHead(at, 'where')) {
      variables.push(...at.args.slice(1));
      at = at.args[0];
    }
    const args = isHead(at, 'tuple') || isHead(at, 'block') ? at.args : [at];
    return { args: args.map((a) => (isHead(a, '=') ? new Expr('kw', a.args) : a)), variables };
  }
  if (x.head !== 'function' && x.head !== '=') return undefined;
  const signature = functionSignature(left);
  if (signature === undefined) return undefined;
  const [callee, ...args] = signature.call.args;
  const variables = isHead(callee, 'curly') ? [...callee.args.slice(1), ...signature.variables] : signature.variables;
  return { args: [...selfName(callee), ...args], variables };
}

function typeName(x: Syntax): Syntax {
  return x instanceof Expr && (x.head === 'curly' || x.head === '<:') ? typeName(x.args[0]) : x;
}
function typeParameters(x: Syntax): readonly Syntax[] {
  if (!(x instanceof Expr)) return [];
  if (x.head === '<:') return typeParameters(x.args[0]);
  return x.head === 'curly' ? x.args.slice(1) : [];
}
const unescape = (x: Syntax): Syntax => (isHead(x, 'escape') ? x.args[0] : x);

/** What `x` itself introduces; undefined when it is no binding form. */
export function introducedNames(x: Expr): Introduced | undefined {
  switch (x.head) {
    case 'function':
    case '->':
    case '=': {
      const left = x.args[0];
      if (x.head === '=' && isHead(left, 'curly')) return { names: typeVariableNames(left.args.slice(1)), kept: [] };
      const definition = definitionNames(x);
      if (definition === undefined) return undefined;
      const names = [...positionalNames(definition.args, false), ...typeVariableNames(definition.variables)];
      return { names, kept: [] };
    }
    case 'macro':
      return isHead(x.args[0], 'call')
        ? { names: positionalNames(x.args[0].args.slice(1), false), kept: [] }
        : undefined;
    case 'where':
      return { names: typeVariableNames(x.args.slice(1)), kept: [] };
    case 'let':
      return { names: letNames(x), kept: [] };
    case 'try':
      return x.args.length > 1 && x.args[1] instanceof Sym ? { names: [x.args[1]], kept: [] } : { names: [], kept: [] };
    case 'struct':
    case 'abstract':
    case 'primitive': {
      const signature = x.head === 'struct' ? x.args[1] : x.args[0];
      const name = unescape(typeName(signature));
      const kept = name instanceof Sym ? [name] : [];
      if (x.head === 'struct') kept.push(sym('new'));
      return { names: typeVariableNames(typeParameters(signature)), kept };
    }
    default:
      return undefined;
  }
}

function letNames(x: Expr): Syntax[] {
  const written = x.args[0];
  const bindings = isHead(written, 'block') ? written.args : [written];
  return bindings.flatMap((binding): Syntax[] => {
    const left = isHead(binding, '=') ? binding.args[0] : binding;
    if (isHead(left, 'tuple')) return left.args.map(plainName);
    return [boundName(left)];
  });
}
const plainName = (x: Syntax): Syntax => (isHead(x, '::') ? x.args[0] : x);

// The name that is bound by `x`, also for `f(x)`, `A{T}`, `x::T`; null where it is escaped.
function boundName(x: Syntax): Syntax {
  if (!(x instanceof Expr)) return x;
  switch (x.head) {
    case 'escape':
      return null;
    case 'call':
    case '=':
    case 'curly':
    case '::':
    case 'where':
      return boundName(x.args[0]);
    default:
      return x;
  }
}
const boundNames = (x: Syntax): Syntax[] =>
  isHead(x, 'tuple') || isHead(x, 'parameters') ? x.args.flatMap(boundNames) : [boundName(x)];

/** Names that stay because callers write them: keywords, and arguments that are escaped. */
export function keywordNames(x: Expr): Syntax[] {
  if (x.head !== 'function' && x.head !== '=' && x.head !== '->') return [];
  const definition = definitionNames(x);
  if (definition === undefined) return [];
  const keywords = definition.args
    .filter(isParameters)
    .flatMap((p) => p.args)
    .filter((k) => !isHead(k, '...'))
    .flatMap(argumentNames);
  return [
    ...keywords.filter((k) => !k.escaped).map((k) => k.name),
    ...keywords.filter((k) => k.escaped).map((k) => k.name),
    ...positionalNames(definition.args, true),
  ];
}

// Goes on where an inner macro result escapes back to the scope that is being looked at.
function resumeOnEscape(x: Syntax, depth: number, found: (x: Syntax) => Syntax[]): Syntax[] {
  if (!(x instanceof Expr) || QUOTED.has(x.head) || x.head === 'module' || x.head === 'toplevel') return [];
  if (x.head === 'hygienic-scope') return resumeOnEscape(x.args[0], depth + 1, found);
  if (x.head === 'escape') return depth === 0 ? found(x.args[0]) : resumeOnEscape(x.args[0], depth - 1, found);
  return x.args.flatMap((arg) => resumeOnEscape(arg, depth, found));
}

/** Names declared `local` or `global` in `x`, not in functions inside. */
export function declaredIn(x: Syntax, kind: 'local' | 'global', outer = true): Syntax[] {
  if (!(x instanceof Expr) || QUOTED.has(x.head) || x.head === 'escape') return [];
  if (x.head === 'hygienic-scope') return resumeOnEscape(x.args[0], 0, (e) => declaredIn(e, kind, outer));
  if (x.head === kind) return x.args.flatMap((arg) => boundNames(isHead(arg, '=') ? arg.args[0] : arg));
  if (!outer && isDefinition(x)) return [];
  return x.args.flatMap((arg) => declaredIn(arg, kind, false));
}

/** Names assigned in `x`, not in functions inside. */
export function assignedIn(x: Syntax, outer = true): Syntax[] {
  if (!(x instanceof Expr) || x instanceof QuoteNode || QUOTED.has(x.head) || x.head === 'escape') return [];
  if (x.head === 'hygienic-scope') return resumeOnEscape(x.args[0], 0, (e) => assignedIn(e, outer));
  if (!outer && isDefinition(x)) {
    // only the function's own name
    const left = x.args[0];
    const name = x.head === '->' || isHead(left, 'tuple') ? null : boundName(left);
    return name instanceof Sym ? [name] : [];
  }
  if (x.head === '=' && !isDefinition(x)) {
    return [...boundNames(x.args[0]).filter((name) => name instanceof Sym), ...assignedIn(x.args[1], false)];
  }
  if (x.head === 'tuple') {
    return x.args.flatMap((arg) => assignedIn(isHead(arg, '=') ? arg.args[1] : arg, false));
  }
  return x.args.flatMap((arg) => assignedIn(arg, false));
}
