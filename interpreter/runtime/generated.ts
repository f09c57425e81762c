// Generated functions: code that is made from the types of the arguments.
//
// A method with a generator has no code of its own for a call: the generator is called, once for each method instance,
// with the world, the method, the values of the static parameters and the types of the arguments (those of a trailing
// vararg as a tuple). It answers with a CodeInfo. The generator of an `@generated` function is a GeneratedFunctionStub,
// whose function answers with an expression; Julia's own library makes stubs callable, and where the library in use does
// not, the expression is made into code here, in the same way: as the body of a function with the method's argument
// names, lowered in the method's module.

import { CodeInfo } from '../ir/code.ts';
import { codeInfoToHeap, fromHeap } from '../ir/heap.ts';
import { lower } from '../lowering/index.ts';
import {
  type CodeInfoRef,
  type MethodInstanceRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readI32,
  readRef,
  readU8,
  readWide,
  refAt,
  type SvecRef,
  type SymbolRef,
  typeOf,
  writeU8,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { root, rootScope } from '../memory/roots.ts';
import { datatype } from '../memory/wellknown.ts';
import { Expr, LineNumberNode, type Syntax, sym } from '../syntax/expr.ts';
import { call } from '../vm/calls.ts';
import { machine } from '../vm/frames.ts';
import { setGeneratedExpander } from '../vm/incidents.ts';
import { makeTuple } from '../vm/tuples.ts';
import { InternalError, throwError } from './errors.ts';
import { moduleSyntax, runtimeHost } from './frontend.ts';
import { listsOfCallee } from './methods.ts';
import { symbolName } from './symbols.ts';
import { boxUInt64, svecToArray } from './values.ts';

/** Static parameters and argument types of an instance, as its generator gets them. */
function generatorArguments(instance: MethodInstanceRef, method: MethodRef): Ref[] {
  const types = svecToArray(
    readRef<SvecRef>(readRef(instance, objects.MethodInstance.specTypes), objects.DataType.parameters),
  );
  const parameters = svecToArray(readRef<SvecRef>(instance, objects.MethodInstance.sparam_vals));
  const nargs = readI32(method, objects.Method.nargs);
  if (readU8(method, objects.Method.isva) === 0) return [...parameters, ...types];
  const scratch = machine.sp;
  return [...parameters, ...types.slice(0, nargs - 1), makeTuple(types.slice(nargs - 1), scratch)];
}

const isCallable = (object: Ref): boolean => {
  for (const entry of listsOfCallee(typeOf(object))) if (entry !== 0) return true;
  return false;
};

/** `Expr(:lambda, ...)` of a stub's answer. */
function bodyExpression(stub: Ref, method: MethodRef, body: Ref): Syntax {
  const names = (vector: Ref): Syntax[] =>
    svecToArray<SymbolRef>(vector as SvecRef).map((name) => sym(symbolName(name)));
  const file = readRef<SymbolRef>(method, objects.Method.file);
  const place = new LineNumberNode(readI32(method, objects.Method.line), sym(symbolName(file)));
  const block = new Expr('block', [place, new Expr('return', [fromHeap(body)])]);
  const lambda = new Expr('lambda', [new Expr('argnames', names(refAt(stub, 1))), new Expr('scope-block', [block])]);
  const parameters = names(refAt(stub, 2));
  return parameters.length === 0 ? lambda : new Expr('with-static-parameters', [lambda, ...parameters]);
}

function expandStub(stub: Ref, instance: MethodInstanceRef, method: MethodRef, world: number): CodeInfoRef {
  const body = root(call(refAt(stub, 0), generatorArguments(instance, method), world));
  if (typeOf(body) === datatype('CodeInfo')) return body as CodeInfoRef;
  const module = moduleSyntax(readRef<ModuleRef>(method, objects.Method.module));
  const lowered = lower(bodyExpression(stub, method, body), module, runtimeHost, {});
  if (lowered instanceof CodeInfo) {
    const source = codeInfoToHeap(lowered);
    writeU8(source, objects.CodeInfo.isva, readU8(method, objects.Method.isva));
    return source;
  }
  if (lowered instanceof Expr && (lowered.head === 'error' || lowered.head === 'incomplete')) {
    return throwError(`syntax: ${String(lowered.args[0])}`);
  }
  return throwError(
    'The function body AST defined by this @generated function is not pure. This likely means it contains a closure, a comprehension or a generator.',
  );
}

setGeneratedExpander((instance) =>
  rootScope(() => {
    const method = readRef<MethodRef>(instance, objects.MethodInstance.def);
    const generator = readRef(method, objects.Method.generator);
    const world = readWide(method, objects.Method.primary_world);
    if (typeOf(generator) === datatype('GeneratedFunctionStub') && !isCallable(generator)) {
      return expandStub(generator, instance, method, world);
    }
    const code = call(generator, [boxUInt64(world), method, ...generatorArguments(instance, method)], world);
    if (typeOf(code) !== datatype('CodeInfo')) throw new InternalError('a generator did not give a CodeInfo');
    return code as CodeInfoRef;
  }),
);
