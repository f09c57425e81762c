// How builtins and intrinsics are called.
//
// Both are JavaScript functions on slots: they get the words of their argument slots (without the function itself), how
// many there are, and the word of the slot that the result goes to. They read all arguments before they write the
// result, since it may share a slot with one. They must not let a collection happen (see memory/roots.ts).
//
// A few builtins (apply, invoke, ...) do not compute a value but say which call to make instead. They are `Redirect`s:
// they rewrite the argument list in place and the VM carries on with it, without recursion.

import type { Ref } from '../memory/layout.ts';

/** `args[i]` is the word of argument i's slot; only the first `n` entries count. */
export type SlotFunction = (args: Int32Array, n: number, result: number) => void;

/** A call that a builtin asks for: the words of callee and arguments are in `args`. */
export interface Redirection {
  /** Number of words in `args`, the callee included. */
  n: number;
  /** World in which to look for the method; 0 for the caller's. */
  world: number;
  /** MethodInstance to call instead of dispatching; 0 to dispatch. */
  target: Ref;
  /** True when there is nothing to call: the value is in the slot `args[0]`. */
  done?: boolean;
  /** A longer argument list than fits into `args`. */
  words?: Int32Array;
}

/** Rewrites `args` (arguments without the builtin itself) into the call to make: callee first. */
export type Redirect = (args: Int32Array, n: number, frame: number) => Redirection;

/** The most arguments (callee included) that a call may have. */
export const MAX_ARGUMENTS = 1 << 20;

/** Builtins by name; the bootstrap makes an instance of `typeof(name)` in Core for each. */
export const builtins = new Map<string, SlotFunction>();
/** Redirecting builtins by name. */
export const redirects = new Map<string, Redirect>();
/** Intrinsics by name, in the order of their numbers. */
export const intrinsics = new Map<string, SlotFunction>();

/** Registers builtins; a name may be registered once. */
export function defineBuiltins(table: Readonly<Record<string, SlotFunction>>): void {
  for (const [name, implementation] of Object.entries(table)) builtins.set(name, implementation);
}

export function defineRedirects(table: Readonly<Record<string, Redirect>>): void {
  for (const [name, implementation] of Object.entries(table)) redirects.set(name, implementation);
}

export function defineIntrinsics(table: Readonly<Record<string, SlotFunction>>): void {
  for (const [name, implementation] of Object.entries(table)) intrinsics.set(name, implementation);
}
