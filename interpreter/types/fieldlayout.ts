// Where the fields of a type lie.
//
// Fields are placed in order, each at its alignment. A field whose type says exactly what an instance looks like (an
// immutable struct or primitive type) is stored inline; so is a union of up to 126 such types without references, with
// one selector byte behind the largest member; everything else is a reference. An atomic field takes a power of two; if
// it is wider than the machine's widest atomic access, the object starts with a lock.
//
// When the fields do not depend on the parameters, the layout is computed once, for the body of the wrapper, and all
// instances share it. Memory{T} has no fields in its layout: its layout describes one element.
//
// Enters: a DataType whose field types are known. Leaves: DataType.layout, the flags that depend on it (isbitstype,
// zeroinit, has_concrete_subtype, ismutationfree, isidentityfree), and the instance of a singleton type.

import { REGION_BASE, U32 } from '../../ffi/region.ts';
import { allocate, allocatePermanent } from '../memory/heap.ts';
import { type DataTypeRef, NULL, type Ref, writeRef, writeWide } from '../memory/layout.ts';
import { DataType, DataTypeFlag, TypeLayoutFlag, TypeNameFlag } from '../memory/objects.ts';
import { CPUAddressSpace, datatype, TypeOfBottomType } from '../memory/wellknown.ts';
import { symbol } from '../runtime/symbols.ts';
import { svecGet, svecLength } from '../runtime/values.ts';
import { throwError } from './errors.ts';
import { fieldIsAtomic, fieldIsConst, fieldType, fieldTypes, uninitializedCount } from './fields.ts';
import {
  AnyType,
  ArrayName,
  Bottom,
  hasFlag,
  hasNameFlag,
  instanceOf,
  isBits,
  isConcrete,
  isDataType,
  isKind,
  isMemoryType,
  isMutableType,
  isPrimitiveType,
  isSingletonType,
  isTupleType,
  isType,
  isTypeType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  ModuleType,
  NamedTupleName,
  nameText,
  normalizeBottomType,
  param,
  paramCount,
  rawFieldTypes,
  SimpleVectorType,
  StringType,
  SymbolType,
  setFlag,
  TupleName,
  TypeofBottomType,
  typeNameOf,
  unionA,
  unionAllBody,
  unionAllVar,
  unionB,
  unwrapUnionAll,
  varargN,
  varargT,
  wrapperOf,
} from './kinds.ts';
import {
  fieldOffset,
  fieldSize,
  isOpaqueLayout,
  LAYOUT_HEADER_BYTES,
  layoutAlignment,
  layoutFieldCount,
  layoutFlags,
  layoutOffset,
  layoutPointerCount,
  layoutSize,
  pointerOffset,
} from './layoutaccess.ts';

/** The widest atomic access of x86-64, in bytes. */
const MAX_ATOMIC_SIZE = 16;
/** No field is aligned more than this, in bytes. */
export const MAX_ALIGN = 16;
/** Size of the lock in front of an object with atomic fields that are too wide (jl_mutex_t), in bytes. */
const LOCK_BYTES = 16;

const alignUp = (n: number, to: number): number => Math.ceil(n / to) * to;

export function nextPowerOfTwo(n: number): number {
  let power = 1;
  while (power < n) power *= 2;
  return power;
}

interface Shape {
  readonly size: number;
  readonly alignment: number;
  readonly flags: number;
  readonly fields: readonly { readonly isPtr: boolean; readonly size: number; readonly offset: number }[];
  readonly pointers: readonly number[];
  readonly npointers: number;
}

/** Layouts made so far by contents; only saves space. */
const interned = new Map<string, number>();

/** Forgets what JavaScript remembers of the heap's layouts; needed when another heap is mapped. */
export function dropLayoutCache(): void {
  interned.clear();
}

