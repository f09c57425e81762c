# The ground: integer arithmetic and comparison, the loop protocol over unit ranges, access to arrays.
#
# With these in place every later file, and every macro that a later file uses, is ordinary Julia. Each method here
# is one intrinsic or one builtin deep, because nearly every statement of a program ends in one of them.

# `a.b` asks for these.
getproperty(x, f::Symbol) = getfield(x, f)
getproperty(x::Type, f::Symbol) = getfield(x, f)
getproperty(x::Module, f::Symbol) = getglobal(x, f)

const BitSigned = Core.BitSigned
const BitUnsigned = Core.BitUnsigned
const BitInteger = Core.BitInteger
const IEEEFloat = Union{Float16, Float32, Float64}
const BitInteger64 = Union{Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64}

macro _boundscheck()
    return Expr(:boundscheck)
end
# A function that throws nothing, though that takes more to see than inference does.
macro _nothrow_meta()
    return Expr(:meta, Expr(:purity, false, false, true, false, false, false, false, false, false, false, false))
end
# A function of its arguments, which may throw.
macro _foldable_meta()
    return Expr(:meta, Expr(:purity, true, true, false, true, false, false, false, true, false, false, true))
end
# A function that comes to an end, asks nothing of the task, and stays within its bounds.
macro _terminates_globally_notaskstate_noub_meta()
    return Expr(:meta, Expr(:purity, false, false, false, true, false, true, false, true, false, false, false))
end
# A method that reads or writes outside of its bounds only when the check is left out at the caller's wish.
macro _noub_if_noinbounds_meta()
    return Expr(:meta, Expr(:purity, false, false, false, false, false, false, false, false, true, false, false))
end

# A ccall whose arguments are of the declared types already: what a ccall lowers to, without the conversions.
macro _direct(call)
    return Core._apply_iterate(iterate, direct_form, (__module__,), getfield(call, :args))
end
function direct_form(m::Module, head, name, R, types, args...)
    argtypes = Core._apply_iterate(iterate, svec, Core.eval(m, types))
    form = (:foreigncall, name, Core.eval(m, R), argtypes, 0, QuoteNode(:ccall))
    return Expr(:escape, Core._apply_iterate(iterate, Core._expr, form, args))
end
# Element `i` of a Memory, which must be there, read and written.
macro _memget(m, i)
    return Expr(:escape, Expr(:call, memoryrefget, Expr(:call, memoryrefnew, Expr(:call, memoryrefnew, m), i, false),
        QuoteNode(:not_atomic), false))
end
macro _memset(m, i, x)
    return Expr(:escape, Expr(:call, memoryrefset!, Expr(:call, memoryrefnew, Expr(:call, memoryrefnew, m), i, false),
        x, QuoteNode(:not_atomic), false))
end

# The same of an Array, by its number in memory order.
macro _arrayget(a, i)
    return Expr(:escape, Expr(:call, memoryrefget, Expr(:call, memoryrefnew, Expr(:call, getfield, a, QuoteNode(:ref)), i, false),
        QuoteNode(:not_atomic), false))
end
macro _arrayset(a, i, x)
    return Expr(:escape, Expr(:call, memoryrefset!, Expr(:call, memoryrefnew, Expr(:call, getfield, a, QuoteNode(:ref)), i, false),
        x, QuoteNode(:not_atomic), false))
end

struct Missing end
const missing = Missing()

# Conversions that a ccall needs of its arguments, and that assignment to a typed place needs

convert(::Type{Any}, @nospecialize(x)) = x
convert(::Type{T}, x::T) where {T} = x
cconvert(::Type{T}, x) where {T} = x isa T ? x : convert(T, x)
unsafe_convert(::Type{T}, x::T) where {T} = x

# Truth and identity

!(x::Bool) = not_int(x)
!==(@nospecialize(x), @nospecialize(y)) = not_int(x === y)
const ≢ = !==
const ≡ = ===
!=(x, y) = not_int((x == y)::Bool)
const ≠ = !=
==(x, y) = x === y
ifelse(c::Bool, x, y) = Core.ifelse(c, x, y)
isnothing(x) = x === nothing

# Arithmetic of equal types

