# Dictionaries.
#
# Dict is an open-addressing table in three parallel memories: a byte per slot (0 empty, 0x7f deleted, else the top seven
# bits of the hash with the high bit set), keys, values. A key's slot is the first free one from hash mod size on. Sizes,
# growth and probe limits are those of Julia 1.12: the order of iteration depends on them.


keytype(::Type{<:AbstractDict{K, V}}) where {K, V} = K
keytype(a::AbstractDict) = keytype(typeof(a))
valtype(::Type{<:AbstractDict{K, V}}) where {K, V} = V
valtype(a::AbstractDict) = valtype(typeof(a))
eltype(::Type{<:AbstractDict{K, V}}) where {K, V} = Pair{K, V}

mutable struct Dict{K, V} <: AbstractDict{K, V}
    slots::Memory{UInt8}
    keys::Memory{K}
    vals::Memory{V}
    ndel::Int
    count::Int
    age::UInt
    idxfloor::Int
    maxprobe::Int
    Dict{K, V}() where {K, V} = new(Memory{UInt8}(undef, 0), Memory{K}(undef, 0), Memory{V}(undef, 0), 0, 0, 0, 1, 0)
    Dict{K, V}(slots::Memory{UInt8}, keys::Memory{K}, vals::Memory{V}, ndel::Int, count::Int, age::UInt, idxfloor::Int, maxprobe::Int) where {K, V} =
        new(slots, keys, vals, ndel, count, age, idxfloor, maxprobe)
end
function Dict{K, V}(d::Dict{K, V}) where {K, V}
    return Dict{K, V}(copy(d.slots), copy(d.keys), copy(d.vals), d.ndel, d.count, d.age, d.idxfloor, d.maxprobe)
end
function Dict{K, V}(kv) where {K, V}
    h = Dict{K, V}()
    haslength(kv) && sizehint!(h, Int(length(kv)))
    for (k, v) in kv
        h[k] = v
    end
    return h
end
Dict{K, V}(p::Pair) where {K, V} = setindex!(Dict{K, V}(), p.second, p.first)
function Dict{K, V}(ps::Pair...) where {K, V}
    h = Dict{K, V}()
    sizehint!(h, nfields(ps))
    for p in ps
        h[p.first] = p.second
    end
    return h
end
Dict() = Dict{Any, Any}()
Dict(kv::Tuple{}) = Dict()
Dict(ps::Pair{K, V}...) where {K, V} = Dict{K, V}(ps)
Dict(ps::Pair...) = dict_of_pairs(ps)
function dict_of_pairs(ps)
    K = Union{}
    V = Union{}
    for p in ps
        K = promote_typejoin_or_same(K, typeof(p).parameters[1])
        V = promote_typejoin_or_same(V, typeof(p).parameters[2])
    end
    return Dict{K, V}(ps)
end
promote_typejoin_or_same(A, B) = A === Union{} ? B : A === B ? A : typejoin(A, B)
function Dict(kv)
    if kv isa AbstractDict
        return Dict{keytype(kv), valtype(kv)}(kv)
    end
    if IteratorEltype(kv) isa HasEltype
        T = eltype(kv)
        if T <: Pair && T isa DataType && length(T.parameters) == 2
            return Dict{T.parameters[1], T.parameters[2]}(kv)
        elseif T <: Tuple && T isa DataType && length(T.parameters) == 2 && !isvatuple(T)
            return Dict{T.parameters[1], T.parameters[2]}(kv)
        end
    end
    try
        return dict_from_iterator(kv)
    catch
        applicable(iterate, kv) && all(x -> x isa Union{Tuple, Pair}, kv) && rethrow()
        throw(ArgumentError("AbstractDict(kv): kv needs to be an iterator of 2-tuples or pairs"))
    end
end
function dict_from_iterator(kv)
    y = iterate(kv)
    y === nothing && return Dict{Any, Any}()
    d = nothing
    while y !== nothing
        p = y[1]
        k, v = p
        if d === nothing
            d = Dict{typeof(k), typeof(v)}()
            d[k] = v
        elseif k isa keytype(d) && v isa valtype(d)
            d[k] = v
        else
            wide = Dict{promote_typejoin(keytype(d), typeof(k)), promote_typejoin(valtype(d), typeof(v))}()
            for (a, b) in d
                wide[a] = b
            end
            wide[k] = v
            d = wide
        end
        y = iterate(kv, y[2])
    end
    return d
