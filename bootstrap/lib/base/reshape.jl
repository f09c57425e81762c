# The same elements in another shape or order: reshape, permutedims, reinterpret, adjoint and transpose, rows and columns.

function reshape(a::Array{T, M}, dims::NTuple{N, Int}) where {T, N, M}
    n = 1
    for d in dims
        d < 0 && throw(DimensionMismatch("new dimensions $(dims) must be consistent with array size $(length(a))"))
        n *= d
    end
    n == length(a) || throw(DimensionMismatch("new dimensions $(dims) must be consistent with array length $(length(a))"))
    N == M && dims === size(a) && return a
    return Core._array_of(Array{T, N}, getfield(a, :ref), dims)
end
reshape(a::AbstractArray, dims::Union{Integer, Colon, AbstractUnitRange}...) = reshape(a, dims)
reshape(a::AbstractArray, dims::Tuple{Vararg{Union{Integer, Colon, AbstractUnitRange}}}) = reshape(a, fill_colon(a, dims))
reshape(a::AbstractArray{T, N}, ::Val{N}) where {T, N} = a
reshape(a::AbstractArray, ::Val{N}) where {N} = reshape(a, ntuple(d -> d < N ? size(a, d) : prod(ntuple(k -> size(a, N + k - 1), max(1, ndims(a) - N + 1))), N))
function fill_colon(a, dims::Tuple)
    known = 1
    colons = 0
    for d in dims
        d isa Colon ? (colons += 1) : (known *= d isa Integer ? Int(d) : length(d))
    end
    colons == 0 && return map(d -> d isa Integer ? Int(d) : Int(length(d)), dims)
    colons > 1 && throw(DimensionMismatch("new dimensions $(dims) may have at most one omitted dimension specified by `Colon()`"))
    (known == 0 ? length(a) == 0 : length(a) % known == 0) || throw(DimensionMismatch("array size $(length(a)) must be divisible by the product of the new dimensions $(dims)"))
    return map(d -> d isa Colon ? (known == 0 ? 0 : div(length(a), known)) : d isa Integer ? Int(d) : Int(length(d)), dims)
end
struct ReshapedArray{T, N, P<:AbstractArray, MI} <: AbstractArray{T, N}
    parent::P
    dims::NTuple{N, Int}
    mi::MI
end
function reshape(a::AbstractArray, dims::Dims{N}) where {N}
    prod(dims) == length(a) || throw(DimensionMismatch("parent has $(length(a)) elements, which is incompatible with size $(dims)"))
    dims == size(a) && return a
    return ReshapedArray{eltype(a), N, typeof(a), Tuple{}}(a, dims, ())
end
IndexStyle(::Type{<:ReshapedArray}) = IndexLinear()
size(A::ReshapedArray) = A.dims
parent(A::ReshapedArray) = A.parent
getindex(A::ReshapedArray, i::Int) = (@boundscheck checkbounds(A, i); p = A.parent; p[element_position(p, i)...])
setindex!(A::ReshapedArray, x, i::Int) = (@boundscheck checkbounds(A, i); p = A.parent; p[element_position(p, i)...] = x; A)
element_position(p, i) = IndexStyle(p) isa IndexLinear ? (first(eachindex(IndexLinear(), p)) + i - 1,) : cartesian_from_linear(axes(p), i)
similar(A::ReshapedArray, ::Type{T}, dims::Dims) where {T} = similar(A.parent, T, dims)
unsafe_convert(::Type{Ptr{S}}, A::ReshapedArray) where {S} = unsafe_convert(Ptr{S}, A.parent)
elsize(::Type{<:ReshapedArray{T, N, P}}) where {T, N, P} = elsize(P)
vec(a::AbstractArray) = reshape(a, length(a))
vec(a::AbstractVector) = a
function dropdims(A::AbstractArray; dims)
    ds = dims isa Integer ? (Int(dims),) : (dims...,)
    for d in ds
        1 <= d <= ndims(A) || throw(ArgumentError("dropped dims must be in range 1:ndims(A)"))
        size(A, d) == 1 || throw(ArgumentError("dropped dims must all be size 1"))
    end
    allunique(ds) || throw(ArgumentError("dropped dims must be unique"))
    return reshape(A, (Int[size(A, d) for d in 1:ndims(A) if !(d in ds)]...,))
