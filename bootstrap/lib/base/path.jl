# Paths and the file system: taking paths apart, asking about files, making and removing them.
#
# All by POSIX functions. A failure is an IOError whose message ends in the reason and its name, as libuv words it.

## paths as text

isabspath(p::AbstractString) = startswith(p, '/')
isdirpath(p::AbstractString) = p == "" || p == "." || p == ".." || endswith(p, "/") || endswith(p, "/.") || endswith(p, "/..")
splitdrive(p::AbstractString) = ("", String(p))

function splitdir(path::AbstractString)
    p = String(path)
    i = findlast('/', p)
    i === nothing && return ("", p)
    dir = p[1:i]
    # A trailing run of slashes belongs to neither part, unless it is the root.
    j = i
    while j > 1 && p[j-1] == '/'
        j -= 1
    end
    dir = j == 1 ? "/" : p[1:prevind(p, j)]
    return (dir, p[i+1:end])
end
dirname(p::AbstractString) = splitdir(p)[1]
basename(p::AbstractString) = splitdir(p)[2]
function splitext(path::AbstractString)
    p = String(path)
    b = basename(p)
    i = findlast('.', b)
    (i === nothing || all(==('.'), b[1:prevind(b, i)])) && return (p, "")
    n = ncodeunits(p) - ncodeunits(b) + i
    return (p[1:prevind(p, n)], p[n:end])
end
function splitpath(path::AbstractString)
    p = String(path)
    isempty(p) && return [p]
    out = String[]
    startswith(p, '/') && push!(out, "/")
    for part in split(p, '/'; keepempty=false)
        push!(out, String(part))
    end
    return out
end
joinpath(path::AbstractString) = String(path)
joinpath(paths::AbstractString...) = joinpath(paths)
joinpath(paths) = foldl(join_two, paths)
function join_two(a::AbstractString, b::AbstractString)
    isabspath(b) && return String(b)
    isempty(a) && return String(b)
    return endswith(a, '/') ? string(a, b) : string(a, "/", b)
end
function normpath(path::AbstractString)
    p = String(path)
    isabs = isabspath(p)
    isdir = isdirpath(p)
    parts = String[]
    for part in split(p, '/'; keepempty=false)
        part == "." && continue
        if part == ".."
            if !isempty(parts) && parts[end] != ".."
                pop!(parts)
            elseif !isabs
                push!(parts, "..")
            end
        else
            push!(parts, String(part))
        end
    end
    s = join(parts, "/")
    isabs && (s = string("/", s))
    isempty(s) && (s = ".")
    isdir && !endswith(s, "/") && s != "." && !endswith(s, "..") && (s = string(s, "/"))
    return s
end
normpath(a::AbstractString, b::AbstractString...) = normpath(joinpath(a, b...))
abspath(p::AbstractString) = normpath(isabspath(p) ? p : joinpath(pwd(), p))
abspath(a::AbstractString, b::AbstractString...) = abspath(joinpath(a, b...))
function relpath(path::AbstractString, start::AbstractString=".")
    a = split(abspath(path), '/'; keepempty=false)
    b = split(abspath(start), '/'; keepempty=false)
    i = 0
    while i < length(a) && i < length(b) && a[i+1] == b[i+1]
        i += 1
    end
    parts = String[]
    for _ in i+1:length(b)
        push!(parts, "..")
    end
    for j in i+1:length(a)
        push!(parts, String(a[j]))
    end
    return isempty(parts) ? "." : join(parts, "/")
end
homedir() = get(ENV, "HOME", "/")
expanduser(p::AbstractString) = p == "~" ? homedir() : startswith(p, "~/") ? string(homedir(), p[2:end]) : String(p)
contractuser(p::AbstractString) = startswith(p, homedir()) ? string("~", chopprefix(p, homedir())) : String(p)

## errors

function throw_io(what::AbstractString, e::Integer)
    throw(IOError(string(what, ": ", lowercase_reason(e), " (", errno_name(e), ")"), -e))
end
function lowercase_reason(e::Integer)
    e == 2 && return "no such file or directory"
    e == 17 && return "file already exists"
    e == 39 && return "directory not empty"
    e == 20 && return "not a directory"
    e == 21 && return "illegal operation on a directory"
    e == 13 && return "permission denied"
    e == 1 && return "operation not permitted"
    e == 22 && return "invalid argument"
    return lowercasefirst(Libc.strerror(e))
end
check_io(rc::Integer, what...) = rc < 0 ? throw_io(string(what...), Libc.errno()) : nothing

