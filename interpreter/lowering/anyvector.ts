// Values inside quoted syntax that are no syntax: the vectors of a function that is built as a syntax tree.

import type { Place } from '../ir/code.ts';
import { Expr, type Syntax } from '../syntax/expr.ts';

/** A `Vector{Any}`. It is an Expr to the type system only; whoever makes heap objects must ask for it first. */
export class AnyVector extends Expr {
  constructor(elements: Syntax[]) {
    super('list', elements);
  }
}

/** The line data of the statements of such a function. */
export class LineLocations extends Expr {
  readonly places: readonly (Place | null)[];
  constructor(places: readonly (Place | null)[]) {
    super('line-locs', []);
    this.places = places;
  }
}
export class LineTable extends Expr {
  readonly places: readonly (Place | null)[];
  constructor(places: readonly (Place | null)[]) {
    super('line-table', []);
    this.places = places;
  }
}
