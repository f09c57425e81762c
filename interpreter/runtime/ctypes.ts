// Julia types at the border to C: which C type a Julia type travels as, and how a value gets from a slot of the VM into
// a slot of the border and back.

import {
  type CField,
  type CType,
  cBool,
  cDouble,
  cFloat,
  cFloat16,
  cInt128,
  cPointer,
  cUInt128,
  cVoid,
} from '../../ffi/ctype.ts';
import { REGION_BASE, U32 } from '../../ffi/region.ts';
import { setSlotAddress, slotU32 } from '../../ffi/slots.ts';
import { allocate } from '../memory/heap.ts';
import { type DataTypeRef, type Ref, readRef, type SymbolRef } from '../memory/layout.ts';
import { TypeName } from '../memory/objects.ts';
import { Bottom, datatype, nothing, typename, wrapper } from '../memory/wellknown.ts';
import { fieldCount, fieldType } from '../types/fields.ts';
import {
  isBits,
  isConcrete,
  isDataType,
  isPrimitiveType,
  isTypeVar,
  isUnionAll,
  param,
  typeNameOf,
  unwrapUnionAll,
} from '../types/kinds.ts';
import { fieldIsPtr, fieldOffset, layoutAlignment, layoutSize } from '../types/layoutaccess.ts';
import { primitiveSize, setSlot, setSlotBits, setSlotReference, slotRef, slotType } from '../vm/slots.ts';
import { throwArgumentError, throwPlain, throwTypeErrorIn } from './errors.ts';
import { symbol, symbolName } from './symbols.ts';

const signedTypes = new Set<Ref>((['Int8', 'Int16', 'Int32', 'Int64'] as const).map((name) => datatype(name)));

/** True for `Ref{T}` and `Ref`. */
function isRefType(type: Ref): boolean {
  const body = unwrapUnionAll(type);
  return isDataType(body) && typeNameOf(body) === typename('Ref');
}

export { isRefType as isReferenceType };

/** The T of `Ref{T}`; null for a `Ref` of no type in particular. */
export function referencedType(type: Ref): Ref | null {
  const inner = param(unwrapUnionAll(type), 0);
  return isTypeVar(inner) ? null : inner;
}

/**
 * The C type of a Julia type in a signature.
 *
 * @throws ArgumentError for a type that cannot travel
 */
export function cTypeOf(type: Ref, isResult: boolean): CType {
  if (type === datatype('Any')) return cPointer;
  if (isResult && (type === datatype('Nothing') || type === Bottom)) return cVoid;
  if (isRefType(type)) return cPointer;
  if (isUnionAll(type) && typeNameOf(unwrapUnionAll(type)) === typename('Ptr')) return cPointer;
  if (!isDataType(type) || !isConcrete(type)) {
    // Objects of other types travel as references, as Any does.
    return cPointer;
  }
  if (isPrimitiveType(type)) return primitiveCType(type);
  if (!isBits(type)) return cPointer;
  return structCType(type);
}

/** True for Cstring and Cwstring, whichever library declares them. */
function isCString(type: DataTypeRef): boolean {
  const name = symbolName(readRef<SymbolRef>(typeNameOf(type), TypeName.name));
  return name === 'Cstring' || name === 'Cwstring';
}

function primitiveCType(type: DataTypeRef): CType {
  switch (type) {
    case datatype('Bool'):
      return cBool;
    case datatype('Float64'):
      return cDouble;
    case datatype('Float32'):
      return cFloat;
    case datatype('Float16'):
      return cFloat16;
    case datatype('Int128'):
      return cInt128;
    case datatype('UInt128'):
      return cUInt128;
    default:
  }
  const name = typeNameOf(type);
  if (name === typename('Ptr') || isCString(type)) return cPointer;
  const bytes = primitiveSize(type);
  switch (bytes) {
    case 1:
    case 2:
    case 4:
    case 8:
      return { kind: 'int', bytes, signed: signedTypes.has(type) };
    default:
      return throwArgumentError(`ccall: a primitive type of ${bytes} bytes has no counterpart in C`);
  }
}

