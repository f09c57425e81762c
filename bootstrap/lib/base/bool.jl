# Bool: a number of two values, and the logic on it.

typemin(::Type{Bool}) = false
typemax(::Type{Bool}) = true
zero(::Type{Bool}) = false
one(::Type{Bool}) = true
zero(x::Bool) = false
one(x::Bool) = true
iszero(x::Bool) = !x
isone(x::Bool) = x
convert(::Type{Bool}, x::Bool) = x
convert(::Type{Bool}, x::Number) = Bool(x)

(~)(x::Bool) = not_int(x)
(&)(x::Bool, y::Bool) = and_int(x, y)
(|)(x::Bool, y::Bool) = or_int(x, y)
xor(x::Bool, y::Bool) = x !== y
(&)(x::Bool, y::Missing) = x ? missing : false
(|)(x::Bool, y::Missing) = x ? true : missing
nand(x::Bool, y::Bool) = !(x & y)
nor(x::Bool, y::Bool) = !(x | y)
>>(x::Bool, c::Integer) = Int(x) >> c
<<(x::Bool, c::Integer) = Int(x) << c
>>>(x::Bool, c::Integer) = Int(x) >>> c

signbit(x::Bool) = false
sign(x::Bool) = x
abs(x::Bool) = x
abs2(x::Bool) = x
==(x::Bool, y::Bool) = x === y
<(x::Bool, y::Bool) = y & !x
<=(x::Bool, y::Bool) = y | !x
isless(x::Bool, y::Bool) = y & !x
isequal(x::Bool, y::Bool) = x === y
max(x::Bool, y::Bool) = x | y
min(x::Bool, y::Bool) = x & y

+(x::Bool) = Int(x)
-(x::Bool) = -Int(x)
+(x::Bool, y::Bool) = Int(x) + Int(y)
-(x::Bool, y::Bool) = Int(x) - Int(y)
*(x::Bool, y::Bool) = x & y
^(x::Bool, y::Bool) = x | !y
^(x::Integer, y::Bool) = ifelse(y, x, one(x))
/(x::Bool, y::Bool) = Float64(x) / Float64(y)

# `false` is a strong zero: it annihilates NaN and Inf
*(x::Bool, y::T) where {T<:AbstractFloat} = ifelse(x, y, copysign(zero(y), y))
*(x::AbstractFloat, y::Bool) = y * x
+(x::Bool, y::T) where {T<:AbstractFloat} = ifelse(x, oneunit(y) + y, y)
+(y::AbstractFloat, x::Bool) = x + y

unsafe_trunc(::Type{Bool}, x::Integer) = rem(x, Bool)
widen(::Type{Bool}) = Bool
float_of(x::Bool) = Float64(x)
isodd(x::Bool) = x
isinteger(x::Bool) = true
