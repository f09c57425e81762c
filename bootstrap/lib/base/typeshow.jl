# Showing types: short names where there are some, variables only where they say something.
#
# A type is written by the alias that describes it best (`Vector{Int64}`, not `Array{Int64, 1}`). Of the variables of a
# `where`, those are left out that stand last and are as free as the type allows (`Dict{String}`), and those without a name,
# which occur once, directly as a parameter, become `<:Bound`. Variables whose `where` is being written are in the
# IOContext, a `:unionall_env` each; inside they go by their names, while a variable from nowhere shows its bounds.
#
# Enters: a type. Leaves: text that evaluates to an equal type.

## names

# Whether `name` alone, evaluated in Main, means what it means in `mod`.
function visible_in_main(name::Symbol, mod::Module, @nospecialize value)
    return isdefined(Main, name) && getglobal(Main, name) === value
end

function show_sym(io::IO, s::Symbol; allow_macroname::Bool=false)
    text = String(s)
    if isidentifier(s) || isoperator(s) || (allow_macroname && startswith(text, '@') && isidentifier(Symbol(text[2:end])))
        print(io, s)
    else
        print(io, "var")
        print_raw_quoted(io, text)
    end
    return nothing
end
function print_raw_quoted(io::IO, text::AbstractString)
    print(io, '"')
    escape_raw_string(io, text)
    print(io, '"')
end

# The name of a type constructor, with its module where the name alone would not be understood.
function show_type_name(io::IO, tn::Core.TypeName)
    if is_function_type_name(tn)
        name = tn.singletonname
        print(io, "typeof(")
        f = getglobal(tn.module, name)
        print_prefix(io, name, tn.module, f)
        show_sym(io, name; allow_macroname=true)
        print(io, ")")
        return nothing
    end
    print_prefix(io, tn.name, tn.module, tn.wrapper)
    show_sym(io, tn.name)
    return nothing
end
function print_prefix(io::IO, name::Symbol, mod::Module, @nospecialize value)
    from = get(io, :module, Main)
    from isa Module && (mod === from || isdefined(from, name) && getglobal(from, name) === value) && return
    print(io, mod, ".")
end
function is_function_type_name(tn::Core.TypeName)
    w = tn.wrapper
    w isa DataType && w <: Function && isdefined(w, :instance) || return false
    name = tn.singletonname
    return isdefined(tn.module, name) && getglobal(tn.module, name) === w.instance
end

## aliases

struct TypeAlias
    name::Symbol
    mod::Module
    vars::Vector{TypeVar}     # its variables, from the outside in
    body::DataType
end
function TypeAlias(name::Symbol, mod::Module, @nospecialize t)
    vars = TypeVar[]
    while t isa UnionAll
        push!(vars, t.var)
        t = t.body
    end
    return TypeAlias(name, mod, vars, t)
end

# The aliases of Base by the name of the type they stand for; the most special one first.
const base_aliases = IdDict{Core.TypeName,Vector{TypeAlias}}()

function register_alias!(name::Symbol, mod::Module)
    t = getglobal(mod, name)
    b = unwrap_unionall(t)
    b isa DataType || return
    push!(get!(() -> TypeAlias[], base_aliases, b.name), TypeAlias(name, mod, t))
    return
end

# The bound of a variable by a type; its own bound may be a variable.
upper_bound(v::TypeVar) = v.ub isa TypeVar ? upper_bound(v.ub) : v.ub

# Binds the variables of the alias so that its body becomes `t`; nothing if that is not possible. A parameter that is made
# from variables without being one is not taken apart.
function match_alias(a::TypeAlias, t::DataType)
    t.name === a.body.name || return nothing
    n = length(t.parameters)
    n == length(a.body.parameters) || return nothing
    env = Any[nothing for _ in a.vars]
    bound = falses_vector(length(a.vars))
    for i in 1:n
        p = a.body.parameters[i]
        q = t.parameters[i]
        if p isa TypeVar
            k = index_of(a.vars, p)
            if bound[k]
                env[k] === q || return nothing
            else
                # A parameter of the alias must satisfy the bound that the alias puts on it.
                if q isa TypeVar
                    upper_bound(q) <: upper_bound(p) || return nothing
                elseif q isa Type
                    has_free_typevars(q) && return nothing
                    q <: upper_bound(p) || return nothing
                elseif p.ub !== Any
                    return nothing
                end
                env[k] = q
                bound[k] = true
            end
        elseif p isa Type && q isa Type
            p === q || (!has_free_typevars(p) && !has_free_typevars(q) && p == q) || return nothing
        else
            p === q || return nothing
        end
    end
    return env
end
falses_vector(n::Int) = Bool[false for _ in 1:n]
function index_of(vars::Vector{TypeVar}, v::TypeVar)
    for i in 1:length(vars)
        vars[i] === v && return i
    end
    return 0
