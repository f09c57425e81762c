# Putting Ctrl-C off: an interrupt that comes between sigatomic_begin and sigatomic_end is thrown after the latter.

sigatomic_begin() = ccall(:jl_sigatomic_begin, Cvoid, ())
sigatomic_end() = ccall(:jl_sigatomic_end, Cvoid, ())

"""
    disable_sigint(f)

Calls `f` with Ctrl-C put off until it returns.
"""
function disable_sigint(f::Function)
    sigatomic_begin()
    try
        return f()
    finally
        sigatomic_end()
    end
end

"""
    reenable_sigint(f)

Calls `f` with Ctrl-C let through, inside of a function that `disable_sigint` calls.
"""
function reenable_sigint(f::Function)
    sigatomic_end()
    try
        return f()
    finally
        sigatomic_begin()
    end
end

const repl_hooks = Any[]

"""
    atreplinit(f)

Registers a function of one argument, the REPL, to be called when an interactive session starts; a script has none.
"""
atreplinit(f::Function) = (pushfirst!(repl_hooks, f); nothing)

"""
    @threadcall((:f, "library"), R, (T...), args...)

A `ccall` that other tasks need not wait for, where there are several threads. Here there is one.
"""
macro threadcall(f, rettype, argtypes, argvals...)
    isexpr(argtypes, :tuple) || error("threadcall: argument types must be a tuple")
    length(argtypes.args) == length(argvals) || error("threadcall: wrong number of arguments to C function")
    return Expr(:call, :ccall, esc(f), esc(rettype), esc(argtypes), map(esc, argvals)...)
end
