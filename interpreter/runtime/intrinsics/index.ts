// Registers the intrinsics, in the order of their numbers. To be imported for its effect.

import { defineIntrinsics, type SlotFunction } from '../../vm/builtin.ts';
import { atomicIntrinsics } from './atomics.ts';
import { bitcastIntrinsics } from './bitcast.ts';
import { checkedIntrinsics } from './checked.ts';
import { comparisonIntrinsics } from './comparisons.ts';
import { floatComparisonIntrinsics } from './floatcomparisons.ts';
import { floatConversionIntrinsics } from './floatconversions.ts';
import { floatIntrinsics } from './floats.ts';
import { fmaIntrinsics } from './fma.ts';
import { integerConversionIntrinsics } from './intconversions.ts';
import { integerIntrinsics } from './integers.ts';
import { miscIntrinsics } from './misc.ts';
import { intrinsicNames } from './names.ts';
import { pointerIntrinsics } from './pointers.ts';
import { quickIntrinsics } from './quick.ts';
import { roundingIntrinsics } from './rounding.ts';
import { shiftIntrinsics } from './shifts.ts';

const families: Readonly<Record<string, SlotFunction>> = {
  ...bitcastIntrinsics,
  ...integerIntrinsics,
  ...shiftIntrinsics,
  ...comparisonIntrinsics,
  ...checkedIntrinsics,
  ...floatIntrinsics,
  ...fmaIntrinsics,
  ...roundingIntrinsics,
  ...floatComparisonIntrinsics,
  ...integerConversionIntrinsics,
  ...floatConversionIntrinsics,
  ...pointerIntrinsics,
  ...atomicIntrinsics,
  ...miscIntrinsics,
};

for (const name of intrinsicNames) {
  const implementation = families[name];
  if (implementation === undefined) throw new Error(`the intrinsic ${name} is not implemented`);
  const quick = quickIntrinsics[name];
  defineIntrinsics({ [name]: quick === undefined ? implementation : quick(implementation) });
}

export { setGlobalResolver } from './misc.ts';
export { intrinsicArity, intrinsicNames } from './names.ts';
