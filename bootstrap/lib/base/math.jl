# Elementary functions: libm through ccall, with Julia's domain errors, and what floats have besides.

module Math
import ..Base
using ..Base
using ..Base: IEEEFloat, bitcast, sqrt_llvm, significand_bits, exponent_bias, exponent_mask, significand_mask, sign_mask, uinttype, exponent_one,
    exponent_half, BitInteger, uabs, float_of
import ..Base: asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, exp2, exp10, expm1, log2, log10, log1p, cbrt, sincos,
    sqrt, exp, log, sin, cos, tan, exponent, significand, ldexp, frexp, clamp, clamp!, hypot, ^, rem2pi, mod2pi
export sin, cos, sincos, tan, sinh, cosh, tanh, asin, acos, atan, asinh, acosh, atanh, sec, csc, cot, asec, acsc, acot, sech, csch, coth, asech, acsch, acoth,
    sinpi, cospi, sincospi, tanpi, sinc, cosc, cosd, cotd, cscd, secd, sind, tand, sincosd, acosd, acotd, acscd, asecd, asind, atand,
    rad2deg, deg2rad, log, log2, log10, log1p, exponent, exp, exp2, exp10, expm1, cbrt, fourthroot, sqrt, significand, hypot, max, min, minmax, ldexp, frexp,
    clamp, clamp!, modf, ^, mod2pi, rem2pi, @evalpoly, evalpoly

throw_complex_domainerror(f::Symbol, x) = throw(DomainError(x, Base.LazyString(f, " was called with a negative real argument but will only return a complex result if called with a complex argument. Try ", f, "(Complex(x)).")))
throw_complex_domainerror_neg1(f::Symbol, x) = throw(DomainError(x, Base.LazyString(f, " was called with a real argument < -1 but will only return a complex result if called with a complex argument. Try ", f, "(Complex(x)).")))
throw_inf(f::Symbol, x) = throw(DomainError(x, Base.LazyString(f, "(x) is only defined for finite x.")))

sqrt(x::T) where {T<:IEEEFloat} = (x < zero(x) && throw_complex_domainerror(:sqrt, x); sqrt_llvm(x))
sqrt(x::Real) = sqrt(float(x))
const √ = sqrt

for f in (:exp, :exp2, :expm1, :sinh, :cosh, :tanh, :asinh, :atan)
    name = QuoteNode(f)
    Core.eval(Math, :(Base.@assume_effects :total $f(x::Float64) = ccall($name, Float64, (Float64,), x)))
end
for f in (:sin, :cos, :tan)
    name = QuoteNode(f)
    Core.eval(Math, :(Base.@assume_effects :total !:nothrow $f(x::Float64) = Base.isinf(x) ? throw_inf_trig($name, x) : ccall($name, Float64, (Float64,), x)))
end
throw_inf_trig(f, x) = throw(DomainError(x, Base.LazyString(f, "(x) is only defined for finite x.")))
Base.@assume_effects :total !:nothrow log(x::Float64) = x < 0.0 ? throw_complex_domainerror(:log, x) : ccall(:log, Float64, (Float64,), x)
Base.@assume_effects :total !:nothrow log2(x::Float64) = x < 0.0 ? throw_complex_domainerror(:log2, x) : ccall(:log2, Float64, (Float64,), x)
Base.@assume_effects :total !:nothrow log10(x::Float64) = x < 0.0 ? throw_complex_domainerror(:log10, x) : ccall(:log10, Float64, (Float64,), x)
Base.@assume_effects :total !:nothrow log1p(x::Float64) = x < -1.0 ? throw_complex_domainerror_neg1(:log1p, x) : ccall(:log1p, Float64, (Float64,), x)
Base.@assume_effects :total !:nothrow asin(x::Float64) = abs(x) > 1.0 ? throw(DomainError(x, "asin(x) is not defined for |x| > 1.")) : ccall(:asin, Float64, (Float64,), x)
Base.@assume_effects :total !:nothrow acos(x::Float64) = abs(x) > 1.0 ? throw(DomainError(x, "acos(x) not defined for |x| > 1")) : ccall(:acos, Float64, (Float64,), x)
Base.@assume_effects :total !:nothrow acosh(x::Float64) = x < 1.0 ? throw(DomainError(x, "acosh(x) is only defined for x ≥ 1.")) : ccall(:acosh, Float64, (Float64,), x)
Base.@assume_effects :total !:nothrow atanh(x::Float64) = abs(x) > 1.0 ? throw(DomainError(x, "atanh(x) is only defined for |x| ≤ 1.")) : ccall(:atanh, Float64, (Float64,), x)
exp10(x::Float64) = Base.isinteger(x) && 0.0 <= x <= 22.0 ? power_of_ten(unsafe_trunc(Int, x)) : ccall(:exp10, Float64, (Float64,), x)
power_of_ten(n) = (r = 1.0; for _ in 1:n
    r *= 10.0
end; r)
Base.@assume_effects :total atan(y::Float64, x::Float64) = ccall(:atan2, Float64, (Float64, Float64), y, x)
atan(y::T, x::T) where {T<:Union{Float16, Float32}} = T(atan(Float64(y), Float64(x)))
atan(y::Real, x::Real) = atan(promote(float(y), float(x))...)

