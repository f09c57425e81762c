// Indexing: `a[i, end]`, and what `begin` and `end` mean between the brackets.

import type { Context } from '../context.ts';
import {
  assign,
  block,
  call,
  Form,
  hasParameters,
  isCompound,
  isKwarg,
  isQuoted,
  isSimpleAtom,
  isSym,
  isVararg,
  LoweringError,
  type Node,
  top,
} from '../node.ts';
import { expand, type Rules } from './expand.ts';

export const indexingRules: Rules = {
  ref(c, e) {
    if (hasParameters(e.args.slice(1))) throw new LoweringError('unexpected semicolon in array expression');
    const { statements, array, indices } = splitReference(c, e);
    return expand(c, block(...statements, call(top('getindex'), array, ...indices)));
  },
};

/** Does `begin` or `end` (or only `end`) occur in the indices, quotations included? */
export function usesBounds(indices: readonly Node[], endOnly = false): boolean {
  const visit = (x: Node): boolean => {
    if (isSym(x)) return x.name === 'end' || (!endOnly && x.name === 'begin');
    return x instanceof Form && x.args.some(visit);
  };
  return indices.some(visit);
}

/**
 * The parts of `a[...]` such that the reference can be written down twice: statements to run first, the array, and
 * indices without `begin` and `end`.
 */
export function splitReference(c: Context, e: Form): { statements: Node[]; array: Node; indices: Node[] } {
  const [written, ...indices] = e.args;
  const reuse = isCompound(written) && usesBounds(indices);
  const array = reuse ? c.temp() : written;
  const parts = splitIndices(c, array, indices);
  return {
    statements: [...(reuse ? [assign(array, written)] : []), ...parts.statements],
    array,
    indices: parts.indices,
  };
}

/**
 * Replaces `begin` and `end` in the indices of `array`. With a splatted index the position of those behind it is only
 * known at run time, from the lengths of what is splatted, so each index then goes into a temporary first.
 */
export function splitIndices(
  c: Context,
  array: Node,
  written: readonly Node[],
): { statements: Node[]; indices: Node[] } {
  const splats = written.some(isVararg);
  const statements: Node[] = [];
  const splatted: Node[] = [];
  const indices: Node[] = [];
  written.forEach((index, i) => {
    const inner = isVararg(index) ? index.args[0] : index;
    const replaced = replaceBounds(inner, array, i + 1, splatted, i === written.length - 1);
    const value = isKwarg(replaced) ? replaced.args[1] : replaced;
    const name = !splats || isSimpleAtom(value) ? value : c.temp();
    if (name !== value) statements.push(assign(name, value));
    if (isVararg(index)) {
      splatted.unshift(name);
      indices.push(new Form('...', [name]));
    } else {
      indices.push(isKwarg(replaced) ? new Form('kw', [replaced.args[0], name]) : name);
    }
  });
  return { statements, indices };
}

function replaceBounds(x: Node, array: Node, n: number, splatted: readonly Node[], last: boolean): Node {
  if (isSym(x)) {
    if (x.name === 'end') return bound('last', array, n, splatted, last);
    if (x.name === 'begin') return bound('first', array, n, splatted, last);
    return x;
  }
  if (!(x instanceof Form) || isQuoted(x)) return x;
  if (x.head === 'ref') {
    const inner = replaceBounds(x.args[0], array, n, splatted, last);
    return inner === x.args[0] ? x : new Form('ref', [inner, ...x.args.slice(1)]);
  }
  let changed = false;
  const args = x.args.map((arg, i) => {
    if (x.head === 'kw' && i === 0) return arg;
    const replaced = replaceBounds(arg, array, n, splatted, last);
    changed ||= replaced !== arg;
    return replaced;
  });
  return changed ? new Form(x.head, args) : x;
}

function bound(which: 'first' | 'last', array: Node, n: number, splatted: readonly Node[], last: boolean): Node {
  if (splatted.length === 0) {
    return last && n === 1 ? call(top(`${which}index`), array) : call(top(`${which}index`), array, BigInt(n));
  }
  const dimension = call(top('+'), BigInt(n - splatted.length), ...splatted.map((s) => call(top('length'), s)));
  return which === 'last'
    ? call(top('lastindex'), array, dimension)
    : call(top('first'), call(top('axes'), array, dimension));
}
