// Named tuples made by the runtime: the results of the replacing and modifying builtins, keyword arguments of calls that
// the runtime makes itself.

import type { DataTypeRef, Ref } from '../memory/layout.ts';
import { typename } from '../memory/wellknown.ts';
import { applyTupleType, applyType } from '../types/index.ts';
import { wrapperOf } from '../types/kinds.ts';
import { machine } from '../vm/frames.ts';
import { setSlot, slotRef, slotType } from '../vm/slots.ts';
import { makeStruct, makeTuple } from '../vm/tuples.ts';
import { symbol } from './symbols.ts';

/** `(; names[1] = values[1], ...)` */
export function namedTuple(names: readonly string[], values: readonly Ref[]): Ref {
  const scratch = machine.sp;
  const nameTuple = makeTuple(names.map(symbol), scratch);
  const words = new Int32Array(values.length);
  values.forEach((value, i) => {
    words[i] = scratch + 4 + 4 * i;
    setSlot(words[i], value);
  });
  const types = applyTupleType(Array.from(words, (word) => slotType(word)));
  const type = applyType(wrapperOf(typename('NamedTuple')), [nameTuple, types]) as DataTypeRef;
  makeStruct(type, words, values.length, scratch);
  return slotRef(scratch);
}
