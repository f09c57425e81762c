# Strings: the AbstractString protocol, String and SubString.
#
# A String is a length followed by bytes, usually UTF-8. Its indices are byte positions, of which only the first byte
# of each character is valid. Everything an AbstractString can do follows from four functions: ncodeunits, codeunit,
# isvalid and iterate. String and SubString{String} get direct definitions of the rest, on their bytes.
#
# Enters: bytes and indices. Leaves: characters, indices, new strings. Searching and transforming is stringutil.jl's.

struct StringIndexError <: Exception
    string::AbstractString
    index::Integer
end

@noinline string_index_err(s::AbstractString, i::Integer) = throw(StringIndexError(s, Int(i)))
@noinline string_bounds_err(s, i) = throw(BoundsError(s, i))

## String: its bytes

unsafe_convert(::Type{Ptr{UInt8}}, s::String) = @_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)
unsafe_convert(::Type{Ptr{Int8}}, s::String) = bitcast(Ptr{Int8}, ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s))
unsafe_convert(::Type{Ptr{Cvoid}}, s::String) = bitcast(Ptr{Cvoid}, ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s))

pointer(s::String) = @_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)
pointer(s::String, i::Integer) = pointer(s) + (Int(i) - 1)

_string_n(n::Integer) = ccall(:jl_alloc_string, Ref{String}, (Csize_t,), n)
_string_n(n::Int) = slt_int(n, 0) ? Core.throw_inexacterror(:convert, UInt, n) : (@_direct ccall(:jl_alloc_string, Ref{String}, (Int,), n))

ncodeunits(s::String) = Core.sizeof(s)
codeunit(s::String) = UInt8
sizeof(s::String) = Core.sizeof(s)

# Byte i of s, without a check.
byte_at(s::String, i::Int) = pointerref((@_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)), i, 1)

function codeunit(s::String, i::Int)
    @_foldable_meta
    ult_int(sub_int(i, 1), Core.sizeof(s)) || string_bounds_err(s, i)
    return pointerref((@_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)), i, 1)
end
codeunit(s::AbstractString, i::Integer) = codeunit(s, Int(i))

"""
    unsafe_string(p::Ptr{UInt8}, [length])

Copies the bytes at `p` into a new String: `length` of them, or up to the first NUL.
"""
function unsafe_string(p::Union{Ptr{UInt8},Ptr{Int8}}, n::Integer)
    p == C_NULL && throw(ArgumentError("cannot convert NULL to string"))
    return ccall(:jl_pchar_to_string, Any, (Ptr{UInt8}, Csize_t), p, n)::String
end
function unsafe_string(p::Union{Ptr{UInt8},Ptr{Int8}})
    p == C_NULL && throw(ArgumentError("cannot convert NULL to string"))
    return unsafe_string(p, ccall(:strlen, Csize_t, (Ptr{UInt8},), p))
end

String(s::String) = s
String(s::AbstractString) = print_to_string(s)
String(s::Symbol) = unsafe_string(unsafe_convert(Ptr{UInt8}, s))
function String(v::Vector{UInt8})
    n = length(v)
    n == 0 && return ""
    s = GC.@preserve v unsafe_string(pointer(v), n)
    empty!(v)
    return s
end
function String(v::AbstractVector{UInt8})
    s = _string_n(length(v))
    p = pointer(s)
    i = 0
    for b in v
        i += 1
        unsafe_store!(p, b, i)
    end
    return s
end
function String(v::Memory{UInt8})
    n = length(v)
    n == 0 && return ""
    return GC.@preserve v unsafe_string(pointer(v), n)
end
function String(chars::AbstractVector{<:AbstractChar})
    return sprint(sizehint=length(chars)) do io
        for c in chars
            write(io, c)
        end
    end
end
String(t::Tuple{Vararg{UInt8}}) = String(UInt8[b for b in t])

