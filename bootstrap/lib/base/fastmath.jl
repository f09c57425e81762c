# @fastmath: arithmetic that may be rearranged.
#
# The macro renames functions: `a + b` becomes `add_fast(a, b)`, and so on for every function in `fast_op`. The fast
# functions of floating-point numbers are intrinsics that allow the compiler what strict IEEE arithmetic does not; all
# others fall back on the function itself.

module FastMath

export @fastmath

using Core.Intrinsics: sqrt_llvm_fast, neg_float_fast, add_float_fast, sub_float_fast, mul_float_fast, div_float_fast,
    min_float_fast, max_float_fast, eq_float_fast, ne_float_fast, lt_float_fast, le_float_fast

const fast_op = Dict{Symbol,Symbol}(:+ => :add_fast, :- => :sub_fast, :* => :mul_fast, :/ => :div_fast,
    :(==) => :eq_fast, :!= => :ne_fast, :< => :lt_fast, :<= => :le_fast, :> => :gt_fast, :>= => :ge_fast,
    :^ => :pow_fast)
# These have the fast function under their own name.
for name in (:abs, :abs2, :cmp, :conj, :inv, :rem, :sign, :isfinite, :isinf, :isnan, :issubnormal,
             :acos, :acosh, :angle, :asin, :asinh, :atan, :atanh, :cbrt, :cis, :cos, :cosh, :exp10, :exp2, :exp, :expm1,
             :hypot, :log10, :log1p, :log2, :log, :max, :min, :minmax, :sin, :sincos, :sinh, :sqrt, :tan, :tanh,
             :maximum, :minimum, :maximum!, :minimum!)
    fast_op[name] = Symbol(name, "_fast")
end

const rewrite_op = Dict{Symbol,Symbol}(:+= => :+, :-= => :-, :*= => :*, :/= => :/, :^= => :^)

make_fastmath(@nospecialize x) = x
make_fastmath(s::Symbol) = haskey(fast_op, s) ? :(Base.FastMath.$(fast_op[s])) : s
function make_fastmath(ex::Expr)
    args = ex.args
    if ex.head === :quote
        return ex
    elseif ex.head === :call && args[1] === :^ && length(args) >= 3 && args[3] isa Int
        # a literal power stays one
        return Expr(:call, :(Base.FastMath.pow_fast), make_fastmath(args[2]), Val(args[3]))
    elseif haskey(rewrite_op, ex.head) && args[1] isa Symbol
        ex = :($(args[1]) = $(rewrite_op[ex.head])($(args[1]), $(args[2])))
    end
    head = make_fastmath(ex.head)
    return Expr(head isa Symbol ? head : ex.head, Base.mapany(make_fastmath, ex.args)...)
end

"""
    @fastmath expr

Evaluates `expr` with functions that may break strict IEEE semantics in order to be faster.
"""
macro fastmath(ex)
    return make_fastmath(esc(ex))
end

const FloatTypes = Union{Float16,Float32,Float64}
const ComplexTypes = Union{Complex{Float32},Complex{Float64}}

sub_fast(x::FloatTypes) = neg_float_fast(x)
add_fast(x::T, y::T) where {T<:FloatTypes} = add_float_fast(x, y)
sub_fast(x::T, y::T) where {T<:FloatTypes} = sub_float_fast(x, y)
mul_fast(x::T, y::T) where {T<:FloatTypes} = mul_float_fast(x, y)
div_fast(x::T, y::T) where {T<:FloatTypes} = div_float_fast(x, y)
max_fast(x::T, y::T) where {T<:FloatTypes} = max_float_fast(x, y)
min_fast(x::T, y::T) where {T<:FloatTypes} = min_float_fast(x, y)
minmax_fast(x::T, y::T) where {T<:FloatTypes} = (min_fast(x, y), max_fast(x, y))
eq_fast(x::T, y::T) where {T<:FloatTypes} = eq_float_fast(x, y)
ne_fast(x::T, y::T) where {T<:FloatTypes} = ne_float_fast(x, y)
lt_fast(x::T, y::T) where {T<:FloatTypes} = lt_float_fast(x, y)
le_fast(x::T, y::T) where {T<:FloatTypes} = le_float_fast(x, y)
gt_fast(x, y) = lt_fast(y, x)
ge_fast(x, y) = le_fast(y, x)
cmp_fast(x::T, y::T) where {T<:FloatTypes} = ifelse(eq_fast(x, y), 0, ifelse(lt_fast(x, y), -1, 1))
sqrt_fast(x::FloatTypes) = sqrt_llvm_fast(x)
hypot_fast(x::T, y::T) where {T<:FloatTypes} = sqrt_fast(add_fast(mul_fast(x, x), mul_fast(y, y)))
log_fast(b::T, x::T) where {T<:FloatTypes} = div_fast(log_fast(x), log_fast(b))

# There are no such numbers where fast arithmetic is allowed.
isinf_fast(x) = false
isfinite_fast(x) = true
isnan_fast(x) = false
issubnormal_fast(x) = false

# Complex numbers by the formulas of the plane, with nothing done for overflow in between

