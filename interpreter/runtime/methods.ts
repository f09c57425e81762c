// Methods: making them, the global method table, finding the one that a call means.
//
// The table is one for the whole system, as in Julia 1.12. It is indexed by what a call always knows exactly: the type of
// the callee. Every TypeName has two lists of entries, newest first: methods whose first argument is an instance of the
// type, and methods whose first argument is `Type{T}` for a T of this name (constructors). A call looks at the lists of
// the callee's type and of its supertypes, so it meets only methods that can possibly match.
//
// An entry holds from the world of its definition to the world of its deletion or replacement; nothing is ever removed.

import { allocate } from '../memory/heap.ts';
import {
  type ArrayRef,
  type CodeInfoRef,
  type DataTypeRef,
  type MethodInstanceRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readI32,
  readRef,
  readU8,
  readU16,
  readWide,
  type SvecRef,
  type SymbolRef,
  type TypeMapEntryRef,
  type TypeNameRef,
  typeOf,
  writeI32,
  writeRef,
  writeU8,
  writeU16,
  writeWide,
} from '../memory/layout.ts';
import * as objects from '../memory/objects.ts';
import { registerWeakMap } from '../memory/roots.ts';
import { Bottom, datatype, emptySvec, nothing, typename } from '../memory/wellknown.ts';
import { isSubtype, matchSignature, moreSpecific, typeEqual } from '../types/index.ts';
import { isConcrete, isDataType, isTypeType } from '../types/kinds.ts';
import { currentWorld, nextWorld, WORLD_MAX } from './bindings.ts';
import { symbolName } from './symbols.ts';
import {
  arrayGetRef,
  arrayLength,
  string,
  svecGet,
  svecLength,
  svecSet,
  svecUninitialized,
  unboxInt64,
} from './values.ts';

const DataTypeType = datatype('DataType');
const UnionAllType = datatype('UnionAll');
const UnionType = datatype('Union');
const TypeVarType = datatype('TypeVar');
const BottomKind = datatype('TypeofBottom');

/** Strips the `where`s of a type. */
export function unwrapUnionAll(type: Ref): Ref {
  let body = type;
  while (typeOf(body) === UnionAllType) body = readRef(body, objects.UnionAll.body);
  return body;
}

/** True for the types of types. */
export const isKindType = (type: Ref): boolean =>
  type === DataTypeType || type === UnionAllType || type === UnionType || type === BottomKind;

/** The parameters of a signature's tuple. */
export const signatureParameters = (sig: Ref): SvecRef =>
  readRef<SvecRef>(unwrapUnionAll(sig), objects.DataType.parameters);

/** A list of method entries: the TypeName that owns it, and which of its two lists. */
interface MethodList {
  readonly name: TypeNameRef;
  readonly constructors: boolean;
}

/** The lists that a method belongs to, from the first parameter of its signature. */
function listsFor(first: Ref): MethodList[] {
  const type = unwrapUnionAll(first);
  switch (typeOf(type)) {
    case TypeVarType:
      return listsFor(readRef(type, objects.TypeVar.ub));
    case UnionType:
      return [...listsFor(readRef(type, objects.Union.a)), ...listsFor(readRef(type, objects.Union.b))];
    case DataTypeType: {
      const name = readRef<TypeNameRef>(type, objects.DataType.name);
      if (name !== typename('Type')) return [{ name, constructors: false }];
      const parameter = svecGet(readRef<SvecRef>(type, objects.DataType.parameters), 0);
      return constructorNames(parameter).map((owner) => ({ name: owner, constructors: true }));
    }
    default:
      return [{ name: typename('Any'), constructors: false }];
  }
}

