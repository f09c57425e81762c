# Formatted text in the manner of C's printf.
#
# A format is parsed once, when the macro is expanded, into literal pieces and specifiers. Floats are formatted by
# snprintf(3), which rounds exactly; integers and text here, because Julia's integers have any size and its texts are
# measured in characters.

module Printf

using Base: textwidth, ndigits

export @printf, @sprintf

struct InvalidFormatStringError <: Exception
    message::String
    format::String
    start_color_idx::Int
    end_color_idx::Int
end
function Base.showerror(io::IO, e::InvalidFormatStringError)
    print(io, "InvalidFormatStringError: ", e.message)
end

"""
One `%` specifier: flags, width and precision (`nothing`: none, `:arg`: taken from the arguments), conversion.
"""
struct Spec
    conversion::Char
    left::Bool
    plus::Bool
    space::Bool
    zero::Bool
    hash::Bool
    width::Int
    precision::Int
    width_arg::Bool
    precision_arg::Bool
end

"""
    Printf.Format(str)

A parsed format string; `Printf.format(f, args...)` applies it.
"""
struct Format
    str::String
    parts::Vector{Union{String,Spec}}
end

function Format(f::AbstractString)
    s = String(f)
    isempty(s) && throw(InvalidFormatStringError("Format string must not be empty", s, 1, 1))
    parts = Union{String,Spec}[]
    text = IOBuffer()
    i = 1
    z = ncodeunits(s)
    while i <= z
        c, j = iterate(s, i)
        if c != '%'
            print(text, c)
            i = j
            continue
        end
        start = i
        i = j
        i > z && throw(InvalidFormatStringError("Format specifier is incomplete", s, start, z))
        if s[i] == '%'
            print(text, '%')
            i += 1
            continue
        end
        literal = String(take!(text))
        isempty(literal) || push!(parts, literal)
        left = plus = space = zero = hash = false
        while i <= z
            c = s[i]
            if c == '-'
                left = true
            elseif c == '+'
                plus = true
            elseif c == ' '
                space = true
            elseif c == '0'
                zero = true
            elseif c == '#'
                hash = true
            else
                break
            end
            i += 1
        end
        i > z && throw(InvalidFormatStringError("Format specifier is incomplete", s, start, z))
        left && (zero = false)
        plus && (space = false)
        width = 0
        width_arg = false
        if s[i] == '*'
            width_arg = true
            i += 1
        else
            while i <= z && isdigit(s[i])
                width = 10width + Int(s[i] - '0')
                i += 1
            end
        end
        precision = -1
        precision_arg = false
        i > z && throw(InvalidFormatStringError("Format specifier is incomplete", s, start, z))
        if s[i] == '.'
            i += 1
            precision = 0
            if i <= z && s[i] == '*'
                precision_arg = true
                i += 1
            else
                while i <= z && isdigit(s[i])
                    precision = 10precision + Int(s[i] - '0')
                    i += 1
                end
            end
        end
        while i <= z && s[i] in "hlLjzqt"
            i += 1
        end
        i > z && throw(InvalidFormatStringError("Format specifier is incomplete", s, start, z))
        c = s[i]
        c in "diouxXeEfFgGaAcspn" || throw(InvalidFormatStringError("'$c' is not a valid type specifier", s, start, i))
        c == 'i' && (c = 'd')
        push!(parts, Spec(c, left, plus, space, zero, hash, width, precision, width_arg, precision_arg))
        i = nextind(s, i)
    end
    literal = String(take!(text))
    isempty(literal) || push!(parts, literal)
    return Format(s, parts)
end

macro format_str(str)
    f = Format(unescape_string(str))
    return :($f)
end

argument_count(f::Format) = sum(p -> p isa Spec ? 1 + p.width_arg + p.precision_arg : 0, f.parts; init=0)

function check_arguments(f::Format, n::Int)
    m = argument_count(f)
    n == m || throw(ArgumentError("mismatch between # of format specifiers and provided args: $m != $n"))
end

"""
    Printf.format(f::Printf.Format, args...)
    Printf.format(io::IO, f::Printf.Format, args...)
"""
format(f::Format, args...) = sprint(io -> format(io, f, args...))
function format(io::IO, f::Format, args...)
    check_arguments(f, length(args))
    k = 1
    for p in f.parts
        if p isa String
            print(io, p)
            continue
        end
        width = p.width
        left = p.left
        zero = p.zero
        precision = p.precision
        if p.width_arg
            width = Int(args[k])
            k += 1
            if width < 0
                left = true
                zero = false
                width = -width
            end
        end
        if p.precision_arg
            precision = Int(args[k])
            k += 1
        end
        write_spec(io, p, left, zero, width, precision, args[k])
        k += 1
    end
    return nothing
end
format(io::IO, s::AbstractString, args...) = format(io, Format(s), args...)
format(s::AbstractString, args...) = format(Format(s), args...)

function write_spec(io::IO, p::Spec, left::Bool, zero::Bool, width::Int, precision::Int, x)
    c = p.conversion
    if c == 's' || c == 'c'
        text = c == 'c' ? string(x isa AbstractString ? first(x) : Char(x)) : p.hash ? repr(x) : string(x)
        c == 's' && precision >= 0 && (text = first(text, precision))
        pad(io, text, left, false, width, 0)
    elseif c == 'p'
        digits = string(UInt(x), base=16, pad=16)
        pad(io, string("0x", digits), left, false, width, 0)
    elseif c in "eEfFgGaA"
        write_float(io, p, left, zero, width, precision, x)
    elseif c == 'n'
        x[] = 0
    else
        write_integer(io, p, left, zero, width, precision, x)
    end
