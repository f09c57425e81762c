# Regular expressions, by libpcre2-8.
#
# A Regex keeps its pattern, its options and PCRE's compiled code, which its finalizer frees. The code is of one process: it
# is never part of an image, and made again when it is first needed. Match data is made for each match. Offsets are PCRE's,
# in bytes from 0, converted to string indices at once.

const libpcre = "libpcre2-8.so.0"

const pcre_caseless = 0x00000008
const pcre_dotall = 0x00000020
const pcre_extended = 0x00000080
const pcre_multiline = 0x00000400
const pcre_utf = 0x00080000
const pcre_ucp = 0x00020000
const pcre_match_invalid_utf = 0x04000000
const pcre_alt_bsux = 0x00000002
const pcre_no_utf_check = 0x40000000
const pcre_notempty_atstart = 0x00000008
const pcre_anchored = 0x80000000
const pcre_endanchored = 0x20000000
const pcre_unicode = pcre_utf | pcre_match_invalid_utf | pcre_ucp
const pcre_default_options = pcre_unicode | pcre_alt_bsux
const pcre_default_match_options = pcre_no_utf_check
# What Julia lets through to PCRE.
const pcre_compile_mask = ~0x18000045
const pcre_match_mask = 0x4001003f

abstract type AbstractPattern end
abstract type AbstractMatch end

"""
    Regex(pattern[, flags])
    r"pattern"flags

A regular expression. Flags: `i` ignore case, `m` lines, `s` dot matches newline, `x` comments, `a` ASCII classes.
"""
mutable struct Regex <: AbstractPattern
    pattern::String
    compile_options::UInt32
    match_options::UInt32
    regex::Ptr{Cvoid}

    function Regex(pattern::AbstractString, compile_options::Integer, match_options::Integer)
        compile_options = UInt32(compile_options)
        match_options = UInt32(match_options)
        compile_options & ~pcre_compile_mask == 0 || throw(ArgumentError("invalid regex compile options: $compile_options"))
        match_options & ~pcre_match_mask == 0 || throw(ArgumentError("invalid regex match options: $match_options"))
        return compile(new(String(pattern), compile_options, match_options, C_NULL))
    end
end
function Regex(pattern::AbstractString, flags::AbstractString)
    options = pcre_default_options
    match_options = pcre_default_match_options
    for f in flags
        if f == 'a'
            # Bytes, not characters.
            options &= ~pcre_unicode
            match_options &= ~pcre_no_utf_check
        else
            bit = f == 'i' ? pcre_caseless : f == 'm' ? pcre_multiline : f == 's' ? pcre_dotall : f == 'x' ? pcre_extended :
                throw(ArgumentError("unknown regex flag: $f"))
            options |= bit
        end
    end
    return Regex(pattern, options, match_options)
end
Regex(pattern::AbstractString) = Regex(pattern, pcre_default_options, pcre_default_match_options)
Regex(re::Regex) = re

macro r_str(pattern, flags...)
    return Regex(pattern, flags...)
end

# The regular expressions that were compiled before the image is saved; `nothing` in a process that runs programs.
image_regexes::Union{Nothing,Vector{Regex}} = Regex[]

function compile(re::Regex)
    re.regex == C_NULL || return re
    errno = Ref{Cint}(0)
    offset = Ref{Csize_t}(0)
    code = ccall((:pcre2_compile_8, libpcre), Ptr{Cvoid}, (Ptr{UInt8}, Csize_t, UInt32, Ref{Cint}, Ref{Csize_t}, Ptr{Cvoid}),
                 re.pattern, sizeof(re.pattern), re.compile_options, errno, offset, C_NULL)
    code == C_NULL && error("PCRE compilation error: $(pcre_message(errno[])) at offset $(Int(offset[]))")
    re.regex = code
    finalizer(free_regex, re)
    image_regexes === nothing || push!(image_regexes, re)
    return re
end
function free_regex(re::Regex)
    ccall((:pcre2_code_free_8, libpcre), Cvoid, (Ptr{Cvoid},), re.regex)
    re.regex = C_NULL
end
compiled(re::Regex) = compile(re).regex
function forget_regexes()
    image_regexes === nothing || foreach(finalize, image_regexes)
    global image_regexes = nothing
end
function pcre_message(errno)
    buffer = Vector{UInt8}(undef, 1024)
    n = ccall((:pcre2_get_error_message_8, libpcre), Cint, (Cint, Ptr{UInt8}, Csize_t), errno, buffer, sizeof(buffer))
    return GC.@preserve buffer unsafe_string(pointer(buffer), max(n, 0))
end

