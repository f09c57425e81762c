# Reductions that leave their results in an array, reduced along the dimensions in which it has length 1 (`all!` and its
# like); the two-argument forms are those of `reducedim.jl`.

reduced_in(r, A) = (Int[d for d in 1:max(ndims(A), ndims(r)) if size(r, d) == 1 && size(A, d) != 1]...,)

# With init=false the values that are there take part.
struct KeepValues end
const keep_values = KeepValues()

function map_reduce_into!(f, op, r, A, init)
    for (d, n) in enumerate(size(r))
        n == 1 || n == size(A, d) || throw(DimensionMismatch("cannot reduce from size $(size(A)) to size $(size(r))"))
    end
    init === no_init || init === keep_values || fill!(r, init)
    fresh = init === no_init ? fill(true, size(r)) : nothing
    for I in CartesianIndices(A)
        J = CartesianIndex(ntuple(d -> size(r, d) == 1 ? 1 : I.I[d], ndims(r)))
        if fresh !== nothing && fresh[J]
            fresh[J] = false
            r[J] = f(A[I])
        else
            r[J] = op(r[J], f(A[I]))
        end
    end
    return r
end

for (fname, op, start) in ((:sum!, :+, :(zero(eltype(r)))), (:prod!, :*, :(one(eltype(r)))), (:all!, :&, true), (:any!, :|, false),
                           (:maximum!, :max, :no_init), (:minimum!, :min, :no_init))
    @eval begin
        $fname(f, r::AbstractArray, A::AbstractArray; init::Bool=true) =
            map_reduce_into!(f, $op, r, A, init ? $start : keep_values)
        $fname(r::AbstractArray, A::AbstractArray; init::Bool=true) = $fname(identity, r, A; init=init)
    end
end

count!(r::AbstractArray, A::AbstractArray; init::Bool=true) = count!(identity, r, A; init=init)
count!(f, r::AbstractArray, A::AbstractArray; init::Bool=true) =
    map_reduce_into!(x -> f(x)::Bool, +, r, A, init ? zero(eltype(r)) : keep_values)

extrema!(r::AbstractArray, A::AbstractArray; init::Bool=true) = extrema!(identity, r, A; init=init)
extrema!(f, r::AbstractArray, A::AbstractArray; init::Bool=true) =
    map_reduce_into!(x -> (y = f(x); (y, y)), extrema_pair, r, A, init ? no_init : keep_values)

function extreme_into!(find, isbetter, vals, locs, A, init::Bool)
    found, at = find(A; dims=reduced_in(vals, A))
    for i in eachindex(vals)
        better = init || isbetter(found[i], vals[i])
        better && (vals[i] = found[i])
        # What was there before is nowhere in A.
        locs[i] = better ? at[i] : zero(at[i])
    end
    return (vals, locs)
end

"""
    findmax!(rval, rind, A; init=true) -> (maxval, index)

The maximum of `A` and where it is, along the dimensions in which `rval` and `rind` have length 1; with `init=false` of `rval`'s values
too.
"""
findmax!(rval::AbstractArray, rind::AbstractArray, A::AbstractArray; init::Bool=true) =
    extreme_into!(findmax, isgreater_or_nan, rval, rind, A, init)
findmin!(rval::AbstractArray, rind::AbstractArray, A::AbstractArray; init::Bool=true) =
    extreme_into!(findmin, isless_or_nan, rval, rind, A, init)
