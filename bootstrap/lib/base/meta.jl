# Code as data: parsing, evaluation of files and strings, macros about macros.

## helpers on expressions

"""
    isexpr(ex, head[, n])

Whether `ex` is an `Expr` with the given head (or one of several) and number of arguments.
"""
isexpr(@nospecialize(ex), head::Symbol) = isa(ex, Expr) && ex.head === head
isexpr(@nospecialize(ex), heads) = isa(ex, Expr) && in(ex.head, heads)
isexpr(@nospecialize(ex), head::Symbol, n::Int) = isa(ex, Expr) && ex.head === head && length(ex.args) == n
isexpr(@nospecialize(ex), heads, n::Int) = isa(ex, Expr) && in(ex.head, heads) && length(ex.args) == n

module Meta

import ..Base: isexpr, isidentifier, isoperator, isunaryoperator, isbinaryoperator, ispostfixoperator, show_sexpr, remove_linenums!,
    show, print, print_to_string, string, showerror, sprint, String, getindex, ==, length, !, +, -, iterate, push!, macroexpand,
    unsafe_convert, convert, Int, Csize_t, sizeof, dump, println

export quot, isexpr, isidentifier, isoperator, isunaryoperator, isbinaryoperator, ispostfixoperator, replace_sourceloc!, show_sexpr, @dump

struct ParseError <: Exception
    msg::String
    detail::Any
end
ParseError(msg) = ParseError(msg, nothing)
# What the parser reports says itself that it is a ParseError, and where.
Base.showerror(io::IO, e::ParseError) = Base.startswith(e.msg, "ParseError") || Base.startswith(e.msg, "# Error") ?
    print(io, Base.startswith(e.msg, "# Error") ? "ParseError:\n" : "", e.msg) : show(io, ParseErrorText(e.msg))
struct ParseErrorText
    msg::String
end
Base.show(io::IO, e::ParseErrorText) = (print(io, "ParseError("); show(io, e.msg); print(io, ")"))

quot(ex) = Expr(:quote, ex)

# The expression inside what stands around it: a block of one expression, marks of hygiene, type parameters.
function unblock(@nospecialize ex)
    while isexpr(ex, :block)
        members = Base.filter(x -> !(x isa LineNumberNode || isexpr(x, :line)), ex.args)
        length(members) == 1 || return ex
        ex = members[1]
    end
    return ex
end
function unescape(@nospecialize ex)
    ex = unblock(ex)
    while isexpr(ex, :escape) || isexpr(ex, Symbol("hygienic-scope"))
        ex = unblock(ex.args[1])
    end
    return ex
end
uncurly(@nospecialize ex) = isexpr(ex, :curly) ? ex.args[1] : ex

# The runtime's parser: text, where to start, what to read; the expression and the index after it.
parse_text(text::String, file, line::Int, from::Int, rule::Symbol) =
    ccall(:jl_parse, Any, (Ptr{UInt8}, Csize_t, Any, Csize_t, Csize_t, Any), text, sizeof(text), file, line, from - 1, rule)

function parse(text::AbstractString, at::Integer; filename="none", greedy::Bool=true, raise::Bool=true, depwarn::Bool=true)
    s = String(text)
    r = parse_text(s, String(filename), 1, Int(at), greedy ? :statement : :atom)
    ex = r[1]
    if raise && ex isa Expr && ex.head === :error
        throw_parse_error(ex)
    end
    return ex, r[2]::Int
end
function throw_parse_error(ex::Expr)
    e = ex.args[1]
    e isa String && throw(ParseError(e, nothing))
    throw(e)
end

"""
    Meta.parse(str; raise=true)

The single expression in `str`. An error is thrown, or with `raise=false` returned as an `Expr(:error)`; input that ends
too early gives an `Expr(:incomplete)`.
"""
function parse(text::AbstractString; filename="none", raise::Bool=true, depwarn::Bool=true)
    s = String(text)
    ex, next = parse(s, 1; filename=filename, greedy=true, raise=raise)
    ex isa Expr && ex.head === :error && return ex
    n = sizeof(s)
    if next <= n && !only_blank(s, next)
        raise && throw(ParseError("extra token after end of expression", nothing))
        return Expr(:error, ParseError("extra token after end of expression", nothing))
    end
    return ex
end
# Whether only white space and comments are left.
function only_blank(s::String, i::Int)
    r = parse_text(s, "none", 1, i, :all)
    ex = r[1]
    return ex isa Expr && ex.head === :toplevel && Base.all(x -> x isa LineNumberNode, ex.args)
end
parseatom(text::AbstractString, at::Integer; filename="none") = parse(text, at; filename=filename, greedy=false)
function parseall(text::AbstractString; filename="none", lineno::Integer=1)
    return parse_text(String(text), String(filename), Int(lineno), 1, :all)[1]
end

lower(m::Module, @nospecialize(x)) = ccall(:jl_expand, Any, (Any, Any), x, m)

"""
    @dump expr

Shows every part of an expression.
"""
macro dump(expr)
    return :(dump($(QuoteNode(expr))))
end

