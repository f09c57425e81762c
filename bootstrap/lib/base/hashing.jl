# Hash values: equal values (isequal) have equal hashes, whatever their types.
#
# The functions and constants are those of Julia 1.12, because the order in which a Dict or Set is iterated follows from
# them. Numbers that are equal across types are hashed as the Int64, UInt64 or Float64 they equal.

# Thomas Wang's 64-bit integer mix
# Shifts to the left that are added up are one multiplication.
function hash_64_64(n::UInt64)
    a = bitcast(Int, n)
    a = add_int(xor_int(a, -1), mul_int(a, 2097152))
    a = xor_int(a, lshr_int(a, 24))
    a = mul_int(a, 265)
    a = xor_int(a, lshr_int(a, 14))
    a = mul_int(a, 21)
    a = xor_int(a, lshr_int(a, 28))
    return bitcast(UInt64, mul_int(a, 2147483649))
end
const hash_uint64 = hash_64_64
const hash_uint = hash_64_64

hash(x::Any) = hash(x, 0x0000000000000000)
objectid(@nospecialize(x)) = ccall(:jl_object_id, UInt, (Any,), x)
hash(@nospecialize(x), h::UInt) = hash_uint(3 * h - objectid(x))
hash(x::Symbol) = objectid(x)
hash(w::WeakRef, h::UInt) = hash(w.value, h)
hash(T::Type, h::UInt) = hash_uint(3 * h - ccall(:jl_type_hash, UInt, (Any,), T))

hash(x::Int64) = hash_64_64(bitcast(UInt64, x))
hash(x::Int64, h::UInt) = hash_uint64(bitcast(UInt64, x)) - 3 * h
hash(x::UInt64, h::UInt) = hash_uint64(x) - 3 * h
hash(x::Union{Bool, Int8, UInt8, Int16, UInt16, Int32, UInt32}, h::UInt) = hash(Int64(x), h)
hash(x::Char, h::UInt) = hash_uint64(xor((bitcast(UInt32, x) + UInt64(0xd4d64234)) << 32, UInt64(h)))

const hash_nan = hash_uint64(0x7ff8000000000000)
function hash(x::Float64, h::UInt)
    if -9.223372036854775808e18 <= x < 9.223372036854775808e18
        i = fptosi(Int64, x)
        isequal(i, x) && return hash(i, h)
    elseif 0.0 <= x < 1.8446744073709551616e19
        u = fptoui(UInt64, x)
        isequal(u, x) && return hash(u, h)
    elseif isnan(x)
        return xor(hash_nan, h)
    end
    return hash_uint64(bitcast(UInt64, x)) - 3 * h
end
hash(x::Union{Float32, Float16}, h::UInt) = hash(Float64(x), h)

function hash_integer(n::Integer, h::UInt)
    h = xor(h, hash_uint(xor(n % UInt, h)))
    n = abs(n)
    n >>>= 64
    while n != 0
        h = xor(h, hash_uint(xor(n % UInt, h)))
        n >>>= 64
    end
    return h
end
function hash(x::Real, h::UInt)
    num, pow, den = decompose(x)
    num == 0 && den == 0 && return hash(NaN, h)
    num == 0 && return hash(ifelse(den > 0, 0.0, -0.0), h)
    den == 0 && return hash(ifelse(num > 0, Inf, -Inf), h)
    if den < 0
        num = -num
        den = -den
    end
    z = trailing_zeros(num)
    if z != 0
        num >>= z
        pow += z
    end
    z = trailing_zeros(den)
    if z != 0
        den >>= z
        pow -= z
    end
    if den == 1
        left = top_set_bit(abs(num)) + pow
        if -1074 <= pow
            if 0 <= pow
                left <= 63 && return hash(Int64(num) << Int(pow), h)
                left <= 64 && signbit(num) == signbit(0) && return hash(UInt64(num) << Int(pow), h)
            end
            left <= 1024 && left - pow <= 53 && return hash(ldexp(Float64(num), pow), h)
        end
    end
    h = hash_integer(den, h)
    h = hash_integer(pow, h)
    return hash_integer(num, h)
end
hash(x::Int128, h::UInt) = typemin(Int64) <= x <= typemax(Int64) ? hash(Int64(x), h) : invoke(hash, Tuple{Real, UInt}, x, h)
hash(x::UInt128, h::UInt) = x <= typemax(UInt64) ? hash(UInt64(x), h) : invoke(hash, Tuple{Real, UInt}, x, h)

hash_bytes(p::Ptr{UInt8}, n::Int, h::UInt) =
    (@_direct ccall(:memhash_seed, UInt, (Ptr{UInt8}, Int, UInt32), p, n, trunc_int(UInt32, h))) + h
@assume_effects :total function hash(s::String, h::UInt)
    seed = add_int(h, 0x71e729fd56419c81)
    p = @_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)
    m = @_direct ccall(:memhash_seed, UInt, (Ptr{UInt8}, Int, UInt32), p, Core.sizeof(s), trunc_int(UInt32, seed))
    return add_int(m, seed)
end
# What the method above says for 0: most hashes of strings are asked for by dictionaries.
@assume_effects :total function hash(s::String)
    p = @_direct ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s)
    m = @_direct ccall(:memhash_seed, UInt, (Ptr{UInt8}, Int, UInt32), p, Core.sizeof(s), 0x56419c81)
    return add_int(m, 0x71e729fd56419c81)
end
hash(s::AbstractString, h::UInt) = hash(String(s), h)

hash(::Tuple{}, h::UInt) = h + 0x77cfa1eef01bca90
function hash(t::Tuple, h::UInt)
    h += 0x77cfa1eef01bca90
    i = nfields(t)
    while i >= 1
        h = hash(getfield(t, i), h)
        i -= 1
    end
    return h
end

function hash(A::AbstractArray, h::UInt)
    h += 0x7e2d6fb6448beb77
    for d in size(A)
        h = hash(d, h)
    end
    for x in A
        h = hash(x, h)
    end
    return h
end
hash(x::Expr, h::UInt) = hash(x.args, hash(x.head, h + 0x83c7900696d26dc6))
hash(x::QuoteNode, h::UInt) = hash(x.value, h + 0x2c97bf8b3de87020)
hash(x::LineNumberNode, h::UInt) = hash(x.line, hash(x.file, h + 0x3d9b1c5c0f9f3f7b))
==(x::Expr, y::Expr) = x.head === y.head && isequal_exprargs(x.args, y.args)
function isequal_exprargs(a, b)
    length(a) == length(b) || return false
    for i in 1:length(a)
        isequal_expr(a[i], b[i]) || return false
    end
    return true
end
isequal_expr(x, y) = typeof(x) === typeof(y) ? (x isa Expr || x isa QuoteNode ? x == y : isequal(x, y)) : false
==(x::QuoteNode, y::QuoteNode) = isequal_expr(x.value, y.value)
