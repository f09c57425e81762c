# show: the text of a value as Julia would read it back, or as nearly as can be.
#
# print(io, x) falls back on show(io, x), display(x) on show(io, MIME("text/plain"), x), which in turn falls back on
# show(io, x). What surrounds a value tells it what need not be repeated: `:typeinfo` in the IOContext is the type that
# the reader already knows, so that in `Float32[1.0, 2.0]` the elements go without their `f0`. `:SHOWN_SET` holds the
# containers being shown, so that a container inside itself is cut off.

## MIME types

module Multimedia
import Core: Symbol
export MIME, @MIME_str
struct MIME{mime} end
macro MIME_str(s)
    return :(MIME{$(Expr(:quote, Symbol(s)))})
end
end
import .Multimedia: MIME, @MIME_str
MIME(s) = MIME{Symbol(s)}()
show(io::IO, ::MIME{mime}) where {mime} = print(io, "MIME type ", String(mime))
print(io::IO, ::MIME{mime}) where {mime} = print(io, String(mime))

show(x) = show(stdout, x)
show(io::IO, ::MIME"text/plain", x) = show(io, x)
show(io::IO, m::AbstractString, x) = show(io, MIME(m), x)
show(io::IO, @nospecialize(x)) = show_default(io, x)

istextmime(m::AbstractString) = istextmime(MIME(m))
istextmime(::MIME{m}) where {m} = startswith(String(m), "text/")
showable(::MIME{mime}, @nospecialize x) where {mime} = hasmethod(show, Tuple{IO,MIME{mime},typeof(x)})
showable(m::AbstractString, @nospecialize x) = showable(MIME(m), x)

repr(x; context=nothing) = sprint(show, x; context=context)
repr(m::MIME, x; context=nothing) = sprint(show, m, x; context=context)
repr(m::AbstractString, x; context=nothing) = repr(MIME(m), x; context=context)
repr(m::MIME"text/plain", x::AbstractString; context=nothing) = String(x)

## display

abstract type AbstractDisplay end
struct TextDisplay <: AbstractDisplay
    io::IO
end
const displays = AbstractDisplay[]
pushdisplay(d::AbstractDisplay) = push!(displays, d)
popdisplay() = pop!(displays)
displayable(d::AbstractDisplay, m) = false
display(d::TextDisplay, ::MIME"text/plain", @nospecialize x) = (show(d.io, MIME("text/plain"), x); println(d.io))
display(d::TextDisplay, @nospecialize x) = display(d, MIME("text/plain"), x)
display(d::TextDisplay, m::MIME, @nospecialize x) = (show(d.io, m, x); println(d.io))

"""
    display(x)

Shows `x` in full on the topmost display; without one, as plain text on standard output.
"""
function display(@nospecialize x)
    isempty(displays) ? display(TextDisplay(stdout), x) : display(displays[end], x)
    return nothing
end
display(m::AbstractString, @nospecialize x) = display(MIME(m), x)
display(m::MIME, @nospecialize x) = display(TextDisplay(stdout), m, x)
redisplay(x) = display(x)

macro show(exs...)
    blk = Expr(:block)
    for ex in exs
        push!(blk.args, :(println($(sprint(show_unquoted, ex) * " = "), repr(begin local value = $(esc(ex)) end))))
    end
    isempty(exs) || push!(blk.args, :value)
    return blk
end

## what every value can fall back on

const undef_ref_str = "#undef"

show_circular(io::IO, @nospecialize x) = false
function show_circular(io::IOContext, @nospecialize x)
    depth = 1
    d = io.dict
    while isdefined(d, :parent)
        if d.key === :SHOWN_SET
            if d.value === x
                print(io, "#= circular reference @-", depth, " =#")
                return true
            end
            depth += 1
        end
        d = d.parent
    end
    return false
end

