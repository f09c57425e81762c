// Building the first types in an empty heap.
//
// Types refer to each other in circles: the type of every type is DataType, which has fields of type Symbol, whose type
// is a DataType. But all of them have reserved places, so references to a type are valid before it exists, and the
// order below is only what layouts and hashes need: the kinds first, then numbers, memory, and the types of code
// (bootstrap-fields.ts). The result is what Julia's jl_init_types leaves; boot.jl then declares the rest through
// define.ts, and `afterBoot` corrects the supertypes that the first numbers had to do without.

import { REGION_HIGH, U8, U32 } from '../../ffi/region.ts';
import {
  type DataTypeRef,
  NULL,
  type Ref,
  readRef,
  readU8,
  type SvecRef,
  setAccessCheck,
  setTypeOf,
  typeOf,
  writeI32,
  writeRef,
  writeU8,
  writeWide,
} from '../memory/layout.ts';
import { DataType, DataTypeFlag, GenericMemory, TypeName, TypeNameFlag } from '../memory/objects.ts';
import {
  ArrayAnyType,
  ArrayUInt8Type,
  Bottom,
  CoreModule,
  CPUAddressSpace,
  datatype,
  EmptyMemoryAny,
  EmptyTupleType,
  emptySvec,
  emptyTuple,
  falseValue,
  MemoryAnyType,
  MemoryRefAnyType,
  MemoryUInt8Type,
  MemoryUnionAll,
  nothing,
  PtrNothingType,
  PtrUInt8Type,
  TypeOfBottomType,
  trueValue,
  typename,
  type WellKnownTypeName,
  wellKnownTypeNames,
  wrapper,
} from '../memory/wellknown.ts';
import { symbol } from '../runtime/symbols.ts';
import { boxInt64, svec, svecGet, svecLength, svecOf, svecSet } from '../runtime/values.ts';
import { applyType, typeUnionAll } from './apply.ts';
import { codeTypes, type FieldTable, kindFields } from './bootstrap-fields.ts';
import { cacheInstance } from './cache.ts';
import { freshVar, newTypeVar, newVararg } from './construct.ts';
import { newDataType, newPrimitiveType, setFieldBits } from './define.ts';
import { computeLayout, dropLayoutCache } from './fieldlayout.ts';
import { deriveFlags } from './instance.ts';
import { applyTupleType, wrapType } from './instantiate.ts';
import { AnyType, instanceOf, rawFieldTypes, setFlag, typeNameOf } from './kinds.ts';
import { layoutOffset } from './layoutaccess.ts';

const placeOf = (name: WellKnownTypeName) => ({
  place: { type: datatype(name), typename: typename(name), wrapper: wrapper(name) },
});

interface Options {
  readonly super?: Ref;
  readonly parameters?: readonly Ref[];
  readonly mutable?: boolean;
  readonly initialized?: number;
  readonly fields?: readonly (readonly [name: string, type: Ref])[];
}

function struct(name: WellKnownTypeName, options: Options = {}): DataTypeRef {
  const fields = options.fields ?? [];
  return newDataType({
    name: symbol(name),
    module: CoreModule,
    super: options.super ?? AnyType,
    parameters: svecOf(options.parameters ?? []),
    fieldNames: svecOf(fields.map(([field]) => symbol(field))),
    fieldTypes: svecOf(fields.map(([, type]) => type)),
    abstract: false,
    mutable: options.mutable ?? false,
    initialized: options.initialized ?? fields.length,
    ...placeOf(name),
  });
}

function abstract(name: WellKnownTypeName, parameters: readonly Ref[] = [], parent: Ref = AnyType): DataTypeRef {
  return newDataType({
    name: symbol(name),
    module: CoreModule,
    super: parent,
    parameters: svecOf(parameters),
    fieldNames: emptySvec,
    fieldTypes: emptySvec,
    abstract: true,
    mutable: false,
    initialized: 0,
    ...placeOf(name),
  });
}

function primitive(
  name: WellKnownTypeName,
  bits: number,
  parent: Ref = AnyType,
  parameters: readonly Ref[] = [],
): DataTypeRef {
  return newPrimitiveType(
    { name: symbol(name), module: CoreModule, super: parent, parameters: svecOf(parameters), ...placeOf(name) },
    bits,
  );
}

