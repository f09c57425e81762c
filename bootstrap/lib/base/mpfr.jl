# Floating point numbers of any precision, by MPFR.
#
# A BigFloat is MPFR's mpfr_t: precision, sign, exponent, address of the limbs. Its functions round each result correctly in the
# current mode; the precision of a new number is the task's default, 256 bits unless set.

module MPFR
import ..Base
using ..Base
using ..Base: BitInteger, IEEEFloat, bitcast, Clong, Culong, AbstractIrrational, ImmutableDict
import ..Base: +, -, *, /, ^, <, <=, ==, abs, sqrt, exp, log, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, exp2, exp10, expm1, log2, log10, log1p, cbrt,
    hypot, div, rem, mod, round, trunc, floor, ceil, isnan, isinf, isfinite, isinteger, iszero, signbit, sign, nextfloat, prevfloat, eps, precision, setprecision, rounding,
    setrounding, string, show, print, convert, promote_rule, unsafe_convert, cconvert, big, float, float_of, floatmin, floatmax, typemin, typemax, widen, exponent, significand, ldexp, frexp,
    decompose, hash, tryparse, parse, copysign, max, min, fma, round_to, isone, zero, one, inv, sum, deepcopy_internal, isless, isequal, cmp, sincos, factorial, precision_bits, maxintfloat, atan, fld, cld, muladd
export BigFloat

const lib = "libmpfr.so.6"
const default_precision = Base.RefValue{Int}(256)
const rounding_names = (RoundNearest, RoundToZero, RoundUp, RoundDown, RoundFromZero)
const default_rounding = Base.RefValue{Int32}(Int32(0))
rounding_code(::RoundingMode{:Nearest}) = Int32(0)
rounding_code(::RoundingMode{:ToZero}) = Int32(1)
rounding_code(::RoundingMode{:Up}) = Int32(2)
rounding_code(::RoundingMode{:Down}) = Int32(3)
rounding_code(::RoundingMode{:FromZero}) = Int32(4)

mutable struct BigFloat <: AbstractFloat
    prec::Clong
    sign::Cint
    exp::Clong
    d::Ptr{UInt64}
    BigFloat(::Nothing, prec::Int) = new(prec, Int32(0), 0, Ptr{UInt64}(0))
end
function new_float(prec::Int)
    z = BigFloat(nothing, prec)
    ccall((:mpfr_init2, lib), Cvoid, (Ptr{Cvoid}, Clong), address(z), prec)
    isdefined(Core, :finalizer) && Core.finalizer(clear!, z)
    return z
end
address(z::BigFloat) = ccall(:jl_value_ptr, Ptr{Cvoid}, (Any,), z)
clear!(z::BigFloat) = (ccall((:mpfr_clear, lib), Cvoid, (Ptr{Cvoid},), address(z)); nothing)
cconvert(::Type{Ref{BigFloat}}, x::BigFloat) = x
unsafe_convert(::Type{Ref{BigFloat}}, x::BigFloat) = bitcast(Ptr{BigFloat}, address(x))
mode() = default_rounding[]
fresh(; precision::Integer=default_precision[]) = (precision < 1 && throw(DomainError(precision, "`precision` cannot be less than 1.")); new_float(Int(precision)))

