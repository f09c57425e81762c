// Ctrl-C while JavaScript does not come to its event loop.
//
// Node would notice a SIGINT when its event loop turns next, which it does not while a program runs. So the handler is a
// few instructions of our own: it counts the signal and puts -1 into a word that the running program looks at anyway. The
// program writes that word too, and may overwrite the alarm: the count is what it has to look at now and then. A signal
// that comes while one is waiting to be noticed ends the process: whatever runs then does not look.
//
// No SA_RESTART: a C function that waits returns with EINTR.

import { type Address, calloc, fillBytes, highWord, lowWord, readU32, writeAddress, writeU32 } from './address.ts';
import { installCode } from './code-memory.ts';
import { ForeignError } from './error.ts';
import { thisProcess } from './koffi.ts';

const SIGINT = 2;
/** Of the shell's convention: 128 and the signal's number. */
export const INTERRUPTED = 128 + SIGINT;
/** glibc's struct sigaction: the handler, a mask of 128 bytes, flags, restorer. Source: bits/sigaction.h. */
const SIGACTION_BYTES = 152;
const SYS_exit_group = 231;

const bytesOf = (address: Address): number[] => {
  const words = new Uint32Array([lowWord(address), highWord(address)]);
  return [...new Uint8Array(words.buffer)];
};

/** The handler: `void (*)(int)`. It may use rax and rdi, and calls nothing. */
function handlerCode(counter: Address, alarm: Address): Uint8Array {
  const exit = [
    ...[0xbf, INTERRUPTED, 0, 0, 0], // mov edi, 130
    ...[0xb8, SYS_exit_group, 0, 0, 0], // mov eax, exit_group
    ...[0x0f, 0x05], // syscall
  ];
  return Uint8Array.from([
    ...[0x48, 0xb8, ...bytesOf(counter)], // mov rax, counter
    ...[0xf0, 0xff, 0x00], // lock inc dword [rax]
    ...[0x83, 0x38, 2], // cmp dword [rax], 2
    ...[0x72, exit.length], // jb over the exit
    ...exit,
    ...[0x48, 0xb8, ...bytesOf(alarm)], // mov rax, alarm
    ...[0xc7, 0x00, 0xff, 0xff, 0xff, 0xff], // mov dword [rax], -1
    0xc3, // ret
  ]);
}

let counter: Address | undefined;

/**
 * Takes SIGINT over from Node.
 *
 * @param signals a 32-bit word where the signals are counted that `takeInterrupt` has not told of
 * @param alarm a 32-bit word that becomes -1 when a signal comes
 * @throws ForeignError if the system refuses
 */
export function catchInterrupts(signals: Address, alarm: Address): void {
  if (counter !== undefined) return;
  writeU32(signals, 0);
  const action = calloc(SIGACTION_BYTES);
  fillBytes(action, 0, SIGACTION_BYTES);
  writeAddress(action, installCode(handlerCode(signals, alarm)));
  const sigaction = thisProcess.func('sigaction', 'int', ['int', 'uintptr_t', 'uintptr_t']);
  if (sigaction(SIGINT, action, 0) !== 0) throw new ForeignError('the system refuses a handler for SIGINT');
  counter = signals;
}

/** True if a SIGINT has come since this was asked last. */
export function takeInterrupt(): boolean {
  if (counter === undefined || readU32(counter) === 0) return false;
  writeU32(counter, 0);
  return true;
}