function show_default(io::IO, @nospecialize x)
    t = typeof(x)::DataType
    show(io, t)
    print(io, '(')
    n = nfields(x)
    if n != 0 || sizeof(t) == 0 || ismutabletype(t)
        if !show_circular(io, x)
            inner = IOContext(io, Pair{Symbol,Any}(:SHOWN_SET, x), Pair{Symbol,Any}(:typeinfo, Any))
            for i in 1:n
                isdefined(x, i) ? show(inner, getfield(x, i)) : print(io, undef_ref_str)
                i < n && print(io, ", ")
            end
        end
    else
        print(io, "0x")
        r = Ref{Any}(x)
        p = ccall(:jl_value_ptr, Ptr{UInt8}, (Any,), x)
        for i in sizeof(t):-1:1
            print(io, string(unsafe_load(p, i), base=16, pad=2))
        end
    end
    print(io, ')')
    return nothing
end
dump_properties(x) = fieldnames(typeof(x))

## characters

function show(io::IO, ::MIME"text/plain", c::T) where {T<:AbstractChar}
    show(io, c)
    get(io, :compact, false) && return
    if !ismalformed(c)
        print(io, ": ")
        if isoverlong(c)
            print(io, "[overlong] ")
            u = decode_overlong(c)
        else
            u = codepoint(c)
        end
        h = uppercase(string(UInt32(u), base=16, pad=4))
        print(io, isascii(c) ? "ASCII/" : "", "Unicode U+", h)
    else
        print(io, ": Malformed UTF-8")
    end
    print(io, " (category ", Unicode.category_abbrev(c), ": ", Unicode.category_string(c), ")")
end

## numbers

show(io::IO, n::Signed) = (print(io, string(n)); nothing)
show(io::IO, n::Unsigned) = print(io, "0x", string(n, pad=sizeof(n) << 1, base=16))
print(io::IO, n::Unsigned) = print(io, string(n))
print(io::IO, n::Signed) = print(io, string(n))
print(io::IO, n::Int) = print(io, decimal(n))
function show(io::IO, b::Bool)
    if nonmissing_typeinfo(io) === Bool
        print(io, b ? "1" : "0")
    else
        print(io, b ? "true" : "false")
    end
end
print(io::IO, b::Bool) = show(io, b)
show(io::IO, p::Ptr) = print(io, typeof(p), "(0x", string(UInt(p), base=16, pad=16), ")")
show(io::IO, p::Union{Cstring,Cwstring}) = print(io, typeof(p), "(0x", string(bitcast(UInt, p), base=16, pad=16), ")")

function show(io::IO, x::Rational)
    show(io, numerator(x))
    # Where the reader knows that it is a Rational, a whole number is written as one.
    isone(denominator(x)) && nonmissing_typeinfo(io) <: Rational && return
    print(io, "//")
    show(io, denominator(x))
    return
end
print(io::IO, x::Rational) = show(io, x)
function nonmissing_typeinfo(io::IO)
    t = get(io, :typeinfo, Any)
    return t isa Union ? typesplit(typesplit(t, Nothing), Missing) : t
end

function show(io::IO, z::Complex)
    r, i = reim(z)
    compact = get(io, :compact, false)::Bool
    show(io, r)
    if signbit(i) && !isnan(i)
        print(io, compact ? "-" : " - ")
        if isa(i, Signed) && !isa(i, BigInt) && i == typemin(typeof(i))
            show(io, -widen(i))
        else
            show(io, -i)
        end
    else
        print(io, compact ? "+" : " + ")
        show(io, i)
    end
    if !(isa(i, Integer) && !isa(i, Bool) || isa(i, AbstractFloat) && isfinite(i))
        print(io, "*")
    end
    print(io, "im")
end
show(io::IO, z::Complex{Bool}) =
    print(io, z == im ? "im" : "Complex($(z.re),$(z.im))")

show(io::IO, x::Irrational{s}) where {s} = print(io, s)
show(io::IO, ::MIME"text/plain", x::Irrational{s}) where {s} =
    get(io, :compact, false)::Bool ? print(io, s) : print(io, s, " = ", rpad(first(string(Float64(x)), 15), 15, '0'), "...")

## strings, symbols, nothing

show(io::IO, s::AbstractString) = print_quoted(io, s)
function print_quoted(io::IO, s::AbstractString)
    write(io, 0x22)
    escape_string(io, s, ('"', '$'))
    write(io, 0x22)
    return nothing
