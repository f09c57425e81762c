// Stubs: how code reaches a function that is more than 2 GiB away.
//
// A call of x86-64 has 32 bits for the distance. The heap's and the code's region lie far from the libraries, so a call of
// an outside function goes to a stub next to the code, which jumps by way of the table of addresses. The table's entries
// hold whole addresses, so nothing is out of reach.

export const STUB_BYTES = 16;
/** Bytes of the trap, which stands for whatever could not be resolved. */
export const TRAP_BYTES = 16;

/** `jmp *distance(%rip)`, then traps up to the end of the stub; the distance is that from the stub to the entry. */
export function stubCode(distance: number): Uint8Array {
  const bytes = new Uint8Array(STUB_BYTES).fill(0xcc);
  bytes.set([0xff, 0x25]);
  new DataView(bytes.buffer).setInt32(2, distance - 6, true);
  return bytes;
}

/** `ud2`: the process ends by SIGILL. Only methods that were refused can get here, and nothing enters them. */
export function trapCode(): Uint8Array {
  const bytes = new Uint8Array(TRAP_BYTES).fill(0xcc);
  bytes.set([0x0f, 0x0b]);
  return bytes;
}
