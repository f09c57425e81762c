# Channels: queues between tasks.
#
# A buffered channel holds up to `sz_max` values; an unbuffered one hands each value from a task that puts to one that takes.
# Who cannot go on waits: takers in `cond_take`, putters in `cond_put`, and those that only want to know that there is
# something in `cond_wait`. One lock guards all three.

abstract type AbstractChannel{T} end
push!(c::AbstractChannel, v) = (put!(c, v); c)
popfirst!(c::AbstractChannel) = take!(c)
function append!(c::AbstractChannel, items)
    for x in items
        put!(c, x)
    end
    return c
end

"""
    Channel{T=Any}(size=0)
    Channel{T=Any}(f, size=0; taskref=nothing, spawn=false)

A queue between tasks. With a function, `f(channel)` runs as a task, and the channel is closed when that ends.
"""
mutable struct Channel{T} <: AbstractChannel{T}
    const cond_take::GenericCondition{ReentrantLock}
    const cond_wait::GenericCondition{ReentrantLock}
    const cond_put::GenericCondition{ReentrantLock}
    @atomic state::Symbol
    excp::Union{Exception, Nothing}
    const data::Vector{T}
    @atomic n_avail_items::Int    # values held or offered
    const sz_max::Int
    function Channel{T}(sz::Integer=0) where {T}
        sz < 0 && throw(ArgumentError("Channel size must be either 0, a positive integer or Inf"))
        lock = ReentrantLock()
        take = GenericCondition(lock)
        return new{T}(take, sz == 0 ? GenericCondition(lock) : take, GenericCondition(lock), :open, nothing, Vector{T}(), 0, Int(sz))
    end
end
Channel{T}(sz::Float64) where {T} = Channel{T}(sz == Inf ? typemax(Int) : convert(Int, sz))
Channel(sz=0) = Channel{Any}(sz)
function Channel{T}(func::Function, size=0; taskref=nothing, spawn=false, threadpool=nothing) where {T}
    c = Channel{T}(size)
    t = Task(() -> func(c))
    threadpool === nothing || (spawn = true)
    t.sticky = !spawn
    bind(c, t)
    spawn ? schedule(t) : yield(t)
    taskref isa Ref{Task} && (taskref[] = t)
    return c
end
Channel(func::Function, args...; kwargs...) = Channel{Any}(func, args...; kwargs...)

struct InvalidStateException <: Exception
    msg::String
    state::Symbol
end
showerror(io::IO, e::InvalidStateException) = print(io, "InvalidStateException: ", e.msg)
closed_exception() = InvalidStateException("Channel is closed.", :closed)
isbuffered(c::Channel) = c.sz_max != 0
isopen(c::Channel) = c.state === :open
n_avail(c::Channel) = c.n_avail_items
isready(c::Channel) = c.n_avail_items > 0
isempty(c::Channel) = c.n_avail_items == 0
isfull(c::Channel) = c.n_avail_items >= c.sz_max
eltype(::Type{Channel{T}}) where {T} = T
IteratorSize(::Type{<:Channel}) = SizeUnknown()
lock(c::Channel) = lock(c.cond_take)
lock(f, c::Channel) = lock(f, c.cond_take)
unlock(c::Channel) = unlock(c.cond_take)
trylock(c::Channel) = trylock(c.cond_take)
available!(c::Channel, n::Int) = (@atomic c.n_avail_items = c.n_avail_items + n; nothing)

function check_channel_state(c::Channel)
    isopen(c) && return nothing
    e = c.excp
    throw(e === nothing ? closed_exception() : e)
end

"""
    close(c::Channel[, exception])

Closes a channel. Nothing can be put into it any more; what it holds can be taken, and after that the exception is thrown.
"""
close(c::Channel) = close(c, closed_exception())
function close(c::Channel, @nospecialize(excp::Exception))
    @lock c begin
        c.excp = excp
        @atomic c.state = :closed
        notify_error(c.cond_take, excp)
        notify_error(c.cond_wait, excp)
        notify_error(c.cond_put, excp)
    end
    return nothing
end
function empty!(c::Channel)
    @lock c begin
        n = length(c.data)
        empty!(c.data)
        available!(c, -n)
        notify(c.cond_put)
    end
    return c
end

"""
    bind(c::Channel, t::Task)

Closes the channel when the task ends; if it fails, who waits for the channel fails too.
"""
function bind(c::Channel, task::Task)
    closer = Task() do
        isopen(c) && (istaskfailed(task) ? close(c, TaskFailedException(task)) : close(c))
    end
    closer.sticky = false
    _wait2(task, closer)
    return c
end

"""
    put!(c::Channel, v)

Appends a value; waits while the channel is full, or if it has no buffer, until a task takes the value.
"""
function put!(c::Channel{T}, v) where {T}
    check_channel_state(c)
    x = convert(T, v)
    return isbuffered(c) ? put_buffered(c, x) : put_unbuffered(c, x)
end
function put_buffered(c::Channel, v)
    lock(c)
    done = false
    try
        available!(c, 1)
        while length(c.data) == c.sz_max
            check_channel_state(c)
            wait(c.cond_put)
        end
        check_channel_state(c)
        push!(c.data, v)
        done = true
        # All of them: some may only fetch.
        isempty(c.cond_take.waitq) || notify(c.cond_take, nothing, true, false)
    finally
        done || available!(c, -1)
        unlock(c)
    end
    return v
