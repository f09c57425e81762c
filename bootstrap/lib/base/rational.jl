# Rational numbers: fractions in lowest terms, denominator not negative; 1//0 is infinite.

struct Rational{T<:Integer} <: Real
    num::T
    den::T
    Rational{T}(num::T, den::T, ::Val{:unsafe}) where {T<:Integer} = new(num, den)
end
unsafe_rational(::Type{T}, num, den) where {T} = Rational{T}(convert(T, num), convert(T, den), Val(:unsafe))
unsafe_rational(num::T, den::T) where {T<:Integer} = Rational{T}(num, den, Val(:unsafe))
function Rational{T}(num::Integer, den::Integer) where {T<:Integer}
    iszero(den) && iszero(num) && throw(ArgumentError("invalid rational: zero($T)//zero($T)"))
    n, d = divgcd(num, den)
    if signbit(d)
        d == typemin_or_zero(d) && d isa BitSigned && throw(ArgumentError("invalid rational: denominator can't be typemin($T)"))
        n = checked_neg(n)
        d = -d
    end
    return unsafe_rational(T, n, d)
end
typemin_or_zero(d) = d isa BitSigned ? typemin(d) : zero(d)
divgcd(x, y) = (g = gcd(x, y); (div(x, g), div(y, g)))
Rational(n::T, d::T) where {T<:Integer} = Rational{T}(n, d)
Rational(n::Integer, d::Integer) = Rational(promote(n, d)...)
Rational(n::Integer) = unsafe_rational(n, one(n))
Rational{T}(x::Integer) where {T<:Integer} = unsafe_rational(T, x, one(x))
Rational{T}(x::Rational) where {T<:Integer} = unsafe_rational(T, x.num, x.den)
Rational(x::Rational) = x
Rational(x::AbstractFloat) = float_to_rational(x)
function float_to_rational(x::AbstractFloat)
    T = x isa BigFloat ? BigInt : Int64
    return Rational{T}(x)
end
function Rational{T}(x::AbstractFloat) where {T<:Integer}
    if isinf(x)
        return unsafe_rational(T, x > 0 ? 1 : -1, 0)
    end
    isnan(x) && throw(InexactError(:Rational, Rational{T}, x))
    m, e, s = decompose(x)
    m == 0 && return unsafe_rational(T, 0, 1)
    z = trailing_zeros(m)
    m >>= z
    e += z
    n = big_or_int(T, m) * s
    if e >= 0
        return Rational{T}(convert(T, big(n) << e), one(T))
    end
    d = big(1) << -e
    return Rational{T}(convert(T, n), convert(T, d))
end
big_or_int(T, m) = m
//(n::Integer, d::Integer) = Rational(n, d)
//(x::Rational, y::Integer) = ((xn, yn) = divgcd(promote(x.num, y)...); checked_den(xn, checked_mul(x.den, yn)))
//(x::Integer, y::Rational) = ((xn, yn) = divgcd(promote(x, y.num)...); checked_den(checked_mul(xn, y.den), yn))
function //(x::Rational, y::Rational)
    xn, yn = divgcd(promote(x.num, y.num)...)
    xd, yd = divgcd(promote(x.den, y.den)...)
    return checked_den(checked_mul(xn, yd), checked_mul(xd, yn))
end
checked_den(n, d) = Rational(n, d)
//(X::AbstractArray, y::Number) = X .// y
//(x::Number, y::Number) = x isa Complex || y isa Complex ? complex_rational(x, y) : throw(MethodError(//, (x, y)))

numerator(x::Integer) = x
denominator(x::Integer) = one(x)
numerator(x::Rational) = x.num
denominator(x::Rational) = x.den
convert(::Type{Rational{T}}, x::Rational) where {T} = Rational{T}(x)
convert(::Type{Rational{T}}, x::Rational{T}) where {T} = x
convert(::Type{Rational}, x::Rational) = x
convert(::Type{Rational}, x::Number) = Rational(x)
function (::Type{T})(x::Rational) where {T<:BitInteger}
    x.den == 1 || throw(InexactError(nameof(T), T, x))
    return T(x.num)
