// The C API of objects: making structs field by field, arrays over foreign memory.

import { readU32, toAddress } from '../../../ffi/address.ts';
import { allocate } from '../../memory/heap.ts';
import { type DataTypeRef, type Ref, typeOf } from '../../memory/layout.ts';
import { fieldCount } from '../../types/fields.ts';
import { instanceOf, isConcrete } from '../../types/kinds.ts';
import { layoutSize } from '../../types/layoutaccess.ts';
import { newObject } from '../../vm/evaluate.ts';
import { machine } from '../../vm/frames.ts';
import { setSlot, setSlotNothing, setSlotReference, slotInt64, slotRef } from '../../vm/slots.ts';
import { storeField } from '../../vm/tuples.ts';
import { arrayAt } from '../arrays.ts';
import { throwError } from '../errors.ts';
import { loadField } from '../fieldaccess.ts';
import { intOf, wordOf } from './core.ts';
import { defineRuntimeFunctions } from './table.ts';

/** The reference that lies at an address. */
const referenceAt = (address: number): Ref => (readU32(toAddress(address)) >>> 3) as Ref;

defineRuntimeFunctions({
  jl_new_structv: [
    'jl_value_t *(jl_datatype_t *, jl_value_t **, uint32_t)',
    (args, _n, result) => {
      const type = slotRef(args[0]) as DataTypeRef;
      const at = wordOf(args[1]);
      const count = intOf(args[2]);
      const words = new Int32Array(count);
      for (let i = 0; i < count; i++) {
        words[i] = machine.sp + 4 * i;
        setSlot(words[i], referenceAt(at + 8 * i));
      }
      newObject(type, words, count, result);
    },
  ],
  jl_new_struct_uninit: [
    'jl_value_t *(jl_datatype_t *)',
    (args, _n, result) => {
      const type = slotRef(args[0]) as DataTypeRef;
      if (!isConcrete(type)) throwError('a type without instances cannot be instantiated');
      const singleton = instanceOf(type);
      setSlot(result, singleton !== 0 ? singleton : allocate(type, Math.max(8, layoutSize(type))));
    },
  ],
  jl_set_nth_field: [
    'void (jl_value_t *, size_t, jl_value_t *)',
    (args, _n, result) => {
      const object = slotRef(args[0]);
      storeField(object, typeOf(object), wordOf(args[1]), args[2]);
      setSlotNothing(result);
    },
  ],
  jl_get_nth_field: [
    'jl_value_t *(jl_value_t *, size_t)',
    (args, _n, result) => {
      const object = slotRef(args[0]);
      loadField(object, typeOf(object), wordOf(args[1]), result);
    },
  ],
  jl_ptr_to_array_1d: [
    'jl_array_t *(jl_value_t *, void *, size_t, int)',
    (args, _n, result) =>
      setSlotReference(result, arrayAt(slotRef(args[0]) as DataTypeRef, wordOf(args[1]), [wordOf(args[2])])),
  ],
  jl_ptr_to_array: [
    'jl_array_t *(jl_value_t *, void *, jl_value_t *, int)',
    (args, _n, result) => {
      const tuple = slotRef(args[2]);
      const dimensions: number[] = [];
      for (let i = 0; i < fieldCount(typeOf(tuple)); i++) {
        loadField(tuple, typeOf(tuple), i, machine.sp);
        dimensions.push(slotInt64(machine.sp));
      }
      setSlotReference(result, arrayAt(slotRef(args[0]) as DataTypeRef, wordOf(args[1]), dimensions));
    },
  ],
});
