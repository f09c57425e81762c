# Asking about types, fields, functions, methods and modules.

nameof(t::DataType) = getfield(getfield(t, :name), :name)
nameof(t::UnionAll) = nameof(unwrap_unionall(t))
nameof(m::Module) = ccall(:jl_module_name, Ref{Symbol}, (Any,), m)
function nameof(f::Function)
    # the name that the function was defined under, kept by its type
    tn = getfield(typeof(f), :name)
    return isdefined(tn, :singletonname) ? getfield(tn, :singletonname) : function_name_of(tn)
end
function function_name_of(tn)
    n = String(getfield(tn, :name))
    return ncodeunits(n) > 0 && codeunit(n, 1) == 0x23 ? Symbol(unsafe_string(pointer(n) + 1, ncodeunits(n) - 1)) : getfield(tn, :name)
end
function nameof(f::Core.Builtin)
    tn = getfield(typeof(f), :name)
    return isdefined(tn, :singletonname) ? getfield(tn, :singletonname) : function_name_of(tn)
end
nameof(f::Core.IntrinsicFunction) = Symbol(unsafe_string(ccall(:jl_intrinsic_name, Ptr{UInt8}, (Int32,), Core.bitcast(Int32, f))))
parentmodule(m::Module) = ccall(:jl_module_parent, Ref{Module}, (Any,), m)
parentmodule(t::DataType) = getfield(getfield(t, :name), :module)
parentmodule(t::UnionAll) = parentmodule(unwrap_unionall(t))
parentmodule(f::Function) = f isa Core.Builtin ? Core : getfield(getfield(typeof(f), :name), :module)
parentmodule(m::Method) = m.module
function parentmodule(@nospecialize(f), @nospecialize(types))
    m = methods(f, types)
    isempty(m) && error("no matching methods")
    return first(m).module
end
moduleroot(m::Module) = (while true
    m === Main && return m
    p = parentmodule(m)
    p === m && return m
    m = p
end)
fullname(m::Module) = (m === Main || m === Base || m === Core) ? (nameof(m),) : parentmodule(m) === m ? (nameof(m),) : parentmodule(m) === Main ? (:Main, nameof(m)) : (fullname(parentmodule(m))..., nameof(m))
function unsorted_names(m::Module; all::Bool=false, imported::Bool=false, usings::Bool=false)
    return ccall(:jl_module_names, Array{Symbol, 1}, (Any, Cint, Cint, Cint), m, all, imported, usings)
end
names(m::Module; kwargs...) = sort!(unsorted_names(m; kwargs...))
isexported(m::Module, s::Symbol) = ccall(:jl_module_exports_p, Cint, (Any, Any), m, s) !== Int32(0)
ispublic(m::Module, s::Symbol) = ccall(:jl_module_public_p, Cint, (Any, Any), m, s) !== Int32(0)
# The module that is spoken of without its name: that of an interactive session, if there were one.
active_module() = Main

## bindings and their partitions

# The kinds of partitions, as the runtime numbers them.
const PARTITION_KIND_CONST = 0x0
const PARTITION_KIND_CONST_IMPORT = 0x1
const PARTITION_KIND_GLOBAL = 0x2
const PARTITION_KIND_IMPLICIT_GLOBAL = 0x3
const PARTITION_KIND_IMPLICIT_CONST = 0x4
const PARTITION_KIND_EXPLICIT = 0x5
const PARTITION_KIND_IMPORTED = 0x6
const PARTITION_KIND_FAILED = 0x7
const PARTITION_KIND_DECLARED = 0x8
const PARTITION_KIND_GUARD = 0x9
const PARTITION_KIND_UNDEF_CONST = 0xa
const PARTITION_KIND_BACKDATED_CONST = 0xb
const PARTITION_MASK_KIND = 0x0f

is_defined_const_binding(kind::UInt8) = kind in (PARTITION_KIND_CONST, PARTITION_KIND_CONST_IMPORT, PARTITION_KIND_IMPLICIT_CONST, PARTITION_KIND_BACKDATED_CONST)
is_some_const_binding(kind::UInt8) = is_defined_const_binding(kind) || kind === PARTITION_KIND_UNDEF_CONST
is_some_explicit_imported(kind::UInt8) = kind === PARTITION_KIND_EXPLICIT || kind === PARTITION_KIND_IMPORTED
is_some_imported(kind::UInt8) = is_some_explicit_imported(kind) || kind === PARTITION_KIND_IMPLICIT_GLOBAL || kind === PARTITION_KIND_IMPLICIT_CONST
is_some_guard(kind::UInt8) = kind in (PARTITION_KIND_GUARD, PARTITION_KIND_FAILED, PARTITION_KIND_UNDEF_CONST)