# Narrow floats go through Float64; whole numbers and fractions through float
for f in (:exp, :exp2, :exp10, :expm1, :cbrt, :sinh, :cosh, :tanh, :asinh, :acosh, :atanh, :atan, :asin, :acos, :sin, :cos, :tan, :log, :log2, :log10, :log1p)
    Core.eval(Math, quote
        $f(x::T) where {T<:Union{Float16, Float32}} = T($f(Float64(x)))
        $f(x::Real) = $f(float(x))
    end)
end
log(b::T, x::T) where {T<:Number} = log(x) / log(b)
log(b::Number, x::Number) = b == 2 && x isa Real ? log2(x) : b == 10 && x isa Real ? log10(x) : log(promote(float(b), float(x))...)
log2(x::Integer) = ispow2_exact(x) ? Float64(Base.trailing_zeros(x)) : log2(float(x))
ispow2_exact(x) = x > 0 && Base.count_ones(x) == 1

# The cube root: an estimate of five bits from the exponent, which an integer division by three gives, improved to 23 bits
# by a rational approximation and to the full width by one step of Newton's method. The estimate is rounded so that its
# square is exact, hence the error stays below 0.67 ulp. Source: the method of FreeBSD's msun, s_cbrt.c.
function cbrt(x::Float64)
    (!isfinite(x) || iszero(x)) && return x
    hi = Base.rem(Base.lshr_int(bitcast(UInt64, abs(x)), 0x20), UInt32)
    t = if hi < 0x00100000
        # a subnormal is scaled by 2^54 first
        h = Base.rem(Base.lshr_int(bitcast(UInt64, abs(x) * 1.8014398509481984e16), 0x20), UInt32)
        bitcast(Float64, UInt64(Base.div(h, 0x00000003) + UInt32(696219795)) << 32)
    else
        bitcast(Float64, UInt64(Base.div(hi, 0x00000003) + UInt32(715094163)) << 32)
    end
    t = copysign(t, x)
    r = (t * t) * (t / x)
    t = t * ((1.87595182427177009643 + r * (-1.88497979543377169875 + r * 1.621429720105354466140)) +
        ((r * r) * r) * (-0.758397934778766047437 + r * 0.145996192886612446982))
    t = bitcast(Float64, (bitcast(UInt64, t) + UInt64(0x80000000)) & 0xffffffffc0000000)
    s = t * t
    r = x / s
    w = t + t
    r = (r - t) / (w + r)
    return t + t * r
end
const ∛ = cbrt
fourthroot(x::Number) = sqrt(sqrt(x))
const ∜ = fourthroot
sincos(x) = (sin(x), cos(x))
sec(x::Number) = inv(cos(x))
csc(x::Number) = inv(sin(x))
cot(x::Number) = inv(tan(x))
sech(x::Number) = inv(cosh(x))
csch(x::Number) = inv(sinh(x))
coth(x::Number) = inv(tanh(x))
asec(x::Number) = acos(inv(x))
acsc(x::Number) = asin(inv(x))
acot(x::Number) = atan(inv(x))
asech(x::Number) = acosh(inv(x))
acsch(x::Number) = asinh(inv(x))
acoth(x::Number) = atanh(inv(x))
deg2rad(x::AbstractFloat) = x * (oftype(x, pi) / 180)
rad2deg(x::AbstractFloat) = x * (180 / oftype(x, pi))
deg2rad(x::Real) = deg2rad(float(x))
rad2deg(x::Real) = rad2deg(float(x))

