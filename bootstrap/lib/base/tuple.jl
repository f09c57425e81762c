# Tuples as collections.


ndims(::Tuple) = 1
size(@nospecialize(t::Tuple), d::Integer) = d == 1 ? nfields(t) : throw(ArgumentError(string("invalid tuple dimension ", d)))
axes(@nospecialize t::Tuple) = (OneTo(nfields(t)),)
keys(@nospecialize t::Tuple) = OneTo(nfields(t))
eachindex(@nospecialize t::Tuple) = OneTo(nfields(t))
isempty(@nospecialize t::Tuple) = nfields(t) === 0
isempty(::Tuple{}) = true
getindex(t::Tuple, i::Integer) = getfield(t, Int(i))
getindex(t::Tuple, r::AbstractArray{<:Any, 1}) = (eltype(r) <: Bool) ? tuple_from(t, findall(r)) : tuple_from(t, r)
getindex(t::Tuple, ::Colon) = t
function tuple_from(t::Tuple, r)
    out = Array{Any, 1}(undef, 0)
    for i in r
        push!(out, getfield(t, Int(i)))
    end
    return (out...,)
end
getindex(t::Tuple, r::UnitRange{Int}) = slice_tuple(t, first(r), last(r))
function slice_tuple(t::Tuple, lo::Int, hi::Int)
    lo > hi && return ()
    (1 <= lo && hi <= nfields(t)) || throw(BoundsError(t, lo:hi))
    lo == 1 && hi == nfields(t) && return t
    out = Memory{Any}(undef, hi - lo + 1)
    i = lo
    while i <= hi
        out[i - lo + 1] = getfield(t, i)
        i += 1
    end
    return Core._apply_iterate(iterate, Core.tuple, out)
end
function setindex(x::Tuple, v, i::Integer)
    1 <= i <= nfields(x) || throw(BoundsError(x, i))
    return ntuple(j -> j == i ? v : x[j], nfields(x))
end
get(t::Tuple, i::Integer, default) = 1 <= i <= nfields(t) ? getfield(t, Int(i)) : default
get(f::Callable, t::Tuple, i::Integer) = 1 <= i <= nfields(t) ? getfield(t, Int(i)) : f()
haskey(t::Tuple, i::Integer) = 1 <= i <= nfields(t)
first(t::Tuple) = t[1]
first(::Tuple{}) = throw(ArgumentError("tuple must be non-empty"))
last(t::Tuple) = t[nfields(t)]
last(::Tuple{}) = throw(ArgumentError("tuple must be non-empty"))
values(t::Tuple) = t
only(x::Tuple{Any}) = x[1]
only(x::Tuple) = throw(ArgumentError(string("Tuple contains ", nfields(x), " elements, must contain exactly 1 element")))
prevind(@nospecialize(t::Tuple), i::Integer) = Int(i) - 1
nextind(@nospecialize(t::Tuple), i::Integer) = Int(i) + 1

tail(::Tuple{}) = throw(ArgumentError("Cannot call tail on an empty tuple."))
front(t::Tuple) = ntuple(k -> getfield(t, k), nfields(t) - 1)
front(::Tuple{}) = throw(ArgumentError("Cannot call front on an empty tuple."))

eltype(::Type{Tuple{}}) = Bottom
eltype(t::Tuple) = eltype(typeof(t))
function eltype(::Type{T}) where {T<:Tuple}
    U = unwrap_unionall(T)
    isa(U, DataType) || return Any
    r = Union{}
    for p in U.parameters
        p = unwrapva(p)
        r = promote_typejoin(r, isa(p, TypeVar) ? p.ub : rewrap_unionall(p, T))
    end
    return r
end

# Iterators split their head from their rest, as destructuring does

indexed_iterate(a::Array, i::Int) = i <= length(a) ? (a[i], i + 1) : throw(BoundsError(a, i))
indexed_iterate(a::Array, i::Int, state) = i <= length(a) ? (a[i], i + 1) : throw(BoundsError(a, i))
function indexed_iterate(I, i)
    x = iterate(I)
    x === nothing && throw(BoundsError(I, i))
    return x