function constructorNames(of: Ref): TypeNameRef[] {
  const type = unwrapUnionAll(of);
  switch (typeOf(type)) {
    case TypeVarType:
      return constructorNames(readRef(type, objects.TypeVar.ub));
    case UnionType:
      return [...constructorNames(readRef(type, objects.Union.a)), ...constructorNames(readRef(type, objects.Union.b))];
    case DataTypeType:
      return [readRef<TypeNameRef>(type, objects.DataType.name)];
    default:
      return [type === Bottom ? typename('TypeofBottom') : typename('Any')];
  }
}

const listField = (list: MethodList) => (list.constructors ? objects.TypeName.constructors : objects.TypeName.methods);

const insertListeners: ((method: MethodRef, names: readonly TypeNameRef[]) => void)[] = [];
/** Registers a listener for new and deleted methods: caches of dispatch must drop what the change affects. */
export function onMethodChange(listener: (method: MethodRef, names: readonly TypeNameRef[]) => void): void {
  insertListeners.push(listener);
}

function firstParameter(sig: Ref): Ref {
  const parameters = signatureParameters(sig);
  if (svecLength(parameters) === 0) return datatype('Any');
  const first = svecGet(parameters, 0);
  return typeOf(first) === datatype('TypeofVararg') ? readRef(first, objects.Vararg.T) || datatype('Any') : first;
}

/** Adds a method to the table, in a new world; a method of an equal signature is replaced by it. */
export function insertMethod(method: MethodRef): void {
  const sig = readRef(method, objects.Method.sig);
  const lists = listsFor(firstParameter(sig));
  const world = nextWorld();
  writeWide(method, objects.Method.primary_world, world);
  const seen = new Set<Ref>();
  for (const list of lists) {
    if (seen.has(list.name)) continue;
    seen.add(list.name);
    const field = listField(list);
    for (let e = readRef<TypeMapEntryRef>(list.name, field); e !== 0; e = readRef(e, objects.TypeMapEntry.next)) {
      if (readWide(e, objects.TypeMapEntry.max_world) !== WORLD_MAX) continue;
      if (!typeEqual(readRef(e, objects.TypeMapEntry.sig), sig)) continue;
      writeWide(e, objects.TypeMapEntry.max_world, world - 1);
      writeWide(readRef(e, objects.TypeMapEntry.func), objects.Method.deleted_world, world);
    }
    const entry = allocate(datatype('TypeMapEntry'), objects.TypeMapEntry.$size) as TypeMapEntryRef;
    const { simple, leaf } = complexity(sig);
    writeU8(entry, objects.TypeMapEntry.isleafsig, leaf ? 1 : 0);
    writeU8(entry, objects.TypeMapEntry.issimplesig, simple ? 1 : 0);
    writeRef(entry, objects.TypeMapEntry.sig, sig);
    writeRef(entry, objects.TypeMapEntry.func, method);
    writeRef(entry, objects.TypeMapEntry.guardsigs, emptySvec);
    writeWide(entry, objects.TypeMapEntry.min_world, world);
    writeWide(entry, objects.TypeMapEntry.max_world, WORLD_MAX);
    writeU8(entry, objects.TypeMapEntry.va, isVarargSignature(sig) ? 1 : 0);
    link(list.name, field, entry);
  }
  const names = lists.map((list) => list.name);
  for (const listener of insertListeners) listener(method, names);
}

/**
 * What a signature takes to be compared with a call. Source: Julia's typemap.c. `simple`: no variables, and every argument
 * is concrete, Any or a `Type{T}`; `leaf`: every argument is concrete, and their number is fixed.
 */
function complexity(sig: Ref): { simple: boolean; leaf: boolean } {
  let simple = typeOf(sig) !== UnionAllType;
  let leaf = simple && !isVarargSignature(sig);
  const parameters = signatureParameters(sig);
  for (let i = 0; i < svecLength(parameters) && simple; i++) {
    const parameter = svecGet(parameters, i);
    const special =
      isKindType(parameter) ||
      isTypeType(parameter) ||
      typeOf(parameter) === datatype('TypeofVararg') ||
      parameter === datatype('Any');
    if (special) leaf = false;
    else if (!isDataType(parameter) || !isConcrete(parameter)) {
      leaf = false;
      simple = false;
    }
  }
  return { simple, leaf };
}

