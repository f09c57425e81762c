// The C API of memory: blocks from malloc, Memory over what is there already, strings from bytes, weak references.

import { calloc, copyBytes, free, malloc, toAddress } from '../../../ffi/address.ts';
import { allocate } from '../../memory/heap.ts';
import { type ArrayRef, type DataTypeRef, type Ref, readWide, writeRef, writeWide } from '../../memory/layout.ts';
import * as objects from '../../memory/objects.ts';
import { datatype } from '../../memory/wellknown.ts';
import { setSlotNothing, setSlotReference, slotRef } from '../../vm/slots.ts';
import { newMemory } from '../builtins/memory.ts';
import { throwPlain } from '../errors.ts';
import { stringOfBytes } from '../values.ts';
import { bytesOf, setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

/** Memory of so many bytes, as an address; where there is none an OutOfMemoryError. */
const allocator =
  (take: (args: Int32Array) => number): RuntimeCall =>
  (args, _n, result, declared) => {
    let address: number;
    try {
      address = take(args);
    } catch (error) {
      if (error instanceof RangeError) throwPlain('OutOfMemoryError');
      throw error;
    }
    setInteger(result, declared, address);
  };

function reallocate(old: number, oldBytes: number, bytes: number): number {
  const moved = malloc(bytes);
  if (old !== 0) {
    copyBytes(moved, toAddress(old), Math.min(oldBytes, bytes));
    free(toAddress(old));
  }
  return moved;
}

const release: RuntimeCall = (args, _n, result) => {
  free(toAddress(wordOf(args[0])));
  setSlotNothing(result);
};

/** A Memory whose elements lie outside the collector's care. */
function memoryAt(type: DataTypeRef, address: number, length: number): Ref {
  const memory = allocate(type, objects.GenericMemory.$size + 8);
  writeWide(memory, objects.GenericMemory.length, length);
  writeWide(memory, objects.GenericMemory.ptr, address);
  return memory;
}

/** The first bytes of a Memory or of an array, which begin at a field of it. */
const stringFrom = (address: number, length: number): Ref => stringOfBytes(bytesOf(address, length));

const weakReference = (value: Ref): Ref => {
  const reference = allocate(datatype('WeakRef'), 8);
  writeRef(reference, objects.JuliaWeakRef.value, value);
  return reference;
};

defineRuntimeFunctions({
  jl_malloc: ['void *(size_t)', allocator((args) => malloc(wordOf(args[0])))],
  jl_calloc: ['void *(size_t, size_t)', allocator((args) => calloc(wordOf(args[0]) * wordOf(args[1])))],
  jl_free: ['void (void *)', release],
  jl_gc_counted_malloc: ['void *(size_t)', allocator((args) => malloc(wordOf(args[0])))],
  jl_gc_counted_calloc: ['void *(size_t, size_t)', allocator((args) => calloc(wordOf(args[0]) * wordOf(args[1])))],
  jl_gc_counted_free_with_size: ['void (void *, size_t)', release],
  jl_gc_counted_realloc_with_old_size: [
    'void *(void *, size_t, size_t)',
    allocator((args) => reallocate(wordOf(args[0]), wordOf(args[1]), wordOf(args[2]))),
  ],
  jl_gc_new_weakref: [
    'jl_weakref_t *(jl_value_t *)',
    (args, _n, result) => setSlotReference(result, weakReference(slotRef(args[0]))),
  ],
  jl_gc_new_weakref_th: [
    'jl_weakref_t *(jl_ptls_t, jl_value_t *)',
    (args, _n, result) => setSlotReference(result, weakReference(slotRef(args[1]))),
  ],
  jl_alloc_genericmemory: [
    'jl_genericmemory_t *(jl_value_t *, size_t)',
    (args, _n, result) => setSlotReference(result, newMemory(slotRef(args[0]) as DataTypeRef, wordOf(args[1]))),
  ],
  jl_ptr_to_genericmemory: [
    'jl_genericmemory_t *(jl_value_t *, void *, size_t, int)',
    (args, _n, result) =>
      setSlotReference(result, memoryAt(slotRef(args[0]) as DataTypeRef, wordOf(args[1]), wordOf(args[2]))),
  ],
  jl_genericmemory_to_string: [
    'jl_value_t *(jl_genericmemory_t *, size_t)',
    (args, _n, result) =>
      setSlotReference(result, stringFrom(readWide(slotRef(args[0]), objects.GenericMemory.ptr), wordOf(args[1]))),
  ],
  jl_array_to_string: [
    'jl_value_t *(jl_array_t *)',
    (args, _n, result) => {
      const array = slotRef(args[0]) as ArrayRef;
      const length = readWide(array, objects.JuliaArray.length);
      setSlotReference(result, stringFrom(readWide(array, objects.JuliaArray.ptr_or_offset), length));
    },
  ],
  jl_array_ptr: [
    'void *(jl_array_t *)',
    (args, _n, result, declared) =>
      setInteger(result, declared, readWide(slotRef(args[0]), objects.JuliaArray.ptr_or_offset)),
  ],
});
