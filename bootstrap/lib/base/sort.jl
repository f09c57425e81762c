# Sorting and searching in sorted data. One algorithm: a merge sort, stable, with insertion sort for short runs.

module Sort
using ..Base
using ..Base.Order
using ..Base: @_arrayget, @_arrayset, add_int, sub_int, slt_int, sle_int, copymutable, OneTo, mapreduce_dims, reduced_dims, Callable
import ..Base: sort, sort!, issorted, sortperm, sortperm!, sortslices, searchsorted, searchsortedfirst, searchsortedlast, insorted,
    partialsort, partialsort!, partialsortperm, partialsortperm!
export sort, sort!, sortperm, sortperm!, issorted, searchsorted, searchsortedfirst, searchsortedlast, insorted, partialsort, partialsort!,
    partialsortperm, partialsortperm!, sortslices, InsertionSort, QuickSort, MergeSort, PartialQuickSort, Algorithm, DEFAULT_STABLE, DEFAULT_UNSTABLE

abstract type Algorithm end
struct InsertionSortAlg <: Algorithm end
struct QuickSortAlg <: Algorithm end
struct MergeSortAlg <: Algorithm end
struct DefaultAlg <: Algorithm end
struct PartialQuickSort{T} <: Algorithm
    k::T
end
const InsertionSort = InsertionSortAlg()
const QuickSort = QuickSortAlg()
const MergeSort = MergeSortAlg()
const DEFAULT_STABLE = DefaultAlg()
const DEFAULT_UNSTABLE = DefaultAlg()

function issorted(itr, order::Ordering)
    y = iterate(itr)
    y === nothing && return true
    prev = y[1]
    while true
        y = iterate(itr, y[2])
        y === nothing && return true
        lt(order, y[1], prev) && return false
        prev = y[1]
    end
end
issorted(itr; lt=isless, by=identity, rev::Union{Bool, Nothing}=nothing, order::Ordering=Forward) = issorted(itr, ord(lt, by, rev, order))

function insertion_sort!(v, lo::Int, hi::Int, o)
    i = lo + 1
    while i <= hi
        x = v[i]
        j = i
        while j > lo
            y = v[j-1]
            lt(o, x, y) || break
            v[j] = y
            j -= 1
        end
        v[j] = x
        i += 1
    end
    return v
end
function insertion_sort!(v::Array, lo::Int, hi::Int, o)
    i = add_int(lo, 1)
    while sle_int(i, hi)
        x = @_arrayget v i
        j = i
        before = sub_int(i, 1)
        while slt_int(lo, j) && lt(o, x, (@_arrayget v before))
            @_arrayset v j (@_arrayget v before)
            j = before
            before = sub_int(j, 1)
        end
        @_arrayset v j x
        i = add_int(i, 1)
    end
    return v
end
function merge_sort!(v, lo::Int, hi::Int, o, t::Array)
    hi - lo <= 12 && return insertion_sort!(v, lo, hi, o)
    mid = lo + ((hi - lo) >> 1)
    merge_sort!(v, lo, mid, o, t)
    merge_sort!(v, mid + 1, hi, o, t)
    lt(o, v[mid+1], v[mid]) || return v
    n = mid - lo + 1
    i = 1
    while i <= n
        t[i] = v[lo+i-1]
        i += 1
    end
    merge_halves!(v, t, lo, mid + 1, hi, n, o)
    return v
end
# Merges the n elements of t and those of v from j to hi into v from k on; what is left of v then is in its place.
function merge_halves!(v, t::Array, k::Int, j::Int, hi::Int, n::Int, o)
    i = 1
    while i <= n && j <= hi
        if lt(o, v[j], t[i])
            v[k] = v[j]
            j += 1
        else
            v[k] = t[i]
            i += 1
        end
        k += 1
    end
    while i <= n
        v[k] = t[i]
        i += 1
        k += 1
    end
