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
function view_is_linear(parent, indices)
    IndexStyle(parent) isa IndexLinear || return false
    n = nfields(indices)
    k = 1
    while k <= n && indices[k] isa Int
        k += 1
    end
    whole = k
    while k <= n && indices[k] isa Slice
        k += 1
    end
    if k <= n && (k == whole ? indices[k] isa AbstractRange : indices[k] isa AbstractUnitRange)
        k += 1
    end
    while k <= n && indices[k] isa Int
        k += 1
    end
    return k > n
end
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

# view macros: indexing expressions that become calls of view

macro view(ex)
    (ex isa Expr && ex.head === :ref) || throw(ArgumentError("Invalid use of @view macro: argument must be a reference expression A[...]."))
    return esc(view_call(ex))
end
function view_call(ex::Expr)
    A = ex.args[1]
    args = ex.args[2:end]
    uses_end = any(mentions_end, args)
    if uses_end
        S = A isa Symbol ? A : gensym(:S)
        n = length(args)
        new = Any[replace_end(args[i], S, i, n) for i in 1:n]
        call = Expr(:call, GlobalRef(Base, :view), S, new...)
        return A isa Symbol ? call : Expr(:let, Expr(:(=), S, A), call)
    end
    return Expr(:call, GlobalRef(Base, :view), A, args...)
end
mentions_end(x) = x === :end || x === :begin || (x isa Expr && x.head !== :quote && x.head !== :ref && any(mentions_end, x.args)) ||
    (x isa Expr && x.head === :ref && mentions_end(x.args[1]))
function replace_end(x, S, i, n)
    x === :end && return n == 1 ? Expr(:call, GlobalRef(Base, :lastindex), S) : Expr(:call, GlobalRef(Base, :lastindex), S, i)
    x === :begin && return n == 1 ? Expr(:call, GlobalRef(Base, :firstindex), S) : Expr(:call, GlobalRef(Base, :firstindex), S, i)
    x isa Expr || return x
    x.head === :quote && return x
    if x.head === :ref
        return Expr(:ref, replace_end(x.args[1], S, i, n), x.args[2:end]...)
    end
    return Expr(x.head, Any[replace_end(a, S, i, n) for a in x.args]...)
end
maybeview(A, args...) = getindex(A, args...)
maybeview(A::AbstractArray, args...) = view(A, args...)
maybeview(A::AbstractArray, args::Union{Number, AbstractCartesianIndex}...) = getindex(A, args...)
dotview(args...) = getindex(args...)
dotview(A::AbstractArray, args...) = view(A, args...)
dotview(A::AbstractArray{<:AbstractArray}, args::Integer...) = getindex(A, args...)
macro views(x) return esc(make_views(x)) end
function make_views(ex)
    ex isa Expr || return ex
    ex.head === :quote && return ex
    if ex.head === :ref
        inner = Expr(:ref, Any[make_views(a) for a in ex.args]...)
        v = view_call(inner)
        v.head === :call && (v.args[1] = GlobalRef(Base, :maybeview))
        v.head === :let && (v.args[2].args[1] = GlobalRef(Base, :maybeview))
        return v
    elseif ex.head === :(=) && ex.args[1] isa Expr && ex.args[1].head === :ref
        lhs = Expr(:ref, Any[make_views(a) for a in ex.args[1].args]...)
        return Expr(:(=), lhs, make_views(ex.args[2]))
    elseif ex.args isa Vector && length(ex.args) == 2 && ex.args[1] isa Expr && ex.args[1].head === :ref && endswith_equals(ex.head)
        lhs = Expr(:ref, Any[make_views(a) for a in ex.args[1].args]...)
        return Expr(ex.head, lhs, make_views(ex.args[2]))
    end
    return Expr(ex.head, Any[make_views(a) for a in ex.args]...)
end
endswith_equals(h::Symbol) = (s = String(h); ncodeunits(s) > 1 && codeunit(s, ncodeunits(s)) == 0x3d && h !== :(==))
