# The environment of the process as a dictionary, command line, files of the program.

struct EnvDict <: AbstractDict{String,String} end

"""
    ENV

The environment variables; assigning and deleting changes those of this process.
"""
const ENV = EnvDict()

function getenv_or_nothing(k::AbstractString)
    p = ccall(:getenv, Ptr{UInt8}, (Cstring,), k)
    return p == C_NULL ? nothing : unsafe_string(p)
end
function getindex(::EnvDict, k::AbstractString)
    v = getenv_or_nothing(k)
    v === nothing && throw(KeyError(k))
    return v
end
function get(::EnvDict, k::AbstractString, default)
    v = getenv_or_nothing(k)
    return v === nothing ? default : v
end
function get(f::Union{Function,Type}, ::EnvDict, k::AbstractString)
    v = getenv_or_nothing(k)
    return v === nothing ? f() : v
end
haskey(::EnvDict, k::AbstractString) = getenv_or_nothing(k) !== nothing
in(k::AbstractString, ::KeySet{String,EnvDict}) = haskey(ENV, k)
function setindex!(e::EnvDict, v, k::AbstractString)
    systemerror(:setenv, ccall(:setenv, Cint, (Cstring, Cstring, Cint), k, string(v), 1) != 0)
    return e
end
function delete!(e::EnvDict, k::AbstractString)
    ccall(:unsetenv, Cint, (Cstring,), k)
    return e
end
function pop!(e::EnvDict, k::AbstractString)
    v = e[k]
    delete!(e, k)
    return v
end
pop!(e::EnvDict, k::AbstractString, default) = haskey(e, k) ? pop!(e, k) : default
environment_pointer() = unsafe_load(cglobal(:environ, Ptr{Ptr{UInt8}}))
function iterate(e::EnvDict, i::Int=1)
    p = environment_pointer()
    while true
        q = unsafe_load(p, i)
        q == C_NULL && return nothing
        s = unsafe_string(q)
        i += 1
        j = findfirst('=', s)
        j === nothing && continue
        return Pair{String,String}(s[1:prevind(s, j)], s[j+1:end]), i
    end
end
function length(e::EnvDict)
    n = 0
    for _ in e
        n += 1
    end
    return n
end
isempty(e::EnvDict) = iterate(e) === nothing
copy(e::EnvDict) = Dict{String,String}(e)
similar(e::EnvDict) = Dict{String,String}()
empty(e::EnvDict) = Dict{String,String}()
summary(io::IO, e::EnvDict) = print(io, "EnvDict with ", length(e), length(e) == 1 ? " entry" : " entries")
show(io::IO, e::EnvDict) = print(io, "EnvDict with ", length(e), " entries")

"""
    withenv(f, kv::Pair...)

Runs `f` with environment variables set (or, for `nothing`, removed), and restores them.
"""
function withenv(f, kv::Pair{T}...) where {T<:AbstractString}
    old = Dict{T,Any}()
    for (k, v) in kv
        old[k] = get(ENV, k, nothing)
        v === nothing ? delete!(ENV, k) : (ENV[k] = v)
    end
    try
        return f()
    finally
        for (k, v) in old
            v === nothing ? delete!(ENV, k) : (ENV[k] = v)
        end
    end
end
withenv(f) = f()

"""
    ARGS

The arguments of the program.
"""
const ARGS = String[]
global PROGRAM_FILE::String = ""
const DEPOT_PATH = String[]
const LOAD_PATH = String[]

isinteractive() = false

macro __FILE__()
    f = __source__.file
    f === nothing && return nothing
    return String(f::Symbol)
end
macro __DIR__()
    f = __source__.file
    f === nothing && return nothing
    d = dirname(String(f::Symbol))
    return isempty(d) ? pwd() : abspath(d)
end

export @__FILE__, @__DIR__, @__LINE__, @__MODULE__
