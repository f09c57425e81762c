# Arithmetic of arrays as vectors, and rearrangements: rotation, shifting, repetition, uniqueness.

-(A::AbstractArray) = map(-, A)
+(A::AbstractArray{<:Number}) = A
+(A::AbstractArray, B::AbstractArray) = (promote_shape(A, B); add_arrays(+, A, B))
-(A::AbstractArray, B::AbstractArray) = (promote_shape(A, B); add_arrays(-, A, B))
add_arrays(op, A, B) = ndims(A) == ndims(B) ? map(op, A, B) : reshape(map(op, vec(A), vec(B)), size(A))
function +(A::Array, Bs::Array...)
    for B in Bs
        promote_shape(A, B)
    end
    length(Bs) == 1 && return add_arrays(+, A, Bs[1])
    return map(+, A, Bs...)
end
*(A::AbstractArray, x::Number) = map(a -> a * x, A)
*(x::Number, A::AbstractArray) = map(a -> x * a, A)
/(A::AbstractArray, x::Number) = map(a -> a / x, A)
\(x::Number, A::AbstractArray) = map(a -> x \ a, A)
conj(A::AbstractArray) = map(conj, A)
real(A::AbstractArray) = map(real, A)
imag(A::AbstractArray) = map(imag, A)
conj!(A::AbstractArray) = map!(conj, A, A)
float(A::AbstractArray) = eltype(A) <: AbstractFloat ? A : map(float, A)
complex(A::AbstractArray) = map(complex, A)
iszero(A::AbstractArray) = all(iszero, A)
isreal(A::AbstractArray) = all(isreal, A)
clamp!(A::AbstractArray, lo, hi) = map!(x -> clamp(x, lo, hi), A, A)

function reverse(A::AbstractArray; dims=:)
    ds = dims === (:) ? ntuple(identity, ndims(A)) : dims isa Integer ? (Int(dims),) : (dims...,)
    for d in ds
        1 <= d <= ndims(A) || throw(ArgumentError("invalid dimension $d in reverse"))
    end
    B = similar(A)
    for I in CartesianIndices(A)
        J = I.I
        B[ntuple(d -> d in ds ? size(A, d) + 1 - J[d] : J[d], ndims(A))...] = A[I]
    end
    return B
end
reverse!(A::AbstractArray; dims=:) = copyto!(A, reverse(A; dims=dims))
rotl90(A::AbstractMatrix) = rearranged(A, (size(A, 2), size(A, 1)), (i, j) -> (j, size(A, 2) + 1 - i))
rotr90(A::AbstractMatrix) = rearranged(A, (size(A, 2), size(A, 1)), (i, j) -> (size(A, 1) + 1 - j, i))
rot180(A::AbstractMatrix) = rearranged(A, size(A), (i, j) -> (size(A, 1) + 1 - i, size(A, 2) + 1 - j))
# The matrix of the given size whose element (i, j) is A's at `from(i, j)`
function rearranged(A::AbstractMatrix, dims, from)
    B = similar(A, eltype(A), dims)
    for j in 1:dims[2], i in 1:dims[1]
        p = from(i, j)
        B[i, j] = A[p[1], p[2]]
    end
    return B
end
function rotl90(A::AbstractMatrix, k::Integer)
    m = mod(k, 4)
    return m == 1 ? rotl90(A) : m == 2 ? rot180(A) : m == 3 ? rotr90(A) : copy(A)
end
rotr90(A::AbstractMatrix, k::Integer) = rotl90(A, -k)
rot180(A::AbstractMatrix, k::Integer) = mod(k, 2) == 1 ? rot180(A) : copy(A)
circshift(A::AbstractArray, shift::Integer; dims=nothing) = circshift(A, dims === nothing ? (shift,) : ntuple(d -> d == dims ? shift : 0, ndims(A)))
circshift(A::AbstractArray, shifts) = circshift!(similar(A), A, (shifts...,))
circshift!(dest::AbstractArray, src::AbstractArray, shift::Integer) = circshift!(dest, src, (shift,))
function circshift!(dest::AbstractArray, src::AbstractArray, shifts::Tuple)
    for I in CartesianIndices(src)
        J = I.I
        dest[ntuple(d -> d <= nfields(shifts) ? mod(J[d] - 1 + shifts[d], size(src, d)) + 1 : J[d], ndims(src))...] = src[I]
    end
    return dest
end
circshift!(a::AbstractVector, shift::Integer) = copyto!(a, circshift(a, shift))

"""
    circcopy!(dest, src)

Copies `src` to `dest`, each index taken modulo the length of `src`: for arrays of the same size whose axes differ.
"""
function circcopy!(dest::AbstractArray, src::AbstractArray)
    size(dest) == size(src) || throw(DimensionMismatch("src and dest must have the same sizes (got $(size(src)) and $(size(dest)))"))
    within(i, axis) = mod(i - first(axis), length(axis)) + first(axis)
    for I in CartesianIndices(dest)
        dest[I] = src[ntuple(d -> within(I.I[d], axes(src, d)), ndims(src))...]
    end
    return dest
end

