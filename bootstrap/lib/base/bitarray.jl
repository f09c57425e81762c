# Arrays of Bool, packed 64 to a word.

mutable struct BitArray{N} <: AbstractArray{Bool, N}
    chunks::Vector{UInt64}
    len::Int
    dims::NTuple{N, Int}
    function BitArray{N}(::UndefInitializer, dims::NTuple{N, Int}) where {N}
        n = 1
        for d in dims
            d >= 0 || throw(ArgumentError("dimension size must be ≥ 0, got $d"))
            n *= d
        end
        chunks = Vector{UInt64}(undef, (n + 63) >> 6)
        fill!(chunks, UInt64(0))
        return new{N}(chunks, n, dims)
    end
end
const BitVector = BitArray{1}
const BitMatrix = BitArray{2}
BitArray(::UndefInitializer, dims::Tuple{Vararg{Integer, N}}) where {N} = BitArray{N}(undef, map(Int, dims))
BitArray(::UndefInitializer, dims::Integer...) = BitArray(undef, dims)
BitArray{N}(::UndefInitializer, dims::Vararg{Integer, N}) where {N} = BitArray{N}(undef, map(Int, dims))
BitArray{1}() = BitArray{1}(undef, (0,))
BitArray(A::AbstractArray{<:Any, N}) where {N} = BitArray{N}(A)
function BitArray{N}(A::AbstractArray{T, N}) where {N, T}
    B = BitArray{N}(undef, to_shape(size(A)))
    i = 1
    for x in A
        B[i] = x
        i += 1
    end
    return B
end
BitArray{N}(B::BitArray{N}) where {N} = copy(B)
BitArray{1}(A::AbstractArray{T, 1}) where {T} = BitArray{1}(undef, (length(A),)) .= A
BitArray{1}(B::BitArray{1}) = copy(B)
BitArray(itr) = (v = collect(Bool, itr); BitArray(v))
BitArray{1}(itr) = BitArray(collect(Bool, itr))
BitArray{1}(t::Tuple{Vararg{Bool}}) = BitArray(collect(Bool, t))
IndexStyle(::Type{<:BitArray}) = IndexLinear()
size(B::BitArray) = getfield(B, :dims)
size(B::BitArray{1}) = (getfield(B, :len),)
length(B::BitArray) = getfield(B, :len)
function getindex(B::BitArray, i::Int)
    k = sub_int(i, 1)
    ult_int(k, B.len) || (@_boundscheck() && throw_boundserror(B, (i,)))
    c = add_int(lshr_int(k, 6), 1)
    word = @_arrayget B.chunks c
    return !(and_int(bitcast(Int, word), shl_int(1, and_int(k, 63))) === 0)
end
function setindex!(B::BitArray, x, i::Int)
    v = x isa Bool ? x : convert(Bool, x)
    k = sub_int(i, 1)
    ult_int(k, B.len) || (@_boundscheck() && throw_boundserror(B, (i,)))
    c = add_int(lshr_int(k, 6), 1)
    bit = shl_int(1, and_int(k, 63))
    word = bitcast(Int, (@_arrayget B.chunks c))
    word = bitcast(UInt64, v ? or_int(word, bit) : and_int(word, xor_int(bit, -1)))
    @_arrayset B.chunks c word
    return B
end
getindex(B::BitArray, i::Int, j::Int, I::Int...) = (J = (i, j, I...); checkbounds(B, J...); B[linear_index(B, J)])
setindex!(B::BitArray, x, i::Int, j::Int, I::Int...) = (J = (i, j, I...); checkbounds(B, J...); B[linear_index(B, J)] = x; B)
similar(B::BitArray) = BitArray{ndims(B)}(undef, size(B))
similar(B::BitArray, ::Type{Bool}, dims::Dims) = BitArray{nfields(dims)}(undef, dims)
similar(B::BitArray, ::Type{T}, dims::Dims) where {T} = Array{T, nfields(dims)}(undef, dims)
copy(B::BitArray{N}) where {N} = (C = BitArray{N}(undef, size(B)); copyto!(C.chunks, B.chunks); C)
convert(::Type{T}, A::AbstractArray) where {T<:BitArray} = A isa T ? A : T(A)
reshape(B::BitArray, dims::Dims{N}) where {N} = begin
    prod(dims) == length(B) || throw(DimensionMismatch("new dimensions $(dims) must be consistent with array size $(length(B))"))
    C = BitArray{N}(undef, dims)
    C.chunks = B.chunks
    C
