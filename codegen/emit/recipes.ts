// Recipes of values: how another process finds, or builds again, a value that code refers to.
//
// A recipe is JSON: a module by its path, a type by module, name and parameters, a symbol or string by its text (or bytes), a number
// by type and bytes, a singleton or a TypeName by its type, an immutable object by its fields, a binding by module and name; and as the
// last resort, the value of a global constant. What has no recipe cannot be referred to by compiled code.
//
// `encode` checks its own work: what a recipe builds in this very process must be the value that it was made for.

import { isUtf8 } from 'node:buffer';
import { U8 } from '../../ffi/region.ts';
import { allocate, HEAP_END } from '../../interpreter/memory/heap.ts';
import {
  type BindingRef,
  type DataTypeRef,
  type ModuleRef,
  type Ref,
  readRef,
  type StringRef,
  type SvecRef,
  type SymbolRef,
  setRefAt,
  type TypeNameRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { registerRoots } from '../../interpreter/memory/roots.ts';
import type { SnapshotContent } from '../../interpreter/memory/snapshot.ts';
import {
  BaseModule,
  Bottom,
  CPUAddressSpace,
  datatype,
  falseValue,
  MainModule,
  nothing,
  trueValue,
} from '../../interpreter/memory/wellknown.ts';
import {
  bindingModule,
  bindingName,
  getBinding,
  globalValue,
  onBindingChange,
} from '../../interpreter/runtime/bindings.ts';
import { moduleParent } from '../../interpreter/runtime/modules.ts';
import { symbol, symbolName } from '../../interpreter/runtime/symbols.ts';
import { string, stringBytes, stringOfBytes, svecGet, svecLength, svecOf } from '../../interpreter/runtime/values.ts';
import {
  applyTupleType,
  applyType,
  boxedFieldAt,
  canonicalText,
  egal,
  fieldCount,
  fieldIsPtr,
  fieldOffset,
  fieldSize,
  fieldType,
  hasFreeVars,
  instanceOf,
  isBits,
  isConcrete,
  isDataType,
  isMutableType,
  isTupleType,
  isType,
  isTypeVar,
  isUnion,
  isUnionAll,
  isVararg,
  layoutSize,
  newTypeVar,
  newVararg,
  param,
  paramCount,
  typeEqual,
  typeNameOf,
  typeUnion,
  unionAll,
  unionAllBody,
  unionAllVar,
  unionMembers,
  unwrapUnionAll,
  varargN,
  varargT,
  varLower,
  varName,
  varUpper,
  wrapperOf,
} from '../../interpreter/types/index.ts';
import { builtinOf } from '../../interpreter/vm/calls.ts';
import type { Json, Shortcut, Shortcuts } from '../object/recipe.ts';

/** Something of a program has no recipe, or no form in operations: the method stays interpreted. */
export class CannotCompile extends Error {}

type Fields = { readonly [key: string]: Json };

/** The path of a module from a root module down. */
export function moduleRecipe(module: ModuleRef): readonly string[] {
  const path: string[] = [];
  for (let each = module; ; each = moduleParent(each)) {
    path.unshift(symbolName(readRef<SymbolRef>(each, objects.Module.name)));
    if (moduleParent(each) === each || each === MainModule) break;
  }
  return path;
}

const isModule = (value: Ref): value is ModuleRef => value !== 0 && typeOf(value) === datatype('Module');

/** A root module by its name. Packages are loaded into a module of Base's own, whether or not the program names them. */
function rootModule(name: string): Ref {
  if (name === 'Main') return MainModule;
  const packages = globalValue(BaseModule, symbol('__toplevel__'));
  const found = isModule(packages) ? globalValue(packages, symbol(name)) : packages;
  return isModule(found) ? found : globalValue(MainModule, symbol(name));
}

/** The module at a path, or null. */
export function moduleAt(path: readonly string[]): ModuleRef | null {
  let module: Ref = MainModule;
  for (let i = 0; i < path.length; i++) {
    module = i === 0 ? rootModule(path[0]) : globalValue(module as ModuleRef, symbol(path[i]));
    if (!isModule(module)) return null;
  }
  return module as ModuleRef;
}

/** A recipe for a global's Binding object. */
export const bindingRecipe = (binding: BindingRef): Json => ({
  binding: [...moduleRecipe(bindingModule(binding)), symbolName(bindingName(binding))],
});

/** Names of global constants whose values may have no recipe of their own. */
export type Origins = ReadonlyMap<Ref, BindingRef>;

/** Recipes that were made for a compilation, by value: programs name the same ones over and over. */
const known = new WeakMap<Origins, Map<Ref, Json>>();

/**
 * The recipe of a value. Equal types get the same object.
 *
 * @throws CannotCompile if it has none
 */
export function encode(value: Ref, origins: Origins): Json {
  let recipes = known.get(origins);
  if (recipes === undefined) {
    recipes = new Map();
    known.set(origins, recipes);
  }
  let recipe = recipes.get(value);
  if (recipe !== undefined) return recipe;
  const encoder = new Encoder(origins, recipes);
  recipe = encoder.value(value);
  let again: Ref | null;
  try {
    again = decode(recipe);
  } catch {
    again = null;
  }
  if (again === null || !isSameValue(again, value))
    throw new CannotCompile(`a value has no recipe: ${JSON.stringify(recipe)}`);
  for (const [type, part] of [...encoder.types, [value, recipe] as const]) {
    recipes.set(type, part);
    kept.add(type);
  }
  return recipe;
}

/**
 * Shorter ways to what recipes stand for. Places are those of what was in the system image, is where it was, and never goes
 * away: types, their names, modules, symbols and the only instances of types, as long as a recipe leads to them.
 *
 * @param image has the image's content, to compare; null: there is no image
 */
export function shortcutsOf(origins: Origins, image: SnapshotContent | null): Shortcuts {
  const shortcuts = new Map<Json, Shortcut>();
  const hasPlace = (value: Ref, recipe: Json): boolean => image !== null && isLasting(value, recipe, image);
  for (const [value, recipe] of known.get(origins) ?? []) {
    const type = typeOf(value);
    if (hasPlace(value, recipe)) {
      const isConcreteType = isDataType(value) && isConcrete(value);
      shortcuts.set(recipe, { kind: 'place', place: value, isConcreteType });
    } else if (type === datatype('String')) {
      shortcuts.set(recipe, { kind: 'bytes', type: 0, bytes: Uint8Array.from(stringBytes(value as StringRef)) });
    } else if ((recipe as Fields).bits !== undefined && hasPlace(type, (recipe as Fields).bits)) {
      const bytes = U8.slice(value * 8, value * 8 + layoutSize(type));
      shortcuts.set(recipe, { kind: 'bytes', type, bytes });
    }
  }
  return shortcuts;
}

/** The object that a shortcut with bytes stands for. */
export function objectOfBytes(type: number, bytes: Uint8Array): Ref {
  return type === 0 ? stringOfBytes(bytes) : bitsObject(atPlace(type), bytes);
}

function isLasting(value: Ref, recipe: Json, image: SnapshotContent): boolean {
  const indices = identifyingWords(value);
  if (indices === null || !image.has(value, indices)) return false;
  const type = typeOf(value);
  // The instance field of the type as it was in the image.
  if (instanceOf(type) === value && !image.has(type, [0, 2, 4])) return false;
  // What is found by its name or as the one type with its parameters is kept by who finds it.
  return decode(recipe) === value;
}

/** Indices of the words (after the header) of an object that make it what it is; null if it may go away, or change. */
function identifyingWords(value: Ref): readonly number[] | null {
  // Name and parameters; variable and body.
  if (isDataType(value)) return [0, 2];
  if (isUnionAll(value)) return [0, 1];
  const type = typeOf(value);
  if (type === datatype('Symbol')) return [];
  if (type === datatype('TypeName') || type === datatype('Module')) return [0, 1];
  return instanceOf(type) === value ? [] : null;
}

/** What is remembered by its place in the heap stays there. */
const kept = new Set<Ref>();
registerRoots((visit) => {
  for (const value of kept) visit(value);
});

function isSameValue(a: Ref, b: Ref): boolean {
  if (a === b) return true;
  if (isType(a) && isType(b)) return typeEqual(a, b);
  if (typeOf(a) !== typeOf(b)) return false;
  if (typeOf(a) === datatype('String'))
    return Buffer.compare(stringBytes(a as StringRef), stringBytes(b as StringRef)) === 0;
  if (typeOf(a) === datatype('SimpleVector')) return true;
  return egal(a, b);
}

/** A string by its text, or by its bytes if they are no text. */
function stringRecipe(bytes: Uint8Array): Json {
  const text = Buffer.from(bytes);
  return isUtf8(text) ? { string: text.toString() } : { bytes: text.toString('base64') };
}

class Encoder {
  private readonly origins: Origins;
  private readonly known: ReadonlyMap<Ref, Json>;
  private readonly variables: Ref[] = [];
  /** Recipes of the types without free variables that were met on the way. */
  readonly types = new Map<Ref, Json>();

  constructor(origins: Origins, known: ReadonlyMap<Ref, Json>) {
    this.origins = origins;
    this.known = known;
  }

  value(value: Ref): Json {
    if (value === 0) throw new CannotCompile('an undefined value has no recipe');
    const type = typeOf(value);
    if (isType(value) || isTypeVar(value) || isVararg(value)) return this.type(value);
    if (type === datatype('Symbol')) return { symbol: symbolName(value as SymbolRef) };
    if (type === datatype('Module')) return { module: moduleRecipe(value as ModuleRef) };
    if (type === datatype('String')) return stringRecipe(stringBytes(value as StringRef));
    if (type === datatype('SimpleVector')) {
      const elements: Json[] = [];
      for (let i = 0, n = svecLength(value as SvecRef); i < n; i++)
        elements.push(this.value(svecGet(value as SvecRef, i)));
      return { svec: elements };
    }
    if (type === datatype('TypeName')) return { typename: this.type(wrapperOf(value as TypeNameRef)) };
    if (instanceOf(type) === value) return { instance: this.type(type) };
    const origin = this.origins.get(value);
    if (isMutableType(type) || !isConcrete(type)) {
      if (origin !== undefined) return this.global(origin);
      throw new CannotCompile(`a ${canonicalText(type)} of the code has no recipe`);
    }
    // An intrinsic is known by its very object.
    const intrinsic = type === datatype('IntrinsicFunction') ? builtinOf(value) : undefined;
    if (intrinsic !== undefined) return { global: ['Core', 'Intrinsics', intrinsic.name] };
    if (isBits(type)) {
      const bytes = Buffer.from(U8.slice(value * 8, value * 8 + layoutSize(type)));
      return { bits: this.type(type), bytes: bytes.toString('hex') };
    }
    try {
      const fields: Json[] = [];
      for (let i = 0, n = fieldCount(type); i < n; i++) {
        const field = boxedFieldAt(value, i);
        fields.push(field === 0 ? null : this.value(field));
      }
      return { struct: this.type(type), fields };
    } catch (error) {
      if (origin !== undefined && error instanceof CannotCompile) return this.global(origin);
      throw error;
    }
  }

  private global(origin: BindingRef): Json {
    return { global: [...moduleRecipe(bindingModule(origin)), symbolName(bindingName(origin))] };
  }

  type(type: Ref): Json {
    const known = this.known.get(type) ?? this.types.get(type);
    if (known !== undefined) return known;
    const recipe = this.newType(type);
    if (this.variables.length === 0) this.types.set(type, recipe);
    return recipe;
  }

  private newType(type: Ref): Json {
    if (type === Bottom) return { bottom: true };
    if (isTypeVar(type)) {
      const place = this.variables.lastIndexOf(type);
      if (place < 0) throw new CannotCompile('a free type variable has no recipe');
      // Counted from the innermost, so that a type's recipe is the same wherever it stands.
      return { variable: this.variables.length - 1 - place };
    }
    if (isVararg(type)) {
      const [element, length] = [varargT(type), varargN(type)];
      return { vararg: [element === 0 ? null : this.value(element), length === 0 ? null : this.value(length)] };
    }
    if (isUnion(type)) return { union: unionMembers(type).map((member) => this.type(member)) };
    if (isUnionAll(type)) {
      const body = unwrapUnionAll(type);
      if (isDataType(body) && wrapperOf(typeNameOf(body)) === type) return { type: this.name(body) };
      const variable = unionAllVar(type);
      const lower = this.type(varLower(variable));
      const upper = this.type(varUpper(variable));
      this.variables.push(variable);
      const inner = this.type(unionAllBody(type));
      this.variables.pop();
      return { where: symbolName(varName(variable)), lower, upper, body: inner };
    }
    if (!isDataType(type)) throw new CannotCompile('an object among types has no recipe');
    const parameters: Json[] = [];
    for (let i = 0, n = paramCount(type); i < n; i++) parameters.push(this.value(param(type, i)));
    if (isTupleType(type)) return { tuple: parameters };
    return parameters.length === 0 ? { type: this.name(type) } : { type: this.name(type), of: parameters };
  }

  /** Module path, name, and the name of the function of which it is the type. */
  private name(type: DataTypeRef): Json {
    const name = typeNameOf(type);
    const module = moduleRecipe(readRef<ModuleRef>(name, objects.TypeName.module));
    const own = symbolName(readRef<SymbolRef>(name, objects.TypeName.name));
    const singleton = readRef<SymbolRef>(name, objects.TypeName.singletonname);
    return [module, own, singleton === 0 || singleton === nothing ? own : symbolName(singleton)];
  }
}

/**
 * Finds or builds what a recipe stands for.
 *
 * @throws CannotCompile if it is malformed, or what it names is not here
 */
export function decode(recipe: Json, variables: readonly Ref[] = []): Ref {
  if (typeof recipe !== 'object' || recipe === null || Array.isArray(recipe)) throw malformed(recipe);
  const fields = recipe as Fields;
  // The first field says what it is.
  for (const kind in fields) {
    switch (kind) {
      case 'place':
        return atPlace(fields.place);
      case 'symbol':
        return symbol(text(fields.symbol));
      case 'string':
        return string(text(fields.string));
      case 'bytes':
        return stringOfBytes(Buffer.from(text(fields.bytes), 'base64'));
      case 'bottom':
        return Bottom;
      case 'variable': {
        const found = variables[variables.length - 1 - Number(fields.variable)];
        if (found === undefined) throw malformed(recipe);
        return found;
      }
      case 'module':
        return moduleOf(list(fields.module));
      case 'global': {
        const [module, name] = split(list(fields.global));
        const value = globalValue(module, symbol(name));
        if (value === 0) throw new CannotCompile(`${name} is not defined`);
        return value;
      }
      case 'binding': {
        const [module, name] = split(list(fields.binding));
        return getBinding(module, symbol(name));
      }
      case 'instance': {
        const instance = instanceOf(decode(fields.instance, variables));
        if (instance === 0) throw new CannotCompile('a type has more than one instance now');
        return instance;
      }
      case 'typename': {
        const body = unwrapUnionAll(decode(fields.typename, variables));
        if (!isDataType(body)) throw malformed(recipe);
        return typeNameOf(body);
      }
      case 'svec':
        return svecOf(list(fields.svec).map((each) => decode(each, variables)));
      case 'bits':
        return bitsObject(decode(fields.bits, variables), Buffer.from(text(fields.bytes), 'hex'));
      case 'struct': {
        const values = list(fields.fields).map((field) => (field === null ? (0 as Ref) : decode(field, variables)));
        return structOf(decode(fields.struct, variables), values);
      }
      default:
        return decodeType(fields, variables);
    }
  }
  throw malformed(recipe);
}

/**
 * Is a value what a recipe stands for? What `decode` and a comparison would say, without making types that nobody needs.
 *
 * @throws CannotCompile as `decode` does
 */
export function isMeant(recipe: Json, value: Ref): boolean {
  if (typeof recipe !== 'object' || recipe === null || Array.isArray(recipe)) throw malformed(recipe);
  const fields = recipe as Fields;
  if (isDataType(value) && fields.place === undefined) {
    if (decodedTypes.get(fields) === value) return true;
    if (fields.tuple !== undefined) return isTupleType(value) && areMeant(list(fields.tuple), value);
    if (fields.type !== undefined) {
      const named = list(fields.type);
      if (symbolName(readRef<SymbolRef>(typeNameOf(value), objects.TypeName.name)) !== named[1]) return false;
      if (fields.of === undefined) return typeNamed(named) === value;
      const body = unwrapUnionAll(typeNamed(named));
      return isDataType(body) && typeNameOf(body) === typeNameOf(value) && areMeant(list(fields.of), value);
    }
  }
  const meant = decode(recipe);
  if (meant === value) return true;
  if (isType(meant) && isType(value)) return !(isConcrete(meant) && isConcrete(value)) && typeEqual(meant, value);
  return typeOf(meant) === typeOf(value) && egal(meant, value);
}

function areMeant(recipes: readonly Json[], type: DataTypeRef): boolean {
  if (recipes.length !== paramCount(type)) return false;
  for (let i = 0; i < recipes.length; i++) if (!isMeant(recipes[i], param(type, i))) return false;
  return true;
}

/**
 * Types that recipes have led to, by the recipe itself: one object stands wherever an object file has the same recipe.
 * Those with variables have a meaning only where they stand, and a type that was found by name may be another one later.
 */
const decodedTypes = new Map<Fields, Ref>();
registerRoots((visit) => {
  for (const type of decodedTypes.values()) visit(type);
});

function decodeType(fields: Fields, variables: readonly Ref[]): Ref {
  const known = decodedTypes.get(fields);
  if (known !== undefined) return known;
  const type = makeType(fields, variables);
  if ((fields.of !== undefined || fields.tuple !== undefined) && (variables.length === 0 || !hasFreeVars(type)))
    decodedTypes.set(fields, type);
  return type;
}

function makeType(fields: Fields, variables: readonly Ref[]): Ref {
  if (fields.tuple !== undefined) return applyTupleType(list(fields.tuple).map((each) => decode(each, variables)));
  if (fields.union !== undefined) return typeUnion(list(fields.union).map((each) => decode(each, variables)));
  if (fields.vararg !== undefined) {
    const [element, length] = list(fields.vararg).map((each) => (each === null ? (0 as Ref) : decode(each, variables)));
    return newVararg(element, length);
  }
  if (fields.where !== undefined) {
    const lower = decode(fields.lower, variables);
    const upper = decode(fields.upper, variables);
    const variable = newTypeVar(symbol(text(fields.where)), lower, upper);
    return unionAll(variable, decode(fields.body, [...variables, variable]));
  }
  if (fields.type === undefined) throw malformed(fields);
  const wrapper = typeNamed(list(fields.type));
  if (fields.of === undefined) return wrapper;
  return applyType(
    wrapper,
    list(fields.of).map((each) => decode(each, variables)),
  );
}

/** The object at a place of the system image: only for objects that were compiled with this very image. */
function atPlace(place: Json): Ref {
  if (typeof place !== 'number' || !(place > 0 && place < HEAP_END / 8)) throw malformed(place);
  return place as Ref;
}

/** What names in recipes have led to, by the recipe's own part; forgotten when one of the names gets another meaning. */
const namedTypes = new Map<readonly Json[], Ref>();
const namedModules = new Map<readonly Json[], ModuleRef>();
const namesInUse = new Set<SymbolRef>();
registerRoots((visit) => {
  for (const type of namedTypes.values()) visit(type);
  for (const module of namedModules.values()) visit(module);
});
onBindingChange((binding) => {
  if (!namesInUse.has(bindingName(binding))) return;
  namesInUse.clear();
  namedTypes.clear();
  namedModules.clear();
  decodedTypes.clear();
});

function typeNamed(recipe: readonly Json[]): Ref {
  let type = namedTypes.get(recipe);
  if (type === undefined) {
    type = findType(recipe);
    namedTypes.set(recipe, type);
    for (const name of recipe.slice(1)) namesInUse.add(symbol(text(name)));
  }
  return type;
}

function findType([path, name, singleton]: readonly Json[]): Ref {
  const module = moduleOf(list(path));
  const direct = globalValue(module, symbol(text(name)));
  if (direct !== 0 && isType(direct)) {
    const body = unwrapUnionAll(direct);
    if (isDataType(body) && symbolName(readRef<SymbolRef>(typeNameOf(body), objects.TypeName.name)) === name) {
      return wrapperOf(typeNameOf(body));
    }
  }
  const instance = globalValue(module, symbol(text(singleton)));
  if (instance !== 0) {
    if (isType(instance) && isDataType(unwrapUnionAll(instance)))
      return wrapperOf(typeNameOf(unwrapUnionAll(instance)));
    return wrapperOf(typeNameOf(typeOf(instance)));
  }
  throw new CannotCompile(`there is no type ${text(name)}`);
}

/** An immutable object with these fields, 0 for a reference that is undefined. */
function structOf(type: Ref, values: readonly Ref[]): Ref {
  if (!isDataType(type) || !isConcrete(type) || isMutableType(type) || fieldCount(type) !== values.length)
    throw new CannotCompile('a type has other fields now');
  const object = allocate(type, Math.max(8, layoutSize(type)));
  values.forEach((value, i) => {
    const offset = fieldOffset(type, i);
    if (fieldIsPtr(type, i)) {
      if (value !== 0) setRefAt((object + (offset >>> 3)) as Ref, 0, value);
      return;
    }
    const declared = fieldType(type, i);
    const members = isUnion(declared) ? unionMembers(declared) : [declared];
    const member = members.indexOf(value === 0 ? Bottom : typeOf(value));
    if (member < 0) throw new CannotCompile('a type has other fields now');
    const from = value * 8;
    U8.copyWithin(object * 8 + offset, from, from + layoutSize(members[member]));
    if (isUnion(declared)) U8[object * 8 + offset + fieldSize(type, i) - 1] = member;
  });
  return object;
}

function bitsObject(type: Ref, bytes: Uint8Array): Ref {
  if (!isDataType(type) || !isConcrete(type)) throw new CannotCompile('a type has no such values now');
  if (bytes.length !== layoutSize(type)) throw new CannotCompile('a type has another size now');
  if (type === datatype('Bool')) return bytes[0] === 0 ? falseValue : trueValue;
  // Types are told apart by this very object among their parameters.
  if (type === typeOf(CPUAddressSpace) && bytes[0] === U8[CPUAddressSpace * 8]) return CPUAddressSpace;
  const object = allocate(type, Math.max(8, bytes.length));
  U8.set(bytes, object * 8);
  return object;
}

function moduleOf(path: readonly Json[]): ModuleRef {
  let module = namedModules.get(path);
  if (module === undefined) {
    module = findModule(path);
    namedModules.set(path, module);
    for (const name of path) namesInUse.add(symbol(text(name)));
  }
  return module;
}

function findModule(path: readonly Json[]): ModuleRef {
  const module = moduleAt(path.map(text));
  if (module === null) throw new CannotCompile(`there is no module ${path.join('.')}`);
  return module;
}

function split(path: readonly Json[]): [ModuleRef, string] {
  return [findModule(path.slice(0, -1)), text(path.at(-1))];
}

const malformed = (recipe: Json): CannotCompile =>
  new CannotCompile(`a recipe cannot be read: ${JSON.stringify(recipe)}`);

function text(json: Json | undefined): string {
  if (typeof json !== 'string') throw malformed(json ?? null);
  return json;
}

function list(json: Json | undefined): readonly Json[] {
  if (!Array.isArray(json)) throw malformed(json ?? null);
  return json as readonly Json[];
}