end

# The constants by which the module of a type names types made from it: those it exports, in Main all.
function user_aliases(tn::Core.TypeName)
    out = TypeAlias[]
    mod = tn.module
    (mod === Core || mod === Base) && return out
    for name in unsorted_names(mod)
        (isdefined(mod, name) && isconst(mod, name)) || continue
        t = getglobal(mod, name)
        t isa Type || continue
        b = unwrap_unionall(t)
        (b isa DataType && b.name === tn && t !== tn.wrapper) || continue
        push!(out, TypeAlias(name, mod, t))
    end
    return out
end

# The alias to write `t` by, and its parameters. Where two of a module's would do, neither is taken.
function find_alias(io::IO, t::DataType, wheres)
    tn = t.name
    for p in t.parameters
        p isa TypeVar && !in_scope(io, p) && !any(w -> w === p, wheres) && return nothing
    end
    if haskey(base_aliases, tn)
        for a in base_aliases[tn]
            env = match_alias(a, t)
            env === nothing || return a, env
        end
        return nothing
    end
    isempty(t.parameters) && return nothing
    found = nothing
    for a in user_aliases(tn)
        env = match_alias(a, t)
        env === nothing && continue
        found === nothing || return nothing
        found = (a, env)
    end
    return found
end

## showing

# Whether variable `v` belongs to a `where` that is being written.
function in_scope(io::IO, v::TypeVar)
    d = ioproperties(io)
    while isdefined(d, :parent)
        d.key === :unionall_env && d.value === v && return true
        d = d.parent
    end
    return false
end
# Whether the name is taken, inside `t`, by another variable of an outer `where`.
function name_taken(io::IO, name::Symbol, @nospecialize t)
    d = ioproperties(io)
    while isdefined(d, :parent)
        d.key === :unionall_env && d.value isa TypeVar && d.value.name === name && occurs(d.value, t) && return true
        d = d.parent
    end
    return false
end
with_variable(io::IO, v::TypeVar) = IOContext(io, Pair{Symbol,Any}(:unionall_env, v))
is_bare_wrapper(@nospecialize t) = (b = unwrap_unionall(t); b isa DataType && b.name.wrapper === t && b.name !== Tuple.name)

function show(io::IO, @nospecialize(t::Type))
    t === Union{} && return print(io, "Union{}")
    is_bare_wrapper(t) && return show_type_name(io, (unwrap_unionall(t)::DataType).name)
    wheres = TypeVar[]
    inner = io
    while t isa UnionAll
        v = t.var
        if v.name === :_ || name_taken(inner, v.name, t)
            k = 1
            while name_taken(inner, Symbol(v.name, k), t)
                k += 1
            end
            v = TypeVar(Symbol(v.name, k), v.lb, v.ub)
            t = t{v}
        else
            t = t.body
        end
        push!(wheres, v)
        inner = with_variable(inner, v)
    end
    if t isa Union
        show_union(io, inner, t, wheres)
    else
        show_applied(io, inner, t::DataType, wheres, true)
    end
    return nothing
end
show(io::IO, ::Core.TypeofBottom) = print(io, "Union{}")
print(io::IO, ::Core.TypeofBottom) = print(io, "Union{}")

# The names that modules have for a union, with the module each is from and its parameters; nothing if there is none.
function find_union_alias(u::Union)
    modules = Module[Base]
    for m in uniontypes(u)
        b = unwrap_unionall(m)
        b isa DataType && !(b.name.module === Core) && !(b.name.module in modules) && push!(modules, b.name.module)
    end
    for mod in modules
        for name in (mod === Base ? (:VecOrMat, :AbstractVecOrMat, :DenseVecOrMat) : unsorted_names(mod))
            isdefined(mod, name) && isconst(mod, name) || continue
            t = getglobal(mod, name)
            t === u && return mod, name, Any[]
            t isa UnionAll && unwrap_unionall(t) isa Union || continue
            env = match_union(where_variables(t), uniontypes(unwrap_unionall(t)), uniontypes(u))
            env === nothing || return mod, name, env
        end
    end
    return nothing
end
# Binds `vars` so that the members of a union alias become those of a union, whatever their order.
function match_union(vars::Vector{TypeVar}, members::Vector{Any}, wanted::Vector{Any})
    length(members) == length(wanted) || return nothing
    env = Any[nothing for _ in vars]
    for a in members
        a isa DataType || return nothing
        i = findfirst(w -> w isa DataType && w.name === a.name && all(k -> a.parameters[k] isa TypeVar || a.parameters[k] === w.parameters[k], 1:length(a.parameters)), wanted)
        i === nothing && return nothing
        for (p, q) in zip(a.parameters, wanted[i].parameters)
            k = p isa TypeVar ? index_of(vars, p) : 0
            if k == 0
                p === q || return nothing
            elseif env[k] === nothing
                env[k] = q
            else
                env[k] === q || return nothing
            end
        end
    end
    return any(isnothing, env) ? nothing : env
