// Compiled methods into this process: carrying out recipes, checking that nothing has changed, installing entries.
//
// The loader knows bytes and addresses; here is what it asks of the running system. A method is found by module, name and
// signature, and is the same if the digest of its code is. A native method is taken away again when a new method could
// change what its calls mean, or a constant that it took for such gets another value.

import { digestOf, keyOfMethod } from '../../codegen/emit/identity.ts';
import { CannotCompile, decode, moduleAt } from '../../codegen/emit/recipes.ts';
import type { MethodRecord, SlotKind } from '../../codegen/object/metadata.ts';
import { openObject } from '../../codegen/object/object.ts';
import type { Json } from '../../codegen/object/recipe.ts';
import { type Address, toAddress } from '../../ffi/address.ts';
import { isExceptionPending, takePendingException } from '../../ffi/callback.ts';
import { REGION_BASE, REGION_HIGH, U32 } from '../../ffi/region.ts';
import { closeFrame, openFrame, slotAddress, slotU32 } from '../../ffi/slots.ts';
import type { BindingRef, MethodInstanceRef, MethodRef, Ref } from '../../interpreter/memory/layout.ts';
import { readRef, readWide, typeOf } from '../../interpreter/memory/layout.ts';
import * as objects from '../../interpreter/memory/objects.ts';
import { registerRoots } from '../../interpreter/memory/roots.ts';
import { Bottom, datatype, nothing } from '../../interpreter/memory/wellknown.ts';
import {
  bindingName,
  currentWorld,
  getBinding,
  globalValue,
  onBindingChange,
} from '../../interpreter/runtime/bindings.ts';
import {
  methodInstance,
  methodsOfCallee,
  onMethodChange,
  signatureParameters,
} from '../../interpreter/runtime/methods.ts';
import { symbol, symbolName } from '../../interpreter/runtime/symbols.ts';
import { svecGet } from '../../interpreter/runtime/values.ts';
import { egal, hasEmptyIntersection, isType, matchSignature, typeEqual } from '../../interpreter/types/index.ts';
import type { SlotFunction } from '../../interpreter/vm/builtin.ts';
import { installNative, removeNative, setNativeFinder } from '../../interpreter/vm/calls.ts';
import { enterNativeCode, leaveNativeCode } from '../../interpreter/vm/collection.ts';
import { setSlot, setSlotBits, setSlotReference, slotRef } from '../../interpreter/vm/slots.ts';
import { type AttachRuntime, attachObject } from '../loader/attach.ts';
import { type Entry, entryAt } from '../loader/enter.ts';
import type { LoadedMethod } from '../loader/load.ts';
import { loadObject } from '../loader/load.ts';
import { type Resolver, resolveC } from '../loader/symbols.ts';
import { rethrowFromNative, runtimeAddress, threadState } from './runtime-functions.ts';

type Fields = { readonly [key: string]: Json };

/** What compiled code refers to stays alive as long as the code. */
const kept: Ref[] = [];
registerRoots((visit) => {
  for (const object of kept) visit(object);
});

const values = new Map<string, Address | string>();

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
    case 'value': {
      const key = JSON.stringify(recipe.value);
      let found = values.get(key);
      if (found === undefined) {
        found = addressOfValue(recipe.value);
        values.set(key, found);
      }
      return found;
    }
  }
};

function addressOfValue(recipe: Json): Address | string {
  try {
    const value = decode(recipe);
    kept.push(value);
    return toAddress(REGION_BASE + value * 8);
  } catch (error) {
    if (error instanceof CannotCompile) return error.message;
    throw error;
  }
}

/** A loaded method, as what takes it away again. */
interface Installed {
  readonly instance: MethodInstanceRef;
  readonly name: string;
}

const installed: Installed[] = [];

function findMethod(identity: Fields): MethodRef | string {
  const module = moduleAt((identity.module as readonly string[]) ?? []);
  if (module === null) return 'its module does not exist';
  let sig: Ref;
  try {
    sig = decode(identity.sig);
  } catch (error) {
    if (error instanceof CannotCompile) return error.message;
    throw error;
  }
  const callee = svecGet(signatureParameters(sig), 0);
  for (const method of methodsOfCallee(callee, currentWorld())) {
    if (symbolName(readRef(method, objects.Method.name)) !== identity.name) continue;
    if (readRef(method, objects.Method.module) !== (module as Ref)) continue;
    if (!typeEqual(readRef(method, objects.Method.sig), sig)) continue;
    return digestOf(method) === identity.digest
      ? method
      : `the method ${identity.name} has changed since it was compiled`;
  }
  return `there is no method ${identity.name} with this signature`;
}

const methods = new Map<string, MethodRef | string>();

