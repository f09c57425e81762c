// A world of types for the corpora: the declarations of Core, Base and the corpus that their rows refer to.
//
// The corpora were recorded in a full Julia. Their rows name types of Base; what matters of those here is how they are
// declared, so the declarations are repeated below, without any code. `where` and curly brackets, struct, abstract and
// primitive declarations, constants and aliases are evaluated by evaluate.ts; no VM takes part.

import { initializeHeap } from '../../interpreter/memory/heap.ts';
import { CHECK, setTypeOf, writeRef } from '../../interpreter/memory/layout.ts';
import { Module } from '../../interpreter/memory/objects.ts';
import {
  BaseModule,
  CoreModule,
  datatype,
  falseValue,
  MainModule,
  nothing,
  trueValue,
} from '../../interpreter/memory/wellknown.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';
import { boxFloat64 } from '../../interpreter/runtime/values.ts';
import {
  afterBoot,
  coreTypeBindings,
  initializeTypes,
  installAccessCheck,
  setNameVisibility,
} from '../../interpreter/types/index.ts';
import { World } from './evaluate.ts';

const core = `
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
const Cvoid = Nothing
const AtomicMemory{T} = GenericMemory{:atomic,T,CPU}
const Memory{T} = GenericMemory{:not_atomic,T,CPU}
const MemoryRef{T} = GenericMemoryRef{:not_atomic,T,CPU}
abstract type Exception end
struct ErrorException <: Exception
    msg::AbstractString
end
struct BoundsError <: Exception
    a::Any
    i::Any
    BoundsError() = new()
end
struct UndefVarError <: Exception
    var::Symbol
    world::UInt
    scope
    UndefVarError(var::Symbol) = new(var, 1)
end
struct MethodError <: Exception
    f
    args
    world::UInt
end
mutable struct Box
    contents::Any
    Box() = new()
end
mutable struct WeakRef
    value
end
primitive type Cstring 64 end
struct VecElement{T}
    value::T
end
struct UndefInitializer end
struct Pair{A,B}
    first::A
    second::B
end
struct Val{x} end
`;

