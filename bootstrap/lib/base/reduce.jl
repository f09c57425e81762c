# Folding a collection to one value.
#
# foldl and foldr fix the order. mapreduce leaves it open; for arrays it splits in halves above a block size, which keeps
# the rounding error of floating sums small. An empty collection gives the operator's neutral value where there is one.

struct InitialValue end
const no_init = InitialValue()

# Sums and products of small integers are taken in Int, so that they do not wrap at their own width
const SmallSigned = Union{Int8, Int16, Int32}
const SmallUnsigned = Union{UInt8, UInt16, UInt32}
add_sum(x, y) = x + y
add_sum(x::SmallSigned, y::SmallSigned) = Int(x) + Int(y)
add_sum(x::SmallUnsigned, y::SmallUnsigned) = UInt(x) + UInt(y)
add_sum(x::Real, y::Real) = x + y
mul_prod(x, y) = x * y
mul_prod(x::SmallSigned, y::SmallSigned) = Int(x) * Int(y)
mul_prod(x::SmallUnsigned, y::SmallUnsigned) = UInt(x) * UInt(y)
mul_prod(x::Real, y::Real) = x * y

# What an operator makes of a single value
reduce_first(op, x) = x
reduce_first(::typeof(+), x::Bool) = Int(x)
reduce_first(::typeof(*), x::AbstractChar) = string(x)
reduce_first(::typeof(add_sum), x) = reduce_first(+, x)
reduce_first(::typeof(add_sum), x::SmallSigned) = Int(x)
reduce_first(::typeof(add_sum), x::SmallUnsigned) = UInt(x)
reduce_first(::typeof(mul_prod), x) = reduce_first(*, x)
reduce_first(::typeof(mul_prod), x::SmallSigned) = Int(x)
reduce_first(::typeof(mul_prod), x::SmallUnsigned) = UInt(x)
mapreduce_first(f, op, x) = reduce_first(op, f(x))

reduce_empty_error() = throw(ArgumentError("reducing over an empty collection is not allowed; consider supplying `init` to the reducer"))
reduce_empty(op, T) = reduce_empty_error()
reduce_empty(::typeof(+), ::Type{Union{}}) = reduce_empty_error()
reduce_empty(::typeof(+), ::Type{T}) where {T} = zero(T)
reduce_empty(::typeof(+), ::Type{Bool}) = 0
reduce_empty(::typeof(*), ::Type{Union{}}) = reduce_empty_error()
reduce_empty(::typeof(*), ::Type{T}) where {T} = one(T)
reduce_empty(::typeof(*), ::Type{<:AbstractChar}) = ""
reduce_empty(::typeof(&), ::Type{Bool}) = true
reduce_empty(::typeof(|), ::Type{Bool}) = false
reduce_empty(::typeof(add_sum), ::Type{T}) where {T} = reduce_empty(+, T)
reduce_empty(::typeof(add_sum), ::Type{T}) where {T<:SmallSigned} = 0
reduce_empty(::typeof(add_sum), ::Type{T}) where {T<:SmallUnsigned} = UInt(0)
reduce_empty(::typeof(mul_prod), ::Type{T}) where {T} = reduce_empty(*, T)
reduce_empty(::typeof(mul_prod), ::Type{T}) where {T<:SmallSigned} = 1
reduce_empty(::typeof(mul_prod), ::Type{T}) where {T<:SmallUnsigned} = UInt(1)
reduce_empty(::typeof(vcat), ::Type{<:AbstractArray{T, 1}}) where {T} = T[]
mapreduce_empty(f, op, T) = reduce_empty_error()
mapreduce_empty(::typeof(identity), op, T) = reduce_empty(op, T)
mapreduce_empty(::typeof(abs), op, T) = abs(reduce_empty(op, T))
mapreduce_empty(::typeof(abs2), op, T) = abs2(reduce_empty(op, T))
mapreduce_empty(f::Type, op, T) = f <: Number ? reduce_empty(op, f) : reduce_empty_error()
function mapreduce_empty_iter(f, op, itr)
    if IteratorEltype(itr) isa HasEltype
        return mapreduce_empty(f, op, eltype(itr))
    elseif itr isa Generator && f === identity
        T = default_eltype(itr)
        (T === Any || T === Union{}) && return mapreduce_empty_iter(itr.f, op, itr.iter)
        return mapreduce_empty(f, op, T)
    end
    reduce_empty_error()
end

# In order

