// The code region: where objects are placed, right behind the heap.
//
// 1 GiB of address space, reserved with the heap (ffi/region.ts). A piece is handed out writable and later given the rights
// of what it holds; no page is ever writable and executable at once. Pieces are handed out in order and never freed, except
// the last one, by a load that fails. (Code that is no longer used may still be on the stack, and a process loads its
// objects once.)

import type { Rights } from '../../codegen/object/placement.ts';
import { type Address, offsetBy, toAddress } from '../../ffi/address.ts';
import { koffi, thisProcess } from '../../ffi/koffi.ts';
import { CODE_BASE, CODE_BYTES } from '../../ffi/region.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../../ffi/system.x86_64-linux.ts';
import { LoadError } from './error.ts';

const PROT_NONE = 0;

type Protect = (at: Address, bytes: number, protection: number) => void;

let protectMemory: Protect | undefined;
let used = 0;

const protect: Protect = (at, bytes, protection) => {
  if (protectMemory === undefined) {
    const mprotect = thisProcess.func('mprotect', 'int', ['uintptr_t', 'size_t', 'int']);
    protectMemory = (...args) => {
      if (mprotect(...args) !== 0) {
        throw new LoadError('no-memory', `the system refuses memory for code (errno ${koffi.errno()})`);
      }
    };
  }
  protectMemory(at, bytes, protection);
};

/**
 * Takes whole pages, writable and zero.
 *
 * @param bytes whole pages
 * @throws LoadError `no-memory`
 */
export function takePages(bytes: number): Address {
  if (used + bytes > CODE_BYTES) throw new LoadError('no-memory', 'the code region is full');
  const at = toAddress(CODE_BASE + used);
  if (bytes > 0) protect(at, bytes, PROT_READ | PROT_WRITE);
  used += bytes;
  return at;
}

/** Takes back what `takePages` gave last. The pages are zero again when they are taken the next time. */
export function returnPages(at: Address, bytes: number): void {
  if (bytes === 0 || offsetBy(at, bytes) !== CODE_BASE + used) return;
  const MADV_DONTNEED = 4;
  thisProcess.func('madvise', 'int', ['uintptr_t', 'size_t', 'int'])(at, bytes, MADV_DONTNEED);
  protect(at, bytes, PROT_NONE);
  used -= bytes;
}

/** Gives pages the rights that their content needs, and takes away the others. */
export function protectPages(at: Address, bytes: number, rights: Rights): void {
  if (bytes === 0) return;
  const protections = { execute: PROT_READ | PROT_EXEC, read: PROT_READ, write: PROT_READ | PROT_WRITE };
  protect(at, bytes, protections[rights]);
}