const base = `
struct Missing end
const Vector{T} = Array{T,1}
const Matrix{T} = Array{T,2}
const VecOrMat{T} = Union{Vector{T},Matrix{T}}
const AbstractVector{T} = AbstractArray{T,1}
const AbstractMatrix{T} = AbstractArray{T,2}
const AbstractVecOrMat{T} = Union{AbstractVector{T},AbstractMatrix{T}}
const DenseVector{T} = DenseArray{T,1}
const DenseMatrix{T} = DenseArray{T,2}
const DenseVecOrMat{T} = Union{DenseVector{T},DenseMatrix{T}}
const BitSigned = Union{Int8,Int16,Int32,Int64,Int128}
const BitUnsigned = Union{UInt8,UInt16,UInt32,UInt64,UInt128}
const BitInteger = Union{BitSigned,BitUnsigned}
const IEEEFloat = Union{Float16,Float32,Float64}
const Cint = Int32
abstract type AbstractIrrational <: Real end
struct Irrational{sym} <: AbstractIrrational end
struct Rational{T<:Integer} <: Real
    num::T
    den::T
end
struct Complex{T<:Real} <: Number
    re::T
    im::T
end
mutable struct BigInt <: Signed
    alloc::Cint
    size::Cint
    d::Ptr{UInt}
    BigInt() = new()
end
struct BigFloat <: AbstractFloat
    d::Memory{UInt64}
end
mutable struct RefValue{T} <: Ref{T}
    x::T
    RefValue{T}() = new()
end
abstract type AbstractDict{K,V} end
abstract type AbstractSet{T} end
mutable struct Dict{K,V} <: AbstractDict{K,V}
    slots::Memory{UInt8}
    keys::Memory{K}
    vals::Memory{V}
    ndel::Int
    count::Int
    age::UInt
    idxfloor::Int
    maxprobe::Int
end
mutable struct IdDict{K,V} <: AbstractDict{K,V}
    ht::Memory{Any}
    count::Int
    ndel::Int
end
struct Set{T} <: AbstractSet{T}
    dict::Dict{T,Nothing}
end
abstract type AbstractRange{T} <: AbstractVector{T} end
abstract type OrdinalRange{T,S} <: AbstractRange{T} end
abstract type AbstractUnitRange{T} <: OrdinalRange{T,T} end
struct UnitRange{T<:Real} <: AbstractUnitRange{T}
    start::T
    stop::T
end
struct OneTo{T<:Integer} <: AbstractUnitRange{T}
    stop::T
end
struct StepRange{T,S} <: OrdinalRange{T,S}
    start::T
    step::S
    stop::T
end
struct TwicePrecision{T}
    hi::T
    lo::T
end
struct StepRangeLen{T,R,S,L<:Integer} <: AbstractRange{T}
    ref::R
    step::S
    len::L
    offset::L
end
struct LinRange{T,L<:Integer} <: AbstractRange{T}
    start::T
    stop::T
    len::L
    lendiv::L
end
struct Slice{T<:AbstractUnitRange} <: AbstractUnitRange{Int}
    indices::T
end
abstract type AbstractCartesianIndex{N} end
struct CartesianIndex{N} <: AbstractCartesianIndex{N}
    I::NTuple{N,Int}
end
struct CartesianIndices{N,R<:NTuple{N,OrdinalRange{Int,Int}}} <: AbstractArray{CartesianIndex{N},N}
    indices::R
end
struct LinearIndices{N,R<:NTuple{N,AbstractUnitRange{Int}}} <: AbstractArray{Int,N}
    indices::R
end
struct SubArray{T,N,P,I,L} <: AbstractArray{T,N}
    parent::P
    indices::I
    offset1::Int
    stride1::Int
end
abstract type MultiplicativeInverse{T} end
struct SignedMultiplicativeInverse{T<:Signed} <: MultiplicativeInverse{T}
    divisor::T
    multiplier::T
    addmul::Int8
    shift::UInt8
end
struct ReshapedArray{T,N,P<:AbstractArray,MI<:Tuple{Vararg{SignedMultiplicativeInverse{Int}}}} <: AbstractArray{T,N}
    parent::P
    dims::NTuple{N,Int}
    mi::MI
end
struct ReinterpretArray{T,N,S,A<:AbstractArray{S},IsReshaped} <: AbstractArray{T,N}
    parent::A
    readable::Bool
    writable::Bool
end
const Dims{N} = NTuple{N,Int}
const RangeIndex = Union{<:BitInteger,AbstractRange{<:BitInteger}}
const ScalarIndex = Real
const ViewIndex = Union{Real,AbstractArray}
const Indices{N} = NTuple{N,AbstractUnitRange}
const AbstractOneTo{T} = OneTo{T}
abstract type LogicalIndexBase end
const StridedFastContiguousSubArray{T,N,A<:DenseArray} = SubArray{T,N,A,I,true} where I<:Union{Tuple{Vararg{Union{Slice,AbstractUnitRange}}},Tuple{AbstractUnitRange,Vararg{Any}}}
const StridedReinterpretArray{T,N,A<:Union{DenseArray,StridedFastContiguousSubArray},IsReshaped} = ReinterpretArray{T,N,S,A,IsReshaped} where S
const StridedReshapedArray{T,N,A<:Union{DenseArray,StridedFastContiguousSubArray,StridedReinterpretArray}} = ReshapedArray{T,N,A}
const ReshapedUnitRange{T,N,A<:AbstractUnitRange} = ReshapedArray{T,N,A,Tuple{}}
const StridedSubArray{T,N,A<:Union{DenseArray,StridedReshapedArray,StridedReinterpretArray},I<:Tuple{Vararg{Union{BitInteger,AbstractRange{<:BitInteger},AbstractCartesianIndex,ReshapedUnitRange}}}} = SubArray{T,N,A,I}
const StridedArray{T,N} = Union{DenseArray{T,N},StridedSubArray{T,N},StridedReshapedArray{T,N},StridedReinterpretArray{T,N}}
const StridedVector{T} = StridedArray{T,1}
const StridedMatrix{T} = StridedArray{T,2}
mutable struct BitArray{N} <: AbstractArray{Bool,N}
    chunks::Vector{UInt64}
    len::Int
    dims::NTuple{N,Int}
    BitArray{N}() = new(1, 2)
end
const BitVector = BitArray{1}
const BitMatrix = BitArray{2}
struct SubString{T<:AbstractString} <: AbstractString
    string::T
    offset::Int
    ncodeunits::Int
end
struct Some{T}
    value::T
end
struct Generator{I,F}
    f::F
    iter::I
end
struct Pairs{K,V,I,A} <: AbstractDict{K,V}
    data::A
    itr::I
end
struct Fix{N,F,T} <: Function
    f::F
    x::T
end
const Fix1{F,T} = Fix{1,F,T}
const Fix2{F,T} = Fix{2,F,T}
struct ComposedFunction{O,I} <: Function
    outer::O
    inner::I
end
abstract type Enum{T<:Integer} end
abstract type IO end
abstract type AbstractPipe <: IO end
mutable struct GenericIOBuffer{T<:AbstractVector{UInt8}} <: IO
    data::T
    reinit::Bool
    readable::Bool
    writable::Bool
    seekable::Bool
    append::Bool
    size::Int
    maxsize::Int
    ptr::Int
    offset_or_compacted::Int
    mark::Int
end
const IOBuffer = GenericIOBuffer{Memory{UInt8}}
abstract type AbstractPattern end
mutable struct Regex <: AbstractPattern
    pattern::String
    compile_options::UInt32
    match_options::UInt32
    regex::Ptr{Cvoid}
end
struct VersionNumber
    major::UInt32
    minor::UInt32
    patch::UInt32
    prerelease::Tuple{Vararg{Union{UInt64,String}}}
    build::Tuple{Vararg{Union{UInt64,String}}}
end
abstract type AbstractLock end
mutable struct ReentrantLock <: AbstractLock
end
abstract type AbstractChannel{T} end
mutable struct Channel{T} <: AbstractChannel{T}
end
mutable struct Atomic{T}
    value::T
end
struct Zip{Is<:Tuple}
    is::Is
end
`;

