// Lowering: from the syntax of one toplevel expression to the code that does what it says.
//
// The passes, in order: macros (macroexpand.ts), names that macros introduce (hygiene.ts), desugaring (desugar/), what
// each name means (scope.ts), how each variable is used (variables.ts), closures to types (closures.ts), nested code to
// a list of statements (linearise.ts), numbers and places (layout.ts).

import { CodeInfo, ReturnNode } from '../ir/code.ts';
import { Expr, LineNumberNode, type ModuleRef, QuoteNode, Sym, type Syntax, sym } from '../syntax/expr.ts';
import { convertClosures } from './closures.ts';
import { Context, placeSuffix } from './context.ts';
import { arrayRules } from './desugar/arrays.ts';
import { assignmentRules } from './desugar/assignment.ts';
import { blockRules } from './desugar/blocks.ts';
import { broadcastRules } from './desugar/broadcast.ts';
import { callRules } from './desugar/calls.ts';
import { addRules, expand } from './desugar/expand.ts';
import { functionRules } from './desugar/functions.ts';
import { generatorRules } from './desugar/generators.ts';
import { indexingRules } from './desugar/indexing.ts';
import { operatorRules } from './desugar/operators.ts';
import { defaultInnerConstructor, defaultOuterConstructor, type FieldKind, typeRules } from './desugar/types.ts';
import type { LoweringHost, LoweringOptions } from './host.ts';
import { resolveMacroScopes } from './hygiene.ts';
import { importSyntax } from './importsyntax.ts';
import { codeInfo } from './layout.ts';
import { linearise } from './linearise.ts';
import { expandMacros } from './macroexpand.ts';
import { block, blockify, form, isUnderscore, Lambda, LoweringError, type Node } from './node.ts';
import { resolveScopes } from './scope.ts';
import { analyseVariables } from './variables.ts';

export { AnyVector, LineLocations, LineTable } from './anyvector.ts';
export { templateCode } from './closuretemplate.ts';
export type { FieldKind } from './desugar/types.ts';
export type { LoweringHost, LoweringOptions, MacroResult } from './host.ts';

for (const rules of [
  callRules,
  assignmentRules,
  functionRules,
  typeRules,
  blockRules,
  generatorRules,
  arrayRules,
  broadcastRules,
  operatorRules,
  indexingRules,
]) {
  addRules(rules);
}

const isSymbols = (list: readonly Syntax[]): boolean => list.every((x) => x instanceof Sym);

/** Expressions that evaluation handles without lowered code. */
function isToplevelOnly(x: Syntax): x is Expr {
  if (!(x instanceof Expr)) return false;
  switch (x.head) {
    case 'toplevel':
    case 'line':
    case 'module':
    case 'export':
    case 'public':
    case 'error':
    case 'incomplete':
      return true;
    case 'global':
    case 'const':
      return isSymbols(x.args);
    default:
      return false;
  }
}

/**
 * Lowers one toplevel expression of `module`, as `Meta.lower` does: the answer is `Expr(:thunk, CodeInfo)`, or `expr`
 * itself where there is nothing to do, or `Expr(:error, message)`. What a macro throws is thrown.
 */
export function lower(expr: Syntax, module: ModuleRef, host: LoweringHost, options: LoweringOptions = {}): Syntax {
  const wrapped =
    options.softscope === true && expr instanceof Expr && !isToplevelOnly(expr)
      ? new Expr('block', [new Expr('softscope', [true]), expr])
      : expr;
  return guarded(() => lowerExpanded(expandMacros(wrapped, module, host, true), module, host, options));
}

/** Expands the macros of `expr` (only the outermost unless `recursive`), and resolves the names they introduce. */
export function macroexpand(
  expr: Syntax,
  module: ModuleRef,
  host: LoweringHost,
  options: { readonly recursive: boolean },
): Syntax {
  return guarded(() => quotedAtoms(resolveMacroScopes(expandMacros(expr, module, host, options.recursive), module)));
}

/**
 * Quotes of a single name or value as QuoteNodes: what leaves lowering as syntax has its quotes in this form, also where
 * it was not looked into.
 */
function quotedAtoms(x: Syntax): Syntax {
  if (!(x instanceof Expr)) return x;
  if (x.head === 'quote' && x.args.length === 1 && !(x.args[0] instanceof Expr)) return new QuoteNode(x.args[0]);
  let args: Syntax[] | undefined;
  for (let i = 0; i < x.args.length; i++) {
    const next = quotedAtoms(x.args[i]);
    if (next === x.args[i]) continue;
    args ??= [...x.args];
    args[i] = next;
  }
  return args === undefined ? x : new Expr(x.head, args);
}

