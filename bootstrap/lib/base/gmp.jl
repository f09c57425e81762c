# Integers of any size, by GMP.
#
# A BigInt is GMP's mpz_t with a header of our own: the three fields are GMP's, and the functions of libgmp are called on the
# object's own address. The limbs are malloc's; a finalizer gives them back. No function here changes an argument: a
# BigInt that Julia code has seen keeps its value.

module GMP
import ..Base
using ..Base
using ..Base: BitInteger, BitSigned, BitUnsigned, IEEEFloat, bitcast, unsafe_load, pointer_from_objref, Culong, Clong, fits_integer
import ..Base: +, -, *, /, <, <=, ==, >, >=, ~, &, |, xor, <<, >>, >>>, ^, div, rem, mod, fld, cld, divrem, fldmod, gcd, lcm, gcdx, invmod, powermod,
    isqrt, factorial, binomial, cmp, isless, isodd, iseven, abs, sign, signbit, iszero, isone, hash, string, show, print, convert, promote_rule, unsafe_convert,
    cconvert, count_ones, trailing_zeros, trailing_ones, top_set_bit, ndigits0z, float, widen, big, sum, prod, sqrt, deepcopy_internal,
    flipsign, copysign, isequal, tryparse, nextpow, decompose, float_of, count_zeros, digits, ispow2, isinteger, hash_integer, sizeof
export BigInt

const lib = "libgmp.so.10"

mutable struct BigInt <: Signed
    alloc::Int32
    size::Int32
    d::Ptr{UInt64}
    function BigInt(; nbits::Integer=0)
        z = new(Int32(0), Int32(0), Ptr{UInt64}(0))
        ccall((:__gmpz_init, lib), Cvoid, (Ptr{Cvoid},), address(z))
        isdefined(Core, :finalizer) && Core.finalizer(clear!, z)
        return z
    end
end
address(z::BigInt) = ccall(:jl_value_ptr, Ptr{Cvoid}, (Any,), z)
clear!(z::BigInt) = (ccall((:__gmpz_clear, lib), Cvoid, (Ptr{Cvoid},), address(z)); nothing)
cconvert(::Type{Ref{BigInt}}, x::BigInt) = x
unsafe_convert(::Type{Ref{BigInt}}, x::BigInt) = bitcast(Ptr{BigInt}, address(x))

BigInt(x::BigInt) = x
function BigInt(x::Union{Clong, Int32, Int16, Int8})
    z = BigInt()
    ccall((:__gmpz_set_si, lib), Cvoid, (Ref{BigInt}, Clong), z, x)
    return z
end
function BigInt(x::Union{Culong, UInt32, UInt16, UInt8, Bool})
    z = BigInt()
    ccall((:__gmpz_set_ui, lib), Cvoid, (Ref{BigInt}, Culong), z, x)
    return z
end
function BigInt(x::Union{Int128, UInt128})
    u = unsigned(x < 0 ? -x : x)
    z = (BigInt((u >> 64) % UInt64) << 64) + BigInt(u % UInt64)
    return x < 0 ? -z : z
end
BigInt(x::Integer) = convert(BigInt, Int128(x))
function BigInt(x::Float64)
    isinteger(x) || throw(InexactError(:BigInt, BigInt, x))
    return truncated(x)
end
BigInt(x::Union{Float16, Float32}) = BigInt(Float64(x))
BigInt(x::Rational) = isone(x.den) ? BigInt(x.num) : throw(InexactError(:BigInt, BigInt, x))
function truncated(x::Float64)
    z = BigInt()
    ccall((:__gmpz_set_d, lib), Cvoid, (Ref{BigInt}, Float64), z, x)
    return z
end
Base.unsafe_trunc(::Type{BigInt}, x::IEEEFloat) = truncated(Float64(x))
Base.round_to(::Type{BigInt}, x::IEEEFloat, r::RoundingMode) = isfinite(x) ? truncated(Float64(round(x, r))) : throw(InexactError(:round, BigInt, x, r))
convert(::Type{BigInt}, x::Integer) = BigInt(x)
convert(::Type{BigInt}, x::BigInt) = x
Integer(x::BigInt) = x
big(x::Integer) = BigInt(x)
big(::Type{<:Integer}) = BigInt
big(::Type{<:Rational}) = Rational{BigInt}
promote_rule(::Type{BigInt}, ::Type{<:Integer}) = BigInt
widen(::Type{BigInt}) = BigInt
float(::Type{BigInt}) = BigFloat

