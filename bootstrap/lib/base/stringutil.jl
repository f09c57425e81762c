# Making and taking apart strings: building, padding, searching, splitting, replacing.
#
# Byte strings are searched with memchr and memcmp; anything else character by character. A search returns indices of
# the string searched, as a range of character starts, so that s[r] is what was found.
#
# Enters: strings, characters, predicates, regexes (by the methods regex.jl adds). Leaves: indices, pieces, new strings.

## string and concatenation

"""
    string(xs...)

The text that `print` gives for all of `xs`.
"""
string(s::String) = s
string(s::AbstractString) = String(s)
string(s::Symbol) = String(s)
string(c::AbstractChar) = sprint(print, c)
string(c::Char) = char_string(c)
string(::Nothing) = "nothing"
string(x) = print_to_string(x)
string() = ""
string(a::String, b::String) = concatenate(a, b)
# Texts and whole numbers need no stream.
function string(a::String, n::Int)
    k = Core.sizeof(a)
    total = add_int(k, decimal_length(n))
    s = @_direct ccall(:jl_alloc_string, Ref{String}, (Int,), total)
    p = @_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)
    from = @_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), a)
    @_direct ccall(:memcpy, Ptr{UInt8}, (Ptr{UInt8}, Ptr{UInt8}, Int), p, from, k)
    slt_int(n, 0) ? put_decimal(p, k, n, sub_int(total, k)) : put_digits(p, total, n)
    return s
end
function string(xs...)
    n = 0
    i = 1
    while sle_int(i, nfields(xs))
        k = text_length(getfield(xs, i))
        slt_int(k, 0) && return print_to_string(xs...)
        n = add_int(n, k)
        i = add_int(i, 1)
    end
    s = @_direct ccall(:jl_alloc_string, Ref{String}, (Int,), n)
    p = pointer(s)
    n = 0
    i = 1
    while sle_int(i, nfields(xs))
        n = put_text(p, n, getfield(xs, i))
        i = add_int(i, 1)
    end
    return s
end

# How many bytes the text of `x` has; -1 where only printing it tells.
text_length(@nospecialize x) = -1
text_length(x::String) = Core.sizeof(x)
text_length(x::SubString{String}) = x.ncodeunits
text_length(x::Int) = decimal_length(x)
text_length(x::Char) = char_bytes(bitcast(UInt32, x))
text_length(x::Symbol) = ccall(:strlen, Int, (Ptr{UInt8},), unsafe_convert(Ptr{UInt8}, x))
text_length(x::Bool) = x ? 4 : 5
# Puts the text of `x` behind byte `at` of `p`; how many bytes there are then.
put_text(p::Ptr{UInt8}, at::Int, x::String) = put_bytes(p, at, pointer(x), Core.sizeof(x))
put_text(p::Ptr{UInt8}, at::Int, x::SubString{String}) = GC.@preserve x put_bytes(p, at, pointer(x), x.ncodeunits)
put_text(p::Ptr{UInt8}, at::Int, x::Int) = put_decimal(p, at, x, decimal_length(x))
put_text(p::Ptr{UInt8}, at::Int, x::Symbol) = put_bytes(p, at, unsafe_convert(Ptr{UInt8}, x), text_length(x))
put_text(p::Ptr{UInt8}, at::Int, x::Bool) = put_text(p, at, x ? "true" : "false")
function put_text(p::Ptr{UInt8}, at::Int, x::Char)
    u = bitcast(UInt32, x)
    while true
        at = add_int(at, 1)
        pointerset(p, trunc_int(UInt8, lshr_int(u, 24)), at, 1)
        u = shl_int(u, 8)
        u === 0x00000000 && return at
    end
end
function put_bytes(p::Ptr{UInt8}, at::Int, from::Ptr{UInt8}, n::Int)
    @_direct ccall(:memcpy, Ptr{UInt8}, (Ptr{UInt8}, Ptr{UInt8}, Int), add_ptr(p, bitcast(UInt, at)), from, n)
    return add_int(at, n)
end

function char_string(c::Char)
    u = bitcast(UInt32, c)
    s = _string_n(char_bytes(u))
    put_text(pointer(s), 0, c)
    return s
end

# Integers. The digits are made from the last to the first, so their number is counted before.

"""
    string(n::Integer; base::Integer=10, pad::Integer=1)

The digits of `n` in a base of up to 62, at least `pad` of them.
"""
string(n::Integer; base::Integer=10, pad::Integer=1) = integer_text(n, Int(base), Int(pad))
string(n::Union{Int8,Int16,Int32}; base::Integer=10, pad::Integer=1) = integer_text(Int64(n), Int(base), Int(pad))
string(b::Bool; base::Integer=10, pad::Integer=1) = base == 10 && pad == 1 ? (b ? "true" : "false") : integer_text(Int(b), Int(base), Int(pad))