function repeat(A::AbstractArray; inner=nothing, outer=nothing)
    inn = inner === nothing ? () : inner isa Integer ? (Int(inner),) : (map(Int, inner)...,)
    out = outer === nothing ? () : outer isa Integer ? (Int(outer),) : (map(Int, outer)...,)
    any(<(0), inn) && throw(ArgumentError("no inner repetition count may be negative; got $inn"))
    any(<(0), out) && throw(ArgumentError("no outer repetition count may be negative; got $out"))
    N = max(ndims(A), nfields(inn), nfields(out))
    i(d) = d <= nfields(inn) ? inn[d] : 1
    o(d) = d <= nfields(out) ? out[d] : 1
    R = similar(A, eltype(A), ntuple(d -> size(A, d) * i(d) * o(d), N))
    for I in CartesianIndices(R)
        J = I.I
        R[I] = A[ntuple(d -> mod(div(J[d] - 1, i(d)), size(A, d)) + 1, N)...]
    end
    return R
end
repeat(A::AbstractArray, counts...) = repeat(A; outer=counts)
repeat(v::AbstractVector, n::Integer) = begin
    n < 0 && throw(ArgumentError("number of repetitions must be non-negative"))
    R = similar(v, length(v) * Int(n))
    k = 1
    for _ in 1:n, x in v
        R[k] = x
        k += 1
    end
    R
end

allunique(C) = begin
    seen = Set{Any}()
    for x in C
        x in seen && return false
        push!(seen, x)
    end
    true
end
allunique(f, C) = allunique(Generator(f, C))
allunique(t::Tuple) = (for i in 1:nfields(t), j in i+1:nfields(t)
    isequal(t[i], t[j]) && return false
end; true)
allequal(itr) = (y = iterate(itr); y === nothing || all(x -> isequal(x, y[1]), itr))
allequal(f, itr) = allequal(Generator(f, itr))

function unique(itr)
    T = IteratorEltype(itr) isa HasEltype ? eltype(itr) : Any
    if T === Any && !(IteratorEltype(itr) isa HasEltype)
        xs = collect(itr)
        return unique(xs)
    end
    out = Array{T, 1}(undef, 0)
    seen = Set{T}()
    for x in itr
        if !(x in seen)
            push!(seen, x)
            push!(out, x)
        end
    end
    return out
end
function unique(f, C)
    out = Array{IteratorEltype(C) isa HasEltype ? eltype(C) : Any, 1}(undef, 0)
    seen = Set{Any}()
    for x in C
        y = f(x)
        if !(y in seen)
            push!(seen, y)
            push!(out, x)
        end
    end
    return out
end
unique(r::AbstractRange) = allunique(r) ? r : oftype(r, r[begin:begin])
function unique(A::AbstractArray; dims=:)
    dims === (:) && return invoke(unique, Tuple{Any}, A)
    d = Int(dims)
    keep = Int[]
    seen = Set{Any}()
    for i in axes(A, d)
        s = collect(selectdim(A, d, i))
        if !(s in seen)
            push!(seen, s)
            push!(keep, i)
        end
    end
    return A[ntuple(k -> k == d ? keep : Colon(), ndims(A))...]
end
function unique!(f, A::AbstractVector)
    seen = Set{Any}()
    return filter!(x -> (y = f(x); y in seen ? false : (push!(seen, y); true)), A)
end
unique!(A::AbstractVector) = unique!(identity, A)

# Replacement by value

function replace(A::AbstractArray, old_new::Pair...; count::Integer=typemax(Int))
    T = eltype(A)
    # a value that is the only one of its type is gone from the result altogether
    if count == typemax(Int)
        for p in old_new
            issingletontype(typeof(p.first)) && (T = typesplit(T, typeof(p.first)))
        end
    end
    for p in old_new
        T = promote_type(T, typeof(p.second))
    end
    return replace_values(A, x -> (for p in old_new
        isequal_or_egal(p.first, x) && return Some(p.second)
    end; nothing), count, T)
end
isequal_or_egal(a, b) = a === b || isequal(a, b)
replace(new::Callable, A::AbstractArray; count::Integer=typemax(Int)) = copyto_widened(map_count(new, A, count))
function map_count(new, A, count)
    c = 0
    return map(x -> begin
        c >= count && return x
        y = new(x)
        y === x || (c += 1)
        y
    end, A)
end
copyto_widened(A) = A
function replace_values(A, pick, count, T)
    R = similar(A, T)
    c = 0
    for i in eachindex(A)
        x = A[i]
        y = c < count ? pick(x) : nothing
        if y === nothing
            R[i] = x
        else
            R[i] = something(y)
            c += 1
        end
    end
    return R
end
function replace!(A::AbstractArray, old_new::Pair...; count::Integer=typemax(Int))
    c = 0
    for i in eachindex(A)
        c >= count && break
        x = A[i]
        for p in old_new
            if isequal_or_egal(p.first, x)
                A[i] = p.second
                c += 1
                break
            end
        end
    end
    return A
end
function replace!(new::Callable, A::AbstractArray; count::Integer=typemax(Int))
    c = 0
    for i in eachindex(A)
        c >= count && break
        y = new(A[i])
        if y !== A[i]
            A[i] = y
            c += 1
        end
    end
    return A
end