end
empty(a::AbstractDict) = empty(a, keytype(a), valtype(a))
empty(a::AbstractDict, ::Type{V}) where {V} = empty(a, keytype(a), V)
empty(a::AbstractDict, ::Type{K}, ::Type{V}) where {K, V} = Dict{K, V}()
copy(d::Dict{K, V}) where {K, V} = Dict{K, V}(d)
copy(a::AbstractDict) = merge!(empty(a), a)
copy(m::Memory{T}) where {T} = (n = Memory{T}(undef, length(m)); length(m) > 0 && _copymem!(memoryrefnew(n), memoryrefnew(m), length(m)); n)

table_size(x::Int) = slt_int(x, 16) ? 16 : shl_int(1, sub_int(64, bitcast(Int, ctlz_int(sub_int(x, 1)))))
short_hash(h::UInt) = or_int(trunc_int(UInt8, lshr_int(h, 57)), 0x80)
hash_index(h::UInt, sz::Int) = add_int(and_int(bitcast(Int, h), sub_int(sz, 1)), 1)
isslotfilled(h::Dict, i::Int) = !(isslotempty(h, i) || isslotmissing(h, i))
isslotempty(h::Dict, i::Int) = (@_memget h.slots i) === 0x00
isslotmissing(h::Dict, i::Int) = (@_memget h.slots i) === 0x7f

function rehash!(h::Dict{K, V}, newsz::Int=length(h.keys)) where {K, V}
    olds = h.slots
    oldk = h.keys
    oldv = h.vals
    sz = length(olds)
    newsz = table_size(newsz)
    mask = sub_int(newsz, 1)
    h.age += UInt(1)
    h.idxfloor = 1
    slots = fill_memory!(Memory{UInt8}(undef, newsz), 0x00)
    keys = Memory{K}(undef, newsz)
    vals = Memory{V}(undef, newsz)
    count = 0
    maxprobe = 0
    if h.count > 0
        i = 1
        while sle_int(i, sz)
            if !((@_memget olds i) === 0x00 || (@_memget olds i) === 0x7f)
                k = @_memget oldk i
                index = and_int(bitcast(Int, hash(k)::UInt), mask)
                first_index = index
                index = add_int(index, 1)
                while !((@_memget slots index) === 0x00)
                    index = add_int(and_int(index, mask), 1)
                end
                probe = and_int(sub_int(sub_int(index, 1), first_index), mask)
                slt_int(maxprobe, probe) && (maxprobe = probe)
                mark = @_memget olds i
                v = @_memget oldv i
                @_memset slots index mark
                @_memset keys index k
                @_memset vals index v
                count = add_int(count, 1)
            end
            i = add_int(i, 1)
        end
    end
    h.slots = slots
    h.keys = keys
    h.vals = vals
    h.count = count
    h.ndel = 0
    h.maxprobe = maxprobe
    return h
end
function fill_memory!(m::Memory{UInt8}, x::UInt8)
    n = length(m)
    n > 0 && @_direct ccall(:memset, Ptr{Cvoid}, (Ptr{Cvoid}, Cint, Int), getfield(m, :ptr), zext_int(Cint, x), n)
    return m
end
function sizehint!(d::Dict, n::Integer; shrink::Bool=true)
    oldsz = length(d.slots)
    n = max(Int(n), d.count)
    # room for n at two thirds full
    newsz = table_size(cld(3 * n, 2))
    (newsz > oldsz || (shrink && newsz < oldsz)) && rehash!(d, newsz)
    return d
end
function empty!(h::Dict{K, V}) where {K, V}
    sz = length(h.slots)
    h.slots = fill_memory!(Memory{UInt8}(undef, sz), 0x00)
    h.keys = Memory{K}(undef, sz)
    h.vals = Memory{V}(undef, sz)
    h.ndel = 0
    h.count = 0
    h.maxprobe = 0
    h.age += UInt(1)
    h.idxfloor = max(1, sz)
    return h