convert(::Type{String}, s::AbstractString) = String(s)::String
convert(::Type{String}, s::String) = s
convert(::Type{T}, s::T) where {T<:AbstractString} = s
convert(::Type{T}, s::AbstractString) where {T<:AbstractString} = T(s)::T
AbstractString(s::AbstractString) = s

(::Type{Symbol})(s::AbstractString) = Symbol(String(s))

function Vector{UInt8}(s::AbstractString)
    t = String(s)
    n = Core.sizeof(t)
    v = Vector{UInt8}(undef, n)
    GC.@preserve t v memcpy(pointer(v), pointer(t), n)
    return v
end
Array{UInt8}(s::AbstractString) = Vector{UInt8}(s)
Vector{Char}(s::AbstractString) = collect(s)
Vector{T}(s::AbstractString) where {T<:AbstractChar} = T[c for c in s]

## String: its characters

# The rest of the character whose first byte, at index i, is the top byte of u; and the index after it.
function char_continued(s::String, i::Int, u::UInt32)
    n = Core.sizeof(s)
    i = add_int(i, 1)
    (ult_int(u, 0xc0000000) || ule_int(0xf8000000, u)) && return bitcast(Char, u), i
    slt_int(n, i) && return bitcast(Char, u), i
    p = @_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)
    b = pointerref(p, i, 1)
    eq_int(and_int(b, 0xc0), 0x80) || return bitcast(Char, u), i
    u = or_int(u, shl_int(zext_int(UInt32, b), 16))
    i = add_int(i, 1)
    (ult_int(u, 0xe0000000) || slt_int(n, i)) && return bitcast(Char, u), i
    b = pointerref(p, i, 1)
    eq_int(and_int(b, 0xc0), 0x80) || return bitcast(Char, u), i
    u = or_int(u, shl_int(zext_int(UInt32, b), 8))
    i = add_int(i, 1)
    (ult_int(u, 0xf0000000) || slt_int(n, i)) && return bitcast(Char, u), i
    b = pointerref(p, i, 1)
    eq_int(and_int(b, 0xc0), 0x80) || return bitcast(Char, u), i
    u = or_int(u, zext_int(UInt32, b))
    return bitcast(Char, u), add_int(i, 1)
end

iterate(s::String) = iterate(s, 1)
function iterate(s::String, i::Int)
    @_foldable_meta
    ult_int(sub_int(i, 1), Core.sizeof(s)) || return nothing
    b = pointerref((@_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)), i, 1)
    u = shl_int(zext_int(UInt32, b), 24)
    ult_int(b, 0x80) && return bitcast(Char, u), add_int(i, 1)
    return char_continued(s, i, u)
end

function getindex(s::String, i::Int)
    @_foldable_meta
    ult_int(sub_int(i, 1), Core.sizeof(s)) || string_bounds_err(s, i)
    b = pointerref((@_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)), i, 1)
    u = shl_int(zext_int(UInt32, b), 24)
    ult_int(b, 0x80) && return bitcast(Char, u)
    is_continuation_byte(b) && !isvalid(s, i) && string_index_err(s, i)
    return char_continued(s, i, u)[1]
end

# The first byte's index of the character that byte i belongs to.
function thisind(s::String, i::Int)
    n = Core.sizeof(s)
    (i == 0 || i == n + 1) && return i
    (1 <= i <= n) || throw(BoundsError(s, i))
    b = byte_at(s, i)
    (is_continuation_byte(b) && i > 1) || return i
    c = byte_at(s, i - 1)
    0xc0 <= c < 0xf8 && return i - 1
    (is_continuation_byte(c) && i > 2) || return i
    c = byte_at(s, i - 2)
    0xe0 <= c < 0xf8 && return i - 2
    (is_continuation_byte(c) && i > 3) || return i
    c = byte_at(s, i - 3)
    0xf0 <= c < 0xf8 && return i - 3
    return i
end