function knownMethod(identity: Json): MethodRef | string {
  const key = JSON.stringify(identity);
  let found = methods.get(key);
  if (found === undefined) {
    found = findMethod(identity as Fields);
    methods.set(key, found);
  }
  return found;
}

const changes = new Map<number, string | undefined>();

/** Why a dependency, given by its number in the object's table, no longer holds. */
function changed(number: Json, table: readonly Json[]): string | undefined {
  if (typeof number !== 'number') return undefined;
  if (changes.has(number)) return changes.get(number);
  const dependency = table[number];
  const reason = dependency === undefined ? 'a dependency is missing' : whatChanged(dependency as Fields);
  changes.set(number, reason);
  return reason;
}

function whatChanged(dependency: Fields): string | undefined {
  if (dependency.method !== undefined) {
    const method = knownMethod(dependency.method);
    return typeof method === 'string' ? method : undefined;
  }
  if (dependency.constant !== undefined) {
    const path = dependency.constant as readonly string[];
    const name = path.at(-1) ?? '';
    const module = moduleAt(path.slice(0, -1));
    if (module === null) return `there is no module ${path.slice(0, -1).join('.')}`;
    const value = globalValue(module, symbol(name));
    if (dependency.value === null) return undefined;
    if (value === 0) return `${name} is not defined`;
    try {
      return sameValue(decode(dependency.value), value) ? undefined : `the constant ${name} has another value`;
    } catch (error) {
      if (error instanceof CannotCompile) return error.message;
      throw error;
    }
  }
  return 'a dependency cannot be read';
}

function sameValue(a: Ref, b: Ref): boolean {
  if (a === b) return true;
  if (isType(a) && isType(b)) return typeEqual(a, b);
  return typeOf(a) === typeOf(b) && egal(a, b);
}

const runtime: AttachRuntime<MethodInstanceRef> = {
  find(identity) {
    const fields = identity as Fields;
    const method = knownMethod(fields.method);
    if (typeof method === 'string') return { reason: method };
    try {
      const types = decode(fields.types);
      const sparams = matchSignature(types, readRef(method, objects.Method.sig));
      if (sparams === null) return { reason: 'its types no longer match its signature' };
      return methodInstance(method, types, sparams);
    } catch (error) {
      if (error instanceof CannotCompile) return { reason: error.message };
      throw error;
    }
  },
  changed: () => undefined,
  attach(instance, method) {
    const entry = slotFunctionOf(method);
    if (entry === null) return;
    installNative(instance, entry);
    installed.push({ instance, name: method.record.name });
  },
};

/** The entry as the VM calls it: arguments from slots to the entry's slots, the result back. */
function slotFunctionOf(method: LoadedMethod): SlotFunction | null {
  const { record } = method;
  const [callee, ...kinds] = record.parameters;
  // The VM does not pass the callee; a closure's code needs it. It is called by other compiled code only.
  if (callee !== 'none') return null;
  const enter = entryAt(method.entry);
  const result = resultOf(record.result, (record.identity as Fields).result as Fields);
  const count = kinds.length;
  return (args, _n, word) => {
    const base = openFrame(count + 2);
    try {
      passArguments(kinds, args, base + 2);
      runEntry(enter, base);
      result(base, word);
    } finally {
      closeFrame(base);
    }
  };
}

function runEntry(enter: Entry, base: number): void {
  let status: number;
  enterNativeCode();
  try {
    status = enter(slotAddress(base + 1), slotAddress(base));
  } finally {
    leaveNativeCode();
  }
  if (status !== 0) rethrowFromNative();
  if (isExceptionPending()) throw takePendingException()?.error;
}

function passArguments(kinds: readonly SlotKind[], args: Int32Array, first: number): void {
  for (let i = 0; i < kinds.length; i++) {
    const word = args[i];
    const at = 2 * (first + i);
    switch (kinds[i]) {
      case 'bits': {
        const from = U32[word + 2] !== 0 ? word : U32[word] >>> 2;
        slotU32[at] = U32[from];
        slotU32[at + 1] = U32[from + 1];
        break;
      }
      case 'reference':
      case 'address':
        slotU32[at] = slotRef(word) << 3;
        slotU32[at + 1] = REGION_HIGH;
        break;
      case 'none':
    }
  }
}

function resultOf(kind: SlotKind, described: Fields): (base: number, word: number) => void {
  switch (kind) {
    case 'none': {
      const value = described.value === undefined ? nothing : decode(described.value);
      kept.push(value);
      return (_base, word) => setSlot(word, value);
    }
    case 'bits': {
      const type = described.type === undefined ? Bottom : decode(described.type);
      return (base, word) => setSlotBits(word, type, slotU32[2 * base], slotU32[2 * base + 1]);
    }
    case 'reference':
    case 'address':
      return (base, word) => {
        const low = slotU32[2 * base];
        if (low === 0) setSlotReference(word, 0 as Ref);
        else setSlot(word, (low >>> 3) as Ref);
      };
  }
}

