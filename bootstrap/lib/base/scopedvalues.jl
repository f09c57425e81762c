# Scoped values: variables whose value holds while a body runs, in all that it calls and in the tasks it starts.
#
# The runtime keeps one object per task, the current scope; `@with` enters its body with another one, and leaving the body
# in any way brings the old one back. A scope here is a table from scoped values to what they hold; a new scope is a copy
# of the old one with the changes, so that what others still use never changes.

module ScopedValues

import ..Base
using ..Base

export ScopedValue, with, @with
public get

mutable struct ScopedValue{T}
    const has_default::Bool
    const default::T
    ScopedValue{T}() where {T} = new(false)
    ScopedValue{T}(value) where {T} = new{T}(true, value)
    ScopedValue(value::T) where {T} = new{T}(true, value)
end

Base.eltype(::ScopedValue{T}) where {T} = T

struct Scope
    values::IdDict{ScopedValue,Any}
end
Scope(scope::Scope) = scope
Scope(::Nothing) = nothing
function Scope(outer::Union{Nothing,Scope}, key::ScopedValue{T}, value) where {T}
    values = outer === nothing ? IdDict{ScopedValue,Any}() : copy(outer.values)
    values[key] = convert(T, value)
    return Scope(values)
end
Scope(outer, pair::Pair{<:ScopedValue}) = Scope(outer, pair...)
Scope(outer, first::Pair{<:ScopedValue}, second::Pair{<:ScopedValue}, rest::Pair{<:ScopedValue}...) =
    Scope(Scope(outer, first...), second, rest...)

current_scope() = Core.current_scope()::Union{Scope,Nothing}

function Base.isassigned(v::ScopedValue)
    v.has_default && return true
    scope = current_scope()
    return scope !== nothing && haskey(scope.values, v)
end

"""
    ScopedValues.get(v)

The value of `v` in the current scope as a `Some`, or `nothing` if it has none.
"""
function get(v::ScopedValue{T}) where {T}
    scope = current_scope()
    scope !== nothing && haskey(scope.values, v) && return Some{T}(scope.values[v]::T)
    return v.has_default ? Some{T}(v.default) : nothing
end
function Base.getindex(v::ScopedValue{T})::T where {T}
    found = get(v)
    found === nothing && throw(KeyError(v))
    return something(found)::T
end

function Base.show(io::IO, scope::Scope)
    print(io, Scope, "(")
    join(io, (sprint(show_entry, key, value) for (key, value) in scope.values), ", ")
    print(io, ")")
end
function show_entry(io, key, value)
    print(io, typeof(key), "@")
    show(io, objectid(key))
    print(io, " => ")
    show(IOContext(io, :typeinfo => eltype(key)), value)
end
function Base.show(io::IO, v::ScopedValue)
    print(io, ScopedValue, '{', eltype(v), "}(")
    found = get(v)
    if found === nothing
        print(io, "undefined")
    else
        show(IOContext(io, :typeinfo => eltype(v)), something(found))
    end
    print(io, ')')
end

"""
    @with pairs... expr

Evaluates `expr` with scoped values set; it is part of the function around it, not a closure.
"""
macro with(exprs...)
    isempty(exprs) && error("@with expects at least one argument")
    pairs = map(esc, exprs[1:end-1])
    return Expr(:tryfinally, esc(exprs[end]), nothing, :(Scope(Core.current_scope()::Union{Nothing,Scope}, $(pairs...))))
end

"""
    with(f, pairs...)

Calls `f()` with scoped values set.
"""
with(@nospecialize f) = f()
with(f, first::Pair{<:ScopedValue}, rest::Pair{<:ScopedValue}...) = @with(first, rest..., f())

end