end
function insertdims(A::AbstractArray; dims)
    ds = dims isa Integer ? (Int(dims),) : (dims...,)
    n = ndims(A) + nfields(ds)
    out = Int[]
    k = 1
    for d in 1:n
        if d in ds
            push!(out, 1)
        else
            push!(out, size(A, k))
            k += 1
        end
    end
    return reshape(A, (out...,))
end
selectdim(A::AbstractArray, d::Integer, i) = view(A, ntuple(k -> k == d ? i : Colon(), ndims(A))...)

# Permutation of dimensions

permutedims(A::AbstractMatrix) = permutedims(A, (2, 1))
permutedims(v::AbstractVector) = reshape(copy(v), (1, length(v)))
function permutedims(A::AbstractArray, perm)
    p = (perm...,)
    (nfields(p) == ndims(A) && isperm(p)) || throw(ArgumentError("no valid permutation of dimensions"))
    dest = similar(A, map(d -> size(A, d), p))
    return permutedims!(dest, A, p)
end
function permutedims!(dest, src::AbstractArray, perm)
    p = (perm...,)
    n = ndims(src)
    inverse = invperm(p)
    for I in CartesianIndices(dest)
        J = I.I
        dest[I] = src[ntuple(d -> J[inverse[d]], n)...]
    end
    return dest
end
struct PermutedDimsArray{T, N, perm, iperm, AA<:AbstractArray} <: AbstractArray{T, N}
    parent::AA
end
PermutedDimsArray(A::AbstractArray{T, N}, perm) where {T, N} = (p = (map(Int, perm)...,); PermutedDimsArray{T, N, p, invperm(p), typeof(A)}(A))
size(A::PermutedDimsArray{T, N, p}) where {T, N, p} = map(d -> size(A.parent, d), p)
parent(A::PermutedDimsArray) = A.parent
getindex(A::PermutedDimsArray{T, N, p, ip}, I::Vararg{Int, N}) where {T, N, p, ip} = A.parent[map(d -> I[d], ip)...]
setindex!(A::PermutedDimsArray{T, N, p, ip}, x, I::Vararg{Int, N}) where {T, N, p, ip} = (A.parent[map(d -> I[d], ip)...] = x; A)
isperm(p) = isperm_of(p)
function isperm_of(p)
    n = length(p)
    seen = fill(false, n)
    for i in p
        (1 <= i <= n && !seen[i]) || return false
        seen[i] = true
    end
    return true
end
invperm(p::Tuple) = (q = Vector{Int}(undef, nfields(p)); isperm(p) || throw(ArgumentError("argument is not a permutation")); for (i, j) in enumerate(p)
    q[j] = i
end; (q...,))
function invperm(a::AbstractVector)
    isperm(a) || throw(ArgumentError("argument is not a permutation"))
    b = zeros(Int, length(a))
    for (i, j) in enumerate(a)
        b[j] = i
    end
    return b
end
permute!(v, p::AbstractVector) = copyto!(v, v[p])
invpermute!(v, p::AbstractVector) = permute!(v, invperm(p))

# Bits of elements as elements of another type

struct ReinterpretArray{T, N, S, A<:AbstractArray{S}, IsReshaped} <: AbstractArray{T, N}
    parent::A
