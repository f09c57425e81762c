# Version numbers: v"1.2.3-rc1+build".

const VInt = UInt32
const VersionPart = Union{UInt64,String}

"""
    VersionNumber(major, minor=0, patch=0, prerelease=(), build=())

A version after the rules of semantic versioning; ordered so that a prerelease comes before its release.
"""
struct VersionNumber
    major::VInt
    minor::VInt
    patch::VInt
    prerelease::Tuple{Vararg{VersionPart}}
    build::Tuple{Vararg{VersionPart}}
end
VersionNumber(major::Integer, minor::Integer=0, patch::Integer=0, pre::Tuple=(), bld::Tuple=()) =
    VersionNumber(VInt(major), VInt(minor), VInt(patch), map(version_part, pre), map(version_part, bld))
version_part(x::Integer) = UInt64(x)
version_part(x::AbstractString) = String(x)
VersionNumber(v::VersionNumber) = v

function split_identifiers(s::AbstractString)
    isempty(s) && return ()
    parts = split(s, '.')
    return Tuple(VersionPart[(p = tryparse(UInt64, x); p !== nothing && all(isdigit, x) ? p : String(x)) for x in parts])
end

function tryparse(::Type{VersionNumber}, v::AbstractString)
    s = String(v)
    v == "∞" && return typemax(VersionNumber)
    startswith(s, "v") && (s = s[2:end])
    build = ()
    i = findfirst('+', s)
    if i !== nothing
        build = split_identifiers(s[i+1:end])
        (isempty(s[i+1:end]) || !valid_identifiers(s[i+1:end])) && i != lastindex(s) && return nothing
        i == lastindex(s) && (build = ("",))
        s = s[1:i-1]
    end
    numbers = s
    pre = ()
    j = findfirst(c -> !(isdigit(c) || c == '.'), s)
    if j !== nothing
        rest = s[j] == '-' ? s[j+1:end] : s[j:end]
        numbers = s[1:j-1]
        pre = rest == "" ? ("",) : split_identifiers(rest)
        rest == "" || valid_identifiers(rest) || return nothing
    end
    parts = split(numbers, '.')
    1 <= length(parts) <= 3 || return nothing
    n = Int[0, 0, 0]
    for k in 1:length(parts)
        (isempty(parts[k]) || !all(isdigit, parts[k])) && return nothing
        n[k] = parse(Int, parts[k]; base=10)
    end
    return VersionNumber(n[1], n[2], n[3], pre, build)
end
valid_identifiers(s) = all(c -> isascii(c) && (isletter(c) || isdigit(c) || c == '-' || c == '.'), s) && all(p -> !isempty(p), split(s, '.'))
function parse(::Type{VersionNumber}, v::AbstractString)
    r = tryparse(VersionNumber, v)
    r === nothing && throw(ArgumentError("invalid version string: $v"))
    return r
end
VersionNumber(v::AbstractString) = parse(VersionNumber, v)
convert(::Type{VersionNumber}, v::Integer) = VersionNumber(v)
convert(::Type{VersionNumber}, v::AbstractString) = VersionNumber(v)
convert(::Type{VersionNumber}, v::VersionNumber) = v

macro v_str(v)
    return VersionNumber(v)
end

function print(io::IO, v::VersionNumber)
    v == typemax(VersionNumber) && return print(io, "∞")
    print(io, Int(v.major), '.', Int(v.minor), '.', Int(v.patch))
    if !isempty(v.prerelease)
        print(io, '-')
        join(io, v.prerelease, '.')
    end
    if !isempty(v.build)
        print(io, '+')
        join(io, v.build, '.')
    end
    return nothing
end
show(io::IO, v::VersionNumber) = print(io, "v\"", v, "\"")
broadcastable(v::VersionNumber) = Ref(v)
typemin(::Type{VersionNumber}) = VersionNumber(0, 0, 0, ("",))
typemax(::Type{VersionNumber}) = VersionNumber(typemax(VInt), typemax(VInt), typemax(VInt), (), ("",))
isvalid_version(v) = true

part_cmp(a::UInt64, b::UInt64) = cmp(a, b)
part_cmp(a::UInt64, b::String) = isempty(b) ? 1 : -1
part_cmp(a::String, b::UInt64) = isempty(a) ? -1 : 1
part_cmp(a::String, b::String) = cmp(a, b)
function parts_cmp(a::Tuple, b::Tuple)
    for i in 1:min(length(a), length(b))
        c = part_cmp(a[i], b[i])
        c == 0 || return c
    end
    return cmp(length(a), length(b))
end
function version_cmp(a::VersionNumber, b::VersionNumber)
    c = cmp(a.major, b.major)
    c == 0 && (c = cmp(a.minor, b.minor))
    c == 0 && (c = cmp(a.patch, b.patch))
    c == 0 || return c
    # No prerelease at all is newer than any.
    c = isempty(a.prerelease) ? (isempty(b.prerelease) ? 0 : 1) : isempty(b.prerelease) ? -1 : parts_cmp(a.prerelease, b.prerelease)
    c == 0 || return c
    return parts_cmp(a.build, b.build)
end
==(a::VersionNumber, b::VersionNumber) = version_cmp(a, b) == 0
isequal(a::VersionNumber, b::VersionNumber) = a == b
isless(a::VersionNumber, b::VersionNumber) = version_cmp(a, b) < 0
hash(v::VersionNumber, h::UInt) = hash(v.build, hash(v.prerelease, hash(v.patch, hash(v.minor, hash(v.major, h + 0x8ff4ffdb75f9fede)))))
thispatch(v::VersionNumber) = VersionNumber(v.major, v.minor, v.patch)
thisminor(v::VersionNumber) = VersionNumber(v.major, v.minor, 0)
thismajor(v::VersionNumber) = VersionNumber(v.major, 0, 0)
nextpatch(v::VersionNumber) = v < thispatch(v) ? thispatch(v) : VersionNumber(v.major, v.minor, v.patch + 1)
nextminor(v::VersionNumber) = v < thisminor(v) ? thisminor(v) : VersionNumber(v.major, v.minor + 1, 0)
nextmajor(v::VersionNumber) = v < thismajor(v) ? thismajor(v) : VersionNumber(v.major + 1, 0, 0)

"""
    VERSION

The version of Julia whose behaviour this library gives.
"""
const VERSION = VersionNumber(1, 12, 5)
