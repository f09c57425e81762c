// Values inside quoted syntax that are no syntax: the vectors of a function that is built as a syntax tree.

import type { Place } from '../ir/code.ts';
import { Expr, type Syntax, sym } from '../syntax/expr.ts';

/** A `Vector{Any}`. It is an Expr to the type system only; whoever makes heap objects must ask for it first. */
export class AnyVector extends Expr {
  constructor(elements: Syntax[]) {
    super('list', elements);
  }
}

/** The lines of the statements of such a function, 0 for none. */
export class LineLocations extends AnyVector {
  constructor(places: readonly (Place | null)[]) {
    super(places.map((place) => BigInt(place?.line ?? 0)));
  }
}

/** The files of its statements. */
export class LineTable extends AnyVector {
  constructor(places: readonly (Place | null)[]) {
    super(places.map((place) => place?.file ?? sym('none')));
  }
}