lookup_binding_partition(world::UInt, b::Core.Binding) =
    ccall(:jl_get_binding_partition, Ref{Core.BindingPartition}, (Any, UInt), b, world)
lookup_binding_partition(world::UInt, g::GlobalRef) = lookup_binding_partition(world, convert(Core.Binding, g))
convert(::Type{Core.Binding}, g::GlobalRef) =
    ccall(:jl_get_module_binding, Ref{Core.Binding}, (Any, Any, Cint), g.mod, g.name, true)
partition_restriction(p::Core.BindingPartition) = ccall(:jl_bpart_get_restriction_value, Any, (Any,), p)
binding_kind(p::Core.BindingPartition) = UInt8(p.kind & PARTITION_MASK_KIND)
binding_kind(m::Module, s::Symbol) = binding_kind(lookup_binding_partition(tls_world_age(), GlobalRef(m, s)))

"""
    delete_binding(m::Module, s::Symbol)

Makes a name mean nothing again, from the next world on.
"""
delete_binding(m::Module, s::Symbol) = ccall(:jl_disable_binding, Cvoid, (Any,), GlobalRef(m, s))

isconst(m::Module, s::Symbol) = ccall(:jl_is_const, Cint, (Any, Any), m, s) !== Int32(0)
isconst(g::GlobalRef) = isconst(g.mod, g.name)
function isconst(@nospecialize(t::Type), s::Symbol)
    t = unwrap_unionall(t)
    isa(t, DataType) || return false
    ismutabletype(t) || return hasfield(t, s)
    i = fieldindex(t, s, false)
    return i > 0 && isconst(t, i)
end
function isconst(@nospecialize(t::Type), i::Int)
    t = unwrap_unionall(t)
    isa(t, DataType) || return false
    ismutabletype(t) || return true
    1 <= i <= length(getfield(t, :name).names) || return false
    p = getfield(getfield(t, :name), :constfields)
    p === C_NULL && return false
    return (unsafe_load(bitcast(Ptr{UInt32}, p), ((i - 1) >> 5) + 1) >> ((i - 1) & 31)) & 0x1 != 0x0
end
# Whether field number `i`, or of name `s`, is declared `@atomic`.
function isfieldatomic(@nospecialize(t::Type), i::Int)
    t = unwrap_unionall(t)
    isa(t, DataType) || return false
    1 <= i <= length(getfield(t, :name).names) || return false
    p = getfield(getfield(t, :name), :atomicfields)
    p === C_NULL && return false
    return (unsafe_load(bitcast(Ptr{UInt32}, p), ((i - 1) >> 5) + 1) >> ((i - 1) & 31)) & 0x1 != 0x0
end
isfieldatomic(@nospecialize(t::Type), s::Symbol) = (i = fieldindex(t, s, false); i > 0 && isfieldatomic(t, i))
isbindingresolved(m::Module, s::Symbol) = true
isdeprecated(m::Module, s::Symbol) = ccall(:jl_is_binding_deprecated, Cint, (Any, Any), m, s) !== Int32(0)
# The module whose binding `name` is seen in `m`; `m` itself while there is none.
function binding_module(m::Module, name::Symbol)
    owner = ccall(:jl_get_module_of_binding, Any, (Any, Any), m, name)
    return owner === nothing ? m : owner::Module
end
gensym() = ccall(:jl_gensym, Ref{Symbol}, ())
gensym(s::String) = ccall(:jl_tagged_gensym, Ref{Symbol}, (Ptr{UInt8}, Csize_t), s, Core.sizeof(s))
gensym(ss::String...) = map(gensym, ss)
gensym(s::Symbol) = ccall(:jl_tagged_gensym, Ref{Symbol}, (Ptr{UInt8}, Csize_t), s, ccall(:strlen, Csize_t, (Ptr{UInt8},), s))
unsafe_convert(::Type{Ptr{UInt8}}, s::Symbol) = ccall(:jl_symbol_name, Ptr{UInt8}, (Any,), s)
unsafe_convert(::Type{Ptr{Int8}}, s::Symbol) = bitcast(Ptr{Int8}, ccall(:jl_symbol_name, Ptr{UInt8}, (Any,), s))

