// Loading: from the bytes of an object to code that can be entered, as a list of passes.
//
// No pass needs LLVM. Before the last one nothing of the object can be executed, and the first one makes sure that the
// object is, byte for byte, what jl0 once wrote. A load either succeeds or throws a LoadError and leaves nothing behind.
//
// What an object refers to outside is found when a method that needs it comes into use (`LinkedObject.ready`), or all at
// once (`loadObject`); single methods may be refused, because something they need is not here.

import { ObjectError } from '../../codegen/object/error.ts';
import { NONE } from '../../codegen/object/link-table.ts';
import type { Metadata, MethodRecord, ObjectMetadata } from '../../codegen/object/metadata.ts';
import { type OpenedObject, openObject } from '../../codegen/object/object.ts';
import type { Address } from '../../ffi/address.ts';
import { JULIA_VERSION } from '../../interpreter/runtime/version.ts';
import { asLoadError, LoadError } from './error.ts';
import { Image } from './image.ts';
import { OutsideNames, type Resolver, type Values } from './symbols.ts';

export interface LoadedMethod {
  readonly record: MethodRecord;
  /** Where the specialised function is. */
  readonly specialised: Address;
  /** Where the generic entry is, if it has one. */
  readonly entry: Address | undefined;
}

export interface RefusedMethod {
  readonly record: MethodRecord;
  readonly reason: string;
}

export interface LoadedObject {
  readonly metadata: Metadata;
  /** The memory that the object takes. */
  readonly base: Address;
  readonly bytes: number;
  /** Every symbol that the object defines for others, with its address. */
  readonly symbols: ReadonlyMap<string, Address>;
  readonly methods: readonly LoadedMethod[];
  readonly refused: readonly RefusedMethod[];
}

/** What the loading process is. */
export interface Host {
  readonly julia: string;
  readonly architecture: string;
  readonly system: string;
  /** LLVM's names of the processors whose code may run here. */
  readonly processors: readonly string[];
}

/** The process that jl0 runs in, with the processor that every object is for unless it was asked otherwise. */
export const thisHost: Host = { julia: JULIA_VERSION, architecture: 'x86_64', system: 'linux', processors: ['x86-64'] };

/**
 * Loads an object, with everything that its methods refer to.
 *
 * @param bytes the file; may be anything
 * @param resolver finds what the object does not define
 * @throws LoadError if the object is not taken
 */
export function loadObject(bytes: Uint8Array, resolver: Resolver, host: Host = thisHost): LoadedObject {
  return asLoadError(() => {
    const linked = linkObject(openObject(bytes), resolver, { host });
    try {
      return allMethods(linked);
    } catch (error) {
      linked.image.drop();
      throw error;
    }
  });
}

function allMethods(linked: LinkedObject): LoadedObject {
  const { metadata, image } = linked;
  const methods: LoadedMethod[] = [];
  const refused: RefusedMethod[] = [];
  metadata.methods.forEach((record, number) => {
    const reason = linked.ready(image.link.specialisedOf(number)) ?? linked.ready(image.link.entryOf(number));
    const method = linked.methodOf(number);
    if (reason !== undefined) refused.push({ record, reason });
    else if (method === undefined) refused.push({ record, reason: 'the object does not define its code' });
    else methods.push(method);
  });
  return { metadata, base: image.base, bytes: image.bytes, symbols: linked.symbols(), methods, refused };
}

/**
 * Places an object in memory, ready but for what it refers to outside.
 *
 * @param values quicker ways to values than their recipes
 * @throws LoadError or ObjectError if the object is not taken
 */
export function linkObject(
  { placement, link, metadata }: OpenedObject,
  resolver: Resolver,
  { host = thisHost, values }: { readonly host?: Host; readonly values?: Values } = {},
): LinkedObject {
  checkTarget(metadata, host);
  const image = new Image(placement, link);
  try {
    const outside = new OutsideNames(metadata, image, resolver, values);
    image.fillTable(metadata.isSameImage ? values?.placed : undefined, outside.known);
    for (const name of link.unclaimed) outside.resolve(name);
    for (const hole of link.absolutes) {
      image.fill(hole, (name) => {
        const found = outside.resolve(name);
        return typeof found === 'string' ? image.trap : found;
      });
    }
    image.protect();
    return new LinkedObject(metadata, image, outside);
  } catch (error) {
    image.drop();
    throw error;
  }
}

