// Symbols: from the names of an object to addresses of this process.
//
// What the object defines lies in its image. Everything else has a recipe in the metadata, which the resolver of the caller
// carries out when a method that needs it comes into use; a name that it cannot resolve costs the methods that need it,
// directly or through functions they call, and only those.

import type { Metadata, ObjectMetadata } from '../../codegen/object/metadata.ts';
import { describeRecipe, type SymbolRecipe } from '../../codegen/object/recipe.ts';
import type { Address } from '../../ffi/address.ts';
import { ForeignError } from '../../ffi/error.ts';
import { findSymbol } from '../../ffi/libraries.ts';
import type { Image, Placed } from './image.ts';

/** Gives the address that a recipe stands for in this process, or says why there is none. */
export type Resolver = (recipe: SymbolRecipe) => Address | string;

/** Values by other means than their recipes, see `Shortcut`. */
export interface Values {
  readonly placed: Placed;
  /** The object of a type at a place, or for 0 the string, with these bytes; or why there is none. */
  readonly ofBytes: (type: number, bytes: Uint8Array) => Address | string;
}

/**
 * The names that an object refers to and does not define: each is resolved when it is first needed, and then written where
 * code looks it up.
 */
export class OutsideNames {
  private readonly metadata: ObjectMetadata;
  private readonly image: Image;
  private readonly resolver: Resolver;
  private readonly values: Values | undefined;
  /** By number; a place without a value: nobody has asked. */
  readonly known: Address[] = [];

  constructor(metadata: ObjectMetadata, image: Image, resolver: Resolver, values?: Values) {
    this.metadata = metadata;
    this.image = image;
    this.resolver = resolver;
    this.values = values;
  }

  /** Resolves the name with a number; gives its address, or why there is none. */
  resolve(number: number): Address | string {
    const known = this.known[number];
    if (known !== undefined) return known;
    const found = this.ofBytes(number) ?? this.resolver(this.metadata.recipeOf(number));
    if (typeof found === 'string') return `${describeRecipe(this.metadata.recipeOf(number))}: ${found}`;
    this.known[number] = found;
    this.image.setEntry(number, found);
    return found;
  }

  private ofBytes(number: number): Address | string | undefined {
    const { values, metadata } = this;
    const value = values === undefined ? undefined : metadata.link.bytesOfValue(number);
    if (value === undefined || (value.type !== 0 && !metadata.isSameImage)) return undefined;
    return values?.ofBytes(value.type, value.bytes);
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
