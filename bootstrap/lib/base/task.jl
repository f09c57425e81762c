# Tasks, events and channels, scheduled in one thread.
#
# A task runs until it waits. Runnable tasks stand in one queue; waiting means putting oneself on some list and switching to
# the next runnable. When the queue is empty, sleeping tasks decide how long the process sleeps; when there are none
# of these either, nothing can ever run again.

abstract type AbstractLock end
abstract type AbstractChannel{T} end

Task(@nospecialize(f)) = Core._Task(f, 0, ThreadSynchronizer_new())
Task(@nospecialize(f), reserved_stack::Int) = Core._Task(f, reserved_stack, ThreadSynchronizer_new())
current_task() = ccall(:jl_get_current_task, Ref{Task}, ())

mutable struct GenericCondition{L}
    waitq::Vector{Any}
    lock::L
    GenericCondition{L}() where {L} = new{L}(Any[], L())
    GenericCondition{L}(l::L) where {L} = new{L}(Any[], l)
end
struct AlwaysLockedST <: AbstractLock end
const Condition = GenericCondition{AlwaysLockedST}
ThreadSynchronizer_new() = GenericCondition{AlwaysLockedST}(AlwaysLockedST())
lock(::AlwaysLockedST) = nothing
unlock(::AlwaysLockedST) = nothing
trylock(::AlwaysLockedST) = true
islocked(::AlwaysLockedST) = true
lock(c::GenericCondition) = lock(c.lock)
unlock(c::GenericCondition) = unlock(c.lock)
isempty(c::GenericCondition) = isempty(c.waitq)

const runnable = Any[]
const sleeping = Any[]

function istaskdone(t::Task)
    s = getfield(t, :_state)
    return s !== 0x00
end
istaskstarted(t::Task) = ccall(:jl_is_task_started, Cint, (Any,), t) !== Int32(0)
istaskfailed(t::Task) = getfield(t, :_state) === 0x02
function getproperty(t::Task, f::Symbol)
    if f === :state
        s = getfield(t, :_state)
        return s === 0x00 ? :runnable : s === 0x01 ? :done : :failed
    elseif f === :exception
        return getfield(t, :_isexception) ? getfield(t, :result) : nothing
    elseif f === :backtrace
        return nothing
    end
    return getfield(t, f)
end
struct TaskFailedException <: Exception
    task::Task
end
struct InvalidStateException <: Exception
    msg::String
    state::Symbol
end
struct DeadlockError <: Exception end

function schedule(t::Task)
    istaskdone(t) && error("schedule: Task not runnable")
    push!(runnable, t)
    return t
end
function schedule(t::Task, @nospecialize(arg); error::Bool=false)
    istaskdone(t) && Base.error("schedule: Task not runnable")
    # taken out of what it waits for
    q = getfield(t, :queue)
    q isa GenericCondition && filter!(x -> x !== t, q.waitq)
    filter!(x -> x[2] !== t, sleeping)
    setfield!(t, :queue, nothing)
    setfield!(t, :result, arg)
    error && setfield!(t, :_isexception, true)
    push!(runnable, t)
    return t
end
yield() = (push!(runnable, current_task()); wait(); nothing)
function yield(t::Task, @nospecialize(x=nothing))
    setfield!(t, :result, x)
    push!(runnable, current_task())
    return switch_to(t)
end
function yieldto(t::Task, @nospecialize(x=nothing))
    istaskdone(t) && return getfield(t, :result)
    setfield!(t, :result, x)
    return switch_to(t)
end
function switch_to(t::Task)
    ct = current_task()
    if t !== ct
        ccall(:jl_switchto, Cvoid, (Any,), t)
    end
    r = getfield(ct, :result)
    if getfield(ct, :_isexception)
        setfield!(ct, :_isexception, false)
        setfield!(ct, :result, nothing)
        throw(r)
    end
    setfield!(ct, :result, nothing)
    return r
end
function throwto(t::Task, @nospecialize(e))
    setfield!(t, :result, e)
    setfield!(t, :_isexception, true)
    return switch_to(t)
end

