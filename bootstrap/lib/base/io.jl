# Input and output: the IO protocol, buffers in memory, streams over file descriptors, and what prints to them.
#
# Everything written ends in unsafe_write(io, pointer, n), everything read starts from unsafe_read, eof and
# read(io, UInt8). An IOBuffer grows a Memory of bytes. An IOStream holds a file descriptor with a buffer for each
# direction and calls read(2), write(2) and lseek(2). IOContext wraps an IO with the settings that show looks at.
#
# Standard output is written at each line's end, so that it comes in order with what C functions print.

mutable struct SystemError <: Exception
    prefix::AbstractString
    errnum::Int32
    extrainfo
end
SystemError(p::AbstractString, e::Integer, extrainfo) = SystemError(p, Int32(e), extrainfo)
SystemError(p::AbstractString, e::Integer) = SystemError(p, e, nothing)
SystemError(p::AbstractString) = SystemError(p, Libc.errno(), nothing)

systemerror(p, b::Bool; extrainfo=nothing) = b ? throw(SystemError(string(p), Libc.errno(), extrainfo)) : nothing
systemerror(p, errno::Integer=Libc.errno(); extrainfo=nothing) = throw(SystemError(string(p), Int32(errno), extrainfo))

struct IOError <: Exception
    msg::String
    code::Int32
    IOError(msg::AbstractString, code::Integer) = new(String(msg), Int32(code))
end

abstract type AbstractPipe <: IO end

lock(io::IO) = nothing
unlock(io::IO) = nothing
flush(io::IO) = nothing
isreadonly(io::IO) = isreadable(io) && !iswritable(io)
reseteof(io::IO) = nothing

## growing buffers in memory

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

## streams over file descriptors

const stream_buffer_size = 32768

mutable struct IOStream <: IO
    fd::Int32
    name::String
    readable::Bool
    writable::Bool
    line_buffered::Bool
    owns::Bool
    input::Memory{UInt8}
    next::Int              # next byte of input to hand out
    last::Int              # last byte of input that is filled
    output::Memory{UInt8}
    pending::Int           # bytes of output not yet written
    at_end::Bool
    isopen::Bool
    mark::Int
    guard::Any             # the lock of a stream that tasks may share, made when it is first needed
end

new_stream(fd::Integer, name::String, readable::Bool, writable::Bool) =
    IOStream(Int32(fd), name, readable, writable, false, true, Memory{UInt8}(undef, 0), 1, 0, Memory{UInt8}(undef, 0), 0,
             false, true, -1, nothing)

# What a task prints by one call to print stays together, though other tasks may run between its parts.
function lock(io::IOStream)
    io.line_buffered || return nothing
    guard = io.guard
    if guard === nothing
        guard = io.guard = ReentrantLock()
    end
    return lock(guard::ReentrantLock)
end
function unlock(io::IOStream)
    guard = io.guard
    guard === nothing || unlock(guard::ReentrantLock)
    return nothing
end

fd(io::IOStream) = RawFD(io.fd)
isopen(io::IOStream) = io.isopen
isreadable(io::IOStream) = io.readable && io.isopen
iswritable(io::IOStream) = io.writable && io.isopen
isatty(io::IO) = false
isatty(io::IOStream) = io.isopen && ccall(:isatty, Cint, (Cint,), io.fd) == 1
bytesavailable(io::IOStream) = io.last - io.next + 1

# EINTR and EAGAIN: the call did nothing and may be repeated.
retryable(e) = e == 4 || e == 11

# A pipe that is ready takes this much without making the process wait.
const pipe_piece = 4096

# Other tasks run while the descriptor takes nothing more. Files always do.
function write_all(fd::Int32, p::Ptr{UInt8}, n::Int)
    done = 0
    seekable = n <= pipe_piece || ccall(:lseek, Int64, (Cint, Int64, Cint), fd, 0, 1) >= 0
    piece = seekable ? n : pipe_piece
    while done < n
        wait_descriptor(fd, POLLOUT)
        k = ccall(:write, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), fd, p + done, min(piece, n - done))
        if k < 0
            e = Libc.errno()
            retryable(e) && continue
            throw(IOError(string("write: ", lowercasefirst(Libc.strerror(e)), " (", errno_name(e), ")"), -e))
        end
        done += k
    end
    return n
end

function flush(io::IOStream)
    n = io.pending
    n == 0 && return nothing
    io.pending = 0
    # What was printed to standard output before must not come out after a message on standard error.
    io.fd == 2 && flush(standard_output)
    out = io.output
    GC.@preserve out write_all(io.fd, pointer(out), n)
    return nothing
end