# Fields

function fieldnames(t::DataType)
    n = fieldcount(t)  # throws where the type does not say how many there are
    t.name === Tuple.name && return ntuple(identity, n)
    t.name === NamedTuple_typename() && return t.parameters[1]
    return (getfield(t.name, :names)...,)
end
NamedTuple_typename() = unwrap_unionall(NamedTuple).name
fieldnames(t::UnionAll) = fieldnames(unwrap_unionall(t)::DataType)
fieldnames(t::Union) = throw(ArgumentError("type does not have definite fields"))
fieldnames(::Core.TypeofBottom) = throw(ArgumentError("The empty type does not have field names since it does not have instances."))
function fieldname(t::DataType, i::Integer)
    if t.name === Tuple.name
        i < 1 || i > fieldcount(t) ? throw(BoundsError(t, i)) : (return Int(i))
    end
    isabstracttype(t) && throw(ArgumentError("type does not have definite field names"))
    ns = t.name === NamedTuple_typename() ? t.parameters[1] : getfield(t.name, :names)
    n = length(ns)
    i > n && throw(ArgumentError("Cannot access field $i since type $t only has $n field$(n == 1 ? "" : "s")."))
    i < 1 && throw(ArgumentError("Field numbers must be positive integers. $i is invalid."))
    return ns[Int(i)]
end
fieldname(t::UnionAll, i::Integer) = fieldname(unwrap_unionall(t), i)
function fieldcount(@nospecialize t)
    if t isa Union && same_constructor(t)
        counts = Any[fieldcount(m) for m in uniontypes(t)]
        all(n -> n == counts[1], counts) && return counts[1]
    end
    if t isa UnionAll || t isa Union
        t = argument_datatype(t)
        t === nothing && throw(ArgumentError("type does not have a definite number of fields"))
    elseif t === Union{}
        throw(ArgumentError("The empty type does not have a well-defined number of fields since it does not have instances."))
    end
    t isa DataType || throw(TypeError(:fieldcount, DataType, t))
    if t.name === NamedTuple_typename()
        names, types = t.parameters[1], t.parameters[2]
        names isa Tuple && return length(names)
        types isa DataType && types <: Tuple && return fieldcount(types)
        throw(ArgumentError("type does not have a definite number of fields"))
    elseif isabstracttype(t) || (t.name === Tuple.name && isvatuple(t))
        throw(ArgumentError("type does not have a definite number of fields"))
    end
    t.name === Tuple.name && return length(t.parameters)
    isdefined(t, :types) && return length(t.types)
    return length(t.name.names)
end
same_constructor(u::Union) = (ms = uniontypes(u); all(m -> m isa DataType && ms[1] isa DataType && m.name === ms[1].name, ms))
argument_datatype(@nospecialize t) = (t = unwrap_unionall(t); t isa DataType ? t : nothing)
function fieldtypes(T::Type)
    return ntuple(i -> fieldtype(T, i), fieldcount(T))
end
function fieldindex(t::Type, name::Symbol, err::Bool=true)
    return Int(ccall(:jl_field_index, Cint, (Any, Any, Cint), unwrap_unionall(t), name, err) + 1)
end
hasfield(T::Type, name::Symbol) = fieldindex(T, name, false) > 0
function fieldoffset(x::DataType, idx::Integer)
    i = Int(idx)
    # the layout of a Memory type is that of its elements; the object itself has a length and a pointer
    if x <: GenericMemory
        1 <= i <= 2 || throw(BoundsError(x, i))
        return UInt(8 * (i - 1))
    end
    (getfield(x, :layout) !== C_NULL && 1 <= i <= datatype_nfields(x)) || throw(BoundsError(x, i))
    return ccall(:jl_get_field_offset, Csize_t, (Any, Cint), x, i)
