# Text and bytes in ASCII, and back: escape sequences, and pairs of hexadecimal digits.

## escaping

need_full_hex(s::AbstractString, i::Int) = i <= ncodeunits(s) && isxdigit(s[i])

"""
    escape_string(s[, esc]; keep=())

`s` with backslash escapes for control and other unprintable characters, and for the characters in `esc`.
"""
escape_string(s::AbstractString, esc=('"',); keep=(), ascii::Bool=false, fullhex::Bool=false) =
    sprint(io -> escape_string(io, s, esc; keep=keep, ascii=ascii, fullhex=fullhex), sizehint=ncodeunits(s))
function escape_string(io::IO, s::AbstractString, esc=""; keep=(), ascii::Bool=false, fullhex::Bool=false)
    next = iterate(s)
    while next !== nothing
        c, i = next
        next = iterate(s, i)
        if c in keep
            print(io, c)
        elseif c in esc
            print(io, '\\', c)
        elseif isascii(c)
            if c == '\\'
                print(io, "\\\\")
            elseif ' ' <= c <= '~'
                write(io, c)
            elseif c == '\0'
                print(io, next !== nothing && '0' <= next[1] <= '7' ? "\\x00" : "\\0")
            elseif c == '\e'
                print(io, "\\e")
            elseif '\a' <= c <= '\r'
                print(io, '\\', "abtnvfr"[Int(c)-6])
            else
                print(io, "\\x", string(UInt32(c), base=16, pad=2))
            end
        elseif !isoverlong(c) && !ismalformed(c)
            if !ascii && isprint(c)
                write(io, c)
            elseif c <= '\uffff'
                print(io, "\\u", string(UInt32(c), base=16, pad=fullhex || next !== nothing && isxdigit(next[1]) ? 4 : 2))
            else
                print(io, "\\U", string(UInt32(c), base=16, pad=fullhex || next !== nothing && isxdigit(next[1]) ? 8 : 4))
            end
        else
            u = bitcast(UInt32, Char(c))
            while true
                print(io, "\\x", string(u >> 24, base=16, pad=2))
                u = u << 8
                u == 0 && break
            end
        end
    end
    return nothing
end

"""
    unescape_string(s[, keep])

The characters that the escape sequences in `s` stand for.
"""
unescape_string(s::AbstractString, keep=()) = sprint(io -> unescape_string(io, s, keep), sizehint=ncodeunits(s))
function unescape_string(io::IO, s::AbstractString, keep=())
    i = 1
    z = ncodeunits(s)
    while i <= z
        c, i = iterate(s, i)::Tuple
        if c != '\\' || i > z
            print(io, c)
            continue
        end
        c, i = iterate(s, i)::Tuple
        if c in keep
            print(io, '\\', c)
        elseif c == 'x' || c == 'u' || c == 'U'
            m = c == 'x' ? 2 : c == 'u' ? 4 : 8
            n = 0
            k = 0
            while k < m && i <= z && isxdigit(s[i])
                n = 16n + parse(Int, s[i]; base=16)
                i += 1
                k += 1
            end
            k == 0 && throw(ArgumentError("invalid $(m == 2 ? "hex (\\x)" : "unicode (\\u)") escape sequence"))
            m == 2 ? write(io, UInt8(n)) : print(io, Char(n))
        elseif '0' <= c <= '7'
            n = Int(c) - 48
            k = 1
            while k < 3 && i <= z && '0' <= s[i] <= '7'
                n = 8n + Int(s[i]) - 48
                i += 1
                k += 1
            end
            n > 255 && throw(ArgumentError("octal escape sequence out of range"))
            write(io, UInt8(n))
        else
            at = findfirst(c, "abtnvfre\\\"'\$`")
            at === nothing && throw(ArgumentError("invalid escape sequence \\$c"))
            print(io, at <= 8 ? "\a\b\t\n\v\f\r\e"[at] : c)
        end
    end
    return nothing
end

# Only quotes, and backslashes before quotes, are escaped: the inverse of what raw"..." reads.
function escape_raw_string(io::IO, s::AbstractString, delim::Char='"')
    slashes = 0
    for c in s
        if c == '\\'
            slashes += 1
        else
            if c == delim
                slashes += slashes + 1
            end
            print(io, '\\'^slashes)
            slashes = 0
            print(io, c)
        end
    end
    print(io, '\\'^(2 * slashes))
end
escape_raw_string(s::AbstractString, delim::Char='"') = sprint(escape_raw_string, s, delim)

"""
    b"..."

The bytes of a string literal.
"""
macro b_str(s)
    return QuoteNode(codeunits(unescape_string(s, ())))
end
macro raw_str(s)
    return s
end

"""
    unindent(str, indent; tabwidth=8)
"""
function unindent(s::AbstractString, indent::Int; tabwidth=8)
    return join((startswith(l, ' '^indent) ? l[indent+1:end] : l for l in split(s, '\n')), '\n')
end

## bytes as hexadecimal

function bytes2hex(itr)
    out = UInt8[]
    for b in itr
        b isa UInt8 || throw(ArgumentError("eltype of iterator must be UInt8"))
        push!(out, hex_digit(b >> 4))
        push!(out, hex_digit(b & 0x0f))
    end
    return String(out)
end
bytes2hex(io::IO, itr) = print(io, bytes2hex(itr))
function hex_value(b::UInt8)
    0x30 <= b <= 0x39 && return b - 0x30
    0x61 <= b <= 0x66 && return b - 0x57
    0x41 <= b <= 0x46 && return b - 0x37
    throw(ArgumentError("byte is not an ASCII hexadecimal digit"))
end
hex2bytes(s::AbstractString) = hex2bytes(Vector{UInt8}(codeunits(String(s))))
function hex2bytes(v::AbstractVector{UInt8})
    isodd(length(v)) && throw(ArgumentError("length of iterable must be even"))
    return hex2bytes!(Vector{UInt8}(undef, length(v) >> 1), v)
end

"""
    hex2bytes!(dest, itr)

Like `hex2bytes`, into `dest`, which has half as many elements as `itr`.
"""
hex2bytes!(dest::AbstractVector{UInt8}, s::AbstractString) = hex2bytes!(dest, codeunits(String(s)))
function hex2bytes!(dest::AbstractVector{UInt8}, v)
    isodd(length(v)) && throw(ArgumentError("length of iterable must be even"))
    2 * length(dest) == length(v) || throw(ArgumentError("length of output array must be half of the length of input iterable"))
    high = nothing
    i = firstindex(dest)
    for c in v
        d = hex_value(c)
        if high === nothing
            high = d
        else
            dest[i] = (high << 4) | d
            i += 1
            high = nothing
        end
    end
    return dest
end
