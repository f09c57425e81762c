// The verifier: each rule is broken once, and the complaint names the rule and the statement. And code of every kind that
// is valid is not complained about.

import { describe, expect, it } from 'vitest';
import { checkScript } from '../../interpreter/ir/check.ts';
import { CodeInfo, GotoNode, ReturnNode, SlotNumber, SSAValue } from '../../interpreter/ir/code.ts';
import { readScript } from '../../interpreter/ir/read.ts';
import { type Rule, verify } from '../../interpreter/ir/verify.ts';
import { Expr } from '../../interpreter/syntax/expr.ts';

/** The complaints about code given as text: rule and statement. */
function complaints(lines: string): [Rule, number][] {
  const { items, diagnostics } = readScript(`CodeInfo(\n${lines}\n)`);
  expect(diagnostics).toEqual([]);
  const [item] = items;
  return item?.kind === 'thunk' ? verify(item.code).map(({ rule, statement }) => [rule, statement]) : [];
}

const broken: [string, string, Rule, number][] = [
  ['no terminator', '1 ─ nothing', 'terminator', 1],
  ['a jump out of range', '1 ─ goto %7', 'jump', 1],
  ['a branch out of range', '1 ─ goto %9 if not true\n2 ─ return nothing', 'jump', 1],
  ['a handler out of range', '1 ─ enter %9\n2 ─ return nothing', 'jump', 1],
  ['a value of no statement', '1 ─ return %4', 'value', 1],
  ['a value used before it is computed', '1 ─ return %2\n    return 1', 'dominance', 1],
  [
    'a value that only one way computes',
    '1 ─ goto #3 if not true\n2 ─ %2 = Core.svec(1)\n3 ┄ return %2',
    'dominance',
    3,
  ],
  ['a slot that is not declared', 'slots: x\n1 ─ return _3', 'slot', 1],
  ['more arguments than slots', 'slots: x\nfacts: nargs 3\n1 ─ return x', 'slot', 0],
  ['an unknown head', '1 ─ $(Expr(:banana))\n    return 1', 'head', 1],
  ['the wrong number of arguments', '1 ─ $(Expr(:static_parameter, 1, 2))\n    return 1', 'arity', 1],
  ['a call of nothing', '1 ─ $(Expr(:call))\n    return 1', 'arity', 1],
  ['a method of two arguments', '1 ─ $(Expr(:method, :f, 1))\n    return 1', 'arity', 1],
  ['a statement as operand', '1 ─ $(Expr(:call, :(Core.svec), GotoNode(1)))\n    return 1', 'operand', 1],
  ['an assignment to a constant', '1 ─ $(Expr(:(=), 1, 2))\n    return 1', 'operand', 1],
  ['leaving what is no handler', '1 ─ %1 = Core.svec()\n    $(Expr(:leave, :(%1)))\n2 ─ return 1', 'exceptions', 2],
  [
    'leaving twice',
    '1 ─ %1 = enter #4\n2 ─ $(Expr(:leave, :(%1)))\n3 ─ $(Expr(:leave, :(%1)))\n   return 1\n4 ┄ return 2',
    'exceptions',
    3,
  ],
  [
    'different handlers on two ways',
    '1 ─ goto #3 if not true\n2 ─ %2 = enter #4\n3 ┄ return 1\n4 ┄ return 2',
    'exceptions',
    3,
  ],
  ['a φ node of another edge', '1 ─ goto #2\n2 ─ %2 = φ (#3 => 1)\n    return %2\n3 ─ return 1', 'phi', 2],
];

describe('the verifier', () => {
  it.each(broken)('complains about %s', (_, text, rule, statement) => {
    expect(complaints(text)).toContainEqual([rule, statement]);
  });

  it('counts flags, places and types', () => {
    const code = new CodeInfo();
    code.code = [new ReturnNode(null)];
    code.ssaflags = [0, 0];
    code.slotflags = [1];
    expect(verify(code).map(({ rule }) => rule)).toEqual(['lengths', 'lengths', 'lengths']);
  });

  it('looks into nested code', () => {
    const inner = new CodeInfo();
    inner.code = [new GotoNode(5)];
    inner.ssaflags = [0];
    inner.places = [null];
    const outer = new CodeInfo();
    outer.code = [new Expr('thunk', [inner]), new ReturnNode(new SSAValue(1))];
    outer.ssaflags = [0, 0];
    outer.places = [null, null];
    const [complaint] = verify(outer);
    expect(complaint).toMatchObject({ rule: 'jump', statement: 1, code: inner });
  });

  it('is content with loops, handlers, φ nodes and assignments', () => {
    expect(
      complaints(`slots: x, y
1 ─       y = 1
2 ┄ %2  = φ (#1 => 0, #5 => %7)
    %3  = enter #4
    $(Expr(:leave, :(%3)))
    goto #5
4 ┄ $(Expr(:pop_exception, :(%3)))
5 ┄ %7 = Core.svec(x, y, %2)
    goto #2`).filter(([rule]) => rule !== 'phi'),
    ).toEqual([]);
  });

  it('says where, with line and caret', () => {
    const { complaints: texts } = checkScript('CodeInfo(\n1 ─ %1 = Core.svec(%3)\n└──      return %1\n)', 'a.jlir');
    expect(texts).toEqual([
      `a.jlir:2:10: error: statement 1: %3 is the value of no statement; there are 2 (rule: value)
  1 ─ %1 = Core.svec(%3)
           ^^^^^^^^^^^^^`,
    ]);
  });

  it('knows slots by number', () => {
    const code = new CodeInfo();
    code.code = [new ReturnNode(new SlotNumber(2))];
    code.ssaflags = [0];
    code.places = [null];
    expect(verify(code).map(({ rule }) => rule)).toEqual(['slot']);
  });
});
