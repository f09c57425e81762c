// Scope analysis: which variable each name means.
//
// Enters: desugared code, in which `scope-block` marks every scope and `local`, `local-def`, `global` the declarations
// in it. Leaves: the same code without scope blocks; every name is now a variable of the function it stands in (renamed
// where an inner scope has one of the same name), a captured one, or a GlobalRef. Each Lambda has the list of its
// locals.
//
// The bindings visible in a scope are an immutable map from names; an inner scope's map shares all it does not shadow.

import { Map as ImmutableMap } from 'immutable';
import { SSAValue } from '../ir/code.ts';
import { GlobalRef, LineNumberNode, type Sym } from '../syntax/expr.ts';
import type { Context } from './context.ts';
import { isValidName } from './desugar/assignment.ts';
import { unmangled } from './desugar/typeexpressions.ts';
import {
  assign,
  block,
  blockify,
  call,
  core,
  declName,
  Form,
  form,
  insertAfterMeta,
  isForm,
  isLeaf,
  isQuoted,
  isSym,
  isUnderscore,
  Lambda,
  LoweringError,
  type Node,
  quoted,
  top,
  unique,
} from './node.ts';

type Kind = 'argument' | 'local' | 'global' | 'static-parameter';

interface Binding {
  /** What the name is replaced by. */
  readonly to: Sym | GlobalRef;
  readonly kind: Kind;
  /** A `global` of the outermost scope of a toplevel expression: inner scopes do not inherit the declaration. */
  readonly outermost: boolean;
}

interface Scope {
  readonly lambda: Lambda;
  readonly depth: number;
  readonly names: ImmutableMap<Sym, Binding>;
  readonly soft: boolean;
  readonly hard: boolean;
  /** Names assigned in the outermost scope of a toplevel expression: globals without a declaration. */
  readonly implicitGlobals: ReadonlySet<Sym>;
  /** Names whose next assignment deserves a warning. */
  readonly ambiguous: Set<Sym>[];
  readonly parent: Scope | undefined;
}

/** Resolves the names of a whole toplevel function. Throws LoweringError. */
export function resolveScopes(c: Context, lambda: Lambda): void {
  resolveLambda(c, lambda, undefined, []);
}

const STOP = new Set(['scope-block', 'module', 'toplevel']);
const RAW = new Set([
  'toplevel',
  'symbolicgoto',
  'symboliclabel',
  'toplevel-only',
  'using',
  'import',
  'export',
  'public',
]);

/** The list without later copies; short lists keep the last copy of each, as Julia's own helper does. */
export function withoutDuplicates<T>(list: readonly T[]): T[] {
  let start = 0;
  const out: T[] = [];
  for (; list.length - start <= 20 && start < list.length; start++) {
    if (!list.includes(list[start], start + 1)) out.push(list[start]);
  }
  return [...out, ...unique(list.slice(start))];
}

/** The name a `method` form defines, or null. */
export const methodName = (method: Form): Node => {
  const name = method.args[0];
  return name instanceof GlobalRef ? name.name : name;
};

/** All definitions of methods of `name` in the body of `lambda`, not those in functions inside. */
export function methodsOf(lambda: Lambda, name: Sym): readonly Form[] {
  if (lambda.methods === undefined) {
    const methods = new Map<Sym, Form[]>();
    const visit = (e: Node): void => {
      if (!(e instanceof Form) || isQuoted(e)) return;
      const defined = e.head === 'method' && e.args.length > 1 ? methodName(e) : null;
      if (!isSym(defined)) e.args.forEach(visit);
      else if (methods.get(defined)?.push(e) === undefined) methods.set(defined, [e]);
    };
    visit(lambda.body);
    lambda.methods = methods;
  }
  return lambda.methods.get(name) ?? [];
}

