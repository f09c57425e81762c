# Ranges: unit ranges, ordinal ranges with a step, evenly spaced numbers.
#
# A range computes its elements. Three designs: by integer-like stepping (UnitRange, OneTo, StepRange: the stop is normalised
# when made, so that equality is field equality); by reference point and step (StepRangeLen, used for floats, where the
# number of elements is decided once); by interpolation between two ends (LinRange).


struct OneTo{T<:Integer} <: AbstractUnitRange{T}
    stop::T
    OneTo{T}(stop) where {T<:Integer} = new(max(zero(T), convert(T, stop)))
    OneTo{Int}(stop::Int) = new{Int}(slt_int(stop, 0) ? 0 : stop)
end
OneTo(stop::Int) = OneTo{Int}(stop)
OneTo(stop::T) where {T<:Integer} = OneTo{T}(stop)
function OneTo(r::AbstractRange)
    (first(r) == 1 && step(r) == 1) || throw(ArgumentError("first element must be 1, got $(first(r))"))
    return OneTo(last(r))
end
OneTo{T}(r::OneTo) where {T<:Integer} = OneTo{T}(r.stop)

unitrange_last(start::Integer, stop::Integer) = stop >= start ? convert(typeof(stop), stop) : convert(typeof(stop), start - oneunit(start))
unitrange_last(start, stop) = stop >= start ? convert(typeof(stop), start + floor(stop - start)) : convert(typeof(stop), start - oneunit(stop - start))
UnitRange{T}(start, stop) where {T<:Real} = UnitRange{T}(convert(T, start), convert(T, stop))
UnitRange(start, stop) = UnitRange(promote(start, stop)...)
UnitRange{T}(r::AbstractUnitRange) where {T<:Real} = UnitRange{T}(first(r), last(r))
UnitRange(r::AbstractUnitRange) = UnitRange(first(r), last(r))
AbstractUnitRange{T}(r::AbstractUnitRange{T}) where {T} = r
AbstractUnitRange{T}(r::UnitRange) where {T} = UnitRange{T}(r)
AbstractUnitRange{T}(r::OneTo) where {T} = OneTo{T}(r)

struct StepRange{T, S} <: OrdinalRange{T, S}
    start::T
    step::S
    stop::T
    function StepRange{T, S}(start, step, stop) where {T, S}
        a = convert(T, start)
        st = convert(S, step)
        return new(a, st, steprange_last(a, st, convert(T, stop)))
    end
    StepRange{Int, Int}(start::Int, step::Int, stop::Int) = new{Int, Int}(start, step, steprange_last(start, step, stop))
end
StepRange(start::T, step::S, stop::T) where {T, S} = StepRange{T, S}(start, step, stop)
StepRange{T, S}(r::AbstractUnitRange) where {T, S} = StepRange{T, S}(first(r), one(S), last(r))
StepRange{T, S}(r::OrdinalRange) where {T, S} = StepRange{T, S}(first(r), step(r), last(r))
StepRange(r::AbstractUnitRange{T}) where {T} = StepRange{T, T}(first(r), one(T), last(r))

# The last element that stepping from `start` reaches, or an element just before `start` when there is none.
function steprange_last(start, step, stop)
    z = zero(step)
    step == z && throw(ArgumentError("step cannot be zero"))
    isfinite(step) || throw(ArgumentError("step size $step must be finite"))
    stop == start && return stop
    if (step > z) != (stop > start)
        return steprange_empty(start, step)
    end
    if start isa Integer && step isa Integer
        # the distance may not fit the signed type, but always fits the unsigned one
        if step > z
            d = unsigned_distance(stop, start)
            r = rem(d, unsigned_magnitude(step))
            return convert(typeof(stop), stop - convert_distance(stop, r))
        else
            d = unsigned_distance(start, stop)
            r = rem(d, unsigned_magnitude(step))
            return convert(typeof(stop), stop + convert_distance(stop, r))
        end
    end
    remain = rem(stop - start, step)
    return stop - remain
end
function steprange_last(start::Int, step::Int, stop::Int)
    step === 0 && throw(ArgumentError("step cannot be zero"))
    stop === start && return stop
    if slt_int(0, step)
        slt_int(stop, start) && return sub_int(start, 1)
        return sub_int(stop, urem_int(sub_int(stop, start), step))
    end
    slt_int(start, stop) && return add_int(start, 1)
    return add_int(stop, urem_int(sub_int(start, stop), neg_int(step)))