# Bytes read ahead are given back to the file before writing at the current position.
function before_write(io::IOStream)
    io.writable && io.isopen || throw(ArgumentError("write failed, IOStream is not writeable"))
    if io.last >= io.next
        ccall(:lseek, Int64, (Cint, Int64, Cint), io.fd, io.next - io.last - 1, 1)
        io.next = 1
        io.last = 0
    end
    if length(io.output) == 0
        io.output = Memory{UInt8}(undef, stream_buffer_size)
    end
    return
end

unsafe_write(io::IOStream, p::Ptr{UInt8}, n::UInt) = unsafe_write(io, p, Int(n))
function unsafe_write(io::IOStream, p::Ptr{UInt8}, n::Int)
    before_write(io)
    size = length(io.output)
    if n > size - io.pending
        flush(io)
        n >= size && return write_all(io.fd, p, n)
    end
    out = io.output
    GC.@preserve out memcpy(pointer(out) + io.pending, p, n)
    io.pending += n
    if io.line_buffered
        ccall(:memchr, Ptr{Cvoid}, (Ptr{UInt8}, Cint, Csize_t), p, 10, n) != C_NULL && flush(io)
        let_others_run()
    end
    return n
end
function write(io::IOStream, b::UInt8)
    before_write(io)
    io.pending == length(io.output) && flush(io)
    io.pending += 1
    io.output[io.pending] = b
    if io.line_buffered
        b == 0x0a && flush(io)
        let_others_run()
    end
    return 1
end

# Fills the input buffer; false at the end of the file.
function fill_input(io::IOStream)
    io.readable && io.isopen || throw(ArgumentError("read failed, IOStream is not readable"))
    io.pending > 0 && flush(io)
    if length(io.input) == 0
        io.input = Memory{UInt8}(undef, stream_buffer_size)
    end
    io === stdin && flush(stdout)
    buffer = io.input
    while true
        wait_descriptor(io.fd, POLLIN)
        k = GC.@preserve buffer ccall(:read, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), io.fd, pointer(buffer), length(buffer))
        if k < 0
            e = Libc.errno()
            retryable(e) && continue
            throw(SystemError(string("reading file ", repr(io.name)), e))
        end
        io.next = 1
        io.last = k
        return k > 0
    end
end
eof(io::IOStream) = io.next > io.last && !fill_input(io)
function read(io::IOStream, ::Type{UInt8})
    io.next > io.last && !fill_input(io) && throw(EOFError())
    b = io.input[io.next]
    io.next += 1
    return b
end
function peek(io::IOStream, ::Type{UInt8})
    io.next > io.last && !fill_input(io) && throw(EOFError())
    return io.input[io.next]
end
unsafe_read(io::IOStream, p::Ptr{UInt8}, n::UInt) = unsafe_read(io, p, Int(n))
function unsafe_read(io::IOStream, p::Ptr{UInt8}, n::Int)
    done = 0
    while done < n
        eof(io) && throw(EOFError())
        k = min(n - done, io.last - io.next + 1)
        buffer = io.input
        GC.@preserve buffer memcpy(p + done, pointer(buffer) + (io.next - 1), k)
        io.next += k
        done += k
    end
    return nothing
end
function position(io::IOStream)
    at = ccall(:lseek, Int64, (Cint, Int64, Cint), io.fd, 0, 1)
    at < 0 && throw(SystemError("position", Libc.errno()))
    return at + io.pending - (io.last - io.next + 1)
end
function seek_to(io::IOStream, n::Integer, whence::Int)
    flush(io)
    io.next = 1
    io.last = 0
    r = ccall(:lseek, Int64, (Cint, Int64, Cint), io.fd, n, whence)
    systemerror("seek", r < 0)
    return io
end
seek(io::IOStream, n::Integer) = seek_to(io, n, 0)
seekend(io::IOStream) = seek_to(io, 0, 2)
skip(io::IOStream, n::Integer) = seek_to(io, position(io) + n, 0)
seekstart(io::IO) = seek(io, 0)
function truncate(io::IOStream, n::Integer)
    flush(io)
    systemerror("truncate", ccall(:ftruncate, Cint, (Cint, Int64), io.fd, n) != 0)
    return io
end
function close(io::IOStream)
    io.isopen || return nothing
    flush(io)
    io.isopen = false
    if io.owns
        ccall(:close, Cint, (Cint,), io.fd)
    end
    return nothing
end
show(io::IO, s::IOStream) = print(io, "IOStream(", s.name, ")")

struct RawFD
    fd::Int32
end
cconvert(::Type{Int32}, fd::RawFD) = fd.fd
show(io::IO, f::RawFD) = print(io, "RawFD(", f.fd, ")")

# Linux's values of the flags of open(2).
const O_WRONLY = 1
const O_RDWR = 2
const O_CREAT = 64
const O_TRUNC = 512
const O_APPEND = 1024
const O_CLOEXEC = 524288

