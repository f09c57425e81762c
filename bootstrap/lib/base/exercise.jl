# Work of every kind, in small amounts.
#
# The machine that runs the VM's loop compiles it for what it has seen so far, and starts over whenever it meets something
# new. So a program that runs for more than an instant has all kinds of instructions done once, early, each with the kinds
# of operands that there are. Nothing here has an effect, and its answer means nothing.

module Exercise

mutable struct Mixed
    any::Any
    int::Int
    float::Float64
    bool::Bool
    byte::UInt8
    text::String
    other::Any
    Mixed(a, i, f, b, y, s) = new(a, i, f, b, y, s)
end
struct Pair3{N}
    a::Int
    b::Float64
    rest::Any
end
struct Outer
    inner::Pair3{1}
    byte::UInt8
end

global counter::Int = 0
some_global = Any[1]
const xs_type = Symbol

size_of(::Pair3{N}) where {N} = N
kind_of(x::T) where {T} = T
several(xs...) = xs
pick(::Type{Int}) = 1
pick(::Type{Float64}) = 2
pick(::Type{String}) = 3
pick(x::Int) = 4
pick(x::Float64) = 5
pick(x::String) = 6
pick(x::Pair3) = 7
pick(x::Nothing) = 8
pick(x) = 9
second(a, b) = b
text_of(m) = m.text

function integers(n::Int)
    s = 0
    i = 0
    while i < n
        s += i * i
        s -= 1 - i
        s = xor(s & 255, s | 3)
        s == i && (s += 1)
        s != 7 || (s += 2)
        5 <= i || (s = 3 - s)
        i <= s ? (s = s + 1) : (s = s - 1)
        unsigned(i) < unsigned(s) && (s += 1)
        b = i > 3
        c = !b
        if c
            s += Int(b)
        end
        d = (i & 1) == 0
        if d === true
            s = -s
        end
        s = i % 3 + s
        far = 2147483647 + i
        far = far + far - (-2147483647 - far)
        far * far < 12 && far <= 3 * far && 1 < far && 1 <= far && (s += 1)
        x = i > 4 ? nothing : i
        x === nothing && (s += 1)
        nothing === x && (s += 1)
        x === :a && (s += 1)
        x === 3 && (s += 1)
        i += 1
    end
    return s
end
function floats(n::Int)
    s = 0.5
    for i in 1:n
        x = i * 0.5
        s = s * x - 1.0 / x + 2.0
        s < x && (s = -s)
        x <= 2.0 || (s += x)
        s == x && (s += 1)
        s > 1.0e10 && (s = 1.0)
        b = s >= x
        s = b ? s : 0.25
        s = (0.5 + s) - (1.0 - s)
        s = s + 0.25
        s = (s - 0.125) * (2.0 * x)
        s = s / 2.0
        s = -s
        (1.0 < s || s < 1.0) && 1.0 <= s && (s = 1.0 + s)
        s == 0.5 && (s = 1.5)
    end
    return s
end
function arrays(n::Int)
    ints = Vector{Int}(undef, n)
    floats = Vector{Float64}(undef, n)
    bytes = Vector{UInt8}(undef, n)
    halves = Vector{Int16}(undef, n)
    words = Vector{Int32}(undef, n)
    anys = Vector{Any}(undef, n)
    s = 0
    for i in 1:n
        ints[i] = i
        floats[i] = 1.5
        bytes[i] = 0x01
        halves[i] = Int16(2)
        words[i] = Int32(3)
        anys[i] = i == 2 ? i : "text"
        bytes[i] === 0x01 && halves[i] === Int16(2) && words[i] === Int32(3) && (s += ints[i])
        s += floats[i] > 1.0 ? 1 : 0
        x = anys[i]
        s += x isa Int ? x : x isa String ? 1 : 0
    end
    for x in ints
        s += x
    end
    counts = Memory{Int}(undef, n)
    marks = Memory{UInt8}(undef, n)
    names = Memory{String}(undef, n)
    others = Memory{Any}(undef, n)
    for i in 1:n
        counts[i] = i
        marks[i] = 0x02
        names[i] = "name"
        others[i] = i == 1 ? i : "other"
        marks[i] === 0x02 && (s += counts[i] + sizeof(names[i]))
        others[i] === nothing && (s += 1)
    end
    return s