(+)(x::T, y::T) where {T<:BitInteger} = add_int(x, y)
(-)(x::T, y::T) where {T<:BitInteger} = sub_int(x, y)
(*)(x::T, y::T) where {T<:BitInteger} = mul_int(x, y)
(&)(x::T, y::T) where {T<:BitInteger} = and_int(x, y)
(|)(x::T, y::T) where {T<:BitInteger} = or_int(x, y)
xor(x::T, y::T) where {T<:BitInteger} = xor_int(x, y)
const ⊻ = xor
(-)(x::BitInteger) = neg_int(x)
(~)(x::BitInteger) = not_int(x)
(==)(x::T, y::T) where {T<:BitInteger} = eq_int(x, y)
(!=)(x::T, y::T) where {T<:BitInteger} = ne_int(x, y)
(<)(x::T, y::T) where {T<:BitSigned} = slt_int(x, y)
(<=)(x::T, y::T) where {T<:BitSigned} = sle_int(x, y)
(<)(x::T, y::T) where {T<:BitUnsigned} = ult_int(x, y)
(<=)(x::T, y::T) where {T<:BitUnsigned} = ule_int(x, y)
(>)(x, y) = y < x
(>=)(x, y) = y <= x
(>)(x::T, y::T) where {T<:BitSigned} = slt_int(y, x)
(>=)(x::T, y::T) where {T<:BitSigned} = sle_int(y, x)
(+)(x::Int, y::Int) = add_int(x, y)
(-)(x::Int, y::Int) = sub_int(x, y)
(*)(x::Int, y::Int) = mul_int(x, y)
(<)(x::Int, y::Int) = slt_int(x, y)
(<=)(x::Int, y::Int) = sle_int(x, y)
(==)(x::Int, y::Int) = eq_int(x, y)
(>)(x::Int, y::Int) = slt_int(y, x)
(>=)(x::Int, y::Int) = sle_int(y, x)
const ≤ = <=
const ≥ = >=

# Tuples

getindex(t::Tuple, i::Int) = getfield(t, i, @_boundscheck())
length(@nospecialize t::Tuple) = nfields(t)
firstindex(@nospecialize t::Tuple) = 1
lastindex(@nospecialize t::Tuple) = nfields(t)
iterate(@nospecialize(t::Tuple), i::Int=1) = (@_nothrow_meta; (1 <= i <= nfields(t)) ? (getfield(t, i), add_int(i, 1)) : nothing)
function indexed_iterate end
indexed_iterate(t::Tuple, i::Int) = (getfield(t, i), add_int(i, 1))
indexed_iterate(t::Tuple, i::Int, state) = (getfield(t, i), add_int(i, 1))
function tail(x::Tuple)
    f(x, rest...) = rest
    return f(x...)
end

# Ranges of integers

abstract type AbstractRange{T} <: AbstractArray{T, 1} end
abstract type OrdinalRange{T, S} <: AbstractRange{T} end
abstract type AbstractUnitRange{T} <: OrdinalRange{T, Int} end

struct UnitRange{T<:Real} <: AbstractUnitRange{T}
    start::T
    stop::T
    UnitRange{T}(start::T, stop::T) where {T<:Real} = new(start, unitrange_last(start, stop))
    UnitRange{Int}(start::Int, stop::Int) = new{Int}(start, sle_int(start, stop) ? stop : sub_int(start, 1))
end
UnitRange(start::T, stop::T) where {T<:Real} = UnitRange{T}(start, stop)
unitrange_last(start::T, stop::T) where {T<:BitInteger} = stop >= start ? stop : sub_int(start, Core._int_bits(T, 1))

struct Colon <: Function end
const (:) = Colon()
(::Colon)(start::Int, stop::Int) = UnitRange{Int}(start, stop)
(::Colon)(start::T, stop::T) where {T<:BitInteger} = UnitRange{T}(start, stop)

iterate(r::UnitRange{Int}) = slt_int(r.stop, r.start) ? nothing : (r.start, r.start)
iterate(r::UnitRange{Int}, i::Int) = i === r.stop ? nothing : (n = add_int(i, 1); (n, n))
length(r::UnitRange{Int}) = add_int(sub_int(r.stop, r.start), 1)

# Arrays

length(a::Array{T, 1}) where {T} = getfield(getfield(a, :size), 1)
length(a::Array{T, 2}) where {T} = (s = getfield(a, :size); mul_int(getfield(s, 1), getfield(s, 2)))
size(a::Array) = getfield(a, :size)
function length(a::Array)
    n = 1
    for d in getfield(a, :size)
        n = mul_int(n, d)
    end
    return n
end

function getindex(A::Array, i::Int)
    @_noub_if_noinbounds_meta
    ult_int(sub_int(i, 1), length(A)) || (@_boundscheck() && throw_boundserror(A, (i,)))
    return @_arrayget A i