end
function merge_halves!(v::Array, t::Array, k::Int, j::Int, hi::Int, n::Int, o)
    i = 1
    while sle_int(i, n) && sle_int(j, hi)
        if lt(o, (@_arrayget v j), (@_arrayget t i))
            @_arrayset v k (@_arrayget v j)
            j = add_int(j, 1)
        else
            @_arrayset v k (@_arrayget t i)
            i = add_int(i, 1)
        end
        k = add_int(k, 1)
    end
    while sle_int(i, n)
        @_arrayset v k (@_arrayget t i)
        i = add_int(i, 1)
        k = add_int(k, 1)
    end
end
function sort_range!(v::AbstractVector, lo::Int, hi::Int, o::Ordering)
    lo < hi || return v
    if v isa Vector{Int} && hi - lo > 40 && o isa Union{Base.Order.ForwardOrdering}
        return merge_sort_ints!(v, lo, hi)
    end
    return merge_sort!(v, lo, hi, o, Vector{eltype(v)}(undef, (hi - lo) ÷ 2 + 1))
end
merge_sort_ints!(v, lo, hi) = merge_sort!(v, lo, hi, Base.Order.Lt(<), Vector{Int}(undef, (hi - lo) ÷ 2 + 1))
sort!(v::AbstractVector, lo::Integer, hi::Integer, a::Algorithm, o::Ordering) = sort_range!(v, Int(lo), Int(hi), o)
sort!(v::AbstractVector, a::Algorithm, o::Ordering) = sort_range!(v, firstindex(v), lastindex(v), o)
sort!(v::AbstractVector{T}; alg::Algorithm=DEFAULT_STABLE, lt=isless, by=identity, rev::Union{Bool, Nothing}=nothing,
    order::Ordering=Forward, scratch=nothing) where {T} = sort_range!(v, firstindex(v), lastindex(v), ord(lt, by, rev, order))
function sort!(A::AbstractArray; dims::Integer, kws...)
    for I in CartesianIndices(ntuple(d -> d == dims ? (1:1) : axes(A, d), ndims(A)))
        at = ntuple(d -> d == dims ? Colon() : I.I[d], ndims(A))
        A[at...] = sort!(A[at...]; kws...)
    end
    return A
end
sort(v::AbstractVector; kws...) = sort!(copy_for_sort(v); kws...)
copy_for_sort(v) = (w = similar(v, eltype(v)); copyto!(w, v))
sort(r::Base.AbstractUnitRange; kws...) = isempty(kws) ? r : sort!(collect(r); kws...)
sort(r::AbstractRange; kws...) = isempty(kws) ? (issorted(r) ? r : reverse(r)) : sort!(collect(r); kws...)
sort(A::AbstractArray; dims::Integer, kws...) = sort!(copy(A); dims=dims, kws...)
function sort(itr; kws...)
    (itr isa AbstractString || itr isa AbstractDict || itr isa AbstractSet && false) && throw(MethodError(sort, (itr,)))
    itr isa NamedTuple && throw(MethodError(sort, (itr,)))
    return sort!(collect(itr); kws...)
end
sort(t::Tuple; kws...) = (sort!(collect(t); kws...)...,)
sort(t::Tuple{}; kws...) = t
sort(x::AbstractString; kws...) = throw(ArgumentError("sort(::AbstractString) is not supported"))
sort(x::AbstractSet; kws...) = sort!(collect(x); kws...)
sort(x::AbstractDict; kws...) = throw(MethodError(sort, (x,)))

sortperm(v::AbstractVector; alg::Algorithm=DEFAULT_STABLE, lt=isless, by=identity, rev::Union{Bool, Nothing}=nothing,
    order::Ordering=Forward, scratch=nothing, dims=nothing) = sort_range!(collect(Int, eachindex(v)), 1, length(v), Perm(ord(lt, by, rev, order), v))
