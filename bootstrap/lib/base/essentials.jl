# The first layer above arithmetic: macros that steer lowering, conversion, references, small wrapper types.
#
# Everything is ordinary Julia from here on, as long as it stays with integers, tuples and arrays.

function show end
function print end
function println end
function string end
function promote_rule end
function hash end
function isequal end
function isless end
function similar end
function axes end
function copy end
function map end
function reduce end
function keys end
function values end
function pairs end
function get end
function haskey end
function zero end
function one end
function in end
function typemin end
function typemax end
function write end
function read end
function first end
function last end
function step end
function lock end
function unlock end
function close end
function wait end
function notify end
function merge end
function eltype end
function ndims end
function broadcasted end
function error end
function peek end
function flush end
function deepcopy_internal end
function setprecision end
function setrounding end
function sprint end
function show_sexpr end
function sort end
function sort! end
function issorted end
function sortperm end
function sortperm! end
function sortslices end
function searchsorted end
function searchsortedfirst end
function searchsortedlast end
function insorted end
function partialsort end
function partialsort! end
function partialsortperm end
function partialsortperm! end
function sqrt end
function exp end
function log end
function sin end
function cos end
function asin end
function acos end
function atan end
function sinh end
function cosh end
function tanh end
function asinh end
function acosh end
function atanh end
function exp2 end
function exp10 end
function expm1 end
function log2 end
function log10 end
function log1p end
function cbrt end
function sincos end
function tan end
function exponent end
function significand end
function ldexp end
function frexp end
function clamp end
function clamp! end
function hypot end
function rem2pi end
function mod2pi end
function setindex end
function reverse end
function collect end
function only end

identity(@nospecialize x) = x
esc(@nospecialize(e)) = Expr(:escape, e)

error(s::AbstractString) = throw(ErrorException(s))
error(s...) = throw(ErrorException(string(s...)))

# Macros that speak to lowering or the compiler

# As an argument's mark the macro gets a default value as an assignment.
function argument_mark(kind::Symbol, args::Tuple)
    ex = Expr(:meta, kind)
    for x in args
        if nfields(args) === 1 && isa(x, Expr) && x.head === :(=)
            x.head = :kw
        end
        push!(ex.args, x)
    end
    return ex
end
macro specialize(vars...) return argument_mark(:specialize, vars) end

# Is `ex` the definition of a method, long or short?
function is_method_definition(@nospecialize ex)
    isa(ex, Expr) || return false
    h = ex.head
    (h === :function || h === :(->)) && return true
    if h === :(=)
        lhs = ex.args[1]
        while isa(lhs, Expr) && (lhs.head === :where || lhs.head === :(::))
            lhs = lhs.args[1]
        end
        return isa(lhs, Expr) && lhs.head === :call
    end
    return false
end

# The definition behind macro calls.
function unwrap_macrocalls(@nospecialize ex)
    while isa(ex, Expr) && ex.head === :macrocall
        ex = ex.args[length(ex.args)]
    end
    return ex
end
is_function_def(@nospecialize ex) = is_method_definition(ex)

# The first `meta` statement of a list of statements, or of the blocks in it.
function find_meta(args)
    for a in args
        isa(a, Expr) || continue
        a.head === :meta && return a
        if a.head === :block
            found = find_meta(a.args)
            found === nothing || return found
        end
    end
    return nothing
end

# Adds a tag to the metadata of the definition `ex`, which may stand behind macro calls.
function pushmeta!(ex::Expr, @nospecialize(tag))
    def = unwrap_macrocalls(ex)
    is_function_def(def) || error(def, " is not a function expression")
    body = def.args[2]
    isa(body, Expr) && body.head === :block || error(body, " is not a block expression")
    meta = find_meta(def.args)
    if meta === nothing
        args = Array{Any, 1}(undef, length(body.args) + 1)
        args[1] = Expr(:meta, tag)
        for i in 1:length(body.args)
            args[i + 1] = body.args[i]
        end
        body.args = args
    else
        push!(meta.args, tag)
    end
    return ex
