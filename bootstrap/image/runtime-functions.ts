// The functions of the runtime that compiled code calls: TypeScript behind C function pointers.
//
// Each is registered when an object first asks for it. None may throw through native frames: a Julia exception is left in
// the thread state, with `pending` set, and compiled code throws it when the function has returned. An error of jl0 itself
// is kept aside, travels as an exception as well, and is thrown again where native code was entered.

import { plainExceptions } from '../../codegen/emit/intrinsics.ts';
import { OFFSET_EXCEPTION, OFFSET_PENDING } from '../../codegen/emit/thread-state.ts';
import { type Address, offsetBy, readAddress, toAddress } from '../../ffi/address.ts';
import { registerCallback } from '../../ffi/callback.ts';
import { type CSignature, cInt64, cPointer, cUInt8, cVoid } from '../../ffi/ctype.ts';
import { REGION_BASE, REGION_HIGH, U32 } from '../../ffi/region.ts';
import { addressInSlot, slotI32, slotU32 } from '../../ffi/slots.ts';
import { allocate } from '../../interpreter/memory/heap.ts';
import { type DataTypeRef, type Ref, type SymbolRef, writeWide } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
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
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { egal, instanceIsA } from '../../interpreter/types/index.ts';
import { call } from '../../interpreter/vm/calls.ts';
import { exceptionDepth, popExceptionsTo, pushException } from '../../interpreter/vm/exceptions.ts';
import { backtrace, machine } from '../../interpreter/vm/frames.ts';
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

/** What native code has thrown and not caught: thrown on, as JavaScript throws it. */
export function rethrowFromNative(): never {
  U32[PENDING] = 0;
  if (failure !== null) {
    const { error } = failure;
    failure = null;
    throw error;
  }
  const exception = (U32[EXCEPTION] >>> 3) as Ref;
  const known = travelling;
  travelling = null;
  throw known !== null && known.exception === exception ? known : new JuliaException(exception);
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
  allocate: define(cPointer, [cPointer, cInt64], (base) => {
    giveRef(base, allocate(refArgument(base, 0), intArgument(base, 1)));
  }),
  new_string: define(cPointer, [cInt64], (base) => {
    giveRef(base, newString(intArgument(base, 0)));
  }),
  new_memory: define(cPointer, [cPointer, cInt64], (base) => {
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
  push_exception: define(cInt64, [], (base) => {
    const depth = exceptionDepth();
    pushException((U32[EXCEPTION] >>> 3) as Ref, backtrace());
    giveInt(base, depth);
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

/** Calls a `jl_*` function as the interpreter does, with arguments in slots above the innermost frame. */
function callRuntimeFunction(name: string, declared: Ref, args: readonly Ref[]): Ref {
  const found = runtimeFunction(name);
  if (found === undefined) throw new InternalError(`compiled code calls ${name}, which the runtime has not`);
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
    found.call(words, args.length, start, declared);
    const value = slotRef(start);
    return value === 0 || declared === datatype('Nothing') ? nothing : value;
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

const registered = new Map<string, Address>();

/** The address of a function or variable of the runtime, or why there is none. */
export function runtimeAddress(name: string): Address | string {
  if (name === 'state') return toAddress(REGION_BASE + STATE_OFFSET);
  const known = registered.get(name);
  if (known !== undefined) return known;
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (definition === undefined) return 'the runtime has no such function';
  const guarded = (base: number): void => {
    try {
      definition.run(base);
    } catch (error) {
      leaveException(error);
      giveInt(base, 0);
    }
  };
  const { address } = registerCallback(definition.signature, guarded, `jl0 ${name}`);
  registered.set(name, address);
  return address;
}
