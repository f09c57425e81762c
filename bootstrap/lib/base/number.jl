# What holds for every number: it is a collection of one, it has a zero and a one, it converts by its constructor.

convert(::Type{T}, x::T) where {T<:Number} = x
convert(::Type{T}, x::Number) where {T<:Number} = T(x)::T
(::Type{T})(x::T) where {T<:Number} = x

isinteger(x::Integer) = true
iszero(x) = x == zero(x)
isone(x) = x == one(x)
isfinite(x::Integer) = true
isnan(x::Integer) = false
isinf(x::Integer) = false
isreal(x::Real) = true

size(x::Number) = ()
size(x::Number, d::Integer) = d < 1 ? throw(BoundsError()) : 1
axes(x::Number) = ()
axes(x::Number, d::Integer) = d < 1 ? throw(BoundsError()) : OneTo(1)
eltype(::Type{T}) where {T<:Number} = T
ndims(x::Number) = 0
ndims(::Type{<:Number}) = 0
length(x::Number) = 1
firstindex(x::Number) = 1
lastindex(x::Number) = 1
IteratorSize(::Type{<:Number}) = HasShape{0}()
keys(::Number) = OneTo(1)
getindex(x::Number) = x
function getindex(x::Number, i::Integer)
    i == 1 || throw(BoundsError(x, i))
    return x
end
function getindex(x::Number, I::Integer...)
    all(i -> i == 1, I) || throw(BoundsError(x, I))
    return x
end
get(x::Number, i::Integer, default) = i == 1 ? x : default
first(x::Number) = x
last(x::Number) = x
copy(x::Number) = x
iterate(x::Number) = (x, nothing)
iterate(x::Number, ::Any) = nothing
isempty(x::Number) = false
in(x::Number, y::Number) = x == y
map(f, x::Number, ys::Number...) = f(x, ys...)

signbit(x::Real) = x < 0
sign(x::Number) = iszero(x) ? x / abs(oneunit(x)) : x / abs(x)
sign(x::Real) = ifelse(x < zero(x), oftype(one(x), -1), ifelse(x > zero(x), one(x), typeof(one(x))(x)))
sign(x::Unsigned) = ifelse(x > zero(x), one(x), oftype(one(x), 0))
abs(x::Real) = ifelse(signbit(x), -x, x)
abs2(x::Number) = abs(x)^2
abs2(x::Real) = x * x
flipsign(x::Real, y::Real) = ifelse(signbit(y), -x, +x)
copysign(x::Real, y::Real) = ifelse(signbit(x) != signbit(y), -x, +x)
conj(x::Real) = x
inv(x::Number) = one(x) / x
adjoint(x::Number) = conj(x)
transpose(x::Number) = x
angle(x::Real) = ifelse(signbit(x), oftype(float(x), π), zero(float(x)))

widemul(x::Number, y::Number) = widen(x) * widen(y)
widen(x::T) where {T} = convert(widen(T), x)
widen(::Type{T}) where {T} = throw(MethodError(widen, (T,)))
zero(x::Number) = oftype(x, 0)
zero(::Type{T}) where {T<:Number} = convert(T, 0)
zero(::Type{Union{}}, slurp...) = Union{}(0)
one(::Type{T}) where {T<:Number} = convert(T, 1)
one(x::T) where {T} = one(T)
oneunit(x::T) where {T} = T(one(x))
oneunit(::Type{T}) where {T} = T(one(T))
isequal(x::Number, y::Number) = isequal(promote(x, y)...)
isequal(x::T, y::T) where {T<:Number} = x == y
big(::Type{T}) where {T<:Number} = typeof(big(zero(T)))
float(x::Real) = float_of(x)
factorial(x::Number) = gamma_factorial(x)
unsigned(x) = x % typeof(convert(Unsigned, zero(x)))
signed(x) = x % typeof(convert(Signed, zero(x)))
