# @enum: integers with names.

"""
The supertype of all types that `@enum` makes.
"""
abstract type Enum{T<:Integer} end

enum_basetype(::Type{<:Enum{T}}) where {T} = T
(::Type{T})(x::Enum{T2}) where {T<:Integer,T2<:Integer} = T(bitcast(T2, x))::T
cconvert(::Type{T}, x::Enum{T2}) where {T<:Integer,T2<:Integer} = T(x)::T
write(io::IO, x::Enum{T}) where {T<:Integer} = write(io, T(x))
read(io::IO, ::Type{T}) where {T<:Enum} = T(read(io, enum_basetype(T)))
isless(x::T, y::T) where {T<:Enum} = isless(Integer(x), Integer(y))
hash(x::Enum, h::UInt) = hash(Integer(x), hash(typeof(x), h))
Symbol(x::Enum) = enum_namemap(typeof(x))[Integer(x)]::Symbol
Integer(x::Enum{T}) where {T<:Integer} = bitcast(T, x)
broadcastable(x::Enum) = Ref(x)

enum_symbol(x::Enum) = get(enum_namemap(typeof(x)), Integer(x), Symbol("<invalid #", Integer(x), ">"))
function print(io::IO, x::Enum)
    print(io, String(enum_symbol(x)))
end
function show(io::IO, x::Enum)
    s = enum_symbol(x)
    if get(io, :compact, false)::Bool || get(io, :typeinfo, nothing) == typeof(x) && false
        print(io, s)
    else
        m = parentmodule(typeof(x))
        m === Main || visible_in_main(nameof(typeof(x)), m, typeof(x)) || print(io, m, ".")
        show_sym(io, s)
    end
end
function show(io::IO, ::MIME"text/plain", x::Enum)
    print(io, x, "::")
    show(IOContext(io, :compact => true), typeof(x))
    print(io, " = ")
    show(io, Integer(x))
end
function show(io::IO, ::MIME"text/plain", t::Type{<:Enum})
    if isconcretetype(t)
        print(io, "Enum ")
        show(io, t)
        print(io, ":")
        for x in instances(t)
            print(io, "\n", Symbol(x), " = ")
            show(io, Integer(x))
        end
    else
        show(io, t)
    end
end

@noinline enum_argument_error(name, x) = throw(ArgumentError(string("invalid value for Enum ", name, ": ", x)))

"""
    @enum EnumName[::BaseType] value1[=x] value2[=y] ...

Defines a type of named values.
"""
macro enum(T, syms...)
    isempty(syms) && throw(ArgumentError("no arguments given for Enum $T"))
    basetype = Int32
    typename = T
    if isexpr(T, :(::), 2)
        typename = T.args[1]
        basetype = Core.eval(__module__, T.args[2])
    elseif !isa(T, Symbol)
        throw(ArgumentError("invalid type expression for enum $T"))
    end
    values = Any[]
    names = Symbol[]
    if length(syms) == 1 && isexpr(syms[1], :block)
        syms = syms[1].args
    end
    next = zero(basetype)
    for s in syms
        s isa LineNumberNode && continue
        if s isa Symbol
            name = s
            value = next
        elseif isexpr(s, :(=)) || isexpr(s, :kw)
            name = s.args[1]
            value = convert(basetype, Core.eval(__module__, s.args[2]))
        else
            throw(ArgumentError("invalid argument for Enum $typename: $s"))
        end
        value in values && throw(ArgumentError("both $name and $(names[findfirst(==(value), values)]) have value $value in Enum $typename; values must be unique"))
        push!(names, name)
        push!(values, value)
        next = value + one(basetype)
    end
    namemap = Dict{basetype,Symbol}(v => n for (v, n) in zip(values, names))
    lo = minimum(values)
    hi = maximum(values)
    type = esc(typename)
    block = quote
        primitive type $type <: Enum{$basetype} $(sizeof(basetype) * 8) end
        function $type(x::Integer)
            $(membership(values, :x)) || enum_argument_error($(QuoteNode(typename)), x)
            return bitcast($type, convert($basetype, x))
        end
        $(GlobalRef(Base, :enum_namemap))(::Type{$type}) = $namemap
        $(GlobalRef(Base, :typemin))(x::Type{$type}) = $type($lo)
        $(GlobalRef(Base, :typemax))(x::Type{$type}) = $type($hi)
        $(GlobalRef(Base, :instances))(::Type{$type}) = ($([:($type($v)) for v in values]...),)
    end
    for (n, v) in zip(names, values)
        push!(block.args, :(const $(esc(n)) = $type($v)))
    end
    push!(block.args, :nothing)
    block.head = :toplevel
    return block
end
function enum_namemap end
function instances end
function membership(values, x)
    lo = minimum(values)
    hi = maximum(values)
    length(values) == hi - lo + 1 && return :($lo <= $x <= $hi)
    return foldl((a, b) -> :($a || $b), [:($x == $v) for v in values])
end

module Enums
import ..Base: Enum, enum_basetype, enum_namemap, @enum
export Enum, @enum
basetype(T::Type) = enum_basetype(T)
namemap(T::Type) = enum_namemap(T)
end