/** Names of Base that are written with the module: it does not export them. */
const qualified = new Set([
  'RefValue',
  'OneTo',
  'TwicePrecision',
  'Slice',
  'AbstractCartesianIndex',
  'ReshapedArray',
  'ReinterpretArray',
  'Generator',
  'Pairs',
  'Fix',
  'GenericIOBuffer',
  'Zip',
  'Atomic',
  'MultiplicativeInverse',
  'SignedMultiplicativeInverse',
  'AbstractPipe',
  'LogicalIndexBase',
]);

const coreQualified = new Set([
  'BFloat16',
  'SimpleVector',
  'MethodInstance',
  'CodeInfo',
  'TypeofBottom',
  'TypeofVararg',
  'TypeName',
  'CodeInstance',
  'DebugInfo',
  'SSAValue',
  'PhiNode',
  'IntrinsicFunction',
  'MethodCache',
  'MethodTable',
  'Box',
  'AddrSpace',
  'kwcall',
  'LLVMPtr',
  'Binding',
  'BindingPartition',
  'GotoNode',
  'GotoIfNot',
]);

function module(at: typeof CoreModule, name: string, parent: typeof CoreModule): void {
  setTypeOf(at, datatype('Module'));
  writeRef(at, Module.name, symbol(name));
  writeRef(at, Module.parent, parent);
}

let world: World | null = null;

/** The world with the declarations of Core and Base; built on first use, in an empty heap. */
export function baseWorld(): World {
  if (world !== null) return world;
  initializeHeap();
  initializeTypes();
  if (CHECK) installAccessCheck();
  module(CoreModule, 'Core', CoreModule);
  module(MainModule, 'Main', MainModule);
  module(BaseModule, 'Base', MainModule);
  setNameVisibility(
    (m, name) =>
      m === MainModule || (m === CoreModule ? !coreQualified.has(name) : m === BaseModule && !qualified.has(name)),
  );
  const made = new World();
  for (const [name, value] of coreTypeBindings()) made.define(name, value);
  made.define('nothing', nothing);
  made.define('true', trueValue);
  made.define('false', falseValue);
  made.define('Core', CoreModule);
  made.define('Base', BaseModule);
  made.define('Main', MainModule);
  made.run(core, CoreModule);
  afterBoot();
  for (const name of ['kwcall', 'identity', 'sin'])
    made.defineFunction(name, name === 'kwcall' ? CoreModule : BaseModule);
  made.run(base, BaseModule);
  made.run('const missing = Missing()\nconst undef = UndefInitializer()', BaseModule);
  made.define('NaN', boxFloat64(Number.NaN));
  world = made;
  return made;
}
