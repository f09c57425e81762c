# Experimental features: opaque closures, methods in tables of their own, options of a module.

module Experimental
import ..Base

# What to say besides an error's message, by the type of the error.
const hint_handlers = Base.IdDict{Type,Vector{Any}}()

"""
    Experimental.register_error_hint(handler, exceptiontype)

Has `handler(io, exception, args...)` called after the message of an exception of that type; it may print a hint.
"""
function register_error_hint(@nospecialize(handler), @nospecialize(exct::Type))
    push!(get!(() -> Any[], hint_handlers, exct), handler)
    return nothing
end
function show_error_hints(io, ex, args...)
    for handler in get(hint_handlers, typeof(ex), ())
        try
            Base.invokelatest(handler, io, ex, args...)
        catch err
            @error "Hint-handler $handler for $(typeof(ex)) in $(parentmodule(handler)) caused an error" exception = (err, catch_backtrace())
        end
    end
end

"""
    Base.Experimental.@opaque ([type,] (args...) -> body)

A closure without a type of its own: what it captures is not part of its type.
"""
macro opaque(ex)
    return esc(Expr(:opaque_closure, nothing, nothing, nothing, true, ex))
end
macro opaque(type, ex)
    message = "Opaque closure type must be specified in the form Tuple{T,U...}->RT"
    (type isa Expr && type.head === :->) || error(message)
    arguments, body = type.args
    body isa Expr && body.head === :block || error(message)
    results = filter(x -> !(x isa LineNumberNode), body.args)
    length(results) == 1 || error(message)
    known(x) = x === :_ ? nothing : x
    result = known(results[1])
    return esc(Expr(:opaque_closure, known(arguments), result, result, true, ex))
end

"""
    Base.Experimental.@overlay table function ... end

Defines a method in a method table of its own.
"""
macro overlay(table, def)
    return esc(overlaid(table, def))
end
macro consistent_overlay(table, def)
    flags = Base.no_effects()
    flags[10] = true
    return esc(Base.pushmeta!(overlaid(table, def), Base.purity_form(flags)))
end
function overlaid(table, @nospecialize(def))
    message = "@overlay requires a function definition"
    sig = Base.unwrap_macrocalls(def)
    Base.is_function_def(sig) || error(message)
    sig = sig.args[1]
    while Base.isexpr(sig, (:(::), :where))
        sig = sig.args[1]
    end
    Base.isexpr(sig, :call) || error(message)
    sig.args[1] = Expr(:overlay, table, sig.args[1])
    return def
end

new_method_table(name::Symbol, mod::Module) = ccall(:jl_new_method_table, Any, (Any, Any), name, mod)
"""
    Base.Experimental.@MethodTable name

Makes a method table for `@overlay`.
"""
macro MethodTable(name::Symbol)
    return esc(:(const $name = $new_method_table($(QuoteNode(name)), $__module__)))
end

"""
    Base.Experimental.@aliasscope ex

Promises the compiler that what is read through `Const` in `ex` does not change meanwhile.
"""
macro aliasscope(body)
    value = gensym()
    return quote
        $(Expr(:aliasscope))
        $value = $(esc(body))
        $(Expr(:popaliasscope))
        $value
    end
end
struct Const{T,N} <: DenseArray{T,N}
    a::Array{T,N}
end
Base.size(c::Const) = size(c.a)
Base.getindex(c::Const, i::Int...) = c.a[i...]

"""
    Base.Experimental.@sync ex

Like `@sync`, and throws as soon as one of the tasks fails.
"""
macro sync(block)
    var = esc(Base.sync_varname)
    return quote
        let $var = Channel(Inf)
            v = $(esc(block))
            sync_end($var)
            v
        end
    end
end
# Each thing waited for gets a task that says when it is done; a failure closes the channel.
function sync_end(c::Channel{Any})
    waiting = 0
    while isready(c) || waiting > 0
        event = take!(c)
        if event === :__completion__
            waiting -= 1
        else
            waiting += 1
            schedule(Task() do
                try
                    wait(event)
                    put!(c, :__completion__)
                catch e
                    close(c, e)
                end
            end)
        end
    end
    close(c)
    return nothing
end

