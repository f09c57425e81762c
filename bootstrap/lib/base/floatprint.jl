# Printing of floating point numbers: the shortest decimal digits that read back as the same number.
#
# libc prints and reads correctly rounded decimals, so the shortest form is found by asking: a Float64 that has a form
# of at most 15 digits is printed by it (any 15-digit decimal survives the trip through a Float64), and 17 digits always
# suffice. Only at powers of two, where the neighbour below is nearer than the one above, may a decimal that is not the
# nearest of its length still read back; so there the next decimal up is tried as well. Subnormals, which have fewer
# significant digits, are tried from one digit on. Whole numbers below 2^53 need no C at all.
#
# Enters: a float. Leaves: its digits and decimal exponent, and from these the text Julia prints.

# Digits and the place of the decimal point: the value is 0.DIGITS x 10^point.
struct ShortDecimal
    digits::String
    point::Int
end

ieee_significand_is_zero(x::Float64) = bitcast(UInt64, x) & 0x000fffffffffffff == 0
ieee_significand_is_zero(x::Float32) = bitcast(UInt32, x) & 0x007fffff == 0
ieee_significand_is_zero(x::Float16) = bitcast(UInt16, x) & 0x03ff == 0

# The number that a decimal text stands for, rounded to the type of x.
read_back(buffer, ::Type{Float64}) = ccall(:strtod, Cdouble, (Ptr{UInt8}, Ptr{Cvoid}), buffer, C_NULL)
read_back(buffer, ::Type{Float32}) = ccall(:strtof, Cfloat, (Ptr{UInt8}, Ptr{Cvoid}), buffer, C_NULL)
read_back(buffer, ::Type{Float16}) = Float16(ccall(:strtod, Cdouble, (Ptr{UInt8}, Ptr{Cvoid}), buffer, C_NULL))

# Formats x with n significant digits as d.ddde±xx into buffer; the number of bytes.
format_digits(buffer, x::Float64, n::Int) =
    Int(ccall(:snprintf, Cint, (Ptr{UInt8}, Csize_t, Cstring, Cint, Cdouble...), buffer, 64, "%.*e", n - 1, x))

# Takes "d.ddde±xx" apart.
function parse_scientific(buffer::Vector{UInt8}, n::Int)
    digits = UInt8[]
    i = 1
    while i <= n && buffer[i] != 0x65
        buffer[i] != 0x2e && push!(digits, buffer[i])
        i += 1
    end
    negative = buffer[i+1] == 0x2d
    e = 0
    for j in i+2:n
        e = 10e + Int(buffer[j] - 0x30)
    end
    return digits, negative ? -e : e
end

function strip_zeros(digits::Vector{UInt8})
    n = length(digits)
    while n > 1 && digits[n] == 0x30
        n -= 1
    end
    resize!(digits, n)
    return digits
end

# The decimal one unit in the last place above, as text in buffer; its length.
function next_decimal_up(buffer::Vector{UInt8}, n::Int)
    e = 1
    while buffer[e] != 0x65
        e += 1
    end
    i = e - 1
    while i >= 1
        if buffer[i] == 0x2e
            i -= 1
            continue
        end
        if buffer[i] < 0x39
            buffer[i] += 0x01
            return n
        end
        buffer[i] = 0x30
        i -= 1
    end
    return 0
end

first_precision(x::Float64) = x < 2.2250738585072014e-308 ? 1 : 15
first_precision(x::Float32) = x < 1.1754944f-38 ? 1 : 6
first_precision(x::Float16) = 1

# x is finite and positive.
function shortest_decimal(x::Union{Float16,Float32,Float64})
    if x < 9007199254740992.0 && x == trunc(x)
        return whole_decimal(Int64(x), x)
    end
    buffer = Vector{UInt8}(undef, 64)
    y = Float64(x)
    p = first_precision(x)
    while true
        n = format_digits(buffer, y, p)
        if p >= 17 || read_back(buffer, typeof(x)) == x
            break
        end
        if ieee_significand_is_zero(x)
            n = next_decimal_up(buffer, n)
            n > 0 && read_back(buffer, typeof(x)) == x && break
        end
        p += 1
    end
    n = 1
    while buffer[n] != 0x00
        n += 1
    end
    digits, e = parse_scientific(buffer, n - 1)
    return ShortDecimal(String(strip_zeros(digits)), e + 1)
end

# A whole number. One with more digits than the type can tell apart may have a shorter form than its exact one.
function whole_decimal(i::Int64, x)
    s = string(i)
    n = sizeof(s)
    if x isa Float32 && n > 7 || x isa Float16 && n > 3
        return shortest_whole(x)
    end
    m = n
    while m > 1 && codeunit(s, m) == 0x30
        m -= 1
    end
    return ShortDecimal(m == n ? s : s[1:m], n)
end
function shortest_whole(x)
    buffer = Vector{UInt8}(undef, 64)
    p = 1
    while true
        format_digits(buffer, Float64(x), p)
        read_back(buffer, typeof(x)) == x && break
        p += 1
    end
    n = 1
    while buffer[n] != 0x00
        n += 1
    end
    digits, e = parse_scientific(buffer, n - 1)
    return ShortDecimal(String(strip_zeros(digits)), e + 1)
end

# x rounded to n significant digits.
function rounded_decimal(x, n::Int)
    buffer = Vector{UInt8}(undef, 64)
    k = format_digits(buffer, Float64(x), n)
    digits, e = parse_scientific(buffer, k)
    return ShortDecimal(String(strip_zeros(digits)), e + 1)
