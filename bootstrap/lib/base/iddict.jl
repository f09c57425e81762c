# Dictionaries by identity: keys are compared by `===` and placed by their objectid.
#
# The table is the runtime's (capi/eqtables.ts): keys and values in turn in one Memory, which is replaced by a larger one as
# it fills. `ndel` counts the places of removed entries, so that a table that holds little else is made anew.

mutable struct IdDict{K, V} <: AbstractDict{K, V}
    ht::Memory{Any}
    count::Int
    ndel::Int
    IdDict{K, V}() where {K, V} = new{K, V}(Memory{Any}(undef, 32), 0, 0)
    IdDict{K, V}(d::IdDict{K, V}) where {K, V} = new{K, V}(copy(d.ht), d.count, d.ndel)
end
function IdDict{K, V}(itr) where {K, V}
    d = IdDict{K, V}()
    for (k, v) in itr
        d[k] = v
    end
    return d
end
IdDict{K, V}(ps::Pair...) where {K, V} = IdDict{K, V}(ps)
IdDict() = IdDict{Any, Any}()
IdDict(::Tuple{}) = IdDict()
IdDict(ps::Pair{K, V}...) where {K, V} = IdDict{K, V}(ps)
IdDict(ps::Pair{K}...) where {K} = IdDict{K, Any}(ps)
IdDict(ps::(Pair{K, V} where {K})...) where {V} = IdDict{Any, V}(ps)
IdDict(ps::Pair...) = IdDict{Any, Any}(ps)
IdDict(itr) = (d = Dict(itr); IdDict{keytype(d), valtype(d)}(itr))

function rehash!(d::IdDict, newsz::Integer=length(d.ht))
    d.ht = ccall(:jl_idtable_rehash, Memory{Any}, (Any, Csize_t), d.ht, newsz)
    return d
end
function sizehint!(d::IdDict, n)
    newsz = max(32, 1 << (8sizeof(Int) - leading_zeros(2Int(n) - 1)))
    # Growing by less than a quarter is not worth it.
    return newsz < (5 * length(d.ht)) >> 2 ? d : rehash!(d, newsz)
end

function setindex!(d::IdDict{K, V}, @nospecialize(v), @nospecialize(key)) where {K, V}
    key isa K || throw(KeyTypeError(K, key))
    x = v isa V ? v : convert(V, v)::V
    if d.ndel >= (3 * length(d.ht)) >> 2
        rehash!(d, max(length(d.ht) >> 1, 32))
        d.ndel = 0
    end
    inserted = RefValue{Cint}(0)
    d.ht = ccall(:jl_eqtable_put, Memory{Any}, (Any, Any, Any, Ptr{Cint}), d.ht, key, x, inserted)
    d.count += inserted[]
    return d
end

# The value, or `default`, whatever type that is of.
lookup(d::IdDict, @nospecialize(key), @nospecialize(default)) =
    ccall(:jl_eqtable_get, Any, (Any, Any, Any), d.ht, key, default)

function get(d::IdDict{K, V}, @nospecialize(key), @nospecialize(default)) where {K, V}
    v = lookup(d, key, default)
    return v === default ? default : v::V
end
function getindex(d::IdDict{K, V}, @nospecialize(key)) where {K, V}
    v = lookup(d, key, secret_value)
    return v === secret_value ? throw(KeyError(key)) : v::V
end
function get!(default::Callable, d::IdDict{K, V}, @nospecialize(key)) where {K, V}
    v = lookup(d, key, secret_value)
    v === secret_value || return v::V
    x = default()
    x = x isa V ? x : convert(V, x)::V
    d[key] = x
    return x
end
haskey(d::IdDict, @nospecialize(key)) = lookup(d, key, secret_value) !== secret_value
in(@nospecialize(k), v::KeySet{<:Any, <:IdDict}) = haskey(v.dict, k)

function pop!(d::IdDict{K, V}, @nospecialize(key), @nospecialize(default)) where {K, V}
    found = RefValue{Cint}(0)
    v = ccall(:jl_eqtable_pop, Any, (Any, Any, Any, Ptr{Cint}), d.ht, key, default, found)
    found[] == 0 && return default
    d.count -= 1
    d.ndel += 1
    return v::V
end
function delete!(d::IdDict, @nospecialize(key))
    pop!(d, key, secret_value)
    return d
end
function empty!(d::IdDict)
    d.ht = Memory{Any}(undef, 32)
    d.ndel = 0
    d.count = 0
    return d
end
empty(d::IdDict, ::Type{K}, ::Type{V}) where {K, V} = IdDict{K, V}()
copy(d::IdDict{K, V}) where {K, V} = IdDict{K, V}(d)

length(d::IdDict) = d.count
isempty(d::IdDict) = d.count == 0
function iterate(d::IdDict{K, V}, i::Int=0) where {K, V}
    i = ccall(:jl_eqtable_nextind, Int, (Any, Csize_t), d.ht, i)
    return i == -1 ? nothing : (Pair{K, V}(d.ht[i + 1]::K, d.ht[i + 2]::V), i + 2)
end
function filter!(f, d::IdDict)
    for p in d
        f(p) || delete!(d, p.first)
    end
    return d
end
