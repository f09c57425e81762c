# Vectors and dense arrays: making, copying, growing, shrinking, searching, collecting.

# Making

similar(a::Array{T}) where {T} = Array{T, ndims(a)}(undef, size(a))
similar(a::Array{T, 1}) where {T} = Array{T, 1}(undef, length(a))
similar(a::AbstractArray{T}) where {T} = similar(a, T, to_shape(axes(a)))
similar(a::AbstractArray, ::Type{T}) where {T} = similar(a, T, to_shape(axes(a)))
similar(a::AbstractArray{T}, dims::Tuple) where {T} = similar(a, T, to_shape(dims))
similar(a::AbstractArray{T}, dims::Union{Integer, AbstractUnitRange}...) where {T} = similar(a, T, to_shape(dims))
similar(a::AbstractArray, ::Type{T}, dims::Union{Integer, AbstractUnitRange}...) where {T} = similar(a, T, to_shape(dims))
similar(a::AbstractArray, ::Type{T}, dims::Tuple{Vararg{Int}}) where {T} = Array{T, nfields(dims)}(undef, dims)
similar(a::AbstractArray, ::Type{T}, dims::Tuple{Union{Integer, AbstractUnitRange}, Vararg{Union{Integer, AbstractUnitRange}}}) where {T} = similar(a, T, to_shape(dims))
similar(::Type{T}, dims::Integer...) where {T<:AbstractArray} = similar(T, dims)
similar(::Type{T}, dims::Tuple) where {T<:AbstractArray} = T(undef, to_shape(dims))
to_shape(dims::Tuple{Vararg{Int}}) = dims
to_shape(dims::Tuple) = map(d -> d isa AbstractUnitRange ? Int(length(d)) : Int(d), dims)
to_shape(d::Integer) = Int(d)

Array{T, N}(::UndefInitializer, d::Tuple{Vararg{Integer, N}}) where {T, N} = Array{T, N}(undef, map(Int, d))
Array{T, N}(::UndefInitializer, d::Vararg{Integer, N}) where {T, N} = Array{T, N}(undef, map(Int, d))
Array{T}(::UndefInitializer, d::Integer...) where {T} = Array{T, nfields(d)}(undef, map(Int, d))
Array{T}(::UndefInitializer, d::Tuple{Vararg{Integer}}) where {T} = Array{T, nfields(d)}(undef, map(Int, d))
Vector() = Array{Any, 1}(undef, 0)
Vector(::UndefInitializer, m::Integer) = Array{Any, 1}(undef, Int(m))
Matrix(::UndefInitializer, m::Integer, n::Integer) = Array{Any, 2}(undef, (Int(m), Int(n)))
Array{T, 1}(::UndefInitializer, d::Integer) where {T} = Array{T, 1}(undef, Int(d))
Array{T, N}(x::AbstractArray{S, N}) where {T, N, S} = copyto!(Array{T, N}(undef, size(x)), x)
Array{T, N}(x::Array{T, N}) where {T, N} = copy(x)
AbstractArray{T, N}(A::AbstractArray{S, N}) where {T, S, N} = copyto!(similar(A, T), A)
convert(::Type{T}, a::T) where {T<:AbstractArray} = a
convert(::Type{T}, a::AbstractArray) where {T<:Array} = a isa T ? a : T(a)::T
convert(::Type{T}, a::AbstractArray) where {T<:AbstractArray} = a isa T ? a : T(a)::T
convert(::Type{AbstractArray{T}}, a::AbstractArray) where {T} = AbstractArray{T}(a)
convert(::Type{AbstractArray{T, N}}, a::AbstractArray{<:Any, N}) where {T, N} = AbstractArray{T, N}(a)
promote_rule(::Type{Array{T, n}}, ::Type{Array{S, n}}) where {T, n, S} = el_same(promote_type(T, S), Array{T, n}, Array{S, n})
el_same(::Type{T}, a::Type{Array{T, n}}, b::Type{Array{T, n}}) where {T, n} = a
el_same(::Type{T}, a::Type{Array{T, n}}, b::Type{Array{S, n}}) where {T, S, n} = a
el_same(::Type{T}, a::Type{Array{S, n}}, b::Type{Array{T, n}}) where {T, S, n} = b
el_same(::Type, a, b) = promote_typejoin(a, b)

vect() = Any[]
function vect(X::T...) where {T}
    a = Array{T, 1}(undef, nfields(X))
    i = 1
    while i <= nfields(X)
        a[i] = getfield(X, i)
        i += 1
    end
    return a
