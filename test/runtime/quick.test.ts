// What the loop does in place must be what the general way does: 64-bit arithmetic in halves, branches on comparisons,
// methods without a frame, and all of it after the definitions it rests on have changed.

import { describe, expect, it } from 'vitest';
import { answer } from './session.ts';

const edges = [
  0n,
  1n,
  -1n,
  2n,
  65535n,
  65536n,
  -65537n,
  2n ** 31n - 1n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 32n - 1n,
  2n ** 32n,
  -(2n ** 32n) - 1n,
  0x1234_5678_9abc_def0n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const julia = (n: bigint): string => (n === -(2n ** 63n) ? 'typemin(Int)' : `${n}`);

describe('quick arithmetic', { timeout: 300_000 }, () => {
  it('wraps and compares as 64 bits', () => {
    const program = `edges = Int[${edges.map(julia).join(', ')}]
      function pairs_of(edges)
        out = Int[]
        for a in edges, b in edges
          push!(out, a + b, a - b, a * b, a & b, a | b, xor(a, b))
          push!(out, (a < b ? 1 : 0) + (a <= b ? 2 : 0) + (a == b ? 4 : 0) + (a != b ? 8 : 0) + (!(a < b) ? 16 : 0))
          unsigned(a) < unsigned(b) ? push!(out, 1) : push!(out, 0)
        end
        out
      end
      join(pairs_of(edges), ' ')`;
    const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);
    const expected: bigint[] = [];
    for (const a of edges) {
      for (const b of edges) {
        expected.push(wrap(a + b), wrap(a - b), wrap(a * b), a & b, a | b, a ^ b);
        expected.push(
          BigInt((a < b ? 1 : 0) + (a <= b ? 2 : 0) + (a === b ? 4 : 0) + (a !== b ? 8 : 0) + (a < b ? 0 : 16)),
        );
        expected.push(BigInt.asUintN(64, a) < BigInt.asUintN(64, b) ? 1n : 0n);
      }
    }
    expect(answer(program)).toBe(JSON.stringify(expected.join(' ')));
  });
  it('divides as 64 bits, towards zero', () => {
    const program = `edges = Int[${edges.map(julia).join(', ')}]
      function divided(edges)
        out = Int[]
        for a in edges, b in edges
          b == 0 || b == -1 || push!(out, a % b, a ÷ b)
        end
        out
      end
      quotient(a, b) = a ÷ b
      remainder(a, b) = a % b
      caught(f, a, b) = try string(f(a, b)) catch e; string(typeof(e)) end
      (join(divided(edges), ' '), [caught(f, a, b) for f in (quotient, remainder) for (a, b) in
        ((7, 2), (7, 0), (-7, 2), (typemin(Int), -1), (0xff, 0x10), (Int8(-7), Int8(2)), (7, -1))])`;
    const expected: bigint[] = [];
    for (const a of edges) for (const b of edges) if (b !== 0n && b !== -1n) expected.push(a % b, a / b);
    const single = ['3', 'DivideError', '-3', 'DivideError', '15', '-3', '-7'];
    const rest = ['1', 'DivideError', '-1', '0', '15', '-1', '0'];
    expect(answer(program)).toBe(
      `("${expected.join(' ')}", [${[...single, ...rest].map((text) => JSON.stringify(text)).join(', ')}])`,
    );
  });
  it('takes branches on floats as they compare, NaN with nothing', () => {
    const program = `order(a, b) = a < b ? 1 : a <= b ? 2 : a == b ? 3 : !(a < b) ? 4 : 5
      [order(a, b) for a in (1.0, -0.0, NaN, Inf) for b in (1.0, 0.0, NaN, Inf)]`;
    expect(answer(program)).toBe('[2, 4, 4, 1, 1, 2, 4, 1, 4, 4, 4, 4, 4, 4, 4, 2]');
  });
  it('answers isa, apply_type and fieldtype at one place for many types, before and after a collection', () => {
    const program = `is(x, T) = x isa T
      vector_of(T) = Vector{T}
      array_of(T, n) = Array{T, n}
      field_of(T, i) = fieldtype(T, i)
      asked() = [is(x, T) for x in Any[1, 2.5, "a", Int, Union{}, nothing, [1], Vector] for T in Any[Int, Real, Any, Type, Type{Int}, Union{Nothing, String}, Vector{Int}]]
      made() = Any[vector_of(Int), vector_of(Any), vector_of(Real), array_of(Int, 2), array_of(Int, 3), array_of(Any, 2),
        field_of(Tuple{Int, Any}, 1), field_of(Tuple{Int, Any}, 2), field_of(Complex{Float64}, :im)]
      before = (asked(), made())
      GC.gc()
      after = (asked(), made())
      caught(f, args...) = try string(f(args...)) catch e; string(typeof(e)) end
      (before == after, sum(before[1]), join(after[2], ' '), caught(is, 1, 2), caught(field_of, Tuple{Int}, 2), caught(array_of, 1, 2) )`;
    expect(answer(program)).toBe(
      '(true, 18, "Vector{Int64} Vector{Any} Vector{Real} Matrix{Int64} Array{Int64, 3} Matrix{Any} Int64 Any Float64", "TypeError", "BoundsError", "Matrix{1}")',
    );
  });
  it('serves several types at one place', () => {
    const program = 'let s = 0; for x in Any[1, 2.5, 3, 0x01, big(7), 4.5, true]; s += x * x; end; s end';
    expect(answer(program)).toBe('87.5');
  });
});

