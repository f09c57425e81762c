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
  it('does with UInt64, and with bits of any size, what it does with Int64', () => {
    const program = `using Core.Intrinsics: add_int, sub_int, mul_int, and_int, or_int, xor_int, udiv_int, urem_int, eq_int, ne_int
      edges = Int[${edges.map(julia).join(', ')}]
      wide(a, b) = (add_int(a, b), sub_int(a, b), mul_int(a, b), and_int(a, b), or_int(a, b), xor_int(a, b))
      divided(a, b) = (udiv_int(a, b), urem_int(a, b))
      same(a, b) = (eq_int(a, b), ne_int(a, b))
      bits(a, b) = (and_int(a, b), or_int(a, b), xor_int(a, b))
      function texts(edges)
        out = String[]
        for a in edges, b in edges
          x = unsigned(a); y = unsigned(b)
          push!(out, join((wide(x, y)..., (y == 0 ? () : divided(x, y))...), ','))
          same(x, y) == same(a, b) == (a === b, a !== b) || push!(out, "not the same")
        end
        out
      end
      few = Any[0x5a, Int8(-3), true, 'a', 0x1234, Int16(-2), 0xdeadbeef, Int32(-5), 1.5f0]
      (join(texts(edges), ' '), [bits(x, y) for x in few for y in few if typeof(x) == typeof(y)],
        try bits(0x01, true) catch e; sprint(showerror, e) end)`;
    const cut = (n: bigint): bigint => BigInt.asUintN(64, n);
    const pairs = edges.flatMap((a) => edges.map((b) => [cut(a), cut(b)]));
    const lines = pairs.map(([x, y]) =>
      [x + y, x - y, x * y, x & y, x | y, x ^ y, ...(y === 0n ? [] : [x / y, x % y])].map(cut).join(),
    );
    expect(answer(program)).toBe(
      `("${lines.join(' ')}", Tuple{Any, Any, Any}[(0x5a, 0x5a, 0x00), (-3, -3, 0), (true, true, false), ('a', 'a', '\\0'), (0x1234, 0x1234, 0x0000), (-2, -2, 0), (0xdeadbeef, 0xdeadbeef, 0x00000000), (-5, -5, 0), (1.5f0, 1.5f0, 0.0f0)], "and_int: types of a and b must match")`,
    );
  });
  it('shifts 64 bits by any number, and by none', () => {
    const program = `using Core.Intrinsics: shl_int, lshr_int
      edges = Int[${edges.map(julia).join(', ')}]
      left(x, n) = shl_int(x, n)
      right(x, n) = lshr_int(x, n)
      function texts(edges)
        out = String[]
        for n in (0, 1, 7, 31, 32, 33, 57, 63, 64, 65, -1, 2^32), x in edges
          left(x, n) === left(unsigned(x), unsigned(n)) % Int && right(x, n) === right(unsigned(x), n) % Int || push!(out, "not the same")
          push!(out, string(left(x, n), ',', right(x, n)))
        end
        out
      end
      join(texts(edges), ' ')`;
    const lines: string[] = [];
    for (const n of [0n, 1n, 7n, 31n, 32n, 33n, 57n, 63n, 64n, 65n, -1n, 2n ** 32n]) {
      const isShort = n >= 0n && n < 64n;
      for (const x of edges) {
        const left = isShort ? BigInt.asIntN(64, x << n) : 0n;
        const right = isShort ? BigInt.asIntN(64, BigInt.asUintN(64, x) >> n) : 0n;
        lines.push(`${left},${right}`);
      }
    }
    expect(answer(program)).toBe(`"${lines.join(' ')}"`);
  });
  it('cuts and extends to constant types, and refuses what is no narrower or no wider', () => {
    const program = `using Core.Intrinsics: trunc_int, zext_int
      cut(x) = (trunc_int(UInt8, x), trunc_int(Int16, x), trunc_int(UInt32, x))
      extend(x) = (zext_int(Int16, x), zext_int(UInt32, x), zext_int(Int64, x))
      worse(x) = trunc_int(UInt32, x)
      better(x) = zext_int(UInt16, x)
      refused(f, x) = try f(x) catch e; e.msg end
      ([cut(x) for x in (0x123456789abcdef0, -1, typemin(Int), 0x0000000080000000)], [extend(x) for x in (0xff, Int8(-1), 0x80)],
        extend(true), [refused(worse, x) for x in (1, 0x02, 3, 0x00000004)], [refused(better, x) for x in (0x01, 2, 0x03, 0x0004)])`;
    expect(answer(program)).toBe(
      '(Tuple{UInt8, Int16, UInt32}[(0xf0, -8464, 0x9abcdef0), (0xff, -1, 0xffffffff), (0x00, 0, 0x00000000), (0x00, 0, 0x80000000)], ' +
        'Tuple{Int16, UInt32, Int64}[(255, 0x000000ff, 255), (255, 0x000000ff, 255), (128, 0x00000080, 128)], (1, 0x00000001, 1), ' +
        'Any[0x00000001, "Trunc: output bitsize must be < input bitsize", 0x00000003, "Trunc: output bitsize must be < input bitsize"], ' +
        'Any[0x0001, "ZExt: output bitsize must be > input bitsize", 0x0003, "ZExt: output bitsize must be > input bitsize"])',
    );
  });
  it('follows pointers to numbers of every size, aligned or not', () => {
    const program = `get(p, i) = Core.Intrinsics.pointerref(p, i, 1)
      set(p, x, i) = Core.Intrinsics.pointerset(p, x, i, 1)
      function walk(T)
        m = zeros(UInt8, 64)
        GC.@preserve m begin
          p = Ptr{T}(pointer(m))
          for i in 1:3
            set(p, T(i), i) === p || return "another pointer"
          end
          q = Ptr{T}(pointer(m) + 25)
          set(q, T(1), 2)
          [get(p, i) for i in 1:3] == T[1, 2, 3] && get(q, 2) === T(1) && get(q, 0) === get(q + -sizeof(T), 1) ? sum(Int, m) : "wrong"
        end
      end
      kind(f, args...) = try f(args...) catch e; string(typeof(e)) end
      m = [1, 2]
      ([walk(T) for T in (UInt8, Int8, UInt16, Int32, UInt64, Int, UInt32)],
        GC.@preserve(m, kind(set, pointer(m), 2.0, 1)), kind(get, 3, 1))`;
    expect(answer(program)).toBe('([7, 7, 7, 7, 7, 7, 7], "TypeError", "TypeError")');
  });
  it('asserts types, compares strings and asks for lengths at one place for many kinds', () => {
    const program = `must(x, T) = x::T
      one(x) = x::Union{Int, String}
      is(a, b) = a === b
      size_of(x) = Core.sizeof(x)
      count_of(x) = length(x)
      named(x) = getfield(x, :length)
      struct Sized; length::Int; end
      shown(f, args...) = try f(args...) catch e; sprint(showerror, e) end
      text(n) = String(fill(UInt8('a') + UInt8(n % 3), n))
      ([shown(one, x) for x in (1, "a", 1.5)], shown(must, 1, Real), shown(must, 1, AbstractString), shown(must, 2, 3),
        [is(text(n), text(m)) for n in 0:9 for m in 0:9] == [n == m for n in 0:9 for m in 0:9], is("ab", "ac"), is("ab", :ab),
        [size_of(x) for x in ("abc", :abc, 1, Memory{Int}(undef, 3), "", 'c')],
        [count_of(x) for x in (Memory{Int}(undef, 3), [1, 2], "ab", Memory{UInt8}(undef, 5))],
        [named(x) for x in (Memory{Int}(undef, 3), Sized(7), Memory{UInt8}(undef, 5))])`;
    expect(answer(program)).toBe(
      '(Any[1, "a", "TypeError: in typeassert, expected Union{Int64, String}, got a value of type Float64"], 1, ' +
        '"TypeError: in typeassert, expected AbstractString, got a value of type Int64", ' +
        '"TypeError: in typeassert, expected Type, got a value of type Int64", ' +
        'true, false, false, [3, 3, 8, 24, 0, 4], [3, 2, 2, 5], [3, 7, 5])',
    );
  });
  it('assigns an element to a variable, also the one that says where it lies', () => {
    const program = `function walk(next, i)
        seen = Int[]
        while i != 0
          push!(seen, i)
          i = next[i]
        end
        seen
      end
      function inner(xs)
        xs = xs[1]
        xs = xs[1]
        xs
      end
      function among(m, i)
        a = Core.memoryrefget(Core.memoryrefnew(Core.memoryrefnew(m), Core.Intrinsics.add_int(i, 1), false), :not_atomic, false)
        b = Core.memoryrefget(Core.memoryrefnew(Core.memoryrefnew(m), Core.Intrinsics.add_int(i, a), false), :not_atomic, false)
        (a, b)
      end
      m = Memory{Int}(undef, 4); copyto!(m, [1, 2, 3, 4])
      (walk([3, 0, 4, 2], 1), inner(Any[Any[5]]), among(m, 1))`;
    expect(answer(program)).toBe('([1, 3, 4, 2], 5, (2, 3))');
  });
  it('negates 64 bits, and refuses what is no number', () => {
    const program = `neg(x) = Core.Intrinsics.neg_int(x)
      edges = Int[${edges.map(julia).join(', ')}]
      ([neg(x) for x in edges] == [0 - x for x in edges], [neg(unsigned(x)) for x in edges] == [0 - unsigned(x) for x in edges],
        neg(typemin(Int)), neg(2^32), neg(0x01), neg(Int8(-128)), neg(1.0) === -1.0, try neg("1") catch e; sprint(showerror, e) end)`;
    expect(answer(program)).toBe(
      '(true, true, -9223372036854775808, -4294967296, 0xff, -128, false, "neg_int: value is not a primitive type")',
    );
  });
  it('moves few bytes and many, also onto themselves', () => {
    const program = `function moved(name, to, from, n)
        bytes = collect(0x00:0x3f)
        GC.@preserve bytes begin
          p = pointer(bytes)
          q = name === :memcpy ? ccall(:memcpy, Ptr{Cvoid}, (Ptr{UInt8}, Ptr{UInt8}, Csize_t), p + to, p + from, n) :
            ccall(:memmove, Ptr{UInt8}, (Ptr{UInt8}, Ptr{UInt8}, Csize_t), p + to, p + from, n)
          UInt(q) == UInt(p + to) || return false
        end
        expected = collect(0x00:0x3f)
        for i in 1:n
          expected[to + i] = from + i - 1
        end
        bytes == expected
      end
      (all(moved(:memmove, to, from, n) for to in 0:3:30 for from in 0:5:30 for n in (0, 1, 7, 23, 24, 25, 30)),
        all(moved(:memcpy, 32, from, n) for from in 0:3 for n in (0, 5, 24, 25)))`;
    expect(answer(program)).toBe('(true, true)');
  });
  it('reads references of one type and of any, and undefined ones as errors', () => {
    const program = `mutable struct Held; text::String; any::Any; words::Vector{String}; late::Vector{Int}; Held(t, a, w) = new(t, a, w); end
      parts(h) = (h.text, h.any, h.words)
      late(h) = h.late
      first_of(xs) = xs[1]
      kind(f, x) = try f(x) catch e; e isa UndefRefError ? :undefined : rethrow() end
      held = [Held("a", 1, ["x"]), Held("b", "any", String[]), Held("c", 'c', ["y", "z"])]
      before = [kind(late, h) for h in held]
      foreach(h -> h.late = [7], held)
      ([parts(h) for h in held], before, [kind(late, h) for h in held],
        [kind(first_of, x) for x in (["p"], Vector{String}(undef, 1), Any[2], Vector{Any}(undef, 1), [[3]], Vector{Vector{Int}}(undef, 1))])`;
    expect(answer(program)).toBe(
      '(Tuple{String, Any, Vector{String}}[("a", 1, ["x"]), ("b", "any", []), ("c", \'c\', ["y", "z"])], ' +
        '[:undefined, :undefined, :undefined], [[7], [7], [7]], Any["p", :undefined, 2, :undefined, [3], :undefined])',
    );
  });
  it('branches on a comparison, and keeps its answer where it is asked for again', () => {
    const program = `function kept(a, b)
        c = a < b
        d = c ? 1 : 2
        e = (a == b) || (a > b)
        f = !(a <= b)
        g = a < b && b < 7 ? a : b
        (c, d, e, f, g, c === !e)
      end
      function out(a)
        a < 3 && return :low
        if a == 3
          r = :three
        elseif a isa Float64
          r = :float
        else
          r = "other"
        end
        return r
      end
      chosen(x) = x ? 1 : 2
      nested(x) = x isa Int ? (x > 1 ? (x > 2 ? :many : :two) : :one) : x === nothing ? :none : x == "a" ? :a : :else
      caught(f, x) = try f(x) catch e; string(typeof(e)) end
      ([kept(a, b) for a in (1, 8) for b in (1, 8)], [out(x) for x in (1, 3, 4, 4.5, 3.0, 2.5)],
        [caught(chosen, x) for x in (true, false, 1, nothing)], [nested(x) for x in (3, 2, 1, nothing, "a", "b")])`;
    expect(answer(program)).toBe(
      '(Tuple{Bool, Int64, Bool, Bool, Int64, Bool}[(0, 2, 1, 0, 1, 1), (1, 1, 0, 0, 8, 1), (0, 2, 1, 1, 1, 1), (0, 2, 1, 0, 8, 1)], ' +
        'Any[:low, :three, "other", :float, :three, :low], Any[1, 2, "TypeError", "TypeError"], [:many, :two, :one, :none, :a, :else])',
    );
  });
  it('tells strings apart by any of their bytes', () => {
    const program = `is(a, b) = a === b
      text(n, i) = String(UInt8[k == i ? 0x62 : 0x61 for k in 1:n])
      all(is(text(n, i), text(n, j)) == (i == j) for n in 1:12 for i in 1:n for j in 1:n)`;
    expect(answer(program)).toBe('true');
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

describe('a call of what a module holds', { timeout: 300_000 }, () => {
  it('calls the builtin, the method, whatever stands there when it is called', () => {
    const program = `module M9; f(x) = x + 1; g = f; const h = f; end
      size9(x) = Core.sizeof(x)
      f9(x) = M9.f(x)
      g9(x) = M9.g(x)
      h9(x) = M9.h(x)
      twice() = [(size9("abc"), f9(i), g9(i), h9(i)) for i in 1:2]
      began = twice()
      Core.eval(M9, :(f(x) = x + 10))
      redefined = twice()
      Core.eval(M9, :(g = x -> x + 100))
      assigned = twice()
      Core.eval(M9, :(const h = x -> x + 1000))
      replaced = twice()
      (began, redefined, assigned, replaced)`;
    expect(answer(program)).toBe(
      '([(3, 2, 2, 2), (3, 3, 3, 3)], [(3, 11, 11, 11), (3, 12, 12, 12)], [(3, 11, 101, 11), (3, 12, 102, 12)], ' +
        '[(3, 11, 101, 1001), (3, 12, 102, 1002)])',
    );
  });
  it('stays as it was for frames of an older world', () => {
    const program = `module M10; const h = x -> x + 1; end
      function h10(change)
        out = Int[M10.h(1), M10.h(2)]
        for i in 1:3
          i == change && Core.eval(M10, :(const h = x -> x + 1000))
          push!(out, M10.h(i))
        end
        out
      end
      world = Base.get_world_counter()
      before = h10(0)
      meanwhile = h10(2)
      (before, meanwhile, h10(0), Base.invoke_in_world(world, h10, 0))`;
    expect(answer(program)).toBe('([2, 3, 2, 3, 4], [2, 3, 2, 3, 4], [1001, 1002, 1001, 1002, 1003], [2, 3, 2, 3, 4])');
  });
  it('asks a method of getproperty that is defined later', () => {
    const program = `module M11; const f = identity; end
      f11(m) = m.f(3)
      c11() = M11.f(3)
      before = (f11(M11), c11(), c11())
      @eval Base getproperty(m::Module, name::Symbol) = name === :f ? (x -> getglobal(m, name)(x) + 40) : getglobal(m, name)
      between = try (f11(M11), c11(), c11()) finally
        @eval Base getproperty(m::Module, name::Symbol) = getglobal(m, name)
      end
      (before, between, (f11(M11), c11(), c11()))`;
    expect(answer(program)).toBe('((3, 3, 3), (43, 43, 43), (3, 3, 3))');
  });
});
