# Tasks: what they are, what becomes of them, and the macros that make them.
#
# A task is a function with a stack of its own, to be run when it is scheduled (scheduler.jl). When it ends, the runtime calls
# `task_done_hook`, which wakes those that wait for it. A failed task keeps its exceptions; who waits for it gets a
# TaskFailedException.

Task(@nospecialize(f), reserved_stack::Int=0) = Core._Task(f, reserved_stack, ThreadSynchronizer())
current_task() = ccall(:jl_get_current_task, Ref{Task}, ())

const task_state_runnable = 0x00
const task_state_done = 0x01
const task_state_failed = 0x02

struct TaskFailedException <: Exception
    task::Task
end
struct DeadlockError <: Exception end

istaskdone(t::Task) = getfield(t, :_state) !== task_state_runnable
istaskstarted(t::Task) = ccall(:jl_is_task_started, Cint, (Any,), t) !== Int32(0)
istaskfailed(t::Task) = getfield(t, :_state) === task_state_failed
task_result(t::Task) = getfield(t, :result)
function getproperty(t::Task, f::Symbol)
    if f === :state
        s = getfield(t, :_state)
        return s === task_state_runnable ? :runnable : s === task_state_done ? :done : :failed
    elseif f === :exception
        return getfield(t, :_isexception) ? getfield(t, :result) : nothing
    elseif f === :backtrace
        return current_exceptions(t)[end][2]
    elseif f === :scope
        error("Querying a Task's `scope` field is disallowed.\nThe private `Core.current_scope()` function is better, though still an implementation detail.")
    end
    return getfield(t, f)
end
function setproperty!(t::Task, f::Symbol, @nospecialize(v))
    f === :scope && istaskstarted(t) && error("Setting scope on a started task directly is disallowed.")
    T = fieldtype(Task, f)
    return setfield!(t, f, v isa T ? v : convert(T, v))
end
function show(io::IO, t::Task)
    print(io, "Task (", t.state, ") @0x", string(convert(UInt, pointer_from_objref(t)), base=16, pad=16))
end

## the end of a task

# The runtime calls it when the task's function has returned or thrown. It never returns.
function task_done_hook(t::Task)
    waiting = getfield(t, :donenotify)
    waiting isa ThreadSynchronizer && !isempty(waiting.waitq) && notify(waiting, nothing, true, false)
    wait()
end

# Waits for the end of a task, whatever it is.
function _wait(t::Task)
    t === current_task() && throw(ConcurrencyViolationError("deadlock detected: cannot wait on current task"))
    while !istaskdone(t)
        wait(getfield(t, :donenotify)::ThreadSynchronizer)
    end
    return nothing
end
# Schedules `waiter` when `t` has ended.
function _wait2(t::Task, waiter::Task)
    istaskdone(t) ? schedule(waiter) : push!((getfield(t, :donenotify)::ThreadSynchronizer).waitq, waiter)
    return nothing
end

"""
    wait(t::Task; throw=true)

Waits for a task to end. If it failed, throws a TaskFailedException, unless `throw` is false.
"""
function wait(t::Task; throw=true)
    _wait(t)
    throw && istaskfailed(t) && Core.throw(TaskFailedException(t))
    return nothing
end

"""
    fetch(x)

The result of a task, once it has ended; any other value is its own result.
"""
function fetch(t::Task)
    wait(t)
    return task_result(t)
end
fetch(@nospecialize x) = x

"""
    waitany(tasks; throw=true) -> (done, remaining)

Waits until one of the tasks has ended.
"""
waitany(tasks; throw=true) = wait_multiple(collect_tasks(tasks), throw, false, true)

"""
    waitall(tasks; failfast=true, throw=true) -> (done, remaining)

Waits until all tasks have ended, or with `failfast` one of them has failed.
"""
waitall(tasks; failfast=true, throw=true) = wait_multiple(collect_tasks(tasks), throw, true, failfast)

function collect_tasks(tasks)
    list = Task[]
    for t in tasks
        t isa Task || error("Expected an iterator of `Task` object")
        push!(list, t)
    end
    return list
