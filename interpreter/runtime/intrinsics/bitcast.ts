// bitcast: the same bits as another primitive type of the same size.

import { U32 } from '../../../ffi/region.ts';
import type { Ref } from '../../memory/layout.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { primitiveSize, slotType } from '../../vm/slots.ts';
import { throwError } from '../errors.ts';
import {
  highBits,
  lowBits,
  setBits,
  setReference,
  setWideBits,
  sizeOrThrow,
  targetType,
  wideBits,
  wrongCount,
} from './operands.ts';

const bitcast: SlotFunction = (args, n, result) => {
  if (n !== 2) wrongCount(n, 2);
  const type = targetType(args[0], 'bitcast');
  const value = args[1];
  const from = slotType(value);
  const size = sizeOrThrow(from, 'bitcast', 'value not a primitive type');
  if (size !== primitiveSize(type)) throwError('bitcast: argument size does not match size of target type');
  if (size <= 8) setBits(result, type, size, lowBits(value, size), highBits(value, size));
  else if (type === from) setReference(result, (U32[value] >>> 3) as Ref);
  else setWideBits(result, type, size, wideBits(value, size));
};

export const bitcastIntrinsics: Record<string, SlotFunction> = { bitcast };
