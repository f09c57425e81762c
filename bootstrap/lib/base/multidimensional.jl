# Cartesian and linear indices as values and as arrays of indices.

CartesianIndex(index::NTuple{N, Integer}) where {N} = CartesianIndex{N}(index)
CartesianIndex(index::Integer...) = CartesianIndex(index)
CartesianIndex{N}(index::Vararg{Integer, N}) where {N} = CartesianIndex{N}(index)
CartesianIndex(index::CartesianIndex) = index
CartesianIndex{N}(index::CartesianIndex{N}) where {N} = index
CartesianIndex() = CartesianIndex{0}(())
CartesianIndex(index::Union{Integer, CartesianIndex}...) = CartesianIndex(flatten_index(index))
flatten_index(t::Tuple) = (out = Int[]; for i in t
    i isa CartesianIndex ? append!(out, i.I) : push!(out, Int(i))
end; (out...,))

show(io::IO, i::CartesianIndex) = (print(io, "CartesianIndex("); join(io, i.I, ", "); print(io, ")"))
getindex(index::CartesianIndex, i::Integer) = index.I[i]
Tuple(index::CartesianIndex) = index.I
Int(index::CartesianIndex{1}) = index.I[1]
length(::CartesianIndex{N}) where {N} = N
length(::Type{CartesianIndex{N}}) where {N} = N
ndims(::CartesianIndex) = 0
eltype(::Type{T}) where {T<:CartesianIndex} = Int
get(A::AbstractArray, I::CartesianIndex, default) = checkbounds(Bool, A, I) ? A[I] : default
getindex(A::AbstractArray, I::CartesianIndex) = getindex(A, I.I...)
setindex!(A::AbstractArray, v, I::CartesianIndex) = setindex!(A, v, I.I...)
isassigned(A::AbstractArray, I::CartesianIndex) = isassigned(A, I.I...)
iterate(::CartesianIndex) = error("iteration is deliberately unsupported for CartesianIndex. Use `I` rather than `I...`, or use `Tuple(I)...`")
zero(::CartesianIndex{N}) where {N} = CartesianIndex(ntuple(i -> 0, N))
zero(::Type{CartesianIndex{N}}) where {N} = CartesianIndex(ntuple(i -> 0, N))
one(::CartesianIndex{N}) where {N} = CartesianIndex(ntuple(i -> 1, N))
one(::Type{CartesianIndex{N}}) where {N} = CartesianIndex(ntuple(i -> 1, N))
oneunit(::Type{CartesianIndex{N}}) where {N} = one(CartesianIndex{N})
oneunit(::CartesianIndex{N}) where {N} = one(CartesianIndex{N})
-(i::CartesianIndex{N}) where {N} = CartesianIndex{N}(map(-, i.I))
+(i::CartesianIndex{N}, j::CartesianIndex{N}) where {N} = CartesianIndex{N}(map(+, i.I, j.I))
-(i::CartesianIndex{N}, j::CartesianIndex{N}) where {N} = CartesianIndex{N}(map(-, i.I, j.I))
*(a::Integer, i::CartesianIndex{N}) where {N} = CartesianIndex{N}(map(x -> a * x, i.I))
*(i::CartesianIndex, a::Integer) = a * i
min(i::CartesianIndex{N}, j::CartesianIndex{N}) where {N} = CartesianIndex{N}(map(min, i.I, j.I))
max(i::CartesianIndex{N}, j::CartesianIndex{N}) where {N} = CartesianIndex{N}(map(max, i.I, j.I))
isless(i::CartesianIndex{N}, j::CartesianIndex{N}) where {N} = isless(reverse(i.I), reverse(j.I))
==(i::CartesianIndex{N}, j::CartesianIndex{N}) where {N} = i.I == j.I
isequal(i::CartesianIndex{N}, j::CartesianIndex{N}) where {N} = i.I == j.I
hash(i::CartesianIndex, h::UInt) = hash(i.I, xor(h, 0xda86b3bf0ce4d12e))
convert(::Type{T}, i::CartesianIndex{1}) where {T<:Number} = convert(T, i.I[1])
convert(::Type{T}, i::CartesianIndex) where {T<:Tuple} = convert(T, i.I)

struct CartesianIndices{N, R<:NTuple{N, OrdinalRange{Int, Int}}} <: AbstractArray{CartesianIndex{N}, N}
    indices::R
end
CartesianIndices(::Tuple{}) = CartesianIndices{0, Tuple{}}(())
function CartesianIndices(inds::Tuple{Vararg{Union{Integer, OrdinalRange{<:Integer, <:Integer}}}})
    r = map(i -> i isa Integer ? OneTo(Int(i)) : i isa AbstractUnitRange ? (i isa OneTo{Int} || i isa UnitRange{Int} || i isa Slice ? i : UnitRange{Int}(i)) : i, inds)
    return CartesianIndices{nfields(r), typeof(r)}(r)