# The offsets of a match, two per group, the whole match first; nothing if there is none. `from` is in bytes from 0.
function pcre_exec(re::Regex, s::StringOrSub, from::Int, options::UInt32)
    code = compiled(re)
    data = ccall((:pcre2_match_data_create_from_pattern_8, libpcre), Ptr{Cvoid}, (Ptr{Cvoid}, Ptr{Cvoid}), code, C_NULL)
    rc = GC.@preserve s ccall((:pcre2_match_8, libpcre), Cint,
        (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Csize_t, UInt32, Ptr{Cvoid}, Ptr{Cvoid}),
        code, pointer(s), sizeof(s), from, options, data, C_NULL)
    if rc < 0
        ccall((:pcre2_match_data_free_8, libpcre), Cvoid, (Ptr{Cvoid},), data)
        rc < -2 && error("PCRE.exec error: $(pcre_message(rc))")
        return nothing
    end
    n = Int(ccall((:pcre2_get_ovector_count_8, libpcre), UInt32, (Ptr{Cvoid},), data))
    p = ccall((:pcre2_get_ovector_pointer_8, libpcre), Ptr{Csize_t}, (Ptr{Cvoid},), data)
    out = Vector{Int}(undef, 2n)
    for i in 1:2n
        out[i] = unsafe_load(p, i) % Int
    end
    ccall((:pcre2_match_data_free_8, libpcre), Cvoid, (Ptr{Cvoid},), data)
    return out
end

# Names of groups by number, from PCRE's table: entries of two bytes of number and a NUL-terminated name.
function group_names(re::Regex)
    code = compiled(re)
    info32 = Ref{UInt32}(0)
    ccall((:pcre2_pattern_info_8, libpcre), Cint, (Ptr{Cvoid}, UInt32, Ref{UInt32}), code, 17, info32)
    count = Int(info32[])
    names = Dict{Int,String}()
    count == 0 && return names
    ccall((:pcre2_pattern_info_8, libpcre), Cint, (Ptr{Cvoid}, UInt32, Ref{UInt32}), code, 18, info32)
    size = Int(info32[])
    table = Ref{Ptr{UInt8}}(C_NULL)
    ccall((:pcre2_pattern_info_8, libpcre), Cint, (Ptr{Cvoid}, UInt32, Ref{Ptr{UInt8}}), code, 19, table)
    for i in 0:count-1
        p = table[] + i * size
        number = Int(unsafe_load(p, 1)) << 8 | Int(unsafe_load(p, 2))
        names[number] = unsafe_string(p + 2)
    end
    return names
end

## matches

"""
    RegexMatch

A match: `match`, `captures`, `offset`, `offsets`; captures also by index or name.
"""
struct RegexMatch{S<:AbstractString} <: AbstractMatch
    match::SubString{S}
    captures::Vector{Union{Nothing,SubString{S}}}
    offset::Int
    offsets::Vector{Int}
    regex::Regex
end

function keys(m::RegexMatch)
    names = group_names(m.regex)
    return Any[get(names, i, i) for i in 1:length(m.captures)]
end
group_number(m::RegexMatch, i::Integer) = Int(i)
function group_number(m::RegexMatch, name::Union{AbstractString,Symbol})
    text = string(name)
    for (i, n) in group_names(m.regex)
        n == text && return i
    end
    return 0
end
function getindex(m::RegexMatch, i::Integer)
    return m.captures[i]
end
function getindex(m::RegexMatch, name::Union{AbstractString,Symbol})
    i = group_number(m, name)
    i == 0 && error("no capture group named $name found in regex")
    return m.captures[i]
end
haskey(m::RegexMatch, i::Integer) = 1 <= i <= length(m.captures)
haskey(m::RegexMatch, name::Union{AbstractString,Symbol}) = group_number(m, name) != 0
get(m::RegexMatch, k, default) = haskey(m, k) ? m[k] : default
length(m::RegexMatch) = length(m.captures)
iterate(m::RegexMatch, i...) = iterate(m.captures, i...)
eltype(::Type{RegexMatch{S}}) where {S} = Union{Nothing,SubString{S}}
eltype(m::RegexMatch) = eltype(typeof(m))
IteratorSize(::Type{<:RegexMatch}) = HasLength()

function show(io::IO, m::RegexMatch)
    print(io, "RegexMatch(")
    show(io, m.match)
    names = isempty(m.captures) ? Any[] : keys(m)
    for (i, c) in enumerate(m.captures)
        print(io, ", ", names[i], "=")
        show(io, c)
    end
    print(io, ")")
end

