// IR text: random code comes back as it was, any text at all gives code or complaints, and what Julia prints is read.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkScript } from '../../interpreter/ir/check.ts';
import {
  CodeInfo,
  EnterNode,
  GotoIfNot,
  GotoNode,
  NewvarNode,
  type Operand,
  PhiCNode,
  PhiNode,
  PiNode,
  ReturnNode,
  SlotNumber,
  SourceValue,
  SSAValue,
  type Statement,
  UpsilonNode,
} from '../../interpreter/ir/code.ts';
import { printCode } from '../../interpreter/ir/print.ts';
import { readScript } from '../../interpreter/ir/read.ts';
import { Expr, GlobalRef, LineNumberNode, Literal, ModuleRef, QuoteNode, sym } from '../../interpreter/syntax/expr.ts';
import { changed } from './corpus.ts';

const names = fc.oneof(
  fc.constantFrom(
    'x',
    'y',
    '#self#',
    '#unused#',
    '',
    'f#1',
    '##x#3',
    '#7',
    'goto',
    'return',
    'Int64',
    'Main',
    '+',
    '_2',
    'x!',
    'é',
    '∇f',
    'a b',
    'end',
    'φ',
    'x@_2',
    'builtin',
    'new',
    'nothing',
    '=',
    '"',
    '%1',
  ),
  fc.string({ maxLength: 6 }),
);
const symbols = names.map(sym);
const modules = fc
  .constantFrom('Main', 'Base', 'Core', 'Base.Math', 'Core.Intrinsics')
  .map((path) => new ModuleRef(path));
const types = fc.constantFrom('Int64', 'Any', 'Bool').map((name) => new SourceValue(sym(name)));
const literals = fc.oneof(
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.integer({ min: 0, max: 255 }).map((n) => new Literal('UInt8', BigInt(n))),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((n) => new Literal('Int32', BigInt(n))),
  fc.bigInt({ min: -(1n << 127n), max: (1n << 127n) - 1n }).map((n) => new Literal('Int128', n)),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((n) => new Literal('UInt128', n)),
  fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }).map((n) => new Literal('BigInt', n)),
  fc.integer({ min: 0, max: 0xffff }).map((n) => new Literal('Float16', BigInt(n))),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((n) => new Literal('Float32', BigInt(n))),
  fc
    .string({ minLength: 1, maxLength: 1, unit: 'grapheme-ascii' })
    .map((c) => new Literal('Char', BigInt(c.charCodeAt(0)) << 24n)),
);
const { syntax } = fc.letrec<{ syntax: Operand }>((tie) => ({
  syntax: fc.oneof(
    { depthSize: 'small' },
    literals,
    symbols,
    symbols.map((name) => new QuoteNode(name)),
    fc.integer({ min: 1, max: 99 }).map((line) => new LineNumberNode(line, sym('a.jl'))),
    fc.tuple(names, fc.array(tie('syntax'), { maxLength: 3 })).map(([head, args]) => new Expr(head, args)),
    fc
      .tuple(fc.constantFrom('call', 'block', '=', 'quote', '$', '.'), fc.array(tie('syntax'), { maxLength: 3 }))
      .map(([head, args]) => new Expr(head, args)),
    fc.tuple(modules, symbols).map(([module, name]) => new GlobalRef(module, name)),
  ),
}));

/** Operands of code with `n` statements and `slots` slots. */
const operands = (n: number, slots: number): fc.Arbitrary<Operand> =>
  fc.oneof(
    literals,
    fc.integer({ min: 1, max: n }).map((id) => new SSAValue(id)),
    fc.integer({ min: 1, max: Math.max(1, slots) }).map((id) => new SlotNumber(id)),
    fc.tuple(modules, symbols).map(([module, name]) => new GlobalRef(module, name)),
    symbols.map((name) => new QuoteNode(name)),
    symbols,
    syntax.map((value) => new QuoteNode(value)),
    fc.constantFrom('Main', 'Base', 'Core', 'Base.Math').map((path) => new ModuleRef(path)),
    types,
  );