/** Objects of the kinds are always boxed: the runtime passes them by reference. */
const notInline = (name: WellKnownTypeName): void =>
  writeU8(typename(name), TypeName.flags, readU8(typename(name), TypeName.flags) & ~TypeNameFlag.mayinlinealloc);

/** The one instance of a type, at its reserved place. */
function singletonAt(type: DataTypeRef, at: Ref): void {
  setTypeOf(at, type);
  writeRef(type, DataType.instance, at);
}

/**
 * An instance that must lie at a reserved place: allocated by applying the type, then moved there before anything can
 * refer to it. Only for instances of non-tuple names, made once.
 */
function instanceAt(at: Ref, make: () => Ref): void {
  const made = make();
  U8.copyWithin(at * 8 - 8, made * 8 - 8, made * 8 + DataType.$size);
  const name = typeNameOf(made);
  for (const field of [TypeName.cache, TypeName.linearcache] as const) {
    const table = readRef<SvecRef>(name, field);
    for (let i = 0, n = svecLength(table); i < n; i++) if (svecGet(table, i) === made) svecSet(table, i, at);
  }
}

/**
 * Builds all types that the runtime itself makes, in a heap that `initializeHeap` prepared. CoreModule is only named,
 * not built.
 */
export function initializeTypes(): void {
  dropLayoutCache();
  setTypeOf(emptySvec, datatype('SimpleVector'));
  setTypeOf(Bottom, datatype('TypeofBottom'));
  setTypeOf(nothing, datatype('Nothing'));
  setTypeOf(emptyTuple, EmptyTupleType);
  setTypeOf(CoreModule, datatype('Module'));
  // Everything that a definition touches before it exists: flags of types that are named as bounds and supertypes.
  setTypeOf(datatype('Any'), datatype('DataType'));

  abstract('Any');
  writeRef(AnyType, DataType.super, AnyType);
  const typeVariable = freshVar('T');
  abstract('Type', [typeVariable]);
  setFlag(datatype('Type'), DataTypeFlag.ismutationfree, true);
  const kind = datatype('Type');

  const shells: WellKnownTypeName[] = ['DataType', 'TypeName', 'SimpleVector', 'Symbol', 'MethodTable', 'MethodCache'];
  for (const name of shells) struct(name, { mutable: true, super: name === 'DataType' ? kind : AnyType });
  struct('TypeofBottom', { super: kind });
  singletonAt(datatype('TypeofBottom'), Bottom);
  for (const name of ['UnionAll', 'Union'] as const) {
    struct(name, { super: kind });
    notInline(name);
  }
  struct('TypeofVararg');
  notInline('TypeofVararg');
  struct('TypeVar', { mutable: true });
  struct('Nothing');
  singletonAt(datatype('Nothing'), nothing);

  // Vararg itself is an instance of TypeofVararg: Vararg{T,N} with both left out.
  setTypeOf(datatype('Vararg'), datatype('TypeofVararg'));

  makeTuple();
  makeTypeOfBottom();
  makeNumbers();
  for (const name of ['Function'] as const) abstract(name);
  abstract('Builtin', [], datatype('Function'));
  struct('Module', { mutable: true });
  abstract('AbstractString');
  struct('String', { mutable: true, super: datatype('AbstractString') });
  makeMemory();
  for (const table of kindFields()) setFields(table);
  for (const table of codeTypes()) {
    struct(table.name, {
      mutable: table.mutable,
      fields: [],
      super: table.super ?? AnyType,
      parameters: table.parameters ?? [],
    });
    setFields(table);
  }
  primitive('IntrinsicFunction', 32, datatype('Builtin'));
  makeNamedTuple();
  makePointers();
  for (const name of ['UnionAll', 'Union', 'TypeofVararg', 'DebugInfo'] as const) notInline(name);
  for (const name of ['String', 'Symbol', 'SimpleVector', 'Module'] as const) {
    setFlag(datatype(name), DataTypeFlag.ismutationfree, true);
    setFlag(datatype(name), DataTypeFlag.isidentityfree, true);
  }
  for (const name of ['TypeName', 'DataType', 'Union', 'UnionAll', 'TypeofVararg'] as const)
    setFlag(datatype(name), DataTypeFlag.ismutationfree, true);
  refreshLayouts();
}