"""
    open(filename::AbstractString, [mode::AbstractString]; keywords...) -> IOStream
    open(f::Function, args...; keywords...)

Opens a file. Modes: `r` read, `w` write and truncate, `a` append; `+` adds the other direction.
"""
function open(path::AbstractString; lock=true, read::Union{Bool,Nothing}=nothing, write::Union{Bool,Nothing}=nothing,
        create::Union{Bool,Nothing}=nothing, truncate::Union{Bool,Nothing}=nothing, append::Union{Bool,Nothing}=nothing)
    a = append === true
    t = truncate === nothing ? (write === true && read !== true && !a) : truncate
    w = write === nothing ? (truncate === true || a) : write
    r = read === nothing ? !w : read
    c = create === nothing ? (truncate === true || a || (w && t)) : create
    return open_file(String(path), r, w, c, t, a)
end
open(path::AbstractString, mode::AbstractString; lock=true) =
    mode == "r"  ? open_file(String(path), true, false, false, false, false) :
    mode == "r+" ? open_file(String(path), true, true, false, false, false) :
    mode == "w"  ? open_file(String(path), false, true, true, true, false) :
    mode == "w+" ? open_file(String(path), true, true, true, true, false) :
    mode == "a"  ? open_file(String(path), false, true, true, false, true) :
    mode == "a+" ? open_file(String(path), true, true, true, false, true) :
    throw(ArgumentError("invalid open mode: $mode"))

function open_file(path::String, r::Bool, w::Bool, c::Bool, t::Bool, a::Bool)
    flags = r && w ? O_RDWR : w ? O_WRONLY : 0
    c && (flags |= O_CREAT)
    t && (flags |= O_TRUNC)
    a && (flags |= O_APPEND)
    fd = ccall(:open, Cint, (Cstring, Cint, Cuint...), path, flags | O_CLOEXEC, 0o666)
    fd < 0 && throw(SystemError(string("opening file ", repr(path)), Libc.errno()))
    return new_stream(fd, string("<file ", path, ">"), r, w)
end
function open(f::Function, args...; kwargs...)
    io = open(args...; kwargs...)
    try
        return f(io)
    finally
        close(io)
    end
end
function fdio(fd::Integer, own::Bool=false)
    io = new_stream(fd, string("<fd ", fd, ">"), true, true)
    io.owns = own
    return io
end

## the null device

struct DevNull <: IO end
const devnull = DevNull()
unsafe_write(::DevNull, p::Ptr{UInt8}, n::UInt) = Int(n)
unsafe_write(::DevNull, p::Ptr{UInt8}, n::Int) = n
write(::DevNull, b::UInt8) = 1
read(::DevNull, ::Type{UInt8}) = throw(EOFError())
peek(::DevNull, ::Type{UInt8}) = throw(EOFError())
unsafe_read(::DevNull, p::Ptr{UInt8}, n::UInt) = throw(EOFError())
eof(::DevNull) = true
isopen(::DevNull) = true
isreadable(::DevNull) = false
iswritable(::DevNull) = true
close(::DevNull) = nothing
flush(::DevNull) = nothing
bytesavailable(::DevNull) = 0
show(io::IO, ::DevNull) = print(io, "Base.DevNull()")

## settings for show

"""
    IOContext(io::IO, properties::Pair...)

`io` with properties that `show` may ask for: `:compact`, `:limit`, `:displaysize`, `:typeinfo`, `:color`, ...
"""
struct IOContext{IO_t<:IO} <: AbstractPipe
    io::IO_t
    dict::ImmutableDict{Symbol,Any}
    IOContext{IO_t}(io::IO_t, dict::ImmutableDict{Symbol,Any}) where {IO_t<:IO} = new{IO_t}(io, dict)
end
const no_properties = ImmutableDict{Symbol,Any}()

IOContext(io::IO, dict::ImmutableDict{Symbol,Any}) = IOContext{typeof(io)}(io, dict)
IOContext(io::IOContext, dict::ImmutableDict{Symbol,Any}) = IOContext(io.io, dict)
ioproperties(io::IO) = no_properties
ioproperties(io::IOContext) = io.dict
lock(io::IOContext) = lock(io.io)
unlock(io::IOContext) = unlock(io.io)
unwrapcontext(io::IO) = io, no_properties
unwrapcontext(io::IOContext) = io.io, io.dict
IOContext(io::IO) = IOContext(io, no_properties)
IOContext(io::IOContext) = io
IOContext(io::IO, KV::Pair) = IOContext(unwrapcontext(io)[1], ImmutableDict{Symbol,Any}(ioproperties(io), KV[1], KV[2]))
function IOContext(io::IO, KV::Pair, KVs::Pair...)
    d = ImmutableDict{Symbol,Any}(ioproperties(io), KV[1], KV[2])
    for p in KVs
        d = ImmutableDict{Symbol,Any}(d, p[1], p[2])
    end
    return IOContext(unwrapcontext(io)[1], d)