function nextind(s::String, i::Int)
    i == 0 && return 1
    n = Core.sizeof(s)
    (1 <= i <= n) || throw(BoundsError(s, i))
    b = byte_at(s, i)
    b < 0x80 && return i + 1
    if is_continuation_byte(b)
        j = thisind(s, i)
        j == i && return i + 1
        return nextind(s, j)
    end
    b >= 0xf8 && return i + 1
    wanted = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3
    j = i + 1
    while wanted > 0 && j <= n && is_continuation_byte(byte_at(s, j))
        j += 1
        wanted -= 1
    end
    return j
end

function isvalid(s::String, i::Int)
    1 <= i <= Core.sizeof(s) || return false
    is_continuation_byte(byte_at(s, i)) || return true
    return thisind(s, i) == i
end

function isascii(s::String)
    n = Core.sizeof(s)
    p = pointer(s)
    # eight bytes at a time, while there are so many
    words = lshr_int(n, 3)
    q = bitcast(Ptr{Int}, p)
    i = 1
    while sle_int(i, words)
        and_int(pointerref(q, i, 1), -9187201950435737472) === 0 || return false
        i = add_int(i, 1)
    end
    i = add_int(mul_int(words, 8), 1)
    while sle_int(i, n)
        ult_int(pointerref(p, i, 1), 0x80) || return false
        i = add_int(i, 1)
    end
    return true
end

@assume_effects :foldable :nothrow function length(s::String)
    n = Core.sizeof(s)
    isascii(s) && return n
    k = 0
    i = 1
    while i <= n
        i = nextind(s, i)
        k += 1
    end
    return k
end

function length(s::String, i::Int, j::Int)
    i > j + 1 && return 0
    n = Core.sizeof(s)
    0 < i <= n + 1 || throw(BoundsError(s, i))
    0 <= j < n + 1 || throw(BoundsError(s, j))
    k = 0
    if i > 1 && i <= n
        t = thisind(s, i)
        t < i && (i = nextind(s, t))
    end
    while i <= j
        i = nextind(s, i)
        k += 1
    end
    return k
end

isvalid(::Type{String}, s::String) = isvalid_utf8(s)
isvalid(::Type{String}, s::AbstractVector{UInt8}) = isvalid_utf8(String(copy(s)))
isvalid(::Type{T}, s::AbstractString) where {T<:AbstractString} = isvalid_utf8(String(s))
isvalid(s::String) = isvalid_utf8(s)
isvalid(s::AbstractString) = isvalid_utf8(String(s))
function isvalid_utf8(s::String)
    isascii(s) && return true
    for c in s
        isvalid(c) || return false
    end
    return true
end

## AbstractString: what follows from the four functions

==(a::AbstractString, b::AbstractString) = cmp(a, b) == 0
isless(a::AbstractString, b::AbstractString) = cmp(a, b) < 0

function ==(a::String, b::String)
    a === b && return true
    return false
end
isequal(a::String, b::String) = a === b

function cmp(a::AbstractString, b::AbstractString)
    a === b && return 0
    x = iterate(a)
    y = iterate(b)
    while true
        x === nothing && return y === nothing ? 0 : -1
        y === nothing && return 1
        c = x[1]
        d = y[1]
        c == d || return c < d ? -1 : 1
        x = iterate(a, x[2])
        y = iterate(b, y[2])
    end
end
function cmp(a::String, b::String)
    m = Core.sizeof(a)
    n = Core.sizeof(b)
    c = @_direct ccall(:memcmp, Int32, (Ptr{UInt8}, Ptr{UInt8}, Int), pointer(a), pointer(b), (slt_int(m, n) ? m : n))
    c === Int32(0) || return slt_int(c, Int32(0)) ? -1 : 1
    return slt_int(m, n) ? -1 : slt_int(n, m) ? 1 : 0
end
cmp(a::Symbol, b::Symbol) = cmp(String(a), String(b))
isless(a::Symbol, b::Symbol) = cmp(a, b) < 0
isless(a::String, b::String) = slt_int(cmp(a, b), 0)

==(a::AbstractString, b::Symbol) = false
==(a::Symbol, b::AbstractString) = false