Base.signed(x::BigInt) = x
Base.zero(::Type{BigInt}) = BigInt(0)
Base.one(::Type{BigInt}) = BigInt(1)

# Limbs

limb(x::BigInt, i::Int) = unsafe_load(x.d, i)
limb_count(x::BigInt) = Int(abs(x.size))
fits_slong(x::BigInt) = (n = x.size; n == 0 || n == 1 && limb(x, 1) <= 0x7fffffffffffffff || n == -1 && limb(x, 1) <= 0x8000000000000000)
# The low bits, as in two's complement
function Base.rem(x::BigInt, ::Type{T}) where {T<:BitInteger}
    n = limb_count(x)
    u = UInt128(0)
    n >= 1 && (u |= UInt128(limb(x, 1)))
    n >= 2 && (u |= UInt128(limb(x, 2)) << 64)
    x.size < 0 && (u = -u)
    return u % T
end
Base.rem(x::BigInt, ::Type{Bool}) = isodd(x)
Base.rem(x::Integer, ::Type{BigInt}) = BigInt(x)
Base.rem(x::BigInt, ::Type{BigInt}) = x
function (::Type{T})(x::BigInt) where {T<:BitInteger}
    n = limb_count(x)
    if n <= 2
        y = x % T
        big_equal(y, x) && return y
    end
    throw(InexactError(nameof(T), T, x))
end
big_equal(y, x::BigInt) = cmp(BigInt(y), x) == 0
Base.Bool(x::BigInt) = x.size == 0 ? false : x.size == 1 && limb(x, 1) == 1 ? true : throw(InexactError(:Bool, Bool, x))
function (::Type{T})(x::BigInt) where {T<:IEEEFloat}
    return T(rounded_double(x, T))
end
# Nearest, ties to even: mpz_get_d truncates
function rounded_double(x::BigInt, ::Type{T}) where {T}
    x.size == 0 && return 0.0
    a = abs(x)
    bits = top_set_bit(a)
    p = Base.significand_bits(T) + 1
    if bits > p
        s = bits - p
        q = a >> s
        r = a - (q << s)
        half = BigInt(1) << (s - 1)
        c = cmp(r, half)
        (c > 0 || c == 0 && isodd(q)) && (q = q + 1)
        v = ldexp(Float64(q % UInt64), s)
    else
        v = Float64(a % UInt64)
    end
    return x.size < 0 ? -v : v
end
Base.AbstractFloat(x::BigInt) = BigFloat(x)
float(x::BigInt) = BigFloat(x)
float_of(x::BigInt) = BigFloat(x)

# Arithmetic

for (f, g) in ((:+, :__gmpz_add), (:-, :__gmpz_sub), (:*, :__gmpz_mul), (:gcd, :__gmpz_gcd), (:lcm, :__gmpz_lcm), (:&, :__gmpz_and), (:|, :__gmpz_ior), (:xor, :__gmpz_xor))
    Core.eval(GMP, quote
        function $f(x::BigInt, y::BigInt)
            z = BigInt()
            ccall(($(QuoteNode(g)), lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Ref{BigInt}), z, x, y)
            return z
        end
    end)
end
for (f, g) in ((:div, :__gmpz_tdiv_q), (:rem, :__gmpz_tdiv_r), (:fld, :__gmpz_fdiv_q), (:mod, :__gmpz_fdiv_r), (:cld, :__gmpz_cdiv_q))
    Core.eval(GMP, quote
        function $f(x::BigInt, y::BigInt)
            y.size == 0 && throw(DivideError())
            z = BigInt()
            ccall(($(QuoteNode(g)), lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Ref{BigInt}), z, x, y)
            return z
        end
    end)
end
+(x::BigInt, c::BitInteger) = x + BigInt(c)
+(c::BitInteger, x::BigInt) = BigInt(c) + x
-(x::BigInt, c::BitInteger) = x - BigInt(c)
-(c::BitInteger, x::BigInt) = BigInt(c) - x
*(x::BigInt, c::BitInteger) = x * BigInt(c)
*(c::BitInteger, x::BigInt) = BigInt(c) * x
function *(x::BigInt, c::Int)
    z = BigInt()
    ccall((:__gmpz_mul_si, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Clong), z, x, c)
    return z
end
*(c::Int, x::BigInt) = x * c
function +(x::BigInt, c::UInt)
    z = BigInt()
    ccall((:__gmpz_add_ui, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Culong), z, x, c)
    return z
