# Putting arrays together: vcat, hcat, hvcat, cat, and what bracket syntax lowers to.

# An element that is not an array counts as one of size 1 in every dimension
cat_size(x, d) = x isa AbstractArray ? size(x, d) : 1
cat_ndims(x) = x isa AbstractArray ? ndims(x) : 0
cat_eltype(x) = x isa AbstractArray ? eltype(x) : typeof(x)
function promote_eltypes(xs)
    T = Union{}
    for x in xs
        T = promote_type(T, cat_eltype(x))
    end
    return T
end

vcat() = Any[]
hcat() = Any[]
vcat(X::T...) where {T<:Number} = promoted_vector(T, X)
vcat(X::Number...) = promoted_vector(promote_typeof(X...), X)
vcat(X::Char...) = promoted_vector(Char, X)
hcat(X::T...) where {T<:Number} = fill_from!(Array{T, 2}(undef, 1, nfields(X)), X)
hcat(X::Number...) = fill_from!(Array{promote_typeof(X...), 2}(undef, 1, nfields(X)), X)
fill_from!(a, xs) = (i = 1; for x in xs
    a[i] = x
    i += 1
end; a)
vcat(X...) = typed_vcat(promote_eltypes(X), X...)
hcat(X...) = typed_hcat(promote_eltypes(X), X...)
vcat(r::AbstractRange) = collect(r)
vcat(rs::AbstractRange...) = typed_vcat(promote_eltypes(rs), rs...)
function vcat(vs::Vector{T}...) where {T}
    n = 0
    for v in vs
        n += length(v)
    end
    a = Array{T, 1}(undef, n)
    k = 1
    for v in vs
        unsafe_copy_elements!(a, k, v, 1, length(v))
        k += length(v)
    end
    return a
end
typed_vcat(::Type{T}) where {T} = Array{T, 1}(undef, 0)
typed_hcat(::Type{T}) where {T} = Array{T, 1}(undef, 0)
function typed_vcat(::Type{T}, X...) where {T}
    nd = 1
    for x in X
        nd = max(nd, cat_ndims(x))
    end
    nd > 1 && return cat_typed(T, (1,), X)
    n = 0
    for x in X
        n += x isa AbstractArray ? length(x) : 1
    end
    a = Array{T, 1}(undef, n)
    i = 1
    for x in X
        if x isa AbstractArray
            for y in x
                a[i] = y
                i += 1
            end
        else
            a[i] = x
            i += 1
        end
    end
    return a
end
function typed_hcat(::Type{T}, X...) where {T}
    rows = cat_size(X[1], 1)
    nd = 2
    for x in X
        nd = max(nd, cat_ndims(x))
    end
    nd > 2 && return cat_typed(T, (2,), X)
    cols = 0
    j = 1
    for x in X
        if cat_size(x, 1) != rows
            if x isa AbstractVector || X[1] isa AbstractVector || !(x isa AbstractArray)
                throw(DimensionMismatch("number of rows of each array must match (got $(map(y -> cat_size(y, 1), X)))"))
            end
            throw(DimensionMismatch("number of rows of each array must match (got $(map(y -> cat_size(y, 1), X)))"))
        end
        cols += cat_size(x, 2)
        j += 1
    end
    a = Array{T, 2}(undef, rows, cols)
    i = 1
    for x in X
        if x isa AbstractArray
            for y in x
                a[i] = y
                i += 1
            end
        else
            a[i] = x
            i += 1
        end
    end
    return a
end
hvcat(rows::Tuple{Vararg{Int}}, xs...) = typed_hvcat(promote_eltypes(xs), rows, xs...)
hvcat(nbc::Int, xs...) = hvcat(ntuple(i -> nbc, div(nfields(xs), nbc)), xs...)
hvcat(rows::Tuple{Vararg{Int}}, xs::T...) where {T<:Number} = typed_hvcat(T, rows, xs...)
hvcat(rows::Tuple{Vararg{Int}}, xs::Number...) = typed_hvcat(promote_typeof(xs...), rows, xs...)
typed_hvcat(::Type{T}, rows::Int, xs...) where {T} = typed_hvcat(T, ntuple(i -> rows, div(nfields(xs), rows)), xs...)
function typed_hvcat(::Type{T}, rows::Tuple{Vararg{Int}}, xs...) where {T}
    if !any(x -> x isa AbstractArray, xs)
        nr = nfields(rows)
        nc = nr == 0 ? 0 : rows[1]
        for i in 1:nr
            rows[i] == nc || throw(DimensionMismatch("row $i has mismatched number of columns (expected $nc, got $(rows[i]))"))
        end
        nr * nc == nfields(xs) || throw(ArgumentError("argument count does not match specified shape (expected $(nr * nc), got $(nfields(xs)))"))
        a = Array{T, 2}(undef, nr, nc)
        k = 1
        for i in 1:nr, j in 1:nc
            a[i, j] = xs[k]
            k += 1
        end
        return a
    end
    parts = Any[]
    k = 1
    for n in rows
        push!(parts, typed_hcat(T, xs[k:k+n-1]...))
        k += n
    end
    nc = size(parts[1], 2)
    for i in 1:length(parts)
        size(parts[i], 2) == nc || throw(DimensionMismatch("block row $i has mismatched number of columns (expected $nc, got $(size(parts[i], 2)))"))
    end
    return typed_vcat(T, parts...)
end

