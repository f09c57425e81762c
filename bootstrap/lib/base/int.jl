# Integers of the machine: division, shifts, bits, conversion by truncation, promotion among widths.

const BitInteger_types = (Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Int128, UInt128)

convert(::Type{T}, x::T) where {T<:BitInteger} = x
convert(::Type{T}, x::Union{BitInteger, Bool}) where {T<:BitInteger} = T(x)

# rem to a type keeps the low bits
rem(x::T, ::Type{T}) where {T<:Integer} = x
rem(x::BitInteger, ::Type{T}) where {T<:BitInteger} = Core._int_bits(T, x)
rem(x::T, ::Type{T}) where {T<:BitInteger} = x
rem(x::Bool, ::Type{T}) where {T<:BitInteger} = T(x)
rem(x::Integer, ::Type{Bool}) = (x & one(x)) == one(x)
rem(x::Bool, ::Type{Bool}) = x
rem(x::Integer, ::Type{T}) where {T<:Integer} = convert(T, x)
rem(x::Integer, ::Type{Integer}) = x
mod(x::Integer, ::Type{T}) where {T<:Integer} = rem(x, T)
unsafe_trunc(::Type{T}, x::Integer) where {T<:Integer} = rem(x, T)

typemin(::Type{T}) where {T<:BitSigned} = shl_int(Core._int_bits(T, 1), sub_int(mul_int(8, Core.sizeof(T)), 1))
typemax(::Type{T}) where {T<:BitSigned} = not_int(typemin(T))
typemin(::Type{T}) where {T<:BitUnsigned} = Core._int_bits(T, 0)
typemax(::Type{T}) where {T<:BitUnsigned} = Core._int_bits(T, -1)
typemin(::Type{Int}) = -9223372036854775808
typemax(::Type{Int}) = 9223372036854775807
zero(::Type{T}) where {T<:BitInteger} = Core._int_bits(T, 0)
one(::Type{T}) where {T<:BitInteger} = Core._int_bits(T, 1)
zero(x::BitInteger) = Core._int_bits(typeof(x), 0)
one(x::BitInteger) = Core._int_bits(typeof(x), 1)
zero(::Int) = 0
one(::Int) = 1
zero(::Type{Int}) = 0
one(::Type{Int}) = 1
iszero(x::Integer) = x == zero(x)
iszero(x::BitInteger) = x === zero(x)
typemin(x::Number) = typemin(typeof(x))
typemax(x::Number) = typemax(typeof(x))

widen(::Type{Int8}) = Int16
widen(::Type{Int16}) = Int32
widen(::Type{Int32}) = Int64
widen(::Type{Int64}) = Int128
widen(::Type{UInt8}) = UInt16
widen(::Type{UInt16}) = UInt32
widen(::Type{UInt32}) = UInt64
widen(::Type{UInt64}) = UInt128
widen(::Type{Int128}) = BigInt
widen(::Type{UInt128}) = BigInt

# The wider type wins; of two equally wide ones the unsigned
for T in BitInteger_types, S in BitInteger_types
    wins = slt_int(Core.sizeof(S), Core.sizeof(T)) ? true :
        Core.sizeof(T) === Core.sizeof(S) ? T <: Unsigned && S <: Signed : false
    wins && Core.eval(Base, :(promote_rule(::Type{$T}, ::Type{$S}) = $T))
end
promote_rule(::Type{Bool}, ::Type{T}) where {T<:Number} = T

unsigned(::Type{Bool}) = UInt
unsigned(::Type{T}) where {T<:Unsigned} = T
signed(::Type{T}) where {T<:Signed} = T
for i in 1:5
    U = BitInteger_types[2i]
    S = BitInteger_types[2i - 1]
    Core.eval(Base, quote
        unsigned(::Type{$S}) = $U
        signed(::Type{$U}) = $S
        unsigned(x::$S) = bitcast($U, x)
        signed(x::$U) = bitcast($S, x)
    end)
end
unsigned(x::BitUnsigned) = x
unsigned(x::Bool) = UInt(x)
signed(x::BitSigned) = x
signed(x::Bool) = Int(x)

# Comparison across signedness is of values, not of bits

(==)(x::BitSigned, y::BitUnsigned) = (x >= zero(x)) & (unsigned(x) == y)
(==)(x::BitUnsigned, y::BitSigned) = (y >= zero(y)) & (x == unsigned(y))
(<)(x::BitSigned, y::BitUnsigned) = (x < zero(x)) | (unsigned(x) < y)
(<)(x::BitUnsigned, y::BitSigned) = (y >= zero(y)) & (x < unsigned(y))
(<=)(x::BitSigned, y::BitUnsigned) = (x < zero(x)) | (unsigned(x) <= y)
(<=)(x::BitUnsigned, y::BitSigned) = (y >= zero(y)) & (x <= unsigned(y))
isless(x::T, y::T) where {T<:BitInteger} = x < y
isequal(x::T, y::T) where {T<:BitInteger} = x === y
(>=)(x::T, y::T) where {T<:BitUnsigned} = ule_int(y, x)
(>)(x::T, y::T) where {T<:BitUnsigned} = ult_int(y, x)
max(x::T, y::T) where {T<:BitInteger} = y < x ? x : y
min(x::T, y::T) where {T<:BitInteger} = x < y ? x : y

