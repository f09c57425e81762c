// Watching foreign calls.
//
// One listener at most hears of every call that goes through a plan: before it is made (so that a call that never
// returns is on record) and after. When there is none a call pays for one comparison. What a value means to a Julia
// program the border does not know: it hands on the bits, and decodes them only as C would.

import type { Address } from './address.ts';
import type { CSignature } from './ctype.ts';
import type { CValue } from './values.ts';

/** What is known of a call before it is made. */
export interface ForeignCall {
  readonly symbol: string;
  /** File of the library, '' for the process itself or a bare function pointer. */
  readonly library: string;
  readonly target: Address;
  readonly signature: CSignature;
  readonly args: readonly CValue[];
}

/** What is known of it afterwards. */
export interface ForeignReturn {
  readonly result: CValue;
  readonly errno: number;
  /** Time from before the call to after it, callbacks included, in nanoseconds. */
  readonly nanoseconds: number;
}

export interface ForeignCallListener {
  before(call: ForeignCall): void;
  after(call: ForeignCall, outcome: ForeignReturn): void;
}

/** Who listens; read by plans. */
export let foreignCallListener: ForeignCallListener | undefined;

/** Installs a listener, or removes it. @returns the one that was installed before, for whoever wants to pass calls on */
export function setForeignCallListener(listener: ForeignCallListener | undefined): ForeignCallListener | undefined {
  const before = foreignCallListener;
  foreignCallListener = listener;
  return before;
}
