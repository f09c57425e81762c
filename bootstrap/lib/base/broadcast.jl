# Broadcasting: `f.(A, b)` as a lazy call, fused with its neighbours, run once over the common shape.
#
# A dotted expression is lowered to nested `broadcasted` calls around one `materialize`. A style says which container the
# result is: each argument's type has one, and two styles combine by rules. Dimensions of length 1 stretch.

module Broadcast
using ..Base
using ..Base: AbstractCartesianIndex, OneTo, promote_op, Callable, IndexStyle, IndexLinear, HasShape, IteratorSize, slice_tuple, typesplit,
    promote_typejoin, range_shift, range_scale, unalias, to_shape, tail, front, RefValue, has_offset_axes, Slice, axes1
import ..Base: copy, copyto!, axes, ndims, eltype, size, length, iterate, getindex, similar, IteratorSize, IteratorEltype, broadcasted, eachindex, isempty, keys, show
export broadcast, broadcast!, BroadcastStyle, broadcast_axes, broadcastable, dotview, @__dot__, BroadcastFunction

abstract type BroadcastStyle end
struct Unknown <: BroadcastStyle end
struct Style{T} <: BroadcastStyle end
abstract type AbstractArrayStyle{N} <: BroadcastStyle end
struct ArrayStyle{A} <: AbstractArrayStyle{Any} end
struct DefaultArrayStyle{N} <: AbstractArrayStyle{N} end
ArrayStyle{A}(::Val) where {A} = ArrayStyle{A}()
DefaultArrayStyle(::Val{N}) where {N} = DefaultArrayStyle{N}()
DefaultArrayStyle{M}(::Val{N}) where {N, M} = DefaultArrayStyle{N}()
AbstractArrayStyle{M}(::Val{N}) where {M, N} = DefaultArrayStyle{N}()

BroadcastStyle(::Type{<:Tuple}) = Style{Tuple}()
BroadcastStyle(::Type{<:AbstractArray{T, N}}) where {T, N} = DefaultArrayStyle{N}()
BroadcastStyle(::Type{<:Ref}) = DefaultArrayStyle{0}()
BroadcastStyle(::Type{<:Number}) = DefaultArrayStyle{0}()
BroadcastStyle(::Type{T}) where {T} = DefaultArrayStyle{ndims(T)}()
BroadcastStyle(::Type{Union{}}, slurp...) = Unknown()

# Two styles: the first that has a rule for the other decides
BroadcastStyle(::BroadcastStyle, ::BroadcastStyle) = Unknown()
BroadcastStyle(::Unknown, ::Unknown) = Unknown()
BroadcastStyle(::S, ::Unknown) where {S<:BroadcastStyle} = S()
BroadcastStyle(::S, ::S) where {S<:BroadcastStyle} = S()
BroadcastStyle(::Style{Tuple}, ::AbstractArrayStyle{0}) = Style{Tuple}()
BroadcastStyle(a::AbstractArrayStyle, ::Style{Tuple}) = a
BroadcastStyle(::AbstractArrayStyle{0}, b::Style{Tuple}) = b
BroadcastStyle(::A, ::A) where {A<:ArrayStyle} = A()
BroadcastStyle(::ArrayStyle, ::ArrayStyle) = Unknown()
BroadcastStyle(::A, ::A) where {N, A<:AbstractArrayStyle{N}} = A()
function BroadcastStyle(a::A, b::B) where {N, A<:AbstractArrayStyle{N}, M, B<:AbstractArrayStyle{M}}
    return A.name === B.name && M isa Int && N isa Int ? typeof(a)(Val(max(M, N))) : Unknown()
end
BroadcastStyle(::DefaultArrayStyle{N}, ::DefaultArrayStyle{M}) where {N, M} = DefaultArrayStyle{max(N, M)}()
BroadcastStyle(a::AbstractArrayStyle{Any}, ::DefaultArrayStyle) = a
BroadcastStyle(a::AbstractArrayStyle{N}, ::DefaultArrayStyle{N}) where {N} = a
BroadcastStyle(a::AbstractArrayStyle{M}, ::DefaultArrayStyle{N}) where {M, N} = M >= N ? a : typeof(a)(Val(max(M, N)))

combine_styles() = DefaultArrayStyle{0}()
combine_styles(c) = result_style(BroadcastStyle(typeof(c)))
combine_styles(bc::Base.Generator) = DefaultArrayStyle{1}()
function combine_styles(c, cs...)
    s = combine_styles(c)
    for d in cs
        s = result_style(s, combine_styles(d))
    end
    return s