# Gives up the processor to the next task that can run
function wait()
    while true
        if !isempty(sleeping)
            wake_sleepers()
        end
        if !isempty(runnable)
            t = popfirst!(runnable)
            istaskdone(t) && continue
            return switch_to(t)
        end
        isempty(sleeping) && throw_deadlock()
        sleep_until(sleeping[1][1])
    end
end
throw_deadlock() = error("deadlock detected: every task is waiting")
function wake_sleepers()
    now = time()
    while !isempty(sleeping) && sleeping[1][1] <= now
        _, t = popfirst!(sleeping)
        t isa Task ? push!(runnable, t) : t()
    end
    return nothing
end
function sleep_until(when::Float64)
    us = ceil(Int, (when - time()) * 1e6)
    us > 0 && ccall(:usleep, Cint, (UInt32,), min(us, 900000) % UInt32)
    return nothing
end
function add_sleeper(when::Float64, what)
    i = length(sleeping) + 1
    while i > 1 && sleeping[i-1][1] > when
        i -= 1
    end
    insert!(sleeping, i, (when, what))
    return nothing
end
function sleep(sec::Real)
    sec >= 0 || throw(ArgumentError("cannot sleep for $sec seconds"))
    add_sleeper(time() + Float64(sec), current_task())
    wait()
    return nothing
end

# Conditions

function wait(c::GenericCondition; first::Bool=false)
    ct = current_task()
    first ? pushfirst!(c.waitq, ct) : push!(c.waitq, ct)
    setfield!(ct, :queue, c)
    n = unlock_all(c.lock)
    try
        return wait()
    catch
        filter!(x -> x !== ct, c.waitq)
        rethrow()
    finally
        setfield!(ct, :queue, nothing)
        relock_all(c.lock, n)
    end
end
unlock_all(::AlwaysLockedST) = 0
relock_all(::AlwaysLockedST, n) = nothing
notify(c::GenericCondition, @nospecialize(arg=nothing); all=true, error=false) = notify_tasks(c, arg, all, error)
function notify_tasks(c::GenericCondition, arg, all, error)
    n = 0
    while !isempty(c.waitq)
        t = popfirst!(c.waitq)
        setfield!(t, :queue, nothing)
        setfield!(t, :result, arg)
        error && setfield!(t, :_isexception, true)
        push!(runnable, t)
        n += 1
        all || break
    end
    return n
end
notify_error(c::GenericCondition, err) = notify_tasks(c, err, true, true)

# End of a task: called by the runtime when the task's function has returned or thrown
function task_done_hook(t::Task)
    dn = getfield(t, :donenotify)
    if dn isa GenericCondition
        notify_tasks(dn, t, true, false)
    end
    wait()
end
function wait_done(t::Task)
    t === current_task() && error("deadlock detected: cannot wait on current task")
    while !istaskdone(t)
        dn = getfield(t, :donenotify)
        wait(dn)
    end
    return nothing
end
function wait(t::Task; throw=true)
    wait_done(t)
    throw && istaskfailed(t) && Core.throw(TaskFailedException(t))
    return nothing
end
function fetch(t::Task)
    wait(t)
    return getfield(t, :result)
end
fetch(@nospecialize x) = x
task_result(t::Task) = getfield(t, :result)
errormonitor(t::Task) = t
function waitall(tasks; failfast=true, throw=true)
    ts = collect(Task, tasks)
    for t in ts
        wait_done(t)
    end
    failed = filter(istaskfailed, ts)
    throw && !isempty(failed) && Core.throw(CompositeException(Any[TaskFailedException(t) for t in failed]))
    return ts, Task[]
end
function waitany(tasks; throw=true)
    ts = collect(Task, tasks)
    while !any(istaskdone, ts)
        yield()
    end
    return filter(istaskdone, ts), filter(!istaskdone, ts)
end

macro task(ex)
    thunk = replace_linenums!(:(() -> $(esc(ex))), __source__)
    return :(Task($thunk))
end
const sync_varname = gensym(:sync)

macro async(ex)
    return async_task(ex, __source__, :task)
