# Floating point numbers: constants, conversion both ways, arithmetic, comparison, neighbours.

const Inf16 = bitcast(Float16, 0x7c00)
const NaN16 = bitcast(Float16, 0x7e00)
const Inf32 = bitcast(Float32, 0x7f800000)
const NaN32 = bitcast(Float32, 0x7fc00000)
const Inf64 = bitcast(Float64, 0x7ff0000000000000)
const NaN64 = bitcast(Float64, 0x7ff8000000000000)
const Inf = Inf64
const NaN = NaN64

# The unsigned type of equal width, and the fields of the format
uinttype(::Type{Float64}) = UInt64
uinttype(::Type{Float32}) = UInt32
uinttype(::Type{Float16}) = UInt16
inttype(::Type{Float64}) = Int64
inttype(::Type{Float32}) = Int32
inttype(::Type{Float16}) = Int16
significand_bits(::Type{Float64}) = 52
significand_bits(::Type{Float32}) = 23
significand_bits(::Type{Float16}) = 10
exponent_bits(::Type{Float64}) = 11
exponent_bits(::Type{Float32}) = 8
exponent_bits(::Type{Float16}) = 5
exponent_bias(::Type{Float64}) = 1023
exponent_bias(::Type{Float32}) = 127
exponent_bias(::Type{Float16}) = 15
sign_mask(::Type{Float64}) = 0x8000000000000000
sign_mask(::Type{Float32}) = 0x80000000
sign_mask(::Type{Float16}) = 0x8000
exponent_mask(::Type{Float64}) = 0x7ff0000000000000
exponent_mask(::Type{Float32}) = 0x7f800000
exponent_mask(::Type{Float16}) = 0x7c00
exponent_one(::Type{Float64}) = 0x3ff0000000000000
exponent_one(::Type{Float32}) = 0x3f800000
exponent_one(::Type{Float16}) = 0x3c00
exponent_half(::Type{Float64}) = 0x3fe0000000000000
exponent_half(::Type{Float32}) = 0x3f000000
exponent_half(::Type{Float16}) = 0x3800
significand_mask(::Type{Float64}) = 0x000fffffffffffff
significand_mask(::Type{Float32}) = 0x007fffff
significand_mask(::Type{Float16}) = 0x03ff
exponent_max(::Type{T}) where {T<:IEEEFloat} = Int(exponent_mask(T) >> significand_bits(T)) - exponent_bias(T)
exponent_raw_max(::Type{T}) where {T<:IEEEFloat} = Int(exponent_mask(T) >> significand_bits(T))
reinterpret(::Type{Unsigned}, x::IEEEFloat) = bitcast(uinttype(typeof(x)), x)
reinterpret(::Type{Signed}, x::IEEEFloat) = bitcast(inttype(typeof(x)), x)
uabs(x::IEEEFloat) = bitcast(uinttype(typeof(x)), abs_float(x))

# Reinterpretation of bits values

function reinterpret(::Type{Out}, x) where {Out}
    In = typeof(x)
    Out === In && return x
    if isprimitivetype(Out) && isprimitivetype(In)
        return bitcast(Out, x)
    end
    isbitstype(Out) || throw(ArgumentError("Target type for `reinterpret` must be isbits"))
    isbitstype(In) || throw(ArgumentError("Source type for `reinterpret` must be isbits"))
    Core.sizeof(Out) == Core.sizeof(In) || throw(ArgumentError(LazyOrString("Packed sizes of types ", Out, " and ", In, " do not match; got ", Core.sizeof(Out), " and ", Core.sizeof(In), ", respectively.")))
    r = RefValue{In}(x)
    return unsafe_load(bitcast(Ptr{Out}, pointer_from_objref(r)))
end
LazyOrString(xs...) = string(xs...)

# Conversion

