# Sets: a Dict whose values are nothing; the operations on any iterable as a set.

struct Set{T} <: AbstractSet{T}
    dict::Dict{T, Nothing}
    Set{T}(d::Dict{T, Nothing}) where {T} = new{T}(d)
end
Set{T}() where {T} = Set{T}(Dict{T, Nothing}())
Set{T}(s::Set{T}) where {T} = Set{T}(copy(s.dict))
function Set{T}(itr) where {T}
    s = Set{T}()
    haslength(itr) && sizehint!(s.dict, Int(length(itr)))
    for x in itr
        push!(s, x)
    end
    return s
end
Set() = Set{Any}()
function Set(itr)
    IteratorEltype(itr) isa HasEltype && return Set{eltype(itr)}(itr)
    return set_from_iterator(itr)
end
function set_from_iterator(itr)
    T = default_eltype(itr)
    xs = collect(itr)
    return Set{isempty(xs) ? T : eltype(xs)}(xs)
end
isempty(s::Set) = isempty(s.dict)
length(s::Set) = length(s.dict)
in(x, s::Set) = haskey(s.dict, x)
iterate(s::Set) = iterate(KeySet(s.dict))
iterate(s::Set, i::Int) = iterate(KeySet(s.dict), i)
push!(s::Set, x) = (setindex!(s.dict, nothing, x); s)
function in!(x, s::AbstractSet)
    x in s && return true
    push!(s, x)
    return false
end
delete!(s::Set, x) = (delete!(s.dict, x); s)
function pop!(s::Set, x)
    i = ht_keyindex(s.dict, x)
    i < 0 && throw(KeyError(x))
    k = s.dict.keys[i]
    delete_slot!(s.dict, i)
    return k
end
pop!(s::AbstractSet, x) = x in s ? (delete!(s, x); x) : throw(KeyError(x))
pop!(s::AbstractSet, x, default) = x in s ? pop!(s, x) : default
function pop!(s::Set)
    isempty(s) && throw(ArgumentError("set must be non-empty"))
    return pop!(s.dict).first
end
empty!(s::Set) = (empty!(s.dict); s)
empty(s::AbstractSet{T}, ::Type{U}=T) where {T, U} = Set{U}()
emptymutable(s::AbstractSet{T}, ::Type{U}=T) where {T, U} = Set{U}()
copy(s::Set{T}) where {T} = Set{T}(copy(s.dict))
copymutable(s::AbstractSet) = copy(s)
copymutable(itr) = collect(itr)
sizehint!(s::Set, n; kw...) = (sizehint!(s.dict, n); s)
filter!(f, s::Set) = (filter!(p -> f(p.first), s.dict); s)
filter(f, s::AbstractSet) = (r = empty(s); for x in s
    f(x) && push!(r, x)
end; r)
eltype(::Type{<:AbstractSet{T}}) where {T} = T
first(s::AbstractSet) = (y = iterate(s); y === nothing ? throw(ArgumentError("collection must be non-empty")) : y[1])
convert(::Type{T}, s::T) where {T<:AbstractSet} = s
convert(::Type{T}, s::AbstractSet) where {T<:AbstractSet} = T(s)::T
unique(s::AbstractSet) = collect(s)
allunique(::Union{AbstractSet, AbstractDict}) = true
push!(s::AbstractSet, x, y...) = (push!(s, x); for z in y
    push!(s, z)
end; s)
append!(s::AbstractSet, iter) = union!(s, iter)
hash(s::AbstractSet, h::UInt) = (hv = 0x852ada37cfe8e0ce; for x in s
    hv = xor(hv, hash(x))
end; hash(hv, h))
==(a::AbstractSet, b::AbstractSet) = length(a) == length(b) && a ⊆ b
isequal(a::AbstractSet, b::AbstractSet) = a == b
isless(a::AbstractSet, b::AbstractSet) = a ⊊ b
<(a::AbstractSet, b::AbstractSet) = a ⊊ b
<=(a::AbstractSet, b::AbstractSet) = a ⊆ b

# Union, intersection, difference

