# Documentation strings: what a string in front of a definition leaves behind, and @doc to read it.
#
# The documentation of a name is kept in the module that wrote it, under a Binding (a module and a name). A name can have
# several texts, one for each signature that was documented; the signature of a method is the union of the tuples of its
# argument types (one for each number of optional arguments), that of anything else is Union{}. `docm` is what @doc
# expands to: it looks at the expression behind the text, after its macros are expanded, and decides what is documented.
# Functions stand in the expansion as values, so that it means the same in every module.

module Docs

import ..Base
import ..Base: show, print, ==, hash, get!
using ..Base: RefValue, mapany, invokelatest, binding_module
using ..Base.Meta: quot, isexpr, unblock, unescape
using Core: SimpleVector

export doc, hasdoc, undocumented_names, HTML, @html_str, Text, @text_str, @var

# Names

struct Binding
    mod::Module
    var::Symbol
    # A module's own name belongs to its parent, so that `A` means the same inside and outside of A.
    function Binding(m::Module, name::Symbol)
        home = nameof(m) === name ? parentmodule(m) : m
        return new(binding_module(home, name), name)
    end
end

function show(io::IO, b::Binding)
    b.mod === Base.active_module() || print(io, b.mod, '.', Base.isoperator(b.var) ? ":" : "")
    print(io, b.var)
end

defined(b::Binding) = invokelatest(isdefined, b.mod, b.var)
resolve(b::Binding) = invokelatest(getglobal, b.mod, b.var)

# The name under which an object was defined, where that is known.
aliasof(b::Binding) = defined(b) ? (a = aliasof(resolve(b), b); defined(a) ? a : b) : b
aliasof(d::DataType, b) = Binding(d.name.module, d.name.name)
aliasof(f::Function, b) = (name = typeof(f).name; Binding(name.module, name.singletonname))
aliasof(m::Module, b) = Binding(m, nameof(m))
aliasof(@nospecialize(other), b) = b

# The expression that makes the Binding of the name `x`.
bindingexpr(@nospecialize x) = Expr(:call, Binding, module_and_name(x)...)
module_and_name(s::Symbol) = (Expr(:macrocall, Base.var"@__MODULE__", nothing), quot(s))
module_and_name(r::GlobalRef) = (r.mod, quot(r.name))
function module_and_name(@nospecialize x)
    isexpr(x, :macrocall) && return module_and_name(x.args[1])
    isexpr(x, :.) && return (x.args[1], x.args[2])
    error("Invalid @var syntax `$x`.")
end

macro var(x)
    return esc(bindingexpr(x))
end

# The name that a definition defines.
namify(@nospecialize x) = defined_name(x, isexpr(x, :macro))::Union{Symbol,Expr,GlobalRef}
defined_name(@nospecialize(x), ismacro::Bool) = x
defined_name(q::QuoteNode, ismacro::Bool) = defined_name(q.value, ismacro)
defined_name(s::Symbol, ismacro::Bool) = ismacro ? Symbol('@', s) : s
function defined_name(x::Expr, ismacro::Bool)
    if x.head === :.
        return ismacro ? Expr(:., x.args[1], Symbol('@', x.args[2].value)) : x
    elseif x.head === :call && isexpr(x.args[1], :(::))
        # a method of the objects of a type documents the type
        return defined_name(x.args[1].args[end], ismacro)
    end
    return defined_name(x.args[x.head === :module || x.head === :struct ? 2 : 1], ismacro)
end

# Signatures