end
Integer(x::Rational) = x.den == 1 ? x.num : throw(InexactError(:Integer, Integer, x))
Bool(x::Rational) = x == 0 ? false : x == 1 ? true : throw(InexactError(:Bool, Bool, x))
(::Type{T})(x::Rational) where {T<:IEEEFloat} = rational_to_float(T, x)
function rational_to_float(::Type{T}, x::Rational) where {T}
    n, d = x.num, x.den
    if n isa BitInteger && (sizeof(n) <= 4 || (abs(n) <= 9007199254740992 && d <= 9007199254740992))
        return T(Float64(n) / Float64(d))
    end
    return T(BigFloat(big(n)) / BigFloat(big(d)))
end
AbstractFloat(x::Rational) = float(x.num) / float(x.den)
float(x::Rational{T}) where {T} = convert(float(T), x)
float_of(x::Rational) = float(x)
float(::Type{Rational{T}}) where {T} = float(T)
big(x::Rational) = unsafe_rational(big(x.num), big(x.den))
widen(::Type{Rational{T}}) where {T} = Rational{widen(T)}
promote_rule(::Type{Rational{T}}, ::Type{S}) where {T<:Integer, S<:Integer} = Rational{promote_type(T, S)}
promote_rule(::Type{Rational{T}}, ::Type{Rational{S}}) where {T<:Integer, S<:Integer} = Rational{promote_type(T, S)}
promote_rule(::Type{Rational{T}}, ::Type{S}) where {T<:Integer, S<:AbstractFloat} = promote_type(T, S)
zero(::Type{Rational{T}}) where {T} = unsafe_rational(zero(T), one(T))
one(::Type{Rational{T}}) where {T} = unsafe_rational(one(T), one(T))
zero(x::Rational) = zero(typeof(x))
one(x::Rational) = one(typeof(x))
typemin(::Type{Rational{T}}) where {T<:Signed} = unsafe_rational(T, -1, 0)
typemin(::Type{Rational{T}}) where {T<:Integer} = unsafe_rational(T, 0, 1)
typemax(::Type{Rational{T}}) where {T<:Integer} = unsafe_rational(T, 1, 0)
signbit(x::Rational) = signbit(x.num)
sign(x::Rational) = oftype(x, sign(x.num))
abs(x::Rational) = unsafe_rational(checked_abs(x.num), x.den)
isinteger(x::Rational) = x.den == 1
isone(x::Rational) = x.num == x.den && isone(x.num)
iszero(x::Rational) = iszero(x.num)
isfinite(x::Rational) = x.den != 0
isinf(x::Rational) = x.den == 0
isnan(x::Rational) = false
inv(x::Rational) = x.num < 0 ? unsafe_rational(-x.den, checked_neg(x.num)) : unsafe_rational(x.den, x.num)
copysign(x::Rational, y::Real) = unsafe_rational(copysign(x.num, y), x.den)
flipsign(x::Rational, y::Real) = unsafe_rational(flipsign(x.num, y), x.den)
+(x::Rational) = x
-(x::Rational) = unsafe_rational(checked_neg(x.num), x.den)
-(x::Rational{<:Unsigned}) = iszero(x) ? x : throw(OverflowError("cannot negate unsigned number"))
function rational_sum(op, x, y)
    if iszero(x.den) && iszero(y.den)
        xn, yn = sign(x.num), sign(y.num)
        s = op(xn, yn)
        iszero(s) && throw(DivideError())
        return unsafe_rational(oftype(x.num, sign(s)), zero(x.den))
    end
    xd, yd = divgcd(promote(x.den, y.den)...)
    return Rational(op(checked_mul(x.num, yd), checked_mul(y.num, xd)), checked_mul(x.den, yd))
end
+(x::Rational, y::Rational) = rational_sum(checked_add, promote(x, y)...)
-(x::Rational, y::Rational) = rational_sum(checked_sub, promote(x, y)...)
+(x::Rational, y::Integer) = unsafe_rational(promote(checked_add(promote(x.num, checked_mul(promote(x.den, y)...))...), x.den)...)
+(x::Integer, y::Rational) = y + x
-(x::Rational, y::Integer) = unsafe_rational(promote(checked_sub(promote(x.num, checked_mul(promote(x.den, y)...))...), x.den)...)
-(x::Integer, y::Rational) = unsafe_rational(promote(checked_sub(promote(checked_mul(promote(y.den, x)...), y.num)...), y.den)...)
function *(x::Rational, y::Rational)
    xn, yd = divgcd(promote(x.num, y.den)...)
    xd, yn = divgcd(promote(x.den, y.num)...)
    return unsafe_rational(promote(checked_mul(xn, yn), checked_mul(xd, yd))...)
