// Broadcasting: nested dot calls fuse into one tree of `broadcasted` nodes, made real by one `materialize`.

import { sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { deparse } from '../deparse.ts';
import {
  block,
  call,
  core,
  Form,
  form,
  hasParameters,
  identifierName,
  isDotOperator,
  isForm,
  isKwarg,
  isSmallInteger,
  LoweringError,
  type Node,
  top,
  undotted,
} from '../node.ts';
import { expand, type Rules } from './expand.ts';
import { splitReference } from './indexing.ts';
import { expandComparison } from './operators.ts';

export const broadcastRules: Rules = {
  '.'(c, e) {
    if (e.args.length === 1) return call(top('BroadcastFunction'), e.args[0]);
    return expandBroadcast(c, null, e);
  },
  '.&&': (c, e) => expandBroadcast(c, null, e),
  '.||': (c, e) => expandBroadcast(c, null, e),
  '.=': (c, e) => expandBroadcast(c, e.args[0], e.args[1]),
};

/** `left .= right`, or only `right` where there is nothing to assign to. */
export function expandBroadcast(c: Context, left: Node, right: Node): Node {
  const assigns = left !== null;
  const destination = assigns ? asView(c, left) : null;
  const fused = fuse(c, right);
  if (fused !== undefined) {
    return expand(c, assigns ? call(top('materialize!'), destination, fused) : call(top('materialize'), fused));
  }
  const plain = isForm(right, '.') && right.args.length === 2 ? call(top('getproperty'), ...right.args) : right;
  if (!assigns) return expand(c, plain);
  return expand(c, call(top('materialize!'), destination, call(top('broadcasted'), top('identity'), plain)));
}

// The lazy form of a dotted operation; undefined when `e` is something else.
function fuse(c: Context, e: Node): Node | undefined {
  if (!isForm(e)) return undefined;
  switch (e.head) {
    case '.': {
      if (e.args.length !== 2) return undefined;
      const [f, x] = e.args;
      if (!isForm(x) || x.head === '$') return undefined;
      if (x.head === 'tuple') return fuseCall(c, f, x.args);
      throw new LoweringError(`invalid syntax "${deparse(e)}"`);
    }
    case 'call': {
      const [f, ...args] = e.args;
      if (isDotOperator(f)) return fuseCall(c, undotted(f), args);
      if (isForm(f, '.') && f.args.length === 1) return fuseCall(c, f.args[0], args);
      return undefined;
    }
    case 'comparison':
      return fuse(c, expandComparison(c, e.args));
    case '.&&':
      return makeFused(c, top('andand'), e.args);
    case '.||':
      return makeFused(c, top('oror'), e.args);
    default:
      return undefined;
  }
}

function fuseCall(c: Context, f: Node, args: readonly Node[]): Node {
  if (identifierName(f) === sym('^') && args.length === 2 && isSmallInteger(args[1])) {
    const exponent = expand(c, call(call(core('apply_type'), top('Val'), args[1])));
    return makeFused(c, top('literal_pow'), [f, args[0], exponent]);
  }
  return makeFused(c, f, args);
}

function makeFused(c: Context, f: Node, args: readonly Node[]): Node {
  const keywords: Node[] = [];
  const positional: Node[] = [];
  const plain = hasParameters(args) ? args.slice(1) : args;
  for (const arg of plain) (isKwarg(arg) ? keywords : positional).push(arg);
  if (hasParameters(args)) keywords.push(...(args[0] as Form).args);
  const parts = positional.map((arg) => {
    const fused = fuse(c, arg);
    if (fused !== undefined) return fused;
    return isForm(arg, '.') && arg.args.length === 2 ? call(top('getproperty'), ...arg.args) : arg;
  });
  if (keywords.length === 0) return call(top('broadcasted'), f, ...parts);
  return call(top('broadcasted_kwsyntax'), new Form('parameters', keywords), f, ...parts);
}

// On the left of `.=` an indexed part is a view, so that it is written in place.
function asView(c: Context, left: Node): Node {
  if (isForm(left, 'ref')) {
    const { statements, array, indices } = splitReference(c, left);
    return block(...statements, call(top('dotview'), array, ...indices));
  }
  if (isForm(left, '.') && left.args.length === 2) return form('call', top('dotgetproperty'), ...left.args);
  return left;
}