/** Writes a layout to permanent memory; returns its byte offset. */
function internLayout(shape: Shape): number {
  const key = `${shape.size},${shape.alignment},${shape.flags},${shape.npointers};${shape.fields
    .map((f) => `${f.isPtr ? 'p' : ''}${f.size}@${f.offset}`)
    .join()};${shape.pointers.join()}`;
  const found = interned.get(key);
  if (found !== undefined) return found;
  const offset = allocatePermanent(LAYOUT_HEADER_BYTES + 8 * shape.fields.length + 4 * shape.pointers.length);
  let word = offset >>> 2;
  U32[word++] = shape.size;
  U32[word++] = shape.fields.length;
  U32[word++] = shape.npointers;
  U32[word++] = shape.pointers.length > 0 ? shape.pointers[0] : -1;
  U32[word++] = shape.alignment | ((shape.flags | TypeLayoutFlag.fielddesc_type_32) << 16);
  for (const field of shape.fields) {
    U32[word++] = field.size * 2 + (field.isPtr ? 1 : 0);
    U32[word++] = field.offset;
  }
  for (const pointer of shape.pointers) U32[word++] = pointer;
  interned.set(key, offset);
  return offset;
}

const setLayout = (t: Ref, shape: Shape): void => writeWide(t, DataType.layout, REGION_BASE + internLayout(shape));

/** The layout of a primitive type. */
export function primitiveShape(bytes: number): Shape {
  const alignment = Math.min(nextPowerOfTwo(bytes), MAX_ALIGN);
  return { size: bytes, alignment, flags: TypeLayoutFlag.isbitsegal, fields: [], pointers: [], npointers: 0 };
}

export function setPrimitiveLayout(t: Ref, bytes: number): void {
  setLayout(t, primitiveShape(bytes));
}

/** Can instances of `t` be told apart only by identity, so that comparing references decides `===`? */
export function isPointerEgal(t: Ref): boolean {
  if (t === AnyType) return false;
  if (t === SymbolType || t === datatype('Bool')) return true;
  const inner = unwrapUnionAll(t);
  if (isMutableType(inner) && t !== StringType && t !== SimpleVectorType && !isKind(t)) return true;
  if (isSingletonType(t) || t === TypeOfBottomType) return true;
  if (isTypeType(t)) {
    const p = param(t, 0);
    if (isDataType(p) && p !== TypeofBottomType && (isConcrete(p) || paramCount(p) === 0)) return true;
  }
  return isUnion(t) && isPointerEgal(unionA(t)) && isPointerEgal(unionB(t));
}

interface VarScope {
  readonly variable: Ref;
  readonly outer: VarScope | null;
}

/** Would the layout of something of type `t` depend on a variable that is not in scope? */
function layoutUsesFreeVars(t: Ref, scope: VarScope | null): boolean {
  for (;;) {
    if (isTypeVar(t)) {
      for (let s = scope; s !== null; s = s.outer) if (s.variable === t) return false;
      return true;
    }
    if (isUnionAll(t)) {
      scope = { variable: unionAllVar(t), outer: scope };
      t = unionAllBody(t);
      continue;
    }
    if (isDataType(t)) {
      if (hasFlag(t, DataTypeFlag.isconcretetype) || layoutOffset(t) !== 0) return false;
      const name = typeNameOf(t);
      if (!hasNameFlag(name, TypeNameFlag.mayinlinealloc)) return false;
      if (name === NamedTupleName)
        return layoutUsesFreeVars(param(t, 0), scope) || layoutUsesFreeVars(param(t, 1), scope);
      if (name === TupleName) return true;
      const types = fieldTypes(t);
      for (let i = 0, n = svecLength(types); i < n; i++) if (layoutUsesFreeVars(svecGet(types, i), scope)) return true;
      return false;
    }
    if (isUnion(t)) {
      if (layoutUsesFreeVars(unionA(t), scope)) return true;
      t = unionB(t);
    } else if (isVararg(t)) {
      if (varargT(t) === NULL) return false;
      if (varargN(t) !== NULL && layoutUsesFreeVars(varargN(t), scope)) return true;
      t = varargT(t);
    } else return false;
  }
}

