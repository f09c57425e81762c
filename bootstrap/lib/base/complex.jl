# Complex numbers.

struct Complex{T<:Real} <: Number
    re::T
    im::T
end
Complex(x::Real, y::Real) = Complex(promote(x, y)...)
Complex(x::Real) = Complex(x, zero(x))
const im = Complex(false, true)
const ComplexF64 = Complex{Float64}
const ComplexF32 = Complex{Float32}
const ComplexF16 = Complex{Float16}
Complex{T}(x::Real) where {T<:Real} = Complex{T}(x, 0)
Complex{T}(z::Complex) where {T<:Real} = Complex{T}(real(z), imag(z))
Complex(z::Complex) = z
(::Type{T})(z::Complex) where {T<:Real} = isreal(z) ? T(real(z))::T : throw(InexactError(nameof(T), T, z))
convert(::Type{Complex{T}}, z::Complex{T}) where {T} = z
complex(z::Complex) = z
complex(x::Real) = Complex(x)
complex(x::Real, y::Real) = Complex(x, y)
complex(::Type{T}) where {T<:Real} = Complex{T}
complex(::Type{Complex{T}}) where {T<:Real} = Complex{T}
promote_rule(::Type{Complex{T}}, ::Type{S}) where {T<:Real, S<:Real} = Complex{promote_type(T, S)}
promote_rule(::Type{Complex{T}}, ::Type{Complex{S}}) where {T<:Real, S<:Real} = Complex{promote_type(T, S)}
widen(::Type{Complex{T}}) where {T} = Complex{widen(T)}
float(::Type{Complex{T}}) where {T} = Complex{float(T)}
float(z::Complex) = Complex(float(real(z)), float(imag(z)))
big(z::Complex{T}) where {T<:Real} = Complex{typeof(big(zero(T)))}(z)
real(z::Complex) = z.re
imag(z::Complex) = z.im
real(x::Real) = x
imag(x::Real) = zero(x)
reim(z) = (real(z), imag(z))
real(::Type{T}) where {T<:Real} = T
real(::Type{Complex{T}}) where {T<:Real} = T
isreal(z::Complex) = iszero(imag(z))
isinteger(z::Complex) = isreal(z) && isinteger(real(z))
isfinite(z::Complex) = isfinite(real(z)) & isfinite(imag(z))
isnan(z::Complex) = isnan(real(z)) | isnan(imag(z))
isinf(z::Complex) = isinf(real(z)) | isinf(imag(z))
iszero(z::Complex) = iszero(real(z)) & iszero(imag(z))
isone(z::Complex) = isone(real(z)) & iszero(imag(z))
zero(::Type{Complex{T}}) where {T} = Complex{T}(zero(T), zero(T))
one(::Type{Complex{T}}) where {T} = Complex{T}(one(T), zero(T))
zero(z::Complex) = zero(typeof(z))
one(z::Complex) = one(typeof(z))

==(z::Complex, w::Complex) = (real(z) == real(w)) & (imag(z) == imag(w))
==(z::Complex, x::Real) = isreal(z) && real(z) == x
==(x::Real, z::Complex) = isreal(z) && real(z) == x
isequal(z::Complex, w::Complex) = isequal(real(z), real(w)) & isequal(imag(z), imag(w))
isequal(z::Complex, w::Real) = isequal(real(z), w) & isequal(imag(z), zero(w))
isequal(z::Real, w::Complex) = isequal(w, z)
in(x::Complex, r::AbstractRange{<:Real}) = isreal(x) && real(x) in r
hash(z::Complex, h::UInt) = hash(real(z), xor(h, hash(imag(z), 0xda1b5d0d8a2f1d3c) - hash(false, 0xda1b5d0d8a2f1d3c)))

conj(z::Complex) = Complex(real(z), -imag(z))
abs(z::Complex) = hypot(real(z), imag(z))
abs2(z::Complex) = real(z) * real(z) + imag(z) * imag(z)
angle(z::Complex) = atan(imag(z), real(z))
sign(z::Complex) = iszero(z) ? complex(float(z)) : z / abs(z)
+(z::Complex) = z
-(z::Complex) = Complex(-real(z), -imag(z))
+(z::Complex, w::Complex) = Complex(real(z) + real(w), imag(z) + imag(w))
-(z::Complex, w::Complex) = Complex(real(z) - real(w), imag(z) - imag(w))
*(z::Complex, w::Complex) = Complex(real(z) * real(w) - imag(z) * imag(w), real(z) * imag(w) + imag(z) * real(w))
+(x::Real, z::Complex) = Complex(x + real(z), imag(z))
+(z::Complex, x::Real) = Complex(x + real(z), imag(z))
-(x::Real, z::Complex) = Complex(x - real(z), -imag(z))
-(z::Complex, x::Real) = Complex(real(z) - x, imag(z))
function -(x::Real, z::Complex{Bool})
    re = x - real(z)
    return Complex(re, -oftype(re, imag(z)))