end
function put_unbuffered(c::Channel, v)
    lock(c)
    taker = try
        available!(c, 1)
        while isempty(c.cond_take.waitq)
            check_channel_state(c)
            notify(c.cond_wait, nothing, true, false)
            wait(c.cond_put)
        end
        check_channel_state(c)
        popfirst!(c.cond_take.waitq)
    finally
        available!(c, -1)
        unlock(c)
    end
    schedule(taker, v)
    yield()
    return v
end

"""
    fetch(c::Channel)

The first value, which stays in the channel; waits for one.
"""
fetch(c::Channel) = isbuffered(c) ? fetch_buffered(c) : throw(ErrorException("`fetch` is not supported on an unbuffered Channel."))
fetch_buffered(c::Channel) = @lock c (await_value(c); c.data[1])

# Returns once there is a value; to be called with the channel's lock, which other tasks get meanwhile.
function await_value(c::Channel)
    while isempty(c.data)
        check_channel_state(c)
        wait(c.cond_take)
    end
end

"""
    take!(c::Channel)

Takes the first value out; waits for one.
"""
take!(c::Channel) = isbuffered(c) ? take_buffered(c) : take_unbuffered(c)
function take_buffered(c::Channel)
    @lock c begin
        await_value(c)
        v = popfirst!(c.data)
        available!(c, -1)
        isempty(c.cond_put.waitq) || notify(c.cond_put, nothing, false, false)
        return v
    end
end
function take_unbuffered(c::Channel{T}) where {T}
    lock(c)
    try
        check_channel_state(c)
        notify(c.cond_put, nothing, false, false)
        return wait(c.cond_take)::T
    finally
        unlock(c)
    end
end

"""
    wait(c::Channel)

Waits until there is something to take.
"""
function wait(c::Channel)
    isready(c) && return nothing
    lock(c)
    try
        while !isready(c)
            check_channel_state(c)
            wait(c.cond_wait)
        end
    finally
        unlock(c)
    end
    return nothing
end
function iterate(c::Channel, state=nothing)
    if isopen(c) || isready(c)
        try
            return (take!(c), nothing)
        catch e
            e isa InvalidStateException && e.state === :closed ? (return nothing) : rethrow()
        end
    end
    e = c.excp
    e === nothing || e isa InvalidStateException && e.state === :closed || throw(e)
    return nothing
end
show(io::IO, c::Channel) = print(io, typeof(c), "(", c.sz_max, ")")
function show(io::IO, ::MIME"text/plain", c::Channel)
    show(io, c)
    get(io, :compact, false)::Bool && return
    n = n_avail(c)
    print(io, !isopen(c) ? " (closed)" : n == 0 ? " (empty)" : string(" (", n, n == 1 ? " item" : " items", " available)"))
end

"""
    asyncmap(f, collections...; ntasks=0, batch_size=nothing)

`map` with up to `ntasks` tasks at a time (100 unless told), for functions that wait. With `batch_size`, `f` gets vectors of
argument tuples and returns vectors of results.
"""
function asyncmap(f, c...; ntasks=0, batch_size=nothing)
    ntasks isa Function || ntasks isa Integer && ntasks >= 0 ||
        throw(ArgumentError(string("ntasks must be specified as a positive integer or a 0-arg function. ntasks=", ntasks)))
    batch_size === nothing || batch_size isa Integer && batch_size >= 1 ||
        throw(ArgumentError(string("batch_size must be specified as a positive integer. batch_size=", batch_size)))
    first(c) isa AbstractString && throw(ArgumentError("asyncmap over strings is not supported; use asyncmap over collect(s)"))
    items = collect(Tuple, zip(c...))
    n = length(items)
    results = Vector{Any}(undef, n)
    step = batch_size === nothing ? 1 : Int(batch_size)
    next = 1
    worker() = while next <= n
        from = next
        to = min(from + step - 1, n)
        next = to + 1
        if batch_size === nothing
            results[from] = f(items[from]...)
        else
            results[from:to] = f(items[from:to])
        end
    end
    limit() = (k = ntasks isa Function ? ntasks() : Int(ntasks); k == 0 ? 100 : k)
    workers = Task[]
    for _ in 1:min(limit(), cld(n, step))
        push!(workers, schedule(Task(worker)))
    end
    for t in workers
        _wait(t)
        istaskfailed(t) && throw(t.exception)
    end
    shaped = map(identity, results)
    return ndims_of_first(c) > 1 ? reshape(shaped, size(c[1])) : shaped
end
ndims_of_first(c::Tuple) = c[1] isa AbstractArray ? ndims(c[1]) : 1
"""
    asyncmap!(f, results, collections...; ntasks=0, batch_size=nothing)

Like `asyncmap`, into an array.
"""
function asyncmap!(f, r, c1, c...; ntasks=0, batch_size=nothing)
    values = asyncmap(f, c1, c...; ntasks=ntasks, batch_size=batch_size)
    for (i, v) in zip(eachindex(r), values)
        r[i] = v
    end
    return r
end
