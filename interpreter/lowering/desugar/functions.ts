// Function definitions without keywords: from `function f(x::T) where T ... end` to `method` forms.
//
// A definition becomes `(method name signature lambda)`: the signature is code that makes
// svec(svec(types...), svec(typevars...), line), the lambda is the body. Type variables are bound to temporaries,
// because closure conversion may move the signature to another scope. Each optional argument adds a small method
// that fills in defaults.

import { GlobalRef, LineNumberNode, QuoteNode, type Sym, sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  block,
  blockify,
  call,
  contains,
  core,
  duplicate,
  Form,
  form,
  hasParameters,
  insertAfterMeta,
  isAny,
  isDecl,
  isDotOperator,
  isForm,
  isFunctionDefinition,
  isKwarg,
  isNospecializeMeta,
  isQuoted,
  isSmallInteger,
  isSym,
  isVararg,
  Lambda,
  LoweringError,
  mentions,
  type Node,
  prologueLength,
  quoted,
  SELF,
  UNUSED,
} from '../node.ts';
import { quoteSyntax } from '../quotation.ts';
import {
  argumentName,
  argumentType,
  arrowArguments,
  destructuredArguments,
  dotsToVararg,
  fillMissingNames,
  isVarargTyped,
  unusedName,
} from './arguments.ts';
import { isValidName } from './assignment.ts';
import { isNamePath } from './calls.ts';
import { expand, type Rules } from './expand.ts';
import { defineWithKeywords } from './keywordfunctions.ts';
import { flattenWhere, makeTypeVar, type TypeVariable, typeVariable } from './typeexpressions.ts';

export const functionRules: Rules = {
  function: (c, e) => (isArgumentList(e.args[0]) ? expandArrow(c, e) : expandFunction(c, e)),
  '->': expandArrow,
  macro: expandMacro,
  opaque_closure: expandOpaqueClosure,
};

function isArgumentList(x: Node): boolean {
  if (!isForm(x)) return false;
  return (
    x.head === 'tuple' || x.head === 'block' || x.head === '...' || (x.head === 'where' && isArgumentList(x.args[0]))
  );
}

function invalidName(x: Node): LoweringError {
  return new LoweringError(`invalid function name "${deparse(x)}"`);
}

// `.+` cannot be defined: it means broadcasting `+`.
function checkNotDotted(x: Node): void {
  if (isDotOperator(x)) throw invalidName(x);
  if (isForm(x, '.')) checkNotDotted(x.args[1]);
  else if (x instanceof QuoteNode) checkNotDotted(x.value as Node);
}

function expandFunction(c: Context, e: Form): Node {
  let name = e.args[0];
  let variables: readonly Node[] = [];
  if (isForm(name, 'where')) {
    const { inner, variables: written } = flattenWhere(name);
    if (!isForm(inner, 'call') && !isForm(inner, '::')) {
      throw new LoweringError(`invalid assignment location "${deparse(name)}"`);
    }
    variables = written;
    name = inner;
  }
  let returnType: Node = core('Any');
  if (isForm(name, '::')) {
    returnType = name.args[1];
    name = name.args[0];
  }
  if (e.args.length === 1 && (isSym(name) || name instanceof GlobalRef)) {
    if (!isValidName(name)) throw invalidName(name);
    const declaration = name instanceof GlobalRef ? 'global' : 'global-if-global';
    return block(form(declaration, name), form('method', name));
  }
  if (!isForm(name)) return e;
  if (name.head !== 'call') throw new LoweringError(`invalid assignment location "${deparse(name)}"`);

  const sparams = variables.map(typeVariable);
  const [written, ...formals] = name.args;
  const annotations: Node[] = [];
  const plain = formals.map((x) => {
    if (!isNospecializeMeta(x)) return x;
    annotations.push(form('meta', x.args[0], argumentName(x.args[1])));
    return x.args[1];
  });
  const destructured = destructuredArguments(c, [written, ...plain]);
  const [callee, ...args] = destructured.args;
  checkNotDotted(callee);
  let body: Node = e.args[1];
  if (annotations.length > 0 || destructured.statements.length > 0) body = blockify(body);
  if (isForm(body)) body = insertAfterMeta(insertAfterMeta(body, annotations), destructured.statements);

  const target = isForm(callee, 'overlay') ? callee.args[1] : callee;
  const self = isDecl(target)
    ? target.args.length === 1
      ? form('::', SELF, target.args[0])
      : target
    : form('::', SELF, call(core('Typeof'), target));
  const unused = !args.some(isKwarg) && !hasParameters(args);
  const all = hasParameters(args) ? [args[0], self, ...args.slice(1)] : [self, ...args];
  const filled = fillMissingNames(c, all, unused);
  const named = isDecl(callee) || isForm(callee, 'curly') || isForm(callee, 'where') ? null : callee;
  return expand(c, defineMethod(c, named, sparams, filled, body, returnType));
}

