# What module Core holds beyond the runtime's own types and builtins.
#
# Evaluated once, first of all Julia code, in module Core. On entry the runtime has made the types that its own
# structures need (Any, DataType, Symbol, Int64, Array, Memory, Method, ...), the builtin functions and the
# intrinsics. What is left are the number tower, the exception types, the constructors of the built-in types,
# and the few macros that lowering and the parser name. Nothing of Base exists yet: no `+`, no `for`, no `!`,
# and `convert` is Core's own, which only passes on what already has the right type.

export Any, DataType, Vararg, NTuple, Tuple, Type, UnionAll, TypeVar, Union, Nothing, Cvoid,
    AbstractArray, DenseArray, NamedTuple, Pair,
    Function, Method, Module, Symbol, Task, UndefInitializer, undef, WeakRef, VecElement,
    Array, Memory, MemoryRef, AtomicMemory, AtomicMemoryRef, GenericMemory, GenericMemoryRef,
    Number, Real, Integer, Bool, Ref, Ptr, AbstractFloat, Float16, Float32, Float64,
    Signed, Int, Int8, Int16, Int32, Int64, Int128, Unsigned, UInt, UInt8, UInt16, UInt32, UInt64, UInt128,
    AbstractChar, Char, AbstractString, String, IO,
    ErrorException, BoundsError, DivideError, DomainError, Exception, InterruptException, InexactError,
    OutOfMemoryError, ReadOnlyMemoryError, OverflowError, StackOverflowError, SegmentationFault, UndefRefError,
    UndefVarError, TypeError, ArgumentError, MethodError, AssertionError, LoadError, InitError,
    UndefKeywordError, ConcurrencyViolationError, FieldError,
    Expr, QuoteNode, LineNumberNode, GlobalRef,
    fieldtype, getfield, setfield!, swapfield!, modifyfield!, replacefield!, setfieldonce!,
    nfields, throw, tuple, ===, isdefined, eval,
    getglobal, setglobal!, swapglobal!, modifyglobal!, replaceglobal!, setglobalonce!, isdefinedglobal,
    <:, typeof, isa, typeassert, applicable, invoke, invokelatest, nothing, Main

const getproperty = getfield
const setproperty! = setfield!

# The number tower

abstract type Number end
abstract type Real <: Number end
abstract type AbstractFloat <: Real end
abstract type Integer <: Real end
abstract type Signed <: Integer end
abstract type Unsigned <: Integer end

primitive type Float16 <: AbstractFloat 16 end
primitive type Float32 <: AbstractFloat 32 end
primitive type Float64 <: AbstractFloat 64 end
primitive type BFloat16 <: AbstractFloat 16 end

abstract type AbstractChar end
primitive type Char <: AbstractChar 32 end

primitive type Int8 <: Signed 8 end
primitive type Int16 <: Signed 16 end
primitive type Int128 <: Signed 128 end
primitive type UInt128 <: Unsigned 128 end

const UInt = UInt64

# Types as values

function iterate end
function Typeof end
function kwcall end

# A method definition asks Typeof for the type of its function: this one must be the first.
(f::typeof(Typeof))(x) = isa(x, Type) ? Type{x} : typeof(x)
# The type of the field that holds a captured variable: a type with free variables is no parameter of a type.
_typeof_captured_variable(t) =
    isa(t, Type) ? (ccall(:jl_has_free_typevars, Int32, (Any,), t) === Intrinsics.trunc_int(Int32, 0) ? Type{t} : typeof(t)) : typeof(t)
kwftype(t) = typeof(kwcall)

macro nospecialize(x)
    # as an argument with a default value
    if isa(x, Expr)
        if getfield(x, :head) === :(=)
            setfield!(x, :head, :kw)
        end
    end
    _expr(:meta, :nospecialize, x)
end
macro nospecialize(xs...)
    _expr(:meta, :nospecialize, xs...)
end
Expr(@nospecialize args...) = _expr(args...)


