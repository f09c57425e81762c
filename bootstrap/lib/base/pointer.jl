# Pointers: arithmetic, loads and stores, arrays over foreign memory, addresses of array elements.

const C_NULL = bitcast(Ptr{Cvoid}, 0)

Ptr{T}(x::Integer) where {T} = bitcast(Ptr{T}, UInt(x))
convert(::Type{Ptr{T}}, x::Union{Int, UInt}) where {T} = Ptr{T}(x)
convert(::Type{Ptr{T}}, p::Ptr{T}) where {T} = p
convert(::Type{Ptr{T}}, p::Ptr) where {T} = bitcast(Ptr{T}, p)
convert(::Type{Ptr}, p::Ptr) = p
convert(::Type{T}, x::Ptr) where {T<:Integer} = T(UInt(x))
UInt(p::Ptr) = bitcast(UInt, p)
Int(p::Ptr) = bitcast(Int, p)
(::Type{T})(p::Ptr) where {T<:Integer} = T(bitcast(UInt, p))
unsigned(p::Ptr) = bitcast(UInt, p)
signed(p::Ptr) = bitcast(Int, p)

==(x::Ptr, y::Ptr) = bitcast(UInt, x) === bitcast(UInt, y)
isless(x::Ptr{T}, y::Ptr{T}) where {T} = ult_int(bitcast(UInt, x), bitcast(UInt, y))
<(x::Ptr, y::Ptr) = ult_int(bitcast(UInt, x), bitcast(UInt, y))
-(x::Ptr, y::Ptr) = bitcast(UInt, x) - bitcast(UInt, y)
+(x::Ptr, y::Integer) = add_ptr(x, (y % UInt) % UInt)
-(x::Ptr, y::Integer) = sub_ptr(x, (y % UInt) % UInt)
+(x::Integer, y::Ptr) = y + x
hash(p::Ptr, h::UInt) = hash(bitcast(UInt, p), h)
eltype(::Type{Ptr{T}}) where {T} = T
eltype(::Type{<:Ptr}) = Any
zero(::Type{Ptr{T}}) where {T} = bitcast(Ptr{T}, 0)

unsafe_load(p::Ptr, i::Integer=1) = pointerref(p, Int(i), 1)
unsafe_load(p::Ptr, i::Int) = pointerref(p, i, 1)
unsafe_load(p::Ptr, order::Symbol) = atomic_pointerref(p, order)
unsafe_store!(p::Ptr{Any}, @nospecialize(x), i::Integer=1) = pointerset(p, x, Int(i), 1)
unsafe_store!(p::Ptr{T}, x, i::Integer=1) where {T} = pointerset(p, convert(T, x), Int(i), 1)
unsafe_store!(p::Ptr{T}, x, order::Symbol) where {T} = atomic_pointerset(p, x isa T ? x : convert(T, x), order)
unsafe_modify!(p::Ptr, op, x, order::Symbol=:not_atomic) = atomic_pointermodify(p, op, x, order)
unsafe_replace!(p::Ptr{T}, expected, desired, success::Symbol=:not_atomic, fail::Symbol=success) where {T} =
    atomic_pointerreplace(p, expected isa T ? expected : convert(T, expected), desired isa T ? desired : convert(T, desired), success, fail)
unsafe_swap!(p::Ptr{T}, x, order::Symbol=:not_atomic) where {T} = atomic_pointerswap(p, x isa T ? x : convert(T, x), order)

pointer(p::Ptr) = p
pointer(x::AbstractArray{T}) where {T} = unsafe_convert(Ptr{T}, x)
pointer(x::AbstractArray{T}, i::Integer) where {T} = unsafe_convert(Ptr{T}, x) + (Int(i) - 1) * elsize(typeof(x))
function unsafe_convert(::Type{Ptr{S}}, a::Array{T}) where {S, T}
    return bitcast(Ptr{S}, memoryref_address(getfield(a, :ref)))
end
unsafe_convert(::Type{Ptr{S}}, m::GenericMemory{kind, T}) where {S, kind, T} = bitcast(Ptr{S}, getfield(m, :ptr))
unsafe_convert(::Type{Ptr{S}}, r::GenericMemoryRef{kind, T}) where {S, kind, T} = bitcast(Ptr{S}, memoryref_address(r))
# Where elements are bits unions or have no size, a memory reference holds an offset in place of an address.
function memoryref_address(r::GenericMemoryRef)
    mem = getfield(r, :mem)
    es = elsize(typeof(mem))
    return getfield(mem, :ptr) + (memoryrefoffset(r) - 1) * es
