// Validity: is what code was compiled against still the same?
//
// A method is found by module, name and signature, and is the same if the digest of its code is. A constant is the same if
// its value is. What belongs to the library need not be looked at when the object was compiled with this very library: one
// comparison of digests stands for all of it. What holds once is watched from then on (attach.ts); what does not may still
// come to hold, since a program defines its methods as it runs: such answers are forgotten when the world changes.

import { digestOf } from '../../codegen/emit/identity.ts';
import { CannotCompile, decode, isMeant, moduleAt, moduleRecipe } from '../../codegen/emit/recipes.ts';
import { ObjectError } from '../../codegen/object/error.ts';
import type { MethodRecord, ObjectMetadata } from '../../codegen/object/metadata.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import type { BindingRef, DataTypeRef, MethodInstanceRef, MethodRef, Ref } from '../../interpreter/memory/layout.ts';
import { readRef, readWide, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import {
  bindingModule,
  bindingName,
  currentWorld,
  getBinding,
  globalValue,
  resolutionValue,
  resolveBinding,
} from '../../interpreter/runtime/bindings.ts';
import { methodInstance, methodsOfCallee, signatureParameters } from '../../interpreter/runtime/methods.ts';
import { symbol, symbolName } from '../../interpreter/runtime/symbols.ts';
import { svecGet } from '../../interpreter/runtime/values.ts';
import { egal, isType, matchSignature, typeEqual } from '../../interpreter/types/index.ts';

type Fields = { readonly [key: string]: Json };

/**
 * Answers by some key: a part of the metadata, which is one object wherever it occurs. Those that say no are valid for one
 * world.
 */
class Answers<Key, Answer> {
  private readonly good = new Map<Key, Answer>();
  private readonly bad = new Map<Key, string>();
  private world = -1;

  get(key: Key, ask: () => Answer | string): Answer | string {
    const known = this.good.get(key);
    if (known !== undefined) return known;
    if (this.world !== currentWorld()) {
      this.bad.clear();
      this.world = currentWorld();
    }
    const reason = this.bad.get(key);
    if (reason !== undefined) return reason;
    const answer = ask();
    if (typeof answer === 'string') this.bad.set(key, answer);
    else this.good.set(key, answer);
    return answer;
  }
}

export class Validity {
  private readonly metadata: ObjectMetadata;
  /** For each thing that methods were compiled against, by number, whether it was found to be the same. */
  private readonly held: Uint8Array;
  private readonly isSameLibrary: boolean;
  private readonly firstWorld = currentWorld();
  private readonly methods = new Answers<Json, MethodRef>();
  private readonly instances = new Answers<MethodRecord, MethodInstanceRef>();
  private readonly holding = new Answers<Json, true>();
  /** Constants that code relies on, as far as they had to be compared. */
  private readonly constants = new Set<BindingRef>();

  /** @param isSameLibrary whether the library is the one that the object was compiled with */
  constructor(metadata: ObjectMetadata, isSameLibrary: boolean) {
    this.metadata = metadata;
    this.held = new Uint8Array(metadata.dependencyCount);
    this.isSameLibrary = isSameLibrary;
  }

  /** Is a method one of the very library that an object was compiled with, and none of those that began in these worlds? */
  isOtherOfLibrary(method: MethodRef, worlds: ReadonlySet<number>): boolean {
    if (!this.isSameLibrary) return false;
    const world = readWide(method, objects.Method.primary_world);
    return world <= this.firstWorld && !worlds.has(world);
  }

  /**
   * Is a method with these argument types what a record means?
   *
   * @returns true, false, or why there is no such method
   */
  means(record: MethodRecord, method: MethodRef, types: DataTypeRef): boolean | string {
    if (this.isSameLibrary && record.world !== 0) {
      if (readWide(method, objects.Method.primary_world) !== record.world) return false;
    } else {
      const found = this.method(record.identity);
      if (found !== method) return typeof found === 'string' ? found : false;
    }
    return decoded(() => isMeant(record.types, types));
  }

  /** The method instance of a record, or why there is none. */
  instance(record: MethodRecord): MethodInstanceRef | string {
    return this.instances.get(record, () => {
      const method = this.method(record.identity);
      if (typeof method === 'string') return method;
      return decoded(() => {
        const types = decode(record.types);
        const sparams = matchSignature(types, readRef(method, objects.Method.sig));
        if (sparams === null) return 'its types no longer match its signature';
        return methodInstance(method, types, sparams);
      });
    });
  }

  private method(identity: Json): MethodRef | string {
    return this.methods.get(identity, () => this.findMethod(identity as Fields));
  }

  private findMethod(identity: Fields): MethodRef | string {
    const module = moduleAt((identity.module as readonly string[]) ?? []);
    if (module === null) return 'its module does not exist';
    return decoded(() => {
      const sig = decode(identity.sig);
      const callee = svecGet(signatureParameters(sig), 0);
      for (const method of methodsOfCallee(callee, currentWorld())) {
        if (symbolName(readRef(method, objects.Method.name)) !== identity.name) continue;
        if (readRef(method, objects.Method.module) !== (module as Ref)) continue;
        if (!typeEqual(readRef(method, objects.Method.sig), sig)) continue;
        const isKnown = this.isSameLibrary && readWide(method, objects.Method.primary_world) === identity.library;
        return isKnown || digestOf(method) === identity.digest
          ? method
          : `the method ${identity.name} has changed since it was compiled`;
      }
      return `there is no method ${identity.name} with this signature`;
    });
  }

  /**
   * Why some of what a method was compiled against is no longer so; undefined: all is. What is of the library needs no look
   * in a process with this very library: what changes in it later is noticed when it happens.
   */
  changed(method: number): string | undefined {
    const { held, metadata } = this;
    for (const number of metadata.link.dependenciesOf(method)) {
      if (held[number] === 1) continue;
      const answer = this.holds(metadata.dependencyAt(number));
      if (answer !== true) return answer;
      held[number] = 1;
    }
    if (this.isSameLibrary) return undefined;
    for (const dependency of metadata.libraryDependenciesOf(method)) {
      const answer = this.holds(dependency);
      if (answer !== true) return answer;
    }
    return undefined;
  }

  private holds(dependency: Json): true | string {
    return this.holding.get(dependency, () => this.whatChanged(dependency) ?? true);
  }

  private whatChanged(dependency: Json): string | undefined {
    const { method, constant, value } = dependency as Fields;
    if (method !== undefined) {
      const found = this.method(method);
      return typeof found === 'string' ? found : undefined;
    }
    if (constant === undefined) return 'a dependency cannot be read';
    const path = constant as readonly string[];
    const name = path.at(-1) ?? '';
    const module = moduleAt(path.slice(0, -1));
    if (module === null) return `there is no module ${path.slice(0, -1).join('.')}`;
    if (value !== null) {
      const now = globalValue(module, symbol(name));
      if (now === 0) return `${name} is not defined`;
      const same = decoded(() => (sameValue(decode(value), now) ? true : `the constant ${name} has another value`));
      if (typeof same === 'string') return same;
    }
    this.constants.add(getBinding(module, symbol(name)));
    return undefined;
  }

  /** Does code of these methods rely on the value of a binding? */
  relies(records: Iterable<MethodRecord>, binding: BindingRef): boolean {
    if (this.constants.has(binding)) return true;
    if (!this.isSameLibrary || resolutionValue(resolveBinding(binding, this.firstWorld)) === 0) return false;
    // A constant of the library itself gets another value: rare enough to look through everything.
    const path = [...moduleRecipe(bindingModule(binding)), symbolName(bindingName(binding))].join('.');
    for (const record of records) {
      for (const dependency of record.libraryDependencies) {
        const { constant } = dependency as Fields;
        if (constant !== undefined && (constant as readonly string[]).join('.') === path) return true;
      }
    }
    return false;
  }
}

/** What a recipe cannot be carried out for, or not be read, is a reason, not an error. */
export function decoded<Answer>(body: () => Answer | string): Answer | string {
  try {
    return body();
  } catch (error) {
    if (error instanceof CannotCompile || error instanceof ObjectError) return error.message;
    throw error;
  }
}

function sameValue(a: Ref, b: Ref): boolean {
  if (a === b) return true;
  if (isType(a) && isType(b)) return typeEqual(a, b);
  return typeOf(a) === typeOf(b) && egal(a, b);
}
