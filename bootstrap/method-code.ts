// The code of methods as text, from the heap.
//
// Enters: a method, or a statement of a CodeInfo. Leaves: lines in the form of the lowered listings: one statement a
// line, with slots named first and the source line behind.

import { placeOf } from '../interpreter/ir/debuginfo.ts';
import { fromHeap } from '../interpreter/ir/heap.ts';
import { sexpr } from '../interpreter/ir/sexpr.ts';
import {
  type ArrayRef,
  type CodeInfoRef,
  type MethodRef,
  type Ref,
  readRef,
  readWide,
  type SymbolRef,
  typeOf,
} from '../interpreter/memory/layout.ts';
import * as objects from '../interpreter/memory/objects.ts';
import { datatype, MainModule } from '../interpreter/memory/wellknown.ts';
import { currentWorld, globalValue } from '../interpreter/runtime/bindings.ts';
import { methodLine, methodNameOf, methodsOfCallee } from '../interpreter/runtime/methods.ts';
import { symbol, symbolName } from '../interpreter/runtime/symbols.ts';
import { arrayGetRef, arrayLength } from '../interpreter/runtime/values.ts';
import { isType, typeText, typeTypeOf } from '../interpreter/types/index.ts';

/**
 * A statement or operand as an s-expression.
 *
 * @param describe the text of objects that are no code
 */
export function codeText(object: Ref, describe: (object: Ref) => string): string {
  const text = (part: Ref): string => codeText(part, describe);
  switch (typeOf(object)) {
    case datatype('GotoNode'):
      return `(goto %${readWide(object, objects.GotoNode.label)})`;
    case datatype('GotoIfNot'):
      return `(gotoifnot ${text(readRef(object, objects.GotoIfNot.cond))} %${readWide(object, objects.GotoIfNot.dest)})`;
    case datatype('ReturnNode'): {
      const value = readRef(object, objects.ReturnNode.val);
      return value === 0 ? '(return)' : `(return ${text(value)})`;
    }
    case datatype('EnterNode'): {
      const target = readWide(object, objects.EnterNode.catch_dest);
      const scope = readRef(object, objects.EnterNode.scope);
      return `(enter ${target === 0 ? 'none' : `%${target}`}${scope === 0 ? '' : ` ${text(scope)}`})`;
    }
    case datatype('NewvarNode'):
      return `(newvar ${text(readRef(object, objects.NewvarNode.slot))})`;
    default:
      return sexpr(fromHeap(object), ({ ref }) => describe(ref as Ref));
  }
}

const describeObject = (object: Ref): string => {
  if (object === 0) return '#undef';
  return isType(object) ? typeText(object) : `(value ${typeText(typeOf(object))})`;
};

function methodText(method: MethodRef): string {
  const file = symbolName(readRef<SymbolRef>(method, objects.Method.file));
  const head = `${methodNameOf(method)}: ${typeText(readRef(method, objects.Method.sig))} at ${file}:${methodLine(method)}`;
  const source = readRef<CodeInfoRef>(method, objects.Method.source);
  if (source === 0 || typeOf(source) !== datatype('CodeInfo'))
    return `${head}\n  (generated for each set of argument types)`;
  const names = readRef<ArrayRef>(source, objects.CodeInfo.slotnames);
  const code = readRef<ArrayRef>(source, objects.CodeInfo.code);
  const debug = readRef(source, objects.CodeInfo.debuginfo);
  const lines = [head];
  for (let i = 0, n = arrayLength(names); i < n; i++) {
    lines.push(`  slot _${i + 1} ${symbolName(arrayGetRef<SymbolRef>(names, i))}`);
  }
  let line = 0;
  for (let i = 0, n = arrayLength(code); i < n; i++) {
    const place = placeOf(debug, i);
    const mark = place !== undefined && place.line !== line ? `  # line ${place.line}` : '';
    line = place?.line ?? line;
    lines.push(`  %${i + 1} = ${codeText(arrayGetRef(code, i), describeObject)}${mark}`);
  }
  return lines.join('\n');
}

/** The methods of a function or type of Main as text; undefined if Main has no such name. */
export function methodsText(name: string): string | undefined {
  const callee = globalValue(MainModule, symbol(name));
  if (callee === 0) return undefined;
  const methods = methodsOfCallee(isType(callee) ? typeTypeOf(callee) : typeOf(callee), currentWorld());
  // The type of every callee also has the methods of its supertypes; those are not the function's own.
  const own = methods.filter((method) => isType(callee) || methodNameOf(method) === name);
  return own.reverse().map(methodText).join('\n\n');
}
