# Characters: a Char is the UTF-8 form of one code point, left-aligned in 32 bits.
#
# Keeping the encoded bytes, not the code point, makes reading and writing strings a matter of shifting bytes, keeps
# comparison order equal to code point order, and leaves room for malformed input: any byte sequence that a string
# iterator can step over is some Char, so no text is ever lost. The price is a decoding step in codepoint().
#
# Enters: 32-bit patterns and code points. Leaves: Chars, code points, comparisons, arithmetic.

struct CodePointError{T<:Integer} <: Exception
    code::T
end

struct InvalidCharError{T<:AbstractChar} <: Exception
    char::T
end

throw_invalid_char(c::AbstractChar) = throw(InvalidCharError(c))
throw_code_point_err(u::Integer) = throw(CodePointError(u))

## encoding and decoding

function Char(u::UInt32)
    ult_int(u, 0x00000080) && return bitcast(Char, shl_int(u, 24))
    ult_int(u, 0x00200000) || throw_code_point_err(u)
    low = and_int(u, 0x0000003f)
    mid = shl_int(and_int(u, 0x00000fc0), 2)
    if ult_int(u, 0x00000800)
        return bitcast(Char, or_int(shl_int(or_int(low, mid), 16), 0xc0800000))
    end
    high = shl_int(and_int(u, 0x0003f000), 4)
    if ult_int(u, 0x00010000)
        return bitcast(Char, or_int(shl_int(or_int(or_int(low, mid), high), 8), 0xe0808000))
    end
    top = shl_int(and_int(u, 0x001c0000), 6)
    return bitcast(Char, or_int(or_int(or_int(low, mid), or_int(high, top)), 0xf0808080))
end

# The number of bytes that carry the character: the position of its lowest set bit, in bytes.
function char_bytes(u::UInt32)
    eq_int(and_int(u, 0x00ffffff), 0x00000000) && return 1
    eq_int(and_int(u, 0x0000ffff), 0x00000000) && return 2
    eq_int(and_int(u, 0x000000ff), 0x00000000) && return 3
    return 4
end

"""
    ismalformed(c::AbstractChar)

Whether the bits of `c` follow the pattern of no encoded code point.
"""
function ismalformed(c::Char)
    u = bitcast(UInt32, c)
    ult_int(u, 0x80000000) && return ne_int(and_int(u, 0x00ffffff), 0x00000000)
    ult_int(u, 0xc0000000) && return true
    ult_int(u, 0xe0000000) && return ne_int(and_int(u, 0x00c0ffff), 0x00800000)
    ult_int(u, 0xf0000000) && return ne_int(and_int(u, 0x00c0c0ff), 0x00808000)
    ult_int(u, 0xf8000000) && return ne_int(and_int(u, 0x00c0c0c0), 0x00808080)
    return true
end
ismalformed(c::AbstractChar) = false

"""
    isoverlong(c::AbstractChar)

Whether `c` is encoded with more bytes than its code point needs.
"""
function isoverlong(c::Char)
    u = bitcast(UInt32, c)
    ult_int(u, 0xc0000000) && return false
    lead = lshr_int(u, 24)
    (eq_int(lead, 0x000000c0) || eq_int(lead, 0x000000c1)) && return true
    high = lshr_int(u, 16)
    eq_int(lead, 0x000000e0) && return ult_int(high, 0x0000e0a0)
    eq_int(lead, 0x000000f0) && return ult_int(high, 0x0000f090)
    return false
end
isoverlong(c::AbstractChar) = false

function decode_char(u::UInt32)
    ult_int(u, 0x80000000) && return lshr_int(u, 24)
    if ult_int(u, 0xe0000000)
        return or_int(and_int(lshr_int(u, 18), 0x000007c0), and_int(lshr_int(u, 16), 0x0000003f))
    end
    if ult_int(u, 0xf0000000)
        return or_int(or_int(and_int(lshr_int(u, 12), 0x0000f000), and_int(lshr_int(u, 10), 0x00000fc0)),
                      and_int(lshr_int(u, 8), 0x0000003f))
    end
    return or_int(or_int(and_int(lshr_int(u, 6), 0x001c0000), and_int(lshr_int(u, 4), 0x0003f000)),
                  or_int(and_int(lshr_int(u, 2), 0x00000fc0), and_int(u, 0x0000003f)))
end

