// Memory for the machine code of thunks.
//
// The same pages are mapped twice, once to write and once to execute, so that no page is ever both and adding code never
// takes the right to execute from code that is running. Code is only added; nothing is freed.

import { type Address, bytesAt, offsetBy } from './address.ts';
import { ForeignError } from './error.ts';
import { koffi, thisProcess } from './koffi.ts';
import { MAP_SHARED, MFD_CLOEXEC, PROT_EXEC, PROT_READ, PROT_WRITE } from './system.x86_64-linux.ts';

const codeBytes = 4 << 20;
const codeAlignment = 16;

interface CodeMemory {
  readonly writable: Address;
  readonly executable: Address;
}

let memory: CodeMemory | undefined;
let used = 0;

function mapCodeMemory(): CodeMemory {
  const mmap = thisProcess.func('mmap', 'int64_t', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'int64_t']);
  const fd = thisProcess.func('memfd_create', 'int', ['str', 'uint'])('jl0 thunks', MFD_CLOEXEC);
  if (fd < 0) throw refused('memfd_create');
  if (thisProcess.func('ftruncate', 'int', ['int', 'int64_t'])(fd, codeBytes) !== 0) throw refused('ftruncate');
  const writable = mmap(0, codeBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (writable === -1) throw refused('mmap');
  const executable = mmap(0, codeBytes, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
  if (executable === -1) throw refused('mmap of executable memory');
  thisProcess.func('close', 'int', ['int'])(fd);
  return { writable, executable };
}

function refused(what: string): ForeignError {
  return new ForeignError(`foreign calls need executable memory, which this system refuses: ${what}: ${koffi.errno()}`);
}

/**
 * Puts machine code where it can run.
 *
 * @param code position-independent
 * @returns its address
 * @throws ForeignError if the system allows no executable memory, or if all of it is used up
 */
export function installCode(code: Uint8Array): Address {
  memory ??= mapCodeMemory();
  if (used + code.length > codeBytes) throw new ForeignError(`thunks have used up their ${codeBytes} bytes of code`);
  const at = used;
  bytesAt(offsetBy(memory.writable, at), code.length).set(code);
  used = Math.ceil((at + code.length) / codeAlignment) * codeAlignment;
  return offsetBy(memory.executable, at);
}