signbit(x::Unsigned) = false
signbit(x::Integer) = x < zero(x)
signbit(x::BitSigned) = x < zero(x)
isnegative(x) = x < zero(x)
ispositive(x) = x > zero(x)
abs(x::Unsigned) = x
abs(x::BitSigned) = x < zero(x) ? neg_int(x) : x
sign(x::BitSigned) = ifelse(x > zero(x), one(x), ifelse(x < zero(x), neg_int(one(x)), zero(x)))
flipsign(x::T, y::T) where {T<:BitSigned} = flipsign_int(x, y)
flipsign(x::BitSigned, y::BitSigned) = flipsign_int(promote(x, y)...) % typeof(x)
flipsign(x::Signed, y::Real) = signbit(y) ? -x : x
flipsign(x::Unsigned, y::Signed) = throw(MethodError(flipsign, (x, y)))
copysign(x::Signed, y::Real) = signbit(x) != signbit(y) ? -x : x
uabs(x::Integer) = abs(x)
uabs(x::BitSigned) = unsigned(abs(x))
iseven(n::Integer) = !isodd(n)
isodd(n::Integer) = !iszero(rem(n, 2))
isodd(n::BitInteger) = n & one(n) === one(n)
iseven(n::Real) = isinteger(n) && iszero(rem(Integer(n), 2))
isodd(n::Real) = isinteger(n) && !iszero(rem(Integer(n), 2))

# Division. Truncated is what the machine has; the other two follow from the sign of the remainder

/(x::Integer, y::Integer) = float(x) / float(y)
/(x::T, y::T) where {T<:Integer} = float(x) / float(y)
/(x::BitInteger, y::BitInteger) = div_float(Float64(x), Float64(y))
/(x::T, y::T) where {T<:BitInteger} = div_float(Float64(x), Float64(y))
inv(x::Integer) = float(one(x)) / float(x)

const ÷ = div
const % = rem
div(x::T, y::T) where {T<:BitSigned} = checked_sdiv_int(x, y)
rem(x::T, y::T) where {T<:BitSigned} = checked_srem_int(x, y)
div(x::T, y::T) where {T<:BitUnsigned} = checked_udiv_int(x, y)
rem(x::T, y::T) where {T<:BitUnsigned} = checked_urem_int(x, y)
div(x::BitSigned, y::BitUnsigned) = flipsign(signed(div(unsigned(abs(x)), y)), x)
div(x::BitUnsigned, y::BitSigned) = unsigned(flipsign(signed(div(x, unsigned(abs(y)))), y))
rem(x::BitSigned, y::BitUnsigned) = flipsign(signed(rem(unsigned(abs(x)), y)), x)
rem(x::BitUnsigned, y::BitSigned) = rem(x, unsigned(abs(y)))
function mod(x::T, y::T) where {T<:BitSigned}
    y == -1 && return zero(x)
    r = rem(x, y)
    return (r != zero(r)) & ((r < zero(r)) != (y < zero(y))) ? r + y : r
end
mod(x::T, y::T) where {T<:BitUnsigned} = rem(x, y)
mod(x::BitSigned, y::BitUnsigned) = (r = rem(x, y); (r < zero(r) ? unsigned(r) + y : unsigned(r)) % typeof(y))
mod(x::BitUnsigned, y::BitSigned) = (r = signed(rem(x, y)); (r != 0) & (y < 0) ? r + y : r)
mod(x::T, y::T) where {T<:Integer} = (r = rem(x, y); iszero(r) || (signbit(r) == signbit(y)) ? r : r + y)
function fld(x::T, y::T) where {T<:BitSigned}
    d = div(x, y)
    return d - ((x < zero(x)) != (y < zero(y)) && d * y != x ? one(x) : zero(x))
end
fld(x::T, y::T) where {T<:BitUnsigned} = div(x, y)
function fld(x::T, y::T) where {T<:Integer}
    d = div(x, y)
    return signbit(x) != signbit(y) && d * y != x ? d - 1 : d
end
function cld(x::T, y::T) where {T<:BitSigned}
    d = div(x, y)
    return d + ((x < zero(x)) == (y < zero(y)) && d * y != x ? one(x) : zero(x))
end
cld(x::T, y::T) where {T<:BitUnsigned} = (d = div(x, y); d * y != x ? d + one(d) : d)
function cld(x::T, y::T) where {T<:Integer}
    d = div(x, y)
    return signbit(x) == signbit(y) && d * y != x ? d + 1 : d