end
show(io::IO, ::Nothing) = print(io, "nothing")
show(io::IO, ::Missing) = print(io, "missing")
print(io::IO, ::Nothing) = print(io, "nothing")
function show(io::IO, x::Some)
    get(io, :typeinfo, Any) == typeof(x) && return show(IOContext(io, Pair{Symbol,Any}(:typeinfo, Any)), x.value)
    print(io, "Some(")
    show(io, x.value)
    print(io, ")")
end
function show(io::IO, s::Symbol)
    if show_symbol_plainly(s)
        write(io, 0x3a)
        needs = isoperator(s) && symbol_needs_parens(s)
        needs && write(io, 0x28)
        print(io, s)
        needs && write(io, 0x29)
    else
        print(io, "Symbol(")
        print_quoted(io, String(s))
        print(io, ")")
    end
    return nothing
end
# Operators that the parser does not take right after a colon.
symbol_needs_parens(s::Symbol) = s !== :. && s in quoted_syntactic_operators
show_symbol_plainly(s::Symbol) = isidentifier(s) || (isoperator(s) && s !== Symbol("'"))

show(io::IO, ::UndefInitializer) = print(io, "UndefInitializer(): array initializer with undefined values")
show(io::IO, ::Val{x}) where {x} = (print(io, "Val{"); show(io, x); print(io, "}()"))
show(io::IO, ::Colon) = print(io, "Colon()")

## functions and modules

function function_name(@nospecialize f)
    return typeof(f).name.singletonname::Symbol
end

function show_function(io::IO, @nospecialize(f), compact::Bool)
    t = typeof(f)::DataType
    name = t.name.singletonname::Symbol
    mod = t.name.module
    if compact
        print(io, name)
    elseif isdefined(mod, name) && getglobal(mod, name) === f
        is_exported_from_base(name, mod) || print(io, mod, ".")
        show_sym(io, name)
    else
        show_default(io, f)
    end
    return nothing
end
is_exported_from_base(name::Symbol, mod::Module) =
    (mod === Base || mod === Core || parentmodule_is_base(mod)) && (is_exported(Base, name) || is_exported(Core, name)) &&
    isdefined(Base, name) && getglobal(Base, name) === getglobal(mod, name)
parentmodule_is_base(m::Module) = m !== Main && parentmodule(m) === Base
is_exported(m::Module, s::Symbol) = ccall(:jl_module_exports_p, Cint, (Any, Any), m, s) != 0

show(io::IO, f::Function) = show_function(io, f, get(io, :compact, false)::Bool)
print(io::IO, f::Function) = show_function(io, f, true)
show(io::IO, f::Core.IntrinsicFunction) = print(io, "Core.Intrinsics.", intrinsic_name(f))
print(io::IO, f::Core.IntrinsicFunction) = print(io, intrinsic_name(f))
function intrinsic_name(f::Core.IntrinsicFunction)
    for n in names(Core.Intrinsics; all=true)
        isdefined(Core.Intrinsics, n) && getglobal(Core.Intrinsics, n) === f && return n
    end
    return :intrinsic
end

function show(io::IO, ::MIME"text/plain", f::Function)
    get(io, :compact, false)::Bool && return show(io, f)
    t = typeof(f)::DataType
    name = t.name.singletonname::Symbol
    sname = string(name)
    self = isdefined(t.name.module, name) && getglobal(t.name.module, name) === f
    shown = self || '#' in sname ? sname : string("(::", t, ")")
    if f isa Core.IntrinsicFunction
        print(io, intrinsic_name(f), " (intrinsic function #", bitcast_intrinsic(f), ")")
    elseif f isa Core.Builtin
        print(io, sname, " (built-in function)")
    else
        n = length(methods(f))
        print(io, shown, startswith(sname, '@') ? " (macro with " : " (generic function with ", n, n == 1 ? " method)" : " methods)")
    end
    return nothing
end
bitcast_intrinsic(f) = reinterpret(Int32, f)

show(io::IO, c::ComposedFunction) = (show_composed(io, c.outer); print(io, " ∘ "); show_composed(io, c.inner))
print(io::IO, c::ComposedFunction) = show(io, c)
show(io::IO, ::MIME"text/plain", c::ComposedFunction) = show(io, c)
show(io::IO, c::ComposedFunction{typeof(!)}) = (print(io, '!'); show_composed(io, c.inner))
show_composed(io::IO, f) = f isa ComposedFunction && !(f.outer === (!)) ? (print(io, '('); show(io, f); print(io, ')')) : show(io, f)
show(io::IO, f::Fix) = show_default(io, f)
print(io::IO, f::Fix) = show_default(io, f)
show(io::IO, ::MIME"text/plain", f::Fix) = show_default(io, f)

