# Reading numbers from text: parse and tryparse.
#
# Integers are read digit by digit with overflow checks, floats by strtod(3), which rounds correctly. tryparse gives
# nothing where parse throws; both go through one function per kind of number, with a flag that says whether to throw.

function digit_value(c::Char, base::Int)
    '0' <= c <= '9' && return Int(c) - 48
    'A' <= c <= 'Z' && return Int(c) - 55
    'a' <= c <= 'z' && return Int(c) - (base <= 36 ? 87 : 61)
    return 1000
end

function parse(::Type{T}, c::AbstractChar; base::Integer=10) where {T<:Integer}
    2 <= base <= 62 || throw(ArgumentError("invalid base: base must be 2 ≤ base ≤ 62, got $base"))
    d = digit_value(Char(c), Int(base))
    d < base || throw(ArgumentError("invalid base $base digit $(repr(c))"))
    return convert(T, d)
end
function tryparse(::Type{T}, c::AbstractChar; base::Integer=10) where {T<:Integer}
    d = digit_value(Char(c), Int(base))
    return d < base ? convert(T, d) : nothing
end

# Nothing but a few decimal digits, perhaps with a sign, is what most texts of numbers are; nothing for all others.
function short_decimal(p::Ptr{UInt8}, count::Int)
    slt_int(18, count) && return nothing
    i = 1
    negative = false
    if slt_int(1, count)
        b = pointerref(p, 1, 1)
        negative = b === 0x2d
        (negative || b === 0x2b) && (i = 2)
    end
    sle_int(i, count) || return nothing
    n = 0
    while sle_int(i, count)
        d = sub_int(zext_int(Int, pointerref(p, i, 1)), 48)
        ult_int(d, 10) || return nothing
        n = add_int(mul_int(n, 10), d)
        i = add_int(i, 1)
    end
    return negative ? neg_int(n) : n
end
function parse_integer(::Type{Int}, s::StringOrSub, base::Int, raise::Bool)
    if base === 0 || base === 10
        n = GC.@preserve s short_decimal(pointer(s), sizeof(s))
        n === nothing || return n
    end
    return invoke(parse_integer, Tuple{Type{Int},AbstractString,Int,Bool}, Int, s, base, raise)
end

# Parses an integer from s[from:upto]; base 0 lets a prefix choose. Throws, or gives nothing.
function parse_integer(::Type{T}, s::AbstractString, base::Int, raise::Bool) where {T<:Integer}
    i = 1
    z = ncodeunits(s)
    e = lastindex(s)
    while i <= z && isspace(s[i])
        i = nextind(s, i)
    end
    while e >= i && isspace(s[e])
        e = prevind(s, e)
    end
    if i > e
        raise && throw(ArgumentError("input string is empty or only contains whitespace"))
        return nothing
    end
    negative = false
    c = s[i]
    if c == '+' || c == '-' && T <: Signed
        negative = c == '-'
        i = nextind(s, i)
    end
    if base == 0
        base = 10
        if i < e && s[i] == '0'
            p = s[nextind(s, i)]
            b = p == 'x' ? 16 : p == 'b' ? 2 : p == 'o' ? 8 : 0
            if b != 0
                base = b
                i = i + 2
            end
        end
    end
    if i > e
        raise && throw(ArgumentError("premature end of integer: $(repr(SubString(s, 1, lastindex(s))))"))
        return nothing
    end
    T === Bool && return parse_bool_number(s, raise)
    n = convert(T, 0)
    b = convert(T, base)
    while i <= e
        c = s[i]
        d = digit_value(c, base)
        if d >= base
            raise && throw(ArgumentError("invalid base $base digit $(repr(c)) in $(repr(s))"))
            return nothing
        end
        n, overflow = append_digit(n, b, d, negative)
        if overflow
            raise && throw(OverflowError("overflow parsing $(repr(s))"))
            return nothing
        end
        i = nextind(s, i)
    end
    return n
end
function append_digit(n::T, base::T, d::Int, negative::Bool) where {T<:BitInteger}
    m, f1 = Checked.mul_with_overflow(n, base)
    r, f2 = negative ? Checked.sub_with_overflow(m, d % T) : Checked.add_with_overflow(m, d % T)
    return r, f1 | f2
end

parse_int_base(base) = 2 <= base <= 62 ? Int(base) : throw(ArgumentError("invalid base: base must be 2 ≤ base ≤ 62, got $base"))

"""
    parse(type, str; base)
    tryparse(type, str; base)

The number that `str` stands for. `tryparse` returns `nothing` where `parse` throws.
"""
parse(::Type{T}, s::AbstractString; base::Union{Nothing,Integer}=nothing) where {T<:Integer} =
    convert(T, parse_integer(T, s, base === nothing ? 0 : parse_int_base(base), true))
tryparse(::Type{T}, s::AbstractString; base::Union{Nothing,Integer}=nothing) where {T<:Integer} =
    parse_integer(T, s, base === nothing ? 0 : parse_int_base(base), false)