# The signature that `expr` defines or names, as an expression; `tv` collects the declarations of its type variables.
signature(@nospecialize x) = signature!(Any[], x)
function signature!(tv::Vector{Any}, @nospecialize(x))
    x isa Expr || return :(Union{})
    if x.head === :call || x.head === :macrocall
        tuples = Any[:(Tuple{})]
        for argument in x.args[(x.head === :call ? 2 : 3):end]
            isexpr(argument, :parameters) && continue
            # an optional argument adds the signature without it
            isexpr(argument, :kw) && push!(tuples, Expr(:curly, tuples[end].args...))
            push!(tuples[end].args, argtype(argument))
        end
        isexpr(x.args[1], :curly) && isempty(tv) && append!(tv, mapany(typevar, x.args[1].args[2:end]))
        # every variable must occur in a member of the union
        for i in length(tv):-1:1
            push!(tuples, :(Tuple{$(tv[i].args[1])}))
        end
        sig = Expr(:curly, :Union, tuples...)
        for i in length(tv):-1:1
            sig = Expr(:where, sig, tv[i])
        end
        return sig
    elseif x.head === :where
        append!(tv, mapany(typevar, x.args[2:end]))
    end
    return signature!(tv, x.args[1])
end
typevar(x::Expr) = x
typevar(s::Symbol) = :($s <: Any)

argtype(@nospecialize other) = :Any
function argtype(x::Expr)
    x.head === :(::) && return x.args[end]
    x.head === :... && return :(Vararg{$(argtype(x.args[1]))})
    x.head === :meta && length(x.args) == 2 && (x.args[1] === :nospecialize || x.args[1] === :specialize) &&
        return argtype(x.args[2])
    return argtype(x.args[1])
end

# What is kept

"""
A documentation string: `text` holds its parts, `object` what was made of them, `data` where it comes from.
"""
mutable struct DocStr
    text::SimpleVector
    object::Any
    data::Base.Dict{Symbol,Any}
end
docstr(text::SimpleVector, data::Base.Dict{Symbol,Any}) = DocStr(text, nothing, data)
docstr(text::AbstractString, data::Base.Dict{Symbol,Any}) = DocStr(Core.svec(text), nothing, data)
docstr(d::DocStr, data::Base.Dict{Symbol,Any}) = (d.data = Base.merge(data, d.data); d)
docstr(object, data::Base.Dict{Symbol,Any}) = DocStr(Core.svec(), object, data)
docstr(object) = docstr(object, Base.Dict{Symbol,Any}())
function docstr(b::Binding, @nospecialize(sig::Type=Union{}))
    for m in modules
        texts = get(meta(m), b, nothing)
        texts isa MultiDoc && haskey(texts.docs, sig) && return texts.docs[sig]
    end
    error("could not find matching docstring for '$b :: $sig'.")
end

const METAType = Base.IdDict{Any,Any}

"""
The texts of one name: `docs` by signature, `order` the signatures in the order in which they came.
"""
mutable struct MultiDoc
    order::Vector{Type}
    docs::METAType
    MultiDoc() = new(Type[], METAType())
end

const modules = Module[]
const META = gensym(:meta)
const keywords = Base.Dict{Symbol,DocStr}()

function meta(m::Module; autoinit::Bool=true)
    invokelatest(isdefinedglobal, m, META) && return invokelatest(getglobal, m, META)::METAType
    return autoinit ? initmeta(m) : nothing
end
function initmeta(m::Module)
    invokelatest(isdefinedglobal, m, META) && return invokelatest(getglobal, m, META)::METAType
    store = METAType()
    Core.eval(m, :(const $META = $store))
    push!(modules, m)
    return store
end

"""
    Docs.doc!(module, binding, str, sig)

Keeps `str` as the documentation of `binding` for the signature `sig`.
"""
function doc!(mod::Module, b::Binding, str::DocStr, @nospecialize(sig=Union{}))
    texts = get!(MultiDoc, initmeta(mod), b)
    if haskey(texts.docs, sig)
        mod === Base.active_module() || Base.@warn "Replacing docs for `$b :: $sig` in module `$mod`"
    else
        push!(texts.order, sig)
    end
    texts.docs[sig] = str
    str.data[:binding] = b
    str.data[:typesig] = sig
    return b
end

# What @doc expands to

lazy_iterpolate(text::AbstractString) = Expr(:call, Core.svec, text)
lazy_iterpolate(@nospecialize x) = isexpr(x, :string) ? Expr(:call, Core.svec, x.args...) : x
docexpr(source, mod, args...) = Expr(:call, docstr, args...)

