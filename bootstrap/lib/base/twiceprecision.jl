# Ranges of floats, exact at both ends.
#
# `0.1:0.1:0.3` must have three elements and its last must be 0.3, though none of these numbers is what it looks like.
# Two devices. The ends and the step are taken for the simplest fractions that round to them, and the count is computed in
# integers. The elements are `ref + i*step` where ref and step are kept as unevaluated sums of two floats (twice the
# precision), and the leading part of the step has so many zero bits that `i*step` is exact.

struct TwicePrecision{T}
    hi::T
    lo::T
end
TwicePrecision{T}(x::T) where {T} = TwicePrecision{T}(x, zero(T))
TwicePrecision{T}(x::TwicePrecision{T}) where {T} = x
function TwicePrecision{T}(x::Integer) where {T}
    hi = T(x)
    isfinite(hi) || return TwicePrecision{T}(hi, zero(T))
    return TwicePrecision{T}(hi, T(Int128(x) - Int128(hi)))
end
function TwicePrecision{T}(nd::Tuple{Integer, Integer}) where {T}
    return TwicePrecision{T}(nd[1]) / TwicePrecision{T}(nd[2])
end
(::Type{T})(x::TwicePrecision) where {T<:Union{Float16, Float32, Float64}} = T(x.hi + x.lo)
convert(::Type{TwicePrecision{T}}, x::TwicePrecision{T}) where {T} = x
convert(::Type{TwicePrecision{T}}, x::Number) where {T} = TwicePrecision{T}(convert(T, x), zero(T))
zero(::TwicePrecision{T}) where {T} = TwicePrecision{T}(zero(T), zero(T))
-(x::TwicePrecision{T}) where {T} = TwicePrecision{T}(-x.hi, -x.lo)

# Sum and product as value and rounding error
function add12(x::T, y::T) where {T}
    abs(y) > abs(x) && return add12(y, x)
    h = x + y
    return h, y - (h - x)
end
function mul12(x::Float64, y::Float64)
    h = x * y
    return h, ifelse(iszero(h) | !isfinite(h), h, fma(x, y, -h))
end
function canonical12(hi, lo)
    h = hi + lo
    return h, (hi - h) + lo
end
function /(x::TwicePrecision{T}, y::TwicePrecision{T}) where {T}
    hi = x.hi / y.hi
    uh, ul = mul12(hi, y.hi)
    lo = ((((x.hi - uh) - ul) + x.lo) - hi * y.lo) / y.hi
    (iszero(hi) || !isfinite(hi)) && return TwicePrecision{T}(hi, hi)
    h, l = canonical12(hi, lo)
    return TwicePrecision{T}(h, l)
end
function +(x::TwicePrecision{T}, y::Number) where {T}
    h, l = add12(x.hi, T(y))
    h, l = canonical12(h, l + x.lo)
    return TwicePrecision{T}(h, l)
end
+(y::Number, x::TwicePrecision) = x + y
function +(x::TwicePrecision{T}, y::TwicePrecision{T}) where {T}
    h, l = add12(x.hi, y.hi)
    h, l = canonical12(h, l + (x.lo + y.lo))
    return TwicePrecision{T}(h, l)
end
-(x::TwicePrecision, y) = x + (-y)
function *(x::TwicePrecision{T}, v::Number) where {T}
    v == 0 && return TwicePrecision{T}(x.hi * v, x.lo * v)
    h, l = mul12(x.hi, T(v))
    h, l = canonical12(h, l + x.lo * v)
    return TwicePrecision{T}(h, l)
end
*(v::Number, x::TwicePrecision) = x * v
/(x::TwicePrecision{T}, v::Number) where {T} = x / TwicePrecision{T}(T(v), zero(T))
==(x::TwicePrecision, y::TwicePrecision) = (x.hi == y.hi) & (x.lo == y.lo)

const FloatRange64 = StepRangeLen{Float64, TwicePrecision{Float64}, TwicePrecision{Float64}, Int}

function unsafe_getindex(r::FloatRange64, i::Integer)
    u = Int(i) - r.offset
    shift_hi = u * r.step.hi
    shift_lo = u * r.step.lo
    h, l = add12(r.ref.hi, shift_hi)
    return h + (l + (shift_lo + r.ref.lo))
end
function steprange_ref(r::FloatRange64, i)
    u = i - r.offset
    return r.ref + TwicePrecision{Float64}(add12(u * r.step.hi, u * r.step.lo)...)
