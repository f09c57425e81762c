// Entering native code: a loaded method's generic entry, as a function to JavaScript.
//
// All entries have one C prototype, so koffi needs to be told about it once, and an entry costs what a call of two
// integers costs. The caller owns the slots (docs/native-abi.md), and knows from the method's record what they hold.

import type { Address } from '../../ffi/address.ts';
import { koffi } from '../../ffi/koffi.ts';

/**
 * Enters native code.
 *
 * @param args address of the argument slots, 8 bytes each
 * @param result address of the result slot, or of the bytes of a result that is larger
 * @returns 0 when the method returned, 1 when it threw: the exception is in the thread state
 */
export type Entry = (args: Address, result: Address) => number;

const prototype = koffi.proto('int32_t jl0_entry(uint64_t args, uint64_t result)');

/** The function at the address of a generic entry. */
export function entryAt(address: Address): Entry {
  return koffi.decode(BigInt(address), prototype) as Entry;
}
