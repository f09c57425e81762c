# Threads, of which there is one: the names that programs use, with that meaning.

module Threads
using ..Base
import ..Base: Event, Semaphore, @lock, isexpr, AbstractLock, GenericCondition, lock, unlock, trylock, islocked, foreach, assert_havelock
export threadid, nthreads, @threads, @spawn, Atomic, atomic_add!, atomic_sub!, atomic_xchg!, atomic_cas!, atomic_and!, atomic_or!, atomic_xor!, atomic_max!,
    atomic_min!, SpinLock, ReentrantLock
threadid() = 1
threadid(t::Task) = 1
nthreads(pool::Symbol=:default) = 1
maxthreadid() = 1
nthreadpools() = 1
threadpool(tid=1) = :default
mutable struct Atomic{T}
    value::T
    Atomic{T}() where {T} = new(zero(T))
    Atomic{T}(v) where {T} = new(v)
end
Atomic(v) = Atomic{typeof(v)}(v)
Base.getindex(a::Atomic) = a.value
Base.setindex!(a::Atomic, v) = (a.value = v; a)
update!(f, a::Atomic, v) = (old = a.value; a.value = f(old, v); old)
atomic_add!(a::Atomic, v) = update!(+, a, v)
atomic_sub!(a::Atomic, v) = update!(-, a, v)
atomic_and!(a::Atomic, v) = update!(&, a, v)
atomic_or!(a::Atomic, v) = update!(|, a, v)
atomic_xor!(a::Atomic, v) = update!(xor, a, v)
atomic_max!(a::Atomic, v) = update!(max, a, v)
atomic_min!(a::Atomic, v) = update!(min, a, v)
atomic_xchg!(a::Atomic, v) = update!((x, y) -> y, a, v)
atomic_cas!(a::Atomic, cmp, v) = (old = a.value; old === cmp && (a.value = v); old)
atomic_fence() = nothing

"""
    Threads.SpinLock()

A lock for a few statements that neither wait nor take it again. With one thread, waiting for it could never end.
"""
mutable struct SpinLock <: AbstractLock
    owned::Int
    SpinLock() = new(0)
end
islocked(l::SpinLock) = l.owned != 0
trylock(l::SpinLock) = l.owned == 0 ? (l.owned = 1; true) : false
function lock(l::SpinLock)
    while !trylock(l)
        yield()
    end
    return nothing
end
function unlock(l::SpinLock)
    l.owned == 0 && error("unlock count must match lock count")
    l.owned = 0
    return nothing
end
assert_havelock(l::SpinLock) = islocked(l) ? nothing : Base.concurrency_violation()

"""
    Threads.Condition([lock])

A condition with a lock, which `wait` and `notify` require to be held.
"""
const Condition = GenericCondition{ReentrantLock}
const LOCK_CONFLICT_COUNT = Atomic{Int}(0)
lock_profiling(on::Bool) = nothing

"""
    Threads.@threads [schedule] for ... end

Runs the iterations as tasks: one for each of the threads, of which there is one.
"""
macro threads(args...)
    1 <= length(args) <= 2 || throw(ArgumentError("wrong number of arguments in @threads"))
    schedule = :default
    if length(args) == 2
        schedule = args[1] isa QuoteNode ? args[1].value : args[1] isa Symbol ? nothing : args[1]
        schedule in (:static, :dynamic, :greedy) || throw(ArgumentError("unsupported schedule argument in @threads"))
    end
    loop = args[end]
    isexpr(loop, :for) || throw(ArgumentError("@threads requires a `for` loop expression"))
    isexpr(loop.args[1], :(=)) || throw(ArgumentError("nested outer loops are not currently supported by @threads"))
    return threads_loop(loop.args[1], loop.args[2], schedule)
end
function threads_loop(iteration::Expr, body, schedule::Symbol)
    index, range = iteration.args
    make = schedule === :greedy ? greedy_func : default_func
    return quote
        local threadsfor_fun
        $(make(esc(range), index, body))
        if $(schedule !== :static)
            threading_run(threadsfor_fun, false)
        elseif in_threaded_region()
            error("`@threads :static` cannot be used concurrently or nested")
        else
            threading_run(threadsfor_fun, true)
        end
        nothing
    end
end

# The loop as a function of the number of the thread, which takes its share of the range.
function default_func(range, index, body)
    return quote
        let range = $range
        function threadsfor_fun(tid=1; onethread=false)
            r = range
            parts = onethread ? 1 : threadpoolsize()
            part = onethread ? 1 : tid
            len, rem = divrem(length(r), parts)
            # the first `rem` threads do one iteration more
            f = firstindex(r) + (part - 1) * len + min(part - 1, rem)
            l = f + len - 1 + (part <= rem ? 1 : 0)
            for i = f:l
                local $(esc(index)) = @inbounds r[i]
                $(esc(body))
            end
        end
        end
    end
end
# Each thread takes the next element when it has time.
function greedy_func(range, index, body)
    return quote
        let c = Channel{eltype($range)}(0, spawn=true) do ch
            for item in $range
                put!(ch, item)
            end
        end
        function threadsfor_fun(tid)
            for item in c
                local $(esc(index)) = item
                $(esc(body))
            end
        end
        end
    end
end
threadpoolsize(pool::Symbol=:default) = 1
in_threaded_region() = false
function threading_run(f, static::Bool)
    tasks = Task[Task(() -> f(i)) for i in 1:threadpoolsize()]
    foreach(schedule, tasks)
    foreach(Base._wait, tasks)
    failed = filter(istaskfailed, tasks)
    isempty(failed) || throw(CompositeException(map(TaskFailedException, failed)))
    return nothing
end

"""
    Threads.@spawn [:default|:interactive|:samepool] expr

Runs `expr` as a task that may move between threads.
"""
macro spawn(args...)
    1 <= length(args) <= 2 || throw(ArgumentError("wrong number of arguments in @spawn"))
    pool = QuoteNode(:default)
    if length(args) == 2
        pool = args[1]
        if pool isa QuoteNode
            pool.value in (:interactive, :default, :samepool) ||
                throw(ArgumentError(string("unsupported threadpool in @spawn: ", pool.value)))
        end
    end
    bindings, ex = Base.lift_interpolations(args[end])
    thunk = Base.replace_linenums!(:(() -> ($(esc(ex)))), __source__)
    var = esc(Base.sync_varname)
    return quote
        let $(bindings...)
            local task = Task($thunk)
            task.sticky = false
            local tp = $(esc(pool))
            if tp == :samepool
                tp = Threads.threadpool()
            end
            _spawn_set_thrpool(task, tp)
            if $(Expr(:islocal, var))
                put!($var, task)
            end
            schedule(task)
            task
        end
    end
end
_spawn_set_thrpool(t::Task, pool::Symbol) = nothing

abstract type AbstractSchedule end
struct FairSchedule <: AbstractSchedule end
struct StaticSchedule <: AbstractSchedule end

"""
    Threads.foreach(f, channel; schedule=FairSchedule(), ntasks=1)

Calls `f` for each value of a channel, in up to `ntasks` tasks at a time.
"""
function foreach(f, channel::Channel; schedule::AbstractSchedule=FairSchedule(), ntasks=threadpoolsize())
    failed = false
    @sync for _ in 1:ntasks
        @spawn try
            for item in channel
                failed && break
                f(item)
            end
        catch
            failed = true
            rethrow()
        end
    end
    return nothing
end
end
