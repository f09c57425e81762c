# Calling C: names of C's types, conversion of arguments, strings that C can read, the macros @ccall and @cfunction.
#
# A ccall turns each argument into what C sees in two steps. cconvert makes a Julia object that stays alive during the
# call; unsafe_convert takes from it the bits that are passed, often an address inside that object. Both are ordinary
# functions here, so that a package can add its own types.

const Cmode_t = UInt32

primitive type Cstring 64 end
primitive type Cwstring 64 end

## pointers as strings

Cstring(p::Ptr{<:Union{Int8,UInt8,Cvoid}}) = bitcast(Cstring, p)
Cwstring(p::Ptr{<:Union{Cwchar_t,Cvoid}}) = bitcast(Cwstring, p)
(::Type{Ptr{T}})(p::Union{Cstring,Cwstring}) where {T<:Union{Int8,UInt8,Cwchar_t,Cvoid}} = bitcast(Ptr{T}, p)
convert(::Type{Cstring}, p::Ptr{<:Union{Int8,UInt8,Cvoid}}) = Cstring(p)
convert(::Type{Cwstring}, p::Ptr{<:Union{Cwchar_t,Cvoid}}) = Cwstring(p)
convert(::Type{Ptr{T}}, p::Cstring) where {T<:Union{Int8,UInt8,Cvoid}} = bitcast(Ptr{T}, p)
convert(::Type{Ptr{T}}, p::Cwstring) where {T<:Union{Cwchar_t,Cvoid}} = bitcast(Ptr{T}, p)
pointer(p::Cstring) = bitcast(Ptr{Int8}, p)
pointer(p::Cwstring) = bitcast(Ptr{Cwchar_t}, p)

==(p::Union{Cstring,Cwstring}, q::Union{Cstring,Cwstring,Ptr}) = bitcast(UInt, p) == bitcast(UInt, q)
==(p::Ptr, q::Union{Cstring,Cwstring}) = bitcast(UInt, p) == bitcast(UInt, q)
unsafe_string(p::Cstring) = unsafe_string(bitcast(Ptr{UInt8}, p))
function unsafe_string(p::Cwstring)
    q = bitcast(Ptr{Cwchar_t}, p)
    n = 0
    while unsafe_load(q, n + 1) != 0
        n += 1
    end
    return transcode(String, UInt32[unsafe_load(q, i) % UInt32 for i in 1:n])
end

## cconvert: what must live during the call

cconvert(::Type{T}, x) where {T} = x isa T ? x : convert(T, x)
cconvert(::Type{<:Ptr}, x) = x
cconvert(::Type{Ptr{P}}, a::Array{<:Ptr}) where {P<:Ptr} = a
cconvert(::Type{Ptr{P}}, a::Array{P}) where {P<:Union{Cstring,Cwstring}} = a
cconvert(::Type{Ptr{P}}, a::Array) where {P<:Union{Ptr,Cwstring,Cstring}} = RefArray_of_pointers(P, a)
cconvert(::Type{Cstring}, s::Symbol) = s
cconvert(::Type{Cstring}, s::AbstractString) = cconvert(Cstring, String(s))
cconvert(::Type{Cstring}, s::String) = s
cconvert(::Type{Cstring}, v::AbstractVector{UInt8}) = v
cconvert(::Type{Ptr{UInt8}}, s::AbstractString) = String(s)
cconvert(::Type{Ptr{Int8}}, s::AbstractString) = String(s)
cconvert(::Type{Ptr{UInt8}}, s::String) = s
cconvert(::Type{Ptr{Int8}}, s::String) = s
cconvert(::Type{Cwstring}, s::AbstractString) = push!(Cwchar_t[codepoint(c) % Cwchar_t for c in s], 0)
cconvert(::Type{Cwstring}, v::Vector{Cwchar_t}) = v

# An array of pointers into converted elements; the elements are kept with it.
struct PointerArray{P}
    pointers::Vector{P}
    roots::Vector{Any}
end
function RefArray_of_pointers(::Type{P}, a::Array) where {P}
    roots = Any[cconvert(P, x) for x in a]
    pointers = P[unsafe_convert(P, r)::P for r in roots]
    push!(pointers, P(C_NULL))
    return PointerArray{P}(pointers, roots)
