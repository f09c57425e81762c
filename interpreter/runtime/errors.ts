// Throwing Julia exceptions from the runtime.
//
// A Julia exception in flight is a JuliaException on the JavaScript side: the reference of the thrown object and the
// place where the VM stood. It is not a JavaScript Error: those are our own failures (InternalError), and never reach
// Julia code. The objects are built from the layouts that boot.jl declares for them; the fields are set by position.

import { U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import { type ModuleRef, type Ref, type SymbolRef, setRefAt } from '../memory/layout.ts';
import { datatype, type WellKnownTypeName } from '../memory/wellknown.ts';
import { runningWorld } from '../vm/frames.ts';
import { symbol } from './symbols.ts';
import { boxInt64, string } from './values.ts';

/** A thrown Julia object on its way to a handler. */
export class JuliaException {
  readonly exception: Ref;
  /** True when an exception already on the stack is thrown again: its backtrace is kept. */
  readonly rethrown: boolean;
  constructor(exception: Ref, rethrown = false) {
    this.exception = exception;
    this.rethrown = rethrown;
  }
}

/** A failed invariant of jl0 itself. Stops the program with a report; Julia code cannot catch it. */
export class InternalError extends Error {
  override name = 'InternalError';
}

/** Throws a Julia object. */
export function throwValue(exception: Ref): never {
  throw new JuliaException(exception);
}

function exceptionOf(name: WellKnownTypeName, fields: readonly Ref[]): Ref {
  const exception = allocate(datatype(name), Math.max(8, 8 * fields.length));
  for (let i = 0; i < fields.length; i++) setRefAt(exception, i, fields[i]);
  return exception;
}

/** `throw(ErrorException(message))` */
export function throwError(message: string): never {
  return throwValue(exceptionOf('ErrorException', [string(message)]));
}

/** `throw(ArgumentError(message))` */
export function throwArgumentError(message: string): never {
  return throwValue(exceptionOf('ArgumentError', [string(message)]));
}

/** `throw(TypeError(func, context, expected, got))` */
export function throwTypeError(func: string, expected: Ref, got: Ref, context = ''): never {
  return throwValue(exceptionOf('TypeError', [symbol(func), string(context), expected, got]));
}

/** A TypeError whose context is a symbol, as keyword arguments and fields give it. */
export function throwTypeErrorIn(func: string, context: Ref, expected: Ref, got: Ref): never {
  return throwValue(exceptionOf('TypeError', [symbol(func), context, expected, got]));
}

/** `throw(BoundsError(collection, index))`, `index` from 1. */
export function throwBoundsError(collection: Ref, index: number): never {
  return throwValue(exceptionOf('BoundsError', [collection, boxInt64(index)]));
}

export function throwBoundsErrorAt(collection: Ref, index: Ref): never {
  return throwValue(exceptionOf('BoundsError', [collection, index]));
}

/** `throw(UndefVarError(name, world, scope))`, with the world of the code that runs. */
export function throwUndefVar(name: SymbolRef, scope: Ref | ModuleRef): never {
  const exception = allocate(datatype('UndefVarError'), 24);
  setRefAt(exception, 0, name);
  const world = runningWorld();
  U32[(exception << 1) + 2] = world;
  U32[(exception << 1) + 3] = Math.floor(world / 2 ** 32);
  setRefAt(exception, 2, scope);
  return throwValue(exception);
}

/** `throw(UndefRefError())` and the other exceptions without fields. */
export function throwPlain(
  name: 'UndefRefError' | 'DivideError' | 'StackOverflowError' | 'OutOfMemoryError' | 'InterruptException',
): never {
  return throwValue(exceptionOf(name, []));
}

/** `throw(FieldError(type, field))` */
export function throwFieldError(type: Ref, field: SymbolRef): never {
  return throwValue(exceptionOf('FieldError', [type, field]));
}

/** `throw(MethodError(f, args, world))` */
export function throwMethodError(f: Ref, args: Ref, world: number): never {
  const exception = allocate(datatype('MethodError'), 24);
  setRefAt(exception, 0, f);
  setRefAt(exception, 1, args);
  U32[(exception << 1) + 4] = world;
  U32[(exception << 1) + 5] = Math.floor(world / 2 ** 32);
  return throwValue(exception);
}

/** `throw(InexactError(func, T, value))`: the type and the value are its `args` tuple's svec in Core's constructor. */
export function throwInexact(func: string, type: Ref, value: Ref, makeTuple: (values: Ref[]) => Ref): never {
  return throwValue(exceptionOf('InexactError', [symbol(func), makeTuple([type, value])]));
}

/** `throw(OverflowError(message))`, `DomainError(value, message)` and the like: one or two references. */
export function throwException(name: WellKnownTypeName, ...fields: Ref[]): never {
  return throwValue(exceptionOf(name, fields));
}

/** A builtin was called with the wrong number of arguments: an ArgumentError with Julia's text. */
export function throwTooFewArguments(func: string, expected: number): never {
  return throwArgumentError(`${func}: too few arguments (expected ${expected})`);
}

export function throwTooManyArguments(func: string, expected: number): never {
  return throwArgumentError(`${func}: too many arguments (expected ${expected})`);
}