function statements(n: number, slots: number): fc.Arbitrary<Statement> {
  const operand = operands(n, slots);
  const args = fc.array(operand, { maxLength: 4 });
  const target = fc.integer({ min: 1, max: n });
  const some = fc.array(operand, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    operand,
    some.map((list) => new Expr('call', list)),
    fc
      .tuple(
        fc.constantFrom(
          'new',
          'splatnew',
          'foreigncall',
          'meta',
          'leave',
          'static_parameter',
          'boundscheck',
          'isdefined',
          'method',
          'copyast',
          '=',
          'const',
        ),
        args,
      )
      .map(([head, list]) => new Expr(head, list)),
    fc
      .tuple(fc.integer({ min: 1, max: Math.max(1, slots) }), some)
      .map(([slot, list]) => new Expr('=', [new SlotNumber(slot), new Expr('call', list)])),
    target.map((label) => new GotoNode(label)),
    fc.tuple(operand, target).map(([condition, dest]) => new GotoIfNot(condition, dest)),
    fc.option(operand, { nil: undefined }).map((value) => new ReturnNode(value)),
    fc
      .tuple(fc.integer({ min: 0, max: n }), fc.option(operand, { nil: undefined }))
      .map(([dest, scope]) => new EnterNode(dest, scope)),
    fc.integer({ min: 1, max: Math.max(1, slots) }).map((slot) => new NewvarNode(new SlotNumber(slot))),
    fc.array(fc.tuple(fc.integer({ min: 0, max: n }), fc.option(operand, { nil: undefined })), { maxLength: 3 }).map(
      (edges) =>
        new PhiNode(
          edges.map(([edge]) => edge),
          edges.map(([, value]) => value),
        ),
    ),
    fc.tuple(operand, types).map(([value, type]) => new PiNode(value, type)),
    args.map((values) => new PhiCNode(values)),
    fc.option(operand, { nil: undefined }).map((value) => new UpsilonNode(value)),
  );
}

const code: fc.Arbitrary<CodeInfo> = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.array(symbols, { minLength: 1, maxLength: 5 }))
  .chain(([n, slotnames]) =>
    fc.record({
      statements: fc.array(statements(n, slotnames.length), { minLength: n, maxLength: n }),
      flags: fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: n, maxLength: n }),
      places: fc.array(
        fc.option(fc.record({ file: fc.option(symbols, { nil: null }), line: fc.integer({ min: 0, max: 999 }) }), {
          nil: null,
        }),
        { minLength: n, maxLength: n },
      ),
      slotnames: fc.constant(slotnames),
      slotflags: fc.array(fc.integer({ min: 0, max: 127 }), {
        minLength: slotnames.length,
        maxLength: slotnames.length,
      }),
      ssatypes: fc.option(fc.array(types, { minLength: n, maxLength: n }), { nil: null }),
      nargs: fc.integer({ min: 0, max: slotnames.length }),
      isva: fc.boolean(),
      inlining: fc.integer({ min: 0, max: 2 }),
      purity: fc.integer({ min: 0, max: 0x7ff }),
    }),
  )
  .map((parts) => {
    const info = new CodeInfo();
    info.code = parts.statements;
    info.ssaflags = parts.flags;
    info.places = parts.places;
    info.slotnames = parts.slotnames;
    info.slotflags = parts.slotflags;
    info.ssavaluetypes = parts.ssatypes;
    info.nargs = parts.nargs;
    info.isva = parts.isva;
    info.inlining = parts.inlining;
    info.purity = parts.purity;
    return info;
  });

describe('random code', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(code, (info) => {
        expect(changed(info, [])).toBeUndefined();
      }),
      { numRuns: 1500 },
    );
  });

  it('is printed for people, whatever it is', () => {
    fc.assert(
      fc.property(code, (info) => {
        expect(printCode(info, { exact: false, heapText: () => '?' })).toMatch(/^CodeInfo\(\n[\s\S]*\n\)$/);
      }),
      { numRuns: 300 },
    );
  });
});

const sample = `method f(x::Int64, ys...)
CodeInfo(
    slots: #self#, x 8, ys, s::Int64 2
    facts: nargs 3, isva
    @ a.jl:3
1 ─ %1 = enter #3
2 ─ %2 =   dynamic Base.:+(x, $(Int32(5)))
│        s = Core.getfield(%2, :x)
└──      goto #3 if not %2
3 ┄ %5 = φ (#1 => 1, #2 => "a\\"b")::Int64
└──      return $(QuoteNode(:(a + b)))
)
`;