# The decimal digits of `n`
function decimal(n::Int)
    count = decimal_length(n)
    s = @_direct ccall(:jl_alloc_string, Ref{String}, (Int,), count)
    put_decimal(pointer(s), 0, n, count)
    return s
end
function decimal_length(n::Int)
    if slt_int(n, 0)
        n === typemin(Int) && return 20
        return add_int(decimal_length(neg_int(n)), 1)
    end
    slt_int(n, 10) && return 1
    slt_int(n, 100) && return 2
    slt_int(n, 1000) && return 3
    slt_int(n, 10000) && return 4
    count = 5
    limit = 100000
    while sle_int(limit, n) && slt_int(count, 19)
        limit = mul_int(limit, 10)
        count = add_int(count, 1)
    end
    return count
end
# The digits of each number below 1000, at the number plus one.
const decimal_ones, decimal_tens, decimal_hundreds = let ones = Memory{UInt8}(undef, 1000), tens = Memory{UInt8}(undef, 1000), hundreds = Memory{UInt8}(undef, 1000)
    for i in 0:999
        ones[i + 1] = 0x30 + UInt8(i % 10)
        tens[i + 1] = 0x30 + UInt8(i ÷ 10 % 10)
        hundreds[i + 1] = 0x30 + UInt8(i ÷ 100)
    end
    (ones, tens, hundreds)
end
# Puts the `count` characters of `n` behind byte `at` of `p`, from the last on; where they end.
function put_decimal(p::Ptr{UInt8}, at::Int, n::Int, count::Int)
    last = add_int(at, count)
    if slt_int(n, 0)
        pointerset(p, 0x2d, add_int(at, 1), 1)
        m = neg_int(n)
        if slt_int(m, 0)
            # the least Int, whose amount is no Int
            m = udiv_int(m, 1000)
            put_three(p, last, sub_int(neg_int(n), mul_int(m, 1000)))
            put_digits(p, sub_int(last, 3), m)
        else
            put_digits(p, last, m)
        end
    else
        put_digits(p, last, n)
    end
    return last
end
# Puts the digits of `n`, which is not negative, into the bytes that end with byte `i` of `p`, three at a time.
function put_digits(p::Ptr{UInt8}, i::Int, n::Int)
    while slt_int(999, n)
        q = udiv_int(n, 1000)
        put_three(p, i, sub_int(n, mul_int(q, 1000)))
        n = q
        i = sub_int(i, 3)
    end
    at = add_int(n, 1)
    pointerset(p, (@_memget decimal_ones at), i, 1)
    if slt_int(9, n)
        pointerset(p, (@_memget decimal_tens at), sub_int(i, 1), 1)
        slt_int(99, n) && pointerset(p, (@_memget decimal_hundreds at), sub_int(i, 2), 1)
    end
    return nothing
end
function put_three(p::Ptr{UInt8}, i::Int, n::Int)
    at = add_int(n, 1)
    pointerset(p, (@_memget decimal_ones at), i, 1)
    pointerset(p, (@_memget decimal_tens at), sub_int(i, 1), 1)
    pointerset(p, (@_memget decimal_hundreds at), sub_int(i, 2), 1)
    return nothing
end
integer_text(n::Unsigned, base::Int, pad::Int) = digits_text(n, base, pad, false)
function integer_text(n::Union{Int64,Int128}, base::Int, pad::Int)
    base === 10 && pad === 1 && n isa Int64 && return decimal(n)
    return n < 0 ? digits_text(unsigned(-n), base, pad, true) : digits_text(unsigned(n), base, pad, false)
end
integer_text(n::Integer, base::Int, pad::Int) = integer_text(convert(BigInt, n), base, pad)

const digit_letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
function digits_text(n::Unsigned, base::Int, pad::Int, negative::Bool)
    2 <= abs(base) <= 62 || throw(ArgumentError("base must be 2 ≤ base ≤ 62, got $base"))
    b = oftype(n, base)
    count = 0
    m = n
    while m != zero(m)
        m = udiv_int(m, b)
        count += 1
    end
    count < pad && (count = pad)
    s = _string_n(count + negative)
    p = pointer(s)
    i = count + negative
    first = negative ? 2 : 1
    while i >= first
        d = trunc_or_same(urem_int(n, b))
        n = udiv_int(n, b)
        c = base <= 36 ? (d < 0x0a ? d + 0x30 : d + 0x57) : byte_at(digit_letters, Int(d) + 1)
        pointerset(p, c, i, 1)
        i -= 1
    end
    negative && pointerset(p, 0x2d, 1, 1)
    return s