function show(io::IO, m::Module)
    if m === parentmodule(m) || m === Main || m === Base || m === Core || parentmodule(m) === m
        print(io, nameof(m))
    else
        print_fullname(io, m)
    end
end
print_fullname(io::IO, m::Module) = print(io, join(fullname(m), "."))

show(io::IO, m::Core.TypeName) = print(io, "typename(", nameof(m.wrapper), ")")
show(io::IO, r::Base.RefValue) = show_ref(io, r)
function show_ref(io::IO, r)
    show(io, typeof(r))
    print(io, "(")
    if isdefined(r, :x)
        if !show_circular(io, r)
            show(IOContext(io, Pair{Symbol,Any}(:SHOWN_SET, r), Pair{Symbol,Any}(:typeinfo, Any)), r.x)
        end
    else
        print(io, undef_ref_str)
    end
    print(io, ")")
end
show(io::IO, ::MIME"text/plain", t::Task) = show(io, t)

## pairs, tuples, named tuples

has_tight_type(p::Pair) = typeof(p.first) === typeof(p).parameters[1] && typeof(p.second) === typeof(p).parameters[2]
# Whether what is shown for x needs no parentheses beside `=>`.
isdelimited(io::IO, x) = true
isdelimited(io::IO, x::Function) = !isoperator(Symbol(string(x)))
isdelimited(io::IO, p::Pair) = !(has_tight_type(p) || get(io, :typeinfo, Any) == typeof(p))

function pair_typeinfos(io::IO, p::Pair)
    t = get(io, :typeinfo, Any)::Type
    return t <: Pair && p isa t && t isa DataType ? (fieldtype(t, 1), fieldtype(t, 2)) : (Any, Any)
end
function show(io::IO, p::Pair)
    isdelimited(io, p) && return show_default(io, p)
    infos = pair_typeinfos(io, p)
    for i in 1:2
        x = i == 1 ? p.first : p.second
        inner = IOContext(io, Pair{Symbol,Any}(:typeinfo, infos[i]))
        plain = isdelimited(inner, x)
        plain || print(io, "(")
        show(inner, x)
        plain || print(io, ")")
        i == 1 && print(io, get(io, :compact, false)::Bool ? "=>" : " => ")
    end
end
show(io::IO, ::MIME"text/plain", p::Pair) = show(io, p)

show(io::IO, t::Tuple) = show_delimited(io, t, "(", ",", ")", true)
show(io::IO, v::SimpleVector) = show_delimited(io, v, "svec(", ",", ")", false)

function show(io::IO, t::NamedTuple)
    n = nfields(t)
    T = typeof(t)
    for i in 1:n
        if typeof(getfield(t, i)) !== fieldtype(T, i)
            show(io, T)
            print(io, "(")
            show(io, Tuple(t))
            print(io, ")")
            return
        end
    end
    if n == 0
        print(io, "NamedTuple()")
        return
    end
    known = get(io, :typeinfo, Any)
    print(io, "(")
    for i in 1:n
        show_sym(io, fieldname(T, i))
        print(io, " = ")
        show(IOContext(io, Pair{Symbol,Any}(:typeinfo, known isa DataType && known <: NamedTuple && t isa known ? fieldtype(known, i) : Any)), getfield(t, i))
        n == 1 ? print(io, ",") : i < n && print(io, ", ")
    end
    print(io, ")")
    return nothing
end

# Elements between delimiters; `one`: a delimiter also after a single element.
function show_delimited(io::IO, itr, op, delim, cl, one::Bool, from::Int=1, upto::Int=typemax(Int))
    print(io, op)
    if !show_circular(io, itr)
        inner = IOContext(io, Pair{Symbol,Any}(:SHOWN_SET, itr))
        known = get(io, :typeinfo, Any)
        by_field = known isa DataType && known <: Tuple && itr isa known
        i = 0
        shown = 0
        for x in itr
            i += 1
            i < from && continue
            i > upto && break
            shown > 0 && print(io, delim, ' ')
            show(by_field ? IOContext(inner, Pair{Symbol,Any}(:typeinfo, fieldtype(known, i))) : inner, x)
            shown += 1
        end
        one && shown == 1 && print(io, delim)
    end
    print(io, cl)
    return nothing
