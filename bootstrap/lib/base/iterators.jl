# Iterators over iterators.

module Iterators
import ..Base
using ..Base: SizeUnknown, HasLength, HasShape, IsInfinite, EltypeUnknown, HasEltype, OneTo, IteratorSize, IteratorEltype, haslength,
    Generator, AbstractUnitRange, promote_typejoin, tail, Fix1, AbstractVector, CartesianIndices, LinearIndices, isdone, Pair, mapany
import ..Base: iterate, length, size, axes, ndims, eltype, IteratorSize, IteratorEltype, first, last, isempty, getindex, keys, values, pairs,
    collect, popfirst!, peek, isdone, in, haskey, get, setindex!, keytype, valtype, lastindex, firstindex, eachindex
export enumerate, zip, rest, countfrom, take, takewhile, drop, dropwhile, cycle, repeated, product, flatten, flatmap, partition, nth, findeach,
    peel, Stateful

known_eltype(T) = IteratorEltype(T)

# Enumerate

struct Enumerate{I}
    itr::I
end
enumerate(iter) = Enumerate(iter)
length(e::Enumerate) = length(e.itr)
size(e::Enumerate) = size(e.itr)
axes(e::Enumerate) = axes(e.itr)
function iterate(e::Enumerate)
    y = iterate(e.itr)
    y === nothing && return nothing
    return ((1, getfield(y, 1)), (2, getfield(y, 2)))
end
function iterate(e::Enumerate, state)
    i = getfield(state, 1)
    y = iterate(e.itr, getfield(state, 2))
    y === nothing && return nothing
    return ((i, getfield(y, 1)), (i + 1, getfield(y, 2)))
end
eltype(::Type{Enumerate{I}}) where {I} = Tuple{Int, eltype(I)}
IteratorSize(::Type{Enumerate{I}}) where {I} = IteratorSize(I)
IteratorEltype(::Type{Enumerate{I}}) where {I} = IteratorEltype(I)
last(e::Enumerate) = (length(e.itr), e.itr[end])
reverse(e::Enumerate) = Reverse(e)
isempty(e::Enumerate) = isempty(e.itr)

# Zip

struct Zip{Is<:Tuple}
    is::Is
end
zip(a...) = Zip(a)
function length(z::Zip)
    n = -1
    for i in z.is
        IteratorSize(i) isa IsInfinite && continue
        IteratorSize(i) isa SizeUnknown && throw(ArgumentError("iterator is of undefined length"))
        l = length(i)
        n = n < 0 ? l : min(n, l)
    end
    n < 0 && throw(ArgumentError("iterator is of undefined length"))
    return n
end
size(z::Zip) = Base.map(length, axes(z))
function axes(z::Zip)
    sized = Base.filter(i -> !(IteratorSize(i) isa IsInfinite), z.is)
    ax = axes(sized[1])
    for i in sized
        axes(i) == ax || (length(ax) == 1 ? (return (OneTo(length(z)),)) : throw(DimensionMismatch("dimensions must match in zip")))
    end
    return ax
end
eltype(::Type{Zip{Is}}) where {Is} = zip_eltype(Is)
zip_eltype(::Type{Is}) where {Is} = Tuple{Any[eltype(I) for I in Is.parameters]...}
function IteratorSize(::Type{Zip{Is}}) where {Is}
    r = IsInfinite()
    mixed = false
    for I in Is.parameters
        s = IteratorSize(I)
        if s isa IsInfinite
            r isa HasShape && (r = HasLength())
            mixed = true
        elseif r isa IsInfinite
            r = mixed && s isa HasShape ? HasLength() : s
        elseif s isa SizeUnknown || r isa SizeUnknown
            r = SizeUnknown()
        elseif r isa HasShape && s isa HasShape && r === s
            r = s
        else
            r = HasLength()
        end
    end
    return length(Is.parameters) == 0 ? IsInfinite() : r