end
result_style(s::BroadcastStyle) = s
function result_style(a::BroadcastStyle, b::BroadcastStyle)
    a === b && return a
    ab = BroadcastStyle(a, b)
    ba = BroadcastStyle(b, a)
    ab isa Unknown && return ba isa Unknown ? (typeof(a).name === typeof(b).name ? a : conflict(a, b)) : ba
    ba isa Unknown && return ab
    return ab
end
conflict(a, b) = a isa AbstractArrayStyle && b isa AbstractArrayStyle ? DefaultArrayStyle{2}() :
    error("conflicting broadcast rules defined\n  Broadcast.BroadcastStyle(::$(typeof(a)), ::$(typeof(b))) = $(Unknown())\nOne of these must be overloaded.")

struct Broadcasted{Style<:Union{Nothing, BroadcastStyle}, Axes, F, Args<:Tuple}
    style::Style
    f::F
    args::Args
    axes::Axes
    Broadcasted{Style, Axes, F, Args}(style, f, args, axes) where {Style, Axes, F, Args} = new{Style, Axes, F, Args}(style, f, args, axes)
end
Broadcasted(style::Union{Nothing, BroadcastStyle}, f, args::Tuple, axes=nothing) =
    Broadcasted{typeof(style), typeof(axes), Core.Typeof(f), typeof(args)}(style, f, args, axes)
Broadcasted(f, args::Tuple, axes=nothing) = Broadcasted(combine_styles(args...), f, args, axes)
Broadcasted{S}(f, args::Tuple, axes=nothing) where {S<:BroadcastStyle} = Broadcasted(S(), f, args, axes)
Broadcasted{Nothing}(f, args::Tuple, axes=nothing) = Broadcasted(nothing, f, args, axes)
Base.convert(::Type{Broadcasted{Nothing}}, bc::Broadcasted) = Broadcasted(nothing, bc.f, bc.args, bc.axes)
BroadcastStyle(::Type{<:Broadcasted{S}}) where {S} = S()
BroadcastStyle(::Type{<:Broadcasted{Nothing}}) = Unknown()
combine_styles(bc::Broadcasted) = bc.style
axes(bc::Broadcasted) = bc.axes === nothing ? combine_axes(bc.args...) : bc.axes
ndims(bc::Broadcasted) = length(axes(bc))
ndims(::Type{<:Broadcasted{<:AbstractArrayStyle{N}}}) where {N} = N
size(bc::Broadcasted) = map(length, axes(bc))
length(bc::Broadcasted) = prod(size(bc))
isempty(bc::Broadcasted) = any(isempty, axes(bc))
eachindex(bc::Broadcasted) = ndims(bc) == 1 ? axes(bc)[1] : CartesianIndices(axes(bc))
keys(bc::Broadcasted) = eachindex(bc)
IteratorSize(::Type{T}) where {T<:Broadcasted} = Base.HasLength()
IteratorEltype(::Type{<:Broadcasted}) = Base.EltypeUnknown()
eltype(bc::Broadcasted) = promote_op(bc.f, map(element_type, bc.args)...)
element_type(x) = x isa Broadcasted ? eltype(x) : x isa Union{AbstractArray, Ref, Tuple} ? eltype(x) : typeof(x)
function iterate(bc::Broadcasted, s...)
    y = iterate(eachindex(bc), s...)
    y === nothing && return nothing
    return bc[y[1]], y[2]
end

# Shapes

broadcast_axes(A) = axes(A)
broadcast_axes(A::Tuple) = (OneTo(length(A)),)
combine_axes() = ()
combine_axes(A) = axes(A)
combine_axes(A, Bs...) = broadcast_shape(axes(A), combine_axes(Bs...))
broadcast_shape(::Tuple{}, ::Tuple{}) = ()
broadcast_shape(a::Tuple, ::Tuple{}) = a
broadcast_shape(::Tuple{}, b::Tuple) = b
broadcast_shape(a::Tuple, b::Tuple) = (broadcast_axis(a[1], b[1]), broadcast_shape(tail(a), tail(b))...)
function broadcast_axis(x, y)
    (x == y || length(y) == 1) && return x
    length(x) == 1 && return y
    throw(DimensionMismatch(Base.LazyString("arrays could not be broadcast to a common size: a has axes ", x, " and b has axes ", y)))