end
falses(dims::Integer...) = BitArray(undef, dims)
falses(dims::Tuple) = BitArray(undef, to_shape(dims))
trues(dims::Integer...) = fill!(BitArray(undef, dims), true)
trues(dims::Tuple) = fill!(BitArray(undef, to_shape(dims)), true)
function fill!(B::BitArray, x)
    v = convert(Bool, x)
    fill!(B.chunks, v ? typemax(UInt64) : UInt64(0))
    clear_spare_bits!(B)
    return B
end
# Bits behind the last element are zero
function clear_spare_bits!(B::BitArray)
    k = B.len & 63
    k == 0 || (n = length(B.chunks); B.chunks[n] &= (0x0000000000000001 << k) - 0x0000000000000001)
    return B
end
count(B::BitArray; dims=:, init=0) = dims === (:) ? (n = init; for c in B.chunks
    n += count_ones(c)
end; n) : mapreduce_dims(Int, +, B, dims, init)
sum(B::BitArray; dims=:, init=0) = count(B; dims=dims, init=init)
any(B::BitArray; dims=:) = dims === (:) ? any_of(c -> c != 0, B.chunks) : mapreduce_dims(identity, |, B, dims, false)
all(B::BitArray; dims=:) = dims === (:) ? count(B) == length(B) : mapreduce_dims(identity, &, B, dims, true)
function ==(A::BitArray, B::BitArray)
    size(A) == size(B) || return false
    return A.chunks == B.chunks
end
(~)(B::BitArray) = (C = copy(B); for i in eachindex(C.chunks)
    C.chunks[i] = ~C.chunks[i]
end; clear_spare_bits!(C))
!(B::BitArray) = ~B
findall(B::BitArray{1}) = (out = Int[]; for i in 1:length(B)
    B[i] && push!(out, i)
end; out)
function push!(B::BitVector, x)
    v = convert(Bool, x)
    B.len & 63 == 0 && push!(B.chunks, UInt64(0))
    B.len += 1
    B[B.len] = v
    return B
end
function pop!(B::BitVector)
    B.len == 0 && throw(ArgumentError("argument must be non-empty"))
    x = B[B.len]
    B[B.len] = false
    B.len -= 1
    B.len & 63 == 0 && pop!(B.chunks)
    return x
end
function resize!(B::BitVector, n::Integer)
    n >= 0 || throw(BoundsError(B, n))
    while B.len > n
        pop!(B)
    end
    while B.len < n
        push!(B, false)
    end
    return B
end
replace_contents!(B::BitVector, v) = (resize!(B, length(v)); copyto!(B, v))
pushfirst!(B::BitVector, x) = replace_contents!(B, pushfirst!(collect(B), x))
popfirst!(B::BitVector) = (B.len == 0 && throw(ArgumentError("argument must be non-empty")); x = B[1]; deleteat!(B, 1); x)
insert!(B::BitVector, i::Integer, x) = replace_contents!(B, insert!(collect(B), i, x))
deleteat!(B::BitVector, i) = replace_contents!(B, deleteat!(collect(B), i))
splice!(B::BitVector, i, ins=()) = (v = collect(B); x = splice!(v, i, ins); replace_contents!(B, v); x isa AbstractArray ? BitArray(x) : x)
append!(B::BitVector, itr::AbstractVector) = (for x in itr
    push!(B, x)
end; B)
prepend!(B::BitVector, itr) = replace_contents!(B, prepend!(collect(B), collect(itr)))
empty!(B::BitVector) = resize!(B, 0)
reverse(B::BitVector, start::Integer=1, stop::Integer=length(B)) = (C = copy(B); for i in start:stop
    C[i] = B[stop - (i - start)]
end; C)
map(f::Union{typeof(!), typeof(~)}, B::BitArray) = ~B
map(::typeof(identity), B::BitArray) = copy(B)
function map(f::Union{typeof(&), typeof(|), typeof(xor), typeof(==), typeof(!=), typeof(<), typeof(<=), typeof(>), typeof(>=)}, A::BitArray, B::BitArray)
    size(A) == size(B) || throw(DimensionMismatch("sizes of A and B must match"))
    C = similar(A)
    for i in 1:length(A)
        C[i] = f(A[i], B[i])
    end
    return C
end