end
IOContext(io::IO, context::IO) = IOContext(unwrapcontext(io)[1], ioproperties(context))
IOContext(io::IO, context::Nothing) = IOContext(io)

get(io::IO, key, default) = default
get(io::IOContext, key, default) = get(io.dict, key, default)
haskey(io::IO, key) = false
haskey(io::IOContext, key) = haskey(io.dict, key)
getindex(io::IO, key) = throw(KeyError(key))
getindex(io::IOContext, key) = io.dict[key]
in(kv::Pair, io::IOContext) = in(kv, io.dict, ===)
keys(io::IO) = ()
keys(io::IOContext) = keys(io.dict)
show(io::IO, c::IOContext) = (print(io, "IOContext("); show(io, c.io); print(io, ")"))

unsafe_write(io::IOContext, p::Ptr{UInt8}, n::UInt) = unsafe_write(io.io, p, n)
unsafe_write(io::IOContext, p::Ptr{UInt8}, n::Int) = unsafe_write(io.io, p, n)
write(io::IOContext, b::UInt8) = write(io.io, b)
unsafe_read(io::IOContext, p::Ptr{UInt8}, n::UInt) = unsafe_read(io.io, p, n)
read(io::IOContext, ::Type{UInt8}) = read(io.io, UInt8)
peek(io::IOContext, ::Type{UInt8}) = peek(io.io, UInt8)
eof(io::IOContext) = eof(io.io)
flush(io::IOContext) = flush(io.io)
close(io::IOContext) = close(io.io)
isopen(io::IOContext) = isopen(io.io)
isreadable(io::IOContext) = isreadable(io.io)
iswritable(io::IOContext) = iswritable(io.io)
bytesavailable(io::IOContext) = bytesavailable(io.io)
position(io::IOContext) = position(io.io)
isatty(io::IOContext) = isatty(io.io)

"""
    displaysize([io::IO]) -> (lines, columns)
"""
displaysize() = (env_size("LINES", 24), env_size("COLUMNS", 80))
displaysize(io::IO) = displaysize()
displaysize(io::IOContext) = haskey(io, :displaysize) ? io[:displaysize]::Tuple{Int,Int} : displaysize(io.io)
function env_size(name, default)
    p = ccall(:getenv, Ptr{UInt8}, (Cstring,), name)
    p == C_NULL && return default
    n = tryparse(Int, unsafe_string(p))
    return n === nothing ? default : n
end

## writing values

sizeof(a::Union{Array,GenericMemory}) = length(a) * elsize(typeof(a))

unsafe_write(io::IO, p::Ptr, n::Integer) = unsafe_write(io, bitcast(Ptr{UInt8}, p), UInt(n))
function unsafe_write(io::IO, p::Ptr{UInt8}, n::UInt)
    for i in 1:Int(n)
        write(io, unsafe_load(p, i))
    end
    return Int(n)
end

write(io::IO, x::UInt8) = throw(MethodError(write, (io, x)))
function write(io::IO, x1, xs...)
    n = write(io, x1)
    for x in xs
        n += write(io, x)
    end
    return n
end
write(io::IO, s::StringOrSub) = Int(GC.@preserve s unsafe_write(io, pointer(s), UInt(sizeof(s))))
write(io::IO, s::AbstractString) = write(io, String(s))
write(io::IO, s::Symbol) = write(io, String(s))
write(io::IO, x::Int8) = write(io, reinterpret(UInt8, x))
write(io::IO, x::Bool) = write(io, UInt8(x))
function write(io::IO, x::Union{Int16,UInt16,Int32,UInt32,Int64,UInt64,Int128,UInt128,Float16,Float32,Float64})
    r = Ref(x)
    return Int(GC.@preserve r unsafe_write(io, bitcast(Ptr{UInt8}, unsafe_convert(Ptr{typeof(x)}, r)), UInt(sizeof(x))))
end
write(io::IO, p::Ptr) = write(io, UInt(p))
write(io::IO, r::Ref{T}) where {T} = Int(GC.@preserve r unsafe_write(io, bitcast(Ptr{UInt8}, unsafe_convert(Ptr{T}, r)), UInt(sizeof(T))))
function write(io::IO, a::Array)
    isbitstype(eltype(a)) || error("`write` is not supported on non-isbits arrays")
    return Int(GC.@preserve a unsafe_write(io, bitcast(Ptr{UInt8}, pointer(a)), UInt(sizeof(a))))
