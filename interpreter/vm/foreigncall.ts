// FOREIGNCALL: calling C.
//
// The first execution of a site settles everything that does not depend on the arguments: the Julia types become C types,
// the name becomes an address (or a function of the runtime's own, for `jl_*` names), and each argument gets its
// conversion. After that a call moves bits from the VM's slots to those of the border, and the result back.

import { toAddress } from '../../ffi/address.ts';
import { isExceptionPending, takePendingException } from '../../ffi/callback.ts';
import type { CSignature } from '../../ffi/ctype.ts';
import { ForeignLibraryError, ForeignSymbolError, ForeignTypeError } from '../../ffi/error.ts';
import { findSymbol } from '../../ffi/libraries.ts';
import { type CallShape, callAt, callShape, type Plan, planFor } from '../../ffi/plan.ts';
import { U32 } from '../../ffi/region.ts';
import { closeFrame, openFrame } from '../../ffi/slots.ts';
import {
  type ArrayRef,
  type Ref,
  readRef,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  typeOf,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerRoots } from '../memory/roots.ts';
import { datatype, typename } from '../memory/wellknown.ts';
import { isRuntimeName, type RuntimeCall, runtimeFunction } from '../runtime/capi/table.ts';
import { argumentToC, cTypeOf, type FromC, resultFromC, type ToC } from '../runtime/ctypes.ts';
import { throwError, throwTypeErrorIn } from '../runtime/errors.ts';
import { loadField } from '../runtime/fieldaccess.ts';
import { symbol, symbolName } from '../runtime/symbols.ts';
import { arrayGetRef, arrayLength, stringText, svecGet, svecLength, unboxInt64 } from '../runtime/values.ts';
import { fieldCount } from '../types/fields.ts';
import { isTupleType, typeNameOf } from '../types/kinds.ts';
import { type Code, Op } from './code.ts';
import { operandRef } from './evaluate.ts';
import { frameInstance, machine } from './frames.ts';
import { slotRef } from './slots.ts';

/** What a site knows after its first execution, per method instance where its types depend on static parameters. */
interface Settled {
  readonly kind: 'settled';
  readonly count: number;
  /** A function of the runtime, called with the argument slots as they are. */
  readonly runtime: RuntimeCall | null;
  readonly declaredResult: Ref;
  readonly plan: Plan | null;
  readonly shape: CallShape | null;
  readonly toC: readonly ToC[];
  readonly fromC: FromC | null;
  /** True when the function is given by a pointer that is computed anew at each call. */
  readonly byPointer: boolean;
}

const FIRST_ARGUMENT = 6;
const scratch = new Int32Array(256);

/** Executes a FOREIGNCALL: [19, dst, site, n, object, 0, arguments...]. */
export function foreignCall(code: Code, pc: number, fp: number): void {
  const { ops } = code;
  const known = code.sites[ops[pc + 2]].data as Settled | SettledFor | null;
  const settled = known !== null && known.kind === 'settled' ? known : settleFor(code, pc, fp, known);
  const result = fp + ops[pc + 1];
  const { count } = settled;
  if (settled.runtime !== null) {
    for (let i = 0; i < count; i++) {
      const operand = ops[pc + FIRST_ARGUMENT + i];
      scratch[i] = operand >= 0 ? fp + operand : -operand;
    }
    settled.runtime(scratch, count, result, settled.declaredResult);
    return;
  }
  const { plan, shape, toC, fromC } = settled;
  if (shape === null || fromC === null) return;
  const base = openFrame(shape.frameSlots);
  try {
    for (let i = 0; i < count; i++) {
      const operand = ops[pc + FIRST_ARGUMENT + i];
      toC[i](operand >= 0 ? fp + operand : -operand, base + 1 + i);
    }
    const prepared = fromC.prepare === null ? (0 as Ref) : fromC.prepare(base);
    if (plan !== null) plan.call(base);
    else callAt(shape, pointerOperand(code, fp, code.objects[ops[pc + 4]]), base);
    if (isExceptionPending()) throwPending();
    fromC.take(base, result, prepared);
  } finally {
    closeFrame(base);
  }
}

