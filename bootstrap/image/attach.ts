// Compiled methods into this process: carrying out recipes, and installing entries as methods are called.
//
// The loader knows bytes and addresses; here is what it asks of the running system. An object is read and verified once. Its
// methods are attached one by one, each when it is called for the first time: then what it was compiled against is compared
// (validity.ts), and what its code refers to is found. Native code is taken away again when a new method could change what
// its calls mean, or a constant that it took for such gets another value.

import { DROPPED } from '../../codegen/emit/callbacks.ts';
import { boxedName } from '../../codegen/emit/dispatch.ts';
import { keyOfMethod, nameOf } from '../../codegen/emit/identity.ts';
import { CannotCompile, decode } from '../../codegen/emit/recipes.ts';
import type { MethodRecord } from '../../codegen/object/metadata.ts';
import { openObject } from '../../codegen/object/object.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import { type Address, toAddress, writeU32 } from '../../ffi/address.ts';
import { REGION_BASE } from '../../ffi/region.ts';
import type { DataTypeRef, MethodInstanceRef, MethodRef, Ref } from '../../interpreter/memory/layout.ts';
import { readRef, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { datatype } from '../../interpreter/memory/wellknown.ts';
import { bindingName, onBindingChange } from '../../interpreter/runtime/bindings.ts';
import { onMethodChange } from '../../interpreter/runtime/methods.ts';
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { tryLayout } from '../../interpreter/types/fieldlayout.ts';
import { canonicalText, hasEmptyIntersection, isConcrete, isDataType } from '../../interpreter/types/index.ts';
import { installNative, removeNative, setNativeFinder } from '../../interpreter/vm/calls.ts';
import { asLoadError } from '../loader/error.ts';
import { type LinkedObject, linkObject, methodOf } from '../loader/load.ts';
import { type Resolver, resolveC } from '../loader/symbols.ts';
import { keepAlive, slotFunctionOf } from './native-entry.ts';
import { emptySites, offerCode, runtimeAddress, threadState, withdrawCode } from './runtime-functions.ts';
import { libraryIdentity } from './snapshot-store.ts';
import { Validity } from './validity.ts';

type Fields = { readonly [key: string]: Json };

/** Carries out recipes. */
export const resolver: Resolver = (recipe) => {
  switch (recipe.kind) {
    case 'c':
      return resolveC(recipe);
    case 'threadState':
      return threadState;
    case 'runtime':
      return runtimeAddress(recipe.name);
    case 'method':
      return 'code of other objects is not shared';
    case 'value':
      return addressOfValue(recipe.value);
  }
};

function addressOfValue(recipe: Json): Address | string {
  try {
    const value = decode(recipe);
    // Code makes objects of the type without asking whether anybody has laid it out yet.
    if (isDataType(value) && isConcrete(value)) tryLayout(value);
    keepAlive(value);
    return toAddress(REGION_BASE + value * 8);
  } catch (error) {
    if (error instanceof CannotCompile) return error.message;
    throw error;
  }
}

/** What became of an object's methods. */
export interface NativeMethods {
  /** Names of the methods whose code runs. */
  attached(): readonly string[];
  /** Those that stay interpreted, with the reason as it was last. */
  refused(): readonly { readonly name: string; readonly reason: string }[];
  /** Milliseconds that reading, linking and attaching have taken. */
  milliseconds(): number;
}

/** What an object says of the program that it was compiled from. */
interface ProgramFacts {
  /** The methods that the program had defined, as keys. */
  readonly known: ReadonlySet<string>;
  /** Recipes of the argument types of the calls that were resolved while compiling. */
  readonly calls: readonly Json[];
  /** The library that it was compiled with. */
  readonly library: Json;
}

const MethodType = datatype('Method');

/** The reason of a method that the program never called: it says nothing about the object. */
export const NOT_CALLED = 'it was not called';

/** Milliseconds; `performance` takes several to load. */
const now = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
};

/** An object whose methods wait for their first call. */
class WaitingObject {
  private readonly linked: LinkedObject;
  private readonly facts: ProgramFacts;
  private readonly validity: Validity;
  private readonly waiting = new Map<MethodRecord, string>();
  /** Those that were called and not attached. */
  private readonly failed = new Set<MethodRecord>();
  /** By the name that people read: what it says of the types sorts out nearly all others. */
  private readonly byName = new Map<string, MethodRecord[]>();
  private readonly methodNames = new Set<string>();
  private readonly bySymbol = new Map<string, MethodRecord>();
  private readonly installed = new Map<MethodInstanceRef, string>();
  private readonly texts = new Map<Ref, string>();
  private isOver = false;
  private isBusy = false;
  private time = 0;

  constructor(bytes: Uint8Array) {
    const start = now();
    this.linked = linkObject(
      asLoadError(() => openObject(bytes)),
      resolver,
    );
    const { methods } = this.linked.metadata;
    this.facts = factsOf(methods);
    const own = libraryIdentity();
    this.validity = new Validity(own !== null && own === this.facts.library);
    for (const record of methods) {
      this.waiting.set(record, NOT_CALLED);
      this.bySymbol.set(record.specialised, record);
      this.methodNames.add(String(((record.identity as Fields).method as Fields).name));
      const list = this.byName.get(record.name);
      if (list === undefined) this.byName.set(record.name, [record]);
      else list.push(record);
    }
    this.time = now() - start;
  }

