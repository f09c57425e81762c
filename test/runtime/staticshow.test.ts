// The text of values that no method of Julia's makes: Core.show, which C calls jl_static_show.
//
// Expected are the forms that src/rtutils.c gives them.

import { expect, it } from 'vitest';
import { answer } from './session.ts';

it.each([
  ['1.5f0', '1.5f0'],
  ['1f10', '1f+10'],
  ['Float16(0.1)', 'Float16(0.099976)'],
  ['1e100', '1.0000000000000000e+100'],
  ['100.0', '100.00000000000000'],
  ['-Inf32', '-Inf32'],
  ['0x01', '0x01'],
  ['Int8(-3)', 'Int8(-3)'],
  ["'x'", 'Char(0x78000000)'],
  [':a', ':a'],
  ['Symbol("a b")', ':var"a b"'],
  ['Symbol("=>")', ':var"=>"'],
  ['"a\\n\\$\\"\\x01\\u00e4"', '"a\\n\\$\\"\\x01ä"'],
  ['"\\xff\\u00e4"', '"\\xff\\xc3\\xa4"'],
  ['(1,)', '(1,)'],
  ['(a=1, b="x")', '(a=1, b="x")'],
  ['NamedTuple()', 'NamedTuple()'],
  ['1:3', 'Base.UnitRange{Int64}(start=1, stop=3)'],
  ['sin', 'Base.sin'],
  ['+', 'Base.:(+)'],
  ['typeof(+)', 'typeof(Base.:(+))'],
  ['Array', 'Array{T, N} where N where T'],
  ['Array{T, 1} where {Int <: T <: Real}', 'Array{T, 1} where Int64<:T<:Real'],
  ['TypeVar(:T, Integer)', 'T<:Integer'],
  ['Union{Int, String}', 'Union{Int64, String}'],
  ['NTuple{4, Int}', 'NTuple{4, Int64}'],
  ['Tuple{String, Int, Int, Int, Int}', 'Tuple{String, Vararg{Int64, 4}}'],
  ['Core.SimpleVector', 'Core.SimpleVector'],
  ['Base.Iterators', 'Base.Iterators'],
  ['Core.svec(1, 2)', 'svec(1, 2)'],
  [':(f(x) + 1)', 'Expr(:call, :+, Expr(:call, :f, :x), 1)'],
  [':(x = 1)', ':x = 1'],
  ['QuoteNode(:a)', ':(:a)'],
  ['QuoteNode(1)', 'quote 1 end'],
  ['GlobalRef(Base, :+)', 'Base.:(+)'],
  ['LoadError("f", 1, ErrorException("e"))', 'LoadError(at "f" line 1: ErrorException("e"))'],
  ['UInt128(5)', 'UInt128(0x00000000000000000000000000000005)'],
  ['Ref{Any}()', 'Base.RefValue{Any}(x=#<null>)'],
  ['let r = Ref{Any}(); r[] = r; end', 'Base.RefValue{Any}(x=<circular reference @-1>)'],
  ['only(methods(Base.lowercasefirst))', 'lowercasefirst(AbstractString)'],
  ['let g(x::T, y...) where {T} = 1; only(methods(g)); end', 'g(T, Any...) where {T}'],
])('%s', (value, expected) => {
  const shown = answer(`let (path, io) = mktemp()
    redirect_stdout(() -> Core.show(${value}), io)
    close(io)
    read(path, String)
end`);
  expect(shown).toBe(answer(`String(${bytesOf(expected)})`));
});

/** A literal for the bytes of a text, which says the same however it is quoted. */
const bytesOf = (text: string): string => `UInt8[${[...Buffer.from(text)].join(', ')}]`;
