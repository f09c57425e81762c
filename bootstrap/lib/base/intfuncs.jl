# Number theory and digits of integers, powers.

gcd(a::Integer) = abs_checked(a)
lcm(a::Integer) = abs_checked(a)
abs_checked(a::Integer) = checked_abs(a)
function gcd(a::T, b::T) where {T<:BitInteger}
    a == 0 && return checked_abs(b)
    b == 0 && return checked_abs(a)
    x = unsigned(abs(a))
    y = unsigned(abs(b))
    while y != 0
        x, y = y, rem(x, y)
    end
    r = x % T
    r < 0 && throw(OverflowError("gcd($a, $b) overflows"))
    return r
end
function gcd(a::Int, b::Int)
    x = slt_int(a, 0) ? neg_int(a) : a
    y = slt_int(b, 0) ? neg_int(b) : b
    # a magnitude that is no Int is one as an unsigned number
    while !(y === 0)
        r = urem_int(x, y)
        x = y
        y = r
    end
    slt_int(x, 0) || return x
    a === 0 || b === 0 ? checked_abs(x) : throw(OverflowError("gcd($a, $b) overflows"))
end
function gcd(a::T, b::T) where {T<:Integer}
    while b != 0
        a, b = b, rem(a, b)
    end
    return checked_abs(a)
end
function lcm(a::T, b::T) where {T<:Integer}
    (a == 0 || b == 0) && return zero(a)
    return checked_abs(checked_mul(a, div(b, gcd(b, a))))
end
gcd(a::Real, b::Real) = gcd(promote(a, b)...)
lcm(a::Real, b::Real) = lcm(promote(a, b)...)
gcd(a::Real, b::Real, c::Real...) = gcd(a, gcd(b, c...))
lcm(a::Real, b::Real, c::Real...) = lcm(a, lcm(b, c...))
gcd(a::T, b::T) where {T<:Real} = throw(MethodError(gcd, (a, b)))
lcm(a::T, b::T) where {T<:Real} = throw(MethodError(lcm, (a, b)))
gcd(xs::AbstractArray{<:Integer}) = (g = zero(eltype(xs)); for x in xs
    g = gcd(g, x)
end; g)
lcm(xs::AbstractArray{<:Integer}) = (l = one(eltype(xs)); for x in xs
    l = lcm(l, x)
end; l)
gcdx(a::Real, b::Real) = gcdx(promote(a, b)...)
function gcdx(a::T, b::T) where {T<:Integer}
    s0, s1 = one(T), zero(T)
    t0, t1 = s1, s0
    x, y = a, b
    while y != 0
        q, r = divrem(x, y)
        x, y = y, r
        s0, s1 = s1, s0 - q * s1
        t0, t1 = t1, t0 - q * t1
    end
    return x < 0 ? (-x, -s0, -t0) : (x, s0, t0)
end
function invmod(n::Integer, m::Integer)
    iszero(m) && throw(DomainError(m, "`m` must not be 0."))
    a, b = promote(n, m)
    g, x, y = gcdx(a, b)
    g != 1 && throw(DomainError((n, m), "Greatest common divisor is $g."))
    return mod(x, b)
end
invmod(n::T) where {T<:BitInteger} = (isodd(n) || throw(DomainError(n, "Argument must be odd.")); x = n; for _ in 1:7
    x = x * (2 - n * x)
end; x)
powermod(x::Integer, p::Integer, m::Integer) = powermod_promoted(promote_for_mod(x, m)..., p)
promote_for_mod(x, m) = (x, m)
function powermod_promoted(x::Integer, m::Integer, p::Integer)
    p < 0 && return powermod(invmod(x, m), -p, m)
    p == 0 && return mod(one(m), m)
    (m == 1 || m == -1) && return zero(m)
    b = oftype(m, mod(x, m))
    r = one(m)
    while p > 0
        isodd(p) && (r = oftype(m, mod(widemul(r, b), m)))
        p >>= 1
        p > 0 && (b = oftype(m, mod(widemul(b, b), m)))
    end
    return r
end
ispow2(x::Integer) = x > 0 && count_ones(x) == 1
ispow2(x::Number) = isreal(x) && ispow2(real(x))
ispow2(x::AbstractFloat) = !iszero(x) && isfinite(x) && x > 0 && frexp(x)[1] == 0.5
nextpow(a::Integer, x::Integer) = next_power(a, x)
nextpow(a::Real, x::Real) = next_power(a, x)
function next_power(a, x)
    x <= 0 && throw(DomainError(x, "`x` must be positive."))
    a <= 1 && throw(DomainError(a, "`a` must be greater than 1."))
    p = one(a)
    while p < x
        p *= a
    end
    return p