/** Links an entry into a list as Julia does: leaf signatures before others, simple ones before the rest, newer before older. */
function link(owner: Ref, field: typeof objects.TypeName.methods, entry: TypeMapEntryRef): void {
  const leaf = readU8(entry, objects.TypeMapEntry.isleafsig) === 1;
  const simple = readU8(entry, objects.TypeMapEntry.issimplesig) === 1;
  const before = (other: TypeMapEntryRef): boolean =>
    (leaf || readU8(other, objects.TypeMapEntry.isleafsig) === 0) &&
    (simple || readU8(other, objects.TypeMapEntry.issimplesig) === 0);
  let next = readRef<TypeMapEntryRef>(owner, field);
  if (next === 0 || before(next)) {
    writeRef(entry, objects.TypeMapEntry.next, next);
    writeRef(owner, field, entry);
    return;
  }
  let previous = next;
  for (;;) {
    next = readRef(previous, objects.TypeMapEntry.next);
    if (next === 0 || before(next)) break;
    previous = next;
  }
  writeRef(entry, objects.TypeMapEntry.next, next);
  writeRef(previous, objects.TypeMapEntry.next, entry);
}

/** `Base.delete_method(m)` */
export function deleteMethod(method: MethodRef): void {
  const lists = listsFor(firstParameter(readRef(method, objects.Method.sig)));
  const world = nextWorld();
  for (const list of lists) {
    for (
      let e = readRef<TypeMapEntryRef>(list.name, listField(list));
      e !== 0;
      e = readRef(e, objects.TypeMapEntry.next)
    ) {
      if (readRef(e, objects.TypeMapEntry.func) !== method) continue;
      writeWide(e, objects.TypeMapEntry.max_world, world - 1);
    }
  }
  writeWide(method, objects.Method.deleted_world, world);
  for (const listener of insertListeners)
    listener(
      method,
      lists.map((list) => list.name),
    );
}

function isVarargSignature(sig: Ref): boolean {
  const parameters = signatureParameters(sig);
  const n = svecLength(parameters);
  return n > 0 && typeOf(svecGet(parameters, n - 1)) === datatype('TypeofVararg');
}

/** The lists that a call looks at, given the type of the callee (`Type{T}` when the callee is the type T). */
export function* listsOfCallee(calleeType: Ref): Generator<TypeMapEntryRef> {
  const type = unwrapUnionAll(calleeType);
  const isType = typeOf(type) === DataTypeType && readRef(type, objects.DataType.name) === typename('Type');
  let instanceOf: Ref = type;
  if (isType) {
    const callee = svecGet(readRef<SvecRef>(type, objects.DataType.parameters), 0);
    const body = unwrapUnionAll(callee);
    if (typeOf(body) === DataTypeType) {
      for (let t = body as DataTypeRef; ; t = readRef<DataTypeRef>(t, objects.DataType.super)) {
        yield readRef<TypeMapEntryRef>(readRef(t, objects.DataType.name), objects.TypeName.constructors);
        if (t === datatype('Any')) break;
      }
    } else {
      // Union{...} or Union{} as callee: only methods for Type{T} of any T, or of some supertype of its members.
      for (const name of [...new Set([...constructorNames(callee), typename('Any')])]) {
        yield readRef<TypeMapEntryRef>(name, objects.TypeName.constructors);
      }
    }
    instanceOf = typeOf(callee) === TypeVarType ? datatype('DataType') : typeOf(callee);
  }
  if (typeOf(instanceOf) !== DataTypeType) {
    yield readRef<TypeMapEntryRef>(typename('Any'), objects.TypeName.methods);
    return;
  }
  // A kind is an instance of Type, too.
  for (let t = instanceOf as DataTypeRef; ; t = unwrapUnionAll(readRef(t, objects.DataType.super)) as DataTypeRef) {
    yield readRef<TypeMapEntryRef>(readRef(t, objects.DataType.name), objects.TypeName.methods);
    if (t === datatype('Any')) break;
  }
}