end
step(r::FloatRange64) = Float64(r.step)
step(r::StepRangeLen{T, Float64, Float64, Int}) where {T<:Union{Float16, Float32}} = T(r.step)
step_hp(r::FloatRange64) = r.step
-(r::FloatRange64) = FloatRange64(-r.ref, -r.step, r.len, r.offset)
range_shift(r::FloatRange64, x::Real) = FloatRange64(r.ref + Float64(x), r.step, r.len, r.offset)
function range_scale(r::FloatRange64, x::Real, op)
    if op === (/)
        return FloatRange64(r.ref / Float64(x), truncated_step(r.step / Float64(x), r.len, r.offset), r.len, r.offset)
    end
    return FloatRange64(r.ref * Float64(x), truncated_step(r.step * Float64(x), r.len, r.offset), r.len, r.offset)
end
function sum(r::FloatRange64)
    l = length(r)
    l == 0 && return 0.0
    # elements after and before the reference
    np = l - r.offset
    nn = r.offset - 1
    s = (np * (np + 1)) ÷ 2 - (nn * (nn + 1)) ÷ 2
    h, lo = mul12(r.step.hi, Float64(s))
    th = l * r.ref.hi
    tl = fma(Float64(l), r.ref.hi, -th)
    a, b = add12(th, h)
    return a + (b + (lo + s * r.step.lo + tl + l * r.ref.lo))
end

# How many low bits of the step must be zero for `i*step` to be exact at every index
function zero_bits(len, offset)
    n = max(offset - 1, len - offset)
    return len < 2 || n <= 1 ? 0 : min(26, top_set_bit(n - 1))
end
truncate_bits(x::Float64, nb::Int) = bitcast(Float64, bitcast(UInt64, x) & (typemax(UInt64) << nb))
function truncated_step(st::TwicePrecision{Float64}, len, offset)
    hi = truncate_bits(st.hi, zero_bits(len, offset))
    return TwicePrecision{Float64}(hi, (st.hi - hi) + st.lo)
end

fraction_range(::Type{Float64}, ref::Tuple, st::Tuple, len, offset) = FloatRange64(TwicePrecision{Float64}(ref),
    truncated_step(TwicePrecision{Float64}(st), len, offset), len, offset)
fraction_range(::Type{T}, ref::Tuple, st::Tuple, len, offset) where {T<:Union{Float16, Float32}} =
    StepRangeLen{T, Float64, Float64, Int}(Float64(ref[1] / ref[2]), Float64(st[1] / st[2]), len, offset)
literal_range(::Type{Float64}, ref, st, len, offset) = FloatRange64(TwicePrecision{Float64}(ref, 0.0), TwicePrecision{Float64}(st, 0.0), len, offset)
literal_range(::Type{T}, ref, st, len, offset) where {T<:Union{Float16, Float32}} =
    StepRangeLen{T, Float64, Float64, Int}(Float64(ref), Float64(st), len, offset)

# The simplest fraction near `x`, by continued fractions; (n, d) with n/d possibly not equal to x
function simplest_fraction(x)
    y = Float64(x)
    a = d = 1
    b = c = 0
    m = x isa Float64 ? 16777216 : 2048
    while abs(y) <= m
        f = trunc(Int, y)
        y -= f
        a, c = f * a + c, a
        b, d = f * b + d, b
        max(abs(a), abs(b)) <= m || return c, d
        oftype(x, a) / oftype(x, b) == x && break
        y = inv(y)
    end
    return a, b
end
is_between(a, x, b) = (a <= x <= b) || (b <= x <= a)

function (::Colon)(start::T, st::T, stop::T) where {T<:IEEEFloat}
    st == 0 && throw(ArgumentError("range step cannot be zero"))
    step_n, step_d = simplest_fraction(st)
    if step_d != 0 && T(step_n / step_d) == st
        start_n, start_d = simplest_fraction(start)
        stop_n, stop_d = simplest_fraction(stop)
        if start_d != 0 && stop_d != 0 && T(start_n / start_d) == start && T(stop_n / stop_d) == stop
            den = lcm(start_d, step_d)
            m = maxintfloat(T, Int)
            if den != 0 && abs(start * den) <= m && abs(st * den) <= m
                start_n = round(Int, start * den)
                step_n = round(Int, st * den)
                len = max(0, Int(div(den * stop_n - stop_d * start_n + step_n * stop_d, step_n * stop_d)))
                if is_between(start, start + (len - 1) * st, stop + st / 2) && !is_between(start, start + len * st, stop)
                    return range_of_fractions(T, start_n, step_n, len, den)
                end
            end
        end
    end
    q = (stop - start) / st
    len = q < 0 ? 0 : q == 0 ? 1 : round(Int, q) + 1
    if q > 0
        reached = start + (len - 1) * st
        len -= (start < stop < reached) + (start > stop > reached)
    end
    return literal_range(T, start, st, len, 1)