end
vect(X...) = promoted_vector(promote_typeof(X...), X)
promote_typeof(x) = typeof(x)
promote_typeof(x, xs...) = promote_type(typeof(x), promote_typeof(xs...))
function promoted_vector(::Type{T}, X) where {T}
    a = Array{T, 1}(undef, nfields(X))
    i = 1
    while i <= nfields(X)
        a[i] = getfield(X, i)
        i += 1
    end
    return a
end
getindex(::Type{T}) where {T} = Array{T, 1}(undef, 0)
getindex(::Type{T}, vals...) where {T} = promoted_vector(T, vals)
getindex(::Type{Any}, @nospecialize vals...) = promoted_vector(Any, vals)

fill(v, dims::Integer...) = fill(v, dims)
fill(v, dims::Union{Integer, AbstractUnitRange}...) = fill(v, to_shape(dims))
fill(v, dims::Tuple) = fill!(Array{typeof(v), nfields(dims)}(undef, to_shape(dims)), v)
function fill!(A::AbstractArray{T}, x) where {T}
    y = convert(T, x)
    for i in eachindex(A)
        A[i] = y
    end
    return A
end
function fill!(A::Array{T}, x) where {T}
    y = x isa T ? x : convert(T, x)::T
    ref = getfield(A, :ref)
    n = length(A)
    if isbitstype(T) && n > 8 && !(Core.sizeof(T) === 0)
        # double what is filled until all is
        memoryrefset!(memoryrefnew(ref, 1, false), y, :not_atomic, false)
        done = 1
        while done < n
            k = done < n - done ? done : n - done
            _copymem!(memoryrefnew(ref, done + 1, false), ref, k)
            done += k
        end
        return A
    end
    i = 1
    while i <= n
        memoryrefset!(memoryrefnew(ref, i, false), y, :not_atomic, false)
        i += 1
    end
    return A
end
zeros(dims::Union{Integer, AbstractUnitRange}...) = zeros(Float64, dims)
zeros(dims::Tuple) = zeros(Float64, dims)
zeros(::Type{T}, dims::Union{Integer, AbstractUnitRange}...) where {T} = zeros(T, dims)
zeros(::Type{T}, dims::Tuple) where {T} = fill!(Array{T, nfields(dims)}(undef, to_shape(dims)), zero(T))
ones(dims::Union{Integer, AbstractUnitRange}...) = ones(Float64, dims)
ones(dims::Tuple) = ones(Float64, dims)
ones(::Type{T}, dims::Union{Integer, AbstractUnitRange}...) where {T} = ones(T, dims)
ones(::Type{T}, dims::Tuple) where {T} = fill!(Array{T, nfields(dims)}(undef, to_shape(dims)), one(T))
zero(x::AbstractArray{T}) where {T} = fill!(similar(x, typeof(zero(T))), zero(T))
one(x::AbstractMatrix{T}) where {T} = (size(x, 1) == size(x, 2) || throw(DimensionMismatch("multiplicative identity defined only for square matrices")); [i == j ? one(T) : zero(T) for i in 1:size(x, 1), j in 1:size(x, 2)])

# Copying

function unsafe_copy_elements!(dest::Array, doffs::Int, src::Array, soffs::Int, n::Int)
    n <= 0 && return dest
    if eltype(dest) === eltype(src)
        _copymem!(memoryrefnew(getfield(dest, :ref), doffs, false), memoryrefnew(getfield(src, :ref), soffs, false), n)
    else
        for k in 0:n-1
            dest[doffs + k] = src[soffs + k]
        end
    end
    return dest
end
function copy(a::Array{T, N}) where {T, N}
    b = Array{T, N}(undef, getfield(a, :size))
    n = length(a)
    n > 0 && _copymem!(getfield(b, :ref), getfield(a, :ref), n)
    return b
end
copy(a::AbstractArray) = copyto!(similar(a), a)
copy(x::Union{Symbol, Module, Function, Type, AbstractString}) = x
unsafe_copyto!(dest::Array, doffs, src::Array, soffs, n) = unsafe_copy_elements!(dest, Int(doffs), src, Int(soffs), Int(n))
unsafe_copyto!(dest::Memory{T}, doffs, src::Memory{T}, soffs, n) where {T} = (n > 0 && _copymem!(memoryref(dest, Int(doffs)), memoryref(src, Int(soffs)), Int(n)); dest)
copyto!(dest::Array{T}, src::Array{T}) where {T} = copyto!(dest, 1, src, 1, length(src))
function copyto!(dest::Array, doffs::Integer, src::Array, soffs::Integer, n::Integer)
    n == 0 && return dest
    n > 0 || throw(ArgumentError("tried to copy n=$n elements, but n should be non-negative"))
    (checkbounds(Bool, dest, Int(doffs)) && checkbounds(Bool, dest, Int(doffs + n - 1))) || throw(BoundsError(dest, doffs:doffs+n-1))
    (checkbounds(Bool, src, Int(soffs)) && checkbounds(Bool, src, Int(soffs + n - 1))) || throw(BoundsError(src, soffs:soffs+n-1))
    return unsafe_copy_elements!(dest, Int(doffs), src, Int(soffs), Int(n))
