# Streams in memory, on a vector of bytes.
#
#     . . . . u u u u u u u X X X X X X X - - - - - -
#             |             |             |
#             offset + 1    ptr           size
#
# `ptr` is the next byte to read and, unless `append`, to write; `size` the last byte there is: both count from the vector's
# beginning. A buffer on a Vector shares its Memory, in which the Vector may begin at an `offset`. A buffer that cannot be
# sought (a PipeBuffer) drops what was read when it needs room. `offset_or_compacted` is the offset, or, negative, how many
# bytes were dropped; it cannot be both. Positions and the mark count from the first byte there ever was. `take!` gives the
# Memory away: `reinit` says that there is none, and `data` is empty then.

mutable struct GenericIOBuffer{T<:AbstractVector{UInt8}} <: IO
    data::T
    reinit::Bool
    readable::Bool
    writable::Bool
    seekable::Bool
    append::Bool
    size::Int
    maxsize::Int
    ptr::Int
    offset_or_compacted::Int
    mark::Int
end
const IOBuffer = GenericIOBuffer{Memory{UInt8}}

new_iobuffer(data::T, readable, writable, seekable, append, size, maxsize) where {T} =
    GenericIOBuffer{T}(data, false, readable, writable, seekable, append, size, maxsize, 1, 0, -1)
function new_iobuffer(data::Vector{UInt8}, readable, writable, seekable, append, size, maxsize)
    memory = data.ref.mem
    offset = memoryrefoffset(data.ref) - 1
    # Nothing is written beyond `maxsize`: a Memory that goes on there is not shared.
    if writable && maxsize < length(memory) - offset
        return new_iobuffer(bytes_memory(data, length(data)), readable, writable, seekable, append, size, maxsize)
    end
    return IOBuffer(memory, false, readable, writable, seekable, append, offset + size, maxsize, offset + 1, offset, -1)
end

function bytes_memory(src, n::Int)
    m = Memory{UInt8}(undef, n)
    n > 0 && GC.@preserve src m memcpy(pointer(m), pointer(src), n)
    return m
end

# What `open` and IOBuffer take keywords that are not given for.
function open_flags(; read::Union{Bool,Nothing}=nothing, write::Union{Bool,Nothing}=nothing, create::Union{Bool,Nothing}=nothing,
        truncate::Union{Bool,Nothing}=nothing, append::Union{Bool,Nothing}=nothing)
    a = append === true
    t = truncate === nothing ? (write === true && read !== true && !a) : truncate
    w = write === nothing ? (truncate === true || a) : write
    r = read === nothing ? !w : read
    c = create === nothing ? (truncate === true || a || (w && t)) : create
    return (read=r, write=w, create=c, truncate=t, append=a)
end

"""
    IOBuffer([data::AbstractVector{UInt8}]; read, write, append, truncate, maxsize, sizehint) -> IOBuffer

An IO stream in memory. `ptr` is the next byte to read or write, `size` the number of bytes held.
"""
function IOBuffer(data::AbstractVector{UInt8}; read::Union{Bool,Nothing}=nothing, write::Union{Bool,Nothing}=nothing,
        append::Union{Bool,Nothing}=nothing, truncate::Union{Bool,Nothing}=nothing, maxsize::Integer=typemax(Int),
        sizehint::Union{Integer,Nothing}=nothing)
    flags = open_flags(; read, write, append, truncate)
    flags.truncate || length(data) <= maxsize || throw(ArgumentError("maxsize must not be smaller than data length"))
    size = flags.truncate ? 0 : length(data)
    return new_iobuffer(data, flags.read, flags.write, true, flags.append, size, Int(maxsize))
end
function IOBuffer(; read::Union{Bool,Nothing}=true, write::Union{Bool,Nothing}=true, append::Union{Bool,Nothing}=nothing,
        truncate::Union{Bool,Nothing}=true, maxsize::Integer=typemax(Int), sizehint::Union{Integer,Nothing}=nothing)
    maxsize < 0 && throw(ArgumentError("negative maxsize"))
    n = min(sizehint === nothing ? 32 : max(Int(sizehint), 0), Int(maxsize))
    flags = open_flags(; read, write, append, truncate)
    return new_iobuffer(Memory{UInt8}(undef, n), flags.read, flags.write, true, flags.append, 0, Int(maxsize))
end
# The most frequent one by far.
IOBuffer(s::String) = new_iobuffer(bytes_memory(s, sizeof(s)), true, false, true, false, sizeof(s), typemax(Int))
IOBuffer(s::AbstractString) = IOBuffer(String(s))
GenericIOBuffer(data::AbstractVector{UInt8}) = IOBuffer(data)

