// IR scripts as a user meets them: the commands, the examples, code of every form run to its result.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jl0 } from '../cli/jl0.ts';
import { root } from '../oracle.ts';

const expected: Record<string, string> = {
  'fib.jlir': 'fib(20) = 6765\n',
  'pasted.jlir': '55 5050\n',
  'rescue.jlir': 'caught odd: 1\ncaught odd: 3\ncaught odd: 5\n3 caught\n',
  'strlen.jlir': '12\n',
};

describe('the examples', () => {
  const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.jlir'));

  it('are those whose output is known', () => {
    expect(examples.sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(examples)(
    '%s is valid and prints what it should',
    (name) => {
      expect(jl0(['ir', 'check', `examples/${name}`])).toMatchObject({ status: 0, stdout: '', stderr: '' });
      expect(jl0(['ir', 'run', `examples/${name}`])).toMatchObject({ status: 0, stdout: expected[name] });
    },
    60_000,
  );
});

// Prints the value of f(args) for methods written as IR.
const call = (f: string, ...args: string[]): string => `
CodeInfo(
1 ─ %1 =   dynamic Main.${f}(${args.join(', ')})
│          dynamic Base.println(%1)
└──      return nothing
)`;

describe('optimised code', () => {
  const script = `
# φ nodes of one block exchange their values.
method swap(n::Int64)
CodeInfo(
1 ─      goto #2
2 ┄ %2 = φ (#1 => "a", #3 => %3)::String
│   %3 = φ (#1 => "b", #3 => %2)::String
│   %4 = φ (#1 => 1, #3 => %8)::Int64
│   %5 = intrinsic Base.slt_int(n, %4)::Bool
└──      goto #3 if not %5
4 ─      return %2
3 ─ %8 = intrinsic Base.add_int(%4, 1)::Int64
└──      goto #2
)
${call('swap', '4')}
${call('swap', '5')}

# What a block falls through to takes its value along.
method sign(x::Int64)
CodeInfo(
1 ─ %1 = intrinsic Base.slt_int(x, 0)::Bool
└──      goto #3 if not %1
2 ─ %3 = intrinsic Base.neg_int(x)::Int64
3 ┄ %4 = φ (#1 => x, #2 => %3)::Int64
│   %5 = π (%4, Int64)
└──      return %5
)
${call('sign', '-7')}
${call('sign', '8')}

# ϒ and φᶜ: what a handler sees of the code that it protects.
method guarded(x)
CodeInfo(
1 ─ %1 = ϒ ("before")::String
2 ─ %2 = enter #4
3 ─ %3 = Base.:+(x, 1)
│   %4 = ϒ ("after")::String
│        dynamic Base.error("no")
└──      unreachable
4 ┄ %7 = φᶜ (%1, %4)::String
│        $(Expr(:pop_exception, :(%2)))
└──      return %7
)
${call('guarded', '1')}
${call('guarded', '"x"')}

# invoke names the method, whatever the argument is.
method which(x::Int64)
CodeInfo(
1 ─      return "Int64"
)
method which(x)
CodeInfo(
1 ─      return "Any"
)
method both(x)
CodeInfo(
1 ─ %1 =    invoke Main.which(x::Int64)::String
│   %2 = dynamic invoke Main.which(x::Any)::String
│   %3 =   dynamic Base.string(%1, " ", %2)::String
│   %4 = $(Expr(:boundscheck, true))::Bool
│   %5 =   builtin Core.tuple(%3, %4)
└──      return %5
)
${call('both', '1')}

# Values of the heap, static parameters, varargs.
method pieces(::Type{T}, xs::T...) where {T<:Number}
CodeInfo(
    slots: #self#, var"", xs
    facts: nargs 3, isva
1 ─ %1 = $(Expr(:static_parameter, 1))
│   %2 =   builtin Core.tuple(%1, xs, $(svec(1, :a)), $(Int32(5)), Base.RefValue{Int64}, $((1, "b")), $(new(Base.Pair{Symbol, Int64}, :k, 2)))
└──      return %2
)
${call('pieces', 'Int64', '1', '2')}

module Inner
method double(x)
CodeInfo(
1 ─ %1 =   dynamic Base.:*(2, x)
└──      return %1
)
end
${call('Inner.double', '21')}
`;

  it('runs as Julia runs it', () => {
    const { stdout, stderr, status } = jl0(['ir', 'run', '-'], { input: script });
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      'a',
      'b',
      '7',
      '8',
      'after',
      'before',
      '("Int64 Any", true)',
      '(Int64, (1, 2), svec(1, :a), 5, Base.RefValue{Int64}, (1, "b"), :k => 2)',
      '42',
      '',
    ]);
    expect(status).toBe(0);
  }, 240_000);
});

describe('the commands', () => {
  it('show the IR of a file as a script that does the same', () => {
    const file = 'examples/qsort.jl';
    const { stdout, status } = jl0(['ir', file]);
    expect(status).toBe(0);
    expect(stdout).toContain('$(Expr(:method, ');
    expect(jl0(['ir', 'check', '-'], { input: stdout })).toMatchObject({ status: 0, stderr: '' });
    const output = readFileSync(join(root, 'examples/expected/qsort.out'), 'utf8');
    expect(jl0(['ir', 'run', '-'], { input: stdout })).toMatchObject({ status: 0, stdout: output });
  }, 240_000);

  it('make pasted code a method, and call it', () => {
    const input = 'CodeInfo(\n1 ─ %1 = Main.:+\n│   %2 =   dynamic (%1)(x, 1)\n└──      return %2\n)';
    const args = ['ir', 'run', '-', '--method', 'f(x::Int)', '--eval', 'println(f(41))'];
    expect(jl0(args, { input })).toMatchObject({ status: 0, stdout: '42\n' });
  }, 240_000);

  it('say what is wrong, with exit codes as everywhere', () => {
    const bad = jl0(['ir', 'check', '-', 'examples/fib.jlir'], { input: 'CodeInfo(\n1 ─ goto #2\n)' });
    expect(bad).toMatchObject({ status: 1, stdout: '' });
    expect(bad.stderr).toBe('stdin:2:10: error: there is no block 2\n  1 ─ goto #2\n           ^^\n');
    expect(jl0(['ir', 'check', 'no-such-file.jlir']).status).toBe(2);
    expect(jl0(['ir', 'run', '-'], { input: 'CodeInfo(\n1 ─ return %9\n)' }).status).toBe(1);
    const thrown = jl0(['ir', 'run', '-'], { input: 'CodeInfo(\n1 ─ dynamic Base.error("oh")\n    return 1\n)' });
    expect(thrown.status).toBe(1);
    expect(thrown.stderr).toContain('ERROR: oh');
  }, 240_000);
});

describe('code_lowered', () => {
  it('prints as Julia prints it', () => {
    const code = `using InteractiveUtils
f(x) = x === nothing ? 1 : x + 1
display(code_lowered(f, (Int,)))
g(a, b...) = try; ccall(:abs, Cint, (Cint,), a); catch; :sym; end
println(@code_lowered g(1))
println(repr(Meta.lower(Main, :(x = [1, sin(0.5f0)]))))`;
    const { stdout, stderr } = jl0(['-e', code]);
    expect(stderr).toBe('');
    expect(stdout).toBe(`1-element Vector{Core.CodeInfo}:
 CodeInfo(
1 ─ %1 = Main.:(===)
│   %2 = Main.nothing
│   %3 =   dynamic (%1)(x, %2)
└──      goto #3 if not %3
2 ─      return 1
3 ─ %6 = Main.:+
│   %7 =   dynamic (%6)(x, 1)
└──      return %7
)
CodeInfo(
1 ─ %1 = enter #4
2 ─ %2 = Main.Cint
│   %3 =   dynamic Base.cconvert(%2, a)
│   %4 = Main.Cint
│   %5 =   dynamic Base.unsafe_convert(%4, %3)
│   %6 = $(Expr(:foreigncall, :(:abs), :(Main.Cint), :(Core.svec(Main.Cint)), 0, :(:ccall), :(%5), :(%3)))
└──      $(Expr(:leave, :(%1)))
3 ─      return %6
4 ┄ %9 = :sym
│        $(Expr(:pop_exception, :(%1)))
└──      return %9
)
:($(Expr(:thunk, CodeInfo(
1 ─       $(Expr(:globaldecl, :(Main.x)))
│         $(Expr(:latestworld))
│   %3  = Main.sin
│   %4  =   dynamic (%3)(0.5f0)
│   %5  =   dynamic Base.vect(1, %4)
│   %6  =   builtin Core.get_binding_type(Main, :x)
│         #s0 = %5
│   %8  = #s0
│   %9  =   builtin %8 isa %6
└──       goto #3 if not %9
2 ─       goto #4
3 ─ %12 = #s0
└──       #s0 = Base.convert(%6, %12)
4 ┄ %14 = #s0
│           dynamic Base.setglobal!(Main, :x, %14)
└──       return %5
))))
`);
  }, 240_000);
});
