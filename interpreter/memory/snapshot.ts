// Snapshots: the used part of the region as a file, and back.
//
// The heap lives at the same address in every process and holds no address of anything else, so saving it is writing it
// and loading it is mapping the file over the region, copy-on-write. A page costs something when it is first touched;
// nothing here takes time in proportion to the file's length. The first page of the file is a header:
//
//     0    magic 'jl0image'            24   identity of what it was made from and for (SHA-256)
//     8    version of the format       56   checksum of the data (SHA-256)
//     12   0                           88   checksum of bytes 0 to 87 of the header (FNV-1a)
//     16   length of the data
//
// The data begins at byte 4096. At load the header's checksum, the identity and the file's length are checked; the
// checksum of the data is for those who move files about, and `verifySnapshot` computes it.
//
// Enters: a heap in which no Julia code runs. Leaves: a file; or the heap that a file holds. The JavaScript tables that
// lead from objects to their implementations are not in it: runtime/core.ts fills them again.

import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mapFileOverRegion, U8, U32 } from '../../ffi/region.ts';
import { finalizersLeft } from './collect.ts';
import { PAGE_BYTES } from './heap.ts';
import type { Ref } from './layout.ts';
import { STATE_OFFSET, State, setStateWide, stateU32 } from './state.ts';

/** Raised whenever the layout of the heap or of this file changes in a way that the identity does not cover. */
const FORMAT = 2;
const MAGIC = Buffer.from('jl0image', 'latin1');
/** A page, as mmap wants it. */
const HEADER_BYTES = 4096;
const SEALED_BYTES = 88;
/** How much is written or read in one go. */
const CHUNK_BYTES = 1 << 24;

/** The file is no snapshot that fits; nothing has been changed. The message says why. */
export class SnapshotRefused extends Error {}

/** SHA-256. Loaded when it is asked for: at start nobody does, and node:crypto takes milliseconds to load. */
const newHash = () => process.getBuiltinModule('node:crypto').createHash('sha256');