firstindex(s::AbstractString) = 1
lastindex(s::AbstractString) = thisind(s, ncodeunits(s)::Int)
isempty(s::AbstractString) = iterate(s) === nothing
isempty(s::String) = Core.sizeof(s) == 0
sizeof(s::AbstractString) = ncodeunits(s)::Int * sizeof(codeunit(s)::Type)
eltype(::Type{<:AbstractString}) = Char
ndims(s::AbstractString) = 1
keytype(::Type{<:AbstractString}) = Int
axes(s::AbstractString) = (OneTo(ncodeunits(s)),)
size(s::AbstractString) = (length(s),)
size(s::AbstractString, d::Integer) = d == 1 ? length(s) : 1
IteratorSize(::Type{<:AbstractString}) = HasLength()
broadcastable(s::AbstractString) = Ref(s)
nextind(s::AbstractString) = nextind(s, 1)

checkbounds(::Type{Bool}, s::AbstractString, i::Integer) = 1 <= i <= ncodeunits(s)
checkbounds(::Type{Bool}, s::AbstractString, r::AbstractUnitRange{<:Integer}) =
    isempty(r) || (1 <= minimum(r) && maximum(r) <= ncodeunits(s))
checkbounds(s::AbstractString, I) = checkbounds(Bool, s, I) ? nothing : throw(BoundsError(s, I))
get(s::AbstractString, i::Integer, default) = isvalid(s, Int(i)) ? s[i] : default

isvalid(s::AbstractString, i::Integer) = isvalid(s, Int(i))
function isvalid(s::AbstractString, i::Int)
    1 <= i <= ncodeunits(s) || return false
    return thisind(s, i) == i
end

thisind(s::AbstractString, i::Integer) = thisind(s, Int(i))
function thisind(s::AbstractString, i::Int)
    z = ncodeunits(s)::Int + 1
    (i == z || i == 0) && return i
    1 <= i < z || throw(BoundsError(s, i))
    while i > 1 && !isvalid(s, i)
        i -= 1
    end
    return i
end

nextind(s::AbstractString, i::Integer) = nextind(s, Int(i))
function nextind(s::AbstractString, i::Int)
    i == 0 && return 1
    z = ncodeunits(s)::Int
    1 <= i <= z || throw(BoundsError(s, i))
    i += 1
    while i <= z && !isvalid(s, i)
        i += 1
    end
    return i
end
nextind(s::AbstractString, i::Integer, n::Integer) = nextind(s, Int(i), Int(n))
function nextind(s::AbstractString, i::Int, n::Int)
    n < 0 && throw(ArgumentError(string("n cannot be negative: ", n)))
    z = ncodeunits(s)
    0 <= i <= z || throw(BoundsError(s, i))
    n == 0 && return thisind(s, i) == i ? i : string_index_err(s, i)
    while n > 0 && i < z
        i = nextind(s, i)
        n -= 1
    end
    return i + n
end

prevind(s::AbstractString, i::Integer) = prevind(s, Int(i))
function prevind(s::AbstractString, i::Int)
    z = ncodeunits(s) + 1
    0 < i <= z || throw(BoundsError(s, i))
    i == z && return thisind(s, i - 1)
    i -= 1
    return i < 1 ? 0 : thisind(s, i) == i ? i : thisind(s, i)
end
prevind(s::AbstractString, i::Integer, n::Integer) = prevind(s, Int(i), Int(n))
function prevind(s::AbstractString, i::Int, n::Int)
    n < 0 && throw(ArgumentError(string("n cannot be negative: ", n)))
    z = ncodeunits(s) + 1
    0 < i <= z || throw(BoundsError(s, i))
    n == 0 && return i == z || thisind(s, i) == i ? i : string_index_err(s, i)
    while n > 0 && 1 < i
        i = prevind(s, i)
        n -= 1
    end
    return i - n
end

function length(s::AbstractString)
    k = 0
    for _ in s
        k += 1
    end
    return k