end
trunc_or_same(x::UInt8) = x
trunc_or_same(x::Unsigned) = trunc_int(UInt8, x)

"""
    bitstring(n)

The bits of a primitive value, as text.
"""
function bitstring(x::T) where {T}
    isprimitivetype(T) || throw(ArgumentError("$T not a primitive type"))
    n = 8 * sizeof(T)
    U = n == 8 ? UInt8 : n == 16 ? UInt16 : n == 32 ? UInt32 : n == 64 ? UInt64 : UInt128
    return string(reinterpret(U, x), base=2, pad=n)
end

# Joins strings by copying their bytes once.
function concatenate(a::String, b::String)
    k = Core.sizeof(a)
    n = Core.sizeof(b)
    s = @_direct ccall(:jl_alloc_string, Ref{String}, (Int,), add_int(k, n))
    p = pointer(s)
    # nothing between taking an address and copying from it lets the collector run
    @_direct ccall(:memcpy, Ptr{UInt8}, (Ptr{UInt8}, Ptr{UInt8}, Int), p, pointer(a), k)
    put_bytes(p, k, pointer(b), n)
    return s
end
concatenate(xs::Union{String,SubString{String}}...) = string(xs...)
*(a::String, b::String) = concatenate(a, b)
*(s1::Union{String,SubString{String}}, ss::Union{String,SubString{String}}...) = concatenate(s1, ss...)
*(s1::Union{AbstractChar,AbstractString}, ss::Union{AbstractChar,AbstractString}...) = string(s1, ss...)
one(::Union{T,Type{T}}) where {T<:AbstractString} = convert(T, "")

"""
    repeat(s, r::Integer)

`s` repeated `r` times; also written `s^r`.
"""
function repeat(s::Union{String,SubString{String}}, r::Integer)
    r < 0 && throw(ArgumentError("can't repeat a string $r times"))
    r == 0 && return ""
    r == 1 && return String(s)
    n = sizeof(s)
    out = _string_n(n * Int(r))
    p = pointer(out)
    GC.@preserve s out begin
        if n == 1
            memset(p, unsafe_load(pointer(s)), r)
        else
            for i in 0:Int(r)-1
                memcpy(p + i * n, pointer(s), n)
            end
        end
    end
    return out
end
repeat(s::AbstractString, r::Integer) = repeat(String(s), r)
function repeat(c::AbstractChar, r::Integer)
    r < 0 && throw(ArgumentError("can't repeat a character $r times"))
    return repeat(string(c), r)
end
^(s::Union{AbstractString,AbstractChar}, r::Integer) = repeat(s, r)

## joining

"""
    join([io::IO,] iterator [, delim [, last]])

The texts of the elements with `delim` between them, and `last` between the last two.
"""
function join(io::IO, iterator, delim, last)
    first = true
    pending = nothing
    for x in iterator
        if pending !== nothing
            first || print(io, delim)
            print(io, something(pending))
            first = false
        end
        pending = Some(x)
    end
    if pending !== nothing
        first || print(io, last)
        print(io, something(pending))
    end
    return nothing
end
function join(io::IO, iterator, delim="")
    first = true
    for x in iterator
        first || print(io, delim)
        first = false
        print(io, x)
    end
    return nothing
end
join(iterator) = sprint(join, iterator)
join(iterator, delim) = sprint(join, iterator, delim)
join(iterator, delim, last) = sprint(join, iterator, delim, last)

## width and padding

textwidth(s::AbstractString) = isascii_printable(s) ? ncodeunits(s) : mapreduce_width(s)
function isascii_printable(s::AbstractString)
    s isa String || return false
    n = Core.sizeof(s)
    p = pointer(s)
    i = 1
    while i <= n
        b = pointerref(p, i, 1)
        (ult_int(b, 0x20) || ule_int(0x7f, b)) && return false
        i += 1
    end
    return true
end
function mapreduce_width(s::AbstractString)
    w = 0
    for c in s
        w += textwidth(c)
    end
    return w
end

"""
    lpad(s, n::Integer, p=' ')

`s` with `p` repeated in front up to a width of `n` columns.
"""
lpad(s, n::Integer, p::Union{AbstractChar,AbstractString}=' ') = lpad(string(s), n, string(p))
function lpad(s::Union{AbstractChar,AbstractString}, n::Integer, p::Union{AbstractChar,AbstractString}=' ')
    padding = pad_text(s, Int(n), p)
    return padding === nothing ? string(s) : string(padding, s)
