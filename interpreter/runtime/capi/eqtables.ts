// The C API of tables by identity: what an IdDict is made of.
//
// A table is a Memory{Any} of keys and values in turn; its length is a power of two. A key's place follows from its
// objectid, or is one of the places behind that. A place without a key was never used; one with the key `nothing` and no
// value belonged to an entry that was removed. A search goes on over such a place, but only so far: when an entry finds no
// place near its own, the table grows.

import { U32 } from '../../../ffi/region.ts';
import { type DataTypeRef, NULL, type Ref, readWide } from '../../memory/layout.ts';
import { GenericMemory } from '../../memory/objects.ts';
import { MemoryAnyType, nothing } from '../../memory/wellknown.ts';
import { egal, valueHash } from '../../types/egal.ts';
import { setSlot, setSlotReference, slotRef } from '../../vm/slots.ts';
import { newMemory } from '../builtins/memory.ts';
import { regionOffset, storeReference } from '../storage.ts';
import { setInteger, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

/** The least table, in references. */
const LEAST = 32;

/** Where a table's references lie, as an index of 32-bit words; each takes two. References are never outside the region. */
const wordsOf = (table: Ref): number => regionOffset(readWide(table, GenericMemory.ptr)) >>> 2;
const lengthOf = (table: Ref): number => readWide(table, GenericMemory.length);
const at = (words: number, index: number): Ref => (U32[words + 2 * index] >>> 3) as Ref;

/** How many places behind its own a key may be. */
const reach = (places: number): number => (places <= 1024 ? 16 : places >>> 6);

/** Index of the key's value; -1 if the table does not have the key. */
function find(table: Ref, key: Ref): number {
  const length = lengthOf(table);
  const places = length >>> 1;
  if (places === 0) return -1;
  const words = wordsOf(table);
  const first = (valueHash(key) & (places - 1)) * 2;
  let index = first;
  for (let left = reach(places); left >= 0; left--) {
    const found = at(words, index);
    if (found === NULL) return -1;
    if ((found === key || egal(found, key)) && at(words, index + 1) !== NULL) return index + 1;
    index = (index + 2) & (length - 1);
    if (index === first) break;
  }
  return -1;
}

/** Index of a place near the key's own where it can be put; -1 if all are taken. The table does not have the key. */
function freePlace(table: Ref, key: Ref): number {
  const length = lengthOf(table);
  const places = length >>> 1;
  if (places === 0) return -1;
  const words = wordsOf(table);
  const first = (valueHash(key) & (places - 1)) * 2;
  let index = first;
  for (let left = reach(places); left >= 0; left--) {
    if (at(words, index + 1) === NULL) return index;
    index = (index + 2) & (length - 1);
    if (index === first) break;
  }
  return -1;
}

function grownLength(length: number): number {
  if (length < LEAST) return LEAST;
  return length >= 1 << 19 || length <= 1 << 8 ? length * 2 : length * 4;
}

/** Puts a key that the table does not have; gives the table, or a larger one with the same entries in its place. */
function insert(table: Ref, key: Ref, value: Ref): Ref {
  let into = table;
  for (;;) {
    const index = freePlace(into, key);
    if (index >= 0) {
      const address = readWide(into, GenericMemory.ptr) + 8 * index;
      storeReference(key, address);
      storeReference(value, address + 8);
      return into;
    }
    into = rehashed(into, grownLength(lengthOf(into)));
  }
}

function rehashed(table: Ref, length: number): Ref {
  let result = newMemory(MemoryAnyType as DataTypeRef, length);
  const words = wordsOf(table);
  for (let i = 0, n = lengthOf(table); i < n; i += 2) {
    const value = at(words, i + 1);
    if (value !== NULL) result = insert(result, at(words, i), value);
  }
  return result;
}

/** Tells the caller, if it wants to know. */
function setFlag(pointer: number, flag: boolean): void {
  if (pointer !== 0) U32[regionOffset(pointer) >>> 2] = flag ? 1 : 0;
}

defineRuntimeFunctions({
  jl_eqtable_get: [
    'jl_value_t *(jl_genericmemory_t *, jl_value_t *, jl_value_t *)',
    (args, _n, result) => {
      const table = slotRef(args[0]);
      const index = find(table, slotRef(args[1]));
      setSlot(result, index < 0 ? slotRef(args[2]) : at(wordsOf(table), index));
    },
  ],
  jl_eqtable_put: [
    'jl_genericmemory_t *(jl_genericmemory_t *, jl_value_t *, jl_value_t *, int *)',
    (args, _n, result) => {
      const table = slotRef(args[0]);
      const [key, value] = [slotRef(args[1]), slotRef(args[2])];
      const index = find(table, key);
      setFlag(wordOf(args[3]), index < 0);
      if (index >= 0) storeReference(value, readWide(table, GenericMemory.ptr) + 8 * index);
      setSlotReference(result, index >= 0 ? table : insert(table, key, value));
    },
  ],
  jl_eqtable_pop: [
    'jl_value_t *(jl_genericmemory_t *, jl_value_t *, jl_value_t *, int *)',
    (args, _n, result) => {
      const table = slotRef(args[0]);
      const index = find(table, slotRef(args[1]));
      setFlag(wordOf(args[3]), index >= 0);
      if (index < 0) {
        setSlot(result, slotRef(args[2]));
        return;
      }
      const value = at(wordsOf(table), index);
      const address = readWide(table, GenericMemory.ptr) + 8 * index;
      storeReference(nothing, address - 8);
      storeReference(NULL, address);
      setSlot(result, value);
    },
  ],
  jl_eqtable_nextind: [
    'size_t (jl_genericmemory_t *, size_t)',
    (args, _n, result, declared) => {
      const table = slotRef(args[0]);
      const length = lengthOf(table);
      const words = wordsOf(table);
      let index = wordOf(args[1]);
      index += index & 1;
      while (index < length && at(words, index + 1) === NULL) index += 2;
      setInteger(result, declared, index < length ? index : -1);
    },
  ],
  jl_idtable_rehash: [
    'jl_genericmemory_t *(jl_genericmemory_t *, size_t)',
    (args, _n, result) => setSlotReference(result, rehashed(slotRef(args[0]), wordOf(args[1]))),
  ],
});
