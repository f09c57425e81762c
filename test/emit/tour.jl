# What native code does in ways of its own: run interpreted and native, the outputs must be the same (tour.test.ts).

module Tour
# builtins that code answers by itself
struct Pair3; a::Int; b::String; c::Float64; end
mutable struct Holder; x::Any; Holder() = new(); end
pick(t, i) = t[i]
sizes(x, s) = (sizeof(x), sizeof(s), nfields((x, s, 1.0)))
same(a, b) = a === b
defined(h::Holder) = isdefined(h, :x)
hashes(s) = hash(s)
function maker(T, args...) T(args...) end
struct Bag{T}; items::Vector{T}; end
tobag(x) = Bag{typeof(x)}([x])
# callbacks
compare(a::Ptr{Cdouble}, b::Ptr{Cdouble})::Cint = (x = unsafe_load(a); y = unsafe_load(b); x < y ? -1 : x > y ? 1 : 0)
angry(a::Ptr{Cdouble}, b::Ptr{Cdouble})::Cint = unsafe_load(a) == 3.0 ? error("three") : Cint(0)
function csort!(v)
    ccall(:qsort, Cvoid, (Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cvoid}), v, length(v), 8, @cfunction(compare, Cint, (Ptr{Cdouble}, Ptr{Cdouble})))
    v
end
function cthrow!(v)
    try
        ccall(:qsort, Cvoid, (Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cvoid}), v, length(v), 8, @cfunction(angry, Cint, (Ptr{Cdouble}, Ptr{Cdouble})))
        return "none"
    catch e
        return e.msg
    end
end
function closures!(v, n)
    calls = 0
    f = @cfunction($((a, b) -> (calls += 1; Cint(cmp(unsafe_load(a), unsafe_load(b)) * n))), Cint, (Ptr{Cdouble}, Ptr{Cdouble}))
    GC.@preserve f ccall(:qsort, Cvoid, (Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cvoid}), v, length(v), 8, f)
    return v, calls > 0
end
uncertain(x) = ccall(:abs, Cint, (Cint,), x)
strlen(s) = ccall(:strlen, Csize_t, (Cstring,), s)
# dynamic calls
abstract type Shape end
struct Sq <: Shape; w::Int; end
struct Re <: Shape; w::Int; h::Int; end
struct Ci{T} <: Shape; r::T; end
area(s::Sq) = s.w * s.w
area(s::Re) = s.w * s.h
area(s::Ci) = 3 * s.r * s.r
total(v) = (t = 0; for s in v; t += area(s); end; t)
counter() = (n = 0; () -> (n += 1; n))
function kw(; a=1, b=a + 1) a + 2b end
function safely(f, x)
    try
        return f(x)
    catch e
        return sprint(showerror, e)
    finally
        x
    end
end
thrower(x) = x > 2 ? throw(BoundsError([1, 2], x)) : x
global total_calls = 0
bump() = (global total_calls += 1)
const scoped = Base.ScopedValues.ScopedValue(1)
scopes() = (Base.ScopedValues.with(() -> scoped[], scoped => 5), scoped[])
function scoped_throw()
    try
        Base.ScopedValues.with(() -> error("inside"), scoped => 7)
    catch
    end
    return scoped[]
end
allocate(n) = (s = 0; for i in 1:n; s += length(string(i)); end; s)
of_open(@nospecialize(t::Type)) = t.name === Type.body.name
# constants of the code: names of types, objects with fields of several kinds
struct Mixed; n::Int; s::String; u::Union{Int,Nothing}; b::Bool; end
mixed(n) = n > 0 ? Mixed(7, "seven", nothing, true) : Mixed(8, "eight", 8, false)
is_array(@nospecialize(t)) = t isa DataType && t.name === Array.body.body.name
function main()
    t = (1, "two", 3.0, :four)
    println([pick(t, i) for i in 1:4])
    println(safely(i -> pick(t, i), 9))
    println(sizes(3, "αβ"), " ", same("ab", "a" * "b"), same(1, 1.0), same(Int, Int), same(Vector{Int}, Array{Int,1}), same(Any[1][1], 1))
    h = Holder(); print(defined(h)); h.x = 1; println(defined(h))
    println(hashes("") == hash(""), " ", hashes("twelve bytes") % 1000, " ", hashes("a longer string of more than sixteen bytes") % 1000)
    println(maker(Pair3, 1, "x", 2.0), maker(Sq, 4), tobag(1), tobag("s"))
    println(csort!([3.0, 1.0, 2.0]), cthrow!([1.0, 3.0, 2.0]), closures!([3.0, 1.0, 2.0], -1))
    println(uncertain(Any[Int32(-3)][1]), " ", strlen("abc"), " ", safely(strlen, "a\0b"))
    v = Shape[Sq(2), Re(2, 3), Ci(1), Ci(2.0), Sq(5)]
    println(total(v), " ", total(repeat(v, 100)))
    c = counter(); c(); println(c(), c(), " ", kw(), kw(b=1), kw(a=3))
    println(safely(thrower, 1), safely(thrower, 5))
    bump(); bump(); println(total_calls)
    println(scopes(), scoped_throw())
    println(allocate(5000))
    println(of_open(Any[Type{Pair3}][1]), of_open(Any[Vector{Int}][1]))
    println(mixed(1), mixed(0), is_array(Any[Vector{Int}][1]), is_array(Any[Sq][1]))
end
end
Tour.main()