end
"""
    rpad(s, n::Integer, p=' ')

`s` with `p` repeated behind up to a width of `n` columns.
"""
rpad(s, n::Integer, p::Union{AbstractChar,AbstractString}=' ') = rpad(string(s), n, string(p))
function rpad(s::Union{AbstractChar,AbstractString}, n::Integer, p::Union{AbstractChar,AbstractString}=' ')
    padding = pad_text(s, Int(n), p)
    return padding === nothing ? string(s) : string(s, padding)
end
function pad_text(s, n::Int, p)
    m = n - textwidth(s)
    m <= 0 && return nothing
    w = textwidth(p)
    w == 0 && throw(ArgumentError("$(repr(p)) has zero textwidth" * (ncodeunits(p) != 1 ? "" : "; maybe you want pad^max(0, npad - ncodeunits(str)) to pad by codeunits" * (s isa AbstractString && codeunit(s) != UInt8 ? "?" : " (bytes)?"))))
    q, r = divrem(m, w)
    r == 0 && return repeat(p, q)
    return string(repeat(p, q), first(string(p), r))
end

## the ends of a string

function startswith(a::AbstractString, b::AbstractString)
    i = iterate(a)
    for c in b
        i === nothing && return false
        i[1] == c || return false
        i = iterate(a, i[2])
    end
    return true
end
function startswith(a::StringOrSub, b::StringOrSub)
    n = sizeof(b)
    sizeof(a) < n && return false
    GC.@preserve a b memcmp(pointer(a), pointer(b), n) == 0 || return false
    return n == sizeof(a) || !is_continuation_byte(codeunit(a, n + 1))
end
function endswith(a::StringOrSub, b::StringOrSub)
    n = sizeof(b)
    d = sizeof(a) - n
    d < 0 && return false
    return GC.@preserve(a, b, memcmp(pointer(a) + d, pointer(b), n) == 0) && (n == 0 || thisind(a, d + 1) == d + 1)
end
endswith(a::AbstractString, b::AbstractString) = endswith(String(a), String(b))
startswith(s::AbstractString, c::Union{AbstractChar,Tuple{Vararg{AbstractChar}},AbstractSet{<:AbstractChar},AbstractVector{<:AbstractChar}}) =
    !isempty(s) && first(s) in c
endswith(s::AbstractString, c::Union{AbstractChar,Tuple{Vararg{AbstractChar}},AbstractSet{<:AbstractChar},AbstractVector{<:AbstractChar}}) =
    !isempty(s) && last(s) in c
startswith(x) = Fix2(startswith, x)
endswith(x) = Fix2(endswith, x)
startswith(io::IO, prefix) = (mark(io); ok = startswith(String(read(io, sizeof(prefix))), prefix); reset(io); ok)

first(s::AbstractString) = s[begin]
last(s::AbstractString) = s[end]
function first(s::AbstractString, n::Integer)
    n < 0 && throw(ArgumentError("Number of elements must be nonnegative"))
    n == 0 && return ""
    z = ncodeunits(s)
    z == 0 && return ""
    i = 1
    last = 1
    for _ in 1:n
        i > z && break
        last = i
        i = nextind(s, i)
    end
    return s[1:last]
end
function last(s::AbstractString, n::Integer)
    n < 0 && throw(ArgumentError("Number of elements must be nonnegative"))
    n == 0 && return ""
    i = lastindex(s)
    i == 0 && return ""
    for _ in 2:n
        i <= 1 && break
        i = prevind(s, i)
    end
    return s[i:end]
end
only(s::AbstractString) = length(s) == 1 ? first(s) :
    throw(ArgumentError(isempty(s) ? "Collection is empty, must contain exactly 1 element" : "Collection has multiple elements, must contain exactly 1 element"))

"""
    chop(s; head=0, tail=1)

`s` without its first `head` and last `tail` characters.
"""
function chop(s::AbstractString; head::Integer=0, tail::Integer=1)
    isempty(s) && return SubString(s)
    n = length(s)
    head + tail >= n && return SubString(s, 1, 0)
    return SubString(s, nextind(s, 1, head), prevind(s, lastindex(s), tail))
end
function chopprefix(s::AbstractString, prefix::AbstractString)
    startswith(s, prefix) || return SubString(s)
    return SubString(s, ncodeunits(prefix) + 1, lastindex(s))
end
function chopsuffix(s::AbstractString, suffix::AbstractString)
    (!isempty(suffix) && endswith(s, suffix)) || return SubString(s)
    n = ncodeunits(s) - ncodeunits(suffix)
    return SubString(s, 1, n == 0 ? 0 : thisind(s, n))
