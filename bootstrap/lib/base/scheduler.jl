# Who runs next: the queue of runnable tasks, switching, and waiting for the world outside.
#
# There is one thread. A task runs until it waits; runnable tasks stand in one queue and take turns. Waiting means being in
# some other list (of a condition, of an event) and switching to the next runnable task.
#
# Events come from two places: libuv's loop, where timers are, and file descriptors that a task wants to read from or write
# to. Both are looked at each time a task waits. When no task can run, the process sleeps in one poll(2): for the descriptors,
# for the loop's own descriptor, and no longer than until the next timer is due. Where nothing can ever come, it sleeps for
# ever, as Julia's does; Ctrl-C ends that.

const Workqueue = IntrusiveLinkedList{Task}()
workqueue_for(tid::Int) = Workqueue

## switching

"""
    yieldto(t::Task, arg=nothing)

Switches to a task, whatever its state: its last `yieldto` returns `arg`.
"""
function yieldto(t::Task, @nospecialize(x=nothing))
    s = getfield(t, :_state)
    s === task_state_done && return x
    s === task_state_failed && throw(getfield(t, :result))
    setfield!(t, :result, x)
    return switch_to(t)
end

"""
    throwto(t::Task, exception)

Switches to a task and throws an exception in it.
"""
function throwto(t::Task, @nospecialize(exc))
    setfield!(t, :result, exc)
    setfield!(t, :_isexception, true)
    return switch_to(t)
end

# Comes back when something switches to this task again, with what it left in `result`.
function switch_to(t::Task)
    ct = current_task()
    t === ct || ccall(:jl_switchto, Cvoid, (Any,), t)
    r = getfield(ct, :result)
    setfield!(ct, :result, nothing)
    if getfield(ct, :_isexception)
        setfield!(ct, :_isexception, false)
        throw(r)
    end
    return r
end

function enq_work(t::Task)
    (getfield(t, :_state) === task_state_runnable && getfield(t, :queue) === nothing) || error("schedule: Task not runnable")
    push!(Workqueue, t)
    return t
end

"""
    schedule(t::Task, [val]; error=false)

Makes a task runnable. A value is what its `wait` returns, or with `error` throws.
"""
schedule(t::Task) = enq_work(t)
schedule(t::Task, @nospecialize(arg); error=false) = schedule_with(t, arg, error)
function schedule_with(t::Task, @nospecialize(arg), error)
    getfield(t, :_state) === task_state_runnable || Base.error("schedule: Task not runnable")
    if error
        leave_queue(t)
        setfield!(t, :result, arg)
        setfield!(t, :_isexception, true)
    else
        getfield(t, :queue) === nothing || Base.error("schedule: Task not runnable")
        setfield!(t, :result, arg)
    end
    return enq_work(t)
end

"""
    yield()

Lets the other runnable tasks run first.
"""
function yield()
    ct = current_task()
    enq_work(ct)
    try
        wait()
    catch
        leave_queue(ct)
        rethrow()
    end
end

"""
    yield(t::Task, arg=nothing)

Runs `t` at once; the calling task stays runnable.
"""
function yield(t::Task, @nospecialize(x=nothing))
    ct = current_task()
    t === ct && throw(ConcurrencyViolationError("Cannot yield to currently running task!"))
    (getfield(t, :_state) === task_state_runnable && getfield(t, :queue) === nothing) || throw(ConcurrencyViolationError("yield: Task not runnable"))
    enq_work(ct)
    setfield!(t, :result, x)
    return switch_to(t)
end

function trypoptask(q::IntrusiveLinkedList{Task})
    while !isempty(q)
        t = popfirst!(q)
        getfield(t, :_state) === task_state_runnable && return t
    end
    return nothing
end

"""
    wait()

Gives the processor to the next task that can run. It returns when something has made the calling task runnable again.
"""
function wait()
    process_events()
    (turn.last === nothing || turn.last === current_task()) && begin_turn()
    t = trypoptask(Workqueue)
    while t === nothing
        sleep_for_events()
        process_events()
        begin_turn()
        t = trypoptask(Workqueue)
    end
    return switch_to(t)
end

# A turn: the tasks that could run when it began, each until it waits. Compiled code takes microseconds for one, the
# interpreter a millisecond; so that timers fire in the order in which they would there, all that are started in a turn
# count from its beginning (asyncevent.jl).
mutable struct Turn
    start::UInt64           # time_ns()
    last::Any               # the task with which it ends, nothing if there is none
end
const turn = Turn(0, nothing)
function begin_turn()
    turn.start = time_ns()
    turn.last = Workqueue.tail
    return nothing