end
function copyto!(dest::Memory{T}, src::Memory{T}) where {T}
    length(dest) >= length(src) || throw(BoundsError(dest, length(src)))
    length(src) > 0 && _copymem!(memoryrefnew(dest), memoryrefnew(src), length(src))
    return dest
end
function copyto!(dest::AbstractArray, src::AbstractArray)
    isempty(src) && return dest
    length(dest) >= length(src) || throw(BoundsError(dest, LinearIndices(src)))
    if IndexStyle(dest) isa IndexLinear || ndims(dest) != ndims(src) || axes(dest) != axes(src)
        i = firstindex(dest)
        for x in src
            dest[i] = x
            i += 1
        end
    else
        for I in eachindex(dest)
            dest[I] = src[I]
        end
    end
    return dest
end
function copyto!(dest::AbstractArray, src)
    y = iterate(src)
    for i in eachindex(dest)
        y === nothing && return dest
        dest[i] = y[1]
        y = iterate(src, y[2])
    end
    y === nothing || throw(ArgumentError("destination has fewer elements than required"))
    return dest
end
function copyto!(dest::AbstractArray, dstart::Integer, src)
    i = Int(dstart)
    for x in src
        i > lastindex(dest) && throw(ArgumentError("destination has fewer elements than required"))
        dest[i] = x
        i += 1
    end
    return dest
end
copyto!(dest::AbstractArray, dstart::Integer, src::AbstractArray) = copyto!(dest, dstart, src, firstindex(src), length(src))
copyto!(dest::AbstractArray, dstart::Integer, src::AbstractArray, sstart::Integer) = copyto!(dest, dstart, src, sstart, lastindex(src) - sstart + 1)
function copyto!(dest::AbstractArray, dstart::Integer, src::AbstractArray, sstart::Integer, n::Integer)
    n == 0 && return dest
    n < 0 && throw(ArgumentError("tried to copy n=$n elements, but n should be non-negative"))
    checkbounds(Bool, dest, dstart:dstart+n-1) || throw(BoundsError(dest, dstart:dstart+n-1))
    checkbounds(Bool, src, sstart:sstart+n-1) || throw(BoundsError(src, sstart:sstart+n-1))
    if dest === src && dstart > sstart
        for k in n-1:-1:0
            dest[dstart + k] = src[sstart + k]
        end
    else
        for k in 0:n-1
            dest[dstart + k] = src[sstart + k]
        end
    end
    return dest
end
function copyto!(dest::AbstractArray, Rdest, src::AbstractArray, Rsrc)
    size(Rdest) == size(Rsrc) || throw(ArgumentError("source and destination must have same size (got $(size(Rsrc)) and $(size(Rdest)))"))
    for (I, J) in zip(Rdest, Rsrc)
        dest[I] = src[J]
    end
    return dest
end
copy!(dst::AbstractVector, src::AbstractVector) = (length(dst) == length(src) || resize!(dst, length(src)); copyto!(dst, src))
function copy!(dst::AbstractArray, src::AbstractArray)
    axes(dst) == axes(src) || throw(ArgumentError("arrays must have the same axes for copy! (consider using `copyto!`)"))
    return copyto!(dst, src)
end
isassigned(a::Array, i::Int) = 1 <= i <= length(a) && memoryref_isassigned(memoryrefnew(getfield(a, :ref), i, false), :not_atomic, false)
isassigned(m::Memory, i::Int) = 1 <= i <= length(m) && memoryref_isassigned(memoryrefnew(memoryrefnew(m), i, false), :not_atomic, false)
isassigned(a::Array, I::Int...) = checkbounds(Bool, a, I...) && isassigned(a, linear_index(a, I))
isassigned(a::Array, I::Integer...) = isassigned(a, map(Int, I)...)
function isassigned(a::AbstractArray, I...)
    checkbounds(Bool, a, I...) || return false
    try
        a[I...]
        return true
    catch e
        (e isa BoundsError || e isa UndefRefError) && return false
        rethrow()
    end
