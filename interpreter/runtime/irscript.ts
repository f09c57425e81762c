// Running code that was read from text: IR scripts.
//
// First, whatever the text gives by its source (types, functions, constants, the method instances that invokes name) is
// evaluated in Main: that may call Julia code and collect garbage, which making a CodeInfo must not. Then the code becomes
// a CodeInfo of the heap. A thunk is run at top level of its module, a method is added to the function that its signature
// names, which is made if the module does not have it.

import { U32 } from '../../ffi/region.ts';
import { type CodeInfo, InvokeTarget, SourceValue } from '../ir/code.ts';
import { codeInfoToHeap, toHeap } from '../ir/heap.ts';
import { mapCode } from '../ir/map.ts';
import { type ScriptItem, signatureCall } from '../ir/read.ts';
import {
  type CodeInfoRef,
  type DataTypeRef,
  type ModuleRef,
  type Ref,
  readRef,
  type SvecRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { root, rootScope } from '../memory/roots.ts';
import { datatype, MainModule, nothing } from '../memory/wellknown.ts';
import {
  Expr,
  GlobalRef,
  HeapValue,
  LineNumberNode,
  ModuleRef as ModuleRefSyntax,
  QuoteNode,
  Sym,
  type Syntax,
  sym,
} from '../syntax/expr.ts';
import { applyTupleType, layoutSize, matchSignature } from '../types/index.ts';
import { runThunk } from '../vm/calls.ts';
import { newObject } from '../vm/evaluate.ts';
import { machine } from '../vm/frames.ts';
import { setSlot, slotRef } from '../vm/slots.ts';
import { makeTuple } from '../vm/tuples.ts';
import { currentWorld, globalValue, nextWorld } from './bindings.ts';
import { addMethod } from './definitions.ts';
import { throwError } from './errors.ts';
import { evaluate } from './frontend.ts';
import { lookupInvoke, methodInstance } from './methods.ts';
import { symbol } from './symbols.ts';
import { boxBits, svec, svecOf, svecToArray, vectorAny } from './values.ts';

/** Evaluates the source of a constant. The answer is rooted in the scope that the caller has opened. */
function evaluateSource(x: Syntax): Ref {
  if (x instanceof SourceValue) return evaluateSource(x.source);
  if (x instanceof QuoteNode) return root(toHeap(x.value));
  if (x instanceof Expr && x.head === 'tuple') return root(tupleOf(x.args.map(evaluateSource)));
  if (x instanceof Expr && x.head === 'call' && x.args[0] instanceof Sym) {
    const args = x.args.slice(1);
    switch (x.args[0].name) {
      case 'svec':
        return root(svecOf(args.map(evaluateSource)));
      case 'vector':
        return root(vectorAny(args.map(evaluateSource)));
      case 'new':
        return root(construct(args.map(evaluateSource)));
      case 'bits':
        return root(bitsOf(evaluateSource(args[0]), evaluateSource(args[1])));
      case 'Module':
        return evaluateSource(args[0]);
      default:
    }
  }
  if (x instanceof Expr || x instanceof Sym) return root(evaluate(MainModule, x, 'none'));
  return root(toHeap(x));
}

function tupleOf(parts: readonly Ref[]): Ref {
  const scratch = machine.sp;
  makeTuple(parts, scratch);
  return slotRef(scratch);
}

/** `new(T, fields...)`: an object from its type and fields, without asking a constructor. */
function construct(parts: readonly Ref[]): Ref {
  const [type, ...fields] = parts;
  const base = machine.sp;
  const words = Int32Array.from(fields, (_, i) => base + 4 * (i + 1));
  fields.forEach((field, i) => setSlot(words[i], field));
  newObject(type as DataTypeRef, words, fields.length, base);
  return slotRef(base);
}

function bitsOf(type: Ref, bits: Ref): Ref {
  const size = layoutSize(type);
  if (size > 8) return throwError('bits(T, n): the type is wider than 8 bytes');
  return boxBits(type as DataTypeRef, size, U32[bits << 1], U32[(bits << 1) + 1]);
}

/** The method instance that an `invoke` names. */
function instanceOf(target: InvokeTarget): Ref {
  const types = applyTupleType(target.types.map(evaluateSource));
  const match = lookupInvoke(types, currentWorld());
  if (match === null) return throwError('invoke: no method matches the types that are given');
  const sparams = matchSignature(types, readRef(match.method, objects.Method.sig));
  const instance = methodInstance(match.method, types, sparams ?? match.sparams);
  const compiled = target.isCompiled ? readRef(instance, objects.MethodInstance.cache) : (0 as Ref);
  return root(compiled === 0 ? instance : compiled);
}

/** The same code, with everything that was given by its source evaluated. */
export function evaluated(code: CodeInfo): CodeInfo {
  return mapCode(code, (x, isType) => {
    if (x instanceof InvokeTarget) return new HeapValue(instanceOf(x));
    if (!(x instanceof SourceValue)) return undefined;
    if (!isType) return new HeapValue(evaluateSource(x));
    // Inferred types say nothing that running the code needs; those of the compiler's own lattice may not exist here.
    try {
      return new HeapValue(evaluateSource(x));
    } catch {
      return new HeapValue(datatype('Any'));
    }
  });
}

/** Makes the CodeInfo object of code that was read. */
export function loadCode(code: CodeInfo): CodeInfoRef {
  return rootScope(() => codeInfoToHeap(evaluated(code)));
}

/** Runs the items of a script in a module, in order; the value is that of the last. */
export function runScript(items: readonly ScriptItem[], module: ModuleRef = MainModule): Ref {
  let value: Ref = nothing;
  for (const item of items) value = rootScope(() => runItem(item, module));
  return value;
}

function runItem(item: ScriptItem, module: ModuleRef): Ref {
  switch (item.kind) {
    case 'thunk':
      return runThunk(codeInfoToHeap(evaluated(item.code)), module);
    case 'method':
      return defineMethod(item.signature, item.code, module);
    case 'expression':
      return evaluate(module, item.value, 'none');
    case 'module': {
      evaluate(module, new Expr('module', [!item.isBare, sym(item.name), new Expr('block', [])]), 'none');
      runScript(item.items, globalValue(module, symbol(item.name)) as ModuleRef);
      return nothing;
    }
  }
}

// Methods

/** Adds the method that `signature` describes. */
function defineMethod(signature: Syntax, code: CodeInfo, module: ModuleRef): Ref {
  const call = signatureCall(signature);
  if (call === undefined) return throwError('a method needs a signature, as f(x::Int)');
  const [callee, ...args] = call.args;
  const argumentTypes = args.map(argumentType);
  const tuple = new Expr('curly', [new GlobalRef(CORE, sym('Tuple')), calleeType(callee, module), ...argumentTypes]);
  let sig = evaluate(module, inWheres(signature, tuple), 'none');
  root(sig);
  const variables: Ref[] = [];
  while (typeOf(sig) === datatype('UnionAll')) {
    variables.push(readRef(sig, objects.UnionAll.var));
    sig = readRef(sig, objects.UnionAll.body);
  }
  const types = svecToArray(readRef<SvecRef>(sig, objects.DataType.parameters));
  const last = args[args.length - 1];
  const loaded = evaluated(code);
  if (last instanceof Expr && last.head === '...') loaded.isva = true;
  if (loaded.nargs !== types.length) {
    return throwError(
      `the signature has ${types.length} arguments with the function itself, the code has ${loaded.nargs}`,
    );
  }
  const place = loaded.places.find((known) => known !== null) ?? { line: 0, file: null };
  const method = addMethod(
    module,
    svec(svecOf(types), svecOf(variables), toHeap(new LineNumberNode(place.line, place.file ?? sym('none')))),
    codeInfoToHeap(loaded),
  );
  nextWorld();
  return method;
}

const CORE = new ModuleRefSyntax('Core');

/** The type of what is called: of a function, which is declared if it is not there, or the type behind `::`. */
function calleeType(callee: Syntax, module: ModuleRef): Syntax {
  if (callee instanceof Expr && callee.head === '::') return callee.args[callee.args.length - 1];
  if (callee instanceof Sym) evaluate(module, new Expr('function', [callee]), 'none');
  return new Expr('call', [new GlobalRef(CORE, sym('Typeof')), callee]);
}

function argumentType(x: Syntax): Syntax {
  if (!(x instanceof Expr)) return new GlobalRef(CORE, sym('Any'));
  if (x.head === '::') return x.args[x.args.length - 1];
  if (x.head === '...') return new Expr('curly', [new GlobalRef(CORE, sym('Vararg')), argumentType(x.args[0])]);
  return throwError('an argument of a method is a name, or a name with a type, as x::Int');
}

/** `type` in the `where`s of the signature. */
function inWheres(signature: Syntax, type: Syntax): Syntax {
  if (signature instanceof Expr && signature.head === 'where') {
    return new Expr('where', [inWheres(signature.args[0], type), ...signature.args.slice(1)]);
  }
  return signature instanceof Expr && signature.head === '::' ? inWheres(signature.args[0], type) : type;
}