# Sine and cosine of multiples of π, exact at multiples of a half
function sinpi(x::AbstractFloat)
    isfinite(x) || return isnan(x) ? x : throw(DomainError(x, "`x` cannot be infinite."))
    s = rem(x, 2 * one(x))
    s == 0 && return copysign(zero(x), x)
    a = abs(s)
    sgn = signbit(s) ? -one(x) : one(x)
    if a > 1
        sgn = -sgn
        a -= 1
    end
    a == 1 && return copysign(zero(x), x)
    a > 0.5 && (a = 1 - a)
    return sgn * (a <= 0.25 ? sin_pi_small(a) : cos_pi_small(oftype(x, 0.5) - a))
end
function cospi(x::AbstractFloat)
    isfinite(x) || return isnan(x) ? x : throw(DomainError(x, "`x` cannot be infinite."))
    a = rem(abs(x), 2 * one(x))
    a > 1 && (a = 2 - a)
    a == 0.5 && return zero(x)
    sgn = one(x)
    if a > 0.5
        a = 1 - a
        sgn = -sgn
    end
    return sgn * (a <= 0.25 ? cos_pi_small(a) : sin_pi_small(oftype(x, 0.5) - a))
end
const pi_lo = 1.2246467991473532e-16
sin_pi_small(a::Float64) = (h = a * 3.141592653589793; l = fma(a, 3.141592653589793, -h) + a * pi_lo; sin(h) + l * cos(h))
cos_pi_small(a::Float64) = (h = a * 3.141592653589793; l = fma(a, 3.141592653589793, -h) + a * pi_lo; cos(h) - l * sin(h))
sin_pi_small(a::T) where {T} = T(sin_pi_small(Float64(a)))
cos_pi_small(a::T) where {T} = T(cos_pi_small(Float64(a)))
sinpi(x::Integer) = x >= 0 ? zero(float(x)) : -zero(float(x))
cospi(x::Integer) = isodd(x) ? -one(float(x)) : one(float(x))
sinpi(x::Real) = sinpi(float(x))
cospi(x::Real) = cospi(float(x))
sincospi(x) = (sinpi(x), cospi(x))
tanpi(x) = sinpi(x) / cospi(x)
sinc(x::Number) = iszero(x) ? one(float(x)) : isinf(x) ? zero(float(x)) : sinpi(x) / (pi * x)
cosc(x::Number) = iszero(x) ? zero(float(x)) : isinf(x) ? zero(float(x)) : (cospi(x) - sinpi(x) / (pi * x)) / x

# Degrees, exact at multiples of 30 and 45 where the value is
function sind(x::Real)
    isinf(x) && throw(DomainError(x, "`x` cannot be infinite."))
    isnan(x) && return x
    r = rem(float(x), 360 * one(float(x)))
    a = abs(r)
    r == 0 && return copysign(zero(r), r)
    a == 180 && return copysign(zero(r), r)
    sgn = signbit(r) ? -1 : 1
    a > 180 && (sgn = -sgn; a -= 180)
    a > 90 && (a = 180 - a)
    v = a <= 45 ? sin(deg2rad(a)) : cos(deg2rad(90 - a))
    a == 30 && (v = oftype(r, 0.5))
    return sgn * v
end
function cosd(x::Real)
    isinf(x) && throw(DomainError(x, "`x` cannot be infinite."))
    isnan(x) && return x
    a = abs(rem(float(x), 360 * one(float(x))))
    a > 180 && (a = 360 - a)
    a == 90 && return zero(a)
    a > 90 && return -cosd(180 - a)
    a == 60 && return oftype(a, 0.5)
    return a <= 45 ? cos(deg2rad(a)) : sin(deg2rad(90 - a))