end
function reinterpret(::Type{T}, a::AbstractArray{S, N}) where {T, S, N}
    S === T && return a
    isbitstype(T) || throw(ArgumentError("cannot reinterpret `$(S)` as `$(T)`, type `$(T)` is not a bits type"))
    isbitstype(S) || throw(ArgumentError("cannot reinterpret `$(S)` as `$(T)`, type `$(S)` is not a bits type"))
    N == 0 && sizeof(T) != sizeof(S) && throw(ArgumentError("cannot reinterpret a zero-dimensional `$(S)` array to `$(T)` which is of a different size"))
    if N > 0
        dim = size(a, 1)
        sizeof(S) * dim % sizeof(T) == 0 || throw(ArgumentError("cannot reinterpret an `$(S)` array to `$(T)` whose first dimension has size `$(dim)`.\nThe resulting array would have a non-integral first dimension.\n"))
    end
    return ReinterpretArray{T, N, S, typeof(a), false}(a)
end
size(a::ReinterpretArray{T, N, S}) where {T, N, S} = N == 0 ? () : (div(size(a.parent, 1) * sizeof(S), sizeof(T)), tail(size(a.parent))...)
parent(a::ReinterpretArray) = a.parent
IndexStyle(::Type{<:ReinterpretArray}) = IndexLinear()
function getindex(a::ReinterpretArray{T, N, S}, i::Int) where {T, N, S}
    @boundscheck checkbounds(a, i)
    sizeof(T) == sizeof(S) && return reinterpret(T, a.parent[i])
    bytes = Vector{UInt8}(undef, sizeof(T))
    from = (i - 1) * sizeof(T)
    lo = div(from, sizeof(S)) + 1
    hi = div(from + sizeof(T) - 1, sizeof(S)) + 1
    whole = S[a.parent[k] for k in lo:hi]
    return unsafe_load(bitcast(Ptr{T}, pointer(whole) + (from - (lo - 1) * sizeof(S))))
end
function setindex!(a::ReinterpretArray{T, N, S}, v, i::Int) where {T, N, S}
    @boundscheck checkbounds(a, i)
    x = convert(T, v)
    if sizeof(T) == sizeof(S)
        a.parent[i] = reinterpret(S, x)
        return a
    end
    from = (i - 1) * sizeof(T)
    lo = div(from, sizeof(S)) + 1
    hi = div(from + sizeof(T) - 1, sizeof(S)) + 1
    whole = S[a.parent[k] for k in lo:hi]
    unsafe_store!(bitcast(Ptr{T}, pointer(whole) + (from - (lo - 1) * sizeof(S))), x)
    for k in lo:hi
        a.parent[k] = whole[k - lo + 1]
    end
    return a
end
reinterpret(::typeof(reshape), ::Type{T}, a::AbstractArray) where {T} = (b = reinterpret(T, a); sizeof(T) < sizeof(eltype(a)) ? reshape(collect(b), (div(sizeof(eltype(a)), sizeof(T)), size(a)...)) : reshape(collect(b), tail(size(a))))

# Rows, columns, slices

abstract type AbstractSlices{T, N} <: AbstractArray{T, N} end
struct Slices{P, SM, AX, S, N} <: AbstractSlices{S, N}
    parent::P
    slicemap::SM
    axes::AX
end
const RowSlices{P, AX, S} = Slices{P, Tuple{Int, Colon}, AX, S, 1}
const ColumnSlices{P, AX, S} = Slices{P, Tuple{Colon, Int}, AX, S, 1}
# The dimension of the slices that each dimension of the parent becomes; Colon where it is inside a slice
function make_slices(A::AbstractArray, dims::Tuple)
    for d in dims
        1 <= d <= ndims(A) || throw(DimensionMismatch("A doesn't have $d dimensions"))
    end
    sm = ntuple(k -> (j = findfirst(==(k), dims); j === nothing ? Colon() : j), ndims(A))
    ax = map(d -> axes(A, d), dims)
    S = typeof(view(A, ntuple(k -> sm[k] isa Colon ? Colon() : first(axes(A, k)), ndims(A))...)) 
    return Slices{typeof(A), typeof(sm), typeof(ax), S, nfields(dims)}(A, sm, ax)
