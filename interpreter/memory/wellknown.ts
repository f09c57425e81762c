// Well-known objects: those that the runtime's own code names.
//
// Their references are constants. Each has a place of 256 bytes reserved at the bottom of the region, in the order of
// the tables below; the bootstrap builds them there, a snapshot brings them back there, and compiled code may name them
// by a symbol that every process resolves alike. A constant costs nothing in the VM's comparisons, and there is no
// table of roots to fill when a snapshot is mapped.
//
// A type's place holds its DataType, its TypeName and, for a parametric type, its UnionAll wrapper:
//
//     +8 header, +16 DataType (56 bytes)   +72 header, +80 TypeName (128)   +216 header, +224 UnionAll (16)
//
// Types that Julia's own boot.jl declares (Float64, Int128, the exceptions) have places too: the builtins that make
// types look the name up here when the module is Core, so that either library finds the runtime's types.

import type { DataTypeRef, ModuleRef, Ref, SvecRef, TypeNameRef, TypeRef } from './layout.ts';

const FIRST = 0x2000;
const STRIDE = 256;

const typeNames = [
  // kinds and what types are made of
  'Any',
  'DataType',
  'TypeName',
  'UnionAll',
  'Union',
  'TypeofBottom',
  'TypeofVararg',
  'TypeVar',
  'Type',
  'SimpleVector',
  'Symbol',
  'String',
  'Module',
  'Tuple',
  'NamedTuple',
  'Vararg',
  'Nothing',
  'Function',
  'Builtin',
  'IntrinsicFunction',
  // numbers; Bool to BFloat16 are the bits types of at most 8 bytes, in a row: the VM's slots hold them unboxed
  'Number',
  'Real',
  'AbstractFloat',
  'Integer',
  'Signed',
  'Unsigned',
  'AbstractChar',
  'Bool',
  'Char',
  'Int8',
  'UInt8',
  'Int16',
  'UInt16',
  'Int32',
  'UInt32',
  'Int64',
  'UInt64',
  'Float16',
  'Float32',
  'Float64',
  'BFloat16',
  'Int128',
  'UInt128',
  // memory
  'AddrSpace',
  'GenericMemory',
  'GenericMemoryRef',
  'AbstractArray',
  'DenseArray',
  'Array',
  'Ptr',
  'Ref',
  'LLVMPtr',
  'Cstring',
  'Cwstring',
  'AbstractString',
  'WeakRef',
  'Val',
  'Pair',
  'VecElement',
  // code
  'Expr',
  'QuoteNode',
  'LineNumberNode',
  'GlobalRef',
  'SSAValue',
  'SlotNumber',
  'GotoNode',
  'GotoIfNot',
  'ReturnNode',
  'EnterNode',
  'NewvarNode',
  'Argument',
  'PhiNode',
  'PiNode',
  'PhiCNode',
  'UpsilonNode',
  'CodeInfo',
  'CodeInstance',
  'DebugInfo',
  'Method',
  'MethodInstance',
  'MethodTable',
  'MethodCache',
  'TypeMapEntry',
  'TypeMapLevel',
  'MethodMatch',
  'Binding',
  'BindingPartition',
  'OpaqueClosure',
  'Const',
  'PartialStruct',
  'PartialOpaque',
  'InterConditional',
  'ABIOverride',
  'Task',
  'Box',
  'LegacyLineInfo',
  'GeneratedFunctionStub',
  // exceptions
  'Exception',
  'ErrorException',
  'BoundsError',
  'DivideError',
  'OutOfMemoryError',
  'ReadOnlyMemoryError',
  'SegmentationFault',
  'StackOverflowError',
  'UndefRefError',
  'UndefVarError',
  'ConcurrencyViolationError',
  'InterruptException',
  'DomainError',
  'TypeError',
  'InexactError',
  'OverflowError',
  'ArgumentError',
  'UndefKeywordError',
  'FieldError',
  'MethodError',
  'AssertionError',
  'LoadError',
  'InitError',
  'PrecompilableError',
  'CanonicalIndexError',
  'AtomicMemory',
] as const;

export type WellKnownTypeName = (typeof typeNames)[number];