function mapfoldl(f, op, itr; init=no_init)
    y = iterate(itr)
    if y === nothing
        return init === no_init ? mapreduce_empty_iter(f, op, itr) : init
    end
    v = init === no_init ? mapreduce_first(f, op, y[1]) : op(init, f(y[1]))
    while true
        y = iterate(itr, y[2])
        y === nothing && return v
        v = op(v, f(y[1]))
    end
end
foldl(op, itr; init=no_init) = mapfoldl(identity, op, itr; init=init)
mapfoldr(f, op, itr; init=no_init) = foldr_over(f, op, Iterators.reverse(itr), init)
function foldr_over(f, op, rev, init)
    y = iterate(rev)
    if y === nothing
        return init === no_init ? mapreduce_empty_iter(f, op, rev.itr) : init
    end
    v = init === no_init ? mapreduce_first(f, op, y[1]) : op(f(y[1]), init)
    while true
        y = iterate(rev, y[2])
        y === nothing && return v
        v = op(f(y[1]), v)
    end
end
foldr(op, itr; init=no_init) = mapfoldr(identity, op, itr; init=init)

# In the order that suits

mapreduce(f, op, itr; init=no_init) = mapfoldl(f, op, itr; init=init)
mapreduce(f, op, itr, itrs...; kw...) = reduce(op, Generator(f, itr, itrs...); kw...)
reduce(op, itr; kw...) = mapreduce(identity, op, itr; kw...)
mapreduce(f, op, A::AbstractArray; dims=:, init=no_init) = dims === (:) ? mapreduce_all(f, op, A, init) : mapreduce_dims(f, op, A, dims, init)
mapreduce(f, op, A::AbstractArray, As::AbstractArray...; kw...) = reduce(op, map(f, A, As...); kw...)
reduce(op, A::AbstractArray; dims=:, init=no_init) = dims === (:) ? mapreduce_all(identity, op, A, init) : mapreduce_dims(identity, op, A, dims, init)
reduce(::typeof(vcat), A::AbstractVector{<:AbstractVecOrMat}; init=no_init) = init === no_init ? (isempty(A) ? reduce_empty(vcat, eltype(A)) : typed_vcat(mapfoldl(eltype, promote_type, A), A...)) : mapfoldl(identity, vcat, A; init=init)
reduce(::typeof(hcat), A::AbstractVector{<:AbstractVecOrMat}; init=no_init) = init === no_init ? (isempty(A) ? reduce_empty_error() : typed_hcat(mapfoldl(eltype, promote_type, A), A...)) : mapfoldl(identity, hcat, A; init=init)
function mapreduce_all(f, op, A::AbstractArray, init)
    init === no_init || return mapfoldl(f, op, A; init=init)
    n = length(A)
    if IndexStyle(A) isa IndexLinear
        n == 0 && return mapreduce_empty(f, op, eltype(A))
        lo = first(eachindex(IndexLinear(), A))
        return mapreduce_block(f, op, A, lo, lo + n - 1)
    end
    return mapfoldl(f, op, A)
end
# Of an Array the elements are read directly.
for (T, element) in ((:AbstractArray, :(A[i])), (:Array, :(@_arrayget A i)))
    @eval function mapreduce_block(f, op, A::$T, lo::Int, hi::Int)
        if hi - lo < 1024
            lo === hi && return mapreduce_first(f, op, A[lo])
            v = op(f(A[lo]), f(A[lo+1]))
            i = add_int(lo, 2)
            while sle_int(i, hi)
                v = op(v, f($element))
                i = add_int(i, 1)
            end
            return v
        end
        mid = lo + ((hi - lo) >> 1)
        return op(mapreduce_block(f, op, A, lo, mid), mapreduce_block(f, op, A, mid + 1, hi))
    end
end