/** A method that matches a call, with the values of its static parameters. */
export interface MethodMatch {
  readonly method: MethodRef;
  readonly sparams: SvecRef;
  readonly entry: TypeMapEntryRef;
}

/** A cheap refusal: number of arguments, and arguments that are not instances of a concrete parameter. */
function cannotMatch(parameters: SvecRef, args: SvecRef): boolean {
  const n = svecLength(args);
  let np = svecLength(parameters);
  if (np > 0 && typeOf(svecGet(parameters, np - 1)) === datatype('TypeofVararg')) {
    np--;
    if (n < np) return true;
  } else if (n !== np) {
    return true;
  }
  for (let i = 0; i < np; i++) {
    const parameter = svecGet(parameters, i);
    if (typeOf(parameter) !== DataTypeType) continue;
    const arg = svecGet(args, i);
    if (parameter === arg || parameter === datatype('Any')) continue;
    if ((flagsOf(parameter) & objects.DataTypeFlag.isconcretetype) === 0) continue;
    // Type{T} is an instance of the kinds, which are concrete: leave those to the full test.
    if (typeOf(arg) === DataTypeType && !isKindType(parameter)) return true;
  }
  return false;
}

const flagsOf = (type: Ref): number => readU16(type, objects.DataType.flags);

/** All methods that a call with arguments of exactly these types could run, in `world`, in no particular order. */
export function matchingMethods(argumentTypes: DataTypeRef, world: number): MethodMatch[] {
  const args = readRef<SvecRef>(argumentTypes, objects.DataType.parameters);
  const result: MethodMatch[] = [];
  const seen = new Set<Ref>();
  for (const first of listsOfCallee(svecGet(args, 0))) {
    for (let entry = first; entry !== 0; entry = readRef<TypeMapEntryRef>(entry, objects.TypeMapEntry.next)) {
      if (readWide(entry, objects.TypeMapEntry.min_world) > world) continue;
      if (readWide(entry, objects.TypeMapEntry.max_world) < world) continue;
      const sig = readRef(entry, objects.TypeMapEntry.sig);
      if (cannotMatch(signatureParameters(sig), args)) continue;
      const method = readRef<MethodRef>(entry, objects.TypeMapEntry.func);
      if (seen.has(method)) continue;
      const sparams = matchSignature(argumentTypes, sig);
      if (sparams === null) continue;
      seen.add(method);
      result.push({ method, sparams, entry });
    }
  }
  return result;
}

/** The outcome of looking for the method of a call. */
export type Lookup =
  | { readonly kind: 'found'; readonly match: MethodMatch }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly methods: readonly MethodRef[] };

/** Finds the most specific method for arguments of exactly these types. */
export function lookupMethod(argumentTypes: DataTypeRef, world: number): Lookup {
  const matches = matchingMethods(argumentTypes, world);
  if (matches.length === 0) return { kind: 'none' };
  if (matches.length === 1) return { kind: 'found', match: matches[0] };
  const sigOf = (match: MethodMatch): Ref => readRef(match.method, objects.Method.sig);
  let best = matches[0];
  for (const match of matches) {
    if (match !== best && moreSpecific(sigOf(match), sigOf(best))) best = match;
  }
  const rivals = matches.filter((match) => match !== best && !moreSpecific(sigOf(best), sigOf(match)));
  if (rivals.length === 0) return { kind: 'found', match: best };
  return { kind: 'ambiguous', methods: [best.method, ...rivals.map((rival) => rival.method)] };
}