end

# Writes text in `width` columns; with `zero`, zeros go in behind the first `prefix` bytes (sign and radix).
function pad(io::IO, text::String, left::Bool, zero::Bool, width::Int, prefix::Int)
    n = width - textwidth(text)
    if n <= 0
        print(io, text)
    elseif left
        print(io, text, ' '^n)
    elseif zero
        print(io, text[1:prefix], '0'^n, text[prefix+1:end])
    else
        print(io, ' '^n, text)
    end
    return
end

whole(x::Integer) = x
whole(x::AbstractFloat) = isinteger(x) ? (abs(x) < 9.0e18 ? Int(x) : abs(x) < 1.0e38 ? Int128(x) : big(x)) : x
whole(x::Rational) = isinteger(x) ? Integer(x) : Float64(x)
whole(x::AbstractChar) = Int(x)
whole(x::Ptr) = UInt(x)
whole(x) = x isa Number ? whole(convert(Integer, x)) : throw(ArgumentError("invalid value for an integer conversion: $(repr(x))"))

function write_integer(io::IO, p::Spec, left::Bool, zero::Bool, width::Int, precision::Int, x)
    n = x isa Bool ? Int(x) : whole(x)
    if !(n isa Integer)
        # A number with a fraction is printed as a float, whatever the conversion asked for.
        return write_float(io, Spec('f', left, p.plus, p.space, zero, p.hash, width, precision, false, false), left, zero, width, precision, n)
    end
    c = p.conversion
    base = c == 'o' ? 8 : c == 'x' || c == 'X' ? 16 : 10
    negative = n < 0
    digits = string(negative ? (n isa Base.BitSigned ? unsigned(-n) : -n) : n, base=base)
    precision > length(digits) && (digits = string('0'^(precision - length(digits)), digits))
    sign = negative ? "-" : p.plus ? "+" : p.space ? " " : ""
    radix = p.hash ? (base == 16 ? "0x" : base == 8 ? "0" : "") : ""
    text = string(sign, radix, digits)
    c == 'X' && (text = uppercase(text))
    pad(io, text, left, zero && precision < 0, width, length(sign) + length(radix))
end

real_value(x::Union{Float16,Float32,Float64}) = Float64(x)
real_value(x::Integer) = Float64(x)
real_value(x::AbstractFloat) = x
real_value(x::Real) = Float64(x)
real_value(x::AbstractChar) = Float64(Int(x))
real_value(x) = float(x)

function write_float(io::IO, p::Spec, left::Bool, zero::Bool, width::Int, precision::Int, x)
    y = real_value(x)
    c = p.conversion
    if !isfinite(y)
        sign = signbit(y) && !isnan(y) ? "-" : p.plus ? "+" : p.space ? " " : ""
        text = string(sign, isnan(y) ? "NaN" : "Inf")
        c in "EFGA" && (text = uppercase(text))
        return pad(io, text, left, false, width, 0)
    end
    text = c_format(p, precision, y)
    prefix = text[1] in "-+ " ? 1 : 0
    (c == 'a' || c == 'A') && (prefix += 2)
    pad(io, text, left, zero, width, prefix)
end

function c_format(p::Spec, precision::Int, y::Float64)
    f = string("%", p.plus ? "+" : p.space ? " " : "", p.hash ? "#" : "", precision >= 0 ? ".*" : "", p.conversion)
    size = 400 + max(precision, 0)
    buffer = Vector{UInt8}(undef, size)
    n = precision >= 0 ?
        ccall(:snprintf, Cint, (Ptr{UInt8}, Csize_t, Cstring, Cint, Cdouble...), buffer, size, f, precision, y) :
        ccall(:snprintf, Cint, (Ptr{UInt8}, Csize_t, Cstring, Cdouble...), buffer, size, f, y)
    return GC.@preserve buffer unsafe_string(pointer(buffer), n)
end
c_format(p::Spec, precision::Int, y::AbstractFloat) = c_format(p, precision, Float64(y))

"""
    @printf([io::IO], "%Fmt", args...)

Prints the arguments as the format says.
"""
macro printf(io_or_fmt, args...)
    if io_or_fmt isa String
        f = Format(io_or_fmt)
        check_splat(f, args)
        return esc(:($Printf.format(stdout, $f, $(args...))))
    end
    length(args) >= 1 && args[1] isa String || throw(ArgumentError("@printf: first or second argument must be a format string"))
    f = Format(args[1])
    rest = args[2:end]
    check_splat(f, rest)
    return esc(:($Printf.format($io_or_fmt, $f, $(rest...))))
end

"""
    @sprintf("%Fmt", args...)

The formatted text as a String.
"""
macro sprintf(fmt, args...)
    fmt isa String || throw(ArgumentError("First argument to `@sprintf` must be a format string."))
    f = Format(fmt)
    check_splat(f, args)
    return esc(:($Printf.format($f, $(args...))))
end
function check_splat(f::Format, args)
    any(a -> a isa Expr && a.head === :..., args) && return
    length(args) == argument_count(f) || throw(ArgumentError("mismatch between # of format specifiers and provided args: $(argument_count(f)) != $(length(args))"))
end

end