end
# Schedules `ex` as a task, and tells the `@sync` around it of `waited`, if there is one.
function async_task(@nospecialize(ex), source, @nospecialize(waited))
    bindings, ex = lift_interpolations(ex)
    thunk = replace_linenums!(:(() -> ($(esc(ex)))), source)
    var = esc(sync_varname)
    return quote
        let $(bindings...)
            local task = Task($thunk)
            if $(Expr(:islocal, var))
                put!($var, $waited)
            end
            schedule(task)
            task
        end
    end
end
# Gives code that a macro made the caller's line; what the caller wrote (escaped) keeps its own.
function replace_linenums!(@nospecialize(ex), line::LineNumberNode)
    ex isa Expr && ex.head !== :escape || return ex
    statements = ex.head === :block || ex.head === :quote
    for (i, a) in enumerate(ex.args)
        if statements && a isa LineNumberNode
            ex.args[i] = line
        else
            replace_linenums!(a, line)
        end
    end
    return ex
end

# `$x` in the expression is evaluated at once and bound to a name, except where it belongs to a quote or a macro call.
function lift_interpolations(@nospecialize ex)
    bindings = Any[]
    return bindings, lift_interpolations!(ex, false, bindings)
end
_lift_one_interp!(@nospecialize ex) = lift_interpolations(ex)[1]
lift_interpolations!(@nospecialize(x), quoted::Bool, bindings) = x
function lift_interpolations!(ex::Expr, quoted::Bool, bindings)
    if ex.head === :$
        if !quoted
            name = gensym()
            push!(bindings, :($(esc(name)) = $(esc(ex.args[1]))))
            return name
        end
        quoted = false
    elseif ex.head === :quote
        quoted = true
    elseif ex.head === :macrocall
        return ex
    end
    for (i, a) in enumerate(ex.args)
        ex.args[i] = lift_interpolations!(a, quoted, bindings)
    end
    return ex
end

# A task whose exception is passed on as it is, not as a TaskFailedException.
struct UnwrapTaskFailedException <: Exception
    task::Task
end
function unwrapped(f, t::UnwrapTaskFailedException)
    try
        return f(t.task)
    catch e
        e isa TaskFailedException ? throw(e.task.exception) : rethrow()
    end
end
wait(t::UnwrapTaskFailedException) = unwrapped(wait, t)
fetch(t::UnwrapTaskFailedException) = unwrapped(fetch, t)
macro async_unwrap(ex)
    return async_task(ex, __source__, :(Base.UnwrapTaskFailedException(task)))
end

macro sync(block)
    var = esc(sync_varname)
    return quote
        let $var = Channel(Inf)
            v = $(esc(block))
            sync_end($var)
            v
        end
    end
end
"""
    Base.@sync_add expr

Has the enclosing `@sync` wait for the value of `expr` too.
"""
macro sync_add(expr)
    var = esc(sync_varname)
    return quote
        local ref = $(esc(expr))
        put!($var, ref)
        ref
    end
end
function sync_end(things)
    failures = Any[]
    while isready(things)
        t = take!(things)
        if t isa Task
            wait_done(t)
            istaskfailed(t) && push!(failures, TaskFailedException(t))
        else
            try
                wait(t)
            catch e
                push!(failures, e)
            end
        end
    end
    close(things)
    isempty(failures) || throw(CompositeException(failures))
    return nothing
end

# Task-local storage

function task_local_storage()
    t = current_task()
    s = getfield(t, :storage)
    if s === nothing
        s = IdDict{Any, Any}()
        setfield!(t, :storage, s)
    end
    return s::IdDict{Any, Any}
end
task_local_storage(key) = task_local_storage()[key]
task_local_storage(key, val) = (task_local_storage()[key] = val)
function task_local_storage(body::Function, key, val)
    tls = task_local_storage()
    hadkey = haskey(tls, key)
    old = get(tls, key, nothing)
    tls[key] = val
    try
        return body()
    finally
        hadkey ? (tls[key] = old) : delete!(tls, key)
    end
end

# Locks

mutable struct ReentrantLock <: AbstractLock
    locked_by::Union{Task, Nothing}
    reentrancy_cnt::Int
    cond_wait::GenericCondition{AlwaysLockedST}
    ReentrantLock() = new(nothing, 0, ThreadSynchronizer_new())
