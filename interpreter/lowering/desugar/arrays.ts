// Array literals: `[a, b]`, `[a b; c d]`, `[a;; b]` and the typed forms.

import type { Context } from '../context.ts';
import { deparse } from '../deparse.ts';
import {
  call,
  Form,
  form,
  hasParameters,
  isAssignment,
  isForm,
  isVararg,
  LoweringError,
  type Node,
  top,
} from '../node.ts';
import { expand, type Rules } from './expand.ts';

export const arrayRules: Rules = {
  vect(c, e) {
    if (hasParameters(e.args)) throw new LoweringError('unexpected semicolon in array expression');
    checkAssignments(e, e.args);
    return expand(c, call(top('vect'), ...e.args));
  },
  hcat(c, e) {
    checkAssignments(e, e.args);
    return expand(c, call(top('hcat'), ...e.args));
  },
  typed_hcat(c, e) {
    checkAssignments(e, e.args.slice(1));
    return expand(c, call(top('typed_hcat'), ...e.args));
  },
  vcat: (c, e) => expandVcat(c, e, '', []),
  typed_vcat: (c, e) => expandVcat(c, new Form('vcat', e.args.slice(1)), 'typed_', [e.args[0]], e),
  ncat: (c, e) => expandNcat(c, e.args, [top('hvncat')], e),
  typed_ncat: (c, e) => expandNcat(c, e.args.slice(1), [top('typed_hvncat'), e.args[0]], untyped(e)),
  braces() {
    throw new LoweringError('{ } vector syntax is discontinued');
  },
  bracescat() {
    throw new LoweringError('{ } matrix syntax is discontinued');
  },
};

function checkAssignments(e: Form, elements: readonly Node[]): void {
  if (elements.some(isAssignment)) throw new LoweringError(`misplaced assignment statement in "${deparse(e)}"`);
}

function expandVcat(c: Context, e: Form, prefix: string, type: readonly Node[], written = e): Node {
  const elements = e.args;
  checkAssignments(written === e ? e : untyped(written), elements);
  if (hasParameters(elements)) throw new LoweringError('unexpected semicolon in array expression');
  if (!elements.some((x) => isForm(x, 'row'))) return expand(c, call(top(`${prefix}vcat`), ...type, ...elements));
  const rows = elements.map((x) => (isForm(x, 'row') ? x.args : [x]));
  // The length of a row with a splat is not known: then each row becomes a tuple.
  if (rows.some((row) => row.some(isVararg))) {
    const tuples = rows.map((row) => form('tuple', ...row));
    return expand(c, call(top(`${prefix}hvcat_rows`), ...type, ...tuples));
  }
  const lengths = form('tuple', ...rows.map((row) => BigInt(row.length)));
  return expand(c, call(top(`${prefix}hvcat`), ...type, lengths, ...rows.flat()));
}

// A typed literal as messages show it: by mistake, the type stands where the head should.
const untyped = (e: Form): Form => new Form(deparse(e.args[0]), e.args.slice(1));

const isRow = (x: Node): x is Form => isForm(x, 'row') || isForm(x, 'nrow');
const MIXED = 'cannot mix space and ;; separators in an array expression, except to wrap a line';

/** Extents along each axis: a number where all is regular, nested lists otherwise. */
type Shape = number | (number | number[])[];

// [d, elements...]
function expandNcat(c: Context, parts: readonly Node[], callee: readonly Node[], e: Form): Node {
  const [dimension, ...elements] = parts;
  if (typeof dimension !== 'bigint') throw new LoweringError('malformed expression');
  const d = Number(dimension);
  const { first, flat } = flattenRows(elements);
  const rowFirst = first === true;
  checkAssignments(e, flat);
  if (hasParameters(flat)) throw new LoweringError('unexpected parameters in array expression');
  const [f, ...type] = callee;
  if (!elements.some(isRow)) return expand(c, call(f, ...type, dimension, ...flat));
  if (flat.some(isVararg)) {
    throw new LoweringError('Splatting ... in an hvncat with multiple dimensions is not supported');
  }
  const shape = shapeOf(elements, rowFirst, d) as [number, ...number[][]];
  const [, ...levels] = shape;
  // Julia's test for a regular shape adds up signed differences; it says yes for some shapes that are not.
  const irregular = sum(levels.flatMap((level) => level.map((extent) => extent - level[0])));
  const dims =
    irregular === 0
      ? form('tuple', ...dimensionsOf(elements, rowFirst, d).reverse().map(BigInt))
      : form('tuple', ...[[shape[0]], ...levels].map((level) => form('tuple', ...level.map(BigInt))).reverse());
  return expand(c, call(f, ...type, dims, rowFirst, ...flat));
}

// The elements without their rows, and whether the first separator met is a space (undefined: none was met).
function flattenRows(elements: readonly Node[]): { first: boolean | undefined; flat: Node[] } {
  let first: boolean | undefined;
  const flat: Node[] = [];
  for (const x of elements) {
    if (!isRow(x)) flat.push(x);
    else if (x.head === 'row') {
      if (first === false) throw new LoweringError(MIXED);
      first = true;
      flat.push(...x.args);
    } else {
      const inner = flattenRows(x.args.slice(1));
      const two = x.args[0] === 2n;
      const known = first ?? inner.first;
      if (two && known === true && inner.first === undefined) throw new LoweringError(MIXED);
      first = two && known === undefined ? false : known;
      flat.push(...inner.flat);
    }
  }
  return { first, flat };
}

const level = (x: Form): number => (x.head === 'row' ? 1 : Number(x.args[0]));
const rowParts = (x: Form): readonly Node[] => (x.head === 'row' ? x.args : x.args.slice(1));

function shapeOf(elements: readonly Node[], rowFirst: boolean, d: number): Shape {
  if (d === 0 || (!rowFirst && d === 1)) return elements.length;
  if (rowFirst && d === 3) return shapeOf(elements, rowFirst, 2);
  const shapes = elements.map((x) => {
    const single = !isRow(x) || (x.head === 'nrow' && d > level(x) + 1) || (x.head === 'row' && d > 1);
    return shapeOf(single ? [x] : rowParts(x as Form), rowFirst, d - 1);
  });
  if (typeof shapes[0] === 'number') {
    const sizes = shapes as number[];
    return [sum(sizes), sizes];
  }
  const lists = shapes as [number, ...number[][]][];
  const totals = lists.map((l) => l[0]);
  const deeper = lists[0].slice(1).map((_, k) => lists.flatMap((l) => l[k + 1] as number[]));
  return [sum(totals), totals, ...deeper];
}
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

function dimensionsOf(elements: readonly Node[], rowFirst: boolean, d: number): number[] {
  const first = elements[0];
  if (d < 2 && !isRow(first)) return [elements.length];
  if (d === 1) return [dimensionsOf(rowParts(first as Form), rowFirst, 0)[0], elements.length];
  if (d === 3 && rowFirst) return dimensionsOf(elements, rowFirst, 2);
  const next = isForm(first, 'nrow') && d === level(first) + 1 ? rowParts(first) : [first];
  return [elements.length, ...dimensionsOf(next, rowFirst, d - 1)];
}