end
*(x::Rational, y::Integer) = ((xd, yn) = divgcd(promote(x.den, y)...); unsafe_rational(promote(checked_mul(promote(x.num, yn)...), xd)...))
*(x::Integer, y::Rational) = y * x
*(x::Bool, y::Rational) = ifelse(x, y, zero(y))
*(x::Rational, y::Bool) = ifelse(y, x, zero(x))
/(x::Rational, y::Rational) = x // y
/(x::Rational, y::Integer) = x // y
/(x::Integer, y::Rational) = x // y
fma(x::Rational, y::Rational, z::Rational) = x * y + z
==(x::Rational, y::Rational) = (x.den == y.den) & (x.num == y.num)
==(x::Rational, z::Integer) = (x.den == 1) & (x.num == z)
==(z::Integer, x::Rational) = x == z
==(x::Rational, y::AbstractFloat) = rational_equals_float(x, y)
==(y::AbstractFloat, x::Rational) = rational_equals_float(x, y)
function rational_equals_float(x, y)
    isfinite(y) || return isinf(y) && isinf(x) && signbit(x) == signbit(y)
    (x.den == 0 || count_ones(x.den) != 1) && return false
    return y == rational_to_float(typeof(y) <: IEEEFloat ? typeof(y) : Float64, x) && Rational{BigInt}(y) == x
end
isequal(x::Rational, y::Rational) = x == y
<(x::Rational, y::Rational) = x.den == y.den ? x.num < y.num : widemul(x.num, y.den) < widemul(x.den, y.num)
<=(x::Rational, y::Rational) = x.den == y.den ? x.num <= y.num : widemul(x.num, y.den) <= widemul(x.den, y.num)
<(x::Rational, y::Integer) = x.num < widemul(x.den, y)
<(x::Integer, y::Rational) = widemul(x, y.den) < y.num
<=(x::Rational, y::Integer) = x.num <= widemul(x.den, y)
<=(x::Integer, y::Rational) = widemul(x, y.den) <= y.num
<(x::Rational, y::AbstractFloat) = isnan(y) ? false : isinf(y) ? y > 0 && !(x.den == 0 && x.num > 0) : x < Rational{BigInt}(y)
<(x::AbstractFloat, y::Rational) = isnan(x) ? false : isinf(x) ? x < 0 && !(y.den == 0 && y.num < 0) : Rational{BigInt}(x) < y
<=(x::Rational, y::AbstractFloat) = x < y || x == y
<=(x::AbstractFloat, y::Rational) = x < y || x == y
rem(x::Rational, y::Rational) = rational_mod(rem, promote(x, y)...)
mod(x::Rational, y::Rational) = rational_mod(mod, promote(x, y)...)
rem(x::Rational, y::Integer) = rem(x, Rational(y))
mod(x::Rational, y::Integer) = mod(x, Rational(y))
rem(x::Integer, y::Rational) = rem(Rational(x), y)
mod(x::Integer, y::Rational) = mod(Rational(x), y)
function rational_mod(f, x, y)
    xd, yd = divgcd(x.den, y.den)
    return Rational(f(checked_mul(x.num, yd), checked_mul(y.num, xd)), checked_mul(x.den, yd))
end
div(x::Rational, y::Union{Rational, Integer}, r::RoundingMode=RoundToZero) = rational_div(x, Rational(y), r)
div(x::Integer, y::Rational, r::RoundingMode=RoundToZero) = rational_div(Rational(x), y, r)
function rational_div(x, y, r)
    xn, yn = divgcd(promote(x.num, y.num)...)
    xd, yd = divgcd(promote(x.den, y.den)...)
    return div(checked_mul(xn, yd), checked_mul(xd, yn), r)