end
*(x::Real, z::Complex) = Complex(x * real(z), x * imag(z))
*(z::Complex, x::Real) = Complex(x * real(z), x * imag(z))
+(x::Bool, z::Complex{Bool}) = Complex(x + real(z), Int(imag(z)))
+(z::Complex{Bool}, x::Bool) = x + z
-(x::Bool, z::Complex{Bool}) = Complex(x - real(z), -Int(imag(z)))
-(z::Complex{Bool}, x::Bool) = Complex(real(z) - x, Int(imag(z)))
+(x::Bool, z::Complex) = Complex(x + real(z), imag(z))
+(z::Complex, x::Bool) = x + z
*(x::Bool, z::Complex) = Complex(x * real(z), x * imag(z))
*(z::Complex, x::Bool) = x * z
*(x::Bool, z::Complex{Bool}) = Complex(x & real(z), x & imag(z))
*(z::Complex{Bool}, x::Bool) = x * z
+(x::Real, z::Complex{Bool}) = Complex(x + real(z), oftype(x + real(z), imag(z)))
+(z::Complex{Bool}, x::Real) = x + z
-(z::Complex{Bool}, x::Real) = Complex(real(z) - x, oftype(real(z) - x, imag(z)))
muladd(z::Complex, w::Complex, x::Complex) = z * w + x
/(z::Complex, x::Real) = Complex(real(z) / x, imag(z) / x)
/(x::Real, z::Complex) = x * inv(z)
/(a::Complex{T}, b::Complex{T}) where {T<:Real} = complex_divide(float(a), float(b))
/(z::Complex, w::Complex) = complex_divide(promote(float(z), float(w))...)
# Smith's method, so that the squares of large parts do not overflow
function complex_divide(z::Complex{T}, w::Complex{T}) where {T}
    a, b = reim(z)
    c, d = reim(w)
    if isinf(c) | isinf(d)
        isfinite(z) && return Complex(zero(T) * sign(a) * sign(c), -zero(T) * sign(b) * sign(d))
        return Complex(T(NaN), T(NaN))
    end
    if abs(d) <= abs(c)
        r = d / c
        t = inv(c + d * r)
        return Complex((a + b * r) * t, (b - a * r) * t)
    end
    r = c / d
    t = inv(c * r + d)
    return Complex((a * r + b) * t, (b * r - a) * t)
end
function complex_divide(z::Complex{Float64}, w::Complex{Float64})
    a, b = reim(z)
    c, d = reim(w)
    if isinf(c) | isinf(d)
        isfinite(z) && return Complex(0.0 * sign(a) * sign(c), -0.0 * sign(b) * sign(d))
        return Complex(NaN, NaN)
    end
    ab = max(abs(a), abs(b))
    cd = max(abs(c), abs(d))
    s = 1.0
    half = 0.5
    if ab >= floatmax(Float64) / 2
        a *= half
        b *= half
        s *= 2
    end
    if cd >= floatmax(Float64) / 2
        c *= half
        d *= half
        s *= half
    end
    if abs(d) <= abs(c)
        p, q = robust_divide(a, b, c, d)
    else
        p, q = robust_divide(b, a, d, c)
        q = -q
    end
    return Complex(p * s, q * s)
end
function robust_divide(a, b, c, d)
    r = d / c
    t = 1.0 / (c + d * r)
    p = robust_part(a, b, c, d, r, t)
    q = robust_part(b, -a, c, d, r, t)
    return p, q
end
function robust_part(a, b, c, d, r, t)
    if r != 0
        br = b * r
        return br != 0 ? (a + br) * t : a * t + (b * t) * r
    end
    return (a + d * (b / c)) * t
end
function inv(w::Complex{T}) where {T<:Real}
    c, d = reim(float(w))
    (isinf(c) | isinf(d)) && return Complex(copysign(zero(c), c), flipsign(-zero(d), d))
    return one(float(T)) / 1 isa Float64 ? inverse_of(c, d) : complex_divide(Complex(one(c), zero(c)), Complex(c, d))
end
inverse_of(c, d) = complex_divide(Complex(1.0, 0.0), Complex(Float64(c), Float64(d)))
function inv(z::Complex{<:Union{Float16, Float32}})
    c, d = reim(z)
    m = abs2(widen(z))
    return oftype(z, conj(widen(z)) / m)
