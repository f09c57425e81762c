// The front end in the running system: evaluating toplevel expressions.
//
// Text becomes syntax, syntax becomes lowered code, lowered code becomes a CodeInfo of the heap that the VM runs. What
// only makes sense at top level (modules, using, import, export) is done here. This is also lowering's host: macros are
// functions of the heap, called through the VM.
import { readFileSync } from 'node:fs';
import { CodeInfo } from '../ir/code.ts';
import { codeInfoToHeap, fromHeap, moduleOf, toHeap } from '../ir/heap.ts';
import {
  type LoweringHost,
  lower,
  lowerDefaultInnerConstructor,
  lowerDefaultOuterConstructor,
  macroexpand,
} from '../lowering/index.ts';
import {
  type DataTypeRef,
  type ModuleRef as HeapModule,
  type Ref,
  readRef,
  readU32,
  type SymbolRef,
  typeOf,
  writeU32,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { root, rootScope } from '../memory/roots.ts';
import { BaseModule, CoreModule, datatype, MainModule, nothing } from '../memory/wellknown.ts';
import {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  ModuleRef,
  QuoteNode,
  Sym,
  type Syntax,
  sym,
} from '../syntax/expr.ts';
import { parseAll } from '../syntax/index.ts';
import { typeUnionAll } from '../types/apply.ts';
import { fieldCount, fieldTypes } from '../types/fields.ts';
import { applyTupleType, containsVariable, typeTypeOf } from '../types/index.ts';
import { varUpper } from '../types/kinds.ts';
import { call, runThunk } from '../vm/calls.ts';
import { setToplevelEvaluator } from '../vm/evaluate.ts';
import {
  currentWorld,
  getBinding,
  globalValue,
  isConstKind,
  nextWorld,
  PartitionKind,
  partitionAt,
  partitionKind,
  resolutionValue,
  resolveBinding,
} from './bindings.ts';
import { setDefaultConstructors } from './builtins/definitions.ts';
import { addMethod } from './definitions.ts';
import { JuliaException, throwError, throwException, throwUndefVar, throwValue } from './errors.ts';
import { lookupMethod } from './methods.ts';
import { declareGlobal, defineConst, exportName, importBinding, modulePath, newModule, useModule } from './modules.ts';
import { withParseErrors } from './parse-errors.ts';
import { symbol, symbolName } from './symbols.ts';
import { boxInt64, string, svec, svecGet, svecOf, svecToArray } from './values.ts';

/** A module of the heap as lowering knows it. */
export const moduleSyntax = (module: HeapModule): ModuleRef => new ModuleRef(modulePath(module), module);
const heapModule = moduleOf;

/** The Base that goes with a module: its own topmost one while Base is being made. */
const baseOf = (): HeapModule => (typeOf(BaseModule) === datatype('Module') ? BaseModule : CoreModule);

const host: LoweringHost = {
  expandMacro(module, macroCall, scope) {
    return expandMacro(heapModule(module), macroCall, heapModule(scope));
  },
  isDefinedGlobal(module, name) {
    const binding = getBinding(heapModule(module), symbol(name.name));
    const partition = partitionAt(binding, currentWorld());
    if (partition === 0) return false;
    const kind = partitionKind(partition);
    return isConstKind(kind) || kind === PartitionKind.GLOBAL;
  },
  baseModule: () => moduleSyntax(baseOf()),
  coreModule: () => moduleSyntax(CoreModule),
  nextCounter(module) {
    const counter = readU32(heapModule(module), objects.Module.counter);
    writeU32(heapModule(module), objects.Module.counter, counter + 1);
    return counter;
  },
  warnAmbiguousSoftScope(name, file, line) {
    const place = file === null ? 'none' : file.name;
    process.stderr.write(
      `┌ Warning: Assignment to \`${name.name}\` in soft scope is ambiguous because a global variable by the same name ` +
        `exists: \`${name.name}\` will be treated as a new local. Disambiguate by using \`local ${name.name}\` to suppress ` +
        `this warning or \`global ${name.name}\` to assign to the existing global variable.\n└ @ ${place}:${line}\n`,
    );
  },
};

/** Lowering's view of the running system. */
export const runtimeHost: LoweringHost = host;

/** Calls a macro. What it throws is wrapped in a LoadError that names the call's place. */
function expandMacro(
  module: HeapModule,
  macroCall: Expr,
  scope: HeapModule,
): { value: Syntax; definingModule: ModuleRef } {
  const [name, place, ...args] = macroCall.args;
  const macro = macroFunction(scope, name);
  const file = place instanceof LineNumberNode ? place.file : null;
  const line = place instanceof LineNumberNode ? place.line : 0;
  const source = toHeap(new LineNumberNode(line, file));
  const objectsOfCall = [source, module, ...args.map(toHeap)];
  for (const object of objectsOfCall) root(object);
  const world = currentWorld();
  const types = applyTupleType(
    [macro, ...objectsOfCall].map((object) => (isTypeObject(object) ? typeTypeOf(object) : typeOf(object))),
  );
  const found = lookupMethod(types, world);
  let value: Ref;
  try {
    value = root(call(macro, objectsOfCall));
  } catch (error) {
    if (error instanceof JuliaException && typeOf(error.exception) !== datatype('LoadError')) {
      throwValue(
        call(datatype('LoadError'), [string(file === null ? 'none' : file.name), boxInt64(line), error.exception]),
      );
    }
    throw error;
  }
  const defining = found.kind === 'found' ? readRef<HeapModule>(found.match.method, objects.Method.module) : module;
  return { value: fromHeap(value), definingModule: moduleSyntax(defining) };
}

const isTypeObject = (object: Ref): boolean => {
  const type = typeOf(object);
  return (
    type === datatype('DataType') ||
    type === datatype('UnionAll') ||
    type === datatype('Union') ||
    type === datatype('TypeofBottom')
  );
};

/** The function that a macro call names: a name of the scope, a dotted path, or any expression. */
function macroFunction(scope: HeapModule, name: Syntax): Ref {
  if (name instanceof Sym) return globalOrThrow(scope, name);
  if (name instanceof GlobalRef) return globalOrThrow(heapModule(name.module), name.name);
  if (name instanceof HeapValue) return name.ref as Ref;
  return evaluate(scope, name, 'none');
}

function globalOrThrow(module: HeapModule, name: Sym): Ref {
  const value = globalValue(module, symbol(name.name));
  return value === 0 ? throwUndefVar(symbol(name.name), module) : value;
}

/** Evaluates a toplevel expression in a module and returns its value. */
export function evaluate(module: HeapModule, expr: Syntax, file: string, line = 0, softscope = false): Ref {
  return rootScope(() => evaluateExpression(module, expr, { file, line }, softscope));
}

interface At {
  file: string;
  line: number;
}

function evaluateExpression(module: HeapModule, expr: Syntax, at: At, softscope: boolean): Ref {
  if (expr instanceof LineNumberNode) return nothing;
  if (expr instanceof Sym) return globalOrThrow(module, expr);
  if (expr instanceof GlobalRef) return globalOrThrow(heapModule(expr.module), expr.name);
  if (expr instanceof QuoteNode) return toHeap(expr.value);
  if (!(expr instanceof Expr)) return toHeap(expr);
  switch (expr.head) {
    case 'toplevel':
      return evaluateAll(module, expr.args, at, softscope);
    case 'module':
      return evaluateModule(module, expr, at);
    case 'using':
    case 'import':
      evaluateImport(module, expr, expr.head === 'import');
      return nothing;
    case 'export':
    case 'public':
      for (const name of expr.args) {
        const exported = name instanceof Sym ? name : sym('');
        exportName(module, symbol(exported.name), expr.head === 'export');
      }
      return nothing;
    case 'error':
    case 'incomplete':
      return throwSyntaxError(expr.args[0]);
    case 'thunk':
      return runLowered(expr.args[0], module);
    case 'latestworld':
    case 'line':
      return nothing;
    case 'meta':
      return nothing;
    case 'global':
      if (expr.args.every((name) => name instanceof Sym || name instanceof GlobalRef)) {
        for (const name of expr.args) declareGlobal(bindingOf(module, name), 0 as Ref, false);
        return nothing;
      }
      break;
    default:
  }
  const lowered = lower(expr, moduleSyntax(module), host, { softscope, file: at.file, line: at.line });
  if (lowered instanceof Expr && lowered.head === 'thunk') return runLowered(lowered.args[0], module);
  if (lowered instanceof CodeInfo) return codeInfoToHeap(lowered);
  if (lowered === expr) throwError(`syntax: the expression :${expr.head} cannot be evaluated at top level`);
  return evaluateExpression(module, lowered, at, softscope);
}

const bindingOf = (module: HeapModule, name: Syntax) =>
  name instanceof GlobalRef
    ? getBinding(heapModule(name.module), symbol(name.name.name))
    : getBinding(module, symbol((name as Sym).name));

function evaluateAll(module: HeapModule, args: readonly Syntax[], at: At, softscope: boolean): Ref {
  let value: Ref = nothing;
  for (const arg of args) {
    if (arg instanceof LineNumberNode) {
      at.line = arg.line;
      if (arg.file !== null) at.file = arg.file.name;
      continue;
    }
    value = evaluateExpression(module, arg, at, softscope);
  }
  return value;
}

function runLowered(code: Syntax, module: HeapModule): Ref {
  if (code instanceof CodeInfo) return runThunk(codeInfoToHeap(code), module);
  if (code instanceof HeapValue) return runThunk(code.ref as Parameters<typeof runThunk>[0], module);
  return throwError('syntax: a thunk holds no code');
}

/** Text of a syntax error, as Julia words it. */
function throwSyntaxError(message: Syntax): never {
  if (message instanceof HeapValue) throw new JuliaException(message.ref as Ref);
  return throwError(`syntax: ${typeof message === 'string' ? message : 'malformed expression'}`);
}

let nesting = 0;
let pendingInits: HeapModule[] = [];

/** `module Name ... end` */
function evaluateModule(parent: HeapModule, expr: Expr, at: At): Ref {
  const [standard, name, body] = expr.args;
  if (!(name instanceof Sym) || !(body instanceof Expr)) throwError('syntax: malformed module expression');
  const moduleName = symbol((name as Sym).name);
  const module = newModule(moduleName, parent, true);
  const binding = getBinding(parent, moduleName);
  const existing = partitionAt(binding, currentWorld());
  if (
    existing !== 0 &&
    isConstKind(partitionKind(existing)) &&
    typeOf(resolutionValue(resolveBinding(binding, currentWorld()))) === datatype('Module')
  ) {
    process.stderr.write(`WARNING: replacing module ${(name as Sym).name}.\n`);
  }
  defineConst(binding, module);
  if (standard === true) addStandardNames(module);
  nesting++;
  try {
    evaluateAll(module, (body as Expr).args, at, false);
  } finally {
    nesting--;
  }
  nextWorld();
  pendingInits.push(module);
  if (nesting === 0) {
    const inits = pendingInits;
    pendingInits = [];
    for (const initialized of inits) runInit(initialized);
  }
  return module;
}

/** What every module but a bare one has: Base's names, `eval` and `include`. */
export function addStandardNames(module: HeapModule): void {
  if (typeOf(BaseModule) === datatype('Module')) useModule(module, BaseModule);
  const evalInto = globalValue(CoreModule, symbol('EvalInto'));
  if (evalInto !== 0) defineConst(getBinding(module, symbol('eval')), call(evalInto, [module]));
  const includeInto = typeOf(BaseModule) === datatype('Module') ? globalValue(BaseModule, symbol('IncludeInto')) : 0;
  if (includeInto !== 0) defineConst(getBinding(module, symbol('include')), call(includeInto as Ref, [module]));
}

/** Runs a module's `__init__`, if it has one of its own. */
function runInit(module: HeapModule): void {
  const binding = getBinding(module, symbol('__init__'));
  const resolution = resolveBinding(binding, currentWorld());
  const init = resolutionValue(resolution);
  if (init === 0 || resolution.binding !== binding) return;
  try {
    call(init, []);
  } catch (error) {
    if (!(error instanceof JuliaException)) throw error;
    throwException('InitError', readRef(module, objects.Module.name), error.exception);
  }
}

// using and import

/** Finds a package that no module of the session has; installed by whoever knows where packages are. */
let requireModule: (into: HeapModule, name: string) => HeapModule | null = () => null;
export function setRequire(finder: (into: HeapModule, name: string) => HeapModule | null): void {
  requireModule = finder;
}

function evaluateImport(module: HeapModule, expr: Expr, isImport: boolean): void {
  const first = expr.args[0];
  if (first instanceof Expr && first.head === ':') {
    const [from, ...names] = first.args;
    const source = resolvePath(module, pathOf(from), true) as HeapModule;
    for (const item of names) {
      const { path, alias } = importedItem(item);
      const name = symbol(path[path.length - 1]);
      importBinding(module, source, name, alias === null ? name : symbol(alias), isImport);
      warnUndefinedImport(source, name);
    }
    return;
  }
  for (const item of expr.args) {
    const { path, alias } = importedItem(item);
    if (!isImport) {
      const used = resolvePath(module, path, true) as HeapModule;
      useModule(module, used);
      const name = path[path.length - 1];
      const binding = getBinding(module, symbol(name));
      if (path[0] !== '.' && partitionAt(binding, currentWorld()) === 0)
        defineConst(binding, used, PartitionKind.CONST_IMPORT);
      continue;
    }
    const name = path[path.length - 1];
    const target = alias ?? name;
    if (path.filter((part) => part !== '.').length === 1 || path.every((part) => part === '.')) {
      const imported = resolvePath(module, path, true);
      const binding = getBinding(module, symbol(target));
      if (resolutionValue(resolveBinding(binding, currentWorld())) !== imported)
        defineConst(binding, imported, PartitionKind.CONST_IMPORT);
      continue;
    }
    const source = resolvePath(module, path.slice(0, -1), true) as HeapModule;
    importBinding(module, source, symbol(name), symbol(target), true);
  }
}

function warnUndefinedImport(source: HeapModule, name: SymbolRef): void {
  const resolution = resolveBinding(getBinding(source, name), currentWorld());
  if (resolution.kind === PartitionKind.GUARD) {
    process.stderr.write(
      `WARNING: Imported binding ${modulePath(source)}.${symbolName(name)} was undeclared at import time during import to Main.\n`,
    );
  }
}

/** Names of an import path; leading dots are elements of their own. */
function pathOf(item: Syntax): string[] {
  if (!(item instanceof Expr) || item.head !== '.') throwError('syntax: malformed import statement');
  return (item as Expr).args.map((part) => (part instanceof Sym ? part.name : String(part)));
}

function importedItem(item: Syntax): { path: string[]; alias: string | null } {
  if (item instanceof Expr && item.head === 'as') {
    const alias = item.args[1];
    return { path: pathOf(item.args[0]), alias: alias instanceof Sym ? alias.name : null };
  }
  return { path: pathOf(item), alias: null };
}

/** The module (or, for the last part of an import, the value) that a path means. */
function resolvePath(module: HeapModule, path: readonly string[], expectModule: boolean): Ref {
  let at: HeapModule;
  let index = 0;
  if (path[0] === '.') {
    at = module;
    index = 1;
    while (path[index] === '.') {
      at = readRef<HeapModule>(at, objects.Module.parent);
      index++;
    }
  } else {
    const root = topModule(module, path[0]);
    at = root;
    index = 1;
  }
  let value: Ref = at;
  for (; index < path.length; index++) {
    value = globalValue(value as HeapModule, symbol(path[index]));
    if (value === 0) throwUndefVar(symbol(path[index]), at);
    if (typeOf(value) !== datatype('Module')) {
      if (expectModule) throwError(`invalid using path: "${path[index]}" does not name a module`);
      return value;
    }
    at = value as HeapModule;
  }
  return value;
}

function topModule(module: HeapModule, name: string): HeapModule {
  if (name === 'Core') return CoreModule;
  if (name === 'Base' && typeOf(BaseModule) === datatype('Module')) return BaseModule;
  if (name === 'Main') return MainModule;
  const found = requireModule(module, name);
  if (found !== null) return found;
  return throwArgument(
    `Package ${name} not found in current path.\n- Run \`import Pkg; Pkg.add("${name}")\` to install the ${name} package.`,
  );
}

const throwArgument = (message: string): never => throwException('ArgumentError', string(message));

setToplevelEvaluator((module, expr) => evaluate(module, fromHeap(expr), 'none'));

// Files and strings

/**
 * Parses source text and evaluates its expressions one after the other, as `include` does. A syntax error is thrown when
 * it is reached, as a Meta.ParseError.
 */
export function evaluateText(module: HeapModule, text: string | Uint8Array, file: string, softscope = false): Ref {
  const parsed = parseAll(text, { file });
  return rootScope(() => {
    const whole = withParseErrors(parsed, true, file);
    const at = { file, line: 1 };
    let value: Ref = nothing;
    for (const arg of whole instanceof Expr ? whole.args : []) {
      if (arg instanceof LineNumberNode) {
        at.line = arg.line;
        continue;
      }
      value = rootScope(() => evaluateExpression(module, arg, { ...at }, softscope));
    }
    return value;
  });
}

/** Evaluates a file in a module. */
export function evaluateFile(module: HeapModule, path: string): Ref {
  return evaluateText(module, readFileSync(path), path);
}

/** `macroexpand(m, x)` on heap objects. */
export function expandMacros(module: HeapModule, expr: Ref, recursive: boolean): Ref {
  return rootScope(() => toHeap(macroexpand(fromHeap(expr), moduleSyntax(module), host, { recursive })));
}

/** `Meta.lower(m, x)` on heap objects. */
export function lowerInto(module: HeapModule, expr: Ref): Ref {
  return rootScope(() => toHeap(lower(fromHeap(expr), moduleSyntax(module), host, {})));
}

// Default constructors

setDefaultConstructors((type, file, line) => {
  const place = new LineNumberNode(
    line,
    file === 0 || typeOf(file) !== datatype('Symbol') ? null : sym(symbolName(file)),
  );
  let body = type;
  const variables: Ref[] = [];
  while (typeOf(body) === datatype('UnionAll')) {
    variables.push(readRef(body, objects.UnionAll.var));
    body = readRef(body, objects.UnionAll.body);
  }
  const datatypeRef = body as DataTypeRef;
  const name = readRef(datatypeRef, objects.DataType.name);
  const module = readRef<HeapModule>(name, objects.TypeName.module);
  const fields = fieldCount(datatypeRef);
  const types = fieldTypes(datatypeRef);
  const kinds = Array.from({ length: fields }, (_, i) => {
    return svecGet(types, i) === datatype('Any') ? -1 : 0;
  });
  rootScope(() => {
    const source = lowerDefaultInnerConstructor(kinds, moduleSyntax(module), host, place);
    const placeObject = toHeap(place);
    // Inner: (Type{T{P...}} where P...)(::Any...); it has no static parameters and asks its own type for those of the fields.
    const anyArguments = kinds.map(() => datatype('Any') as Ref);
    const self = variables.reduceRight((t, variable) => typeUnionAll(variable, t), typeTypeOf(datatypeRef) as Ref);
    addMethod(module, svec(svecOf([self, ...anyArguments]), svecOf([]), placeObject), codeInfoToHeap(source));
    if (variables.length === 0) {
      if (kinds.every((kind) => kind === -1) || fields === 0) return;
      const exact = svecToArray(types);
      const outer = lowerDefaultInnerConstructor(
        kinds.map(() => -1 as const),
        moduleSyntax(module),
        host,
        place,
      );
      addMethod(module, svec(svecOf([typeTypeOf(type), ...exact]), svecOf([]), placeObject), codeInfoToHeap(outer));
      return;
    }
    // Outer, only if every parameter is determined by the fields, or by the bounds of one that is: T(::field types...) where P...
    if (variables.some((variable) => !determined(variable, svecToArray(types), variables))) return;
    const outer = lowerDefaultOuterConstructor(
      new HeapValue(type),
      fields,
      variables.length,
      moduleSyntax(module),
      host,
      place,
    );
    addMethod(
      module,
      svec(svecOf([typeTypeOf(type), ...svecToArray(types)]), svecOf(variables), placeObject),
      codeInfoToHeap(outer),
    );
  });
});

const mentions = (type: Ref, variable: Ref): boolean => type === variable || containsVariable(type, variable);

/** Whether the types of the fields say what a parameter is. Bounds mention only parameters further out. */
function determined(variable: Ref, types: readonly Ref[], variables: readonly Ref[]): boolean {
  if (types.some((type) => mentions(type, variable))) return true;
  const inner = variables.slice(variables.indexOf(variable) + 1);
  return inner.some((v) => mentions(varUpper(v), variable) && determined(v, types, variables));
}