end
/(x::BigInt, y::BigInt) = float(x) / float(y)
/(x::BigInt, y::Union{BitInteger, Float64}) = float(x) / y
for (f, g) in ((:-, :__gmpz_neg), (:~, :__gmpz_com), (:abs, :__gmpz_abs))
    Core.eval(GMP, quote
        function $f(x::BigInt)
            z = BigInt()
            ccall(($(QuoteNode(g)), lib), Cvoid, (Ref{BigInt}, Ref{BigInt}), z, x)
            return z
        end
    end)
end
function divrem(x::BigInt, y::BigInt)
    y.size == 0 && throw(DivideError())
    q = BigInt()
    r = BigInt()
    ccall((:__gmpz_tdiv_qr, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Ref{BigInt}, Ref{BigInt}), q, r, x, y)
    return q, r
end
divrem(x::BigInt, y::Integer) = divrem(x, BigInt(y))
divrem(x::Integer, y::BigInt) = divrem(BigInt(x), y)
fldmod(x::BigInt, y::BigInt) = (fld(x, y), mod(x, y))
Base.checked_abs(x::BigInt) = abs(x)
Base.checked_neg(x::BigInt) = -x
Base.checked_add(x::BigInt, y::BigInt) = x + y
Base.checked_sub(x::BigInt, y::BigInt) = x - y
Base.checked_mul(x::BigInt, y::BigInt) = x * y
Base.add_with_overflow(x::BigInt, y::BigInt) = (x + y, false)
Base.sub_with_overflow(x::BigInt, y::BigInt) = (x - y, false)
Base.mul_with_overflow(x::BigInt, y::BigInt) = (x * y, false)

function <<(x::BigInt, c::UInt)
    z = BigInt()
    ccall((:__gmpz_mul_2exp, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Culong), z, x, c)
    return z
end
function >>(x::BigInt, c::UInt)
    z = BigInt()
    ccall((:__gmpz_fdiv_q_2exp, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Culong), z, x, c)
    return z
end
>>>(x::BigInt, c::UInt) = x >> c
<<(x::BigInt, c::Int) = c >= 0 ? x << UInt(c) : x >> UInt(-c)
>>(x::BigInt, c::Int) = c >= 0 ? x >> UInt(c) : x << UInt(-c)
>>>(x::BigInt, c::Int) = x >> c
<<(x::BigInt, c::Integer) = x << Int(c)
>>(x::BigInt, c::Integer) = x >> Int(c)
>>>(x::BigInt, c::Integer) = x >> Int(c)
<<(x::BigInt, c::Unsigned) = x << UInt(c)
>>(x::BigInt, c::Unsigned) = x >> UInt(c)

function ^(x::BigInt, y::Culong)
    z = BigInt()
    ccall((:__gmpz_pow_ui, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Culong), z, x, y)
    return z
end
function ^(x::BigInt, y::Integer)
    if y < 0
        isone(x) && return x
        x == -1 && return isodd(y) ? x : -x
        Base.throw_domerr_powbysq(x, y)
    end
    return x^Culong(y)
end
^(x::BigInt, y::BigInt) = invoke(^, Tuple{BigInt, Integer}, x, y)
^(x::Integer, y::BigInt) = BigInt(x)^y
^(x::Bool, y::BigInt) = x || iszero(y)
function powermod(x::BigInt, p::BigInt, m::BigInt)
    z = BigInt()
    p < 0 && return powermod(invmod(x, m), -p, m)
    ccall((:__gmpz_powm, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Ref{BigInt}, Ref{BigInt}), z, x, p, m)
    return m.size < 0 && z.size != 0 ? z + m : z
end
powermod(x::Integer, p::Integer, m::BigInt) = powermod(BigInt(x), BigInt(p), m)
powermod(x::BigInt, p::Integer, m::BigInt) = powermod(x, BigInt(p), m)
powermod(x::Integer, p::BigInt, m::BigInt) = powermod(BigInt(x), p, m)
function invmod(x::BigInt, m::BigInt)
    z = BigInt()
    m.size == 0 && throw(DomainError(m, "`m` must not be 0."))
    ok = ccall((:__gmpz_invert, lib), Cint, (Ref{BigInt}, Ref{BigInt}, Ref{BigInt}), z, x, m)
    ok == 0 && throw(DomainError((x, m), "Greatest common divisor is $(gcd(x, m))."))
    return m < 0 && z > 0 ? z + m : z
