# InteractiveUtils: asking what a call means. Of Julia's package, the macros that show a call's method and code.

module InteractiveUtils

import Base: code_lowered, code_typed

export @which, @code_lowered, @code_typed, code_lowered, code_typed

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

end