end
function fields(n::Int)
    m = Mixed(nothing, 1, 2.0, true, 0x04, "text")
    s = 0
    for i in 1:n
        m.int = m.int + i
        m.float += 0.5
        m.any = i > 2 ? i : m
        m.bool = !m.bool
        m.byte = 0x01
        m.text = "other"
        m.any = "any"
        m.any = i > 2 ? i : m
        s += m.int + (m.bool ? 1 : 0) + m.byte
        a = m.any
        s += a === m ? 1 : a === nothing ? 2 : 0
        s += sizeof(text_of(m))
        isdefined(m, :other) && (s += 1)
        p = Pair3{1}(i, 1.0, i)
        o = Outer(p, 0x01)
        s += o.inner.a + o.byte + (o.inner.b > 0 ? 1 : 0) + o.inner.rest
        s += size_of(p)
        kind_of(p) === Pair3{1} && (s += 1)
        t = (i, m.float, "x")
        s += t[1]
        u, v = second(i, (i, s))
        s = u + v
    end
    return s
end
function calls(n::Int)
    s = 0
    xs = Any[1, 2.0, "a", nothing, :b, 0x01, 'c', xs_type, Pair3{1}(1, 1.0, 1)]
    ts = Any[Int, Float64, String, Int]
    f = x -> x + s
    for i in 1:n
        for x in xs
            s += pick(x)
        end
        for t in ts
            s += pick(t)
        end
        s += nfields(several(i, s)) + nfields(several(xs...))
        s += f(i)
        s += Exercise.second(i, s)
        for x in xs
            x isa Int && (s += x * x > 1 ? 1 : 2)
            x isa Float64 && (s += x * x > 1 ? 1 : 2)
        end
    end
    return s
end
function attempts(n::Int)
    s = 0
    local late
    for i in 1:n
        try
            i == 2 && throw(ErrorException("exercise"))
            s += 1
        catch e
            s += e isa ErrorException ? 2 : 3
        finally
            s += 1
        end
        i == 1 && (late = 1)
        s += late
        y = i
        g = () -> (y += 1; y)
        s += g()
        global counter = s
        s += counter + (some_global === nothing ? 1 : 2)
    end
    return s
end
# Every quick instruction with operands in slots and constants on either side, and with both answers.
using Core.Intrinsics: add_int, sub_int, mul_int, slt_int, sle_int, ult_int, eq_int, ne_int, and_int, or_int, xor_int,
    lshr_int, shl_int, trunc_int, zext_int, bitcast, pointerref, pointerset, checked_srem_int, checked_sdiv_int,
    udiv_int, urem_int, add_float, sub_float, mul_float, div_float, lt_float, le_float, eq_float, neg_float, neg_int, not_int
function operands(a::Int, b::Int)
    s = add_int(a, b)
    s = add_int(s, 7)
    s = add_int(7, s)
    s = sub_int(s, a)
    s = sub_int(s, 3)
    s = sub_int(3, s)
    s = mul_int(s, a)
    s = mul_int(s, 3)
    s = mul_int(3, s)
    s = and_int(s, a)
    s = and_int(s, 255)
    s = and_int(255, s)
    s = or_int(s, a)
    s = or_int(s, 8)
    s = or_int(8, s)
    s = xor_int(s, a)
    s = xor_int(s, 8)
    s = xor_int(8, s)
    s = add_int(s, checked_srem_int(b, a))
    s = add_int(s, checked_srem_int(b, 3))
    s = add_int(s, checked_srem_int(9, a))
    s = add_int(s, checked_sdiv_int(b, a))
    s = add_int(s, checked_sdiv_int(b, 3))
    s = add_int(s, checked_sdiv_int(9, a))
    s = add_int(s, shl_int(a, b))
    s = add_int(s, shl_int(a, 3))
    s = add_int(s, shl_int(1, a))
    s = add_int(s, lshr_int(b, a))
    s = add_int(s, lshr_int(b, 3))
    s = add_int(s, lshr_int(9, a))
    s = add_int(s, lshr_int(s, 40))
    s = add_int(s, shl_int(s, 40))
    s = neg_int(s)
    s = add_int(s, neg_int(0))
    slt_int(a, b) && slt_int(a, 5) && slt_int(5, b) && (s = 1)
    sle_int(a, b) && sle_int(a, 5) && sle_int(5, b) && (s = 1)
    eq_int(a, b) || eq_int(a, 5) || eq_int(5, b) || (s = 2)
    ne_int(a, b) && ne_int(a, 5) && ne_int(5, b) && (s = 3)
    ult_int(a, b) && ult_int(a, 5) && ult_int(5, b) && (s = 4)
    c = slt_int(a, b)
    c = sle_int(b, a)
    c = and_int(c, not_int(c))
    ifelse(c, 1, 2) === 1 && (s = 3)
    a === b || a === 5 || 5 === b || (s = 5)
    return s