end

# Growing and shrinking

# Forgets what slots lo..hi hold, so that the collector may have it, and a later growth shows them empty
function unset_range!(a::Array{T, 1}, lo::Int, hi::Int) where {T}
    if !allocatedinline(T)
        p = bitcast(Ptr{UInt}, memoryref_address(getfield(a, :ref)))
        while lo <= hi
            pointerset(p, UInt(0), lo, 1)
            lo += 1
        end
    end
    return nothing
end
function shrink_end!(a::Array{T, 1}, n::Int) where {T}
    len = length(a)
    unset_range!(a, len - n + 1, len)
    setfield!(a, :size, (len - n,))
    return nothing
end
function shrink_begin!(a::Array{T, 1}, n::Int) where {T}
    len = length(a)
    unset_range!(a, 1, n)
    n < len && setfield!(a, :ref, memoryrefnew(getfield(a, :ref), n + 1, false))
    n == len && setfield!(a, :ref, memoryrefnew(getfield(getfield(a, :ref), :mem)))
    setfield!(a, :size, (len - n,))
    return nothing
end
function grow_begin!(a::Array{T, 1}, n::Int) where {T}
    n == 0 && return nothing
    ref = getfield(a, :ref)
    len = length(a)
    offset = memoryrefoffset(ref)
    mem = getfield(ref, :mem)
    if n <= offset - 1
        setfield!(a, :ref, memoryrefnew(memoryrefnew(mem), offset - n, false))
        setfield!(a, :size, (len + n,))
        return nothing
    end
    newlen = len + n
    cap = _overallocation(newlen)
    newmem = Core.memorynew(Memory{T}, cap)
    # leave half of the spare room in front
    front = (cap - newlen) >> 1
    newref = memoryrefnew(memoryrefnew(newmem), front + 1, false)
    len > 0 && _copymem!(memoryrefnew(newref, n + 1, false), ref, len)
    setfield!(a, :ref, newref)
    setfield!(a, :size, (newlen,))
    return nothing
end
# Opens a gap of `n` before index `i`
function grow_at!(a::Array{T, 1}, i::Int, n::Int) where {T}
    len = length(a)
    if i == len + 1
        _growend!(a, n)
    elseif i == 1
        grow_begin!(a, n)
    else
        _growend!(a, n)
        ref = getfield(a, :ref)
        _copymem!(memoryrefnew(ref, i + n, false), memoryrefnew(ref, i, false), len - i + 1)
    end
    return nothing
end
# Closes up over elements i..i+n-1
function delete_at!(a::Array{T, 1}, i::Int, n::Int) where {T}
    len = length(a)
    ref = getfield(a, :ref)
    if i == 1
        shrink_begin!(a, n)
    else
        tail = len - i - n + 1
        tail > 0 && _copymem!(memoryrefnew(ref, i, false), memoryrefnew(ref, i + n, false), tail)
        shrink_end!(a, n)
    end
    return nothing
end

push!(A::AbstractVector, a, b) = push!(push!(A, a), b)
push!(A::AbstractVector, a, b, c...) = (push!(push!(A, a), b); for x in c
    push!(A, x)
end; A)
push!(A, a, b) = push!(push!(A, a), b)
push!(A, a, b, c...) = push!(push!(A, a, b), c...)
push!(a::Array{Any, 1}, @nospecialize item) = (_growend!(a, 1); memoryrefset!(memoryrefnew(getfield(a, :ref), length(a), false), item, :not_atomic, false); a)
function append!(a::Array{T, 1}, items::AbstractVector) where {T}
    n = length(items)
    len = length(a)
    if items isa Array{T, 1}
        _growend!(a, n)
        unsafe_copy_elements!(a, len + 1, items, 1, n)
    else
        for x in (items === a ? copy(items) : items)
            push!(a, x)
        end
    end
    return a
end
append!(a::AbstractVector, iter) = (for x in iter
    push!(a, x)
end; a)
append!(a::AbstractVector, iters...) = (for it in iters
    append!(a, it)
end; a)
append!(a::AbstractVector) = a
function prepend!(a::Array{T, 1}, items::AbstractVector) where {T}
    n = length(items)
    src = items === a ? copy(items) : items
    grow_begin!(a, n)
    i = 1
    for x in src
        a[i] = x
        i += 1
    end
    return a