sortperm(t::Tuple; kws...) = (sortperm(collect(t); kws...)...,)
function sortperm(A::AbstractArray; dims, kws...)
    P = reshape(collect(1:length(A)), size(A))
    for I in CartesianIndices(ntuple(d -> d == dims ? (1:1) : axes(A, d), ndims(A)))
        at = ntuple(d -> d == dims ? Colon() : I.I[d], ndims(A))
        P[at...] = P[at...][sortperm(A[at...]; kws...)]
    end
    return P
end
sortperm!(ix::AbstractVector, v::AbstractVector; initialized=false, kws...) = copyto!(ix, sortperm(v; kws...))

function partialsort!(v::AbstractVector, k::Union{Integer, OrdinalRange}; lt=isless, by=identity, rev::Union{Bool, Nothing}=nothing, order::Ordering=Forward)
    sort_range!(v, firstindex(v), lastindex(v), ord(lt, by, rev, order))
    return k isa Integer ? v[k] : view(v, k)
end
partialsort(v::AbstractVector, k; kws...) = (w = copy_for_sort(v); r = partialsort!(w, k; kws...); r isa SubArray ? collect(r) : r)
partialsortperm(v::AbstractVector, k; kws...) = sortperm(v; kws...)[k]
partialsortperm!(ix::AbstractVector, v::AbstractVector, k; kws...) = (copyto!(ix, sortperm(v; kws...)); k isa Integer ? ix[k] : view(ix, k))

function sortslices(A::AbstractArray; dims, kws...)
    d = dims isa Tuple ? dims[1] : Int(dims)
    slices = [collect(selectdim(A, d, i)) for i in axes(A, d)]
    p = sortperm(slices; kws...)
    return A[ntuple(k -> k == d ? p : Colon(), ndims(A))...]
end

# Searching in sorted vectors

function first_not_less(v, x, lo::Int, hi::Int, o::Ordering)
    while lo <= hi
        m = lo + ((hi - lo) >> 1)
        if lt(o, v[m], x)
            lo = m + 1
        else
            hi = m - 1
        end
    end
    return lo
end
function last_not_greater(v, x, lo::Int, hi::Int, o::Ordering)
    while lo <= hi
        m = lo + ((hi - lo) >> 1)
        if lt(o, x, v[m])
            hi = m - 1
        else
            lo = m + 1
        end
    end
    return hi
end
searchsortedfirst(v, x, o::Ordering) = first_not_less(v, x, firstindex(v), lastindex(v), o)
searchsortedlast(v, x, o::Ordering) = last_not_greater(v, x, firstindex(v), lastindex(v), o)
searchsorted(v, x, o::Ordering) = searchsortedfirst(v, x, o):searchsortedlast(v, x, o)
search_order(lt, by, rev, order) = reverse_search(rev, by === identity ? (lt === isless ? order : Base.Order.Lt(lt)) : By_pair(by, lt, order))
By_pair(by, lt, order) = lt === isless ? Base.Order.By(by, order) : Base.Order.Lt((a, b) -> lt(by(a), by(b)))
reverse_search(rev, o) = rev === true ? Base.Order.ReverseOrdering(o) : o
searchsortedfirst(v, x; lt=isless, by=identity, rev::Union{Bool, Nothing}=nothing, order::Ordering=Forward) = searchsortedfirst(v, x, search_order(lt, by, rev, order))
searchsortedlast(v, x; lt=isless, by=identity, rev::Union{Bool, Nothing}=nothing, order::Ordering=Forward) = searchsortedlast(v, x, search_order(lt, by, rev, order))
searchsorted(v, x; lt=isless, by=identity, rev::Union{Bool, Nothing}=nothing, order::Ordering=Forward) = searchsorted(v, x, search_order(lt, by, rev, order))
insorted(x, v; kws...) = !isempty(searchsorted(v, x; kws...))
insorted(x, r::AbstractRange) = in(x, r)
end
using .Sort
using .Order: Forward, Reverse, Ordering, By, Lt, ord, lt, Perm, ForwardOrdering, ReverseOrdering