end
function gcdx(a::BigInt, b::BigInt)
    iszero(b) && return abs(a), BigInt(sign(a)), BigInt(0)
    g, s, t = BigInt(), BigInt(), BigInt()
    ccall((:__gmpz_gcdext, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Ref{BigInt}, Ref{BigInt}, Ref{BigInt}), g, s, t, a, b)
    return g, s, t
end
function isqrt(x::BigInt)
    x.size < 0 && throw(DomainError(x, "isqrt requires a non-negative argument"))
    z = BigInt()
    ccall((:__gmpz_sqrt, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}), z, x)
    return z
end
function factorial(x::BigInt)
    x < 0 && throw(DomainError(x, "`x` must not be negative."))
    z = BigInt()
    ccall((:__gmpz_fac_ui, lib), Cvoid, (Ref{BigInt}, Culong), z, Culong(x))
    return z
end
function binomial(n::BigInt, k::Integer)
    k < 0 && return BigInt(0)
    z = BigInt()
    ccall((:__gmpz_bin_ui, lib), Cvoid, (Ref{BigInt}, Ref{BigInt}, Culong), z, n, Culong(k))
    return z
end
binomial(n::BigInt, k::BigInt) = binomial(n, Culong(k))
sum(a::AbstractArray{BigInt}) = foldl(+, a; init=BigInt(0))

# Comparison

cmp(x::BigInt, y::BigInt) = sign(ccall((:__gmpz_cmp, lib), Cint, (Ref{BigInt}, Ref{BigInt}), x, y)) % Int
cmp(x::BigInt, y::BitInteger) = fits_slong(x) && y isa Int ? (a = x % Int; a < y ? -1 : a > y ? 1 : 0) : cmp(x, BigInt(y))
cmp(x::BitInteger, y::BigInt) = -cmp(y, x)
==(x::BigInt, y::BigInt) = cmp(x, y) == 0
==(x::BigInt, y::BitInteger) = cmp(x, y) == 0
==(x::BitInteger, y::BigInt) = cmp(y, x) == 0
<(x::BigInt, y::BigInt) = cmp(x, y) < 0
<=(x::BigInt, y::BigInt) = cmp(x, y) <= 0
<(x::BigInt, y::BitInteger) = cmp(x, y) < 0
<=(x::BigInt, y::BitInteger) = cmp(x, y) <= 0
<(x::BitInteger, y::BigInt) = cmp(y, x) > 0
<=(x::BitInteger, y::BigInt) = cmp(y, x) >= 0
isequal(x::BigInt, y::BigInt) = x == y
compare_float(x::BigInt, y::IEEEFloat) = isnan(y) ? 2 : isinf(y) ? (y > 0 ? -1 : 1) : begin
    t = truncated(Float64(trunc(y)))
    c = cmp(x, t)
    c != 0 ? c : y > trunc(y) ? -1 : y < trunc(y) ? 1 : 0
end
==(x::BigInt, y::IEEEFloat) = compare_float(x, y) == 0
==(y::IEEEFloat, x::BigInt) = compare_float(x, y) == 0
<(x::BigInt, y::IEEEFloat) = compare_float(x, y) == -1
<(y::IEEEFloat, x::BigInt) = compare_float(x, y) == 1
<=(x::BigInt, y::IEEEFloat) = (c = compare_float(x, y); c == -1 || c == 0)
<=(y::IEEEFloat, x::BigInt) = (c = compare_float(x, y); c == 1 || c == 0)
isodd(x::BigInt) = x.size != 0 && limb(x, 1) & 1 == 1
iseven(x::BigInt) = !isodd(x)
iszero(x::BigInt) = x.size == 0
isone(x::BigInt) = x.size == 1 && limb(x, 1) == 1
signbit(x::BigInt) = x.size < 0
sign(x::BigInt) = BigInt(x.size < 0 ? -1 : x.size > 0 ? 1 : 0)
flipsign(x::BigInt, y::Integer) = signbit(y) ? -x : x
flipsign(x::BigInt, y::BigInt) = signbit(y) ? -x : x
flipsign(x::Integer, y::BigInt) = signbit(y) ? -x : x
copysign(x::BigInt, y::BigInt) = signbit(y) != signbit(x) ? -x : x
trailing_zeros(x::BigInt) = x.size == 0 ? throw(DomainError(x, "`x` must be non-zero")) : Int(ccall((:__gmpz_scan1, lib), Culong, (Ref{BigInt}, Culong), x, 0))
trailing_ones(x::BigInt) = Int(ccall((:__gmpz_scan0, lib), Culong, (Ref{BigInt}, Culong), x, 0))
count_ones(x::BigInt) = Int(ccall((:__gmpz_popcount, lib), Culong, (Ref{BigInt},), x))
top_set_bit(x::BigInt) = x.size == 0 ? 0 : Int(ccall((:__gmpz_sizeinbase, lib), Csize_t, (Ref{BigInt}, Cint), x, 2))
ispow2(x::BigInt) = x > 0 && count_ones(x) == 1
decompose(x::BigInt) = x, 0, 1
hash(x::BigInt, h::UInt) = fits_slong(x) ? hash(x % Int, h) : invoke(hash, Tuple{Real, UInt}, x, h)
function hash_integer(n::BigInt, h::UInt)
    for i in 1:max(1, limb_count(n))
        l = n.size == 0 ? UInt(0) : limb(n, i)
        i == 1 && n.size < 0 && (l = -l)
        h = xor(h, Base.hash_uint(xor(l, h)))
    end
    return h