convert(::Type{T}, x::T) where {T<:IEEEFloat} = x
convert(::Type{T}, x::Union{BitInteger, Bool, IEEEFloat}) where {T<:IEEEFloat} = T(x)
promote_rule(::Type{Float64}, ::Type{T}) where {T<:Union{BitInteger, Float16, Float32}} = Float64
promote_rule(::Type{Float32}, ::Type{T}) where {T<:Union{BitInteger, Float16}} = Float32
promote_rule(::Type{Float16}, ::Type{T}) where {T<:BitInteger} = Float16
promote_rule(::Type{T}, ::Type{Bool}) where {T<:AbstractFloat} = T
widen(::Type{Float16}) = Float32
widen(::Type{Float32}) = Float64
widen(::Type{Float64}) = BigFloat
AbstractFloat(x::AbstractFloat) = x
AbstractFloat(x::Union{Bool, BitInteger}) = Float64(x)
float(x::AbstractFloat) = x
float(x::BitInteger) = Float64(x)
float(x::Bool) = Float64(x)
float(x) = AbstractFloat(x)
float(::Type{T}) where {T<:Number} = typeof(float(zero(T)))
float(::Type{T}) where {T<:AbstractFloat} = T
float(::Type{T}) where {T<:BitInteger} = Float64
float_of(x::AbstractFloat) = x
float_of(x::Real) = AbstractFloat(x)
big(x::Float64) = BigFloat(x)
big(x::Union{Float16, Float32}) = BigFloat(x)

# The value is in the range of the integer type, once its fraction is gone
function fits_integer(::Type{T}, x) where {T<:BitInteger}
    lo = Float64(typemin(T))
    if Core.sizeof(T) <= 4
        return lo - 1.0 < Float64(x) < Float64(typemax(T)) + 1.0
    end
    # the float nearest to typemax is one too large
    y = Float64(x)
    return (T <: Unsigned ? -1.0 < y : lo <= y) && y < Float64(typemax(T))
end
float_to_int(::Type{T}, x) where {T<:BitInteger} = T <: Signed ? fptosi(T, x) : fptoui(T, x)
for T in BitInteger_types, F in (Float16, Float32, Float64)
    @eval function (::Type{$T})(x::$F)
        if fits_integer($T, x) && trunc_llvm(x) == x
            return float_to_int($T, x)
        end
        throw(InexactError($(QuoteNode(nameof(T))), $T, x))
    end
end
function Bool(x::Real)
    x == 0 && return false
    x == 1 && return true
    throw(InexactError(:Bool, Bool, x))
end
unsafe_trunc(::Type{T}, x::IEEEFloat) where {T<:BitInteger} = float_to_int(T, x)
rem(x::IEEEFloat, ::Type{T}) where {T<:BitInteger} = fits_integer(Int64, x) ? fptosi(Int64, x) % T : float_rem_int(x, T)
function float_rem_int(x, ::Type{T}) where {T}
    isfinite(x) || return zero(T)
    m = mod(trunc_llvm(Float64(x)), 18446744073709551616.0)
    return fptoui(UInt64, m) % T
end

# Arithmetic

+(x::T, y::T) where {T<:IEEEFloat} = add_float(x, y)
-(x::T, y::T) where {T<:IEEEFloat} = sub_float(x, y)
*(x::T, y::T) where {T<:IEEEFloat} = mul_float(x, y)
/(x::T, y::T) where {T<:IEEEFloat} = div_float(x, y)
-(x::IEEEFloat) = neg_float(x)
+(x::Float64, y::Int) = add_float(x, sitofp(Float64, y))
+(x::Int, y::Float64) = add_float(sitofp(Float64, x), y)
-(x::Float64, y::Int) = sub_float(x, sitofp(Float64, y))
-(x::Int, y::Float64) = sub_float(sitofp(Float64, x), y)
*(x::Float64, y::Int) = mul_float(x, sitofp(Float64, y))
*(x::Int, y::Float64) = mul_float(sitofp(Float64, x), y)
/(x::Float64, y::Int) = div_float(x, sitofp(Float64, y))
muladd(x::T, y::T, z::T) where {T<:IEEEFloat} = muladd_float(x, y, z)
fma(x::T, y::T, z::T) where {T<:Union{Float32, Float64}} = fma_float(x, y, z)
fma(x::Float16, y::Float16, z::Float16) = Float16(fma(Float32(x), Float32(y), Float32(z)))
inv(x::IEEEFloat) = div_float(one(x), x)