union() = Any[]
union(s::AbstractSet) = copy(s)
function union(s::AbstractSet, sets...)
    T = eltype(s)
    for t in sets
        T = promote_type(T, eltype(t))
    end
    return union!(Set{T}(s), sets...)
end
union!(s::AbstractSet) = s
function union!(s::AbstractSet, sets...)
    for t in sets
        for x in t
            push!(s, x)
        end
    end
    return s
end
union(a, bs...) = vector_union(a, bs...)
function vector_union(a, bs...)
    T = eltype(a)
    for b in bs
        T = promote_eltype_for_sets(T, eltype(b))
    end
    out = Array{T, 1}(undef, 0)
    seen = Set{T}()
    for c in (a, bs...), x in c
        if !(x in seen)
            push!(seen, x)
            push!(out, x)
        end
    end
    return out
end
promote_eltype_for_sets(T, S) = promote_type(T, S)
union!(v::AbstractVector, itrs...) = (u = vector_union(v, itrs...); resize!(v, length(u)); copyto!(v, u))
intersect(a) = unique(a)
intersect(s::AbstractSet) = copy(s)
intersect(s::AbstractSet, itr, itrs...) = intersect!(intersect_set(s, itr), itrs...)
function intersect_set(s, itr)
    r = Set{promote_type(eltype(s), eltype(itr))}()
    if itr isa AbstractSet && length(itr) < length(s)
        for x in itr
            x in s && push!(r, x)
        end
        return r
    end
    t = itr isa AbstractSet ? itr : Set(itr)
    for x in s
        x in t && push!(r, x)
    end
    return r
end
intersect!(s::AbstractSet) = s
intersect!(s::AbstractSet, itrs...) = (for itr in itrs
    t = itr isa AbstractSet ? itr : Set(itr)
    filter!(x -> x in t, s)
end; s)
function intersect(a, b, cs...)
    if a isa AbstractSet
        return intersect_set(a, b)
    end
    T = promote_type(eltype(a), eltype(b))
    sets = map(c -> c isa AbstractSet ? c : Set(c), (b, cs...))
    out = Array{T, 1}(undef, 0)
    seen = Set{T}()
    for x in a
        if !(x in seen) && all(s -> x in s, sets)
            push!(seen, x)
            push!(out, x)
        end
    end
    return out
end
intersect!(v::AbstractVector, itrs...) = (u = intersect(v, itrs...); resize!(v, length(u)); copyto!(v, u))
setdiff(s) = s isa AbstractSet ? copy(s) : unique(s)
setdiff(s::AbstractSet, itrs...) = setdiff!(copy(s), itrs...)
setdiff!(s::AbstractSet, itrs...) = (for itr in itrs, x in itr
    delete!(s, x)
end; s)
function setdiff(a, bs...)
    drop = Set{Any}()
    for b in bs, x in b
        push!(drop, x)
    end
    out = Array{eltype(a), 1}(undef, 0)
    for x in a
        if !(x in drop)
            push!(drop, x)
            push!(out, x)
        end
    end
    return out
end
setdiff!(v::AbstractVector, itrs...) = (u = setdiff(v, itrs...); resize!(v, length(u)); copyto!(v, u))
symdiff(s) = setdiff(s)
symdiff(s::AbstractSet, itrs...) = symdiff!(copy(s), itrs...)
symdiff!(s::AbstractSet, itrs...) = (for itr in itrs
    for x in (itr isa AbstractSet ? itr : unique(itr))
        x in s ? delete!(s, x) : push!(s, x)
    end
end; s)
function symdiff(a, bs...)
    out = unique(a)
    for b in bs
        ub = unique(b)
        common = Set(intersect(out, ub))
        out = vcat(filter(x -> !(x in common), out), filter(x -> !(x in common), ub))
    end
    return out
end
const ∪ = union
const ∩ = intersect

# Comparison

issubset(a) = Fix2(issubset, a)
const ⊆ = issubset
function issubset(a, b)
    if b isa AbstractSet || b isa Tuple || length(b) < 70
        for x in a
            x in b || return false
        end
        return true
    end
    s = Set(b)
    for x in a
        x in s || return false
    end
    return true