end
function wait_multiple(tasks::Vector{Task}, throw::Bool, all::Bool, failfast::Bool)
    enough() = all ? (failfast && any(istaskfailed, tasks)) || Base.all(istaskdone, tasks) :
        isempty(tasks) || any(istaskdone, tasks)
    ct = current_task()
    # One waiter per task wakes this one; those of tasks that go on are taken out of their lists again.
    ended = ThreadSynchronizer()
    waiters = Pair{Task, Task}[]
    if !enough()
        for t in tasks
            istaskdone(t) && continue
            waiter = Task(() -> notify(ended, nothing, true, false))
            _wait2(t, waiter)
            push!(waiters, t => waiter)
        end
        while !enough()
            wait(ended)
        end
        for (t, waiter) in waiters
            list_deletefirst!((getfield(t, :donenotify)::ThreadSynchronizer).waitq, waiter)
        end
    end
    done = filter(istaskdone, tasks)
    if throw && any(istaskfailed, done)
        Core.throw(CompositeException(Any[TaskFailedException(t) for t in done if istaskfailed(t)]))
    end
    return done, filter(!istaskdone, tasks)
end

"""
    errormonitor(t::Task)

Has a report printed to `stderr` if the task fails.
"""
function errormonitor(t::Task)
    monitor = Task() do
        if istaskfailed(t)
            text = sprint() do io
                print(io, "Unhandled Task ")
                display_error(io, current_exceptions(t))
            end
            write(stderr, text)
        end
        nothing
    end
    monitor.sticky = false
    _wait2(t, monitor)
    return t
end

# The report of what a task failed with stands indented under that of the failure.
function showerror(io::IO, e::TaskFailedException, bt=nothing; backtrace::Bool=true)
    print(io, "TaskFailedException")
    bt !== nothing && backtrace && show_backtrace(io, bt)
    print(io, "\n\n    nested task error: ")
    show_task_exception(io, e.task)
end
function show_task_exception(io::IO, t::Task; indent=true)
    stack = current_exceptions(t)
    text = isempty(stack) ? sprint(showerror, t.result; context=io) : sprint(show_exception_stack, stack; context=io)
    print(io, indent ? replace(text, "\n" => "\n    ") : text)
end

## macros

"""
    @task expr

A task that evaluates the expression, not scheduled.
"""
macro task(ex)
    thunk = replace_linenums!(:(() -> $(esc(ex))), __source__)
    return :(Task($thunk))
end
const sync_varname = gensym(:sync)

"""
    @async expr

Schedules a task that evaluates the expression. `\$x` in it is evaluated at once.
"""
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

"""
    @sync expr

Waits for all that `@async`, `Threads.@spawn` and their like start within the expression. What they fail with is thrown
together, as a CompositeException.
"""
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

struct ScheduledAfterSyncException <: Exception
    values::Vector{Any}
end
function showerror(io::IO, e::ScheduledAfterSyncException)
    print(io, "ScheduledAfterSyncException: ")
    n = length(e.values)
    n == 0 && return print(io, "(no values)")
    show(io, e.values[1])
    if n == 2
        print(io, " and one more ", nameof(typeof(e.values[2])))
    elseif n > 2
        print(io, " and ", n - 1, " more objects")
    end
    print(io, n == 1 ? " is" : " are", " registered after the end of a `@sync` block")
end

function sync_end(things)
    failures = CompositeException()
    while isready(things)
        t = take!(things)
        if t isa Task
            _wait(t)
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
    # What was registered too late is a mistake of the program, and comes first.
    if isready(things)
        pushfirst!(failures, ScheduledAfterSyncException(collect(Any, things)))
    end
    isempty(failures) || throw(failures)
    return nothing
end

## storage of a task's own

task_local_storage() = get_task_tls(current_task())
function get_task_tls(t::Task)
    s = t.storage
    s === nothing || return s::IdDict{Any, Any}
    s = IdDict{Any, Any}()
    t.storage = s
    return s
end

"""
    task_local_storage([body,] key, [value])

The running task's value for a key; with a value, sets it: for good, or while `body()` runs.
"""
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
