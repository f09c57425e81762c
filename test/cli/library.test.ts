// What a user gets from the library where it once differed from Julia.

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { command } from './jl0.ts';

/** What a program of one line prints. */
function printed(code: string): string {
  const jl0 = command(['-e', code]);
  return execFileSync(jl0.program, jl0.args, { encoding: 'utf8' });
}

describe('the library', { timeout: 120_000 }, () => {
  it.each([
    ['integers of different types meet by their low bits', 'print(Int8(-1) + 0xff, " ", 0x01 - 0x02)', '254 255'],
    [
      'a mask of the wrong length is out of bounds',
      'try [1, 2][[true]] catch e; showerror(stdout, e) end',
      'BoundsError: attempt to access 2-element Vector{Int64} at index [1-element Vector{Bool}]',
    ],
    [
      'bits of odd sizes survive boxing',
      'primitive type P40 40 end; x = Any[Core.Intrinsics.trunc_int(P40, 0x7fffffffff)]; print(Core.Intrinsics.zext_int(UInt64, x[1]))',
      '549755813887',
    ],
    [
      'types are shown by the names that programs give them',
      'struct P2{A, B} end; const Sw{A, B} = P2{B, A}; print(P2{Int, Char}, " ", P2{T, Vector{T}} where T, " ", Vector{T} where T<:Real, " ", Vector{<:Real})',
      'Sw{Char, Int64} P2{T, Vector{T}} where T Vector{T} where T<:Real Vector{<:Real}',
    ],
    ['parsing counts bytes', 'print(Meta.parse("é = 1 # ü", 1)[2], " ", Meta.parse("[π]"))', '12 [π]'],
    [
      'texts are normalised',
      'print(Base.Unicode.normalize("e\\u0301ﬁ", :NFKC), length(Base.Unicode.graphemes("e\\u0301x")))',
      'éfi2',
    ],
    [
      "methods are listed in Julia's order",
      'f(x::Int, y::Int = 1; k = 2) = 1; f(x) = 2; for m in methods(f) println(m) end',
      'f(x::Int64, y::Int64; k) @ Main none:1\nf(x::Int64; ...) @ Main none:1\nf(x) @ Main none:1\n',
    ],
    [
      'what a bound determines need not be a field',
      'struct Two{A, B<:A} x::B end; print(Two(1))',
      'Two{Int64, Int64}(1)',
    ],
  ])('%s', (_name, code, expected) => {
    expect(printed(code)).toBe(expected);
  });
});