end
IteratorEltype(::Type{Zip{Is}}) where {Is} = Base.all(I -> IteratorEltype(I) isa HasEltype, Is.parameters) ? HasEltype() : EltypeUnknown()
isempty(z::Zip) = Base.any(isempty, z.is)
function iterate(z::Zip{<:Tuple{Any, Any}})
    is = z.is
    a = iterate(getfield(is, 1))
    a === nothing && return nothing
    b = iterate(getfield(is, 2))
    b === nothing && return nothing
    return ((getfield(a, 1), getfield(b, 1)), (getfield(a, 2), getfield(b, 2)))
end
function iterate(z::Zip{<:Tuple{Any, Any}}, st)
    is = z.is
    a = iterate(getfield(is, 1), getfield(st, 1))
    a === nothing && return nothing
    b = iterate(getfield(is, 2), getfield(st, 2))
    b === nothing && return nothing
    return ((getfield(a, 1), getfield(b, 1)), (getfield(a, 2), getfield(b, 2)))
end
function iterate(z::Zip, st=nothing)
    vals = Any[]
    states = Any[]
    k = 1
    for i in z.is
        y = st === nothing ? iterate(i) : iterate(i, st[k])
        y === nothing && return nothing
        push!(vals, y[1])
        push!(states, y[2])
        k += 1
    end
    isempty(vals) && return (), ()
    return (vals...,), (states...,)
end
last(z::Zip) = Base.map(last, z.is)
reverse(z::Zip) = Zip(Base.map(reverse, z.is))

# Reverse

struct Reverse{T}
    itr::T
end
reverse(itr) = Reverse(itr)
reverse(r::Reverse) = r.itr
reverse(g::Generator) = Generator(g.f, reverse(g.iter))
eltype(::Type{Reverse{T}}) where {T} = eltype(T)
length(r::Reverse) = length(r.itr)
size(r::Reverse) = size(r.itr)
axes(r::Reverse) = axes(r.itr)
IteratorSize(::Type{Reverse{T}}) where {T} = IteratorSize(T)
IteratorEltype(::Type{Reverse{T}}) where {T} = IteratorEltype(T)
last(r::Reverse) = first(r.itr)
first(r::Reverse) = last(r.itr)
isempty(r::Reverse) = isempty(r.itr)
function iterate(A::Reverse, state=(reverse_indices(A.itr),))
    y = iterate(state...)
    y === nothing && return nothing
    return A.itr[y[1]], (state[1], y[2])
end
reverse_indices(A) = reverse(eachindex(A))
reverse_indices(A::AbstractVector) = Base.reverse(eachindex(A))
reverse_indices(A::AbstractArray) = Base.reverse(collect(eachindex(A)))
iterate(r::Reverse{<:Union{Tuple, NamedTuple}}, i::Int=length(r.itr)) = i < 1 ? nothing : (r.itr[i], i - 1)
iterate(r::Reverse{<:Base.AbstractRange}) = iterate(Base.reverse(r.itr))
iterate(r::Reverse{<:Base.AbstractRange}, st) = iterate(Base.reverse(r.itr), st)
function iterate(r::Reverse{<:AbstractString}, i=lastindex(r.itr))
    i < firstindex(r.itr) && return nothing
    return r.itr[i], Base.prevind(r.itr, i)
end
iterate(r::Reverse{<:Enumerate}) = (n = length(r.itr); y = iterate(reverse(r.itr.itr)); y === nothing ? nothing : ((n, y[1]), (n - 1, y[2])))
iterate(r::Reverse{<:Enumerate}, st) = (y = iterate(reverse(r.itr.itr), st[2]); y === nothing ? nothing : ((st[1], y[1]), (st[1] - 1, y[2])))

# Pairs

