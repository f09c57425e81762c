// Backtraces as Julia objects.
//
// The VM's backtrace is a list of frame places. Julia code gets it as a vector with one simple vector a frame, innermost
// first: the MethodInstance (or `Symbol("top-level scope")`), the file as a Symbol, the line, whether it is inlined. A
// statement that a macro brought in from another file gives a frame for that file too, named "macro expansion".

import { placesOf } from '../ir/debuginfo.ts';
import { type ArrayRef, type Ref, readRef, type SymbolRef, typeOf } from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { datatype, falseValue, nothing, trueValue } from '../memory/wellknown.ts';
import type { CaughtException } from '../vm/exceptions.ts';
import type { FramePlace } from '../vm/frames.ts';
import { symbol, symbolName } from './symbols.ts';
import { boxInt64, svec, vectorAny } from './values.ts';

/** Where a frame is: what it runs, file and line (0 where the code has no line). */
export interface SourcePlace {
  /** Name of the method, `top-level scope`, or `macro expansion`. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

const isMethodInstance = (object: Ref): boolean => object !== 0 && typeOf(object) === datatype('MethodInstance');

/** The places of a frame: those of the macros that its statement comes from, innermost first, then its own. */
export function sourcePlaces(place: FramePlace): [...SourcePlace[], SourcePlace] {
  const found = placesOf(readRef(place.code.source, objects.CodeInfo.debuginfo), place.statement - 1).map(
    ({ file, line }) => ({ name: 'macro expansion', file: symbolName(file), line }),
  );
  const own = found.pop();
  return [...found, { file: own?.file ?? 'none', line: own?.line ?? 0, name: nameOf(place) }];
}

/** Where a frame is in the text of its own method: at the macro call, for what a macro brought in. */
export function sourcePlace(place: FramePlace): SourcePlace {
  const places = sourcePlaces(place);
  return places[places.length - 1];
}

function nameOf(place: FramePlace): string {
  const { owner } = place.code;
  return typeOf(owner) === datatype('Method')
    ? symbolName(readRef<SymbolRef>(owner, objects.Method.name))
    : 'top-level scope';
}

let hidden: (place: FramePlace) => boolean = () => false;
/** Installs which frames are the runtime's own and not shown. */
export function hideFrames(isHidden: typeof hidden): void {
  hidden = isHidden;
}

/** The backtrace as Julia's library reads it. */
export function backtraceVector(places: readonly FramePlace[]): ArrayRef {
  return vectorAny(
    places
      .filter((place) => !hidden(place))
      .flatMap((place) =>
        sourcePlaces(place).map(({ name, file, line }, i, all) => {
          const own = i === all.length - 1;
          const what = own && isMethodInstance(place.instance) ? place.instance : symbol(name);
          return svec(what, symbol(file), boxInt64(line), own ? falseValue : trueValue);
        }),
      ),
  );
}

/** Exceptions that are being handled, newest first, as Julia's library reads them: each with its backtrace behind it. */
export function exceptionVector(exceptions: readonly CaughtException[]): ArrayRef {
  return vectorAny(
    [...exceptions].reverse().flatMap(({ exception, backtrace }) => [exception, backtraceVector(backtrace), nothing]),
  );
}
