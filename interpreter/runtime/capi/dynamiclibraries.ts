// The C API of shared libraries. Flags have Julia's numbers, which are made into the system's.

import { toAddress, writeU64 } from '../../../ffi/address.ts';
import { dlclose, dlerror, dlopen, dlpath, dlsym, lastSymbolError, loadedLibraries } from '../../../ffi/libraries.ts';
import type { ArrayRef, Ref } from '../../memory/layout.ts';
import { BaseModule } from '../../memory/wellknown.ts';
import { call } from '../../vm/calls.ts';
import { slotRef } from '../../vm/slots.ts';
import { globalValue } from '../bindings.ts';
import { throwError } from '../errors.ts';
import { symbol, symbolAddress } from '../symbols.ts';
import { string } from '../values.ts';
import { cStringOf, intOf, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

/** Julia's flag and Linux's. */
const flags = [
  [0x02, 0x1],
  [0x04, 0x2],
  [0x10, 0x4],
  [0x20, 0x8],
  [0x80, 0x100],
  [0x08, 0x1000],
] as const;
const LAZY_OR_NOW = 0x06;

function systemFlags(given: number): number {
  const bits = flags.reduce((sum, [julia, system]) => ((given & julia) === 0 ? sum : sum | system), 0);
  return (given & LAZY_OR_NOW) === 0 ? bits | 1 : bits;
}

const suffix = /\.so(\.\d+)*$/;

/** The handle of a library, which is also looked for with the suffix of libraries; 0: there is none. */
function open(name: string, given: number): number {
  if (name === '') return dlopen(null, systemFlags(given));
  const handle = dlopen(name, systemFlags(given));
  return handle !== 0 || suffix.test(name) ? handle : dlopen(`${name}.so`, systemFlags(given));
}

const opener: RuntimeCall = (args, n, result, declared) => {
  const name = wordOf(args[0]) === 0 ? '' : cStringOf(args[0]);
  const handle = open(name, intOf(args[1]));
  if (handle === 0 && n > 2 && intOf(args[2]) !== 0) throwError(`could not load library "${name}"\n${dlerror()}`);
  setInteger(result, declared, handle);
};

defineRuntimeFunctions({
  jl_dlopen: ['void *(const char *, unsigned)', opener],
  jl_load_dynamic_library: ['void *(const char *, unsigned, int)', opener],
  jl_dlsym: [
    'int (void *, const char *, void **, int)',
    (args, _n, result, declared) => {
      const name = cStringOf(args[1]);
      const found = dlsym(toAddress(wordOf(args[0])), name);
      if (found === undefined && intOf(args[3]) !== 0)
        throwError(`could not load symbol "${name}":\n${lastSymbolError()}`);
      writeU64(toAddress(wordOf(args[2])), BigInt(found ?? 0));
      setInteger(result, declared, found === undefined ? 0 : 1);
    },
  ],
  jl_dlclose: [
    'int (void *)',
    (args, _n, result, declared) => setInteger(result, declared, dlclose(toAddress(wordOf(args[0])))),
  ],
  jl_pathname_for_handle: [
    'const char *(void *)',
    (args, _n, result, declared) =>
      setInteger(result, declared, symbolAddress(symbol(dlpath(toAddress(wordOf(args[0])))))),
  ],
  jl_dllist: [
    'int (jl_array_t *)',
    (args, _n, result, declared) => {
      const list = slotRef(args[0]) as ArrayRef;
      const push: Ref = globalValue(BaseModule, symbol('push!'));
      for (const file of loadedLibraries()) call(push, [list, string(file)]);
      setInteger(result, declared, 0);
    },
  ],
});