using Base: Pairs
Pairs{K, V}(data::A, itr::I) where {K, V, A, I} = Pairs{K, V, I, A}(data, itr)
Pairs{K}(data::A, itr::I) where {K, A, I} = Pairs{K, eltype(A), I, A}(data, itr)
Pairs(data, itr) = Pairs{eltype(itr), eltype(data), typeof(itr), typeof(data)}(data, itr)
pairs(collection) = Pairs(collection, keys(collection))
pairs(::Base.IndexLinear, A::AbstractArray) = Pairs(A, LinearIndices(A))
pairs(::Base.IndexCartesian, A::AbstractArray) = Pairs(A, CartesianIndices(axes(A)))
pairs(A::AbstractVector) = Pairs{Int, eltype(A), typeof(keys(A)), typeof(A)}(A, keys(A))
pairs(A::AbstractArray) = Pairs(A, CartesianIndices(axes(A)))
pairs(nt::NamedTuple{names}) where {names} = Pairs{Symbol, eltype(nt), Nothing, typeof(nt)}(nt, nothing)
pairs(t::Tuple) = Pairs{Int, eltype(t), OneTo{Int}, typeof(t)}(t, OneTo(length(t)))
pairs(v::Pairs) = v
pairs(g::Generator) = Generator(identity, zip(OneTo(typemax(Int)), g))
length(v::Pairs) = length(keys(v))
axes(v::Pairs) = axes(keys(v))
size(v::Pairs) = size(keys(v))
isempty(v::Pairs) = isempty(v.data)
keys(v::Pairs) = v.itr
keys(v::Pairs{Symbol, V, Nothing}) where {V} = keys(v.data)
values(v::Pairs) = v.data
eltype(::Type{Pairs{K, V, I, A}}) where {K, V, I, A} = Pair{K, V}
eltype(::Type{Pairs{K, V, I, A}}) where {K, V, I, A<:Base.AbstractString} = Pair{<:Any, V}
IteratorSize(::Type{Pairs{K, V, I, A}}) where {K, V, I, A} = IteratorSize(I)
IteratorSize(::Type{Pairs{K, V, Nothing, A}}) where {K, V, A} = HasLength()
IteratorSize(::Type{Pairs{K, V, I, A}}) where {K, V, I, A<:AbstractArray} = IteratorSize(A)
function iterate(v::Pairs{K, V}, state...) where {K, V}
    y = iterate(keys(v), state...)
    y === nothing && return nothing
    return Pair{K, V}(y[1], v.data[y[1]]), y[2]
end
getindex(v::Pairs, key) = v.data[key]
setindex!(v::Pairs, x, key) = (v.data[key] = x; v)
get(v::Pairs, key, default) = haskey(v, key) ? v.data[key] : default
get(f::Base.Callable, v::Pairs, key) = haskey(v, key) ? v.data[key] : f()
haskey(v::Pairs, key) = key in keys(v)
keytype(::Type{<:Pairs{K}}) where {K} = K
valtype(::Type{<:Pairs{<:Any, V}}) where {V} = V
(nt::Type{NamedTuple})(v::Pairs{Symbol, V, Nothing}) where {V} = v.data
Base.merge(a::NamedTuple, b::Pairs{Symbol, V, Nothing}) where {V} = Base.merge(a, b.data)
Base.empty(v::Pairs) = Base.Dict{keytype(v), valtype(v)}()
Base.structdiff(a::Pairs{Symbol, V, Nothing}, b) where {V} = Base.structdiff(a.data, b)

iterate(r::Reverse{<:Pairs}) = iterate(reverse_pairs(r))
iterate(r::Reverse{<:Pairs}, st) = iterate(reverse_pairs(r), st)
reverse_pairs(r) = (ks = Base.reverse(collect(keys(r.itr))); Generator(k -> k => r.itr[k], ks))

# Filter

struct Filter{F, I}
    flt::F
    itr::I
end
filter(flt, itr) = Filter(flt, itr)
function iterate(f::Filter, state...)
    y = iterate(f.itr, state...)
    while y !== nothing
        f.flt(y[1]) && return y
        y = iterate(f.itr, y[2])
    end
    return nothing