function structCType(type: DataTypeRef): CType {
  const fields: CField[] = [];
  for (let i = 0, n = fieldCount(type); i < n; i++) {
    const field = fieldType(type, i);
    if (fieldIsPtr(type, i)) fields.push({ offset: fieldOffset(type, i), type: cPointer });
    else if (!isDataType(field)) throwArgumentError('ccall: a struct with an inline union has no counterpart in C');
    else if (layoutSize(field) > 0) fields.push({ offset: fieldOffset(type, i), type: cTypeOf(field, false) });
  }
  return { kind: 'struct', size: layoutSize(type), align: layoutAlignment(type), fields };
}

/** How a value of a Julia type is put into a slot of the border. */
export type ToC = (word: number, slot: number) => void;

/** Puts bits of at most 8 bytes. */
function putBits(word: number, slot: number): void {
  const at = U32[word + 2] !== 0 ? word : U32[word] >>> 2;
  slotU32[2 * slot] = U32[at];
  slotU32[2 * slot + 1] = U32[at + 1];
}

function putReference(word: number, slot: number): void {
  setSlotAddress(slot, (REGION_BASE + slotRef(word) * 8) as Parameters<typeof setSlotAddress>[1]);
}

/**
 * The conversion of argument `index` (from 1) of the declared type, with its check.
 */
export function argumentToC(declared: Ref, index: number): ToC {
  const check = (word: number, type: Ref): void => {
    if (slotType(word) !== type) throwTypeErrorIn('ccall', symbol(`argument ${index}`), type, slotRef(word));
  };
  if (declared === datatype('Any')) return putReference;
  if (isRefType(declared) || (isUnionAll(declared) && typeNameOf(unwrapUnionAll(declared)) === typename('Ptr'))) {
    // What unsafe_convert(Ref{T}, x) gives: a pointer.
    return (word, slot) => {
      const type = slotType(word);
      if (typeNameOf(type) !== typename('Ptr'))
        throwTypeErrorIn('ccall', symbol(`argument ${index}`), wrapper('Ptr'), slotRef(word));
      putBits(word, slot);
    };
  }
  if (!isDataType(declared) || !isConcrete(declared)) return putReference;
  if (isPrimitiveType(declared)) {
    if (primitiveSize(declared) > 8) {
      return (word, slot) => {
        check(word, declared);
        putReference(word, slot);
      };
    }
    return (word, slot) => {
      if (U32[word + 2] !== declared) check(word, declared);
      putBits(word, slot);
    };
  }
  return (word, slot) => {
    check(word, declared);
    putReference(word, slot);
  };
}

/** How a result gets from a slot of the border into a slot of the VM. */
export interface FromC {
  /** Called before the call: for results that travel by address, makes the object and puts its address. */
  readonly prepare: ((slot: number) => Ref) | null;
  readonly take: (slot: number, result: number, prepared: Ref) => void;
}

const takeReference = (slot: number, result: number): void => {
  const low = slotU32[2 * slot];
  if (low === 0 && slotU32[2 * slot + 1] === 0) throwPlain('UndefRefError');
  setSlot(result, (low >>> 3) as Ref);
};

/** The conversion of a result of the declared type. */
export function resultFromC(declared: Ref): FromC {
  if (declared === datatype('Nothing') || declared === Bottom) {
    return { prepare: null, take: (_slot, result) => setSlotReference(result, nothing) };
  }
  if (declared === datatype('Any') || isRefType(declared) || !isDataType(declared) || !isConcrete(declared)) {
    return { prepare: null, take: takeReference };
  }
  if (isPrimitiveType(declared)) {
    const size = primitiveSize(declared);
    if (size > 8) return byAddress(declared, size);
    if (size === 8) {
      return {
        prepare: null,
        take: (slot, result) => setSlotBits(result, declared, slotU32[2 * slot], slotU32[2 * slot + 1]),
      };
    }
    const mask = size === 4 ? 0xffffffff : 2 ** (8 * size) - 1;
    return {
      prepare: null,
      take: (slot, result) => setSlotBits(result, declared, (slotU32[2 * slot] & mask) >>> 0, 0),
    };
  }
  if (!isBits(declared)) return { prepare: null, take: takeReference };
  return byAddress(declared, layoutSize(declared));
}

function byAddress(type: DataTypeRef, size: number): FromC {
  return {
    prepare: (slot) => {
      const object = allocate(type, Math.max(8, size));
      setSlotAddress(slot, (REGION_BASE + object * 8) as Parameters<typeof setSlotAddress>[1]);
      return object;
    },
    take: (_slot, result, prepared) => setSlotReference(result, prepared),
  };
}
