# Pairs.

=>(a, b) = Pair(a, b)
Pair{A, B}(p::Pair) where {A, B} = Pair{A, B}(convert(A, p.first), convert(B, p.second))
iterate(p::Pair, i=1) = i > 2 ? nothing : (getfield(p, i), i + 1)
indexed_iterate(p::Pair, i::Int, state=1) = (getfield(p, i), i + 1)
length(p::Pair) = 2
getindex(p::Pair, i::Int) = getfield(p, i)
getindex(p::Pair, i::Real) = getfield(p, convert(Int, i))
first(p::Pair) = p.first
last(p::Pair) = p.second
firstindex(p::Pair) = 1
lastindex(p::Pair) = 2
eltype(::Type{Pair{A, B}}) where {A, B} = Union{A, B}
reverse(p::Pair) = Pair(p.second, p.first)
==(p::Pair, q::Pair) = (p.first == q.first) & (p.second == q.second)
isequal(p::Pair, q::Pair) = isequal(p.first, q.first) & isequal(p.second, q.second)
isless(p::Pair, q::Pair) = ifelse(!isequal(p.first, q.first), isless(p.first, q.first), isless(p.second, q.second))
hash(p::Pair, h::UInt) = hash(p.second, hash(p.first, h))
promote_rule(::Type{Pair{A1, B1}}, ::Type{Pair{A2, B2}}) where {A1, B1, A2, B2} = Pair{promote_type(A1, A2), promote_type(B1, B2)}
keytype(::Type{Pair{A, B}}) where {A, B} = A
valtype(::Type{Pair{A, B}}) where {A, B} = B
eltype(p::Pair) = eltype(typeof(p))
keys(p::Pair) = OneTo(2)