// Lowering errors become error expressions; so does syntax that is nested too deeply for the passes, which recur.
function guarded(run: () => Syntax): Syntax {
  try {
    return run();
  } catch (e) {
    if (e instanceof LoweringError) return new Expr('error', [e.message]);
    if (e instanceof RangeError && e.message === 'Maximum call stack size exceeded') {
      return new Expr('error', ['expression is nested too deeply']);
    }
    throw e;
  }
}

// The first line number, looked for in blocks and what macros wrap.
function firstLine(x: Syntax): LineNumberNode | undefined {
  if (x instanceof LineNumberNode) return x;
  if (!(x instanceof Expr)) return undefined;
  if (x.head === 'hygienic-scope' && x.args[2] instanceof LineNumberNode) return x.args[2];
  if (x.head === 'escape' || x.head === 'hygienic-scope') return firstLine(x.args[0]);
  if (x.head !== 'toplevel' && x.head !== 'block') return undefined;
  for (const arg of x.args) {
    const found = firstLine(arg);
    if (found !== undefined) return found;
  }
  return undefined;
}

const NONE = sym('none');

function lowerExpanded(expr: Syntax, module: ModuleRef, host: LoweringHost, options: LoweringOptions): Syntax {
  if (!isCompoundSyntax(expr) || isToplevelOnly(expr)) {
    if (isUnderscore(expr as Node)) {
      throw new LoweringError(
        'all-underscore identifiers are write-only and their values cannot be used in expressions',
      );
    }
    return quotedAtoms(expr);
  }
  const file = options.file === undefined ? NONE : sym(options.file);
  const line = options.line ?? 0;
  const found = firstLine(expr);
  const first = found !== undefined && found.file !== null ? found : undefined;
  const resolved = resolveMacroScopes(expr, module);
  if (isToplevelOnly(resolved)) {
    if (resolved.head === 'error' || resolved.head === 'incomplete') return resolved;
    const result = quotedAtoms(resolved);
    return first === undefined ? result : new Expr('toplevel', [first, result]);
  }
  const start = first !== undefined && (line === 0 || file === NONE) ? first : new LineNumberNode(line, file);
  const c = new Context(module, host, start);
  const desugared = desugar(c, importSyntax(resolved));
  const lambda = new Lambda([], form('scope-block', blockify(desugared, first)));
  finish(c, lambda);
  const info = codeInfo(c, lambda, file, line);
  // A function alone (the body of a generated function) or a constant stands for itself.
  if (info.slotnames.length === 0 && info.code.length === 1 && info.code[0] instanceof ReturnNode) {
    const { value } = info.code[0];
    if (value instanceof CodeInfo || isPlainValue(value)) return value as Syntax;
  }
  return new Expr('thunk', [info]);
}

function desugar(c: Context, x: Node): Node {
  try {
    return expand(c, x);
  } catch (e) {
    if (e instanceof LoweringError) throw new LoweringError(e.message + placeSuffix(c.line));
    throw e;
  }
}

function finish(c: Context, lambda: Lambda): void {
  resolveScopes(c, lambda);
  analyseVariables(lambda);
  convertClosures(c, lambda);
  linearise(c, lambda);
}

function isCompoundSyntax(x: Syntax): boolean {
  return x !== null && typeof x === 'object' && !(x instanceof Sym);
}

function isPlainValue(x: unknown): boolean {
  return x === null || typeof x !== 'object' || x instanceof CodeInfo || isPlainObject(x);
}
function isPlainObject(x: object): boolean {
  return x.constructor.name === 'Literal' || x.constructor.name === 'HeapValue' || x.constructor.name === 'ModuleRef';
}

/**
 * The code of a struct's default inner constructor (arguments of any type). `kinds` says for each field how its
 * argument is converted: -1 not at all, 0 to the field's type, n to the n-th type parameter.
 */
export function lowerDefaultInnerConstructor(
  kinds: readonly FieldKind[],
  module: ModuleRef,
  host: LoweringHost,
  location: LineNumberNode,
): CodeInfo {
  const c = new Context(module, host, location);
  return lowerBody(c, defaultInnerConstructor(c, kinds), location);
}

/** The code of a struct's default outer constructor (arguments of exactly the field types). */
export function lowerDefaultOuterConstructor(
  type: Syntax,
  fields: number,
  parameters: number,
  module: ModuleRef,
  host: LoweringHost,
  location: LineNumberNode,
): CodeInfo {
  const c = new Context(module, host, location);
  return lowerBody(c, defaultOuterConstructor(importSyntax(type), fields, parameters), location);
}

function lowerBody(c: Context, { args, body }: { args: Sym[]; body: Node }, location: LineNumberNode): CodeInfo {
  const lambda = new Lambda(args, form('scope-block', expand(c, block(location, body))));
  finish(c, lambda);
  return codeInfo(c, lambda, location.file ?? NONE, location.line);
}
