// Conversion to a declared type: `convert`, skipped where the value already has the type.

import { SSAValue } from '../ir/code.ts';
import { sym } from '../syntax/expr.ts';
import type { Context } from './context.ts';
import {
  ASSIGNED,
  assign,
  block,
  call,
  core,
  Form,
  form,
  isAny,
  isCompound,
  isQuoted,
  type Lambda,
  type Node,
  READ,
  top,
  VarInfo,
} from './node.ts';

/**
 * `right` converted to `type`. The value goes through a variable, so that inference can split unions. With `checked`
 * the result of `convert` is asserted to have the type, since a method of convert may return anything. The variable
 * is added to `lambda` when scopes are resolved already, else it is declared.
 */
export function convertForTypeDecl(
  c: Context,
  right: Node,
  type: Node,
  checked: boolean,
  lambda: Lambda | undefined,
): Node {
  if (isAny(type)) return right;
  const variable = c.gensym();
  if (lambda !== undefined) lambda.vars.push(new VarInfo(variable, sym('Any'), ASSIGNED | READ));
  const simple = !isCompound(type) || type instanceof SSAValue || isQuoted(type);
  const target = simple ? type : c.temp();
  const converted = call(top('convert'), target, variable);
  return block(
    ...(lambda === undefined ? [form('local-def', variable)] : []),
    ...(simple ? [] : [assign(target, renumberTemporaries(c, type))]),
    assign(variable, right),
    form(
      'if',
      call(core('isa'), variable, target),
      null,
      assign(variable, checked ? call(core('typeassert'), converted, target) : converted),
    ),
    variable,
  );
}

/** A copy of `x` whose temporaries are new ones, so that it may stand in the code a second time. */
export function renumberTemporaries(c: Context, x: Node): Node {
  const fresh = new Map<number, SSAValue>();
  const collect = (e: Node): void => {
    if (!(e instanceof Form) || isQuoted(e)) return;
    const left = e.args[0];
    if (e.head === '=' && left instanceof SSAValue) fresh.set(left.id, c.temp());
    e.args.forEach(collect);
  };
  collect(x);
  if (fresh.size === 0) return x;
  const replace = (e: Node): Node => {
    if (e instanceof SSAValue) return fresh.get(e.id) ?? e;
    return !(e instanceof Form) || isQuoted(e) ? e : new Form(e.head, e.args.map(replace));
  };
  return replace(x);
}
