# Named tuples as collections, and what keyword arguments need of them.

length(t::NamedTuple) = nfields(t)
iterate(t::NamedTuple, i=1) = i > nfields(t) ? nothing : (getfield(t, i), i + 1)
indexed_iterate(t::NamedTuple, i::Int, state=1) = (getfield(t, i), i + 1)
rest(t::NamedTuple) = t
rest(t::NamedTuple{names}, i::Int) where {names} = NamedTuple{rest(names, i)}(t)
firstindex(t::NamedTuple) = 1
lastindex(t::NamedTuple) = nfields(t)
getindex(t::NamedTuple, i::Int) = getfield(t, i)
getindex(t::NamedTuple, i::Symbol) = getfield(t, i)
getindex(t::NamedTuple, ::Colon) = t
getindex(t::NamedTuple, idxs::Tuple{Vararg{Symbol}}) = NamedTuple{idxs}(t)
getindex(t::NamedTuple, idxs::AbstractVector{Symbol}) = NamedTuple{Tuple(idxs)}(t)
setindex(nt::NamedTuple, v, idx::Symbol) = merge(nt, NamedTuple{(idx,)}((v,)))
isempty(::NamedTuple{()}) = true
isempty(::NamedTuple) = false
empty(::NamedTuple) = NamedTuple()
first(t::NamedTuple) = t[1]
last(t::NamedTuple) = t[nfields(t)]
front(t::NamedTuple{names}) where {names} = NamedTuple{front(names)}(t)
tail(t::NamedTuple{names}) where {names} = NamedTuple{tail(names::Tuple)}(t)
keys(nt::NamedTuple{names}) where {names} = names::Tuple{Vararg{Symbol}}
values(nt::NamedTuple) = Tuple(nt)
haskey(nt::NamedTuple, key::Union{Integer, Symbol}) = isdefined(nt, key)
get(nt::NamedTuple, key::Union{Integer, Symbol}, default) = isdefined(nt, key) ? getfield(nt, key) : default
get(f::Callable, nt::NamedTuple, key::Union{Integer, Symbol}) = isdefined(nt, key) ? getfield(nt, key) : f()
eltype(::Type{T}) where {names, T<:NamedTuple{names}} = T isa DataType ? eltype(T.parameters[2]) : Any
eltype(nt::NamedTuple) = eltype(typeof(nt))
in(x::Symbol, names::Tuple{Vararg{Symbol}}) = sym_in(x, names)
@assume_effects :foldable function sym_in(x::Symbol, names::Tuple)
    i = 1
    while sle_int(i, nfields(names))
        getfield(names, i) === x && return true
        i = add_int(i, 1)
    end
    return false
end

NamedTuple{names, T}(nt::NamedTuple{names, T}) where {names, T<:Tuple} = nt
NamedTuple{names}(nt::NamedTuple{names}) where {names} = nt
NamedTuple{names, T}(nt::NamedTuple{names}) where {names, T<:Tuple} = NamedTuple{names, T}(T(Tuple(nt)))
NamedTuple{names, T}(nt::NamedTuple) where {names, T<:Tuple} = NamedTuple{names, T}(NamedTuple{names}(nt))
NamedTuple{names}(nt::NamedTuple) where {names} = NamedTuple{names}(map(n -> getfield(nt, n), names))
NamedTuple{names, T}(itr) where {names, T<:Tuple} = NamedTuple{names, T}(T(itr))
NamedTuple{names}(itr) where {names} = NamedTuple{names}(Tuple(itr))
NamedTuple(itr) = (; itr...)
function Tuple(nt::NamedTuple)
    out = Memory{Any}(undef, nfields(nt))
    for i in 1:nfields(nt)
        out[i] = getfield(nt, i)
    end
    return Core._apply_iterate(iterate, Core.tuple, out)
end
convert(::Type{NT}, nt::NT) where {names, NT<:NamedTuple{names}} = nt
convert(::Type{NT}, nt::NT) where {names, T<:Tuple, NT<:NamedTuple{names, T}} = nt
function convert(::Type{NamedTuple{names, T}}, nt::NamedTuple{names}) where {names, T<:Tuple}
    return NamedTuple{names, T}(convert(T, Tuple(nt)))
end
convert(::Type{NT}, t::Tuple) where {names, NT<:NamedTuple{names}} = NT(t)
promote_rule(::Type{NamedTuple{n, S}}, ::Type{NamedTuple{n, T}}) where {n, S, T} = NamedTuple{n, promote_type(S, T)}

==(a::NamedTuple{n}, b::NamedTuple{n}) where {n} = Tuple(a) == Tuple(b)
==(a::NamedTuple, b::NamedTuple) = false
isequal(a::NamedTuple{n}, b::NamedTuple{n}) where {n} = isequal(Tuple(a), Tuple(b))
isequal(a::NamedTuple, b::NamedTuple) = false
<(a::NamedTuple{n}, b::NamedTuple{n}) where {n} = Tuple(a) < Tuple(b)
isless(a::NamedTuple{n}, b::NamedTuple{n}) where {n} = isless(Tuple(a), Tuple(b))
hash(x::NamedTuple{n}, h::UInt) where {n} = xor(objectid(n), hash(Tuple(x), h))