end
function write(io::IO, a::AbstractArray)
    n = 0
    for x in a
        n += write(io, x)
    end
    return n
end
write(io::IO, m::Memory{UInt8}) = Int(GC.@preserve m unsafe_write(io, pointer(m), UInt(length(m))))
function write(to::IO, from::IO)
    n = 0
    while !eof(from)
        n += write(to, readavailable(from))
    end
    return n
end
write(path::AbstractString, x, xs...) = open(io -> write(io, x, xs...), path, "w")

## reading values

unsafe_read(io::IO, p::Ptr, n::Integer) = unsafe_read(io, bitcast(Ptr{UInt8}, p), UInt(n))
function unsafe_read(io::IO, p::Ptr{UInt8}, n::UInt)
    for i in 1:Int(n)
        unsafe_store!(p, read(io, UInt8), i)
    end
    return nothing
end
peek(io::IO) = peek(io, UInt8)
function peek(io::IO, ::Type{T}) where {T}
    mark(io)
    try
        return read(io, T)
    finally
        reset(io)
    end
end
read(io::IO, ::Type{Int8}) = reinterpret(Int8, read(io, UInt8))
read(io::IO, ::Type{Bool}) = read(io, UInt8) != 0
function read(io::IO, ::Type{T}) where {T<:Union{Int16,UInt16,Int32,UInt32,Int64,UInt64,Int128,UInt128,Float16,Float32,Float64}}
    r = Ref{T}()
    GC.@preserve r unsafe_read(io, bitcast(Ptr{UInt8}, unsafe_convert(Ptr{T}, r)), UInt(sizeof(T)))
    return r[]
end
read(io::IO, ::Type{Ptr{T}}) where {T} = convert(Ptr{T}, read(io, UInt))
read!(io::IO, a::AbstractArray) = (for i in eachindex(a); a[i] = read(io, eltype(a)); end; a)
function read!(io::IO, a::Array{T}) where {T}
    if isbitstype(T)
        GC.@preserve a unsafe_read(io, bitcast(Ptr{UInt8}, pointer(a)), UInt(sizeof(a)))
    else
        for i in eachindex(a)
            a[i] = read(io, T)
        end
    end
    return a
end
read!(io::IO, r::Ref{T}) where {T} = (r[] = read(io, T); r)
read!(path::AbstractString, a) = open(io -> read!(io, a), path)

function readbytes!(io::IO, b::AbstractVector{UInt8}, nb=length(b))
    n = 0
    while n < nb && !eof(io)
        n += 1
        x = read(io, UInt8)
        if n > length(b)
            resize!(b, max(n, min(Int(nb), 2n)))
        end
        b[n] = x
    end
    nb > length(b) >= n && n < length(b) && length(b) > n && nb != length(b) && resize!(b, n)
    return n
end
readbytes!(io::IOContext, b::AbstractVector{UInt8}, nb=length(b)) = readbytes!(io.io, b, nb)

function read(io::IO)
    out = IOBuffer()
    while !eof(io)
        write(out, readavailable(io))
    end
    return take!(out)
end
function read(io::IO, n::Integer)
    out = UInt8[]
    while length(out) < n && !eof(io)
        push!(out, read(io, UInt8))
    end
    return out
end
read(io::IO, ::Type{String}) = String(read(io))
read(path::AbstractString, args...) = open(io -> read(io, args...), path)
read(path::AbstractString, ::Type{T}) where {T} = open(io -> read(io, T), path)
function readavailable(io::Union{GenericIOBuffer,IOStream})
    io isa IOStream && io.next > io.last && fill_input(io)
    n = bytesavailable(io)
    v = Vector{UInt8}(undef, max(n, 0))
    n > 0 && GC.@preserve v unsafe_read(io, pointer(v), UInt(n))
    return v
end
readavailable(io::IOContext) = readavailable(io.io)
readavailable(io::DevNull) = UInt8[]
readavailable(io::IO) = UInt8[read(io, UInt8)]

# Copies up to and including the first byte `delim` into out; whether the byte was met.
function copy_until(out::IOBuffer, io::Union{GenericIOBuffer{Memory{UInt8}},IOStream}, delim::UInt8)
    while !eof(io)
        buffer = io isa IOStream ? io.input : io.data
        from = io isa IOStream ? io.next : io.ptr
        upto = io isa IOStream ? io.last : io.size
        found = false
        GC.@preserve buffer begin
            start = pointer(buffer) + (from - 1)
            n = upto - from + 1
            hit = ccall(:memchr, Ptr{UInt8}, (Ptr{UInt8}, Cint, Csize_t), start, Int32(delim), n)
            if hit != C_NULL
                n = Int(hit - start) + 1
                found = true
            end
            unsafe_write(out, start, n)
        end
        if io isa IOStream
            io.next += n
        else
            io.ptr += n
        end
        found && return true
    end
    return false
