# Timers, and conditions that C notifies: objects of libuv's loop that tasks wait for.
#
# A Timer owns a uv_timer_t in C's memory, which holds the Timer's address. When it is due, the loop calls `uv_timercb` from
# within `process_events`; that only makes tasks runnable. What a task waits for stays alive, and the task with it.
#
# libuv counts in whole milliseconds, from when a timer was started. Behind the handle lies the nanosecond that is due if all
# timers of a turn start at its beginning. In that order timers wake their tasks: one that fires waits for another that should
# have been before it, as long as that is a matter of milliseconds.

# The kinds of handles, as libuv numbers them.
const UV_ASYNC = Cint(1)
const UV_TIMER = Cint(13)

# What nothing but C's memory may refer to: objects that tasks wait for, by handle.
const uvhandles = Dict{Ptr{Cvoid}, Any}()

new_handle(kind::Cint) = Libc.malloc(ccall(:uv_handle_size, Csize_t, (Cint,), kind))
associate_julia_struct(handle::Ptr{Cvoid}, @nospecialize(x)) =
    ccall(:uv_handle_set_data, Cvoid, (Ptr{Cvoid}, Any), handle, x)
# The object of a handle, or nothing if that is gone.
function object_of(handle::Ptr{Cvoid})
    p = ccall(:uv_handle_get_data, Ptr{Cvoid}, (Ptr{Cvoid},), handle)
    return p == C_NULL ? nothing : unsafe_pointer_to_objref(p)
end
function check_handle(rc::Cint, what::String)
    rc == 0 || error(what, ": ", unsafe_string(ccall(:uv_strerror, Cstring, (Cint,), rc)))
    return nothing
end

"""
    AsyncCondition([callback])

A condition that C notifies, from any thread, by `uv_async_send` on its `handle`.
"""
mutable struct AsyncCondition
    handle::Ptr{Cvoid}
    cond::ThreadSynchronizer
    isopen::Bool
    set::Bool
    function AsyncCondition()
        this = new(new_handle(UV_ASYNC), ThreadSynchronizer(), true, false)
        check_handle(ccall(:uv_async_init, Cint, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Cvoid}), eventloop(), this.handle,
            async_callback[]), "uv_async_init")
        associate_julia_struct(this.handle, this)
        finalizer(uvfinalize, this)
        return this
    end
end

"""
    Timer(delay; interval=0)
    Timer(callback, delay; interval=0)

Fires after `delay` seconds, and with an interval again and again after that. Tasks `wait` for it, or a task is made that
calls `callback(timer)` each time. `close` stops it.
"""
mutable struct Timer
    handle::Ptr{Cvoid}
    cond::ThreadSynchronizer
    isopen::Bool
    set::Bool
    timeout_ms::UInt64
    interval_ms::UInt64
    function Timer(timeout::Real; interval::Real=0.0)
        timeout >= 0 || throw(ArgumentError("timer cannot have negative timeout of $timeout seconds"))
        interval >= 0 || throw(ArgumentError("timer cannot have negative repeat interval of $interval seconds"))
        # One more: libuv's clock has whole milliseconds, so it may think one is over that has just begun.
        after = ceil(UInt64, timeout * 1000) + UInt64(!iszero(timeout))
        again = ceil(UInt64, interval * 1000)
        loop = eventloop()
        handle = Libc.malloc(timer_handle_size() + 8)
        this = new(handle, ThreadSynchronizer(), true, false, after, again)
        check_handle(ccall(:uv_timer_init, Cint, (Ptr{Cvoid}, Ptr{Cvoid}), loop, handle), "uv_timer_init")
        associate_julia_struct(handle, this)
        finalizer(uvfinalize, this)
        now = time_ns()
        start = turn.last === nothing || now - turn.start > patience ? now : turn.start
        due = start + ceil(UInt64, timeout * 1e9)
        unsafe_store!(due_time(handle), due)
        length(started) < 64 || empty!(started)
        push!(started, (due, this))
        ccall(:uv_update_time, Cvoid, (Ptr{Cvoid},), loop)
        check_handle(ccall(:uv_timer_start, Cint, (Ptr{Cvoid}, Ptr{Cvoid}, UInt64, UInt64), handle,
            timer_callback[], after, again), "uv_timer_start")
        return this
    end
end
# How long a turn may take for the order of its timers to be kept, in nanoseconds.
const patience = UInt64(50_000_000)
# Timers that have fired and have not yet woken their tasks, and some of those started last, each with its due time.
const fired = Tuple{UInt64, Timer}[]
const started = Tuple{UInt64, Timer}[]
timer_handle_size() = ccall(:uv_handle_size, Csize_t, (Cint,), UV_TIMER)
due_time(handle::Ptr{Cvoid}) = Ptr{UInt64}(handle + timer_handle_size())

function getproperty(t::Timer, f::Symbol)
    f === :timeout && return t.timeout_ms == 0 ? 0.0 : (t.timeout_ms - 1) / 1000
    f === :interval && return t.interval_ms / 1000
    return getfield(t, f)