rem(x::T, y::T) where {T<:IEEEFloat} = T(ccall(:fmod, Float64, (Float64, Float64), x, y))
rem(x::Float64, y::Float64) = ccall(:fmod, Float64, (Float64, Float64), x, y)
div(x::T, y::T) where {T<:IEEEFloat} = div(x, y, RoundToZero)
fld(x::T, y::T) where {T<:IEEEFloat} = div(x, y, RoundDown)
cld(x::T, y::T) where {T<:IEEEFloat} = div(x, y, RoundUp)
function mod(x::T, y::T) where {T<:AbstractFloat}
    if isinf(y) && isfinite(x)
        return x
    end
    r = rem(x, y)
    if r == 0
        return copysign(r, y)
    elseif (r > 0) ⊻ (y > 0)
        return r + y
    end
    return r
end

# Comparison

==(x::T, y::T) where {T<:IEEEFloat} = eq_float(x, y)
!=(x::T, y::T) where {T<:IEEEFloat} = ne_float(x, y)
<(x::T, y::T) where {T<:IEEEFloat} = lt_float(x, y)
<=(x::T, y::T) where {T<:IEEEFloat} = le_float(x, y)
>(x::T, y::T) where {T<:IEEEFloat} = lt_float(y, x)
>=(x::T, y::T) where {T<:IEEEFloat} = le_float(y, x)
isequal(x::T, y::T) where {T<:IEEEFloat} = fpiseq(x, y)
function isless(x::T, y::T) where {T<:IEEEFloat}
    (isnan(x) || isnan(y)) && return !isnan(x)
    a = bitcast(inttype(T), x)
    b = bitcast(inttype(T), y)
    return (a < 0 ? xor(a, typemax(a)) : a) < (b < 0 ? xor(b, typemax(b)) : b)
end
# An integer and a float compare by value: where the float nearest to the integer is equal, the exact difference decides
function compare_exact(x::Union{BitInteger}, y::IEEEFloat)
    isnan(y) && return 2
    d = Float64(x)
    f = Float64(y)
    d < f && return -1
    d > f && return 1
    fits_integer(typeof(x), f) || return -1
    i = float_to_int(typeof(x), f)
    return x < i ? -1 : x > i ? 1 : 0
end
==(x::BitInteger, y::IEEEFloat) = compare_exact(x, y) == 0
==(x::IEEEFloat, y::BitInteger) = compare_exact(y, x) == 0
<(x::BitInteger, y::IEEEFloat) = compare_exact(x, y) == -1
<(x::IEEEFloat, y::BitInteger) = compare_exact(y, x) == 1
<=(x::BitInteger, y::IEEEFloat) = (c = compare_exact(x, y); (c == -1) | (c == 0))
<=(x::IEEEFloat, y::BitInteger) = (c = compare_exact(y, x); (c == 1) | (c == 0))
isequal(x::BitInteger, y::IEEEFloat) = x == y && !(signbit(y) & iszero(y))
isequal(x::IEEEFloat, y::BitInteger) = isequal(y, x)

abs(x::IEEEFloat) = abs_float(x)
signbit(x::IEEEFloat) = bitcast(inttype(typeof(x)), x) < zero(inttype(typeof(x)))
copysign(x::T, y::T) where {T<:IEEEFloat} = copysign_float(x, y)
copysign(x::T, y::Real) where {T<:IEEEFloat} = copysign_float(x, T(ifelse(signbit(y), -1, 1)))
flipsign(x::T, y::T) where {T<:IEEEFloat} = signbit(y) ? -x : x
isnan(x::AbstractFloat) = x != x
isnan(x::Number) = x != x
isnan(x::Real) = x != x
isfinite(x::AbstractFloat) = !isnan(x - x)
isfinite(x::Real) = decompose(x)[3] != 0
isfinite(x::IEEEFloat) = bitcast(uinttype(typeof(x)), x) & exponent_mask(typeof(x)) != exponent_mask(typeof(x))
isinf(x::Real) = !isnan(x) & !isfinite(x)
isinteger(x::AbstractFloat) = iszero(x - trunc(x))
issubnormal(x::T) where {T<:IEEEFloat} = (y = bitcast(uinttype(T), x); (y & exponent_mask(T) == 0) & (y & significand_mask(T) != 0))
zero(x::IEEEFloat) = bitcast(typeof(x), zero(uinttype(typeof(x))))
zero(::Type{T}) where {T<:IEEEFloat} = bitcast(T, zero(uinttype(T)))
one(::Type{T}) where {T<:IEEEFloat} = bitcast(T, exponent_one(T))
one(x::IEEEFloat) = one(typeof(x))
iszero(x::IEEEFloat) = x == zero(x)
max(x::T, y::T) where {T<:AbstractFloat} = isnan(x) ? x : isnan(y) ? y : ifelse((y > x) | (signbit(x) > signbit(y)), y, x)
min(x::T, y::T) where {T<:AbstractFloat} = isnan(x) ? x : isnan(y) ? y : ifelse((y < x) | (signbit(y) > signbit(x)), y, x)
minmax(x::T, y::T) where {T<:AbstractFloat} = (min(x, y), max(x, y))
sign(x::AbstractFloat) = isnan(x) || iszero(x) ? x : copysign(one(x), x)

