# The part of linear algebra that Base's image carries: adjoint and transpose, products of vectors and matrices.

struct Adjoint{T, S} <: AbstractArray{T, 2}
    parent::S
end
struct Transpose{T, S} <: AbstractArray{T, 2}
    parent::S
end
Adjoint(A::AbstractVecOrMat) = Adjoint{typeof(adjoint(zero_or_first(A))), typeof(A)}(A)
Transpose(A::AbstractVecOrMat) = Transpose{typeof(transpose(zero_or_first(A))), typeof(A)}(A)
zero_or_first(A) = isempty(A) ? zero(eltype(A)) : first(A)
const var"'" = adjoint
const AdjOrTrans{T, S} = Union{Adjoint{T, S}, Transpose{T, S}}
adjoint(A::AbstractVecOrMat) = Adjoint{eltype(A) <: Number ? eltype(A) : Any, typeof(A)}(A)
transpose(A::AbstractVecOrMat) = Transpose{eltype(A) <: Number ? eltype(A) : Any, typeof(A)}(A)
adjoint(A::Adjoint) = A.parent
transpose(A::Transpose) = A.parent
parent(A::AdjOrTrans) = A.parent
size(A::AdjOrTrans) = A.parent isa AbstractVector ? (1, length(A.parent)) : (size(A.parent, 2), size(A.parent, 1))
axes(A::AdjOrTrans) = A.parent isa AbstractVector ? (OneTo(1), axes(A.parent, 1)) : (axes(A.parent, 2), axes(A.parent, 1))
IndexStyle(::Type{<:AdjOrTrans{T, S}}) where {T, S<:AbstractVector} = IndexLinear()
getindex(A::Adjoint{T, <:AbstractVector}, i::Int) where {T} = adjoint(A.parent[i])
getindex(A::Transpose{T, <:AbstractVector}, i::Int) where {T} = transpose(A.parent[i])
setindex!(A::Adjoint{T, <:AbstractVector}, x, i::Int) where {T} = (A.parent[i] = adjoint(x); A)
setindex!(A::Transpose{T, <:AbstractVector}, x, i::Int) where {T} = (A.parent[i] = transpose(x); A)
getindex(A::Adjoint{T, <:AbstractMatrix}, i::Int, j::Int) where {T} = adjoint(A.parent[j, i])
getindex(A::Transpose{T, <:AbstractMatrix}, i::Int, j::Int) where {T} = transpose(A.parent[j, i])
setindex!(A::Adjoint{T, <:AbstractMatrix}, x, i::Int, j::Int) where {T} = (A.parent[j, i] = adjoint(x); A)
setindex!(A::Transpose{T, <:AbstractMatrix}, x, i::Int, j::Int) where {T} = (A.parent[j, i] = transpose(x); A)
similar(A::AdjOrTrans, ::Type{T}, dims::Dims) where {T} = similar(A.parent, T, dims)
copy(A::AdjOrTrans) = copyto!(similar(A, eltype(A), size(A)), A)
permutedims(A::AdjOrTrans{T, <:AbstractVector}) where {T} = copy(A.parent)
-(A::Adjoint) = adjoint(-A.parent)
-(A::Transpose) = transpose(-A.parent)
*(A::Adjoint{T, <:AbstractVector}, x::Number) where {T} = adjoint(adjoint(x) * A.parent)
*(x::Number, A::Adjoint{T, <:AbstractVector}) where {T} = adjoint(A.parent * adjoint(x))
/(A::Adjoint{T, <:AbstractVector}, x::Number) where {T} = adjoint(A.parent / adjoint(x))
*(A::Transpose{T, <:AbstractVector}, x::Number) where {T} = transpose(x * A.parent)
*(x::Number, A::Transpose{T, <:AbstractVector}) where {T} = transpose(A.parent * x)
+(A::Adjoint{<:Any, <:AbstractVector}, B::Adjoint{<:Any, <:AbstractVector}) = adjoint(A.parent + B.parent)
-(A::Adjoint{<:Any, <:AbstractVector}, B::Adjoint{<:Any, <:AbstractVector}) = adjoint(A.parent - B.parent)

matmul_type(A, B) = (T = eltype(A); S = eltype(B); T <: Number && S <: Number && isconcretetype(T) && isconcretetype(S) ? typeof(zero(T) * zero(S) + zero(T) * zero(S)) : isempty(A) || isempty(B) ? promote_type(T, S) : typeof(first(A) * first(B) + first(A) * first(B)))
function *(A::AbstractMatrix, B::AbstractMatrix)
    size(A, 2) == size(B, 1) || throw(DimensionMismatch("incompatible dimensions for matrix multiplication: tried to multiply a matrix of size $(size(A)) with a matrix of size $(size(B)). The second dimension of the first matrix: $(size(A, 2)), does not match the first dimension of the second matrix: $(size(B, 1))."))
    T = matmul_type(A, B)
    C = Array{T, 2}(undef, size(A, 1), size(B, 2))
    n = size(A, 2)
    for j in 1:size(B, 2), i in 1:size(A, 1)
        if n == 0
            C[i, j] = zero(T)
        else
            s = A[i, 1] * B[1, j]
            k = 2
            while k <= n
                s += A[i, k] * B[k, j]
                k += 1
            end
            C[i, j] = s
        end
    end
    return C
