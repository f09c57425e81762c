# IOContext: a stream with the settings that show looks at. What is written to it goes to the stream inside.

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
