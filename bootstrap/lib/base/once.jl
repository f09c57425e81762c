# What is made once and then kept: for the process, for each thread, for each task.

"""
    OncePerProcess{T}(init) -> callable

A function without arguments that calls `init` the first time, and returns what that gave each time.
"""
mutable struct OncePerProcess{T, F} <: Function
    value::Union{Nothing, T}
    @atomic state::UInt8
    const initializer::F
    const lock::ReentrantLock
    OncePerProcess{T, F}(initializer::F) where {T, F} = new{T, F}(nothing, once_initial, initializer, ReentrantLock())
end
const once_initial = 0x00
const once_has_run = 0x01
const once_failed = 0x02

OncePerProcess{T}(initializer::Type{U}) where {T, U} = OncePerProcess{T, Type{U}}(initializer)
OncePerProcess{T}(initializer::F) where {T, F} = OncePerProcess{T, F}(initializer)
OncePerProcess(initializer::Type{U}) where {U} = OncePerProcess{promote_op(initializer), Type{U}}(initializer)
OncePerProcess(initializer) = OncePerProcess{promote_op(initializer), typeof(initializer)}(initializer)
function (once::OncePerProcess{T})() where {T}
    once.state === once_has_run || run_once(once)
    return once.value::T
end
function run_once(once::OncePerProcess{T}) where {T}
    once.state === once_failed && error("OncePerProcess initializer failed previously")
    lock(once.lock)
    try
        if once.state === once_initial
            once.value = once.initializer()
            @atomic once.state = once_has_run
        elseif once.state === once_failed
            error("OncePerProcess initializer failed previously")
        end
    catch
        once.state === once_has_run || (@atomic once.state = once_failed)
        rethrow()
    finally
        unlock(once.lock)
    end
    return nothing
end

"""
    OncePerThread{T}(init) -> callable

Like OncePerProcess, with a value for each thread. `once[id]` is that of a thread.
"""
struct OncePerThread{T, F} <: Function
    initializer::F
    threads::Vector{OncePerProcess{T, F}}
    OncePerThread{T, F}(initializer::F) where {T, F} = new{T, F}(initializer, OncePerProcess{T, F}[])
end
OncePerThread{T}(initializer::Type{U}) where {T, U} = OncePerThread{T, Type{U}}(initializer)
OncePerThread{T}(initializer::F) where {T, F} = OncePerThread{T, F}(initializer)
OncePerThread(initializer::Type{U}) where {U} = OncePerThread{promote_op(initializer), Type{U}}(initializer)
OncePerThread(initializer) = OncePerThread{promote_op(initializer), typeof(initializer)}(initializer)
(once::OncePerThread)() = once[Threads.threadid()]
function getindex(once::OncePerThread{T, F}, tid::Integer) where {T, F}
    1 <= tid <= Threads.maxthreadid() || throw(ArgumentError("thread id outside of allocated range"))
    while length(once.threads) < tid
        push!(once.threads, OncePerProcess{T, F}(once.initializer))
    end
    return once.threads[tid]()
end

"""
    OncePerTask{T}(init) -> callable

Like OncePerProcess, with a value for each task.
"""
mutable struct OncePerTask{T, F} <: Function
    const initializer::F
    OncePerTask{T, F}(initializer::F) where {T, F} = new{T, F}(initializer)
end
OncePerTask{T}(initializer::Type{U}) where {T, U} = OncePerTask{T, Type{U}}(initializer)
OncePerTask{T}(initializer::F) where {T, F} = OncePerTask{T, F}(initializer)
OncePerTask(initializer::Type{U}) where {U} = OncePerTask{promote_op(initializer), Type{U}}(initializer)
OncePerTask(initializer) = OncePerTask{promote_op(initializer), typeof(initializer)}(initializer)
(once::OncePerTask{T})() where {T} = get!(once.initializer, task_local_storage(), once)::T
