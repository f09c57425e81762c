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
    [
      'an intrinsic is called from wherever it is kept',
      'using Core.Intrinsics: mul_int, sub_int; print(Any[Core.Intrinsics.add_int][1](1, 2), [f(5, 3) for f in [mul_int, sub_int]])',
      '3[15, 2]',
    ],
    [
      'texts of numbers are what they were, whatever their size',
      'print(typemin(Int), " ", -10, " ", "x" * string(100), string("é", 7, \'c\', :s, true), " ", 0.1 + 0.2, " ", 4.35, " ", 123456.789, " ", 1.0e-5, " ", -2.5)',
      '-9223372036854775808 -10 x100é7cstrue 0.30000000000000004 4.35 123456.789 1.0e-5 -2.5',
    ],
    [
      'whole numbers are read with a sign, spaces or a prefix, and not beyond Int',
      'print(map(s -> tryparse(Int, s), ["+7", " -5 ", "0x1f", "9223372036854775807", "9223372036854775808", "-", "1_0"]))',
      'Union{Nothing, Int64}[7, -5, 31, 9223372036854775807, nothing, nothing, nothing]',
    ],
    [
      'a dictionary finds what is left after deletions',
      'd = Dict(string("k", i) => i for i in 1:500); for i in 1:2:500 delete!(d, "k$i") end; for i in 1:9 d["k$i"] = -i end; print(length(d), " ", sum(values(d)), " ", haskey(d, "k11"), d["k12"], d["k9"])',
      '255 62685 false12-9',
    ],
    [
      'characters are found near, far off, and among others of several bytes',
      'print(findfirst(\'x\', "a"^100 * "x"), findnext(\'é\', "éaé", 2 + 1), findfirst(==(\'b\'), "éab"), split("é,b,,c", \',\'))',
      '10144SubString{String}["é", "b", "", "c"]',
    ],
    [
      'steps of ranges reach their ends and no farther',
      'print(collect(10:-3:1), 1:3:11, length(5:2:4), length(typemin(Int):1:typemin(Int) + 5), collect(3:-1:5))',
      '[10, 7, 4, 1]1:3:1006Int64[]',
    ],
    [
      'programs define irrational constants',
      'Base.@irrational twopi 2*big(π); print(twopi, " ", Float64(twopi), " ", Float32(twopi))',
      'twopi 6.283185307179586 6.2831855',
    ],
    [
      'packed arrays of Bool keep their neighbours',
      'b = falses(130); b[[64, 65, 130]] .= true; b[64] = false; s = trues(9); s[2:3:9] .= false; print(findall(b), findall(s))',
      '[65, 130][1, 3, 4, 6, 7, 9]',
    ],
  ])('%s', (_name, code, expected) => {
    expect(printed(code)).toBe(expected);
  });
});
