// Conversions between integers: sign extension, zero extension, truncation.

import type { SlotFunction } from '../../vm/builtin.ts';
import { primitiveSize, slotType } from '../../vm/slots.ts';
import { throwError } from '../errors.ts';
import {
  highBits,
  lowBits,
  setBits,
  setWideBits,
  signedHigh,
  signedLow,
  signedWideBits,
  sizeOrThrow,
  targetType,
  wideBits,
  wrongCount,
} from './operands.ts';

function extension(name: string, title: string, signed: boolean): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const type = targetType(args[0], name);
    const value = args[1];
    const from = sizeOrThrow(slotType(value), name, 'value is not a primitive type');
    const to = primitiveSize(type);
    if (to <= from) throwError(`${title}: output bitsize must be > input bitsize`);
    if (to > 8) {
      setWideBits(result, type, to, signed ? signedWideBits(value, from) : wideBits(value, from));
      return;
    }
    const low = lowBits(value, from);
    const high = highBits(value, from);
    if (signed) setBits(result, type, to, signedLow(low, from), signedHigh(low, high, from));
    else setBits(result, type, to, low, high);
  };
}

const truncation: SlotFunction = (args, n, result) => {
  if (n !== 2) wrongCount(n, 2);
  const type = targetType(args[0], 'trunc_int');
  const value = args[1];
  const from = sizeOrThrow(slotType(value), 'trunc_int', 'value is not a primitive type');
  const to = primitiveSize(type);
  if (to >= from) throwError('Trunc: output bitsize must be < input bitsize');
  if (from > 8) setWideBits(result, type, to, wideBits(value, from));
  else setBits(result, type, to, lowBits(value, from), highBits(value, from));
};

export const integerConversionIntrinsics: Record<string, SlotFunction> = {
  sext_int: extension('sext_int', 'SExt', true),
  zext_int: extension('zext_int', 'ZExt', false),
  trunc_int: truncation,
};