function UInt32(c::Char)
    u = bitcast(UInt32, c)
    ult_int(u, 0x80000000) && return lshr_int(u, 24)
    ismalformed(c) && throw_invalid_char(c)
    return decode_char(u)
end

"""
    codepoint(c::AbstractChar) -> Integer

The Unicode code point of `c`. Throws `InvalidCharError` if `c` is malformed.
"""
codepoint(c::Char) = UInt32(c)

"""
    decode_overlong(c::AbstractChar)

The code point of an overlong character, which `codepoint` also accepts.
"""
decode_overlong(c::Char) = decode_char(bitcast(UInt32, c))

Char(x::Number) = Char(UInt32(x))
Char(b::UInt8) = ult_int(b, 0x80) ? bitcast(Char, shl_int(zext_int(UInt32, b), 24)) : Char(zext_int(UInt32, b))
Char(i::Int64) = (0 <= i < 0x80) ? bitcast(Char, shl_int(trunc_int(UInt32, i), 24)) : Char(UInt32(i))
Char(c::Char) = c
AbstractChar(x::Number) = Char(x)
AbstractChar(c::AbstractChar) = c

(::Type{T})(x::AbstractChar) where {T<:Number} = T(codepoint(x))
(::Type{T})(x::AbstractChar) where {T<:AbstractChar} = T(codepoint(x))
(::Type{T})(x::T) where {T<:AbstractChar} = x
Int64(c::Char) = zext_int(Int64, UInt32(c))
function Int32(c::Char)
    return bitcast(Int32, UInt32(c))
end

convert(::Type{AbstractChar}, x::Number) = Char(x)
convert(::Type{T}, x::Number) where {T<:AbstractChar} = T(x)::T
convert(::Type{T}, x::AbstractChar) where {T<:Number} = T(x)::T
convert(::Type{T}, c::AbstractChar) where {T<:AbstractChar} = T(c)::T
convert(::Type{T}, c::T) where {T<:AbstractChar} = c
convert(::Type{AbstractChar}, c::AbstractChar) = c

promote_rule(::Type{Char}, ::Type{T}) where {T<:AbstractChar} = Char

rem(x::AbstractChar, ::Type{T}) where {T<:Number} = rem(codepoint(x), T)

typemax(::Type{Char}) = bitcast(Char, typemax(UInt32))
typemin(::Type{Char}) = bitcast(Char, typemin(UInt32))

## a character as a collection of one

size(c::AbstractChar) = ()
size(c::AbstractChar, d::Integer) = d < 1 ? throw(BoundsError()) : 1
ndims(c::AbstractChar) = 0
ndims(::Type{<:AbstractChar}) = 0
length(c::AbstractChar) = 1
IteratorSize(::Type{Char}) = HasShape{0}()
firstindex(c::AbstractChar) = 1
lastindex(c::AbstractChar) = 1
eltype(::Type{T}) where {T<:AbstractChar} = T
getindex(c::AbstractChar) = c
getindex(c::AbstractChar, i::Integer) = i == 1 ? c : throw(BoundsError(c, i))
getindex(c::AbstractChar, I::Integer...) = all(x -> x == 1, I) ? c : throw(BoundsError())
first(c::AbstractChar) = c
last(c::AbstractChar) = c
eachindex(c::AbstractChar) = OneTo(1)
iterate(c::AbstractChar, done::Bool=false) = done ? nothing : (c, true)
isempty(c::AbstractChar) = false
in(x::AbstractChar, y::AbstractChar) = x == y
broadcastable(c::AbstractChar) = Ref(c)

## comparison and arithmetic

==(x::Char, y::Char) = eq_int(bitcast(UInt32, x), bitcast(UInt32, y))
isless(x::Char, y::Char) = ult_int(bitcast(UInt32, x), bitcast(UInt32, y))
<(x::Char, y::Char) = ult_int(bitcast(UInt32, x), bitcast(UInt32, y))
<=(x::Char, y::Char) = ule_int(bitcast(UInt32, x), bitcast(UInt32, y))
==(x::AbstractChar, y::AbstractChar) = Char(x) == Char(y)
isless(x::AbstractChar, y::AbstractChar) = isless(Char(x), Char(y))

-(x::AbstractChar, y::AbstractChar) = Int(x) - Int(y)
function -(x::T, y::Integer) where {T<:AbstractChar}
    i = Int(x) - Int(y)
    return T(i < 0 ? Int32(i) % UInt32 : UInt32(i))