end
div(x::Bool, y::Bool) = y ? x : throw(DivideError())
rem(x::Bool, y::Bool) = y ? false : throw(DivideError())
mod(x::Bool, y::Bool) = rem(x, y)
divrem(x, y) = (div(x, y), rem(x, y))
divrem(x::T, y::T) where {T<:BitInteger} = (d = div(x, y); (d, x - d * y))
fldmod(x, y) = (fld(x, y), mod(x, y))
mod1(x::T, y::T) where {T<:Real} = (m = mod(x, y); ifelse(m == 0, y, m))
fld1(x::T, y::T) where {T<:Real} = (m = mod1(x, y); fld((x - m) + y, y))
fld1(x::T, y::T) where {T<:Integer} = fld(x - one(x), y) + one(x)
fldmod1(x, y) = (fld1(x, y), mod1(x, y))

# Shifts. A count that is not an unsigned machine word may be negative, and then shifts the other way

>>(x::BitSigned, y::BitUnsigned) = ashr_int(x, y)
>>(x::BitUnsigned, y::BitUnsigned) = lshr_int(x, y)
<<(x::BitInteger, y::BitUnsigned) = shl_int(x, y)
>>>(x::BitInteger, y::BitUnsigned) = lshr_int(x, y)
>>(x::BitInteger, y::Int) = 0 <= y ? x >> bitcast(UInt, y) : x << bitcast(UInt, neg_int(y))
<<(x::BitInteger, y::Int) = 0 <= y ? shl_int(x, bitcast(UInt, y)) : x >> bitcast(UInt, neg_int(y))
>>>(x::BitInteger, y::Int) = 0 <= y ? lshr_int(x, bitcast(UInt, y)) : shl_int(x, bitcast(UInt, neg_int(y)))
>>(x::Integer, c::Integer) = typemin(Int) <= c <= typemax(Int) ? x >> (c % Int) : (x >= 0 || c < 0) ? zero(x) : oftype(x, -1)
<<(x::Integer, c::Integer) = typemin(Int) <= c <= typemax(Int) ? x << (c % Int) : (x >= 0 || c >= 0) ? zero(x) : oftype(x, -1)
>>>(x::Integer, c::Integer) = typemin(Int) <= c <= typemax(Int) ? x >>> (c % Int) : zero(x)
>>(x::Integer, c::Unsigned) = c <= typemax(UInt) ? x >> (c % UInt) : x >= 0 ? zero(x) : oftype(x, -1)
<<(x::Integer, c::Unsigned) = c <= typemax(UInt) ? x << (c % UInt) : zero(x)
>>>(x::Integer, c::Unsigned) = c <= typemax(UInt) ? x >>> (c % UInt) : zero(x)
<<(x::Integer, y::Int) = 0 <= y ? x << bitcast(UInt, y) : x >> bitcast(UInt, neg_int(y))
>>(x::Integer, y::Int) = 0 <= y ? x >> bitcast(UInt, y) : x << bitcast(UInt, neg_int(y))
>>>(x::Integer, y::Int) = 0 <= y ? x >>> bitcast(UInt, y) : x << bitcast(UInt, neg_int(y))

# Bits

count_ones(x::BitInteger) = Core._int_bits(Int, ctpop_int(x))
leading_zeros(x::BitInteger) = Core._int_bits(Int, ctlz_int(x))
trailing_zeros(x::BitInteger) = Core._int_bits(Int, cttz_int(x))
count_zeros(x::Integer) = count_ones(~x)
leading_ones(x::Integer) = leading_zeros(~x)
trailing_ones(x::Integer) = trailing_zeros(~x)
top_set_bit(x::BitInteger) = 8 * Core.sizeof(x) - leading_zeros(x)
bswap(x::Union{Int8, UInt8, Bool}) = x
bswap(x::Union{Int16, UInt16, Int32, UInt32, Int64, UInt64, Int128, UInt128}) = bswap_int(x)
bitrotate(x::T, k::Integer) where {T<:BitInteger} = (x << ((Core.sizeof(T) << 3 - 1) & k)) | (x >>> ((Core.sizeof(T) << 3 - 1) & -k))
function bitreverse(x::T) where {T<:BitInteger}
    y = zero(x)
    for i in 1:8*Core.sizeof(T)
        y = (y << 1) | (x & one(x))
        x = x >>> 1
    end
    return y
end
hton(x) = bswap(x)
ntoh(x) = bswap(x)
htol(x) = x
ltoh(x) = x
const ENDIAN_BOM = 0x04030201

# Rounding an integer does nothing

trunc(x::Integer) = x
floor(x::Integer) = x
ceil(x::Integer) = x
round(x::Integer) = x
trunc(::Type{T}, x::Integer) where {T<:Integer} = convert(T, x)
floor(::Type{T}, x::Integer) where {T<:Integer} = convert(T, x)
ceil(::Type{T}, x::Integer) where {T<:Integer} = convert(T, x)
round(::Type{T}, x::Integer) where {T<:Integer} = convert(T, x)

# Multiplication without loss

widemul(x::T, y::T) where {T<:BitInteger} = widen(x) * widen(y)

# Literals too long for Int128, and of 128 bits

macro int128_str(s::String) return parse(Int128, s) end
macro uint128_str(s::String) return parse(UInt128, s) end


float_of(x::Integer) = Float64(x)