end
function show_delimited(io::IO, v::AbstractArray, op, delim, cl, one::Bool, from::Int=Int(first(LinearIndices(v))), upto::Int=Int(last(LinearIndices(v))))
    print(io, op)
    if !show_circular(io, v)
        inner = IOContext(io, Pair{Symbol,Any}(:SHOWN_SET, v))
        for i in from:upto
            i > from && print(io, delim, ' ')
            isassigned(v, i) ? show(inner, v[i]) : print(io, undef_ref_str)
        end
        one && from == upto && print(io, delim)
    end
    print(io, cl)
    return nothing
end

## what the surroundings tell about the type

function typeinfo_eltype(@nospecialize T)
    T === Any && return nothing
    T <: AbstractArray && return eltype(T)
    T <: AbstractDict && return eltype(T)
    T <: AbstractSet && return eltype(T)
    return nothing
end

# Types whose values need no mention of their type inside a container's brackets.
function typeinfo_implicit(@nospecialize T)
    (T === Float64 || T === Int || T === Char || T === String || T === Symbol || issingletontype(T)) && return true
    isconcretetype(T) || return false
    T <: Array && return typeinfo_implicit(eltype(T))
    (T <: Tuple || T <: NamedTuple || T <: Pair) && return all(typeinfo_implicit, fieldtypes(T))
    T <: AbstractDict && return typeinfo_implicit(keytype(T)) && typeinfo_implicit(valtype(T))
    return false
end

# The text before the brackets, and whether it leaves the element type to be inferred.
function typeinfo_prefix(io::IO, X)
    known = get(io, :typeinfo, Any)::Type
    X isa known || (known = Any)
    outer = typeinfo_eltype(known)
    own = eltype(X)
    if X isa AbstractDict
        own == outer && return sprint(show_type_name, typeof(X).name), false
        if !isempty(X) && typeinfo_implicit(keytype(X)) && typeinfo_implicit(valtype(X))
            return sprint(show_type_name, typeof(X).name), true
        end
        return string(typeof(X)), false
    end
    own == outer && return "", false
    !isempty(X) && typeinfo_implicit(own) && return "", true
    return string(own), false
end

## dictionaries and sets

function show(io::IO, t::AbstractDict{K,V}) where {K,V}
    prefix, _ = typeinfo_prefix(io, t)
    print(io, prefix, '(')
    if !show_circular(io, t)
        inner = IOContext(io, Pair{Symbol,Any}(:SHOWN_SET, t), Pair{Symbol,Any}(:typeinfo, eltype(t)))
        limit = get(io, :limit, false)::Bool
        n = 0
        for pair in t
            n > 0 && print(io, ", ")
            show(inner, pair)
            n += 1
            if limit && n >= 10
                print(io, "…")
                break
            end
        end
    end
    print(io, ')')
    return nothing
end

# How many entries fit, and in how many columns, where the output is limited.
entry_limit(io::IO) = get(io, :limit, false)::Bool ? max(displaysize(io)[1] - 4, 1) : typemax(Int)

function show_truncated(io::IO, text::AbstractString, width::Int)
    if textwidth(text) <= width
        print(io, text)
    else
        w = 0
        for c in text
            w += textwidth(c)
            w >= width && break
            print(io, c)
        end
        print(io, '…')
    end
end

