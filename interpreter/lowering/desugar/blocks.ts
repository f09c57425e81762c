// Blocks and control flow: begin, let, if, while, for, try.

import { LineNumberNode } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import {
  assign,
  block,
  blockify,
  call,
  core,
  declName,
  Form,
  flattened,
  form,
  isEventuallyCall,
  isForm,
  isQuoted,
  isSym,
  isSymbolLike,
  isSymDecl,
  isUnderscore,
  LoweringError,
  mentions,
  type Node,
  top,
  unique,
} from '../node.ts';
import { assignedName, assignedNames } from './assignment.ts';
import { assignFields } from './destructuring.ts';
import { expand, expandAll, type Rules } from './expand.ts';

export const blockRules: Rules = {
  block(c, e) {
    if (e.args.length === 0) return null;
    if (e.args.length === 1 && !(e.args[0] instanceof LineNumberNode)) return expand(c, e.args[0]);
    return new Form('block', expandAll(c, e.args));
  },
  let: (c, e) => expandLet(c, e, true),
  'soft-let': (c, e) => expandLet(c, e, false),
  if: expandIf,
  elseif: expandIf,
  while: (c, e) =>
    form(
      'break-block',
      LOOP_EXIT,
      form(
        '_while',
        expandCondition(c, e.args[0]),
        form('break-block', LOOP_CONT, form('scope-block', blockify(expand(c, e.args[1])))),
      ),
    ),
  for(c, e) {
    const [ranges, body] = e.args;
    const list = isForm(ranges, 'block') ? ranges.args : [ranges];
    return expand(c, expandFor(c, list as readonly Form[], body));
  },
  break: (_, e) => (e.args.length > 0 ? e : form('break', LOOP_EXIT)),
  continue: () => form('break', LOOP_CONT),
  try: expandTry,
};

const LOOP_EXIT = 'loop-exit';
const LOOP_CONT = 'loop-cont';

function expandIf(c: Context, e: Form): Node {
  return new Form(e.head, [expandCondition(c, e.args[0]), ...expandAll(c, e.args.slice(1))]);
}

// Conditions keep `&&` and `||`, which become jumps without a value.
function expandCondition(c: Context, condition: Node): Node {
  const isBlock = isForm(condition, 'block');
  const statements = isBlock ? condition.args.slice(0, -1) : [];
  const test = isBlock ? condition.args[condition.args.length - 1] : condition;
  if (!isForm(test) || (test.head !== '&&' && test.head !== '||')) return expand(c, condition);
  const clauses = expandAll(c, flattened(test.head, test));
  const joined = clauses.length === 0 ? test.head === '&&' : new Form(test.head, clauses);
  return isBlock ? block(...expandAll(c, statements), joined) : joined;
}

function expandLet(c: Context, e: Form, isHard: boolean): Node {
  const [written, body] = e.args;
  const bindings = isForm(written, 'block') ? written.args : [written];
  const hard = isHard ? [form('hardscope')] : [];
  const scope = (...statements: Node[]): Node => form('scope-block', block(...hard, ...statements));
  if (bindings.length === 0) return expand(c, scope(body));
  const invalid = (): LoweringError => new LoweringError('invalid let syntax');
  let result: Node = body;
  for (const binding of [...bindings].reverse()) {
    if (isSymDecl(binding)) {
      result = scope(form('local', binding), result);
      continue;
    }
    if (!isForm(binding, '=') || binding.args.length !== 2) throw invalid();
    const [left, right] = binding.args;
    if (isEventuallyCall(left)) {
      const name = assignedName(left);
      if (!isSym(name)) throw invalid();
      // a recursive function captures itself and may need a box
      result = scope(form(mentions(right, name) ? 'local' : 'local-def', name), binding, result);
    } else if (isSymDecl(left)) {
      const value = c.temp();
      result = block(assign(value, right), scope(form('local-def', left), assign(declName(left), value), result));
    } else if (isForm(left, 'tuple')) {
      const value = c.temp();
      const names = assignedNames(left);
      result = block(
        assign(value, right),
        scope(...names.map((name) => form('local-def', name)), assign(left, value), result),
      );
    } else throw invalid();
  }
  return expand(c, result);
}

/**
 * `for` as a loop over `iterate`. The loop variables of outer loops are copied into the innermost body, so that
 * closures of different rounds do not share them.
 */
export function expandFor(c: Context, ranges: readonly Form[], body: Node): Node {
  if (!ranges.every((r) => isForm(r) && r.args.length === 2)) throw new LoweringError('malformed expression');
  const isOuter = (x: Node): x is Form => isForm(x, 'outer');
  const lefts = ranges.map((r) => r.args[0]);
  const copied = unique(
    lefts
      .slice(0, -1)
      .filter((x) => !isOuter(x))
      .flatMap(assignedNames),
  ).filter((name) => !isUnderscore(name));
  const nest = (i: number): Node => {
    if (i === ranges.length) return body;
    const collection = c.temp();
    const next = c.gensym();
    const state = c.temp();
    const written = lefts[i];
    const left = isOuter(written) ? written.args[0] : written;
    const round = block(
      ...(isOuter(written) ? [] : assignedNames(left).map((name) => form('local', name))),
      assignFields(c, [left, state], next),
      nest(i + 1),
    );
    const inner =
      i === ranges.length - 1
        ? form('break-block', LOOP_CONT, form('soft-let', block(...copied.map((v) => assign(v, v))), round))
        : form('scope-block', round);
    const more = (): Node => call(top('not_int'), call(core('==='), next, null));
    return block(
      assign(collection, ranges[i].args[1]),
      form('local', next),
      assign(next, call(top('iterate'), collection)),
      ...(isOuter(written) ? [form('require-existing-local', left)] : []),
      form(
        'if',
        more(),
        form('_do_while', block(inner, assign(next, call(top('iterate'), collection, state))), more()),
      ),
    );
  };
  return form('break-block', LOOP_EXIT, nest(0));
}

// (try body var catch [finally [else]]): parts that were not written are `false`.
function expandTry(c: Context, e: Form): Node {
  const [body, variable, handler, last, otherwise] = e.args;
  const n = e.args.length;
  if (n > 3 && last !== false) {
    if (hasUnmatchedGoto(body)) throw new LoweringError('goto from a try/finally block is not permitted');
    const inner =
      handler === false && n === 4
        ? form('scope-block', body)
        : form('try', body, variable, handler, false, ...(n > 4 ? [otherwise] : []));
    return expand(c, form('tryfinally', inner, form('scope-block', last)));
  }
  if (n < 3 || n > 5) throw new LoweringError('invalid "try" form');
  const caught = isSymbolLike(variable)
    ? form('scope-block', block(assign(variable, form('the_exception')), handler))
    : form('scope-block', handler);
  const parts = [form('scope-block', body), form('scope-block', caught)];
  return expand(
    c,
    n === 5 ? form('trycatchelse', ...parts, form('scope-block', otherwise)) : form('trycatch', ...parts),
  );
}

// Does a @goto leave `x`?
function hasUnmatchedGoto(x: Node): boolean {
  const defined = new Set<Node>();
  const used = new Set<Node>();
  const visit = (e: Node): void => {
    if (!(e instanceof Form) || isQuoted(e)) return;
    if (e.head === 'symboliclabel') defined.add(e.args[0]);
    else if (e.head === 'symbolicgoto') used.add(e.args[0]);
    else e.args.forEach(visit);
  };
  visit(x);
  return [...used].some((label) => !defined.has(label));
}
