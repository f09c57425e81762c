// How much memory malloc has handed out.
//
// C libraries allocate behind our back; the only one who knows how much is malloc itself. glibc says it in mallinfo2
// (since 2.33; it answers for the arena of the main thread, which is where Julia code runs).

import { koffi, thisProcess } from './koffi.ts';

interface MallocInfo {
  /** Bytes in chunks that are in use, and in chunks that were mapped on their own. */
  readonly uordblks: number | bigint;
  readonly hblkhd: number | bigint;
}

let ask: (() => MallocInfo) | null | undefined;

function prepare(): (() => MallocInfo) | null {
  try {
    const names = 'arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost'.split(' ');
    const info = koffi.struct('jl0_mallinfo2', Object.fromEntries(names.map((name) => [name, 'size_t'])));
    const mallinfo2 = thisProcess.func('mallinfo2', info, []);
    return (): MallocInfo => mallinfo2();
  } catch {
    return null;
  }
}

/** Bytes that malloc has handed out and not got back; 0 where malloc does not say. */
export function mallocBytesInUse(): number {
  if (ask === undefined) ask = prepare();
  if (ask === null) return 0;
  const { uordblks, hblkhd } = ask();
  return Number(uordblks) + Number(hblkhd);
}
