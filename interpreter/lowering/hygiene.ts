// Hygiene: names in the result of a macro mean what they mean in the macro's module.
//
// Inside a `hygienic-scope` a name that the expression introduces (a local, an argument, something it assigns to) is
// renamed to a fresh one; any other name becomes a GlobalRef to the macro's module. Parts under `escape` belong to the
// scope outside and are resolved there. Labels of @goto are renamed per scope in the same way.

import { Expr, GlobalRef, LineNumberNode, ModuleRef, Sym, type Syntax } from '../syntax/expr.ts';
import { freshName } from './context.ts';
import { assignedIn, declaredIn, introducedNames, isDefinition, keywordNames } from './introducednames.ts';
import { malformed } from './node.ts';
import { expandQuotes } from './quotation.ts';

type Environment = ReadonlyMap<Sym, Syntax>;

/** The scope around a macro result: what `escape` goes back to. */
interface Outer {
  readonly env: Environment;
  readonly module: ModuleRef;
  readonly outer: Outer | undefined;
}

/** `x` without quotations, hygienic scopes and escapes. */
export function resolveMacroScopes(x: Syntax, _module: ModuleRef): Syntax {
  const unquoted = expandQuotes(x);
  return hasScopes(unquoted) ? resolveScopes(renameLabels(unquoted, new Map(), undefined)) : unquoted;
}

const hasScopes = (x: Syntax): boolean =>
  x instanceof Expr && x.head !== 'inert' && (x.head === 'hygienic-scope' || x.args.some(hasScopes));

const QUOTED = new Set(['top', 'core', 'globalref', 'line', 'break', 'inert', 'meta', 'inbounds', 'loopinfo', 'quote']);
const isQuoted = (x: Expr): boolean => QUOTED.has(x.head);

interface Labels {
  readonly names: Map<Syntax, Sym>;
  readonly outer: Labels | undefined;
}

function renameLabels(x: Syntax, names: Map<Syntax, Sym>, outer: Labels | undefined): Syntax {
  if (!(x instanceof Expr) || isQuoted(x)) return x;
  if (x.head === 'hygienic-scope') {
    const body = renameLabels(x.args[0], new Map(), { names, outer });
    return new Expr(x.head, [body, ...x.args.slice(1)]);
  }
  if (x.head === 'escape' && outer !== undefined) {
    return new Expr(x.head, [renameLabels(x.args[0], outer.names, outer.outer)]);
  }
  if (x.head === 'symbolicgoto' || x.head === 'symboliclabel') {
    const label = x.args[0];
    if (outer === undefined || !(label instanceof Sym)) return x;
    let renamed = names.get(label);
    if (renamed === undefined) {
      renamed = freshName(label);
      names.set(label, renamed);
    }
    return new Expr(x.head, [renamed]);
  }
  return new Expr(
    x.head,
    x.args.map((arg) => renameLabels(arg, names, outer)),
  );
}

function moduleOf(scope: Expr): ModuleRef {
  const module = scope.args[1];
  if (module instanceof ModuleRef) return module;
  throw malformed();
}

// Statements at top level are expanded one by one as they are evaluated, so each keeps the scope for itself.
function distribute(toplevel: Expr, scope: readonly Syntax[]): Expr {
  return new Expr(
    'toplevel',
    toplevel.args.map((arg) => (arg instanceof LineNumberNode ? arg : new Expr('hygienic-scope', [arg, ...scope]))),
  );
}

// Outside of macro results: only looks for them.
function resolveScopes(x: Syntax): Syntax {
  if (!(x instanceof Expr) || x.head === 'inert' || x.head === 'module') return x;
  if (x.head === 'hygienic-scope') {
    const body = x.args[0];
    if (body instanceof Expr && body.head === 'toplevel') return distribute(body, x.args.slice(1));
    return new Resolver(moduleOf(x), undefined).withNewScope(x.args[0], new Map(), false, true);
  }
  return hasScopes(x) ? new Expr(x.head, x.args.map(resolveScopes)) : x;
}

const RESERVED = new Set(['end', 'begin', 'ccall', 'cglobal']);
const UNESCAPED = new Set([
  'using',
  'import',
  'export',
  'public',
  'meta',
  'line',
  'inbounds',
  'boundscheck',
  'loopinfo',
]);
const unescape = (x: Syntax): Syntax => (x instanceof Expr && x.head === 'escape' ? x.args[0] : x);

class Resolver {
  private readonly module: ModuleRef;
  private readonly outer: Outer | undefined;
  constructor(module: ModuleRef, outer: Outer | undefined) {
    this.module = module;
    this.outer = outer;
  }