end

# Members that go by an alias come last.
function show_union(io::IO, inner::IO, u::Union, wheres::Vector{TypeVar})
    found = find_union_alias(u)
    if found !== nothing
        mod, name, env = found
        print_prefix(io, name, mod, getglobal(mod, name))
        print(io, name)
        show_parameters(io, inner, env, where_variables(getglobal(mod, name)), wheres)
        return
    end
    print(io, "Union{")
    first = true
    aliased = Any[]
    for t in uniontypes(u)
        b = unwrap_unionall(t)
        if t isa Type && b isa DataType && !is_bare_wrapper(t) && find_alias(inner, b, where_variables(t)) !== nothing && !uses_scope(inner, t)
            push!(aliased, t)
            continue
        end
        first || print(io, ", ")
        show_parameter(inner, t)
        first = false
    end
    for t in aliased
        first || print(io, ", ")
        show_parameter(inner, t)
        first = false
    end
    print(io, "}")
    print_wheres(io, wheres, length(wheres))
end
function where_variables(@nospecialize t)
    vars = TypeVar[]
    while t isa UnionAll
        push!(vars, t.var)
        t = t.body
    end
    return vars
end
uses_scope(io::IO, @nospecialize t) = has_free_typevars(t)

function show_applied(io::IO, inner::IO, t::DataType, wheres::Vector{TypeVar}, use_alias::Bool)
    if t.name === Tuple.name
        show_tuple_type(inner, t)
        print_wheres(io, wheres, length(wheres))
        return
    end
    if t.name === namedtuple_typename && show_namedtuple_type(inner, t)
        print_wheres(io, wheres, length(wheres))
        return
    end
    if use_alias
        found = find_alias(inner, t, wheres)
        if found !== nothing
            a, env = found
            print_prefix(io, a.name, a.mod, getglobal(a.mod, a.name))
            print(io, a.name)
            show_parameters(io, inner, env, a.vars, wheres)
            return
        end
    end
    show_type_name(io, t.name)
    show_parameters(io, inner, Any[p for p in t.parameters], where_variables(t.name.wrapper), wheres)
    return
end
const namedtuple_typename = unwrap_unionall(NamedTuple).name

occurs(v::TypeVar, @nospecialize t) = t === v || (t isa DataType && any(p -> occurs(v, p), t.parameters)) ||
    (t isa UnionAll && (occurs(v, t.body) || occurs(v, t.var.ub) || occurs(v, t.var.lb))) ||
    (t isa Union && (occurs(v, t.a) || occurs(v, t.b))) ||
    (t isa Core.TypeofVararg && ((isdefined(t, :T) && occurs(v, t.T)) || (isdefined(t, :N) && occurs(v, t.N))))

# Whether variable v, the innermost of the `where`s that are left, occurs nowhere but as parameter i.
function only_direct(params::Vector{Any}, i::Int, wheres::Vector{TypeVar}, kept::Int)
    v = params[i]
    (kept > 0 && wheres[kept] === v) || return false
    for j in kept+1:length(wheres)
        (occurs(v, wheres[j].ub) || occurs(v, wheres[j].lb)) && return false
    end
    for j in 1:length(params)
        j != i && occurs(v, params[j]) && return false
    end
    return true
end
# What `Vector{<:Real}` is lowered to has variables that no one named.
is_unnamed(v::TypeVar) = startswith(String(v.name), '#')

# Prints `{...}` and the `where` that is still needed.
function show_parameters(io::IO, inner::IO, params::Vector{Any}, formal::Vector{TypeVar}, wheres::Vector{TypeVar})
    n = length(params)
    kept = length(wheres)
    inline = Bool[false for _ in 1:n]
    for i in n:-1:1
        p = params[i]
        p isa TypeVar || continue
        f = i <= length(formal) ? formal[i] : nothing
        only_direct(params, i, wheres, kept) || continue
        if i == n && f !== nothing && p.lb === f.lb && p.ub === f.ub
            n -= 1
            kept -= 1
        elseif is_unnamed(p) && (p.lb === Union{} || p.ub === Any)
            inline[i] = true
            kept -= 1
        end
    end
    if n > 0
        print(io, "{")
        for j in 1:n
            j > 1 && print(io, ", ")
            p = params[j]
            if inline[j]
                if p.lb === Union{}
                    print(io, "<:")
                    show_parameter(inner, p.ub)
                else
                    print(io, ">:")
                    show_parameter(inner, p.lb)
                end
            else
                show_parameter(inner, p)
            end
        end
        print(io, "}")
    end
    print_wheres(io, wheres, kept)
