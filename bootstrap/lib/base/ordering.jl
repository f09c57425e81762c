# Orders: what "less" means for a sort.

module Order
import ..Base: @inline, isless, identity, Function, Callable
using ..Base: !, ===, getindex
export Ordering, Forward, Reverse, By, Lt, Perm, ReverseOrdering, ForwardOrdering, ord, lt, DirectOrdering

abstract type Ordering end
struct ForwardOrdering <: Ordering end
struct ReverseOrdering{Fwd<:Ordering} <: Ordering
    fwd::Fwd
end
const DirectOrdering = Union{ForwardOrdering, ReverseOrdering{ForwardOrdering}}
const Forward = ForwardOrdering()
const Reverse = ReverseOrdering(Forward)
struct By{T, O<:Ordering} <: Ordering
    by::T
    order::O
end
By(by) = By(by, Forward)
struct Lt{T} <: Ordering
    lt::T
end
struct Perm{O<:Ordering, V} <: Ordering
    order::O
    data::V
end
ReverseOrdering(rev::ReverseOrdering) = rev.fwd
ReverseOrdering(by::By) = By(by.by, ReverseOrdering(by.order))
lt(o::ForwardOrdering, a, b) = isless(a, b)
lt(o::ReverseOrdering, a, b) = lt(o.fwd, b, a)
lt(o::By, a, b) = lt(o.order, o.by(a), o.by(b))
lt(o::Lt, a, b) = o.lt(a, b)
function lt(p::Perm, a, b)
    x = p.data[a]
    y = p.data[b]
    return lt(p.order, x, y) || (!lt(p.order, y, x) && isless(a, b))
end
reverse_if(o::Ordering, rev) = rev === true ? ReverseOrdering(o) : o
function ord(lt, by, rev, order::Ordering=Forward)
    o = if lt === isless && by === identity
        order
    elseif lt === isless
        By(by, order)
    elseif by === identity
        Lt(lt)
    else
        Lt((x, y) -> lt(by(x), by(y)))
    end
    return reverse_if(o, rev)
end
end
using .Order
