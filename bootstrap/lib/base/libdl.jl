# Libdl: shared libraries by name and their symbols, on dlopen.
#
# The flags have Julia's numbers, which are the same on all systems; the system's own are made from them. A name without a
# suffix is also tried with that of shared libraries.

module Libdl

import ...Base: AbstractString, AbstractVector, C_NULL, Cint, Cstring, Csize_t, Cvoid, Function, Int, Nothing, Vector, Ptr, Ref,
    String, Symbol, Union, UInt16, UInt32, UInt64, UInt8, !, !=, &, ==, |, endswith, error, isempty, occursin, push!, string,
    unsafe_load, unsafe_string, zero

export DL_LOAD_PATH, RTLD_DEEPBIND, RTLD_FIRST, RTLD_GLOBAL, RTLD_LAZY, RTLD_LOCAL, RTLD_NODELETE, RTLD_NOLOAD, RTLD_NOW,
    dlclose, dlext, dllist, dlopen, dlopen_e, dlpath, dlsym, dlsym_e, find_library

"""
    DL_LOAD_PATH

Folders in which `dlopen` looks for a library, before the system's.
"""
const DL_LOAD_PATH = String[]

const RTLD_LOCAL = 0x00000001
const RTLD_LAZY = 0x00000002
const RTLD_NOW = 0x00000004
const RTLD_NODELETE = 0x00000008
const RTLD_NOLOAD = 0x00000010
const RTLD_DEEPBIND = 0x00000020
const RTLD_FIRST = 0x00000040
const RTLD_GLOBAL = 0x00000080
const default_rtld_flags = RTLD_LAZY | RTLD_DEEPBIND

# Julia's flag and Linux's.
const SYSTEM_FLAGS = ((RTLD_LAZY, 0x1), (RTLD_NOW, 0x2), (RTLD_NOLOAD, 0x4), (RTLD_DEEPBIND, 0x8), (RTLD_GLOBAL, 0x100), (RTLD_NODELETE, 0x1000))

"""
    dlext

The suffix of shared libraries.
"""
const dlext = "so"

function system_flags(flags)
    bits = 0
    for (ours, theirs) in SYSTEM_FLAGS
        (flags & ours) == 0 || (bits |= Int(theirs))
    end
    return (flags & (RTLD_LAZY | RTLD_NOW)) == 0 ? bits | 1 : bits
end

last_message() = (p = ccall(:dlerror, Ptr{UInt8}, ()); p == C_NULL ? "" : unsafe_string(p))

has_suffix(name) = endswith(name, ".so") || occursin(".so.", name)

# The names under which a library is tried, in order.
function candidates(name)
    names = String[]
    if !startswith_slash(name)
        for folder in DL_LOAD_PATH
            push!(names, string(folder, "/", name))
            has_suffix(name) || push!(names, string(folder, "/", name, ".", dlext))
        end
    end
    push!(names, name)
    has_suffix(name) || push!(names, string(name, ".", dlext))
    return names
end
startswith_slash(name) = !isempty(name) && name[1] == '/'

"""
    dlopen(libfile::AbstractString [, flags::Integer]; throw_error::Bool=true)

Loads a shared library and returns its handle. If it cannot be loaded: an error, or `nothing` without `throw_error`.
"""
function dlopen(name::AbstractString, flags=default_rtld_flags; throw_error=true)
    text = String(name)
    message = last_message() # what failed before is not ours
    for path in candidates(text)
        handle = ccall(:dlopen, Ptr{Cvoid}, (Cstring, Cint), path, system_flags(flags))
        handle == C_NULL || return handle
        message = last_message()
    end
    throw_error || return nothing
    error(string("could not load library \"", text, "\"\n", message))
end
dlopen(name::Symbol, flags=default_rtld_flags; throw_error=true) = dlopen(string(name), flags; throw_error=throw_error)

"""
    dlopen(f::Function, args...; kwargs...)

Loads a library for as long as `f(handle)` runs.
"""
function dlopen(f::Function, name, args...; kwargs...)
    handle = dlopen(name, args...; kwargs...)
    try
        return f(handle)
    finally
        dlclose(handle)
    end
end
dlopen_e(args...) = (handle = dlopen(args...; throw_error=false); handle === nothing ? C_NULL : handle)

"""
    dlsym(handle, sym; throw_error::Bool = true)

The address of a symbol of a library. If there is none: an error, or `nothing` without `throw_error`.
"""
function dlsym(handle::Ptr, name::Union{Symbol,AbstractString}; throw_error=true)
    handle == C_NULL && error("NULL library handle")
    last_message()
    address = ccall(:dlsym, Ptr{Cvoid}, (Ptr{Cvoid}, Cstring), handle, string(name))
    address == C_NULL || return address
    throw_error || return nothing
    error(string("could not load symbol \"", name, "\":\n", last_message()))
end
function dlsym(f::Function, handle::Ptr, name::Union{Symbol,AbstractString}; throw_error=true)
    address = dlsym(handle, name; throw_error=throw_error)
    return address === nothing ? nothing : f(address)
end
dlsym_e(handle, name) = (address = dlsym(handle, name; throw_error=false); address === nothing ? C_NULL : address)

"""
    dlclose(handle)

Releases a library. True if it could be.
"""
dlclose(handle::Ptr) = ccall(:dlclose, Cint, (Ptr{Cvoid},), handle) == 0
dlclose(::Nothing) = false

"""
    find_library(names, locations)

The first of `names` that can be loaded, from one of the folders `locations` or from where the system looks; "" if none can.
"""
function find_library(names::AbstractVector, folders=String[])
    for name in names, folder in folders
        path = string(folder, "/", name)
        dlopen_e(path, RTLD_LAZY) == C_NULL || return path
    end
    for name in names
        dlopen_e(string(name), RTLD_LAZY) == C_NULL || return string(name)
    end
    return ""
end
find_library(name::Union{Symbol,AbstractString}, folders=String[]) = find_library([string(name)], folders)

# What the dynamic linker knows of a loaded library: `struct link_map` of link.h begins with the distance that it was moved by,
# then the name of its file.
struct LinkMap
    l_addr::UInt64
    l_name::Ptr{UInt8}
end
const RTLD_DI_LINKMAP = 2

"""
    dlpath(handle)
    dlpath(libname)

The file of a loaded library, or of one that is loaded to find out.
"""
function dlpath(handle::Ptr{Cvoid})
    entry = Ref{Ptr{LinkMap}}(C_NULL)
    ccall(:dlinfo, Cint, (Ptr{Cvoid}, Cint, Ref{Ptr{LinkMap}}), handle, RTLD_DI_LINKMAP, entry) == 0 || error(last_message())
    return unsafe_string(unsafe_load(entry[]).l_name)
end
dlpath(name::Union{AbstractString,Symbol}) = dlopen(dlpath, name)

# The first fields of `struct dl_phdr_info` of link.h.
struct LoadedObject
    dlpi_addr::UInt64
    dlpi_name::Ptr{UInt8}
    dlpi_phdr::Ptr{Cvoid}
    dlpi_phnum::UInt16
end

function note_loaded(info::Ptr{LoadedObject}, size::Csize_t, files)::Cint
    name = unsafe_string(unsafe_load(info).dlpi_name)
    isempty(name) || push!(files::Vector{String}, name)
    return zero(Cint)
end

"""
    dllist()

The files of all libraries that are loaded.
"""
function dllist()
    files = String[]
    note = @cfunction(note_loaded, Cint, (Ptr{LoadedObject}, Csize_t, Any))
    ccall(:dl_iterate_phdr, Cint, (Ptr{Cvoid}, Any), note, files)
    return files
end

end
