// Compiled methods into this process: carrying out recipes, and installing entries as methods are called.
//
// The loader knows bytes and addresses; here is what it asks of the running system. An object is read and verified once. Its
// methods are attached one by one, each when it is called for the first time: then what it was compiled against is compared
// (validity.ts), and what its code refers to is found. Native code is taken away again when a new method could change what
// its calls mean, or a constant that it took for such gets another value.

import { DROPPED } from '../../codegen/emit/callbacks.ts';
import { hashOfTypes, keyOfMethod } from '../../codegen/emit/identity.ts';
import { CannotCompile, decode, objectOfBytes } from '../../codegen/emit/recipes.ts';
import { NONE } from '../../codegen/object/link-table.ts';
import type { ObjectMetadata } from '../../codegen/object/metadata.ts';
import { openObject } from '../../codegen/object/object.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import { type Address, toAddress, writeU32 } from '../../ffi/address.ts';
import { REGION_BASE } from '../../ffi/region.ts';
import { HEAP_END } from '../../interpreter/memory/heap.ts';
import type { DataTypeRef, MethodInstanceRef, MethodRef, Ref } from '../../interpreter/memory/layout.ts';
import { readRef, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { registerPurge, registerWeakMap } from '../../interpreter/memory/roots.ts';
import { mappedContent } from '../../interpreter/memory/snapshot.ts';
import { datatype } from '../../interpreter/memory/wellknown.ts';
import { bindingName, onBindingChange } from '../../interpreter/runtime/bindings.ts';
import { onMethodChange } from '../../interpreter/runtime/methods.ts';
import { symbolName } from '../../interpreter/runtime/symbols.ts';
import { tryLayout } from '../../interpreter/types/fieldlayout.ts';
import { hasEmptyIntersection, isConcrete, isDataType } from '../../interpreter/types/index.ts';
import type { SlotFunction } from '../../interpreter/vm/builtin.ts';
import { installNative, removeNative, setNativeFinder } from '../../interpreter/vm/calls.ts';
import { asLoadError } from '../loader/error.ts';
import { type LinkedObject, linkObject } from '../loader/load.ts';
import { type Resolver, resolveC, type Values } from '../loader/symbols.ts';
import { keepAlive, slotFunctionOf } from './native-entry.ts';
import { emptySites, offerCode, runtimeAddress, threadState, withdrawCode } from './runtime-functions.ts';
import { libraryIdentity } from './snapshot-store.ts';
import { decoded, Validity } from './validity.ts';

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
  return kept(() => {
    const value = decode(recipe);
    // Code makes objects of the type without asking whether anybody has laid it out yet.
    if (isDataType(value) && isConcrete(value)) tryLayout(value);
    return value;
  });
}

/** The address of an object that code is going to refer to, or why there is none. */
function kept(make: () => Ref): Address | string {
  try {
    const value = make();
    keepAlive(value);
    return addressOf(value);
  } catch (error) {
    if (error instanceof CannotCompile) return error.message;
    throw error;
  }
}

const addressOf = (value: Ref): Address => toAddress(REGION_BASE + value * 8);

/** Values without their recipes, for an object that was compiled with the system image in memory. */
const values: Values = {
  placed: (place, isConcreteType) => {
    if (place >= HEAP_END / 8) return undefined;
    const value = place as Ref;
    if (isConcreteType && isDataType(value) && isConcrete(value)) tryLayout(value);
    return addressOf(value);
  },
  ofBytes: (type, bytes) => kept(() => objectOfBytes(type, bytes)),
};

/** What became of an object's methods. */
export interface NativeMethods {
  /** Names of the methods whose code runs. */
  attached(): readonly string[];
  /** Those that stay interpreted, with the reason as it was last. */
  refused(): readonly { readonly name: string; readonly reason: string }[];
  /** Milliseconds that reading, linking and attaching have taken. */
  milliseconds(): number;
}

const MethodType = datatype('Method');

/** The reason of a method that the program never called: it says nothing about the object. */
export const NOT_CALLED = 'it was not called';

/** Milliseconds; `performance` takes several to load. */
const now = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
};

/** An object whose methods wait for their first call. Methods have the numbers of its link table. */
class WaitingObject {
  private readonly linked: LinkedObject;
  private readonly metadata: ObjectMetadata;
  private readonly validity: Validity;
  /** For each method that is not attached the reason. */
  private readonly waiting = new Map<number, string>();
  /** Those that were called and not attached. */
  private readonly failed = new Set<number>();
  /** By what `hashOfTypes` says of their types. */
  private readonly byHash = new Map<number, number[]>();
  private readonly bySpecialised = new Map<number, number>();
  private readonly installed = new Map<MethodInstanceRef, number>();
  /** The worlds in which those methods began that are the library's. */
  private readonly worlds = new Set<number>();
  private readonly offered = new Set<MethodInstanceRef>();
  private knownMethods: ReadonlySet<string> | undefined;
  private isOver = false;
  private isBusy = false;
  private time = 0;

  constructor(bytes: Uint8Array) {
    const start = now();
    this.linked = asLoadError(() => linkObject(openObject(bytes, mappedContent()), resolver, { values }));
    const { metadata, image } = this.linked;
    this.metadata = metadata;
    const own = libraryIdentity();
    this.validity = new Validity(metadata, own !== null && own === metadata.origin.library);
    for (let number = 0; number < image.link.methodCount; number++) {
      this.waiting.set(number, NOT_CALLED);
      this.bySpecialised.set(image.link.specialisedOf(number), number);
      this.worlds.add(image.link.worldOf(number));
      const hash = image.link.hashOf(number);
      const list = this.byHash.get(hash);
      if (list === undefined) this.byHash.set(hash, [number]);
      else list.push(number);
    }
    registerWeakMap(this.installed);
    registerPurge((isAlive) => {
      for (const instance of this.offered) if (!isAlive(instance)) this.offered.delete(instance);
    });
    this.time = now() - start;
  }