describe('conversions among integers', { timeout: 300_000 }, () => {
  it('keep the value or throw; rem keeps the low bits', () => {
    const program = `wrong = String[]
      for T in Base.BitInteger_types, S in Base.BitInteger_types
        for v in Any[0, 1, -1, 127, 128, 255, 256, -128, -129, 32768, 65535, 2^31 - 1, 2^31, 2^32, typemin(Int), typemax(UInt64), typemin(Int128), typemax(UInt128)]
          x = v % S
          b = big(x)
          r = try T(x) catch e; e isa InexactError ? nothing : rethrow() end
          right = big(typemin(T)) <= b <= big(typemax(T)) ? r isa T && big(r) == b : r === nothing
          right && (big(x % T) - b) % big(2)^(8 * sizeof(T)) == 0 || push!(wrong, string(T, S, x))
        end
      end
      wrong`;
    expect(answer(program)).toBe('String[]');
  });
});

describe('methods that need no frame', { timeout: 300_000 }, () => {
  it('return an argument, a constant, a field, a field of a field', () => {
    const program = `struct Inner9; a::Int; b::Float64; end
      mutable struct Outer9; x::Any; inner::Inner9; end
      second9(a, b) = b; seven9(a) = 7; x9(o) = o.x; b9(o) = getfield(getfield(o, :inner), :b)
      function all9(o); s = Any[]; for i in 1:3; push!(s, second9(i, o.x), seven9(i), x9(o), b9(o)); end; s end
      all9(Outer9("x", Inner9(1, 2.5)))`;
    expect(answer(program)).toBe('Any["x", 7, "x", 2.5, "x", 7, "x", 2.5, "x", 7, "x", 2.5]');
  });
  it('are looked up anew when they are defined anew', () => {
    const program = `struct P8; x::Int; y::Int; end
      get8(p) = p.x; sum8(ps) = sum(get8(p) for p in ps)
      before = sum8([P8(1, 10), P8(2, 20)])
      get8(p) = p.y
      between = sum8([P8(1, 10), P8(2, 20)])
      get8(p) = p.x + p.y
      (before, between, sum8([P8(1, 10), P8(2, 20)]))`;
    expect(answer(program)).toBe('(3, 30, 33)');
  });
  it('read an undefined field as an error', () => {
    const program = `mutable struct U7; x; U7() = new(); end
      u7(o) = o.x
      tries(n) = [try u7(i == 3 ? U7() : Ref(i)); catch e; nameof(typeof(e)); end for i in 1:n]
      tries(4)`;
    expect(answer(program)).toBe('Any[1, 2, :UndefRefError, 4]');
  });
});

describe('code that nothing leads to', { timeout: 300_000 }, () => {
  it('may use values that are never made', () => {
    const program = `function f6(ch); n = 0; while true; p = try take!(ch) catch; break end; n += p; end; n end
      f6(Channel(c -> foreach(i -> put!(c, i), 1:4)))`;
    expect(answer(program)).toBe('10');
  });
});

describe('a call with many kinds of arguments', { timeout: 300_000 }, () => {
  it('finds the method of each', () => {
    const program = `${Array.from({ length: 12 }, (_, i) => `struct K5_${i}; end; k5(::K5_${i}) = ${i}`).join('; ')}
      let xs = Any[${Array.from({ length: 12 }, (_, i) => `K5_${i}()`).join(', ')}]
        [k5(x) for _ in 1:3 for x in xs] == [i for _ in 1:3 for i in 0:11] end`;
    expect(answer(program)).toBe('true');
  });
});