end

## events

# One loop for the process, made when it is first asked for. It is not Node's own, which would run JavaScript in the
# middle of the program.
const event_loop = Ref{Ptr{Cvoid}}(C_NULL)
const timer_callback = Ref{Ptr{Cvoid}}(C_NULL)
const async_callback = Ref{Ptr{Cvoid}}(C_NULL)
eventloop() = (l = event_loop[]; l === C_NULL ? make_eventloop() : l)
function make_eventloop()
    l = Libc.malloc(ccall(:uv_loop_size, Csize_t, ()))
    rc = ccall(:uv_loop_init, Cint, (Ptr{Cvoid},), l)
    rc == 0 || error("libuv's loop cannot be made: ", unsafe_string(ccall(:uv_strerror, Cstring, (Cint,), rc)))
    event_loop[] = l
    timer_callback[] = @cfunction(uv_timercb, Cvoid, (Ptr{Cvoid},))
    async_callback[] = @cfunction(uv_asynccb, Cvoid, (Ptr{Cvoid},))
    return l
end

"""
A task that waits for a file descriptor to become ready for `events` (the bits of poll(2)).
"""
mutable struct FDWait
    const fd::Int32
    const events::Int16
    const task::Task
    ready::Bool
end
const fd_waits = FDWait[]

const POLLIN = Int16(1)
const POLLOUT = Int16(4)

struct PollFD
    fd::Int32
    events::Int16
    revents::Int16
end
# @return how many are ready; a signal counts as none
function poll(fds::Vector{PollFD}, timeout::Cint)
    n = ccall(:poll, Cint, (Ptr{PollFD}, Culong, Cint), fds, length(fds), timeout)
    n >= 0 && return n
    e = Libc.errno()
    e == Libc.EINTR || systemerror("poll", e)
    return Cint(0)
end

# Wakes those whose event has come, without waiting.
function process_events()
    l = event_loop[]
    if l !== C_NULL
        ccall(:uv_run, Cint, (Ptr{Cvoid}, Cint), l, 2)
        isempty(fired) || wake_fired()
    end
    isempty(fd_waits) || poll_descriptors(Cint(0))
    return nothing
end

# Sleeps until there may be an event.
function sleep_for_events()
    flush(standard_output)
    l = event_loop[]
    return poll_descriptors(l === C_NULL ? Cint(-1) : ccall(:uv_backend_timeout, Cint, (Ptr{Cvoid},), l))
end
# What poll(2) is asked; kept, because it is asked often.
const asked = PollFD[]
function poll_descriptors(timeout::Cint)
    empty!(asked)
    for w in fd_waits
        push!(asked, PollFD(w.fd, w.events, 0))
    end
    l = event_loop[]
    l === C_NULL || push!(asked, PollFD(ccall(:uv_backend_fd, Cint, (Ptr{Cvoid},), l), POLLIN, 0))
    poll(asked, timeout) == 0 && return nothing
    isempty(fd_waits) || wake_ready()
    return nothing
end
function wake_ready()
    for (i, w) in enumerate(fd_waits)
        if asked[i].revents != 0
            w.ready = true
            getfield(w.task, :queue) === nothing && enq_work(w.task)
        end
    end
    filter!(w -> !w.ready, fd_waits)
    return nothing
end

"""
    wait_descriptor(fd, events)

Waits until a file descriptor can be read (`POLLIN`) or written (`POLLOUT`), or has failed or ended; other tasks run
meanwhile. Descriptors of files are always ready.
"""
function wait_descriptor(fd::Int32, events::Int16)
    # Nobody else can run before the descriptor is ready: reading or writing may as well wait itself.
    event_loop[] === C_NULL && isempty(Workqueue) && isempty(fd_waits) && return nothing
    poll(PollFD[PollFD(fd, events, 0)], Cint(0)) > 0 && return nothing
    w = FDWait(fd, events, current_task(), false)
    push!(fd_waits, w)
    try
        while !w.ready
            wait()
        end
    finally
        filter!(x -> x !== w, fd_waits)
    end
    return nothing
end

"""
    let_others_run()

What a write to a stream means for the other tasks: those that can run do so before the one that wrote goes on. Not so in the
middle of what C or the runtime has called: it has to end before other tasks can go on with what they have begun.
"""
function let_others_run()
    event_loop[] === C_NULL && isempty(Workqueue) && return nothing
    ccall(:jl_runs_of_tasks, Cint, ()) == 0 && current_task().queue === nothing || return nothing
    process_events()
    isempty(Workqueue) || yield()
    return nothing
end