end

function inlining_macro(@nospecialize(x), kind::Symbol)
    is_function_def(unwrap_macrocalls(x)) && return esc(pushmeta!(x, kind))
    return Expr(:block, Expr(kind, true), Expr(:local, Expr(:(=), :val, esc(x))), Expr(kind, false), :val)
end
macro inline() return Expr(:meta, :inline) end
macro inline(x) return inlining_macro(x, :inline) end
macro noinline() return Expr(:meta, :noinline) end
macro noinline(x) return inlining_macro(x, :noinline) end
function constprop_setting(@nospecialize setting)
    s = isa(setting, QuoteNode) ? setting.value : setting
    s === :aggressive && return :aggressive_constprop
    s === :none && return :no_constprop
    throw(ArgumentError(string("`Base.@constprop ", setting, "` not supported")))
end
macro constprop(setting) return Expr(:meta, constprop_setting(setting)) end
macro constprop(setting, ex)
    tag = constprop_setting(setting)
    isa(ex, Expr) && return esc(pushmeta!(ex, tag))
    throw(ArgumentError(string("Bad expression `", ex, "` in `@constprop settings ex`")))
end

# The effects in the order of the `:purity` form's arguments: consistent, effect_free, nothrow, terminates_globally,
# terminates_locally, notaskstate, inaccessiblememonly, noub, noub_if_noinbounds, consistent_overlay, nortcall.
# Sets what the name stands for; false if it is no effect.
function set_effect!(flags::Array{Any, 1}, @nospecialize(s))
    val = true
    while true
        if isa(s, QuoteNode)
            s = s.value
        elseif isa(s, Expr) && s.head === :call && s.args[1] === :!
            val = !val
            s = s.args[2]
        else
            break
        end
    end
    if s === :foldable || s === :removable || s === :total
        names = s === :foldable ? (1, 2, 4, 8, 11) : s === :removable ? (2, 3, 4) : (1, 2, 3, 4, 6, 7, 8, 11)
        for i in names
            flags[i] = val
        end
        return true
    end
    i = s === :consistent ? 1 : s === :effect_free ? 2 : s === :nothrow ? 3 : s === :terminates_globally ? 4 :
        s === :terminates_locally ? 5 : s === :notaskstate ? 6 : s === :inaccessiblememonly ? 7 : s === :noub ? 8 :
        s === :noub_if_noinbounds ? 9 : 0
    i == 0 && return false
    flags[i] = val
    return true
end
function no_effects()
    flags = Array{Any, 1}(undef, 11)
    for i in 1:11
        flags[i] = false
    end
    return flags
end
function purity_form(flags::Array{Any, 1})
    purity = Expr(:purity)
    purity.args = flags
    return purity
end
# As a number: one bit for each effect.
function encode_effects(flags::Array{Any, 1})
    bits = 0
    for i in 1:11
        flags[i] === true && (bits = or_int(bits, shl_int(1, i - 1)))
    end
    return trunc_int(UInt16, bits)
end
macro assume_effects(args...)
    n = length(args)
    last = args[n]
    flags = no_effects()
    for i in 1:n-1
        set_effect!(flags, args[i]) || throw(ArgumentError(string("`@assume_effects ", args[i], "` not supported")))
    end
    if is_function_def(unwrap_macrocalls(last))
        return esc(pushmeta!(last, purity_form(flags)))
    elseif isa(last, Expr) && last.head === :macrocall && last.args[1] === Symbol("@ccall")
        # the call itself carries the effects
        call = Expr(:macrocall, GlobalRef(Base, Symbol("@ccall_effects")), last.args[2], encode_effects(flags))
        for i in 3:length(last.args)
            push!(call.args, last.args[i])
        end
        return esc(call)
    elseif set_effect!(flags, last)
        return Expr(:meta, purity_form(flags))
    end
    return Expr(:block, purity_form(flags), Expr(:local, Expr(:(=), :val, esc(last))), Expr(:purity), :val)
