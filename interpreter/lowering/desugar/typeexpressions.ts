// Type variables: `where`, bounds, and the calls that make TypeVars and UnionAlls.

import type { Sym } from '../../syntax/expr.ts';
import { sym } from '../../syntax/expr.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  call,
  core,
  type Form,
  form,
  isCompound,
  isForm,
  isSym,
  LoweringError,
  type Node,
  quoted,
} from '../node.ts';

/** A type variable as it was declared; a bound that was not written is undefined. */
export interface TypeVariable {
  readonly name: Sym;
  readonly lower: Node | undefined;
  readonly upper: Node | undefined;
}

function variableName(x: Node): Sym {
  if (isSym(x)) return x;
  throw new LoweringError(`invalid type parameter name "${deparse(x)}"`);
}

/** Reads `T`, `T<:U`, `T>:L`, `L<:T<:U`, `U>:T>:L`. */
export function typeVariable(x: Node): TypeVariable {
  if (!isCompound(x)) return { name: variableName(x), lower: undefined, upper: undefined };
  if (!isForm(x)) throw new LoweringError('invalid variable expression in "where"');
  const [a, b, t, b2, z] = x.args;
  if (x.head === 'comparison' && x.args.length === 5) {
    const name = variableName(t);
    if (b === b2 && b === sym('<:')) return { name, lower: a, upper: z };
    if (b === b2 && b === sym('>:')) return { name, lower: z, upper: a };
    throw new LoweringError('invalid bounds in "where"');
  }
  if (x.head === '<:') return { name: variableName(a), lower: undefined, upper: b };
  if (x.head === '>:') return { name: variableName(a), lower: b, upper: undefined };
  throw new LoweringError('invalid variable expression in "where"');
}

/** The part of a renamed symbol that the program wrote. */
export function unmangled(name: Sym): Sym {
  return name.name.startsWith('#') ? sym(name.name.slice(name.name.lastIndexOf('#') + 1)) : name;
}

/** The call that makes the TypeVar. */
export function makeTypeVar(v: TypeVariable, unmangle = false): Node {
  const name = quoted(unmangle ? unmangled(v.name) : v.name);
  const bounds: Node[] = [];
  if (v.lower !== undefined) bounds.push(v.lower, v.upper ?? core('Any'));
  else if (v.upper !== undefined) bounds.push(v.upper);
  return call(core('TypeVar'), name, ...bounds);
}

/** `body where {vars...}`: the first variable is the outermost. */
export function expandWheres(body: Node, variables: readonly Node[]): Node {
  let result = body;
  for (let i = variables.length - 1; i >= 0; i--) {
    const v = typeVariable(variables[i]);
    result = form('let', assign(v.name, makeTypeVar(v)), call(core('UnionAll'), v.name, result));
  }
  return result;
}

/** `((x where A) where B)` taken apart: `x`, and the variables of the outermost `where` first. */
export function flattenWhere(e: Form): { inner: Node; variables: Node[] } {
  let inner: Node = e;
  const variables: Node[] = [];
  while (isForm(inner, 'where')) {
    variables.push(...inner.args.slice(1));
    inner = inner.args[0];
  }
  return { inner, variables };
}
