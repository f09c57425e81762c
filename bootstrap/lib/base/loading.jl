# Packages: finding a module by name and loading it once.
#
# `using Name` of a name that is no module yet asks require(). Modules that come with jl0 are part of the image or in
# lib/stdlib; others are looked for in the directories of LOAD_PATH, as Name.jl, Name/src/Name.jl or Name.jl/src/Name.jl.

module __toplevel__ end

struct PkgId
    uuid::Any
    name::String
end
PkgId(name::AbstractString) = PkgId(nothing, String(name))
PkgId(m::Module) = PkgId(nothing, string(nameof(moduleroot(m))))

const loaded_modules = Dict{String,Module}()
# What the program has asked for, in order; the packages of the image are loaded, but not by it.
const loaded_modules_order = Module[]
const package_paths = IdDict{Module,String}()

"""
    require(into::Module, name::Symbol)

The package `name`, loaded if it is not. What `using` and `import` call.
"""
function require(into::Module, name::Symbol)
    key = String(name)
    name === :Base && return Base
    name === :Core && return Core
    name === :Main && return Main
    if haskey(loaded_modules, key)
        m = loaded_modules[key]
        m in loaded_modules_order || push!(loaded_modules_order, m)
        return m
    end
    path = locate_package(key)
    if path === nothing
        throw(ArgumentError(string("Package ", name, " not found in current path.\n- Run `import Pkg; Pkg.add(", repr(key), ")` to install the ", name, " package.")))
    end
    return load_package(key, path)
end
require(id::PkgId) = require(Main, Symbol(id.name))

function load_package(name::String, path::String)
    from = source_path[]
    source_path[] = nothing
    try
        include_file(identity, __toplevel__, path)
    finally
        source_path[] = from
    end
    # The module was made in a world after the one this function runs in.
    m = Core.eval(__toplevel__, Symbol(name))::Module
    # A package is a root: its own parent. That is the second field of a module.
    unsafe_store!(Ptr{Ptr{Cvoid}}(pointer_from_objref(m) + 8), pointer_from_objref(m))
    loaded_modules[name] = m
    push!(loaded_modules_order, m)
    package_paths[m] = path
    return m
end

function package_file(dir::String, name::String)
    for p in (joinpath(dir, string(name, ".jl")), joinpath(dir, name, "src", string(name, ".jl")), joinpath(dir, string(name, ".jl"), "src", string(name, ".jl")))
        isfile(p) && return abspath(p)
    end
    return nothing
end
function locate_package(name::String)
    for dir in LOAD_PATH
        startswith(dir, "@") && continue
        d = isempty(dir) ? pwd() : dir
        p = package_file(d, name)
        p === nothing || return p
    end
    lib = library_directory[]
    return isempty(lib) ? nothing : package_file(joinpath(lib, "stdlib"), name)
end
# Set by the runtime to the folder that holds base/ and stdlib/.
const library_directory = RefValue{String}("")

find_package(name::AbstractString) = locate_package(String(name))
identify_package(name::AbstractString) = find_package(name) === nothing ? nothing : PkgId(name)
root_module(id::PkgId) = loaded_modules[id.name]
loaded_modules_array() = collect(values(loaded_modules))
pathof(m::Module) = get(package_paths, moduleroot(m), nothing)
function pkgdir(m::Module)
    p = pathof(m)
    p === nothing && return nothing
    d = dirname(p)
    return basename(d) == "src" ? dirname(d) : d
end
pkgversion(m::Module) = nothing
include_dependency(path) = nothing
macro __init_package__() nothing end

"""
    include([mapexpr,] path)

Evaluates the contents of a file in the calling module. Each module has its own `include`, which ends here.
"""
IncludeInto(m::Module) = (args...) -> length(args) == 1 ? include_file(identity, m, args[1]) : include_file(args[1], m, args[2])

# What a process does first. It is part of every start, so what an image can hold is done before the image is saved.
function __init__()
    init_stdio()
    # Of this machine, not of the one that made the image.
    Sys.CPU_THREADS = Int(ccall(:jl_cpu_threads, Cint, ()))
    return nothing
end

# What is of one process only, and must not get into an image.
function forget_process()
    default_generator[] = nothing
    forget_regexes()
    empty!(temporary_paths)
    empty!(atexit_hooks)
    source_path[] = nothing
    event_loop[] = C_NULL
    empty!(uvhandles)
    empty!(loaded_modules_order)
    return nothing
end

# From here on include() reads the user's files; the library's own are in.
include(m::Module, path::AbstractString) = include_file(identity, m, path)
include(mapexpr::Function, m::Module, path::AbstractString) = include_file(mapexpr, m, path)