end
macro nospecializeinfer(ex) return esc(isa(ex, Expr) ? pushmeta!(ex, :nospecializeinfer) : ex) end
macro locals() return Expr(:locals) end
macro propagate_inbounds(ex)
    if isa(ex, Expr)
        pushmeta!(ex, :inline)
        pushmeta!(ex, :propagate_inbounds)
    end
    return esc(ex)
end
macro inbounds(blk)
    return Expr(:block, Expr(:inbounds, true), Expr(:local, Expr(:(=), :val, esc(blk))), Expr(:inbounds, :pop), :val)
end
macro boundscheck(blk) return Expr(:if, Expr(:boundscheck), esc(blk)) end
macro _inline_meta() return Expr(:meta, :inline) end
macro _noinline_meta() return Expr(:meta, :noinline) end
macro _propagate_inbounds_meta() return Expr(:meta, :inline, :propagate_inbounds) end
macro label(name::Symbol) return esc(Expr(:symboliclabel, name)) end
macro goto(name::Symbol) return esc(Expr(:symbolicgoto, name)) end
macro isdefined(s::Symbol) return Expr(:escape, Expr(:isdefined, s)) end
macro _gc_preserve_begin(arg1) return Expr(:gc_preserve_begin, esc(arg1)) end
macro _gc_preserve_end(token) return Expr(:gc_preserve_end, esc(token)) end

macro generated() return Expr(:generated) end
macro generated(f)
    if is_method_definition(f) && f.head !== :->
        body = f.args[2]
        lno = body.args[1]
        return Expr(:escape, Expr(f.head, f.args[1], Expr(:block, lno,
            Expr(:if, Expr(:generated), body, Expr(:block, Expr(:meta, :generated_only), Expr(:return, nothing))))))
    end
    error("invalid syntax; @generated must be used with a function definition")
end
# What is evaluated may define what the result is then asked for, hence the newer world at top level.
function eval_expression(@nospecialize(mod), @nospecialize(ex))
    call = Expr(:escape, Expr(:call, GlobalRef(Core, :eval), mod, Expr(:quote, ex)))
    return Expr(:let, Expr(:(=), :eval_local_result, call),
        Expr(:block, Expr(Symbol("latestworld-if-toplevel")), :eval_local_result))
end
macro eval(ex) return eval_expression(__module__, ex) end
macro eval(mod, ex) return eval_expression(mod, ex) end
macro __MODULE__() return __module__ end
macro __LINE__() return __source__.line end

_assert_tostring(@nospecialize msg) = string(msg)
macro assert(ex, msgs...)
    msg = length(msgs) == 0 ? ex : msgs[1]
    if isa(msg, AbstractString)
        # as it is
    elseif length(msgs) > 0 && (isa(msg, Expr) || isa(msg, Symbol))
        msg = Expr(:call, _assert_tostring, esc(msg))
    elseif isdefined(Base, :VersionNumber)
        msg = string(msg)
    else
        # expressions have no text yet while Base itself is made
        msg = Expr(:call, _assert_tostring, Expr(:quote, msg))
    end
    return Expr(:if, esc(ex), nothing, Expr(:call, :throw, Expr(:call, :AssertionError, msg)))
end

macro static(ex)
    while isa(ex, Expr)
        h = ex.head
        h === :if || h === :elseif || h === :&& || h === :|| || break
        # the condition of an `elseif` is a block that also holds its line
        cond = Core.eval(__module__, ex.args[1])::Bool
        if cond !== (h === :||)
            return esc(ex.args[2])
        elseif length(ex.args) == 3
            rest = ex.args[3]
            isa(rest, Expr) && rest.head === :elseif || return esc(rest)
            ex = rest
        else
            return h === :if || h === :elseif ? nothing : cond
        end
    end
    throw(ArgumentError("invalid @static macro"))
end

