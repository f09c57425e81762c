# Streams in memory. An IOBuffer grows a Memory of bytes: `ptr` is the next byte to read or to write, `size` the number of
# bytes there are. Other vectors of bytes can be read and written in the same way, without growing.

"""
    IOBuffer([data::AbstractVector{UInt8}]; read, write, append, truncate, maxsize, sizehint) -> IOBuffer

An IO stream in memory. `ptr` is the next byte to read or write, `size` the number of bytes held.
"""
mutable struct GenericIOBuffer{T<:AbstractVector{UInt8}} <: IO
    data::T
    readable::Bool
    writable::Bool
    seekable::Bool
    append::Bool
    isopen::Bool
    size::Int
    maxsize::Int
    ptr::Int
    mark::Int
end
const IOBuffer = GenericIOBuffer{Memory{UInt8}}

new_iobuffer(data::T, readable, writable, append, size, maxsize) where {T} =
    GenericIOBuffer{T}(data, readable, writable, true, append, true, size, maxsize, 1, -1)

function bytes_memory(src, n::Int)
    m = Memory{UInt8}(undef, n)
    n > 0 && GC.@preserve src m memcpy(pointer(m), pointer(src), n)
    return m
end

function GenericIOBuffer{Memory{UInt8}}(data::AbstractVector{UInt8}; read::Union{Bool,Nothing}=true, write::Union{Bool,Nothing}=false,
        append::Union{Bool,Nothing}=false, truncate::Union{Bool,Nothing}=false, maxsize::Integer=typemax(Int),
        sizehint::Union{Integer,Nothing}=nothing)
    r = read === nothing ? true : read
    w = write === nothing ? false : write
    a = append === nothing ? false : append
    m = data isa Memory{UInt8} ? data : bytes_memory(Vector{UInt8}(data), length(data))
    b = new_iobuffer(m, r, w, a, truncate === true ? 0 : length(m), Int(maxsize))
    a && (b.ptr = b.size + 1)
    return b
end
function GenericIOBuffer{Memory{UInt8}}(; read::Union{Bool,Nothing}=true, write::Union{Bool,Nothing}=true,
        append::Union{Bool,Nothing}=nothing, truncate::Union{Bool,Nothing}=true, maxsize::Integer=typemax(Int),
        sizehint::Union{Integer,Nothing}=nothing)
    n = sizehint === nothing ? 32 : Int(sizehint)
    n > maxsize && (n = Int(maxsize))
    return new_iobuffer(Memory{UInt8}(undef, n), read !== false, write !== false, append === true, 0, Int(maxsize))
end
GenericIOBuffer{Memory{UInt8}}(s::String) = new_iobuffer(bytes_memory(s, sizeof(s)), true, false, false, sizeof(s), typemax(Int))
GenericIOBuffer{Memory{UInt8}}(s::SubString{String}) = IOBuffer(String(s))
GenericIOBuffer{Memory{UInt8}}(s::AbstractString) = IOBuffer(String(s))

# A reader that shares its bytes with an array of the caller's.
GenericIOBuffer(data::AbstractVector{UInt8}) = IOBuffer(data)

"""
    PipeBuffer(data::Vector{UInt8}=UInt8[])

An IOBuffer that is written at its end and read at its start.
"""
function PipeBuffer(data::AbstractVector{UInt8}=Memory{UInt8}(undef, 32); maxsize::Integer=typemax(Int))
    b = IOBuffer(data; read=true, write=true, append=true, maxsize=maxsize)
    if data isa Memory
        b.size = 0
    end
    b.ptr = 1
    b.seekable = false
    return b
end

function ensureroom(io::GenericIOBuffer, n::Int)
    io.writable || throw(ArgumentError("ensureroom failed, IOBuffer is not writeable"))
    at = io.append ? io.size + 1 : io.ptr
    need = at + n - 1
    have = length(io.data)
    need <= have && return
    want = max(need, 2 * have, 32)
    want > io.maxsize && (want = io.maxsize)
    want <= have && return
    grown = Memory{UInt8}(undef, want)
    old = io.data
    k = io.size
    k > 0 && GC.@preserve old grown memcpy(pointer(grown), pointer(old), k)
    io.data = grown
    return
end

unsafe_write(io::GenericIOBuffer, p::Ptr{UInt8}, n::UInt) = unsafe_write(io, p, Int(n))
function unsafe_write(io::GenericIOBuffer, p::Ptr{UInt8}, n::Int)
    at = io.append ? add_int(io.size, 1) : io.ptr
    room = sub_int(length(io.data), sub_int(at, 1))
    if slt_int(room, n) || !io.writable
        ensureroom(io, n)
        room = sub_int(length(io.data), sub_int(at, 1))
        slt_int(room, n) && (n = max(room, 0))
    end
    if slt_int(0, n)
        data = io.data
        GC.@preserve data memcpy(pointer(data) + (at - 1), p, n)
        wrote!(io, at, n)
    end
    return n
end
# Into memory the bytes go directly.
function unsafe_write(io::GenericIOBuffer{Memory{UInt8}}, p::Ptr{UInt8}, n::Int)
    at = io.append ? add_int(io.size, 1) : io.ptr
    data = io.data
    room = sub_int(length(data), sub_int(at, 1))
    if slt_int(room, n) || !io.writable
        ensureroom(io, n)
        data = io.data
        room = sub_int(length(data), sub_int(at, 1))
        slt_int(room, n) && (n = max(room, 0))
    end
    if slt_int(0, n)
        start = add_ptr(bitcast(Ptr{UInt8}, getfield(data, :ptr)), bitcast(UInt, sub_int(at, 1)))
        @_direct ccall(:memcpy, Ptr{UInt8}, (Ptr{UInt8}, Ptr{UInt8}, Int), start, p, n)
        wrote!(io, at, n)
    end
    return n