"""
    PipeBuffer(data::AbstractVector{UInt8}=UInt8[]; maxsize=typemax(Int))

An IOBuffer that is written at its end and read at its start.
"""
function PipeBuffer(data::AbstractVector{UInt8}=Memory{UInt8}(); maxsize::Int=typemax(Int))
    length(data) <= maxsize || throw(ArgumentError("maxsize must not be smaller than data length"))
    return new_iobuffer(data, true, true, false, true, length(data), maxsize)
end
function PipeBuffer(maxsize::Integer)
    io = PipeBuffer(Memory{UInt8}(undef, maxsize); maxsize=Int(maxsize))
    io.size = 0
    return io
end

get_offset(io::GenericIOBuffer) = max(0, io.offset_or_compacted)

# The bytes that may be read again, by their places in the vector.
function get_used_span(io::GenericIOBuffer)
    io.seekable && return get_offset(io)+1:io.size
    return (io.mark < 0 ? io.ptr : min(io.ptr, io.mark + io.offset_or_compacted + 1)):io.size
end

new_bytes(io::IOBuffer, n::Int) = Memory{UInt8}(undef, n)
new_bytes(io::GenericIOBuffer, n::Int) = similar(io.data, n)

# Room for n bytes at the place of writing, or as much of it as `maxsize` allows.
@noinline function ensureroom(io::GenericIOBuffer, n::Int)
    io.writable || throw(ArgumentError("ensureroom failed, IOBuffer is not writeable"))
    if io.reinit
        io.data = new_bytes(io, min(max(n, 32), io.maxsize))
        io.reinit = false
        return
    end
    have = length(io.data)
    before = io.append ? io.size : io.ptr - 1
    have - before >= n && return
    span = get_used_span(io)
    deleted = first(span) - 1
    need = before - deleted + n
    old = io.data
    # Moving the bytes to the front pays while that frees half of the room.
    if !(need <= have && 2 * deleted >= have && get_offset(io) == 0)
        want = min(max(need, 2 * (have - get_offset(io)), 32), io.maxsize)
        want + get_offset(io) <= have && return
        io.data = new_bytes(io, want)
    end
    copyto!(io.data, 1, old, first(span), length(span))
    io.offset_or_compacted = min(io.offset_or_compacted, 0) - (deleted - get_offset(io))
    io.ptr -= deleted
    io.size -= deleted
    return
end

unsafe_write(io::GenericIOBuffer, p::Ptr{UInt8}, n::UInt) = unsafe_write(io, p, Int(n))
function unsafe_write(io::GenericIOBuffer, p::Ptr{UInt8}, n::Int)
    ensureroom(io, n)
    at = io.append ? io.size + 1 : io.ptr
    n = max(min(n, length(io.data) - (at - 1)), 0)
    for i in 1:n
        io.data[at+i-1] = unsafe_load(p, i)
    end
    n > 0 && wrote!(io, at, n)
    return n
end
# Into memory the bytes go directly.
function unsafe_write(io::IOBuffer, p::Ptr{UInt8}, n::Int)
    at = io.append ? add_int(io.size, 1) : io.ptr
    data = io.data
    room = sub_int(length(data), sub_int(at, 1))
    if slt_int(room, n) || !io.writable
        ensureroom(io, n)
        at = io.append ? add_int(io.size, 1) : io.ptr
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
        at = io.append ? add_int(io.size, 1) : io.ptr
        slt_int(length(io.data), at) && return 0
    end
    io.data[at] = b
    wrote!(io, at, 1)
    return 1
end
write(io::IOBuffer, s::String) = unsafe_write(io, pointer(s), Core.sizeof(s))
print(io::IOBuffer, s::String) = (unsafe_write(io, pointer(s), Core.sizeof(s)); nothing)
function write(to::IO, from::IOBuffer)
    to === from && throw(ArgumentError("Writing all content fron an IOBuffer into itself in invalid"))
    data = from.data
    n = GC.@preserve data unsafe_write(to, pointer(data) + (from.ptr - 1), UInt(bytesavailable(from)))
    from.ptr = from.size + 1
    return n
end

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
unsafe_read(io::GenericIOBuffer, p::Ptr{UInt8}, n::UInt) = unsafe_read(io, p, Int(n))
function unsafe_read(io::GenericIOBuffer, p::Ptr{UInt8}, n::Int)
    check_readable(io)
    k = min(n, bytesavailable(io))
    if k > 0
        copy_bytes(p, io.data, io.ptr, k)
        io.ptr += k
    end
    k < n && throw(EOFError())
    return nothing
end
function copy_bytes(to::Ptr{UInt8}, from::AbstractVector{UInt8}, at::Int, n::Int)
    for i in 1:n
        unsafe_store!(to, from[at+i-1], i)
    end
end
copy_bytes(to::Ptr{UInt8}, from::Memory{UInt8}, at::Int, n::Int) = GC.@preserve from memcpy(to, pointer(from) + (at - 1), n)

