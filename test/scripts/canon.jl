# What the corpora of types and values are written in.

# Canonical text, as section 4 of the corpora's README defines it.
function canon(io, @nospecialize(t), names::Vector{Any})
    if t === Union{}
        print(io, "Union{}")
    elseif t isa TypeVar
        i = findlast(p -> p[1] === t, names)
        i === nothing ? show(io, t) : print(io, names[i][2])
    elseif t isa Union
        members = sort!([sprint(canon, m, names) for m in Base.uniontypes(t)])
        print(io, "Union{")
        join(io, members, ", ")
        print(io, "}")
    elseif t isa UnionAll
        name = string("T", length(names) + 1)
        print(io, "(")
        canon(io, t.body, Any[names..., (t.var, name)])
        print(io, " where ")
        lb, ub = t.var.lb, t.var.ub
        if lb === Union{} && ub === Any
            print(io, name)
        elseif lb === Union{}
            print(io, name, "<:")
            canon(io, ub, names)
        elseif ub === Any
            print(io, name, ">:")
            canon(io, lb, names)
        else
            canon(io, lb, names)
            print(io, "<:", name, "<:")
            canon(io, ub, names)
        end
        print(io, ")")
    elseif t isa Core.TypeofVararg
        print(io, "Vararg")
        if isdefined(t, :T)
            print(io, "{")
            canon(io, t.T, names)
            if isdefined(t, :N)
                print(io, ", ")
                canon(io, t.N, names)
            end
            print(io, "}")
        end
    elseif t isa DataType
        n = t.name
        wrapper = n.wrapper
        if wrapper isa DataType && isdefined(wrapper, :instance) && wrapper <: Function
            print(io, wrapper)
            return
        end
        m = n.module
        print(io, m === Main || isdefined(Main, n.name) && getglobal(Main, n.name) === wrapper ? "" : string(m, "."), n.name)
        if !isempty(t.parameters) || n === Tuple.name
            print(io, "{")
            first = true
            for p in t.parameters
                first || print(io, ", ")
                first = false
                canon(io, p, names)
            end
            print(io, "}")
        end
    elseif t isa Core.AddrSpace{Core}
        print(io, "Core.CPU")
    else
        show(io, t)
    end
    return
end
canon(@nospecialize t) = sprint(canon, t, Any[])
