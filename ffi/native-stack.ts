// The stacks of native code, as address ranges.
//
// While compiled code is on the stack and calls back, its frames hold references that nobody else may hold. The collector
// scans those stacks without asking what is on them, so all it needs is where they are: koffi runs calls on a stack of its
// own, and JavaScript's is the thread's. The stack pointer of a call made now through koffi lies below every frame that
// is still there; the kernel's table of mappings says where the stack ends.
//
// The instructions that read the stack pointer are x86-64's: this file is one for every architecture.

import { readFileSync } from 'node:fs';
import { type Address, toAddress } from './address.ts';
import { installCode } from './code-memory.ts';
import { koffi } from './koffi.ts';

/** mov rax, rsp; ret */
const readStackPointer = Uint8Array.of(0x48, 0x89, 0xe0, 0xc3);

let stackPointer: (() => number | bigint) | undefined;

interface StackRange {
  readonly from: Address;
  readonly bytes: number;
}

/** The parts of koffi's stack and of the main thread's stack that may hold frames, lowest address first in each. */
export function nativeStackRanges(): StackRange[] {
  stackPointer ??= koffi.decode(
    BigInt(installCode(readStackPointer)),
    koffi.proto('uint64_t jl0_stack_pointer()'),
  ) as () => bigint;
  const at = Number(BigInt.asUintN(64, BigInt(stackPointer())) & ~7n);
  const ranges: StackRange[] = [];
  for (const line of readFileSync('/proc/self/maps', 'latin1').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (match === null) continue;
    const start = Number.parseInt(match[1], 16);
    const end = Number.parseInt(match[2], 16);
    if (match[3] === '[stack]') ranges.push({ from: toAddress(start), bytes: end - start });
    else if (at >= start && at < end) ranges.push({ from: toAddress(at), bytes: end - at });
  }
  return ranges;
}