/** Do all instances of all instances of `t` share one layout? */
export function hasFixedLayout(t: DataTypeRef): boolean {
  if (hasFlag(t, DataTypeFlag.isconcretetype)) return true;
  if (isMemoryType(t)) return false;
  if (layoutOffset(t) !== 0) return true;
  const name = typeNameOf(t);
  if (hasNameFlag(name, TypeNameFlag.abstract)) return false;
  if (name === NamedTupleName) return !layoutUsesFreeVars(param(t, 0), null) && !layoutUsesFreeVars(param(t, 1), null);
  if (name === TupleName) return false;
  const types = fieldTypes(t);
  for (let i = 0, n = svecLength(types); i < n; i++) if (layoutUsesFreeVars(svecGet(types, i), null)) return false;
  return true;
}

/** Computes the layout of `t` if it has one; true when it does. */
export function tryLayout(t: DataTypeRef): boolean {
  if (layoutOffset(t) !== 0) return true;
  if (!hasFixedLayout(t)) return false;
  computeLayout(t);
  return layoutOffset(t) !== 0;
}

/** Would Julia need 32-bit field descriptors for `t`? Its collector then cannot handle references stored inline. */
function needsWideDescriptors(t: Ref): boolean {
  const count = layoutFieldCount(t);
  if (count === 0) return false;
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, fieldSize(t, i));
  return largest >= 1 << 15 || fieldOffset(t, count - 1) >= 1 << 16;
}

/** Are instances of `t` stored inline in the objects that hold them? `pointerFree`: only if without references. */
export function isInlineAllocated(t: DataTypeRef, pointerFree: boolean): boolean {
  const name = typeNameOf(t);
  if (!hasNameFlag(name, TypeNameFlag.mayinlinealloc) || !tryLayout(t)) return false;
  if (layoutPointerCount(t) === 0) return true;
  return !pointerFree && uninitializedCount(t) === 0 && !needsWideDescriptors(t);
}

/** Size and alignment of a value of type `t` stored inline, and how many members the union has (1 when it is none). */
export interface InlineShape {
  size: number;
  alignment: number;
  members: number;
}

function addInline(t: Ref, pointerFree: boolean, asField: boolean, into: InlineShape): boolean {
  if (isUnion(t)) return addInline(unionA(t), true, asField, into) && addInline(unionB(t), true, asField, into);
  t = normalizeBottomType(t);
  if (!isDataType(t) || !isInlineAllocated(t, pointerFree)) return false;
  const alignment = layoutAlignment(t);
  let size = layoutSize(t);
  if (asField && isPrimitiveType(t)) size = alignUp(size, alignment);
  into.size = Math.max(into.size, size);
  into.alignment = Math.max(into.alignment, alignment);
  into.members++;
  return true;
}

/** How a field (or Memory element) of type `t` is stored inline; null when it is a reference. */
export function inlineShape(t: Ref, asField = true): InlineShape | null {
  const shape: InlineShape = { size: 0, alignment: asField ? 1 : 0, members: 0 };
  return addInline(t, false, asField, shape) && shape.members < 127 ? shape : null;
}

/** Is `t` a union whose members are all stored inline without references (Base.isbitsunion)? */
export const isBitsUnion = (t: Ref): boolean => isUnion(t) && inlineShape(t) !== null;

function isMutationFree(t: Ref): boolean {
  t = unwrapUnionAll(t);
  if (isUnion(t)) return isMutationFree(unionA(t)) && isMutationFree(unionB(t));
  return isDataType(t) && hasFlag(t, DataTypeFlag.ismutationfree);
}

function isIdentityFree(t: Ref): boolean {
  t = unwrapUnionAll(t);
  if (isUnion(t)) return isIdentityFree(unionA(t)) && isIdentityFree(unionB(t));
  return isDataType(t) && hasFlag(t, DataTypeFlag.isidentityfree);
}

