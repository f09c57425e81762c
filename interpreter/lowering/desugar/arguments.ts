// Formal arguments: their names, types and annotations.

import { LineNumberNode, type Sym, sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  contains,
  core,
  declType,
  Form,
  form,
  isAssignment,
  isDecl,
  isForm,
  isKwarg,
  isNospecializeMeta,
  isSym,
  isUnderscore,
  isVararg,
  LoweringError,
  type Node,
  UNUSED,
} from '../node.ts';
import { isValidName } from './assignment.ts';

const badArgument = (x: Node): LoweringError =>
  new LoweringError(`"${deparse(x)}" is not a valid function argument name`);

/** The name of a formal argument; throws where it has none. */
export function argumentName(x: Node): Sym {
  if (isSym(x)) {
    if (isValidName(x)) return x;
    throw badArgument(x);
  }
  if (!isForm(x)) throw badArgument(x);
  switch (x.head) {
    case '...':
    case 'kw':
      return argumentName(x.args[0]);
    case '::':
      if (!isSym(x.args[0])) throw badArgument(x.args[0]);
      return x.args[0];
    case 'meta':
      if (isNospecializeMeta(x, true)) return argumentName(x.args[1]);
      throw badArgument(x);
    default:
      throw badArgument(x);
  }
}

/** The declared type of a formal argument; `T...` for a vararg. */
export function argumentType(x: Node): Node {
  if (isSym(x)) return core('Any');
  if (!isForm(x)) throw badArgument(x);
  switch (x.head) {
    case '...':
      return form('...', declType(x.args[0]), ...x.args.slice(1));
    case '::':
      if (!isSym(x.args[0])) throw badArgument(x.args[0]);
      return declType(x);
    case 'meta':
      if (isNospecializeMeta(x, true)) return argumentType(x.args[1]);
      throw badArgument(x);
    default:
      throw badArgument(x);
  }
}

/** `T...` in last position as `Vararg{T}`. */
export function dotsToVararg(types: readonly Node[]): Node[] {
  const last = types[types.length - 1];
  return isVararg(last) ? [...types.slice(0, -1), form('curly', sym('Vararg'), last.args[0])] : [...types];
}

function isVarargType(x: Node): boolean {
  if (isSym(x)) return x.name === 'Vararg';
  return (isForm(x, 'curly') || isForm(x, 'where')) && isVarargType(x.args[0]);
}
/** `x::Vararg{...}` */
export const isVarargTyped = (x: Node | undefined): boolean =>
  isDecl(x) && x.args.length > 1 && isVarargType(x.args[1]);

/** Gives arguments like `::T` a name. */
export function fillMissingNames(c: Context, args: readonly Node[], unused: boolean): Node[] {
  if (args.slice(0, -1).some(isVararg)) throw new LoweringError('invalid "..." on non-final argument');
  const fill = (x: Node): Node =>
    isDecl(x) && x.args.length === 1 ? form('::', unused ? UNUSED : c.gensym(), x.args[0]) : x;
  return args.map((x) => {
    if (isKwarg(x)) return form('kw', fill(x.args[0]), x.args[1]);
    if (isVararg(x)) return form('...', fill(x.args[0]));
    return fill(x);
  });
}

/** Arguments that are never read share one name. */
export const unusedName = (name: Sym): Sym => (isUnderscore(name) ? UNUSED : name);

/**
 * Tuples among the arguments (`f((a, b))`) become one argument each; the answer has the new arguments and the
 * statements that take the tuples apart.
 */
export function destructuredArguments(c: Context, args: readonly Node[]): { args: Node[]; statements: Node[] } {
  const statements: Node[] = [];
  const transform = (x: Node): Node => {
    if (isForm(x, 'tuple')) {
      if (contains(x, (part) => part !== x && (isDecl(part) || isAssignment(part) || isKwarg(part)))) {
        throw new LoweringError(`invalid argument destructuring syntax "${deparse(x)}"`);
      }
      const name = c.gensym();
      statements.push(form('local', assign(x, name)));
      return name;
    }
    if ((isDecl(x) && x.args.length === 2) || isKwarg(x)) return form(x.head, transform(x.args[0]), x.args[1]);
    if (isVararg(x)) return form('...', transform(x.args[0]));
    return x;
  };
  const out = args.map(transform);
  if (statements.length > 0) statements.push(null);
  return { args: out, statements };
}

/** The argument list of `args -> body` in the form of a call's. */
export function arrowArguments(left: Node): Node[] {
  const keyword = (x: Node): Node => {
    if (isAssignment(x)) return new Form('kw', x.args);
    return isForm(x, 'parameters') ? new Form('parameters', x.args.map(keyword)) : x;
  };
  if (!isForm(left)) return [left];
  const parts = left.args.filter((x) => !isLine(x));
  if (left.head === 'tuple') return parts.map(keyword);
  if (left.head !== 'block') return [keyword(left)];
  if (parts.length < 2) return parts;
  if (parts.length === 2) return [form('parameters', keyword(parts[1])), parts[0]];
  throw new LoweringError('more than one semicolon in argument list');
}
const isLine = (x: Node): boolean => x instanceof LineNumberNode;
