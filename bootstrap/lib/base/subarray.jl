# Views: an array that is part of another.

struct SubArray{T, N, P, I, L} <: AbstractArray{T, N}
    parent::P
    indices::I
    offset1::Int
    stride1::Int
end
function SubArray(parent::AbstractArray, indices::Tuple)
    N = nfields(index_shape(indices))
    lin = view_is_linear(parent, indices)
    offset, stride = lin ? view_offset(parent, indices) : (0, 0)
    return SubArray{eltype(parent), N, typeof(parent), typeof(indices), lin}(parent, indices, offset, stride)
end
# Linear: element k of the view is element offset + k*stride of the parent. So it is when, behind leading scalars, whole
# dimensions come first, then at most one range, then only scalars.
view_is_linear(parent, indices::Tuple) = IndexStyle(parent) isa IndexLinear && linear_after_scalars(indices)
linear_after_scalars(::Tuple{}) = true
linear_after_scalars(I::Tuple) = I[1] isa Int ? linear_after_scalars(tail(I)) : linear_after_whole(I, true)
linear_after_whole(::Tuple{}, isfirst::Bool) = true
function linear_after_whole(I::Tuple, isfirst::Bool)
    I[1] isa Slice && return linear_after_whole(tail(I), false)
    (isfirst ? I[1] isa AbstractRange : I[1] isa AbstractUnitRange) && return only_scalars(tail(I))
    return only_scalars(I)
end
only_scalars(::Tuple{}) = true
only_scalars(I::Tuple) = I[1] isa Int && only_scalars(tail(I))
function view_offset(parent, indices)
    stride = 1
    for d in 1:nfields(indices)
        i = indices[d]
        if i isa Int
            stride *= size(parent, d)
        else
            stride *= step(i)
            firsts = map(j -> j isa Int ? j : first(j), indices)
            at = nfields(indices) == 1 ? firsts[1] : linear_index(parent, firsts)
            return (at - stride, stride)
        end
    end
    at = nfields(indices) == 1 ? indices[1] : linear_index(parent, indices)
    return (at - 1, 1)
end

view(A::AbstractArray) = SubArray(A, ())
function view(A::AbstractArray, I...)
    J = to_indices(A, I)
    J = map(j -> j isa AbstractArray || j isa Int ? j : collect(j), J)
    @boundscheck checkbounds(A, J...)
    return SubArray(A, J)
end
view(r::AbstractRange, I::AbstractRange{<:Integer}) = r[I]
function view(V::SubArray, I...)
    J = to_indices(V, I)
    @boundscheck checkbounds(V, J...)
    (nfields(J) == ndims(V) && all(j -> j isa Int || !(eltype(j) <: CartesianIndex), J)) || return SubArray(V, J)
    k = 0
    out = Any[]
    for p in V.indices
        if p isa Int
            push!(out, p)
        elseif p isa AbstractArray && ndims(p) == 1
            k += 1
            push!(out, J[k] isa Slice ? p : p[J[k]])
        else
            return SubArray(V, J)
        end
    end
    return SubArray(V.parent, (out...,))
end
size(V::SubArray) = map(length, axes(V))
axes(V::SubArray) = map(a -> OneTo(length(a)), index_shape(V.indices))
parent(V::SubArray) = V.parent
parentindices(V::SubArray) = V.indices
parentindices(a::AbstractArray) = map(OneTo, size(a))
parent(a::AbstractArray) = a
IndexStyle(::Type{<:SubArray{T, N, P, I, true}}) where {T, N, P, I} = IndexLinear()
IndexStyle(::Type{<:SubArray}) = IndexCartesian()
# The parent's indices for the view's
function reindex(indices::Tuple, I::Tuple)
    k = 1
    out = Any[]
    for p in indices
        if p isa Int
            push!(out, p)
        elseif ndims(p) == 1
            x = p[I[k]]
            x isa CartesianIndex ? append!(out, x.I) : push!(out, x)
            k += 1
        else
            n = ndims(p)
            x = p[slice_tuple(I, k, k + n - 1)...]
            x isa CartesianIndex ? append!(out, x.I) : push!(out, x)
            k += n
        end
    end
    return (out...,)
end
function getindex(V::SubArray{T, N, P, J, true}, i::Int) where {T, N, P, J}
    @boundscheck checkbounds(V, i)
    return V.parent[V.offset1 + V.stride1 * i]
end
function setindex!(V::SubArray{T, N, P, J, true}, x, i::Int) where {T, N, P, J}
    @boundscheck checkbounds(V, i)
    V.parent[V.offset1 + V.stride1 * i] = x
    return V
end
function getindex(V::SubArray{T, N, P, J, false}, I::Vararg{Int, N}) where {T, N, P, J}
    @boundscheck checkbounds(V, I...)
    return V.parent[reindex(V.indices, I)...]
end
function setindex!(V::SubArray{T, N, P, J, false}, x, I::Vararg{Int, N}) where {T, N, P, J}
    @boundscheck checkbounds(V, I...)
    V.parent[reindex(V.indices, I)...] = x
    return V
end
getindex(V::SubArray{T, 0}) where {T} = V.parent[reindex(V.indices, ())...]
setindex!(V::SubArray{T, 0}, x) where {T} = (V.parent[reindex(V.indices, ())...] = x; V)
function strides(V::SubArray)
    s = strides(V.parent)
    out = Int[]
    d = 1
    for i in V.indices
        i isa Int || push!(out, s[d] * step(i))
        d += 1
    end
    return (out...,)
end
function unsafe_convert(::Type{Ptr{S}}, V::SubArray) where {S}
    firsts = map(i -> i isa Int ? i : first(i), V.indices)
    return bitcast(Ptr{S}, pointer(V.parent, linear_index(V.parent, firsts)))
end
elsize(::Type{<:SubArray{T, N, P}}) where {T, N, P} = elsize(P)
similar(V::SubArray, ::Type{T}, dims::Dims) where {T} = similar(V.parent, T, dims)
mightalias(A, B) = root_array(A) === root_array(B)
root_array(A::AbstractArray) = (p = parent(A); p === A ? A : root_array(p))
root_array(A) = A
unalias(dest, A) = A isa AbstractArray && dest !== A && mightalias(dest, A) ? copy(A) : A

const StridedArray{T, N} = Union{DenseArray{T, N}, SubArray{T, N}}
const StridedVector{T} = StridedArray{T, 1}
const StridedMatrix{T} = StridedArray{T, 2}
const StridedVecOrMat{T} = Union{StridedVector{T}, StridedMatrix{T}}

strides(A::Array) = size_strides(size(A))
strides(A::AbstractRange) = (1,)
stride(A::AbstractArray, k::Integer) = (s = strides(A); 1 <= k <= nfields(s) ? s[k] : length(A))
size_strides(sz::Tuple) = (n = 1; ntuple(nfields(sz)) do d
    r = n
    n *= sz[d]
    r
end)
