# Random numbers: xoshiro256++, seeded from the clock and the process.
#
# The generator is the one Julia's tasks have, but it is not seeded as Julia seeds it: the numbers that follow
# Random.seed!(n) are reproducible here and differ from Julia's.

abstract type AbstractRNG end

mutable struct Xoshiro <: AbstractRNG
    s0::UInt64
    s1::UInt64
    s2::UInt64
    s3::UInt64
end
# The state for a seed, spread by splitmix64.
function Xoshiro(seed::Integer)
    x = seed % UInt64
    function next()
        x += 0x9e3779b97f4a7c15
        z = x
        z = (z ⊻ (z >> 30)) * 0xbf58476d1ce4e5b9
        z = (z ⊻ (z >> 27)) * 0x94d049bb133111eb
        return z ⊻ (z >> 31)
    end
    return Xoshiro(next(), next(), next(), next())
end
Xoshiro() = Xoshiro(time_ns() ⊻ (UInt64(getpid()) << 40))

rotate_left(x::UInt64, k::Int) = (x << k) | (x >> (64 - k))
function next_word!(r::Xoshiro)
    result = rotate_left(r.s0 + r.s3, 23) + r.s0
    t = r.s1 << 17
    r.s2 = r.s2 ⊻ r.s0
    r.s3 = r.s3 ⊻ r.s1
    r.s1 = r.s1 ⊻ r.s2
    r.s0 = r.s0 ⊻ r.s3
    r.s2 = r.s2 ⊻ t
    r.s3 = rotate_left(r.s3, 45)
    return result
end

const default_generator = RefValue{Union{Nothing,Xoshiro}}(nothing)
function default_rng()
    r = default_generator[]
    r === nothing || return r
    r = Xoshiro()
    default_generator[] = r
    return r
end

random_value(r::AbstractRNG, ::Type{Float64}) = Float64(next_word!(r) >> 11) * 1.1102230246251565e-16
random_value(r::AbstractRNG, ::Type{Float32}) = Float32(next_word!(r) >> 40) * 5.9604645f-8
random_value(r::AbstractRNG, ::Type{Float16}) = Float16(Float32(next_word!(r) >> 53) * 0.00048828125f0)
random_value(r::AbstractRNG, ::Type{Bool}) = next_word!(r) >> 63 == 1
random_value(r::AbstractRNG, ::Type{T}) where {T<:Union{Int8,UInt8,Int16,UInt16,Int32,UInt32,Int64,UInt64}} = (next_word!(r) >> (64 - 8 * sizeof(T))) % T
random_value(r::AbstractRNG, ::Type{UInt128}) = UInt128(next_word!(r)) << 64 | next_word!(r)
random_value(r::AbstractRNG, ::Type{Int128}) = random_value(r, UInt128) % Int128
random_value(r::AbstractRNG, ::Type{Char}) = Char(random_below(r, 0x000000000000d800) % UInt32)
random_value(r::AbstractRNG, ::Type{Complex{T}}) where {T} = Complex(random_value(r, T), random_value(r, T))

# A number from 0 to n - 1, each equally likely: the words that would favour some are drawn again.
function random_below(r::AbstractRNG, n::UInt64)
    limit = typemax(UInt64) - typemax(UInt64) % n
    while true
        x = next_word!(r)
        x < limit && return x % n
    end
end
function random_element(r::AbstractRNG, c)
    n = length(c)
    n == 0 && throw(ArgumentError("collection must be non-empty"))
    k = Int(random_below(r, UInt64(n)))
    c isa Union{AbstractArray,Tuple} && return c[firstindex(c)+k]
    for x in c
        k == 0 && return x
        k -= 1
    end
end

"""
    rand([rng], [S], [dims...])

A random element of `S`: of a type (of [0, 1) for floats) or a collection; or an array of such.
"""
rand() = random_value(default_rng(), Float64)
rand(r::AbstractRNG) = random_value(r, Float64)
rand(::Type{T}) where {T} = random_value(default_rng(), T)
rand(r::AbstractRNG, ::Type{T}) where {T} = random_value(r, T)
const Sampled = Union{AbstractArray,Tuple,AbstractString,AbstractDict,AbstractSet}
rand(c::Sampled) = random_element(default_rng(), c)
rand(r::AbstractRNG, c::Sampled) = random_element(r, c)
rand(d::Integer, ds::Integer...) = rand(default_rng(), Float64, d, ds...)
rand(r::AbstractRNG, d::Integer, ds::Integer...) = rand(r, Float64, d, ds...)
rand(S, d::Integer, ds::Integer...) = rand(default_rng(), S, d, ds...)
rand(::Type{T}, dims::Tuple{Vararg{Integer}}) where {T} = rand(default_rng(), T, dims...)
function rand(r::AbstractRNG, ::Type{T}, d::Integer, ds::Integer...) where {T}
    a = Array{T}(undef, Int(d), map(Int, ds)...)
    for i in eachindex(a)
        a[i] = random_value(r, T)
    end
    return a
end
function rand(r::AbstractRNG, c::Sampled, d::Integer, ds::Integer...)
    a = Array{eltype(c)}(undef, Int(d), map(Int, ds)...)
    for i in eachindex(a)
        a[i] = random_element(r, c)
    end
    return a
end

# Normal numbers by the polar method.
function randn(r::AbstractRNG=default_rng())
    while true
        u = 2 * random_value(r, Float64) - 1
        v = 2 * random_value(r, Float64) - 1
        s = u * u + v * v
        0 < s < 1 && return u * sqrt(-2 * log(s) / s)
    end
end
randn(d::Integer, ds::Integer...) = randn(default_rng(), d, ds...)
function randn(r::AbstractRNG, d::Integer, ds::Integer...)
    a = Array{Float64}(undef, Int(d), map(Int, ds)...)
    for i in eachindex(a)
        a[i] = randn(r)
    end
    return a
end
export rand, randn
