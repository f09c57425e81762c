// The functions of the runtime that compiled code calls: TypeScript behind C function pointers.
//
// Each is registered when an object first asks for it. None may throw through native frames: a Julia exception is left in
// the thread state, with `pending` set, and compiled code throws it when the function has returned. An error of jl0 itself
// is kept aside, travels as an exception as well, and is thrown again where native code was entered.

import { SITE_COUNT, SITE_HEADER, SITE_MISSES, SITE_WAYS, siteBytes, wayBytes } from '../../codegen/emit/dispatch.ts';
import { plainExceptions } from '../../codegen/emit/intrinsics.ts';
import { OFFSET_EXCEPTION, OFFSET_PENDING } from '../../codegen/emit/thread-state.ts';
import {
  type Address,
  fillBytes,
  offsetBy,
  readAddress,
  readU32,
  toAddress,
  writeAddress,
  writeU32,
} from '../../ffi/address.ts';
import {
  keepPendingException,
  registerCallback,
  takePendingException,
  watchPendingException,
} from '../../ffi/callback.ts';
import { type CSignature, cInt64, cPointer, cUInt8, cVoid } from '../../ffi/ctype.ts';
import { REGION_BASE, REGION_HIGH, U32 } from '../../ffi/region.ts';
import { addressInSlot, slotI32, slotU32 } from '../../ffi/slots.ts';
import { allocate } from '../../interpreter/memory/heap.ts';
import {
  type DataTypeRef,
  type Ref,
  type SvecRef,
  type SymbolRef,
  typeOf,
  writeWide,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { registerRoots, registerWeakMap } from '../../interpreter/memory/roots.ts';
import { STATE_OFFSET, State } from '../../interpreter/memory/state.ts';
import { datatype, nothing } from '../../interpreter/memory/wellknown.ts';
import { newMemory } from '../../interpreter/runtime/builtins/memory.ts';
import { runtimeFunction } from '../../interpreter/runtime/capi/table.ts';
import {
  InternalError,
  JuliaException,
  throwBoundsError,
  throwPlain,
  throwTypeError,
  throwUndefVar,
} from '../../interpreter/runtime/errors.ts';
import { isKindType } from '../../interpreter/runtime/methods.ts';
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { boxedFieldAt, egal, fieldCount, instanceIsA } from '../../interpreter/types/index.ts';
import { call, instanceForCall } from '../../interpreter/vm/calls.ts';
import { makeCFunction } from '../../interpreter/vm/cfunction.ts';
import { collectIfDue, enterNativeCode, leaveNativeCode } from '../../interpreter/vm/collection.ts';
import { newObject } from '../../interpreter/vm/evaluate.ts';
import { exceptionDepth, popExceptionsTo, pushException } from '../../interpreter/vm/exceptions.ts';
import { backtrace, machine } from '../../interpreter/vm/frames.ts';
import { enterScope, leaveScopesTo } from '../../interpreter/vm/incidents.ts';
import { setSlot, slotRef } from '../../interpreter/vm/slots.ts';

/** Address of the thread state. */
export const threadState: Address = toAddress(REGION_BASE + STATE_OFFSET + State.thread_state);
const THREAD = (STATE_OFFSET + State.thread_state) >>> 2;
const EXCEPTION = THREAD + (OFFSET_EXCEPTION >>> 2);
const PENDING = THREAD + (OFFSET_PENDING >>> 2);

/** The last exception that went from the runtime into native code, with its backtrace; and an error of ours. */
let travelling: JuliaException | null = null;
let failure: { readonly error: unknown } | null = null;

/** Leaves an exception for compiled code to throw. */
function leaveException(error: unknown): void {
  if (error instanceof JuliaException) {
    travelling = error;
    setException(error.exception);
  } else {
    failure ??= { error };
    setException(nothing);
  }
  U32[PENDING] = 1;
}

function setException(exception: Ref): void {
  U32[EXCEPTION] = exception << 3;
  U32[EXCEPTION + 1] = REGION_HIGH;
}

// What a callback throws while compiled code waits for C is seen there as well: in the thread state.
watchPendingException((error, isPending) => {
  if (isPending) leaveException(error);
  else {
    U32[PENDING] = 0;
    failure = null;
  }
});

/** What native code has thrown and not caught: thrown on, as JavaScript throws it. */
export function rethrowFromNative(): never {
  takePendingException();
  U32[PENDING] = 0;
  throw thrownByNative();
}

/** What is in the thread state, as JavaScript throws it. */
function thrownByNative(): unknown {
  if (failure !== null) {
    const { error } = failure;
    failure = null;
    return error;
  }
  const exception = (U32[EXCEPTION] >>> 3) as Ref;
  const known = travelling;
  travelling = null;
  return known !== null && known.exception === exception ? known : new JuliaException(exception);
}

// Arguments and results in the border's slots.

const refArgument = <T extends Ref = Ref>(base: number, index: number): T =>
  (slotU32[2 * (base + 1 + index)] >>> 3) as T;
const intArgument = (base: number, index: number): number => {
  const at = 2 * (base + 1 + index);
  return slotI32[at + 1] * 2 ** 32 + slotU32[at];
};

function giveRef(base: number, value: Ref): void {
  slotU32[2 * base] = value << 3;
  slotU32[2 * base + 1] = value === 0 ? 0 : REGION_HIGH;
}

function giveInt(base: number, value: number): void {
  slotU32[2 * base] = value;
  slotU32[2 * base + 1] = Math.floor(value / 2 ** 32);
}

/** The objects in a list of `count` references in memory. */
function refsAt(list: Address, count: number): Ref[] {
  const refs: Ref[] = [];
  for (let i = 0; i < count; i++) refs.push(((readAddress(offsetBy(list, 8 * i)) - REGION_BASE) / 8) as Ref);
  return refs;
}

interface Definition {
  readonly signature: CSignature;
  readonly run: (base: number) => void;
}

const define = (result: CSignature['result'], args: CSignature['args'], run: (base: number) => void): Definition => ({
  signature: { result, args },
  run,
});

const definitions: Readonly<Record<string, Definition>> = {
  call: define(cPointer, [cPointer, cInt64], (base) => {
    const [f, ...args] = refsAt(addressInSlot(base + 1), intArgument(base, 1));
    giveRef(base, call(f, args));
  }),
  dispatch: define(cPointer, [cPointer, cInt64, cPointer], (base) => {
    const objects = refsAt(addressInSlot(base + 1), intArgument(base, 1));
    learnCall(addressInSlot(base + 3), objects);
    const [f, ...args] = objects;
    giveRef(base, call(f, args));
  }),
  new_struct: define(cPointer, [cPointer, cInt64], (base) => {
    const [type, ...fields] = refsAt(addressInSlot(base + 1), intArgument(base, 1));
    giveRef(
      base,
      inSlots(fields, (words, result) => newObject(type as DataTypeRef, words, fields.length, result)),
    );
  }),
  new_splat: define(cPointer, [cPointer, cInt64], (base) => {
    const [type, tuple] = refsAt(addressInSlot(base + 1), 2);
    const fields = Array.from({ length: fieldCount(typeOf(tuple)) }, (_, i) => boxedFieldAt(tuple, i));
    giveRef(
      base,
      inSlots(fields, (words, result) => newObject(type as DataTypeRef, words, fields.length, result)),
    );
  }),
  cfunction: define(cPointer, [cPointer, cInt64], (base) => {
    const [type, f, result, types] = refsAt(addressInSlot(base + 1), 4);
    const word = machine.sp;
    machine.sp += 4;
    try {
      makeCFunction(type as DataTypeRef, f, result, types as SvecRef, word);
      if (U32[word + 2] === 0) giveRef(base, slotRef(word));
      else {
        slotU32[2 * base] = U32[word];
        slotU32[2 * base + 1] = U32[word + 1];
      }
    } finally {
      machine.sp = word;
    }
  }),
  report_not_reached: define(cVoid, [], () => {
    throw new InternalError('compiled code went on where inference says that it does not');
  }),
  callback_threw: define(cVoid, [], () => {
    keepPendingException(thrownByNative());
  }),
  allocate: define(cPointer, [cPointer, cInt64], (base) => {
    collectIfDue();
    giveRef(base, allocate(refArgument(base, 0), intArgument(base, 1)));
  }),
  new_string: define(cPointer, [cInt64], (base) => {
    collectIfDue();
    giveRef(base, newString(intArgument(base, 0)));
  }),
  new_memory: define(cPointer, [cPointer, cInt64], (base) => {
    collectIfDue();
    giveRef(base, newMemory(refArgument<DataTypeRef>(base, 0), intArgument(base, 1)));
  }),
  egal: define(cUInt8, [cPointer, cPointer], (base) => {
    giveInt(base, egal(refArgument(base, 0), refArgument(base, 1)) ? 1 : 0);
  }),
  isa: define(cUInt8, [cPointer, cPointer], (base) => {
    giveInt(base, instanceIsA(refArgument(base, 0), refArgument(base, 1)) ? 1 : 0);
  }),
  throw_plain: define(cVoid, [cInt64], (base) => {
    throwPlain(plainExceptions[intArgument(base, 0)]);
  }),
  throw_bounds: define(cVoid, [cPointer, cInt64], (base) => {
    throwBoundsError(refArgument(base, 0), intArgument(base, 1));
  }),
  throw_type: define(cVoid, [cPointer, cPointer, cPointer], (base) => {
    throwTypeError(symbolName(refArgument<SymbolRef>(base, 0)), refArgument(base, 1), refArgument(base, 2));
  }),
  throw_undef_var: define(cVoid, [cPointer, cPointer], (base) => {
    throwUndefVar(refArgument<SymbolRef>(base, 0), refArgument(base, 1));
  }),
  push_exception: define(cInt64, [cInt64], (base) => {
    takePendingException();
    leaveScopesTo(intArgument(base, 0));
    const depth = exceptionDepth();
    pushException((U32[EXCEPTION] >>> 3) as Ref, backtrace());
    giveInt(base, depth);
  }),
  enter_scope: define(cVoid, [cPointer], (base) => {
    setSlot(machine.sp, refArgument(base, 0));
    enterScope(machine.sp, machine.sp);
  }),
  leave_scopes: define(cVoid, [cInt64], (base) => {
    leaveScopesTo(intArgument(base, 0));
  }),
  pop_exceptions: define(cVoid, [cInt64], (base) => {
    popExceptionsTo(intArgument(base, 0));
  }),
  foreign: define(cPointer, [cPointer, cPointer, cPointer, cInt64], (base) => {
    const name = symbolName(refArgument<SymbolRef>(base, 0));
    const declared = refArgument(base, 1);
    const args = refsAt(addressInSlot(base + 3), intArgument(base, 3));
    giveRef(base, callRuntimeFunction(name, declared, args));
  }),
};

/** Calls a `jl_*` function as the interpreter does. */
function callRuntimeFunction(name: string, declared: Ref, args: readonly Ref[]): Ref {
  const found = runtimeFunction(name);
  if (found === undefined) throw new InternalError(`compiled code calls ${name}, which the runtime has not`);
  const value = inSlots(args, (words, result) => found.call(words, args.length, result, declared));
  return value === 0 || declared === datatype('Nothing') ? nothing : value;
}

/** Runs something with objects in slots above the innermost frame, and a slot for the result. */
function inSlots(args: readonly Ref[], body: (words: Int32Array, result: number) => void): Ref {
  const start = machine.sp;
  const words = new Int32Array(args.length + 4);
  args.forEach((arg, i) => {
    words[i] = start + 4 + 4 * i;
    setSlot(words[i], arg);
  });
  U32[start] = 0;
  U32[start + 2] = 0;
  machine.sp = start + 8 + 4 * args.length;
  try {
    body(words, start);
    return slotRef(start);
  } finally {
    machine.sp = start;
  }
}

/** A string of `length` bytes, all zero. */
function newString(length: number): Ref {
  const string = allocate(datatype('String'), objects.JuliaString.$size + length + 1);
  writeWide(string, objects.JuliaString.length, length);
  return string;
}

/** What gives the function from objects to an object, by method instance: what a call site may learn. */
const boxedCode = new Map<Ref, (() => Address | undefined)[]>();
registerWeakMap(boxedCode);
/** The sites that have learned something, with their sizes, and the types whose addresses they hold. */
const taughtSites = new Map<Address, { readonly bytes: number; readonly types: Ref[] }>();
registerRoots((visit) => {
  for (const { types } of taughtSites.values()) for (const type of types) visit(type);
});

/** Lets call sites in compiled code reach a method's code directly. */
export function offerCode(instance: Ref, code: () => Address | undefined): void {
  const offers = boxedCode.get(instance);
  if (offers === undefined) boxedCode.set(instance, [code]);
  else offers.push(code);
}

/** Makes all call sites ask again. */
export function emptySites(): void {
  for (const [site, { bytes }] of taughtSites) fillBytes(site, 0, bytes);
  taughtSites.clear();
}

/** Takes back all that was offered. */
export function withdrawCode(): void {
  boxedCode.clear();
  emptySites();
}

/** After so many questions without an answer a site is not taught any more. */
const MAX_MISSES = 16;

/** Teaches a call site where a call with these objects goes, if that is compiled code. */
function learnCall(site: Address, objects: readonly Ref[]): void {
  const misses = readU32(offsetBy(site, SITE_MISSES));
  const count = readU32(offsetBy(site, SITE_COUNT));
  if (misses > MAX_MISSES || count >= SITE_WAYS) return;
  let taught = taughtSites.get(site);
  if (taught === undefined) {
    taught = { bytes: siteBytes(objects.length), types: [] };
    taughtSites.set(site, taught);
  }
  writeU32(offsetBy(site, SITE_MISSES), misses + 1);
  // A type as an argument is told from others by more than its type.
  if (objects.some((object) => isKindType(typeOf(object)))) return;
  let instance: Ref = 0 as Ref;
  inSlots(objects, (words) => {
    instance = instanceForCall(words, objects.length);
  });
  let code: Address | undefined;
  for (const offer of boxedCode.get(instance) ?? []) code ??= offer();
  if (code === undefined) return;
  const way = offsetBy(site, SITE_HEADER + count * wayBytes(objects.length));
  writeAddress(way, code);
  for (let i = 0; i < objects.length; i++) {
    const type = typeOf(objects[i]);
    taught.types.push(type);
    writeAddress(offsetBy(way, 8 + 8 * i), toAddress(REGION_BASE + type * 8));
  }
  writeU32(offsetBy(site, SITE_COUNT), count + 1);
}

const registered = new Map<string, Address>();

/** The address of a function or variable of the runtime, or why there is none. */
export function runtimeAddress(name: string): Address | string {
  if (name === 'state') return toAddress(REGION_BASE + STATE_OFFSET);
  const known = registered.get(name);
  if (known !== undefined) return known;
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (definition === undefined) return 'the runtime has no such function';
  const guarded = (base: number): void => {
    // Whoever calls is compiled code, whose frames the collector has to look at.
    enterNativeCode();
    try {
      definition.run(base);
    } catch (error) {
      leaveException(error);
      giveInt(base, 0);
    } finally {
      leaveNativeCode();
    }
  };
  const { address } = registerCallback(definition.signature, guarded, `jl0 ${name}`, true);
  registered.set(name, address);
  return address;
}