typemin(::Type{T}) where {T<:IEEEFloat} = -typemax(T)
typemax(::Type{T}) where {T<:IEEEFloat} = bitcast(T, exponent_mask(T))
floatmin(::Type{T}) where {T<:IEEEFloat} = bitcast(T, Core._int_bits(uinttype(T), 1) << significand_bits(T))
floatmax(::Type{T}) where {T<:IEEEFloat} = bitcast(T, exponent_mask(T) - one(uinttype(T)))
floatmin(x::T) where {T<:AbstractFloat} = floatmin(T)
floatmax(x::T) where {T<:AbstractFloat} = floatmax(T)
floatmin() = floatmin(Float64)
floatmax() = floatmax(Float64)
eps(::Type{Float16}) = bitcast(Float16, 0x1400)
eps(::Type{Float32}) = bitcast(Float32, 0x34000000)
eps(::Type{Float64}) = bitcast(Float64, 0x3cb0000000000000)
eps() = eps(Float64)
function eps(x::T) where {T<:IEEEFloat}
    isfinite(x) || return T(NaN)
    abs(x) >= floatmin(T) || return nextfloat(zero(T))
    return ldexp(eps(T), exponent(x))
end
maxintfloat(::Type{Float64}) = 9007199254740992.0
maxintfloat(::Type{Float32}) = Float32(16777216.0)
maxintfloat(::Type{Float16}) = Float16(2048.0)
maxintfloat(::Type{S}, ::Type{T}) where {S<:AbstractFloat, T<:Integer} = min(maxintfloat(S), S(typemax(T)))
maxintfloat() = maxintfloat(Float64)
maxintfloat(x::T) where {T<:AbstractFloat} = maxintfloat(T)
precision(::Type{T}; base::Integer=2) where {T<:AbstractFloat} = base == 2 ? precision_bits(T) : floor(Int, precision_bits(T) / log2(base))
precision(x::T; base::Integer=2) where {T<:AbstractFloat} = precision(T; base=base)
precision_bits(::Type{T}) where {T<:IEEEFloat} = significand_bits(T) + 1

# Neighbours: consecutive floats have consecutive bit patterns, counted away from zero

function nextfloat(x::T, d::Integer=1) where {T<:IEEEFloat}
    isnan(x) && return x
    n = Int128(uabs(x))
    n = signbit(x) ? -n + Int128(d) : n + Int128(d)
    top = Int128(exponent_mask(T))
    n > top && (n = top)
    n < -top && (n = -top)
    neg = n < 0 || (n == 0 && signbit(x))
    y = bitcast(T, (n < 0 ? -n : n) % uinttype(T))
    return neg ? -y : y
end
prevfloat(x::AbstractFloat, d::Integer=1) = nextfloat(x, -d)

# num * 2^pow / den, the exact value of any real
decompose(x::Integer) = x, 0, 1
decompose(x::Real) = numerator(x), 0, denominator(x)
function decompose(x::T) where {T<:IEEEFloat}
    isnan(x) && return 0, 0, 0
    isinf(x) && return ifelse(x < 0, -1, 1), 0, 0
    n = bitcast(uinttype(T), x)
    s = (n & significand_mask(T)) % Int64
    e = ((n & exponent_mask(T)) >> significand_bits(T)) % Int
    s |= Int64(e != 0) << significand_bits(T)
    d = ifelse(signbit(x), -1, 1)
    return s, e - exponent_bias(T) - significand_bits(T) + (e == 0), d
end

# Denormal numbers are always honoured: the mode in which the processor takes them for zero cannot be had here.
get_zero_subnormals() = false
set_zero_subnormals(yes::Bool) = !yes