/** C has returned; what a callback threw meanwhile goes on from here. */
function throwPending(): never {
  throw takePendingException()?.error;
}

const argsOf = (expr: Ref): ArrayRef => readRef<ArrayRef>(expr, objects.Expr.args);

/** What a site knows whose types, library or name depend on static parameters. */
interface SettledFor {
  readonly kind: 'by instance';
  readonly instances: Map<Ref, Settled>;
  /** The instance that was asked for last, and its answer. */
  instance: Ref;
  last: Settled;
}

function settleFor(code: Code, pc: number, fp: number, known: SettledFor | null): Settled {
  const instance = frameInstance(fp);
  if (known !== null && known.instance === instance) return known.last;
  const expr = code.objects[code.ops[pc + 4]];
  const settled = known?.instances.get(instance) ?? settle(code, fp, expr);
  if (known !== null) {
    known.instances.set(instance, settled);
    known.instance = instance;
    known.last = settled;
  } else {
    const isByInstance = mentionsStaticParameter(expr);
    code.sites[code.ops[pc + 2]].data = isByInstance
      ? { kind: 'by instance', instances: new Map([[instance, settled]]), instance, last: settled }
      : settled;
    if (!isByInstance && settled.runtime !== null) quickenCall(code.ops, pc, settled.runtime, settled);
  }
  return settled;
}

/** Calls of the runtime's own functions that RUNTIME_CALL instructions name by number. */
export const runtimeCalls: {
  readonly call: RuntimeCall;
  readonly count: number;
  readonly declaredResult: Ref;
}[] = [];

registerRoots((visit) => {
  for (const { declaredResult } of runtimeCalls) visit(declaredResult);
});

/** Rewrites a FOREIGNCALL of a function of the runtime's own: what it settled does not change. */
function quickenCall(ops: Int32Array, pc: number, call: RuntimeCall, { count, declaredResult }: Settled): void {
  if (call === runtimeFunction('jl_string_ptr')?.call && typeNameOf(declaredResult) === typename('Ptr')) {
    ops[pc + 5] = declaredResult;
    ops[pc] = Op.STRING_POINTER;
    return;
  }
  const isSame = (each: (typeof runtimeCalls)[0]): boolean =>
    each.call === call && each.count === count && each.declaredResult === declaredResult;
  const known = runtimeCalls.findIndex(isSame);
  ops[pc + 5] = known >= 0 ? known : runtimeCalls.push({ call, count, declaredResult }) - 1;
  ops[pc] = Op.RUNTIME_CALL;
}

/** Types, library and name may be computed from static parameters; then each instance has its own plan. */
function mentionsStaticParameter(expr: Ref): boolean {
  const args = argsOf(expr);
  const look = (value: Ref): boolean => {
    if (value === 0 || typeOf(value) !== datatype('Expr')) return false;
    if (symbolName(readRef<SymbolRef>(value, objects.Expr.head)) === 'static_parameter') return true;
    const inner = argsOf(value);
    for (let i = 0, n = arrayLength(inner); i < n; i++) if (look(arrayGetRef(inner, i))) return true;
    return false;
  };
  return [0, 1, 2].some((i) => look(arrayGetRef(args, i)));
}