/** `(args) -> body`: a function with a fresh local name. */
function expandArrow(c: Context, e: Form): Node {
  let left = e.args[0];
  let variables: readonly Node[] | undefined;
  if (isForm(left, 'where')) {
    const flat = flattenWhere(left);
    left = flat.inner;
    variables = flat.variables;
  }
  const name = sym(`#${c.counter()}`);
  const signature = call(name, ...arrowArguments(left));
  return expand(
    c,
    block(
      form('local', name),
      form('function', variables === undefined ? signature : form('where', signature, ...variables), e.args[1]),
    ),
  );
}

/**
 * The form that defines a function of keywords, optional arguments or neither. `name` is null where the function is
 * only known by the type of its first argument.
 */
export function defineMethod(
  c: Context,
  name: Node,
  sparams: readonly TypeVariable[],
  args: readonly Node[],
  body: Node,
  returnType: Node,
): Node {
  const first = args[0];
  if (!isForm(first, 'parameters')) return definePositional(c, name, sparams, args, body, returnType);
  if (first.args.length === 0) return definePositional(c, name, sparams, args.slice(1), body, returnType);
  return defineWithKeywords(c, name, sparams, first.args, args.slice(1), body, returnType);
}

/** A definition whose arguments have no keywords (any more), maybe with optional ones. */
export function definePositional(
  c: Context,
  name: Node,
  sparams: readonly TypeVariable[],
  args: readonly Node[],
  body: Node,
  returnType: Node = core('Any'),
): Node {
  if (!args.some(isKwarg)) return defineOne(c, name, sparams, args, body, returnType);
  let optionalSeen = false;
  for (const arg of args) {
    if (isKwarg(arg)) optionalSeen = true;
    else if (optionalSeen && !isVararg(arg)) {
      throw new LoweringError('optional positional arguments must occur at end');
    } else optionalSeen = false;
  }
  const optional = args.filter(isKwarg);
  const rest = args.filter((x) => !isKwarg(x));
  const required = rest.filter((x) => !isVararg(x));
  const names = optional.map((x) => x.args[0]);
  const defaults = optional.map((x) => x.args[1]);
  const prologue = withoutGenerated(methodPrologue(body));
  const methods = optional.map((_, n) => {
    const passed = [...required, ...names.slice(0, n)];
    const values = defaults.slice(n);
    const absent = names.slice(n);
    if (values.slice(0, -1).some(isVararg)) {
      throw new LoweringError('invalid "..." in non-final positional argument default value');
    }
    // A default that mentions a later argument is computed one argument at a time.
    const dependent = values.some((value) => sharesPart(value, absent));
    const callee = argumentName(required[0]);
    const given = passed.slice(1).map(argumentName);
    const forward = call(callee, ...given, ...(dependent ? [values[0]] : values));
    return defineOne(c, name, usedSparams(passed, sparams), passed, block(...prologue, forward), core('Any'));
  });
  const complete = defineOne(c, name, sparams, [...required, ...names, ...rest.filter(isVararg)], body, returnType);
  return block(...methods, complete);
}