end
CartesianIndices(A::AbstractArray) = CartesianIndices(axes(A))
CartesianIndices(inds::Union{Integer, OrdinalRange}...) = CartesianIndices(inds)
(::Colon)(I::CartesianIndex{N}, J::CartesianIndex{N}) where {N} = CartesianIndices(map(:, I.I, J.I))
(::Colon)(I::CartesianIndex{N}, S::CartesianIndex{N}, J::CartesianIndex{N}) where {N} = CartesianIndices(map((a, s, b) -> a:s:b, I.I, S.I, J.I))
IndexStyle(::Type{<:CartesianIndices}) = IndexCartesian()
size(c::CartesianIndices) = map(length, c.indices)
axes(c::CartesianIndices) = map(r -> axes(r)[1], c.indices)
length(c::CartesianIndices) = (n = 1; for r in c.indices
    n *= length(r)
end; n)
isempty(c::CartesianIndices) = any(isempty, c.indices)
first(c::CartesianIndices) = CartesianIndex(map(first, c.indices))
last(c::CartesianIndices) = CartesianIndex(map(last, c.indices))
step(c::CartesianIndices) = CartesianIndex(map(step, c.indices))
getindex(c::CartesianIndices{N}, I::Vararg{Int, N}) where {N} = (@boundscheck checkbounds(c, I...); CartesianIndex{N}(map((r, i) -> r[i], c.indices, I)))
getindex(c::CartesianIndices{1}, i::Int) = CartesianIndex{1}((c.indices[1][i],))
function getindex(c::CartesianIndices{N}, I::Vararg{Union{OrdinalRange{<:Integer, <:Integer}, Colon}, N}) where {N}
    return CartesianIndices(map((r, i) -> i isa Colon ? r : r[i], c.indices, I))
end
getindex(c::CartesianIndices{N}, I::CartesianIndices{N}) where {N} = CartesianIndices(map(getindex, c.indices, I.indices))
function iterate(c::CartesianIndices{N}) where {N}
    isempty(c) && return nothing
    i = first(c)
    return i, i
end
function iterate(c::CartesianIndices{N}, state) where {N}
    I = state.I
    inds = c.indices
    d = 1
    while d <= N
        r = inds[d]
        x = I[d]
        if x != last(r)
            k = d
            J = ntuple(j -> j < k ? first(inds[j]) : j == k ? I[j] + step(r) : I[j], N)
            i = CartesianIndex{N}(J)
            return i, i
        end
        d += 1
    end
    return nothing
end
function iterate(c::CartesianIndices{2}, state)
    I = getfield(state, :I)
    i = getfield(I, 1)
    j = getfield(I, 2)
    r = c.indices[1]
    s = c.indices[2]
    if i != last(r)
        x = CartesianIndex{2}((i + step(r), j))
        return x, x
    elseif j != last(s)
        x = CartesianIndex{2}((first(r), j + step(s)))
        return x, x
    end
    return nothing
end
in(i::CartesianIndex{N}, c::CartesianIndices{N}) where {N} = all(d -> i.I[d] in c.indices[d], 1:N)
in(i::CartesianIndex, c::CartesianIndices) = false
==(a::CartesianIndices{N}, b::CartesianIndices{N}) where {N} = all(d -> a.indices[d] == b.indices[d], 1:N)
reverse(c::CartesianIndices; dims=:) = CartesianIndices(ntuple(d -> dims === (:) || d in dims ? reverse(c.indices[d]) : c.indices[d], ndims(c)))
intersect(a::CartesianIndices{N}, b::CartesianIndices{N}) where {N} = CartesianIndices(map(intersect, a.indices, b.indices))
similar(::CartesianIndices, ::Type{T}, dims::Dims) where {T} = Array{T, nfields(dims)}(undef, dims)

struct LinearIndices{N, R<:NTuple{N, AbstractUnitRange{Int}}} <: AbstractArray{Int, N}
    indices::R
end
LinearIndices(inds::Tuple{}) = LinearIndices{0, Tuple{}}(())
function LinearIndices(inds::Tuple{Vararg{Union{Integer, AbstractUnitRange{<:Integer}}}})
    r = map(i -> i isa Integer ? OneTo(Int(i)) : i isa AbstractUnitRange{Int} ? i : UnitRange{Int}(i), inds)
    return LinearIndices{nfields(r), typeof(r)}(r)
end
LinearIndices(A::AbstractArray) = LinearIndices(axes(A))
LinearIndices(A::LinearIndices) = A
IndexStyle(::Type{<:LinearIndices}) = IndexLinear()
size(l::LinearIndices) = map(length, l.indices)
axes(l::LinearIndices) = l.indices
getindex(l::LinearIndices, i::Int) = (@boundscheck checkbounds(l, i); i)
getindex(l::LinearIndices{1}, i::Int) = (@boundscheck checkbounds(l, i); i)
function getindex(l::LinearIndices, I::Int...)
    @boundscheck checkbounds(l, I...)
    return linear_index(l, I)
end
getindex(l::LinearIndices{1}, i::Int, j::Int) = (checkbounds(l, i, j); i)
iterate(l::LinearIndices, i::Int=1) = i > length(l) ? nothing : (i + (ndims(l) == 1 ? first(l.indices[1]) - 1 : 0), i + 1)
first(l::LinearIndices) = 1
first(l::LinearIndices{1}) = first(l.indices[1])
last(l::LinearIndices) = length(l)
last(l::LinearIndices{1}) = last(l.indices[1])
in(i::Integer, l::LinearIndices) = 1 <= i <= length(l)

# Text

show(io::IO, c::CartesianIndices) = print(io, "CartesianIndices(", map(r -> r isa OneTo ? r.stop : r, c.indices), ")")
show(io::IO, l::LinearIndices) = print(io, "LinearIndices(", l.indices, ")")