end
length(s::AbstractString, i::Integer, j::Integer) = length(s, Int(i), Int(j))
function length(s::AbstractString, i::Int, j::Int)
    z = ncodeunits(s)
    i <= j + 1 || return 0
    1 <= i <= z + 1 || throw(BoundsError(s, i))
    0 <= j <= z || throw(BoundsError(s, j))
    k = 0
    for x in i:j
        k += isvalid(s, x)
    end
    return k
end

iterate(s::AbstractString) = iterate(s, firstindex(s))

function getindex(s::AbstractString, i::Integer)
    checkbounds(Bool, s, i) || throw(BoundsError(s, i))
    isvalid(s, Int(i)) || string_index_err(s, i)
    return (iterate(s, Int(i))::Tuple)[1]
end
getindex(s::AbstractString, i::Colon) = s
getindex(s::AbstractString, r::AbstractUnitRange{<:Integer}) = String(SubString(s, r))
getindex(s::AbstractString, v::AbstractVector{<:Integer}) = sprint(io -> (for i in v; write(io, s[i]); end))
getindex(s::AbstractString, v::AbstractVector{Bool}) = throw(ArgumentError("logical indexing not supported for strings"))
getindex(s::String, i::Integer) = getindex(s, Int(i))
getindex(s::String, r::AbstractUnitRange{<:Integer}) = s[Int(first(r)):Int(last(r))]
function getindex(s::String, r::UnitRange{Int})
    isempty(r) && return ""
    i = first(r)
    j = last(r)
    n = Core.sizeof(s)
    1 <= i || throw(BoundsError(s, r))
    j <= n || throw(BoundsError(s, r))
    isvalid(s, i) || string_index_err(s, i)
    isvalid(s, j) || string_index_err(s, j)
    k = nextind(s, j)
    return unsafe_string(pointer(s, i), k - i)
end
view(s::AbstractString, r::AbstractUnitRange{<:Integer}) = SubString(s, r)

## indices of a string

struct EachStringIndex{T<:AbstractString}
    s::T
end
keys(s::AbstractString) = EachStringIndex(s)
eachindex(s::AbstractString) = EachStringIndex(s)
length(e::EachStringIndex) = length(e.s)
first(::EachStringIndex) = 1
last(e::EachStringIndex) = lastindex(e.s)
eltype(::Type{<:EachStringIndex}) = Int
IteratorSize(::Type{<:EachStringIndex}) = HasLength()
iterate(e::EachStringIndex, i::Int=1) = i > ncodeunits(e.s) ? nothing : (i, nextind(e.s, i))
isempty(e::EachStringIndex) = isempty(e.s)
in(i::Integer, e::EachStringIndex) = isvalid(e.s, Int(i))
==(a::EachStringIndex, b::EachStringIndex) = length(a) == length(b) && all(x == y for (x, y) in zip(a, b))
show(io::IO, e::EachStringIndex) = (print(io, "EachStringIndex("); show(io, e.s); print(io, ")"))

## SubString

"""
    SubString(s::AbstractString, i::Integer, j::Integer=lastindex(s))
    SubString(s::AbstractString, r::UnitRange{<:Integer})

A view of the characters of `s` at indices `i` to `j`.
"""
struct SubString{T<:AbstractString} <: AbstractString
    string::T
    offset::Int
    ncodeunits::Int

    function SubString{T}(s::T, i::Int, j::Int) where {T<:AbstractString}
        i > j && return new{T}(s, i - 1, 0)
        n = ncodeunits(s)
        (1 <= i && j <= n) || throw(BoundsError(s, i:j))
        isvalid(s, i) || string_index_err(s, i)
        isvalid(s, j) || string_index_err(s, j)
        return new{T}(s, i - 1, nextind(s, j) - i)
    end
    # Bytes offset+1 to offset+n, which the caller knows to be whole characters.
    SubString{T}(s::T, offset::Int, n::Int, ::Val{:noshift}) where {T<:AbstractString} = new{T}(s, offset, n)