end
prepend!(a::AbstractVector, iter) = prepend!(a, collect(iter))
prepend!(a::AbstractVector, iters...) = (for it in reverse(iters)
    prepend!(a, it)
end; a)
prepend!(a::AbstractVector) = a
function resize!(a::Array{T, 1}, n::Integer) where {T}
    n < 0 && throw(ArgumentError("new length must be ≥ 0"))
    len = length(a)
    if n > len
        _growend!(a, Int(n) - len)
        isbitstype(T) || nothing
    else
        shrink_end!(a, len - Int(n))
    end
    return a
end
function sizehint!(a::Array{T, 1}, n::Integer; first::Bool=false, shrink::Bool=true) where {T}
    len = length(a)
    ref = getfield(a, :ref)
    if memoryrefoffset(ref) - 1 + n > length(getfield(ref, :mem))
        newmem = Core.memorynew(Memory{T}, Int(n))
        newref = memoryrefnew(newmem)
        len > 0 && _copymem!(newref, ref, len)
        setfield!(a, :ref, newref)
    end
    return a
end
sizehint!(a, n; kw...) = a
function pop!(a::Array{T, 1}) where {T}
    n = length(a)
    n == 0 && throw(ArgumentError("array must be non-empty"))
    x = memoryrefget(memoryrefnew(getfield(a, :ref), n, false), :not_atomic, false)
    shrink_end!(a, 1)
    return x
end
pop!(a::AbstractVector) = (isempty(a) && throw(ArgumentError("array must be non-empty")); x = a[end]; resize!(a, length(a) - 1); x)
function popat!(a::Vector, i::Integer)
    x = a[i]
    delete_at!(a, Int(i), 1)
    return x
end
popat!(a::Vector, i::Integer, default) = 1 <= i <= length(a) ? popat!(a, i) : default
function pushfirst!(a::Array{T, 1}, item) where {T}
    x = item isa T ? item : convert(T, item)::T
    grow_begin!(a, 1)
    memoryrefset!(getfield(a, :ref), x, :not_atomic, false)
    return a
end
pushfirst!(a::Vector, x, y...) = (for z in reverse((x, y...))
    pushfirst!(a, z)
end; a)
function popfirst!(a::Array{T, 1}) where {T}
    length(a) == 0 && throw(ArgumentError("array must be non-empty"))
    x = memoryrefget(getfield(a, :ref), :not_atomic, false)
    shrink_begin!(a, 1)
    return x
end
function insert!(a::Array{T, 1}, i::Integer, item) where {T}
    i isa Bool && throw(ArgumentError("invalid index: $i of type Bool"))
    k = Int(i)
    1 <= k <= length(a) + 1 || throw(BoundsError(a, k))
    x = item isa T ? item : convert(T, item)::T
    grow_at!(a, k, 1)
    a[k] = x
    return a
end
function deleteat!(a::Vector, i::Integer)
    i isa Bool && throw(ArgumentError("invalid index: $i of type Bool"))
    1 <= i <= length(a) || throw(BoundsError(a, i))
    delete_at!(a, Int(i), 1)
    return a
end
function deleteat!(a::Vector, r::AbstractUnitRange{<:Integer})
    if !isempty(r)
        (1 <= first(r) && last(r) <= length(a)) || throw(BoundsError(a, r))
        delete_at!(a, Int(first(r)), length(r))
    end
    return a
end
function deleteat!(a::Vector, inds::AbstractVector{Bool})
    length(a) == length(inds) || throw(BoundsError(a, inds))
    return keep_where!(a, i -> !inds[i])
end
function deleteat!(a::Vector, inds)
    drop = falses(length(a))
    prev = 0
    for i in inds
        i isa Bool && throw(ArgumentError("invalid index: $i of type Bool"))
        1 <= i <= length(a) || throw(BoundsError(a, inds))
        i > prev || throw(ArgumentError("indices must be unique and sorted"))
        prev = i
        drop[i] = true
    end
    return keep_where!(a, i -> !drop[i])
end
function keep_where!(a::Vector, keep)
    k = 0
    for i in 1:length(a)
        if keep(i)
            k += 1
            k == i || (a[k] = a[i])
        end
    end
    shrink_end!(a, length(a) - k)
    return a
end
keepat!(a::Vector, inds::AbstractVector{Bool}) = (length(a) == length(inds) || throw(BoundsError(a, inds)); keep_where!(a, i -> inds[i]))
function keepat!(a::Vector, inds)
    b = a[collect(Int, inds)]
    resize!(a, length(b))
    return copyto!(a, b)
