// Calls: keyword arguments, splatting, `do`, tuples and named tuples, strings, type application.

import { GlobalRef, QuoteNode, sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import { deparse } from '../deparse.ts';
import {
  assign,
  block,
  call,
  core,
  duplicate,
  Form,
  form,
  hasParameters,
  identifierName,
  isAssignment,
  isDotOperator,
  isEffectFree,
  isForm,
  isKwarg,
  isQuoted,
  isSmallInteger,
  isSym,
  isSymbolLike,
  isVararg,
  LoweringError,
  type Node,
  quoted,
  top,
  undotted,
} from '../node.ts';
import { expandBroadcast } from './broadcast.ts';
import { expandCcall } from './ccall.ts';
import { expand, expandParts, type Rules } from './expand.ts';
import { expandWheres } from './typeexpressions.ts';

export const callRules: Rules = {
  call: expandCall,
  do(c, e) {
    const [called, fn] = e.args;
    if (!isForm(called)) throw new LoweringError('malformed expression');
    const [callee, ...args] = called.args;
    const at = hasParameters(args) ? 1 : 0;
    return expand(c, call(callee, ...args.slice(0, at), fn, ...args.slice(at)));
  },
  tuple(c, e) {
    if (isForm(e.args[0], 'parameters')) {
      if (e.args.length > 1) throw new LoweringError('unexpected semicolon in tuple');
      return expand(c, lowerNamedTuple(e.args[0].args));
    }
    if (e.args.some(isAssignment)) return expand(c, lowerNamedTuple(e.args));
    return expand(c, call(core('tuple'), ...e.args));
  },
  string: (c, e) => expand(c, call(top('string'), ...e.args)),
  "'": (c, e) => expand(c, call(sym("'"), e.args[0])),
  '<:': (c, e) => expand(c, call(sym('<:'), ...e.args)),
  '>:': (c, e) => expand(c, call(sym('>:'), ...e.args)),
  '-->': (c, e) => expand(c, call(sym('-->'), ...e.args)),
  '...'(_, e) {
    if (e.args.length !== 1) throw new LoweringError('wrong number of expressions following "..."');
    throw new LoweringError('"..." expression outside call');
  },
  $() {
    throw new LoweringError('"$" expression outside quote');
  },
  '&'(_, e) {
    throw new LoweringError(`invalid syntax ${deparse(e)}`);
  },
  '::'(c, e) {
    if (e.args.length !== 2) throw new LoweringError('invalid "::" syntax');
    return isSymbolLike(e.args[0]) ? expandParts(c, e) : expandParts(c, call(core('typeassert'), ...e.args));
  },
  curly(c, e) {
    const [type, ...parameters] = e.args;
    if (hasParameters(parameters)) throw new LoweringError(`unexpected semicolon in "${deparse(e)}"`);
    if (parameters.some(isAssignment)) throw new LoweringError(`misplaced assignment statement in "${deparse(e)}"`);
    // A{<:B} stands for A{T} where T<:B
    const bounds: Node[] = [];
    const plain = parameters.map((p) => {
      if (!isForm(p) || p.args.length !== 1 || (p.head !== '<:' && p.head !== '>:')) return p;
      const variable = c.gensym();
      bounds.push(form(p.head, variable, p.args[0]));
      return variable;
    });
    if (bounds.length === 0) return expand(c, call(core('apply_type'), ...e.args));
    return expand(c, form('where', form('curly', type, ...plain), ...bounds));
  },
  where: (c, e) => expand(c, expandWheres(e.args[0], e.args.slice(1))),
  gc_preserve(c, e) {
    const token = c.temp();
    const result = c.temp();
    return block(
      assign(token, form('gc_preserve_begin', ...e.args.slice(1))),
      assign(result, expand(c, e.args[0])),
      form('gc_preserve_end', token),
      result,
    );
  },
};

function expandCall(c: Context, e: Form): Node {
  const [callee, ...args] = e.args;
  if (args.length === 0) return expandParts(c, e);
  if (isDotOperator(callee)) return expandBroadcast(c, null, form('.', undotted(callee), form('tuple', ...args)));
  if (isForm(callee, '.') && callee.args.length === 1) {
    return expandBroadcast(c, null, form('.', callee.args[0], form('tuple', ...args)));
  }
  if (callee === sym('ccall')) return expandCcall(c, e);
  if (args.some(isKwarg)) return expand(c, lowerKeywordCall(c, callee, args));
  const first = args[0];
  if (isForm(first, 'parameters')) {
    if (first.args.length === 0) return expand(c, call(callee, ...args.slice(1)));
    return expand(c, lowerKeywordCall(c, callee, args));
  }
  if (args.some(isVararg)) {
    return expand(c, call(core('_apply_iterate'), top('iterate'), callee, ...groupSplatted(args)));
  }
  if (identifierName(callee) === sym('^') && args.length === 2 && isSmallInteger(args[1])) {
    const exponent = call(call(core('apply_type'), top('Val'), args[1]));
    return expand(c, call(top('literal_pow'), callee, args[0], exponent));
  }
  if (callee === sym('include')) {
    const result = c.temp();
    return block(assign(result, expandParts(c, e)), form('latestworld-if-toplevel'), result);
  }
  return expandParts(c, e);
}

// Runs of arguments that are not splatted become tuples, so that every argument of _apply_iterate is iterated.
function groupSplatted(args: readonly Node[]): Node[] {
  const out: Node[] = [];
  let run: Node[] = [];
  const flush = (): void => {
    if (run.length > 0) out.push(call(core('tuple'), ...run));
    run = [];
  };
  for (const arg of args) {
    if (isVararg(arg)) {
      flush();
      out.push(arg.args[0]);
    } else run.push(arg);
  }
  flush();
  return out;
}

/** `a.b.c` made of names only. */
export function isNamePath(x: Node): boolean {
  if (isSym(x) || x instanceof GlobalRef) return true;
  if (!isForm(x, '.') || x.args.length !== 2) return false;
  const [object, field] = x.args;
  return (!isForm(object) || isNamePath(object)) && field instanceof QuoteNode && isSym(field.value as Node);
}

/**
 * Makes `e` safe to be evaluated twice: its parts that have effects move into temporaries.
 * The answer is the new expression and the assignments that must come first.
 */
export function withoutSideEffects(c: Context, e: Node): { expression: Node; before: Node[] } {
  if (!(e instanceof Form) || isQuoted(e)) return { expression: e, before: [] };
  const before: Node[] = [];
  const store = (x: Node): Node => {
    if (isEffectFree(x)) return x;
    if (isForm(x, '...') || isForm(x, '&')) return form(x.head, store(x.args[0]));
    if (isForm(x, 'kw')) return form('kw', x.args[0], store(x.args[1]));
    const temporary = c.temp();
    before.push(assign(temporary, x));
    return temporary;
  };
  const expression = e.head === 'let' ? store(e) : new Form(e.head, e.args.map(store));
  return { expression, before };
}

function lowerKeywordCall(c: Context, callee: Node, args: readonly Node[]): Node {
  const written = isForm(args[0], 'parameters') ? args[0].args : [];
  const plain = isForm(args[0], 'parameters') ? args.slice(1) : args;
  const { expression, before } = withoutSideEffects(c, call(callee, ...plain));
  const [target, ...values] = (expression as Form).args;
  const keywords = [...values.filter(isKwarg), ...written];
  const positional = values.filter((v) => !isKwarg(v));

  const f = isNamePath(target) ? target : c.temp();
  const container = c.temp();
  const withKeywords = call(core('kwcall'), container, f, ...positional);
  const names = lowerNamedTuple(keywords, {
    repeated: (name) => `keyword argument "${name}" repeated in call to "${deparse(target)}"`,
    value: 'keyword argument',
    element: 'keyword argument syntax',
    inCall: true,
  });
  return block(
    ...before,
    ...(f === target ? [] : [assign(f, target)]),
    assign(container, names),
    keywords.every(isVararg)
      ? form('if', call(top('isempty'), container), call(f, ...positional), withKeywords)
      : withKeywords,
  );
}

/** The words in which errors about the elements of a named tuple are told. */
interface NamedTupleTexts {
  readonly repeated: (name: string) => string;
  readonly value: string;
  readonly element: string;
  readonly inCall: boolean;
}
const plainNamedTuple: NamedTupleTexts = {
  repeated: (name) => `field name "${name}" repeated in named tuple`,
  value: 'named tuple field',
  element: 'named tuple element',
  inCall: false,
};

function elementName(x: Node): Node | undefined {
  if (isSym(x)) return x;
  if ((isAssignment(x) || isKwarg(x)) && isSym(x.args[0])) return x.args[0];
  if (isForm(x, '.') && x.args.length === 2) {
    const field = x.args[1];
    if (field instanceof QuoteNode) return field.value as Node;
    return isForm(field) ? field.args[0] : undefined;
  }
  return undefined;
}

/** `(a = 1, b, c.d, :e => 2, f...)` as calls that build and merge NamedTuples. */
export function lowerNamedTuple(elements: readonly Node[], texts = plainNamedTuple): Node {
  const names = elements.map(elementName).filter((name) => name !== undefined);
  const twice = duplicate(names);
  if (twice !== undefined) throw new LoweringError(texts.repeated(deparse(twice)));

  const noSplat = (x: Node): Node => {
    if (isVararg(x)) throw new LoweringError(`"..." expression cannot be used as ${texts.value} value`);
    return x;
  };
  let fields: Node[] = [];
  let values: Node[] = [];
  let built: Node | undefined;
  const merge = (next: Node): void => {
    built = built === undefined ? next : call(top('merge'), built, next);
  };
  const flush = (): void => {
    if (fields.length > 0) merge(namedTupleOf(fields, values));
    fields = [];
    values = [];
  };
  elements.forEach((x, i) => {
    if (isAssignment(x) || isKwarg(x)) {
      const [name, value] = x.args;
      if (!isSym(name)) throw new LoweringError(`invalid ${texts.value} name "${deparse(name)}"`);
      fields.push(quoted(name));
      values.push(noSplat(value));
    } else if (isSym(x)) {
      fields.push(quoted(x));
      values.push(x);
    } else if (
      isForm(x, '.') &&
      x.args.length === 2 &&
      x.args[1] instanceof QuoteNode &&
      isSym(x.args[1].value as Node)
    ) {
      fields.push(x.args[1]);
      values.push(x);
    } else if (isForm(x, 'call') && x.args.length === 3 && x.args[0] === sym('=>')) {
      flush();
      merge(namedTupleOf([x.args[1]], [noSplat(x.args[2])]));
    } else if (isVararg(x)) {
      flush();
      built = call(top('merge'), built ?? call(top('NamedTuple')), x.args[0]);
    } else if (texts.inCall && i >= 0 && isForm(x, 'parameters')) {
      throw new LoweringError('more than one semicolon in argument list');
    } else {
      throw new LoweringError(`invalid ${texts.element} "${deparse(x)}"`);
    }
  });
  flush();
  return built ?? call(core('NamedTuple'));
}

function namedTupleOf(names: readonly Node[], values: readonly Node[]): Node {
  return call(form('curly', core('NamedTuple'), form('tuple', ...names)), call(core('tuple'), ...values));
}
