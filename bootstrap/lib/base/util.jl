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

macro elapsed(ex)
    return quote
        $(Expr(:meta, :force_compile))
        local t0 = time_ns()
        $(esc(ex))
        (time_ns() - t0) / 1e9
    end
end
macro timed(ex)
    return quote
        local t = time_ns()
        local value = $(esc(ex))
        (value=value, time=(time_ns() - t) / 1e9, bytes=0, gctime=0.0, gcstats=nothing, lock_conflicts=0, compile_time=0.0, recompile_time=0.0)
    end
end
function print_time(description, seconds)
    description === nothing || print(description, ": ")
    text = string(round(seconds; digits=6))
    i = findfirst('.', text)
    digits = length(text) - i
    println(lpad(string(text, "0"^max(6 - digits, 0)), 10), " seconds")
end
macro time(ex)
    return quote
        local t = time_ns()
        local value = $(esc(ex))
        print_time(nothing, (time_ns() - t) / 1e9)
        value
    end
end
macro time(msg, ex)
    return quote
        local t = time_ns()
        local value = $(esc(ex))
        print_time($(esc(msg)), (time_ns() - t) / 1e9)
        value
    end
end
macro timev(ex)
    return :(@time $(esc(ex)))
end
macro showtime(ex)
    return quote
        local t = time_ns()
        local value = $(esc(ex))
        print_time($(sprint(show_unquoted, ex)), (time_ns() - t) / 1e9)
        value
    end
end
macro allocated(ex)
    return quote
        $(esc(ex))
        0
    end
end
macro allocations(ex)
    return quote
        $(esc(ex))
        0
    end
end

"""
    @kwdef struct ... end

A struct with a constructor that takes its fields as keyword arguments, with the defaults written in the definition.
"""
macro kwdef(expr)
    expr = macroexpand(__module__, expr)
    isexpr(expr, :struct) || error("Invalid usage of @kwdef")
    expr = copy(expr)
    head = expr.args[2]
    T = isexpr(head, :(<:)) ? head.args[1] : head
    names = Any[]
    params = Any[]
    body = Any[]
    for f in expr.args[3].args
        default = nothing
        decl = f
        is_const = isexpr(decl, :const)
        is_const && (decl = decl.args[1])
        is_atomic = isexpr(decl, :atomic)
        is_atomic && (decl = decl.args[1])
        if isexpr(decl, :(=)) && !isexpr(decl.args[1], :call) && !isexpr(decl.args[1], :where)
            default = Some(decl.args[2])
            decl = decl.args[1]
        end
        if decl isa Symbol || isexpr(decl, :(::)) && decl.args[1] isa Symbol
            name = decl isa Symbol ? decl : decl.args[1]
            push!(names, name)
            push!(params, default === nothing ? name : Expr(:kw, name, something(default)))
            inner = is_atomic ? Expr(:atomic, decl) : decl
            push!(body, is_const ? Expr(:const, inner) : inner)
        else
            push!(body, f)
        end
    end
    expr.args[3] = Expr(:block, body...)
    isempty(names) && return esc(expr)
    if T isa Symbol
        definitions = :($T(; $(params...)) = $T($(names...)))
    else
        name = T.args[1]
        vars = T.args[2:end]
        plain = Any[isexpr(v, :(<:)) ? v.args[1] : v for v in vars]
        definitions = quote
            $name(; $(params...)) = $name($(names...))
            $name{$(plain...)}(; $(params...)) where {$(vars...)} = $name{$(plain...)}($(names...))
        end
    end
    return esc(quote
        Base.@__doc__ $expr
        $definitions
    end)
end
macro __doc__(x)
    return Expr(:escape, Expr(:block, Expr(:meta, :doc), x))
end

macro deprecate(old, new, export_old=true)
    name = old isa Symbol ? old : isexpr(old, :call) ? old.args[1] : old
    ex = old isa Symbol ? :($(esc(old))(args...; kw...) = $(esc(new))(args...; kw...)) : Expr(:(=), esc(old), esc(new))
    return export_old === true && name isa Symbol ? Expr(:toplevel, ex, Expr(:export, esc(name))) : ex
end

depwarn(msg, funcsym; force::Bool=false) = nothing

# The second name tells the runtime to call `main(ARGS)` when the program has been read.
macro main(args...)
    isempty(args) || error("USAGE: `@main` is expected to be used as `(@main)` without macro arguments.")
    Core.eval(__module__, :(global main; global var"#__main_is_entrypoint__#"::Bool = true))
    return esc(:main)
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

struct Text{T}
    content::T
end
struct HTML{T}
    content::T
end
show(io::IO, t::Text) = print(io, t.content)
show(io::IO, ::MIME"text/html", h::HTML) = print(io, h.content)
macro html_str(s)
    return :(HTML($s))
end
macro text_str(s)
    return :(Text($s))
end
macro lazy_str(s)
    return esc(Meta.parse(string('"', escape_raw_string(s), '"')))
end
function big_number(s)
    text = replace(s, "_" => "")
    n = tryparse(BigInt, text)
    n === nothing || return n
    x = tryparse(BigFloat, text)
    x === nothing || return x
    return Expr(:call, GlobalRef(Core, :throw), Expr(:call, GlobalRef(Core, :ArgumentError), "invalid number format $s for BigInt or BigFloat"))
end
macro big_str(s)
    return big_number(s)
end
# Integer literals too wide for Int64 are calls of these.
Core.var"@big_str"(source::LineNumberNode, mod::Module, s) = big_number(s)
Core.var"@int128_str"(source::LineNumberNode, mod::Module, s) = parse(Int128, replace(s, "_" => ""))
Core.var"@uint128_str"(source::LineNumberNode, mod::Module, s) = parse(UInt128, replace(s, "_" => ""))

"""
    parameter_upper_bound(t::UnionAll, i)

The most general type that parameter `i` of `t` can be.
"""
function parameter_upper_bound(t::UnionAll, i)
    return rewrap_unionall((unwrap_unionall(t)::DataType).parameters[i], t)
end