/** The method that `invoke(f, types, ...)` means: the most specific one whose signature covers `types`. */
export function lookupInvoke(types: Ref, world: number): MethodMatch | null {
  let best: MethodMatch | null = null;
  const seen = new Set<Ref>();
  const parameters = signatureParameters(types);
  for (const first of listsOfCallee(svecGet(parameters, 0))) {
    for (let entry = first; entry !== 0; entry = readRef<TypeMapEntryRef>(entry, objects.TypeMapEntry.next)) {
      if (readWide(entry, objects.TypeMapEntry.min_world) > world) continue;
      if (readWide(entry, objects.TypeMapEntry.max_world) < world) continue;
      const method = readRef<MethodRef>(entry, objects.TypeMapEntry.func);
      const sig = readRef(entry, objects.TypeMapEntry.sig);
      if (seen.has(method) || !isSubtype(types, sig)) continue;
      seen.add(method);
      if (best === null || moreSpecific(sig, readRef(best.method, objects.Method.sig))) {
        best = { method, sparams: emptySvec, entry };
      }
    }
  }
  return best;
}

/** All methods in the table that are alive in `world`, for a callee type (or all callees for 0). */
export function methodsOfCallee(calleeType: Ref, world: number): MethodRef[] {
  const result: MethodRef[] = [];
  for (const first of listsOfCallee(calleeType)) {
    for (let entry = first; entry !== 0; entry = readRef<TypeMapEntryRef>(entry, objects.TypeMapEntry.next)) {
      if (readWide(entry, objects.TypeMapEntry.min_world) > world) continue;
      if (readWide(entry, objects.TypeMapEntry.max_world) < world) continue;
      const method = readRef<MethodRef>(entry, objects.TypeMapEntry.func);
      if (!result.includes(method)) result.push(method);
    }
  }
  return result;
}

/**
 * A new Method object, not yet in the table.
 *
 * @param takesRest whether the last argument collects the rest; a signature of `Vararg{T, 2}` does not show it
 */
export function newMethod(
  name: SymbolRef,
  module: ModuleRef,
  sig: Ref,
  source: CodeInfoRef,
  file: SymbolRef,
  line: number,
  takesRest: boolean = isVarargSignature(sig),
): MethodRef {
  const method = allocate(datatype('Method'), objects.Method.$size) as MethodRef;
  writeRef(method, objects.Method.name, name);
  writeRef(method, objects.Method.module, module);
  writeRef(method, objects.Method.file, file);
  writeI32(method, objects.Method.line, line);
  writeRef(method, objects.Method.sig, sig);
  writeRef(method, objects.Method.specializations, emptySvec);
  writeRef(method, objects.Method.source, source);
  writeRef(method, objects.Method.debuginfo, readRef(source, objects.CodeInfo.debuginfo));
  writeRef(method, objects.Method.slot_syms, slotNames(readRef<ArrayRef>(source, objects.CodeInfo.slotnames)));
  const nargs = readWide(source, objects.CodeInfo.nargs);
  writeI32(method, objects.Method.nargs, nargs);
  const isva = takesRest ? 1 : 0;
  writeU8(method, objects.Method.isva, isva);
  writeU8(source, objects.CodeInfo.isva, isva);
  writeU8(method, objects.Method.constprop, readU8(source, objects.CodeInfo.constprop));
  writeU16(method, objects.Method.purity, readU16(source, objects.CodeInfo.purity));
  writeU8(method, objects.Method.max_varargs, 0xff);
  scanMeta(method, readRef<ArrayRef>(source, objects.CodeInfo.code), nargs);
  return method;
}

/** The names of a method's slots as one string, each ended by NUL. */
function slotNames(names: ArrayRef): Ref {
  let text = '';
  for (let i = 0, n = arrayLength(names); i < n; i++) text += `${symbolName(arrayGetRef<SymbolRef>(names, i))}\0`;
  return string(text);
}