end
function +(x::T, y::Integer) where {T<:AbstractChar}
    i = Int(x) + Int(y)
    return T(i < 0 ? Int32(i) % UInt32 : UInt32(i))
end
+(x::Integer, y::AbstractChar) = y + x

## what a byte of UTF-8 can be

is_continuation_byte(b::UInt8) = eq_int(and_int(b, 0xc0), 0x80)
is_valid_continuation(b::UInt8) = eq_int(and_int(b, 0xc0), 0x80)

ncodeunits(c::Char) = char_bytes(bitcast(UInt32, c))
codeunit(c::Char) = UInt8
sizeof(c::Char) = 4

isascii(c::Char) = ult_int(bitcast(UInt32, c), 0x80000000)
isascii(c::AbstractChar) = UInt32(c) < 0x80

isvalid(c::Char) = !ismalformed(c) & !isoverlong(c) & (c <= '\ud7ff' || '\ue000' <= c <= '\U10ffff')
isvalid(::Type{Char}, c::Char) = isvalid(c)
isvalid(::Type{T}, c::Integer) where {T<:AbstractChar} = 0 <= c <= 0xd7ff || 0xe000 <= c <= 0x10ffff
isvalid(::Type{T}, c::T) where {T<:AbstractChar} = isvalid(c)
isvalid(::Type{Char}, c::AbstractString) = length(c) == 1 && isvalid(first(c))

bswap(c::Char) = bitcast(Char, bswap_int(bitcast(UInt32, c)))

## writing and reading

function write(io::IO, c::Char)
    u = bswap_int(bitcast(UInt32, c))
    n = 1
    if ult_int(u, 0x00000080)
        write(io, trunc_int(UInt8, u))
        return 1
    end
    while true
        write(io, trunc_int(UInt8, u))
        u = lshr_int(u, 8)
        eq_int(u, 0x00000000) && return n
        n += 1
    end
end
print(io::IO, c::Char) = (write(io, c); nothing)
print(io::IO, c::AbstractChar) = print(io, Char(c))

function read(io::IO, ::Type{Char})
    b = read(io, UInt8)
    u = shl_int(zext_int(UInt32, b), 24)
    expected = b < 0xc0 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf8 ? 4 : 1
    n = 1
    while n < expected && !eof(io)
        b = peek(io)
        is_continuation_byte(b) || break
        read(io, UInt8)
        u = or_int(u, shl_int(zext_int(UInt32, b), 24 - 8n))
        n += 1
    end
    return bitcast(Char, u)
end

## showing

const hex_digit_chars = "0123456789abcdef"

hex_digit(n) = codeunit(hex_digit_chars, Int(n) + 1)

function show_char_bytes(io::IO, c::Char)
    u = bitcast(UInt32, c)
    while true
        b = u >> 24
        write(io, 0x5c)
        write(io, 0x78)
        write(io, hex_digit(b >> 4))
        write(io, hex_digit(b & 0xf))
        u = u << 8
        u == 0 && return
    end
end

# The letter that follows the backslash for the control characters that have one.
function char_escape(c::Char)
    c == '\0' && return 0x30
    c == '\a' && return 0x61
    c == '\b' && return 0x62
    c == '\t' && return 0x74
    c == '\n' && return 0x6e
    c == '\v' && return 0x76
    c == '\f' && return 0x66
    c == '\r' && return 0x72
    c == '\e' && return 0x65
    return 0x00
end

function show(io::IO, c::AbstractChar)
    if !(c isa Char) && !get(io, :compact, false)
        print(io, typeof(c), '(')
        show(io, Char(c))
        print(io, ')')
        return
    end
    show_char(io, Char(c))
end
show(io::IO, c::Char) = show_char(io, c)

function show_char(io::IO, c::Char)
    write(io, 0x27)
    if c == '\\' || c == '\''
        write(io, 0x5c)
        write(io, c)
    elseif char_escape(c) != 0x00
        write(io, 0x5c)
        write(io, char_escape(c))
    elseif isoverlong(c) || ismalformed(c)
        show_char_bytes(io, c)
    elseif isprint(c)
        write(io, c)
    else
        u = codepoint(c)
        print(io, u <= 0x7f ? "\\x" : u <= 0xffff ? "\\u" : "\\U")
        print(io, string(u, base=16, pad=2))
    end
    write(io, 0x27)
    return nothing
end