end
# n bytes were put at place `at`.
function wrote!(io::GenericIOBuffer, at::Int, n::Int)
    next = add_int(at, n)
    slt_int(io.size, sub_int(next, 1)) && setfield!(io, :size, sub_int(next, 1))
    io.append || setfield!(io, :ptr, next)
    return nothing
end
function write(io::GenericIOBuffer, b::UInt8)
    at = io.append ? add_int(io.size, 1) : io.ptr
    if !io.writable || slt_int(length(io.data), at)
        ensureroom(io, 1)
        slt_int(length(io.data), at) && return 0
    end
    io.data[at] = b
    wrote!(io, at, 1)
    return 1
end
write(io::GenericIOBuffer{Memory{UInt8}}, s::String) = unsafe_write(io, pointer(s), Core.sizeof(s))
print(io::GenericIOBuffer{Memory{UInt8}}, s::String) = (unsafe_write(io, pointer(s), Core.sizeof(s)); nothing)

function check_readable(io::GenericIOBuffer)
    io.readable || throw(ArgumentError("read failed, IOBuffer is not readable"))
end
function read(io::GenericIOBuffer, ::Type{UInt8})
    check_readable(io)
    p = io.ptr
    p > io.size && throw(EOFError())
    b = io.data[p]
    io.ptr = p + 1
    return b
end
function peek(io::GenericIOBuffer, ::Type{UInt8})
    check_readable(io)
    io.ptr > io.size && throw(EOFError())
    return io.data[io.ptr]
end
function unsafe_read(io::GenericIOBuffer, p::Ptr{UInt8}, n::UInt)
    return unsafe_read(io, p, Int(n))
end
function unsafe_read(io::GenericIOBuffer, p::Ptr{UInt8}, n::Int)
    check_readable(io)
    have = io.size - io.ptr + 1
    k = min(n, have)
    if k > 0
        data = io.data
        GC.@preserve data memcpy(p, pointer(data) + (io.ptr - 1), k)
        io.ptr += k
    end
    k < n && throw(EOFError())
    return nothing
end
eof(io::GenericIOBuffer) = io.ptr - 1 >= io.size
bytesavailable(io::GenericIOBuffer) = max(io.size - io.ptr + 1, 0)
position(io::GenericIOBuffer) = io.ptr - 1
isreadable(io::GenericIOBuffer) = io.readable
iswritable(io::GenericIOBuffer) = io.writable
isopen(io::GenericIOBuffer) = io.readable || io.writable || io.seekable || bytesavailable(io) > 0
function closewrite(io::GenericIOBuffer)
    io.writable = false
    return nothing
end
function close(io::GenericIOBuffer)
    io.readable = false
    io.writable = false
    io.seekable = false
    io.size = 0
    io.ptr = 1
    io.mark = -1
    return nothing
end
function seek(io::GenericIOBuffer, n::Integer)
    if !io.seekable
        io.ptr == n + 1 || throw(ArgumentError("seek failed, IOBuffer is not seekable and n != ptr"))
        return io
    end
    io.ptr = min(max(Int(n), 0), io.size) + 1
    return io
end
seekend(io::GenericIOBuffer) = (io.ptr = io.size + 1; io)
skip(io::GenericIOBuffer, n::Integer) = seek(io, position(io) + n)
function truncate(io::GenericIOBuffer, n::Integer)
    io.writable || throw(ArgumentError("truncate failed, IOBuffer is not writeable"))
    0 <= n <= io.maxsize || throw(ArgumentError("truncate failed, n must be between 0 and $(io.maxsize), got $n"))
    if n > io.size
        at = io.ptr
        io.ptr = io.size + 1
        ensureroom(io, Int(n) - io.size)
        for i in io.size+1:Int(n)
            io.data[i] = 0x00
        end
        io.ptr = at
    end
    io.size = Int(n)
    io.ptr = min(io.ptr, io.size + 1)
    return io
end

"""
    take!(b::IOBuffer)

The bytes of an IOBuffer, which is empty afterwards.
"""
function take!(io::GenericIOBuffer)
    if io.seekable
        from = 1
    else
        from = io.ptr
    end
    n = io.size - from + 1
    v = Vector{UInt8}(undef, max(n, 0))
    if n > 0
        data = io.data
        GC.@preserve data v memcpy(pointer(v), pointer(data) + (from - 1), n)
    end
    if io.writable
        io.size = 0
        io.ptr = 1
        io.mark = -1
    else
        io.ptr = io.size + 1
    end
    return v
end
# The bytes written so far as a String, without the copy that take! makes in between.
function takestring!(io::GenericIOBuffer)
    n = io.size
    data = io.data
    s = n == 0 ? "" : GC.@preserve data unsafe_string(pointer(data), n)
    io.size = 0
    io.ptr = 1
    io.mark = -1
    return s
end
copy(io::GenericIOBuffer) = new_iobuffer(bytes_memory(io.data, length(io.data)), io.readable, io.writable, io.append, io.size, io.maxsize)
function show(io::IO, b::GenericIOBuffer)
    print(io, "IOBuffer(data=UInt8[...], readable=", b.readable, ", writable=", b.writable, ", seekable=", b.seekable,
          ", append=", b.append, ", size=", b.size, ", maxsize=", b.maxsize == typemax(Int) ? "Inf" : b.maxsize,
          ", ptr=", b.ptr, ", mark=", b.mark, ")")
end