map(f, nt::NamedTuple{names}, nts::NamedTuple...) where {names} =
    NamedTuple{names}(map(f, map(Tuple, (nt, nts...))...))
filter(f, xs::NamedTuple) = xs[filter(k -> f(xs[k]), keys(xs))]
reverse(nt::NamedTuple) = NamedTuple{reverse(keys(nt))}(reverse(values(nt)))

merge_names(an::Tuple, bn::Tuple) = (an..., filter_names(bn, an)...)
@assume_effects :foldable function filter_names(bn::Tuple, an::Tuple)
    first = 1
    while sle_int(first, nfields(bn)) && sym_in(getfield(bn, first), an)
        first = add_int(first, 1)
    end
    slt_int(nfields(bn), first) && return ()
    out = Any[]
    for i in first:nfields(bn)
        n = getfield(bn, i)
        sym_in(n, an) || push!(out, n)
    end
    return (out...,)
end
merge(a::NamedTuple) = a
merge(a::NamedTuple{()}, b::NamedTuple{()}) = a
merge(a::NamedTuple{()}, b::NamedTuple) = b
merge(a::NamedTuple, b::NamedTuple{()}) = a
function merge(a::NamedTuple{an}, b::NamedTuple{bn}) where {an, bn}
    names = merge_names(an, bn)
    vals = Memory{Any}(undef, nfields(names))
    types = Memory{Any}(undef, nfields(names))
    i = 1
    while i <= nfields(names)
        n = getfield(names, i)
        src = sym_in(n, bn) ? b : a
        vals[i] = getfield(src, n)
        types[i] = fieldtype(typeof(src), n)
        i += 1
    end
    T = Core._apply_iterate(iterate, Core.apply_type, (Tuple,), types)
    return NamedTuple{names, T}(Core._apply_iterate(iterate, Core.tuple, vals))
end
merge(a::NamedTuple, b::NamedTuple, cs::NamedTuple...) = merge(merge(a, b), cs...)
merge(a::NamedTuple, itr) = merge_pairs(a, itr)
# Later pairs win, but a name keeps the place where it first came
function merge_pairs(a::NamedTuple, itr)
    names = Symbol[keys(a)...]
    vals = Any[values(a)...]
    for kv in itr
        k, v = kv
        k isa Symbol || (k = convert(Symbol, k))
        at = 0
        for j in 1:length(names)
            if names[j] === k
                at = j
            end
        end
        if at > 0
            vals[at] = v
        else
            push!(names, k)
            push!(vals, v)
        end
    end
    return NamedTuple{(names...,)}((vals...,))
end

# Names of the first that the second does not have; the first without the fields of the second
diff_names(an::Tuple{Vararg{Symbol}}, bn::Tuple{Vararg{Symbol}}) = filter_names(an, bn)
diff_types(a::NamedTuple, names) = Tuple{map(n -> fieldtype(typeof(a), n), names)...}
structdiff(a::NamedTuple{an}, b::Union{NamedTuple{bn}, Type{NamedTuple{bn}}}) where {an, bn} = struct_difference(a, an, bn)
function struct_difference(a, an, bn)
    an === bn && return NamedTuple()
    names = diff_names(an, bn)
    names === () && return NamedTuple()
    return NamedTuple{names, diff_types(a, names)}(map(n -> getfield(a, n), names))
end
delete(a::NamedTuple{an}, field::Symbol) where {an} = NamedTuple{diff_names(an, (field,))}(a)

# Keyword arguments that no method takes
function kwerr(kw, args...)
    throw(MethodError(Core.kwcall, (kw, args...)))
end

macro NamedTuple(ex)
    isa(ex, Expr) && (ex.head === :braces || ex.head === :block) ||
        throw(ArgumentError("@NamedTuple expects {...} or begin...end"))
    names = Any[]
    types = Any[]
    for e in ex.args
        e isa LineNumberNode && continue
        typed = e isa Expr && e.head === :(::)
        typed || e isa Symbol ||
            throw(ArgumentError("@NamedTuple must contain a sequence of name or name::type expressions"))
        push!(names, QuoteNode(typed ? e.args[1] : e))
        push!(types, esc(typed ? e.args[2] : :Any))
    end
    return :(NamedTuple{($(names...),), Tuple{$(types...)}})
end
macro Kwargs(ex)
    return :(let
        NT = @NamedTuple $ex
        Base.Pairs{keytype(NT), eltype(NT), Nothing, NT}
    end)
end

Core.kwcall(kws::NamedTuple, ::typeof(invokelatest), f, args...) = invokelatest(Core.kwcall, kws, f, args...)
Core.kwcall(kws::NamedTuple, ::typeof(Core.invoke_in_world), world, f, args...) =
    Core.invoke_in_world(world, Core.kwcall, kws, f, args...)
# `invoke(f, T, args...; k=v)` chooses among the methods that take keyword arguments.
Core.kwcall(kws::NamedTuple, ::typeof(invoke), f, T, args...) =
    invoke(Core.kwcall, rewrap_unionall(Tuple{typeof(kws), Core.Typeof(f), unwrap_unionall(T).parameters...}, T), kws, f, args...)