end
tand(x::Real) = (r = rem(float(x), 180 * one(float(x))); a = abs(r); a == 45 ? copysign(one(r), r) : a == 135 ? -copysign(one(r), r) : sind(x) / cosd(x))
sincosd(x) = (sind(x), cosd(x))
secd(x) = inv(cosd(x))
cscd(x) = inv(sind(x))
cotd(x) = inv(tand(x))
asind(x) = rad2deg(asin(x))
acosd(x) = rad2deg(acos(x))
atand(x) = rad2deg(atan(x))
atand(y, x) = rad2deg(atan(y, x))
asecd(x) = rad2deg(asec(x))
acscd(x) = rad2deg(acsc(x))
acotd(x) = rad2deg(acot(x))

# Parts of a float

function exponent(x::T) where {T<:IEEEFloat}
    isfinite(x) || throw(DomainError(x, "Cannot be NaN or Inf."))
    iszero(x) && throw(DomainError(x, "Cannot be ±0.0."))
    b = uabs(x)
    k = Int(b >> significand_bits(T))
    k == 0 && return Base.top_set_bit(b) - 1 - exponent_bias(T) - significand_bits(T) + 1
    return k - exponent_bias(T)
end
exponent(x::Real) = exponent(float(x))
function significand(x::T) where {T<:IEEEFloat}
    (iszero(x) || !isfinite(x)) && return x
    return ldexp(x, -exponent(x))
end
function frexp(x::T) where {T<:IEEEFloat}
    (iszero(x) || !isfinite(x)) && return x, 0
    e = exponent(x) + 1
    return ldexp(x, -e), e
end
function ldexp(x::Float64, e::Integer)
    n = e > 5000 ? 5000 : e < -5000 ? -5000 : Int(e)
    return ccall(:ldexp, Float64, (Float64, Int32), x, n)
end
ldexp(x::T, e::Integer) where {T<:Union{Float16, Float32}} = T(ldexp(Float64(x), e))
modf(x::Real) = modf(float(x))
modf(x::T) where {T<:IEEEFloat} = isinf(x) ? (copysign(zero(T), x), x) : (t = trunc(x); (copysign(x - t, x), t))

# Powers

Base.@assume_effects :total !:nothrow function ^(x::Float64, y::Float64)
    x < 0.0 && !isinteger(y) && isfinite(y) && isfinite(x) && throw_exp_domainerror(x)
    return ccall(:pow, Float64, (Float64, Float64), x, y)
end
throw_exp_domainerror(x) = throw(DomainError(x, string("Exponentiation yielding a complex result requires a ", "complex argument.\nReplace x^y with (x+0im)^y, ", "Complex(x)^y, or similar.")))
^(x::T, y::T) where {T<:Union{Float16, Float32}} = T(Float64(x)^Float64(y))
function ^(x::Float64, n::Integer)
    n == 2 && return x * x
    n == 3 && return x * x * x
    n == 0 && return 1.0
    n == 1 && return x
    n == -1 && return inv(x)
    return power_of(x, Float64(n))
end
Base.@assume_effects :total power_of(x::Float64, y::Float64) = ccall(:pow, Float64, (Float64, Float64), x, y)
^(x::T, n::Integer) where {T<:Union{Float16, Float32}} = T(Float64(x)^n)
^(x::Float64, n::Bool) = n ? x : 1.0

function hypot(x::T, y::T) where {T<:IEEEFloat}
    return T(ccall(:hypot, Float64, (Float64, Float64), Float64(x), Float64(y)))
end
hypot(x::Number, y::Number) = hypot(promote(float(x), float(y))...)
hypot(x::Number) = abs(float(x))
function hypot(x::Number, y::Number, z::Number...)
    xs = map(float, promote(x, y, z...))
    m = maximum(map(abs, xs))
    (iszero(m) || isinf(m)) && return m
    return m * sqrt(sum(map(a -> abs2(a / m), xs)))
end

clamp(x::X, lo::L, hi::H) where {X, L, H} = begin
    T = promote_type(X, L, H)
    x > hi ? convert(T, hi) : x < lo ? convert(T, lo) : convert(T, x)