abs_fast(z::ComplexTypes) = hypot_fast(real(z), imag(z))
abs2_fast(z::ComplexTypes) = add_fast(mul_fast(real(z), real(z)), mul_fast(imag(z), imag(z)))
conj_fast(z::T) where {T<:ComplexTypes} = T(real(z), sub_fast(imag(z)))
inv_fast(z::ComplexTypes) = div_fast(conj_fast(z), abs2_fast(z))
sign_fast(z::ComplexTypes) = z == 0 ? float(zero(z)) : div_fast(z, abs_fast(z))
angle_fast(z::ComplexTypes) = atan(imag(z), real(z))
add_fast(w::T, z::T) where {T<:ComplexTypes} = T(add_fast(real(w), real(z)), add_fast(imag(w), imag(z)))
add_fast(w::Complex{T}, b::T) where {T<:FloatTypes} = Complex{T}(add_fast(real(w), b), imag(w))
add_fast(a::T, z::Complex{T}) where {T<:FloatTypes} = Complex{T}(add_fast(a, real(z)), imag(z))
sub_fast(w::T, z::T) where {T<:ComplexTypes} = T(sub_fast(real(w), real(z)), sub_fast(imag(w), imag(z)))
sub_fast(w::Complex{T}, b::T) where {T<:FloatTypes} = Complex{T}(sub_fast(real(w), b), imag(w))
sub_fast(a::T, z::Complex{T}) where {T<:FloatTypes} = Complex{T}(sub_fast(a, real(z)), sub_fast(imag(z)))
mul_fast(w::T, z::T) where {T<:ComplexTypes} =
    T(sub_fast(mul_fast(real(w), real(z)), mul_fast(imag(w), imag(z))),
      add_fast(mul_fast(real(w), imag(z)), mul_fast(imag(w), real(z))))
mul_fast(w::Complex{T}, b::T) where {T<:FloatTypes} = Complex{T}(mul_fast(real(w), b), mul_fast(imag(w), b))
mul_fast(a::T, z::Complex{T}) where {T<:FloatTypes} = Complex{T}(mul_fast(a, real(z)), mul_fast(a, imag(z)))
div_fast(w::T, z::T) where {T<:ComplexTypes} = div_fast(mul_fast(w, conj_fast(z)), abs2_fast(z))
div_fast(w::Complex{T}, b::T) where {T<:FloatTypes} = Complex{T}(div_fast(real(w), b), div_fast(imag(w), b))
div_fast(a::T, z::Complex{T}) where {T<:FloatTypes} = div_fast(mul_fast(a, conj_fast(z)), abs2_fast(z))
eq_fast(w::T, z::T) where {T<:ComplexTypes} = eq_fast(real(w), real(z)) & eq_fast(imag(w), imag(z))
ne_fast(w::T, z::T) where {T<:ComplexTypes} = !eq_fast(w, z)

# Everything else is the function itself, after promotion where that can lead to floating point.

for name in (:abs, :abs2, :conj, :inv, :sign)
    @eval $(fast_op[name])(xs...) = $name(xs...)
end
for name in (:-, :/, :(==), :!=, :<, :<=, :cmp, :rem, :minmax)
    fast = fast_op[name]
    @eval begin
        $fast(xs...) = $name(xs...)
        $fast(x::Number, y::Number, zs::Number...) = $fast(promote(x, y, zs...)...)
        $fast(x::T, ys::T...) where {T<:Number} = $name(x, ys...)
    end
end
for name in (:+, :*, :min, :max)
    fast = fast_op[name]
    @eval begin
        $fast(x) = $name(x)
        $fast(x, y) = $name(x, y)
        $fast(x::Number, y::Number) = $fast(promote(x, y)...)
        $fast(x::T, y::T) where {T<:Number} = $name(x, y)
        $fast(a, b, c, xs...) = foldl($fast, xs; init=$fast($fast(a, b), c))
    end
end
for name in (:acos, :acosh, :angle, :asin, :asinh, :atan, :atanh, :cbrt, :cis, :cos, :cosh, :exp10, :exp2, :exp, :expm1,
             :log10, :log1p, :log2, :log, :sin, :sincos, :sinh, :sqrt, :tan, :tanh)
    @eval $(fast_op[name])(x) = $name(x)
end
for name in (:^, :atan, :hypot, :log)
    fast = fast_op[name]
    @eval begin
        $fast(x, y) = $name(x, y)
        $fast(x::Number, y::Number) = $fast(promote(x, y)...)
        $fast(x::T, y::T) where {T<:Number} = $name(x, y)
    end
end
pow_fast(x::Number, y::Integer) = x^y
pow_fast(x::FloatTypes, ::Val{p}) where {p} = pow_fast(x, p)
pow_fast(x, v::Val) = Base.literal_pow(^, x, v)

maximum_fast(a; kw...) = reduce(max_fast, a; kw...)
minimum_fast(a; kw...) = reduce(min_fast, a; kw...)
maximum_fast(f, a; kw...) = mapreduce(f, max_fast, a; kw...)
minimum_fast(f, a; kw...) = mapreduce(f, min_fast, a; kw...)
maximum!_fast(args...; kw...) = maximum!(args...; kw...)
minimum!_fast(args...; kw...) = minimum!(args...; kw...)

end

using .FastMath
