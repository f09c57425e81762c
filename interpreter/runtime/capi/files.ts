// The C API of files, as libuv has it: a result is 0 or a count, or the negative number of an error.

import {
  accessSync,
  type BigIntStats,
  chmodSync,
  chownSync,
  closeSync,
  fstatSync,
  linkSync,
  lstatSync,
  readSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { bytesAt, readU64, toAddress, writeU64 } from '../../../ffi/address.ts';
import { setSlotFloat64 } from '../../vm/slots.ts';
import { cStringOf, intOf, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

const EINVAL = 22;

const errorNumber = (error: unknown): number => {
  if (!(error instanceof Error) || !('errno' in error)) throw error;
  return typeof error.errno === 'number' ? error.errno : -EINVAL;
};

/** What gives a count. */
const operation =
  (act: (args: Int32Array) => number): RuntimeCall =>
  (args, _n, result, declared) => {
    let outcome: number;
    try {
      outcome = act(args);
    } catch (error) {
      outcome = errorNumber(error);
    }
    setInteger(result, declared, outcome);
  };

/** What gives nothing but its success. */
const deed = (act: (args: Int32Array) => void): RuntimeCall =>
  operation((args) => {
    act(args);
    return 0;
  });

const bytesAtSlots = (pointer: number, count: number): Uint8Array => bytesAt(toAddress(wordOf(pointer)), wordOf(count));

/** A position in a file; -1 stands for where the descriptor is. */
function positionOf(slot: number): number | null {
  const position = wordOf(slot);
  return position >= 2 ** 63 ? null : position;
}

// uv_stat_t: 64-bit words, then times as seconds and nanoseconds.
const words = ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'ino', 'size', 'blksize', 'blocks'] as const;
const FIRST_TIME = 12;
const times = ['atimeNs', 'mtimeNs', 'ctimeNs', 'birthtimeNs'] as const;
const STAT_BYTES = 8 * (FIRST_TIME + 2 * times.length);

function writeStat(stat: BigIntStats, at: number): void {
  words.forEach((field, i) => {
    writeU64(toAddress(at + 8 * i), stat[field]);
  });
  times.forEach((field, i) => {
    writeU64(toAddress(at + 8 * (FIRST_TIME + 2 * i)), stat[field] / 1_000_000_000n);
    writeU64(toAddress(at + 8 * (FIRST_TIME + 2 * i + 1)), stat[field] % 1_000_000_000n);
  });
}

const wordOfStat =
  (field: (typeof words)[number]): RuntimeCall =>
  (args, _n, result, declared) =>
    setInteger(result, declared, Number(readU64(toAddress(wordOf(args[0]) + 8 * words.indexOf(field)))));

const timeOfStat =
  (field: (typeof times)[number]): RuntimeCall =>
  (args, _n, result) => {
    const at = wordOf(args[0]) + 8 * (FIRST_TIME + 2 * times.indexOf(field));
    setSlotFloat64(result, Number(readU64(toAddress(at))) + Number(readU64(toAddress(at + 8))) * 1e-9);
  };

defineRuntimeFunctions({
  jl_fs_unlink: ['int (const char *)', deed((args) => unlinkSync(cStringOf(args[0])))],
  jl_fs_rename: [
    'int (const char *, const char *)',
    deed((args) => renameSync(cStringOf(args[0]), cStringOf(args[1]))),
  ],
  jl_fs_hardlink: [
    'int (const char *, const char *)',
    deed((args) => linkSync(cStringOf(args[0]), cStringOf(args[1]))),
  ],
  jl_fs_symlink: [
    'int (const char *, const char *, int)',
    deed((args) => symlinkSync(cStringOf(args[0]), cStringOf(args[1]))),
  ],
  jl_fs_chmod: ['int (const char *, int)', deed((args) => chmodSync(cStringOf(args[0]), intOf(args[1])))],
  jl_fs_chown: [
    'int (const char *, int, int)',
    deed((args) => chownSync(cStringOf(args[0]), intOf(args[1]), intOf(args[2]))),
  ],
  jl_fs_access: ['int (const char *, int)', deed((args) => accessSync(cStringOf(args[0]), intOf(args[1])))],
  jl_fs_close: ['int (int)', deed((args) => closeSync(intOf(args[0])))],
  jl_fs_read: [
    'int (int, char *, size_t)',
    operation((args) => readSync(intOf(args[0]), bytesAtSlots(args[1], args[2]))),
  ],
  jl_fs_write: [
    'int (int, const char *, size_t, int64_t)',
    operation((args) =>
      writeSync(intOf(args[0]), bytesAtSlots(args[1], args[2]), 0, wordOf(args[2]), positionOf(args[3])),
    ),
  ],
  jl_fs_sendfile: [
    'int (int, int, int64_t, size_t)',
    operation((args) => {
      const buffer = new Uint8Array(wordOf(args[3]));
      const count = readSync(intOf(args[0]), buffer, 0, buffer.length, positionOf(args[2]));
      return writeSync(intOf(args[1]), buffer, 0, count);
    }),
  ],
  jl_sizeof_stat: ['int (void)', (_args, _n, result, declared) => setInteger(result, declared, STAT_BYTES)],
  jl_stat: [
    'int (const char *, char *)',
    deed((args) => writeStat(statSync(cStringOf(args[0]), { bigint: true }), wordOf(args[1]))),
  ],
  jl_lstat: [
    'int (const char *, char *)',
    deed((args) => writeStat(lstatSync(cStringOf(args[0]), { bigint: true }), wordOf(args[1]))),
  ],
  jl_fstat: [
    'int (int, char *)',
    deed((args) => writeStat(fstatSync(intOf(args[0]), { bigint: true }), wordOf(args[1]))),
  ],
  jl_stat_dev: ['unsigned int (char *)', wordOfStat('dev')],
  jl_stat_ino: ['unsigned int (char *)', wordOfStat('ino')],
  jl_stat_mode: ['unsigned int (char *)', wordOfStat('mode')],
  jl_stat_nlink: ['unsigned int (char *)', wordOfStat('nlink')],
  jl_stat_uid: ['unsigned int (char *)', wordOfStat('uid')],
  jl_stat_gid: ['unsigned int (char *)', wordOfStat('gid')],
  jl_stat_rdev: ['unsigned int (char *)', wordOfStat('rdev')],
  jl_stat_size: ['uint64_t (char *)', wordOfStat('size')],
  jl_stat_blksize: ['uint64_t (char *)', wordOfStat('blksize')],
  jl_stat_blocks: ['uint64_t (char *)', wordOfStat('blocks')],
  jl_stat_mtime: ['double (char *)', timeOfStat('mtimeNs')],
  jl_stat_ctime: ['double (char *)', timeOfStat('ctimeNs')],
});