cat(X...; dims) = cat_typed(promote_eltypes(X), dims isa Integer ? (Int(dims),) : dims isa Val ? val_dims(dims) : (dims...,), X)
val_dims(::Val{d}) where {d} = d isa Tuple ? d : (d,)
typed_cat(::Type{T}, X...; dims) where {T} = cat_typed(T, (dims...,), X)
# Along each of `dims` the arrays follow one another (together, so that they form a block diagonal); elsewhere they must agree
function cat_typed(::Type{T}, dims::Tuple, X::Tuple) where {T}
    N = maximum(dims)
    for x in X
        N = max(N, cat_ndims(x))
    end
    shape = Int[cat_size(X[1], d) for d in 1:N]
    first_x = true
    for x in X
        for d in 1:N
            if d in dims
                shape[d] = first_x ? cat_size(x, d) : shape[d] + cat_size(x, d)
            elseif cat_size(x, d) != shape[d]
                if N == 2 && dims == (1,)
                    throw(DimensionMismatch("number of columns of each array must match (got $(map(y -> cat_size(y, 2), X)))"))
                end
                throw(DimensionMismatch("mismatch in dimension $d (expected $(shape[d]) got $(cat_size(x, d)))"))
            end
        end
        first_x = false
    end
    A = Array{T, N}(undef, (shape...,))
    nfields(dims) > 1 && fill!(A, zero(T))
    at = zeros(Int, N)
    for x in X
        if x isa AbstractArray
            for I in CartesianIndices(x)
                J = I.I
                A[ntuple(d -> at[d] + (d <= nfields(J) ? J[d] : 1), N)...] = x[I]
            end
        else
            A[ntuple(d -> at[d] + 1, N)...] = x
        end
        for d in dims
            at[d] += cat_size(x, d)
        end
    end
    return A
end

# Higher-dimensional literals: [a; b;; c; d;;; ...]

hvncat(dim::Int, xs...) = typed_hvncat(promote_eltypes(xs), dim, xs...)
hvncat(dimsshape::Tuple, row_first::Bool, xs...) = typed_hvncat(promote_eltypes(xs), dimsshape, row_first, xs...)
typed_hvncat(::Type{T}, dim::Int) where {T} = Array{T, max(dim, 0)}(undef, ntuple(d -> 0, dim))
typed_hvncat(::Type{T}, dim::Int, xs...) where {T} = dim == 0 && nfields(xs) == 1 ? fill!(Array{T, 0}(undef), xs[1]) : cat_typed_at_least(T, dim, xs)
function cat_typed_at_least(::Type{T}, dim, xs) where {T}
    return cat_typed(T, (dim,), xs)
end
function typed_hvncat(::Type{T}, shape::Tuple, row_first::Bool, xs...) where {T}
    nfields(shape) == 0 && return nfields(xs) == 0 ? Array{T, 0}(undef) : fill!(Array{T, 0}(undef), xs[1])
    shape[1] isa Tuple && return hvncat_ragged(T, shape, row_first, xs)
    # a full grid: `shape` counts entries per dimension; with row_first the entries run along the second dimension first
    N = nfields(shape)
    order = row_first && N >= 2 ? (2, 1, ntuple(d -> d + 2, N - 2)...) : ntuple(identity, N)
    blocks = collect(Any, xs)
    sizes = map(d -> shape[d], order)
    for d in order
        n = shape[d]
        joined = Any[]
        k = 1
        while k <= length(blocks)
            push!(joined, n == 1 && !(d == 1) ? blocks[k] : cat_typed(T, (d,), (blocks[k:k+n-1]...,)))
            k += n
        end
        blocks = joined
    end
    R = blocks[1]
    return ndims(R) < N ? reshape(R, ntuple(d -> size(R, d), N)) : R
end
function hvncat_ragged(::Type{T}, shape::Tuple, row_first::Bool, xs) where {T}
    N = nfields(shape)
    blocks = collect(Any, xs)
    for level in 1:N-1
        d = row_first && level <= 2 ? 3 - level : level
        counts = shape[level]
        # counts at this level are in entries of the first level; turn them into blocks of the level below
        joined = Any[]
        k = 1
        below = level == 1 ? ntuple(i -> 1, length(xs)) : shape[level-1]
        b = 1
        for c in counts
            n = 0
            left = c
            while left > 0
                left -= below[b]
                b += 1
                n += 1
            end
            push!(joined, cat_typed(T, (d,), (blocks[k:k+n-1]...,)))
            k += n
        end
        blocks = joined
    end
    return cat_typed(T, (N,), (blocks...,))
end
promote_shape(a::AbstractArray, b::AbstractArray) = promote_shape(axes(a), axes(b))
function promote_shape(a::Tuple, b::Tuple)
    nfields(a) < nfields(b) && return promote_shape(b, a)
    for d in 1:nfields(b)
        a[d] == b[d] || throw_promote_shape_mismatch(a, b, d)
    end
    for d in nfields(b)+1:nfields(a)
        length(a[d]) == 1 || throw_promote_shape_mismatch(a, b, d)
    end
    return a
end
function promote_shape(a::Dims, b::Dims)
    length(a) < length(b) && return promote_shape(b, a)
    for d in 1:length(b)
        a[d] == b[d] || throw_promote_shape_mismatch(a, b, d)
    end
    for d in length(b)+1:length(a)
        a[d] == 1 || throw_promote_shape_mismatch(a, b, d)
    end
    return a
end
function throw_promote_shape_mismatch(a::Tuple, b::Tuple, d)
    what = "axes"
    if a isa Tuple{Vararg{OneTo}} && b isa Tuple{Vararg{OneTo}}
        a = map(length, a)
        b = map(length, b)
    end
    a isa Dims && b isa Dims && (what = "size")
    throw(DimensionMismatch("a has $what $a, b has $what $b, mismatch at dim $d"))
end