end
SubString(s::T, i::Int, j::Int) where {T<:AbstractString} = SubString{T}(s, i, j)
SubString(s::T, i::Int, j::Int, v::Val{:noshift}) where {T<:AbstractString} = SubString{T}(s, i, j, v)
SubString(s::AbstractString, i::Integer, j::Integer=lastindex(s)) = SubString(s, Int(i), Int(j))
SubString(s::AbstractString, r::AbstractUnitRange{<:Integer}) = SubString(s, Int(first(r)), Int(last(r)))
SubString(s::AbstractString) = SubString(s, 1, lastindex(s))
SubString{T}(s::T) where {T<:AbstractString} = SubString{T}(s, 1, Int(lastindex(s)))
SubString{T}(s::SubString{T}) where {T<:AbstractString} = s
SubString(s::SubString) = s
function SubString(s::SubString, i::Int, j::Int)
    i > j && return SubString(s.string, s.offset + i, s.offset + j)
    1 <= i && j <= s.ncodeunits || throw(BoundsError(s, i:j))
    return SubString(s.string, s.offset + i, s.offset + j)
end
convert(::Type{SubString{S}}, s::AbstractString) where {S<:AbstractString} = SubString(convert(S, s))
convert(::Type{T}, s::T) where {T<:SubString} = s
convert(::Type{SubString{S}}, s::SubString{S}) where {S<:AbstractString} = s

String(s::SubString{String}) = unsafe_string(pointer(s.string, s.offset + 1), s.ncodeunits)

ncodeunits(s::SubString) = s.ncodeunits
codeunit(s::SubString) = codeunit(s.string)::Type
function codeunit(s::SubString, i::Int)
    1 <= i <= s.ncodeunits || throw(BoundsError(s, i))
    return codeunit(s.string, s.offset + i)
end
pointer(s::SubString{String}) = pointer(s.string) + s.offset
pointer(s::SubString{String}, i::Integer) = pointer(s.string) + (s.offset + Int(i) - 1)
sizeof(s::SubString{String}) = s.ncodeunits
isempty(s::SubString) = s.ncodeunits == 0
parent(s::SubString) = s.string
parentindices(s::SubString) = (s.offset + 1 : thisind(s.string, s.offset + s.ncodeunits),)

function iterate(s::SubString, i::Int)
    i == s.ncodeunits + 1 && return nothing
    1 <= i <= s.ncodeunits || throw(BoundsError(s, i))
    y = iterate(s.string, s.offset + i)
    y === nothing && return nothing
    c, j = y
    return c, j - s.offset
end
iterate(s::SubString) = iterate(s, 1)
function getindex(s::SubString, i::Int)
    1 <= i <= s.ncodeunits || throw(BoundsError(s, i))
    isvalid(s.string, s.offset + i) || string_index_err(s, i)
    return s.string[s.offset + i]
end
getindex(s::SubString, i::Integer) = getindex(s, Int(i))
getindex(s::SubString, r::AbstractUnitRange{<:Integer}) = SubString(s, Int(first(r)), Int(last(r)))
isvalid(s::SubString, i::Int) = 1 <= i <= s.ncodeunits && isvalid(s.string, s.offset + i)
function thisind(s::SubString, i::Int)
    (i == 0 || i == s.ncodeunits + 1) && return i
    1 <= i <= s.ncodeunits || throw(BoundsError(s, i))
    return thisind(s.string, s.offset + i) - s.offset
end
function nextind(s::SubString, i::Int)
    i == 0 && return 1
    1 <= i <= s.ncodeunits || throw(BoundsError(s, i))
    return nextind(s.string, s.offset + i) - s.offset
end

const StringOrSub = Union{String,SubString{String}}

isvalid(::Type{String}, s::SubString{String}) = isvalid_utf8(String(s))
cconvert(::Type{Ptr{UInt8}}, s::SubString{String}) = s
cconvert(::Type{Ptr{Int8}}, s::SubString{String}) = s

