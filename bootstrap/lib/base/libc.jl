# The C library: errors, time, memory, processes' numbers; and shared libraries by name.

module Libc

import ..Base: Cint, Clong, Csize_t, Cvoid, Cstring, Cwchar_t, Ptr, C_NULL, unsafe_load, unsafe_store!, unsafe_string, RefValue, Ref,
    flush, string, ==, +, *, /, Csize_t, getproperty

const EPERM = 1
const ENOENT = 2
const ESRCH = 3
const EINTR = 4
const EIO = 5
const E2BIG = 7
const ENOEXEC = 8
const EBADF = 9
const ECHILD = 10
const EAGAIN = 11
const ENOMEM = 12
const EACCES = 13
const EFAULT = 14
const EBUSY = 16
const EEXIST = 17
const EXDEV = 18
const ENODEV = 19
const ENOTDIR = 20
const EISDIR = 21
const EINVAL = 22
const ENFILE = 23
const EMFILE = 24
const ENOTTY = 25
const EFBIG = 27
const ENOSPC = 28
const ESPIPE = 29
const EROFS = 30
const EPIPE = 32
const EDOM = 33
const ERANGE = 34
const ENOTEMPTY = 39

"""
    errno([code])

The C library's `errno`; with an argument, sets it.
"""
errno() = ccall(:jl_errno, Cint, ())
errno(e) = (ccall(:jl_set_errno, Cvoid, (Cint,), e); nothing)

strerror(e) = unsafe_string(ccall(:strerror, Ptr{UInt8}, (Cint,), e))
strerror() = strerror(errno())

malloc(n) = ccall(:malloc, Ptr{Cvoid}, (Csize_t,), n)
calloc(n, size) = ccall(:calloc, Ptr{Cvoid}, (Csize_t, Csize_t), n, size)
realloc(p, n) = ccall(:realloc, Ptr{Cvoid}, (Ptr{Cvoid}, Csize_t), p, n)
free(p) = ccall(:free, Cvoid, (Ptr{Cvoid},), p)

getpid() = ccall(:getpid, Cint, ())

"""
    time() -> Float64

Seconds since the epoch.
"""
function time()
    r = RefValue{Tuple{Int64,Int64}}((0, 0))
    ccall(:clock_gettime, Cint, (Cint, Ref{Tuple{Int64,Int64}}), 0, r)
    s, ns = r.x
    return s + ns / 1.0e9
end
systemsleep(s) = (ccall(:usleep, Cint, (Cint,), Core.Intrinsics.fptosi(Cint, s * 1.0e6)); nothing)

function gethostname()
    buffer = Base.Vector{UInt8}(Base.undef, 256)
    ccall(:gethostname, Cint, (Ptr{UInt8}, Csize_t), buffer, 256)
    return Base.GC.@preserve buffer unsafe_string(Base.pointer(buffer))
end

flush_cstdio() = (Base.flush(Base.standard_output); ccall(:fflush, Cint, (Ptr{Cvoid},), C_NULL); nothing)

mutable struct TmStruct
    sec::Int32
    min::Int32
    hour::Int32
    mday::Int32
    month::Int32
    year::Int32
    wday::Int32
    yday::Int32
    isdst::Int32
    gmtoff::Int64
    zone::Ptr{UInt8}
    TmStruct() = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, C_NULL)
end
strftime(t) = strftime("%c", t)
function strftime(fmt, t)
    seconds = RefValue{Int64}(Base.floor(Base.Int64, t))
    tm = TmStruct()
    ccall(:localtime_r, Ptr{Cvoid}, (Ref{Int64}, Any), seconds, tm)
    buffer = Base.Vector{UInt8}(Base.undef, 512)
    n = ccall(:strftime, Csize_t, (Ptr{UInt8}, Csize_t, Cstring, Any), buffer, 512, fmt, tm)
    return Base.GC.@preserve buffer unsafe_string(Base.pointer(buffer), n)
end


export getpid, gethostname, free, malloc, calloc, realloc, errno, strerror, flush_cstdio, systemsleep, time, strftime, TmStruct

end


const getpid = Libc.getpid
const gethostname = Libc.gethostname

errno_name(e::Integer) = e == 1 ? "EPERM" : e == 2 ? "ENOENT" : e == 9 ? "EBADF" : e == 13 ? "EACCES" : e == 17 ? "EEXIST" : e == 20 ? "ENOTDIR" :
    e == 21 ? "EISDIR" : e == 22 ? "EINVAL" : e == 32 ? "EPIPE" : e == 39 ? "ENOTEMPTY" : string("errno ", e)

"""
    time()

Seconds since the epoch.
"""
time() = Libc.time()

"""
    time_ns()

Nanoseconds of a clock that only moves forward.
"""
function time_ns()
    r = RefValue{Tuple{Int64,Int64}}((0, 0))
    ccall(:clock_gettime, Cint, (Cint, Ref{Tuple{Int64,Int64}}), 1, r)
    s, ns = r.x
    return UInt64(s) * 0x000000003b9aca00 + UInt64(ns)
end
