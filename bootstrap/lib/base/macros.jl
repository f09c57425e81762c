# Small tools of daily use: loop hints, atomic fields, deep copies, values made once, scoped values.

# Loop hints and fast math: taken as said, changed in nothing

macro simd(forloop) return esc(forloop) end
macro simd(ivdep, forloop) return esc(forloop) end
macro polly(ex) return esc(pushmeta!(ex, Expr(:meta, :polly))) end
macro fastmath(ex) return esc(ex) end

# Atomic access to fields

macro atomic(ex)
    return atomic_access(ex, QuoteNode(:sequentially_consistent))
end
macro atomic(order, ex)
    return atomic_access(ex, order isa Symbol ? QuoteNode(order) : order)
end
function atomic_access(ex, order)
    if ex isa Symbol || (ex isa Expr && ex.head === :(::))
        return esc(Expr(:atomic, ex))
    end
    if ex isa Expr && ex.head === :.
        return esc(Expr(:call, GlobalRef(Base, :getproperty), ex.args[1], ex.args[2], order))
    elseif ex isa Expr && ex.head === :(=) && ex.args[1] isa Expr && ex.args[1].head === :.
        l = ex.args[1]
        return esc(Expr(:call, GlobalRef(Base, :setproperty!), l.args[1], l.args[2], ex.args[2], order))
    elseif ex isa Expr && ex.head === :(=)
        return esc(Expr(:atomic, ex))
    elseif ex isa Expr && ex.head === :call && length(ex.args) == 3
        l = ex.args[2]
        return esc(Expr(:call, GlobalRef(Base, :modifyproperty!), l.args[1], l.args[2], ex.args[1], ex.args[3], order))
    elseif ex isa Expr && length(ex.args) == 2 && endswith_equals(ex.head)
        s = String(ex.head)
        op = Symbol(SubString(s, 1, prevind(s, lastindex(s))))
        l = ex.args[1]
        return Expr(:ref, esc(Expr(:call, GlobalRef(Base, :modifyproperty!), l.args[1], l.args[2], op, ex.args[2], order)), 2)
    end
    error("could not parse @atomic expression")
end
macro atomic(a1, op, a2)
    return esc(Expr(:call, GlobalRef(Base, :modifyproperty!), a1.args[1], a1.args[2], op, a2, QuoteNode(:sequentially_consistent)))
end
macro atomicswap(ex)
    l = ex.args[1]
    return esc(Expr(:call, GlobalRef(Base, :swapproperty!), l.args[1], l.args[2], ex.args[2], QuoteNode(:sequentially_consistent)))
end
macro atomicreplace(ex, pair)
    order = QuoteNode(:sequentially_consistent)
    object, field = esc(ex.args[1]), esc(ex.args[2])
    if pair isa Expr && pair.head === :call && pair.args[1] === :(=>) && length(pair.args) == 3
        old, new = esc(pair.args[2]), esc(pair.args[3])
        return :(replaceproperty!($object, $field, $old, $new, $order, $order))
    end
    return :(replaceproperty!($object, $field, $(esc(pair))::Pair..., $order, $order))
end
macro atomiconce(ex)
    l = ex.args[1]
    order = QuoteNode(:sequentially_consistent)
    return esc(Expr(:call, GlobalRef(Base, :setpropertyonce!), l.args[1], l.args[2], ex.args[2], order, order))
end

# Deep copies: every mutable object once

deepcopy(@nospecialize x) = isbitstype(typeof(x)) ? x : deepcopy_internal(x, IdDict{Any, Any}())
deepcopy_internal(x::Union{Symbol, Module, Type, Core.MethodInstance, Method, GlobalRef, Task, String}, d::IdDict) = x
deepcopy_internal(x::Tuple, d::IdDict) = ntuple(i -> deepcopy_internal(x[i], d), nfields(x))
function deepcopy_internal(x::Array, d::IdDict)
    haskey(d, x) && return d[x]
    y = similar(x)
    d[x] = y
    for i in 1:length(x)
        isassigned(x, i) && (y[i] = deepcopy_internal(x[i], d))
    end
    return y