end
function check_broadcast_axes(shape, A)
    ax = axes(A)
    for d in 1:length(ax)
        if d > length(shape)
            length(ax[d]) == 1 || throw(DimensionMismatch("cannot broadcast array to have fewer non-singleton dimensions"))
        elseif !(ax[d] == shape[d] || length(ax[d]) == 1)
            throw(DimensionMismatch("array could not be broadcast to match destination"))
        end
    end
end
check_broadcast_shape(shape, ax) = nothing

function instantiate(bc::Broadcasted)
    if bc.style isa Style{Tuple}
        return Broadcasted(bc.style, bc.f, bc.args, axes(bc))
    end
    if bc.axes === nothing
        return Broadcasted(bc.style, bc.f, bc.args, combine_axes(bc.args...))
    end
    for a in bc.args
        check_broadcast_axes(bc.axes, a)
    end
    return bc
end
instantiate(x) = x

# Arguments as containers

broadcastable(x::Union{Symbol, AbstractString, Function, UndefInitializer, Nothing, RoundingMode, Missing, Val, Ptr, Pair, IO, Exception, Module}) = Ref(x)
broadcastable(::Type{T}) where {T} = RefValue{Type{T}}(T)
broadcastable(x::Union{AbstractArray, Number, Ref, Tuple, Broadcasted}) = x
broadcastable(x::AbstractChar) = Ref(x)
broadcastable(x) = collect(x)
broadcastable(::Union{AbstractDict, NamedTuple}) = throw(ArgumentError("broadcasting over dictionaries and `NamedTuple`s is reserved"))
broadcastable(x::Task) = Ref(x)
broadcastable(x::CartesianIndex) = Ref(x)
broadcastable(x::AbstractSet) = collect(x)

# One element

get_element(A::Ref, I) = A[]
get_element(A::Number, I) = A
get_element(A::Tuple, I) = A[length(A) == 1 ? 1 : (I isa Int ? I : I.I[1])]
get_element(bc::Broadcasted, I) = element_at(bc, I)
function get_element(A::AbstractArray, I::Int)
    ndims(A) == 0 && return A[]
    ndims(A) == 1 && return A[length(A) == 1 ? first(axes(A, 1)) : I]
    return A[size(A, 1) == 1 ? 1 : I]
end
get_element(A::Array{<:Any, 1}, I::Int) = A[length(A) === 1 ? 1 : I]
function get_element(A::AbstractArray, I::CartesianIndex)
    J = I.I
    ax = axes(A)
    N = nfields(ax)
    if N == 2
        a = length(ax[1]) == 1 ? first(ax[1]) : J[1]
        b = nfields(J) < 2 || length(ax[2]) == 1 ? first(ax[2]) : J[2]
        return A[a, b]
    elseif N == 1
        return A[length(ax[1]) == 1 ? first(ax[1]) : J[1]]
    end
    return A[ntuple(d -> length(ax[d]) == 1 || d > nfields(J) ? first(ax[d]) : J[d], N)...]
end
get_element(A, I) = A[I]
function element_at(bc::Broadcasted, I)
    args = bc.args
    n = nfields(args)
    if n == 2
        return bc.f(get_element(args[1], I), get_element(args[2], I))
    elseif n == 1
        return bc.f(get_element(args[1], I))
    end
    return bc.f(map(a -> get_element(a, I), args)...)
end
getindex(bc::Broadcasted, I::Int) = element_at(bc, ndims(bc) > 1 ? CartesianIndices(axes(bc))[I] : I)
getindex(bc::Broadcasted, I::CartesianIndex) = element_at(bc, I)
getindex(bc::Broadcasted, I::Int...) = element_at(bc, CartesianIndex(I))
getindex(bc::Broadcasted) = element_at(bc, CartesianIndex())

# Calls

broadcasted(f, args...) = broadcasted_args(f, map(broadcastable, args))
broadcasted_args(f, args::Tuple) = broadcasted(combine_styles(args...), f, args...)
broadcasted(style::BroadcastStyle, f, args...) = Broadcasted(style, f, args)
broadcasted_kwsyntax(f, args...; kwargs...) = broadcasted((xs...) -> f(xs...; kwargs...), args...)