const indexByName = new Map<string, number>(typeNames.map((name, index) => [name, index]));
const place = (index: number): number => FIRST + index * STRIDE;

/** The names that have a reserved place in Core, in order. */
export const wellKnownTypeNames: readonly WellKnownTypeName[] = typeNames;

function indexOf(name: WellKnownTypeName): number {
  const index = indexByName.get(name);
  if (index === undefined) throw new Error(`no place is reserved for the type ${name}`);
  return index;
}

/** The reserved references of a type of Core by name, or undefined when none is reserved. */
export function reservedPlace(
  name: string,
): { type: DataTypeRef; typename: TypeNameRef; wrapper: TypeRef } | undefined {
  const index = indexByName.get(name);
  if (index === undefined) return undefined;
  return {
    type: ((place(index) + 16) / 8) as DataTypeRef,
    typename: ((place(index) + 80) / 8) as TypeNameRef,
    wrapper: ((place(index) + 224) / 8) as TypeRef,
  };
}

/** The DataType object of a type of Core (for a parametric one, its body: `T` applied to its own variables). */
export const datatype = (name: WellKnownTypeName): DataTypeRef => ((place(indexOf(name)) + 16) / 8) as DataTypeRef;
/** The TypeName of a type of Core. */
export const typename = (name: WellKnownTypeName): TypeNameRef => ((place(indexOf(name)) + 80) / 8) as TypeNameRef;
/** The UnionAll of a parametric type of Core, e.g. `Array` itself. */
export const wrapper = (name: WellKnownTypeName): TypeRef => ((place(indexOf(name)) + 224) / 8) as TypeRef;

const OBJECTS = FIRST + typeNames.length * STRIDE;
const object = <T extends Ref>(index: number): T => ((OBJECTS + index * STRIDE + 16) / 8) as T;

/** `nothing` */
export const nothing: Ref = object(0);
export const trueValue: Ref = object(1);
export const falseValue: Ref = object(2);
/** `Union{}`, the one instance of TypeofBottom */
export const Bottom: TypeRef = object(3);
/** `Core.svec()` */
export const emptySvec: SvecRef = object(4);
/** `()` */
export const emptyTuple: Ref = object(5);
export const CoreModule: ModuleRef = object(6);
export const MainModule: ModuleRef = object(7);
export const BaseModule: ModuleRef = object(8);
export const IntrinsicsModule: ModuleRef = object(9);
/** `Tuple{}` */
export const EmptyTupleType: DataTypeRef = object(10);
/** `Type` applied to its own variable is datatype('Type'); `Core.CPU`, the address space 0 */
export const CPUAddressSpace: Ref = object(11);
/** `Memory` = GenericMemory{:not_atomic, T, CPU} where T, and its body */
export const MemoryUnionAll: TypeRef = object(12);
/** `Array{Any,1}`, `Memory{Any}`, `Memory{UInt8}`, `Array{UInt8,1}`: made early, named often */
export const ArrayAnyType: DataTypeRef = object(13);
export const MemoryAnyType: DataTypeRef = object(14);
export const MemoryUInt8Type: DataTypeRef = object(15);
export const ArrayUInt8Type: DataTypeRef = object(16);
export const MemoryRefAnyType: DataTypeRef = object(17);
/** `NTuple`, the alias; `Ptr{Cvoid}`, `Ptr{UInt8}` */
export const PtrNothingType: DataTypeRef = object(18);
export const PtrUInt8Type: DataTypeRef = object(19);
/** `Type{Union{}}`, which is TypeofBottom's other face */
export const TypeOfBottomType: TypeRef = object(20);
export const MethodTableObject: Ref = object(21);
/** `Tuple`, which is `Tuple{Vararg{Any}}` */
export const AnyTupleType: DataTypeRef = datatype('Tuple');
export const EmptyMemoryAny: Ref = object(23);

const OBJECT_COUNT = 48;
/** Byte offsets of the zone of well-known objects. */
export const WELL_KNOWN_START = FIRST;
export const WELL_KNOWN_END = OBJECTS + OBJECT_COUNT * STRIDE;
