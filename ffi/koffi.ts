// koffi, configured once.
//
// koffi runs C on a stack of its own and fixes the size of that stack when the first library is loaded, so the setting
// has to come before any use. All of jl0 imports koffi from here, never from the package.
//
// koffi is asked for four things only: entry into machine code, one callback out of it, views of memory, and the handful
// of libc functions that the border itself needs. Why argument conversion is not among them is told in thunk.ts.

import koffi from 'koffi';

/** Bytes of C stack for foreign calls and native code; 16 MiB is the most koffi allows. A guard page ends it. */
export const foreignStackBytes = 16 * 1024 * 1024;

// An older Node ends the process over a view of this size, without a word that a user could act on.
if (Number.parseInt(process.versions.node, 10) < 24) {
  throw new Error(`jl0 needs Node 24 or newer; this is ${process.version}`);
}

koffi.config({ sync_stack_size: foreignStackBytes });

/** The running process: libc, libm, libstdc++ and what Node exports (libuv among it). */
export const thisProcess = koffi.load(null);

export { koffi };
