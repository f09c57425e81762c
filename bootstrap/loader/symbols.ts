// Symbols: from the names of an object to addresses of this process.
//
// What the object defines lies in its image. Everything else has a recipe in the metadata, which the resolver of the caller
// carries out when a method that needs it comes into use; a name that it cannot resolve costs the methods that need it,
// directly or through functions they call, and only those.

import type { ElfObject, ElfSymbol } from '../../codegen/object/elf.ts';
import type { Metadata } from '../../codegen/object/metadata.ts';
import { describeRecipe, type SymbolRecipe } from '../../codegen/object/recipe.ts';
import { type Address, writeAddress } from '../../ffi/address.ts';
import { ForeignError } from '../../ffi/error.ts';
import { findSymbol } from '../../ffi/libraries.ts';
import type { Image } from './image.ts';

/** Gives the address that a recipe stands for in this process, or says why there is none. */
export type Resolver = (recipe: SymbolRecipe, name: string) => Address | string;

/** The names that an object refers to and does not define: each is resolved when it is first needed, and then written
 * where code looks it up. */
export class OutsideNames {
  private readonly metadata: Metadata;
  private readonly image: Image;
  private readonly resolver: Resolver;
  private readonly symbols = new Map<string, ElfSymbol[]>();
  private readonly known = new Map<string, Address>();

  constructor(elf: ElfObject, metadata: Metadata, image: Image, resolver: Resolver) {
    this.metadata = metadata;
    this.image = image;
    this.resolver = resolver;
    for (const symbol of elf.symbols) {
      if (symbol.section !== 'undefined') continue;
      const list = this.symbols.get(symbol.name);
      if (list === undefined) this.symbols.set(symbol.name, [symbol]);
      else list.push(symbol);
    }
    // Until it is known, a name leads to the trap.
    for (const symbol of image.entries.keys()) if (symbol.section === 'undefined') this.write(symbol, image.trap);
  }

  /** Names that no function is said to refer to: the compiler has put them in on its own. */
  unclaimed(): string[] {
    const claimed = new Set<string>();
    for (const list of this.metadata.references.values()) for (const name of list) claimed.add(name);
    return [...this.symbols.keys()].filter((name) => name !== '' && !claimed.has(name));
  }

  has(name: string): boolean {
    return this.symbols.has(name);
  }

  /** Resolves a name; gives its address, or why there is none. */
  resolve(name: string): Address | string {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const recipe = this.metadata.symbols.get(name);
    if (recipe === undefined) return 'it has no recipe';
    const found = this.resolver(recipe, name);
    if (typeof found === 'string') return `${describeRecipe(recipe)}: ${found}`;
    this.known.set(name, found);
    for (const symbol of this.symbols.get(name) ?? []) this.write(symbol, found);
    return found;
  }

  private write(symbol: ElfSymbol, address: Address): void {
    const entry = this.image.entries.get(symbol);
    if (entry !== undefined) writeAddress(entry, address);
  }
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
  for (const [user, names] of metadata.references) {
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