end
"""
    chomp(s)

`s` without one newline at its end.
"""
function chomp(s::AbstractString)
    i = lastindex(s)
    (i < 1 || s[i] != '\n') && return SubString(s, 1, i)
    j = prevind(s, i)
    (j < 1 || s[j] != '\r') && return SubString(s, 1, j)
    return SubString(s, 1, prevind(s, j))
end

character_test(c::AbstractChar) = isequal(c)
character_test(cs) = in(cs)
character_test(f::Function) = f

function lstrip(f, s::AbstractString)
    e = lastindex(s)
    for i in eachindex(s)
        f(s[i])::Bool || return SubString(s, i, e)
    end
    return SubString(s, e + 1, e)
end
function rstrip(f, s::AbstractString)
    i = lastindex(s)
    while i >= 1
        f(s[i])::Bool || return SubString(s, 1, i)
        i = prevind(s, i)
    end
    return SubString(s, 1, 0)
end
strip(f, s::AbstractString) = lstrip(f, rstrip(f, s))
lstrip(s::AbstractString) = lstrip(isspace, s)
rstrip(s::AbstractString) = rstrip(isspace, s)
strip(s::AbstractString) = strip(isspace, s)
const CharacterSet = Union{AbstractChar,AbstractVector{<:AbstractChar},Tuple{Vararg{AbstractChar}},AbstractSet{<:AbstractChar}}
lstrip(s::AbstractString, chars::CharacterSet) = lstrip(character_test(chars), s)
rstrip(s::AbstractString, chars::CharacterSet) = rstrip(character_test(chars), s)
strip(s::AbstractString, chars::CharacterSet) = strip(character_test(chars), s)
lstrip(::AbstractString, ::AbstractString) = throw(ArgumentError("Both arguments are strings. The second argument should be a `Char` or collection of `Char`s"))
rstrip(::AbstractString, ::AbstractString) = throw(ArgumentError("Both arguments are strings. The second argument should be a `Char` or collection of `Char`s"))
strip(::AbstractString, ::AbstractString) = throw(ArgumentError("Both arguments are strings. The second argument should be a `Char` or collection of `Char`s"))

## searching

# Index of the first occurrence of the bytes of t in s at or after byte i; 0 if there is none.
function find_bytes(s::StringOrSub, t::StringOrSub, i::Int)
    m = sizeof(t)
    n = sizeof(s)
    m == 0 && return i <= n + 1 ? i : 0
    GC.@preserve s t begin
        p = pointer(s)
        q = pointer(t)
        first = Int32(unsafe_load(q))
        while i + m - 1 <= n
            hit = ccall(:memchr, Ptr{UInt8}, (Ptr{UInt8}, Cint, Csize_t), p + (i - 1), first, n - m - i + 2)
            hit == C_NULL && return 0
            i = Int(hit - p) + 1
            (m == 1 || memcmp(hit, q, m) == 0) && return i
            i += 1
        end
    end
    return 0
end
function rfind_bytes(s::StringOrSub, t::StringOrSub, i::Int)
    m = sizeof(t)
    i = min(i, sizeof(s) - m + 1)
    GC.@preserve s t begin
        p = pointer(s)
        q = pointer(t)
        while i >= 1
            memcmp(p + (i - 1), q, m) == 0 && return i
            i -= 1
        end
    end
    return 0
end

plain(s::StringOrSub) = s
plain(s::AbstractString) = String(s)

"""
    findnext(pattern, string, start)
    findfirst(pattern, string)

The index or range of the next match of a character, string, predicate or regex; `nothing` if there is none.
"""
findfirst(pattern::AbstractString, s::AbstractString) = findnext(pattern, s, firstindex(s))
findfirst(c::AbstractChar, s::AbstractString) = findnext(isequal(c), s, 1)
function findnext(c::AbstractChar, s::AbstractString, i::Integer)
    return findnext(isequal(c), s, i)
end
function findnext(t::AbstractString, s::AbstractString, i::Integer)
    i = Int(i)
    n = ncodeunits(s)
    1 <= i <= n + 1 || (i == n + 2 && return nothing; throw(BoundsError(s, i)))
    i == n + 1 || isvalid(s, i) || string_index_err(s, i)
    u = plain(t)
    j = find_bytes(plain(s), u, i)
    j == 0 && return nothing
    m = sizeof(u)
    return m == 0 ? (j:j-1) : (j:thisind(s, j + m - 1))