end
eachslice(A; dims, drop=true) = make_slices(A, dims isa Integer ? (Int(dims),) : (map(Int, dims)...,))
eachrow(A::AbstractMatrix) = make_slices(A, (1,))
eachcol(A::AbstractMatrix) = make_slices(A, (2,))
eachrow(A::AbstractVector) = make_slices(reshape(A, size(A, 1), 1), (1,))
eachcol(A::AbstractVector) = make_slices(reshape(A, size(A, 1), 1), (2,))
size(s::Slices) = map(length, s.axes)
axes(s::Slices) = s.axes
parent(s::Slices) = s.parent
IndexStyle(::Type{<:Slices}) = IndexCartesian()
function getindex(s::Slices{P, SM, AX, S, N}, I::Vararg{Int, N}) where {P, SM, AX, S, N}
    @boundscheck checkbounds(s, I...)
    return view(s.parent, map(m -> m isa Colon ? Colon() : I[m], s.slicemap)...)
end
function setindex!(s::Slices{P, SM, AX, S, N}, val, I::Vararg{Int, N}) where {P, SM, AX, S, N}
    s.parent[map(m -> m isa Colon ? Colon() : I[m], s.slicemap)...] = val
    return s
end
function mapslices(f, A::AbstractArray; dims)
    ds = dims isa Integer ? (Int(dims),) : (map(Int, dims)...,)
    others = (Int[d for d in 1:ndims(A) if !(d in ds)]...,)
    at(I) = ntuple(k -> k in ds ? Colon() : I[findfirst(==(k), others)], ndims(A))
    outer = CartesianIndices(map(d -> axes(A, d), others))
    isempty(outer) && return similar(A)
    results = [f(A[at(I.I)...]) for I in outer]
    r1 = first(results)
    rdims = r1 isa AbstractArray ? size(r1) : ()
    sz = ntuple(ndims(A)) do k
        j = findfirst(==(k), ds)
        j === nothing ? size(A, k) : j <= nfields(rdims) ? rdims[j] : 1
    end
    R = Array{r1 isa AbstractArray ? eltype(r1) : typeof(r1), ndims(A)}(undef, sz)
    n = 1
    for I in outer
        v = results[n]
        idx = ntuple(k -> k in ds ? Colon() : I.I[findfirst(==(k), others)], ndims(A))
        if v isa AbstractArray
            R[idx...] = v
        else
            for J in CartesianIndices(map((k, i) -> i isa Colon ? axes(R, k) : (i:i), ntuple(identity, ndims(A)), idx))
                R[J] = v
            end
        end
        n += 1
    end
    return R
end
function stack(iter; dims=:)
    xs = collect(iter)
    return stack_arrays(xs, dims)
end
stack(f, iter; dims=:) = stack_arrays(map(f, collect(iter)), dims)
stack(f, a, b, rest...; dims=:) = stack_arrays(map(f, a, b, rest...), dims)
function stack_arrays(xs, dims)
    isempty(xs) && throw(ArgumentError("`stack` on an empty collection is not allowed"))
    ys = map(x -> x isa AbstractArray || x isa Number ? x : collect(x), xs)
    y1 = first(ys)
    for y in ys
        size(y) == size(y1) || throw(DimensionMismatch("stack expects uniform slices, got axes(x) == $(axes(y)) while first had $(axes(y1))"))
    end
    T = mapreduce(eltype, promote_type, ys)
    if dims === (:)
        R = Array{T, ndims(y1) + ndims(ys)}(undef, (size(y1)..., size(ys)...))
        n = 1
        for y in ys, v in y
            R[n] = v
            n += 1
        end
        return R
    end
    d = Int(dims)
    sz = (size(y1)[1:d-1]..., length(ys), size(y1)[d:end]...)
    R = Array{T, ndims(y1) + 1}(undef, sz)
    k = 1
    for y in ys
        for I in CartesianIndices(y1)
            J = I.I
            R[J[1:d-1]..., k, J[d:end]...] = y[I]
        end
        k += 1
    end
    return R
end