end
eltype(::Type{Filter{F, I}}) where {F, I} = eltype(I)
IteratorEltype(::Type{Filter{F, I}}) where {F, I} = IteratorEltype(I)
IteratorSize(::Type{<:Filter}) = SizeUnknown()
reverse(f::Filter) = Filter(f.flt, reverse(f.itr))
keys(f::Filter) = Generator(first, Filter(p -> f.flt(last(p)), pairs(f.itr)))
pairs(f::Filter) = Filter(p -> f.flt(last(p)), pairs(f.itr))

map(f, arg, args...) = Generator(f, arg, args...)

# Accumulate

struct Accumulate{F, I, T}
    f::F
    itr::I
    init::T
end
accumulate(f, itr; init=Base.no_init) = Accumulate(f, itr, init)
function iterate(a::Accumulate)
    y = iterate(a.itr)
    y === nothing && return nothing
    v = a.init === Base.no_init ? Base.reduce_first(a.f, y[1]) : a.f(a.init, y[1])
    return v, (v, y[2])
end
function iterate(a::Accumulate, st)
    y = iterate(a.itr, st[2])
    y === nothing && return nothing
    v = a.f(st[1], y[1])
    return v, (v, y[2])
end
length(a::Accumulate) = length(a.itr)
size(a::Accumulate) = size(a.itr)
axes(a::Accumulate) = axes(a.itr)
IteratorSize(::Type{<:Accumulate{F, I}}) where {F, I} = IteratorSize(I)
IteratorEltype(::Type{<:Accumulate}) = EltypeUnknown()

# Rest

struct Rest{I, S}
    itr::I
    st::S
end
rest(itr, state) = Rest(itr, state)
rest(itr) = itr
rest(r::Rest, state) = Rest(r.itr, state)
iterate(r::Rest, st=r.st) = iterate(r.itr, st)
eltype(::Type{Rest{I, S}}) where {I, S} = eltype(I)
IteratorEltype(::Type{Rest{I, S}}) where {I, S} = IteratorEltype(I)
IteratorSize(::Type{Rest{I, S}}) where {I, S} = IteratorSize(I) isa IsInfinite ? IsInfinite() : SizeUnknown()
function peel(itr)
    y = iterate(itr)
    y === nothing && return nothing
    return y[1], rest(itr, y[2])
end

# Countfrom, take, drop

struct Count{T, S}
    start::T
    step::S
end
countfrom(start::T, step::S) where {T, S} = Count{typeof(start + step), S}(start, step)
countfrom(start) = countfrom(start, oneunit(start))
countfrom() = countfrom(1)
eltype(::Type{<:Count{T}}) where {T} = T
IteratorSize(::Type{<:Count}) = IsInfinite()
iterate(c::Count, st=c.start) = (st, st + c.step)

struct Take{I}
    xs::I
    n::Int
    function Take(xs::I, n::Integer) where {I}
        n < 0 && throw(ArgumentError("Take length must be non-negative"))
        return new{I}(xs, n)
    end
end
take(xs, n::Integer) = Take(xs, Int(n))
eltype(::Type{Take{I}}) where {I} = eltype(I)
IteratorEltype(::Type{Take{I}}) where {I} = IteratorEltype(I)
IteratorSize(::Type{Take{I}}) where {I} = IteratorSize(I) isa SizeUnknown ? SizeUnknown() : HasLength()
length(t::Take) = IteratorSize(t.xs) isa IsInfinite ? t.n : min(t.n, length(t.xs))
isempty(t::Take) = t.n == 0 || isempty(t.xs)
function iterate(t::Take, state=(t.n,))
    n = state[1]
    n <= 0 && return nothing
    y = iterate(t.xs, tail(state)...)
    y === nothing && return nothing
    return y[1], (n - 1, y[2])
end

struct Drop{I}
    xs::I
    n::Int
    function Drop(xs::I, n::Integer) where {I}
        n < 0 && throw(ArgumentError("Drop length must be non-negative"))
        return new{I}(xs, n)
    end
