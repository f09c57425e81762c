# Exceptions that Base adds to Core's, and control of the exception being handled.

struct DimensionMismatch <: Exception
    msg::AbstractString
end
DimensionMismatch() = DimensionMismatch("")
struct KeyError <: Exception
    key
end
struct EOFError <: Exception end
struct MissingException <: Exception
    msg::AbstractString
end
struct CapturedException <: Exception
    ex::Any
    processed_bt::Vector{Any}
    CapturedException(ex, bt) = new(ex, Any[bt...])
end
struct CompositeException <: Exception
    exceptions::Vector{Any}
    CompositeException() = new(Any[])
    CompositeException(exceptions) = new(exceptions)
end
length(c::CompositeException) = length(c.exceptions)
push!(c::CompositeException, ex) = push!(c.exceptions, ex)
pushfirst!(c::CompositeException, ex) = pushfirst!(c.exceptions, ex)
isempty(c::CompositeException) = isempty(c.exceptions)
iterate(c::CompositeException, i...) = iterate(c.exceptions, i...)
getindex(c::CompositeException, i) = c.exceptions[i]
eltype(::Type{CompositeException}) = Any

rethrow() = ccall(:jl_rethrow, Union{}, ())
rethrow(@nospecialize(e)) = ccall(:jl_rethrow_other, Union{}, (Any,), e)

struct ExceptionStack <: AbstractArray{Any, 1}
    stack::Array{Any, 1}
end
size(s::ExceptionStack) = size(s.stack)
getindex(s::ExceptionStack, i::Int) = s.stack[i]
function current_exceptions(task=current_task(); backtrace::Bool=true)
    raw = ccall(:jl_get_excstack, Any, (Any, Cint, Cint), task, backtrace, typemax(Cint))::Vector{Any}
    out = Any[]
    i = 1
    step = backtrace ? 3 : 1
    while i <= length(raw)
        push!(out, (exception=raw[i], backtrace=backtrace ? process_raw_backtrace(raw[i+1], raw[i+2]) : nothing))
        i += step
    end
    return ExceptionStack(reverse(out))
end
process_raw_backtrace(bt, bt2) = bt
backtrace() = ccall(:jl_backtrace_from_here, Any, (Cint, Cint), true, 0)
catch_backtrace() = (s = current_exceptions(); isempty(s) ? Any[] : s[length(s)].backtrace)
catch_stack(task=current_task(); include_bt=true) = [(e.exception, e.backtrace) for e in current_exceptions(task)]

function retry(f; delays=ExponentialBackOff(), check=nothing)
    return (args...; kwargs...) -> begin
        y = iterate(delays)
        while y !== nothing
            (delay, state) = y
            try
                return f(args...; kwargs...)
            catch e
                if check !== nothing
                    result = check(state, e)
                    state, retry_or_not = length(result) == 2 ? result : (state, result)
                    retry_or_not || rethrow()
                end
            end
            sleep(delay)
            y = iterate(delays, state)
        end
        return f(args...; kwargs...)
    end
end
struct ExponentialBackOff
    n::Int
    first_delay::Float64
    max_delay::Float64
    factor::Float64
    jitter::Float64
end
ExponentialBackOff(; n=1, first_delay=0.05, max_delay=10.0, factor=5.0, jitter=0.1) = ExponentialBackOff(n, first_delay, max_delay, factor, jitter)
iterate(ebo::ExponentialBackOff, state=(ebo.n, min(ebo.first_delay, ebo.max_delay))) =
    state[1] < 1 ? nothing : (state[2], (state[1] - 1, min(ebo.max_delay, state[2] * ebo.factor)))
length(ebo::ExponentialBackOff) = ebo.n
eltype(::Type{ExponentialBackOff}) = Float64
