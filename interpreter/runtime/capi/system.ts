// The C API of the system: what it is, who runs the process, the time, floating point, and the one thread there is.

import { toAddress, writeU32, writeU64 } from '../../../ffi/address.ts';
import { U32 } from '../../../ffi/region.ts';
import { setSlotBits, setSlotFloat64, setSlotNothing, setSlotReference } from '../../vm/slots.ts';
import { symbol } from '../symbols.ts';
import { string } from '../values.ts';
import { intOf, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

const number =
  (value: () => number): RuntimeCall =>
  (_args, _n, result, declared) =>
    setInteger(result, declared, value());

const name =
  (text: string): RuntimeCall =>
  (_args, _n, result) =>
    setSlotReference(result, symbol(text));

/** What has no effect where one thread runs, which gives way by itself. */
const nothingToDo: RuntimeCall = (_args, _n, result) => setSlotNothing(result);

/** Microseconds since 1970. */
const microseconds = (): number => (performance.timeOrigin + performance.now()) * 1000;

/** fenv.h on x86-64: inexact, underflow, overflow, division by zero, invalid; to nearest, up, down, to zero. */
const fenv = [0x20, 0x10, 0x08, 0x04, 0x01, 0, 0x800, 0x400, 0xc00];

/** How many parallel regions are entered. */
let regions = 0;

/** The generator that `jl_rand` draws from: SplitMix64. */
let seed = process.hrtime.bigint();
function random(): bigint {
  seed = BigInt.asUintN(64, seed + 0x9e3779b97f4a7c15n);
  let z = seed;
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
const setWide = (result: number, declared: number, value: bigint): void =>
  setSlotBits(result, declared, Number(value & 0xffffffffn), Number(value >> 32n));
const wideOf = (slot: number): bigint => {
  const at = U32[slot + 2] !== 0 ? slot : U32[slot] >>> 2;
  return BigInt(U32[at]) | (BigInt(U32[at + 1]) << 32n);
};

defineRuntimeFunctions({
  jl_get_UNAME: ['jl_sym_t *(void)', name('Linux')],
  jl_get_ARCH: ['jl_sym_t *(void)', name('x86_64')],
  jl_get_JIT: ['jl_value_t *(void)', (_args, _n, result) => setSlotReference(result, string('ORCJIT'))],
  jl_SC_CLK_TCK: ['long (void)', number(() => 100)],
  jl_sizeof_mode_t: ['int (void)', number(() => 4)],
  jl_getuid: ['unsigned long (void)', number(() => process.getuid?.() ?? 0)],
  jl_geteuid: ['unsigned long (void)', number(() => process.geteuid?.() ?? 0)],
  jl_getpid: ['int (void)', number(() => process.pid)],
  jl_clock_now: ['double (void)', (_args, _n, result) => setSlotFloat64(result, microseconds() / 1e6)],
  jl_gettimeofday: [
    'int (struct jl_timeval *)',
    (args, _n, result, declared) => {
      const now = Math.floor(microseconds());
      const at = wordOf(args[0]);
      writeU64(toAddress(at), BigInt(Math.floor(now / 1e6)));
      writeU64(toAddress(at + 8), BigInt(now % 1e6));
      setInteger(result, declared, 0);
    },
  ],
  jl_get_fenv_consts: [
    'void (int *)',
    (args, _n, result) => {
      fenv.forEach((value, i) => {
        writeU32(toAddress(wordOf(args[0]) + 4 * i), value);
      });
      setSlotNothing(result);
    },
  ],
  // Arithmetic of the interpreter rounds to nearest and keeps subnormal numbers; asking for anything else fails.
  jl_get_fenv_rounding: ['int (void)', number(() => 0)],
  jl_set_fenv_rounding: [
    'int (int)',
    (args, _n, result, declared) => setInteger(result, declared, intOf(args[0]) === 0 ? 0 : 1),
  ],
  jl_get_zero_subnormals: ['int32_t (void)', number(() => 0)],
  jl_set_zero_subnormals: [
    'int32_t (int8_t)',
    (args, _n, result, declared) => setInteger(result, declared, (intOf(args[0]) & 255) === 0 ? 0 : -1),
  ],

  jl_enter_threaded_region: [
    'void (void)',
    (_args, _n, result) => {
      regions++;
      setSlotNothing(result);
    },
  ],
  jl_exit_threaded_region: [
    'void (void)',
    (_args, _n, result) => {
      regions = Math.max(0, regions - 1);
      setSlotNothing(result);
    },
  ],
  jl_in_threaded_region: ['int (void)', number(() => (regions > 0 ? 1 : 0))],
  jl_set_task_tid: [
    'int (jl_task_t *, int)',
    (args, _n, result, declared) => setInteger(result, declared, intOf(args[1]) === 0 ? 1 : 0),
  ],
  jl_set_task_threadpoolid: [
    'int (jl_task_t *, int8_t)',
    (args, _n, result, declared) => setInteger(result, declared, (intOf(args[1]) & 255) === 0 ? 1 : 0),
  ],
  jl_wakeup_thread: ['void (int16_t)', nothingToDo],
  jl_iolock_begin: ['void (void)', nothingToDo],
  jl_iolock_end: ['void (void)', nothingToDo],
  jl_cpu_pause: ['void (void)', nothingToDo],
  jl_cpu_suspend: ['void (void)', nothingToDo],
  jl_cpu_wake: ['void (void)', nothingToDo],

  jl_rand: ['uint64_t (void)', (_args, _n, result, declared) => setWide(result, declared, random())],
  jl_srand: [
    'void (uint64_t)',
    (args, _n, result) => {
      seed = wideOf(args[0]);
      setSlotNothing(result);
    },
  ],
  jl_get_ptls_rng: ['uint64_t (void)', (_args, _n, result, declared) => setWide(result, declared, seed)],
  jl_set_ptls_rng: [
    'void (uint64_t)',
    (args, _n, result) => {
      seed = wideOf(args[0]);
      setSlotNothing(result);
    },
  ],

  jl_stdout_stream: ['uv_stream_t *(void)', number(() => 1)],
  jl_stderr_stream: ['uv_stream_t *(void)', number(() => 2)],
  jl_stdin_stream: ['uv_stream_t *(void)', number(() => 0)],

  // Methods are not compiled while a program runs.
  jl_cumulative_compile_time_ns: ['uint64_t (void)', number(() => 0)],
  jl_cumulative_recompile_time_ns: ['uint64_t (void)', number(() => 0)],
  jl_jit_total_bytes: ['size_t (void)', number(() => 0)],
});