// Variables that are assigned in this scope, latest first.
function assignedVariables(x: Node): Sym[] {
  const found: Sym[] = [];
  const visit = (e: Node): void => {
    if (!(e instanceof Form) || isQuoted(e) || STOP.has(e.head)) return;
    switch (e.head) {
      case 'method': {
        const name = declName(methodName(e));
        if (isSym(name)) found.push(name);
        if (e.args.length > 1) visit(e.args[1]);
        return;
      }
      case 'assign-const-if-global':
        if (isSym(e.args[0])) found.push(e.args[0]);
        return;
      case '=':
      case 'const': {
        const name = declName(e.args[0]);
        visit(e.args[1]);
        if (isSym(name) && !isUnderscore(name)) found.push(name);
        return;
      }
      default:
        for (const arg of e.args) visit(arg);
    }
  };
  visit(x);
  return withoutDuplicates(found.reverse());
}

// Names declared in this scope, latest first.
function declaredVariables(x: Node): Record<'local' | 'local-def' | 'global', Sym[]> {
  const found = { local: [] as Sym[], 'local-def': [] as Sym[], global: [] as Sym[] };
  const visit = (e: Node): void => {
    if (!(e instanceof Form) || isQuoted(e) || STOP.has(e.head)) return;
    if (e.head === 'local' || e.head === 'local-def' || e.head === 'global') {
      const name = declName(e.args[0]);
      if (!isUnderscore(name) && isSym(name)) found[e.head].push(name);
      return;
    }
    for (const arg of e.args) visit(arg);
  };
  visit(x);
  found.local.reverse();
  found['local-def'].reverse();
  found.global.reverse();
  return found;
}

// The first `softscope` or `hardscope` mark of this scope.
function scopeMark(x: Node, head: string): Form | undefined {
  if (!(x instanceof Form) || isQuoted(x) || STOP.has(x.head)) return undefined;
  if (x.head === head) return x;
  for (const arg of x.args) {
    const found = scopeMark(arg, head);
    if (found !== undefined) return found;
  }
  return undefined;
}

function kindOf(name: Sym, scope: Scope, inheritedGlobals = true): Kind | 'none' {
  const binding = scope.names.get(name);
  if (binding === undefined) return 'none';
  return binding.kind === 'global' && binding.outermost && !inheritedGlobals ? 'none' : binding.kind;
}

function checkName(name: Node): void {
  if (!isValidName(name)) throw new LoweringError(`invalid identifier name "${(name as Sym).name}"`);
}

function resolveName(c: Context, name: Sym, scope: Scope | undefined): Node {
  const binding = scope?.names.get(name);
  if (binding !== undefined) return binding.to;
  return isUnderscore(name) ? name : c.global(name);
}

function resolveLambda(c: Context, lambda: Lambda, outer: Scope | undefined, sparams: readonly Sym[]): Lambda {
  const names = (outer?.names ?? ImmutableMap<Sym, Binding>()).withMutations((map) => {
    for (const v of sparams) map.set(v, { to: v, kind: 'static-parameter', outermost: false });
    for (const v of lambda.args) map.set(v, { to: v, kind: 'argument', outermost: false });
  });
  const scope: Scope = {
    lambda,
    depth: outer === undefined ? 0 : outer.depth + 1,
    names,
    soft: false,
    hard: false,
    implicitGlobals: new Set(),
    ambiguous: [],
    parent: outer,
  };
  lambda.body = resolve(c, lambda.body, scope);
  return lambda;
}

/** The static parameters a `method` form declares, read off its signature. */
export function methodStaticParameters(method: Form): Sym[] {
  const signature = method.args[1];
  if (!isForm(signature, 'block')) return [];
  const svec = signature.args[signature.args.length - 1] as Form;
  const variables = (svec.args[2] as Form).args.slice(1);
  const ids = new Set(variables.map((v) => (v instanceof SSAValue ? v.id : -1)));
  const names: Sym[] = [];
  for (const e of signature.args) {
    if (!isForm(e, '=') || !(e.args[0] instanceof SSAValue) || !ids.has(e.args[0].id)) continue;
    const typeVar = e.args[1];
    if (isForm(typeVar, 'call')) names.push(typeVarName(typeVar));
  }
  return names;
}
const typeVarName = (typeVar: Form): Sym => {
  const name = typeVar.args[1];
  if (name !== null && typeof name === 'object' && 'value' in name) return name.value as Sym;
  throw new LoweringError('malformed expression');
};