end
inv(z::Complex{<:Rational}) = conj(z) / abs2(z)
/(z::Complex{<:Rational}, w::Complex{<:Rational}) = (z * conj(w)) / abs2(w)
/(z::Complex{Rational{T}}, w::Complex{Rational{T}}) where {T<:Integer} = (z * conj(w)) / abs2(w)
complex_rational(x, y::Real) = Complex(real(x) // y, imag(x) // y)
complex_rational(x, y::Complex) = (n = x * conj(y); d = abs2(y); Complex(real(n) // d, imag(n) // d))
//(x::Complex, y::Real) = Complex(real(x) // y, imag(x) // y)
//(x::Number, y::Complex) = complex_rational(x, y)
//(x::Complex, y::Complex) = complex_rational(x, y)

function sqrt(z::Complex)
    w = float(z)
    x, y = reim(w)
    x == y == 0 && return Complex(zero(x), y)
    isinf(y) && return Complex(oftype(x, Inf), y)
    if isinf(x)
        return x > 0 ? Complex(x, isnan(y) ? y : copysign(zero(y), y)) : Complex(isnan(y) ? y : zero(y), copysign(abs(x), y))
    end
    r = hypot(x, y)
    s = sqrt((abs(x) + r) / 2)
    return x >= 0 ? Complex(s, y / s / 2) : Complex(abs(y) / s / 2, copysign(s, y))
end
cis(t::Real) = Complex(cos(t), sin(t))
cis(z::Complex) = exp(-imag(z)) * cis(real(z))
cispi(t::Real) = Complex(cospi(t), sinpi(t))
function exp(z::Complex)
    x, y = reim(float(z))
    iszero(y) && return Complex(exp(x), y)
    if isnan(x)
        return Complex(x, iszero(y) ? y : x)
    elseif !isfinite(y)
        x == Inf && return Complex(-x, oftype(x, NaN))
        x == -Inf && return Complex(-zero(x), copysign(zero(x), y))
        return Complex(oftype(x, NaN), oftype(x, NaN))
    end
    e = exp(x)
    return Complex(e * cos(y), e * sin(y))
end
log(z::Complex) = (w = float(z); Complex(log(abs(w)), angle(w)))
log2(z::Complex) = log(z) / log(oftype(real(float(z)), 2))
log10(z::Complex) = log(z) / log(oftype(real(float(z)), 10))
exp2(z::Complex) = exp(z * log(2.0))
exp10(z::Complex) = exp(z * log(10.0))
sin(z::Complex) = ((x, y) = reim(float(z)); Complex(sin(x) * cosh(y), cos(x) * sinh(y)))
cos(z::Complex) = ((x, y) = reim(float(z)); Complex(cos(x) * cosh(y), -sin(x) * sinh(y)))
tan(z::Complex) = sin(z) / cos(z)
sinh(z::Complex) = ((x, y) = reim(float(z)); Complex(sinh(x) * cos(y), cosh(x) * sin(y)))
cosh(z::Complex) = ((x, y) = reim(float(z)); Complex(cosh(x) * cos(y), sinh(x) * sin(y)))
tanh(z::Complex) = sinh(z) / cosh(z)
asin(z::Complex) = -im * log(im * z + sqrt(1 - z * z))
acos(z::Complex) = oftype(real(float(z)), pi) / 2 - asin(z)
atan(z::Complex) = im / 2 * (log(1 - im * z) - log(1 + im * z))

^(z::Complex, n::Bool) = n ? z : one(z)
function ^(z::Complex{<:Integer}, n::Integer)
    n < 0 && return power_by_squaring(inv(float(z)), -n)
    return power_by_squaring(z, n)
end
^(z::Complex{<:AbstractFloat}, n::Integer) = n >= 0 ? power_by_squaring(z, n) : power_by_squaring(inv(z), -n)
^(z::Complex{<:Rational}, n::Integer) = n >= 0 ? power_by_squaring(z, n) : power_by_squaring(inv(z), -n)
^(z::Complex, p::Complex) = complex_power(float(z), float(p))
^(z::Complex, p::Real) = isinteger(p) && abs(p) < 2^31 ? float(z)^Integer(p) : complex_power(float(z), Complex(float(p)))
^(z::Complex, p::Rational) = isinteger(p) ? z^p.num : z^float(p)
^(x::Real, p::Complex) = complex_power(Complex(float(x)), float(p))
function complex_power(z::Complex, p::Complex)
    iszero(p) && return one(z)
    iszero(z) && return real(p) > 0 ? zero(z) : Complex(oftype(real(z), NaN), oftype(real(z), NaN))
    if isreal(p)
        r = abs(z)^real(p)
        t = angle(z) * real(p)
        return Complex(r * cos(t), r * sin(t))
    end
    return exp(p * log(z))
end
literal_pow(::typeof(^), z::Complex, ::Val{-1}) = inv(z)
literal_pow(::typeof(^), z::Complex, ::Val{-2}) = (i = inv(z); i * i)
round(z::Complex; kws...) = Complex(round(real(z); kws...), round(imag(z); kws...))
round(z::Complex, r::RoundingMode, s::RoundingMode=r; kws...) = Complex(round(real(z), r; kws...), round(imag(z), s; kws...))
adjoint(z::Complex) = conj(z)
flipsign(z::Complex, x::Real) = signbit(x) ? -z : z
hypot(x::Complex, y::Complex) = hypot(abs(x), abs(y))
literal_pow(::typeof(^), z::Complex, ::Val{2}) = z * z
literal_pow(::typeof(^), z::Complex, ::Val{3}) = z * z * z
literal_pow(::typeof(^), z::Complex, ::Val{p}) where {p} = z^p
