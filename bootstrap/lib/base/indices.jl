# Indexing: what an index may be, how it is checked, how it becomes integers, and the element access that follows.
#
# An array type defines `size` and one `getindex`: with one Int (IndexLinear) or with as many Ints as it has dimensions
# (IndexCartesian). All other forms of indexing end there. Enters: any index. Leaves: Ints, ranges and arrays of Ints.

abstract type IndexStyle end
struct IndexLinear <: IndexStyle end
struct IndexCartesian <: IndexStyle end
IndexStyle(A::AbstractArray) = IndexStyle(typeof(A))
IndexStyle(::Type{Union{}}, slurp...) = IndexLinear()
IndexStyle(::Type{<:AbstractArray}) = IndexCartesian()
IndexStyle(::Type{<:Array}) = IndexLinear()
IndexStyle(::Type{<:GenericMemory}) = IndexLinear()
IndexStyle(::Type{<:AbstractRange}) = IndexLinear()
IndexStyle(A::AbstractArray, B::AbstractArray) = IndexStyle(A) isa IndexLinear && IndexStyle(B) isa IndexLinear ? IndexLinear() : IndexCartesian()
IndexStyle(A::AbstractArray, B::AbstractArray...) = foldl((s, b) -> s isa IndexLinear ? IndexStyle(b) : s, B; init=IndexStyle(A))

struct CanonicalIndexError <: Exception
    func::String
    type::Any
end

# Indices that stand for several dimensions

abstract type AbstractCartesianIndex{N} end
struct CartesianIndex{N} <: AbstractCartesianIndex{N}
    I::NTuple{N, Int}
    CartesianIndex{N}(index::NTuple{N, Integer}) where {N} = new(map(Int, index))
end
struct Slice{T<:AbstractUnitRange} <: AbstractUnitRange{Int}
    indices::T
end
Slice(S::Slice) = S
axes(S::Slice) = (S.indices,)
first(S::Slice) = first(S.indices)
last(S::Slice) = last(S.indices)
size(S::Slice) = size(S.indices)
length(S::Slice) = length(S.indices)
getindex(S::Slice, i::Int) = S.indices[i]

const ScalarIndex = Union{Integer, AbstractCartesianIndex}

# Sizes and axes

size(A::AbstractArray, d::Integer) = d < 1 ? throw(BoundsError(size(A), d)) : d <= ndims(A) ? size(A)[d] : 1
size(a::Array, d::Integer) = d < 1 ? error("arraysize: dimension out of range") : d <= ndims(a) ? getfield(getfield(a, :size), Int(d)) : 1
size(A::AbstractArray, d1::Integer, d2::Integer, ds::Integer...) = map(d -> size(A, d), (d1, d2, ds...))
axes(A::AbstractArray) = map(OneTo, size(A))
axes(A::AbstractArray, d::Integer) = d <= ndims(A) ? axes(A)[d] : OneTo(1)
axes(a::Array{T, 1}) where {T} = (OneTo{Int}(length(a)),)
axes1(A::AbstractArray{<:Any, 0}) = OneTo(1)
axes1(A::AbstractArray) = axes(A)[1]
axes1(iter) = OneTo(length(iter))
has_offset_axes() = false
has_offset_axes(A::Array) = false
has_offset_axes(A) = A isa AbstractArray && any(a -> first(a) != 1, axes(A))
has_offset_axes(A, B...) = has_offset_axes(A) || has_offset_axes(B...)
require_one_based_indexing(A...) = !has_offset_axes(A...) || throw(ArgumentError("offset arrays are not supported but got an array with index other than 1"))
unsafe_indices(A) = axes(A)
ndims(::AbstractArray{T, N}) where {T, N} = N::Int
ndims(::Type{<:AbstractArray{<:Any, N}}) where {N} = N
eltype(x) = eltype(typeof(x))
eltype(::Type) = Any
eltype(::Type{Union{}}, slurp...) = throw(ArgumentError("Union{} does not have elements"))
eltype(::Type{<:AbstractArray{E}}) where {E} = E
valtype(A::AbstractArray) = eltype(A)
valtype(::Type{A}) where {A<:AbstractArray} = eltype(A)
keytype(A::AbstractArray) = ndims(A) == 1 ? Int : CartesianIndex{ndims(A)}
keytype(::Type{A}) where {A<:AbstractArray} = ndims(A) == 1 ? Int : CartesianIndex{ndims(A)}
function length(A::AbstractArray)
    n = 1
    for d in size(A)
        n *= d
    end
    return n