end
fld(x::Rational, y::Union{Rational, Integer}) = rational_div(x, Rational(y), RoundDown)
fld(x::Integer, y::Rational) = rational_div(Rational(x), y, RoundDown)
cld(x::Rational, y::Union{Rational, Integer}) = rational_div(x, Rational(y), RoundUp)
cld(x::Integer, y::Rational) = rational_div(Rational(x), y, RoundUp)
round(x::Rational, r::RoundingMode) = x.den == 0 ? x : Rational(div(x.num, x.den, r))
function round(x::Rational{T}, r::RoundingMode{:NearestTiesAway}) where {T}
    q, m = divrem(x.num, x.den)
    return Rational(2 * abs(m) >= x.den ? q + sign(x.num) : q)
end
round_to(::Type{T}, x::Rational, r::RoundingMode) where {T<:Integer} = x.den == 0 ? throw(DivideError()) : convert(T, round(x, r).num)
^(x::Rational, n::Integer) = n >= 0 ? unsafe_rational(x.num^n, x.den^n) : inv_power(x, -n)
inv_power(x, n) = x.num < 0 ? unsafe_rational((-x.den)^n, (-x.num)^n) : x.num == 0 ? Rational(one(x.den), zero(x.num)) : unsafe_rational(x.den^n, x.num^n)
^(x::Number, y::Rational) = x^(y.num / y.den)
^(x::T, y::Rational) where {T<:AbstractFloat} = x^convert(T, y)
gcd(x::Rational, y::Rational) = unsafe_rational(gcd(x.num, y.num), lcm(x.den, y.den))
lcm(x::Rational, y::Rational) = unsafe_rational(lcm(x.num, y.num), gcd(x.den, y.den))
lerpi(j::Integer, d::Integer, a::Rational, b::Rational) = ((d - j) * a) / d + (j * b) / d
hash(x::Rational{<:BitInteger64}, h::UInt) = x.den == 1 ? hash(x.num, h) : invoke(hash, Tuple{Real, UInt}, x, h)

# The simplest fraction within a tolerance

function rationalize(::Type{T}, x::AbstractFloat, tol::Real) where {T<:Integer}
    tol < 0 && throw(ArgumentError("negative tolerance $tol"))
    isnan(x) && return throw(InexactError(:rationalize, Rational{T}, x))
    isinf(x) && return unsafe_rational(T, x < 0 ? -1 : 1, 0)
    p, q = (x < 0 ? -one(T) : one(T)), zero(T)
    pp, qq = zero(T), one(T)
    x = abs(x)
    a = trunc(x)
    r = x - a
    y = one(x)
    tolx = oftype(x, tol)
    nt, t, tt = tolx, zero(tolx), tolx
    ia = np = nq = zero(T)
    # continued fraction until the remainder is under the tolerance
    while r > nt
        try
            ia = convert(T, a)
            np = checked_add(checked_mul(ia, p), pp)
            nq = checked_add(checked_mul(ia, q), qq)
            p, pp = np, p
            q, qq = nq, q
        catch e
            e isa InexactError || e isa OverflowError || rethrow()
            return p // q
        end
        t, tt = nt, t
        x, y = y, r
        a, r = divrem(x, y)
        nt = a * t + tt
    end
    # the smallest last term that is still within it
    i = cld(x - tt, y + t)
    try
        ia = convert(T, i)
        np = checked_add(checked_mul(ia, p), pp)
        nq = checked_add(checked_mul(ia, q), qq)
        return np // nq
    catch e
        e isa InexactError || e isa OverflowError || rethrow()
        return p // q
    end
end
rationalize(::Type{T}, x::AbstractFloat; tol::Real=eps(x)) where {T<:Integer} = rationalize(T, x, tol)
rationalize(x::Real; kws...) = rationalize(Int, x; kws...)
rationalize(::Type{T}, x::Rational; tol::Real=0) where {T<:Integer} = Rational{T}(x)
rationalize(::Type{T}, x::Integer; tol::Real=0) where {T<:Integer} = Rational{T}(x)
literal_pow(::typeof(^), x::Rational, ::Val{p}) where {p} = x^p