end
clamp(x, ::Type{T}) where {T<:Integer} = clamp(x, typemin(T), typemax(T)) % T
clamp(x::Real, r::Base.AbstractUnitRange) = clamp(x, first(r), last(r))

function rem2pi(x::Float64, r::RoundingMode)
    abs(x) < 3.14159 && r === RoundNearest && return x
    y = rem(BigFloat(x), 2 * BigFloat(pi), RoundToZero)
    t = 2 * BigFloat(pi)
    if r === RoundDown
        y < 0 && (y += t)
    elseif r === RoundUp
        y > 0 && (y -= t)
    elseif r === RoundNearest
        h = BigFloat(pi)
        y > h && (y -= t)
        y < -h && (y += t)
    end
    return Float64(y)
end
rem2pi(x::Real, r::RoundingMode) = rem2pi(Float64(x), r)
mod2pi(x::Real) = rem2pi(x, RoundDown)

# Polynomials by Horner's rule

evalpoly(x, p::Tuple) = horner(x, p)
evalpoly(x, p::AbstractVector) = isempty(p) ? zero(x) : horner(x, p)
function horner(x, p)
    n = length(p)
    r = p[n]
    for i in n-1:-1:1
        r = muladd(x, r, p[i])
    end
    return r
end
macro horner(x, p...)
    return :(invoke(evalpoly, Tuple{Any, Tuple}, $(esc(x)), ($(map(esc, p)...),)))
end
macro evalpoly(z, p...)
    return :(evalpoly($(esc(z)), ($(map(esc, p)...),)))
end
end
using .Math
using .Math: √, ∛, ∜

# Irrational constants

abstract type AbstractIrrational <: Real end
struct Irrational{sym} <: AbstractIrrational end
module MathConstants
using ..Base: Irrational
const π = Irrational{:π}()
const pi = π
const ℯ = Irrational{:ℯ}()
const e = ℯ
const γ = Irrational{:γ}()
const eulergamma = γ
const φ = Irrational{:φ}()
const golden = φ
const catalan = Irrational{:catalan}()
export π, pi, ℯ, e, γ, eulergamma, catalan, φ, golden
end
using .MathConstants: π, pi, ℯ
irrational_value(::Irrational{:π}) = 3.141592653589793
irrational_value(::Irrational{:ℯ}) = 2.718281828459045
irrational_value(::Irrational{:γ}) = 0.5772156649015329
irrational_value(::Irrational{:φ}) = 1.618033988749895
irrational_value(::Irrational{:catalan}) = 0.915965594177219
Float64(x::Irrational) = irrational_value(x)
Float32(x::Irrational{:π}) = bitcast(Float32, 0x40490fdb)
Float32(x::Irrational) = Float32(Float64(x))
Float16(x::Irrational) = Float16(Float32(x))
AbstractFloat(x::AbstractIrrational) = Float64(x)
float(::Type{<:AbstractIrrational}) = Float64
float(x::AbstractIrrational) = Float64(x)
float_of(x::AbstractIrrational) = Float64(x)
Bool(x::AbstractIrrational) = throw(InexactError(:Bool, Bool, x))
(::Type{T})(x::AbstractIrrational) where {T<:BitInteger} = throw(InexactError(nameof(T), T, x))
promote_rule(::Type{<:AbstractIrrational}, ::Type{Float16}) = Float16
promote_rule(::Type{<:AbstractIrrational}, ::Type{Float32}) = Float32
promote_rule(::Type{<:AbstractIrrational}, ::Type{<:AbstractIrrational}) = Float64
promote_rule(::Type{<:AbstractIrrational}, ::Type{T}) where {T<:Real} = promote_type(Float64, T)
promote_rule(::Type{S}, ::Type{T}) where {S<:AbstractIrrational, T<:Number} = promote_type(promote_type(S, real(T)), T)
==(::Irrational{s}, ::Irrational{s}) where {s} = true
==(::AbstractIrrational, ::AbstractIrrational) = false
==(::AbstractIrrational, ::Real) = false
==(::Real, ::AbstractIrrational) = false
<(::Irrational{s}, ::Irrational{s}) where {s} = false
<(x::AbstractIrrational, y::Float64) = Float64(x) < y || (Float64(x) == y && irrational_rounds_up(x))
<(x::Float64, y::AbstractIrrational) = x < Float64(y) || (x == Float64(y) && !irrational_rounds_up(y))
irrational_rounds_up(::Irrational{:ℯ}) = false
irrational_rounds_up(::AbstractIrrational) = false
isequal(x::AbstractIrrational, y::AbstractIrrational) = x === y
isinteger(::AbstractIrrational) = false
iszero(::AbstractIrrational) = false
isone(::AbstractIrrational) = false
isfinite(::AbstractIrrational) = true
signbit(::AbstractIrrational) = false
hash(x::Irrational, h::UInt) = 3 * objectid(x) - h
widen(::Type{T}) where {T<:Irrational} = T
zero(::AbstractIrrational) = false
zero(::Type{<:AbstractIrrational}) = false
one(::AbstractIrrational) = true
one(::Type{<:AbstractIrrational}) = true
sign(::AbstractIrrational) = 1.0
-(x::AbstractIrrational) = -Float64(x)
for op in (:+, :-, :*, :/, :^)
    @eval $op(x::AbstractIrrational, y::AbstractIrrational) = $op(Float64(x), Float64(y))
