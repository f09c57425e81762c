// Memory orders: what an access to a field, an element or a global variable may ask for.
//
// There is one thread, so every order is kept; what is left of them are the checks. The order has to be a Symbol that names
// one that the kind of access can have, and whether it is `:not_atomic` has to agree with the place.

import type { SymbolRef } from '../../memory/layout.ts';
import { datatype } from '../../memory/wellknown.ts';
import { throwException } from '../errors.ts';
import { symbolName } from '../symbols.ts';
import { string } from '../values.ts';
import { expectType } from './arguments.ts';

/** Memory orders, the weaker first: failing must not ask for more than succeeding. */
const strengths = [
  'not_atomic',
  'unordered',
  'monotonic',
  'acquire',
  'release',
  'acquire_release',
  'sequentially_consistent',
] as const;

export type MemoryOrder = (typeof strengths)[number];

/** What is done with the place: loaded, stored, or both in one step. */
export type Access = 'load' | 'store' | 'both';

/** Orders that make no sense for an access. */
const senseless: Record<Access, ReadonlySet<MemoryOrder>> = {
  load: new Set(['release', 'acquire_release']),
  store: new Set(['acquire', 'acquire_release']),
  both: new Set(['unordered']),
};

/** `throw(ConcurrencyViolationError(text))` */
export const throwAtomicError = (text: string): never => throwException('ConcurrencyViolationError', string(text));

const isOrder = (name: string): name is MemoryOrder => (strengths as readonly string[]).includes(name);

/** The order that a Symbol names, checked for the access. */
export function orderNamed(name: SymbolRef, access: Access): MemoryOrder {
  const order = symbolName(name);
  if (!isOrder(order) || senseless[access].has(order)) return throwAtomicError('invalid atomic ordering');
  return order;
}

/** The order that an argument of the builtin `name` gives. */
export function orderArgument(name: string, word: number, access: Access): MemoryOrder {
  return orderNamed(expectType<SymbolRef>(name, word, datatype('Symbol')), access);
}

/** The order of an optional argument at position `at`. */
export function optionalOrder(
  name: string,
  args: Int32Array,
  n: number,
  at: number,
  access: Access,
  otherwise: MemoryOrder,
): MemoryOrder {
  return n > at ? orderArgument(name, args[at], access) : otherwise;
}

/** The orders of a conditional update: one of success, and one of failure, which is by default the same. */
export interface ConditionalOrders {
  readonly success: MemoryOrder;
  readonly failure: MemoryOrder;
}

/** Failing may not be ordered more strictly than succeeding. */
export function checkedOrders(success: MemoryOrder, failure: MemoryOrder): ConditionalOrders {
  if (strengths.indexOf(failure) > strengths.indexOf(success)) throwAtomicError('invalid atomic ordering');
  return { success, failure };
}

/** The orders that the optional arguments from position `at` give. */
export function conditionalOrders(
  name: string,
  args: Int32Array,
  n: number,
  at: number,
  otherwise: MemoryOrder,
): ConditionalOrders {
  const success = optionalOrder(name, args, n, at, 'both', otherwise);
  return checkedOrders(success, optionalOrder(name, args, n, at + 1, 'load', success));
}

/** Throws unless the access is atomic just where the place (a `field`, or `memory`) is. */
export function checkAgreement(
  name: string,
  place: 'field' | 'memory',
  atomic: boolean,
  order: MemoryOrder,
  done: 'accessed' | 'written',
): void {
  if (atomic !== (order === 'not_atomic')) return;
  throwAtomicError(
    atomic
      ? `${name}: atomic ${place} cannot be ${done} non-atomically`
      : `${name}: non-atomic ${place} cannot be ${done} atomically`,
  );
}
