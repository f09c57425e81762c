// The stack of caught exceptions.
//
// While a catch block runs, the exception it handles stays on a stack, so that `rethrow` and `current_exceptions` see
// it; `pop_exception` restores the depth that the matching `enter` noted. Each entry keeps the backtrace of where the
// exception was thrown.

import type { Ref } from '../memory/layout.ts';
import { registerRoots } from '../memory/roots.ts';
import type { FramePlace } from './frames.ts';

export interface CaughtException {
  readonly exception: Ref;
  readonly backtrace: readonly FramePlace[];
}

let stack: CaughtException[] = [];

export const exceptionDepth = (): number => stack.length;
export const currentExceptions = (): readonly CaughtException[] => stack;

export function pushException(exception: Ref, backtrace: readonly FramePlace[]): void {
  stack.push({ exception, backtrace });
}

export function popExceptionsTo(depth: number): void {
  stack.length = Math.min(stack.length, depth);
}

export const topException = (): CaughtException | undefined => stack.at(-1);

/** Replaces the whole stack: each task has its own. */
export function swapExceptionStack(other: CaughtException[]): CaughtException[] {
  const old = stack;
  stack = other;
  return old;
}

/** Visits what exceptions that are being handled keep alive: themselves, and the code that their backtraces are in. */
export function visitExceptions(exceptions: readonly CaughtException[], visit: (object: Ref) => void): void {
  for (const { exception, backtrace } of exceptions) {
    visit(exception);
    for (const { code, instance } of backtrace) {
      visit(code.source);
      if (instance !== 0) visit(instance);
    }
  }
}

registerRoots((visit) => visitExceptions(stack, visit));
