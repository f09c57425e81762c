// Values inside quoted syntax that are no syntax: the vectors of a function that is built as a syntax tree.

import type { Place } from '../ir/code.ts';
import { Expr, Sym, type Syntax, sym } from '../syntax/expr.ts';

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

/** The files of its statements; for one that a macro of another file brought in, a list: file, then file and line around it. */
export class LineTable extends AnyVector {
  constructor(places: readonly (Place | null)[]) {
    super(places.map((place) => (place?.expandedAt ? new AnyVector(placeChain(place)) : fileOf(place))));
  }
}

const fileOf = (place: Place | null): Syntax => place?.file ?? sym('none');

function placeChain(place: Place): Syntax[] {
  const chain = [fileOf(place)];
  for (let outer = place.expandedAt; outer !== undefined; outer = outer.expandedAt) {
    chain.push(fileOf(outer), BigInt(outer.line));
  }
  return chain;
}

/** The place that a line and an entry of a LineTable stand for. */
export function placeOfEntry(line: number, entry: Syntax): Place {
  const parts = entry instanceof AnyVector ? entry.args : [entry];
  let expandedAt: Place | undefined;
  for (let i = parts.length - 2; i >= 1; i -= 2) expandedAt = placed(parts[i], Number(parts[i + 1]), expandedAt);
  return placed(parts[0], line, expandedAt);
}

function placed(file: Syntax, line: number, expandedAt: Place | undefined): Place {
  const place = { file: file instanceof Sym ? file : null, line };
  return expandedAt === undefined ? place : { ...place, expandedAt };
}