end
steprange_empty(start::Integer, step) = step > zero(step) ? start - oneunit(start) : start + oneunit(start)
steprange_empty(start, step) = start - step
unsigned_distance(a::BitInteger, b::BitInteger) = unsigned(a) - unsigned(b)
unsigned_distance(a, b) = a - b
unsigned_magnitude(s::BitSigned) = unsigned(abs(s))
unsigned_magnitude(s) = abs(s)
convert_distance(like::BitInteger, r) = r % typeof(like)
convert_distance(like, r) = r

# A reference element, a step, a length; `offset` is the index of the reference. The step may be of higher precision.
struct StepRangeLen{T, R, S, L<:Integer} <: AbstractRange{T}
    ref::R
    step::S
    len::L
    offset::L
    function StepRangeLen{T, R, S, L}(ref::R, step::S, len::Integer, offset::Integer=1) where {T, R, S, L}
        len >= 0 || throw(ArgumentError("length cannot be negative, got $len"))
        n = convert(L, len)
        o = convert(L, offset)
        (n == 0 ? o == 1 : 1 <= o <= max(1, n)) || throw(ArgumentError("StepRangeLen: offset must be in [1,$n], got $o"))
        return new(ref, step, n, o)
    end
end
StepRangeLen{T, R, S}(ref::R, step::S, len::Integer, offset::Integer=1) where {T, R, S} =
    StepRangeLen{T, R, S, Int}(ref, step, len, offset)
StepRangeLen(ref::R, step::S, len::Integer, offset::Integer=1) where {R, S} =
    StepRangeLen{typeof(ref + zero(step)), R, S, Int}(ref, step, len, offset)
StepRangeLen{T}(ref::R, step::S, len::Integer, offset::Integer=1) where {T, R, S} =
    StepRangeLen{T, R, S, Int}(ref, step, len, offset)
StepRangeLen{T, R, S, L}(r::AbstractRange) where {T, R, S, L} =
    StepRangeLen{T, R, S, L}(convert(R, first(r)), convert(S, step(r)), length(r))
StepRangeLen(r::AbstractRange) = StepRangeLen{eltype(r)}(first(r), step(r), length(r))

struct LinRange{T, L<:Integer} <: AbstractRange{T}
    start::T
    stop::T
    len::L
    lendiv::L
    function LinRange{T, L}(start::T, stop::T, len::L) where {T, L<:Integer}
        len >= 0 || throw(ArgumentError("range($start, stop=$stop, length=$len): negative length"))
        if len == 1
            start == stop || throw(ArgumentError("range($start, stop=$stop, length=$len): endpoints differ"))
            return new(start, stop, 1, 1)
        end
        return new(start, stop, len, max(len - 1, 1))
    end
end
LinRange{T, L}(start, stop, len::Integer) where {T, L} = LinRange{T, L}(convert(T, start), convert(T, stop), convert(L, len))
LinRange{T}(start, stop, len::Integer) where {T} = LinRange{T, Int}(convert(T, start), convert(T, stop), Int(len))
LinRange(start, stop, len::Integer) = LinRange{typeof((stop - start) / len)}(start, stop, len)

# Construction by colon

(::Colon)(start::T, stop::T) where {T<:Real} = UnitRange{T}(start, stop)
(::Colon)(start::Real, stop::Real) = (:)(promote(start, stop)...)
(::Colon)(start::T, stop::T) where {T<:AbstractFloat} = (:)(start, one(T), stop)
(::Colon)(start::Int, step::Int, stop::Int) = StepRange{Int, Int}(start, step, stop)
(::Colon)(start::T, step::T, stop::T) where {T<:Real} = StepRange(start, step, stop)
(::Colon)(start::T, step::T, stop::T) where {T<:AbstractFloat} = StepRangeLen(start, step, float_range_length(start, step, stop))
(::Colon)(start::Real, step::Real, stop::Real) = colon_promoted(start, step, stop)
function colon_promoted(start, step, stop)
    T = promote_type(typeof(start), typeof(stop))
    if T <: AbstractFloat || typeof(step) <: AbstractFloat
        return (:)(promote(start, step, stop)...)
    end
    return (:)(convert(T, start), step, convert(T, stop))
end
(::Colon)(start::T, step::Real, stop::T) where {T<:Integer} =
    step isa Integer ? StepRange(start, step, stop) : (:)(promote(start, step, stop)...)