## asking

function pwd()
    buffer = Vector{UInt8}(undef, 4096)
    p = ccall(:getcwd, Ptr{UInt8}, (Ptr{UInt8}, Csize_t), buffer, 4096)
    p == C_NULL && throw_io("pwd()", Libc.errno())
    return GC.@preserve buffer unsafe_string(pointer(buffer))
end
cd(dir::AbstractString) = (check_io(ccall(:chdir, Cint, (Cstring,), dir), "cd(", repr(dir), ")"); nothing)
cd() = cd(homedir())
function cd(f::Function, dir::AbstractString)
    old = pwd()
    try
        cd(dir)
        return f()
    finally
        cd(old)
    end
end

"""
    stat(path)

What the system knows of a file: `size`, `mode`, `mtime`, `ctime`, `inode`, `uid`, `gid`, ...
"""
struct StatStruct
    desc::Union{String,Nothing}
    device::UInt
    inode::UInt
    mode::UInt
    nlink::Int
    uid::UInt
    gid::UInt
    rdev::UInt
    size::Int64
    blksize::Int64
    blocks::Int64
    mtime::Float64
    ctime::Float64
    ioerrno::Int32
end
# The fields of struct stat lie where x86-64 Linux puts them.
function stat_with(path::AbstractString, follow::Bool)
    buffer = zeros(UInt8, 144)
    rc = follow ? ccall(:stat, Cint, (Cstring, Ptr{UInt8}), path, buffer) : ccall(:lstat, Cint, (Cstring, Ptr{UInt8}), path, buffer)
    rc < 0 && return StatStruct(String(path), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, -Libc.errno())
    return GC.@preserve buffer begin
        p = pointer(buffer)
        word(i) = unsafe_load(Ptr{UInt64}(p + i))
        half(i) = UInt(unsafe_load(Ptr{UInt32}(p + i)))
        StatStruct(String(path), word(0), word(8), half(24), Int(word(16)), half(28), half(32), word(40), Int64(word(48)), Int64(word(56)),
                   Int64(word(64)), word(88) + word(96) / 1e9, word(104) + word(112) / 1e9, Int32(0))
    end
end
stat(path::AbstractString) = stat_with(path, true)
stat(paths::AbstractString...) = stat(joinpath(paths...))
lstat(path::AbstractString) = stat_with(path, false)
show(io::IO, s::StatStruct) = print(io, "StatStruct(", repr(s.desc), ", size=", s.size, ")")
checked_stat(path) = (s = stat(path); s.ioerrno == 0 ? s : throw_io(string("stat(", repr(String(path)), ")"), -s.ioerrno))
filesize(s::StatStruct) = s.size
filesize(path::AbstractString...) = (s = stat(joinpath(path...)); s.size)
filemode(s::StatStruct) = s.mode
filemode(path::AbstractString...) = stat(joinpath(path...)).mode
mtime(s::StatStruct) = s.mtime
mtime(path::AbstractString...) = stat(joinpath(path...)).mtime
ctime(s::StatStruct) = s.ctime
ctime(path::AbstractString...) = stat(joinpath(path...)).ctime
file_kind(s::StatStruct) = s.mode & 0xf000
ispath(s::StatStruct) = s.ioerrno == 0
isfile(s::StatStruct) = file_kind(s) == 0x8000
isdir(s::StatStruct) = file_kind(s) == 0x4000
islink(s::StatStruct) = file_kind(s) == 0xa000
isfifo(s::StatStruct) = file_kind(s) == 0x1000
ischardev(s::StatStruct) = file_kind(s) == 0x2000
isblockdev(s::StatStruct) = file_kind(s) == 0x6000
issocket(s::StatStruct) = file_kind(s) == 0xc000
for f in (:ispath, :isfile, :isdir, :isfifo, :ischardev, :isblockdev, :issocket)
    @eval $f(path::AbstractString...) = $f(stat(joinpath(path...)))
end
islink(path::AbstractString...) = islink(lstat(joinpath(path...)))
uperm(s::StatStruct) = UInt8((s.mode >> 6) & 7)
gperm(s::StatStruct) = UInt8((s.mode >> 3) & 7)
operm(s::StatStruct) = UInt8(s.mode & 7)
uperm(path::AbstractString) = uperm(stat(path))
gperm(path::AbstractString) = gperm(stat(path))
operm(path::AbstractString) = operm(stat(path))
isexecutable(path::AbstractString) = ccall(:access, Cint, (Cstring, Cint), path, 1) == 0
isreadable(path::AbstractString) = ccall(:access, Cint, (Cstring, Cint), path, 4) == 0
iswritable(path::AbstractString) = ccall(:access, Cint, (Cstring, Cint), path, 2) == 0
function samefile(a::AbstractString, b::AbstractString)
    s = stat(a)
    t = stat(b)
    return ispath(s) && s.device == t.device && s.inode == t.inode