function show(io::IO, ::MIME"text/plain", t::AbstractDict{K,V}) where {K,V}
    isempty(t) && return show(io, t)
    summary(io, t)
    print(io, ":")
    show_circular(io, t) && return
    inner = IOContext(io, Pair{Symbol,Any}(:SHOWN_SET, t))
    if !haskey(io, :compact)
        inner = IOContext(inner, Pair{Symbol,Any}(:compact, true))
    end
    ks = IOContext(inner, Pair{Symbol,Any}(:typeinfo, keytype(t)))
    vs = IOContext(inner, Pair{Symbol,Any}(:typeinfo, valtype(t)))
    rows = entry_limit(io)
    limit = rows < typemax(Int)
    columns = limit ? displaysize(io)[2] : typemax(Int)
    width = 0
    if limit
        n = 0
        for k in keys(t)
            n += 1
            n > rows && break
            width = max(width, textwidth(sprint(show, k; context=ks)))
        end
        width = min(width, div(columns - 8, 3))
    end
    n = 0
    for (k, v) in t
        n += 1
        print(io, "\n  ")
        if n == rows < length(t)
            print(io, rpad("⋮", width), " => ⋮")
            break
        end
        if limit
            text = sprint(show, k; context=ks)
            show_truncated(io, rpad(text, width), max(width, 1))
            print(io, " => ")
            show_truncated(io, sprint(show, v; context=vs), columns - width - 6)
        else
            show(ks, k)
            print(io, " => ")
            show(vs, v)
        end
    end
    return nothing
end

entries_text(n::Int) = n == 1 ? " with 1 entry" : string(" with ", n, " entries")
function summary(io::IO, t::AbstractDict)
    showarg(io, t, true)
    if IteratorSize(t) isa HasLength
        print(io, entries_text(length(t)))
    else
        print(io, "(...)")
    end
end
function summary(io::IO, t::AbstractSet)
    n = length(t)
    showarg(io, t, true)
    print(io, " with ", n, n == 1 ? " element" : " elements")
end
summary(io::IO, x) = print(io, typeof(x))
summary(x) = sprint(summary, x)
show(io::IO, s::AbstractSet) = show_set(io, s, typeof(s).name)
function show_set(io::IO, s, name)
    if isempty(s)
        if get(io, :typeinfo, Any) == typeof(s)
            print(io, "Set()")
        else
            show(io, typeof(s))
            print(io, "()")
        end
    else
        show_type_name(io, name)
        print(io, "(")
        show_vector(io, s)
        print(io, ')')
    end
end
function show(io::IO, ::MIME"text/plain", s::AbstractSet)
    isempty(s) && return show(io, s)
    summary(io, s)
    print(io, ":")
    show_circular(io, s) && return
    inner = IOContext(io, Pair{Symbol,Any}(:SHOWN_SET, s), Pair{Symbol,Any}(:typeinfo, eltype(s)))
    haskey(io, :compact) || (inner = IOContext(inner, Pair{Symbol,Any}(:compact, true)))
    show_lines(io, inner, s)
end
function show_lines(io::IO, inner::IO, itr)
    rows = entry_limit(io)
    n = 0
    for x in itr
        n += 1
        print(io, "\n  ")
        if n == rows < length(itr)
            print(io, "⋮")
            break
        end
        show(inner, x)
    end
    return nothing
end

show(io::IO, k::KeySet) = show_vector(io, collect(k))
show(io::IO, v::ValueIterator) = show_vector(io, collect(v))
function show(io::IO, ::MIME"text/plain", k::KeySet)
    summary(io, k)
    isempty(k) && return
    print(io, ". Keys:")
    show_lines(io, IOContext(io, Pair{Symbol,Any}(:typeinfo, eltype(k)), Pair{Symbol,Any}(:compact, true)), k)
end
function show(io::IO, ::MIME"text/plain", v::ValueIterator)
    summary(io, v)
    isempty(v) && return
    print(io, ". Values:")
    show_lines(io, IOContext(io, Pair{Symbol,Any}(:typeinfo, eltype(v)), Pair{Symbol,Any}(:compact, true)), v)
end
function summary(io::IO, k::KeySet)
    print(io, "KeySet for a ")
    summary(io, k.dict)
end
function summary(io::IO, v::ValueIterator)
    print(io, "ValueIterator for a ")
    summary(io, v.dict)
end

## ranges

show(io::IO, r::AbstractRange) = (show(io, first(r)); print(io, ':'); show(io, step(r)); print(io, ':'); show(io, last(r)))
show(io::IO, r::UnitRange) = (show(io, first(r)); print(io, ':'); show(io, last(r)))
show(io::IO, r::AbstractUnitRange) = (show(io, first(r)); print(io, ':'); show(io, last(r)))
show(io::IO, r::OneTo) = (print(io, "Base.OneTo("); show(io, r.stop); print(io, ")"))
show(io::IO, ::MIME"text/plain", r::AbstractRange) = show(io, r)

