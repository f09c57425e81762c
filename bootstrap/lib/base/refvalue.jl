# References: a place that holds one value, and the views of C's pointers as such places.

mutable struct RefValue{T} <: Ref{T}
    x::T
    RefValue{T}() where {T} = new()
    RefValue{T}(x) where {T} = new(x)
end
RefValue(x::T) where {T} = RefValue{T}(x)

# The element `i` of an array as a reference; `roots` keeps alive what pointers among the elements point to.
struct RefArray{T, A<:AbstractArray{T}, R} <: Ref{T}
    x::A
    i::Int
    roots::R
    RefArray{T, A, R}(x, i, roots=nothing) where {T, A<:AbstractArray{T}, R} = new(x, i, roots)
end
RefArray(x::AbstractArray{T}, i::Int, roots) where {T} = RefArray{T, typeof(x), typeof(roots)}(x, i, roots)
RefArray(x::AbstractArray{T}, i::Int=1, roots::Nothing=nothing) where {T} = RefArray{T, typeof(x), Nothing}(x, i, nothing)

Ref(x::Any) = RefValue(x)
Ref{T}() where {T} = RefValue{T}()
Ref{T}(x) where {T} = RefValue{T}(x)
Ref(x::Ref) = x
Ref(x::AbstractArray, i::Integer) = RefArray(x, Int(i))
convert(::Type{Ref{T}}, x::Ref{T}) where {T} = x
convert(::Type{Ref{T}}, x::AbstractArray{T}) where {T} = RefArray(x, 1)
convert(::Type{Ref{T}}, x) where {T} = RefValue{T}(x)

getindex(b::RefValue) = b.x
setindex!(b::RefValue, x) = (b.x = x; b)
getindex(b::RefArray) = b.x[b.i]
setindex!(b::RefArray, x) = (b.x[b.i] = x; b)
isassigned(x::RefValue) = isdefined(x, :x)
isassigned(x::RefArray) = isassigned(x.x, x.i)
eltype(::Type{<:Ref{T}}) where {T} = T
eltype(x::Ref) = eltype(typeof(x))
ndims(::Type{<:Ref}) = 0
ndims(::Ref) = 0
size(x::Ref) = ()
axes(x::Ref) = ()
length(x::Ref) = 1
isempty(x::Ref) = false
iterate(r::Ref) = (r[], nothing)
iterate(r::Ref, s) = nothing
IteratorSize(::Type{<:Ref}) = HasShape{0}()
==(a::RefValue, b::RefValue) = a === b
hash(a::Ref, h::UInt) = hash(objectid(a), h)
copy(x::RefValue{T}) where {T} = isdefined(x, :x) ? RefValue{T}(x.x) : RefValue{T}()

unsafe_convert(::Type{Ref{T}}, x::Ref{T}) where {T} = unsafe_convert(Ptr{T}, x)
unsafe_convert(::Type{Ref{T}}, x) where {T} = unsafe_convert(Ptr{T}, x)
function unsafe_convert(::Type{Ptr{T}}, b::RefValue{T}) where {T}
    if allocatedinline(T)
        return bitcast(Ptr{T}, pointer_from_objref(b))
    elseif isconcretetype(T) && ismutabletype(T)
        return bitcast(Ptr{T}, pointer_from_objref(b.x))
    end
    # the field holds a reference: C gets the address of that reference
    return bitcast(Ptr{T}, pointer_from_objref(b))
end
unsafe_convert(::Type{Ptr{Cvoid}}, b::RefValue{T}) where {T} = bitcast(Ptr{Cvoid}, unsafe_convert(Ptr{T}, b))
unsafe_convert(::Type{Ptr{Any}}, b::RefValue{Any}) = bitcast(Ptr{Any}, pointer_from_objref(b))
unsafe_convert(::Type{Ptr{T}}, b::RefArray{T}) where {T} = bitcast(Ptr{T}, pointer(b.x, b.i))
unsafe_convert(::Type{Ptr{Cvoid}}, b::RefArray{T}) where {T} = bitcast(Ptr{Cvoid}, pointer(b.x, b.i))
cconvert(::Type{Ref{T}}, x::Ref{T}) where {T} = x
cconvert(::Type{Ref{T}}, x::AbstractArray{T}) where {T} = x
cconvert(::Type{Ref{T}}, x::Ptr) where {T} = x
cconvert(::Type{Ref{T}}, x) where {T} = RefValue{T}(x)
cconvert(::Type{Ref{P}}, x::Ref{P}) where {P<:Ptr} = x
unsafe_convert(::Type{Ref{T}}, x::Ptr) where {T} = bitcast(Ptr{T}, x)

allocatedinline(@nospecialize T::Type) = ccall(:jl_stored_inline, Cint, (Any,), T) !== Int32(0)

pointer_from_objref(@nospecialize(x)) = ismutable(x) ? ccall(:jl_value_ptr, Ptr{Cvoid}, (Any,), x) :
    error("pointer_from_objref cannot be used on immutable objects")
unsafe_pointer_to_objref(x::Ptr) = ccall(:jl_value_ptr, Any, (Ptr{Cvoid},), x)
