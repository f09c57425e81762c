# The garbage collector as programs see it.

module GC

export gc, enable, @preserve, safepoint

"""
    GC.gc([full::Bool=true])

Collects garbage now.
"""
gc(full::Bool=true) = ccall(:jl_gc_collect, Cvoid, (Int32,), full ? 1 : 0)

"""
    GC.enable(on::Bool)

Switches collection on or off; whether it was on before.
"""
enable(on::Bool) = ccall(:jl_gc_enable, Int32, (Int32,), on) != 0
in_finalizer() = false
safepoint() = nothing
enable_logging(on::Bool=true) = nothing

"""
    GC.@preserve x1 x2 ... ex

Keeps the objects alive while `ex` is evaluated, although only addresses into them may be in use.
"""
macro preserve(args...)
    names = args[1:end-1]
    for x in names
        x isa Symbol || error("Preserved variable must be a symbol")
    end
    return esc(Expr(:gc_preserve, args[end], names...))
end
end

"""
    finalizer(f, x)

Has `f(x)` called when nothing refers to `x` any more.
"""
function finalizer(@nospecialize(f), @nospecialize(x))
    ismutable(x) || error("objects of type ", typeof(x), " cannot be finalized")
    ccall(:jl_gc_add_finalizer, Cvoid, (Any, Any), x, f)
    return x
end
finalize(@nospecialize x) = ccall(:jl_finalize, Cvoid, (Any,), x)