end
drop(xs, n::Integer) = Drop(xs, Int(n))
eltype(::Type{Drop{I}}) where {I} = eltype(I)
IteratorEltype(::Type{Drop{I}}) where {I} = IteratorEltype(I)
IteratorSize(::Type{Drop{I}}) where {I} = (s = IteratorSize(I); s isa HasShape ? HasLength() : s)
length(d::Drop) = max(0, length(d.xs) - d.n)
function iterate(d::Drop)
    y = iterate(d.xs)
    for _ in 1:d.n
        y === nothing && return nothing
        y = iterate(d.xs, y[2])
    end
    return y
end
iterate(d::Drop, st) = iterate(d.xs, st)

struct TakeWhile{I, P}
    pred::P
    xs::I
end
takewhile(pred, xs) = TakeWhile(pred, xs)
function iterate(t::TakeWhile, st...)
    y = iterate(t.xs, st...)
    (y === nothing || !t.pred(y[1])) && return nothing
    return y
end
IteratorSize(::Type{<:TakeWhile}) = SizeUnknown()
eltype(::Type{TakeWhile{I, P}}) where {I, P} = eltype(I)
IteratorEltype(::Type{TakeWhile{I, P}}) where {I, P} = IteratorEltype(I)

struct DropWhile{I, P}
    pred::P
    xs::I
end
dropwhile(pred, xs) = DropWhile(pred, xs)
iterate(d::DropWhile, st) = iterate(d.xs, st)
function iterate(d::DropWhile)
    y = iterate(d.xs)
    while y !== nothing && d.pred(y[1])
        y = iterate(d.xs, y[2])
    end
    return y
end
IteratorSize(::Type{<:DropWhile}) = SizeUnknown()
eltype(::Type{DropWhile{I, P}}) where {I, P} = eltype(I)
IteratorEltype(::Type{DropWhile{I, P}}) where {I, P} = IteratorEltype(I)

# Cycle, repeated

struct Cycle{I}
    xs::I
end
cycle(xs) = Cycle(xs)
cycle(xs, n::Integer) = flatten(repeated(xs, n))
eltype(::Type{Cycle{I}}) where {I} = eltype(I)
IteratorEltype(::Type{Cycle{I}}) where {I} = IteratorEltype(I)
IteratorSize(::Type{Cycle{I}}) where {I} = IsInfinite()
iterate(c::Cycle) = iterate(c.xs)
isempty(c::Cycle) = isempty(c.xs)
function iterate(c::Cycle, st)
    y = iterate(c.xs, st)
    return y === nothing ? iterate(c.xs) : y
end

struct Repeated{T}
    x::T
end
repeated(x) = Repeated(x)
repeated(x, n::Integer) = take(repeated(x), n)
eltype(::Type{Repeated{T}}) where {T} = T
iterate(r::Repeated, st=nothing) = (r.x, nothing)
IteratorSize(::Type{<:Repeated}) = IsInfinite()

# Product

struct ProductIterator{T<:Tuple}
    iterators::T
end
product(iters...) = ProductIterator(iters)
function IteratorSize(::Type{ProductIterator{T}}) where {T}
    n = 0
    for I in T.parameters
        s = IteratorSize(I)
        s isa IsInfinite && return IsInfinite()
        s isa SizeUnknown && return SizeUnknown()
        n += s isa HasShape ? shape_dims(s) : 1
    end
    return HasShape{n}()
end
shape_dims(::HasShape{N}) where {N} = N
size(p::ProductIterator) = Base.map(length, axes(p))
axes(p::ProductIterator) = product_axes(p.iterators)
function product_axes(its)
    out = Any[]
    for i in its
        if IteratorSize(i) isa HasShape
            for a in axes(i)
                push!(out, a)
            end
        else
            push!(out, OneTo(length(i)))
        end
    end
    return (out...,)