end
unsafe_convert(::Type{Ptr{T}}, a::PointerArray{P}) where {T,P} = bitcast(Ptr{T}, pointer(a.pointers))

## unsafe_convert: the bits that are passed

unsafe_convert(::Type{T}, x::T) where {T} = x
unsafe_convert(::Type{T}, x::T) where {T<:Ptr} = x
unsafe_convert(::Type{P}, x::Ptr) where {P<:Ptr} = bitcast(P, x)
unsafe_convert(::Type{Ptr{T}}, x::Cstring) where {T} = bitcast(Ptr{T}, x)

# C ends a string at its first NUL, so a string that has one inside would be cut short silently.
@noinline nul_in_string(s) = throw(ArgumentError("embedded NULs are not allowed in C strings: $(repr(s))"))

containsnul(p::Ptr, n) = C_NULL != ccall(:memchr, Ptr{Cchar}, (Ptr{Cchar}, Cint, Csize_t), p, 0, n)
containsnul(s::String) = containsnul(pointer(s), sizeof(s))
containsnul(s::AbstractString) = '\0' in s

function unsafe_convert(::Type{Cstring}, s::String)
    ccall(:jl_string_contains_nul, Bool, (Any,), s) && nul_in_string(s)
    return ccall(:jl_string_ptr, Cstring, (Any,), s)
end
unsafe_convert(::Type{Cstring}, s::Symbol) = bitcast(Cstring, unsafe_convert(Ptr{UInt8}, s))
unsafe_convert(::Type{Cstring}, v::Vector{UInt8}) = bitcast(Cstring, pointer(v))
unsafe_convert(::Type{Cstring}, p::Ptr) = bitcast(Cstring, p)
unsafe_convert(::Type{Cwstring}, p::Ptr) = bitcast(Cwstring, p)
function unsafe_convert(::Type{Cwstring}, v::Vector{Cwchar_t})
    for i in 1:length(v)-1
        v[i] == 0 && throw(ArgumentError("embedded NULs are not allowed in C strings: $(repr(v))"))
    end
    (isempty(v) || v[end] != 0) && throw(ArgumentError("C string data must be NUL terminated: $(repr(v))"))
    return bitcast(Cwstring, pointer(v))
end

## memory

memcpy(dst::Ptr, src::Ptr, n::Integer) = memcpy(dst, src, Int(n))
memmove(dst::Ptr, src::Ptr, n::Integer) = memmove(dst, src, Int(n))
memset(p::Ptr, val, n::Integer) = memset(p, Cint(val), Int(n))
memcmp(a::Ptr, b::Ptr, n::Integer) = memcmp(a, b, Int(n))
memcpy(dst::Ptr, src::Ptr, n::Int) =
    @_direct ccall(:memcpy, Ptr{Cvoid}, (Ptr{Cvoid}, Ptr{Cvoid}, Int), bitcast(Ptr{Cvoid}, dst), bitcast(Ptr{Cvoid}, src), n)
memmove(dst::Ptr, src::Ptr, n::Int) =
    @_direct ccall(:memmove, Ptr{Cvoid}, (Ptr{Cvoid}, Ptr{Cvoid}, Int), bitcast(Ptr{Cvoid}, dst), bitcast(Ptr{Cvoid}, src), n)
memset(p::Ptr, val::Cint, n::Int) =
    @_direct ccall(:memset, Ptr{Cvoid}, (Ptr{Cvoid}, Cint, Int), bitcast(Ptr{Cvoid}, p), val, n)
memcmp(a::Ptr, b::Ptr, n::Int) =
    @_direct ccall(:memcmp, Cint, (Ptr{Cvoid}, Ptr{Cvoid}, Int), bitcast(Ptr{Cvoid}, a), bitcast(Ptr{Cvoid}, b), n)
# Between bytes, where the pointers are what C asks for.
memcpy(dst::Ptr{UInt8}, src::Ptr{UInt8}, n::Int) = @_direct ccall(:memcpy, Ptr{UInt8}, (Ptr{UInt8}, Ptr{UInt8}, Int), dst, src, n)
memcmp(a::Ptr{UInt8}, b::Ptr{UInt8}, n::Int) = @_direct ccall(:memcmp, Cint, (Ptr{UInt8}, Ptr{UInt8}, Int), a, b, n)

