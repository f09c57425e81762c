# Random types, and what must hold of any of them. Prints each violation; arguments: seed, number of pairs.

const state = Ref{UInt64}(parse(UInt64, ARGS[1]) * 0x9e3779b97f4a7c15 + 1)
function pick(n)
    state[] = state[] * 0x5851f42d4c957f2d + 0x14057b7ef767814f
    return Int((state[] >> 33) % n) + 1
end
pick(list::Tuple) = list[pick(length(list))]

abstract type Animal end
struct Dog <: Animal end
struct Cat <: Animal end
struct Box{T} end
struct Two{S, T <: S} end
const leaves = (Int, Float64, String, Any, Number, Integer, Animal, Dog, Cat, Union{}, Nothing)

# A type of at most the given depth, in which the variables may occur.
function random(depth, vars)
    depth == 0 && return isempty(vars) || pick(3) > 1 ? pick(leaves) : vars[pick(length(vars))]
    kind = pick(9)
    if kind <= 2
        return Tuple{(random(depth - 1, vars) for _ in 1:pick(3)-1)...}
    elseif kind == 3
        return Tuple{(random(depth - 1, vars) for _ in 1:pick(2)-1)..., Vararg{random(depth - 1, vars)}}
    elseif kind == 4
        return Union{random(depth - 1, vars), random(depth - 1, vars)}
    elseif kind <= 6
        return Box{random(depth - 1, vars)}
    elseif kind == 7
        return Vector{random(depth - 1, vars)}
    elseif kind == 8
        v = TypeVar(gensym(:T), Union{}, pick(2) == 1 ? Any : random(0, vars))
        return UnionAll(v, random(depth - 1, Any[vars..., v]))
    end
    return random(0, vars)
end
closed(depth) = try random(depth, Any[]) catch e
    e isa TypeError || e isa ErrorException || rethrow()
    Int
end

function check(name, holds, types...)
    holds && return
    println(name, ": ", join((repr(t) for t in types), "   "))
end

for _ in 1:parse(Int, ARGS[2])
    a, b, c = closed(3), closed(3), closed(2)
    check("reflexive", a <: a && a == a, a)
    check("below a union with it", a <: Union{a, b}, a, b)
    below, above = a <: b, b <: a
    check("antisymmetric", (below && above) == (a == b), a, b)
    below && b <: c && check("transitive", a <: c, a, b, c)
    meet = typeintersect(a, b)
    # Where Julia over-estimates, it answers with one of the two.
    check("intersection below one side", meet <: a || meet <: b, a, b, meet)
    below && check("intersection of what is below", meet == a, a, b, meet)
    meet === Union{} && check("disjoint", !(below && a !== Union{}), a, b)
    join2 = typejoin(a, b)
    check("typejoin above", a <: join2 && b <: join2, a, b, join2)
    Union{} in (a, b, c) && continue
    s, t = Tuple{a, b}, Tuple{b, c}
    check("specificity is irreflexive", !Base.morespecific(s, s), s)
    check("specificity is asymmetric", !(Base.morespecific(s, t) && Base.morespecific(t, s)), s, t)
    check("below is more specific", !(s <: t && !(t <: s)) || Base.morespecific(s, t), s, t)
end
println("done")
