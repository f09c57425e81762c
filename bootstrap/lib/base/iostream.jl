# Streams over file descriptors: a descriptor with a buffer for each direction, which calls read(2), write(2) and lseek(2).
#
# Standard output is written at each line's end, so that it comes in order with what C functions print.

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
    flags = open_flags(; read, write, create, truncate, append)
    return open_file(String(path), flags.read, flags.write, flags.create, flags.truncate, flags.append)
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
