# Experimental features: opaque closures, methods in tables of their own, options of a module.

module Experimental

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
    call = def.args[1]
    while call.head === :where || call.head === :(::)
        call = call.args[1]
    end
    call.args[1] = Expr(:overlay, table, call.args[1])
    return esc(def)
end

macro optlevel(n::Int) return Expr(:meta, :optlevel, n) end
macro max_methods(n::Int) return Expr(:meta, :max_methods, n) end
macro force_compile() return Expr(:meta, :force_compile) end

const compile_settings = (:no => 0, :off => 0, :yes => 1, :on => 1, :all => 2, :min => 3)

"""
    Base.Experimental.@compiler_options optimize=level compile=mode infer=bool max_methods=n

Settings for the code of a module.
"""
macro compiler_options(args...)
    options = Expr(:block)
    for setting in args
        (setting isa Expr && setting.head === :(=)) || error("invalid option syntax")
        name, value = setting.args
        if name === :optimize
            push!(options.args, Expr(:meta, :optlevel, value::Int))
        elseif name === :compile
            at = findfirst(pair -> pair.first === value, compile_settings)
            at === nothing && error("invalid argument to \"compile\" option")
            push!(options.args, Expr(:meta, :compile, compile_settings[at].second))
        elseif name === :infer
            push!(options.args, Expr(:meta, :infer, value === true || value === :yes ? 1 : 0))
        elseif name === :max_methods
            push!(options.args, Expr(:meta, :max_methods, value::Int))
        else
            error("unknown option \"$name\"")
        end
    end
    return options
end

end
