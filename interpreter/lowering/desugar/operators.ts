// Comparison chains, `&&` and `||`, and updating operators like `+=`.

import { SSAValue } from '../../ir/code.ts';
import { sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  block,
  call,
  type Form,
  flattened,
  form,
  isCompound,
  isDotOperator,
  isForm,
  isSymbolLike,
  LoweringError,
  type Node,
} from '../node.ts';
import { withoutSideEffects } from './calls.ts';
import { expand, type Rule, type Rules } from './expand.ts';
import { splitReference } from './indexing.ts';

const UPDATING = '+ - * / // \\ ^ ÷ % | & ⊻ << >> >>>'.split(' ');

export const operatorRules: Rules = {
  comparison: (c, e) => expand(c, expandComparison(c, e.args)),
  '&&': (c, e) => expand(c, chainAnd(flattened('&&', e))),
  '||': (c, e) => expand(c, chainOr(c, flattened('||', e))),
  ...Object.fromEntries(UPDATING.flatMap((op) => [`${op}=`, `.${op}=`]).map((head) => [head, expandUpdate as Rule])),
  '$=': expandUpdate,
};

function chainAnd(terms: readonly Node[]): Node {
  if (terms.length === 0) return true;
  return terms.reduceRight((rest, term) => form('if', term, rest, false));
}

function chainOr(c: Context, terms: readonly Node[]): Node {
  if (terms.length === 0) return false;
  return terms.reduceRight((rest, term) => {
    if (isSymbolLike(term)) return form('if', term, term, rest);
    const value = c.temp();
    return block(assign(value, term), form('if', value, value, rest));
  });
}

/**
 * `a < b < c`: scalar links are joined by `&&`, so later operands are not evaluated once one failed; a dotted link
 * cannot short-circuit and is joined by `.&`. An operand between two links is evaluated once.
 */
export function expandComparison(c: Context, chain: readonly Node[]): Node {
  // left, operator, right, operator, right, ...; what stands before `at` is done with
  const links = [...chain];
  let at = 0;
  const next = (): Node => {
    at += 2;
    return compareOne(c, links, at - 2);
  };
  let joined: Node | undefined;
  while (at + 2 < links.length) {
    let part: Node | undefined;
    if (isDotOperator(links[at + 1])) part = next();
    else {
      const scalars: Node[] = [];
      while (at + 2 < links.length && !isDotOperator(links[at + 1])) scalars.push(next());
      part = scalars.reduce((left, right) => form('&&', left, right));
    }
    joined = joined === undefined ? part : call(sym('.&'), joined, part);
  }
  if (joined === undefined) throw new LoweringError('malformed expression');
  return joined;
}

// The link of the chain whose left side is at `at`. A right side that the next link needs too goes into a temporary.
function compareOne(c: Context, links: Node[], at: number): Node {
  const [left, operator, written] = links.slice(at, at + 3);
  const behind = links.length - at - 3;
  const right = isCompound(written) && behind > 0 ? c.temp() : written;
  links[at + 2] = right;
  const before = right === written ? [] : [assign(right, written)];
  if (!isDotOperator(operator) && behind > 2 && isCompound(links[at + 4]) && isDotOperator(links[at + 5])) {
    // The next right side also belongs to a dotted link, which is evaluated in any case: it must not be skipped.
    const shared = c.temp();
    const link = block(...before, assign(shared, links[at + 4]), call(operator, left, right));
    links[at + 4] = shared;
    return link;
  }
  const link = call(operator, left, right);
  return before.length === 0 ? link : block(...before, link);
}

function expandUpdate(c: Context, e: Form): Node {
  if (e.args.length < 2) throw new LoweringError('malformed expression');
  const dotted = e.head.startsWith('.');
  return expand(c, update(c, sym(e.head.slice(0, -1)), dotted ? '.=' : '=', e.args[0], e.args[1], []));
}

function update(c: Context, op: Node, assignment: string, left: Node, right: Node, type: readonly Node[]): Node {
  if (isForm(left, 'ref')) {
    const { statements, array, indices } = splitReference(c, left);
    return block(...statements, updateSimple(c, op, assignment, form('ref', array, ...indices), right, type));
  }
  if (isForm(left, '::')) {
    const { expression, before } = withoutSideEffects(c, left.args[0]);
    return block(...before, update(c, op, assignment, expression, right, [left.args[1]]));
  }
  if (isForm(left) && assignment === '=' && !ASSIGNABLE.has(left.head)) {
    throw new LoweringError(`invalid assignment location "${deparse(left)}"`);
  }
  return updateSimple(c, op, assignment, left, right, type);
}
const ASSIGNABLE = new Set(['.', 'tuple', 'vcat', 'ncat', 'typed_hcat', 'typed_vcat', 'typed_ncat']);

function updateSimple(c: Context, op: Node, assignment: string, left: Node, right: Node, type: readonly Node[]): Node {
  const { expression, before } = withoutSideEffects(c, left);
  let target = expression;
  if (
    assignment === '.=' &&
    isForm(target) &&
    !(target.head === 'ref' || (target.head === '.' && target.args.length === 2))
  ) {
    const value = c.temp();
    before.push(assign(value, target));
    target = value;
  }
  if (isForm(left, 'tuple') && isForm(target)) {
    const parts = target.args;
    left.args.forEach((part, i) => {
      // What had to move into a temporary can no longer be assigned to.
      if (parts[i] instanceof SSAValue && !(part instanceof SSAValue)) {
        throw new LoweringError(`invalid multiple assignment location "${deparse(part)}"`);
      }
    });
  }
  const old = type.length === 0 ? target : form('::', target, type[0]);
  return block(...before, form(assignment, target, call(op, old, right)));
}
