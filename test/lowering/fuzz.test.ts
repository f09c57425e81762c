// Whatever the expression, lowering answers: with code, with the expression, or with an error expression. Programs and
// macros may build any tree, of any heads with any arguments.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listing } from '../../interpreter/ir/listing.ts';
import { lower, macroexpand } from '../../interpreter/lowering/index.ts';
import {
  Expr,
  GlobalRef,
  LineNumberNode,
  ModuleRef,
  QuoteNode,
  type Syntax,
  sym,
} from '../../interpreter/syntax/expr.ts';
import { NoMacros, TestHost } from './testhost.ts';

const heads = (
  'call . = block if elseif while for let function macro -> do struct abstract primitive module quote $ tuple vect hcat ' +
  'vcat row nrow ncat typed_hcat typed_vcat typed_ncat ref curly braces bracescat comprehension typed_comprehension ' +
  'generator filter flatten parameters kw ... :: <: >: where && || comparison try catch finally return break continue ' +
  'global local const outer import using export public as : += .= .+= escape hygienic-scope inert meta opaque_closure ' +
  'symboliclabel symbolicgoto inbounds inline noinline boundscheck loopinfo toplevel tryfinally trycatch copyast ' +
  'isdefined isglobal locals gc_preserve new splatnew cfunction foreigncall cconv string & atomic generated purity ' +
  'thunk lambda method softscope overlay static_parameter core top globalref unknown'
).split(' ');
const M = new ModuleRef('M');
const names = 'x y f T :: ... end begin = + .+ nothing true ccall _ __ #s1 Core'.split(' ').map((name) => sym(name));

const atom: fc.Arbitrary<Syntax> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Syntax>(...names) },
  fc.constantFrom<Syntax>(0n, 1n, 2n, 1.5, 's', true, false, null, M),
  fc.constantFrom<Syntax>(new LineNumberNode(3, sym('file')), new GlobalRef(M, sym('g'))),
  fc.constantFrom(...names.slice(0, 5).map((name) => new QuoteNode(name))),
);
const { tree } = fc.letrec<{ tree: Syntax }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 2, arbitrary: atom },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(...heads), fc.array(tie('tree'), { maxLength: 4 }))
        .map(([head, args]) => new Expr(head, args)),
    },
  ),
}));

it('answers for any tree of expressions', () => {
  fc.assert(
    fc.property(tree, (expression) => {
      try {
        const lowered = lower(expression, M, new TestHost());
        if (!(lowered instanceof Expr) || lowered.head !== 'error') expect(listing(lowered)).not.toBe('');
        macroexpand(expression, M, new TestHost(), { recursive: true });
      } catch (error) {
        // no macro is known here: what a host throws passes through
        if (!(error instanceof NoMacros)) throw error;
      }
    }),
    { numRuns: 5000 },
  );
});

it('takes time in proportion to the length of a chain, and says when it is nested too deeply', () => {
  const operands = Array.from({ length: 20001 }, (_, i) => sym(i % 2 === 0 ? 'a' : '<'));
  const lowered = lower(new Expr('comparison', operands), M, new TestHost());
  expect(lowered).toEqual(new Expr('error', ['expression is nested too deeply']));
});
