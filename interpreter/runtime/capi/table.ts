// The C API: `jl_*` functions, which in Julia are C and here are TypeScript.
//
// A `ccall` of a name in this table does not reach C: the runtime answers it (a few functions of libc are done here because
// a call costs more than what they do; bytes.ts). Implementations are functions on slots, like
// builtins; the signature is kept beside each, so that compiled code can reach the same function through a callback and
// a trace can show its arguments. A `jl_*` name that is not in the table is an error that says so.

import type { Ref } from '../../memory/layout.ts';

/** As a SlotFunction; `declared` is the result type that the ccall declares. */
export type RuntimeCall = (args: Int32Array, n: number, result: number, declared: Ref) => void;

export interface RuntimeFunction {
  readonly name: string;
  /** Result and argument types in C, for documentation, tracing, and calls from compiled code. */
  readonly signature: string;
  readonly call: RuntimeCall;
  /** C has the function too, under the same name and for the same arguments: compiled code calls that one. */
  readonly isOfC: boolean;
}

const table = new Map<string, RuntimeFunction>();

/** Adds functions to the table: name, C signature, implementation; `isOfC`: of libc, only done here as well. */
export function defineRuntimeFunctions(
  functions: Readonly<Record<string, readonly [signature: string, call: RuntimeCall]>>,
  isOfC = false,
): void {
  for (const [name, [signature, call]] of Object.entries(functions)) table.set(name, { name, signature, call, isOfC });
}

/** The runtime's own function of a name, if it has one. */
export const runtimeFunction = (name: string): RuntimeFunction | undefined => table.get(name);

/** Names that belong to the runtime whether it has them or not: they are never looked for in libraries. */
export const isRuntimeName = (name: string): boolean => /^(jl_|ijl_|julia_)/.test(name);

/** The whole table, by name. */
export const runtimeFunctions = (): readonly RuntimeFunction[] => [...table.values()];
