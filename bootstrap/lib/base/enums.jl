# @enum: integers with names.
#
# An enum is a primitive type of the size of its base type. Its names are kept in a table that a method of `namemap` gives
# for the type; everything else (showing, reading, ordering) is written once for all enums on top of that.

function instances end

module Enums

import Core.Intrinsics.bitcast
using ..Base
using ..Base: show_sym, visible_in_main, isexpr
export Enum, @enum

function namemap end

"""
The supertype of all types that `@enum` makes.
"""
abstract type Enum{T<:Integer} end

basetype(::Type{<:Enum{T}}) where {T<:Integer} = T
(::Type{T})(x::Enum{T2}) where {T<:Integer,T2<:Integer} = T(bitcast(T2, x))::T
Base.cconvert(::Type{T}, x::Enum{T2}) where {T<:Integer,T2<:Integer} = T(x)::T
Base.write(io::IO, x::Enum{T}) where {T<:Integer} = write(io, T(x))
Base.read(io::IO, ::Type{T}) where {T<:Enum} = T(read(io, basetype(T)))
Base.isless(x::T, y::T) where {T<:Enum} = isless(basetype(T)(x), basetype(T)(y))
# a method for the type is made by @enum, so that programs may define `hash` for their enums
_enum_hash(x::Enum, h::UInt) = hash(typeof(x), hash(Integer(x), h))
Base.hash(x::Enum, h::UInt) = _enum_hash(x, h)
Base.Symbol(x::Enum) = namemap(typeof(x))[Integer(x)]::Symbol
Base.broadcastable(x::Enum) = Ref(x)

enum_symbol(x::Enum) = get(namemap(typeof(x)), Integer(x), Symbol("<invalid #", Integer(x), ">"))
Base.print(io::IO, x::Enum) = print(io, String(enum_symbol(x)))
function Base.show(io::IO, x::Enum)
    s = enum_symbol(x)
    get(io, :compact, false)::Bool && return print(io, s)
    m = parentmodule(typeof(x))
    m === Main || visible_in_main(nameof(typeof(x)), m, typeof(x)) || print(io, m, ".")
    show_sym(io, s)
end
function Base.show(io::IO, ::MIME"text/plain", x::Enum)
    print(io, x, "::")
    show(IOContext(io, :compact => true), typeof(x))
    print(io, " = ")
    show(io, Integer(x))
end
function Base.show(io::IO, ::MIME"text/plain", t::Type{<:Enum})
    isconcretetype(t) || return show(io, t)
    print(io, "Enum ")
    show(io, t)
    print(io, ":")
    for x in instances(t)
        print(io, "\n", Symbol(x), " = ")
        show(io, Integer(x))
    end
end

@noinline enum_argument_error(name, x) = throw(ArgumentError(string("invalid value for Enum ", name, ": ", x)))

# An expression that says whether `x` is one of the values.
function membership(x, values)
    lo, hi = extrema(values)
    length(values) == hi - lo + 1 && return :($lo <= $x <= $hi)
    length(values) >= 20 && return :($x in $(Set(values)))
    return foldl((test, v) -> :($test || $x == $v), values[2:end]; init=:($x == $(values[1])))
end

# The names and values that the members stand for; each without a value gets the one after its predecessor's.
function enum_members(mod::Module, typename, basetype, members)
    values = Vector{basetype}()
    names = Dict{basetype,Symbol}()
    next = zero(basetype)
    explicit = false
    for member in members
        member isa LineNumberNode && continue
        name = member
        if member isa Symbol
            next == typemin(basetype) && !isempty(values) &&
                throw(ArgumentError("overflow in value \"$member\" of Enum $typename"))
        elseif isexpr(member, (:(=), :kw), 2) && member.args[1] isa Symbol
            name = member.args[1]
            value = Core.eval(mod, member.args[2])
            value isa Integer ||
                throw(ArgumentError("invalid value for Enum $typename, $member; values must be integers"))
            next = convert(basetype, value)
            explicit = true
        else
            throw(ArgumentError("invalid argument for Enum $typename: $member"))
        end
        Base.isidentifier(name) ||
            throw(ArgumentError("invalid name for Enum $typename; \"$name\" is not a valid identifier"))
        explicit && haskey(names, next) &&
            throw(ArgumentError("both $name and $(names[next]) have value $next in Enum $typename; values must be unique"))
        any(==(name), Base.values(names)) && throw(ArgumentError("name \"$name\" in Enum $typename is not unique"))
        names[next] = name
        push!(values, next)
        next += oneunit(next)
    end
    return values, names
end

"""
    @enum EnumName[::BaseType] value1[=x] value2[=y] ...

Defines a type of named values.
"""
macro enum(T::Union{Symbol,Expr}, syms...)
    isempty(syms) && throw(ArgumentError("no arguments given for Enum $T"))
    basetype = Int32
    typename = T
    if isexpr(T, :(::), 2) && T.args[1] isa Symbol
        typename = T.args[1]
        basetype = Core.eval(__module__, T.args[2])
        basetype isa DataType && basetype <: Integer && isbitstype(basetype) || throw(ArgumentError(
            "invalid base type for Enum $typename, $T=::$basetype; base type must be an integer primitive type"))
    elseif !(T isa Symbol)
        throw(ArgumentError("invalid type expression for enum $T"))
    end
    length(syms) == 1 && isexpr(syms[1], :block) && (syms = syms[1].args)
    values, names = enum_members(__module__, typename, basetype, syms)
    lo, hi = isempty(values) ? (zero(basetype), zero(basetype)) : (values[1], maximum(values))
    type = esc(typename)
    block = quote
        Base.@__doc__(primitive type $type <: Enum{$basetype} $(sizeof(basetype) * 8) end)
        function $type(x::Integer)
            $(membership(:x, values)) || enum_argument_error($(Expr(:quote, typename)), x)
            return bitcast($type, convert($basetype, x))
        end
        Enums.namemap(::Type{$type}) = $(esc(names))
        Base.typemin(x::Type{$type}) = $type($lo)
        Base.typemax(x::Type{$type}) = $type($hi)
        let type_hash = hash($type)
            Enums._enum_hash(x::$type, h::UInt) = hash(type_hash, hash(Integer(x), h))
        end
        let insts = (Any[$type(v) for v in $values]...,)
            Base.instances(::Type{$type}) = insts
        end
    end
    for (value, name) in names
        push!(block.args, :(const $(esc(name)) = $type($value)))
    end
    push!(block.args, :nothing)
    block.head = :toplevel
    return block
end

end

using .Enums