end
function findnext(f::Function, s::AbstractString, i::Integer)
    i = Int(i)
    z = ncodeunits(s) + 1
    1 <= i <= z || throw(BoundsError(s, i))
    i == z || isvalid(s, i) || string_index_err(s, i)
    while i < z
        c, j = iterate(s, i)::Tuple
        f(c)::Bool && return i
        i = j
    end
    return nothing
end
# A character of one byte is found as that byte: near by looking, farther off by memchr(3).
function findnext(f::Fix2{<:Union{typeof(isequal),typeof(==)},Char}, s::StringOrSub, i::Integer)
    u = bitcast(UInt32, f.x)
    and_int(u, 0x80ffffff) === 0x00000000 || return invoke(findnext, Tuple{Function,AbstractString,Integer}, f, s, i)
    i = Int(i)
    n = ncodeunits(s)
    sle_int(1, i) && sle_int(i, add_int(n, 1)) || throw(BoundsError(s, i))
    sle_int(i, n) || return nothing
    isvalid(s, i) || string_index_err(s, i)
    at = GC.@preserve s find_byte(pointer(s), trunc_int(UInt8, lshr_int(u, 24)), i, n)
    return at === 0 ? nothing : at
end
# Where the byte b is first among bytes i to n of p; 0 if it is not.
function find_byte(p::Ptr{UInt8}, b::UInt8, i::Int, n::Int)
    near = add_int(i, 24)
    slt_int(n, near) && (near = n)
    while sle_int(i, near)
        pointerref(p, i, 1) === b && return i
        i = add_int(i, 1)
    end
    slt_int(n, i) && return 0
    hit = ccall(:memchr, Ptr{UInt8}, (Ptr{UInt8}, Cint, Csize_t), p + (i - 1), b, n - i + 1)
    return hit === Ptr{UInt8}(0) ? 0 : bitcast(Int, sub_ptr(hit, bitcast(UInt, p))) + 1
end
findfirst(f::Function, s::AbstractString) = findnext(f, s, 1)

findlast(t::AbstractString, s::AbstractString) = findprev(t, s, lastindex(s))
findlast(c::AbstractChar, s::AbstractString) = findprev(isequal(c), s, lastindex(s))
findlast(f::Function, s::AbstractString) = findprev(f, s, lastindex(s))
findprev(c::AbstractChar, s::AbstractString, i::Integer) = findprev(isequal(c), s, i)
function findprev(t::AbstractString, s::AbstractString, i::Integer)
    i = Int(i)
    u = plain(t)
    m = sizeof(u)
    if m == 0
        j = nextind(s, i)
        return j:j-1
    end
    i < 1 && return nothing
    e = nextind(s, i) - 1
    j = rfind_bytes(plain(s), u, e - m + 1)
    return j == 0 ? nothing : (j:thisind(s, j + m - 1))
end
function findprev(f::Function, s::AbstractString, i::Integer)
    i = Int(i)
    z = ncodeunits(s) + 1
    0 <= i <= z || throw(BoundsError(s, i))
    i == z && return nothing
    while i >= 1
        f(s[i])::Bool && return i
        i = prevind(s, i)
    end
    return nothing
end

function findall(t::AbstractString, s::AbstractString; overlap::Bool=false)
    out = UnitRange{Int}[]
    i = 1
    e = ncodeunits(s)
    while true
        r = findnext(t, s, i)
        r === nothing && break
        push!(out, r)
        j = overlap || isempty(r) ? first(r) : last(r)
        j > e && break
        i = nextind(s, j)
    end
    return out
end
findall(c::AbstractChar, s::AbstractString) = findall(isequal(c), s)
function findall(f::Function, s::AbstractString)
    out = Int[]
    for i in eachindex(s)
        f(s[i]) && push!(out, i)
    end
    return out
end
function count(t::Union{AbstractChar,AbstractString}, s::AbstractString; overlap::Bool=false)
    t isa AbstractChar && return count(isequal(t), s)
    return length(findall(t, s; overlap=overlap))
end
count(t::Union{AbstractChar,AbstractString}) = s -> count(t, s)

"""
    occursin(needle, haystack)

Whether a character, string or regex occurs in a string.
"""
occursin(t::AbstractString, s::AbstractString) = find_bytes(plain(s), plain(t), 1) != 0
occursin(c::AbstractChar, s::AbstractString) = findnext(isequal(c), s, 1) !== nothing
occursin(s) = Fix2(occursin, s)
contains(s, t) = occursin(t, s)
contains(t) = Fix2(contains, t)
in(c::AbstractChar, s::AbstractString) = findnext(isequal(c), s, 1) !== nothing
in(::AbstractString, ::AbstractString) = error("use occursin(needle, haystack) for string containment")