end
isempty(a::AbstractArray) = length(a) == 0
firstindex(a::AbstractArray) = first(eachindex(IndexLinear(), a))
lastindex(a::AbstractArray) = last(eachindex(IndexLinear(), a))
firstindex(a::AbstractArray, d) = first(axes(a, d))
lastindex(a::AbstractArray, d) = last(axes(a, d))
first(a::AbstractArray) = a[first(eachindex(a))]
last(a) = a[end]
eachindex(itrs...) = keys(itrs...)
eachindex(A::AbstractArray) = eachindex(IndexStyle(A), A)
eachindex(A::AbstractVector) = axes1(A)
eachindex(A::Array) = OneTo{Int}(length(A))
eachindex(::IndexLinear, A::AbstractVector) = axes1(A)
eachindex(::IndexLinear, A::AbstractArray) = OneTo(length(A))
eachindex(::IndexCartesian, A::AbstractArray) = CartesianIndices(axes(A))
function eachindex(A::AbstractArray, B::AbstractArray, Cs::AbstractArray...)
    style = IndexStyle(A, B)
    r = eachindex(style, A)
    for X in (B, Cs...)
        eachindex(style, X) == r || throw_eachindex_mismatch(style, A, B, Cs...)
    end
    return r
end
throw_eachindex_mismatch(::IndexLinear, A...) = throw(DimensionMismatch("all inputs to eachindex must have the same indices, got " * join(map(eachindex, A), ", ", " and ")))
throw_eachindex_mismatch(::IndexCartesian, A...) = throw(DimensionMismatch("all inputs to eachindex must have the same axes, got " * join(map(axes, A), ", ", " and ")))
keys(A::AbstractArray) = CartesianIndices(axes(A))
keys(A::AbstractVector) = LinearIndices(axes(A))
keys(v::SimpleVector) = OneTo(length(v))
prevind(::AbstractArray, i::Integer) = Int(i) - 1
nextind(::AbstractArray, i::Integer) = Int(i) + 1
values(a::AbstractArray) = a
IteratorSize(::Type{<:SimpleVector}) = HasLength()
eltype(::Type{SimpleVector}) = Any
firstindex(::SimpleVector) = 1
lastindex(v::SimpleVector) = length(v)
isempty(v::SimpleVector) = length(v) == 0
==(a::SimpleVector, b::SimpleVector) = length(a) == length(b) && all(i -> a[i] == b[i], 1:length(a))
map(f, v::SimpleVector) = Any[f(x) for x in v]
getindex(v::SimpleVector, I::AbstractArray) = Core.svec(Any[v[i] for i in I]...)

function iterate(A::AbstractArray, state=(eachindex(A),))
    y = iterate(state...)
    y === nothing && return nothing
    return A[y[1]], (state[1], y[2])
end

# Checks

checkbounds(::Type{Bool}, A::AbstractArray, i::Int) = ndims(A) == 1 ? checkindex(Bool, axes1(A), i) : 1 <= i <= length(A)
checkbounds(::Type{Bool}, A::AbstractArray, I...) = check_indices(axes(A), I, A)
checkbounds(::Type{Bool}, A::AbstractArray) = length(A) == 1
checkbounds(::Type{Bool}, A::AbstractArray, I::AbstractArray{Bool}) = axes(A) == axes(I) || (ndims(I) == 1 && ndims(A) != 1 && length(I) == length(A))
checkbounds(A::AbstractArray, I...) = checkbounds(Bool, A, I...) ? nothing : throw_boundserror(A, I)
# One index covers the whole array linearly; otherwise each covers one dimension, and spare indices must be 1
function check_indices(inds::Tuple, I::Tuple, A)
    if nfields(I) == 1 && !(I[1] isa AbstractCartesianIndex) && !(eltype(I[1]) <: AbstractCartesianIndex && I[1] isa AbstractArray)
        I[1] isa AbstractArray{Bool} && ndims(I[1]) > 1 && return axes(I[1]) == axes(A)
        return checkindex(Bool, nfields(inds) == 1 ? inds[1] : eachindex(IndexLinear(), A), I[1])
    end
    d = 1
    for i in I
        if i isa AbstractCartesianIndex
            for x in i.I
                checkindex(Bool, d <= nfields(inds) ? inds[d] : OneTo(1), x) || return false
                d += 1
            end
        elseif i isa AbstractArray && eltype(i) <: AbstractCartesianIndex
            n = length_of_index(eltype(i))
            part = ntuple(k -> d + k - 1 <= nfields(inds) ? inds[d+k-1] : OneTo(1), n)
            for c in i
                check_indices(part, c.I, A) || return false
            end
            d += n
        elseif i isa AbstractArray{Bool} && ndims(i) > 1
            for a in axes(i)
                (d <= nfields(inds) ? inds[d] : OneTo(1)) == a || return false
                d += 1
            end
        else
            r = d <= nfields(inds) ? inds[d] : OneTo(1)
            # the last of fewer indices than dimensions runs over all that are left
            if d == nfields(I) && d < nfields(inds) && d > 0
                n = 1
                for k in d:nfields(inds)
                    n *= length(inds[k])
                end
                r = n == 0 || d == nfields(inds) ? r : (all(k -> length(inds[k]) == 1, d+1:nfields(inds)) ? r : OneTo(0))
            end
            checkindex(Bool, r, i) || return false
            d += 1
        end
    end
    # dimensions that no index covers must have length 1
    while d <= nfields(inds)
        length(inds[d]) == 1 || return false
        d += 1
    end
    return true
