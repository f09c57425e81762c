# missing: the value that is not there. Operators pass it on; logic follows three values.

ismissing(x) = x === missing
nonmissingtype(::Type{T}) where {T} = typesplit(T, Missing)
function nonmissingtype_checked(T::Type)
    R = nonmissingtype(T)
    R >: T && error("could not compute non-missing type")
    R <: Union{} && error("cannot convert a value to missing for assignment")
    return R
end
promote_rule(::Type{Any}, S::Type) = Any
promote_rule(T::Type{Missing}, S::Type) = Union{S, Missing}
promote_rule(T::Type{Union{Nothing, Missing}}, S::Type) = Union{S, Nothing, Missing}
function promote_rule(T::Type{>:Union{Nothing, Missing}}, S::Type)
    R = promote_type(nonnothingtype(nonmissingtype(T)), S)
    return Union{R, Nothing, Missing}
end
promote_rule(T::Type{>:Missing}, S::Type) = Union{promote_type(nonmissingtype(T), S), Missing}
promote_rule(T::Type{Nothing}, S::Type) = Union{S, Nothing}
promote_rule(T::Type{>:Nothing}, S::Type) = Union{promote_type(nonnothingtype(T), S), Nothing}
convert(::Type{T}, x::T) where {T>:Missing} = x
convert(::Type{T}, x::T) where {T>:Union{Missing, Nothing}} = x
convert(::Type{T}, x) where {T>:Missing} = convert(nonmissingtype_checked(T), x)
convert(::Type{T}, x) where {T>:Union{Missing, Nothing}} = convert(nonmissingtype_checked(nonnothingtype_checked(T)), x)

==(::Missing, ::Missing) = missing
==(::Missing, ::Any) = missing
==(::Any, ::Missing) = missing
==(::Missing, ::WeakRef) = missing
==(::WeakRef, ::Missing) = missing
!=(::Missing, ::Missing) = missing
!=(::Missing, ::Any) = missing
!=(::Any, ::Missing) = missing
isequal(::Missing, ::Missing) = true
isequal(::Missing, ::Any) = false
isequal(::Any, ::Missing) = false
<(::Missing, ::Missing) = missing
<(::Missing, ::Any) = missing
<(::Any, ::Missing) = missing
<=(::Missing, ::Missing) = missing
<=(::Missing, ::Any) = missing
<=(::Any, ::Missing) = missing
isless(::Missing, ::Missing) = false
isless(::Missing, ::Any) = false
isless(::Any, ::Missing) = true
isunordered(::Missing) = true
isapprox(::Missing, ::Missing; kwargs...) = missing
isapprox(::Missing, ::Any; kwargs...) = missing
isapprox(::Any, ::Missing; kwargs...) = missing

for f in (:!, :~, :+, :-, :*, :&, :|, :xor, :abs, :abs2, :conj, :sign, :sqrt, :exp, :log, :sin, :cos, :tan, :zero, :one, :oneunit, :isfinite, :isinf,
    :isodd, :iseven, :isinteger, :isreal, :isnan, :iszero, :real, :imag, :inv, :float, :adjoint, :transpose, :log2, :log10)
    @eval $f(::Missing) = missing
end
for f in (:+, :-, :*, :/, :^, :mod, :rem, :div, :fld, :cld, :min, :max, :copysign, :flipsign, :atan, :hypot)
    @eval begin
        $f(::Missing, ::Missing) = missing
        $f(::Missing, ::Number) = missing
        $f(::Number, ::Missing) = missing
    end
end
min(::Missing, ::Any) = missing
min(::Any, ::Missing) = missing
max(::Missing, ::Any) = missing
max(::Any, ::Missing) = missing
for f in (:zero, :one, :oneunit)
    @eval $f(::Type{Missing}) = missing
    @eval $f(::Type{Union{T, Missing}}) where {T} = T === Any ? throw(MethodError($f, (Any,))) : $f(T)
end
round(::Missing, r::RoundingMode=RoundNearest; kw...) = missing
round(::Type{T}, ::Missing, r::RoundingMode=RoundNearest) where {T>:Missing} = missing
(&)(::Missing, ::Missing) = missing
(&)(a::Missing, b::Bool) = b ? missing : false
(&)(::Missing, ::Integer) = missing
(&)(::Integer, ::Missing) = missing
(|)(::Missing, ::Missing) = missing
(|)(a::Missing, b::Bool) = b ? true : missing
(|)(::Missing, ::Integer) = missing
(|)(::Integer, ::Missing) = missing
xor(::Missing, ::Missing) = missing
xor(a::Missing, b::Bool) = missing
xor(a::Bool, b::Missing) = missing
xor(::Missing, ::Integer) = missing
xor(::Integer, ::Missing) = missing
*(d::Missing, x::Union{AbstractString, AbstractChar}) = missing
*(d::Union{AbstractString, AbstractChar}, x::Missing) = missing
hash(::Missing, h::UInt) = hash(0x8842b8ea59c8c0c4, h)

coalesce() = missing
coalesce(x::Missing, y...) = coalesce(y...)
coalesce(x::Any, y...) = x
macro coalesce(args...)
    ex = :missing
    i = length(args)
    while i >= 1
        ex = :(!ismissing((val = $(esc(args[i]));)) ? val : $ex)
        i -= 1
    end
    return :(let val; $ex; end)
end

struct SkipMissing{T}
    x::T
end
skipmissing(itr) = SkipMissing(itr)
IteratorSize(::Type{<:SkipMissing}) = SizeUnknown()
IteratorEltype(::Type{SkipMissing{T}}) where {T} = IteratorEltype(T)
eltype(::Type{SkipMissing{T}}) where {T} = nonmissingtype(eltype(T))
function iterate(itr::SkipMissing, state...)
    y = iterate(itr.x, state...)
    while y !== nothing && y[1] === missing
        y = iterate(itr.x, y[2])
    end
    return y
end
keys(itr::SkipMissing) = (i for i in keys(itr.x) if itr.x[i] !== missing)
eachindex(itr::SkipMissing) = keys(itr)
function getindex(itr::SkipMissing, I...)
    v = itr.x[I...]
    v === missing && throw(MissingException("the value at index $I is missing"))
    return v
end
filter(f, itr::SkipMissing{<:AbstractArray}) = eltype(itr)[y for y in itr if f(y)]
