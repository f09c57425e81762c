// The errors that making a type can raise in Julia code.
//
// Types are made below the part of the runtime that knows exceptions, so raising goes through handlers that the runtime
// installs. Until it does (in tests of this room), a `TypeSystemError` carries the same facts.
//
// Some operations try an instantiation and go on when Julia would raise (normalizing a UnionAll, intersecting
// parameters): they ask `isRaised` whether what they caught is a Julia error; anything else is a mistake of ours and
// passes through.

import type { Ref } from '../memory/layout.ts';

/** What the runtime does when Julia code makes a type that cannot be. None of the raisers returns. */
export interface TypeErrorHandlers {
  /**
   * Raises `TypeError(func, context, expected, got)`.
   *
   * @param func name of the operation or type; @param context what of it was wrong, `''` when there is nothing to say
   * @param expected a type, or the TypeVar whose bounds were violated
   */
  typeError(func: string, context: string, expected: Ref, got: Ref): never;
  /** Raises `ErrorException(message)`. */
  error(message: string): never;
  /** Raises `ArgumentError(message)`. */
  argumentError(message: string): never;
  /** True when a caught JavaScript value is a raised Julia exception. */
  isRaised(thrown: unknown): boolean;
}

/** A Julia error raised while no runtime has installed its handlers. */
export class TypeSystemError extends Error {
  readonly exception: 'TypeError' | 'ErrorException' | 'ArgumentError';
  readonly func: string;
  readonly context: string;
  readonly expected: Ref;
  readonly got: Ref;

  constructor(
    exception: TypeSystemError['exception'],
    message: string,
    func = '',
    context = '',
    expected: Ref = 0 as Ref,
    got: Ref = 0 as Ref,
  ) {
    super(message);
    this.exception = exception;
    this.func = func;
    this.context = context;
    this.expected = expected;
    this.got = got;
  }
}

let handlers: TypeErrorHandlers = {
  typeError(func, context, expected, got) {
    throw new TypeSystemError('TypeError', `in ${func}, in ${context}`, func, context, expected, got);
  },
  error(message) {
    throw new TypeSystemError('ErrorException', message);
  },
  argumentError(message) {
    throw new TypeSystemError('ArgumentError', message);
  },
  isRaised: (thrown) => thrown instanceof TypeSystemError,
};

/** Installs the runtime's way of raising. */
export function setTypeErrorHandlers(installed: TypeErrorHandlers): void {
  handlers = installed;
}

export function throwTypeError(func: string, context: string, expected: Ref, got: Ref): never {
  return handlers.typeError(func, context, expected, got);
}

export function throwError(message: string): never {
  return handlers.error(message);
}

export function throwArgumentError(message: string): never {
  return handlers.argumentError(message);
}

/** Runs `attempt`; when it raises a Julia error, gives `otherwise` instead. */
export function orElse<T>(attempt: () => T, otherwise: T): T {
  try {
    return attempt();
  } catch (thrown) {
    if (handlers.isRaised(thrown)) return otherwise;
    throw thrown;
  }
}