end
function realpath(path::AbstractString)
    p = ccall(:realpath, Ptr{UInt8}, (Cstring, Ptr{UInt8}), path, C_NULL)
    p == C_NULL && throw_io(string("realpath(", repr(String(path)), ")"), Libc.errno())
    s = unsafe_string(p)
    Libc.free(p)
    return s
end
function readlink(path::AbstractString)
    buffer = Vector{UInt8}(undef, 4096)
    n = ccall(:readlink, Cssize_t, (Cstring, Ptr{UInt8}, Csize_t), path, buffer, 4096)
    check_io(n, "readlink(", repr(String(path)), ")")
    return GC.@preserve buffer unsafe_string(pointer(buffer), n)
end

## changing

mkdir(path::AbstractString; mode::Integer=0o777) = (check_io(ccall(:mkdir, Cint, (Cstring, Cuint), path, mode), "mkdir(", repr(String(path)), "; mode=0o", string(mode, base=8), ")"); path)
function mkpath(path::AbstractString; mode::Integer=0o777)
    (isempty(path) || isdir(path)) && return path
    parent = dirname(endswith(path, '/') ? chop(path) : path)
    (isempty(parent) || parent == path) || mkpath(parent; mode=mode)
    isdir(path) || mkdir(path; mode=mode)
    return path
end
function rm(path::AbstractString; force::Bool=false, recursive::Bool=false)
    s = lstat(path)
    if !ispath(s)
        force && return nothing
        throw_io(string("unlink(", repr(String(path)), ")"), -s.ioerrno)
    end
    if isdir(s)
        if recursive
            for name in readdir(path)
                rm(joinpath(path, name); force=force, recursive=true)
            end
        end
        check_io(ccall(:rmdir, Cint, (Cstring,), path), "rmdir(", repr(String(path)), ")")
    else
        check_io(ccall(:unlink, Cint, (Cstring,), path), "unlink(", repr(String(path)), ")")
    end
    return nothing
end
function check_replacable(src::AbstractString, dst::AbstractString, force::Bool, verb)
    ispath(dst) || return
    force || throw(ArgumentError(string("'", dst, "' exists. `force=true` is required to remove '", dst, "' before ", verb, ".")))
    samefile(src, dst) && throw(ArgumentError(string("'src' and 'dst' refer to the same file/dir. This is not supported.\n  `src` refers to: ", abspath(src), "\n  `dst` refers to: ", abspath(dst), "\n")))
    rm(dst; recursive=true)
    return
end
function cp(src::AbstractString, dst::AbstractString; force::Bool=false, follow_symlinks::Bool=false)
    check_replacable(src, dst, force, "copying")
    copy_tree(src, dst, follow_symlinks)
    return dst
end
function copy_tree(src::AbstractString, dst::AbstractString, follow::Bool)
    if !follow && islink(src)
        symlink(readlink(src), dst)
    elseif isdir(src)
        mkdir(dst)
        for name in readdir(src)
            copy_tree(joinpath(src, name), joinpath(dst, name), follow)
        end
    else
        write(dst, read(src))
        chmod(dst, filemode(src) & 0o777)
    end
end
function mv(src::AbstractString, dst::AbstractString; force::Bool=false)
    check_replacable(src, dst, force, "moving")
    check_io(ccall(:rename, Cint, (Cstring, Cstring), src, dst), "rename(", repr(String(src)), ", ", repr(String(dst)), ")")
    return dst
end
rename(src::AbstractString, dst::AbstractString) = (check_io(ccall(:rename, Cint, (Cstring, Cstring), src, dst), "rename(", repr(String(src)), ", ", repr(String(dst)), ")"); nothing)
function touch(path::AbstractString)
    close(open_file(String(path), true, true, true, false, true))
    ccall(:utimes, Cint, (Cstring, Ptr{Cvoid}), path, C_NULL)
    return path
