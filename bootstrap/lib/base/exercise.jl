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
run() = integers(9) + floats(4) + arrays(3) + fields(4) + calls(3) + attempts(3)

end
