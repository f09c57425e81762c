// Objects of the heap in a listing of lowered code: what a macro put into an expression, in the form of the corpora.
//
// Macros may splice any object into syntax. Types, functions, tuples, pairs, arrays and dictionaries have a form of their
// own; anything else is shown as the library's `repr` shows it. Names of types are written as from a module that knows
// Core only, so that the text does not depend on where it is read.

import { fromHeap } from '../../interpreter/ir/heap.ts';
import { sexpr } from '../../interpreter/ir/sexpr.ts';
import type { ModuleRef, Ref, StringRef, SvecRef, SymbolRef } from '../../interpreter/memory/layout.ts';
import { readRef, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { BaseModule, datatype, MainModule } from '../../interpreter/memory/wellknown.ts';
import { globalValue } from '../../interpreter/runtime/bindings.ts';
import { JuliaException } from '../../interpreter/runtime/errors.ts';
import { evaluateText } from '../../interpreter/runtime/frontend.ts';
import { modulePath, newModule, useModule } from '../../interpreter/runtime/modules.ts';
import { symbol, symbolName } from '../../interpreter/runtime/symbols.ts';
import { stringText, svecToArray } from '../../interpreter/runtime/values.ts';
import type { HeapValue } from '../../interpreter/syntax/expr.ts';
import { call } from '../../interpreter/vm/calls.ts';

// What the texts need of the library; evaluated when first used, in a module of its own.
const HELPERS = `
first_line(text) = String(first(split(text, '\\n')))
message(e) = first_line(sprint(showerror, e))
inner(e) = e isa LoadError ? inner(e.error) : e
kind(e) = string(nameof(typeof(e)))
parts(x::Tuple) = Core.svec(x...)
parts(x::Core.SimpleVector) = x
parts(x::Pair) = Core.svec(x.first, x.second)
parts(x::AbstractArray) = Core.svec(x...)
parts(x::AbstractDict) = Core.svec([k => v for (k, v) in x]...)
type_text(T) = sprint(show, T; context=:module => Core)
element(x) = type_text(eltype(x))
key(x) = type_text(keytype(x))
value(x) = type_text(valtype(x))
`;

let helpers: ModuleRef | undefined;

function helper(name: string, argument: Ref): Ref {
  if (helpers === undefined) {
    helpers = newModule(symbol('ValueText'), MainModule, true);
    useModule(helpers, BaseModule);
    evaluateText(helpers, HELPERS, 'value-text');
  }
  return call(globalValue(helpers, symbol(name)), [argument]);
}
const helperText = (name: string, argument: Ref): string => stringText(helper(name, argument) as StringRef);
const quotedText = (name: string, argument: Ref): string => JSON.stringify(helperText(name, argument));
const repr = (value: Ref): string => stringText(call(globalValue(BaseModule, symbol('repr')), [value]) as StringRef);

const typeKinds = ['DataType', 'UnionAll', 'Union', 'TypeofBottom'] as const;

/** The text of an object in a listing. */
export function heapText(value: HeapValue): string {
  const ref = value.ref as Ref;
  const type = typeOf(ref);
  if (typeKinds.some((kind) => type === datatype(kind))) return `(type-value ${quotedText('type_text', ref)})`;
  const texts = (): string[] =>
    svecToArray(helper('parts', ref) as SvecRef).map((part) => ` ${sexpr(fromHeap(part), heapText)}`);
  const typeName = readRef(type, objects.DataType.name);
  const name = symbolName(readRef<SymbolRef>(typeName, objects.TypeName.name));
  switch (name) {
    case 'BigInt':
      return `BigInt:${repr(ref)}`;
    case 'Tuple':
      return `(tuple-value${texts().join('')})`;
    case 'SimpleVector':
      return `(svec-value${texts().join('')})`;
    case 'Pair':
      return `(pair-value${texts().join('')})`;
    case 'Array':
      return `(array-value ${quotedText('element', ref)}${texts().join('')})`;
    case 'Dict':
      return `(dict-value ${quotedText('key', ref)} ${quotedText('value', ref)}${texts().sort().join('')})`;
    default:
  }
  if (name.startsWith('#') && !/#\d/.test(name)) {
    return `(function-value ${modulePath(readRef<ModuleRef>(typeName, objects.TypeName.module))} ${name.slice(1)})`;
  }
  return `(value ${name} ${JSON.stringify(repr(ref))})`;
}

/** The type and the first line of the message of what Julia code threw; undefined for errors of jl0 itself. */
export function thrownText(error: unknown): { readonly type: string; readonly message: string } | undefined {
  if (!(error instanceof JuliaException)) return undefined;
  const exception = helper('inner', error.exception);
  return { type: helperText('kind', exception), message: helperText('message', exception) };
}