TypeVar(n::Symbol) = _typevar(n, Union{}, Any)
TypeVar(n::Symbol, @nospecialize(ub)) = _typevar(n, Union{}, ub)
TypeVar(n::Symbol, @nospecialize(lb), @nospecialize(ub)) = _typevar(n, lb, ub)
UnionAll(v::TypeVar, @nospecialize(t)) = ccall(:jl_type_unionall, Any, (Any, Any), v, t)

convert(::Type{Any}, @nospecialize(x)) = x
convert(::Type{T}, x::T) where {T} = x
cconvert(::Type{T}, x) where {T} = convert(T, x)
unsafe_convert(::Type{T}, x::T) where {T} = x

const NTuple{N,T} = Tuple{Vararg{T,N}}
const Cvoid = Nothing
Nothing() = nothing
Tuple{}() = ()

macro inline() Expr(:meta, :inline) end
macro noinline() Expr(:meta, :noinline) end

# Exceptions

abstract type Exception end

struct ErrorException <: Exception
    msg::AbstractString
end
struct BoundsError <: Exception
    a::Any
    i::Any
    BoundsError() = new()
    BoundsError(@nospecialize(a)) = new(a)
    BoundsError(@nospecialize(a), i) = new(a, i)
end
struct DivideError <: Exception end
struct OutOfMemoryError <: Exception end
struct ReadOnlyMemoryError <: Exception end
struct SegmentationFault <: Exception end
struct StackOverflowError <: Exception end
struct UndefRefError <: Exception end
struct UndefVarError <: Exception
    var::Symbol
    world::UInt
    scope
    UndefVarError(var::Symbol) = new(var, ccall(:jl_get_tls_world_age, UInt, ()))
    UndefVarError(var::Symbol, @nospecialize(scope)) = new(var, ccall(:jl_get_tls_world_age, UInt, ()), scope)
end
struct ConcurrencyViolationError <: Exception
    msg::AbstractString
end
struct InterruptException <: Exception end
struct DomainError <: Exception
    val
    msg::AbstractString
    DomainError(@nospecialize(val)) = new(val, "")
    DomainError(@nospecialize(val), @nospecialize(msg)) = new(val, msg)
end
struct TypeError <: Exception
    func::Symbol
    context::Union{AbstractString,GlobalRef,Symbol}
    expected::Type
    got
    TypeError(func, context, @nospecialize(expected::Type), @nospecialize(got)) = new(func, context, expected, got)
end
TypeError(place, @nospecialize(expected::Type), @nospecialize(got)) = TypeError(Symbol(place), "", expected, got)
struct InexactError <: Exception
    func::Symbol
    args
    InexactError(f::Symbol, @nospecialize(a...)) = new(f, a)
end
struct OverflowError <: Exception
    msg::AbstractString
end
struct ArgumentError <: Exception
    msg::AbstractString
end
struct UndefKeywordError <: Exception
    var::Symbol
end
struct MethodError <: Exception
    f
    args
    world::UInt
    MethodError(@nospecialize(f), @nospecialize(args), world::UInt) = new(f, args, world)
end
const typemax_UInt = Intrinsics.not_int(Intrinsics.bitcast(UInt, 0))
MethodError(@nospecialize(f), @nospecialize(args)) = MethodError(f, args, typemax_UInt)
struct AssertionError <: Exception
    msg::AbstractString
end
AssertionError() = AssertionError("")
struct FieldError <: Exception
    type::DataType
    field::Symbol
    FieldError(@nospecialize(type), field::Symbol) = new(type, field)
end
abstract type WrappedException <: Exception end
struct LoadError <: WrappedException
    file::AbstractString
    line::Int
    error
end
struct InitError <: WrappedException
    mod::Symbol
    error
end
struct PrecompilableError <: Exception end

Union{}(a...) = throw(ArgumentError("cannot construct a value of type Union{} for return result"))

# Evaluation

eval(m::Module, @nospecialize(e)) = ccall(:jl_toplevel_eval_in, Any, (Any, Any), m, e)

