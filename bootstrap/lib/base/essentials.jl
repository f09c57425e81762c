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

macro specialize(xs...)
    ex = Expr(:meta, :specialize)
    for x in xs
        push!(ex.args, x)
    end
    return ex
end

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

# Puts `meta` first in the body of the method definition `ex`. Looks through macro calls and blocks around it; leaves what
# defines no method unchanged.
function pushmeta!(@nospecialize(ex), meta::Expr)
    inner = ex
    while isa(inner, Expr) && (inner.head === :macrocall || inner.head === :block || inner.head === :escape)
        inner = inner.args[length(inner.args)]
    end
    if is_method_definition(inner) && length(inner.args) == 2
        body = inner.args[2]
        if isa(body, Expr) && body.head === :block
            args = Array{Any, 1}(undef, length(body.args) + 1)
            args[1] = meta
            for i in 1:length(body.args)
                args[i + 1] = body.args[i]
            end
            body.args = args
        else
            inner.args[2] = Expr(:block, meta, body)
        end
    end
    return ex
end
_has_method(@nospecialize ex) = is_method_definition(ex) ||
    (isa(ex, Expr) && ex.head === :macrocall && _has_method(ex.args[length(ex.args)]))

function inlining_macro(@nospecialize(x), kind::Symbol)
    _has_method(x) && return esc(pushmeta!(x, Expr(:meta, kind)))
    return Expr(:block, Expr(kind, true), Expr(:local, Expr(:(=), :val, esc(x))), Expr(kind, false), :val)
end
macro inline() return Expr(:meta, :inline) end
macro inline(x) return inlining_macro(x, :inline) end
macro noinline() return Expr(:meta, :noinline) end
macro noinline(x) return inlining_macro(x, :noinline) end
function constprop_setting(@nospecialize s)
    isa(s, QuoteNode) && (s = s.value)
    s === :aggressive && return :aggressive_constprop
    s === :none && return :no_constprop
    throw(ArgumentError(string("`Base.@constprop :", s, "` not supported")))
end
macro constprop(setting) return Expr(:meta, constprop_setting(setting)) end
macro constprop(setting, ex) return esc(pushmeta!(ex, Expr(:meta, constprop_setting(setting)))) end

# The effect names in the order of the `:purity` form's arguments, and what the groups stand for.
function set_effect!(flags::Array{Any, 1}, @nospecialize(s))
    val = true
    if isa(s, Expr) && s.head === :call && s.args[1] === :!
        val = false
        s = s.args[2]
    end
    isa(s, QuoteNode) && (s = s.value)
    if s === :foldable || s === :removable || s === :total
        names = s === :foldable ? (1, 2, 4, 8, 11) : s === :removable ? (2, 3, 4) : (1, 2, 3, 4, 6, 7, 8, 11)
        for i in names
            flags[i] = val
        end
        return nothing
    end
    i = s === :consistent ? 1 : s === :effect_free ? 2 : s === :nothrow ? 3 : s === :terminates_globally ? 4 :
        s === :terminates_locally ? 5 : s === :notaskstate ? 6 : s === :inaccessiblememonly ? 7 : s === :noub ? 8 :
        s === :noub_if_noinbounds ? 9 : 0
    i == 0 && throw(ArgumentError(string("`@assume_effects :", s, "` not supported")))
    flags[i] = val
    return nothing
end
macro assume_effects(args...)
    n = length(args)
    last = args[n]
    flags = Array{Any, 1}(undef, 11)
    for i in 1:11
        flags[i] = false
    end
    bare = isa(last, QuoteNode) || (isa(last, Expr) && last.head === :call && last.args[1] === :!)
    for i in 1:(bare ? n : n - 1)
        set_effect!(flags, args[i])
    end
    purity = Expr(:purity)
    purity.args = flags
    if bare
        return Expr(:meta, purity)
    elseif _has_method(last)
        return esc(pushmeta!(last, Expr(:meta, purity)))
    end
    return Expr(:block, purity, Expr(:local, Expr(:(=), :val, esc(last))), Expr(:purity), :val)
end
macro pure(ex)
    flags = Array{Any, 1}(undef, 11)
    for i in 1:11
        flags[i] = false
    end
    set_effect!(flags, :foldable)
    purity = Expr(:purity)
    purity.args = flags
    return esc(pushmeta!(ex, Expr(:meta, purity)))
end
macro nospecializeinfer(ex) return esc(pushmeta!(ex, Expr(:meta, :nospecializeinfer))) end
macro locals() return Expr(:locals) end
macro propagate_inbounds(ex) return esc(pushmeta!(ex, Expr(:meta, :inline, :propagate_inbounds))) end
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
    if is_method_definition(f)
        body = f.args[2]
        lno = isa(body, Expr) && body.head === :block && length(body.args) > 0 ? body.args[1] : nothing
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
macro doc(x...) return Core.atdoc(__source__, __module__, x...) end

macro assert(ex, msgs...)
    msg = length(msgs) == 0 ? ex : msgs[1]
    if isa(msg, AbstractString)
        # as it is
    elseif length(msgs) > 0 && (isa(msg, Expr) || isa(msg, Symbol))
        msg = Expr(:call, GlobalRef(Base, :string), esc(msg))
    elseif isdefined(Base, :VersionNumber)
        msg = string(msg)
    else
        # expressions have no text yet while Base itself is made
        msg = Expr(:call, GlobalRef(Base, :string), QuoteNode(msg))
    end
    return Expr(:if, esc(ex), nothing, Expr(:call, :throw, Expr(:call, :AssertionError, msg)))
end

macro static(ex)
    if isa(ex, Expr)
        h = ex.head
        if h === :&& || h === :||
            c = Core.eval(__module__, ex.args[1])::Bool
            return c === (h === :&&) ? esc(ex.args[2]) : c
        end
        while isa(ex, Expr) && (ex.head === :if || ex.head === :elseif)
            cond = ex.args[1]
            # the condition of an `elseif` is a block that also holds its line
            Core.eval(__module__, cond)::Bool && return esc(ex.args[2])
            length(ex.args) == 3 || return nothing
            ex = ex.args[3]
        end
        (h === :if || h === :elseif) && return esc(ex)
    end
    throw(ArgumentError("invalid @static macro"))
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
convert(::Type{Nothing}, x) = x === nothing ? nothing : throw(MethodError(convert, (Nothing, x)))
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
    ex = :(throw(ArgumentError("No value arguments present")))
    i = length(args)
    while i >= 1
        ex = :(let v = $(esc(args[i]))
            v !== nothing ? something(v) : $ex
        end)
        i = i - 1
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
setproperty!(x, f::Symbol, v) = setfield!(x, f, convert(fieldtype(typeof(x), f), v))
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