## splitting

abstract type AbstractSplit{S<:AbstractString} end
struct SplitIterator{S<:AbstractString,F} <: AbstractSplit{S}
    str::S
    splitter::F
    limit::Int
    keepempty::Bool
end
eltype(::Type{<:AbstractSplit{S}}) where {S<:SubString} = S
eltype(::Type{<:AbstractSplit{S}}) where {S<:AbstractString} = SubString{S}
IteratorSize(::Type{<:AbstractSplit}) = SizeUnknown()

# The range that a pattern matches next, as its first and last index; nothing if there is none.
next_match(f, s, i::Int) = (r = findnext(f, s, i); r === nothing ? nothing : match_range(r))
match_range(r::AbstractUnitRange) = (Int(first(r)), Int(last(r)))
match_range(i::Integer) = (Int(i), Int(i))

# State: start of the next piece, where to search from, pieces made so far. A piece may be empty, but an empty match
# (whose end lies before its start) separates only what lies between two characters.
function iterate(it::SplitIterator, state=(1, 1, 0))
    i = getfield(state, 1)
    k = getfield(state, 2)
    n = getfield(state, 3)
    s = it.str
    z = ncodeunits(s)
    i > z + 1 && return nothing
    while n != it.limit - 1
        m = next_match(it.splitter, s, k)
        m === nothing && break
        a = getfield(m, 1)
        b = getfield(m, 2)
        a <= z || break
        after = nextind(s, b)
        k = max(after, nextind(s, a))
        if i < after
            piece_from = i
            i = after
            if it.keepempty || piece_from < a
                return (piece(s, piece_from, a), (i, k, n + 1))
            end
        end
    end
    it.keepempty || i <= z || return nothing
    return SubString(s, i, lastindex(s)), (z + 2, k, n + 1)
end

# The characters from index i to before index j.
piece(s::AbstractString, i::Int, j::Int) = SubString(s, i, prevind(s, j))
piece(s::String, i::Int, j::Int) = SubString{String}(s, sub_int(i, 1), sub_int(j, i), Val(:noshift))

splitter(d::AbstractString) = d
splitter(c::AbstractChar) = isequal(c)
splitter(f::Function) = f
splitter(cs::Union{Tuple{Vararg{AbstractChar}},AbstractVector{<:AbstractChar},AbstractSet{<:AbstractChar}}) = in(cs)
splitter(x) = x

"""
    eachsplit(str, dlm; limit=0, keepempty=true)
    split(str, dlm; limit=0, keepempty=true)

The pieces of `str` between occurrences of `dlm`; at white space, and without empty pieces, when `dlm` is left out.
"""
eachsplit(s::T, dlm; limit::Integer=0, keepempty::Bool=true) where {T<:AbstractString} =
    SplitIterator(s, splitter(dlm), Int(limit), keepempty)
eachsplit(s::AbstractString; limit::Integer=0, keepempty::Bool=false) = SplitIterator(s, isspace, Int(limit), keepempty)
split(s::AbstractString, dlm; limit::Integer=0, keepempty::Bool=true) = collect(eachsplit(s, dlm; limit=limit, keepempty=keepempty))
split(s::AbstractString; limit::Integer=0, keepempty::Bool=false) = collect(eachsplit(s; limit=limit, keepempty=keepempty))

function rsplit_pieces(s::AbstractString, dlm, limit::Int, keepempty::Bool)
    pieces = eltype(SplitIterator{typeof(s),typeof(dlm)})[]
    e = lastindex(s)
    n = limit - 1
    while n != 0
        r = findprev(dlm, s, e)
        r === nothing && break
        a, b = match_range(r)
        b < a && break
        if keepempty || b < e
            push!(pieces, SubString(s, nextind(s, b), e))
            n -= 1
        end
        e = prevind(s, a)
        e == 0 && break
    end
    (keepempty || e >= 1) && push!(pieces, SubString(s, 1, e))
    return pieces
end
rsplit(s::AbstractString, dlm; limit::Integer=0, keepempty::Bool=true) = reverse(rsplit_pieces(s, splitter(dlm), Int(limit), keepempty))
rsplit(s::AbstractString; limit::Integer=0, keepempty::Bool=false) = reverse(rsplit_pieces(s, isspace, Int(limit), keepempty))
eachrsplit(s::AbstractString, dlm; limit::Integer=0, keepempty::Bool=true) = rsplit_pieces(s, splitter(dlm), Int(limit), keepempty)
eachrsplit(s::AbstractString; limit::Integer=0, keepempty::Bool=false) = rsplit_pieces(s, isspace, Int(limit), keepempty)