# The `eval` that each module has of its own.
struct EvalInto <: Function
    m::Module
end
(f::EvalInto)(@nospecialize(e)) = eval(f.m, e)

# Constructors of the built-in types. A type made by the runtime has none, so each is an `Expr(:new)`.

mutable struct Box
    contents::Any
    Box(@nospecialize(x)) = new(x)
    Box() = new()
end

mutable struct WeakRef
    value
    WeakRef() = WeakRef(nothing)
    WeakRef(@nospecialize(v)) = ccall(:jl_gc_new_weakref, Ref{WeakRef}, (Any,), v)
end

struct VecElement{T}
    value::T
    VecElement{T}(value::T) where {T} = new(value)
end
VecElement(arg::T) where {T} = VecElement{T}(arg)

struct Pair{A, B}
    first::A
    second::B
    Pair{A, B}(@nospecialize(a), @nospecialize(b)) where {A, B} = new(a, b)
    Pair{Any, Any}(@nospecialize(a::Any), @nospecialize(b::Any)) = new(a, b)
    Pair(a, b) = new{typeof(a), typeof(b)}(a, b)
end

eval(Core, quote
    GotoNode(label::Int) = $(Expr(:new, :GotoNode, :label))
    NewvarNode(slot::SlotNumber) = $(Expr(:new, :NewvarNode, :slot))
    QuoteNode(@nospecialize value) = $(Expr(:new, :QuoteNode, :value))
    SSAValue(id::Int) = $(Expr(:new, :SSAValue, :id))
    Argument(n::Int) = $(Expr(:new, :Argument, :n))
    ReturnNode(@nospecialize val) = $(Expr(:new, :ReturnNode, :val))
    ReturnNode() = $(Expr(:new, :ReturnNode))
    GotoIfNot(@nospecialize(cond), dest::Int) = $(Expr(:new, :GotoIfNot, :cond, :dest))
    EnterNode(dest::Int) = $(Expr(:new, :EnterNode, :dest))
    EnterNode(dest::Int, @nospecialize(scope)) = $(Expr(:new, :EnterNode, :dest, :scope))
    LineNumberNode(l::Int) = $(Expr(:new, :LineNumberNode, :l, nothing))
    function LineNumberNode(l::Int, @nospecialize(f))
        isa(f, String) && (f = Symbol(f))
        return $(Expr(:new, :LineNumberNode, :l, :f))
    end
    SlotNumber(n::Int) = $(Expr(:new, :SlotNumber, :n))
    PhiNode(edges::Array{Int32, 1}, values::Array{Any, 1}) = $(Expr(:new, :PhiNode, :edges, :values))
    PiNode(@nospecialize(val), @nospecialize(typ)) = $(Expr(:new, :PiNode, :val, :typ))
    PhiCNode(values::Array{Any, 1}) = $(Expr(:new, :PhiCNode, :values))
    UpsilonNode(@nospecialize(val)) = $(Expr(:new, :UpsilonNode, :val))
    UpsilonNode() = $(Expr(:new, :UpsilonNode))
    DebugInfo(def::Union{Method, MethodInstance, Symbol}) = $(Expr(:new, :DebugInfo, :def, nothing, :(svec()), ""))
end)

GlobalRef(m::Module, s::Symbol) = ccall(:jl_module_globalref, Ref{GlobalRef}, (Any, Any), m, s)
Module(name::Symbol=:anonymous, std_imports::Bool=true, default_names::Bool=true) =
    ccall(:jl_f_new_module, Ref{Module}, (Any, Bool, Bool), name, std_imports, default_names)
_Task(@nospecialize(f), reserved_stack::Int, completion_future) =
    ccall(:jl_new_task, Ref{Task}, (Any, Any, Int), f, completion_future, reserved_stack)

# Memory and Array

struct UndefInitializer end
const undef = UndefInitializer()

if isdefined(Core, :Memory)
else
    const Memory{T} = GenericMemory{:not_atomic, T, CPU}
    const MemoryRef{T} = GenericMemoryRef{:not_atomic, T, CPU}