## dump

"""
    dump(x; maxdepth=8)

Shows the structure of `x`, field by field.
"""
dump(x; maxdepth::Int=8) = dump(stdout, x; maxdepth=maxdepth)
function dump(io::IO, @nospecialize(x); maxdepth::Int=8)
    dump_value(io, x, maxdepth, "")
    println(io)
end
function dump_value(io::IO, @nospecialize(x), n::Int, indent::String)
    if x isa String
        print(io, "String ")
        show(io, x)
    elseif x isa Symbol
        print(io, "Symbol ", x)
    elseif x isa Module
        print(io, "Module ", x)
    elseif x isa Function && nfields(x) == 0
        print(io, x, " (function of type ", typeof(x), ")")
    elseif x isa DataType
        dump_type(io, x, n, indent)
    elseif x isa Type
        print(io, typeof(x), " ", x)
    elseif x isa Array
        print(io, "Array{", eltype(x), "}(", size(x), ")")
        if eltype(x) <: Number || eltype(x) <: AbstractChar
            print(io, " ")
            show(io, x)
        elseif n > 0
            k = 0
            for i in eachindex(x)
                k += 1
                println(io)
                if k > 10
                    print(io, indent, "  ...")
                    break
                end
                print(io, indent, "  ", i, ": ")
                isassigned(x, i) ? dump_value(io, x[i], n - 1, string(indent, "  ")) : print(io, undef_ref_str)
            end
        end
    elseif nfields(x) > 0
        T = typeof(x)
        print(io, T)
        if n > 0
            for f in 1:nfields(x)
                println(io)
                print(io, indent, "  ", T <: Tuple ? f : fieldname(T, f), ": ")
                isdefined(x, f) ? dump_value(io, getfield(x, f), n - 1, string(indent, "  ")) : print(io, undef_ref_str)
            end
        end
    elseif x isa Number || x isa AbstractChar || x isa Ptr
        print(io, typeof(x), " ")
        show(io, x)
    else
        T = typeof(x)
        issingletontype(T) && sizeof(T) == 0 && !(x isa Nothing) ? print(io, T, x isa Function ? "" : "()") : (print(io, T, " "); show(io, x))
    end
    return nothing
end
function dump_type(io::IO, T::DataType, n::Int, indent::String)
    print(io, isabstracttype(T) ? "abstract type " : isprimitivetype(T) ? "primitive type " : ismutabletype(T) ? "mutable struct " : "struct ", T)
    T === Any || print(io, " <: ", supertype(T))
    if isstructtype(T) && !(T <: Tuple) && n > 0
        for i in 1:fieldcount(T)
            println(io)
            print(io, indent, "  ", fieldname(T, i), "::", fieldtype(T, i))
        end
    end
end

## iterators

function show_call_of(io::IO, name, args)
    print(io, name, "(")
    first = true
    for a in args
        first || print(io, ", ")
        first = false
        show(io, a)
    end
    print(io, ")")
end
show(io::IO, z::Iterators.Zip) = show_call_of(io, "zip", z.is)
show(io::IO, e::Iterators.Enumerate) = show_call_of(io, "enumerate", (e.itr,))
show(io::IO, ::MIME"text/plain", z::Iterators.Zip) = show(io, z)
show(io::IO, s::SkipMissing) = show_call_of(io, "skipmissing", (s.x,))
show(io::IO, g::Generator) = (print(io, "Base.Generator{", typeof(g).parameters[1], ", ", typeof(g).parameters[2], "}("); show(io, g.f); print(io, ", "); show(io, g.iter); print(io, ")"))
function show(io::IO, r::CartesianIndices)
    print(io, "CartesianIndices((")
    axs = r.indices
    for k in 1:length(axs)
        k > 1 && print(io, ", ")
        a = axs[k]
        show(io, a isa OneTo ? length(a) : a)
    end
    print(io, length(axs) == 1 ? ",))" : "))")
end
show(io::IO, ::MIME"text/plain", r::CartesianIndices) = show_default_layout(io, r)
show_default_layout(io::IO, r) = invoke(show, Tuple{IO,MIME"text/plain",AbstractArray}, io, MIME("text/plain"), r)