end
chmod(path::AbstractString, mode::Integer; recursive::Bool=false) = (check_io(ccall(:chmod, Cint, (Cstring, Cuint), path, mode), "chmod(", repr(String(path)), ", 0o", string(mode, base=8), ")"); path)
symlink(target::AbstractString, link::AbstractString; dir_target::Bool=false) =
    (check_io(ccall(:symlink, Cint, (Cstring, Cstring), target, link), "symlink(", repr(String(target)), ", ", repr(String(link)), ")"); nothing)
hardlink(target::AbstractString, link::AbstractString) = (check_io(ccall(:link, Cint, (Cstring, Cstring), target, link), "link(", repr(String(target)), ", ", repr(String(link)), ")"); nothing)

# Entries of struct dirent: the name starts at byte 19 on Linux.
function readdir(dir::AbstractString="."; join::Bool=false, sort::Bool=true)
    d = ccall(:opendir, Ptr{Cvoid}, (Cstring,), dir)
    d == C_NULL && throw_io(string("readdir(", repr(String(dir)), ")"), Libc.errno())
    names = String[]
    while true
        e = ccall(:readdir, Ptr{UInt8}, (Ptr{Cvoid},), d)
        e == C_NULL && break
        name = unsafe_string(e + 19)
        (name == "." || name == "..") || push!(names, name)
    end
    ccall(:closedir, Cint, (Ptr{Cvoid},), d)
    sort && sort!(names)
    return join ? String[joinpath(dir, n) for n in names] : names
end
function walkdir(root::AbstractString="."; topdown::Bool=true, follow_symlinks::Bool=false, onerror=throw)
    out = Tuple{String,Vector{String},Vector{String}}[]
    walk_into!(out, String(root), topdown, follow_symlinks)
    return out
end
function walk_into!(out, root::String, topdown::Bool, follow::Bool)
    dirs = String[]
    files = String[]
    for name in readdir(root)
        p = joinpath(root, name)
        isdir(p) && (follow || !islink(p)) ? push!(dirs, name) : push!(files, name)
    end
    topdown && push!(out, (root, dirs, files))
    for d in dirs
        walk_into!(out, joinpath(root, d), topdown, follow)
    end
    topdown || push!(out, (root, dirs, files))
end

## temporary files

tempdir() = (d = get(ENV, "TMPDIR", "/tmp"); length(d) > 1 && endswith(d, '/') ? String(chop(d)) : d)
const temporary_paths = String[]
function tempname(parent::AbstractString=tempdir(); cleanup::Bool=true, suffix::AbstractString="")
    template = Vector{UInt8}(string(joinpath(parent, "jl_XXXXXX"), "\0"))
    fd = ccall(:mkstemp, Cint, (Ptr{UInt8},), template)
    check_io(fd, "tempname()")
    ccall(:close, Cint, (Cint,), fd)
    name = GC.@preserve template unsafe_string(pointer(template))
    rm(name)
    cleanup && push!(temporary_paths, string(name, suffix))
    return string(name, suffix)
end
function mktemp(parent::AbstractString=tempdir(); cleanup::Bool=true)
    template = Vector{UInt8}(string(joinpath(parent, "jl_XXXXXX"), "\0"))
    fd = ccall(:mkstemp, Cint, (Ptr{UInt8},), template)
    check_io(fd, "mktemp()")
    name = GC.@preserve template unsafe_string(pointer(template))
    cleanup && push!(temporary_paths, name)
    return name, new_stream(fd, string("<file ", name, ">"), true, true)
end
function mktempdir(parent::AbstractString=tempdir(); prefix::AbstractString="jl_", cleanup::Bool=true)
    template = Vector{UInt8}(string(joinpath(parent, prefix), "XXXXXX\0"))
    p = ccall(:mkdtemp, Ptr{UInt8}, (Ptr{UInt8},), template)
    p == C_NULL && throw_io("mktempdir()", Libc.errno())
    name = GC.@preserve template unsafe_string(pointer(template))
    cleanup && push!(temporary_paths, name)
    return name
end
function mktemp(f::Function, parent::AbstractString=tempdir())
    path, io = mktemp(parent; cleanup=false)
    try
        return f(path, io)
    finally
        close(io)
        rm(path; force=true)
    end
end
function mktempdir(f::Function, parent::AbstractString=tempdir(); prefix::AbstractString="jl_")
    dir = mktempdir(parent; prefix=prefix, cleanup=false)
    try
        return f(dir)
    finally
        rm(dir; recursive=true, force=true)
    end
end
function remove_temporaries()
    for p in temporary_paths
        rm(p; recursive=true, force=true)
    end
    empty!(temporary_paths)
    return
end