  /** Attaches the code of an instance that is about to run, if the object has it. */
  find(instance: MethodInstanceRef): void {
    if (this.isBusy || this.isOver) return;
    const method = readRef<MethodRef>(instance, objects.MethodInstance.def);
    if (typeOf(method) !== MethodType || this.validity.isOtherOfLibrary(method, this.worlds)) return;
    const types = readRef<DataTypeRef>(instance, objects.MethodInstance.specTypes);
    const candidates = isDataType(types) ? this.byHash.get(hashOfTypes(types)) : undefined;
    if (candidates === undefined || this.offered.has(instance)) return;
    this.isBusy = true;
    const start = now();
    try {
      for (const number of candidates) {
        if (!this.waiting.has(number)) continue;
        if (this.metadata.link.entryOf(number) === NONE) {
          this.offer(number, instance, method, types);
          continue;
        }
        const known = this.validity.means(this.metadata.recordOf(number), method, types);
        if (typeof known === 'string') this.waiting.set(number, known);
        else if (known) this.attach(number, instance);
      }
    } finally {
      this.isBusy = false;
      this.time += now() - start;
    }
  }

  private attach(number: number, instance: MethodInstanceRef): void {
    const entry = decoded(() => this.entryOf(number));
    if (typeof entry === 'string') {
      this.waiting.set(number, entry);
      this.failed.add(number);
      return;
    }
    this.waiting.delete(number);
    this.failed.delete(number);
    this.installed.set(instance, number);
    const { maySwitch } = this.metadata.recordOf(number);
    if (entry.entry !== null) installNative(instance, { enter: entry.entry, maySwitch });
    offerCode(instance, () => this.boxedCode(number));
  }

  /** Lets code call a method that has no entry: it is compared when that happens. */
  private offer(number: number, instance: MethodInstanceRef, method: MethodRef, types: DataTypeRef): void {
    if (this.offered.has(instance)) return;
    this.offered.add(instance);
    offerCode(instance, () => {
      const isMeant = decoded(() => this.validity.means(this.metadata.recordOf(number), method, types));
      return isMeant === true ? this.boxedCode(number) : undefined;
    });
  }

  /** Why a function of the object must not be used, or undefined. */
  private readonly changed = (name: number): string | undefined => {
    const method = this.bySpecialised.get(name);
    return method === undefined ? undefined : this.validity.changed(method);
  };

  /** How the VM enters a method, which is ready then; or why it cannot be used. */
  private entryOf(number: number): { readonly entry: SlotFunction | null } | string {
    const { linked } = this;
    const { link } = linked.image;
    const reason = linked.ready(link.specialisedOf(number), this.changed) ?? linked.ready(link.entryOf(number));
    if (reason !== undefined) return reason;
    const method = linked.methodOf(number);
    return method === undefined ? 'the object does not define its code' : { entry: slotFunctionOf(method) };
  }

  /** The function from objects to an object of a method, ready, if it has one that can be used. */
  private boxedCode(number: number): Address | undefined {
    const { linked } = this;
    const boxed = linked.image.link.boxedOf(number);
    const reason = decoded(() => linked.ready(boxed, this.changed) ?? true);
    return reason === true ? linked.image.addressOf(boxed) : undefined;
  }

  /** A method was defined or deleted: could a call of the program mean it? */
  methodChanged(method: MethodRef): void {
    emptySites();
    if (this.isBusy || this.isOver) return;
    const reason = decoded(() => {
      this.knownMethods ??= new Set(this.metadata.origin.methods);
      if (this.knownMethods.has(keyOfMethod(method))) return null;
      if (!this.metadata.origin.calls.some((call) => meets(call, method))) return null;
      return `the new method ${symbolName(readRef(method, objects.Method.name))} changes what its calls mean`;
    });
    if (reason !== null) this.drop(reason);
  }

  bindingChanged(binding: Parameters<Parameters<typeof onBindingChange>[0]>[0]): void {
    if (this.isOver) return;
    const reason = decoded(() =>
      this.validity.relies(this.metadata.methods, binding)
        ? `the constant ${symbolName(bindingName(binding))} was given another value`
        : null,
    );
    if (reason !== null) this.drop(reason);
  }

  /** Takes all native code away: its assumptions no longer hold. The program goes on interpreted. */
  private drop(reason: string): void {
    this.isOver = true;
    for (const instance of this.installed.keys()) removeNative(instance);
    this.installed.clear();
    withdrawCode();
    const dropped = this.linked.symbols().get(DROPPED);
    if (dropped !== undefined) writeU32(dropped, 1);
    for (let number = 0; number < this.metadata.link.methodCount; number++) this.waiting.set(number, reason);
  }

  /** A method that did not exist yet when it was looked for, and was not called since, is none that is refused. */
  private reasonNow(number: number, reason: string): string {
    if (this.isOver || reason === NOT_CALLED || this.failed.has(number)) return reason;
    const instance = this.validity.instance(this.metadata.recordOf(number));
    return typeof instance === 'string' ? instance : NOT_CALLED;
  }

  report(): NativeMethods {
    const nameOf = (number: number): string => decoded(() => this.metadata.recordOf(number).name);
    return {
      attached: () => [...this.installed.values()].map(nameOf),
      refused: () =>
        [...this.waiting].map(([number, reason]) => ({ name: nameOf(number), reason: this.reasonNow(number, reason) })),
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
