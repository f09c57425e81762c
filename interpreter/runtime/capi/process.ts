// The C API of the process: threads (there is one), the clock, the machine, the version.

import { bytesAt, toAddress } from '../../../ffi/address.ts';
import { nothing } from '../../memory/wellknown.ts';
import { setSlotBits, setSlotReference } from '../../vm/slots.ts';
import { symbol, symbolAddress } from '../symbols.ts';
import { string } from '../values.ts';
import { JULIA_VERSION, juliaVersion } from '../version.ts';
import { intOf, setInteger, wordOf } from './core.ts';
import { crc32c } from './crc32c.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

/** How many processors this process may run on: what Sys.CPU_THREADS is set to at every start. */
const processors: RuntimeCall = (_args, _n, result, declared) =>
  setInteger(result, declared, process.getBuiltinModule('node:os').availableParallelism());

const constant =
  (value: number): RuntimeCall =>
  (_args, _n, result, declared) =>
    setInteger(result, declared, value);

defineRuntimeFunctions({
  jl_threadid: ['int16_t (void)', constant(0)],
  jl_threadpoolid: ['int8_t (int16_t)', constant(0)],
  jl_get_task_tid: ['int16_t (jl_task_t *)', constant(0)],
  jl_get_task_threadpoolid: ['int8_t (jl_task_t *)', constant(0)],
  jl_cpu_threads: ['int (void)', processors],
  jl_effective_threads: ['int (void)', processors],
  jl_hrtime: [
    'uint64_t (void)',
    (_args, _n, result, declared) => {
      const time = process.hrtime.bigint();
      setSlotBits(result, declared, Number(time & 0xffffffffn), Number(time >> 32n));
    },
  ],
  jl_maxrss: [
    'size_t (void)',
    (_args, _n, result, declared) => setInteger(result, declared, process.resourceUsage().maxRSS * 1024),
  ],
  jl_getpagesize: ['long (void)', constant(4096)],
  jl_getallocationgranularity: ['long (void)', constant(4096)],
  jl_environ: [
    'jl_value_t *(int)',
    (args, _n, result) => {
      const entry = Object.entries(process.env)[intOf(args[0])];
      setSlotReference(result, entry === undefined ? nothing : string(`${entry[0]}=${entry[1]}`));
    },
  ],
  jl_crc32c: [
    'uint32_t (uint32_t, const char *, size_t)',
    (args, _n, result, declared) =>
      setInteger(result, declared, crc32c(intOf(args[0]), bytesAt(toAddress(wordOf(args[1])), wordOf(args[2])))),
  ],
  jl_is_debugbuild: ['int (void)', constant(0)],
  jl_is_assertsbuild: ['int (void)', constant(0)],
  jl_is_char_signed: ['int8_t (void)', constant(1)],
  jl_generating_output: ['int (void)', constant(0)],
  jl_ver_major: ['int (void)', constant(juliaVersion[0])],
  jl_ver_minor: ['int (void)', constant(juliaVersion[1])],
  jl_ver_patch: ['int (void)', constant(juliaVersion[2])],
  jl_ver_string: [
    'const char *(void)',
    (_args, _n, result, declared) => setInteger(result, declared, symbolAddress(symbol(JULIA_VERSION))),
  ],
});