end
function operands(a::UInt, b::UInt)
    s = add_int(a, b)
    s = add_int(s, 0x0000000000000007)
    s = sub_int(s, a)
    s = mul_int(s, a)
    s = and_int(s, b)
    s = or_int(s, 0x0000000000000008)
    s = xor_int(s, a)
    s = add_int(s, lshr_int(s, 7))
    s = add_int(s, shl_int(s, 0x0000000000000007))
    s = add_int(s, urem_int(b, a))
    s = add_int(s, udiv_int(b, 0x0000000000000003))
    eq_int(a, b) || ne_int(a, b) && (s = a)
    ult_int(a, b) && ult_int(a, 0x0000000000000005) && ult_int(0x0000000000000005, b) && (s = b)
    byte = or_int(trunc_int(UInt8, lshr_int(s, 57)), 0x80)
    byte = and_int(byte, trunc_int(UInt8, a))
    word = xor_int(trunc_int(UInt32, b), 0x00000007)
    s = add_int(s, zext_int(UInt, byte))
    s = add_int(s, zext_int(UInt, word))
    s = add_int(s, zext_int(UInt64, trunc_int(UInt8, 300)))
    return bitcast(Int, s)
end
function operands(a::Float64, b::Float64)
    s = add_float(a, b)
    s = add_float(s, 0.5)
    s = add_float(0.5, s)
    s = sub_float(s, a)
    s = sub_float(s, 0.5)
    s = sub_float(0.5, s)
    s = mul_float(s, a)
    s = mul_float(s, 0.5)
    s = mul_float(0.5, s)
    s = div_float(s, a)
    s = div_float(s, 0.5)
    s = div_float(0.5, s)
    s = neg_float(s)
    k = 0
    lt_float(a, b) && lt_float(a, 2.0) && lt_float(2.0, b) && (k = 1)
    le_float(a, b) && le_float(a, 2.0) && le_float(2.0, b) && (k = 2)
    eq_float(a, b) || eq_float(a, 2.0) || eq_float(2.0, b) || (k = 3)
    lt_float(s, s) && (k = 4)
    return k
end
function texts(n::Int)
    a = "exercise"
    b = string(a)
    c = string("exer", "cise")
    d = Dict{String, Int}()
    bytes = Memory{UInt8}(undef, 16)
    ints = Memory{Int}(undef, 2)
    halves = Memory{Int16}(undef, 2)
    words = Memory{Int32}(undef, 2)
    s = 0
    for i in 1:n
        d[string("k", i)] = get(d, c, 0) + (d isa AbstractDict ? 1 : 2)
        b === c && a === c && (s += length(d)::Int)
        a === "other" && (s += 1)
        (i > 1 ? a : i)::Union{String, Int} === c && (s += 1)
        p = pointer(bytes)
        pointerset(p, 0x01, i, 1)
        s += pointerref(p, i, 1) === 0x01 ? sizeof(c) : 1
        q = pointer(ints)
        pointerset(q, i, 1, 1)
        s += pointerref(q, 1, 1)
        h = pointer(halves)
        pointerset(h, Int16(3), 2, 1)
        pointerref(h, 2, 1) === Int16(3) && (s += 1)
        w = pointer(words)
        pointerset(w, Int32(3), 2, 1)
        pointerref(w, 2, 1) === Int32(3) && (s += 1)
        s += length(bytes) + operands(i, 9) + operands(i + 0x0000000000000000, 0x0000000000000009)
        s += operands(i + 0.5, 9.5)
    end
    return s
end
run() = texts(4) + integers(9) + floats(4) + arrays(3) + fields(4) + calls(3) + attempts(3)

end