end

# The slot of `key`, or -1
@assume_effects :terminates_locally function ht_keyindex(h::Dict, key)
    h.count === 0 && return -1
    hsh = hash(key)::UInt
    slots = h.slots
    keys = h.keys
    mask = sub_int(length(slots), 1)
    sh = or_int(trunc_int(UInt8, lshr_int(hsh, 57)), 0x80)
    index = add_int(and_int(bitcast(Int, hsh), mask), 1)
    probe = 0
    while true
        slot = @_memget slots index
        if slot === sh
            (key === (@_memget keys index) || isequal(key, (@_memget keys index))) && return index
        elseif slot === 0x00
            return -1
        end
        slt_int(probe, h.maxprobe) || return -1
        probe = add_int(probe, 1)
        index = add_int(and_int(index, mask), 1)
    end
end
# The slot of `key` if it is there; otherwise minus the slot where it belongs
function find_slot_for(h::Dict, key, hsh::UInt)
    slots = h.slots
    keys = h.keys
    sz = length(slots)
    if sz === 0
        rehash!(h, 4)
        return neg_int(hash_index(hsh, length(h.slots)))
    end
    mask = sub_int(sz, 1)
    sh = or_int(trunc_int(UInt8, lshr_int(hsh, 57)), 0x80)
    index = add_int(and_int(bitcast(Int, hsh), mask), 1)
    avail = 0
    probe = 0
    while true
        slot = @_memget slots index
        if slot === sh
            (key === (@_memget keys index) || isequal(key, (@_memget keys index))) && return index
        elseif slot === 0x00
            return slt_int(avail, 0) ? avail : neg_int(index)
        elseif slot === 0x7f
            avail === 0 && (avail = neg_int(index))
        end
        index = add_int(and_int(index, mask), 1)
        slt_int(probe, h.maxprobe) || break
        probe = add_int(probe, 1)
    end
    probe = add_int(probe, 1)
    slt_int(avail, 0) && return avail
    allowed = max(16, sz >> 6)
    while slt_int(probe, allowed)
        if (@_memget slots index) === 0x00 || (@_memget slots index) === 0x7f
            h.maxprobe = probe
            return neg_int(index)
        end
        index = add_int(and_int(index, mask), 1)
        probe = add_int(probe, 1)
    end
    rehash!(h, h.count > 64000 ? sz * 2 : sz * 4)
    return find_slot_for(h, key, hsh)
end
function put_at!(h::Dict, v, key, index::Int, sh::UInt8)
    slots = h.slots
    (@_memget slots index) === 0x7f && setfield!(h, :ndel, sub_int(h.ndel, 1))
    @_memset slots index sh
    @_memset h.keys index key
    @_memset h.vals index v
    count = add_int(h.count, 1)
    setfield!(h, :count, count)
    setfield!(h, :age, add_int(h.age, 0x0000000000000001))
    slt_int(index, h.idxfloor) && setfield!(h, :idxfloor, index)
    # more than two thirds are taken
    if slt_int(mul_int(length(slots), 2), mul_int(add_int(count, h.ndel), 3))
        rehash!(h, count > 64000 ? count * 2 : max(count * 4, 4))
    end
    return nothing
end
# A key is stored as the key type; it must not change its identity by that
function converted_key(::Type{K}, key0) where {K}
    key0 isa K && return key0
    key = convert(K, key0)::K
    isequal(key, key0)::Bool || throw(KeyTypeError(K, key0))
    return key
end
limitrepr(x) = repr(x)
setindex!(h::Dict{K, V}, v0, key0) where {K, V} = setindex!(h, v0, converted_key(K, key0))
function setindex!(h::Dict{K, V}, v0, key::K) where {K, V}
    v = v0
    v isa V || (v = convert(V, v)::V)
    hsh = hash(key)::UInt
    index = find_slot_for(h, key, hsh)
    if slt_int(0, index)
        setfield!(h, :age, add_int(h.age, 0x0000000000000001))
        @_memset h.keys index key
        @_memset h.vals index v
    else
        put_at!(h, v, key, neg_int(index), short_hash(hsh))
    end
    return h