function settle(code: Code, fp: number, expr: Ref): Settled {
  const args = argsOf(expr);
  const declaredResult = operandRef(code, fp, arrayGetRef(args, 1));
  const declared = operandRef(code, fp, arrayGetRef(args, 2)) as SvecRef;
  const required = unboxInt64(arrayGetRef(args, 3));
  const count = svecLength(declared);
  const target = functionTarget(code, fp, arrayGetRef(args, 0));
  if (target.kind === 'name' && (isRuntimeName(target.name) || runtimeFunction(target.name) !== undefined)) {
    const own = runtimeFunction(target.name);
    if (own === undefined) {
      throwError(`ccall: the runtime function ${target.name} is not part of jl0's C API`);
    }
    return {
      kind: 'settled',
      count,
      declaredResult,
      runtime: own.call,
      plan: null,
      shape: null,
      toC: [],
      fromC: null,
      byPointer: false,
    };
  }
  const types: Ref[] = [];
  for (let i = 0; i < count; i++) types.push(svecGet(declared, i));
  const signature: CSignature = {
    result: cTypeOf(declaredResult, true),
    args: types.map((type) => cTypeOf(type, false)),
    ...(required > 0 ? { fixed: required } : {}),
  };
  const toC = types.map((type, i) => argumentToC(type, i + 1));
  const fromC = resultFromC(declaredResult);
  try {
    if (target.kind === 'pointer') {
      return {
        kind: 'settled',
        count,
        declaredResult,
        runtime: null,
        plan: null,
        shape: callShape(signature),
        toC,
        fromC,
        byPointer: true,
      };
    }
    const address = findSymbol(target.name, target.library);
    const plan = planFor(address, signature, target.name, target.library);
    return {
      kind: 'settled',
      count,
      declaredResult,
      runtime: null,
      plan,
      shape: plan.shape,
      toC,
      fromC,
      byPointer: false,
    };
  } catch (error) {
    return throwForeign(error);
  }
}

/** What the border could not do is a Julia error with the border's text. */
export function throwForeign(error: unknown): never {
  if (
    error instanceof ForeignLibraryError ||
    error instanceof ForeignSymbolError ||
    error instanceof ForeignTypeError
  ) {
    return throwError(error.message);
  }
  throw error;
}

type FunctionTarget =
  | { readonly kind: 'name'; readonly name: string; readonly library: string }
  | { readonly kind: 'pointer' };

const textOf = (value: Ref): string | null => {
  if (typeOf(value) === datatype('Symbol')) return symbolName(value as SymbolRef);
  if (typeOf(value) === datatype('String')) return stringText(value as StringRef);
  return null;
};

/** What the first operand of a ccall names: a symbol, a (symbol, library) pair, or a pointer. */
function functionTarget(code: Code, fp: number, operand: Ref): FunctionTarget {
  if (typeOf(operand) === datatype('Expr')) {
    const inner = argsOf(operand);
    const parts: Ref[] = [];
    // (call Core.tuple name library)
    for (let i = 1, n = arrayLength(inner); i < n; i++) parts.push(operandRef(code, fp, arrayGetRef(inner, i)));
    return pairTarget(parts);
  }
  const value = operandRef(code, fp, operand);
  const type = typeOf(value);
  if (isTupleType(type)) {
    const parts: Ref[] = [];
    for (let i = 0, n = fieldCount(type); i < n; i++) {
      loadField(value, type, i, machine.sp);
      parts.push(slotRef(machine.sp));
    }
    return pairTarget(parts);
  }
  if (typeNameOf(type) === typename('Ptr')) return { kind: 'pointer' };
  const name = textOf(value);
  if (name === null)
    throwTypeErrorIn(
      'ccall',
      symbol('first argument not a pointer or valid constant expression'),
      datatype('Ptr'),
      value,
    );
  return { kind: 'name', name: name ?? '', library: '' };
}

function pairTarget(parts: readonly Ref[]): FunctionTarget {
  const name = textOf(parts[0]);
  const library = parts.length > 1 ? libraryName(parts[1]) : '';
  if (name === null) throwError('ccall: the function name is neither a Symbol nor a String');
  return { kind: 'name', name: name ?? '', library };
}

let libraryNameOf: (value: Ref) => string | null = () => null;
/** Installs how a library object (a LazyLibrary, a path object) gives its name. */
export function setLibraryNamer(namer: (value: Ref) => string | null): void {
  libraryNameOf = namer;
}

function libraryName(value: Ref): string {
  const text = textOf(value) ?? libraryNameOf(value);
  if (text === null) throwError('ccall: the library is neither a String nor a Symbol');
  return text ?? '';
}

/** The address that a pointer operand holds now. */
function pointerOperand(code: Code, fp: number, expr: Ref): ReturnType<typeof toAddress> {
  const value = operandRef(code, fp, arrayGetRef(argsOf(expr), 0));
  const address = toAddress(U32[(value << 1) + 1] * 2 ** 32 + U32[value << 1]);
  if (address === 0) throwError('ccall: the function pointer is null');
  return address;
}