/** Makes the one instance of a type without contents, unless it exists. */
function makeSingleton(t: DataTypeRef): void {
  const name = typeNameOf(t);
  if (instanceOf(t) !== NULL || hasNameFlag(name, TypeNameFlag.abstract) || hasNameFlag(name, TypeNameFlag.mutable))
    return;
  if (layoutSize(t) !== 0 || name === ArrayName || !hasFlag(t, DataTypeFlag.isconcretetype)) return;
  writeRef(t, DataType.instance, allocate(t, 0));
}

const singletonShape: Shape = {
  size: 0,
  alignment: 1,
  flags: TypeLayoutFlag.isbitsegal,
  fields: [],
  pointers: [],
  npointers: 0,
};
const opaqueBytes: Shape = { size: 0, alignment: 1, flags: 0, fields: [], pointers: [], npointers: 1 };
const opaquePointers: Shape = { size: 0, alignment: 8, flags: 0, fields: [], pointers: [], npointers: 1 };

/**
 * Computes the layout of a type whose field types are known, and what follows from it.
 *
 * Does nothing for a type whose layout depends on free variables. A second call for the body of a wrapper recomputes
 * (needed while the first types are being made).
 */
export function computeLayout(t: DataTypeRef): void {
  const name = typeNameOf(t);
  if (wrapperOf(name) === NULL) return;
  const body = unwrapUnionAll(wrapperOf(name)) as DataTypeRef;
  if (t === body && layoutOffset(t) !== 0) {
    writeWide(t, DataType.layout, 0);
    setFlag(t, DataTypeFlag.zeroinit, false);
    setFlag(t, DataTypeFlag.has_concrete_subtype, true);
  }
  if (isMemoryType(t)) {
    computeMemoryLayout(t);
    return;
  }
  const mutable = hasNameFlag(name, TypeNameFlag.mutable);
  let bits = hasFlag(t, DataTypeFlag.isconcretetype) && hasNameFlag(name, TypeNameFlag.mayinlinealloc);
  let mutationFree = layoutOffset(body) === 0 || !isOpaqueLayout(body);
  let identityFree = !mutable;
  if (layoutOffset(body) !== 0) {
    writeWide(t, DataType.layout, REGION_BASE + layoutOffset(body));
    setFlag(t, DataTypeFlag.zeroinit, hasFlag(body, DataTypeFlag.zeroinit));
    setFlag(t, DataTypeFlag.has_concrete_subtype, hasFlag(body, DataTypeFlag.has_concrete_subtype));
    if (!isOpaqueLayout(t)) {
      setFlag(t, DataTypeFlag.isbitstype, bits && layoutPointerCount(t) === 0);
      makeSingleton(t);
    }
    return;
  }
  const types = rawFieldTypes(t);
  const count = svecLength(types);
  if (count === 0) {
    if (t === SymbolType || t === StringType) return setLayout(t, opaqueBytes);
    if (t === SimpleVectorType || t === ModuleType) return setLayout(t, opaquePointers);
    setLayout(t, singletonShape);
  } else {
    for (let i = 0; hasFlag(t, DataTypeFlag.has_concrete_subtype) && i < count - uninitializedCount(t); i++) {
      const field = svecGet(types, i);
      const possible = field !== Bottom && (!isDataType(field) || hasFlag(field, DataTypeFlag.has_concrete_subtype));
      setFlag(t, DataTypeFlag.has_concrete_subtype, possible);
    }
    if (!hasFlag(t, DataTypeFlag.isconcretetype) && !hasFixedLayout(t)) return;
  }
  for (let i = 0; i < count; i++) {
    const field = svecGet(types, i);
    bits &&= isBits(field);
    mutationFree &&= (!mutable || fieldIsConst(t, i)) && isMutationFree(field);
    identityFree &&= isIdentityFree(field);
  }
  if (layoutOffset(t) === 0) placeFields(t, count);
  setFlag(t, DataTypeFlag.isbitstype, bits);
  setFlag(t, DataTypeFlag.ismutationfree, mutationFree);
  setFlag(t, DataTypeFlag.isidentityfree, identityFree);
  makeSingleton(t);
}