# What `name` of a module was in a world.
_resolve_in_world(world::Integer, gr::GlobalRef) = Core.invoke_in_world(UInt(world), Core.getglobal, gr.mod, gr.name)
macro world(sym, world)
    world === :∞ && (world = Expr(:call, get_world_counter))
    if isa(sym, Symbol)
        ref = QuoteNode(GlobalRef(__module__, sym))
    elseif isa(sym, GlobalRef)
        ref = QuoteNode(sym)
    elseif isa(sym, Expr) && sym.head === :. && length(sym.args) == 2 && isa(sym.args[2], QuoteNode) &&
        isa(sym.args[2].value, Symbol)
        ref = Expr(:call, GlobalRef, esc(sym.args[1]), sym.args[2])
    else
        error("`@world` requires a symbol or GlobalRef")
    end
    return Expr(:call, _resolve_in_world, esc(world), ref)
end

# Names and parameters of types

function unwrap_unionall(@nospecialize(a))
    while isa(a, UnionAll)
        a = a.body
    end
    return a
end
function rewrap_unionall(@nospecialize(t), @nospecialize(u))
    isa(u, UnionAll) || return t
    return UnionAll(u.var, rewrap_unionall(t, u.body))
end
isvarargtype(@nospecialize(t)) = isa(t, Core.TypeofVararg)
unwrapva(@nospecialize(t)) = isa(t, Core.TypeofVararg) ? (isdefined(t, :T) ? t.T : Any) : t
typename(t::DataType) = getfield(t, :name)
typename(t::UnionAll) = typename(t.body)
function typename(t::Union)
    ta = typename(t.a)
    ta === typename(t.b) ? ta : error("typename does not apply to unions whose components have different typenames")
end
typename(::Core.TypeofBottom) = error("typename does not apply to Union{}")
(>:)(@nospecialize(a), @nospecialize(b)) = b <: a

_flagged(@nospecialize(t), bit) = isa(t, DataType) && !(and_int(getfield(t, :flags), bit) === 0x0000)
isconcretetype(@nospecialize t) = _flagged(t, 0x0002)
isdispatchtuple(@nospecialize t) = _flagged(unwrap_unionall(t), 0x0004)
isbitstype(@nospecialize t) = _flagged(t, 0x0008)
isprimitivetype(@nospecialize t) = _flagged(unwrap_unionall(t), 0x0080)
isbits(@nospecialize x) = isbitstype(typeof(x))
has_free_typevars(@nospecialize t) = ccall(:jl_has_free_typevars, Cint, (Any,), t) !== Int32(0)
isabstracttype(@nospecialize t) = (t = unwrap_unionall(t); isa(t, DataType) && getfield(getfield(t, :name), :flags) & 0x01 === 0x01)
ismutabletype(@nospecialize t) = (t = unwrap_unionall(t); isa(t, DataType) && getfield(getfield(t, :name), :flags) & 0x02 === 0x02)
ismutable(@nospecialize(x)) = ismutabletype(typeof(x))
isimmutable(@nospecialize(x)) = !ismutable(x)
function isstructtype(@nospecialize t)
    t = unwrap_unionall(t)
    isa(t, DataType) || return false
    return !isprimitivetype(t) && !isabstracttype(t)
end
issingletontype(@nospecialize t) = isa(t, DataType) && isdefined(t, :instance) && isconcretetype(t)
isvatuple(t::DataType) = (n = length(t.parameters); n > 0 && isvarargtype(t.parameters[n]))

const Cint = Int32
const Cuint = UInt32
const Cshort = Int16
const Cushort = UInt16
const Cchar = Int8
const Cuchar = UInt8
const Clong = Int64
const Culong = UInt64
const Clonglong = Int64
const Culonglong = UInt64
const Cfloat = Float32
const Cdouble = Float64
const Csize_t = UInt64
const Cssize_t = Int64
const Cptrdiff_t = Int64
const Cintmax_t = Int64
const Cuintmax_t = UInt64
const Cwchar_t = Int32

