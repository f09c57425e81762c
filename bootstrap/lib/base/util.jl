# Small things of everyday use: timing, keyword structs, sleeping, deprecations.

"""
    sleep(seconds)
"""
function sleep(s::Real)
    s < 0 && throw(ArgumentError("cannot sleep for $s seconds"))
    flush(standard_output)
    ccall(:usleep, Cint, (Cuint,), round(UInt32, s * 1.0e6))
    return nothing
end

"""
    @kwdef struct ... end

A struct with a constructor that takes its fields as keyword arguments, with the defaults written in the definition.
"""
macro kwdef(expr)
    # what @static leaves is what counts
    expr = macroexpand(__module__, expr)
    isexpr(expr, :struct) || error("Invalid usage of @kwdef")
    T = expr.args[2]
    isexpr(T, :(<:)) && (T = T.args[1])
    names = Any[]
    defaults = Any[]
    take_defaults!(expr.args[3], names, defaults)
    keywords = Any[default === nothing ? name : Expr(:kw, name, esc(something(default))) for (name, default) in zip(names, defaults)]
    function constructor(f, where_vars)
        sig = Expr(:call, esc(f), Expr(:parameters, keywords...))
        where_vars === nothing || (sig = Expr(:where, sig, map(esc, where_vars)...))
        return Expr(:function, sig, Expr(:block, __source__, Expr(:call, esc(f), names...)))
    end
    plain = Meta.unescape(T)
    if isempty(names)
        # a method without arguments would be the constructor itself
        definitions = nothing
    elseif plain isa Symbol
        definitions = constructor(T, nothing)
    elseif isexpr(plain, :curly)
        vars = T.args[2:end]
        applied = Expr(:curly, T.args[1], Any[isexpr(v, :(<:)) ? v.args[1] : v for v in vars]...)
        definitions = Expr(:block, constructor(T.args[1], nothing), constructor(applied, vars))
    else
        error("Invalid usage of @kwdef")
    end
    return quote
        $(esc(:($Base.@__doc__ $expr)))
        $definitions
    end
end

# Collects the fields of a struct's body with their defaults (a Some, or nothing), and takes the defaults out of the body.
function take_defaults!(block::Expr, names::Vector{Any}, defaults::Vector{Any})
    for (i, item) in pairs(block.args)
        if isexpr(item, :block)
            take_defaults!(item, names, defaults)
        elseif isexpr(item, (:escape, Symbol("hygienic-scope")))
            n = length(names)
            take_defaults!(item, names, defaults)
            for k in n+1:length(defaults)
                defaults[k] === nothing || (defaults[k] = Some(Expr(item.head, something(defaults[k]))))
            end
        else
            field = field_and_default(item)
            field === nothing && continue
            block.args[i] = field[1]
            push!(names, field[2])
            push!(defaults, field[3])
        end
    end
end
# The declaration without its default, the name, the default; nothing for what is no field.
function field_and_default(@nospecialize x)
    x isa Symbol && return x, x, nothing
    isexpr(x, :(::)) && return x, Meta.unescape(x.args[1]), nothing
    isexpr(x, (:(=), :const, :atomic, :escape, Symbol("hygienic-scope"))) || return nothing
    inner = field_and_default(x.args[1])
    inner === nothing && return nothing
    decl, name, default = inner
    x.head === :(=) && return decl, name, Some(x.args[2])
    marks = x.head === :const || x.head === :atomic
    marks || default === nothing || (default = Some(Expr(x.head, something(default))))
    return Expr(x.head, decl), name, default
end

# The second name tells the runtime to call `main(ARGS)` when the program has been read.
macro main(args...)
    if isdefined(__module__, :main) && binding_module(__module__, :main) !== __module__
        error("Symbol `main` is already a resolved import in module $(__module__). `@main` must be used in the defining module.")
    end
    Core.eval(__module__, quote
        global main
        global var"#__main_is_entrypoint__#"::Bool = true
    end)
    isempty(args) && return esc(:main)
    return Expr(:call, esc(:main), map(esc, args)...)
end

"""
    skipchars(predicate, io; linecomment=nothing)
"""
function skipchars(predicate, io::IO; linecomment=nothing)
    while !eof(io)
        c = peek(io, Char)
        if c === linecomment
            readline(io)
        elseif !predicate(c)
            break
        else
            read(io, Char)
        end
    end
    return io
end

"""
    LazyString(parts...)

A string that is put together when it is first read.
"""
mutable struct LazyString <: AbstractString
    const parts::Tuple
    text::Union{Nothing,String}
    LazyString(parts...) = new(parts, nothing)
end
function String(l::LazyString)
    text = l.text
    text === nothing || return text
    return l.text = string(l.parts...)
end
ncodeunits(l::LazyString) = ncodeunits(String(l))
codeunit(l::LazyString) = codeunit(String(l))
codeunit(l::LazyString, i::Integer) = codeunit(String(l), i)
isvalid(l::LazyString, i::Integer) = isvalid(String(l), i)
iterate(l::LazyString) = iterate(String(l))
iterate(l::LazyString, i::Integer) = iterate(String(l), i)
print(io::IO, l::LazyString) = print(io, String(l))
convert(::Type{String}, l::LazyString) = String(l)
convert(::Type{LazyString}, s::AbstractString) = LazyString(s)

macro lazy_str(text)
    parts = Any[]
    from = at = 1
    while (at = findnext('$', text, at)) !== nothing
        from < at && push!(parts, text[from:prevind(text, at)])
        ex, at = Meta.parseatom(text, at + 1; filename=string(__source__.file))
        push!(parts, esc(ex))
        from = at
    end
    from <= lastindex(text) && push!(parts, text[from:end])
    return :(LazyString($(parts...)))
end

# What integer literals too wide for 128 bits are calls of.
macro big_str(s::String)
    number = big_number(s)
    return number === nothing ? :(throw(ArgumentError($("invalid number format $s for BigInt or BigFloat")))) : number
end
# Underscores may stand between digits: not beside the point, and neither first nor last.
function big_number(s::String)
    if '_' in s
        (occursin("_.", s[1:prevind(s, end)]) || occursin("._", s[1:prevind(s, end)])) && return nothing
        inner = SubString(s, nextind(s, 1), prevind(s, lastindex(s)))
        s = string(s[1], replace(inner, "_" => ""), s[end])
    end
    n = tryparse(BigInt, s)
    return n === nothing ? tryparse(BigFloat, s) : n
end

"""
    parameter_upper_bound(t::UnionAll, i)

The most general type that parameter `i` of `t` can be.
"""
function parameter_upper_bound(t::UnionAll, i)
    return rewrap_unionall((unwrap_unionall(t)::DataType).parameters[i], t)
end