describe('any text', () => {
  const settles = (text: string | Uint8Array): void => {
    const { result, complaints } = checkScript(text, 'any.jlir');
    for (const complaint of complaints) expect(complaint).toMatch(/^any\.jlir:\d+:\d+: error: ./);
    expect(result.items.length + complaints.length).toBeGreaterThanOrEqual(0);
  };

  it('bytes give code or complaints', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), settles), { numRuns: 500 });
  });

  it("text in IR's own words gives code or complaints", () => {
    const word = fc.constantFrom(
      'CodeInfo(',
      ')',
      '(',
      '\n',
      '1 ─ ',
      '│ ',
      '└── ',
      '%1',
      '%2 = ',
      '#1',
      'goto ',
      ' if not ',
      'return ',
      'enter ',
      'φ ',
      'π ',
      'x',
      '=',
      '=> ',
      '::',
      '$(',
      'Expr(',
      ':',
      '"',
      "'",
      '#=',
      '=#',
      ' ',
      ',',
      'slots: ',
      'flags: ',
      'facts: ',
      '@ ',
      'method ',
      'module ',
      'end',
      '{',
      '}',
      '[',
      ']',
      'Core.svec',
      'var"',
      '`',
      '1',
      '.',
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
        settles,
      ),
      { numRuns: 2000 },
    );
  });

  it('a script with a piece cut out or put in gives code or complaints', () => {
    const change = fc.record({ at: fc.nat(sample.length), drop: fc.nat(20), put: fc.string({ maxLength: 5 }) });
    fc.assert(
      fc.property(change, ({ at, drop, put }) => settles(sample.slice(0, at) + put + sample.slice(at + drop))),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['a megabyte of brackets', '('.repeat(1 << 20)],
    ['a megabyte of nested code', 'CodeInfo(\n'.repeat(100_000)],
    ['a megabyte of one name', `CodeInfo(\n1 ─ return ${'x'.repeat(1 << 20)}\n)`],
    ['deep brackets in an operand', `CodeInfo(\n1 ─ return ${'Core.svec('.repeat(150)}1${')'.repeat(150)}\n)`],
    ['many statements', `CodeInfo(\n${'    nothing\n'.repeat(20_000)}    return 1\n)`],
    ['nothing', ''],
    ['NUL', 'CodeInfo(\n1 ─ return \0\n)'],
  ])('%s ends', (_, text) => settles(text), 60_000);

  it.each([
    ['CodeInfo(\n1 ─ return\n)', 'any.jlir:2:11: error: expected an operand, found the end of the line'],
    ['CodeInfo(\n1 ─ goto #4\n)', 'any.jlir:2:10: error: there is no block 4'],
    ['CodeInfo(\n1 ─ %3 = 1\n    return 1\n)', 'any.jlir:2:5: error: this is statement 1, not 3'],
    [
      'CodeInfo(\n1 ─ return f(x; k=1)\n)',
      'any.jlir:2:12: error: a call in IR has neither keyword arguments nor splatting',
    ],
    ['CodeInfo(\n1 ─ return 1', 'any.jlir:1:1: error: CodeInfo( has no closing )'],
    ['hello', 'any.jlir:1:1: error: expected CodeInfo(, method, module, using, import or export'],
    ['CodeInfo(\n1 ─ return 1 +\n)', 'any.jlir:2:15: error: premature end of input'],
  ])('says what is wrong with %j', (text, expected) => {
    expect(checkScript(text, 'any.jlir').complaints[0]?.split('\n')[0]).toBe(expected);
  });
});

describe('what Julia prints', () => {
  const read = (text: string): CodeInfo => {
    const { items, diagnostics } = readScript(text);
    expect(diagnostics).toEqual([]);
    const [item] = items;
    if (item === undefined || !('code' in item)) throw new Error('no code');
    return item.code;
  };

  it('is read with prompt, vector, source lines and what was inlined', () => {
    const info = read(`julia> code_typed(f, (Int,), debuginfo=:source)
1-element Vector{Any}:
 CodeInfo(
    @ REPL[1]:1 within \`f\`
   ┌ @ int.jl:87 within \`+\`
1 ─│ %1 = intrinsic Base.add_int(x, 1)::Int64
│  └
│   @ REPL[1]:2 within \`f\`
└──      return %1
) => Int64`);
    expect(info.places).toEqual([
      { file: sym('REPL[1]'), line: 1 },
      { file: sym('REPL[1]'), line: 2 },
    ]);
    expect(info.rettype).toEqual(new SourceValue(sym('Int64')));
    expect(info.slotnames.map(({ name }) => name)).toEqual(['#self#', 'x']);
  });

  it('is read as Meta.lower shows it', () => {
    const info = read(`:($(Expr(:thunk, CodeInfo(
1 ─ %1 = Main.:+
│   %2 =   dynamic (%1)(1, 2)
└──      return %2
))))`);
    expect(info.code[1]).toEqual(new Expr('call', [new SSAValue(1), 1n, 2n]));
  });

  it('keeps slots that share a name apart', () => {
    const info = read(`method f(x)
CodeInfo(
1 ─      x@_4 = x@_2
│        @_3 = x@_4
└──      return @_3
)`);
    expect(info.slotnames.map(({ name }) => name)).toEqual(['#self#', 'x', '', 'x']);
    expect(info.code[0]).toEqual(new Expr('=', [new SlotNumber(4), new SlotNumber(2)]));
  });
});