end
propertynames(::Timer) = (:handle, :cond, :isopen, :set, :timeout, :timeout_ms, :interval, :interval_ms)
function show(io::IO, t::Timer)
    print(io, "Timer (", isopen(t) ? "open" : "closed", ", timeout: ", t.timeout, " s")
    t.interval > 0 && print(io, ", interval: ", t.interval, " s")
    print(io, ") @0x", string(convert(UInt, pointer_from_objref(t)), base=16, pad=16))
end
unsafe_convert(::Type{Ptr{Cvoid}}, t::Timer) = t.handle
unsafe_convert(::Type{Ptr{Cvoid}}, t::AsyncCondition) = t.handle

# The loop's calls.
function uv_timercb(handle::Ptr{Cvoid})
    t = object_of(handle)
    if t isa Timer
        due = unsafe_load(due_time(handle))
        push!(fired, (due, t))
        filter!(x -> x[2] !== t && x[2].isopen, started)
        if t.interval_ms == 0
            close_handle(t)
        else
            unsafe_store!(due_time(handle), due + 1_000_000 * t.interval_ms)
        end
    end
    return nothing
end
function wake_fired()
    length(fired) > 1 && sort!(fired; by=first)
    now = time_ns()
    while !isempty(fired)
        due, t = fired[1]
        any(x -> x[1] < due && x[2].isopen && x[1] + patience > now, started) && return nothing
        popfirst!(fired)
        t.set = true
        notify(t.cond, true, true, false)
    end
    return nothing
end
function uv_asynccb(handle::Ptr{Cvoid})
    t = object_of(handle)
    if t isa AsyncCondition
        t.set = true
        notify(t.cond, true, true, false)
    end
    return nothing
end

isopen(t::Union{Timer, AsyncCondition}) = t.isopen

# The handle belongs to the loop from here on, which frees it.
function close_handle(t::Union{Timer, AsyncCondition})
    handle = t.handle
    isempty(uvhandles) || delete!(uvhandles, handle)
    t.isopen = false
    t.handle = C_NULL
    if handle != C_NULL
        ccall(:uv_handle_set_data, Cvoid, (Ptr{Cvoid}, Ptr{Cvoid}), handle, C_NULL)
        ccall(:uv_close, Cvoid, (Ptr{Cvoid}, Ptr{Cvoid}), handle, cglobal(:free))
    end
    return nothing
end
uvfinalize(t::Union{Timer, AsyncCondition}) = close_handle(t)

"""
    close(t::Union{Timer, AsyncCondition})

Stops it. Tasks that wait for it get an EOFError.
"""
function close(t::Union{Timer, AsyncCondition})
    close_handle(t)
    notify(t.cond, false, true, false)
    return nothing
end

# Waits for the next event; false when it is closed and there will be none.
function _trywait(t::Union{Timer, AsyncCondition})
    if !t.set
        t.isopen || return false
        handle = t.handle
        uvhandles[handle] = t
        woken = try
            wait(t.cond)::Bool
        finally
            isempty(t.cond.waitq) && delete!(uvhandles, handle)
        end
        woken || t.set || return false
    end
    t.set = false
    return true
end

"""
    wait(t::Union{Timer, AsyncCondition})

Waits for the next event.
"""
function wait(t::Union{Timer, AsyncCondition})
    _trywait(t) || throw(EOFError())
    return nothing
end

function Timer(cb::Function, timeout; spawn::Union{Nothing, Bool}=nothing, kwargs...)
    timer = Timer(timeout; kwargs...)
    t = Task() do
        while _trywait(timer)
            try
                cb(timer)
            catch err
                write(stderr, "Error in Timer:\n")
                showerror(stderr, err, catch_backtrace())
                return
            end
            isopen(timer) || return
        end
    end
    t.sticky = spawn === nothing ? current_task().sticky : !spawn
    first_wait(timer, t)
    return timer
end
function AsyncCondition(cb::Function)
    async = AsyncCondition()
    t = Task() do
        while _trywait(async)
            cb(async)
            isopen(async) || return
        end
    end
    first_wait(async, t)
    return async
end
# The task starts with the first event, and finds it marked as not yet taken.
function first_wait(x::Union{Timer, AsyncCondition}, t::Task)
    if x.set
        schedule(t)
    else
        x.isopen && (uvhandles[x.handle] = x)
        push!(x.cond.waitq, t)
    end
    return nothing
end

"""
    sleep(seconds)

Waits for a time, at least a millisecond; other tasks run meanwhile.
"""
function sleep(sec::Real)
    sec >= 0 || throw(ArgumentError("cannot sleep for $sec seconds"))
    wait(Timer(sec))
    return nothing
end

"""
    timedwait(test, timeout::Real; pollint::Real=0.1)

Waits until `test()` is true, which is asked every `pollint` seconds: `:ok`; or for `timeout` seconds: `:timed_out`.
"""
function timedwait(testcb, timeout::Real; pollint::Real=0.1)
    pollint >= 1e-3 || throw(ArgumentError("pollint must be ≥ 1 millisecond"))
    start = time_ns()
    testcb() && return :ok
    t = Timer(pollint; interval=pollint)
    try
        while _trywait(t)
            testcb() && return :ok
            time_ns() - start > 1e9 * timeout && break
        end
    finally
        close(t)
    end
    return :timed_out
end