end
islocked(l::ReentrantLock) = l.reentrancy_cnt != 0
function trylock(l::ReentrantLock)
    t = current_task()
    if l.locked_by === t
        l.reentrancy_cnt += 1
        return true
    elseif l.reentrancy_cnt == 0
        l.locked_by = t
        l.reentrancy_cnt = 1
        return true
    end
    return false
end
function lock(l::ReentrantLock)
    while !trylock(l)
        wait(l.cond_wait)
    end
    return nothing
end
function unlock(l::ReentrantLock)
    l.locked_by === current_task() || error(l.reentrancy_cnt == 0 ? "unlock count must match lock count" : "unlock from wrong thread")
    l.reentrancy_cnt -= 1
    if l.reentrancy_cnt == 0
        l.locked_by = nothing
        notify_tasks(l.cond_wait, nothing, false, false)
    end
    return nothing
end
function unlock_all(l::ReentrantLock)
    l.locked_by === current_task() || throw(ConcurrencyViolationError("lock must be held"))
    n = l.reentrancy_cnt
    l.reentrancy_cnt = 0
    l.locked_by = nothing
    notify_tasks(l.cond_wait, nothing, false, false)
    return n
end
relock_all(l::ReentrantLock, n) = (lock(l); l.reentrancy_cnt = n; nothing)
function lock(f, l)
    lock(l)
    try
        return f()
    finally
        unlock(l)
    end
end
function trylock(f, l)
    trylock(l) || return false
    try
        return f()
    finally
        unlock(l)
    end
end
macro lock(l, expr)
    return quote
        temp = $(esc(l))
        lock(temp)
        try
            $(esc(expr))
        finally
            unlock(temp)
        end
    end
end
# For code that does not throw: no try block.
macro lock_nofail(l, expr)
    return quote
        temp = $(esc(l))
        lock(temp)
        val = $(esc(expr))
        unlock(temp)
        val
    end
end
struct Lockable{T, L<:AbstractLock}
    value::T
    lock::L
end
Lockable(value) = Lockable(value, ReentrantLock())
getindex(l::Lockable) = l.value
lock(l::Lockable) = lock(l.lock)
unlock(l::Lockable) = unlock(l.lock)
trylock(l::Lockable) = trylock(l.lock)
lock(f, l::Lockable) = (lock(l.lock); try
    f(l.value)
finally
    unlock(l.lock)
end)

mutable struct Semaphore
    sem_size::Int
    curr_cnt::Int
    cond_wait::GenericCondition{AlwaysLockedST}
    Semaphore(n) = n > 0 ? new(n, 0, ThreadSynchronizer_new()) : throw(ArgumentError("Semaphore size must be > 0"))
end
acquire(s::Semaphore) = (while s.curr_cnt >= s.sem_size
    wait(s.cond_wait)
end; s.curr_cnt += 1; nothing)
release(s::Semaphore) = (s.curr_cnt > 0 || error("release count must match acquire count"); s.curr_cnt -= 1; notify_tasks(s.cond_wait, nothing, false, false); nothing)
acquire(f, s::Semaphore) = (acquire(s); try
    f()
finally
    release(s)
end)
mutable struct Event
    autoreset::Bool
    set::Bool
    cond::GenericCondition{AlwaysLockedST}
    Event(autoreset::Bool=false) = new(autoreset, false, ThreadSynchronizer_new())
end
function wait(e::Event)
    while !e.set
        wait(e.cond)
    end
    e.autoreset && (e.set = false)
    return nothing
end
notify(e::Event) = (e.set = true; notify_tasks(e.cond, nothing, !e.autoreset, false); nothing)
reset(e::Event) = (e.set = false; nothing)

# Timers

mutable struct Timer
    isopen::Bool
    interval::Float64
    cond::GenericCondition{AlwaysLockedST}
    fired::Bool