end

float_suffix(::Type{Float64}) = ""
float_suffix(::Type{Float32}) = "32"
float_suffix(::Type{Float16}) = "16"

fixed_limit(::Type{Float16}) = 3
fixed_limit(::Type) = 6

"""
Writes `x` as Julia prints it. `typed`: so that it reads back with its type (`1.0f0`, `Float16(1.0)`, `Inf32`);
`compact`: at most six significant digits.
"""
function print_float(io::IO, x::T, typed::Bool, compact::Bool) where {T<:Union{Float16,Float32,Float64}}
    if x != x
        print(io, "NaN", typed ? float_suffix(T) : "")
        return
    end
    wrap = typed && T === Float16 && abs(x) != typemax(T)
    wrap && print(io, "Float16(")
    signbit(x) && write(io, 0x2d)
    x = abs(x)
    if x == typemax(T)
        print(io, "Inf", typed ? float_suffix(T) : "")
        return
    end
    mark = typed && T === Float32 ? 'f' : 'e'
    if x == 0
        print(io, "0.0")
    else
        d = shortest_decimal(x)
        if compact && sizeof(d.digits) > 6
            d = rounded_decimal(x, 6)
        end
        print_decimal(io, d, x, fixed_limit(T), mark)
        typed && T === Float32 && uses_exponent(d, x, fixed_limit(T)) && (wrap && write(io, 0x29); return)
    end
    typed && T === Float32 && print(io, "f0")
    wrap && write(io, 0x29)
    return
end

# Exponent form is for numbers outside 1e-4 to 1e6, and where leaving it would invent digits that were rounded away.
function uses_exponent(d::ShortDecimal, x, limit::Int)
    n = sizeof(d.digits)
    pt = d.point
    -4 < pt <= limit || return true
    if pt >= n
        y = Float64(x)
        unit = 10.0^(pt - n)
        return abs(mod(y + 0.05, unit) - 0.05) > 0.05
    end
    return false
end

function print_decimal(io::IO, d::ShortDecimal, x, limit::Int, mark::Char)
    s = d.digits
    n = sizeof(s)
    pt = d.point
    if uses_exponent(d, x, limit)
        print(io, s[1:1], '.', n == 1 ? "0" : s[2:n], mark)
        print_integer_text(io, pt - 1)
    elseif pt <= 0
        print(io, "0.", "0"^(-pt), s)
    elseif pt >= n
        print(io, s, "0"^(pt - n), ".0")
    else
        print(io, s[1:pt], '.', s[pt+1:n])
    end
end
print_integer_text(io::IO, n::Int) = print(io, string(n))

const PrintedFloat = Union{Float16,Float32,Float64}

# The text of a number of few digits between 1e-4 and 1e6, found without C; nothing for others. `y` over a power of ten
# that is exact divides to the number that is nearest to the decimal, so the first that gives `x` is the shortest; below
# 10^15 no other decimal of as many digits could.
function short_float_text(x::Float64)
    a = abs_float(x)
    (le_float(1.0e-4, a) && lt_float(a, 1.0e6)) || return nothing
    k = 0
    scale = 1.0
    y = rint_llvm(a)
    while !eq_float(div_float(y, scale), a)
        k === 11 && return nothing
        k = add_int(k, 1)
        scale = mul_float(scale, 10.0)
        y = rint_llvm(mul_float(a, scale))
        lt_float(y, 1.0e15) || return nothing
    end
    unit = 10
    digits = 1
    while slt_int(digits, k)
        unit = mul_int(unit, 10)
        digits = add_int(digits, 1)
    end
    whole = fptosi(Int, a)
    rest = k === 0 ? 0 : sub_int(fptosi(Int, y), mul_int(whole, unit))
    negative = lt_float(x, 0.0) ? 1 : 0
    n = add_int(decimal_length(whole), negative)
    s = _string_n(add_int(add_int(n, digits), 1))
    p = pointer(s)
    # the digits behind the point, with a one in front, in whose place the point goes
    put_decimal(p, n, add_int(unit, rest), add_int(digits, 1))
    pointerset(p, 0x2e, add_int(n, 1), 1)
    put_decimal(p, negative, whole, sub_int(n, negative))
    negative === 1 && pointerset(p, 0x2d, 1, 1)
    return s
end

show(io::IO, x::PrintedFloat) = show_float(io, x)
function show_float(io::IO, x::PrintedFloat)
    compact = get(io, :compact, false)::Bool
    typed = !compact && nonmissing_typeinfo(io) !== typeof(x)
    print_float(io, x, typed, compact)
end
print(io::IO, x::PrintedFloat) = print_float(io, x, false, get(io, :compact, false)::Bool)
show(io::IO, x::Float64) = print(io, x)
function print(io::IO, x::Float64)
    compact = get(io, :compact, false)::Bool
    s = compact ? nothing : short_float_text(x)
    s === nothing ? print_float(io, x, false, compact) : print(io, s)
    return nothing
end

function string(x::Float64)
    s = short_float_text(x)
    s === nothing || return s
    buffer = IOBuffer()
    print_float(buffer, x, false, false)
    return takestring!(buffer)
end
function string(x::PrintedFloat)
    buffer = IOBuffer()
    print_float(buffer, x, false, false)
    return takestring!(buffer)
end