unsafe_convert(::Type{Ptr{UInt8}}, s::SubString{String}) = pointer(s)
unsafe_convert(::Type{Ptr{Int8}}, s::SubString{String}) = bitcast(Ptr{Int8}, pointer(s))

function ==(a::StringOrSub, b::StringOrSub)
    n = sizeof(a)
    n == sizeof(b) || return false
    return GC.@preserve a b memcmp(pointer(a), pointer(b), n) == 0
end
function cmp(a::StringOrSub, b::StringOrSub)
    m = sizeof(a)
    n = sizeof(b)
    c = GC.@preserve a b memcmp(pointer(a), pointer(b), m < n ? m : n)
    c == 0 && return m < n ? -1 : m > n ? 1 : 0
    return c < 0 ? -1 : 1
end

isascii(s::SubString{String}) = isascii(String(s))
isascii(s::AbstractString) = all(isascii, s)

## code units

"""
    codeunits(s::AbstractString)

A vector-like view of the code units of `s`.
"""
struct CodeUnits{T,S<:AbstractString} <: DenseVector{T}
    s::S
    CodeUnits(s::S) where {S<:AbstractString} = new{codeunit(s),S}(s)
end
length(v::CodeUnits) = ncodeunits(v.s)
size(v::CodeUnits) = (length(v),)
sizeof(v::CodeUnits{T}) where {T} = length(v) * sizeof(T)
elsize(::Type{<:CodeUnits{T}}) where {T} = sizeof(T)
getindex(v::CodeUnits, i::Int) = codeunit(v.s, i)
IndexStyle(::Type{<:CodeUnits}) = IndexLinear()
iterate(v::CodeUnits, i::Int=1) = i > ncodeunits(v.s) ? nothing : (codeunit(v.s, i), i + 1)
write(io::IO, v::CodeUnits) = write(io, v.s)
pointer(v::CodeUnits) = pointer(v.s)
unsafe_convert(::Type{Ptr{T}}, v::CodeUnits{T}) where {T} = pointer(v.s)
unsafe_convert(::Type{Ptr{Int8}}, v::CodeUnits{UInt8}) = bitcast(Ptr{Int8}, pointer(v.s))
codeunits(s::AbstractString) = CodeUnits(s)
codeunits(v::CodeUnits) = v.s
Vector{T}(v::CodeUnits{T}) where {T} = copyto!(Vector{T}(undef, length(v)), v)
Array{T}(v::CodeUnits{T}) where {T} = Vector{T}(v)
String(v::CodeUnits{UInt8}) = String(v.s)

## symbols

unsafe_convert(::Type{Ptr{UInt8}}, s::Symbol) = ccall(:jl_symbol_name, Ptr{UInt8}, (Any,), s)
unsafe_convert(::Type{Ptr{Int8}}, s::Symbol) = bitcast(Ptr{Int8}, ccall(:jl_symbol_name, Ptr{UInt8}, (Any,), s))
Symbol(s::Symbol) = s
Symbol(x...) = Symbol(string(x...))
sizeof(s::Symbol) = Int(ccall(:strlen, Csize_t, (Ptr{UInt8},), unsafe_convert(Ptr{UInt8}, s)))
broadcastable(s::Symbol) = Ref(s)

"""
    gensym([tag])

A symbol that no other variable uses.
"""
gensym() = ccall(:jl_gensym, Any, ())::Symbol
gensym(s::String) = ccall(:jl_tagged_gensym, Any, (Ptr{UInt8}, Csize_t), s, sizeof(s))::Symbol
gensym(s::Symbol) = gensym(String(s))
gensym(s::AbstractString) = gensym(String(s))
gensym(ss::Union{String,Symbol}...) = map(gensym, ss)

macro gensym(names...)
    assignments = Any[:($(esc(n)) = gensym($(string(n)))) for n in names]
    return Expr(:block, assignments..., :nothing)
end