end
function deepcopy_internal(x::Memory{T}, d::IdDict) where {T}
    haskey(d, x) && return d[x]
    y = Memory{T}(undef, length(x))
    d[x] = y
    for i in 1:length(x)
        isassigned(x, i) && (y[i] = deepcopy_internal(x[i], d))
    end
    return y
end
function deepcopy_internal(x::Dict{K, V}, d::IdDict) where {K, V}
    haskey(d, x) && return d[x]
    y = Dict{K, V}()
    d[x] = y
    for (k, v) in x
        y[deepcopy_internal(k, d)] = deepcopy_internal(v, d)
    end
    return y
end
function deepcopy_internal(@nospecialize(x), d::IdDict)
    T = typeof(x)
    isbitstype(T) && return x
    n = nfields(x)
    if ismutable(x)
        haskey(d, x) && return d[x]
        n == 0 && return x
        y = ccall(:jl_new_struct_uninit, Any, (Any,), T)
        d[x] = y
        for i in 1:n
            isdefined(x, i) && ccall(:jl_set_nth_field, Cvoid, (Any, Csize_t, Any), y, i - 1, deepcopy_internal(getfield(x, i), d))
        end
        return y
    end
    n == 0 && return x
    vals = Any[]
    for i in 1:n
        isdefined(x, i) || break
        push!(vals, deepcopy_internal(getfield(x, i), d))
    end
    return ccall(:jl_new_structv, Any, (Any, Ptr{Any}, UInt32), T, vals, length(vals))
end

# Precompilation, which there is none of

function precompile(args...) 
    return true
end
__precompile__(isprecompilable::Bool=true) = nothing

# A value made once

mutable struct OncePerProcess{T, F} <: Function
    value::Any
    done::Bool
    initializer::F
end
OncePerProcess{T}(f) where {T} = OncePerProcess{T, typeof(f)}(nothing, false, f)
OncePerProcess(f) = OncePerProcess{Any, typeof(f)}(nothing, false, f)
function (o::OncePerProcess)()
    if !o.done
        o.value = o.initializer()
        o.done = true
    end
    return o.value
end
const OncePerThread = OncePerProcess
mutable struct OncePerTask{T, F} <: Function
    initializer::F
end
OncePerTask{T}(f) where {T} = OncePerTask{T, typeof(f)}(f)
OncePerTask(f) = OncePerTask{Any, typeof(f)}(f)
(o::OncePerTask)() = get!(o.initializer, task_local_storage(), o)

# Scoped values

module ScopedValues
import ..Base
using ..Base
export ScopedValue, with, @with
mutable struct ScopedValue{T}
    const has_default::Bool
    const default::T
    ScopedValue{T}() where {T} = new(false)
    ScopedValue{T}(v) where {T} = new{T}(true, v)
    ScopedValue(v::T) where {T} = new{T}(true, v)
end
function lookup(v::ScopedValue)
    stack = get(task_local_storage(), :scoped_values, nothing)
    stack === nothing && return nothing
    for frame in Iterators.reverse(stack)
        haskey(frame, v) && return Some(frame[v])
    end
    return nothing
end
function Base.getindex(v::ScopedValue{T}) where {T}
    x = lookup(v)
    x === nothing || return something(x)::T
    v.has_default || throw(KeyError(v))
    return v.default
end
function with(f, pairs::Pair{<:ScopedValue}...)
    frame = IdDict{Any, Any}()
    for (k, v) in pairs
        frame[k] = convert(typeof(k).parameters[1], v)
    end
    tls = task_local_storage()
    stack = get!(() -> Any[], tls, :scoped_values)
    push!(stack, frame)
    try
        return f()
    finally
        pop!(stack)
    end
end
macro with(args...)
    return :(with(() -> $(esc(args[end])), $(map(esc, args[1:end-1])...)))
end
end
