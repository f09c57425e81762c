// Comparisons of integers: any two values of one primitive type, as bits, unsigned or signed.

import { U32 } from '../../../ffi/region.ts';
import type { Ref } from '../../memory/layout.ts';
import type { SlotFunction } from '../../vm/builtin.ts';
import { primitiveSize } from '../../vm/slots.ts';
import { commonType } from './integers.ts';
import { highBits, lowBits, setBool, signedHigh, signedLow, wideBits, wrongCount } from './operands.ts';

type Predicate = (al: number, ah: number, bl: number, bh: number) => boolean;

function comparison(
  name: string,
  signed: boolean,
  test: Predicate,
  wide: (a: bigint, b: bigint) => boolean,
): SlotFunction {
  return (args, n, result) => {
    if (n !== 2) wrongCount(n, 2);
    const a = args[0];
    const b = args[1];
    const tag = U32[a + 2];
    const same = tag !== 0 && tag === U32[b + 2];
    const type = same ? tag : commonType(a, b, name);
    const size = primitiveSize(type as Ref);
    if (size <= 8) {
      const al = lowBits(a, size) | 0;
      const ah = highBits(a, size) | 0;
      const bl = lowBits(b, size) | 0;
      const bh = highBits(b, size) | 0;
      const holds =
        signed && size < 8
          ? test(signedLow(al, size), signedHigh(al, ah, size), signedLow(bl, size), signedHigh(bl, bh, size))
          : test(al, ah, bl, bh);
      setBool(result, holds);
      return;
    }
    const x = wideBits(a, size);
    const y = wideBits(b, size);
    setBool(result, signed ? wide(BigInt.asIntN(8 * size, x), BigInt.asIntN(8 * size, y)) : wide(x, y));
  };
}

export const comparisonIntrinsics: Record<string, SlotFunction> = {
  eq_int: comparison(
    'eq_int',
    false,
    (al, ah, bl, bh) => al === bl && ah === bh,
    (a, b) => a === b,
  ),
  ne_int: comparison(
    'ne_int',
    false,
    (al, ah, bl, bh) => al !== bl || ah !== bh,
    (a, b) => a !== b,
  ),
  slt_int: comparison(
    'slt_int',
    true,
    (al, ah, bl, bh) => ah < bh || (ah === bh && al >>> 0 < bl >>> 0),
    (a, b) => a < b,
  ),
  sle_int: comparison(
    'sle_int',
    true,
    (al, ah, bl, bh) => ah < bh || (ah === bh && al >>> 0 <= bl >>> 0),
    (a, b) => a <= b,
  ),
  ult_int: comparison(
    'ult_int',
    false,
    (al, ah, bl, bh) => ah >>> 0 < bh >>> 0 || (ah === bh && al >>> 0 < bl >>> 0),
    (a, b) => a < b,
  ),
  ule_int: comparison(
    'ule_int',
    false,
    (al, ah, bl, bh) => ah >>> 0 < bh >>> 0 || (ah === bh && al >>> 0 <= bl >>> 0),
    (a, b) => a <= b,
  ),
};
