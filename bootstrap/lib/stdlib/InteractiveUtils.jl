# InteractiveUtils: asking what a call means, what types and methods there are, and what a module holds. Of Julia's package
# everything but the editor, the clipboard and the listings of native code.

module InteractiveUtils

import Base: code_lowered, code_typed

export @which, @code_lowered, @code_typed, @functionloc, code_lowered, code_typed, methodswith, subtypes, supertypes, varinfo,
    versioninfo

# The function that a call expression calls, and its argument expressions.
function call_parts(@nospecialize(ex))
    ex isa Expr || error("expression is not a function call or symbol")
    args = ex.args
    if ex.head === :call
        (i = findfirst(a -> a isa Expr && a.head === :parameters, args)) === nothing || return keyword_parts(ex, i)
        any(a -> a isa Expr && a.head === :kw, args) && return keyword_parts(ex, 0)
        return args[1], args[2:end]
    elseif ex.head === :ref
        return GlobalRef(Base, :getindex), args
    elseif ex.head === :.
        return args[2] isa Expr ? error("a broadcast is not a single call") : (GlobalRef(Base, :getproperty), args)
    elseif ex.head === :vect
        return GlobalRef(Base, :vect), args
    elseif ex.head === :tuple
        return GlobalRef(Core, :tuple), args
    elseif ex.head === :(=) && args[1] isa Expr && args[1].head === :ref
        return GlobalRef(Base, :setindex!), Any[args[1].args[1], args[2], args[1].args[2:end]...]
    elseif ex.head === :(=) && args[1] isa Expr && args[1].head === :.
        return GlobalRef(Base, :setproperty!), Any[args[1].args[1], args[1].args[2], args[2]]
    elseif ex.head === :comparison && length(args) == 3
        return args[2], Any[args[1], args[3]]
    end
    error("expression is not a function call")
end

# f(x; k=v) is kwcall((k=v,), f, x).
function keyword_parts(ex::Expr, i::Int)
    positional = Any[]
    keywords = i == 0 ? Any[] : copy(ex.args[i].args)
    for (j, a) in enumerate(ex.args)
        (j == 1 || j == i) && continue
        a isa Expr && a.head === :kw ? push!(keywords, a) : push!(positional, a)
    end
    named = Expr(:tuple, Expr(:parameters, keywords...))
    return GlobalRef(Core, :kwcall), Any[named, ex.args[1], positional...]
end

# fn(f, Tuple{types of the arguments}; options...)
function asking(fn::Symbol, options, @nospecialize(ex))
    ex isa Expr && ex.head === :block && length(ex.args) == 1 && (ex = ex.args[1])
    f, args = call_parts(ex)
    types = Any[a isa Expr && a.head === :(::) && length(a.args) == 1 ? esc(a.args[1]) : :(Core.Typeof($(esc(a)))) for a in args]
    kws = Any[o isa Expr && o.head === :(=) ? Expr(:kw, o.args[1], esc(o.args[2])) : esc(o) for o in options]
    return Expr(:call, GlobalRef(Base, fn), Expr(:parameters, kws...), f isa GlobalRef ? f : esc(f), Expr(:curly, :Tuple, types...))
end

only_one(x) = length(x) == 1 ? x[1] : x

macro code_lowered(args...)
    return :(only_one($(asking(:code_lowered, args[1:end-1], args[end]))))
end
macro code_typed(args...)
    return :(only_one($(asking(:code_typed, args[1:end-1], args[end]))))
end
macro which(ex)
    ex isa Symbol && return :(which($__module__, $(QuoteNode(ex))))
    return asking(:which, (), ex)
end

macro functionloc(ex)
    return asking(:functionloc, (), ex)
end

## types

# Modules that can be reached by name, each once.
function known_modules()
    found = Module[]
    add(m) = if !(m in found)
        push!(found, m)
        for name in Base.unsorted_names(m; all=true)
            isdefined(m, name) && !Base.isdeprecated(m, name) || continue
            x = getglobal(m, name)
            x isa Module && parentmodule(x) === m && add(x)
        end
    end
    foreach(add, Module[Core, Base, Main])
    foreach(add, Base.loaded_modules_array())
    return found
end

"""
    subtypes(T)

The types that were declared as immediate subtypes of `T`, as far as they can be reached by name.
"""
subtypes(@nospecialize(T::Type)) = subtypes_in(known_modules(), T)
subtypes(m::Module, @nospecialize(T::Type)) = subtypes_in([m], T)
function subtypes_in(modules, @nospecialize(T::Type))
    isabstracttype(T) || return Any[]
    found = Any[]
    wanted = Base.unwrap_unionall(T)
    for m in modules, name in Base.unsorted_names(m; all=true)
        isdefined(m, name) && !Base.isdeprecated(m, name) || continue
        t = getglobal(m, name)
        t isa Type && !(t isa Union) && t !== Union{} || continue
        d = Base.unwrap_unionall(t)
        # An alias is not the name of a type.
        d isa DataType && d.name.name === name && d.name.module === m || continue
        above = supertype(d)
        above.name === wanted.name || continue
        t === T && continue
        if T isa UnionAll || above === T
            t in found || push!(found, t)
        else
            # Of a type with parameters, what is left of it below T.
            below = typeintersect(t, T)
            below !== Union{} && !(below in found) && push!(found, below)
        end
    end
    return sort!(found; by=string)