# Conversion

convert(::Type{Union{}}, @nospecialize x) = throw(MethodError(convert, (Union{}, x)))
convert(::Type{Type}, x::Type) = x
convert(::Type{Nothing}, @nospecialize x) = error("cannot convert a value to nothing for assignment")
convert(::Type{Nothing}, ::Nothing) = nothing
convert(::Type{T}, x::T) where {T<:Tuple} = x
convert(::Type{T}, x::Tuple) where {T<:Tuple} = convert_tuple(T, x)
function convert_tuple(@nospecialize(T), x::Tuple)
    n = length(x)
    out = Array{Any, 1}(undef, n)
    for i in 1:n
        ft = tuple_field_type(T, i, n)
        ft === nothing && throw(MethodError(convert, (T, x)))
        out[i] = convert(ft, x[i])
    end
    y = Core._apply_iterate(iterate, Core.tuple, out)
    isa(y, T) || throw(MethodError(convert, (T, x)))
    return y
end
# The type that field `i` of a tuple of `n` values has in `T`; nothing where `T` has no room for it.
function tuple_field_type(@nospecialize(T), i::Int, n::Int)
    U = unwrap_unionall(T)
    isa(U, DataType) || return Any
    ps = getfield(U, :parameters)
    np = length(ps)
    np == 0 && return nothing
    tail = ps[np]
    if isvarargtype(tail)
        n < np - 1 && return nothing
        if isdefined(tail, :N) && isa(tail.N, Int) && n != np - 1 + tail.N
            return nothing
        end
        p = i < np ? ps[i] : unwrapva(tail)
    else
        n == np || return nothing
        p = ps[i]
    end
    return isa(p, TypeVar) ? p.ub : rewrap_unionall(p, T)
end
convert(::Type{Pair{A, B}}, x::Pair{A, B}) where {A, B} = x
convert(::Type{Pair{A, B}}, x::Pair) where {A, B} = Pair{A, B}(convert(A, x.first), convert(B, x.second))

cconvert(::Type{Union{}}, x) = throw(MethodError(convert, (Union{}, x)))
unsafe_convert(::Type{P}, x::Ptr) where {P<:Ptr} = bitcast(P, x)
unsafe_convert(::Type{T}, x::T) where {T<:Ptr} = x
oftype(x, y) = y isa typeof(x) ? y : convert(typeof(x), y)::typeof(x)
sizeof(x) = Core.sizeof(x)

const Callable = Union{Function, Type}
const Bottom = Union{}

# Small types

struct Val{x} end
Val(x) = Val{x}()

struct Some{T}
    value::T
    Some{T}(value) where {T} = new{T}(value)
    Some(value) = new{Core.Typeof(value)}(value)
end
# The part of the type `a` that is not in `b`, where `a` is a union.
function typesplit(@nospecialize(a), @nospecialize(b))
    a <: b && return Union{}
    isa(a, Union) && return Union{typesplit(a.a, b), typesplit(a.b, b)}
    return a
end
nonnothingtype(@nospecialize(T::Type)) = typesplit(T, Nothing)
function nonnothingtype_checked(@nospecialize(T::Type))
    R = nonnothingtype(T)
    R >: T && error("could not compute non-nothing type")
    return R
end
convert(::Type{T}, x::T) where {T>:Nothing} = x
convert(::Type{T}, x) where {T>:Nothing} = convert(nonnothingtype_checked(T), x)
convert(::Type{Some{T}}, x::Some{T}) where {T} = x
convert(::Type{Some{T}}, x::Some) where {T} = Some{T}(convert(T, x.value))
notnothing(x) = x
notnothing(::Nothing) = throw(ArgumentError("nothing passed to notnothing"))
something() = throw(ArgumentError("No value arguments present"))
something(x::Nothing, y...) = something(y...)
something(x::Some, y...) = x.value
something(x::Any, y...) = x
macro something(args...)
    unwrap = GlobalRef(Base, :something)
    # without any value left, `something(nothing)` throws
    ex = Expr(:call, unwrap, GlobalRef(Base, :nothing))
    for i in length(args):-1:1
        val = gensym()
        ex = quote
            $val = $(esc(args[i]))
            if !isnothing($val)
                $unwrap($val)
            else
                $ex
            end
        end
    end
    return ex