end
length_of_index(::Type{CartesianIndex{N}}) where {N} = N

checkindex(::Type{Bool}, inds, i) = throw(ArgumentError("unable to check bounds for indices of type $(typeof(i))"))
checkindex(::Type{Bool}, inds::AbstractUnitRange, i::Real) = (first(inds) <= i) & (i <= last(inds))
checkindex(::Type{Bool}, inds::OneTo{Int}, i::Int) = 1 <= i <= inds.stop
checkindex(::Type{Bool}, inds, ::Colon) = true
checkindex(::Type{Bool}, inds, ::Slice) = true
checkindex(::Type{Bool}, inds::AbstractUnitRange, ::Slice) = true
checkindex(::Type{Bool}, inds::AbstractUnitRange, r::AbstractRange) = isempty(r) | (checkindex(Bool, inds, first(r)) & checkindex(Bool, inds, last(r)))
checkindex(::Type{Bool}, inds::AbstractUnitRange, I::AbstractVector{Bool}) = inds == axes1(I)
checkindex(::Type{Bool}, inds::AbstractUnitRange, I::AbstractArray{Bool}) = false
function checkindex(::Type{Bool}, inds, I::AbstractArray)
    for i in I
        checkindex(Bool, inds, i) || return false
    end
    return true
end
checkindex(::Type{Bool}, inds, i::AbstractCartesianIndex{1}) = checkindex(Bool, inds, i.I[1])

# To integers

to_index(i::Integer) = Int(i)
to_index(i::Int) = i
to_index(i::Bool) = throw(ArgumentError("invalid index: $i of type Bool"))
to_index(I::AbstractArray{Bool}) = findall(I)
to_index(I::AbstractArray{<:Union{Integer, AbstractCartesianIndex}}) = I
to_index(I::AbstractArray{<:AbstractArray}) = throw(ArgumentError("invalid index: $(repr_limited(I)) of type $(typeof(I))"))
to_index(I::AbstractArray) = isempty(I) ? Int[] : all(i -> i isa Integer && !(i isa Bool), I) ? Int[i for i in I] : throw(ArgumentError("invalid index: $(repr_limited(I)) of type $(typeof(I))"))
to_index(::Colon) = throw(ArgumentError("colons must be converted by to_indices(...)"))
to_index(i) = throw(ArgumentError("invalid index: $(repr_limited(i)) of type $(typeof(i))"))
to_index(A, i) = to_index(i)
repr_limited(i) = repr(i)

# A mask as an index; a failed access shows it by its summary.
struct LogicalIndex{T, A<:AbstractArray{Bool}} <: AbstractArray{T, 1}
    mask::A
end
size(L::LogicalIndex) = (count(L.mask),)
getindex(L::LogicalIndex, i::Int) = findall(L.mask)[i]

throw_mask_error(A, I) = throw_boundserror(A, map(x -> x isa AbstractArray{Bool} ? LogicalIndex{Int, typeof(x)}(x) : x, I))

to_indices(A, I::Tuple{}) = ()
to_indices(A, I::Tuple{Vararg{Int}}) = I
to_indices(A, I::Tuple) = to_indices(A, axes(A), I)
function to_indices(A, inds::Tuple, I::Tuple)
    nfields(I) == 1 && I[1] isa Colon && nfields(inds) != 1 && return (Slice(OneTo(length(A))),)
    if nfields(I) == 1 && I[1] isa AbstractArray{Bool}
        mask = I[1]
        (ndims(mask) == 1 ? length(mask) == length(A) : axes(mask) == inds) || throw_mask_error(A, I)
        return (findall(mask),)
    end
    return indices_from(A, inds, I)