"""
    Docs.metadata(source, module, expr, ismodule)

The expression of what is kept beside the text: file, line, module, and for structs the texts of fields.
"""
function metadata(source, mod, @nospecialize(expr), ismodule::Bool)
    entries = Any[Pair(:path, source.file isa Symbol ? String(source.file) : ""), Pair(:linenumber, source.line)]
    push!(entries, ismodule ? :($Pair(:module, $expr)) : Pair(:module, mod))
    if isexpr(expr, :struct)
        fields = Expr(:call, Base.Dict{Symbol,Any}, field_texts(expr.args[3]::Expr)...)
        push!(entries, :($Pair(:fields, $fields)))
    end
    return Expr(:call, Base.Dict{Symbol,Any}, entries...)
end

function field_texts(body::Expr)
    found = Any[]
    text = nothing
    for member in body.args
        x = unescape(member)
        if x isa Symbol || isexpr(x, :(::))
            text === nothing || push!(found, Expr(:call, Pair{Symbol,Any}, quot(namify(x)), text))
            text = nothing
        elseif isexpr(x, :function) || isexpr(x, :(=))
            break
        elseif x isa String || isexpr(x, :string) || isexpr(x, :call) ||
            isexpr(x, :macrocall) && x.args[1] === Symbol("@doc_str")
            text = member
        end
    end
    return found
end

# A definition (or nothing), and the call that keeps the text. No line numbers in between: the value of the block
# is what a definition's value is used for.
function objectdoc(source, mod, @nospecialize(str), @nospecialize(def), @nospecialize(expr), sig=:(Union{}))
    binding = esc(bindingexpr(namify(expr)))
    text = esc(docexpr(source, mod, lazy_iterpolate(str), metadata(source, mod, expr, false)))
    return Expr(:block, esc(def), Expr(:call, doc!, mod, binding, text, esc(sig)))
end

function calldoc(source, mod, @nospecialize(str), ex::Expr)
    call = ex
    while call.head === :where
        call = call.args[1]
    end
    valid(a) = a isa Symbol || isexpr(a, (:(::), :..., :kw, :parameters))
    all(valid, call.args[2:end]) || return docerror(ex)
    return objectdoc(source, mod, str, nothing, ex, signature(ex))
end

# The text of a module is kept in the module itself.
function moduledoc(source, mod, @nospecialize(str), @nospecialize(def), ex::Expr)
    name = namify(ex)
    text = docexpr(source, name, lazy_iterpolate(str), metadata(source, mod, name, true))
    keep = Expr(:call, doc!, name, bindingexpr(name), text)
    def === nothing && return esc(:(Core.eval($name, $(quot(keep)))))
    def = unblock(def)
    body = def.args[3].args
    def.args[1] || pushfirst!(body, :(import Base: @doc))
    push!(body, keep)
    return esc(Expr(:toplevel, def))
end

# `"text" a, b`: the first makes the text, the others take it.
function multidoc(source, mod, @nospecialize(str), ex::Expr, define::Bool)
    block = Expr(:block)
    text = docexpr(source, mod, lazy_iterpolate(str), metadata(source, mod, ex, false))
    shared = RefValue{DocStr}()
    for (i, each) in enumerate(ex.args)
        mine = i == 1 ? :($getindex($setindex!($shared, $text))) : :($getindex($shared))
        push!(block.args, docm(source, mod, mine, each, define))
    end
    return block
end

# Finds what macros marked with @__doc__ and hands each mark to `f`; whether there was one.
finddoc(f, mod::Module, @nospecialize(x); expand_toplevel::Bool=false) = false
function finddoc(f, mod::Module, x::Expr; expand_toplevel::Bool=false)
    if isexpr(x, :block, 2) && isexpr(x.args[1], :meta, 1) && x.args[1].args[1] === :doc
        f(x)
        return true
    end
    if expand_toplevel && x.head === :toplevel
        map!(each -> macroexpand(mod, each), x.args, x.args)
    end
    found = false
    for each in x.args
        found |= finddoc(f, mod, each; expand_toplevel)
    end
    return found