// Does a symbol or number of `parts` occur in `value`? Heads of expressions count as symbols, so that the answer may be
// yes for expressions that only look alike; that costs a call, nothing more.
function sharesPart(value: Node, parts: readonly Node[]): boolean {
  const atoms = new Set<Node>();
  const visit = (x: Node, found: (atom: Node) => boolean): boolean => {
    if (isSym(x) || isSmallInteger(x)) return found(x);
    if (x instanceof QuoteNode) return visit(x.value as Node, found);
    if (x instanceof GlobalRef) return found(x.name);
    return x instanceof Form && (found(sym(x.head)) || x.args.some((arg) => visit(arg, found)));
  };
  for (const part of parts) visit(part, (atom) => atoms.add(atom) === undefined);
  return visit(value, (atom) => atoms.has(atom));
}

/** The static parameters that `parts`, or a later parameter's bounds, mention. */
export function usedSparams(parts: readonly Node[], sparams: readonly TypeVariable[]): TypeVariable[] {
  return sparams.filter((v, i) => {
    if (parts.some((x) => mentions(x, v.name))) return true;
    return sparams.slice(i + 1).some((w) => w.name === v.name || boundsOf(w).some((x) => mentions(x, v.name)));
  });
}
const boundsOf = (v: TypeVariable): Node[] => [v.lower, v.upper].filter((x) => x !== undefined);

/** Leading line numbers and metadata of a body. */
export function methodPrologue(body: Node): Node[] {
  return isForm(body) ? body.args.slice(0, prologueLength(body)) : [];
}

/** Statements without the marks of `@generated`. */
export function withoutGenerated(statements: readonly Node[]): Node[] {
  return statements.filter((x) => {
    if (!isForm(x, 'meta')) return true;
    const kind = x.args[0];
    if (!isSym(kind)) return true;
    return !(
      (x.args.length === 2 && kind.name === 'generated') ||
      (x.args.length === 1 && kind.name === 'generated_only')
    );
  });
}

// The place of the definition: the first of two line numbers at the start (which then leaves the body), else the
// first there is.
function takeLocation(body: Node): { location: LineNumberNode; body: Node } {
  const unknown = new LineNumberNode(0, sym('none'));
  if (!isForm(body)) return { location: unknown, body };
  const prologue = body.args.slice(0, prologueLength(body));
  const lines = prologue.filter((x) => x instanceof LineNumberNode);
  if (lines.length === 0) {
    const any = body.args.find((x) => x instanceof LineNumberNode);
    return { location: any instanceof LineNumberNode ? any : unknown, body };
  }
  if (lines.length === 1) return { location: lines[0], body };
  const at = body.args.indexOf(lines[0]);
  return {
    location: lines[0],
    body: new Form(
      body.head,
      body.args.filter((_, i) => i !== at),
    ),
  };
}

function methodLambda(c: Context, args: readonly Node[], body: Node, returnType: Node): Lambda {
  const names = args.map((x) => unusedName(argumentName(x)));
  let code = blockify(body);
  if (!isAny(returnType)) {
    const type = c.temp();
    code = insertAfterMeta(code, [assign(type, returnType), form('meta', sym('ret-type'), type)]);
  }
  return new Lambda(names, form('scope-block', code));
}

/** `T` replaced in types by the temporaries that hold the type variables; functions inside are left alone. */
export function replaceNames(x: Node, names: ReadonlyMap<Sym, Node>): Node {
  if (isSym(x)) return names.get(x) ?? x;
  if (!(x instanceof Form) || isQuoted(x)) return x;
  if (x.head === '->' || x.head === 'function' || x.head === 'scope-block') return x;
  return new Form(
    x.head,
    x.args.map((arg) => replaceNames(arg, names)),
  );
}