end
function indexed_iterate(I, i, state)
    x = iterate(I, state)
    x === nothing && throw(BoundsError(I, i))
    return x
end
rest(t::Tuple) = t
rest(t::Tuple, i::Int) = ntuple(k -> getfield(t, k + i - 1), nfields(t) - i + 1)
rest(a::Array, i::Int=1) = a[i:length(a)]
rest(a::SimpleVector, i::Int=1) = svec((a[j] for j in i:length(a))...)
rest(itr, state...) = Iterators.rest(itr, state...)
function split_rest(t::Tuple, n::Int, i=1)
    k = nfields(t) - n
    k < i - 1 && throw(BoundsError(t, n + i))
    return slice_tuple(t, i, k), slice_tuple(t, k + 1, nfields(t))
end
function split_rest(itr, n::Int, state...)
    v = collect(rest(itr, state...))
    length(v) < n && throw(BoundsError(itr, n + 1))
    return v[1:length(v)-n], v[length(v)-n+1:length(v)]
end
function split_rest(a::Array, n::Int, i=1)
    length(a) - n < i - 1 && throw(BoundsError(a, n + i))
    return a[i:length(a)-n], a[length(a)-n+1:length(a)]
end

# Mapping and folding

map(f, t::Tuple{}) = ()
map(f, t::Tuple{Any}) = (f(t[1]),)
map(f, t::Tuple{Any, Any}) = (f(t[1]), f(t[2]))
map(f, t::Tuple{Any, Any, Any}) = (f(t[1]), f(t[2]), f(t[3]))
function map(f, t::Tuple)
    out = Memory{Any}(undef, nfields(t))
    i = 1
    while i <= nfields(t)
        out[i] = f(getfield(t, i))
        i += 1
    end
    return Core._apply_iterate(iterate, Core.tuple, out)
end
map(f, ::Tuple{}, ::Tuple{}) = ()
map(f, ::Tuple{}, ::Tuple) = ()
map(f, ::Tuple, ::Tuple{}) = ()
map(f, t::Tuple{Any}, s::Tuple{Any}) = (f(t[1], s[1]),)
map(f, t::Tuple{Any, Any}, s::Tuple{Any, Any}) = (f(t[1], s[1]), f(t[2], s[2]))
map(f, t::Tuple, s::Tuple, ts::Tuple...) = map_tuples(f, t, s, ts...)
function map_tuples(f, ts::Tuple...)
    n = nfields(ts[1])
    for t in ts
        n = min(n, nfields(t))
    end
    out = Memory{Any}(undef, n)
    i = 1
    while i <= n
        k = i
        out[i] = f(map(t -> getfield(t, k), ts)...)
        i += 1
    end
    return Core._apply_iterate(iterate, Core.tuple, out)
end
foreach(f, itr::Tuple) = (for x in itr
    f(x)
end; nothing)

ntuple(f, ::Val{0}) = ()
@inline ntuple(f, ::Val{N}) where {N} = ntuple(f, N)
@inline function ntuple(f, n::Integer)
    return n == 0 ? () :
        n == 1 ? (f(1),) :
        n == 2 ? (f(1), f(2)) :
        n == 3 ? (f(1), f(2), f(3)) :
        n == 4 ? (f(1), f(2), f(3), f(4)) :
        n == 5 ? (f(1), f(2), f(3), f(4), f(5)) :
        n == 6 ? (f(1), f(2), f(3), f(4), f(5), f(6)) :
        n == 7 ? (f(1), f(2), f(3), f(4), f(5), f(6), f(7)) :
        n == 8 ? (f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8)) :
        n == 9 ? (f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8), f(9)) :
        n == 10 ? (f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8), f(9), f(10)) :
        long_ntuple(f, n)
end
function long_ntuple(f, n)
    n < 0 && throw(ArgumentError(LazyString("tuple length should be ≥ 0, got ", n)))
    return ([f(i) for i in 1:n]...,)
end
fill_to_length(t::Tuple, val, ::Val{N}) where {N} = (t..., ntuple(i -> val, N - nfields(t))...)

