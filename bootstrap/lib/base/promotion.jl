# Promotion: finding a common type for the operands of an operator, and the type joins behind it.
#
# `promote_rule(T, S)` is what types define, in either order; `promote_type` asks both orders and folds over more than two.
# Where no rule applies the answer is the least common supertype that typejoin can name.

# Least upper bound

typejoin() = Union{}
typejoin(@nospecialize(t)) = t
typejoin(@nospecialize(t), @nospecialize(s), @nospecialize(u), @nospecialize(ts...)) = typejoin(typejoin(t, s), u, ts...)
function typejoin(@nospecialize(a), @nospecialize(b))
    if isa(a, TypeVar)
        return typejoin(a.ub, b)
    elseif isa(b, TypeVar)
        return typejoin(a, b.ub)
    elseif a <: b
        return b
    elseif b <: a
        return a
    elseif isa(a, UnionAll)
        return UnionAll(a.var, typejoin(a.body, b))
    elseif isa(b, UnionAll)
        return UnionAll(b.var, typejoin(a, b.body))
    elseif isa(a, Union)
        return typejoin(typejoin(a.a, a.b), b)
    elseif isa(b, Union)
        return typejoin(a, typejoin(b.a, b.b))
    end
    (isa(a, DataType) && isa(b, DataType)) || return Any
    if a.name === Tuple.name
        b.name === Tuple.name || return Any
        return tuple_typejoin(a, b)
    elseif b.name === Tuple.name
        return Any
    end
    while !(b === Any)
        if a <: b.name.wrapper
            while !(a.name === b.name)
                a = a.super::DataType
            end
            # the same constructor: keep the parameters that agree
            a.name === Type.body.name && return Type
            ap = a.parameters
            bp = b.parameters
            n = length(ap)
            n == 0 && return a
            params = Array{Any, 1}(undef, n)
            vars = Any[]
            w = a.name.wrapper
            for i in 1:n
                v = isa(w, UnionAll) ? w.var : TypeVar(:T)
                w = isa(w, UnionAll) ? w.body : w
                if ap[i] === bp[i] || (isa(ap[i], Type) && isa(bp[i], Type) && ap[i] == bp[i])
                    params[i] = ap[i]
                else
                    tv = if isa(ap[i], Type) && isa(bp[i], Type) && !(a.name === Type.body.name)
                        TypeVar(v.name, v.ub === Any ? Any : v.ub)
                    else
                        TypeVar(v.name, v.ub)
                    end
                    push!(vars, tv)
                    params[i] = tv
                end
            end
            t = Core._apply_iterate(iterate, Core.apply_type, (a.name.wrapper,), params)
            i = length(vars)
            while i >= 1
                t = UnionAll(vars[i], t)
                i = i - 1
            end
            return t
        end
        b = b.super::DataType
    end
    return Any
end
function tuple_typejoin(@nospecialize(a), @nospecialize(b))
    ap = a.parameters
    bp = b.parameters
    (length(ap) == 0 || length(bp) == 0) && length(ap) + length(bp) == 0 && return Tuple{}
    va = length(ap) > 0 && isvarargtype(ap[length(ap)])
    vb = length(bp) > 0 && isvarargtype(bp[length(bp)])
    if length(ap) == length(bp) && !va && !vb
        out = Any[]
        for i in 1:length(ap)
            push!(out, typejoin(ap[i], bp[i]))
        end
        return Core._apply_iterate(iterate, Core.apply_type, (Tuple,), out)
    end
    fixed = min(length(ap) - (va ? 1 : 0), length(bp) - (vb ? 1 : 0))
    out = Any[]
    for i in 1:fixed
        push!(out, typejoin(ap[i], bp[i]))
    end
    rest = Union{}
    for ps in (ap, bp)
        for i in (fixed + 1):length(ps)
            rest = typejoin(rest, unwrapva(ps[i]))
        end
    end
    push!(out, Vararg{rest})
    return Core._apply_iterate(iterate, Core.apply_type, (Tuple,), out)
end

# Like typejoin, but keeps Nothing and Missing as members of a union: what element types of collections use.
function promote_typejoin(@nospecialize(a), @nospecialize(b))
    small = Union{Nothing, Missing}
    return Union{a, b, typejoin(a === Any ? a : typesplit(a, small), b === Any ? b : typesplit(b, small))}
end
promote_typejoin_union(::Type{T}) where {T} = isa(T, Union) ? promote_typejoin(promote_typejoin_union(T.a), promote_typejoin_union(T.b)) : T

# Promotion rules

promote_type() = Union{}
promote_type(T) = T
promote_type(T, S, U) = promote_type(promote_type(T, S), U)
promote_type(T, S, U, V...) = promote_type(promote_type(T, S, U), V...)
promote_type(::Type{Union{}}, ::Type{Union{}}) = Union{}
promote_type(::Type{T}, ::Type{T}) where {T} = T
promote_type(::Type{T}, ::Type{Union{}}) where {T} = T
promote_type(::Type{Union{}}, ::Type{T}) where {T} = T
function promote_type(::Type{T}, ::Type{S}) where {T, S}
    return promote_result(T, S, promote_rule(T, S), promote_rule(S, T))