end
function Timer(timeout::Real; interval::Real=0.0)
    timeout >= 0 || throw(ArgumentError("timer cannot have negative timeout of $timeout seconds"))
    t = Timer(true, Float64(interval), ThreadSynchronizer_new(), false)
    arm_timer(t, time() + Float64(timeout))
    return t
end
function arm_timer(t::Timer, when::Float64)
    add_sleeper(when, () -> begin
        if t.isopen
            t.fired = true
            t.interval > 0 ? arm_timer(t, time() + t.interval) : (t.isopen = false)
            notify_tasks(t.cond, nothing, true, false)
        end
    end)
    return nothing
end
function Timer(cb::Function, timeout::Real; spawn=nothing, kwargs...)
    t = Timer(timeout; kwargs...)
    @async begin
        while true
            try
                wait(t)
            catch e
                e isa EOFError && break
                rethrow()
            end
            Base.invokelatest(cb, t)
            isopen(t) || break
        end
    end
    yield()
    return t
end
isopen(t::Timer) = t.isopen
function wait(t::Timer)
    if t.fired
        t.fired = false
        return nothing
    end
    t.isopen || throw(EOFError())
    wait(t.cond)
    t.fired || throw(EOFError())
    t.fired = false
    return nothing
end
close(t::Timer) = (t.isopen = false; filter!(x -> x[2] isa Task || true, sleeping); notify_tasks(t.cond, nothing, true, false); nothing)
function timedwait(testcb, timeout::Real; pollint::Real=0.1)
    pollint >= 1e-3 || throw(ArgumentError("pollint must be ≥ 1 millisecond"))
    start = time()
    while true
        testcb() && return :ok
        time() - start >= timeout && return :timed_out
        sleep(min(Float64(pollint), max(0.0, timeout - (time() - start))))
    end
end

# Channels

mutable struct Channel{T} <: AbstractChannel{T}
    cond_take::GenericCondition{AlwaysLockedST}
    cond_wait::GenericCondition{AlwaysLockedST}
    cond_put::GenericCondition{AlwaysLockedST}
    state::Symbol
    excp::Union{Exception, Nothing}
    data::Vector{T}
    sz_max::Int
    takers::Int
    function Channel{T}(sz::Integer=0) where {T}
        sz < 0 && throw(ArgumentError("Channel size must be either 0, a positive integer or Inf"))
        return new{T}(ThreadSynchronizer_new(), ThreadSynchronizer_new(), ThreadSynchronizer_new(), :open, nothing, Vector{T}(), Int(sz), 0)
    end
end
Channel{T}(sz::AbstractFloat) where {T} = Channel{T}(sz == Inf ? typemax(Int) : Int(sz))
Channel(sz=0) = Channel{Any}(sz)
function Channel{T}(func::Function, size=0; taskref=nothing, spawn=false, threadpool=nothing) where {T}
    c = Channel{T}(size)
    t = Task(() -> func(c))
    bind(c, t)
    taskref === nothing || (taskref[] = t)
    spawn ? schedule(t) : yield(t)
    return c
end
Channel(func::Function, args...; kwargs...) = Channel{Any}(func, args...; kwargs...)
closed_exception() = InvalidStateException("Channel is closed.", :closed)
isbuffered(c::Channel) = c.sz_max > 0
function check_channel_state(c::Channel)
    if c.state !== :open
        c.excp === nothing || throw(c.excp)
        throw(closed_exception())
    end
end
isopen(c::Channel) = c.state === :open
isfull(c::Channel) = isbuffered(c) ? length(c.data) >= c.sz_max : true
isready(c::Channel) = isbuffered(c) ? !isempty(c.data) : !isempty(c.cond_put.waitq)
isempty(c::Channel) = isbuffered(c) ? isempty(c.data) : isempty(c.cond_put.waitq)
n_avail(c::Channel) = isbuffered(c) ? length(c.data) : length(c.cond_put.waitq)
eltype(::Type{Channel{T}}) where {T} = T
IteratorSize(::Type{<:Channel}) = SizeUnknown()
lock(c::Channel) = nothing
unlock(c::Channel) = nothing
function close(c::Channel, @nospecialize(excp=closed_exception()))
    c.excp = excp
    c.state = :closed
    notify_error(c.cond_take, excp)
    notify_error(c.cond_wait, excp)
    notify_error(c.cond_put, excp)
    return nothing