/** Reads `Expr(:meta, ...)` statements at the top of a body into the method's fields. */
function scanMeta(method: MethodRef, statements: ArrayRef, nargs: number): void {
  let nospecialize = 0;
  for (let i = 0, n = arrayLength(statements); i < n; i++) {
    const statement = arrayGetRef(statements, i);
    if (typeOf(statement) !== datatype('Expr')) continue;
    if (symbolName(readRef<SymbolRef>(statement, objects.Expr.head)) !== 'meta') continue;
    const args = readRef<ArrayRef>(statement, objects.Expr.args);
    if (arrayLength(args) === 0 || typeOf(arrayGetRef(args, 0)) !== datatype('Symbol')) continue;
    switch (symbolName(arrayGetRef<SymbolRef>(args, 0))) {
      case 'nospecialize':
        if (arrayLength(args) === 1) nospecialize = -1;
        for (let k = 1; k < arrayLength(args); k++) {
          const slot = arrayGetRef(args, k);
          if (typeOf(slot) !== datatype('SlotNumber')) continue;
          const number = readWide(slot, objects.SlotNumber.id) - 2;
          if (number >= 0 && number < 32 && number < nargs) nospecialize |= 1 << number;
        }
        break;
      case 'nkw':
        writeI32(method, objects.Method.nkw, unboxInt64(arrayGetRef(args, 1)));
        break;
      default:
    }
  }
  writeI32(method, objects.Method.nospecialize, nospecialize);
}

const instanceCache = new Map<MethodRef, Map<Ref, MethodInstanceRef>>();
registerWeakMap(instanceCache);

/** The MethodInstance of a method for a signature, made if there is none. */
export function methodInstance(method: MethodRef, types: Ref, sparams: SvecRef): MethodInstanceRef {
  let instances = instanceCache.get(method);
  if (instances === undefined) {
    instances = new Map();
    const stored = readRef<SvecRef>(method, objects.Method.specializations);
    for (let i = 0; i < svecLength(stored); i++) {
      const instance = svecGet<MethodInstanceRef>(stored, i);
      if (instance !== nothing) instances.set(readRef(instance, objects.MethodInstance.specTypes), instance);
    }
    instanceCache.set(method, instances);
  }
  const known = instances.get(types);
  if (known !== undefined) return known;
  const instance = newMethodInstance(method, types, sparams);
  storeInstance(method, instance, instances.size);
  instances.set(types, instance);
  return instance;
}

/** A MethodInstance for a Method or, for a toplevel thunk, a Module. */
export function newMethodInstance(def: Ref, types: Ref, sparams: SvecRef): MethodInstanceRef {
  const instance = allocate(datatype('MethodInstance'), objects.MethodInstance.$size) as MethodInstanceRef;
  writeRef(instance, objects.MethodInstance.def, def);
  writeRef(instance, objects.MethodInstance.specTypes, types);
  writeRef(instance, objects.MethodInstance.sparam_vals, sparams);
  return instance;
}

function storeInstance(method: MethodRef, instance: MethodInstanceRef, count: number): void {
  let stored = readRef<SvecRef>(method, objects.Method.specializations);
  if (count >= svecLength(stored)) {
    const larger = svecUninitialized(Math.max(4, 2 * count));
    for (let i = 0; i < svecLength(larger); i++) svecSet(larger, i, i < count ? svecGet(stored, i) : nothing);
    writeRef(method, objects.Method.specializations, larger);
    stored = larger;
  }
  svecSet(stored, count, instance);
}

/** True if the method holds in `world`. */
export function isMethodAlive(method: MethodRef, world: number = currentWorld()): boolean {
  const deleted = readWide(method, objects.Method.deleted_world);
  return readWide(method, objects.Method.primary_world) <= world && (deleted === 0 || deleted > world);
}

export const methodNameOf = (method: MethodRef): string => symbolName(readRef<SymbolRef>(method, objects.Method.name));
export const methodLine = (method: MethodRef): number => readI32(method, objects.Method.line);
