// The IR of files and methods as text that is read back, in a running system.
//
// A file's statements are lowered one after the other, in Main, as running it would lower them. Definitions, imports and
// modules are evaluated too, because what follows is expanded and lowered with them; other statements are only shown.
//
// Enters: a session that has started. Leaves: IR scripts.

import { CodeInfo } from '../interpreter/ir/code.ts';
import { codeFromHeap } from '../interpreter/ir/fromheap.ts';
import { printCode } from '../interpreter/ir/print.ts';
import { shownSlotNames } from '../interpreter/ir/slotnames.ts';
import { fieldText, pathText, UnwritableError } from '../interpreter/ir/words.ts';
import { lower, macroexpand } from '../interpreter/lowering/index.ts';
import {
  type CodeInfoRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../interpreter/memory/layout.ts';
import * as objects from '../interpreter/memory/objects.ts';
import { rootScope } from '../interpreter/memory/roots.ts';
import { datatype, MainModule } from '../interpreter/memory/wellknown.ts';
import { currentWorld, globalValue } from '../interpreter/runtime/bindings.ts';
import { evaluate, moduleSyntax, runtimeHost } from '../interpreter/runtime/frontend.ts';
import { heapText } from '../interpreter/runtime/irtext.ts';
import { methodLine, methodNameOf, methodsOfCallee } from '../interpreter/runtime/methods.ts';
import { modulePath } from '../interpreter/runtime/modules.ts';
import { symbol, symbolName } from '../interpreter/runtime/symbols.ts';
import { svecToArray } from '../interpreter/runtime/values.ts';
import { Expr, LineNumberNode, Sym, type Syntax } from '../interpreter/syntax/expr.ts';
import { printSource, UnprintableError } from '../interpreter/syntax/index.ts';
import { isType, typeText, typeTypeOf } from '../interpreter/types/index.ts';

/** A part of a file's IR: its text, or what went wrong. */
export interface Part {
  readonly text: string;
  readonly failed: boolean;
}

const definitions = new Set([
  'using',
  'import',
  'export',
  'public',
  'macro',
  'function',
  'struct',
  'abstract',
  'primitive',
  'const',
  'global',
]);

/** Does later code need what this statement does in order to be lowered? */
function isDefinition(x: Syntax): boolean {
  if (!(x instanceof Expr)) return false;
  if (definitions.has(x.head)) return true;
  if (x.head === '=') {
    let target = x.args[0];
    while (target instanceof Expr && (target.head === 'where' || target.head === '::')) target = target.args[0];
    return target instanceof Expr && (target.head === 'call' || target.head === 'curly');
  }
  if (x.head !== 'block' && x.head !== 'toplevel') return false;
  const parts = x.args.filter((part) => part instanceof Expr);
  return (
    parts.length > 0 && parts.every((part) => isDefinition(part) || (part instanceof Expr && part.head === 'meta'))
  );
}

/** The IR of the statements of a parsed file. */
export function* fileParts(file: Expr, name: string, module: ModuleRef = MainModule): Generator<Part> {
  const at = { file: name, line: 1 };
  for (const statement of file.args) {
    if (statement instanceof LineNumberNode) {
      at.line = statement.line;
      if (statement.file !== null) at.file = statement.file.name;
      continue;
    }
    if (statement instanceof Expr && statement.head === 'module') {
      yield* moduleParts(statement, at.file, module);
      continue;
    }
    if (statement instanceof Expr && statement.head === 'toplevel') {
      yield* fileParts(statement, at.file, module);
      continue;
    }
    yield* statementParts(statement, at, module);
  }
}

function* moduleParts(statement: Expr, file: string, outer: ModuleRef): Generator<Part> {
  const [standard, name, body] = statement.args;
  if (!(name instanceof Sym) || !(body instanceof Expr)) {
    yield { text: 'a module has a name and a body', failed: true };
    return;
  }
  evaluate(outer, new Expr('module', [standard, name, new Expr('block', [])]), file);
  yield { text: `${standard === true ? 'module' : 'baremodule'} ${name.name}`, failed: false };
  yield* fileParts(body, file, globalValue(outer, symbol(name.name)) as ModuleRef);
  yield { text: 'end', failed: false };
}

function* statementParts(statement: Syntax, at: { file: string; line: number }, module: ModuleRef): Generator<Part> {
  const syntax = moduleSyntax(module);
  yield rootScope(() => {
    const lowered = lower(statement, syntax, runtimeHost, at);
    if (lowered instanceof Expr && (lowered.head === 'error' || lowered.head === 'incomplete')) {
      return { text: `syntax: ${String(lowered.args[0])}`, failed: true };
    }
    return { text: loweredText(lowered, modulePath(module)), failed: false };
  });
  const expanded =
    statement instanceof Expr && statement.head === 'macrocall'
      ? macroexpand(statement, syntax, runtimeHost, { recursive: true })
      : statement;
  if (isDefinition(expanded)) evaluate(module, statement, at.file, at.line);
}

function loweredText(lowered: Syntax, path: string): string {
  if (lowered instanceof Expr && lowered.head === 'thunk' && lowered.args[0] instanceof CodeInfo) {
    return printCode(lowered.args[0], { exact: true, heapText, modules: [path] });
  }
  if (lowered instanceof Expr) {
    try {
      return printSource(lowered);
    } catch (error) {
      if (error instanceof UnprintableError) throw new UnwritableError(error.message);
      throw error;
    }
  }
  // A constant or a name as a statement: nothing happens, or the name is looked up.
  const code = new CodeInfo();
  code.code = [lowered as CodeInfo['code'][number]];
  const value = lowered instanceof Sym ? `%1 = ${pathText(path)}${fieldText(lowered.name)}` : undefined;
  if (value !== undefined) return `CodeInfo(\n1 ─ ${value}\n└──      return %1\n)`;
  return '# a constant';
}

// Methods

/** The methods of a function or type of Main as text; undefined if Main has no such name. */
export function methodsText(name: string): string | undefined {
  const callee = globalValue(MainModule, symbol(name));
  if (callee === 0) return undefined;
  const methods = methodsOfCallee(isType(callee) ? typeTypeOf(callee) : typeOf(callee), currentWorld());
  // The type of every callee also has the methods of its supertypes; those are not the function's own.
  const own = methods.filter((method) => isType(callee) || methodNameOf(method) === name);
  return own.reverse().map(methodText).join('\n\n');
}

/** A method as an item of an IR script. */
export function methodText(method: MethodRef): string {
  const file = symbolName(readRef<SymbolRef>(method, objects.Method.file));
  const place = `# ${file}:${methodLine(method)}`;
  const source = readRef<CodeInfoRef>(method, objects.Method.source);
  if (source === 0 || typeOf(source) !== datatype('CodeInfo')) {
    return `${place}\n# ${methodNameOf(method)}: its code is made for each set of argument types`;
  }
  return rootScope(() => {
    const code = codeFromHeap(source);
    return `${place}\nmethod ${signatureText(method, code)}\n${printCode(code, { exact: true, heapText })}`;
  });
}

function signatureText(method: MethodRef, code: CodeInfo): string {
  let sig = readRef(method, objects.Method.sig);
  const variables: string[] = [];
  while (typeOf(sig) === datatype('UnionAll')) {
    variables.push(variableText(readRef(sig, objects.UnionAll.var)));
    sig = readRef(sig, objects.UnionAll.body);
  }
  const [callee, ...types] = svecToArray(readRef<SvecRef>(sig, objects.DataType.parameters));
  const names = shownSlotNames(code);
  const args = types.map((type, i) => {
    const name = /^[\p{L}_][\p{L}\p{N}_!]*$/u.test(names[i + 1] ?? '') && names[i + 1] !== '_' ? names[i + 1] : '';
    if (typeOf(type) !== datatype('TypeofVararg')) return `${name}::${typeText(type)}`;
    const element = readRef(type, objects.Vararg.T);
    return readRef(type, objects.Vararg.N) === 0
      ? `${name}::${element === 0 ? 'Any' : typeText(element)}...`
      : `${name}::${typeText(type)}`;
  });
  const call = `${calleeText(callee)}(${args.join(', ')})`;
  return variables.length === 0 ? call : `${call} where {${variables.join(', ')}}`;
}

/** A function by its path, anything else that is called by its type. */
function calleeText(type: Ref): string {
  const name = readRef(type, objects.DataType.name);
  if (typeOf(type) === datatype('DataType') && name !== 0) {
    const own = readRef<SymbolRef>(name, objects.TypeName.singletonname);
    const module = readRef<ModuleRef>(name, objects.TypeName.module);
    const instance = readRef(type, objects.DataType.instance);
    if (own !== 0 && instance !== 0 && globalValue(module, own) === instance) {
      return pathText(modulePath(module)) + fieldText(symbolName(own));
    }
  }
  return `(::${typeText(type)})`;
}

function variableText(variable: Ref): string {
  const name = symbolName(readRef<SymbolRef>(variable, objects.TypeVar.name));
  const lower = readRef(variable, objects.TypeVar.lb);
  const upper = readRef(variable, objects.TypeVar.ub);
  const isBottom = typeOf(lower) === datatype('TypeofBottom');
  if (isBottom) return upper === datatype('Any') ? name : `${name}<:${typeText(upper)}`;
  return upper === datatype('Any') ? `${name}>:${typeText(lower)}` : `${typeText(lower)}<:${name}<:${typeText(upper)}`;
}