end
issubset(a::AbstractSet, b::AbstractSet) = length(a) <= length(b) && all(x -> x in b, a)
⊇(a, b) = b ⊆ a
⊈(a, b) = !(a ⊆ b)
⊉(a, b) = !(b ⊆ a)
⊊(a, b) = Set(a) ⊆ Set(b) && length(Set(a)) < length(Set(b))
⊋(a, b) = b ⊊ a
⊇(a) = Fix2(⊇, a)
issetequal(a, b) = Set(a) == Set(b)
issetequal(a) = Fix2(issetequal, a)
issetequal(a::AbstractSet, b::AbstractSet) = a == b
isdisjoint(a, b) = (s = b isa AbstractSet ? b : Set(b); !any(x -> x in s, a))
isdisjoint(a) = Fix2(isdisjoint, a)

replace(s::AbstractSet, old_new::Pair...; count::Integer=typemax(Int)) = replace_set(s, x -> (for p in old_new
    isequal(p.first, x) && return p.second
end; x), promote_type(eltype(s), map(p -> typeof(p.second), old_new)...))
replace(f::Callable, s::AbstractSet; count::Integer=typemax(Int)) = replace_set(s, f, eltype(s))
replace_set(s, f, ::Type{T}) where {T} = Set{T}(f(x) for x in s)

# Sets of integers as bits

struct BitSet <: AbstractSet{Int}
    members::Dict{Int, Nothing}
    BitSet() = new(Dict{Int, Nothing}())
end
BitSet(itr) = (s = BitSet(); for x in itr
    push!(s, x)
end; s)
push!(s::BitSet, x::Integer) = (s.members[Int(x)] = nothing; s)
in(x::Integer, s::BitSet) = haskey(s.members, x)
in(x, s::BitSet) = false
length(s::BitSet) = length(s.members)
isempty(s::BitSet) = isempty(s.members)
delete!(s::BitSet, x) = (delete!(s.members, x); s)
empty!(s::BitSet) = (empty!(s.members); s)
copy(s::BitSet) = BitSet(s)
empty(s::BitSet, ::Type{T}=Int) where {T} = T === Int ? BitSet() : Set{T}()
filter!(f, s::BitSet) = (filter!(p -> f(p.first), s.members); s)
sorted_members(s::BitSet) = sort!(collect(keys(s.members)))
iterate(s::BitSet) = (m = sorted_members(s); isempty(m) ? nothing : (m[1], (m, 2)))
iterate(s::BitSet, st) = st[2] > length(st[1]) ? nothing : (st[1][st[2]], (st[1], st[2] + 1))
first(s::BitSet) = minimum(keys(s.members))
last(s::BitSet) = maximum(keys(s.members))
minimum(s::BitSet) = first(s)
maximum(s::BitSet) = last(s)
union(s::BitSet, itrs...) = union!(copy(s), itrs...)
intersect(s::BitSet, itr, itrs...) = intersect!(copy(s), itr, itrs...)
pop!(s::BitSet) = (x = last(s); delete!(s, x); x)
popfirst!(s::BitSet) = (x = first(s); delete!(s, x); x)

mutable struct IdSet{T} <: AbstractSet{T}
    dict::IdDict{T, Nothing}
    IdSet{T}() where {T} = new(IdDict{T, Nothing}())
end
IdSet{T}(itr) where {T} = union!(IdSet{T}(), itr)
IdSet() = IdSet{Any}()
IdSet(itr) = IdSet{eltype(itr)}(itr)
push!(s::IdSet, x) = (s.dict[x] = nothing; s)
in(@nospecialize(x), s::IdSet) = haskey(s.dict, x)
length(s::IdSet) = length(s.dict)
isempty(s::IdSet) = isempty(s.dict)
delete!(s::IdSet, @nospecialize(x)) = (delete!(s.dict, x); s)
iterate(s::IdSet, st...) = iterate(KeySet(s.dict), st...)
copy(s::IdSet{T}) where {T} = IdSet{T}(s)
empty(s::IdSet, ::Type{T}=eltype(s)) where {T} = IdSet{T}()