end
const AtomicMemory{T} = GenericMemory{:atomic, T, CPU}
const AtomicMemoryRef{T} = GenericMemoryRef{:atomic, T, CPU}

(self::Type{GenericMemory{kind, T, addrspace}})(::UndefInitializer, m::Int) where {kind, T, addrspace} =
    memorynew(self, m)
(self::Type{GenericMemory{kind, T, addrspace}})(::UndefInitializer, d::NTuple{1, Int}) where {kind, T, addrspace} =
    memorynew(self, getfield(d, 1))
(self::Type{GenericMemory{kind, T, addrspace}})() where {kind, T, addrspace} = memorynew(self, 0)

memoryref(mem::GenericMemory) = memoryrefnew(mem)
memoryref(mem::GenericMemory, i::Int) = memoryrefnew(memoryrefnew(mem), i, true)
memoryref(ref::GenericMemoryRef, i::Int) = memoryrefnew(ref, i, true)
memoryref(x::Union{GenericMemory, GenericMemoryRef}, i::Integer) = memoryref(x, Int(i))
GenericMemoryRef(mem::GenericMemory) = memoryref(mem)
GenericMemoryRef(mem::GenericMemory, i::Integer) = memoryref(mem, i)
GenericMemoryRef(ref::GenericMemoryRef, i::Integer) = memoryref(ref, i)

eval(Core, quote
    Array{T, 1}(::UndefInitializer, m::Int) where {T} =
        $(Expr(:new, :(Array{T, 1}), :(memoryrefnew(memorynew(Memory{T}, m))), :((m,))))
    function Array{T, N}(::UndefInitializer, d::NTuple{N, Int}) where {T, N}
        return $(Expr(:new, :(Array{T, N}), :(memoryrefnew(memorynew(Memory{T}, checked_dims(d)))), :d))
    end
    function _array_of(A::DataType, ref, size)
        return $(Expr(:new, :A, :ref, :size))
    end
end)

const typemax_Int = Intrinsics.bitcast(Int, Intrinsics.lshr_int(typemax_UInt, 1))

# The number of elements of an array of size `d`.
function checked_dims(d::Tuple)
    n = 1
    i = 1
    empty = false
    overflow = false
    while Intrinsics.sle_int(i, nfields(d))
        x = getfield(d, i)
        if Intrinsics.slt_int(x, 0)
            throw(ArgumentError("invalid Array dimensions"))
        elseif x === typemax_Int
            throw(ArgumentError("invalid Array dimensions"))
        elseif x === 0
            empty = true
        end
        p = Intrinsics.checked_smul_int(n, x)
        n = getfield(p, 1)
        if getfield(p, 2)
            overflow = true
        end
        i = Intrinsics.add_int(i, 1)
    end
    if empty
        return 0
    end
    if overflow
        throw(ArgumentError("invalid Array dimensions"))
    end
    return n
end

Array{T, N}(::UndefInitializer, d::Vararg{Int, N}) where {T, N} = Array{T, N}(undef, d)
Array{T, 1}(::UndefInitializer, d::NTuple{1, Int}) where {T} = Array{T, 1}(undef, getfield(d, 1))
Array{T}(::UndefInitializer, m::Int) where {T} = Array{T, 1}(undef, m)
Array{T}(::UndefInitializer, m::Int, n::Int) where {T} = Array{T, 2}(undef, (m, n))
Array{T}(::UndefInitializer, m::Int, n::Int, o::Int) where {T} = Array{T, 3}(undef, (m, n, o))
Array{T}(::UndefInitializer, d::NTuple{N, Int}) where {T, N} = Array{T, N}(undef, d)
Array{T, 1}() where {T} = Array{T, 1}(undef, 0)
Array{T, 0}() where {T} = Array{T, 0}(undef, ())

