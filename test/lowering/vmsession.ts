// Sessions of the lowering corpus in a running system: macros are called, setup code is evaluated.
//
// The embedded library is booted once; every case gets a module of its own, named M as in the corpus.

import { bootFromSource } from '../../bootstrap/session.ts';
import { fromHeap } from '../../interpreter/ir/heap.ts';
import { sexpr } from '../../interpreter/ir/sexpr.ts';
import type { Ref, StringRef, SvecRef, SymbolRef } from '../../interpreter/memory/layout.ts';
import { readRef, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { BaseModule, datatype, MainModule } from '../../interpreter/memory/wellknown.ts';
import { globalValue } from '../../interpreter/runtime/bindings.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { evaluate, evaluateText, moduleSyntax, runtimeHost } from '../../interpreter/runtime/frontend.ts';
import { modulePath, newModule, useModule } from '../../interpreter/runtime/modules.ts';
import { symbol, symbolName } from '../../interpreter/runtime/symbols.ts';
import { stringText, svecToArray } from '../../interpreter/runtime/values.ts';
import type { HeapValue } from '../../interpreter/syntax/expr.ts';
import { call } from '../../interpreter/vm/calls.ts';
import type { Session } from './corpus.ts';

// What the texts of values need of the library; evaluated once.
const HELPERS = `
corpus_message(e) = String(first(split(sprint(showerror, e), '\\n')))
corpus_unwrap(e) = e isa LoadError ? corpus_unwrap(e.error) : e
corpus_type(e) = string(nameof(typeof(e)))
corpus_parts(x::Tuple) = Core.svec(x...)
corpus_parts(x::Core.SimpleVector) = x
corpus_parts(x::Pair) = Core.svec(x.first, x.second)
corpus_parts(x::AbstractArray) = Core.svec(x...)
corpus_eltype(x) = string(eltype(x))
corpus_keytype(x) = string(keytype(x))
corpus_valtype(x) = string(valtype(x))
corpus_parts(x::AbstractDict) = Core.svec([k => v for (k, v) in x]...)
`;

let helpers: ReturnType<typeof newModule> | undefined;

function helper(name: string, argument: Ref): Ref {
  if (helpers === undefined) throw new Error('the system is not booted');
  return call(globalValue(helpers, symbol(name)), [argument]);
}
const helperText = (name: string, argument: Ref): string => stringText(helper(name, argument) as StringRef);
const repr = (value: Ref): string => stringText(call(globalValue(BaseModule, symbol('repr')), [value]) as StringRef);

function isA(value: Ref, ...names: Parameters<typeof datatype>[0][]): boolean {
  return names.some((name) => typeOf(value) === datatype(name));
}

function typeNameOf(value: Ref): string {
  const name = readRef(typeOf(value), objects.DataType.name);
  return symbolName(readRef<SymbolRef>(name, objects.TypeName.name));
}

function heapText(value: HeapValue): string {
  const ref = value.ref as Ref;
  const texts = (): string[] =>
    svecToArray(helper('corpus_parts', ref) as SvecRef).map((part) => ` ${sexpr(fromHeap(part), heapText)}`);
  const parts = (): string => texts().join('');
  if (isA(ref, 'DataType', 'UnionAll', 'Union', 'TypeofBottom')) return `(type-value ${JSON.stringify(repr(ref))})`;
  const type = typeNameOf(ref);
  if (type === 'BigInt') return `BigInt:${repr(ref)}`;
  if (type === 'Tuple') return `(tuple-value${parts()})`;
  if (type === 'SimpleVector') return `(svec-value${parts()})`;
  if (type === 'Pair') return `(pair-value${parts()})`;
  if (type === 'Array') return `(array-value ${JSON.stringify(helperText('corpus_eltype', ref))}${parts()})`;
  if (type === 'Dict') {
    const [key, value] = ['corpus_keytype', 'corpus_valtype'].map((name) => JSON.stringify(helperText(name, ref)));
    return `(dict-value ${key} ${value}${texts().sort().join('')})`;
  }
  if (type.startsWith('#') && !/#\d/.test(type)) {
    const module = readRef(readRef(typeOf(ref), objects.DataType.name), objects.TypeName.module);
    return `(function-value ${modulePath(module as Parameters<typeof modulePath>[0])} ${type.slice(1)})`;
  }
  return `(value ${type} ${JSON.stringify(repr(ref))})`;
}

/** A fresh module M in the running system. The first call boots the library. */
export function vmSession(): Session {
  if (helpers === undefined) {
    bootFromSource();
    const made = newModule(symbol('CorpusHelpers'), MainModule, true);
    useModule(made, BaseModule);
    evaluateText(made, HELPERS, 'helpers');
    helpers = made;
  }
  const module = newModule(symbol('M'), MainModule, true);
  useModule(module, BaseModule);
  return {
    module: moduleSyntax(module),
    // the reference decided about soft scopes in a world in which the setup code did not exist yet
    host: { ...runtimeHost, isDefinedGlobal: () => false, warnAmbiguousSoftScope: () => {} },
    evaluate: (_, source) => {
      evaluate(module, source, 'none');
    },
    heapText,
    thrown(error) {
      if (!(error instanceof JuliaException)) return undefined;
      const exception = helper('corpus_unwrap', error.exception);
      return { type: helperText('corpus_type', exception), message: helperText('corpus_message', exception) };
    },
  };
}