## transcoding between Unicode encodings

transcode(::Type{T}, s::T) where {T<:AbstractString} = s
transcode(::Type{T}, v::AbstractVector{T}) where {T<:Union{UInt8,UInt16,UInt32,Int32}} = v
transcode(::Type{T}, s::AbstractString) where {T<:Union{Int32,UInt32}} = T[T(codepoint(c)) for c in s]
transcode(::Type{UInt8}, s::AbstractString) = Vector{UInt8}(codeunits(String(s)))
function transcode(::Type{UInt16}, s::AbstractString)
    out = UInt16[]
    for c in s
        u = codepoint(c)
        if u < 0x10000
            push!(out, u % UInt16)
        else
            u -= 0x10000
            push!(out, (0xd800 + (u >> 10)) % UInt16)
            push!(out, (0xdc00 + (u & 0x3ff)) % UInt16)
        end
    end
    return out
end
transcode(::Type{T}, v::AbstractVector{UInt8}) where {T<:Union{UInt16,UInt32,Int32}} = transcode(T, String(copy(v)))
transcode(::Type{String}, v::AbstractVector{UInt8}) = String(copy(v))
transcode(::Type{String}, v::AbstractVector{<:Union{UInt32,Int32}}) = String(Char[Char(u % UInt32) for u in v])
transcode(::Type{UInt8}, v::AbstractVector{<:Union{UInt16,UInt32,Int32}}) = Vector{UInt8}(transcode(String, v))
function transcode(::Type{String}, v::AbstractVector{UInt16})
    out = Char[]
    i = 1
    n = length(v)
    while i <= n
        u = v[i]
        if 0xd800 <= u <= 0xdbff && i < n && 0xdc00 <= v[i+1] <= 0xdfff
            push!(out, Char(0x10000 + ((UInt32(u) & 0x3ff) << 10) + (UInt32(v[i+1]) & 0x3ff)))
            i += 2
        else
            push!(out, Char(u))
            i += 1
        end
    end
    return String(out)
end

## @ccall

# Takes `f(a::A, b::B; c::C)::R` apart, behind `gc_safe=...` if that is there: the callee, the result type, the argument
# types, the arguments, whether the collector may run meanwhile, and how many arguments come before the semicolon that
# starts C's variable arguments (0 when there is none).
function ccall_macro_parse(exprs)
    gc_safe = false
    if exprs isa Expr
        ex = exprs
    elseif length(exprs) == 2
        option = exprs[1]
        isexpr(option, :(=)) && option.args[1] === :gc_safe ||
            throw(ArgumentError("@ccall option must be `gc_safe=true` or `gc_safe=false`"))
        option.args[2] isa Bool || throw(ArgumentError("gc_safe must be true or false"))
        gc_safe = option.args[2]
        ex = exprs[2]
    else
        ex = length(exprs) == 1 ? exprs[1] : nothing
    end
    isexpr(ex, :(::)) || throw(ArgumentError("@ccall needs a function signature with a return type"))
    call, result = ex.args
    isexpr(call, :call) || throw(ArgumentError("@ccall has to take a function call"))
    f = call.args[1]
    if isexpr(f, :.)
        callee = :(($(f.args[2]), $(f.args[1])))
    elseif isexpr(f, :$)
        callee = f
    elseif f isa Symbol
        callee = QuoteNode(f)
    else
        throw(ArgumentError("@ccall function name must be a symbol, a `.` node (e.g. `libc.printf`) or an interpolated function pointer (with `\$`)"))
    end
    types = Any[]
    values = Any[]
    function argument!(a)
        isexpr(a, :(::)) || throw(ArgumentError("args in @ccall need type annotations. '$a' doesn't have one."))
        push!(values, a.args[1])
        push!(types, a.args[2])
    end
    rest = call.args[2:end]
    varargs = nothing
    if !isempty(rest) && isexpr(rest[1], :parameters)
        varargs = rest[1].args
        rest = rest[2:end]
    end
    foreach(argument!, rest)
    fixed = 0
    if varargs !== nothing
        fixed = length(rest)
        fixed == 0 && throw(ArgumentError("C ABI prohibits vararg without one required argument"))
        foreach(argument!, varargs)
    end
    return callee, result, types, values, gc_safe, fixed