end
function __doc__!(source, mod, @nospecialize(str), @nospecialize(ex), define::Bool)
    if define
        function document(mark)
            mark.head = :macrocall
            mark.args = Any[Symbol("@doc"), source, mod, nothing, str, mark.args[end], define]
        end
        return finddoc(document, mod, ex) || finddoc(document, mod, ex; expand_toplevel=true)
    end
    calls = Any[]
    found = finddoc(mod, ex; expand_toplevel=true) do mark
        push!(calls, :(@doc($source, $mod, $str, $(mark.args[end]), $define)))
    end
    if found
        ex.head = :toplevel
        ex.args = calls
    end
    return found
end

# `:@m` and `:(A.@m)`: a macro, after its definition.
isquotedmacrocall(@nospecialize x) = isexpr(x, :copyast, 1) && x.args[1] isa QuoteNode &&
    isexpr(x.args[1].value, :macrocall, 2)
isbasicdoc(@nospecialize x) = isexpr(x, :.) || x isa Union{QuoteNode,Symbol}
is_signature(@nospecialize x) = isexpr(x, :call) || isexpr(x, :(::), 2) && isexpr(x.args[1], :call) || isexpr(x, :where)
iscallexpr(@nospecialize x) = isexpr(x, :where) ? iscallexpr(x.args[1]) : isexpr(x, :call)

# @doc with one argument: `text -> definition`, or the search for the documentation of something.
function docm(source::LineNumberNode, mod::Module, @nospecialize(ex))
    isexpr(ex, :->) && length(ex.args) > 1 && return docm(source, mod, ex.args...)
    return lookup_doc(ex)
end
# Macros that were called on the way here leave their own line numbers in front.
docm(source::LineNumberNode, mod::Module, _, _, x...) = docm(source, mod, x...)
function docm(source::LineNumberNode, mod::Module, @nospecialize(str), @nospecialize(ex), define::Bool=true)
    return document(source, mod, str, macroexpand(mod, ex), define)
end

function document(source::LineNumberNode, mod::Module, @nospecialize(str), @nospecialize(x), define::Bool=true)
    if isexpr(x, :var"hygienic-scope") || isexpr(x, :escape)
        x.args[1] = document(source, mod, str, x.args[1])
        return x
    elseif isexpr(x, :block)
        members = findall(a -> !(a isa LineNumberNode), x.args)
        if length(members) == 1
            at = members[1]
            x.args[at] = document(source, mod, str, x.args[at], define)
            return x
        end
    end
    def = define ? x : nothing
    x isa GlobalRef && x.mod == mod && (x = x.name)
    if isexpr(x, (:function, :macro, :(=))) && is_signature(x.args[1])
        return objectdoc(source, mod, str, def, x, signature(x))
    elseif isexpr(x, (:function, :macro)) && !isexpr(x.args[1], :call)
        return objectdoc(source, mod, str, def, x)
    elseif iscallexpr(x)
        return calldoc(source, mod, str, x)
    elseif isexpr(x, (:struct, :abstract, :primitive))
        return objectdoc(source, mod, str, def, x)
    elseif isexpr(x, (:const, :global, :(=))) && !isexpr(x.args[1], :call)
        return objectdoc(source, mod, str, def, x)
    elseif isquotedmacrocall(x)
        return objectdoc(source, mod, str, def, x)
    elseif isexpr(x, :module)
        return moduledoc(source, mod, str, def, x)
    elseif isexpr(x, :tuple)
        return multidoc(source, mod, str, x, define)
    elseif isexpr(x, :error)
        return esc(x)
    elseif __doc__!(source, mod, str, x, define)
        return esc(x)
    elseif isbasicdoc(x)
        return objectdoc(source, mod, str, nothing, x)
    end
    return docerror(x)