/** Gives a type made without fields the fields of a table, and lays it out. */
function setFields(table: FieldTable): void {
  const type = datatype(table.name);
  const name = typename(table.name);
  const fields = table.fields;
  writeRef(name, TypeName.names, svecOf(fields.map(([field]) => symbol(field))));
  writeI32(name, TypeName.n_uninitialized, fields.length - (table.initialized ?? fields.length));
  if (instanceOf(type) !== NULL && fields.length > 0) writeRef(type, DataType.instance, NULL);
  writeRef(type, DataType.types, svecOf(fields.map(([, fieldType]) => fieldType)));
  const index = (wanted: readonly string[] | undefined): number[] =>
    (wanted ?? []).map((field) => {
      const at = fields.findIndex(([name]) => name === field);
      if (at < 0) throw new Error(`${table.name} has no field ${field}`);
      return at;
    });
  setFieldBits(name, 'atomicfields', index(table.atomic));
  setFieldBits(name, 'constfields', index(table.constant));
  computeLayout(type);
}

function makeTuple(): void {
  const parameters = svec(newVararg(AnyType, NULL));
  newDataType({
    name: symbol('Tuple'),
    module: CoreModule,
    super: AnyType,
    parameters,
    fieldNames: emptySvec,
    fieldTypes: parameters,
    abstract: false,
    mutable: false,
    initialized: 0,
    ...placeOf('Tuple'),
  });
  const tuple = datatype('Tuple');
  // Its parameters are no variables: Tuple is its own wrapper, and no type of a fixed layout.
  writeRef(typename('Tuple'), TypeName.wrapper, tuple);
  writeI32(typename('Tuple'), TypeName.n_uninitialized, 0);
  setFlag(tuple, DataTypeFlag.isconcretetype, false);
  setFlag(tuple, DataTypeFlag.isbitstype, false);
  setFlag(tuple, DataTypeFlag.isdispatchtuple, false);
  setFlag(tuple, DataTypeFlag.maybe_subtype_of_cache, false);
  writeWide(tuple, DataType.layout, 0);
  writeRef(tuple, DataType.instance, NULL);
  // Tuple{}
  setTypeOf(EmptyTupleType, datatype('DataType'));
  writeRef(EmptyTupleType, DataType.name, typename('Tuple'));
  writeRef(EmptyTupleType, DataType.super, AnyType);
  writeRef(EmptyTupleType, DataType.parameters, emptySvec);
  writeRef(EmptyTupleType, DataType.types, emptySvec);
  setFlag(EmptyTupleType, DataTypeFlag.has_concrete_subtype, true);
  deriveFlags(EmptyTupleType, true);
  singletonAt(EmptyTupleType, emptyTuple);
  computeLayout(EmptyTupleType);
  cacheInstance(EmptyTupleType);
}

/** `Type{Union{}}`, the supertype of TypeofBottom; the only abstract type with a layout. */
function makeTypeOfBottom(): void {
  const made = wrapType(Bottom);
  U8.copyWithin(TypeOfBottomType * 8 - 8, made * 8 - 8, made * 8 + DataType.$size);
  const name = typeNameOf(made);
  for (const field of [TypeName.cache, TypeName.linearcache] as const) {
    const table = readRef<SvecRef>(name, field);
    for (let i = 0, n = svecLength(table); i < n; i++)
      if (svecGet(table, i) === made) svecSet(table, i, TypeOfBottomType);
  }
  writeRef(datatype('TypeofBottom'), DataType.super, TypeOfBottomType);
  writeWide(TypeOfBottomType, DataType.layout, REGION_HIGH * 2 ** 32 + layoutOffset(datatype('TypeofBottom')));
}

function makeNumbers(): void {
  for (const [name, bits] of [
    ['Int32', 32],
    ['Int64', 64],
    ['UInt32', 32],
    ['UInt64', 64],
    ['UInt8', 8],
    ['UInt16', 16],
    ['Bool', 8],
  ] as const)
    primitive(name, bits);
  for (const [at, value] of [
    [falseValue, 0],
    [trueValue, 1],
  ] as const) {
    setTypeOf(at, datatype('Bool'));
    U8[at * 8] = value;
  }
}

const Not = () => symbol('not_atomic');