function placeFields(t: DataTypeRef, count: number): void {
  const fields: { isPtr: boolean; size: number; offset: number }[] = [];
  const firstType = fieldType(t, 0);
  const uninitialized = uninitializedCount(t);
  let size = 0;
  let alignment = 1;
  let zeroInit = false;
  let padding = false;
  let bitsEgal = true;
  let homogeneous = true;
  let locked = false;
  for (let i = 0; i < count; i++) {
    const type = fieldType(t, i);
    const atomic = fieldIsAtomic(t, i);
    const inline = inlineShape(type);
    let fieldBytes = 8;
    let fieldAlignment = 8;
    const isPtr = inline === null || (atomic && !isDataType(type));
    if (!isPtr) {
      fieldBytes = inline.size;
      fieldAlignment = inline.alignment;
      if (isDataType(type)) {
        if ((layoutFlags(type) & TypeLayoutFlag.haspadding) !== 0) padding = true;
        if ((layoutFlags(type) & TypeLayoutFlag.isbitsegal) === 0) bitsEgal = false;
        const pointers = layoutPointerCount(type);
        if (i >= count - uninitialized && pointers > 0 && pointers * 8 !== fieldBytes) bitsEgal = false;
        zeroInit ||= hasFlag(type, DataTypeFlag.zeroinit);
      } else {
        fieldBytes += 1;
        zeroInit = true;
        bitsEgal = false;
      }
    } else {
      zeroInit = true;
      if (!isPointerEgal(type)) bitsEgal = false;
    }
    if (atomic && fieldBytes > MAX_ATOMIC_SIZE) locked = true;
    if (atomic && fieldBytes <= MAX_ATOMIC_SIZE) {
      const rounded = nextPowerOfTwo(fieldBytes);
      fieldBytes = rounded;
      fieldAlignment = rounded;
    }
    const offset = alignUp(size, fieldAlignment);
    if (offset !== size) padding = true;
    alignment = Math.max(alignment, fieldAlignment);
    homogeneous &&= type === firstType;
    if (offset + fieldBytes >= 2 ** 31)
      throwError(`type ${nameText(t)} has field offset ${offset} that exceeds the page size`);
    fields.push({ isPtr, size: fieldBytes, offset });
    size = offset + fieldBytes;
  }
  if (locked) {
    const shift = alignUp(LOCK_BYTES, alignment);
    for (const field of fields) field.offset += shift;
    size += shift;
    padding = true;
  }
  if (homogeneous && isTupleType(t)) alignment = Math.max(alignment, vectorAlignment(count, firstType));
  if (alignUp(size, alignment) > size) {
    padding = true;
    size = alignUp(size, alignment);
  }
  const pointers: number[] = [];
  fields.forEach((field, i) => {
    const type = fieldType(t, i);
    if (field.isPtr) pointers.push(field.offset / 8);
    else if (isDataType(type))
      for (let j = 0, n = layoutPointerCount(type); j < n; j++)
        pointers.push(field.offset / 8 + pointerOffset(type, j));
  });
  const flags = (padding ? TypeLayoutFlag.haspadding : 0) | (bitsEgal && !padding ? TypeLayoutFlag.isbitsegal : 0);
  setLayout(t, { size, alignment, flags, fields, pointers, npointers: pointers.length });
  setFlag(t, DataTypeFlag.zeroinit, zeroInit);
}

