# Folding along some dimensions: the result has length 1 there.

function reduced_dims(dims)
    ds = dims isa Integer ? (Int(dims),) : (map(Int, dims)...,)
    for d in ds
        d < 1 && throw(ArgumentError("region dimension(s) must be ≥ 1, got $d"))
    end
    return ds
end
function mapreduce_dims(f, op, A::AbstractArray, dims, init)
    ds = reduced_dims(dims)
    shape = ntuple(d -> d in ds ? 1 : size(A, d), ndims(A))
    n = 1
    for d in shape
        n *= d
    end
    n == 0 && return similar(A, eltype(A), shape)
    if isempty(A)
        v = init === no_init ? mapreduce_empty(f, op, eltype(A)) : init
        return fill(v, shape)
    end
    acc = Vector{Any}(undef, n)
    seen = fill(false, n)
    lin = LinearIndices(shape)
    for I in CartesianIndices(A)
        J = I.I
        k = lin[ntuple(d -> d in ds ? 1 : J[d], ndims(A))...]
        x = f(A[I])
        if seen[k]
            acc[k] = op(acc[k], x)
        else
            acc[k] = init === no_init ? reduce_first(op, x) : op(init, x)
            seen[k] = true
        end
    end
    T = typeof(acc[1])
    for x in acc
        T = promote_typejoin(T, typeof(x))
    end
    R = Array{T, ndims(A)}(undef, shape)
    for k in 1:n
        R[k] = acc[k]
    end
    return R
end
findmax(A::AbstractArray; dims=:) = dims === (:) ? findmax(identity, A) : find_extreme_dims(A, dims, findmax)
findmin(A::AbstractArray; dims=:) = dims === (:) ? findmin(identity, A) : find_extreme_dims(A, dims, findmin)
argmax(A::AbstractArray; dims=:) = findmax(A; dims=dims)[2]
argmin(A::AbstractArray; dims=:) = findmin(A; dims=dims)[2]
function find_extreme_dims(A, dims, find)
    ds = reduced_dims(dims)
    shape = ntuple(d -> d in ds ? 1 : size(A, d), ndims(A))
    vals = similar(A, eltype(A), shape)
    locs = Array{ndims(A) == 1 ? Int : CartesianIndex{ndims(A)}, ndims(A)}(undef, shape)
    for I in CartesianIndices(shape)
        first_pass = true
        region = CartesianIndices(ntuple(d -> d in ds ? axes(A, d) : (I.I[d]:I.I[d]), ndims(A)))
        best = first(region)
        for J in region
            if first_pass || (find === findmax ? isgreater_or_nan(A[J], A[best]) : isless_or_nan(A[J], A[best]))
                best = J
                first_pass = false
            end
        end
        vals[I] = A[best]
        locs[I] = ndims(A) == 1 ? best.I[1] : best
    end
    return (vals, locs)
end

# Running results

accumulate(op, A; dims=nothing, init=no_init) = accumulate_over(op, A, dims, init)
function accumulate_over(op, A, dims, init)
    if dims === nothing && !(A isa AbstractVector)
        A isa AbstractArray && ndims(A) == 0 && return A
        A isa AbstractArray && return reshape(accumulate_vector(op, vec(A), init), size(A))
        A isa Tuple && return (accumulate_vector(op, A, init)...,)
        return accumulate_vector(op, A, init)
    elseif dims === nothing || ndims(A) == 1 && dims == 1
        return accumulate_vector(op, A, init)
    end
    d = Int(dims)
    d < 1 && throw(ArgumentError("dims must be a positive integer"))
    T = isempty(A) ? eltype(A) : typeof(op(first(A), first(A)))
    R = similar(A, promote_typejoin(T, typeof(init === no_init ? reduce_first(op, first(A)) : op(init, first(A)))))
    for I in CartesianIndices(A)
        if d > ndims(A) || I.I[d] == first(axes(A, d))
            R[I] = init === no_init ? reduce_first(op, A[I]) : op(init, A[I])
        else
            k = I.I
            prev = ntuple(j -> j == d ? k[j] - 1 : k[j], ndims(A))
            R[I] = op(R[prev...], A[I])
        end
    end
    return R
end
function accumulate_vector(op, itr, init)
    y = iterate(itr)
    if y === nothing
        T = IteratorEltype(itr) isa HasEltype ? eltype(itr) : Any
        T <: Number && (T = typeof(op(zero(T), zero(T))))
        return T[]
    end
    v = init === no_init ? reduce_first(op, y[1]) : op(init, y[1])
    out = [v]
    while true
        y = iterate(itr, y[2])
        y === nothing && return out
        v = op(v, y[1])
        if v isa eltype(out)
            push!(out, v)
        else
            wider = Array{promote_typejoin(eltype(out), typeof(v)), 1}(undef, 0)
            append!(wider, out)
            out = push!(wider, v)
        end
    end
end
accumulate!(op, dest, A; dims=nothing, init=no_init) = copyto!(dest, accumulate_over(op, A, dims, init))
cumsum(A; dims=nothing) = cumulative(add_sum, A, dims)
cumprod(A; dims=nothing) = cumulative(mul_prod, A, dims)
function cumulative(op, A, dims)
    if dims === nothing && A isa AbstractArray && ndims(A) > 1
        throw(UndefKeywordError(:dims))
    end
    return accumulate_over(op, A, dims, no_init)
end
cumsum!(dest, A; dims=nothing) = copyto!(dest, cumsum(A; dims=dims))
cumprod!(dest, A; dims=nothing) = copyto!(dest, cumprod(A; dims=dims))
function diff(A::AbstractVector)
    return [A[i+1] - A[i] for i in firstindex(A):lastindex(A)-1]
end
function diff(A::AbstractArray; dims)
    d = Int(dims)
    lo = ntuple(k -> k == d ? (1:size(A, k)-1) : Colon(), ndims(A))
    hi = ntuple(k -> k == d ? (2:size(A, k)) : Colon(), ndims(A))
    return A[hi...] .- A[lo...]
end