end
function copy_until(out::IOBuffer, io::IO, delim::UInt8)
    while !eof(io)
        b = read(io, UInt8)
        write(out, b)
        b == delim && return true
    end
    return false
end
copy_until(out::IOBuffer, io::IOContext, delim::UInt8) = copy_until(out, io.io, delim)

"""
    readline(io::IO=stdin; keep::Bool=false)
    readline(filename::AbstractString; keep::Bool=false)

One line of text; its end (`\\n` or `\\r\\n`) is dropped unless `keep`.
"""
function readline(io::IO=stdin; keep::Bool=false)
    out = IOBuffer()
    copy_until(out, io, 0x0a)
    keep || drop_line_end(out)
    return takestring!(out)
end
readline(path::AbstractString; keep::Bool=false) = open(io -> readline(io; keep=keep), path)
function drop_line_end(out::IOBuffer)
    n = out.size
    if n > 0 && out.data[n] == 0x0a
        n -= 1
        n > 0 && out.data[n] == 0x0d && (n -= 1)
        out.size = n
        out.ptr = n + 1
    end
    return
end
function copyline(out::IO, io::IO; keep::Bool=false)
    write(out, readline(io; keep=keep))
    return out
end
copyline(out::IO, path::AbstractString; keep::Bool=false) = open(io -> copyline(out, io; keep=keep), path)
copyuntil(out::IO, io::IO, delim; keep::Bool=false) = (write(out, readuntil(io, delim; keep=keep)); out)

readuntil(io::IO, delim::UInt8; keep::Bool=false) = Vector{UInt8}(read_until_byte(io, delim, keep))
function read_until_byte(io::IO, delim::UInt8, keep::Bool)
    out = IOBuffer()
    found = copy_until(out, io, delim)
    if found && !keep
        out.size -= 1
    end
    return takestring!(out)
end
readuntil(io::IO, delim::AbstractChar; keep::Bool=false) =
    isascii(delim) ? read_until_byte(io, UInt8(delim), keep) : readuntil(io, string(delim); keep=keep)
function readuntil(io::IO, delim::AbstractString; keep::Bool=false)
    d = String(delim)
    isempty(d) && return ""
    out = IOBuffer()
    n = sizeof(d)
    last = codeunit(d, n)
    while copy_until(out, io, last)
        if out.size >= n && GC.@preserve d out memcmp(pointer(out.data) + (out.size - n), pointer(d), n) == 0
            keep || (out.size -= n)
            break
        end
    end
    return takestring!(out)
end
function readuntil(io::IO, delim::AbstractVector{T}; keep::Bool=false) where {T}
    out = T[]
    while !eof(io)
        push!(out, read(io, T))
        n = length(delim)
        if length(out) >= n && view(out, length(out)-n+1:length(out)) == delim
            keep || resize!(out, length(out) - n)
            break
        end
    end
    return out
end
readuntil(path::AbstractString, delim; kw...) = open(io -> readuntil(io, delim; kw...), path)

readlines(io::IO=stdin; keep::Bool=false) = String[l for l in eachline(io; keep=keep)]
readlines(path::AbstractString; keep::Bool=false) = open(io -> readlines(io; keep=keep), path)

"""
    eachline(io::IO=stdin; keep::Bool=false)
    eachline(filename::AbstractString; keep::Bool=false)

An iterator over the lines of a stream; a file opened by name is closed at its end.
"""
struct EachLine{IOT<:IO}
    stream::IOT
    ondone::Function
    keep::Bool
end
eachline(io::IO=stdin; keep::Bool=false) = EachLine(io, () -> nothing, keep)
function eachline(path::AbstractString; keep::Bool=false)
    io = open(path)
    return EachLine(io, () -> close(io), keep)
end
function iterate(e::EachLine, state=nothing)
    if eof(e.stream)
        e.ondone()
        return nothing
    end
    return readline(e.stream; keep=e.keep), nothing
end
eltype(::Type{<:EachLine}) = String
IteratorSize(::Type{<:EachLine}) = SizeUnknown()
isdone(e::EachLine, state...) = eof(e.stream)

struct ReadEachIterator{T,IOT<:IO}
    stream::IOT
end
readeach(io::IOT, ::Type{T}) where {IOT<:IO,T} = ReadEachIterator{T,IOT}(io)
iterate(r::ReadEachIterator{T}, state=nothing) where {T} = eof(r.stream) ? nothing : (read(r.stream, T), nothing)
# As in Julia, nothing is promised of the elements to collect().
eltype(::Type{ReadEachIterator{T,IOT}}) where {T,IOT} = Any
IteratorSize(::Type{<:ReadEachIterator}) = SizeUnknown()

