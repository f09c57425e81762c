# Iteration traits and lazy mapping: what a comprehension is made of.
#
# A comprehension `[f(x) for x in itr]` is lowered to `collect(Generator(f, itr))`. How the result is stored depends on
# two traits of the iterator: whether its length or shape is known (IteratorSize), and whether its element type is
# (IteratorEltype).

abstract type AbstractSet{T} end

struct Generator{I, F}
    f::F
    iter::I
end
Generator(f, I1, I2, Is...) = Generator(a -> f(a...), zip(I1, I2, Is...))
Generator(::Type{T}, iter::I) where {T, I} = Generator{I, Type{T}}(T, iter)

function iterate(g::Generator)
    y = iterate(g.iter)
    y === nothing && return nothing
    y = y::Tuple{Any, Any}
    return (g.f(getfield(y, 1)), getfield(y, 2))
end
function iterate(g::Generator, s)
    y = iterate(g.iter, s)
    y === nothing && return nothing
    y = y::Tuple{Any, Any}
    return (g.f(getfield(y, 1)), getfield(y, 2))
end
length(g::Generator) = length(g.iter)
size(g::Generator) = size(g.iter)
axes(g::Generator) = axes(g.iter)
ndims(g::Generator) = ndims(g.iter)
keys(g::Generator) = keys(g.iter)
last(g::Generator) = g.f(last(g.iter))
isempty(g::Generator) = isempty(g.iter)
isdone(g::Generator, state...) = isdone(g.iter, state...)

struct SizeUnknown <: IteratorSize end
struct HasLength <: IteratorSize end
struct HasShape{N} <: IteratorSize end
struct IsInfinite <: IteratorSize end

IteratorSize(x) = IteratorSize(typeof(x))
IteratorSize(::Type) = HasLength()
IteratorSize(::Type{Union{}}, slurp...) = throw(ArgumentError("Union{} does not have elements"))
IteratorSize(::Type{Any}) = SizeUnknown()
IteratorSize(::Type{<:Tuple}) = HasLength()
IteratorSize(::Type{<:AbstractArray{<:Any, N}}) where {N} = HasShape{N}()
IteratorSize(::Type{Generator{I, F}}) where {I, F} = IteratorSize(I)
haslength(iter) = IteratorSize(iter) isa Union{HasShape, HasLength}

struct EltypeUnknown <: IteratorEltype end
struct HasEltype <: IteratorEltype end
IteratorEltype(x) = IteratorEltype(typeof(x))
IteratorEltype(::Type) = HasEltype()
IteratorEltype(::Type{Union{}}, slurp...) = throw(ArgumentError("Union{} does not have elements"))
IteratorEltype(::Type{Any}) = EltypeUnknown()
IteratorEltype(::Type{Generator{I, T}}) where {I, T} = EltypeUnknown()

isdone(itr, state...) = missing
isempty(itr) = (d = isdone(itr); d !== missing ? d : iterate(itr) === nothing)