(::Colon)(start::T, step::T, stop::T) where {T<:Integer} = StepRange(start, step, stop)
(::Colon)(start::T, stop::T) where {T} = (:)(start, oftype(stop >= start ? stop - start : start - stop, 1), stop)
(::Colon)(start::T, step, stop::T) where {T} = StepRange(start, step, stop)
float_range_length(start, step, stop) = (step == 0 && throw(ArgumentError("range step cannot be zero")); max(0, floor(Int, (stop - start) / step) + 1))

# Construction by range()

range(start; stop=nothing, length::Union{Integer, Nothing}=nothing, step=nothing) = make_range(start, step, stop, length)
range(start, stop; length::Union{Integer, Nothing}=nothing, step=nothing) = make_range(start, step, stop, length)
range(start, stop, length::Integer) = make_range(start, nothing, stop, length)
range(; start=nothing, stop=nothing, length::Union{Integer, Nothing}=nothing, step=nothing) = make_range(start, step, stop, length)
function make_range(start, step, stop, len)
    given = (start !== nothing) + (step !== nothing) + (stop !== nothing) + (len !== nothing)
    if len === nothing
        start === nothing && (stop === nothing || step !== nothing || given == 1) &&
            (stop !== nothing && step === nothing ? (return oneunit(stop):stop) : range_error(start, step, stop, len))
        stop === nothing && range_error(start, step, stop, len)
        return step === nothing ? (start:stop) : (start:step:stop)
    elseif given == 4
        range_error(start, step, stop, len)
    elseif start === nothing
        stop === nothing && step === nothing && return OneTo(len)
        stop === nothing && range_error(start, step, stop, len)
        st = step === nothing ? oftype(stop - stop, 1) : step
        step === nothing && stop isa Integer && return (stop - oftype(stop, len) + oneunit(stop)):stop
        return reverse(range_start_step_length(stop, -st, len))
    elseif stop === nothing
        step === nothing && return range_start_length(start, len)
        return range_start_step_length(start, step, len)
    end
    return range_start_stop_length(start, stop, len)
end
range_error(start, step, stop, len) = throw(ArgumentError("Cannot construct range from arguments:\n    start = $(repr(start))\n    step = $(repr(step))\n    stop = $(repr(stop))\n    length = $(repr(len))\nTry specifying more arguments.\n"))
range_start_length(a::Integer, len::Integer) = UnitRange(a, convert(typeof(a), a + len - 1))
range_start_length(a::AbstractFloat, len::Integer) = range_start_step_length(a, oftype(a, 1), len)
range_start_length(a, len::Integer) = range_start_step_length(a, oftype(a - a, 1), len)
function range_start_step_length(a, step, len::Integer)
    if a isa AbstractFloat || step isa AbstractFloat
        x, y = promote(a, step)
        return range_start_step_length(x, y, len)
    elseif a isa Integer && step isa Integer
        stop = a + step * (len - 1)
        return StepRange{typeof(stop), typeof(step)}(a, step, stop)
    end
    stop = a + step * (len - 1)
    if a isa Number && stop isa Number && !(a isa Real)
        return StepRangeLen{typeof(stop), typeof(a), typeof(step)}(a, step, len)
    end
    return StepRange{typeof(stop), typeof(step)}(a, step, stop)
