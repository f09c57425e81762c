// Floating-point arithmetic: neg, abs, copysign, add, sub, mul, div, min, max, sqrt, and the `_fast` forms, which give
// the same results here.

import { F64, U32 } from '../../../ffi/region.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { slotType } from '../../vm/slots.ts';
import { throwError } from '../errors.ts';
import {
  BFloat16,
  Float16,
  Float64,
  floatSize,
  isFloat,
  NOT_A_FLOAT,
  readFloat,
  writeFloat,
  writeNaN,
} from './formats.ts';
import { isPrimitive, wrongCount } from './operands.ts';

/** The common float type of two operands. @throws ErrorException when there is none */
export function commonFloat(a: number, b: number, name: string): number {
  const type = slotType(a);
  if (slotType(b) !== type) throwError(`${name}: types of a and b must match`);
  if (!isPrimitive(type)) throwError(`${name}: values are not primitive types`);
  if (!isFloat(type)) throwError(`${name}: ${NOT_A_FLOAT}`);
  return type;
}

/** The float type of the one operand. */
export function ownFloat(a: number, name: string): number {
  const type = slotType(a);
  if (!isPrimitive(type)) throwError(`${name}_withtype: value is not a primitive type`);
  if (!isFloat(type)) throwError(`${name}_withtype: ${NOT_A_FLOAT}`);
  return type;
}

function arithmetic(name: string, op: (x: number, y: number) => number): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const a = args[0];
    const b = args[1];
    if (U32[a + 2] === Float64 && U32[b + 2] === Float64) {
      const value = op(F64[a >>> 1], F64[b >>> 1]);
      if (!Number.isNaN(value)) {
        F64[result >>> 1] = value;
        U32[result + 2] = Float64;
        return;
      }
    }
    const type = commonFloat(a, b, name);
    const value = op(readFloat(a, type), readFloat(b, type));
    if (!Number.isNaN(value)) writeFloat(result, type, value);
    else writeNaN(result, type, args, 2);
  };
}

/** A function of one float that rounds once, or not at all. */
export function unaryFloat(name: string, op: (x: number) => number): SlotFunction {
  return (args, n, result) => {
    if (n !== 1) wrongCount(n, 1);
    const type = ownFloat(args[0], name);
    const value = op(readFloat(args[0], type));
    if (!Number.isNaN(value)) writeFloat(result, type, value);
    else writeNaN(result, type, args, 1);
  };
}

type SignRule = (word: number, sign: number) => number;

/**
 * A function of one float that only changes its sign bit. `change` gets the word that has it, and which bit it is.
 */
function signChange(name: string, change: SignRule): SlotFunction {
  return (args, n, result) => {
    if (n !== 1) wrongCount(n, 1);
    const a = args[0];
    const type = ownFloat(a, name);
    setSigned(result, type, U32[a], U32[a + 1], change);
  };
}

function setSigned(result: number, type: number, low: number, high: number, change: SignRule): void {
  U32[result + 2] = type;
  if (type === Float64) {
    U32[result] = low;
    U32[result + 1] = change(high, 0x80000000);
    return;
  }
  let bits = change(low, floatSize(type) === 4 ? 0x80000000 : 0x8000);
  // The 16-bit formats pass through Float32 on their way, which makes NaNs quiet, and BFloat16's plain.
  if (type === Float16 && (bits & 0x7fff) > 0x7c00) bits |= 0x200;
  if (type === BFloat16 && (bits & 0x7fff) > 0x7f80) bits = 0x7fc0;
  U32[result] = bits;
  U32[result + 1] = 0;
}

const negate = signChange('neg_float', (word, sign) => word ^ sign);

const copysign: SlotFunction = (args, n, result) => {
  if (n !== 2) wrongCount(n, 2);
  const b = args[1];
  const type = commonFloat(args[0], b, 'copysign_float');
  const from = type === Float64 ? U32[b + 1] : U32[b];
  setSigned(result, type, U32[args[0]], U32[args[0] + 1], (word, sign) => (word & ~sign) | (from & sign));
};

const add = arithmetic('add_float', (x, y) => x + y);
const subtract = arithmetic('sub_float', (x, y) => x - y);
const multiply = arithmetic('mul_float', (x, y) => x * y);
const divide = arithmetic('div_float', (x, y) => x / y);
// Math.min and Math.max are IEEE's minimum and maximum: a NaN wins, and -0 is less than 0.
const minimum = arithmetic('min_float', (x, y) => Math.min(x, y));
const maximum = arithmetic('max_float', (x, y) => Math.max(x, y));

export const floatIntrinsics: Record<string, SlotFunction> = {
  neg_float: negate,
  neg_float_fast: negate,
  abs_float: signChange('abs_float', (word, sign) => word & ~sign),
  copysign_float: copysign,
  add_float: add,
  add_float_fast: add,
  sub_float: subtract,
  sub_float_fast: subtract,
  mul_float: multiply,
  mul_float_fast: multiply,
  div_float: divide,
  div_float_fast: divide,
  min_float: minimum,
  min_float_fast: minimum,
  max_float: maximum,
  max_float_fast: maximum,
  sqrt_llvm: unaryFloat('sqrt_llvm', Math.sqrt),
  sqrt_llvm_fast: unaryFloat('sqrt_llvm_fast', Math.sqrt),
};