"""
    match(r::Regex, s::AbstractString[, idx::Integer])

The first match of `r` in `s` at or after `idx`; `nothing` if there is none.
"""
match(r::Regex, s::AbstractString) = match(r, s, 1)
match(r::Regex, s::AbstractString, i::Integer, options::UInt32=0x00000000) = match_at(r, plain(s), Int(i), options)
function match_at(r::Regex, s::S, i::Int, options::UInt32) where {S<:StringOrSub}
    o = pcre_exec(r, s, i - 1, options | r.match_options)
    o === nothing && return nothing
    n = div(length(o), 2) - 1
    captures = Vector{Union{Nothing,SubString{S}}}(undef, n)
    offsets = Vector{Int}(undef, n)
    for k in 1:n
        a = o[2k+1]
        b = o[2k+2]
        captures[k] = a < 0 ? nothing : slice(s, a, b)
        offsets[k] = a < 0 ? 0 : a + 1
    end
    return RegexMatch{S}(slice(s, o[1], o[2]), captures, o[1] + 1, offsets, r)
end
# Bytes a to b (from 0, b excluded) as a view.
slice(s::S, a::Int, b::Int) where {S<:StringOrSub} = SubString{S}(s, a, b - a, Val(:noshift))

struct RegexMatchIterator{S<:AbstractString}
    regex::Regex
    string::S
    overlap::Bool
end
eltype(::Type{RegexMatchIterator{S}}) where {S} = RegexMatch{S}
IteratorSize(::Type{<:RegexMatchIterator}) = SizeUnknown()

"""
    eachmatch(r::Regex, s::AbstractString; overlap::Bool=false)

An iterator over all matches of `r` in `s`.
"""
eachmatch(r::Regex, s::AbstractString; overlap::Bool=false) = RegexMatchIterator(r, plain(s), overlap)

# State: where to search, and whether the match before was empty, so that one at the same place must not be.
function iterate(it::RegexMatchIterator, (from, previous_empty)=(1, false))
    s = it.string
    options = previous_empty ? pcre_notempty_atstart : 0x00000000
    while true
        m = match_at(it.regex, s, from, options)
        if m === nothing
            if options == 0x00000000 || from > ncodeunits(s)
                return nothing
            end
            from = nextind(s, from)
            options = 0x00000000
            continue
        end
        n = m.match.ncodeunits
        if it.overlap
            next = n == 0 ? m.offset : nextind(s, m.offset)
        else
            next = m.offset + n
        end
        return m, (next, n == 0)
    end
end

## searching

function findnext(r::Regex, s::AbstractString, i::Integer)
    t = plain(s)
    1 <= i <= ncodeunits(t) + 1 || (i == ncodeunits(t) + 2 && return nothing; throw(BoundsError(s, i)))
    o = pcre_exec(r, t, Int(i) - 1, r.match_options)
    o === nothing && return nothing
    a = o[1] + 1
    b = o[2]
    return b < a ? (a:a-1) : (a:thisind(t, b))
end
findfirst(r::Regex, s::AbstractString) = findnext(r, s, 1)
occursin(r::Regex, s::AbstractString; offset::Integer=0) = pcre_exec(r, plain(s), Int(offset), r.match_options) !== nothing
startswith(s::AbstractString, r::Regex) = pcre_exec(r, plain(s), 0, r.match_options | pcre_anchored) !== nothing
endswith(s::AbstractString, r::Regex) = pcre_exec(r, plain(s), 0, r.match_options | pcre_endanchored) !== nothing
count(r::Regex, s::AbstractString; overlap::Bool=false) = (n = 0; for _ in eachmatch(r, s; overlap=overlap); n += 1; end; n)
function findall(r::Regex, s::AbstractString; overlap::Bool=false)
    out = UnitRange{Int}[]
    for m in eachmatch(r, s; overlap=overlap)
        n = m.match.ncodeunits
        push!(out, n == 0 ? (m.offset:m.offset-1) : (m.offset:thisind(s, m.offset + n - 1)))
    end
    return out
end
function chopprefix(s::AbstractString, r::Regex)
    m = match(r, s, 1, pcre_anchored)
    m === nothing && return SubString(s)
    return SubString(s, ncodeunits(m.match) + 1)
end
function chopsuffix(s::AbstractString, r::Regex)
    m = match(r, s, 1, pcre_endanchored)
    (m === nothing || isempty(m.match)) && return SubString(s)
    return SubString(s, 1, prevind(s, m.offset))
end

## replacing

"""
    s"..."

A replacement for a regex match: `\\\\1` or `\\\\g<name>` stand for what a group captured.
"""
struct SubstitutionString{T<:AbstractString} <: AbstractString
    string::T
end
macro s_str(s)
    return SubstitutionString(s)