end

function docerror(@nospecialize ex)
    text = string("cannot document the following expression:\n\n", ex isa AbstractString ? repr(ex) : ex)
    if isexpr(ex, :macrocall)
        text = string(text, "\n\n'", ex.args[1], "' not documentable. See 'Base.@__doc__' docs for details.")
    end
    return Expr(:call, error, text, "\n")
end

# Reading

function lookup_doc(@nospecialize ex)
    ex isa Expr && ex.head !== :. && Base.isoperator(ex.head) && (ex = ex.head)
    haskey(keywords, ex) && return keywords[ex]
    ex isa Expr || ex isa Symbol || return Expr(:call, _doc, Expr(:call, typeof, esc(ex)))
    binding = esc(bindingexpr(namify(ex)))
    isexpr(ex, (:call, :macrocall, :where)) && return Expr(:call, _doc, binding, esc(signature(ex)))
    return Expr(:call, _doc, binding)
end

"""
    getdoc(obj, sig)

A documentation of its own for an object, for types to define; `nothing`: there is none.
"""
function getdoc end
getdoc(@nospecialize(x), @nospecialize(sig)) = getdoc(x)
getdoc(@nospecialize(x)) = nothing

function _doc(b::Binding, sig::Type=Union{})
    if defined(b)
        own = getdoc(resolve(b), sig)
        own === nothing || return own
    end
    for mod in modules
        store = meta(mod; autoinit=false)
        store === nothing && continue
        texts = get(store, b, nothing)
        texts === nothing && continue
        for known in texts.order
            sig <: known && return texts.docs[known]
        end
        isempty(texts.docs) || return first(values(texts.docs))
    end
    return nothing
end
_doc(obj::UnionAll) = _doc(Base.unwrap_unionall(obj))
_doc(@nospecialize(object), sig::Type=Union{}) = _doc(aliasof(object, typeof(object)), sig)
_doc(@nospecialize(object), sig...) = _doc(object, Tuple{sig...})
doc(args...) = _doc(args...)

catdoc() = nothing
catdoc(xs...) = vcat(xs...)

"""
    Docs.hasdoc(mod, name)

Whether `name` has a documentation in `mod`.
"""
function hasdoc(mod::Module, name::Symbol)
    b = Binding(mod, name)
    is_documented(b) && return true
    return is_documented(aliasof(b))
end
is_documented(b::Binding) = any(modules) do m
    store = meta(m; autoinit=false)
    store !== nothing && haskey(store, b)
end
function undocumented_names(mod::Module; private::Bool=false)
    candidates = filter(name -> !startswith(string(name), '#'), names(mod; all=private))
    return sort!(filter(name -> !hasdoc(mod, name), candidates))
end

# Texts that are shown in a form of their own

mutable struct HTML{T}
    content::T
end
mutable struct Text{T}
    content::T
end
HTML(xs...) = HTML(io -> foreach(x -> print(io, x), xs))
show(io::IO, ::MIME"text/html", h::HTML) = print(io, h.content)
show(io::IO, ::MIME"text/html", h::HTML{<:Function}) = h.content(io)
print(io::IO, t::Text) = print(io, t.content)
print(io::IO, t::Text{<:Function}) = t.content(io)
show(io::IO, t::Text) = print(io, t)
==(a::T, b::T) where {T<:Union{HTML,Text}} = a.content == b.content
hash(t::T, h::UInt) where {T<:Union{HTML,Text}} = hash(T, hash(t.content, h))
catdoc(xs::HTML...) = HTML(io -> foreach(x -> show(io, MIME"text/html"(), x), xs))
catdoc(xs::Text...) = Text(io -> foreach(x -> show(io, MIME"text/plain"(), x), xs))
macro html_str(s)
    return :(HTML($s))
end
macro text_str(s)
    return :(Text($s))
end

function formatdoc end
function parsedoc end
function apropos end

end

using .Docs: HTML, @html_str, Text, @text_str

Core.atdoc!(Docs.docm)
