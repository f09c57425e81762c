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
"""
    GC.enable_finalizers(on::Bool)

Lets finalizers run, or keeps them waiting. Each `false` needs a `true`.
"""
enable_finalizers(on::Bool) = on ? enable_finalizers() : disable_finalizers()
finalizers_held::Int = 0
function enable_finalizers()
    global finalizers_held = max(0, finalizers_held - 1)
    finalizers_held == 0 && ccall(:jl_gc_enable_finalizers_internal, Cvoid, ())
    return nothing
end
function disable_finalizers()
    global finalizers_held += 1
    return ccall(:jl_gc_disable_finalizers_internal, Cvoid, ())
end
in_finalizer() = ccall(:jl_gc_is_in_finalizer, Int8, ()) > 0
safepoint() = ccall(:jl_gc_safepoint, Cvoid, ())
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
    Core.finalizer(f, x)
    return x
end

"""
    finalize(x)

Runs the finalizers of `x` now.
"""
finalize(@nospecialize x) = ccall(:jl_finalize_th, Cvoid, (Any, Any), current_task(), x)

"""
    Base.gc_live_bytes()

Bytes that objects take: what was alive after the last collection, and what has been allocated since.
"""
gc_live_bytes() = Int(ccall(:jl_gc_live_bytes, Int64, ()))

gc_time_ns() = ccall(:jl_gc_total_hrtime, UInt64, ())

"""
    Base.summarysize(obj; exclude=..., chargeall=...)

Bytes of an object and of everything that can be reached from it, each counted once. Objects whose types are among `exclude`
are not counted; of those among `chargeall` the fields count even where `exclude` says otherwise.
"""
function summarysize(obj; exclude=Union{DataType, Core.TypeName, Core.MethodInstance},
                     chargeall=Union{Core.TypeMapEntry, Method})
    seen = IdDict{Any, Nothing}()
    pending = Any[obj]
    seen[obj] = nothing
    size = 0
    # `inner` is something that `owner` refers to.
    function visit(inner, owner)
        inner isa exclude && !(owner isa chargeall) && return
        haskey(seen, inner) && return
        seen[inner] = nothing
        push!(pending, inner)
        return
    end
    while !isempty(pending)
        size += summarize(visit, pop!(pending))
    end
    return size
end

# The bytes of an object itself; `visit` is called with what it refers to.
summarize(visit, s::Symbol) = 3 * sizeof(Ptr{Cvoid}) + sizeof(s)
summarize(visit, s::String) = sizeof(Int) + sizeof(s)
summarize(visit, t::DataType) = sizeof(t)
summarize(visit, m::Module) = sizeof(m)
summarize(visit, t::Task) = sizeof(t)
function summarize(visit, v::Core.SimpleVector)
    for x in v
        visit(x, v)
    end
    return sizeof(Int) + sizeof(Ptr{Cvoid}) * length(v)
end
function summarize(visit, m::GenericMemory)
    T = eltype(m)
    isbitstype(T) || allocatedinline(T) && isbitsunion(T) || for i in eachindex(m)
        isassigned(m, i) && visit_part(visit, m[i], m, T)
    end
    return 2 * sizeof(Int) + sizeof(m)
end
function summarize(visit, a::Array)
    visit(a.ref.mem, a)
    return sizeof(typeof(a))
end
function summarize(visit, x)
    T = typeof(x)
    isprimitivetype(T) && return sizeof(T)
    for i in 1:nfields(x)
        isdefined(x, i) && visit_part(visit, getfield(x, i), x, fieldtype(T, i))
    end
    return sizeof(T)
end
# What is stored inline is counted with its owner: only what it refers to is visited.
function visit_part(visit, part, owner, declared)
    allocatedinline(declared) || return visit(part, owner)
    isbits(part) && return nothing
    for i in 1:nfields(part)
        isdefined(part, i) && visit_part(visit, getfield(part, i), owner, fieldtype(typeof(part), i))
    end
    return nothing
end