end
ndims(p::ProductIterator) = length(axes(p))
length(p::ProductIterator) = Base.reduce((n, i) -> n * length(i), p.iterators; init=1)
isempty(p::ProductIterator) = Base.any(isempty, p.iterators)
IteratorEltype(::Type{ProductIterator{T}}) where {T} = Base.all(I -> IteratorEltype(I) isa HasEltype, T.parameters) ? HasEltype() : EltypeUnknown()
eltype(::Type{ProductIterator{T}}) where {T} = Tuple{Any[eltype(I) for I in T.parameters]...}
function iterate(p::ProductIterator)
    n = length(p.iterators)
    ys = Base.Memory{Any}(undef, n)
    vals = Base.Memory{Any}(undef, n)
    for k in 1:n
        y = iterate(p.iterators[k])
        y === nothing && return nothing
        ys[k] = y[2]
        vals[k] = y[1]
    end
    return (vals...,), (vals, ys)
end
function iterate(p::ProductIterator, state)
    vals, ys = state
    n = length(p.iterators)
    k = 1
    while k <= n
        y = iterate(p.iterators[k], ys[k])
        if y !== nothing
            vals[k] = y[1]
            ys[k] = y[2]
            return (vals...,), (vals, ys)
        end
        y = iterate(p.iterators[k])
        y === nothing && return nothing
        vals[k] = y[1]
        ys[k] = y[2]
        k += 1
    end
    return nothing
end
function iterate(p::ProductIterator{<:Tuple{Any, Any}})
    a = iterate(p.iterators[1])
    a === nothing && return nothing
    b = iterate(p.iterators[2])
    b === nothing && return nothing
    return (a[1], b[1]), (a[2], b[1], b[2])
end
function iterate(p::ProductIterator{<:Tuple{Any, Any}}, st)
    a = iterate(p.iterators[1], st[1])
    a === nothing || return (a[1], st[2]), (a[2], st[2], st[3])
    b = iterate(p.iterators[2], st[3])
    b === nothing && return nothing
    a = iterate(p.iterators[1])
    a === nothing && return nothing
    return (a[1], b[1]), (a[2], b[1], b[2])
end
reverse(r::Base.AbstractRange) = Base.reverse(r)
reverse(p::ProductIterator) = ProductIterator(Base.map(reverse, p.iterators))
last(p::ProductIterator) = Base.map(last, p.iterators)

# Flatten

struct Flatten{I}
    it::I
end
flatten(itr) = Flatten(itr)
eltype(::Type{Flatten{I}}) where {I} = eltype(eltype(I))
eltype(::Type{Flatten{Tuple{}}}) = Union{}
IteratorEltype(::Type{Flatten{I}}) where {I} = IteratorEltype(I) isa EltypeUnknown || !(isconcretetype(eltype(I)) || eltype(I) <: Base.AbstractArray) ? EltypeUnknown() : IteratorEltype(eltype(I))
IteratorEltype(::Type{Flatten{I}}) where {I<:Tuple} = Base.all(P -> IteratorEltype(P) isa HasEltype, I.parameters) ? HasEltype() : EltypeUnknown()
eltype(::Type{Flatten{I}}) where {I<:Tuple} = Base.reduce(promote_typejoin, Any[eltype(P) for P in I.parameters]; init=Union{})
# Only where all parts are tuples of one length, or numbers, is the sum of their lengths known beforehand.
function IteratorSize(::Type{Flatten{I}}) where {I}
    IteratorSize(I) isa Union{HasLength, HasShape} && IteratorEltype(I) isa HasEltype || return SizeUnknown()
    T = eltype(I)
    T <: Base.Number && return HasLength()
    return T isa DataType && T <: Tuple && !Base.isvatuple(T) ? HasLength() : SizeUnknown()
end
length(f::Flatten) = Base.sum(length, f.it; init=0)
function iterate(f::Flatten, state=())
    if state !== ()
        y = iterate(state[1], state[2])
        y === nothing || return y[1], (state[1], y[2], state[3])
        x = iterate(f.it, state[3])
    else
        x = iterate(f.it)
    end
    while x !== nothing
        y = iterate(x[1])
        y === nothing || return y[1], (x[1], y[2], x[2])
        x = iterate(f.it, x[2])
    end
    return nothing
