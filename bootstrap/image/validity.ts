// Validity: is what code was compiled against still the same?
//
// A method is found by module, name and signature, and is the same if the digest of its code is. A constant is the same if
// its value is. What belongs to the library need not be looked at when the object was compiled with this very library: one
// comparison of digests stands for all of it. What holds once is watched from then on (attach.ts); what does not may still
// come to hold, since a program defines its methods as it runs: such answers are forgotten when the world changes.

import { digestOf } from '../../codegen/emit/identity.ts';
import { CannotCompile, decode, moduleAt } from '../../codegen/emit/recipes.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import type { BindingRef, MethodInstanceRef, MethodRef, Ref } from '../../interpreter/memory/layout.ts';
import { readRef, readWide, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { currentWorld, getBinding, globalValue } from '../../interpreter/runtime/bindings.ts';
import { methodInstance, methodsOfCallee, signatureParameters } from '../../interpreter/runtime/methods.ts';
import { symbol, symbolName } from '../../interpreter/runtime/symbols.ts';
import { svecGet } from '../../interpreter/runtime/values.ts';
import { egal, isType, matchSignature, typeEqual } from '../../interpreter/types/index.ts';

type Fields = { readonly [key: string]: Json };

/** Answers by some key; those that say no are valid for one world. */
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
  private readonly dependencies: readonly Json[];
  private readonly isSameLibrary: boolean;
  private readonly firstWorld = currentWorld();
  private readonly methods = new Answers<string, MethodRef>();
  private readonly instances = new Answers<Json, MethodInstanceRef>();
  private readonly holding = new Answers<number, true>();
  /** Constants that code relies on. */
  readonly constants = new Set<BindingRef>();

  /**
   * @param dependencies the table that the numbers in the records mean
   * @param isSameLibrary whether the library is the one that the object was compiled with
   */
  constructor(dependencies: readonly Json[], isSameLibrary: boolean) {
    this.dependencies = dependencies;
    this.isSameLibrary = isSameLibrary;
  }

  /** The method instance with an identity, or why there is none. */
  instance(identity: Json): MethodInstanceRef | string {
    return this.instances.get(identity, () => {
      const { method: ofMethod, types: recipe } = identity as Fields;
      const method = this.method(ofMethod);
      if (typeof method === 'string') return method;
      return decoded(() => {
        const types = decode(recipe);
        const sparams = matchSignature(types, readRef(method, objects.Method.sig));
        if (sparams === null) return 'its types no longer match its signature';
        return methodInstance(method, types, sparams);
      });
    });
  }

  private method(identity: Json): MethodRef | string {
    return this.methods.get(JSON.stringify(identity), () => this.findMethod(identity as Fields));
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
        const isKnown =
          identity.library === true &&
          this.isSameLibrary &&
          readWide(method, objects.Method.primary_world) <= this.firstWorld;
        return isKnown || digestOf(method) === identity.digest
          ? method
          : `the method ${identity.name} has changed since it was compiled`;
      }
      return `there is no method ${identity.name} with this signature`;
    });
  }

  /** Why some of the things with these numbers are no longer so; undefined: all are. */
  changed(numbers: readonly Json[]): string | undefined {
    for (const number of numbers) {
      if (typeof number !== 'number') continue;
      const answer = this.holding.get(number, () => this.whatChanged(this.dependencies[number]) ?? true);
      if (typeof answer === 'string') return answer;
    }
    return undefined;
  }

  private whatChanged(dependency: Json | undefined): string | undefined {
    if (dependency === undefined) return 'a dependency is missing';
    const { method, constant, value, library } = dependency as Fields;
    if (method !== undefined) {
      // A method of the library that is replaced or deleted is a change that is noticed when it happens.
      if ((method as Fields).library === true && this.isSameLibrary) return undefined;
      const found = this.method(method);
      return typeof found === 'string' ? found : undefined;
    }
    if (constant === undefined) return 'a dependency cannot be read';
    const path = constant as readonly string[];
    const name = path.at(-1) ?? '';
    const module = moduleAt(path.slice(0, -1));
    if (module === null) return `there is no module ${path.slice(0, -1).join('.')}`;
    if (!(library === true && this.isSameLibrary) && value !== null) {
      const now = globalValue(module, symbol(name));
      if (now === 0) return `${name} is not defined`;
      const same = decoded(() => (sameValue(decode(value), now) ? true : `the constant ${name} has another value`));
      if (typeof same === 'string') return same;
    }
    this.constants.add(getBinding(module, symbol(name)));
    return undefined;
  }
}

/** What a recipe cannot be carried out for is a reason, not an error. */
function decoded<Answer>(body: () => Answer | string): Answer | string {
  try {
    return body();
  } catch (error) {
    if (error instanceof CannotCompile) return error.message;
    throw error;
  }
}

function sameValue(a: Ref, b: Ref): boolean {
  if (a === b) return true;
  if (isType(a) && isType(b)) return typeEqual(a, b);
  return typeOf(a) === typeOf(b) && egal(a, b);
}