function countlines(io::IO; eol::AbstractChar='\n')
    isascii(eol) || throw(ArgumentError("only ASCII line terminators are supported"))
    n = 0
    partial = false
    while !eof(io)
        b = read(io, UInt8)
        if b == UInt8(eol)
            n += 1
            partial = false
        else
            partial = true
        end
    end
    return n + partial
end
countlines(path::AbstractString; eol::AbstractChar='\n') = open(io -> countlines(io; eol=eol), path)

## marks

function mark(io::Union{GenericIOBuffer,IOStream})
    io.mark = position(io)
    return io.mark
end
unmark(io::Union{GenericIOBuffer,IOStream}) = io.mark < 0 ? false : (io.mark = -1; true)
function reset(io::Union{GenericIOBuffer,IOStream})
    io.mark < 0 && throw(ArgumentError("$(typeof(io)) not marked"))
    m = io.mark
    seek(io, m)
    io.mark = -1
    return m
end
ismarked(io::Union{GenericIOBuffer,IOStream}) = io.mark >= 0
mark(io::IOContext) = mark(io.io)
reset(io::IOContext) = reset(io.io)

## byte order

const ENDIAN_BOM = 0x04030201
ntoh(x) = bswap(x)
hton(x) = bswap(x)
ltoh(x) = x
htol(x) = x

## print and println

"""
    print([io::IO], xs...)

Writes the plain text of each value. A type may define `print(io, x)`; otherwise `show(io, x)` is used.
"""
print(io::IO, x) = (show(io, x); nothing)
print(io::IO, s::StringOrSub) = (write(io, s); nothing)
print(io::IO, s::AbstractString) = (for c in s; print(io, c); end; nothing)
print(io::IO, s::Symbol) = (write(io, String(s)); nothing)
function print(io::IO, x1, x2, xs...)
    lock(io)
    try
        print(io, x1)
        print(io, x2)
        for x in xs
            print(io, x)
        end
    finally
        unlock(io)
    end
    return nothing
end
print(io::IO) = nothing
print(xs...) = print(stdout, xs...)
print(x) = print(stdout, x)

println(io::IO) = (write(io, 0x0a); nothing)
function println(io::IO, x)
    lock(io)
    try
        print(io, x)
        write(io, 0x0a)
    finally
        unlock(io)
    end
    return nothing
end
function println(io::IO, xs...)
    lock(io)
    try
        print(io, xs...)
        write(io, 0x0a)
    finally
        unlock(io)
    end
    return nothing
end
println() = println(stdout)
println(x) = println(stdout, x)
println(xs...) = println(stdout, xs...)

# A context of one or several pairs, another IO's, or none.
with_context(io::IO, context::Nothing) = io
with_context(io::IO, context::IO) = IOContext(io, context)
with_context(io::IO, context::Pair) = IOContext(io, context)
with_context(io::IO, context::Tuple) = IOContext(io, context...)

"""
    sprint(f::Function, args...; context=nothing, sizehint=0) -> String

What `f(io, args...)` writes, as a String.
"""
function sprint(f::Function, args...; context=nothing, sizehint::Integer=0)
    buffer = IOBuffer()
    if context === nothing
        f(buffer, args...)
    else
        f(with_context(buffer, context), args...)
    end
    return takestring!(buffer)
end

function print_to_string(xs...)
    buffer = new_iobuffer(Memory{UInt8}(undef, 32), true, true, false, 0, typemax(Int))
    for x in xs
        print(buffer, x)
    end
    return takestring!(buffer)
end

# Colours are for terminals only: on any other stream the text is written as it is.
function printstyled(io::IO, msg...; bold::Bool=false, italic::Bool=false, underline::Bool=false, blink::Bool=false,
        reverse::Bool=false, hidden::Bool=false, color::Union{Int,Symbol}=:normal)
    get(io, :color, false)::Bool || return print(io, msg...)
    codes = ""
    bold && (codes *= "\e[1m")
    italic && (codes *= "\e[3m")
    underline && (codes *= "\e[4m")
    blink && (codes *= "\e[5m")
    reverse && (codes *= "\e[7m")
    hidden && (codes *= "\e[8m")
    codes *= color_code(color)
    print(io, codes, msg..., isempty(codes) ? "" : "\e[0m")
end
printstyled(msg...; kw...) = printstyled(stdout, msg...; kw...)
function with_output_color(f::Function, color::Union{Int,Symbol}, io::IO, args...; bold::Bool=false, kw...)
    f(io, args...)