  /** The text of a type: the same types occur over and over. */
  private readonly textOf = (type: Ref): string => {
    let text = this.texts.get(type);
    if (text === undefined) {
      text = canonicalText(type);
      this.texts.set(type, text);
      keepAlive(type);
    }
    return text;
  };

  /** Attaches the code of an instance that is about to run, if the object has it. */
  find(instance: MethodInstanceRef): void {
    if (this.isBusy || this.isOver) return;
    const method = readRef(instance, objects.MethodInstance.def);
    if (typeOf(method) !== MethodType) return;
    if (!this.methodNames.has(symbolName(readRef(method, objects.Method.name)))) return;
    this.isBusy = true;
    const start = now();
    try {
      const types = readRef<DataTypeRef>(instance, objects.MethodInstance.specTypes);
      for (const record of this.byName.get(nameOf({ method: method as MethodRef, types }, this.textOf)) ?? []) {
        if (!this.waiting.has(record)) continue;
        const known = this.validity.means(record.identity, method as MethodRef, types);
        if (typeof known === 'string') this.waiting.set(record, known);
        else if (known) this.attach(record, instance);
      }
    } finally {
      this.isBusy = false;
      this.time += now() - start;
    }
  }

  private attach(record: MethodRecord, instance: MethodInstanceRef): void {
    const check = (symbol: string): string | undefined => {
      const each = this.bySymbol.get(symbol);
      return each === undefined ? undefined : this.validity.changed(each);
    };
    const boxed = boxedName(record.specialised);
    const reason =
      this.linked.ready(record.specialised, check) ?? this.linked.ready(record.entry) ?? this.linked.ready(boxed);
    const method = methodOf(this.linked, record);
    if (reason !== undefined || method === undefined) {
      this.waiting.set(record, reason ?? 'the object does not define its code');
      this.failed.add(record);
      return;
    }
    this.waiting.delete(record);
    this.failed.delete(record);
    this.installed.set(instance, record.name);
    const entry = slotFunctionOf(method);
    if (entry !== null) installNative(instance, entry);
    const code = this.linked.symbols.get(boxed);
    if (code !== undefined) offerCode(instance, code);
  }

  /** A method was defined or deleted: could a call of the program mean it? */
  methodChanged(method: MethodRef): void {
    emptySites();
    if (this.isBusy || this.isOver || this.facts.known.has(keyOfMethod(method))) return;
    if (!this.facts.calls.some((call) => meets(call, method))) return;
    this.drop(`the new method ${symbolName(readRef(method, objects.Method.name))} changes what its calls mean`);
  }

  bindingChanged(binding: Parameters<Parameters<typeof onBindingChange>[0]>[0]): void {
    if (this.isOver || !this.validity.relies(this.linked.metadata.methods, binding)) return;
    this.drop(`the constant ${symbolName(bindingName(binding))} was given another value`);
  }

  /** Takes all native code away: its assumptions no longer hold. The program goes on interpreted. */
  private drop(reason: string): void {
    this.isOver = true;
    for (const instance of this.installed.keys()) removeNative(instance);
    this.installed.clear();
    withdrawCode();
    const dropped = this.linked.symbols.get(DROPPED);
    if (dropped !== undefined) writeU32(dropped, 1);
    for (const record of this.linked.metadata.methods) this.waiting.set(record, reason);
  }

  /** A method that did not exist yet when it was looked for, and was not called since, is none that is refused. */
  private reasonNow(record: MethodRecord, reason: string): string {
    if (this.isOver || reason === NOT_CALLED || this.failed.has(record)) return reason;
    const instance = this.validity.instance(record.identity);
    return typeof instance === 'string' ? instance : NOT_CALLED;
  }

  report(): NativeMethods {
    return {
      attached: () => [...this.installed.values()],
      refused: () =>
        [...this.waiting].map(([record, reason]) => ({ name: record.name, reason: this.reasonNow(record, reason) })),
      milliseconds: () => this.time,
    };
  }
}

const waitingObjects: WaitingObject[] = [];

/**
 * Gets an object's methods ready: each is attached when the program calls it for the first time.
 *
 * @throws ObjectError or LoadError when the object as a whole is not taken
 */
export function prepareNative(bytes: Uint8Array): NativeMethods {
  const object = new WaitingObject(bytes);
  if (waitingObjects.length === 0) {
    setNativeFinder((instance) => {
      for (const each of waitingObjects) each.find(instance);
    });
    onMethodChange((method) => {
      for (const each of waitingObjects) each.methodChanged(method);
    });
    onBindingChange((binding) => {
      for (const each of waitingObjects) each.bindingChanged(binding);
    });
  }
  waitingObjects.push(object);
  return object.report();
}

function factsOf(records: readonly MethodRecord[]): ProgramFacts {
  for (const record of records) {
    for (const dependency of record.dependencies) {
      const { program } = dependency as Fields;
      if (program === undefined) continue;
      const fields = program as Fields;
      return {
        known: new Set(fields.methods as readonly string[]),
        calls: fields.calls as readonly Json[],
        library: fields.library ?? null,
      };
    }
  }
  return { known: new Set(), calls: [], library: null };
}

/** Could a call with arguments of these types mean this method? */
function meets(call: Json, method: MethodRef): boolean {
  try {
    return !hasEmptyIntersection(decode(call), readRef(method, objects.Method.sig));
  } catch (error) {
    // Types that do not exist (any more) are not those of a call of this program.
    if (error instanceof CannotCompile) return false;
    throw error;
  }
}
