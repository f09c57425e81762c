# Input and output: the IO protocol.
#
# Everything written ends in unsafe_write(io, pointer, n), everything read starts from unsafe_read, eof and
# read(io, UInt8). Streams define these few: in memory (iobuffer.jl), over file descriptors (iostream.jl). What follows from
# them for every stream is readwrite.jl's; here are the errors, what streams need not define, and the null device.

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

## the null device, and the streams of Core, which only take output

struct DevNull <: IO end
const devnull = DevNull()
unsafe_write(::DevNull, p::Ptr{UInt8}, n::UInt) = Int(n)
unsafe_write(::DevNull, p::Ptr{UInt8}, n::Int) = n
write(::DevNull, b::UInt8) = 1
close(::DevNull) = nothing
bytesavailable(::DevNull) = 0
show(io::IO, ::DevNull) = print(io, "Base.DevNull()")

const CoreIO = Union{Core.CoreSTDOUT, Core.CoreSTDERR}
unsafe_write(io::CoreIO, p::Ptr{UInt8}, n::UInt) = Int(Core.unsafe_write(io, p, n))
unsafe_write(io::CoreIO, p::Ptr{UInt8}, n::Int) = Core.unsafe_write(io, p, n)
write(io::CoreIO, b::UInt8) = Core.write(io, b)

const OutputOnly = Union{CoreIO, DevNull}
read(::OutputOnly, ::Type{UInt8}) = throw(EOFError())
peek(::OutputOnly, ::Type{UInt8}) = throw(EOFError())
unsafe_read(::OutputOnly, p::Ptr{UInt8}, n::UInt) = throw(EOFError())
eof(::OutputOnly) = true
isopen(::OutputOnly) = true
isreadable(::OutputOnly) = false
iswritable(::OutputOnly) = true
flush(::OutputOnly) = nothing

## byte order

const ENDIAN_BOM = 0x04030201
ntoh(x) = bswap(x)
hton(x) = bswap(x)
ltoh(x) = x
htol(x) = x
