# Rounding: modes, to integers, to digits and significant digits.

struct RoundingMode{T} end
const RoundNearest = RoundingMode{:Nearest}()
const RoundToZero = RoundingMode{:ToZero}()
const RoundUp = RoundingMode{:Up}()
const RoundDown = RoundingMode{:Down}()
const RoundFromZero = RoundingMode{:FromZero}()
const RoundNearestTiesAway = RoundingMode{:NearestTiesAway}()
const RoundNearestTiesUp = RoundingMode{:NearestTiesUp}()

round(x::IEEEFloat, ::RoundingMode{:ToZero}) = trunc_llvm(x)
round(x::IEEEFloat, ::RoundingMode{:Down}) = floor_llvm(x)
round(x::IEEEFloat, ::RoundingMode{:Up}) = ceil_llvm(x)
round(x::IEEEFloat, ::RoundingMode{:Nearest}) = rint_llvm(x)
round(x::AbstractFloat, ::RoundingMode{:FromZero}) = signbit(x) ? round(x, RoundDown) : round(x, RoundUp)
function round(x::AbstractFloat, ::RoundingMode{:NearestTiesAway})
    y = trunc(x)
    return ifelse(x == y, y, abs(x - y) >= oftype(x, 0.5) ? y + copysign(one(x), x) : y)
end
function round(x::AbstractFloat, ::RoundingMode{:NearestTiesUp})
    y = floor(x)
    return ifelse(x == y, y, x - y >= oftype(x, 0.5) ? y + one(x) : copysign(y, x))
end
round(x::Integer, r::RoundingMode) = x

trunc(x::IEEEFloat) = trunc_llvm(x)
floor(x::IEEEFloat) = floor_llvm(x)
ceil(x::IEEEFloat) = ceil_llvm(x)
round(x::IEEEFloat) = rint_llvm(x)
trunc(x::Real) = round(x, RoundToZero)
floor(x::Real) = round(x, RoundDown)
ceil(x::Real) = round(x, RoundUp)
round(x::Real) = round(x, RoundNearest)

round(::Type{T}, x) where {T} = round(T, x, RoundNearest)
round(::Type{T}, x::Real, r::RoundingMode) where {T} = round_to(T, x, r)
round(::Type{T}, x::Real) where {T} = round_to(T, x, RoundNearest)
trunc(::Type{T}, x::Real) where {T} = round_to(T, x, RoundToZero)
floor(::Type{T}, x::Real) where {T} = round_to(T, x, RoundDown)
ceil(::Type{T}, x::Real) where {T} = round_to(T, x, RoundUp)
round_to(::Type{T}, x::Real, r::RoundingMode) where {T} = convert(T, round(x, r))
round_to(::Type{T}, x::Integer, r::RoundingMode) where {T<:Integer} = convert(T, x)
function round_to(::Type{T}, x::IEEEFloat, r::RoundingMode) where {T<:BitInteger}
    y = round(x, r)
    fits_integer(T, y) && return float_to_int(T, y)
    r === RoundNearest && throw(InexactError(nameof(T), T, y))
    throw(InexactError(:round, T, x, r))
end
round_to(::Type{Integer}, x::IEEEFloat, r::RoundingMode) = round_to(Int, x, r)
round_to(::Type{Signed}, x::IEEEFloat, r::RoundingMode) = round_to(Int, x, r)
round_to(::Type{Unsigned}, x::IEEEFloat, r::RoundingMode) = round_to(UInt, x, r)
round_to(::Type{Bool}, x::IEEEFloat, r::RoundingMode) = Bool(round(x, r))

# To digits: with `digits` places after the point, or `sigdigits` significant ones, in `base`

round(x::Real, r::RoundingMode; digits=nothing, sigdigits=nothing, base=nothing) = round_digits(x, r, digits, sigdigits, base)
round(x::Real; digits=nothing, sigdigits=nothing, base=nothing) =
    digits === nothing && sigdigits === nothing ? round(x, RoundNearest) : round_digits(x, RoundNearest, digits, sigdigits, base)
trunc(x::Real; digits=nothing, sigdigits=nothing, base=nothing) =
    digits === nothing && sigdigits === nothing ? round(x, RoundToZero) : round_digits(x, RoundToZero, digits, sigdigits, base)
floor(x::Real; digits=nothing, sigdigits=nothing, base=nothing) =
    digits === nothing && sigdigits === nothing ? round(x, RoundDown) : round_digits(x, RoundDown, digits, sigdigits, base)
ceil(x::Real; digits=nothing, sigdigits=nothing, base=nothing) =
    digits === nothing && sigdigits === nothing ? round(x, RoundUp) : round_digits(x, RoundUp, digits, sigdigits, base)