function makeMemory(): void {
  primitive('AddrSpace', 8, AnyType, [freshVar('Backend')]);
  setTypeOf(CPUAddressSpace, applyType(wrapper('AddrSpace'), [CoreModule]));
  U8[CPUAddressSpace * 8] = 0;
  abstract('Ref', [freshVar('T')]);
  const pointee = freshVar('T');
  primitive('Ptr', 64, applyType(wrapper('Ref'), [pointee]), [pointee]);
  instanceAt(PtrNothingType, () => applyType(wrapper('Ptr'), [datatype('Nothing')]));
  abstract('AbstractArray', [freshVar('T'), freshVar('N')]);
  const denseT = freshVar('T');
  const denseN = freshVar('N');
  abstract('DenseArray', [denseT, denseN], applyType(wrapper('AbstractArray'), [denseT, denseN]));

  const parameters = [freshVar('isatomic'), freshVar('T'), freshVar('addrspace')];
  const memory = struct('GenericMemory', {
    parameters,
    mutable: true,
    super: applyType(wrapper('DenseArray'), [parameters[1], boxInt64(1)]),
    fields: [
      ['length', datatype('Int64')],
      ['ptr', PtrNothingType],
    ],
  });
  setFieldBits(typename('GenericMemory'), 'constfields', [0, 1]);
  setFlag(memory, DataTypeFlag.ismutationfree, false);
  const reference = struct('GenericMemoryRef', {
    parameters,
    super: applyType(wrapper('Ref'), [parameters[1]]),
    fields: [
      ['ptr_or_offset', PtrNothingType],
      ['mem', memory],
    ],
  });
  setFlag(reference, DataTypeFlag.ismutationfree, false);

  const plain = Not();
  instanceAt(MemoryAnyType, () => applyType(wrapper('GenericMemory'), [plain, AnyType, CPUAddressSpace]));
  instanceAt(MemoryUInt8Type, () => applyType(wrapper('GenericMemory'), [plain, datatype('UInt8'), CPUAddressSpace]));
  instanceAt(MemoryRefAnyType, () => applyType(wrapper('GenericMemoryRef'), [plain, AnyType, CPUAddressSpace]));
  const element = freshVar('T');
  setTypeOf(MemoryUnionAll, datatype('UnionAll'));
  const alias = typeUnionAll(element, applyType(wrapper('GenericMemory'), [plain, element, CPUAddressSpace]));
  U8.copyWithin(MemoryUnionAll * 8, alias * 8, alias * 8 + 16);

  const arrayT = freshVar('T');
  const arrayN = freshVar('N');
  struct('Array', {
    parameters: [arrayT, arrayN],
    mutable: true,
    super: applyType(wrapper('DenseArray'), [arrayT, arrayN]),
    fields: [
      ['ref', applyType(wrapper('GenericMemoryRef'), [plain, arrayT, CPUAddressSpace])],
      ['size', applyTupleType([newVararg(datatype('Int64'), arrayN)])],
    ],
  });
  const one = boxInt64(1);
  instanceAt(ArrayAnyType, () => applyType(wrapper('Array'), [AnyType, one]));
  instanceAt(ArrayUInt8Type, () => applyType(wrapper('Array'), [datatype('UInt8'), one]));
  setTypeOf(EmptyMemoryAny, MemoryAnyType);
  writeWide(EmptyMemoryAny, GenericMemory.length, 0);
  writeWide(EmptyMemoryAny, GenericMemory.ptr, REGION_HIGH * 2 ** 32 + EmptyMemoryAny * 8 + GenericMemory.$size);
}

function makeNamedTuple(): void {
  const names = freshVar('names');
  const types = newTypeVar(symbol('T'), Bottom, datatype('Tuple'));
  const type = struct('NamedTuple', { parameters: [names, types] });
  writeWide(type, DataType.layout, 0);
  writeRef(type, DataType.instance, NULL);
}

function makePointers(): void {
  instanceAt(PtrUInt8Type, () => applyType(wrapper('Ptr'), [datatype('UInt8')]));
  const element = freshVar('T');
  primitive('LLVMPtr', 64, applyType(wrapper('Ref'), [element]), [element, freshVar('AS')]);
}

