// Identity: which method instance compiled code is of, and what it was compiled against.
//
// A method is named by its module, its name and its signature; a digest of its code tells whether it is still the same.
// Dependencies are the methods whose code was looked at, the constants that were taken for such, and what dispatch
// answered. Whoever attaches code asks for each of them again (bootstrap/image).

import { hash } from 'node:crypto';
import { U8 } from '../../ffi/region.ts';
import {
  type BindingRef,
  type CodeInfoRef,
  type DataTypeRef,
  type MethodRef,
  type ModuleRef,
  type Ref,
  readI32,
  readRef,
  readWide,
  type StringRef,
  type SymbolRef,
  typeOf,
} from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype } from '../../interpreter/memory/wellknown.ts';
import {
  bindingModule,
  bindingName,
  currentWorld,
  PartitionKind,
  resolutionValue,
  resolveBinding,
} from '../../interpreter/runtime/bindings.ts';
import { symbolHash, symbolName } from '../../interpreter/runtime/symbols.ts';
import { stringText } from '../../interpreter/runtime/values.ts';
import {
  canonicalText,
  isBits,
  isDataType,
  isType,
  layoutSize,
  param,
  paramCount,
  typeNameOf,
} from '../../interpreter/types/index.ts';
import { argsOf, bodyOf, gotoLabel, headOf, Node, slotId, ssaId } from '../inference/heapdata.ts';
import type { Typed } from '../inference/interpret.ts';
import type { Specialisation } from '../inference/matches.ts';
import type { MethodRecord } from '../object/metadata.ts';
import type { Json } from '../object/recipe.ts';
import { encode, moduleRecipe, type Origins } from './recipes.ts';
import { type Shape, typeOfShape } from './shapes.ts';

/** What a record says of the method instance that it is of. */
export function identityOf(
  of: Specialisation,
  result: Shape,
  origins: Origins,
  libraryWorld: number,
): Pick<MethodRecord, 'hash' | 'world' | 'identity' | 'types' | 'returns'> {
  const isNone = result.kind === 'none';
  return {
    hash: hashOfTypes(of.types),
    world: isOfLibrary(of.method, libraryWorld) ? readWide(of.method, objects.Method.primary_world) : 0,
    identity: methodIdentity(of.method, origins, libraryWorld),
    types: encode(of.types, origins),
    returns: isNone ? { value: encode(result.value, origins) } : { type: encode(typeOfShape(result), origins) },
  };
}

/**
 * A number that is the same for the same argument types in any process, and another one for nearly all others: from the
 * names of the types and of their parameters.
 */
export function hashOfTypes(types: DataTypeRef): number {
  let hash = 0;
  for (let i = 0, n = paramCount(types); i < n; i++) {
    const type = param(types, i);
    hash = mixed(hash, nameHash(type));
    if (!isDataType(type)) continue;
    for (let j = 0, m = paramCount(type); j < m; j++) hash = mixed(hash, nameHash(param(type, j)));
  }
  return hash >>> 0;
}

const mixed = (hash: number, next: number): number => Math.imul(hash ^ next, 0x01000193) ^ (hash >>> 15);
const nameHash = (type: Ref): number =>
  isDataType(type) ? symbolHash(readRef<SymbolRef>(typeNameOf(type), objects.TypeName.name)) : 1;

/** A method with its argument types, as Julia prints a call. */
export function nameOf(of: Pick<Specialisation, 'method' | 'types'>, textOf = canonicalText): string {
  const module = readRef(of.method, objects.Method.module);
  const name = symbolName(readRef(of.method as MethodRef, objects.Method.name));
  const types: string[] = [];
  for (let i = 1, n = paramCount(of.types); i < n; i++) types.push(textOf(param(of.types, i)));
  return `${symbolName(readRef(module, objects.Module.name))}.${name}(${types.join(', ')})`;
}

/**
 * A method by module, name, signature, and a digest of its code.
 *
 * @param libraryWorld methods of this world and older ones belong to the library, and have the world in which they began:
 *   in a process with the very same library that tells them apart
 */
export function methodIdentity(method: MethodRef, origins: Origins, libraryWorld: number): Json {
  return {
    module: moduleRecipe(readRef<ModuleRef>(method, objects.Method.module)),
    name: symbolName(readRef<SymbolRef>(method, objects.Method.name)),
    sig: encode(readRef(method, objects.Method.sig), origins),
    digest: digestOf(method),
    ...(isOfLibrary(method, libraryWorld) ? { library: readWide(method, objects.Method.primary_world) } : {}),
  };
}

const isOfLibrary = (method: MethodRef, libraryWorld: number): boolean =>
  readWide(method, objects.Method.primary_world) <= libraryWorld;

