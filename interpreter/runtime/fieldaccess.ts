// Reading and writing the fields of objects, whatever their layout: the work behind getfield, setfield! and their kin.

import { U32 } from '../../ffi/region.ts';
import type { Ref } from '../memory/layout.ts';
import { fieldType, uninitializedCount } from '../types/fields.ts';
import { isUnion } from '../types/kinds.ts';
import {
  fieldIsPtr,
  fieldOffset,
  fieldSize,
  layoutFieldCount,
  layoutFirstPointer,
  layoutPointerCount,
} from '../types/layoutaccess.ts';
import { addressOfObject, loadInline, loadReference, loadUnion } from './storage.ts';

/**
 * Loads field `index` (from 0) of an object into a slot.
 *
 * @returns false if the field is undefined
 */
export function loadField(object: Ref, type: Ref, index: number, result: number): boolean {
  if (layoutFieldCount(type) === 0) {
    // A Memory: its type's layout describes the elements; the object begins with length and pointer.
    loadInline(addressOfObject(object) + 8 * index, fieldType(type, index), result);
    return true;
  }
  const offset = fieldOffset(type, index);
  const address = addressOfObject(object) + offset;
  if (fieldIsPtr(type, index)) return loadReference(address, result);
  const declared = fieldType(type, index);
  if (isUnion(declared)) loadUnion(address, declared, address + fieldSize(type, index) - 1, result);
  else if (isUndefinedInline(object, type, index, declared)) return false;
  else loadInline(address, declared, result);
  return true;
}

/**
 * Is there no value yet in a field that holds a struct inline? A struct that has references is undefined while the first
 * of them is. Only of the fields that `new` may leave out.
 */
function isUndefinedInline(object: Ref, type: Ref, index: number, declared: Ref): boolean {
  if (index < layoutFieldCount(type) - uninitializedCount(type) || layoutPointerCount(declared) === 0) return false;
  return U32[(object << 1) + (fieldOffset(type, index) >>> 2) + 2 * layoutFirstPointer(declared)] === 0;
}

/** True if field `index` has a value. */
export function isFieldDefined(object: Ref, type: Ref, index: number): boolean {
  if (layoutFieldCount(type) === 0) return true;
  if (!fieldIsPtr(type, index)) {
    const declared = fieldType(type, index);
    return isUnion(declared) || !isUndefinedInline(object, type, index, declared);
  }
  return U32[(object * 8 + fieldOffset(type, index)) >>> 2] !== 0;
}