  /** Resolves `x`, first extending `env` by what `x` introduces. */
  withNewScope(x: Syntax, env: Environment, inArguments: boolean, outermost = false): Syntax {
    if (!(x instanceof Expr) || x.head === 'let') return this.resolve(x, env, inArguments);
    return this.resolve(x, this.extended(x, env, outermost), inArguments);
  }

  private extended(x: Expr, env: Environment, outermost: boolean): Environment {
    const introduced = introducedNames(x);
    if (!outermost && introduced === undefined) return env;
    const globals = new Set(declaredIn(x, 'global'));
    const names = new Set<Syntax>([...declaredIn(x, 'local'), ...assignedIn(x), ...(introduced?.names ?? [])]);
    const extended = new Map(env);
    for (const name of keywordNames(x)) if (name instanceof Sym) extended.set(name, name);
    for (const name of names) {
      if (name instanceof Sym && !globals.has(name) && !env.has(name)) extended.set(name, freshName(name));
    }
    for (const name of introduced?.kept ?? []) extended.set(name, name);
    return extended;
  }

  // A name that the macro meant in Core is told apart from a GlobalRef to Core that it wrote.
  private globalName(x: Sym): Syntax {
    return this.module.path === 'Core' ? new Expr('globalref', [this.module, x]) : new GlobalRef(this.module, x);
  }

  private resolveAll(list: readonly Syntax[], env: Environment, inArguments: boolean): Syntax[] {
    return list.map((x) => this.withNewScope(x, env, inArguments));
  }

  private resolveEscaped(x: Syntax, inArguments: boolean): Syntax {
    if (this.outer === undefined) return resolveScopes(x);
    const { env, module, outer } = this.outer;
    return new Resolver(module, outer).withNewScope(x, env, inArguments);
  }

  resolve(x: Syntax, env: Environment, inArguments: boolean): Syntax {
    if (x instanceof Sym) {
      if (RESERVED.has(x.name)) return x;
      return env.get(x) ?? this.globalName(x);
    }
    if (!(x instanceof Expr) || (isQuoted(x) && !UNESCAPED.has(x.head))) return x;
    const { head, args } = x;
    if (UNESCAPED.has(head)) return new Expr(head, args.map(unescape));
    switch (head) {
      case 'escape':
        return this.resolveEscaped(args[0], inArguments);
      case 'toplevel': {
        let result = distribute(x, [this.module]);
        for (let at = this.outer; at !== undefined; at = at.outer) result = distribute(result, [at.module]);
        return result;
      }
      case 'global':
        return this.resolveGlobal(x, env, inArguments);
      case 'macrocall':
      case 'symboliclabel':
      case 'symbolicgoto':
        return x;
      case 'struct':
        return new Expr('struct', [
          args[0],
          this.resolve(args[1], env, inArguments),
          this.resolveFields(args[2], env, inArguments),
        ]);
      case 'parameters':
        return new Expr(
          head,
          args.map((arg) => {
            // a name alone behind the semicolon of a call stands for name = name
            const name = unescape(arg);
            const keyword = !inArguments && name instanceof Sym ? new Expr('kw', [name, arg]) : arg;
            return this.resolve(keyword, env, false);
          }),
        );
      case '->':
        return new Expr(head, [this.resolveArrowArguments(args[0], env), this.withNewScope(args[1], env, inArguments)]);
      case '=':
      case 'function':
        if (args[0] instanceof Expr && isDefinition(x)) {
          return new Expr(head, [
            this.resolveSignature(args[0], env, inArguments),
            ...args.slice(1).map((arg) => this.withNewScope(arg, env, inArguments)),
          ]);
        }
        return new Expr(head, this.resolveAll(args, env, inArguments));
      case 'kw':
        return this.resolveKeyword(x, env, inArguments);
      case 'let':
        return this.resolveLet(x, env, inArguments);
      case 'hygienic-scope':
        return new Resolver(moduleOf(x), { env, module: this.module, outer: this.outer }).withNewScope(
          args[0],
          env,
          inArguments,
          true,
        );
      case 'tuple':
        return new Expr(
          head,
          args.map((arg) =>
            arg instanceof Expr && arg.head === '='
              ? new Expr('=', [unescape(arg.args[0]), this.withNewScope(arg.args[1], env, inArguments)])
              : this.withNewScope(arg, env, inArguments),
          ),
        );
      default:
        return new Expr(head, this.resolveAll(args, env, inArguments));
    }
  }