# Ranges under simple arithmetic stay ranges
broadcasted(::DefaultArrayStyle{1}, ::typeof(+), r::AbstractRange) = r
broadcasted(::DefaultArrayStyle{1}, ::typeof(-), r::AbstractRange) = -r
broadcasted(::DefaultArrayStyle{1}, ::typeof(+), r::AbstractRange, x::Number) = range_shift(r, x)
broadcasted(::DefaultArrayStyle{1}, ::typeof(+), x::Number, r::AbstractRange) = range_shift(r, x)
broadcasted(::DefaultArrayStyle{1}, ::typeof(-), r::AbstractRange, x::Number) = range_shift(r, -x)
broadcasted(::DefaultArrayStyle{1}, ::typeof(-), x::Number, r::AbstractRange) = range_shift(-r, x)
broadcasted(::DefaultArrayStyle{1}, ::typeof(*), x::Number, r::AbstractRange) = range_scale(r, x, *)
broadcasted(::DefaultArrayStyle{1}, ::typeof(*), r::AbstractRange, x::Number) = range_scale(r, x, *)
broadcasted(::DefaultArrayStyle{1}, ::typeof(/), r::AbstractRange, x::Number) = range_scale(r, x, /)
broadcasted(::DefaultArrayStyle{1}, ::typeof(\), x::Number, r::AbstractRange) = range_scale(r, x, /)
broadcasted(::DefaultArrayStyle{1}, ::typeof(+), a::AbstractRange, b::AbstractRange) = length(a) == length(b) ? a + b : Broadcasted(DefaultArrayStyle{1}(), +, (a, b))
broadcasted(::DefaultArrayStyle{1}, ::typeof(-), a::AbstractRange, b::AbstractRange) = length(a) == length(b) ? a - b : Broadcasted(DefaultArrayStyle{1}(), -, (a, b))

materialize(bc::Broadcasted) = copy(instantiate(bc))
materialize(x) = x
function materialize!(dest, x)
    y = x isa Broadcasted ? x : broadcastable(x)
    if y isa Broadcasted
        for a in y.args
            check_broadcast_axes(axes(dest), a)
        end
        # one value for all
        if y.f === identity && nfields(y.args) == 1 && dest isa AbstractArray && getfield(y.args, 1) isa Union{Number, Ref}
            fill!(dest, getfield(y.args, 1)[])
            return dest
        end
        copyto!(dest, Broadcasted(y.style isa Style{Tuple} || y.style === nothing ? combine_styles(dest, y) : y.style, y.f, y.args, axes(dest)))
        return dest
    end
    check_broadcast_axes(axes(dest), y)
    if (y isa Number || y isa Ref) && dest isa AbstractArray
        fill!(dest, y[])
        return dest
    end
    copyto!(dest, Broadcasted(combine_styles(dest, y), identity, (y,), axes(dest)))
    return dest
end

similar(bc::Broadcasted, ::Type{T}) where {T} = similar(bc, T, axes(bc))
similar(bc::Broadcasted{<:DefaultArrayStyle}, ::Type{T}, dims) where {T} = similar_default(bc, T, dims)
similar(bc::Broadcasted{<:ArrayStyle}, ::Type{T}, dims) where {T} = similar_default(bc, T, dims)
similar(bc::Broadcasted, ::Type{T}, dims) where {T} = similar_default(bc, T, dims)
similar_default(bc, ::Type{Bool}, dims) = Base.BitArray(undef, to_shape(dims))
similar_default(bc, ::Type{T}, dims) where {T} = Array{T, length(dims)}(undef, to_shape(dims))
result_array(bc, ::Type{T}) where {T} = similar(bc, T)

copy(bc::Broadcasted{<:AbstractArrayStyle{0}}) = element_at(bc, CartesianIndex())
copy(bc::Broadcasted{Style{Tuple}}) = (n = length(axes(bc)[1]); ntuple(i -> element_at(bc, i), n))
copy(bc::Broadcasted{<:Union{Nothing, Unknown}}) = throw(ArgumentError("broadcasting requires an assigned BroadcastStyle"))
function copy(bc::Broadcasted)
    ax = axes(bc)
    inds = nfields(ax) == 1 ? ax[1] : CartesianIndices(ax)
    y = iterate(inds)
    if y === nothing
        T = eltype(bc)
        return similar(bc, T === Union{} ? Any : T)
    end
    v = element_at(bc, y[1])
    dest = similar(bc, typeof(v))
    k = 1
    dest[y[1]] = v
    return fill_rest!(dest, bc, inds, y[2], 1)