(::Type{T})(x::Tuple) where {T<:Tuple} = convert(T, x)
function (::Type{T})(itr) where {T<:Tuple}
    T === Tuple && return (collect(itr)...,)
    v = (collect(itr)...,)
    U = unwrap_unionall(T)
    if isa(U, DataType) && !isvatuple(U)
        n = length(U.parameters)
        nfields(v) < n && throw(ArgumentError(string("too few elements for tuple type ", T)))
        v = slice_tuple(v, 1, n)
    end
    return convert(T, v)
end
Tuple(x::Tuple) = x
Tuple(x::Array) = (x...,)
Tuple(itr) = (collect(itr)...,)
Tuple(x::NamedTuple) = (x...,)

# Comparison: element by element, the shorter first

function ==(t1::Tuple, t2::Tuple)
    n = nfields(t1)
    n == nfields(t2) || return false
    anymissing = false
    i = 1
    while i <= n
        eq = getfield(t1, i) == getfield(t2, i)
        if eq === missing
            anymissing = true
        elseif !eq
            return false
        end
        i += 1
    end
    return anymissing ? missing : true
end
function isequal(t1::Tuple, t2::Tuple)
    nfields(t1) == nfields(t2) || return false
    i = 1
    while i <= nfields(t1)
        isequal(getfield(t1, i), getfield(t2, i)) || return false
        i += 1
    end
    return true
end
function <(t1::Tuple, t2::Tuple)
    n = min(nfields(t1), nfields(t2))
    for i in 1:n
        a = t1[i]
        b = t2[i]
        eq = a == b
        eq === missing && return missing
        eq || return a < b
    end
    return nfields(t1) < nfields(t2)
end
function isless(t1::Tuple, t2::Tuple)
    n = min(nfields(t1), nfields(t2))
    i = 1
    while i <= n
        a = getfield(t1, i)
        b = getfield(t2, i)
        isless(a, b) && return true
        isequal(a, b) || return false
        i += 1
    end
    return nfields(t1) < nfields(t2)
end
reverse(t::Tuple) = ntuple(i -> t[nfields(t) + 1 - i], nfields(t))
revargs(x...) = reverse(x)
function filter(f, t::Tuple)
    out = Any[]
    for x in t
        f(x) && push!(out, x)
    end
    return (out...,)
end
any(f, t::Tuple) = any_of(f, t)
all(f, t::Tuple) = all_of(f, t)
any(f, ::Tuple{}) = false
all(f, ::Tuple{}) = true
any(x::Tuple{}) = false
all(x::Tuple{}) = true
any(t::Tuple) = any_of(identity, t)
all(t::Tuple) = all_of(identity, t)
function any_of(f, itr)
    anymissing = false
    for x in itr
        v = f(x)
        if v === missing
            anymissing = true
        elseif v
            return true
        end
    end
    return anymissing ? missing : false
end
function all_of(f, itr)
    anymissing = false
    for x in itr
        v = f(x)
        if v === missing
            anymissing = true
        elseif v
            continue
        else
            return false
        end
    end
    return anymissing ? missing : true
end
sum(t::Tuple{}) = 0
prod(t::Tuple{}) = 1
circshift(x::Tuple, shift::Integer) = (n = nfields(x); n == 0 ? x : ntuple(i -> x[mod1(i - shift, n)], n))
copy(t::Tuple) = t
filter(f, xs::Tuple) = Core._apply_iterate(iterate, Core.tuple, Any[x for x in xs if f(x)])

# Tuple types taken apart

function tuple_type_head(T::Type)
    return fieldtype(T, 1)
end
function tuple_type_tail(T::Type)
    T isa UnionAll && return UnionAll(T.var, tuple_type_tail(T.body))
    T isa Union && return Union{tuple_type_tail(T.a), tuple_type_tail(T.b)}
    T.name === Tuple.name || throw(MethodError(tuple_type_tail, (T,)))
    isvatuple(T) && length(T.parameters) == 1 && return T
    return Tuple{Any[T.parameters[i] for i in 2:length(T.parameters)]...}
end
tuple_type_cons(::Type, ::Type{Union{}}) = Union{}
tuple_type_cons(::Type{S}, ::Type{T}) where {S, T<:Tuple} = Tuple{S, T.parameters...}