function parse_bool(s::AbstractString, raise::Bool)
    t = strip(s)
    t == "true" && return true
    t == "false" && return false
    if isempty(t)
        raise && throw(ArgumentError("input string is empty or only contains whitespace"))
        return nothing
    end
    n = tryparse(Int, t)
    n === 1 && return true
    n === 0 && return false
    raise && throw(ArgumentError("invalid Bool representation: $(repr(s))"))
    return nothing
end
parse(::Type{Bool}, s::AbstractString; base=nothing) = parse_bool(s, true)
tryparse(::Type{Bool}, s::AbstractString; base=nothing) = parse_bool(s, false)

# strtod also accepts what Julia does not: nan(...), a prefix only, and overflow to infinity without complaint.
function parse_float(::Type{T}, s::AbstractString) where {T<:Union{Float16,Float32,Float64}}
    t = String(strip(s))
    isempty(t) && return nothing
    c = codeunit(t, sizeof(t))
    # A literal's exponent marker f0 and NUL bytes are not strtod's.
    containsnul(t) && return nothing
    for i in 1:sizeof(t)
        b = codeunit(t, i)
        (b == 0x28 || b == 0x5f) && return nothing
    end
    stop = Ref{Ptr{UInt8}}(C_NULL)
    GC.@preserve t begin
        p = pointer(t)
        x = T === Float32 ? ccall(:strtof, Cfloat, (Ptr{UInt8}, Ref{Ptr{UInt8}}), p, stop) :
            ccall(:strtod, Cdouble, (Ptr{UInt8}, Ref{Ptr{UInt8}}), p, stop)
        stop[] == p + sizeof(t) || return nothing
    end
    y = T(x)
    isinf(y) && any(isdigit, t) && return nothing
    # A number that is not zero but too small to tell from it is out of range as well.
    y == 0 && any(c -> '1' <= c <= '9', first(split(lowercase(t), startswith(lowercase(lstrip(c -> c in "+-", t)), "0x") ? 'p' : 'e'))) && return nothing
    return y
end
tryparse(::Type{T}, s::AbstractString) where {T<:Union{Float16,Float32,Float64}} = parse_float(T, s)
function parse(::Type{T}, s::AbstractString) where {T<:Union{Float16,Float32,Float64}}
    x = parse_float(T, s)
    if x === nothing
        throw(ArgumentError("cannot parse $(repr(s)) as $T"))
    end
    return x
end
parse(::Type{T}, s::AbstractString) where {T<:AbstractFloat} = convert(T, something_parsed(tryparse(T, s), s, T))
something_parsed(x, s, T) = x === nothing ? throw(ArgumentError("cannot parse $(repr(s)) as $T")) : x

# A complex number is "a", "bim" or "a ± bim"; the sign that separates the parts is not the one of an exponent.
function parse_complex(::Type{T}, s::AbstractString) where {T<:Real}
    t = String(strip(s))
    isempty(t) && return nothing
    unit = endswith(t, "im") ? 2 : endswith(t, 'i') || endswith(t, 'j') ? 1 : 0
    if unit == 0
        re = tryparse(T, t)
        return re === nothing ? nothing : Complex{T}(re, zero(T))
    end
    body = t[1:end-unit]
    endswith(body, '*') && (body = body[1:end-1])
    i = lastindex(body)
    while i > 1
        c = body[i]
        if (c == '+' || c == '-') && !(body[prevind(body, i)] in ('e', 'E', '+', '-'))
            break
        end
        i = prevind(body, i)
    end
    if i <= 1
        im = body == "" || body == "+" ? one(T) : body == "-" ? -one(T) : tryparse(T, body)
        return im === nothing ? nothing : Complex{T}(zero(T), im)
    end
    re = tryparse(T, rstrip(body[1:prevind(body, i)]))
    rest = lstrip(body[nextind(body, i):end])
    im = isempty(rest) ? one(T) : tryparse(T, rest)
    (re === nothing || im === nothing) && return nothing
    return Complex{T}(re, body[i] == '-' ? -im : im)
end
tryparse(::Type{Complex{T}}, s::AbstractString) where {T<:Real} = parse_complex(T, s)
parse(::Type{Complex{T}}, s::AbstractString) where {T<:Real} = something_parsed(parse_complex(T, s), s, Complex{T})
tryparse(::Type{Complex}, s::AbstractString) = parse_complex(Float64, s)

function parse(::Type{Rational{T}}, s::AbstractString) where {T<:Integer}
    i = findfirst("//", s)
    i === nothing && return Rational{T}(parse(T, s))
    return parse(T, s[1:prevind(s, first(i))]) // parse(T, s[last(i)+1:end])
end
function tryparse(::Type{Rational{T}}, s::AbstractString) where {T<:Integer}
    i = findfirst("//", s)
    a = tryparse(T, i === nothing ? s : s[1:prevind(s, first(i))])
    b = i === nothing ? one(T) : tryparse(T, s[last(i)+1:end])
    return a === nothing || b === nothing ? nothing : a // b
end

parse(::Type{T}, s::AbstractString) where {T<:AbstractChar} = length(s) == 1 ? T(first(s)) : throw(ArgumentError("cannot parse $(repr(s)) as $T"))
