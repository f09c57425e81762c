// Entering native code: a loaded method's generic entry, as a function to JavaScript.
//
// All entries have one C prototype, so koffi is told about it once, and an entry costs what a call of three integers costs:
// where to go is the first of them. The caller owns the slots (docs/native-abi.md), and knows from the method's record what they hold.

import type { Address } from '../../ffi/address.ts';
import { installCode } from '../../ffi/code-memory.ts';
import { koffi } from '../../ffi/koffi.ts';
import { enterCode } from './enter-code.x86_64.ts';

/**
 * Enters native code.
 *
 * @param args address of the argument slots, 8 bytes each
 * @param result address of the result slot, or of the bytes of a result that is larger
 * @returns 0 when the method returned, 1 when it threw: the exception is in the thread state
 */
export type Entry = (args: Address, result: Address) => number;

type EnterAt = (entry: Address, args: Address, result: Address) => number;

let enterAt: EnterAt | undefined;

/** One function of C's for all entries: telling koffi of each would take as long as loading the code. */
function declareEnter(): EnterAt {
  const prototype = koffi.proto('int32_t jl0_enter(uint64_t entry, uint64_t args, uint64_t result)');
  return koffi.decode(BigInt(installCode(enterCode)), prototype) as EnterAt;
}

/** The function at the address of a generic entry. */
export function entryAt(address: Address): Entry {
  enterAt ??= declareEnter();
  const enter = enterAt;
  return (args, result) => enter(address, args, result);
}
