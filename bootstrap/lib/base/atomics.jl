# Atomic access to fields and elements: @atomic and its kin turn an access into a call that carries the memory order.

const strongest_order = QuoteNode(:sequentially_consistent)
order_argument(@nospecialize order) = order isa QuoteNode ? order : esc(order)

# The object and the field, or the indices, of the place `ex`; nothing if it is none.
function atomic_place(@nospecialize ex)
    isexpr(ex, :., 2) && return :field, esc(ex.args[1]), Any[esc(ex.args[2])]
    isexpr(ex, :ref) && return :element, esc(ex.args[1]), mapany(esc, ex.args[2:end])
    return nothing
end

"""
    @atomic var
    @atomic order ex

Declares an atomic field, or accesses one: `a.b.x`, `a.b.x = new`, `a.b.x += addend`, `max(a.b.x, y)`.
"""
macro atomic(ex)
    (ex isa Symbol || isexpr(ex, :(::))) && return esc(Expr(:atomic, ex))
    return make_atomic(strongest_order, ex)
end
macro atomic(order, ex) return make_atomic(order_argument(order), ex) end
macro atomic(place, op, value) return make_atomic(strongest_order, place, op, value) end
macro atomic(order, place, op, value) return make_atomic(order_argument(order), place, op, value) end

function make_atomic(order, @nospecialize(ex))
    place = atomic_place(ex)
    if place !== nothing
        kind, x, at = place
        return kind === :field ? :(getproperty($x, $(at[1]), $order)) : :(getindex_atomic($x, $order, $(at...)))
    elseif isexpr(ex, :call, 3)
        return make_atomic(order, ex.args[2], ex.args[1], ex.args[3])
    elseif isexpr(ex, :(=))
        place = atomic_place(ex.args[1])
        if place !== nothing
            kind, x, at = place
            value = esc(ex.args[2])
            return kind === :field ? :(setproperty!($x, $(at[1]), $value, $order)) :
                :(setindex_atomic!($x, $order, $value, $(at...)))
        end
    elseif ex isa Expr && length(ex.args) == 2
        head = String(ex.head)
        if endswith(head, '=')
            op = Symbol(head[1:prevind(head, lastindex(head))])
            # the value is the new one, the second of the pair
            return Expr(:ref, make_atomic(order, ex.args[1], op, ex.args[2]), 2)
        end
    end
    error("could not parse @atomic expression $ex")
end
function make_atomic(order, @nospecialize(ex), @nospecialize(op), @nospecialize(value))
    place = atomic_place(ex)
    place === nothing && error("@atomic modify expression missing field access or indexing")
    kind, x, at = place
    kind === :field && return :(modifyproperty!($x, $(at[1]), $(esc(op)), $(esc(value)), $order))
    return :(modifyindex_atomic!($x, $order, $(esc(op)), $(esc(value)), $(at...)))
end

# The place and the value of an assignment.
function atomic_assignment(name::String, @nospecialize(ex))
    isexpr(ex, :(=), 2) || error("$name expression missing assignment")
    place = atomic_place(ex.args[1])
    place === nothing && error("$name expression missing field access or indexing")
    return place..., esc(ex.args[2])
end

"""
    @atomicswap order a.b.x = new

Stores `new` and returns what was there.
"""
macro atomicswap(ex) return make_atomicswap(strongest_order, ex) end
macro atomicswap(order, ex) return make_atomicswap(order_argument(order), ex) end
function make_atomicswap(order, @nospecialize(ex))
    kind, x, at, value = atomic_assignment("@atomicswap", ex)
    return kind === :field ? :(swapproperty!($x, $(at[1]), $value, $order)) : :(swapindex_atomic!($x, $order, $value, $(at...)))
end

"""
    @atomicreplace success_order fail_order a.b.x expected => desired

Stores `desired` if `expected` is there; what was there and whether it was replaced.
"""
macro atomicreplace(ex, pair) return make_atomicreplace(strongest_order, strongest_order, ex, pair) end
macro atomicreplace(order, ex, pair) return make_atomicreplace(order_argument(order), order_argument(order), ex, pair) end
macro atomicreplace(success, fail, ex, pair)
    return make_atomicreplace(order_argument(success), order_argument(fail), ex, pair)
end
function make_atomicreplace(success, fail, @nospecialize(ex), @nospecialize(pair))
    place = atomic_place(ex)
    place === nothing && error("@atomicreplace expression missing field access or indexing")
    kind, x, at = place
    values = isexpr(pair, :call, 3) && pair.args[1] === :(=>) ? mapany(esc, pair.args[2:3]) :
        Any[:($(esc(pair))::Pair...)]
    return kind === :field ? :(replaceproperty!($x, $(at[1]), $(values...), $success, $fail)) :
        :(replaceindex_atomic!($x, $success, $fail, $(values...), $(at...)))
end

"""
    @atomiconce success_order fail_order a.b.x = value

Stores `value` if nothing was stored yet; whether it was.
"""
macro atomiconce(ex) return make_atomiconce(strongest_order, strongest_order, ex) end
macro atomiconce(order, ex) return make_atomiconce(order_argument(order), order_argument(order), ex) end
macro atomiconce(success, fail, ex) return make_atomiconce(order_argument(success), order_argument(fail), ex) end
function make_atomiconce(success, fail, @nospecialize(ex))
    kind, x, at, value = atomic_assignment("@atomiconce", ex)
    return kind === :field ? :(setpropertyonce!($x, $(at[1]), $value, $success, $fail)) :
        :(setindexonce_atomic!($x, $success, $fail, $value, $(at...)))
end

# Elements of memory that is atomic

element_ref(m::GenericMemory, i::Int) = Core.memoryrefnew(Core.memoryrefnew(m), i, true)
getindex_atomic(m::GenericMemory, order::Symbol, i::Int) = Core.memoryrefget(element_ref(m, i), order, false)
setindex_atomic!(m::GenericMemory{K, T}, order::Symbol, value, i::Int) where {K, T} =
    (Core.memoryrefset!(element_ref(m, i), convert(T, value)::T, order, false); m)
modifyindex_atomic!(m::GenericMemory, order::Symbol, op, value, i::Int) =
    Core.memoryrefmodify!(element_ref(m, i), op, value, order, false)
swapindex_atomic!(m::GenericMemory{K, T}, order::Symbol, value, i::Int) where {K, T} =
    Core.memoryrefswap!(element_ref(m, i), convert(T, value)::T, order, false)
replaceindex_atomic!(m::GenericMemory{K, T}, success::Symbol, fail::Symbol, expected, desired, i::Int) where {K, T} =
    Core.memoryrefreplace!(element_ref(m, i), expected, convert(T, desired)::T, success, fail, false)
setindexonce_atomic!(m::GenericMemory{K, T}, success::Symbol, fail::Symbol, value, i::Int) where {K, T} =
    Core.memoryrefsetonce!(element_ref(m, i), convert(T, value)::T, success, fail, false)
