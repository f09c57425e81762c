// `ccall`: arguments are converted, and what the conversion made stays rooted for the time of the call.

import { sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import {
  assign,
  block,
  call,
  core,
  type Form,
  form,
  isForm,
  isSym,
  isVararg,
  LoweringError,
  type Node,
  quoted,
  top,
} from '../node.ts';
import { expand } from './expand.ts';

const CONVENTIONS = new Set(['cdecl', 'stdcall', 'fastcall', 'thiscall', 'llvmcall']);

/** `ccall(name, [convention,] R, (T...,), args...)` as a `foreigncall`. */
export function expandCcall(c: Context, e: Form): Node {
  const [, name, ...rest] = e.args;
  if (e.args.length < 4) throw new LoweringError('too few arguments to ccall');
  let convention: Node = sym('ccall');
  let required: Node | undefined;
  const first = rest[0];
  if (isForm(first, 'cconv')) {
    convention = first.args[0];
    required = first.args[1];
    rest.shift();
  } else if (isSym(first) && CONVENTIONS.has(first.name)) {
    convention = first;
    rest.shift();
  }
  const [returnType, types, ...args] = rest;
  if (!isForm(types, 'tuple')) {
    const hint = 'ccall argument types must be a tuple; try "(T,)"';
    throw new LoweringError(
      isForm(returnType, 'tuple') ? `${hint} and check if you specified a correct return type` : hint,
    );
  }
  return lowerCcall(c, name, returnType, types.args, args, convention, required);
}

function lowerCcall(
  c: Context,
  name: Node,
  returnType: Node,
  types: readonly Node[],
  args: readonly Node[],
  convention: Node,
  required: Node | undefined,
): Node {
  const statements: Node[] = [];
  const converted: Node[] = [];
  const values: Node[] = [];
  const roots: Node[] = [];
  let formal = 0;
  for (let i = 0; ; i++) {
    const type = types[formal];
    const left = types.length - formal;
    if (left === 0 && i < args.length) throw new LoweringError('more arguments than types for ccall');
    if (i >= args.length && !(left === 0 || (left === 1 && isVararg(type)))) {
      throw new LoweringError('more types than arguments for ccall');
    }
    const sequence = isVararg(type);
    if (sequence && converted.length === 0) {
      throw new LoweringError('C ABI prohibits vararg without one required argument');
    }
    if (i >= args.length) {
      return block(
        ...statements,
        form(
          'foreigncall',
          expand(c, name),
          expand(c, returnType),
          call(core('svec'), ...converted),
          required ?? BigInt(sequence ? types.length - 1 : 0),
          quoted(convention as never),
          ...values,
          ...roots,
        ),
      );
    }
    const argument = expand(c, args[i]);
    const target = expand(c, isVararg(type) ? type.args[0] : type);
    if (sequence && left > 1) {
      throw new LoweringError('only the trailing ccall argument type should have "..."');
    }
    if (target === sym('Any')) {
      converted.push(core('Any'));
      values.push(argument);
    } else {
      const root = c.temp();
      statements.push(assign(root, call(top('cconvert'), target, argument)));
      converted.push(target);
      values.push(call(top('unsafe_convert'), target, root));
      roots.unshift(root);
    }
    if (!sequence) formal++;
  }
}