/** An object in memory, whose methods are made ready one by one. Names and methods have the numbers of its link table. */
export class LinkedObject {
  readonly metadata: ObjectMetadata;
  readonly image: Image;
  private readonly outside: OutsideNames;
  /** What was ready once stays so. */
  private readonly done: Uint8Array;

  constructor(metadata: ObjectMetadata, image: Image, outside: OutsideNames) {
    this.metadata = metadata;
    this.image = image;
    this.outside = outside;
    this.done = new Uint8Array(image.link.nameCount);
    for (let name = 0; name < image.link.outsideCount; name++)
      if (outside.known[name] !== undefined) this.done[name] = 1;
  }

  /**
   * Resolves all that a function refers to, by itself and through the functions of the object that it calls.
   *
   * @param check asked for every function on the way: why it must not be used, or undefined
   * @returns why the function cannot be used, or undefined: it can
   */
  ready(name: number, check?: (name: number) => string | undefined): string | undefined {
    const { done } = this;
    const { link } = this.image;
    // A number that is no name comes from somebody who wrote the object so: there is nothing to get ready.
    if (!(name < link.nameCount) || done[name] === 1) return undefined;
    const seen = [name];
    done[name] = 1;
    for (let i = 0; i < seen.length; i++) {
      const each = seen[i];
      const isOutside = each < link.outsideCount;
      const reason = isOutside ? this.missing(each) : check?.(each);
      if (reason !== undefined) {
        for (const tried of seen) done[tried] = 0;
        return each === name || isOutside
          ? reason
          : `it calls ${this.metadata.nameOf(each)}, which is refused: ${reason}`;
      }
      if (isOutside) continue;
      for (const reference of link.referencesOf(each)) {
        if (done[reference] !== 0) continue;
        done[reference] = 1;
        seen.push(reference);
      }
    }
    return undefined;
  }

  /** Resolves a name from elsewhere; says why that cannot be. */
  private missing(name: number): string | undefined {
    let found: Address | string;
    try {
      found = this.outside.resolve(name);
    } catch (error) {
      // A part of the metadata that is read only now is damaged. (The digest fits, so somebody wrote it so.)
      if (!(error instanceof ObjectError)) throw error;
      return error.message;
    }
    return typeof found === 'string' ? `${this.metadata.nameOf(name)} cannot be resolved: ${found}` : undefined;
  }

  /** A method with the addresses of its code, if the object defines it. */
  methodOf(number: number): LoadedMethod | undefined {
    const { link } = this.image;
    const specialised = this.image.addressOf(link.specialisedOf(number));
    const entry = this.image.addressOf(link.entryOf(number));
    const record = this.metadata.recordOf(number);
    const lacksEntry = entry === undefined && link.entryOf(number) !== NONE;
    return specialised === undefined || lacksEntry ? undefined : { record, specialised, entry };
  }

  /** Every name that the object defines for others, with its address. */
  symbols(): ReadonlyMap<string, Address> {
    const { outsideCount, nameCount } = this.image.link;
    const symbols = new Map<string, Address>();
    for (let number = outsideCount; number < nameCount; number++) {
      const address = this.image.addressOf(number);
      if (address !== undefined) symbols.set(this.metadata.nameOf(number), address);
    }
    return symbols;
  }
}

/** The object must be for this machine and this Julia. */
function checkTarget(metadata: Metadata, host: Host): void {
  const { target, julia } = metadata;
  if (target.architecture !== host.architecture || target.system !== host.system) {
    const [wanted, here] = [`${target.architecture} ${target.system}`, `${host.architecture} ${host.system}`];
    throw new LoadError('foreign', `the object is for ${wanted}, not for ${here}`);
  }
  if (!host.processors.includes(target.processor)) {
    throw new LoadError(
      'foreign',
      `the object is for the processor ${target.processor}; this one is ${host.processors.join(' or ')}`,
    );
  }
  if (julia !== host.julia) throw new LoadError('version', `the object is for Julia ${julia}, this is ${host.julia}`);
}