end
function getindex(h::Dict, key)
    index = ht_keyindex(h, key)
    slt_int(index, 0) && throw(KeyError(key))
    return @_memget h.vals index
end
function get(h::Dict, key, default)
    index = ht_keyindex(h, key)
    slt_int(index, 0) && return default
    return @_memget h.vals index
end
function get(default::Callable, h::Dict, key)
    index = ht_keyindex(h, key)
    slt_int(index, 0) && return default()
    return @_memget h.vals index
end
haskey(h::Dict, key) = slt_int(0, ht_keyindex(h, key))
function getkey(h::Dict, key, default)
    index = ht_keyindex(h, key)
    return slt_int(index, 0) ? default : (@_memget h.keys index)
end
get!(h::Dict, key, default) = get!(() -> default, h, key)
function get!(default::Callable, h::Dict{K, V}, key0) where {K, V}
    key = converted_key(K, key0)
    hsh = hash(key)::UInt
    index = find_slot_for(h, key, hsh)
    slt_int(0, index) && return (@_memget h.vals index)
    age = h.age
    d = default()
    v = d isa V ? d : convert(V, d)::V
    # the default may have changed the table
    h.age == age || (index = find_slot_for(h, key, hsh))
    if index > 0
        h.vals[index] = v
    else
        put_at!(h, v, key, -index, short_hash(hsh))
    end
    return v
end
function delete_slot!(h::Dict, index::Int)
    slots = h.slots
    mask = sub_int(length(slots), 1)
    unset_slot!(h.keys, index)
    unset_slot!(h.vals, index)
    # before an empty slot no search needs to go on, so deleted ones there can be empty too
    ndel = 1
    if (@_memget slots add_int(and_int(index, mask), 1)) === 0x00
        while true
            ndel = sub_int(ndel, 1)
            @_memset slots index 0x00
            index = add_int(and_int(sub_int(index, 2), mask), 1)
            (@_memget slots index) === 0x7f || break
        end
    else
        @_memset slots index 0x7f
    end
    setfield!(h, :ndel, add_int(h.ndel, ndel))
    setfield!(h, :count, sub_int(h.count, 1))
    setfield!(h, :age, add_int(h.age, 0x0000000000000001))
    return h
end
function unset_slot!(m::Memory{T}, i::Int) where {T}
    allocatedinline(T) || pointerset(bitcast(Ptr{UInt}, m.ptr), UInt(0), i, 1)
    return nothing
end
function pop!(h::Dict, key)
    index = ht_keyindex(h, key)
    index < 0 && throw(KeyError(key))
    v = @_memget h.vals index
    delete_slot!(h, index)
    return v
end
function pop!(h::Dict, key, default)
    index = ht_keyindex(h, key)
    index < 0 && return default
    v = @_memget h.vals index
    delete_slot!(h, index)
    return v
end
function pop!(h::Dict)
    isempty(h) && throw(ArgumentError("dict must be non-empty"))
    i = next_filled(h, h.idxfloor)
    h.idxfloor = i
    p = h.keys[i] => h.vals[i]
    delete_slot!(h, i)
    return p
end
function delete!(h::Dict, key)
    index = ht_keyindex(h, key)
    index > 0 && delete_slot!(h, index)
    return h
end
function next_filled(h::Dict, i::Int)
    slots = h.slots
    L = length(slots)
    while sle_int(i, L)
        ((@_memget slots i) === 0x00 || (@_memget slots i) === 0x7f) || return i
        i = add_int(i, 1)
    end
    return 0
end
function iterate(t::Dict{K, V}) where {K, V}
    i = next_filled(t, t.idxfloor)
    i === 0 && return nothing
    setfield!(t, :idxfloor, i)
    return (Pair{K, V}((@_memget t.keys i), (@_memget t.vals i)), add_int(i, 1))
end
function iterate(t::Dict{K, V}, i::Int) where {K, V}
    i === 0 && return nothing
    j = next_filled(t, i)
    j === 0 && return nothing
    return (Pair{K, V}((@_memget t.keys j), (@_memget t.vals j)), add_int(j, 1))