(Array{T, N} where T)(x::AbstractArray{S, N}) where {S, N} = Array{S, N}(x)
Array(A::AbstractArray{T, N}) where {T, N} = Array{T, N}(A)
Array{T}(A::AbstractArray{S, N}) where {T, N, S} = Array{T, N}(A)
AbstractArray{T}(A::AbstractArray{S, N}) where {T, S, N} = AbstractArray{T, N}(A)

# Symbols and strings

String(s::String) = s
Symbol(s::String) = ccall(:jl_symbol_n, Ref{Symbol}, (Ptr{UInt8}, Int), ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s), sizeof(s))
Symbol(a::Array{UInt8, 1}) = ccall(:jl_symbol_n, Ref{Symbol}, (Ptr{UInt8}, Int),
    Intrinsics.bitcast(Ptr{UInt8}, getfield(getfield(a, :ref), :ptr_or_offset)), getfield(getfield(a, :size), 1))
Symbol(s::Symbol) = s

# Integer conversion, exact. `T(x)` either keeps the value or throws an InexactError; the same bits in another
# width or signedness are what `_int_bits` gives, and the checks ask whether that changed the value.

const BitSigned = Union{Int8, Int16, Int32, Int64, Int128}
const BitUnsigned = Union{UInt8, UInt16, UInt32, UInt64, UInt128}
const BitInteger = Union{BitSigned, BitUnsigned}

throw_inexacterror(func::Symbol, @nospecialize(args...)) = throw(InexactError(func, args...))

_int_bits(::Type{T}, x::T) where {T} = x
function _int_bits(::Type{T}, x) where {T}
    to = sizeof(T)
    from = sizeof(x)
    if to === from
        return Intrinsics.bitcast(T, x)
    elseif Intrinsics.slt_int(to, from)
        return Intrinsics.trunc_int(T, x)
    elseif isa(x, Signed)
        return Intrinsics.sext_int(T, x)
    else
        return Intrinsics.zext_int(T, x)
    end
end

_top_bit(x) = Intrinsics.slt_int(x, _int_bits(typeof(x), Intrinsics.xor_int(x, x)))

(::Type{T})(x::T) where {T<:BitInteger} = x
function (::Type{T})(x::BitInteger) where {T<:BitInteger}
    y = _int_bits(T, x)
    if Intrinsics.slt_int(sizeof(T), sizeof(x))
        if T <: Signed ? (isa(x, Signed) ? false : _top_bit(y)) : (isa(x, Signed) ? _top_bit(x) : false)
            throw_inexacterror(:trunc, T, x)
        end
        if _int_bits(typeof(x), y) === x
        else
            throw_inexacterror(:trunc, T, x)
        end
    elseif T <: Signed
        if isa(x, Unsigned)
            if _top_bit(y)
                throw_inexacterror(:convert, T, x)
            end
        end
    elseif isa(x, Signed)
        if _top_bit(x)
            throw_inexacterror(:convert, T, x)
        end
    end
    return y
end
(::Type{T})(x::Bool) where {T<:BitInteger} = _int_bits(T, Intrinsics.bitcast(UInt8, x))
Int64(x::Int64) = x
Int64(x::Int32) = Intrinsics.sext_int(Int64, x)
Int64(x::UInt8) = Intrinsics.zext_int(Int64, x)
Int64(x::UInt32) = Intrinsics.zext_int(Int64, x)
UInt64(x::UInt64) = x
UInt8(x::UInt8) = x

Bool(x::Bool) = x
function Bool(x::BitInteger)
    b = Intrinsics.trunc_int(UInt8, sizeof(x) === 1 ? Intrinsics.zext_int(UInt16, x) : x)
    if _int_bits(typeof(x), b) === x
        if Intrinsics.ule_int(b, 0x01)
            return Intrinsics.bitcast(Bool, b)
        end
    end
    throw_inexacterror(:Bool, Bool, x)
end

