# Conditions: where tasks wait until another one notifies them.
#
# A condition is a list of waiting tasks and the lock that guards what they wait for. Waiting gives the lock up, however
# often it was taken, and takes it again before it returns. Notifying makes waiting tasks runnable; it switches to none.

abstract type AbstractLock end

# The lock of conditions that are used from one thread only: always held.
struct AlwaysLockedST <: AbstractLock
    ownertid::Int16
    AlwaysLockedST() = new(Int16(1))
end
lock(::AlwaysLockedST) = nothing
unlock(::AlwaysLockedST) = nothing
trylock(::AlwaysLockedST) = true
islocked(::AlwaysLockedST) = true
unlockall(::AlwaysLockedST) = nothing
relockall(::AlwaysLockedST, token) = nothing
assert_havelock(::AlwaysLockedST) = nothing
concurrency_violation() = throw(ConcurrencyViolationError("lock must be held"))

unlockall(l::AbstractLock) = unlock(l)
relockall(l::AbstractLock, token) = lock(l)

struct GenericCondition{L<:AbstractLock}
    waitq::IntrusiveLinkedList{Task}
    lock::L
    GenericCondition{L}() where {L<:AbstractLock} = new{L}(IntrusiveLinkedList{Task}(), L())
    GenericCondition{L}(l::L) where {L<:AbstractLock} = new{L}(IntrusiveLinkedList{Task}(), l)
    GenericCondition(l::AbstractLock) = new{typeof(l)}(IntrusiveLinkedList{Task}(), l)
end
lock(c::GenericCondition) = lock(c.lock)
lock(f, c::GenericCondition) = lock(f, c.lock)
unlock(c::GenericCondition) = unlock(c.lock)
trylock(c::GenericCondition) = trylock(c.lock)
islocked(c::GenericCondition) = islocked(c.lock)
assert_havelock(c::GenericCondition) = assert_havelock(c.lock)
unlockall(c::GenericCondition) = unlockall(c.lock)
relockall(c::GenericCondition, token) = relockall(c.lock, token)

"""
    isempty(condition)

Whether no task waits for the condition.
"""
isempty(c::GenericCondition) = isempty(c.waitq)
length(c::GenericCondition) = length(c.waitq)

"""
    Condition()

An event without memory: `notify` wakes the tasks that are in `wait` then.
"""
const Condition = GenericCondition{AlwaysLockedST}
lock(c::GenericCondition{AlwaysLockedST}) = not_thread_safe()
unlock(c::GenericCondition{AlwaysLockedST}) = not_thread_safe()
not_thread_safe() =
    throw(ArgumentError("`Condition` is not thread-safe. Please use `Threads.Condition` instead for multi-threaded code."))
show(io::IO, c::GenericCondition) = print(io, GenericCondition, "(", c.lock, ")")
show(io::IO, ::Condition) = print(io, Condition, "()")

register_alias!(:Condition, Base)

# Task lists of the library's own, which nothing can interrupt between two statements: there is one thread.
const ThreadSynchronizer = GenericCondition{AlwaysLockedST}

"""
    wait(c::Condition; first=false)

Waits until the condition is notified, and returns the value it was notified with. With `first`, the task gets the place
at the head of those that wait.
"""
function wait(c::GenericCondition; first::Bool=false)
    ct = current_task()
    assert_havelock(c)
    first ? pushfirst!(c.waitq, ct) : push!(c.waitq, ct)
    token = unlockall(c.lock)
    try
        return wait()
    catch
        leave_queue(ct)
        rethrow()
    finally
        relockall(c.lock, token)
    end
end
function leave_queue(t::Task)
    q = t.queue
    q === nothing || list_deletefirst!(q::IntrusiveLinkedList{Task}, t)
    return nothing
end

"""
    notify(condition, val=nothing; all=true, error=false)

Wakes the tasks that wait, or the first of them, with a value; with `error`, the value is thrown in them. Returns how many
were woken.
"""
notify(c::GenericCondition, @nospecialize(arg=nothing); all=true, error=false) = notify(c, arg, all, error)
function notify(c::GenericCondition, @nospecialize(arg), all, error)
    assert_havelock(c)
    n = 0
    while !isempty(c.waitq)
        t = popfirst!(c.waitq)
        schedule_with(t, arg, error)
        n += 1
        all || break
    end
    return n
end
notify_error(c::GenericCondition, @nospecialize(err)) = notify(c, err, true, true)