/** A method as a short text: the same for the same method of the same program. */
export function keyOfMethod(method: MethodRef): string {
  const module = moduleRecipe(readRef<ModuleRef>(method, objects.Method.module)).join('.');
  const name = symbolName(readRef<SymbolRef>(method, objects.Method.name));
  return `${module}.${name} ${canonicalText(readRef(method, objects.Method.sig))} ${digestOf(method)}`;
}

const digests = new Map<MethodRef, string>();

/** A digest of a method's lowered code. */
export function digestOf(method: MethodRef): string {
  let digest = digests.get(method);
  if (digest === undefined) {
    const source = readRef<CodeInfoRef>(method, objects.Method.source);
    let text = `${readI32(method, objects.Method.nargs)}\n`;
    if (source !== 0) {
      const body = bodyOf(source);
      text += `${body.slotCount} ${body.inlining}\n`;
      for (let i = 1; i < body.statements.length; i++) text += `${textOf(body.statements[i])}\n`;
    }
    digest = hash('sha256', text, 'hex').slice(0, 24);
    digests.set(method, digest);
  }
  return digest;
}

/** A statement as text: the same for the same code in any process. */
function textOf(value: Ref): string {
  if (value === 0) return '#';
  const type = typeOf(value);
  switch (type) {
    case Node.Expr:
      return `(${headOf(value)} ${argsOf(value).map(textOf).join(' ')})`;
    case Node.SSAValue:
      return `%${ssaId(value)}`;
    case Node.SlotNumber:
      return `_${slotId(value)}`;
    case Node.GotoNode:
      return `goto ${gotoLabel(value)}`;
    case Node.GotoIfNot:
      return `unless ${textOf(readRef(value, objects.GotoIfNot.cond))} ${readWide(value, objects.GotoIfNot.dest)}`;
    case Node.ReturnNode:
      return `return ${textOf(readRef(value, objects.ReturnNode.val))}`;
    case Node.EnterNode:
      return `enter ${readWide(value, objects.EnterNode.catch_dest)} ${textOf(readRef(value, objects.EnterNode.scope))}`;
    case Node.NewvarNode:
      return `new ${textOf(readRef(value, objects.NewvarNode.slot))}`;
    case Node.QuoteNode:
      return `:${textOf(readRef(value, objects.QuoteNode.value))}`;
    case Node.GlobalRef: {
      const module = moduleRecipe(readRef<ModuleRef>(value, objects.GlobalRef.mod));
      return `${module.join('.')}.${symbolName(readRef<SymbolRef>(value, objects.GlobalRef.name))}`;
    }
    case datatype('Symbol'):
      return symbolName(value as SymbolRef);
    case datatype('String'):
      return JSON.stringify(stringText(value as StringRef));
    default:
      if (isType(value)) return canonicalText(value);
      if (isBits(type) && layoutSize(type) > 0) {
        return `${canonicalText(type)}:${Buffer.from(U8.slice(value * 8, value * 8 + layoutSize(type))).toString('hex')}`;
      }
      return `<${canonicalText(type)}>`;
  }
}

/** What a function relies on: of the program, and of the library. */
export interface Dependencies {
  readonly own: Json[];
  readonly library: Json[];
}

/**
 * What the bodies that went into a function rely on; what has no recipe cannot change its meaning unseen.
 *
 * @param libraryWorld what is of this world belongs to the library
 */
export function dependenciesOf(noted: ReadonlySet<Typed>, origins: Origins, libraryWorld: number): Dependencies {
  const methods = new Set<MethodRef>();
  const bindings = new Set<BindingRef>();
  for (const typed of noted) {
    methods.add(typed.of.method);
    for (const method of typed.relies.methods) methods.add(method as MethodRef);
    for (const binding of typed.relies.bindings) bindings.add(binding);
  }
  const [own, library]: Json[][] = [[], []];
  for (const method of methods) {
    const list = isOfLibrary(method, libraryWorld) ? library : own;
    list.push({ method: methodIdentity(method, origins, libraryWorld) });
  }
  for (const binding of bindings) {
    const resolution = resolveBinding(binding, currentWorld());
    // A variable may have any value; its type is declared once and for all.
    if (resolution.kind === PartitionKind.GLOBAL) continue;
    const value = resolutionValue(resolution);
    let recipe: Json;
    try {
      recipe = value === 0 ? null : encode(value, origins);
    } catch {
      continue;
    }
    // A constant that is itself what its name says needs no check beyond the name: it is found by it.
    const path = [...moduleRecipe(bindingModule(binding)), symbolName(bindingName(binding))];
    const old = value !== 0 && resolutionValue(resolveBinding(binding, libraryWorld)) === value;
    (old ? library : own).push({ constant: path, value: recipe });
  }
  return { own, library };
}
