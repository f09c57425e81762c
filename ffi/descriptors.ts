// File descriptors, exchanged: what is written to one goes to another for a while.
//
// Node has no dup2, and what C code writes goes to the descriptor, not to a stream of Node's.

import { thisProcess } from './koffi.ts';

const dup = thisProcess.func('dup', 'int', ['int']);
const dup2 = thisProcess.func('dup2', 'int', ['int', 'int']);
const close = thisProcess.func('close', 'int', ['int']);
const flush = thisProcess.func('fflush', 'int', ['uintptr_t']);

/** Runs `body` while descriptor `from` leads to where `to` does. What C's own streams hold is flushed before and after. */
export function redirected<T>(from: number, to: number, body: () => T): T {
  flush(0);
  const kept = dup(from);
  if (kept < 0 || dup2(to, from) < 0) throw new Error(`descriptor ${from} cannot be redirected`);
  try {
    return body();
  } finally {
    flush(0);
    dup2(kept, from);
    close(kept);
  }
}
