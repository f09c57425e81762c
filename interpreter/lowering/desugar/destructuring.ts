// Destructuring: `a, b = x`, `a, rest... = x`, `(; a, b) = x`.
//
// Values are first all taken out of the right side into temporaries, then assigned to places that are more than a
// name, so that a half-done assignment is never visible to what the right side evaluates.

import { SSAValue } from '../../ir/code.ts';
import { Sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { rawText } from '../deparse.ts';
import {
  assign,
  block,
  call,
  core,
  form,
  hasParameters,
  isAssignment,
  isCompound,
  isEventuallyCall,
  isForm,
  isQuoted,
  isSym,
  isSymbolLike,
  isUnderscore,
  isVararg,
  LoweringError,
  type Node,
  occurs,
  quoted,
  same,
  top,
} from '../node.ts';
import { sinkAssignment } from './assignment.ts';
import { expand } from './expand.ts';

/** Put around each assignment to a place the program wrote (it becomes `const` in a const declaration). */
type Wrap = (x: Node) => Node;
const plain: Wrap = (x) => x;

const isName = (x: Node): boolean => isSym(x) || x instanceof SSAValue;
const MULTIPLE_SPLATS = 'multiple "..." on lhs of assignment';

// A place for the right side that survives the assignments; a name that is not itself assigned to can stay.
function holder(c: Context, targets: readonly Node[], value: Node, assigned: (x: Node) => boolean): Node {
  if ((isSym(value) && !assigned(value)) || value instanceof SSAValue) return value;
  const last = targets[targets.length - 1];
  return isVararg(last) && isEventuallyCall(last.args[0]) ? c.gensym() : c.temp();
}

/** `(; a, b::T) = x` */
export function destructureProperties(c: Context, left: readonly Node[], right: Node, wrap: Wrap): Node {
  const invalid = (): LoweringError =>
    new LoweringError(`invalid assignment location "((${left.map(rawText).join(' ')}),)"`);
  const [parameters] = left;
  if (left.length !== 1 || !isForm(parameters)) throw invalid();
  const fields = parameters.args;
  const value = holder(c, fields, right, (x) => fields.includes(x));
  const before = value === right ? [] : [sinkAssignment(value, expand(c, right))];
  const statements = fields.map((field) => {
    const name = isForm(field, '::') ? field.args[0] : field;
    if (!isSym(name)) throw invalid();
    return expand(c, wrap(assign(field, call(top('getproperty'), value, quoted(name)))));
  });
  return block(...before, ...statements, form('unnecessary', value));
}

/** `a, b = x` and `a, b = x, y` */
export function destructureTuple(c: Context, targets: readonly Node[], right: Node, wrap: Wrap): Node {
  if (
    isForm(right, 'tuple') &&
    targets.length > 0 &&
    !right.args.some(isAssignment) &&
    !hasParameters(right.args) &&
    sidesMatch(targets, right.args)
  ) {
    return expand(c, assignElementwise(c, targets, right.args, wrap));
  }
  const named = (x: Node): boolean => targets.some((t) => same(isVararg(t) ? t.args[0] : t, x));
  const value = holder(c, targets, right, named);
  const before = value === right ? [] : [sinkAssignment(value, expand(c, right))];
  const state = c.gensym();
  const after: Node[] = [];
  const statements = iterateInto(c, 1, targets, value, targets.length, state, after, wrap);
  return block(
    ...(targets.length > 0 ? [form('local', state)] : []),
    ...before,
    ...statements,
    ...after,
    form('unnecessary', value),
  );
}

// As many targets as elements, or a splat where the other side cannot be counted.
function sidesMatch(targets: readonly Node[], elements: readonly Node[]): boolean {
  for (let i = 0; ; i++) {
    if (i >= targets.length) return i >= elements.length;
    if (isVararg(targets[i])) return true;
    if (i >= elements.length) return false;
    if (isVararg(elements[i])) return i === elements.length - 1;
  }
}

/**
 * Takes the elements of `value` one by one with indexed_iterate. `n` is the number of targets of this run, `i` the
 * next one's position in it. Assignments to places that are not plain names are left in `after`.
 */
function iterateInto(
  c: Context,
  i: number,
  targets: readonly Node[],
  value: Node,
  n: number,
  state: Node,
  after: Node[],
  wrap: Wrap,
): Node[] {
  if (targets.length === 0) return [];
  const [target, ...others] = targets;
  const inner = isVararg(target) ? target.args[0] : target;
  const direct = isName(inner);
  const place = direct ? inner : isEventuallyCall(inner) ? c.gensym() : c.temp();
  const wrapPlace = direct ? wrap : plain;
  if (isVararg(target) && others.some(isVararg)) throw new LoweringError(MULTIPLE_SPLATS);
  if (!direct) after.push(expand(c, wrap(assign(inner, place))));
  const resume = i === 1 ? [] : [state];
  if (isVararg(target)) {
    if (i === n) {
      if (isUnderscore(place)) return [];
      return [expand(c, wrapPlace(assign(place, call(top('rest'), value, ...resume))))];
    }
    const tail = c.temp();
    const split = call(top('split_rest'), value, BigInt(n - i), ...resume);
    const first = expand(
      c,
      assignFields(c, [place, tail], split, (x, k) => (k === 1 ? wrapPlace(x) : x)),
    );
    return [first, ...iterateInto(c, 1, others, tail, n - i, state, after, wrap)];
  }
  const next = call(top('indexed_iterate'), value, BigInt(i), ...resume);
  const first = expand(
    c,
    assignFields(c, i === n ? [place] : [place, state], next, (x, k) => (k === 1 ? wrapPlace(x) : x)),
  );
  return [first, ...iterateInto(c, i + 1, others, value, n, state, after, wrap)];
}

/** `targets = right` where the right side is a tuple at run time and fields are taken by number. */
export function assignFields(
  c: Context,
  targets: readonly Node[],
  right: Node,
  wrap: (x: Node, i: number) => Node = (x) => x,
): Node {
  const tuple = c.temp();
  const statements = targets.map((target, k) => {
    const field = call(core('getfield'), tuple, BigInt(k + 1));
    if (!isEventuallyCall(target)) return wrap(assign(target, field), k + 1);
    // a function captures what it is assigned from, and temporaries cannot be captured
    const captured = c.gensym();
    return block(form('local-def', captured), assign(captured, field), wrap(assign(target, captured), k + 1));
  });
  return block(assign(tuple, right), ...statements, tuple);
}

// `a, b = x, y` without building the tuple.
function assignElementwise(c: Context, targets: readonly Node[], elements: readonly Node[], wrap: Wrap): Node {
  const statements: Node[] = [];
  let after: Node[] = [];
  const results: Node[] = [];
  const assigned: Node[] = [...targets];
  let lefts = [...targets];
  let rights = [...elements];
  const finish = (result: Node): Node => block(...statements, ...after, form('unnecessary', result));
  while (lefts.length > 0) {
    const [left, ...moreLeft] = lefts;
    const right = rights[0] as Node | undefined;
    const moreRight = rights.slice(1);
    if (isVararg(left)) {
      if (moreLeft.some(isVararg)) throw new LoweringError(MULTIPLE_SPLATS);
      if (moreLeft.length === 0) {
        const rest = isEventuallyCall(left.args[0]) ? c.gensym() : c.temp();
        return block(
          ...statements,
          assign(rest, form('tuple', ...rights)),
          ...after,
          wrap(assign(left.args[0], rest)),
          form('unnecessary', form('tuple', ...results, form('...', rest))),
        );
      }
      const tailLeft: Node[] = [];
      const tailRight: Node[] = [];
      while (lefts.length > 0 && rights.length > 0) {
        const l = lefts[lefts.length - 1];
        const r = rights[rights.length - 1];
        if (isVararg(l) || isVararg(r)) break;
        tailLeft.unshift(l);
        tailRight.unshift(r);
        lefts = lefts.slice(0, -1);
        rights = rights.slice(0, -1);
      }
      const callLike = lefts.some((x) => isEventuallyCall(x) || (isVararg(x) && isEventuallyCall(x.args[0])));
      const rest = callLike ? c.gensym() : c.temp();
      if (isSym(rest)) statements.push(form('local-def', rest));
      statements.push(assign(rest, form('tuple', ...rights)));
      const only = lefts[0];
      if (lefts.length === 1 && isVararg(only)) {
        after.push(wrap(assign(only.args[0], rest)));
      } else {
        const state = c.gensym();
        if (lefts.length > 0) statements.push(form('local', state));
        const later: Node[] = [];
        statements.push(...iterateInto(c, 1, lefts, rest, lefts.length, state, later, wrap));
        after = [...after, ...later];
      }
      assigned.push(...lefts.map((x) => (isVararg(x) ? x.args[0] : x)));
      results.push(form('...', rest));
      lefts = tailLeft;
      rights = tailRight;
      continue;
    }
    if (
      isSymbolLike(left) &&
      right !== undefined &&
      (!isCompound(right) || isQuoted(right) || right === null) &&
      !moreRight.some((x) => occurs(x, left)) &&
      !assigned.some((x) => occurs(x, right))
    ) {
      statements.push(wrap(assign(left, right)));
      assigned.push(left);
      results.push(right);
    } else if (isVararg(right)) {
      const rest = c.temp();
      return block(
        ...statements,
        assign(rest, right.args[0]),
        ...after,
        wrap(assign(form('tuple', ...lefts), rest)),
        form('unnecessary', form('tuple', ...results, form('...', rest))),
      );
    } else {
      const value = isEventuallyCall(left) ? c.gensym() : c.temp();
      if (value instanceof Sym) statements.push(form('local-def', value));
      statements.push(assign(value, right as Node));
      assigned.push(left);
      after.push(wrap(assign(left, value)));
      results.push(value);
    }
    lefts = moreLeft;
    rights = moreRight;
  }
  return finish(form('tuple', ...results));
}