end

function ccall_macro_lower(effects::UInt16, callee, result, types, values, gc_safe::Bool, fixed::Int)
    block = Expr(:block)
    target = esc(callee)
    if isexpr(callee, :$)
        # a value, which must be a pointer
        target = :func
        push!(block.args, :(func = $(esc(callee.args[1]))))
        push!(block.args, quote
            if !isa(func, Ptr{Cvoid})
                name = $(QuoteNode(callee.args[1]))
                throw(ArgumentError(LazyString("interpolated function `", name, "` was not a Ptr{Cvoid}, but ", typeof(func))))
            end
        end)
    end
    convention = Expr(:cconv, (:ccall, effects, gc_safe), fixed)
    push!(block.args, Expr(:call, :ccall, target, convention, esc(result), Expr(:tuple, map(esc, types)...), map(esc, values)...))
    return block
end

"""
    @ccall library.function_name(argvalue1::argtype1, ...; varargs...)::returntype
    @ccall \$function_pointer(argvalue1::argtype1, ...)::returntype
    @ccall gc_safe=true ...

Calls a function in a C-exported shared library.
"""
macro ccall(exprs...)
    return ccall_macro_lower(0x0000, ccall_macro_parse(exprs)...)
end
macro ccall_effects(effects::UInt16, exprs...)
    return ccall_macro_lower(effects, ccall_macro_parse(exprs)...)
end

"""
    @ccallable [rettype] function ... end

Declares that C code may call the function under its own name, which takes a compiler: here the method is defined and the
declaration is an error.
"""
macro ccallable(def) return expand_ccallable(nothing, nothing, def) end
macro ccallable(rt, def)
    return rt isa String ? expand_ccallable(rt, nothing, def) : expand_ccallable(nothing, rt, def)
end
function expand_ccallable(name, rt, @nospecialize(def))
    if isexpr(def, :(=)) || isexpr(def, :function)
        sig = def.args[1]
        if isexpr(sig, :(::))
            rt === nothing && (rt = sig.args[2])
            sig = sig.args[1]
        end
        rt === nothing && error("@ccallable requires a return type")
        if isexpr(sig, :call)
            f = sig.args[1]
            ftype = isexpr(f, :(::)) ? f.args[end] : :(typeof($f))
            argtypes = Any[isexpr(a, :(::)) ? a.args[end] : :Any for a in sig.args[2:end]]
            return quote
                @__doc__ $(esc(def))
                _ccallable($name, $(esc(rt)), $(Expr(:curly, :Tuple, esc(ftype), map(esc, argtypes)...)))
            end
        end
    end
    error("expected method definition in @ccallable")
end
_ccallable(name, rt::Type, sigt::Type) = error("@ccallable: functions cannot be given a C name here")

## @cfunction

mutable struct CFunction <: Ref{Cvoid}
    ptr::Ptr{Cvoid}
    f::Any
    _1::Ptr{Cvoid}
    _2::Ptr{Cvoid}
end
unsafe_convert(::Type{Ptr{Cvoid}}, cf::CFunction) = cf.ptr
unsafe_convert(::Type{Ptr{T}}, cf::CFunction) where {T} = bitcast(Ptr{T}, cf.ptr)
cconvert(::Type{Ptr{Cvoid}}, cf::CFunction) = cf
getindex(cf::CFunction) = cf.ptr

"""
    @cfunction(callable, ReturnType, (ArgumentTypes...,)) -> Ptr{Cvoid}
    @cfunction(\$callable, ReturnType, (ArgumentTypes...,)) -> CFunction

A pointer that C code can call, which runs the Julia function `callable`.
"""
macro cfunction(f, rt, at)
    (isa(at, Expr) && at.head === :tuple) ||
        throw(ArgumentError("@cfunction argument types must be a literal tuple"))
    types = Expr(:call, GlobalRef(Core, :svec), at.args...)
    if isexpr(f, :$)
        target = f.args[1]
        kind = CFunction
    else
        target = QuoteNode(f)
        kind = Ptr{Cvoid}
    end
    return esc(Expr(:cfunction, kind, target, rt, types, QuoteNode(:ccall)))
end
