# Small tools of daily use: hints, deep copies, values made once.

macro polly(ex) return esc(isa(ex, Expr) ? pushmeta!(ex, :polly) : ex) end

# Deep copies: every mutable object once

deepcopy(@nospecialize x) = isbitstype(typeof(x)) ? x : deepcopy_internal(x, IdDict{Any, Any}())
deepcopy_internal(x::Union{Symbol, Module, Type, Core.MethodInstance, Method, GlobalRef, Task, String, Regex}, d::IdDict) = x
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
function deepcopy_internal(x::Union{Dict, IdDict}, d::IdDict)
    haskey(d, x) && return d[x]
    y = empty(x)
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

