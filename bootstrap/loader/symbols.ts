// Symbols: from the names of an object to addresses of this process.
//
// What the object defines lies in its image. Everything else has a recipe in the metadata, which the resolver of the caller
// carries out; a name that it cannot resolve costs the methods that need it, directly or through functions they call, and
// only those.

import type { ElfObject, ElfSymbol } from '../../codegen/object/elf.ts';
import type { Metadata } from '../../codegen/object/metadata.ts';
import { describeRecipe, type SymbolRecipe } from '../../codegen/object/recipe.ts';
import { type Address, nullAddress, offsetBy } from '../../ffi/address.ts';
import { ForeignError } from '../../ffi/error.ts';
import { findSymbol } from '../../ffi/libraries.ts';
import type { Image } from './image.ts';

/** Gives the address that a recipe stands for in this process, or says why there is none. */
export type Resolver = (recipe: SymbolRecipe, name: string) => Address | string;

export interface Resolved {
  readonly addressOf: (symbol: ElfSymbol) => Address;
  /** Names that are not resolved, with the reason. */
  readonly missing: ReadonlyMap<string, string>;
}

/** Resolves all symbols of a placed object. What is missing gets the address of the image's trap. */
export function resolveSymbols(elf: ElfObject, metadata: Metadata, image: Image, resolver: Resolver): Resolved {
  const addresses = new Map<ElfSymbol, Address>();
  const missing = new Map<string, string>();
  for (const symbol of elf.symbols) {
    if (symbol.section === 'absolute') continue;
    if (symbol.section === 'undefined') {
      const recipe = metadata.symbols[symbol.name];
      const found = recipe === undefined ? 'it has no recipe' : resolver(recipe, symbol.name);
      if (typeof found === 'string')
        missing.set(symbol.name, recipe === undefined ? found : `${describeRecipe(recipe)}: ${found}`);
      addresses.set(symbol, typeof found === 'string' ? image.trap : found);
    } else {
      const at = image.sections.get(symbol.section);
      if (at !== undefined) addresses.set(symbol, offsetBy(at, symbol.value));
    }
  }
  return { addressOf: (symbol) => addresses.get(symbol) ?? nullAddress, missing };
}

/**
 * Finds a symbol of a C library. Functions that a compiler calls on its own (128-bit division) may be in the library of
 * the compiler's support functions, which nobody names.
 */
export function resolveC(
  recipe: SymbolRecipe & { readonly kind: 'c' },
  searchFirst: readonly string[] = [],
): Address | string {
  const libraries = recipe.library === '' ? ['', 'libm.so.6', 'libgcc_s.so.1'] : [recipe.library];
  let reason = '';
  for (const library of libraries) {
    try {
      return findSymbol(recipe.name, library, searchFirst);
    } catch (error) {
      if (!(error instanceof ForeignError)) throw error;
      reason ||= error.message;
    }
  }
  return reason;
}

/**
 * Why functions cannot be used: for every function that refers to a missing name, or to a function that does, and so on,
 * the reason.
 *
 * @param word puts the reason in words, from the name that is missing and why it is
 */
export function functionsThatLack(
  metadata: Metadata,
  missing: ReadonlyMap<string, string>,
  word = (name: string, reason: string) => `${name} cannot be resolved: ${reason}`,
): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  if (missing.size === 0) return reasons;
  const users = new Map<string, string[]>();
  for (const [user, names] of Object.entries(metadata.references)) {
    for (const name of names) {
      const list = users.get(name);
      if (list === undefined) users.set(name, [user]);
      else list.push(user);
    }
  }
  for (const [name, reason] of missing) {
    const waiting = [...(users.get(name) ?? [])];
    for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) {
      if (reasons.has(user)) continue;
      reasons.set(user, word(name, reason));
      waiting.push(...(users.get(user) ?? []));
    }
  }
  return reasons;
}