Signed(x::UInt8) = Int8(x)
Signed(x::UInt16) = Int16(x)
Signed(x::UInt32) = Int32(x)
Signed(x::UInt64) = Int64(x)
Signed(x::UInt128) = Int128(x)
Signed(x::BitSigned) = x
Signed(x::Bool) = Int(x)
Signed(x::Union{Float16, Float32, Float64}) = Int(x)
Unsigned(x::Int8) = UInt8(x)
Unsigned(x::Int16) = UInt16(x)
Unsigned(x::Int32) = UInt32(x)
Unsigned(x::Int64) = UInt64(x)
Unsigned(x::Int128) = UInt128(x)
Unsigned(x::BitUnsigned) = x
Unsigned(x::Bool) = UInt(x)
Unsigned(x::Union{Float16, Float32, Float64}) = UInt(x)
Integer(x::Integer) = x
Integer(x::Union{Float16, Float32, Float64}) = Int(x)

Float16(x::Float16) = x
Float32(x::Float32) = x
Float64(x::Float64) = x
Float32(x::Float16) = Intrinsics.fpext(Float32, x)
Float64(x::Float16) = Intrinsics.fpext(Float64, x)
Float64(x::Float32) = Intrinsics.fpext(Float64, x)
Float16(x::Float32) = Intrinsics.fptrunc(Float16, x)
Float16(x::Float64) = Intrinsics.fptrunc(Float16, x)
Float32(x::Float64) = Intrinsics.fptrunc(Float32, x)
(::Type{T})(x::BitSigned) where {T<:Union{Float16, Float32, Float64}} = Intrinsics.sitofp(T, x)
(::Type{T})(x::BitUnsigned) where {T<:Union{Float16, Float32, Float64}} = Intrinsics.uitofp(T, x)
(::Type{T})(x::Bool) where {T<:Union{Float16, Float32, Float64}} = Intrinsics.uitofp(T, Intrinsics.bitcast(UInt8, x))
Float64(x::Int64) = Intrinsics.sitofp(Float64, x)

BFloat16(x::BFloat16) = x
BFloat16(x::Float32) = Intrinsics.fptrunc(BFloat16, x)
BFloat16(x::Float64) = Intrinsics.fptrunc(BFloat16, x)
Float32(x::BFloat16) = Intrinsics.fpext(Float32, x)
Float64(x::BFloat16) = Intrinsics.fpext(Float64, x)

Ptr{T}(x::Union{Int, UInt, Ptr}) where {T} = Intrinsics.bitcast(Ptr{T}, x)
Ptr{T}() where {T} = Intrinsics.bitcast(Ptr{T}, 0)

# Named tuples

NamedTuple() = NamedTuple{(), Tuple{}}(())
eval(Core, quote
    function NamedTuple{names, T}(args::T) where {names, T<:Tuple}
        return $(Expr(:splatnew, :(NamedTuple{names, T}), :args))
    end
end)
NamedTuple{names}(args::Tuple) where {names} = NamedTuple{names, typeof(args)}(args)

# Input and output before Base

abstract type IO end
struct CoreSTDOUT <: IO end
struct CoreSTDERR <: IO end
const stdout = CoreSTDOUT()
const stderr = CoreSTDERR()
io_pointer(::CoreSTDOUT) = Intrinsics.pointerref(Intrinsics.cglobal(:jl_uv_stdout, Ptr{Cvoid}), 1, 1)
io_pointer(::CoreSTDERR) = Intrinsics.pointerref(Intrinsics.cglobal(:jl_uv_stderr, Ptr{Cvoid}), 1, 1)

function unsafe_write(io::IO, p::Ptr{UInt8}, n::Union{Int, UInt})
    ccall(:jl_uv_puts, Cvoid, (Ptr{Cvoid}, Ptr{UInt8}, UInt), io_pointer(io), p, n)
    return n
end
function write(io::IO, b::UInt8)
    ccall(:jl_uv_putb, Cvoid, (Ptr{Cvoid}, UInt8), io_pointer(io), b)
    return 1
end
write(io::IO, s::String) = unsafe_write(io, ccall(:jl_string_ptr, Ptr{UInt8}, (Any,), s), sizeof(s))

