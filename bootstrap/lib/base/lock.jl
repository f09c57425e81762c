# Locks, and what is built on them: semaphores, events.
#
# A ReentrantLock belongs to a task, which may take it again and again; others wait for it in the order they came.

mutable struct ReentrantLock <: AbstractLock
    locked_by::Union{Task, Nothing}
    reentrancy_cnt::UInt32
    const cond_wait::ThreadSynchronizer
    ReentrantLock() = new(nothing, 0x00000000, ThreadSynchronizer())
end
islocked(l::ReentrantLock) = l.reentrancy_cnt != 0
assert_havelock(l::ReentrantLock) = l.locked_by === current_task() ? nothing : concurrency_violation()
show(io::IO, ::ReentrantLock) = print(io, ReentrantLock, "()")
function show(io::IO, ::MIME"text/plain", l::ReentrantLock)
    show(io, l)
    get(io, :compact, false)::Bool && return
    owner = l.locked_by
    if owner isa Task
        print(io, " (locked by ", owner === current_task() ? "current " : "", owner, ")")
    else
        print(io, " (unlocked)")
    end
end

"""
    trylock(l)

Takes the lock if that needs no waiting, and returns whether it did.
"""
function trylock(l::ReentrantLock)
    t = current_task()
    if l.locked_by === t
        l.reentrancy_cnt += 0x00000001
        return true
    elseif l.reentrancy_cnt == 0x00000000
        l.locked_by = t
        l.reentrancy_cnt = 0x00000001
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
    l.locked_by === current_task() ||
        error(l.reentrancy_cnt == 0x00000000 ? "unlock count must match lock count" : "unlock from wrong thread")
    l.reentrancy_cnt -= 0x00000001
    l.reentrancy_cnt == 0x00000000 && set_free(l)
    return nothing
end
function set_free(l::ReentrantLock)
    l.locked_by = nothing
    isempty(l.cond_wait.waitq) || notify(l.cond_wait, nothing, false, false)
    return nothing
end
function unlockall(l::ReentrantLock)
    l.locked_by === current_task() || error("unlock from wrong thread")
    n = l.reentrancy_cnt
    l.reentrancy_cnt = 0x00000000
    set_free(l)
    return n
end
function relockall(l::ReentrantLock, n::UInt32)
    lock(l)
    l.reentrancy_cnt = n
    return nothing
end

"""
    @lock l expr

Evaluates `expr` with the lock taken, and gives it back whatever happens.
"""
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

lock(f, l::AbstractLock) = @lock l f()
function trylock(f, l::AbstractLock)
    trylock(l) || return false
    try
        return f()
    finally
        unlock(l)
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

"""
    Lockable(value, lock=ReentrantLock())

A value with the lock that guards it: `l[]` is the value, which only who holds the lock may ask for.
"""
struct Lockable{T, L<:AbstractLock}
    value::T
    lock::L
end
Lockable(value) = Lockable(value, ReentrantLock())
getindex(l::Lockable) = (assert_havelock(l.lock); l.value)
lock(l::Lockable) = lock(l.lock)
unlock(l::Lockable) = unlock(l.lock)
trylock(l::Lockable) = trylock(l.lock)
islocked(l::Lockable) = islocked(l.lock)
lock(f, l::Lockable) = lock(() -> f(l.value), l.lock)
trylock(f, l::Lockable) = trylock(() -> f(l.value), l.lock)

"""
    Semaphore(n)

Lets up to `n` tasks in at a time, between `acquire` and `release`.
"""
mutable struct Semaphore
    const sem_size::Int
    curr_cnt::Int
    const cond_wait::GenericCondition{ReentrantLock}
    Semaphore(n) = n > 0 ? new(n, 0, GenericCondition{ReentrantLock}()) : throw(ArgumentError("Semaphore size must be > 0"))
end
function acquire(s::Semaphore)
    @lock s.cond_wait begin
        while s.curr_cnt >= s.sem_size
            wait(s.cond_wait)
        end
        s.curr_cnt += 1
    end
    return nothing
end
function release(s::Semaphore)
    @lock s.cond_wait begin
        s.curr_cnt > 0 || error("release count must match acquire count")
        s.curr_cnt -= 1
        notify(s.cond_wait; all=false)
    end
    return nothing
end
"""
    Base.@acquire s expr

Evaluates `expr` between `acquire(s)` and `release(s)`.
"""
macro acquire(s, expr)
    return quote
        local temp = $(esc(s))
        Base.acquire(temp)
        try
            $(esc(expr))
        finally
            Base.release(temp)
        end
    end
end
acquire(f, s::Semaphore) = @acquire s f()

"""
    Base.Event([autoreset=false])

Lets tasks through once it has been notified; with `autoreset` one at a time.
"""
mutable struct Event
    const notify::GenericCondition{ReentrantLock}
    const autoreset::Bool
    set::Bool
    Event(autoreset::Bool=false) = new(GenericCondition{ReentrantLock}(), autoreset, false)
end
function wait(e::Event)
    take_event(e) && return nothing
    lock(e.notify)
    try
        take_event(e) || wait(e.notify)
    finally
        unlock(e.notify)
    end
    return nothing
end
function take_event(e::Event)
    e.set || return false
    e.autoreset && (e.set = false)
    return true
end
function notify(e::Event)
    lock(e.notify)
    try
        if e.autoreset
            # It passes to one that waits, or stays for the next that comes.
            notify(e.notify, nothing, false, false) == 0 && (e.set = true)
        elseif !e.set
            e.set = true
            notify(e.notify)
        end
    finally
        unlock(e.notify)
    end
    return nothing
end
function reset(e::Event)
    e.set = false
    return nothing
end