end

"""
    supertypes(T)

`T` and all types above it, up to `Any`, as a tuple.
"""
supertypes(@nospecialize(T::Type)) = T === Any ? (Any,) : (T, supertypes(supertype(T))...)

"""
    methodswith(T[, f or module]; supertypes=false)

The methods that have an argument of type `T`, or with `supertypes` of a type above it other than `Any`.
"""
function methodswith(@nospecialize(T::Type), @nospecialize(f::Base.Callable), found=Method[]; supertypes::Bool=false)
    for m in methods(f)
        any(t -> takes(t, T, supertypes), Base.unwrap_unionall(m.sig).parameters[2:end]) && !(m in found) && push!(found, m)
    end
    return found
end
function takes(@nospecialize(t), @nospecialize(T), above::Bool)
    t isa Core.TypeofVararg && (t = Base.unwrapva(t))
    t isa TypeVar && (t = t.ub)
    t isa Type || return false
    return Base.unwrap_unionall(t) === Base.unwrap_unionall(T) || above && t !== Any && T <: Base.rewrap_unionall(t, T)
end
function methodswith(@nospecialize(T::Type), m::Module; supertypes::Bool=false)
    found = Method[]
    for name in names(m)
        isdefined(m, name) || continue
        f = getglobal(m, name)
        f isa Function && methodswith(T, f, found; supertypes=supertypes)
    end
    return found
end
function methodswith(@nospecialize(T::Type); supertypes::Bool=false)
    found = Method[]
    for m in known_modules()
        append!(found, filter(x -> !(x in found), methodswith(T, m; supertypes=supertypes)))
    end
    return found
end

## what there is

# A table as Markdown shows it in a terminal: columns under their names, a line between.
struct Listing
    head::Vector{String}
    rows::Vector{Vector{String}}
    right::Int              # the column that is aligned to the right
end
function Base.show(io::IO, ::MIME"text/plain", t::Listing)
    width(j) = maximum(textwidth, [t.head[j]; [r[j] for r in t.rows]])
    widths = [width(j) for j in 1:length(t.head)]
    line(row) = "  " * rstrip(join((j == t.right ? lpad(row[j], widths[j]) : rpad(row[j], widths[j]) for j in 1:length(row)), " "))
    println(io, line(t.head))
    print(io, "  ", join(("–"^w for w in widths), " "))
    for row in t.rows
        print(io, "\n", line(row))
    end
end
Base.show(io::IO, t::Listing) = show(io, MIME"text/plain"(), t)

"""
    varinfo(m=Main, pattern=r""; all=false, imported=false, sortby=:name, minsize=0)

A table of the public global variables of a module: name, size, summary.
"""
function varinfo(m::Module=Main, pattern::Regex=r""; all::Bool=false, imported::Bool=false, sortby::Symbol=:name, minsize::Int=0)
    sortby in (:name, :size, :summary) || throw(ArgumentError("Unrecognized `sortby` value `:$sortby`. Possible options are `:name`, `:size`, and `:summary`"))
    rows = Tuple{String, String, String, Int}[]
    for name in sort!(names(m; all=all, imported=imported))
        isdefined(m, name) && occursin(pattern, String(name)) || continue
        value = getglobal(m, name)
        size = value isa Module && value !== Main || value in (Base, Main, Core) ? 0 : Base.summarysize(value)
        size >= minsize || continue
        push!(rows, (String(name), size == 0 ? "" : Base.format_bytes(size), summary(value), size))
    end
    sortby === :size && sort!(rows; by=last, rev=true)
    sortby === :summary && sort!(rows; by=r -> r[3])
    return Listing(["name", "size", "summary"], [[r[1], r[2], r[3]] for r in rows], 2)
end
varinfo(pattern::Regex; kwargs...) = varinfo(Main, pattern; kwargs...)

"""
    versioninfo(io=stdout; verbose=false)

What runs here: the version, the operating system, the word size.
"""
function versioninfo(io::IO=stdout; verbose::Bool=false)
    println(io, "Julia Version ", VERSION)
    println(io, "Platform Info:")
    println(io, "  OS: ", Sys.islinux() ? "Linux" : string(Sys.KERNEL), " (", Sys.MACHINE, ")")
    println(io, "  CPU: ", Sys.ARCH)
    println(io, "  WORD_SIZE: ", Sys.WORD_SIZE)
    println(io, "  Interpreter: jl0")
    if verbose
        println(io, "Environment:")
        for (name, value) in sort!(collect(pairs(ENV)); by=first)
            startswith(name, "JULIA") || startswith(name, "JL0") || name in ("HOME", "PATH", "TERM") || continue
            println(io, "  ", name, " = ", value)
        end
    end
end

end