  // `x -> ...`, `(x, y) -> ...`, `((x::T) where T) -> ...`
  private resolveArrowArguments(x: Syntax, env: Environment): Syntax {
    if (!(x instanceof Expr)) return this.withNewScope(x, env, true);
    if (x.head === 'where') {
      const [first, ...variables] = x.args;
      const others = variables.map((arg) => this.withNewScope(arg, env, false));
      return new Expr('where', [this.resolveArrowArguments(first, env), ...others]);
    }
    if (x.head !== 'tuple') return this.withNewScope(x, env, true);
    return new Expr(
      'tuple',
      x.args.map((arg) => this.withNewScope(arg, env, true)),
    );
  }

  // Declared globals keep their names; types and right sides are expressions.
  private resolveGlobal(x: Expr, env: Environment, inArguments: boolean): Syntax {
    const other = (arg: Syntax): Syntax => this.withNewScope(arg, env, inArguments);
    const left = (arg: Syntax): Syntax => {
      if (!(arg instanceof Expr)) return arg;
      if (arg.head === 'escape') return left(arg.args[0]);
      if (arg.head === 'tuple' || arg.head === 'parameters') return new Expr(arg.head, arg.args.map(left));
      if (arg.head === '::' && arg.args.length === 2) return new Expr('::', [left(arg.args[0]), other(arg.args[1])]);
      return other(arg);
    };
    return new Expr(
      'global',
      x.args.map((arg) =>
        arg instanceof Expr && arg.head === '=' ? new Expr('=', [left(arg.args[0]), other(arg.args[1])]) : left(arg),
      ),
    );
  }

  // Names of fields are no variables.
  private resolveFields(body: Syntax, env: Environment, inArguments: boolean): Syntax {
    if (!(body instanceof Expr)) return body;
    const field = (x: Syntax): Syntax => {
      if (!(x instanceof Expr)) return x;
      if (x.head === '::' && x.args.length === 2) {
        return new Expr('::', [fieldName(x.args[0]), this.resolve(x.args[1], env, inArguments)]);
      }
      if (x.head === 'const' || x.head === 'atomic') return new Expr(x.head, x.args.map(field));
      return this.withNewScope(x, env, inArguments);
    };
    const fieldName = (x: Syntax): Syntax => (x instanceof Expr ? unescape(x) : x);
    return new Expr(body.head, body.args.map(field));
  }

  // `f(x)::T where S`: only what is between the parentheses are arguments.
  private resolveSignature(x: Syntax, env: Environment, inArguments: boolean): Syntax {
    if (!(x instanceof Expr)) return this.withNewScope(x, env, inArguments);
    const [first, ...rest] = x.args;
    const other = (arg: Syntax): Syntax => this.withNewScope(arg, env, inArguments);
    switch (x.head) {
      case 'where':
        return new Expr('where', [this.resolveSignature(first, env, inArguments), ...rest.map(other)]);
      case '::':
        return new Expr('::', [this.resolveSignature(first, env, inArguments), ...rest.map(other)]);
      case 'call':
        return new Expr('call', [other(first), ...rest.map((arg) => this.withNewScope(arg, env, true))]);
      case 'tuple':
        return new Expr(
          'tuple',
          x.args.map((arg) => this.withNewScope(arg, env, true)),
        );
      default:
        return other(x);
    }
  }

  private resolveKeyword(x: Expr, env: Environment, inArguments: boolean): Syntax {
    if (x.args.length < 2) return x;
    const [left, value] = x.args;
    // the name of a keyword in a call is no variable
    const name = (n: Syntax): Syntax => (inArguments ? this.resolve(n, env, inArguments) : unescape(n));
    const resolved =
      left instanceof Expr && left.head === '::'
        ? new Expr('::', [name(left.args[0]), this.resolve(left.args[1], env, inArguments)])
        : name(left);
    return new Expr('kw', [resolved, this.withNewScope(value, env, inArguments)]);
  }

  // The right sides of a `let` are outside of it.
  private resolveLet(x: Expr, env: Environment, inArguments: boolean): Syntax {
    const [written, body] = x.args;
    const inner = this.extended(x, env, false);
    const bindings = written instanceof Expr && written.head === 'block' ? written.args : [written];
    const resolved = bindings.map((binding) => {
      if (!(binding instanceof Expr) || binding.head !== '=') return this.resolve(binding, inner, inArguments);
      const left = this.resolve(new Expr('=', [binding.args[0], 0n]), inner, inArguments) as Expr;
      return new Expr('=', [left.args[0], this.resolve(binding.args[1], env, inArguments)]);
    });
    return new Expr('let', [new Expr('block', resolved), this.resolve(body, inner, inArguments)]);
  }
}