eof(io::GenericIOBuffer) = io.ptr - 1 >= io.size
bytesavailable(io::GenericIOBuffer) = io.size - io.ptr + 1
filesize(io::GenericIOBuffer) = io.seekable ? io.size - get_offset(io) : bytesavailable(io)
position(io::GenericIOBuffer) = io.ptr - io.offset_or_compacted - 1
isreadable(io::GenericIOBuffer) = io.readable
iswritable(io::GenericIOBuffer) = io.writable
isopen(io::GenericIOBuffer) = io.readable || io.writable || io.seekable || bytesavailable(io) > 0
function closewrite(io::GenericIOBuffer)
    io.writable = false
    return nothing
end
function close(io::GenericIOBuffer)
    io.writable && !io.reinit && (io.data = new_bytes(io, 0))
    io.readable = false
    io.writable = false
    io.seekable = false
    io.size = 0
    io.maxsize = 0
    io.ptr = 1
    io.mark = -1
    io.offset_or_compacted = min(io.offset_or_compacted, 0)
    return nothing
end
function seek(io::GenericIOBuffer, n::Integer)
    if !io.seekable
        ismarked(io) || throw(ArgumentError("seek failed, IOBuffer is not seekable and is not marked"))
        n == io.mark || throw(ArgumentError("seek failed, IOBuffer is not seekable and n != mark"))
    end
    place = clamp(widen(n) + io.offset_or_compacted + 1, get_offset(io) + 1, io.size + 1)
    io.ptr = Int(place)
    return io
end
seekend(io::GenericIOBuffer) = (io.ptr = io.size + 1; io)
function skip(io::GenericIOBuffer, n::Integer)
    n < 0 && return seek(io, clamp(position(io) + widen(n), Int))
    io.ptr += Int(min(n, io.size + 1 - io.ptr))
    return io
end
function truncate(io::GenericIOBuffer, n::Integer)
    io.writable || throw(ArgumentError("truncate failed, IOBuffer is not writeable"))
    io.seekable || throw(ArgumentError("truncate failed, IOBuffer is not seekable"))
    n < 0 && throw(ArgumentError("truncate failed, n bytes must be ≥ 0, got $n"))
    n > io.maxsize && throw(ArgumentError("truncate failed, $n bytes is exceeds IOBuffer maxsize $(io.maxsize)"))
    last = Int(n) + get_offset(io)
    if last > io.size
        at = io.ptr
        io.ptr = io.size + 1
        offset = get_offset(io)
        ensureroom(io, last - io.size)
        last -= offset - get_offset(io)
        at -= offset - get_offset(io)
        fill!(view(io.data, io.size+1:last), 0x00)
        io.ptr = at
    end
    io.mark > n && (io.mark = -1)
    io.size = last
    io.ptr = min(io.ptr, last + 1)
    return io
end

"""
    take!(b::IOBuffer)

The bytes of an IOBuffer, which is empty afterwards.
"""
function take!(io::GenericIOBuffer)
    from = io.seekable ? get_offset(io) + 1 : io.ptr
    n = io.size - from + 1
    v = n == 0 ? UInt8[] : taken(io, from, n)
    io.mark = -1
    if io.writable
        io.reinit = true
        io.data = new_bytes(io, 0)
        io.ptr = 1
        io.size = 0
        io.offset_or_compacted = 0
    elseif !io.seekable
        io.ptr = io.size + 1
    end
    return v
end
# A buffer that is written to has no more use for its Memory; one that is only read shares it with others.
taken(io::IOBuffer, from::Int, n::Int) = io.writable ? Core._array_of(Vector{UInt8}, memoryref(io.data, from), (n,)) :
    copyto!(Vector{UInt8}(undef, n), 1, io.data, from, n)
taken(io::GenericIOBuffer, from::Int, n::Int) = copyto!(Vector{UInt8}(undef, n), 1, io.data, from, n)

# The bytes written so far as a String, without the copy that take! makes in between; of a buffer that was made without data.
function takestring!(io::IOBuffer)
    n = io.size
    data = io.data
    s = n == 0 ? "" : GC.@preserve data unsafe_string(pointer(data), n)
    io.size = 0
    io.ptr = 1
    io.mark = -1
    return s
end

function copy(io::GenericIOBuffer{T}) where {T}
    data = io.writable ? copyto!(new_bytes(io, length(io.data)), io.data) : io.data
    return GenericIOBuffer{T}(data, io.reinit, io.readable, io.writable, io.seekable, io.append, io.size, io.maxsize, io.ptr,
                              io.offset_or_compacted, io.mark)
end
function show(io::IO, b::GenericIOBuffer)
    print(io, "IOBuffer(data=UInt8[...], readable=", b.readable, ", writable=", b.writable, ", seekable=", b.seekable,
          ", append=", b.append, ", size=", b.size - get_offset(b), ", maxsize=", b.maxsize == typemax(Int) ? "Inf" : b.maxsize,
          ", ptr=", b.ptr - get_offset(b), ", mark=", b.mark, ")")
end