end

# Text

function string(n::BigInt; base::Integer=10, pad::Integer=1)
    base < 0 && return Base.integer_text_negative_base(n, Int(base), Int(pad))
    2 <= base <= 62 || throw(ArgumentError("base must be 2 ≤ base ≤ 62, got $base"))
    size = Int(ccall((:__gmpz_sizeinbase, lib), Csize_t, (Ref{BigInt}, Cint), n, base)) + 2
    buffer = Base.Vector{UInt8}(undef, size)
    ccall((:__gmpz_get_str, lib), Ptr{UInt8}, (Ptr{UInt8}, Cint, Ref{BigInt}), buffer, base, n)
    s = unsafe_string(pointer(buffer))
    if pad > 1
        digits_ = n.size < 0 ? ncodeunits(s) - 1 : ncodeunits(s)
        if digits_ < pad
            z = repeat("0", Int(pad) - digits_)
            s = n.size < 0 ? string("-", z, s[2:end]) : string(z, s)
        end
    end
    return s
end
show(io::IO, x::BigInt) = print(io, string(x))
print(io::IO, x::BigInt) = Base.write(io, string(x))
function ndigits0z(x::BigInt, b::Integer=10)
    x.size == 0 && return 0
    b < 2 && return invoke(ndigits0z, Tuple{Integer, Integer}, x, b)
    return ncodeunits(string(abs(x); base=b))
end
function digits(n::BigInt; base::Integer=10, pad::Integer=1)
    2 <= base <= 36 || return invoke(digits, Tuple{Integer}, n; base=base, pad=pad)
    s = string(abs(n); base=base)
    out = Int[Base.parse(Int, c; base=base) for c in Base.reverse(s)]
    n.size < 0 && (out = -out)
    n.size == 0 && (out = [0])
    while length(out) < pad
        push!(out, 0)
    end
    return out
end
function tryparse(::Type{BigInt}, s::AbstractString; base::Union{Nothing, Integer}=nothing)
    t = String(strip(s))
    neg = false
    if startswith(t, '-') || startswith(t, '+')
        neg = startswith(t, '-')
        t = t[2:end]
    end
    b = 10
    if base === nothing
        if ncodeunits(t) > 2 && t[1] == '0' && t[2] in ('x', 'b', 'o')
            b = t[2] == 'x' ? 16 : t[2] == 'b' ? 2 : 8
            t = t[3:end]
        end
    else
        b = Int(base)
    end
    isempty(t) && return nothing
    all(c -> isascii(c) && (isdigit(c) || isletter(c)), t) || return nothing
    z = BigInt()
    ccall((:__gmpz_set_str, lib), Cint, (Ref{BigInt}, Cstring, Cint), z, t, b) == 0 || return nothing
    return neg ? -z : z
end
function Base.parse(::Type{BigInt}, s::AbstractString; base::Union{Nothing, Integer}=nothing)
    x = tryparse(BigInt, s; base=base)
    x === nothing && throw(ArgumentError("invalid BigInt: $(repr(s))"))
    return x
end
deepcopy_internal(x::BigInt, d::IdDict) = get!(() -> x + 0, d, x)
sizeof(x::BigInt) = limb_count(x) * 8
Base.gcd(x::BigInt, y::BitInteger) = gcd(x, BigInt(y))
Base.gcd(x::BitInteger, y::BigInt) = gcd(BigInt(x), y)
end
using .GMP: BigInt
