// The runtime's own C variables: what `cglobal(:jl_true)` and its kin point to.
//
// In Julia these are pointers in the data of libjulia. Here each gets a word of permanent memory when it is first asked
// for, which holds the object's address, or a number. All other names are looked for in libraries.

import { findSymbol } from '../../ffi/libraries.ts';
import { REGION_BASE, U32 } from '../../ffi/region.ts';
import { allocatePermanent } from '../memory/heap.ts';
import { type Ref, setRefAt } from '../memory/layout.ts';
import {
  BaseModule,
  Bottom,
  CoreModule,
  datatype,
  emptySvec,
  emptyTuple,
  falseValue,
  MainModule,
  nothing,
  trueValue,
} from '../memory/wellknown.ts';
import { setGlobalResolver } from './intrinsics/index.ts';

const variables = new Map<string, Ref>([
  ['jl_true', trueValue],
  ['jl_false', falseValue],
  ['jl_nothing', nothing],
  ['jl_emptysvec', emptySvec],
  ['jl_emptytuple', emptyTuple],
  ['jl_bottom_type', Bottom],
  ['jl_any_type', datatype('Any')],
  ['jl_main_module', MainModule],
  ['jl_core_module', CoreModule],
  ['jl_base_module', BaseModule],
]);
/** Numbers: how many threads there are; streams are known by their descriptors, which Julia's C functions take as well. */
const numbers = new Map([
  ['jl_n_threads', 1],
  ['jl_n_threadpools', 1],
  ['jl_n_gcthreads', 0],
  ['jl_uv_stdin', 0],
  ['jl_uv_stdout', 1],
  ['jl_uv_stderr', 2],
]);
const cells = new Map<string, number>();

setGlobalResolver((symbol, library) => {
  const value = library === '' ? variables.get(symbol) : undefined;
  const number = library === '' ? numbers.get(symbol) : undefined;
  if (value === undefined && number === undefined) return findSymbol(symbol, library);
  let cell = cells.get(symbol);
  if (cell === undefined) {
    cell = allocatePermanent(8);
    if (value !== undefined) setRefAt((cell / 8) as Ref, 0, value);
    else U32[cell >>> 2] = number ?? 0;
    cells.set(symbol, cell);
  }
  return REGION_BASE + cell;
});