end
function splice!(a::Vector, i::Integer, ins=())
    x = a[i]
    if isempty(ins)
        delete_at!(a, Int(i), 1)
    else
        v = collect(ins)
        a[i] = v[1]
        for k in length(v):-1:2
            insert!(a, i + 1, v[k])
        end
    end
    return x
end
function splice!(a::Vector, r::AbstractUnitRange{<:Integer}, ins=())
    x = a[r]
    v = collect(ins)
    isempty(r) || delete_at!(a, Int(first(r)), length(r))
    n = length(v)
    if n > 0
        grow_at!(a, Int(first(r)), n)
        for k in 1:n
            a[first(r) + k - 1] = v[k]
        end
    end
    return x
end
splice!(a::Vector, inds) = (x = eltype(a)[a[i] for i in inds]; deleteat!(a, inds); x)
empty!(a::Array{T, 1}) where {T} = (shrink_end!(a, length(a)); a)
empty!(a::AbstractVector) = (resize!(a, 0); a)
empty(a::AbstractVector{T}) where {T} = similar(a, T, 0)
empty(a::AbstractVector, ::Type{T}) where {T} = similar(a, T, 0)
filter(f, a::Array{T, 1}) where {T} = (b = Array{T, 1}(undef, 0); for x in a
    f(x) && push!(b, x)
end; b)
filter(f, a::AbstractArray) = (b = similar(a, eltype(a), 0); for x in a
    f(x) && push!(b, x)
end; b)
filter(f) = Fix1(filter, f)
filter!(f) = Fix1(filter!, f)
function filter!(f, a::AbstractVector)
    k = 0
    for i in eachindex(a)
        x = a[i]
        if f(x)
            k += 1
            a[k] = x
        end
    end
    resize!(a, k)
    return a
end

# Order

function reverse(a::AbstractVector, start::Integer=firstindex(a), stop::Integer=lastindex(a))
    b = similar(a)
    for i in eachindex(a)
        b[i] = start <= i <= stop ? a[stop - (i - start)] : a[i]
    end
    return b
end
function reverse!(a::AbstractVector, start::Integer=firstindex(a), stop::Integer=lastindex(a))
    i = Int(start)
    j = Int(stop)
    if i < j
        checkbounds(a, i)
        checkbounds(a, j)
    end
    while i < j
        a[i], a[j] = a[j], a[i]
        i += 1
        j -= 1
    end
    return a
end
reverseind(a::AbstractVector, i::Integer) = length(a) + 1 - i

# Comparison

function ==(a::AbstractArray, b::AbstractArray)
    axes(a) == axes(b) || return false
    anymissing = false
    y = iterate(b)
    for x in a
        eq = x == y[1]
        if eq === missing
            anymissing = true
        elseif !eq
            return false
        end
        y = iterate(b, y[2])
    end
    return anymissing ? missing : true
end
function isequal(a::AbstractArray, b::AbstractArray)
    a === b && return true
    axes(a) == axes(b) || return false
    y = iterate(b)
    for x in a
        isequal(x, y[1]) || return false
        y = iterate(b, y[2])
    end
    return true
end
isless(a::AbstractVector, b::AbstractVector) = cmp(a, b) < 0
function cmp(a::AbstractVector, b::AbstractVector)
    for (x, y) in zip(a, b)
        isequal(x, y) || return isless(x, y) ? -1 : 1
    end
    return cmp(length(a), length(b))
end

# Searching

findnext(a, i) = findnext(identity, a, i)
findprev(a, i) = findprev(identity, a, i)
findfirst(a) = findfirst(identity, a)
findlast(a) = findlast(identity, a)
function findnext(f::Function, a, start)
    l = lastindex(a)
    i = start isa CartesianIndex ? start : oftype(l, start)
    if a isa AbstractArray && ndims(a) != 1
        started = false
        for I in keys(a)
            started = started || !isless(I, i)
            started && f(a[I]) && return I
        end
        return nothing
    end
    i < firstindex(a) && throw(BoundsError(a, i))
    while i <= l
        f(a[i]) && return i
        i = nextind(a, i)
    end
    return nothing
end
function findprev(f::Function, a, start)
    if a isa AbstractArray && ndims(a) != 1
        last = nothing
        for I in keys(a)
            isless(start, I) && break
            f(a[I]) && (last = I)
        end
        return last
    end
    i = start
    i > lastindex(a) && throw(BoundsError(a, i))
    while i >= firstindex(a)
        f(a[i]) && return i
        i = prevind(a, i)
    end
    return nothing
end
function findfirst(f::Function, a)
    for (k, v) in pairs(a)
        f(v) && return k
    end
    return nothing
