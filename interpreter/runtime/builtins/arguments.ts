// Checks that the builtins share: how many arguments, and of which types.

import { U32 } from '../../../ffi/region.ts';
import type { Ref } from '../../memory/layout.ts';
import { Bool, Int64, slotRef, slotType } from '../../vm/slots.ts';
import { throwTooFewArguments, throwTooManyArguments, throwTypeError } from '../errors.ts';

/** Checks the number of arguments; throws Julia's ArgumentError. */
export function expectArguments(name: string, n: number, least: number, most: number = least): void {
  if (n < least) throwTooFewArguments(name, least);
  if (n > most) throwTooManyArguments(name, most);
}

/** The argument as an object of exactly a type; throws Julia's TypeError. */
export function expectType<T extends Ref>(name: string, word: number, type: Ref): T {
  if (slotType(word) !== type) throwTypeError(name, type, slotRef(word));
  return slotRef(word) as T;
}

/** The argument as an Int64, exact below 2^53. */
export function expectInt(name: string, word: number): number {
  if (U32[word + 2] !== Int64) throwTypeError(name, Int64, slotRef(word));
  return (U32[word + 1] | 0) * 2 ** 32 + U32[word];
}

/** The argument as a Bool. */
export function expectBool(name: string, word: number): boolean {
  if (slotType(word) !== Bool) throwTypeError(name, Bool, slotRef(word));
  return U32[word] !== 0;
}