end
promote_rule(T, S) = Union{}
promote_rule(::Type{Union{}}, slurp...) = Union{}
promote_rule(::Type{Union{}}, ::Type{T}) where {T} = Union{}
promote_rule(::Type{T}, ::Type{Union{}}) where {T} = Union{}
promote_result(T, S, R, U) = promote_type(R, U)
promote_result(T, S, ::Type{Union{}}, ::Type{Union{}}) = promote_typejoin(T, S)

function _promote(x::T, y::S) where {T, S}
    R = promote_type(T, S)
    return (convert(R, x), convert(R, y))
end
promote() = ()
promote(x) = (x,)
function promote(x, y)
    R = promote_type(typeof(x), typeof(y))
    px = x isa R ? x : convert(R, x)
    py = y isa R ? y : convert(R, y)
    typeof(px) === typeof(py) || not_sametype((x, y), (px, py))
    return (px, py)
end
function promote(x, y, z)
    R = promote_type(promote_type(typeof(x), typeof(y)), typeof(z))
    r = (convert(R, x), convert(R, y), convert(R, z))
    not_sametype((x, y, z), r)
    return r
end
function promote(x, y, z, a...)
    xs = (x, y, z, a...)
    R = promote_type(map(typeof, xs)...)
    r = map(v -> convert(R, v), xs)
    not_sametype(xs, r)
    return r
end
promote(x::T, y::T) where {T} = (x, y)
# Promotion that changed no type leaves a method calling itself for ever: say so instead.
function not_sametype(xs::Tuple, rs::Tuple)
    for i in 1:nfields(xs)
        typeof(xs[i]) === typeof(rs[i]) || return nothing
    end
    typeof(rs[1]) === typeof(rs[nfields(rs)]) && return nothing
    sametype_error(xs)
end
function sametype_error(input)
    error("promotion of types ", join(map(x -> string(typeof(x)), input), ", ", " and "), " failed to change any arguments")
end

for op in (:+, :*, :-, :/, :^, ://, :(==))
    @eval $op(x::Number, y::Number) = (p = promote(x, y); $op(getfield(p, 1), getfield(p, 2)))
end
for op in (:<, :<=, :div, :rem, :mod, :fld, :cld, :mod1, :fld1, :max, :min, :minmax)
    @eval $op(x::Real, y::Real) = (p = promote(x, y); $op(getfield(p, 1), getfield(p, 2)))
end
fma(x::Number, y::Number, z::Number) = fma(promote(x, y, z)...)
muladd(x::Number, y::Number, z::Number) = muladd(promote(x, y, z)...)

# Integers of different types meet by their low bits: the arithmetic wraps around as it does within one type, so -1 and a
# UInt8 have a sum, where converting -1 to UInt8 would have been an error.
for op in (:+, :-, :*, :&, :|, :xor)
    @eval function $op(a::Integer, b::Integer)
        T = promote_type(typeof(a), typeof(b))
        aT = a % T
        bT = b % T
        typeof(aT) === typeof(bT) || not_sametype((a, b), (aT, bT))
        return $op(aT, bT)
    end
end

# One type, and still here: the operator is not defined for that type.
no_op_err(name, T) = error(name, " not defined for ", T)
(+)(x::T, y::T) where {T<:Number} = no_op_err("+", T)
(*)(x::T, y::T) where {T<:Number} = no_op_err("*", T)
(-)(x::T, y::T) where {T<:Number} = no_op_err("-", T)
(/)(x::T, y::T) where {T<:Number} = no_op_err("/", T)
(^)(x::T, y::T) where {T<:Number} = no_op_err("^", T)
fma(x::T, y::T, z::T) where {T<:Number} = no_op_err("fma", T)
muladd(x::T, y::T, z::T) where {T<:Number} = x * y + z
(&)(x::T, y::T) where {T<:Integer} = no_op_err("&", T)
(|)(x::T, y::T) where {T<:Integer} = no_op_err("|", T)
xor(x::T, y::T) where {T<:Integer} = no_op_err("xor", T)
(==)(x::T, y::T) where {T<:Number} = x === y
(<)(x::T, y::T) where {T<:Real} = no_op_err("<", T)
(<=)(x::T, y::T) where {T<:Real} = (x < y) | (x == y)
rem(x::T, y::T) where {T<:Real} = no_op_err("rem", T)
mod(x::T, y::T) where {T<:Real} = no_op_err("mod", T)
max(x::T, y::T) where {T<:Real} = ifelse(y < x, x, y)
min(x::T, y::T) where {T<:Real} = ifelse(x < y, x, y)
minmax(x::T, y::T) where {T<:Real} = y < x ? (y, x) : (x, y)
