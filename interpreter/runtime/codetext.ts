// A CodeInfo of the heap as Julia shows it: what `show(io, ::CodeInfo)` of the library prints.
//
// The form is ir/print.ts's; the text of values and of quoted code is the library's, which is asked for it. What a call is
// labelled (builtin, intrinsic, dynamic) follows from what is known for certain: in code that was inferred, constant
// globals and inferred types; in code that was only lowered, which holds for every world, builtins of Core alone.

import { type CodeInfo, SlotNumber, SSAValue } from '../ir/code.ts';
import { codeFromHeap } from '../ir/fromheap.ts';
import { moduleOf, toHeap } from '../ir/heap.ts';
import { type CalleeKind, printCode, staticCalleeKind } from '../ir/print.ts';
import { type CodeInfoRef, type Ref, readRef, type StringRef, type SymbolRef, typeOf } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { root, rootScope } from '../memory/roots.ts';
import { datatype } from '../memory/wellknown.ts';
import { type Expr, GlobalRef, HeapValue, ModuleRef, type Syntax, sym } from '../syntax/expr.ts';
import { call } from '../vm/calls.ts';
import { currentWorld, getBinding, isConstKind, resolutionValue, resolveBinding } from './bindings.ts';
import { symbol, symbolName } from './symbols.ts';
import { stringText } from './values.ts';

/**
 * The text of `info`.
 *
 * @param textOf a function of Julia's: the text of any value
 * @param lines whether source lines are shown
 */
export function codeText(info: CodeInfoRef, textOf: Ref, lines: boolean): string {
  return rootScope(() => {
    const code = codeFromHeap(info);
    const ask = (object: Ref): string => stringText(call(textOf, [object]) as StringRef);
    return printCode(code, {
      exact: false,
      heapText: (value) => (value.ref === 0 ? '#undef' : ask(value.ref as Ref)),
      quoted: (value) => ask(root(toHeap(value))),
      calleeKind: (expr) => calleeKind(code, expr),
      lines,
    });
  });
}

function calleeKind(code: CodeInfo, expr: Expr): CalleeKind {
  const [callee] = expr.args;
  if (code.ssavaluetypes === null && !(callee instanceof HeapValue)) return staticCalleeKind(expr);
  const value = constantOf(code, callee);
  if (value === 0) return 'dynamic';
  if (typeOf(value) === datatype('IntrinsicFunction')) return 'intrinsic';
  if (readRef(typeOf(value), objects.DataType.super) !== datatype('Builtin')) return 'dynamic';
  return dispatches(code, value, expr) ? 'dynamic builtin' : 'builtin';
}

/** The one value that an operand can have; 0 if that is not known. */
function constantOf(code: CodeInfo, x: Syntax | undefined): Ref {
  if (x instanceof HeapValue) return x.ref as Ref;
  if (x instanceof GlobalRef) {
    const resolution = resolveBinding(getBinding(moduleOf(x.module), symbol(x.name.name)), currentWorld());
    return isConstKind(resolution.kind) ? resolutionValue(resolution) : (0 as Ref);
  }
  const type = typeOfOperand(code, x);
  return type !== 0 && typeOf(type) === datatype('DataType') ? readRef(type, objects.DataType.instance) : (0 as Ref);
}

/** The inferred type of an operand, 0 where there is none. */
function typeOfOperand(code: CodeInfo, x: Syntax | undefined): Ref {
  const type =
    x instanceof SSAValue
      ? code.ssavaluetypes?.[x.id - 1]
      : x instanceof SlotNumber
        ? code.slottypes?.[x.id - 1]
        : undefined;
  return type instanceof HeapValue ? (type.ref as Ref) : (0 as Ref);
}

/** Does a builtin call a function that has to be looked up? */
function dispatches(code: CodeInfo, builtin: Ref, expr: Expr): boolean {
  const named = (name: string): boolean =>
    builtin === constantOf(code, new GlobalRef(new ModuleRef('Core'), sym(name)));
  if (named('invoke_in_world') || named('_call_in_world_total') || named('invokelatest')) return true;
  if (!named('_apply_iterate') || expr.args.length < 3) return false;
  const callee = constantOf(code, expr.args[2]);
  if (callee === 0 || readRef(typeOf(callee), objects.DataType.super) !== datatype('Builtin')) return true;
  return !expr.args.slice(3).every((arg) => spreads(typeOfOperand(code, arg)));
}

const spread = new Set(['Tuple', 'Array', 'GenericMemory', 'SimpleVector', 'NamedTuple']);

/** Are elements of this type spread without asking `iterate`? */
function spreads(type: Ref): boolean {
  if (type === 0 || typeOf(type) !== datatype('DataType')) return false;
  return spread.has(symbolName(readRef<SymbolRef>(readRef(type, objects.DataType.name), objects.TypeName.name)));
}