## replacing

# What to write for a match of the text at s[r].
write_replacement(io::IO, to::AbstractString, s, r, pattern) = print(io, to)
write_replacement(io::IO, to::AbstractChar, s, r, pattern) = print(io, to)
write_replacement(io::IO, to::Function, s, r, pattern) =
    print(io, pattern isa Function || pattern isa AbstractChar ? to(s[first(r)]) : to(SubString(s, first(r), last(r))))
write_replacement(io::IO, to, s, r, pattern) = print(io, to)

replace_pattern(p::AbstractChar) = isequal(p)
replace_pattern(p::AbstractString) = p
replace_pattern(p::Function) = p
replace_pattern(p::CharacterSet) = in(p)
replace_pattern(p) = p

"""
    replace([io::IO], s::AbstractString, pat => r, ...; count=typemax(Int))

`s` with every match of a pattern replaced; the first pattern that matches at a place is used.
"""
function replace(s::AbstractString, pairs::Pair...; count::Integer=typemax(Int))
    isempty(pairs) && return String(s)
    return sprint(io -> replace(io, s, pairs...; count=count))
end
function replace(io::IO, s::AbstractString, pairs::Pair...; count::Integer=typemax(Int))
    count < 0 && throw(DomainError(count, "`count` must be non-negative."))
    text = plain(s)
    z = ncodeunits(text)
    patterns = map(p -> replace_pattern(p.first), pairs)
    i = 1
    k = 1
    n = 0
    while n < count && k <= z + 1
        best = 0
        a = b = 0
        for j in 1:length(pairs)
            m = next_match(patterns[j], text, k)
            if m !== nothing && (best == 0 || m[1] < a)
                best = j
                a, b = m
            end
        end
        best == 0 && break
        # An empty match right behind the one before it is none.
        if i == 1 || i <= b
            write_slice(io, text, i, a - 1)
            write_replacement(io, pairs[best].second, text, a:b, pairs[best].first)
        end
        n += 1
        if b < a
            i = a
            a > z && break
            k = nextind(text, a)
        else
            i = nextind(text, b)
            k = i
        end
    end
    write_slice(io, text, i, z)
    return io
end
# Bytes i to j of text.
function write_slice(io::IO, text::StringOrSub, i::Int, j::Int)
    j >= i && GC.@preserve text unsafe_write(io, pointer(text) + (i - 1), UInt(j - i + 1))
    return
end

## mapping and filtering

function map(f, s::AbstractString)
    return sprint(sizehint=ncodeunits(s)) do io
        for c in s
            x = f(c)
            x isa AbstractChar || throw(ArgumentError("map(f, s::AbstractString) requires f to return AbstractChar; try map(f, collect(s)) or a comprehension instead"))
            write(io, x)
        end
    end
end
function filter(f, s::AbstractString)
    return sprint(sizehint=ncodeunits(s)) do io
        for c in s
            f(c) && write(io, c)
        end
    end
end
function reverse(s::AbstractString)
    n = ncodeunits(s)
    return sprint(sizehint=n) do io
        i = lastindex(s)
        while i >= 1
            write(io, s[i])
            i = prevind(s, i)
        end
    end
end
reverseind(s::AbstractString, i::Integer) = thisind(s, ncodeunits(s) - i + 1)
collect(s::AbstractString) = Char[c for c in s]

ascii(s::AbstractString) = ascii(String(s))
function ascii(s::String)
    for i in 1:sizeof(s)
        b = codeunit(s, i)
        b < 0x80 || throw(ArgumentError("invalid ASCII at index $i in $(repr(s))"))
    end
    return s
end

## letter case

uppercase(s::AbstractString) = map(uppercase, s)
lowercase(s::AbstractString) = map(lowercase, s)

"""
    titlecase(s; wordsep=!isletter, strict=true)

The first letter of each word in title case, the others in lower case (unless `strict` is false).
"""
function titlecase(s::AbstractString; wordsep::Function=!isletter, strict::Bool=true)
    start = true
    return sprint(sizehint=ncodeunits(s)) do io
        for c in s
            if wordsep(c)
                start = true
                write(io, c)
            else
                write(io, start ? titlecase(c) : strict ? lowercase(c) : c)
                start = false
            end
        end
    end
end
uppercasefirst(s::AbstractString) = isempty(s) ? "" : string(titlecase(first(s)), SubString(s, nextind(s, 1)))
lowercasefirst(s::AbstractString) = isempty(s) ? "" : string(lowercase(first(s)), SubString(s, nextind(s, 1)))