end
function *(A::AbstractMatrix, x::AbstractVector)
    size(A, 2) == length(x) || throw(DimensionMismatch("incompatible dimensions for matrix multiplication: tried to multiply a matrix of size $(size(A)) with a vector of length $(length(x)). The second dimension of the matrix: $(size(A, 2)), does not match the length of the vector: $(length(x))."))
    T = matmul_type(A, x)
    y = Array{T, 1}(undef, size(A, 1))
    n = length(x)
    for i in 1:size(A, 1)
        if n == 0
            y[i] = zero(T)
        else
            s = A[i, 1] * x[1]
            for k in 2:n
                s += A[i, k] * x[k]
            end
            y[i] = s
        end
    end
    return y
end
*(x::AbstractVector, A::AbstractMatrix) = reshape(x, length(x), 1) * A
*(u::Adjoint{<:Any, <:AbstractVector}, v::AbstractVector) = dot(u.parent, v)
*(u::Transpose{<:Any, <:AbstractVector}, v::AbstractVector) = (length(u) == length(v) || dot_mismatch(u, v); sum(transpose(u.parent[i]) * v[i] for i in eachindex(v)))
*(u::Adjoint{<:Any, <:AbstractVector}, A::AbstractMatrix) = adjoint(adjoint(A) * u.parent)
*(u::Transpose{<:Any, <:AbstractVector}, A::AbstractMatrix) = transpose(transpose(A) * u.parent)
*(u::AbstractVector, v::AdjOrTrans{<:Any, <:AbstractVector}) = [u[i] * v[j] for i in eachindex(u), j in 1:length(v)]
*(A::AbstractMatrix, v::AdjOrTrans{<:Any, <:AbstractVector}) = A * copy(v)
*(A::AbstractArray, B::AbstractArray, C::AbstractArray, Ds::AbstractArray...) = foldl(*, (C, Ds...); init=A * B)
dot_mismatch(x, y) = throw(DimensionMismatch("first array has length $(length(x)) which does not match the length of the second, $(length(y))."))
dot(x::Number, y::Number) = conj(x) * y
function dot(x::AbstractArray, y::AbstractArray)
    length(x) == length(y) || dot_mismatch(x, y)
    isempty(x) && return zero(eltype(x)) * zero(eltype(y))
    s = nothing
    for (a, b) in zip(x, y)
        s = s === nothing ? dot(a, b) : s + dot(a, b)
    end
    return s
end
^(A::AbstractMatrix, p::Integer) = begin
    size(A, 1) == size(A, 2) || throw(DimensionMismatch("matrix is not square: dimensions are $(size(A))"))
    p < 0 ? power_by_squaring(inv(A), -p) : power_by_squaring(A, p)
end
function lu_solve(A::AbstractMatrix, B::AbstractVecOrMat)
    n = size(A, 1)
    n == size(A, 2) || throw(DimensionMismatch("matrix is not square: dimensions are $(size(A))"))
    T = typeof(one(eltype(A)) / one(eltype(A)))
    M = Array{T, 2}(undef, n, n)
    copyto!(M, A)
    X = Array{promote_type(T, typeof(one(eltype(B)) / one(eltype(B)))), ndims(B)}(undef, size(B))
    copyto!(X, B)
    m = size(X, 2)
    for k in 1:n
        p = k
        for i in k+1:n
            abs(M[i, k]) > abs(M[p, k]) && (p = i)
        end
        iszero(M[p, k]) && throw(ArgumentError("SingularException($k)"))
        if p != k
            for j in 1:n
                M[k, j], M[p, j] = M[p, j], M[k, j]
            end
            for j in 1:m
                X[k, j], X[p, j] = X[p, j], X[k, j]
            end
        end
        for i in k+1:n
            f = M[i, k] / M[k, k]
            M[i, k] = f
            for j in k+1:n
                M[i, j] -= f * M[k, j]
            end
            for j in 1:m
                X[i, j] -= f * X[k, j]
            end
        end
    end
    for j in 1:m
        for i in n:-1:1
            s = X[i, j]
            for k in i+1:n
                s -= M[i, k] * X[k, j]
            end
            X[i, j] = s / M[i, i]
        end
    end
    return X
end
\(A::AbstractMatrix, B::AbstractVecOrMat) = lu_solve(A, B)
inv(A::AbstractMatrix) = lu_solve(A, [i == j ? one(eltype(A)) : zero(eltype(A)) for i in 1:size(A, 1), j in 1:size(A, 2)])
/(A::AbstractMatrix, B::AbstractMatrix) = copy(adjoint(adjoint(B) \ adjoint(A)))