function round_digits(x::Real, r::RoundingMode, digits, sigdigits, base)
    b = base === nothing ? 10 : base
    if digits !== nothing
        sigdigits === nothing || throw(ArgumentError("`round` cannot use both `digits` and `sigdigits` arguments."))
        isfinite(x) || return float(x)
        x isa Integer && return round_integer_digits(x, r, digits, b)
        return round_to_digits(float(x), r, Int(digits), b)
    elseif sigdigits !== nothing
        isfinite(x) || return float(x)
        sigdigits < 1 && throw(DomainError(sigdigits, "`sigdigits` must be greater than 0"))
        iszero(x) && return float(x)
        h = hidigit(x, b)
        x isa Integer && return round_integer_digits(x, r, sigdigits - h, b)
        return round_to_digits(float(x), r, sigdigits - h, b)
    end
    return round(x, r)
end
function round_integer_digits(x::Integer, r, digits, base)
    digits >= 0 && return x
    m = oftype(x, base)^(-digits)
    return div(x, m, r) * m
end
function round_to_digits(x, r::RoundingMode, digits::Int, base)
    fx = float(x)
    if digits >= 0
        invstep = oftype(fx, base)^digits
        y = round(fx * invstep, r) / invstep
        # too many digits asked for: the scaled value overflowed, and x is already exact to them
        return isfinite(y) ? y : fx
    end
    st = oftype(fx, base)^(-digits)
    y = round(fx / st, r) * st
    isfinite(y) && return y
    # the step is beyond the type's range: only rounding away from zero leaves zero, and then for infinity
    x > 0 && return r === RoundUp ? oftype(fx, Inf) : zero(fx)
    x < 0 && return r === RoundDown ? oftype(fx, -Inf) : -zero(fx)
    return fx
end
# The number of digits before the point
function hidigit(x::Integer, base)
    return iszero(x) ? 0 : ndigits(x; base=base)
end
function hidigit(x::AbstractFloat, base)
    iszero(x) && return 0
    if base == 10
        return 1 + floor(Int, log10(abs(x)))
    elseif base == 2
        return 1 + exponent(x)
    end
    return 1 + floor(Int, log(base, abs(x)))
end
hidigit(x::Real, base) = hidigit(float(x), base)

# Division rounded in a mode

div(a, b) = div(a, b, RoundToZero)
fld(a, b) = div(a, b, RoundDown)
cld(a, b) = div(a, b, RoundUp)
rem(x, y, ::RoundingMode{:ToZero}) = rem(x, y)
rem(x, y, ::RoundingMode{:Down}) = mod(x, y)
rem(x, y, r::RoundingMode) = x - y * div(x, y, r)
function rem(x::T, y::T, ::RoundingMode{:Up}) where {T<:Real}
    m = mod(x, y)
    return iszero(m) ? m : m - y
end
rem(x::Float64, y::Float64, ::RoundingMode{:Nearest}) = ccall(:remainder, Float64, (Float64, Float64), x, y)
div(x::Integer, y::Integer, ::RoundingMode{:ToZero}) = div(x, y)
div(x::Integer, y::Integer, ::RoundingMode{:Down}) = fld(x, y)
div(x::Integer, y::Integer, ::RoundingMode{:Up}) = cld(x, y)
div(x::Integer, y::Integer, ::RoundingMode{:FromZero}) = signbit(x) == signbit(y) ? cld(x, y) : fld(x, y)
function div(x::Integer, y::Integer, r::RoundingMode)
    a, b = promote(x, y)
    q = fld(a, b)
    m = a - q * b
    # compare the remainder with half the divisor
    twice = abs(m) - (abs(b) - abs(m))
    up = if twice == 0
        r === RoundNearest ? isodd(q) : r === RoundNearestTiesUp ? true : signbit(a) == signbit(b)
    else
        twice > 0
    end
    return up ? q + one(q) : q
end
function div(x::T, y::T, r::RoundingMode) where {T<:AbstractFloat}
    isinf(y) && isfinite(x) && return round(x / y, r)
    m = r === RoundDown ? mod(x, y) : r === RoundUp ? rem(x, y, RoundUp) : r === RoundToZero ? rem(x, y) : rem(x, y, r)
    return round((x - m) / y)
end
rem(x::T, y::T, r::RoundingMode{:Nearest}) where {T<:Union{Float16, Float32}} = T(rem(Float64(x), Float64(y), r))
div(x::Real, y::Real, r::RoundingMode) = div(promote(x, y)..., r)
function divrem(x, y, r::RoundingMode)
    q = div(x, y, r)
    return (q, x isa Integer && y isa Integer ? x - q * y : rem(x, y, r))
end
divrem(x, y, ::RoundingMode{:ToZero}) = (div(x, y), rem(x, y))
divrem(x, y, ::RoundingMode{:Down}) = (fld(x, y), mod(x, y))

const rounding_mode = RefValue{Any}(RoundNearest)
rounding(::Type{T}) where {T} = T <: IEEEFloat ? RoundNearest : rounding_mode[]