end
prevpow(a::Real, x::Real) = begin
    x < 1 && throw(DomainError(x, "`x` must be ≥ 1."))
    a <= 1 && throw(DomainError(a, "`a` must be greater than 1."))
    p = one(a)
    while p * a <= x
        p *= a
    end
    p
end
function nextprod(factors, x::Integer)
    best = typemax(Int)
    go(p, i) = begin
        if p >= x
            p < best && (best = p)
            return
        end
        for j in i:length(factors)
            p * factors[j] < best && go(p * factors[j], j)
        end
    end
    go(1, 1)
    return best
end

# Powers

@assume_effects :terminates_locally function power_by_squaring(x, p::Integer, mul=*)
    p == 1 && return x isa AbstractArray ? copy(x) : x
    p == 0 && return one(x)
    if p < 0
        isone(x) && return one(x)
        isone(-x) && return iseven(p) ? one(x) : -one(x)
        throw_domerr_powbysq(x, p)
    end
    t = trailing_zeros(p) + 1
    p >>= t
    while (t -= 1) > 0
        x = mul(x, x)
    end
    y = x
    while p > 0
        t = trailing_zeros(p) + 1
        p >>= t
        while (t -= 1) >= 0
            x = mul(x, x)
        end
        y = mul(y, x)
    end
    return y
end
throw_domerr_powbysq(x::Integer, p) = throw(DomainError(p, LazyString("Cannot raise an integer x to a negative power ", p, ".\nMake x or ", p, " a float by adding a zero decimal (e.g., 2.0^", p, " or 2^", float(p), " instead of 2^", p, ") or write 1/x^", -p, ", float(x)^", p, ", x^float(", p, ") or (x//1)^", p, ".")))
throw_domerr_powbysq(x, p) = throw(DomainError(p, LazyString("Cannot raise an integer x to a negative power ", p, ".\nMake x a float matrix by adding a zero decimal (e.g., [2.0 1.0;1.0 0.0]^", p, " instead of [2 1;1 0]^", p, ") or write float(x)^", p, " or Rational.(x)^", p, ".")))
^(x::T, p::T) where {T<:Integer} = power_by_squaring(x, p)
^(x::Number, p::T) where {T<:Integer} = power_by_squaring(x, p)
^(x::Integer, p::Integer) = power_by_squaring(x, p)
^(x::Bool, p::Integer) = (p < 0 && !x && throw_domerr_powbysq(x, p); x | (p == 0))

# x^2 with a literal exponent; a negative literal inverts the base
literal_pow(f, x, ::Val{p}) where {p} = f(x, p)
const MachineNumber = Union{IEEEFloat, BitInteger}
literal_pow(::typeof(^), x::MachineNumber, ::Val{0}) = one(x)
literal_pow(::typeof(^), x::MachineNumber, ::Val{1}) = x
literal_pow(::typeof(^), x::MachineNumber, ::Val{2}) = x * x
literal_pow(::typeof(^), x::MachineNumber, ::Val{3}) = x * x * x
literal_pow(::typeof(^), x::Union{Float16, Float32, Float64}, ::Val{-1}) = inv(x)
literal_pow(::typeof(^), x::Union{Float16, Float32, Float64}, ::Val{-2}) = (i = inv(x); i * i)
function literal_pow(f::typeof(^), x, ::Val{p}) where {p}
    if p < 0
        if x isa BitInteger64 || x isa Integer
            return f(Float64(x), p)
        end
        return f(inv(x), -p)
    end
    return f(x, p)
end
literal_pow(::typeof(^), x::AbstractFloat, ::Val{p}) where {p} = x^p
literal_pow(::typeof(^), x::AbstractArray, ::Val{p}) where {p} = x^p

# Digits

function ndigits0z(n::Integer, b::Integer=10)
    n == 0 && return 0
    c = 0
    x = n
    while x != 0
        x = b < 0 ? negative_base_quotient(x, b) : div(x, b)
        c += 1
    end
    return c
end
negative_base_quotient(x, b) = -fld(signed(x), -b)
function ndigits0z(n::BitInteger, b::Int=10)
    b == 10 || return invoke(ndigits0z, Tuple{Integer, Integer}, n, b)
    x = unsigned(abs(n))
    c = 0
    while x != 0
        x = div(x, oftype(x, 10))
        c += 1
    end
    return c
end
function ndigits(x::Integer; base::Integer=10, pad::Integer=1)
    -1 <= base <= 1 && throw(DomainError(base, "The base must not be in `[-1, 0, 1]`"))
    return max(Int(pad), ndigits0z(x, Int(base)))