end
function findfirst(f::Function, a::AbstractVector)
    for i in eachindex(a)
        f(a[i]) && return i
    end
    return nothing
end
function findlast(f::Function, a)
    for (k, v) in Iterators.reverse(pairs(a))
        f(v) && return k
    end
    return nothing
end
function findlast(f::Function, a::AbstractVector)
    i = lastindex(a)
    while i >= firstindex(a)
        f(a[i]) && return i
        i -= 1
    end
    return nothing
end
findfirst(p::Fix2{typeof(isequal), <:Integer}, r::AbstractUnitRange{<:Integer}) = in(p.x, r) ? p.x - first(r) + 1 : nothing
findfirst(p::Fix2{typeof(==), <:Integer}, r::AbstractUnitRange{<:Integer}) = in(p.x, r) ? p.x - first(r) + 1 : nothing
findall(f::Function, a) = [k for (k, v) in pairs(a) if f(v)]
function findall(f::Function, a::AbstractVector)
    out = Int[]
    for i in eachindex(a)
        f(a[i]) && push!(out, i)
    end
    return out
end
findall(f::Function, a::AbstractArray) = (out = CartesianIndex{ndims(a)}[]; for I in CartesianIndices(a)
    f(a[I]) && push!(out, I)
end; out)
function findall(a::AbstractVector)
    out = Int[]
    for i in eachindex(a)
        x = a[i]
        x isa Bool || throw(TypeError(:if, "", Bool, x))
        x && push!(out, i)
    end
    return out
end
findall(a::AbstractArray) = findall(identity, a)
findall(a) = [k for (k, v) in pairs(a) if v]
function findall(pattern::Fix2{typeof(in)}, a::AbstractVector)
    s = pattern.x isa AbstractSet ? pattern.x : pattern.x
    return [i for i in eachindex(a) if a[i] in s]
end
function indexin(a, b::AbstractArray)
    d = Dict{Any, Any}()
    for (k, v) in pairs(b)
        haskey(d, v) || (d[v] = k)
    end
    return Union{Nothing, eltype(keys(b))}[get(d, x, nothing) for x in a]
end

# Collecting

IteratorEltype(::Type{<:AbstractArray}) = HasEltype()
collect(::Type{T}, itr) where {T} = collect_typed(T, itr, IteratorSize(itr))
collect_typed(::Type{T}, itr, ::Union{HasLength}) where {T} = (a = Array{T, 1}(undef, Int(length(itr))); i = 1; for x in itr
    a[i] = x
    i += 1
end; a)
collect_typed(::Type{T}, itr, ::HasShape) where {T} = copyto!(Array{T, ndims_of_shape(itr)}(undef, to_shape(axes(itr))), itr)
ndims_of_shape(itr) = nfields(axes(itr))
function collect_typed(::Type{T}, itr, sz) where {T}
    a = Array{T, 1}(undef, 0)
    for x in itr
        push!(a, x)
    end
    return a
end
collect(a::AbstractArray) = copyto!(Array{eltype(a), ndims(a)}(undef, size(a)), a)
collect(a::Array) = copy(a)
collect(a::Tuple) = collect_tuple(a)
collect_tuple(a::Tuple) = (T = eltype(a); promoted_vector(T, a))
collect(itr) = collect_by(itr, IteratorEltype(itr), IteratorSize(itr))
collect_by(itr, ::HasEltype, sz) = collect_typed(eltype(itr), itr, sz)
function collect_by(itr, ::EltypeUnknown, sz::Union{HasLength, HasShape})
    shape = sz isa HasShape ? to_shape(axes(itr)) : (Int(length(itr)),)
    y = iterate(itr)
    y === nothing && return Array{default_eltype(itr), nfields(shape)}(undef, shape)
    v, st = y
    dest = Array{typeof(v), nfields(shape)}(undef, shape)
    dest[1] = v
    return collect_rest!(dest, itr, 2, st)
end
function collect_by(itr, ::EltypeUnknown, sz)
    y = iterate(itr)
    y === nothing && return Array{default_eltype(itr), 1}(undef, 0)
    v, st = y
    dest = Array{typeof(v), 1}(undef, 0)
    push!(dest, v)
    return grow_rest!(dest, itr, st)
end
function collect_rest!(dest::Array{T}, itr, i, st) where {T}
    while true
        y = iterate(itr, st)
        y === nothing && break
        v, st = y
        if v isa T
            memoryrefset!(memoryrefnew(getfield(dest, :ref), i, false), v, :not_atomic, false)
            i += 1
        else
            R = promote_typejoin(T, typeof(v))
            wider = Array{R, ndims(dest)}(undef, size(dest))
            for k in 1:i-1
                wider[k] = dest[k]
            end
            wider[i] = v
            return collect_rest!(wider, itr, i + 1, st)
        end
    end
    return dest