// One method: all arguments required, the last may be a vararg.
function defineOne(
  c: Context,
  name: Node,
  sparams: readonly TypeVariable[],
  args: readonly Node[],
  written: Node,
  returnType: Node,
): Node {
  const parameters = sparams.map((v) => v.name);
  const names = args.map((x) => unusedName(argumentName(x)));
  const used = names.filter((x) => x !== UNUSED);
  const twice = duplicate(used);
  if (twice !== undefined) throw new LoweringError(`function argument name not unique: "${twice.name}"`);
  const same = duplicate(parameters);
  if (same !== undefined) throw new LoweringError(`function static parameter name not unique: "${same.name}"`);
  const both = parameters.find((v) => used.includes(v));
  if (both !== undefined) {
    throw new LoweringError(`function argument and static parameter name not distinct: "${both.name}"`);
  }
  const isNull = name === null;
  if (!isNull && ((!isForm(name, 'overlay') && !isNamePath(name)) || !isValidName(name))) throw invalidName(name);

  const taken = takeLocation(written);
  let body = taken.body;
  const generator: Node[] = [];
  const enter = (x: Form): boolean => !isFunctionDefinition(x);
  if (contains(body, isGenerated, enter)) {
    const generated = splitGenerated(c, parameters, names, body);
    generator.push(generated.definition);
    body = generated.body;
  }
  const types = args.map(argumentType);
  const lambda = methodLambda(c, args, body, returnType);
  const temps = parameters.map(() => c.temp());
  const renames = new Map<Sym, Node>();
  const assignments: Node[] = [];
  sparams.forEach((v, i) => {
    assignments.push(assign(temps[i], replaceNames(makeTypeVar(v), renames)));
    renames.set(v.name, temps[i]);
  });
  const resolved = types.map((type) => (sparams.length === 0 ? type : replaceNames(type, renames)));
  const signature = call(
    core('svec'),
    call(core('svec'), ...dotsToVararg(resolved)),
    call(core('svec'), ...temps),
    quoted(taken.location),
  );
  const simple = isSym(name) || name instanceof GlobalRef;
  const shown = simple ? name : isForm(name, 'overlay') ? name.args[0] : null;
  const method = form('method', shown, sparams.length === 0 ? signature : block(...assignments, signature), lambda);
  if (simple) {
    return block(
      ...generator,
      form('method', name),
      form('latestworld-if-toplevel'),
      method,
      form('unnecessary', name),
    );
  }
  return generator.length > 0 ? block(...generator, method) : method;
}

const isGenerated = (x: Node): boolean => isForm(x, 'if') && x.args.length === 3 && isForm(x.args[0], 'generated');

// Splits a body with `if @generated` in it: a function that makes the code of the one branch, and the body that is
// left with the other.
function splitGenerated(
  c: Context,
  parameters: readonly Sym[],
  names: readonly Sym[],
  body: Node,
): { definition: Node; body: Node } {
  const part = (x: Node, generated: boolean): Node => {
    if (!(x instanceof Form) || isQuoted(x) || isFunctionDefinition(x)) return x;
    if (isGenerated(x)) return generated ? form('$', x.args[1]) : x.args[2];
    return new Form(
      x.head,
      x.args.map((arg) => part(arg, generated)),
    );
  };
  const name = sym(`${c.gensym().name}#${c.counter()}`);
  const formals = [...parameters, ...names.map((n) => (n === SELF ? c.gensym() : n))];
  const nospecialize = form('meta', sym('nospecialize'), ...formals.map((_, i) => form('slot', BigInt(i + 2))));
  const code = insertAfterMeta(block(quoteSyntax(part(body, true))), [nospecialize]);
  const stub = form(
    'new',
    core('GeneratedFunctionStub'),
    name,
    call(core('svec'), ...names.map(quoted)),
    call(core('svec'), ...parameters.map(quoted)),
  );
  return {
    definition: block(form('global', name), form('function', call(name, ...formals), code)),
    body: insertAfterMeta(blockify(part(body, false)), [form('meta', sym('generated'), stub)]),
  };
}

