# What is left of the file system: owners, mount points, disks. Paths and their metadata are in path.jl.

"""
    chown(path, owner, group=-1)

Gives a file to a user and a group, both numbers; -1 leaves either as it is.
"""
function chown(path::AbstractString, owner::Integer, group::Integer=-1)
    check_io(ccall(:chown, Cint, (Cstring, Cuint, Cuint), path, owner % Cuint, group % Cuint),
             "chown(", repr(String(path)), ", ", owner, ", ", group, ")")
    return path
end

issetuid(s::StatStruct) = filemode(s) & 0o4000 != 0
issetgid(s::StatStruct) = filemode(s) & 0o2000 != 0
issticky(s::StatStruct) = filemode(s) & 0o1000 != 0
for f in (:issetuid, :issetgid, :issticky)
    @eval $f(path...) = $f(stat(path...))
end

"""
    ismount(path)

Whether another file system begins at `path`: its device is not that of the folder above, or it is its own folder above.
"""
function ismount(path...)
    path = joinpath(path...)
    s = lstat(path)
    isdir(s) || return false
    above = lstat(joinpath(path, ".."))
    return s.device != above.device || s.inode == above.inode
end

"""
    DiskStat

Bytes of the file system of a path: `total`, `used`, `available`, and in its own numbers `bsize`, `blocks`, `bfree`, `bavail`.
"""
struct DiskStat
    ftype::UInt64
    bsize::UInt64
    blocks::UInt64
    bfree::UInt64
    bavail::UInt64
    files::UInt64
    ffree::UInt64
    fspare::NTuple{4, UInt64}
end
function getproperty(s::DiskStat, field::Symbol)
    field === :total && return Int64(getfield(s, :bsize) * getfield(s, :blocks))
    field === :used && return Int64(getfield(s, :bsize) * (getfield(s, :blocks) - getfield(s, :bfree)))
    field === :available && return Int64(getfield(s, :bsize) * getfield(s, :bavail))
    return getfield(s, field)
end
propertynames(::DiskStat, private::Bool=false) = (:available, :total, :used, (private ? fieldnames(DiskStat) : ())...)
show(io::IO, s::DiskStat) =
    print(io, "DiskStat(total=", s.total, ", used=", s.used, ", available=", s.available, ')')

# struct statfs of Linux on x86-64: f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree, 8 bytes each.
function diskstat(path::AbstractString=pwd())
    words = zeros(UInt64, 15)
    check_io(ccall(:statfs, Cint, (Cstring, Ptr{UInt64}), path, words), "statfs(", repr(String(path)), ")")
    return DiskStat(words[1], words[2], words[3], words[4], words[5], words[6], words[7], (words[8], words[9], words[10], words[11]))
end