end
isempty(t::Dict) = t.count == 0
length(t::Dict) = t.count
function filter!(f, h::Dict)
    h.count == 0 && return h
    for i in 1:length(h.slots)
        if isslotfilled(h, i)
            f(Pair(h.keys[i], h.vals[i])) || delete_slot!(h, i)
        end
    end
    return h
end

# What holds for every dictionary

KeyTypeError(K, key) = TypeError(Symbol("dict key"), K, key)

haskey(d::AbstractDict, k) = in(k, keys(d))
function in(p::Pair, a::AbstractDict, valcmp=(==))
    v = get(a, p.first, secret_value)
    return v !== secret_value && valcmp(v, p.second)
end
in(p, a::AbstractDict) = throw(ArgumentError("AbstractDict collections only contain Pairs;\nEither look for e.g. A=>B instead, or use the `keys` or `values`\nfunction if you are looking for a key or value respectively."))
struct SecretValue end
const secret_value = SecretValue()
length(d::AbstractDict) = (n = 0; for _ in d
    n += 1
end; n)
getindex(t::AbstractDict, key) = (v = get(t, key, secret_value); v === secret_value ? throw(KeyError(key)) : v)
getindex(t::AbstractDict, k1, k2, ks...) = getindex(t, (k1, k2, ks...))
setindex!(t::AbstractDict, v, k1, k2, ks...) = setindex!(t, v, (k1, k2, ks...))
get(default::Callable, t::AbstractDict, key) = (v = get(t, key, secret_value); v === secret_value ? default() : v)
get!(t::AbstractDict, key, default) = get!(() -> default, t, key)
function get!(default::Callable, t::AbstractDict, key)
    v = get(t, key, secret_value)
    v === secret_value || return v
    d = default()
    t[key] = d
    return d
end
getkey(d::AbstractDict, key, default) = haskey(d, key) ? key : default
push!(t::AbstractDict, p::Pair) = setindex!(t, p.second, p.first)
push!(t::AbstractDict, p::Pair, q::Pair) = push!(push!(t, p), q)
push!(t::AbstractDict, p::Pair, q::Pair, r::Pair...) = push!(push!(push!(t, p), q), r...)
function pop!(d::AbstractDict, key)
    v = pop!(d, key, secret_value)
    return v === secret_value ? throw(KeyError(key)) : v
end
empty!(d::AbstractDict) = (for k in collect(keys(d))
    delete!(d, k)
end; d)
sizehint!(d::AbstractDict, n; kw...) = d

struct KeySet{K, T<:AbstractDict{K}} <: AbstractSet{K}
    dict::T
end
KeySet(d::AbstractDict) = KeySet{keytype(d), typeof(d)}(d)
struct ValueIterator{T<:AbstractDict}
    dict::T
end
eltype(::Type{KeySet{K, D}}) where {K, D} = K
eltype(::Type{ValueIterator{D}}) where {D} = valtype(D)
IteratorSize(::Type{KeySet{K, D}}) where {K, D} = IteratorSize(D) isa SizeUnknown ? SizeUnknown() : HasLength()
IteratorSize(::Type{ValueIterator{D}}) where {D} = IteratorSize(D) isa SizeUnknown ? SizeUnknown() : HasLength()
length(v::Union{KeySet, ValueIterator}) = length(v.dict)
isempty(v::Union{KeySet, ValueIterator}) = isempty(v.dict)
in(k, v::KeySet{<:Any, <:Dict}) = haskey(v.dict, k)
in(k, v::KeySet) = get(v.dict, k, secret_value) !== secret_value
function iterate(v::KeySet, s...)
    y = iterate(v.dict, s...)
    return y === nothing ? nothing : (y[1].first, y[2])
end
function iterate(v::ValueIterator, s...)
    y = iterate(v.dict, s...)
    return y === nothing ? nothing : (y[1].second, y[2])
end
function iterate(v::KeySet{<:Any, <:Dict}, i::Int=v.dict.idxfloor)
    i == 0 && return nothing
    j = next_filled(v.dict, i)
    return j === 0 ? nothing : ((@_memget v.dict.keys j), add_int(j, 1))
