// Recipes: how another process finds, or builds again, what a symbol of an object stands for.
//
// An object holds no address. Where code needs one, it names a symbol, and the object's metadata has a recipe for the
// name. This room knows the kinds apart and keeps them as plain JSON; carrying one out is the loader's resolver's work.
// What a `value` or a `method` recipe says in detail is between emission, which writes it, and the resolver.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type SymbolRecipe =
  /** A function or variable of a C library; the empty library is what the process already has loaded. */
  | { readonly kind: 'c'; readonly library: string; readonly name: string }
  /** A function or variable of jl0's runtime, under the name in its table. */
  | { readonly kind: 'runtime'; readonly name: string }
  /** The thread state, see codegen/emit/thread-state.ts. */
  | { readonly kind: 'threadState' }
  /** The code of a method that another object has. */
  | { readonly kind: 'method'; readonly entry: 'specialised' | 'generic'; readonly identity: Json }
  /** A value of the Julia heap: a type, a symbol, a binding, a constant. */
  | { readonly kind: 'value'; readonly value: Json };

/** A shorter way to what a recipe of a value stands for. */
export type Shortcut =
  /** It lies in the system image. A concrete type has to be laid out before code makes objects of it. */
  | { readonly kind: 'place'; readonly place: number; readonly isConcreteType: boolean }
  /** An object without references: the place of its type in the system image, or 0 for a string, and its bytes. */
  | { readonly kind: 'bytes'; readonly type: number; readonly bytes: Uint8Array };

/** By what recipes of values say: for a process that has the same system image, strings for any. */
export type Shortcuts = ReadonlyMap<Json, Shortcut>;

/** Whether some parsed JSON is a recipe; used on metadata from a file, which may hold anything. */
export function isRecipe(json: Json | undefined): json is SymbolRecipe & Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  const fields = json as { readonly [key: string]: Json };
  switch (fields.kind) {
    case 'c':
      return typeof fields.library === 'string' && typeof fields.name === 'string';
    case 'runtime':
      return typeof fields.name === 'string';
    case 'threadState':
      return true;
    case 'method':
      return (fields.entry === 'specialised' || fields.entry === 'generic') && fields.identity !== undefined;
    case 'value':
      return fields.value !== undefined;
    default:
      return false;
  }
}

/** A recipe in a few words, for a listing or a message. */
export function describeRecipe(recipe: SymbolRecipe): string {
  switch (recipe.kind) {
    case 'c':
      return recipe.library === '' ? `C symbol ${recipe.name}` : `C symbol ${recipe.name} of ${recipe.library}`;
    case 'runtime':
      return `runtime ${recipe.name}`;
    case 'threadState':
      return 'thread state';
    case 'method':
      return `${recipe.entry} code of method ${JSON.stringify(recipe.identity)}`;
    case 'value':
      return `value ${JSON.stringify(recipe.value)}`;
  }
}