function resolve(c: Context, e: Node, scope: Scope): Node {
  if (isSym(e)) return resolveName(c, e, scope);
  if (e instanceof Lambda) return resolveLambda(c, e, scope, []);
  if (e instanceof LineNumberNode) c.line = e;
  if (isLeaf(e) || !(e instanceof Form) || RAW.has(e.head)) return e;
  const name = e.args[0];
  switch (e.head) {
    case 'isglobal': {
      const known = isSym(name) && scope.names.has(name);
      return !known && !isUnderscore(name);
    }
    case 'global':
      checkName(name);
      return e;
    case 'local':
    case 'local-def':
      checkName(name);
      return null;
    case 'assign-const-if-global': {
      const isLocal = isSym(name) && kindOf(name, scope) === 'local';
      if (isLocal && e.args.length === 1) return null;
      return resolve(c, new Form(isLocal ? '=' : 'const', e.args), scope);
    }
    case 'global-if-global':
      return isSym(name) && kindOf(name, scope) === 'local' ? null : new Form('global', e.args);
    case 'require-existing-local':
      if (!isSym(name) || kindOf(name, scope) === 'none') {
        throw new LoweringError('no outer local variable declaration exists for "for outer"');
      }
      return null;
    case 'softscope':
    case 'hardscope':
      return null;
    case 'locals':
      return localsDictionary(c, scope);
    case 'islocal': {
      const kind = isSym(name) ? kindOf(name, scope) : 'none';
      return kind !== 'global' && kind !== 'none';
    }
    case 'scope-block':
      return resolveScopeBlock(c, e, scope);
    case 'module':
      throw new LoweringError('"module" expression not at top level');
    case 'break-block':
      return form('break-block', name, resolve(c, e.args[1], scope));
    case 'with-static-parameters': {
      const sparams = e.args.slice(1).filter(isSym);
      return new Form(e.head, [resolveLambda(c, name as Lambda, scope, sparams), ...e.args.slice(1)]);
    }
    case 'method':
      if (e.args.length > 1 && e.args[2] instanceof Lambda) {
        const sparams = methodStaticParameters(e);
        return new Form('method', [
          resolve(c, name, scope),
          resolve(c, e.args[1], scope),
          resolveLambda(c, e.args[2], scope, sparams),
        ]);
      }
      break;
    case '=':
    case 'const':
      if (isSym(name) && scope.lambda.args.length === 0) warnAmbiguous(c, name, scope);
      break;
  }
  const args: Node[] = new Array(e.args.length);
  for (let i = 0; i < args.length; i++) args[i] = resolve(c, e.args[i], scope);
  return new Form(e.head, args);
}

function warnAmbiguous(c: Context, name: Sym, scope: Scope): void {
  for (const names of scope.ambiguous) {
    if (names.delete(name)) {
      c.host.warnAmbiguousSoftScope?.(name, c.line.file, c.line.line);
      return;
    }
  }
}