end
function iterate(v::ValueIterator{<:Dict}, i::Int=v.dict.idxfloor)
    i == 0 && return nothing
    j = next_filled(v.dict, i)
    return j === 0 ? nothing : ((@_memget v.dict.vals j), add_int(j, 1))
end
keys(a::AbstractDict) = KeySet(a)
values(a::AbstractDict) = ValueIterator(a)
pairs(a::AbstractDict) = a
values(itr) = itr
copy(v::KeySet) = Set{eltype(v)}(v)
function map!(f, iter::ValueIterator)
    d = iter.dict
    for (k, v) in pairs(d)
        d[k] = f(v)
    end
    return iter
end
map(f, d::AbstractDict) = error("map is not defined on dictionaries")
map(f, s::AbstractSet) = error("map is not defined on sets")

merge(d::AbstractDict, others::AbstractDict...) = merge!(empty(d, merged_type(keytype, d, others), merged_type(valtype, d, others)), d, others...)
merged_type(which, d, others) = (T = which(d); for o in others
    T = promote_type(T, which(o))
end; T)
function merge!(d::AbstractDict, others::AbstractDict...)
    for o in others
        for (k, v) in o
            d[k] = v
        end
    end
    return d
end
function mergewith!(combine, d::AbstractDict, others::AbstractDict...)
    for o in others
        for (k, v) in o
            x = get(d, k, secret_value)
            d[k] = x === secret_value ? v : combine(x, v)
        end
    end
    return d
end
mergewith!(combine) = (args...) -> mergewith!(combine, args...)
mergewith(combine) = (args...) -> mergewith(combine, args...)
mergewith(combine, d::AbstractDict, others::AbstractDict...) =
    mergewith!(combine, empty(d, merged_type(keytype, d, others), merged_type(valtype, d, others)), d, others...)
merge(combine::Callable, d::AbstractDict, others::AbstractDict...) = mergewith(combine, d, others...)
merge!(combine::Callable, d::AbstractDict, others::AbstractDict...) = mergewith!(combine, d, others...)
function filter!(f, d::AbstractDict)
    drop = Any[p.first for p in d if !f(p)]
    for k in drop
        delete!(d, k)
    end
    return d
end
function filter(f, d::AbstractDict)
    r = empty(d)
    for p in d
        f(p) && (r[p.first] = p.second)
    end
    return r
end
function isequal(l::AbstractDict, r::AbstractDict)
    l === r && return true
    length(l) == length(r) || return false
    for p in l
        in(p, r, isequal) || return false
    end
    return true
end
function ==(l::AbstractDict, r::AbstractDict)
    l === r && return true
    length(l) == length(r) || return false
    anymissing = false
    for p in l
        v = in(p, r)
        ismissing(v) ? (anymissing = true) : (v || return false)
    end
    return anymissing ? missing : true
end
function hash(a::AbstractDict, h::UInt)
    hv = 0x6d35bb51952d5539
    for (k, v) in a
        hv = xor(hv, hash(k, hash(v)))
    end
    return hash(hv, h)
end
convert(::Type{T}, x::T) where {T<:AbstractDict} = x
function convert(::Type{T}, x::AbstractDict) where {T<:AbstractDict}
    d = T(x)::T
    length(d) == length(x) || error("key collision during dictionary conversion")
    return d
end
promote_rule(::Type{Dict{K1, V1}}, ::Type{Dict{K2, V2}}) where {K1, V1, K2, V2} = Dict{promote_type(K1, K2), promote_type(V1, V2)}
function replace(d::AbstractDict, old_new::Pair...; count::Integer=typemax(Int))
    r = copy(d)
    for p in collect(d), q in old_new
        if isequal(p, q.first)
            delete!(r, p.first)
            r[q.second.first] = q.second.second
            break
        end
    end
    return r
end
first(d::AbstractDict) = (y = iterate(d); y === nothing ? throw(ArgumentError("collection must be non-empty")) : y[1])
only(d::AbstractDict) = length(d) == 1 ? first(d) : throw(ArgumentError(isempty(d) ? "Collection is empty, must contain exactly 1 element" : "Collection has multiple elements, must contain exactly 1 element"))

