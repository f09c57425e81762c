// The crash capsule: a small file that says which foreign call was under way when the process died.
//
// A wrong address in a foreign call ends the process with no chance to report. So on request the plans note each call in a
// file that is mapped into memory: the file is the kernel's, it is complete even if the process ends by a signal in the
// middle of C. The parent process, or a later one, reads it. Calls nest through callbacks, so the capsule holds a stack of
// entries; the innermost is where it happened.
//
// Layout, in 64-bit words: magic, depth, process id, unused; then for each level 64 words: the number of bytes of text,
// and the text in UTF-8. What is deeper than the file has room for is counted, not noted.

import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { type Address, bytesAt, offsetBy, toAddress, writeWords } from './address.ts';
import { signatureText } from './ctype.ts';
import { ForeignError } from './error.ts';
import { koffi, thisProcess } from './koffi.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from './system.x86_64-linux.ts';
import { type ForeignCall, type ForeignCallListener, setForeignCallListener } from './trace.ts';

const magic = 0x4c_50_41_43;
const headerBytes = 32;
const entryBytes = 512;
const levels = 15;
const capsuleBytes = headerBytes + levels * entryBytes;

/** What a capsule says. */
export interface CapsuleReport {
  readonly process: number;
  /** The foreign calls that were under way, the outermost first; empty if the process did not end in C. */
  readonly calls: readonly string[];
  /** Levels too deep to be noted. */
  readonly omitted: number;
}

/**
 * Notes every foreign call in `file` from now on, besides whoever listens already.
 *
 * @returns a function that ends it; the file stays
 * @throws ForeignError if the file cannot be mapped
 */
export function openCapsule(file: string): () => void {
  const at = mapFile(file);
  writeWords(at, magic, 0);
  writeWords(offsetBy(at, 16), process.pid, 0);
  let depth = 0;
  const setDepth = (value: number): void => {
    depth = value;
    writeWords(offsetBy(at, 8), depth, 0);
  };
  setDepth(0);
  const listener: ForeignCallListener = {
    before(call) {
      next?.before(call);
      if (depth < levels) note(offsetBy(at, headerBytes + depth * entryBytes), describeCall(call));
      setDepth(depth + 1);
    },
    after(call, outcome) {
      setDepth(depth - 1);
      next?.after(call, outcome);
    },
  };
  const next = setForeignCallListener(listener);
  return () => {
    setForeignCallListener(next);
    thisProcess.func('munmap', 'int', ['uintptr_t', 'size_t'])(at, capsuleBytes);
  };
}

/** Reads a capsule; undefined if the file is none. */
export function readCapsule(file: string): CapsuleReport | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  if (bytes.length !== capsuleBytes || bytes.readUInt32LE(0) !== magic) return undefined;
  const depth = bytes.readUInt32LE(8);
  const calls: string[] = [];
  for (let level = 0; level < Math.min(depth, levels); level++) {
    const at = headerBytes + level * entryBytes;
    const length = Math.min(bytes.readUInt32LE(at), entryBytes - 8);
    calls.push(bytes.toString('utf8', at + 8, at + 8 + length));
  }
  return { process: bytes.readUInt32LE(16), calls, omitted: Math.max(0, depth - levels) };
}

/** A call in one line: `strlen in libc.so.6: u64(ptr) with 0x1000`. */
export function describeCall({ symbol, library, signature, args }: ForeignCall): string {
  const shown = args.map((value, i) =>
    signature.args[i].kind === 'pointer' && typeof value === 'number' ? `0x${value.toString(16)}` : String(value),
  );
  return `${symbol} in ${library || 'this process'}: ${signatureText(signature)} with ${shown.join(', ') || 'nothing'}`;
}

function note(at: Address, text: string): void {
  const encoded = Buffer.from(text, 'utf8').subarray(0, entryBytes - 8);
  writeWords(at, encoded.length, 0);
  bytesAt(offsetBy(at, 8), encoded.length).set(encoded);
}

function mapFile(file: string): Address {
  const fd = openSync(file, 'w+');
  try {
    ftruncateSync(fd, capsuleBytes);
    const mmap = thisProcess.func('mmap', 'int64_t', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'int64_t']);
    const at = mmap(0, capsuleBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at === -1) throw new ForeignError(`cannot map ${file} (errno ${koffi.errno()})`);
    return toAddress(at);
  } finally {
    closeSync(fd);
  }
}
