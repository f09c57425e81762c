// The C API of boxes: from C's numbers to Julia's values, and back.

import { U32 } from '../../../ffi/region.ts';
import type { Ref } from '../../memory/layout.ts';
import { datatype, type WellKnownTypeName } from '../../memory/wellknown.ts';
import { primitiveSize, setSlotBits, slotRef, slotType } from '../../vm/slots.ts';
import { throwTypeError } from '../errors.ts';
import { defineRuntimeFunctions, type RuntimeCall } from './table.ts';

/** The name in C, the type in C, and the type in Julia. */
const kinds: readonly (readonly [name: string, c: string, julia: WellKnownTypeName])[] = [
  ['bool', 'int8_t', 'Bool'],
  ['int8', 'int8_t', 'Int8'],
  ['uint8', 'uint8_t', 'UInt8'],
  ['int16', 'int16_t', 'Int16'],
  ['uint16', 'uint16_t', 'UInt16'],
  ['int32', 'int32_t', 'Int32'],
  ['uint32', 'uint32_t', 'UInt32'],
  ['int64', 'int64_t', 'Int64'],
  ['uint64', 'uint64_t', 'UInt64'],
  ['float32', 'float', 'Float32'],
  ['float64', 'double', 'Float64'],
  ['char', 'uint32_t', 'Char'],
];

/** Puts the bits of a primitive value into the result, as a value of another type of no more bytes. */
function recast(slot: number, type: Ref, result: number): void {
  const at = U32[slot + 2] !== 0 ? slot : U32[slot] >>> 2;
  const bytes = primitiveSize(type);
  const low = bytes < 4 ? U32[at] & (2 ** (8 * bytes) - 1) : U32[at];
  setSlotBits(result, type, low, bytes === 8 ? U32[at + 1] : 0);
}

for (const [name, c, julia] of kinds) {
  const type = datatype(julia);
  const box: RuntimeCall = (args, _n, result) => recast(args[0], type, result);
  const unbox: RuntimeCall = (args, _n, result, declared) => {
    if (primitiveSize(slotType(args[0])) !== primitiveSize(type))
      throwTypeError(`jl_unbox_${name}`, type, slotRef(args[0]));
    recast(args[0], declared, result);
  };
  defineRuntimeFunctions({
    [`jl_box_${name}`]: [`jl_value_t *(${c})`, box],
    [`jl_unbox_${name}`]: [`${c} (jl_value_t *)`, unbox],
  });
}