end
digits(n::Integer; base::Integer=10, pad::Integer=1) = digits(Int, n; base=base, pad=pad)
function digits(::Type{T}, n::Integer; base::Integer=10, pad::Integer=1) where {T<:Integer}
    return digits!(zeros(T, ndigits(n; base=base, pad=pad)), n; base=base)
end
function digits!(a::AbstractVector{T}, n::Integer; base::Integer=10) where {T<:Integer}
    2 <= abs(base) || throw(DomainError(base, "base must be ≥ 2 or ≤ -2"))
    for i in eachindex(a)
        if base > 0
            q, r = divrem(n, base)
            a[i] = r
            n = q
        else
            r = mod(n, -base)
            a[i] = r
            n = div(n - r, base)
        end
    end
    return a
end
function isqrt(x::Integer)
    x < 0 && throw(DomainError(x, "isqrt requires a non-negative argument"))
    x == 0 && return x
    s = oftype(x, trunc_to_integer(sqrt(float(x)), x))
    while s > div(x, s)
        s -= one(s)
    end
    while (t = s + one(s); t <= div(x, t))
        s = t
    end
    return s
end
trunc_to_integer(f, x::BitInteger) = f >= Float64(typemax(x)) ? typemax(x) : unsafe_trunc(typeof(x), f)
trunc_to_integer(f, x) = trunc(BigInt, f)

const factorials_64 = begin
    t = Vector{Int}(undef, 20)
    t[1] = 1
    for i in 2:20
        t[i] = t[i-1] * i
    end
    t
end
function factorial(n::Union{Int64, UInt64, Int8, UInt8, Int16, UInt16, Int32, UInt32})
    n < 0 && throw(DomainError(n, "`n` must not be negative."))
    n > 20 && throw(OverflowError("$n is too large to look up in the table; consider using `factorial(big($n))` instead"))
    n == 0 && return n isa Union{Int64, UInt64} ? one(n) : 1
    return n isa UInt64 ? UInt64(factorials_64[n]) : factorials_64[n]
end
function factorial(n::Union{Int128, UInt128})
    n < 0 && throw(DomainError(n, "`n` must not be negative."))
    n > 33 && throw(OverflowError("$n is too large to look up in the table; consider using `factorial(big($n))` instead"))
    r = one(n)
    for i in 2:n
        r *= i
    end
    return r
end
function binomial(n::T, k::T) where {T<:Integer}
    n < 0 && return isodd(k) ? -binomial(-n + k - one(k), k) : binomial(-n + k - one(k), k)
    k < 0 && return zero(T)
    k > n && return zero(T)
    (k == 0 || k == n) && return one(T)
    k == 1 && return n
    k > (n >> 1) && (k = n - k)
    x = nn = n - k + one(T)
    nn += one(T)
    rr = T(2)
    while rr <= k
        g = gcd(x, rr)
        y = div(rr, g)
        x = div(x, g)
        p = checked_binomial_mul(x, div(nn, y), n, k)
        x = p
        rr += one(T)
        nn += one(T)
    end
    return convert(T, x)
end
function checked_binomial_mul(x::BitInteger, y, n, k)
    p, over = mul_with_overflow(x, y)
    over && throw(OverflowError("binomial($n, $k) overflows"))
    return p
end
checked_binomial_mul(x, y, n, k) = x * y
binomial(n::Integer, k::Integer) = binomial(promote(n, k)...)
function binomial(x::Number, k::Integer)
    k < 0 && return zero(x)
    r = one(x)
    for i in 1:k
        r = r * (x - i + 1) / i
    end
    return r
end
uabs_diff(a, b) = a > b ? a - b : b - a
add_one_checked(x) = checked_add(x, one(x))
bitstring(x::T) where {T} = bits_of(x)
function bits_of(x)
    isprimitivetype(typeof(x)) || throw(ArgumentError("$(typeof(x)) not a primitive type"))
    n = 8 * sizeof(x)
    out = Vector{UInt8}(undef, n)
    for i in 0:n-1
        bit = n == 8 ? (lshr_int(reinterpret(UInt8, x), i % UInt8) & 0x01) : bit_at(x, i)
        out[n - i] = 0x30 + bit
    end
    return String(out)
end
bit_at(x, i) = (lshr_int(unsigned_bits(x), UInt(i)) % UInt8) & 0x01
unsigned_bits(x) = sizeof(x) == 2 ? bitcast(UInt16, x) : sizeof(x) == 4 ? bitcast(UInt32, x) : sizeof(x) == 8 ? bitcast(UInt64, x) : bitcast(UInt128, x)