end
indices_from(A, inds::Tuple, ::Tuple{}) = ()
indices_from(A, inds::Tuple, I::Tuple) = (indices_of(A, inds, I[1])..., indices_from(A, drop_axes(inds, dims_taken(I[1])), tail(I))...)
function indices_of(A, inds::Tuple, i)
    if i isa Colon
        return (Slice(nfields(inds) == 0 ? OneTo(1) : inds[1]),)
    elseif i isa CartesianIndex
        return i.I
    elseif i isa CartesianIndices
        return i.indices
    elseif i isa AbstractArray{Bool}
        axes(i) == inds[1:min(ndims(i), nfields(inds))] || throw_mask_error(A, (i,))
        return (findall(i),)
    elseif i isa AbstractArray && eltype(i) <: CartesianIndex
        return (i,)
    end
    return (to_index(A, i),)
end
# How many dimensions of the array an index is for
function dims_taken(i)
    i isa CartesianIndex && return nfields(i.I)
    i isa CartesianIndices && return nfields(i.indices)
    i isa AbstractArray{Bool} && return ndims(i) > 1 ? ndims(i) : 1
    i isa AbstractArray && eltype(i) <: CartesianIndex && return length_of_index(eltype(i))
    return 1
end
drop_axes(inds::Tuple{}, n::Int) = ()
drop_axes(inds::Tuple, n::Int) = n == 0 ? inds : n == 1 ? tail(inds) : drop_axes(tail(inds), n - 1)

# Linear and Cartesian positions

function linear_index(A::AbstractArray, I::Tuple)
    ax = axes(A)
    n = 1
    stride = 1
    d = 1
    for i in I
        if d <= nfields(ax)
            r = ax[d]
            n += (i - first(r)) * stride
            stride *= length(r)
        else
            n += (i - 1) * stride
        end
        d += 1
    end
    return n
end
function cartesian_from_linear(ax::Tuple, i::Int)
    k = i - 1
    return ntuple(nfields(ax)) do d
        r = ax[d]
        n = length(r)
        if d == nfields(ax)
            return first(r) + k
        end
        q = div(k, n)
        j = k - q * n
        k = q
        return first(r) + j
    end
end

# Element access

function getindex(A::Array{T, 2}, i::Int, j::Int) where {T}
    sz = getfield(A, :size)
    m = getfield(sz, 1)
    column = sub_int(j, 1)
    (ult_int(sub_int(i, 1), m) && ult_int(column, getfield(sz, 2))) || (@_boundscheck() && throw_boundserror(A, (i, j)))
    k = add_int(mul_int(column, m), i)
    return @_arrayget A k
end
function setindex!(A::Array{T, 2}, x, i::Int, j::Int) where {T}
    sz = getfield(A, :size)
    m = getfield(sz, 1)
    column = sub_int(j, 1)
    (ult_int(sub_int(i, 1), m) && ult_int(column, getfield(sz, 2))) || (@_boundscheck() && throw_boundserror(A, (i, j)))
    y = x isa T ? x : convert(T, x)::T
    k = add_int(mul_int(column, m), i)
    @_arrayset A k y
    return A
end
function getindex(A::Array, i1::Int, i2::Int, I::Int...)
    J = (i1, i2, I...)
    @boundscheck checkbounds(A, J...)
    return A[linear_index(A, J)]
end
function setindex!(A::Array, x, i1::Int, i2::Int, I::Int...)
    J = (i1, i2, I...)
    @boundscheck checkbounds(A, J...)
    A[linear_index(A, J)] = x
    return A
end

function getindex(A::Array{T, 1}, r::UnitRange{Int}) where {T}
    n = length(r)
    slt_int(0, n) || return Array{T, 1}(undef, 0)
    (sle_int(1, r.start) && sle_int(r.stop, length(A))) || (@_boundscheck() && throw_boundserror(A, (r,)))
    b = Array{T, 1}(undef, n)
    _copymem!(getfield(b, :ref), memoryrefnew(getfield(A, :ref), r.start, false), n)
    return b
end
getindex(A::AbstractArray) = (@boundscheck checkbounds(A); A[first(eachindex(A))])
getindex(A::AbstractArray, I...) = get_by_style(IndexStyle(A), A, to_indices(A, I), I)
setindex!(A::AbstractArray, v) = (@boundscheck checkbounds(A); A[first(eachindex(A))] = v; A)
setindex!(A::AbstractArray, v, I...) = set_by_style(IndexStyle(A), A, v, to_indices(A, I), I)

all_scalars(I::Tuple{Vararg{Int}}) = true
all_scalars(I::Tuple) = false

