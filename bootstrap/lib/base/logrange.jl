# Ranges whose elements have a constant ratio.
#
# An element is a weighted mean of the logarithms of both ends. The logarithms are kept in more precision than the
# elements have (a wider float; two Float64 for a Float64), so that powers of whole numbers come out whole.

"""
    LogRange{T}(start, stop, len) <: AbstractVector{T}

A range whose elements are spaced logarithmically between `start` and `stop`.
"""
struct LogRange{T<:Real, X} <: AbstractArray{T, 1}
    start::T
    stop::T
    len::Int
    extra::Tuple{X, X}
    function LogRange{T}(start::T, stop::T, len::Int) where {T<:Real}
        T <: Integer && throw(ArgumentError("LogRange{T} does not support integer types"))
        (iszero(start) || iszero(stop)) && throw(DomainError((start, stop), "LogRange cannot start or stop at zero"))
        (start < 0 || stop < 0) && throw(DomainError((start, stop), "LogRange does not accept negative numbers"))
        (isfinite(start) && isfinite(stop)) || throw(DomainError((start, stop), "LogRange is only defined for finite start & stop"))
        len < 0 && throw(ArgumentError("LogRange($start, $stop, $len): negative length"))
        len == 1 && start != stop && throw(ArgumentError("LogRange($start, $stop, $len): endpoints differ, while length is 1"))
        extra = (wide_log(start), wide_log(stop))
        return new{T, typeof(extra[1])}(start, stop, len, extra)
    end
end
LogRange{T}(start::Real, stop::Real, len::Integer) where {T} = LogRange{T}(convert(T, start), convert(T, stop), convert(Int, len))
LogRange(start::Real, stop::Real, len::Integer) = LogRange{float(promote_type(typeof(start), typeof(stop)))}(start, stop, len)

wide_log(x::Real) = log(x)
wide_log(x::Float16) = log(Float64(x))
wide_log(x::Float32) = log(Float64(x))
# One step of Newton's method on exp, its error taken from a logarithm near 1.
function wide_log(x::Float64)
    m, e = frexp(x)
    hi = log(m)
    rest = big_log_rest(m, hi)
    return TwicePrecision{Float64}(hi, rest) + TwicePrecision{Float64}(0.6931471805599453, 2.3190468138462996e-17) * e
end
big_log_rest(m::Float64, hi::Float64) = setprecision(() -> Float64(log(BigFloat(m)) - hi), BigFloat, 160)

wide_exp(::Type{T}, x::Real) where {T} = T(exp(x))
wide_exp(::Type{Float64}, x::TwicePrecision{Float64}) = (y = exp(x.hi); y + y * x.lo)

size(r::LogRange) = (r.len,)
length(r::LogRange) = r.len
first(r::LogRange) = r.start
last(r::LogRange) = r.stop
step(r::LogRange) = throw(ArgumentError("a LogRange has no step"))
function getindex(r::LogRange{T}, i::Int) where {T}
    @boundscheck checkbounds(r, i)
    i == 1 && return r.start
    i == r.len && return r.stop
    a, b = r.extra
    n = r.len - 1
    return wide_exp(T, (a * (r.len - i) + b * (i - 1)) / n)
end
getindex(r::LogRange, ::Colon) = copy(r)
copy(r::LogRange) = r

"""
    logrange(start, stop, length)
    logrange(start, stop; length)

Values from `start` to `stop`, each the same multiple of the one before it.
"""
logrange(start::Real, stop::Real, length::Integer) = LogRange(start, stop, Int(length))
logrange(start::Real, stop::Real; length::Integer) = logrange(start, stop, length)

function show(io::IO, r::Union{LinRange{T}, LogRange{T}}) where {T}
    print(io, nameof(typeof(r)), '{')
    show(io, T)
    print(io, "}(")
    elements = IOContext(io, :typeinfo => T)
    show(elements, first(r))
    print(io, ", ")
    show(elements, last(r))
    print(io, ", ")
    show(io, length(r))
    print(io, ')')
end

# At a prompt the elements follow in one line, its middle left out if it is too long for the display.

function show(io::IO, ::MIME"text/plain", r::Union{LinRange, LogRange})
    isempty(r) && return show(io, r)
    summary(io, r)
    println(io, ":")
    print_range(io, r)
end

function print_range(io::IO, r)
    compact = haskey(io, :compact) ? io : IOContext(io, :compact => true)
    text(i) = sprint(show, r[i]; context=compact)
    room = displaysize(io)[2] - 1
    n = length(r)
    texts = String[text(i) for i in 1:min(n, room)]
    if n == length(texts) && sum(textwidth, texts) + 2 * (n - 1) <= room
        print(io, ' ', join(texts, ", "))
        return nothing
    end
    dots = ", …, "
    right = fitting((text(i) for i in n:-1:1), div(room - textwidth(dots) + 1, 2) + 1)
    left = fitting(texts, room - sum(textwidth, right) - 2 * (length(right) - 1) - textwidth(dots))
    print(io, ' ', join(left, ", "), dots, join(reverse(right), ", "))
end

# The first of some texts that fit into a width, ", " between them.
function fitting(texts, width::Int)
    found = String[]
    for t in texts
        width -= textwidth(t)
        width < 0 && break
        push!(found, t)
        width -= 2
    end
    return found
end