# A value's text, without any method of it.
show(@nospecialize x) = show(stdout, x)
show(io::IO, @nospecialize x) = ccall(:jl_static_show, Cvoid, (Ptr{Cvoid}, Any), io_pointer(io), x)

print(@nospecialize xs...) = print(stdout, xs...)
print(io::IO, @nospecialize x) = show(io, x)
print(io::IO, c::AbstractChar) = ccall(:jl_uv_putc, Cvoid, (Ptr{Cvoid}, Char), io_pointer(io), c)
function print(io::IO, s::String)
    write(io, s)
    return nothing
end
function print(io::IO, @nospecialize(x), @nospecialize(rest...))
    print(io, x)
    print(io, rest...)
end
println(@nospecialize xs...) = println(stdout, xs...)
function println(io::IO)
    write(io, 0x0a)
    return nothing
end
function println(io::IO, @nospecialize(xs...))
    print(io, xs...)
    println(io)
end

# Generated functions

struct GeneratedFunctionStub
    gen
    argnames::SimpleVector
    spnames::SimpleVector
end

# What programs written for earlier versions call

_apply(x...) = _apply_iterate(Main.Base.iterate, x...)
const _apply_pure = _apply
const _call_in_world = invoke_in_world
kwfunc(@nospecialize f) = kwcall
arrayref(inbounds::Bool, A::Array, i::Int...) = Main.Base.getindex(A, i...)
const_arrayref(inbounds::Bool, A::Array, i::Int...) = Main.Base.getindex(A, i...)
arrayset(inbounds::Bool, A::Array{T}, x::Any, i::Int...) where {T} = Main.Base.setindex!(A, x::T, i...)
arraysize(a::Array) = a.size
arraysize(a::Array, i::Int) = Intrinsics.sle_int(i, nfields(a.size)) ? getfield(a.size, i) : 1

# Name of a type, of a UnionAll of one, or of a Union of types of one name

struct TypeNameError <: Exception
    a
end
typename(@nospecialize a) = throw(TypeNameError(a))
typename(a::DataType) = a.name
typename(a::UnionAll) = typename(a.body)
function typename(union::Union)
    name = typename(union.a)
    name === typename(union.b) || throw(TypeNameError(union))
    return name
end

# Modules and macros that lowering, the parser and programs name

module IR
import ..Core: CodeInfo, MethodInstance, CodeInstance, GotoNode, GotoIfNot, ReturnNode, NewvarNode, SSAValue,
    SlotNumber, Argument, PiNode, PhiNode, PhiCNode, UpsilonNode, DebugInfo
export CodeInfo, MethodInstance, CodeInstance, GotoNode, GotoIfNot, ReturnNode, NewvarNode, SSAValue,
    SlotNumber, Argument, PiNode, PhiNode, PhiCNode, UpsilonNode, DebugInfo
end

macro __doc__(x)
    return Expr(:escape, Expr(:block, Expr(:meta, :doc), x))
end

# What @doc does with a text and what it documents: until Base keeps documentation, the text is dropped. A name or a call
# alone would only be documented, not evaluated. The result means names of the module that the function is from.
macro doc(x...)
    ex = atdoc(__source__, __module__, x...)
    isa(ex, Expr) && ex.head === :escape && return ex
    return Expr(:escape, Expr(Symbol("hygienic-scope"), ex, typeof(atdoc).name.module, __source__))
end
function ignoredoc(source, mod, str, ex)
    call = ex
    while isa(call, Expr) && call.head === :where
        call = call.args[1]
    end
    only_named = isa(ex, Symbol) || isa(ex, QuoteNode) || isa(ex, Expr) && ex.head === :. ||
        isa(call, Expr) && call.head === :call
    return Expr(:escape, only_named ? nothing : ex)
end
global atdoc = ignoredoc
atdoc!(f) = global atdoc = f

macro int128_str end
macro uint128_str end
macro big_str end
macro cmd end
