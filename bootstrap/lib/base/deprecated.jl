# Deprecation: old names that lead to new ones.

"""
    @deprecate old new [export_old=true]

Defines `old` as a method that calls `new`, and exports it.
"""
macro deprecate(old, new, export_old=true)
    no_export() = error("if the third `export_old` argument is not specified or `true`, the first argument must be of form",
        " (1) `f(...)` where `f` is a symbol, (2) `T{...}(...)` where `T` is a symbol, or (3) a symbol.")
    meta = Expr(:meta, :noinline)
    if isexpr(old, (:call, :where))
        remove_linenums!(new)
        call = isexpr(old, :call) ? old : old.args[1]
        isexpr(call, :call) || error("invalid usage of @deprecate")
        f = call.args[1]
        isexpr(f, :curly) && (f = f.args[1])
        export_old && !(f isa Symbol) && no_export()
        message = string('`', sprint(show_unquoted, old), "` is deprecated, use `", sprint(show_unquoted, new), "` instead.")
        return Expr(:toplevel, export_old ? Expr(:export, esc(f)) : nothing,
            :($(esc(old)) = begin
                  $meta
                  depwarn($message, Core.Typeof($(esc(f))).name.singletonname)
                  $(esc(new))
              end))
    end
    export_old && !(old isa Symbol) && no_export()
    message = "`$old` is deprecated, use `$new` instead."
    return Expr(:toplevel, export_old ? Expr(:export, esc(old)) : nothing,
        :(function $(esc(old))(args...; kwargs...)
              $meta
              depwarn($message, Core.Typeof($(esc(old))).name.singletonname)
              $(esc(new))(args...; kwargs...)
          end))
end

# Warnings of deprecation are off unless they are forced, as in Julia.
function depwarn(msg, funcsym; force::Bool=false)
    force && @warn msg
    return nothing
end

deprecate(m::Module, s::Symbol, flag=1) = ccall(:jl_deprecate_binding, Cvoid, (Any, Any, Cint), m, s, flag)

"""
    @deprecate_binding old new [export_old=true]

Makes the name `old` another one for `new`.
"""
macro deprecate_binding(old, new, export_old=true, dep_message=:nothing, constant=true)
    dep_message === :nothing && (dep_message = ", use $new instead.")
    binding = Expr(:(=), esc(old), esc(new))
    return Expr(:toplevel, export_old ? Expr(:export, esc(old)) : nothing,
        Expr(:const, Expr(:(=), esc(Symbol("_dep_message_", old)), esc(dep_message))),
        constant ? Expr(:const, binding) : binding,
        Expr(:call, :deprecate, __module__, Expr(:quote, old)))
end

macro deprecate_moved(old, new, export_old=true)
    name = esc(old)
    message = string(old, " has been moved to the package ", new, ".jl.\n", "Run `Pkg.add(\"", new,
        "\")` to install it, restart Julia,\n", "and then run `using ", new, "` to load it.")
    return Expr(:toplevel, :($name(args...; kwargs...) = error($message)), export_old ? Expr(:export, name) : nothing,
        Expr(:call, :deprecate, __module__, Expr(:quote, old), 2))
end

"""
    @pure function ... end

An old name of `@assume_effects :foldable`.
"""
macro pure(ex)
    f = Expr(:macrocall, GlobalRef(Base, Symbol("@assume_effects")), __source__, QuoteNode(:foldable), ex)
    return esc(f)
end
