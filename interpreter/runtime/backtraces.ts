// Backtraces as Julia objects.
//
// The VM's backtrace is a list of frame places. Julia code gets it as a vector with one simple vector a frame, innermost
// first: the MethodInstance (or `Symbol("top-level scope")`), the file as a Symbol, the line.

import { placeOf } from '../ir/heap.ts';
import { type ArrayRef, type Ref, readRef, type SymbolRef, typeOf } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { datatype } from '../memory/wellknown.ts';
import type { FramePlace } from '../vm/frames.ts';
import { symbol, symbolName } from './symbols.ts';
import { boxInt64, svec, vectorAny } from './values.ts';

/** Where a frame is: what it runs, file and line (0 where the code has no line). */
export interface SourcePlace {
  /** Name of the method, or `top-level scope`. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

const isMethodInstance = (object: Ref): boolean => object !== 0 && typeOf(object) === datatype('MethodInstance');

/** File and line of a frame place, from the line table of its code. */
export function sourcePlace(place: FramePlace): SourcePlace {
  const found = placeOf(readRef(place.code.source, objects.CodeInfo.debuginfo), place.statement - 1);
  const { owner } = place.code;
  const name =
    typeOf(owner) === datatype('Method')
      ? symbolName(readRef<SymbolRef>(owner, objects.Method.name))
      : 'top-level scope';
  return { name, file: found === null ? 'none' : symbolName(found.file), line: found?.line ?? 0 };
}

/** The backtrace as Julia's library reads it. */
export function backtraceVector(places: readonly FramePlace[]): ArrayRef {
  return vectorAny(
    places.map((place) => {
      const { name, file, line } = sourcePlace(place);
      const what = isMethodInstance(place.instance) ? place.instance : symbol(name);
      return svec(what, symbol(file), boxInt64(line));
    }),
  );
}
