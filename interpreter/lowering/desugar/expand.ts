// Desugaring: one rule per head that surface syntax has and lowered code has not.
//
// A rule gets the Form with its parts as they were written and answers with a Form in which only the heads of the
// core language are left; a rule that rewrites into other surface syntax expands what it built. Forms without a rule
// keep their head and have their parts expanded. The rules live in the files of this folder, by subject.

import { LineNumberNode } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { Form, isQuoted, Lambda, type Node } from '../node.ts';

export type Rule = (c: Context, e: Form) => Node;
export type Rules = Readonly<Record<string, Rule>>;

const table = new Map<string, Rule>();

/** Adds the rules of one subject. A head has one rule. */
export function addRules(rules: Rules): void {
  for (const [head, rule] of Object.entries(rules)) table.set(head, rule);
}

const UNTOUCHED = new Set(['toplevel', 'module', 'meta', 'using', 'import', 'export', 'public', 'top', 'core']);
UNTOUCHED.add('thismodule').add('toplevel-only');

/** The desugared form of `x`. Throws LoweringError. */
export function expand(c: Context, x: Node): Node {
  if (x instanceof Form) {
    if (UNTOUCHED.has(x.head)) return x;
    const rule = table.get(x.head);
    return rule === undefined ? expandParts(c, x) : rule(c, x);
  }
  if (x instanceof LineNumberNode) c.line = x;
  else if (x instanceof Lambda) x.body = expand(c, x.body);
  return x;
}

/** `x` with its head kept and its parts desugared. */
export function expandParts(c: Context, x: Form): Form {
  if (isQuoted(x)) return x;
  const args: Node[] = new Array(x.args.length);
  for (let i = 0; i < args.length; i++) args[i] = expand(c, x.args[i]);
  return new Form(x.head, args);
}

export const expandAll = (c: Context, list: readonly Node[]): Node[] => list.map((x) => expand(c, x));
