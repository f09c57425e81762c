// Reading a field of an immutable object as an object, boxing it when it is stored inline.

import { U8, U32 } from '../../ffi/region.ts';
import { allocate } from '../memory/heap.ts';
import { type Ref, typeOf } from '../memory/layout.ts';
import { datatype, falseValue, trueValue } from '../memory/wellknown.ts';
import { fieldType } from './fields.ts';
import { instanceOf, isUnion, unionMembers } from './kinds.ts';
import { fieldIsPtr, fieldOffset, fieldSize, layoutSize } from './layoutaccess.ts';

/**
 * Field `index` (from 0) of an object; 0 when it is an undefined reference. An inline field is copied to a new object, a Bool is
 * one of the two that there are. */
export function boxedFieldAt(object: Ref, index: number): Ref {
  const type = typeOf(object);
  const at = object * 8 + fieldOffset(type, index);
  if (fieldIsPtr(type, index)) return (U32[at >>> 2] >>> 3) as Ref;
  let valueType = fieldType(type, index);
  if (isUnion(valueType)) valueType = unionMembers(valueType)[U8[at + fieldSize(type, index) - 1]];
  const singleton = instanceOf(valueType);
  if (singleton !== 0) return singleton;
  if (valueType === datatype('Bool')) return (U8[at] & 1) === 0 ? falseValue : trueValue;
  const bytes = layoutSize(valueType);
  const copy = allocate(valueType, bytes);
  U8.copyWithin(copy * 8, at, at + bytes);
  return copy;
}