function resolveScopeBlock(c: Context, e: Form, scope: Scope): Node {
  const body = e.args[0];
  const { lambda } = scope;
  const noArguments = lambda.args.length === 0;
  const isFunctionBody = lambda.body === e;
  const isToplevel = noArguments && isFunctionBody;
  const { local: localDecls, 'local-def': localDefs, global: globals } = declaredVariables(body);
  const assigned = assignedVariables(body);
  const hard = noArguments && (scope.hard || scopeMark(body, 'hardscope') !== undefined);
  let soft = false;
  if (noArguments && !hard) {
    const mark = scopeMark(body, 'softscope')?.args[0];
    soft = typeof mark === 'boolean' ? mark : scope.soft;
  }
  const declared = new Set([...localDecls, ...localDefs]);
  const undeclared = assigned.filter((v) => !declared.has(v));
  const existing = (v: Sym): boolean => scope.implicitGlobals.has(v) || c.host.isDefinedGlobal(c.module, v);
  const implicitLocals = isToplevel
    ? []
    : undeclared.filter((v) => {
        const kind = kindOf(v, scope, false);
        if (kind !== 'none' && kind !== 'static-parameter') return false;
        return !globals.includes(v) && !(soft && existing(v));
      });
  const locals = withoutDuplicates([...localDecls, ...implicitLocals]);
  const taken = (v: Sym): boolean => lambda.locals.includes(v) || scope.names.has(v);
  const renames = new Map<Sym, Sym>();
  const renameTaken = (names: readonly Sym[]): Sym[] => {
    const clashing = names.filter(taken);
    for (const v of clashing) renames.set(v, c.renamed(v));
    return [...names.filter((v) => !clashing.includes(v)), ...clashing.map((v) => renames.get(v) as Sym)];
  };
  const newNames = renameTaken(locals);
  const newDefs = renameTaken(localDefs);

  for (const v of globals) {
    if (declared.has(v)) throw new LoweringError(`variable "${v.name}" declared both local and global`);
    const kind = kindOf(v, scope);
    if (noArguments && (kind === 'argument' || kind === 'local')) {
      throw new LoweringError(`\`global ${v.name}\`: ${v.name} is a local variable in its enclosing scope`);
    }
  }
  if (!noArguments && isFunctionBody) {
    const clash = localDecls.find((v) => lambda.args.includes(v));
    if (clash !== undefined) {
      throw new LoweringError(`local variable name "${clash.name}" conflicts with an argument`);
    }
  }
  for (const v of [...localDecls, ...implicitLocals]) {
    if (kindOf(v, scope) === 'static-parameter') {
      throw new LoweringError(`local variable name "${v.name}" conflicts with a static parameter`);
    }
  }
  lambda.locals.push(...newNames, ...newDefs);

  const ambiguous = new Set<Sym>();
  if (!isToplevel && noArguments && !soft && !hard) {
    for (const v of undeclared) {
      if (existing(v) && kindOf(v, scope) === 'none' && !globals.includes(v)) ambiguous.add(v);
    }
  }
  const depth = scope.depth + 1;
  const inner: Scope = {
    lambda,
    depth,
    names: scope.names.withMutations((map) => {
      for (const v of [...locals, ...localDefs])
        map.set(v, { to: renames.get(v) ?? v, kind: 'local', outermost: false });
      for (const v of globals) map.set(v, { to: c.global(v), kind: 'global', outermost: noArguments && depth < 2 });
    }),
    soft: soft && noArguments,
    hard,
    implicitGlobals: isToplevel ? new Set(undeclared) : scope.implicitGlobals,
    ambiguous: ambiguous.size > 0 ? [ambiguous, ...scope.ambiguous] : scope.ambiguous,
    parent: scope,
  };
  return insertAfterMeta(blockify(resolve(c, body, inner)), [
    ...newNames.map((v) => form('local', v)),
    ...newDefs.map((v) => form('local-def', v)),
  ]);
}

// Base.@locals: a Dict of all variables that are defined here.
function localsDictionary(c: Context, scope: Scope): Node {
  const shown: Sym[] = [];
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const outer: ImmutableMap<Sym, Binding> | undefined = at.parent?.names;
    const own = at.names.filter((b, v) => b.kind !== 'global' && outer?.get(v) !== b);
    shown.push(...own.keys());
  }
  const visible = shown.filter((v) => !/^#s\d+$/.test(v.name) && v.name.split('#').length !== 2);
  const names = unique(visible.map(unmangled).filter((v) => v.name !== ''));
  const dictionary = c.temp();
  return block(
    assign(dictionary, call(call(core('apply_type'), top('Dict'), core('Symbol'), core('Any')))),
    ...names.map((v) => {
      const variable = resolveName(c, v, scope);
      return form('if', form('isdefined', variable), call(top('setindex!'), dictionary, variable, quoted(v)));
    }),
    dictionary,
  );
}