end
propertynames(x) = fieldnames(typeof(x))
propertynames(m::Module) = names(m)
propertynames(x, private::Bool) = propertynames(x)
hasproperty(x, s::Symbol) = s in propertynames(x)
ismutationfree(@nospecialize t) = _flagged(unwrap_unionall(t), 0x0100)
isidentityfree(@nospecialize t) = _flagged(unwrap_unionall(t), 0x0200)
isbitsunion(@nospecialize u) = u isa Union && allocatedinline(u)
instances(::Type{T}) where {T} = throw(MethodError(instances, (T,)))
typeintersect(@nospecialize(a), @nospecialize(b)) = ccall(:jl_type_intersection, Any, (Any, Any), a, b)
morespecific(@nospecialize(a), @nospecialize(b)) = ccall(:jl_type_morespecific, Cint, (Any, Any), a, b) !== Int32(0)
function uniontypes(@nospecialize x)
    x isa Union || return Any[x]
    return append!(uniontypes(x.a), uniontypes(x.b))
end
supertypes(T::Type) = (S = supertype(T); T === S ? (T,) : (T, supertypes(S)...))
unionlen(@nospecialize x) = x isa Union ? unionlen(x.a) + unionlen(x.b) : 1

# Methods

signature_type(@nospecialize(f), @nospecialize(argtypes)) = Tuple{Core.Typeof(f), to_tuple_type_parameters(argtypes)...}
to_tuple_type_parameters(@nospecialize t) = t isa Tuple ? t : t isa AbstractArray ? (t...,) : (unwrap_unionall(t)::DataType).parameters
to_tuple_type(@nospecialize t) = t isa Tuple || t isa AbstractArray ? Tuple{t...} : t
function signature_with_typevars(@nospecialize(f), @nospecialize(t))
    T = to_tuple_type(t)
    u = unwrap_unionall(T)
    return rewrap_unionall(Tuple{Core.Typeof(f), u.parameters...}, T)
end
struct MethodList <: AbstractArray{Method, 1}
    ms::Vector{Method}
    tn::Core.TypeName
end
size(m::MethodList) = size(m.ms)
getindex(m::MethodList, i::Integer) = m.ms[i]
# All methods that the signature `t` may reach, most specific first; nothing where there are more than `lim`
function _methods_by_ftype(@nospecialize(t), lim::Int, world::UInt, ambiguous::Bool=true)
    minw = RefValue{UInt}(UInt(0))
    maxw = RefValue{UInt}(typemax(UInt))
    ambig = RefValue{Int32}(Int32(0))
    return ccall(:jl_matching_methods, Any, (Any, Any, Cint, Cint, UInt, Ptr{UInt}, Ptr{UInt}, Ptr{Int32}), t, nothing, lim, ambiguous, world, minw, maxw, ambig)
end
function methods(@nospecialize(f), @nospecialize(t), mod=nothing)
    f isa Core.Builtin && !(f isa Core.IntrinsicFunction) && isempty_builtin(f) && throw(ArgumentError("argument is not a generic function"))
    found = _methods_by_ftype(signature_with_typevars(f, t), -1, get_world_counter(), false)
    ms = Method[]
    found === nothing || found === false || for m in found
        mm = m.method::Method
        (mod === nothing || (mod isa Module ? parentmodule(mm) === mod : parentmodule(mm) in mod)) && push!(ms, mm)
    end
    return MethodList(ms, typename(Core.Typeof(f) isa DataType ? Core.Typeof(f) : typeof(f)))
end
isempty_builtin(f) = true
methods(@nospecialize(f)) = methods(f, Tuple{Vararg{Any}})
methods(@nospecialize(f), mod::Union{Module, AbstractArray{Module}}) = methods(f, Tuple{Vararg{Any}}, mod)
hasmethod(@nospecialize(f), @nospecialize(t)) = hasmethod_in(f, t, ccall(:jl_get_tls_world_age, UInt, ()))
Core.kwcall(kwargs::NamedTuple, ::typeof(hasmethod), @nospecialize(f), @nospecialize(t)) = hasmethod_in(f, t, kwargs.world::UInt)
hasmethod_in(@nospecialize(f), @nospecialize(t), world::UInt) =
    ccall(:jl_gf_invoke_lookup, Any, (Any, Any, UInt), signature_with_typevars(f, t), nothing, world) !== nothing
function hasmethod(@nospecialize(f), @nospecialize(t), kwnames::Tuple{Vararg{Symbol}}; world::UInt=get_world_counter())
    hasmethod(f, t; world=world) || return false
    isempty(kwnames) && return true
    m = which(f, t)
    kws = kwarg_decl(m)
    for k in kws
        endswith(String(k), "...") && return true
    end
    return all(k -> k in kws, kwnames)
