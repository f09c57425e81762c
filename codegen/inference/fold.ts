// Folding: running a pure builtin or intrinsic while compiling, on constants.
//
// What a builtin computes is not written down a second time: it is the VM's own function, given slots above the innermost
// frame. An exception means that the call always throws.

import type { Ref } from '../../interpreter/memory/layout.ts';
import { InternalError, JuliaException } from '../../interpreter/runtime/errors.ts';
import { builtins, type SlotFunction } from '../../interpreter/vm/builtin.ts';
import { machine } from '../../interpreter/vm/frames.ts';
import { setSlot, slotRef } from '../../interpreter/vm/slots.ts';

/** Builtins without side effects whose results depend on their arguments alone. */
const foldable: ReadonlySet<string> = new Set([
  '===',
  'typeof',
  'sizeof',
  'isa',
  '<:',
  'nfields',
  'fieldtype',
  'apply_type',
  'ifelse',
  'tuple',
  'svec',
  'typeassert',
  '_svec_len',
  '_svec_ref',
]);

export const isFoldableBuiltin = (name: string): boolean => foldable.has(name);

/** Intrinsics that touch memory, or the process. */
const impure: ReadonlySet<string> = new Set([
  'pointerref',
  'pointerset',
  'atomic_fence',
  'atomic_pointerref',
  'atomic_pointerset',
  'atomic_pointerswap',
  'atomic_pointermodify',
  'atomic_pointerreplace',
  'cglobal',
  'llvmcall',
]);

export const isPureIntrinsic = (name: string): boolean => !impure.has(name);

/** The value of a call, or null if it throws. */
export function fold(leaf: SlotFunction, args: readonly Ref[]): Ref | null {
  const start = machine.sp;
  const words = new Int32Array(args.length);
  const result = start;
  args.forEach((arg, i) => {
    words[i] = start + 4 + 4 * i;
    setSlot(words[i], arg);
  });
  machine.sp = start + 8 + 4 * args.length;
  try {
    leaf(words, args.length, result);
    return slotRef(result);
  } catch (error) {
    if (error instanceof JuliaException) return null;
    throw error;
  } finally {
    machine.sp = start;
  }
}

/** What a builtin of this name gives for these arguments, which it is known to take. */
export function foldNamed(name: string, args: readonly Ref[]): Ref {
  const leaf = builtins.get(name);
  const value = leaf === undefined ? null : fold(leaf, args);
  if (value === null) throw new InternalError(`the builtin ${name} does not take its arguments`);
  return value;
}