end
range_start_step_length(a::T, step::T, len::Integer) where {T<:AbstractFloat} = StepRangeLen{T, T, T}(a, step, len)
range_start_stop_length(start::Integer, stop::Integer, len::Integer) = range_start_stop_length(float(start), float(stop), len)
function range_start_stop_length(start, stop, len::Integer)
    a, b = promote(start, stop)
    if a isa IEEEFloat
        return range_start_stop_length(a, b, len)
    elseif a isa Rational
        len == 1 && (a == b ? (return StepRangeLen(a, zero(a), 1)) : throw(ArgumentError("range($start, stop=$stop, length=$len): endpoints differ")))
        return StepRangeLen(a, (b - a) // max(len - 1, 1), len)
    end
    return LinRange(a, b, len)
end

# Size, ends, step

length(r::AbstractRange) = div(last(r) - first(r) + step(r), step(r))
length(r::OneTo) = Int(r.stop)
length(r::OneTo{Int}) = r.stop
function length(r::AbstractUnitRange{T}) where {T}
    n = last(r) - first(r)
    return T <: BitInteger64 ? Int(n + oneunit(n)) : isempty(r) ? zero(n) : T <: Integer ? n + oneunit(n) : Int(n) + 1
end
length(r::UnitRange{T}) where {T<:Union{Int8, Int16, Int32, UInt8, UInt16, UInt32}} = Int(r.stop) - Int(r.start) + 1
length(r::UnitRange{UInt64}) = r.stop - r.start + 0x0000000000000001
length(r::UnitRange{T}) where {T<:AbstractFloat} = Int(r.stop - r.start) + 1
function length(r::StepRange)
    isempty(r) && return r.start isa BitInteger64 ? 0 : zero(div(r.stop - r.start, r.step))
    if r.start isa BitInteger && r.step isa BitInteger
        d = r.step > zero(r.step) ? unsigned(r.stop) - unsigned(r.start) : unsigned(r.start) - unsigned(r.stop)
        n = div(d, unsigned(abs(r.step)))
        return Core.sizeof(n) <= 8 ? Int(n) + 1 : n + oneunit(n)
    end
    n = div(r.stop - r.start, r.step)
    return n + oneunit(n)
end
function length(r::StepRange{Int, Int})
    isempty(r) && return 0
    step = r.step
    n = slt_int(0, step) ? udiv_int(sub_int(r.stop, r.start), step) : udiv_int(sub_int(r.start, r.stop), neg_int(step))
    # there may be more than the largest Int
    slt_int(n, 0) && return Int(bitcast(UInt, n))
    return n + 1
end
length(r::StepRangeLen) = r.len
length(r::LinRange) = r.len
size(r::AbstractRange) = (Int(length(r)),)
axes(r::AbstractRange) = (OneTo(Int(length(r))),)
iterate(r::StepRange{Int, Int}) = isempty(r) ? nothing : (r.start, r.start)
function isempty(r::StepRange{Int, Int})
    r.start === r.stop && return false
    return slt_int(0, r.step) ? slt_int(r.stop, r.start) : slt_int(r.start, r.stop)
end
isempty(r::StepRange) = (r.start != r.stop) & ((r.step > zero(r.step)) != (r.stop > r.start))
isempty(r::AbstractUnitRange) = first(r) > last(r)
isempty(r::StepRangeLen) = length(r) == 0
isempty(r::LinRange) = length(r) == 0
isempty(r::AbstractRange) = length(r) == 0

first(r::UnitRange) = r.start
first(r::OneTo) = oneunit(r.stop)
first(r::StepRange) = r.start
first(r::StepRangeLen) = unsafe_getindex(r, 1)
first(r::LinRange) = r.start
first(r::OneTo{T}, n::Integer) where {T} = OneTo{T}(n < 0 ? throw(ArgumentError("Number of elements must be non-negative")) : min(r.stop, n))
last(r::UnitRange) = r.stop
last(r::OneTo) = r.stop
last(r::StepRange) = r.stop
last(r::StepRangeLen) = unsafe_getindex(r, length(r))
last(r::LinRange) = r.stop
step(r::StepRange) = r.step
step(r::AbstractUnitRange{T}) where {T} = oneunit(T) - zero(T)
step(r::AbstractUnitRange{Bool}) = true
step(r::StepRangeLen) = r.step
step(r::LinRange) = (last(r) - first(r)) / r.lendiv
step_hp(r::StepRangeLen) = r.step
step_hp(r::AbstractRange) = step(r)
firstindex(::AbstractRange) = 1
lastindex(r::AbstractRange) = Int(length(r))
minimum(r::AbstractUnitRange) = isempty(r) ? throw(ArgumentError("range must be non-empty")) : first(r)
maximum(r::AbstractUnitRange) = isempty(r) ? throw(ArgumentError("range must be non-empty")) : last(r)
minimum(r::AbstractRange) = isempty(r) ? throw(ArgumentError("range must be non-empty")) : min(first(r), last(r))
maximum(r::AbstractRange) = isempty(r) ? throw(ArgumentError("range must be non-empty")) : max(first(r), last(r))
extrema(r::AbstractRange) = (minimum(r), maximum(r))
eltype(::Type{<:AbstractRange{T}}) where {T} = T

# Iteration

function iterate(r::Union{StepRangeLen, LinRange}, i::Integer=1)
    i > length(r) && return nothing
    return (unsafe_getindex(r, i), i + 1)
end
iterate(r::OrdinalRange) = isempty(r) ? nothing : (first(r), first(r))
function iterate(r::OrdinalRange{T}, i) where {T}
    i == last(r) && return nothing
    n = convert(T, i + step(r))
    return (n, n)
end
function iterate(r::StepRange{Int, Int}, i::Int)
    i === r.stop && return nothing
    n = add_int(i, r.step)
    return (n, n)
end
iterate(r::AbstractUnitRange) = first(r) > last(r) ? nothing : (first(r), first(r))
function iterate(r::AbstractUnitRange{T}, i) where {T}
    i == last(r) && return nothing
    n = convert(T, i + oneunit(i))
    return (n, n)
end
iterate(r::OneTo{Int}) = r.stop < 1 ? nothing : (1, 1)
iterate(r::OneTo{Int}, i::Int) = i === r.stop ? nothing : (n = add_int(i, 1); (n, n))

# Indexing

function getindex(r::UnitRange{Int}, i::Int)
    val = add_int(r.start, sub_int(i, 1))
    @boundscheck (i > 0 && val <= r.stop && val >= r.start) || throw_boundserror(r, i)
    return val
end
function getindex(r::OneTo{T}, i::Integer) where {T}
    @boundscheck (0 < i <= r.stop) || throw_boundserror(r, i)
    return convert(T, i)
end
function getindex(r::AbstractUnitRange{T}, i::Integer) where {T}
    @boundscheck (0 < i <= length(r)) || throw_boundserror(r, i)
    return convert(T, first(r) + (i - oneunit(i)))
end
function getindex(r::AbstractRange{T}, i::Integer) where {T}
    @boundscheck (0 < i <= length(r)) || throw_boundserror(r, i)
    return convert(T, first(r) + (i - oneunit(i)) * step_hp(r))
end
function getindex(r::Union{StepRangeLen, LinRange}, i::Integer)
    @boundscheck (0 < i <= length(r)) || throw_boundserror(r, i)
    return unsafe_getindex(r, i)
end
getindex(r::AbstractRange, i::Bool) = throw(ArgumentError("invalid index: $i of type Bool"))
function unsafe_getindex(r::StepRangeLen{T}, i::Integer) where {T}
    u = oftype(r.offset, i) - r.offset
    return convert(T, r.ref + u * r.step)
end
function unsafe_getindex(r::LinRange{T}, i::Integer) where {T}
    j = i - oneunit(i)
    d = r.lendiv
    return convert(T, lerpi(j, d, r.start, r.stop))
end
lerpi(j::Integer, d::Integer, a::T, b::T) where {T} = (t = j / d; T((1 - t) * a + t * b))
getindex(r::AbstractRange, ::Colon) = copy(r)
copy(r::AbstractRange) = r
function getindex(r::AbstractUnitRange{T}, s::AbstractUnitRange{<:Integer}) where {T}
    @boundscheck checkbounds(r, s)
    r isa OneTo && s isa OneTo && return OneTo(T(s.stop))
    f = first(r)
    st = f + (first(s) - 1)
    return range_of(T, st, length(s))
end
range_of(::Type{T}, start, len) where {T} = UnitRange{T}(convert(T, start), convert(T, start + len - 1))
function getindex(r::AbstractUnitRange, s::StepRange{<:Integer})
    @boundscheck checkbounds(r, s)
    st = oftype(first(r), first(r) + first(s) - 1)
    return range(st; step=step(s), length=length(s))
end
function getindex(r::StepRange{T}, s::AbstractRange{<:Integer}) where {T}
    s isa AbstractRange{Bool} && return collect(r)[collect(s)]
    @boundscheck checkbounds(r, s)
    st = r.step * step(s)
    len = length(s)
    start = isempty(s) ? r.start : convert(T, r.start + (first(s) - 1) * r.step)
    return StepRange{T, typeof(st)}(start, st, len == 0 ? start - st : convert(T, start + (len - 1) * st))
end
function getindex(r::StepRangeLen{T}, s::OrdinalRange{<:Integer}) where {T}
    @boundscheck checkbounds(r, s)
    sstep = step(s)
    len = length(s)
    off = len == 0 ? 1 : clamp(round(Int, (r.offset - first(s)) / sstep) + 1, 1, max(1, len))
    ref = steprange_ref(r, first(s) + (off - 1) * sstep)
    return StepRangeLen{T, typeof(ref), typeof(r.step * sstep), Int}(ref, r.step * sstep, len, off)
end
steprange_ref(r::StepRangeLen, i) = r.ref + (i - r.offset) * r.step
function getindex(r::LinRange{T}, s::OrdinalRange{<:Integer}) where {T}
    @boundscheck checkbounds(r, s)
    return LinRange{T}(isempty(s) ? r.start : r[first(s)], isempty(s) ? r.start : r[last(s)], length(s))
end
getindex(r::AbstractRange, idx::AbstractVector{Bool}) = collect(r)[idx]
getindex(r::AbstractRange, idx::AbstractVector{<:Integer}) = eltype(r)[r[i] for i in idx]

# Comparison

==(r::T, s::T) where {T<:AbstractRange} = isempty(r) ? isempty(s) : (length(r) == length(s)) & (first(r) == first(s)) & (last(r) == last(s)) & (length(r) == 1 || step(r) == step(s))
==(r::OrdinalRange, s::OrdinalRange) = isempty(r) ? isempty(s) : (length(r) == length(s)) & (first(r) == first(s)) & (last(r) == last(s)) & (length(r) == 1 || step(r) == step(s))
==(r::AbstractUnitRange, s::AbstractUnitRange) = (isempty(r) & isempty(s)) | ((first(r) == first(s)) & (last(r) == last(s)))
==(r::StepRangeLen{T}, s::StepRangeLen{T}) where {T} = (isempty(r) & isempty(s)) | ((first(r) == first(s)) & (length(r) == length(s)) & (last(r) == last(s)))
function ==(r::AbstractRange, s::AbstractRange)
    length(r) == length(s) || return false
    for (x, y) in zip(r, s)
        x == y || return false
    end
    return true
end

# Membership

in(x::Integer, r::AbstractUnitRange{<:Integer}) = (first(r) <= x) & (x <= last(r))
in(x::Real, r::AbstractUnitRange{<:Integer}) = isinteger(x) && (first(r) <= x) & (x <= last(r))
function in(x::Integer, r::OrdinalRange{<:Integer})
    isempty(r) && return false
    lo, hi = step(r) > 0 ? (first(r), last(r)) : (last(r), first(r))
    return lo <= x <= hi && mod(x - first(r), step(r)) == 0
end
function in(x::Real, r::AbstractRange{<:Real})
    (isempty(r) || !isfinite(x)) && return false
    n = step(r) == 0 ? 1 : round(Integer, (x - first(r)) / step(r)) + 1
    return n >= 1 && n <= length(r) && r[n] == x
end
in(x, r::AbstractRange) = any(y -> y == x, r)
in(::Missing, r::AbstractRange) = isempty(r) ? false : missing

# Arithmetic

-(r::AbstractUnitRange) = StepRange(-first(r), -step(r), -last(r))
-(r::OrdinalRange) = StepRange(-first(r), -step(r), -last(r))
-(r::StepRangeLen{T, R, S, L}) where {T, R, S, L} = StepRangeLen{T, R, S, L}(-r.ref, -r.step, r.len, r.offset)
-(r::LinRange) = LinRange(-r.start, -r.stop, length(r))
+(r::AbstractRange) = r
*(x::Number, r::AbstractRange) = range_scale(r, x, *)
*(r::AbstractRange, x::Number) = range_scale(r, x, *)
/(r::AbstractRange, x::Number) = range_scale(r, x, /)
\(x::Number, r::AbstractRange) = range_scale(r, x, /)
function range_scale(r::AbstractRange, x::Number, op)
    if r isa OrdinalRange && op === (*) && x isa Integer && eltype(r) <: Integer
        return range(first(r) * x; step=step(r) * x, length=length(r))
    elseif r isa StepRangeLen
        T = typeof(op(zero(eltype(r)) , x))
        ref = op(r.ref, x)
        st = op(r.step, x)
        return StepRangeLen{T, typeof(ref), typeof(st)}(ref, st, length(r), r.offset)
    elseif r isa LinRange
        return LinRange(op(r.start, x), op(r.stop, x), length(r))
    end
    return range(op(first(r), x); step=op(step(r), x), length=length(r))
end
range_shift(r::AbstractUnitRange, x::Real) = x isa Integer && eltype(r) <: Integer ? ((first(r) + x):(last(r) + x)) : range(first(r) + x; length=length(r))
range_shift(r::OrdinalRange, x) = range(first(r) + x; step=step(r), length=length(r))
function range_shift(r::StepRangeLen, x)
    ref = r.ref + x
    return StepRangeLen{typeof(zero(eltype(r)) + x), typeof(ref), typeof(r.step)}(ref, r.step, length(r), r.offset)
end
range_shift(r::LinRange, x) = LinRange(r.start + x, r.stop + x, length(r))
function +(r::AbstractRange, s::AbstractRange)
    length(r) == length(s) || throw(DimensionMismatch("argument dimensions must match: length of r1 is $(length(r)), length of r2 is $(length(s))"))
    return range(first(r) + first(s); step=step(r) + step(s), length=length(r))
end
-(r::AbstractRange, s::AbstractRange) = r + (-s)

# Reversal, intersection, sums

reverse(r::OrdinalRange) = (:)(last(r), -step(r), first(r))
function reverse(r::StepRangeLen{T, R, S, L}) where {T, R, S, L}
    return StepRangeLen{T, R, S, L}(r.ref, -r.step, length(r), isempty(r) ? 1 : length(r) - r.offset + 1)
end
reverse(r::LinRange) = LinRange(r.stop, r.start, length(r))
sortedrange(r::AbstractRange) = issorted(r) ? r : reverse(r)
issorted(r::AbstractUnitRange) = true
issorted(r::AbstractRange) = length(r) <= 1 || step(r) >= zero(step(r))
sort(r::AbstractUnitRange) = r
sort(r::AbstractRange) = issorted(r) ? r : reverse(r)
intersect(r::AbstractUnitRange{<:Integer}, s::AbstractUnitRange{<:Integer}) = max(first(r), first(s)):min(last(r), last(s))
function intersect(r::StepRange{<:Integer}, s::StepRange{<:Integer})
    # increasing both: the first common element lies on both lattices, the step is the least common multiple
    a = step(r) > 0 ? r : reverse(r)
    b = step(s) > 0 ? s : reverse(s)
    g, x, _ = gcdx(step(a), step(b))
    st = div(step(a), g) * step(b)
    if isempty(a) || isempty(b) || mod(first(b) - first(a), g) != 0
        return step(r) > 0 ? (first(r):st:first(r)-st) : (first(r):-st:first(r)+st)
    end
    start = first(a) + step(a) * mod(x * div(first(b) - first(a), g), div(step(b), g))
    lo = max(first(a), first(b))
    start += st * max(0, cld(lo - start, st))
    hi = min(last(a), last(b))
    c = start:st:hi
    return step(r) > 0 ? c : reverse(c)
end
intersect(r::StepRange{<:Integer}, s::AbstractUnitRange{<:Integer}) = intersect(r, StepRange(first(s), 1, last(s)))
intersect(r::AbstractUnitRange{<:Integer}, s::StepRange{<:Integer}) = intersect(StepRange(first(r), 1, last(r)), s)
intersect(r::OneTo, s::OneTo) = OneTo(min(r.stop, s.stop))
issubset(r::AbstractUnitRange{<:Integer}, s::AbstractUnitRange{<:Integer}) = isempty(r) || (first(r) >= first(s) && last(r) <= last(s))
function sum(r::AbstractRange{<:Real})
    l = length(r)
    l == 0 && return zero(eltype(r)) + zero(eltype(r))
    if eltype(r) <: Integer
        return iseven(l) ? (step(r) * (l - 1) + 2 * first(r)) * (l >> 1) : (step(r) * ((l - 1) >> 1) + first(r)) * l
    end
    return l * first(r) + (iseven(l) ? step_hp(r) * (l - 1) * (l >> 1) : step_hp(r) * l * ((l - 1) >> 1))
end
allunique(r::AbstractRange) = length(r) <= 1 || step(r) != zero(step(r))
allequal(r::AbstractRange) = length(r) <= 1 || step(r) == zero(step(r))
promote_rule(::Type{UnitRange{A}}, ::Type{UnitRange{B}}) where {A, B} = UnitRange{promote_type(A, B)}
promote_rule(::Type{UnitRange{A}}, ::Type{OneTo{B}}) where {A, B} = UnitRange{promote_type(A, B)}
convert(::Type{T}, r::AbstractRange) where {T<:AbstractRange} = r isa T ? r : T(r)::T
checkindex_range(inds, r) = isempty(r) | (checkindex(Bool, inds, first(r)) & checkindex(Bool, inds, last(r)))