/** FNV-1a, 32 bits: a header that was damaged by accident is noticed, and nothing has to be loaded for it. */
function seal(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Words of the state that belong to a process, not to a heap. */
const transient: readonly number[] = [State.handler_chain, State.pending_exception, State.shadow_stack];

/**
 * Writes the heap to a file. The file appears under its name only when it is complete; several processes may write it at the
 * same time, and the last one that ends has its way.
 *
 * What finalizers stand for (memory of C's, open files) is not in the heap, and would not be there in another process.
 *
 * @param identity 32 bytes that say what the heap was made from and which runtime it is for
 * @throws Error if objects with finalizers are left; of the file system
 */
export function saveSnapshot(file: string, identity: Uint8Array): void {
  const finalizers = finalizersLeft();
  if (finalizers > 0) {
    throw new Error(
      `the heap holds ${finalizers} ${finalizers === 1 ? 'object' : 'objects'} with a finalizer, which cannot be saved`,
    );
  }
  for (const field of transient) setStateWide(field, 0);
  const length = stateU32(State.pages_top) * PAGE_BYTES;
  mkdirSync(dirname(file), { recursive: true });
  dropUnfinished(file);
  const unfinished = `${file}.${process.pid}`;
  const fd = openSync(unfinished, 'w');
  try {
    const hash = newHash();
    for (let at = 0; at < length; at += CHUNK_BYTES) {
      const chunk = U8.subarray(at, Math.min(length, at + CHUNK_BYTES));
      hash.update(chunk);
      writeAll(fd, chunk, HEADER_BYTES + at);
    }
    const header = Buffer.alloc(HEADER_BYTES);
    MAGIC.copy(header, 0);
    header.writeUInt32LE(FORMAT, 8);
    header.writeBigUInt64LE(BigInt(length), 16);
    Buffer.from(identity).copy(header, 24, 0, 32);
    hash.digest().copy(header, 56);
    header.writeUInt32LE(seal(header.subarray(0, SEALED_BYTES)), SEALED_BYTES);
    writeAll(fd, header, 0);
  } catch (error) {
    closeSync(fd);
    rmSync(unfinished, { force: true });
    throw error;
  }
  closeSync(fd);
  renameSync(unfinished, file);
}

/** Deletes what processes left that were stopped while they wrote the file. */
function dropUnfinished(file: string): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(`${basename(file)}.`) ? Number(name.slice(basename(file).length + 1)) : Number.NaN;
    if (Number.isInteger(pid) && !isRunning(pid)) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** What a header says, once it is known to be sound. */
interface Header {
  readonly length: number;
  readonly identity: Buffer;
  readonly checksum: Buffer;
}

function readHeader(fd: number): Header {
  const header = Buffer.alloc(SEALED_BYTES + 4);
  if (readSync(fd, header, 0, header.length, 0) < header.length || !header.subarray(0, 8).equals(MAGIC)) {
    throw new SnapshotRefused('it is not an image of jl0');
  }
  const format = header.readUInt32LE(8);
  if (format !== FORMAT) throw new SnapshotRefused(`its format is version ${format}, this jl0 reads version ${FORMAT}`);
  if (seal(header.subarray(0, SEALED_BYTES)) !== header.readUInt32LE(SEALED_BYTES)) {
    throw new SnapshotRefused('its header is damaged');
  }
  const length = Number(header.readBigUInt64LE(16));
  const actual = fstatSync(fd).size;
  if (actual !== HEADER_BYTES + length) {
    throw new SnapshotRefused(`it is ${actual} bytes long and should be ${HEADER_BYTES + length}`);
  }
  return { length, identity: header.subarray(24, 56), checksum: header.subarray(56, SEALED_BYTES) };
}

/**
 * Replaces the heap by the one in a file.
 *
 * @param identity what `saveSnapshot` was given
 * @throws SnapshotRefused if the file is not a snapshot, is damaged, or is of another identity
 * @throws Error of the file system, ENOENT above all
 */
export function loadSnapshot(file: string, identity: Uint8Array): void {
  const fd = openSync(file, 'r');
  try {
    const header = readHeader(fd);
    if (!header.identity.equals(identity)) throw new SnapshotRefused('it was made from other sources');
    mapFileOverRegion(fd, header.length, HEADER_BYTES);
    mapped = { file, length: header.length, content: header.checksum.toString('hex') };
  } finally {
    closeSync(fd);
  }
}

interface MappedSnapshot {
  readonly file: string;
  /** Bytes of the data. */
  readonly length: number;
  /** The checksum of the data. */
  readonly content: string;
}

let mapped: MappedSnapshot | null = null;

/** What stands for the exact content of the snapshot that the heap began with; null if it began with none. */
export const mappedContent = (): string | null => mapped?.content ?? null;

/** The snapshot that the heap began with, to be compared with what the heap is now. */
export class SnapshotContent {
  private readonly fd: number;
  private readonly length: number;
  private readonly words = new Uint32Array(16);

  private constructor(fd: number, length: number) {
    this.fd = fd;
    this.length = length;
  }

  /** Runs `body` with the snapshot, or with null if there is none or its file is another now. */
  static use<T>(body: (content: SnapshotContent | null) => T): T {
    if (mapped === null) return body(null);
    let fd: number;
    try {
      fd = openSync(mapped.file, 'r');
    } catch {
      return body(null);
    }
    try {
      const { length, checksum } = readHeader(fd);
      const isSame = length === mapped.length && checksum.toString('hex') === mapped.content;
      return body(isSame ? new SnapshotContent(fd, length) : null);
    } catch (error) {
      if (error instanceof SnapshotRefused) return body(null);
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  /** Did the snapshot have an object of the same type, with the same words at these indices, where an object is now? */
  has(object: Ref, indices: readonly number[]): boolean {
    const at = object * 8 - 8;
    if (at + this.words.byteLength > this.length) return false;
    readSync(this.fd, this.words, 0, this.words.byteLength, HEADER_BYTES + at);
    // The low bits of a header are the collector's.
    const isSameType = (this.words[0] ^ U32[at >>> 2]) >>> 4 === 0 && this.words[0] >>> 4 !== 0;
    return isSameType && indices.every((index) => this.words[2 + 2 * index] === U32[(at >>> 2) + 2 + 2 * index]);
  }
}

/**
 * Reads a whole snapshot and compares its data with the checksum. Takes time in proportion to its length.
 *
 * @returns the length of the data in bytes
 * @throws SnapshotRefused if it is damaged
 */
export function verifySnapshot(file: string): number {
  const fd = openSync(file, 'r');
  try {
    const { length, checksum } = readHeader(fd);
    const hash = newHash();
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, length));
    for (let at = 0; at < length; ) {
      const got = readSync(fd, chunk, 0, Math.min(chunk.length, length - at), HEADER_BYTES + at);
      if (got === 0) throw new SnapshotRefused('it ends too early');
      hash.update(chunk.subarray(0, got));
      at += got;
    }
    if (!hash.digest().equals(checksum)) throw new SnapshotRefused('its data is damaged');
    return length;
  } finally {
    closeSync(fd);
  }
}

/** Whether the region holds a heap already. */
export const heapExists = (): boolean => U32[(STATE_OFFSET + State.pages_top) >> 2] !== 0;