/** Alignment of a homogeneous tuple of VecElements, which the compiler treats as a vector; 0 for any other tuple. */
function vectorAlignment(count: number, elementType: Ref): number {
  if (!isDataType(elementType) || typeNameOf(elementType) !== typeNameOf(datatype('VecElement'))) return 0;
  const element = fieldType(elementType, 0);
  if (!isPrimitiveType(element)) return 0;
  const size = layoutSize(element);
  return nextPowerOfTwo(size) === size ? nextPowerOfTwo(count * size) : 0;
}

/** The layout of `GenericMemory{kind, T, addrspace}`: that of one element. */
function computeMemoryLayout(t: DataTypeRef): void {
  if (!hasFlag(t, DataTypeFlag.isconcretetype)) return;
  const kind = param(t, 0);
  const atomic = kind === symbol('atomic');
  if ((!atomic && kind !== symbol('not_atomic')) || param(t, 2) !== CPUAddressSpace) {
    // A memory of a kind or place that nobody implements: it exists as a type, never as an object.
    setLayout(t, opaquePointers);
    return;
  }
  const element = param(t, 1);
  const inline = isType(element) ? inlineShape(element) : null;
  const unboxed = inline !== null && (!atomic || isDataType(element));
  let size = 8;
  let alignment = 8;
  let flags = TypeLayoutFlag.haspadding | (atomic ? TypeLayoutFlag.arrayelem_isatomic : 0);
  let zeroInit = true;
  let pointers: number[] = [];
  let npointers = 1;
  if (unboxed) {
    alignment = inline.alignment;
    size = alignUp(inline.size, alignment);
    if (atomic) {
      if (size > MAX_ATOMIC_SIZE) {
        flags |= TypeLayoutFlag.arrayelem_islocked;
        size += alignUp(LOCK_BYTES, 16);
      } else if (size > 0) {
        size = nextPowerOfTwo(size);
        alignment = size;
      }
    }
    if (isUnion(element)) flags |= TypeLayoutFlag.arrayelem_isunion;
    else {
      zeroInit = hasFlag(element, DataTypeFlag.zeroinit);
      const n = layoutPointerCount(element);
      if (n > 0) {
        npointers = n;
        pointers = Array.from({ length: n }, (_, j) => pointerOffset(element, j));
      }
    }
  } else flags |= TypeLayoutFlag.arrayelem_isboxed;
  setLayout(t, { size, alignment, flags, fields: [], pointers, npointers });
  setFlag(t, DataTypeFlag.zeroinit, zeroInit);
}

/** How a Memory type stores its elements. */
export interface ElementLayout {
  /** Bytes from one element to the next, without the selectors of a union memory. */
  readonly size: number;
  readonly alignment: number;
  readonly boxed: boolean;
  readonly union: boolean;
  readonly atomic: boolean;
  readonly locked: boolean;
  readonly zeroInit: boolean;
  /** Elements hold references at these word offsets. */
  readonly pointers: readonly number[];
  readonly type: Ref;
}

/** How the concrete Memory type `t` stores its elements. */
export function elementLayout(t: Ref): ElementLayout {
  const flags = layoutFlags(t);
  const boxed = (flags & TypeLayoutFlag.arrayelem_isboxed) !== 0;
  const element = param(t, 1);
  const pointers: number[] = [];
  if (boxed) pointers.push(0);
  else if (isDataType(element))
    for (let i = 0, n = layoutPointerCount(element); i < n; i++) pointers.push(pointerOffset(element, i));
  return {
    size: layoutSize(t),
    alignment: layoutAlignment(t),
    boxed,
    union: (flags & TypeLayoutFlag.arrayelem_isunion) !== 0,
    atomic: (flags & TypeLayoutFlag.arrayelem_isatomic) !== 0,
    locked: (flags & TypeLayoutFlag.arrayelem_islocked) !== 0,
    zeroInit: hasFlag(t, DataTypeFlag.zeroinit),
    pointers,
    type: element,
  };
}

/** Size of an instance of the concrete type `t` in bytes (not for types whose instances differ in size). */
export const sizeOf = (t: Ref): number => layoutSize(t);