function get_by_style(style::IndexStyle, A, J::Tuple, I::Tuple)
    all_scalars(J) || return get_array(A, J)
    if style isa IndexLinear
        I === J && nfields(J) == 1 && throw(CanonicalIndexError("getindex", typeof(A)))
        checkbounds(A, J...)
        return getindex(A, nfields(J) == 1 ? J[1] : linear_index(A, J))
    end
    N = ndims(A)
    I === J && nfields(J) == N && throw(CanonicalIndexError("getindex", typeof(A)))
    checkbounds(A, J...)
    return getindex(A, full_cartesian(A, J)...)
end
function set_by_style(style::IndexStyle, A, v, J::Tuple, I::Tuple)
    all_scalars(J) || return set_array!(A, v, J)
    if style isa IndexLinear
        I === J && nfields(J) == 1 && throw(CanonicalIndexError("setindex!", typeof(A)))
        checkbounds(A, J...)
        setindex!(A, v, nfields(J) == 1 ? J[1] : linear_index(A, J))
        return A
    end
    N = ndims(A)
    I === J && nfields(J) == N && throw(CanonicalIndexError("setindex!", typeof(A)))
    checkbounds(A, J...)
    setindex!(A, v, full_cartesian(A, J)...)
    return A
end
# As many Ints as `A` has dimensions, from a linear index or from more or fewer indices
function full_cartesian(A, J::Tuple)
    N = ndims(A)
    nfields(J) == N && return J
    if nfields(J) > N
        return slice_tuple(J, 1, N)
    elseif nfields(J) == 1
        return cartesian_from_linear(axes(A), J[1])
    end
    return (J..., ntuple(d -> first(axes(A, nfields(J) + d)), N - nfields(J))...)
end

# Several elements at once

index_shape(::Tuple{}) = ()
index_shape(J::Tuple) = J[1] isa Int ? index_shape(tail(J)) : (axes(J[1])..., index_shape(tail(J))...)
function get_array(A, J::Tuple)
    @boundscheck checkbounds(A, J...)
    dest = similar(A, eltype(A), index_shape(J))
    if nfields(J) == 1
        k = first(eachindex(dest))
        if dest isa Array && J[1] isa AbstractUnitRange{Int} && A isa Array
            unsafe_copy_elements!(dest, 1, A, first(J[1]), length(dest))
            return dest
        end
        n = 1
        for i in J[1]
            dest[n] = A[i]
            n += 1
        end
        return dest
    elseif nfields(J) == 2 && !(eltype(J[1]) <: AbstractCartesianIndex) && !(eltype(J[2]) <: AbstractCartesianIndex)
        n = 1
        for j in J[2], i in J[1]
            dest[n] = A[i, j]
            n += 1
        end
        return dest
    end
    n = 1
    for I in Iterators.product(J...)
        dest[n] = A[I...]
        n += 1
    end
    return dest
end
function set_array!(A, v, J::Tuple)
    @boundscheck checkbounds(A, J...)
    n = 1
    for j in J
        j isa Int || (n *= length(j))
    end
    if !(v isa AbstractArray)
        # a single value in place of an array
        throw(ArgumentError("indexed assignment with a single value to possibly many locations is not supported; perhaps use broadcasting `.=` instead?"))
    end
    check_assignment_shape(v, J, n)
    src = v === A || (v isa SubArray && mightalias(A, v)) ? copy(v) : v
    y = iterate(src)
    if nfields(J) == 1
        for i in J[1]
            A[i] = y[1]
            y = iterate(src, y[2])
        end
        return A
    end
    for I in Iterators.product(J...)
        A[I...] = y[1]
        y = iterate(src, y[2])
    end
    return A
end
# The sizes agree once dimensions of length 1 are left out of both
function check_assignment_shape(v, J, n)
    want = Int[]
    for j in J
        if !(j isa Int)
            for d in size(j)
                push!(want, d)
            end
        end
    end
    have = Int[d for d in size(v)]
    w1 = Int[d for d in want if d != 1]
    h1 = Int[d for d in have if d != 1]
    if w1 == h1 || (length(want) == 1 && length(v) == n) 
        return nothing
    end
    if length(want) == 1
        throw(DimensionMismatch("tried to assign $(length(v)) elements to $n destinations"))
    elseif ndims(v) == 1
        throw(DimensionMismatch("tried to assign $(length(v))-element array to $(join(want, "×")) destination"))
    end
    throw(DimensionMismatch("tried to assign $(join(have, "×")) array to $(join(want, "×")) destination"))
end