const macroName = (x: Node): Node => {
  if (isSym(x)) return sym(`@${x.name}`);
  if (x instanceof GlobalRef) return new GlobalRef(x.module, sym(`@${x.name.name}`));
  if (isForm(x, '.') && x.args[1] instanceof QuoteNode) return form('.', x.args[0], quotedMacroName(x.args[1]));
  return x;
};
function quotedMacroName(x: QuoteNode): QuoteNode {
  const name = macroName(x.value as Node);
  return isSym(name) ? quoted(name) : x;
}

function isMacroName(x: Node): boolean {
  if (isSym(x) || x instanceof GlobalRef) return true;
  return isForm(x, '.') && x.args.length === 2 && x.args[1] instanceof QuoteNode && isNamePath(x);
}

function expandMacro(c: Context, e: Form): Node {
  const signature = e.args[0];
  if (isForm(signature, 'call') && isMacroName(signature.args[0])) {
    let args = signature.args.slice(1);
    if (isForm(args[0], 'parameters') && args[0].args.length === 0) args = args.slice(1);
    if (hasParameters(args)) throw new LoweringError('macros cannot accept keyword arguments');
    const formals = args.map((x) => (isSym(x) ? form('meta', sym('nospecialize'), x) : x));
    const source = form('::', sym('__source__'), core('LineNumberNode'));
    const module = form('::', sym('__module__'), core('Module'));
    return expand(
      c,
      form('function', call(macroName(signature.args[0]), source, module, ...formals), ...e.args.slice(1)),
    );
  }
  if (e.args.length === 1 && isMacroName(signature)) return expand(c, form('function', macroName(signature)));
  throw new LoweringError('invalid macro definition');
}

// (opaque_closure argtype lower upper allow-partial function)
function expandOpaqueClosure(c: Context, e: Form): Node {
  const [given, lower, upper, partial, fn] = e.args;
  const type = given === null ? null : expand(c, given);
  const left = isForm(fn) ? fn.args[0] : null;
  let inner = left;
  while (isForm(inner, 'where')) inner = inner.args[0];
  const formals = arrowArguments(inner);
  if (type !== null && formals.some((x) => !isSym(isVararg(x) ? x.args[0] : x))) {
    throw new LoweringError(
      'Opaque closure argument type may not be specified both in the method signature and separately',
    );
  }
  const last = formals[formals.length - 1];
  const isva = isVararg(last) || isVarargTyped(last);
  const method = onlyMethod(expand(c, fn));
  const signature = isForm(method.args[1], 'block') ? method.args[1].args : [method.args[1]];
  const svec = signature[signature.length - 1] as Form;
  const [, types, variables, location] = svec.args as [Node, Form, Form, QuoteNode];
  const argumentTypes = types.args.slice(2);
  let tuple: Node = expand(c, form('curly', core('Tuple'), ...argumentTypes));
  for (const v of variables.args.slice(1).reverse()) tuple = call(core('UnionAll'), v, tuple);
  const line = location.value;
  return form(
    '_opaque_closure',
    type ?? (signature.length > 1 ? block(...signature.slice(0, -1), tuple) : tuple),
    lower === null ? null : expand(c, lower),
    upper === null ? null : expand(c, upper),
    isva,
    BigInt(argumentTypes.length),
    partial,
    line instanceof LineNumberNode ? line : null,
    method.args[2],
  );
}

// The one method of `(args) -> body`; any other kind of function is no opaque closure.
function onlyMethod(x: Node): Form {
  const definition = isForm(x, 'block') ? x.args[1] : undefined;
  const method = isForm(definition, 'block') ? definition.args[2] : undefined;
  if (!isForm(method, 'method') || method.args.length < 3) throw new LoweringError('malformed expression');
  return method;
}