macro optlevel(n::Int) return Expr(:meta, :optlevel, n) end
macro max_methods(n::Int)
    1 <= n <= 4 || error("We must have that `1 <= max_methods <= 4`, but `max_methods = $n`.")
    return Expr(:meta, :max_methods, n)
end
macro max_methods(n::Int, fdef::Expr)
    1 <= n <= 255 || error("We must have that `1 <= max_methods <= 255`, but `max_methods = $n`.")
    fdef.head === :function && length(fdef.args) == 1 || error("Second argument must be a function forward declaration")
    return :(typeof($(esc(fdef))).name.max_methods = $(UInt8(n)))
end
macro force_compile() return Expr(:meta, :force_compile) end

"""
    Base.Experimental.@compiler_options optimize=level compile=mode infer=bool max_methods=n

Settings for the code of a module.
"""
macro compiler_options(args...)
    options = Expr(:block)
    for setting in args
        Base.isexpr(setting, :(=), 2) || error("invalid option syntax")
        name, value = setting.args
        if name === :optimize
            push!(options.args, Expr(:meta, :optlevel, value::Int))
        elseif name === :compile
            value === :min || error("invalid argument to \"compile\" option")
            push!(options.args, Expr(:meta, :compile, 3))
        elseif name === :infer
            value in (true, :yes, false, :no) || error("invalid argument to \"infer\" option")
            push!(options.args, Expr(:meta, :infer, value === true || value === :yes ? 1 : 0))
        elseif name === :max_methods
            value === :default && (value = 3)
            value isa Int || error("invalid argument to \"max_methods\" option")
            1 <= value <= 4 || error("We must have that `1 <= max_methods <= 4`, but `max_methods = $value`.")
            push!(options.args, Expr(:meta, :max_methods, value))
        else
            error("unknown option \"$name\"")
        end
    end
    return options
end

end

# The hints of Base itself

# Numbers next to a parenthesis: `2(x + 1)` calls, where a `*` is missing.
Experimental.register_error_hint(MethodError) do io, ex, types, kws
    f = ex.f
    if f isa Number && !(f isa AbstractArray)
        print(io, "\nMaybe you forgot to use an operator such as *, ^, %, / etc. ?")
    elseif f === (+) && any(T -> T <: AbstractString, types)
        print(io, "\nString concatenation is performed with * (See also: https://docs.julialang.org/en/v1/manual/strings/#man-concatenation).")
    elseif f === setindex! && !isempty(types) && types[1] <: Union{AbstractString, Tuple} && !hasmethod_safe(setindex!, types)
        T = types[1]
        T <: AbstractString || return
        print(io, "\nAre you trying to index into a string? Strings are immutable.")
    end
end

# Fields taken for the entries of a dictionary.
Experimental.register_error_hint(FieldError) do io, ex
    ex.type <: AbstractDict || return
    print(io, "\nDid you mean to access dict values using key: `:", ex.field, "` ? Consider using indexing syntax ")
    printstyled(io, "dict[:", ex.field, "]"; color=:cyan)
    println(io)
end

# The fields that there are, and the properties that are none of them.
function fielderror_listfields_hint_handler(io, ex)
    quoted(names) = join(map(name -> "`$name`", names), ", ")
    fields = fieldnames(ex.type)
    isempty(fields) ? print(io, "; ", ex.type.name.wrapper, " has no fields at all.") :
        print(io, ", available fields: ", quoted(fields))
    properties = setdiff(propertynames_of_type(ex.type), fields)
    isempty(properties) || print(io, "\nAvailable properties: ", quoted(properties))
end
Experimental.register_error_hint(fielderror_listfields_hint_handler, FieldError)

# The properties that all values of a type have, if it has properties of its own and inference can tell which.
function propertynames_of_type(@nospecialize(T::Type))
    which(propertynames, (T,)) === which(propertynames, (Any,)) && return Symbol[]
    inferred = infer_return_type(propertynames_as_type, (T,))
    names = inferred isa DataType && inferred <: Val ? inferred.parameters[1] : ()
    return names isa NTuple{<:Any,Symbol} ? Symbol[names...] : Symbol[]
end
propertynames_as_type(x) = Val(propertynames(x))