end
function setindex!(A::Array{T}, x, i::Int) where {T}
    @_noub_if_noinbounds_meta
    ult_int(sub_int(i, 1), length(A)) || (@_boundscheck() && throw_boundserror(A, (i,)))
    if x isa T
        @_arrayset A i x
    else
        y = convert(T, x)::T
        @_arrayset A i y
    end
    return A
end
iterate(A::Array, i::Int=1) =
    ult_int(sub_int(i, 1), length(A)) ?
    (memoryrefget(memoryrefnew(getfield(A, :ref), i, false), :not_atomic, false), add_int(i, 1)) : nothing
getindex(r::GenericMemoryRef{:not_atomic}) = memoryrefget(r, :not_atomic, @_boundscheck())
setindex!(r::GenericMemoryRef{:not_atomic, T}, x) where {T} = (memoryrefset!(r, x isa T ? x : convert(T, x)::T, :not_atomic, @_boundscheck()); r)
firstindex(a::Array{T, 1}) where {T} = 1
lastindex(a::Array{T, 1}) where {T} = getfield(getfield(a, :size), 1)

length(m::GenericMemory) = getfield(m, :length)
size(m::GenericMemory) = (getfield(m, :length),)
function getindex(m::Memory, i::Int)
    @_noub_if_noinbounds_meta
    check = @_boundscheck()
    return memoryrefget(memoryrefnew(memoryrefnew(m), i, check), :not_atomic, false)
end
function setindex!(m::Memory{T}, x, i::Int) where {T}
    @_noub_if_noinbounds_meta
    check = @_boundscheck()
    y = x isa T ? x : convert(T, x)::T
    memoryrefset!(memoryrefnew(memoryrefnew(m), i, check), y, :not_atomic, false)
    return m
end
iterate(m::GenericMemory, i::Int=1) = i <= getfield(m, :length) ? (m[i], i + 1) : nothing

throw_boundserror(@nospecialize(A), @nospecialize(I)) = throw(BoundsError(A, I))

length(v::SimpleVector) = Core._svec_len(v)
getindex(v::SimpleVector, i::Int) = Core._svec_ref(v, i)
iterate(v::SimpleVector, i::Int=1) = i <= length(v) ? (Core._svec_ref(v, i), i + 1) : nothing

# Growth at the end. The memory behind a vector may be longer than the vector; when it is used up, a larger one
# takes its place, by the same rule as in Julia so that amortised cost and `sizehint!` behave alike.

function _overallocation(maxsize::Int)
    exp2 = 64 - bitcast(Int, ctlz_int(maxsize))
    return maxsize + add_int(shl_int(1, lshr_int(mul_int(exp2, 7), 3)) * 4, lshr_int(maxsize, 3))
end

# Makes room for `n` more elements after the end; does not initialise them.
function _growend!(a::Array{T, 1}, n::Int) where {T}
    @_terminates_globally_notaskstate_noub_meta
    ref = getfield(a, :ref)
    len = length(a)
    newlen = add_int(len, n)
    offset = memoryrefoffset(ref)
    mem = getfield(ref, :mem)
    if sle_int(length(mem), sub_int(add_int(offset, newlen), 2))
        if 4 * offset > length(mem) && offset > 1 && newlen < length(mem)
            # much room is free at the front: slide down instead of growing
            newref = memoryrefnew(mem)
        else
            cap = _overallocation(newlen)
            newmem = Core.memorynew(Memory{T}, cap > newlen ? cap : newlen)
            newref = memoryrefnew(newmem)
        end
        _copymem!(newref, ref, len)
        setfield!(a, :ref, newref)
    end
    setfield!(a, :size, (newlen,))
    return nothing
end
# Moves `n` elements, in the order that is right when both lie in one memory.
_copymem!(dest::GenericMemoryRef, src::GenericMemoryRef, n::Int) = (@_terminates_globally_notaskstate_noub_meta; slt_int(0, n) && (@_direct ccall(:jl_genericmemory_copyto, Cvoid,
    (Any, Ptr{Cvoid}, Any, Ptr{Cvoid}, Int), dest.mem, dest.ptr_or_offset, src.mem, src.ptr_or_offset, n)); nothing)

function push!(a::Array{T, 1}, item) where {T}
    x = item isa T ? item : convert(T, item)::T
    _growend!(a, 1)
    n = length(a)
    @_arrayset a n x
    return a
end