function BigFloat(x::BigFloat; precision::Integer=default_precision[])
    precision == x.prec && return x
    z = fresh(; precision=precision)
    ccall((:mpfr_set, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, mode())
    return z
end
BigFloat(x::BigFloat, r::RoundingMode; precision::Integer=default_precision[]) = (z = fresh(; precision=precision); ccall((:mpfr_set, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, rounding_code(r)); z)
function BigFloat(x::Float64, r::RoundingMode=current_mode(); precision::Integer=default_precision[])
    z = fresh(; precision=precision)
    ccall((:mpfr_set_d, lib), Int32, (Ref{BigFloat}, Float64, Int32), z, x, rounding_code(r))
    return z
end
current_mode() = rounding_names[default_rounding[] + 1]
function BigFloat(x::Int64, r::RoundingMode=current_mode(); precision::Integer=default_precision[])
    z = fresh(; precision=precision)
    ccall((:mpfr_set_si, lib), Int32, (Ref{BigFloat}, Clong, Int32), z, x, rounding_code(r))
    return z
end
function BigFloat(x::BigInt, r::RoundingMode=current_mode(); precision::Integer=default_precision[])
    z = fresh(; precision=precision)
    ccall((:mpfr_set_z, lib), Int32, (Ref{BigFloat}, Ref{BigInt}, Int32), z, x, rounding_code(r))
    return z
end
BigFloat(x::Integer, r::RoundingMode=current_mode(); precision::Integer=default_precision[]) = BigFloat(BigInt(x), r; precision=precision)
BigFloat(x::Bool, r::RoundingMode=current_mode(); precision::Integer=default_precision[]) = BigFloat(Int(x), r; precision=precision)
BigFloat(x::Union{Float16, Float32}, r::RoundingMode=current_mode(); precision::Integer=default_precision[]) = BigFloat(Float64(x), r; precision=precision)
BigFloat(x::Rational, r::RoundingMode=current_mode(); precision::Integer=default_precision[]) = setprecision(() -> BigFloat(numerator(x)) / BigFloat(denominator(x)), BigFloat, precision)
function BigFloat(x::Irrational, r::RoundingMode=current_mode(); precision::Integer=default_precision[])
    z = fresh(; precision=precision)
    if x === π
        ccall((:mpfr_const_pi, lib), Int32, (Ref{BigFloat}, Int32), z, rounding_code(r))
    elseif x === ℯ
        one_ = BigFloat(1; precision=precision)
        ccall((:mpfr_exp, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, one_, rounding_code(r))
    elseif x === Base.MathConstants.γ
        ccall((:mpfr_const_euler, lib), Int32, (Ref{BigFloat}, Int32), z, rounding_code(r))
    elseif x === Base.MathConstants.catalan
        ccall((:mpfr_const_catalan, lib), Int32, (Ref{BigFloat}, Int32), z, rounding_code(r))
    else
        return (1 + sqrt(BigFloat(5; precision=precision))) / 2
    end
    return z
end
BigFloat(s::AbstractString; base::Integer=10, precision::Integer=default_precision[]) = (z = from_text(s, base, precision); z === nothing ? throw(ArgumentError("cannot parse $(repr(s)) as BigFloat")) : z)
function from_text(s::AbstractString, base, precision)
    t = String(strip(replace(String(s), "_" => "")))
    isempty(t) && return nothing
    z = fresh(; precision=precision)
    ok = ccall((:mpfr_set_str, lib), Int32, (Ref{BigFloat}, Cstring, Int32, Int32), z, t, base, mode())
    return ok == 0 ? z : nothing
end
tryparse(::Type{BigFloat}, s::AbstractString; base::Integer=0, precision::Integer=default_precision[], kw...) = from_text(s, base, precision)
parse(::Type{BigFloat}, s::AbstractString; kw...) = (z = tryparse(BigFloat, s; kw...); z === nothing ? throw(ArgumentError("cannot parse $(repr(s)) as BigFloat")) : z)
convert(::Type{BigFloat}, x::Real) = BigFloat(x)
convert(::Type{BigFloat}, x::BigFloat) = x
Base.AbstractFloat(x::BigFloat) = x
big(x::AbstractFloat) = BigFloat(x)
big(x::AbstractIrrational) = BigFloat(x)
big(::Type{<:AbstractFloat}) = BigFloat
widen(::Type{BigFloat}) = BigFloat
float_of(x::BigFloat) = x
promote_rule(::Type{BigFloat}, ::Type{<:Real}) = BigFloat
promote_rule(::Type{BigFloat}, ::Type{Bool}) = BigFloat
promote_rule(::Type{BigInt}, ::Type{<:AbstractFloat}) = BigFloat
promote_rule(::Type{BigFloat}, ::Type{<:AbstractFloat}) = BigFloat
promote_rule(::Type{<:AbstractIrrational}, ::Type{BigFloat}) = BigFloat
Base.Float64(x::BigFloat) = ccall((:mpfr_get_d, lib), Float64, (Ref{BigFloat}, Int32), x, mode())
Base.Float64(x::BigFloat, r::RoundingMode) = ccall((:mpfr_get_d, lib), Float64, (Ref{BigFloat}, Int32), x, rounding_code(r))
Base.Float32(x::BigFloat) = ccall((:mpfr_get_flt, lib), Float32, (Ref{BigFloat}, Int32), x, mode())
Base.Float16(x::BigFloat) = Float16(Float32(x))
function to_integer(x::BigFloat)
    z = BigInt()
    ccall((:mpfr_get_z, lib), Int32, (Ref{BigInt}, Ref{BigFloat}, Int32), z, x, 1)
    return z
end
Base.BigInt(x::BigFloat) = isinteger(x) ? to_integer(x) : throw(InexactError(:BigInt, BigInt, x))
(::Type{T})(x::BigFloat) where {T<:BitInteger} = isinteger(x) ? T(to_integer(x)) : throw(InexactError(nameof(T), T, x))
Base.Integer(x::BigFloat) = BigInt(x)
Base.Bool(x::BigFloat) = iszero(x) ? false : x == 1 ? true : throw(InexactError(:Bool, Bool, x))
round_to(::Type{T}, x::BigFloat, r::RoundingMode) where {T<:Integer} = isfinite(x) ? convert(T, to_integer(round(x, r))) : throw(InexactError(:round, T, x, r))
round_to(::Type{Integer}, x::BigFloat, r::RoundingMode) = round_to(BigInt, x, r)

for (f, g) in ((:+, :mpfr_add), (:-, :mpfr_sub), (:*, :mpfr_mul), (:/, :mpfr_div), (:^, :mpfr_pow), (:rem, :mpfr_fmod), (:hypot, :mpfr_hypot), (:atan, :mpfr_atan2))
    Core.eval(MPFR, quote
        function $f(x::BigFloat, y::BigFloat)
            z = fresh()
            ccall(($(QuoteNode(g)), lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, y, mode())
            return z
        end
    end)
end
for f in (:exp, :exp2, :exp10, :expm1, :cosh, :sinh, :tanh, :sin, :cos, :tan, :asin, :acos, :atan, :asinh, :acosh, :atanh, :cbrt)
    Core.eval(MPFR, quote
        function $f(x::BigFloat)
            z = fresh()
            ccall(($(QuoteNode(Symbol(:mpfr_, f))), lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, mode())
            return z
        end
    end)
end
for f in (:sqrt, :log, :log2, :log10)
    Core.eval(MPFR, quote
        function $f(x::BigFloat)
            x < 0 && Base.Math.throw_complex_domainerror($(QuoteNode(f)), x)
            z = fresh()
            ccall(($(QuoteNode(Symbol(:mpfr_, f))), lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, mode())
            return z
        end
    end)
end
function log1p(x::BigFloat)
    x < -1 && Base.Math.throw_complex_domainerror_neg1(:log1p, x)
    z = fresh()
    ccall((:mpfr_log1p, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, mode())
    return z
end
sqrt(x::BigInt) = sqrt(BigFloat(x))
for (f, g) in ((:-, :mpfr_neg), (:abs, :mpfr_abs))
    Core.eval(MPFR, quote
        function $f(x::BigFloat)
            z = fresh(; precision=x.prec)
            ccall(($(QuoteNode(g)), lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, mode())
            return z
        end
    end)
end
inv(x::BigFloat) = one(BigFloat) / x
^(x::BigFloat, y::Integer) = begin
    z = fresh()
    ccall((:mpfr_pow_z, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Ref{BigInt}, Int32), z, x, BigInt(y), mode())
    z
end
^(x::BigFloat, y::Bool) = y ? x : one(x)
fma(x::BigFloat, y::BigFloat, w::BigFloat) = (z = fresh(); ccall((:mpfr_fma, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, y, w, mode()); z)
muladd(x::BigFloat, y::BigFloat, w::BigFloat) = fma(x, y, w)
sincos(x::BigFloat) = (sin(x), cos(x))
div(x::BigFloat, y::BigFloat) = trunc(x / y)
fld(x::BigFloat, y::BigFloat) = floor(x / y)
cld(x::BigFloat, y::BigFloat) = ceil(x / y)
function round(x::BigFloat, r::RoundingMode)
    z = fresh(; precision=x.prec)
    if r === RoundNearestTiesAway
        ccall((:mpfr_round, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}), z, x)
    else
        ccall((:mpfr_rint, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Int32), z, x, rounding_code(r))
    end
    return z
end

compare(x::BigFloat, y::BigFloat) = ccall((:mpfr_cmp, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}), x, y)
==(x::BigFloat, y::BigFloat) = !isnan(x) && !isnan(y) && compare(x, y) == 0
<(x::BigFloat, y::BigFloat) = !isnan(x) && !isnan(y) && compare(x, y) < 0
<=(x::BigFloat, y::BigFloat) = !isnan(x) && !isnan(y) && compare(x, y) <= 0
for op in (:(==), :<, :<=)
    Core.eval(MPFR, quote
        $op(x::BigFloat, y::Union{Integer, Float64, Float32, Float16}) = $op(x, exact(y))
        $op(x::Union{Integer, Float64, Float32, Float16}, y::BigFloat) = $op(exact(x), y)
    end)
end
exact(x::BigInt) = BigFloat(x; precision=max(64, Base.top_set_bit(abs(x))))
exact(x::Integer) = BigFloat(x; precision=128)
exact(x) = BigFloat(x; precision=64)
cmp(x::BigFloat, y::BigFloat) = isnan(x) ? (isnan(y) ? 0 : 1) : isnan(y) ? -1 : sign(compare(x, y)) % Int
isnan(x::BigFloat) = ccall((:mpfr_nan_p, lib), Int32, (Ref{BigFloat},), x) != 0
isinf(x::BigFloat) = ccall((:mpfr_inf_p, lib), Int32, (Ref{BigFloat},), x) != 0
isfinite(x::BigFloat) = ccall((:mpfr_number_p, lib), Int32, (Ref{BigFloat},), x) != 0
isinteger(x::BigFloat) = ccall((:mpfr_integer_p, lib), Int32, (Ref{BigFloat},), x) != 0
iszero(x::BigFloat) = ccall((:mpfr_zero_p, lib), Int32, (Ref{BigFloat},), x) != 0
isone(x::BigFloat) = x == 1
signbit(x::BigFloat) = ccall((:mpfr_signbit, lib), Int32, (Ref{BigFloat},), x) != 0
sign(x::BigFloat) = iszero(x) || isnan(x) ? x : BigFloat(signbit(x) ? -1 : 1)
copysign(x::BigFloat, y::BigFloat) = signbit(x) != signbit(y) ? -x : x
zero(::Type{BigFloat}) = BigFloat(0)
one(::Type{BigFloat}) = BigFloat(1)
zero(x::BigFloat) = BigFloat(0)
one(x::BigFloat) = BigFloat(1)
typemax(::Type{BigFloat}) = BigFloat(Inf)
typemin(::Type{BigFloat}) = BigFloat(-Inf)
function nextfloat(x::BigFloat, n::Integer=1)
    z = BigFloat(x, RoundNearest; precision=x.prec)
    for _ in 1:abs(n)
        n > 0 ? ccall((:mpfr_nextabove, lib), Cvoid, (Ref{BigFloat},), z) : ccall((:mpfr_nextbelow, lib), Cvoid, (Ref{BigFloat},), z)
    end
    return z
end
prevfloat(x::BigFloat, n::Integer=1) = nextfloat(x, -n)
eps(::Type{BigFloat}) = nextfloat(BigFloat(1)) - BigFloat(1)
eps(x::BigFloat) = nextfloat(abs(x)) - abs(x)
exponent(x::BigFloat) = (iszero(x) || !isfinite(x)) ? throw(DomainError(x, "`x` must be non-zero and finite.")) : Int(x.exp) - 1
ldexp(x::BigFloat, n::Integer) = (z = fresh(; precision=x.prec); ccall((:mpfr_mul_2si, lib), Int32, (Ref{BigFloat}, Ref{BigFloat}, Clong, Int32), z, x, n, mode()); z)
significand(x::BigFloat) = iszero(x) || !isfinite(x) ? x : ldexp(x, -exponent(x))
frexp(x::BigFloat) = iszero(x) || !isfinite(x) ? (x, 0) : (ldexp(x, -Int(x.exp)), Int(x.exp))
precision(x::BigFloat; base::Integer=2) = base == 2 ? Int(x.prec) : floor(Int, x.prec / log2(base))
precision_bits(::Type{BigFloat}) = default_precision[]
function setprecision(::Type{BigFloat}, n::Integer; base::Integer=2)
    base > 1 || throw(DomainError(base, "`base` cannot be less than 2."))
    n > 0 || throw(DomainError(n, "`precision` cannot be less than 1."))
    default_precision[] = base == 2 ? Int(n) : ceil(Int, n * log2(base))
    return n
end
setprecision(n::Integer; base::Integer=2) = setprecision(BigFloat, n; base=base)
function setprecision(f::Function, ::Type{BigFloat}, n::Integer; base::Integer=2)
    old = default_precision[]
    setprecision(BigFloat, n; base=base)
    try
        return f()
    finally
        default_precision[] = old
    end
end
setprecision(f::Function, n::Integer; base::Integer=2) = setprecision(f, BigFloat, n; base=base)
rounding(::Type{BigFloat}) = current_mode()
setrounding(::Type{BigFloat}, r::RoundingMode) = (default_rounding[] = rounding_code(r); r)
function setrounding(f::Function, ::Type{BigFloat}, r::RoundingMode)
    old = default_rounding[]
    setrounding(BigFloat, r)
    try
        return f()
    finally
        default_rounding[] = old
    end
end
function decompose(x::BigFloat)
    isnan(x) && return BigInt(0), 0, 0
    isinf(x) && return BigInt(x < 0 ? -1 : 1), 0, 0
    iszero(x) && return BigInt(0), 0, signbit(x) ? -1 : 1
    z = BigInt()
    e = ccall((:mpfr_get_z_2exp, lib), Clong, (Ref{BigInt}, Ref{BigFloat}), z, x)
    return abs(z), Int(e), x < 0 ? -1 : 1
end
hash(x::BigFloat, h::UInt) = isnan(x) ? hash(NaN, h) : invoke(hash, Tuple{Real, UInt}, x, h)
deepcopy_internal(x::BigFloat, d::IdDict) = get!(() -> -(-x), d, x)

# The shortest decimal digits that read back as `x` at its precision
function digits_of(x::BigFloat, n::Integer=0)
    e = Base.RefValue{Clong}(0)
    p = ccall((:mpfr_get_str, lib), Ptr{UInt8}, (Ptr{UInt8}, Ptr{Clong}, Int32, Csize_t, Ref{BigFloat}, Int32), C_NULL, e, 10, n, x, mode())
    s = unsafe_string(p)
    ccall((:mpfr_free_str, lib), Cvoid, (Ptr{UInt8},), p)
    return s, Int(e[])
end
function string(x::BigFloat)
    isnan(x) && return "NaN"
    isinf(x) && return signbit(x) ? "-Inf" : "Inf"
    iszero(x) && return signbit(x) ? "-0.0" : "0.0"
    s, e = digits_of(x)
    neg = startswith(s, '-')
    neg && (s = s[2:end])
    s = String(rstrip(s, '0'))
    sgn = neg ? "-" : ""
    if -5 < e - 1 < 6
        if e <= 0
            return string(sgn, "0.", repeat("0", -e), s)
        elseif e >= length(s)
            return string(sgn, s, repeat("0", e - length(s)), ".0")
        end
        return string(sgn, s[1:e], ".", s[e+1:end])
    end
    return string(sgn, s[1:1], ".", length(s) > 1 ? s[2:end] : "0", "e", e - 1 < 0 ? "-" : "+", lpad(string(abs(e - 1)), 2, "0"))
end
function show(io::IO, x::BigFloat)
    if get(io, :compact, false)::Bool
        return print(io, compact_text(x))
    end
    print(io, string(x))
end
compact_text(x::BigFloat) = isfinite(x) && !iszero(x) ? string(setprecision(() -> BigFloat(digits_text_of(x, 6)), 64)) : string(x)
function digits_text_of(x, n)
    s, e = digits_of(x, n)
    neg = startswith(s, '-')
    neg && (s = s[2:end])
    return string(neg ? "-" : "", "0.", s, "e", e)
end
print(io::IO, x::BigFloat) = print(io, string(x))
end
using .MPFR: BigFloat
