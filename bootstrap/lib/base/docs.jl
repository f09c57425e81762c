# Documentation strings: what a string in front of a definition leaves behind, and @doc to read it.

module Docs

import ..Base: IdDict, isexpr, show, print, get, ==, String, string

export doc

struct Binding
    mod::Module
    var::Symbol
end
==(a::Binding, b::Binding) = a.mod === b.mod && a.var === b.var
Base.hash(b::Binding, h::UInt) = Base.hash(b.var, Base.hash(Base.objectid(b.mod), h))
show(io::IO, b::Binding) = print(io, b.mod, ".", b.var)

"""
A documentation string: `text` holds its parts, `data` where it comes from.
"""
struct DocStr
    text::Core.SimpleVector
    object::Any
    data::Base.Dict{Symbol,Any}
end
show(io::IO, d::DocStr) = for t in d.text; print(io, t); end
show(io::IO, ::Base.MIME"text/plain", d::DocStr) = show(io, d)

# Docs of a binding, oldest first.
const store = Base.Dict{Binding,Base.Vector{DocStr}}()

function document!(mod::Module, name::Symbol, text, data)
    b = Binding(mod, name)
    docs = Base.get!(() -> DocStr[], store, b)
    parts = text isa Base.Tuple ? Core.svec(text...) : Core.svec(text)
    push!(docs, DocStr(parts, nothing, data))
    return b
end
function lookup(mod::Module, name::Symbol)
    b = Binding(mod, name)
    Base.haskey(store, b) && return Base.last(store[b])
    if Base.isdefined(mod, name)
        v = Base.getglobal(mod, name)
        owner = v isa Base.Function || v isa Base.Type ? Base.parentmodule(v) : mod
        c = Binding(owner, name)
        Base.haskey(store, c) && return Base.last(store[c])
    end
    return nothing
end
function doc(mod::Module, name::Symbol)
    d = lookup(mod, name)
    d === nothing || return d
    return DocStr(Core.svec(string("No documentation found.\n\nBinding `", mod, ".", name, "` ", Base.isdefined(mod, name) ? "exists" : "does not exist", ".\n")), nothing, Base.Dict{Symbol,Any}())
end

# The name that a definition defines; nothing if it defines none.
function defined_name(ex)
    ex isa Symbol && return ex
    ex isa Expr || return nothing
    h = ex.head
    if h === :function || h === :(=) || h === :macro || h === :const || h === :global || h === :(::) || h === :where || h === :curly || h === :(<:) || h === :abstract || h === :primitive
        n = defined_name(ex.args[1])
        return h === :macro && n isa Symbol ? Symbol("@", n) : n
    elseif h === :call
        return ex.args[1] isa Symbol ? ex.args[1] : Base.isexpr(ex.args[1], :., 2) ? ex.args[1] : defined_name(ex.args[1])
    elseif h === :struct
        return defined_name(ex.args[2])
    elseif h === :module
        return ex.args[2]
    elseif h === :. && ex.args[2] isa QuoteNode
        return ex
    elseif h === :macrocall
        return length(ex.args) >= 3 ? defined_name(ex.args[end]) : nothing
    elseif h === :block
        for a in ex.args
            n = defined_name(a)
            n === nothing || return n
        end
    end
    return nothing
end
is_definition(ex) = Base.isexpr(ex, (:function, :(=), :macro, :const, :struct, :abstract, :primitive, :module, :global, :macrocall, :block))

# A call that stores the documentation; every name in it says where it is from, for the macro's module is Core.
function record_call(name, mod::Module, str, source)
    name === nothing && return nothing
    where_from = Expr(:call, GlobalRef(Docs, :origin), source.line, mod)
    if name isa Symbol
        return Expr(:call, GlobalRef(Docs, :document!), mod, QuoteNode(name), esc(str), where_from)
    end
    return Expr(:call, GlobalRef(Docs, :document!), esc(name.args[1]), name.args[2], esc(str), where_from)
end
function origin(line, mod)
    d = Base.Dict{Symbol,Any}()
    d[:linenumber] = line
    d[:module] = mod
    return d
end

# The expansion of a string before a definition, and of @doc.
function docm(source, mod::Module, str, ex)
    if ex isa Expr && ex.head === :macrocall && !Base.isexpr(ex, :macrocall, 2) && !is_plain_macro_reference(ex)
        # A macro that defines something says by Base.@__doc__ which of its definitions is meant; here all of it is.
        name = defined_name(ex)
        return Expr(:block, esc(ex), guarded(record_call(name, mod, str, source)))
    end
    name = Base.isexpr(ex, :macrocall) ? ex.args[1] : defined_name(ex)
    if Base.isexpr(ex, :module)
        return Expr(:toplevel, esc(ex), record_call(name, mod, str, source))
    end
    record = record_call(name isa Expr && name.head === :macrocall ? nothing : name, mod, str, source)
    is_definition(ex) || return Expr(:block, record, :nothing)
    return Expr(:block, esc(ex), record === nothing ? :nothing : record)
end
is_plain_macro_reference(ex) = length(ex.args) == 2
guarded(x) = x === nothing ? :nothing : x

function docm(source, mod::Module, ex)
    if Base.isexpr(ex, :->, 2)
        return docm(source, mod, ex.args[1], ex.args[2].args[end])
    elseif Base.isexpr(ex, :call, 3) && ex.args[1] === :(=>)
        return docm(source, mod, ex.args[2], ex.args[3])
    end
    find = GlobalRef(Docs, :doc)
    if ex isa Symbol
        return Expr(:call, find, mod, QuoteNode(ex))
    elseif Base.isexpr(ex, :.) && ex.args[2] isa QuoteNode
        return Expr(:call, find, esc(ex.args[1]), ex.args[2])
    elseif Base.isexpr(ex, :macrocall)
        name = ex.args[1]
        name isa Symbol && return Expr(:call, find, mod, QuoteNode(name))
        return Expr(:call, find, esc(name.args[1]), name.args[2])
    elseif Base.isexpr(ex, :call)
        return docm(source, mod, ex.args[1])
    end
    return Expr(:call, GlobalRef(Docs, :doc_value), esc(ex))
end
doc_value(x) = x isa Base.Function ? doc(Base.parentmodule(x), Base.nameof(x)) : doc(Base.parentmodule(Base.typeof(x)), Base.nameof(Base.typeof(x)))

end

Core.doc_hook.atdoc = Docs.docm
