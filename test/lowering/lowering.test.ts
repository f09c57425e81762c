// What users of lowering see: code, its places in the source, errors, hygiene of macros, and limits.

import { describe, expect, it } from 'vitest';
import { CodeInfo } from '../../interpreter/ir/code.ts';
import { listing } from '../../interpreter/ir/listing.ts';
import { type LoweringHost, lower, macroexpand } from '../../interpreter/lowering/index.ts';
import { Expr, GlobalRef, LineNumberNode, ModuleRef, Sym, type Syntax, sym } from '../../interpreter/syntax/expr.ts';
import { parseAll, parseOne, printSyntax } from '../../interpreter/syntax/index.ts';
import { TestHost } from './testhost.ts';

const M = new ModuleRef('M');
const parse = (src: string, file?: string): Syntax => parseOne(src, 0, file === undefined ? {} : { file }).value;

function codeOf(lowered: Syntax): CodeInfo {
  const info = lowered instanceof Expr ? lowered.args[0] : null;
  if (!(info instanceof CodeInfo)) throw new Error('not lowered to code');
  return info;
}

describe('lowering', () => {
  it('gives a thunk for code, and leaves constants and names alone', () => {
    expect(listing(lower(parse('x + 1'), M, new TestHost()))).toBe(
      [
        'thunk',
        '  codeinfo nargs=0',
        '    %1 = (globalref M |+|)',
        '    %2 = (globalref M x)',
        '    %3 = (call %1 %2 1)',
        '    %4 = (return %3)',
      ].join('\n'),
    );
    expect(lower(1n, M, new TestHost())).toBe(1n);
    expect(lower(sym('x'), M, new TestHost())).toBe(sym('x'));
  });

  it('does not change the expression it is given', () => {
    const { value } = parseAll('function f(x; k = 1)\n  g(a[end], x .+ k) do y; y end\nend');
    const before = printSyntax(value);
    for (const statement of value.args) {
      if (!(statement instanceof LineNumberNode)) lower(statement, M, new TestHost());
    }
    expect(printSyntax(value)).toBe(before);
  });

  it('knows the line of each statement', () => {
    const src = 'begin\n  f()\n\n  g()\nend';
    const info = codeOf(lower(parse(src, 'a.jl'), M, new TestHost(), { file: 'a.jl', line: 1 }));
    const lines = info.code.map((_, i) => info.places[i]?.line);
    expect(lines).toEqual([2, 2, 4, 4, undefined]);
    expect(info.places[0]?.file?.name).toBe('a.jl');
  });

  it('returns errors with the place where it is known', () => {
    const error = lower(parse('begin\n  x = 1\n  1 = x\nend', 'a.jl'), M, new TestHost());
    expect(error).toEqual(new Expr('error', ['invalid assignment location "1" around a.jl:3']));
  });

  it('ends in an error, not in a crash, when the nesting is too deep', () => {
    let deep: Syntax = 1n;
    for (let i = 0; i < 200_000; i++) deep = new Expr('call', [sym('f'), deep]);
    expect(lower(deep, M, new TestHost())).toEqual(new Expr('error', ['expression is nested too deeply']));
  });

  it('assigns to existing globals in a soft scope only', () => {
    const host = new TestHost();
    host.globals.add(sym('x'));
    const loop = parse('for i in 1:3; x = i; end');
    const setsGlobal = (softscope: boolean): boolean =>
      listing(lower(loop, M, host, { softscope })).includes('setglobal!');
    expect(setsGlobal(true)).toBe(true);
    expect(setsGlobal(false)).toBe(false);
  });
});

/** A host whose only macro is given. */
class OneMacro extends TestHost implements LoweringHost {
  private readonly macro: (args: readonly Syntax[]) => Syntax;
  private readonly home: ModuleRef;
  constructor(home: ModuleRef, macro: (args: readonly Syntax[]) => Syntax) {
    super();
    this.macro = macro;
    this.home = home;
  }
  override expandMacro(_module: ModuleRef, call: Expr) {
    return { value: this.macro(call.args.slice(2)), definingModule: this.home };
  }
}

describe('macros', () => {
  const A = new ModuleRef('A');
  const expand = (src: string, macro: (args: readonly Syntax[]) => Syntax): Syntax =>
    macroexpand(parse(src), M, new OneMacro(A, macro), { recursive: true });

  it('mean globals of their own module', () => {
    expect(expand('@m', () => sym('x'))).toEqual(new GlobalRef(A, sym('x')));
  });

  it('rename their own variables, but not what they escape', () => {
    const result = expand('@m x', ([x]) => new Expr('block', [new Expr('=', [sym('x'), new Expr('escape', [x])])]));
    const assignment = (result as Expr).args[0] as Expr;
    expect(assignment.args[1]).toBe(sym('x'));
    expect(assignment.args[0]).toBeInstanceOf(Sym);
    expect(assignment.args[0]).not.toBe(sym('x'));
  });

  it('let through what they throw', () => {
    const fail = (): Syntax => {
      throw new TypeError('from the macro');
    };
    expect(() => lower(parse('@m'), M, new OneMacro(A, fail))).toThrow('from the macro');
  });
});
