// Loading: from the bytes of an object to code that can be entered, as a list of passes.
//
// No pass needs LLVM. Before the last one nothing of the object can be executed, and the first one makes sure that the
// object is, byte for byte, what jl0 once wrote. A load either gives a LoadedObject or throws a LoadError and leaves
// nothing behind; in a LoadedObject single methods may still be refused, because something they need is not here.

import { type ElfObject, STB_LOCAL } from '../../codegen/object/elf.ts';
import type { Metadata, MethodRecord } from '../../codegen/object/metadata.ts';
import { openObject } from '../../codegen/object/object.ts';
import { type Address, writeAddress } from '../../ffi/address.ts';
import { asLoadError, LoadError } from './error.ts';
import { dropImage, type Image, placeImage, protectImage } from './image.ts';
import { relocateSection } from './relocate.ts';
import { writeStub, writeTrap } from './stub.x86_64.ts';
import { functionsThatLack, type Resolved, type Resolver, resolveSymbols } from './symbols.ts';

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

/**
 * Loads an object.
 *
 * @param bytes the file; may be anything
 * @param resolver finds what the object does not define
 * @throws LoadError if the object is not taken
 */
export function loadObject(bytes: Uint8Array, resolver: Resolver, host: Host = thisHost): LoadedObject {
  const { elf, metadata } = asLoadError(() => openObject(bytes));
  checkTarget(metadata, host);
  const image = placeImage(elf);
  try {
    const resolved = resolveSymbols(elf, metadata, image, resolver);
    fillTable(image, resolved);
    for (const [section, at] of image.sections) relocateSection(section, at, image, resolved.addressOf);
    const loaded = describe(elf, metadata, image, resolved);
    protectImage(image);
    return loaded;
  } catch (error) {
    dropImage(image);
    throw error;
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

/** Writes the addresses that code looks up, and the stubs that jump by them. */
function fillTable(image: Image, resolved: Resolved): void {
  for (const [symbol, entry] of image.entries) writeAddress(entry, resolved.addressOf(symbol));
  for (const [symbol, stub] of image.stubs) {
    const entry = image.entries.get(symbol);
    if (entry !== undefined) writeStub(stub, entry);
  }
  writeTrap(image.trap);
}

function describe(elf: ElfObject, metadata: Metadata, image: Image, resolved: Resolved): LoadedObject {
  const symbols = new Map<string, Address>();
  for (const symbol of elf.symbols) {
    if (typeof symbol.section !== 'string' && symbol.binding !== STB_LOCAL)
      symbols.set(symbol.name, resolved.addressOf(symbol));
  }
  const lacking = functionsThatLack(metadata, resolved.missing);
  const methods: LoadedMethod[] = [];
  const refused: RefusedMethod[] = [];
  for (const record of metadata.methods) {
    const specialised = symbols.get(record.specialised);
    const entry = symbols.get(record.entry);
    const reason = lacking.get(record.specialised) ?? lacking.get(record.entry);
    if (reason !== undefined) refused.push({ record, reason });
    else if (specialised === undefined || entry === undefined)
      refused.push({ record, reason: 'the object does not define its code' });
    else methods.push({ record, specialised, entry });
  }
  return { metadata, base: image.base, bytes: image.bytes, symbols, methods, refused };
}