end
"""
    functionloc(f, types)
    functionloc(m::Method)

The file and line where a method is defined.
"""
function functionloc(m::Method)
    file = String(m.file)
    m.line <= 0 || isempty(file) ? error("could not determine location of method definition") : (file, Int(m.line))
end
functionloc(@nospecialize(f), @nospecialize(types)) = functionloc(which(f, types))
function functionloc(@nospecialize(f))
    ms = collect(methods(f))
    isempty(ms) && error("function has no definitions")
    length(ms) > 1 && error("function has multiple methods; please specify a type signature")
    return functionloc(ms[1])
end

function which(@nospecialize(f), @nospecialize(t))
    sig = signature_with_typevars(f, t)
    m = ccall(:jl_gf_invoke_lookup, Any, (Any, Any, UInt), sig, nothing, get_world_counter())
    m === nothing && error("no unique matching method found for the specified argument types")
    return m::Method
end
which(m::Module, s::Symbol) = binding_module(m, s)
function kwarg_decl(m::Method, kwtype=nothing)
    m.sig === Tuple && return Symbol[]
    called = rewrap_unionall(Tuple{typeof(Core.kwcall), NamedTuple, (unwrap_unionall(m.sig)::DataType).parameters...}, m.sig)
    found = ccall(:jl_gf_invoke_lookup, Any, (Any, Any, UInt), called, nothing, get_world_counter())
    # one that takes these arguments too, but is of another method, does not count
    found isa Method && found.sig == called || return Symbol[]
    names = method_argnames_slots(found::Method)
    out = Symbol[]
    for i in found.nargs+1:length(names)
        n = names[i]
        ('#' in String(n) || n === Symbol("")) || push!(out, n)
    end
    i = findfirst(n -> endswith(String(n), "..."), out)
    i === nothing || push!(out, popat!(out, i))
    # a method that passes its keyword arguments on names none of them
    isempty(out) && push!(out, Symbol("..."))
    return out
end
function method_argnames_slots(m::Method)
    s = ccall(:jl_uncompress_argnames, Vector{Symbol}, (Any,), m.slot_syms)
    return s
end
function method_argnames(m::Method)
    s = method_argnames_slots(m)
    return s[1:min(Int(m.nargs), length(s))]
end
isambiguous(m1::Method, m2::Method; ambiguous_bottom::Bool=false) = begin
    ti = typeintersect(m1.sig, m2.sig)
    ti === Union{} && return false
    morespecific(m1.sig, m2.sig) && return false
    morespecific(m2.sig, m1.sig) && return false
    # a third method that covers the common part settles it
    for m in _methods_by_ftype(ti, -1, get_world_counter())
        mm = m.method
        (mm === m1 || mm === m2) && continue
        ti <: mm.sig && morespecific(mm.sig, m1.sig) && morespecific(mm.sig, m2.sig) && return false
    end
    true
end
delete_method(m::Method) = ccall(:jl_method_table_disable, Cvoid, (Any,), m)
hasgenerator(m::Method) = isdefined(m, :generator)
function code_lowered(@nospecialize(f), @nospecialize(t=Tuple); generated::Bool=true, debuginfo::Symbol=:default)
    debuginfo = debuginfo_kind(debuginfo)
    ret = Core.CodeInfo[]
    for m in methods(f, t)
        code = uncompressed_ast(m)
        debuginfo === :none && remove_linenums!(code)
        push!(ret, code)
    end
    return ret
end
function debuginfo_kind(debuginfo::Symbol)
    debuginfo === :default && return :none
    debuginfo === :source || debuginfo === :none || throw(ArgumentError("'debuginfo' must be either :source or :none"))
    return debuginfo
end
# Code without line numbers: what is shown of it then is only what it does.
function remove_linenums!(src::Core.CodeInfo)
    src.debuginfo = Core.DebugInfo(:none)
    return src
end
uncompressed_ast(m::Method) = isdefined(m, :source) ? ccall(:jl_uncompress_ir, Any, (Any, Ptr{Cvoid}, Any), m, C_NULL, m.source) : error("Code for this Method is not available.")