sum(itr; init=no_init) = mapreduce(identity, add_sum, itr; init=init)
sum(f, itr; init=no_init) = mapreduce(f, add_sum, itr; init=init)
prod(itr; init=no_init) = mapreduce(identity, mul_prod, itr; init=init)
prod(f, itr; init=no_init) = mapreduce(f, mul_prod, itr; init=init)
maximum(itr; init=no_init) = mapreduce(identity, max, itr; init=init)
maximum(f, itr; init=no_init) = mapreduce(f, max, itr; init=init)
minimum(itr; init=no_init) = mapreduce(identity, min, itr; init=init)
minimum(f, itr; init=no_init) = mapreduce(f, min, itr; init=init)
sum(A::AbstractArray; dims=:, init=no_init) = mapreduce(identity, add_sum, A; dims=dims, init=init)
sum(f, A::AbstractArray; dims=:, init=no_init) = mapreduce(f, add_sum, A; dims=dims, init=init)
prod(A::AbstractArray; dims=:, init=no_init) = mapreduce(identity, mul_prod, A; dims=dims, init=init)
prod(f, A::AbstractArray; dims=:, init=no_init) = mapreduce(f, mul_prod, A; dims=dims, init=init)
maximum(A::AbstractArray; dims=:, init=no_init) = mapreduce(identity, max, A; dims=dims, init=init)
maximum(f, A::AbstractArray; dims=:, init=no_init) = mapreduce(f, max, A; dims=dims, init=init)
minimum(A::AbstractArray; dims=:, init=no_init) = mapreduce(identity, min, A; dims=dims, init=init)
minimum(f, A::AbstractArray; dims=:, init=no_init) = mapreduce(f, min, A; dims=dims, init=init)
extrema_pair(a, b) = (min(a[1], b[1]), max(a[2], b[2]))
extrema(itr; init=no_init) = extrema(identity, itr; init=init)
extrema(f, itr; init=no_init) = mapreduce(x -> (y = f(x); (y, y)), extrema_pair, itr; init=init)
extrema(A::AbstractArray; dims=:, init=no_init) = extrema(identity, A; dims=dims, init=init)
extrema(f, A::AbstractArray; dims=:, init=no_init) = mapreduce(x -> (y = f(x); (y, y)), extrema_pair, A; dims=dims, init=init)

# The first extreme value and where it is

findmax(f, itr) = find_extreme(f, itr, (a, b) -> isgreater_or_nan(b, a))
findmin(f, itr) = find_extreme(f, itr, (a, b) -> isless_or_nan(b, a))
isgreater_or_nan(b, a) = isunordered(a) ? false : isunordered(b) ? true : isless(a, b)
isless_or_nan(b, a) = isunordered(a) ? false : isunordered(b) ? true : isless(b, a)
function find_extreme(f, itr, better)
    ps = pairs(itr)
    y = iterate(ps)
    y === nothing && reduce_empty_error()
    k, x = y[1]
    m = f(x)
    while true
        y = iterate(ps, y[2])
        y === nothing && return (m, k)
        j, x = y[1]
        v = f(x)
        if better(m, v)
            m = v
            k = j
        end
    end
end
findmax(itr) = findmax(identity, itr)
findmin(itr) = findmin(identity, itr)
argmax(itr) = findmax(itr)[2]
argmin(itr) = findmin(itr)[2]
argmax(f, domain) = arg_extreme(f, domain, (a, b) -> isgreater_or_nan(b, a))
argmin(f, domain) = arg_extreme(f, domain, (a, b) -> isless_or_nan(b, a))
function arg_extreme(f, domain, better)
    y = iterate(domain)
    y === nothing && reduce_empty_error()
    best = y[1]
    m = f(best)
    while true
        y = iterate(domain, y[2])
        y === nothing && return best
        v = f(y[1])
        if better(m, v)
            m = v
            best = y[1]
        end
    end
end

any(itr) = any_of(identity, itr)
all(itr) = all_of(identity, itr)
any(f, itr) = any_of(f, itr)
all(f, itr) = all_of(f, itr)
any(A::AbstractArray; dims=:) = dims === (:) ? any_of(identity, A) : mapreduce_dims(identity, |, A, dims, false)
all(A::AbstractArray; dims=:) = dims === (:) ? all_of(identity, A) : mapreduce_dims(identity, &, A, dims, true)
any(f, A::AbstractArray; dims=:) = dims === (:) ? any_of(f, A) : mapreduce_dims(f, |, A, dims, false)
all(f, A::AbstractArray; dims=:) = dims === (:) ? all_of(f, A) : mapreduce_dims(f, &, A, dims, true)
count(itr; init=0) = count(identity, itr; init=init)
function count(f, itr; init=0)
    return count_all(f, itr, init)
end
count(A::AbstractArray; dims=:, init=0) = count(identity, A; dims=dims, init=init)
count(f, A::AbstractArray; dims=:, init=0) = dims === (:) ? count_all(f, A, init) : mapreduce_dims(x -> Int(f(x)), +, A, dims, init)
function count_all(::typeof(identity), A::Array{Bool}, n::Int)
    len = length(A)
    i = 1
    while sle_int(i, len)
        (@_arrayget A i) && (n = add_int(n, 1))
        i = add_int(i, 1)
    end
    return n
end
function count_all(f, A, n)
    for x in A
        v = f(x)::Bool
        n = n isa Int ? add_int(n, Core.ifelse(v, 1, 0)) : n + v
    end
    return n
end