function replace_sourceloc!(source::LineNumberNode, @nospecialize(ex))
    if ex isa Expr
        if ex.head === :macrocall
            ex.args[2] = source
        end
        Base.map!(x -> replace_sourceloc!(source, x), ex.args, ex.args)
    end
    return ex
end

partially_inline!(args...) = Base.error("Meta.partially_inline! is not supported")

macro lower(code)
    return :(lower($__module__, $(QuoteNode(code))))
end
macro lower(mod, code)
    return :(lower($(esc(mod)), $(QuoteNode(code))))
end

show_sexpr(ex) = show_sexpr(Base.stdout, ex)
function show_sexpr(io::IO, @nospecialize(ex), indent::Int=0)
    if ex isa Expr
        inner = indent + 2
        print(io, "(", Base.repr(ex.head))
        for a in ex.args
            print(io, ex.head === :block ? string(",\n", " "^inner) : ", ")
            show_sexpr(io, a, inner)
        end
        print(io, length(ex.args) == 0 ? ",)" : ex.head === :block ? string("\n", " "^indent, ")") : ")")
    else
        show(io, ex)
    end
end
end

## expressions as values

copy(e::Expr) = (c = Expr(e.head); c.args = copy_exprargs(e.args); c)
copy_exprs(@nospecialize x) = x isa Expr ? copy(x) : x
copy_exprargs(a::Array{Any,1}) = Any[copy_exprs(x) for x in a]
==(x::Expr, y::Expr) = x.head === y.head && isequal(x.args, y.args)
==(x::QuoteNode, y::QuoteNode) = isequal(x.value, y.value)
==(x::LineNumberNode, y::LineNumberNode) = x.line == y.line && x.file == y.file
isequal(x::Expr, y::Expr) = x.head === y.head && isequal(x.args, y.args)
hash(e::Expr, h::UInt) = hash(e.args, hash(e.head, h + 0x1234567812345678))

function macroexpand(m::Module, @nospecialize(x); recursive::Bool=true, legacyscope::Bool=true)
    return recursive ? ccall(:jl_macroexpand, Any, (Any, Any), x, m) : ccall(:jl_macroexpand1, Any, (Any, Any), x, m)
end

"""
    @macroexpand [mod] ex

What `ex` becomes when all its macros are expanded; `@macroexpand1` expands the outermost one.
"""
macro macroexpand(code)
    return :(macroexpand($__module__, $(QuoteNode(code)); recursive=true))
end
macro macroexpand(mod, code)
    return :(macroexpand($(esc(mod)), $(QuoteNode(code)); recursive=true))
end
macro macroexpand1(code)
    return :(macroexpand($__module__, $(QuoteNode(code)); recursive=false))
end
macro macroexpand1(mod, code)
    return :(macroexpand($(esc(mod)), $(QuoteNode(code)); recursive=false))
end

function incomplete_tag(ex::Expr)
    isexpr(ex, :incomplete) || return :none
    msg = ex.args[1]
    msg isa AbstractString || (msg = sprint(showerror, msg))
    occursin("string", msg) && return :string
    occursin("comment", msg) && return :comment
    occursin("requires end", msg) && return :block
    occursin("\"`\"", msg) && return :cmd
    occursin("character", msg) && return :char
    return :other
end

## evaluating files and strings

"""
    include_string([mapexpr,] m::Module, code::AbstractString, filename="string")

Evaluates the expressions in `code` one after the other in `m`; the last value.
"""
function include_string(mapexpr::Function, m::Module, code::AbstractString, filename::AbstractString="string")
    ex = Meta.parseall(code; filename=filename)
    location = LineNumberNode(1, Symbol(filename))
    line_and_ex = Expr(:toplevel, location, nothing)
    result = nothing
    old = include_location[]
    try
        for x in ex.args
            if x isa LineNumberNode
                location = x
                line_and_ex.args[1] = x
                continue
            end
            x = mapexpr(x)
            line_and_ex.args[2] = x
            result = Core.eval(m, line_and_ex)
        end
        return result
    catch err
        # What goes wrong inside an included file is reported with the file's name and line.
        if err isa LoadError && err.file == filename
            rethrow()
        end
        rethrow(LoadError(String(filename), location.line, err))
    finally
        include_location[] = old
    end
end
include_string(m::Module, code::AbstractString, filename::AbstractString="string") = include_string(identity, m, code, filename)

const include_location = RefValue{Any}(nothing)
# The directory that a relative path of include() starts from: that of the file being included.
const source_path = RefValue{Union{Nothing,String}}(nothing)

function include_file(mapexpr::Function, m::Module, path::AbstractString)
    from = source_path[]
    full = isabspath(path) || from === nothing ? abspath(String(path)) : normpath(joinpath(dirname(from), String(path)))
    isfile(full) || throw(SystemError(string("opening file ", repr(full)), 2))
    code = read(full, String)
    source_path[] = full
    try
        return include_string(mapexpr, m, code, full)
    finally
        source_path[] = from
    end
end
_include(mapexpr::Function, m::Module, path::AbstractString) = include_file(mapexpr, m, path)

"""
    evalfile(path, args=String[])
"""
function evalfile(path::AbstractString, args::Vector{String}=String[])
    m = Module(:__anon__)
    Core.eval(m, :(const ARGS = $args))
    return include_file(identity, m, path)
end