macroexpand(m::Module, @nospecialize(x); recursive::Bool=true) = recursive ?
    ccall(:jl_macroexpand, Any, (Any, Any), x, m) : ccall(:jl_macroexpand1, Any, (Any, Any), x, m)
# What is called in `f(args; kws)`, `x.f`, `x[i]`, `x.f = v` and `x[i] = v`: a function, its arguments, keyword arguments.
function destructure_callex(topmod::Module, @nospecialize(ex))
    flatten(parts...) = Any[x for part in parts for x in (isexpr(part, :tuple) ? part.args : (part,))]
    args = Any[]
    kwargs = Any[]
    if isexpr(ex, :call)
        for x in ex.args[2:end]
            if isexpr(x, :parameters)
                append!(kwargs, x.args)
            else
                push!(isexpr(x, :kw) ? kwargs : args, x)
            end
        end
        return ex.args[1], args, kwargs
    elseif isexpr(ex, :.)
        return GlobalRef(topmod, :getproperty), flatten(ex.args...), kwargs
    elseif isexpr(ex, :ref)
        return GlobalRef(topmod, :getindex), flatten(ex.args...), kwargs
    elseif isexpr(ex, :(=))
        target, value = ex.args
        isexpr(target, :.) && return GlobalRef(topmod, :setproperty!), flatten(target.args..., value), kwargs
        isexpr(target, :ref) &&
            return GlobalRef(topmod, :setindex!), flatten(target.args[1], value, target.args[2]), kwargs
        throw(ArgumentError("expected a `setproperty!` expression `x.f = v` or `setindex!` expression `x[i] = v`"))
    end
    throw(ArgumentError("expected a `:call` expression `f(args...; kwargs...)`"))
end
function call_with_keywords(@nospecialize(f), kwargs::Vector{Any})
    call = Expr(:call, f)
    isempty(kwargs) || push!(call.args, Expr(:parameters, kwargs...))
    return call
end

"""
    @invoke f(arg::T, ...; kwargs...)

Calls the method that is chosen for the types written; without one, the type of the argument.
"""
macro invoke(ex)
    f, args, kwargs = destructure_callex(Base, ex)
    types = Expr(:curly, :Tuple)
    call = call_with_keywords(GlobalRef(Core, :invoke), kwargs)
    push!(call.args, f, types)
    for a in args
        typed = isexpr(a, :(::))
        push!(call.args, typed ? a.args[1] : a)
        push!(types.args, typed ? a.args[2] : Expr(:call, GlobalRef(Core, :Typeof), a))
    end
    return esc(call)
end

"""
    @invokelatest f(args...; kwargs...)

Calls the newest methods of what `f` names now: for a global, what the name means in the newest world.
"""
macro invokelatest(ex)
    f, args, kwargs = destructure_callex(Base, ex)
    by_value = call_with_keywords(GlobalRef(Base, :invokelatest), kwargs)
    by_name = call_with_keywords(GlobalRef(Base, :invokelatest_gr), kwargs)
    if f isa GlobalRef
        push!(by_name.args, QuoteNode(f))
        append!(by_name.args, args)
        return esc(by_name)
    elseif f isa Symbol
        check = Expr(:isglobal, f)
        push!(by_value.args, f)
        push!(by_name.args, QuoteNode(GlobalRef(__module__, f)))
    elseif isexpr(f, :.)
        s = gensym()
        check = quote
            $s = $(f.args[1])
            isa($s, Module)
        end
        push!(by_value.args, Expr(:., s, f.args[2]))
        push!(by_name.args, :(GlobalRef($s, $(f.args[2]))))
    else
        push!(by_value.args, f)
        append!(by_value.args, args)
        return esc(by_value)
    end
    append!(by_value.args, args)
    append!(by_name.args, args)
    return esc(:($check ? $by_name : $by_value))
end
invokelatest_gr(gr::GlobalRef, args...; kwargs...) = invokelatest(invokelatest(getglobal, gr.mod, gr.name), args...; kwargs...)

# The instances of a method that calls have made so far.
specializations(m::Method) = Any[mi for mi in m.specializations if mi isa Core.MethodInstance]

# The matches that dispatch finds for a call, each with the intersection type, its parameters and the method.
function _methods(@nospecialize(f), @nospecialize(t), lim::Int, world::UInt)
    return _methods_by_ftype(signature_with_typevars(f, t), lim, world)
end