end
reverse(f::Flatten) = Flatten(Generator(reverse, reverse(f.it)))
last(f::Flatten) = last(last(f.it))
flatmap(f, c...) = flatten(map(f, c...))

# Partition

struct PartitionIterator{T}
    c::T
    n::Int
end
function partition(c, n::Integer)
    n < 1 && throw(ArgumentError("cannot create partitions of length $n"))
    return PartitionIterator(c, Int(n))
end
eltype(::Type{PartitionIterator{T}}) where {T} = Base.Vector{eltype(T)}
IteratorEltype(::Type{PartitionIterator{T}}) where {T} = IteratorEltype(T) isa HasEltype ? HasEltype() : EltypeUnknown()
IteratorEltype(::Type{PartitionIterator{T}}) where {T<:AbstractVector} = EltypeUnknown()
IteratorSize(::Type{PartitionIterator{T}}) where {T} = (s = IteratorSize(T); s isa HasShape ? HasLength() : s)
length(p::PartitionIterator) = cld(length(p.c), p.n)
isempty(p::PartitionIterator) = isempty(p.c)
function iterate(p::PartitionIterator{<:AbstractVector}, i=firstindex(p.c))
    i > lastindex(p.c) && return nothing
    r = min(i + p.n - 1, lastindex(p.c))
    return Base.view(p.c, i:r), r + 1
end
iterate(p::PartitionIterator{<:Base.AbstractRange}, i=1) = i > length(p.c) ? nothing : (r = min(i + p.n - 1, length(p.c)); (p.c[i:r], r + 1))
function iterate(p::PartitionIterator, st...)
    y = iterate(p.c, st...)
    y === nothing && return nothing
    v = IteratorEltype(p.c) isa HasEltype ? Base.Vector{eltype(p.c)}(undef, 0) : Any[]
    push!(v, y[1])
    s = y[2]
    while length(v) < p.n
        y = iterate(p.c, s)
        y === nothing && break
        push!(v, y[1])
        s = y[2]
    end
    return IteratorEltype(p.c) isa HasEltype ? v : [x for x in v], s
end

# Stateful: iteration that remembers where it is

mutable struct Stateful{T, VS}
    itr::T
    nextvalstate::Union{VS, Nothing}
    remaining::Int
end
function Stateful(itr)
    y = iterate(itr)
    n = IteratorSize(itr) isa Union{HasLength, HasShape} ? length(itr) : -1
    return Stateful{typeof(itr), Any}(itr, y, n)
end
isempty(s::Stateful) = s.nextvalstate === nothing
isdone(s::Stateful, st=nothing) = isempty(s)
eltype(::Type{<:Stateful{T}}) where {T} = eltype(T)
IteratorEltype(::Type{<:Stateful{T}}) where {T} = IteratorEltype(T)
IteratorSize(::Type{<:Stateful{T}}) where {T} = IteratorSize(T) isa IsInfinite ? IsInfinite() : IteratorSize(T) isa SizeUnknown ? SizeUnknown() : HasLength()
length(s::Stateful) = s.remaining
peek(s::Stateful, sentinel=nothing) = s.nextvalstate === nothing ? sentinel : s.nextvalstate[1]
function popfirst!(s::Stateful)
    y = s.nextvalstate
    y === nothing && throw(Base.EOFError())
    s.nextvalstate = iterate(s.itr, y[2])
    s.remaining -= 1
    return y[1]
end
iterate(s::Stateful, st=nothing) = s.nextvalstate === nothing ? nothing : (popfirst!(s), nothing)
reset!(s::Stateful, itr=s.itr) = (s.itr = itr; s.nextvalstate = iterate(itr); s)

const only = Base.only
function nth(itr, n::Integer)
    y = iterate(drop(itr, n - 1))
    y === nothing && throw(BoundsError(itr, n))
    return y[1]
end
nth(itr::AbstractArray, n::Integer) = itr[n]
end

using .Iterators: zip, enumerate, Pairs, Flatten, Filter, product, flatten