end
*(x::Bool, y::AbstractIrrational) = ifelse(x, Float64(y), 0.0)
round(x::Irrational, r::RoundingMode) = round(float(x), r)
inv(x::AbstractIrrational) = 1 / x
^(::Irrational{:ℯ}, x::Number) = exp(x)
^(::Irrational{:ℯ}, x::Integer) = exp(x)
literal_pow(::typeof(^), x::AbstractIrrational, ::Val{p}) where {p} = Float64(x)^p
log(::Irrational{:ℯ}) = 1
log(::Irrational{:ℯ}, x::Number) = log(x)
sin(::Irrational{:π}) = 0.0
cos(::Irrational{:π}) = -1.0
tan(::Irrational{:π}) = 0.0
big(x::AbstractIrrational) = BigFloat(x)

# Approximate equality

function isapprox(x::Number, y::Number; atol::Real=0, rtol::Real=rtoldefault(x, y, atol), nans::Bool=false, norm::Function=abs)
    x2, y2 = promote(x, y)
    return x == y || (isfinite(x) && isfinite(y) && norm(x - y) <= max(atol, rtol * max(norm(x), norm(y)))) || (nans && isnan(x) && isnan(y))
end
function isapprox(x::Integer, y::Integer; atol::Real=0, rtol::Real=rtoldefault(x, y, atol), nans::Bool=false, norm::Function=abs)
    return x == y || (atol > 0 || rtol > 0) && norm(x - y) <= max(atol, rtol * max(norm(x), norm(y)))
end
isapprox(y; kwargs...) = x -> isapprox(x, y; kwargs...)
const ≈ = isapprox
≉(args...; kws...) = !≈(args...; kws...)
rtoldefault(x, y, atol::Real) = atol > 0 ? 0 : max(rtol_of(typeof(real(x))), rtol_of(typeof(real(y))))
rtol_of(::Type{T}) where {T<:AbstractFloat} = sqrt(eps(T))
rtol_of(::Type{T}) where {T<:Real} = 0
function isapprox(x::AbstractArray, y::AbstractArray; atol::Real=0, rtol::Real=array_rtol(x, y, atol), nans::Bool=false, norm=array_norm)
    size(x) == size(y) || throw(DimensionMismatch("arrays could not be broadcast to a common size"))
    d = norm(x - y)
    isfinite(d) && return d <= max(atol, rtol * max(norm(x), norm(y)))
    return all(ab -> isapprox(ab[1], ab[2]; rtol=rtol, atol=atol, nans=nans), zip(x, y))
end
array_rtol(x, y, atol) = atol > 0 ? 0 : max(rtol_of(float(real(eltype(x)))), rtol_of(float(real(eltype(y)))))
array_norm(x) = isempty(x) ? 0.0 : sqrt(sum(abs2, x))