end
function bind(c::Channel, task::Task)
    dn = getfield(task, :donenotify)
    watcher = Task(() -> begin
        wait_done(task)
        if isopen(c)
            istaskfailed(task) ? close(c, TaskFailedException(task)) : close(c)
        end
    end)
    push!(dn.waitq, watcher)
    return c
end
put!(c::Channel{T}, v) where {T} = (check_channel_state(c); x = convert(T, v); isbuffered(c) ? put_buffered(c, x) : put_unbuffered(c, x); v)
function put_buffered(c::Channel, v)
    while length(c.data) >= c.sz_max
        check_channel_state(c)
        wait(c.cond_put)
    end
    check_channel_state(c)
    push!(c.data, v)
    notify_tasks(c.cond_take, nothing, false, false)
    notify_tasks(c.cond_wait, nothing, true, false)
    return v
end
# A value changes hands directly: the putter waits until there is a taker
function put_unbuffered(c::Channel, v)
    if isempty(c.cond_take.waitq)
        notify_tasks(c.cond_wait, nothing, true, false)
        t = wait(c.cond_put)
        schedule(t, v)
        yield()
        return v
    end
    t = popfirst!(c.cond_take.waitq)
    yield(t, v)
    return v
end
push!(c::Channel, v) = put!(c, v)
append!(c::Channel, itr) = (for x in itr
    put!(c, x)
end; c)
fetch(c::Channel) = isbuffered(c) ? fetch_buffered(c) : throw(ErrorException("`fetch` is not supported on an unbuffered Channel."))
function fetch_buffered(c::Channel)
    while isempty(c.data)
        check_channel_state(c)
        wait(c.cond_take)
    end
    return c.data[1]
end
take!(c::Channel) = isbuffered(c) ? take_buffered(c) : take_unbuffered(c)
function take_buffered(c::Channel)
    while isempty(c.data)
        check_channel_state(c)
        wait(c.cond_take)
    end
    v = popfirst!(c.data)
    notify_tasks(c.cond_put, nothing, false, false)
    return v
end
function take_unbuffered(c::Channel{T}) where {T}
    check_channel_state(c)
    if isempty(c.cond_put.waitq)
        v = wait(c.cond_take)
        return v::T
    end
    putter = popfirst!(c.cond_put.waitq)
    schedule(putter, current_task())
    return wait()::T
end
popfirst!(c::Channel) = take!(c)
function wait(c::Channel)
    isready(c) && return nothing
    while !isready(c)
        check_channel_state(c)
        wait(c.cond_wait)
    end
    return nothing
end
function iterate(c::Channel, state=nothing)
    if isopen(c) || isready(c)
        try
            return (take!(c), nothing)
        catch e
            if e isa InvalidStateException && e.state === :closed
                return nothing
            end
            rethrow()
        end
    end
    e = c.excp
    (e === nothing || e isa InvalidStateException) || throw(e)
    return nothing
end
function asyncmap(f, c...; ntasks=0, batch_size=nothing)
    ts = Any[(@async f(x...)) for x in zip(c...)]
    return [fetch(t) for t in ts]
end
asyncmap!(f, results, c...; ntasks=0, batch_size=nothing) = copyto!(results, asyncmap(f, c...; ntasks=ntasks, batch_size=batch_size))

# Threads: one

module Threads
using ..Base
import ..Base: Event, Condition, Semaphore, @lock, isexpr
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
const SpinLock = ReentrantLock
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
    foreach(Base.wait_done, tasks)
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
end

# The report of what a task failed with stands indented under that of the failure.
showerror(io::IO, e::TaskFailedException) = showerror(io, e, nothing)
function showerror(io::IO, e::TaskFailedException, bt; backtrace::Bool=true)
    print(io, "TaskFailedException")
    bt !== nothing && backtrace && show_backtrace(io, bt)
    print(io, "\n\n    nested task error: ")
    text = sprint(showerror, e.task.result)
    print(io, replace(text, "\n" => "\n    "))
end