end

show_parameter(io::IO, @nospecialize p) = show(io, p)

function show(io::IO, v::TypeVar)
    bound = !in_scope(io, v)
    if bound && v.lb !== Union{}
        if v.ub === Any
            show_sym(io, v.name)
            print(io, ">:")
            show_bound(io, v.lb)
            return
        end
        show_bound(io, v.lb)
        print(io, "<:")
    end
    show_sym(io, v.name)
    if bound && v.ub !== Any
        print(io, "<:")
        show_bound(io, v.ub)
    end
    return
end
function show_bound(io::IO, @nospecialize b)
    parens = b isa UnionAll && !is_bare_wrapper(b)
    parens && print(io, "(")
    show(io, b)
    parens && print(io, ")")
end
# The first n of `wheres`, from the outside in.
function print_wheres(io::IO, wheres::Vector{TypeVar}, n::Int)
    n == 0 && return
    print(io, n == 1 ? " where " : " where {")
    for i in 1:n
        i > 1 && print(io, ", ")
        show(io, wheres[i])
        io = with_variable(io, wheres[i])
    end
    n > 1 && print(io, "}")
    return
end

# More than three equal types at the end of a tuple are counted instead of repeated.
function show_tuple_type(io::IO, t::DataType)
    t === Tuple && return print(io, "Tuple")
    ps = t.parameters
    n = length(ps)
    if n == 1 && ps[1] isa Core.TypeofVararg && isdefined(ps[1], :N) && ps[1].N isa TypeVar && isdefined(ps[1], :T)
        print(io, "NTuple{")
        show_parameter(io, ps[1].N)
        print(io, ", ")
        show_parameter(io, ps[1].T)
        print(io, "}")
        return
    end
    # the type at the end, how often it stands there, and how many others stand before it
    last = n == 0 ? nothing : ps[n]
    same = n == 0 ? 0 : 1
    if last isa Core.TypeofVararg && isdefined(last, :N) && last.N isa Int
        same = last.N
        last = last.T
    end
    before = n == 0 ? 0 : n - 1
    while before > 0 && ps[before] === last
        same += 1
        before -= 1
    end
    if before == 0 && same > 3
        print(io, "NTuple{", same, ", ")
        show_parameter(io, last)
        print(io, "}")
        return
    end
    print(io, "Tuple{")
    for i in 1:before
        i > 1 && print(io, ", ")
        show_parameter(io, ps[i])
    end
    if same > 3
        print(io, ", Vararg{")
        show_parameter(io, last)
        print(io, ", ", same, "}")
    else
        for i in 1:same
            before + i > 1 && print(io, ", ")
            show_parameter(io, last)
        end
    end
    print(io, "}")
    return
end

function show_namedtuple_type(io::IO, t::DataType)
    names = t.parameters[1]
    types = t.parameters[2]
    (names isa Tuple && types isa DataType && types.name === Tuple.name) || return false
    length(types.parameters) == length(names) || return false
    print(io, "@NamedTuple{")
    for i in 1:length(names)
        i > 1 && print(io, ", ")
        show_sym(io, names[i])
        if types.parameters[i] !== Any
            print(io, "::")
            show_parameter(io, types.parameters[i])
        end
    end
    print(io, "}")
    return true
end

function show(io::IO, v::Core.TypeofVararg)
    print(io, "Vararg")
    if isdefined(v, :T)
        print(io, "{")
        show_parameter(io, v.T)
        if isdefined(v, :N)
            print(io, ", ")
            show_parameter(io, v.N)
        end
        print(io, "}")
    end
end

function show(io::IO, ::MIME"text/plain", @nospecialize(t::Type))
    show(io, t)
    (get(io, :compact, false)::Bool || is_bare_wrapper(t)) && return
    wheres = where_variables(t)
    inner = io
    for v in wheres
        inner = with_variable(inner, v)
    end
    b = unwrap_unionall(t)
    (b isa DataType && b.name !== Tuple.name && find_alias(inner, b, wheres) !== nothing) || return
    print(io, " (alias for ")
    show_applied(io, inner, b, wheres, false)
    print(io, ")")
    return
end
print(io::IO, @nospecialize(t::Type)) = show(io, t)

"""
    @NamedTuple{key1::Type1, key2::Type2, ...}
"""
for name in (:Vector, :Matrix, :BitVector, :BitMatrix, :AbstractVector, :AbstractMatrix, :DenseVector, :DenseMatrix,
             :ComplexF64, :ComplexF32, :ComplexF16, :IOBuffer, :Memory, :MemoryRef, :AtomicMemory, :AtomicMemoryRef,
             :Fix1, :Fix2)
    isdefined(Base, name) && register_alias!(name, Base)
end