end

elsize(@nospecialize A::AbstractArray) = elsize(typeof(A))
elsize(::Type{<:Array{T}}) where {T} = aligned_sizeof(T)
elsize(::Type{<:GenericMemory{kind, T}}) where {kind, T} = aligned_sizeof(T)
# Bytes from one element of type `T` to the next in memory.
function aligned_sizeof(@nospecialize T::Type)
    if isa(T, Union)
        if allocatedinline(T)
            return union_size(T)
        end
        return 8
    elseif allocatedinline(T)
        al = datatype_alignment(T)
        return and_int(Core.sizeof(T) + al - 1, neg_int(al))
    end
    return 8
end
function uniontype_layout(T::Type)
    sz = RefValue{Csize_t}(UInt(0))
    al = RefValue{Csize_t}(UInt(0))
    inline = ccall(:jl_islayout_inline, Cint, (Any, Ptr{Csize_t}, Ptr{Csize_t}), T, sz, al) !== Int32(0)
    return (inline, Int(sz[]), Int(al[]))
end
function union_size(T)
    u = uniontype_layout(T)
    return and_int(u[2] + u[3] - 1, neg_int(u[3]))
end

# The record of a type's layout: size, fields, pointers, first pointer (32 bits each), alignment, flags (16 each).
function _layout_word(dt::DataType, offset::Int, ::Type{T}) where {T}
    getfield(dt, :layout) === C_NULL && throw(UndefRefError())
    return pointerref(bitcast(Ptr{T}, getfield(dt, :layout) + offset), 1, 1)
end
datatype_alignment(dt::DataType) = Int(_layout_word(dt, 16, UInt16))
datatype_nfields(dt::DataType) = Int(_layout_word(dt, 4, UInt32))
datatype_npointers(dt::DataType) = Int(_layout_word(dt, 8, UInt32))
datatype_pointerfree(dt::DataType) = _layout_word(dt, 8, UInt32) === 0x00000000
datatype_haspadding(dt::DataType) = _layout_word(dt, 18, UInt16) & 0x0001 === 0x0001
datatype_fielddesc_type(dt::DataType) = Int((_layout_word(dt, 18, UInt16) >> 1) & 0x0003)
datatype_isbitsegal(dt::DataType) = (_layout_word(dt, 18, UInt16) & 0x0080) !== 0x0000
datatype_layoutsize(dt::DataType) = Int(_layout_word(dt, 0, UInt32))
datatype_arrayelem(dt::DataType) = Int((_layout_word(dt, 18, UInt16) >> 3) & 0x0003)

function unsafe_wrap(::Type{Array}, p::Ptr{T}, dims::NTuple{N, Int}; own::Bool=false) where {T, N}
    return ccall(:jl_ptr_to_array, Any, (Any, Ptr{Cvoid}, Any, Int32), Array{T, N}, p, dims, own)::Array{T, N}
end
unsafe_wrap(::Type{Array}, p::Ptr{T}, d::Integer; own::Bool=false) where {T} =
    ccall(:jl_ptr_to_array_1d, Any, (Any, Ptr{Cvoid}, Csize_t, Cint), Array{T, 1}, p, d, own)::Array{T, 1}
unsafe_wrap(::Type{Array{T}}, p::Ptr{T}, d; own::Bool=false) where {T} = unsafe_wrap(Array, p, d; own=own)
unsafe_wrap(::Type{Array{T, N}}, p::Ptr{T}, d::NTuple{N, Int}; own::Bool=false) where {T, N} = unsafe_wrap(Array, p, d; own=own)
unsafe_wrap(::Type{Array{T, 1}}, p::Ptr{T}, d::Integer; own::Bool=false) where {T} = unsafe_wrap(Array, p, d; own=own)
unsafe_wrap(::Type{Array}, p::Ptr{T}, dims::NTuple{N, <:Integer}; own::Bool=false) where {T, N} = unsafe_wrap(Array, p, map(Int, dims); own=own)

function unsafe_copyto!(dest::Ptr{T}, src::Ptr{T}, n) where {T}
    ccall(:memmove, Ptr{Cvoid}, (Ptr{Cvoid}, Ptr{Cvoid}, Csize_t), dest, src, n * aligned_sizeof(T))
    return dest
end