end
function fill_rest!(dest, bc, inds, st, count)
    T = eltype(dest)
    while true
        y = iterate(inds, st)
        y === nothing && return dest
        I, st = y
        v = element_at(bc, I)
        if v isa T
            dest[I] = v
            count += 1
        else
            wider = similar(bc, promote_typejoin(T, typeof(v)))
            k = 0
            for J in inds
                k == count && break
                wider[J] = dest[J]
                k += 1
            end
            wider[I] = v
            return fill_rest!(wider, bc, inds, st, count + 1)
        end
    end
end
copyto!(dest::AbstractArray, bc::Broadcasted) = copyto_elements!(dest, bc)
copyto!(dest::AbstractArray, bc::Broadcasted{Nothing}) = copyto_elements!(dest, bc)
function copyto_elements!(dest, bc::Broadcasted)
    axes(dest) == axes(bc) || throw(DimensionMismatch("destination axes $(axes(dest)) are not compatible with source axes $(axes(bc))"))
    src = unaliased(dest, bc)
    for I in (ndims(dest) == 1 ? axes(dest, 1) : CartesianIndices(axes(dest)))
        dest[I] = element_at(src, I)
    end
    return dest
end
# An argument that shares memory with the destination, other than being it, is copied first
unaliased(dest, bc::Broadcasted) = Broadcasted(bc.style, bc.f, map(a -> unaliased(dest, a), bc.args), bc.axes)
unaliased(dest, A::AbstractArray) = A === dest ? (size(A) == size(dest) ? A : copy(A)) : unalias(dest, A)
unaliased(dest, x) = x

broadcast(f, args...) = materialize(broadcasted(f, args...))
broadcast(f, x::Number...) = f(x...)
broadcast!(f, dest, args...) = (materialize!(dest, broadcasted(f, args...)); dest)
broadcast_preserving_zero_d(f, As...) = (r = broadcast(f, As...); r isa AbstractArray ? r : fill(r))
dotview(args...) = Base.dotview(args...)

struct BroadcastFunction{F} <: Function
    f::F
end
(op::BroadcastFunction)(x...; kwargs...) = broadcasted_call(op.f, x, kwargs)
broadcasted_call(f, x, kwargs) = isempty(kwargs) ? broadcast(f, x...) : materialize(broadcasted_kwsyntax(f, x...; kwargs...))

# @. puts a dot on every call

# What may be called with a dot: neither functions spliced in by other macros, nor operators that have a dot already.
dottable(@nospecialize x) = false
dottable(x::Expr) = x.head !== :$
dottable(s::Symbol) = (!Base.isoperator(s) || !startswith(String(s), '.') || s === :..) && s !== :(:)

# What is on the left of an assignment of `let` and `for` stays an assignment.
undot(@nospecialize x) = x
function undot(x::Expr)
    x.head === :.= && return Expr(:(=), x.args...)
    x.head === :block && return Expr(:block, Base.mapany(undot, x.args)...)
    return x
end

macro __dot__(x) return esc(add_dots(x)) end
const var"@." = var"@__dot__"
add_dots(@nospecialize x) = x
function add_dots(x::Expr)
    args = Base.mapany(add_dots, x.args)
    if x.head === :call && dottable(x.args[1])
        return Expr(:., args[1], Expr(:tuple, args[2:end]...))
    elseif x.head === :comparison
        for i in 2:2:length(args)
            a = args[i]
            a isa Symbol && Base.isoperator(a) && dottable(a) && (args[i] = Symbol('.', a))
        end
        return Expr(:comparison, args...)
    elseif x.head === :$
        return x.args[1]
    elseif x.head === :let || x.head === :for
        return Expr(x.head, undot(args[1]), args[2])
    elseif (x.head === :(=) || x.head === :function || x.head === :macro) && Base.isexpr(x.args[1], :call)
        return Expr(x.head, x.args[1], args[2])
    elseif x.head === :(<:) || x.head === :(>:)
        return Expr(:call, x.head === :(<:) ? :.<: : :.>:, args...)
    end
    head = String(x.head)
    assigns = endswith(head, '=') && !startswith(head, '.')
    return Expr(assigns || head == "&&" || head == "||" ? Symbol('.', head) : x.head, args...)
end
andand(a, b) = a && b
oror(a, b) = a || b
end

using .Broadcast: materialize, materialize!, broadcast, broadcast!, broadcast_preserving_zero_d, broadcastable, Broadcasted, BroadcastStyle, BroadcastFunction,
    @__dot__, var"@.", andand, oror, broadcasted_kwsyntax
dotgetproperty(x, f) = getproperty(x, f)
mapany(f, itr) = Any[f(x) for x in itr]
