# What every stream can do: numbers, texts and arrays as bytes, lines, marks.

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
