# Lists whose links lie in their members: queues of tasks.
#
# A task waits in at most one place, so a link and the list it is in fit into the task itself (`next`, `queue`): joining
# and leaving allocate nothing, and whoever wakes a task finds the list it has to be taken from. The fields are read as such:
# properties of tasks are other things too.

mutable struct IntrusiveLinkedList{T}
    head::Union{T, Nothing}
    tail::Union{T, Nothing}
    IntrusiveLinkedList{T}() where {T} = new{T}(nothing, nothing)
end

eltype(::Type{IntrusiveLinkedList{T}}) where {T} = T
IteratorSize(::Type{<:IntrusiveLinkedList}) = SizeUnknown()
iterate(q::IntrusiveLinkedList) = (h = q.head; h === nothing ? nothing : (h, h))
iterate(::IntrusiveLinkedList{T}, last::T) where {T} = (h = getfield(last, :next); h === nothing ? nothing : (h, h))
isempty(q::IntrusiveLinkedList) = q.head === nothing
in(x, q::IntrusiveLinkedList) = getfield(x, :queue) === q
function length(q::IntrusiveLinkedList)
    n = 0
    for _ in q
        n += 1
    end
    return n
end

# Members in two lists at once would tear both.
free_of_lists(x) = getfield(x, :queue) === nothing || error("val already in a list")
function push!(q::IntrusiveLinkedList{T}, x::T) where {T}
    free_of_lists(x)
    setfield!(x, :queue, q)
    last = q.tail
    if last === nothing
        setfield!(q, :head, x)
    else
        setfield!(last, :next, x)
    end
    setfield!(q, :tail, x)
    return q
end
function pushfirst!(q::IntrusiveLinkedList{T}, x::T) where {T}
    free_of_lists(x)
    setfield!(x, :queue, q)
    first = q.head
    if first === nothing
        setfield!(q, :tail, x)
    else
        setfield!(x, :next, first)
    end
    setfield!(q, :head, x)
    return q
end
function popfirst!(q::IntrusiveLinkedList{T}) where {T}
    x = q.head::T
    after = getfield(x, :next)
    setfield!(q, :head, after)
    after === nothing && (setfield!(q, :tail, nothing))
    setfield!(x, :next, nothing)
    setfield!(x, :queue, nothing)
    return x
end
function pop!(q::IntrusiveLinkedList{T}) where {T}
    x = q.tail::T
    list_deletefirst!(q, x)
    return x
end

"""
    list_deletefirst!(q::IntrusiveLinkedList, x)

Takes `x` out of the list, if it is in it.
"""
function list_deletefirst!(q::IntrusiveLinkedList{T}, x::T) where {T}
    getfield(x, :queue) === q || return q
    before = nothing
    at = q.head::T
    while at !== x
        before = at
        at = getfield(at, :next)::T
    end
    after = getfield(x, :next)
    if before === nothing
        setfield!(q, :head, after)
    else
        setfield!(before, :next, after)
    end
    after === nothing && (setfield!(q, :tail, before))
    setfield!(x, :next, nothing)
    setfield!(x, :queue, nothing)
    return q
end
