# Comparison beyond numbers, operator fallbacks, function composition and partial application.

# Types compare by mutual subtyping

==(T::Type, S::Type) = ccall(:jl_types_equal, Cint, (Any, Any), T, S) !== Int32(0)
!=(T::Type, S::Type) = !(T == S)
==(T::TypeVar, S::Type) = false
==(T::Type, S::TypeVar) = false
supertype(T::DataType) = T.super
supertype(T::UnionAll) = UnionAll(T.var, supertype(T.body))

isequal(x, y) = (x == y)::Bool
isequal(x) = Fix2(isequal, x)
isequal(x::AbstractFloat, y::AbstractFloat) = (isnan(x) & isnan(y)) | (signbit(x) == signbit(y)) & (x == y)
isequal(x::Real, y::AbstractFloat) = (isnan(x) & isnan(y)) | (signbit(x) == signbit(y)) & (x == y)
isequal(x::AbstractFloat, y::Real) = (isnan(x) & isnan(y)) | (signbit(x) == signbit(y)) & (x == y)
isless(x::AbstractFloat, y::AbstractFloat) = (!isnan(x) & (isnan(y) | signless(x, y))) | (x < y)
isless(x::Real, y::AbstractFloat) = (!isnan(x) & (isnan(y) | signless(x, y))) | (x < y)
isless(x::AbstractFloat, y::Real) = (!isnan(x) & (isnan(y) | signless(x, y))) | (x < y)
isless(x::Real, y::Real) = x < y
signless(x, y) = signbit(x) & !signbit(y) & (x == y)
isunordered(x) = false
isunordered(x::AbstractFloat) = isnan(x)

==(x) = Fix2(==, x)
!=(x) = Fix2(!=, x)
>(x) = Fix2(>, x)
<(x) = Fix2(<, x)
>=(x) = Fix2(>=, x)
<=(x) = Fix2(<=, x)
<(x, y) = isless(x, y)
<=(x, y) = (x < y) | (x == y)
cmp(x, y) = isless(x, y) ? -1 : ifelse(isless(y, x), 1, 0)
cmp(lt, x, y) = lt(x, y) ? -1 : ifelse(lt(y, x), 1, 0)
cmp(x::Integer, y::Integer) = ifelse(isless(x, y), -1, ifelse(isless(y, x), 1, 0))
max(x, y) = ifelse(isless(y, x), x, y)
min(x, y) = ifelse(isless(y, x), y, x)
minmax(x, y) = isless(y, x) ? (y, x) : (x, y)
isgreater(x, y) = isunordered(x) || isunordered(y) ? isless(x, y) : isless(y, x)

# n-ary forms

+(x::Number) = x
*(x::Number) = x
+(a, b, c, xs...) = afoldl(+, (a + b) + c, xs...)
*(a, b, c, xs...) = afoldl(*, (a * b) * c, xs...)
(&)(x::Integer) = x
(|)(x::Integer) = x
xor(x::Integer) = x
(&)(a, b, c, xs...) = afoldl(&, (a & b) & c, xs...)
(|)(a, b, c, xs...) = afoldl(|, (a | b) | c, xs...)
xor(a, b, c, xs...) = afoldl(xor, xor(xor(a, b), c), xs...)
max(a, b, c, xs...) = afoldl(max, max(max(a, b), c), xs...)
min(a, b, c, xs...) = afoldl(min, min(min(a, b), c), xs...)
afoldl(op, a) = a
function afoldl(op, a, bs...)
    for b in bs
        a = op(a, b)
    end
    return a
end

\(x, y) = adjoint(adjoint(y) / adjoint(x))
\(x::Number, y::Number) = y / x
/(x, y) = throw(MethodError(/, (x, y)))
nand(x...) = ~(&)(x...)
nor(x...) = ~(|)(x...)
const ⊼ = nand
const ⊽ = nor
nand(x::T, y::T) where {T<:Integer} = ~(x & y)
nor(x::T, y::T) where {T<:Integer} = ~(x | y)

function kron end
function kron! end

# Functions

abstract type AbstractPattern end
struct ComposedFunction{O, I} <: Function
    outer::O
    inner::I
    ComposedFunction{O, I}(outer, inner) where {O, I} = new{O, I}(outer, inner)
    ComposedFunction(outer, inner) = new{Core.Typeof(outer), Core.Typeof(inner)}(outer, inner)
end
(c::ComposedFunction)(x...; kw...) = call_composed(unwrap_composed(c), x, kw)
unwrap_composed(c::ComposedFunction) = (unwrap_composed(c.outer)..., unwrap_composed(c.inner)...)
unwrap_composed(c) = (c,)
function call_composed(fs::Tuple, x, kw)
    n = nfields(fs)
    y = fs[n](x...; kw...)
    while n > 1
        n = n - 1
        y = fs[n](y)
    end
    return y
end
∘(f) = f
∘(f, g) = ComposedFunction(f, g)
∘(f, g, h...) = ∘(f ∘ g, h...)
!(f::Function) = (!) ∘ f
!(f::ComposedFunction{typeof(!)}) = f.inner
|>(x, f) = f(x)

# A function with its argument number N given, and the others open.
struct Fix{N, F, T} <: Function
    f::F
    x::T
    function Fix{N}(f::F, x) where {N, F}
        isa(N, Int) || throw(ArgumentError("expected type parameter in `Fix` to be `Int`, but got `$(N)::$(typeof(N))`"))
        N < 1 && throw(ArgumentError("expected `N` in `Fix{N}` to be integer greater than 0, but got $(N)"))
        return new{N, Core.Typeof(f), Core.Typeof(x)}(f, x)
    end
end
const Fix1{F, T} = Fix{1, F, T}
const Fix2{F, T} = Fix{2, F, T}
function (f::Fix{N})(args...; kws...) where {N}
    nfields(args) < N - 1 && throw(ArgumentError("expected at least $(N - 1) arguments to `Fix{$N}`, but got $(nfields(args))"))
    return f.f(args[1:N-1]..., f.x, args[N:end]...; kws...)
end
(f::Fix1)(x) = f.f(f.x, x)
(f::Fix1)(x...; kws...) = f.f(f.x, x...; kws...)
(f::Fix2)(x) = f.f(x, f.x)

struct Splat{F} <: Function
    f::F
    Splat(f) = new{Core.Typeof(f)}(f)
end
splat(f) = Splat(f)
(s::Splat)(args) = s.f(args...)

# Membership and subsets

in(x) = Fix2(in, x)
const ∈ = in
∉(x, itr) = !∈(x, itr)
∉(itr) = Fix2(∉, itr)
∋(itr, x) = ∈(x, itr)
∋(x) = Fix2(∋, x)
∌(itr, x) = !∋(itr, x)
∌(x) = Fix2(∌, x)
function in(x, itr)
    anymissing = false
    for y in itr
        v = (y == x)
        if v === missing
            anymissing = true
        elseif v
            return true
        end
    end
    return anymissing ? missing : false
end


