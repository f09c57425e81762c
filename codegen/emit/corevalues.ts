// Objects of Core that emission names: builtins, and the empty tuple.

import type { Ref } from '../../interpreter/memory/layout.ts';
import { CoreModule, emptyTuple } from '../../interpreter/memory/wellknown.ts';
import { globalValue } from '../../interpreter/runtime/bindings.ts';
import { symbol } from '../../interpreter/runtime/symbols.ts';

/** The value of a name of Core; `()` is the empty tuple. */
export function coreObject(name: string): Ref {
  if (name === '()') return emptyTuple;
  const value = globalValue(CoreModule, symbol(name));
  if (value === 0) throw new Error(`Core has no ${name}`);
  return value;
}
