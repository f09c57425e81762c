# Arithmetic that refuses to overflow.

module Checked
import ..Base
using ..Base: BitSigned, BitUnsigned, BitInteger, checked_sadd_int, checked_uadd_int, checked_ssub_int, checked_usub_int,
    checked_smul_int, checked_umul_int, neg_int, typemin, signbit, zero, promote, string, div, rem, fld, mod, cld, ==, !, <,
    abs, xor, *, -, +, &, |, isodd, >>, !=, one, >, getindex, iterate, indexed_iterate, <=, >=, unsigned, typemax, Fix
export checked_neg, checked_abs, checked_add, checked_sub, checked_mul, checked_div, checked_rem, checked_fld, checked_mod,
    checked_cld, checked_pow, checked_length, add_with_overflow, sub_with_overflow, mul_with_overflow

overflow_binary(op, x, y) = throw(OverflowError(Base.LazyString(x, " ", op, " ", y, " overflowed for type ", typeof(x))))

add_with_overflow(x::T, y::T) where {T<:BitSigned} = checked_sadd_int(x, y)
add_with_overflow(x::T, y::T) where {T<:BitUnsigned} = checked_uadd_int(x, y)
sub_with_overflow(x::T, y::T) where {T<:BitSigned} = checked_ssub_int(x, y)
sub_with_overflow(x::T, y::T) where {T<:BitUnsigned} = checked_usub_int(x, y)
mul_with_overflow(x::T, y::T) where {T<:BitSigned} = checked_smul_int(x, y)
mul_with_overflow(x::T, y::T) where {T<:BitUnsigned} = checked_umul_int(x, y)
add_with_overflow(x::Bool, y::Bool) = (x + y, false)
sub_with_overflow(x::Bool, y::Bool) = (x - y, false)
mul_with_overflow(x::Bool, y::Bool) = (x * y, false)

for (f, g, op) in ((:checked_add, :add_with_overflow, :+), (:checked_sub, :sub_with_overflow, :-), (:checked_mul, :mul_with_overflow, :*))
    Core.eval(Checked, quote
        $f(x::Integer, y::Integer) = $f(promote(x, y)...)
        $f(x::T, y::T) where {T<:Integer} = Base.$op(x, y)
        function $f(x::T, y::T) where {T<:BitInteger}
            r = $g(x, y)
            r[2] && overflow_binary($(Base.QuoteNode(op)), x, y)
            return r[1]
        end
    end)
end
checked_add(x) = x
checked_mul(x) = x
checked_add(a, b, c, xs...) = checked_add(checked_add(a, b), c, xs...)
checked_mul(a, b, c, xs...) = checked_mul(checked_mul(a, b), c, xs...)
checked_sub(x::Bool, y::Bool) = x - y
checked_add(x::Bool, y::Bool) = x + y
checked_mul(x::Bool, y::Bool) = x & y

checked_neg(x::Integer) = -x
function checked_neg(x::BitSigned)
    x == typemin(x) && overflow_binary(:-, zero(x), x)
    return -x
end
function checked_neg(x::BitUnsigned)
    x == zero(x) || overflow_binary(:-, zero(x), x)
    return x
end
checked_abs(x::Integer) = abs(x)
function checked_abs(x::BitSigned)
    x == typemin(x) && throw(OverflowError(Base.string("checked arithmetic: cannot compute |x| for x = ", x, "::", typeof(x))))
    return abs(x)
end
checked_div(x::Integer, y::Integer) = div(x, y)
checked_rem(x::Integer, y::Integer) = rem(x, y)
checked_fld(x::Integer, y::Integer) = fld(x, y)
checked_mod(x::Integer, y::Integer) = mod(x, y)
checked_cld(x::Integer, y::Integer) = cld(x, y)
checked_length(r) = Base.length(r)
function checked_pow(x::Integer, p::Integer)
    p < 0 && throw(DomainError(p, "exponent must be nonnegative"))
    p == 0 && return one(x)
    r = one(x)
    b = x
    while true
        isodd(p) && (r = checked_mul(r, b))
        p = p >> 1
        p == 0 && return r
        b = checked_mul(b, b)
    end
end
end
using .Checked: checked_add, checked_sub, checked_mul, checked_neg, checked_abs, add_with_overflow, sub_with_overflow, mul_with_overflow,
    checked_div, checked_rem, checked_fld, checked_mod, checked_cld, checked_pow, checked_length
