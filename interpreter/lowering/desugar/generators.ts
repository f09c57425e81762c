// Generators and comprehensions.
//
// A generator is `Base.Generator(f, iterators)`. A typed comprehension over plain ranges is written out as loops at
// once, which saves a closure and its type for each.

import { type Sym, sym } from '../../syntax/expr.ts';
import type { Context } from '../context.ts';
import {
  assign,
  block,
  call,
  contains,
  core,
  Form,
  form,
  isAssignment,
  isDotOperator,
  isForm,
  isFunctionDefinition,
  isSym,
  isUnderscore,
  LoweringError,
  malformed,
  mentions,
  type Node,
  top,
  unique,
} from '../node.ts';
import { assignedNames } from './assignment.ts';
import { expand, type Rules } from './expand.ts';

export const generatorRules: Rules = {
  generator(c, e) {
    checkNoReturn(e);
    return expandGenerator(c, e, false, []);
  },
  flatten: (c, e) => expandGenerator(c, formOf(e.args[0]), true, []),
  comprehension(c, e) {
    if (e.args.length > 1) return expand(c, form('comprehension', new Form('generator', e.args)));
    const generator = e.args[0];
    checkRanges(generator);
    return expand(c, call(top('collect'), generator));
  },
  typed_comprehension(c, e) {
    const [type, generator] = e.args;
    checkRanges(generator);
    if (isForm(generator, 'generator') && generator.args.slice(1).every(isAssignment)) {
      return expand(c, comprehensionLoops(c, type, generator.args[0], generator.args.slice(1) as Form[]));
    }
    return expand(c, call(top('collect'), type, generator));
  },
};

const formOf = (x: Node): Form => {
  if (isForm(x)) return x;
  throw malformed();
};

function checkRanges(generator: Node): void {
  if (isForm(generator, 'generator') && generator.args.slice(1).includes(sym(':'))) {
    throw new LoweringError('comprehension syntax with `:` ranges has been removed');
  }
}

const outside = (x: Form): boolean => !isFunctionDefinition(x);

function checkNoReturn(x: Node): void {
  if (contains(x, (part) => isForm(part, 'return'), outside)) {
    throw new LoweringError('"return" not allowed inside comprehension or generator');
  }
}

function expandGenerator(c: Context, e: Form, flat: boolean, outer: readonly Node[]): Node {
  const [body, ...written] = e.args;
  const first = written[0];
  const filter = isForm(first, 'filter') ? first : undefined;
  const ranges = (filter === undefined ? written : filter.args.slice(1)) as readonly Form[];
  if (!ranges.every((r) => isForm(r) && r.args.length === 2)) throw malformed();
  const iterators = ranges.map((r) => r.args[1]);
  let iterator: Node = iterators.length === 1 ? iterators[0] : call(top('product'), ...iterators);
  if (filter !== undefined) {
    iterator = call(top('Filter'), elementFunction(c, filter.args[0], ranges, false, []), iterator);
  }
  const generator = call(top('Generator'), elementFunction(c, body, ranges, flat, outer), iterator);
  return expand(c, flat ? call(top('Flatten'), generator) : generator);
}

// The function from an element of the iterator to the value of `body`.
function elementFunction(c: Context, body: Node, ranges: readonly Form[], flat: boolean, outer: readonly Node[]): Node {
  const variables = ranges.map((r) => r.args[0]);
  const only = variables.length === 1 ? variables[0] : undefined;
  const argument: Sym = isSym(only) ? only : c.gensym();
  const names = assignedNames(form('tuple', ...variables));
  const unpack =
    argument === only
      ? []
      : [
          ...names.map((name) => form('local', name)),
          assign(only !== undefined ? only : form('tuple', ...variables), argument),
        ];
  if (body === argument) return top('identity');
  // `f(_) for _ in x` is f
  if (
    unpack.length === 0 &&
    isForm(body, 'call') &&
    body.args.length === 2 &&
    body.args[1] === argument &&
    isUnderscore(argument) &&
    !isDotOperator(body.args[0]) &&
    !mentions(body.args[0], argument)
  ) {
    return body.args[0];
  }
  let inner: Node = body;
  if (flat && isForm(body, 'generator')) inner = expandGenerator(c, body, false, unique([...outer, ...names]));
  else if (flat && isForm(body, 'flatten')) {
    inner = expandGenerator(c, formOf(body.args[0]), true, unique([...outer, ...names]));
  } else if (outer.length > 0) {
    const copied = outer.filter((v) => !isUnderscore(v));
    inner = form('let', block(...copied.map((v) => assign(v, v))), body);
  }
  return form('->', argument, block(...unpack, inner));
}

function comprehensionLoops(c: Context, type: Node, body: Node, ranges: readonly Form[]): Node {
  checkNoReturn(body);
  const isJump = (x: Node): boolean => isForm(x, 'break') || isForm(x, 'continue');
  if (contains(body, isJump, (x) => x.head !== 'for' && x.head !== 'while')) {
    throw new LoweringError('break or continue outside loop');
  }
  const result = c.temp();
  const index = c.gensym();
  const element = c.temp();
  const size = c.temp();
  const unknown = c.temp();
  const iterators = ranges.map(() => c.temp());
  const product = c.temp();
  const overall = ranges.length === 1 ? iterators[0] : product;
  let loops: Node = block(
    assign(element, body),
    form('inbounds', true),
    form('if', unknown, call(top('push!'), result, element), call(top('setindex!'), result, element, index)),
    form('inbounds', sym('pop')),
    assign(index, call(top('add_int'), index, 1n)),
  );
  ranges.forEach((range, i) => {
    loops = form('for', assign(range.args[0], iterators[i]), loops);
  });
  return form(
    'scope-block',
    block(
      form('local', index),
      ...ranges.map((range, i) => assign(iterators[i], range.args[1])),
      ...(ranges.length === 1 ? [] : [assign(product, call(top('product'), ...iterators))]),
      assign(size, call(top('IteratorSize'), overall)),
      assign(unknown, call(core('isa'), size, top('SizeUnknown'))),
      assign(result, call(top('_array_for'), type, overall, size)),
      assign(index, call(top('first'), call(top('LinearIndices'), result))),
      loops,
      result,
    ),
  );
}