/** What became of an object's methods. */
export interface NativeMethods {
  /** Names of the methods whose code runs. */
  attached(): readonly string[];
  /** Those that stay interpreted, with the reason as it was last. */
  refused(): readonly { readonly name: string; readonly reason: string }[];
}

/** What an object says of the program that it was compiled from. */
interface ProgramFacts {
  /** The methods that the program had defined, as keys. */
  readonly known: ReadonlySet<string>;
  /** Recipes of the argument types of the calls that were resolved while compiling. */
  readonly calls: readonly Json[];
  /** What methods depend on, by number. */
  readonly dependencies: readonly Json[];
}

/** How often an object is loaded again for methods that were not defined before. */
const MAX_ATTEMPTS = 6;

/**
 * Gets an object's methods ready: each is attached when the program has defined it and calls it for the first time.
 *
 * @throws ObjectError or LoadError when the object as a whole is not taken
 */
export function prepareNative(bytes: Uint8Array): NativeMethods {
  const { metadata } = openObject(bytes);
  const facts = factsOf(metadata.methods);
  const waiting = new Map<string, string>();
  const names = new Set<string>();
  for (const record of metadata.methods) {
    waiting.set(record.name, 'it was not called');
    names.add(String(((record.identity as Fields).method as Fields).name));
  }
  const attachedNames: string[] = [];
  let attempts = 0;
  let lastWorld = -1;
  let isBusy = false;
  setNativeFinder((instance) => {
    if (isBusy || waiting.size === 0 || attempts >= MAX_ATTEMPTS || lastWorld === currentWorld()) return;
    const method = readRef(instance, objects.MethodInstance.def);
    if (typeOf(method) !== MethodType || !names.has(symbolName(readRef(method, objects.Method.name)))) return;
    if (readWide(method, objects.Method.primary_world) <= startWorld) return;
    isBusy = true;
    attempts++;
    lastWorld = currentWorld();
    try {
      const { attached, refused } = load(bytes, waiting, facts);
      for (const each of attached) {
        waiting.delete(each.record.name);
        attachedNames.push(each.record.name);
      }
      for (const { record, reason } of refused) if (waiting.has(record.name)) waiting.set(record.name, reason);
    } finally {
      isBusy = false;
    }
  });
  const startWorld = currentWorld();
  onMethodChange((method) => {
    if (isBusy || facts.known.has(keyOfMethod(method))) return;
    const changedCall = facts.calls.some((call) => meets(call, method));
    if (!changedCall) return;
    const reason = `the new method ${symbolName(readRef(method, objects.Method.name))} changes what its calls mean`;
    dropAll();
    for (const name of attachedNames) waiting.set(name, reason);
    for (const record of metadata.methods) waiting.set(record.name, reason);
    attachedNames.length = 0;
    attempts = MAX_ATTEMPTS;
  });
  onBindingChange((binding) => {
    if (!constants.has(binding)) return;
    const reason = `the constant ${symbolName(bindingName(binding))} was given another value`;
    dropAll();
    for (const name of attachedNames) waiting.set(name, reason);
    attachedNames.length = 0;
    attempts = MAX_ATTEMPTS;
  });
  return {
    attached: () => attachedNames,
    refused: () => [...waiting].map(([name, reason]) => ({ name, reason })),
  };
}

const constants = new Set<BindingRef>();
const MethodType = datatype('Method');

function load(
  bytes: Uint8Array,
  waiting: ReadonlyMap<string, string>,
  facts: ProgramFacts,
): ReturnType<typeof attachObject> {
  values.clear();
  methods.clear();
  changes.clear();
  const object = loadObject(bytes, resolver);
  const result = attachObject(
    { ...object, methods: object.methods, refused: object.refused },
    {
      ...runtime,
      changed: (dependency) => changed(dependency, facts.dependencies),
      attach(instance, method) {
        if (waiting.has(method.record.name)) runtime.attach(instance, method);
      },
    },
  );
  for (const { record } of result.attached) {
    for (const number of record.dependencies) {
      const { constant } = (facts.dependencies[Number(number)] ?? {}) as Fields;
      if (constant === undefined) continue;
      const path = constant as readonly string[];
      const module = moduleAt(path.slice(0, -1));
      if (module !== null) constants.add(getBinding(module, symbol(path.at(-1) ?? '')));
    }
  }
  return result;
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
        dependencies: fields.dependencies as readonly Json[],
      };
    }
  }
  return { known: new Set(), calls: [], dependencies: [] };
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

/** Takes all native code away: its assumptions no longer hold. The program goes on interpreted. */
export function dropAll(): void {
  for (const { instance } of installed) removeNative(instance);
  installed.length = 0;
}