/** Layouts that were computed before the flags of the types in their fields were right. */
function refreshLayouts(): void {
  for (const table of [...kindFields(), ...codeTypes()]) computeLayout(datatype(table.name));
  for (const name of ['String', 'Symbol', 'SimpleVector', 'Module'] as const) {
    computeLayout(datatype(name));
    setFlag(datatype(name), DataTypeFlag.ismutationfree, true);
    setFlag(datatype(name), DataTypeFlag.isidentityfree, true);
  }
  for (const name of ['TypeName', 'DataType', 'Union', 'UnionAll', 'TypeofVararg'] as const)
    setFlag(datatype(name), DataTypeFlag.ismutationfree, true);
  for (const table of codeTypes()) {
    for (const [field, type] of table.boxed ?? []) {
      const at = table.fields.findIndex(([name]) => name === field);
      svecSet(rawFieldTypes(datatype(table.name)), at, type);
    }
  }
}

/**
 * To be called once boot.jl has declared the numeric tower: gives the bits types that existed before it their
 * supertypes.
 */
export function afterBoot(): void {
  const supers: [WellKnownTypeName, WellKnownTypeName][] = [
    ['Bool', 'Integer'],
    ['UInt8', 'Unsigned'],
    ['UInt16', 'Unsigned'],
    ['UInt32', 'Unsigned'],
    ['UInt64', 'Unsigned'],
    ['Int32', 'Signed'],
    ['Int64', 'Signed'],
  ];
  for (const [name, parent] of supers) writeRef(datatype(name), DataType.super, datatype(parent));
}

/** What Core binds to types: name and value, in the order in which Julia's runtime binds them. */
export function coreTypeBindings(): [name: string, value: Ref][] {
  const plain: WellKnownTypeName[] = [
    'Any',
    'DataType',
    'TypeName',
    'UnionAll',
    'Union',
    'TypeofBottom',
    'TypeofVararg',
    'TypeVar',
    'SimpleVector',
    'Symbol',
    'String',
    'Module',
    'Tuple',
    'Nothing',
    'Function',
    'Builtin',
    'IntrinsicFunction',
    'Bool',
    'UInt8',
    'UInt16',
    'Int32',
    'UInt32',
    'Int64',
    'UInt64',
    'AbstractString',
    'MethodTable',
    'MethodCache',
    'Vararg',
    ...codeTypes()
      .filter((table) => (table.parameters ?? []).length === 0)
      .map((table) => table.name),
  ];
  const parametric: WellKnownTypeName[] = [
    'Type',
    'NamedTuple',
    'AddrSpace',
    'GenericMemory',
    'GenericMemoryRef',
    'AbstractArray',
    'DenseArray',
    'Array',
    'Ptr',
    'Ref',
    'LLVMPtr',
    'OpaqueClosure',
  ];
  const length = freshVar('N');
  const element = freshVar('T');
  const tuple = applyTupleType([newVararg(element, length)]);
  return [
    ...plain.map((name): [string, Ref] => [name, datatype(name)]),
    ...parametric.map((name): [string, Ref] => [name, wrapper(name)]),
    ['Int', datatype('Int64')],
    ['NTuple', typeUnionAll(length, typeUnionAll(element, tuple))],
    ['CPU', CPUAddressSpace],
  ];
}

/** Layouts of parametric types: every instance of the name has them. */
const familyLayouts: readonly WellKnownTypeName[] = ['GenericMemory', 'GenericMemoryRef', 'Array', 'OpaqueClosure'];

/** Installs the check that JL0_CHECK=1 makes on accesses: the object's type must be the one that the layout is of. */
export function installAccessCheck(): void {
  const expected = new Map<string, Ref>();
  for (const name of wellKnownTypeNames) expected.set(name, datatype(name));
  expected.set('Vararg', datatype('TypeofVararg'));
  const families = new Map<string, Ref>(familyLayouts.map((name) => [name, typename(name)]));
  setAccessCheck((object, info) => {
    if (info.name === 'layout') return;
    const type = typeOf(object);
    const family = families.get(info.name);
    // The name is read past the accessor, which would check itself.
    const ok =
      family === undefined
        ? type === expected.get(info.name)
        : typeOf(type) === datatype('DataType') && U32[(type << 1) + (DataType.name & 0xfff)] >>> 3 === family;
    if (!ok) throw new Error(`access to a field of ${info.name} in object ${object}, whose type is ${type}`);
  });
}