end
ncodeunits(s::SubstitutionString) = ncodeunits(s.string)
codeunit(s::SubstitutionString) = codeunit(s.string)
codeunit(s::SubstitutionString, i::Int) = codeunit(s.string, i)
isvalid(s::SubstitutionString, i::Int) = isvalid(s.string, i)
iterate(s::SubstitutionString, i::Int=1) = iterate(s.string, i)
function show(io::IO, s::SubstitutionString)
    print(io, "s")
    print_raw_quoted(io, s.string)
end

function write_replacement(io::IO, to::SubstitutionString, s, r, re::Regex)
    m = match_at(re, s, first(r), 0x00000000)
    m === nothing && error("regex did not match again at $(first(r))")
    t = to.string
    i = 1
    z = ncodeunits(t)
    while i <= z
        c, i = iterate(t, i)::Tuple
        if c != '\\'
            print(io, c)
            continue
        end
        i > z && error("bad replacement string: \\ at its end")
        c, j = iterate(t, i)::Tuple
        if '0' <= c <= '9'
            n = 0
            while i <= z && '0' <= t[i] <= '9'
                n = 10n + Int(t[i]) - 48
                i += 1
            end
            write_group(io, m, n)
        elseif c == 'g' && j <= z && t[j] == '<'
            stop = findnext('>', t, j)
            stop === nothing && error("Bad replacement string: pattern group not closed")
            name = t[nextind(t, j):prevind(t, stop)]
            n = tryparse(Int, name)
            if n === nothing
                n = group_number(m, name)
                n == 0 && error("Bad replacement string: Group $name not found in regex $re")
            end
            write_group(io, m, n)
            i = nextind(t, stop)
        elseif c == '\\'
            print(io, '\\')
            i = j
        else
            error("Bad replacement string: unknown escape \\$c")
        end
    end
end
function write_group(io::IO, m::RegexMatch, n::Int)
    n == 0 && return print(io, m.match)
    n <= length(m.captures) || error("PCRE error: unknown substring")
    c = m.captures[n]
    c === nothing || print(io, c)
    return
end

## showing and combining

const regex_flag_letters = ((pcre_caseless, 'i'), (pcre_multiline, 'm'), (pcre_dotall, 's'), (pcre_extended, 'x'))
function show(io::IO, re::Regex)
    options = re.compile_options
    flags = pcre_caseless | pcre_multiline | pcre_dotall | pcre_extended
    bytes = options & pcre_unicode == 0
    is_literal = (options & ~flags) == (bytes ? pcre_default_options & ~pcre_unicode : pcre_default_options) &&
        re.match_options == (bytes ? pcre_default_match_options & ~pcre_no_utf_check : pcre_default_match_options)
    if !is_literal
        print(io, "Regex(")
        show(io, re.pattern)
        print(io, ", ")
        show(io, options)
        print(io, ", ")
        show(io, re.match_options)
        print(io, ')')
        return
    end
    print(io, "r")
    print_raw_quoted(io, re.pattern)
    for (bit, letter) in regex_flag_letters
        options & bit != 0 && print(io, letter)
    end
    bytes && print(io, 'a')
    return
end
==(a::Regex, b::Regex) = a.pattern == b.pattern && a.compile_options == b.compile_options && a.match_options == b.match_options
hash(r::Regex, h::UInt) = hash(r.match_options, hash(r.compile_options, hash(r.pattern, h + 0x67e195eb8555e72d)))
broadcastable(r::Regex) = Ref(r)

# Flags that all parts have hold for the whole; the others are written into the parts.
function *(r1::Union{Regex,AbstractString,AbstractChar}, rs::Union{Regex,AbstractString,AbstractChar}...)
    parts = (r1, rs...)
    flags = pcre_caseless | pcre_multiline | pcre_dotall | pcre_extended
    regexes = Regex[part for part in parts if part isa Regex]
    isempty(regexes) && return string(parts...)
    options = regexes[1].compile_options & ~flags
    match_options = regexes[1].match_options
    all(r -> r.compile_options & ~flags == options && r.match_options == match_options, regexes) ||
        throw(ArgumentError("cannot multiply regexes: incompatible options"))
    shared = mapreduce(r -> r.compile_options, &, regexes; init=flags)
    return Regex(join(regex_part(part, flags & ~shared) for part in parts), options | shared, match_options)
end
*(r::Regex) = r
function regex_part(r::Regex, flags::UInt32)
    letters = join(letter for (bit, letter) in regex_flag_letters if r.compile_options & flags & bit != 0)
    return string("(?", letters, ":", r.pattern, ")")
end
regex_part(x, flags::UInt32) = string("\\Q", replace(string(x), "\\E" => "\\\\E\\QE"), "\\E")
^(r::Regex, n::Integer) = Regex(string("(?:", r.pattern, "){", n, "}"), r.compile_options, r.match_options)