end
function range_of_fractions(::Type{T}, start_n, step_n, len, den) where {T}
    (len < 2 || step_n == 0) && return fraction_range(T, (start_n, den), (step_n, den), len, 1)
    # the reference is the element of least magnitude
    imin = clamp(round(Int, -start_n / step_n + 1), 1, Int(len))
    return fraction_range(T, (start_n + (imin - 1) * step_n, den), (step_n, den), Int(len), imin)
end
function range_start_step_length(a::T, st::T, len::Integer) where {T<:IEEEFloat}
    len = Int(len)
    start_n, start_d = simplest_fraction(a)
    step_n, step_d = simplest_fraction(st)
    if start_d != 0 && step_d != 0 && T(start_n / start_d) == a && T(step_n / step_d) == st
        den = lcm(start_d, step_d)
        m = maxintfloat(T, Int)
        if abs(den * a) <= m && abs(den * st) <= m
            return range_of_fractions(T, round(Int, den * a), round(Int, den * st), len, den)
        end
    end
    return literal_range(T, a, st, len, 1)
end
function range_start_stop_length(start::T, stop::T, len::Integer) where {T<:IEEEFloat}
    len = Int(len)
    len < 0 && throw(ArgumentError("range($start, stop=$stop, length=$len): negative length"))
    if len <= 1
        len == 1 && start != stop && throw(ArgumentError("range($start, stop=$stop, length=$len): endpoints differ"))
        return len == 1 ? literal_range(T, start, zero(T), 1, 1) : literal_range(T, start, stop - start, 0, 1)
    end
    start == stop && return literal_range(T, start, zero(T), len, 1)
    start_n, start_d = simplest_fraction(start)
    stop_n, stop_d = simplest_fraction(stop)
    if start_d != 0 && stop_d != 0
        den = lcm(start_d, stop_d)
        m = maxintfloat(T, Int)
        if den != 0 && abs(den * start) <= m && abs(den * stop) <= m
            a = round(Int, den * start)
            b = round(Int, den * stop)
            if T(a / den) == start && T(b / den) == stop
                imin = clamp(round(Int, -a / (Float64(b) - Float64(a)) * (len - 1) + 1), 1, len)
                ref_n = Int128(len - imin) * a + Int128(imin - 1) * b
                ref_d = Int128(len - 1) * den
                return fraction_range(T, (ref_n, ref_d), (Int128(b) - Int128(a), ref_d), len, imin)
            end
        end
    end
    return interpolated_range(start, stop, len)
end
# No small fractions: choose step and reference so that both ends come out exactly
function interpolated_range(start::T, stop::T, len::Int) where {T<:Union{Float16, Float32}}
    st = (Float64(stop) - Float64(start)) / (len - 1)
    return StepRangeLen{T, Float64, Float64, Int}(Float64(start), st, len, 1)
end
function interpolated_range(start::Float64, stop::Float64, len::Int)
    (isfinite(start) && isfinite(stop)) || throw(ArgumentError("start and stop must be finite, got $start and $stop"))
    d, dfac = stop - start, 1
    if !isfinite(d)
        d, dfac = stop / len - start / len, len
    end
    imin = round(Int, -(start / d) / dfac * (len - 1) + 1)
    if 1 < imin < len
        t = (imin - 1) / (len - 1)
        ref = (1 - t) * start + t * stop
        st = imin - 1 < len - imin ? (ref - start) / (imin - 1) : (stop - ref) / (len - imin)
    else
        imin = imin <= 1 ? 1 : len
        ref = imin == 1 ? start : stop
        st = d / (len - 1) * dfac
    end
    m = prevfloat(floatmax(Float64))
    k = max(imin - 1, len - imin)
    hi = truncate_bits(clamp(st, max(-(m + ref) / k, (-m + ref) / k), min((m - ref) / k, (m + ref) / k)), zero_bits(len, imin))
    x1_hi, x1_lo = add12((1 - imin) * hi, ref)
    x2_hi, x2_lo = add12((len - imin) * hi, ref)
    a = (start - x1_hi) - x1_lo
    b = (stop - x2_hi) - x2_lo
    lo = (b - a) / (len - 1)
    return FloatRange64(TwicePrecision{Float64}(ref, a - (1 - imin) * lo), TwicePrecision{Float64}(hi, lo), len, imin)
end
(::Colon)(start::T, stop::T) where {T<:IEEEFloat} = (:)(start, one(T), stop)
