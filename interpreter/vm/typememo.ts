// TYPE_MEMO: builtins that answer with a type, and always with the same one for the same operands.
//
// `Ptr{T}` in a method with a static parameter, or the type of a struct's field, is computed each time such a method
// runs, mostly from operands that were seen before. What the builtin answered stands in a table in the code zone, found
// by a hash of the callee and the operands: references, which are compared by identity, and small numbers of Int64. The
// collector does not know the table; a collection empties it. Entries:
//
//   [callee, first operand, second, its tag, third, its tag, the answer]
//
// where an operand that is not there counts as a reference to nothing. `isa`, for values that are no types themselves, has
// entries [-1, type of the value, type asked about, answer].

import { I32 } from '../../ffi/region.ts';
import { type Ref, typeOf } from '../memory/layout.ts';
import { datatype } from '../memory/wellknown.ts';
import { isKindType } from '../runtime/methods.ts';
import { isSubtype } from '../types/index.ts';
import type { SlotFunction } from './builtin.ts';
import { CALL_HEADER } from './code.ts';
import { memoPlace } from './codezone.ts';
import { setSlotReference } from './slots.ts';

const Int64 = datatype('Int64') as number;
/** Builtins without effects whose answer, always a reference, depends on the identity of their operands alone. */
const MEMORABLE = new Set(['apply_type', 'fieldtype']);

/** Whether calls of a builtin with so many operands, the callee among them, can be remembered. */
export const isMemorable = (name: string, n: number): boolean => MEMORABLE.has(name) && n >= 2 && n <= 4;

/** Whether values of type `type` are of type `asked`; -1 if that depends on the value, or cannot be asked. */
export function rememberedIsa(type: number, asked: number): number {
  const hash = Math.imul(type, 0x9e3779b1) ^ Math.imul(asked, 0x85ebca6b);
  const entry = memoPlace((hash >>> 15) ^ hash);
  if (I32[entry] === -1 && I32[entry + 1] === type && I32[entry + 2] === asked) return I32[entry + 3];
  if (isKindType(type as Ref) || !isKindType(typeOf(asked as Ref))) return -1;
  I32[entry] = -1;
  I32[entry + 1] = type;
  I32[entry + 2] = asked;
  I32[entry + 3] = isSubtype(type as Ref, asked as Ref) ? 1 : 0;
  return I32[entry + 3];
}

const args = new Int32Array(4);

/** Executes a TYPE_MEMO through the table; `leaf` is the builtin. False if the operands are of other kinds. */
export function rememberedType(leaf: SlotFunction, pc: number, fp: number): boolean {
  const n = I32[pc + 3];
  const callee = -I32[pc + CALL_HEADER];
  for (let i = 1; i < n; i++) {
    const operand = I32[pc + CALL_HEADER + i];
    args[i - 1] = operand >= 0 ? fp + operand : -operand;
  }
  const first = args[0];
  const a = I32[first];
  if (I32[first + 2] !== 0) return false;
  let b = 0;
  let tagB = 0;
  let c = 0;
  let tagC = 0;
  if (n > 2) {
    b = I32[args[1]];
    tagB = I32[args[1] + 2];
    if (tagB !== 0 && (tagB !== Int64 || I32[args[1] + 1] !== 0)) return false;
    if (n > 3) {
      c = I32[args[2]];
      tagC = I32[args[2] + 2];
      if (tagC !== 0 && (tagC !== Int64 || I32[args[2] + 1] !== 0)) return false;
    }
  }
  const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0x27d4eb2f) ^ callee;
  const entry = memoPlace((hash >>> 15) ^ hash);
  const result = fp + I32[pc + 1];
  if (
    I32[entry] === callee &&
    I32[entry + 1] === a &&
    I32[entry + 2] === b &&
    I32[entry + 3] === tagB &&
    I32[entry + 4] === c &&
    I32[entry + 5] === tagC
  ) {
    setSlotReference(result, (I32[entry + 6] >>> 3) as Ref);
    return true;
  }
  leaf(args, n - 1, result);
  I32[entry] = callee;
  I32[entry + 1] = a;
  I32[entry + 2] = b;
  I32[entry + 3] = tagB;
  I32[entry + 4] = c;
  I32[entry + 5] = tagC;
  I32[entry + 6] = I32[result];
  return true;
}
