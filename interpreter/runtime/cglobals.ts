// The runtime's own C variables: what `cglobal(:jl_true)` and its kin point to.
//
// In Julia these are pointers in the data of libjulia. Here each gets a word of permanent memory when it is first asked
// for, which holds the object's address. All other names are looked for in libraries.

import { findSymbol } from '../../ffi/libraries.ts';
import { REGION_BASE } from '../../ffi/region.ts';
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
const cells = new Map<string, number>();

setGlobalResolver((symbol, library) => {
  const value = library === '' ? variables.get(symbol) : undefined;
  if (value === undefined) return findSymbol(symbol, library);
  let cell = cells.get(symbol);
  if (cell === undefined) {
    cell = allocatePermanent(8);
    setRefAt((cell / 8) as Ref, 0, value);
    cells.set(symbol, cell);
  }
  return REGION_BASE + cell;
});