end
function grow_rest!(dest::Array{T}, itr, st) where {T}
    while true
        y = iterate(itr, st)
        y === nothing && break
        v, st = y
        if v isa T
            push!(dest, v)
        else
            wider = Array{promote_typejoin(T, typeof(v)), 1}(undef, 0)
            append!(wider, dest)
            push!(wider, v)
            return grow_rest!(wider, itr, st)
        end
    end
    return dest
end
collect_similar(cont, itr) = collect(itr)
function default_eltype(itr)
    itr isa Generator && return promote_op(itr.f, default_eltype(itr.iter))
    return IteratorEltype(itr) isa HasEltype ? eltype(itr) : Any
end
_similar_for(c, T, itr, sz) = similar(c, T)

# The type that `f` returns for arguments of these types, as inference sees it.
promote_op(f, S::Type...) = has_bottom(S) ? Union{} : Core.Compiler.return_type(f, Tuple{S...})
has_bottom(::Tuple{}) = false
has_bottom(S::Tuple) = S[1] === Union{} || has_bottom(tail(S))

# Mapping

map(f, A::AbstractArray) = collect_similar(A, Generator(f, A))
map(f, A) = collect(Generator(f, A))
map(f, it, its...) = collect(Generator(f, it, its...))
map(f) = f()
function map!(f, dest::AbstractArray, A::AbstractArray)
    for (i, j) in zip(eachindex(dest), eachindex(A))
        dest[i] = f(A[j])
    end
    return dest
end
function map!(f, dest::AbstractArray, A::AbstractArray, Bs::AbstractArray...)
    k = 1
    for xs in zip(A, Bs...)
        k > length(dest) && break
        dest[k] = f(xs...)
        k += 1
    end
    return dest
end
map!(f, A::AbstractArray) = map!(f, A, A)
foreach(f) = (f(); nothing)
foreach(f, itr) = (for x in itr
    f(x)
end; nothing)
foreach(f, itr, itrs...) = (for xs in zip(itr, itrs...)
    f(xs...)
end; nothing)

get(A::AbstractArray, i::Integer, default) = checkbounds(Bool, A, i) ? A[i] : default
get(A::AbstractArray, I::Tuple, default) = checkbounds(Bool, A, I...) ? A[I...] : default
get(f::Callable, A::AbstractArray, i::Integer) = checkbounds(Bool, A, i) ? A[i] : f()
haskey(A::AbstractArray, i) = checkbounds(Bool, A, i)
first(itr) = (y = iterate(itr); y === nothing ? throw(ArgumentError("collection must be non-empty")) : y[1])
first(itr, n::Integer) = collect(Iterators.take(itr, n))
first(a::AbstractVector, n::Integer) = n < 0 ? throw(ArgumentError("Number of elements must be non-negative")) : a[firstindex(a):min(firstindex(a) + Int(n) - 1, lastindex(a))]
last(a::AbstractVector, n::Integer) = n < 0 ? throw(ArgumentError("Number of elements must be non-negative")) : a[max(firstindex(a), lastindex(a) - Int(n) + 1):lastindex(a)]
last(itr, n::Integer) = last(collect(itr), n)
only(x) = begin
    y = iterate(x)
    y === nothing && throw(ArgumentError("Collection is empty, must contain exactly 1 element"))
    iterate(x, y[2]) === nothing || throw(ArgumentError("Collection has multiple elements, must contain exactly 1 element"))
    y[1]
end
isdone(a::AbstractArray) = isempty(a)

# The array that a typed comprehension fills

_similar_shape(itr, ::SizeUnknown) = nothing
_similar_shape(itr, ::HasLength) = length(itr)::Integer
_similar_shape(itr, ::HasShape) = axes(itr)
_similar_shape(itr, ::IsInfinite) = throw(MethodError(length, (itr,)))
_array_for(::Type{T}, itr, isz) where {T} = _array_for(T, isz, _similar_shape(itr, isz))
_array_for(::Type{T}, ::HasLength, len::Integer) where {T} = Array{T, 1}(undef, Int(len))
_array_for(::Type{T}, ::HasShape{N}, axs) where {T, N} = Array{T, N}(undef, to_shape(axs))
_array_for(::Type{T}, ::SizeUnknown, ::Nothing) where {T} = Array{T, 1}(undef, 0)