end
const color_names = (:black, :red, :green, :yellow, :blue, :magenta, :cyan, :white)
function color_code(color)
    color isa Int && return string("\e[38;5;", color, "m")
    for i in 1:8
        color === color_names[i] && return string("\e[", 29 + i, "m")
        color === Symbol("light_", color_names[i]) && return string("\e[", 89 + i, "m")
    end
    return ""
end

## standard streams

function standard_stream(fd::Int, name::String, readable::Bool)
    io = new_stream(fd, name, readable, !readable)
    io.owns = false
    io.line_buffered = !readable
    return io
end

# Images hold them; init_stdio makes them as new when a process starts.
const standard_input = standard_stream(0, "<stdin>", true)
const standard_output = standard_stream(1, "<stdout>", false)
const standard_error = standard_stream(2, "<stderr>", false)
global stdin::IO = standard_input
global stdout::IO = standard_output
global stderr::IO = standard_error

# What was read ahead or left to write when the image was saved is that process's own affair.
function renew(io::IOStream)
    setfield!(io, :next, 1)
    setfield!(io, :last, 0)
    setfield!(io, :pending, 0)
    setfield!(io, :at_end, false)
    setfield!(io, :isopen, true)
end

# Every start waits for this: it calls as little as possible.
function init_stdio()
    renew(standard_input)
    renew(standard_output)
    renew(standard_error)
    stdin === standard_input || (global stdin = standard_input)
    stdout === standard_output || (global stdout = standard_output)
    stderr === standard_error || (global stderr = standard_error)
    return nothing
end

function flush_standard_streams()
    flush(standard_output)
    stdout === standard_output || flush(stdout)
    flush(stderr)
    return nothing
end

const atexit_hooks = Any[]

"""
    atexit(f)

Registers a function of no arguments, or of the exit code, to be called when the process ends; last registered first.
"""
atexit(f::Function) = (pushfirst!(atexit_hooks, f); nothing)

# Called by the runtime, and by exit(), before the process ends.
function _atexit(code::Int32=Int32(0))
    while !isempty(atexit_hooks)
        f = popfirst!(atexit_hooks)
        try
            hasmethod(f, (Cint,)) ? f(code) : f()
        catch e
            showerror(stderr, e)
            println(stderr)
        end
    end
    flush_standard_streams()
    return nothing
end

"""
    exit(code=0)

Ends the process with the given exit code.
"""
function exit(code::Integer=0)
    _atexit(Int32(code))
    ccall(:jl_exit, Union{}, (Int32,), code)
end

"""
    Base.exit_on_sigint(on::Bool)

Whether Ctrl-C ends the process, as it does in scripts, or throws an InterruptException, as it does in code given with `-e`.
"""
exit_on_sigint(on::Bool) = ccall(:jl_exit_on_sigint, Cvoid, (Cint,), on)

function redirect_stream(f::Function, set::Function, old::IO, target)
    opened = target isa AbstractString
    to = opened ? open(target, set === set_stdin ? "r" : "w") : target
    set(to)
    try
        return f()
    finally
        flush(to)
        set(old)
        opened && close(to)
    end
end
set_stdin(io::IO) = (global stdin = io; io)
set_stdout(io::IO) = (flush(stdout); global stdout = io; io)
set_stderr(io::IO) = (flush(stderr); global stderr = io; io)
redirect_stdin(io::IO) = set_stdin(io)
redirect_stdout(io::IO) = set_stdout(io)
redirect_stderr(io::IO) = set_stderr(io)
redirect_stdin(f::Function, target) = redirect_stream(f, set_stdin, stdin, target)
redirect_stdout(f::Function, target) = redirect_stream(f, set_stdout, stdout, target)
redirect_stderr(f::Function, target) = redirect_stream(f, set_stderr, stderr, target)
function redirect_stdio(f::Function; stdin=nothing, stdout=nothing, stderr=nothing)
    g = f
    g = stderr === nothing ? g : let h = g; () -> redirect_stderr(h, stderr); end
    g = stdout === nothing ? g : let h = g; () -> redirect_stdout(h, stdout); end
    g = stdin === nothing ? g : let h = g; () -> redirect_stdin(h, stdin); end
    return g()
end
for (name, setter) in ((:redirect_stdout, :set_stdout), (:redirect_stderr, :set_stderr))
    @eval function $name()
        reader, writer = pipe_pair()
        $setter(writer)
        return reader, writer
    end
end
# Both ends of a pipe(2), as streams.
function pipe_pair()
    fds = Vector{Cint}(undef, 2)
    systemerror("pipe", ccall(:pipe, Cint, (Ptr{Cint},), fds) != 0)
    return new_stream(fds[1], "<pipe>", true, false), new_stream(fds[2], "<pipe>", false, true)
end