end

abstract type AbstractDict{K, V} end

const AbstractVector{T} = AbstractArray{T, 1}
const AbstractMatrix{T} = AbstractArray{T, 2}
const AbstractVecOrMat{T} = Union{AbstractVector{T}, AbstractMatrix{T}}
const Vector{T} = Array{T, 1}
const Matrix{T} = Array{T, 2}
const VecOrMat{T} = Union{Vector{T}, Matrix{T}}
const DenseVector{T} = DenseArray{T, 1}
const DenseMatrix{T} = DenseArray{T, 2}
const DenseVecOrMat{T} = Union{DenseVector{T}, DenseMatrix{T}}
const Dims{N} = NTuple{N, Int}

# Keyword arguments that a function collects arrive as Pairs of a NamedTuple: its type is asked for by their definitions.
struct Pairs{K, V, I, A} <: AbstractDict{K, V}
    data::A
    itr::I
end
pairs(::Type{NamedTuple}) = Pairs{Symbol, V, Nothing, NT} where {V, NT<:NamedTuple}

struct Returns{V} <: Function
    value::V
    Returns{V}(value) where {V} = new{V}(value)
    Returns(value) = new{Core.Typeof(value)}(value)
end
(obj::Returns)(@nospecialize(args...); @nospecialize(kw...)) = obj.value

abstract type IteratorSize end
abstract type IteratorEltype end

# Properties

getproperty(x::Tuple, f::Int) = getfield(x, f)
getproperty(x, f::Int) = getfield(x, f)
getproperty(x, f::Symbol, order::Symbol) = getfield(x, f, order)
getproperty(x::Module, f::Symbol, order::Symbol) = getglobal(x, f, order)
function setproperty!(x, f::Symbol, v)
    T = fieldtype(typeof(x), f)
    return setfield!(x, f, v isa T ? v : convert(T, v))
end
setproperty!(x::Module, f::Symbol, v) = setglobal!(x, f, convert(Core.get_binding_type(x, f), v))
setproperty!(x::Type, f::Symbol, v) = error("setfield! fields of Types should not be changed")
setproperty!(x, f::Symbol, v, order::Symbol) = setfield!(x, f, convert(fieldtype(typeof(x), f), v), order)
swapproperty!(x, f::Symbol, v, order::Symbol=:not_atomic) = swapfield!(x, f, convert(fieldtype(typeof(x), f), v), order)
modifyproperty!(x, f::Symbol, op, v, order::Symbol=:not_atomic) = modifyfield!(x, f, op, v, order)
replaceproperty!(x, f::Symbol, expected, desired, success_order::Symbol=:not_atomic, fail_order::Symbol=success_order) =
    replacefield!(x, f, expected, convert(fieldtype(typeof(x), f), desired), success_order, fail_order)
setpropertyonce!(x, f::Symbol, desired, success_order::Symbol=:not_atomic, fail_order::Symbol=success_order) =
    Core.setfieldonce!(x, f, convert(fieldtype(typeof(x), f), desired), success_order, fail_order)

# Calls across worlds

const invokelatest = Core.invokelatest
const invoke_in_world = Core.invoke_in_world
get_world_counter() = ccall(:jl_get_world_counter, UInt, ())
tls_world_age() = ccall(:jl_get_tls_world_age, UInt, ())

donotdelete(xs...) = Core.donotdelete(xs...)
compilerbarrier(s::Symbol, x) = Core.compilerbarrier(s, x)
inferencebarrier(@nospecialize(x)) = Core.compilerbarrier(:type, x)

isassigned(v::SimpleVector, i::Int) = 1 <= i <= length(v)
