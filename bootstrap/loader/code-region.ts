// The code region: where objects are placed, right behind the heap.
//
// 1 GiB of address space, so that all loaded code reaches all other by a 32-bit displacement. A piece is handed out
// writable and later given the rights of what it holds; no page is ever writable and executable at once. Pieces are handed
// out in order and never freed, except the last one, by a load that fails. (Code that is no longer used may still be on the
// stack, and a process loads its objects once.)

import { type Address, offsetBy, toAddress } from '../../ffi/address.ts';
import { koffi, thisProcess } from '../../ffi/koffi.ts';
import { REGION_BASE, REGION_BYTES } from '../../ffi/region.ts';
import {
  MAP_ANONYMOUS,
  MAP_NORESERVE,
  MAP_PRIVATE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from '../../ffi/system.x86_64-linux.ts';
import { LoadError } from './error.ts';

/** Address of the region's first byte. */
export const CODE_BASE = REGION_BASE + REGION_BYTES;
export const CODE_BYTES = 2 ** 30;
export const PAGE_BYTES = 4096;

const MAP_FIXED_NOREPLACE = 0x100000;
const PROT_NONE = 0;

export type Rights = 'execute' | 'read' | 'write';

interface Region {
  readonly protect: (at: Address, bytes: number, protection: number) => void;
  used: number;
}

let region: Region | undefined;

function reserve(): Region {
  const mmap = thisProcess.func('mmap', 'int64_t', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'int64_t']);
  const mprotect = thisProcess.func('mprotect', 'int', ['uintptr_t', 'size_t', 'int']);
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  const got = Number(mmap(CODE_BASE, CODE_BYTES, PROT_NONE, flags, -1, 0));
  if (got !== CODE_BASE) {
    throw new LoadError('no-memory', `no room for code at 0x${CODE_BASE.toString(16)} (errno ${koffi.errno()})`);
  }
  const protect = (at: Address, bytes: number, protection: number) => {
    if (mprotect(at, bytes, protection) !== 0) {
      throw new LoadError('no-memory', `the system refuses memory for code (errno ${koffi.errno()})`);
    }
  };
  return { protect, used: 0 };
}

/**
 * Takes whole pages, writable and zero.
 *
 * @param bytes a multiple of PAGE_BYTES
 * @throws LoadError `no-memory`
 */
export function takePages(bytes: number): Address {
  region ??= reserve();
  if (region.used + bytes > CODE_BYTES) throw new LoadError('no-memory', 'the code region is full');
  const at = toAddress(CODE_BASE + region.used);
  if (bytes > 0) region.protect(at, bytes, PROT_READ | PROT_WRITE);
  region.used += bytes;
  return at;
}

/** Takes back what `takePages` gave last. The pages are zero again when they are taken the next time. */
export function returnPages(at: Address, bytes: number): void {
  if (region === undefined || bytes === 0 || offsetBy(at, bytes) !== CODE_BASE + region.used) return;
  const MADV_DONTNEED = 4;
  thisProcess.func('madvise', 'int', ['uintptr_t', 'size_t', 'int'])(at, bytes, MADV_DONTNEED);
  region.protect(at, bytes, PROT_NONE);
  region.used -= bytes;
}

/** Gives pages the rights that their content needs, and takes away the others. */
export function protectPages(at: Address, bytes: number, rights: Rights): void {
  if (bytes === 0 || region === undefined) return;
  const protections = { execute: PROT_READ | PROT_EXEC, read: PROT_READ, write: PROT_READ | PROT_WRITE };
  region.protect(at, bytes, protections[rights]);
}