# A dictionary that shares its tail with those it was made from

struct ImmutableDict{K, V} <: AbstractDict{K, V}
    parent::ImmutableDict{K, V}
    key::K
    value::V
    ImmutableDict{K, V}() where {K, V} = new()
    ImmutableDict{K, V}(key, value) where {K, V} = new(ImmutableDict{K, V}(), key, value)
    ImmutableDict{K, V}(parent::ImmutableDict, key, value) where {K, V} = new(parent, key, value)
end
ImmutableDict(p::Pair{K, V}) where {K, V} = ImmutableDict{K, V}(p.first, p.second)
ImmutableDict(p::Pair{K, V}, rest::Pair...) where {K, V} = ImmutableDict(ImmutableDict(p), rest...)
ImmutableDict(t::ImmutableDict{K, V}, p::Pair) where {K, V} = ImmutableDict{K, V}(t, p.first, p.second)
ImmutableDict(t::ImmutableDict{K, V}, p::Pair, rest::Pair...) where {K, V} = ImmutableDict(ImmutableDict{K, V}(t, p.first, p.second), rest...)
function get(d::ImmutableDict, key, default)
    while isdefined(d, :parent)
        isequal(d.key, key) && return d.value
        d = d.parent
    end
    return default
end
haskey(d::ImmutableDict, key) = get(d, key, secret_value) !== secret_value
function iterate(d::ImmutableDict{K, V}, t=d) where {K, V}
    isdefined(t, :parent) || return nothing
    return (Pair{K, V}(t.key, t.value), t.parent)
end
isempty(d::ImmutableDict) = !isdefined(d, :parent)
empty(d::ImmutableDict, ::Type{K}, ::Type{V}) where {K, V} = ImmutableDict{K, V}()
function length(d::ImmutableDict)
    n = 0
    for _ in d
        n += 1
    end
    return n
end

# Keys held weakly: an entry goes when its key is collected

mutable struct WeakKeyDict{K, V} <: AbstractDict{K, V}
    ht::Dict{UInt, Vector{Pair{WeakRef, V}}}
    WeakKeyDict{K, V}() where {K, V} = new(Dict{UInt, Vector{Pair{WeakRef, V}}}())
end
WeakKeyDict() = WeakKeyDict{Any, Any}()
WeakKeyDict(ps::Pair{K, V}...) where {K, V} = (d = WeakKeyDict{K, V}(); for p in ps
    d[p.first] = p.second
end; d)
function setindex!(d::WeakKeyDict{K, V}, v, key) where {K, V}
    ismutable(key) || throw(ArgumentError("Use of nonmutable key $(repr(key)) in WeakKeyDict"))
    row = get!(() -> Pair{WeakRef, V}[], d.ht, hash(key))
    filter!(p -> p.first.value !== nothing && !isequal(p.first.value, key), row)
    push!(row, Pair{WeakRef, V}(WeakRef(key), convert(V, v)))
    return d
end
function get(d::WeakKeyDict, key, default)
    row = get(d.ht, hash(key), nothing)
    row === nothing && return default
    for p in row
        isequal(p.first.value, key) && return p.second
    end
    return default
end
haskey(d::WeakKeyDict, key) = get(d, key, secret_value) !== secret_value
function pop!(d::WeakKeyDict, key, default)
    v = get(d, key, secret_value)
    v === secret_value && return default
    filter!(p -> !isequal(p.first.value, key), d.ht[hash(key)])
    return v
end
delete!(d::WeakKeyDict, key) = (pop!(d, key, nothing); d)
live_entries(d::WeakKeyDict{K, V}) where {K, V} = [Pair{K, V}(p.first.value, p.second) for row in values(d.ht) for p in row if p.first.value !== nothing]
length(d::WeakKeyDict) = length(live_entries(d))
isempty(d::WeakKeyDict) = length(d) == 0
iterate(d::WeakKeyDict) = (e = live_entries(d); isempty(e) ? nothing : (e[1], (e, 2)))
iterate(d::WeakKeyDict, s) = s[2] > length(s[1]) ? nothing : (s[1][s[2]], (s[1], s[2] + 1))
