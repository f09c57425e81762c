# @view and @views: indexing that becomes a call of `view`.
#
# Inside such an expression `begin` and `end` no longer stand between brackets, so they are replaced first: each by a call
# that asks the indexed object, which gets a name when it has none. Then `x[i]` becomes `view(x, i)`, or in @views
# `maybeview(x, i)`, which leaves scalars scalars. Where something is assigned to, the brackets stay.

maybeview(A) = getindex(A)
maybeview(A::AbstractArray) = getindex(A)
maybeview(A, args...) = getindex(A, args...)
maybeview(A::AbstractArray, args...) = view(A, args...)
maybeview(A::AbstractArray, args::Union{Number, AbstractCartesianIndex}...) = getindex(A, args...)
dotview(args...) = getindex(args...)
dotview(A::AbstractArray, args...) = view(A, args...)
dotview(A::AbstractArray{<:AbstractArray}, args::Integer...) = getindex(A, args...)

# What `begin` and `end` stand for at one place of an index; `used` says whether either occurred.
mutable struct IndexBounds
    first::Any
    last::Any
    used::Bool
end

replace_ref_begin_end!(@nospecialize ex) = replace_bounds(ex, nothing)

function replace_bounds(@nospecialize(ex), bounds)
    if ex === :begin || ex === :end
        bounds === nothing && error("Invalid use of $ex")
        bounds.used = true
        return ex === :begin ? bounds.first : bounds.last
    end
    ex isa Expr || return ex
    ex.head === :ref && return replace_bounds_of_ref(ex, bounds)
    for i in 1:length(ex.args)
        ex.args[i] = replace_bounds(ex.args[i], bounds)
    end
    return ex
end

function replace_bounds_of_ref(ex::Expr, outer)
    object = replace_bounds(ex.args[1], outer)
    ex.args[1] = object
    name = object isa Symbol ? object : gensym(:S)
    used = false
    n = length(ex.args) - 1
    # the position among the indices: a number, until a splatted index makes it an expression
    position = 1
    for k in 2:n+1
        bounds = n == 1 ? IndexBounds(:($firstindex($name)), :($lastindex($name)), false) :
            IndexBounds(:($firstindex($name, $position)), :($lastindex($name, $position)), false)
        index = replace_bounds(ex.args[k], bounds)
        ex.args[k] = index
        used |= bounds.used
        position = index isa Expr && index.head === :... ? :($position + length($(index.args[1]))) :
            position isa Int ? position + 1 : :($position + 1)
    end
    (used && name !== object) || return ex
    ex.args[1] = name
    return Expr(:let, :($name = $object), ex)
end

"""
    @view A[inds...]

A view of the elements: what is written to it is written to `A`.
"""
macro view(ex)
    ex isa Expr && ex.head === :ref ||
        throw(ArgumentError("Invalid use of @view macro: argument must be a reference expression A[...]."))
    ex = replace_ref_begin_end!(ex)
    ref = ex.head === :let ? ex.args[2] : ex
    call = Expr(:call, view, ref.args...)
    return esc(ex.head === :let ? Expr(:let, ex.args[1], call) : call)
end

"""
    @views expression

Makes every slicing `A[...]` in the expression a view.
"""
macro views(x)
    return esc(make_views(replace_ref_begin_end!(x)))
end

make_views(@nospecialize x) = x
function make_views(ex::Expr)
    head = ex.head
    if head === :(=) || head === :.=
        target = ex.args[1]
        if target isa Expr && target.head === :ref
            target = Expr(:ref, mapany(make_views, target.args)...)
        else
            target = make_views(target)
        end
        return Expr(head, target, make_views(ex.args[2]))
    elseif head === :ref
        return Expr(:call, maybeview, mapany(make_views, ex.args)...)
    end
    name = String(head)
    if endswith(name, '=') && ex.args[1] isa Expr && ex.args[1].head === :ref
        return update_of_view(ex, name)
    end
    return Expr(head, mapany(make_views, ex.args)...)
end

# `A[i] op= x`: object and indices are evaluated once; then the element is read as a view and written as an element.
function update_of_view(ex::Expr, head::String)
    target = ex.args[1]
    object = gensym(:a)
    names = Any[gensym(:i) for _ in 2:length(target.args)]
    bindings = Expr(:block, :($object = $(make_views(target.args[1]))))
    indices = Any[]
    for k in 1:length(names)
        index = target.args[k + 1]
        splatted = index isa Expr && index.head === :...
        push!(indices, splatted ? Expr(:..., names[k]) : names[k])
        push!(bindings.args, :($(names[k]) = $(make_views(splatted ? index.args[1] : index))))
    end
    operator = Symbol(head[1:prevind(head, lastindex(head))])
    value = Expr(:call, operator, :($maybeview($object, $(indices...))), mapany(make_views, ex.args[2:end])...)
    return Expr(:let, bindings, Expr(startswith(head, '.') ? :.= : :(=), :($object[$(indices...)]), value))
end
