// Arrays made by the runtime: vectors of references of a given element type, arrays over memory that is there already.

import { allocate } from '../memory/heap.ts';
import {
  type ArrayRef,
  type DataTypeRef,
  type Ref,
  readWide,
  setRefAt,
  writeRef,
  writeWide,
} from '../memory/layout.ts';
import { GenericMemory, JuliaArray } from '../memory/objects.ts';
import { CPUAddressSpace, wrapper } from '../memory/wellknown.ts';
import { applyType } from '../types/index.ts';
import { param } from '../types/kinds.ts';
import { newMemory } from './builtins/memory.ts';
import { symbol } from './symbols.ts';
import { boxInt64 } from './values.ts';

const memoryType = (element: Ref): DataTypeRef =>
  applyType(wrapper('GenericMemory'), [symbol('not_atomic'), element, CPUAddressSpace]) as DataTypeRef;

/** An array of a type over a Memory, whose data it begins at. */
function newArray(type: DataTypeRef, memory: Ref, dimensions: readonly number[]): ArrayRef {
  const array = allocate(type, JuliaArray.$size + 8 * (dimensions.length - 1)) as ArrayRef;
  writeWide(array, JuliaArray.ptr_or_offset, readWide(memory, GenericMemory.ptr));
  writeRef(array, JuliaArray.mem, memory);
  const first = (JuliaArray.length & 0xfff) >> 1;
  dimensions.forEach((length, i) => {
    writeWide((array + first + i) as Ref, GenericMemory.length, length);
  });
  return array;
}

/** `Vector{element}` of objects, for element types whose values are stored as references. */
export function vectorOfReferences(element: Ref, values: readonly Ref[]): ArrayRef {
  const memory = newMemory(memoryType(element), values.length);
  values.forEach((value, i) => {
    setRefAt(memory, i + 2, value);
  });
  const type = applyType(wrapper('Array'), [element, boxInt64(1)]) as DataTypeRef;
  return newArray(type, memory, [values.length]);
}

/** An array of type `type` whose elements lie at an address outside the collector's care. */
export function arrayAt(type: DataTypeRef, address: number, dimensions: readonly number[]): ArrayRef {
  const memory = allocate(memoryType(param(type, 0)), GenericMemory.$size + 8);
  writeWide(
    memory,
    GenericMemory.length,
    dimensions.reduce((a, b) => a * b, 1),
  );
  writeWide(memory, GenericMemory.ptr, address);
  return newArray(type, memory, dimensions);
}
