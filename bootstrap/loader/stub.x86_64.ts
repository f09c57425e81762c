// Stubs: how code reaches a function that is more than 2 GiB away.
//
// A call of x86-64 has 32 bits for the distance. The heap's and the code's region lie far from the libraries, so a call of
// an outside function goes to a stub next to the code, which jumps by way of the table of addresses. The table's entries
// hold whole addresses, so nothing is out of reach.

import { type Address, bytesAt, offsetBy, writeU32 } from '../../ffi/address.ts';

export const STUB_BYTES = 16;
/** Bytes of the trap, which stands for whatever could not be resolved. */
export const TRAP_BYTES = 16;

/** `jmp *entry(%rip)`, then traps up to the end of the stub. The entry must be within 2 GiB. */
export function writeStub(at: Address, entry: Address): void {
  const bytes = bytesAt(at, STUB_BYTES);
  bytes.fill(0xcc);
  bytes.set([0xff, 0x25]);
  writeU32(offsetBy(at, 2), entry - (at + 6));
}

/** `ud2`: the process ends by SIGILL. Only methods that were refused can get here, and nothing enters them. */
export function writeTrap(at: Address): void {
  const bytes = bytesAt(at, TRAP_BYTES);
  bytes.fill(0xcc);
  bytes.set([0x0f, 0x0b]);
}

/** Calls its first argument with the others: mov rax, rdi; mov rdi, rsi; mov rsi, rdx; jmp rax */
export const enterCode = Uint8Array.of(0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0xff, 0xe0);
