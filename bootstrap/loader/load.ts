// Loading: from the bytes of an object to code that can be entered, as a list of passes.
//
// No pass needs LLVM. Before the last one nothing of the object can be executed, and the first one makes sure that the
// object is, byte for byte, what jl0 once wrote. A load either succeeds or throws a LoadError and leaves nothing behind.
//
// What an object refers to outside is found when a method that needs it comes into use (`LinkedObject.ready`), or all at
// once (`loadObject`); single methods may be refused, because something they need is not here.

import { type ElfSymbol, STB_LOCAL } from '../../codegen/object/elf.ts';
import type { Metadata, MethodRecord } from '../../codegen/object/metadata.ts';
import { type OpenedObject, openObject } from '../../codegen/object/object.ts';
import { type Address, nullAddress, offsetBy, writeAddress } from '../../ffi/address.ts';
import { asLoadError, LoadError } from './error.ts';
import { dropImage, placeImage, protectImage } from './image.ts';
import { relocateSection, Targets } from './relocate.ts';
import { writeStub, writeTrap } from './stub.x86_64.ts';
import { OutsideNames, type Resolver } from './symbols.ts';

export interface LoadedMethod {
  readonly record: MethodRecord;
  /** Where the specialised function and the generic entry are. */
  readonly specialised: Address;
  readonly entry: Address;
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
export const thisHost: Host = { julia: '1.12.5', architecture: 'x86_64', system: 'linux', processors: ['x86-64'] };

/** An object in memory, whose methods are made ready one by one. */
export interface LinkedObject {
  readonly metadata: Metadata;
  readonly base: Address;
  readonly bytes: number;
  readonly symbols: ReadonlyMap<string, Address>;
  /**
   * Resolves all that a function refers to, by itself and through the functions of the object that it calls.
   *
   * @param check asked for every function on the way: why it must not be used, or undefined
   * @returns why the function cannot be used, or undefined: it can
   */
  ready(name: string, check?: (name: string) => string | undefined): string | undefined;
}

/**
 * Loads an object, with everything that its methods refer to.
 *
 * @param bytes the file; may be anything
 * @param resolver finds what the object does not define
 * @throws LoadError if the object is not taken
 */
export function loadObject(bytes: Uint8Array, resolver: Resolver, host: Host = thisHost): LoadedObject {
  const linked = linkObject(
    asLoadError(() => openObject(bytes)),
    resolver,
    host,
  );
  const methods: LoadedMethod[] = [];
  const refused: RefusedMethod[] = [];
  for (const record of linked.metadata.methods) {
    const method = methodOf(linked, record);
    const reason = linked.ready(record.specialised) ?? linked.ready(record.entry);
    if (reason !== undefined) refused.push({ record, reason });
    else if (method === undefined) refused.push({ record, reason: 'the object does not define its code' });
    else methods.push(method);
  }
  const { metadata, base, symbols } = linked;
  return { metadata, base, bytes: linked.bytes, symbols, methods, refused };
}

/** A method with the addresses of its code, if the object defines it. */
export function methodOf({ symbols }: LinkedObject, record: MethodRecord): LoadedMethod | undefined {
  const specialised = symbols.get(record.specialised);
  const entry = symbols.get(record.entry);
  return specialised === undefined || entry === undefined ? undefined : { record, specialised, entry };
}

/**
 * Places an object in memory, ready but for what it refers to outside.
 *
 * @throws LoadError if the object is not taken
 */
export function linkObject({ elf, metadata }: OpenedObject, resolver: Resolver, host: Host = thisHost): LinkedObject {
  checkTarget(metadata, host);
  const image = placeImage(elf);
  try {
    const outside = new OutsideNames(elf, metadata, image, resolver);
    const addressOf = (symbol: ElfSymbol): Address => {
      if (symbol.section === 'absolute') return nullAddress;
      if (symbol.section !== 'undefined') {
        const at = image.sections.get(symbol.section);
        return at === undefined ? nullAddress : offsetBy(at, symbol.value);
      }
      const found = outside.resolve(symbol.name);
      return typeof found === 'string' ? image.trap : found;
    };
    for (const [symbol, entry] of image.entries) {
      if (symbol.section !== 'undefined') writeAddress(entry, addressOf(symbol));
    }
    for (const [symbol, stub] of image.stubs) {
      const entry = image.entries.get(symbol);
      if (entry !== undefined) writeStub(stub, entry);
    }
    writeTrap(image.trap);
    const targets = new Targets(image, addressOf);
    for (const [section, at] of image.sections) relocateSection(section, at, targets);
    for (const name of outside.unclaimed()) outside.resolve(name);
    const symbols = new Map<string, Address>();
    for (const symbol of elf.symbols) {
      if (typeof symbol.section !== 'string' && symbol.binding !== STB_LOCAL)
        symbols.set(symbol.name, addressOf(symbol));
    }
    protectImage(image);
    return { metadata, base: image.base, bytes: image.bytes, symbols, ready: readiness(metadata, outside) };
  } catch (error) {
    dropImage(image);
    throw error;
  }
}

/** The walk over what a function refers to. What was ready once stays so. */
function readiness(metadata: Metadata, outside: OutsideNames): LinkedObject['ready'] {
  const done = new Set<string>();
  return (name, check) => {
    const seen = new Set([name]);
    for (const each of seen) {
      if (done.has(each)) continue;
      const references = metadata.references.get(each);
      if (references === undefined) {
        const found = outside.has(each) ? outside.resolve(each) : undefined;
        if (typeof found === 'string') return `${each} cannot be resolved: ${found}`;
        continue;
      }
      const reason = check?.(each);
      if (reason !== undefined) return each === name ? reason : `it calls ${each}, which is refused: ${reason}`;
      for (const reference of references) seen.add(reference);
    }
    for (const each of seen) done.add(each);
    return undefined;
  };
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
